/*
 * Process 1 of the sandbox: builds it, starts the program, keeps to its limits what no rlimit
 * counts, and when the program has ended or a limit is hit kills and reaps all there is, before it
 * reads back the workspace.  It never executes anything itself, is undumpable, and its death is
 * the death of everything inside.
 */
#include "sandbox/inside.h"

#include <errno.h>
#include <grp.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include "sandbox/host.h"

#define TICK_MS 20
/* A program that meets a full workspace is told an error first, and has time to say so. */
#define FULL_LOOKS 5

static int step_process(struct inside *in)
{
	struct sigaction standard = {.sa_handler = SIG_DFL};
	sigset_t none;

	for (int i = 1; i < NSIG; i++)
		(void)sigaction(i, &standard, NULL);
	(void)sigemptyset(&none);
	if (sigprocmask(SIG_SETMASK, &none, NULL) < 0 || setsid() < 0)
		return -1;
	(void)umask(0);
	(void)in;
	return 0;
}

static int step_identity(struct inside *in)
{
	struct wire_message m;
	int fd;

	/* The caller's process maps our identities, then says so; or it is gone. */
	if (wire_receive(in->job->control, false, &m, &fd) != 1 || m.kind != WIRE_GO)
		_exit(127);
	if (in->job->privileged &&
	    (setgroups(0, NULL) < 0 || setresgid(0, 0, 0) < 0 || setresuid(0, 0, 0) < 0))
		return -1;
	if (prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) < 0)
		return -1;
	return prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
}

static int step_host_name(struct inside *in)
{
	const struct sandbox_variation *v = &in->job->v;

	if (sethostname(v->host_name, strlen(v->host_name)) < 0)
		return -1;
	return setdomainname(v->domain_name, strlen(v->domain_name));
}

static const struct {
	const char *name;
	int (*apply)(struct inside *in); /* 0, or -1 with errno */
} steps[] = {
	{"identity of process 1", step_identity},
	{"process 1", step_process},
	{"host name", step_host_name},
	{"root", mounts_root},
	{"binds", mounts_binds},
	{"proc", mounts_proc},
	{"files", mounts_files},
	{"writable directories", mounts_writable},
	{"workspace", unpack_stream},
	{"pivot_root", mounts_pivot},
};

/* --- life of the program ------------------------------------------------------------------- */

struct life {
	struct inside *in;
	pid_t payload;
	int pid_fd;
	uint64_t deadline_ns;
	uint64_t peak_bytes;
	bool ended;
	int status;
	enum sandbox_limit limit;
	uint64_t looked_ns;	 /* when it was looked at last */
	unsigned int full_looks; /* so many times in a row the workspace was full */
	bool left_running;
};

/* How long what the program left may take to end by itself. */
#define GRACE_TICKS 10

static uint64_t children_cpu_ns(uint64_t *ret_peak_bytes)
{
	struct rusage r;

	if (getrusage(RUSAGE_CHILDREN, &r) < 0)
		return 0;
	*ret_peak_bytes = (uint64_t)r.ru_maxrss * 1024;
	return (uint64_t)(r.ru_utime.tv_sec + r.ru_stime.tv_sec) * 1000000000U +
	       (uint64_t)(r.ru_utime.tv_usec + r.ru_stime.tv_usec) * 1000U;
}

static uint64_t payload_cpu_ns(const struct life *life)
{
	struct timespec t;
	clockid_t id = (clockid_t)((~(unsigned int)life->payload << 3) | 2U);

	if (clock_gettime(id, &t) < 0)
		return 0;
	return (uint64_t)t.tv_sec * 1000000000U + (uint64_t)t.tv_nsec;
}

static enum sandbox_limit is_full(const struct usage_disk *disk)
{
	if (disk->free_bytes < 4096)
		return SANDBOX_LIMIT_WORKSPACE_BYTES;
	return disk->free_inodes == 0 ? SANDBOX_LIMIT_WORKSPACE_INODES : SANDBOX_LIMIT_NONE;
}

static enum sandbox_limit look(struct life *life)
{
	const struct sandbox_limits *l = &life->in->job->limits;
	struct usage usage = {0};
	struct usage_disk disk;
	uint64_t largest, cpu_ns = children_cpu_ns(&largest), memory;

