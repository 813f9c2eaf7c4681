#include "runner/plan/hcl/evalparts.h"

#include <string.h>

#include "runner/base/utf8.h"
#include "runner/plan/hcl/convert.h"
#include "runner/plan/hcl/grapheme.h"
#include "runner/plan/hcl/quote.h"

/* Longer prefixes say no more that anybody asks for. */
#define PREFIX_MAX 128

/* Without the last cluster, which the next character could change. */
static size_t safe_prefix(const char *text, size_t size)
{
	size_t last = 0;

	for (size_t at = 0; at < size;) {
		last = at;
		at += grapheme_size(text + at, size - at);
	}
	return last;
}

const struct value *evalparts_unknown_text(struct arena *a, const struct buf *known)
{
	struct refinement *r = arena_alloc(a, sizeof(*r));
	size_t size = known ? FP_MIN(known->size, (size_t)PREFIX_MAX) : 0;

	r->not_null = true;
	r->length_max = SIZE_MAX;
	while (size > 0 && !utf8_valid(buf_text(known), size))
		size--;
	if (size > 0)
		size = safe_prefix(buf_text(known), size);
	if (size > 0)
		r->prefix = value_normalize(a, buf_text(known), size, &size);
	return value_unknown_refined(a, &type_string, r);
}

/* --- conditionals -------------------------------------------------------------------------------
 */

static const char *mismatch(struct arena *a, const struct type *yes, const struct type *no);

static const char *object_mismatch(struct arena *a, const struct type *yes, const struct type *no)
{
	for (uint32_t i = 0; i < yes->count; i++) {
		const char *name = yes->attrs[i].name;
		const struct type *other = type_attr_type(no, name);

		if (!other)
			return arena_printf(
				a,
				"The 'true' value includes object attribute %s, which is "
				"absent in the 'false' value",
				quote_go_text(a, name));
		if (!type_equal(yes->attrs[i].type, other))
			return arena_printf(a, "Type mismatch for object attribute %s: %s",
					    quote_go_text(a, name),
					    mismatch(a, yes->attrs[i].type, other));
	}
	for (uint32_t i = 0; i < no->count; i++)
		if (type_attr_index(yes, no->attrs[i].name) < 0)
			return arena_printf(
				a,
				"The 'false' value includes object attribute %s, which is "
				"absent in the 'true' value",
				quote_go_text(a, no->attrs[i].name));
	return NULL;
}

static const char *tuple_mismatch(struct arena *a, const struct type *yes, const struct type *no)
{
	if (yes->count != no->count)
		return arena_printf(
			a,
			"The 'true' tuple has length %u, but the 'false' tuple has length "
			"%u",
			yes->count, no->count);
	for (uint32_t i = 0; i < yes->count; i++)
		if (!type_equal(yes->elements[i], no->elements[i]))
			return arena_printf(a, "Type mismatch for tuple element %u: %s", i,
					    mismatch(a, yes->elements[i], no->elements[i]));
	return NULL;
}

static const char *mismatch(struct arena *a, const struct type *yes, const struct type *no)
{
	const char *text = NULL, *yes_name, *no_name;

	if (yes->kind == TYPE_OBJECT && no->kind == TYPE_OBJECT)
		text = object_mismatch(a, yes, no);
	else if (yes->kind == TYPE_TUPLE && no->kind == TYPE_TUPLE)
		text = tuple_mismatch(a, yes, no);
	else if (yes->kind == no->kind && yes->element && yes->element->kind == no->element->kind &&
		 (yes->element->kind == TYPE_OBJECT || yes->element->kind == TYPE_TUPLE))
		text = arena_printf(a, "Mismatched %s element types: %s",
				    yes->kind == TYPE_LIST  ? "list"
				    : yes->kind == TYPE_MAP ? "map"
							    : "set",
				    mismatch(a, yes->element, no->element));
	if (text)
		return text;
	yes_name = type_name(a, yes);
	no_name = type_name(a, no);
	if (strcmp(yes_name, no_name) == 0)
		return "At least one deeply-nested attribute or element is not compatible across "
		       "both "
		       "the 'true' and the 'false' value";
	return arena_printf(a, "The 'true' value is %s, but the 'false' value is %s", yes_name,
			    no_name);
}

