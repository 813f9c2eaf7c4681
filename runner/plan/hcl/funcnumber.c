#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "runner/plan/hcl/convert.h"
#include "runner/plan/hcl/func.h"
#include "runner/plan/hcl/operate.h"

#define NUM(i) (c->args[i]->number)

/* As Go's range function of Terraform: no more elements than this. */
#define RANGE_MAX 1024

static const struct value *run_abs(struct call *c)
{
	struct number *n = number_new(c->arena, mpfr_get_prec(NUM(0)->m));

	(void)mpfr_abs(n->m, NUM(0)->m, MPFR_RNDN);
	return value_number(c->arena, n);
}

static const struct value *run_ceil(struct call *c)
{
	struct number *n = number_new(c->arena, mpfr_get_prec(NUM(0)->m));

	(void)mpfr_ceil(n->m, NUM(0)->m);
	if (mpfr_zero_p(n->m))
		(void)mpfr_set_zero(n->m, 1);
	return value_number(c->arena, n);
}

static const struct value *run_floor(struct call *c)
{
	struct number *n = number_new(c->arena, mpfr_get_prec(NUM(0)->m));

	(void)mpfr_floor(n->m, NUM(0)->m);
	return value_number(c->arena, n);
}

static const struct value *from_double(struct call *c, double d)
{
	if (isnan(d))
		return call_fail(c, "the result is not a number");
	if (isinf(d))
		return call_unsupported(c, "an infinite result");
	return value_number(c->arena, number_of_double(c->arena, d));
}

/*
 * The natural logarithm as Go computes it, which is fdlibm's way (e_log.c) and not rounded as the C
 * library rounds: each operation must stand as it is written.
 */
static double go_log(double x)
{
	const double ln2_high = 6.93147180369123816490e-01, ln2_low = 1.90821492927058770002e-10;
	const double l1 = 6.666666666666735130e-01, l2 = 3.999999999940941908e-01;
	const double l3 = 2.857142874366239149e-01, l4 = 2.222219843214978396e-01;
	const double l5 = 1.818357216161805012e-01, l6 = 1.531383769920937332e-01;
	const double l7 = 1.479819860511658591e-01;
	double f, k, s, s2, s4, t1, t2, half;
	int exponent;

	f = frexp(x, &exponent);
	if (f < M_SQRT2 / 2) {
		f *= 2;
		exponent--;
	}
	f -= 1;
	k = exponent;
	s = f / (2 + f);
	s2 = s * s;
	s4 = s2 * s2;
	t1 = s2 * (l1 + s4 * (l3 + s4 * (l5 + s4 * l7)));
	t2 = s4 * (l2 + s4 * (l4 + s4 * l6));
	half = 0.5 * f * f;
	return k * ln2_high - ((half - (s * (half + (t1 + t2)) + k * ln2_low)) - f);
}

static double any_log(double x)
{
	if (x < 0)
		return NAN;
	return x == 0 ? -INFINITY : isinf(x) ? x : go_log(x);
}

static const struct value *run_log(struct call *c)
{
	double num = number_to_double(NUM(0)), base = number_to_double(NUM(1));
	double result = any_log(num) / any_log(base);

	if (base == 0 && result == 0)
		return call_unsupported(c, "a zero below zero");
	return from_double(c, result);
}

/* Go's math.Pow for whole exponents: by squaring, on mantissa and exponent. */
static double pow_whole(double x, double y)
{
	double a1 = 1, x1, rest = fabs(y);
	int64_t ae = 0, xe64, n = (int64_t)rest;
	int xe;

	x1 = frexp(x, &xe);
	xe64 = xe;
	for (; n != 0; n >>= 1) {
		if (xe64 < -(1 << 12) || xe64 > (1 << 12)) {
			ae += xe64;
			break;
		}
		if (n & 1) {
			a1 *= x1;
			ae += xe64;
		}
		x1 *= x1;
		xe64 *= 2;
		if (x1 < .5) {
			x1 += x1;
			xe64--;
		}
	}
	if (y < 0) {
		a1 = 1 / a1;
		ae = -ae;
	}
	if (ae > 4000 || ae < -4000)
		return ae > 0 ? INFINITY : 0;
	return ldexp(a1, (int)ae);
}

