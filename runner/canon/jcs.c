#include "runner/canon/jcs.h"

#include <math.h>

#include "runner/base/arena.h"
#include "runner/base/die.h"
#include "runner/base/doc.h"
#include "runner/base/json.h"
#include "runner/base/utf8.h"

#define DOUBLE_DIGITS_MAX 17
#define FEW 32 /* members of an object that are sorted on the stack */

/* A decimal value: 0.d1d2d3… * 10^exponent, without zeros at either end; count 0 is zero. */
struct decimal {
	bool negative;
	long exponent;
	size_t count;
	char digits[DOC_NUMBER_MAX + 1];
};

struct writer {
	const char *what;
	enum jcs_numbers numbers;
	struct err *e;
	struct decimal written,
		nearest; /* of the number at hand; too large for the stack at depth */
};

/*
 * Section 3.2.3: keys compare by UTF-16 code units.  That is the order of code points, but for
 * those from U+E000 to U+FFFF, which come after the ones above U+FFFF.
 */
static uint32_t utf16_rank(uint32_t c)
{
	if (c >= 0x10000)
		return 0xd800 + (c >> 10) - 0x40; /* its high surrogate */
	return c;
}

static int compare_texts(const char *a, size_t a_size, const char *b, size_t b_size)
{
	size_t i = 0, size = FP_MIN(a_size, b_size), length;
	uint32_t x, y;

	while (i < size && a[i] == b[i])
		i++;
	if (i == size)
		return a_size < b_size ? -1 : a_size > b_size;
	while (i > 0 && ((unsigned char)a[i] & 0xc0) == 0x80)
		i--;
	x = utf8_decode(a + i, a_size - i, &length);
	y = utf8_decode(b + i, b_size - i, &length);
	if (utf16_rank(x) != utf16_rank(y))
		return utf16_rank(x) < utf16_rank(y) ? -1 : 1;
	return x < y ? -1 : x > y;
}

static int compare_keys(const void *left, const void *right)
{
	const struct doc *a = *(const struct doc *const *)left;
	const struct doc *b = *(const struct doc *const *)right;

	return compare_texts(a->key, a->key_size, b->key, b->key_size);
}

void jcs_string(struct buf *out, const char *text, size_t size)
{
	static const char *const short_escapes[0x20] = {
		['\b'] = "\\b", ['\t'] = "\\t", ['\n'] = "\\n", ['\f'] = "\\f", ['\r'] = "\\r",
	};

	size_t from = 0;

	buf_addch(out, '"');
	for (size_t i = 0; i < size; i++) {
		unsigned char c = (unsigned char)text[i];

		if (c >= 0x20 && c != '"' && c != '\\')
			continue;
		buf_add(out, text + from, i - from);
		from = i + 1;
		if (c >= 0x20) {
			buf_addch(out, '\\');
			buf_addch(out, (char)c);
		} else if (short_escapes[c]) {
			buf_addstr(out, short_escapes[c]);
		} else {
			buf_addf(out, "\\u%04x", c);
		}
	}
	buf_add(out, text + from, size - from);
	buf_addch(out, '"');
}

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

static int write_number(struct writer *w, const struct doc *n, struct buf *out)
{
	struct decimal *written = &w->written, *nearest = &w->nearest;
	bool finite = shortest(strtod(n->text, NULL), nearest);

	parse_decimal(n->text, written);
	if (w->numbers == JCS_NUMBERS_EXACT && (!finite || !decimal_equal(written, nearest))) {
		buf_addf(out, "{\"$number\":\"%s%se%ld\"}", written->negative ? "-" : "",
			 written->digits, written->exponent - (long)written->count);
		return 0;
	}
	if (!finite)
		return err_set(w->e, ERR_INPUT, "%s: the number %.40s is too large", w->what,
			       n->text);
	if (nearest->count == 0)
		buf_addch(out, '0');
	else
		lay_out(out, nearest);
	return 0;
}

static int write_node(struct writer *w, const struct doc *n, struct buf *out);

static void free_docs(const struct doc ***docs)
{
	free(*docs);
}

static int write_object(struct writer *w, const struct doc *n, struct buf *out)
{
	const struct doc *few[FEW];
	FP_CLEANUP(free_docs) const struct doc **many = NULL;
	const struct doc **members = few;
	size_t count = 0;

	if (n->count > FEW)
		members = many = die_calloc(n->count, sizeof(*many));

	for (const struct doc *m = n->first; m; m = m->next)
		members[count++] = m;
	qsort(members, count, sizeof(*members), compare_keys);
	buf_addch(out, '{');
	for (size_t i = 0; i < count; i++) {
		const struct doc *m = members[i];

		if (i > 0)
			buf_addch(out, ',');
		if (w->numbers == JCS_NUMBERS_EXACT && m->key_size > 0 && m->key[0] == '$') {
			FP_CLEANUP(buf_release) struct buf longer = BUF_INIT(SIZE_MAX / 4);

			buf_addch(&longer, '$');
			buf_add(&longer, m->key, m->key_size);
			jcs_string(out, buf_text(&longer), longer.size);
		} else {
			jcs_string(out, m->key, m->key_size);
		}
		buf_addch(out, ':');
		if (write_node(w, m, out) < 0)
			return -1;
	}
	buf_addch(out, '}');
	return 0;
}

