#include <inttypes.h>
#include <string.h>

#include "runner/base/utf8.h"
#include "runner/plan/hcl/convert.h"
#include "runner/plan/hcl/func.h"
#include "runner/plan/hcl/grapheme.h"
#include "runner/plan/hcl/quote.h"

/* One sequence that starts with "%". */
struct verb {
	const char *raw;
	size_t raw_size, offset;
	size_t arg; /* from 1 */
	char mode;
	bool zero, sharp, plus, minus, space;
	int width, precision; /* -1: not given */
};

#define FIELD_MAX 100000

static void repeat(struct buf *out, char ch, size_t count)
{
	for (size_t i = 0; i < count && !out->overflow; i++)
		buf_addch(out, ch);
}

static void pad(struct buf *out, const struct verb *v, const char *text, size_t size)
{
	size_t have = grapheme_count(text, size), fill = 0;

	if (v->width > 0 && have < (size_t)v->width)
		fill = (size_t)v->width - have;
	if (!v->minus)
		repeat(out, v->zero ? '0' : ' ', fill);
	buf_add(out, text, size);
	if (v->minus)
		repeat(out, v->zero ? '0' : ' ', fill);
}

static const char *sign_of(const struct verb *v, bool negative)
{
	return negative ? "-" : v->plus ? "+" : v->space ? " " : "";
}

/* [spaces][sign][prefix][zeros][digits][spaces] */
static void put_number(struct buf *out, const struct verb *v, const char *sign, const char *prefix,
		       size_t zeros, const char *digits)
{
	size_t size = strlen(sign) + strlen(prefix) + zeros + strlen(digits);
	size_t fill = v->width > 0 && (size_t)v->width > size ? (size_t)v->width - size : 0;
	bool integer = strchr("bdoxX", v->mode) != NULL;
	bool zero = v->zero && !v->minus && !(integer && v->precision >= 0);

	if (!v->minus && !zero)
		repeat(out, ' ', fill);
	buf_addstr(out, sign);
	buf_addstr(out, prefix);
	repeat(out, '0', zeros + (zero ? fill : 0));
	buf_addstr(out, digits);
	if (v->minus)
		repeat(out, ' ', fill);
}

static void put_integer(struct buf *out, const struct verb *v, const struct number *n)
{
	int base = v->mode == 'b' ? 2 : v->mode == 'o' ? 8 : v->mode == 'd' ? 10 : 16;
	const char *prefix = "";
	size_t count, zeros = 0;
	char *digits;
	mpz_t z;

	mpz_init(z);
	(void)mpfr_get_z(z, n->m, MPFR_RNDN);
	mpz_abs(z, z);
	digits = mpz_get_str(NULL, v->mode == 'X' ? -base : base, z);
	mpz_clear(z);
	count = strlen(digits);
	if (v->sharp)
		prefix = v->mode == 'b'	  ? "0b"
			 : v->mode == 'o' ? "0"
			 : v->mode == 'x' ? "0x"
			 : v->mode == 'X' ? "0X"
					  : "";
	if (v->precision >= 0 && count < (size_t)v->precision)
		zeros = (size_t)v->precision - count;
	if (!(v->precision == 0 && strcmp(digits, "0") == 0))
		put_number(out, v, sign_of(v, mpfr_sgn(n->m) < 0), prefix, zeros, digits);
	free(digits);
}

static void put_float(struct buf *out, const struct verb *v, const struct number *n)
{
	FP_CLEANUP(buf_release) struct buf text = BUF_INIT(FUNC_TEXT_MAX);
	char kind = (char)(v->mode | 0x20);
	int precision = v->precision < 0 ? (kind == 'g' ? -1 : 6) : v->precision;
	bool negative;

	number_format(&text, n, kind, precision);
	negative = buf_text(&text)[0] == '-';
	if (v->mode == 'E' || v->mode == 'G')
		for (size_t i = 0; i < text.size; i++)
			if (text.data[i] == 'e')
				text.data[i] = 'E';
	put_number(out, v, sign_of(v, negative), "", 0, buf_text(&text) + negative);
}

static void *bad_value(struct call *c, const struct verb *v, const char *reason)
{
	return call_fail(c, "unsupported value for \"%.*s\" at %zu: %s", (int)v->raw_size, v->raw,
			 v->offset, reason);
}

/* The argument as t; NULL after call_fail(). */
static const struct value *as(struct call *c, const struct verb *v, const struct value *arg,
			      const struct type *t)
{
	const struct value *converted;
	struct err e = ERR_INIT;

	if (convert_value(c->arena, arg, t, &converted, &e) < 0)
		return bad_value(c, v, e.text);
	return converted;
}

