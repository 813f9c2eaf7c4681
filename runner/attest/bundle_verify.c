#include "runner/attest/bundle.h"

#include "runner/attest/bundle_check.h"

static struct trust_times times(const struct bundle_checker *c)
{
	struct trust_times t = {.now = c->now};

	for (size_t i = 0; i < c->set_count; i++) {
		if (!c->sets[i].signer || !c->sets[i].stamped)
			continue;
		t.stamped = t.has_stamp ? FP_MIN(t.stamped, c->sets[i].stamp) : c->sets[i].stamp;
		t.has_stamp = true;
	}
	return t;
}

static void bind_text(struct bundle_checker *c, const char *id, const char *wanted,
		      const char *found)
{
	if (!wanted)
		return;
	if (found && strcmp(wanted, found) == 0)
		(void)check_add(&c->checks, id, CHECK_PASSED, "%s is what it is about", wanted);
	else
		(void)check_add(&c->checks, id, CHECK_FAILED, "is about %s; asked for: %s",
				found && *found ? found : "none", wanted);
}

/* A file or tree that is a subject: the tree after the fix, its plan, or the manifest. */
static void bind_artifact(struct bundle_checker *c, const char *artifact,
			  const struct sha256 *digest)
{
	const struct evidence_run *first = &c->ev.first;
	const struct {
		const char *name;
		const struct sha256 *digest;
	} subjects[] = {{"tree", first->tree ? &first->tree->digest : NULL},
			{"plan", first->fresh.text ? &first->fresh.digest : NULL},
			{"manifest.json", &c->manifest_digest}};
	char hex[SHA256_HEX_SIZE];

	for (size_t i = 0; i < FP_ARRAY_SIZE(subjects); i++)
		if (subjects[i].digest && sha256_equal(subjects[i].digest, digest)) {
			(void)check_add(&c->checks, "artifact", CHECK_PASSED,
					"%s is the subject \"%s\"", artifact, subjects[i].name);
			return;
		}
	sha256_hex(digest, hex);
	(void)check_add(&c->checks, "artifact", CHECK_FAILED,
			"%s (sha256:%s) is no subject; accepted: the tree after the fix, its plan, "
			"or the manifest",
			artifact, hex);
}

static void bind_all(struct bundle_checker *c, const struct bundle_bindings *b)
{
	if (!b)
		return;
	if (b->artifact)
		bind_artifact(c, b->artifact, b->artifact_digest);
	bind_text(c, "git-tree", b->git_tree, c->ev.first.tree ? c->ev.first.tree->git_id : NULL);
	bind_text(c, "commit", b->commit, c->ev.git_head);
}

int bundle_verify(const struct bundle *b, const struct trust *trust, int64_t now,
		  const struct bundle_bindings *bindings, struct arena *a,
		  struct bundle_report *ret_report, struct err *e)
{
	struct bundle_checker c;
	const char **ids;
	size_t count = 0;

	if (trust->signer_count == 0)
		return err_set(e, ERR_USAGE, "nobody is trusted");
	bundle_checker_init(&c, b, trust, now, a);
	if (bundle_check_content(&c) && bundle_check_signatures(&c) && bundle_check_signers(&c) &&
	    bundle_check_evidence(&c)) {
		struct trust_times t = times(&c);

		trust_judge(trust, &c.judgement, c.ev.redaction_count, &t, &c.checks);
		bind_all(&c, bindings);
	}
	ids = arena_array(a, BUNDLE_SIGNERS_MAX, sizeof(*ids));
	for (size_t i = 0; i < c.set_count; i++)
		if (c.sets[i].signer)
			ids[count++] = c.sets[i].key_id;
	*ret_report = (struct bundle_report){
		.checks = c.checks,
		.state = check_worst(&c.checks),
		.ev = c.ev,
		.judgement = c.judgement,
		.has_judgement = c.has_judgement,
		.manifest = c.manifest_digest,
		.key_ids = ids,
		.key_count = count,
	};
	/* The evidence has moved; what points to it moves with it. */
	ret_report->judgement.input.ev = &ret_report->ev;
	return 0;
}
