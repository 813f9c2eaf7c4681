/* How statements are signed: by whom, and with which certificate and timestamps. */
#ifndef RUNNER_ATTEST_SIGNING_H
#define RUNNER_ATTEST_SIGNING_H

#include "runner/attest/sigstore.h"
#include "runner/attest/signer.h"
#include "runner/base/arena.h"
#include "runner/base/buf.h"
#include "runner/base/err.h"

struct signing {
	const struct signer *signer;
	struct sigstore_blob certificate; /* DER of the leaf; size 0: the bare key */
	const char *timestamp_url;	  /* NULL: no timestamp */
};

/* Reads the certificate for the signer, whose key it must have. */
FP_MUST_CHECK int signing_certificate(const char *file, const struct signer *signer,
				      struct arena *a, struct sigstore_blob *ret_certificate,
				      struct err *e);

/* Signs the payload; everything in *ret_bundle is the arena's. */
FP_MUST_CHECK int signing_sign(const struct signing *s, const void *payload, size_t size,
			       struct arena *a, struct sigstore *ret_bundle, struct err *e);

#endif
