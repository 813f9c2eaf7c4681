/* Policies that are programs: asked in the sandbox, twice each, about what was before and after. */
#ifndef RUNNER_EXECS_H
#define RUNNER_EXECS_H

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

#endif