static bool is_literal_null(const struct value *v)
{
	return v->state == VALUE_NULL && v->type->kind == TYPE_DYNAMIC && v->marks == 0;
}

/* NULL: the two do not go together. */
static const struct type *result_type(struct arena *a, const struct value *yes,
				      const struct value *no, bool *ret_converts)
{
	const struct type *both[2] = {yes->type, no->type};

	*ret_converts = true;
	if (is_literal_null(yes))
		return no->type;
	if (is_literal_null(no))
		return yes->type;
	*ret_converts = false;
	if (yes->type->kind == TYPE_DYNAMIC || no->type->kind == TYPE_DYNAMIC)
		return &type_dynamic;
	*ret_converts = true;
	return convert_unify(a, both, 2, true);
}

static const struct number *bound(const struct value *v, bool upper, bool *ret_inclusive)
{
	const struct refinement *r = value_refinement(v);

	*ret_inclusive = true;
	if (v->state == VALUE_KNOWN)
		return v->number;
	*ret_inclusive = upper ? r->max_inclusive : r->min_inclusive;
	return upper ? r->max : r->min;
}

static void merge_bounds(struct refinement *r, const struct value *yes, const struct value *no,
			 bool upper)
{
	bool yes_inclusive, no_inclusive, inclusive;
	const struct number *y = bound(yes, upper, &yes_inclusive);
	const struct number *n = bound(no, upper, &no_inclusive), *wider;
	int order;

	if (!y || !n)
		return;
	order = number_compare(y, n);
	if (upper)
		order = -order;
	wider = order < 0 ? y : n;
	inclusive = order < 0	? yes_inclusive
		    : order > 0 ? no_inclusive
				: yes_inclusive || no_inclusive;
	if (upper) {
		r->max = wider;
		r->max_inclusive = inclusive;
	} else {
		r->min = wider;
		r->min_inclusive = inclusive;
	}
}

static void length_bounds(const struct value *v, size_t *ret_min, size_t *ret_max)
{
	const struct refinement *r = value_refinement(v);

	if (v->state == VALUE_KNOWN) {
		*ret_max = v->count;
		*ret_min = v->type->kind == TYPE_SET && v->unknown_within ? FP_MIN(v->count, 1u)
									  : v->count;
	} else {
		*ret_min = r->has_length ? r->length_min : 0;
		*ret_max = r->has_length ? r->length_max : SIZE_MAX;
	}
}

/* What is known of a result when the condition is not. */
static const struct value *either(struct arena *a, const struct type *t, const struct value *yes,
				  const struct value *no)
{
	struct refinement *r = arena_alloc(a, sizeof(*r));

	if (yes->state == VALUE_NULL && no->state == VALUE_NULL)
		return value_null(a, t);
	r->not_null = value_surely_not_null(yes) && value_surely_not_null(no);
	r->length_max = SIZE_MAX;
	if (yes->type->kind == TYPE_NUMBER && no->type->kind == TYPE_NUMBER &&
	    yes->state != VALUE_NULL && no->state != VALUE_NULL) {
		merge_bounds(r, yes, no, false);
		merge_bounds(r, yes, no, true);
	} else if (type_is_collection(yes->type) && type_equal(yes->type, no->type) &&
		   yes->state != VALUE_NULL && no->state != VALUE_NULL) {
		size_t yes_min, yes_max, no_min, no_max;

		length_bounds(yes, &yes_min, &yes_max);
		length_bounds(no, &no_min, &no_max);
		r->has_length = true;
		r->length_min = FP_MIN(yes_min, no_min);
		r->length_max = FP_MAX(yes_max, no_max);
	}
	return value_unknown_refined(a, t, r);
}

