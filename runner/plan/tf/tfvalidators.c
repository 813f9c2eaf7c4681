#include "runner/plan/tf/tfvalidators.h"

#include <string.h>

#include "runner/plan/provide.h"
#include "runner/plan/tf/ctypack.h"
#include "runner/plan/tf/probe.h"

#define VALUE_MAX_BYTES ((size_t)64 << 20)
#define LONG_SIZE 5000u

/* --- the protocol ------------------------------------------------------------------------------
 */

void tfvalidators_add_value(struct buf *out, uint32_t number, const struct value *v,
			    const struct type *t)
{
	FP_CLEANUP(buf_release) struct buf bytes = BUF_INIT(VALUE_MAX_BYTES);
	FP_CLEANUP(buf_release) struct buf message = BUF_INIT(VALUE_MAX_BYTES);

	ctypack_write(&bytes, v, t);
	pb_add_bytes(&message, 1, bytes.data, bytes.size);
	pb_add_message(out, number, &message);
}

const char *tfvalidators_path(struct arena *a, const struct pb_field *field)
{
	struct pb_reader r = pb_message(field);
	struct pb_field step, part;
	const char *text = "";

	while (pb_next(&r, &step)) {
		struct pb_reader inner = pb_message(&step);

		while (pb_next(&inner, &part))
			if (part.number == 1 && part.is_bytes)
				text = arena_printf(a, "%s%s%.*s", text, *text ? "." : "",
						    (int)part.size, (const char *)part.data);
	}
	return text;
}

struct tfvalidators_told tfvalidators_read(struct arena *a, const struct pb_field *field)
{
	struct pb_reader r = pb_message(field);
	struct tfvalidators_told d = {.summary = "", .detail = "", .path = ""};
	struct pb_field f;

	while (pb_next(&r, &f)) {
		if (f.number == 1)
			d.error = f.value == 1;
		else if (f.number == 2 && f.is_bytes)
			d.summary = arena_strndup(a, (const char *)f.data, f.size);
		else if (f.number == 3 && f.is_bytes)
			d.detail = arena_strndup(a, (const char *)f.data, f.size);
		else if (f.number == 4)
			d.path = tfvalidators_path(a, &f);
	}
	return d;
}

const struct value *tfvalidators_first(const struct value *v)
{
	if (!v || !value_is_iterable(v))
		return NULL;
	if (v->type->kind == TYPE_OBJECT && !v->type->has_dynamic)
		return v;
	return v->count ? v->items[0] : NULL;
}

/* --- what is told --------------------------------------------------------------------------------
 */

enum told_kind {
	TOLD_OTHER,
	TOLD_ENUM,
	TOLD_RANGE,
	TOLD_LENGTH
};

struct told {
	enum told_kind kind;
	const char *path; /* of the attribute that is meant, in the schema; NULL: none */
	json_t *found;	  /* stolen by whoever keeps it */
};

struct answers {
	struct told *list;
	size_t count, capacity;
};

/* ["A" "B"] after at, as an array; NULL when there is none. */
static json_t *listed(struct arena *a, const char *at)
{
	json_t *list = json_new_array();
	const char *open = strchr(at, '['), *close = open ? strchr(open, ']') : NULL;

	while (open && close && (open = strchr(open, '"')) && open < close) {
		const char *end = strchr(open + 1, '"');

		if (!end || end > close)
			break;
		json_push(list,
			  json_new_string(arena_strndup(a, open + 1, (size_t)(end - open - 1))));
		open = end + 1;
	}
	if (json_array_size(list) > 0)
		return list;
	json_decref(list);
	return NULL;
}

static json_t *pair(struct arena *a, const char *low, size_t low_size, const char *high,
		    size_t high_size)
{
	json_t *out = json_new_array();

	json_push(out, json_new_string(arena_strndup(a, low, low_size)));
	json_push(out, json_new_string(arena_strndup(a, high, high_size)));
	return out;
}

/* (1 - 100) after at, as two texts. */
static json_t *bounds(struct arena *a, const char *at)
{
	const char *open = strchr(at, '('), *dash = open ? strstr(open, " - ") : NULL;
	const char *close = dash ? strchr(dash, ')') : NULL;

	return close ? pair(a, open + 1, (size_t)(dash - open - 1), dash + 3,
			    (size_t)(close - dash - 3))
		     : NULL;
}

