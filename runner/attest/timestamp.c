#include "runner/attest/timestamp.h"

#include <openssl/err.h>
#include <openssl/http.h>
#include <openssl/rand.h>
#include <openssl/ssl.h>
#include <openssl/ts.h>
#include <openssl/x509_vfy.h>

#include "runner/base/sha256.h"

#define FETCH_SECONDS 30
#define NONCE_BYTES 16

static void free_request(TS_REQ **r)
{
	TS_REQ_free(*r);
}

static void free_response(TS_RESP **r)
{
	TS_RESP_free(*r);
}

static void free_context(TS_VERIFY_CTX **c)
{
	TS_VERIFY_CTX_free(*c);
}

static void free_stack(STACK_OF(X509) * *s)
{
	sk_X509_free(*s);
}

static void free_bio(BIO **b)
{
	(void)BIO_free(*b);
}

static void free_imprint(TS_MSG_IMPRINT **m)
{
	TS_MSG_IMPRINT_free(*m);
}

static void free_algorithm(X509_ALGOR **a)
{
	X509_ALGOR_free(*a);
}

static void free_integer(ASN1_INTEGER **n)
{
	ASN1_INTEGER_free(*n);
}

static int crypto_error(struct err *e, const char *what)
{
	const char *reason = ERR_reason_error_string(ERR_peek_last_error());

	ERR_clear_error();
	return err_set(e, ERR_CRYPTO, "%s: %s", what, reason ? reason : "failed");
}

static bool set_nonce(TS_REQ *request)
{
	FP_CLEANUP(free_integer) ASN1_INTEGER *nonce = ASN1_INTEGER_new();
	unsigned char bytes[NONCE_BYTES];

	if (!nonce || RAND_bytes(bytes, sizeof(bytes)) != 1)
		return false;
	bytes[0] |= 1; /* DER has no leading zeros */
	return ASN1_STRING_set(nonce, bytes, sizeof(bytes)) && TS_REQ_set_nonce(request, nonce);
}

static bool set_imprint(TS_REQ *request, const void *signature, size_t size)
{
	FP_CLEANUP(free_imprint) TS_MSG_IMPRINT *imprint = TS_MSG_IMPRINT_new();
	FP_CLEANUP(free_algorithm) X509_ALGOR *algorithm = X509_ALGOR_new();
	struct sha256 digest = sha256_of(signature, size);

	return imprint && algorithm &&
	       X509_ALGOR_set0(algorithm, OBJ_nid2obj(NID_sha256), V_ASN1_NULL, NULL) &&
	       TS_MSG_IMPRINT_set_algo(imprint, algorithm) &&
	       TS_MSG_IMPRINT_set_msg(imprint, digest.bytes, SHA256_BYTES) &&
	       TS_REQ_set_msg_imprint(request, imprint);
}

int timestamp_request(const void *signature, size_t size, struct buf *out, struct err *e)
{
	FP_CLEANUP(free_request) TS_REQ *request = TS_REQ_new();
	unsigned char *der = NULL;
	int length;

	if (!request || !TS_REQ_set_version(request, 1) || !set_imprint(request, signature, size) ||
	    !set_nonce(request) || !TS_REQ_set_cert_req(request, 1))
		return crypto_error(e, "a timestamp request");
	length = i2d_TS_REQ(request, &der);
	if (length < 0)
		return crypto_error(e, "a timestamp request");
	buf_add(out, der, (size_t)length);
	OPENSSL_free(der);
	return buf_finish(out, "a timestamp request", e);
}

static int parse(const char *what, const void *response, size_t size, TS_RESP **ret_response,
		 struct err *e)
{
	const unsigned char *p = response;
	TS_RESP *r = size <= TIMESTAMP_MAX_BYTES ? d2i_TS_RESP(NULL, &p, (long)size) : NULL;

	ERR_clear_error();
	if (!r || p != (const unsigned char *)response + size) {
		TS_RESP_free(r);
		return err_set(e, ERR_CRYPTO, "%s: the timestamp is not a TimeStampResp in DER",
			       what);
	}
	*ret_response = r;
	return 0;
}

