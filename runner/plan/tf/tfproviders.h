/* Which providers and types a workspace needs, each as a mocked provider. */
#ifndef RUNNER_PLAN_TF_TFPROVIDERS_H
#define RUNNER_PLAN_TF_TFPROVIDERS_H

#include "runner/base/doc.h"
#include "runner/plan/tf/mockprov.h"
#include "runner/plan/tf/mockserve.h"

struct tfproviders {
	struct mockprov *list[MOCKSERVE_PROVIDERS_MAX];
	size_t count;
};

/*
 * Of the configuration, which was read, and of the resources in a state file (state may be NULL).
 * Types become those of the walk; a type that a pack does not know is left for Terraform to refuse.
 */
FP_MUST_CHECK int tfproviders_collect(struct walk *w, const struct doc *state,
				      struct tfproviders *ret_providers, struct err *e);

#endif
