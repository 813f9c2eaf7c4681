#include <string.h>

#include "runner/plan/hcl/convert.h"
#include "runner/plan/hcl/quote.h"

static const struct type *unify(struct arena *a, const struct type *const *types, size_t count,
				bool unsafe);

static int compare(const struct type *a, const struct type *b);

/* Over all pairs of parts: which side is the more general one throughout. */
static int compare_parts(const struct type *a, const struct type *b)
{
	bool left = false, right = false;

	if (a->count != b->count)
		return 0;
	for (uint32_t i = 0; i < a->count; i++) {
		int order;

		if (a->kind == TYPE_OBJECT) {
			if (strcmp(a->attrs[i].name, b->attrs[i].name) != 0)
				return 0;
			order = compare(a->attrs[i].type, b->attrs[i].type);
		} else {
			order = compare(a->elements[i], b->elements[i]);
		}
		left |= order < 0;
		right |= order > 0;
	}
	return left == right ? 0 : left ? -1 : 1;
}

/* Negative: a is to be tried first, as the more general type; "any" comes last. */
static int compare(const struct type *a, const struct type *b)
{
	int swap = 1;

	if (a->kind == TYPE_DYNAMIC || b->kind == TYPE_DYNAMIC)
		return (a->kind == TYPE_DYNAMIC) - (b->kind == TYPE_DYNAMIC);
	if (type_is_primitive(a) && type_is_primitive(b))
		return (b->kind == TYPE_STRING) - (a->kind == TYPE_STRING);
	if (a->kind == b->kind && a->element)
		return compare(a->element, b->element);
	if ((a->kind == TYPE_TUPLE && b->kind == TYPE_LIST) ||
	    (a->kind == TYPE_OBJECT && b->kind == TYPE_MAP) ||
	    (a->kind == TYPE_SET && (b->kind == TYPE_TUPLE || b->kind == TYPE_LIST))) {
		const struct type *t = a;

		a = b;
		b = t;
		swap = -1;
	}
	if (b->kind == TYPE_SET && (a->kind == TYPE_TUPLE || a->kind == TYPE_LIST))
		return -swap;
	if (a->kind == TYPE_LIST && b->kind == TYPE_TUPLE)
		return -swap;
	if (a->kind == TYPE_MAP && b->kind == TYPE_OBJECT)
		return -swap;
	if (a->kind == b->kind && (a->kind == TYPE_OBJECT || a->kind == TYPE_TUPLE))
		return compare_parts(a, b) * swap;
	return 0;
}

static uint64_t mix(uint64_t hash, uint64_t more)
{
	return (hash ^ more) * 0x100000001b3u;
}

static uint64_t hash_of(const struct type *t)
{
	uint64_t hash = mix(0xcbf29ce484222325u, (uint64_t)t->kind);

	if (t->element)
		return mix(hash, hash_of(t->element));
	for (uint32_t i = 0; i < t->count; i++) {
		if (t->kind == TYPE_TUPLE) {
			hash = mix(hash, hash_of(t->elements[i]));
			continue;
		}
		for (const char *p = t->attrs[i].name; *p != '\0'; p++)
			hash = mix(hash, (unsigned char)*p);
		hash = mix(hash, hash_of(t->attrs[i].type));
	}
	return hash;
}

/* The distinct types of the list, in order of first appearance. */
static size_t distinct(struct arena *a, const struct type *const *types, size_t count,
		       const struct type ***ret_types)
{
	const struct type **kept = arena_array(a, count, sizeof(*kept)), **table;
	size_t n = 0, size = 8;

	while (size < 2 * count)
		size *= 2;
	table = arena_array(a, size, sizeof(*table));
	for (size_t i = 0; i < count; i++) {
		size_t at;

		if (i > 0 && types[i] == types[i - 1])
			continue;
		at = (size_t)hash_of(types[i]) & (size - 1);
		while (table[at] && !type_equal(table[at], types[i]))
			at = (at + 1) & (size - 1);
		if (table[at])
			continue;
		table[at] = types[i];
		kept[n++] = types[i];
	}
	*ret_types = kept;
	return n;
}

