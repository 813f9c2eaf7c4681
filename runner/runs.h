/*
 * The runs of a case: each a sandbox in which the fix is applied and another in which what it left
 *is planned; and from their reports, the evidence.
 *
 *	before          the untouched workspace, planned
 *	before-varied   the same with everything varied, so that its own noise is not blamed on the
 *fix first           fix applied, planned again           a sandbox that holds the tree of first
 *and nothing else: applied again, planned replay          everything varied: applied, planned;
 *planned once more with other mock values
 */
#ifndef RUNNER_RUNS_H
#define RUNNER_RUNS_H

#include "runner/base/arena.h"
#include "runner/base/err.h"
#include "runner/evidence/evidence.h"
#include "runner/fixcase/fixcase.h"
#include "runner/launcher.h"
#include "runner/locate.h"

#define RUNS_WORKSPACE_MAX_BYTES ((uint64_t)256 << 20)
#define RUNS_PLAN_MAX_BYTES ((size_t)256 << 20)

/* What is to be applied, ready to be handed into a sandbox. */
struct runs_fix {
	int patch;		  /* a patch's text; or -1 */
	int files;		  /* a tree stream to lay over; or -1 */
	int delta_from, delta_to; /* two tree streams; or -1 */
	int directory;		  /* that a script sees as /fix; or -1 */
};

struct runs_input {
	const struct fixcase *c;
	int workspace; /* the tree stream of the workspace before the fix */
	int expected;  /* the tree stream of what the case expects to become of it; or -1 */
	struct runs_fix fix;
	const struct locate_packs *packs;
	const struct locate_tool *tool; /* plans instead of the embedded planner; or NULL */
	bool both;			/* beside it, and both must agree */
	int worker;
	struct launcher *launcher;
};

/* Tree streams that the runs left, for the bundle; -1 where there is none. */
struct runs_trees {
	int first, again, replay;
};

#define RUNS_TREES_INIT                                \
	{                                              \
		.first = -1, .again = -1, .replay = -1 \
	}
void runs_trees_close(struct runs_trees *t);

/*
 * Carries out all runs.  What the fix does wrong is evidence; -1 is for what could not be done at
 * all. Fills the runs, planner, facts, image, packs, inferred, differs_unvaried and guilty of *ev.
 */
FP_MUST_CHECK int runs_execute(const struct runs_input *in, struct arena *a, struct evidence *ev,
			       struct runs_trees *ret_trees, struct err *e);

/*
 * The part of the pack that the plans of ev used, cut out by the worker: with it alone they can be
 * made again, and the pack's digest in them is the same.
 */
FP_MUST_CHECK int runs_slice(const struct runs_input *in, const struct evidence *ev,
			     const struct evidence_pack *pack, struct arena *a,
			     const char **ret_data, size_t *ret_size, struct err *e);

/* One plan of one tree, for `fixproof plan`: the record of the worker as it came. */
FP_MUST_CHECK int runs_plan(const struct runs_input *in, const char *request, struct arena *a,
			    const char **ret_record, size_t *ret_size, struct err *e);

/* The request that a case makes of the planner, without a prior state. */
const char *runs_request_text(const struct fixcase *c, const char *salt, const char *prior_state,
			      size_t prior_size, bool want_state, struct arena *a);

#endif
