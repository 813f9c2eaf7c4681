#include "runner/base/doc.h"

#include <errno.h>
#include <stdarg.h>

#include "runner/base/buf.h"
#include "runner/base/die.h"
#include "runner/base/json.h"

const struct doc *doc_get(const struct doc *object, const char *key)
{
	size_t size = strlen(key);

	for (const struct doc *m = object->first; m; m = m->next)
		if (m->key_size == size && memcmp(m->key, key, size) == 0)
			return m;
	return NULL;
}

static void add_path(struct buf *out, const struct doc *d)
{
	const struct doc *chain[DOC_DEPTH_MAX + 1];
	size_t count = 0;

	for (; d->parent && count < FP_ARRAY_SIZE(chain); d = d->parent)
		chain[count++] = d;
	while (count > 0) {
		const struct doc *step = chain[--count];
		size_t index = 0;

		if (step->key) {
			buf_addf(out, "%s%s", out->size > 0 ? "." : "", step->key);
			continue;
		}
		for (const struct doc *m = step->parent->first; m != step; m = m->next)
			index++;
		buf_addf(out, "[%zu]", index);
	}
}

int doc_fault(const struct doc *d, const char *what, struct err *e, const char *format, ...)
{
	FP_CLEANUP(buf_release) struct buf path = BUF_INIT(512);
	char reason[1024];
	va_list ap;

	va_start(ap, format);
	(void)vsnprintf(reason, sizeof(reason), format, ap);
	va_end(ap);
	add_path(&path, d);
	return err_set(e, ERR_INPUT, "%s:%zu:%zu: %s%s%s", what, d->line, d->column,
		       buf_text(&path), path.size > 0 ? ": " : "", reason);
}

int doc_only_keys(const struct doc *object, const char *what, const char *const *keys,
		  struct err *e)
{
	for (const struct doc *m = object->first; m; m = m->next) {
		const char *const *known = keys;

		while (*known && (strlen(*known) != m->key_size || strcmp(*known, m->key) != 0))
			known++;
		if (!*known)
			return doc_fault(m, what, e, "unknown key");
	}
	return 0;
}

const char *doc_kind_name(enum doc_kind kind)
{
	switch (kind) {
	case DOC_NULL:
		return "null";
	case DOC_TRUE:
	case DOC_FALSE:
		return "true or false";
	case DOC_NUMBER:
		return "a number";
	case DOC_STRING:
		return "a string";
	case DOC_ARRAY:
		return "a list";
	case DOC_OBJECT:
		return "a mapping";
	}
	abort();
}

int doc_member(const struct doc *object, const char *what, const char *key, bool required,
	       const struct doc **ret_member, struct err *e)
{
	*ret_member = doc_get(object, key);
	if (!*ret_member && required)
		return doc_fault(object, what, e, "\"%s\" is missing", key);
	return 0;
}

int doc_want(const struct doc *d, const char *what, enum doc_kind kind, struct err *e)
{
	if (d->kind != kind)
		return doc_fault(d, what, e, "must be %s, not %s", doc_kind_name(kind),
				 doc_kind_name(d->kind));
	return 0;
}

int doc_text_member(const struct doc *object, const char *what, const char *key, bool required,
		    const char **ret_text, struct err *e)
{
	const struct doc *d;

	*ret_text = NULL;
	if (doc_member(object, what, key, required, &d, e) < 0)
		return -1;
	if (!d)
		return 0;
	if (doc_want(d, what, DOC_STRING, e) < 0)
		return -1;
	if (d->size == 0 || strlen(d->text) != d->size)
		return doc_fault(d, what, e, "must be a text that is not empty");
	*ret_text = d->text;
	return 0;
}

static int compare_keys(const void *left, const void *right)
{
	const struct doc *a = *(const struct doc *const *)left,
			 *b = *(const struct doc *const *)right;
	int order = memcmp(a->key, b->key, FP_MIN(a->key_size, b->key_size));

	return order != 0 ? order : a->key_size < b->key_size ? -1 : a->key_size > b->key_size;
}

static void free_members(const struct doc ***members)
{
	free(*members);
}

static int check_object(const struct doc *d, const char *what, struct err *e)
{
	const struct doc *few[32];
	FP_CLEANUP(free_members) const struct doc **many = NULL;
	const struct doc **members = few;
	size_t count = 0;

	if (d->count > FP_ARRAY_SIZE(few))
		members = many = die_calloc(d->count, sizeof(*many));
	for (const struct doc *m = d->first; m; m = m->next)
		members[count++] = m;
	qsort(members, count, sizeof(*members), compare_keys);
	for (size_t i = 1; i < count; i++)
		if (compare_keys(&members[i - 1], &members[i]) == 0)
			return doc_fault(members[i], what, e, "the key occurs twice");
	return 0;
}

int doc_check_keys(const struct doc *d, const char *what, struct err *e)
{
	if (d->kind == DOC_OBJECT && d->count > 1 && check_object(d, what, e) < 0)
		return -1;
	for (const struct doc *m = d->first; m; m = m->next)
		if ((m->kind == DOC_OBJECT || m->kind == DOC_ARRAY) &&
		    doc_check_keys(m, what, e) < 0)
			return -1;
	return 0;
}

static json_t *number_to_json(const char *text)
{
	char *end;
	long long whole;

	errno = 0;
	whole = strtoll(text, &end, 10);
	if (errno == 0 && *end == '\0')
		return json_new_int(whole);
	return json_real(strtod(text, NULL));
}

json_t *doc_to_json(const struct doc *d)
{
	json_t *json = NULL;

	switch (d->kind) {
	case DOC_NULL:
		return json_null();
	case DOC_TRUE:
		return json_true();
	case DOC_FALSE:
		return json_false();
	case DOC_NUMBER:
		json = number_to_json(d->text);
		break;
	case DOC_STRING:
		json = json_stringn(d->text, d->size);
		break;
	case DOC_ARRAY:
		json = json_new_array();
		for (const struct doc *m = d->first; m; m = m->next)
			json_push(json, doc_to_json(m));
		break;
	case DOC_OBJECT:
		json = json_new_object();
		for (const struct doc *m = d->first; m; m = m->next)
			if (json_object_setn_new(json, m->key, m->key_size, doc_to_json(m)) < 0)
				die("out of memory");
		break;
	}
	if (!json)
		die("out of memory, or a number without a value");
	return json;
}

int doc_read(const char *what, const char *text, size_t size, struct arena *a,
	     const struct doc **ret_doc, struct err *e)
{
	size_t n = strlen(what);

	if (n >= 5 && strcmp(what + n - 5, ".json") == 0)
		return doc_read_json(what, text, size, a, ret_doc, e);
	return doc_read_yaml(what, text, size, a, ret_doc, e);
}
