/*
 * From a copy of process 1 to the program: a table of steps, each giving something up for good,
 * the filter last because it forbids the others.
 */
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/landlock.h>
#include <linux/securebits.h>
#include <sched.h>
#include <signal.h>
#include <sys/personality.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>

#include "sandbox/host.h"
#include "sandbox/inside.h"

/* Sources are moved up here first, so that no target overwrites one. */
#define HIGH_FD 300

#ifndef CLOSE_RANGE_CLOEXEC
#define CLOSE_RANGE_CLOEXEC 4
#endif
#ifndef SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV
#define SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV (1UL << 5)
#endif

/* Landlock's later rights, which Debian 12's headers do not have. */
#define FS_TRUNCATE (1ULL << 14)
#define FS_IOCTL_DEV (1ULL << 15)
#define NET_ALL 3ULL
#define SCOPE_ALL 3ULL
struct landlock_rules {
	uint64_t fs, net, scoped;
};

static int exec_fd = -1;
static const char *program;

static int step_session(struct inside *in)
{
	sigset_t none;

	(void)in;
	(void)sigemptyset(&none);
	if (sigprocmask(SIG_SETMASK, &none, NULL) < 0)
		return -1;
	return setsid() < 0 ? -1 : 0;
}

static int raise_fd(int *fd)
{
	if (*fd < 0)
		return 0;
	*fd = fcntl(*fd, F_DUPFD_CLOEXEC, HIGH_FD);
	return *fd < 0 ? -1 : 0;
}

static int step_descriptors(struct inside *in)
{
	const struct job *job = in->job;
	const struct sandbox_spec *spec = job->spec;
	struct rlimit room;
	int extra[SANDBOX_FDS_MAX], std[3] = {spec->stdin_fd, job->stdout_fd, job->stderr_fd};

	if (getrlimit(RLIMIT_NOFILE, &room) < 0)
		return -1;
	room.rlim_cur = room.rlim_max;
	if (setrlimit(RLIMIT_NOFILE, &room) < 0)
		return -1;
	if (std[0] < 0)
		std[0] = open("/dev/null", O_RDONLY | O_CLOEXEC);
	exec_fd = spec->exec_fd;
	if (std[0] < 0 || raise_fd(&exec_fd) < 0)
		return -1;
	for (int i = 0; i < 3; i++)
		if (raise_fd(&std[i]) < 0)
			return -1;
	for (size_t i = 0; i < spec->fd_count; i++) {
		extra[i] = spec->fds[i].fd;
		if (raise_fd(&extra[i]) < 0)
			return -1;
	}
	if (dup3(job->control, SANDBOX_CONTROL_FD, O_CLOEXEC) < 0)
		return -1;
	if (syscall(SYS_close_range, 3U, ~0U, CLOSE_RANGE_CLOEXEC) < 0)
		return -1;
	for (int i = 0; i < 3; i++)
		if (dup2(std[i], i) < 0)
			return -1;
	for (size_t i = 0; i < spec->fd_count; i++)
		if (dup2(extra[i], spec->fds[i].child) < 0)
			return -1;
	return 0;
}

static int step_directory(struct inside *in)
{
	inside_detail(in, in->job->directory);
	(void)umask((mode_t)in->job->v.umask_bits);
	return chdir(in->job->directory);
}

/* Keeps the first of the CPUs that we may use. */
static int step_cpus(struct inside *in)
{
	unsigned int kept = 0;
	cpu_set_t set;

	if (in->job->v.cpus == 0)
		return 0;
	if (sched_getaffinity(0, sizeof(set), &set) < 0)
		return -1;
	for (int i = 0; i < CPU_SETSIZE; i++)
		if (CPU_ISSET((size_t)i, &set) && ++kept > in->job->v.cpus)
			CPU_CLR((size_t)i, &set);
	return sched_setaffinity(0, sizeof(set), &set);
}

static int step_layout(struct inside *in)
{
	if (!in->job->v.fixed_layout)
		return 0;
	return personality(ADDR_NO_RANDOMIZE) < 0 ? -1 : 0;
}

/* No more than what we have ourselves; hard and soft. */
static int limit(int which, uint64_t value)
{
	struct rlimit now, wanted = {value, value};

	if (getrlimit((__rlimit_resource_t)which, &now) < 0)
		return -1;
	if (now.rlim_max < wanted.rlim_max)
		wanted.rlim_cur = wanted.rlim_max = now.rlim_max;
	return setrlimit((__rlimit_resource_t)which, &wanted);
}

