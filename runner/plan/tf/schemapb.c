#include "runner/plan/tf/schemapb.h"

#include <string.h>

#include "runner/base/json.h"
#include "runner/plan/tf/pb.h"

#define SCHEMA_MAX_BYTES ((size_t)64 << 20)

/* --- writing -------------------------------------------------------------------------------- */

/* Nested blocks have all five, nested attributes all but the second. */
static uint64_t nesting_number(enum restype_nesting nesting)
{
	switch (nesting) {
	case RESTYPE_SINGLE:
		return 1;
	case RESTYPE_LIST:
		return 2;
	case RESTYPE_SET:
		return 3;
	case RESTYPE_MAP:
		return 4;
	case RESTYPE_GROUP:
		return 5;
	}
	return 0;
}

static void write_attr(struct buf *out, uint32_t number, const struct restype_attr *attr,
		       int protocol)
{
	FP_CLEANUP(buf_release) struct buf text = BUF_INIT(SCHEMA_MAX_BYTES);
	FP_CLEANUP(buf_release) struct buf part = BUF_INIT(SCHEMA_MAX_BYTES);

	pb_add_text(&text, 1, attr->name);
	if (!attr->nested) {
		JSON_AUTO *type = type_to_json(attr->type);

		json_dump_compact(&part, type);
		pb_add_bytes(&text, 2, part.data, part.size ? part.size - 1 : 0);
	}
	pb_add_uint(&text, 4, attr->required);
	pb_add_uint(&text, 5, attr->optional);
	pb_add_uint(&text, 6, attr->computed);
	pb_add_uint(&text, 7, attr->sensitive);
	pb_add_uint(&text, 9, attr->deprecated);
	if (attr->nested) {
		buf_reset(&part);
		for (size_t i = 0; i < attr->nested->object->attr_count; i++)
			write_attr(&part, 1, &attr->nested->object->attrs[i], protocol);
		pb_add_uint(&part, 3, nesting_number(attr->nested->nesting));
		pb_add_message(&text, 10, &part);
	}
	pb_add_uint(&text, protocol == 6 ? 11 : 10, attr->write_only);
	pb_add_message(out, number, &text);
}

static void write_block(struct buf *out, const struct restype_block *b, int protocol)
{
	for (size_t i = 0; i < b->attr_count; i++)
		write_attr(out, 2, &b->attrs[i], protocol);
	for (size_t i = 0; i < b->type_count; i++) {
		const struct restype_block_type *t = &b->types[i];
		FP_CLEANUP(buf_release) struct buf text = BUF_INIT(SCHEMA_MAX_BYTES);
		FP_CLEANUP(buf_release) struct buf block = BUF_INIT(SCHEMA_MAX_BYTES);

		pb_add_text(&text, 1, t->name);
		write_block(&block, t->block, protocol);
		pb_add_message(&text, 2, &block);
		pb_add_uint(&text, 3, nesting_number(t->nesting));
		pb_add_uint(&text, 4, t->min_items);
		pb_add_uint(&text, 5, t->max_items);
		pb_add_message(out, 3, &text);
	}
}

void schemapb_write(struct buf *out, const struct restype_block *b, uint64_t version, int protocol)
{
	FP_CLEANUP(buf_release) struct buf block = BUF_INIT(SCHEMA_MAX_BYTES);

	write_block(&block, b, protocol);
	pb_add_uint(out, 1, version);
	pb_add_message(out, 2, &block);
}

bool schemapb_needs_6(const struct restype_block *b)
{
	for (size_t i = 0; i < b->attr_count; i++)
		if (b->attrs[i].nested)
			return true;
	for (size_t i = 0; i < b->type_count; i++)
		if (schemapb_needs_6(b->types[i].block))
			return true;
	return false;
}

/* --- reading -------------------------------------------------------------------------------- */

static bool block_to_json(struct pb_reader r, int protocol, size_t depth, json_t **ret_json);

static json_t *text_of(const struct pb_field *f)
{
	json_t *text = f->is_bytes ? json_stringn((const char *)f->data, f->size) : NULL;

	return text ? text : json_new_string("");
}

static void put_flag(json_t *object, const char *name, const struct pb_field *f)
{
	if (f->value && !f->is_bytes)
		json_put(object, name, json_true());
}

static void put_nesting(json_t *object, uint64_t number)
{
	static const char *const names[] = {"", "single", "list", "set", "map", "group"};

	if (number > 0 && number < FP_ARRAY_SIZE(names))
		json_put(object, "nesting_mode", json_new_string(names[number]));
}

static bool attr_to_json(struct pb_reader r, int protocol, size_t depth, json_t *attributes);

