/*
 * What a launch costs: the same static program that does nothing, started in turn by everything
 * that is installed, so that what else the machine does meanwhile hits all alike.  Prints medians
 * and their ratios, and judges nothing.
 */
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <spawn.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include "runner/base/fd.h"
#include "runner/launcher.h"
#include "sandbox/filter.h"
#include "sandbox/host.h"

#define ROUNDS 200

static char nothing[PATH_MAX + 32]; /* the program */
static int nothing_fd;
static struct launcher *launcher;

static int spawn(const char *const *argv)
{
	char *const none[] = {NULL};
	int status;
	pid_t pid;

	if (posix_spawnp(&pid, argv[0], NULL, NULL, (char *const *)(uintptr_t)argv, none) != 0 ||
	    waitpid(pid, &status, 0) != pid)
		return -1;
	return WIFEXITED(status) && WEXITSTATUS(status) == 0 ? 0 : -1;
}

static int by_spawn(void)
{
	return spawn((const char *const[]){nothing, NULL});
}

static int by_unshare(void)
{
	return spawn((const char *const[]){"unshare", "-Urmpniuf", nothing, NULL});
}

static int bubblewrap(const char *const *program)
{
	static const char *const options[] = {
		"bwrap",	 "--unshare-all", "--die-with-parent",
		"--new-session", "--cap-drop",	  "ALL",
		"--ro-bind",	 "/usr",	  "/usr",
		"--symlink",	 "usr/lib",	  "/lib",
		"--symlink",	 "usr/lib64",	  "/lib64",
		"--symlink",	 "usr/bin",	  "/bin",
		"--proc",	 "/proc",	  "--dev",
		"/dev",		 "--tmpfs",	  "/tmp",
		"--tmpfs",	 "/work",	  "--chdir",
		"/work",
	};
	const char *argv[FP_ARRAY_SIZE(options) + 8];
	size_t n = FP_ARRAY_SIZE(options);

	memcpy(argv, options, sizeof(options));
	while (*program)
		argv[n++] = *program++;
	argv[n] = NULL;
	return spawn(argv);
}

static int by_bubblewrap(void)
{
	return bubblewrap(
		(const char *const[]){"--ro-bind", nothing, "/nothing", "/nothing", NULL});
}

/* What our command is measured with: it comes from the image, and is linked dynamically. */
static int by_bubblewrap_true(void)
{
	return bubblewrap((const char *const[]){"/usr/bin/true", NULL});
}

static int by_nsjail(void)
{
	return spawn((const char *const[]){"nsjail", "-Mo", "-Q", "-R", "/usr", "-R", "/lib", "-R",
					   "/lib64", "-T", "/tmp", "-R", nothing, "--", nothing,
					   NULL});
}

static struct sandbox_spec our_spec(enum sandbox_profile profile, enum sandbox_image image)
{
	static const char *const argv[] = {"nothing", NULL};
	struct sandbox_spec spec = SANDBOX_SPEC_INIT;

	spec.argv = argv;
	spec.exec_fd = nothing_fd;
	spec.profile = profile;
	spec.image = image;
	spec.layers = (struct sandbox_layers){SANDBOX_PREFER, SANDBOX_PREFER};
	return spec;
}

static int ours(struct sandbox_spec spec, bool by_launcher)
{
	struct arena a = ARENA_INIT(64 << 20);
	struct sandbox_result result;
	struct err e = ERR_INIT;
	int r = by_launcher ? launcher_run(launcher, &spec, &a, &result, &e)
			    : sandbox_run(&spec, &a, &result, &e);

	if (r < 0)
		fprintf(stderr, "bench_sandbox: %s\n", e.text);
	arena_release(&a);
	return r;
}

static int by_library(void)
{
	return ours(our_spec(SANDBOX_FIXER, SANDBOX_IMAGE_HOST), false);
}

static int by_launcher(void)
{
	return ours(our_spec(SANDBOX_FIXER, SANDBOX_IMAGE_HOST), true);
}

