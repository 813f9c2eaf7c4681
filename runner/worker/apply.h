/*
 * The half of the worker that applies fixes: its working directory is the workspace, what it is to
 * apply comes on descriptors, and what became of it goes to standard output as one JSON object:
 *
 *	{"format":"fixproof-apply-record/1","outcome":"applied"|"already applied"|"failed",
 *	 "reason":…, "paths":[…]}
 */
#ifndef RUNNER_WORKER_APPLY_H
#define RUNNER_WORKER_APPLY_H

#include "runner/base/err.h"

#define APPLY_RECORD_FORMAT "fixproof-apply-record/1"

/* patch: the patch's text on fd. */
FP_MUST_CHECK int apply_patch(int fd, int out_fd, struct err *e);

/* files: a tree stream on fd, laid over what is there. */
FP_MUST_CHECK int apply_files(int fd, int out_fd, struct err *e);

/*
 * delta: two tree streams; what is in the second and not the same in the first is written, what is
 * only in the first is removed.  A path that holds neither its old nor its new content fails.
 */
FP_MUST_CHECK int apply_delta(int from_fd, int to_fd, int out_fd, struct err *e);

/* argv: patch FD | files FD | delta FD FD; the record goes to standard output. */
FP_MUST_CHECK int apply_run(int argc, char **argv, struct err *e);

#endif
