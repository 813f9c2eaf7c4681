/*
 * HTTP/2 (RFC 9113) without I/O, for gRPC in both roles: bytes go in, bytes come out.  Prior
 * knowledge, no TLS; one call on each stream, each message whole in memory.
 *
 * The framing of gRPC messages is in here too: a call's message is what the five bytes before it
 * say, uncompressed, and a call has exactly one message in each direction.
 */
#ifndef RUNNER_PLAN_TF_H2_H
#define RUNNER_PLAN_TF_H2_H

#include "runner/base/base.h"
#include "runner/base/buf.h"
#include "runner/base/err.h"

#define H2_MESSAGE_MAX_BYTES ((size_t)256 << 20)
#define H2_STREAMS_MAX 128

/* gRPC's status codes, as far as they are used here. */
enum h2_status {
	H2_OK = 0,
	H2_INVALID = 3,
	H2_UNIMPLEMENTED = 12,
	H2_INTERNAL = 13,
	H2_UNAVAILABLE = 14,
};

struct h2;

/*
 * Server: a call came whole.  Writes the answer to out, and returns the status; out does not count
 * unless that is H2_OK.
 */
typedef enum h2_status h2_answer_fn(void *context, const char *path, const uint8_t *message,
				    size_t size, struct buf *out);

struct h2 *h2_server_new(h2_answer_fn *answer, void *context);
struct h2 *h2_client_new(void);
void h2_free(struct h2 *h);

/* Takes bytes that came from the peer; an error is a broken connection. */
FP_MUST_CHECK int h2_receive(struct h2 *h, const void *data, size_t size, struct err *e);

/* The bytes to send next, until *ret_size is 0; they live until the next call. */
FP_MUST_CHECK int h2_pending(struct h2 *h, const uint8_t **ret_data, size_t *ret_size,
			     struct err *e);

/* false: both sides are done. */
bool h2_alive(const struct h2 *h);

/* Client: one call at a time. */
FP_MUST_CHECK int h2_call(struct h2 *h, const char *path, const void *message, size_t size,
			  struct err *e);
/* true once the answer is whole: its status, the peer's words, and its message, which is h's. */
bool h2_answered(struct h2 *h, enum h2_status *ret_status, const char **ret_words,
		 const uint8_t **ret_message, size_t *ret_size);

#endif
