#include "runner/plan/tf/tfview.h"

#include <string.h>

/* --- values ---------------------------------------------------------------------------------- */

/* What Terraform tells of a value in three documents of the same shape. */
struct told {
	const struct doc *known, *unknown, *sensitive; /* each may be NULL */
};

static const struct value *value_of(struct arena *a, const struct type *t, struct told d);

static const struct doc *member(const struct doc *d, const char *key)
{
	return d && d->kind == DOC_OBJECT ? doc_get(d, key) : NULL;
}

static const struct doc *element(const struct doc *d, size_t index)
{
	const struct doc *m = d && d->kind == DOC_ARRAY ? d->first : NULL;

	while (m && index-- > 0)
		m = m->next;
	return m;
}

static struct told member_of(struct told d, const char *key)
{
	return (struct told){member(d.known, key), member(d.unknown, key),
			     member(d.sensitive, key)};
}

static bool is(const struct doc *d, enum doc_kind kind)
{
	return d && d->kind == kind;
}

static const struct value *object_of(struct arena *a, const struct type *t, struct told d)
{
	const struct value **items = arena_array(a, t->count + 1, sizeof(*items));
	const char **keys = arena_array(a, t->count + 1, sizeof(*keys));

	for (size_t i = 0; i < t->count; i++) {
		keys[i] = t->attrs[i].name;
		items[i] = value_of(a, t->attrs[i].type, member_of(d, keys[i]));
	}
	return value_object(a, keys, items, t->count);
}

/* Keys of what is known, and of what is unknown and therefore left out there. */
static const struct value *keyed_of(struct arena *a, const struct type *element_type, struct told d)
{
	const struct doc *const sides[] = {d.known, d.unknown};
	size_t most = (is(d.known, DOC_OBJECT) ? d.known->count : 0) +
		      (is(d.unknown, DOC_OBJECT) ? d.unknown->count : 0);
	const struct value **items = arena_array(a, most + 1, sizeof(*items));
	const char **keys = arena_array(a, most + 1, sizeof(*keys));
	size_t count = 0;

	for (size_t i = 0; i < FP_ARRAY_SIZE(sides); i++)
		for (const struct doc *m = is(sides[i], DOC_OBJECT) ? sides[i]->first : NULL; m;
		     m = m->next) {
			if (i == 1 && (member(d.known, m->key) || is(m, DOC_FALSE)))
				continue;
			keys[count] = value_normalize(a, m->key, m->key_size, &(size_t){0});
			items[count++] = value_of(a, element_type ? element_type : &type_dynamic,
						  member_of(d, m->key));
		}
	return element_type ? value_map(a, element_type, keys, items, count)
			    : value_object(a, keys, items, count);
}

static const struct value *sequence_of(struct arena *a, const struct type *t, struct told d)
{
	size_t count = is(d.known, DOC_ARRAY) ? d.known->count : 0;
	const struct doc *known = count ? d.known->first : NULL;
	const struct value **items;

	if (is(d.unknown, DOC_ARRAY) && d.unknown->count > count)
		count = d.unknown->count;
	items = arena_array(a, count + 1, sizeof(*items));
	for (size_t i = 0; i < count; i++, known = known ? known->next : NULL) {
		const struct told one = {known, element(d.unknown, i), element(d.sensitive, i)};

		items[i] = value_of(a,
				    t->kind == TYPE_DYNAMIC ? &type_dynamic
				    : t->kind == TYPE_TUPLE
					    ? (i < t->count ? t->elements[i] : &type_dynamic)
					    : t->element,
				    one);
	}
	if (t->kind == TYPE_LIST)
		return value_list(a, t->element, items, count);
	if (t->kind == TYPE_SET)
		return value_set(a, count && t->element->has_dynamic ? items[0]->type : t->element,
				 items, count);
	return value_tuple(a, items, count);
}

static const struct value *primitive_of(struct arena *a, const struct type *t, const struct doc *d)
{
	const struct number *n;
	bool limit;

	if (d->kind == DOC_TRUE || d->kind == DOC_FALSE)
		return value_bool(d->kind == DOC_TRUE);
	if (d->kind == DOC_NUMBER) {
		n = number_parse(a, d->text, d->size, &limit);
		return n ? value_number(a, n) : value_unknown(a, t);
	}
	return value_text_fault(d->text, d->size) ? value_unknown(a, t)
						  : value_string_n(a, d->text, d->size);
}

