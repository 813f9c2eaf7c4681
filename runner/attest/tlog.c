#include "runner/attest/tlog.h"

#include <errno.h>
#include <openssl/evp.h>

#include "runner/base/hex.h"
#include "runner/base/json.h"
#include "runner/canon/jcs.h"

#define TEXT_MAX_BYTES (TLOG_BODY_MAX_BYTES * 2)

/* How the log calls a kind of key, and the digest that its signatures are over. */
static const struct key_details {
	const char *name, *digest_name;
	const char *digest; /* of OpenSSL; NULL: the key signs the bytes themselves */
} details[] = {
	[KEY_ECDSA_P256] = {"PKIX_ECDSA_P256_SHA_256", "SHA2_256", "SHA256"},
	[KEY_ECDSA_P384] = {"PKIX_ECDSA_P384_SHA_384", "SHA2_384", "SHA384"},
	[KEY_ED25519] = {"PKIX_ED25519", NULL, NULL},
	[KEY_RSA] = {"PKIX_RSA_PKCS1V15_3072_SHA256", "SHA2_256", "SHA256"},
	[KEY_RSA_PSS] = {"PKIX_RSA_PSS_3072_SHA256", "SHA2_256", "SHA256"},
};

static const struct key_details *details_of(const struct key *k)
{
	return &details[key_kind_of(k)];
}

static json_t *bytes_json(const void *data, size_t size)
{
	FP_CLEANUP(buf_release) struct buf text = BUF_INIT(SIZE_MAX / 4);

	base64_encode(&text, data, size);
	return json_new_string(buf_text(&text));
}

static json_t *number_json(uint64_t value)
{
	char text[24];

	(void)snprintf(text, sizeof(text), "%llu", (unsigned long long)value);
	return json_new_string(text);
}

/* Integers of 64 bits are decimal strings in JSON of protocol buffers; numbers are taken too. */
static int read_number(const char *what, const json_t *object, const char *key, bool required,
		       uint64_t *ret_value, struct err *e)
{
	const json_t *d = json_object_get(object, key);
	const char *text = d && json_is_string(d) ? json_string_value(d) : "";
	char *end;

	*ret_value = 0;
	if (!d && !required)
		return 0;
	if (d && json_is_integer(d) && json_integer_value(d) >= 0) {
		*ret_value = (uint64_t)json_integer_value(d);
		return 0;
	}
	errno = 0;
	*ret_value = strtoull(text, &end, 10);
	if (errno != 0 || *end != '\0' || text[0] < '0' || text[0] > '9')
		return err_set(e, ERR_INPUT, "%s: \"%s\" is not a number", what, key);
	return 0;
}

static int read_bytes(const char *what, const char *key, const char *text, size_t max,
		      struct arena *a, const uint8_t **ret_data, size_t *ret_size, struct err *e)
{
	FP_CLEANUP(buf_release) struct buf out = BUF_INIT(max);

	if (!base64_decode(&out, text, strlen(text), false) || out.size == 0 ||
	    buf_finish(&out, key, e) < 0) {
		err_clear(e);
		return err_set(e, ERR_INPUT, "%s: \"%s\" is not base64 of at most %zu bytes", what,
			       key, max);
	}
	*ret_data = arena_memdup(a, buf_text(&out), out.size);
	*ret_size = out.size;
	return 0;
}

static int read_hash(const char *what, const char *key, const json_t *d, struct arena *a,
		     struct sha256 *ret_hash, struct err *e)
{
	const uint8_t *data;
	size_t size;

	if (!json_is_string(d) ||
	    read_bytes(what, key, json_string_value(d), SHA256_BYTES, a, &data, &size, e) < 0 ||
	    size != SHA256_BYTES) {
		err_clear(e);
		return err_set(e, ERR_INPUT, "%s: \"%s\" is not base64 of a SHA-256", what, key);
	}
	memcpy(ret_hash->bytes, data, SHA256_BYTES);
	return 0;
}

static int read_proof(const char *what, const json_t *proof, struct arena *a, struct tlog_entry *t,
		      struct err *e)
{
	static const char *const keys[] = {"logIndex", "rootHash",   "treeSize",
					   "hashes",   "checkpoint", NULL};
	static const char *const checkpoint_keys[] = {"envelope", NULL};
	json_t *hashes, *checkpoint;
	uint64_t index;

