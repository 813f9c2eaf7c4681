#include "runner/report/record.h"

#include "runner/base/json.h"

#define PLAN_DIFF_MAX_BYTES ((size_t)8 << 20)

static struct record_item *add(struct record *r, enum record_kind kind, const char *name,
			       const char *text)
{
	r->items = arena_grow(r->arena, r->items, r->count, &r->capacity, sizeof(*r->items));
	r->items[r->count] = (struct record_item){.kind = kind, .name = name, .text = text};
	return &r->items[r->count++];
}

static void section(struct record *r, const char *name)
{
	(void)add(r, RECORD_SECTION, name, NULL);
}

static void field(struct record *r, const char *name, const char *text)
{
	if (text && *text)
		(void)add(r, RECORD_FIELD, name, text);
}

static struct record_item *row(struct record *r, enum record_kind kind, const char *const *cells,
			       size_t count)
{
	struct record_item *item = add(r, kind, NULL, NULL);

	for (size_t i = 0; i < count; i++)
		item->cells[i] = cells[i];
	item->cell_count = count;
	return item;
}

static const char *hex_of(struct arena *a, const struct sha256 *digest)
{
	char hex[SHA256_HEX_SIZE];

	sha256_hex(digest, hex);
	return arena_strdup(a, hex);
}

static enum record_tone decision_tone(enum decision d)
{
	static const enum record_tone tones[] = {RECORD_GOOD, RECORD_BAD, RECORD_OPEN};

	return tones[d];
}

static void add_title(const struct record_input *in, struct record *r)
{
	const struct judgement *j = in->judgement;
	const struct evidence *ev = j->input.ev;
	struct record_item *item = add(r, RECORD_TITLE, ev->claims.id, decision_name(j->decision));

	item->more = ev->claims.title;
	item->tone = decision_tone(j->decision);
	if (j->decision != DECISION_VERIFIED)
		(void)add(r, RECORD_ALARM, NULL, "NOTHING WAS VERIFIED");
	if (in->rejected)
		(void)add(r, RECORD_ALARM, NULL,
			  arena_printf(r->arena, "NOT ACCEPTED: %s", in->rejected));
	else if (!in->checked)
		(void)add(r, RECORD_ALARM, NULL,
			  "NOT CHECKED: neither signatures nor digests were looked at; `fixproof "
			  "verify` does that");
	else
		field(r, "signed by", in->checked);
	field(r, "judged", ev->time);
	if (j->decisive) {
		field(r, "decided by", j->decisive->verifier->id);
		field(r, "because", j->decisive->verdict.reason);
	}
}

static void add_finding(const struct evidence *ev, struct record *r)
{
	const struct evidence_claims *c = &ev->claims;
	const struct evidence_finding *f = &c->finding;

	section(r, "what was found");
	if (!c->has_finding) {
		(void)add(r, RECORD_NOTE, NULL, "nothing is on record");
		return;
	}
	field(r, "rule", f->rule);
	field(r, "tool", f->tool);
	field(r, "resource", f->resource);
	field(r, "severity", f->severity);
	field(r, "message", f->message);
	if (f->file)
		field(r, "where", arena_printf(r->arena, "%s:%zu", f->file, f->line));
	for (size_t i = 0; i < ev->report_count; i++)
		field(r, "report",
		      arena_printf(r->arena, "%s (%s)", ev->reports[i].file,
				   ev->reports[i].format));
}

static const char *result_of(const struct policy_report *reports, size_t i)
{
	return reports ? policy_result_name(policy_worst(&reports[i])) : "not judged";
}

static void add_policies(const struct judgement *j, struct record *r)
{
	static const char *const head[] = {"policy", "before", "after", "sha256"};
	const struct evidence_claims *c = &j->input.ev->claims;
	bool any = false;

	section(r, "which policy applied");
	for (size_t i = 0; i < j->input.policy_count; i++) {
		const struct policy *p = j->input.policies[i];
		const char *cells[] = {p->id, result_of(j->input.before, i),
				       result_of(j->input.after, i), hex_of(r->arena, &p->digest)};

		if (!evidence_is_bound(c, p->id))
			continue;
		if (!any)
			(void)row(r, RECORD_HEAD, head, 4);
		any = true;
		(void)row(r, RECORD_ROW, cells, 4);
	}
	for (size_t i = 0; i < j->input.policy_count; i++)
		if (evidence_is_bound(c, j->input.policies[i]->id))
			field(r, j->input.policies[i]->id, j->input.policies[i]->name);
	for (size_t i = 0; i < c->control_count; i++)
		field(r, "control",
		      arena_printf(r->arena, "%s %s %s", c->controls[i].standard,
				   c->controls[i].version, c->controls[i].id));
	if (!any)
		(void)add(r, RECORD_NOTE, NULL, "no policy is bound");
}

static void dump_value(struct buf *out, const json_t *value)
{
	if (!value) {
		buf_addstr(out, "null");
		return;
	}
	json_dump_compact(out, value);
	if (out->size > 0 && !out->overflow)
		out->data[--out->size] = '\0';
}

