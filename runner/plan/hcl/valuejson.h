/* Values from parsed JSON. */
#ifndef RUNNER_PLAN_HCL_VALUEJSON_H
#define RUNNER_PLAN_HCL_VALUEJSON_H

#include "runner/base/arena.h"
#include "runner/base/err.h"
#include "runner/plan/hcl/jsontext.h"
#include "runner/plan/hcl/value.h"

/* Objects, tuples and primitives, as jsondecode() gives them; NULL: e says why. */
const struct value *valuejson_implied(struct arena *a, const struct json_node *n, struct err *e);

#endif
