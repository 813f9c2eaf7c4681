/*
 * Terraform's values on the wire: cty in MessagePack.  Both directions follow a type, because the
 * bytes alone do not tell a list from a set; where the type is dynamic, the bytes bring the type
 * along.  Unknown values are an extension, which may carry refinements.
 */
#ifndef RUNNER_PLAN_TF_CTYPACK_H
#define RUNNER_PLAN_TF_CTYPACK_H

#include "runner/base/arena.h"
#include "runner/base/buf.h"
#include "runner/base/err.h"
#include "runner/plan/hcl/value.h"

/* Levels of values within each other. */
#define CTYPACK_DEPTH_MAX 128

FP_MUST_CHECK int ctypack_read(struct arena *a, const struct type *t, const void *data, size_t size,
			       const struct value **ret_value, struct err *e);

/* v must have no marks and be of that type (any type where t is dynamic). */
void ctypack_write(struct buf *out, const struct value *v, const struct type *t);

#endif
