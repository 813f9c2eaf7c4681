/*
 * One pass reads the text into a tree of nodes in an arena, in which strings are decoded and numbers
 * keep their text; a second pass sorts the members of each object and writes.
 */
#include "runner/canon/jcs.h"

#include <math.h>

#include "runner/base/arena.h"
#include "runner/base/die.h"
#include "runner/base/json.h"
#include "runner/base/utf8.h"

#define NUMBER_TEXT_MAX 4096
#define DOUBLE_DIGITS_MAX 17

enum node_kind { NODE_NULL, NODE_TRUE, NODE_FALSE, NODE_NUMBER, NODE_STRING, NODE_ARRAY, NODE_OBJECT };

struct node {
	enum node_kind kind;
	const char *text; /* of strings (decoded) and numbers (as written) */
	size_t size;	  /* bytes of text */
	const char *key;  /* in an object */
	size_t key_size;
	struct node *first, *next;
	size_t count;
};

struct reader {
	const char *what, *text;
	size_t size, at;
	unsigned int depth;
	enum jcs_numbers numbers;
	struct arena *arena;
	struct err *e;
};

static int fault(struct reader *r, const char *reason)
{
	size_t line = 1, column = 1;

	for (size_t i = 0; i < r->at && i < r->size; i++) {
		column++;
		if (r->text[i] == '\n') {
			line++;
			column = 1;
		}
	}
	return err_set(r->e, ERR_INPUT, "%s:%zu:%zu: %s", r->what, line, column, reason);
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

static int read_number(struct reader *r, struct node *n)
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
	if (r->at - start > NUMBER_TEXT_MAX)
		return fault(r, "a number of more than 4096 characters");
	n->kind = NODE_NUMBER;
	n->text = arena_strndup(r->arena, r->text + start, r->at - start);
	n->size = r->at - start;
	return 0;
}

static int read_value(struct reader *r, struct node *n);

static int read_word(struct reader *r, struct node *n, const char *word, enum node_kind kind)
{
	size_t size = strlen(word);

	if (r->size - r->at < size || memcmp(r->text + r->at, word, size) != 0)
		return fault(r, "not a JSON value");
	r->at += size;
	n->kind = kind;
	return 0;
}

static int read_member_key(struct reader *r, struct node *n)
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

/* An array or an object, whose elements are the same but for the key. */
static int read_elements(struct reader *r, struct node *parent, char close)
{
	struct node **end = &parent->first;

	r->at++;
	if (++r->depth > JCS_DEPTH_MAX)
		return fault(r, "nested deeper than 512 levels");
	skip_space(r);
	if (peek(r) == close) {
		r->at++;
		r->depth--;
		return 0;
	}
	for (;;) {
		struct node *n = arena_alloc(r->arena, sizeof(*n));

		if (close == '}' && read_member_key(r, n) < 0)
			return -1;
		if (read_value(r, n) < 0)
			return -1;
		*end = n;
		end = &n->next;
		parent->count++;
		skip_space(r);
		if (peek(r) == close)
			break;
		if (peek(r) != ',')
			return fault(r, close == '}' ? "',' or '}' expected" : "',' or ']' expected");
		r->at++;
	}
	r->at++;
	r->depth--;
	return 0;
}

static int read_value(struct reader *r, struct node *n)
{
	skip_space(r);
	switch (peek(r)) {
	case '{':
		n->kind = NODE_OBJECT;
		return read_elements(r, n, '}');
	case '[':
		n->kind = NODE_ARRAY;
		return read_elements(r, n, ']');
	case '"':
		n->kind = NODE_STRING;
		return read_string(r, &n->text, &n->size);
	case 't':
		return read_word(r, n, "true", NODE_TRUE);
	case 'f':
		return read_word(r, n, "false", NODE_FALSE);
	case 'n':
		return read_word(r, n, "null", NODE_NULL);
	case -1:
		return fault(r, "a value is missing");
	default:
		return read_number(r, n);
	}
}

/*
 * Section 3.2.3: keys compare by UTF-16 code units.  That is the order of code points, but for those
 * from U+E000 to U+FFFF, which come after the ones above U+FFFF.
 */
static uint32_t utf16_rank(uint32_t c)
{
	if (c >= 0x10000)
		return 0xd800 + (c >> 10) - 0x40; /* its high surrogate */
	return c;
}

