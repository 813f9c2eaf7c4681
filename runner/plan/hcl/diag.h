/*
 * Source files, ranges in them, and lists of diagnostics.
 *
 * A range is two byte offsets; line and column are worked out when somebody asks.  Lines count from
 * 1, columns too, in grapheme clusters, as HCL counts them.
 */
#ifndef RUNNER_PLAN_HCL_DIAG_H
#define RUNNER_PLAN_HCL_DIAG_H

#include <stdarg.h>

#include "runner/base/arena.h"
#include "runner/base/base.h"
#include "runner/base/buf.h"
#include "runner/base/err.h"

struct source {
	const char *name; /* as shown: the path relative to the workspace */
	const char *text; /* NUL-terminated, size bytes */
	size_t size;
};

/* The text is not copied and must live as long as the arena. */
const struct source *diag_source(struct arena *a, const char *name, const char *text, size_t size);

struct range {
	const struct source *source; /* NULL: nowhere */
	uint32_t start, end;	     /* bytes; end is exclusive */
};

struct range diag_range_between(struct range first, struct range last);

struct position {
	uint32_t line, column;
};

struct position diag_start(struct range r);
struct position diag_end(struct range r);

/* "main.tf:3,5-8" as Terraform writes a range inside of messages. */
const char *diag_range_text(struct arena *a, struct range r);

enum diag_severity {
	DIAG_ERROR,	  /* Terraform would refuse this too */
	DIAG_UNSUPPORTED, /* it may be right, but nothing that can be decided here exactly */
	DIAG_LIMIT,	  /* larger or deeper than is accepted */
	DIAG_WARNING,
};

const char *diag_severity_name(enum diag_severity severity);

struct diag {
	enum diag_severity severity;
	const char *summary; /* as "Unsupported attribute", without a full stop */
	const char *detail;  /* whole sentences; "" when there is nothing to add */
	struct range subject;
};

#define DIAG_MAX 200

struct diags {
	struct arena *arena;
	struct diag *list;
	size_t count, capacity;
	size_t dropped;	 /* over DIAG_MAX, counted only */
	size_t failures; /* everything but warnings */
};

#define DIAGS_INIT(arena_pointer)        \
	{                                \
		.arena = (arena_pointer) \
	}

/* detail_format may be NULL. */
void diag_add(struct diags *d, enum diag_severity severity, struct range subject,
	      const char *summary, const char *detail_format, ...) FP_PRINTF(5, 6);
void diag_error(struct diags *d, struct range subject, const char *summary,
		const char *detail_format, ...) FP_PRINTF(4, 5);
void diag_unsupported(struct diags *d, struct range subject, const char *summary,
		      const char *detail_format, ...) FP_PRINTF(4, 5);
void diag_append(struct diags *d, const struct diag *one);

/* Forgets all after the first count ones; for try() and can(). */
struct diag_mark {
	size_t count, dropped, failures;
};
struct diag_mark diag_mark(const struct diags *d);
void diag_rewind(struct diags *d, struct diag_mark mark);

/* The source line that holds the start of r, without its newline; NULL when r is nowhere. */
const char *diag_source_line(struct arena *a, struct range r);

/*
 * "main.tf:3:5: error: Unsupported attribute: This object has no argument …\n  3: source line\n";
 * control characters made visible.
 */
void diag_write(struct buf *out, const struct diag *one);

/* The first failure as an error: ERR_INPUT, ERR_UNSUPPORTED or ERR_LIMIT; how many more are told.
 */
int diag_to_err(const struct diags *d, struct err *e);

#endif
