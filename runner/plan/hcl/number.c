#include "runner/plan/hcl/number.h"

#include <gmp.h>
#include <stdio.h>
#include <string.h>

#include "runner/base/die.h"

struct number *number_new(struct arena *a, mpfr_prec_t precision)
{
	size_t limbs = mpfr_custom_get_size(precision);
	struct number *n = arena_alloc(a, sizeof(*n) + limbs);
	void *significand = (char *)n + sizeof(*n);

	mpfr_custom_init(significand, precision);
	mpfr_custom_init_set(n->m, MPFR_ZERO_KIND, 0, precision, significand);
	return n;
}

const struct number *number_of_int(struct arena *a, int64_t i)
{
	struct number *n = number_new(a, 64);

	(void)mpfr_set_sj(n->m, i, MPFR_RNDN);
	return n;
}

const struct number *number_of_uint(struct arena *a, uint64_t i)
{
	struct number *n = number_new(a, 64);

	(void)mpfr_set_uj(n->m, i, MPFR_RNDN);
	return n;
}

const struct number *number_of_double(struct arena *a, double d)
{
	struct number *n = number_new(a, 53);

	(void)mpfr_set_d(n->m, d, MPFR_RNDN);
	return n;
}

/* [+-]digits[.digits][(e|E)[+-]digits], with at least one digit before or after the point. */
static bool decimal_shape(const char *p, const char *end, long *ret_exponent)
{
	size_t digits = 0, exponent_digits = 0;
	bool negative = false;
	long exponent = 0;

	if (p < end && (*p == '+' || *p == '-'))
		p++;
	for (; p < end && *p >= '0' && *p <= '9'; p++)
		digits++;
	if (p < end && *p == '.')
		for (p++; p < end && *p >= '0' && *p <= '9'; p++)
			digits++;
	if (digits == 0)
		return false;
	if (p < end && (*p == 'e' || *p == 'E')) {
		p++;
		if (p < end && (*p == '+' || *p == '-'))
			negative = *p++ == '-';
		for (; p < end && *p >= '0' && *p <= '9'; p++, exponent_digits++)
			if (exponent <= NUMBER_EXPONENT_MAX)
				exponent = exponent * 10 + (*p - '0');
		if (exponent_digits == 0)
			return false;
	}
	*ret_exponent = negative ? -exponent : exponent;
	return p == end;
}

const struct number *number_parse(struct arena *a, const char *text, size_t size, bool *ret_limit)
{
	char small[128], *copy = small;
	struct number *n;
	long exponent;

	*ret_limit = false;
	if (!decimal_shape(text, text + size, &exponent))
		return NULL;
	if (size > NUMBER_TEXT_MAX || exponent > NUMBER_EXPONENT_MAX ||
	    exponent < -NUMBER_EXPONENT_MAX) {
		*ret_limit = true;
		return NULL;
	}
	if (size >= sizeof(small))
		copy = arena_alloc(a, size + 1);
	memcpy(copy, text, size);
	copy[size] = '\0';
	n = number_new(a, NUMBER_PRECISION);
	(void)mpfr_set_str(n->m, copy, 10, MPFR_RNDN);
	return n;
}

/* A decimal: 0.digits * 10^point. */
struct decimal {
	char *digits; /* malloc'ed by GMP's default, without trailing zeros */
	size_t count;
	long point;
};

static void decimal_free(struct decimal *d)
{
	free(d->digits);
	d->digits = NULL;
}

/* mantissa * 2^exponent, exactly. */
static struct decimal decimal_of(const mpz_t mantissa, long exponent)
{
	struct decimal d = {NULL, 0, 0};
	mpz_t m;

