/* What a name in an expression stands for while the graph is walked. */
#include <string.h>

#include "runner/plan/walk.h"

static const struct value *bad_attribute(const struct traversal *t, struct diags *d,
					 const char *name)
{
	diag_error(d, t->range, arena_printf(d->arena, "Invalid \"%s\" attribute", t->root),
		   "The \"%s\" object does not have an attribute named \"%s\".", t->root,
		   name ? name : "");
	return NULL;
}

static const char *attribute(const struct traversal *t)
{
	return t->count > 0 && t->steps[0].kind == STEP_ATTR ? t->steps[0].name : NULL;
}

static const struct value *path_value(const struct walk_scope *s, const struct traversal *t,
				      struct diags *d)
{
	const char *name = attribute(t);

	if (name && strcmp(name, "module") == 0)
		return value_string(s->walk->arena, s->module->cfg->path);
	if (name && strcmp(name, "root") == 0)
		return value_string(s->walk->arena, ".");
	if (name && strcmp(name, "cwd") == 0) {
		diag_unsupported(d, t->range, "path.cwd",
				 "The working directory is different on each machine; nothing "
				 "that depends on it is reproducible.");
		return NULL;
	}
	return bad_attribute(t, d, name);
}

static const struct value *terraform_value(const struct walk_scope *s, const struct traversal *t,
					   struct diags *d)
{
	const char *name = attribute(t);

	if (name && strcmp(name, "workspace") == 0) {
		s->walk->asked_workspace = true;
		return value_string(s->walk->arena, s->walk->request->workspace);
	}
	if (name && strcmp(name, "applying") == 0)
		return value_mark(s->walk->arena, value_bool(s->walk->phase == WALK_APPLY),
				  VALUE_EPHEMERAL);
	return bad_attribute(t, d, name);
}

static const struct value *with_mocked(struct walk *w, const struct value *v, bool mocked)
{
	return mocked ? value_mark(w->arena, v, WALK_MOCKED) : v;
}

static const struct value *each_value(const struct walk_scope *s, const struct traversal *t,
				      struct diags *d)
{
	const char *name = attribute(t);

	if (s->repeat != REPEAT_FOR_EACH) {
		diag_error(d, t->range, "Reference to \"each\" in context without for_each",
			   "The \"each\" object can be used only in \"module\" or \"resource\" "
			   "blocks, and only when the \"for_each\" argument is set.");
		return NULL;
	}
	if (name && strcmp(name, "key") == 0)
		return with_mocked(s->walk, s->key.key, s->key.mocked);
	if (name && strcmp(name, "value") == 0)
		return with_mocked(s->walk, s->key.each, s->key.mocked);
	return bad_attribute(t, d, name);
}

static const struct value *count_value(const struct walk_scope *s, const struct traversal *t,
				       struct diags *d)
{
	const char *name = attribute(t);

	if (s->repeat != REPEAT_COUNT) {
		diag_error(d, t->range, "Reference to \"count\" in non-counted context",
			   "The \"count\" object can only be used in \"module\", \"resource\", "
			   "and \"data\" blocks, and only when the \"count\" argument is set.");
		return NULL;
	}
	if (name && strcmp(name, "index") == 0)
		return s->key.key;
	return bad_attribute(t, d, name);
}

/* --- modules --------------------------------------------------------------------------------- */

static const struct value *outputs_object(struct walk *w, const struct module_instance *m)
{
	size_t count = m->cfg->outputs.count;
	const char **keys = arena_array(w->arena, count + 1, sizeof(*keys));
	const struct value **items = arena_array(w->arena, count + 1, sizeof(*items));

	for (size_t i = 0; i < count; i++) {
		keys[i] = m->cfg->outputs.list[i].name;
		items[i] = m->outputs[i] ? m->outputs[i] : &value_dynamic;
	}
	return value_object(w->arena, keys, items, count);
}

static const struct value *call_value(struct walk *w, const struct call_instances *call)
{
	const char **keys = arena_array(w->arena, call->count + 1, sizeof(*keys));
	const struct value **items = arena_array(w->arena, call->count + 1, sizeof(*items));

	for (size_t i = 0; i < call->count; i++) {
		items[i] = outputs_object(w, call->list[i]);
		if (call->repeat == REPEAT_FOR_EACH)
			keys[i] = call->list[i]->key.key->text;
	}
	switch (call->repeat) {
	case REPEAT_NONE:
		return call->count ? items[0] : &value_dynamic;
	case REPEAT_COUNT:
		return with_mocked(w, value_tuple(w->arena, items, call->count), call->mocked);
	case REPEAT_FOR_EACH:
		return with_mocked(w, value_object(w->arena, keys, items, call->count),
				   call->mocked);
	}
	return &value_dynamic;
}

