/* The canonical forms of version 1, byte by byte.  One that changes is another version. */
#include "tests/tap.h"

#include <fcntl.h>

#include "runner/base/fd.h"
#include "runner/base/sha256.h"
#include "runner/canon/plan.h"
#include "runner/canon/tree.h"

static void read_golden(const char *path, struct buf *out)
{
	struct err e = ERR_INIT;

	if (fd_read_file(AT_FDCWD, path, false, out, &e) < 0)
		tap_fail(__FILE__, __LINE__, "%s", e.text);
}

static void check_digest(const struct buf *text, const char *wanted)
{
	struct sha256 d = sha256_of(buf_text(text), text->size);
	char hex[SHA256_HEX_SIZE];

	sha256_hex(&d, hex);
	CHECK_STR(hex, wanted);
}

TEST(the_plan_of_version_1_has_its_canonical_form_and_digest)
{
	FP_CLEANUP(buf_release) struct buf in = BUF_INIT(1 << 20);
	FP_CLEANUP(buf_release) struct buf wanted = BUF_INIT(1 << 20);
	FP_CLEANUP(buf_release) struct buf got = BUF_INIT(1 << 20);
	FP_CLEANUP(arena_release) struct arena a = ARENA_INIT((size_t)1 << 24);
	const struct doc *d;
	struct err e = ERR_INIT;

	read_golden("tests/golden/plan-1/input.json", &in);
	read_golden("tests/golden/plan-1/canonical.json", &wanted);
	CHECK_INT(doc_read_json("plan", buf_text(&in), in.size, &a, &d, &e), 0);
	CHECK_INT(canon_plan("plan", d, &got, &e), 0);
	CHECK_STR(buf_text(&got), buf_text(&wanted));
	check_digest(&got, "045f8c9385a29381a58a7feae58d2f7006cde4d40acd82e096a458336394e16f");
}

TEST(the_tree_of_version_1_has_its_canonical_form_and_digest)
{
	FP_CLEANUP(buf_release) struct buf stream = BUF_INIT(1 << 20);
	FP_CLEANUP(buf_release) struct buf wanted = BUF_INIT(1 << 20);
	FP_CLEANUP(buf_release) struct buf got = BUF_INIT(1 << 20);
	FP_CLEANUP(arena_release) struct arena a = ARENA_INIT((size_t)1 << 24);
	const struct tree *t;
	struct err e = ERR_INIT;
	int fd = -1;

	read_golden("tests/golden/tree-1/stream", &stream);
	read_golden("tests/golden/tree-1/canonical.json", &wanted);
	CHECK_INT(fd_sealed("tree", buf_text(&stream), stream.size, &fd, &e), 0);
	CHECK_INT(tree_read(fd, &a, &t, &e), 0);
	tree_canonical(t, &got);
	CHECK_STR(buf_text(&got), buf_text(&wanted));
	check_digest(&got, "7b64aac0ce3b77fed8c15ade19edfbe7f823b17371e13281a8fd1f9cdf65f545");
	CHECK_STR(t->git_id, "464527cd5a63fc935ee7b8125690d662e072667e");
	fd_close(fd);
}

static const struct {
	const char *plan, *message;
} refused[] = {
	{"[]", "plan:1:1: not a plan"},
	{"{\"resource_changes\":{}}", "plan:1:1: not a plan"},
	{"{\"resource_changes\":[{}]}",
	 "plan:1:22: resource_changes[0]: not a resource change with an address"},
	{"{\"resource_changes\":[{\"address\":\"a\"}]}",
	 "plan:1:22: resource_changes[0]: \"change\" is missing"},
	{"{\"resource_changes\":[{\"address\":\"a\",\"change\":1}]}",
	 "plan:1:46: resource_changes[0].change: must be an object"},
	{"{\"resource_changes\":[{\"address\":\"a\",\"change\":{}},{\"address\":\"a\",\"change\":{}"
	 "}]}",
	 "plan:1:50: resource_changes[1]: a is changed twice"},
	{"{\"output_changes\":{\"a\\\"b\":{}}}",
	 "plan:1:27: output_changes.a\"b: not the name of an output"},
};

TEST(what_is_no_plan_is_refused)
{
	for (size_t i = 0; i < FP_ARRAY_SIZE(refused); i++) {
		struct arena a = ARENA_INIT((size_t)1 << 24);
		struct buf got = BUF_INIT(1 << 20);
		const struct doc *d;
		struct err e = ERR_INIT;

		CHECK_INT(
			doc_read_json("plan", refused[i].plan, strlen(refused[i].plan), &a, &d, &e),
			0);
		CHECK_INT(canon_plan("plan", d, &got, &e), -1);
		CHECK_STR(e.text, refused[i].message);
		buf_release(&got);
		arena_release(&a);
	}
}
