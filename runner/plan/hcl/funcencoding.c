#include <inttypes.h>
#include <string.h>

#include "runner/base/hex.h"
#include "runner/base/utf8.h"
#include "runner/plan/hcl/func.h"
#include "runner/plan/hcl/jsontext.h"
#include "runner/plan/hcl/valuejson.h"

#define STR(i) (c->args[i]->text)
#define SIZE(i) (c->args[i]->count)

static const struct value *finish(struct call *c, struct buf *out)
{
	if (out->overflow)
		return call_limit(c, "the result is larger than %zu bytes", out->ceiling);
	return call_string(c, buf_text(out), out->size);
}

static const struct value *run_base64encode(struct call *c)
{
	FP_CLEANUP(buf_release) struct buf out = BUF_INIT(FUNC_TEXT_MAX);

	base64_encode(&out, STR(0), SIZE(0));
	return finish(c, &out);
}

/* Go's decoder steps over line breaks. */
static bool decode(struct buf *out, const char *text)
{
	FP_CLEANUP(buf_release) struct buf clean = BUF_INIT(FUNC_TEXT_MAX);

	for (const char *p = text; *p != '\0'; p++)
		if (*p != '\r' && *p != '\n')
			buf_addch(&clean, *p);
	return base64_decode(out, buf_text(&clean), clean.size, false);
}

static const struct value *run_base64decode(struct call *c)
{
	FP_CLEANUP(buf_release) struct buf out = BUF_INIT(FUNC_TEXT_MAX);

	if (!decode(&out, STR(0)))
		return call_fail(c, "failed to decode base64 data '%s'",
				 value_is_hidden(c->args[0]) ? "(sensitive value)" : STR(0));
	if (!utf8_valid(buf_text(&out), out.size))
		return call_fail(c,
				 "the result of decoding the provided string is not valid UTF-8");
	return finish(c, &out);
}

static const struct value *run_base64gzip(struct call *c)
{
	return call_unsupported(c, "compressed bytes that are equal to Go's cannot be made");
}

static const struct value *run_urlencode(struct call *c)
{
	FP_CLEANUP(buf_release) struct buf out = BUF_INIT(FUNC_TEXT_MAX);

	for (const char *p = STR(0); *p != '\0'; p++) {
		unsigned char ch = (unsigned char)*p;
		bool plain = (ch >= 'a' && ch <= 'z') || (ch >= 'A' && ch <= 'Z') ||
			     (ch >= '0' && ch <= '9') || strchr("-_.~", ch);

		if (ch == ' ')
			buf_addch(&out, '+');
		else if (plain)
			buf_addch(&out, (char)ch);
		else
			buf_addf(&out, "%%%02X", ch);
	}
	return finish(c, &out);
}

/* --- JSON
 * ----------------------------------------------------------------------------------------- */

/* What is known of the text of a value that is not known yet: how it begins. */
static const struct value *json_unknown(struct call *c, const struct value *v)
{
	struct refinement *r = arena_alloc(c->arena, sizeof(*r));

	r->not_null = true;
	r->length_max = SIZE_MAX;
	if (value_surely_not_null(v)) {
		switch (v->type->kind) {
		case TYPE_STRING:
			r->prefix = "\"";
			break;
		case TYPE_MAP:
		case TYPE_OBJECT:
			r->prefix = "{";
			break;
		case TYPE_LIST:
		case TYPE_SET:
		case TYPE_TUPLE:
			r->prefix = "[";
			break;
		case TYPE_DYNAMIC:
		case TYPE_BOOL:
		case TYPE_NUMBER:
			break;
		}
	}
	return value_unknown_refined(c->arena, &type_string, r);
}

static const struct value *run_jsonencode(struct call *c)
{
	FP_CLEANUP(buf_release) struct buf out = BUF_INIT(FUNC_TEXT_MAX);

	if (c->args[0]->unknown_within)
		return json_unknown(c, c->args[0]);
	value_write_json(&out, c->args[0], true);
	return finish(c, &out);
}

static const struct value *run_jsondecode(struct call *c)
{
	struct jsontext_error je;
	const struct json_node *n = jsontext_parse(c->arena, STR(0), SIZE(0), &je);
	const struct value *v;
	struct err e = ERR_INIT;

	if (!n && je.limit)
		return call_limit(c, "JSON that is nested deeper than %d", JSONTEXT_DEPTH_MAX);
	if (!n && strstr(je.reason, "U+0000"))
		return call_unsupported(c, "the character U+0000");
	if (!n)
		return call_fail(c, "invalid JSON at byte %u: %s", je.start, je.reason);
	v = valuejson_implied(c->arena, n, &e);
	return v ? v : call_limit(c, "%s", e.text);
}

/* --- CSV (RFC 4180, as Go's encoding/csv reads it) ------------------------------------------ */

