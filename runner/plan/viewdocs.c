/*
 * A policy that names the resource it protects is not known before apply, and one that names what a
 * data source found is not known here, but most of it is: its actions, its effect, its conditions.
 * So the text is made once more with a marker in the place of each string that is not known, read
 * as JSON, and what holds a marker is told as unknown.
 */
#include "runner/plan/viewdocs.h"

#include <string.h>

#include "runner/base/json.h"
#include "runner/plan/body.h"
#include "runner/plan/iampolicy.h"
#include "runner/plan/planwrite.h"
#include "runner/plan/viewrefs.h"

#define DOCUMENT_MAX_BYTES (1u << 20)
/* A character of Unicode's private use, so that no text of a workspace holds it by accident. */
#define MARKER "\xef\xa3\xbf"

static bool is_strings(const struct type *t)
{
	return (t->kind == TYPE_LIST || t->kind == TYPE_SET) && t->element == &type_string;
}

static const struct value *replace_unknown(void *context, struct arena *a, const struct value *v)
{
	const bool *everything = context;
	const struct value *marker = value_string(a, MARKER);

	if (v->state != VALUE_UNKNOWN)
		return v;
	if (*everything || v->type == &type_string)
		return marker;
	if (is_strings(v->type)) {
		const struct value **items = arena_array(a, 1, sizeof(struct value *));

		items[0] = marker;
		return v->type->kind == TYPE_LIST ? value_list(a, &type_string, items, 1)
						  : value_set(a, &type_string, items, 1);
	}
	return v;
}

/* NULL when something is not known that no marker can stand for. */
static const struct value *marked(struct walk *w, const struct value *v, bool everything)
{
	v = value_rewrite(w->arena, value_unmark_deep(w->arena, v), replace_unknown, &everything);
	return v->unknown_within ? NULL : v;
}

/* --- the text, from where it is made -------------------------------------------------------------
 */

static bool from_template(struct walk *w, const struct viewrefs_source *s, struct buf *text)
{
	for (size_t i = 0; i < s->expr->list.count; i++) {
		const struct value *v = eval_expr(&w->eval, s->scope, s->expr->list.parts[i]);

		v = value_unmark_deep(w->arena, v);
		if (v->state == VALUE_UNKNOWN)
			buf_addstr(text, MARKER);
		else if (v->state == VALUE_KNOWN && v->type == &type_string)
			buf_add(text, v->text, v->count);
		else if (v->state == VALUE_KNOWN && v->type->kind <= type_string.kind)
			value_write_json(text, v, false);
		else
			return false;
	}
	return true;
}

static bool from_call(struct walk *w, const struct viewrefs_source *s, struct buf *text)
{
	const struct value *v;

	if (strcmp(s->expr->call.name, "jsonencode") != 0 || s->expr->call.count != 1 ||
	    s->expr->call.expand_last)
		return false;
	v = marked(w, eval_expr(&w->eval, s->scope, s->expr->call.args[0]), true);
	if (v)
		value_write_json(text, v, false);
	return v != NULL;
}

/* The elements of a set are told apart by what is not known, too: a list is enough here. */
static bool from_data(struct walk *w, const struct viewrefs_source *s, struct buf *text)
{
	const struct resource_instance *r = s->data;
	const struct value *v;

	if (strcmp(r->type_name, "aws_iam_policy_document") != 0 ||
	    (strcmp(s->attribute, "json") != 0 && strcmp(s->attribute, "minified_json") != 0))
		return false;
	v = marked(w, body_value(w, r->scope, r->body, r->type->block), false);
	if (v)
		v = iampolicy_read(w, v, r->cfg->block->range);
	v = v ? value_get(v, "minified_json") : NULL;
	if (v && v->state == VALUE_KNOWN)
		buf_add(text, v->text, v->count);
	return v && v->state == VALUE_KNOWN;
}

static bool make_text(struct walk *w, const struct viewrefs_source *s, struct buf *text)
{
	struct diag_mark mark = diag_mark(w->diags);
	size_t failures = w->diags->failures;
	bool made = false;

	w->forgets_mocked = true;
	if (s->data)
		made = from_data(w, s, text);
	else if (s->expr->kind == EXPR_CALL)
		made = from_call(w, s, text);
	else if (s->expr->kind == EXPR_TEMPLATE)
		made = from_template(w, s, text);
	w->forgets_mocked = false;
	made = made && w->diags->failures == failures;
	diag_rewind(w->diags, mark);
	return made;
}