static const struct value *plain_of(struct arena *a, const struct type *t, struct told d)
{
	enum doc_kind kind = d.known ? d.known->kind : d.unknown ? d.unknown->kind : DOC_NULL;

	if (is(d.unknown, DOC_TRUE))
		return value_unknown(a, t);
	if (!d.known || d.known->kind == DOC_NULL)
		kind = DOC_NULL;
	switch (t->kind) {
	case TYPE_OBJECT:
		return kind == DOC_OBJECT ? object_of(a, t, d) : value_null(a, t);
	case TYPE_MAP:
		return kind == DOC_OBJECT ? keyed_of(a, t->element, d) : value_null(a, t);
	case TYPE_LIST:
	case TYPE_SET:
	case TYPE_TUPLE:
		return kind == DOC_ARRAY ? sequence_of(a, t, d) : value_null(a, t);
	case TYPE_DYNAMIC:
		if (kind == DOC_OBJECT)
			return keyed_of(a, NULL, d);
		if (kind == DOC_ARRAY)
			return sequence_of(a, t, d);
		break;
	case TYPE_BOOL:
	case TYPE_NUMBER:
	case TYPE_STRING:
		break;
	}
	return kind == DOC_NULL ? value_null(a, t) : primitive_of(a, t, d.known);
}

static const struct value *value_of(struct arena *a, const struct type *t, struct told d)
{
	const struct value *v = plain_of(a, t, d);

	return is(d.sensitive, DOC_TRUE) ? value_mark(a, v, VALUE_SENSITIVE) : v;
}

/* --- instances ------------------------------------------------------------------------------- */

static const char *text_of(const struct doc *d, const char *key)
{
	const struct doc *m = member(d, key);

	return is(m, DOC_STRING) ? m->text : "";
}

struct adopted {
	struct walk *walk;
	CONFIG_LIST(struct resource_instance *) list;
};

static struct resource_instance *walked(const struct walk *w, const char *address)
{
	for (size_t i = 0; i < w->instances.count; i++)
		if (w->instances.list[i]->cfg &&
		    strcmp(w->instances.list[i]->address, address) == 0)
			return w->instances.list[i];
	return NULL;
}

/* "module.a[0].module.b" without its keys, as modules are named in the configuration. */
static const char *without_keys(struct arena *a, const char *address)
{
	char *out = arena_alloc(a, strlen(address) + 1), *at = out;
	bool in_key = false, quoted = false;

	for (; *address; address++) {
		if (in_key && quoted && *address == '\\' && address[1])
			address++;
		else if (in_key && *address == '"')
			quoted = !quoted;
		else if (!in_key && *address == '[')
			in_key = true;
		else if (in_key && !quoted && *address == ']')
			in_key = false;
		else if (!in_key)
			*at++ = *address;
	}
	return out;
}

static struct module_instance *module_of(struct walk *w, const char *address)
{
	const char *plain = without_keys(w->arena, address);
	struct module_instance *m;

	for (size_t i = 0; i < w->config.modules.count; i++) {
		struct config_module *cfg = w->config.modules.list[i];
		struct module_instances *all = &w->modules[cfg->number];

		if (strcmp(cfg->address, plain) != 0)
			continue;
		for (size_t k = 0; k < all->count; k++)
			if (strcmp(all->list[k]->address, address) == 0)
				return all->list[k];
		m = arena_alloc(w->arena, sizeof(*m));
		*m = (struct module_instance){
			.cfg = cfg,
			.address = address,
			.variables = arena_array(w->arena, cfg->variables.count + 1,
						 sizeof(*m->variables)),
			.locals = arena_array(w->arena, cfg->locals.count + 1, sizeof(*m->locals)),
			.outputs =
				arena_array(w->arena, cfg->outputs.count + 1, sizeof(*m->outputs)),
			.resources = arena_array(w->arena, cfg->resources.count + 1,
						 sizeof(*m->resources)),
			.calls = arena_array(w->arena, cfg->calls.count + 1, sizeof(*m->calls)),
			.providers = arena_array(w->arena, cfg->providers.count + 1,
						 sizeof(*m->providers)),
		};
		return m;
	}
	return NULL;
}

/* Whether anything in the workspace was made up for a data source. */
static bool reads_data(const struct walk *w)
{
	for (size_t i = 0; i < w->config.modules.count; i++)
		for (size_t k = 0; k < w->config.modules.list[i]->resources.count; k++)
			if (w->config.modules.list[i]->resources.list[k].mode == CONFIG_DATA)
				return true;
	return false;
}

/*
 * What the walk found to rest on mocked values does so too when Terraform works it out; of what the
 * walk did not come to anything may.
 */
static const struct value *mocked_as(struct walk *w, const struct resource_instance *r, bool made)
{
	if (made)
		return reads_data(w) ? value_mark(w->arena, r->planned, WALK_MOCKED) : NULL;
	return r->mocked ? resources_marked(w->arena, r->planned, r->mocked) : NULL;
}

