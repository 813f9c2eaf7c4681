#include "runner/plan/hcl/operate.h"

const struct type *operate_operand_type(enum operator op)
{
	switch (op) {
	case OPERATOR_OR:
	case OPERATOR_AND:
	case OPERATOR_NOT:
		return &type_bool;
	case OPERATOR_EQUAL:
	case OPERATOR_NOT_EQUAL:
		return NULL;
	case OPERATOR_GREATER:
	case OPERATOR_GREATER_EQUAL:
	case OPERATOR_LESS:
	case OPERATOR_LESS_EQUAL:
	case OPERATOR_ADD:
	case OPERATOR_SUBTRACT:
	case OPERATOR_MULTIPLY:
	case OPERATOR_DIVIDE:
	case OPERATOR_MODULO:
	case OPERATOR_NEGATE:
		return &type_number;
	}
	return NULL;
}

const struct type *operate_result_type(enum operator op)
{
	switch (op) {
	case OPERATOR_ADD:
	case OPERATOR_SUBTRACT:
	case OPERATOR_MULTIPLY:
	case OPERATOR_DIVIDE:
	case OPERATOR_MODULO:
	case OPERATOR_NEGATE:
		return &type_number;
	case OPERATOR_OR:
	case OPERATOR_AND:
	case OPERATOR_NOT:
	case OPERATOR_EQUAL:
	case OPERATOR_NOT_EQUAL:
	case OPERATOR_GREATER:
	case OPERATOR_GREATER_EQUAL:
	case OPERATOR_LESS:
	case OPERATOR_LESS_EQUAL:
		return &type_bool;
	}
	return &type_bool;
}

static const struct value *unknown(struct arena *a, const struct type *t)
{
	return value_not_null(a, value_unknown(a, t));
}

static bool is_bool(const struct value *v, bool b)
{
	return v->state == VALUE_KNOWN && v->boolean == b;
}

static const struct value *logic(struct arena *a, enum operator op, const struct value *x,
				 const struct value *y)
{
	bool decides = op == OPERATOR_OR;

	if (is_bool(x, decides) || is_bool(y, decides))
		return value_bool(decides);
	if (x->state == VALUE_UNKNOWN || y->state == VALUE_UNKNOWN)
		return unknown(a, &type_bool);
	return value_bool(!decides);
}

static const struct number *low(const struct value *v)
{
	return v->state == VALUE_KNOWN ? v->number : value_refinement(v)->min;
}

static const struct number *high(const struct value *v)
{
	return v->state == VALUE_KNOWN ? v->number : value_refinement(v)->max;
}

/* x < y, as far as ranges tell; a bound counts as if it were outside of its range. */
static const struct value *less(struct arena *a, const struct value *x, const struct value *y)
{
	if (x->state == VALUE_KNOWN && y->state == VALUE_KNOWN)
		return value_bool(number_compare(x->number, y->number) < 0);
	if (high(x) && low(y) && number_compare(high(x), low(y)) < 0)
		return &value_true;
	if (low(x) && high(y) && number_compare(low(x), high(y)) > 0)
		return &value_false;
	return unknown(a, &type_bool);
}

static const struct value *compare(struct arena *a, enum operator op, const struct value *x,
				   const struct value *y)
{
	const struct value *strict =
		op == OPERATOR_LESS || op == OPERATOR_LESS_EQUAL ? less(a, x, y) : less(a, y, x);

	if (op == OPERATOR_LESS || op == OPERATOR_GREATER)
		return strict;
	return logic(a, OPERATOR_OR, strict, value_equals(a, x, y));
}

typedef const struct number *arithmetic_fn(struct arena *a, const struct number *x,
					   const struct number *y);

static arithmetic_fn *function_of(enum operator op)
{
	switch ((int)op) {
	case OPERATOR_ADD:
		return number_add;
	case OPERATOR_SUBTRACT:
		return number_subtract;
	case OPERATOR_MULTIPLY:
		return number_multiply;
	case OPERATOR_DIVIDE:
		return number_divide;
	default:
		return number_modulo;
	}
}

static bool is_zero(const struct value *v)
{
	return v->state == VALUE_KNOWN && mpfr_zero_p(v->number->m);
}

static const struct value *arithmetic(struct arena *a, enum operator op, const struct value *x,
				      const struct value *y, const char **ret_fault)
{
	const struct number *n;

	if (op == OPERATOR_DIVIDE && is_zero(y)) {
		*ret_fault = is_zero(x) ? "division by zero" : NULL;
		return NULL;
	}
	if (x->state == VALUE_UNKNOWN || y->state == VALUE_UNKNOWN)
		return unknown(a, &type_number);
	n = function_of(op)(a, x->number, y->number);
	if (n)
		return value_number(a, n);
	*ret_fault = NULL;
	return NULL;
}

static const struct value *plain(struct arena *a, enum operator op, const struct value *x,
				 const struct value *y, const char **ret_fault)
{
	switch (op) {
	case OPERATOR_OR:
	case OPERATOR_AND:
		/* Written out, the operators wait for both sides. */
		if (x->state == VALUE_UNKNOWN || y->state == VALUE_UNKNOWN)
			return unknown(a, &type_bool);
		return logic(a, op, x, y);
	case OPERATOR_NOT:
		return value_not(a, x);
	case OPERATOR_EQUAL:
		return value_equals(a, x, y);
	case OPERATOR_NOT_EQUAL:
		return value_not(a, value_equals(a, x, y));
	case OPERATOR_GREATER:
	case OPERATOR_GREATER_EQUAL:
	case OPERATOR_LESS:
	case OPERATOR_LESS_EQUAL:
		return compare(a, op, x, y);
	case OPERATOR_ADD:
	case OPERATOR_SUBTRACT:
	case OPERATOR_MULTIPLY:
	case OPERATOR_DIVIDE:
	case OPERATOR_MODULO:
		return arithmetic(a, op, x, y, ret_fault);
	case OPERATOR_NEGATE:
		if (x->state == VALUE_UNKNOWN)
			return unknown(a, &type_number);
		return value_number(a, number_negate(a, x->number));
	}
	return NULL;
}

const struct value *operate(struct arena *a, enum operator op, const struct value *left,
			    const struct value *right, const char **ret_fault)
{
	unsigned marks = left->marks_within | (right ? right->marks_within : 0);
	const struct value *x = value_unmark_deep(a, left), *y = NULL, *result;

	if (right)
		y = value_unmark_deep(a, right);
	result = plain(a, op, x, y, ret_fault);
	return result ? value_mark(a, result, marks) : NULL;
}
