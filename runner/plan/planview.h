/* The view: what policies read of a plan.  Format "fixproof-view/1"; docs/view.md. */
#ifndef RUNNER_PLAN_PLANVIEW_H
#define RUNNER_PLAN_PLANVIEW_H

#include "runner/plan/walk.h"

#define PLANVIEW_FORMAT "fixproof-view/1"

void planview_write(struct walk *w, struct buf *out);

#endif
