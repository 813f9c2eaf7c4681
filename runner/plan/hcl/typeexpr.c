#include "runner/plan/hcl/typeexpr.h"

#include <string.h>

#include "runner/plan/hcl/convert.h"
#include "runner/plan/hcl/eval.h"

struct reader {
	struct arena *arena;
	struct diags *d;
	unsigned int depth;
};

static const struct type *read_type(struct reader *r, const struct expr *e, const struct type_defaults **defaults);

static const struct type *refuse(struct reader *r, const struct expr *e, const char *detail)
{
	diag_error(r->d, e->range, "Invalid type specification", "%s", detail);
	return NULL;
}

static const struct type *read_keyword(struct reader *r, const struct expr *e, const char *word)
{
	static const struct {
		const char *name;
		const struct type *type;
	} words[] = {{"string", &type_string}, {"number", &type_number}, {"bool", &type_bool}, {"any", &type_dynamic}};

	for (size_t i = 0; i < FP_ARRAY_SIZE(words); i++)
		if (strcmp(words[i].name, word) == 0)
			return words[i].type;
	if (strcmp(word, "list") == 0 || strcmp(word, "set") == 0 || strcmp(word, "map") == 0)
		return refuse(r, e, arena_printf(r->arena,
						 "The %s type constructor requires one argument specifying the element type.",
						 word));
	if (strcmp(word, "object") == 0 || strcmp(word, "tuple") == 0)
		return refuse(r, e, arena_printf(r->arena, "The %s type constructor requires one argument.", word));
	return refuse(r, e, arena_printf(r->arena, "The keyword \"%s\" is not a valid type specification.", word));
}

static const struct type_defaults *with_child(struct reader *r, const struct type *type,
					      const struct type_defaults *child)
{
	struct type_defaults *d;
	const char **names;
	const struct type_defaults **children;

	if (!child)
		return NULL;
	d = arena_alloc(r->arena, sizeof(*d));
	names = arena_array(r->arena, 1, sizeof(*names));
	children = arena_array(r->arena, 1, sizeof(*children));
	names[0] = "";
	children[0] = child;
	*d = (struct type_defaults){.type = type, .child_names = names, .children = children, .child_count = 1};
	return d;
}

static const struct type *read_collection(struct reader *r, const struct expr *e, const char *name,
					  const struct expr *argument, const struct type_defaults **defaults)
{
	const struct type_defaults *child = NULL;
	const struct type *element = read_type(r, argument, &child), *type;

	if (!element)
		return NULL;
	if (strcmp(name, "list") == 0)
		type = type_list(r->arena, element);
	else if (strcmp(name, "set") == 0)
		type = type_set(r->arena, element);
	else if (strcmp(name, "map") == 0)
		type = type_map(r->arena, element);
	else
		return refuse(r, e, arena_printf(r->arena, "Keyword \"%s\" is not a valid type constructor.", name));
	*defaults = with_child(r, type, child);
	return type;
}

static const struct type *read_tuple(struct reader *r, const struct expr *argument,
				     const struct type_defaults **defaults)
{
	struct type_defaults *d = arena_alloc(r->arena, sizeof(*d));
	const struct type **elements;
	const struct type_defaults **children;
	const char **names;
	size_t count;

	if (argument->kind != EXPR_TUPLE)
		return refuse(r, argument, "Tuple type constructor requires a list of element types.");
	count = argument->list.count;
	elements = arena_array(r->arena, count, sizeof(*elements));
	children = arena_array(r->arena, count, sizeof(*children));
	names = arena_array(r->arena, count, sizeof(*names));
	for (size_t i = 0; i < count; i++) {
		const struct type_defaults *child = NULL;

		elements[i] = read_type(r, argument->list.parts[i], &child);
		if (!elements[i])
			return NULL;
		if (!child)
			continue;
		names[d->child_count] = arena_printf(r->arena, "%zu", i);
		children[d->child_count++] = child;
	}
	d->type = type_tuple(r->arena, elements, count);
	d->child_names = names;
	d->children = children;
	*defaults = d->child_count > 0 ? d : NULL;
	return d->type;
}

