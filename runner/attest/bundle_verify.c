/*
 * Checking goes from the outside in: what lies in the directory, the manifest, the sealed files,
 * the signatures, the statements, and at last whether the verdicts follow from the evidence.  The
 * first check that fails ends it: what comes after it would rest on what was not there.
 */
#include "runner/attest/bundle.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/stat.h>

#include "runner/attest/bundle_files.h"
#include "runner/attest/sigstore.h"
#include "runner/base/fd.h"
#include "runner/base/json.h"

#define DEPTH_MAX 64
#define CHECKS_MAX 16

struct checker {
	int fd;
	struct arena *arena;
	struct key *const *keys;
	size_t key_count;
	struct bundle_check *checks;
	size_t count;
	struct bundle_manifest manifest;
	struct sha256 manifest_digest;
	struct statements statements; /* as they must be */
	struct evidence ev;
	struct judgement judgement;
	bool has_judgement;
	const char *key_id;
	size_t seen; /* sealed files that were met */
};

static bool add_check(struct checker *c, const char *id, bool passed, const char *text)
{
	c->checks[c->count++] = (struct bundle_check){id, passed, text};
	return passed;
}

/* A check that fails, with the text of an error. */
static bool fails(struct checker *c, const char *id, const struct err *e)
{
	return add_check(c, id, false, arena_strdup(c->arena, e->text));
}

static int open_file(int fd, const char *path, struct err *e)
{
	int file = fd_openat2(fd, path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK, 0,
			      RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS);
	struct stat st;

	if (file < 0)
		return err_sys(e, "%s", path);
	if (fstat(file, &st) < 0 || !S_ISREG(st.st_mode)) {
		fd_close(file);
		return err_set(e, ERR_INPUT, "%s: not a regular file", path);
	}
	return file;
}

int bundle_file(int fd, const char *path, struct arena *a, const char **ret_data, size_t *ret_size,
		struct err *e)
{
	FP_CLEANUP(buf_release) struct buf text = BUF_INIT(BUNDLE_FILE_MAX_BYTES);
	FP_CLEANUP(fd_cleanup) int file = open_file(fd, path, e);

	if (file < 0 || fd_read_all(file, &text, path, e) < 0)
		return -1;
	*ret_data = arena_strndup(a, buf_text(&text), text.size);
	*ret_size = text.size;
	return 0;
}

static bool check_manifest(struct checker *c)
{
	struct err e = ERR_INIT;
	const char *text;
	size_t size;

	if (bundle_file(c->fd, "manifest.json", c->arena, &text, &size, &e) < 0 ||
	    bundle_manifest_read(text, size, c->arena, &c->manifest, &e) < 0)
		return fails(c, "manifest", &e);
	c->manifest_digest = sha256_of(text, size);
	return add_check(c, "manifest", true,
			 arena_printf(c->arena, "%zu files are listed", c->manifest.count));
}

static int walk(struct checker *c, int fd, const char *prefix, unsigned int depth, struct err *e);

