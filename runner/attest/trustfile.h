/*
 * Signed trust policies: FILE.sigstore.json beside FILE, an in-toto statement about its bytes in a
 * Sigstore bundle, which other tools can check too.
 */
#ifndef RUNNER_ATTEST_TRUSTFILE_H
#define RUNNER_ATTEST_TRUSTFILE_H

#include <jansson.h>

#include "runner/attest/signing.h"
#include "runner/attest/trust.h"

#define TRUSTFILE_PREDICATE "https://fixproof.dev/trust-policy/v1"
#define TRUSTFILE_SUFFIX ".sigstore.json"

/* Reads the policy first: one that cannot be read is not signed. */
FP_MUST_CHECK int trustfile_sign(const char *path, const struct signing *signing, struct arena *a,
				 struct err *e);

FP_MUST_CHECK int trustfile_verify(const char *path, const struct key *key, struct arena *a,
				   struct err *e);

/* The policy's certificates and keys as a Sigstore trusted_root.json, for other verifiers. */
FP_MUST_CHECK int trustfile_root(const struct trust *t, struct arena *a, json_t **ret_root,
				 struct err *e);

#endif
