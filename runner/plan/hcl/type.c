#include "runner/plan/hcl/type.h"

#include <string.h>

#include "runner/plan/hcl/quote.h"

const struct type type_dynamic = {.kind = TYPE_DYNAMIC, .has_dynamic = true};
const struct type type_bool = {.kind = TYPE_BOOL};
const struct type type_number = {.kind = TYPE_NUMBER};
const struct type type_string = {.kind = TYPE_STRING};
const struct type type_empty_object = {.kind = TYPE_OBJECT};
const struct type type_empty_tuple = {.kind = TYPE_TUPLE};

static const struct type *collection(struct arena *a, enum type_kind kind,
				     const struct type *element)
{
	struct type *t = arena_alloc(a, sizeof(*t));

	t->kind = kind;
	t->element = element;
	t->has_dynamic = element->has_dynamic;
	t->has_optional = element->has_optional;
	return t;
}

const struct type *type_list(struct arena *a, const struct type *element)
{
	return collection(a, TYPE_LIST, element);
}

const struct type *type_set(struct arena *a, const struct type *element)
{
	return collection(a, TYPE_SET, element);
}

const struct type *type_map(struct arena *a, const struct type *element)
{
	return collection(a, TYPE_MAP, element);
}

static int by_name(const void *x, const void *y)
{
	const struct type_attr *a = x, *b = y;

	return strcmp(a->name, b->name);
}

static bool sorted(const struct type_attr *attrs, size_t count)
{
	for (size_t i = 1; i < count; i++)
		if (strcmp(attrs[i - 1].name, attrs[i].name) > 0)
			return false;
	return true;
}

const struct type *type_object(struct arena *a, struct type_attr *attrs, size_t count)
{
	struct type *t;

	if (count == 0)
		return &type_empty_object;
	t = arena_alloc(a, sizeof(*t));
	t->kind = TYPE_OBJECT;
	t->attrs = attrs;
	t->count = (uint32_t)count;
	if (!sorted(attrs, count))
		qsort(attrs, count, sizeof(*attrs), by_name);
	for (size_t i = 0; i < count; i++) {
		t->has_dynamic |= attrs[i].type->has_dynamic;
		t->has_optional |= attrs[i].optional || attrs[i].type->has_optional;
	}
	return t;
}

const struct type *type_tuple(struct arena *a, const struct type *const *elements, size_t count)
{
	struct type *t;

	if (count == 0)
		return &type_empty_tuple;
	t = arena_alloc(a, sizeof(*t));
	t->kind = TYPE_TUPLE;
	t->elements = elements;
	t->count = (uint32_t)count;
	for (size_t i = 0; i < count; i++) {
		t->has_dynamic |= elements[i]->has_dynamic;
		t->has_optional |= elements[i]->has_optional;
	}
	return t;
}

static bool objects_equal(const struct type *a, const struct type *b)
{
	if (a->count != b->count)
		return false;
	for (uint32_t i = 0; i < a->count; i++) {
		const struct type_attr *x = &a->attrs[i], *y = &b->attrs[i];

		if (x->optional != y->optional || strcmp(x->name, y->name) != 0 ||
		    !type_equal(x->type, y->type))
			return false;
	}
	return true;
}

static bool tuples_equal(const struct type *a, const struct type *b)
{
	if (a->count != b->count)
		return false;
	for (uint32_t i = 0; i < a->count; i++)
		if (!type_equal(a->elements[i], b->elements[i]))
			return false;
	return true;
}

bool type_equal(const struct type *a, const struct type *b)
{
	if (a == b)
		return true;
	if (a->kind != b->kind)
		return false;
	switch (a->kind) {
	case TYPE_DYNAMIC:
	case TYPE_BOOL:
	case TYPE_NUMBER:
	case TYPE_STRING:
		return true;
	case TYPE_LIST:
	case TYPE_SET:
	case TYPE_MAP:
		return type_equal(a->element, b->element);
	case TYPE_OBJECT:
		return objects_equal(a, b);
	case TYPE_TUPLE:
		return tuples_equal(a, b);
	}
	return false;
}

bool type_is_primitive(const struct type *t)
{
	return t->kind == TYPE_BOOL || t->kind == TYPE_NUMBER || t->kind == TYPE_STRING;
}

bool type_is_collection(const struct type *t)
{
	return t->kind == TYPE_LIST || t->kind == TYPE_SET || t->kind == TYPE_MAP;
}

