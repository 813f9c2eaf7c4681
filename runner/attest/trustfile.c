#include "runner/attest/trustfile.h"

#include <fcntl.h>
#include <libgen.h>

#include "runner/attest/dsse.h"
#include "runner/attest/statement.h"
#include "runner/base/fd.h"
#include "runner/base/hex.h"
#include "runner/base/instant.h"
#include "runner/base/json.h"
#include "runner/canon/jcs.h"

#define ROOT_MEDIA_TYPE "application/vnd.dev.sigstore.trustedroot.v0.2+json"

static int read_bytes(const char *path, struct buf *text, struct err *e)
{
	return fd_read_file(AT_FDCWD, path, true, text, e);
}

/* What is signed: the name of the file, without its directory, and its bytes. */
static void make_statement(const char *path, const struct buf *text, struct arena *a,
			   struct buf *out)
{
	JSON_AUTO *root = json_new_object();
	json_t *subjects = json_new_array(), *subject = json_new_object(),
	       *digests = json_new_object(), *predicate = json_new_object();
	struct sha256 digest = sha256_of(buf_text(text), text->size);
	char hex[SHA256_HEX_SIZE];

	sha256_hex(&digest, hex);
	json_put(digests, "sha256", json_new_string(hex));
	json_put(subject, "name", json_new_string(basename(arena_strdup(a, path))));
	json_put(subject, "digest", digests);
	json_push(subjects, subject);
	json_put(predicate, "format", json_new_string(TRUST_FORMAT));
	json_put(root, "_type", json_new_string("https://in-toto.io/Statement/v1"));
	json_put(root, "subject", subjects);
	json_put(root, "predicateType", json_new_string(TRUSTFILE_PREDICATE));
	json_put(root, "predicate", predicate);
	jcs_write(out, root);
}

int trustfile_sign(const char *path, const struct signing *signing, struct arena *a, struct err *e)
{
	FP_CLEANUP(buf_release) struct buf statement = BUF_INIT(TRUST_MAX_BYTES);
	FP_CLEANUP(buf_release) struct buf text = BUF_INIT(TRUST_MAX_BYTES);
	FP_CLEANUP(buf_release) struct buf out = BUF_INIT(TRUST_MAX_BYTES);
	struct sigstore b;
	struct trust t;

	if (trust_load(path, a, &t, NULL, NULL, e) < 0)
		return -1;
	trust_release(&t);
	if (read_bytes(path, &text, e) < 0)
		return -1;
	make_statement(path, &text, a, &statement);
	if (signing_sign(signing, buf_text(&statement), statement.size, a, &b, e) < 0)
		return -1;
	sigstore_write(&out, &b);
	path = arena_printf(a, "%s%s", path, TRUSTFILE_SUFFIX);
	return fd_write_file(AT_FDCWD, path, buf_text(&out), out.size, 0644, e);
}

int trustfile_verify(const char *path, const struct key *key, struct arena *a, struct err *e)
{
	FP_CLEANUP(buf_release) struct buf statement = BUF_INIT(TRUST_MAX_BYTES);
	FP_CLEANUP(buf_release) struct buf text = BUF_INIT(TRUST_MAX_BYTES);
	FP_CLEANUP(buf_release) struct buf bundle = BUF_INIT(TRUST_MAX_BYTES);
	FP_CLEANUP(buf_release) struct buf pae = BUF_INIT(TRUST_MAX_BYTES);
	const char *file = arena_printf(a, "%s%s", path, TRUSTFILE_SUFFIX);
	const struct dsse_signature *s;
	struct sigstore b;

	if (read_bytes(path, &text, e) < 0 || read_bytes(file, &bundle, e) < 0 ||
	    sigstore_read(file, buf_text(&bundle), bundle.size, a, &b, e) < 0)
		return -1;
	s = &b.envelope.signatures[0];
	dsse_pae(&pae, b.envelope.payload_type, b.envelope.payload, b.envelope.payload_size);
	make_statement(path, &text, a, &statement);
	if (strcmp(b.envelope.payload_type, STATEMENT_PAYLOAD_TYPE) != 0 ||
	    !key_verify(key, buf_text(&pae), pae.size, s->sig, s->size))
		return err_set(e, ERR_CRYPTO, "%s: is not signed by the key of --trust-key", file);
	if (b.envelope.payload_size != statement.size ||
	    memcmp(b.envelope.payload, buf_text(&statement), statement.size) != 0)
		return err_set(e, ERR_CRYPTO, "%s: is not the policy that %s was signed for", path,
			       file);
	return 0;
}

static json_t *window_json(int64_t from, int64_t until)
{
	json_t *window = json_new_object();
	char text[INSTANT_SIZE];

	instant_format(from, text);
	json_put(window, "start", json_new_string(text));
	if (until != INT64_MAX) {
		instant_format(until, text);
		json_put(window, "end", json_new_string(text));
	}
	return window;
}

