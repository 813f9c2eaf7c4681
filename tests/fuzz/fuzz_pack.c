/* A pack of any bytes is read or refused; every entry of one that is read can be looked for. */
#include <stddef.h>
#include <stdint.h>

#include "runner/plan/pack.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena a = ARENA_INIT(16 * 1024 * 1024);
	struct pack_document document;
	struct err e = ERR_INIT;
	struct pack p;

	if (pack_open(data, size, &a, &p, &e) == 0)
		for (int kind = 0; kind < PACK_KIND_COUNT; kind++) {
			err_clear(&e);
			(void)!pack_find(&p, (enum pack_kind)kind, "aws_s3_bucket", &document, &e);
			err_clear(&e);
			(void)!pack_find(&p, (enum pack_kind)kind, "", &document, &e);
		}
	arena_release(&a);
	return 0;
}
