#include "runner/plan/jscan.h"

#include <string.h>

#include "runner/base/buf.h"
#include "runner/base/utf8.h"

struct jscan jscan_of(struct arena *a, struct jscan_text text)
{
	const char *at = text.size ? text.data : "";

	return (struct jscan){.at = at, .end = at + text.size, .arena = a};
}

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

/* Four hexadecimal digits at p; -1 when they are none. */
static int32_t unit(const char *p, const char *to)
{
	int32_t value = 0;

	if (to - p < 4)
		return -1;
	for (int i = 0; i < 4; i++) {
		int digit = hex_value(p[i]);

		if (digit < 0)
			return -1;
		value = value * 16 + digit;
	}
	return value;
}

/* One \u escape, or two that are a surrogate pair; *p stands after the u. */
static bool unescape_unit(const char **p, const char *to, struct buf *out)
{
	int32_t high = unit(*p, to), low;

	if (high <= 0)
		return false;
	*p += 4;
	if (high >= 0xd800 && high < 0xe000) {
		if (high >= 0xdc00 || to - *p < 6 || (*p)[0] != '\\' || (*p)[1] != 'u')
			return false;
		low = unit(*p + 2, to);
		if (low < 0xdc00 || low >= 0xe000)
			return false;
		*p += 6;
		high = 0x10000 + ((high - 0xd800) << 10) + (low - 0xdc00);
	}
	utf8_encode(out, (uint32_t)high);
	return true;
}

static const char *unescape(struct jscan *j, const char *from, const char *to)
{
	static const char plain[] = "\"\\/bfnrt", meant[] = "\"\\/\b\f\n\r\t";
	FP_CLEANUP(buf_release) struct buf out = BUF_INIT((size_t)(to - from) + 1);

	for (const char *p = from; p < to;) {
		const char *which;

		if (*p != '\\') {
			buf_addch(&out, *p++);
			continue;
		}
		p++;
		if (p < to && *p == 'u') {
			p++;
			if (unescape_unit(&p, to, &out))
				continue;
			fail(j);
			return "";
		}
		which = p < to && *p ? strchr(plain, *p) : NULL;
		if (!which) {
			fail(j);
			return "";
		}
		buf_addch(&out, meant[which - plain]);
		p++;
	}
	return arena_strdup(j->arena, buf_text(&out));
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

struct jscan_text jscan_member(struct arena *a, struct jscan_text object, const char *name)
{
	struct jscan j = jscan_of(a, object);
	struct jscan_text found = {NULL, 0};
	const char *key;

	if (!object.size || jscan_peek(&j) != '{')
		return found;
	jscan_enter(&j, '{');
	while (jscan_key(&j, &key)) {
		struct jscan_text value = jscan_skip(&j);

		if (!j.bad && strcmp(key, name) == 0)
			found = value;
	}
	return j.bad ? (struct jscan_text){NULL, 0} : found;
}
