#include "runner/attest/certificate.h"

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include "runner/base/die.h"

#define DER_MAX_BYTES ((size_t)64 << 10)

struct certificate_chain {
	X509 *rows[CERTIFICATES_MAX];
	size_t count;
};

static void free_bio(BIO **b)
{
	(void)BIO_free(*b);
}

static void free_x509(X509 **x)
{
	X509_free(*x);
}

static void free_store(X509_STORE **s)
{
	X509_STORE_free(*s);
}

static void free_context(X509_STORE_CTX **c)
{
	X509_STORE_CTX_free(*c);
}

static void free_stack(STACK_OF(X509) * *s)
{
	sk_X509_free(*s);
}

static void free_names(GENERAL_NAMES **n)
{
	GENERAL_NAMES_free(*n);
}

void certificate_chain_free(struct certificate_chain *c)
{
	if (!c)
		return;
	for (size_t i = 0; i < c->count; i++)
		X509_free(c->rows[i]);
	free(c);
}

static void free_chain(struct certificate_chain **c)
{
	certificate_chain_free(*c);
}

int certificate_chain_read(const char *what, const void *pem, size_t size,
			   struct certificate_chain **ret_chain, struct err *e)
{
	FP_CLEANUP(free_chain) struct certificate_chain *c = die_calloc(1, sizeof(*c));
	FP_CLEANUP(free_bio) BIO *bio = NULL;
	X509 *x;

	if (size > CERTIFICATE_PEM_MAX_BYTES)
		return err_set(e, ERR_LIMIT, "%s: larger than %zu bytes", what,
			       CERTIFICATE_PEM_MAX_BYTES);
	bio = BIO_new_mem_buf(pem, (int)size);
	while (bio && (x = PEM_read_bio_X509(bio, NULL, NULL, NULL))) {
		if (c->count == CERTIFICATES_MAX) {
			X509_free(x);
			return err_set(e, ERR_LIMIT, "%s: more than %d certificates", what,
				       CERTIFICATES_MAX);
		}
		c->rows[c->count++] = x;
	}
	ERR_clear_error();
	if (c->count == 0)
		return err_set(e, ERR_CRYPTO, "%s: no certificate in PEM", what);
	*ret_chain = FP_STEAL(c);
	return 0;
}

static int add_der(X509 *x, struct buf *out, struct err *e)
{
	unsigned char *der = NULL;
	int size = i2d_X509(x, &der);

	if (size < 0)
		return err_set(e, ERR_CRYPTO, "a certificate could not be encoded");
	buf_add(out, der, (size_t)size);
	OPENSSL_free(der);
	return buf_finish(out, "a certificate", e);
}

int certificate_leaf_read(const char *what, const void *pem, size_t size, struct buf *ret_der,
			  struct err *e)
{
	FP_CLEANUP(free_chain) struct certificate_chain *c = NULL;

	if (certificate_chain_read(what, pem, size, &c, e) < 0)
		return -1;
	if (c->count != 1)
		return err_set(e, ERR_CRYPTO,
			       "%s: holds %zu certificates; a bundle carries the leaf alone", what,
			       c->count);
	return add_der(c->rows[0], ret_der, e);
}

size_t certificate_chain_count(const struct certificate_chain *c)
{
	return c->count;
}

int certificate_chain_der(const struct certificate_chain *c, size_t i, struct buf *out,
			  struct err *e)
{
	return add_der(c->rows[i], out, e);
}

static const char *name_entry(const X509 *x, int nid, struct arena *a)
{
	char text[256] = "";

	if (X509_NAME_get_text_by_NID(X509_get_subject_name(x), nid, text, sizeof(text)) < 0)
		return "";
	return arena_strdup(a, text);
}

void certificate_chain_subject(const struct certificate_chain *c, size_t i, struct arena *a,
			       const char **ret_organization, const char **ret_common_name)
{
	*ret_organization = name_entry(c->rows[i], NID_organizationName, a);
	*ret_common_name = name_entry(c->rows[i], NID_commonName, a);
}

int64_t certificate_chain_start(const struct certificate_chain *c, size_t i)
{
	struct tm tm;

	if (!ASN1_TIME_to_tm(X509_get0_notBefore(c->rows[i]), &tm))
		return 0;
	return (int64_t)timegm(&tm);
}

static int parse(const char *what, const void *der, size_t size, X509 **ret_x, struct err *e)
{
	const unsigned char *p = der;
	X509 *x = size <= DER_MAX_BYTES ? d2i_X509(NULL, &p, (long)size) : NULL;

	ERR_clear_error();
	if (!x || p != (const unsigned char *)der + size) {
		X509_free(x);
		return err_set(e, ERR_CRYPTO, "%s: the certificate is not one in DER", what);
	}
	*ret_x = x;
	return 0;
}

