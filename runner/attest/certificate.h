/*
 * X.509 certificates of signers and of timestamp authorities, and the chains that they are held
 * against.  Every time is given: nothing here looks at the clock.
 */
#ifndef RUNNER_ATTEST_CERTIFICATE_H
#define RUNNER_ATTEST_CERTIFICATE_H

#include "runner/attest/key.h"
#include "runner/base/arena.h"
#include "runner/base/err.h"

#define CERTIFICATES_MAX 16
#define CERTIFICATE_PEM_MAX_BYTES ((size_t)256 << 10)

/* The certificates of one PEM file: those that are self-signed are anchors, the others links. */
struct certificate_chain; /* holds X509 objects */
void certificate_chain_free(struct certificate_chain *c);

FP_MUST_CHECK int certificate_chain_read(const char *what, const void *pem, size_t size,
					 struct certificate_chain **ret_chain, struct err *e);

/* The leaf of a PEM file, in DER; more than one certificate is an error. */
FP_MUST_CHECK int certificate_leaf_read(const char *what, const void *pem, size_t size,
					struct buf *ret_der, struct err *e);

/* The certificates in DER, from the first in the file on; how many: certificate_chain_count. */
size_t certificate_chain_count(const struct certificate_chain *c);
FP_MUST_CHECK int certificate_chain_der(const struct certificate_chain *c, size_t i,
					struct buf *out, struct err *e);
/* "O" and "CN" of its subject; "" where there is none. */
void certificate_chain_subject(const struct certificate_chain *c, size_t i, struct arena *a,
			       const char **ret_organization, const char **ret_common_name);
/* When the certificate becomes valid. */
int64_t certificate_chain_start(const struct certificate_chain *c, size_t i);

/* The key of a leaf, whatever may be said of the certificate otherwise. */
FP_MUST_CHECK int certificate_key(const char *what, const void *der, size_t size,
				  struct key **ret_key, struct err *e);

/* All identities that a leaf names: URIs, mail addresses and DNS names of its subjectAltName. */
FP_MUST_CHECK int certificate_identities(const char *what, const void *der, size_t size,
					 struct arena *a, const char *const **ret_names,
					 size_t *ret_count, struct err *e);

/*
 * Whether the leaf may sign code (RFC 5280: key usage digitalSignature, extended key usage
 * codeSigning where there is one) and leads to an anchor of the chain at that time.
 */
FP_MUST_CHECK int certificate_check(const char *what, const void *der, size_t size,
				    const struct certificate_chain *chain, int64_t when,
				    struct err *e);

/* For the timestamps: a store of the anchors and the links, which the caller frees. */
struct x509_store_st *certificate_store(const struct certificate_chain *c);
struct stack_st_X509 *certificate_links(const struct certificate_chain *c);

#endif
