#include <inttypes.h>
#include <string.h>

#include "runner/plan/hcl/convert.h"
#include "runner/plan/hcl/func.h"
#include "runner/plan/hcl/grapheme.h"

static const struct type list_of_bool = {.kind = TYPE_LIST, .element = &type_bool};
static const struct type list_of_string = {.kind = TYPE_LIST, .element = &type_string};
static const struct type any_list = {
	.kind = TYPE_LIST, .element = &type_dynamic, .has_dynamic = true};

static bool is_sequence(const struct value *v)
{
	return v->type->kind == TYPE_LIST || v->type->kind == TYPE_SET ||
	       v->type->kind == TYPE_TUPLE;
}

static const struct value *unknown_of(struct call *c, const struct type *t)
{
	return value_not_null(c->arena, value_unknown(c->arena, t));
}

static const struct value *run_alltrue(struct call *c)
{
	const struct value *list = c->args[0];

	for (size_t i = 0; i < list->count; i++) {
		const struct value *v = list->items[i];

		if (v->state == VALUE_UNKNOWN)
			return unknown_of(c, &type_bool);
		if (v->state == VALUE_NULL || !v->boolean)
			return &value_false;
	}
	return &value_true;
}

static const struct value *run_anytrue(struct call *c)
{
	const struct value *list = c->args[0];
	bool unknown = false;

	for (size_t i = 0; i < list->count; i++) {
		const struct value *v = list->items[i];

		if (v->state == VALUE_UNKNOWN)
			unknown = true;
		else if (v->state == VALUE_KNOWN && v->boolean)
			return &value_true;
	}
	return unknown ? unknown_of(c, &type_bool) : &value_false;
}

static const struct type *chunklist_type(struct call *c)
{
	return type_list(c->arena, c->args[0]->type);
}

static const struct value *run_chunklist(struct call *c)
{
	const struct value *list = value_unmark(c->arena, c->args[0]), **chunks;
	int64_t size;
	size_t count = 0;

	if (!call_int(c, 1, &size))
		return NULL;
	if (size < 0)
		return call_fail(c, "the size argument must be positive");
	chunks = arena_array(c->arena, list->count + 1, sizeof(*chunks));
	if (size == 0)
		chunks[count++] = list;
	for (size_t i = 0; size > 0 && i < list->count; i += (size_t)size)
		chunks[count++] = value_list(c->arena, list->type->element, list->items + i,
					     FP_MIN((size_t)size, list->count - i));
	return value_mark(c->arena, value_list(c->arena, list->type, chunks, count),
			  c->args[0]->marks);
}

static const struct type *unify_args(struct call *c)
{
	const struct type **types = arena_array(c->arena, c->count, sizeof(*types));

	for (size_t i = 0; i < c->count; i++)
		types[i] = c->args[i]->type;
	return convert_unify(c->arena, types, c->count, true);
}

static const struct value *run_coalesce(struct call *c)
{
	const struct type *t = unify_args(c);

	if (c->count == 0)
		return call_fail(c, "at least one argument is required");
	if (!t)
		return call_fail(c, "all arguments must have the same type");
	for (size_t i = 0; i < c->count; i++) {
		const struct value *v;
		struct err e = ERR_INIT;

		if (convert_value(c->arena, c->args[i], t, &v, &e) < 0)
			return call_fail_arg(c, i, "%s", e.text);
		if (v->state == VALUE_UNKNOWN)
			return value_unknown(c->arena, t);
		if (v->state == VALUE_NULL || (t->kind == TYPE_STRING && v->count == 0))
			continue;
		return v;
	}
	return call_fail(c, "no non-null, non-empty-string arguments");
}

static const struct value *run_coalescelist(struct call *c)
{
	if (c->count == 0)
		return call_fail(c, "at least one argument is required");
	for (size_t i = 0; i < c->count; i++) {
		const struct value *v = c->args[i];

		if (v->type->kind == TYPE_DYNAMIC && v->state == VALUE_UNKNOWN)
			return &value_dynamic;
		if (v->state == VALUE_NULL && v->type->kind != TYPE_DYNAMIC)
			continue;
		if (v->type->kind != TYPE_LIST && v->type->kind != TYPE_TUPLE)
			return call_fail(c, "coalescelist arguments must be lists or tuples");
	}
	for (size_t i = 0; i < c->count; i++) {
		if (c->args[i]->state == VALUE_UNKNOWN)
			return &value_dynamic;
		if (c->args[i]->state == VALUE_KNOWN && c->args[i]->count > 0)
			return c->args[i];
	}
	return call_fail(c, "no non-null arguments");
}

