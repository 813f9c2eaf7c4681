/* Reading the planner's record: what a sandboxed worker wrote, so nothing in it is taken on trust.
 */
#include "runner/runs/internal.h"

#include "runner/base/doc.h"
#include "runner/base/json.h"
#include "runner/base/utf8.h"
#include "runner/canon/plan.h"

static const char what[] = "the planner's record";

#define DIAGNOSTICS_MAX 200

static const char *text_of(const struct doc *d, const char *key, struct arena *a)
{
	const struct doc *m = doc_get(d, key);
	FP_CLEANUP(buf_release) struct buf out = BUF_INIT((size_t)1 << 20);

	if (!m || m->kind != DOC_STRING)
		return "";
	utf8_add_visible(&out, m->text, m->size, false);
	return arena_strdup(a, buf_text(&out));
}

static size_t number_of(const struct doc *d, const char *key)
{
	const struct doc *m = doc_get(d, key);

	return m && m->kind == DOC_NUMBER ? strtoul(m->text, NULL, 10) % 1000000000 : 0;
}

static void read_diagnostics(struct runs_context *c, const struct doc *list,
			     struct evidence_run *run)
{
	struct evidence_diagnostic *rows =
		arena_array(c->arena, run->diagnostic_count + list->count, sizeof(*rows));

	if (run->diagnostic_count > 0)
		memcpy(rows, run->diagnostics, run->diagnostic_count * sizeof(*rows));
	run->diagnostics = rows;
	for (const struct doc *m = list->first; m; m = m->next) {
		struct evidence_diagnostic d = {
			.severity = text_of(m, "severity", c->arena),
			.file = text_of(m, "file", c->arena),
			.summary = text_of(m, "summary", c->arena),
			.detail = text_of(m, "detail", c->arena),
			.line = number_of(m, "line"),
			.column = number_of(m, "column"),
		};
		bool known = false;

		for (size_t i = 0; i < run->diagnostic_count; i++)
			known = known ||
				(rows[i].line == d.line && strcmp(rows[i].file, d.file) == 0 &&
				 strcmp(rows[i].summary, d.summary) == 0);
		if (!known && run->diagnostic_count < DIAGNOSTICS_MAX)
			rows[run->diagnostic_count++] = d;
	}
}

static bool has_string(const struct evidence_strings *list, const char *text)
{
	for (size_t i = 0; i < list->count; i++)
		if (strcmp(list->items[i], text) == 0)
			return true;
	return false;
}

static void add_inferred(struct runs_context *c, const struct doc *types)
{
	struct evidence_strings *list = &c->ev->inferred;

	for (const struct doc *m = types->first; m; m = m->next) {
		const char *type = text_of(m, "type", c->arena);
		const char **items;

		if (strcmp(text_of(m, "source", c->arena), "inferred") != 0 ||
		    has_string(list, type))
			continue;
		items = arena_array(c->arena, list->count + 1, sizeof(*items));
		if (list->count > 0)
			memcpy(items, list->items, list->count * sizeof(*items));
		items[list->count++] = type;
		list->items = items;
	}
}

/* The types that the plan took from packs: what a bundle must hold to be planned again. */
static void add_types(struct runs_context *c, const struct doc *types)
{
	struct evidence *ev = c->ev;
	struct evidence_type *rows =
		arena_array(c->arena, ev->type_count + types->count + 1, sizeof(*rows));

	if (ev->type_count > 0)
		memcpy(rows, ev->types, ev->type_count * sizeof(*rows));
	ev->types = rows;
	for (const struct doc *m = types->first; m; m = m->next) {
		struct evidence_type t = {text_of(m, "provider", c->arena),
					  text_of(m, "kind", c->arena),
					  text_of(m, "type", c->arena), NULL};
		const char *source = text_of(m, "source", c->arena);
		bool derived = strcmp(source, "derived") == 0;
		bool known = !derived && strcmp(source, "pack") != 0;

		t.source = derived ? "derived" : NULL;
		for (size_t i = 0; i < ev->type_count; i++)
			known = known || (strcmp(rows[i].name, t.name) == 0 &&
					  strcmp(rows[i].kind, t.kind) == 0 &&
					  strcmp(rows[i].provider, t.provider) == 0);
		if (!known)
			rows[ev->type_count++] = t;
	}
}

