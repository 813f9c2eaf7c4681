/*
 * Workspaces that are kept together in one text, and the resource changes of one of them in a plan
 * that has each as a module of its own.
 */
#ifndef TESTS_CONFORMANCE_CHANGES_H
#define TESTS_CONFORMANCE_CHANGES_H

#include "runner/base/buf.h"
#include "runner/base/doc.h"

/*
 * The canonical form (runner/canon/plan.h) of nothing but the resource changes within module NAME
 * of the root, as if that module were the root; of all when name is NULL.
 */
FP_MUST_CHECK int changes_canon(const struct doc *plan, const char *name, struct arena *a,
				struct buf *out, struct err *e);

/* The name of the module of the root that a resource change stands in; NULL for the root itself. */
const char *changes_module(const struct doc *change, struct arena *a);

/*
 * Writes the files of a text into dir.  "-- PATH --" alone on a line begins the file PATH; what
 * stands before the first is a comment.
 */
FP_MUST_CHECK int changes_unpack(int dir_fd, const char *what, const char *text, struct err *e);

#endif
