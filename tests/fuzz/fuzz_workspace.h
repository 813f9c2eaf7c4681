/* A directory for one workspace, and a provider with one type, for targets that plan. */
#ifndef TESTS_FUZZ_FUZZ_WORKSPACE_H
#define TESTS_FUZZ_FUZZ_WORKSPACE_H

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "runner/plan/jscan.h"
#include "runner/plan/planner.h"

#define FUZZ_REQUEST "{\"format\":\"fixproof-plan-request/1\""

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Open for as long as the process lives. */
static inline int fuzz_dir(void)
{
	static char name[] = "/tmp/fixproof-fuzz.XXXXXX";
	static int dir_fd = -1;

	if (dir_fd < 0 && mkdtemp(name))
		dir_fd = open(name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (dir_fd < 0)
		abort();
	return dir_fd;
}

/* Not by fd_write_file(), which waits for the disk. */
static inline void fuzz_bytes(const char *name, const void *data, size_t size)
{
	int fd = openat(fuzz_dir(), name, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

	if (fd < 0 || write(fd, data, size) != (ssize_t)size || close(fd) < 0)
		abort();
}

/* The file name, or name.json where the text begins as JSON does; the other one is taken away. */
static inline void fuzz_file(const char *name, const void *data, size_t size)
{
	bool json = size > 0 && *(const uint8_t *)data == '{';
	char other[64];

	(void)snprintf(other, sizeof(other), "%s.json", name);
	(void)unlinkat(fuzz_dir(), name, 0);
	(void)unlinkat(fuzz_dir(), other, 0);
	fuzz_bytes(json ? other : name, data, size);
}

/* bytes are the pack's and the caller's to release. */
static inline struct pack fuzz_pack(struct arena *a, struct buf *bytes)
{
	static const char bucket[] =
		"{\"facts\":{\"absent\":{\"force\":false,\"rule\":\"?\"},\"force_new\":[\"name\"],"
		"\"legacy\":true},\"schema\":{\"block\":{\"attributes\":{"
		"\"force\":{\"optional\":true,\"type\":\"bool\"},"
		"\"id\":{\"computed\":true,\"optional\":true,\"type\":\"string\"},"
		"\"list\":{\"optional\":true,\"type\":[\"list\",[\"object\",{\"a\":\"string\"}]]},"
		"\"name\":{\"optional\":true,\"type\":\"string\"},"
		"\"tags\":{\"optional\":true,\"type\":[\"map\",\"string\"]}},\"block_types\":{"
		"\"rule\":{\"block\":{\"attributes\":{\"size\":{\"optional\":true,\"type\":"
		"\"number\"}}},\"nesting_mode\":\"set\"}}},\"version\":0}}";
	struct pack_source source = {PACK_RESOURCE, "fake_bucket", bucket, strlen(bucket)};
	struct err e = ERR_INIT;
	struct pack pack;

	if (pack_write(bytes, "registry.terraform.io/hashicorp/fake", "1", NULL, &source, 1, &e) <
		    0 ||
	    pack_open(bytes->data, bytes->size, a, &pack, &e) < 0)
		abort();
	return pack;
}

static inline void fuzz_plan(const struct pack *pack, const char *request, size_t size,
			     struct arena *a, struct buf *record)
{
	const struct planner_input in = {fuzz_dir(), pack, 1, request, size};
	struct err e = ERR_INIT;

	(void)!planner_run(&in, a, record, &e);
}

/* What is there is planned, with all that can be asked for. */
static inline void fuzz_plan_once(void)
{
	static const char request[] = FUZZ_REQUEST ",\"want_view\":true,\"want_state\":true}";
	FP_CLEANUP(buf_release) struct buf bytes = BUF_INIT(65536);
	FP_CLEANUP(buf_release) struct buf record = BUF_INIT(64u << 20);
	struct arena a = ARENA_INIT((size_t)1 << 30);
	struct pack pack = fuzz_pack(&a, &bytes);

	fuzz_plan(&pack, request, strlen(request), &a, &record);
	arena_release(&a);
}

#endif