	if (json_only_keys(proof, what, keys, e) < 0 ||
	    read_number(what, proof, "logIndex", false, &index, e) < 0 ||
	    read_number(what, proof, "treeSize", true, &t->tree_size, e) < 0 ||
	    read_hash(what, "rootHash", json_object_get(proof, "rootHash"), a, &t->root, e) < 0 ||
	    json_member(proof, what, "hashes", JSON_ARRAY, false, &hashes, e) < 0 ||
	    json_member(proof, what, "checkpoint", JSON_OBJECT, true, &checkpoint, e) < 0 ||
	    json_only_keys(checkpoint, what, checkpoint_keys, e) < 0 ||
	    json_string_member(checkpoint, what, "envelope", true, &t->checkpoint, e) < 0)
		return -1;
	if (index != t->index)
		return err_set(e, ERR_INPUT, "%s: the proof is of entry %llu, not of %llu", what,
			       (unsigned long long)index, (unsigned long long)t->index);
	if (json_array_size(hashes) > MERKLE_PROOF_MAX)
		return err_set(e, ERR_LIMIT, "%s: more than %d hashes", what, MERKLE_PROOF_MAX);
	for (; t->proof_count < json_array_size(hashes); t->proof_count++)
		if (read_hash(what, "hashes", json_array_get(hashes, t->proof_count), a,
			      &t->proof[t->proof_count], e) < 0)
			return -1;
	t->checkpoint = arena_strdup(a, t->checkpoint);
	return 0;
}

int tlog_entry_read(const char *what, const json_t *json, struct arena *a,
		    struct tlog_entry *ret_entry, struct err *e)
{
	static const char *const keys[] = {
		"logIndex",	    "logId",	      "kindVersion",	   "integratedTime",
		"inclusionPromise", "inclusionProof", "canonicalizedBody", NULL};
	static const char *const id_keys[] = {"keyId", NULL};
	static const char *const kind_keys[] = {"kind", "version", NULL};
	json_t *id, *kind, *proof, *promise = json_object_get(json, keys[4]);
	struct tlog_entry t = {.proof_count = 0};
	const char *body;

	if (!json_is_object(json))
		return err_set(e, ERR_INPUT, "%s: an entry of a log is not an object", what);
	if (promise && !json_is_null(promise))
		return err_set(e, ERR_UNSUPPORTED,
			       "%s: carries a promise of inclusion; only proofs are taken", what);
	if (json_only_keys(json, what, keys, e) < 0 ||
	    read_number(what, json, "logIndex", false, &t.index, e) < 0 ||
	    read_number(what, json, "integratedTime", false, &t.integrated, e) < 0 ||
	    json_member(json, what, "logId", JSON_OBJECT, true, &id, e) < 0 ||
	    json_member(json, what, "kindVersion", JSON_OBJECT, true, &kind, e) < 0 ||
	    json_member(json, what, "inclusionProof", JSON_OBJECT, true, &proof, e) < 0 ||
	    json_string_member(json, what, "canonicalizedBody", true, &body, e) < 0 ||
	    json_only_keys(id, what, id_keys, e) < 0 ||
	    json_only_keys(kind, what, kind_keys, e) < 0 ||
	    read_hash(what, "keyId", json_object_get(id, "keyId"), a, &t.log_id, e) < 0 ||
	    json_string_member(kind, what, "kind", true, &t.kind, e) < 0 ||
	    json_string_member(kind, what, "version", true, &t.version, e) < 0 ||
	    read_proof(what, proof, a, &t, e) < 0 ||
	    read_bytes(what, "canonicalizedBody", body, TLOG_BODY_MAX_BYTES, a, &t.body,
		       &t.body_size, e) < 0)
		return -1;
	t.kind = arena_strdup(a, t.kind);
	t.version = arena_strdup(a, t.version);
	*ret_entry = t;
	return 0;
}

static json_t *proof_json(const struct tlog_entry *t)
{
	json_t *proof = json_new_object(), *hashes = json_new_array(),
	       *checkpoint = json_new_object();

	for (size_t i = 0; i < t->proof_count; i++)
		json_push(hashes, bytes_json(t->proof[i].bytes, SHA256_BYTES));
	json_put(checkpoint, "envelope", json_new_string(t->checkpoint));
	json_put(proof, "logIndex", number_json(t->index));
	json_put(proof, "rootHash", bytes_json(t->root.bytes, SHA256_BYTES));
	json_put(proof, "treeSize", number_json(t->tree_size));
	json_put(proof, "hashes", hashes);
	json_put(proof, "checkpoint", checkpoint);
	return proof;
}