	mpz_init_set(m, mantissa);
	if (exponent >= 0) {
		mpz_mul_2exp(m, m, (mp_bitcnt_t)exponent);
	} else {
		mpz_t five;

		mpz_init(five);
		mpz_ui_pow_ui(five, 5, (unsigned long)-exponent);
		mpz_mul(m, m, five);
		mpz_clear(five);
	}
	d.digits = mpz_get_str(NULL, 10, m);
	mpz_clear(m);
	if (!d.digits)
		die("out of memory");
	d.count = strlen(d.digits);
	d.point = (long)d.count + (exponent < 0 ? exponent : 0);
	while (d.count > 0 && d.digits[d.count - 1] == '0')
		d.digits[--d.count] = '\0';
	return d;
}

static char digit_at(const struct decimal *d, size_t i)
{
	return i < d->count ? d->digits[i] : '0';
}

static void round_down(struct decimal *d, size_t count)
{
	if (count < d->count)
		d->count = count;
	while (d->count > 0 && d->digits[d->count - 1] == '0')
		d->count--;
}

static void round_up(struct decimal *d, size_t count)
{
	if (count >= d->count)
		return;
	while (count > 0 && d->digits[count - 1] == '9')
		count--;
	if (count == 0) {
		d->digits[0] = '1';
		d->count = 1;
		d->point++;
		return;
	}
	d->digits[count - 1]++;
	d->count = count;
}

static void round_nearest(struct decimal *d, size_t count)
{
	bool up;

	if (count >= d->count)
		return;
	if (d->digits[count] == '5' && count + 1 == d->count)
		up = count > 0 && ((d->digits[count - 1] - '0') & 1) != 0;
	else
		up = d->digits[count] >= '5';
	if (up)
		round_up(d, count);
	else
		round_down(d, count);
}

/* Cuts d, which is m * 2^exponent, to the fewest digits that still read back as the same number. */
static void shorten(struct decimal *d, mpz_t mantissa, long exponent)
{
	bool inclusive = mpz_even_p(mantissa) != 0;
	struct decimal lower, upper;
	mpz_t edge;

	mpz_init(edge);
	mpz_mul_2exp(edge, mantissa, 1);
	mpz_sub_ui(edge, edge, 1);
	lower = decimal_of(edge, exponent - 1);
	mpz_add_ui(edge, edge, 2);
	upper = decimal_of(edge, exponent - 1);
	mpz_clear(edge);
	for (size_t i = 0; i < d->count; i++) {
		char l = digit_at(&lower, i), m = d->digits[i], u = digit_at(&upper, i);
		bool down = l != m || (inclusive && i + 1 == lower.count);
		bool up = m != u && (inclusive || m + 1 < u || i + 1 < upper.count);

		if (down && up)
			round_nearest(d, i + 1);
		else if (down)
			round_down(d, i + 1);
		else if (up)
			round_up(d, i + 1);
		else
			continue;
		break;
	}
	decimal_free(&lower);
	decimal_free(&upper);
}

static void write_decimal(struct buf *out, const struct decimal *d)
{
	if (d->count == 0) {
		buf_addch(out, '0');
		return;
	}
	if (d->point <= 0) {
		buf_addstr(out, "0.");
		for (long i = d->point; i < 0; i++)
			buf_addch(out, '0');
		buf_add(out, d->digits, d->count);
		return;
	}
	for (size_t i = 0; i < FP_MAX((size_t)d->point, d->count); i++) {
		if (i == (size_t)d->point)
			buf_addch(out, '.');
		buf_addch(out, digit_at(d, i));
	}
}

void number_write(struct buf *out, const struct number *n)
{
	struct decimal d;
	mpfr_exp_t exponent;
	mpz_t mantissa;

	if (mpfr_zero_p(n->m)) {
		buf_addstr(out, mpfr_signbit(n->m) ? "-0" : "0");
		return;
	}
	if (mpfr_integer_p(n->m) && mpfr_fits_slong_p(n->m, MPFR_RNDN) &&
	    mpfr_get_exp(n->m) <= mpfr_get_prec(n->m)) {
		buf_addf(out, "%ld", mpfr_get_si(n->m, MPFR_RNDN));
		return;
	}
	mpz_init(mantissa);
	exponent = mpfr_get_z_2exp(mantissa, n->m);
	if (mpz_sgn(mantissa) < 0) {
		buf_addch(out, '-');
		mpz_neg(mantissa, mantissa);
	}
	d = decimal_of(mantissa, exponent);
	shorten(&d, mantissa, exponent);
	write_decimal(out, &d);
	decimal_free(&d);
	mpz_clear(mantissa);
}

