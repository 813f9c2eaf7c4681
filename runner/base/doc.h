/*
 * A document in JSON or YAML as a tree that remembers where each value stood, so that whoever reads
 * it can name file, line and key in an error.
 *
 * JSON is RFC 8259.  YAML is the part of it that people write by hand: block and flow collections,
 * all scalar styles, the core schema's null, true, false and numbers (so "yes" and "on" are
 * strings); anchors, aliases, tags, merge keys and several documents are refused.  In both,
 * duplicate keys, keys that are no strings, bytes that are not UTF-8 and more than DOC_DEPTH_MAX
 * levels are refused.
 */
#ifndef RUNNER_BASE_DOC_H
#define RUNNER_BASE_DOC_H

#include <jansson.h>

#include "runner/base/arena.h"
#include "runner/base/base.h"
#include "runner/base/err.h"

#define DOC_DEPTH_MAX 512
#define DOC_NUMBER_MAX 4096 /* characters of one number */

enum doc_kind {
	DOC_NULL,
	DOC_TRUE,
	DOC_FALSE,
	DOC_NUMBER,
	DOC_STRING,
	DOC_ARRAY,
	DOC_OBJECT,
};

struct doc {
	enum doc_kind kind;
	size_t line, column;   /* of the value, from 1 */
	size_t offset, length; /* of the value in the text; JSON only */
	const char *text;      /* of strings (decoded) and numbers (as written); NUL-terminated */
	size_t size;	       /* bytes of text */
	const char *key;       /* in an object, otherwise NULL */
	size_t key_size;
	const struct doc *parent, *first, *next;
	size_t count; /* of elements */
};

FP_MUST_CHECK int doc_read_json(const char *what, const char *text, size_t size, struct arena *a,
				const struct doc **ret_doc, struct err *e);
FP_MUST_CHECK int doc_read_yaml(const char *what, const char *text, size_t size, struct arena *a,
				const struct doc **ret_doc, struct err *e);

/* By the end of the name: .json, otherwise YAML. */
FP_MUST_CHECK int doc_read(const char *what, const char *text, size_t size, struct arena *a,
			   const struct doc **ret_doc, struct err *e);

/* NULL when object has no such member. */
const struct doc *doc_get(const struct doc *object, const char *key);

/* Sets e to "what:line:column: path.of.keys: reason"; always returns -1. */
int doc_fault(const struct doc *d, const char *what, struct err *e, const char *format, ...)
	FP_PRINTF(4, 5);

/* Every key of object is in the NULL-terminated list, or the error names it. */
FP_MUST_CHECK int doc_only_keys(const struct doc *object, const char *what, const char *const *keys,
				struct err *e);

/* The member of that key; a missing one is NULL, or an error if required. */
FP_MUST_CHECK int doc_member(const struct doc *object, const char *what, const char *key,
			     bool required, const struct doc **ret_member, struct err *e);

/* That d is of that kind. */
FP_MUST_CHECK int doc_want(const struct doc *d, const char *what, enum doc_kind kind,
			   struct err *e);

/* A member that is a string, not empty and without a NUL; a missing one is NULL or an error. */
FP_MUST_CHECK int doc_text_member(const struct doc *object, const char *what, const char *key,
				  bool required, const char **ret_text, struct err *e);

/* For the readers: no object in the tree has a key twice. */
FP_MUST_CHECK int doc_check_keys(const struct doc *d, const char *what, struct err *e);

/* As "a string", "an object", … in messages. */
const char *doc_kind_name(enum doc_kind kind);

/*
 * The same as jansson's value.  Numbers become integers where they are whole and fit in 64 bits,
 * otherwise doubles; a string with a NUL is refused by the readers already.
 */
json_t *doc_to_json(const struct doc *d);

#endif
