#include "runner/base/buf.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "runner/base/die.h"

void buf_release(struct buf *b)
{
	free(b->data);
	b->data = NULL;
	b->size = 0;
	b->capacity = 0;
	b->overflow = false;
}

void buf_wipe(struct buf *b)
{
	if (b->data)
		explicit_bzero(b->data, b->capacity);
	buf_release(b);
}

void buf_reset(struct buf *b)
{
	b->size = 0;
	b->overflow = false;
	if (b->data)
		b->data[0] = '\0';
}

void *buf_reserve(struct buf *b, size_t size)
{
	size_t capacity;

	if (b->overflow || size > b->ceiling - b->size) {
		b->overflow = true;
		return NULL;
	}
	if (b->capacity - b->size <= size) {
		capacity = FP_MAX(b->capacity * 2, b->size + size + 1);
		capacity = FP_MAX(capacity, (size_t)256);
		b->data = die_realloc(b->data, capacity);
		b->capacity = capacity;
	}
	return b->data + b->size;
}

void buf_add(struct buf *b, const void *data, size_t size)
{
	void *room = buf_reserve(b, size);

	if (!room)
		return;
	if (size > 0)
		memcpy(room, data, size);
	b->size += size;
	b->data[b->size] = '\0';
}

void buf_addstr(struct buf *b, const char *text)
{
	buf_add(b, text, strlen(text));
}

void buf_addch(struct buf *b, char c)
{
	buf_add(b, &c, 1);
}

void buf_addf(struct buf *b, const char *format, ...)
{
	va_list ap, again;
	int size;
	char *room;

	va_start(ap, format);
	va_copy(again, ap);
	size = vsnprintf(NULL, 0, format, ap);
	va_end(ap);
	if (size < 0)
		die("a text could not be formatted");
	room = buf_reserve(b, (size_t)size + 1);
	if (room) {
		(void)vsnprintf(room, (size_t)size + 1, format, again);
		b->size += (size_t)size;
	}
	va_end(again);
}

int buf_finish(struct buf *b, const char *what, struct err *e)
{
	if (b->overflow)
		return err_set(e, ERR_LIMIT, "%s is larger than %zu bytes", what, b->ceiling);
	return 0;
}

const char *buf_text(const struct buf *b)
{
	return b->data ? b->data : "";
}
