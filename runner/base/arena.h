/*
 * An arena holds all that is learnt about one case and is freed whole.  Nothing in it owns a
 * descriptor or another library's handle.
 *
 * Allocation does not return NULL: when the budget of the arena is spent, or the machine has no
 * memory left, the process ends with DIE_STATUS and has signed nothing.  Readers refuse oversized
 * input before it gets that far, with ERR_LIMIT.
 */
#ifndef RUNNER_BASE_ARENA_H
#define RUNNER_BASE_ARENA_H

#include "runner/base/base.h"

struct arena_chunk;

struct arena {
	struct arena_chunk *last;
	size_t used_bytes; /* of all chunks */
	size_t budget_bytes;
};

#define ARENA_INIT(budget)                                              \
	{                                                               \
		.last = NULL, .used_bytes = 0, .budget_bytes = (budget) \
	}

void arena_release(struct arena *a);

/* Zeroed, aligned for any type. */
void *arena_alloc(struct arena *a, size_t size);

/* count * size, checked for overflow. */
void *arena_array(struct arena *a, size_t count, size_t size);

/* Copies; the source may go away. */
void *arena_memdup(struct arena *a, const void *data, size_t size);
char *arena_strdup(struct arena *a, const char *text);
char *arena_strndup(struct arena *a, const char *text, size_t size);
char *arena_printf(struct arena *a, const char *format, ...) FP_PRINTF(2, 3);

/*
 * For arrays that grow by one: returns room for at least count + 1 elements that holds the first
 * count ones.  *capacity starts at 0 and belongs to the array.
 */
void *arena_grow(struct arena *a, void *old, size_t count, size_t *capacity, size_t size);

#endif
