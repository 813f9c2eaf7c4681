/*
 * Import blocks: which instances of a resource come from an object that is already there, and what
 * that object looks like.
 */
#ifndef RUNNER_PLAN_IMPORTS_H
#define RUNNER_PLAN_IMPORTS_H

#include "runner/plan/walk.h"

struct imports_row {
	const char *address, *id;
	const struct config_import *from;
	bool taken; /* an instance of the configuration has the address */
};

struct imports {
	struct imports_row *rows;
	size_t count, capacity;
};

/* Whether an import block speaks of that resource, in any of its instances. */
bool imports_concern(const struct config_import *import, const struct config_module *m,
		     const struct config_resource *r);

/* What can be told before anything is evaluated: targets that are nowhere. */
void imports_check(struct walk *w);

/* Evaluates for_each, to and id of the blocks for a resource; what is in the state is left out. */
struct imports imports_evaluate(struct walk *w, const struct node *n);
/* The id by which an instance is imported, or NULL. */
const char *imports_take(struct imports *imports, const char *address);
/* Tells of rows that no instance took. */
void imports_finish(struct walk *w, const struct imports *imports);

/* What the object of an instance looks like when it is read; NULL after a diagnostic. */
const struct value *imports_object(struct walk *w, const struct resource_instance *r);

#endif