static int write_array(struct writer *w, const struct doc *n, struct buf *out)
{
	buf_addch(out, '[');
	for (const struct doc *m = n->first; m; m = m->next) {
		if (m != n->first)
			buf_addch(out, ',');
		if (write_node(w, m, out) < 0)
			return -1;
	}
	buf_addch(out, ']');
	return 0;
}

static int write_node(struct writer *w, const struct doc *n, struct buf *out)
{
	switch (n->kind) {
	case DOC_NULL:
		buf_addstr(out, "null");
		return 0;
	case DOC_TRUE:
		buf_addstr(out, "true");
		return 0;
	case DOC_FALSE:
		buf_addstr(out, "false");
		return 0;
	case DOC_NUMBER:
		return write_number(w, n, out);
	case DOC_STRING:
		jcs_string(out, n->text, n->size);
		return 0;
	case DOC_ARRAY:
		return write_array(w, n, out);
	case DOC_OBJECT:
		return write_object(w, n, out);
	}
	abort();
}

int jcs_canonicalize(const char *what, const char *text, size_t size, enum jcs_numbers numbers,
		     struct buf *out, struct err *e)
{
	FP_CLEANUP(arena_release) struct arena arena = ARENA_INIT(SIZE_MAX / 2);
	struct writer w = {.what = what, .numbers = numbers, .e = e};
	const struct doc *root;

	if (doc_read_json(what, text, size, &arena, &root, e) < 0 || write_node(&w, root, out) < 0)
		return -1;
	return buf_finish(out, what, e);
}

int jcs_write_doc(const char *what, const struct doc *d, enum jcs_numbers numbers, struct buf *out,
		  struct err *e)
{
	struct writer w = {.what = what, .numbers = numbers, .e = e};

	return write_node(&w, d, out);
}

struct member {
	const char *key;
	size_t size;
	const json_t *value;
};

static int compare_members(const void *left, const void *right)
{
	const struct member *a = left, *b = right;

	return compare_texts(a->key, a->size, b->key, b->size);
}

static void free_members(struct member **members)
{
	free(*members);
}

static void write_json(struct buf *out, const json_t *json, bool own);

static void write_json_object(struct buf *out, const json_t *object, bool own)
{
	FP_CLEANUP(free_members)
	struct member *members = die_calloc(json_object_size(object) + 1, sizeof(*members));
	size_t count = 0, size;
	json_t *value;
	const char *key;

	json_object_keylen_foreach((json_t *)(uintptr_t)object, key, size, value) members[count++] =
		(struct member){key, size, value};
	qsort(members, count, sizeof(*members), compare_members);
	buf_addch(out, '{');
	for (size_t i = 0; i < count; i++) {
		if (i > 0)
			buf_addch(out, ',');
		jcs_string(out, members[i].key, members[i].size);
		buf_addch(out, ':');
		write_json(out, members[i].value, own);
	}
	buf_addch(out, '}');
}

static void write_json_array(struct buf *out, const json_t *array, bool own)
{
	for (size_t i = 0; i < json_array_size(array); i++) {
		buf_addch(out, i == 0 ? '[' : ',');
		write_json(out, json_array_get(array, i), own);
	}
	buf_addstr(out, json_array_size(array) > 0 ? "]" : "[]");
}

static void write_json_integer(struct buf *out, json_int_t value, bool own)
{
	const json_int_t exact = (json_int_t)1 << 53;

	if (value <= exact && value >= -exact)
		buf_addf(out, "%" JSON_INTEGER_FORMAT, value);
	else if (own)
		die("our own JSON: an integer past 2^53");
	else
		(void)jcs_double(out, (double)value);
}

/* own: made by us, so that a number that has no canonical form is a fault of ours. */
static void write_json(struct buf *out, const json_t *json, bool own)
{
	switch (json_typeof(json)) {
	case JSON_OBJECT:
		write_json_object(out, json, own);
		return;
	case JSON_ARRAY:
		write_json_array(out, json, own);
		return;
	case JSON_STRING:
		jcs_string(out, json_string_value(json), json_string_length(json));
		return;
	case JSON_INTEGER:
		write_json_integer(out, json_integer_value(json), own);
		return;
	case JSON_REAL:
		if (!jcs_double(out, json_real_value(json)))
			die("our own JSON: a number that is none");
		return;
	case JSON_TRUE:
		buf_addstr(out, "true");
		return;
	case JSON_FALSE:
		buf_addstr(out, "false");
		return;
	case JSON_NULL:
		buf_addstr(out, "null");
		return;
	}
}

void jcs_write(struct buf *out, const json_t *json)
{
	write_json(out, json, true);
}

bool jcs_is_form_of(const char *text, size_t size, const json_t *json)
{
	FP_CLEANUP(buf_release) struct buf out = BUF_INIT(SIZE_MAX / 4);

	write_json(&out, json, false);
	return out.size == size && memcmp(buf_text(&out), text, size) == 0;
}