static const struct value *run_compact(struct call *c)
{
	const struct value *list = c->args[0];
	const struct value **items = arena_array(c->arena, list->count, sizeof(*items));
	size_t count = 0;

	if (list->unknown_within)
		return unknown_of(c, &list_of_string);
	for (size_t i = 0; i < list->count; i++)
		if (list->items[i]->state == VALUE_KNOWN && list->items[i]->count > 0)
			items[count++] = list->items[i];
	return value_list(c->arena, &type_string, items, count);
}

/* The list that all lists unify to, or NULL when the result is a tuple. */
static const struct type *concat_list_type(struct call *c)
{
	const struct type *t;

	for (size_t i = 0; i < c->count; i++)
		if (c->args[i]->type->kind != TYPE_LIST)
			return NULL;
	t = unify_args(c);
	return t && t->kind == TYPE_LIST ? t : NULL;
}

static const struct value *concat_items(struct call *c, const struct type *list)
{
	const struct value **items;
	unsigned marks = 0;
	size_t count = 0, n = 0;

	for (size_t i = 0; i < c->count; i++) {
		if (c->args[i]->state == VALUE_UNKNOWN)
			return list ? unknown_of(c, list) : &value_dynamic;
		count += c->args[i]->count;
	}
	items = arena_array(c->arena, count, sizeof(*items));
	for (size_t i = 0; i < c->count; i++) {
		marks |= c->args[i]->marks;
		for (size_t j = 0; j < c->args[i]->count; j++) {
			struct err e = ERR_INIT;

			items[n] = c->args[i]->items[j];
			if (list &&
			    convert_value(c->arena, items[n], list->element, &items[n], &e) < 0)
				return call_fail_arg(c, i, "%s", e.text);
			n++;
		}
	}
	return value_mark(c->arena,
			  list ? value_list(c->arena, list->element, items, count)
			       : value_tuple(c->arena, items, count),
			  marks);
}

static const struct value *run_concat(struct call *c)
{
	if (c->count == 0)
		return call_fail(c, "at least one argument is required");
	for (size_t i = 0; i < c->count; i++) {
		enum type_kind kind = c->args[i]->type->kind;

		if (kind == TYPE_DYNAMIC)
			return &value_dynamic;
		if (kind != TYPE_LIST && kind != TYPE_TUPLE)
			return call_fail_arg(c, i, "all arguments must be lists or tuples; got %s",
					     type_name(c->arena, c->args[i]->type));
	}
	return concat_items(c, concat_list_type(c));
}

static const struct value *run_contains(struct call *c)
{
	const struct value *list = c->args[0];
	bool unknown = false;

	if (!is_sequence(list))
		return call_fail(c, "argument must be list, tuple, or set");
	for (size_t i = 0; i < list->count; i++) {
		const struct value *same = value_equals(c->arena, c->args[1], list->items[i]);

		if (same->state == VALUE_UNKNOWN)
			unknown = true;
		else if (same->boolean)
			return &value_true;
	}
	return unknown ? unknown_of(c, &type_bool) : &value_false;
}

static const struct type *same_type(struct call *c)
{
	return c->args[0]->type;
}

struct placed {
	const struct value *value;
	size_t place;
};

static int by_text_and_place(const void *x, const void *y)
{
	const struct placed *a = x, *b = y;
	int order = strcmp(a->value->text, b->value->text);

	return order != 0 ? order : (a->place > b->place) - (a->place < b->place);
}

static bool all_texts(const struct value *list)
{
	for (size_t i = 0; i < list->count; i++)
		if (list->items[i]->state != VALUE_KNOWN ||
		    list->items[i]->type->kind != TYPE_STRING)
			return false;
	return true;
}

