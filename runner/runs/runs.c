#include "runner/runs/internal.h"

#include "runner/base/buf.h"
#include "runner/base/doc.h"
#include "runner/base/fd.h"
#include "runner/base/json.h"
#include "runner/image.h"

#define REQUEST_MAX_BYTES ((size_t)256 << 20)

/* Another set of mock values, for what must not depend on them. */
static const char other_salt[] = "other";

void runs_trees_close(struct runs_trees *t)
{
	fd_cleanup(&t->first);
	fd_cleanup(&t->again);
	fd_cleanup(&t->replay);
}

static void add_string(struct buf *out, const char *text)
{
	JSON_AUTO *json = json_new_string(text);

	json_dump_compact(out, json);
	if (out->size > 0 && !out->overflow)
		out->size--;
}

/* The mock of the case, with a salt of ours where it has none. */
static void add_mock(struct buf *out, const struct fixcase *c, const char *salt)
{
	JSON_AUTO *mock = NULL;
	struct err ignored = ERR_INIT;

	if (json_parse("mock", c->mock, strlen(c->mock), &mock, &ignored) < 0)
		mock = json_new_object();
	if (salt)
		json_put(mock, "salt", json_new_string(salt));
	json_dump_compact(out, mock);
	if (out->size > 0 && !out->overflow)
		out->size--;
}

/*
 * The texts of variables and state are put in as they are: their numbers must keep every digit, and
 * both are known to be well-formed, one by our reader and one by the record's.
 */
const char *runs_request_text(const struct fixcase *c, const char *salt, const char *prior_state,
			      size_t prior_size, bool want_state, struct arena *a)
{
	FP_CLEANUP(buf_release) struct buf out = BUF_INIT(REQUEST_MAX_BYTES);

	buf_addstr(&out, "{\"format\":\"fixproof-plan-request/1\",\"root\":");
	add_string(&out, c->root);
	buf_addf(&out, ",\"facts\":\"%s\",\"variables\":%s,\"var_files\":[",
		 fixcase_facts_name(c->facts), c->variables);
	for (size_t i = 0; i < c->var_files.count; i++) {
		if (i > 0)
			buf_addch(&out, ',');
		add_string(&out, c->var_files.items[i]);
	}
	buf_addstr(&out, "],\"mock\":");
	add_mock(&out, c, salt);
	if (prior_state) {
		buf_addstr(&out, ",\"prior_state\":");
		buf_add(&out, prior_state, prior_size);
	}
	buf_addf(&out, ",\"want_view\":true,\"want_state\":%s}", want_state ? "true" : "false");
	return arena_strndup(a, buf_text(&out), out.size);
}

/* What the planner answered; a run whose planner refused, or was ended, is evidence too. */
static int take_record(struct runs_context *c, struct evidence_run *run,
		       const struct runs_question *q, struct runs_record *ret_record)
{
	*ret_record = (struct runs_record){.planned = false};
	if (!q->record) {
		struct evidence_diagnostic *d = arena_alloc(c->arena, sizeof(*d));

		*d = (struct evidence_diagnostic){
			.severity = "unsupported",
			.file = "",
			.summary = arena_printf(c->arena, "the planner was ended (%s, limit %s)",
						run->sandbox.end, run->sandbox.limit),
			.detail = ""};
		run->diagnostics = d;
		run->diagnostic_count = 1;
		return 0;
	}
	return runs_read_record(c, q->record, q->size, run, ret_record) < 0
		       ? err_wrap(c->e, "run %s", run->name)
		       : 0;
}

static int ask(struct runs_context *c, struct evidence_run *run, int tree,
	       const struct sandbox_variation *v, struct runs_question *questions, size_t count)
{
	return runs_ask_planner(c, tree, v, questions, count, &run->sandbox) < 0
		       ? err_wrap(c->e, "run %s", run->name)
		       : 0;
}

static bool take(struct runs_record *r, struct evidence_plan *plan, json_t **view)
{
	*plan = r->plan;
	if (view)
		*view = r->view;
	else
		json_decref(r->view);
	return r->planned;
}

/* The state after a plan, which later plans begin from. */
struct state {
	const char *text;
	size_t size;
};

static int plan_before(struct runs_context *c, struct evidence_run *run,
		       const struct sandbox_variation *v, struct state *ret_state)
{
	struct runs_question q = {
		.request = runs_request_text(c->in->c, NULL, NULL, 0, true, c->arena)};
	struct runs_record r;

	if (tree_read(c->in->workspace, c->arena, &run->tree, c->e) < 0 ||
	    ask(c, run, c->in->workspace, v, &q, 1) < 0 || take_record(c, run, &q, &r) < 0)
		return -1;
	run->planned = take(&r, &run->fresh, &run->view);
	ret_state->text = r.state;
	ret_state->size = r.state_size;
	return 0;
}

