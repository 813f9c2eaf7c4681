#include "runner/plan/planview.h"

#include <string.h>

#include "runner/base/json.h"
#include "runner/base/utf8.h"
#include "runner/plan/hcl/lexer.h"
#include "runner/plan/lock.h"
#include "runner/plan/planwrite.h"
#include "runner/plan/viewdocs.h"
#include "runner/plan/viewrefs.h"

/* Texts longer than this are not looked at as documents. */
#define DOCUMENT_MAX_BYTES (1u << 20)

struct comment {
	const char *file, *text;
	uint32_t line, end_line;
};

struct view {
	struct walk *walk;
	struct buf *out;
	CONFIG_LIST(struct comment) comments;
};

static void put_uint(struct buf *out, const char *key, size_t n)
{
	planwrite_key(out, key);
	buf_addf(out, "%zu", n);
}

static void put_bool(struct buf *out, const char *key, bool b)
{
	planwrite_key(out, key);
	buf_addstr(out, b ? "true" : "false");
}

static void put_optional(struct buf *out, const char *key, const char *text)
{
	planwrite_key(out, key);
	if (text)
		planwrite_string(out, text);
	else
		buf_addstr(out, "null");
}

static void put_place(struct buf *out, struct range r)
{
	planwrite_member(out, "file", r.source ? r.source->name : "");
	put_uint(out, "line", r.source ? diag_start(r).line : 0);
}

/* --- comments ------------------------------------------------------------------------------------
 */

/* Without the comment's marks and the white space around it. */
static const char *comment_text(struct arena *a, const char *text, size_t size)
{
	if (size >= 2 && text[0] == '/' && text[1] == '*') {
		text += 2;
		size -= size >= 4 ? 4 : 2;
	} else if (size >= 2 && text[0] == '/' && text[1] == '/') {
		text += 2;
		size -= 2;
	} else if (size > 0) {
		text++;
		size--;
	}
	while (size > 0 && strchr(" \t\r\n", text[size - 1]))
		size--;
	while (size > 0 && strchr(" \t\r\n", *text)) {
		text++;
		size--;
	}
	return arena_strndup(a, text, size);
}

static bool ends_with(const char *text, const char *end)
{
	size_t size = strlen(text), end_size = strlen(end);

	return size >= end_size && strcmp(text + size - end_size, end) == 0;
}

static void read_comments(struct view *v, const struct source *s)
{
	struct arena *a = v->walk->arena;
	struct tokens tokens;

	if (ends_with(s->name, ".json") || !utf8_valid(s->text, s->size))
		return;
	tokens = lexer_scan(a, s->text, (uint32_t)s->size, false);
	for (size_t i = 0; i < tokens.count; i++) {
		const struct token *t = &tokens.list[i];
		const struct range r = {s, t->start, t->end};
		struct comment *c;

		if (t->kind != TOKEN_COMMENT)
			continue;
		v->comments.list = arena_grow(a, v->comments.list, v->comments.count,
					      &v->comments.capacity, sizeof(*v->comments.list));
		c = &v->comments.list[v->comments.count++];
		c->file = s->name;
		c->text = comment_text(a, s->text + t->start, t->end - t->start);
		c->line = diag_start(r).line;
		c->end_line = c->line;
		for (const char *p = s->text + t->start; p + 1 < s->text + t->end; p++)
			c->end_line += *p == '\n';
	}
}

static void write_comment(struct buf *out, const struct comment *c, bool with_file)
{
	planwrite_comma(out);
	buf_addch(out, '{');
	if (with_file)
		planwrite_member(out, "file", c->file);
	put_uint(out, "line", c->line);
	planwrite_member(out, "text", c->text);
	buf_addch(out, '}');
}

/* Those between the lines, and those that end on the line before what they stand above. */
static void write_block_comments(struct view *v, const char *file, uint32_t line, uint32_t end_line)
{
	size_t first = 0, last;

	while (first < v->comments.count && (strcmp(v->comments.list[first].file, file) != 0 ||
					     v->comments.list[first].line < line))
		first++;
	last = first;
	while (first > 0 && strcmp(v->comments.list[first - 1].file, file) == 0 &&
	       v->comments.list[first - 1].end_line + 1 == line) {
		first--;
		line = v->comments.list[first].line;
	}
	while (last < v->comments.count && strcmp(v->comments.list[last].file, file) == 0 &&
	       v->comments.list[last].line <= end_line)
		last++;
	planwrite_key(v->out, "comments");
	buf_addch(v->out, '[');
	for (; first < last; first++)
		write_comment(v->out, &v->comments.list[first], false);
	buf_addch(v->out, ']');
}

