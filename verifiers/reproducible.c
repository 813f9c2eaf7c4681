#include "verifiers/helpers.h"
#include "verifiers/table.h"

static const char *guilty(const struct evidence *ev, struct arena *a)
{
	const char *list = "";

	if (ev->differs_unvaried)
		return "; it differs even when nothing is varied";
	for (size_t i = 0; i < ev->guilty.count; i++)
		list = arena_printf(a, "%s%s%s", list,
				    i > 0 ? ", " : "; it depends on: ", ev->guilty.items[i]);
	return list;
}

/* Other mock values may show in values, never in what is done. */
static const char *other_actions(const struct evidence_plan *one, const struct evidence_plan *other,
				 struct arena *a)
{
	const json_t *mine = json_object_get(one->json, "resource_changes");
	const json_t *yours = json_object_get(other->json, "resource_changes");

	if (json_array_size(mine) != json_array_size(yours))
		return "another number of resources is changed";
	for (size_t i = 0; i < json_array_size(mine); i++) {
		const json_t *x = json_array_get(mine, i), *y = json_array_get(yours, i);

		if (strcmp(json_text_of(x, "address"), json_text_of(y, "address")) != 0)
			return arena_printf(a, "%s in place of %s", json_text_of(y, "address"),
					    json_text_of(x, "address"));
		if (strcmp(verdict_actions(json_object_get(x, "change"), a),
			   verdict_actions(json_object_get(y, "change"), a)) != 0)
			return arena_printf(a, "another action for %s", json_text_of(x, "address"));
	}
	return NULL;
}

/*
 * Another checkout may have what the tree has not, and another Terraform workspace may be selected:
 * it plans something else then.
 */
static struct verdict judge_surroundings(const struct evidence *ev, struct arena *a)
{
	const json_t *then = json_object_get(ev->before.view, "absent");
	json_t *path;
	size_t i;

	json_array_foreach (json_object_get(ev->first.view, "absent"), i, path)
		if (!json_holds(then, path))
			return verdict_inconclusive(
				arena_printf(
					a,
					"what is planned depends on whether %s is there, which the "
					"tree does not have",
					json_string_value(path)),
				"evidence/view-first.json");
	if (json_object_get(ev->first.view, "workspace") &&
	    !json_object_get(ev->before.view, "workspace"))
		return verdict_inconclusive(
			"what is planned depends on terraform.workspace, and nothing says which it "
			"will be",
			"evidence/view-first.json");
	return verdict_pass("", "");
}

static struct verdict judge(const struct verifier_input *in, struct arena *a)
{
	const struct evidence *ev = in->ev;
	const struct evidence_plan *const pairs[][2] = {{&ev->first.fresh, &ev->replay.fresh},
							{&ev->first.change, &ev->replay.change}};
	const char *difference;
	struct verdict v;

	if (ev->before.planned && ev->before_varied.planned &&
	    verdict_plan_difference(&ev->before.fresh, &ev->before_varied.fresh, a))
		return verdict_inconclusive(
			"the plan of the untouched workspace is not reproducible itself",
			"plans/before-varied-fresh.json");
	if (ev->first.tree && ev->replay.tree) {
		difference = verdict_tree_difference(ev->first.tree, ev->replay.tree, a);
		if (difference)
			return verdict_fail(arena_printf(a, "another run leaves another tree: %s%s",
							 difference, guilty(ev, a)),
					    "evidence/replay.diff");
	}
	if (!verdict_needs_run(&ev->first, a, &v) || !verdict_needs_run(&ev->replay, a, &v))
		return v;
	if (!ev->first.tree || !ev->replay.tree)
		return verdict_inconclusive("a run left no tree to compare",
					    "evidence/evidence.json");
	for (size_t i = 0; i < FP_ARRAY_SIZE(pairs); i++) {
		difference = verdict_plan_difference(pairs[i][0], pairs[i][1], a);
		if (difference)
			return verdict_fail(arena_printf(a, "another run gives another plan: %s%s",
							 difference, guilty(ev, a)),
					    i == 0 ? "plans/replay-fresh.json"
						   : "plans/replay-change.json");
	}
	difference = other_actions(&ev->first.fresh, &ev->replay.other, a);
	if (difference)
		return verdict_fail(
			arena_printf(a, "what is done depends on mock values: %s", difference),
			"plans/replay-other.json");
	v = judge_surroundings(ev, a);
	if (v.kind != VERDICT_PASS)
		return v;
	return verdict_pass(
		"a run in which everything varied that may not matter gave the same bytes",
		"evidence/tree-replay.json");
}

/* The trees are those of the case itself; what may still differ is what other mock values do. */
static struct verdict judge_stage(const struct verifier_input *in, struct arena *a)
{
	const char *difference;
	struct verdict v;

	if (!verdict_needs_run(&in->ev->before, a, &v) || !verdict_needs_run(&in->ev->first, a, &v))
		return v;
	difference = other_actions(&in->ev->first.fresh, &in->ev->replay.other, a);
	return difference ? verdict_fail(arena_printf(a, "what is done depends on mock values: %s",
						      difference),
					 "plans/replay-other.json")
			  : judge_surroundings(in->ev, a);
}

const struct verifier verifier_reproducible = {
	.id = "reproducible",
	.claim = "A run in which everything varies that may not matter gives the same bytes.",
	.version = 1,
	.core = true,
	.judge = judge,
	.judge_stage = judge_stage,
};
