/*
 * In a bundle the evidence is evidence/evidence.json, with everything that is small, and beside it
 * one file for each tree, view and plan; which of those there are follows from evidence.json.
 */
#include "runner/evidence/evidence.h"

#include "runner/base/buf.h"
#include "runner/base/json.h"
#include "runner/canon/jcs.h"
#include "runner/evidence/fields.h"

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

static const struct field sandbox_fields[] = {
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
	FIELD_END,
};

static const struct field diagnostic_fields[] = {
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
	FIELD(evidence_exec, image_tree, FIELD_SHA256),
	FIELD(evidence_exec, input, FIELD_SHA256),
	FIELD(evidence_exec, fault, FIELD_STRING),
	FIELD(evidence_exec, file, FIELD_STRING),
	FIELD_IN(evidence_exec, sandbox, sandbox_fields),
	FIELD_END,
};

static const struct field top_fields[] = {
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
	FIELD_ROWS(evidence, "types", types, type_fields, evidence_type),
	FIELD_ROWS(evidence, "tools", tools, pair_fields, evidence_pair),
	FIELD_ROWS(evidence, "redactions", redactions, redaction_fields, evidence_redaction),
	FIELD_ROWS_MAYBE(evidence, "reports", reports, report_fields, evidence_report),
	FIELD_ROWS_MAYBE(evidence, "execs", execs, exec_fields, evidence_exec),
	FIELD(evidence, git_base, FIELD_STRING),
	FIELD(evidence, git_head, FIELD_STRING),
	FIELD(evidence, differs_unvaried, FIELD_BOOL),
	FIELD(evidence, guilty, FIELD_STRINGS),
	FIELD_END,
};

static const char *const outcome_names[] = {"applied", "already applied", "failed"};

