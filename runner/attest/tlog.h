/*
 * Entries of a transparency log: what a log of the second Rekor API (rekor-tiles) answers, kept in
 * a Sigstore bundle, and shown to be in the log by its checkpoint (C2SP tlog-checkpoint) and an
 * inclusion proof (RFC 6962, section 2.1.1).
 *
 * An entry says that a signature was made public, not when: a timestamp says that.
 */
#ifndef RUNNER_ATTEST_TLOG_H
#define RUNNER_ATTEST_TLOG_H

#include <jansson.h>

#include "runner/attest/dsse.h"
#include "runner/attest/key.h"
#include "runner/attest/merkle.h"
#include "runner/attest/note.h"

#define TLOG_BODY_MAX_BYTES ((size_t)64 << 10)
#define TLOG_ANSWER_MAX_BYTES ((size_t)256 << 10)

struct tlog_entry {
	const char *kind, *version; /* as "hashedrekord" and "0.0.2" */
	struct sha256 log_id;
	uint64_t index, integrated, tree_size;
	struct sha256 root;
	struct sha256 proof[MERKLE_PROOF_MAX];
	size_t proof_count;
	const char *checkpoint; /* a signed note */
	const uint8_t *body;	/* the leaf of the tree */
	size_t body_size;
};

/* What an entry must be about: an envelope, and the key or the certificate that it is signed by. */
struct tlog_subject {
	const struct dsse *envelope; /* its first signature */
	const struct key *key;
	const uint8_t *certificate; /* DER of the leaf; NULL with a bare key */
	size_t certificate_size;
};

/* A TransparencyLogEntry (sigstore_rekor.proto) in JSON. */
FP_MUST_CHECK int tlog_entry_read(const char *what, const json_t *json, struct arena *a,
				  struct tlog_entry *ret_entry, struct err *e);
json_t *tlog_entry_json(const struct tlog_entry *entry);

/*
 * What is sent to the log: a hashedrekord, or for a key that signs no digest (Ed25519) a dsse
 * entry.
 */
FP_MUST_CHECK int tlog_request(const struct tlog_subject *subject, json_t **ret_request,
			       struct err *e);

/* That the entry is about the subject and its proof leads to its checkpoint, whoever signed that.
 */
FP_MUST_CHECK int tlog_matches(const char *what, const struct tlog_entry *entry,
			       const struct tlog_subject *subject, struct arena *a, struct err *e);

/* That this log signed the checkpoint, and goes by the name and id that the entry has. */
FP_MUST_CHECK int tlog_signed_by(const char *what, const struct tlog_entry *entry,
				 const struct note_key *log, struct arena *a, struct err *e);

#endif
