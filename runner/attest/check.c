#include "runner/attest/check.h"

#include <stdarg.h>

#include "runner/base/die.h"

bool check_add(struct checks *c, const char *id, enum check_state state, const char *format, ...)
{
	va_list args;
	char *text = NULL;
	int n;

	va_start(args, format);
	n = vasprintf(&text, format, args);
	va_end(args);
	if (n < 0)
		die("out of memory");
	c->rows = arena_grow(c->arena, c->rows, c->count, &c->capacity, sizeof(*c->rows));
	c->rows[c->count++] = (struct check){id, state, arena_strdup(c->arena, text)};
	free(text);
	return state == CHECK_PASSED || state == CHECK_NOTE;
}

bool check_fail(struct checks *c, const char *id, struct err *e)
{
	(void)check_add(c, id, CHECK_FAILED, "%s", e->text);
	err_clear(e);
	return false;
}

enum check_state check_worst(const struct checks *c)
{
	enum check_state worst = CHECK_PASSED;

	for (size_t i = 0; i < c->count; i++) {
		if (c->rows[i].state == CHECK_FAILED)
			return CHECK_FAILED;
		if (c->rows[i].state == CHECK_OPEN)
			worst = CHECK_OPEN;
	}
	return worst;
}

const char *check_word(enum check_state state)
{
	static const char *const words[] = {"ok", "FAIL", "open", "note"};

	return words[state];
}