static const struct value *chosen(struct eval *ev, const struct expr *e, const struct value *v,
				  const struct type *t, bool yes)
{
	const struct value *converted;
	struct err err = ERR_INIT;

	if (convert_value(ev->arena, v, t, &converted, &err) == 0)
		return converted;
	diag_error(ev->diags, yes ? e->conditional.yes->range : e->conditional.no->range,
		   "Inconsistent conditional result types",
		   "The %s result value has the wrong type: %s.", yes ? "true" : "false", err.text);
	return value_unknown(ev->arena, t);
}

/* The diagnostics of one branch, set aside until it is known which branch counts. */
struct branch {
	const struct value *value;
	struct diags told;
};

static struct branch try_branch(struct eval *ev, const struct scope *scope, const struct expr *e)
{
	struct branch b = {.told = DIAGS_INIT(ev->arena)};
	struct diags *outer = ev->diags;

	ev->diags = &b.told;
	b.value = eval_expr(ev, scope, e);
	ev->diags = outer;
	return b;
}

static void tell(struct eval *ev, const struct branch *b)
{
	for (size_t i = 0; i < b->told.count; i++)
		diag_append(ev->diags, &b->told.list[i]);
}

/* What is not supported cannot be ignored, whichever branch it is in. */
static void tell_undecided(struct eval *ev, const struct branch *b)
{
	for (size_t i = 0; i < b->told.count; i++)
		if (b->told.list[i].severity == DIAG_UNSUPPORTED ||
		    b->told.list[i].severity == DIAG_LIMIT)
			diag_append(ev->diags, &b->told.list[i]);
}

const struct value *evalparts_conditional(struct eval *ev, const struct scope *scope,
					  const struct expr *e)
{
	struct branch yes = try_branch(ev, scope, e->conditional.yes);
	struct branch no = try_branch(ev, scope, e->conditional.no);
	const struct value *condition, *decided, *result;
	const struct type *t;
	struct err err = ERR_INIT;
	bool converts;
	unsigned marks;

	t = result_type(ev->arena, yes.value, no.value, &converts);
	if (!t) {
		tell_undecided(ev, &yes);
		tell_undecided(ev, &no);
		diag_error(ev->diags,
			   diag_range_between(e->conditional.yes->range, e->conditional.no->range),
			   "Inconsistent conditional result types",
			   "The true and false result expressions must have consistent types. %s.",
			   mismatch(ev->arena, yes.value->type, no.value->type));
		return &value_dynamic;
	}
	condition = eval_expr(ev, scope, e->conditional.condition);
	marks = condition->marks | yes.value->marks | no.value->marks;
	if (condition->state == VALUE_NULL) {
		diag_error(ev->diags, e->conditional.condition->range, "Null condition",
			   "The condition value is null. Conditions must either be true or false.");
		return value_unknown(ev->arena, t);
	}
	if (condition->state == VALUE_UNKNOWN) {
		tell_undecided(ev, &yes);
		tell_undecided(ev, &no);
		return value_mark(ev->arena, either(ev->arena, t, yes.value, no.value), marks);
	}
	if (convert_value(ev->arena, value_unmark(ev->arena, condition), &type_bool, &decided,
			  &err) < 0) {
		diag_error(ev->diags, e->conditional.condition->range, "Incorrect condition type",
			   "The condition expression must be of type bool.");
		return value_unknown(ev->arena, t);
	}
	tell(ev, decided->boolean ? &yes : &no);
	tell_undecided(ev, decided->boolean ? &no : &yes);
	result = decided->boolean ? yes.value : no.value;
	if (converts)
		result = chosen(ev, e, result, t, decided->boolean);
	return value_mark(ev->arena, result, marks);
}

/* --- for
 * ------------------------------------------------------------------------------------------ */

struct loop {
	struct eval *ev;
	const struct expr *e;
	const char *names[2];
	const struct value *values[2];
	struct scope scope;
	unsigned marks;
	bool known;
	const char **keys;
	const struct value **items;
	size_t count;
};

static void start_loop(struct loop *l, struct eval *ev, const struct scope *scope,
		       const struct expr *e)
{
	memset(l, 0, sizeof(*l));
	l->ev = ev;
	l->e = e;
	l->known = true;
	/* The value's name hides the key's when both are one. */
	l->names[0] = e->loop.value_name;
	l->names[1] = e->loop.key_name;
	l->scope.parent = scope;
	l->scope.names = l->names;
	l->scope.values = l->values;
	l->scope.count = e->loop.key_name ? 2 : 1;
	l->values[0] = l->values[1] = &value_dynamic;
}

