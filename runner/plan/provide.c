#include "runner/plan/provide.h"

#include <string.h>

#include "runner/plan/awsplan.h"
#include "runner/plan/normal.h"
#include "runner/plan/oldtypes.h"

/* --- building
 * ------------------------------------------------------------------------------------- */

const struct value *provide_object(struct arena *a, const struct value *like,
				   const struct value **items)
{
	const char **keys;
	bool same = true;

	for (size_t i = 0; i < like->count; i++)
		same &= items[i]->type == like->type->attrs[i].type;
	if (same)
		return value_object_of(a, like->type, items);
	keys = arena_array(a, like->count + 1, sizeof(*keys));
	for (size_t i = 0; i < like->count; i++)
		keys[i] = like->type->attrs[i].name;
	return value_object(a, keys, items, like->count);
}

const struct value *provide_collection(struct arena *a, const struct value *like,
				       const struct value **items, size_t count)
{
	const char **keys;

	switch (like->type->kind) {
	case TYPE_LIST:
		return value_list(a, like->type->element, items, count);
	case TYPE_SET:
		return value_set(a, like->type->element, items, count);
	case TYPE_TUPLE:
		return value_tuple(a, items, count);
	case TYPE_MAP:
	case TYPE_OBJECT:
		keys = arena_array(a, count + 1, sizeof(*keys));
		for (size_t i = 0; i < count; i++)
			keys[i] = value_key(like, i);
		return like->type->kind == TYPE_MAP
			       ? value_map(a, like->type->element, keys, items, count)
			       : value_object(a, keys, items, count);
	case TYPE_DYNAMIC:
	case TYPE_BOOL:
	case TYPE_NUMBER:
	case TYPE_STRING:
		break;
	}
	return like;
}

const struct value *provide_with(struct arena *a, const struct value *v, const char *name,
				 const struct value *item)
{
	const struct value **items = arena_array(a, v->count + 1, sizeof(*items));

	for (size_t i = 0; i < v->count; i++)
		items[i] = strcmp(v->type->attrs[i].name, name) == 0 ? item : v->items[i];
	return provide_object(a, v, items);
}

const struct value *provide_member(const struct value *v, const char *name)
{
	return v && v->state == VALUE_KNOWN && v->type->kind == TYPE_OBJECT ? value_get(v, name)
									    : NULL;
}

bool provide_has_items(const struct value *v)
{
	return v && value_is_iterable(v) && v->count > 0;
}

/* --- proposed
 * ------------------------------------------------------------------------------------- */

/* Whether prior could have come from config, computed values aside. */
static bool matches(const struct restype_block *b, const struct value *prior,
		    const struct value *config)
{
	if (value_same(prior, config))
		return true;
	if (prior->state != VALUE_KNOWN || config->state != VALUE_KNOWN)
		return false;
	for (size_t i = 0; i < config->count; i++) {
		const char *name = config->type->attrs[i].name;
		const struct restype_attr *attr = restype_attr(b, name);
		const struct restype_block_type *t = attr ? NULL : restype_block_type(b, name);
		const struct value *p = provide_member(prior, name), *c = config->items[i];

		if (!p)
			return false;
		if (value_same(p, c) || (attr && attr->computed && value_is_null(c)))
			continue;
		if (!t || !value_is_iterable(p) || !value_is_iterable(c) || p->count != c->count)
			return false;
		if (t->nesting == RESTYPE_SINGLE || t->nesting == RESTYPE_GROUP) {
			if (!matches(t->block, p, c))
				return false;
			continue;
		}
		for (size_t k = 0; k < c->count; k++)
			if (!matches(t->block, p->items[k], c->items[k]))
				return false;
	}
	return true;
}

static const struct value *proposed_set(struct arena *a, const struct restype_block *b,
					const struct value *prior, const struct value *config)
{
	const struct value **items = arena_array(a, config->count + 1, sizeof(*items));
	size_t prior_count = provide_has_items(prior) ? prior->count : 0;
	bool *used = arena_alloc(a, prior_count + 1);

	for (size_t i = 0; i < config->count; i++) {
		const struct value *found = NULL;

		for (size_t k = 0; k < prior_count && !found; k++)
			if (!used[k] && matches(b, prior->items[k], config->items[i])) {
				found = prior->items[k];
				used[k] = true;
			}
		items[i] = provide_proposed(a, b, found, config->items[i]);
	}
	return provide_collection(a, config, items, config->count);
}

