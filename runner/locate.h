/* Where the parts of an installed, or of a freshly built, fixproof lie; never by an environment
 * variable. */
#ifndef RUNNER_LOCATE_H
#define RUNNER_LOCATE_H

#include "runner/base/arena.h"
#include "runner/base/err.h"

#define LOCATE_PACKS_MAX 64

#define LOCATE_PATH_BYTES 8192

/* Where a helper executable lies: beside the running one, or in ../libexec/fixproof. */
FP_MUST_CHECK int locate_program_path(const char *name, char path[static LOCATE_PATH_BYTES],
				      struct err *e);

/* The same, opened. */
FP_MUST_CHECK int locate_program(const char *name, int *ret_fd, struct err *e);

struct locate_pack {
	const char *path;
	int fd; /* open for reading, close-on-exec */
};

struct locate_packs {
	struct locate_pack rows[LOCATE_PACKS_MAX];
	size_t count;
};

/* Every *.pack in packs/ beside the running executable, or in ../../share/fixproof/packs; by name.
 */
FP_MUST_CHECK int locate_packs(struct arena *a, struct locate_packs *ret_packs, struct err *e);
void locate_packs_close(struct locate_packs *packs);

/* A planner of the user's: Terraform or OpenTofu. */
struct locate_tool {
	const char *name; /* "terraform", "tofu" */
	const char *path; /* as it was found on the host */
	int fd;		  /* open for reading, close-on-exec */
	bool needs_host;  /* a script, or linked to libraries of the host */
};

/*
 * The program that the planner of that name (as in fixproof-case(5)) needs: NULL for the embedded
 * one.  It is the file program, or, where that is NULL, the first executable file of its name in
 * PATH: this one is the user's, not ours.  "both" takes Terraform, or OpenTofu where only that is.
 */
FP_MUST_CHECK int locate_tool(const char *planner, const char *program, struct arena *a,
			      const struct locate_tool **ret_tool, bool *ret_both, struct err *e);
/* Whether the executable file needs no dynamic linker, and so nothing of the host. */
bool locate_is_static(int fd);

void locate_tool_close(const struct locate_tool *tool);

#endif
