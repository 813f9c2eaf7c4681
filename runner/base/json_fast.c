#include "runner/base/json_fast.h"

#include <stdlib.h>
#include <string.h>

#include "runner/base/base.h"
#include "runner/base/utf8.h"

#define DEPTH_MAX 200	      /* deeper ones are rare */
#define INTEGER_DIGITS_MAX 18 /* so many fit into 64 bits, whatever they are */
#define STRING_SHORT 512 /* a text with escapes, unescaped on the stack; longer ones are rare */

struct reader {
	const char *at, *end;
	unsigned int depth;
};

static json_t *read_value(struct reader *r);

static void skip_space(struct reader *r)
{
	while (r->at < r->end &&
	       (*r->at == ' ' || *r->at == '\n' || *r->at == '\t' || *r->at == '\r'))
		r->at++;
}

static bool take(struct reader *r, char c)
{
	if (r->at == r->end || *r->at != c)
		return false;
	r->at++;
	return true;
}

/* Bytes that end or change a text: quotes, backslashes, control characters; or are not ASCII. */
static bool is_special(unsigned char c)
{
	return c < 0x20 || c >= 0x80 || c == '"' || c == '\\';
}

/* One of eight bytes is special; the carries of a byte never reach past one that is itself special.
 */
static bool has_special(uint64_t word)
{
	const uint64_t ones = 0x0101010101010101, tops = ones << 7;
	uint64_t quote = word ^ (ones * '"'), slash = word ^ (ones * '\\');

	return ((word | (word - ones * 0x20) | (quote - ones) | (slash - ones)) & tops) != 0;
}

static const char *find_special(const char *at, const char *end)
{
	uint64_t word;

	for (; end - at >= (ptrdiff_t)sizeof(word); at += sizeof(word)) {
		memcpy(&word, at, sizeof(word));
		if (has_special(word))
			break;
	}
	while (at < end && !is_special((unsigned char)*at))
		at++;
	return at;
}

/* What follows a backslash, where one character stands for one. */
static char unescaped(char c)
{
	switch (c) {
	case '"':
	case '\\':
	case '/':
		return c;
	case 'b':
		return '\b';
	case 'f':
		return '\f';
	case 'n':
		return '\n';
	case 'r':
		return '\r';
	case 't':
		return '\t';
	default:
		return '\0';
	}
}

struct text {
	const char *data;
	size_t size;
	char room[STRING_SHORT];
};

/* The rest of a text that has something special at at, the first size bytes of it being plain. */
static bool read_escaped(struct reader *r, const char *begin, const char *at, struct text *t)
{
	size_t size = (size_t)(at - begin), length;

	if (size >= sizeof(t->room))
		return false;
	memcpy(t->room, begin, size);
	while (at < r->end && *at != '"') {
		if (size + UTF8_MAX > sizeof(t->room))
			return false;
		if (*at == '\\') {
			if (at + 1 == r->end || !unescaped(at[1]))
				return false;
			t->room[size++] = unescaped(at[1]);
			at += 2;
		} else if ((unsigned char)*at < 0x20) {
			return false;
		} else {
			length = utf8_sequence(at, (size_t)(r->end - at));
			if (length == 0)
				return false;
			memcpy(t->room + size, at, length);
			size += length;
			at += length;
		}
	}
	if (at == r->end)
		return false;
	r->at = at + 1;
	t->data = t->room;
	t->size = size;
	return true;
}

static bool read_text(struct reader *r, struct text *t)
{
	const char *begin = r->at, *at = find_special(begin, r->end);

	if (at == r->end)
		return false;
	if (*at != '"')
		return read_escaped(r, begin, at, t);
	t->data = begin;
	t->size = (size_t)(at - begin);
	r->at = at + 1;
	return true;
}

static json_t *read_string(struct reader *r)
{
	struct text t;

	return read_text(r, &t) ? json_stringn_nocheck(t.data, t.size) : NULL;
}

/* Whole numbers; the others are jansson's. */
static json_t *read_integer(struct reader *r)
{
	bool negative = take(r, '-');
	const char *begin = r->at;
	json_int_t value = 0;

	while (r->at < r->end && *r->at >= '0' && *r->at <= '9') {
		if (r->at - begin == INTEGER_DIGITS_MAX)
			return NULL;
		value = value * 10 + (*r->at++ - '0');
	}
	if (r->at == begin || (*begin == '0' && r->at - begin > 1))
		return NULL;
	if (r->at < r->end && (*r->at == '.' || *r->at == 'e' || *r->at == 'E'))
		return NULL;
	return json_integer(negative ? -value : value);
}

static json_t *read_word(struct reader *r, const char *word, json_t *value)
{
	size_t size = strlen(word);

	if ((size_t)(r->end - r->at) < size || memcmp(r->at, word, size) != 0)
		return NULL;
	r->at += size;
	return value;
}

static bool read_members(struct reader *r, json_t *object)
{
	struct text key;
	json_t *value;
	size_t count;

	skip_space(r);
	if (take(r, '}'))
		return true;
	for (;;) {
		skip_space(r);
		if (!take(r, '"') || !read_text(r, &key))
			return false;
		skip_space(r);
		if (!take(r, ':'))
			return false;
		value = read_value(r);
		if (!value)
			return false;
		count = json_object_size(object);
		if (json_object_setn_new_nocheck(object, key.data, key.size, value) < 0 ||
		    json_object_size(object) == count)
			return false;
		skip_space(r);
		if (take(r, '}'))
			return true;
		if (!take(r, ','))
			return false;
	}
}

static bool read_items(struct reader *r, json_t *array)
{
	json_t *value;

	skip_space(r);
	if (take(r, ']'))
		return true;
	for (;;) {
		value = read_value(r);
		if (!value || json_array_append_new(array, value) < 0)
			return false;
		skip_space(r);
		if (take(r, ']'))
			return true;
		if (!take(r, ','))
			return false;
	}
}

static json_t *read_all_of(struct reader *r, json_t *made, bool (*read)(struct reader *, json_t *))
{
	bool whole = made && r->depth < DEPTH_MAX;

	r->depth++;
	whole = whole && read(r, made);
	r->depth--;
	if (whole)
		return made;
	json_decref(made);
	return NULL;
}

static json_t *read_value(struct reader *r)
{
	skip_space(r);
	if (r->at == r->end)
		return NULL;
	switch (*r->at) {
	case '{':
		r->at++;
		return read_all_of(r, json_object(), read_members);
	case '[':
		r->at++;
		return read_all_of(r, json_array(), read_items);
	case '"':
		r->at++;
		return read_string(r);
	case 't':
		return read_word(r, "true", json_true());
	case 'f':
		return read_word(r, "false", json_false());
	case 'n':
		return read_word(r, "null", json_null());
	default:
		return read_integer(r);
	}
}

json_t *json_fast(const char *data, size_t size)
{
	struct reader r = {.at = data, .end = data + size};
	json_t *value = read_value(&r);

	skip_space(&r);
	if (r.at == r.end)
		return value;
	json_decref(value);
	return NULL;
}
