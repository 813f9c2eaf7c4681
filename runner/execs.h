/* Policies that are programs: asked in the sandbox, twice each, about what was before and after. */
#ifndef RUNNER_EXECS_H
#define RUNNER_EXECS_H

#include "policies/policy.h"
#include "runner/base/arena.h"
#include "runner/base/err.h"
#include "runner/evidence/evidence.h"
#include "runner/runs.h"

/*
 * Runs the program of each policy of ev that has one, on the tree or the plan of `before`, of
 * `first` and, for plans, of `replay` under other mock values; plainly and with everything varied,
 * which must print the same.  What a program does wrong is evidence.  Fills execs of *ev.
 */
FP_MUST_CHECK int execs_run(const struct runs_input *in, const struct runs_trees *trees,
			    struct arena *a, struct evidence *ev, struct err *e);

/*
 * Asks the program of one policy about a tree stream, or about the canonical plan of it, as it is
 * asked in a case.  *ret_answer is the arena's.
 */
FP_MUST_CHECK int execs_ask(struct launcher *l, const struct policy *p, int tree, const char *plan,
			    size_t size, struct arena *a, struct policy_answer *ret_answer,
			    struct err *e);

#endif
