#include "policies/policy.h"

#include "policies/internal.h"
#include "runner/base/buf.h"
#include "runner/base/treestream.h"
#include "runner/canon/jcs.h"

struct parser {
	const char *what;
	struct arena *arena;
	struct err *e;
	unsigned int depth;
};

static int want_kind(struct parser *p, const struct doc *d, enum doc_kind kind)
{
	if (d->kind != kind)
		return doc_fault(d, p->what, p->e, "must be %s, not %s", doc_kind_name(kind),
				 doc_kind_name(d->kind));
	return 0;
}

static int text_member(struct parser *p, const struct doc *object, const char *key, bool required,
		       const char **ret_text)
{
	const struct doc *d = doc_get(object, key);

	if (!d && required)
		return doc_fault(object, p->what, p->e, "\"%s\" is missing", key);
	*ret_text = NULL;
	if (!d)
		return 0;
	if (want_kind(p, d, DOC_STRING) < 0)
		return -1;
	if (d->size == 0 || strlen(d->text) != d->size)
		return doc_fault(d, p->what, p->e, "must be a text that is not empty");
	*ret_text = d->text;
	return 0;
}

static int strings_member(struct parser *p, const struct doc *object, const char *key,
			  bool required, struct policy_strings *ret_strings)
{
	const struct doc *d = doc_get(object, key);
	const char **items;
	size_t count = 0;

	if (!d && required)
		return doc_fault(object, p->what, p->e, "\"%s\" is missing", key);
	if (!d)
		return 0;
	if (want_kind(p, d, DOC_ARRAY) < 0)
		return -1;
	items = arena_array(p->arena, d->count, sizeof(*items));
	for (const struct doc *m = d->first; m; m = m->next) {
		if (want_kind(p, m, DOC_STRING) < 0)
			return -1;
		items[count++] = m->text;
	}
	ret_strings->items = items;
	ret_strings->count = count;
	return 0;
}

static int read_controls(struct parser *p, const struct doc *metadata, struct policy *policy)
{
	static const char *const keys[] = {"standard", "version", "id", "source", NULL};
	const struct doc *d = doc_get(metadata, "controls");
	struct policy_control *rows;
	const char *source;

	if (!d)
		return 0;
	if (want_kind(p, d, DOC_ARRAY) < 0)
		return -1;
	rows = arena_array(p->arena, d->count, sizeof(*rows));
	for (const struct doc *m = d->first; m; m = m->next) {
		struct policy_control *c = &rows[policy->control_count++];

		if (want_kind(p, m, DOC_OBJECT) < 0 || doc_only_keys(m, p->what, keys, p->e) < 0 ||
		    text_member(p, m, "standard", true, &c->standard) < 0 ||
		    text_member(p, m, "version", true, &c->version) < 0 ||
		    text_member(p, m, "id", true, &c->id) < 0 ||
		    text_member(p, m, "source", false, &source) < 0)
			return -1;
	}
	policy->controls = rows;
	return 0;
}

static int one_of(struct parser *p, const struct doc *object, const char *key,
		  const char *const *words)
{
	const struct doc *d = doc_get(object, key);

	for (const char *const *w = words; d && *w; w++)
		if (strcmp(*w, d->text) == 0)
			return 0;
	return d ? doc_fault(d, p->what, p->e, "\"%s\" is not known here", d->text) : 0;
}

static int read_metadata(struct parser *p, const struct doc *d, struct policy *policy)
{
	static const char *const keys[] = {"id",	"name",	      "severity", "category",
					   "subjects",	"rules",      "controls", "remediation",
					   "guideline", "frameworks", NULL};
	static const char *const severities[] = {"low",	   "medium", "high",	 "critical", "LOW",
						 "MEDIUM", "HIGH",   "CRITICAL", NULL};

	if (want_kind(p, d, DOC_OBJECT) < 0 || doc_only_keys(d, p->what, keys, p->e) < 0 ||
	    text_member(p, d, "id", true, &policy->id) < 0 ||
	    text_member(p, d, "name", true, &policy->name) < 0 ||
	    text_member(p, d, "severity", false, &policy->severity) < 0 ||
	    text_member(p, d, "category", false, &policy->category) < 0 ||
	    text_member(p, d, "remediation", false, &policy->remediation) < 0 ||
	    one_of(p, d, "severity", severities) < 0 ||
	    strings_member(p, d, "subjects", false, &policy->subjects) < 0 ||
	    strings_member(p, d, "rules", false, &policy->rules) < 0)
		return -1;
	return read_controls(p, d, policy);
}

static int check_node(struct parser *p, const struct doc *d);