/* An instance that the walk did not come to, because it cannot evaluate what Terraform can. */
static struct resource_instance *made(struct walk *w, const struct doc *d, enum config_mode mode)
{
	struct resource_instance *r = arena_alloc(w->arena, sizeof(*r));
	const struct doc *index = member(d, "index");
	const char *provider = text_of(d, "provider_name");

	r->address = text_of(d, "address");
	r->module_address = text_of(d, "module_address");
	r->mode = mode;
	r->type_name = text_of(d, "type");
	r->name = text_of(d, "name");
	r->provider = provider;
	r->module = module_of(w, r->module_address);
	if (!r->module)
		return NULL;
	r->cfg = config_resource(r->module->cfg, mode, r->type_name, r->name);
	r->type = walk_type(w, provider, mode == CONFIG_DATA ? PACK_DATA : PACK_RESOURCE,
			    r->type_name, (struct range){.source = NULL});
	if (!r->cfg || !r->type)
		return NULL;
	r->body = r->cfg->body;
	if (index)
		r->key.key = primitive_of(w->arena, &type_dynamic, index);
	return r;
}

static bool has(const struct adopted *all, const struct resource_instance *r)
{
	for (size_t i = 0; i < all->list.count; i++)
		if (all->list.list[i] == r)
			return true;
	return false;
}

static void adopt(struct adopted *all, const struct doc *d, struct told value)
{
	struct walk *w = all->walk;
	enum config_mode mode =
		strcmp(text_of(d, "mode"), "data") == 0 ? CONFIG_DATA : CONFIG_MANAGED;
	struct resource_instance *r = walked(w, text_of(d, "address"));

	bool is_made = !r;

	if (!r)
		r = made(w, d, mode);
	if (!r || !r->type)
		return;
	r->planned_marked = restype_mark_sensitive(w->arena, r->type->block,
						   value_of(w->arena, r->type->block->type, value));
	r->planned = value_unmark_deep(w->arena, r->planned_marked);
	r->mocked = mocked_as(w, r, is_made);
	r->adopted = true;
	if (has(all, r))
		return;
	all->list.list = arena_grow(w->arena, all->list.list, all->list.count, &all->list.capacity,
				    sizeof(*all->list.list));
	all->list.list[all->list.count++] = r;
}

static void adopt_changes(struct adopted *all, const struct doc *plan)
{
	const struct doc *list = member(plan, "resource_changes");

	for (const struct doc *d = is(list, DOC_ARRAY) ? list->first : NULL; d; d = d->next) {
		const struct doc *change = member(d, "change");
		const struct told value = {member(change, "after"), member(change, "after_unknown"),
					   member(change, "after_sensitive")};

		if (is(value.known, DOC_OBJECT))
			adopt(all, d, value);
	}
}

/* Data sources that were read while planning are told as part of the prior state. */
static void adopt_data(struct adopted *all, const struct doc *module)
{
	const struct doc *resources = member(module, "resources");
	const struct doc *children = member(module, "child_modules");

	for (const struct doc *d = is(resources, DOC_ARRAY) ? resources->first : NULL; d;
	     d = d->next) {
		const struct told value = {member(d, "values"), NULL,
					   member(d, "sensitive_values")};

		if (strcmp(text_of(d, "mode"), "data") == 0 && is(value.known, DOC_OBJECT))
			adopt(all, d, value);
	}
	for (const struct doc *m = is(children, DOC_ARRAY) ? children->first : NULL; m; m = m->next)
		adopt_data(all, m);
}

/* In the order of the walk, and after them those that it did not come to. */
static void put_back(struct adopted *all)
{
	struct walk *w = all->walk;
	struct resource_instance **out =
		arena_array(w->arena, w->instances.count + all->list.count + 1,
			    sizeof(struct resource_instance *));
	size_t count = 0, kept;

	for (size_t i = 0; i < w->instances.count; i++)
		if (has(all, w->instances.list[i]) ||
		    w->instances.list[i]->mode == CONFIG_EPHEMERAL)
			out[count++] = w->instances.list[i];
	kept = count;
	for (size_t i = 0; i < all->list.count; i++) {
		bool there = false;

		for (size_t k = 0; k < kept && !there; k++)
			there = out[k] == all->list.list[i];
		if (!there)
			out[count++] = all->list.list[i];
	}
	w->instances.list = out;
	w->instances.count = w->instances.capacity = count;
}

void tfview_adopt(struct walk *w, const struct doc *plan)
{
	const struct doc *prior = member(member(plan, "prior_state"), "values");
	struct adopted all = {.walk = w, .list = {NULL, 0, 0}};

	adopt_changes(&all, plan);
	adopt_data(&all, member(prior, "root_module"));
	put_back(&all);
}