/* The attributes of one resource that differ, one line each way. */
static void diff_values(struct buf *out, const json_t *before, const json_t *after,
			const json_t *sensitive)
{
	const json_t *all = json_is_object(after) ? after : before;
	const char *key;
	json_t *ignored;

	json_object_foreach ((json_t *)(uintptr_t)all, key, ignored) {
		const json_t *old = json_object_get(before, key),
			     *new = json_object_get(after, key);
		bool hidden = json_is_true(json_object_get(sensitive, key));

		if ((old && new &&json_equal(old, new)) || json_is_null(old ? old : new))
			continue;
		if (old && !json_is_null(old)) {
			buf_addf(out, "-   %s = ", key);
			hidden ? buf_addstr(out, "(sensitive)") : dump_value(out, old);
			buf_addch(out, '\n');
		}
		if (new && !json_is_null(new)) {
			buf_addf(out, "+   %s = ", key);
			hidden ? buf_addstr(out, "(sensitive)") : dump_value(out, new);
			buf_addch(out, '\n');
		}
	}
}

/* What applying the fix would do to what is there, as the planner says. */
static const char *plan_diff(const struct evidence_plan *plan, struct arena *a)
{
	FP_CLEANUP(buf_release) struct buf out = BUF_INIT(PLAN_DIFF_MAX_BYTES);
	json_t *resource;
	size_t i;

	json_array_foreach (json_object_get(plan->json, "resource_changes"), i, resource) {
		const json_t *change = json_object_get(resource, "change");
		const json_t *actions = json_object_get(change, "actions");
		const char *first = json_string_value(json_array_get(actions, 0));
		const char *second = json_string_value(json_array_get(actions, 1));
		const char *address = json_string_value(json_object_get(resource, "address"));

		if (!first || !address || strcmp(first, "no-op") == 0)
			continue;
		buf_addf(&out, "@ %s%s%s %s\n", first, second ? ", " : "", second ? second : "",
			 address);
		diff_values(&out, json_object_get(change, "before"),
			    json_object_get(change, "after"),
			    json_object_get(change, "after_sensitive"));
	}
	if (buf_text(&out)[0] == '\0')
		return "";
	return arena_strndup(a, buf_text(&out), out.size);
}

static void add_changes(const struct record_input *in, struct record *r)
{
	const struct evidence *ev = in->judgement->input.ev;
	const char *plan = ev->first.change.json ? plan_diff(&ev->first.change, r->arena) : "";

	section(r, "what changed in the code");
	if (in->diff && *in->diff)
		(void)add(r, RECORD_DIFF, NULL, in->diff);
	else
		(void)add(r, RECORD_NOTE, NULL, "nothing");
	section(r, "what changes in the plan");
	if (*plan)
		(void)add(r, RECORD_DIFF, NULL, plan);
	else
		(void)add(r, RECORD_NOTE, NULL,
			  ev->first.change.json ? "nothing" : "no plan could be made");
}

static void add_claims(const struct evidence *ev, struct record *r)
{
	const struct evidence_claims *c = &ev->claims;

	section(r, "why, and who proposed it (claims of the case)");
	field(r, "reason", c->reason);
	field(r, "author", c->author_kind);
	field(r, "name", c->author_name);
	field(r, "tool", c->author_tool);
	field(r, "model", c->author_model);
	field(r, "prompt sha256", c->author_prompt_sha256);
	field(r, "base commit", ev->git_base);
	field(r, "head commit", ev->git_head);
}

static const char *short_digest(struct arena *a, bool there, const struct sha256 *digest)
{
	return there ? arena_printf(a, "%.16s", hex_of(a, digest)) : "none";
}

static void add_run(const struct evidence_run *run, struct record *r)
{
	const char *cells[] = {
		run->name, run->apply.attempted ? evidence_outcome_name(run->apply.outcome) : "",
		run->tree ? short_digest(r->arena, true, &run->tree->digest) : "none",
		short_digest(r->arena, run->fresh.text != NULL, &run->fresh.digest),
		short_digest(r->arena, run->change.text != NULL, &run->change.digest)};

	(void)row(r, RECORD_ROW, cells, 5);
}

/* Which policies are programs, each once: its answers stand beside one another. */
static void add_programs(const struct evidence *ev, struct record *r)
{
	for (size_t i = 0; i < ev->exec_count; i++) {
		const struct evidence_exec *x = &ev->execs[i];

		if (i > 0 && strcmp(x[-1].policy, x->policy) == 0)
			continue;
		field(r, "program",
		      arena_printf(r->arena, "%s in %s%s%s", x->policy, x->image,
				   x->image_sha256 ? " sha256:" : "",
				   x->image_sha256 ? x->image_sha256 : ""));
	}
}

