#include "runner/plan/walk.h"

#include <string.h>

#include "runner/plan/body.h"
#include "runner/plan/hcl/convert.h"
#include "runner/plan/infer.h"
#include "runner/plan/vars.h"

static const struct walk_key no_key = {NULL, NULL, false};

/* --- types -------------------------------------------------------------------------------------
 */

static const struct pack *pack_of(const struct walk *w, const char *provider)
{
	for (size_t i = 0; i < w->pack_count; i++)
		if (strcmp(w->packs[i].provider, provider) == 0)
			return &w->packs[i];
	return NULL;
}

/* Bindings for other languages have no ephemeral resources, so packs made of them have none. */
static bool lacks_kind(const struct walk *w, const struct pack *p, enum pack_kind kind)
{
	const char *name;

	for (size_t i = 0; i < p->entry_count; i++)
		if (pack_entry(p, i, w->arena, &name) == kind)
			return false;
	return kind == PACK_EPHEMERAL;
}

static const struct restype *load_type(struct walk *w, const char *provider, enum pack_kind kind,
				       const char *name, struct range where, bool *ret_from_pack)
{
	bool facts = w->request->facts == REQUEST_FACTS_RECORDED;
	const struct pack *p = pack_of(w, provider);
	const struct restype *t = NULL;
	struct pack_document document;
	struct err e = ERR_INIT;
	int found;

	*ret_from_pack = p != NULL;
	if (strcmp(provider, "terraform.io/builtin/terraform") == 0) {
		*ret_from_pack = true;
		t = restype_builtin(w->arena, kind, name);
	} else if (!p) {
		return infer_type(w, provider, kind, name);
	} else {
		found = pack_find(p, kind, name, &document, &e);
		if (found == 0 && lacks_kind(w, p, kind)) {
			*ret_from_pack = false;
			return infer_type(w, provider, kind, name);
		}
		if (found < 0 ||
		    (found && restype_decode(w->arena, kind, name, &document, facts, &t, &e) < 0)) {
			diag_error(w->diags, where, "Damaged provider pack", "%s", e.text);
			return NULL;
		}
	}
	if (!t && kind != PACK_PROVIDER)
		diag_error(w->diags, where,
			   kind == PACK_DATA ? "Invalid data source" : "Invalid resource type",
			   "The provider %s does not support %s \"%s\".", provider,
			   kind == PACK_DATA ? "data source" : "resource type", name);
	return t;
}

const struct restype *walk_type(struct walk *w, const char *provider, enum pack_kind kind,
				const char *name, struct range where)
{
	struct type_use use = {.provider = provider, .kind = kind, .name = name};

	for (size_t i = 0; i < w->types.count; i++) {
		const struct type_use *known = &w->types.list[i];

		if (known->kind == kind && strcmp(known->name, name) == 0 &&
		    strcmp(known->provider, provider) == 0)
			return known->type;
	}
	use.type = load_type(w, provider, kind, name, where, &use.from_pack);
	w->types.list = arena_grow(w->arena, w->types.list, w->types.count, &w->types.capacity,
				   sizeof(*w->types.list));
	w->types.list[w->types.count++] = use;
	return use.type;
}

/* --- rules: validation, precondition, postcondition, assert ------------------------------------
 */

static const char *rule_message(struct walk *w, const struct scope *scope,
				const struct config_rule *rule)
{
	const struct value *v;

	if (!rule->message)
		return "";
	v = eval_expr_as(&w->eval, scope, rule->message, &type_string, "Invalid error message");
	if (v->state != VALUE_KNOWN || v->type != &type_string)
		return "The error message could not be determined.";
	if (value_marks_deep(v) & VALUE_SENSITIVE)
		return "The error message included a sensitive value, so it will not be displayed.";
	return v->text;
}

