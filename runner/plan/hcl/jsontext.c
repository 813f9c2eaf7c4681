#include "runner/plan/hcl/jsontext.h"

#include <string.h>

#include "runner/base/buf.h"
#include "runner/base/hex.h"
#include "runner/base/utf8.h"

struct reader {
	struct arena *arena;
	const char *text;
	uint32_t at, size;
	unsigned depth;
	struct jsontext_error *error;
};

static void *fail(struct reader *r, uint32_t start, const char *reason)
{
	*r->error = (struct jsontext_error){start, FP_MIN(start + 1, r->size), reason, false};
	return NULL;
}

static void skip_space(struct reader *r)
{
	while (r->at < r->size && strchr(" \t\r\n", r->text[r->at]) && r->text[r->at] != '\0')
		r->at++;
}

static struct json_node *node(struct reader *r, enum json_kind kind, uint32_t start)
{
	struct json_node *n = arena_alloc(r->arena, sizeof(*n));

	n->kind = kind;
	n->start = start;
	n->end = r->at;
	return n;
}

static bool word(struct reader *r, const char *name)
{
	size_t n = strlen(name);

	if (r->size - r->at < n || memcmp(r->text + r->at, name, n) != 0)
		return false;
	r->at += (uint32_t)n;
	return true;
}

static bool digits(struct reader *r)
{
	uint32_t start = r->at;

	while (r->at < r->size && r->text[r->at] >= '0' && r->text[r->at] <= '9')
		r->at++;
	return r->at > start;
}

static bool next_is(const struct reader *r, char c)
{
	return r->at < r->size && r->text[r->at] == c;
}

static struct json_node *number(struct reader *r)
{
	uint32_t start = r->at;
	struct json_node *n;

	if (next_is(r, '-'))
		r->at++;
	if (next_is(r, '0'))
		r->at++;
	else if (!digits(r))
		return fail(r, r->at, "a number must have digits");
	if (next_is(r, '.')) {
		r->at++;
		if (!digits(r))
			return fail(r, r->at, "digits must follow the decimal point");
	}
	if (next_is(r, 'e') || next_is(r, 'E')) {
		r->at++;
		if (next_is(r, '+') || next_is(r, '-'))
			r->at++;
		if (!digits(r))
			return fail(r, r->at, "an exponent must have digits");
	}
	n = node(r, JSONTEXT_NUMBER, start);
	n->text = arena_strndup(r->arena, r->text + start, r->at - start);
	n->size = r->at - start;
	return n;
}

static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

static bool hex4(const struct reader *r, uint32_t at, uint32_t *ret_code)
{
	uint32_t code = 0;

	if (r->size - FP_MIN(at, r->size) < 4)
		return false;
	for (uint32_t i = 0; i < 4; i++) {
		int d = hex_digit(r->text[at + i]);

		if (d < 0)
			return false;
		code = code << 4 | (uint32_t)d;
	}
	*ret_code = code;
	return true;
}

/* After "\u"; joins surrogates. */
static bool unicode_escape(struct reader *r, struct buf *out)
{
	uint32_t code, low;

	if (!hex4(r, r->at, &code)) {
		(void)fail(r, r->at, "\\u must be followed by four hexadecimal digits");
		return false;
	}
	r->at += 4;
	if (code >= 0xd800 && code < 0xdc00 && next_is(r, '\\') && r->at + 1 < r->size &&
	    r->text[r->at + 1] == 'u' && hex4(r, r->at + 2, &low) && low >= 0xdc00 &&
	    low < 0xe000) {
		code = 0x10000 + ((code - 0xd800) << 10) + (low - 0xdc00);
		r->at += 6;
	} else if (code >= 0xd800 && code < 0xe000) {
		code = 0xfffd;
	}
	if (code == 0) {
		(void)fail(r, r->at - 6, "the character U+0000 is not accepted");
		return false;
	}
	utf8_encode(out, code);
	return true;
}

static bool escape(struct reader *r, struct buf *out)
{
	static const char names[] = "\"\\/bfnrt", values[] = "\"\\/\b\f\n\r\t";
	const char *name;

	if (r->at >= r->size) {
		(void)fail(r, r->at, "the string does not end");
		return false;
	}
	if (r->text[r->at] == 'u') {
		r->at++;
		return unicode_escape(r, out);
	}
	name = r->text[r->at] != '\0' ? strchr(names, r->text[r->at]) : NULL;
	if (!name) {
		(void)fail(r, r->at, "this is no escape sequence");
		return false;
	}
	buf_addch(out, values[name - names]);
	r->at++;
	return true;
}

static bool string_bytes(struct reader *r, struct buf *out)
{
	for (;;) {
		uint32_t start = r->at;

		while (r->at < r->size && (unsigned char)r->text[r->at] >= 0x20 &&
		       r->text[r->at] != '"' && r->text[r->at] != '\\')
			r->at++;
		buf_add(out, r->text + start, r->at - start);
		if (r->at >= r->size) {
			(void)fail(r, r->at, "the string does not end");
			return false;
		}
		if (r->text[r->at] == '"')
			return true;
		if (r->text[r->at] != '\\') {
			(void)fail(r, r->at, "a control character must be escaped in a string");
			return false;
		}
		r->at++;
		if (!escape(r, out))
			return false;
	}
}

