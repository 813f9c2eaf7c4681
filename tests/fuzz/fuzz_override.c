/*
 * A file and one that overrides it, each of any bytes and parted by a zero byte, are planned or
 * refused.  The first byte of each tells native syntax from JSON.
 */
#include "tests/fuzz/fuzz_workspace.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const uint8_t *end = size ? memchr(data, 0, size) : NULL;

	if (!end || size > 65536)
		return 0;
	fuzz_file("main.tf", data, (size_t)(end - data));
	fuzz_file("override.tf", end + 1, size - (size_t)(end - data) - 1);
	fuzz_plan_once();
	return 0;
}
