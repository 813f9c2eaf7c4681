/*
 * The in-toto statements (Statement v1) that a bundle carries.  Each is a pure function of the
 * judgement and the digests, so that who checks a bundle can make it again and compare the bytes.
 *
 *	verified      VSA v1, fix-verification v1, test-result v0.1
 *	refused       refusal v1, of a predicate type of its own: a tool that looks only at
 *signature and type must not take it for an approval inconclusive  inconclusive v1
 */
#ifndef RUNNER_ATTEST_STATEMENT_H
#define RUNNER_ATTEST_STATEMENT_H

#include "runner/base/arena.h"
#include "runner/base/buf.h"
#include "runner/base/sha256.h"
#include "verifiers/verifier.h"

#define STATEMENT_PAYLOAD_TYPE "application/vnd.in-toto+json"
#define STATEMENT_VSA "https://slsa.dev/verification_summary/v1"
#define STATEMENT_TEST_RESULT "https://in-toto.io/attestation/test-result/v0.1"
#define STATEMENT_FIX_VERIFICATION "https://fixproof.dev/fix-verification/v1"
#define STATEMENT_REFUSAL "https://fixproof.dev/refusal/v1"
#define STATEMENT_INCONCLUSIVE "https://fixproof.dev/inconclusive/v1"
#define STATEMENT_VERIFIER_ID "https://fixproof.dev/verifier"
#define STATEMENTS_MAX 3

struct statement_input {
	const struct judgement *judgement;
	struct sha256 manifest; /* of manifest.json */
	struct sha256 diff;	/* of fix.diff */
};

struct statement {
	const char *file; /* in the bundle: "fix.sigstore.json", "attestations/….sigstore.json" */
	const char *predicate_type;
	const char *payload; /* RFC 8785 */
	size_t size;
};

struct statements {
	struct statement rows[STATEMENTS_MAX];
	size_t count;
};

void statements_make(const struct statement_input *in, struct arena *a,
		     struct statements *ret_statements);

/* What no decision of ours says, for people and for the predicate; NULL-terminated. */
extern const char *const statement_not_claimed[];

#endif
