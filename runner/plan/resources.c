/* What happens to each resource and data source. */
#include <string.h>

#include "runner/plan/body.h"
#include "runner/plan/imports.h"
#include "runner/plan/mock.h"
#include "runner/plan/planstate.h"
#include "runner/plan/provide.h"
#include "runner/plan/target.h"
#include "runner/plan/walk.h"

/* --- marks
 * ------------------------------------------------------------------------------------------ */

/* planned with the wanted marks that config has at the same places. */
static const struct value *marked_as(struct arena *a, const struct value *planned,
				     const struct value *config, unsigned wanted)
{
	const struct value **items;
	unsigned marks = planned->marks | (config->marks & wanted);

	if (!(value_marks_deep(config) & wanted))
		return planned;
	if (!value_is_iterable(planned) || !value_is_iterable(config) || planned->count == 0 ||
	    planned->type->kind == TYPE_SET)
		return value_mark(a, planned,
				  marks | (planned->type->kind == TYPE_SET
						   ? value_marks_deep(config) & wanted
						   : 0));
	items = arena_array(a, planned->count, sizeof(*items));
	for (size_t i = 0; i < planned->count; i++) {
		const struct value *c = NULL;

		if (value_has_keys(planned) && value_has_keys(config))
			c = value_get(config, value_key(planned, i));
		else if (i < config->count && !value_has_keys(config))
			c = config->items[i];
		items[i] = c ? marked_as(a, planned->items[i], c, wanted) : planned->items[i];
	}
	planned = planned->type->kind == TYPE_OBJECT
			  ? provide_object(a, planned, items)
			  : provide_collection(a, planned, items, planned->count);
	return value_mark(a, planned, marks);
}

const struct value *resources_marked(struct arena *a, const struct value *v, const struct value *as)
{
	return marked_as(a, v, as, WALK_MOCKED);
}

/* --- one instance
 * --------------------------------------------------------------------------------- */

static struct resource_instance *new_instance(struct walk *w, const struct node *n,
					      struct module_instance *m, struct walk_key key)
{
	struct resource_instance *r = arena_alloc(w->arena, sizeof(*r));
	const struct config_resource *cfg = &n->module->resources.list[n->index];

	*r = (struct resource_instance){.cfg = cfg,
					.module = m,
					.module_address = m->address,
					.mode = cfg->mode,
					.type_name = cfg->type,
					.name = cfg->name,
					.key = key,
					.body = cfg->body,
					.destroy_prior = n->create_first};
	r->address = arena_printf(w->arena, "%s%s%s%s", m->address, *m->address ? "." : "",
				  config_resource_text(w->arena, cfg->mode, cfg->type, cfg->name),
				  expand_key_text(w->arena, key.key));
	w->instances.list = arena_grow(w->arena, w->instances.list, w->instances.count,
				       &w->instances.capacity, sizeof(*w->instances.list));
	w->instances.list[w->instances.count++] = r;
	return r;
}

static const char *provider_text(struct arena *a, const struct provider_instance *p)
{
	const char *alias = p->alias ? arena_printf(a, ".%s", p->alias) : "";

	return arena_printf(a, "%s%sprovider[\"%s\"]%s", p->module, *p->module ? "." : "",
			    p->address, alias);
}

/* The provider configuration and the type; false after a diagnostic. */
static bool find_type(struct walk *w, struct resource_instance *r)
{
	const struct config_resource *cfg = r->cfg;
	const char *name = cfg->provider.name;

	if (!name)
		name = arena_strndup(w->arena, cfg->type, strcspn(cfg->type, "_"));
	r->provider_config = walk_provider(w, r->module, name, cfg->provider.alias);
	if (!r->provider_config) {
		diag_error(w->diags, cfg->provider.range, "Provider configuration not present",
			   "The provider configuration %s.%s that %s uses is neither declared nor "
			   "passed to its module.",
			   name, cfg->provider.alias, r->address);
		return false;
	}
	r->provider = r->provider_config->address;
	r->provider_address = provider_text(w->arena, r->provider_config);
	r->type = walk_type(w, r->provider,
			    cfg->mode == CONFIG_MANAGED ? PACK_RESOURCE
			    : cfg->mode == CONFIG_DATA	? PACK_DATA
							: PACK_EPHEMERAL,
			    cfg->type, cfg->block->label_ranges[0]);
	return r->type != NULL;
}

