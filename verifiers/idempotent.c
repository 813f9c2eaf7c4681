#include "verifiers/helpers.h"
#include "verifiers/table.h"

static bool is_text(const struct evidence *ev)
{
	return strcmp(ev->claims.fix_kind, "script") != 0;
}

static struct verdict judge(const struct verifier_input *in, struct arena *a)
{
	const struct evidence *ev = in->ev;
	const char *difference;
	struct verdict v;

	/* The trees decide first: a second application that breaks the plan is no less a change. */
	if (ev->first.tree && ev->again.tree) {
		difference = verdict_tree_difference(ev->first.tree, ev->again.tree, a);
		if (difference)
			return verdict_fail(
				arena_printf(a, "the second application changes the tree: %s",
					     difference),
				"evidence/again.diff");
	}
	if (!verdict_needs_run(&ev->first, a, &v) || !verdict_needs_run(&ev->again, a, &v))
		return v;
	if (!ev->first.tree || !ev->again.tree)
		return verdict_inconclusive("a run left no tree to compare",
					    "evidence/evidence.json");
	difference = verdict_plan_difference(&ev->first.fresh, &ev->again.fresh, a);
	if (difference)
		return verdict_fail(
			arena_printf(a, "the second application changes the plan: %s", difference),
			"plans/again-fresh.json");
	return verdict_pass(is_text(ev) ? "applied twice, the tree and the plan stay the same (a "
					  "change given as text "
					  "is so by construction; `converges` carries the weight)"
					: "applied twice, the tree and the plan stay the same",
			    "evidence/tree-again.json");
}

const struct verifier verifier_idempotent = {
	.id = "idempotent",
	.claim = "Applying the fix a second time changes nothing.",
	.version = 1,
	.core = true,
	.judge = judge,
};
