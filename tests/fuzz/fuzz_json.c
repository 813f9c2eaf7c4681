/* What the fast reader takes, jansson takes, with the same value. */
#include <stdint.h>
#include <stdlib.h>

#include "runner/base/json_fast.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *text = (const char *)data;
	json_t *fast = json_fast(text, size), *slow;
	json_error_t e;

	if (!fast)
		return 0;
	slow = json_loadb(text, size, JSON_REJECT_DUPLICATES | JSON_DECODE_ANY, &e);
	if (!slow || !json_equal(fast, slow))
		abort();
	json_decref(fast);
	json_decref(slow);
	return 0;
}
