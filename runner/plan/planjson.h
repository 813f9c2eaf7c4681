/* A plan as Terraform's JSON plan representation (`terraform show -json`), format 1.2. */
#ifndef RUNNER_PLAN_PLANJSON_H
#define RUNNER_PLAN_PLANJSON_H

#include "runner/plan/walk.h"

void planjson_write(struct walk *w, struct buf *out);

/* "no-op", "create", … as in `actions`, the words joined by commas. */
const char *planjson_actions(enum walk_action action);

#endif