static int walk_entry(struct checker *c, int fd, const char *name, const char *prefix,
		      unsigned int depth, struct err *e)
{
	const char *path = arena_printf(c->arena, "%s%s%s", prefix, *prefix ? "/" : "", name);
	FP_CLEANUP(fd_cleanup) int child = -1;
	struct stat st;

	if (fstatat(fd, name, &st, AT_SYMLINK_NOFOLLOW) < 0)
		return err_sys(e, "%s", path);
	if (S_ISDIR(st.st_mode)) {
		if (depth >= DEPTH_MAX + TREESTREAM_PATH_MAX / 2)
			return err_set(e, ERR_LIMIT, "%s: too many directories", path);
		child = openat(fd, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
		if (child < 0)
			return err_sys(e, "%s", path);
		return walk(c, child, path, depth + 1, e);
	}
	if (!S_ISREG(st.st_mode))
		return err_set(e, ERR_INPUT, "%s: not a regular file", path);
	if (bundle_manifest_find(&c->manifest, path)) {
		c->seen++;
		return 0;
	}
	if (strcmp(path, "manifest.json") == 0 || bundle_is_unsealed(path))
		return 0;
	return err_set(e, ERR_INPUT, "%s: is not in the manifest", path);
}

static int walk(struct checker *c, int fd, const char *prefix, unsigned int depth, struct err *e)
{
	FP_CLEANUP(fd_close_dir) DIR *dir = NULL;
	const struct dirent *entry;
	int own = openat(fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	dir = own >= 0 ? fdopendir(own) : NULL;
	if (!dir) {
		(void)err_sys(e, "%s", prefix);
		fd_close(own);
		return -1;
	}
	while ((entry = readdir(dir))) {
		if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
			continue;
		if (walk_entry(c, fd, entry->d_name, prefix, depth, e) < 0)
			return -1;
	}
	return 0;
}

static bool check_layout(struct checker *c)
{
	struct err e = ERR_INIT;

	if (walk(c, c->fd, "", 0, &e) < 0)
		return fails(c, "layout", &e);
	return add_check(c, "layout", true, "nothing lies in it that the manifest does not name");
}

static int check_file(struct checker *c, const struct bundle_entry *entry, struct err *e)
{
	FP_CLEANUP(fd_cleanup) int file = open_file(c->fd, entry->path, e);
	struct sha256 digest;
	struct stat st;

	if (file < 0)
		return -1;
	if (fstat(file, &st) < 0)
		return err_sys(e, "%s", entry->path);
	if ((uint64_t)st.st_size != entry->size)
		return err_set(e, ERR_INPUT, "%s: has %lld bytes, not %llu", entry->path,
			       (long long)st.st_size, (unsigned long long)entry->size);
	if (sha256_of_fd(file, entry->path, &digest, e) < 0)
		return -1;
	if (!sha256_equal(&digest, &entry->sha256))
		return err_set(e, ERR_INPUT, "%s: is not the file that the manifest names",
			       entry->path);
	return 0;
}

static bool check_files(struct checker *c)
{
	struct err e = ERR_INIT;

	for (size_t i = 0; i < c->manifest.count; i++)
		if (check_file(c, &c->manifest.entries[i], &e) < 0)
			return fails(c, "files", &e);
	return add_check(c, "files", true,
			 "every file is there with the size and digest that the manifest names");
}

static int read_sealed(void *context, const char *path, const char **ret_data, size_t *ret_size,
		       struct err *e)
{
	struct checker *c = context;

	if (!bundle_manifest_find(&c->manifest, path))
		return err_set(e, ERR_INPUT, "%s: is not in the manifest", path);
	return bundle_file(c->fd, path, c->arena, ret_data, ret_size, e);
}

static bool check_evidence(struct checker *c)
{
	struct err e = ERR_INIT;
	const struct bundle_entry *diff = bundle_manifest_find(&c->manifest, "fix.diff");
	struct statement_input in = {.judgement = &c->judgement, .manifest = c->manifest_digest};

	if (evidence_read(read_sealed, c, c->arena, &c->ev, &e) < 0 ||
	    verifiers_judge(&c->ev, c->arena, &c->judgement, &e) < 0)
		return fails(c, "evidence", &e);
	c->has_judgement = true;
	if (diff)
		in.diff = diff->sha256;
	statements_make(&in, c->arena, &c->statements);
	return add_check(c, "evidence", true,
			 arena_printf(c->arena, "judged again by its own rules it is %s",
				      decision_name(c->judgement.decision)));
}

static const struct key *find_key(struct checker *c, const struct sigstore *b, const char **ret_id)
{
	FP_CLEANUP(buf_release) struct buf pae = BUF_INIT(SIZE_MAX / 4);

	dsse_pae(&pae, b->envelope.payload_type, b->envelope.payload, b->envelope.payload_size);
	for (size_t i = 0; i < c->key_count; i++) {
		struct err e = ERR_INIT;
		char id[KEY_ID_SIZE];

		if (key_id(c->keys[i], id, &e) < 0)
			continue;
		if (key_verify(c->keys[i], buf_text(&pae), pae.size, b->envelope.signatures[0].sig,
			       b->envelope.signatures[0].size)) {
			*ret_id = arena_strdup(c->arena, id);
			return c->keys[i];
		}
	}
	return NULL;
}

static int check_signature(struct checker *c, const struct statement *s, struct buf *lines,
			   struct err *e)
{
	FP_CLEANUP(buf_release) struct buf again = BUF_INIT(SIZE_MAX / 4);
	const struct dsse_signature *signature;
	const char *text, *id = NULL;
	struct sigstore b;
	size_t size;

	if (bundle_file(c->fd, s->file, c->arena, &text, &size, e) < 0 ||
	    sigstore_read(s->file, text, size, c->arena, &b, e) < 0)
		return -1;
	signature = &b.envelope.signatures[0];
	if (strcmp(b.envelope.payload_type, STATEMENT_PAYLOAD_TYPE) != 0)
		return err_set(e, ERR_CRYPTO, "%s: the payload type is \"%s\", not \"%s\"", s->file,
			       b.envelope.payload_type, STATEMENT_PAYLOAD_TYPE);
	if (!find_key(c, &b, &id))
		return err_set(e, ERR_CRYPTO, "%s: no trusted key made this signature", s->file);
	if (strcmp(signature->keyid, id) != 0 || strcmp(b.hint, id) != 0)
		return err_set(e, ERR_CRYPTO, "%s: the key id and the hint must be %s", s->file,
			       id);
	if (b.envelope.payload_size != s->size ||
	    memcmp(b.envelope.payload, s->payload, s->size) != 0)
		return err_set(e, ERR_CRYPTO, "%s: the statement does not follow from the evidence",
			       s->file);
	bundle_signature_file(s, id, signature->sig, signature->size, &again);
	if (again.size != size || memcmp(buf_text(&again), text, size) != 0)
		return err_set(e, ERR_CRYPTO, "%s: is not written as fixproof writes it", s->file);
	bundle_signature_line(s, id, signature->sig, signature->size, lines);
	c->key_id = id;
	return 0;
}

static const char *subject_digest(const json_t *statement, const char *name)
{
	json_t *subject;
	size_t i;

	json_array_foreach (json_object_get(statement, "subject"), i, subject) {
		const char *found = json_string_value(json_object_get(subject, "name"));

		if (found && strcmp(found, name) == 0)
			return json_string_value(
				json_object_get(json_object_get(subject, "digest"), "sha256"));
	}
	return NULL;
}

/*
 * What a trusted key signed names the manifest by its digest; so a manifest that was changed is
 * told as that, before the files are held against it.  Whether the signatures are right is checked
 * later.
 */
static bool manifest_is_signed(struct checker *c, const char *file)
{
	struct err ignored = ERR_INIT;
	JSON_AUTO *statement = NULL;
	char hex[SHA256_HEX_SIZE];
	const char *text, *id, *digest;
	struct sigstore b;
	size_t size;

	if (faccessat(c->fd, file, F_OK, AT_SYMLINK_NOFOLLOW) < 0 ||
	    bundle_file(c->fd, file, c->arena, &text, &size, &ignored) < 0 ||
	    sigstore_read(file, text, size, c->arena, &b, &ignored) < 0 || !find_key(c, &b, &id) ||
	    json_parse(file, b.envelope.payload, b.envelope.payload_size, &statement, &ignored) < 0)
		return true;
	digest = subject_digest(statement, "manifest.json");
	sha256_hex(&c->manifest_digest, hex);
	return digest && strcmp(digest, hex) == 0;
}

static bool check_signed_manifest(struct checker *c)
{
	static const char *const names[] = {"fix.sigstore.json", "refusal.sigstore.json",
					    "attestations/inconclusive.sigstore.json"};

	for (size_t i = 0; i < FP_ARRAY_SIZE(names); i++)
		if (!manifest_is_signed(c, names[i]))
			return add_check(
				c, "manifest", false,
				arena_printf(c->arena,
					     "manifest.json: is not the one that %s was signed for",
					     names[i]));
	return true;
}

/* Signature files of another decision must not lie beside the right ones. */
static int check_no_other(struct checker *c, struct err *e)
{
	static const char *const names[] = {"fix.sigstore.json", "refusal.sigstore.json",
					    "attestations/fix-verification.sigstore.json",
					    "attestations/test-result.sigstore.json",
					    "attestations/inconclusive.sigstore.json"};

	for (size_t i = 0; i < FP_ARRAY_SIZE(names); i++) {
		bool wanted = false;

		for (size_t k = 0; k < c->statements.count; k++)
			wanted = wanted || strcmp(c->statements.rows[k].file, names[i]) == 0;
		if (!wanted && faccessat(c->fd, names[i], F_OK, AT_SYMLINK_NOFOLLOW) == 0)
			return err_set(e, ERR_INPUT, "%s: does not belong to a bundle that is %s",
				       names[i], decision_name(c->judgement.decision));
	}
	return 0;
}

static bool check_signatures(struct checker *c)
{
	FP_CLEANUP(buf_release) struct buf lines = BUF_INIT(SIZE_MAX / 4);
	struct err e = ERR_INIT;
	const char *text;
	size_t size;

	if (check_no_other(c, &e) < 0)
		return fails(c, "signature", &e);
	for (size_t i = 0; i < c->statements.count; i++)
		if (check_signature(c, &c->statements.rows[i], &lines, &e) < 0)
			return fails(c, "signature", &e);
	if (bundle_file(c->fd, BUNDLE_LINES_FILE, c->arena, &text, &size, &e) < 0)
		return fails(c, "signature", &e);
	if (lines.size != size || memcmp(buf_text(&lines), text, size) != 0)
		return add_check(c, "signature", false,
				 BUNDLE_LINES_FILE
				 ": does not hold the same signatures as the other files");
	return add_check(c, "signature", true,
			 arena_printf(c->arena, "%zu statements are signed by %s",
				      c->statements.count, c->key_id));
}

int bundle_verify(int fd, struct key *const *keys, size_t key_count, struct arena *a,
		  struct bundle_report *ret_report, struct err *e)
{
	struct checker c = {.fd = fd, .arena = a, .keys = keys, .key_count = key_count};
	struct stat st;

	if (fstat(fd, &st) < 0)
		return err_sys(e, "the bundle");
	c.checks = arena_array(a, CHECKS_MAX, sizeof(*c.checks));
	(void)(check_manifest(&c) && check_signed_manifest(&c) && check_layout(&c) &&
	       check_files(&c) && check_evidence(&c) && check_signatures(&c));
	*ret_report = (struct bundle_report){
		.checks = c.checks,
		.count = c.count,
		.passed = c.checks[c.count - 1].passed,
		.ev = c.ev,
		.judgement = c.judgement,
		.has_judgement = c.has_judgement,
		.key_id = c.key_id,
	};
	/* The evidence has moved; what points to it moves with it. */
	ret_report->judgement.input.ev = &ret_report->ev;
	return 0;
}

int bundle_read(int fd, struct arena *a, struct evidence *ret_evidence,
		struct judgement *ret_judgement, struct err *e)
{
	struct checker c = {.fd = fd, .arena = a};
	const char *text;
	size_t size;

	if (bundle_file(fd, "manifest.json", a, &text, &size, e) < 0 ||
	    bundle_manifest_read(text, size, a, &c.manifest, e) < 0 ||
	    evidence_read(read_sealed, &c, a, ret_evidence, e) < 0)
		return -1;
	if (verifiers_judge(ret_evidence, a, ret_judgement, e) < 0) {
		evidence_release(ret_evidence);
		return -1;
	}
	return 0;
}