/* Long lists are mostly of strings, and sorting finds what they have twice. */
static const struct value *distinct_texts(struct call *c, const struct value *list)
{
	const struct value **items = arena_array(c->arena, list->count, sizeof(*items));
	struct placed *sorted = arena_array(c->arena, list->count, sizeof(*sorted));
	bool *twice = arena_array(c->arena, list->count, sizeof(*twice));
	size_t count = 0;

	for (size_t i = 0; i < list->count; i++)
		sorted[i] = (struct placed){list->items[i], i};
	if (list->count > 1)
		qsort(sorted, list->count, sizeof(*sorted), by_text_and_place);
	for (size_t i = 1; i < list->count; i++)
		twice[sorted[i].place] =
			strcmp(sorted[i - 1].value->text, sorted[i].value->text) == 0;
	for (size_t i = 0; i < list->count; i++)
		if (!twice[i])
			items[count++] = list->items[i];
	return value_list(c->arena, list->type->element, items, count);
}

/* How many comparisons one call may make. */
#define COMPARISONS_MAX ((size_t)20000000)

/* Keeps the first of each. */
static const struct value *run_distinct(struct call *c)
{
	const struct value *list = c->args[0];
	const struct value **items = arena_array(c->arena, list->count, sizeof(*items));
	size_t count = 0;

	if (list->unknown_within)
		return unknown_of(c, list->type);
	if (all_texts(list))
		return distinct_texts(c, list);
	if (list->count > 0 && list->count > COMPARISONS_MAX / list->count)
		return call_limit(c, "too many elements to compare with each other");
	for (size_t i = 0; i < list->count; i++) {
		bool seen = false;

		for (size_t j = 0; j < count && !seen; j++)
			seen = value_equals(c->arena, items[j], list->items[i])->boolean;
		if (!seen)
			items[count++] = list->items[i];
	}
	return value_list(c->arena, list->type->element, items, count);
}

static const struct value *run_element(struct call *c)
{
	const struct value *list = value_unmark(c->arena, c->args[0]), *v;
	enum type_kind kind = list->type->kind;
	size_t count = kind == TYPE_TUPLE ? list->type->count : list->count;
	int64_t at;

	if (kind != TYPE_LIST && kind != TYPE_TUPLE)
		return call_fail(c, "cannot read elements from %s",
				 type_name(c->arena, list->type));
	if (c->args[1]->state == VALUE_UNKNOWN || list->state == VALUE_UNKNOWN) {
		if (kind == TYPE_TUPLE && c->args[1]->state == VALUE_UNKNOWN)
			return value_mark(c->arena, &value_dynamic, c->args[0]->marks);
		if (kind == TYPE_LIST)
			return value_mark(c->arena, value_unknown(c->arena, list->type->element),
					  c->args[0]->marks);
	}
	if (!call_int(c, 1, &at))
		return NULL;
	if (count == 0)
		return call_fail(c, "cannot use element function with an empty list");
	if (at % (int64_t)count < 0)
		return call_fail(c, "cannot use element function with a negative index");
	v = list->state == VALUE_UNKNOWN
		    ? value_unknown(c->arena, list->type->elements[at % (int64_t)count])
		    : list->items[at % (int64_t)count];
	return value_mark(c->arena, v, c->args[0]->marks);
}

struct flat {
	struct call *call;
	const struct value **items;
	size_t count, capacity;
	unsigned marks;
	bool known;
};

static void flatten(struct flat *f, const struct value *list)
{
	f->marks |= list->marks;
	if (list->state == VALUE_UNKNOWN ||
	    (list->type->kind == TYPE_SET && list->unknown_within && list->count > 1)) {
		f->known = false;
		return;
	}
	for (size_t i = 0; i < list->count; i++) {
		const struct value *v = list->items[i];

		if (v->state == VALUE_UNKNOWN && v->type->kind == TYPE_DYNAMIC)
			f->known = false;
		if (v->state != VALUE_NULL && is_sequence(v)) {
			flatten(f, v);
			continue;
		}
		f->items = arena_grow(f->call->arena, f->items, f->count, &f->capacity,
				      sizeof(*f->items));
		f->items[f->count++] = v;
	}
}

static const struct value *run_flatten(struct call *c)
{
	struct flat f = {.call = c, .known = true};

	if (!is_sequence(c->args[0]))
		return call_fail(c, "can only flatten lists, sets and tuples");
	flatten(&f, c->args[0]);
	return value_mark(c->arena,
			  f.known ? value_tuple(c->arena, f.items, f.count) : &value_dynamic,
			  f.marks);
}

