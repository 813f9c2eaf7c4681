/* The value of a block's body, by the schema of its type. */
#ifndef RUNNER_PLAN_BODY_H
#define RUNNER_PLAN_BODY_H

#include "runner/plan/walk.h"

/*
 * An object with all attributes and blocks of the schema; what is not given is null or empty.  What
 * does not fit is a diagnostic; then the value is as near as it can be.
 */
const struct value *body_value(struct walk *w, const struct scope *scope, const struct body *body,
			       const struct restype_block *schema);

/* Where in a configuration a diagnostic of the walk belongs: a tuple of strings and numbers. */
struct body_place {
	size_t diag; /* in the list of diagnostics */
	const struct value *path;
};

struct body_places {
	struct body_place *list;
	size_t count, capacity;
};

/* What the provider's validators refuse in a configuration, which is a value of the schema. */
void body_check(struct walk *w, const struct restype_block *schema, const struct value *config,
		struct body_places *places);

#endif
