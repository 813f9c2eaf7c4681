#include <string.h>

#include "runner/base/utf8.h"
#include "runner/plan/hcl/convert.h"
#include "runner/plan/hcl/func.h"
#include "runner/plan/hcl/quote.h"
#include "runner/plan/hcl/workdir.h"

static const struct value *missing_name(void *context, const struct traversal *t, size_t *ret_used,
					struct diags *d)
{
	struct call *c = context;

	*ret_used = 0;
	diag_error(d, t->root_range, "Invalid template",
		   "vars map does not contain key \"%s\", referenced at %s.", t->root,
		   diag_range_text(c->arena, t->root_range));
	return NULL;
}

/* The names that the template may use: keys of a map or an object. */
static bool names_of(struct call *c, const struct value *vars, struct scope *scope)
{
	const char **names;

	if (vars->type->kind != TYPE_MAP && vars->type->kind != TYPE_OBJECT) {
		call_fail_arg(c, 1, "invalid vars value: must be a map");
		return false;
	}
	names = arena_array(c->arena, vars->count, sizeof(*names));
	for (size_t i = 0; i < vars->count; i++) {
		names[i] = value_key(vars, i);
		if (!quote_is_identifier(names[i], strlen(names[i]))) {
			call_fail_arg(c, 1,
				      "invalid template variable name \"%s\": must start with a "
				      "letter, followed by zero or more letters, digits, and "
				      "underscores",
				      names[i]);
			return false;
		}
	}
	scope->names = names;
	scope->values = vars->items;
	scope->count = vars->count;
	scope->lookup = missing_name;
	scope->context = c;
	return true;
}

/* Everything that a template refers to must be there, used or not. */
static bool check_names(struct call *c, const struct expr *e, const struct scope *scope)
{
	struct references refs = REFERENCES_INIT(c->arena);

	eval_references(&refs, e);
	for (size_t i = 0; i < refs.count; i++) {
		bool known = false;

		for (size_t j = 0; j < scope->count && !known; j++)
			known = strcmp(scope->names[j], refs.list[i]->root) == 0;
		if (!known) {
			call_fail_arg(c, 1,
				      "vars map does not contain key \"%s\", referenced at %s",
				      refs.list[i]->root,
				      diag_range_text(c->arena, refs.list[i]->root_range));
			return false;
		}
	}
	return true;
}

/* Sets the fault from the first diagnostic of the template; passes on what is not supported. */
static const struct value *template_fault(struct call *c, const struct diags *told)
{
	for (size_t i = 0; i < told->count; i++) {
		const struct diag *d = &told->list[i];

		if (d->severity != DIAG_UNSUPPORTED && d->severity != DIAG_LIMIT)
			continue;
		diag_append(c->eval->diags, d);
		return &value_dynamic;
	}
	return call_fail(c, "%s: %s; %s", diag_range_text(c->arena, told->list[0].subject),
			 told->list[0].summary, told->list[0].detail);
}

static const struct value *render(struct call *c, const char *name, const char *text, size_t size,
				  const struct value *vars)
{
	struct diags told = DIAGS_INIT(c->arena), *outer = c->eval->diags;
	const struct source *source = diag_source(c->arena, name, text, size);
	const struct expr *e = syntax_parse_template(c->arena, source, &told);
	struct scope scope = {.parent = NULL};
	const struct value *v;

	if (c->eval->in_template)
		return call_fail(c,
				 "cannot recursively call %s from inside another template function",
				 c->name);
	if (told.failures > 0)
		return template_fault(c, &told);
	if (!names_of(c, vars, &scope) || !check_names(c, e, &scope))
		return NULL;
	c->eval->in_template = true;
	c->eval->diags = &told;
	v = eval_expr(c->eval, &scope, e);
	c->eval->diags = outer;
	c->eval->in_template = false;
	return told.failures > 0 ? template_fault(c, &told) : v;
}

static const struct value *run_templatefile(struct call *c)
{
	size_t limit = c->eval->env && c->eval->env->file_bytes_max ? c->eval->env->file_bytes_max
								    : SYNTAX_FILE_BYTES_MAX;
	FP_CLEANUP(buf_release) struct buf text = BUF_INIT(limit);
	const char *path = c->args[0]->text;

	if (!workdir_read(c, 0, path, &text))
		return NULL;
	if (!utf8_valid(buf_text(&text), text.size))
		return call_fail_arg(c, 0, "contents of \"%s\" are not valid UTF-8", path);
	if (memchr(buf_text(&text), '\0', text.size))
		return call_unsupported(c, "a NUL character in the template");
	return render(c, path, arena_strndup(c->arena, buf_text(&text), text.size), text.size,
		      c->args[1]);
}

