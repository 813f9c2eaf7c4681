#include "runner/plan/tf/ctypack.h"

#include <math.h>
#include <string.h>

#include "runner/base/json.h"
#include "runner/plan/tf/msgpack.h"

#define EXTENSION_REFINED 12
#define REFINEMENTS_MAX_BYTES 1024

enum refinement_key {
	REFINED_NULLNESS = 1,
	REFINED_PREFIX,
	REFINED_MIN,
	REFINED_MAX,
	REFINED_LENGTH_MIN,
	REFINED_LENGTH_MAX,
};

/* --- reading -------------------------------------------------------------------------------- */

struct reader {
	struct arena *arena;
	struct msgpack_reader in;
	size_t depth;
	struct err *e;
};

static const struct value *read_value(struct reader *r, const struct type *t);

static const struct value *fault(struct reader *r, const char *reason)
{
	if (!r->e->kind)
		(void)err_set(r->e, ERR_PEER, "not a value in MessagePack: %s", reason);
	return NULL;
}

static const struct value *read_text(struct reader *r, const struct msgpack_token *t)
{
	const char *text = (const char *)t->data;
	const char *reason = value_text_fault(text, t->size);

	return reason ? fault(r, "a text that is no text")
		      : value_string_n(r->arena, text, t->size);
}

static const struct number *number_of(struct reader *r, const struct msgpack_token *t)
{
	bool limit = false;

	switch (t->kind) {
	case MSGPACK_UINT:
		return t->uint <= INT64_MAX ? number_of_int(r->arena, (int64_t)t->uint)
					    : number_of_uint(r->arena, t->uint);
	case MSGPACK_INT:
		return number_of_int(r->arena, t->sint);
	case MSGPACK_DOUBLE:
		return isfinite(t->number) ? number_of_double(r->arena, t->number) : NULL;
	case MSGPACK_STRING:
		return number_parse(r->arena, (const char *)t->data, t->size, &limit);
	case MSGPACK_NIL:
	case MSGPACK_BOOL:
	case MSGPACK_BINARY:
	case MSGPACK_ARRAY:
	case MSGPACK_MAP:
	case MSGPACK_EXTENSION:
		break;
	}
	return NULL;
}

static const struct value *read_primitive(struct reader *r, const struct type *t,
					  const struct msgpack_token *token)
{
	const struct number *n;

	if (t->kind == TYPE_BOOL && token->kind == MSGPACK_BOOL)
		return value_bool(token->boolean);
	if (t->kind == TYPE_STRING && token->kind == MSGPACK_STRING)
		return read_text(r, token);
	n = t->kind == TYPE_NUMBER ? number_of(r, token) : NULL;
	return n ? value_number(r->arena, n) : fault(r, "a primitive of another type");
}

/* [binary of the type's JSON, value] */
static const struct value *read_dynamic(struct reader *r, const struct msgpack_token *token)
{
	struct msgpack_token inner;
	JSON_AUTO *json = NULL;
	const struct type *t;

	if (token->kind != MSGPACK_ARRAY || token->size != 2 || !msgpack_next(&r->in, &inner) ||
	    (inner.kind != MSGPACK_BINARY && inner.kind != MSGPACK_STRING))
		return fault(r, "a dynamic value without its type");
	if (json_parse("the type of a dynamic value", inner.data, inner.size, &json, r->e) < 0 ||
	    type_from_json(r->arena, json, &t, r->e) < 0)
		return NULL;
	return read_value(r, type_without_optional(r->arena, t));
}

/* Bounds are [number, inclusive]. */
static bool read_bound(struct reader *r, const struct number **ret_bound, bool *ret_inclusive)
{
	struct msgpack_token list, bound, inclusive;

	if (!msgpack_next(&r->in, &list) || list.kind != MSGPACK_ARRAY || list.size != 2 ||
	    !msgpack_next(&r->in, &bound))
		return false;
	*ret_bound = number_of(r, &bound);
	if (!*ret_bound || !msgpack_next(&r->in, &inclusive) || inclusive.kind != MSGPACK_BOOL)
		return false;
	*ret_inclusive = inclusive.boolean;
	return true;
}

