/* What makes an update a replacement, and what ignore_changes takes back. */
#include "runner/plan/provide.h"

#include <string.h>

#include "runner/plan/oldtypes.h"

/* --- replacement ---------------------------------------------------------------------------------
 */

struct path {
	const struct path *parent;
	const struct value *step;
	size_t depth;
};

static void add_path(struct walk *w, struct resource_instance *r, const struct path *p)
{
	const struct value **steps = arena_array(w->arena, p->depth + 1, sizeof(*steps));
	const struct value **grown =
		arena_array(w->arena, r->replace_path_count + 1, sizeof(*grown));
	size_t depth = p->depth;

	for (; p; p = p->parent)
		steps[p->depth - 1] = p->step;
	if (r->replace_path_count)
		memcpy(grown, r->replace_paths, r->replace_path_count * sizeof(*grown));
	grown[r->replace_path_count++] = value_tuple(w->arena, steps, depth);
	r->replace_paths = grown;
}

static void find_replacements(struct walk *w, struct resource_instance *r,
			      const struct restype_block *b, const struct path *at,
			      const struct value *prior, const struct value *planned);

static void replacements_in_list(struct walk *w, struct resource_instance *r,
				 const struct restype_block *b, const struct path *at,
				 const struct value *prior, const struct value *planned)
{
	size_t before = provide_has_items(prior) ? prior->count : 0;
	size_t after = provide_has_items(planned) ? planned->count : 0;

	for (size_t i = 0; i < FP_MAX(before, after); i++) {
		const struct path p = {at, value_int(w->arena, (int64_t)i), at->depth + 1};

		find_replacements(w, r, b, &p, i < before ? prior->items[i] : NULL,
				  i < after ? planned->items[i] : NULL);
	}
}

static bool any_force_new(const struct restype_block *b)
{
	for (size_t i = 0; i < b->attr_count; i++)
		if (b->attrs[i].force_new)
			return true;
	for (size_t i = 0; i < b->type_count; i++)
		if (b->types[i].force_new || any_force_new(b->types[i].block))
			return true;
	return false;
}

static void find_replacements(struct walk *w, struct resource_instance *r,
			      const struct restype_block *b, const struct path *at,
			      const struct value *prior, const struct value *planned)
{
	size_t depth = at ? at->depth + 1 : 1;

	for (size_t i = 0; i < b->attr_count; i++) {
		const struct value *p = provide_member(prior, b->attrs[i].name);
		const struct value *n = provide_member(planned, b->attrs[i].name);
		const struct path here = {at, value_string(w->arena, b->attrs[i].name), depth};

		if (!b->attrs[i].force_new || (p && n && value_same(p, n)))
			continue;
		/* An attribute of a block that is only on one side counts where it has a value. */
		if ((p && !value_is_null(p)) || (n && !value_is_null(n)))
			add_path(w, r, &here);
	}
	for (size_t i = 0; i < b->type_count; i++) {
		const struct restype_block_type *t = &b->types[i];
		const struct value *p = provide_member(prior, t->name),
				   *n = provide_member(planned, t->name);
		const struct path here = {at, value_string(w->arena, t->name), depth};

		if ((p && n && value_same(p, n)) || (!p && !n))
			continue;
		if (t->force_new || (t->nesting == RESTYPE_SET && any_force_new(t->block)))
			add_path(w, r, &here);
		else if (t->nesting == RESTYPE_SINGLE || t->nesting == RESTYPE_GROUP)
			find_replacements(w, r, t->block, &here, p, n);
		else if (t->nesting == RESTYPE_LIST)
			replacements_in_list(w, r, t->block, &here, p, n);
	}
}

void provide_replacements(struct walk *w, struct resource_instance *r, const struct value *prior,
			  const struct value *planned)
{
	bool recorded = w->request->facts == REQUEST_FACTS_RECORDED;

	if (value_same(prior, planned))
		return;
	if (recorded && r->type->legacy)
		prior = oldtypes_state(w->arena, r->type->block, prior);
	if (recorded || provide_is_terraform_data(r))
		find_replacements(w, r, r->type->block, NULL, prior, planned);
}

/* --- ignore_changes
 * --------------------------------------------------------------------------------- */

static const struct value *take_from(struct arena *a, const struct step *steps, size_t count,
				     const struct value *prior, const struct value *config)
{
	const struct value **items;
	const char *key = NULL;
	const char **keys;
	size_t used = 0;
	bool found = false;

	if (count == 0 || !config || !value_is_iterable(config))
		return prior ? prior : config;
	if (steps->kind == STEP_ATTR)
		key = steps->name;
	else if (steps->key->type == &type_string)
		key = steps->key->text;
	items = arena_array(a, config->count + 2, sizeof(*items));
	keys = arena_array(a, config->count + 2, sizeof(*keys));
	if (!key) {
		int64_t index = -1;

		if (!prior || !value_is_iterable(prior) || steps->key->type != &type_number ||
		    !number_to_int64(steps->key->number, &index))
			return config;
		for (size_t i = 0; i < config->count; i++)
			items[i] = (int64_t)i == index && i < prior->count
					   ? take_from(a, steps + 1, count - 1, prior->items[i],
						       config->items[i])
					   : config->items[i];
		return provide_collection(a, config, items, config->count);
	}
	if (!value_has_keys(config))
		return config;
	for (size_t i = 0; i < config->count; i++) {
		const struct value *p =
			prior && value_has_keys(prior) ? value_get(prior, key) : NULL;

		keys[used] = value_key(config, i);
		items[used] = config->items[i];
		if (strcmp(keys[used], key) == 0) {
			found = true;
			if (!p && config->type->kind == TYPE_MAP && count == 1)
				continue;
			items[used] = take_from(a, steps + 1, count - 1, p, config->items[i]);
		}
		used++;
	}
	if (config->type->kind == TYPE_OBJECT)
		return provide_object(a, config, items);
	if (!found && count == 1 && prior && value_has_keys(prior) && value_get(prior, key)) {
		keys[used] = key;
		items[used++] = value_get(prior, key);
	}
	return value_map(a, config->type->element, keys, items, used);
}

/* A map that is null in the configuration can still have an ignored key. */
static const struct value *ignore_one(struct arena *a, const struct traversal *t,
				      const struct value *prior, const struct value *config)
{
	struct step *steps = arena_array(a, t->count + 1, sizeof(*steps));
	const struct value *item = value_get(config, t->root);

	steps[0] = (struct step){.kind = STEP_ATTR, .name = t->root};
	if (t->count)
		memcpy(steps + 1, t->steps, t->count * sizeof(*steps));
	if (item && t->count > 0 && value_is_null(item) && item->type->kind == TYPE_MAP)
		config = provide_with(a, config, t->root,
				      value_map(a, item->type->element, NULL, NULL, 0));
	return take_from(a, steps, t->count + 1, prior, config);
}

const struct value *provide_ignore(struct arena *a, const struct config_resource *cfg,
				   const struct value *prior, const struct value *config)
{
	if (!prior)
		return config;
	if (cfg->ignore_all)
		return prior;
	for (size_t i = 0; i < cfg->ignore_count; i++)
		config = ignore_one(a, &cfg->ignore[i], prior, config);
	return config;
}
