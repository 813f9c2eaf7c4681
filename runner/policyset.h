/* The set of policies that a case is judged by: the built-in ones and those of the user. */
#ifndef RUNNER_POLICYSET_H
#define RUNNER_POLICYSET_H

#include "runner/base/arena.h"
#include "runner/base/err.h"
#include "runner/canon/tree.h"
#include "runner/evidence/evidence.h"
#include "runner/gitfix.h"

/* In git mode: what lies in the repository is read as it is in BASE. */
struct policyset_base {
	const struct gitfix *git;
	const struct tree *tree;
};

/*
 * The built-in policies and those of the paths, files or directories, sorted by id; two with one id
 * are an error.  base NULL: every path is one of the file system.
 */
FP_MUST_CHECK int policyset_gather(const struct policyset_base *base, const char *const *paths,
				   size_t count, bool with_tests, struct arena *a,
				   const struct evidence_policy **ret_policies, size_t *ret_count,
				   struct err *e);

#endif
