#include "verifiers/helpers.h"
#include "verifiers/table.h"

static struct verdict judge(const struct verifier_input *in, struct arena *a)
{
	const struct evidence_plan *plan = &in->ev->again.settled;
	struct verdict v;
	json_t *row;
	size_t i;

	if (!verdict_needs_run(&in->ev->again, a, &v))
		return v;
	if (!plan->text)
		return verdict_inconclusive("no plan was made against the applied state",
					    "evidence/evidence.json");
	json_array_foreach (json_object_get(plan->json, "resource_changes"), i, row)
		if (verdict_changes_something(row))
			return verdict_fail(
				arena_printf(a,
					     "after the plan is applied, the next one still says "
					     "%s for %s",
					     verdict_actions(json_object_get(row, "change"), a),
					     json_text_of(row, "address")),
				"plans/again-settled.json");
	return verdict_pass("planned again after it is applied, nothing is left to do",
			    "plans/again-settled.json");
}

const struct verifier verifier_converges = {
	.id = "converges",
	.claim = "Once the plan is applied, planning again finds nothing left to do.",
	.version = 1,
	.core = true,
	.judge = judge,
	.judge_stage = judge,
};
