#include <math.h>
#include <string.h>

#include "runner/plan/hcl/convert.h"
#include "runner/plan/hcl/jsontext.h"
#include "runner/plan/hcl/quote.h"
#include "runner/plan/hcl/value.h"
#include "runner/plan/hcl/valuejson.h"

static void write_members(struct buf *out, const struct value *v, bool html)
{
	for (size_t i = 0; i < v->count; i++) {
		const char *key = value_key(v, i);

		if (i > 0)
			buf_addch(out, ',');
		quote_json(out, key, strlen(key), html);
		buf_addch(out, ':');
		value_write_json(out, v->items[i], html);
	}
}

static void write_elements(struct buf *out, const struct value *v, bool html)
{
	for (size_t i = 0; i < v->count; i++) {
		if (i > 0)
			buf_addch(out, ',');
		value_write_json(out, v->items[i], html);
	}
}

void value_write_json(struct buf *out, const struct value *v, bool html)
{
	if (v->state != VALUE_KNOWN) {
		buf_addstr(out, "null");
		return;
	}
	switch (v->type->kind) {
	case TYPE_DYNAMIC:
		buf_addstr(out, "null");
		return;
	case TYPE_BOOL:
		buf_addstr(out, v->boolean ? "true" : "false");
		return;
	case TYPE_NUMBER:
		number_write(out, v->number);
		return;
	case TYPE_STRING:
		quote_json(out, v->text, v->count, html);
		return;
	case TYPE_LIST:
	case TYPE_SET:
	case TYPE_TUPLE:
		buf_addch(out, '[');
		write_elements(out, v, html);
		buf_addch(out, ']');
		return;
	case TYPE_MAP:
	case TYPE_OBJECT:
		buf_addch(out, '{');
		write_members(out, v, html);
		buf_addch(out, '}');
		return;
	}
}

/* --- reading: the value that JSON implies, then converted ------------------------------------- */

static const struct value *implied_object(struct arena *a, const struct json_node *n, struct err *e)
{
	const char **keys = arena_array(a, n->size, sizeof(*keys));
	const struct value **items = arena_array(a, n->size, sizeof(*items));

	for (size_t i = 0; i < n->size; i++) {
		const struct json_node *key = n->members[i].key;
		size_t size;

		keys[i] = value_normalize(a, key->text, key->size, &size);
		items[i] = valuejson_implied(a, n->members[i].value, e);
		if (!items[i])
			return NULL;
	}
	return value_object(a, keys, items, n->size);
}

static const struct value *implied_tuple(struct arena *a, const struct json_node *n, struct err *e)
{
	const struct value **items = arena_array(a, n->size, sizeof(*items));

	for (size_t i = 0; i < n->size; i++) {
		items[i] = valuejson_implied(a, n->elements[i], e);
		if (!items[i])
			return NULL;
	}
	return value_tuple(a, items, n->size);
}

static const struct value *implied_number(struct arena *a, const struct json_node *n, struct err *e)
{
	bool limit;
	const struct number *number = number_parse(a, n->text, n->size, &limit);

	if (number)
		return value_number(a, number);
	(void)err_set(e, limit ? ERR_LIMIT : ERR_INPUT, "the number is larger than accepted");
	return NULL;
}

const struct value *valuejson_implied(struct arena *a, const struct json_node *n, struct err *e)
{
	switch (n->kind) {
	case JSONTEXT_NULL:
		return &value_null_dynamic;
	case JSONTEXT_FALSE:
		return &value_false;
	case JSONTEXT_TRUE:
		return &value_true;
	case JSONTEXT_NUMBER:
		return implied_number(a, n, e);
	case JSONTEXT_STRING:
		return value_string_n(a, n->text, n->size);
	case JSONTEXT_ARRAY:
		return implied_tuple(a, n, e);
	case JSONTEXT_OBJECT:
		return implied_object(a, n, e);
	}
	return NULL;
}

int value_from_json_text(struct arena *a, const struct type *t, const char *text, size_t size,
			 const struct value **ret_value, struct err *e)
{
	struct jsontext_error je;
	const struct json_node *n = jsontext_parse(a, text, size, &je);
	const struct value *v;

	if (!n)
		return err_set(e, je.limit ? ERR_LIMIT : ERR_INPUT, "JSON, byte %u: %s", je.start,
			       je.reason);
	v = valuejson_implied(a, n, e);
	if (!v)
		return -1;
	return convert_value(a, v, t, ret_value, e);
}

static const struct value *from_jansson(struct arena *a, const json_t *json, unsigned depth,
					struct err *e);

static const struct value *object_from_jansson(struct arena *a, const json_t *json, unsigned depth,
					       struct err *e)
{
	json_t *shared = (json_t *)(uintptr_t)json, *member;
	size_t count = json_object_size(json), i = 0;
	const char **keys = arena_array(a, count, sizeof(*keys)), *key;
	const struct value **items = arena_array(a, count, sizeof(*items));

	json_object_foreach (shared, key, member) {
		size_t size;

		keys[i] = value_normalize(a, key, strlen(key), &size);
		items[i] = from_jansson(a, member, depth + 1, e);
		if (!items[i++])
			return NULL;
	}
	return value_object(a, keys, items, count);
}

