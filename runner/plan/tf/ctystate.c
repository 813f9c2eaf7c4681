#include "runner/plan/tf/ctystate.h"

#include <string.h>

#include "runner/base/doc.h"

struct reader {
	struct arena *arena;
	const char *text;
	size_t depth;
	struct err *e;
};

static const char what[] = "the state of an object";

static const struct value *read_block(struct reader *r, const struct restype_block *b,
				      const struct doc *d);

static const struct value *fault(struct reader *r, const struct doc *d, const char *reason)
{
	if (!r->e->kind)
		(void)doc_fault(d, what, r->e, "%s", reason);
	return NULL;
}

/* {"type":…,"value":…}: what is written where a schema leaves the type open. */
static const struct doc *unwrap(struct reader *r, const struct doc *d, const struct type **ret_type)
{
	const struct doc *type = d->kind == DOC_OBJECT ? doc_get(d, "type") : NULL;
	const struct doc *value = type ? doc_get(d, "value") : NULL;
	JSON_AUTO *json = NULL;

	if (!value)
		return NULL;
	json = doc_to_json(type);
	if (type_from_json(r->arena, json, ret_type, r->e) < 0)
		return NULL;
	return value;
}

static const struct value *read_attr(struct reader *r, const struct type *t, const struct doc *d)
{
	const struct value *v;

	if (d->kind == DOC_NULL)
		return value_null(r->arena, t);
	if (t->kind == TYPE_DYNAMIC) {
		const struct doc *outer = d;

		d = unwrap(r, d, &t);
		if (!d)
			return fault(r, outer, "a value without its type");
		t = type_without_optional(r->arena, t);
	}
	if (value_from_json_text(r->arena, t, r->text + d->offset, d->length, &v, r->e) < 0)
		return NULL;
	return v;
}

/* --- blocks whose values have types of their own -------------------------------------------------
 */

static const struct value *conform_block(struct arena *a, const struct restype_block *b,
					 const struct value *v);

static const struct value *collection(struct arena *a, const struct restype_block_type *t,
				      const char **keys, const struct value **items, size_t count)
{
	bool mixed = t->block->type->has_dynamic;

	switch (t->nesting) {
	case RESTYPE_SINGLE:
	case RESTYPE_GROUP:
		break;
	case RESTYPE_LIST:
		return mixed ? value_tuple(a, items, count)
			     : value_list(a, t->block->type, items, count);
	case RESTYPE_SET:
		return value_set(a, count && mixed ? items[0]->type : t->block->type, items, count);
	case RESTYPE_MAP:
		return mixed ? value_object(a, keys, items, count)
			     : value_map(a, t->block->type, keys, items, count);
	}
	return value_null(a, t->type);
}

static const struct value *conform_blocks(struct arena *a, const struct restype_block_type *t,
					  const struct value *v)
{
	size_t total = v && value_is_iterable(v) ? v->count : 0;
	const struct value **items = arena_array(a, total + 1, sizeof(*items));
	const char **keys = arena_array(a, total + 1, sizeof(*keys));

	if (t->nesting == RESTYPE_SINGLE || t->nesting == RESTYPE_GROUP)
		return v && value_has_keys(v) ? conform_block(a, t->block, v)
					      : value_null(a, t->type);
	for (size_t i = 0; i < total; i++) {
		keys[i] = value_has_keys(v) ? value_key(v, i) : "";
		items[i] = conform_block(a, t->block, v->items[i]);
	}
	return collection(a, t, keys, items, total);
}

static const struct value *conform_block(struct arena *a, const struct restype_block *b,
					 const struct value *v)
{
	size_t total = b->attr_count + b->type_count, count = 0;
	const struct value **items = arena_array(a, total + 1, sizeof(*items));
	const char **keys = arena_array(a, total + 1, sizeof(*keys));

	for (size_t i = 0; i < b->attr_count; i++) {
		const struct restype_attr *attr = &b->attrs[i];
		const struct value *m = value_has_keys(v) ? value_get(v, attr->name) : NULL;
		bool fits =
			m && (attr->type->kind == TYPE_DYNAMIC || type_equal(m->type, attr->type));

		keys[count] = attr->name;
		items[count++] = fits ? m : value_null(a, attr->type);
	}
	for (size_t i = 0; i < b->type_count; i++) {
		keys[count] = b->types[i].name;
		items[count++] = conform_blocks(
			a, &b->types[i], value_has_keys(v) ? value_get(v, b->types[i].name) : NULL);
	}
	return value_object(a, keys, items, count);
}