static const struct value *proposed_nested(struct arena *a, enum restype_nesting nesting,
					   const struct restype_block *b, const struct value *prior,
					   const struct value *config)
{
	const struct value **items;

	if (config->state != VALUE_KNOWN || !value_is_iterable(config))
		return config;
	if (nesting == RESTYPE_SINGLE || nesting == RESTYPE_GROUP)
		return provide_proposed(a, b, prior, config);
	if (config->count == 0)
		return config;
	if (nesting == RESTYPE_SET)
		return proposed_set(a, b, prior, config);
	items = arena_array(a, config->count + 1, sizeof(*items));
	for (size_t i = 0; i < config->count; i++) {
		const struct value *p = NULL;

		if (nesting == RESTYPE_MAP)
			p = provide_has_items(prior) ? value_get(prior, value_key(config, i))
						     : NULL;
		else if (provide_has_items(prior) && i < prior->count)
			p = prior->items[i];
		items[i] = provide_proposed(a, b, p, config->items[i]);
	}
	return provide_collection(a, config, items, config->count);
}

static const struct value *proposed_attr(struct arena *a, const struct restype_attr *attr,
					 const struct value *prior, const struct value *config)
{
	if (config->state == VALUE_NULL && attr->computed && prior)
		return prior;
	if (attr->nested && config->state == VALUE_KNOWN)
		return proposed_nested(a, attr->nested->nesting, attr->nested->object, prior,
				       config);
	return config;
}

const struct value *provide_proposed(struct arena *a, const struct restype_block *b,
				     const struct value *prior, const struct value *config)
{
	const struct value **items;

	if (config->state != VALUE_KNOWN || config->type->kind != TYPE_OBJECT)
		return config;
	items = arena_array(a, config->count + 1, sizeof(*items));
	for (size_t i = 0; i < config->count; i++) {
		const char *name = config->type->attrs[i].name;
		const struct restype_attr *attr = restype_attr(b, name);
		const struct restype_block_type *t = attr ? NULL : restype_block_type(b, name);
		const struct value *p = provide_member(prior, name);

		items[i] = config->items[i];
		if (attr)
			items[i] = proposed_attr(a, attr, p, config->items[i]);
		else if (t)
			items[i] = proposed_nested(a, t->nesting, t->block, p, config->items[i]);
	}
	return provide_object(a, config, items);
}

/* --- planned -------------------------------------------------------------------------------------
 */

struct planner_rules {
	struct arena *arena;
	struct walk *walk;
	bool recorded; /* facts are used */
	bool legacy;
	size_t sets; /* that what is being planned is in */
	bool updating;
};

static const struct value *plan_block(struct planner_rules *p, const struct restype_block *b,
				      const struct value *prior, const struct value *v);

static bool primitive_collection(const struct type *t)
{
	return type_is_collection(t) && type_is_primitive(t->element);
}

static const struct value *normal_member(struct planner_rules *p, const struct restype_attr *attr,
					 const char *name, const struct value *v)
{
	if (v->state == VALUE_KNOWN && v->unknown_within && primitive_collection(v->type))
		return value_unknown(p->arena, v->type);
	for (size_t i = 0; i < attr->member_count; i++)
		if (strcmp(attr->members[i].name, name) == 0)
			return normal_value(p->walk, attr->members[i].normal, v);
	return v;
}

/* A text that was there and is left out is taken away, where a set changes around it. */
static const struct value *zero_member(struct arena *a, const struct value *old, const char *name,
				       const struct type *t)
{
	if (t == &type_number || (t == &type_string && old && !value_is_null(value_get(old, name))))
		return value_null(a, t);
	return oldtypes_zero(a, t);
}

