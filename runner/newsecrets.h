/* What a fix brings with it that no reader would see: credentials, and characters without a look.
 */
#ifndef RUNNER_NEWSECRETS_H
#define RUNNER_NEWSECRETS_H

#include "runner/base/arena.h"
#include "runner/base/err.h"
#include "runner/canon/tree.h"
#include "runner/evidence/evidence.h"

#define NEWSECRETS_MAX 1000 /* more are not listed: one is enough to refuse */

/*
 * Looks through the files of the run `first` that `before` has not or has otherwise, and through
 * the values that its plan comes to, and lists in ev->secrets what looks like a credential there
 * and stands, to the letter, neither in a file of `before` nor in its values.  Lines with
 * characters that do not show are listed in ev->hidden, unless that file had the same line.  The
 * rows are the arena's and do not hold the credentials themselves.  The descriptors hold the trees.
 */
FP_MUST_CHECK int newsecrets_find(struct evidence *ev, int before_fd, int after_fd, struct arena *a,
				  struct err *e);

#endif
