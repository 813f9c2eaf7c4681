/* Reference edges between resource instances, for the view. */
#ifndef RUNNER_PLAN_VIEWREFS_H
#define RUNNER_PLAN_VIEWREFS_H

#include "runner/plan/walk.h"

/*
 * Appends an object for each reference that an argument of r makes to a resource: directly, or
 * through locals, variables of module calls, outputs of modules, each and count.
 */
void viewrefs_write(struct walk *w, struct buf *out, const struct resource_instance *r);

/* Where the value of an argument is made: an expression with its scope, or a data source. */
struct viewrefs_source {
	const struct expr *expr;
	const struct scope *scope;
	const struct resource_instance *data;
	const char *attribute; /* of data */
};

/* Follows e, an argument of r, through names alone; false when it leads to nothing or to several.
 */
bool viewrefs_find_source(struct walk *w, const struct resource_instance *r, const struct expr *e,
			  struct viewrefs_source *ret_source);

#endif
