/* The tar of a packed bundle; what is accepted is written again to the same bytes. */
#include <stdint.h>

#include "runner/attest/bundle_archive.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena a = ARENA_INIT((size_t)1 << 28);
	struct err e = ERR_INIT, f = ERR_INIT;
	struct bundle_archive archive;

	if (bundle_archive_read_tar("f", (const char *)data, size, &a, &archive, &e) == 0 &&
	    archive.count > 0 && !bundle_archive_find(&archive, archive.members[0].path))
		abort();
	if (bundle_archive_read("f", data, size, &a, &archive, &f) == 0)
		bundle_archive_release(&archive);
	arena_release(&a);
	return 0;
}