static int check_children(struct parser *p, const struct doc *list)
{
	if (want_kind(p, list, DOC_ARRAY) < 0)
		return -1;
	if (list->count == 0)
		return doc_fault(list, p->what, p->e, "must not be empty");
	for (const struct doc *m = list->first; m; m = m->next)
		if (check_node(p, m) < 0)
			return -1;
	return 0;
}

static int check_attribute(struct parser *p, const struct doc *d)
{
	static const char *const keys[] = {"cond_type", "resource_types", "attribute", "operator",
					   "value",	"quantify",	  "view",      NULL};
	static const char *const views[] = {"plan", "static", NULL};
	const struct policy_operator *op;
	const char *attribute, *operator;

	if (doc_only_keys(d, p->what, keys, p->e) < 0 ||
	    text_member(p, d, "attribute", true, &attribute) < 0 ||
	    text_member(p, d, "operator", true, &operator) < 0 ||
	    one_of(p, d, "quantify", policy_quantifiers) < 0 || one_of(p, d, "view", views) < 0)
		return -1;
	op = policy_operator_find(operator);
	if (!op)
		return doc_fault(doc_get(d, "operator"), p->what, p->e,
				 "\"%s\" is no operator", operator);
	if (op->needs_value != (doc_get(d, "value") != NULL) && op->needs_value)
		return doc_fault(d, p->what, p->e,
				 "the operator \"%s\" needs a \"value\"", operator);
	if (op->check && op->check(doc_get(d, "value")))
		return doc_fault(doc_get(d, "value"), p->what, p->e, "%s",
				 op->check(doc_get(d, "value")));
	return 0;
}

static int check_each(struct parser *p, const struct doc *d)
{
	static const char *const keys[] = {"cond_type", "resource_types", "attribute",
					   "quantify",	"where",	  NULL};
	const char *attribute;

	if (doc_only_keys(d, p->what, keys, p->e) < 0 ||
	    text_member(p, d, "attribute", true, &attribute) < 0 ||
	    one_of(p, d, "quantify", policy_quantifiers) < 0)
		return -1;
	if (!doc_get(d, "where"))
		return doc_fault(d, p->what, p->e, "\"where\" is missing");
	return check_node(p, doc_get(d, "where"));
}

static int check_connection(struct parser *p, const struct doc *d)
{
	static const char *const keys[] = {
		"cond_type", "resource_types", "connected_resource_types",
		"operator",  "where",	       NULL};
	static const char *const operators[] = {"exists", "not_exists", NULL};
	struct policy_strings types = {NULL, 0};
	const char *operator;

	if (doc_only_keys(d, p->what, keys, p->e) < 0 ||
	    strings_member(p, d, "connected_resource_types", true, &types) < 0 ||
	    text_member(p, d, "operator", true, &operator) < 0 ||
	    one_of(p, d, "operator", operators) < 0)
		return -1;
	return doc_get(d, "where") ? check_node(p, doc_get(d, "where")) : 0;
}

static int check_network_source(struct parser *p, const struct doc *d)
{
	static const char *const keys[] = {
		"attribute", "resource_types", "where", "protocol", "from",
		"to",	     "addresses",      NULL};
	struct policy_strings list = {NULL, 0};
	const char *text;

	if (want_kind(p, d, DOC_OBJECT) < 0 || doc_only_keys(d, p->what, keys, p->e) < 0 ||
	    text_member(p, d, "attribute", false, &text) < 0 ||
	    strings_member(p, d, "resource_types", false, &list) < 0 ||
	    text_member(p, d, "protocol", true, &text) < 0 ||
	    text_member(p, d, "from", true, &text) < 0 ||
	    text_member(p, d, "to", true, &text) < 0 ||
	    strings_member(p, d, "addresses", true, &list) < 0)
		return -1;
	return doc_get(d, "where") ? check_node(p, doc_get(d, "where")) : 0;
}

static int check_network(struct parser *p, const struct doc *d)
{
	static const char *const keys[] = {"cond_type", "resource_types", "sources", "protocol",
					   "port",	"operator",	  "from",    NULL};
	static const char *const operators[] = {"closed", NULL};
	const struct doc *sources = doc_get(d, "sources"), *port = doc_get(d, "port");
	const char *text;

	if (doc_only_keys(d, p->what, keys, p->e) < 0 ||
	    text_member(p, d, "operator", true, &text) < 0 ||
	    one_of(p, d, "operator", operators) < 0 ||
	    text_member(p, d, "protocol", true, &text) < 0)
		return -1;
	if (!sources || !port)
		return doc_fault(d, p->what, p->e, "\"%s\" is missing",
				 sources ? "port" : "sources");
	if (want_kind(p, port, DOC_NUMBER) < 0 || want_kind(p, sources, DOC_ARRAY) < 0)
		return -1;
	for (const struct doc *m = sources->first; m; m = m->next)
		if (check_network_source(p, m) < 0)
			return -1;
	return 0;
}

