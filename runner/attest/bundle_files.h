/* What writing and checking a bundle share: its manifest, its names, its signature files. */
#ifndef RUNNER_ATTEST_BUNDLE_FILES_H
#define RUNNER_ATTEST_BUNDLE_FILES_H

#include "runner/attest/bundle.h"
#include "runner/attest/dsse.h"
#include "runner/attest/statement.h"
#include "runner/base/arena.h"
#include "runner/base/buf.h"
#include "runner/base/err.h"
#include "runner/base/sha256.h"

#define BUNDLE_LINES_FILE "attestations.intoto.jsonl"

struct bundle_entry {
	const char *path, *role;
	uint64_t size;
	struct sha256 sha256;
	bool redacted;
};

struct bundle_manifest {
	struct bundle_entry *entries; /* sorted by the bytes of path */
	size_t count;
};

void bundle_manifest_write(const struct bundle_manifest *m, struct buf *out);

/* Text that is not exactly what bundle_manifest_write gives is ERR_INPUT. */
FP_MUST_CHECK int bundle_manifest_read(const char *text, size_t size, struct arena *a,
				       struct bundle_manifest *ret_manifest, struct err *e);

const struct bundle_entry *bundle_manifest_find(const struct bundle_manifest *m, const char *path);

/* Whether the name is one of signatures and proofs, which the manifest does not list. */
bool bundle_is_unsealed(const char *path);

/* The statements that a bundle of that decision carries: names of their files, the main one's
 * place.
 */
struct bundle_names {
	const char *files[STATEMENTS_MAX];
	size_t count, main;
};
const struct bundle_names *bundle_names_of(enum decision decision);

/* Where the signer of that number has its signature of the statement: the first has none before it.
 */
const char *bundle_signed_path(size_t signer, const char *file, struct arena *a);

/* The statements that follow from the judgement and the manifest. */
void bundle_statements(const struct judgement *judgement, const struct bundle_manifest *m,
		       const struct sha256 *manifest_digest, struct arena *a,
		       struct statements *ret_statements);

#define BUNDLE_SIGNATURE_FILES_MAX (STATEMENTS_MAX + 1)

/*
 * Signs every statement, after the signers that there are already (their signatures: earlier, one
 * row of STATEMENTS_MAX for each), and gives the files that the bundle gets: the signatures and the
 * lines of all.
 */
struct bundle_signatures {
	struct dsse_signature rows[STATEMENTS_MAX];
};
FP_MUST_CHECK int bundle_signature_files(
	const struct statements *s, enum decision decision, const struct signing *signing,
	const struct bundle_signatures *earlier, size_t earlier_count, struct arena *a,
	struct bundle_member members[static BUNDLE_SIGNATURE_FILES_MAX], size_t *ret_count,
	struct err *e);

/* A line of plain DSSE with the signatures of all signers. */
void bundle_signature_line(const void *payload, size_t size,
			   const struct dsse_signature *signatures, size_t count, struct buf *out);

#endif