static void check_rule(struct walk *w, const struct scope *scope, const struct config_rule *rule,
		       const char *summary, enum diag_severity severity)
{
	const struct value *v;

	if (!rule->condition)
		return;
	v = eval_expr_as(&w->eval, scope, rule->condition, &type_bool, "Invalid condition result");
	if (v->type != &type_bool || v->state == VALUE_UNKNOWN)
		return;
	if (v->state == VALUE_NULL)
		diag_error(w->diags, rule->condition->range, "Invalid condition result",
			   "Condition expression must return either true or false, not null.");
	else if (!v->boolean)
		diag_add(w->diags, severity, rule->condition->range, summary, "%s",
			 rule_message(w, scope, rule));
}

void walk_rules(struct walk *w, const struct scope *scope, const struct config_rules *rules,
		const char *summary)
{
	for (size_t i = 0; i < rules->count; i++)
		check_rule(w, scope, &rules->list[i], summary, DIAG_ERROR);
}

/* --- module calls -------------------------------------------------------------------------------
 */

static struct module_instance *new_module(struct walk *w, struct config_module *cfg,
					  struct module_instance *parent, struct walk_key key,
					  bool mocked)
{
	struct module_instance *m = arena_alloc(w->arena, sizeof(*m));
	struct module_instances *all = &w->modules[cfg->number];

	*m = (struct module_instance){
		.cfg = cfg, .parent = parent, .address = "", .key = key, .mocked = mocked};
	if (parent)
		m->address = arena_printf(w->arena, "%s%smodule.%s%s", parent->address,
					  *parent->address ? "." : "", cfg->call->name,
					  expand_key_text(w->arena, key.key));
	m->variables = arena_array(w->arena, cfg->variables.count + 1, sizeof(*m->variables));
	m->locals = arena_array(w->arena, cfg->locals.count + 1, sizeof(*m->locals));
	m->outputs = arena_array(w->arena, cfg->outputs.count + 1, sizeof(*m->outputs));
	m->resources = arena_array(w->arena, cfg->resources.count + 1, sizeof(*m->resources));
	m->calls = arena_array(w->arena, cfg->calls.count + 1, sizeof(*m->calls));
	m->providers = arena_array(w->arena, cfg->providers.count + 1, sizeof(*m->providers));
	all->list = arena_grow(w->arena, all->list, all->count, &all->capacity, sizeof(*all->list));
	all->list[all->count++] = m;
	return m;
}

/* The arguments of a call must be the variables of the child. */
static void check_args(struct walk *w, struct config_call *call)
{
	const struct config_module *child = call->child;
	struct schema_attr *attrs =
		arena_array(w->arena, child->variables.count + 1, sizeof(*attrs));
	struct body_schema schema = {attrs, child->variables.count, NULL, 0};
	struct content *content = arena_alloc(w->arena, sizeof(*content));

	for (size_t i = 0; i < child->variables.count; i++)
		attrs[i] = (struct schema_attr){child->variables.list[i].name,
						!child->variables.list[i].default_value};
	*content = syntax_content(w->arena, call->body, &schema, w->diags);
	call->args = content;
}

static void walk_call(struct walk *w, const struct node *n)
{
	struct config_call *call = &n->module->calls.list[n->index];
	const struct module_instances *parents = &w->modules[n->module->number];

	if (!call->child)
		return;
	if (!call->args)
		check_args(w, call);
	for (size_t i = 0; i < parents->count; i++) {
		struct module_instance *m = parents->list[i];
		struct call_instances *out = &m->calls[n->index];
		const struct walk_key *keys;
		size_t count;

		if (!expand_keys(w, m, call->count, call->for_each, &out->repeat, &keys, &count,
				 &out->mocked))
			continue;
		out->list = arena_array(w->arena, count + 1, sizeof(struct module_instance *));
		for (size_t k = 0; k < count; k++)
			out->list[out->count++] =
				new_module(w, call->child, m, keys[k], out->mocked || m->mocked);
	}
}

/* --- values
 * ---------------------------------------------------------------------------------------- */

static void walk_variable(struct walk *w, struct module_instance *m, size_t index)
{
	const struct config_variable *v = &m->cfg->variables.list[index];

	m->variables[index] = vars_value(w, m, v);
	walk_rules(w, walk_scope(w, m, REPEAT_NONE, no_key, NULL), &v->validations,
		   "Invalid value for variable");
}

