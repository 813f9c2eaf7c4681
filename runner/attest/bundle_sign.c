/* Signing a bundle: while it is made, afterwards elsewhere, and once more by somebody else. */
#include "runner/attest/bundle.h"

#include "runner/attest/bundle_check.h"
#include "runner/attest/bundle_files.h"
#include "runner/attest/timestamp.h"

void bundle_statements(const struct judgement *judgement, const struct bundle_manifest *m,
		       const struct sha256 *manifest_digest, struct arena *a,
		       struct statements *ret_statements)
{
	const struct bundle_entry *diff = bundle_manifest_find(m, "fix.diff");
	struct statement_input in = {.judgement = judgement, .manifest = *manifest_digest};

	if (diff)
		in.diff = diff->sha256;
	statements_make(&in, a, ret_statements);
}

static int signature_file(const struct statement *s, const char *path,
			  const struct signing *signing, struct arena *a,
			  struct bundle_member *ret_member, struct dsse_signature *ret_signature,
			  struct err *e)
{
	FP_CLEANUP(buf_release) struct buf text = BUF_INIT(BUNDLE_FILE_MAX_BYTES);
	struct sigstore b;

	if (signing_sign(signing, s->payload, s->size, a, &b, e) < 0)
		return -1;
	sigstore_write(&text, &b);
	if (buf_finish(&text, path, e) < 0)
		return -1;
	*ret_signature = b.envelope.signatures[0];
	*ret_member = (struct bundle_member){path, arena_strndup(a, buf_text(&text), text.size),
					     text.size};
	return 0;
}

int bundle_signature_files(const struct statements *s, enum decision decision,
			   const struct signing *signing, const struct bundle_signatures *earlier,
			   size_t earlier_count, struct arena *a,
			   struct bundle_member members[static BUNDLE_SIGNATURE_FILES_MAX],
			   size_t *ret_count, struct err *e)
{
	FP_CLEANUP(buf_release) struct buf lines = BUF_INIT(BUNDLE_FILE_MAX_BYTES);
	const struct bundle_names *names = bundle_names_of(decision);

	for (size_t i = 0; i < s->count; i++) {
		const char *path = bundle_signed_path(earlier_count, names->files[i], a);
		struct dsse_signature all[BUNDLE_SIGNERS_MAX];

		for (size_t k = 0; k < earlier_count; k++)
			all[k] = earlier[k].rows[i];
		if (signature_file(&s->rows[i], path, signing, a, &members[i], &all[earlier_count],
				   e) < 0)
			return -1;
		bundle_signature_line(s->rows[i].payload, s->rows[i].size, all, earlier_count + 1,
				      &lines);
	}
	if (buf_finish(&lines, BUNDLE_LINES_FILE, e) < 0)
		return -1;
	members[s->count] = (struct bundle_member){
		BUNDLE_LINES_FILE, arena_strndup(a, buf_text(&lines), lines.size), lines.size};
	*ret_count = s->count + 1;
	return 0;
}

static int first_fault(const struct bundle_checker *c, struct err *e)
{
	for (size_t i = 0; i < c->checks.count; i++)
		if (c->checks.rows[i].state == CHECK_FAILED ||
		    c->checks.rows[i].state == CHECK_OPEN)
			return err_set(e, ERR_INPUT, "%s: %s", c->checks.rows[i].id,
				       c->checks.rows[i].text);
	return err_set(e, ERR_INPUT, "could not be checked");
}

static int check_earlier(struct bundle_checker *c, bool countersign, struct err *e)
{
	bool is_signed = bundle_check_is_signed(c);

	if (!countersign && is_signed)
		return err_set(e, ERR_INPUT,
			       "is signed already; `rerun --countersign` adds a signature");
	if (countersign && !is_signed)
		return err_set(e, ERR_INPUT, "is not signed yet; `sign` does that");
	return countersign && !bundle_check_signatures(c) ? first_fault(c, e) : 0;
}

/* Who signed already would not become two by signing again. */
static int check_new(const struct bundle_checker *c, const struct signing *signing, struct err *e)
{
	for (size_t i = 0; i < c->set_count; i++)
		if (strcmp(c->sets[i].key_id, signing->signer->key_id) == 0)
			return err_set(e, ERR_INPUT, "the key %s has signed it already",
				       c->sets[i].key_id);
	return c->set_count == BUNDLE_SIGNERS_MAX
		       ? err_set(e, ERR_LIMIT, "more than %d signers", BUNDLE_SIGNERS_MAX)
		       : 0;
}

static int sign_checked(struct bundle_checker *c, const struct signing *signing, struct err *e)
{
	struct bundle_signatures earlier[BUNDLE_SIGNERS_MAX];
	struct bundle_member members[BUNDLE_SIGNATURE_FILES_MAX];
	size_t count;

	for (size_t i = 0; i < c->set_count; i++)
		for (size_t k = 0; k < c->statements.count; k++)
			earlier[i].rows[k] = c->sets[i].files[k].envelope.signatures[0];
	if (bundle_signature_files(&c->statements, c->judgement.decision, signing, earlier,
				   c->set_count, c->arena, members, &count, e) < 0)
		return -1;
	return bundle_put(c->bundle, members, count, c->arena, e);
}

int bundle_sign(const struct bundle *b, const struct signing *signing, bool countersign,
		struct arena *a, enum decision *ret_decision, struct err *e)
{
	struct trust nobody;
	struct bundle_checker c;
	int result = -1;

	*ret_decision = DECISION_INCONCLUSIVE;
	if (bundle_mend(b, a, e) < 0)
		return -1;
	trust_init(&nobody);
	bundle_checker_init(&c, b, &nobody, 0, a);
	if (!bundle_check_content(&c))
		(void)first_fault(&c, e);
	else if (check_earlier(&c, countersign, e) == 0 && check_new(&c, signing, e) == 0)
		result = bundle_check_evidence(&c) ? sign_checked(&c, signing, e)
						   : first_fault(&c, e);
	*ret_decision = c.judgement.decision;
	evidence_release(&c.ev);
	return result;
}
