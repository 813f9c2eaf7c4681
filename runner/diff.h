/* The difference between two trees as a patch that git and patch read. */
#ifndef RUNNER_DIFF_H
#define RUNNER_DIFF_H

#include "runner/base/buf.h"
#include "runner/base/err.h"
#include "runner/canon/tree.h"

#define DIFF_MAX_BYTES ((size_t)64 << 20)

/*
 * Appends a git-style unified diff from one to other, three lines of context, files in the order of
 * their paths.  A file with a NUL byte or of more than 4 MiB shows as "Binary files … differ".
 */
FP_MUST_CHECK int diff_trees(const struct tree *one, int one_fd, const struct tree *other,
			     int other_fd, struct buf *out, struct err *e);

#endif
