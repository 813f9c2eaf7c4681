/* What single resource types of the AWS provider plan in code rather than by their schema. */
#ifndef RUNNER_PLAN_AWSPLAN_H
#define RUNNER_PLAN_AWSPLAN_H

#include "runner/plan/walk.h"

/* planned itself for all other types. */
const struct value *awsplan_customize(struct walk *w, const struct resource_instance *r,
				      const struct value *prior, const struct value *planned);

#endif