/* Objects in lists and sets that are attributes: the old type system knows no null there. */
static const struct value *zero_filled(struct planner_rules *p, const struct restype_attr *attr,
				       const struct value *prior, const struct value *v)
{
	bool set = p->updating && v->type->kind == TYPE_SET;
	struct arena *a = p->arena;
	const struct value **items, **members;

	if (!provide_has_items(v))
		return v;
	if (set && oldtypes_same_set(NULL, prior, v))
		return prior;
	items = arena_array(a, v->count + 1, sizeof(*items));
	for (size_t i = 0; i < v->count; i++) {
		const struct value *item = v->items[i];
		const struct value *old = set ? oldtypes_element(NULL, prior, item) : NULL;

		items[i] = item;
		if (item->state != VALUE_KNOWN)
			continue;
		members = arena_array(a, item->count + 1, sizeof(*members));
		for (size_t k = 0; k < item->count; k++) {
			const char *name = item->type->attrs[k].name;

			members[k] = value_is_null(item->items[k])
					     ? zero_member(a, old, name, item->type->attrs[k].type)
					     : normal_member(p, attr, name, item->items[k]);
		}
		items[i] = value_object_of(a, item->type, members);
	}
	return provide_collection(a, v, items, v->count);
}

static const struct value *plan_absent(struct planner_rules *p, const struct restype_attr *attr,
				       bool creating, const struct value *v)
{
	if (p->recorded && attr->absent == RESTYPE_ABSENT_VALUE && (creating || !attr->computed))
		return attr->absent_value;
	if (creating && (attr->computed || (p->recorded && attr->absent == RESTYPE_ABSENT_UNKNOWN)))
		return value_unknown(p->arena, attr->type);
	return v;
}

static const struct value *plan_given(struct planner_rules *p, const struct restype_attr *attr,
				      const struct value *prior, const struct value *v)
{
	const struct type *t = attr->type;

	if (!p->recorded || v->state != VALUE_KNOWN)
		return v;
	if (attr->normal != RESTYPE_NORMAL_NONE)
		return normal_value(p->walk, attr->normal, v);
	if (!p->legacy)
		return v;
	if (primitive_collection(t) && v->unknown_within)
		return value_unknown(p->arena, t);
	if ((t->kind == TYPE_LIST || t->kind == TYPE_SET) && t->element->kind == TYPE_OBJECT)
		return zero_filled(p, attr, prior, v);
	return v;
}

static const struct value *plan_elements(struct planner_rules *p, enum restype_nesting nesting,
					 const struct restype_block *b, const struct value *prior,
					 const struct value *v);

/* Texts that the provider compares by what they mean, so that an empty one stays as written. */
static bool compared_by_meaning(const struct restype_attr *attr)
{
	return attr->normal == RESTYPE_NORMAL_USER_DATA ||
	       (attr->normal == RESTYPE_NORMAL_JSON && strcmp(attr->name, "policy") == 0);
}

/*
 * The old type system cannot tell an empty set or map from one that is left out, nor an empty text
 * where the provider computes one.  An empty list it keeps, and it has a way of its own with what
 * is in a set.
 */
static bool left_out(const struct planner_rules *p, const struct restype_attr *attr,
		     const struct value *v)
{
	if (!p->recorded || !p->legacy || p->sets || v->state != VALUE_KNOWN || v->count)
		return false;
	if (v->type == &type_string)
		return attr->computed && !compared_by_meaning(attr);
	return (v->type->kind == TYPE_SET || v->type->kind == TYPE_MAP) &&
	       primitive_collection(v->type);
}

static const struct value *plan_left_out(struct planner_rules *p, const struct restype_attr *attr,
					 bool creating, const struct value *prior,
					 const struct value *v)
{
	if (creating)
		return plan_absent(p, attr, creating, value_null(p->arena, attr->type));
	if (v->type == &type_string)
		return prior && !value_is_null(prior) ? prior : v;
	if (!prior)
		return value_null(p->arena, attr->type);
	return provide_has_items(prior) ? v : prior;
}

/*
 * What the old type system makes of null in an element of a set, all of which is written anew:
 * prior is what was there in the same element, or NULL.
 */
static const struct value *plan_null_in_set(struct planner_rules *p,
					    const struct restype_attr *attr,
					    const struct value *prior, const struct value *v)
{
	bool fact = attr->absent == RESTYPE_ABSENT_VALUE && !attr->computed;
	enum type_kind kind = attr->type->kind;

	if (prior && value_is_null(prior))
		return v;
	if (prior && attr->computed)
		return prior;
	if (attr->computed || (fact && !(prior && oldtypes_is_zero(attr->absent_value))))
		return plan_absent(p, attr, true, v);
	if (kind == TYPE_LIST || kind == TYPE_SET || (kind == TYPE_MAP && prior) ||
	    (kind == TYPE_STRING && !prior))
		return oldtypes_zero(p->arena, attr->type);
	return kind == TYPE_STRING || !fact ? v : attr->absent_value;
}