static const struct value *run_templatestring(struct call *c)
{
	const struct value *v, *text;
	struct err e = ERR_INIT;

	if (c->exprs && c->exprs[0]->kind != EXPR_TRAVERSAL && c->exprs[0]->kind != EXPR_RELATIVE &&
	    c->exprs[0]->kind != EXPR_INDEX)
		return call_fail_arg(
			c, 0,
			"must be a direct reference to a single string from elsewhere, containing "
			"valid Terraform template syntax");
	v = render(c, "<templatestring argument>", c->args[0]->text, c->args[0]->count, c->args[1]);
	if (!v || v->state == VALUE_UNKNOWN)
		return v ? value_mark(
				   c->arena,
				   value_not_null(c->arena, value_unknown(c->arena, &type_string)),
				   v->marks)
			 : NULL;
	if (v->state == VALUE_NULL)
		return call_fail(c, "template result is null");
	if (convert_value(c->arena, v, &type_string, &text, &e) < 0)
		return call_fail(c, "invalid template result: %s", e.text);
	return text;
}

/* --- provider::terraform::… ------------------------------------------------------------------ */

struct writer {
	struct buf out;
	size_t indent;
};

static void writer_release(struct writer *w)
{
	buf_release(&w->out);
}

static void newline(struct writer *w)
{
	buf_addch(&w->out, '\n');
	for (size_t i = 0; i < w->indent; i++)
		buf_addstr(&w->out, "  ");
}

static void write_value(struct writer *w, const struct value *v);

static size_t key_width(const char *key)
{
	FP_CLEANUP(buf_release) struct buf out = BUF_INIT(FUNC_TEXT_MAX);

	if (quote_is_identifier(key, strlen(key)))
		return strlen(key);
	quote_hcl(&out, key, strlen(key));
	return out.size;
}

/* Whether a value takes more than one line. */
static bool is_long(const struct value *v)
{
	if (value_has_keys(v))
		return v->count > 0;
	for (size_t i = 0; value_is_iterable(v) && i < v->count; i++)
		if (is_long(v->items[i]))
			return true;
	return false;
}

/* Equals signs stand in one column, for items of one line each that follow each other. */
static size_t column(const struct value *v, size_t i)
{
	size_t first = i, widest = key_width(value_key(v, i));

	if (is_long(v->items[i]))
		return widest;
	while (first > 0 && !is_long(v->items[first - 1]))
		first--;
	for (size_t j = first; j < v->count && !is_long(v->items[j]); j++)
		widest = FP_MAX(widest, key_width(value_key(v, j)));
	return widest;
}

static void write_members(struct writer *w, const struct value *v)
{
	buf_addch(&w->out, '{');
	w->indent++;
	for (size_t i = 0; i < v->count; i++) {
		const char *key = value_key(v, i);
		size_t fill = column(v, i) - key_width(key);

		newline(w);
		if (quote_is_identifier(key, strlen(key)))
			buf_addstr(&w->out, key);
		else
			quote_hcl(&w->out, key, strlen(key));
		for (; fill > 0; fill--)
			buf_addch(&w->out, ' ');
		buf_addstr(&w->out, " = ");
		write_value(w, v->items[i]);
	}
	w->indent--;
	if (v->count > 0)
		newline(w);
	buf_addch(&w->out, '}');
}

static void write_value(struct writer *w, const struct value *v)
{
	if (v->state != VALUE_KNOWN) {
		buf_addstr(&w->out, "null");
		return;
	}
	switch (v->type->kind) {
	case TYPE_DYNAMIC:
		buf_addstr(&w->out, "null");
		return;
	case TYPE_BOOL:
		buf_addstr(&w->out, v->boolean ? "true" : "false");
		return;
	case TYPE_NUMBER:
		number_write(&w->out, v->number);
		return;
	case TYPE_STRING:
		quote_hcl(&w->out, v->text, v->count);
		return;
	case TYPE_LIST:
	case TYPE_SET:
	case TYPE_TUPLE:
		buf_addch(&w->out, '[');
		for (size_t i = 0; i < v->count; i++) {
			if (i > 0)
				buf_addstr(&w->out, ", ");
			write_value(w, v->items[i]);
		}
		buf_addch(&w->out, ']');
		return;
	case TYPE_MAP:
	case TYPE_OBJECT:
		write_members(w, v);
		return;
	}
}

