#include <stdint.h>

#include "runner/fixcase/patch.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena a = ARENA_INIT((size_t)1 << 30);
	const struct patch *p;
	struct err e = ERR_INIT;

	(void)!patch_parse((const char *)data, size, &a, &p, &e);
	arena_release(&a);
	return 0;
}