/* --- configuration as written
 * --------------------------------------------------------------------- */

static void write_reference_texts(struct view *v, const struct references *refs)
{
	buf_addch(v->out, '[');
	for (size_t i = 0; i < refs->count; i++) {
		const char *text = syntax_traversal_text(v->walk->arena, refs->list[i]);
		bool seen = false;

		for (size_t k = 0; k < i && !seen; k++)
			seen = strcmp(syntax_traversal_text(v->walk->arena, refs->list[k]), text) ==
			       0;
		if (seen)
			continue;
		planwrite_comma(v->out);
		planwrite_string(v->out, text);
	}
	buf_addch(v->out, ']');
}

static const char *source_text(struct arena *a, struct range r)
{
	return r.source ? arena_strndup(a, r.source->text + r.start, r.end - r.start) : "";
}

static void write_expr(struct view *v, const struct expr *e)
{
	struct walk *w = v->walk;
	struct references refs = REFERENCES_INIT(w->arena);
	struct diag_mark mark = diag_mark(w->diags);
	size_t failures = w->diags->failures;
	const struct value *value = NULL;

	eval_references(&refs, e);
	if (refs.count == 0)
		value = eval_expr(&w->eval, NULL, e);
	if (value && w->diags->failures == failures && value_wholly_known(value)) {
		planwrite_known(v->out, value);
	} else {
		buf_addch(v->out, '{');
		if (refs.count) {
			planwrite_key(v->out, "$ref");
			write_reference_texts(v, &refs);
		}
		planwrite_member(v->out, "$expr", source_text(w->arena, e->range));
		buf_addch(v->out, '}');
	}
	diag_rewind(w->diags, mark);
}

static void write_members(struct view *v, const struct body *body);

static bool is_dynamic(const struct block *b)
{
	return strcmp(b->type, "dynamic") == 0 && b->label_count == 1;
}

static const char *block_name(const struct block *b)
{
	return is_dynamic(b) ? b->labels[0] : b->type;
}

/* The content of a dynamic block, with what it repeats over as "$for_each". */
static void write_dynamic(struct view *v, const struct block *b)
{
	struct content guess = syntax_guess(v->walk->arena, b->body);
	const struct attribute *for_each = syntax_find(&guess, "for_each");

	buf_addch(v->out, '{');
	if (for_each) {
		planwrite_key(v->out, "$for_each");
		write_expr(v, for_each->expr);
	}
	for (size_t i = 0; i < guess.block_count; i++)
		if (strcmp(guess.blocks[i]->type, "content") == 0)
			write_members(v, guess.blocks[i]->body);
	buf_addch(v->out, '}');
}

static void write_members(struct view *v, const struct body *body)
{
	struct content guess = syntax_guess(v->walk->arena, body);

	for (size_t i = 0; i < guess.attr_count; i++) {
		planwrite_key(v->out, guess.attrs[i]->name);
		write_expr(v, guess.attrs[i]->expr);
	}
	for (size_t i = 0; i < guess.block_count; i++) {
		const char *name = block_name(guess.blocks[i]);
		bool earlier = false;

		for (size_t k = 0; k < i; k++)
			earlier |= strcmp(block_name(guess.blocks[k]), name) == 0;
		if (earlier)
			continue;
		planwrite_key(v->out, name);
		buf_addch(v->out, '[');
		for (size_t k = i; k < guess.block_count; k++) {
			if (strcmp(block_name(guess.blocks[k]), name) != 0)
				continue;
			planwrite_comma(v->out);
			if (is_dynamic(guess.blocks[k])) {
				write_dynamic(v, guess.blocks[k]);
				continue;
			}
			buf_addch(v->out, '{');
			write_members(v, guess.blocks[k]->body);
			buf_addch(v->out, '}');
		}
		buf_addch(v->out, ']');
	}
}

static void write_config(struct view *v, const struct body *body)
{
	planwrite_key(v->out, "config");
	buf_addch(v->out, '{');
	write_members(v, body);
	buf_addch(v->out, '}');
}

/* --- blocks
 * ---------------------------------------------------------------------------------------- */

static void write_traversals(struct view *v, const char *key, const struct traversal *list,
			     size_t count)
{
	planwrite_key(v->out, key);
	buf_addch(v->out, '[');
	for (size_t i = 0; i < count; i++) {
		planwrite_comma(v->out);
		planwrite_string(v->out, syntax_traversal_text(v->walk->arena, &list[i]));
	}
	buf_addch(v->out, ']');
}

