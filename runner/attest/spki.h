/*
 * SubjectPublicKeyInfo (RFC 5280, section 4.1) of the few keys that are named by it without a word
 * of doubt: P-256 and P-384 with an uncompressed point (RFC 5480), Ed25519 (RFC 8410).  Each is a
 * fixed sequence of bytes and the point, so it can be had without OpenSSL's decoders, whose set-up
 * takes longer than to check three signatures.
 */
#ifndef RUNNER_ATTEST_SPKI_H
#define RUNNER_ATTEST_SPKI_H

#include <openssl/evp.h>

#include "runner/base/base.h"

/* The key, or NULL where it is one of another kind or a faulty one: OpenSSL's decoders tell which.
 */
EVP_PKEY *spki_read(const uint8_t *der, size_t size);

#endif