static void walk_local(struct walk *w, struct module_instance *m, size_t index)
{
	m->locals[index] = eval_expr(&w->eval, walk_scope(w, m, REPEAT_NONE, no_key, NULL),
				     m->cfg->locals.list[index].expr);
}

static void check_output_marks(struct walk *w, const struct module_instance *m,
			       const struct config_output *o, const struct value *v)
{
	if (!m->parent && (value_marks_deep(v) & VALUE_SENSITIVE) && !o->sensitive)
		diag_error(w->diags, o->block->range, "Output refers to sensitive values",
			   "To reduce the risk of accidentally exporting sensitive data that was "
			   "intended to be only internal, Terraform requires that any root module "
			   "output containing sensitive data be explicitly marked as sensitive, to "
			   "confirm your intent.\n\nIf you do intend to export this data, annotate "
			   "the output value as sensitive by adding the following argument:\n    "
			   "sensitive = true");
	if ((value_marks_deep(v) & VALUE_EPHEMERAL) && !o->ephemeral)
		diag_error(w->diags, o->expr->range, "Ephemeral value not allowed",
			   "This output value is not declared as returning an ephemeral value, so "
			   "it cannot be set to a result derived from an ephemeral value.");
}

static void walk_output(struct walk *w, struct module_instance *m, size_t index)
{
	const struct config_output *o = &m->cfg->outputs.list[index];
	const struct scope *scope = walk_scope(w, m, REPEAT_NONE, no_key, NULL);
	const struct value *v;

	if (!o->expr) {
		m->outputs[index] = &value_dynamic;
		return;
	}
	walk_rules(w, scope, &o->preconditions, "Module output value precondition failed");
	v = eval_expr(&w->eval, scope, o->expr);
	check_output_marks(w, m, o, v);
	if (o->sensitive)
		v = value_mark(w->arena, v, VALUE_SENSITIVE);
	m->outputs[index] = v;
}

static void walk_check(struct walk *w, struct module_instance *m, size_t index)
{
	const struct config_check *check = &m->cfg->checks.list[index];
	const struct scope *scope = walk_scope(w, m, REPEAT_NONE, no_key, NULL);

	for (size_t i = 0; i < check->asserts.count; i++)
		check_rule(w, scope, &check->asserts.list[i], "Check block assertion failed",
			   DIAG_WARNING);
}

/* --- mocked values
 * -------------------------------------------------------------------------------- */

static const struct value *forget_mocked(void *context FP_UNUSED, struct arena *a,
					 const struct value *v)
{
	return v->marks & WALK_MOCKED ? value_unknown(a, v->type) : v;
}

static const struct value *drop_mark(void *context FP_UNUSED, struct arena *a,
				     const struct value *v)
{
	return v->marks & WALK_MOCKED ? value_mark(a, value_unmark(a, v), v->marks & ~WALK_MOCKED)
				      : v;
}

const struct value *walk_without_marks(struct arena *a, const struct value *v)
{
	return value_marks_deep(v) & WALK_MOCKED ? value_rewrite(a, v, drop_mark, NULL) : v;
}

const struct value *walk_without_mocked(struct arena *a, const struct value *v)
{
	return value_marks_deep(v) & WALK_MOCKED ? value_rewrite(a, v, forget_mocked, NULL) : v;
}

/* --- providers
 * ------------------------------------------------------------------------------------ */

const struct value *walk_default_tags(struct arena *a, const struct value *config)
{
	const struct value *blocks = value_get(config, "default_tags"), *tags;

	if (!blocks || !value_is_iterable(blocks) || blocks->count != 1)
		return NULL;
	tags = value_is_iterable(blocks->items[0]) ? value_get(blocks->items[0], "tags") : NULL;
	return tags ? value_unmark_deep(a, tags) : NULL;
}

