/*
 * The case may bring the workspace that it expects: the same files, or files that lead to the same
 * state from nothing.
 */
#include "verifiers/helpers.h"
#include "verifiers/table.h"

static struct verdict judge(const struct verifier_input *in, struct arena *a)
{
	const struct evidence_run *expected = &in->ev->expected, *first = &in->ev->first;
	const char *files, *plans;
	struct verdict v;

	if (!expected->tree)
		return verdict_not_applicable("the case expects no particular result");
	if (!first->tree)
		return verdict_inconclusive("the fix left no tree to compare",
					    "evidence/evidence.json");
	files = verdict_tree_difference(expected->tree, first->tree, a);
	if (!files)
		return verdict_pass("the files are those that the case expects",
				    "evidence/tree-expected.json");
	if (in->stage && !expected->name)
		return verdict_inconclusive(
			arena_printf(a, "%s, and whether the state does too was not planned",
				     files),
			"evidence/evidence.json");
	if (!verdict_needs_run(first, a, &v) || !verdict_needs_run(expected, a, &v))
		return v;
	plans = verdict_plan_difference(&expected->fresh, &first->fresh, a);
	if (plans)
		return verdict_fail(arena_printf(a, "%s, and so does the state: %s", files, plans),
				    "plans/expected-fresh.json");
	return verdict_pass(
		arena_printf(a, "%s, and the state is the one that the case expects", files),
		"plans/expected-fresh.json");
}

const struct verifier verifier_expected = {
	.id = "expected",
	.claim = "The result is the workspace that the case expects, as text or as state.",
	.version = 1,
	.judge = judge,
	.judge_stage = judge,
};
