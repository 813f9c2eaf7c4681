#include "tests/tap.h"

#include <fcntl.h>
#include <openssl/x509.h>

#include "runner/attest/dsse.h"
#include "runner/attest/key.h"
#include "runner/attest/sigstore.h"
#include "runner/attest/spki.h"
#include "runner/base/hex.h"
#include "runner/base/json.h"

static json_t *load(const char *path)
{
	json_t *json = NULL;
	struct err e = ERR_INIT;

	if (json_read_file(AT_FDCWD, path, 1 << 20, &json, &e) < 0)
		tap_fail(__FILE__, __LINE__, "%s", e.text);
	return json;
}

static const char *text(const json_t *object, const char *key)
{
	return json_string_value(json_object_get(object, key));
}

TEST(the_published_encodings_come_out_as_published)
{
	JSON_AUTO *rows = load("tests/vectors/dsse/pae-vectors.json");
	json_t *row;
	size_t i;

	CHECK(json_array_size(rows) >= 4);
	json_array_foreach (rows, i, row) {
		struct buf out = BUF_INIT(4096);
		const char *payload = text(row, "payload_utf8");

		dsse_pae(&out, text(row, "payloadType"), payload, strlen(payload));
		CHECK_STR(buf_text(&out), text(row, "pae_utf8"));
		buf_release(&out);
	}
}

TEST(the_published_signature_verifies_raw_and_in_der)
{
	JSON_AUTO *v = load("tests/vectors/dsse/protocol-vector.json");
	json_t *p256 = json_object_get(v, "ecdsa_p256_sha256");
	static const char *const forms[] = {"sig_raw_r_s_b64", "sig_der_b64"};
	const char *payload = text(v, "payload_utf8"), *pem = text(p256, "public_pem");
	FP_CLEANUP(buf_release) struct buf pae = BUF_INIT(4096);
	struct key *k = NULL;
	struct err e = ERR_INIT;

	CHECK_INT(key_read_public("it", pem, strlen(pem), &k, &e), 0);
	dsse_pae(&pae, text(v, "payloadType"), payload, strlen(payload));
	for (size_t i = 0; i < FP_ARRAY_SIZE(forms); i++) {
		struct buf sig = BUF_INIT(4096);
		const char *b64 = text(p256, forms[i]);

		CHECK(base64_decode(&sig, b64, strlen(b64), false));
		CHECK(key_verify(k, buf_text(&pae), pae.size, sig.data, sig.size));
		sig.data[sig.size - 1] ^= 1;
		CHECK(!key_verify(k, buf_text(&pae), pae.size, sig.data, sig.size));
		buf_release(&sig);
	}
	key_free(k);
}

static int no_passphrase(char *out, int size, void *context)
{
	(void)out;
	(void)size;
	(void)context;
	return -1;
}

static int right_passphrase(char *out, int size, void *context)
{
	(void)context;
	return snprintf(out, (size_t)size, "correct horse");
}

TEST(a_key_of_each_kind_survives_its_pem_and_signs)
{
	static const enum key_kind kinds[] = {KEY_ECDSA_P256, KEY_ECDSA_P384, KEY_ED25519, KEY_RSA,
					      KEY_RSA_PSS};

	for (size_t i = 0; i < FP_ARRAY_SIZE(kinds); i++) {
		FP_CLEANUP(buf_release) struct buf pem = BUF_INIT(KEY_PEM_MAX_BYTES);
		FP_CLEANUP(buf_release) struct buf public_pem = BUF_INIT(KEY_PEM_MAX_BYTES);
		FP_CLEANUP(buf_release) struct buf sig = BUF_INIT(4096);
		struct key *k = NULL, *again = NULL, *public_key = NULL;
		struct err e = ERR_INIT;

		tap_row("%s", key_kind_name(kinds[i]));
		CHECK_INT(key_generate(kinds[i], &k, &e), 0);
		CHECK_INT(key_write_private(k, "correct horse", &pem, &e), 0);
		CHECK(strstr(buf_text(&pem), "BEGIN ENCRYPTED PRIVATE KEY"));
		CHECK_INT(key_read_private("it", buf_text(&pem), pem.size, no_passphrase, NULL,
					   &again, &e),
			  -1);
		CHECK_STR(e.text, "it: the passphrase is missing or wrong");
		err_clear(&e);
		CHECK_INT(key_read_private("it", buf_text(&pem), pem.size, right_passphrase, NULL,
					   &again, &e),
			  0);
		CHECK_INT(key_write_public(k, &public_pem, &e), 0);
		CHECK_INT(key_read_public("it", buf_text(&public_pem), public_pem.size, &public_key,
					  &e),
			  0);
		CHECK_INT(key_sign(again, "data", 4, &sig, &e), 0);
		CHECK(key_verify(public_key, "data", 4, sig.data, sig.size));
		CHECK(!key_verify(public_key, "date", 4, sig.data, sig.size));
		key_free(k);
		key_free(again);
		key_free(public_key);
	}
}

