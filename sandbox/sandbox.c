/*
 * Theory of operation.
 *
 * Three processes of ours take part.  The caller's process makes everything ready (job.c), clones
 * process 1 into new namespaces, maps identities, then only watches (watch.c).  Process 1
 * (inside.c) builds the root from one tmpfs, fills the workspace, leaves the host's tree behind
 * with pivot_root, and clones the payload.  The payload (payload.c) gives up identity,
 * capabilities and system calls, in this order, and becomes the program.
 *
 *	caller's process      clone, all namespaces      process 1      clone      payload
 *	writes the maps ----- WIRE_GO ----------------->  set-up steps
 *	                      <---- WIRE_READY ---------  starts ----------------> steps
 *	takes the listener    <---- WIRE_LISTENER -------------------------------- seccomp
 *	answers, records      <==== notifications ================================ exec, program
 *	copies the output     <==== two pipes ==================================== program
 *	                      <---- WIRE_ENDED ---------  kills and reaps all
 *	                      <---- WIRE_DROPPED, WIRE_COLLECTED: reads the workspace
 *
 * All of WIRE_* goes over one SOCK_SEQPACKET pair (wire.h).  A step that fails is WIRE_FAILED and
 * the end of its process; because process 1 says WIRE_ENDED only after it has reaped everything,
 * and a failed payload spoke before it ended, the end without a failure and with a program seen to
 * start is the only thing that counts as having run.
 *
 * Nothing between clone and exec allocates: process 1 and the payload work on the job, which they
 * have in their copy of the caller's memory, and on fixed buffers.  The caller may have threads.
 *
 * One seccomp filter has one listener, so one supervisor does all that needs one: it names refused
 * calls, stops programs for a moment as they start (programs.c: what runs is hashed, the vDSO is
 * hidden), answers for clock and random bytes (answers.c), moves file times with the clock
 * (filetimes.c), and looks whether a failing process has met a limit (ending.c).
 *
 * Who kills whom: the caller's process kills process 1 by its pidfd (wall clock, output, too many
 * refusals, its own errors); the kernel then kills all else in the namespace.  Process 1 kills all
 * but itself when the program ends and at the limits that it polls.  When the caller's process
 * dies, process 1 dies by its parent-death signal, and by the end of the pair if that came first.
 * No mount, directory or cgroup outlives them, because none is ever made on the host.
 */
#include "sandbox/sandbox.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/wait.h>

#include "runner/base/fd.h"
#include "sandbox/host.h"
#include "sandbox/inside.h"
#include "sandbox/job.h"
#include "sandbox/watch.h"

#define NAMESPACES \
	(CLONE_NEWUSER | CLONE_NEWNS | CLONE_NEWPID | CLONE_NEWIPC | CLONE_NEWUTS | CLONE_NEWCGROUP)

static const char *const end_names[] = {
	[SANDBOX_EXITED] = "exited",
	[SANDBOX_SIGNALED] = "signaled",
	[SANDBOX_LIMIT] = "limit",
};

static const char *const limit_names[] = {
	[SANDBOX_LIMIT_NONE] = "none",
	[SANDBOX_LIMIT_WALL] = "wall",
	[SANDBOX_LIMIT_CPU] = "cpu",
	[SANDBOX_LIMIT_MEMORY] = "memory",
	[SANDBOX_LIMIT_PROCESSES] = "processes",
	[SANDBOX_LIMIT_DESCRIPTORS] = "descriptors",
	[SANDBOX_LIMIT_FILE_SIZE] = "file size",
	[SANDBOX_LIMIT_WORKSPACE_BYTES] = "workspace bytes",
	[SANDBOX_LIMIT_WORKSPACE_INODES] = "workspace inodes",
	[SANDBOX_LIMIT_OUTPUT] = "output",
	[SANDBOX_LIMIT_REFUSALS] = "refusals",
};

static const char *const profile_names[] = {
	[SANDBOX_PLANNER] = "planner",
	[SANDBOX_FIXER] = "fixer",
	[SANDBOX_TERRAFORM] = "terraform",
};

const char *sandbox_end_name(enum sandbox_end end)
{
	return end_names[end];
}

const char *sandbox_limit_name(enum sandbox_limit limit)
{
	return limit_names[limit];
}

