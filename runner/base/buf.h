/*
 * A growing run of bytes with a ceiling that is set at birth.  Appends do not fail on the spot;
 * buf_finish() is checked once, before the bytes are used.
 */
#ifndef RUNNER_BASE_BUF_H
#define RUNNER_BASE_BUF_H

#include "runner/base/base.h"
#include "runner/base/err.h"

struct buf {
	char *data; /* NUL-terminated whenever it is not NULL; the NUL is not counted */
	size_t size;
	size_t capacity;
	size_t ceiling;
	bool overflow;
};

#define BUF_INIT(ceiling_bytes)                                                     \
	{                                                                           \
		.data = NULL, .size = 0, .capacity = 0, .ceiling = (ceiling_bytes), \
		.overflow = false                                                   \
	}

void buf_release(struct buf *b);

/* The same for secrets: the memory is overwritten first. */
void buf_wipe(struct buf *b);

/* Empties it and forgets an overflow; keeps the memory. */
void buf_reset(struct buf *b);

void buf_add(struct buf *b, const void *data, size_t size);
void buf_addstr(struct buf *b, const char *text);
void buf_addch(struct buf *b, char c);
void buf_addf(struct buf *b, const char *format, ...) FP_PRINTF(2, 3);

/* Room for size more bytes, which the caller fills and counts in b->size; NULL on overflow. */
void *buf_reserve(struct buf *b, size_t size);

/* Says whether all appends fitted; what names the thing in the error. */
FP_MUST_CHECK int buf_finish(struct buf *b, const char *what, struct err *e);

/* The bytes as a string; "" when empty. */
const char *buf_text(const struct buf *b);

#endif
