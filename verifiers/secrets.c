#include "runner/base/secretscan.h"
#include "verifiers/helpers.h"
#include "verifiers/table.h"

static struct verdict judge(const struct verifier_input *in, struct arena *a)
{
	const struct evidence_secret *first = in->ev->secrets;
	const char *what;

	if (!in->ev->first.tree)
		return verdict_inconclusive("the fix did not apply", "evidence/evidence.json");
	if (in->ev->secret_count == 0)
		return verdict_pass("nothing that looks like a credential is new", "fix.diff");
	what = secretscan_describe(first->detector);
	return verdict_fail(
		arena_printf(a, "%s:%zu: %s%s", first->file, first->line,
			     what ? what : first->detector,
			     in->ev->secret_count == 1
				     ? ""
				     : arena_printf(a, ", and %zu more", in->ev->secret_count - 1)),
		"fix.diff");
}

const struct verifier verifier_secrets = {
	.id = "secrets",
	.claim = "The change adds no credential.",
	.version = 1,
	.judge = judge,
};
