/* Conversion and unification of types as Terraform (cty convert) does it. */
#ifndef RUNNER_PLAN_HCL_CONVERT_H
#define RUNNER_PLAN_HCL_CONVERT_H

#include "runner/base/arena.h"
#include "runner/base/base.h"
#include "runner/base/err.h"
#include "runner/plan/hcl/type.h"
#include "runner/plan/hcl/value.h"

/*
 * v as type t, which may be a constraint with "any" and optional attributes (missing ones become
 * null).  An error is a clause as Terraform words it: "attribute \"a\": string required".
 */
FP_MUST_CHECK int convert_value(struct arena *a, const struct value *v, const struct type *t,
				const struct value **ret_value, struct err *e);

/* Whether a conversion exists; unsafe ones may fail for some values (string to number). */
bool convert_possible(struct arena *a, const struct type *from, const struct type *to,
		      bool allow_unsafe);

/*
 * The one type to which all of these can be converted, or NULL.  allow_unsafe as above.
 */
const struct type *convert_unify(struct arena *a, const struct type *const *types, size_t count,
				 bool allow_unsafe);

/* Why a value of one type is not suited for a constraint, as Terraform words it. */
const char *convert_mismatch(struct arena *a, const struct type *got, const struct type *want);

#endif
