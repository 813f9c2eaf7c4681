/*
 * In a bundle the evidence is evidence/evidence.json, with everything that is small, and beside it
 * one file for each tree, view and plan; which of those there are follows from evidence.json.
 */
#include "runner/evidence/evidence.h"

#include "runner/base/buf.h"
#include "runner/base/json.h"
#include "runner/canon/jcs.h"
#include "runner/evidence/evidence_parts.h"

#define FILE_MAX_BYTES ((size_t)256 << 20)

static const struct field finding_fields[] = {
	FIELD(evidence_finding, tool, FIELD_STRING),
	FIELD(evidence_finding, rule, FIELD_STRING),
	FIELD(evidence_finding, resource, FIELD_STRING),
	FIELD(evidence_finding, severity, FIELD_STRING),
	FIELD(evidence_finding, message, FIELD_STRING),
	FIELD(evidence_finding, file, FIELD_STRING),
	FIELD(evidence_finding, line, FIELD_SIZE),
	FIELD(evidence_finding, end_line, FIELD_SIZE),
	FIELD_END,
};

static const struct field control_fields[] = {
	FIELD(evidence_control, standard, FIELD_STRING),
	FIELD(evidence_control, version, FIELD_STRING),
	FIELD(evidence_control, id, FIELD_STRING),
	FIELD_END,
};

static const struct field waiver_fields[] = {
	FIELD(evidence_waiver, verifier, FIELD_STRING),
	FIELD(evidence_waiver, policy, FIELD_STRING),
	FIELD(evidence_waiver, reason, FIELD_STRING),
	FIELD(evidence_waiver, owner, FIELD_STRING),
	FIELD(evidence_waiver, expires, FIELD_STRING),
	FIELD_END,
};

static const struct field claims_fields[] = {
	FIELD(evidence_claims, id, FIELD_STRING),
	FIELD(evidence_claims, title, FIELD_STRING),
	FIELD(evidence_claims, reason, FIELD_STRING),
	FIELD(evidence_claims, fix_kind, FIELD_STRING),
	FIELD(evidence_claims, root, FIELD_STRING),
	FIELD(evidence_claims, has_finding, FIELD_BOOL),
	FIELD(evidence_claims, has_author, FIELD_BOOL),
	FIELD_IN(evidence_claims, finding, finding_fields),
	FIELD(evidence_claims, policies, FIELD_STRINGS),
	FIELD(evidence_claims, invariants, FIELD_STRINGS),
	FIELD_ROWS(evidence_claims, "controls", controls, control_fields, evidence_control),
	FIELD(evidence_claims, author_kind, FIELD_STRING),
	FIELD(evidence_claims, author_name, FIELD_STRING),
	FIELD(evidence_claims, author_tool, FIELD_STRING),
	FIELD(evidence_claims, author_model, FIELD_STRING),
	FIELD(evidence_claims, author_prompt_sha256, FIELD_STRING),
	FIELD(evidence_claims, has_paths, FIELD_BOOL),
	FIELD(evidence_claims, has_resources, FIELD_BOOL),
	FIELD(evidence_claims, paths, FIELD_STRINGS),
	FIELD(evidence_claims, resources, FIELD_STRINGS),
	FIELD(evidence_claims, keep, FIELD_STRINGS),
	FIELD(evidence_claims, remove, FIELD_STRINGS),
	FIELD(evidence_claims, allow_replace, FIELD_STRINGS),
	FIELD(evidence_claims, declare, FIELD_STRINGS),
	FIELD_ROWS(evidence_claims, "waivers", waivers, waiver_fields, evidence_waiver),
	FIELD_END,
};

static const struct field refusal_fields[] = {
	FIELD(evidence_refusal, call, FIELD_STRING),
	FIELD(evidence_refusal, arguments, FIELD_STRING),
	FIELD(evidence_refusal, program, FIELD_STRING),
	FIELD(evidence_refusal, answer, FIELD_STRING),
	FIELD(evidence_refusal, count, FIELD_U64),
	FIELD(evidence_refusal, loud, FIELD_BOOL),
	FIELD_END,
};

static const struct field pair_fields[] = {
	FIELD(evidence_pair, name, FIELD_STRING),
	FIELD(evidence_pair, value, FIELD_STRING),
	FIELD_END,
};