static struct json_node *string(struct reader *r)
{
	FP_CLEANUP(buf_release) struct buf out = BUF_INIT((size_t)UINT32_MAX);
	uint32_t start = r->at++;
	struct json_node *n;

	if (!string_bytes(r, &out))
		return NULL;
	r->at++;
	if (!utf8_valid(buf_text(&out), out.size))
		return fail(r, start, "the string is not valid UTF-8");
	n = node(r, JSONTEXT_STRING, start);
	n->text = arena_strndup(r->arena, buf_text(&out), out.size);
	n->size = out.size;
	return n;
}

static struct json_node *value(struct reader *r);

/* After an element: 1 another follows, 0 the end, -1 an error. */
static int separator(struct reader *r, char end)
{
	skip_space(r);
	if (next_is(r, end)) {
		r->at++;
		return 0;
	}
	if (!next_is(r, ',')) {
		(void)fail(r, r->at,
			   end == ']' ? "a comma or \"]\" must follow an element"
				      : "a comma or \"}\" must follow a member");
		return -1;
	}
	r->at++;
	return 1;
}

static struct json_node *array(struct reader *r)
{
	const struct json_node **elements = NULL;
	size_t count = 0, capacity = 0;
	uint32_t start = r->at++;
	struct json_node *n;
	int more = 1;

	skip_space(r);
	if (next_is(r, ']')) {
		r->at++;
		more = 0;
	}
	while (more > 0) {
		struct json_node *element = value(r);

		if (!element)
			return NULL;
		elements = arena_grow(r->arena, elements, count, &capacity, sizeof(*elements));
		elements[count++] = element;
		more = separator(r, ']');
	}
	if (more < 0)
		return NULL;
	n = node(r, JSONTEXT_ARRAY, start);
	n->elements = elements;
	n->size = count;
	return n;
}

static bool member(struct reader *r, struct json_pair *ret_pair)
{
	skip_space(r);
	if (!next_is(r, '"')) {
		(void)fail(r, r->at, "a member must start with its name in quotes");
		return false;
	}
	ret_pair->key = string(r);
	if (!ret_pair->key)
		return false;
	skip_space(r);
	if (!next_is(r, ':')) {
		(void)fail(r, r->at, "a colon must follow the name of a member");
		return false;
	}
	r->at++;
	ret_pair->value = value(r);
	return ret_pair->value != NULL;
}

static struct json_node *object(struct reader *r)
{
	struct json_pair *members = NULL;
	size_t count = 0, capacity = 0;
	uint32_t start = r->at++;
	struct json_node *n;
	int more = 1;

	skip_space(r);
	if (next_is(r, '}')) {
		r->at++;
		more = 0;
	}
	while (more > 0) {
		struct json_pair one;

		if (!member(r, &one))
			return NULL;
		members = arena_grow(r->arena, members, count, &capacity, sizeof(*members));
		members[count++] = one;
		more = separator(r, '}');
	}
	if (more < 0)
		return NULL;
	n = node(r, JSONTEXT_OBJECT, start);
	n->members = members;
	n->size = count;
	return n;
}

static struct json_node *nested(struct reader *r)
{
	struct json_node *n;

	if (r->depth >= JSONTEXT_DEPTH_MAX) {
		(void)fail(r, r->at, "it is nested too deeply");
		r->error->limit = true;
		return NULL;
	}
	r->depth++;
	n = r->text[r->at] == '[' ? array(r) : object(r);
	r->depth--;
	return n;
}

static struct json_node *value(struct reader *r)
{
	uint32_t start;

	skip_space(r);
	start = r->at;
	if (r->at >= r->size)
		return fail(r, r->at, "a value is missing");
	if (r->text[r->at] == '"')
		return string(r);
	if (r->text[r->at] == '[' || r->text[r->at] == '{')
		return nested(r);
	if (r->text[r->at] == '-' || (r->text[r->at] >= '0' && r->text[r->at] <= '9'))
		return number(r);
	if (word(r, "null"))
		return node(r, JSONTEXT_NULL, start);
	if (word(r, "true"))
		return node(r, JSONTEXT_TRUE, start);
	if (word(r, "false"))
		return node(r, JSONTEXT_FALSE, start);
	return fail(r, start, "this starts no JSON value");
}

const struct json_node *jsontext_parse(struct arena *a, const char *text, size_t size,
				       struct jsontext_error *ret_error)
{
	struct reader r = {.arena = a, .text = text, .size = (uint32_t)size, .error = ret_error};
	struct json_node *n;

	if (size >= UINT32_MAX) {
		*ret_error = (struct jsontext_error){0, 0, "it is too large", true};
		return NULL;
	}
	n = value(&r);
	if (!n)
		return NULL;
	skip_space(&r);
	if (r.at < r.size)
		return fail(&r, r.at, "nothing may follow the value");
	return n;
}
