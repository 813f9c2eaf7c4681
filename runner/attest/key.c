#include "runner/attest/key.h"

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>

#include "runner/attest/spki.h"
#include "runner/base/die.h"
#include "runner/base/hex.h"
#include "runner/base/sha256.h"

#define RSA_BITS_MIN 3072

struct key {
	EVP_PKEY *pkey;
	EVP_PKEY *readable; /* the public half, when the key lives elsewhere; otherwise NULL */
	enum key_kind kind;
};

static const struct {
	const char *name;
	const char *group; /* of OpenSSL, for the two curves */
	const char *ssh, *ssh_curve;
	size_t coordinate; /* bytes */
} kinds[] = {
	[KEY_ECDSA_P256] = {"ecdsa-p256", "prime256v1", "ecdsa-sha2-nistp256", "nistp256", 32},
	[KEY_ECDSA_P384] = {"ecdsa-p384", "secp384r1", "ecdsa-sha2-nistp384", "nistp384", 48},
	[KEY_ED25519] = {"ed25519", NULL, "ssh-ed25519", NULL, 0},
	[KEY_RSA] = {"rsa-3072", NULL, "ssh-rsa", NULL, 0},
	[KEY_RSA_PSS] = {"rsa-pss-3072", NULL, "ssh-rsa", NULL, 0},
};

static void free_pkey(EVP_PKEY **p)
{
	EVP_PKEY_free(*p);
}

static void free_bio(BIO **b)
{
	(void)BIO_free(*b);
}

static void free_md(EVP_MD_CTX **m)
{
	EVP_MD_CTX_free(*m);
}

static void free_bn(BIGNUM **b)
{
	BN_free(*b);
}

static void free_sig(ECDSA_SIG **s)
{
	ECDSA_SIG_free(*s);
}

/* The first error of OpenSSL's queue is the one that caused the others. */
static int crypto_error(struct err *e, const char *what)
{
	const char *reason = ERR_reason_error_string(ERR_get_error());

	ERR_clear_error();
	return err_set(e, ERR_CRYPTO, "%s: %s", what, reason ? reason : "failed");
}

void key_free(struct key *k)
{
	if (!k)
		return;
	EVP_PKEY_free(k->pkey);
	EVP_PKEY_free(k->readable);
	free(k);
}

void key_cleanup(struct key **k)
{
	key_free(*k);
}

bool key_kind_parse(const char *text, enum key_kind *ret_kind)
{
	for (size_t i = 0; i < FP_ARRAY_SIZE(kinds); i++) {
		if (strcmp(kinds[i].name, text) == 0) {
			*ret_kind = (enum key_kind)i;
			return true;
		}
	}
	return false;
}

const char *key_kind_name(enum key_kind kind)
{
	return kinds[kind].name;
}

enum key_kind key_kind_of(const struct key *k)
{
	return k->kind;
}

static bool tell_kind(EVP_PKEY *pkey, enum key_kind *ret_kind)
{
	char group[64] = "";

	switch (EVP_PKEY_get_base_id(pkey)) {
	case EVP_PKEY_ED25519:
		*ret_kind = KEY_ED25519;
		return true;
	case EVP_PKEY_RSA:
		*ret_kind = KEY_RSA;
		return EVP_PKEY_get_bits(pkey) >= RSA_BITS_MIN;
	case EVP_PKEY_RSA_PSS:
		*ret_kind = KEY_RSA_PSS;
		return EVP_PKEY_get_bits(pkey) >= RSA_BITS_MIN;
	case EVP_PKEY_EC:
		(void)EVP_PKEY_get_group_name(pkey, group, sizeof(group), NULL);
		for (*ret_kind = KEY_ECDSA_P256; *ret_kind <= KEY_ECDSA_P384; (*ret_kind)++)
			if (strcmp(group, kinds[*ret_kind].group) == 0)
				return true;
		return false;
	default:
		return false;
	}
}

/* Takes pkey over, whatever the result. */
static int wrap(const char *what, EVP_PKEY *stolen, struct key **ret_key, struct err *e)
{
	FP_CLEANUP(free_pkey) EVP_PKEY *pkey = stolen;
	enum key_kind kind;
	struct key *k;

	if (!tell_kind(pkey, &kind))
		return err_set(e, ERR_CRYPTO,
			       "%s: neither ECDSA on P-256 or P-384, nor Ed25519, nor RSA of 3072 "
			       "bits or more",
			       what);
	k = die_calloc(1, sizeof(*k));
	k->pkey = FP_STEAL(pkey);
	k->kind = kind;
	*ret_key = k;
	return 0;
}

