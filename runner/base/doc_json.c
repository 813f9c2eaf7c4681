/* The JSON reader of doc.h (RFC 8259). */
#include "runner/base/doc.h"

#include "runner/base/buf.h"
#include "runner/base/utf8.h"

struct reader {
	const char *what, *text;
	size_t size, at;
	size_t line, line_start; /* of the place up to which lines were counted */
	size_t counted;
	unsigned int depth;
	struct arena *arena;
	struct err *e;
};

/* Lines are counted once, as reading moves on. */
static void count_lines(struct reader *r)
{
	for (; r->counted < r->at && r->counted < r->size; r->counted++) {
		if (r->text[r->counted] == '\n') {
			r->line++;
			r->line_start = r->counted + 1;
		}
	}
}

static int fault(struct reader *r, const char *reason)
{
	count_lines(r);
	return err_set(r->e, ERR_INPUT, "%s:%zu:%zu: %s", r->what, r->line + 1,
		       r->at - r->line_start + 1, reason);
}

static void skip_space(struct reader *r)
{
	while (r->at < r->size && strchr(" \t\r\n", r->text[r->at]) && r->text[r->at] != '\0')
		r->at++;
}

static int peek(const struct reader *r)
{
	return r->at < r->size ? (unsigned char)r->text[r->at] : -1;
}

static int read_hex4(struct reader *r, uint32_t *ret_unit)
{
	uint32_t unit = 0;

	for (int i = 0; i < 4; i++) {
		int c = peek(r);

		unit <<= 4;
		if (c >= '0' && c <= '9')
			unit |= (uint32_t)(c - '0');
		else if (c >= 'a' && c <= 'f')
			unit |= (uint32_t)(c - 'a' + 10);
		else if (c >= 'A' && c <= 'F')
			unit |= (uint32_t)(c - 'A' + 10);
		else
			return fault(r, "\\u needs four hexadecimal digits");
		r->at++;
	}
	*ret_unit = unit;
	return 0;
}

static int read_unicode_escape(struct reader *r, struct buf *out)
{
	uint32_t high, low;

	if (read_hex4(r, &high) < 0)
		return -1;
	if (high >= 0xdc00 && high <= 0xdfff)
		return fault(r, "lone surrogate");
	if (high >= 0xd800 && high <= 0xdbff) {
		if (r->size - r->at < 6 || r->text[r->at] != '\\' || r->text[r->at + 1] != 'u')
			return fault(r, "lone surrogate");
		r->at += 2;
		if (read_hex4(r, &low) < 0)
			return -1;
		if (low < 0xdc00 || low > 0xdfff)
			return fault(r, "lone surrogate");
		high = 0x10000 + ((high - 0xd800) << 10) + (low - 0xdc00);
	}
	utf8_encode(out, high);
	return 0;
}

static int read_escape(struct reader *r, struct buf *out)
{
	static const char letters[] = "\"\\/bfnrt", values[] = "\"\\/\b\f\n\r\t";
	int c = peek(r);
	const char *found = c > 0 ? strchr(letters, c) : NULL;

	if (c == 'u') {
		r->at++;
		return read_unicode_escape(r, out);
	}
	if (!found)
		return fault(r, "unknown escape in a string");
	buf_addch(out, values[found - letters]);
	r->at++;
	return 0;
}

static int read_string_into(struct reader *r, struct buf *out)
{
	for (;;) {
		size_t start = r->at;

		while (r->at < r->size && r->text[r->at] != '"' && r->text[r->at] != '\\' &&
		       (unsigned char)r->text[r->at] >= 0x20)
			r->at++;
		if (!utf8_valid(r->text + start, r->at - start))
			return fault(r, "a string is not UTF-8");
		buf_add(out, r->text + start, r->at - start);
		switch (peek(r)) {
		case '"':
			r->at++;
			return 0;
		case '\\':
			r->at++;
			if (read_escape(r, out) < 0)
				return -1;
			break;
		case -1:
			return fault(r, "a string does not end");
		default:
			return fault(r, "a control character in a string");
		}
	}
}

static int read_string(struct reader *r, const char **ret_text, size_t *ret_size)
{
	FP_CLEANUP(buf_release) struct buf out = BUF_INIT(SIZE_MAX / 4);

	r->at++;
	if (read_string_into(r, &out) < 0)
		return -1;
	*ret_text = arena_strndup(r->arena, buf_text(&out), out.size);
	*ret_size = out.size;
	return 0;
}

static size_t skip_digits(struct reader *r)
{
	size_t start = r->at;

	while (peek(r) >= '0' && peek(r) <= '9')
		r->at++;
	return r->at - start;
}

