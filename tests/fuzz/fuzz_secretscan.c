/* Any bytes: every hit lies in them, after the one before it. */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include "runner/base/secretscan.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena a = ARENA_INIT((size_t)1 << 28);
	struct secretscan_hits hits = {.count = 0};
	size_t end = 0;

	secretscan((const char *)data, size, &a, &hits);
	for (size_t i = 0; i < hits.count; i++) {
		const struct secretscan_hit *h = &hits.rows[i];

		if (h->offset < end || h->size == 0 || h->size > size - h->offset)
			abort();
		if (!secretscan_describe(h->detector))
			abort();
		end = h->offset + h->size;
	}
	arena_release(&a);
	return 0;
}