static int check_filter(struct parser *p, const struct doc *d)
{
	static const char *const keys[] = {"cond_type", "attribute", "operator", "value", NULL};

	if (doc_only_keys(d, p->what, keys, p->e) < 0)
		return -1;
	if (!doc_get(d, "value"))
		return doc_fault(d, p->what, p->e, "\"value\" is missing");
	return want_kind(p, doc_get(d, "value"), DOC_ARRAY);
}

static int check_condition(struct parser *p, const struct doc *d)
{
	static const struct {
		const char *name;
		int (*check)(struct parser *p, const struct doc *d);
	} kinds[] = {{"attribute", check_attribute},
		     {"each", check_each},
		     {"connection", check_connection},
		     {"network", check_network},
		     {"filter", check_filter}};
	struct policy_strings types = {NULL, 0};
	const char *name;

	if (text_member(p, d, "cond_type", true, &name) < 0)
		return -1;
	if (doc_get(d, "resource_types") && doc_get(d, "resource_types")->kind != DOC_STRING &&
	    strings_member(p, d, "resource_types", false, &types) < 0)
		return -1;
	for (size_t i = 0; i < FP_ARRAY_SIZE(kinds); i++)
		if (strcmp(kinds[i].name, name) == 0)
			return kinds[i].check(p, d);
	return doc_fault(doc_get(d, "cond_type"), p->what, p->e, "\"%s\" is no kind of condition",
			 name);
}

static int check_node(struct parser *p, const struct doc *d)
{
	static const char *const words[] = {"and", "or", "not"};
	int result;

	if (want_kind(p, d, DOC_OBJECT) < 0)
		return -1;
	if (++p->depth > POLICY_DEPTH_MAX)
		return doc_fault(d, p->what, p->e, "nested deeper than %d levels",
				 POLICY_DEPTH_MAX);
	result = 1;
	for (size_t i = 0; i < FP_ARRAY_SIZE(words); i++) {
		const struct doc *child = doc_get(d, words[i]);

		if (!child)
			continue;
		if (d->count != 1)
			return doc_fault(d, p->what, p->e, "\"%s\" must stand alone", words[i]);
		result = child->kind == DOC_OBJECT && i == 2 ? check_node(p, child)
							     : check_children(p, child);
	}
	if (result == 1)
		result = check_condition(p, d);
	p->depth--;
	return result;
}

/* Checkov's policies name their subjects in each condition instead of once. */
static void gather_subjects(struct parser *p, const struct doc *d, struct policy *policy,
			    size_t *capacity)
{
	const struct doc *types = doc_get(d, "resource_types"), *kind = doc_get(d, "cond_type");
	const char **items = (const char **)(uintptr_t)policy->subjects.items;

	if (kind && kind->kind == DOC_STRING && strcmp(kind->text, "filter") == 0)
		types = doc_get(d, "value");
	for (const struct doc *m = types && types->kind == DOC_ARRAY ? types->first : NULL; m;
	     m = m->next) {
		bool known = false;

		for (size_t i = 0; i < policy->subjects.count; i++)
			known = known || strcmp(items[i], m->text) == 0;
		if (known || m->kind != DOC_STRING)
			continue;
		items = arena_grow(p->arena, items, policy->subjects.count, capacity,
				   sizeof(*items));
		items[policy->subjects.count++] = m->text;
		policy->subjects.items = items;
	}
	for (const struct doc *m = d->first; m; m = m->next)
		if (m->key && (strcmp(m->key, "and") == 0 || strcmp(m->key, "or") == 0 ||
			       strcmp(m->key, "not") == 0))
			for (const struct doc *c = m->kind == DOC_ARRAY ? m->first : m; c;
			     c = c->next) {
				gather_subjects(p, c, policy, capacity);
				if (c == m)
					break;
			}
}

static int read_test_file(struct parser *p, const struct doc *d, const char *name, size_t name_size,
			  struct policy_test_file *ret_file)
{
	const char *fault = treestream_path_fault(name, name_size);

	if (want_kind(p, d, DOC_STRING) < 0)
		return -1;
	if (fault)
		return doc_fault(d, p->what, p->e, "the name of the file %s", fault);
	*ret_file = (struct policy_test_file){name, d->text, d->size};
	return 0;
}

