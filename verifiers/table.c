#include "verifiers/table.h"

/* In the order in which a person would ask: the first that fails is the one that is told first. */
const struct verifier *const verifier_table[] = {
	&verifier_recorded,	&verifier_applies,    &verifier_hermetic,    &verifier_idempotent,
	&verifier_reproducible, &verifier_converges,  &verifier_suppression, &verifier_kept,
	&verifier_policy,	&verifier_regression, &verifier_impact,	     &verifier_executes,
	&verifier_secrets,	&verifier_pinned,     &verifier_coverage,    &verifier_aligned,
	&verifier_scope,	&verifier_minimal,    &verifier_expected,    NULL,
};

/* Rules that were replaced: a bundle is judged by those of its time.  None was so far. */
static const struct verifier *const verifier_retired[] = {NULL};

static const char *const kind_names[] = {"pass", "fail", "inconclusive", "not applicable"};
static const char *const decision_names[] = {"verified", "refused", "inconclusive"};

const char *verdict_kind_name(enum verdict_kind kind)
{
	return kind_names[kind];
}

const char *decision_name(enum decision decision)
{
	return decision_names[decision];
}

static const struct evidence_exec *find_exec(const struct evidence *ev, const char *policy,
					     const char *run)
{
	for (size_t i = 0; i < ev->exec_count; i++)
		if (strcmp(ev->execs[i].policy, policy) == 0 && strcmp(ev->execs[i].run, run) == 0)
			return &ev->execs[i];
	return NULL;
}

/* The digest of what the program had to be asked about, or NULL. */
static const struct sha256 *asked_about(const struct policy *p, const struct evidence_run *run)
{
	const struct evidence_plan *plan =
		strcmp(run->name, "replay") == 0 ? &run->other : &run->fresh;

	if (p->exec->input == POLICY_EXEC_PLAN)
		return plan->text ? &plan->digest : NULL;
	return run->tree ? &run->tree->digest : NULL;
}

/* Its runs are told apart by the stage, as far as that makes a difference to what is asked about.
 */
static const char *exec_run(const struct verifier_input *in, const struct policy *p,
			    const struct evidence_run *run, struct arena *a)
{
	return in->stage && p->exec->input == POLICY_EXEC_PLAN
		       ? arena_printf(a, "%s.%s", run->name, in->stage)
		       : run->name;
}

/* What follows from what the program of a policy printed.  Other mock values change no file. */
static int judge_program(const struct verifier_input *in, const struct policy *p,
			 const struct evidence_run *run, const json_t *view,
			 const struct policy_views *views, struct arena *a,
			 struct policy_report *ret_report, struct err *e)
{
	const struct evidence *ev = in->ev;
	struct policy_answer answer = {.fault = "its program was not asked"};
	const struct evidence_exec *x;
	const struct sha256 *wanted;

	if (run == &ev->replay && p->exec->input == POLICY_EXEC_WORKSPACE)
		run = &ev->first;
	x = find_exec(ev, p->id, exec_run(in, p, run, a));
	wanted = asked_about(p, run);
	if (x && (!wanted || !sha256_equal(wanted, &x->input)))
		return err_set(e, ERR_INPUT, "%s: is the answer to another input", x->file);
	if (x && p->exec->image_sha256 &&
	    (!x->image_sha256 || strcmp(x->image_sha256, p->exec->image_sha256) != 0))
		return err_set(e, ERR_INPUT, "%s: is from another image than the policy pins",
			       x->file);
	if (x)
		answer = (struct policy_answer){.fault = x->fault,
						.status = x->sandbox.exit_status,
						.what = x->file,
						.text = x->output,
						.size = x->size};
	*ret_report = policy_judge_answer(p, view, views, &answer, a);
	return 0;
}

/* before and change are for policies on changes; without them these judge nothing. */
static int evaluate(const struct verifier_input *in, const struct evidence_run *run,
		    const json_t *view, const json_t *before, const json_t *change, struct arena *a,
		    const struct policy_report **ret_reports, struct err *e)
{
	struct policy_report *reports;
	const struct policy_views *views;

	*ret_reports = NULL;
	if (!view)
		return 0;
	if (policy_views_open(view, before, change, a, &views, e) < 0)
		return -1;
	reports = arena_array(a, in->policy_count, sizeof(*reports));
	for (size_t i = 0; i < in->policy_count; i++)
		if (!in->policies[i]->exec)
			reports[i] = policy_judge(in->policies[i], views, a);
		else if (judge_program(in, in->policies[i], run, view, views, a, &reports[i], e) <
			 0)
			return -1;
	*ret_reports = reports;
	return 0;
}

