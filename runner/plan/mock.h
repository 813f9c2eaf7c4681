/*
 * Values that a mocked provider makes up.  They look real, since code takes them apart, and are
 * made from the provider's type, the configuration, the path of the attribute and the request's
 * salt; never from the address, which no provider is told.
 */
#ifndef RUNNER_PLAN_MOCK_H
#define RUNNER_PLAN_MOCK_H

#include "runner/plan/walk.h"

/* The state after creating or changing r: planned, with every unknown made up. */
const struct value *mock_applied(struct walk *w, const struct resource_instance *r,
				 const struct value *config, const struct value *planned);

/* What reading a data source gives: config, with computed values made up or as the request says. */
const struct value *mock_read(struct walk *w, const struct resource_instance *r,
			      const struct value *config);

#endif
