/*
 * Keys: ECDSA P-256 and P-384, Ed25519, RSA of 3072 bits and more, in PKCS #8 and
 * SubjectPublicKeyInfo PEM.  RSA signs by PKCS #1 v1.5, and by PSS (SHA-256, salt of 32 bytes) when
 * the key says that it is for PSS alone; of a key that does not say so both are verified.
 */
#ifndef RUNNER_ATTEST_KEY_H
#define RUNNER_ATTEST_KEY_H

#include "runner/base/base.h"
#include "runner/base/buf.h"
#include "runner/base/err.h"

#define KEY_ID_SIZE 64
#define KEY_PEM_MAX_BYTES 65536
#define KEY_SIGNATURE_MAX 1024

enum key_kind {
	KEY_ECDSA_P256,
	KEY_ECDSA_P384,
	KEY_ED25519,
	KEY_RSA,
	KEY_RSA_PSS,
};

struct key; /* holds an EVP_PKEY */

void key_free(struct key *k);
void key_cleanup(struct key **k);

/* "ecdsa-p256", "ed25519", …; false when text is none of them. */
bool key_kind_parse(const char *text, enum key_kind *ret_kind);
const char *key_kind_name(enum key_kind kind);
enum key_kind key_kind_of(const struct key *k);

FP_MUST_CHECK int key_generate(enum key_kind kind, struct key **ret_key, struct err *e);

/* Gives the passphrase: writes at most size bytes, returns how many, or -1 when there is none. */
typedef int key_passphrase(char *out, int size, void *context);

/* what names the file.  A key of another kind, and RSA under 3072 bits, is refused. */
FP_MUST_CHECK int key_read_private(const char *what, const void *pem, size_t size,
				   key_passphrase *ask, void *context, struct key **ret_key,
				   struct err *e);
FP_MUST_CHECK int key_read_public(const char *what, const void *pem, size_t size,
				  struct key **ret_key, struct err *e);

/* Takes over an EVP_PKEY with a private half, also when it cannot be used. */
struct evp_pkey_st;
FP_MUST_CHECK int key_take(const char *what, struct evp_pkey_st *pkey, struct key **ret_key,
			   struct err *e);

/* PKCS #8 PEM; encrypted (PBES2, scrypt, AES-256-CBC) when passphrase is not NULL. */
FP_MUST_CHECK int key_write_private(const struct key *k, const char *passphrase, struct buf *out,
				    struct err *e);
FP_MUST_CHECK int key_write_public(const struct key *k, struct buf *out, struct err *e);

/* SubjectPublicKeyInfo in DER. */
FP_MUST_CHECK int key_spki(const struct key *k, struct buf *out, struct err *e);

/*
 * "SHA256:" and the unpadded base64 of SHA-256 over the SSH wire encoding of the public key (RFC
 * 4253, section 6.6; RFC 5656; RFC 8709): what `ssh-keygen -lf` prints, and the one form that every
 * reader of DSSE takes.
 */
FP_MUST_CHECK int key_id(const struct key *k, char id[static KEY_ID_SIZE], struct err *e);

/* ECDSA gives DER, Ed25519 64 bytes, RSA as many as the modulus has. */
FP_MUST_CHECK int key_sign(const struct key *k, const void *data, size_t size, struct buf *out,
			   struct err *e);

/* For ECDSA both DER and the plain r and s of equal length are taken. */
bool key_verify(const struct key *k, const void *data, size_t size, const void *signature,
		size_t signature_size);

#endif
