#include "runner/plan/hcl/value.h"

#include <string.h>
#include <uninorm.h>

#include "runner/base/die.h"
#include "runner/base/utf8.h"
#include "runner/plan/hcl/valueset.h"

const struct value value_true = {.type = &type_bool, .boolean = true};
const struct value value_false = {.type = &type_bool, .boolean = false};
const struct value value_dynamic = {
	.type = &type_dynamic, .state = VALUE_UNKNOWN, .unknown_within = true};
const struct value value_null_dynamic = {.type = &type_dynamic, .state = VALUE_NULL};
static const struct refinement nothing_known = {.not_null = false, .length_max = SIZE_MAX};

static struct value *make(struct arena *a, const struct type *t)
{
	struct value *v = arena_alloc(a, sizeof(*v));

	v->type = t;
	return v;
}

const struct value *value_bool(bool b)
{
	return b ? &value_true : &value_false;
}

const struct value *value_number(struct arena *a, const struct number *n)
{
	struct value *v = make(a, &type_number);

	v->number = n;
	return v;
}

const struct value *value_int(struct arena *a, int64_t i)
{
	return value_number(a, number_of_int(a, i));
}

const char *value_text_fault(const char *text, size_t size)
{
	if (memchr(text, '\0', size))
		return "has a NUL character";
	return utf8_valid(text, size) ? NULL : "is not valid UTF-8";
}

static bool is_ascii(const char *text, size_t size)
{
	for (size_t i = 0; i < size; i++)
		if ((unsigned char)text[i] >= 0x80)
			return false;
	return true;
}

const char *value_normalize(struct arena *a, const char *text, size_t size, size_t *ret_size)
{
	uint8_t *normal;
	char *copy;

	if (is_ascii(text, size)) {
		*ret_size = size;
		return arena_strndup(a, text, size);
	}
	normal = u8_normalize(UNINORM_NFC, (const uint8_t *)text, size, NULL, ret_size);
	if (!normal)
		die("out of memory, or a text that is not UTF-8");
	copy = arena_strndup(a, (const char *)normal, *ret_size);
	free(normal);
	return copy;
}

const struct value *value_string_n(struct arena *a, const char *text, size_t size)
{
	struct value *v = make(a, &type_string);

	v->text = value_normalize(a, text, size, &v->count);
	return v;
}

const struct value *value_string(struct arena *a, const char *text)
{
	return value_string_n(a, text, strlen(text));
}

const struct value *value_null(struct arena *a, const struct type *t)
{
	struct value *v;

	if (t->kind == TYPE_DYNAMIC)
		return &value_null_dynamic;
	v = make(a, type_without_optional(a, t));
	v->state = VALUE_NULL;
	return v;
}

const struct value *value_unknown(struct arena *a, const struct type *t)
{
	struct value *v;

	if (t->kind == TYPE_DYNAMIC)
		return &value_dynamic;
	v = make(a, type_without_optional(a, t));
	v->state = VALUE_UNKNOWN;
	v->unknown_within = true;
	return v;
}

/* The one value that r leaves, or NULL. */
static const struct value *only_value(struct arena *a, const struct type *t,
				      const struct refinement *r)
{
	if (!r->not_null)
		return NULL;
	if (t->kind == TYPE_NUMBER && r->min && r->max && r->min_inclusive && r->max_inclusive &&
	    number_compare(r->min, r->max) == 0)
		return value_number(a, r->min);
	if (!r->has_length || r->length_max != r->length_min)
		return NULL;
	if (r->length_max == 0 && t->kind == TYPE_LIST)
		return value_list(a, t->element, NULL, 0);
	if (r->length_max == 0 && t->kind == TYPE_SET)
		return value_set(a, t->element, NULL, 0);
	if (r->length_max == 0 && t->kind == TYPE_MAP)
		return value_map(a, t->element, NULL, NULL, 0);
	if (t->kind == TYPE_LIST && r->length_max <= 1024) {
		const struct value **items = arena_array(a, r->length_max, sizeof(*items));

		for (size_t i = 0; i < r->length_max; i++)
			items[i] = value_unknown(a, t->element);
		return value_list(a, t->element, items, r->length_max);
	}
	return NULL;
}

