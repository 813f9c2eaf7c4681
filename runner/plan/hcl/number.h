/*
 * Terraform's numbers: binary floating point with a precision of its own for each number (512 bits
 * for those read from text, 64 for those that Go made from an integer), rounded to nearest even.
 */
#ifndef RUNNER_PLAN_HCL_NUMBER_H
#define RUNNER_PLAN_HCL_NUMBER_H

#include <stdint.h>

#define MPFR_USE_INTMAX_T
#include <mpfr.h>

#include "runner/base/arena.h"
#include "runner/base/base.h"
#include "runner/base/buf.h"

#define NUMBER_PRECISION 512
/* Larger exponents of ten are not accepted in texts. */
#define NUMBER_EXPONENT_MAX 100000
#define NUMBER_TEXT_MAX 100000

struct number {
	mpfr_t m; /* its limbs follow it in the arena; never cleared */
};

/* 0 with that precision, to be set by an mpfr function. */
struct number *number_new(struct arena *a, mpfr_prec_t precision);

const struct number *number_of_int(struct arena *a, int64_t i);	  /* 64 bits */
const struct number *number_of_uint(struct arena *a, uint64_t i); /* 64 bits */
const struct number *number_of_double(struct arena *a, double d); /* 53 bits */

/*
 * As cty.ParseNumberVal reads a decimal number (the whole text): NULL when it is none.
 * ret_limit is set when it is one, but larger than accepted.
 */
const struct number *number_parse(struct arena *a, const char *text, size_t size, bool *ret_limit);

/* The shortest decimal text, without exponent, that gives the same number at its precision. */
const char *number_text(struct arena *a, const struct number *n);
void number_write(struct buf *out, const struct number *n);

/*
 * As Go formats big floats: verb is 'e', 'f' or 'g', precision -1 the shortest that reads back.  A
 * minus sign is written, a plus sign never.
 */
void number_format(struct buf *out, const struct number *n, char verb, int precision);

bool number_is_int(const struct number *n);
bool number_to_int64(const struct number *n,
		     int64_t *ret_int); /* false: no integer, or too large */
double number_to_double(const struct number *n);
int number_compare(const struct number *a, const struct number *b);

/* The result has the greater precision of the two; NULL: not a finite number. */
const struct number *number_add(struct arena *a, const struct number *x, const struct number *y);
const struct number *number_subtract(struct arena *a, const struct number *x,
				     const struct number *y);
const struct number *number_multiply(struct arena *a, const struct number *x,
				     const struct number *y);
const struct number *number_divide(struct arena *a, const struct number *x, const struct number *y);
const struct number *number_modulo(struct arena *a, const struct number *x, const struct number *y);
const struct number *number_negate(struct arena *a, const struct number *x);

#endif