json_t *tlog_entry_json(const struct tlog_entry *t)
{
	json_t *entry = json_new_object(), *id = json_new_object(), *kind = json_new_object();

	json_put(id, "keyId", bytes_json(t->log_id.bytes, SHA256_BYTES));
	json_put(kind, "kind", json_new_string(t->kind));
	json_put(kind, "version", json_new_string(t->version));
	json_put(entry, "logIndex", number_json(t->index));
	json_put(entry, "logId", id);
	json_put(entry, "kindVersion", kind);
	if (t->integrated > 0)
		json_put(entry, "integratedTime", number_json(t->integrated));
	json_put(entry, "inclusionProof", proof_json(t));
	json_put(entry, "canonicalizedBody", bytes_json(t->body, t->body_size));
	return entry;
}

static int verifier_json(const struct tlog_subject *s, json_t **ret_verifier, struct err *e)
{
	FP_CLEANUP(buf_release) struct buf spki = BUF_INIT(KEY_PEM_MAX_BYTES);
	json_t *verifier = json_new_object(), *raw = json_new_object();
	int r = s->certificate ? 0 : key_spki(s->key, &spki, e);

	json_put(raw, "rawBytes",
		 s->certificate ? bytes_json(s->certificate, s->certificate_size)
				: bytes_json(buf_text(&spki), spki.size));
	json_put(verifier, "keyDetails", json_new_string(details_of(s->key)->name));
	json_put(verifier, s->certificate ? "x509Certificate" : "publicKey", raw);
	*ret_verifier = verifier;
	return r;
}

/* {"content": the signature, "verifier": who made it} */
static int signature_json(const struct tlog_subject *s, json_t **ret_signature, struct err *e)
{
	const struct dsse_signature *sig = &s->envelope->signatures[0];
	JSON_AUTO *signature = json_new_object();
	json_t *verifier;
	int r = verifier_json(s, &verifier, e);

	json_put(signature, "content", bytes_json(sig->sig, sig->size));
	json_put(signature, "verifier", verifier);
	*ret_signature = FP_STEAL(signature);
	return r;
}

/* The digest of the bytes that were signed, by the digest that the key signs with. */
static json_t *signed_digest(const struct tlog_subject *s)
{
	FP_CLEANUP(buf_release) struct buf pae = BUF_INIT(SIZE_MAX / 4);
	uint8_t digest[EVP_MAX_MD_SIZE];
	size_t size = 0;

	dsse_pae(&pae, s->envelope->payload_type, s->envelope->payload, s->envelope->payload_size);
	(void)EVP_Q_digest(NULL, details_of(s->key)->digest, NULL, buf_text(&pae), pae.size, digest,
			   &size);
	return bytes_json(digest, size);
}

int tlog_request(const struct tlog_subject *s, json_t **ret_request, struct err *e)
{
	JSON_AUTO *root = json_new_object();
	json_t *request = json_new_object();

	if (details_of(s->key)->digest) {
		json_t *signature;
		int r = signature_json(s, &signature, e);

		json_put(request, "digest", signed_digest(s));
		json_put(request, "signature", signature);
		json_put(root, "hashedRekordRequestV002", request);
		if (r < 0)
			return -1;
	} else {
		FP_CLEANUP(buf_release) struct buf text = BUF_INIT(SIZE_MAX / 4);
		json_t *verifiers = json_new_array(), *verifier, *envelope = NULL;
		int r = verifier_json(s, &verifier, e);

		dsse_write(&text, s->envelope);
		json_push(verifiers, verifier);
		json_put(request, "verifiers", verifiers);
		if (r == 0)
			r = json_parse("the envelope", buf_text(&text), text.size, &envelope, e);
		json_put(request, "envelope", envelope ? envelope : json_new_string(NULL));
		json_put(root, "dsseRequestV002", request);
		if (r < 0)
			return -1;
	}
	*ret_request = FP_STEAL(root);
	return 0;
}

/* {"algorithm": …, "digest": …} */
static json_t *digest_json(const char *algorithm, json_t *digest)
{
	json_t *object = json_new_object();

	json_put(object, "algorithm", json_new_string(algorithm));
	json_put(object, "digest", digest);
	return object;
}

static json_t *payload_digest(const struct tlog_subject *s)
{
	struct sha256 digest = sha256_of(s->envelope->payload, s->envelope->payload_size);

	return digest_json("SHA2_256", bytes_json(digest.bytes, SHA256_BYTES));
}