/*
 * The two plans that every run with a fix makes, from nothing and as a change to what was there,
 * and with them one more that only this run makes.  What cannot be planned once is not asked about
 * again; ret_after and ret_third then stay as they were.
 */
static int plan_after(struct runs_context *c, struct evidence_run *run, int tree,
		      const struct sandbox_variation *v, const struct state *before,
		      const char *third, struct state *ret_after, struct runs_record *ret_third)
{
	struct runs_question q[RUNS_QUESTIONS_MAX] = {
		{.request = runs_request_text(c->in->c, NULL, NULL, 0, false, c->arena)},
	};
	struct runs_record r;
	size_t count = 1;

	if (before->text)
		q[count++].request = runs_request_text(c->in->c, NULL, before->text, before->size,
						       true, c->arena);
	if (before->text && third)
		q[count++].request = third;
	if (ask(c, run, tree, v, q, count) < 0 || take_record(c, run, &q[0], &r) < 0)
		return -1;
	run->planned = take(&r, &run->fresh, &run->view);
	if (!run->planned || !before->text) {
		run->planned = false;
		return 0;
	}
	if (take_record(c, run, &q[1], &r) < 0)
		return -1;
	run->planned = take(&r, &run->change, NULL);
	*ret_after = (struct state){r.state, r.state_size};
	return run->planned && third ? take_record(c, run, &q[2], ret_third) : 0;
}

static int run_first(struct runs_context *c, const struct state *before, struct runs_trees *trees,
		     struct state *ret_after)
{
	const struct sandbox_variation v = runs_plain();
	struct evidence_run *run = &c->ev->first;

	if (runs_apply(c, c->in->workspace, c->ev->before.tree, &v, &run->apply, &run->tree,
		       &trees->first) < 0)
		return err_wrap(c->e, "run %s", run->name);
	if (trees->first < 0)
		return 0;
	return plan_after(c, run, trees->first, &v, before, NULL, ret_after, NULL);
}

static int run_again(struct runs_context *c, const struct state *before, const struct state *after,
		     struct runs_trees *trees)
{
	const struct sandbox_variation v = runs_plain();
	struct evidence_run *run = &c->ev->again;
	struct state ignored = {NULL, 0};
	const char *third = NULL;
	struct runs_record r;

	if (runs_apply(c, trees->first, c->ev->first.tree, &v, &run->apply, &run->tree,
		       &trees->again) < 0)
		return err_wrap(c->e, "run %s", run->name);
	if (trees->again < 0)
		return 0;
	if (after->text)
		third = runs_request_text(c->in->c, NULL, after->text, after->size, false,
					  c->arena);
	if (plan_after(c, run, trees->again, &v, before, third, &ignored, &r) < 0)
		return -1;
	if (run->planned && third)
		run->planned = take(&r, &run->settled, NULL);
	return 0;
}

static int run_replay(struct runs_context *c, const struct state *before, struct runs_trees *trees)
{
	const struct sandbox_variation v = runs_varied();
	struct evidence_run *run = &c->ev->replay;
	struct state ignored = {NULL, 0};
	struct runs_record r;

	if (runs_apply(c, c->in->workspace, c->ev->before.tree, &v, &run->apply, &run->tree,
		       &trees->replay) < 0)
		return err_wrap(c->e, "run %s", run->name);
	if (trees->replay < 0)
		return 0;
	if (plan_after(c, run, trees->replay, &v, before,
		       runs_request_text(c->in->c, other_salt, NULL, 0, false, c->arena), &ignored,
		       &r) < 0)
		return -1;
	if (run->planned)
		run->planned = take(&r, &run->other, &run->other_view);
	return 0;
}

/* A case with the values of a stage in place of its own. */
static struct fixcase staged(const struct fixcase *c, const struct fixcase_stage *s)
{
	struct fixcase copy = *c;

	copy.var_files = s->var_files;
	copy.variables = s->variables;
	return copy;
}

static int stage_before(struct runs_context *c, const struct fixcase *f, struct evidence_run *run,
			struct state *ret_state)
{
	const struct sandbox_variation v = runs_plain();
	struct runs_question q = {.request = runs_request_text(f, NULL, NULL, 0, true, c->arena)};
	struct runs_record r;

	if (ask(c, run, c->in->workspace, &v, &q, 1) < 0 || take_record(c, run, &q, &r) < 0)
		return -1;
	run->planned = take(&r, &run->fresh, &run->view);
	*ret_state = (struct state){r.state, r.state_size};
	return 0;
}