static int by_launcher_planner(void)
{
	return ours(our_spec(SANDBOX_PLANNER, SANDBOX_IMAGE_NONE), true);
}

static int by_command(void)
{
	char path[PATH_MAX + 64];

	(void)snprintf(path, sizeof(path), "%.*s/../fixproof",
		       (int)(strrchr(nothing, '/') - nothing), nothing);
	return spawn((const char *const[]){path, "sandbox", "--", "/usr/bin/true", NULL});
}

static struct {
	const char *name;
	int (*launch)(void);
	bool absent;
	uint64_t ns[ROUNDS];
} rows[] = {
	{"fork and exec alone", by_spawn, false, {0}},
	{"unshare -Urmpniuf", by_unshare, false, {0}},
	{"bubblewrap", by_bubblewrap, false, {0}},
	{"bubblewrap, /usr/bin/true", by_bubblewrap_true, false, {0}},
	{"nsjail", by_nsjail, false, {0}},
	{"fixproof sandbox -- /usr/bin/true", by_command, false, {0}},
	{"library, host image, own network", by_library, false, {0}},
	{"launcher, host image", by_launcher, false, {0}},
	{"launcher, planner, no image", by_launcher_planner, false, {0}},
};
enum {
	ROW_BUBBLEWRAP = 2,
	ROW_BUBBLEWRAP_TRUE = 3,
	ROW_COMMAND = 5,
	ROW_LIBRARY = 6
};

static int compare(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return (x > y) - (x < y);
}

static double median_ms(const uint64_t *ns)
{
	return (double)ns[ROUNDS / 2] / 1e6;
}

/* Two workers with a launcher each; launches a second. */
static double throughput(void)
{
	uint64_t begun = host_now_ns();
	int status, bad = 0;

	for (int i = 0; i < 2; i++) {
		if (fork() == 0) {
			struct err e = ERR_INIT;
			int r = launcher_start(&launcher, &e);

			for (int k = 0; r == 0 && k < 500; k++)
				r = by_launcher_planner();
			_exit(r == 0 ? 0 : 1);
		}
	}
	for (int i = 0; i < 2; i++)
		bad |= wait(&status) < 0 || status != 0;
	return bad ? 0 : 1000 / ((double)(host_now_ns() - begun) / 1e9);
}

/* How long a process takes to put a filter on itself, in nanoseconds; 0 if it could not. */
static uint64_t load_filter(const struct sock_fprog *code)
{
	uint64_t ns = 0;
	int ends[2];

	if (pipe2(ends, O_CLOEXEC) < 0)
		return 0;
	if (fork() == 0) {
		uint64_t begun;
		long fd;

		(void)prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
		/* The dynamic linker binds the name at its first call, which is no cost of the
		   filter: the launcher is static. */
		(void)syscall(SYS_seccomp, SECCOMP_GET_ACTION_AVAIL, 0, &(uint32_t){0});
		begun = host_now_ns();
		/* By the number of the call: the filter may not know what the library uses. */
		fd = syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_NEW_LISTENER,
			     code);
		begun = host_now_ns() - begun;
		(void)!write(ends[1], &begun, sizeof(begun));
		_exit(fd < 0);
	}
	(void)close(ends[1]);
	if (read(ends[0], &ns, sizeof(ns)) != sizeof(ns))
		ns = 0;
	(void)close(ends[0]);
	(void)wait(NULL);
	return ns;
}

