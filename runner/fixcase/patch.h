/*
 * Patches: unified diffs as git and diff write them (GNU diffutils manual, "Detailed Unified";
 * git-diff(1), "Generating patch text with -p").  Only the worker uses this, inside a sandbox.
 *
 * Nothing is fuzzy: the lines that a hunk removes or keeps must all be there.  A hunk may match at
 * another line than its header says only where it matches exactly once; one with less context after
 * than before must match at the end of the file, and the other way round at its beginning.
 */
#ifndef RUNNER_FIXCASE_PATCH_H
#define RUNNER_FIXCASE_PATCH_H

#include "runner/base/arena.h"
#include "runner/base/base.h"
#include "runner/base/err.h"

#define PATCH_MAX_BYTES ((size_t)16 << 20)
#define PATCH_FILES_MAX 10000
#define PATCH_HUNKS_MAX 100000
#define PATCH_FILE_MAX_BYTES ((size_t)64 << 20) /* of a file that a patch changes */

struct patch_line {
	char kind; /* ' ', '-' or '+' */
	const char *text;
	size_t size; /* with its newline, where it has one */
};

struct patch_hunk {
	size_t old_start, old_count, new_start, new_count;
	const struct patch_line *lines;
	size_t line_count;
	size_t number;	/* within the file, from 1 */
	size_t at_line; /* in the patch */
};

enum patch_action {
	PATCH_CHANGE,
	PATCH_CREATE,
	PATCH_DELETE,
	PATCH_RENAME,
	PATCH_COPY
};

struct patch_file {
	enum patch_action action;
	const char *old_path, *new_path; /* one is NULL for PATCH_CREATE and PATCH_DELETE */
	bool git; /* has a "diff --git" line, so the names are stripped already */
	unsigned int old_mode, new_mode; /* 0 where the patch does not say */
	const struct patch_hunk *hunks;
	size_t hunk_count;
	size_t at_line;
};

struct patch {
	const struct patch_file *files;
	size_t count;
};

/* Reads a patch; what is not one is ERR_INPUT with its line. */
FP_MUST_CHECK int patch_parse(const char *text, size_t size, struct arena *a,
			      const struct patch **ret_patch, struct err *e);

enum patch_outcome {
	PATCH_APPLIED,
	PATCH_ALREADY, /* all of it was there before; nothing was changed */
	PATCH_FAILED,  /* nothing was changed */
};

struct patch_result {
	enum patch_outcome outcome;
	const char *reason;	  /* of PATCH_FAILED: file, hunk and reason; otherwise NULL */
	const char *outside;	  /* the path that no fix may touch, where that is the reason */
	const char *const *paths; /* that were changed, or would have been */
	size_t path_count;
};

/*
 * Applies p beneath dir_fd, wholly or not at all; no name leads through a link.  -1 only for what
 * is not the patch's fault.
 */
FP_MUST_CHECK int patch_apply(const struct patch *p, int dir_fd, struct arena *a,
			      struct patch_result *ret_result, struct err *e);

#endif