#define PAIRS(name, member) FIELD_ROWS(evidence_sandbox, name, member, pair_fields, evidence_pair)

const struct field evidence_sandbox_fields[] = {
	FIELD(evidence_sandbox, ran, FIELD_BOOL),
	FIELD(evidence_sandbox, end, FIELD_STRING),
	FIELD(evidence_sandbox, exit_status, FIELD_INT),
	FIELD(evidence_sandbox, signal, FIELD_INT),
	FIELD(evidence_sandbox, limit, FIELD_STRING),
	FIELD(evidence_sandbox, profile, FIELD_STRING),
	FIELD(evidence_sandbox, filter, FIELD_SHA256),
	PAIRS("layers", layers),
	PAIRS("varied", varied),
	PAIRS("programs", programs),
	FIELD_ROWS(evidence_sandbox, "refusals", refusals, refusal_fields, evidence_refusal),
	PAIRS("dropped", dropped),
	FIELD_MAYBE(evidence_sandbox, left_running, FIELD_BOOL),
	FIELD_END,
};

const struct field evidence_diagnostic_fields[] = {
	FIELD(evidence_diagnostic, severity, FIELD_STRING),
	FIELD(evidence_diagnostic, file, FIELD_STRING),
	FIELD(evidence_diagnostic, summary, FIELD_STRING),
	FIELD(evidence_diagnostic, detail, FIELD_STRING),
	FIELD(evidence_diagnostic, line, FIELD_SIZE),
	FIELD(evidence_diagnostic, column, FIELD_SIZE),
	FIELD_END,
};

static const struct field catalogue_fields[] = {
	FIELD(evidence_catalogue, standard, FIELD_STRING),
	FIELD(evidence_catalogue, version, FIELD_STRING),
	FIELD(evidence_catalogue, digest, FIELD_SHA256),
	FIELD_END,
};

static const struct field pack_fields[] = {
	FIELD(evidence_pack, provider, FIELD_STRING),
	FIELD(evidence_pack, version, FIELD_STRING),
	FIELD(evidence_pack, digest, FIELD_SHA256),
	FIELD(evidence_pack, origin, FIELD_STRING),
	FIELD_END,
};

static const struct field secret_fields[] = {
	FIELD(evidence_secret, file, FIELD_STRING),
	FIELD(evidence_secret, detector, FIELD_STRING),
	FIELD(evidence_secret, line, FIELD_SIZE),
	FIELD_END,
};

static const struct field type_fields[] = {
	FIELD(evidence_type, provider, FIELD_STRING),
	FIELD(evidence_type, kind, FIELD_STRING),
	FIELD(evidence_type, name, FIELD_STRING),
	FIELD(evidence_type, source, FIELD_STRING),
	FIELD_END,
};

static const struct field redaction_fields[] = {
	FIELD(evidence_redaction, path, FIELD_STRING),
	FIELD(evidence_redaction, detector, FIELD_STRING),
	FIELD(evidence_redaction, digest, FIELD_STRING),
	FIELD(evidence_redaction, count, FIELD_SIZE),
	FIELD(evidence_redaction, blocks_rerun, FIELD_BOOL),
	FIELD_END,
};

static const struct field report_fields[] = {
	FIELD(evidence_report, file, FIELD_STRING),
	FIELD(evidence_report, format, FIELD_STRING),
	FIELD(evidence_report, digest, FIELD_SHA256),
	FIELD(evidence_report, rule, FIELD_STRING),
	FIELD(evidence_report, resource, FIELD_STRING),
	FIELD(evidence_report, in_file, FIELD_STRING),
	FIELD_MAYBE(evidence_report, line, FIELD_SIZE),
	FIELD_MAYBE(evidence_report, has_index, FIELD_BOOL),
	FIELD_MAYBE(evidence_report, index, FIELD_SIZE),
	FIELD_END,
};

static const struct field exec_fields[] = {
	FIELD(evidence_exec, policy, FIELD_STRING),
	FIELD(evidence_exec, run, FIELD_STRING),
	FIELD(evidence_exec, image, FIELD_STRING),
	FIELD(evidence_exec, image_sha256, FIELD_STRING),
	FIELD(evidence_exec, image_tree, FIELD_SHA256),
	FIELD(evidence_exec, input, FIELD_SHA256),
	FIELD(evidence_exec, fault, FIELD_STRING),
	FIELD(evidence_exec, file, FIELD_STRING),
	FIELD_IN(evidence_exec, sandbox, evidence_sandbox_fields),
	FIELD_END,
};