static const struct value *run_pow(struct call *c)
{
	double x = number_to_double(NUM(0)), y = number_to_double(NUM(1));

	if (y == 0 || x == 1)
		return from_double(c, 1);
	if (y == 1)
		return from_double(c, x);
	if (x == 0)
		return y < 0 ? call_unsupported(c, "an infinite result") : from_double(c, 0);
	if (y == .5 && x > 0)
		return from_double(c, sqrt(x));
	if (y == -.5 && x > 0)
		return from_double(c, 1 / sqrt(x));
	if (y != floor(y) || fabs(y) >= 9.2e18)
		return call_unsupported(c, "a power that is no whole number");
	return from_double(c, pow_whole(x, y));
}

static const struct value *run_signum(struct call *c)
{
	int64_t n;

	if (!call_int(c, 0, &n))
		return NULL;
	return value_int(c->arena, (n > 0) - (n < 0));
}

static const struct value *extreme(struct call *c, int sign)
{
	const struct value *best = NULL;

	if (c->count == 0)
		return call_fail(c, "must pass at least one number");
	for (size_t i = 0; i < c->count; i++)
		if (!best || number_compare(NUM(i), best->number) * sign > 0)
			best = c->args[i];
	return best;
}

static const struct value *run_max(struct call *c)
{
	return extreme(c, 1);
}

static const struct value *run_min(struct call *c)
{
	return extreme(c, -1);
}

static bool digits_fit(const char *text, int64_t base)
{
	size_t n = 0;

	if (*text == '-' || *text == '+')
		text++;
	for (; text[n] != '\0'; n++) {
		char d = text[n];
		int64_t v = d >= '0' && d <= '9'   ? d - '0'
			    : d >= 'a' && d <= 'z' ? d - 'a' + 10
			    : d >= 'A' && d <= 'Z' ? d - 'A' + (base <= 36 ? 10 : 36)
						   : 99;

		if (v >= base)
			return false;
	}
	return n > 0;
}

/* GMP and Go order the letters of bases over 36 differently. */
static char *swap_case(struct arena *a, const char *text)
{
	char *out = arena_strdup(a, text);

	for (char *p = out; *p != '\0'; p++) {
		if (*p >= 'a' && *p <= 'z')
			*p = (char)(*p - 'a' + 'A');
		else if (*p >= 'A' && *p <= 'Z')
			*p = (char)(*p - 'A' + 'a');
	}
	return out;
}

static const struct value *run_parseint(struct call *c)
{
	const struct value *text = c->args[0];
	struct number *n;
	int64_t base;
	const char *digits;
	mpz_t z;

	if (text->type->kind != TYPE_STRING)
		return call_fail_arg(c, 0, "first argument must be a string, not %s",
				     type_name(c->arena, text->type));
	if (!call_int(c, 1, &base))
		return NULL;
	if (base < 2 || base > 62)
		return call_fail_arg(c, 1,
				     "base must be a whole number between 2 and 62 inclusive");
	if (text->count > NUMBER_TEXT_MAX)
		return call_limit(c, "a number of more than %d digits", NUMBER_TEXT_MAX);
	if (!digits_fit(text->text, base))
		return call_fail_arg(c, 0, "cannot parse \"%s\" as a base %" PRId64 " integer",
				     text->text, base);
	digits = text->text + (*text->text == '+');
	if (base > 36)
		digits = swap_case(c->arena, digits);
	mpz_init(z);
	(void)mpz_set_str(z, digits, (int)base);
	n = number_new(c->arena, (mpfr_prec_t)FP_MAX(mpz_sizeinbase(z, 2), (size_t)64));
	(void)mpfr_set_z(n->m, z, MPFR_RNDN);
	mpz_clear(z);
	return value_number(c->arena, n);
}

static const struct type list_of_number = {.kind = TYPE_LIST, .element = &type_number};

