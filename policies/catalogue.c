#include "policies/catalogue.h"

#include "runner/base/buf.h"
#include "runner/canon/jcs.h"

#define IDS_MAX 5000

static int text_member(const char *what, const struct doc *root, const char *key,
		       const char **ret_text, struct err *e)
{
	const struct doc *d = doc_get(root, key);

	if (!d)
		return doc_fault(root, what, e, "\"%s\" is missing", key);
	if (d->kind != DOC_STRING || d->size == 0)
		return doc_fault(d, what, e, "must be a text that is not empty");
	*ret_text = d->text;
	return 0;
}

static int read_ids(const char *what, const struct doc *root, struct arena *a,
		    struct policy_strings *ret_ids, struct err *e)
{
	const struct doc *d = doc_get(root, "ids");
	const char **items;
	size_t count = 0;

	if (!d || d->kind != DOC_ARRAY || d->count == 0 || d->count > IDS_MAX)
		return doc_fault(d ? d : root, what, e, "\"ids\" must be a list of 1 to %d",
				 IDS_MAX);
	items = arena_array(a, d->count, sizeof(*items));
	for (const struct doc *m = d->first; m; m = m->next) {
		if (m->kind != DOC_STRING || m->size == 0)
			return doc_fault(m, what, e, "must be a text that is not empty");
		for (size_t i = 0; i < count; i++)
			if (strcmp(items[i], m->text) == 0)
				return doc_fault(m, what, e, "\"%s\" is there twice", m->text);
		items[count++] = m->text;
	}
	*ret_ids = (struct policy_strings){items, count};
	return 0;
}

int catalogue_parse(const char *what, const char *text, size_t size, struct arena *a,
		    const struct catalogue **ret_catalogue, struct err *e)
{
	static const char *const keys[] = {"standard", "version", "complete",
					   "source",   "ids",	  NULL};
	FP_CLEANUP(buf_release) struct buf canonical = BUF_INIT(POLICY_MAX_BYTES * 8);
	struct catalogue *c = arena_alloc(a, sizeof(*c));
	const struct doc *root, *complete;

	if (size > POLICY_MAX_BYTES)
		return err_set(e, ERR_LIMIT, "%s: larger than %zu bytes", what, POLICY_MAX_BYTES);
	if (doc_read(what, text, size, a, &root, e) < 0)
		return -1;
	if (root->kind != DOC_OBJECT)
		return doc_fault(root, what, e, "must be %s, not %s", doc_kind_name(DOC_OBJECT),
				 doc_kind_name(root->kind));
	if (doc_only_keys(root, what, keys, e) < 0 ||
	    text_member(what, root, "standard", &c->standard, e) < 0 ||
	    text_member(what, root, "version", &c->version, e) < 0 ||
	    text_member(what, root, "source", &c->source, e) < 0 ||
	    read_ids(what, root, a, &c->ids, e) < 0)
		return -1;
	complete = doc_get(root, "complete");
	if (!complete || (complete->kind != DOC_TRUE && complete->kind != DOC_FALSE))
		return doc_fault(complete ? complete : root, what, e,
				 "\"complete\" must be true or false");
	c->complete = complete->kind == DOC_TRUE;
	if (jcs_write_doc(what, root, JCS_NUMBERS_EXACT, &canonical, e) < 0 ||
	    buf_finish(&canonical, what, e) < 0)
		return -1;
	c->digest = sha256_of(buf_text(&canonical), canonical.size);
	*ret_catalogue = c;
	return 0;
}

int catalogue_read_all(struct arena *a, const struct catalogue *const **ret_list, size_t *ret_count,
		       struct err *e)
{
	const struct catalogue **list =
		arena_array(a, catalogue_builtin_count, sizeof(struct catalogue *));

	for (size_t i = 0; i < catalogue_builtin_count; i++)
		if (catalogue_parse(catalogue_builtins[i].file, catalogue_builtins[i].text,
				    catalogue_builtins[i].size, a, &list[i], e) < 0)
			return -1;
	*ret_list = list;
	*ret_count = catalogue_builtin_count;
	return 0;
}

const struct catalogue *catalogue_find(const struct catalogue *const *list, size_t count,
				       const char *standard, const char *version)
{
	for (size_t i = 0; i < count; i++)
		if (strcmp(list[i]->standard, standard) == 0 &&
		    strcmp(list[i]->version, version) == 0)
			return list[i];
	return NULL;
}

bool catalogue_has(const struct catalogue *c, const char *id)
{
	for (size_t i = 0; i < c->ids.count; i++)
		if (strcmp(c->ids.items[i], id) == 0)
			return true;
	return false;
}