static void write_fixed(struct buf *out, const struct decimal *d, long fraction)
{
	if (d->point > 0)
		for (long i = 0; i < d->point; i++)
			buf_addch(out, digit_at(d, (size_t)i));
	else
		buf_addch(out, '0');
	if (fraction <= 0)
		return;
	buf_addch(out, '.');
	for (long i = d->point; i < d->point + fraction; i++)
		buf_addch(out, i < 0 ? '0' : digit_at(d, (size_t)i));
}

static void write_scientific(struct buf *out, const struct decimal *d, char letter, long fraction)
{
	long exponent = d->count > 0 ? d->point - 1 : 0;

	buf_addch(out, digit_at(d, 0));
	if (fraction > 0)
		buf_addch(out, '.');
	for (long i = 1; i <= fraction; i++)
		buf_addch(out, digit_at(d, (size_t)i));
	buf_addf(out, "%c%c%02ld", letter, exponent < 0 ? '-' : '+', labs(exponent));
}

/* The rounding that each verb wants; returns the precision to print with. */
static long round_for(struct decimal *d, char verb, int precision, mpz_t mantissa, long exponent)
{
	if (precision < 0) {
		shorten(d, mantissa, exponent);
		if (verb == 'e')
			return (long)d->count - 1;
		if (verb == 'f')
			return FP_MAX((long)d->count - d->point, 0L);
		return (long)d->count;
	}
	if (verb == 'e')
		round_nearest(d, (size_t)precision + 1);
	else if (verb == 'f' && d->point + precision < 0)
		d->count = 0;
	else if (verb == 'f')
		round_nearest(d, (size_t)(d->point + precision));
	else
		round_nearest(d, (size_t)FP_MAX(precision, 1));
	return verb == 'g' ? FP_MAX(precision, 1) : precision;
}

static void write_general(struct buf *out, const struct decimal *d, long precision, bool shortest)
{
	long limit = precision, exponent = d->count > 0 ? d->point - 1 : 0;

	if (limit > (long)d->count && (long)d->count >= d->point)
		limit = (long)d->count;
	if (shortest)
		limit = 6;
	if (exponent < -4 || exponent >= limit) {
		write_scientific(out, d, 'e', FP_MIN(precision, (long)d->count) - 1);
		return;
	}
	if (precision > d->point)
		precision = (long)d->count;
	write_fixed(out, d, FP_MAX(precision - d->point, 0L));
}

void number_format(struct buf *out, const struct number *n, char verb, int precision)
{
	struct decimal d = {NULL, 0, 0};
	mpfr_exp_t exponent = 0;
	mpz_t mantissa;
	long digits;

	mpz_init(mantissa);
	if (mpfr_signbit(n->m))
		buf_addch(out, '-');
	if (mpfr_regular_p(n->m)) {
		exponent = mpfr_get_z_2exp(mantissa, n->m);
		mpz_abs(mantissa, mantissa);
		d = decimal_of(mantissa, exponent);
	}
	if (d.count > 0)
		digits = round_for(&d, verb, precision, mantissa, exponent);
	else
		digits = precision < 0 ? 0 : precision;
	if (verb == 'e')
		write_scientific(out, &d, 'e', digits);
	else if (verb == 'f')
		write_fixed(out, &d, digits);
	else
		write_general(out, &d, digits, precision < 0);
	decimal_free(&d);
	mpz_clear(mantissa);
}

