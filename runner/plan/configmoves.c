/* What moved, removed and import blocks declare. */
#include "runner/plan/configparts.h"
#include "runner/plan/target.h"

void config_decode_moved(struct config *c, struct config_module *m, const struct block *b)
{
	static const struct schema_attr attrs[] = {{"from", true}, {"to", true}};
	struct content content = CONFIG_CONTENT(c, b, attrs, config_no_blocks);
	const struct attribute *from = syntax_find(&content, "from");
	const struct attribute *to = syntax_find(&content, "to");
	struct config_moved moved = {.range = b->range};
	struct traversal t;

	if (!from || !to || !syntax_as_traversal(c->arena, from->expr, &t, c->diags) ||
	    !target_read(c->arena, &t, &moved.from, c->diags) ||
	    !syntax_as_traversal(c->arena, to->expr, &t, c->diags) ||
	    !target_read(c->arena, &t, &moved.to, c->diags))
		return;
	if (strcmp(moved.from.text, moved.to.text) == 0)
		diag_error(c->diags, b->range, "Redundant move statement",
			   "This statement declares a move from %s to the same address, "
			   "which is the same as not declaring this move at all.",
			   moved.from.text);
	else if (moved.from.is_module != moved.to.is_module)
		diag_error(c->diags, b->range, "Invalid \"moved\" addresses",
			   "The \"from\" and \"to\" addresses must either both refer to "
			   "resources or both refer to modules.");
	else
		*CONFIG_APPEND(c, m->moved) = moved;
}

/* --- removed --------------------------------------------------------------------------------- */

static bool can_be_removed(struct config *c, const struct config_target *t)
{
	if (t->mode != CONFIG_MANAGED)
		diag_error(c->diags, t->range, "Data source address not allowed",
			   "Data sources are never destroyed, so they are not valid targets of "
			   "removed blocks. To remove the data source from state, remove the data "
			   "source block from configuration.");
	else if (t->module_keys)
		diag_error(c->diags, t->range, "Module instance keys not allowed",
			   "Module address must be a module (e.g. \"module.foo\"), not a module "
			   "instance (e.g. \"module.foo[1]\").");
	else if (t->key)
		diag_error(c->diags, t->range, "Resource instance keys not allowed",
			   "Resource address must be a resource (e.g. \"test_instance.foo\"), not "
			   "a resource instance (e.g. \"test_instance.foo[1]\").");
	else
		return true;
	return false;
}

/* When it runs is a word, or in JSON a text. */
static void check_provisioner(struct config *c, const struct block *b)
{
	const struct content content = syntax_guess(c->arena, b->body);
	const struct attribute *when = syntax_find(&content, "when");
	const char *word = when ? syntax_as_keyword(when->expr) : NULL;

	if (!word || strcmp(word, "destroy") != 0)
		diag_error(c->diags, b->range, "Invalid provisioner block",
			   "Only destroy-time provisioners are valid in \"removed\" blocks. To "
			   "declare a destroy-time provisioner, use:\n    when = destroy");
}

void config_decode_removed(struct config *c, struct config_module *m, const struct block *b)
{
	static const struct schema_attr attrs[] = {{"from", true}};
	static const char *const type[] = {"type"};
	static const struct schema_block blocks[] = {
		{"lifecycle", NULL, 0}, {"connection", NULL, 0}, {"provisioner", type, 1}};
	static const struct schema_attr destroy[] = {{"destroy", true}};
	struct content content = CONFIG_CONTENT(c, b, attrs, blocks);
	const struct attribute *from = syntax_find(&content, "from");
	struct config_removed removed = {.destroy = true, .range = b->range};
	struct traversal t;

	for (size_t i = 0; i < content.block_count; i++) {
		const struct block *inner = content.blocks[i];

		if (strcmp(inner->type, "lifecycle") == 0) {
			struct content within = CONFIG_CONTENT(c, inner, destroy, config_no_blocks);

			removed.destroy = config_constant_bool(c, &within, "destroy", true);
		} else if (strcmp(inner->type, "provisioner") == 0) {
			check_provisioner(c, inner);
		}
	}
	if (from && syntax_as_traversal(c->arena, from->expr, &t, c->diags) &&
	    target_read(c->arena, &t, &removed.from, c->diags) && can_be_removed(c, &removed.from))
		*CONFIG_APPEND(c, m->removed) = removed;
}

/* --- import ---------------------------------------------------------------------------------- */

static bool is_twice(struct config *c, const struct config_module *m,
		     const struct config_import *import)
{
	for (size_t i = 0; i < m->imports.count; i++) {
		const struct config_import *other = &m->imports.list[i];

		if (import->for_each || other->for_each ||
		    strcmp(other->target.text, import->target.text) != 0)
			continue;
		diag_error(c->diags, import->to->range,
			   arena_printf(c->arena, "Duplicate import configuration for \"%s.%s\"",
					import->target.type, import->target.name),
			   "An import block for the resource \"%s.%s\" was already declared at %s. "
			   "A resource can have only one import block.",
			   import->target.type, import->target.name,
			   diag_range_text(c->arena, other->block->range));
		return true;
	}
	return false;
}

void config_decode_import(struct config *c, struct config_module *m, const struct block *b)
{
	static const struct schema_attr attrs[] = {
		{"for_each", false}, {"id", true}, {"provider", false}, {"to", true}};
	struct content content = CONFIG_CONTENT(c, b, attrs, config_no_blocks);
	const struct attribute *to = syntax_find(&content, "to"), *id = syntax_find(&content, "id");
	const struct attribute *for_each = syntax_find(&content, "for_each");
	const struct attribute *provider = syntax_find(&content, "provider");
	struct config_import import = {.block = b};
	struct traversal t;

	if (m->parent)
		diag_error(c->diags, b->range, "Invalid import configuration",
			   "An import block was detected in \"%s\". Import blocks are only allowed "
			   "in the root module.",
			   m->address);
	if (provider)
		diag_error(c->diags, provider->range, "Invalid import provider argument",
			   "The provider argument can only be specified in import blocks that will "
			   "generate configuration.");
	if (!to || !id)
		return;
	import.to = to->expr;
	import.id = id->expr;
	import.for_each = for_each ? for_each->expr : NULL;
	if (!(import.for_each ? target_traversal(c->arena, to->expr, NULL, NULL, &t, c->diags)
			      : syntax_as_traversal(c->arena, to->expr, &t, c->diags)) ||
	    !target_read(c->arena, &t, &import.target, c->diags))
		return;
	if (import.target.is_module || import.target.mode != CONFIG_MANAGED)
		diag_error(c->diags, to->expr->range, "Invalid import address",
			   "Only managed resources can be imported.");
	else if (!is_twice(c, m, &import))
		*CONFIG_APPEND(c, m->imports) = import;
}