static bool read_refinement(struct reader *r, uint64_t key, struct refinement *out)
{
	struct msgpack_token t;

	if (key == REFINED_MIN)
		return read_bound(r, &out->min, &out->min_inclusive);
	if (key == REFINED_MAX)
		return read_bound(r, &out->max, &out->max_inclusive);
	if (!msgpack_next(&r->in, &t))
		return false;
	switch (key) {
	case REFINED_NULLNESS:
		out->not_null = t.kind == MSGPACK_BOOL && !t.boolean;
		return t.kind == MSGPACK_BOOL;
	case REFINED_PREFIX:
		if (t.kind != MSGPACK_STRING || value_text_fault((const char *)t.data, t.size))
			return false;
		/* An empty one says nothing. */
		out->prefix = t.size ? arena_strndup(r->arena, (const char *)t.data, t.size) : NULL;
		return true;
	case REFINED_LENGTH_MIN:
	case REFINED_LENGTH_MAX:
		if (t.kind != MSGPACK_UINT || t.uint > INT64_MAX)
			return false;
		if (!out->has_length)
			out->length_max = SIZE_MAX;
		out->has_length = true;
		*(key == REFINED_LENGTH_MIN ? &out->length_min : &out->length_max) = t.uint;
		return true;
	default:
		/* A key of a later version, whose value is one token at least: not understood. */
		return false;
	}
}

/* Refinements are a promise, not a demand: those that do not fit the type are left out. */
static bool fits(const struct refinement *f, const struct type *t)
{
	return (!f->prefix || t->kind == TYPE_STRING) &&
	       ((!f->min && !f->max) || t->kind == TYPE_NUMBER) &&
	       (!f->has_length || type_is_collection(t));
}

static const struct value *read_unknown(struct reader *r, const struct type *t,
					const struct msgpack_token *token)
{
	struct refinement *f = arena_alloc(r->arena, sizeof(*f));
	struct msgpack_reader outer = r->in;
	struct msgpack_token map, key;
	bool ok;

	if (token->extension != EXTENSION_REFINED || t->kind == TYPE_DYNAMIC)
		return value_unknown(r->arena, t);
	if (token->size > REFINEMENTS_MAX_BYTES)
		return fault(r, "refinements over 1024 bytes");
	r->in = (struct msgpack_reader){token->data, token->data + token->size, false};
	ok = msgpack_next(&r->in, &map) && map.kind == MSGPACK_MAP;
	for (size_t i = 0; ok && i < map.size; i++)
		ok = msgpack_next(&r->in, &key) && key.kind == MSGPACK_UINT &&
		     read_refinement(r, key.uint, f);
	r->in = outer;
	if (!ok)
		return fault(r, "refinements that cannot be read");
	/* Any length says nothing. */
	f->has_length = f->has_length && (f->length_min > 0 || f->length_max != SIZE_MAX);
	return fits(f, t) ? value_unknown_refined(r->arena, t, f) : value_unknown(r->arena, t);
}

static const struct value *read_sequence(struct reader *r, const struct type *t, size_t count)
{
	const struct value **items = arena_array(r->arena, count + 1, sizeof(*items));

	if (t->kind == TYPE_TUPLE && count != t->count)
		return fault(r, "a tuple of another length");
	for (size_t i = 0; i < count; i++) {
		items[i] = read_value(r, t->kind == TYPE_TUPLE ? t->elements[i] : t->element);
		if (!items[i])
			return NULL;
	}
	if (t->kind == TYPE_LIST)
		return value_list(r->arena, t->element, items, count);
	if (t->kind == TYPE_SET)
		return value_set(r->arena, t->element, items, count);
	return value_tuple(r->arena, items, count);
}

static bool read_key(struct reader *r, const char **ret_key)
{
	struct msgpack_token t;
	const struct value *v;

	if (!msgpack_next(&r->in, &t) || t.kind != MSGPACK_STRING)
		return false;
	v = read_text(r, &t);
	*ret_key = v ? v->text : NULL;
	return v != NULL;
}