static int step_limits(struct inside *in)
{
	const struct sandbox_limits *l = &in->job->limits;
	const struct {
		int which;
		uint64_t value;
	} rows[] = {
		{RLIMIT_CORE, 0},
		/* One more than the limit: to use it is to pass the limit; see ending.c. */
		{RLIMIT_NOFILE, l->descriptors + 1},
		/* Process 1 counts where it has no identity of its own. */
		{RLIMIT_NPROC, l->processes + (in->job->privileged ? 1 : 2)},
		{RLIMIT_FSIZE, l->file_size_bytes},
		/*
		 * Not AS, which Go and node only reserve.  Far above the limit where that is
		 * polled: who meets this one is told that there is no memory, and dies of itself
		 * unnamed.
		 */
		{RLIMIT_DATA, in->job->watch_memory ? 4 * FP_MIN(l->memory_bytes, UINT64_MAX / 8)
						    : l->memory_bytes},
		{RLIMIT_CPU, (l->cpu_ms + 999) / 1000 + 1},
		{RLIMIT_STACK, 8 << 20},
		{RLIMIT_MEMLOCK, 64 << 10},
		{RLIMIT_MSGQUEUE, 0},
		{RLIMIT_NICE, 0},
		{RLIMIT_RTPRIO, 0},
		{RLIMIT_SIGPENDING, 1024},
	};

	for (size_t i = 0; i < FP_ARRAY_SIZE(rows); i++)
		if (limit(rows[i].which, rows[i].value) < 0)
			return -1;
	return 0;
}

static int step_bounding_set(struct inside *in)
{
	(void)in;
	for (cap_value_t c = 0; CAP_IS_SUPPORTED(c); c++)
		if (cap_drop_bound(c) < 0)
			return -1;
	/* The library takes a refusal for a kernel without ambient capabilities. */
	if (prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0) < 0)
		return -1;
	return cap_set_secbits(SECBIT_NOROOT | SECBIT_NOROOT_LOCKED | SECBIT_NO_SETUID_FIXUP |
			       SECBIT_NO_SETUID_FIXUP_LOCKED | SECBIT_KEEP_CAPS_LOCKED |
			       SECBIT_NO_CAP_AMBIENT_RAISE | SECBIT_NO_CAP_AMBIENT_RAISE_LOCKED);
}

static int step_identity(struct inside *in)
{
	const struct job *job = in->job;

	/* An ordinary user may not drop groups; none of them is mapped, so they name nobody. */
	if (job->privileged && setgroups(0, NULL) < 0)
		return -1;
	if (setresgid(job->v.gid, job->v.gid, job->v.gid) < 0)
		return -1;
	return setresuid(job->v.uid, job->v.uid, job->v.uid);
}

static int step_capabilities(struct inside *in)
{
	return cap_set_proc(in->job->no_capabilities);
}

static int step_no_new_privs(struct inside *in)
{
	(void)in;
	/* The supervisor outside must be able to read what it is asked about. */
	if (prctl(PR_SET_DUMPABLE, 1, 0, 0, 0) < 0)
		return -1;
	return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
}

static int landlock_allow(int ruleset, const char *path, uint64_t rights)
{
	struct landlock_path_beneath_attr rule = {.allowed_access = rights};
	long r;

	rule.parent_fd = open(path, O_PATH | O_CLOEXEC);
	if (rule.parent_fd < 0)
		return -1;
	r = syscall(SYS_landlock_add_rule, ruleset, LANDLOCK_RULE_PATH_BENEATH, &rule, 0);
	(void)close(rule.parent_fd);
	return (int)r;
}

/* A program that is run from a descriptor lies outside the root; an anonymous one needs no rule. */
static int landlock_allow_program(int ruleset)
{
	struct landlock_path_beneath_attr rule = {
		.allowed_access = LANDLOCK_ACCESS_FS_EXECUTE | LANDLOCK_ACCESS_FS_READ_FILE,
		.parent_fd = exec_fd,
	};

	if (exec_fd < 0 ||
	    syscall(SYS_landlock_add_rule, ruleset, LANDLOCK_RULE_PATH_BENEATH, &rule, 0) == 0)
		return 0;
	return errno == EBADFD ? 0 : -1;
}