static int add_certificate(json_t *list, const struct certificate_chain *chain, size_t i,
			   struct err *e)
{
	FP_CLEANUP(buf_release) struct buf der = BUF_INIT(CERTIFICATE_PEM_MAX_BYTES);
	FP_CLEANUP(buf_release) struct buf text = BUF_INIT(CERTIFICATE_PEM_MAX_BYTES * 2);
	json_t *row = json_new_object();

	json_push(list, row);
	if (certificate_chain_der(chain, i, &der, e) < 0)
		return -1;
	base64_encode(&text, buf_text(&der), der.size);
	json_put(row, "rawBytes", json_new_string(buf_text(&text)));
	return 0;
}

/* The order in the file is the order in the root: from the leaf, or the lowest, to the anchor. */
static int add_authority(json_t *list, const struct certificate_chain *chain,
			 const struct trust_window *window, struct arena *a, struct err *e)
{
	json_t *row = json_new_object(), *subject = json_new_object(),
	       *certificates = json_new_array(), *holder = json_new_object();
	size_t count = certificate_chain_count(chain);
	const char *organization, *name;
	int64_t from = window->from;

	json_push(list, row);
	if (from == INT64_MIN)
		from = certificate_chain_start(chain, 0);
	certificate_chain_subject(chain, count - 1, a, &organization, &name);
	json_put(subject, "organization", json_new_string(organization));
	json_put(subject, "commonName", json_new_string(name));
	json_put(holder, "certificates", certificates);
	json_put(row, "subject", subject);
	json_put(row, "certChain", holder);
	json_put(row, "validFor", window_json(from, window->until));
	for (size_t i = 0; i < count; i++)
		if (add_certificate(certificates, chain, i, e) < 0)
			return -1;
	return 0;
}

/* The key as SubjectPublicKeyInfo (RFC 8410, section 4), and the host name as the address. */
static json_t *log_json(const struct note_key *log)
{
	static const uint8_t header[] = {0x30, 0x2a, 0x30, 0x05, 0x06, 0x03,
					 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00};
	FP_CLEANUP(buf_release) struct buf spki = BUF_INIT(TRUST_MAX_BYTES);
	FP_CLEANUP(buf_release) struct buf text = BUF_INIT(TRUST_MAX_BYTES);
	FP_CLEANUP(buf_release) struct buf id = BUF_INIT(TRUST_MAX_BYTES);
	FP_CLEANUP(buf_release) struct buf url = BUF_INIT(TRUST_MAX_BYTES);
	struct sha256 digest = note_key_digest(log->name, log->key);
	json_t *row = json_new_object(), *key = json_new_object(), *holder = json_new_object();

	buf_add(&spki, header, sizeof(header));
	buf_add(&spki, log->key, NOTE_KEY_BYTES);
	base64_encode(&text, buf_text(&spki), spki.size);
	base64_encode(&id, digest.bytes, SHA256_BYTES);
	buf_addf(&url, "https://%s", log->name);
	json_put(key, "rawBytes", json_new_string(buf_text(&text)));
	json_put(key, "keyDetails", json_new_string("PKIX_ED25519"));
	json_put(key, "validFor", window_json(0, INT64_MAX));
	json_put(holder, "keyId", json_new_string(buf_text(&id)));
	json_put(row, "baseUrl", json_new_string(buf_text(&url)));
	json_put(row, "hashAlgorithm", json_new_string("SHA2_256"));
	json_put(row, "publicKey", key);
	json_put(row, "logId", holder);
	return row;
}

int trustfile_root(const struct trust *t, struct arena *a, json_t **ret_root, struct err *e)
{
	JSON_AUTO *root = json_new_object();
	json_t *signers = json_new_array(), *stampers = json_new_array(), *logs = json_new_array();

	json_put(root, "mediaType", json_new_string(ROOT_MEDIA_TYPE));
	json_put(root, "tlogs", logs);
	json_put(root, "ctlogs", json_new_array());
	json_put(root, "certificateAuthorities", signers);
	json_put(root, "timestampAuthorities", stampers);
	for (size_t i = 0; i < t->signer_count; i++)
		if (t->signers[i].chain &&
		    add_authority(signers, t->signers[i].chain, &t->signers[i].window, a, e) < 0)
			return -1;
	for (size_t i = 0; i < t->authority_count; i++)
		if (add_authority(stampers, t->authorities[i].chain, &t->authorities[i].window, a,
				  e) < 0)
			return -1;
	for (size_t i = 0; i < t->log_count; i++)
		json_push(logs, log_json(&t->logs[i]));
	*ret_root = FP_STEAL(root);
	return 0;
}