static void write_lifecycle(struct view *v, const struct config_resource *r)
{
	struct references refs = REFERENCES_INIT(v->walk->arena);

	planwrite_key(v->out, "lifecycle");
	buf_addch(v->out, '{');
	if (r->ignore_all)
		planwrite_member(v->out, "ignore_changes", "all");
	else
		write_traversals(v, "ignore_changes", r->ignore, r->ignore_count);
	put_bool(v->out, "prevent_destroy", r->prevent_destroy);
	put_bool(v->out, "create_before_destroy", r->create_before_destroy);
	for (size_t i = 0; i < r->trigger_count; i++)
		eval_references(&refs, r->triggers[i]);
	planwrite_key(v->out, "replace_triggered_by");
	write_reference_texts(v, &refs);
	buf_addch(v->out, '}');
}

static void write_provisioners(struct view *v, const struct config_resource *r)
{
	planwrite_key(v->out, "provisioners");
	buf_addch(v->out, '[');
	for (size_t i = 0; i < r->provisioner_count; i++) {
		planwrite_comma(v->out);
		buf_addch(v->out, '{');
		planwrite_member(v->out, "type", r->provisioners[i].type);
		put_place(v->out, r->provisioners[i].block->range);
		buf_addch(v->out, '}');
	}
	buf_addch(v->out, ']');
}

static const char *mode_name(enum config_mode mode)
{
	switch (mode) {
	case CONFIG_MANAGED:
		return "managed";
	case CONFIG_DATA:
		return "data";
	case CONFIG_EPHEMERAL:
		return "ephemeral";
	}
	return "";
}

/* Source and configuration of the provider, which an instance of the module decides. */
static void write_provider(struct view *v, const struct config_module *m,
			   const struct config_resource *r)
{
	struct walk *w = v->walk;
	const char *name = r->provider.name;
	const struct provider_instance *p = NULL;

	if (!name)
		name = arena_strndup(w->arena, r->type, strcspn(r->type, "_"));
	/* What could not be planned may have no instances of modules yet. */
	if (w->modules && w->modules[m->number].count)
		p = walk_provider(w, w->modules[m->number].list[0], name, r->provider.alias);
	planwrite_member(v->out, "provider",
			 p ? p->address : config_provider_address(w->arena, m, name));
	if (p) {
		name = p->name;
		planwrite_member(v->out, "provider_config",
				 p->alias ? arena_printf(w->arena, "%s.%s", name, p->alias) : name);
		planwrite_member(v->out, "provider_module", p->module);
	} else {
		planwrite_member(v->out, "provider_config",
				 r->provider.alias
					 ? arena_printf(w->arena, "%s.%s", name, r->provider.alias)
					 : name);
		planwrite_member(v->out, "provider_module", m->address);
	}
}

static const char *block_address(struct arena *a, const struct config_module *m,
				 const struct config_resource *r)
{
	return arena_printf(a, "%s%s%s%s.%s", m->address, *m->address ? "." : "",
			    r->mode == CONFIG_DATA	  ? "data."
			    : r->mode == CONFIG_EPHEMERAL ? "ephemeral."
							  : "",
			    r->type, r->name);
}

/* Whether it is there, and how often, rests on mocked values; in a call around it, perhaps. */
static bool is_uncertain_block(const struct walk *w, const struct config_module *m,
			       const struct config_resource *r)
{
	for (size_t i = 0; w->modules && i < w->modules[m->number].count; i++)
		if (w->modules[m->number].list[i]->resources[r - m->resources.list].mocked)
			return true;
	for (; w->modules && m->call && m->parent; m = m->parent) {
		const struct module_instances *all = &w->modules[m->parent->number];

		for (size_t i = 0; i < all->count; i++)
			if (all->list[i]->calls[m->call - m->parent->calls.list].mocked)
				return true;
	}
	return false;
}

