/*
 * Sigstore bundles, version 0.3 (sigstore_bundle.proto), with a bare public key and one DSSE
 * envelope. What others write is read too, versions 0.1 to 0.3; unknown members are refused as
 * their strict reader refuses them.
 */
#ifndef RUNNER_ATTEST_SIGSTORE_H
#define RUNNER_ATTEST_SIGSTORE_H

#include "runner/attest/dsse.h"

#define SIGSTORE_MEDIA_TYPE "application/vnd.dev.sigstore.bundle.v0.3+json"

struct sigstore {
	const char *hint; /* of the public key */
	struct dsse envelope;
};

/* Compact JSON, keys sorted, with a final newline. */
void sigstore_write(struct buf *out, const struct sigstore *bundle);

FP_MUST_CHECK int sigstore_read(const char *what, const char *text, size_t size, struct arena *a,
				struct sigstore *ret_bundle, struct err *e);

#endif
