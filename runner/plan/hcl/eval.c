#include "runner/plan/hcl/eval.h"

#include <string.h>

#include "runner/plan/hcl/convert.h"
#include "runner/plan/hcl/evalparts.h"
#include "runner/plan/hcl/operate.h"
#include "runner/plan/hcl/quote.h"

/* Each is compared with all others. */
#define JSON_MEMBERS_MAX 10000

/* --- references ---------------------------------------------------------------------------------
 */

static const struct value *local(const struct scope *s, const char *name)
{
	for (size_t i = 0; i < s->count; i++)
		if (strcmp(s->names[i], name) == 0)
			return s->values[i];
	return NULL;
}

static const struct value *lookup(struct eval *ev, const struct scope *scope,
				  const struct traversal *t, size_t *ret_used)
{
	*ret_used = 0;
	for (const struct scope *s = scope; s; s = s->parent) {
		const struct value *v = local(s, t->root);

		if (v)
			return v;
		if (s->lookup)
			return s->lookup(s->context, t, ret_used, ev->diags);
	}
	if (scope)
		diag_error(ev->diags, t->root_range, "Unknown variable",
			   "There is no variable named \"%s\".", t->root);
	else
		diag_error(ev->diags, t->root_range, "Variables not allowed",
			   "Variables may not be used here.");
	return NULL;
}

static const struct value *traversal(struct eval *ev, const struct scope *scope,
				     const struct traversal *t)
{
	size_t used;
	const struct value *v = lookup(ev, scope, t, &used);

	if (!v)
		return &value_dynamic;
	return used < t->count ? eval_steps(ev, v, &t->steps[used], t->count - used) : v;
}

/* --- templates ----------------------------------------------------------------------------------
 */

struct text {
	struct buf buf;
	unsigned marks;
	bool known;
};

static void text_release(struct text *t)
{
	buf_release(&t->buf);
}

static void add_part(struct eval *ev, const struct expr *part, const struct value *v,
		     struct text *t, size_t failures)
{
	struct err e = ERR_INIT;
	const struct value *s;

	if (v->state == VALUE_NULL) {
		diag_error(ev->diags, part->range, "Invalid template interpolation value",
			   "The expression result is null. Cannot include a null value in a string "
			   "template.");
		return;
	}
	t->marks |= v->marks;
	if (v->state == VALUE_UNKNOWN) {
		t->known = false;
		return;
	}
	if (convert_value(ev->arena, value_unmark(ev->arena, v), &type_string, &s, &e) < 0) {
		diag_error(ev->diags, part->range, "Invalid template interpolation value",
			   "Cannot include the given value in a string template: %s.", e.text);
		return;
	}
	t->marks |= s->marks_within;
	if (t->known && ev->diags->failures == failures)
		buf_add(&t->buf, s->text, s->count);
}

static const struct value *template(struct eval *ev, const struct scope *scope,
				    const struct expr *e)
{
	FP_CLEANUP(text_release) struct text t = {BUF_INIT(EVAL_TEXT_MAX), 0, true};
	size_t failures = ev->diags->failures;
	const struct value *v;

	for (size_t i = 0; i < e->list.count; i++)
		add_part(ev, e->list.parts[i], eval_expr(ev, scope, e->list.parts[i]), &t,
			 failures);
	if (t.buf.overflow) {
		diag_add(ev->diags, DIAG_LIMIT, e->range, "Text too large",
			 "No more than %zu bytes are accepted.", EVAL_TEXT_MAX);
		return &value_dynamic;
	}
	if (t.known)
		v = value_string_n(ev->arena, buf_text(&t.buf), t.buf.size);
	else
		v = evalparts_unknown_text(ev->arena,
					   ev->diags->failures == failures ? &t.buf : NULL);
	return value_mark(ev->arena, v, t.marks);
}

static const struct value *template_join(struct eval *ev, const struct scope *scope,
					 const struct expr *e)
{
	FP_CLEANUP(buf_release) struct buf out = BUF_INIT(EVAL_TEXT_MAX);
	const struct value *list = eval_expr(ev, scope, e->inner);
	unsigned marks = list->marks;

	if (list->state != VALUE_KNOWN || list->type->kind != TYPE_TUPLE)
		return value_mark(ev->arena, value_unknown(ev->arena, &type_string), marks);
	for (size_t i = 0; i < list->count; i++) {
		const struct value *v = list->items[i];

		if (v->state == VALUE_UNKNOWN)
			return value_mark(ev->arena, value_unknown(ev->arena, &type_string),
					  list->marks);
		marks |= v->marks;
		if (v->state == VALUE_KNOWN && v->type->kind == TYPE_STRING)
			buf_add(&out, v->text, v->count);
	}
	if (out.overflow) {
		diag_add(ev->diags, DIAG_LIMIT, e->range, "Text too large",
			 "No more than %zu bytes are accepted.", EVAL_TEXT_MAX);
		return &value_dynamic;
	}
	return value_mark(ev->arena, value_string_n(ev->arena, buf_text(&out), out.size), marks);
}