static void write_block(struct view *v, const struct config_module *m,
			const struct config_resource *r)
{
	struct walk *w = v->walk;
	struct references refs = REFERENCES_INIT(w->arena);
	struct range whole = r->block->whole;
	uint32_t line = diag_start(r->block->range).line;
	uint32_t end_line = whole.source ? diag_end(whole).line : line;

	planwrite_comma(v->out);
	buf_addch(v->out, '{');
	planwrite_member(v->out, "address", block_address(w->arena, m, r));
	planwrite_member(v->out, "mode", mode_name(r->mode));
	planwrite_member(v->out, "type", r->type);
	planwrite_member(v->out, "name", r->name);
	write_provider(v, m, r);
	planwrite_member(v->out, "module", m->address);
	put_place(v->out, r->block->range);
	put_uint(v->out, "end_line", end_line);
	put_optional(v->out, "repeat", r->count ? "count" : r->for_each ? "for_each" : NULL);
	if (is_uncertain_block(w, m, r))
		put_bool(v->out, "uncertain", true);
	write_lifecycle(v, r);
	write_traversals(v, "depends_on", r->depends_on, r->depends_on_count);
	write_provisioners(v, r);
	write_config(v, r->body);
	eval_body_references(&refs, r->body);
	planwrite_key(v->out, "references");
	write_reference_texts(v, &refs);
	write_block_comments(v, r->block->range.source ? r->block->range.source->name : "", line,
			     end_line);
	buf_addch(v->out, '}');
}

static void write_blocks(struct view *v)
{
	planwrite_key(v->out, "blocks");
	buf_addch(v->out, '[');
	for (size_t i = 0; i < v->walk->config.modules.count; i++) {
		const struct config_module *m = v->walk->config.modules.list[i];

		for (size_t k = 0; k < m->resources.count; k++)
			write_block(v, m, &m->resources.list[k]);
	}
	buf_addch(v->out, ']');
}

/* The place of a resource in the list of blocks. */
static size_t block_index(const struct walk *w, const struct resource_instance *r)
{
	const struct config_module *m = r->module->cfg;
	size_t index = 0;

	for (size_t i = 0; i < m->number; i++)
		index += w->config.modules.list[i]->resources.count;
	return index + (size_t)(r->cfg - m->resources.list);
}

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
	put_uint(v->out, "block", block_index(v->walk, r));
	planwrite_member(v->out, "mode", mode_name(r->mode));
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
		put_bool(v->out, "uncertain", true);
	put_bool(v->out, "inferred", r->type->inferred);
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
	const char *name = block_name(c->blocks[first]);
	bool dynamic = false;

	for (size_t k = first; k < c->block_count; k++)
		dynamic |= strcmp(block_name(c->blocks[k]), name) == 0 && is_dynamic(c->blocks[k]);
	if (dynamic && !unknown)
		return;
	planwrite_key(v->out, name);
	if (dynamic) {
		buf_addstr(v->out, "true");
		return;
	}
	buf_addch(v->out, '[');
	for (size_t k = first; k < c->block_count; k++) {
		if (strcmp(block_name(c->blocks[k]), name) != 0)
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
			earlier |= strcmp(block_name(guess.blocks[k]),
					  block_name(guess.blocks[i])) == 0;
		if (!earlier)
			write_known_blocks(v, &guess, i, unknown);
	}
}

