#include "runner/attest/dsse.h"

#include "runner/base/hex.h"
#include "runner/base/json.h"
#include "runner/canon/jcs.h"

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

void dsse_write(struct buf *out, const struct dsse *envelope)
{
	buf_addstr(out, "{\"payload\":");
	add_base64(out, envelope->payload, envelope->payload_size);
	buf_addstr(out, ",\"payloadType\":");
	jcs_string(out, envelope->payload_type, strlen(envelope->payload_type));
	buf_addstr(out, ",\"signatures\":[");
	for (size_t i = 0; i < envelope->count; i++) {
		const struct dsse_signature *s = &envelope->signatures[i];

		buf_addstr(out, i > 0 ? ",{" : "{");
		if (*s->keyid) {
			buf_addstr(out, "\"keyid\":");
			jcs_string(out, s->keyid, strlen(s->keyid));
			buf_addch(out, ',');
		}
		buf_addstr(out, "\"sig\":");
		add_base64(out, s->sig, s->size);
		buf_addch(out, '}');
	}
	buf_addstr(out, "]}");
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
	JSON_AUTO *root = NULL;

	return json_parse(what, text, size, &root, e) < 0
		       ? -1
		       : dsse_read_json(what, root, a, ret_envelope, e);
}

int dsse_read_json(const char *what, const json_t *root, struct arena *a, struct dsse *ret_envelope,
		   struct err *e)
{
	struct dsse_signature *rows;
	const char *payload, *type;
	struct dsse d;
	json_t *list;

	if (json_string_member(root, what, "payload", true, &payload, e) < 0 ||
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
