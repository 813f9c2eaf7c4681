#include "tests/tap.h"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "runner/base/arena.h"
#include "runner/base/buf.h"
#include "runner/base/err.h"
#include "runner/base/fd.h"
#include "runner/base/heap.h"
#include "runner/base/hex.h"
#include "runner/base/json.h"
#include "runner/base/sha256.h"
#include "runner/base/utf8.h"

TEST(an_error_gathers_context_from_the_inside_out)
{
	struct err e = ERR_INIT;

	CHECK_INT(err_set(&e, ERR_INPUT, "line %d", 7), -1);
	CHECK_INT(err_wrap(&e, "case %s", "a"), -1);
	CHECK_STR(e.text, "case a: line 7");
	CHECK_INT(e.kind, ERR_INPUT);
}

TEST(an_error_is_one_line_whatever_the_input_was)
{
	struct err e = ERR_INIT;

	(void)err_set(&e, ERR_INPUT, "%s", "a\nb\x1b[31m");
	CHECK_STR(e.text, "a?b?[31m");
}

TEST(a_second_error_aborts)
{
	int status;
	pid_t pid = fork();

	if (pid == 0) {
		struct err e = ERR_INIT;

		(void)err_set(&e, ERR_INPUT, "one");
		(void)err_set(&e, ERR_INPUT, "two");
		_exit(0);
	}
	CHECK(waitpid(pid, &status, 0) == pid);
	CHECK(WIFSIGNALED(status));
}

TEST(an_arena_gives_zeroed_memory_of_any_size)
{
	struct arena a = ARENA_INIT(8 * 1024 * 1024);
	char *large = arena_alloc(&a, 1000000), *small = arena_alloc(&a, 3);

	CHECK_INT(large[999999], 0);
	CHECK_INT(small[2], 0);
	CHECK_STR(arena_printf(&a, "%d-%s", 3, "x"), "3-x");
	arena_release(&a);
}

TEST(a_spent_arena_ends_the_process_with_the_status_of_an_error)
{
	int status;
	pid_t pid = fork();

	if (pid == 0) {
		struct arena a = ARENA_INIT(1024 * 1024);

		(void)close(STDERR_FILENO);
		for (;;)
			(void)arena_alloc(&a, 1000);
	}
	CHECK(waitpid(pid, &status, 0) == pid);
	CHECK(WIFEXITED(status));
	CHECK_INT(WEXITSTATUS(status), 4);
}

TEST(a_buffer_refuses_one_byte_over_its_ceiling)
{
	struct buf b = BUF_INIT(4);
	struct err e = ERR_INIT;

	buf_addstr(&b, "abcd");
	CHECK_INT(buf_finish(&b, "it", &e), 0);
	buf_addch(&b, 'e');
	CHECK_INT(buf_finish(&b, "it", &e), -1);
	CHECK_STR(e.text, "it is larger than 4 bytes");
	CHECK_INT(e.kind, ERR_LIMIT);
	buf_release(&b);
}

TEST(base64_follows_rfc_4648_section_10)
{
	static const char *const rows[][2] = {{"", ""},
					      {"f", "Zg=="},
					      {"fo", "Zm8="},
					      {"foo", "Zm9v"},
					      {"foob", "Zm9vYg=="},
					      {"fooba", "Zm9vYmE="},
					      {"foobar", "Zm9vYmFy"}};

	for (size_t i = 0; i < FP_ARRAY_SIZE(rows); i++) {
		struct buf out = BUF_INIT(64), back = BUF_INIT(64);

		base64_encode(&out, rows[i][0], strlen(rows[i][0]));
		CHECK_STR(buf_text(&out), rows[i][1]);
		CHECK(base64_decode(&back, rows[i][1], strlen(rows[i][1]), false));
		CHECK_STR(buf_text(&back), rows[i][0]);
		buf_release(&out);
		buf_release(&back);
	}
}

TEST(base64_that_is_not_canonical_is_refused)
{
	static const char *const rows[] = {"Zh==", "Zg=", "Zg", "Zm8=\n", "Z===", "Zm9_", "=Zm8"};

	for (size_t i = 0; i < FP_ARRAY_SIZE(rows); i++) {
		struct buf out = BUF_INIT(64);

		tap_row("%s", rows[i]);
		CHECK(!base64_decode(&out, rows[i], strlen(rows[i]), false));
		buf_release(&out);
	}
}

