#include <string.h>

#include "runner/plan/hcl/convert.h"
#include "runner/plan/hcl/func.h"
#include "runner/plan/hcl/quote.h"

static const struct type list_of_string = {.kind = TYPE_LIST, .element = &type_string};
static const struct type map_of_lists = {.kind = TYPE_MAP, .element = &list_of_string};

static bool is_keyed(const struct type *t)
{
	return t->kind == TYPE_MAP || t->kind == TYPE_OBJECT;
}

static const struct value *run_keys(struct call *c)
{
	const struct value *v = c->args[0], *result;
	const struct value **items;
	size_t count = v->type->kind == TYPE_OBJECT ? v->type->count : v->count;

	if (!is_keyed(v->type))
		return call_fail_arg(c, 0, "must have map or object type");
	if (v->type->kind == TYPE_MAP && v->state == VALUE_UNKNOWN)
		return value_mark(
			c->arena,
			value_not_null(c->arena, value_unknown(c->arena, &list_of_string)),
			v->marks);
	items = arena_array(c->arena, count, sizeof(*items));
	for (size_t i = 0; i < count; i++)
		items[i] =
			value_string(c->arena, v->type->kind == TYPE_OBJECT ? v->type->attrs[i].name
									    : v->keys[i]);
	result = v->type->kind == TYPE_OBJECT ? value_tuple(c->arena, items, count)
					      : value_list(c->arena, &type_string, items, count);
	return value_mark(c->arena, result, v->marks);
}

static const struct type *values_type(struct call *c)
{
	const struct type *t = c->args[0]->type, **elements;

	if (t->kind == TYPE_MAP)
		return type_list(c->arena, t->element);
	if (t->kind != TYPE_OBJECT)
		return call_fail(c, "values() requires a map as the first argument");
	elements = arena_array(c->arena, t->count, sizeof(*elements));
	for (uint32_t i = 0; i < t->count; i++)
		elements[i] = t->attrs[i].type;
	return type_tuple(c->arena, elements, t->count);
}

static const struct value *run_values(struct call *c)
{
	const struct value *v = c->args[0], *result;

	if (!values_type(c))
		return NULL;
	result = v->type->kind == TYPE_OBJECT
			 ? value_tuple(c->arena, v->items, v->count)
			 : value_list(c->arena, v->type->element, v->items, v->count);
	return value_mark(c->arena, result, v->marks);
}

static const char *key_for_message(struct call *c)
{
	return (c->args[1]->marks_within & VALUE_SENSITIVE)
		       ? "(sensitive value)"
		       : quote_go_text(c->arena, c->args[1]->text);
}

static const struct value *lookup_object(struct call *c, const struct value *v)
{
	const struct value *key = c->args[1];
	ptrdiff_t at;

	if (key->state == VALUE_UNKNOWN)
		return &value_dynamic;
	at = type_attr_index(v->type, key->text);
	if (at >= 0 && v->state == VALUE_UNKNOWN)
		return value_unknown(c->arena, v->type->attrs[at].type);
	if (at >= 0)
		return v->items[at];
	if (c->count == 3)
		return c->args[2];
	return call_fail_arg(c, 0, "the given object has no attribute %s", key_for_message(c));
}

static const struct value *lookup_map(struct call *c, const struct value *v)
{
	const struct value *key = c->args[1], *found, *other = NULL;
	struct err e = ERR_INIT;

	if (c->count == 3 && convert_value(c->arena, c->args[2], v->type->element, &other, &e) < 0)
		return call_fail_arg(
			c, 2, "the default value must have the same type as the map elements");
	if (v->state == VALUE_UNKNOWN || key->state == VALUE_UNKNOWN)
		return value_unknown(c->arena, v->type->element);
	found = value_get(v, key->text);
	if (found)
		return found;
	if (other)
		return other;
	return call_fail(c, "lookup failed to find key %s", key_for_message(c));
}

static const struct value *run_lookup(struct call *c)
{
	const struct value *v = c->args[0], *result;
	unsigned marks = v->marks | c->args[1]->marks;

	if (c->count > 3)
		return call_fail(c, "lookup() takes two or three arguments, got %zu", c->count);
	if (!is_keyed(v->type))
		return call_fail_arg(c, 0, "lookup() requires a map as the first argument");
	result = v->type->kind == TYPE_OBJECT ? lookup_object(c, v) : lookup_map(c, v);
	return result ? value_mark(c->arena, result, marks) : NULL;
}