static const struct value *finished(struct walk *w, const struct resource_instance *r,
				    const struct value *v)
{
	return restype_mark_sensitive(w->arena, r->type->block,
				      marked_as(w->arena, v, r->config, VALUE_SENSITIVE));
}

/* --- mocked values
 * -------------------------------------------------------------------------------- */

/*
 * What rests on values that were made up for a data source.  v: the planned value, with marks where
 * it was made up itself.
 */
static void note_mocked(struct walk *w, struct resource_instance *r, const struct value *v)
{
	const struct value *all = value_get(v, "tags_all");
	bool tags = r->provider_config->mocked_tags;

	if (value_get(r->config, "tags"))
		tags = tags || value_marks_deep(value_get(r->config, "tags")) & WALK_MOCKED;
	if (tags && all)
		v = provide_with(w->arena, v, "tags_all", value_mark(w->arena, all, WALK_MOCKED));
	v = marked_as(w->arena, v, r->config, WALK_MOCKED);
	if (!(value_marks_deep(v) & WALK_MOCKED))
		return;
	r->mocked = v;
	r->current = finished(w, r, v);
}

/* --- replace_triggered_by
 * -------------------------------------------------------------------------- */

static bool attribute_changed(struct walk *w, const struct resource_instance *r,
			      const struct step *steps, size_t count)
{
	struct diag_mark mark = diag_mark(w->diags);
	const struct value *before, *after;
	bool changed;

	if (!r->prior || !r->planned)
		return true;
	before = eval_steps(&w->eval, r->prior, steps, count);
	after = eval_steps(&w->eval, r->planned, steps, count);
	changed = after->unknown_within || !value_same(before, after);
	diag_rewind(w->diags, mark);
	return changed;
}

static bool instance_triggers(struct walk *w, const struct resource_instance *r,
			      const struct step *steps, size_t count)
{
	switch (r->action) {
	case ACTION_UPDATE:
	case ACTION_REPLACE:
	case ACTION_CREATE_REPLACE:
		return count == 0 || attribute_changed(w, r, steps, count);
	case ACTION_NO_OP:
	case ACTION_CREATE:
	case ACTION_READ:
	case ACTION_DELETE:
	case ACTION_FORGET:
		break;
	}
	return false;
}

static bool same_key(const struct resource_instance *r, const struct value *key)
{
	return r->key.key && r->key.key->type == key->type && value_same(r->key.key, key);
}

static bool triggered_by(struct walk *w, const struct resource_instance *r, const struct expr *e)
{
	const struct resource_instances *all;
	struct references refs = REFERENCES_INIT(w->arena);
	enum config_mode mode;
	const char *type, *name;
	ptrdiff_t index;
	size_t used;

	eval_references(&refs, e);
	for (size_t i = 0; i < refs.count; i++) {
		const struct traversal *t = refs.list[i];

		if (!graph_resource_reference(t, &mode, &type, &name, &used))
			continue;
		index = graph_find(w, r->module->cfg, NODE_RESOURCE, type, name, mode);
		if (index < 0)
			continue;
		all = &r->module->resources[index];
		for (size_t k = 0; k < all->count; k++) {
			size_t skip = used;

			if (t->count > skip && t->steps[skip].kind == STEP_INDEX) {
				if (!same_key(all->list[k], t->steps[skip].key))
					continue;
				skip++;
			}
			if (instance_triggers(w, all->list[k], t->steps + skip, t->count - skip))
				return true;
		}
	}
	return false;
}

