#include "verifiers/helpers.h"
#include "verifiers/table.h"

/* Of all instances of the resource: the worst result, with its reason. */
struct worst {
	size_t count, failed, unknown;
	const struct policy_judgement *row;
};

static struct worst look(const struct verifier_input *in, const struct policy_report *r,
			 const char *resource, bool after, struct arena *a)
{
	struct worst w = {.count = 0};

	for (size_t i = 0; i < r->count; i++) {
		const struct policy_judgement *row = &r->rows[i];
		bool mine = verdict_is_resource(resource, row->address, a);

		if (after && !mine)
			mine = verdict_is_resource(
				resource, verdict_moved_from(&in->ev->first.change, row->address),
				a);
		if (!mine)
			continue;
		w.count++;
		w.failed += row->result == POLICY_FAIL;
		w.unknown += row->result == POLICY_UNKNOWN;
		if (!w.row || row->result == POLICY_FAIL ||
		    (row->result == POLICY_UNKNOWN && w.row->result == POLICY_PASS))
			w.row = row;
	}
	return w;
}

static struct verdict judge_after(const struct verifier_input *in, const struct policy_report *r,
				  const char *resource, const char *which, struct arena *a)
{
	struct worst w = look(in, r, resource, true, a);
	const char *id = r->policy->id;
	static const char path[] = "evidence/view-first.json";

	if (w.count == 0 &&
	    verdict_matches_any(&in->ev->claims.remove, resource, verdict_matches_address)) {
		enum verdict_kind kind = verdict_coverage(in, a).kind;

		if (kind == VERDICT_PASS)
			return verdict_pass("", path);
		if (kind != VERDICT_NOT_APPLICABLE)
			return verdict_inconclusive(
				arena_printf(a,
					     "%s: the case declares the removal of %s, and its "
					     "invariants do not hold%s",
					     id, resource, which),
				path);
	}
	if (w.count == 0)
		return verdict_fail(
			arena_printf(a, "%s: %s is gone after the fix%s", id, resource, which),
			path);
	if (w.failed > 0)
		return verdict_fail(arena_printf(a, "%s still fails after the fix%s on %s: %s", id,
						 which, w.row->address, w.row->reason),
				    path);
	if (w.unknown > 0)
		return verdict_inconclusive(
			arena_printf(a, "%s cannot be decided after the fix%s on %s: %s", id, which,
				     w.row->address, w.row->reason),
			path);
	return verdict_pass("", path);
}

/*
 * A stage need not fail before the fix, nor have the resource at all; where it has, it passes
 * after.
 */
static struct verdict judge_one_of_stage(const struct verifier_input *in, size_t p, struct arena *a)
{
	const char *resource = in->ev->claims.finding.resource;
	struct verdict v;

	if (look(in, &in->before[p], resource, false, a).count == 0 &&
	    look(in, &in->after[p], resource, true, a).count == 0)
		return verdict_pass("", "");
	v = judge_after(in, &in->after[p], resource, "", a);
	if (v.kind != VERDICT_PASS || !in->other)
		return v;
	return judge_after(in, &in->other[p], resource, " under other mock values", a);
}

static struct verdict judge_one(const struct verifier_input *in, size_t p, struct arena *a)
{
	const char *resource = in->ev->claims.finding.resource, *id = in->policies[p]->id;
	struct worst before = look(in, &in->before[p], resource, false, a);
	static const char path[] = "evidence/view-before.json";
	struct verdict v;

	if (before.count == 0)
		return verdict_fail(arena_printf(a, "%s does not judge %s", id, resource), path);
	if (before.failed == 0 && before.unknown > 0)
		return verdict_inconclusive(
			arena_printf(a, "%s cannot be decided before the fix on %s: %s", id,
				     before.row->address, before.row->reason),
			path);
	if (before.failed == 0)
		return verdict_fail(
			arena_printf(a, "%s passes before the fix already: nothing to prove", id),
			path);
	v = judge_after(in, &in->after[p], resource, "", a);
	if (v.kind != VERDICT_PASS || !in->other)
		return v;
	return judge_after(in, &in->other[p], resource, " under other mock values", a);
}

static bool find_policy(const struct verifier_input *in, const char *id, size_t *ret_index)
{
	for (size_t i = 0; i < in->policy_count; i++) {
		if (strcmp(in->policies[i]->id, id) == 0) {
			*ret_index = i;
			return true;
		}
	}
	return false;
}

static struct verdict judge(const struct verifier_input *in, struct arena *a)
{
	const struct evidence_claims *c = &in->ev->claims;
	struct verdict v, open = {.kind = VERDICT_PASS};
	size_t p;

	if (!c->has_finding || c->policies.count == 0)
		return verdict_inconclusive("the case binds no policy to a finding", "case/");
	if (!verdict_needs_run(&in->ev->before, a, &v) || !verdict_needs_run(&in->ev->first, a, &v))
		return v;
	if (!in->before || !in->after)
		return verdict_inconclusive("a run gave no view to judge",
					    "evidence/evidence.json");
	for (size_t i = 0; i < c->policies.count; i++) {
		if (!find_policy(in, c->policies.items[i], &p))
			return verdict_inconclusive(
				arena_printf(a, "the policy %s is not known", c->policies.items[i]),
				"case/");
		v = (in->stage ? judge_one_of_stage : judge_one)(in, p, a);
		if (v.kind == VERDICT_FAIL)
			return v;
		if (v.kind == VERDICT_INCONCLUSIVE && open.kind == VERDICT_PASS)
			open = v;
	}
	if (open.kind != VERDICT_PASS)
		return open;
	return verdict_pass(arena_printf(a, "%s on %s: fails before the fix, passes after it",
					 c->policies.items[0], c->finding.resource),
			    "evidence/view-first.json");
}

const struct verifier verifier_policy = {
	.id = "policy",
	.claim = "Each bound policy fails before on the finding's resource and passes after.",
	.version = 1,
	.core = true,
	.judge = judge,
	.judge_stage = judge,
};