/*
 * A key in hardware may tell little of itself, so its public half is read back from DER; what reads
 * as the key that it is, reads as itself.
 */
int key_take(const char *what, EVP_PKEY *pkey, struct key **ret_key, struct err *e)
{
	unsigned char *der = NULL;
	const unsigned char *p;
	struct key *k;
	int size;

	if (wrap(what, pkey, &k, e) < 0)
		return -1;
	size = i2d_PUBKEY(k->pkey, &der);
	p = der;
	k->readable = size > 0 ? d2i_PUBKEY(NULL, &p, size) : NULL;
	OPENSSL_free(der);
	if (!k->readable) {
		key_free(k);
		return crypto_error(e, what);
	}
	*ret_key = k;
	return 0;
}

static EVP_PKEY *generate_pss(void)
{
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_id(EVP_PKEY_RSA_PSS, NULL);
	EVP_PKEY *pkey = NULL;

	if (!ctx || EVP_PKEY_keygen_init(ctx) <= 0 ||
	    EVP_PKEY_CTX_set_rsa_keygen_bits(ctx, RSA_BITS_MIN) <= 0 ||
	    EVP_PKEY_keygen(ctx, &pkey) <= 0)
		pkey = NULL;
	EVP_PKEY_CTX_free(ctx);
	return pkey;
}

int key_generate(enum key_kind kind, struct key **ret_key, struct err *e)
{
	EVP_PKEY *pkey = NULL;

	switch (kind) {
	case KEY_ECDSA_P256:
	case KEY_ECDSA_P384:
		pkey = EVP_PKEY_Q_keygen(NULL, NULL, "EC", kinds[kind].group);
		break;
	case KEY_ED25519:
		pkey = EVP_PKEY_Q_keygen(NULL, NULL, "ED25519");
		break;
	case KEY_RSA:
		pkey = EVP_PKEY_Q_keygen(NULL, NULL, "RSA", (size_t)RSA_BITS_MIN);
		break;
	case KEY_RSA_PSS:
		pkey = generate_pss();
		break;
	}
	if (!pkey)
		return crypto_error(e, "a key could not be made");
	return wrap("the new key", pkey, ret_key, e);
}

struct question {
	key_passphrase *ask;
	void *context;
	bool asked;
};

static int answer(char *out, int size, int writing FP_UNUSED, void *context)
{
	struct question *q = context;

	q->asked = true;
	return q->ask ? q->ask(out, size, q->context) : -1;
}

int key_read_private(const char *what, const void *pem, size_t size, key_passphrase *ask,
		     void *context, struct key **ret_key, struct err *e)
{
	struct question q = {ask, context, false};
	FP_CLEANUP(free_bio) BIO *bio = NULL;
	EVP_PKEY *pkey;

	if (size > KEY_PEM_MAX_BYTES)
		return err_set(e, ERR_LIMIT, "%s: larger than %d bytes", what, KEY_PEM_MAX_BYTES);
	bio = BIO_new_mem_buf(pem, (int)size);
	pkey = bio ? PEM_read_bio_PrivateKey(bio, NULL, answer, &q) : NULL;
	if (!pkey && q.asked) {
		ERR_clear_error();
		return err_set(e, ERR_CRYPTO, "%s: the passphrase is missing or wrong", what);
	}
	if (!pkey) {
		ERR_clear_error();
		return err_set(e, ERR_CRYPTO, "%s: not a private key in PEM", what);
	}
	return wrap(what, pkey, ret_key, e);
}

/* The first block, when it is a key whose encoding is fixed. */
static EVP_PKEY *read_known(BIO *bio)
{
	char *name = NULL, *header = NULL;
	unsigned char *der = NULL;
	EVP_PKEY *pkey = NULL;
	long size;

	if (PEM_read_bio(bio, &name, &header, &der, &size) == 1 &&
	    strcmp(name, PEM_STRING_PUBLIC) == 0 && *header == '\0')
		pkey = spki_read(der, (size_t)size);
	OPENSSL_free(name);
	OPENSSL_free(header);
	OPENSSL_free(der);
	return pkey;
}

int key_read_public(const char *what, const void *pem, size_t size, struct key **ret_key,
		    struct err *e)
{
	FP_CLEANUP(free_bio) BIO *bio = NULL;
	EVP_PKEY *pkey;

