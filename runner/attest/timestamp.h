/*
 * Timestamps (RFC 3161) over the raw bytes of a signature.  A response is kept whole, as the
 * authority sent it, and checked against the time that it states itself, so that an authority
 * whose certificate has expired since does not void what it said before.
 */
#ifndef RUNNER_ATTEST_TIMESTAMP_H
#define RUNNER_ATTEST_TIMESTAMP_H

#include "runner/attest/certificate.h"
#include "runner/base/arena.h"
#include "runner/base/buf.h"
#include "runner/base/err.h"

#define TIMESTAMP_MAX_BYTES ((size_t)64 << 10)

/* A request (SHA-256, a nonce, the authority's certificate wanted) in DER. */
FP_MUST_CHECK int timestamp_request(const void *signature, size_t size, struct buf *out,
				    struct err *e);

/*
 * Whether the response is one that grants, is for this signature, and answers the request, whose
 * nonce it must have; request NULL: any nonce.  Who signed it is not looked at.
 */
FP_MUST_CHECK int timestamp_matches(const char *what, const void *response, size_t size,
				    const void *signature, size_t signature_size,
				    const struct buf *request, struct err *e);

/* The same, and that an authority of the chain signed it at the time it states; that time. */
FP_MUST_CHECK int timestamp_check(const char *what, const void *response, size_t size,
				  const void *signature, size_t signature_size,
				  const struct certificate_chain *chain, int64_t *ret_time,
				  struct err *e);

/* Asks the authority at a URL of http or https; the answer is checked as by timestamp_matches. */
FP_MUST_CHECK int timestamp_fetch(const char *url, const void *signature, size_t size,
				  struct buf *ret_response, struct err *e);

#endif
