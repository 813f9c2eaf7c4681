/* Evidence from the files of a bundle; see evidence.c for what lies where. */
#include "runner/base/buf.h"
#include "runner/base/json.h"
#include "runner/canon/jcs.h"
#include "runner/evidence/evidence_parts.h"

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
	struct evidence_plan *plans[EVIDENCE_PLAN_COUNT];
	size_t found = 0;

	evidence_run_plans(run, plans);
	for (size_t k = 0; k < EVIDENCE_PLAN_COUNT; k++) {
		for (size_t i = 0; i < json_array_size(made); i++) {
			const char *kind = json_string_value(json_array_get(made, i));

			if (!kind || strcmp(kind, evidence_plan_names[k]) != 0)
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
	static const char *const keys[] = {"outcome", "reason",	 "outside",
					   "output",  "sandbox", NULL};
	const char *outcome = NULL, *reason = NULL, *outside = NULL, *output = NULL;
	json_t *sandbox;

	if (json_only_keys(json, name, keys, l->e) < 0 ||
	    json_string_member(json, name, "outcome", true, &outcome, l->e) < 0 ||
	    json_string_member(json, name, "reason", false, &reason, l->e) < 0 ||
	    json_string_member(json, name, "outside", false, &outside, l->e) < 0 ||
	    json_string_member(json, name, "output", true, &output, l->e) < 0 ||
	    json_member(json, name, "sandbox", JSON_OBJECT, true, &sandbox, l->e) < 0)
		return -1;
	apply->attempted = true;
	apply->reason = reason ? arena_strdup(l->arena, reason) : NULL;
	apply->outside = outside ? arena_strdup(l->arena, outside) : NULL;
	apply->output = arena_strdup(l->arena, output);
	for (size_t i = 0; i < FP_ARRAY_SIZE(evidence_outcome_names); i++) {
		if (strcmp(outcome, evidence_outcome_names[i]) == 0) {
			apply->outcome = (enum evidence_outcome)i;
			return fields_read(evidence_sandbox_fields, name, sandbox, l->arena,
					   &apply->sandbox, l->e);
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
		if (fields_read(evidence_diagnostic_fields, name, json_array_get(list, i), l->arena,
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
	    fields_read(evidence_sandbox_fields, name, sandbox, l->arena, &run->sandbox, l->e) < 0)
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
	static const char *const keys[] = {"name", "before", "after", "expected", NULL};
	json_t *before, *after, *expected;
	const char *name;

	if (!json_is_object(row))
		return err_set(l->e, ERR_INPUT, "stages: not an object");
	if (json_only_keys(row, "stages", keys, l->e) < 0 ||
	    json_string_member(row, "stages", "name", true, &name, l->e) < 0 ||
	    json_member(row, "stages", "before", JSON_OBJECT, true, &before, l->e) < 0 ||
	    json_member(row, "stages", "after", JSON_OBJECT, true, &after, l->e) < 0 ||
	    json_member(row, "stages", "expected", JSON_OBJECT, false, &expected, l->e) < 0)
		return -1;
	s->name = arena_strdup(l->arena, name);
	s->before.name = arena_printf(l->arena, "before.%s", name);
	s->after.name = arena_printf(l->arena, "first.%s", name);
	if (expected)
		s->expected.name = arena_printf(l->arena, "expected.%s", name);
	if (load_run(l, s->before.name, before, &s->before) < 0 ||
	    load_run(l, s->after.name, after, &s->after) < 0)
		return -1;
	return expected ? load_run(l, s->expected.name, expected, &s->expected) : 0;
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
		struct evidence_run *run = evidence_own_run(ev, i);
		json_t *json;

		if (json_member(runs, path, evidence_run_names[i], JSON_OBJECT, true, &json, l->e) <
			    0 ||
		    load_run(l, evidence_run_names[i], json, run) < 0)
			return -1;
		run->name = evidence_run_names[i];
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
	if (fields_read(evidence_top_fields, path, root, l->arena, ev, l->e) < 0)
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
