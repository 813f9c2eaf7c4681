#include "runner/attest/statement.h"

#include "runner/base/json.h"
#include "runner/canon/jcs.h"

const char *const statement_not_claimed[] = {
	"the live cloud was not looked at: plans are made against a mocked provider and a mocked "
	"state",
	"finding, reason, author and model are what the case says of itself",
	"that the fix is wise: only what the verifiers name was judged",
	NULL,
};

static json_t *digest_set(const struct sha256 *sha256)
{
	json_t *set = json_new_object();
	char hex[SHA256_HEX_SIZE];

	sha256_hex(sha256, hex);
	json_put(set, "sha256", json_new_string(hex));
	return set;
}

static void add_subject(json_t *list, const char *name, json_t *digests)
{
	json_t *subject = json_new_object();

	json_put(subject, "name", json_new_string(name));
	json_put(subject, "digest", digests);
	json_push(list, subject);
}

static json_t *tree_digests(const struct tree *t)
{
	json_t *set = digest_set(&t->digest);

	if (t->git_id[0])
		json_put(set, "gitTree", json_new_string(t->git_id));
	return set;
}

static json_t *subjects(const struct statement_input *in)
{
	const struct evidence *ev = in->judgement->input.ev;
	json_t *list = json_new_array();

	add_subject(list, "manifest.json", digest_set(&in->manifest));
	if (ev->first.tree)
		add_subject(list, "tree", tree_digests(ev->first.tree));
	if (ev->first.fresh.text)
		add_subject(list, "plan", digest_set(&ev->first.fresh.digest));
	if (ev->git_head) {
		json_t *commit = json_new_object();

		json_put(commit, "gitCommit", json_new_string(ev->git_head));
		add_subject(list, "commit", commit);
	}
	return list;
}

static json_t *verifier_json(const struct evidence *ev)
{
	json_t *verifier = json_new_object(), *version = json_new_object();

	json_put(version, "fixproof", json_new_string(ev->version));
	json_put(verifier, "id", json_new_string(STATEMENT_VERIFIER_ID));
	json_put(verifier, "version", version);
	return verifier;
}

static void put_text(json_t *object, const char *key, const char *text)
{
	if (text)
		json_put(object, key, json_new_string(text));
}

/* The report that the finding was read from, as it was given. */
static json_t *report_json(const struct evidence_report *report)
{
	json_t *json = json_new_object();
	char hex[SHA256_HEX_SIZE];

	sha256_hex(&report->digest, hex);
	put_text(json, "file", report->file);
	put_text(json, "format", report->format);
	put_text(json, "sha256", hex);
	return json;
}

static json_t *finding_json(const struct evidence *ev)
{
	const struct evidence_claims *c = &ev->claims;
	const struct evidence_finding *f = &c->finding;
	json_t *finding = json_new_object();

	if (!c->has_finding)
		return finding;
	put_text(finding, "tool", f->tool);
	put_text(finding, "rule", f->rule);
	put_text(finding, "resource", f->resource);
	put_text(finding, "severity", f->severity);
	put_text(finding, "message", f->message);
	put_text(finding, "file", f->file);
	if (f->line)
		json_put(finding, "line", json_new_int((int64_t)f->line));
	if (f->end_line)
		json_put(finding, "endLine", json_new_int((int64_t)f->end_line));
	if (ev->report_count > 0)
		json_put(finding, "report", report_json(&ev->reports[0]));
	return finding;
}

/* What the case says of itself; kept apart, so that nobody takes it for something observed. */
static json_t *claims_json(const struct evidence *ev)
{
	const struct evidence_claims *c = &ev->claims;
	json_t *claims = json_new_object(), *author = json_new_object(),
	       *controls = json_new_array();

	put_text(author, "kind", c->author_kind);
	put_text(author, "name", c->author_name);
	put_text(author, "tool", c->author_tool);
	put_text(author, "model", c->author_model);
	put_text(author, "promptSha256", c->author_prompt_sha256);
	for (size_t i = 0; i < c->control_count; i++) {
		json_t *control = json_new_object();

		put_text(control, "standard", c->controls[i].standard);
		put_text(control, "version", c->controls[i].version);
		put_text(control, "id", c->controls[i].id);
		json_push(controls, control);
	}
	put_text(claims, "title", c->title);
	put_text(claims, "reason", c->reason);
	json_put(claims, "author", author);
	json_put(claims, "finding", finding_json(ev));
	json_put(claims, "controls", controls);
	return claims;
}

