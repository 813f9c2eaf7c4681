#include "runner/base/heap.h"

#include <malloc.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#define LARGE_PAGE ((size_t)2 << 20)
#define FIRST_BYTES (2 * LARGE_PAGE)
#define KEPT_BYTES (32 << 20)
#define SLACK ((size_t)8 << 10) /* the allocator's own words, and rounding to small pages */

/*
 * What lies before the boundary is taken by a block that nobody touches; malloc gets the pages
 * behind it by the way and, for they must not have been touched before the advice, untouched.  The
 * sanitizers have an allocator of their own.
 */
void heap_prepare(void)
{
#if !defined(__SANITIZE_ADDRESS__)
	uintptr_t begin = (uintptr_t)sbrk(0);
	uintptr_t aligned = (begin + LARGE_PAGE + SLACK - 1) / LARGE_PAGE * LARGE_PAGE;
	void *volatile filler; /* volatile: a compiler leaves out what nobody uses */

	(void)mallopt(M_TRIM_THRESHOLD, KEPT_BYTES);
	(void)mallopt(M_MMAP_THRESHOLD, KEPT_BYTES);
	(void)mallopt(M_TOP_PAD, (int)(aligned - begin + FIRST_BYTES));
	filler = malloc(aligned - begin - SLACK);
	(void)mallopt(M_TOP_PAD, (int)LARGE_PAGE / 2);
	if (filler && (uintptr_t)filler < aligned && (uintptr_t)sbrk(0) >= aligned + FIRST_BYTES)
		(void)madvise((void *)aligned, FIRST_BYTES, MADV_HUGEPAGE);
#endif
}
