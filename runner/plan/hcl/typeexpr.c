#include "runner/plan/hcl/typeexpr.h"

#include <stdio.h>
#include <string.h>

#include "runner/plan/hcl/convert.h"
#include "runner/plan/hcl/eval.h"

#define ATTRIBUTES_MAX 5000

static const char invalid_type[] = "Invalid type specification";

struct parsing {
	struct arena *arena;
	struct diags *diags;
	unsigned depth;
};

/* A type with its defaults; type is NULL after an error. */
struct constraint {
	const struct type *type;
	const struct type_defaults *defaults;
};

static struct constraint parse(struct parsing *p, const struct expr *e);

static struct constraint fail(struct parsing *p, struct range where, const char *detail)
{
	diag_error(p->diags, where, invalid_type, "%s", detail);
	return (struct constraint){NULL, NULL};
}

static struct constraint keyword(struct parsing *p, const struct expr *e, const char *word)
{
	static const char *const constructors[] = {"list", "set", "map"};

	if (strcmp(word, "bool") == 0)
		return (struct constraint){&type_bool, NULL};
	if (strcmp(word, "string") == 0)
		return (struct constraint){&type_string, NULL};
	if (strcmp(word, "number") == 0)
		return (struct constraint){&type_number, NULL};
	if (strcmp(word, "any") == 0)
		return (struct constraint){&type_dynamic, NULL};
	for (size_t i = 0; i < FP_ARRAY_SIZE(constructors); i++)
		if (strcmp(word, constructors[i]) == 0)
			return fail(p, e->range,
				    arena_printf(p->arena,
						 "The %s type constructor requires one argument "
						 "specifying the element type.",
						 word));
	if (strcmp(word, "object") == 0)
		return fail(p, e->range,
			    "The object type constructor requires one argument specifying the "
			    "attribute types and values as a map.");
	if (strcmp(word, "tuple") == 0)
		return fail(
			p, e->range,
			"The tuple type constructor requires one argument specifying the element "
			"types as a list.");
	if (strcmp(word, "optional") == 0)
		return fail(p, e->range,
			    "The keyword \"optional\" is valid only as a modifier for object type "
			    "attributes.");
	return fail(p, e->range,
		    arena_printf(p->arena, "The keyword \"%s\" is not a valid type specification.",
				 word));
}

/* The defaults of a type whose parts have some; names and parts in step. */
static const struct type_defaults *with_children(struct parsing *p, const struct type *t,
						 const char *const *names,
						 const struct type_defaults *const *children,
						 size_t count)
{
	struct type_defaults *d = arena_alloc(p->arena, sizeof(*d));

	d->type = t;
	d->child_names = names;
	d->children = children;
	d->child_count = count;
	return d;
}

static struct constraint collection(struct parsing *p, const struct expr *e, enum type_kind kind)
{
	struct constraint inner = parse(p, e), outer = {NULL, NULL};
	const char **names;
	const struct type_defaults **children;

	if (!inner.type)
		return outer;
	outer.type = kind == TYPE_LIST	? type_list(p->arena, inner.type)
		     : kind == TYPE_SET ? type_set(p->arena, inner.type)
					: type_map(p->arena, inner.type);
	if (inner.defaults) {
		names = arena_array(p->arena, 1, sizeof(*names));
		children = arena_array(p->arena, 1, sizeof(*children));
		names[0] = "";
		children[0] = inner.defaults;
		outer.defaults = with_children(p, outer.type, names, children, 1);
	}
	return outer;
}

static struct constraint tuple(struct parsing *p, const struct expr *e)
{
	const struct type_defaults **children;
	const struct expr *const *items;
	const struct type **elements;
	struct constraint outer = {NULL, NULL};
	const char **names;
	size_t count, n = 0;

	if (e->kind != EXPR_TUPLE)
		return fail(p, e->range,
			    "Tuple type constructor requires a list of element types.");
	items = e->list.parts;
	count = e->list.count;
	elements = arena_array(p->arena, count, sizeof(*elements));
	names = arena_array(p->arena, count, sizeof(*names));
	children = arena_array(p->arena, count, sizeof(*children));
	for (size_t i = 0; i < count; i++) {
		struct constraint one = parse(p, items[i]);

		if (!one.type)
			return one;
		elements[i] = one.type;
		if (one.defaults) {
			names[n] = arena_printf(p->arena, "%zu", i);
			children[n++] = one.defaults;
		}
	}
	outer.type = type_tuple(p->arena, elements, count);
	if (n > 0)
		outer.defaults = with_children(p, outer.type, names, children, n);
	return outer;
}

/* optional(type) or optional(type, default): the inner call, or NULL. */
static const struct expr *optional_call(const struct expr *e)
{
	return e->kind == EXPR_CALL && strcmp(e->call.name, "optional") == 0 ? e : NULL;
}