static bool triggered(struct walk *w, const struct resource_instance *r)
{
	for (size_t i = 0; i < r->cfg->trigger_count; i++)
		if (triggered_by(w, r, r->cfg->triggers[i]))
			return true;
	return false;
}

/* --- planning a managed resource -----------------------------------------------------------------
 */

static void check_prevent_destroy(struct walk *w, const struct resource_instance *r)
{
	if (r->cfg && r->cfg->prevent_destroy)
		diag_error(w->diags, r->cfg->block->range, "Instance cannot be destroyed",
			   "Resource %s has lifecycle.prevent_destroy set, but the plan calls for "
			   "this resource to be destroyed. To avoid this error and continue with "
			   "the plan, either disable lifecycle.prevent_destroy or reduce the scope "
			   "of the plan using the -target option.",
			   r->address);
}

static void load_prior(struct walk *w, struct resource_instance *r)
{
	struct planstate_entry *entry = planstate_find(w, r->address);
	const struct value *found;

	if (!entry && r->import_id) {
		found = imports_object(w, r);
		r->prior_marked =
			found ? restype_mark_sensitive(w->arena, r->type->block, found) : NULL;
		r->prior = found;
	}
	if (!entry)
		return;
	entry->taken = true;
	r->prior_marked = planstate_value(w, entry, r->type);
	if (!r->prior_marked)
		return;
	r->prior = value_unmark_deep(w->arena, r->prior_marked);
	if (strcmp(entry->previous_address, entry->address) != 0)
		r->previous_address = entry->previous_address;
}

static void replace(struct walk *w, struct resource_instance *r, const struct value *config,
		    const char *reason)
{
	r->action = r->destroy_prior ? ACTION_CREATE_REPLACE : ACTION_REPLACE;
	r->reason = reason;
	r->planned = provide_planned(w, r, NULL,
				     provide_proposed(w->arena, r->type->block, NULL, config));
	check_prevent_destroy(w, r);
}

static void plan_managed(struct walk *w, struct resource_instance *r)
{
	const struct value *config = value_unmark_deep(w->arena, r->config), *proposed;

	load_prior(w, r);
	if (r->import_id && !r->prior)
		return;
	config = provide_ignore(w->arena, r->cfg, r->prior, config);
	proposed = provide_proposed(w->arena, r->type->block, r->prior, config);
	r->planned = provide_planned(w, r, r->prior, proposed);
	if (!r->prior) {
		r->action = ACTION_CREATE;
	} else if (!value_same(r->prior, r->planned)) {
		r->action = ACTION_UPDATE;
		provide_replacements(w, r, r->prior, r->planned);
	}
	if (r->replace_path_count)
		replace(w, r, config, "replace_because_cannot_update");
	else if (!r->prior && triggered(w, r))
		r->reason = "replace_by_triggers";
	else if (r->prior && triggered(w, r))
		replace(w, r, config, "replace_by_triggers");
	r->planned_marked = finished(w, r, r->planned);
	if (r->action == ACTION_NO_OP && !value_identical(r->planned_marked, r->prior_marked))
		r->action = ACTION_UPDATE;
	r->current = r->planned_marked;
	note_mocked(w, r, r->planned);
	if (w->phase == WALK_APPLY) {
		r->applied = mock_applied(w, r, config, r->planned);
		r->applied_marked = finished(w, r, r->applied);
		r->current = r->applied_marked;
	}
}

/* --- data sources
 * --------------------------------------------------------------------------------- */

static bool node_changes(const struct walk *w, const struct node *n)
{
	const struct module_instances *modules = &w->modules[n->module->number];

	if (n->kind != NODE_RESOURCE || n->module->resources.list[n->index].mode != CONFIG_MANAGED)
		return false;
	for (size_t i = 0; i < modules->count; i++) {
		const struct resource_instances *all = &modules->list[i]->resources[n->index];

		for (size_t k = 0; k < all->count; k++)
			if (all->list[k]->action != ACTION_NO_OP)
				return true;
	}
	return false;
}