	if (life->in->proc_fd >= 0) {
		usage_read(life->in, &usage);
		usage_disk(life->in, &disk);
		memory = usage.memory_bytes + disk.used_bytes -
			 FP_MIN(disk.used_bytes, life->in->used_bytes);
		life->peak_bytes = FP_MAX(life->peak_bytes, memory);
		if (memory > l->memory_bytes)
			return SANDBOX_LIMIT_MEMORY;
		if (usage.threads > l->processes)
			return SANDBOX_LIMIT_PROCESSES;
		if (usage.descriptors > l->descriptors)
			return SANDBOX_LIMIT_DESCRIPTORS;
		life->full_looks = is_full(&disk) == SANDBOX_LIMIT_NONE ? 0 : life->full_looks + 1;
		if (life->full_looks == FULL_LOOKS)
			return is_full(&disk);
	} else {
		usage.cpu_ns = life->ended ? 0 : payload_cpu_ns(life);
	}
	if (cpu_ns + usage.cpu_ns > l->cpu_ms * 1000000U)
		return SANDBOX_LIMIT_CPU;
	if (host_now_ns() > life->deadline_ns)
		return SANDBOX_LIMIT_WALL;
	return SANDBOX_LIMIT_NONE;
}

/* Reaps whatever has ended; orphans are our children too. */
static void reap(struct life *life)
{
	int status;
	pid_t pid;

	while ((pid = waitpid(-1, &status, WNOHANG | __WALL)) > 0) {
		if (pid == life->payload) {
			life->ended = true;
			life->status = status;
		}
	}
}

static void kill_all(struct life *life)
{
	int status;
	pid_t pid;

	/* kill(-1) reaches all that exists; what is being born meanwhile is reached next time. */
	do {
		(void)kill(-1, SIGKILL);
		pid = waitpid(-1, &status, __WALL);
		if (pid == life->payload) {
			life->ended = true;
			life->status = status;
		}
	} while (pid > 0 || errno == EINTR);
}

/*
 * What is still there a while after the program has ended was meant to outlive it.  The workspace
 * is read when all is dead, so it comes to nothing; but it was tried.
 */
static void settle(struct life *life)
{
	const struct timespec tick = {.tv_nsec = 10 * 1000 * 1000};
	siginfo_t info;

	if (!life->ended || life->limit != SANDBOX_LIMIT_NONE)
		return;
	for (int i = 0; i < GRACE_TICKS; i++) {
		reap(life);
		if (waitid(P_ALL, 0, &info, WEXITED | WNOHANG | WNOWAIT | __WALL) < 0)
			return;
		(void)nanosleep(&tick, NULL);
	}
	life->left_running = true;
}

static int watch_signals(void)
{
	sigset_t set;

	(void)sigemptyset(&set);
	(void)sigaddset(&set, SIGCHLD);
	if (sigprocmask(SIG_BLOCK, &set, NULL) < 0)
		return -1;
	return signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
}

/* Until the program has ended, a limit is hit, or the caller's process is gone or says so. */
static void live(struct life *life, int signal_fd)
{
	struct pollfd polled[2] = {{.fd = signal_fd, .events = POLLIN},
				   {.fd = life->in->job->control, .events = 0}};
	struct signalfd_siginfo info;

	for (;;) {
		int n = poll(polled, 2, TICK_MS);

		if (n < 0 && errno != EINTR)
			return;
		if (polled[1].revents)
			_exit(127); /* nobody is left to tell; our death kills the rest */
		while (read(signal_fd, &info, sizeof(info)) > 0)
			;
		reap(life);
		if (life->ended)
			return;
		/* By the clock: orphans that end without pause would leave no quiet tick. */
		if (host_now_ns() - life->looked_ns >= TICK_MS * 1000000U) {
			life->looked_ns = host_now_ns();
			life->limit = look(life);
		}
		if (life->limit != SANDBOX_LIMIT_NONE)
			return;
	}
}

static enum sandbox_limit limit_of_signal(int status)
{
	if (WIFSIGNALED(status) && WTERMSIG(status) == SIGXCPU)
		return SANDBOX_LIMIT_CPU;
	if (WIFSIGNALED(status) && WTERMSIG(status) == SIGXFSZ)
		return SANDBOX_LIMIT_FILE_SIZE;
	return SANDBOX_LIMIT_NONE;
}

