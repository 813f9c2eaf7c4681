/* Planning a directory without a case: for `plan` and `policy check`. */
#ifndef RUNNER_CMD_PLANNING_H
#define RUNNER_CMD_PLANNING_H

#include "runner/base/arena.h"
#include "runner/base/doc.h"
#include "runner/base/err.h"
#include "runner/opt.h"

struct planning_options {
	const char *root, *facts;
	struct opt_texts vars, var_files;
};

/* The planner's record for the directory: raw, and read. */
struct planning_record {
	const char *text;
	size_t size;
	const struct doc *root;
};

FP_MUST_CHECK int planning_run(const char *directory, const struct planning_options *o, struct arena *a,
			       struct planning_record *ret_record, struct err *e);

/* Whether there is a plan; if not, the diagnostics were printed to standard error. */
bool planning_succeeded(const struct planning_record *r);

#endif
