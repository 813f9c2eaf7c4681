/*
 * Planning with the user's own Terraform or OpenTofu against our mocked providers.
 *
 * Runs in the worker, inside of a sandbox, in a workspace that is a copy: it is changed
 * (tffiles.h). The providers are served by a child of the worker, on sockets in a directory of
 * ours; Terraform watches that child.  What a view needs and Terraform does not tell (blocks,
 * positions, references) comes from the embedded reader, the values of the instances from
 * Terraform's plan.
 */
#ifndef RUNNER_PLAN_TF_TFPLANNER_H
#define RUNNER_PLAN_TF_TFPLANNER_H

#include "runner/plan/planrecord.h"
#include "runner/plan/plansetup.h"

#define TFPLANNER_STATE_FORMAT "fixproof-terraform-state/1"

/* in->program plans. */
FP_MUST_CHECK int tfplanner_plan(const struct planner_input *in, struct plansetup *s,
				 struct planrecord_texts *t, struct err *e);

/* The embedded planner too; where they do not agree, nothing is planned, and it says why. */
FP_MUST_CHECK int tfplanner_both(const struct planner_input *in, struct plansetup *s,
				 struct planrecord_texts *t, struct err *e);

/*
 * The mocked providers of a workspace alone, for whoever wants to run Terraform by hand: prints the
 * environment that Terraform needs and serves until standard input ends.
 */
FP_MUST_CHECK int tfplanner_serve(const struct planner_input *in, struct arena *a,
				  const char *directory, struct err *e);

#endif