/*
 * The order in which types are tried: a topological sort by "more general than", first come first
 * where nothing is said.
 */
static void sort_general_first(struct arena *a, const struct type *const *types, size_t count,
			       size_t *order)
{
	size_t *degree = arena_array(a, count, sizeof(*degree)), head = 0, tail = 0;

	for (size_t i = 0; i < count; i++)
		for (size_t j = 0; j < count; j++)
			if (i != j && compare(types[j], types[i]) < 0)
				degree[i]++;
	for (size_t i = 0; i < count; i++)
		if (degree[i] == 0)
			order[tail++] = i;
	while (head < tail) {
		size_t i = order[head++];

		for (size_t j = 0; j < count; j++)
			if (i != j && compare(types[i], types[j]) < 0 && --degree[j] == 0)
				order[tail++] = j;
	}
	/* A cycle would leave places at 0, as the original does: the first type. */
}

static bool all_convert(struct arena *a, const struct type *const *types, size_t count,
			const struct type *want, bool unsafe)
{
	for (size_t i = 0; i < count; i++)
		if (!type_equal(types[i], want) && !convert_possible(a, types[i], want, unsafe))
			return false;
	return true;
}

static const struct type *by_preference(struct arena *a, const struct type *const *types,
					size_t count, bool unsafe)
{
	size_t *order = arena_array(a, count, sizeof(*order));

	sort_general_first(a, types, count, order);
	for (size_t i = 0; i < count; i++)
		if (all_convert(a, types, count, types[order[i]], unsafe))
			return types[order[i]];
	return NULL;
}

static const struct type *make_collection(struct arena *a, enum type_kind kind,
					  const struct type *element)
{
	return kind == TYPE_LIST  ? type_list(a, element)
	       : kind == TYPE_SET ? type_set(a, element)
				  : type_map(a, element);
}

static const struct type *unify_collections(struct arena *a, const struct type *const *types,
					    size_t count, bool unsafe)
{
	const struct type **elements = arena_array(a, count, sizeof(*elements)), *element, *whole;

	for (size_t i = 0; i < count; i++)
		elements[i] = types[i]->element;
	element = unify(a, elements, count, unsafe);
	if (!element)
		return NULL;
	whole = make_collection(a, types[0]->kind, element);
	return all_convert(a, types, count, whole, unsafe) ? whole : NULL;
}

/* Objects to a map, tuples to a list, of what all their parts unify to. */
static const struct type *unify_parts(struct arena *a, const struct type *const *types,
				      size_t count, bool unsafe)
{
	const struct type **parts, *element, *whole;
	size_t total = 0, n = 0;

	for (size_t i = 0; i < count; i++)
		total += types[i]->count;
	parts = arena_array(a, total, sizeof(*parts));
	for (size_t i = 0; i < count; i++)
		for (uint32_t j = 0; j < types[i]->count; j++)
			parts[n++] = types[i]->kind == TYPE_OBJECT ? types[i]->attrs[j].type
								   : types[i]->elements[j];
	element = unify(a, parts, total, unsafe);
	if (!element)
		return NULL;
	whole = types[0]->kind == TYPE_OBJECT ? type_map(a, element) : type_list(a, element);
	return all_convert(a, types, count, whole, unsafe) ? whole : NULL;
}

static bool same_shape(const struct type *const *types, size_t count)
{
	for (size_t i = 1; i < count; i++) {
		if (types[i]->count != types[0]->count)
			return false;
		if (types[i]->kind != TYPE_OBJECT)
			continue;
		for (uint32_t j = 0; j < types[i]->count; j++)
			if (strcmp(types[i]->attrs[j].name, types[0]->attrs[j].name) != 0)
				return false;
	}
	return true;
}

