/* A trust policy that may name no files. */
#include <stdint.h>

#include "runner/attest/trust.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena a = ARENA_INIT((size_t)1 << 28);
	struct checks checks = {.arena = &a};
	struct err e = ERR_INIT;
	struct trust t;

	if (trust_parse("f.yaml", (const char *)data, size, -1, &a, &t, &e) == 0) {
		trust_lint(&t, 0, &checks);
		trust_release(&t);
	}
	arena_release(&a);
	return 0;
}