/* --- blocks ------------------------------------------------------------------------------------
 */

static const struct value *read_elements(struct reader *r, const struct restype_block_type *t,
					 const struct doc *d)
{
	const struct value **items = arena_array(r->arena, d->count + 1, sizeof(*items));
	const char **keys = arena_array(r->arena, d->count + 1, sizeof(*keys));
	size_t count = 0;

	for (const struct doc *m = d->first; m; m = m->next) {
		keys[count] = m->key;
		items[count] = read_block(r, t->block, m);
		if (!items[count++])
			return NULL;
	}
	return collection(r->arena, t, keys, items, count);
}

static const struct value *read_blocks(struct reader *r, const struct restype_block_type *t,
				       const struct doc *d)
{
	enum doc_kind wanted = t->nesting == RESTYPE_MAP ? DOC_OBJECT : DOC_ARRAY;
	const struct value *v;

	if (t->nesting == RESTYPE_SINGLE || t->nesting == RESTYPE_GROUP)
		return d->kind == DOC_NULL ? value_null(r->arena, t->type)
					   : read_block(r, t->block, d);
	/* Within such a wrapper nothing is wrapped again: the one type tells all of it. */
	if (t->type->kind == TYPE_DYNAMIC && d->kind == DOC_OBJECT && doc_get(d, "type")) {
		v = read_attr(r, &type_dynamic, d);
		return v ? conform_blocks(r->arena, t, v) : NULL;
	}
	if (d->kind == DOC_NULL)
		return value_null(r->arena, t->type);
	if (d->kind != wanted)
		return fault(r, d, "blocks of another nesting");
	return read_elements(r, t, d);
}

static const struct value *read_block(struct reader *r, const struct restype_block *b,
				      const struct doc *d)
{
	size_t total = b->attr_count + b->type_count, count = 0;
	const struct value **items = arena_array(r->arena, total + 1, sizeof(*items));
	const char **keys = arena_array(r->arena, total + 1, sizeof(*keys));
	const struct doc *m;

	if (d->kind == DOC_NULL)
		return value_null(r->arena, b->type);
	if (d->kind != DOC_OBJECT || ++r->depth > RESTYPE_DEPTH_MAX)
		return fault(r, d, "not an object");
	for (size_t i = 0; i < b->attr_count; i++) {
		m = doc_get(d, b->attrs[i].name);
		keys[count] = b->attrs[i].name;
		items[count] = m ? read_attr(r, b->attrs[i].type, m)
				 : value_null(r->arena, b->attrs[i].type);
		if (!items[count++])
			return NULL;
	}
	for (size_t i = 0; i < b->type_count; i++) {
		static const struct doc none = {.kind = DOC_NULL};
		static const struct doc empty = {.kind = DOC_ARRAY},
					empty_map = {.kind = DOC_OBJECT};
		const struct restype_block_type *t = &b->types[i];

		m = doc_get(d, t->name);
		if (!m)
			m = t->nesting == RESTYPE_MAP ? &empty_map
			    : t->nesting == RESTYPE_SINGLE || t->nesting == RESTYPE_GROUP ? &none
											  : &empty;
		keys[count] = t->name;
		items[count] = read_blocks(r, t, m);
		if (!items[count++])
			return NULL;
	}
	r->depth--;
	return value_object(r->arena, keys, items, count);
}

int ctystate_read(struct arena *a, const struct restype_block *b, const char *text, size_t size,
		  const struct value **ret_value, struct err *e)
{
	struct reader r = {.arena = a, .text = text, .e = e};
	const struct doc *d;
	const struct value *v;

	if (doc_read_json(what, text, size, a, &d, e) < 0)
		return -1;
	v = read_block(&r, b, d);
	if (!v)
		return -1;
	*ret_value = v;
	return 0;
}