static const struct value *run_range(struct call *c)
{
	const struct number *zero = number_of_int(c->arena, 0), *start = zero, *end, *step, *at;
	const struct value **items = arena_array(c->arena, RANGE_MAX, sizeof(*items));
	size_t count = 0;
	bool down;

	if (c->count < 1 || c->count > 3)
		return call_fail(c, "must have one, two, or three arguments");
	end = NUM(c->count == 1 ? 0 : 1);
	if (c->count > 1)
		start = NUM(0);
	down = number_compare(end, start) < 0;
	step = c->count == 3 ? NUM(2) : number_of_int(c->arena, down ? -1 : 1);
	if (mpfr_zero_p(step->m))
		return call_fail(c, "step must not be zero");
	if (c->count == 3 && down && mpfr_sgn(step->m) > 0)
		return call_fail_arg(c, 1, "end must be greater than start when step is positive");
	if (c->count == 3 && number_compare(end, start) > 0 && mpfr_sgn(step->m) < 0)
		return call_fail_arg(c, 1, "end must be less than start when step is negative");
	down = mpfr_sgn(step->m) < 0;
	for (at = start; down ? number_compare(at, end) > 0 : number_compare(at, end) < 0;
	     at = number_add(c->arena, at, step)) {
		if (count >= RANGE_MAX)
			return call_fail(c, "more than 1024 values were generated; either decrease "
					    "the difference between start and end or use a smaller "
					    "step");
		items[count++] = value_number(c->arena, at);
	}
	return value_list(c->arena, &type_number, items, count);
}

static const struct value *run_sum(struct call *c)
{
	const struct value *list = c->args[0], *sum = NULL;
	enum type_kind kind = list->type->kind;

	if (kind != TYPE_LIST && kind != TYPE_SET && kind != TYPE_TUPLE)
		return call_fail_arg(c, 0, "argument must be list, set, or tuple. Received %s",
				     type_name(c->arena, list->type));
	if (list->state == VALUE_UNKNOWN || list->unknown_within)
		return value_unknown(c->arena, &type_number);
	if (list->count == 0)
		return call_fail_arg(c, 0, "cannot sum an empty list");
	for (size_t i = 0; i < list->count; i++) {
		const struct value *v;
		struct err e = ERR_INIT;
		const char *fault;

		if (list->items[i]->state == VALUE_NULL ||
		    convert_value(c->arena, list->items[i], &type_number, &v, &e) < 0)
			return call_fail_arg(
				c, 0, "argument must be list, set, or tuple of number values");
		sum = sum ? operate(c->arena, OPERATOR_ADD, sum, v, &fault) : v;
		if (!sum)
			return call_unsupported(c, "a sum that is not accepted");
	}
	return sum;
}

#define NUMBER_PARAM(name)            \
	{                             \
		name, &type_number, 0 \
	}

const struct function func_number[] = {
	{.name = "abs",
	 .params = {NUMBER_PARAM("num")},
	 .count = 1,
	 .returns = &type_number,
	 .run = run_abs},
	{.name = "ceil",
	 .params = {NUMBER_PARAM("num")},
	 .count = 1,
	 .returns = &type_number,
	 .run = run_ceil},
	{.name = "floor",
	 .params = {NUMBER_PARAM("num")},
	 .count = 1,
	 .returns = &type_number,
	 .run = run_floor},
	{.name = "log",
	 .params = {NUMBER_PARAM("num"), NUMBER_PARAM("base")},
	 .count = 2,
	 .returns = &type_number,
	 .run = run_log},
	{.name = "max",
	 .variadic = true,
	 .rest = NUMBER_PARAM("numbers"),
	 .returns = &type_number,
	 .run = run_max},
	{.name = "min",
	 .variadic = true,
	 .rest = NUMBER_PARAM("numbers"),
	 .returns = &type_number,
	 .run = run_min},
	{.name = "parseint",
	 .params = {{"number", &type_dynamic, 0}, NUMBER_PARAM("base")},
	 .count = 2,
	 .returns = &type_number,
	 .run = run_parseint},
	{.name = "pow",
	 .params = {NUMBER_PARAM("num"), NUMBER_PARAM("power")},
	 .count = 2,
	 .returns = &type_number,
	 .run = run_pow},
	{.name = "range",
	 .variadic = true,
	 .rest = NUMBER_PARAM("params"),
	 .returns = &list_of_number,
	 .run = run_range},
	{.name = "signum",
	 .params = {NUMBER_PARAM("num")},
	 .count = 1,
	 .returns = &type_number,
	 .run = run_signum},
	{.name = "sum",
	 .params = {{"list", &type_dynamic, PARAM_UNKNOWN}},
	 .count = 1,
	 .returns = &type_number,
	 .run = run_sum},
	{.name = NULL},
};