static const struct value *array_from_jansson(struct arena *a, const json_t *json, unsigned depth,
					      struct err *e)
{
	size_t count = json_array_size(json);
	const struct value **items = arena_array(a, count, sizeof(*items));

	for (size_t i = 0; i < count; i++) {
		items[i] = from_jansson(a, json_array_get(json, i), depth + 1, e);
		if (!items[i])
			return NULL;
	}
	return value_tuple(a, items, count);
}

static const struct value *number_from_jansson(struct arena *a, const json_t *json)
{
	char text[64];
	bool limit;
	int n = json_is_integer(json)
			? snprintf(text, sizeof(text), "%" JSON_INTEGER_FORMAT,
				   json_integer_value(json))
			: snprintf(text, sizeof(text), "%.17g", json_real_value(json));

	return value_number(a, number_parse(a, text, (size_t)n, &limit));
}

static const struct value *from_jansson(struct arena *a, const json_t *json, unsigned depth,
					struct err *e)
{
	if (depth > JSONTEXT_DEPTH_MAX) {
		(void)err_set(e, ERR_LIMIT, "JSON is nested too deeply");
		return NULL;
	}
	switch (json_typeof(json)) {
	case JSON_OBJECT:
		return object_from_jansson(a, json, depth, e);
	case JSON_ARRAY:
		return array_from_jansson(a, json, depth, e);
	case JSON_STRING:
		return value_string_n(a, json_string_value(json), json_string_length(json));
	case JSON_INTEGER:
	case JSON_REAL:
		return number_from_jansson(a, json);
	case JSON_TRUE:
		return &value_true;
	case JSON_FALSE:
		return &value_false;
	case JSON_NULL:
		return &value_null_dynamic;
	}
	return NULL;
}

int value_from_json(struct arena *a, const struct type *t, const json_t *json,
		    const struct value **ret_value, struct err *e)
{
	const struct value *v = from_jansson(a, json, 0, e);

	return v ? convert_value(a, v, t, ret_value, e) : -1;
}

static int number_to_json(const struct number *n, json_t **ret_json, struct err *e)
{
	double d = number_to_double(n);
	int64_t i;

	if (number_to_int64(n, &i)) {
		*ret_json = json_new_int(i);
		return 0;
	}
	if (!isfinite(d) || mpfr_cmp_d(n->m, d) != 0) {
		char shortest[64];
		mpfr_t again;
		bool same;

		/* 0.1 is no exact double, but the shortest text of the nearest one reads back as
		 * it. */
		(void)snprintf(shortest, sizeof(shortest), "%.17g", d);
		mpfr_init2(again, mpfr_get_prec(n->m));
		(void)mpfr_set_str(again, shortest, 10, MPFR_RNDN);
		same = isfinite(d) && mpfr_equal_p(again, n->m);
		for (int digits = 1; digits < 17 && !same && isfinite(d); digits++) {
			(void)snprintf(shortest, sizeof(shortest), "%.*g", digits, d);
			(void)mpfr_set_str(again, shortest, 10, MPFR_RNDN);
			same = mpfr_equal_p(again, n->m);
		}
		mpfr_clear(again);
		if (!same)
			return err_set(e, ERR_LIMIT, "a number is not exactly a double");
	}
	*ret_json = json_real(d);
	return 0;
}

static int elements_to_json(const struct value *v, json_t **ret_json, struct err *e)
{
	json_t *array = json_new_array(), *element;

	for (size_t i = 0; i < v->count; i++) {
		if (value_to_json(v->items[i], &element, e) < 0) {
			json_decref(array);
			return -1;
		}
		json_push(array, element);
	}
	*ret_json = array;
	return 0;
}

static int members_to_json(const struct value *v, json_t **ret_json, struct err *e)
{
	json_t *object = json_new_object(), *member;

	for (size_t i = 0; i < v->count; i++) {
		if (value_to_json(v->items[i], &member, e) < 0) {
			json_decref(object);
			return -1;
		}
		json_put(object, value_key(v, i), member);
	}
	*ret_json = object;
	return 0;
}

int value_to_json(const struct value *v, json_t **ret_json, struct err *e)
{
	if (v->state != VALUE_KNOWN) {
		*ret_json = json_null();
		return 0;
	}
	switch (v->type->kind) {
	case TYPE_DYNAMIC:
		*ret_json = json_null();
		return 0;
	case TYPE_BOOL:
		*ret_json = json_boolean(v->boolean);
		return 0;
	case TYPE_NUMBER:
		return number_to_json(v->number, ret_json, e);
	case TYPE_STRING:
		*ret_json = json_new_string(v->text);
		return 0;
	case TYPE_LIST:
	case TYPE_SET:
	case TYPE_TUPLE:
		return elements_to_json(v, ret_json, e);
	case TYPE_MAP:
	case TYPE_OBJECT:
		return members_to_json(v, ret_json, e);
	}
	return err_set(e, ERR_UNSUPPORTED, "a value has no JSON form");
}
