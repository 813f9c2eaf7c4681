/* moved and removed blocks, and the moves that nobody needs to write. */
#ifndef RUNNER_PLAN_MOVES_H
#define RUNNER_PLAN_MOVES_H

#include "runner/plan/planstate.h"
#include "runner/plan/walk.h"

/* Blocks of one configuration; ordering them takes their square. */
#define MOVES_MAX 2000

/* Gives the entries of the state, which are not sorted yet, the addresses that they have now. */
void moves_apply(struct walk *w, struct state *s);

/* What moved blocks say of things that are still there, or say in two ways; after the walk. */
void moves_check(struct walk *w);
/* What removed blocks say of things that are still declared. */
void moves_check_removed(struct walk *w);

#endif
