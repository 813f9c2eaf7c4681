/*
 * Every system call of the set-up fails once: an outer filter, which the caller's process puts on
 * itself before it starts the sandbox, refuses one call to all processes of it.  (Injection by
 * tracing stands in the way of our own.)  Each time the error must name the step, the program must
 * not have run, and nothing may be left.
 */
#include "tests/unit/sandbox_help.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <sched.h>
#include <seccomp.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "runner/base/treestream.h"

#define NOBODY 65534
#define ANY UINT64_MAX

static const struct row {
	const char *call;
	int argument; /* which one decides; -1: all calls fail */
	uint64_t value;
	const char *text; /* the error begins with it */
	bool root_only;	  /* an ordinary user's set-up does not make this call */
} rows[] = {
	{"socketpair", -1, 0, "sandbox: socketpair: ", false},
	{"pipe2", -1, 0, "sandbox: pipe: ", false},
	{"clone", -1, 0, "namespaces: ", false},
	{"clone", 0, 0x11, "start: ", false}, /* SIGCHLD: the payload */
	{"sendmsg", -1, 0, "sandbox: start: ", false},
	{"recvmsg", -1, 0, "", false},
	{"setsid", -1, 0, "process 1: ", false},
	{"setgroups", -1, 0, "identity of process 1: ", true},
	{"setresgid", -1, 0, "identity of ", false},
	{"setresuid", -1, 0, "identity of ", false},
	{"prctl", 0, PR_SET_DUMPABLE, "identity of process 1: ", false},
	{"prctl", 0, PR_SET_PDEATHSIG, "identity of process 1: ", false},
	{"sethostname", -1, 0, "host name: ", false},
	{"setdomainname", -1, 0, "host name: ", false},
	{"fsopen", -1, 0, "root: tmpfs: ", false},
	{"fsconfig", -1, 0, "root: tmpfs: ", false},
	{"fsmount", -1, 0, "root: tmpfs: ", false},
	{"move_mount", -1, 0, "root: tmpfs: ", false},
	{"open_tree", -1, 0, "bind", false},
	{"mount_setattr", -1, 0, "binds: usr: ", false},
	{"mount_setattr", 2, 0, "pivot_root: ", false},
	{"mkdirat", -1, 0, "binds: usr: ", false},
	{"symlinkat", -1, 0, "files: ", false},
	{"fchmodat", -1, 0, "writable directories: work: ", false},
	{"fchownat", -1, 0, "writable directories: work: ", false},
	{"openat2", -1, 0, "workspace: ", false},
	{"mmap", 3, 2 /* MAP_PRIVATE of a file */, "sandbox: workspace: mmap: ", false},
	{"pivot_root", -1, 0, "pivot_root: ", false},
	{"umount2", -1, 0, "pivot_root: ", false},
	{"fchdir", -1, 0, "pivot_root: ", false},
	{"chdir", -1, 0, "pivot_root: ", false},
	{"signalfd4", -1, 0, "start: ", false},
	{"close_range", -1, 0, "", false},
	{"dup3", -1, 0, "descriptors: ", false},
	{"dup2", -1, 0, "descriptors: ", false},
	{"fcntl", 1, F_DUPFD_CLOEXEC, "descriptors: ", false},
	{"fcntl", 1, F_SETFL, "sandbox: O_NONBLOCK: ", false},
	{"sched_setaffinity", -1, 0, "cpus: ", false},
	{"personality", -1, 0, "address layout: ", false},
	{"prlimit64", -1, 0, "descriptors: ", false},
	{"prlimit64", 1, RLIMIT_CORE, "resource limits: ", false},
	{"prctl", 0, PR_CAPBSET_DROP, "bounding set and secure bits: ", false},
	{"prctl", 0, PR_CAP_AMBIENT, "bounding set and secure bits: ", false},
	{"prctl", 0, PR_SET_SECUREBITS, "bounding set and secure bits: ", false},
	{"capset", -1, 0, "capabilities: ", false},
	{"prctl", 0, PR_SET_NO_NEW_PRIVS, "no_new_privs: ", false},
	{"landlock_create_ruleset", -1, 0, "landlock: ", false},
	{"landlock_add_rule", -1, 0, "landlock: ", false},
	{"landlock_restrict_self", -1, 0, "landlock: ", false},
	{"faccessat2", -1, 0, "program: sh: ", false},
	{"seccomp", -1, 0, "seccomp: ", false},
	{"ptrace", -1, 0, "watch: ptrace: ", false},
	{"execve", -1, 0, "exec: ", false},
	{"process_vm_readv", -1, 0, "watch: the stack of a new program cannot be read", false},
	{"pidfd_send_signal", -1, 0, "", false},
};

