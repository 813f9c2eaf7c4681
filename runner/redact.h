/*
 * Secrets never enter a bundle.  What runner/base/secretscan.h finds in inputs and outcomes, and
 * the values of variables that are marked sensitive, are replaced everywhere by a keyed digest:
 * HMAC-SHA256, by a key of the user's, so that two bundles can be compared by who has the key and
 * nobody else can try passwords.  Without a key of the user's a random one is made and forgotten.
 */
#ifndef RUNNER_REDACT_H
#define RUNNER_REDACT_H

#include <jansson.h>

#include "runner/base/arena.h"
#include "runner/base/buf.h"
#include "runner/base/err.h"
#include "runner/evidence/evidence.h"

#define REDACT_KEY_MIN 32
#define REDACT_KEY_MAX 4096

struct redact_secret {
	const char *bytes;
	size_t size;
	const char *detector;
	const char *variable; /* of a short value: only beside its name; otherwise NULL */
	char digest[65];
};

struct redactor {
	struct arena *arena;
	const uint8_t *key;
	size_t key_size;
	struct redact_secret *secrets;
	size_t secret_count, secret_capacity;
	struct evidence_redaction *rows;
	size_t row_count, row_capacity;
	bool marked; /* a sensitive variable holds a number or a truth value */
};

/* key NULL: a random one. */
FP_MUST_CHECK int redact_init(struct redactor *r, const void *key, size_t size, struct arena *a,
			      struct err *e);

/* Takes note of every secret in the text. */
void redact_learn(struct redactor *r, const char *text, size_t size);

/* The values of variables that the view of a plan marks sensitive. */
void redact_learn_view(struct redactor *r, const json_t *view);

/*
 * False when the text holds none of the secrets; otherwise *ret_text is the text without them, and
 * the file at that path is on the list.  is_input: a rerun would need it.
 */
FP_MUST_CHECK bool redact_text(struct redactor *r, const char *path, bool is_input,
			       const char *text, size_t size, const char **ret_text,
			       size_t *ret_size);

/* What stands for a number or a truth value of that file; it is put on the list. */
const char *redact_scalar(struct redactor *r, const char *path, const json_t *value);

/* Hides the numbers and truth values that a plan or a view marks sensitive; whether there were any.
 */
bool redact_marked(struct redactor *r, const char *path, json_t *file);

/* Replaces *ev by one in whose plans, views and texts no secret is. */
FP_MUST_CHECK int redact_evidence(struct redactor *r, struct evidence *ev, struct err *e);

#endif
