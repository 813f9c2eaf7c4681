/* What count and for_each make of the blocks. */
#include "runner/plan/viewparts.h"

#include <string.h>

#include "runner/base/json.h"
#include "runner/base/utf8.h"
#include "runner/plan/planwrite.h"
#include "runner/plan/viewdocs.h"
#include "runner/plan/viewrefs.h"

/* Texts longer than this are not looked at as documents. */
#define DOCUMENT_MAX_BYTES (1u << 20)

/* --- instances
 * ------------------------------------------------------------------------------------ */

static void write_document(struct view *v, const struct value *value, const char *path)
{
	FP_CLEANUP(buf_release) struct buf text = BUF_INIT(DOCUMENT_MAX_BYTES * 8);
	JSON_AUTO *json = NULL;
	struct err e = ERR_INIT;

	if (value->count > DOCUMENT_MAX_BYTES || !strchr("{[", value->text[0]) ||
	    json_parse("", value->text, value->count, &json, &e) < 0)
		return;
	json_dump_compact(&text, json);
	while (text.size && text.data[text.size - 1] == '\n')
		text.size--;
	planwrite_comma(v->out);
	buf_addch(v->out, '{');
	planwrite_member(v->out, "path", path);
	planwrite_key(v->out, "document");
	buf_add(v->out, text.data, text.size);
	buf_addch(v->out, '}');
}

static void write_documents(struct view *v, const struct value *value, const char *path)
{
	struct arena *a = v->walk->arena;

	if (value->state != VALUE_KNOWN)
		return;
	if (value->type == &type_string && value->count > 1)
		write_document(v, value, path);
	if (!value_is_iterable(value))
		return;
	for (size_t i = 0; i < value->count; i++) {
		const struct value *item = value->items[i];

		if (item->state != VALUE_KNOWN ||
		    (item->type != &type_string && !value_is_iterable(item)))
			continue;
		if (value_has_keys(value))
			write_documents(v, item,
					*path ? arena_printf(a, "%s.%s", path, value_key(value, i))
					      : value_key(value, i));
		else
			write_documents(v, item, arena_printf(a, "%s[%zu]", path, i));
	}
}

/* The shape of shown, true where that is not known and the plan has it; of a set wherever. */
static void write_mocked(struct view *v, const struct value *planned, const struct value *shown)
{
	bool keys = value_has_keys(shown);

	if (shown->state == VALUE_UNKNOWN || !value_is_iterable(shown)) {
		buf_addstr(v->out, shown->state == VALUE_UNKNOWN &&
						   (!planned || planned->state != VALUE_UNKNOWN)
					   ? "true"
					   : "false");
		return;
	}
	buf_addch(v->out, keys ? '{' : '[');
	for (size_t i = 0; i < shown->count; i++) {
		const struct value *item = shown->items[i], *there = NULL;

		if (keys && !item->unknown_within)
			continue;
		if (keys)
			planwrite_key(v->out, value_key(shown, i));
		else
			planwrite_comma(v->out);
		if (planned && keys && value_has_keys(planned))
			there = value_get(planned, value_key(shown, i));
		else if (planned && !keys && value_is_iterable(planned) && i < planned->count &&
			 planned->type->kind != TYPE_SET)
			there = planned->items[i];
		write_mocked(v, there, item);
	}
	buf_addch(v->out, keys ? '}' : ']');
}

/* Whether it is there at all rests on mocked values. */
static bool is_uncertain(const struct resource_instance *r)
{
	ptrdiff_t i = r->module && r->cfg ? r->cfg - r->module->cfg->resources.list : -1;

	return r->module && (r->module->mocked || (i >= 0 && r->module->resources[i].mocked));
}

static void write_instance(struct view *v, const struct resource_instance *r)
{
	const struct value *planned = resources_shown(v->walk, r);

	planwrite_comma(v->out);
	buf_addch(v->out, '{');
	planwrite_member(v->out, "address", r->address);
	viewtext_put_count(v->out, "block", viewblocks_index(v->walk, r));
	planwrite_member(v->out, "mode", viewblocks_mode_name(r->mode));
	planwrite_member(v->out, "type", r->type_name);
	planwrite_member(v->out, "name", r->name);
	planwrite_key(v->out, "key");
	if (r->key.key)
		value_write_json(v->out, r->key.key, false);
	else
		buf_addstr(v->out, "null");
	planwrite_member(v->out, "module", r->module_address);
	planwrite_key(v->out, "values");
	planwrite_known(v->out, planned);
	planwrite_key(v->out, "unknown");
	if (planned->unknown_within)
		planwrite_unknown(v->out, planned);
	else
		buf_addstr(v->out, "{}");
	planwrite_key(v->out, "sensitive");
	planwrite_sensitive(v->out, r->planned_marked);
	if (r->mocked) {
		planwrite_key(v->out, "mocked");
		write_mocked(v, r->planned, planned);
	}
	if (is_uncertain(r))
		viewtext_put_bool(v->out, "uncertain", true);
	viewtext_put_bool(v->out, "inferred", r->type->inferred);
	planwrite_key(v->out, "documents");
	buf_addch(v->out, '[');
	write_documents(v, planned, "");
	if (planned->unknown_within)
		viewdocs_write(v->walk, v->out, r, planned);
	buf_addstr(v->out, "]}");
}

