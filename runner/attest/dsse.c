#include "runner/attest/dsse.h"

#include "runner/base/hex.h"
#include "runner/base/json.h"

#define PAYLOAD_MAX_BYTES ((size_t)64 << 20)

void dsse_pae(struct buf *out, const char *payload_type, const void *payload, size_t size)
{
	buf_addf(out, "DSSEv1 %zu %s %zu ", strlen(payload_type), payload_type, size);
	buf_add(out, payload, size);
}

static void add_base64(struct buf *out, const void *data, size_t size)
{
	buf_addch(out, '"');
	base64_encode(out, data, size);
	buf_addch(out, '"');
}

static json_t *base64_json(const void *data, size_t size)
{
	FP_CLEANUP(buf_release) struct buf text = BUF_INIT(PAYLOAD_MAX_BYTES * 2);

	add_base64(&text, data, size);
	return json_stringn(buf_text(&text) + 1, text.size - 2);
}

void dsse_write(struct buf *out, const struct dsse *envelope)
{
	JSON_AUTO *root = json_new_object();
	json_t *list = json_new_array();

	for (size_t i = 0; i < envelope->count; i++) {
		json_t *row = json_new_object();

		if (*envelope->signatures[i].keyid)
			json_put(row, "keyid", json_new_string(envelope->signatures[i].keyid));
		json_put(row, "sig",
			 base64_json(envelope->signatures[i].sig, envelope->signatures[i].size));
		json_push(list, row);
	}
	json_put(root, "payload", base64_json(envelope->payload, envelope->payload_size));
	json_put(root, "payloadType", json_new_string(envelope->payload_type));
	json_put(root, "signatures", list);
	json_dump_compact(out, root);
	if (out->size > 0 && !out->overflow)
		out->data[--out->size] = '\0';
}

static int read_base64(const char *what, const char *key, const char *text, struct arena *a,
		       const uint8_t **ret_data, size_t *ret_size, struct err *e)
{
	FP_CLEANUP(buf_release) struct buf out = BUF_INIT(PAYLOAD_MAX_BYTES);

	if (!base64_decode(&out, text, strlen(text), true))
		return err_set(e, ERR_INPUT, "%s: \"%s\" is not base64", what, key);
	if (buf_finish(&out, key, e) < 0)
		return -1;
	*ret_data = arena_memdup(a, buf_text(&out), out.size);
	*ret_size = out.size;
	return 0;
}

static int read_signature(const char *what, const json_t *row, struct arena *a,
			  struct dsse_signature *s, struct err *e)
{
	const char *keyid, *sig;

	if (!json_is_object(row))
		return err_set(e, ERR_INPUT, "%s: a signature is not an object", what);
	if (json_string_member(row, what, "keyid", false, &keyid, e) < 0 ||
	    json_string_member(row, what, "sig", true, &sig, e) < 0)
		return -1;
	s->keyid = arena_strdup(a, keyid ? keyid : "");
	return read_base64(what, "sig", sig, a, &s->sig, &s->size, e);
}

int dsse_read(const char *what, const char *text, size_t size, struct arena *a,
	      struct dsse *ret_envelope, struct err *e)
{
	struct dsse_signature *rows;
	const char *payload, *type;
	JSON_AUTO *root = NULL;
	struct dsse d;
	json_t *list;

	if (json_parse(what, text, size, &root, e) < 0 ||
	    json_string_member(root, what, "payload", true, &payload, e) < 0 ||
	    json_string_member(root, what, "payloadType", true, &type, e) < 0 ||
	    json_member(root, what, "signatures", JSON_ARRAY, true, &list, e) < 0)
		return -1;
	d.count = json_array_size(list);
	if (d.count == 0 || d.count > DSSE_SIGNATURES_MAX)
		return err_set(e, ERR_INPUT, "%s: must have 1 to %d signatures", what,
			       DSSE_SIGNATURES_MAX);
	rows = arena_array(a, d.count, sizeof(*rows));
	for (size_t i = 0; i < d.count; i++)
		if (read_signature(what, json_array_get(list, i), a, &rows[i], e) < 0)
			return -1;
	d.payload_type = arena_strdup(a, type);
	d.signatures = rows;
	if (read_base64(what, "payload", payload, a, &d.payload, &d.payload_size, e) < 0)
		return -1;
	*ret_envelope = d;
	return 0;
}
