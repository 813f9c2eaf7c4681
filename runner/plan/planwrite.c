#include "runner/plan/planwrite.h"

#include <string.h>

void planwrite_string(struct buf *out, const char *text)
{
	buf_addch(out, '"');
	for (const char *p = text; *p; p++) {
		unsigned char c = (unsigned char)*p;

		if (c == '"' || c == '\\')
			buf_addf(out, "\\%c", c);
		else if (c == '\n')
			buf_addstr(out, "\\n");
		else if (c == '\r')
			buf_addstr(out, "\\r");
		else if (c == '\t')
			buf_addstr(out, "\\t");
		else if (c < 0x20)
			buf_addf(out, "\\u%04x", c);
		else
			buf_addch(out, (char)c);
	}
	buf_addch(out, '"');
}

void planwrite_comma(struct buf *out)
{
	char last = out->size ? out->data[out->size - 1] : '[';

	if (last != '{' && last != '[')
		buf_addch(out, ',');
}

void planwrite_key(struct buf *out, const char *key)
{
	planwrite_comma(out);
	planwrite_string(out, key);
	buf_addch(out, ':');
}

void planwrite_member(struct buf *out, const char *key, const char *text)
{
	planwrite_key(out, key);
	planwrite_string(out, text);
}

static bool keyed(const struct value *v)
{
	return v->type->kind == TYPE_MAP || v->type->kind == TYPE_OBJECT;
}

void planwrite_known(struct buf *out, const struct value *v)
{
	if (v->state == VALUE_UNKNOWN) {
		buf_addstr(out, "null");
		return;
	}
	if (!v->unknown_within || !value_is_iterable(v)) {
		value_write_json(out, v, false);
		return;
	}
	buf_addch(out, keyed(v) ? '{' : '[');
	for (size_t i = 0; i < v->count; i++) {
		if (keyed(v) && v->items[i]->state == VALUE_UNKNOWN)
			continue;
		if (keyed(v))
			planwrite_key(out, value_key(v, i));
		else
			planwrite_comma(out);
		planwrite_known(out, v->items[i]);
	}
	buf_addch(out, keyed(v) ? '}' : ']');
}

void planwrite_unknown(struct buf *out, const struct value *v)
{
	if (v->state == VALUE_UNKNOWN || !value_is_iterable(v)) {
		buf_addstr(out, v->state == VALUE_UNKNOWN ? "true" : "false");
		return;
	}
	buf_addch(out, keyed(v) ? '{' : '[');
	for (size_t i = 0; i < v->count; i++) {
		const struct value *item = v->items[i];

		if (keyed(v) && item->state != VALUE_UNKNOWN && !value_is_iterable(item))
			continue;
		if (keyed(v))
			planwrite_key(out, value_key(v, i));
		else
			planwrite_comma(out);
		planwrite_unknown(out, item);
	}
	buf_addch(out, keyed(v) ? '}' : ']');
}

static bool collection(const struct type *t)
{
	return t->kind == TYPE_LIST || t->kind == TYPE_SET || t->kind == TYPE_TUPLE ||
	       t->kind == TYPE_MAP || t->kind == TYPE_OBJECT;
}

static bool plainly_false(const struct value *v)
{
	return !(v->marks & VALUE_SENSITIVE) && (v->state == VALUE_NULL || !collection(v->type));
}

void planwrite_sensitive(struct buf *out, const struct value *v)
{
	if ((v->marks & VALUE_SENSITIVE) || plainly_false(v)) {
		buf_addstr(out, v->marks & VALUE_SENSITIVE ? "true" : "false");
		return;
	}
	if (v->state == VALUE_UNKNOWN) {
		buf_addstr(out, keyed(v) ? "{}" : "[]");
		return;
	}
	buf_addch(out, keyed(v) ? '{' : '[');
	for (size_t i = 0; i < v->count; i++) {
		if (keyed(v) && plainly_false(v->items[i]))
			continue;
		if (keyed(v))
			planwrite_key(out, value_key(v, i));
		else
			planwrite_comma(out);
		planwrite_sensitive(out, v->items[i]);
	}
	buf_addch(out, keyed(v) ? '}' : ']');
}

void planwrite_diag(struct buf *out, struct arena *a, const struct diag *d)
{
	const char *line;

	buf_addch(out, '{');
	planwrite_member(out, "severity",
			 d->severity == DIAG_LIMIT ? "unsupported"
						   : diag_severity_name(d->severity));
	planwrite_member(out, "summary", d->summary);
	planwrite_member(out, "detail", d->detail ? d->detail : "");
	if (d->subject.source) {
		struct position at = diag_start(d->subject);

		planwrite_member(out, "file", d->subject.source->name);
		planwrite_key(out, "line");
		buf_addf(out, "%u", at.line);
		planwrite_key(out, "column");
		buf_addf(out, "%u", at.column);
		line = diag_source_line(a, d->subject);
		planwrite_member(out, "snippet", line ? line : "");
	}
	buf_addch(out, '}');
}