static const struct value *read_map(struct reader *r, const struct type *t, size_t count)
{
	const struct value **items = arena_array(r->arena, count + 1, sizeof(*items));
	const char **keys = arena_array(r->arena, count + 1, sizeof(*keys));

	for (size_t i = 0; i < count; i++) {
		if (!read_key(r, &keys[i]))
			return fault(r, "a key that is no text");
		items[i] = read_value(r, t->element);
		if (!items[i])
			return NULL;
	}
	return value_map(r->arena, t->element, keys, items, count);
}

static const struct value *read_object(struct reader *r, const struct type *t, size_t count)
{
	const struct value **items = arena_array(r->arena, t->count + 1, sizeof(*items));
	const char **keys;
	const char *key;

	if (count != t->count)
		return fault(r, "an object with other attributes");
	for (size_t i = 0; i < count; i++) {
		ptrdiff_t at = read_key(r, &key) ? type_attr_index(t, key) : -1;

		if (at < 0 || items[at])
			return fault(r, "an object with other attributes");
		items[at] = read_value(r, t->attrs[at].type);
		if (!items[at])
			return NULL;
	}
	if (!t->has_dynamic)
		return value_object_of(r->arena, t, items);
	keys = arena_array(r->arena, t->count + 1, sizeof(*keys));
	for (size_t i = 0; i < t->count; i++)
		keys[i] = t->attrs[i].name;
	return value_object(r->arena, keys, items, t->count);
}

static const struct value *read_known(struct reader *r, const struct type *t,
				      const struct msgpack_token *token)
{
	switch (t->kind) {
	case TYPE_DYNAMIC:
		return read_dynamic(r, token);
	case TYPE_BOOL:
	case TYPE_NUMBER:
	case TYPE_STRING:
		return read_primitive(r, t, token);
	case TYPE_LIST:
	case TYPE_SET:
	case TYPE_TUPLE:
		if (token->kind == MSGPACK_ARRAY)
			return read_sequence(r, t, token->size);
		break;
	case TYPE_MAP:
		if (token->kind == MSGPACK_MAP)
			return read_map(r, t, token->size);
		break;
	case TYPE_OBJECT:
		if (token->kind == MSGPACK_MAP)
			return read_object(r, t, token->size);
		break;
	}
	return fault(r, "a value of another type");
}

static const struct value *read_value(struct reader *r, const struct type *t)
{
	struct msgpack_token token;
	const struct value *v;

	if (r->depth >= CTYPACK_DEPTH_MAX)
		return fault(r, "too many levels");
	if (!msgpack_next(&r->in, &token))
		return fault(r, "it ends early or has an unknown byte");
	if (token.kind == MSGPACK_NIL)
		return value_null(r->arena, t);
	if (token.kind == MSGPACK_EXTENSION)
		return read_unknown(r, t, &token);
	r->depth++;
	v = read_known(r, t, &token);
	r->depth--;
	return v;
}

int ctypack_read(struct arena *a, const struct type *t, const void *data, size_t size,
		 const struct value **ret_value, struct err *e)
{
	static const uint8_t none[1];
	const uint8_t *bytes = data ? data : none;
	struct reader r = {.arena = a, .in = {bytes, bytes + (data ? size : 0), false}, .e = e};
	const struct value *v = read_value(&r, t);

	if (v && r.in.at != r.in.end)
		v = fault(&r, "something follows it");
	if (!v)
		return -1;
	*ret_value = v;
	return 0;
}

/* --- writing -------------------------------------------------------------------------------- */

static void write_number(struct buf *out, const struct number *n)
{
	double d = number_to_double(n);
	mpfr_t same;
	int64_t i;
	bool exact;

	if (number_to_int64(n, &i)) {
		msgpack_add_int(out, i);
		return;
	}
	mpfr_init2(same, 53);
	(void)mpfr_set_d(same, d, MPFR_RNDN);
	exact = isfinite(d) && mpfr_equal_p(same, n->m);
	mpfr_clear(same);
	if (exact) {
		msgpack_add_double(out, d);
	} else {
		FP_CLEANUP(buf_release) struct buf text = BUF_INIT(NUMBER_TEXT_MAX * 2);

		number_write(&text, n);
		msgpack_add_string(out, buf_text(&text), text.size);
	}
}