const struct value *value_unknown_refined(struct arena *a, const struct type *t,
					  const struct refinement *r)
{
	const struct type *plain = type_without_optional(a, t);
	const struct value *only = only_value(a, plain, r);
	struct value *v;

	if (only)
		return only;
	if (t->kind == TYPE_DYNAMIC && !r->not_null)
		return &value_dynamic;
	v = make(a, plain);
	v->state = VALUE_UNKNOWN;
	v->unknown_within = true;
	v->refinement = r;
	return v;
}

const struct value *value_not_null(struct arena *a, const struct value *v)
{
	struct refinement *r;
	const struct value *refined;

	if (v->state != VALUE_UNKNOWN || value_refinement(v)->not_null ||
	    v->type->kind == TYPE_DYNAMIC)
		return v;
	r = arena_memdup(a, value_refinement(v), sizeof(*r));
	r->not_null = true;
	refined = value_unknown_refined(a, v->type, r);
	return value_mark(a, refined, v->marks);
}

/* Sums up what the items hold. */
static void gather(struct value *v)
{
	uint64_t weight = v->count;
	uint32_t depth = 0;

	for (size_t i = 0; i < v->count; i++) {
		v->marks_within |= v->items[i]->marks_within;
		v->unknown_within |= v->items[i]->unknown_within;
		weight += v->items[i]->weight;
		depth = FP_MAX(depth, (uint32_t)v->items[i]->depth);
	}
	v->depth = (uint16_t)FP_MIN(depth + 1, (uint32_t)UINT16_MAX);
	v->weight = (uint32_t)FP_MIN(weight, (uint64_t)UINT32_MAX);
}

const struct value *value_list(struct arena *a, const struct type *element,
			       const struct value *const *items, size_t count)
{
	struct value *v = make(a, type_list(a, type_without_optional(a, element)));

	v->items = items;
	v->count = count;
	gather(v);
	return v;
}

const struct value *value_set(struct arena *a, const struct type *element,
			      const struct value *const *items, size_t count)
{
	struct value *v = make(a, type_set(a, type_without_optional(a, element)));
	const struct value **own = arena_array(a, count, sizeof(*own));

	for (size_t i = 0; i < count; i++) {
		v->marks |= items[i]->marks_within;
		own[i] = value_unmark_deep(a, items[i]);
	}
	v->count = valueset_order(a, own, count);
	v->items = own;
	gather(v);
	v->marks_within |= v->marks;
	return v;
}

struct pair {
	const char *key;
	const struct value *item;
	size_t place;
};

static int by_key(const void *x, const void *y)
{
	const struct pair *a = x, *b = y;
	int order = strcmp(a->key, b->key);

	return order != 0 ? order : (a->place > b->place) - (a->place < b->place);
}

/* Sorts by key; of equal keys the last one stays. */
static size_t sort_pairs(struct arena *a, const char **keys, const struct value **items,
			 size_t count)
{
	struct pair *pairs;
	size_t kept = 0;
	bool sorted = true;

	for (size_t i = 1; i < count && sorted; i++)
		sorted = strcmp(keys[i - 1], keys[i]) < 0;
	if (sorted)
		return count;
	pairs = arena_array(a, count, sizeof(*pairs));
	for (size_t i = 0; i < count; i++)
		pairs[i] = (struct pair){keys[i], items[i], i};
	qsort(pairs, count, sizeof(*pairs), by_key);
	for (size_t i = 0; i < count; i++) {
		if (kept > 0 && strcmp(keys[kept - 1], pairs[i].key) == 0)
			kept--;
		keys[kept] = pairs[i].key;
		items[kept++] = pairs[i].item;
	}
	return kept;
}

const struct value *value_map(struct arena *a, const struct type *element, const char **keys,
			      const struct value **items, size_t count)
{
	struct value *v = make(a, type_map(a, type_without_optional(a, element)));

	v->count = sort_pairs(a, keys, items, count);
	v->keys = keys;
	v->items = items;
	gather(v);
	return v;
}

const struct value *value_tuple(struct arena *a, const struct value *const *items, size_t count)
{
	const struct type **types = arena_array(a, count, sizeof(*types));
	struct value *v;

	for (size_t i = 0; i < count; i++)
		types[i] = items[i]->type;
	v = make(a, type_tuple(a, types, count));
	v->items = items;
	v->count = count;
	gather(v);
	return v;
}

