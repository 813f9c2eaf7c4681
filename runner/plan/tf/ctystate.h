/* Values in state files: cty in JSON. */
#ifndef RUNNER_PLAN_TF_CTYSTATE_H
#define RUNNER_PLAN_TF_CTYSTATE_H

#include "runner/base/arena.h"
#include "runner/base/err.h"
#include "runner/plan/restype.h"

/*
 * The object that a state file holds, as a value of the schema.  The schema may be another one than
 * when it was written, since types without a pack are inferred anew from each workspace: what it
 * has no more is dropped, and what it has in addition is null.
 */
FP_MUST_CHECK int ctystate_read(struct arena *a, const struct restype_block *b, const char *text,
				size_t size, const struct value **ret_value, struct err *e);

#endif
