/* The order and identity of the elements of sets (cty's set rules). */
#ifndef RUNNER_PLAN_HCL_VALUESET_H
#define RUNNER_PLAN_HCL_VALUESET_H

#include "runner/base/arena.h"
#include "runner/base/base.h"
#include "runner/plan/hcl/value.h"

/*
 * Sorts unmarked values of one type as Terraform iterates over them and drops those that equal
 * another; returns how many are left.  Values with unknown parts equal nothing.
 */
size_t valueset_order(struct arena *a, const struct value **items, size_t count);

/* Whether a known set has the element: 1 yes, 0 no, -1 that depends on what is unknown. */
int valueset_has(struct arena *a, const struct value *set, const struct value *element);

#endif
