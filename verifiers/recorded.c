#include "verifiers/helpers.h"
#include "verifiers/table.h"

static struct verdict judge(const struct verifier_input *in, struct arena *a)
{
	const struct evidence_claims *c = &in->ev->claims;
	const struct {
		bool there;
		const char *name;
	} rows[] = {
		{c->has_finding, "the finding"},
		{c->policies.count > 0, "the policy"},
		{c->reason != NULL, "the reason"},
		{c->has_author, "the author"},
	};

	for (size_t i = 0; i < FP_ARRAY_SIZE(rows); i++)
		if (!rows[i].there)
			return verdict_fail(
				arena_printf(a, "the case does not record %s", rows[i].name),
				"case/");
	return verdict_pass("finding, policy, change, reason and author are on record", "case/");
}

const struct verifier verifier_recorded = {
	.id = "recorded",
	.claim =
		"What was found, which policy applied, what changed, why and by whom is on record.",
	.version = 1,
	.core = true,
	.judge = judge,
};
