#include "runner/attest/sigstore.h"

#include "runner/base/hex.h"
#include "runner/base/json.h"
#include "runner/canon/jcs.h"

#define BLOB_MAX_BYTES ((size_t)1 << 20)

static json_t *blob_json(const struct sigstore_blob *blob)
{
	FP_CLEANUP(buf_release) struct buf text = BUF_INIT(BLOB_MAX_BYTES * 2);

	base64_encode(&text, blob->data, blob->size);
	return json_new_string(buf_text(&text));
}

static json_t *material_json(const struct sigstore *bundle)
{
	json_t *material = json_new_object(), *key = json_new_object(), *list;

	if (bundle->certificate.size > 0) {
		json_put(key, "rawBytes", blob_json(&bundle->certificate));
		json_put(material, "certificate", key);
	} else {
		json_put(key, "hint", json_new_string(bundle->hint));
		json_put(material, "publicKey", key);
	}
	list = json_new_array();
	for (size_t i = 0; i < bundle->log_count; i++)
		json_push(list, tlog_entry_json(&bundle->logs[i]));
	json_put(material, "tlogEntries", list);
	if (bundle->timestamp_count == 0)
		return material;
	list = json_new_array();
	for (size_t i = 0; i < bundle->timestamp_count; i++) {
		json_t *row = json_new_object();

		json_put(row, "signedTimestamp", blob_json(&bundle->timestamps[i]));
		json_push(list, row);
	}
	key = json_new_object();
	json_put(key, "rfc3161Timestamps", list);
	json_put(material, "timestampVerificationData", key);
	return material;
}

void sigstore_write(struct buf *out, const struct sigstore *bundle)
{
	JSON_AUTO *material = material_json(bundle);

	buf_addstr(out, "{\"dsseEnvelope\":");
	dsse_write(out, &bundle->envelope);
	buf_addstr(out, ",\"mediaType\":\"" SIGSTORE_MEDIA_TYPE "\",\"verificationMaterial\":");
	jcs_write(out, material);
	buf_addstr(out, "}\n");
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

static int read_blob(const char *what, const json_t *object, const char *key, struct arena *a,
		     struct sigstore_blob *ret_blob, struct err *e)
{
	FP_CLEANUP(buf_release) struct buf out = BUF_INIT(BLOB_MAX_BYTES);
	const char *const keys[] = {key, NULL};
	const char *text;

	if (!json_is_object(object))
		return err_set(e, ERR_INPUT, "%s: \"%s\" is not in an object", what, key);
	if (json_only_keys(object, what, keys, e) < 0 ||
	    json_string_member(object, what, key, true, &text, e) < 0)
		return -1;
	if (!base64_decode(&out, text, strlen(text), false) || out.size == 0)
		return err_set(e, ERR_INPUT, "%s: \"%s\" is not base64", what, key);
	if (buf_finish(&out, key, e) < 0)
		return -1;
	*ret_blob = (struct sigstore_blob){arena_memdup(a, buf_text(&out), out.size), out.size};
	return 0;
}

static int read_timestamps(const char *what, const json_t *data, struct arena *a,
			   struct sigstore *b, struct err *e)
{
	static const char *const keys[] = {"rfc3161Timestamps", NULL};
	json_t *list;

	if (json_only_keys(data, what, keys, e) < 0 ||
	    json_member(data, what, keys[0], JSON_ARRAY, false, &list, e) < 0)
		return -1;
	if (json_array_size(list) > SIGSTORE_TIMESTAMPS_MAX)
		return err_set(e, ERR_LIMIT, "%s: more than %d timestamps", what,
			       SIGSTORE_TIMESTAMPS_MAX);
	for (; b->timestamp_count < json_array_size(list); b->timestamp_count++)
		if (read_blob(what, json_array_get(list, b->timestamp_count), "signedTimestamp", a,
			      &b->timestamps[b->timestamp_count], e) < 0)
			return -1;
	return 0;
}

static int read_logs(const char *what, const json_t *material, struct arena *a, struct sigstore *b,
		     struct err *e)
{
	json_t *list;

	if (json_member(material, what, "tlogEntries", JSON_ARRAY, false, &list, e) < 0)
		return -1;
	if (json_array_size(list) > SIGSTORE_LOGS_MAX)
		return err_set(e, ERR_LIMIT, "%s: more than %d entries of logs", what,
			       SIGSTORE_LOGS_MAX);
	b->logs = arena_array(a, json_array_size(list) + 1, sizeof(*b->logs));
	for (; b->log_count < json_array_size(list); b->log_count++)
		if (tlog_entry_read(what, json_array_get(list, b->log_count), a,
				    &b->logs[b->log_count], e) < 0)
			return -1;
	return 0;
}

static int read_material(const char *what, const json_t *material, struct arena *a,
			 struct sigstore *b, struct err *e)
{
	static const char *const keys[] = {"publicKey", "certificate", "tlogEntries",
					   "timestampVerificationData", NULL};
	static const char *const key_keys[] = {"hint", NULL};
	json_t *key, *certificate, *timestamps;
	const char *hint = NULL;

	if (json_object_get(material, "x509CertificateChain"))
		return err_set(e, ERR_UNSUPPORTED,
			       "%s: carries a chain of certificates; only the leaf may be in it",
			       what);
	if (json_only_keys(material, what, keys, e) < 0 ||
	    json_member(material, what, "publicKey", JSON_OBJECT, false, &key, e) < 0 ||
	    json_member(material, what, "certificate", JSON_OBJECT, false, &certificate, e) < 0 ||
	    json_member(material, what, "timestampVerificationData", JSON_OBJECT, false,
			&timestamps, e) < 0)
		return -1;
	if (!key == !certificate)
		return err_set(e, ERR_INPUT, "%s: must have either a key or a certificate", what);
	if (certificate && read_blob(what, certificate, "rawBytes", a, &b->certificate, e) < 0)
		return -1;
	if (key && (json_only_keys(key, what, key_keys, e) < 0 ||
		    json_string_member(key, what, "hint", false, &hint, e) < 0))
		return -1;
	b->hint = arena_strdup(a, hint ? hint : "");
	if (read_logs(what, material, a, b, e) < 0)
		return -1;
	return timestamps ? read_timestamps(what, timestamps, a, b, e) : 0;
}

int sigstore_read(const char *what, const char *text, size_t size, struct arena *a,
		  struct sigstore *ret_bundle, struct err *e)
{
	static const char *const keys[] = {"mediaType", "verificationMaterial", "dsseEnvelope",
					   NULL};
	static const char *const envelope_keys[] = {"payload", "payloadType", "signatures", NULL};
	struct sigstore b = {.timestamp_count = 0};
	json_t *material, *envelope;
	const char *type;
	JSON_AUTO *root = NULL;

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
	if (read_material(what, material, a, &b, e) < 0)
		return -1;
	if (dsse_read_json(what, envelope, a, &b.envelope, e) < 0)
		return -1;
	if (b.envelope.count != 1)
		return err_set(e, ERR_INPUT, "%s: must have exactly one signature", what);
	*ret_bundle = b;
	return 0;
}