static int compare_keys(const void *left, const void *right)
{
	const struct node *a = *(const struct node *const *)left;
	const struct node *b = *(const struct node *const *)right;
	size_t i = 0, size = FP_MIN(a->key_size, b->key_size);

	while (i < size && a->key[i] == b->key[i])
		i++;
	if (i == size)
		return a->key_size < b->key_size ? -1 : a->key_size > b->key_size;
	while (i > 0 && ((unsigned char)a->key[i] & 0xc0) == 0x80)
		i--;
	{
		size_t length;
		uint32_t x = utf8_decode(a->key + i, a->key_size - i, &length);
		uint32_t y = utf8_decode(b->key + i, b->key_size - i, &length);

		if (utf16_rank(x) != utf16_rank(y))
			return utf16_rank(x) < utf16_rank(y) ? -1 : 1;
		return x < y ? -1 : x > y;
	}
}

static void write_string(struct buf *out, const char *text, size_t size)
{
	static const char *const short_escapes[0x20] = {
		['\b'] = "\\b", ['\t'] = "\\t", ['\n'] = "\\n", ['\f'] = "\\f", ['\r'] = "\\r",
	};

	buf_addch(out, '"');
	for (size_t i = 0; i < size; i++) {
		unsigned char c = (unsigned char)text[i];

		if (c == '"' || c == '\\') {
			buf_addch(out, '\\');
			buf_addch(out, (char)c);
		} else if (c >= 0x20) {
			buf_addch(out, (char)c);
		} else if (short_escapes[c]) {
			buf_addstr(out, short_escapes[c]);
		} else {
			buf_addf(out, "\\u%04x", c);
		}
	}
	buf_addch(out, '"');
}

/* A decimal value: 0.d1d2d3… * 10^exponent, without zeros at either end; count 0 is zero. */
struct decimal {
	bool negative;
	long exponent;
	size_t count;
	char digits[NUMBER_TEXT_MAX + 1];
};

static void parse_decimal(const char *text, struct decimal *d)
{
	bool point = false;

	d->count = 0;
	d->exponent = 0;
	d->negative = *text == '-';
	text += d->negative;
	for (; (*text >= '0' && *text <= '9') || *text == '.'; text++) {
		if (*text == '.') {
			point = true;
			continue;
		}
		if (d->count > 0 || *text != '0')
			d->digits[d->count++] = *text;
		else if (point)
			d->exponent--;
		if (d->count > 0 && !point)
			d->exponent++;
	}
	if (*text == 'e' || *text == 'E') {
		long e = strtol(text + 1, NULL, 10);

		/* Far past what any exponent can mean, and still safe to add to. */
		d->exponent += FP_MIN(FP_MAX(e, -1000000000L), 1000000000L);
	}
	while (d->count > 0 && d->digits[d->count - 1] == '0')
		d->count--;
	if (d->count == 0) {
		d->exponent = 0;
		d->negative = false;
	}
	d->digits[d->count] = '\0';
}

static bool decimal_equal(const struct decimal *a, const struct decimal *b)
{
	return a->negative == b->negative && a->exponent == b->exponent && a->count == b->count &&
	       memcmp(a->digits, b->digits, a->count) == 0;
}

/* Lays digits out as ECMAScript's Number::toString does, where n is the place of the point. */
static void lay_out(struct buf *out, const struct decimal *d)
{
	long k = (long)d->count, n = d->exponent;

	if (d->negative)
		buf_addch(out, '-');
	if (k <= n && n <= 21) {
		buf_addstr(out, d->digits);
		for (long i = k; i < n; i++)
			buf_addch(out, '0');
	} else if (0 < n && n <= 21) {
		buf_add(out, d->digits, (size_t)n);
		buf_addch(out, '.');
		buf_addstr(out, d->digits + n);
	} else if (-6 < n && n <= 0) {
		buf_addstr(out, "0.");
		for (long i = n; i < 0; i++)
			buf_addch(out, '0');
		buf_addstr(out, d->digits);
	} else {
		buf_addch(out, d->digits[0]);
		if (k > 1)
			buf_addf(out, ".%s", d->digits + 1);
		buf_addf(out, "e%+ld", n - 1);
	}
}

/* The shortest digits that give the value back. */
static bool shortest(double value, struct decimal *d)
{
	char text[64];

	if (!isfinite(value))
		return false;
	for (int precision = 0; precision < DOUBLE_DIGITS_MAX; precision++) {
		(void)snprintf(text, sizeof(text), "%.*e", precision, value);
		if (strtod(text, NULL) == value)
			break;
	}
	parse_decimal(text, d);
	return true;
}

