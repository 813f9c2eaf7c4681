#include "runner/attest/bundle_files.h"

#include "runner/attest/bundle.h"
#include "runner/base/json.h"
#include "runner/canon/jcs.h"

static const char manifest_name[] = "manifest.json";

void bundle_manifest_write(const struct bundle_manifest *m, struct buf *out)
{
	JSON_AUTO *root = json_new_object();
	json_t *files = json_new_array();
	char hex[SHA256_HEX_SIZE];

	for (size_t i = 0; i < m->count; i++) {
		json_t *row = json_new_object();

		sha256_hex(&m->entries[i].sha256, hex);
		json_put(row, "path", json_new_string(m->entries[i].path));
		json_put(row, "role", json_new_string(m->entries[i].role));
		json_put(row, "size", json_new_int((int64_t)m->entries[i].size));
		json_put(row, "sha256", json_new_string(hex));
		json_put(row, "redacted", json_boolean(m->entries[i].redacted));
		json_push(files, row);
	}
	json_put(root, "files", files);
	json_put(root, "format", json_new_string(BUNDLE_MANIFEST_FORMAT));
	jcs_write(out, root);
}

static int read_entry(const json_t *row, struct arena *a, struct bundle_entry *entry, struct err *e)
{
	const char *path, *role, *digest, *fault;
	json_t *size, *redacted;

	if (!json_is_object(row))
		return err_set(e, ERR_INPUT, "%s: an entry is not an object", manifest_name);
	if (json_string_member(row, manifest_name, "path", true, &path, e) < 0 ||
	    json_string_member(row, manifest_name, "role", true, &role, e) < 0 ||
	    json_string_member(row, manifest_name, "sha256", true, &digest, e) < 0 ||
	    json_member(row, manifest_name, "size", JSON_INTEGER, true, &size, e) < 0 ||
	    json_member(row, manifest_name, "redacted", JSON_TRUE, true, &redacted, e) < 0)
		return -1;
	fault = treestream_path_fault(path, strlen(path));
	if (fault)
		return err_set(e, ERR_INPUT, "%s: the path \"%s\" %s", manifest_name, path, fault);
	if (bundle_is_unsealed(path) || strcmp(path, manifest_name) == 0)
		return err_set(e, ERR_INPUT, "%s: lists %s, which cannot be sealed", manifest_name,
			       path);
	if (json_integer_value(size) < 0)
		return err_set(e, ERR_INPUT, "%s: %s has a size below zero", manifest_name, path);
	entry->path = arena_strdup(a, path);
	entry->role = arena_strdup(a, role);
	entry->size = (uint64_t)json_integer_value(size);
	entry->redacted = json_is_true(redacted);
	return sha256_parse(digest, &entry->sha256, e) < 0
		       ? err_wrap(e, "%s: %s", manifest_name, path)
		       : 0;
}

static int check_canonical(const struct bundle_manifest *m, const char *text, size_t size,
			   struct err *e)
{
	FP_CLEANUP(buf_release) struct buf again = BUF_INIT(BUNDLE_FILE_MAX_BYTES);

	for (size_t i = 1; i < m->count; i++)
		if (strcmp(m->entries[i - 1].path, m->entries[i].path) >= 0)
			return err_set(e, ERR_INPUT, "%s: %s is out of order or twice",
				       manifest_name, m->entries[i].path);
	bundle_manifest_write(m, &again);
	if (again.size != size || memcmp(buf_text(&again), text, size) != 0)
		return err_set(e, ERR_INPUT, "%s: not in canonical form", manifest_name);
	return 0;
}

int bundle_manifest_read(const char *text, size_t size, struct arena *a,
			 struct bundle_manifest *ret_manifest, struct err *e)
{
	struct bundle_manifest m = {.count = 0};
	const char *format;
	JSON_AUTO *root = NULL;
	json_t *files;

	if (json_parse(manifest_name, text, size, &root, e) < 0)
		return -1;
	if (json_string_member(root, manifest_name, "format", true, &format, e) < 0 ||
	    json_member(root, manifest_name, "files", JSON_ARRAY, true, &files, e) < 0)
		return -1;
	if (strcmp(format, BUNDLE_MANIFEST_FORMAT) != 0)
		return err_set(e, ERR_UNSUPPORTED, "%s: the format \"%s\" is not known",
			       manifest_name, format);
	if (json_array_size(files) > BUNDLE_FILES_MAX)
		return err_set(e, ERR_LIMIT, "%s: more than %d files", manifest_name,
			       BUNDLE_FILES_MAX);
	m.entries = arena_array(a, json_array_size(files), sizeof(*m.entries));
	for (; m.count < json_array_size(files); m.count++)
		if (read_entry(json_array_get(files, m.count), a, &m.entries[m.count], e) < 0)
			return -1;
	if (check_canonical(&m, text, size, e) < 0)
		return -1;
	*ret_manifest = m;
	return 0;
}

static int compare_entries(const void *left, const void *right)
{
	return strcmp(((const struct bundle_entry *)left)->path,
		      ((const struct bundle_entry *)right)->path);
}

const struct bundle_entry *bundle_manifest_find(const struct bundle_manifest *m, const char *path)
{
	struct bundle_entry key = {.path = path};

	return m->count > 0 ? bsearch(&key, m->entries, m->count, sizeof(key), compare_entries)
			    : NULL;
}

static const struct bundle_names all_names[] = {
	[DECISION_VERIFIED] = {{"fix.sigstore.json", "attestations/fix-verification.sigstore.json",
				"attestations/test-result.sigstore.json"},
			       3,
			       1},
	[DECISION_REFUSED] = {{"refusal.sigstore.json"}, 1, 0},
	[DECISION_INCONCLUSIVE] = {{"attestations/inconclusive.sigstore.json"}, 1, 0},
};

const struct bundle_names *bundle_names_of(enum decision decision)
{
	return &all_names[decision];
}

static const char countersigned[] = "countersigned/";

const char *bundle_signed_path(size_t signer, const char *file, struct arena *a)
{
	return signer == 0 ? file : arena_printf(a, "%s%zu/%s", countersigned, signer, file);
}

/* What follows "countersigned/N/", with N from 1 to BUNDLE_SIGNERS_MAX - 1; or path itself. */
static const char *without_signer(const char *path)
{
	const char *number = path + sizeof(countersigned) - 1;
	unsigned long n;
	char *end;

	if (strncmp(path, countersigned, sizeof(countersigned) - 1) != 0 || *number < '1' ||
	    *number > '9')
		return path;
	n = strtoul(number, &end, 10);
	return *end == '/' && n < BUNDLE_SIGNERS_MAX ? end + 1 : path;
}

bool bundle_is_unsealed(const char *path)
{
	const char *name = without_signer(path);

	if (strcmp(path, BUNDLE_LINES_FILE) == 0)
		return true;
	for (size_t i = 0; i < FP_ARRAY_SIZE(all_names); i++)
		for (size_t k = 0; k < all_names[i].count; k++)
			if (strcmp(all_names[i].files[k], name) == 0)
				return true;
	return false;
}

void bundle_signature_line(const void *payload, size_t size,
			   const struct dsse_signature *signatures, size_t count, struct buf *out)
{
	const struct dsse d = {
		.payload_type = STATEMENT_PAYLOAD_TYPE,
		.payload = payload,
		.payload_size = size,
		.signatures = signatures,
		.count = count,
	};

	dsse_write(out, &d);
	buf_addch(out, '\n');
}