static bool put_string(struct call *c, struct buf *out, const struct verb *v,
		       const struct value *arg)
{
	FP_CLEANUP(buf_release) struct buf quoted = BUF_INIT(FUNC_TEXT_MAX);
	const struct value *s = as(c, v, arg, &type_string);
	size_t size;

	if (!s)
		return false;
	size = s->count;
	if (v->precision > 0) {
		size_t at = 0;

		for (int i = 0; i < v->precision && at < size; i++)
			at += grapheme_size(s->text + at, size - at);
		size = at;
	}
	if (v->mode == 's') {
		pad(out, v, s->text, size);
		return true;
	}
	quote_json(&quoted, s->text, size, true);
	pad(out, v, buf_text(&quoted), quoted.size);
	return true;
}

static void put_any(struct buf *out, const struct verb *v, const struct value *arg)
{
	FP_CLEANUP(buf_release) struct buf text = BUF_INIT(FUNC_TEXT_MAX);

	if (!v->sharp && arg->state == VALUE_KNOWN && arg->type->kind == TYPE_STRING)
		buf_add(&text, arg->text, arg->count);
	else if (!v->sharp && arg->state == VALUE_KNOWN && arg->type->kind == TYPE_NUMBER)
		number_format(&text, arg->number, 'g', -1);
	else
		value_write_json(&text, arg, true);
	pad(out, v, buf_text(&text), text.size);
}

static bool put(struct call *c, struct buf *out, const struct verb *v,
		const struct value *const *args, size_t count)
{
	const struct value *arg, *n;

	if (v->arg > count) {
		call_fail(c,
			  "not enough arguments for \"%.*s\" at %zu: need index %zu but have %zu "
			  "total",
			  (int)v->raw_size, v->raw, v->offset, v->arg, count);
		return false;
	}
	arg = args[v->arg - 1];
	if (v->mode != 'v' && arg->state == VALUE_NULL) {
		bad_value(c, v, "null value cannot be formatted");
		return false;
	}
	if (v->mode == 'v') {
		put_any(out, v, arg);
		return true;
	}
	if (v->mode == 't') {
		n = as(c, v, arg, &type_bool);
		buf_addstr(out, n && n->boolean ? "true" : "false");
		return n != NULL;
	}
	if (v->mode == 's' || v->mode == 'q')
		return put_string(c, out, v, arg);
	if (!strchr("bdoxXeEfgG", v->mode)) {
		call_fail(c, "unsupported format verb '%c' in \"%.*s\" at offset %zu", v->mode,
			  (int)v->raw_size, v->raw, v->offset);
		return false;
	}
	n = as(c, v, arg, &type_number);
	if (!n)
		return false;
	if (strchr("eEfgG", v->mode)) {
		put_float(out, v, n->number);
		return true;
	}
	if (!number_is_int(n->number)) {
		bad_value(c, v, "an integer is required");
		return false;
	}
	put_integer(out, v, n->number);
	return true;
}

static int digits(const char **p)
{
	int n = 0;

	for (; **p >= '0' && **p <= '9'; (*p)++)
		n = FP_MIN(n * 10 + (**p - '0'), FIELD_MAX + 1);
	return n;
}

/* At a "%"; false after call_fail(). */
static bool scan_verb(struct call *c, const char *format, const char **at, size_t *next_arg,
		      struct verb *v)
{
	const char *p = *at + 1;

	*v = (struct verb){.raw = *at,
			   .offset = (size_t)(*at - format),
			   .width = -1,
			   .precision = -1,
			   .arg = *next_arg};
	for (;; p++) {
		if (*p == '0')
			v->zero = true;
		else if (*p == '#')
			v->sharp = true;
		else if (*p == '-')
			v->minus = true;
		else if (*p == '+')
			v->plus = true;
		else if (*p == ' ')
			v->space = true;
		else
			break;
	}
	if (*p >= '1' && *p <= '9')
		v->width = digits(&p);
	if (*p == '.') {
		p++;
		v->precision = digits(&p);
	}
	if (*p == '[') {
		const char *start = ++p;

		v->arg = (size_t)digits(&p);
		if (p == start || *p != ']' || v->arg == 0)
			p = "";
		else
			p++;
	}
	if (!((*p >= 'a' && *p <= 'z') || (*p >= 'A' && *p <= 'Z'))) {
		size_t at_byte =
			(size_t)(p >= format && p <= *at + strlen(*at) ? p - format : *at - format);

		call_fail(c, "unrecognized format character at offset %zu", at_byte);
		return false;
	}
	if (v->width > FIELD_MAX || v->precision > FIELD_MAX) {
		call_limit(c, "a field of more than %d characters", FIELD_MAX);
		return false;
	}
	v->mode = *p++;
	v->raw_size = (size_t)(p - *at);
	*next_arg = v->arg + 1;
	*at = p;
	return true;
}