/* The same elsewhere, on update; prior NULL: the block was not there. */
static const struct value *plan_null_of_old(struct planner_rules *p,
					    const struct restype_attr *attr,
					    const struct value *prior, const struct value *v)
{
	if (attr->computed && !prior)
		return type_is_collection(attr->type) ? value_unknown(p->arena, attr->type) : v;
	if (attr->computed)
		return prior;
	if (attr->absent == RESTYPE_ABSENT_VALUE || !prior)
		return plan_absent(p, attr, false, v);
	if (oldtypes_is_zero(prior))
		return prior;
	return type_is_collection(attr->type) && provide_has_items(prior)
		       ? oldtypes_zero(p->arena, attr->type)
		       : plan_absent(p, attr, false, v);
}

static const struct value *plan_attr(struct planner_rules *p, const struct restype_attr *attr,
				     bool creating, const struct value *prior,
				     const struct value *v)
{
	if (attr->write_only)
		return value_null(p->arena, attr->type);
	if (left_out(p, attr, v))
		return plan_left_out(p, attr, creating, prior, v);
	if (v->state == VALUE_NULL && p->recorded && p->legacy && p->sets)
		return plan_null_in_set(p, attr, prior, v);
	if (v->state == VALUE_NULL && p->recorded && p->legacy && p->updating)
		return plan_null_of_old(p, attr, prior, v);
	if (v->state == VALUE_NULL)
		return plan_absent(p, attr, creating, v);
	if (attr->nested)
		return plan_elements(p, attr->nested->nesting, attr->nested->object, prior, v);
	return plan_given(p, attr, prior, v);
}

/* Whether prior agrees with v on all that v knows. */
static bool agrees(const struct value *prior, const struct value *v)
{
	if (v->state == VALUE_UNKNOWN)
		return true;
	if (v->state == VALUE_NULL || prior->state != VALUE_KNOWN || !value_is_iterable(v))
		return value_same(prior, v);
	if (!value_is_iterable(prior) || prior->count != v->count)
		return false;
	for (size_t i = 0; i < v->count; i++)
		if (!agrees(prior->items[i], v->items[i]))
			return false;
	return true;
}

static const struct value *plan_set_element(struct planner_rules *p, const struct restype_block *b,
					    const struct value *prior, const struct value *v)
{
	const struct value *planned;
	const struct value *old =
		p->recorded && p->legacy && p->updating ? oldtypes_element(b, prior, v) : NULL;

	p->sets++;
	planned = plan_block(p, b, old, v);
	p->sets--;
	/* What the configuration itself does not know yet cannot be what it was before. */
	if (p->recorded && provide_has_items(prior) && planned->unknown_within &&
	    !v->unknown_within)
		for (size_t i = 0; i < prior->count; i++)
			if (agrees(prior->items[i], planned))
				return prior->items[i];
	return planned;
}

static const struct value *plan_elements(struct planner_rules *p, enum restype_nesting nesting,
					 const struct restype_block *b, const struct value *prior,
					 const struct value *v)
{
	const struct value **items;

	if (v->state != VALUE_KNOWN || !value_is_iterable(v))
		return v;
	if (nesting == RESTYPE_SINGLE || nesting == RESTYPE_GROUP)
		return plan_block(p, b, prior, v);
	if (v->count == 0)
		return v;
	if (nesting == RESTYPE_SET && p->recorded && p->legacy && p->updating && !p->sets &&
	    oldtypes_same_set(b, prior, v))
		return prior;
	items = arena_array(p->arena, v->count + 1, sizeof(*items));
	for (size_t i = 0; i < v->count; i++) {
		if (nesting == RESTYPE_SET)
			items[i] = plan_set_element(p, b, prior, v->items[i]);
		else if (nesting == RESTYPE_MAP)
			items[i] = plan_block(
				p, b,
				provide_has_items(prior) ? value_get(prior, value_key(v, i)) : NULL,
				v->items[i]);
		else
			items[i] = plan_block(p, b,
					      provide_has_items(prior) && i < prior->count
						      ? prior->items[i]
						      : NULL,
					      v->items[i]);
	}
	return provide_collection(p->arena, v, items, v->count);
}

