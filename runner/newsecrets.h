/* Credentials that a fix brings with it. */
#ifndef RUNNER_NEWSECRETS_H
#define RUNNER_NEWSECRETS_H

#include "runner/base/arena.h"
#include "runner/base/err.h"
#include "runner/canon/tree.h"
#include "runner/evidence/evidence.h"

#define NEWSECRETS_MAX 1000 /* more are not listed: one is enough to refuse */

/*
 * Looks through the files of after that are new or changed, and lists what looks like a credential
 * there and stands, to the letter, in no file of before.  The rows are the arena's and do not hold
 * the credentials themselves.
 */
FP_MUST_CHECK int newsecrets_find(const struct tree *before, int before_fd,
				  const struct tree *after, int after_fd, struct arena *a,
				  const struct evidence_secret **ret_rows, size_t *ret_count,
				  struct err *e);

#endif
