/*
 * A bundle: one directory with everything about one case, as fixproof-bundle(5) lays it out.
 *
 * manifest.json (RFC 8785) names every sealed file with size, SHA-256 and role; its digest is a
 * subject of every statement.  Signatures and proofs are a closed set of names beside it.
 */
#ifndef RUNNER_ATTEST_BUNDLE_H
#define RUNNER_ATTEST_BUNDLE_H

#include "runner/attest/key.h"
#include "runner/attest/signer.h"
#include "runner/base/arena.h"
#include "runner/base/err.h"
#include "verifiers/verifier.h"

#define BUNDLE_MANIFEST_FORMAT "fixproof-manifest/1"
#define BUNDLE_FILES_MAX 100000
#define BUNDLE_FILE_MAX_BYTES ((size_t)256 << 20)
#define BUNDLE_SUFFIX ".fixproof"

/* A sealed file to be: either data, or size bytes from offset of fd. */
struct bundle_item {
	const char *path, *role;
	const char *data; /* NULL: from fd */
	int fd;
	uint64_t offset;
	uint64_t size;
};

/*
 * Writes the bundle NAME beneath out_fd: in a temporary directory, synced, renamed; so it is there
 * whole or not at all.  An existing one is replaced only if replace.  Without a signer it stays
 * unsigned.
 */
FP_MUST_CHECK int bundle_create(int out_fd, const char *name, struct bundle_item *items,
				size_t count, const struct judgement *judgement,
				const struct signer *signer, bool replace, struct arena *a,
				struct err *e);

/* Removes what an earlier process left behind when it was killed; what a living one works on stays.
 */
void bundle_sweep(int out_fd);

/* One thing that was checked, with an id that stays the same over all versions. */
struct bundle_check {
	const char *id;
	bool passed;
	const char *
		text; /* what was found; of a failed one also the file and what would be accepted */
};

struct bundle_report {
	const struct bundle_check *checks;
	size_t count;
	bool passed;		    /* all of them */
	struct evidence ev;	    /* as far as it could be read; see evidence_release */
	struct judgement judgement; /* derived from it, when has_judgement */
	bool has_judgement;
	const char *key_id; /* of the key that signed; NULL when none of the trusted ones did */
};

/*
 * Checks everything in the directory fd and trusts nothing in it.  What is wrong with the bundle is
 * in the report; -1 only when it could not be looked at.
 */
FP_MUST_CHECK int bundle_verify(int fd, struct key *const *keys, size_t key_count, struct arena *a,
				struct bundle_report *ret_report, struct err *e);

/* Reads the evidence alone, without a check of signatures, for showing; the caller says so. */
FP_MUST_CHECK int bundle_read(int fd, struct arena *a, struct evidence *ret_evidence,
			      struct judgement *ret_judgement, struct err *e);

/* The content of one file of the bundle, at most BUNDLE_FILE_MAX_BYTES. */
FP_MUST_CHECK int bundle_file(int fd, const char *path, struct arena *a, const char **ret_data,
			      size_t *ret_size, struct err *e);

#endif