	if (size > KEY_PEM_MAX_BYTES)
		return err_set(e, ERR_LIMIT, "%s: larger than %d bytes", what, KEY_PEM_MAX_BYTES);
	bio = BIO_new_mem_buf(pem, (int)size);
	pkey = bio ? read_known(bio) : NULL;
	if (bio && !pkey && BIO_reset(bio) == 1)
		pkey = PEM_read_bio_PUBKEY(bio, NULL, NULL, NULL);
	ERR_clear_error();
	if (!pkey)
		return err_set(e, ERR_CRYPTO, "%s: not a public key in PEM", what);
	return wrap(what, pkey, ret_key, e);
}

static void take_bio(BIO *bio, struct buf *out)
{
	char *data;
	long size = BIO_get_mem_data(bio, &data);

	buf_add(out, data, (size_t)size);
}

int key_write_private(const struct key *k, const char *passphrase, struct buf *out, struct err *e)
{
	FP_CLEANUP(free_bio) BIO *bio = BIO_new(BIO_s_secmem());
	char *secret = passphrase ? die_strdup(passphrase) : NULL;
	int done;

	done = bio &&
	       PEM_write_bio_PKCS8PrivateKey(bio, k->pkey, secret ? EVP_aes_256_cbc() : NULL,
					     secret, secret ? (int)strlen(secret) : 0, NULL, NULL);
	if (secret)
		OPENSSL_clear_free(secret, strlen(secret));
	if (!done)
		return crypto_error(e, "the private key could not be written");
	take_bio(bio, out);
	return 0;
}

int key_write_public(const struct key *k, struct buf *out, struct err *e)
{
	FP_CLEANUP(free_bio) BIO *bio = BIO_new(BIO_s_mem());

	if (!bio || !PEM_write_bio_PUBKEY(bio, k->pkey))
		return crypto_error(e, "the public key could not be written");
	take_bio(bio, out);
	return 0;
}

int key_spki(const struct key *k, struct buf *out, struct err *e)
{
	unsigned char *der = NULL;
	int size = i2d_PUBKEY(k->pkey, &der);

	if (size < 0)
		return crypto_error(e, "the public key could not be encoded");
	buf_add(out, der, (size_t)size);
	OPENSSL_free(der);
	return 0;
}

static void ssh_string(struct buf *out, const void *data, size_t size)
{
	uint8_t length[4] = {(uint8_t)(size >> 24), (uint8_t)(size >> 16), (uint8_t)(size >> 8),
			     (uint8_t)size};

	buf_add(out, length, sizeof(length));
	buf_add(out, data, size);
}

static int ssh_mpint(struct buf *out, EVP_PKEY *pkey, const char *name, struct err *e)
{
	FP_CLEANUP(free_bn) BIGNUM *number = NULL;
	uint8_t bytes[2049];
	int size;

	if (!EVP_PKEY_get_bn_param(pkey, name, &number) || BN_num_bytes(number) > 2048)
		return crypto_error(e, "the public key could not be read");
	bytes[0] = 0;
	size = BN_bn2bin(number, bytes + 1);
	if (size > 0 && (bytes[1] & 0x80))
		ssh_string(out, bytes, (size_t)size + 1);
	else
		ssh_string(out, bytes + 1, (size_t)size);
	return 0;
}

static EVP_PKEY *readable(const struct key *k)
{
	return k->readable ? k->readable : k->pkey;
}

static int ssh_point(struct buf *out, const struct key *k, struct err *e)
{
	size_t width = kinds[k->kind].coordinate;
	FP_CLEANUP(free_bn) BIGNUM *x = NULL;
	FP_CLEANUP(free_bn) BIGNUM *y = NULL;
	uint8_t point[1 + 2 * 48];

	if (!EVP_PKEY_get_bn_param(readable(k), OSSL_PKEY_PARAM_EC_PUB_X, &x) ||
	    !EVP_PKEY_get_bn_param(readable(k), OSSL_PKEY_PARAM_EC_PUB_Y, &y) ||
	    BN_bn2binpad(x, point + 1, (int)width) < 0 ||
	    BN_bn2binpad(y, point + 1 + width, (int)width) < 0)
		return crypto_error(e, "the public key could not be read");
	point[0] = 4;
	ssh_string(out, kinds[k->kind].ssh_curve, strlen(kinds[k->kind].ssh_curve));
	ssh_string(out, point, 1 + 2 * width);
	return 0;
}

