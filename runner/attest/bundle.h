/*
 * A bundle: one directory with everything about one case, as fixproof-bundle(5) lays it out, or the
 * same packed into a file.
 *
 * manifest.json (RFC 8785) names every sealed file with size, SHA-256 and role; its digest is a
 * subject of every statement.  Signatures and proofs are a closed set of names beside it, and may
 * be added later.
 */
#ifndef RUNNER_ATTEST_BUNDLE_H
#define RUNNER_ATTEST_BUNDLE_H

#include "runner/attest/check.h"
#include "runner/attest/signing.h"
#include "runner/attest/trust.h"
#include "runner/base/arena.h"
#include "runner/base/err.h"
#include "verifiers/verifier.h"

#define BUNDLE_MANIFEST_FORMAT "fixproof-manifest/1"
#define BUNDLE_FILES_MAX 100000
#define BUNDLE_FILE_MAX_BYTES ((size_t)256 << 20)
#define BUNDLE_SUFFIX ".fixproof"
#define BUNDLE_PACKED_SUFFIX ".fixproof.tar.zst"
#define BUNDLE_SIGNERS_MAX 16 /* the first and fifteen that countersigned */

/* A sealed file to be: either data, or size bytes from offset of fd. */
struct bundle_item {
	const char *path, *role;
	const char *data; /* NULL: from fd */
	int fd;
	uint64_t offset;
	uint64_t size;
	bool redacted;
};

/*
 * Writes the bundle NAME beneath out_fd: in a temporary directory, synced, renamed; so it is there
 * whole or not at all.  An existing one is replaced only if replace.  Without a signing it stays
 * unsigned.
 */
FP_MUST_CHECK int bundle_create(int out_fd, const char *name, struct bundle_item *items,
				size_t count, const struct judgement *judgement,
				const struct signing *signing, bool replace, struct arena *a,
				struct err *e);

/* Removes what an earlier process left behind when it was killed; what a living one works on stays.
 */
void bundle_sweep(int out_fd);

/* A bundle that is there, a directory or packed; nothing of it was checked. */
struct bundle;
FP_MUST_CHECK int bundle_open(const char *path, struct arena *a, struct bundle **ret_bundle,
			      struct err *e);
void bundle_close(struct bundle *b);
void bundle_cleanup(struct bundle **b);
bool bundle_is_packed(const struct bundle *b);

/* The content of one file, at most BUNDLE_FILE_MAX_BYTES, and a NUL after it. */
FP_MUST_CHECK int bundle_file(const struct bundle *b, const char *path, struct arena *a,
			      const char **ret_data, size_t *ret_size, struct err *e);
bool bundle_has(const struct bundle *b, const char *path);

/* Every file in it, sorted; anything but files and directories is ERR_INPUT. */
FP_MUST_CHECK int bundle_paths(const struct bundle *b, struct arena *a,
			       const char *const **ret_paths, size_t *ret_count, struct err *e);

struct bundle_member {
	const char *path, *data;
	size_t size;
};

/* Puts files into it, over those of the same names. */
FP_MUST_CHECK int bundle_put(const struct bundle *b, const struct bundle_member *members,
			     size_t count, struct arena *a, struct err *e);

/* Removes a file from a directory; a packed bundle is written whole or not at all. */
FP_MUST_CHECK int bundle_remove(const struct bundle *b, const char *path, struct err *e);

/* Takes away what a signing that was killed left in a directory. */
FP_MUST_CHECK int bundle_mend(const struct bundle *b, struct arena *a, struct err *e);

/* Writes it packed to the file path. */
FP_MUST_CHECK int bundle_pack(const struct bundle *b, const char *path, struct arena *a,
			      struct err *e);

struct bundle_report {
	struct checks checks;
	enum check_state state;	    /* the worst of them */
	struct evidence ev;	    /* as far as it could be read; see evidence_release */
	struct judgement judgement; /* derived from it, when has_judgement */
	bool has_judgement;
	struct sha256 manifest;
	const char *const *key_ids; /* of every signer that counts */
	size_t key_count;
};

/* What the bundle must be about, beside what the trust policy says; each may be NULL. */
struct bundle_bindings {
	const char *artifact; /* a file, or a directory: the tree after the fix */
	const struct sha256 *artifact_digest;
	const char *git_tree, *commit;
};

/*
 * Checks everything in the bundle and trusts nothing in it.  What is wrong with it is in the
 * report; -1 only when it could not be looked at.
 */
FP_MUST_CHECK int bundle_verify(const struct bundle *b, const struct trust *trust, int64_t now,
				const struct bundle_bindings *bindings, struct arena *a,
				struct bundle_report *ret_report, struct err *e);

/* Reads the evidence alone, without a check of signatures; the caller says so. */
FP_MUST_CHECK int bundle_read(const struct bundle *b, struct arena *a,
			      struct evidence *ret_evidence, struct judgement *ret_judgement,
			      struct err *e);

/*
 * Signs what is unsigned, or adds a signature to what is signed already (countersign): manifest and
 * files are checked first, and every verdict and statement is derived again.
 */
FP_MUST_CHECK int bundle_sign(const struct bundle *b, const struct signing *signing,
			      bool countersign, struct arena *a, enum decision *ret_decision,
			      struct err *e);

#endif
