/* The facts about one resource type, by asking the provider for plans. */
#ifndef RUNNER_PLAN_TF_TFFACTS_H
#define RUNNER_PLAN_TF_TFFACTS_H

#include <jansson.h>

#include "runner/plan/restype.h"
#include "runner/plan/tf/tfclient.h"

/* *ret_facts is the object of a pack's document.  An error is a provider that is gone. */
FP_MUST_CHECK int tffacts_record(struct tfclient *c, struct arena *a, const struct restype *t,
				 json_t **ret_facts, struct err *e);

#endif
