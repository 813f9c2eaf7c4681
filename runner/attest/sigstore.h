/*
 * Sigstore bundles (bundle.proto, v0.3; v0.1 and v0.2 are read) of one DSSE envelope, made with a
 * bare key or a certificate, with RFC 3161 timestamps over the signature and entries of
 * transparency logs about it.  No field that the protocol does not have, in neither direction.
 */
#ifndef RUNNER_ATTEST_SIGSTORE_H
#define RUNNER_ATTEST_SIGSTORE_H

#include "runner/attest/dsse.h"
#include "runner/attest/tlog.h"

#define SIGSTORE_MEDIA_TYPE "application/vnd.dev.sigstore.bundle.v0.3+json"
#define SIGSTORE_TIMESTAMPS_MAX 8
#define SIGSTORE_LOGS_MAX 4

struct sigstore_blob {
	const uint8_t *data;
	size_t size;
};

struct sigstore {
	const char *hint;		  /* of a bare key; "" when there is none */
	struct sigstore_blob certificate; /* the leaf, DER; size 0 with a bare key */
	struct sigstore_blob timestamps[SIGSTORE_TIMESTAMPS_MAX]; /* DER of TimeStampResp */
	size_t timestamp_count;
	struct tlog_entry *logs;
	size_t log_count;
	struct dsse envelope; /* with exactly one signature */
};

/* As JSON in one line with a newline, keys sorted. */
void sigstore_write(struct buf *out, const struct sigstore *bundle);

FP_MUST_CHECK int sigstore_read(const char *what, const char *text, size_t size, struct arena *a,
				struct sigstore *ret_bundle, struct err *e);

#endif
