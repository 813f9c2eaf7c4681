/*
 * A workspace of one file of any bytes is planned or refused, twice: the second time against the
 * state of the first.  The first byte tells native syntax from JSON.
 */
#include "tests/fuzz/fuzz_workspace.h"

static void plan_again(const struct pack *pack, struct jscan_text state, struct arena *a)
{
	FP_CLEANUP(buf_release) struct buf record = BUF_INIT(64u << 20);
	const char *request =
		arena_printf(a, FUZZ_REQUEST ",\"prior_state\":%.*s}", (int)state.size, state.data);

	fuzz_plan(pack, request, strlen(request), a, &record);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char request[] = FUZZ_REQUEST ",\"want_view\":true,\"want_state\":true}";
	struct buf bytes = BUF_INIT(65536), record = BUF_INIT(64u << 20);
	struct arena a = ARENA_INIT((size_t)1 << 30);
	struct jscan_text state;
	struct pack pack;

	if (size == 0 || size > 65536)
		return 0;
	fuzz_file("main.tf", data, size);
	pack = fuzz_pack(&a, &bytes);
	fuzz_plan(&pack, request, strlen(request), &a, &record);
	state = jscan_member(&a, (struct jscan_text){buf_text(&record), record.size}, "state");
	if (state.size && *state.data == '{')
		plan_again(&pack, state, &a);
	buf_release(&bytes);
	buf_release(&record);
	arena_release(&a);
	return 0;
}