/* "1 and 100", as two texts. */
static json_t *bounds_in_words(struct arena *a, const char *at)
{
	static const char digits[] = "0123456789", between[] = " and ";
	size_t low = strspn(at, digits);
	const char *high = at + low + strlen(between);

	if (!low || strncmp(at + low, between, strlen(between)) != 0 || !strspn(high, digits))
		return NULL;
	return pair(a, at, low, high, strspn(high, digits));
}

/* Whether the schema has an attribute at that path with dots. */
static bool is_attribute(const struct restype_block *b, const char *path)
{
	char name[256];
	size_t size = strcspn(path, ".");
	const struct restype_block_type *t;

	if (size >= sizeof(name))
		return false;
	memcpy(name, path, size);
	name[size] = 0;
	if (!path[size])
		return restype_attr(b, name) != NULL;
	t = restype_block_type(b, name);
	return t && is_attribute(t->block, path + size + 1);
}

static const char *below(struct arena *a, const char *path, const char *name)
{
	return *path ? arena_printf(a, "%s.%s", path, name) : name;
}

/* "expected block.0.name to": a validator of a set, or one that looks at another attribute, points
 * elsewhere than to what it means. */
static const char *meant_path(struct arena *a, const struct restype_block *b, const char *told_path,
			      const char *text)
{
	static const char expected[] = "expected ", length[] = "length of ";
	const char *name = strstr(text, expected), *end, *last, *path;
	const char *dot = strrchr(told_path, '.');

	if (name) {
		name += strlen(expected);
		name += strncmp(name, length, strlen(length)) == 0 ? strlen(length) : 0;
	}
	end = name ? strchr(name, ' ') : NULL;
	if (!end)
		return is_attribute(b, told_path) ? told_path : NULL;
	for (last = end; last > name && last[-1] != '.';)
		last--;
	name = arena_strndup(a, last, (size_t)(end - last));
	if (strcmp(dot ? dot + 1 : told_path, name) == 0)
		return is_attribute(b, told_path) ? told_path : NULL;
	path = below(a, told_path, name);
	if (is_attribute(b, path))
		return path;
	path = dot ? arena_printf(a, "%.*s.%s", (int)(dot - told_path), told_path, name) : name;
	return is_attribute(b, path) ? path : NULL;
}

static struct told understood(struct arena *a, const struct restype_block *b,
			      const struct tfvalidators_told *d)
{
	static const char in_words[] = "string length must be between ";
	const char *text = arena_printf(a, "%s %s", d->summary, d->detail), *at;
	struct told t = {.path = *d->path ? meant_path(a, b, d->path, text) : NULL};

	if (!t.path)
		return t;
	at = strstr(text, "to be one of [");
	if (!at)
		at = strstr(text, "must be one of: [");
	if (at) {
		t.found = listed(a, at);
		t.kind = t.found ? TOLD_ENUM : TOLD_OTHER;
		return t;
	}
	at = strstr(text, in_words);
	if (at) {
		t.found = bounds_in_words(a, at + strlen(in_words));
		t.kind = t.found ? TOLD_LENGTH : TOLD_OTHER;
		return t;
	}
	at = strstr(text, "in the range (");
	t.found = at ? bounds(a, at) : NULL;
	if (t.found)
		t.kind = strstr(text, "expected length of ") ? TOLD_LENGTH : TOLD_RANGE;
	return t;
}

static size_t count_at(const struct answers *all, const char *path)
{
	size_t count = 0;

	for (size_t i = 0; i < all->count; i++)
		count += all->list[i].path && strcmp(all->list[i].path, path) == 0;
	return count;
}

static bool tells_length(const struct answers *all, const char *path)
{
	for (size_t i = 0; i < all->count; i++)
		if (all->list[i].kind == TOLD_LENGTH && strcmp(all->list[i].path, path) == 0)
			return true;
	return false;
}

static void put_first(json_t *to, const char *path, json_t *found)
{
	if (!json_object_get(to, path))
		json_put(to, path, json_incref(found));
}

/*
 * A bound is no bound where another validator can take the text instead.  It surely stands for
 * itself where it alone refuses, or where another refuses a text within the bounds as well.
 */
static bool binds(const struct answers *plain, const struct answers *other, const char *path)
{
	size_t of_plain = count_at(plain, path);

	if (tells_length(plain, path))
		return of_plain == 1;
	return of_plain > 0 || count_at(other, path) == 1;
}