const char *sandbox_profile_name(enum sandbox_profile profile)
{
	return profile_names[profile];
}

bool sandbox_profile_parse(const char *name, enum sandbox_profile *ret_profile)
{
	for (size_t i = 0; i < FP_ARRAY_SIZE(profile_names); i++) {
		if (strcmp(profile_names[i], name) == 0) {
			*ret_profile = (enum sandbox_profile)i;
			return true;
		}
	}
	return false;
}

/* --- identities ---------------------------------------------------------------------------- */

static int write_proc(pid_t pid, const char *name, const char *text, struct err *e)
{
	FP_CLEANUP(fd_cleanup) int fd = -1;
	char path[64];

	(void)snprintf(path, sizeof(path), "/proc/%d/%s", pid, name);
	fd = open(path, O_WRONLY | O_CLOEXEC);
	if (fd < 0 || write(fd, text, strlen(text)) < 0)
		return err_set(e, ERR_SANDBOX, "identity map: %s: %s", name, strerror(errno));
	return 0;
}

static int map_identities(const struct job *job, pid_t pid, struct err *e)
{
	char uids[128], gids[128];

	if (job->privileged) {
		(void)snprintf(uids, sizeof(uids), "0 %u 1\n%u %u 1\n", job->outer_root, job->v.uid,
			       job->outer_uid);
		(void)snprintf(gids, sizeof(gids), "0 %u 1\n%u %u 1\n", job->outer_root, job->v.gid,
			       job->outer_gid);
	} else {
		(void)snprintf(uids, sizeof(uids), "%u %u 1\n", job->v.uid, job->outer_uid);
		(void)snprintf(gids, sizeof(gids), "%u %u 1\n", job->v.gid, job->outer_gid);
		if (write_proc(pid, "setgroups", "deny", e) < 0)
			return -1;
	}
	if (write_proc(pid, "uid_map", uids, e) < 0)
		return -1;
	return write_proc(pid, "gid_map", gids, e);
}

/* --- start --------------------------------------------------------------------------------- */

/* Descriptors and process of one run; all of it is gone when sandbox_run returns. */
struct run {
	struct job job;
	struct watch watch;
	int pair[2];
	int out[2], err[2];
};

static void run_release(struct run *run)
{
	int *fds[] = {&run->pair[0],	     &run->pair[1],	   &run->out[0],
		      &run->out[1],	     &run->err[0],	   &run->err[1],
		      &run->watch.pid_fd,    &run->watch.listener, &run->watch.streams[0],
		      &run->watch.streams[1]};

	for (size_t i = 0; i < FP_ARRAY_SIZE(fds); i++)
		fd_cleanup(fds[i]);
	job_release(&run->job);
}

static int open_channels(struct run *run, struct err *e)
{
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, run->pair) < 0)
		return err_sys(e, "sandbox: socketpair");
	if (pipe2(run->out, O_CLOEXEC) < 0 || pipe2(run->err, O_CLOEXEC) < 0)
		return err_sys(e, "sandbox: pipe");
	if (fcntl(run->out[0], F_SETFL, O_NONBLOCK) < 0 ||
	    fcntl(run->err[0], F_SETFL, O_NONBLOCK) < 0)
		return err_sys(e, "sandbox: O_NONBLOCK");
	run->job.control = run->pair[1];
	run->job.stdout_fd = run->out[1];
	run->job.stderr_fd = run->err[1];
	return 0;
}

/* What to change on this machine when namespaces are refused. */
static const char *clone_remedy(int error)
{
	switch (error) {
	case EPERM:
	case EACCES:
		return "user namespaces are not allowed here: in a container, its seccomp profile "
		       "must "
		       "let clone make namespaces; on Ubuntu 24.04, see "
		       "kernel.apparmor_restrict_unprivileged_userns";
	case ENOSPC:
	case EUSERS:
		return "too many namespaces: raise user.max_user_namespaces";
	case EINVAL:
		return "the kernel lacks one of the namespaces";
	default:
		return "fixproof doctor says more";
	}
}