static const struct value *run_index(struct call *c)
{
	const struct value *list = c->args[0];

	if (list->type->kind != TYPE_LIST && list->type->kind != TYPE_TUPLE)
		return call_fail(c, "argument must be a list or tuple");
	if (list->count == 0)
		return call_fail(c, "cannot search an empty list");
	for (size_t i = 0; i < list->count; i++) {
		const struct value *same = value_equals(c->arena, list->items[i], c->args[1]);

		if (same->state == VALUE_UNKNOWN)
			return unknown_of(c, &type_number);
		if (same->boolean)
			return value_int(c->arena, (int64_t)i);
	}
	return call_fail(c, "item not found");
}

static const struct value *length_range(struct call *c, size_t min, size_t max)
{
	struct refinement *r = arena_alloc(c->arena, sizeof(*r));

	r->not_null = true;
	r->length_max = SIZE_MAX;
	r->min = number_of_int(c->arena, (int64_t)min);
	r->min_inclusive = true;
	if (max != SIZE_MAX)
		r->max = number_of_int(c->arena, (int64_t)max);
	r->max_inclusive = max != SIZE_MAX;
	return value_unknown_refined(c->arena, &type_number, r);
}

static const struct value *plain_length(struct call *c, const struct value *v)
{
	const struct refinement *r = value_refinement(v);

	switch (v->type->kind) {
	case TYPE_TUPLE:
	case TYPE_OBJECT:
		return value_int(c->arena, v->type->count);
	case TYPE_DYNAMIC:
		return unknown_of(c, &type_number);
	case TYPE_STRING:
		if (v->state == VALUE_UNKNOWN)
			return length_range(c, 0, SIZE_MAX);
		return value_int(c->arena, (int64_t)grapheme_count(v->text, v->count));
	case TYPE_LIST:
	case TYPE_SET:
	case TYPE_MAP:
		if (v->state == VALUE_UNKNOWN)
			return length_range(c, r->has_length ? r->length_min : 0,
					    r->has_length ? r->length_max : SIZE_MAX);
		if (v->type->kind == TYPE_SET && v->unknown_within && v->count > 1)
			return length_range(c, 1, v->count);
		return value_int(c->arena, (int64_t)v->count);
	case TYPE_BOOL:
	case TYPE_NUMBER:
		break;
	}
	return call_fail(c, "argument must be a string, a collection type, or a structural type");
}

static const struct value *run_length(struct call *c)
{
	const struct value *n = plain_length(c, c->args[0]);

	return n ? value_mark(c->arena, n, c->args[0]->marks) : NULL;
}

static const struct type *matchkeys_type(struct call *c)
{
	return c->args[0]->type;
}

static const struct value *run_matchkeys(struct call *c)
{
	const struct value *values = c->args[0], *keys = c->args[1], *wanted = c->args[2];
	const struct value **items = arena_array(c->arena, values->count, sizeof(*items));
	const struct type *types[2] = {keys->type, wanted->type};
	size_t count = 0;

	if (!convert_unify(c->arena, types, 2, false))
		return call_fail(c, "keys and searchset must be of the same type");
	if (values->unknown_within)
		return unknown_of(c, values->type);
	if (wanted->count > 0 && keys->count > COMPARISONS_MAX / wanted->count)
		return call_limit(c, "too many elements to compare with each other");
	if (keys->count != values->count)
		return call_fail(c, "length of keys and values should be equal");
	for (size_t i = 0; i < keys->count; i++) {
		bool found = false;

		for (size_t j = 0; j < wanted->count && !found; j++)
			found = value_equals(c->arena, keys->items[i], wanted->items[j]) ==
				&value_true;
		if (found)
			items[count++] = values->items[i];
	}
	return value_list(c->arena, values->type->element, items, count);
}

