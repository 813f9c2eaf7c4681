/* Any bytes as what a launcher is sent, or answers. */
#include "runner/launcher/codec.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena a = ARENA_INIT(1U << 30);
	struct codec spec = {.in = data, .left = size, .a = &a};
	struct codec result = {.in = data, .left = size, .a = &a};
	struct sandbox_spec s = SANDBOX_SPEC_INIT;
	struct sandbox_result r = {.end = SANDBOX_EXITED};
	struct err e = ERR_INIT;

	codec_spec(&spec, &s);
	codec_err(&result, &e);
	codec_result(&result, &r);
	/* What was read must be safe to look at, whatever it was. */
	for (size_t i = 0; !result.bad && i < r.program_count; i++)
		if (strlen(r.programs[i].path) > size)
			abort();
	arena_release(&a);
	return 0;
}
