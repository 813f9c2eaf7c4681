/* Values of input variables. */
#ifndef RUNNER_PLAN_VARS_H
#define RUNNER_PLAN_VARS_H

#include "runner/plan/walk.h"

/*
 * Reads, each over the one before: terraform.tfvars, terraform.tfvars.json, *.auto.tfvars and
 * *.auto.tfvars.json by name, the request's files in their order, the request's values.
 */
FP_MUST_CHECK int vars_load(struct walk *w, struct err *e);

/* The value of v in an instance of its module: given, or its default; converted and marked. */
const struct value *vars_value(struct walk *w, struct module_instance *m,
			       const struct config_variable *v);

#endif