/* SHA-256 or longer: a shorter one could be for other bytes. */
static int check_algorithm(const char *what, TS_TST_INFO *info, struct err *e)
{
	const ASN1_OBJECT *object;

	X509_ALGOR_get0(&object, NULL, NULL,
			TS_MSG_IMPRINT_get_algo(TS_TST_INFO_get_msg_imprint(info)));
	switch (OBJ_obj2nid(object)) {
	case NID_sha256:
	case NID_sha384:
	case NID_sha512:
		return 0;
	default:
		return err_set(e, ERR_CRYPTO, "%s: the timestamp is over a weak digest", what);
	}
}

static int time_of(const char *what, TS_TST_INFO *info, int64_t *ret_time, struct err *e)
{
	struct tm tm;

	if (!ASN1_TIME_to_tm(TS_TST_INFO_get_time(info), &tm))
		return err_set(e, ERR_CRYPTO, "%s: the timestamp has no time", what);
	*ret_time = (int64_t)timegm(&tm);
	return 0;
}

static int verify(const char *what, TS_RESP *r, TS_VERIFY_CTX *ctx, unsigned int flags,
		  const void *signature, size_t signature_size, struct err *e)
{
	BIO *data = BIO_new_mem_buf(signature, (int)signature_size);

	/* The context frees the data. */
	(void)TS_VERIFY_CTX_set_data(ctx, data);
	(void)TS_VERIFY_CTX_add_flags(ctx, (int)(flags | TS_VFY_VERSION | TS_VFY_DATA));
	if (TS_RESP_verify_response(ctx, r) != 1) {
		unsigned long code = ERR_peek_last_error();
		const char *reason = ERR_reason_error_string(code);

		if (ERR_GET_REASON(code) == TS_R_MESSAGE_IMPRINT_MISMATCH)
			reason = "it is for another signature";
		(void)err_set(e, ERR_CRYPTO, "%s: the timestamp: %s", what,
			      reason ? reason : "it is not right");
		ERR_clear_error();
		return -1;
	}
	return 0;
}

static int check_nonce(const char *what, TS_TST_INFO *info, const struct buf *request,
		       struct err *e)
{
	const unsigned char *p = (const unsigned char *)buf_text(request);
	FP_CLEANUP(free_request) TS_REQ *asked = d2i_TS_REQ(NULL, &p, (long)request->size);
	const ASN1_INTEGER *nonce = TS_TST_INFO_get_nonce(info);

	if (!asked || !nonce || ASN1_INTEGER_cmp(nonce, TS_REQ_get_nonce(asked)) != 0)
		return err_set(e, ERR_CRYPTO, "%s: the timestamp answers another request", what);
	return 0;
}

int timestamp_matches(const char *what, const void *response, size_t size, const void *signature,
		      size_t signature_size, const struct buf *request, struct err *e)
{
	FP_CLEANUP(free_response) TS_RESP *r = NULL;
	FP_CLEANUP(free_context) TS_VERIFY_CTX *ctx = TS_VERIFY_CTX_new();

	if (!ctx)
		return crypto_error(e, what);
	if (parse(what, response, size, &r, e) < 0 ||
	    verify(what, r, ctx, 0, signature, signature_size, e) < 0 ||
	    check_algorithm(what, TS_RESP_get_tst_info(r), e) < 0)
		return -1;
	return request ? check_nonce(what, TS_RESP_get_tst_info(r), request, e) : 0;
}

int timestamp_check(const char *what, const void *response, size_t size, const void *signature,
		    size_t signature_size, const struct certificate_chain *chain, int64_t *ret_time,
		    struct err *e)
{
	FP_CLEANUP(free_response) TS_RESP *r = NULL;
	FP_CLEANUP(free_context) TS_VERIFY_CTX *ctx = TS_VERIFY_CTX_new();
	FP_CLEANUP(free_stack) STACK_OF(X509) *links = certificate_links(chain);
	X509_STORE *store;
	int64_t when;

	if (!ctx)
		return crypto_error(e, what);
	if (parse(what, response, size, &r, e) < 0)
		return -1;
	if (!TS_RESP_get_tst_info(r))
		return err_set(e, ERR_CRYPTO, "%s: the timestamp was not granted", what);
	if (check_algorithm(what, TS_RESP_get_tst_info(r), e) < 0 ||
	    time_of(what, TS_RESP_get_tst_info(r), &when, e) < 0)
		return -1;
	/* OpenSSL would hold the authority's certificate against today. */
	store = certificate_store(chain);
	X509_VERIFY_PARAM_set_time(X509_STORE_get0_param(store), (time_t)when);
	(void)TS_VERIFY_CTX_set_store(ctx, store);
	(void)TS_VERIFY_CTS_set_certs(ctx, X509_chain_up_ref(links));
	if (verify(what, r, ctx, TS_VFY_SIGNATURE, signature, signature_size, e) < 0)
		return -1;
	*ret_time = when;
	return 0;
}