const struct field evidence_top_fields[] = {
	FIELD_IN(evidence, claims, claims_fields),
	FIELD(evidence, planner, FIELD_STRING),
	FIELD(evidence, planner_program, FIELD_STRING),
	FIELD(evidence, planner_version, FIELD_STRING),
	FIELD(evidence, planner_sha256, FIELD_STRING),
	FIELD(evidence, facts, FIELD_STRING),
	FIELD(evidence, image, FIELD_STRING),
	FIELD(evidence, image_sha256, FIELD_STRING),
	FIELD(evidence, version, FIELD_STRING),
	FIELD(evidence, time, FIELD_STRING),
	FIELD_ROWS(evidence, "packs", packs, pack_fields, evidence_pack),
	FIELD_ROWS(evidence, "catalogues", catalogues, catalogue_fields, evidence_catalogue),
	FIELD(evidence, inferred, FIELD_STRINGS),
	FIELD_ROWS(evidence, "secrets", secrets, secret_fields, evidence_secret),
	FIELD_ROWS_MAYBE(evidence, "hidden", hidden, secret_fields, evidence_secret),
	FIELD_ROWS(evidence, "types", types, type_fields, evidence_type),
	FIELD_ROWS(evidence, "tools", tools, pair_fields, evidence_pair),
	FIELD_ROWS(evidence, "redactions", redactions, redaction_fields, evidence_redaction),
	FIELD_ROWS_MAYBE(evidence, "reports", reports, report_fields, evidence_report),
	FIELD_ROWS_MAYBE(evidence, "execs", execs, exec_fields, evidence_exec),
	FIELD(evidence, git_base, FIELD_STRING),
	FIELD(evidence, git_head, FIELD_STRING),
	FIELD_MAYBE(evidence, judged_by, FIELD_STRINGS),
	FIELD(evidence, differs_unvaried, FIELD_BOOL),
	FIELD(evidence, guilty, FIELD_STRINGS),
	FIELD_END,
};

const char *const evidence_outcome_names[EVIDENCE_OUTCOME_COUNT] = {"applied", "already applied",
								    "failed"};

const char *evidence_outcome_name(enum evidence_outcome outcome)
{
	return evidence_outcome_names[outcome];
}

size_t evidence_derived(const struct evidence *ev)
{
	size_t count = 0;

	for (size_t i = 0; i < ev->type_count; i++)
		count += ev->types[i].source != NULL;
	return count;
}

void evidence_runs(const struct evidence *ev,
		   const struct evidence_run *ret_runs[EVIDENCE_RUN_COUNT])
{
	ret_runs[0] = &ev->before;
	ret_runs[1] = &ev->before_varied;
	ret_runs[2] = &ev->first;
	ret_runs[3] = &ev->again;
	ret_runs[4] = &ev->replay;
}

const char *const evidence_run_names[EVIDENCE_RUN_COUNT] = {"before", "before-varied", "first",
							    "again", "replay"};
const char *const evidence_plan_names[EVIDENCE_PLAN_COUNT] = {"fresh", "change", "settled",
							      "other"};

void evidence_run_plans(struct evidence_run *run,
			struct evidence_plan *plans[static EVIDENCE_PLAN_COUNT])
{
	plans[0] = &run->fresh;
	plans[1] = &run->change;
	plans[2] = &run->settled;
	plans[3] = &run->other;
}

struct evidence_run *evidence_own_run(struct evidence *ev, size_t i)
{
	struct evidence_run *runs[EVIDENCE_RUN_COUNT] = {&ev->before, &ev->before_varied,
							 &ev->first, &ev->again, &ev->replay};

	return runs[i];
}

static void release_run(struct evidence_run *run)
{
	struct evidence_plan *plans[EVIDENCE_PLAN_COUNT];

	evidence_run_plans(run, plans);
	for (size_t k = 0; k < EVIDENCE_PLAN_COUNT; k++) {
		json_decref(plans[k]->json);
		plans[k]->json = NULL;
	}
	json_decref(run->view);
	json_decref(run->other_view);
	run->view = NULL;
	run->other_view = NULL;
}

