#include "tests/tap.h"

#include <errno.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define STATUS_FAILED 1
#define STATUS_SKIPPED 77
#define TEST_SECONDS 120

static struct tap_test *tests;
static char row[512];
static int reason_fd = -1;

void tap_register(struct tap_test *test)
{
	struct tap_test **end = &tests;

	while (*end)
		end = &(*end)->next;
	*end = test;
}

void tap_row(const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	(void)vsnprintf(row, sizeof(row), format, ap);
	va_end(ap);
}

void tap_skip(const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	(void)vdprintf(reason_fd, format, ap);
	va_end(ap);
	_exit(STATUS_SKIPPED);
}

void tap_fail(const char *file, int line, const char *format, ...)
{
	char *text = NULL;
	va_list ap;

	va_start(ap, format);
	if (vasprintf(&text, format, ap) < 0)
		abort();
	va_end(ap);
	fprintf(stderr, "%s:%d: %s%s%s\n", file, line, row, row[0] ? ": " : "", text);
	free(text);
	_exit(STATUS_FAILED);
}

void tap_check_str(const char *file, int line, const char *what, const char *got,
		   const char *wanted)
{
	if (got == wanted || (got && wanted && strcmp(got, wanted) == 0))
		return;
	tap_fail(file, line, "%s\n  got:    %s\n  wanted: %s", what, got ? got : "(null)",
		 wanted ? wanted : "(null)");
}

static void print_hex(const char *label, const uint8_t *data, size_t size)
{
	fprintf(stderr, "  %s", label);
	for (size_t i = 0; i < size && i < 256; i++)
		fprintf(stderr, "%02x", data[i]);
	fprintf(stderr, "%s (%zu bytes)\n", size > 256 ? "…" : "", size);
}

void tap_check_mem(const char *file, int line, const char *what, const void *got, size_t got_size,
		   const void *wanted, size_t wanted_size)
{
	if (got_size == wanted_size && (got_size == 0 || memcmp(got, wanted, got_size) == 0))
		return;
	print_hex("got:    ", got, got_size);
	print_hex("wanted: ", wanted, wanted_size);
	tap_fail(file, line, "%s differs", what);
}

static void run_child(const struct tap_test *test)
{
	(void)alarm(TEST_SECONDS);
	test->run();
	(void)fflush(NULL);
	/* exit, not _exit: the leak checker of a sanitizer build runs at exit. */
	exit(0);
}

static void print_reason(int fd)
{
	char text[512];
	ssize_t n = read(fd, text, sizeof(text) - 1);

	printf(" # SKIP %.*s", (int)(n > 0 ? n : 0), text);
}

static bool run_one(const struct tap_test *test, unsigned int number)
{
	int status, reason[2];
	bool passed, skipped;
	pid_t pid;

	(void)fflush(NULL);
	if (pipe(reason) < 0)
		abort();
	pid = fork();
	if (pid < 0)
		abort();
	if (pid == 0) {
		close(reason[0]);
		reason_fd = reason[1];
		run_child(test);
	}
	close(reason[1]);
	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			abort();
	skipped = WIFEXITED(status) && WEXITSTATUS(status) == STATUS_SKIPPED;
	passed = skipped || (WIFEXITED(status) && WEXITSTATUS(status) == 0);
	printf("%sok %u - %s", passed ? "" : "not ", number, test->name);
	if (skipped)
		print_reason(reason[0]);
	printf("\n");
	if (WIFSIGNALED(status))
		printf("# ended by signal %d\n", WTERMSIG(status));
	close(reason[0]);
	return passed;
}

static bool wanted(const struct tap_test *test, int argc, char **argv)
{
	for (int i = 1; i < argc; i++)
		if (strcmp(argv[i], test->name) == 0)
			return true;
	return argc < 2;
}

int main(int argc, char **argv)
{
	unsigned int count = 0, number = 0, failed = 0;

	for (const struct tap_test *t = tests; t; t = t->next)
		count += wanted(t, argc, argv);
	printf("1..%u\n", count);
	for (const struct tap_test *t = tests; t; t = t->next)
		if (wanted(t, argc, argv) && !run_one(t, ++number))
			failed++;
	return failed > 0 || count == 0;
}
