#include "runner/canon/plan.h"

#include "runner/base/arena.h"
#include "runner/canon/jcs.h"

struct writer {
	const char *what;
	struct buf *out;
	struct err *e;
};

/* Those members of object that keys names, which must be sorted as the RFC sorts them. */
static int write_members(struct writer *w, const struct doc *object, const char *const *keys,
			 bool *first)
{
	for (; *keys; keys++) {
		const struct doc *m = doc_get(object, *keys);

		if (!m)
			continue;
		buf_addf(w->out, "%s\"%s\":", *first ? "" : ",", *keys);
		*first = false;
		if (jcs_write_doc(w->what, m, JCS_NUMBERS_EXACT, w->out, w->e) < 0)
			return -1;
	}
	return 0;
}

static int compare_texts(const void *left, const void *right)
{
	return strcmp(*(const char *const *)left, *(const char *const *)right);
}

/* A set, which Terraform writes in any order: by their text. */
static int write_paths(struct writer *w, const struct doc *list)
{
	FP_CLEANUP(arena_release) struct arena arena = ARENA_INIT(SIZE_MAX / 2);
	const char **texts = arena_array(&arena, list->count + 1, sizeof(*texts));
	size_t count = 0;

	for (const struct doc *m = list->first; m; m = m->next) {
		FP_CLEANUP(buf_release) struct buf text = BUF_INIT(w->out->ceiling);

		if (jcs_write_doc(w->what, m, JCS_NUMBERS_EXACT, &text, w->e) < 0)
			return -1;
		texts[count++] = arena_strdup(&arena, buf_text(&text));
	}
	if (count > 0)
		qsort(texts, count, sizeof(*texts), compare_texts);
	buf_addstr(w->out, ",\"replace_paths\":[");
	for (size_t i = 0; i < count; i++)
		buf_addf(w->out, "%s%s", i ? "," : "", texts[i]);
	buf_addch(w->out, ']');
	return 0;
}

static int write_change(struct writer *w, const struct doc *change)
{
	static const char *const keys[] = {"actions",	    "after",  "after_sensitive",
					   "after_unknown", "before", "before_sensitive",
					   "importing",	    NULL};
	const struct doc *paths = doc_get(change, "replace_paths");
	bool first = true;

	if (change->kind != DOC_OBJECT)
		return doc_fault(change, w->what, w->e, "must be an object");
	buf_addch(w->out, '{');
	if (write_members(w, change, keys, &first) < 0)
		return -1;
	if (paths && paths->kind != DOC_ARRAY)
		return doc_fault(paths, w->what, w->e, "must be an array");
	if (paths && write_paths(w, paths) < 0)
		return -1;
	buf_addch(w->out, '}');
	return 0;
}

static int write_resource(struct writer *w, const struct doc *resource)
{
	static const char *const before[] = {"action_reason", "address", NULL};
	static const char *const behind[] = {"deposed",		 "index",	  "mode", "name",
					     "previous_address", "provider_name", "type", NULL};
	const struct doc *change = doc_get(resource, "change");
	bool first = true;

	if (!change)
		return doc_fault(resource, w->what, w->e, "\"change\" is missing");
	buf_addch(w->out, '{');
	if (write_members(w, resource, before, &first) < 0)
		return -1;
	buf_addstr(w->out, ",\"change\":");
	if (write_change(w, change) < 0 || write_members(w, resource, behind, &first) < 0)
		return -1;
	buf_addch(w->out, '}');
	return 0;
}

static const char *text_of(const struct doc *object, const char *key)
{
	const struct doc *m = doc_get(object, key);

	return m && m->kind == DOC_STRING ? m->text : "";
}

static int compare_resources(const void *left, const void *right)
{
	const struct doc *a = *(const struct doc *const *)left,
			 *b = *(const struct doc *const *)right;
	int order = strcmp(text_of(a, "address"), text_of(b, "address"));

	return order != 0 ? order : strcmp(text_of(a, "deposed"), text_of(b, "deposed"));
}

static int write_resources(struct writer *w, const struct doc *list)
{
	FP_CLEANUP(arena_release) struct arena arena = ARENA_INIT(SIZE_MAX / 2);
	const struct doc **rows = arena_array(&arena, list ? list->count : 0, sizeof(*rows));
	size_t count = 0;

	for (const struct doc *m = list ? list->first : NULL; m; m = m->next) {
		if (m->kind != DOC_OBJECT || *text_of(m, "address") == '\0')
			return doc_fault(m, w->what, w->e, "not a resource change with an address");
		rows[count++] = m;
	}
	if (count > 0)
		qsort(rows, count, sizeof(*rows), compare_resources);
	buf_addch(w->out, '[');
	for (size_t i = 0; i < count; i++) {
		if (i > 0 && compare_resources(&rows[i - 1], &rows[i]) == 0)
			return doc_fault(rows[i], w->what, w->e, "%s is changed twice",
					 text_of(rows[i], "address"));
		if (i > 0)
			buf_addch(w->out, ',');
		if (write_resource(w, rows[i]) < 0)
			return -1;
	}
	buf_addch(w->out, ']');
	return 0;
}

/* Output names are identifiers, so their order by bytes is the RFC's. */
static int compare_outputs(const void *left, const void *right)
{
	return strcmp((*(const struct doc *const *)left)->key,
		      (*(const struct doc *const *)right)->key);
}

static int write_outputs(struct writer *w, const struct doc *outputs)
{
	FP_CLEANUP(arena_release) struct arena arena = ARENA_INIT(SIZE_MAX / 2);
	const struct doc **rows = arena_array(&arena, outputs ? outputs->count : 0, sizeof(*rows));
	size_t count = 0;

	for (const struct doc *m = outputs ? outputs->first : NULL; m; m = m->next) {
		for (const char *p = m->key; *p; p++)
			if ((unsigned char)*p < 0x20 || *p == '"' || *p == '\\')
				return doc_fault(m, w->what, w->e, "not the name of an output");
		rows[count++] = m;
	}
	if (count > 0)
		qsort(rows, count, sizeof(*rows), compare_outputs);
	buf_addch(w->out, '{');
	for (size_t i = 0; i < count; i++) {
		buf_addf(w->out, "%s\"%s\":", i > 0 ? "," : "", rows[i]->key);
		if (write_change(w, rows[i]) < 0)
			return -1;
	}
	buf_addch(w->out, '}');
	return 0;
}

int canon_plan(const char *what, const struct doc *plan, struct buf *out, struct err *e)
{
	struct writer w = {.what = what, .out = out, .e = e};
	const struct doc *resources = doc_get(plan, "resource_changes");
	const struct doc *outputs = doc_get(plan, "output_changes");

	if (plan->kind != DOC_OBJECT || (resources && resources->kind != DOC_ARRAY) ||
	    (outputs && outputs->kind != DOC_OBJECT))
		return doc_fault(plan, what, e, "not a plan");
	buf_addstr(out, "{\"format\":\"" CANON_PLAN_FORMAT "\",\"output_changes\":");
	if (write_outputs(&w, outputs) < 0)
		return -1;
	buf_addstr(out, ",\"resource_changes\":");
	if (write_resources(&w, resources) < 0)
		return -1;
	buf_addch(out, '}');
	return buf_finish(out, what, e);
}