/*
 * Nothing was planned: each block stands for one instance of itself, with what is written out as
 * its values, and everything else as unknown.
 */
static void write_known_members(struct view *v, const struct body *body, bool unknown);

static bool is_constant(struct view *v, const struct expr *e, const struct value **ret_value)
{
	struct walk *w = v->walk;
	struct references refs = REFERENCES_INIT(w->arena);
	struct diag_mark mark = diag_mark(w->diags);
	size_t failures = w->diags->failures;

	*ret_value = NULL;
	eval_references(&refs, e);
	if (refs.count == 0)
		*ret_value = eval_expr(&w->eval, NULL, e);
	if (*ret_value && (w->diags->failures != failures || !value_wholly_known(*ret_value)))
		*ret_value = NULL;
	diag_rewind(w->diags, mark);
	return *ret_value != NULL;
}

/* Blocks of one type as a list; where one of them is dynamic nobody knows how many there are. */
static void write_known_blocks(struct view *v, const struct content *c, size_t first, bool unknown)
{
	const char *name = viewtext_block_name(c->blocks[first]);
	bool dynamic = false;

	for (size_t k = first; k < c->block_count; k++)
		dynamic |= strcmp(viewtext_block_name(c->blocks[k]), name) == 0 &&
			   viewtext_is_dynamic(c->blocks[k]);
	if (dynamic && !unknown)
		return;
	planwrite_key(v->out, name);
	if (dynamic) {
		buf_addstr(v->out, "true");
		return;
	}
	buf_addch(v->out, '[');
	for (size_t k = first; k < c->block_count; k++) {
		if (strcmp(viewtext_block_name(c->blocks[k]), name) != 0)
			continue;
		planwrite_comma(v->out);
		buf_addch(v->out, '{');
		write_known_members(v, c->blocks[k]->body, unknown);
		buf_addch(v->out, '}');
	}
	buf_addch(v->out, ']');
}

static void write_known_members(struct view *v, const struct body *body, bool unknown)
{
	struct content guess = syntax_guess(v->walk->arena, body);
	const struct value *value;

	for (size_t i = 0; i < guess.attr_count; i++) {
		bool constant = is_constant(v, guess.attrs[i]->expr, &value);

		if (constant == unknown)
			continue;
		planwrite_key(v->out, guess.attrs[i]->name);
		if (unknown)
			buf_addstr(v->out, "true");
		else
			planwrite_known(v->out, value);
	}
	for (size_t i = 0; i < guess.block_count; i++) {
		bool earlier = false;

		for (size_t k = 0; k < i; k++)
			earlier |= strcmp(viewtext_block_name(guess.blocks[k]),
					  viewtext_block_name(guess.blocks[i])) == 0;
		if (!earlier)
			write_known_blocks(v, &guess, i, unknown);
	}
}

static void write_static_instance(struct view *v, const struct config_module *m,
				  const struct config_resource *r, size_t block)
{
	planwrite_comma(v->out);
	buf_addch(v->out, '{');
	planwrite_member(v->out, "address", viewblocks_address(v->walk->arena, m, r));
	viewtext_put_count(v->out, "block", block);
	planwrite_member(v->out, "mode", viewblocks_mode_name(r->mode));
	planwrite_member(v->out, "type", r->type);
	planwrite_member(v->out, "name", r->name);
	planwrite_key(v->out, "key");
	buf_addstr(v->out, "null");
	planwrite_member(v->out, "module", m->address);
	planwrite_key(v->out, "values");
	buf_addch(v->out, '{');
	write_known_members(v, r->body, false);
	buf_addch(v->out, '}');
	planwrite_key(v->out, "unknown");
	buf_addch(v->out, '{');
	write_known_members(v, r->body, true);
	buf_addstr(v->out, "},\"sensitive\":{},\"inferred\":true,\"documents\":[]}");
}

void viewinstances_write_static(struct view *v)
{
	size_t block = 0;

	planwrite_key(v->out, "instances");
	buf_addch(v->out, '[');
	for (size_t i = 0; i < v->walk->config.modules.count; i++) {
		const struct config_module *m = v->walk->config.modules.list[i];

		for (size_t k = 0; k < m->resources.count; k++)
			write_static_instance(v, m, &m->resources.list[k], block++);
	}
	buf_addch(v->out, ']');
}

void viewinstances_write(struct view *v)
{
	const struct walk *w = v->walk;

	planwrite_key(v->out, "instances");
	buf_addch(v->out, '[');
	for (size_t i = 0; i < w->instances.count; i++)
		if (w->instances.list[i]->cfg && w->instances.list[i]->planned)
			write_instance(v, w->instances.list[i]);
	buf_addch(v->out, ']');
	planwrite_key(v->out, "references");
	buf_addch(v->out, '[');
	for (size_t i = 0; i < w->instances.count; i++)
		if (w->instances.list[i]->cfg)
			viewrefs_write(v->walk, v->out, w->instances.list[i]);
	buf_addch(v->out, ']');
}