static void write_bound(struct buf *out, uint8_t key, const struct number *n, bool inclusive)
{
	msgpack_add_int(out, key);
	msgpack_add_array(out, 2);
	write_number(out, n);
	msgpack_add_bool(out, inclusive);
}

static void write_unknown(struct buf *out, const struct value *v)
{
	static const uint8_t plain[] = {0xd4, 0, 0};
	FP_CLEANUP(buf_release) struct buf text = BUF_INIT(65536);
	const struct refinement *f = value_refinement(v);
	bool low = f->has_length && f->length_min > 0;
	bool high = f->has_length && f->length_max != SIZE_MAX;
	size_t count = (size_t)f->not_null + (f->prefix && *f->prefix) + (f->min != NULL) +
		       (f->max != NULL) + low + high;

	if (v->type->kind == TYPE_DYNAMIC || count == 0) {
		buf_add(out, plain, sizeof(plain));
		return;
	}
	msgpack_add_map(&text, count);
	if (f->not_null) {
		msgpack_add_int(&text, REFINED_NULLNESS);
		msgpack_add_bool(&text, false);
	}
	if (f->prefix && *f->prefix) {
		msgpack_add_int(&text, REFINED_PREFIX);
		msgpack_add_string(&text, f->prefix, strlen(f->prefix));
	}
	if (f->min)
		write_bound(&text, REFINED_MIN, f->min, f->min_inclusive);
	if (f->max)
		write_bound(&text, REFINED_MAX, f->max, f->max_inclusive);
	if (low) {
		msgpack_add_int(&text, REFINED_LENGTH_MIN);
		msgpack_add_int(&text, (int64_t)f->length_min);
	}
	if (high) {
		msgpack_add_int(&text, REFINED_LENGTH_MAX);
		msgpack_add_int(&text, (int64_t)f->length_max);
	}
	if (text.overflow || text.size > REFINEMENTS_MAX_BYTES)
		buf_add(out, plain, sizeof(plain));
	else
		msgpack_add_extension(out, EXTENSION_REFINED, text.data, text.size);
}

static void write_typed(struct buf *out, const struct value *v)
{
	FP_CLEANUP(buf_release) struct buf text = BUF_INIT(out->ceiling);
	JSON_AUTO *json = type_to_json(v->type);

	json_dump_compact(&text, json);
	msgpack_add_array(out, 2);
	msgpack_add_binary(out, buf_text(&text), text.size ? text.size - 1 : 0);
	ctypack_write(out, v, v->type);
}

static void write_items(struct buf *out, const struct value *v, const struct type *t)
{
	bool keys = value_has_keys(v);

	if (keys)
		msgpack_add_map(out, v->count);
	else
		msgpack_add_array(out, v->count);
	for (size_t i = 0; i < v->count; i++) {
		const struct type *of = t->kind == TYPE_OBJECT	? t->attrs[i].type
					: t->kind == TYPE_TUPLE ? t->elements[i]
								: t->element;

		if (keys)
			msgpack_add_string(out, value_key(v, i), strlen(value_key(v, i)));
		ctypack_write(out, v->items[i], of);
	}
}

void ctypack_write(struct buf *out, const struct value *v, const struct type *t)
{
	if (t->kind == TYPE_DYNAMIC && v->type->kind != TYPE_DYNAMIC) {
		write_typed(out, v);
		return;
	}
	if (v->state == VALUE_UNKNOWN) {
		write_unknown(out, v);
		return;
	}
	if (v->state == VALUE_NULL) {
		msgpack_add_nil(out);
		return;
	}
	switch (v->type->kind) {
	case TYPE_BOOL:
		msgpack_add_bool(out, v->boolean);
		return;
	case TYPE_NUMBER:
		write_number(out, v->number);
		return;
	case TYPE_STRING:
		msgpack_add_string(out, v->text, v->count);
		return;
	case TYPE_LIST:
	case TYPE_SET:
	case TYPE_MAP:
	case TYPE_OBJECT:
	case TYPE_TUPLE:
		write_items(out, v, t);
		return;
	case TYPE_DYNAMIC:
		return;
	}
}