/* With any byte of it changed: a point off the curve, another algorithm, another length. */
TEST(a_key_that_is_read_by_its_fixed_encoding_is_the_one_that_openssl_reads)
{
	static const enum key_kind kinds[] = {KEY_ECDSA_P256, KEY_ECDSA_P384, KEY_ED25519, KEY_RSA};

	for (size_t i = 0; i < FP_ARRAY_SIZE(kinds); i++) {
		FP_CLEANUP(buf_release) struct buf der = BUF_INIT(4096);
		struct err e = ERR_INIT;
		struct key *k = NULL;
		size_t taken = 0;

		tap_row("%s", key_kind_name(kinds[i]));
		CHECK_INT(key_generate(kinds[i], &k, &e), 0);
		CHECK_INT(key_spki(k, &der, &e), 0);
		for (size_t at = 0; at <= der.size; at++) {
			const uint8_t *bytes = (const uint8_t *)der.data, *p = bytes;
			EVP_PKEY *fast, *slow;

			if (at < der.size)
				der.data[at] ^= 0x11;
			fast = spki_read(bytes, der.size);
			slow = d2i_PUBKEY(NULL, &p, (long)der.size);
			CHECK(!fast || (slow && EVP_PKEY_eq(fast, slow) == 1));
			taken += at == der.size && fast;
			if (at < der.size)
				der.data[at] ^= 0x11;
			EVP_PKEY_free(fast);
			EVP_PKEY_free(slow);
		}
		CHECK_INT((int)taken, kinds[i] != KEY_RSA);
		key_free(k);
	}
}