static json_t *pairs_json(const struct evidence_pair *pairs, size_t count)
{
	json_t *object = json_new_object();

	for (size_t i = 0; i < count; i++)
		json_put(object, pairs[i].name, json_new_string(pairs[i].value));
	return object;
}

/* The programs that ran when the program of a policy was asked, by path. */
static json_t *programs_json(const struct evidence *ev, const char *policy)
{
	for (size_t i = 0; i < ev->exec_count; i++)
		if (strcmp(ev->execs[i].policy, policy) == 0)
			return pairs_json(ev->execs[i].sandbox.programs,
					  ev->execs[i].sandbox.program_count);
	return json_new_object();
}

/* The system that it was asked in, where that is a pinned one. */
static void put_image(json_t *row, const struct evidence *ev, const char *policy)
{
	for (size_t i = 0; i < ev->exec_count; i++) {
		const struct evidence_exec *x = &ev->execs[i];
		json_t *image, *digest;

		if (strcmp(x->policy, policy) != 0 || !x->image_sha256)
			continue;
		image = json_new_object();
		digest = json_new_object();
		json_put(digest, "sha256", json_new_string(x->image_sha256));
		json_put(image, "name", json_new_string(x->image));
		json_put(image, "digest", digest);
		json_put(row, "image", image);
		return;
	}
}

static json_t *policies_json(const struct judgement *j)
{
	const struct verifier_input *in = &j->input;
	json_t *list = json_new_array();

	for (size_t i = 0; i < in->policy_count; i++) {
		const struct policy *p = in->policies[i];
		json_t *row = json_new_object();

		json_put(row, "id", json_new_string(p->id));
		json_put(row, "digest", digest_set(&p->digest));
		json_put(row, "bound", json_boolean(evidence_is_bound(&in->ev->claims, p->id)));
		if (in->before)
			json_put(row, "before",
				 json_new_string(policy_result_name(policy_worst(&in->before[i]))));
		if (in->after)
			json_put(row, "after",
				 json_new_string(policy_result_name(policy_worst(&in->after[i]))));
		if (p->exec) {
			json_put(row, "programs", programs_json(in->ev, p->id));
			put_image(row, in->ev, p->id);
		}
		json_push(list, row);
	}
	return list;
}

static json_t *change_json(const struct statement_input *in)
{
	const struct evidence *ev = in->judgement->input.ev;
	json_t *change = json_new_object();

	json_put(change, "kind", json_new_string(ev->claims.fix_kind));
	json_put(change, "diff", digest_set(&in->diff));
	if (ev->before.tree)
		json_put(change, "before", tree_digests(ev->before.tree));
	if (ev->first.tree)
		json_put(change, "after", tree_digests(ev->first.tree));
	put_text(change, "baseCommit", ev->git_base);
	put_text(change, "headCommit", ev->git_head);
	return change;
}

static json_t *run_json(const struct evidence_run *run)
{
	const struct {
		const char *name;
		const struct evidence_plan *plan;
	} plans[] = {{"fresh", &run->fresh},
		     {"change", &run->change},
		     {"settled", &run->settled},
		     {"other", &run->other}};
	const struct evidence_sandbox *s =
		run->apply.sandbox.ran ? &run->apply.sandbox : &run->sandbox;
	json_t *json = json_new_object(), *made = json_new_object();
	size_t refused = 0;

	for (size_t i = 0; i < FP_ARRAY_SIZE(plans); i++)
		if (plans[i].plan->text)
			json_put(made, plans[i].name, digest_set(&plans[i].plan->digest));
	for (size_t i = 0; i < run->apply.sandbox.refusal_count; i++)
		refused += run->apply.sandbox.refusals[i].loud;
	json_put(json, "name", json_new_string(run->name));
	if (run->apply.attempted)
		json_put(json, "outcome",
			 json_new_string(evidence_outcome_name(run->apply.outcome)));
	if (run->tree)
		json_put(json, "tree", tree_digests(run->tree));
	json_put(json, "plans", made);
	json_put(json, "refusedCalls", json_new_int((int64_t)refused));
	json_put(json, "varied", pairs_json(s->varied, s->varied_count));
	return json;
}

