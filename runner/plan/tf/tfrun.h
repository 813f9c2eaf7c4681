/* Running Terraform or OpenTofu and reading what it says. */
#ifndef RUNNER_PLAN_TF_TFRUN_H
#define RUNNER_PLAN_TF_TFRUN_H

#include "runner/base/buf.h"
#include "runner/base/err.h"
#include "runner/plan/walk.h"

#define TFRUN_OUTPUT_MAX_BYTES ((size_t)256 << 20)
#define TFRUN_ERRORS_MAX_BYTES ((size_t)1 << 20)

struct tfrun_result {
	int status; /* as a shell has it: 128 and the signal's number when one ended it */
	struct buf out, errors;
};

#define TFRUN_RESULT_INIT                                             \
	{                                                             \
		.status = 0, .out = BUF_INIT(TFRUN_OUTPUT_MAX_BYTES), \
		.errors = BUF_INIT(TFRUN_ERRORS_MAX_BYTES)            \
	}

void tfrun_release(struct tfrun_result *r);

/* A command that was started; pid is 0 when there is none. */
struct tfrun_process {
	pid_t pid;
	int out, errors;
};

/* Starts program with these arguments (NULL-terminated, argv[0] too) in that directory. */
FP_MUST_CHECK int tfrun_start(const char *program, const char *const *argv, int directory_fd,
			      struct tfrun_process *ret_process, struct err *e);
/* Reads what it prints to the end, which must be done for each that was started. */
void tfrun_finish(struct tfrun_process *p, struct tfrun_result *ret_result);

/* Both. */
FP_MUST_CHECK int tfrun_command(const char *program, const char *const *argv, int directory_fd,
				struct tfrun_result *ret_result, struct err *e);

/*
 * Adds the diagnostics in the lines of JSON that a command printed to those of the walk.  A command
 * that failed without one gives one that holds the end of what it printed.
 */
void tfrun_tell(struct walk *w, const char *command, const struct tfrun_result *r);

#endif
