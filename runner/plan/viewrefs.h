/* Reference edges between resource instances, for the view. */
#ifndef RUNNER_PLAN_VIEWREFS_H
#define RUNNER_PLAN_VIEWREFS_H

#include "runner/plan/walk.h"

/*
 * Appends an object for each reference that an argument of r makes to a resource: directly, or
 * through locals, variables of module calls, outputs of modules, each and count.
 */
void viewrefs_write(struct walk *w, struct buf *out, const struct resource_instance *r);

#endif
