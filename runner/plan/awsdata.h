/* Data sources of the AWS provider that are pure computation, computed as the provider does. */
#ifndef RUNNER_PLAN_AWSDATA_H
#define RUNNER_PLAN_AWSDATA_H

#include "runner/plan/walk.h"

/* NULL when the data source is not one of them. */
const struct value *awsdata_read(struct walk *w, const struct resource_instance *r,
				 const struct value *config, const char *region);

#endif