static const struct value *written(struct call *c, struct writer *w)
{
	if (w->out.overflow)
		return call_limit(c, "the result is larger than %zu bytes", w->out.ceiling);
	return call_string(c, buf_text(&w->out), w->out.size);
}

static const struct value *run_encode_expr(struct call *c)
{
	FP_CLEANUP(writer_release) struct writer w = {BUF_INIT(FUNC_TEXT_MAX), 0};

	if (c->args[0]->unknown_within)
		return value_not_null(c->arena, value_unknown(c->arena, &type_string));
	write_value(&w, c->args[0]);
	return written(c, &w);
}

static const struct value *run_encode_tfvars(struct call *c)
{
	FP_CLEANUP(writer_release) struct writer w = {BUF_INIT(FUNC_TEXT_MAX), 0};
	const struct value *v = c->args[0];

	if (v->type->kind != TYPE_OBJECT && v->type->kind != TYPE_MAP)
		return call_fail_arg(c, 0,
				     "invalid value to encode: must be an object whose attribute "
				     "names will become the encoded variable names");
	if (v->unknown_within)
		return value_not_null(c->arena, value_unknown(c->arena, &type_string));
	for (size_t i = 0; i < v->count; i++) {
		const char *key = value_key(v, i);

		if (!quote_is_identifier(key, strlen(key)))
			return call_fail_arg(c, 0,
					     "invalid variable name \"%s\": must be a valid "
					     "identifier, per Terraform's rules for input variable "
					     "declarations",
					     key);
		buf_addf(&w.out, "%s", key);
		for (size_t fill = column(v, i) - key_width(key); fill > 0; fill--)
			buf_addch(&w.out, ' ');
		buf_addstr(&w.out, " = ");
		write_value(&w, v->items[i]);
		buf_addch(&w.out, '\n');
	}
	return written(c, &w);
}

static const struct value *run_decode_tfvars(struct call *c)
{
	struct diags told = DIAGS_INIT(c->arena), *outer = c->eval->diags;
	static const struct eval_env no_env = {.dir_fd = -1, .no_functions = true};
	const struct eval_env *env = c->eval->env;
	const struct source *s = diag_source(c->arena, "<decode_tfvars argument>", c->args[0]->text,
					     c->args[0]->count);
	const struct body *body = syntax_parse_native(c->arena, s, &told);
	struct content content = syntax_attributes(c->arena, body, &told);
	const char **keys = arena_array(c->arena, content.attr_count, sizeof(*keys));
	const struct value **items = arena_array(c->arena, content.attr_count, sizeof(*items));

	c->eval->diags = &told;
	c->eval->env = &no_env;
	for (size_t i = 0; i < content.attr_count; i++) {
		keys[i] = content.attrs[i]->name;
		items[i] = eval_expr(c->eval, NULL, content.attrs[i]->expr);
	}
	c->eval->diags = outer;
	c->eval->env = env;
	if (told.failures > 0) {
		if (told.list[0].severity == DIAG_UNSUPPORTED ||
		    told.list[0].severity == DIAG_LIMIT)
			return template_fault(c, &told);
		return call_fail_arg(c, 0, "invalid tfvars syntax: %s: %s", told.list[0].summary,
				     told.list[0].detail);
	}
	return value_object(c->arena, keys, items, content.attr_count);
}

const struct function func_template[] = {
	{.name = "provider::terraform::decode_tfvars",
	 .params = {{"src", &type_string, 0}},
	 .count = 1,
	 .run = run_decode_tfvars},
	{.name = "provider::terraform::encode_expr",
	 .params = {{"value", &type_dynamic, PARAM_DYNAMIC | PARAM_UNKNOWN}},
	 .count = 1,
	 .returns = &type_string,
	 .run = run_encode_expr},
	{.name = "provider::terraform::encode_tfvars",
	 .params = {{"value", &type_dynamic, 0}},
	 .count = 1,
	 .returns = &type_string,
	 .run = run_encode_tfvars},
	{.name = "templatefile",
	 .params = {{"path", &type_string, 0}, {"vars", &type_dynamic, 0}},
	 .count = 2,
	 .run = run_templatefile,
	 .may_be_null = true},
	{.name = "templatestring",
	 .params = {{"template", &type_string, 0}, {"vars", &type_dynamic, 0}},
	 .count = 2,
	 .returns = &type_string,
	 .run = run_templatestring},
	{.name = NULL},
};