static const struct {
	const char *json, *message;
} refused[] = {
	{"[]", "f: not an object"},
	{"{\"mediaType\":\"x\",\"verificationMaterial\":{\"publicKey\":{}},\"dsseEnvelope\":{}}",
	 "f: the media type \"x\" is not known"},
	{"{\"mediaType\":\"application/"
	 "vnd.dev.sigstore.bundle.v0.4+json\",\"verificationMaterial\":{},\"dsseEnvelope\":{}}",
	 "f: the media type \"application/vnd.dev.sigstore.bundle.v0.4+json\" is not known"},
	{"{\"mediaType\":\"" SIGSTORE_MEDIA_TYPE
	 "\",\"verificationMaterial\":{},\"dsseEnvelope\":{},\"more\":1}",
	 "f: unknown key \"more\""},
	{"{\"mediaType\":\"" SIGSTORE_MEDIA_TYPE
	 "\",\"verificationMaterial\":{\"certificate\":{}},\"dsseEnvelope\":{}}",
	 "f: \"rawBytes\" is missing"},
	{"{\"mediaType\":\"" SIGSTORE_MEDIA_TYPE
	 "\",\"verificationMaterial\":{\"certificate\":{},\"publicKey\":{}},\"dsseEnvelope\":{}}",
	 "f: must have either a key or a certificate"},
	{"{\"mediaType\":\"" SIGSTORE_MEDIA_TYPE
	 "\",\"verificationMaterial\":{\"x509CertificateChain\":{}},\"dsseEnvelope\":{}}",
	 "f: carries a chain of certificates; only the leaf may be in it"},
	{"{\"mediaType\":\"" SIGSTORE_MEDIA_TYPE
	 "\",\"verificationMaterial\":{\"publicKey\":{},\"timestampVerificationData\":"
	 "{\"rfc3161Timestamps\":[{\"signedTimestamp\":\"?\"}]}},\"dsseEnvelope\":{}}",
	 "f: \"signedTimestamp\" is not base64"},
	{"{\"mediaType\":\"" SIGSTORE_MEDIA_TYPE
	 "\",\"mediaType\":\"x\",\"verificationMaterial\":{},\"dsseEnvelope\":{}}",
	 "f:1:72: duplicate object key near '\"mediaType\"'"},
	{"{\"mediaType\":\"" SIGSTORE_MEDIA_TYPE
	 "\",\"verificationMaterial\":{\"publicKey\":{\"hint\":\"h\"}},\"dsseEnvelope\":{}}",
	 "f: \"payload\" is missing"},
	{"{\"mediaType\":\"" SIGSTORE_MEDIA_TYPE
	 "\",\"verificationMaterial\":{\"publicKey\":{}},\"dsseEnvelope\":"
	 "{\"payload\":\"\",\"payloadType\":\"t\",\"signatures\":[]}}",
	 "f: must have 1 to 32 signatures"},
	{"{\"mediaType\":\"" SIGSTORE_MEDIA_TYPE
	 "\",\"verificationMaterial\":{\"publicKey\":{}},\"dsseEnvelope\":"
	 "{\"payload\":\"\",\"payloadType\":\"t\",\"signatures\":[{\"sig\":\"\"},{\"sig\":\"\"}]}}",
	 "f: must have exactly one signature"},
	{"{\"mediaType\":\"" SIGSTORE_MEDIA_TYPE
	 "\",\"verificationMaterial\":{\"publicKey\":{}},\"dsseEnvelope\":"
	 "{\"payload\":\"*\",\"payloadType\":\"t\",\"signatures\":[{\"sig\":\"\"}]}}",
	 "f: \"payload\" is not base64"},
};

TEST(what_is_no_bundle_of_sigstore_is_refused_with_the_reason)
{
	for (size_t i = 0; i < FP_ARRAY_SIZE(refused); i++) {
		struct arena a = ARENA_INIT((size_t)1 << 28);
		struct sigstore s;
		struct err e = ERR_INIT;

		CHECK_INT(sigstore_read("f", refused[i].json, strlen(refused[i].json), &a, &s, &e),
			  -1);
		CHECK_STR(e.text, refused[i].message);
		arena_release(&a);
	}
}

TEST(what_was_written_reads_back_the_same)
{
	struct dsse_signature sig = {"SHA256:x", (const uint8_t *)"\xff\x00z", 3};
	struct sigstore b = {.hint = "SHA256:x",
			     .timestamps = {{(const uint8_t *)"\x30\x00", 2}},
			     .timestamp_count = 1,
			     .envelope = {"t", (const uint8_t *)"{}", 2, &sig, 1}},
			back;
	FP_CLEANUP(arena_release) struct arena a = ARENA_INIT((size_t)1 << 28);
	FP_CLEANUP(buf_release) struct buf out = BUF_INIT(65536);
	FP_CLEANUP(buf_release) struct buf again = BUF_INIT(65536);
	struct err e = ERR_INIT;

	sigstore_write(&out, &b);
	CHECK_INT(sigstore_read("f", buf_text(&out), out.size, &a, &back, &e), 0);
	sigstore_write(&again, &back);
	CHECK_STR(buf_text(&again), buf_text(&out));
	CHECK_MEM(back.envelope.signatures[0].sig, back.envelope.signatures[0].size, "\xff\x00z",
		  3);
}
