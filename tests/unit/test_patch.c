#include "tests/tap.h"

#include <fcntl.h>
#include <sys/stat.h>

#include "runner/base/buf.h"
#include "runner/base/fd.h"
#include "runner/fixcase/patch.h"

struct place {
	char dir[64];
	int fd;
	struct arena arena;
};

static void place_init(struct place *p)
{
	*p = (struct place){.dir = "/tmp/fixproof-test-XXXXXX",
			    .arena = ARENA_INIT((size_t)1 << 28)};
	CHECK(mkdtemp(p->dir));
	p->fd = open(p->dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
}

static void place_release(struct place *p)
{
	struct err e = ERR_INIT;

	CHECK_INT(fd_remove_tree(AT_FDCWD, p->dir, &e), 0);
	fd_close(p->fd);
	arena_release(&p->arena);
}

static void put(struct place *p, const char *path, const char *text)
{
	struct err e = ERR_INIT;
	const char *slash = strrchr(path, '/');

	if (slash)
		CHECK_INT(fd_make_dirs(p->fd,
				       arena_strndup(&p->arena, path, (size_t)(slash - path)), 0755,
				       &e),
			  0);
	CHECK_INT(fd_write_file(p->fd, path, text, strlen(text), 0644, &e), 0);
}

static const char *get(struct place *p, const char *path)
{
	struct buf b = BUF_INIT(1 << 20);
	struct err e = ERR_INIT;
	const char *text;

	if (fd_read_file(p->fd, path, false, &b, &e) < 0)
		return NULL;
	text = arena_strdup(&p->arena, buf_text(&b));
	buf_release(&b);
	return text;
}

static struct patch_result apply(struct place *p, const char *text)
{
	struct patch_result r = {.outcome = PATCH_FAILED};
	const struct patch *patch;
	struct err e = ERR_INIT;

	if (patch_parse(text, strlen(text), &p->arena, &patch, &e) < 0 ||
	    patch_apply(patch, p->fd, &p->arena, &r, &e) < 0)
		tap_fail(__FILE__, __LINE__, "%s", e.text);
	return r;
}

#define HEAD "--- a/f\n+++ b/f\n"

/* One file f; what the patch makes of it, and that applying it again changes nothing. */
static const struct {
	const char *name, *before, *patch, *after;
} applied[] = {
	{"a changed line", "1\n2\n3\n", HEAD "@@ -1,3 +1,3 @@\n 1\n-2\n+two\n 3\n", "1\ntwo\n3\n"},
	{"two hunks", "1\n2\n3\n4\n5\n6\n7\n8\n9\n",
	 HEAD "@@ -1,2 +1,3 @@\n+0\n 1\n 2\n@@ -8,2 +9,2 @@\n 8\n-9\n+nine\n",
	 "0\n1\n2\n3\n4\n5\n6\n7\n8\nnine\n"},
	{"an offset where the match is unique", "x\ny\n1\n2\n3\n",
	 HEAD "@@ -1,3 +1,3 @@\n 1\n-2\n+two\n 3\n", "x\ny\n1\ntwo\n3\n"},
	{"no newline at the end, before", "1\n2",
	 HEAD "@@ -1,2 +1,2 @@\n 1\n-2\n\\ No newline at end of file\n+two\n", "1\ntwo\n"},
	{"no newline at the end, after", "1\n2\n",
	 HEAD "@@ -1,2 +1,2 @@\n 1\n-2\n+two\n\\ No newline at end of file\n", "1\ntwo"},
	{"CRLF in the file", "1\r\n2\r\n", HEAD "@@ -1,2 +1,2 @@\n 1\r\n-2\r\n+two\r\n",
	 "1\r\ntwo\r\n"},
	{"CRLF in the headers too", "1\r\n2\r\n",
	 "--- a/f\r\n+++ b/f\r\n@@ -1,2 +1,2 @@\r\n 1\r\n-2\r\n+two\r\n", "1\r\ntwo\r\n"},
	{"lines added at the end", "1\n2\n3\n", HEAD "@@ -1,3 +1,4 @@\n 1\n 2\n 3\n+4\n",
	 "1\n2\n3\n4\n"},
	{"no context, an insertion", "1\n2\n", HEAD "@@ -1,0 +2 @@\n+x\n", "1\nx\n2\n"},
	{"no context, a deletion", "1\nx\n2\n", HEAD "@@ -2 +1,0 @@\n-x\n", "1\n2\n"},
	{"time stamps after the names", "1\n",
	 "--- f\t2026-01-01 00:00:00\n+++ f.new\t2026-01-02\n@@ -1 +1 @@\n-1\n+2\n", "2\n"},
	{"directories of diff -ru", "1\n",
	 "diff -ru old/f new/f\n--- old/f\n+++ new/f\n@@ -1 +1 @@\n-1\n+2\n", "2\n"},
	{"a mail around it", "1\n",
	 "From 0123 Mon Sep 17\nSubject: x\n\n---\n f | 2 +-\n\ndiff --git a/f b/f\nindex 1..2 "
	 "100644\n" HEAD "@@ -1 +1 @@\n-1\n+2\n-- \n2.39.5\n",
	 "2\n"},
	{"an empty line of context that lost its space", "1\n\n3\n",
	 HEAD "@@ -1,3 +1,3 @@\n 1\n\n-3\n+4\n", "1\n\n4\n"},
	{"a quoted name", "1\n", "--- \"a/\\146\"\n+++ \"b/f\"\n@@ -1 +1 @@\n-1\n+2\n", "2\n"},
};

TEST(a_patch_changes_a_file_and_the_second_time_nothing)
{
	for (size_t i = 0; i < FP_ARRAY_SIZE(applied); i++) {
		struct place p;
		struct patch_result r;

		tap_row("%s", applied[i].name);
		place_init(&p);
		put(&p, "f", applied[i].before);
		r = apply(&p, applied[i].patch);
		CHECK_STR(r.reason, NULL);
		CHECK_INT(r.outcome, PATCH_APPLIED);
		CHECK_STR(get(&p, "f"), applied[i].after);
		r = apply(&p, applied[i].patch);
		CHECK_STR(r.reason, NULL);
		CHECK_INT(r.outcome, PATCH_ALREADY);
		CHECK_STR(get(&p, "f"), applied[i].after);
		place_release(&p);
	}
}

static const struct {
	const char *before, *patch, *reason;
} failed[] = {
	{"1\n2\n3\n", HEAD "@@ -1,3 +1,3 @@\n 1\n-zwei\n+two\n 3\n",
	 "f: hunk 1 (line 3 of the patch) does not match"},
	{"x\n1\n2\ny\n", HEAD "@@ -9,2 +9,2 @@\n 1\n-2\n+two\n",
	 "f: hunk 1 (line 3 of the patch) does not match"},
	{"x\n1\n2\n3\ny\n1\n2\n3\n", HEAD "@@ -20,3 +20,3 @@\n 1\n-2\n+two\n 3\n",
	 "f: hunk 1 (line 3 of the patch) matches in 2 places"},
	{"1\n", "--- a/g\n+++ b/g\n@@ -1 +1 @@\n-1\n+2\n", "g: does not exist"},
	{"1\n", "--- /dev/null\n+++ b/f\n@@ -0,0 +1 @@\n+2\n", "f: exists already"},
	{"1\n2\n", "--- a/f\n+++ /dev/null\n@@ -1 +0,0 @@\n-1\n",
	 "f: would not be empty when it is deleted"},
	{"1\n", "--- a/../f\n+++ b/../f\n@@ -1 +1 @@\n-1\n+2\n",
	 "../f: the path has a \".\" or \"..\" component"},
	{"1\n", "--- /dev/null\n+++ b/.git/hooks/x\n@@ -0,0 +1 @@\n+1\n",
	 ".git/hooks/x: a patch may not touch .git"},
	{"1\n", "--- /dev/null\n+++ b/link/x\n@@ -0,0 +1 @@\n+1\n",
	 "link/x: leads through a symbolic link"},
	{"1\n", "diff --git a/f b/f\nold mode 100755\nnew mode 120000\n",
	 "f: does not have the mode that the patch says"},
	{"1\n", HEAD "@@ -1 +1 @@\n-1\n+2\n" HEAD "@@ -1 +1 @@\n-1\n+3\n", "f: is changed twice"},
	{"2\n", HEAD "@@ -1 +1 @@\n-1\n+2\n--- /dev/null\n+++ b/link\n@@ -0,0 +1 @@\n+1\n",
	 "f: hunk 1 (line 3 of the patch) does not match (a part of the patch is applied already)"},
};

TEST(a_patch_that_does_not_apply_names_file_and_hunk_and_changes_nothing)
{
	for (size_t i = 0; i < FP_ARRAY_SIZE(failed); i++) {
		struct place p;
		struct patch_result r;

		tap_row("%s", failed[i].patch);
		place_init(&p);
		put(&p, "f", failed[i].before);
		CHECK_INT(symlinkat("/tmp", p.fd, "link"), 0);
		r = apply(&p, failed[i].patch);
		CHECK_STR(r.reason, failed[i].reason);
		CHECK_INT(r.outcome, PATCH_FAILED);
		CHECK_STR(get(&p, "f"), failed[i].before);
		place_release(&p);
	}
}

TEST(files_are_made_removed_renamed_and_change_their_mode)
{
	static const char patch[] =
		"diff --git a/gone/x b/gone/x\ndeleted file mode 100644\n--- a/gone/x\n+++ "
		"/dev/null\n@@ -1 +0,0 @@\n-x\n"
		"diff --git a/old b/new\nsimilarity index 50%\nrename from old\nrename to new\n--- "
		"a/old\n+++ b/new\n"
		"@@ -1,2 +1,2 @@\n 1\n-2\n+two\n"
		"diff --git a/run b/run\nold mode 100644\nnew mode 100755\n"
		"diff --git a/dir/made b/dir/made\nnew file mode 100755\n--- /dev/null\n+++ "
		"b/dir/made\n@@ -0,0 +1 @@\n+m\n"
		"diff --git a/l b/l\nnew file mode 120000\n--- /dev/null\n+++ b/l\n@@ -0,0 +1 "
		"@@\n+run\n\\ No newline at end of file\n"
		"diff --git a/empty b/empty\nnew file mode 100644\nindex 0000000..e69de29\n";
	struct place p;
	struct patch_result r;
	struct stat st;

	place_init(&p);
	put(&p, "gone/x", "x\n");
	put(&p, "old", "1\n2\n");
	put(&p, "run", "r\n");
	r = apply(&p, patch);
	CHECK_STR(r.reason, NULL);
	CHECK_INT(r.outcome, PATCH_APPLIED);
	CHECK_INT(r.path_count, 7);
	CHECK(faccessat(p.fd, "gone", F_OK, 0) < 0 && faccessat(p.fd, "old", F_OK, 0) < 0);
	CHECK_STR(get(&p, "new"), "1\ntwo\n");
	CHECK_STR(get(&p, "dir/made"), "m\n");
	CHECK_STR(get(&p, "empty"), "");
	CHECK(fstatat(p.fd, "run", &st, 0) == 0 && (st.st_mode & 0777) == 0755);
	CHECK(fstatat(p.fd, "l", &st, AT_SYMLINK_NOFOLLOW) == 0 && S_ISLNK(st.st_mode));
	CHECK_INT(apply(&p, patch).outcome, PATCH_ALREADY);
	place_release(&p);
}

static const struct {
	const char *patch, *message;
} malformed[] = {
	{"", "the patch holds no change"},
	{"hello\n", "the patch holds no change"},
	{"@@ -1 +1 @@\n-1\n+2\n", "line 1 of the patch: a hunk without a file"},
	{HEAD, "line 3 of the patch: a hunk must follow \"+++\""},
	{HEAD "@@ -1,2 +1,2 @@\n 1\n",
	 "line 5 of the patch: the hunk is shorter than its header says"},
	{HEAD "@@ -1 +1 @@\n-1\n*2\n",
	 "line 5 of the patch: the hunk is shorter than its header says"},
	{HEAD "@@ -1,9 +1,1 @@\n-1\n+2\n+3\n-4\n-5\n-6\n-7\n-8\n-9\n",
	 "line 6 of the patch: the hunk is longer than its header says"},
	{HEAD "@@ -1 +1 @@\n-1\n+2", "line 5 of the patch: the patch ends within a line"},
	{HEAD "@@ nonsense\n", "line 3 of the patch: not a hunk header"},
	{HEAD "@@ -1,99999999 +1,99999999 @@\n 1\n",
	 "line 3 of the patch: the hunk is shorter than its header says"},
	{"--- /dev/null\n+++ /dev/null\n@@ -1 +1 @@\n-1\n+2\n",
	 "line 2 of the patch: both names are /dev/null"},
	{"diff --git a/f b/f\nnew file mode 160000\n", "line 2 of the patch: changes a submodule"},
	{"diff --git a/f b/f\nnew file mode 100600\n",
	 "line 2 of the patch: a file mode other than 100644, 100755 and 120000"},
	{"diff --git a/f b/f\nnew file mode 100644\nGIT binary patch\n",
	 "line 3 of the patch: a binary patch; use a fix of the kind \"files\" or \"git\""},
	{"diff --git a/f b/f g h\n", "line 1 of the patch: the names of the file cannot be told"},
	{"--- \"a/f\n+++ b/f\n@@ -1 +1 @@\n-1\n+2\n",
	 "line 1 of the patch: a quoted name does not end"},
	{"--- \"a/\\z\"\n+++ b/f\n@@ -1 +1 @@\n-1\n+2\n",
	 "line 1 of the patch: unknown escape in a quoted name"},
};

TEST(what_is_no_patch_is_refused_with_its_line)
{
	for (size_t i = 0; i < FP_ARRAY_SIZE(malformed); i++) {
		struct arena a = ARENA_INIT((size_t)1 << 26);
		const struct patch *patch;
		struct err e = ERR_INIT;

		tap_row("%s", malformed[i].patch);
		CHECK_INT(
			patch_parse(malformed[i].patch, strlen(malformed[i].patch), &a, &patch, &e),
			-1);
		CHECK_STR(e.text, malformed[i].message);
		arena_release(&a);
	}
}
