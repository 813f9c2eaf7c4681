/* Bytes as text: hexadecimal (lower case) and base64 (RFC 4648, section 4). */
#ifndef RUNNER_BASE_HEX_H
#define RUNNER_BASE_HEX_H

#include "runner/base/base.h"
#include "runner/base/buf.h"

/* Writes 2 * size digits and a NUL to text. */
void hex_encode(char *text, const uint8_t *data, size_t size);

/* Reads exactly 2 * size lower-case digits; false when there is anything else. */
bool hex_decode(uint8_t *data, size_t size, const char *text);

/* Standard alphabet with padding. */
void base64_encode(struct buf *out, const void *data, size_t size);

/*
 * Reads the standard alphabet, and the URL-safe one too if urlsafe, with padding (or without it in
 * the URL-safe form).  false for anything else, for line breaks, and for spare bits that are set.
 */
bool base64_decode(struct buf *out, const char *text, size_t size, bool urlsafe);

#endif
