#include "policies/policy.h"

#include "policies/internal.h"
#include "runner/base/buf.h"
#include "runner/base/treestream.h"
#include "runner/canon/jcs.h"

struct parser {
	const char *what;
	struct arena *arena;
	struct err *e;
};

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
	if (doc_want(d, p->what, DOC_ARRAY, p->e) < 0)
		return -1;
	items = arena_array(p->arena, d->count, sizeof(*items));
	for (const struct doc *m = d->first; m; m = m->next) {
		if (doc_want(m, p->what, DOC_STRING, p->e) < 0)
			return -1;
		items[count++] = m->text;
	}
	ret_strings->items = items;
	ret_strings->count = count;
	return 0;
}

/* "id" for one, "ids" for several of a standard. */
static int read_control(struct parser *p, const struct doc *m, struct policy_control *rows,
			size_t *count)
{
	static const char *const keys[] = {"standard", "version", "id", "ids", "source", NULL};
	struct policy_strings ids = {NULL, 0};
	struct policy_control c;

	if (doc_want(m, p->what, DOC_OBJECT, p->e) < 0 ||
	    doc_only_keys(m, p->what, keys, p->e) < 0 ||
	    doc_text_member(m, p->what, "standard", true, &c.standard, p->e) < 0 ||
	    doc_text_member(m, p->what, "version", true, &c.version, p->e) < 0 ||
	    doc_text_member(m, p->what, "source", false, &c.source, p->e) < 0 ||
	    strings_member(p, m, "ids", false, &ids) < 0 ||
	    doc_text_member(m, p->what, "id", ids.count == 0, &c.id, p->e) < 0)
		return -1;
	if (c.id && doc_get(m, "ids"))
		return doc_fault(m, p->what, p->e, "needs either \"id\" or \"ids\"");
	if (c.id)
		rows[(*count)++] = c;
	for (size_t i = 0; i < ids.count; i++) {
		c.id = ids.items[i];
		rows[(*count)++] = c;
	}
	return 0;
}

static int read_controls(struct parser *p, const struct doc *metadata, struct policy *policy)
{
	const struct doc *d = doc_get(metadata, "controls");
	struct policy_control *rows;
	size_t count = 0;

	if (!d)
		return 0;
	if (doc_want(d, p->what, DOC_ARRAY, p->e) < 0)
		return -1;
	for (const struct doc *m = d->first; m; m = m->next)
		count += 1 + (doc_get(m, "ids") ? doc_get(m, "ids")->count : 0);
	rows = arena_array(p->arena, FP_MAX(count, (size_t)1), sizeof(*rows));
	for (const struct doc *m = d->first; m; m = m->next)
		if (read_control(p, m, rows, &policy->control_count) < 0)
			return -1;
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
	static const char *const categories[] = {"security",
						 "reliability",
						 "cost",
						 "GENERAL_SECURITY",
						 "LOGGING",
						 "ENCRYPTION",
						 "NETWORKING",
						 "IAM",
						 "BACKUP_AND_RECOVERY",
						 "CONVENTION",
						 "SECRETS",
						 "KUBERNETES",
						 "APPLICATION_SECURITY",
						 "SUPPLY_CHAIN",
						 "API_SECURITY",
						 NULL};
	static const char *const severities[] = {"low",	   "medium", "high",	 "critical", "LOW",
						 "MEDIUM", "HIGH",   "CRITICAL", NULL};

	if (doc_want(d, p->what, DOC_OBJECT, p->e) < 0 ||
	    doc_only_keys(d, p->what, keys, p->e) < 0 ||
	    doc_text_member(d, p->what, "id", true, &policy->id, p->e) < 0 ||
	    doc_text_member(d, p->what, "name", true, &policy->name, p->e) < 0 ||
	    doc_text_member(d, p->what, "severity", false, &policy->severity, p->e) < 0 ||
	    doc_text_member(d, p->what, "category", false, &policy->category, p->e) < 0 ||
	    doc_text_member(d, p->what, "remediation", false, &policy->remediation, p->e) < 0 ||
	    one_of(p, d, "severity", severities) < 0 || one_of(p, d, "category", categories) < 0 ||
	    strings_member(p, d, "subjects", false, &policy->subjects) < 0 ||
	    strings_member(p, d, "rules", false, &policy->rules) < 0)
		return -1;
	return read_controls(p, d, policy);
}

static int read_test_file(struct parser *p, const struct doc *d, const char *name, size_t name_size,
			  struct policy_test_file *ret_file)
{
	const char *fault = treestream_path_fault(name, name_size);

	if (doc_want(d, p->what, DOC_STRING, p->e) < 0)
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
	if (doc_want(list, p->what, DOC_OBJECT, p->e) < 0)
		return -1;
	if (list->count == 0)
		return doc_fault(list, p->what, p->e, "must not be empty");
	for (const struct doc *m = list->first; m; m = m->next)
		if (read_test_file(p, m, m->key, m->key_size, &files[test->file_count++]) < 0)
			return -1;
	return 0;
}

/* What was there before, for policies on changes: main.tf. */
static int read_test_before(struct parser *p, const struct doc *d, struct policy_test *test)
{
	const struct doc *before = doc_get(d, "before");
	struct policy_test_file *file = arena_alloc(p->arena, sizeof(*file));

	if (!before)
		return 0;
	test->before = file;
	test->before_count = 1;
	return read_test_file(p, before, "main.tf", 7, file);
}

