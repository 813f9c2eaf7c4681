#include "verifiers/helpers.h"
#include "verifiers/table.h"

static bool maps_to(const struct policy *p, const struct evidence_control *c)
{
	for (size_t i = 0; i < p->control_count; i++)
		if (strcmp(p->controls[i].standard, c->standard) == 0 &&
		    strcmp(p->controls[i].version, c->version) == 0 &&
		    strcmp(p->controls[i].id, c->id) == 0)
			return true;
	return false;
}

/* The id that the policy has in that very standard and version, for the message. */
static const char *right_one(const struct policy *p, const struct evidence_control *c)
{
	for (size_t i = 0; i < p->control_count; i++)
		if (strcmp(p->controls[i].standard, c->standard) == 0 &&
		    strcmp(p->controls[i].version, c->version) == 0)
			return p->controls[i].id;
	return NULL;
}

static struct verdict judge_control(const struct verifier_input *in,
				    const struct evidence_control *c, struct arena *a)
{
	const struct evidence_strings *bound = &in->ev->claims.policies;
	const char *right = NULL;

	for (size_t i = 0; i < in->policy_count; i++) {
		const struct policy *p = in->policies[i];

		if (!verdict_matches_any(bound, p->id, verdict_matches_path))
			continue;
		if (maps_to(p, c))
			return verdict_pass("", "");
		if (!right)
			right = right_one(p, c);
	}
	if (right)
		return verdict_fail(
			arena_printf(a,
				     "%s %s %s is not about this: the policy's control there is %s",
				     c->standard, c->version, c->id, right),
			"case/");
	return verdict_fail(
		arena_printf(a, "no bound policy maps to %s %s %s", c->standard, c->version, c->id),
		"case/");
}

static struct verdict judge(const struct verifier_input *in, struct arena *a)
{
	const struct evidence_claims *c = &in->ev->claims;

	if (c->control_count == 0)
		return verdict_not_applicable("the case claims no control of a standard");
	for (size_t i = 0; i < c->control_count; i++) {
		struct verdict v = judge_control(in, &c->controls[i], a);

		if (v.kind != VERDICT_PASS)
			return v;
	}
	return verdict_pass(
		arena_printf(a, "every control that is claimed (%zu) is one of the policy's",
			     c->control_count),
		"case/");
}

const struct verifier verifier_aligned = {
	.id = "aligned",
	.claim = "Each control that the case claims is one that its policy maps to, exactly.",
	.version = 1,
	.judge = judge,
};
