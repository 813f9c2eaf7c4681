/* UTF-8 (RFC 3629), and text that is safe to show. */
#ifndef RUNNER_BASE_UTF8_H
#define RUNNER_BASE_UTF8_H

#include "runner/base/base.h"
#include "runner/base/buf.h"

/* No overlong forms, no surrogates, nothing above U+10FFFF. */
bool utf8_valid(const char *text, size_t size);

#define UTF8_MAX 4 /* bytes of one code point */

/* The length of the one sequence that text, which is not empty, begins with; 0 if it is not valid.
 */
size_t utf8_sequence(const char *text, size_t size);

/*
 * The code point at text, and its length in *ret_size; the text must be valid and not empty.
 */
uint32_t utf8_decode(const char *text, size_t size, size_t *ret_size);

/* jansson's static library has a function of that name too. */
#define utf8_encode utf8_encode_point
void utf8_encode(struct buf *out, uint32_t code_point);

/*
 * Appends text for a terminal or a log: control characters (newline and tab too, unless
 * keep_lines), bidirectional controls, zero-width and other invisible characters and bytes that
 * are not UTF-8 come out as \xNN or \u{NNNN}.
 */
void utf8_add_visible(struct buf *out, const char *text, size_t size, bool keep_lines);

#endif