static const struct value *run_one(struct call *c)
{
	const struct value *v = value_unmark(c->arena, c->args[0]), *result;
	const struct refinement *r = value_refinement(v);

	if (v->type->kind == TYPE_DYNAMIC)
		return value_mark(c->arena, &value_dynamic, c->args[0]->marks);
	if (!is_sequence(v) || (v->type->kind == TYPE_TUPLE && v->type->count > 1) ||
	    (v->state == VALUE_KNOWN && v->count > 1 &&
	     !(v->type->kind == TYPE_SET && v->unknown_within)) ||
	    (v->state == VALUE_UNKNOWN && r->has_length && r->length_min > 1))
		return call_fail_arg(c, 0,
				     "must be a list, set, or tuple value with either zero or one "
				     "elements");
	if (v->type->kind == TYPE_TUPLE && v->type->count == 0)
		result = &value_null_dynamic;
	else if (v->state == VALUE_UNKNOWN || v->count > 1)
		result = value_unknown(c->arena, v->type->kind == TYPE_TUPLE ? v->type->elements[0]
									     : v->type->element);
	else
		result = v->count == 1 ? v->items[0] : value_null(c->arena, v->type->element);
	return value_mark(c->arena, result, c->args[0]->marks);
}

static const struct type *reverse_type(struct call *c)
{
	const struct type *t = c->args[0]->type, **elements;

	if (t->kind == TYPE_LIST || t->kind == TYPE_SET)
		return type_list(c->arena, t->element);
	if (t->kind != TYPE_TUPLE)
		return call_fail_arg(c, 0, "can only reverse list or tuple values, not %s",
				     type_name(c->arena, t));
	elements = arena_array(c->arena, t->count, sizeof(*elements));
	for (uint32_t i = 0; i < t->count; i++)
		elements[i] = t->elements[t->count - 1 - i];
	return type_tuple(c->arena, elements, t->count);
}

static const struct value *run_reverse(struct call *c)
{
	const struct value *v = c->args[0], **items, *result;

	if (!reverse_type(c))
		return NULL;
	items = arena_array(c->arena, v->count, sizeof(*items));
	for (size_t i = 0; i < v->count; i++)
		items[i] = v->items[v->count - 1 - i];
	result = v->type->kind == TYPE_TUPLE
			 ? value_tuple(c->arena, items, v->count)
			 : value_list(c->arena, v->type->element, items, v->count);
	return value_mark(c->arena, result, v->marks);
}

static const struct type *slice_type(struct call *c)
{
	return c->args[0]->type->kind == TYPE_LIST ? c->args[0]->type : &type_dynamic;
}

static bool slice_bounds(struct call *c, size_t count, int64_t *start, int64_t *end)
{
	if (!call_int(c, 1, start) || !call_int(c, 2, end))
		return false;
	if (*start < 0)
		call_fail_arg(c, 1, "start index must not be less than zero");
	else if (*start > (int64_t)count)
		call_fail_arg(c, 1, "start index must not be greater than the length of the list");
	else if (*end < 0)
		call_fail_arg(c, 2, "end index must not be less than zero");
	else if (*end > (int64_t)count)
		call_fail_arg(c, 2, "end index must not be greater than the length of the list");
	else if (*start > *end)
		call_fail_arg(c, 1, "start index must not be greater than end index");
	else
		return true;
	return false;
}

static const struct value *run_slice(struct call *c)
{
	const struct value *v = c->args[0], *result;
	const struct value *const *items;
	int64_t start, end;

	if (v->type->kind == TYPE_SET)
		return call_fail_arg(
			c, 0,
			"cannot slice a set, because its elements do not have indices; "
			"explicitly convert to a list if the ordering of the set is not "
			"important");
	if (v->type->kind != TYPE_LIST && v->type->kind != TYPE_TUPLE)
		return call_fail_arg(c, 0, "must be a list or tuple value");
	if (!slice_bounds(c, v->count, &start, &end))
		return NULL;
	items = v->count > 0 ? v->items + start : NULL;
	result = v->type->kind == TYPE_TUPLE
			 ? value_tuple(c->arena, items, (size_t)(end - start))
			 : value_list(c->arena, v->type->element, items, (size_t)(end - start));
	return value_mark(c->arena, result, v->marks);
}

static int by_text(const void *x, const void *y)
{
	const struct value *const *a = x, *const *b = y;

	return strcmp((*a)->text, (*b)->text);
}

