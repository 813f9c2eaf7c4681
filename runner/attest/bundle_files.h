/* What writing and checking a bundle share: its manifest, its names, its signature files. */
#ifndef RUNNER_ATTEST_BUNDLE_FILES_H
#define RUNNER_ATTEST_BUNDLE_FILES_H

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

/* The signature file of one statement: a Sigstore bundle; and its line of plain DSSE. */
void bundle_signature_file(const struct statement *s, const char *key_id, const void *sig,
			   size_t sig_size, struct buf *out);
void bundle_signature_line(const struct statement *s, const char *key_id, const void *sig,
			   size_t sig_size, struct buf *out);

#endif