/* A first look at the condition with nothing known, for errors that no element is needed for. */
static bool check_condition(struct loop *l)
{
	const struct expr *condition = l->e->loop.condition;
	size_t failures = l->ev->diags->failures;
	const struct value *v, *converted;
	struct err err = ERR_INIT;

	if (!condition)
		return true;
	v = eval_expr(l->ev, &l->scope, condition);
	l->marks |= v->marks;
	if (v->state == VALUE_NULL) {
		diag_error(l->ev->diags, condition->range, "Condition is null",
			   "The value of the 'if' clause must not be null.");
		return false;
	}
	if (convert_value(l->ev->arena, v, &type_bool, &converted, &err) < 0) {
		diag_error(l->ev->diags, condition->range, "Invalid 'for' condition",
			   "The 'if' clause value is invalid: %s.", err.text);
		return false;
	}
	return l->ev->diags->failures == failures;
}

static bool included(struct loop *l)
{
	const struct expr *condition = l->e->loop.condition;
	const struct value *v, *converted;
	struct err err = ERR_INIT;

	if (!condition)
		return true;
	v = eval_expr(l->ev, &l->scope, condition);
	if (v->state == VALUE_NULL) {
		if (l->known)
			diag_error(l->ev->diags, condition->range, "Invalid 'for' condition",
				   "The value of the 'if' clause must not be null.");
		l->known = false;
		return false;
	}
	l->marks |= v->marks;
	if (convert_value(l->ev->arena, value_unmark(l->ev->arena, v), &type_bool, &converted,
			  &err) < 0) {
		if (l->known)
			diag_error(l->ev->diags, condition->range, "Invalid 'for' condition",
				   "The 'if' clause value is invalid: %s.", err.text);
		l->known = false;
		return false;
	}
	if (converted->state == VALUE_UNKNOWN)
		l->known = false;
	return converted->state == VALUE_KNOWN && converted->boolean;
}

/* The key of an object that is made; NULL: unknown, or an error. */
static const char *loop_key(struct loop *l)
{
	const struct expr *e = l->e->loop.key;
	const struct value *v = eval_expr(l->ev, &l->scope, e), *text;
	struct err err = ERR_INIT;

	if (v->state == VALUE_NULL) {
		if (l->known)
			diag_error(l->ev->diags, e->range, "Invalid object key",
				   "Key expression in 'for' expression must not produce a null "
				   "value.");
		return NULL;
	}
	l->marks |= v->marks;
	if (v->state == VALUE_UNKNOWN)
		return NULL;
	if (convert_value(l->ev->arena, value_unmark(l->ev->arena, v), &type_string, &text, &err) <
	    0) {
		if (l->known)
			diag_error(l->ev->diags, e->range, "Invalid object key",
				   "The key expression produced an invalid result: %s.", err.text);
		return NULL;
	}
	return text->text;
}

static void run_element(struct loop *l)
{
	const char *key = NULL;

	if (!included(l))
		return;
	if (l->e->loop.object) {
		key = loop_key(l);
		if (!key) {
			l->known = false;
			return;
		}
	}
	l->keys[l->count] = key;
	l->items[l->count++] = eval_expr(l->ev, &l->scope, l->e->loop.value);
}

struct keyed {
	const char *key;
	const struct value *item;
	size_t place;
};

static int by_key(const void *x, const void *y)
{
	const struct keyed *a = x, *b = y;
	int order = strcmp(a->key, b->key);

	return order != 0 ? order : (a->place > b->place) - (a->place < b->place);
}

