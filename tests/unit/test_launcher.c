#include "tests/tap.h"

#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>

#include "runner/base/fd.h"
#include "runner/launcher.h"

static struct sandbox_spec spec_of(const char *const *argv)
{
	struct sandbox_spec spec = SANDBOX_SPEC_INIT;

	spec.argv = argv;
	spec.image = SANDBOX_IMAGE_HOST;
	spec.profile = SANDBOX_FIXER;
	spec.layers.landlock = SANDBOX_PREFER;
	spec.layers.cgroup = SANDBOX_PREFER;
	return spec;
}

TEST(the_launcher_runs_one_sandbox_after_another)
{
	const char *const argv[] = {"sh", "-c", "echo $0 $NAME $TZ; exit 3", "zero", NULL};
	const char *const env[] = {"NAME=value", NULL};
	struct sandbox_spec spec = spec_of(argv);
	struct launcher *l = NULL;
	struct err e = ERR_INIT;

	CHECK_INT(launcher_start(&l, &e), 0);
	spec.env = env;
	spec.variation.timezone = "Asia/Tokyo";
	for (int i = 0; i < 3; i++) {
		struct arena a = ARENA_INIT(16 << 20);
		struct buf out = BUF_INIT(4096);
		struct sandbox_result r;

		CHECK_INT(fd_memfd("out", &spec.stdout_fd, &e), 0);
		CHECK_INT(launcher_run(l, &spec, &a, &r, &e), 0);
		CHECK_INT(r.exit_status, 3);
		CHECK(lseek(spec.stdout_fd, 0, SEEK_SET) == 0);
		CHECK_INT(fd_read_all(spec.stdout_fd, &out, "out", &e), 0);
		CHECK_STR(buf_text(&out), "zero value Asia/Tokyo\n");
		CHECK_INT(r.program_count, 1);
		CHECK_INT(r.varied_count, 1);
		CHECK_STR(r.varied[0].name, "TZ");
		CHECK_STR(r.profile, "fixer");
		fd_close(spec.stdout_fd);
		buf_release(&out);
		arena_release(&a);
	}
	launcher_stop(l);
}

TEST(an_error_comes_back_with_its_step)
{
	const char *const argv[] = {"no-such-program", NULL};
	struct sandbox_spec spec = spec_of(argv);
	struct arena a = ARENA_INIT(16 << 20);
	struct sandbox_result r;
	struct launcher *l = NULL;
	struct err e = ERR_INIT;

	CHECK_INT(launcher_start(&l, &e), 0);
	CHECK_INT(launcher_run(l, &spec, &a, &r, &e), -1);
	CHECK_INT(e.kind, ERR_SANDBOX);
	CHECK_STR(e.text, "program: no-such-program: No such file or directory");
	CHECK_STR(r.failed_step, "program");
	arena_release(&a);
	launcher_stop(l);
}

/* --- nothing is left ----------------------------------------------------------------------- */

static size_t count_lines(const char *path)
{
	size_t count = 0;
	FILE *in = fopen(path, "re");
	int c;

	CHECK(in != NULL);
	while ((c = fgetc(in)) != EOF)
		count += c == '\n';
	(void)fclose(in);
	return count;
}

/* Processes of this machine whose command line holds the word. */
static size_t count_processes(const char *word)
{
	struct dirent *entry;
	DIR *dir = opendir("/proc");
	size_t count = 0;

	CHECK(dir != NULL);
	while ((entry = readdir(dir))) {
		char path[300], line[4096];
		ssize_t n = 0;
		int fd;

		(void)snprintf(path, sizeof(path), "/proc/%s/cmdline", entry->d_name);
		fd = open(path, O_RDONLY | O_CLOEXEC);
		if (fd >= 0)
			n = read(fd, line, sizeof(line));
		fd_close(fd);
		count += n > 0 && memmem(line, (size_t)n, word, strlen(word)) != NULL;
	}
	(void)closedir(dir);
	return count;
}

static void run_many(int count, const char *word)
{
	char script[64];
	const char *const argv[] = {"sh", "-c", script, NULL};
	struct sandbox_spec spec = spec_of(argv);
	struct launcher *l = NULL;
	struct err e = ERR_INIT;

	CHECK_INT(launcher_start(&l, &e), 0);
	(void)snprintf(script, sizeof(script), "(setsid sleep %s &); exit 5", word);
	for (int i = 0; i < count; i++) {
		struct arena a = ARENA_INIT(16 << 20);
		struct sandbox_result r;

		if (launcher_run(l, &spec, &a, &r, &e) < 0)
			CHECK_STR(e.text, "");
		CHECK_INT(r.exit_status, 5);
		arena_release(&a);
	}
	launcher_stop(l);
}

