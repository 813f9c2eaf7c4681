/*
 * Files as functions see them: beneath the working directory and nowhere else, whatever links and
 * dots a path has.
 */
#ifndef RUNNER_PLAN_HCL_WORKDIR_H
#define RUNNER_PLAN_HCL_WORKDIR_H

#include "runner/plan/hcl/func.h"

enum workdir_kind {
	WORKDIR_NOTHING,
	WORKDIR_FILE,
	WORKDIR_DIRECTORY,
	WORKDIR_OTHER,
};

/*
 * The path relative to the working directory, cleaned; NULL after a fault (it is outside, or there
 * is no working directory).
 */
const char *workdir_path(struct call *c, size_t arg, const char *path);

/* What the path is; false after a fault.  *ret_fd may be NULL. */
bool workdir_open(struct call *c, size_t arg, const char *path, enum workdir_kind *ret_kind,
		  int *ret_fd);

/* Notes a path, or a pattern of fileset(). */
void workdir_note_absent(struct call *c, const char *path);

/* The whole file; false after call_fail_arg(). */
bool workdir_read(struct call *c, size_t arg, const char *path, struct buf *out);

/* As Go's path.Clean. */
const char *workdir_clean(struct arena *a, const char *path);

#endif
