#include "tests/tap.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "runner/base/fd.h"
#include "runner/base/json.h"
#include "runner/cmd/cmd.h"

struct said {
	int status;
	struct buf out, err;
};

#define SAID_INIT                                      \
	{                                              \
		.out = BUF_INIT(1), .err = BUF_INIT(1) \
	}

static void said_release(struct said *s)
{
	buf_release(&s->out);
	buf_release(&s->err);
}

static void read_back(int fd, struct buf *b)
{
	struct err e = ERR_INIT;

	CHECK(lseek(fd, 0, SEEK_SET) == 0);
	CHECK_INT(fd_read_all(fd, b, "output", &e), 0);
	fd_close(fd);
}

/* The words after "sandbox", up to NULL. */
static void sandbox(struct said *s, const char *const *words)
{
	struct err e = ERR_INIT;
	int out, err, status, argc = 1;
	char *argv[64] = {(char[]){"sandbox"}};
	pid_t pid;

	buf_release(&s->out);
	buf_release(&s->err);
	*s = (struct said){.out = BUF_INIT(1 << 20), .err = BUF_INIT(1 << 20)};
	for (; words[argc - 1]; argc++)
		argv[argc] = (char *)(uintptr_t)words[argc - 1];
	CHECK_INT(fd_memfd("out", &out, &e), 0);
	CHECK_INT(fd_memfd("err", &err, &e), 0);
	pid = fork();
	if (pid == 0) {
		(void)dup2(out, 1);
		(void)dup2(err, 2);
		status = cmd_sandbox.run(argc, argv);
		(void)fflush(stdout);
		_exit(status);
	}
	CHECK(waitpid(pid, &status, 0) == pid);
	CHECK(WIFEXITED(status));
	s->status = WEXITSTATUS(status);
	read_back(out, &s->out);
	read_back(err, &s->err);
}

#define SANDBOX(said, ...) sandbox(said, (const char *const[]){__VA_ARGS__, NULL})

TEST(output_and_status_of_the_command_are_passed_through)
{
	FP_CLEANUP(said_release) struct said s = SAID_INIT;

	SANDBOX(&s, "--env", "A=b", "--", "sh", "-c", "echo $A; pwd; echo err >&2; exit 42");
	CHECK_STR(buf_text(&s.err), "err\n");
	CHECK_STR(buf_text(&s.out), "b\n/work\n");
	CHECK_INT(s.status, 42);
}

TEST(its_own_failures_are_125_to_127)
{
	static const struct {
		const char *words[8];
		int status;
		const char *message;
	} rows[] = {
		{{"--", "no-such"}, 127, "program: no-such: No such file or directory"},
		{{"--", "/etc/passwd"}, 126, "program: /etc/passwd: Permission denied"},
		{{"--wall", "x", "true"}, 125, "--wall: \"x\" is not a number of seconds"},
		{{"--memory", "1X", "true"},
		 125,
		 "--memory: \"1X\" is not a size, as 100, 64K, 256M or 2G"},
		{{"--vary", "moon", "true"},
		 125,
		 "--vary: \"moon\" is nothing to vary; see --vary help"},
		{{"--require", "luck", "true"},
		 125,
		 "--require: \"luck\" is neither landlock nor cgroup"},
		{{"--env", "x", "true"}, 125, "--env: \"x\" is not NAME=VALUE"},
		{{"--workspace", "/no/such", "true"},
		 125,
		 "--workspace /no/such: No such file or directory"},
		{{"--wall", "0.2", "sleep", "9"}, 125, "killed at a limit: wall"},
		{{"--", "sh", "-c", "kill -9 $$"}, 137, "killed by signal 9"},
		{{"--wall", "1"}, 125, "no command is given; see fixproof sandbox --help"},
	};

	for (size_t i = 0; i < FP_ARRAY_SIZE(rows); i++) {
		char wanted[256];
		FP_CLEANUP(said_release) struct said s = SAID_INIT;

		tap_row("%s", rows[i].message);
		sandbox(&s, rows[i].words);
		(void)snprintf(wanted, sizeof(wanted), "fixproof: sandbox: %s\n", rows[i].message);
		CHECK_STR(buf_text(&s.err), wanted);
		CHECK_INT(s.status, rows[i].status);
	}
}

TEST(a_copy_of_the_workspace_goes_in_and_what_is_left_comes_out)
{
	char dir[] = "/tmp/fixproof-cmd-XXXXXX", in[64], out[64], report[64];
	FP_CLEANUP(buf_release) struct buf text = BUF_INIT(4096);
	JSON_AUTO *json = NULL;
	struct err e = ERR_INIT;
	FP_CLEANUP(said_release) struct said s = SAID_INIT;
	int fd;

	CHECK(mkdtemp(dir) != NULL);
	(void)snprintf(in, sizeof(in), "%s/in", dir);
	(void)snprintf(out, sizeof(out), "%s/out", dir);
	(void)snprintf(report, sizeof(report), "%s/report.json", dir);
	CHECK(mkdir(in, 0755) == 0);
	fd = open(in, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	CHECK_INT(fd_write_file(fd, "probe", "#!/bin/sh\necho made > made; date +%Y >> made\n", 44,
				0755, &e),
		  0);
	SANDBOX(&s, "--workspace", in, "--output", out, "--report", report, "--vary", "clock,host",
		"./probe");
	CHECK_STR(buf_text(&s.err), "");
	CHECK_INT(s.status, 0);
	CHECK(faccessat(fd, "made", F_OK, 0) < 0);
	fd_close(fd);
	fd = open(out, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	CHECK_INT(fd_read_file(fd, "made", false, &text, &e), 0);
	CHECK(strncmp(buf_text(&text), "made\n20", 7) == 0);
	CHECK(faccessat(fd, "probe", X_OK, 0) == 0);
	fd_close(fd);
	CHECK_INT(json_read_file(AT_FDCWD, report, 1 << 20, &json, &e), 0);
	CHECK_STR(json_string_value(json_object_get(json, "end")), "exited");
	CHECK_INT(json_array_size(json_object_get(json, "varied")), 3);
	CHECK(json_array_size(json_object_get(json, "layers")) >= 15);
	CHECK(json_array_size(json_object_get(json, "programs")) >= 3);
	CHECK_INT(fd_remove_tree(AT_FDCWD, dir, &e), 0);
}

TEST(the_words_of_vary_are_told)
{
	FP_CLEANUP(said_release) struct said s = SAID_INIT;

	SANDBOX(&s, "--vary", "help");
	CHECK_INT(s.status, 0);
	CHECK(strstr(buf_text(&s.out), "clock    the time of day"));
	CHECK(strstr(buf_text(&s.out), "all "));
}