/* Whether anything that the data source waits for, or that one of these depends on, changes. */
static bool must_wait(struct walk *w, const struct node *n)
{
	uint8_t *seen;
	uint32_t *stack;
	size_t depth = 0;

	if (n->wait_count == 0)
		return false;
	seen = arena_alloc(w->arena, w->graph.count + 1);
	stack = arena_array(w->arena, w->graph.count + 1, sizeof(*stack));
	for (size_t i = 0; i < n->wait_count; i++)
		if (!seen[n->waits[i]]) {
			seen[n->waits[i]] = 1;
			stack[depth++] = n->waits[i];
		}
	while (depth > 0) {
		const struct node *other = graph_node(w, stack[--depth]);

		if (node_changes(w, other))
			return true;
		for (size_t i = 0; i < other->dep_count; i++)
			if (!seen[other->deps[i]]) {
				seen[other->deps[i]] = 1;
				stack[depth++] = other->deps[i];
			}
	}
	return false;
}

/*
 * For the view: planned once more as if what data sources tell were not known, since marks cannot
 * tell which part of a set they are of.
 */
const struct value *resources_shown(struct walk *w, const struct resource_instance *r)
{
	struct diag_mark mark = diag_mark(w->diags);
	const struct value *config, *shown;

	if (!r->mocked || r->adopted || r->mode != CONFIG_MANAGED)
		return r->mocked ? walk_without_mocked(w->arena, r->mocked) : r->planned;
	w->forgets_mocked = true;
	config = value_unmark_deep(w->arena, body_value(w, r->scope, r->body, r->type->block));
	w->forgets_mocked = false;
	config = provide_ignore(w->arena, r->cfg, r->prior, config);
	shown = provide_planned(w, r, r->prior,
				provide_proposed(w->arena, r->type->block, r->prior, config));
	diag_rewind(w->diags, mark);
	if (r->provider_config->mocked_tags && value_get(shown, "tags_all"))
		shown = provide_with(w->arena, shown, "tags_all",
				     value_unknown(w->arena, value_get(shown, "tags_all")->type));
	return shown;
}

static const struct value *all_mocked(struct arena *a, const struct value *v)
{
	const struct value **items = arena_array(a, v->count + 1, sizeof(*items));

	for (size_t i = 0; i < v->count; i++)
		items[i] = value_mark(a, v->items[i], WALK_MOCKED);
	return provide_object(a, v, items);
}

static void plan_data(struct walk *w, const struct node *n, struct resource_instance *r)
{
	const struct value *config = value_unmark_deep(w->arena, r->config);
	struct planstate_entry *entry = planstate_find(w, r->address);
	const struct value *read = NULL;

	if (entry)
		entry->taken = true;
	if (config->unknown_within)
		r->reason = "read_because_config_unknown";
	else if (w->phase == WALK_PLAN && must_wait(w, n))
		r->reason = "read_because_dependency_pending";
	if (r->reason) {
		r->action = ACTION_READ;
		r->pending = true;
		r->planned = provide_unread(w->arena, r->type->block, config);
	} else {
		read = mock_read(w, r, config);
		/* What is read by arguments that were made up is no better than they are. */
		if (value_marks_deep(r->config) & WALK_MOCKED)
			read = all_mocked(w->arena, read);
		r->planned = value_unmark_deep(w->arena, read);
		r->applied = r->planned;
	}
	if (r->cfg->check && !r->reason) {
		r->action = ACTION_READ;
		r->reason = "read_because_check_nested";
	}
	r->planned_marked = finished(w, r, r->planned);
	r->applied_marked = r->applied ? r->planned_marked : NULL;
	r->current = r->planned_marked;
	note_mocked(w, r, read ? read : r->planned);
}

