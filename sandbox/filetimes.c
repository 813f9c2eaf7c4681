/*
 * File times under a moved clock.  What a program writes bears the time of the kernel, which knows
 * nothing of ours; so the thread that asks for the times of a file stops once the kernel has
 * answered, and what the answer says is moved like the clock.  A time belongs to the kernel if it
 * lies between the start of the sandbox and now: older ones came with the image, and those of the
 * workspace, or that a program sets by itself, are in the moved time already.
 */
#include <linux/stat.h>
#include <signal.h>
#include <sys/ptrace.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/user.h>
#include <sys/wait.h>

#include <elf.h>

#include "sandbox/host.h"
#include "sandbox/stop.h"
#include "sandbox/watch.h"

#define SECOND_NS 1000000000
#define COARSE_NS 20000000 /* how far behind the clock of a file system may be */

/* false when the time is none of the kernel's. */
static bool move(const struct watch *w, int64_t *sec, int64_t *nsec)
{
	int64_t ns = *sec * SECOND_NS + *nsec;

	if (ns < w->begun_real_ns - COARSE_NS || ns > host_real_ns())
		return false;
	answers_move(&w->job->v, ns, sec, nsec);
	return true;
}

static void move_stat(const struct watch *w, pid_t pid, uint64_t address)
{
	struct stat st;
	struct timespec *const times[] = {&st.st_atim, &st.st_mtim, &st.st_ctim};
	bool moved = false;

	if (watch_read(pid, address, &st, sizeof(st)) != sizeof(st))
		return;
	for (size_t i = 0; i < FP_ARRAY_SIZE(times); i++) {
		int64_t sec = times[i]->tv_sec, nsec = times[i]->tv_nsec;

		if (move(w, &sec, &nsec)) {
			*times[i] = (struct timespec){sec, nsec};
			moved = true;
		}
	}
	if (moved)
		(void)watch_write(pid, address, &st, sizeof(st));
}

static void move_statx(const struct watch *w, pid_t pid, uint64_t address)
{
	struct statx st;
	struct statx_timestamp *const times[] = {&st.stx_atime, &st.stx_btime, &st.stx_ctime,
						 &st.stx_mtime};
	bool moved = false;

	if (watch_read(pid, address, &st, sizeof(st)) != sizeof(st))
		return;
	for (size_t i = 0; i < FP_ARRAY_SIZE(times); i++) {
		int64_t sec = times[i]->tv_sec, nsec = times[i]->tv_nsec;

		if (move(w, &sec, &nsec)) {
			times[i]->tv_sec = sec;
			times[i]->tv_nsec = (uint32_t)nsec;
			moved = true;
		}
	}
	if (moved)
		(void)watch_write(pid, address, &st, sizeof(st));
}

static bool succeeded(pid_t pid)
{
	struct user_regs_struct regs;
	struct iovec part = {&regs, sizeof(regs)};

	return ptrace(PTRACE_GETREGSET, pid, NT_PRSTATUS, &part) == 0 && regs.rax == 0;
}

static void change(const struct watch *w, pid_t pid, const struct seccomp_data *data)
{
	if (!succeeded(pid))
		return;
	switch (data->nr) {
	case SYS_stat:
	case SYS_lstat:
	case SYS_fstat:
		move_stat(w, pid, data->args[1]);
		break;
	case SYS_newfstatat:
		move_stat(w, pid, data->args[2]);
		break;
	case SYS_statx:
		move_statx(w, pid, data->args[4]);
		break;
	default:
		break;
	}
}

int filetimes_answer(struct watch *w, const struct seccomp_notif *n, struct err *e)
{
	pid_t thread = (pid_t)n->pid;
	int status, r = stop_attach(w, n, e);

	if (r <= 0)
		return r;
	r = stop_after_call(w, n, e);
	if (r == 0 && stop_wait(thread, &status) == thread && WIFSTOPPED(status) &&
	    status >> 16 == PTRACE_EVENT_STOP)
		change(w, thread, &n->data);
	(void)stop_let_go(thread);
	return r;
}
