/*
 * The audit record of a bundle as a list of items in reading order, made once and written in one of
 * four forms.  Items hold text as it came; each writer escapes it for its own form, so that nothing
 * that a fix says can pass for anything but text.
 */
#ifndef RUNNER_REPORT_RECORD_H
#define RUNNER_REPORT_RECORD_H

#include <jansson.h>

#include "runner/base/arena.h"
#include "runner/base/buf.h"
#include "verifiers/verifier.h"

enum record_kind {
	RECORD_TITLE,	/* name: the case; text: the decision; more: its title */
	RECORD_ALARM,	/* text: what must not be overlooked */
	RECORD_SECTION, /* name */
	RECORD_FIELD,	/* name, text */
	RECORD_NOTE,	/* text */
	RECORD_VERDICT, /* name: verifier; text: reason; more: where the evidence is */
	RECORD_HEAD,	/* cells: the head of a table */
	RECORD_ROW,	/* cells: a row of it */
	RECORD_DIFF,	/* text: lines with +, - or @ in front */
};

enum record_tone {
	RECORD_PLAIN,
	RECORD_GOOD,
	RECORD_BAD,
	RECORD_OPEN,
	RECORD_DIM,
};

#define RECORD_CELLS_MAX 6

struct record_item {
	enum record_kind kind;
	enum record_tone tone;
	const char *name, *text, *more;
	const char *word; /* of a verdict: "pass", "FAIL", … */
	const char *cells[RECORD_CELLS_MAX];
	size_t cell_count;
};

struct record {
	struct arena *arena;
	struct record_item *items;
	size_t count, capacity;
};

struct record_input {
	const struct judgement *judgement;
	const char *diff;		/* of the code */
	const char *const *not_claimed; /* NULL-terminated */
	const char *checked;		/* who accepted it, or NULL: nothing was verified here */
	const char *rejected;		/* why it was not accepted; or NULL */
};

void record_make(const struct record_input *in, struct arena *a, struct record *ret_record);

void record_text(const struct record *r, bool colour, struct buf *out);
void record_markdown(const struct record *r, struct buf *out);
void record_html(const struct record *r, struct buf *out);
json_t *record_json(const struct record *r);

#endif