static bool same_types(struct call *c)
{
	for (size_t i = 1; i < c->count; i++)
		if (!type_equal(c->args[0]->type, c->args[i]->type))
			return false;
	return true;
}

/*
 * The result with an unknown argument: known by type where all attributes are.  Terraform forgets
 * the marks of the arguments then.
 */
static const struct value *merge_unknown(struct call *c)
{
	size_t total = 0, n = 0;
	const char **keys;
	const struct value **items;

	if (same_types(c))
		return value_not_null(c->arena, value_unknown(c->arena, c->args[0]->type));
	for (size_t i = 0; i < c->count; i++) {
		const struct value *v = c->args[i];

		if (v->type->kind == TYPE_MAP && v->state == VALUE_UNKNOWN)
			return &value_dynamic;
		if (v->state != VALUE_NULL)
			total += v->type->kind == TYPE_OBJECT ? v->type->count : v->count;
	}
	keys = arena_array(c->arena, total, sizeof(*keys));
	items = arena_array(c->arena, total, sizeof(*items));
	for (size_t i = 0; i < c->count; i++) {
		const struct value *v = c->args[i];

		for (size_t j = 0;
		     v->state != VALUE_NULL && v->type->kind == TYPE_OBJECT && j < v->type->count;
		     j++) {
			keys[n] = v->type->attrs[j].name;
			items[n++] = value_unknown(c->arena, v->type->attrs[j].type);
		}
		for (size_t j = 0;
		     v->state == VALUE_KNOWN && v->type->kind == TYPE_MAP && j < v->count; j++) {
			keys[n] = v->keys[j];
			items[n++] = value_unknown(c->arena, v->type->element);
		}
	}
	return value_not_null(
		c->arena, value_unknown(c->arena, value_object(c->arena, keys, items, n)->type));
}

static const struct value *run_merge(struct call *c)
{
	const char **keys;
	const struct value **items, *result;
	bool unknown = false, dynamic = false;
	size_t total = 0, n = 0;
	unsigned marks = 0;

	for (size_t i = 0; i < c->count; i++) {
		const struct value *v = c->args[i];

		marks |= v->marks;
		if (v->type->kind == TYPE_DYNAMIC)
			dynamic = true;
		else if (!is_keyed(v->type))
			return call_fail(c, "arguments must be maps or objects, got \"%s\"",
					 type_name(c->arena, v->type));
		unknown |= v->state == VALUE_UNKNOWN;
		total += v->state == VALUE_KNOWN ? v->count : 0;
	}
	if (unknown)
		return dynamic ? &value_dynamic : merge_unknown(c);
	keys = arena_array(c->arena, total, sizeof(*keys));
	items = arena_array(c->arena, total, sizeof(*items));
	for (size_t i = 0; i < c->count; i++) {
		for (size_t j = 0; c->args[i]->state == VALUE_KNOWN && j < c->args[i]->count; j++) {
			keys[n] = value_key(c->args[i], j);
			items[n++] = c->args[i]->items[j];
		}
	}
	if (c->count > 0 && !dynamic && c->args[0]->type->kind == TYPE_MAP && same_types(c))
		result = value_map(c->arena, c->args[0]->type->element, keys, items, n);
	else
		result = value_object(c->arena, keys, items, n);
	return value_mark(c->arena, result, marks);
}

struct pair {
	const char *key;
	const struct value *item;
	size_t place;
};

static int by_key(const void *x, const void *y)
{
	const struct pair *a = x, *b = y;
	int order = strcmp(a->key, b->key);

	return order != 0 ? order : (a->place > b->place) - (a->place < b->place);
}

