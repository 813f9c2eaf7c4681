/* SHA-256 (FIPS 180-4), of memory, of a stream, of a file. */
#ifndef RUNNER_BASE_SHA256_H
#define RUNNER_BASE_SHA256_H

#include "runner/base/base.h"
#include "runner/base/err.h"

#define SHA256_BYTES 32
#define SHA256_HEX_SIZE (2 * SHA256_BYTES + 1) /* with its NUL */

struct sha256 {
	uint8_t bytes[SHA256_BYTES];
};

struct sha256_state {
	_Alignas(16) uint8_t opaque[128];
};

void sha256_init(struct sha256_state *s);
void sha256_update(struct sha256_state *s, const void *data, size_t size);
void sha256_final(struct sha256_state *s, struct sha256 *ret_digest);

struct sha256 sha256_of(const void *data, size_t size);

/* From offset 0 to the end, whatever the position of fd, which stays; what names it in an error. */
FP_MUST_CHECK int sha256_of_fd(int fd, const char *what, struct sha256 *ret_digest, struct err *e);

bool sha256_equal(const struct sha256 *a, const struct sha256 *b);
void sha256_hex(const struct sha256 *d, char text[static SHA256_HEX_SIZE]);
FP_MUST_CHECK int sha256_parse(const char *text, struct sha256 *ret_digest, struct err *e);

#endif