const struct value *value_object(struct arena *a, const char **keys, const struct value **items,
				 size_t count)
{
	size_t kept = sort_pairs(a, keys, items, count);
	struct type_attr *attrs = arena_array(a, kept, sizeof(*attrs));

	for (size_t i = 0; i < kept; i++)
		attrs[i] = (struct type_attr){.name = keys[i], .type = items[i]->type};
	return value_object_of(a, type_object(a, attrs, kept), items);
}

const struct value *value_object_of(struct arena *a, const struct type *type,
				    const struct value *const *items)
{
	struct value *v = make(a, type);

	v->items = items;
	v->count = type->count;
	gather(v);
	return v;
}

bool value_is_iterable(const struct value *v)
{
	if (v->state != VALUE_KNOWN)
		return false;
	return type_is_collection(v->type) || v->type->kind == TYPE_TUPLE ||
	       v->type->kind == TYPE_OBJECT;
}

bool value_has_keys(const struct value *v)
{
	return v->state == VALUE_KNOWN &&
	       (v->type->kind == TYPE_MAP || v->type->kind == TYPE_OBJECT);
}

const char *value_key(const struct value *v, size_t i)
{
	return v->type->kind == TYPE_OBJECT ? v->type->attrs[i].name : v->keys[i];
}

const struct value *value_get(const struct value *v, const char *key)
{
	size_t low = 0, high = v->count;

	if (!value_has_keys(v))
		return NULL;
	while (low < high) {
		size_t middle = (low + high) / 2;
		int order = strcmp(value_key(v, middle), key);

		if (order == 0)
			return v->items[middle];
		if (order < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return NULL;
}

const struct refinement *value_refinement(const struct value *v)
{
	return v->state == VALUE_UNKNOWN && v->refinement ? v->refinement : &nothing_known;
}

bool value_surely_not_null(const struct value *v)
{
	if (v->state == VALUE_UNKNOWN)
		return value_refinement(v)->not_null;
	return v->state == VALUE_KNOWN;
}

static bool same_bound(const struct number *a, const struct number *b)
{
	return a == b || (a && b && number_compare(a, b) == 0);
}

static bool refinements_same(const struct refinement *a, const struct refinement *b)
{
	if (a->not_null != b->not_null || a->has_length != b->has_length)
		return false;
	if (a->has_length && (a->length_min != b->length_min || a->length_max != b->length_max))
		return false;
	if (!same_bound(a->min, b->min) || !same_bound(a->max, b->max) ||
	    a->min_inclusive != b->min_inclusive || a->max_inclusive != b->max_inclusive)
		return false;
	return a->prefix == b->prefix ||
	       (a->prefix && b->prefix && strcmp(a->prefix, b->prefix) == 0);
}

static bool items_same(const struct value *a, const struct value *b, bool marks);

static bool same(const struct value *a, const struct value *b, bool marks)
{
	if (a == b)
		return true;
	if (a->state != b->state || (marks && a->marks != b->marks) ||
	    !type_equal(a->type, b->type))
		return false;
	if (a->state == VALUE_UNKNOWN)
		return refinements_same(value_refinement(a), value_refinement(b));
	if (a->state == VALUE_NULL)
		return true;
	switch (a->type->kind) {
	case TYPE_DYNAMIC:
		return true;
	case TYPE_BOOL:
		return a->boolean == b->boolean;
	case TYPE_NUMBER:
		return number_compare(a->number, b->number) == 0;
	case TYPE_STRING:
		return strcmp(a->text, b->text) == 0;
	case TYPE_LIST:
	case TYPE_SET:
	case TYPE_MAP:
	case TYPE_OBJECT:
	case TYPE_TUPLE:
		return items_same(a, b, marks);
	}
	return false;
}

static bool items_same(const struct value *a, const struct value *b, bool marks)
{
	if (a->count != b->count)
		return false;
	for (size_t i = 0; i < a->count; i++) {
		if (a->type->kind == TYPE_MAP && strcmp(a->keys[i], b->keys[i]) != 0)
			return false;
		if (!same(a->items[i], b->items[i], marks))
			return false;
	}
	return true;
}

bool value_identical(const struct value *a, const struct value *b)
{
	return same(a, b, true);
}

bool value_same(const struct value *a, const struct value *b)
{
	return same(a, b, false);
}

const struct value *value_mark(struct arena *a, const struct value *v, unsigned marks)
{
	struct value *marked;

	if ((v->marks | marks) == v->marks)
		return v;
	marked = arena_memdup(a, v, sizeof(*v));
	marked->marks = (uint8_t)(marked->marks | marks);
	marked->marks_within = (uint8_t)(marked->marks_within | marks);
	return marked;
}

const struct value *value_unmark(struct arena *a, const struct value *v)
{
	struct value *plain;

	if (v->marks == 0)
		return v;
	plain = arena_memdup(a, v, sizeof(*v));
	plain->marks = 0;
	plain->marks_within = 0;
	if (value_is_iterable(plain))
		gather(plain);
	return plain;
}

const struct value *value_unmark_deep(struct arena *a, const struct value *v)
{
	struct value *plain;
	const struct value **items;

	if (v->marks_within == 0)
		return v;
	plain = arena_memdup(a, v, sizeof(*v));
	plain->marks = 0;
	plain->marks_within = 0;
	if (!value_is_iterable(v))
		return plain;
	items = arena_array(a, v->count, sizeof(*items));
	for (size_t i = 0; i < v->count; i++)
		items[i] = value_unmark_deep(a, v->items[i]);
	plain->items = items;
	return plain;
}

struct walk {
	struct arena *arena;
	unsigned wanted;
	struct value_step *steps;
	size_t depth, step_capacity;
	struct value_path *paths;
	size_t count, capacity;
};

static void walk_marks(struct walk *w, const struct value *v)
{
	if ((v->marks_within & w->wanted) == 0)
		return;
	if ((v->marks & w->wanted) != 0) {
		w->paths =
			arena_grow(w->arena, w->paths, w->count, &w->capacity, sizeof(*w->paths));
		w->paths[w->count++] = (struct value_path){
			arena_memdup(w->arena, w->steps, w->depth * sizeof(*w->steps)), w->depth,
			v->marks};
	}
	if (!value_is_iterable(v))
		return;
	for (size_t i = 0; i < v->count; i++) {
		w->steps = arena_grow(w->arena, w->steps, w->depth, &w->step_capacity,
				      sizeof(*w->steps));
		w->steps[w->depth++] = (struct value_step){
			.key = value_has_keys(v) ? value_key(v, i) : NULL,
			.index = i,
			.in_set = v->type->kind == TYPE_SET,
		};
		walk_marks(w, v->items[i]);
		w->depth--;
	}
}

void value_marked_paths(struct arena *a, const struct value *v, unsigned wanted,
			struct value_path **ret_paths, size_t *ret_count)
{
	struct walk w = {.arena = a, .wanted = wanted};

	walk_marks(&w, v);
	*ret_paths = w.paths;
	*ret_count = w.count;
}

/* v with these items; the type follows the items where they changed theirs. */
static const struct value *with_items(struct arena *a, const struct value *v,
				      const struct value **items)
{
	const struct type *element =
		v->count > 0 && type_is_collection(v->type) ? items[0]->type : v->type->element;
	const char **keys;

	switch (v->type->kind) {
	case TYPE_LIST:
		return value_list(a, element, items, v->count);
	case TYPE_SET:
		return value_set(a, element, items, v->count);
	case TYPE_TUPLE:
		return value_tuple(a, items, v->count);
	case TYPE_MAP:
	case TYPE_OBJECT:
		keys = arena_array(a, v->count, sizeof(*keys));
		for (size_t i = 0; i < v->count; i++)
			keys[i] = value_key(v, i);
		if (v->type->kind == TYPE_MAP)
			return value_map(a, element, keys, items, v->count);
		return value_object(a, keys, items, v->count);
	case TYPE_DYNAMIC:
	case TYPE_BOOL:
	case TYPE_NUMBER:
	case TYPE_STRING:
		break;
	}
	return v;
}

const struct value *value_rewrite(struct arena *a, const struct value *v, value_rewrite_fn *f,
				  void *context)
{
	const struct value *whole = v;

	if (value_is_iterable(v) && v->count > 0) {
		const struct value **items = arena_array(a, v->count, sizeof(*items));
		bool changed = false;

		for (size_t i = 0; i < v->count; i++) {
			items[i] = value_rewrite(a, v->items[i], f, context);
			changed |= items[i] != v->items[i];
		}
		if (changed)
			whole = value_mark(a, with_items(a, v, items), v->marks);
	}
	return f(context, a, whole);
}