/* The object of a for: one item for each key, or a tuple of all of them when grouping. */
static const struct value *loop_object(struct loop *l)
{
	struct arena *a = l->ev->arena;
	struct keyed *sorted = arena_array(a, l->count, sizeof(*sorted));
	size_t n = 0;

	for (size_t i = 0; i < l->count; i++)
		sorted[i] = (struct keyed){l->keys[i], l->items[i], i};
	if (l->count > 1)
		qsort(sorted, l->count, sizeof(*sorted), by_key);
	for (size_t i = 0; i < l->count;) {
		size_t run = i + 1;

		while (run < l->count && strcmp(sorted[run].key, sorted[i].key) == 0)
			run++;
		if (run > i + 1 && !l->e->loop.group)
			diag_error(
				l->ev->diags, l->e->loop.key->range, "Duplicate object key",
				"Two different items produced the key %s in this 'for' expression. "
				"If "
				"duplicates are expected, use the ellipsis (...) after the value "
				"expression to enable grouping by key.",
				quote_go_text(a, sorted[i].key));
		l->keys[n] = sorted[i].key;
		l->items[n] = sorted[i].item;
		if (l->e->loop.group) {
			const struct value **group = arena_array(a, run - i, sizeof(*group));

			for (size_t j = i; j < run; j++)
				group[j - i] = sorted[j].item;
			l->items[n] = value_tuple(a, group, run - i);
		}
		n++;
		i = run;
	}
	return value_object(a, l->keys, l->items, n);
}

static const struct value *loop_collection(struct loop *l, const struct value *v)
{
	struct arena *a = l->ev->arena;
	const struct value *result;

	l->keys = arena_array(a, v->count, sizeof(*l->keys));
	l->items = arena_array(a, v->count, sizeof(*l->items));
	for (size_t i = 0; i < v->count; i++) {
		l->values[0] = v->items[i];
		if (l->e->loop.key_name)
			l->values[1] = value_has_keys(v) ? value_string(a, value_key(v, i))
				       : v->type->kind == TYPE_SET ? v->items[i]
								   : value_int(a, (int64_t)i);
		run_element(l);
	}
	if (!l->known)
		return value_mark(a, &value_dynamic, l->marks);
	result = l->e->loop.object ? loop_object(l) : value_tuple(a, l->items, l->count);
	return value_mark(a, result, l->marks);
}

const struct value *evalparts_for(struct eval *ev, const struct scope *scope, const struct expr *e)
{
	const struct value *v = eval_expr(ev, scope, e->loop.collection);
	struct loop l;

	if (v->state == VALUE_NULL) {
		diag_error(ev->diags, e->loop.collection->range, "Iteration over null value",
			   "A null value cannot be used as the collection in a 'for' expression.");
		return &value_dynamic;
	}
	start_loop(&l, ev, scope, e);
	l.marks = v->marks;
	if (v->type->kind == TYPE_DYNAMIC)
		return value_mark(ev->arena, &value_dynamic, l.marks);
	if (type_is_primitive(v->type)) {
		diag_error(ev->diags, e->loop.collection->range,
			   "Iteration over non-iterable value",
			   "A value of type %s cannot be used as the collection in a 'for' "
			   "expression.",
			   type_name(ev->arena, v->type));
		return &value_dynamic;
	}
	if (!check_condition(&l))
		return &value_dynamic;
	if (v->state == VALUE_UNKNOWN)
		return value_mark(ev->arena, &value_dynamic, l.marks);
	return loop_collection(&l, value_unmark(ev->arena, v));
}

/* --- splat
 * ---------------------------------------------------------------------------------------- */

static const struct value *each(struct eval *ev, const struct scope *scope, const struct expr *e,
				const struct value *item)
{
	struct scope inner = {.parent = scope};
	const struct expr *root = e->splat.each;

	/* The element stands at the root of what is applied to each. */
	for (;;) {
		if (root->kind == EXPR_RELATIVE)
			root = root->relative.source;
		else if (root->kind == EXPR_INDEX)
			root = root->index.collection;
		else if (root->kind == EXPR_SPLAT)
			root = root->splat.source;
		else
			break;
	}
	inner.splat = root;
	inner.splat_value = item;
	return eval_expr(ev, &inner, e->splat.each);
}