static int read_test(struct parser *p, const struct doc *d, struct policy_test *test)
{
	static const char *const keys[] = {"name", "expect", "resource", "files",
					   "main", "before", NULL};
	static const enum policy_result results[] = {POLICY_PASS, POLICY_FAIL, POLICY_UNKNOWN};
	const char *expect;

	if (doc_want(d, p->what, DOC_OBJECT, p->e) < 0 ||
	    doc_only_keys(d, p->what, keys, p->e) < 0 ||
	    doc_text_member(d, p->what, "name", true, &test->name, p->e) < 0 ||
	    doc_text_member(d, p->what, "expect", true, &expect, p->e) < 0 ||
	    doc_text_member(d, p->what, "resource", false, &test->resource, p->e) < 0)
		return -1;
	for (size_t i = 0; i < FP_ARRAY_SIZE(results); i++) {
		if (strcmp(policy_result_name(results[i]), expect) != 0)
			continue;
		test->expect = results[i];
		return read_test_files(p, d, test) < 0 ? -1 : read_test_before(p, d, test);
	}
	return doc_fault(doc_get(d, "expect"), p->what, p->e,
			 "must be pass, fail or unknown, not \"%s\"", expect);
}

static int read_tests(struct parser *p, const struct doc *d, struct policy *policy)
{
	struct policy_test *rows;

	if (!d)
		return 0;
	if (doc_want(d, p->what, DOC_ARRAY, p->e) < 0)
		return -1;
	rows = arena_array(p->arena, FP_MAX(d->count, (size_t)1), sizeof(*rows));
	for (const struct doc *m = d->first; m; m = m->next)
		if (read_test(p, m, &rows[policy->test_count++]) < 0)
			return -1;
	policy->tests = rows;
	return 0;
}

/* The digest of the canonical form; tests say nothing about what the policy means. */
static int name_by_meaning(struct parser *p, const struct doc *root, struct policy *policy)
{
	const struct doc *exec = doc_get(root, "exec");
	FP_CLEANUP(buf_release) struct buf canonical = BUF_INIT(POLICY_MAX_BYTES * 8);

	buf_addf(&canonical, "{\"%s\":", exec ? "exec" : "definition");
	if (jcs_write_doc(p->what, exec ? exec : doc_get(root, "definition"), JCS_NUMBERS_EXACT,
			  &canonical, p->e) < 0)
		return -1;
	buf_addstr(&canonical, ",\"metadata\":");
	if (jcs_write_doc(p->what, doc_get(root, "metadata"), JCS_NUMBERS_EXACT, &canonical, p->e) <
	    0)
		return -1;
	buf_addch(&canonical, '}');
	if (buf_finish(&canonical, p->what, p->e) < 0)
		return -1;
	policy->digest = sha256_of(buf_text(&canonical), canonical.size);
	return 0;
}

/* A program judges every type unless its metadata names some. */
static int read_exec(struct parser *p, const struct doc *root, struct policy *policy)
{
	static const char *const all[] = {"all"};

	if (doc_get(root, "definition") || doc_get(root, "tests"))
		return doc_fault(root, p->what, p->e, "\"%s\" does not go with \"exec\"",
				 doc_get(root, "tests") ? "tests" : "definition");
	if (policy->subjects.count == 0)
		policy->subjects = (struct policy_strings){all, 1};
	return policy_exec_read(p->what, doc_get(root, "exec"), p->arena, &policy->exec, p->e);
}

static int read_definition(struct parser *p, const struct doc *root, struct policy *policy)
{
	if (policy_conditions_read(p->what, doc_get(root, "definition"), p->arena,
				   &policy->definition, p->e) < 0 ||
	    read_tests(p, doc_get(root, "tests"), policy) < 0)
		return -1;
	if (policy->subjects.count == 0)
		policy_condition_types(policy->definition, p->arena, &policy->subjects);
	if (policy->subjects.count == 0)
		return doc_fault(root, p->what, p->e, "names no type of resource");
	policy->on_change = policy_condition_needs_change(policy->definition);
	return 0;
}

int policy_parse(const char *what, const char *text, size_t size, struct arena *a,
		 const struct policy **ret_policy, struct err *e)
{
	static const char *const keys[] = {"metadata", "definition", "exec", "tests", NULL};
	struct parser p = {.what = what, .arena = a, .e = e};
	struct policy *policy = arena_alloc(a, sizeof(*policy));
	const struct doc *root;

	if (size > POLICY_MAX_BYTES)
		return err_set(e, ERR_LIMIT, "%s: larger than %zu bytes", what, POLICY_MAX_BYTES);
	if (doc_read(what, text, size, a, &root, e) < 0 ||
	    doc_want(root, what, DOC_OBJECT, e) < 0 || doc_only_keys(root, what, keys, e) < 0)
		return -1;
	if (!doc_get(root, "metadata"))
		return doc_fault(root, what, e, "\"metadata\" is missing");
	if (!doc_get(root, "definition") && !doc_get(root, "exec"))
		return doc_fault(root, what, e, "\"definition\" is missing");
	if (read_metadata(&p, doc_get(root, "metadata"), policy) < 0 ||
	    (doc_get(root, "exec") ? read_exec : read_definition)(&p, root, policy) < 0 ||
	    name_by_meaning(&p, root, policy) < 0)
		return -1;
	policy->source = arena_strndup(a, text, size);
	policy->source_size = size;
	*ret_policy = policy;
	return 0;
}