/* --- operators ----------------------------------------------------------------------------------
 */

static const struct value *operand(struct eval *ev, const struct scope *scope, const struct expr *e,
				   enum operator op, const char *which)
{
	const struct type *t = operate_operand_type(op);
	const struct value *v = eval_expr(ev, scope, e), *converted;
	struct err err = ERR_INIT;

	if (!t)
		return v;
	if (convert_value(ev->arena, v, t, &converted, &err) < 0) {
		diag_error(ev->diags, e->range, "Invalid operand",
			   "Unsuitable value for %s operand: %s.", which, err.text);
		return value_unknown(ev->arena, t);
	}
	if (converted->state == VALUE_NULL) {
		diag_error(ev->diags, e->range, "Operation failed",
			   "Error during operation: argument must not be null.");
		return value_unknown(ev->arena, t);
	}
	return converted;
}

static const struct value *operation(struct eval *ev, const struct scope *scope,
				     const struct expr *e)
{
	enum operator op = e->operation.op;
	size_t failures = ev->diags->failures;
	const struct value *left, *right = NULL, *result;
	const char *fault = NULL;

	left = operand(ev, scope, e->operation.left, op, e->operation.right ? "left" : "unary");
	if (e->operation.right)
		right = operand(ev, scope, e->operation.right, op, "right");
	if (ev->diags->failures > failures)
		return value_unknown(ev->arena, operate_result_type(op));
	result = operate(ev->arena, op, left, right, &fault);
	if (result)
		return result;
	if (fault)
		diag_error(ev->diags, e->range, "Operation failed", "Error during operation: %s.",
			   fault);
	else
		diag_unsupported(ev->diags, e->range, "Infinite number",
				 "A result that is infinite or has too large an exponent is not "
				 "supported.");
	return value_unknown(ev->arena, operate_result_type(op));
}

/* --- constructors -------------------------------------------------------------------------------
 */

static const struct value *tuple(struct eval *ev, const struct scope *scope, const struct expr *e)
{
	const struct value **items = arena_array(ev->arena, e->list.count, sizeof(*items));

	for (size_t i = 0; i < e->list.count; i++)
		items[i] = eval_expr(ev, scope, e->list.parts[i]);
	return value_tuple(ev->arena, items, e->list.count);
}

static const struct value *object_key(struct eval *ev, const struct scope *scope,
				      const struct expr_item *item)
{
	if (item->key_is_name)
		return value_string(ev->arena, syntax_as_keyword(item->key));
	if (item->key->kind == EXPR_TRAVERSAL && item->key->traversal.count > 0) {
		diag_error(
			ev->diags, item->key->range, "Ambiguous attribute key",
			"If this expression is intended to be a reference, wrap it in parentheses. "
			"If it's instead intended as a literal name containing periods, wrap it in "
			"quotes to create a string literal.");
		return NULL;
	}
	return eval_expr(ev, scope, item->key);
}

/* The key as a string; NULL: unknown, or there was an error. */
static const char *key_text(struct eval *ev, const struct scope *scope,
			    const struct expr_item *item, unsigned *marks)
{
	size_t failures = ev->diags->failures;
	const struct value *key = object_key(ev, scope, item), *text;
	struct err e = ERR_INIT;

	if (!key || ev->diags->failures > failures)
		return NULL;
	if (key->state == VALUE_NULL) {
		diag_error(ev->diags, item->value->range, "Null value as key",
			   "Can't use a null value as a key.");
		return NULL;
	}
	*marks |= key->marks;
	if (convert_value(ev->arena, value_unmark(ev->arena, key), &type_string, &text, &e) < 0) {
		diag_error(ev->diags, item->key->range, "Incorrect key type",
			   "Can't use this value as a key: %s.", e.text);
		return NULL;
	}
	return text->state == VALUE_KNOWN ? text->text : NULL;
}

static bool defined_before(struct eval *ev, const struct expr *e, const char **keys, size_t count)
{
	/* JSON refuses what the native syntax lets the last one win. */
	if (!e->json)
		return false;
	for (size_t i = 0; i + 1 < count; i++) {
		if (strcmp(keys[i], keys[count - 1]) != 0)
			continue;
		diag_error(ev->diags, e->object.items[count - 1].key->range,
			   "Duplicate object attribute",
			   "An attribute named \"%s\" was already defined.", keys[i]);
		return true;
	}
	return false;
}

