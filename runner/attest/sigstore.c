#include "runner/attest/sigstore.h"

#include "runner/base/die.h"
#include "runner/base/json.h"

void sigstore_write(struct buf *out, const struct sigstore *bundle)
{
	FP_CLEANUP(buf_release) struct buf text = BUF_INIT(SIZE_MAX / 4);
	JSON_AUTO *root = json_new_object();
	json_t *envelope = NULL, *material = json_new_object(), *key = json_new_object();
	struct err e = ERR_INIT;

	dsse_write(&text, &bundle->envelope);
	if (json_parse("our own envelope", buf_text(&text), text.size, &envelope, &e) < 0)
		die(e.text);
	json_put(key, "hint", json_new_string(bundle->hint));
	json_put(material, "publicKey", key);
	json_put(material, "tlogEntries", json_new_array());
	json_put(root, "dsseEnvelope", envelope);
	json_put(root, "mediaType", json_new_string(SIGSTORE_MEDIA_TYPE));
	json_put(root, "verificationMaterial", material);
	json_dump_compact(out, root);
}

static bool known_media_type(const char *type)
{
	static const char *const types[] = {
		SIGSTORE_MEDIA_TYPE,
		"application/vnd.dev.sigstore.bundle+json;version=0.1",
		"application/vnd.dev.sigstore.bundle+json;version=0.2",
		"application/vnd.dev.sigstore.bundle+json;version=0.3",
	};

	for (size_t i = 0; i < FP_ARRAY_SIZE(types); i++)
		if (strcmp(types[i], type) == 0)
			return true;
	return false;
}

static int read_hint(const char *what, const json_t *material, struct arena *a,
		     const char **ret_hint, struct err *e)
{
	static const char *const keys[] = {"publicKey", "tlogEntries", "timestampVerificationData",
					   NULL};
	static const char *const key_keys[] = {"hint", NULL};
	const char *hint;
	json_t *key;

	if (json_object_get(material, "certificate") ||
	    json_object_get(material, "x509CertificateChain"))
		return err_set(e, ERR_UNSUPPORTED, "%s: is signed with a certificate", what);
	if (json_only_keys(material, what, keys, e) < 0 ||
	    json_member(material, what, "publicKey", JSON_OBJECT, true, &key, e) < 0 ||
	    json_only_keys(key, what, key_keys, e) < 0 ||
	    json_string_member(key, what, "hint", false, &hint, e) < 0)
		return -1;
	*ret_hint = arena_strdup(a, hint ? hint : "");
	return 0;
}

int sigstore_read(const char *what, const char *text, size_t size, struct arena *a,
		  struct sigstore *ret_bundle, struct err *e)
{
	static const char *const keys[] = {"mediaType", "verificationMaterial", "dsseEnvelope",
					   NULL};
	static const char *const envelope_keys[] = {"payload", "payloadType", "signatures", NULL};
	FP_CLEANUP(buf_release) struct buf inner = BUF_INIT(SIZE_MAX / 4);
	json_t *material, *envelope;
	const char *type;
	JSON_AUTO *root = NULL;
	struct sigstore b;

	if (json_parse(what, text, size, &root, e) < 0)
		return -1;
	if (!json_is_object(root))
		return err_set(e, ERR_INPUT, "%s: not an object", what);
	if (json_only_keys(root, what, keys, e) < 0 ||
	    json_string_member(root, what, "mediaType", true, &type, e) < 0 ||
	    json_member(root, what, "verificationMaterial", JSON_OBJECT, true, &material, e) < 0 ||
	    json_member(root, what, "dsseEnvelope", JSON_OBJECT, true, &envelope, e) < 0 ||
	    json_only_keys(envelope, what, envelope_keys, e) < 0)
		return -1;
	if (!known_media_type(type))
		return err_set(e, ERR_UNSUPPORTED, "%s: the media type \"%s\" is not known", what,
			       type);
	if (read_hint(what, material, a, &b.hint, e) < 0)
		return -1;
	json_dump_compact(&inner, envelope);
	if (dsse_read(what, buf_text(&inner), inner.size, a, &b.envelope, e) < 0)
		return -1;
	if (b.envelope.count != 1)
		return err_set(e, ERR_INPUT, "%s: must have exactly one signature", what);
	*ret_bundle = b;
	return 0;
}
