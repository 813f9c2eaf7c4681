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

/* A resource that the fix brings with it must pass, too: it did not fail before. */
static const struct policy_judgement *first_worse(const struct policy_report *before,
						  const struct policy_report *after,
						  const struct evidence_plan *change)
{
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
	}
	return NULL;
}

static struct verdict judge(const struct verifier_input *in, struct arena *a)
{
	static const char path[] = "evidence/view-first.json";
	size_t judged = 0;
	struct verdict v;

	if (!verdict_needs_run(&in->ev->before, a, &v) || !verdict_needs_run(&in->ev->first, a, &v))
		return v;
	if (!in->before || !in->after)
		return verdict_inconclusive("a run gave no view to judge",
					    "evidence/evidence.json");
	for (size_t i = 0; i < in->policy_count; i++) {
		const struct policy_judgement *worse =
			first_worse(&in->before[i], &in->after[i], &in->ev->first.change);

		judged += in->after[i].count;
		if (worse && !is_waived(in->ev, in->policies[i]->id))
			return verdict_fail(arena_printf(a, "%s does not pass any more on %s: %s",
							 in->policies[i]->id, worse->address,
							 worse->reason),
					    path);
	}
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
};