static const struct value *object(struct eval *ev, const struct scope *scope, const struct expr *e)
{
	const char **keys = arena_array(ev->arena, e->object.count, sizeof(*keys));
	const struct value **items = arena_array(ev->arena, e->object.count, sizeof(*items));
	unsigned marks = 0;
	size_t count = 0;
	bool known = true;

	if (e->json && e->object.count > JSON_MEMBERS_MAX) {
		diag_add(ev->diags, DIAG_LIMIT, e->range, "Object too large",
			 "More than %d members of an object in JSON are not accepted.",
			 JSON_MEMBERS_MAX);
		return &value_dynamic;
	}
	for (size_t i = 0; i < e->object.count; i++) {
		const struct expr_item *item = &e->object.items[i];

		keys[count] = key_text(ev, scope, item, &marks);
		items[count] = eval_expr(ev, scope, item->value);
		if (!keys[count])
			known = false;
		else if (!defined_before(ev, e, keys, ++count))
			continue;
		else
			count--;
	}
	if (!known)
		return &value_dynamic;
	return value_mark(ev->arena, value_object(ev->arena, keys, items, count), marks);
}

/* --- the rest -----------------------------------------------------------------------------------
 */

static const struct value *invalid(struct eval *ev, const struct expr *e)
{
	for (size_t i = 0; i < e->invalid.count; i++)
		diag_append(ev->diags, &e->invalid.errors[i]);
	return &value_dynamic;
}

static const struct value *splat_item(const struct scope *scope, const struct expr *e)
{
	for (const struct scope *s = scope; s; s = s->parent)
		if (s->splat == e)
			return s->splat_value;
	return &value_dynamic;
}

static const struct value *by_kind(struct eval *ev, const struct scope *scope, const struct expr *e)
{
	switch (e->kind) {
	case EXPR_LITERAL:
		return e->literal;
	case EXPR_TEMPLATE:
		return template(ev, scope, e);
	case EXPR_TEMPLATE_WRAP:
	case EXPR_PARENTHESES:
		return eval_expr(ev, scope, e->inner);
	case EXPR_TEMPLATE_JOIN:
		return template_join(ev, scope, e);
	case EXPR_TRAVERSAL:
		return traversal(ev, scope, &e->traversal);
	case EXPR_RELATIVE:
		return eval_steps(ev, eval_expr(ev, scope, e->relative.source),
				  e->relative.steps.steps, e->relative.steps.count);
	case EXPR_INDEX: {
		const struct value *collection = eval_expr(ev, scope, e->index.collection);

		return eval_index(ev, collection, eval_expr(ev, scope, e->index.key),
				  e->index.bracket);
	}
	case EXPR_SPLAT:
		return evalparts_splat(ev, scope, e);
	case EXPR_SPLAT_ITEM:
		return splat_item(scope, e);
	case EXPR_CALL:
		return evalparts_call(ev, scope, e);
	case EXPR_CONDITIONAL:
		return evalparts_conditional(ev, scope, e);
	case EXPR_BINARY:
	case EXPR_UNARY:
		return operation(ev, scope, e);
	case EXPR_TUPLE:
		return tuple(ev, scope, e);
	case EXPR_OBJECT:
		return object(ev, scope, e);
	case EXPR_FOR:
		return evalparts_for(ev, scope, e);
	case EXPR_INVALID:
		return invalid(ev, e);
	}
	return &value_dynamic;
}

const struct value *eval_expr(struct eval *ev, const struct scope *scope, const struct expr *e)
{
	const struct value *v;

	if (ev->depth >= EVAL_DEPTH_MAX || ev->steps >= EVAL_STEPS_MAX) {
		bool told = ev->steps > EVAL_STEPS_MAX;

		if (!told)
			diag_add(ev->diags, DIAG_LIMIT, e->range,
				 ev->depth >= EVAL_DEPTH_MAX ? "Nested too deeply"
							     : "Too much to evaluate",
				 "Evaluation is limited to a depth of %d and %u steps.",
				 EVAL_DEPTH_MAX, EVAL_STEPS_MAX);
		if (ev->steps >= EVAL_STEPS_MAX)
			ev->steps = EVAL_STEPS_MAX + 1;
		return &value_dynamic;
	}
	ev->depth++;
	ev->steps++;
	v = e->json_string && ev->env && ev->env->literal_json
		    ? value_string_n(ev->arena, e->json_string->text, e->json_string->size)
		    : by_kind(ev, scope, e);
	ev->depth--;
	if (v->weight <= EVAL_WEIGHT_MAX && v->depth <= EVAL_VALUE_DEPTH_MAX)
		return v;
	diag_add(ev->diags, DIAG_LIMIT, e->range, "Value too large",
		 "A value may hold no more than %u others, and %d within each other.",
		 EVAL_WEIGHT_MAX, EVAL_VALUE_DEPTH_MAX);
	return &value_dynamic;
}

const struct value *eval_expr_as(struct eval *ev, const struct scope *scope, const struct expr *e,
				 const struct type *t, const char *summary)
{
	const struct value *v = eval_expr(ev, scope, e), *converted;
	struct err err = ERR_INIT;

	if (convert_value(ev->arena, v, t, &converted, &err) == 0)
		return converted;
	diag_error(ev->diags, e->range, summary ? summary : "Incorrect attribute value type",
		   "Inappropriate value: %s.", err.text);
	return value_unknown(ev->arena, t);
}
