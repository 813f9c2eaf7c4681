/* A response of a timestamp authority, or a certificate. */
#include <stdint.h>

#include "runner/attest/timestamp.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena a = ARENA_INIT((size_t)1 << 28);
	struct err e = ERR_INIT, f = ERR_INIT, g = ERR_INIT;
	const char *const *names;
	struct key *k = NULL;
	size_t count;

	(void)!timestamp_matches("f", data, size, "signature", 9, NULL, &e);
	if (certificate_key("f", data, size, &k, &f) == 0)
		key_free(k);
	(void)!certificate_identities("f", data, size, &a, &names, &count, &g);
	arena_release(&a);
	return 0;
}