struct csv {
	struct call *call;
	const char *at, *end;
	const struct value **fields;
	size_t count, capacity;
	size_t line;
};

/* The rest of a quoted field; false after call_fail(). */
static bool quoted_field(struct csv *s, struct buf *out)
{
	for (s->at++;;) {
		if (s->at >= s->end) {
			call_fail(s->call, "line %zu: extraneous or missing \" in quoted-field",
				  s->line);
			return false;
		}
		if (*s->at != '"') {
			if (*s->at == '\r' && s->end - s->at > 1 && s->at[1] == '\n')
				s->at++;
			s->line += *s->at == '\n';
			buf_addch(out, *s->at++);
		} else if (s->end - s->at > 1 && s->at[1] == '"') {
			buf_addch(out, '"');
			s->at += 2;
		} else {
			s->at++;
			if (s->at == s->end || *s->at == ',' || *s->at == '\n' ||
			    (*s->at == '\r' && s->end - s->at > 1 && s->at[1] == '\n'))
				return true;
			call_fail(s->call, "line %zu: extraneous or missing \" in quoted-field",
				  s->line);
			return false;
		}
	}
}

static bool plain_field(struct csv *s, struct buf *out)
{
	const char *start = s->at;

	while (s->at < s->end && *s->at != ',' && *s->at != '\n') {
		if (*s->at == '"') {
			call_fail(s->call, "line %zu: bare \" in non-quoted-field", s->line);
			return false;
		}
		s->at++;
	}
	buf_add(out, start, (size_t)(s->at - start));
	if ((s->at == s->end || *s->at == '\n') && out->size > 0 && s->at > start &&
	    s->at[-1] == '\r')
		out->size--;
	return true;
}

/* One record: 1, at the end 0, -1 after an error. */
static int record(struct csv *s)
{
	while (s->at < s->end &&
	       (*s->at == '\n' || (*s->at == '\r' && s->end - s->at > 1 && s->at[1] == '\n'))) {
		s->at += *s->at == '\r' ? 2 : 1;
		s->line++;
	}
	if (s->at >= s->end)
		return 0;
	s->count = 0;
	s->fields = NULL;
	s->capacity = 0;
	for (;;) {
		FP_CLEANUP(buf_release) struct buf out = BUF_INIT(FUNC_TEXT_MAX);
		bool fine = s->at < s->end && *s->at == '"' ? quoted_field(s, &out)
							    : plain_field(s, &out);

		if (!fine)
			return -1;
		s->fields = arena_grow(s->call->arena, s->fields, s->count, &s->capacity,
				       sizeof(*s->fields));
		s->fields[s->count++] = value_string_n(s->call->arena, buf_text(&out), out.size);
		if (s->at < s->end && *s->at == '\r')
			s->at++;
		if (s->at >= s->end || *s->at == '\n') {
			s->line++;
			s->at += s->at < s->end;
			return 1;
		}
		s->at++;
	}
}

static const struct value *run_csvdecode(struct call *c)
{
	struct csv s = {.call = c, .at = STR(0), .end = STR(0) + SIZE(0), .line = 1};
	const struct value **header, **rows = NULL;
	size_t width, count = 0, capacity = 0;
	struct type_attr *attrs;
	const char **keys;
	int more = record(&s);

	if (more <= 0)
		return more < 0 ? NULL : call_fail(c, "missing header line");
	header = s.fields;
	width = s.count;
	if (width > 2000)
		return call_limit(c, "more than 2000 columns");
	attrs = arena_array(c->arena, width, sizeof(*attrs));
	for (size_t i = 0; i < width; i++) {
		for (size_t j = 0; j < i; j++)
			if (strcmp(header[i]->text, header[j]->text) == 0)
				return call_fail(c, "duplicate column name \"%s\"",
						 header[i]->text);
		attrs[i] = (struct type_attr){header[i]->text, &type_string, false};
	}
	while ((more = record(&s)) > 0) {
		if (s.count != width)
			return call_fail(c, "wrong number of fields");
		keys = arena_array(c->arena, width, sizeof(*keys));
		for (size_t i = 0; i < width; i++)
			keys[i] = header[i]->text;
		rows = arena_grow(c->arena, rows, count, &capacity, sizeof(*rows));
		rows[count++] = value_object(c->arena, keys, s.fields, width);
	}
	return more < 0 ? NULL
			: value_list(c->arena, type_object(c->arena, attrs, width), rows, count);
}

/* --- other character sets --------------------------------------------------------------------- */

static bool is_utf16le(const char *name)
{
	return strcasecmp(name, "utf-16le") == 0 || strcasecmp(name, "utf-16") == 0;
}