/* --- what is not known in it
 * ---------------------------------------------------------------------- */

static bool has_marker(const json_t *v)
{
	return json_is_string(v) && strstr(json_string_value(v), MARKER) != NULL;
}

/* The mask of v, or NULL when all is known; what holds a marker is taken out.  *ret_key is set when
 * a name is not known. */
static json_t *take_out(json_t *v, bool *ret_key)
{
	json_t *mask = NULL, *member;
	const char *key;
	void *next;
	size_t i;

	if (json_is_array(v))
		json_array_foreach (v, i, member) {
			bool is_it = has_marker(member);
			json_t *one = is_it ? json_true() : take_out(member, ret_key);

			if (is_it)
				(void)json_array_set_new(v, i, json_null());
			if (!one)
				continue;
			if (!mask)
				mask = json_new_array();
			while (json_array_size(mask) < i)
				json_push(mask, json_false());
			json_push(mask, one);
		}
	json_object_foreach_safe(v, next, key, member)
	{
		bool is_it = has_marker(member);
		json_t *one = is_it ? json_true() : take_out(member, ret_key);

		*ret_key = *ret_key || strstr(key, MARKER) != NULL;
		if (!one)
			continue;
		if (!mask)
			mask = json_new_object();
		json_put(mask, key, one);
		if (is_it)
			(void)json_object_del(v, key);
	}
	return mask;
}

static void write_json(struct buf *out, const char *key, const json_t *json)
{
	FP_CLEANUP(buf_release) struct buf text = BUF_INIT(DOCUMENT_MAX_BYTES * 8);

	json_dump_compact(&text, json);
	planwrite_key(out, key);
	buf_add(out, text.data, text.size - 1);
}

static void write_document(struct walk *w, struct buf *out, const struct resource_instance *r,
			   const struct expr *e, const char *path)
{
	FP_CLEANUP(buf_release) struct buf text = BUF_INIT(DOCUMENT_MAX_BYTES);
	struct viewrefs_source source;
	JSON_AUTO *json = NULL;
	JSON_AUTO *mask = NULL;
	struct err error = ERR_INIT;
	bool unknown_key = false;

	if (!viewrefs_find_source(w, r, e, &source) || !make_text(w, &source, &text) ||
	    buf_finish(&text, "", &error) < 0 || !strchr("{[", buf_text(&text)[0]) ||
	    text.size == 0 || json_parse("", text.data, text.size, &json, &error) < 0)
		return;
	mask = take_out(json, &unknown_key);
	if (unknown_key)
		return;
	planwrite_comma(out);
	buf_addch(out, '{');
	planwrite_member(out, "path", path);
	write_json(out, "document", json);
	if (mask)
		write_json(out, "unknown", mask);
	buf_addch(out, '}');
}

/* --- arguments
 * ------------------------------------------------------------------------------------- */

static void write_body(struct walk *w, struct buf *out, const struct resource_instance *r,
		       const struct body *body, const struct value *planned, const char *path)
{
	struct content guess = syntax_guess(w->arena, body);
	const char *dot = *path ? "." : "";

	for (size_t i = 0; i < guess.attr_count; i++) {
		const struct value *v = value_get(planned, guess.attrs[i]->name);

		if (v && v->state == VALUE_UNKNOWN && v->type == &type_string)
			write_document(
				w, out, r, guess.attrs[i]->expr,
				arena_printf(w->arena, "%s%s%s", path, dot, guess.attrs[i]->name));
	}
	/* One block of its type: which element of the value it is needs no thought. */
	for (size_t i = 0; i < guess.block_count; i++) {
		const struct value *list = value_get(planned, guess.blocks[i]->type);

		if (list && value_is_iterable(list) && !value_has_keys(list) && list->count == 1 &&
		    value_has_keys(list->items[0]))
			write_body(w, out, r, guess.blocks[i]->body, list->items[0],
				   arena_printf(w->arena, "%s%s%s[0]", path, dot,
						guess.blocks[i]->type));
	}
}

void viewdocs_write(struct walk *w, struct buf *out, const struct resource_instance *r,
		    const struct value *shown)
{
	if (r->cfg && value_has_keys(shown))
		write_body(w, out, r, r->body, shown, "");
}