/* optional(T) and optional(T, default); anything else is a required attribute. */
static const struct expr *unwrap_optional(struct reader *r, const struct expr *e, bool *optional,
					  const struct expr **default_value)
{
	*default_value = NULL;
	*optional = e->kind == EXPR_CALL && strcmp(e->call.name, "optional") == 0;
	if (!*optional)
		return e;
	if (e->call.count < 1 || e->call.count > 2) {
		(void)refuse(r, e, "Optional attribute modifier requires the attribute type as its first argument, and "
				   "expects at most two arguments.");
		return NULL;
	}
	if (e->call.count == 2)
		*default_value = e->call.args[1];
	return e->call.args[0];
}

struct object_reader {
	struct type_attr *attrs;
	struct type_defaults *defaults;
	const char **names, **child_names;
	const struct value **values;
	const struct type_defaults **children;
};

static bool read_default(struct reader *r, struct object_reader *o, const char *name, const struct type *type,
			 const struct expr *e)
{
	static const struct eval_env env = {.dir_fd = -1, .no_functions = true};
	struct eval ev = EVAL_INIT(r->arena, r->d, &env);
	/* Attributes that are optional within the default become null; their defaults come later. */
	const struct value *v =
		eval_expr_as(&ev, NULL, e, type, "Invalid default value for optional attribute");

	if (!v)
		return false;
	o->names[o->defaults->count] = name;
	o->values[o->defaults->count++] = v;
	return true;
}

static bool read_attribute(struct reader *r, struct object_reader *o, size_t i, const struct expr_item *item)
{
	const char *name = syntax_as_keyword(item->key);
	const struct type_defaults *child = NULL;
	const struct expr *default_value, *inner;
	bool optional;

	if (!name) {
		(void)refuse(r, item->key, "Object constructor map keys must be attribute names.");
		return false;
	}
	inner = unwrap_optional(r, item->value, &optional, &default_value);
	if (!inner)
		return false;
	o->attrs[i] = (struct type_attr){.name = name, .type = read_type(r, inner, &child), .optional = optional};
	if (!o->attrs[i].type)
		return false;
	for (size_t k = 0; k < i; k++) {
		if (strcmp(o->attrs[k].name, name) == 0) {
			(void)refuse(r, item->key, "An attribute name may occur only once.");
			return false;
		}
	}
	if (child) {
		o->child_names[o->defaults->child_count] = name;
		o->children[o->defaults->child_count++] = child;
	}
	return !default_value || read_default(r, o, name, o->attrs[i].type, default_value);
}

static const struct type *read_object(struct reader *r, const struct expr *argument,
				      const struct type_defaults **defaults)
{
	struct object_reader o = {.defaults = arena_alloc(r->arena, sizeof(*o.defaults))};
	size_t count;

	if (argument->kind != EXPR_OBJECT)
		return refuse(r, argument,
			      "Object type constructor requires a map whose keys are attribute names and whose values are the "
			      "corresponding attribute types.");
	count = argument->object.count;
	o.attrs = arena_array(r->arena, count, sizeof(*o.attrs));
	o.names = arena_array(r->arena, count, sizeof(*o.names));
	o.child_names = arena_array(r->arena, count, sizeof(*o.child_names));
	o.values = arena_array(r->arena, count, sizeof(*o.values));
	o.children = arena_array(r->arena, count, sizeof(*o.children));
	for (size_t i = 0; i < count; i++)
		if (!read_attribute(r, &o, i, &argument->object.items[i]))
			return NULL;
	o.defaults->type = type_object(r->arena, o.attrs, count);
	o.defaults->names = o.names;
	o.defaults->values = o.values;
	o.defaults->child_names = o.child_names;
	o.defaults->children = o.children;
	*defaults = o.defaults->count + o.defaults->child_count > 0 ? o.defaults : NULL;
	return o.defaults->type;
}

static const struct type *read_call(struct reader *r, const struct expr *e, const struct type_defaults **defaults)
{
	const char *name = e->call.name;

	if (strcmp(name, "optional") == 0)
		return refuse(r, e, "Keyword \"optional\" is valid only as a modifier for object type attributes.");
	if (e->call.count != 1 || e->call.expand_last)
		return refuse(r, e, arena_printf(r->arena, "The %s type constructor requires one argument.", name));
	if (strcmp(name, "object") == 0)
		return read_object(r, e->call.args[0], defaults);
	if (strcmp(name, "tuple") == 0)
		return read_tuple(r, e->call.args[0], defaults);
	return read_collection(r, e, name, e->call.args[0], defaults);
}

