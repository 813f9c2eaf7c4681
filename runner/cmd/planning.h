/* Planning without a case: for `plan`, `policy check` and `policy test`. */
#ifndef RUNNER_CMD_PLANNING_H
#define RUNNER_CMD_PLANNING_H

#include "runner/base/arena.h"
#include "runner/base/buf.h"
#include "runner/base/doc.h"
#include "runner/base/err.h"
#include "runner/launcher.h"
#include "runner/opt.h"

struct planning_options {
	const char *root, *facts;
	const char *planner, *planner_program; /* NULL: the embedded one; from PATH */
	struct opt_texts vars, var_files;
	bool want_state;	 /* of what is planned, for a later plan of a change */
	const char *prior_state; /* plan a change to this; NULL: from nothing */
	size_t prior_size;
};

/* The planner's record for the directory: raw, and read. */
struct planning_record {
	const char *text;
	size_t size;
	const struct doc *root;
};

/* The planner with all that it needs, which plans one tree after the other. */
struct planner;
FP_MUST_CHECK int planning_open(struct arena *a, struct planner **ret_planner, struct err *e);
void planning_close(struct planner *p);

/* Plans the tree stream in the file tree_fd, whose content stays. */
FP_MUST_CHECK int planning_tree(struct planner *p, int tree_fd, const struct planning_options *o,
				struct arena *a, struct planning_record *ret_record, struct err *e);

/* What starts its sandboxes; it stays the planner's. */
struct launcher *planning_launcher(const struct planner *p);

/* The directory as a tree stream, which is the caller's. */
FP_MUST_CHECK int planning_pack(const char *directory, int *ret_tree, struct err *e);

/* The same for a directory. */
FP_MUST_CHECK int planning_directory(struct planner *p, const char *directory,
				     const struct planning_options *o, struct arena *a,
				     struct planning_record *ret_record, struct err *e);

/* And with a planner of its own. */
FP_MUST_CHECK int planning_run(const char *directory, const struct planning_options *o,
			       struct arena *a, struct planning_record *ret_record, struct err *e);

/* From now on plan the change from what was planned, which was asked for its state. */
void planning_continue(struct planning_options *o, const struct planning_record *before);

/* Whether there is a plan; if not, the diagnostics were printed to standard error. */
bool planning_succeeded(const struct planning_record *r);

/* A diagnostic of a record, as one line without what does not show. */
void planning_diagnostic(const struct doc *d, struct buf *out);

#endif
