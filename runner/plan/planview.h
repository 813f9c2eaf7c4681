/* The view: what policies read of a plan.  Format "fixproof-view/1"; docs/view.md. */
#ifndef RUNNER_PLAN_PLANVIEW_H
#define RUNNER_PLAN_PLANVIEW_H

#include "runner/plan/walk.h"

#define PLANVIEW_FORMAT "fixproof-view/1"

void planview_write(struct walk *w, struct buf *out);

/*
 * The same of a configuration that was read and could not be planned, with "planned": false: each
 * block is one instance of itself, and what is not written out in it is unknown.
 */
void planview_write_static(struct walk *w, struct buf *out);

#endif
