#include "runner/plan/vars.h"

#include <string.h>

#include "runner/plan/hcl/convert.h"

struct vars {
	const char **keys;
	const struct value **items;
	size_t count, capacity, item_capacity;
};

static void set(struct walk *w, struct vars *vars, const char *name, const struct value *v)
{
	size_t i = 0;

	while (i < vars->count && strcmp(vars->keys[i], name) != 0)
		i++;
	if (i == vars->count) {
		vars->keys = arena_grow(w->arena, vars->keys, vars->count, &vars->capacity,
					sizeof(*vars->keys));
		vars->items = arena_grow(w->arena, vars->items, vars->count, &vars->item_capacity,
					 sizeof(*vars->items));
		vars->count++;
	}
	vars->keys[i] = name;
	vars->items[i] = v;
}

static void read_file(struct walk *w, struct vars *vars, const char *path, bool required)
{
	static const struct eval_env env = {
		.dir_fd = -1, .no_functions = true, .literal_json = true};
	struct eval ev = EVAL_INIT(w->arena, w->diags, &env);
	const struct range nowhere = {.source = NULL};
	const struct source *s = config_read(&w->config, path, required, nowhere);
	struct content content;

	if (!s)
		return;
	content = syntax_attributes(w->arena, syntax_parse(w->arena, s, w->diags), w->diags);
	for (size_t i = 0; i < content.attr_count; i++) {
		const struct attribute *attr = content.attrs[i];

		if (!config_variable(w->config.modules.list[0], attr->name))
			diag_add(w->diags, DIAG_WARNING, attr->name_range,
				 "Value for undeclared variable",
				 "The root module does not declare a variable named \"%s\" but a "
				 "value was found in file \"%s\".",
				 attr->name, path);
		set(w, vars, attr->name, eval_expr(&ev, NULL, attr->expr));
	}
}

static const char *in_root(struct walk *w, const char *name)
{
	return strcmp(w->config.root, ".") == 0
		       ? name
		       : arena_printf(w->arena, "%s/%s", w->config.root, name);
}

static bool is_auto(const char *name)
{
	static const char *const ends[] = {".auto.tfvars", ".auto.tfvars.json"};
	size_t size = strlen(name);

	for (size_t i = 0; i < FP_ARRAY_SIZE(ends); i++)
		if (size > strlen(ends[i]) && strcmp(name + size - strlen(ends[i]), ends[i]) == 0)
			return name[0] != '.';
	return false;
}

static int read_request(struct walk *w, struct vars *vars, struct err *e)
{
	struct jscan_text text = w->request->variables;
	struct jscan j = jscan_of(w->arena, text);
	const struct value *v;
	const char *name;

	if (!text.size)
		return 0;
	jscan_enter(&j, '{');
	while (jscan_key(&j, &name)) {
		struct jscan_text value = jscan_skip(&j);

		if (value_from_json_text(w->arena, &type_dynamic, value.data, value.size, &v, e) <
		    0)
			return err_wrap(e, "request: variables: \"%s\"", name);
		if (!config_variable(w->config.modules.list[0], name))
			diag_error(w->diags, (struct range){.source = NULL},
				   "Value for undeclared variable",
				   "A variable named \"%s\" was assigned by the case, but the root "
				   "module does not declare a variable of that name.",
				   name);
		set(w, vars, name, v);
	}
	return j.bad ? err_set(e, ERR_INPUT, "request: variables cannot be read") : 0;
}

int vars_load(struct walk *w, struct err *e)
{
	struct vars vars = {.keys = NULL};
	const char *const *names;
	size_t count;

	read_file(w, &vars, in_root(w, "terraform.tfvars"), false);
	read_file(w, &vars, in_root(w, "terraform.tfvars.json"), false);
	if (config_list_dir(&w->config, w->config.root, &names, &count))
		for (size_t i = 0; i < count; i++)
			if (is_auto(names[i]))
				read_file(w, &vars, in_root(w, names[i]), true);
	for (size_t i = 0; i < w->request->var_file_count; i++) {
		const char *path = config_join(w->arena, w->config.root, w->request->var_files[i]);

		if (!path)
			return err_set(e, ERR_INPUT,
				       "variable file \"%s\" lies outside of the workspace",
				       w->request->var_files[i]);
		read_file(w, &vars, path, true);
	}
	if (read_request(w, &vars, e) < 0)
		return -1;
	w->root_values = value_object(w->arena, vars.keys, vars.items, vars.count);
	return 0;
}

/* --- one variable
 * --------------------------------------------------------------------------------- */

static const struct value *given(struct walk *w, struct module_instance *m,
				 const struct config_variable *v, struct range *ret_where)
{
	const struct config_call *call = m->cfg->call;
	const struct attribute *attr;

	*ret_where = v->block->range;
	if (!call)
		return value_get(w->root_values, v->name);
	attr = call->args ? syntax_find(call->args, v->name) : NULL;
	if (!attr)
		return NULL;
	*ret_where = attr->expr->range;
	return eval_expr(&w->eval,
			 walk_scope(w, m->parent,
				    call->count	     ? REPEAT_COUNT
				    : call->for_each ? REPEAT_FOR_EACH
						     : REPEAT_NONE,
				    m->key, NULL),
			 attr->expr);
}

static const struct value *fallback(struct walk *w, const struct config_variable *v)
{
	return v->default_value ? v->default_value
				: value_unknown(w->arena, type_without_optional(w->arena, v->type));
}

static const struct value *converted(struct walk *w, const struct config_module *m,
				     const struct config_variable *v, const struct value *value,
				     struct range where)
{
	struct err e = ERR_INIT;

	if (v->defaults)
		value = typeexpr_apply_defaults(w->arena, v->defaults, value);
	if (convert_value(w->arena, value, v->type, &value, &e) < 0) {
		diag_error(
			w->diags, where,
			m->call ? "Invalid value for module argument"
				: "Invalid value for input variable",
			m->call ? "The given value is not suitable for child module variable "
				  "\"%s\" defined at %s: %s."
				: "The given value is not suitable for var.%s declared at %s: %s.",
			v->name, diag_range_text(w->arena, v->block->range), e.text);
		return value_unknown(w->arena, type_without_optional(w->arena, v->type));
	}
	return value;
}

const struct value *vars_value(struct walk *w, struct module_instance *m,
			       const struct config_variable *v)
{
	struct range where;
	const struct value *value = given(w, m, v, &where);

	if (!value && !v->default_value) {
		if (!m->cfg->call)
			diag_error(
				w->diags, v->block->range, "No value for required variable",
				"The root module input variable \"%s\" is not set, and has no "
				"default value. Use a -var or -var-file command line argument to "
				"provide a value for this variable.",
				v->name);
		value = fallback(w, v);
	} else if (!value) {
		value = v->default_value;
	} else {
		value = converted(w, m->cfg, v, value, where);
	}
	if (!v->nullable && value_is_null(value)) {
		if (!v->default_value)
			diag_error(w->diags, where, "Required variable not set",
				   "The given value is not suitable for var.%s defined at %s: "
				   "required variable may not be set to null.",
				   v->name, diag_range_text(w->arena, v->block->range));
		value = fallback(w, v);
	}
	if (!m->cfg->call && (value_marks_deep(value) & VALUE_EPHEMERAL) && !v->ephemeral)
		value = value_unmark_deep(w->arena, value);
	if (v->sensitive)
		value = value_mark(w->arena, value, VALUE_SENSITIVE);
	if (v->ephemeral)
		value = value_mark(w->arena, value, VALUE_EPHEMERAL);
	return value;
}
