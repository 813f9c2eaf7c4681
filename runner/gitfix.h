/*
 * A fix that is a range of commits, BASE...HEAD: the difference from the merge base to HEAD.
 *
 * Git runs in a sandbox, in a repository of its own that only borrows the objects: no
 * configuration, no hook, no attribute and no filter of the user's repository or of the fix has a
 * say.  Submodules, files kept elsewhere by Git LFS, and repositories whose objects lie in several
 * places are refused.
 */
#ifndef RUNNER_GITFIX_H
#define RUNNER_GITFIX_H

#include "runner/base/arena.h"
#include "runner/base/err.h"
#include "runner/launcher.h"

struct gitfix {
	const char *root;		     /* of the work tree, absolute */
	const char *base, *head, *fork;	     /* commit ids */
	int base_tree, fork_tree, head_tree; /* tree streams */
};

#define GITFIX_INIT                                               \
	{                                                         \
		.base_tree = -1, .fork_tree = -1, .head_tree = -1 \
	}

void gitfix_close(struct gitfix *g);

/* directory is in the work tree; range is BASE...HEAD. */
FP_MUST_CHECK int gitfix_read(const char *directory, const char *range, struct launcher *l,
			      struct arena *a, struct gitfix *ret_fix, struct err *e);

/*
 * The path relative to the root of the work tree when it lies in it, which may need no file to be
 * there; NULL when it lies elsewhere.
 */
const char *gitfix_inside(const struct gitfix *g, const char *path, struct arena *a);

#endif