static const struct type *unify_structures(struct arena *a, const struct type *const *types,
					   size_t count, bool unsafe)
{
	bool object = types[0]->kind == TYPE_OBJECT;
	uint32_t width = types[0]->count;
	const struct type **across, **elements, *whole;
	struct type_attr *attrs;

	if (!same_shape(types, count))
		return unify_parts(a, types, count, unsafe);
	across = arena_array(a, count, sizeof(*across));
	attrs = arena_array(a, width, sizeof(*attrs));
	elements = arena_array(a, width, sizeof(*elements));
	for (uint32_t j = 0; j < width; j++) {
		for (size_t i = 0; i < count; i++)
			across[i] = object ? types[i]->attrs[j].type : types[i]->elements[j];
		elements[j] = unify(a, across, count, unsafe);
		if (!elements[j])
			return NULL;
		if (object)
			attrs[j] = (struct type_attr){types[0]->attrs[j].name, elements[j], false};
	}
	whole = object ? type_object(a, attrs, width) : type_tuple(a, elements, width);
	if (all_convert(a, types, count, whole, unsafe))
		return whole;
	return unify_parts(a, types, count, unsafe);
}

/* Objects among maps count as maps, tuples among lists as lists. */
static const struct type *unify_mixed(struct arena *a, const struct type *const *types,
				      size_t count, enum type_kind structure, bool unsafe)
{
	const struct type **some = arena_array(a, count, sizeof(*some)), *common, *whole;
	const struct type **all = arena_array(a, count, sizeof(*all));
	size_t n = 0;

	for (size_t i = 0; i < count; i++)
		if (types[i]->kind == structure)
			some[n++] = types[i];
	common = unify_parts(a, some, n, unsafe);
	if (!common)
		return NULL;
	for (size_t i = 0; i < count; i++)
		all[i] = types[i]->kind == structure ? common : types[i];
	whole = unify(a, all, count, unsafe);
	return whole && whole->kind == common->kind ? whole : NULL;
}

static const struct type *unify(struct arena *a, const struct type *const *types, size_t count,
				bool unsafe)
{
	size_t by_kind[TYPE_TUPLE + 1] = {0}, dynamic;
	const struct type *whole = NULL, **kept;

	if (count == 0)
		return NULL;
	for (size_t i = 0; i < count; i++)
		by_kind[types[i]->kind]++;
	dynamic = by_kind[TYPE_DYNAMIC];
	/* The same type many times says no more than once; that keeps long lists cheap. */
	count = distinct(a, types, count, &kept);
	types = kept;
	if (count == 1)
		return types[0];
	memset(by_kind, 0, sizeof(by_kind));
	for (size_t i = 0; i < count; i++)
		by_kind[types[i]->kind]++;
	dynamic = by_kind[TYPE_DYNAMIC];
	for (enum type_kind k = TYPE_LIST; k <= TYPE_TUPLE; k++) {
		if (by_kind[k] == 0 || by_kind[k] + dynamic != count)
			continue;
		if (dynamic > 0)
			return &type_dynamic;
		if (k == TYPE_OBJECT || k == TYPE_TUPLE)
			return unify_structures(a, types, count, unsafe);
		return unify_collections(a, types, count, unsafe);
	}
	if (by_kind[TYPE_MAP] > 0 && by_kind[TYPE_MAP] + by_kind[TYPE_OBJECT] + dynamic == count)
		whole = unify_mixed(a, types, count, TYPE_OBJECT, unsafe);
	else if (by_kind[TYPE_LIST] > 0 &&
		 by_kind[TYPE_LIST] + by_kind[TYPE_TUPLE] + dynamic == count)
		whole = unify_mixed(a, types, count, TYPE_TUPLE, unsafe);
	else if (by_kind[TYPE_OBJECT] > 0 && by_kind[TYPE_TUPLE] > 0)
		return NULL;
	return whole ? whole : by_preference(a, types, count, unsafe);
}

const struct type *convert_unify(struct arena *a, const struct type *const *types, size_t count,
				 bool allow_unsafe)
{
	return unify(a, types, count, allow_unsafe);
}

/* --- what is wrong, in words ---------------------------------------------------------------- */

static const char *constraint_name(struct arena *a, const struct type *t)
{
	if (t->kind == TYPE_DYNAMIC)
		return "any type";
	if (type_is_collection(t))
		return arena_printf(a, "%s of %s",
				    t->kind == TYPE_LIST  ? "list"
				    : t->kind == TYPE_SET ? "set"
							  : "map",
				    t->element->kind == TYPE_DYNAMIC
					    ? "any single type"
					    : constraint_name(a, t->element));
	return type_name(a, t);
}

