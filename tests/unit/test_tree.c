#include "tests/tap.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "runner/base/buf.h"
#include "runner/base/fd.h"
#include "runner/canon/tree.h"

struct fixture {
	char dir[64];
	int fd;
	struct arena arena;
};

static void fixture_init(struct fixture *f)
{
	*f = (struct fixture){.dir = "/tmp/fixproof-test-XXXXXX",
			      .arena = ARENA_INIT((size_t)64 << 20)};
	CHECK(mkdtemp(f->dir));
	f->fd = open(f->dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	CHECK(f->fd >= 0);
}

static void fixture_release(struct fixture *f)
{
	struct err e = ERR_INIT;

	CHECK_INT(fd_remove_tree(AT_FDCWD, f->dir, &e), 0);
	fd_close(f->fd);
	arena_release(&f->arena);
}

static void add_file(struct fixture *f, const char *path, const char *text, mode_t mode)
{
	struct err e = ERR_INIT;
	char parent[512];
	const char *slash = strrchr(path, '/');

	if (slash) {
		(void)snprintf(parent, sizeof(parent), "%.*s", (int)(slash - path), path);
		CHECK_INT(fd_make_dirs(f->fd, parent, 0755, &e), 0);
	}
	CHECK_INT(fd_write_file(f->fd, path, text, strlen(text), mode, &e), 0);
}

static const struct tree *pack(struct fixture *f, int *ret_stream)
{
	const struct tree *t = NULL;
	struct err e = ERR_INIT;
	int stream = -1;

	CHECK_INT(fd_memfd("tree", &stream, &e), 0);
	CHECK_INT(tree_pack(f->fd, "it", 1 << 20, stream, &e), 0);
	CHECK_INT(tree_read(stream, &f->arena, &t, &e), 0);
	*ret_stream = stream;
	return t;
}

static void add_sample(struct fixture *f)
{
	struct err e = ERR_INIT;

	add_file(f, "a.tf", "one\n", 0644);
	add_file(f, "a/b/c.tf", "two\n", 0644);
	add_file(f, "a-b", "three", 0644);
	add_file(f, "a.d/run", "#!/bin/sh\n", 0755);
	add_file(f, "B", "", 0644);
	add_file(f, "é", "x", 0644);
	CHECK_INT(symlinkat("a/b", f->fd, "link"), 0);
	CHECK_INT(fd_make_dirs(f->fd, "empty/inner", 0755, &e), 0);
}

/* What `git write-tree` says of the files in dir. */
static void ask_git(const char *dir, char id[static 64])
{
	static const char script[] =
		"cd \"$1\" && git init -q . && git add -A && git write-tree && rm -rf .git";
	int out[2], status;
	pid_t pid;

	CHECK(pipe(out) == 0);
	pid = fork();
	if (pid == 0) {
		(void)dup2(out[1], STDOUT_FILENO);
		(void)execlp("sh", "sh", "-c", script, "sh", dir, (char *)NULL);
		_exit(127);
	}
	close(out[1]);
	CHECK(waitpid(pid, &status, 0) == pid && status == 0);
	CHECK_INT(read(out[0], id, 63), 41);
	id[40] = '\0';
	close(out[0]);
}

TEST(the_git_id_equals_what_git_write_tree_says)
{
	struct fixture f;
	const struct tree *t;
	char id[64] = "";
	int stream;

	fixture_init(&f);
	add_sample(&f);
	t = pack(&f, &stream);
	ask_git(f.dir, id);
	CHECK_STR(t->git_id, id);
	fd_close(stream);
	fixture_release(&f);
}

TEST(the_canonical_form_is_sorted_by_bytes_and_names_each_kind)
{
	struct fixture f;
	struct buf out = BUF_INIT(1 << 16);
	struct err e = ERR_INIT;
	int stream;

	fixture_init(&f);
	add_file(&f, "b", "x", 0755);
	add_file(&f, "a/c", "", 0644);
	CHECK_INT(symlinkat("b", f.fd, "l"), 0);
	CHECK_INT(fd_make_dirs(f.fd, "d", 0755, &e), 0);
	tree_canonical(pack(&f, &stream), &out);
	CHECK_STR(buf_text(&out),
		  "{\"entries\":["
		  "{\"executable\":false,\"path\":\"a/c\",\"sha256\":"
		  "\"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855\",\"size\":0,"
		  "\"type\":\"file\"},"
		  "{\"executable\":true,\"path\":\"b\",\"sha256\":"
		  "\"2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881\",\"size\":1,"
		  "\"type\":\"file\"},"
		  "{\"path\":\"d\",\"type\":\"directory\"},"
		  "{\"path\":\"l\",\"target\":\"b\",\"type\":\"link\"}],"
		  "\"format\":\"fixproof-tree/1\"}");
	buf_release(&out);
	fd_close(stream);
	fixture_release(&f);
}

TEST(history_caches_and_state_are_left_out_and_listed)
{
	struct fixture f;
	const struct tree *t;
	int stream;

	fixture_init(&f);
	add_file(&f, "main.tf", "", 0644);
	add_file(&f, "terraform.tfstate", "{}", 0644);
	add_file(&f, ".terraform/providers/x", "", 0644);
	add_file(&f, ".terraform/modules/modules.json", "{}", 0644);
	t = pack(&f, &stream);
	CHECK_INT(t->count, 2);
	CHECK(tree_find(t, ".terraform/modules/modules.json"));
	CHECK(!tree_find(t, "terraform.tfstate"));
	CHECK_INT(t->left_out_count, 4);
	fd_close(stream);
	fixture_release(&f);
}

TEST(a_tree_that_was_unpacked_has_the_same_digest)
{
	struct fixture f, g;
	const struct tree *t, *u;
	struct err e = ERR_INIT;
	int stream, second;

	fixture_init(&f);
	fixture_init(&g);
	add_sample(&f);
	t = pack(&f, &stream);
	CHECK_INT(tree_unpack(stream, t, g.fd, &e), 0);
	u = pack(&g, &second);
	CHECK(sha256_equal(&t->digest, &u->digest));
	fd_close(stream);
	fd_close(second);
	fixture_release(&f);
	fixture_release(&g);
}

struct row {
	enum treestream_type type;
	const char *path, *content;
};

static int read_rows(const struct row *rows, size_t count, struct err *e)
{
	struct arena arena = ARENA_INIT((size_t)8 << 20);
	struct treestream_writer w;
	const struct tree *t;
	int fd = -1, result;

	CHECK_INT(fd_memfd("tree", &fd, e), 0);
	CHECK_INT(treestream_begin(&w, fd, e), 0);
	for (size_t i = 0; i < count; i++) {
		CHECK_INT(treestream_entry(&w, rows[i].type, rows[i].path, strlen(rows[i].content),
					   e),
			  0);
		CHECK_INT(treestream_content(&w, rows[i].content, strlen(rows[i].content), e), 0);
	}
	CHECK_INT(treestream_end(&w, e), 0);
	result = tree_read(fd, &arena, &t, e);
	fd_close(fd);
	arena_release(&arena);
	return result;
}

TEST(a_stream_that_is_no_tree_is_refused)
{
	static const struct row twice[] = {{TREESTREAM_FILE, "a", "1"},
					   {TREESTREAM_FILE, "a", "2"}};
	static const struct row through[] = {{TREESTREAM_LINK, "a", "/etc"},
					     {TREESTREAM_FILE, "a/b", "2"}};
	static const struct row odd[] = {{TREESTREAM_LINK, "l", "\xff"}};
	static const struct row empty[] = {{TREESTREAM_LINK, "l", ""}};
	struct err e = ERR_INIT;

	CHECK_INT(read_rows(odd, 1, &e), -1);
	CHECK_STR(e.text, "l: the target of the link is no text");
	err_clear(&e);
	CHECK_INT(read_rows(empty, 1, &e), -1);
	CHECK_STR(e.text, "l: the target of the link is no text");
	err_clear(&e);
	CHECK_INT(read_rows(twice, 2, &e), -1);
	CHECK_STR(e.text, "a: occurs twice");
	err_clear(&e);
	CHECK_INT(read_rows(through, 2, &e), -1);
	CHECK_STR(e.text, "a: is a file and a directory");
}

TEST(paths_that_a_tree_cannot_have_are_refused_with_the_reason)
{
	static const char *const rows[][2] = {
		{"", "has an empty component"},
		{"/a", "has an empty component"},
		{"a/", "has an empty component"},
		{"a//b", "has an empty component"},
		{"..", "has a \".\" or \"..\" component"},
		{"a/../b", "has a \".\" or \"..\" component"},
		{"a\nb", "has a control character"},
		{"\xff", "is not UTF-8"},
	};
	char long_name[300];

	for (size_t i = 0; i < FP_ARRAY_SIZE(rows); i++)
		CHECK_STR(treestream_path_fault(rows[i][0], strlen(rows[i][0])), rows[i][1]);
	memset(long_name, 'a', sizeof(long_name));
	CHECK_STR(treestream_path_fault(long_name, 255), NULL);
	CHECK_STR(treestream_path_fault(long_name, 256), "has a component of more than 255 bytes");
}

TEST(special_files_are_refused_by_name)
{
	struct fixture f;
	struct err e = ERR_INIT;
	int stream = -1;

	fixture_init(&f);
	CHECK_INT(mkfifoat(f.fd, "pipe", 0644), 0);
	CHECK_INT(fd_memfd("tree", &stream, &e), 0);
	CHECK_INT(tree_pack(f.fd, "it", 1 << 20, stream, &e), -1);
	CHECK_STR(e.text, "it: pipe: neither a file, a link nor a directory");
	fd_close(stream);
	fixture_release(&f);
}

TEST(one_byte_over_the_limit_is_refused)
{
	struct fixture f;
	struct err e = ERR_INIT;
	int stream = -1;

	fixture_init(&f);
	add_file(&f, "a", "12345", 0644);
	CHECK_INT(fd_memfd("tree", &stream, &e), 0);
	CHECK_INT(tree_pack(f.fd, "it", 5, stream, &e), 0);
	CHECK_INT(tree_pack(f.fd, "it", 4, stream, &e), -1);
	CHECK_STR(e.text, "it: a: its files make more than 4 bytes");
	fd_close(stream);
	fixture_release(&f);
}