const char *evidence_outcome_name(enum evidence_outcome outcome)
{
	return outcome_names[outcome];
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

static const char *const run_names[EVIDENCE_RUN_COUNT] = {"before", "before-varied", "first",
							  "again", "replay"};
static const char *const plan_names[] = {"fresh", "change", "settled", "other"};

static void run_plans(struct evidence_run *run, struct evidence_plan *plans[static 4])
{
	plans[0] = &run->fresh;
	plans[1] = &run->change;
	plans[2] = &run->settled;
	plans[3] = &run->other;
}

static struct evidence_run *own_run(struct evidence *ev, size_t i)
{
	struct evidence_run *runs[EVIDENCE_RUN_COUNT] = {&ev->before, &ev->before_varied,
							 &ev->first, &ev->again, &ev->replay};

	return runs[i];
}

static void release_run(struct evidence_run *run)
{
	struct evidence_plan *plans[4];

	run_plans(run, plans);
	for (size_t k = 0; k < 4; k++) {
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
		release_run(own_run(ev, i));
	release_run(&ev->expected);
	for (size_t i = 0; i < ev->stage_count; i++) {
		release_run(&ev->stages[i].before);
		release_run(&ev->stages[i].after);
	}
}

static json_t *write_apply(const struct evidence_apply *apply)
{
	json_t *json = json_new_object();

	json_put(json, "outcome", json_new_string(outcome_names[apply->outcome]));
	if (apply->reason)
		json_put(json, "reason", json_new_string(apply->reason));
	json_put(json, "output", json_new_string(apply->output ? apply->output : ""));
	json_put(json, "sandbox", fields_write(sandbox_fields, &apply->sandbox));
	return json;
}

static json_t *write_run(const struct evidence_run *run)
{
	json_t *json = json_new_object(), *list = json_new_array();
	struct evidence_run copy = *run;
	struct evidence_plan *plans[4];
	json_t *made = json_new_array();

	run_plans(&copy, plans);
	for (size_t k = 0; k < 4; k++)
		if (plans[k]->text)
			json_push(made, json_new_string(plan_names[k]));
	for (size_t i = 0; i < run->diagnostic_count; i++)
		json_push(list, fields_write(diagnostic_fields, &run->diagnostics[i]));
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
	json_put(json, "sandbox", fields_write(sandbox_fields, &run->sandbox));
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
	struct evidence_plan *plans[4];

	run_plans(&copy, plans);
	for (size_t k = 0; k < 4; k++)
		if (plans[k]->text)
			add_file(f, arena_printf(f->arena, "plans/%s-%s.json", name, plan_names[k]),
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
		json_push(list, row);
		if (add_run_files(f, &s->before, s->before.name, e) < 0 ||
		    add_run_files(f, &s->after, s->after.name, e) < 0) {
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
	JSON_AUTO *root = fields_write(top_fields, ev);
	json_t *list = json_new_object();

	json_put(root, "format", json_new_string(EVIDENCE_FORMAT));
	json_put(root, "policies", write_policies(ev));
	evidence_runs(ev, runs);
	for (size_t i = 0; i < EVIDENCE_RUN_COUNT; i++) {
		json_put(list, run_names[i], write_run(runs[i]));
		if (add_run_files(&f, runs[i], run_names[i], e) < 0)
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

/* A file that was read; most plans and views of a good fix are the same, byte for byte. */
struct seen {
	const char *text;
	size_t size;
	json_t *json;
	struct sha256 digest; /* of a plan */
};

#define SEEN_MAX 32 /* so many are compared with; the rest is only read anew */

struct loader {
	evidence_reader *reader;
	void *context;
	struct arena *arena;
	struct err *e;
	struct seen views[SEEN_MAX], plans[SEEN_MAX];
	size_t view_count, plan_count;
};

static const struct seen *find_seen(const struct seen *rows, size_t count, const char *text,
				    size_t size)
{
	for (size_t i = 0; i < count; i++)
		if (rows[i].size == size && memcmp(rows[i].text, text, size) == 0)
			return &rows[i];
	return NULL;
}

static int load_json(struct loader *l, const char *path, json_t **ret_json)
{
	const char *data;
	size_t size;

	if (l->reader(l->context, path, &data, &size, l->e) < 0)
		return -1;
	return json_parse(path, data, size, ret_json, l->e);
}

static int load_view(struct loader *l, const char *path, json_t **ret_json)
{
	const struct seen *seen;
	const char *text;
	size_t size;

	if (l->reader(l->context, path, &text, &size, l->e) < 0)
		return -1;
	seen = find_seen(l->views, l->view_count, text, size);
	if (seen) {
		*ret_json = json_incref(seen->json);
		return 0;
	}
	if (json_parse(path, text, size, ret_json, l->e) < 0)
		return -1;
	if (l->view_count < SEEN_MAX)
		l->views[l->view_count++] =
			(struct seen){.text = text, .size = size, .json = *ret_json};
	return 0;
}

static int load_plan(struct loader *l, const char *path, struct evidence_plan *plan)
{
	const struct seen *seen;

	if (l->reader(l->context, path, &plan->text, &plan->size, l->e) < 0)
		return -1;
	seen = find_seen(l->plans, l->plan_count, plan->text, plan->size);
	if (seen) {
		plan->digest = seen->digest;
		plan->json = json_incref(seen->json);
		return 0;
	}
	/* Already canonical, so "$number" and doubled "$" stay as they are under the plain rule. */
	if (json_parse(path, plan->text, plan->size, &plan->json, l->e) < 0)
		return -1;
	if (!jcs_is_form_of(plan->text, plan->size, plan->json))
		return err_set(l->e, ERR_INPUT, "%s: not in canonical form", path);
	plan->digest = sha256_of(plan->text, plan->size);
	if (l->plan_count < SEEN_MAX)
		l->plans[l->plan_count++] =
			(struct seen){plan->text, plan->size, plan->json, plan->digest};
	return 0;
}

static int load_plans(struct loader *l, const char *name, const json_t *made,
		      struct evidence_run *run)
{
	struct evidence_plan *plans[4];
	size_t found = 0;

	run_plans(run, plans);
	for (size_t k = 0; k < 4; k++) {
		for (size_t i = 0; i < json_array_size(made); i++) {
			const char *kind = json_string_value(json_array_get(made, i));

			if (!kind || strcmp(kind, plan_names[k]) != 0)
				continue;
			found++;
			if (plans[k]->text)
				return err_set(l->e, ERR_INPUT, "%s: the plan \"%s\" twice", name,
					       kind);
			if (load_plan(l, arena_printf(l->arena, "plans/%s-%s.json", name, kind),
				      plans[k]) < 0)
				return -1;
		}
	}
	if (found != json_array_size(made))
		return err_set(l->e, ERR_INPUT, "%s: an unknown kind of plan", name);
	return 0;
}

static int load_apply(struct loader *l, const char *name, const json_t *json,
		      struct evidence_apply *apply)
{
	static const char *const keys[] = {"outcome", "reason", "output", "sandbox", NULL};
	const char *outcome = NULL, *reason = NULL, *output = NULL;
	json_t *sandbox;

	if (json_only_keys(json, name, keys, l->e) < 0 ||
	    json_string_member(json, name, "outcome", true, &outcome, l->e) < 0 ||
	    json_string_member(json, name, "reason", false, &reason, l->e) < 0 ||
	    json_string_member(json, name, "output", true, &output, l->e) < 0 ||
	    json_member(json, name, "sandbox", JSON_OBJECT, true, &sandbox, l->e) < 0)
		return -1;
	apply->attempted = true;
	apply->reason = reason ? arena_strdup(l->arena, reason) : NULL;
	apply->output = arena_strdup(l->arena, output);
	for (size_t i = 0; i < FP_ARRAY_SIZE(outcome_names); i++) {
		if (strcmp(outcome, outcome_names[i]) == 0) {
			apply->outcome = (enum evidence_outcome)i;
			return fields_read(sandbox_fields, name, sandbox, l->arena, &apply->sandbox,
					   l->e);
		}
	}
	return err_set(l->e, ERR_INPUT, "%s: \"%s\" is no outcome", name, outcome);
}

static int load_diagnostics(struct loader *l, const char *name, const json_t *list,
			    struct evidence_run *run)
{
	struct evidence_diagnostic *rows =
		arena_array(l->arena, json_array_size(list), sizeof(*rows));

	for (size_t i = 0; i < json_array_size(list); i++)
		if (fields_read(diagnostic_fields, name, json_array_get(list, i), l->arena,
				&rows[i], l->e) < 0)
			return -1;
	run->diagnostics = rows;
	run->diagnostic_count = json_array_size(list);
	return 0;
}

static int load_tree(struct loader *l, const char *path, const char *git_id,
		     struct evidence_run *run)
{
	const struct tree *parsed;
	const char *data;
	struct tree *t;
	size_t size;

	if (!git_id || strlen(git_id) != TREE_GIT_ID_SIZE - 1 ||
	    strspn(git_id, "0123456789abcdef") != strlen(git_id))
		return err_set(l->e, ERR_INPUT, "%s: \"git_tree\" is missing or no id", path);
	if (l->reader(l->context, path, &data, &size, l->e) < 0 ||
	    tree_parse(path, data, size, l->arena, &parsed, l->e) < 0)
		return -1;
	t = arena_memdup(l->arena, parsed, sizeof(*parsed));
	memcpy(t->git_id, git_id, TREE_GIT_ID_SIZE);
	run->tree = t;
	return 0;
}

static int load_run(struct loader *l, const char *name, const json_t *json,
		    struct evidence_run *run)
{
	static const char *const keys[] = {"apply",    "planned", "plans",	"tree",
					   "git_tree", "view",	  "other_view", "diagnostics",
					   "sandbox",  NULL};
	json_t *apply, *planned, *plans, *tree, *view, *other, *diagnostics, *sandbox;
	const char *git_id = NULL;

	if (json_only_keys(json, name, keys, l->e) < 0 ||
	    json_member(json, name, "apply", JSON_OBJECT, false, &apply, l->e) < 0 ||
	    json_member(json, name, "planned", JSON_TRUE, true, &planned, l->e) < 0 ||
	    json_member(json, name, "plans", JSON_ARRAY, true, &plans, l->e) < 0 ||
	    json_member(json, name, "tree", JSON_TRUE, true, &tree, l->e) < 0 ||
	    json_string_member(json, name, "git_tree", false, &git_id, l->e) < 0 ||
	    json_member(json, name, "view", JSON_TRUE, true, &view, l->e) < 0 ||
	    json_member(json, name, "other_view", JSON_TRUE, true, &other, l->e) < 0 ||
	    json_member(json, name, "diagnostics", JSON_ARRAY, true, &diagnostics, l->e) < 0 ||
	    json_member(json, name, "sandbox", JSON_OBJECT, true, &sandbox, l->e) < 0)
		return -1;
	run->planned = json_is_true(planned);
	if ((apply && load_apply(l, name, apply, &run->apply) < 0) ||
	    load_plans(l, name, plans, run) < 0 ||
	    load_diagnostics(l, name, diagnostics, run) < 0 ||
	    fields_read(sandbox_fields, name, sandbox, l->arena, &run->sandbox, l->e) < 0)
		return -1;
	if (json_is_true(tree) &&
	    load_tree(l, arena_printf(l->arena, "evidence/tree-%s.json", name), git_id, run) < 0)
		return -1;
	if (json_is_true(view) &&
	    load_view(l, arena_printf(l->arena, "evidence/view-%s.json", name), &run->view) < 0)
		return -1;
	if (json_is_true(other) &&
	    load_view(l, arena_printf(l->arena, "evidence/view-%s-other.json", name),
		      &run->other_view) < 0)
		return -1;
	return 0;
}

static int load_policies(struct loader *l, const json_t *list, struct evidence *ev)
{
	static const char *const keys[] = {"id", "file", "sha256", NULL};
	struct evidence_policy *rows = arena_array(l->arena, json_array_size(list), sizeof(*rows));

	for (size_t i = 0; i < json_array_size(list); i++) {
		const json_t *row = json_array_get(list, i);
		const char *id, *file, *digest;
		struct evidence_policy *p = &rows[i];

		if (!json_is_object(row) || json_only_keys(row, "policies", keys, l->e) < 0)
			return l->e->kind ? -1
					  : err_set(l->e, ERR_INPUT, "policies: not an object");
		if (json_string_member(row, "policies", "id", true, &id, l->e) < 0 ||
		    json_string_member(row, "policies", "file", true, &file, l->e) < 0 ||
		    json_string_member(row, "policies", "sha256", true, &digest, l->e) < 0 ||
		    sha256_parse(digest, &p->digest, l->e) < 0 ||
		    l->reader(l->context, file, &p->source, &p->source_size, l->e) < 0)
			return -1;
		p->id = arena_strdup(l->arena, id);
		p->file = arena_strdup(l->arena, file);
	}
	ev->policies = rows;
	ev->policy_count = json_array_size(list);
	return 0;
}

static int load_reports(struct loader *l, struct evidence *ev)
{
	struct evidence_report *rows = arena_array(l->arena, ev->report_count, sizeof(*rows));

	for (size_t i = 0; i < ev->report_count; i++) {
		rows[i] = ev->reports[i];
		if (!rows[i].file || !rows[i].format)
			return err_set(l->e, ERR_INPUT,
				       "reports: \"file\" or \"format\" is missing");
		if (l->reader(l->context, rows[i].file, &rows[i].text, &rows[i].size, l->e) < 0)
			return -1;
	}
	ev->reports = rows;
	return 0;
}

static int load_execs(struct loader *l, struct evidence *ev)
{
	struct evidence_exec *rows = arena_array(l->arena, ev->exec_count, sizeof(*rows));

	for (size_t i = 0; i < ev->exec_count; i++) {
		rows[i] = ev->execs[i];
		if (!rows[i].policy || !rows[i].run || !rows[i].file || !rows[i].image)
			return err_set(l->e, ERR_INPUT, "execs: a name is missing");
		if (l->reader(l->context, rows[i].file, &rows[i].output, &rows[i].size, l->e) < 0)
			return -1;
	}
	ev->execs = rows;
	return 0;
}

static int load_stage(struct loader *l, const json_t *row, struct evidence_stage *s)
{
	static const char *const keys[] = {"name", "before", "after", NULL};
	json_t *before, *after;
	const char *name;

	if (!json_is_object(row))
		return err_set(l->e, ERR_INPUT, "stages: not an object");
	if (json_only_keys(row, "stages", keys, l->e) < 0 ||
	    json_string_member(row, "stages", "name", true, &name, l->e) < 0 ||
	    json_member(row, "stages", "before", JSON_OBJECT, true, &before, l->e) < 0 ||
	    json_member(row, "stages", "after", JSON_OBJECT, true, &after, l->e) < 0)
		return -1;
	s->name = arena_strdup(l->arena, name);
	s->before.name = arena_printf(l->arena, "before.%s", name);
	s->after.name = arena_printf(l->arena, "first.%s", name);
	return load_run(l, s->before.name, before, &s->before) < 0
		       ? -1
		       : load_run(l, s->after.name, after, &s->after);
}

static int load_stages(struct loader *l, const json_t *list, struct evidence *ev)
{
	ev->stages = arena_array(l->arena, json_array_size(list), sizeof(*ev->stages));
	ev->stage_count = json_array_size(list);
	for (size_t i = 0; i < ev->stage_count; i++)
		if (load_stage(l, json_array_get(list, i), &ev->stages[i]) < 0)
			return -1;
	return 0;
}

static int load_all(struct loader *l, struct evidence *ev)
{
	static const char path[] = "evidence/evidence.json";
	json_t *runs, *policies, *format, *stages, *expected;
	JSON_AUTO *root = NULL;

	if (load_json(l, path, &root) < 0 ||
	    json_member(root, path, "format", JSON_STRING, true, &format, l->e) < 0 ||
	    json_member(root, path, "runs", JSON_OBJECT, true, &runs, l->e) < 0 ||
	    json_member(root, path, "policies", JSON_ARRAY, true, &policies, l->e) < 0 ||
	    json_member(root, path, "stages", JSON_ARRAY, false, &stages, l->e) < 0 ||
	    json_member(root, path, "expected", JSON_OBJECT, false, &expected, l->e) < 0)
		return -1;
	if (strcmp(json_string_value(format), EVIDENCE_FORMAT) != 0)
		return err_set(l->e, ERR_UNSUPPORTED, "%s: the format \"%s\" is not known", path,
			       json_string_value(format));
	if (json_object_size(runs) != EVIDENCE_RUN_COUNT)
		return err_set(l->e, ERR_INPUT, "%s: runs: an unknown run", path);
	for (size_t i = 0; i < EVIDENCE_RUN_COUNT; i++) {
		struct evidence_run *run = own_run(ev, i);
		json_t *json;

		if (json_member(runs, path, run_names[i], JSON_OBJECT, true, &json, l->e) < 0 ||
		    load_run(l, run_names[i], json, run) < 0)
			return -1;
		run->name = run_names[i];
	}
	if (load_policies(l, policies, ev) < 0 || (stages && load_stages(l, stages, ev) < 0) ||
	    (expected && load_run(l, "expected", expected, &ev->expected) < 0))
		return -1;
	ev->expected.name = "expected";
	(void)json_object_del(root, "expected");
	(void)json_object_del(root, "stages");
	(void)json_object_del(root, "format");
	(void)json_object_del(root, "runs");
	(void)json_object_del(root, "policies");
	if (fields_read(top_fields, path, root, l->arena, ev, l->e) < 0)
		return -1;
	return load_reports(l, ev) < 0 ? -1 : load_execs(l, ev);
}

int evidence_read(evidence_reader *reader, void *context, struct arena *a,
		  struct evidence *ret_evidence, struct err *e)
{
	struct loader l = {.reader = reader, .context = context, .arena = a, .e = e};
	struct evidence ev = {.planner = NULL};

	if (load_all(&l, &ev) < 0) {
		evidence_release(&ev);
		return -1;
	}
	*ret_evidence = ev;
	return 0;
}

bool evidence_is_bound(const struct evidence_claims *c, const char *id)
{
	for (size_t i = 0; i < c->policies.count; i++)
		if (strcmp(c->policies.items[i], id) == 0)
			return true;
	return false;
}
