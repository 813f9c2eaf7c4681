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

static const struct value *read_elements(struct reader *r, const struct restype_block_type *t,
					 const struct doc *d)
{
	const struct value **items = arena_array(r->arena, d->count + 1, sizeof(*items));
	const char **keys = arena_array(r->arena, d->count + 1, sizeof(*keys));
	bool mixed = t->block->type->has_dynamic;
	size_t count = 0;

	for (const struct doc *m = d->first; m; m = m->next) {
		keys[count] = m->key;
		items[count] = read_block(r, t->block, m);
		if (!items[count++])
			return NULL;
	}
	if (t->nesting == RESTYPE_SET)
		return value_set(r->arena, count && mixed ? items[0]->type : t->block->type, items,
				 count);
	if (t->nesting == RESTYPE_LIST)
		return mixed ? value_tuple(r->arena, items, count)
			     : value_list(r->arena, t->block->type, items, count);
	return mixed ? value_object(r->arena, keys, items, count)
		     : value_map(r->arena, t->block->type, keys, items, count);
}

static const struct value *read_blocks(struct reader *r, const struct restype_block_type *t,
				       const struct doc *d)
{
	const struct type *written;
	enum doc_kind wanted = t->nesting == RESTYPE_MAP ? DOC_OBJECT : DOC_ARRAY;

	if (t->nesting == RESTYPE_SINGLE || t->nesting == RESTYPE_GROUP)
		return d->kind == DOC_NULL ? value_null(r->arena, t->type)
					   : read_block(r, t->block, d);
	if (t->type->kind == TYPE_DYNAMIC && d->kind == DOC_OBJECT && doc_get(d, "type"))
		d = unwrap(r, d, &written);
	if (!d || d->kind == DOC_NULL)
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
