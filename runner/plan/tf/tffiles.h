/*
 * Making a workspace, which is a copy that nobody else sees, ready for Terraform without `init`: no
 * state, no backend but the local one, local modules registered, no provisioner that could run.
 */
#ifndef RUNNER_PLAN_TF_TFFILES_H
#define RUNNER_PLAN_TF_TFFILES_H

#include "runner/plan/walk.h"

/*
 * root_fd is the root module's directory; directory is ours, outside of the workspace.  Tells what
 * was taken out as warnings of the walk, and what cannot be taken out as a failure.
 */
FP_MUST_CHECK int tffiles_prepare(struct walk *w, int root_fd, const char *directory,
				  struct err *e);

/* The workspace as it was before, less old state: the next request may be about it, too. */
FP_MUST_CHECK int tffiles_undo(struct walk *w, int root_fd, struct err *e);

/* Where Terraform keeps the state, from the root module. */
const char *tffiles_state_path(struct walk *w);

#endif
