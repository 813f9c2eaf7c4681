#include "runner/plan/oldtypes.h"

#include <string.h>

#include "runner/plan/hcl/number.h"
#include "runner/plan/provide.h"

const struct value *oldtypes_zero(struct arena *a, const struct type *t)
{
	switch (t->kind) {
	case TYPE_STRING:
		return value_string(a, "");
	case TYPE_BOOL:
		return &value_false;
	case TYPE_NUMBER:
		return value_int(a, 0);
	case TYPE_LIST:
		return value_list(a, t->element, NULL, 0);
	case TYPE_SET:
		return value_set(a, t->element, NULL, 0);
	case TYPE_MAP:
		return value_map(a, t->element, NULL, NULL, 0);
	case TYPE_TUPLE:
	case TYPE_OBJECT:
	case TYPE_DYNAMIC:
		break;
	}
	return value_null(a, t);
}

bool oldtypes_is_zero(const struct value *v)
{
	int64_t n;

	if (v->state != VALUE_KNOWN)
		return false;
	if (v->type == &type_string)
		return !*v->text;
	if (v->type == &type_bool)
		return v == &value_false;
	if (v->type == &type_number)
		return number_to_int64(v->number, &n) && n == 0;
	return type_is_collection(v->type) && v->count == 0;
}

/* --- what is null in a block ---------------------------------------------------------------------
 */

static bool is_list_or_set(const struct type *t)
{
	return t->kind == TYPE_LIST || t->kind == TYPE_SET;
}

static const struct value *filled_object(struct arena *a, const struct restype_block *b,
					 const struct value *v, bool nested);

/* Objects in a list or a set, which a block or an attribute holds. */
static const struct value *filled_elements(struct arena *a, const struct restype_block *b,
					   const struct value *v)
{
	const struct value **items;

	if (v->state != VALUE_KNOWN || v->count == 0 || !is_list_or_set(v->type) ||
	    v->type->element->kind != TYPE_OBJECT)
		return v;
	items = arena_array(a, v->count, sizeof(*items));
	for (size_t i = 0; i < v->count; i++)
		items[i] = filled_object(a, b, v->items[i], true);
	return provide_collection(a, v, items, v->count);
}

static const struct value *filled_object(struct arena *a, const struct restype_block *b,
					 const struct value *v, bool nested)
{
	const struct value **items;

	if (v->state != VALUE_KNOWN || v->type->kind != TYPE_OBJECT)
		return v;
	items = arena_array(a, v->count + 1, sizeof(*items));
	for (size_t i = 0; i < v->count; i++) {
		const char *name = v->type->attrs[i].name;
		const struct restype_block_type *t = b ? restype_block_type(b, name) : NULL;

		items[i] = v->items[i];
		if (value_is_null(items[i]) && nested)
			items[i] = oldtypes_zero(a, items[i]->type);
		else
			items[i] = filled_elements(a, t ? t->block : NULL, items[i]);
	}
	return provide_object(a, v, items);
}

const struct value *oldtypes_state(struct arena *a, const struct restype_block *b,
				   const struct value *prior)
{
	return filled_object(a, b, prior, false);
}

/* --- elements of sets ----------------------------------------------------------------------------
 */

static bool says_nothing(const struct value *v)
{
	return value_is_null(v) || oldtypes_is_zero(v);
}

static bool same_element(const struct restype_block *b, const struct value *prior,
			 const struct value *v);

static bool same_blocks(const struct restype_block_type *t, const struct value *prior,
			const struct value *v)
{
	if (!value_is_iterable(prior) || !value_is_iterable(v) || prior->count != v->count)
		return false;
	if (t->nesting == RESTYPE_SET)
		return oldtypes_same_set(t->block, prior, v);
	for (size_t i = 0; i < v->count; i++)
		if (!same_element(t->block, prior->items[i], v->items[i]))
			return false;
	return true;
}

static bool has_arguments(const struct restype_block *b)
{
	for (size_t i = 0; i < b->attr_count; i++)
		if (b->attrs[i].optional || b->attrs[i].required)
			return true;
	return b->type_count > 0;
}

static bool same_element(const struct restype_block *b, const struct value *prior,
			 const struct value *v)
{
	if (prior->state != VALUE_KNOWN || v->state != VALUE_KNOWN ||
	    v->type->kind != TYPE_OBJECT || prior->type->kind != TYPE_OBJECT)
		return false;
	for (size_t i = 0; i < v->count; i++) {
		const char *name = v->type->attrs[i].name;
		const struct restype_attr *attr = b ? restype_attr(b, name) : NULL;
		const struct restype_block_type *t = b ? restype_block_type(b, name) : NULL;
		const struct value *p = value_get(prior, name), *n = v->items[i];

		if (attr && !attr->optional && !attr->required && has_arguments(b))
			continue;
		if (!p || n->state == VALUE_UNKNOWN || n->unknown_within)
			return false;
		if (value_same(p, n) || (says_nothing(p) && says_nothing(n)))
			continue;
		if (!t || !same_blocks(t, p, n))
			return false;
	}
	return true;
}

const struct value *oldtypes_element(const struct restype_block *b, const struct value *prior,
				     const struct value *v)
{
	if (!prior || !value_is_iterable(prior))
		return NULL;
	for (size_t i = 0; i < prior->count; i++)
		if (same_element(b, prior->items[i], v))
			return prior->items[i];
	return NULL;
}

bool oldtypes_same_set(const struct restype_block *b, const struct value *prior,
		       const struct value *v)
{
	if (!prior || !value_is_iterable(prior) || !value_is_iterable(v) ||
	    prior->count != v->count)
		return false;
	for (size_t i = 0; i < v->count; i++)
		if (!oldtypes_element(b, prior, v->items[i]))
			return false;
	return true;
}