static int judge_policies(const struct evidence *ev, struct arena *a, struct verifier_input *in,
			  struct err *e)
{
	in->ev = ev;
	if (evaluate(in, &ev->before, ev->before.view, NULL, NULL, a, &in->before, e) < 0 ||
	    evaluate(in, &ev->first, ev->first.view, ev->before.view, ev->first.change.json, a,
		     &in->after, e) < 0)
		return -1;
	return evaluate(in, &ev->replay, ev->replay.other_view, NULL, NULL, a, &in->other, e);
}

static int prepare(const struct evidence *ev, struct arena *a, struct verifier_input *in,
		   struct err *e)
{
	const struct policy **policies = arena_array(a, ev->policy_count, sizeof(struct policy *));

	for (size_t i = 0; i < ev->policy_count; i++) {
		const struct evidence_policy *p = &ev->policies[i];

		if (policy_read(p->file, p->id, p->source, p->source_size, a, &policies[i], e) < 0)
			return -1;
		if (strcmp(policies[i]->id, p->id) != 0 ||
		    !sha256_equal(&policies[i]->digest, &p->digest))
			return err_set(e, ERR_INPUT,
				       "%s: is not the policy that the evidence names", p->file);
	}
	in->policies = policies;
	in->policy_count = ev->policy_count;
	return judge_policies(ev, a, in, e);
}

/* The evidence as it is under the values of a stage: its plans and views in place of the case's. */
static struct evidence *staged(const struct evidence *ev, const struct evidence_stage *s,
			       struct arena *a)
{
	struct evidence *copy = arena_memdup(a, ev, sizeof(*ev));
	const struct evidence_run *after = &s->after;

	copy->before = s->before;
	copy->before.name = ev->before.name;
	copy->before.tree = ev->before.tree;
	copy->first = *after;
	copy->first.name = ev->first.name;
	copy->first.tree = ev->first.tree;
	copy->first.apply = ev->first.apply;
	copy->again.planned = after->planned;
	copy->again.settled = after->settled;
	copy->replay.other = after->other;
	copy->replay.other_view = after->other_view;
	copy->expected = s->expected;
	copy->expected.tree = ev->expected.tree;
	return copy;
}

static int rank(enum verdict_kind kind)
{
	return kind == VERDICT_FAIL ? 2 : kind == VERDICT_INCONCLUSIVE ? 1 : 0;
}

/* A stage makes a verdict worse, never better; "not applicable" stays what it is. */
static void add_stage_verdict(struct judged_verdict *row, const struct verifier_input *in,
			      struct arena *a)
{
	struct verdict v = row->verifier->judge_stage(in, a);

	if (rank(v.kind) <= rank(row->verdict.kind))
		return;
	row->verdict = (struct verdict){v.kind, arena_printf(a, "with %s: %s", in->stage, v.reason),
					"evidence/evidence.json"};
}

static void tell_stages(struct judged_verdict *row, const struct evidence *ev, struct arena *a)
{
	const char *names = "";

	for (size_t i = 0; i < ev->stage_count; i++)
		names = arena_printf(a, "%s%s%s", names, i > 0 ? ", " : "", ev->stages[i].name);
	if (row->verdict.kind == VERDICT_PASS)
		row->verdict.reason =
			arena_printf(a, "%s; so it is with %s", row->verdict.reason, names);
}

static int judge_stages(const struct evidence *ev, const struct judgement *j,
			struct judged_verdict *rows, struct arena *a, struct err *e)
{
	for (size_t i = 0; i < ev->stage_count; i++) {
		struct verifier_input in = j->input;

		in.stage = ev->stages[i].name;
		if (judge_policies(staged(ev, &ev->stages[i], a), a, &in, e) < 0)
			return -1;
		for (size_t k = 0; k < j->count; k++)
			if (rows[k].verifier->judge_stage)
				add_stage_verdict(&rows[k], &in, a);
	}
	for (size_t k = 0; ev->stage_count > 0 && k < j->count; k++)
		if (rows[k].verifier->judge_stage)
			tell_stages(&rows[k], ev, a);
	return 0;
}

/* A waiver counts until the end of its day, at the time of the runs and not of reading. */
static const struct evidence_waiver *find_waiver(const struct evidence *ev,
						 const struct verifier *v)
{
	for (size_t i = 0; i < ev->claims.waiver_count; i++) {
		const struct evidence_waiver *w = &ev->claims.waivers[i];

		if (!v->core && w->verifier && strcmp(w->verifier, v->id) == 0 && ev->time &&
		    strncmp(ev->time, w->expires, 10) <= 0)
			return w;
	}
	return NULL;
}

