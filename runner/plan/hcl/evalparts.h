/* The larger kinds of expressions, and what evaluation shares with them. */
#ifndef RUNNER_PLAN_HCL_EVALPARTS_H
#define RUNNER_PLAN_HCL_EVALPARTS_H

#include "runner/plan/hcl/eval.h"

/* How much text one template may make. */
#define EVAL_TEXT_MAX ((size_t)64 * 1024 * 1024)

const struct value *evalparts_splat(struct eval *ev, const struct scope *scope,
				    const struct expr *e);
const struct value *evalparts_call(struct eval *ev, const struct scope *scope,
				   const struct expr *e);
const struct value *evalparts_conditional(struct eval *ev, const struct scope *scope,
					  const struct expr *e);
const struct value *evalparts_for(struct eval *ev, const struct scope *scope, const struct expr *e);

/* An unknown string that starts with what is known of it; known may be NULL. */
const struct value *evalparts_unknown_text(struct arena *a, const struct buf *known);

#endif