static const struct value *module_value(const struct walk_scope *s, const struct traversal *t,
					size_t *ret_used)
{
	struct walk *w = s->walk;
	const char *name = attribute(t);
	ptrdiff_t i = name ? graph_find(w, s->module->cfg, NODE_CALL, name, NULL, 0) : -1;
	const struct call_instances *call;

	*ret_used = 1;
	if (i < 0)
		return &value_dynamic;
	call = &s->module->calls[i];
	if (call->repeat == REPEAT_NONE && call->count == 1 && t->count > 1 &&
	    t->steps[1].kind == STEP_ATTR) {
		const struct module_instance *m = call->list[0];
		ptrdiff_t o = graph_find(w, m->cfg, NODE_OUTPUT, t->steps[1].name, NULL, 0);

		if (o >= 0) {
			*ret_used = 2;
			return m->outputs[o] ? m->outputs[o] : &value_dynamic;
		}
	}
	return call_value(w, call);
}

/* --- resources ------------------------------------------------------------------------------- */

static const struct value *whole_resource(struct walk *w, struct resource_instances *r)
{
	const char **keys;
	const struct value **items;

	if (r->whole)
		return r->whole;
	if (r->failed || (r->repeat == REPEAT_NONE && r->count == 0))
		return &value_dynamic;
	keys = arena_array(w->arena, r->count + 1, sizeof(*keys));
	items = arena_array(w->arena, r->count + 1, sizeof(*items));
	for (size_t i = 0; i < r->count; i++) {
		items[i] = r->list[i]->current ? r->list[i]->current : &value_dynamic;
		if (r->repeat == REPEAT_FOR_EACH)
			keys[i] = r->list[i]->key.key->text;
	}
	if (r->repeat == REPEAT_NONE)
		r->whole = items[0];
	else if (r->repeat == REPEAT_COUNT)
		r->whole = value_tuple(w->arena, items, r->count);
	else
		r->whole = value_object(w->arena, keys, items, r->count);
	r->whole = with_mocked(w, r->whole, r->mocked);
	return r->whole;
}

static const struct value *resource_value(const struct walk_scope *s, const struct traversal *t,
					  size_t *ret_used)
{
	enum config_mode mode;
	const char *type, *name;
	ptrdiff_t i;

	if (!graph_resource_reference(t, &mode, &type, &name, ret_used))
		return &value_dynamic;
	i = graph_find(s->walk, s->module->cfg, NODE_RESOURCE, type, name, mode);
	return i < 0 ? &value_dynamic : whole_resource(s->walk, &s->module->resources[i]);
}

static const struct value *named_value(const struct walk_scope *s, const struct traversal *t,
				       enum node_kind kind, const struct value *const *values)
{
	const char *name = attribute(t);
	ptrdiff_t i = name ? graph_find(s->walk, s->module->cfg, kind, name, NULL, 0) : -1;

	/* An undeclared name was reported when the graph was built. */
	return i < 0 || !values[i] ? &value_dynamic : values[i];
}

static const struct value *look_up(void *context, const struct traversal *t, size_t *ret_used,
				   struct diags *d)
{
	const struct walk_scope *s = context;

	*ret_used = 1;
	if (strcmp(t->root, "var") == 0)
		return named_value(s, t, NODE_VARIABLE, s->module->variables);
	if (strcmp(t->root, "local") == 0)
		return named_value(s, t, NODE_LOCAL, s->module->locals);
	if (strcmp(t->root, "path") == 0)
		return path_value(s, t, d);
	if (strcmp(t->root, "terraform") == 0)
		return terraform_value(s, t, d);
	if (strcmp(t->root, "each") == 0)
		return each_value(s, t, d);
	if (strcmp(t->root, "count") == 0)
		return count_value(s, t, d);
	if (strcmp(t->root, "module") == 0)
		return module_value(s, t, ret_used);
	if (strcmp(t->root, "self") == 0) {
		*ret_used = 0;
		if (!s->self)
			diag_error(d, t->range, "Invalid \"self\" reference",
				   "The \"self\" object is not available in this context. This "
				   "object can be used only in resource provisioner, connection, "
				   "and postcondition blocks.");
		return s->self;
	}
	return resource_value(s, t, ret_used);
}

static const struct value *lookup(void *context, const struct traversal *t, size_t *ret_used,
				  struct diags *d)
{
	const struct walk_scope *s = context;
	const struct value *v = look_up(context, t, ret_used, d);

	return v && s->walk->forgets_mocked ? walk_without_mocked(s->walk->arena, v) : v;
}

const struct scope *walk_scope(struct walk *w, struct module_instance *m, enum repeat repeat,
			       struct walk_key key, const struct value *self)
{
	struct walk_scope *s = arena_alloc(w->arena, sizeof(*s));
	struct scope *scope = arena_alloc(w->arena, sizeof(*scope));

	*s = (struct walk_scope){
		.walk = w, .module = m, .repeat = repeat, .key = key, .self = self};
	*scope = (struct scope){.lookup = lookup, .context = s};
	return scope;
}