struct url {
	char *host, *port, *path;
	int tls;
};

static void free_url(struct url *u)
{
	OPENSSL_free(u->host);
	OPENSSL_free(u->port);
	OPENSSL_free(u->path);
}

struct tls {
	const char *host;
	SSL_CTX *context;
};

/* A client that holds servers against the certificates of this machine. */
static SSL_CTX *tls_context(void)
{
	SSL_CTX *context = SSL_CTX_new(TLS_client_method());

	if (!context || SSL_CTX_set_default_verify_paths(context) != 1 ||
	    SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION) != 1) {
		SSL_CTX_free(context);
		return NULL;
	}
	SSL_CTX_set_verify(context, SSL_VERIFY_PEER, NULL);
	return context;
}

/* As OSSL_HTTP_transfer wants it: puts TLS over a connection, and takes it off at the end. */
static BIO *wrap_tls(BIO *connection, void *arg, int connect, int detail)
{
	const struct tls *tls = arg;
	BIO *wrapped;
	SSL *ssl = NULL;

	(void)detail;
	if (!connect) {
		wrapped = BIO_pop(connection);
		(void)BIO_free(connection);
		return wrapped;
	}
	wrapped = BIO_new_ssl(tls->context, 1);
	if (!wrapped || BIO_get_ssl(wrapped, &ssl) != 1 ||
	    SSL_set_tlsext_host_name(ssl, (char *)(uintptr_t)tls->host) != 1 ||
	    SSL_set1_host(ssl, tls->host) != 1) {
		(void)BIO_free(wrapped);
		return NULL;
	}
	return BIO_push(wrapped, connection);
}

/* That a certificate was not good comes first, and what could not be sent for it last. */
static int fetch_error(struct err *e, const char *url)
{
	unsigned long first = ERR_peek_error();

	if (ERR_GET_LIB(first) != ERR_LIB_SSL)
		return crypto_error(e, url);
	(void)err_set(e, ERR_CRYPTO, "%s: %s", url, ERR_reason_error_string(first));
	ERR_clear_error();
	return -1;
}

int timestamp_fetch(const char *url, const void *signature, size_t size, struct buf *ret_response,
		    struct err *e)
{
	FP_CLEANUP(buf_release) struct buf request = BUF_INIT(TIMESTAMP_MAX_BYTES);
	FP_CLEANUP(free_url) struct url u = {NULL, NULL, NULL, 0};
	FP_CLEANUP(free_bio) BIO *asked = NULL;
	FP_CLEANUP(free_bio) BIO *answer = NULL;
	struct tls tls;
	void *room;
	int n;

	if (!OSSL_HTTP_parse_url(url, &u.tls, NULL, &u.host, &u.port, NULL, &u.path, NULL, NULL)) {
		ERR_clear_error();
		return err_set(e, ERR_USAGE, "%s: not a URL", url);
	}
	if (timestamp_request(signature, size, &request, e) < 0)
		return -1;
	tls = (struct tls){u.host, u.tls ? tls_context() : NULL};
	if (u.tls && !tls.context)
		return crypto_error(e, url);
	asked = BIO_new_mem_buf(buf_text(&request), (int)request.size);
	answer = OSSL_HTTP_transfer(
		NULL, u.host, u.port, u.path, u.tls, NULL, NULL, NULL, NULL,
		u.tls ? wrap_tls : NULL, &tls, 0, NULL, "application/timestamp-query", asked,
		"application/timestamp-reply", 1, TIMESTAMP_MAX_BYTES, FETCH_SECONDS, 0);
	SSL_CTX_free(tls.context);
	if (!answer)
		return fetch_error(e, url);
	room = buf_reserve(ret_response, TIMESTAMP_MAX_BYTES);
	n = room ? BIO_read(answer, room, (int)TIMESTAMP_MAX_BYTES) : -1;
	if (n <= 0)
		return err_set(e, ERR_CRYPTO, "%s: no answer", url);
	ret_response->size += (size_t)n;
	return timestamp_matches(url, buf_text(ret_response), ret_response->size, signature, size,
				 &request, e);
}