static void add_runs(const struct evidence *ev, struct record *r)
{
	static const char *const head[] = {"run", "fix", "tree", "plan", "plan of the change"};
	const struct evidence_run *runs[EVIDENCE_RUN_COUNT];

	section(r, "what was run");
	(void)row(r, RECORD_HEAD, head, 5);
	evidence_runs(ev, runs);
	for (size_t i = 0; i < EVIDENCE_RUN_COUNT; i++)
		add_run(runs[i], r);
	for (size_t i = 0; i < ev->stage_count; i++) {
		add_run(&ev->stages[i].before, r);
		add_run(&ev->stages[i].after, r);
		if (ev->stages[i].expected.name)
			add_run(&ev->stages[i].expected, r);
	}
	for (size_t i = 0; i < EVIDENCE_RUN_COUNT; i++)
		if (runs[i]->apply.attempted && runs[i]->apply.output && *runs[i]->apply.output)
			field(r, arena_printf(r->arena, "output of %s", runs[i]->name),
			      runs[i]->apply.output);
	field(r, "planner", arena_printf(r->arena, "%s, facts %s", ev->planner, ev->facts));
	field(r, "image",
	      ev->image_sha256 ? arena_printf(r->arena, "%s sha256:%s", ev->image, ev->image_sha256)
			       : ev->image);
	add_programs(ev, r);
	field(r, "fixproof", ev->version);
	for (size_t i = 0; i < ev->pack_count; i++)
		field(r, "pack",
		      arena_printf(r->arena, "%s %s%s%s", ev->packs[i].provider,
				   ev->packs[i].version, ev->packs[i].origin ? ", " : "",
				   ev->packs[i].origin ? ev->packs[i].origin : ""));
	for (size_t i = 0; i < ev->inferred.count; i++)
		field(r, "inferred type", ev->inferred.items[i]);
	for (size_t i = 0; i < ev->type_count; i++)
		if (ev->types[i].source)
			field(r, "derived type", ev->types[i].name);
}

static void add_pairs(struct record *r, const char *name, const struct evidence_pair *pairs,
		      size_t count)
{
	section(r, name);
	for (size_t i = 0; i < count; i++)
		field(r, pairs[i].name, pairs[i].value);
	if (count == 0)
		(void)add(r, RECORD_NOTE, NULL, "nothing");
}

static void add_refusals(const struct evidence *ev, struct record *r)
{
	const struct evidence_sandbox *s = &ev->first.apply.sandbox;

	section(r, "what the sandbox refused");
	for (size_t i = 0; i < s->refusal_count; i++)
		field(r, s->refusals[i].program,
		      arena_printf(r->arena, "%s(%s) = %s, %llu times%s", s->refusals[i].call,
				   s->refusals[i].arguments, s->refusals[i].answer,
				   (unsigned long long)s->refusals[i].count,
				   s->refusals[i].loud ? "" : " (harmless)"));
	if (s->refusal_count == 0)
		(void)add(r, RECORD_NOTE, NULL, "nothing");
}

static void add_verdicts(const struct judgement *j, struct record *r)
{
	static const char *const words[] = {"pass", "FAIL", "open", "n/a"};
	static const enum record_tone tones[] = {RECORD_GOOD, RECORD_BAD, RECORD_OPEN, RECORD_DIM};

	section(r, "verdicts");
	for (size_t i = 0; i < j->count; i++) {
		const struct judged_verdict *v = &j->rows[i];
		struct record_item *item =
			add(r, RECORD_VERDICT, v->verifier->id, v->verdict.reason);

		item->word = v->waiver ? "waived" : words[v->verdict.kind];
		item->tone = v->waiver ? RECORD_OPEN : tones[v->verdict.kind];
		item->more = v->verdict.evidence;
		if (v->waiver)
			field(r, "waiver",
			      arena_printf(r->arena, "%s (%s, until %s)",
					   v->waiver->reason ? v->waiver->reason : "",
					   v->waiver->owner ? v->waiver->owner : "",
					   v->waiver->expires ? v->waiver->expires : ""));
	}
}

static void add_redactions(const struct evidence *ev, struct record *r)
{
	if (ev->redaction_count == 0)
		return;
	section(r, "what was redacted");
	(void)add(r, RECORD_NOTE, NULL, "the digests of the originals stand on the signer's word");
	for (size_t i = 0; i < ev->redaction_count; i++)
		field(r, ev->redactions[i].path,
		      arena_printf(r->arena, "%zu of the kind %s%s", ev->redactions[i].count,
				   ev->redactions[i].detector,
				   ev->redactions[i].blocks_rerun ? "; a rerun would need it"
								  : ""));
}

void record_make(const struct record_input *in, struct arena *a, struct record *ret_record)
{
	const struct judgement *j = in->judgement;
	const struct evidence *ev = j->input.ev;
	const struct evidence_sandbox *replay =
		ev->replay.apply.sandbox.ran ? &ev->replay.apply.sandbox : &ev->replay.sandbox;
	struct record r = {.arena = a};

	add_title(in, &r);
	add_finding(ev, &r);
	add_policies(j, &r);
	add_changes(in, &r);
	add_claims(ev, &r);
	add_runs(ev, &r);
	add_pairs(&r, "what was varied in the replay", replay->varied, replay->varied_count);
	add_refusals(ev, &r);
	add_verdicts(j, &r);
	add_redactions(ev, &r);
	section(&r, "what is not claimed");
	for (const char *const *text = in->not_claimed; text && *text; text++)
		(void)add(&r, RECORD_NOTE, NULL, *text);
	*ret_record = r;
}
