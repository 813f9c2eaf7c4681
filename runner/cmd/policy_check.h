/* `policy check`: a workspace judged as a scanner would. */
#ifndef RUNNER_CMD_POLICY_CHECK_H
#define RUNNER_CMD_POLICY_CHECK_H

#include "policies/policy.h"
#include "runner/cmd/planning.h"

struct policy_check {
	struct planning_options planning;
	const char *directory, *before; /* before: NULL, or what the change comes from */
	const char *format;		/* "text", "json" or "sarif" */
	bool all;			/* what passes, too */
};

/*
 * Plans the workspace, judges it by all policies, whose programs are asked in the sandbox as they
 * are in a case, and prints what comes of it.  *ret_status is the exit status that it means.
 */
FP_MUST_CHECK int policy_check_run(const struct policy_check *c,
				   const struct policy *const *policies, size_t count,
				   struct arena *a, int *ret_status, struct err *e);

#endif
