#include <stdint.h>

#include "policies/policy.h"
#include "runner/fixcase/fixcase.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Cases and policies, both of which are YAML or JSON with a meaning. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena a = ARENA_INIT((size_t)1 << 30);
	struct err e = ERR_INIT, f = ERR_INIT;
	const struct fixcase *c;
	const struct policy *p;

	(void)!fixcase_parse("case.yaml", (const char *)data, size, &a, &c, &e);
	(void)!policy_parse("policy.yaml", (const char *)data, size, &a, &p, &f);
	arena_release(&a);
	return 0;
}