static int read_number(struct reader *r, struct doc *n)
{
	size_t start = r->at, whole;

	if (peek(r) == '-')
		r->at++;
	whole = r->at;
	if (skip_digits(r) == 0 || (r->text[whole] == '0' && r->at - whole > 1))
		return fault(r, "not a number");
	if (peek(r) == '.') {
		r->at++;
		if (skip_digits(r) == 0)
			return fault(r, "digits must follow the point");
	}
	if (peek(r) == 'e' || peek(r) == 'E') {
		r->at++;
		if (peek(r) == '+' || peek(r) == '-')
			r->at++;
		if (skip_digits(r) == 0)
			return fault(r, "digits must follow the exponent");
	}
	if (r->at - start > DOC_NUMBER_MAX)
		return fault(r, "a number of more than 4096 characters");
	n->kind = DOC_NUMBER;
	n->text = arena_strndup(r->arena, r->text + start, r->at - start);
	n->size = r->at - start;
	return 0;
}

static int read_value(struct reader *r, struct doc *n);

static int read_word(struct reader *r, struct doc *n, const char *word, enum doc_kind kind)
{
	size_t size = strlen(word);

	if (r->size - r->at < size || memcmp(r->text + r->at, word, size) != 0)
		return fault(r, "not a JSON value");
	r->at += size;
	n->kind = kind;
	return 0;
}

static int read_member_key(struct reader *r, struct doc *n)
{
	skip_space(r);
	if (peek(r) != '"')
		return fault(r, "a key must be a string");
	if (read_string(r, &n->key, &n->key_size) < 0)
		return -1;
	skip_space(r);
	if (peek(r) != ':')
		return fault(r, "':' expected after a key");
	r->at++;
	return 0;
}

static void append(struct doc *parent, struct doc *last, struct doc *n)
{
	if (last)
		last->next = n;
	else
		parent->first = n;
	n->parent = parent;
	parent->count++;
}

/* An array or an object, whose elements are the same but for the key. */
static int read_elements(struct reader *r, struct doc *parent, char close)
{
	struct doc *last = NULL;

	r->at++;
	if (++r->depth > DOC_DEPTH_MAX)
		return fault(r, "nested deeper than 512 levels");
	skip_space(r);
	if (peek(r) == close) {
		r->at++;
		r->depth--;
		return 0;
	}
	for (;;) {
		struct doc *n = arena_alloc(r->arena, sizeof(*n));

		if (close == '}' && read_member_key(r, n) < 0)
			return -1;
		if (read_value(r, n) < 0)
			return -1;
		append(parent, last, n);
		last = n;
		skip_space(r);
		if (peek(r) == close)
			break;
		if (peek(r) != ',')
			return fault(r,
				     close == '}' ? "',' or '}' expected" : "',' or ']' expected");
		r->at++;
	}
	r->at++;
	r->depth--;
	return 0;
}

static int read_kind(struct reader *r, struct doc *n)
{
	switch (peek(r)) {
	case '{':
		n->kind = DOC_OBJECT;
		return read_elements(r, n, '}');
	case '[':
		n->kind = DOC_ARRAY;
		return read_elements(r, n, ']');
	case '"':
		n->kind = DOC_STRING;
		return read_string(r, &n->text, &n->size);
	case 't':
		return read_word(r, n, "true", DOC_TRUE);
	case 'f':
		return read_word(r, n, "false", DOC_FALSE);
	case 'n':
		return read_word(r, n, "null", DOC_NULL);
	case -1:
		return fault(r, "a value is missing");
	default:
		return read_number(r, n);
	}
}

static int read_value(struct reader *r, struct doc *n)
{
	skip_space(r);
	count_lines(r);
	n->line = r->line + 1;
	n->column = r->at - r->line_start + 1;
	n->offset = r->at;
	if (read_kind(r, n) < 0)
		return -1;
	n->length = r->at - n->offset;
	return 0;
}

int doc_read_json(const char *what, const char *text, size_t size, struct arena *a,
		  const struct doc **ret_doc, struct err *e)
{
	struct reader r = {.what = what, .text = text, .size = size, .arena = a, .e = e};
	struct doc *root = arena_alloc(a, sizeof(*root));

	if (read_value(&r, root) < 0)
		return -1;
	skip_space(&r);
	if (r.at < r.size)
		return fault(&r, "something follows the value");
	if (doc_check_keys(root, what, e) < 0)
		return -1;
	*ret_doc = root;
	return 0;
}
