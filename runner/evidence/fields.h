/* Structs to JSON and back by one table of fields, so that the two directions cannot drift apart.
 */
#ifndef RUNNER_EVIDENCE_FIELDS_H
#define RUNNER_EVIDENCE_FIELDS_H

#include <jansson.h>

#include "runner/base/arena.h"
#include "runner/base/base.h"
#include "runner/base/err.h"

enum field_kind {
	FIELD_STRING, /* const char *; NULL is written as no member at all */
	FIELD_BOOL,
	FIELD_INT,  /* int */
	FIELD_SIZE, /* size_t */
	FIELD_U64,  /* uint64_t, below 2^53 */
	FIELD_SHA256,
	FIELD_STRINGS, /* const char *const *items; size_t count, as in struct evidence_strings */
	FIELD_OBJECT,  /* a struct in place, by `fields` */
	FIELD_LIST,    /* const struct *rows; size_t count, directly after one another */
};

struct field {
	const char *key;
	enum field_kind kind;
	size_t offset;
	const struct field *fields; /* of FIELD_OBJECT and FIELD_LIST; ends with a key of NULL */
	size_t size;		    /* of a row of FIELD_LIST */
	/* Not written while it is empty, so that what has none reads as it did before there were.
	 */
	bool optional;
};

#define FIELD(type, member, field_kind)                                            \
	{                                                                          \
#member, field_kind, offsetof(struct type, member), NULL, 0, false \
	}
#define FIELD_IN(type, member, sub)                                                 \
	{                                                                           \
#member, FIELD_OBJECT, offsetof(struct type, member), sub, 0, false \
	}
#define FIELD_ROWS(type, name, member, sub, row)                                                \
	{                                                                                       \
		name, FIELD_LIST, offsetof(struct type, member), sub, sizeof(struct row), false \
	}
#define FIELD_MAYBE(type, member, field_kind)                                     \
	{                                                                         \
#member, field_kind, offsetof(struct type, member), NULL, 0, true \
	}
#define FIELD_ROWS_MAYBE(type, name, member, sub, row)                                         \
	{                                                                                      \
		name, FIELD_LIST, offsetof(struct type, member), sub, sizeof(struct row), true \
	}
#define FIELD_END                                   \
	{                                           \
		NULL, FIELD_BOOL, 0, NULL, 0, false \
	}

json_t *fields_write(const struct field *fields, const void *object);

/* Strictly: every key known, every member there but strings and what is optional. */
FP_MUST_CHECK int fields_read(const struct field *fields, const char *what, const json_t *json,
			      struct arena *a, void *object, struct err *e);

#endif
