#include "runner/base/json.h"

#include <string.h>

#include "runner/base/die.h"
#include "runner/base/fd.h"
#include "runner/base/json_fast.h"

void json_cleanup(json_t **json)
{
	json_decref(*json);
	*json = NULL;
}

int json_parse(const char *what, const void *data, size_t size, json_t **ret_json, struct err *e)
{
	json_error_t je;
	json_t *json = json_fast(data, size);

	if (!json)
		json = json_loadb(data, size, JSON_REJECT_DUPLICATES | JSON_DECODE_ANY, &je);
	if (!json)
		return err_set(e, ERR_INPUT, "%s:%d:%d: %s", what, je.line, je.column, je.text);
	*ret_json = json;
	return 0;
}

int json_read_file(int dir_fd, const char *path, size_t max_bytes, json_t **ret_json, struct err *e)
{
	FP_CLEANUP(buf_release) struct buf text = BUF_INIT(max_bytes);

	if (fd_read_file(dir_fd, path, true, &text, e) < 0)
		return -1;
	return json_parse(path, buf_text(&text), text.size, ret_json, e);
}

bool json_is_listed(const char *text, const char *const *list)
{
	for (; *list; list++)
		if (strcmp(text, *list) == 0)
			return true;
	return false;
}

const json_t *json_find_row(const json_t *list, const char *key, const char *text)
{
	json_t *row;
	size_t i;

	json_array_foreach (list, i, row)
		if (strcmp(json_text_of(row, key), text) == 0)
			return row;
	return NULL;
}

bool json_holds(const json_t *list, const json_t *value)
{
	json_t *one;
	size_t i;

	json_array_foreach (list, i, one)
		if (json_equal(one, value))
			return true;
	return false;
}

int json_only_keys(const json_t *object, const char *what, const char *const *keys, struct err *e)
{
	/* jansson's iterators want a pointer that is not const, and change nothing through it. */
	json_t *shared = (json_t *)(uintptr_t)object;
	const char *key;
	json_t *value;

	json_object_foreach (shared, key, value)
		if (!json_is_listed(key, keys))
			return err_set(e, ERR_INPUT, "%s: unknown key \"%s\"", what, key);
	return 0;
}

static const char *type_name(json_type type)
{
	switch (type) {
	case JSON_OBJECT:
		return "an object";
	case JSON_ARRAY:
		return "an array";
	case JSON_STRING:
		return "a string";
	case JSON_INTEGER:
		return "an integer";
	case JSON_REAL:
		return "a number";
	case JSON_TRUE:
	case JSON_FALSE:
		return "true or false";
	case JSON_NULL:
		return "null";
	}
	return "something else";
}

static bool same_type(json_type wanted, json_type found)
{
	bool boolean = wanted == JSON_TRUE || wanted == JSON_FALSE;

	return wanted == found || (boolean && (found == JSON_TRUE || found == JSON_FALSE));
}

int json_member(const json_t *object, const char *what, const char *key, json_type type,
		bool required, json_t **ret_member, struct err *e)
{
	json_t *member = json_object_get(object, key);

	if (!member && required)
		return err_set(e, ERR_INPUT, "%s: \"%s\" is missing", what, key);
	if (member && !same_type(type, json_typeof(member)))
		return err_set(e, ERR_INPUT, "%s: \"%s\" must be %s, not %s", what, key,
			       type_name(type), type_name(json_typeof(member)));
	*ret_member = member;
	return 0;
}

int json_string_member(const json_t *object, const char *what, const char *key, bool required,
		       const char **ret_text, struct err *e)
{
	json_t *member;

	if (json_member(object, what, key, JSON_STRING, required, &member, e) < 0)
		return -1;
	*ret_text = member ? json_string_value(member) : NULL;
	return 0;
}

static json_t *checked(json_t *json)
{
	if (!json)
		die("out of memory, or a text that is not UTF-8");
	return json;
}

const char *json_text_of(const json_t *object, const char *key)
{
	const char *text = json_string_value(json_object_get(object, key));

	return text ? text : "";
}

size_t json_number_of(const json_t *object, const char *key)
{
	json_int_t n = json_integer_value(json_object_get(object, key));

	return n > 0 ? (size_t)n : 0;
}

json_t *json_new_object(void)
{
	return checked(json_object());
}

json_t *json_new_array(void)
{
	return checked(json_array());
}

json_t *json_new_string(const char *text)
{
	return text ? checked(json_string(text)) : json_null();
}

json_t *json_new_int(int64_t value)
{
	return checked(json_integer(value));
}

void json_put(json_t *object, const char *key, json_t *stolen)
{
	if (json_object_set_new(object, key, stolen) < 0)
		die("out of memory, or a key that is not UTF-8");
}

void json_push(json_t *array, json_t *stolen)
{
	if (json_array_append_new(array, stolen) < 0)
		die("out of memory");
}

static int add_to_buf(const char *data, size_t size, void *out)
{
	buf_add(out, data, size);
	return 0;
}

static void dump(struct buf *out, const json_t *json, size_t flags)
{
	if (json_dump_callback(json, add_to_buf, out, flags | JSON_SORT_KEYS | JSON_ENCODE_ANY) < 0)
		die("a JSON value could not be written");
	buf_addch(out, '\n');
}

void json_dump_compact(struct buf *out, const json_t *json)
{
	dump(out, json, JSON_COMPACT);
}

void json_dump_pretty(struct buf *out, const json_t *json)
{
	dump(out, json, JSON_INDENT(2));
}
