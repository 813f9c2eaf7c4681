/*
 * `policy test`: the fixtures that policies bring along.  Each is planned as a case would be, in
 * the sandbox; one launcher serves all.
 */
#include "runner/cmd/policy_test.h"

#include "runner/base/fd.h"
#include "runner/base/json.h"
#include "runner/base/treestream.h"
#include "runner/base/utf8.h"
#include "runner/cmd/cmd.h"
#include "runner/cmd/planning.h"

struct tally {
	size_t policies, run, failed;
};

static void close_planner(struct planner **p)
{
	planning_close(*p);
}

static int write_tree(const struct policy_test_file *files, size_t count, int tree_fd,
		      struct err *e)
{
	struct treestream_writer w;

	if (treestream_begin(&w, tree_fd, e) < 0)
		return -1;
	for (size_t i = 0; i < count; i++) {
		const struct policy_test_file *f = &files[i];

		if (treestream_entry(&w, TREESTREAM_FILE, f->name, f->size, e) < 0 ||
		    treestream_content(&w, f->text, f->size, e) < 0)
			return -1;
	}
	return treestream_end(&w, e);
}

static const char *text_of(const struct doc *d, const char *key)
{
	const struct doc *m = d ? doc_get(d, key) : NULL;

	return m && m->kind == DOC_STRING ? m->text : "";
}

static const char *no_plan(const struct planning_record *r, struct arena *a)
{
	const struct doc *list = doc_get(r->root, "diagnostics"),
			 *first = list ? list->first : NULL;
	const struct doc *line = first ? doc_get(first, "line") : NULL;

	return arena_printf(a, "no plan: %s:%s: %s: %s", text_of(first, "file"),
			    line && line->text ? line->text : "0", text_of(first, "summary"),
			    text_of(first, "detail"));
}

/* NULL when the policy says what the test expects, otherwise what it says instead. */
static const char *compare(const struct policy_test *test, const struct policy_report *report,
			   struct arena *a)
{
	size_t judged = 0;

	for (size_t i = 0; i < report->count; i++) {
		const struct policy_judgement *row = &report->rows[i];

		if (test->resource && strcmp(test->resource, row->address) != 0)
			continue;
		judged++;
		if (row->result != test->expect)
			return arena_printf(a, "%s: %s, not %s%s%s", row->address,
					    policy_result_name(row->result),
					    policy_result_name(test->expect),
					    *row->reason ? ": " : "", row->reason);
	}
	if (judged > 0)
		return NULL;
	return test->resource ? arena_printf(a, "%s is not judged", test->resource)
			      : "nothing is judged";
}

static int plan_files(struct planner *planner, const struct policy_test_file *files, size_t count,
		      const struct planning_options *o, struct arena *a,
		      struct planning_record *ret_record, const char **ret_fault, struct err *e)
{
	FP_CLEANUP(fd_cleanup) int tree_fd = -1;

	if (fd_memfd("tree", &tree_fd, e) < 0 || write_tree(files, count, tree_fd, e) < 0 ||
	    planning_tree(planner, tree_fd, o, a, ret_record, e) < 0)
		return -1;
	if (strcmp(text_of(ret_record->root, "status"), "planned") != 0 ||
	    !doc_get(ret_record->root, "view"))
		*ret_fault = no_plan(ret_record, a);
	return 0;
}

static json_t *member(const struct planning_record *r, const char *key)
{
	return r->root ? doc_to_json(doc_get(r->root, key)) : NULL;
}

static int judge(const struct policy *p, const struct policy_test *test,
		 const struct planning_record *before, const struct planning_record *after,
		 struct arena *a, const char **ret_fault, struct err *e)
{
	JSON_AUTO *view = member(after, "view");
	JSON_AUTO *old = member(before, "view");
	JSON_AUTO *change = old ? member(after, "plan") : NULL;
	const struct policy_views *views;
	struct policy_report report;

	if (policy_views_open(view, old, change, a, &views, e) < 0)
		return -1;
	report = policy_judge(p, views, a);
	*ret_fault = compare(test, &report, a);
	return 0;
}

static int run_test(struct planner *planner, const struct policy *p, const struct policy_test *test,
		    struct arena *a, const char **ret_fault, struct err *e)
{
	struct planning_options options = {.want_state = test->before_count > 0};
	struct planning_record before = {.root = NULL}, after;

	*ret_fault = NULL;
	if (test->before_count > 0) {
		if (plan_files(planner, test->before, test->before_count, &options, a, &before,
			       ret_fault, e) < 0)
			return -1;
		planning_continue(&options, &before);
	}
	if (!*ret_fault && plan_files(planner, test->files, test->file_count, &options, a, &after,
				      ret_fault, e) < 0)
		return -1;
	return *ret_fault ? 0 : judge(p, test, &before, &after, a, ret_fault, e);
}

static void print_line(const struct policy *p, const struct policy_test *test, const char *fault,
		       size_t number)
{
	FP_CLEANUP(buf_release) struct buf out = BUF_INIT((size_t)1 << 20);

	buf_addf(&out, "%s %zu - %s: ", fault ? "not ok" : "ok", number, p->id);
	utf8_add_visible(&out, test->name, strlen(test->name), false);
	if (fault) {
		buf_addstr(&out, "\n# ");
		utf8_add_visible(&out, fault, strlen(fault), false);
	}
	printf("%s\n", buf_text(&out));
}

static int run_tests(struct planner *planner, const struct policy *p, struct tally *t,
		     struct err *e)
{
	for (size_t i = 0; i < p->test_count; i++) {
		FP_CLEANUP(arena_release) struct arena a = ARENA_INIT((size_t)2 << 30);
		const char *fault;

		if (run_test(planner, p, &p->tests[i], &a, &fault, e) < 0)
			return err_wrap(e, "%s: %s", p->id, p->tests[i].name);
		print_line(p, &p->tests[i], fault, ++t->run);
		t->failed += fault != NULL;
	}
	t->policies++;
	return 0;
}

int policy_test_run(const struct policy *const *policies, size_t count, struct arena *a,
		    struct err *e)
{
	FP_CLEANUP(close_planner) struct planner *planner = NULL;
	struct tally t = {0, 0, 0};
	size_t total = 0;

	for (size_t i = 0; i < count; i++)
		total += policies[i]->test_count;
	if (total > 0 && planning_open(a, &planner, e) < 0)
		return -1;
	printf("1..%zu\n", total);
	for (size_t i = 0; i < count; i++) {
		if (policies[i]->test_count == 0)
			printf("# %s has no tests\n", policies[i]->id);
		else if (run_tests(planner, policies[i], &t, e) < 0)
			return -1;
	}
	printf("# %zu tests of %zu policies, %zu failed\n", t.run, t.policies, t.failed);
	return t.failed > 0 ? CMD_REFUSED : CMD_VERIFIED;
}