TEST(a_thousand_launches_by_two_workers_leave_nothing_behind)
{
	size_t mounts = count_lines("/proc/self/mountinfo");
	char word[32];
	int status;

	/* Of this process alone: the same test may run beside it. */
	(void)snprintf(word, sizeof(word), "5%d", getpid());
	for (int i = 0; i < 2; i++) {
		if (fork() == 0) {
			run_many(500, word);
			exit(0);
		}
	}
	for (int i = 0; i < 2; i++) {
		CHECK(wait(&status) > 0);
		CHECK_INT(status, 0);
	}
	CHECK_INT(count_processes(word), 0);
	CHECK_INT(count_lines("/proc/self/mountinfo"), mounts);
}

/* Waits for an event that nothing announces; ten seconds are for a machine under load. */
static void wait_for_count(const char *word, size_t wanted)
{
	const struct timespec pause = {0, 5000000};

	for (int i = 0; i < 2000 && count_processes(word) != wanted; i++)
		(void)nanosleep(&pause, NULL);
	CHECK_INT(count_processes(word), wanted);
}

static void child_of(pid_t pid, char child[static 16])
{
	char path[64];
	FILE *in;

	(void)snprintf(path, sizeof(path), "/proc/%d/task/%d/children", pid, pid);
	in = fopen(path, "re");
	CHECK(in != NULL);
	CHECK_INT(fscanf(in, "%15s", child), 1);
	(void)fclose(in);
}

TEST(when_the_caller_is_killed_the_launcher_and_its_sandbox_die)
{
	const char *const argv[] = {"sleep", "65432.5", NULL};
	char launcher[16], path[64], text[64];
	pid_t pid = fork();

	if (pid == 0) {
		struct sandbox_spec spec = spec_of(argv);
		struct arena a = ARENA_INIT(16 << 20);
		struct sandbox_result r;
		struct launcher *l = NULL;
		struct err e = ERR_INIT;

		CHECK_INT(launcher_start(&l, &e), 0);
		CHECK_INT(launcher_run(l, &spec, &a, &r, &e), 0);
		exit(0);
	}
	wait_for_count("65432.5", 1);
	child_of(pid, launcher);
	CHECK(kill(pid, SIGKILL) == 0);
	CHECK(waitpid(pid, NULL, 0) == pid);
	wait_for_count("65432.5", 0);
	(void)snprintf(path, sizeof(path), "/proc/%s/exe", launcher);
	for (int i = 0; i < 2000 && readlink(path, text, sizeof(text)) > 0; i++)
		(void)nanosleep(&(struct timespec){0, 5000000}, NULL);
	CHECK(readlink(path, text, sizeof(text)) < 0);
}

TEST(the_launcher_sees_neither_our_environment_nor_our_descriptors)
{
	const char *const argv[] = {"sleep", "76543.5", NULL};
	struct sandbox_spec spec = spec_of(argv);
	char path[64], child[16];
	ssize_t n;
	pid_t pid;
	int fd;

	CHECK(setenv("SECRET", "secret", 1) == 0);
	fd = open("/etc/passwd", O_RDONLY); /* not close-on-exec: a careless caller's */
	CHECK(fd >= 0);
	pid = fork();
	if (pid == 0) {
		struct arena a = ARENA_INIT(16 << 20);
		struct sandbox_result r;
		struct launcher *l = NULL;
		struct err e = ERR_INIT;

		CHECK_INT(launcher_start(&l, &e), 0);
		CHECK_INT(launcher_run(l, &spec, &a, &r, &e), 0);
		exit(0);
	}
	wait_for_count("76543.5", 1);
	child_of(pid, child);
	(void)snprintf(path, sizeof(path), "/proc/%s/environ", child);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	CHECK(fd >= 0);
	n = read(fd, path, sizeof(path));
	CHECK_INT(n, 0);
	CHECK(kill(pid, SIGKILL) == 0);
	CHECK(waitpid(pid, NULL, 0) == pid);
	wait_for_count("76543.5", 0);
}