/* The leaf as the log makes it, byte for byte: whoever rebuilds it need not parse it. */
static int write_body(const struct tlog_subject *s, bool hashed, struct buf *out, struct err *e)
{
	JSON_AUTO *root = json_new_object();
	json_t *spec = json_new_object(), *inner = json_new_object(), *signature, *list;
	int r = signature_json(s, &signature, e);

	json_put(root, "apiVersion", json_new_string("0.0.2"));
	json_put(root, "kind", json_new_string(hashed ? "hashedrekord" : "dsse"));
	json_put(root, "spec", spec);
	json_put(spec, hashed ? "hashedRekordV002" : "dsseV002", inner);
	if (hashed) {
		json_put(inner, "data",
			 digest_json(details_of(s->key)->digest_name, signed_digest(s)));
		json_put(inner, "signature", signature);
	} else {
		list = json_new_array();
		json_push(list, signature);
		json_put(inner, "payloadHash", payload_digest(s));
		json_put(inner, "signatures", list);
	}
	if (r < 0)
		return -1;
	jcs_write(out, root);
	return buf_finish(out, "an entry of a log", e);
}

static int check_body(const char *what, const struct tlog_entry *t, const struct tlog_subject *s,
		      struct err *e)
{
	FP_CLEANUP(buf_release) struct buf body = BUF_INIT(TEXT_MAX_BYTES);
	bool hashed = strcmp(t->kind, "hashedrekord") == 0;

	if (strcmp(t->version, "0.0.2") != 0 || (!hashed && strcmp(t->kind, "dsse") != 0) ||
	    (hashed && !details_of(s->key)->digest))
		return err_set(e, ERR_UNSUPPORTED,
			       "%s: the log's entry is of the kind %s %s, which cannot be checked",
			       what, t->kind, t->version);
	if (write_body(s, hashed, &body, e) < 0)
		return -1;
	if (body.size != t->body_size || memcmp(buf_text(&body), t->body, t->body_size) != 0)
		return err_set(e, ERR_CRYPTO, "%s: the log's entry is about another signature",
			       what);
	return 0;
}

/* The checkpoint without a look at its signatures. */
static int read_checkpoint(const char *what, const struct tlog_entry *t, struct arena *a,
			   struct note_checkpoint *ret_checkpoint, struct err *e)
{
	size_t size = note_text_size(t->checkpoint, strlen(t->checkpoint));

	if (size == 0)
		return err_set(e, ERR_INPUT, "%s: the checkpoint is not a signed note", what);
	return note_checkpoint_parse(what, arena_strndup(a, t->checkpoint, size), a, ret_checkpoint,
				     e);
}

int tlog_matches(const char *what, const struct tlog_entry *t, const struct tlog_subject *s,
		 struct arena *a, struct err *e)
{
	struct sha256 leaf = merkle_leaf(t->body, t->body_size);
	struct note_checkpoint checkpoint;
	const char *fault;

	if (check_body(what, t, s, e) < 0 || read_checkpoint(what, t, a, &checkpoint, e) < 0)
		return -1;
	if (checkpoint.size != t->tree_size || !sha256_equal(&checkpoint.root, &t->root))
		return err_set(e, ERR_CRYPTO,
			       "%s: the proof is of another tree than the checkpoint", what);
	fault = merkle_check_inclusion(t->index, t->tree_size, &leaf, t->proof, t->proof_count,
				       &t->root);
	return fault ? err_set(e, ERR_CRYPTO, "%s: the log's proof: %s", what, fault) : 0;
}

int tlog_signed_by(const char *what, const struct tlog_entry *t, const struct note_key *log,
		   struct arena *a, struct err *e)
{
	struct sha256 id = note_key_digest(log->name, log->key);
	struct note_checkpoint checkpoint;
	const char *text;

	if (!sha256_equal(&id, &t->log_id))
		return err_set(e, ERR_CRYPTO, "%s: is an entry of another log than %s", what,
			       log->name);
	if (note_open(what, t->checkpoint, strlen(t->checkpoint), log, 1, a, &text, e) < 0 ||
	    note_checkpoint_parse(what, text, a, &checkpoint, e) < 0)
		return -1;
	if (strcmp(checkpoint.origin, log->name) != 0)
		return err_set(e, ERR_CRYPTO, "%s: the checkpoint is of %s, not of %s", what,
			       checkpoint.origin, log->name);
	return 0;
}