static void keep(const struct answers *plain, const struct answers *other, json_t *enums,
		 json_t *ranges, json_t *widened)
{
	const struct answers *const both[] = {plain, other};

	for (size_t i = 0; i < plain->count; i++) {
		const struct told *t = &plain->list[i];

		if (t->kind != TOLD_RANGE && t->kind != TOLD_ENUM)
			continue;
		if (count_at(plain, t->path) > 1 && !json_object_get(enums, t->path) &&
		    !json_object_get(ranges, t->path))
			json_push(widened, json_new_string(t->path));
		put_first(t->kind == TOLD_ENUM ? enums : ranges, t->path, t->found);
	}
	for (size_t k = 0; k < FP_ARRAY_SIZE(both); k++)
		for (size_t i = 0; i < both[k]->count; i++) {
			const struct told *t = &both[k]->list[i];

			if (t->kind == TOLD_LENGTH && binds(plain, other, t->path))
				put_first(ranges, t->path, t->found);
		}
}

/* --- asking --------------------------------------------------------------------------------------
 */

/* The same configuration with values that no validator can like; context: a long text, or NULL. */
static const struct value *nonsense(void *context, struct arena *a, const struct value *v)
{
	if (v->type == &type_string)
		return value_string(a, context ? context : "fixproof no such value");
	if (v->type == &type_number)
		return value_int(a, -2147483647);
	return v;
}

/* Every attribute that can be set, in every block. */
static const struct value *everything(struct arena *a, const struct restype_block *b,
				      const struct value *v, size_t depth)
{
	if (!value_has_keys(v) || depth > 5)
		return v;
	for (size_t i = 0; i < b->attr_count; i++) {
		const struct restype_attr *attr = &b->attrs[i];

		if ((attr->optional || attr->required) && !attr->nested &&
		    attr->type->kind != TYPE_DYNAMIC)
			v = provide_with(a, v, attr->name,
					 probe_value(a, attr->type, attr->name, 0));
	}
	for (size_t i = 0; i < b->type_count; i++) {
		const struct value *blocks = value_get(v, b->types[i].name), *first, **items;

		first = blocks ? tfvalidators_first(blocks) : NULL;
		if (!first || b->types[i].nesting == RESTYPE_SINGLE ||
		    b->types[i].nesting == RESTYPE_GROUP || b->types[i].nesting == RESTYPE_MAP ||
		    b->types[i].block->type->has_dynamic)
			continue;
		items = arena_array(a, 1, sizeof(*items));
		items[0] = everything(a, b->types[i].block, first, depth + 1);
		v = provide_with(a, v, b->types[i].name, provide_collection(a, blocks, items, 1));
	}
	return v;
}

static int ask(struct tfclient *c, struct arena *a, const struct restype *t,
	       const struct value *config, char *text, struct answers *all, struct err *e)
{
	FP_CLEANUP(buf_release) struct buf request = BUF_INIT(VALUE_MAX_BYTES);
	struct pb_reader reader;
	const uint8_t *message;
	struct pb_field f;
	size_t size;

	config = value_rewrite(a, config, nonsense, text);
	pb_add_text(&request, 1, t->name);
	tfvalidators_add_value(&request, 2, config, t->block->type);
	if (tfclient_call(c, "ValidateResourceTypeConfig", &request, &message, &size, e) < 0)
		return -1;
	reader = pb_reader_of(message, size);
	while (pb_next(&reader, &f))
		if (f.number == 1) {
			struct tfvalidators_told d = tfvalidators_read(a, &f);

			if (!d.error)
				continue;
			all->list = arena_grow(a, all->list, all->count, &all->capacity,
					       sizeof(*all->list));
			all->list[all->count++] = understood(a, t->block, &d);
		}
	return 0;
}

static void forget(struct answers *all)
{
	for (size_t i = 0; i < all->count; i++)
		json_decref(all->list[i].found);
}

int tfvalidators_record(struct tfclient *c, struct arena *a, const struct restype *t, bool large,
			json_t *enums, json_t *ranges, json_t *widened, struct err *e)
{
	const struct value *config =
		everything(a, t->block, probe_config(a, t->block, 0, !large), 0);
	struct answers plain = {.count = 0}, other = {.count = 0};
	char *text = arena_alloc(a, LONG_SIZE + 1);
	int status;

	memset(text, 'x', LONG_SIZE);
	status = ask(c, a, t, config, NULL, &plain, e);
	if (status == 0 && !large)
		status = ask(c, a, t, config, text, &other, e);
	if (status == 0)
		keep(&plain, &other, enums, ranges, widened);
	forget(&plain);
	forget(&other);
	return status;
}
