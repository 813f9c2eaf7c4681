/*
 * What must hold of the workspace as a whole, whatever becomes of the resource of the finding: for
 * each policy that the case names as an invariant there is a resource that passes it, and none that
 * passed fails.
 */
#include "verifiers/helpers.h"
#include "verifiers/table.h"

static const struct policy_report *find(const struct verifier_input *in,
					const struct policy_report *reports, const char *id)
{
	for (size_t i = 0; i < in->policy_count; i++)
		if (strcmp(in->policies[i]->id, id) == 0)
			return &reports[i];
	return NULL;
}

static size_t count(const struct policy_report *r, enum policy_result result)
{
	size_t n = 0;

	for (size_t i = 0; i < r->count; i++)
		n += r->rows[i].result == result;
	return n;
}

static struct verdict judge_one(const struct policy_report *r, const char *id, const char *when,
				const char *path, struct arena *a)
{
	if (count(r, POLICY_PASS) > 0)
		return verdict_pass("", path);
	if (count(r, POLICY_UNKNOWN) > 0)
		return verdict_inconclusive(
			arena_printf(a, "%s cannot be decided %s the fix on any resource", id,
				     when),
			path);
	return verdict_fail(arena_printf(a, "%s: no resource passes it %s the fix", id, when),
			    path);
}

static struct verdict judge_both(const struct verifier_input *in, const char *id, struct arena *a)
{
	const struct policy_report *before = find(in, in->before, id),
				   *after = find(in, in->after, id);
	struct verdict v;

	if (!before || !after)
		return verdict_inconclusive(arena_printf(a, "the policy %s is not known", id),
					    "case/");
	v = judge_one(before, id, "before", "evidence/view-before.json", a);
	if (v.kind != VERDICT_PASS)
		return v;
	return judge_one(after, id, "after", "evidence/view-first.json", a);
}

struct verdict verdict_coverage(const struct verifier_input *in, struct arena *a)
{
	const struct evidence_strings *names = &in->ev->claims.invariants;
	struct verdict v, open = {.kind = VERDICT_PASS};

	if (names->count == 0)
		return verdict_not_applicable("the case names no invariants");
	if (!verdict_needs_run(&in->ev->before, a, &v) || !verdict_needs_run(&in->ev->first, a, &v))
		return v;
	if (!in->before || !in->after)
		return verdict_inconclusive("a run gave no view to judge",
					    "evidence/evidence.json");
	for (size_t i = 0; i < names->count; i++) {
		v = judge_both(in, names->items[i], a);
		if (v.kind == VERDICT_FAIL)
			return v;
		if (v.kind == VERDICT_INCONCLUSIVE && open.kind == VERDICT_PASS)
			open = v;
	}
	if (open.kind != VERDICT_PASS)
		return open;
	return verdict_pass(arena_printf(a, "%zu invariants hold before and after", names->count),
			    "evidence/view-first.json");
}

const struct verifier verifier_coverage = {
	.id = "coverage",
	.claim = "The invariants of the case hold before the fix and after it.",
	.version = 1,
	.judge = verdict_coverage,
	.judge_stage = verdict_coverage,
};