/* One list for each key of the sorted pairs. */
static const struct value *group(struct call *c, const struct pair *pairs, size_t count)
{
	const char **keys = arena_array(c->arena, count, sizeof(*keys));
	const struct value **lists = arena_array(c->arena, count, sizeof(*lists));
	size_t n = 0;

	for (size_t i = 0; i < count;) {
		const struct value **items = arena_array(c->arena, count - i, sizeof(*items));
		size_t run = i;

		for (; run < count && strcmp(pairs[run].key, pairs[i].key) == 0; run++)
			items[run - i] = pairs[run].item;
		keys[n] = pairs[i].key;
		lists[n++] = value_list(c->arena, &type_string, items, run - i);
		i = run;
	}
	return value_map(c->arena, &list_of_string, keys, lists, n);
}

static const struct value *run_transpose(struct call *c)
{
	const struct value *map = c->args[0];
	struct pair *pairs;
	size_t total = 0, n = 0;

	if (map->unknown_within)
		return value_not_null(c->arena, value_unknown(c->arena, &map_of_lists));
	for (size_t i = 0; i < map->count; i++)
		total += map->items[i]->count;
	pairs = arena_array(c->arena, total, sizeof(*pairs));
	for (size_t i = 0; i < map->count; i++) {
		if (map->items[i]->state == VALUE_NULL)
			return call_fail(c, "input must not contain null list");
		for (size_t j = 0; j < map->items[i]->count; j++) {
			const struct value *v = map->items[i]->items[j];

			if (v->state == VALUE_NULL)
				return call_fail(c, "input list must not contain null string");
			pairs[n] = (struct pair){v->text, value_string(c->arena, map->keys[i]), n};
			n++;
		}
	}
	if (n > 1)
		qsort(pairs, n, sizeof(*pairs), by_key);
	return group(c, pairs, n);
}

static const struct value *run_zipmap(struct call *c)
{
	const struct value *keys = c->args[0], *values = c->args[1], *result;
	unsigned marks = keys->marks_within | values->marks;
	const char **names;
	const struct value **items;

	if (values->type->kind != TYPE_LIST && values->type->kind != TYPE_TUPLE)
		return call_fail(c, "values parameter must be a list or tuple value");
	if (keys->unknown_within)
		return value_mark(
			c->arena,
			values->type->kind == TYPE_LIST
				? value_not_null(
					  c->arena,
					  value_unknown(c->arena,
							type_map(c->arena, values->type->element)))
				: &value_dynamic,
			marks);
	if (keys->count != values->count)
		return call_fail(c, "number of keys (%zu) does not match number of values (%zu)",
				 keys->count, values->count);
	names = arena_array(c->arena, keys->count, sizeof(*names));
	items = arena_memdup(c->arena, values->items, keys->count * sizeof(*items));
	for (size_t i = 0; i < keys->count; i++) {
		if (keys->items[i]->state == VALUE_NULL)
			return call_fail(c, "a null value cannot be used as a key");
		names[i] = keys->items[i]->text;
	}
	result = values->type->kind == TYPE_LIST
			 ? value_map(c->arena, values->type->element, names, items, keys->count)
			 : value_object(c->arena, names, items, keys->count);
	return value_mark(c->arena, result, marks);
}

#define ANY(name, flags)                   \
	{                                  \
		name, &type_dynamic, flags \
	}

const struct function func_map[] = {
	{.name = "keys",
	 .params = {ANY("inputMap", PARAM_UNKNOWN | PARAM_MARKED)},
	 .count = 1,
	 .run = run_keys},
	{.name = "lookup",
	 .params = {ANY("inputMap", PARAM_UNKNOWN | PARAM_MARKED),
		    {"key", &type_string, PARAM_UNKNOWN | PARAM_MARKED}},
	 .count = 2,
	 .variadic = true,
	 .rest = ANY("default", PARAM_ALL),
	 .run = run_lookup},
	{.name = "merge", .variadic = true, .rest = ANY("maps", PARAM_ALL), .run = run_merge},
	{.name = "transpose",
	 .params = {{"values", &map_of_lists, 0}},
	 .count = 1,
	 .returns = &map_of_lists,
	 .run = run_transpose},
	{.name = "values",
	 .params = {ANY("mapping", PARAM_MARKED)},
	 .count = 1,
	 .type = values_type,
	 .run = run_values},
	{.name = "zipmap",
	 .params = {{"keys", &list_of_string, PARAM_MARKED}, ANY("values", PARAM_MARKED)},
	 .count = 2,
	 .run = run_zipmap},
	{.name = NULL},
};