/* The type of a result whose elements are not known. */
static const struct type *splat_type(struct eval *ev, const struct scope *scope,
				     const struct expr *e, const struct type *source)
{
	struct arena *a = ev->arena;
	const struct type **elements;

	if (source->kind == TYPE_LIST || source->kind == TYPE_SET)
		return type_list(a, each(ev, scope, e, value_unknown(a, source->element))->type);
	elements = arena_array(a, source->count, sizeof(*elements));
	for (uint32_t i = 0; i < source->count; i++)
		elements[i] = each(ev, scope, e, value_unknown(a, source->elements[i]))->type;
	return type_tuple(a, elements, source->count);
}

static const struct value *splat_unknown(struct eval *ev, const struct scope *scope,
					 const struct expr *e, const struct value *source)
{
	const struct type *t = splat_type(ev, scope, e, source->type);
	struct refinement *r = arena_alloc(ev->arena, sizeof(*r));
	const struct refinement *old = value_refinement(source);

	r->not_null = true;
	r->length_max = SIZE_MAX;
	if (t->kind == TYPE_LIST && old->has_length) {
		r->has_length = true;
		r->length_min = old->length_min;
		r->length_max = old->length_max;
	}
	return value_mark(ev->arena, value_unknown_refined(ev->arena, t, r), source->marks);
}

static const struct value *splat_known(struct eval *ev, const struct scope *scope,
				       const struct expr *e, const struct value *source,
				       bool undecided)
{
	const struct value **items = arena_array(ev->arena, source->count, sizeof(*items));
	const struct value *plain = value_unmark(ev->arena, source), *result;
	size_t failures = ev->diags->failures;
	bool list = source->type->kind != TYPE_TUPLE;

	for (size_t i = 0; i < plain->count; i++)
		items[i] = each(ev, scope, e, plain->items[i]);
	if (undecided || ev->diags->failures > failures)
		return value_mark(ev->arena, &value_dynamic, source->marks);
	for (size_t i = 1; i < plain->count && list; i++) {
		if (type_equal(items[0]->type, items[i]->type))
			continue;
		diag_error(
			ev->diags, e->splat.each->range, "Invalid nested splat expressions",
			"The second level of splat expression produced elements of different "
			"types, "
			"so it isn't possible to construct a valid list to represent the top-level "
			"result.");
		return &value_dynamic;
	}
	if (!list)
		result = value_tuple(ev->arena, items, plain->count);
	else if (plain->count > 0)
		result = value_list(ev->arena, items[0]->type, items, plain->count);
	else
		result = value_list(ev->arena, splat_type(ev, scope, e, source->type)->element,
				    items, 0);
	return value_mark(ev->arena, result, source->marks);
}

const struct value *evalparts_splat(struct eval *ev, const struct scope *scope,
				    const struct expr *e)
{
	size_t failures = ev->diags->failures;
	const struct value *source = eval_expr(ev, scope, e->splat.source);
	enum type_kind kind = source->type->kind;
	bool sequence = kind == TYPE_TUPLE || kind == TYPE_LIST || kind == TYPE_SET;
	bool undecided = false;

	if (ev->diags->failures > failures)
		return &value_dynamic;
	if (source->state == VALUE_NULL && !sequence)
		return value_mark(ev->arena, value_tuple(ev->arena, NULL, 0), source->marks);
	if (source->state == VALUE_NULL) {
		diag_error(ev->diags, e->splat.source->range, "Splat of null value",
			   "Splat expressions (with the * symbol) cannot be applied to null "
			   "sequences.");
		return &value_dynamic;
	}
	if (kind == TYPE_DYNAMIC)
		return value_mark(ev->arena, &value_dynamic, source->marks);
	if (!sequence) {
		const struct value **one = arena_array(ev->arena, 1, sizeof(*one));

		undecided = source->state == VALUE_UNKNOWN && !value_refinement(source)->not_null;
		one[0] = source;
		source = value_mark(ev->arena, value_tuple(ev->arena, one, 1), source->marks);
	}
	if (source->state == VALUE_UNKNOWN)
		return splat_unknown(ev, scope, e, source);
	return splat_known(ev, scope, e, source, undecided);
}
