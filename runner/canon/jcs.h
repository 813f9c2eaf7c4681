/*
 * The JSON Canonicalization Scheme (RFC 8785), from text to text.
 *
 * Reading is strict RFC 8259: no duplicate keys, no lone surrogates, valid UTF-8, nothing after the
 * value, at most DOC_DEPTH_MAX levels.
 */
#ifndef RUNNER_CANON_JCS_H
#define RUNNER_CANON_JCS_H

#include <jansson.h>

#include "runner/base/base.h"
#include "runner/base/buf.h"
#include "runner/base/doc.h"
#include "runner/base/err.h"

enum jcs_numbers {
	/* As the RFC has it: every number is the nearest double. */
	JCS_NUMBERS_DOUBLE,
	/*
	 * For plans, so that two different ones never share a digest: a number whose decimal value
	 * is not the one that the RFC would print becomes {"$number":"<digits>e<exponent>"}, and a
	 * key that begins with "$" gets one more "$" in front.
	 */
	JCS_NUMBERS_EXACT,
};

/* Appends the canonical form of text to out; what names the text in an error. */
FP_MUST_CHECK int jcs_canonicalize(const char *what, const char *text, size_t size,
				   enum jcs_numbers numbers, struct buf *out, struct err *e);

/* The same of a value that was read by doc_read_json already. */
FP_MUST_CHECK int jcs_write_doc(const char *what, const struct doc *d, enum jcs_numbers numbers,
				struct buf *out, struct err *e);

/* The canonical form of a value made by us; ends the process if it has none (an integer past 2^53).
 */
void jcs_write(struct buf *out, const json_t *json);

/* Whether the text, which the value was read from, is its canonical form. */
bool jcs_is_form_of(const char *text, size_t size, const json_t *json);

/* A string with its quotes, which must be UTF-8. */
void jcs_string(struct buf *out, const char *text, size_t size);

/* A double as section 3.2.2.3 prints it; false for NaN and infinities. */
bool jcs_double(struct buf *out, double value);

#endif