TEST(sha256_of_abc_is_the_published_one)
{
	struct sha256 d = sha256_of("abc", 3);
	char hex[SHA256_HEX_SIZE];

	sha256_hex(&d, hex);
	CHECK_STR(hex, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

TEST(json_with_duplicate_keys_or_a_tail_is_refused)
{
	static const struct {
		const char *text, *message;
	} rows[] = {
		{"{\"a\":1,\"a\":2}", "f:1:10: duplicate object key near '\"a\"'"},
		{"1 2", "f:1:3: end of file expected near '2'"},
		{"", "f:1:0: '[' or '{' expected near end of file"},
	};

	for (size_t i = 0; i < FP_ARRAY_SIZE(rows); i++) {
		json_t *json = NULL;
		struct err e = ERR_INIT;

		CHECK_INT(json_parse("f", rows[i].text, strlen(rows[i].text), &json, &e), -1);
		if (i < 2)
			CHECK_STR(e.text, rows[i].message);
	}
}

TEST(text_that_could_deceive_is_made_visible)
{
	static const char *const rows[][2] = {
		{"plain é", "plain é"},
		{"a\x1b[31m", "a\\x1b[31m"},
		{"a\xe2\x80\xae"
		 "b",
		 "a\\u{202e}b"},
		{"\xff", "\\xff"},
		{"a\nb", "a\\x0ab"},
	};

	for (size_t i = 0; i < FP_ARRAY_SIZE(rows); i++) {
		struct buf out = BUF_INIT(256);

		utf8_add_visible(&out, rows[i][0], strlen(rows[i][0]), false);
		CHECK_STR(buf_text(&out), rows[i][1]);
		buf_release(&out);
	}
}

TEST(utf8_refuses_overlong_forms_surrogates_and_what_lies_above_unicode)
{
	static const char *const bad[] = {"\xc0\x80",	      "\xe0\x80\x80", "\xed\xa0\x80",
					  "\xf4\x90\x80\x80", "\x80",	      "\xe2\x82"};

	for (size_t i = 0; i < FP_ARRAY_SIZE(bad); i++)
		CHECK(!utf8_valid(bad[i], strlen(bad[i])));
	CHECK(utf8_valid("\xf0\x9f\x98\x80", 4));
}

TEST(a_tree_with_links_is_removed_without_following_them)
{
	char dir[] = "/tmp/fixproof-test-XXXXXX";
	struct err e = ERR_INIT;
	int fd;

	CHECK(mkdtemp(dir));
	fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	CHECK_INT(fd_make_dirs(fd, "keep", 0755, &e), 0);
	CHECK_INT(fd_make_dirs(fd, "gone/a/b", 0755, &e), 0);
	CHECK_INT(fd_write_file(fd, "keep/file", "x", 1, 0644, &e), 0);
	CHECK_INT(symlinkat("../keep", fd, "gone/link"), 0);
	CHECK_INT(fd_remove_tree(fd, "gone", &e), 0);
	CHECK_INT(faccessat(fd, "keep/file", F_OK, 0), 0);
	CHECK(faccessat(fd, "gone", F_OK, 0) < 0);
	CHECK_INT(fd_remove_tree(AT_FDCWD, dir, &e), 0);
	fd_close(fd);
}

/* --- the heap ------------------------------------------------------------------------------ */

TEST(the_heap_begins_with_large_pages)
{
	char line[256], *p;
	bool advised = false;
	FILE *maps;

	heap_prepare();
	p = malloc(1000000);
	memset(p, 1, 1000000);
	free(p);
	maps = fopen("/proc/self/smaps", "re");
	while (maps && fgets(line, sizeof(line), maps))
		advised = advised || (strncmp(line, "VmFlags:", 8) == 0 && strstr(line, " hg"));
	if (maps)
		(void)fclose(maps);
#if !defined(__SANITIZE_ADDRESS__)
	if (access("/sys/kernel/mm/transparent_hugepage", F_OK) == 0)
		CHECK(advised);
#endif
}

TEST(a_heap_that_cannot_have_them_is_as_ever)
{
	struct rlimit little = {2 << 20, 2 << 20};
	char *p;

	CHECK_INT(setrlimit(RLIMIT_DATA, &little), 0);
	heap_prepare();
	p = malloc(100000);
	CHECK(p);
	memset(p, 1, 100000);
	free(p);
}
