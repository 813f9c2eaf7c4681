/*
 * What scanners reported, in the formats that they write: SARIF 2.1.0, the JSON of Checkov and of
 * Trivy, the AWS Security Finding Format, and CodeTF.  A report is read into rows of one shape; the
 * row that a case means is then tied to a resource of the workspace by the positions that the
 * parser noted.  Nothing is guessed: a row that points to nothing, or to more than one thing, is
 * refused with what is nearest to it.
 */
#ifndef RUNNER_FINDINGS_FINDINGS_H
#define RUNNER_FINDINGS_FINDINGS_H

#include <jansson.h>

#include "runner/base/arena.h"
#include "runner/base/base.h"
#include "runner/base/err.h"

#define FINDINGS_MAX_BYTES ((size_t)16 << 20)
#define FINDINGS_ROWS_MAX 100000
#define FINDINGS_TEXT_MAX 4096 /* bytes that are kept of a message */

/* Texts are never NULL; "" is what the report does not say. */
struct findings_row {
	const char *tool, *rule;
	const char *alias;    /* another id of the same rule */
	const char *address;  /* of the resource, as the scanner names it */
	const char *identity; /* of a live resource: its ARN */
	const char *kind;     /* of a live resource: "AwsS3Bucket" */
	const char *message;
	const char *severity; /* a word of fixproof-case(5) */
	const char *file;
	size_t line, end_line; /* 0: not said */
};

struct findings {
	const char *what;   /* its file name, for messages */
	const char *format; /* "sarif", "checkov", "trivy", "asff", "codetf" */
	const struct findings_row *rows;
	size_t count;
};

/*
 * Reads a report; its format is told from what it holds.  Only what is open is kept: not what
 * passed, was suppressed or is resolved.
 */
FP_MUST_CHECK int findings_read(const char *what, const char *text, size_t size, struct arena *a,
				const struct findings **ret_findings, struct err *e);

/* Which row is meant; what is NULL or 0 leaves it open. */
struct findings_choice {
	const char *rule, *resource, *file;
	size_t line;
	bool has_index;
	size_t index; /* of those that the rest leaves, from 0 */
};

struct findings_place {
	const struct findings_row *row;
	const char *resource; /* address of an instance, or of a block for all its instances */
	const char *file;     /* as the workspace has it; NULL when the row has no position */
};

/* Chooses one row and ties it to a resource of the view (docs/view.md). */
FP_MUST_CHECK int findings_settle(const struct findings *f, const struct findings_choice *by,
				  const json_t *view, struct arena *a,
				  struct findings_place *ret_place, struct err *e);

/* Ties that row. */
FP_MUST_CHECK int findings_place(const struct findings *f, const struct findings_row *row,
				 const json_t *view, struct arena *a,
				 struct findings_place *ret_place, struct err *e);

#endif
