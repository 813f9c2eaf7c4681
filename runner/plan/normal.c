#include "runner/plan/normal.h"

#include <string.h>

#include "runner/base/doc.h"
#include "runner/base/hex.h"
#include "runner/base/utf8.h"
#include "runner/canon/jcs.h"

#define TEXT_MAX_BYTES (16u << 20)

/* --- JSON, as Go's encoder writes what its decoder read ------------------------------------------
 */

enum style {
	STYLE_PLAIN,
	STYLE_HTML,	  /* escaped for HTML */
	STYLE_CONTAINERS, /* likewise, some lists sorted */
};

static void write_text(struct buf *out, const struct doc *d, enum style style)
{
	bool html = style != STYLE_PLAIN;

	buf_addch(out, '"');
	for (size_t i = 0; i < d->size; i++) {
		unsigned char c = (unsigned char)d->text[i];

		if (c == '"' || c == '\\')
			buf_addf(out, "\\%c", c);
		else if (c == '\n')
			buf_addstr(out, "\\n");
		else if (c == '\r')
			buf_addstr(out, "\\r");
		else if (c == '\t')
			buf_addstr(out, "\\t");
		else if (c == '\b')
			buf_addstr(out, "\\b");
		else if (c == '\f')
			buf_addstr(out, "\\f");
		else if (c < 0x20 || (html && (c == '<' || c == '>' || c == '&')))
			buf_addf(out, "\\u%04x", c);
		else if (c == 0xe2 && i + 2 < d->size && (unsigned char)d->text[i + 1] == 0x80 &&
			 ((unsigned char)d->text[i + 2] & 0xfe) == 0xa8) {
			buf_addf(out, "\\u20%02x", (unsigned char)d->text[i + 2] - 0x80);
			i += 2;
		} else
			buf_addch(out, (char)c);
	}
	buf_addch(out, '"');
}

static int by_key(const void *left, const void *right)
{
	return strcmp((*(const struct doc *const *)left)->key,
		      (*(const struct doc *const *)right)->key);
}

/* The environment and the secrets of a container have no order of their own. */
static bool by_name_in_containers(const struct doc *d)
{
	return d->key && (strcmp(d->key, "environment") == 0 || strcmp(d->key, "secrets") == 0);
}

static int by_name(const void *left, const void *right)
{
	const struct doc *a = *(const struct doc *const *)left,
			 *b = *(const struct doc *const *)right;
	const struct doc *x = a->kind == DOC_OBJECT ? doc_get(a, "name") : NULL;
	const struct doc *y = b->kind == DOC_OBJECT ? doc_get(b, "name") : NULL;

	return strcmp(x && x->text ? x->text : "", y && y->text ? y->text : "");
}

static void write_doc(struct buf *out, struct arena *a, const struct doc *d, enum style style);

static void write_members(struct buf *out, struct arena *a, const struct doc *d, enum style style)
{
	const struct doc **members = arena_array(a, d->count + 1, sizeof(*members));
	size_t count = 0;

	for (const struct doc *m = d->first; m; m = m->next)
		members[count++] = m;
	if (d->kind == DOC_OBJECT && count)
		qsort(members, count, sizeof(*members), by_key);
	else if (style == STYLE_CONTAINERS && count && by_name_in_containers(d))
		qsort(members, count, sizeof(*members), by_name);
	buf_addch(out, d->kind == DOC_OBJECT ? '{' : '[');
	for (size_t i = 0; i < count; i++) {
		const struct doc key = {.text = members[i]->key, .size = members[i]->key_size};

		if (i)
			buf_addch(out, ',');
		if (d->kind == DOC_OBJECT) {
			write_text(out, &key, style);
			buf_addch(out, ':');
		}
		write_doc(out, a, members[i], style);
	}
	buf_addch(out, d->kind == DOC_OBJECT ? '}' : ']');
}

static void write_doc(struct buf *out, struct arena *a, const struct doc *d, enum style style)
{
	switch (d->kind) {
	case DOC_NULL:
		buf_addstr(out, "null");
		return;
	case DOC_TRUE:
		buf_addstr(out, "true");
		return;
	case DOC_FALSE:
		buf_addstr(out, "false");
		return;
	case DOC_NUMBER:
		/* Go's float64 and ECMAScript's numbers are printed alike. */
		if (!jcs_double(out, strtod(d->text, NULL)))
			buf_addstr(out, d->text);
		return;
	case DOC_STRING:
		write_text(out, d, style);
		return;
	case DOC_ARRAY:
	case DOC_OBJECT:
		write_members(out, a, d, style);
		return;
	}
}