static json_t *runs_json(const struct evidence *ev)
{
	const struct evidence_run *runs[EVIDENCE_RUN_COUNT];
	json_t *list = json_new_array();

	evidence_runs(ev, runs);
	for (size_t i = 0; i < EVIDENCE_RUN_COUNT; i++)
		json_push(list, run_json(runs[i]));
	for (size_t i = 0; i < ev->stage_count; i++) {
		json_push(list, run_json(&ev->stages[i].before));
		json_push(list, run_json(&ev->stages[i].after));
		if (ev->stages[i].expected.name)
			json_push(list, run_json(&ev->stages[i].expected));
	}
	return list;
}

/* The program beside its name, so that one can ask for exactly this one. */
static json_t *planner_json(const struct evidence *ev)
{
	json_t *json = json_new_object(), *digest = json_new_object();

	json_put(digest, "sha256", json_new_string(ev->planner_sha256));
	json_put(json, "name", json_new_string(ev->planner));
	json_put(json, "program", json_new_string(ev->planner_program));
	json_put(json, "version", json_new_string(ev->planner_version));
	json_put(json, "digest", digest);
	return json;
}

static json_t *derived_json(const struct evidence *ev)
{
	json_t *list = json_new_array();

	for (size_t i = 0; i < ev->type_count; i++)
		if (ev->types[i].source)
			json_push(list, json_new_string(ev->types[i].name));
	return list;
}

static json_t *environment_json(const struct evidence *ev)
{
	json_t *json = json_new_object(), *packs = json_new_array(), *inferred = json_new_array();

	for (size_t i = 0; i < ev->pack_count; i++) {
		json_t *pack = json_new_object();

		json_put(pack, "provider", json_new_string(ev->packs[i].provider));
		json_put(pack, "version", json_new_string(ev->packs[i].version));
		json_put(pack, "digest", digest_set(&ev->packs[i].digest));
		if (ev->packs[i].origin)
			json_put(pack, "origin", json_new_string(ev->packs[i].origin));
		json_push(packs, pack);
	}
	for (size_t i = 0; i < ev->inferred.count; i++)
		json_push(inferred, json_new_string(ev->inferred.items[i]));
	json_put(json, "planner", json_new_string(ev->planner));
	if (ev->planner_program)
		json_put(json, "planner", planner_json(ev));
	json_put(json, "facts", json_new_string(ev->facts));
	json_put(json, "image", json_new_string(ev->image));
	if (ev->image_sha256) {
		json_t *digest = json_new_object();

		json_put(digest, "sha256", json_new_string(ev->image_sha256));
		json_put(json, "imageDigest", digest);
	}
	json_put(json, "packs", packs);
	json_put(json, "inferredTypes", inferred);
	if (evidence_derived(ev) > 0)
		json_put(json, "derivedTypes", derived_json(ev));
	json_put(json, "programs", pairs_json(ev->tools, ev->tool_count));
	json_put(json, "layers",
		 pairs_json(ev->first.apply.sandbox.layers, ev->first.apply.sandbox.layer_count));
	return json;
}