static const struct value *default_value(struct parsing *p, const struct expr *e,
					 const struct type *t)
{
	static const struct eval_env env = {.dir_fd = -1, .no_functions = true};
	size_t failures = p->diags->failures;
	struct eval ev = EVAL_INIT(p->arena, p->diags, &env);
	const struct value *v = eval_expr(&ev, NULL, e), *converted;
	struct err err = ERR_INIT;

	if (p->diags->failures > failures)
		return NULL;
	if (convert_value(p->arena, v, t, &converted, &err) == 0)
		return converted;
	diag_error(p->diags, e->range, "Invalid default value for optional attribute",
		   "This default value is not compatible with the attribute's type constraint: %s.",
		   err.text);
	return NULL;
}

struct object_parts {
	struct type_attr *attrs;
	const char **default_names, **child_names;
	const struct value **values;
	const struct type_defaults **children;
	size_t count, default_count, child_count;
};

static bool attribute(struct parsing *p, const struct expr_item *item, struct object_parts *o)
{
	const char *name = syntax_as_keyword(item->key);
	const struct expr *call = optional_call(item->value), *e = item->value;
	struct constraint c;

	if (!name) {
		(void)fail(p, item->key->range,
			   "Object constructor map keys must be attribute names.");
		return false;
	}
	for (size_t i = 0; i < o->count; i++) {
		if (strcmp(o->attrs[i].name, name) == 0) {
			(void)fail(p, item->key->range,
				   "Object constructor map keys must be unique.");
			return false;
		}
	}
	if (call && (call->call.count < 1 || call->call.count > 2)) {
		(void)fail(
			p, call->range,
			"Optional attribute modifier requires the attribute type as its argument, "
			"and at most a default value.");
		return false;
	}
	if (call)
		e = call->call.args[0];
	c = parse(p, e);
	if (!c.type)
		return false;
	if (call && call->call.count == 2) {
		const struct value *v = default_value(p, call->call.args[1], c.type);

		if (!v)
			return false;
		o->default_names[o->default_count] = name;
		o->values[o->default_count++] = v;
	}
	if (c.defaults) {
		o->child_names[o->child_count] = name;
		o->children[o->child_count++] = c.defaults;
	}
	o->attrs[o->count++] = (struct type_attr){name, c.type, call != NULL};
	return true;
}

static struct constraint object(struct parsing *p, const struct expr *e)
{
	struct constraint outer = {NULL, NULL};
	struct type_defaults *d;
	struct object_parts o = {.count = 0};
	size_t count;

	if (e->kind != EXPR_OBJECT)
		return fail(p, e->range,
			    "Object type constructor requires a map whose keys are attribute names "
			    "and whose values are the corresponding attribute types.");
	count = e->object.count;
	if (count > ATTRIBUTES_MAX)
		return fail(p, e->range, "An object type with so many attributes is not accepted.");
	o.attrs = arena_array(p->arena, count, sizeof(*o.attrs));
	o.default_names = arena_array(p->arena, count, sizeof(*o.default_names));
	o.values = arena_array(p->arena, count, sizeof(*o.values));
	o.child_names = arena_array(p->arena, count, sizeof(*o.child_names));
	o.children = arena_array(p->arena, count, sizeof(*o.children));
	for (size_t i = 0; i < count; i++)
		if (!attribute(p, &e->object.items[i], &o))
			return outer;
	outer.type = type_object(p->arena, o.attrs, count);
	if (o.default_count + o.child_count > 0) {
		d = arena_alloc(p->arena, sizeof(*d));
		*d = (struct type_defaults){outer.type,	     o.default_names, o.values,
					    o.default_count, o.child_names,   o.children,
					    o.child_count};
		outer.defaults = d;
	}
	return outer;
}

static struct constraint call(struct parsing *p, const struct expr *e)
{
	const char *name = e->call.name;

	if (strcmp(name, "optional") == 0)
		return fail(p, e->call.name_range,
			    "Keyword \"optional\" is valid only as a modifier for object type "
			    "attributes.");
	if (strcmp(name, "bool") == 0 || strcmp(name, "string") == 0 ||
	    strcmp(name, "number") == 0 || strcmp(name, "any") == 0)
		return fail(p, e->range,
			    arena_printf(p->arena,
					 "Primitive type keyword \"%s\" does not expect arguments.",
					 name));
	if (e->call.count != 1)
		return fail(p, e->range,
			    arena_printf(p->arena, "The %s type constructor requires one argument.",
					 name));
	if (strcmp(name, "list") == 0)
		return collection(p, e->call.args[0], TYPE_LIST);
	if (strcmp(name, "set") == 0)
		return collection(p, e->call.args[0], TYPE_SET);
	if (strcmp(name, "map") == 0)
		return collection(p, e->call.args[0], TYPE_MAP);
	if (strcmp(name, "object") == 0)
		return object(p, e->call.args[0]);
	if (strcmp(name, "tuple") == 0)
		return tuple(p, e->call.args[0]);
	return fail(
		p, e->range,
		arena_printf(p->arena, "Keyword \"%s\" is not a valid type constructor.", name));
}

static struct constraint parse(struct parsing *p, const struct expr *e)
{
	struct constraint c = {NULL, NULL};
	const char *word;

