/*
 * An error is our inability to do the work; what is wrong with a fix is a verdict, never an error.
 *
 * The struct is the caller's and holds its text in place: nothing to free, nothing leaks.  A
 * function that can fail returns 0 or -1, takes the struct last, and sets it exactly once.
 */
#ifndef RUNNER_BASE_ERR_H
#define RUNNER_BASE_ERR_H

#include "runner/base/base.h"

#define ERR_TEXT_BYTES 2048

enum err_kind {
	ERR_NONE,
	ERR_USAGE,	 /* the command line */
	ERR_INPUT,	 /* a file that the user gave */
	ERR_LIMIT,	 /* something larger than we accept */
	ERR_SYSTEM,	 /* a system call failed */
	ERR_SANDBOX,	 /* the sandbox could not be set up as asked */
	ERR_UNSUPPORTED, /* valid, but nothing that we can decide */
	ERR_CRYPTO,	 /* a key, a signature, a certificate */
	ERR_PEER,	 /* one of our own processes broke the contract between them */
};

struct err {
	enum err_kind kind;
	char text[ERR_TEXT_BYTES]; /* one line, lower case, no newline */
};

#define ERR_INIT                             \
	{                                    \
		.kind = ERR_NONE, .text = "" \
	}

/* Sets e, which must be unset; always returns -1, so that callers can return it. */
int err_set(struct err *e, enum err_kind kind, const char *format, ...) FP_PRINTF(3, 4);

/* Like err_set with ERR_SYSTEM, and adds ": " and the text of errno.  Goes directly after the call.
 */
int err_sys(struct err *e, const char *format, ...) FP_PRINTF(2, 3);

/* Puts "format: " before the text of a set error; always returns -1. */
int err_wrap(struct err *e, const char *format, ...) FP_PRINTF(2, 3);

/* Forgets an error that was dealt with. */
void err_clear(struct err *e);

/* "input", "limit", … as written in JSON output. */
const char *err_kind_name(enum err_kind kind);

#endif