ptrdiff_t type_attr_index(const struct type *object, const char *name)
{
	size_t low = 0, high = object->count;

	while (low < high) {
		size_t middle = (low + high) / 2;
		int order = strcmp(object->attrs[middle].name, name);

		if (order == 0)
			return (ptrdiff_t)middle;
		if (order < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return -1;
}

const struct type *type_attr_type(const struct type *object, const char *name)
{
	ptrdiff_t i = type_attr_index(object, name);

	return i < 0 ? NULL : object->attrs[i].type;
}

const struct type *type_without_optional(struct arena *a, const struct type *t)
{
	if (!t->has_optional)
		return t;
	switch (t->kind) {
	case TYPE_DYNAMIC:
	case TYPE_BOOL:
	case TYPE_NUMBER:
	case TYPE_STRING:
		return t;
	case TYPE_LIST:
	case TYPE_SET:
	case TYPE_MAP:
		return collection(a, t->kind, type_without_optional(a, t->element));
	case TYPE_OBJECT: {
		struct type_attr *attrs = arena_array(a, t->count, sizeof(*attrs));

		for (uint32_t i = 0; i < t->count; i++) {
			attrs[i].name = t->attrs[i].name;
			attrs[i].type = type_without_optional(a, t->attrs[i].type);
		}
		return type_object(a, attrs, t->count);
	}
	case TYPE_TUPLE: {
		const struct type **elements = arena_array(a, t->count, sizeof(*elements));

		for (uint32_t i = 0; i < t->count; i++)
			elements[i] = type_without_optional(a, t->elements[i]);
		return type_tuple(a, elements, t->count);
	}
	}
	return t;
}

const char *type_name(struct arena *a, const struct type *t)
{
	switch (t->kind) {
	case TYPE_DYNAMIC:
		return "dynamic";
	case TYPE_BOOL:
		return "bool";
	case TYPE_NUMBER:
		return "number";
	case TYPE_STRING:
		return "string";
	case TYPE_LIST:
		return arena_printf(a, "list of %s", type_name(a, t->element));
	case TYPE_SET:
		return arena_printf(a, "set of %s", type_name(a, t->element));
	case TYPE_MAP:
		return arena_printf(a, "map of %s", type_name(a, t->element));
	case TYPE_OBJECT:
		return "object";
	case TYPE_TUPLE:
		return "tuple";
	}
	return "dynamic";
}

static void write_expression(struct buf *out, const struct type *t)
{
	switch (t->kind) {
	case TYPE_DYNAMIC:
		buf_addstr(out, "any");
		return;
	case TYPE_BOOL:
		buf_addstr(out, "bool");
		return;
	case TYPE_NUMBER:
		buf_addstr(out, "number");
		return;
	case TYPE_STRING:
		buf_addstr(out, "string");
		return;
	case TYPE_LIST:
	case TYPE_SET:
	case TYPE_MAP:
		buf_addstr(out, t->kind == TYPE_LIST  ? "list("
				: t->kind == TYPE_SET ? "set("
						      : "map(");
		write_expression(out, t->element);
		buf_addch(out, ')');
		return;
	case TYPE_OBJECT:
		buf_addstr(out, "object({");
		for (uint32_t i = 0; i < t->count; i++) {
			if (i > 0)
				buf_addch(out, ',');
			if (quote_is_identifier(t->attrs[i].name, strlen(t->attrs[i].name)))
				buf_addstr(out, t->attrs[i].name);
			else
				quote_go(out, t->attrs[i].name, strlen(t->attrs[i].name));
			buf_addch(out, '=');
			if (t->attrs[i].optional)
				buf_addstr(out, "optional(");
			write_expression(out, t->attrs[i].type);
			if (t->attrs[i].optional)
				buf_addch(out, ')');
		}
		buf_addstr(out, "})");
		return;
	case TYPE_TUPLE:
		buf_addstr(out, "tuple([");
		for (uint32_t i = 0; i < t->count; i++) {
			if (i > 0)
				buf_addch(out, ',');
			write_expression(out, t->elements[i]);
		}
		buf_addstr(out, "])");
		return;
	}
}

const char *type_expression(struct arena *a, const struct type *t)
{
	FP_CLEANUP(buf_release) struct buf out = BUF_INIT((size_t)16 * 1024 * 1024);

	write_expression(&out, t);
	return arena_strdup(a, buf_text(&out));
}

static json_t *pair(const char *name, json_t *stolen)
{
	json_t *array = json_new_array();

	json_push(array, json_new_string(name));
	json_push(array, stolen);
	return array;
}

static json_t *object_to_json(const struct type *t)
{
	json_t *attrs = json_new_object(), *optional = NULL, *array;

	for (uint32_t i = 0; i < t->count; i++) {
		json_put(attrs, t->attrs[i].name, type_to_json(t->attrs[i].type));
		if (!t->attrs[i].optional)
			continue;
		if (!optional)
			optional = json_new_array();
		json_push(optional, json_new_string(t->attrs[i].name));
	}
	array = pair("object", attrs);
	if (optional)
		json_push(array, optional);
	return array;
}

json_t *type_to_json(const struct type *t)
{
	json_t *array;

	switch (t->kind) {
	case TYPE_DYNAMIC:
		return json_new_string("dynamic");
	case TYPE_BOOL:
		return json_new_string("bool");
	case TYPE_NUMBER:
		return json_new_string("number");
	case TYPE_STRING:
		return json_new_string("string");
	case TYPE_LIST:
		return pair("list", type_to_json(t->element));
	case TYPE_SET:
		return pair("set", type_to_json(t->element));
	case TYPE_MAP:
		return pair("map", type_to_json(t->element));
	case TYPE_OBJECT:
		return object_to_json(t);
	case TYPE_TUPLE:
		array = json_new_array();
		for (uint32_t i = 0; i < t->count; i++)
			json_push(array, type_to_json(t->elements[i]));
		return pair("tuple", array);
	}
	return json_new_string("dynamic");
}

static const struct type *primitive_named(const char *name)
{
	if (strcmp(name, "dynamic") == 0)
		return &type_dynamic;
	if (strcmp(name, "bool") == 0)
		return &type_bool;
	if (strcmp(name, "number") == 0)
		return &type_number;
	if (strcmp(name, "string") == 0)
		return &type_string;
	return NULL;
}

static int from_json(struct arena *a, const json_t *json, unsigned depth,
		     const struct type **ret_type, struct err *e);

static bool listed(const json_t *names, const char *name)
{
	for (size_t i = 0; i < json_array_size(names); i++) {
		const char *text = json_string_value(json_array_get(names, i));

		if (text && strcmp(text, name) == 0)
			return true;
	}
	return false;
}

static int object_from_json(struct arena *a, const json_t *json, unsigned depth,
			    const struct type **ret_type, struct err *e)
{
	json_t *members = json_array_get(json, 1), *value;
	const json_t *optional = json_array_get(json, 2);
	size_t count = json_object_size(members), i = 0;
	struct type_attr *attrs = arena_array(a, count, sizeof(*attrs));
	const char *name;

	if (!json_is_object(members))
		return err_set(e, ERR_INPUT, "type: an object type needs its attributes");
	json_object_foreach (members, name, value) {
		attrs[i].name = arena_strdup(a, name);
		attrs[i].optional = listed(optional, name);
		if (from_json(a, value, depth + 1, &attrs[i++].type, e) < 0)
			return -1;
	}
	*ret_type = type_object(a, attrs, count);
	return 0;
}

static int tuple_from_json(struct arena *a, const json_t *json, unsigned depth,
			   const struct type **ret_type, struct err *e)
{
	const json_t *members = json_array_get(json, 1);
	size_t count = json_array_size(members);
	const struct type **elements = arena_array(a, count, sizeof(*elements));

	if (!json_is_array(members))
		return err_set(e, ERR_INPUT, "type: a tuple type needs its elements");
	for (size_t i = 0; i < count; i++)
		if (from_json(a, json_array_get(members, i), depth + 1, &elements[i], e) < 0)
			return -1;
	*ret_type = type_tuple(a, elements, count);
	return 0;
}

static int from_json(struct arena *a, const json_t *json, unsigned depth,
		     const struct type **ret_type, struct err *e)
{
	const struct type *element;
	const char *kind;

	if (depth > TYPE_DEPTH_MAX)
		return err_set(e, ERR_LIMIT, "type: nested deeper than %d", TYPE_DEPTH_MAX);
	if (json_is_string(json)) {
		*ret_type = primitive_named(json_string_value(json));
		if (!*ret_type)
			return err_set(e, ERR_INPUT, "type: unknown type \"%s\"",
				       json_string_value(json));
		return 0;
	}
	kind = json_string_value(json_array_get(json, 0));
	if (!kind)
		return err_set(e, ERR_INPUT, "type: neither a name nor an array");
	if (strcmp(kind, "object") == 0)
		return object_from_json(a, json, depth, ret_type, e);
	if (strcmp(kind, "tuple") == 0)
		return tuple_from_json(a, json, depth, ret_type, e);
	if (strcmp(kind, "list") != 0 && strcmp(kind, "set") != 0 && strcmp(kind, "map") != 0)
		return err_set(e, ERR_INPUT, "type: unknown type \"%s\"", kind);
	if (from_json(a, json_array_get(json, 1), depth + 1, &element, e) < 0)
		return -1;
	*ret_type = collection(a,
			       kind[0] == 'l'	? TYPE_LIST
			       : kind[0] == 's' ? TYPE_SET
						: TYPE_MAP,
			       element);
	return 0;
}

int type_from_json(struct arena *a, const json_t *json, const struct type **ret_type, struct err *e)
{
	return from_json(a, json, 0, ret_type, e);
}