static void tell_end(struct life *life)
{
	struct inside *in = life->in;
	struct wire_message m = {.kind = WIRE_ENDED};
	struct usage_disk disk;
	uint64_t largest, cpu_ns = children_cpu_ns(&largest);

	usage_disk(in, &disk);
	if (life->limit == SANDBOX_LIMIT_NONE)
		life->limit = limit_of_signal(life->status);
	life->peak_bytes = FP_MAX(life->peak_bytes, largest);
	if (life->limit == SANDBOX_LIMIT_NONE && life->status != 0 &&
	    life->peak_bytes > in->job->limits.memory_bytes)
		life->limit = SANDBOX_LIMIT_MEMORY;
	if (life->limit == SANDBOX_LIMIT_NONE && cpu_ns > in->job->limits.cpu_ms * 1000000U)
		life->limit = SANDBOX_LIMIT_CPU;
	/* Full: the program has met ENOSPC, which does not kill it. */
	if (life->limit == SANDBOX_LIMIT_NONE && life->status != 0)
		m.error = (int)is_full(&disk);
	m.values[0] = (uint64_t)life->status;
	m.values[1] = life->peak_bytes;
	m.values[2] = disk.used_bytes - FP_MIN(disk.used_bytes, in->used_bytes);
	m.values[3] = (uint64_t)life->limit;
	m.values[4] = life->left_running;
	if (wire_send(in->job->control, &m, -1) < 0)
		_exit(127);
}

static void sort_ints(int *list, size_t count)
{
	for (size_t i = 1; i < count; i++) {
		for (size_t k = i; k > 0 && list[k - 1] > list[k]; k--) {
			int swapped = list[k];

			list[k] = list[k - 1];
			list[k - 1] = swapped;
		}
	}
}

/* Nothing of the caller's may stay open here while the program runs; its pipes least of all. */
static int keep_only(const struct inside *in, int signal_fd)
{
	int kept[] = {in->job->control, signal_fd, in->work_fd, in->proc_fd,
		      in->job->spec->workspace_out};
	unsigned int from = 0;

	sort_ints(kept, FP_ARRAY_SIZE(kept));
	for (size_t i = 0; i < FP_ARRAY_SIZE(kept); i++) {
		if (kept[i] < 0)
			continue;
		if ((unsigned int)kept[i] > from &&
		    syscall(SYS_close_range, from, (unsigned int)kept[i] - 1, 0U) < 0)
			return -1;
		from = (unsigned int)kept[i] + 1;
	}
	return (int)syscall(SYS_close_range, from, ~0U, 0U);
}

static int start(struct inside *in, struct life *life)
{
	struct wire_message m = {.kind = WIRE_READY};
	struct usage_disk disk;

	usage_disk(in, &disk);
	in->used_bytes = disk.used_bytes;
	m.values[0] = in->used_bytes;
	if (wire_send(in->job->control, &m, -1) < 0)
		return -1;
	life->deadline_ns = host_now_ns() + in->job->limits.wall_ms * 1000000U;
	life->payload = (pid_t)syscall(SYS_clone, SIGCHLD, NULL, NULL, NULL, 0);
	if (life->payload == 0)
		payload_main(in);
	return life->payload < 0 ? -1 : 0;
}

void inside_main(const struct job *job)
{
	struct inside in = {.job = job, .root_fd = -1, .work_fd = -1, .proc_fd = -1};
	struct life life = {.in = &in};
	int signal_fd;

	for (size_t i = 0; i < FP_ARRAY_SIZE(steps); i++) {
		inside_detail(&in, "");
		if (steps[i].apply(&in) < 0)
			job_fail(job, steps[i].name, in.detail);
	}
	signal_fd = watch_signals();
	if (signal_fd < 0 || start(&in, &life) < 0 || keep_only(&in, signal_fd) < 0)
		job_fail(job, "start", "");
	live(&life, signal_fd);
	settle(&life);
	kill_all(&life);
	tell_end(&life);
	if (life.limit == SANDBOX_LIMIT_NONE && job->spec->workspace_out >= 0 &&
	    collect_tree(&in) < 0)
		job_fail(job, "collection", in.detail);
	_exit(0);
}
