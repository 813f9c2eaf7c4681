/*
 * A workspace of one file of any bytes is planned or refused, twice: the second time against the
 * state of the first.  The first byte tells native syntax from JSON.
 */
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "runner/base/fd.h"
#include "runner/plan/jscan.h"
#include "runner/plan/planner.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char bucket[] =
	"{\"facts\":{\"absent\":{\"force\":false,\"rule\":\"?\"},\"force_new\":[\"name\"],"
	"\"legacy\":true},\"schema\":{\"block\":{\"attributes\":{"
	"\"force\":{\"optional\":true,\"type\":\"bool\"},"
	"\"id\":{\"computed\":true,\"optional\":true,\"type\":\"string\"},"
	"\"list\":{\"optional\":true,\"type\":[\"list\",[\"object\",{\"a\":\"string\"}]]},"
	"\"name\":{\"optional\":true,\"type\":\"string\"},"
	"\"tags\":{\"optional\":true,\"type\":[\"map\",\"string\"]}},\"block_types\":{\"rule\":{"
	"\"block\":{\"attributes\":{\"size\":{\"optional\":true,\"type\":\"number\"}}},"
	"\"nesting_mode\":\"set\"}}},\"version\":0}}";

static int open_dir(void)
{
	static char name[] = "/tmp/fuzz_planner.XXXXXX";

	if (!mkdtemp(name))
		abort();
	return open(name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
}

static void plan(int dir_fd, const struct pack *pack, const char *request, struct arena *a,
		 struct buf *record)
{
	const struct planner_input in = {dir_fd, pack, 1, request, strlen(request)};
	struct err e = ERR_INIT;

	(void)!planner_run(&in, a, record, &e);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static int dir_fd = -1;
	struct pack_source source = {PACK_RESOURCE, "fake_bucket", bucket, strlen(bucket)};
	struct arena a = ARENA_INIT((size_t)1 << 30);
	struct buf bytes = BUF_INIT(65536), first = BUF_INIT(64u << 20),
		   second = BUF_INIT(64u << 20);
	struct jscan_text state;
	struct err e = ERR_INIT;
	struct pack pack;

	if (dir_fd < 0)
		dir_fd = open_dir();
	if (size == 0 || size > 65536)
		return 0;
	(void)unlinkat(dir_fd, "main.tf", 0);
	(void)unlinkat(dir_fd, "main.tf.json", 0);
	if (fd_write_file(dir_fd, data[0] == '{' ? "main.tf.json" : "main.tf", data, size, 0644,
			  &e) < 0 ||
	    pack_write(&bytes, "registry.terraform.io/hashicorp/fake", "1", NULL, &source, 1, &e) <
		    0 ||
	    pack_open(bytes.data, bytes.size, &a, &pack, &e) < 0)
		abort();
	plan(dir_fd, &pack,
	     "{\"format\":\"fixproof-plan-request/1\",\"want_view\":true,\"want_state\":true}", &a,
	     &first);
	state = jscan_member(&a, (struct jscan_text){buf_text(&first), first.size}, "state");
	if (state.size && *state.data == '{')
		plan(dir_fd, &pack,
		     arena_printf(&a,
				  "{\"format\":\"fixproof-plan-request/1\",\"prior_state\":%.*s}",
				  (int)state.size, state.data),
		     &a, &second);
	buf_release(&bytes);
	buf_release(&first);
	buf_release(&second);
	arena_release(&a);
	return 0;
}
