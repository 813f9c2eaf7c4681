#include <string.h>

#include "runner/plan/hcl/convert.h"
#include "runner/plan/hcl/func.h"

/* --- try and can
 * ---------------------------------------------------------------------------------- */

/* Evaluates one expression; its diagnostics stay in *told. */
static const struct value *attempt(struct call *c, size_t i, struct diags *told)
{
	struct diags *outer = c->eval->diags;
	const struct value *v;

	*told = (struct diags)DIAGS_INIT(c->arena);
	c->eval->diags = told;
	v = c->args && c->args[i] ? c->args[i] : eval_expr(c->eval, c->scope, c->exprs[i]);
	c->eval->diags = outer;
	return v;
}

/* What is not supported might have worked: then nothing can be said. */
static bool undecided(struct call *c, const struct diags *told)
{
	bool any = false;

	for (size_t i = 0; i < told->count; i++) {
		if (told->list[i].severity != DIAG_UNSUPPORTED &&
		    told->list[i].severity != DIAG_LIMIT)
			continue;
		diag_append(c->eval->diags, &told->list[i]);
		any = true;
	}
	return any;
}

static const struct value *run_try(struct call *c)
{
	const char *reasons = "";
	struct diags told;

	if (c->count == 0)
		return call_fail(c, "at least one argument is required");
	for (size_t i = 0; i < c->count; i++) {
		const struct value *v = attempt(c, i, &told);

		if (undecided(c, &told))
			return &value_dynamic;
		if (told.failures == 0)
			return v->unknown_within ? &value_dynamic : v;
		if (told.count > 0)
			reasons = arena_printf(c->arena, "%s %s: %s", reasons, told.list[0].summary,
					       told.list[0].detail);
	}
	return call_fail(c, "no expression succeeded:%s", reasons);
}

static const struct value *run_can(struct call *c)
{
	struct diags told;
	const struct value *v = attempt(c, 0, &told);

	if (undecided(c, &told))
		return &value_dynamic;
	if (told.failures > 0)
		return &value_false;
	return v->unknown_within ? value_unknown(c->arena, &type_bool) : &value_true;
}

/* --- conversions
 * ---------------------------------------------------------------------------------- */

static const struct type any_list = {
	.kind = TYPE_LIST, .element = &type_dynamic, .has_dynamic = true};
static const struct type any_set = {
	.kind = TYPE_SET, .element = &type_dynamic, .has_dynamic = true};
static const struct type any_map = {
	.kind = TYPE_MAP, .element = &type_dynamic, .has_dynamic = true};

static const char *constraint_name(struct arena *a, const struct type *t)
{
	if (t->element)
		return t->kind == TYPE_LIST  ? "list of any single type"
		       : t->kind == TYPE_SET ? "set of any single type"
					     : "map of any single type";
	return type_name(a, t);
}

static const struct value *to_type(struct call *c, const struct type *t)
{
	const struct value *v = c->args[0], *plain = value_unmark(c->arena, v), *converted;
	struct err e = ERR_INIT;

	if (!type_equal(v->type, t) && !convert_possible(c->arena, v->type, t, true))
		return call_fail_arg(c, 0, "cannot convert %s to %s", type_name(c->arena, v->type),
				     constraint_name(c->arena, t));
	if (v->state == VALUE_UNKNOWN)
		return value_mark(c->arena, value_unknown(c->arena, t), v->marks);
	if (convert_value(c->arena, plain, t, &converted, &e) < 0) {
		if (v->type->kind == TYPE_STRING && t->kind == TYPE_BOOL && !value_is_hidden(v))
			return call_fail_arg(c, 0,
					     "cannot convert \"%s\" to bool; only the strings "
					     "\"true\" or \"false\" are allowed",
					     v->text);
		if (v->type->kind == TYPE_STRING && t->kind == TYPE_NUMBER && !value_is_hidden(v))
			return call_fail_arg(
				c, 0,
				"cannot convert \"%s\" to number; given string must be "
				"a decimal representation of a number",
				v->text);
		return call_fail_arg(c, 0, "cannot convert %s to %s: %s",
				     type_name(c->arena, v->type), constraint_name(c->arena, t),
				     e.text);
	}
	return value_mark(c->arena, converted, v->marks);
}

static const struct value *run_tobool(struct call *c)
{
	return to_type(c, &type_bool);
}

static const struct value *run_tonumber(struct call *c)
{
	return to_type(c, &type_number);
}

static const struct value *run_tostring(struct call *c)
{
	return to_type(c, &type_string);
}

static const struct value *run_tolist(struct call *c)
{
	return to_type(c, &any_list);
}

static const struct value *run_toset(struct call *c)
{
	return to_type(c, &any_set);
}

static const struct value *run_tomap(struct call *c)
{
	return to_type(c, &any_map);
}

/* --- marks
 * ---------------------------------------------------------------------------------------- */

static const struct value *run_sensitive(struct call *c)
{
	return value_mark(c->arena, c->args[0], VALUE_SENSITIVE);
}

static const struct value *run_nonsensitive(struct call *c)
{
	const struct value *v = c->args[0];

	return value_mark(c->arena, value_unmark(c->arena, v), v->marks & ~VALUE_SENSITIVE);
}

static const struct value *run_issensitive(struct call *c)
{
	const struct value *v = c->args[0];

	if (v->marks & VALUE_SENSITIVE)
		return &value_true;
	return v->state == VALUE_UNKNOWN ? value_unknown(c->arena, &type_bool) : &value_false;
}

static const struct value *ephemeral_to_null(void *context, struct arena *a, const struct value *v)
{
	(void)context;
	if (!(v->marks & VALUE_EPHEMERAL))
		return v;
	return value_mark(a, value_null(a, v->type), v->marks & ~VALUE_EPHEMERAL);
}

static const struct value *run_ephemeralasnull(struct call *c)
{
	return value_rewrite(c->arena, c->args[0], ephemeral_to_null, NULL);
}

#define ANY_PARAM(name)                        \
	{                                      \
		name, &type_dynamic, PARAM_ALL \
	}
#define CONVERSION(function_name, result, runner)                                                 \
	{                                                                                         \
		.name = function_name, .params = {ANY_PARAM("v")}, .count = 1, .returns = result, \
		.may_be_null = true, .run = runner                                                \
	}

const struct function func_type[] = {
	{.name = "can",
	 .params = {ANY_PARAM("expression")},
	 .count = 1,
	 .returns = &type_bool,
	 .run = run_can,
	 .lazy = true},
	{.name = "ephemeralasnull",
	 .params = {ANY_PARAM("value")},
	 .count = 1,
	 .run = run_ephemeralasnull},
	{.name = "issensitive",
	 .params = {ANY_PARAM("value")},
	 .count = 1,
	 .returns = &type_bool,
	 .run = run_issensitive},
	{.name = "nonsensitive",
	 .params = {ANY_PARAM("value")},
	 .count = 1,
	 .run = run_nonsensitive},
	{.name = "sensitive", .params = {ANY_PARAM("value")}, .count = 1, .run = run_sensitive},
	CONVERSION("tobool", &type_bool, run_tobool),
	CONVERSION("tolist", &any_list, run_tolist),
	CONVERSION("tomap", &any_map, run_tomap),
	CONVERSION("tonumber", &type_number, run_tonumber),
	CONVERSION("toset", &any_set, run_toset),
	CONVERSION("tostring", &type_string, run_tostring),
	{.name = "try",
	 .variadic = true,
	 .rest = ANY_PARAM("expressions"),
	 .run = run_try,
	 .lazy = true},
	{.name = NULL},
};