static void put_on(const struct row *row)
{
	scmp_filter_ctx ctx = seccomp_init(SCMP_ACT_ALLOW);
	int nr = seccomp_syscall_resolve_name(row->call);
	struct scmp_arg_cmp test =
		SCMP_CMP((unsigned int)FP_MAX(row->argument, 0), SCMP_CMP_EQ, row->value);

	CHECK(ctx != NULL);
	CHECK(nr >= 0);
	CHECK_INT(seccomp_rule_add_array(ctx, SCMP_ACT_ERRNO(EPERM), nr, row->argument >= 0, &test),
		  0);
	CHECK_INT(seccomp_load(ctx), 0);
	seccomp_release(ctx);
}

static int small_tree(void)
{
	struct treestream_writer w;
	struct err e = ERR_INIT;
	int fd;

	CHECK_INT(fd_memfd("tree", &fd, &e), 0);
	CHECK_INT(treestream_begin(&w, fd, &e), 0);
	CHECK_INT(treestream_entry(&w, TREESTREAM_FILE, "a/b", 0, &e), 0);
	CHECK_INT(treestream_end(&w, &e), 0);
	return fd;
}

/* In a process of its own, because a filter cannot be taken off. */
static void torture(const struct row *row)
{
	const char *const argv[] = {"sh", "-c", "echo ran", NULL};
	struct sandbox_spec spec = host_spec(argv);
	struct outcome o = {.a = ARENA_INIT(64 << 20), .e = ERR_INIT, .out = BUF_INIT(4096)};
	struct err e = ERR_INIT;
	struct stat before, after;

	CHECK_INT(fd_memfd("out", &spec.stdout_fd, &e), 0);
	CHECK_INT(fd_memfd("left", &spec.workspace_out, &e), 0);
	spec.workspace_in = small_tree();
	spec.layers.landlock = SANDBOX_REQUIRE;
	spec.variation.cpus = 1;
	spec.variation.fixed_layout = true;
	CHECK(stat("/", &before) == 0);
	put_on(row);
	o.status = sandbox_run(&spec, &o.a, &o.r, &o.e);
	if (row->text[0] == '\0' && o.status == 0)
		return; /* not needed to run, then */
	CHECK_INT(o.status, -1);
	CHECK(o.e.text[0] != '\0');
	if (strncmp(o.e.text, row->text, strlen(row->text)) != 0)
		CHECK_STR(o.e.text, row->text);
	read_back(spec.stdout_fd, &o.out);
	CHECK_STR(buf_text(&o.out), "");
	CHECK(stat("/", &after) == 0 && before.st_dev == after.st_dev);
	CHECK(waitpid(-1, NULL, __WALL) < 0 && errno == ECHILD);
}

static void torture_all(bool root)
{
	TAP_NOT_SANITIZED();
	for (size_t i = 0; i < FP_ARRAY_SIZE(rows); i++) {
		int status;
		pid_t pid;

		if (rows[i].root_only && !root)
			continue;
		tap_row("%s %d", rows[i].call, (int)rows[i].value);
		(void)fflush(stdout);
		pid = fork();
		if (pid == 0) {
			(void)alarm(30);
			torture(&rows[i]);
			exit(0);
		}
		CHECK(waitpid(pid, &status, 0) == pid);
		CHECK_INT(status, 0);
	}
}

TEST(as_root_each_failing_call_is_named_and_nothing_runs)
{
	if (geteuid() != 0)
		tap_skip("this is not root");
	torture_all(true);
}

TEST(as_an_ordinary_user_each_failing_call_is_named_and_nothing_runs)
{
	if (geteuid() == 0 &&
	    (setgroups(0, NULL) < 0 || setresgid(NOBODY, NOBODY, NOBODY) < 0 ||
	     setresuid(NOBODY, NOBODY, NOBODY) < 0 || prctl(PR_SET_DUMPABLE, 1, 0, 0, 0) < 0))
		tap_skip("root may not become another user here");
	torture_all(false);
}
