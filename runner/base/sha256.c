/* The low-level interface of OpenSSL: the new one loads providers first, at half a millisecond a
 * process. */
#define OPENSSL_SUPPRESS_DEPRECATED
#include "runner/base/sha256.h"

#include <errno.h>
#include <openssl/sha.h>
#include <string.h>
#include <unistd.h>

#include "runner/base/hex.h"

_Static_assert(sizeof(SHA256_CTX) <= sizeof(struct sha256_state), "room for the state");

static SHA256_CTX *context(struct sha256_state *s)
{
	return (SHA256_CTX *)(void *)s->opaque;
}

void sha256_init(struct sha256_state *s)
{
	(void)SHA256_Init(context(s));
}

void sha256_update(struct sha256_state *s, const void *data, size_t size)
{
	(void)SHA256_Update(context(s), data, size);
}

void sha256_final(struct sha256_state *s, struct sha256 *ret_digest)
{
	(void)SHA256_Final(ret_digest->bytes, context(s));
}

struct sha256 sha256_of(const void *data, size_t size)
{
	struct sha256_state s;
	struct sha256 digest;

	sha256_init(&s);
	sha256_update(&s, data, size);
	sha256_final(&s, &digest);
	return digest;
}

int sha256_of_fd(int fd, const char *what, struct sha256 *ret_digest, struct err *e)
{
	struct sha256_state s;
	char chunk[65536];
	off_t offset = 0;

	sha256_init(&s);
	for (;;) {
		ssize_t n = pread(fd, chunk, sizeof(chunk), offset);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return err_sys(e, "%s: read", what);
		if (n == 0)
			break;
		sha256_update(&s, chunk, (size_t)n);
		offset += n;
	}
	sha256_final(&s, ret_digest);
	return 0;
}

bool sha256_equal(const struct sha256 *a, const struct sha256 *b)
{
	return memcmp(a->bytes, b->bytes, SHA256_BYTES) == 0;
}

void sha256_hex(const struct sha256 *d, char text[static SHA256_HEX_SIZE])
{
	hex_encode(text, d->bytes, SHA256_BYTES);
}

int sha256_parse(const char *text, struct sha256 *ret_digest, struct err *e)
{
	if (!hex_decode(ret_digest->bytes, SHA256_BYTES, text))
		return err_set(e, ERR_INPUT, "not a SHA-256 digest of 64 lower-case digits");
	return 0;
}