static void write_static_instance(struct view *v, const struct config_module *m,
				  const struct config_resource *r, size_t block)
{
	planwrite_comma(v->out);
	buf_addch(v->out, '{');
	planwrite_member(v->out, "address", block_address(v->walk->arena, m, r));
	put_uint(v->out, "block", block);
	planwrite_member(v->out, "mode", mode_name(r->mode));
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

static void write_static_instances(struct view *v)
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

static void write_instances(struct view *v)
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

/* --- the rest
 * ---------------------------------------------------------------------------------------- */

static void write_variables(struct view *v, const struct config_module *m)
{
	const struct module_instances *instances = &v->walk->modules[m->number];

	for (size_t i = 0; i < m->variables.count; i++) {
		const struct config_variable *var = &m->variables.list[i];
		const struct value *value =
			instances->count == 1 ? instances->list[0]->variables[i] : NULL;

		planwrite_comma(v->out);
		buf_addch(v->out, '{');
		planwrite_member(v->out, "name", var->name);
		planwrite_member(v->out, "module", m->address);
		put_place(v->out, var->block->range);
		planwrite_member(v->out, "type", type_expression(v->walk->arena, var->type));
		put_bool(v->out, "sensitive", var->sensitive);
		put_bool(v->out, "has_default", var->default_value != NULL);
		put_uint(v->out, "validations", var->validations.count);
		if (var->default_value) {
			planwrite_key(v->out, "default");
			planwrite_known(v->out, var->default_value);
		}
		if (value && value_wholly_known(value)) {
			planwrite_key(v->out, "value");
			planwrite_known(v->out, value);
		}
		buf_addch(v->out, '}');
	}
}

static void write_calls(struct view *v, const struct config_module *m)
{
	for (size_t i = 0; i < m->calls.count; i++) {
		const struct config_call *call = &m->calls.list[i];

		planwrite_comma(v->out);
		buf_addch(v->out, '{');
		planwrite_member(v->out, "address",
				 arena_printf(v->walk->arena, "%s%smodule.%s", m->address,
					      *m->address ? "." : "", call->name));
		put_optional(v->out, "source", call->source);
		put_optional(v->out, "version", call->version);
		put_place(v->out, call->block->range);
		put_optional(v->out, "repeat",
			     call->count      ? "count"
			     : call->for_each ? "for_each"
					      : NULL);
		buf_addch(v->out, '}');
	}
}

/* What the arguments come to, as far as that is known and no secret. */
static void write_provider_values(struct view *v, const struct config_module *m, size_t index)
{
	const struct module_instances *instances =
		v->walk->modules ? &v->walk->modules[m->number] : NULL;
	const struct provider_instance *p =
		instances && instances->count == 1 ? instances->list[0]->providers[index] : NULL;
	const struct value *config = p ? p->config : NULL;

	if (!config || !value_is_iterable(config))
		return;
	planwrite_key(v->out, "values");
	buf_addch(v->out, '{');
	for (size_t i = 0; i < config->count; i++) {
		const struct value *one = config->items[i];

		if (one->state == VALUE_NULL || !value_wholly_known(one) || value_marks_deep(one))
			continue;
		planwrite_key(v->out, value_key(config, i));
		planwrite_known(v->out, one);
	}
	buf_addch(v->out, '}');
}

static void write_providers(struct view *v, const struct config_module *m)
{
	for (size_t i = 0; i < m->providers.count; i++) {
		const struct config_provider *p = &m->providers.list[i];

		planwrite_comma(v->out);
		buf_addch(v->out, '{');
		planwrite_member(v->out, "name", p->name);
		put_optional(v->out, "alias", p->alias);
		planwrite_member(v->out, "address",
				 config_provider_address(v->walk->arena, m, p->name));
		planwrite_member(v->out, "module", m->address);
		put_place(v->out, p->block->range);
		write_config(v, p->body);
		write_provider_values(v, m, i);
		buf_addch(v->out, '}');
	}
}

static void write_backend(struct view *v, const struct config_module *m)
{
	const struct block *b = m->backend;

	planwrite_comma(v->out);
	buf_addch(v->out, '{');
	planwrite_member(v->out, "type", b->label_count > 0 ? b->labels[0] : b->type);
	put_place(v->out, b->range);
	write_config(v, b->body);
	buf_addch(v->out, '}');
}

/* Where the state is kept, if the root module says so. */
static void write_backends(struct view *v)
{
	const struct config_module *root = v->walk->config.modules.list[0];

	if (!root->backend)
		return;
	planwrite_key(v->out, "backends");
	buf_addch(v->out, '[');
	write_backend(v, root);
	buf_addch(v->out, ']');
}

static void write_lock(struct view *v, const struct block *b)
{
	planwrite_comma(v->out);
	buf_addch(v->out, '{');
	planwrite_member(v->out, "provider", b->labels[0]);
	put_place(v->out, b->range);
	write_config(v, b->body);
	buf_addch(v->out, '}');
}

static void write_locks(struct view *v)
{
	const struct content *lock = lock_read(&v->walk->config);

	if (!lock)
		return;
	planwrite_key(v->out, "locks");
	buf_addch(v->out, '[');
	for (size_t i = 0; i < lock->block_count; i++)
		write_lock(v, lock->blocks[i]);
	buf_addch(v->out, ']');
}

static void write_required(struct view *v, const struct config_module *m)
{
	for (size_t i = 0; i < m->required_providers.count; i++) {
		const struct config_required_provider *p = &m->required_providers.list[i];

		planwrite_comma(v->out);
		buf_addch(v->out, '{');
		planwrite_member(v->out, "name", p->name);
		planwrite_member(v->out, "source", p->source);
		put_optional(v->out, "version", p->version);
		planwrite_member(v->out, "module", m->address);
		put_place(v->out, p->range);
		buf_addch(v->out, '}');
	}
}

static void write_outputs(struct view *v, const struct config_module *m)
{
	const struct module_instances *instances = &v->walk->modules[m->number];

	for (size_t i = 0; i < m->outputs.count; i++) {
		const struct config_output *o = &m->outputs.list[i];
		const struct value *value =
			instances->count == 1 ? instances->list[0]->outputs[i] : NULL;

		planwrite_comma(v->out);
		buf_addch(v->out, '{');
		planwrite_member(v->out, "name", o->name);
		planwrite_member(v->out, "module", m->address);
		put_place(v->out, o->block->range);
		put_bool(v->out, "sensitive", o->sensitive);
		if (value && value_wholly_known(value)) {
			planwrite_key(v->out, "value");
			planwrite_known(v->out, value);
		}
		buf_addch(v->out, '}');
	}
}

static void write_per_module(struct view *v, const char *key,
			     void (*write)(struct view *v, const struct config_module *m))
{
	planwrite_key(v->out, key);
	buf_addch(v->out, '[');
	for (size_t i = 0; i < v->walk->config.modules.count; i++)
		write(v, v->walk->config.modules.list[i]);
	buf_addch(v->out, ']');
}

static void write_files(struct view *v)
{
	planwrite_key(v->out, "files");
	buf_addch(v->out, '[');
	for (size_t i = 0; i < v->walk->config.files.count; i++) {
		planwrite_comma(v->out);
		planwrite_string(v->out, v->walk->config.files.list[i]->name);
		read_comments(v, v->walk->config.files.list[i]);
	}
	buf_addch(v->out, ']');
}

/* The account that the case says is its own, or the one that was made up for it. */
static void write_account(struct view *v)
{
	const struct request *q = v->walk->request;
	const char *stated =
		json_text_of(json_object_get(q->mock_data, "aws_caller_identity"), "account_id");

	if (!*stated && !q->account_made_up)
		stated = q->account_id;
	if (*stated)
		planwrite_member(v->out, "account", stated);
	else
		planwrite_member(v->out, "mocked_account", q->account_id);
}

/* What functions asked for in vain, if they did. */
static void write_absent(struct view *v)
{
	const struct eval_absent *absent = &v->walk->absent;
	const struct config *c = &v->walk->config;

	if (absent->count == 0)
		return;
	planwrite_key(v->out, "absent");
	buf_addch(v->out, '[');
	for (size_t i = 0; i < absent->count; i++) {
		const char *path = config_join(c->arena, c->root, absent->paths[i]);

		planwrite_comma(v->out);
		planwrite_string(v->out, path ? path : absent->paths[i]);
	}
	buf_addch(v->out, ']');
}

/* The name of the Terraform workspace, if something depends on it. */
static void write_workspace(struct view *v)
{
	if (v->walk->asked_workspace)
		planwrite_member(v->out, "workspace", v->walk->request->workspace);
}

void planview_write(struct walk *w, struct buf *out)
{
	struct view v = {.walk = w, .out = out};

	buf_addch(out, '{');
	planwrite_member(out, "format", PLANVIEW_FORMAT);
	planwrite_member(out, "dialect", "terraform");
	write_account(&v);
	write_files(&v);
	write_absent(&v);
	write_workspace(&v);
	write_per_module(&v, "variables", write_variables);
	write_blocks(&v);
	write_instances(&v);
	write_per_module(&v, "modules", write_calls);
	write_per_module(&v, "providers", write_providers);
	write_per_module(&v, "required_providers", write_required);
	write_backends(&v);
	write_locks(&v);
	write_per_module(&v, "outputs", write_outputs);
	planwrite_key(out, "comments");
	buf_addch(out, '[');
	for (size_t i = 0; i < v.comments.count; i++)
		write_comment(out, &v.comments.list[i], true);
	buf_addstr(out, "]}");
}

void planview_write_static(struct walk *w, struct buf *out)
{
	struct view v = {.walk = w, .out = out};

	buf_addch(out, '{');
	planwrite_member(out, "format", PLANVIEW_FORMAT);
	planwrite_member(out, "dialect", "terraform");
	put_bool(out, "planned", false);
	write_files(&v);
	write_blocks(&v);
	write_static_instances(&v);
	write_per_module(&v, "modules", write_calls);
	write_per_module(&v, "providers", write_providers);
	write_per_module(&v, "required_providers", write_required);
	write_backends(&v);
	write_locks(&v);
	buf_addstr(out, ",\"references\":[],\"variables\":[],\"outputs\":[],\"comments\":[");
	for (size_t i = 0; i < v.comments.count; i++)
		write_comment(out, &v.comments.list[i], true);
	buf_addstr(out, "]}");
}
