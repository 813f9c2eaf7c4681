/* The operators of the language and what they make of unknown and marked values. */
#ifndef RUNNER_PLAN_HCL_OPERATE_H
#define RUNNER_PLAN_HCL_OPERATE_H

#include "runner/plan/hcl/syntax.h"
#include "runner/plan/hcl/value.h"

/* The type that both operands are converted to first; NULL: any. */
const struct type *operate_operand_type(enum operator op);
const struct type *operate_result_type(enum operator op);

/*
 * Operands have that type.  right is NULL for unary operators.  NULL: *ret_fault says why, as
 * "division by zero"; or is NULL when the result is infinite or out of range, which is not
 * supported.
 */
const struct value *operate(struct arena *a, enum operator op, const struct value *left,
			    const struct value *right, const char **ret_fault);

#endif
