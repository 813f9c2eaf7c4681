/* The heap of a program that lives for milliseconds. */
#ifndef RUNNER_BASE_HEAP_H
#define RUNNER_BASE_HEAP_H

/*
 * The first thing that main() does.  The heap begins at a boundary of large pages and its first
 * megabytes are one of them each, where the kernel has them (transparent huge pages, "madvise" or
 * "always"): a program that touches a few hundred small pages spends more time in page faults than
 * in what it does with them.  What was freed is kept, not given back and asked for again.
 *
 * Where something of it cannot be had, the heap is as ever.
 */
void heap_prepare(void);

#endif