static const char *required(struct arena *a, const struct type *want)
{
	const char *name = constraint_name(a, want);

	return arena_printf(a, "%s required", name);
}

static const char *missing_attrs(struct arena *a, const char *const *names, size_t count)
{
	const char *text = "";

	if (count == 1)
		return arena_printf(a, "attribute %s is required", quote_go_text(a, names[0]));
	if (count == 2)
		return arena_printf(a, "attributes %s and %s are required",
				    quote_go_text(a, names[0]), quote_go_text(a, names[1]));
	for (size_t i = 0; i + 1 < count; i++)
		text = arena_printf(a, "%s%s, ", text, quote_go_text(a, names[i]));
	return arena_printf(a, "attributes %sand %s are required", text,
			    quote_go_text(a, names[count - 1]));
}

static const char *mismatch_objects(struct arena *a, const struct type *got,
				    const struct type *want)
{
	const char **missing = arena_array(a, want->count, sizeof(*missing));
	size_t count = 0;

	for (uint32_t i = 0; i < want->count; i++)
		if (type_attr_index(got, want->attrs[i].name) < 0 && !want->attrs[i].optional)
			missing[count++] = want->attrs[i].name;
	if (count > 0)
		return missing_attrs(a, missing, count);
	for (int unsafe = 1; unsafe >= 0; unsafe--) {
		for (uint32_t i = 0; i < want->count; i++) {
			const struct type *have = type_attr_type(got, want->attrs[i].name);

			if (have && !convert_possible(a, have, want->attrs[i].type, unsafe == 1))
				return arena_printf(a, "attribute %s: %s",
						    quote_go_text(a, want->attrs[i].name),
						    convert_mismatch(a, have, want->attrs[i].type));
		}
	}
	return "incorrect object attributes";
}

static const char *mismatch_parts(struct arena *a, const struct type *got, const struct type *want)
{
	bool fits = want->kind == TYPE_MAP ? got->kind == TYPE_OBJECT : got->kind == TYPE_TUPLE;

	if (!fits)
		return required(a, want);
	for (uint32_t i = 0; i < got->count; i++) {
		const struct type *part =
			got->kind == TYPE_TUPLE ? got->elements[i] : got->attrs[i].type;

		if (type_equal(part, want->element) ||
		    convert_possible(a, part, want->element, true))
			continue;
		if (got->kind == TYPE_TUPLE)
			return arena_printf(a, "element %u: %s", i,
					    convert_mismatch(a, part, want->element));
		return arena_printf(a, "element %s: %s", quote_go_text(a, got->attrs[i].name),
				    convert_mismatch(a, part, want->element));
	}
	return arena_printf(a, "all elements must be %s", constraint_name(a, want->element));
}

const char *convert_mismatch(struct arena *a, const struct type *got, const struct type *want)
{
	bool structure = got->kind == TYPE_OBJECT || got->kind == TYPE_TUPLE;
	bool sequence = want->kind == TYPE_LIST || want->kind == TYPE_SET;

	if (got->kind == TYPE_OBJECT && want->kind == TYPE_OBJECT)
		return mismatch_objects(a, got, want);
	if (structure && type_is_collection(want) && want->element->kind == TYPE_DYNAMIC) {
		if (got->kind == TYPE_TUPLE && sequence)
			return want->kind == TYPE_LIST ? "all list elements must have the same type"
						       : "all set elements must have the same type";
		if (got->kind == TYPE_OBJECT && want->kind == TYPE_MAP)
			return "all map elements must have the same type";
	}
	if (structure && type_is_collection(want))
		return mismatch_parts(a, got, want);
	if (type_is_collection(got) && type_is_collection(want)) {
		if (sequence != (got->kind == TYPE_LIST || got->kind == TYPE_SET))
			return required(a, want);
		return arena_printf(a, "incorrect %s element type: %s",
				    want->kind == TYPE_LIST  ? "list"
				    : want->kind == TYPE_SET ? "set"
							     : "map",
				    convert_mismatch(a, got->element, want->element));
	}
	return required(a, want);
}