/* Any fail refuses; otherwise anything open leaves it open; the core has to pass, not merely not
 * fail. */
static enum decision decide(const struct judged_verdict *rows, size_t count,
			    const struct judged_verdict **ret_decisive)
{
	const struct judged_verdict *open = NULL;

	for (size_t i = 0; i < count; i++) {
		enum verdict_kind kind = rows[i].verdict.kind;

		if (rows[i].waiver)
			continue;
		if (kind == VERDICT_FAIL) {
			*ret_decisive = &rows[i];
			return DECISION_REFUSED;
		}
		if (!open && (kind == VERDICT_INCONCLUSIVE ||
			      (rows[i].verifier->core && kind != VERDICT_PASS)))
			open = &rows[i];
	}
	*ret_decisive = open;
	return open || count == 0 ? DECISION_INCONCLUSIVE : DECISION_VERIFIED;
}

/* The current verifier of that rule, or a retired one. */
static const struct verifier *find_rule(const struct verifier_rule *rule)
{
	const struct verifier *const *const tables[] = {verifier_table, verifier_retired};

	for (size_t t = 0; t < FP_ARRAY_SIZE(tables); t++)
		for (size_t i = 0; tables[t][i]; i++)
			if (strcmp(tables[t][i]->id, rule->id) == 0 &&
			    tables[t][i]->version == rule->version)
				return tables[t][i];
	return NULL;
}

int verifiers_known(const struct verifier_rule *rules, size_t count, struct err *e)
{
	for (size_t i = 0; i < count; i++)
		if (!find_rule(&rules[i]))
			return err_set(
				e, ERR_UNSUPPORTED,
				"version %u of the rule `%s` is not part of fixproof " FP_VERSION,
				rules[i].version, rules[i].id);
	return 0;
}

static int check_core(const struct judged_verdict *rows, size_t count, struct err *e)
{
	for (size_t i = 0; verifier_table[i]; i++) {
		size_t times = 0;

		for (size_t k = 0; k < count; k++)
			times += strcmp(rows[k].verifier->id, verifier_table[i]->id) == 0;
		if (times > 1 || (times == 0 && verifier_table[i]->core))
			return err_set(e, ERR_INPUT, "`%s` %s", verifier_table[i]->id,
				       times > 1 ? "judges twice"
						 : "does not judge, and is of the core");
	}
	return 0;
}

static int choose(const struct verifier_rule *rules, size_t count, struct arena *a,
		  struct judged_verdict **ret_rows, size_t *ret_count, struct err *e)
{
	struct judged_verdict *rows;
	size_t n = count;

	if (rules && verifiers_known(rules, count, e) < 0)
		return -1;
	for (n = count; !rules && verifier_table[n];)
		n++;
	rows = arena_array(a, n + 1, sizeof(*rows));
	for (size_t i = 0; i < n; i++)
		rows[i].verifier = rules ? find_rule(&rules[i]) : verifier_table[i];
	*ret_rows = rows;
	*ret_count = n;
	return check_core(rows, n, e);
}

int verifiers_judge_by(const struct evidence *ev, const struct verifier_rule *rules, size_t count,
		       struct arena *a, struct judgement *ret_judgement, struct err *e)
{
	struct judged_verdict *rows;
	struct judgement j = {.count = 0};

	if (choose(rules, count, a, &rows, &j.count, e) < 0 || prepare(ev, a, &j.input, e) < 0)
		return -1;
	for (size_t i = 0; i < j.count; i++)
		rows[i].verdict = rows[i].verifier->judge(&j.input, a);
	if (judge_stages(ev, &j, rows, a, e) < 0)
		return -1;
	for (size_t i = 0; i < j.count; i++)
		if (rows[i].verdict.kind == VERDICT_FAIL ||
		    rows[i].verdict.kind == VERDICT_INCONCLUSIVE)
			rows[i].waiver = find_waiver(ev, rows[i].verifier);
	j.rows = rows;
	j.decision = decide(rows, j.count, &j.decisive);
	*ret_judgement = j;
	return 0;
}

int verifiers_judge(const struct evidence *ev, struct arena *a, struct judgement *ret_judgement,
		    struct err *e)
{
	return verifiers_judge_by(ev, NULL, 0, a, ret_judgement, e);
}