static const struct value *plan_blocks(struct planner_rules *p, const struct restype_block_type *t,
				       bool creating, const struct value *prior,
				       const struct value *v)
{
	bool absent = v->state == VALUE_NULL ||
		      (v->state == VALUE_KNOWN && v->count == 0 && v->type->kind != TYPE_OBJECT);

	if (!absent)
		return plan_elements(p, t->nesting, t->block, prior, v);
	if (!p->recorded || !t->absent_unknown)
		return v;
	if (creating)
		return value_unknown(p->arena, t->type);
	return prior ? prior : v;
}

static const struct value *plan_block(struct planner_rules *p, const struct restype_block *b,
				      const struct value *prior, const struct value *v)
{
	/* A block that an object gains has nothing computed in the old type system, but in a set.
	 */
	bool gained = p->recorded && p->legacy && p->updating && !p->sets;
	bool creating = !gained && (!prior || prior->state != VALUE_KNOWN);
	const struct value **items;

	if (v->state != VALUE_KNOWN || v->type->kind != TYPE_OBJECT)
		return v;
	items = arena_array(p->arena, v->count + 1, sizeof(*items));
	for (size_t i = 0; i < v->count; i++) {
		const char *name = v->type->attrs[i].name;
		const struct restype_attr *attr = restype_attr(b, name);
		const struct restype_block_type *t = attr ? NULL : restype_block_type(b, name);
		const struct value *before = provide_member(prior, name);

		items[i] = v->items[i];
		if (attr)
			items[i] = plan_attr(p, attr, creating, before, v->items[i]);
		else if (t)
			items[i] = plan_blocks(p, t, creating, before, v->items[i]);
	}
	return provide_object(p->arena, v, items);
}

/* The same for an update without facts: what core proposes, less write-only values. */
static const struct value *without_write_only(struct arena *a, const struct restype_block *b,
					      const struct value *v)
{
	if (!b->has_write_only)
		return v;
	for (size_t i = 0; i < b->attr_count; i++)
		if (b->attrs[i].write_only)
			v = provide_with(a, v, b->attrs[i].name, value_null(a, b->attrs[i].type));
	return v;
}

/* --- tags
 * ------------------------------------------------------------------------------------------ */

static const struct value *merged_tags(struct arena *a, const struct value *defaults,
				       const struct value *tags)
{
	size_t of_defaults = provide_has_items(defaults) ? defaults->count : 0;
	size_t of_tags = provide_has_items(tags) ? tags->count : 0, count = 0;
	const char **keys = arena_array(a, of_defaults + of_tags + 1, sizeof(*keys));
	const struct value **items = arena_array(a, of_defaults + of_tags + 1, sizeof(*items));

	for (size_t i = 0; i < of_defaults; i++) {
		if (of_tags && value_get(tags, value_key(defaults, i)))
			continue;
		keys[count] = value_key(defaults, i);
		items[count++] = defaults->items[i];
	}
	for (size_t i = 0; i < of_tags; i++) {
		keys[count] = value_key(tags, i);
		items[count++] = tags->items[i];
	}
	return value_map(a, &type_string, keys, items, count);
}

/* tags_all is what the provider's default_tags and the resource's tags are together. */
static const struct value *plan_tags(struct walk *w, const struct resource_instance *r,
				     const struct value *prior, const struct value *planned)
{
	const struct value *tags = provide_member(planned, "tags"),
			   *all = provide_member(planned, "tags_all");
	const struct value *defaults = r->provider_config ? r->provider_config->default_tags : NULL;
	const struct value *merged, *before = provide_member(prior, "tags_all");

	if (!tags || !all || tags->type->kind != TYPE_MAP || all->type->kind != TYPE_MAP)
		return planned;
	if (tags->unknown_within || (defaults && defaults->unknown_within))
		merged = value_unknown(w->arena, all->type);
	else
		merged = merged_tags(w->arena, defaults, tags);
	if (merged->state == VALUE_KNOWN && merged->count == 0) {
		if (!prior)
			return planned;
		if (provide_has_items(before))
			merged = r->type->legacy && tags->state == VALUE_KNOWN
					 ? merged
					 : value_unknown(w->arena, all->type);
		else
			merged = before;
	}
	return merged ? provide_with(w->arena, planned, "tags_all", merged) : planned;
}

/* --- terraform_data ----------------------------------------------------------------------------
 */

bool provide_is_terraform_data(const struct resource_instance *r)
{
	return strcmp(r->provider, "terraform.io/builtin/terraform") == 0 &&
	       strcmp(r->type_name, "terraform_data") == 0;
}