/* The filters beside the smallest that the kernel takes, in one alternating run. */
static void print_filters(void)
{
	static struct sock_filter allow = {.code = BPF_RET | BPF_K, .k = SECCOMP_RET_ALLOW};
	static const char *const names[] = {"the smallest", "planner", "fixer"};
	struct sock_fprog codes[FP_ARRAY_SIZE(names)] = {{1, &allow}};
	uint64_t ns[FP_ARRAY_SIZE(names)][ROUNDS];
	double smallest;

	for (size_t i = 1; i < FP_ARRAY_SIZE(names); i++) {
		const struct filter *f =
			filter_find(i == 1 ? SANDBOX_PLANNER : SANDBOX_FIXER, false, false);

		codes[i].len = f->code_count;
		codes[i].filter = (struct sock_filter *)(uintptr_t)f->code;
	}
	for (int round = 0; round < ROUNDS; round++)
		for (size_t i = 0; i < FP_ARRAY_SIZE(names); i++)
			ns[i][round] = load_filter(&codes[i]);
	for (size_t i = 0; i < FP_ARRAY_SIZE(names); i++)
		qsort(ns[i], ROUNDS, sizeof(ns[i][0]), compare);
	smallest = (double)ns[0][ROUNDS / 2] / 1e3;
	for (size_t i = 0; i < FP_ARRAY_SIZE(names); i++)
		printf("loading a filter, %-18s %6.0f us (%.0f over the smallest)\n", names[i],
		       (double)ns[i][ROUNDS / 2] / 1e3, (double)ns[i][ROUNDS / 2] / 1e3 - smallest);
}

/* Of one kind of thing in /proc, to see that nothing is left behind. */
static size_t count_lines(const char *path)
{
	FILE *file = fopen(path, "re");
	size_t n = 0;
	int c;

	while (file && (c = fgetc(file)) != EOF)
		n += c == '\n';
	if (file)
		(void)fclose(file);
	return n;
}

static void find_program(void)
{
	ssize_t n = readlink("/proc/self/exe", nothing, PATH_MAX);

	if (n <= 0)
		exit(1);
	nothing[n] = '\0';
	(void)snprintf(strrchr(nothing, '/') + 1, 32, "bench_nothing");
	nothing_fd = open(nothing, O_RDONLY | O_CLOEXEC);
}

int main(void)
{
	struct err e = ERR_INIT;
	size_t mounts;

	find_program();
	if (nothing_fd < 0 || launcher_start(&launcher, &e) < 0) {
		fprintf(stderr, "bench_sandbox: %s\n", e.text);
		return 1;
	}
	/* What is not there, or may not run here, says so on its own standard error. */
	for (size_t i = 0; i < FP_ARRAY_SIZE(rows); i++)
		rows[i].absent = rows[i].launch() < 0;
	for (int round = 0; round < ROUNDS; round++) {
		for (size_t i = 0; i < FP_ARRAY_SIZE(rows); i++) {
			uint64_t begun = host_now_ns();

			if (!rows[i].absent && rows[i].launch() < 0)
				return 1;
			rows[i].ns[round] = host_now_ns() - begun;
		}
	}
	for (size_t i = 0; i < FP_ARRAY_SIZE(rows); i++) {
		qsort(rows[i].ns, ROUNDS, sizeof(rows[i].ns[0]), compare);
		if (rows[i].absent)
			printf("%-36s not here\n", rows[i].name);
		else
			printf("%-36s %6.2f ms (best tenth %.2f, worst tenth %.2f)\n", rows[i].name,
			       median_ms(rows[i].ns), (double)rows[i].ns[ROUNDS / 10] / 1e6,
			       (double)rows[i].ns[ROUNDS * 9 / 10] / 1e6);
	}
	launcher_stop(launcher);
	mounts = count_lines("/proc/self/mountinfo");
	printf("%-36s %6.0f a second\n", "two workers, planner, no image", throughput());
	printf("%-36s %6zu mounts, %d processes\n", "left behind by these 1,000",
	       count_lines("/proc/self/mountinfo") - mounts, waitpid(-1, NULL, WNOHANG) >= 0);
	print_filters();
	if (!rows[ROW_BUBBLEWRAP].absent)
		printf("%-36s %6.2f\n", "library / bubblewrap",
		       median_ms(rows[ROW_LIBRARY].ns) / median_ms(rows[ROW_BUBBLEWRAP].ns));
	if (!rows[ROW_BUBBLEWRAP_TRUE].absent)
		printf("%-36s %6.2f\n", "command / bubblewrap, /usr/bin/true",
		       median_ms(rows[ROW_COMMAND].ns) / median_ms(rows[ROW_BUBBLEWRAP_TRUE].ns));
	return 0;
}