static json_t *verdicts_json(const struct judgement *j)
{
	json_t *list = json_new_array();

	for (size_t i = 0; i < j->count; i++) {
		const struct judged_verdict *row = &j->rows[i];
		json_t *json = json_new_object();

		json_put(json, "verifier", json_new_string(row->verifier->id));
		json_put(json, "ruleVersion", json_new_int(row->verifier->version));
		json_put(json, "verdict", json_new_string(verdict_kind_name(row->verdict.kind)));
		json_put(json, "reason", json_new_string(row->verdict.reason));
		json_put(json, "evidence", json_new_string(row->verdict.evidence));
		if (row->waiver) {
			json_t *waiver = json_new_object();

			put_text(waiver, "reason", row->waiver->reason);
			put_text(waiver, "owner", row->waiver->owner);
			put_text(waiver, "expires", row->waiver->expires);
			json_put(json, "waiver", waiver);
		}
		json_push(list, json);
	}
	return list;
}

static json_t *redactions_json(const struct evidence *ev)
{
	json_t *list = json_new_array();

	for (size_t i = 0; i < ev->redaction_count; i++) {
		const struct evidence_redaction *r = &ev->redactions[i];
		json_t *row = json_new_object();

		put_text(row, "path", r->path);
		put_text(row, "detector", r->detector);
		put_text(row, "hmacSha256", r->digest);
		json_put(row, "count", json_new_int((int64_t)r->count));
		json_put(row, "blocksRerun", json_boolean(r->blocks_rerun));
		json_push(list, row);
	}
	return list;
}

static json_t *main_predicate(const struct statement_input *in)
{
	const struct evidence *ev = in->judgement->input.ev;
	json_t *p = json_new_object(), *not_claimed = json_new_array(),
	       *case_json = json_new_object();

	for (const char *const *text = statement_not_claimed; *text; text++)
		json_push(not_claimed, json_new_string(*text));
	json_put(case_json, "id", json_new_string(ev->claims.id));
	json_put(p, "verifier", verifier_json(ev));
	json_put(p, "timeVerified", json_new_string(ev->time));
	json_put(p, "decision", json_new_string(decision_name(in->judgement->decision)));
	json_put(p, "case", case_json);
	json_put(p, "claims", claims_json(ev));
	json_put(p, "policies", policies_json(in->judgement));
	json_put(p, "change", change_json(in));
	json_put(p, "runs", runs_json(ev));
	json_put(p, "environment", environment_json(ev));
	json_put(p, "verdicts", verdicts_json(in->judgement));
	json_put(p, "redactions", redactions_json(ev));
	json_put(p, "notClaimed", not_claimed);
	return p;
}

static void add_level(json_t *list, struct arena *a, const char *what, const char *value)
{
	char *level = arena_printf(a, "FIXPROOF_%s%s%s", what, *value ? "_" : "", value);

	for (char *c = level; *c; c++)
		*c = *c >= 'a' && *c <= 'z' ? (char)(*c - 32) : *c == ' ' || *c == '-' ? '_' : *c;
	json_push(list, json_new_string(level));
}

/* What was proven, and everything by which the proof is weaker than it could be. */
static json_t *levels(const struct judgement *j, struct arena *a)
{
	const struct evidence *ev = j->input.ev;
	json_t *list = json_new_array();

	for (size_t i = 0; i < j->count; i++) {
		if (j->rows[i].waiver)
			add_level(list, a, "WAIVED", j->rows[i].verifier->id);
		else if (j->rows[i].verdict.kind == VERDICT_PASS)
			add_level(list, a, j->rows[i].verifier->id, "");
	}
	add_level(list, a, "PLANNER", ev->planner);
	add_level(list, a, "FACTS", ev->facts);
	add_level(list, a, "IMAGE", ev->image);
	if (strcmp(ev->planner, "both") != 0)
		add_level(list, a, "SINGLE_PLANNER", "");
	if (ev->inferred.count > 0)
		add_level(list, a, "INFERRED_TYPES", "");
	if (evidence_derived(ev) > 0)
		add_level(list, a, "DERIVED_TYPES", "");
	if (ev->redaction_count > 0)
		add_level(list, a, "REDACTED", "");
	for (size_t i = 0; i < ev->claims.waiver_count; i++)
		if (ev->claims.waivers[i].policy)
			add_level(list, a, "WAIVED_POLICY", "");
	return list;
}

static struct sha256 policy_set_digest(const struct judgement *j)
{
	struct sha256_state s;
	struct sha256 digest;

