#include "runner/attest/bundle_check.h"

#include "runner/base/json.h"
#include "runner/findings/findings.h"

void bundle_checker_init(struct bundle_checker *c, const struct bundle *b,
			 const struct trust *trust, int64_t now, struct arena *a)
{
	*c = (struct bundle_checker){
		.bundle = b,
		.arena = a,
		.trust = trust,
		.now = now,
		.checks = {.arena = a},
	};
}

static bool check_manifest(struct bundle_checker *c)
{
	struct err e = ERR_INIT;
	const char *text;
	size_t size;

	if (bundle_file(c->bundle, "manifest.json", c->arena, &text, &size, &e) < 0 ||
	    bundle_manifest_read(text, size, c->arena, &c->manifest, &e) < 0)
		return check_fail(&c->checks, "manifest", &e);
	c->manifest_digest = sha256_of(text, size);
	return check_add(&c->checks, "manifest", CHECK_PASSED, "%zu files are listed",
			 c->manifest.count);
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

static bool is_trusted(const struct bundle_checker *c, const struct sigstore *b)
{
	FP_CLEANUP(buf_release) struct buf pae = BUF_INIT(SIZE_MAX / 4);

	dsse_pae(&pae, b->envelope.payload_type, b->envelope.payload, b->envelope.payload_size);
	for (size_t i = 0; i < c->trust->signer_count; i++) {
		const struct trust_signer *s = &c->trust->signers[i];

		if (s->key && strcmp(s->key_id, b->envelope.signatures[0].keyid) == 0 &&
		    key_verify(s->key, buf_text(&pae), pae.size, b->envelope.signatures[0].sig,
			       b->envelope.signatures[0].size))
			return true;
	}
	return false;
}

/*
 * What a trusted key signed names the manifest by its digest; so a manifest that was changed is
 * told as that, before the files are held against it.  Whether the signatures are right is checked
 * later.
 */
static bool manifest_is_signed(struct bundle_checker *c, const char *file)
{
	struct err ignored = ERR_INIT;
	JSON_AUTO *statement = NULL;
	char hex[SHA256_HEX_SIZE];
	const char *text, *digest;
	struct sigstore b;
	size_t size;

	if (!bundle_has(c->bundle, file) ||
	    bundle_file(c->bundle, file, c->arena, &text, &size, &ignored) < 0 ||
	    sigstore_read(file, text, size, c->arena, &b, &ignored) < 0 || !is_trusted(c, &b) ||
	    json_parse(file, b.envelope.payload, b.envelope.payload_size, &statement, &ignored) < 0)
		return true;
	digest = subject_digest(statement, "manifest.json");
	sha256_hex(&c->manifest_digest, hex);
	return digest && strcmp(digest, hex) == 0;
}

static const enum decision decisions[] = {DECISION_VERIFIED, DECISION_REFUSED,
					  DECISION_INCONCLUSIVE};

static bool check_signed_manifest(struct bundle_checker *c)
{
	for (size_t i = 0; i < FP_ARRAY_SIZE(decisions); i++) {
		const char *file = bundle_names_of(decisions[i])->files[0];

		if (!manifest_is_signed(c, file))
			return check_add(&c->checks, "manifest", CHECK_FAILED,
					 "manifest.json: is not the one that %s was signed for",
					 file);
	}
	return true;
}

static bool check_layout(struct bundle_checker *c)
{
	struct err e = ERR_INIT;
	const char *const *paths;
	size_t count, sealed = 0;

	if (bundle_paths(c->bundle, c->arena, &paths, &count, &e) < 0)
		return check_fail(&c->checks, "layout", &e);
	for (size_t i = 0; i < count; i++) {
		if (bundle_manifest_find(&c->manifest, paths[i]))
			sealed++;
		else if (strcmp(paths[i], "manifest.json") != 0 && !bundle_is_unsealed(paths[i]))
			return check_add(&c->checks, "layout", CHECK_FAILED,
					 "%s: is not in the manifest", paths[i]);
	}
	return check_add(&c->checks, "layout", CHECK_PASSED,
			 "nothing lies in it that the manifest does not name (%zu sealed files)",
			 sealed);
}

static int check_file(struct bundle_checker *c, size_t i, struct err *e)
{
	const struct bundle_entry *entry = &c->manifest.entries[i];
	struct sha256 digest;
	const char *data;
	size_t size;

	if (bundle_file(c->bundle, entry->path, c->arena, &data, &size, e) < 0)
		return -1;
	digest = sha256_of(data, size);
	if (size != entry->size || !sha256_equal(&digest, &entry->sha256))
		return err_set(e, ERR_INPUT, "%s: is not what the manifest says", entry->path);
	c->contents[i] = (struct sigstore_blob){(const uint8_t *)data, size};
	return 0;
}

static bool check_files(struct bundle_checker *c)
{
	struct err e = ERR_INIT;

	c->contents = arena_array(c->arena, c->manifest.count + 1, sizeof(*c->contents));
	for (size_t i = 0; i < c->manifest.count; i++)
		if (check_file(c, i, &e) < 0)
			return check_fail(&c->checks, "files", &e);
	return check_add(&c->checks, "files", CHECK_PASSED,
			 "every file is there with the size and digest that the manifest names");
}

bool bundle_check_content(struct bundle_checker *c)
{
	return check_manifest(c) && check_signed_manifest(c) && check_layout(c) && check_files(c);
}

static int read_sealed(void *context, const char *path, const char **ret_data, size_t *ret_size,
		       struct err *e)
{
	struct bundle_checker *c = context;
	const struct bundle_entry *entry = bundle_manifest_find(&c->manifest, path);
	const struct sigstore_blob *blob;

	if (!entry)
		return err_set(e, ERR_INPUT, "%s: is not in the manifest", path);
	/* What is judged is what was digested, whatever the file holds by then. */
	if (c->contents) {
		blob = &c->contents[entry - c->manifest.entries];
		*ret_data = (const char *)blob->data;
		*ret_size = blob->size;
		return 0;
	}
	return bundle_file(c->bundle, path, c->arena, ret_data, ret_size, e);
}

/* The rules by which the signed statement says that it was judged, in their order. */
static int read_rules(struct bundle_checker *c, const struct verifier_rule **ret_rules,
		      size_t *ret_count, struct err *e)
{
	const struct bundle_names *names = bundle_names_of(c->signed_as);
	const struct dsse *d = &c->sets[0].files[names->main].envelope;
	const char *what = names->files[names->main], *id;
	JSON_AUTO *root = NULL;
	struct verifier_rule *rules;
	json_t *predicate, *list, *version;
	size_t count;

	if (json_parse(what, d->payload, d->payload_size, &root, e) < 0 ||
	    json_member(root, what, "predicate", JSON_OBJECT, true, &predicate, e) < 0 ||
	    json_member(predicate, what, "verdicts", JSON_ARRAY, true, &list, e) < 0)
		return -1;
	count = FP_MIN(json_array_size(list), (size_t)1000);
	rules = arena_array(c->arena, count + 1, sizeof(*rules));
	for (size_t i = 0; i < count; i++) {
		const json_t *row = json_array_get(list, i);

		if (!json_is_object(row))
			return err_set(e, ERR_INPUT, "%s: a verdict is not an object", what);
		if (json_string_member(row, what, "verifier", true, &id, e) < 0 ||
		    json_member(row, what, "ruleVersion", JSON_INTEGER, true, &version, e) < 0)
			return -1;
		rules[i].id = arena_strdup(c->arena, id);
		rules[i].version = (unsigned int)json_integer_value(version);
	}
	*ret_rules = rules;
	*ret_count = count;
	return 0;
}

/* The rules that this version has beyond those; an old bundle was not judged by them. */
static void note_newer(struct bundle_checker *c, const struct verifier_rule *rules, size_t count)
{
	const char *missing = "";

	for (size_t i = 0; verifier_table[i]; i++) {
		bool found = false;

		for (size_t k = 0; k < count; k++)
			found = found || strcmp(rules[k].id, verifier_table[i]->id) == 0;
		if (!found)
			missing = arena_printf(c->arena, "%s%s%s", missing, *missing ? ", " : "",
					       verifier_table[i]->id);
	}
	if (*missing)
		(void)check_add(&c->checks, "rules", CHECK_NOTE,
				"judged without rules that this version has: %s", missing);
	else
		(void)check_add(&c->checks, "rules", CHECK_PASSED, "all %zu rules are known here",
				count);
}

static bool judge_again(struct bundle_checker *c, struct err *e)
{
	const struct verifier_rule *rules = NULL;
	size_t count = 0;

	if (c->set_count > 0) {
		if (read_rules(c, &rules, &count, e) < 0)
			return check_fail(&c->checks, "rules", e);
		if (verifiers_known(rules, count, e) < 0) {
			(void)check_add(&c->checks, "rules", CHECK_OPEN,
					"cannot rederive: %s; that is not the same as forged",
					e->text);
			err_clear(e);
			return false;
		}
		note_newer(c, rules, count);
	}
	if (verifiers_judge_by(&c->ev, rules, count, c->arena, &c->judgement, e) < 0)
		return check_fail(&c->checks, "evidence", e);
	return true;
}

static bool check_statements(struct bundle_checker *c)
{
	for (size_t i = 0; c->set_count > 0 && i < c->statements.count; i++) {
		const struct statement *s = &c->statements.rows[i];
		const struct dsse *d = &c->sets[0].files[i].envelope;

		if (d->payload_size != s->size || memcmp(d->payload, s->payload, s->size) != 0)
			return check_add(&c->checks, "statement", CHECK_FAILED,
					 "%s: the statement does not follow from the evidence",
					 bundle_names_of(c->signed_as)->files[i]);
	}
	if (c->set_count > 0)
		(void)check_add(&c->checks, "statement", CHECK_PASSED,
				"every statement follows from the evidence, byte by byte");
	return true;
}

/* A file of a tree lies in the bundle with the digest that the tree says, or was redacted. */
static bool has_content(const struct bundle_checker *c, const char *prefix,
			const struct tree_entry *entry)
{
	const struct bundle_entry *found = bundle_manifest_find(
		&c->manifest, arena_printf(c->arena, "%s/%s", prefix, entry->path));

	return found && (found->redacted || sha256_equal(&found->sha256, &entry->sha256));
}

/* The trees that were planned are the files that lie here: before, and what the fix made of it. */
/* What of a tree is not that of before lies beneath prefix. */
static bool check_changed(struct bundle_checker *c, const struct tree *t, const char *prefix,
			  const char *name)
{
	const struct tree *before = c->ev.before.tree;

	for (size_t i = 0; t && i < t->count; i++) {
		const struct tree_entry *entry = &t->entries[i],
					*old = before ? tree_find(before, entry->path) : NULL;

		if (entry->type != TREESTREAM_LINK && entry->type != TREESTREAM_DIRECTORY &&
		    !(old && sha256_equal(&old->sha256, &entry->sha256)) &&
		    !has_content(c, prefix, entry))
			return check_add(&c->checks, "trees", CHECK_FAILED,
					 "%s/%s: is not what evidence/tree-%s.json says", prefix,
					 entry->path, name);
	}
	return true;
}

static bool check_trees(struct bundle_checker *c)
{
	const struct tree *before = c->ev.before.tree;

	for (size_t i = 0; before && i < before->count; i++) {
		const struct tree_entry *entry = &before->entries[i];

		if (entry->type != TREESTREAM_LINK && entry->type != TREESTREAM_DIRECTORY &&
		    !has_content(c, "case/workspace", entry))
			return check_add(&c->checks, "trees", CHECK_FAILED,
					 "case/workspace/%s: is not what evidence/tree-before.json "
					 "says",
					 entry->path);
	}
	return check_changed(c, c->ev.first.tree, "case/after", "first") &&
	       check_changed(c, c->ev.expected.tree, "case/expected", "expected");
}

static bool same_text(const char *one, const char *other)
{
	return strcmp(one ? one : "", other ? other : "") == 0;
}

/* What the case claims to have been found is what the report holds, at the place that it names. */
static bool check_finding(struct bundle_checker *c)
{
	const struct evidence_report *r = c->ev.reports;
	const struct evidence_finding *f = &c->ev.claims.finding;
	const struct bundle_entry *entry;
	const struct findings *findings;
	struct findings_place at;
	struct err e = ERR_INIT;

	if (c->ev.report_count == 0)
		return true;
	entry = bundle_manifest_find(&c->manifest, r->file);
	if (c->ev.report_count > 1 || !entry ||
	    (!entry->redacted && !sha256_equal(&entry->sha256, &r->digest)))
		return check_add(&c->checks, "finding", CHECK_FAILED,
				 "%s: is not the report that the evidence names", r->file);
	if (findings_read(r->file, r->text, r->size, c->arena, &findings, &e) < 0 ||
	    findings_settle(findings,
			    &(struct findings_choice){r->rule, r->resource, r->in_file, r->line,
						      r->has_index, r->index},
			    c->ev.before.view, c->arena, &at, &e) < 0)
		return check_fail(&c->checks, "finding", &e);
	if (!same_text(at.row->rule, f->rule) || !same_text(at.resource, f->resource) ||
	    !same_text(at.file, f->file) || !same_text(at.row->message, f->message) ||
	    !same_text(at.row->tool, f->tool) || !same_text(at.row->severity, f->severity) ||
	    (at.file && at.row->line != f->line))
		return check_add(&c->checks, "finding", CHECK_FAILED,
				 "%s: another finding follows from it", r->file);
	return check_add(&c->checks, "finding", CHECK_PASSED, "it follows from %s", r->file);
}

bool bundle_check_evidence(struct bundle_checker *c)
{
	struct err e = ERR_INIT;

	if (evidence_read(read_sealed, c, c->arena, &c->ev, &e) < 0)
		return check_fail(&c->checks, "evidence", &e);
	if (!check_trees(c) || !check_finding(c) || !judge_again(c, &e))
		return false;
	c->has_judgement = true;
	bundle_statements(&c->judgement, &c->manifest, &c->manifest_digest, c->arena,
			  &c->statements);
	(void)check_add(&c->checks, "evidence", CHECK_PASSED,
			"judged again by its own rules it is %s",
			decision_name(c->judgement.decision));
	if (c->set_count > 0 && c->judgement.decision != c->signed_as)
		return check_add(&c->checks, "statement", CHECK_FAILED,
				 "%s: does not belong to a bundle that is %s",
				 bundle_names_of(c->signed_as)->files[0],
				 decision_name(c->judgement.decision));
	return check_statements(c);
}

int bundle_read(const struct bundle *b, struct arena *a, struct evidence *ret_evidence,
		struct judgement *ret_judgement, struct err *e)
{
	struct bundle_checker c;
	struct trust nobody;
	const char *text;
	size_t size;

	trust_init(&nobody);
	bundle_checker_init(&c, b, &nobody, 0, a);
	if (bundle_file(b, "manifest.json", a, &text, &size, e) < 0 ||
	    bundle_manifest_read(text, size, a, &c.manifest, e) < 0 ||
	    evidence_read(read_sealed, &c, a, ret_evidence, e) < 0)
		return -1;
	if (verifiers_judge(ret_evidence, a, ret_judgement, e) < 0) {
		evidence_release(ret_evidence);
		return -1;
	}
	return 0;
}
