/* Any bytes are a schema of a provider or refused, in both versions of the protocol. */
#include <stddef.h>
#include <stdint.h>

#include "runner/plan/tf/schemapb.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	for (int protocol = 5; protocol <= 6; protocol++) {
		struct buf out = BUF_INIT((size_t)64 << 20);

		(void)schemapb_to_json(&out, data, size, protocol);
		buf_release(&out);
	}
	return 0;
}
