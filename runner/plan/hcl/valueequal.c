#include <string.h>

#include "runner/plan/hcl/convert.h"
#include "runner/plan/hcl/value.h"
#include "runner/plan/hcl/valueset.h"

enum answer {
	NO,
	YES,
	OPEN
};

static const struct value *unknown_bool(struct arena *a)
{
	return value_not_null(a, value_unknown(a, &type_bool));
}

/* Whether what is refined about the unknown u shuts out the known v. */
static bool shut_out(const struct value *u, const struct value *v)
{
	const struct refinement *r = value_refinement(u);

	if (v->state == VALUE_NULL)
		return r->not_null;
	/* The two must be of one type to be equal, unless the unknown one may turn out null. */
	if (v->state != VALUE_KNOWN || v->type->kind != u->type->kind)
		return false;
	if (r->prefix && v->type->kind == TYPE_STRING)
		return strncmp(v->text, r->prefix, strlen(r->prefix)) != 0;
	if (v->type->kind == TYPE_NUMBER && r->min) {
		int order = number_compare(v->number, r->min);

		if (order < 0 || (order == 0 && !r->min_inclusive))
			return true;
	}
	if (v->type->kind == TYPE_NUMBER && r->max) {
		int order = number_compare(v->number, r->max);

		if (order > 0 || (order == 0 && !r->max_inclusive))
			return true;
	}
	if (r->has_length && type_is_collection(v->type) && !v->unknown_within)
		return v->count < r->length_min || v->count > r->length_max;
	return false;
}

static enum answer equal(struct arena *a, const struct value *x, const struct value *y);

static enum answer unknown_equal(const struct value *x, const struct value *y)
{
	const struct value *known, *unknown;

	if (x->state == VALUE_UNKNOWN && y->state == VALUE_UNKNOWN)
		return OPEN;
	known = x->state == VALUE_UNKNOWN ? y : x;
	unknown = x->state == VALUE_UNKNOWN ? x : y;
	if (shut_out(unknown, known))
		return NO;
	if (known->state == VALUE_NULL || unknown->type->has_dynamic)
		return OPEN;
	return type_equal(known->type, unknown->type) ? OPEN : NO;
}

static enum answer items_equal(struct arena *a, const struct value *x, const struct value *y)
{
	bool keyed = x->type->kind == TYPE_MAP || x->type->kind == TYPE_OBJECT;
	enum answer all = YES;

	if (x->count != y->count)
		return NO;
	for (size_t i = 0; i < x->count; i++) {
		enum answer one;

		if (x->type->kind == TYPE_MAP && strcmp(x->keys[i], y->keys[i]) != 0)
			return NO;
		one = equal(a, x->items[i], y->items[i]);
		/*
		 * Terraform answers with the first part that is not equal or that it cannot tell.
		 * It meets those of maps and objects in random order: then not knowing is right.
		 */
		if (one == OPEN && keyed)
			all = OPEN;
		else if (one == NO && keyed && all == YES)
			all = NO;
		else if (one != YES && !keyed)
			return one;
	}
	return all;
}

static bool subset(struct arena *a, const struct value *x, const struct value *y)
{
	for (size_t i = 0; i < x->count; i++)
		if (valueset_has(a, y, x->items[i]) != 1)
			return false;
	return true;
}

static enum answer sets_equal(struct arena *a, const struct value *x, const struct value *y)
{
	for (size_t i = 0; i < x->count; i++)
		if (x->items[i]->state == VALUE_UNKNOWN)
			return OPEN;
	for (size_t i = 0; i < y->count; i++)
		if (y->items[i]->state == VALUE_UNKNOWN)
			return OPEN;
	if (x->count != y->count)
		return NO;
	return subset(a, x, y) && subset(a, y, x) ? YES : NO;
}

static bool may_conform(const struct type *x, const struct type *y);

static bool parts_may_conform(const struct type *x, const struct type *y)
{
	if (x->kind != y->kind || x->count != y->count)
		return false;
	for (uint32_t i = 0; i < x->count; i++) {
		if (x->kind == TYPE_OBJECT && strcmp(x->attrs[i].name, y->attrs[i].name) != 0)
			return false;
		if (x->kind == TYPE_OBJECT ? !may_conform(x->attrs[i].type, y->attrs[i].type)
					   : !may_conform(x->elements[i], y->elements[i]))
			return false;
	}
	return x->element ? may_conform(x->element, y->element) : true;
}

/* Whether a type of the form x can be of the form y, where "any" stands for whatever. */
static bool may_conform(const struct type *x, const struct type *y)
{
	if (y->kind == TYPE_DYNAMIC || type_equal(x, y))
		return true;
	return parts_may_conform(x, y);
}

static enum answer known_equal(struct arena *a, const struct value *x, const struct value *y)
{
	switch (x->type->kind) {
	case TYPE_DYNAMIC:
		return OPEN;
	case TYPE_BOOL:
		return x->boolean == y->boolean ? YES : NO;
	case TYPE_NUMBER:
		return number_compare(x->number, y->number) == 0 ? YES : NO;
	case TYPE_STRING:
		return x->count == y->count && strcmp(x->text, y->text) == 0 ? YES : NO;
	case TYPE_SET:
		return sets_equal(a, x, y);
	case TYPE_LIST:
	case TYPE_MAP:
	case TYPE_OBJECT:
	case TYPE_TUPLE:
		return items_equal(a, x, y);
	}
	return OPEN;
}

/* The type of v holds "any" only because something of it is an unknown or null of any type. */
static bool wholly_typed(const struct value *v)
{
	if (v->type->kind == TYPE_DYNAMIC)
		return v->state == VALUE_NULL;
	if (!v->type->has_dynamic || !value_is_iterable(v))
		return !v->type->has_dynamic || v->state == VALUE_NULL;
	for (size_t i = 0; i < v->count; i++)
		if (!wholly_typed(v->items[i]))
			return false;
	return true;
}

static enum answer equal(struct arena *a, const struct value *x, const struct value *y)
{
	if (x->state == VALUE_UNKNOWN || y->state == VALUE_UNKNOWN)
		return unknown_equal(x, y);
	if (x->state == VALUE_NULL || y->state == VALUE_NULL)
		return x->state == y->state ? YES : NO;
	if (!wholly_typed(x) || !wholly_typed(y)) {
		if (!may_conform(x->type, y->type) && !may_conform(y->type, x->type))
			return NO;
		return OPEN;
	}
	if (!type_equal(x->type, y->type))
		return NO;
	return known_equal(a, x, y);
}

const struct value *value_equals(struct arena *a, const struct value *x, const struct value *y)
{
	unsigned marks = x->marks_within | y->marks_within;
	enum answer answer = equal(a, x, y);
	const struct value *result = answer == OPEN ? unknown_bool(a) : value_bool(answer == YES);

	return value_mark(a, result, marks);
}

const struct value *value_not(struct arena *a, const struct value *x)
{
	const struct value *result =
		x->state == VALUE_UNKNOWN ? unknown_bool(a) : value_bool(!x->boolean);

	return value_mark(a, result, x->marks);
}
