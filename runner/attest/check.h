/* What was checked of a bundle or a trust policy, one row each, with ids that never change. */
#ifndef RUNNER_ATTEST_CHECK_H
#define RUNNER_ATTEST_CHECK_H

#include "runner/base/arena.h"
#include "runner/base/base.h"
#include "runner/base/err.h"

enum check_state {
	CHECK_PASSED,
	CHECK_FAILED,
	CHECK_OPEN, /* it cannot be told; not the same as forged */
	CHECK_NOTE, /* what a reader should know; decides nothing */
};

struct check {
	const char *id;
	enum check_state state;
	const char *text; /* what was found; of a failed one also what would be accepted */
};

struct checks {
	struct arena *arena;
	struct check *rows;
	size_t count, capacity;
};

/* True when the state lets the check after it go on: passed or a note. */
bool check_add(struct checks *c, const char *id, enum check_state state, const char *format, ...)
	FP_PRINTF(4, 5);

/* A failed one with the text of e, which is cleared. */
bool check_fail(struct checks *c, const char *id, struct err *e);

/* Failed before open before passed. */
enum check_state check_worst(const struct checks *c);

/* "ok", "FAIL", "open", "note". */
const char *check_word(enum check_state state);

#endif