int certificate_key(const char *what, const void *der, size_t size, struct key **ret_key,
		    struct err *e)
{
	FP_CLEANUP(free_x509) X509 *x = NULL;
	FP_CLEANUP(free_bio) BIO *bio = BIO_new(BIO_s_mem());
	char *pem;
	long n;

	if (parse(what, der, size, &x, e) < 0)
		return -1;
	if (!bio || !PEM_write_bio_PUBKEY(bio, X509_get0_pubkey(x)))
		return err_set(e, ERR_CRYPTO, "%s: the certificate has no usable key", what);
	n = BIO_get_mem_data(bio, &pem);
	return key_read_public(what, pem, (size_t)n, ret_key, e);
}

static const ASN1_STRING *identity_of(const GENERAL_NAME *name)
{
	int type;
	const void *value = GENERAL_NAME_get0_value(name, &type);

	return type == GEN_URI || type == GEN_EMAIL || type == GEN_DNS ? value : NULL;
}

int certificate_identities(const char *what, const void *der, size_t size, struct arena *a,
			   const char *const **ret_names, size_t *ret_count, struct err *e)
{
	FP_CLEANUP(free_x509) X509 *x = NULL;
	FP_CLEANUP(free_names) GENERAL_NAMES *names = NULL;
	const char **rows;
	size_t count = 0;
	int all;

	if (parse(what, der, size, &x, e) < 0)
		return -1;
	names = X509_get_ext_d2i(x, NID_subject_alt_name, NULL, NULL);
	all = names ? sk_GENERAL_NAME_num(names) : 0;
	rows = arena_array(a, (size_t)all + 1, sizeof(*rows));
	for (int i = 0; i < all; i++) {
		const ASN1_STRING *s = identity_of(sk_GENERAL_NAME_value(names, i));
		size_t length = s ? (size_t)ASN1_STRING_length(s) : 0;
		const char *text = s ? (const char *)ASN1_STRING_get0_data(s) : "";

		/* A NUL inside would make two readers see two names. */
		if (length > 0 && !memchr(text, '\0', length))
			rows[count++] = arena_strndup(a, text, length);
	}
	*ret_names = rows;
	*ret_count = count;
	return 0;
}

X509_STORE *certificate_store(const struct certificate_chain *c)
{
	X509_STORE *store = X509_STORE_new();

	if (!store)
		die("out of memory");
	for (size_t i = 0; i < c->count; i++)
		if (X509_self_signed(c->rows[i], 1) == 1)
			(void)X509_STORE_add_cert(store, c->rows[i]);
	ERR_clear_error();
	return store;
}

STACK_OF(X509) * certificate_links(const struct certificate_chain *c)
{
	STACK_OF(X509) *links = sk_X509_new_null();

	if (!links)
		die("out of memory");
	for (size_t i = 0; i < c->count; i++)
		(void)sk_X509_push(links, c->rows[i]);
	return links;
}

static int check_usage(const char *what, X509 *x, struct err *e)
{
	uint32_t flags = X509_get_extension_flags(x);

	if ((flags & EXFLAG_KUSAGE) && !(X509_get_key_usage(x) & KU_DIGITAL_SIGNATURE))
		return err_set(e, ERR_CRYPTO, "%s: the certificate is not for signatures", what);
	if ((flags & EXFLAG_XKUSAGE) && !(X509_get_extended_key_usage(x) & XKU_CODE_SIGN))
		return err_set(e, ERR_CRYPTO, "%s: the certificate is not for signing code", what);
	if (flags & EXFLAG_CA)
		return err_set(e, ERR_CRYPTO, "%s: the certificate is one of an authority", what);
	return 0;
}

int certificate_check(const char *what, const void *der, size_t size,
		      const struct certificate_chain *chain, int64_t when, struct err *e)
{
	FP_CLEANUP(free_x509) X509 *x = NULL;
	FP_CLEANUP(free_store) X509_STORE *store = certificate_store(chain);
	FP_CLEANUP(free_stack) STACK_OF(X509) *links = certificate_links(chain);
	FP_CLEANUP(free_context) X509_STORE_CTX *ctx = X509_STORE_CTX_new();
	int reason;

	if (parse(what, der, size, &x, e) < 0 || check_usage(what, x, e) < 0)
		return -1;
	if (!ctx || !X509_STORE_CTX_init(ctx, store, x, links))
		return err_set(e, ERR_CRYPTO, "%s: the certificate could not be checked", what);
	X509_VERIFY_PARAM_set_time(X509_STORE_CTX_get0_param(ctx), (time_t)when);
	if (X509_verify_cert(ctx) == 1)
		return 0;
	reason = X509_STORE_CTX_get_error(ctx);
	ERR_clear_error();
	return err_set(e, ERR_CRYPTO, "%s: the certificate: %s", what,
		       X509_verify_cert_error_string(reason));
}
