/* Dead Simple Signing Envelope, version 1.0.2 (protocol.md, envelope.md). */
#ifndef RUNNER_ATTEST_DSSE_H
#define RUNNER_ATTEST_DSSE_H

#include <jansson.h>

#include "runner/base/arena.h"
#include "runner/base/base.h"
#include "runner/base/buf.h"
#include "runner/base/err.h"

#define DSSE_SIGNATURES_MAX 32

struct dsse_signature {
	const char *keyid; /* "" when there is none */
	const uint8_t *sig;
	size_t size;
};

struct dsse {
	const char *payload_type;
	const uint8_t *payload;
	size_t payload_size;
	const struct dsse_signature *signatures;
	size_t count;
};

/*
 * Appends to out the bytes that get signed: the pre-authentication encoding of DSSE v1
 * (protocol.md, "Signature Definition").
 *
 * payload_type  a media type, ASCII, NUL-terminated
 * payload       size bytes of anything; copied, never read as text
 */
void dsse_pae(struct buf *out, const char *payload_type, const void *payload, size_t size);

/* Appends the envelope as one line of JSON without a newline: keys sorted, standard base64. */
void dsse_write(struct buf *out, const struct dsse *envelope);

/* Reads an envelope as anyone may write it: both alphabets of base64, unknown members left out. */
FP_MUST_CHECK int dsse_read(const char *what, const char *text, size_t size, struct arena *a,
			    struct dsse *ret_envelope, struct err *e);
FP_MUST_CHECK int dsse_read_json(const char *what, const json_t *envelope, struct arena *a,
				 struct dsse *ret_envelope, struct err *e);

#endif
