/* The signature files of a bundle, for what may be added to them later. */
#ifndef RUNNER_CMD_SIGFILES_H
#define RUNNER_CMD_SIGFILES_H

#include "runner/attest/bundle.h"
#include "runner/attest/sigstore.h"

struct sigfile {
	const char *path;
	struct sigstore content;
	bool changed;
};

struct sigfiles {
	struct sigfile *rows;
	size_t count;
};

/* A bundle that is not signed is an error. */
FP_MUST_CHECK int sigfiles_read(const struct bundle *b, struct arena *a, struct sigfiles *ret_files,
				struct err *e);

/* "attestations/fix-verification.sigstore.json" as "attestations-fix-verification" and the suffix.
 */
const char *sigfiles_name(const struct sigfile *f, const char *suffix, struct arena *a);

/* Opens the directory for requests, and makes it if it is not there. */
FP_MUST_CHECK int sigfiles_output(const char *path, int *ret_fd, struct err *e);

/* Writes back those that changed. */
FP_MUST_CHECK int sigfiles_put(const struct bundle *b, const struct sigfiles *files,
			       struct arena *a, struct err *e);

#endif