static void plan_ephemeral(struct walk *w, struct resource_instance *r)
{
	const struct value *config = value_unmark_deep(w->arena, r->config);

	r->planned = provide_unread(w->arena, r->type->block, config);
	r->planned_marked = value_mark(w->arena, finished(w, r, r->planned), VALUE_EPHEMERAL);
	r->current = r->planned_marked;
}

/* --- all instances of a resource
 * ------------------------------------------------------------------- */

static void plan_instance(struct walk *w, const struct node *n, struct resource_instances *all,
			  struct resource_instance *r)
{
	size_t failures = w->diags->failures;

	r->scope = walk_scope(w, r->module, all->repeat, r->key, NULL);
	if (!find_type(w, r)) {
		all->failed = true;
		return;
	}
	walk_rules(w, r->scope, &r->cfg->preconditions, "Resource precondition failed");
	r->config = body_value(w, r->scope, r->body, r->type->block);
	if (w->diags->failures != failures) {
		all->failed = true;
		return;
	}
	switch (r->mode) {
	case CONFIG_MANAGED:
		plan_managed(w, r);
		break;
	case CONFIG_DATA:
		plan_data(w, n, r);
		break;
	case CONFIG_EPHEMERAL:
		plan_ephemeral(w, r);
		break;
	}
	if (!r->current) {
		all->failed = true;
		return;
	}
	walk_rules(w, walk_scope(w, r->module, all->repeat, r->key, r->current),
		   &r->cfg->postconditions, "Resource postcondition failed");
}

void resources_node(struct walk *w, const struct node *n)
{
	const struct config_resource *cfg = &n->module->resources.list[n->index];
	const struct module_instances *modules = &w->modules[n->module->number];
	struct imports imports = imports_evaluate(w, n);
	bool failed = false;

	for (size_t i = 0; i < modules->count; i++) {
		struct module_instance *m = modules->list[i];
		struct resource_instances *all = &m->resources[n->index];
		const struct walk_key *keys;
		size_t count;

		if (!expand_keys(w, m, cfg->count, cfg->for_each, &all->repeat, &keys, &count,
				 &all->mocked)) {
			all->failed = failed = true;
			continue;
		}
		all->list = arena_array(w->arena, count + 1, sizeof(struct resource_instance *));
		for (size_t k = 0; k < count; k++) {
			struct resource_instance *r = new_instance(w, n, m, keys[k]);

			r->import_id = imports_take(&imports, r->address);
			all->list[all->count++] = r;
		}
		for (size_t k = 0; k < count; k++)
			plan_instance(w, n, all, all->list[k]);
	}
	if (!failed)
		imports_finish(w, &imports);
}

/* --- what only the prior state has
 * ------------------------------------------------------------------ */

/* The module as configured that an address of an instance lies in, or NULL. */
static const struct config_module *module_named(const struct walk *w, const char *address)
{
	char plain[4096];
	size_t used = 0;
	bool in_key = false, quoted = false;

	for (const char *p = address; *p && used + 1 < sizeof(plain); p++) {
		if (in_key && quoted && *p == '\\' && p[1])
			p++;
		else if (in_key && *p == '"')
			quoted = !quoted;
		else if (!in_key && *p == '[')
			in_key = true;
		else if (in_key && !quoted && *p == ']')
			in_key = false;
		else if (!in_key)
			plain[used++] = *p;
	}
	plain[used] = 0;
	for (size_t i = 0; i < w->config.modules.count; i++)
		if (strcmp(w->config.modules.list[i]->address, plain) == 0)
			return w->config.modules.list[i];
	return NULL;
}

static const struct module_instance *module_instance_named(const struct walk *w,
							   const struct config_module *m,
							   const char *address)
{
	for (size_t i = 0; i < w->modules[m->number].count; i++)
		if (strcmp(w->modules[m->number].list[i]->address, address) == 0)
			return w->modules[m->number].list[i];
	return NULL;
}

