#include "runner/plan/tf/probe.h"

#include <string.h>

#include "runner/plan/provide.h"

#define DEPTH_MAX 4
/* Optional blocks in one configuration: some types have thousands, nested. */
#define BLOCKS_MAX 150

struct shape {
	unsigned variant;
	bool all;
	size_t blocks; /* optional ones so far */
};

/* --- values ---------------------------------------------------------------------------------- */

static bool has(const char *text, const char *part)
{
	return strstr(text, part) != NULL;
}

static bool ends(const char *text, const char *end)
{
	size_t size = strlen(text), end_size = strlen(end);

	return size >= end_size && strcmp(text + size - end_size, end) == 0;
}

/* What a text of that name probably looks like; NULL: nothing is known. */
static const char *likely(const char *name, bool other)
{
	static const struct {
		const char *end, *text, *other;
	} rows[] = {
		{"arn", "arn:aws:iam::123456789012:role/one", "arn:aws:iam::123456789012:role/two"},
		{"policy", "{\"Version\":\"2012-10-17\",\"Statement\":[]}",
		 "{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Deny\",\"Action\":\"*\","
		 "\"Resource\":\"*\"}]}"},
		{"json", "{\"a\":1}", "{\"a\":2}"},
		{"document", "{\"a\":1}", "{\"a\":2}"},
		{"definitions", "[{\"name\":\"a\",\"image\":\"b\"}]",
		 "[{\"name\":\"c\",\"image\":\"d\"}]"},
		{"cidr_block", "10.0.0.0/16", "10.1.0.0/16"},
		{"cidr", "10.0.0.0/16", "10.1.0.0/16"},
		{"email", "one@example.com", "two@example.com"},
		{"url", "https://one.example.com/", "https://two.example.com/"},
		{"ip", "10.0.0.1", "10.0.0.2"},
		{"address", "10.0.0.1", "10.0.0.2"},
		{"availability_zone", "us-east-1a", "us-east-1b"},
		{"region", "us-east-1", "us-west-2"},
		{"region_name", "us-east-1", "us-west-2"},
		{"account_id", "123456789012", "210987654321"},
		{"date", "2030-01-01T00:00:00Z", "2031-01-01T00:00:00Z"},
		{"time", "2030-01-01T00:00:00Z", "2031-01-01T00:00:00Z"},
	};

	for (size_t i = 0; i < FP_ARRAY_SIZE(rows); i++)
		if (ends(name, rows[i].end))
			return other ? rows[i].other : rows[i].text;
	return NULL;
}

static const char *text_of(const char *name, unsigned variant)
{
	static const char *const others[PROBE_VARIANTS] = {
		"fpone",
		"fptwo",
		"1",
		"2",
		"{}",
		"[]",
		"2030-01-01T00:00:00Z",
		"arn:aws:s3:::one",
		"true",
		"10.0.0.0/16",
	};
	const char *text = variant < 2 ? likely(name, variant == 1) : NULL;

	if (!text)
		text = others[variant % PROBE_VARIANTS];
	return has(name, "prefix") && variant < 2 ? (variant ? "fptwo" : "fpone") : text;
}

static const struct value *object_of(struct arena *a, const struct type *t, unsigned variant)
{
	const struct value **items = arena_array(a, t->count + 1, sizeof(*items));
	const char **keys = arena_array(a, t->count + 1, sizeof(*keys));

	for (size_t i = 0; i < t->count; i++) {
		keys[i] = t->attrs[i].name;
		items[i] = probe_value(a, t->attrs[i].type, keys[i], variant);
	}
	return value_object(a, keys, items, t->count);
}

const struct value *probe_value(struct arena *a, const struct type *t, const char *name,
				unsigned variant)
{
	const struct value **items = arena_array(a, 1, sizeof(*items));
	const char **keys = arena_array(a, 1, sizeof(*keys));

	switch (t->kind) {
	case TYPE_BOOL:
		return value_bool(variant % 2 == 1);
	case TYPE_NUMBER:
		return value_int(a, variant % 2 == 1 ? 2 : 1);
	case TYPE_STRING:
	case TYPE_DYNAMIC:
		return value_string(a, text_of(name, variant));
	case TYPE_LIST:
		items[0] = probe_value(a, t->element, name, variant);
		return value_list(a, t->element, items, 1);
	case TYPE_SET:
		items[0] = probe_value(a, t->element, name, variant);
		return value_set(a, t->element, items, 1);
	case TYPE_MAP:
		keys[0] = "key";
		items[0] = probe_value(a, t->element, name, variant);
		return value_map(a, t->element, keys, items, 1);
	case TYPE_OBJECT:
		return object_of(a, t, variant);
	case TYPE_TUPLE:
		break;
	}
	return value_null(a, t);
}

/* --- configurations -------------------------------------------------------------------------- */

static const struct value *block_of(struct arena *a, const struct restype_block *b, struct shape *s,
				    size_t depth);

