/* Texts as a provider rewrites them before it plans them. */
#ifndef RUNNER_PLAN_NORMAL_H
#define RUNNER_PLAN_NORMAL_H

#include "runner/plan/walk.h"

/* v itself when it is not a known text, or one that the provider would leave alone. */
const struct value *normal_value(struct walk *w, enum restype_normal normal, const struct value *v);

#endif
