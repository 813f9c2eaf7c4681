/* Attributes and small macros that every file may use; no declarations of functions. */
#ifndef RUNNER_BASE_BASE_H
#define RUNNER_BASE_BASE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define FP_MUST_CHECK __attribute__((warn_unused_result))
#define FP_PRINTF(text_at, first_at) __attribute__((format(printf, text_at, first_at)))
#define FP_NORETURN __attribute__((noreturn))
#define FP_UNUSED __attribute__((unused))

/* A local that is released when it leaves its scope; set to its empty value where it is declared.
 */
#define FP_CLEANUP(function) __attribute__((cleanup(function)))

/* Hands a pointer on and leaves NULL behind, so that the cleanup of the old owner does nothing. */
#define FP_STEAL(pointer)                                  \
	({                                                 \
		__typeof__(pointer) fp_stolen = (pointer); \
		(pointer) = NULL;                          \
		fp_stolen;                                 \
	})

#define FP_ARRAY_SIZE(array) (sizeof(array) / sizeof((array)[0]))

#define FP_MIN(a, b) ((a) < (b) ? (a) : (b))
#define FP_MAX(a, b) ((a) > (b) ? (a) : (b))

#endif