/* From nothing, as a change, under other mock values; and when all that is planned, once more. */
static int stage_after(struct runs_context *c, const struct fixcase *f, struct evidence_run *run,
		       int tree, const struct state *before)
{
	const struct sandbox_variation v = runs_plain();
	struct runs_question q[] =
		{
			{.request = runs_request_text(f, NULL, NULL, 0, false, c->arena)},
			{.request = runs_request_text(f, NULL, before->text, before->size, true,
						      c->arena)},
			{.request = runs_request_text(f, other_salt, NULL, 0, false, c->arena)},
		},
			     last = {.request = NULL};
	struct runs_record r, settled;

	if (ask(c, run, tree, &v, q, FP_ARRAY_SIZE(q)) < 0 || take_record(c, run, &q[0], &r) < 0)
		return -1;
	run->planned = take(&r, &run->fresh, &run->view);
	if (!run->planned)
		return 0;
	if (take_record(c, run, &q[2], &r) < 0)
		return -1;
	run->planned = take(&r, &run->other, &run->other_view);
	if (take_record(c, run, &q[1], &r) < 0)
		return -1;
	run->planned = take(&r, &run->change, NULL) && run->planned;
	if (!run->planned || !r.state)
		return 0;
	last.request = runs_request_text(f, NULL, r.state, r.state_size, false, c->arena);
	if (ask(c, run, tree, &v, &last, 1) < 0 || take_record(c, run, &last, &settled) < 0)
		return -1;
	run->planned = take(&settled, &run->settled, NULL);
	return 0;
}

static int run_stages(struct runs_context *c, int tree)
{
	const struct fixcase *own = c->in->c;
	struct evidence *ev = c->ev;

	ev->stages = arena_array(c->arena, own->stage_count, sizeof(*ev->stages));
	for (; ev->stage_count < own->stage_count; ev->stage_count++) {
		const struct fixcase_stage *from = &own->stages[ev->stage_count];
		struct evidence_stage *s = &ev->stages[ev->stage_count];
		const struct fixcase f = staged(own, from);
		struct state before = {NULL, 0};

		s->name = from->name;
		s->before.name = arena_printf(c->arena, "before.%s", from->name);
		s->after.name = arena_printf(c->arena, "first.%s", from->name);
		if (stage_before(c, &f, &s->before, &before) < 0 ||
		    (before.text && stage_after(c, &f, &s->after, tree, &before) < 0))
			return -1;
	}
	return 0;
}

/* The tree that the fix leaves under these conditions; a fix that fails leaves the empty digest. */
static int digest_under(struct runs_context *c, const struct sandbox_variation *v,
			struct sha256 *ret_digest)
{
	FP_CLEANUP(fd_cleanup) int tree = -1;
	struct evidence_apply apply;
	const struct tree *t;

	*ret_digest = (struct sha256){.bytes = {0}};
	if (runs_apply(c, c->in->workspace, c->ev->before.tree, v, &apply, &t, &tree) < 0)
		return -1;
	if (t)
		*ret_digest = t->digest;
	return 0;
}

static void add_guilty(struct runs_context *c, const char *name)
{
	struct evidence_strings *g = &c->ev->guilty;
	const char **items = arena_array(c->arena, g->count + 1, sizeof(*items));

	if (g->count > 0)
		memcpy(items, g->items, g->count * sizeof(*items));
	items[g->count++] = name;
	g->items = items;
}

/*
 * Which variation it was: with clock, randomness and layout pinned the fix is applied twice, and
 * then once with each group varied by itself.
 */
static int find_guilty(struct runs_context *c)
{
	struct sandbox_variation v = runs_pinned();
	struct sha256 one, other;

	if (digest_under(c, &v, &one) < 0 || digest_under(c, &v, &other) < 0)
		return -1;
	c->ev->differs_unvaried = !sha256_equal(&one, &other);
	for (size_t i = 0; i < runs_group_count && !c->ev->differs_unvaried; i++) {
		v = runs_pinned();
		runs_groups[i].vary(&v);
		if (digest_under(c, &v, &other) < 0)
			return -1;
		if (!sha256_equal(&one, &other))
			add_guilty(c, runs_groups[i].name);
	}
	return 0;
}

static bool replay_differs(const struct evidence *ev)
{
	return ev->first.tree && ev->replay.tree &&
	       !sha256_equal(&ev->first.tree->digest, &ev->replay.tree->digest);
}

static int run_expected(struct runs_context *c)
{
	const struct sandbox_variation v = runs_plain();
	struct evidence_run *run = &c->ev->expected;
	struct runs_question q = {
		.request = runs_request_text(c->in->c, NULL, NULL, 0, false, c->arena)};
	struct runs_record r;

	run->name = "expected";
	if (c->in->expected < 0)
		return 0;
	if (tree_read(c->in->expected, c->arena, &run->tree, c->e) < 0 ||
	    ask(c, run, c->in->expected, &v, &q, 1) < 0 || take_record(c, run, &q, &r) < 0)
		return -1;
	run->planned = take(&r, &run->fresh, NULL);
	return 0;
}

