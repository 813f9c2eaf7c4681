#include "verifiers/helpers.h"
#include "verifiers/table.h"

static const struct evidence_refusal *first_loud(const struct evidence_sandbox *s)
{
	for (size_t i = 0; i < s->refusal_count; i++)
		if (s->refusals[i].loud)
			return &s->refusals[i];
	return NULL;
}

static struct verdict judge(const struct verifier_input *in, struct arena *a)
{
	const struct evidence_run *runs[] = {&in->ev->first, &in->ev->again, &in->ev->replay};
	static const char path[] = "evidence/evidence.json";

	for (size_t i = 0; i < FP_ARRAY_SIZE(runs); i++) {
		const struct evidence_sandbox *s = &runs[i]->apply.sandbox;
		const struct evidence_refusal *refusal = first_loud(s);

		if (!s->ran)
			return verdict_inconclusive(
				arena_printf(a, "the run \"%s\" did not take place", runs[i]->name),
				path);
		if (refusal)
			return verdict_fail(arena_printf(a,
							 "in the run \"%s\" %s tried %s(%s), which "
							 "was refused with %s",
							 runs[i]->name, refusal->program,
							 refusal->call, refusal->arguments,
							 refusal->answer),
					    path);
		if (s->left_running)
			return verdict_fail(arena_printf(a,
							 "in the run \"%s\" the fix left a "
							 "process running",
							 runs[i]->name),
					    path);
		if (s->dropped_count > 0)
			return verdict_fail(
				arena_printf(
					a, "in the run \"%s\" the fix left %s behind, which %s",
					runs[i]->name, s->dropped[0].name, s->dropped[0].value),
				path);
	}
	return verdict_pass("the sandbox had nothing to refuse", path);
}

const struct verifier verifier_hermetic = {
	.id = "hermetic",
	.claim = "The fix tries nothing that the sandbox refuses and reports.",
	.version = 1,
	.core = true,
	.judge = judge,
};