static const struct value *blocks_of(struct arena *a, const struct restype_block_type *t,
				     size_t count, struct shape *s, size_t depth)
{
	const struct value **items = arena_array(a, count + 1, sizeof(*items));
	const char **keys = arena_array(a, count + 1, sizeof(*keys));
	bool mixed = t->block->type->has_dynamic;

	for (size_t i = 0; i < count; i++) {
		keys[i] = arena_printf(a, "key%zu", i);
		s->variant += (unsigned)i;
		items[i] = block_of(a, t->block, s, depth + 1);
		s->variant -= (unsigned)i;
	}
	switch (t->nesting) {
	case RESTYPE_SINGLE:
		return count ? items[0] : value_null(a, t->block->type);
	case RESTYPE_GROUP:
		return block_of(a, t->block, s, depth + 1);
	case RESTYPE_LIST:
		return mixed ? value_tuple(a, items, count)
			     : value_list(a, t->block->type, items, count);
	case RESTYPE_SET:
		return value_set(a, t->block->type, items, count);
	case RESTYPE_MAP:
		return mixed ? value_object(a, keys, items, count)
			     : value_map(a, t->block->type, keys, items, count);
	}
	return value_null(a, t->type);
}

static const struct value *nested_of(struct arena *a, const struct restype_attr *attr,
				     struct shape *s, size_t depth)
{
	const struct restype_nested *n = attr->nested;
	const struct value **items = arena_array(a, 1, sizeof(*items));
	const char **keys = arena_array(a, 1, sizeof(*keys));

	items[0] = block_of(a, n->object, s, depth + 1);
	keys[0] = "key";
	switch (n->nesting) {
	case RESTYPE_SINGLE:
	case RESTYPE_GROUP:
		return items[0];
	case RESTYPE_LIST:
		return value_list(a, n->object->type, items, 1);
	case RESTYPE_SET:
		return value_set(a, n->object->type, items, 1);
	case RESTYPE_MAP:
		return value_map(a, n->object->type, keys, items, 1);
	}
	return items[0];
}

static const struct value *block_of(struct arena *a, const struct restype_block *b, struct shape *s,
				    size_t depth)
{
	size_t total = b->attr_count + b->type_count, count = 0;
	const struct value **items = arena_array(a, total + 1, sizeof(*items));
	const char **keys = arena_array(a, total + 1, sizeof(*keys));

	for (size_t i = 0; i < b->attr_count; i++) {
		const struct restype_attr *attr = &b->attrs[i];

		keys[count] = attr->name;
		if (!attr->required)
			items[count++] = value_null(a, attr->type);
		else if (attr->nested)
			items[count++] = nested_of(a, attr, s, depth);
		else
			items[count++] = probe_value(a, attr->type, attr->name, s->variant);
	}
	for (size_t i = 0; i < b->type_count; i++) {
		const struct restype_block_type *t = &b->types[i];
		size_t n = t->min_items;

		if (s->all && n == 0 && depth < DEPTH_MAX && s->blocks < BLOCKS_MAX &&
		    strcmp(t->name, "timeouts") != 0) {
			s->blocks++;
			n = 1;
		}
		keys[count] = t->name;
		items[count++] = blocks_of(a, t, n, s, depth);
	}
	return value_object(a, keys, items, count);
}

const struct value *probe_config(struct arena *a, const struct restype_block *b, unsigned variant,
				 bool all)
{
	struct shape s = {variant, all, 0};

	return block_of(a, b, &s, 0);
}

const struct value *probe_with(struct arena *a, const struct restype_block *b,
			       const struct value *v, const char *const *path, size_t count,
			       const struct value *item, unsigned variant)
{
	const struct restype_block_type *t;
	struct shape s = {variant, false, 0};
	const struct value *blocks, **items;

	if (!value_has_keys(v))
		return v;
	if (count == 1)
		return provide_with(a, v, path[0], item);
	t = restype_block_type(b, path[0]);
	blocks = value_get(v, path[0]);
	if (!t || !blocks)
		return v;
	if (!value_is_iterable(blocks) || blocks->count == 0)
		blocks = blocks_of(a, t, 1, &s, 0);
	if (t->nesting == RESTYPE_SINGLE || t->nesting == RESTYPE_GROUP)
		return provide_with(
			a, v, path[0],
			probe_with(a, t->block, blocks, path + 1, count - 1, item, variant));
	items = arena_memdup(a, blocks->items, blocks->count * sizeof(*items));
	items[0] = probe_with(a, t->block, items[0], path + 1, count - 1, item, variant);
	return provide_with(a, v, path[0], provide_collection(a, blocks, items, blocks->count));
}

/* --- state ----------------------------------------------------------------------------------- */

static const struct value *made(struct arena *a, const struct type *t)
{
	const struct value **items;

	switch (t->kind) {
	case TYPE_LIST:
		return value_list(a, t->element, NULL, 0);
	case TYPE_SET:
		return value_set(a, t->element, NULL, 0);
	case TYPE_MAP:
		return value_map(a, t->element, NULL, NULL, 0);
	case TYPE_OBJECT:
		items = arena_array(a, t->count + 1, sizeof(*items));
		for (size_t i = 0; i < t->count; i++)
			items[i] = made(a, t->attrs[i].type);
		return value_object_of(a, t, items);
	case TYPE_STRING:
	case TYPE_DYNAMIC:
		return value_string(a, "made-up");
	case TYPE_BOOL:
		return &value_false;
	case TYPE_NUMBER:
		return value_int(a, 1);
	case TYPE_TUPLE:
		break;
	}
	return value_null(a, t);
}

static const struct value *fill(void *context, struct arena *a, const struct value *v)
{
	(void)context;
	return v->state == VALUE_UNKNOWN ? made(a, v->type) : v;
}

const struct value *probe_state(struct arena *a, const struct value *v)
{
	return value_rewrite(a, v, fill, NULL);
}
