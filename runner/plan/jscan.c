#include "runner/plan/jscan.h"

#include <string.h>

static void fail(struct jscan *j)
{
	j->bad = true;
	j->at = j->end;
}

char jscan_peek(struct jscan *j)
{
	while (j->at < j->end &&
	       (*j->at == ' ' || *j->at == '\n' || *j->at == '\t' || *j->at == '\r'))
		j->at++;
	return j->at < j->end ? *j->at : 0;
}

static bool take(struct jscan *j, char c)
{
	if (jscan_peek(j) != c)
		return false;
	j->at++;
	return true;
}

void jscan_enter(struct jscan *j, char open)
{
	if (!take(j, open))
		fail(j);
}

/* After a member either a comma, which must be followed by another one, or the end. */
static bool more(struct jscan *j, char close)
{
	char before = j->at[-1];

	if (take(j, close))
		return false;
	if (before == '{' || before == '[')
		return !j->bad;
	if (!take(j, ','))
		fail(j);
	return !j->bad;
}

bool jscan_item(struct jscan *j)
{
	return !j->bad && more(j, ']');
}

bool jscan_key(struct jscan *j, const char **ret_key)
{
	if (j->bad || !more(j, '}'))
		return false;
	*ret_key = jscan_string(j);
	if (!take(j, ':'))
		fail(j);
	return !j->bad;
}

/* The end of the string that begins after the quote at j->at, or NULL; says if it has escapes. */
static const char *string_end(const struct jscan *j, bool *ret_escaped)
{
	const char *p = j->at;

	*ret_escaped = false;
	while (p < j->end && *p != '"') {
		if ((unsigned char)*p < 0x20)
			return NULL;
		if (*p == '\\') {
			*ret_escaped = true;
			p++;
		}
		p++;
	}
	return p < j->end ? p : NULL;
}

static int hex_value(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/* The packs hold no text beyond ASCII in escapes; anything else there is a fault. */
static const char *unescape(struct jscan *j, const char *from, const char *to)
{
	static const char plain[] = "\"\\/bfnrt", meant[] = "\"\\/\b\f\n\r\t";
	char *out = arena_alloc(j->arena, (size_t)(to - from) + 1), *w = out;

	for (const char *p = from; p < to; p++) {
		const char *which;

		if (*p != '\\') {
			*w++ = *p;
			continue;
		}
		if (++p < to && *p == 'u' && to - p > 4 && p[1] == '0' && p[2] == '0' &&
		    hex_value(p[3]) >= 0 && hex_value(p[3]) < 8 && hex_value(p[4]) >= 0 &&
		    hex_value(p[3]) + hex_value(p[4]) > 0) {
			*w++ = (char)(hex_value(p[3]) * 16 + hex_value(p[4]));
			p += 4;
			continue;
		}
		which = p < to && *p ? strchr(plain, *p) : NULL;
		if (!which) {
			fail(j);
			return "";
		}
		*w++ = meant[which - plain];
	}
	return out;
}

const char *jscan_string(struct jscan *j)
{
	const char *start, *end;
	bool escaped;

	if (!take(j, '"')) {
		fail(j);
		return "";
	}
	start = j->at;
	end = string_end(j, &escaped);
	if (!end) {
		fail(j);
		return "";
	}
	j->at = end + 1;
	if (escaped)
		return unescape(j, start, end);
	return arena_strndup(j->arena, start, (size_t)(end - start));
}

static bool literal(struct jscan *j, const char *word)
{
	size_t size = strlen(word);

	if ((size_t)(j->end - j->at) < size || memcmp(j->at, word, size) != 0)
		return false;
	j->at += size;
	return true;
}

bool jscan_bool(struct jscan *j)
{
	(void)jscan_peek(j);
	if (literal(j, "true"))
		return true;
	if (!literal(j, "false"))
		fail(j);
	return false;
}

uint32_t jscan_uint(struct jscan *j)
{
	uint64_t value = 0;

	if (jscan_peek(j) < '0' || *j->at > '9')
		fail(j);
	for (; j->at < j->end && *j->at >= '0' && *j->at <= '9'; j->at++) {
		value = value * 10 + (uint64_t)(*j->at - '0');
		if (value > UINT32_MAX) {
			fail(j);
			return 0;
		}
	}
	return (uint32_t)value;
}

static void skip_string(struct jscan *j)
{
	bool escaped;
	const char *end;

	j->at++;
	end = string_end(j, &escaped);
	if (!end)
		fail(j);
	else
		j->at = end + 1;
}

/*
 * Brackets are only counted, not matched by kind: the documents were written by pack_write() and
 * carry their digest; what must hold is that no damage leads outside of the bytes.
 */
struct jscan_text jscan_skip(struct jscan *j)
{
	const char *start;
	size_t depth = 0;

	(void)jscan_peek(j);
	start = j->at;
	do {
		char c = jscan_peek(j);

		if (c == 0 || depth > JSCAN_MAX_DEPTH) {
			fail(j);
		} else if (c == '"') {
			skip_string(j);
		} else if (c == '{' || c == '[') {
			depth++;
			j->at++;
		} else if (c == '}' || c == ']') {
			if (depth == 0)
				fail(j);
			else
				depth--;
			if (!j->bad)
				j->at++;
		} else if (c == ',' || c == ':') {
			if (depth == 0)
				fail(j);
			else
				j->at++;
		} else {
			while (j->at < j->end && !strchr(",:]} \t\r\n\"{[", *j->at))
				j->at++;
		}
	} while (depth > 0 && !j->bad);
	if (j->bad)
		return (struct jscan_text){"", 0};
	return (struct jscan_text){start, (size_t)(j->at - start)};
}

bool jscan_done(struct jscan *j)
{
	return jscan_peek(j) == 0 && j->at == j->end && !j->bad;
}