static int landlock_rules(struct inside *in, int ruleset, uint64_t all)
{
	const struct job *job = in->job;
	char path[PATH_MAX];

	if (landlock_allow_program(ruleset) < 0)
		return -1;
	if (landlock_allow(ruleset, "/",
			   LANDLOCK_ACCESS_FS_EXECUTE | LANDLOCK_ACCESS_FS_READ_FILE |
				   LANDLOCK_ACCESS_FS_READ_DIR) < 0 ||
	    landlock_allow(ruleset, "/dev",
			   all & (LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_WRITE_FILE |
				  FS_TRUNCATE)) < 0)
		return -1;
	all &= ~(LANDLOCK_ACCESS_FS_MAKE_CHAR | LANDLOCK_ACCESS_FS_MAKE_BLOCK | FS_IOCTL_DEV);
	for (size_t i = 0; i < job->writable_count; i++) {
		path[0] = '/';
		wire_text(path + 1, sizeof(path) - 1, job->writable[i]);
		inside_detail(in, path);
		if (landlock_allow(ruleset, path, all) < 0)
			return -1;
	}
	return 0;
}

static int step_landlock(struct inside *in)
{
	int abi = in->job->landlock_abi, ruleset;
	struct landlock_rules rules = {.fs = (LANDLOCK_ACCESS_FS_MAKE_SYM << 1) - 1};
	size_t size = abi < 4 ? 8 : abi < 6 ? 16 : 24;

	if (abi == 0)
		return 0;
	rules.fs |= (abi >= 2 ? LANDLOCK_ACCESS_FS_REFER : 0) | (abi >= 3 ? FS_TRUNCATE : 0) |
		    (abi >= 5 ? FS_IOCTL_DEV : 0);
	rules.net = abi >= 4 ? NET_ALL : 0;
	rules.scoped = abi >= 6 ? SCOPE_ALL : 0;
	ruleset = (int)syscall(SYS_landlock_create_ruleset, &rules, size, 0);
	if (ruleset < 0 || landlock_rules(in, ruleset, rules.fs) < 0)
		return -1;
	return (int)syscall(SYS_landlock_restrict_self, ruleset, 0);
}

/* Found before the filter, so that only one start of a program is ever asked about. */
static int step_program(struct inside *in)
{
	int denied = 0;

	inside_detail(in, in->job->argv[0]);
	if (exec_fd >= 0)
		return 0;
	for (const char *const *p = in->job->candidates; *p; p++) {
		program = *p;
		if (faccessat(AT_FDCWD, program, X_OK, 0) == 0)
			return 0;
		if (errno != ENOENT && errno != ENOTDIR)
			denied = errno;
	}
	errno = denied ? denied : ENOENT;
	return -1;
}

static int step_filter(struct inside *in)
{
	const struct filter *f = in->job->filter;
	struct sock_fprog code = {f->code_count, (struct sock_filter *)(uintptr_t)f->code};
	struct wire_message m = {.kind = WIRE_LISTENER};
	unsigned long flags = SECCOMP_FILTER_FLAG_NEW_LISTENER;
	int listener;

	listener = (int)syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER,
				flags | SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV, &code);
	m.values[0] = listener >= 0;
	if (listener < 0 && errno == EINVAL)
		listener = (int)syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, flags, &code);
	if (listener < 0)
		return -1;
	return wire_send(SANDBOX_CONTROL_FD, &m, listener);
}

static const struct {
	const char *name;
	int (*apply)(struct inside *in); /* 0, or -1 with errno */
} steps[] = {
	{"session", step_session},
	{"descriptors", step_descriptors},
	{"working directory", step_directory},
	{"cpus", step_cpus},
	{"address layout", step_layout},
	{"bounding set and secure bits", step_bounding_set},
	{"identity of the program", step_identity},
	{"capabilities", step_capabilities},
	{"no_new_privs", step_no_new_privs},
	{"landlock", step_landlock},
	{"program", step_program},
	{"resource limits", step_limits},
	{"seccomp", step_filter},
};

void payload_main(struct inside *in)
{
	const struct job *job = in->job;
	struct job own = *job; /* whose control survives step_descriptors */

	for (size_t i = 0; i < FP_ARRAY_SIZE(steps); i++) {
		inside_detail(in, "");
		if (steps[i].apply(in) < 0)
			job_fail(&own, steps[i].name, in->detail);
		if (steps[i].apply == step_descriptors)
			own.control = SANDBOX_CONTROL_FD;
	}
	/* execve() and its like never write to the lists they are given. */
	if (exec_fd >= 0)
		(void)syscall(SYS_execveat, exec_fd, "", job->argv, job->env, AT_EMPTY_PATH);
	else
		(void)syscall(SYS_execve, program, job->argv, job->env);
	job_fail(&own, "exec", job->argv[0]);
}