void evidence_release(struct evidence *ev)
{
	for (size_t i = 0; i < EVIDENCE_RUN_COUNT; i++)
		release_run(evidence_own_run(ev, i));
	release_run(&ev->expected);
	for (size_t i = 0; i < ev->stage_count; i++) {
		release_run(&ev->stages[i].before);
		release_run(&ev->stages[i].after);
		release_run(&ev->stages[i].expected);
	}
}

static json_t *write_apply(const struct evidence_apply *apply)
{
	json_t *json = json_new_object();

	json_put(json, "outcome", json_new_string(evidence_outcome_names[apply->outcome]));
	if (apply->reason)
		json_put(json, "reason", json_new_string(apply->reason));
	if (apply->outside)
		json_put(json, "outside", json_new_string(apply->outside));
	json_put(json, "output", json_new_string(apply->output ? apply->output : ""));
	json_put(json, "sandbox", fields_write(evidence_sandbox_fields, &apply->sandbox));
	return json;
}

static json_t *write_run(const struct evidence_run *run)
{
	json_t *json = json_new_object(), *list = json_new_array();
	struct evidence_run copy = *run;
	struct evidence_plan *plans[EVIDENCE_PLAN_COUNT];
	json_t *made = json_new_array();

	evidence_run_plans(&copy, plans);
	for (size_t k = 0; k < EVIDENCE_PLAN_COUNT; k++)
		if (plans[k]->text)
			json_push(made, json_new_string(evidence_plan_names[k]));
	for (size_t i = 0; i < run->diagnostic_count; i++)
		json_push(list, fields_write(evidence_diagnostic_fields, &run->diagnostics[i]));
	if (run->apply.attempted)
		json_put(json, "apply", write_apply(&run->apply));
	json_put(json, "planned", json_boolean(run->planned));
	json_put(json, "plans", made);
	json_put(json, "tree", json_boolean(run->tree != NULL));
	if (run->tree)
		json_put(json, "git_tree", json_new_string(run->tree->git_id));
	json_put(json, "view", json_boolean(run->view != NULL));
	json_put(json, "other_view", json_boolean(run->other_view != NULL));
	json_put(json, "diagnostics", list);
	json_put(json, "sandbox", fields_write(evidence_sandbox_fields, &run->sandbox));
	return json;
}

static json_t *write_policies(const struct evidence *ev)
{
	json_t *list = json_new_array();
	char hex[SHA256_HEX_SIZE];

	for (size_t i = 0; i < ev->policy_count; i++) {
		json_t *row = json_new_object();

		sha256_hex(&ev->policies[i].digest, hex);
		json_put(row, "id", json_new_string(ev->policies[i].id));
		json_put(row, "file", json_new_string(ev->policies[i].file));
		json_put(row, "sha256", json_new_string(hex));
		json_push(list, row);
	}
	return list;
}

struct files {
	struct arena *arena;
	struct evidence_file *rows;
	size_t count, capacity;
};

static void add_file(struct files *f, const char *path, const char *role, const char *data,
		     size_t size)
{
	f->rows = arena_grow(f->arena, f->rows, f->count, &f->capacity, sizeof(*f->rows));
	f->rows[f->count++] = (struct evidence_file){path, role, data, size};
}

static int add_json(struct files *f, const char *path, const char *role, const json_t *json,
		    struct err *e)
{
	FP_CLEANUP(buf_release) struct buf text = BUF_INIT(FILE_MAX_BYTES);

	json_dump_compact(&text, json);
	if (buf_finish(&text, path, e) < 0)
		return -1;
	add_file(f, path, role, arena_strndup(f->arena, buf_text(&text), text.size), text.size);
	return 0;
}

static int add_run_files(struct files *f, const struct evidence_run *run, const char *name,
			 struct err *e)
{
	FP_CLEANUP(buf_release) struct buf text = BUF_INIT(FILE_MAX_BYTES);
	struct evidence_run copy = *run;
	struct evidence_plan *plans[EVIDENCE_PLAN_COUNT];

