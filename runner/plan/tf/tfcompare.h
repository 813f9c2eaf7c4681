/* Where two canonical plans differ. */
#ifndef RUNNER_PLAN_TF_TFCOMPARE_H
#define RUNNER_PLAN_TF_TFCOMPARE_H

#include "runner/base/arena.h"
#include "runner/base/buf.h"
#include "runner/base/err.h"

/*
 * one and other are Terraform's plan representation.  *ret_difference is NULL when their canonical
 * forms are the same bytes, otherwise a text that names the first places that differ, with both
 * values.
 */
FP_MUST_CHECK int tfcompare_plans(struct arena *a, const char *one_name, const struct buf *one,
				  const char *other_name, const struct buf *other,
				  const char **ret_difference, struct err *e);

#endif
