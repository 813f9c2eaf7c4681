/* Terraform's plan, as the instances of a walk, so that the view tells what Terraform planned. */
#ifndef RUNNER_PLAN_TF_TFVIEW_H
#define RUNNER_PLAN_TF_TFVIEW_H

#include "runner/base/doc.h"
#include "runner/plan/walk.h"

/*
 * plan is what `terraform show -json` prints.  The instances of the walk become those that the plan
 * has after its changes, with their planned values; blocks, modules and references stay the walk's.
 */
void tfview_adopt(struct walk *w, const struct doc *plan);

#endif
