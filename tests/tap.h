/*
 * Tests in TAP.  A test registers itself, runs in a process of its own, and a failed check ends it,
 * printing both values.  The name of a test is the sentence it proves; one can be run by name:
 *
 *	build/release/tests/test_base a_second_error_aborts
 */
#ifndef TESTS_TAP_H
#define TESTS_TAP_H

#include <inttypes.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct tap_test {
	const char *name;
	void (*run)(void);
	struct tap_test *next;
};

void tap_register(struct tap_test *test);

#define TEST(test_name)                                                         \
	static void test_name(void);                                            \
	__attribute__((constructor)) static void tap_register_##test_name(void) \
	{                                                                       \
		static struct tap_test test = {#test_name, test_name, NULL};    \
		tap_register(&test);                                            \
	}                                                                       \
	static void test_name(void)

/* What a row of a table is about; printed with the next failure of this test. */
void tap_row(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Ends the test as skipped, with the reason. */
void tap_skip(const char *format, ...) __attribute__((format(printf, 1, 2), noreturn));

/* Ends the test as skipped in a sanitizer's build, whose runtime needs what the test takes away. */
#ifdef __SANITIZE_ADDRESS__
#define TAP_NOT_SANITIZED() tap_skip("the sanitizer's runtime needs what this takes away")
#else
#define TAP_NOT_SANITIZED() (void)0
#endif

void tap_fail(const char *file, int line, const char *format, ...)
	__attribute__((format(printf, 3, 4), noreturn));
void tap_check_str(const char *file, int line, const char *what, const char *got,
		   const char *wanted);
void tap_check_mem(const char *file, int line, const char *what, const void *got, size_t got_size,
		   const void *wanted, size_t wanted_size);

#define CHECK(condition) \
	((condition) ? (void)0 : tap_fail(__FILE__, __LINE__, "%s is false", #condition))
#define CHECK_INT(got, wanted)                                                                   \
	({                                                                                       \
		int64_t tap_got = (int64_t)(got), tap_wanted = (int64_t)(wanted);                \
		if (tap_got != tap_wanted)                                                       \
			tap_fail(__FILE__, __LINE__,                                             \
				 "%s\n  got:    %" PRId64 "\n  wanted: %" PRId64, #got, tap_got, \
				 tap_wanted);                                                    \
	})
#define CHECK_STR(got, wanted) tap_check_str(__FILE__, __LINE__, #got, got, wanted)
#define CHECK_MEM(got, got_size, wanted, wanted_size) \
	tap_check_mem(__FILE__, __LINE__, #got, got, got_size, wanted, wanted_size)

#endif
