#include "verifiers/helpers.h"
#include "verifiers/table.h"

static struct verdict judge(const struct verifier_input *in, struct arena *a)
{
	const struct evidence_run *runs[] = {&in->ev->first, &in->ev->again, &in->ev->replay};
	static const char path[] = "evidence/evidence.json";

	for (size_t i = 0; i < FP_ARRAY_SIZE(runs); i++) {
		const struct evidence_apply *apply = &runs[i]->apply;

		if (!apply->attempted)
			return verdict_inconclusive(
				arena_printf(a, "the run \"%s\" did not take place", runs[i]->name),
				path);
		if (apply->outcome == EVIDENCE_FAILED)
			return verdict_fail(arena_printf(a, "in the run \"%s\": %s", runs[i]->name,
							 apply->reason),
					    path);
	}
	if (!in->ev->first.planned && in->ev->before.planned) {
		struct verdict why;

		(void)verdict_needs_run(&in->ev->first, a, &why);
		for (size_t i = 0; i < in->ev->first.diagnostic_count; i++)
			if (strcmp(in->ev->first.diagnostics[i].severity, "error") == 0)
				return verdict_fail(why.reason, path);
		return why;
	}
	return verdict_pass("the fix applied without error in every run", path);
}

const struct verifier verifier_applies = {
	.id = "applies",
	.claim = "The fix applies without error and within its limits in every run.",
	.version = 1,
	.core = true,
	.judge = judge,
};
