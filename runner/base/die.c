#include "runner/base/die.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

void die(const char *what)
{
	(void)!write(STDERR_FILENO, "fixproof: ", 10);
	(void)!write(STDERR_FILENO, what, strlen(what));
	(void)!write(STDERR_FILENO, "\n", 1);
	_exit(DIE_STATUS);
}

void *die_alloc(size_t size)
{
	void *p = malloc(size > 0 ? size : 1);

	if (!p)
		die("out of memory");
	return p;
}

void *die_calloc(size_t count, size_t size)
{
	void *p = calloc(count > 0 ? count : 1, size > 0 ? size : 1);

	if (!p)
		die("out of memory");
	return p;
}

void *die_realloc(void *old, size_t size)
{
	void *p = realloc(old, size > 0 ? size : 1);

	if (!p)
		die("out of memory");
	return p;
}

char *die_strdup(const char *text)
{
	char *p = strdup(text);

	if (!p)
		die("out of memory");
	return p;
}