const char *number_text(struct arena *a, const struct number *n)
{
	FP_CLEANUP(buf_release) struct buf out = BUF_INIT((size_t)16 * 1024 * 1024);

	number_write(&out, n);
	return arena_strdup(a, buf_text(&out));
}

bool number_is_int(const struct number *n)
{
	return mpfr_integer_p(n->m) != 0;
}

bool number_to_int64(const struct number *n, int64_t *ret_int)
{
	if (!mpfr_integer_p(n->m) || !mpfr_fits_intmax_p(n->m, MPFR_RNDN))
		return false;
	*ret_int = mpfr_get_sj(n->m, MPFR_RNDN);
	return true;
}

double number_to_double(const struct number *n)
{
	return mpfr_get_d(n->m, MPFR_RNDN);
}

int number_compare(const struct number *a, const struct number *b)
{
	int order = mpfr_cmp(a->m, b->m);

	return order < 0 ? -1 : order > 0;
}

/* Exponents past this are not kept: no text of Terraform's could show the number. */
static const struct number *bounded(const struct number *n)
{
	if (!mpfr_number_p(n->m))
		return NULL;
	if (mpfr_regular_p(n->m) && (mpfr_get_exp(n->m) > 4 * NUMBER_EXPONENT_MAX ||
				     mpfr_get_exp(n->m) < -4 * NUMBER_EXPONENT_MAX))
		return NULL;
	return n;
}

static mpfr_prec_t greater_precision(const struct number *x, const struct number *y)
{
	return FP_MAX(mpfr_get_prec(x->m), mpfr_get_prec(y->m));
}

const struct number *number_add(struct arena *a, const struct number *x, const struct number *y)
{
	struct number *n = number_new(a, greater_precision(x, y));

	(void)mpfr_add(n->m, x->m, y->m, MPFR_RNDN);
	return bounded(n);
}

const struct number *number_subtract(struct arena *a, const struct number *x,
				     const struct number *y)
{
	struct number *n = number_new(a, greater_precision(x, y));

	(void)mpfr_sub(n->m, x->m, y->m, MPFR_RNDN);
	return bounded(n);
}

const struct number *number_multiply(struct arena *a, const struct number *x,
				     const struct number *y)
{
	struct number *whole = number_new(a, NUMBER_PRECISION), *n;
	mpfr_prec_t precision = greater_precision(x, y);

	(void)mpfr_mul(whole->m, x->m, y->m, MPFR_RNDN);
	if (mpfr_regular_p(whole->m))
		precision = FP_MAX(precision, mpfr_min_prec(whole->m));
	if (precision == NUMBER_PRECISION)
		return bounded(whole);
	n = number_new(a, precision);
	(void)mpfr_set(n->m, whole->m, MPFR_RNDN);
	return bounded(n);
}

const struct number *number_divide(struct arena *a, const struct number *x, const struct number *y)
{
	struct number *n = number_new(a, greater_precision(x, y));

	(void)mpfr_div(n->m, x->m, y->m, MPFR_RNDN);
	return bounded(n);
}

/* x - y * trunc(x / y), where each step is rounded to the precision of x. */
const struct number *number_modulo(struct arena *a, const struct number *x, const struct number *y)
{
	const struct number *quotient;
	struct number *work;

	if (mpfr_zero_p(y->m))
		return x;
	quotient = number_divide(a, x, y);
	if (!quotient)
		return NULL;
	work = number_new(a, mpfr_get_prec(x->m));
	(void)mpfr_trunc(work->m, quotient->m);
	(void)mpfr_mul(work->m, y->m, work->m, MPFR_RNDN);
	(void)mpfr_sub(work->m, x->m, work->m, MPFR_RNDN);
	return bounded(work);
}

const struct number *number_negate(struct arena *a, const struct number *x)
{
	struct number *n = number_new(a, mpfr_get_prec(x->m));

	(void)mpfr_neg(n->m, x->m, MPFR_RNDN);
	return n;
}