/* Other files that lead to the same state with the case's values may lead elsewhere with others. */
static int run_expected_stages(struct runs_context *c)
{
	const struct sandbox_variation v = runs_plain();
	struct evidence *ev = c->ev;

	if (!ev->expected.tree || !ev->first.tree ||
	    sha256_equal(&ev->expected.tree->digest, &ev->first.tree->digest))
		return 0;
	for (size_t i = 0; i < ev->stage_count; i++) {
		const struct fixcase f = staged(c->in->c, &c->in->c->stages[i]);
		struct evidence_run *run = &ev->stages[i].expected;
		struct runs_question q = {
			.request = runs_request_text(&f, NULL, NULL, 0, false, c->arena)};
		struct runs_record r;

		run->name = arena_printf(c->arena, "expected.%s", ev->stages[i].name);
		if (ask(c, run, c->in->expected, &v, &q, 1) < 0 || take_record(c, run, &q, &r) < 0)
			return -1;
		run->planned = take(&r, &run->fresh, NULL);
	}
	return 0;
}

static int run_all(struct runs_context *c, struct runs_trees *trees)
{
	struct state before = {NULL, 0}, varied = {NULL, 0}, after = {NULL, 0};
	struct sandbox_variation v = runs_plain();

	if (plan_before(c, &c->ev->before, &v, &before) < 0)
		return -1;
	v = runs_varied();
	if (plan_before(c, &c->ev->before_varied, &v, &varied) < 0 ||
	    run_first(c, &before, trees, &after) < 0)
		return -1;
	if (trees->first >= 0 &&
	    (run_again(c, &before, &after, trees) < 0 || run_stages(c, trees->first) < 0))
		return -1;
	if (run_replay(c, &before, trees) < 0 || run_expected(c) < 0 || run_expected_stages(c) < 0)
		return -1;
	return replay_differs(c->ev) ? find_guilty(c) : 0;
}

/* What a script has for its system: the host's, which is not there tomorrow, or a pinned image. */
static int find_image(struct runs_context *c)
{
	const struct fixcase_fix *fix = &c->in->c->fix;
	char hex[SHA256_HEX_SIZE];
	struct image image;
	const char *cache;

	c->ev->image = fix->kind == FIXCASE_FIX_SCRIPT ? "host" : "none";
	if (!fix->image || strcmp(fix->image, "host") == 0)
		return 0;
	if (image_cache(c->arena, &cache, c->e) < 0 ||
	    image_find(cache, fix->image, c->arena, &image, c->e) < 0)
		return -1;
	sha256_hex(&image.tar, hex);
	c->ev->image = fix->image;
	c->ev->image_sha256 = arena_strdup(c->arena, hex);
	c->image = image.root;
	return 0;
}

int runs_execute(const struct runs_input *in, struct arena *a, struct evidence *ev,
		 struct runs_trees *ret_trees, struct err *e)
{
	static const char *const names[EVIDENCE_RUN_COUNT] = {"before", "before-varied", "first",
							      "again", "replay"};
	struct evidence_run *runs[EVIDENCE_RUN_COUNT] = {&ev->before, &ev->before_varied,
							 &ev->first, &ev->again, &ev->replay};
	struct runs_context c = {.in = in, .arena = a, .ev = ev, .e = e};
	struct runs_trees trees = RUNS_TREES_INIT;

	for (size_t i = 0; i < EVIDENCE_RUN_COUNT; i++)
		runs[i]->name = names[i];
	ev->planner = !in->tool ? "embedded" : in->both ? "both" : in->tool->name;
	ev->facts = fixcase_facts_name(in->c->facts);
	if (find_image(&c) < 0 || run_all(&c, &trees) < 0) {
		runs_trees_close(&trees);
		return -1;
	}
	*ret_trees = trees;
	return 0;
}

int runs_plan(const struct runs_input *in, const char *request, struct arena *a,
	      const char **ret_record, size_t *ret_size, struct err *e)
{
	const struct sandbox_variation v = runs_plain();
	struct evidence ev = {.planner = NULL};
	struct runs_context c = {.in = in, .arena = a, .ev = &ev, .e = e};
	struct runs_question q = {.request = request};
	struct evidence_sandbox report;

	if (runs_ask_planner(&c, in->workspace, &v, &q, 1, &report) < 0)
		return -1;
	*ret_record = q.record;
	*ret_size = q.size;
	if (!q.record)
		return err_set(e, ERR_LIMIT, "the planner was ended (%s, limit %s)", report.end,
			       report.limit);
	return 0;
}