static bool is_utf8(const char *name)
{
	return strcasecmp(name, "utf-8") == 0 || strcasecmp(name, "utf8") == 0;
}

static void add_unit(struct buf *out, uint32_t unit)
{
	buf_addch(out, (char)(unit & 0xff));
	buf_addch(out, (char)(unit >> 8));
}

static const struct value *run_textencode(struct call *c)
{
	FP_CLEANUP(buf_release) struct buf bytes = BUF_INIT(FUNC_TEXT_MAX);
	FP_CLEANUP(buf_release) struct buf out = BUF_INIT(FUNC_TEXT_MAX);
	const char *text = STR(0);
	size_t left = SIZE(0), n;

	if (is_utf8(STR(1))) {
		base64_encode(&out, text, left);
		return finish(c, &out);
	}
	if (strcasecmp(STR(1), "utf-16le") != 0)
		return call_unsupported(c, "the encoding \"%s\"", STR(1));
	for (; left > 0; text += n, left -= n) {
		uint32_t ch = utf8_decode(text, left, &n);

		if (ch >= 0x10000) {
			add_unit(&bytes, 0xd800 + ((ch - 0x10000) >> 10));
			add_unit(&bytes, 0xdc00 + ((ch - 0x10000) & 0x3ff));
		} else {
			add_unit(&bytes, ch);
		}
	}
	base64_encode(&out, buf_text(&bytes), bytes.size);
	return finish(c, &out);
}

static void add_utf16(struct buf *out, const uint8_t *p, size_t size)
{
	for (size_t i = 0; i + 1 < size; i += 2) {
		uint32_t unit = p[i] | (uint32_t)p[i + 1] << 8, low;

		if (unit >= 0xd800 && unit < 0xdc00 && i + 3 < size) {
			low = p[i + 2] | (uint32_t)p[i + 3] << 8;
			if (low >= 0xdc00 && low < 0xe000) {
				utf8_encode(out, 0x10000 + ((unit - 0xd800) << 10) + low - 0xdc00);
				i += 2;
				continue;
			}
		}
		utf8_encode(out, unit >= 0xd800 && unit < 0xe000 ? 0xfffd : unit);
	}
}

static const struct value *run_textdecode(struct call *c)
{
	FP_CLEANUP(buf_release) struct buf bytes = BUF_INIT(FUNC_TEXT_MAX);
	FP_CLEANUP(buf_release) struct buf out = BUF_INIT(FUNC_TEXT_MAX);

	if (!is_utf8(STR(1)) && !is_utf16le(STR(1)))
		return call_unsupported(c, "the encoding \"%s\"", STR(1));
	if (!decode(&bytes, STR(0)))
		return call_fail_arg(c, 0, "the given value is has an invalid base64 symbol");
	if (is_utf8(STR(1)))
		buf_add(&out, buf_text(&bytes), bytes.size);
	else if (strcasecmp(STR(1), "utf-16le") == 0 && bytes.size % 2 == 0)
		add_utf16(&out, (const uint8_t *)buf_text(&bytes), bytes.size);
	else
		return call_unsupported(c, "the encoding \"%s\"", STR(1));
	return finish(c, &out);
}

#define TEXT_PARAM(name)              \
	{                             \
		name, &type_string, 0 \
	}
#define TEXT_TO_TEXT(function_name, param, runner)                                \
	{                                                                         \
		.name = function_name, .params = {TEXT_PARAM(param)}, .count = 1, \
		.returns = &type_string, .run = runner                            \
	}

const struct function func_encoding[] = {
	TEXT_TO_TEXT("base64decode", "str", run_base64decode),
	TEXT_TO_TEXT("base64encode", "str", run_base64encode),
	TEXT_TO_TEXT("base64gzip", "str", run_base64gzip),
	{.name = "csvdecode", .params = {TEXT_PARAM("str")}, .count = 1, .run = run_csvdecode},
	{.name = "jsondecode",
	 .params = {TEXT_PARAM("str")},
	 .count = 1,
	 .run = run_jsondecode,
	 .may_be_null = true},
	{.name = "jsonencode",
	 .params = {{"val", &type_dynamic, PARAM_DYNAMIC | PARAM_NULL | PARAM_UNKNOWN}},
	 .count = 1,
	 .returns = &type_string,
	 .run = run_jsonencode},
	{.name = "textdecodebase64",
	 .params = {TEXT_PARAM("source"), TEXT_PARAM("encoding")},
	 .count = 2,
	 .returns = &type_string,
	 .run = run_textdecode},
	{.name = "textencodebase64",
	 .params = {TEXT_PARAM("string"), TEXT_PARAM("encoding")},
	 .count = 2,
	 .returns = &type_string,
	 .run = run_textencode},
	TEXT_TO_TEXT("urlencode", "str", run_urlencode),
	{.name = NULL},
};
