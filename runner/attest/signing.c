#include "runner/attest/signing.h"

#include <fcntl.h>

#include "runner/attest/certificate.h"
#include "runner/attest/statement.h"
#include "runner/attest/timestamp.h"
#include "runner/base/fd.h"

int signing_certificate(const char *file, const struct signer *signer, struct arena *a,
			struct sigstore_blob *ret_certificate, struct err *e)
{
	FP_CLEANUP(buf_release) struct buf pem = BUF_INIT(CERTIFICATE_PEM_MAX_BYTES);
	FP_CLEANUP(buf_release) struct buf der = BUF_INIT(CERTIFICATE_PEM_MAX_BYTES);
	FP_CLEANUP(key_cleanup) struct key *k = NULL;
	char id[KEY_ID_SIZE];

	if (fd_read_file(AT_FDCWD, file, true, &pem, e) < 0 ||
	    certificate_leaf_read(file, buf_text(&pem), pem.size, &der, e) < 0 ||
	    certificate_key(file, buf_text(&der), der.size, &k, e) < 0 || key_id(k, id, e) < 0)
		return -1;
	if (strcmp(id, signer->key_id) != 0)
		return err_set(e, ERR_CRYPTO, "%s: is for the key %s, not for %s", file, id,
			       signer->key_id);
	*ret_certificate = (struct sigstore_blob){arena_memdup(a, der.data, der.size), der.size};
	return 0;
}

int signing_sign(const struct signing *s, const void *payload, size_t size, struct arena *a,
		 struct sigstore *ret_bundle, struct err *e)
{
	FP_CLEANUP(buf_release) struct buf signature = BUF_INIT(KEY_SIGNATURE_MAX);
	FP_CLEANUP(buf_release) struct buf stamp = BUF_INIT(TIMESTAMP_MAX_BYTES);
	struct dsse_signature *row = arena_alloc(a, sizeof(*row));
	struct sigstore b = {.hint = s->signer->key_id, .certificate = s->certificate};

	if (signer_sign(s->signer, payload, size, &signature, e) < 0)
		return -1;
	*row = (struct dsse_signature){
		s->signer->key_id, arena_memdup(a, signature.data, signature.size), signature.size};
	if (s->timestamp_url) {
		if (timestamp_fetch(s->timestamp_url, signature.data, signature.size, &stamp, e) <
		    0)
			return -1;
		b.timestamps[b.timestamp_count++] =
			(struct sigstore_blob){arena_memdup(a, stamp.data, stamp.size), stamp.size};
	}
	b.envelope = (struct dsse){STATEMENT_PAYLOAD_TYPE, payload, size, row, 1};
	*ret_bundle = b;
	return 0;
}