static int start(struct run *run, struct err *e)
{
	unsigned long flags = NAMESPACES | (run->job.own_network ? CLONE_NEWNET : 0UL);
	struct wire_message go = {.kind = WIRE_GO};
	pid_t pid = run->job.cgroup.version == 2
			    ? host_clone_into(flags, run->job.cgroup.fd, &run->watch.pid_fd)
			    : host_clone(flags, &run->watch.pid_fd);

	if (pid == 0) {
		(void)close(run->pair[0]);
		inside_main(&run->job);
	}
	if (pid < 0) {
		int error = errno;

		return err_set(e, ERR_SANDBOX, "namespaces: %s; %s", strerror(error),
			       clone_remedy(error));
	}
	run->watch.pid = pid;
	run->watch.control = run->pair[0];
	run->watch.streams[0] = fd_steal(&run->out[0]);
	run->watch.streams[1] = fd_steal(&run->err[0]);
	fd_cleanup(&run->pair[1]);
	fd_cleanup(&run->out[1]);
	fd_cleanup(&run->err[1]);
	if (cgroup_join(&run->job.cgroup, pid) < 0)
		return err_set(e, ERR_SANDBOX, "cgroup: %s: %s", run->job.cgroup.path,
			       strerror(errno));
	if (map_identities(&run->job, pid, e) < 0)
		return -1;
	if (wire_send(run->watch.control, &go, -1) < 0)
		return err_sys(e, "sandbox: start");
	return 0;
}

/* --- result -------------------------------------------------------------------------------- */

struct lists {
	struct arena *a;
	struct sandbox_layer *layers;
	size_t layer_count, layer_room;
	struct sandbox_varied *varied;
	size_t varied_count, varied_room;
};

static void add_layer(struct lists *l, const char *name, bool in_force, const char *detail)
{
	l->layers = arena_grow(l->a, l->layers, l->layer_count, &l->layer_room, sizeof(*l->layers));
	l->layers[l->layer_count++] = (struct sandbox_layer){name, in_force, detail};
}

static void list_layers(const struct run *run, struct lists *l)
{
	static const char *const always[] = {
		"user namespace", "mount namespace",	   "pid namespace",	 "ipc namespace",
		"uts namespace",  "cgroup namespace",	   "network namespace",	 "pivot_root",
		"read-only root", "empty capability sets", "locked secure bits", "no_new_privs",
		"seccomp",	  "resource limits",
	};
	const struct job *job = &run->job;

	for (size_t i = 0; i < FP_ARRAY_SIZE(always); i++)
		add_layer(l, always[i], true, "");
	l->layers[0].detail = job->privileged ? "two identities that nobody else has"
					      : "the identity of the caller";
	l->layers[6].detail = job->own_network ? "" : "empty, of the launcher";
	add_layer(l, "landlock", job->landlock_abi > 0,
		  job->landlock_abi > 0 ? arena_printf(l->a, "ABI %d", job->landlock_abi)
		  : job->spec->layers.landlock == SANDBOX_OMIT ? "not asked for"
							       : "the kernel does not offer it");
	add_layer(l, "cgroup", job->cgroup.version > 0,
		  job->cgroup.version > 0 ? arena_printf(l->a, "version %d", job->cgroup.version)
					  : job->cgroup.reason);
	add_layer(l, "memory limit", true,
		  job->cgroup.version > 0 ? "cgroup, RLIMIT_DATA, and the sum polled every 20 ms"
		  : job->watch_memory	  ? "RLIMIT_DATA, and the sum polled every 20 ms"
					  : "RLIMIT_DATA of a single process");
}

static void add_varied(struct lists *l, const char *name, const char *value)
{
	l->varied =
		arena_grow(l->a, l->varied, l->varied_count, &l->varied_room, sizeof(*l->varied));
	l->varied[l->varied_count++] = (struct sandbox_varied){name, value};
}

