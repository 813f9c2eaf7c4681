/*
 * JSON (RFC 8259) as a tree that keeps where everything stood and how numbers were written, in the
 * order of the text, duplicate keys included: who reads says what they mean.
 */
#ifndef RUNNER_PLAN_HCL_JSONTEXT_H
#define RUNNER_PLAN_HCL_JSONTEXT_H

#include "runner/base/arena.h"
#include "runner/base/base.h"

#define JSONTEXT_DEPTH_MAX 200

enum json_kind {
	JSONTEXT_NULL,
	JSONTEXT_FALSE,
	JSONTEXT_TRUE,
	JSONTEXT_NUMBER,
	JSONTEXT_STRING,
	JSONTEXT_ARRAY,
	JSONTEXT_OBJECT,
};

struct json_node;

struct json_pair {
	const struct json_node *key; /* a string */
	const struct json_node *value;
};

struct json_node {
	enum json_kind kind;
	uint32_t start, end; /* bytes in the text */
	size_t size;	     /* bytes of text, elements, members */
	union {
		const char *text; /* a string without its escapes, a number as written */
		const struct json_node *const *elements;
		const struct json_pair *members;
	};
};

struct jsontext_error {
	uint32_t start, end;
	const char *reason; /* "expected a comma", … */
	bool limit;
};

/*
 * The one value that the text holds.  Strings must be valid UTF-8 and hold no U+0000; lone
 * surrogates become U+FFFD.  NULL: *ret_error says why.
 */
const struct json_node *jsontext_parse(struct arena *a, const char *text, size_t size,
				       struct jsontext_error *ret_error);

#endif