static const char *why_deleted(const struct walk *w, const struct resource_instance *r,
			       const struct config_resource **ret_cfg)
{
	const struct config_module *m = module_named(w, r->module_address);
	ptrdiff_t i = m ? graph_find(w, m, NODE_RESOURCE, r->type_name, r->name, r->mode) : -1;

	if (i < 0)
		return r->previous_address ? "delete_because_no_move_target"
					   : "delete_because_no_resource_config";
	if (!module_instance_named(w, m, r->module_address))
		return "delete_because_no_module";
	*ret_cfg = &m->resources.list[i];
	if ((*ret_cfg)->count)
		return r->key.key && r->key.key->type == &type_number
			       ? "delete_because_count_index"
			       : "delete_because_wrong_repetition";
	if ((*ret_cfg)->for_each)
		return r->key.key && r->key.key->type == &type_string
			       ? "delete_because_each_key"
			       : "delete_because_wrong_repetition";
	return "delete_because_wrong_repetition";
}

static bool starts_with(const char *text, const char *start)
{
	size_t size = strlen(start);

	return strncmp(text, start, size) == 0 && (!text[size] || text[size] == '.');
}

/* A removed block that says destroy = false for this resource or a module that it is in. */
static bool is_forgotten(struct walk *w, const struct resource_instance *r)
{
	struct config_target t;

	if (!target_of(w->arena, r->address, &t))
		return false;
	for (size_t i = 0; i < w->config.modules.count; i++) {
		const struct config_module *m = w->config.modules.list[i];

		for (size_t k = 0; k < m->removed.count; k++) {
			const struct config_target *from = &m->removed.list[k].from;
			const char *path = target_within(w->arena, m->address, from->path);

			if (m->removed.list[k].destroy)
				continue;
			if (from->is_module ? starts_with(t.path, path)
					    : strcmp(t.path, path) == 0 &&
						      strcmp(t.type, from->type) == 0 &&
						      strcmp(t.name, from->name) == 0)
				return true;
		}
	}
	return false;
}

static void delete_entry(struct walk *w, struct planstate_entry *entry)
{
	struct resource_instance *r = arena_alloc(w->arena, sizeof(*r));
	const struct config_resource *cfg = NULL;

	r->address = entry->address;
	if (strcmp(entry->address, entry->previous_address) != 0)
		r->previous_address = entry->previous_address;
	if (!planstate_place(w, entry, r))
		return;
	r->provider = planstate_text(w, entry, "provider");
	r->provider_address = planstate_text(w, entry, "provider_config");
	r->mode = CONFIG_MANAGED;
	r->type = walk_type(w, r->provider, PACK_RESOURCE, r->type_name,
			    (struct range){.source = NULL});
	if (!r->type)
		return;
	r->prior_marked = planstate_value(w, entry, r->type);
	if (!r->prior_marked)
		return;
	r->prior = value_unmark_deep(w->arena, r->prior_marked);
	r->reason = why_deleted(w, r, &cfg);
	r->cfg = cfg;
	r->action = is_forgotten(w, r) ? ACTION_FORGET : ACTION_DELETE;
	if (r->action == ACTION_DELETE)
		check_prevent_destroy(w, r);
	r->cfg = NULL;
	w->instances.list = arena_grow(w->arena, w->instances.list, w->instances.count,
				       &w->instances.capacity, sizeof(*w->instances.list));
	w->instances.list[w->instances.count++] = r;
}

void resources_orphans(struct walk *w)
{
	for (size_t i = 0; w->prior && i < w->prior->count; i++) {
		struct planstate_entry *entry = &w->prior->entries[i];

		if (!entry->taken && strcmp(planstate_text(w, entry, "mode"), "managed") == 0)
			delete_entry(w, entry);
	}
}