/* The files of a test: "main" for a single one, or "files" by name. */
static int read_test_files(struct parser *p, const struct doc *d, struct policy_test *test)
{
	const struct doc *single = doc_get(d, "main"), *list = doc_get(d, "files");
	struct policy_test_file *files;

	if (!single == !list)
		return doc_fault(d, p->what, p->e, "needs either \"main\" or \"files\"");
	files = arena_array(p->arena, single ? 1 : FP_MAX(list->count, (size_t)1), sizeof(*files));
	test->files = files;
	if (single)
		return read_test_file(p, single, "main.tf", 7, &files[test->file_count++]);
	if (want_kind(p, list, DOC_OBJECT) < 0)
		return -1;
	if (list->count == 0)
		return doc_fault(list, p->what, p->e, "must not be empty");
	for (const struct doc *m = list->first; m; m = m->next)
		if (read_test_file(p, m, m->key, m->key_size, &files[test->file_count++]) < 0)
			return -1;
	return 0;
}

static int read_test(struct parser *p, const struct doc *d, struct policy_test *test)
{
	static const char *const keys[] = {"name", "expect", "resource", "files", "main", NULL};
	static const enum policy_result results[] = {POLICY_PASS, POLICY_FAIL, POLICY_UNKNOWN};
	const char *expect;

	if (want_kind(p, d, DOC_OBJECT) < 0 || doc_only_keys(d, p->what, keys, p->e) < 0 ||
	    text_member(p, d, "name", true, &test->name) < 0 ||
	    text_member(p, d, "expect", true, &expect) < 0 ||
	    text_member(p, d, "resource", false, &test->resource) < 0)
		return -1;
	for (size_t i = 0; i < FP_ARRAY_SIZE(results); i++) {
		if (strcmp(policy_result_name(results[i]), expect) != 0)
			continue;
		test->expect = results[i];
		return read_test_files(p, d, test);
	}
	return doc_fault(doc_get(d, "expect"), p->what, p->e,
			 "must be pass, fail or unknown, not \"%s\"", expect);
}

static int read_tests(struct parser *p, const struct doc *d, struct policy *policy)
{
	struct policy_test *rows;

	if (!d)
		return 0;
	if (want_kind(p, d, DOC_ARRAY) < 0)
		return -1;
	rows = arena_array(p->arena, FP_MAX(d->count, (size_t)1), sizeof(*rows));
	for (const struct doc *m = d->first; m; m = m->next)
		if (read_test(p, m, &rows[policy->test_count++]) < 0)
			return -1;
	policy->tests = rows;
	return 0;
}

int policy_parse(const char *what, const char *text, size_t size, struct arena *a,
		 const struct policy **ret_policy, struct err *e)
{
	static const char *const keys[] = {"metadata", "definition", "tests", NULL};
	FP_CLEANUP(buf_release) struct buf canonical = BUF_INIT(POLICY_MAX_BYTES * 8);
	struct parser p = {.what = what, .arena = a, .e = e};
	struct policy *policy = arena_alloc(a, sizeof(*policy));
	const struct doc *root, *metadata;
	size_t capacity = 0;

	if (size > POLICY_MAX_BYTES)
		return err_set(e, ERR_LIMIT, "%s: larger than %zu bytes", what, POLICY_MAX_BYTES);
	if (doc_read(what, text, size, a, &root, e) < 0 || want_kind(&p, root, DOC_OBJECT) < 0 ||
	    doc_only_keys(root, what, keys, e) < 0)
		return -1;
	metadata = doc_get(root, "metadata");
	policy->definition = doc_get(root, "definition");
	if (!metadata || !policy->definition)
		return doc_fault(root, what, e, "\"%s\" is missing",
				 metadata ? "definition" : "metadata");
	if (read_metadata(&p, metadata, policy) < 0 || check_node(&p, policy->definition) < 0 ||
	    read_tests(&p, doc_get(root, "tests"), policy) < 0)
		return -1;
	if (policy->subjects.count == 0)
		gather_subjects(&p, policy->definition, policy, &capacity);
	if (policy->subjects.count == 0)
		return doc_fault(root, what, e, "names no type of resource");
	if (jcs_write_doc(what, root, JCS_NUMBERS_EXACT, &canonical, e) < 0 ||
	    buf_finish(&canonical, what, e) < 0)
		return -1;
	policy->source = arena_strndup(a, text, size);
	policy->source_size = size;
	policy->digest = sha256_of(buf_text(&canonical), canonical.size);
	*ret_policy = policy;
	return 0;
}