/* The nested type of an attribute. */
static bool nested_to_json(struct pb_reader r, int protocol, size_t depth, json_t **ret_json)
{
	json_t *object = json_new_object(), *attributes = json_new_object();
	struct pb_field f;
	bool ok = depth < RESTYPE_DEPTH_MAX;

	json_put(object, "attributes", attributes);
	while (ok && pb_next(&r, &f)) {
		if (f.number == 1)
			ok = attr_to_json(pb_message(&f), protocol, depth + 1, attributes);
		else if (f.number == 3)
			put_nesting(object, f.value);
	}
	*ret_json = object;
	return ok && !r.bad;
}

static bool attr_to_json(struct pb_reader r, int protocol, size_t depth, json_t *attributes)
{
	static const char *const flags[] = {
		[4] = "required", [5] = "optional",   [6] = "computed",	  [7] = "sensitive",
		[8] = NULL,	  [9] = "deprecated", [11] = "write_only"};
	JSON_AUTO *name = NULL;
	json_t *object = json_new_object(), *part;
	struct err e = ERR_INIT;
	struct pb_field f;
	bool ok = true;

	while (ok && pb_next(&r, &f)) {
		uint32_t number = protocol == 5 && f.number == 10 ? 11 : f.number;

		if (number == 1 && !name) {
			name = text_of(&f);
		} else if (number == 2) {
			ok = f.is_bytes && json_parse("type", f.data, f.size, &part, &e) == 0;
			if (ok)
				json_put(object, "type", part);
		} else if (number == 10) {
			ok = nested_to_json(pb_message(&f), protocol, depth, &part);
			json_put(object, "nested_type", part);
		} else if (number < FP_ARRAY_SIZE(flags) && flags[number]) {
			put_flag(object, flags[number], &f);
		}
	}
	ok = ok && !r.bad && name && *json_string_value(name);
	if (ok)
		json_put(attributes, json_string_value(name), object);
	else
		json_decref(object);
	return ok;
}

static bool nested_block_to_json(struct pb_reader r, int protocol, size_t depth, json_t *types)
{
	JSON_AUTO *name = NULL;
	json_t *object = json_new_object(), *part;
	struct pb_field f;
	bool ok = true;

	while (ok && pb_next(&r, &f)) {
		if (f.number == 1 && !name) {
			name = text_of(&f);
		} else if (f.number == 2) {
			ok = block_to_json(pb_message(&f), protocol, depth + 1, &part);
			json_put(object, "block", part);
		} else if (f.number == 3) {
			put_nesting(object, f.value);
		} else if ((f.number == 4 || f.number == 5) && f.value) {
			json_put(object, f.number == 4 ? "min_items" : "max_items",
				 json_new_int((int64_t)f.value));
		}
	}
	ok = ok && !r.bad && name && *json_string_value(name);
	if (ok)
		json_put(types, json_string_value(name), object);
	else
		json_decref(object);
	return ok;
}

static bool block_to_json(struct pb_reader r, int protocol, size_t depth, json_t **ret_json)
{
	json_t *object = json_new_object();
	json_t *attributes = json_new_object(), *types = json_new_object();
	struct pb_field f;
	bool ok = depth < RESTYPE_DEPTH_MAX;

	while (ok && pb_next(&r, &f)) {
		if (f.number == 2)
			ok = attr_to_json(pb_message(&f), protocol, depth, attributes);
		else if (f.number == 3)
			ok = nested_block_to_json(pb_message(&f), protocol, depth, types);
	}
	if (json_object_size(attributes))
		json_put(object, "attributes", attributes);
	else
		json_decref(attributes);
	if (json_object_size(types))
		json_put(object, "block_types", types);
	else
		json_decref(types);
	*ret_json = object;
	return ok && !r.bad;
}

bool schemapb_to_json(struct buf *out, const uint8_t *data, size_t size, int protocol)
{
	struct pb_reader r = pb_reader_of(data, size);
	JSON_AUTO *root = json_new_object();
	json_t *block = json_new_object();
	struct pb_field f;
	bool ok = true;

	json_put(root, "version", json_new_int(0));
	json_put(root, "block", block);
	while (ok && pb_next(&r, &f)) {
		if (f.number == 1 && !f.is_bytes) {
			json_put(root, "version", json_new_int((int64_t)f.value));
		} else if (f.number == 2) {
			ok = block_to_json(pb_message(&f), protocol, 0, &block);
			json_put(root, "block", block);
		}
	}
	json_dump_compact(out, root);
	if (out->size && !out->overflow)
		out->size--; /* the newline */
	return ok && !r.bad && !out->overflow;
}
