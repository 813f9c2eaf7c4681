#include "verifiers/helpers.h"
#include "verifiers/table.h"

static bool is_waived(const struct evidence *ev, const char *policy)
{
	for (size_t i = 0; i < ev->claims.waiver_count; i++) {
		const struct evidence_waiver *w = &ev->claims.waivers[i];

		if (w->policy && strcmp(w->policy, policy) == 0 &&
		    strncmp(ev->time, w->expires, 10) <= 0)
			return true;
	}
	return false;
}

/* Of what fails before and after: a fault that was not there. */
static const char *new_fault(const struct policy_judgement *then,
			     const struct policy_judgement *now)
{
	for (size_t i = 0; i < now->fault_count; i++) {
		bool old = false;

		for (size_t k = 0; k < then->fault_count && !old; k++)
			old = strcmp(then->faults[k].key, now->faults[i].key) == 0;
		if (!old)
			return now->faults[i].reason;
	}
	return NULL;
}

/* A resource that the fix brings with it must pass, too: it did not fail before. */
static const struct policy_judgement *first_worse(const struct policy_report *before,
						  const struct policy_report *after,
						  const struct evidence_plan *change,
						  const char **ret_fault)
{
	*ret_fault = NULL;
	for (size_t i = 0; i < after->count; i++) {
		const struct policy_judgement *now = &after->rows[i];
		const char *from = verdict_moved_from(change, now->address);
		const struct policy_judgement *then =
			policy_find(before, *from ? from : now->address);

		if (now->result == POLICY_PASS)
			continue;
		if (!then || then->result == POLICY_PASS ||
		    (then->result == POLICY_UNKNOWN && now->result == POLICY_FAIL))
			return now;
		if (then->result != POLICY_FAIL || now->result != POLICY_FAIL)
			continue;
		*ret_fault = new_fault(then, now);
		if (*ret_fault)
			return now;
	}
	return NULL;
}

static const struct policy_judgement *first_unknown(const struct policy_report *r)
{
	for (size_t i = 0; i < r->count; i++)
		if (r->rows[i].result == POLICY_UNKNOWN)
			return &r->rows[i];
	return NULL;
}

/* A program that gave no answer, before or after, leaves it open what it would have said. */
static struct verdict judge_program(const struct verifier_input *in, size_t p, struct arena *a)
{
	const struct policy_judgement *then = first_unknown(&in->before[p]),
				      *now = first_unknown(&in->after[p]);

	if (!then && !now)
		return verdict_pass("", "");
	return verdict_inconclusive(arena_printf(a, "%s cannot be decided %s the fix: %s",
						 in->policies[p]->id, now ? "after" : "before",
						 now ? now->reason : then->reason),
				    "evidence/evidence.json");
}

static struct verdict judge(const struct verifier_input *in, struct arena *a)
{
	static const char path[] = "evidence/view-first.json";
	struct verdict v, open = {.kind = VERDICT_PASS};
	size_t judged = 0;

	if (!verdict_needs_run(&in->ev->before, a, &v) || !verdict_needs_run(&in->ev->first, a, &v))
		return v;
	if (!in->before || !in->after)
		return verdict_inconclusive("a run gave no view to judge",
					    "evidence/evidence.json");
	for (size_t i = 0; i < in->policy_count; i++) {
		const char *fault;
		const struct policy_judgement *worse =
			first_worse(&in->before[i], &in->after[i], &in->ev->first.change, &fault);

		judged += in->after[i].count;
		if (is_waived(in->ev, in->policies[i]->id))
			continue;
		v = in->policies[i]->exec ? judge_program(in, i, a) : verdict_pass("", path);
		if (v.kind != VERDICT_PASS && open.kind == VERDICT_PASS)
			open = v;
		if (worse && fault && v.kind == VERDICT_PASS)
			return verdict_fail(arena_printf(a,
							 "%s failed before on %s, and fails for "
							 "one thing more: %s",
							 in->policies[i]->id, worse->address,
							 fault),
					    path);
		if (worse && v.kind == VERDICT_PASS)
			return verdict_fail(arena_printf(a, "%s does not pass any more on %s: %s",
							 in->policies[i]->id, worse->address,
							 worse->reason),
					    path);
	}
	if (open.kind != VERDICT_PASS)
		return open;
	return verdict_pass(
		arena_printf(a,
			     "%zu policies judged %zu times; nothing that passed before fails now",
			     in->policy_count, judged),
		path);
}

const struct verifier verifier_regression = {
	.id = "regression",
	.claim = "Nothing that passed before, of any policy, fails or becomes unknown after.",
	.version = 1,
	.judge = judge,
	.judge_stage = judge,
};
