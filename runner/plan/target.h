/* What moved, removed and import blocks speak of: a resource, an instance of one, or a module. */
#ifndef RUNNER_PLAN_TARGET_H
#define RUNNER_PLAN_TARGET_H

#include "runner/plan/config.h"

/* False after a diagnostic. */
bool target_read(struct arena *a, const struct traversal *t, struct config_target *ret,
		 struct diags *d);

/*
 * The traversal that e is, where keys may be expressions: key() evaluates them, and returns NULL
 * after a diagnostic; without it they are left open.
 */
bool target_traversal(struct arena *a, const struct expr *e,
		      const struct value *(*key)(void *context, const struct expr *e),
		      void *context, struct traversal *ret, struct diags *d);

/* The same of an address in a state, which has no range; false when it is none. */
bool target_of(struct arena *a, const char *address, struct config_target *ret);

/* "module.a" within "module.b", any of which may be "". */
const char *target_within(struct arena *a, const char *outer, const char *inner);

/* The declaration in the configuration that lies at path, or NULL. */
const struct config_module *target_module(const struct config *c, const char *path);
const struct config_resource *target_resource(const struct config *c,
					      const struct config_target *t);

#endif
