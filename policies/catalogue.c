#include "policies/catalogue.h"

#include "policies/internal.h"
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

static int read_ids(const char *what, const struct doc *root, const char *key, struct arena *a,
		    struct policy_strings *ret_ids, struct err *e)
{
	const struct doc *d = doc_get(root, key);
	const char **items;
	size_t count = 0;

	if (!d || d->kind != DOC_ARRAY || d->count == 0 || d->count > IDS_MAX)
		return doc_fault(d ? d : root, what, e, "\"%s\" must be a list of 1 to %d", key,
				 IDS_MAX);
	items = arena_array(a, d->count, sizeof(*items));
	for (const struct doc *m = d->first; m; m = m->next) {
		if (m->kind != DOC_STRING || m->size == 0)
			return doc_fault(m, what, e, "must be a text that is not empty");
		items[count++] = m->text;
	}
	*ret_ids = (struct policy_strings){items, count};
	return 0;
}

static int compare_places(const void *left, const void *right)
{
	const struct doc *one = *(const struct doc *const *)left,
			 *other = *(const struct doc *const *)right;
	int order = strcmp(one->text, other->text);

	if (order == 0)
		order = one->line < other->line ? -1 : one->line > other->line;
	return order ? order : one->column < other->column ? -1 : one->column > other->column;
}

/* No id stands twice, whether in one list or in both. */
static int want_distinct(const char *what, const struct doc *root, const struct catalogue *c,
			 struct arena *a, struct err *e)
{
	static const char *const keys[] = {"ids", "withdrawn"};
	const struct doc **places =
		arena_array(a, c->ids.count + c->withdrawn.count, sizeof(struct doc *));
	size_t count = 0;

	for (size_t i = 0; i < FP_ARRAY_SIZE(keys); i++) {
		const struct doc *d = doc_get(root, keys[i]);

		for (const struct doc *m = d ? d->first : NULL; m; m = m->next)
			places[count++] = m;
	}
	qsort(places, count, sizeof(struct doc *), compare_places);
	for (size_t i = 1; i < count; i++)
		if (strcmp(places[i - 1]->text, places[i]->text) == 0)
			return doc_fault(places[i], what, e, "\"%s\" is there twice",
					 places[i]->text);
	return 0;
}

static int read_statements(const char *what, const struct doc *root, struct catalogue *c,
			   struct err *e)
{
	const struct doc *d = doc_get(root, "statements");

	if (!d)
		return 0;
	if (d->kind != DOC_STRING || strcmp(d->text, "open") != 0)
		return doc_fault(d, what, e, "must be open, or left out");
	c->statements_open = true;
	return 0;
}

int catalogue_parse(const char *what, const char *text, size_t size, struct arena *a,
		    const struct catalogue **ret_catalogue, struct err *e)
{
	static const char *const keys[] = {"standard", "version",   "complete",	  "source",
					   "ids",      "withdrawn", "statements", NULL};
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
	    read_ids(what, root, "ids", a, &c->ids, e) < 0 ||
	    (doc_get(root, "withdrawn") &&
	     read_ids(what, root, "withdrawn", a, &c->withdrawn, e) < 0) ||
	    read_statements(what, root, c, e) < 0 || want_distinct(what, root, c, a, e) < 0)
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

/* The files begin with both, so that the others need not be read. */
int catalogue_read(const char *standard, const char *version, struct arena *a,
		   const struct catalogue **ret_catalogue, struct err *e)
{
	const char *head = arena_printf(a, "standard: %s\nversion: \"%s\"\n", standard, version);
	size_t size = strlen(head);

	*ret_catalogue = NULL;
	for (size_t i = 0; i < catalogue_builtin_count; i++) {
		const struct policy_builtin *b = &catalogue_builtins[i];

		if (b->size > size && memcmp(b->text, head, size) == 0)
			return catalogue_parse(b->file, b->text, b->size, a, ret_catalogue, e);
	}
	return 0;
}

/* The end of a control's number, or of that of an enhancement, behind which letters may follow. */
static size_t control_size(const char *id)
{
	size_t n = strcspn(id, "0123456789");

	n += strspn(id + n, "0123456789");
	if (id[n] == '(' && id[n + 1] >= '0' && id[n + 1] <= '9') {
		size_t digits = strspn(id + n + 1, "0123456789");

		if (id[n + 1 + digits] == ')')
			n += digits + 2;
	}
	return n;
}

static bool is_letter(char c)
{
	return c >= 'a' && c <= 'z';
}

/* "d.1" behind AC-2, "(a)" behind AC-2(3). */
static bool is_statement(const char *rest, bool enhancement)
{
	return enhancement ? rest[0] == '(' && is_letter(rest[1]) && strchr(rest, ')')
			   : is_letter(rest[0]);
}

enum catalogue_answer catalogue_ask(const struct catalogue *c, const char *id, struct arena *a)
{
	size_t size = control_size(id);
	const char *control = arena_strndup(a, id, size);
	bool statement =
		c->statements_open && is_statement(id + size, size > 0 && id[size - 1] == ')');

	if (policy_strings_have(&c->ids, id))
		return CATALOGUE_HAS;
	if (policy_strings_have(&c->withdrawn, statement ? control : id))
		return CATALOGUE_WITHDRAWN;
	if (!c->complete || (statement && policy_strings_have(&c->ids, control)))
		return CATALOGUE_OPEN;
	return CATALOGUE_HAS_NOT;
}
