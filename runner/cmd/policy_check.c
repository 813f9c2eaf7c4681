#include "runner/cmd/policy_check.h"

#include "runner/base/fd.h"
#include "runner/base/json.h"
#include "runner/canon/plan.h"
#include "runner/cmd/cmd.h"
#include "runner/cmd/policy_report.h"
#include "runner/execs.h"

#define PLAN_MAX_BYTES ((size_t)256 << 20)

/* The workspace, and perhaps one that it comes from. */
struct checked {
	const struct policy_check *c;
	struct arena *arena;
	struct err *e;
	struct planner *planner;
	int tree;
	struct planning_record before, now;
	bool planned;
	/* Canonical, from nothing; NULL while no program was asked about it. */
	const char *plan;
	size_t plan_size;
};

static void close_checked(struct checked *k)
{
	planning_close(k->planner);
	fd_close(k->tree);
}

static int plan_both(struct checked *k)
{
	struct planning_options o = k->c->planning;

	if (planning_open(k->arena, &k->planner, k->e) < 0 ||
	    planning_pack(k->c->directory, &k->tree, k->e) < 0)
		return -1;
	o.want_state = k->c->before != NULL;
	if (k->c->before) {
		if (planning_directory(k->planner, k->c->before, &o, k->arena, &k->before, k->e) <
		    0)
			return -1;
		if (!planning_succeeded(&k->before))
			return 0;
		planning_continue(&o, &k->before);
	}
	if (planning_tree(k->planner, k->tree, &o, k->arena, &k->now, k->e) < 0)
		return -1;
	k->planned = planning_succeeded(&k->now);
	return 0;
}

/* What a program is asked about: never a change, as in a case. */
static int fresh_plan(struct checked *k)
{
	static const char what[] = "the planner's record";
	FP_CLEANUP(buf_release) struct buf text = BUF_INIT(PLAN_MAX_BYTES);
	struct planning_record r = k->now;

	if (k->plan)
		return 0;
	if (k->c->before &&
	    planning_tree(k->planner, k->tree, &k->c->planning, k->arena, &r, k->e) < 0)
		return -1;
	if (canon_plan(what, doc_get(r.root, "plan"), &text, k->e) < 0)
		return -1;
	k->plan = arena_strndup(k->arena, buf_text(&text), text.size);
	k->plan_size = text.size;
	return 0;
}

static int judge_program(struct checked *k, const struct policy *p, const json_t *view,
			 const struct policy_views *views, struct policy_report *ret_report)
{
	bool about_plan = p->exec->input == POLICY_EXEC_PLAN;
	struct policy_answer answer = {.fault = "there is no plan to ask its program about"};

	if (about_plan && k->planned && fresh_plan(k) < 0)
		return -1;
	if ((!about_plan || k->planned) &&
	    execs_ask(planning_launcher(k->planner), p, k->tree, k->plan, k->plan_size, k->arena,
		      &answer, k->e) < 0)
		return -1;
	*ret_report = policy_scan_answer(p, view, views, &answer, k->arena);
	return 0;
}

static json_t *member(const struct planning_record *r, const char *key)
{
	return r->root ? doc_to_json(doc_get(r->root, key)) : NULL;
}

static int judge_all(struct checked *k, const struct policy *const *policies, size_t count,
		     const json_t *view, const struct policy_report **ret_reports)
{
	JSON_AUTO *before = member(&k->before, "view");
	JSON_AUTO *change = before ? member(&k->now, "plan") : NULL;
	struct policy_report *reports =
		arena_array(k->arena, FP_MAX(count, (size_t)1), sizeof(*reports));
	const struct policy_views *views;

	if (policy_views_open(view, before, change, k->arena, &views, k->e) < 0)
		return -1;
	for (size_t i = 0; i < count; i++)
		if (!policies[i]->exec)
			reports[i] = policy_judge(policies[i], views, k->arena);
		else if (judge_program(k, policies[i], view, views, &reports[i]) < 0)
			return -1;
	*ret_reports = reports;
	return 0;
}

int policy_check_run(const struct policy_check *c, const struct policy *const *policies,
		     size_t count, struct arena *a, int *ret_status, struct err *e)
{
	FP_CLEANUP(close_checked)
	struct checked k = {.c = c, .arena = a, .e = e, .tree = -1};
	struct policy_report_options o = {.format = c->format, .all = c->all};
	const struct policy_report *reports;
	JSON_AUTO *view = NULL;

	if (plan_both(&k) < 0)
		return -1;
	view = member(&k.now, "view");
	o.planned = k.planned;
	o.diagnostics = doc_get(k.now.root ? k.now.root : k.before.root, "diagnostics");
	if (!json_is_object(view) || (!k.planned && c->before)) {
		*ret_status = policy_report_nothing(&o);
		return 0;
	}
	if (judge_all(&k, policies, count, view, &reports) < 0)
		return -1;
	*ret_status = policy_report_print(reports, count, &o);
	return 0;
}
