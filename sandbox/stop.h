/* Stopping a thread inside that waits for the answer to a notification, to look at it or change it.
 */
#ifndef SANDBOX_STOP_H
#define SANDBOX_STOP_H

#include "sandbox/watch.h"

/*
 * Traces the thread that asked; its process dies if we do.  1, or 0 when it has been killed
 * meanwhile, or -1 when this machine does not let us trace.
 */
FP_MUST_CHECK int stop_attach(const struct watch *w, const struct seccomp_notif *n, struct err *e);

/*
 * Lets the call that a traced thread asked about go on, and stops the thread when that is done: at
 * the latest before it sees what became of it.  To go on is safe only where nothing is decided by
 * the arguments, which may have changed.
 */
FP_MUST_CHECK int stop_after_call(const struct watch *w, const struct seccomp_notif *n,
				  struct err *e);

/*
 * Waits for the next stop or the end of a traced thread; the thread that then reports, with its
 * wait status, or -1 when there is none any more.
 */
pid_t stop_wait(pid_t thread, int *ret_status);

/* Traces it no longer; whether it lives. */
bool stop_let_go(pid_t pid);

#endif
