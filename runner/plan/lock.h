/* What .terraform.lock.hcl of the root module pins (Terraform's "Dependency Lock File"). */
#ifndef RUNNER_PLAN_LOCK_H
#define RUNNER_PLAN_LOCK_H

#include "runner/plan/config.h"

/*
 * Its provider blocks, read once; a file that cannot be read has none.  NULL: there is no such
 * file.
 */
const struct content *lock_read(struct config *c);

/* Diagnoses a pinned version that a required_providers block of some module does not allow. */
void lock_check(struct config *c);

#endif
