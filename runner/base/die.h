/* Ends the process for the few reasons that nobody can handle. */
#ifndef RUNNER_BASE_DIE_H
#define RUNNER_BASE_DIE_H

#include "runner/base/base.h"

/* The exit status of an error, out of memory included; see fixproof(1). */
#define DIE_STATUS 4

/* Writes "fixproof: WHAT\n" to standard error and ends the process with DIE_STATUS. */
void die(const char *what) FP_NORETURN;

/* malloc, calloc, realloc and strdup that do not return NULL. */
void *die_alloc(size_t size);
void *die_calloc(size_t count, size_t size);
void *die_realloc(void *old, size_t size);
char *die_strdup(const char *text);

#endif