static int add_packs(struct runs_context *c, const struct doc *packs)
{
	for (const struct doc *m = packs->first; m; m = m->next) {
		struct evidence_pack pack = {.provider = text_of(m, "provider", c->arena),
					     .version = text_of(m, "version", c->arena),
					     .origin = text_of(m, "origin", c->arena)};
		struct evidence_pack *rows;
		bool known = false;

		if (!*pack.origin)
			pack.origin = NULL;
		if (sha256_parse(text_of(m, "digest", c->arena), &pack.digest, c->e) < 0)
			return err_wrap(c->e, "%s: packs", what);
		for (size_t i = 0; i < c->ev->pack_count; i++)
			known = known || sha256_equal(&c->ev->packs[i].digest, &pack.digest);
		if (known)
			continue;
		rows = arena_array(c->arena, c->ev->pack_count + 1, sizeof(*rows));
		if (c->ev->pack_count > 0)
			memcpy(rows, c->ev->packs, c->ev->pack_count * sizeof(*rows));
		rows[c->ev->pack_count++] = pack;
		c->ev->packs = rows;
	}
	return 0;
}

static int read_plan(struct runs_context *c, const struct doc *plan, struct evidence_plan *out)
{
	FP_CLEANUP(buf_release) struct buf text = BUF_INIT(RUNS_PLAN_MAX_BYTES);

	if (canon_plan(what, plan, &text, c->e) < 0)
		return -1;
	out->text = arena_strndup(c->arena, buf_text(&text), text.size);
	out->size = text.size;
	out->digest = sha256_of(out->text, out->size);
	return json_parse(what, out->text, out->size, &out->json, c->e);
}

static int want(struct runs_context *c, const struct doc *root, const char *key, enum doc_kind kind,
		const struct doc **ret_member)
{
	*ret_member = doc_get(root, key);
	if (!*ret_member || (*ret_member)->kind != kind)
		return err_set(c->e, ERR_PEER, "%s: \"%s\" is missing or of another type", what,
			       key);
	return 0;
}

static int read_planned(struct runs_context *c, const char *text, const struct doc *root,
			struct runs_record *r)
{
	const struct doc *plan, *state = doc_get(root, "state");

	if (want(c, root, "plan", DOC_OBJECT, &plan) < 0 || read_plan(c, plan, &r->plan) < 0)
		return -1;
	if (state && state->kind == DOC_OBJECT) {
		r->state = text + state->offset;
		r->state_size = state->length;
	}
	r->planned = true;
	return 0;
}

/* The program that planned tells its version itself; its digest is what the sandbox saw run. */
static void read_tool(struct runs_context *c, const struct doc *tool,
		      const struct evidence_sandbox *sandbox)
{
	if (!tool || tool->kind != DOC_OBJECT)
		return;
	c->ev->planner_program = text_of(tool, "name", c->arena);
	c->ev->planner_version = text_of(tool, "version", c->arena);
	for (size_t i = 0; i < sandbox->program_count; i++)
		if (strcmp(sandbox->programs[i].name, RUNS_TOOL_PATH) == 0)
			c->ev->planner_sha256 = sandbox->programs[i].value;
}

int runs_read_record(struct runs_context *c, const char *text, size_t size,
		     struct evidence_run *run, struct runs_record *ret_record)
{
	struct runs_record r = {.planned = false};
	const struct doc *root, *status, *list, *view;

	if (doc_read_json(what, text, size, c->arena, &root, c->e) < 0)
		return -1;
	if (root->kind != DOC_OBJECT)
		return err_set(c->e, ERR_PEER, "%s: not an object", what);
	if (want(c, root, "status", DOC_STRING, &status) < 0 ||
	    want(c, root, "diagnostics", DOC_ARRAY, &list) < 0)
		return -1;
	read_diagnostics(c, list, run);
	read_tool(c, doc_get(root, "tool"), &run->sandbox);
	if (doc_get(root, "types")) {
		add_inferred(c, doc_get(root, "types"));
		add_types(c, doc_get(root, "types"));
	}
	if (doc_get(root, "packs") && add_packs(c, doc_get(root, "packs")) < 0)
		return -1;
	/* Of what could not be planned it is the configuration as written. */
	view = doc_get(root, "view");
	if (view && view->kind == DOC_OBJECT)
		r.view = doc_to_json(view);
	if (strcmp(status->text, "planned") == 0 && read_planned(c, text, root, &r) < 0) {
		json_decref(r.plan.json);
		json_decref(r.view);
		return -1;
	}
	*ret_record = r;
	return 0;
}