	evidence_run_plans(&copy, plans);
	for (size_t k = 0; k < EVIDENCE_PLAN_COUNT; k++)
		if (plans[k]->text)
			add_file(f,
				 arena_printf(f->arena, "plans/%s-%s.json", name,
					      evidence_plan_names[k]),
				 "plan", plans[k]->text, plans[k]->size);
	if (run->view && add_json(f, arena_printf(f->arena, "evidence/view-%s.json", name), "view",
				  run->view, e) < 0)
		return -1;
	if (run->other_view &&
	    add_json(f, arena_printf(f->arena, "evidence/view-%s-other.json", name), "view",
		     run->other_view, e) < 0)
		return -1;
	if (!run->tree)
		return 0;
	tree_canonical(run->tree, &text);
	if (buf_finish(&text, "a tree", e) < 0)
		return -1;
	add_file(f, arena_printf(f->arena, "evidence/tree-%s.json", name), "tree",
		 arena_strndup(f->arena, buf_text(&text), text.size), text.size);
	return 0;
}

static int compare_files(const void *left, const void *right)
{
	return strcmp(((const struct evidence_file *)left)->path,
		      ((const struct evidence_file *)right)->path);
}

static int add_stages(struct files *f, const struct evidence *ev, json_t *root, struct err *e)
{
	json_t *list = json_new_array();

	for (size_t i = 0; i < ev->stage_count; i++) {
		const struct evidence_stage *s = &ev->stages[i];
		json_t *row = json_new_object();

		json_put(row, "name", json_new_string(s->name));
		json_put(row, "before", write_run(&s->before));
		json_put(row, "after", write_run(&s->after));
		if (s->expected.name)
			json_put(row, "expected", write_run(&s->expected));
		json_push(list, row);
		if (add_run_files(f, &s->before, s->before.name, e) < 0 ||
		    add_run_files(f, &s->after, s->after.name, e) < 0 ||
		    (s->expected.name && add_run_files(f, &s->expected, s->expected.name, e) < 0)) {
			json_decref(list);
			return -1;
		}
	}
	if (ev->stage_count > 0)
		json_put(root, "stages", list);
	else
		json_decref(list);
	return 0;
}

int evidence_write(const struct evidence *ev, struct arena *a,
		   const struct evidence_file **ret_files, size_t *ret_count, struct err *e)
{
	const struct evidence_run *runs[EVIDENCE_RUN_COUNT];
	struct files f = {.arena = a};
	JSON_AUTO *root = fields_write(evidence_top_fields, ev);
	json_t *list = json_new_object();

	json_put(root, "format", json_new_string(EVIDENCE_FORMAT));
	json_put(root, "policies", write_policies(ev));
	evidence_runs(ev, runs);
	for (size_t i = 0; i < EVIDENCE_RUN_COUNT; i++) {
		json_put(list, evidence_run_names[i], write_run(runs[i]));
		if (add_run_files(&f, runs[i], evidence_run_names[i], e) < 0)
			return -1;
	}
	json_put(root, "runs", list);
	if (ev->expected.tree) {
		json_put(root, "expected", write_run(&ev->expected));
		if (add_run_files(&f, &ev->expected, "expected", e) < 0)
			return -1;
	}
	if (add_stages(&f, ev, root, e) < 0)
		return -1;
	for (size_t i = 0; i < ev->policy_count; i++)
		add_file(&f, ev->policies[i].file, "policy", ev->policies[i].source,
			 ev->policies[i].source_size);
	for (size_t i = 0; i < ev->report_count; i++)
		add_file(&f, ev->reports[i].file, "finding", ev->reports[i].text,
			 ev->reports[i].size);
	for (size_t i = 0; i < ev->exec_count; i++)
		add_file(&f, ev->execs[i].file, "output", ev->execs[i].output, ev->execs[i].size);
	if (add_json(&f, "evidence/evidence.json", "evidence", root, e) < 0)
		return -1;
	qsort(f.rows, f.count, sizeof(*f.rows), compare_files);
	*ret_files = f.rows;
	*ret_count = f.count;
	return 0;
}

bool evidence_is_bound(const struct evidence_claims *c, const char *id)
{
	for (size_t i = 0; i < c->policies.count; i++)
		if (strcmp(c->policies.items[i], id) == 0)
			return true;
	return false;
}