static const struct value *plan_terraform_data(struct arena *a, const struct value *prior,
					       const struct value *v)
{
	const struct value *input = provide_member(v, "input"), *output;
	const struct value *trigger = provide_member(v, "triggers_replace");
	const struct value *before = provide_member(prior, "triggers_replace");
	const struct value *old_input = provide_member(prior, "input");
	bool replaced = !before || !trigger || !value_same(before, trigger);

	if (!input || (!replaced && old_input && value_same(old_input, input)))
		return v;
	output = value_is_null(input) ? input : value_unknown(a, input->type);
	v = provide_with(a, v, "output", output);
	return replaced
		       ? provide_with(a, v, "id", value_not_null(a, value_unknown(a, &type_string)))
		       : v;
}

/* Computed values that become unknown when what they depend on changes. */
static const struct value *plan_recomputed(struct arena *a, const struct restype *type,
					   const struct value *prior, const struct value *planned)
{
	for (size_t i = 0; prior && i < type->recomputed_count; i++) {
		const struct restype_recomputed *r = &type->recomputed[i];
		const struct restype_attr *attr = restype_attr(type->block, r->attribute);
		const struct value *before = provide_member(prior, r->cause);
		const struct value *after = provide_member(planned, r->cause);
		bool changed = *r->cause ? before && after && !value_same(before, after)
					 : !value_same(prior, planned);

		if (attr && changed)
			planned =
				provide_with(a, planned, attr->name, value_unknown(a, attr->type));
	}
	return planned;
}

static bool has_text(const struct value *v, const char *text)
{
	if (!v || v->state != VALUE_KNOWN)
		return false;
	if (v->type == &type_bool)
		return strcmp(v == &value_true ? "true" : "false", text) == 0;
	return v->type == &type_string && strcmp(v->text, text) == 0;
}

/* What is left out is planned differently where an attribute has a certain value. */
static const struct value *plan_when(struct arena *a, const struct restype *type,
				     const struct value *prior, const struct value *proposed,
				     const struct value *planned)
{
	for (size_t i = 0; i < type->when_count; i++) {
		const struct restype_when *when = &type->when[i];

		if (!has_text(provide_member(planned, when->attribute), when->value))
			continue;
		for (size_t k = 0; k < when->attr_count; k++) {
			const char *name = when->attrs[k].name;
			const struct value *given = provide_member(proposed, name);
			const struct restype_attr *attr = restype_attr(type->block, name);

			if (given && value_is_null(given) && (!prior || !attr->computed))
				planned =
					provide_with(a, planned, name, when->attrs[k].absent_value);
		}
	}
	return planned;
}

static const struct value *plan_object(struct planner_rules *p, const struct resource_instance *r,
				       const struct value *prior, const struct value *proposed)
{
	struct walk *w = p->walk;
	const struct value *planned = plan_block(p, r->type->block, prior, proposed);

	if (!p->recorded)
		return planned;
	planned = awsplan_customize(w, r, prior, planned);
	planned = plan_when(w->arena, r->type, prior, proposed, planned);
	planned = plan_tags(w, r, prior, planned);
	return plan_recomputed(w->arena, r->type, prior, planned);
}

const struct value *provide_planned(struct walk *w, const struct resource_instance *r,
				    const struct value *prior, const struct value *proposed)
{
	struct planner_rules p = {
		.arena = w->arena,
		.walk = w,
		.recorded = w->request->facts == REQUEST_FACTS_RECORDED,
		.legacy = r->type->legacy,
		.updating = prior != NULL,
	};
	const struct value *planned;

	if (provide_is_terraform_data(r))
		return plan_terraform_data(w->arena, prior, proposed);
	if (!p.recorded && prior)
		return without_write_only(w->arena, r->type->block, proposed);
	planned = plan_object(&p, r, prior, proposed);
	/* Only where something changes does the old type system show what it takes null for. */
	if (p.recorded && p.legacy && prior && !value_same(prior, planned))
		planned = plan_object(&p, r, oldtypes_state(w->arena, r->type->block, prior),
				      proposed);
	return planned;
}

const struct value *provide_unread(struct arena *a, const struct restype_block *b,
				   const struct value *config)
{
	struct planner_rules p = {.arena = a}; /* no facts, so no need of the walk */

	return plan_block(&p, b, NULL, config);
}
