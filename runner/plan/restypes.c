/* The part of restype.h that is not about packs: building, asking, and Terraform's own types. */
#include "runner/plan/restype.h"

#include <string.h>

static int attrs_by_name(const void *left, const void *right)
{
	const struct restype_attr *a = left, *b = right;

	return strcmp(a->name, b->name);
}

static int types_by_name(const void *left, const void *right)
{
	const struct restype_block_type *a = left, *b = right;

	return strcmp(a->name, b->name);
}

const struct type *restype_nested_type(struct arena *a, enum restype_nesting nesting,
				       const struct type *object)
{
	/* A collection whose elements may differ in type can only be a tuple or an object. */
	bool mixed = object->has_dynamic;

	switch (nesting) {
	case RESTYPE_SINGLE:
	case RESTYPE_GROUP:
		return object;
	case RESTYPE_LIST:
		return mixed ? &type_dynamic : type_list(a, object);
	case RESTYPE_SET:
		return type_set(a, object);
	case RESTYPE_MAP:
		return mixed ? &type_dynamic : type_map(a, object);
	}
	return &type_dynamic;
}

static struct body_schema body_schema_of(struct arena *a, const struct restype_block *b)
{
	struct schema_attr *attrs = arena_array(a, b->attr_count + 1, sizeof(*attrs));
	struct schema_block *blocks = arena_array(a, b->type_count + 1, sizeof(*blocks));

	for (size_t i = 0; i < b->attr_count; i++)
		attrs[i] = (struct schema_attr){b->attrs[i].name, b->attrs[i].required};
	for (size_t i = 0; i < b->type_count; i++)
		blocks[i] = (struct schema_block){.type = b->types[i].name};
	return (struct body_schema){attrs, b->attr_count, blocks, b->type_count};
}

static bool may_be_blocks(const struct type *t)
{
	return (t->kind == TYPE_LIST || t->kind == TYPE_SET) && t->element->kind == TYPE_OBJECT;
}

const struct restype_block *restype_block_new(struct arena *a, struct restype_attr *attrs,
					      size_t attr_count, struct restype_block_type *types,
					      size_t type_count)
{
	struct type_attr *members = arena_array(a, attr_count + type_count + 1, sizeof(*members));
	struct restype_block *b = arena_alloc(a, sizeof(*b));
	size_t count = 0;

	*b = (struct restype_block){
		.attrs = attrs, .attr_count = attr_count, .types = types, .type_count = type_count};
	if (attr_count)
		qsort(attrs, attr_count, sizeof(*attrs), attrs_by_name);
	if (type_count)
		qsort(types, type_count, sizeof(*types), types_by_name);
	for (size_t i = 0; i < attr_count; i++) {
		const struct restype_block *nested =
			attrs[i].nested ? attrs[i].nested->object : NULL;

		members[count++] = (struct type_attr){attrs[i].name, attrs[i].type, false};
		b->has_block_attrs |= !nested && may_be_blocks(attrs[i].type);
		b->has_sensitive |= attrs[i].sensitive || (nested && nested->has_sensitive);
		b->has_write_only |= attrs[i].write_only || (nested && nested->has_write_only);
	}
	for (size_t i = 0; i < type_count; i++) {
		members[count++] = (struct type_attr){types[i].name, types[i].type, false};
		b->has_sensitive |= types[i].block->has_sensitive;
		b->has_write_only |= types[i].block->has_write_only;
	}
	b->type = type_object(a, members, count);
	b->syntax = body_schema_of(a, b);
	return b;
}

const struct restype_attr *restype_attr(const struct restype_block *b, const char *name)
{
	struct restype_attr wanted = {.name = name};

	return b->attr_count
		       ? bsearch(&wanted, b->attrs, b->attr_count, sizeof(wanted), attrs_by_name)
		       : NULL;
}

const struct restype_block_type *restype_block_type(const struct restype_block *b, const char *name)
{
	struct restype_block_type wanted = {.name = name};

	return b->type_count
		       ? bsearch(&wanted, b->types, b->type_count, sizeof(wanted), types_by_name)
		       : NULL;
}

/* --- sensitive places ----------------------------------------------------------------------- */

