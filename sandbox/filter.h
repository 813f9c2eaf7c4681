/*
 * The seccomp filters: made from policies/seccomp/NAME.list when fixproof is built (by filterc), so
 * that a launch only loads them.  Beside each filter stand the rows it was made from, because the
 * filter can only say "ask the supervisor": which error to answer, and whether the refusal is a
 * loud one, the supervisor finds here.
 */
#ifndef SANDBOX_FILTER_H
#define SANDBOX_FILTER_H

#include <linux/filter.h>
#include <linux/seccomp.h>

#include "runner/base/base.h"
#include "runner/base/sha256.h"
#include "sandbox/sandbox.h"

enum filter_action {
	FILTER_ALLOW,
	FILTER_WATCH,  /* a program starts */
	FILTER_START,  /* only the first program */
	FILTER_ANSWER, /* the supervisor does the call's work */
	FILTER_TIMES,  /* allowed; the supervisor moves the file times in the answer */
	FILTER_ENDING, /* allowed; the supervisor looks whether a limit was the reason */
	FILTER_LOUD,
	FILTER_QUIET,
	FILTER_SILENT, /* the filter itself refuses; never seen by the supervisor */
};

#define FILTER_TESTS_MAX 3

/* (argument & mask) == value */
struct filter_test {
	unsigned int argument;
	uint64_t mask;
	uint64_t value;
};

struct filter_row {
	int nr;
	enum filter_action action;
	int error;
	unsigned int test_count;
	struct filter_test tests[FILTER_TESTS_MAX];
};

/* Overlays of a profile; a bit mask. */
enum filter_overlay {
	FILTER_PLAIN = 0,
	FILTER_CLOCK = 1,
	FILTER_RANDOM = 2,
	FILTER_OVERLAYS = 4, /* how many combinations there are */
};

struct filter {
	const struct sock_filter *code;
	unsigned short code_count;
	const struct filter_row *rows;
	size_t row_count;
	struct filter_row fallback; /* of known calls */
	struct filter_row unknown;  /* of numbers without a name */
	struct filter_row foreign;  /* of other architectures */
};

const struct filter *filter_find(enum sandbox_profile profile, bool clock, bool random);

/* What the supervisor has to do about a call that the filter did not let through. */
const struct filter_row *filter_decide(const struct filter *f, const struct seccomp_data *data);

/* NULL for a number that has no name (of this architecture). */
const char *filter_call_name(int nr);

struct sha256 filter_digest(const struct filter *f);

#endif
