#include "runner/plan/hcl/func.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "runner/plan/hcl/convert.h"
#include "runner/plan/hcl/evalparts.h"
#include "runner/plan/hcl/quote.h"

static const struct function *const tables[] = {
	func_string,   func_number, func_collection, func_map,	    func_set,
	func_encoding, func_type,   func_format,     func_file,	    func_hash,
	func_net,      func_time,   func_regex,	     func_template, func_yaml,
};

#define FUNCTIONS_MAX 256

struct index {
	const struct function *rows[FUNCTIONS_MAX];
	const char *names[FUNCTIONS_MAX + 1];
	size_t count;
};

static int by_name(const void *x, const void *y)
{
	const struct function *const *a = x, *const *b = y;

	return strcmp((*a)->name, (*b)->name);
}

static const struct index *table_index(void)
{
	static struct index index;

	if (index.count > 0)
		return &index;
	for (size_t t = 0; t < FP_ARRAY_SIZE(tables); t++)
		for (const struct function *f = tables[t]; f->name; f++)
			index.rows[index.count++] = f;
	qsort(index.rows, index.count, sizeof(index.rows[0]), by_name);
	for (size_t i = 0; i < index.count; i++)
		index.names[i] = index.rows[i]->name;
	return &index;
}

const struct function *func_find(const char *name)
{
	const struct index *index = table_index();
	size_t low = 0, high = index->count;

	if (strncmp(name, "core::", 6) == 0)
		name += 6;
	while (low < high) {
		size_t middle = (low + high) / 2;
		int order = strcmp(index->rows[middle]->name, name);

		if (order == 0)
			return index->rows[middle];
		if (order < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return NULL;
}

const char *const *eval_function_names(void)
{
	return table_index()->names;
}

/* --- what implementations call ------------------------------------------------------------------
 */

FP_PRINTF(4, 0)
static void set_fault(struct call *c, int arg, enum diag_severity severity, const char *format,
		      va_list ap)
{
	char text[4096];

	(void)vsnprintf(text, sizeof(text), format, ap);
	c->fault = arena_strdup(c->arena, text);
	c->fault_arg = arg;
	c->severity = severity;
}

void *call_fail(struct call *c, const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	set_fault(c, -1, DIAG_ERROR, format, ap);
	va_end(ap);
	return NULL;
}

void *call_fail_arg(struct call *c, size_t arg, const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	set_fault(c, (int)arg, DIAG_ERROR, format, ap);
	va_end(ap);
	return NULL;
}

void *call_unsupported(struct call *c, const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	set_fault(c, -1, DIAG_UNSUPPORTED, format, ap);
	va_end(ap);
	return NULL;
}

void *call_limit(struct call *c, const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	set_fault(c, -1, DIAG_LIMIT, format, ap);
	va_end(ap);
	return NULL;
}

bool call_int(struct call *c, size_t i, int64_t *ret_int)
{
	if (number_to_int64(c->args[i]->number, ret_int))
		return true;
	if (number_is_int(c->args[i]->number))
		call_fail_arg(c, i,
			      "value must be a whole number, between %" PRId64 " and %" PRId64
			      " inclusive",
			      INT64_MIN, INT64_MAX);
	else
		call_fail_arg(c, i, "value must be a whole number");
	return false;
}

const struct value *call_string(struct call *c, const char *text, size_t size)
{
	const char *fault = value_text_fault(text, size);

	if (fault)
		return call_unsupported(c, "the result %s", fault);
	return value_string_n(c->arena, text, size);
}

/* --- calling ------------------------------------------------------------------------------------
 */

static const struct param *param_of(const struct function *f, size_t i)
{
	return i < f->count ? &f->params[i] : &f->rest;
}

/* The result when an argument that the function does not look at is unknown. */
static const struct value *unknown_result(struct call *c, const struct function *f)
{
	const struct type *t = f->returns ? f->returns : &type_dynamic;
	const struct value *v;

	if (!f->returns && f->type) {
		t = f->type(c);
		if (!t)
			return NULL;
	}
	v = value_unknown(c->arena, t);
	return f->may_be_null ? v : value_not_null(c->arena, v);
}

/* Null and unknown arguments; marks move from the arguments to *marks. */
static bool prepare(struct call *c, const struct function *f, unsigned *marks, bool *ret_unknown,
		    bool *ret_dynamic)
{
	for (size_t i = 0; i < c->count; i++) {
		const struct param *p = param_of(f, i);
		const struct value *v = c->args[i];

		if (v->state == VALUE_NULL && !(p->flags & PARAM_NULL)) {
			call_fail_arg(c, i, "argument must not be null");
			return false;
		}
		if (v->type->kind == TYPE_DYNAMIC && !(p->flags & PARAM_DYNAMIC))
			*ret_dynamic = true;
		if (!(p->flags & PARAM_MARKED) && v->marks_within) {
			*marks |= v->marks_within;
			c->args[i] = value_unmark_deep(c->arena, v);
		}
		if (v->state == VALUE_UNKNOWN && !(p->flags & PARAM_UNKNOWN))
			*ret_unknown = true;
	}
	return true;
}

const struct value *func_call(struct call *c, const struct function *f)
{
	bool unknown = false, dynamic = false;
	const struct value *v;
	unsigned marks = 0;

	if (!prepare(c, f, &marks, &unknown, &dynamic))
		return NULL;
	if (dynamic)
		v = &value_dynamic;
	else
		v = unknown ? unknown_result(c, f) : f->run(c);
	return v ? value_mark(c->arena, v, marks) : NULL;
}

/* Terraform points at what a text begins with, behind its quote. */
static struct range start_of(const struct expr *e)
{
	struct range r = e->range;

	while (e->kind == EXPR_TEMPLATE && e->list.count > 0)
		e = e->list.parts[0];
	if (e->range.source == r.source && e->range.start > r.start)
		r.start = e->range.start;
	return r;
}

static const struct value *tell_fault(struct call *c, const struct function *f)
{
	struct range where = c->where;
	const char *subject = "";

	if (c->fault_arg >= 0 && (size_t)c->fault_arg < c->count) {
		const struct param *p = param_of(f, (size_t)c->fault_arg);

		if (c->exprs && c->exprs[c->fault_arg])
			where = start_of(c->exprs[c->fault_arg]);
		subject = arena_printf(c->arena, "Invalid value for \"%s\" parameter: %s.", p->name,
				       c->fault);
	} else {
		subject = arena_printf(c->arena, "Call to function \"%s\" failed: %s.", c->name,
				       c->fault);
	}
	diag_add(c->eval->diags, c->severity, where,
		 c->severity == DIAG_UNSUPPORTED ? arena_printf(c->arena, "Function %s", c->name)
		 : c->fault_arg >= 0		 ? "Invalid function argument"
						 : "Error in function call",
		 "%s", subject);
	return &value_dynamic;
}

/* Arguments as the parameters want them; false after a diagnostic. */
static bool convert_args(struct call *c, const struct function *f)
{
	bool fine = true;

	for (size_t i = 0; i < c->count; i++) {
		const struct param *p = param_of(f, i);
		const struct value *v;
		struct err e = ERR_INIT;

		if (convert_value(c->arena, c->args[i], p->type, &v, &e) == 0) {
			c->args[i] = v;
			continue;
		}
		call_fail_arg(c, i, "%s", e.text);
		(void)tell_fault(c, f);
		fine = false;
	}
	return fine;
}

static bool count_fits(struct eval *ev, const struct function *f, const char *name, size_t count,
		       struct range where, struct range close)
{
	if (count < f->count) {
		diag_error(ev->diags, close, "Not enough function arguments",
			   "Function \"%s\" expects%s %zu argument(s). Missing value for \"%s\".",
			   name, f->variadic ? " at least" : "", f->count, f->params[count].name);
		return false;
	}
	if (!f->variadic && count > f->count) {
		diag_error(ev->diags, where, "Too many function arguments",
			   "Function \"%s\" expects only %zu argument(s).", name, f->count);
		return false;
	}
	return true;
}

const struct value *eval_call(struct eval *ev, const char *name, const struct value *const *args,
			      size_t count, struct range where)
{
	const struct function *f = func_find(name);
	struct call c = {.eval = ev,
			 .arena = ev->arena,
			 .name = name,
			 .args = arena_memdup(ev->arena, args, count * sizeof(*args)),
			 .count = count,
			 .where = where,
			 .fault_arg = -1};
	const struct value *v;

	if (!f || f->lazy) {
		diag_error(ev->diags, where, "Call to unknown function",
			   "There is no function named \"%s\".", name);
		return &value_dynamic;
	}
	if (!count_fits(ev, f, name, count, where, where) || !convert_args(&c, f))
		return &value_dynamic;
	v = func_call(&c, f);
	return v ? v : tell_fault(&c, f);
}

/* The elements of f(x...) after the other arguments; false: *ret_value is the result. */
static bool expand(struct eval *ev, const struct scope *scope, const struct expr *e, struct call *c,
		   const struct value **ret_value)
{
	const struct expr *last = e->call.args[e->call.count - 1], **exprs;
	size_t failures = ev->diags->failures, before = e->call.count - 1;
	const struct value *v = eval_expr(ev, scope, last);
	bool sequence = v->type->kind == TYPE_TUPLE || v->type->kind == TYPE_LIST ||
			v->type->kind == TYPE_SET;

	*ret_value = &value_dynamic;
	if (ev->diags->failures > failures)
		return false;
	if (v->state == VALUE_NULL || (!sequence && v->type->kind != TYPE_DYNAMIC)) {
		diag_error(ev->diags, last->range, "Invalid expanding argument value",
			   v->state == VALUE_NULL
				   ? "The expanding argument (indicated by ...) must not "
				     "be null."
				   : "The expanding argument (indicated by ...) must be of "
				     "a tuple, list, or set type.");
		return false;
	}
	if (v->state == VALUE_UNKNOWN) {
		*ret_value = value_mark(ev->arena, &value_dynamic, v->marks);
		return false;
	}
	c->count = before + v->count;
	c->args = arena_array(ev->arena, c->count, sizeof(*c->args));
	exprs = arena_array(ev->arena, c->count, sizeof(*exprs));
	for (size_t i = 0; i < v->count; i++) {
		c->args[before + i] = value_mark(ev->arena, v->items[i], v->marks);
		exprs[before + i] = last;
	}
	for (size_t i = 0; i < before; i++)
		exprs[i] = e->call.args[i];
	c->exprs = exprs;
	return true;
}

static const struct value *unknown_function(struct eval *ev, const struct expr *e)
{
	if (strncmp(e->call.name, "provider::", 10) == 0)
		diag_unsupported(ev->diags, e->call.name_range,
				 arena_printf(ev->arena, "Function %s", e->call.name),
				 "Functions of providers are not supported.");
	else
		diag_error(ev->diags, e->call.name_range, "Call to unknown function",
			   "There is no function named \"%s\".", e->call.name);
	return &value_dynamic;
}

const struct value *evalparts_call(struct eval *ev, const struct scope *scope, const struct expr *e)
{
	const struct function *f = func_find(e->call.name);
	struct call c = {.eval = ev,
			 .arena = ev->arena,
			 .name = e->call.name,
			 .count = e->call.count,
			 .exprs = e->call.args,
			 .scope = scope,
			 .where = e->range,
			 .fault_arg = -1};
	size_t failures = ev->diags->failures, written;
	const struct value *v;

	if (ev->env && ev->env->no_functions) {
		diag_error(ev->diags, e->range, "Function calls not allowed",
			   "Functions may not be called here.");
		return &value_dynamic;
	}
	if (!f)
		return unknown_function(ev, e);
	written = e->call.count;
	if (e->call.expand_last && written > 0) {
		if (!expand(ev, scope, e, &c, &v))
			return v;
		written--;
	}
	if (!count_fits(ev, f, e->call.name, c.count,
			c.count > f->count && c.exprs[f->count] ? c.exprs[f->count]->range
								: e->range,
			e->call.close))
		return &value_dynamic;
	if (f->lazy) {
		v = f->run(&c);
		return v ? v : tell_fault(&c, f);
	}
	if (!c.args)
		c.args = arena_array(ev->arena, c.count, sizeof(*c.args));
	for (size_t i = 0; i < written; i++)
		c.args[i] = eval_expr(ev, scope, e->call.args[i]);
	if (!convert_args(&c, f) || ev->diags->failures > failures)
		return &value_dynamic;
	v = func_call(&c, f);
	return v ? v : tell_fault(&c, f);
}