static void list_texts(const struct sandbox_variation *v, struct lists *l)
{
	const struct {
		const char *name, *value;
	} texts[] = {
		{"host name", v->host_name}, {"domain", v->domain_name},
		{"user", v->user_name},	     {"HOME", v->home},
		{"TMPDIR", v->tmpdir},	     {"workspace path", v->workspace},
		{"TZ", v->timezone},	     {"locale", v->locale},
	};
	const struct {
		const char *name;
		uint32_t value;
		bool octal;
	} numbers[] = {{"uid", v->uid, false},
		       {"gid", v->gid, false},
		       {"umask", v->umask_bits, true},
		       {"cpus", v->cpus, false}};

	for (size_t i = 0; i < FP_ARRAY_SIZE(texts); i++)
		if (texts[i].value)
			add_varied(l, texts[i].name, arena_strdup(l->a, texts[i].value));
	for (size_t i = 0; i < FP_ARRAY_SIZE(numbers); i++)
		if (numbers[i].value)
			add_varied(l, numbers[i].name,
				   numbers[i].octal ? arena_printf(l->a, "%04o", numbers[i].value)
						    : arena_printf(l->a, "%u", numbers[i].value));
}

static void list_varied(const struct sandbox_variation *v, struct lists *l)
{
	list_texts(v, l);
	for (size_t i = 0; v->env && v->env[i]; i++)
		add_varied(l, "environment", arena_strdup(l->a, v->env[i]));
	if (v->order == SANDBOX_ORDER_REVERSED)
		add_varied(l, "directory order", "reversed");
	if (v->clock != SANDBOX_CLOCK_REAL)
		add_varied(l, "clock",
			   arena_printf(l->a, "%s %lld ns",
					v->clock == SANDBOX_CLOCK_FIXED ? "fixed at" : "moved by",
					(long long)v->clock_ns));
	if (v->random == SANDBOX_RANDOM_SEEDED)
		add_varied(l, "random bytes",
			   arena_printf(l->a, "seed %llu", (unsigned long long)v->random_seed));
	if (v->fixed_layout)
		add_varied(l, "address layout", "fixed");
}

static void list_all(const struct run *run, struct arena *a, struct sandbox_result *result)
{
	struct lists l = {.a = a};

	list_layers(run, &l);
	list_varied(&run->job.spec->variation, &l);
	result->layers = l.layers;
	result->layer_count = l.layer_count;
	result->varied = l.varied;
	result->varied_count = l.varied_count;
}

/* What to change on this machine when that step is not permitted. */
static const struct {
	const char *step, *remedy;
} remedies[] = {
	{"host name", "a user namespace gives no rights here: on Ubuntu 24.04 allow it with an "
		      "AppArmor profile or kernel.apparmor_restrict_unprivileged_userns=0"},
	{"root",
	 "mounts are not allowed in a user namespace here: a container must be started with a "
	 "seccomp profile that lets mount, fsopen and move_mount pass"},
	{"proc", "parts of /proc are covered here, as in a container, and then the kernel gives no "
		 "fresh one: start it with --security-opt systempaths=unconfined"},
	{"pivot_root", "the root directory here is no mount, or pivot_root is filtered"},
	{"descriptors", "allow at least 512 open files (ulimit -n)"},
	{"seccomp", "a filter around us already has a listener, or forbids seccomp"},
};

static const char *remedy_of(const struct wire_message *f)
{
	if (f->error != EPERM && f->error != EACCES && f->error != EBUSY && f->error != EINVAL)
		return NULL;
	for (size_t i = 0; i < FP_ARRAY_SIZE(remedies); i++)
		if (strcmp(remedies[i].step, f->step) == 0)
			return remedies[i].remedy;
	return NULL;
}

static int fail_step(struct run *run, struct arena *a, struct sandbox_result *result, struct err *e)
{
	const struct wire_message *f = &run->watch.failure;
	const char *text = f->error ? strerror(f->error) : "failed", *remedy = remedy_of(f);

	result->failed_step = arena_strdup(a, f->step);
	return err_set(e, ERR_SANDBOX, "%s: %s%s%s%s%s", f->step, f->text,
		       f->text[0] != '\0' ? ": " : "", text, remedy ? "; " : "",
		       remedy ? remedy : "");
}