	sha256_init(&s);
	for (size_t i = 0; i < j->input.policy_count; i++)
		sha256_update(&s, j->input.policies[i]->digest.bytes, SHA256_BYTES);
	sha256_final(&s, &digest);
	return digest;
}

static json_t *summary_predicate(const struct statement_input *in, struct arena *a)
{
	const struct evidence *ev = in->judgement->input.ev;
	struct sha256 set = policy_set_digest(in->judgement);
	json_t *p = json_new_object(), *policy = json_new_object();

	json_put(policy, "uri", json_new_string("https://fixproof.dev/policies"));
	json_put(policy, "digest", digest_set(&set));
	json_put(p, "verifier", verifier_json(ev));
	json_put(p, "timeVerified", json_new_string(ev->time));
	json_put(p, "resourceUri",
		 json_new_string(arena_printf(a, "fixproof:case/%s", ev->claims.id)));
	json_put(p, "policy", policy);
	json_put(p, "verificationResult", json_new_string("PASSED"));
	json_put(p, "verifiedLevels", levels(in->judgement, a));
	return p;
}

static json_t *test_predicate(const struct judgement *j)
{
	json_t *p = json_new_object(), *passed = json_new_array(), *warned = json_new_array();
	json_t *configuration = json_new_array();

	for (size_t i = 0; i < j->input.policy_count; i++) {
		json_t *row = json_new_object();

		json_put(row, "name", json_new_string(j->input.policies[i]->id));
		json_put(row, "digest", digest_set(&j->input.policies[i]->digest));
		json_push(configuration, row);
	}
	for (size_t i = 0; i < j->count; i++) {
		json_t *to = j->rows[i].waiver			       ? warned
			     : j->rows[i].verdict.kind == VERDICT_PASS ? passed
								       : NULL;

		if (to)
			json_push(to, json_new_string(j->rows[i].verifier->id));
	}
	json_put(p, "result", json_new_string(json_array_size(warned) > 0 ? "WARNED" : "PASSED"));
	json_put(p, "configuration", configuration);
	json_put(p, "passedTests", passed);
	json_put(p, "warnedTests", warned);
	json_put(p, "failedTests", json_new_array());
	return p;
}

static void add_statement(const struct statement_input *in, struct arena *a, struct statements *s,
			  const char *file, const char *type, json_t *predicate)
{
	FP_CLEANUP(buf_release) struct buf text = BUF_INIT(SIZE_MAX / 4);
	struct statement *row = &s->rows[s->count++];
	JSON_AUTO *root = json_new_object();

	json_put(root, "_type", json_new_string("https://in-toto.io/Statement/v1"));
	json_put(root, "subject", subjects(in));
	json_put(root, "predicateType", json_new_string(type));
	json_put(root, "predicate", predicate);
	jcs_write(&text, root);
	row->file = file;
	row->predicate_type = type;
	row->payload = arena_strndup(a, buf_text(&text), text.size);
	row->size = text.size;
}

void statements_make(const struct statement_input *in, struct arena *a,
		     struct statements *ret_statements)
{
	struct statements s = {.count = 0};

	switch (in->judgement->decision) {
	case DECISION_VERIFIED:
		add_statement(in, a, &s, "fix.sigstore.json", STATEMENT_VSA,
			      summary_predicate(in, a));
		add_statement(in, a, &s, "attestations/fix-verification.sigstore.json",
			      STATEMENT_FIX_VERIFICATION, main_predicate(in));
		add_statement(in, a, &s, "attestations/test-result.sigstore.json",
			      STATEMENT_TEST_RESULT, test_predicate(in->judgement));
		break;
	case DECISION_REFUSED:
		add_statement(in, a, &s, "refusal.sigstore.json", STATEMENT_REFUSAL,
			      main_predicate(in));
		break;
	case DECISION_INCONCLUSIVE:
		add_statement(in, a, &s, "attestations/inconclusive.sigstore.json",
			      STATEMENT_INCONCLUSIVE, main_predicate(in));
		break;
	}
	*ret_statements = s;
}