static void walk_provider_config(struct walk *w, struct module_instance *m, size_t index)
{
	const struct config_provider *cfg = &m->cfg->providers.list[index];
	struct provider_instance *p = arena_alloc(w->arena, sizeof(*p));
	const struct restype *type;

	p->address = config_provider_address(w->arena, m->cfg, cfg->name);
	p->name = cfg->name;
	p->alias = cfg->alias;
	p->module = m->cfg->address;
	p->cfg = cfg;
	type = walk_type(w, p->address, PACK_PROVIDER, "", cfg->block->range);
	if (type && !type->inferred) {
		p->config = body_value(w, walk_scope(w, m, REPEAT_NONE, no_key, NULL), cfg->body,
				       type->block);
		p->default_tags =
			walk_default_tags(w->arena, value_unmark_deep(w->arena, p->config));
		p->mocked_tags = value_marks_deep(p->config) & WALK_MOCKED;
	}
	m->providers[index] = p;
}

/* A configuration that nobody wrote. */
static struct provider_instance *implicit_provider(struct walk *w, const char *address,
						   const char *name)
{
	struct provider_instance *p = arena_alloc(w->arena, sizeof(*p));

	p->address = address;
	p->name = name;
	p->module = "";
	return p;
}

static const char *name_in(struct walk *w, const struct config_module *m, const char *address,
			   const char *name)
{
	for (size_t i = 0; i < m->required_providers.count; i++)
		if (strcmp(m->required_providers.list[i].source, address) == 0)
			return m->required_providers.list[i].name;
	if (strcmp(config_provider_address(w->arena, m, name), address) == 0)
		return name;
	return strrchr(address, '/') + 1;
}

/* The configuration that the parent passes for one of the child's; false: none is. */
static bool passed(const struct config_call *call, const char **name, const char **alias)
{
	for (size_t i = 0; i < call->provider_count; i++) {
		const struct config_passed_provider *p = &call->providers[i];
		bool same = *alias && p->child.alias ? strcmp(*alias, p->child.alias) == 0
						     : !*alias && !p->child.alias;

		if (strcmp(p->child.name, *name) == 0 && same) {
			*name = p->parent.name;
			*alias = p->parent.alias;
			return true;
		}
	}
	return false;
}

struct provider_instance *walk_provider(struct walk *w, struct module_instance *m, const char *name,
					const char *alias)
{
	const char *address = config_provider_address(w->arena, m->cfg, name);

	for (;;) {
		ptrdiff_t i = graph_find(w, m->cfg, NODE_PROVIDER, name, alias, 0);

		if (i >= 0 && m->providers[i])
			return m->providers[i];
		if (!m->parent)
			return alias ? NULL : implicit_provider(w, address, name);
		if (!passed(m->cfg->call, &name, &alias)) {
			if (alias)
				return NULL;
			name = name_in(w, m->parent->cfg, address, name);
		}
		m = m->parent;
	}
}

/* --- the walk
 * ---------------------------------------------------------------------------------------- */

static void visit(struct walk *w, const struct node *n)
{
	static void (*const visitors[])(struct walk * w, struct module_instance * m,
					size_t index) = {
		[NODE_VARIABLE] = walk_variable,
		[NODE_LOCAL] = walk_local,
		[NODE_PROVIDER] = walk_provider_config,
		[NODE_OUTPUT] = walk_output,
		[NODE_CHECK] = walk_check,
	};
	const struct module_instances *instances = &w->modules[n->module->number];

	if (n->kind == NODE_CALL)
		walk_call(w, n);
	else if (n->kind == NODE_RESOURCE)
		resources_node(w, n);
	else
		for (size_t i = 0; i < instances->count; i++)
			visitors[n->kind](w, instances->list[i], n->index);
}

void walk_all(struct walk *w)
{
	w->modules = arena_array(w->arena, w->config.modules.count + 1, sizeof(*w->modules));
	w->instances.count = 0;
	w->instance_count = 0;
	(void)new_module(w, w->config.modules.list[0], NULL, no_key, false);
	for (size_t i = 0; i < w->graph.count; i++)
		visit(w, graph_node(w, w->graph.order[i]));
}