static int judge(struct run *run, struct arena *a, struct sandbox_result *result, struct err *e)
{
	const struct watch *w = &run->watch;

	if (w->failure.kind == WIRE_FAILED)
		return fail_step(run, a, result, e);
	if (!w->started && !w->killed) {
		result->failed_step = "start";
		return err_set(e, ERR_SANDBOX, "start: the sandbox ended before its program began");
	}
	if (!w->ended && !w->killed) {
		result->failed_step = "end";
		return err_set(e, ERR_SANDBOX, "end: process 1 of the sandbox was killed");
	}
	if (result->end != SANDBOX_LIMIT && run->job.spec->workspace_out >= 0 &&
	    !result->tree_collected) {
		result->failed_step = "collection";
		return err_set(e, ERR_SANDBOX, "collection: process 1 of the sandbox was killed");
	}
	return 0;
}

static void add_cgroup(struct run *run, struct sandbox_result *result)
{
	uint64_t peak;
	bool killed;

	cgroup_read(&run->job.cgroup, &peak, &killed);
	if (peak > 0)
		result->peak_memory_bytes = peak;
	if (!killed)
		return;
	run->watch.killed = true;
	result->end = SANDBOX_LIMIT;
	result->limit = SANDBOX_LIMIT_MEMORY;
	result->tree_collected = false;
}

/*
 * Process 1 may be gone before its identities are mapped or the word to go is sent; what it said of
 * itself then explains the failure that was seen from out here.
 */
static int fail_start(struct run *run, struct arena *a, struct sandbox_result *result,
		      struct err *e)
{
	struct watch *w = &run->watch;
	struct wire_message m;
	int fd = -1;

	if (w->pid <= 0)
		return -1;
	(void)kill(w->pid, SIGKILL);
	(void)waitpid(w->pid, NULL, __WALL);
	if (wire_receive(w->control, true, &m, &fd) == 1 && m.kind == WIRE_FAILED) {
		w->failure = m;
		err_clear(e);
		(void)fail_step(run, a, result, e);
	}
	fd_close(fd);
	return -1;
}

static int run_it(struct run *run, struct arena *a, struct sandbox_result *result, struct err *e)
{
	struct watch *w = &run->watch;
	uint64_t begun = host_now_ns();

	if (job_make(run->job.spec, a, &run->job, e) < 0)
		return -1;
	result->profile = sandbox_profile_name(run->job.spec->profile);
	result->filter_digest = filter_digest(run->job.filter);
	list_all(run, a, result);
	if (open_channels(run, e) < 0)
		return -1;
	w->begun_ns = begun;
	w->begun_real_ns = host_real_ns();
	if (start(run, e) < 0)
		return fail_start(run, a, result, e);
	if (watch_run(w, e) < 0)
		return -1;
	add_cgroup(run, result);
	result->setup_ns = w->started_ns ? w->started_ns - begun : 0;
	return judge(run, a, result, e);
}

int sandbox_run(const struct sandbox_spec *spec, struct arena *a, struct sandbox_result *ret_result,
		struct err *e)
{
	FP_CLEANUP(run_release)
	struct run run = {.pair = {-1, -1}, .out = {-1, -1}, .err = {-1, -1}};
	struct sandbox_result *result = ret_result;

	*result = (struct sandbox_result){.end = SANDBOX_EXITED};
	run.job.spec = spec;
	run.watch = (struct watch){
		.job = &run.job,
		.a = a,
		.result = result,
		.pid_fd = -1,
		.control = -1,
		.listener = -1,
		.streams = {-1, -1},
	};
	return run_it(&run, a, result, e);
}

int sandbox_prepare(struct err *e)
{
	uid_t uid = geteuid();
	gid_t gid = getegid();
	char map[64];

	if (host_network_is_empty())
		return 0;
	if (unshare(CLONE_NEWNET) == 0) {
		host_network_set_empty();
		return 0;
	}
	if (unshare(CLONE_NEWUSER | CLONE_NEWNET) < 0)
		return err_set(e, ERR_SANDBOX, "namespaces: %s; %s", strerror(errno),
			       clone_remedy(errno));
	if (write_proc(getpid(), "setgroups", "deny", e) < 0)
		return -1;
	(void)snprintf(map, sizeof(map), "%u %u 1\n", uid, uid);
	if (write_proc(getpid(), "uid_map", map, e) < 0)
		return -1;
	(void)snprintf(map, sizeof(map), "%u %u 1\n", gid, gid);
	if (write_proc(getpid(), "gid_map", map, e) < 0)
		return -1;
	host_network_set_empty();
	return 0;
}