static const struct value *run_sort(struct call *c)
{
	const struct value *list = c->args[0], **items;
	struct refinement *r;

	if (list->unknown_within) {
		r = arena_alloc(c->arena, sizeof(*r));
		r->not_null = true;
		r->has_length = true;
		r->length_min = r->length_max = list->count;
		return value_unknown_refined(c->arena, &list_of_string, r);
	}
	for (size_t i = 0; i < list->count; i++)
		if (list->items[i]->state == VALUE_NULL)
			return call_fail(c,
					 "given list element %zu is null; a null string cannot be "
					 "sorted",
					 i);
	if (list->count == 0)
		return list;
	items = arena_memdup(c->arena, list->items, list->count * sizeof(*items));
	qsort(items, list->count, sizeof(*items), by_text);
	return value_list(c->arena, &type_string, items, list->count);
}

#define ANY(name, flags)                   \
	{                                  \
		name, &type_dynamic, flags \
	}
#define NUMBER(name)                  \
	{                             \
		name, &type_number, 0 \
	}

const struct function func_collection[] = {
	{.name = "alltrue",
	 .params = {{"list", &list_of_bool, 0}},
	 .count = 1,
	 .returns = &type_bool,
	 .run = run_alltrue},
	{.name = "anytrue",
	 .params = {{"list", &list_of_bool, 0}},
	 .count = 1,
	 .returns = &type_bool,
	 .run = run_anytrue},
	{.name = "chunklist",
	 .params = {{"list", &any_list, PARAM_MARKED}, NUMBER("size")},
	 .count = 2,
	 .type = chunklist_type,
	 .run = run_chunklist},
	{.name = "coalesce",
	 .variadic = true,
	 .rest = ANY("vals", PARAM_UNKNOWN | PARAM_DYNAMIC | PARAM_NULL),
	 .run = run_coalesce},
	{.name = "coalescelist",
	 .variadic = true,
	 .rest = ANY("vals", PARAM_UNKNOWN | PARAM_DYNAMIC | PARAM_NULL),
	 .run = run_coalescelist},
	{.name = "compact",
	 .params = {{"list", &list_of_string, 0}},
	 .count = 1,
	 .returns = &list_of_string,
	 .run = run_compact},
	{.name = "concat",
	 .variadic = true,
	 .rest = ANY("seqs", PARAM_MARKED | PARAM_UNKNOWN),
	 .run = run_concat},
	{.name = "contains",
	 .params = {ANY("list", 0), ANY("value", 0)},
	 .count = 2,
	 .returns = &type_bool,
	 .run = run_contains},
	{.name = "distinct",
	 .params = {{"list", &any_list, 0}},
	 .count = 1,
	 .type = same_type,
	 .run = run_distinct},
	{.name = "element",
	 .params = {ANY("list", PARAM_MARKED | PARAM_UNKNOWN),
		    {"index", &type_number, PARAM_UNKNOWN}},
	 .count = 2,
	 .run = run_element},
	{.name = "flatten", .params = {ANY("list", PARAM_MARKED)}, .count = 1, .run = run_flatten},
	{.name = "index",
	 .params = {ANY("list", 0), ANY("value", 0)},
	 .count = 2,
	 .returns = &type_number,
	 .run = run_index},
	{.name = "length",
	 .params = {ANY("value", PARAM_DYNAMIC | PARAM_UNKNOWN | PARAM_MARKED)},
	 .count = 1,
	 .returns = &type_number,
	 .run = run_length},
	{.name = "matchkeys",
	 .params = {{"values", &any_list, 0}, {"keys", &any_list, 0}, {"searchset", &any_list, 0}},
	 .count = 3,
	 .type = matchkeys_type,
	 .run = run_matchkeys},
	{.name = "one",
	 .params = {ANY("list", PARAM_DYNAMIC | PARAM_UNKNOWN | PARAM_MARKED)},
	 .count = 1,
	 .run = run_one,
	 .may_be_null = true},
	{.name = "reverse",
	 .params = {ANY("list", PARAM_MARKED)},
	 .count = 1,
	 .type = reverse_type,
	 .run = run_reverse},
	{.name = "slice",
	 .params = {ANY("list", PARAM_MARKED), NUMBER("start_index"), NUMBER("end_index")},
	 .count = 3,
	 .type = slice_type,
	 .run = run_slice},
	{.name = "sort",
	 .params = {{"list", &list_of_string, 0}},
	 .count = 1,
	 .returns = &list_of_string,
	 .run = run_sort},
	{.name = NULL},
};
