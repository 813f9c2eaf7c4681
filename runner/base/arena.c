#include "runner/base/arena.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "runner/base/die.h"

#define CHUNK_BYTES (64 * 1024)
#define ALIGN _Alignof(max_align_t)

struct arena_chunk {
	struct arena_chunk *previous;
	size_t size, used;
	_Alignas(max_align_t) uint8_t data[];
};

void arena_release(struct arena *a)
{
	struct arena_chunk *c = a->last;

	while (c) {
		struct arena_chunk *previous = c->previous;

		free(c);
		c = previous;
	}
	a->last = NULL;
	a->used_bytes = 0;
}

static struct arena_chunk *add_chunk(struct arena *a, size_t size)
{
	size_t room = FP_MAX(size, (size_t)CHUNK_BYTES);
	struct arena_chunk *c;

	if (room > a->budget_bytes - FP_MIN(a->used_bytes, a->budget_bytes))
		die("out of memory: the budget of the case is spent");
	c = die_calloc(1, sizeof(*c) + room);
	c->size = room;
	a->used_bytes += room;
	/* A large allocation gets a chunk of its own behind the current one, whose rest stays in
	 * use. */
	if (size >= CHUNK_BYTES && a->last) {
		c->previous = a->last->previous;
		a->last->previous = c;
	} else {
		c->previous = a->last;
		a->last = c;
	}
	return c;
}

void *arena_alloc(struct arena *a, size_t size)
{
	struct arena_chunk *c = a->last;
	size_t need;
	void *p;

	if (size > SIZE_MAX / 2)
		die("out of memory");
	need = (size + ALIGN - 1) / ALIGN * ALIGN;
	if (!c || c->size - c->used < need)
		c = add_chunk(a, need);
	p = c->data + c->used;
	c->used += need;
	return p;
}

void *arena_array(struct arena *a, size_t count, size_t size)
{
	size_t total;

	if (__builtin_mul_overflow(count, size, &total))
		die("out of memory");
	return arena_alloc(a, total);
}

void *arena_memdup(struct arena *a, const void *data, size_t size)
{
	void *p = arena_alloc(a, size);

	if (size > 0)
		memcpy(p, data, size);
	return p;
}

char *arena_strndup(struct arena *a, const char *text, size_t size)
{
	char *p = arena_alloc(a, size + 1);

	if (size > 0)
		memcpy(p, text, size);
	return p;
}

char *arena_strdup(struct arena *a, const char *text)
{
	return arena_strndup(a, text, strlen(text));
}

char *arena_printf(struct arena *a, const char *format, ...)
{
	va_list ap, again;
	int size;
	char *p;

	va_start(ap, format);
	va_copy(again, ap);
	size = vsnprintf(NULL, 0, format, ap);
	va_end(ap);
	if (size < 0)
		die("a text could not be formatted");
	p = arena_alloc(a, (size_t)size + 1);
	(void)vsnprintf(p, (size_t)size + 1, format, again);
	va_end(again);
	return p;
}

void *arena_grow(struct arena *a, void *old, size_t count, size_t *capacity, size_t size)
{
	size_t wanted;
	void *p;

	if (count < *capacity)
		return old;
	wanted = *capacity > 0 ? *capacity * 2 : 8;
	p = arena_array(a, wanted, size);
	if (count > 0)
		memcpy(p, old, count * size);
	*capacity = wanted;
	return p;
}
