/* JSON and YAML documents, and the canonical form of JSON, which must be a fixed point. */
#include <stdint.h>

#include "runner/base/buf.h"
#include "runner/base/doc.h"
#include "runner/canon/jcs.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena a = ARENA_INIT((size_t)1 << 30);
	struct buf once = BUF_INIT((size_t)1 << 24), twice = BUF_INIT((size_t)1 << 24);
	struct err e = ERR_INIT, f = ERR_INIT, g = ERR_INIT;
	const struct doc *d;

	(void)!doc_read_yaml("f", (const char *)data, size, &a, &d, &e);
	if (jcs_canonicalize("f", (const char *)data, size, JCS_NUMBERS_DOUBLE, &once, &f) == 0) {
		if (jcs_canonicalize("f", buf_text(&once), once.size, JCS_NUMBERS_DOUBLE, &twice,
				     &g) < 0 ||
		    once.size != twice.size ||
		    memcmp(buf_text(&once), buf_text(&twice), once.size) != 0)
			abort();
	}
	buf_release(&once);
	buf_release(&twice);
	arena_release(&a);
	return 0;
}
