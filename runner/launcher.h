/*
 * The launcher: a separate static executable, started with an empty environment, that is the only
 * process to start sandboxes.  A clone copies memory and environment, so a process that has seen a
 * key must never be the one that clones; this one sees nothing but specs.
 *
 * One launcher runs one sandbox at a time; who wants two at once starts two.  It dies when the
 * process that started it dies, and takes a running sandbox with it.
 */
#ifndef RUNNER_LAUNCHER_H
#define RUNNER_LAUNCHER_H

#include "sandbox/sandbox.h"

#define LAUNCHER_PROGRAM "fixproof-launcher"

struct launcher;

/*
 * Finds the executable beside the running one, or in ../libexec/fixproof of it, or in the directory
 * above it; never by an environment variable.
 */
FP_MUST_CHECK int launcher_start(struct launcher **ret_launcher, struct err *e);

/* sandbox_run(), over there. */
FP_MUST_CHECK int launcher_run(struct launcher *l, const struct sandbox_spec *spec, struct arena *a,
			       struct sandbox_result *ret_result, struct err *e);

/* Waits until it is gone; NULL is fine. */
void launcher_stop(struct launcher *l);

/* The whole of runner/launcher_main.c: serves requests on that socket until its end. */
int launcher_serve(int socket_fd);

#endif