static const struct value *mark_elements(struct arena *a, const struct restype_block *b,
					 const struct value *v)
{
	const struct value **items;
	const char **keys = NULL;

	if (!value_is_iterable(v) || v->count == 0)
		return v;
	items = arena_array(a, v->count, sizeof(*items));
	for (size_t i = 0; i < v->count; i++)
		items[i] = restype_mark_sensitive(a, b, v->items[i]);
	switch (v->type->kind) {
	case TYPE_LIST:
		return value_mark(a, value_list(a, v->type->element, items, v->count), v->marks);
	case TYPE_SET:
		return value_mark(a, value_set(a, v->type->element, items, v->count), v->marks);
	case TYPE_TUPLE:
		return value_mark(a, value_tuple(a, items, v->count), v->marks);
	case TYPE_MAP:
	case TYPE_OBJECT:
		keys = arena_array(a, v->count, sizeof(*keys));
		for (size_t i = 0; i < v->count; i++)
			keys[i] = value_key(v, i);
		if (v->type->kind == TYPE_OBJECT)
			return value_mark(a, value_object(a, keys, items, v->count), v->marks);
		return value_mark(a, value_map(a, v->type->element, keys, items, v->count),
				  v->marks);
	case TYPE_DYNAMIC:
	case TYPE_BOOL:
	case TYPE_NUMBER:
	case TYPE_STRING:
		break;
	}
	return v;
}

static const struct value *mark_nested(struct arena *a, enum restype_nesting nesting,
				       const struct restype_block *b, const struct value *v)
{
	if (!b->has_sensitive)
		return v;
	return nesting == RESTYPE_SINGLE || nesting == RESTYPE_GROUP
		       ? restype_mark_sensitive(a, b, v)
		       : mark_elements(a, b, v);
}

const struct value *restype_mark_sensitive(struct arena *a, const struct restype_block *b,
					   const struct value *v)
{
	const struct value **items;

	if (!b->has_sensitive || v->state != VALUE_KNOWN || v->type->kind != TYPE_OBJECT)
		return v;
	items = arena_array(a, v->count + 1, sizeof(*items));
	for (size_t i = 0; i < v->count; i++) {
		const char *name = v->type->attrs[i].name;
		const struct restype_attr *attr = restype_attr(b, name);
		const struct restype_block_type *type = attr ? NULL : restype_block_type(b, name);

		items[i] = v->items[i];
		if (attr && attr->sensitive)
			items[i] = value_mark(a, items[i], VALUE_SENSITIVE);
		else if (attr && attr->nested)
			items[i] = mark_nested(a, attr->nested->nesting, attr->nested->object,
					       items[i]);
		else if (type)
			items[i] = mark_nested(a, type->nesting, type->block, items[i]);
	}
	return value_mark(a, value_object_of(a, v->type, items), v->marks);
}

/* --- Terraform's own types ------------------------------------------------------------------ */

static const struct restype *of_attrs(struct arena *a, enum pack_kind kind, const char *name,
				      const struct restype_attr *attrs, size_t count)
{
	struct restype *t = arena_alloc(a, sizeof(*t));

	t->kind = kind;
	t->name = name;
	t->block = restype_block_new(a, arena_memdup(a, attrs, count * sizeof(*attrs)), count, NULL,
				     0);
	t->has_replace_facts = true;
	return t;
}

const struct restype *restype_builtin(struct arena *a, enum pack_kind kind, const char *name)
{
	static const struct restype_attr data[] = {
		{.name = "id", .type = &type_string, .computed = true},
		{.name = "input", .type = &type_dynamic, .optional = true},
		{.name = "output", .type = &type_dynamic, .computed = true},
		{.name = "triggers_replace",
		 .type = &type_dynamic,
		 .optional = true,
		 .force_new = true},
	};
	static const struct restype_attr remote[] = {
		{.name = "backend", .type = &type_string, .required = true},
		{.name = "config", .type = &type_dynamic, .optional = true},
		{.name = "defaults", .type = &type_dynamic, .optional = true},
		{.name = "outputs", .type = &type_dynamic, .computed = true},
		{.name = "workspace", .type = &type_string, .optional = true},
	};

	if (kind == PACK_RESOURCE && strcmp(name, "terraform_data") == 0)
		return of_attrs(a, kind, name, data, FP_ARRAY_SIZE(data));
	if (kind == PACK_DATA && strcmp(name, "terraform_remote_state") == 0)
		return of_attrs(a, kind, name, remote, FP_ARRAY_SIZE(remote));
	return NULL;
}
