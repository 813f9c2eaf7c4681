/* A state of any bytes: a small workspace is planned against it, or it is refused. */
#include "tests/fuzz/fuzz_workspace.h"

static const char workspace[] =
	"resource \"fake_bucket\" \"b\" {\n  name = \"b\"\n  rule {\n    size = 1\n  }\n}\n"
	"resource \"fake_bucket\" \"c\" {\n  count = 2\n  tags = { a = fake_bucket.b.id }\n"
	"  lifecycle {\n    ignore_changes = [tags]\n    create_before_destroy = true\n  }\n}\n"
	"resource \"terraform_data\" \"t\" {\n  input = { a = [1], b = fake_bucket.b.tags }\n"
	"  triggers_replace = fake_bucket.b.name\n}\n"
	"moved {\n  from = fake_bucket.old\n  to = fake_bucket.b\n}\n"
	"removed {\n  from = fake_bucket.gone\n  lifecycle {\n    destroy = false\n  }\n}\n"
	"output \"o\" {\n  value = terraform_data.t.output\n}\n";

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	FP_CLEANUP(buf_release) struct buf bytes = BUF_INIT(65536);
	FP_CLEANUP(buf_release) struct buf record = BUF_INIT(64u << 20);
	FP_CLEANUP(buf_release) struct buf request = BUF_INIT(1u << 20);
	struct arena a = ARENA_INIT((size_t)1 << 30);
	struct pack pack;

	if (size > 65536)
		return 0;
	fuzz_file("main.tf", workspace, strlen(workspace));
	pack = fuzz_pack(&a, &bytes);
	buf_addstr(&request, FUZZ_REQUEST ",\"want_state\":true,\"prior_state\":");
	buf_add(&request, data, size);
	buf_addch(&request, '}');
	fuzz_plan(&pack, buf_text(&request), request.size, &a, &record);
	arena_release(&a);
	return 0;
}