	if (p->depth >= TYPE_DEPTH_MAX) {
		diag_add(p->diags, DIAG_LIMIT, e->range, "Nested too deeply",
			 "More than %d levels of types are not accepted.", TYPE_DEPTH_MAX);
		return c;
	}
	p->depth++;
	word = e->json_string ? NULL : syntax_as_keyword(e);
	if (word)
		c = keyword(p, e, word);
	else if (e->kind == EXPR_CALL)
		c = call(p, e);
	else
		c = fail(p, e->range,
			 "A type specification is either a primitive type keyword (bool, number, "
			 "string) or a complex type constructor call, like list(string).");
	p->depth--;
	return c;
}

const struct type *typeexpr_parse(struct arena *a, const struct expr *e,
				  const struct type_defaults **ret_defaults, struct diags *d)
{
	struct parsing p = {.arena = a, .diags = d};
	size_t failures = d->failures;
	struct constraint c;
	const char *word;

	*ret_defaults = NULL;
	e = syntax_as_expr(a, e, d);
	if (d->failures > failures)
		return NULL;
	if (e->kind == EXPR_TEMPLATE || e->kind == EXPR_TEMPLATE_WRAP) {
		diag_error(
			d, e->range, "Invalid quoted type constraints",
			"Terraform 0.11 and earlier required type constraints to be given in "
			"quotes, but that form is now deprecated and will be removed in a future "
			"version of Terraform. Remove the quotes.");
		return NULL;
	}
	word = syntax_as_keyword(e);
	if (word && strcmp(word, "list") == 0)
		return type_list(a, &type_dynamic);
	if (word && strcmp(word, "map") == 0)
		return type_map(a, &type_dynamic);
	c = parse(&p, e);
	*ret_defaults = c.defaults;
	return c.type;
}

/* --- applying defaults
 * ---------------------------------------------------------------------------- */

static const struct type_defaults *child(const struct type_defaults *d, const char *name)
{
	for (size_t i = 0; i < d->child_count; i++)
		if (strcmp(d->child_names[i], name) == 0)
			return d->children[i];
	return NULL;
}

static const struct type_defaults *child_of(const struct type_defaults *d, const char *key,
					    size_t index)
{
	char digits[32];

	if (type_is_collection(d->type))
		return child(d, "");
	if (d->type->kind == TYPE_OBJECT)
		return key ? child(d, key) : NULL;
	(void)snprintf(digits, sizeof(digits), "%zu", index);
	return child(d, digits);
}

/* The items as one type, where they have one; NULL otherwise. */
static const struct type *unified(struct arena *a, const struct value **items, size_t count)
{
	const struct type **types = arena_array(a, count, sizeof(*types)), *t;

	for (size_t i = 0; i < count; i++)
		types[i] = items[i]->type;
	t = convert_unify(a, types, count, true);
	for (size_t i = 0; t && i < count; i++) {
		struct err e = ERR_INIT;

		if (convert_value(a, items[i], t, &items[i], &e) < 0)
			return NULL;
	}
	return t;
}

static const struct value *apply_sequence(struct arena *a, const struct type_defaults *d,
					  const struct value *v)
{
	const struct value **items = arena_array(a, v->count, sizeof(*items));
	const struct type *t;

	for (size_t i = 0; i < v->count; i++)
		items[i] = typeexpr_apply_defaults(a, child_of(d, NULL, i), v->items[i]);
	if (v->type->kind == TYPE_TUPLE)
		return value_tuple(a, items, v->count);
	t = v->count > 0 ? unified(a, items, v->count) : v->type->element;
	if (!t)
		return value_tuple(a, items, v->count);
	return v->type->kind == TYPE_LIST ? value_list(a, t, items, v->count)
					  : value_set(a, t, items, v->count);
}

static const struct value *apply_keyed(struct arena *a, const struct type_defaults *d,
				       const struct value *v)
{
	const char **keys = arena_array(a, v->count + d->count, sizeof(*keys));
	const struct value **items = arena_array(a, v->count + d->count, sizeof(*items));
	const struct type *t;
	size_t n = 0;

	for (size_t i = 0; i < v->count; i++) {
		keys[n] = value_key(v, i);
		items[n++] =
			typeexpr_apply_defaults(a, child_of(d, value_key(v, i), i), v->items[i]);
	}
	for (size_t i = 0; i < d->count; i++) {
		const struct value *have = value_get(v, d->names[i]);

		if (have && have->state != VALUE_NULL)
			continue;
		/* Of equal keys the last one stays. */
		keys[n] = d->names[i];
		items[n++] = typeexpr_apply_defaults(a, child(d, d->names[i]), d->values[i]);
	}
	if (v->type->kind == TYPE_MAP) {
		t = n > 0 ? unified(a, items, n) : v->type->element;
		if (t)
			return value_map(a, t, keys, items, n);
	}
	return value_object(a, keys, items, n);
}

const struct value *typeexpr_apply_defaults(struct arena *a, const struct type_defaults *defaults,
					    const struct value *v)
{
	const struct value *plain, *result;

	if (!defaults || v->state != VALUE_KNOWN || !value_is_iterable(v))
		return v;
	plain = value_unmark(a, v);
	result = value_has_keys(plain) ? apply_keyed(a, defaults, plain)
				       : apply_sequence(a, defaults, plain);
	return value_mark(a, result, v->marks);
}
