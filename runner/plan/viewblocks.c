/* Resources and data sources as they are written. */
#include "runner/plan/viewparts.h"

#include <string.h>

#include "runner/plan/planwrite.h"

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
	viewtext_put_bool(v->out, "prevent_destroy", r->prevent_destroy);
	viewtext_put_bool(v->out, "create_before_destroy", r->create_before_destroy);
	for (size_t i = 0; i < r->trigger_count; i++)
		eval_references(&refs, r->triggers[i]);
	planwrite_key(v->out, "replace_triggered_by");
	viewtext_write_names(v, &refs);
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
		viewtext_put_place(v->out, r->provisioners[i].block->range);
		buf_addch(v->out, '}');
	}
	buf_addch(v->out, ']');
}

const char *viewblocks_mode_name(enum config_mode mode)
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

const char *viewblocks_address(struct arena *a, const struct config_module *m,
			       const struct config_resource *r)
{
	return arena_printf(a, "%s%s%s", m->address, *m->address ? "." : "",
			    config_resource_text(a, r->mode, r->type, r->name));
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
	planwrite_member(v->out, "address", viewblocks_address(w->arena, m, r));
	planwrite_member(v->out, "mode", viewblocks_mode_name(r->mode));
	planwrite_member(v->out, "type", r->type);
	planwrite_member(v->out, "name", r->name);
	write_provider(v, m, r);
	planwrite_member(v->out, "module", m->address);
	viewtext_put_place(v->out, r->block->range);
	viewtext_put_count(v->out, "end_line", end_line);
	viewtext_put_optional(v->out, "repeat",
			      r->count	    ? "count"
			      : r->for_each ? "for_each"
					    : NULL);
	if (is_uncertain_block(w, m, r))
		viewtext_put_bool(v->out, "uncertain", true);
	write_lifecycle(v, r);
	write_traversals(v, "depends_on", r->depends_on, r->depends_on_count);
	write_provisioners(v, r);
	viewtext_write_config(v, r->body);
	eval_body_references(&refs, r->body);
	planwrite_key(v->out, "references");
	viewtext_write_names(v, &refs);
	viewtext_write_block_comments(v, r->block->range.source ? r->block->range.source->name : "",
				      line, end_line);
	buf_addch(v->out, '}');
}

void viewblocks_write(struct view *v)
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
size_t viewblocks_index(const struct walk *w, const struct resource_instance *r)
{
	const struct config_module *m = r->module->cfg;
	size_t index = 0;

	for (size_t i = 0; i < m->number; i++)
		index += w->config.modules.list[i]->resources.count;
	return index + (size_t)(r->cfg - m->resources.list);
}