static const struct type *read_type(struct reader *r, const struct expr *e, const struct type_defaults **defaults)
{
	const struct type *type;
	const char *word;

	*defaults = NULL;
	if (++r->depth > TYPE_DEPTH_MAX)
		return refuse(r, e, "The type is nested too deeply.");
	if (e->kind == EXPR_CALL) {
		type = read_call(r, e, defaults);
	} else {
		word = syntax_as_keyword(e);
		type = word ? read_keyword(r, e, word)
			    : refuse(r, e, "A type specification is either a primitive type keyword (bool, number, string), "
					   "complex type constructor call, or the keyword any.");
	}
	r->depth--;
	return type;
}

/* In JSON the string holds an expression, which has ranges of its own. */
static const struct expr *from_json(struct arena *a, const struct expr *e, struct diags *d)
{
	const struct source *s = diag_source(a, e->range.source ? e->range.source->name : "", e->json_string->text,
					     e->json_string->size);

	return syntax_parse_expr(a, s, d);
}

const struct type *typeexpr_parse(struct arena *a, const struct expr *e, const struct type_defaults **ret_defaults,
				  struct diags *d)
{
	struct reader r = {.arena = a, .d = d};

	*ret_defaults = NULL;
	if (e->json && e->json_string)
		e = from_json(a, e, d);
	return read_type(&r, e, ret_defaults);
}

static const struct type_defaults *find_child(const struct type_defaults *d, const char *name)
{
	for (size_t i = 0; i < d->child_count; i++)
		if (strcmp(d->child_names[i], name) == 0)
			return d->children[i];
	return NULL;
}

static const struct value *find_default(const struct type_defaults *d, const char *name)
{
	for (size_t i = 0; i < d->count; i++)
		if (strcmp(d->names[i], name) == 0)
			return d->values[i];
	return NULL;
}

static const struct value *apply_child(struct arena *a, const struct type_defaults *d, const char *name,
				       const struct value *v)
{
	const struct type_defaults *child = find_child(d, name);

	return child ? typeexpr_apply_defaults(a, child, v) : v;
}

static const struct value *apply_object(struct arena *a, const struct type_defaults *d, const struct value *v)
{
	size_t room = v->count + d->count, count = 0;
	const char **keys = arena_array(a, room, sizeof(*keys));
	const struct value **items = arena_array(a, room, sizeof(*items));

	for (size_t i = 0; i < v->count; i++) {
		const char *key = value_key(v, i);
		const struct value *item = v->items[i], *instead = find_default(d, key);

		if (value_is_null(item) && instead)
			item = instead;
		keys[count] = key;
		items[count++] = apply_child(a, d, key, item);
	}
	for (size_t i = 0; i < d->count; i++) {
		if (value_get(v, d->names[i]))
			continue;
		keys[count] = d->names[i];
		items[count++] = apply_child(a, d, d->names[i], d->values[i]);
	}
	return value_object(a, keys, items, count);
}

static const struct value *apply_elements(struct arena *a, const struct type_defaults *d, const struct value *v)
{
	const struct value **items = arena_array(a, v->count, sizeof(*items));
	const char **keys = arena_array(a, v->count, sizeof(*keys));

	for (size_t i = 0; i < v->count; i++) {
		const char *name = d->type->kind == TYPE_TUPLE ? arena_printf(a, "%zu", i) : "";

		items[i] = apply_child(a, d, name, v->items[i]);
		if (value_has_keys(v))
			keys[i] = value_key(v, i);
	}
	/* Elements may have got types of their own; the conversion to the constraint makes them one again. */
	if (value_has_keys(v))
		return value_object(a, keys, items, v->count);
	return value_tuple(a, items, v->count);
}

const struct value *typeexpr_apply_defaults(struct arena *a, const struct type_defaults *defaults,
					    const struct value *v)
{
	unsigned marks = v->marks;
	const struct value *result = v;

	if (!defaults || value_is_null(v) || !value_is_known(v))
		return v;
	v = value_unmark(a, v);
	if (defaults->type->kind == TYPE_OBJECT) {
		if (!value_has_keys(v))
			return result;
		result = apply_object(a, defaults, v);
	} else if (value_is_iterable(v)) {
		result = apply_elements(a, defaults, v);
	} else {
		return result;
	}
	return marks ? value_mark(a, result, marks) : result;
}