bool jcs_double(struct buf *out, double value)
{
	struct decimal d;

	if (!shortest(value, &d))
		return false;
	if (d.count == 0)
		buf_addch(out, '0');
	else
		lay_out(out, &d);
	return true;
}

static int write_number(struct reader *r, const struct node *n, struct buf *out)
{
	struct decimal *written = arena_alloc(r->arena, sizeof(*written));
	struct decimal *nearest = arena_alloc(r->arena, sizeof(*nearest));
	bool finite = shortest(strtod(n->text, NULL), nearest);

	parse_decimal(n->text, written);
	if (r->numbers == JCS_NUMBERS_EXACT && (!finite || !decimal_equal(written, nearest))) {
		buf_addf(out, "{\"$number\":\"%s%se%ld\"}", written->negative ? "-" : "",
			 written->digits, written->exponent - (long)written->count);
		return 0;
	}
	if (!finite)
		return err_set(r->e, ERR_INPUT, "%s: the number %.40s is too large", r->what, n->text);
	if (nearest->count == 0)
		buf_addch(out, '0');
	else
		lay_out(out, nearest);
	return 0;
}

static int write_node(struct reader *r, const struct node *n, struct buf *out);

static int write_object(struct reader *r, const struct node *n, struct buf *out)
{
	const struct node **members = arena_array(r->arena, n->count, sizeof(struct node *));
	size_t count = 0;

	for (const struct node *m = n->first; m; m = m->next)
		members[count++] = m;
	qsort(members, count, sizeof(*members), compare_keys);
	buf_addch(out, '{');
	for (size_t i = 0; i < count; i++) {
		const struct node *m = members[i];

		if (i > 0 && compare_keys(&members[i - 1], &members[i]) == 0)
			return err_set(r->e, ERR_INPUT, "%s: the key \"%s\" occurs twice", r->what,
				       m->key);
		if (i > 0)
			buf_addch(out, ',');
		if (r->numbers == JCS_NUMBERS_EXACT && m->key_size > 0 && m->key[0] == '$') {
			const char *longer = arena_printf(r->arena, "$%s", m->key);

			write_string(out, longer, m->key_size + 1);
		} else {
			write_string(out, m->key, m->key_size);
		}
		buf_addch(out, ':');
		if (write_node(r, m, out) < 0)
			return -1;
	}
	buf_addch(out, '}');
	return 0;
}

static int write_array(struct reader *r, const struct node *n, struct buf *out)
{
	buf_addch(out, '[');
	for (const struct node *m = n->first; m; m = m->next) {
		if (m != n->first)
			buf_addch(out, ',');
		if (write_node(r, m, out) < 0)
			return -1;
	}
	buf_addch(out, ']');
	return 0;
}

static int write_node(struct reader *r, const struct node *n, struct buf *out)
{
	switch (n->kind) {
	case NODE_NULL:
		buf_addstr(out, "null");
		return 0;
	case NODE_TRUE:
		buf_addstr(out, "true");
		return 0;
	case NODE_FALSE:
		buf_addstr(out, "false");
		return 0;
	case NODE_NUMBER:
		return write_number(r, n, out);
	case NODE_STRING:
		write_string(out, n->text, n->size);
		return 0;
	case NODE_ARRAY:
		return write_array(r, n, out);
	case NODE_OBJECT:
		return write_object(r, n, out);
	}
	abort();
}

int jcs_canonicalize(const char *what, const char *text, size_t size, enum jcs_numbers numbers,
		     struct buf *out, struct err *e)
{
	FP_CLEANUP(arena_release) struct arena arena = ARENA_INIT(SIZE_MAX / 2);
	struct reader r = {.what = what, .text = text, .size = size, .numbers = numbers,
			   .arena = &arena, .e = e};
	struct node root = {.kind = NODE_NULL};

	if (read_value(&r, &root) < 0)
		return -1;
	skip_space(&r);
	if (r.at < r.size)
		return fault(&r, "something follows the value");
	if (write_node(&r, &root, out) < 0)
		return -1;
	return buf_finish(out, what, e);
}

void jcs_write(struct buf *out, const json_t *json)
{
	FP_CLEANUP(buf_release) struct buf text = BUF_INIT(SIZE_MAX / 4);
	struct err e = ERR_INIT;

	json_dump_compact(&text, json);
	if (jcs_canonicalize("our own JSON", buf_text(&text), text.size, JCS_NUMBERS_DOUBLE, out, &e) < 0)
		die(e.text);
}
