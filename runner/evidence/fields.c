#include "runner/evidence/fields.h"

#include "runner/base/json.h"
#include "runner/base/sha256.h"

#define ROWS_MAX 1000000

/* As FIELD_STRINGS and FIELD_LIST lie in memory. */
struct strings {
	const char *const *items;
	size_t count;
};

struct rows {
	const void *first;
	size_t count;
};

static json_t *write_strings(const struct strings *s)
{
	json_t *list = json_new_array();

	for (size_t i = 0; i < s->count; i++)
		json_push(list, json_new_string(s->items[i]));
	return list;
}

static json_t *write_rows(const struct field *f, const struct rows *r)
{
	json_t *list = json_new_array();

	for (size_t i = 0; i < r->count; i++)
		json_push(list, fields_write(f->fields, (const char *)r->first + i * f->size));
	return list;
}

static json_t *write_digest(const struct sha256 *d)
{
	char hex[SHA256_HEX_SIZE];

	sha256_hex(d, hex);
	return json_new_string(hex);
}

static json_t *write_field(const struct field *f, const void *at)
{
	switch (f->kind) {
	case FIELD_STRING:
		return json_new_string(*(const char *const *)at);
	case FIELD_BOOL:
		return json_boolean(*(const bool *)at);
	case FIELD_INT:
		return json_new_int(*(const int *)at);
	case FIELD_SIZE:
		return json_new_int((int64_t) * (const size_t *)at);
	case FIELD_U64:
		return json_new_int((int64_t) * (const uint64_t *)at);
	case FIELD_SHA256:
		return write_digest(at);
	case FIELD_STRINGS:
		return write_strings(at);
	case FIELD_OBJECT:
		return fields_write(f->fields, at);
	case FIELD_LIST:
		return write_rows(f, at);
	}
	abort();
}

static bool is_empty(const struct field *f, const void *at)
{
	switch (f->kind) {
	case FIELD_STRING:
		return !*(const char *const *)at;
	case FIELD_BOOL:
		return !*(const bool *)at;
	case FIELD_INT:
		return *(const int *)at == 0;
	case FIELD_SIZE:
		return *(const size_t *)at == 0;
	case FIELD_U64:
		return *(const uint64_t *)at == 0;
	case FIELD_STRINGS:
		return ((const struct strings *)at)->count == 0;
	case FIELD_LIST:
		return ((const struct rows *)at)->count == 0;
	case FIELD_SHA256:
	case FIELD_OBJECT:
		return false;
	}
	abort();
}

json_t *fields_write(const struct field *fields, const void *object)
{
	json_t *json = json_new_object();

	for (const struct field *f = fields; f->key; f++) {
		const void *at = (const char *)object + f->offset;

		if ((f->optional || f->kind == FIELD_STRING) && is_empty(f, at))
			continue;
		json_put(json, f->key, write_field(f, at));
	}
	return json;
}

static int read_strings(const struct field *f, const char *what, const json_t *list,
			struct arena *a, struct strings *out, struct err *e)
{
	const char **items = arena_array(a, json_array_size(list), sizeof(*items));

	for (size_t i = 0; i < json_array_size(list); i++) {
		const json_t *item = json_array_get(list, i);

		if (!json_is_string(item))
			return err_set(e, ERR_INPUT, "%s: \"%s\" must hold strings", what, f->key);
		items[i] = arena_strdup(a, json_string_value(item));
	}
	out->items = items;
	out->count = json_array_size(list);
	return 0;
}

static int read_rows(const struct field *f, const char *what, const json_t *list, struct arena *a,
		     struct rows *out, struct err *e)
{
	size_t count = json_array_size(list);
	char *rows;

	if (count > ROWS_MAX)
		return err_set(e, ERR_LIMIT, "%s: \"%s\" has more than %d rows", what, f->key,
			       ROWS_MAX);
	rows = arena_array(a, count, f->size);
	for (size_t i = 0; i < count; i++)
		if (fields_read(f->fields, what, json_array_get(list, i), a, rows + i * f->size,
				e) < 0)
			return err_wrap(e, "%s[%zu]", f->key, i);
	out->first = rows;
	out->count = count;
	return 0;
}

static json_type wanted_type(enum field_kind kind)
{
	switch (kind) {
	case FIELD_STRING:
	case FIELD_SHA256:
		return JSON_STRING;
	case FIELD_BOOL:
		return JSON_TRUE;
	case FIELD_INT:
	case FIELD_SIZE:
	case FIELD_U64:
		return JSON_INTEGER;
	case FIELD_STRINGS:
	case FIELD_LIST:
		return JSON_ARRAY;
	case FIELD_OBJECT:
		return JSON_OBJECT;
	}
	abort();
}

static int read_int(const struct field *f, const char *what, const json_t *m, void *at,
		    struct err *e)
{
	json_int_t value = json_integer_value(m);

	if (f->kind == FIELD_INT ? value < INT32_MIN || value > INT32_MAX
				 : value < 0 || value >= (json_int_t)1 << 53)
		return err_set(e, ERR_INPUT, "%s: \"%s\" is out of range", what, f->key);
	if (f->kind == FIELD_INT)
		*(int *)at = (int)value;
	else if (f->kind == FIELD_SIZE)
		*(size_t *)at = (size_t)value;
	else
		*(uint64_t *)at = (uint64_t)value;
	return 0;
}

static int read_field(const struct field *f, const char *what, const json_t *m, struct arena *a,
		      void *at, struct err *e)
{
	switch (f->kind) {
	case FIELD_STRING:
		*(const char **)at = arena_strdup(a, json_string_value(m));
		return 0;
	case FIELD_BOOL:
		*(bool *)at = json_is_true(m);
		return 0;
	case FIELD_INT:
	case FIELD_SIZE:
	case FIELD_U64:
		return read_int(f, what, m, at, e);
	case FIELD_SHA256:
		return sha256_parse(json_string_value(m), at, e) < 0
			       ? err_wrap(e, "%s: %s", what, f->key)
			       : 0;
	case FIELD_STRINGS:
		return read_strings(f, what, m, a, at, e);
	case FIELD_OBJECT:
		return fields_read(f->fields, what, m, a, at, e);
	case FIELD_LIST:
		return read_rows(f, what, m, a, at, e);
	}
	abort();
}

int fields_read(const struct field *fields, const char *what, const json_t *json, struct arena *a,
		void *object, struct err *e)
{
	size_t seen = 0;

	if (!json_is_object(json))
		return err_set(e, ERR_INPUT, "%s: not an object", what);
	for (const struct field *f = fields; f->key; f++) {
		json_t *m;

		if (json_member(json, what, f->key, wanted_type(f->kind),
				!f->optional && f->kind != FIELD_STRING, &m, e) < 0)
			return -1;
		if (!m)
			continue;
		seen++;
		if (read_field(f, what, m, a, (char *)object + f->offset, e) < 0)
			return -1;
	}
	if (seen != json_object_size(json))
		return err_set(e, ERR_INPUT, "%s: an unknown key", what);
	return 0;
}