/* One result; NULL after call_fail(). */
static const struct value *format(struct call *c, const char *text, const struct value *const *args,
				  size_t count)
{
	FP_CLEANUP(buf_release) struct buf out = BUF_INIT(FUNC_TEXT_MAX);
	size_t next_arg = 1, highest = 0;
	const char *at = text;

	while (*at != '\0') {
		struct verb v;

		if (*at != '%') {
			const char *end = strchrnul(at, '%');

			buf_add(&out, at, (size_t)(end - at));
			at = end;
			continue;
		}
		if (at[1] == '%') {
			buf_addch(&out, '%');
			at += 2;
			continue;
		}
		if (!scan_verb(c, text, &at, &next_arg, &v) || !put(c, &out, &v, args, count))
			return NULL;
		highest = FP_MAX(highest, v.arg);
	}
	if (highest < count && highest == 0)
		return call_fail_arg(c, 1, "too many arguments; no verbs in format string");
	if (highest < count)
		return call_fail_arg(c, highest + 1,
				     "too many arguments; only %zu used by format string", highest);
	if (out.overflow)
		return call_limit(c, "the result is larger than %zu bytes", out.ceiling);
	return call_string(c, buf_text(&out), out.size);
}

/* The text before the first verb is all that is known. */
static const struct value *format_unknown(struct call *c)
{
	const char *text = c->args[0]->text, *end = strchrnul(text, '%');
	struct refinement *r = arena_alloc(c->arena, sizeof(*r));
	size_t size = (size_t)(end - text);

	r->not_null = true;
	r->length_max = SIZE_MAX;
	/* The last cluster could still grow. */
	while (size > 0 && ((unsigned char)text[size - 1] & 0xc0) == 0x80)
		size--;
	if (size > 0)
		r->prefix = arena_strndup(c->arena, text, size - 1);
	if (r->prefix && r->prefix[0] == '\0')
		r->prefix = NULL;
	return value_unknown_refined(c->arena, &type_string, r);
}

static const struct value *run_format(struct call *c)
{
	for (size_t i = 1; i < c->count; i++)
		if (c->args[i]->unknown_within)
			return format_unknown(c);
	return format(c, c->args[0]->text, c->args + 1, c->count - 1);
}

static const struct type list_of_string = {.kind = TYPE_LIST, .element = &type_string};

static bool is_list(const struct value *v)
{
	return v->state != VALUE_NULL && (v->type->kind == TYPE_LIST || v->type->kind == TYPE_SET ||
					  v->type->kind == TYPE_TUPLE);
}

/* The common length of all sequences; false after call_fail_arg(). */
static bool common_length(struct call *c, size_t *ret_length, bool *ret_unknown)
{
	size_t chooser = 0;

	for (size_t i = 1; i < c->count; i++) {
		const struct value *v = c->args[i];
		size_t length = v->type->kind == TYPE_TUPLE ? v->type->count : v->count;

		if (!is_list(v))
			continue;
		if (v->state == VALUE_UNKNOWN ||
		    (v->type->kind == TYPE_SET && v->unknown_within && v->count > 1)) {
			*ret_unknown = true;
			continue;
		}
		if (chooser == 0) {
			chooser = i;
			*ret_length = length;
		} else if (length != *ret_length) {
			call_fail_arg(c, i,
				      "argument %zu has length %zu, which is inconsistent with "
				      "argument %zu of length %zu",
				      i, length, chooser, *ret_length);
			return false;
		}
	}
	if (chooser == 0)
		*ret_length = 1;
	return true;
}

static const struct value *run_formatlist(struct call *c)
{
	const struct value **results, **args;
	bool unknown = false;
	size_t length = 1, *at;

	if (!common_length(c, &length, &unknown))
		return NULL;
	if (unknown)
		return value_not_null(c->arena, value_unknown(c->arena, &list_of_string));
	results = arena_array(c->arena, length, sizeof(*results));
	args = arena_array(c->arena, c->count, sizeof(*args));
	at = arena_array(c->arena, c->count, sizeof(*at));
	for (size_t n = 0; n < length; n++) {
		bool open = false;

		/* Terraform steps over no further list in a turn once an element is unknown. */
		for (size_t i = 1; i < c->count && !open; i++) {
			args[i - 1] = is_list(c->args[i]) ? c->args[i]->items[at[i]++] : c->args[i];
			open = args[i - 1]->unknown_within;
		}
		results[n] = open ? value_not_null(c->arena, value_unknown(c->arena, &type_string))
				  : format(c, c->args[0]->text, args, c->count - 1);
		if (!results[n])
			return NULL;
	}
	return value_list(c->arena, &type_string, results, length);
}

const struct function func_format[] = {
	{.name = "format",
	 .params = {{"format", &type_string, 0}},
	 .count = 1,
	 .variadic = true,
	 .rest = {"args", &type_dynamic, PARAM_NULL | PARAM_UNKNOWN},
	 .returns = &type_string,
	 .run = run_format},
	{.name = "formatlist",
	 .params = {{"format", &type_string, 0}},
	 .count = 1,
	 .variadic = true,
	 .rest = {"args", &type_dynamic, PARAM_NULL | PARAM_UNKNOWN},
	 .returns = &list_of_string,
	 .run = run_formatlist},
	{.name = NULL},
};
