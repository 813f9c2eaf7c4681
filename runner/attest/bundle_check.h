/*
 * Checking a bundle goes from the outside in: what lies in it, the manifest, the sealed files, the
 * signatures, the statements, and whether the verdicts follow from the evidence.  The first of
 * these that fails ends it: what comes after it would rest on what was not there.
 */
#ifndef RUNNER_ATTEST_BUNDLE_CHECK_H
#define RUNNER_ATTEST_BUNDLE_CHECK_H

#include "runner/attest/bundle.h"
#include "runner/attest/bundle_files.h"

/* All signatures of one signer: one for each statement. */
struct bundle_set {
	struct sigstore files[STATEMENTS_MAX];
	const char *key_id;
	const struct trust_signer *signer; /* NULL: nobody that is trusted */
	bool stamped;
	int64_t stamp;
	const char *log; /* a trusted one that all its signatures are in, or NULL */
};

struct bundle_checker {
	const struct bundle *bundle;
	struct arena *arena;
	const struct trust *trust;
	int64_t now;
	struct checks checks;
	struct bundle_manifest manifest;
	struct sigstore_blob *contents; /* of its files, as they were digested: read once */
	struct sha256 manifest_digest;
	enum decision signed_as;
	struct bundle_set sets[BUNDLE_SIGNERS_MAX];
	size_t set_count;
	struct statements statements; /* as they must be */
	struct evidence ev;
	struct judgement judgement;
	bool has_judgement;
};

void bundle_checker_init(struct bundle_checker *c, const struct bundle *b,
			 const struct trust *trust, int64_t now, struct arena *a);

/* Manifest, layout and files. */
bool bundle_check_content(struct bundle_checker *c);

/* How many files of the signer of that number there are, and of which decision; 0: none. */
size_t bundle_count_set(const struct bundle *b, size_t set, enum decision *ret_decision,
			struct arena *a);

bool bundle_check_is_signed(const struct bundle_checker *c);

/* Their form, and that a key made each; with no signer to trust any key will do. */
bool bundle_check_signatures(struct bundle_checker *c);

/* Entries of logs: that each is about its signature, and which are trusted. */
bool bundle_check_logs(struct bundle_checker *c);

/* Timestamps, logs, windows, revocations and the threshold. */
bool bundle_check_signers(struct bundle_checker *c);

/* Judges again: by the rules of the signed statement, or by the current ones when unsigned. */
bool bundle_check_evidence(struct bundle_checker *c);

#endif
