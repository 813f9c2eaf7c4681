#include "sandbox/stop.h"

#include <errno.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/wait.h>

/*
 * One that is not the first of its process takes over the
 * process's number when it executes, so both are looked at; polled, because nothing wakes us then.
 */
pid_t stop_wait(pid_t thread, int *ret_status)
{
	const struct timespec pause = {0, 50000};
	pid_t pid, group;

	if (syscall(SYS_tgkill, thread, thread, 0) == 0) {
		do
			pid = waitpid(thread, ret_status, __WALL);
		while (pid < 0 && errno == EINTR);
		return pid;
	}
	group = watch_leader(thread);
	for (;;) {
		pid = waitpid(thread, ret_status, __WALL | WNOHANG);
		if (pid <= 0 && group != thread)
			pid = waitpid(group, ret_status, __WALL | WNOHANG);
		if (pid > 0)
			return pid;
		if (kill(group, 0) < 0)
			return -1;
		(void)nanosleep(&pause, NULL);
	}
}

int stop_attach(const struct watch *w, const struct seccomp_notif *n, struct err *e)
{
	pid_t thread = (pid_t)n->pid;
	int error;

	if (ptrace(PTRACE_SEIZE, thread, 0, PTRACE_O_TRACEEXEC | PTRACE_O_EXITKILL) == 0)
		return 1;
	error = errno;
	if (ioctl(w->listener, SECCOMP_IOCTL_NOTIF_ID_VALID, &n->id) < 0)
		return 0; /* killed meanwhile */
	return err_set(e, ERR_SANDBOX,
		       "watch: ptrace: %s (the kernel must let a process trace its children: "
		       "kernel.yama.ptrace_scope below 3, and ptrace not filtered)",
		       strerror(error));
}

/*
 * One that is being killed cannot be let go any more, and then it is for us, who
 * trace it, to take note of its death first: until then its parent waits for it in vain.
 */
bool stop_let_go(pid_t pid)
{
	int status;

	while (ptrace(PTRACE_DETACH, pid, 0, 0) < 0) {
		pid_t r = waitpid(pid, &status, __WALL);

		if ((r < 0 && errno != EINTR) || (r > 0 && !WIFSTOPPED(status)))
			return false;
	}
	return true;
}

static int go_on(const struct watch *w, const struct seccomp_notif *n, struct err *e)
{
	struct seccomp_notif_resp go = {.id = n->id, .flags = SECCOMP_USER_NOTIF_FLAG_CONTINUE};

	if (ioctl(w->listener, SECCOMP_IOCTL_NOTIF_SEND, &go) < 0 && errno != ENOENT)
		return err_sys(e, "sandbox: seccomp notification");
	return 0;
}

int stop_after_call(const struct watch *w, const struct seccomp_notif *n, struct err *e)
{
	pid_t thread = (pid_t)n->pid;
	int r;

	/*
	 * The other way round, the thread could be waiting for the answer to its next call by the
	 * time of the interruption, and there it would not stop.  Before Linux 5.19 it would, but
	 * an interruption that came first would break off the very call.
	 */
	if (w->killable_wait)
		(void)ptrace(PTRACE_INTERRUPT, thread, 0, 0);
	r = go_on(w, n, e);
	if (!w->killable_wait)
		(void)ptrace(PTRACE_INTERRUPT, thread, 0, 0);
	return r;
}
