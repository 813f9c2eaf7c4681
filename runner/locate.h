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

#endif
