#include "runner/base/err.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

FP_PRINTF(3, 0)
static void set_text(struct err *e, enum err_kind kind, const char *format, va_list ap)
{
	/* An error that is set twice has lost its first text: our bug, whatever the input was. */
	if (e->kind != ERR_NONE)
		abort();
	e->kind = kind;
	(void)vsnprintf(e->text, sizeof(e->text), format, ap);
	for (char *p = e->text; *p != '\0'; p++) {
		unsigned char c = (unsigned char)*p;

		if (c < 0x20 || c == 0x7f)
			*p = '?';
	}
}

int err_set(struct err *e, enum err_kind kind, const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	set_text(e, kind, format, ap);
	va_end(ap);
	return -1;
}

int err_sys(struct err *e, const char *format, ...)
{
	int saved = errno;
	size_t used;
	va_list ap;

	va_start(ap, format);
	set_text(e, ERR_SYSTEM, format, ap);
	va_end(ap);
	used = strlen(e->text);
	(void)snprintf(e->text + used, sizeof(e->text) - used, ": %s", strerror(saved));
	return -1;
}

int err_wrap(struct err *e, const char *format, ...)
{
	struct err inner = *e;
	size_t used;
	va_list ap;

	if (inner.kind == ERR_NONE)
		abort();
	e->kind = ERR_NONE;
	va_start(ap, format);
	set_text(e, inner.kind, format, ap);
	va_end(ap);
	used = strlen(e->text);
	(void)snprintf(e->text + used, sizeof(e->text) - used, ": %s", inner.text);
	return -1;
}

void err_clear(struct err *e)
{
	e->kind = ERR_NONE;
	e->text[0] = '\0';
}

const char *err_kind_name(enum err_kind kind)
{
	switch (kind) {
	case ERR_NONE:
		return "none";
	case ERR_USAGE:
		return "usage";
	case ERR_INPUT:
		return "input";
	case ERR_LIMIT:
		return "limit";
	case ERR_SYSTEM:
		return "system";
	case ERR_SANDBOX:
		return "sandbox";
	case ERR_UNSUPPORTED:
		return "unsupported";
	case ERR_CRYPTO:
		return "crypto";
	case ERR_PEER:
		return "peer";
	}
	abort();
}
