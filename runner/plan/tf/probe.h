/* Configurations to ask a provider with: values of a schema that look right. */
#ifndef RUNNER_PLAN_TF_PROBE_H
#define RUNNER_PLAN_TF_PROBE_H

#include "runner/plan/hcl/value.h"
#include "runner/plan/restype.h"

/* How many different values there are for a text. */
#define PROBE_VARIANTS 10

/* A value of that type for an attribute of that name; another variant is another value. */
const struct value *probe_value(struct arena *a, const struct type *t, const char *name,
				unsigned variant);

/* Required attributes and blocks only; or, with all, one of every block. */
const struct value *probe_config(struct arena *a, const struct restype_block *b, unsigned variant,
				 bool all);

/* v with the attribute at that path (names of blocks, then of an attribute) replaced, and with
 * blocks on the way that are missing. */
const struct value *probe_with(struct arena *a, const struct restype_block *b,
			       const struct value *v, const char *const *path, size_t count,
			       const struct value *item, unsigned variant);

/* v with every unknown made up, as a state has it. */
const struct value *probe_state(struct arena *a, const struct value *v);

#endif
