/* The finding of a case that a scanner's report holds: loaded, tied to a resource, and on record.
 */
#ifndef RUNNER_FINDINGREPORT_H
#define RUNNER_FINDINGREPORT_H

#include "runner/base/arena.h"
#include "runner/base/err.h"
#include "runner/canon/tree.h"
#include "runner/evidence/evidence.h"
#include "runner/findings/findings.h"
#include "runner/fixcase/fixcase.h"

struct findingreport {
	const struct findings *findings; /* NULL: the case has none */
	struct evidence_report row;
};

/* From the directory of the case. */
FP_MUST_CHECK int findingreport_load(const struct fixcase *c, int case_dir, struct arena *a,
				     struct findingreport *ret_report, struct err *e);

/* From BASE, beside the case: a report is never taken from HEAD. */
FP_MUST_CHECK int findingreport_load_tree(const struct fixcase *c, const struct tree *base,
					  int stream, struct arena *a,
					  struct findingreport *ret_report, struct err *e);

/*
 * Ties the finding to a resource of the view of `before`, and fills claims.finding and reports of
 * ev; claims.policies too, when the case names none: those that stand for the rule.
 */
FP_MUST_CHECK int findingreport_settle(const struct findingreport *r, const struct fixcase *c,
				       struct arena *a, struct evidence *ev, struct err *e);

#endif