static int ssh_blob(const struct key *k, struct buf *out, struct err *e)
{
	EVP_PKEY *pkey = readable(k);
	uint8_t raw[32];
	size_t size = sizeof(raw);

	ssh_string(out, kinds[k->kind].ssh, strlen(kinds[k->kind].ssh));
	switch (k->kind) {
	case KEY_ECDSA_P256:
	case KEY_ECDSA_P384:
		return ssh_point(out, k, e);
	case KEY_ED25519:
		if (!EVP_PKEY_get_raw_public_key(pkey, raw, &size))
			return crypto_error(e, "the public key could not be read");
		ssh_string(out, raw, size);
		return 0;
	case KEY_RSA:
	case KEY_RSA_PSS:
		if (ssh_mpint(out, pkey, OSSL_PKEY_PARAM_RSA_E, e) < 0)
			return -1;
		return ssh_mpint(out, pkey, OSSL_PKEY_PARAM_RSA_N, e);
	}
	abort();
}

int key_id(const struct key *k, char id[static KEY_ID_SIZE], struct err *e)
{
	FP_CLEANUP(buf_release) struct buf blob = BUF_INIT(16384);
	FP_CLEANUP(buf_release) struct buf text = BUF_INIT(64);
	struct sha256 digest;

	if (ssh_blob(k, &blob, e) < 0)
		return -1;
	digest = sha256_of(blob.data, blob.size);
	base64_encode(&text, digest.bytes, sizeof(digest.bytes));
	(void)snprintf(id, KEY_ID_SIZE, "SHA256:%.*s", (int)text.size - 1, buf_text(&text));
	return 0;
}

static const EVP_MD *digest_of(enum key_kind kind)
{
	switch (kind) {
	case KEY_ECDSA_P256:
	case KEY_RSA:
	case KEY_RSA_PSS:
		return EVP_sha256();
	case KEY_ECDSA_P384:
		return EVP_sha384();
	case KEY_ED25519:
		return NULL;
	}
	abort();
}

static bool set_pss(EVP_PKEY_CTX *ctx)
{
	return EVP_PKEY_CTX_set_rsa_padding(ctx, RSA_PKCS1_PSS_PADDING) > 0 &&
	       EVP_PKEY_CTX_set_rsa_pss_saltlen(ctx, RSA_PSS_SALTLEN_DIGEST) > 0;
}

int key_sign(const struct key *k, const void *data, size_t size, struct buf *out, struct err *e)
{
	FP_CLEANUP(free_md) EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	uint8_t signature[KEY_SIGNATURE_MAX];
	size_t length = sizeof(signature);
	EVP_PKEY_CTX *parameters = NULL;

	if (!ctx || EVP_DigestSignInit(ctx, &parameters, digest_of(k->kind), NULL, k->pkey) <= 0 ||
	    (k->kind == KEY_RSA_PSS && !set_pss(parameters)) ||
	    EVP_DigestSign(ctx, signature, &length, data, size) <= 0)
		return crypto_error(e, "signing");
	buf_add(out, signature, length);
	return buf_finish(out, "a signature", e);
}

static bool verify_der(const struct key *k, bool pss, const void *data, size_t size,
		       const void *signature, size_t signature_size)
{
	FP_CLEANUP(free_md) EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	EVP_PKEY_CTX *parameters = NULL;
	bool good = ctx &&
		    EVP_DigestVerifyInit(ctx, &parameters, digest_of(k->kind), NULL, k->pkey) > 0 &&
		    (!pss || set_pss(parameters)) &&
		    EVP_DigestVerify(ctx, signature, signature_size, data, size) == 1;

	ERR_clear_error();
	return good;
}

bool key_verify(const struct key *k, const void *data, size_t size, const void *signature,
		size_t signature_size)
{
	size_t width = kinds[k->kind].coordinate;
	FP_CLEANUP(free_sig) ECDSA_SIG *sig = NULL;
	unsigned char *der = NULL;
	BIGNUM *r, *s;
	bool good;
	int n;

	if (verify_der(k, k->kind == KEY_RSA_PSS, data, size, signature, signature_size))
		return true;
	if (k->kind == KEY_RSA)
		return verify_der(k, true, data, size, signature, signature_size);
	if (width == 0 || signature_size != 2 * width)
		return false;
	sig = ECDSA_SIG_new();
	r = BN_bin2bn(signature, (int)width, NULL);
	s = BN_bin2bn((const unsigned char *)signature + width, (int)width, NULL);
	if (!sig || !r || !s || !ECDSA_SIG_set0(sig, r, s))
		die("out of memory");
	n = i2d_ECDSA_SIG(sig, &der);
	good = n > 0 && verify_der(k, false, data, size, der, (size_t)n);
	OPENSSL_free(der);
	return good;
}
