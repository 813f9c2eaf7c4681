#include <string.h>

#include "runner/plan/hcl/convert.h"
#include "runner/plan/hcl/func.h"
#include "runner/plan/hcl/valueset.h"

static const struct type any_set = {
	.kind = TYPE_SET, .element = &type_dynamic, .has_dynamic = true};

/* The type of all sets together; NULL after call_fail(). */
static const struct type *common_set(struct call *c)
{
	const struct type **types = arena_array(c->arena, c->count, sizeof(*types)), *element;
	size_t n = 0;

	for (size_t i = 0; i < c->count; i++) {
		const struct value *v = c->args[i];

		if (v->state == VALUE_KNOWN && v->count == 0 &&
		    v->type->element->kind == TYPE_DYNAMIC)
			continue;
		types[n++] = v->type->element;
	}
	if (n == 0)
		return &any_set;
	element = convert_unify(c->arena, types, n, true);
	if (!element)
		return call_fail(c, "given sets must all have compatible element types");
	return type_set(c->arena, element);
}

/* Which elements of the first set stay, given another. */
static const struct value *filter(struct call *c, const struct value *first,
				  const struct value *other, bool keep_common)
{
	const struct value **items = arena_array(c->arena, first->count, sizeof(*items));
	size_t count = 0;

	for (size_t i = 0; i < first->count; i++)
		if ((valueset_has(c->arena, other, first->items[i]) == 1) == keep_common)
			items[count++] = first->items[i];
	return value_set(c->arena, first->type->element, items, count);
}

static const struct value *join(struct call *c, const struct value *first,
				const struct value *other)
{
	size_t count = first->count + other->count;
	const struct value **items = arena_array(c->arena, count, sizeof(*items));

	if (first->count > 0)
		memcpy(items, first->items, first->count * sizeof(*items));
	if (other->count > 0)
		memcpy(items + first->count, other->items, other->count * sizeof(*items));
	return value_set(c->arena, first->type->element, items, count);
}

enum operation {
	UNION,
	INTERSECTION,
	DIFFERENCE
};

static const struct value *combine(struct call *c, enum operation op)
{
	const struct type *t = common_set(c);
	const struct value *result = NULL;

	if (!t)
		return NULL;
	for (size_t i = 0; i < c->count; i++) {
		const struct value *v;
		struct err e = ERR_INIT;

		if (convert_value(c->arena, c->args[i], t, &v, &e) < 0)
			return call_fail_arg(c, i, "%s", e.text);
		if (v->state == VALUE_UNKNOWN || (op != UNION && v->unknown_within))
			return value_not_null(c->arena, value_unknown(c->arena, t));
		if (op != UNION && result && !type_is_primitive(t->element) && v->count > 0 &&
		    result->count > 20000000 / v->count)
			return call_limit(c, "too many elements to compare with each other");
		if (!result)
			result = v;
		else if (op == UNION)
			result = join(c, result, v);
		else
			result = filter(c, result, v, op == INTERSECTION);
	}
	return result;
}

static const struct value *run_union(struct call *c)
{
	return combine(c, UNION);
}

static const struct value *run_intersection(struct call *c)
{
	return combine(c, INTERSECTION);
}

static const struct value *run_subtract(struct call *c)
{
	return combine(c, DIFFERENCE);
}

/* The type of the elements that argument i gives to each tuple; NULL after call_fail_arg(). */
static const struct type *factor_type(struct call *c, size_t i, bool *ret_list)
{
	const struct type *t = c->args[i]->type, *common;

	if (t->kind == TYPE_SET) {
		*ret_list = false;
		return t->element;
	}
	if (t->kind == TYPE_LIST)
		return t->element;
	if (t->kind != TYPE_TUPLE)
		return call_fail_arg(c, i, "a set or a list is required");
	if (t->count == 0)
		return &type_dynamic;
	common = convert_unify(c->arena, t->elements, t->count, true);
	return common ? common : call_fail_arg(c, i, "all elements must be of the same type");
}

static const struct value *product(struct call *c, const struct type **types, size_t total,
				   bool list)
{
	const struct type *element = type_tuple(c->arena, types, c->count);
	const struct value **tuples = arena_array(c->arena, total, sizeof(*tuples));

	for (size_t n = 0; n < total; n++) {
		const struct value **items = arena_array(c->arena, c->count, sizeof(*items));
		size_t rest = n;

		for (size_t i = c->count; i-- > 0;) {
			struct err e = ERR_INIT;

			if (convert_value(c->arena, c->args[i]->items[rest % c->args[i]->count],
					  types[i], &items[i], &e) < 0)
				return call_fail_arg(c, i, "%s", e.text);
			rest /= c->args[i]->count;
		}
		tuples[n] = value_tuple(c->arena, items, c->count);
	}
	if (total > 0)
		element = tuples[0]->type;
	return list ? value_list(c->arena, element, tuples, total)
		    : value_set(c->arena, element, tuples, total);
}

static const struct value *run_setproduct(struct call *c)
{
	const struct type **types = arena_array(c->arena, c->count, sizeof(*types)), *t;
	bool list = true, unknown = false;
	size_t total = 1;
	unsigned marks = 0;
	const struct value *result;

	if (c->count < 2)
		return call_fail(c, "at least two arguments are required");
	for (size_t i = 0; i < c->count; i++) {
		const struct value *v = c->args[i];

		types[i] = factor_type(c, i, &list);
		if (!types[i])
			return NULL;
		marks |= v->marks;
		unknown |= v->state == VALUE_UNKNOWN ||
			   (v->type->kind == TYPE_SET && v->unknown_within && v->count > 1);
		if (__builtin_mul_overflow(total, v->count, &total) || total > FUNC_COUNT_MAX)
			return call_limit(c, "more than %zu elements", FUNC_COUNT_MAX);
	}
	t = type_tuple(c->arena, types, c->count);
	if (unknown)
		result = value_not_null(c->arena,
					value_unknown(c->arena, list ? type_list(c->arena, t)
								     : type_set(c->arena, t)));
	else
		result = product(c, types, total, list);
	return result ? value_mark(c->arena, result, marks) : NULL;
}

const struct function func_set[] = {
	{.name = "setintersection",
	 .params = {{"first_set", &any_set, 0}},
	 .count = 1,
	 .variadic = true,
	 .rest = {"other_sets", &any_set, 0},
	 .type = common_set,
	 .run = run_intersection},
	{.name = "setproduct",
	 .variadic = true,
	 .rest = {"sets", &type_dynamic, PARAM_MARKED | PARAM_UNKNOWN},
	 .run = run_setproduct},
	{.name = "setsubtract",
	 .params = {{"a", &any_set, 0}, {"b", &any_set, 0}},
	 .count = 2,
	 .type = common_set,
	 .run = run_subtract},
	{.name = "setunion",
	 .params = {{"first_set", &any_set, PARAM_UNKNOWN}},
	 .count = 1,
	 .variadic = true,
	 .rest = {"other_sets", &any_set, PARAM_UNKNOWN},
	 .type = common_set,
	 .run = run_union},
	{.name = NULL},
};