static const struct value *normal_json(struct walk *w, const struct value *v, enum style style,
				       bool version_first)
{
	static const char version[] = ",\"Version\":\"2012-10-17\"}";
	FP_CLEANUP(buf_release) struct buf out = BUF_INIT(TEXT_MAX_BYTES);
	const struct doc *d;
	struct err e = ERR_INIT;
	size_t size = strlen(version);

	if (doc_read_json("", v->text, v->count, w->arena, &d, &e) < 0)
		return v;
	write_doc(&out, w->arena, d, style);
	if (buf_finish(&out, "", &e) < 0)
		return v;
	if (version_first && out.size > size && d->kind == DOC_OBJECT &&
	    strcmp(out.data + out.size - size, version) == 0)
		return value_string(w->arena, arena_printf(w->arena, "{%.*s,%.*s}", (int)size - 2,
							   version + 1, (int)(out.size - size) - 1,
							   out.data + 1));
	return value_string_n(w->arena, out.data, out.size);
}

/* --- other texts
 * ---------------------------------------------------------------------------------- */

static const struct value *user_data(struct walk *w, const struct value *v)
{
	FP_CLEANUP(buf_release) struct buf raw = BUF_INIT(TEXT_MAX_BYTES);
	const struct range nowhere = {.source = NULL};
	const struct value *args[1] = {v};

	if (!base64_decode(&raw, v->text, v->count, false))
		return eval_call(&w->eval, "sha1", args, 1, nowhere);
	if (!utf8_valid(buf_text(&raw), raw.size) || memchr(buf_text(&raw), 0, raw.size)) {
		diag_unsupported(
			w->diags, nowhere, "User data that is not text",
			"The digest of user data that is base64 of no text is not computed.");
		return v;
	}
	args[0] = value_string_n(w->arena, buf_text(&raw), raw.size);
	return eval_call(&w->eval, "sha1", args, 1, nowhere);
}

static char *lower(struct arena *a, const char *text)
{
	char *out = arena_strdup(a, text);

	for (char *c = out; *c; c++)
		if (*c >= 'A' && *c <= 'Z')
			*c = (char)(*c - 'A' + 'a');
	return out;
}

static const struct value *upper(struct arena *a, const char *text)
{
	char *out = arena_strdup(a, text);

	for (char *c = out; *c; c++)
		if (*c >= 'a' && *c <= 'z')
			*c = (char)(*c - 'a' + 'A');
	return value_string(a, out);
}

static const struct value *ip_protocol(struct arena *a, const char *text)
{
	static const char *const names[][2] = {
		{"all", "-1"}, {"6", "tcp"}, {"17", "udp"}, {"1", "icmp"}, {"58", "icmpv6"}};
	const char *name = lower(a, text);

	for (size_t i = 0; i < FP_ARRAY_SIZE(names); i++)
		if (strcmp(name, names[i][0]) == 0)
			return value_string(a, names[i][1]);
	return value_string(a, name);
}

static const struct value *domain_name(struct arena *a, const char *text)
{
	char *name = lower(a, text);
	size_t size = strlen(name);

	if (size > 1 && name[size - 1] == '.')
		name[size - 1] = 0;
	return value_string(a, name);
}

static const struct value *trimmed(struct arena *a, const struct value *v)
{
	const char *text = v->text;
	size_t size = v->count;

	while (size > 0 && strchr(" \t\r\n", text[size - 1]))
		size--;
	while (size > 0 && strchr(" \t\r\n", *text)) {
		text++;
		size--;
	}
	return value_string_n(a, text, size);
}

const struct value *normal_value(struct walk *w, enum restype_normal normal, const struct value *v)
{
	if (v->state != VALUE_KNOWN || v->type != &type_string || v->count == 0)
		return v;
	switch (normal) {
	case RESTYPE_NORMAL_NONE:
		return v;
	case RESTYPE_NORMAL_UPPER:
		return upper(w->arena, v->text);
	case RESTYPE_NORMAL_LOWER:
		return value_string(w->arena, lower(w->arena, v->text));
	case RESTYPE_NORMAL_JSON:
		return normal_json(w, v, STYLE_HTML, false);
	case RESTYPE_NORMAL_JSON_PLAIN:
		return normal_json(w, v, STYLE_PLAIN, false);
	case RESTYPE_NORMAL_VERSION_FIRST:
		return normal_json(w, v, STYLE_HTML, true);
	case RESTYPE_NORMAL_USER_DATA:
		return user_data(w, v);
	case RESTYPE_NORMAL_IP_PROTOCOL:
		return ip_protocol(w->arena, v->text);
	case RESTYPE_NORMAL_DOMAIN_NAME:
		return domain_name(w->arena, v->text);
	case RESTYPE_NORMAL_CONTAINERS:
		return normal_json(w, v, STYLE_CONTAINERS, false);
	case RESTYPE_NORMAL_TRIM:
		return trimmed(w->arena, v);
	}
	return v;
}
