#include "runner/plan/planner.h"

#include <fcntl.h>
#include <string.h>

#include "runner/base/fd.h"
#include "runner/base/json.h"
#include "runner/plan/planjson.h"
#include "runner/plan/planstate.h"
#include "runner/plan/planview.h"
#include "runner/plan/planwrite.h"
#include "runner/plan/vars.h"
#include "runner/plan/version.h"
#include "runner/plan/walk.h"

struct texts {
	struct buf plan, state, view;
};

static void texts_release(struct texts *t)
{
	buf_release(&t->plan);
	buf_release(&t->state);
	buf_release(&t->view);
}

static bool failed(const struct walk *w)
{
	return w->diags->failures > 0;
}

/*
 * The walk again, as applying does it.  A made-up value may break a condition that a real one would
 * not; then there is no state to go on from, and the diagnostics say that this is why.
 */
static void apply(struct walk *w, struct texts *t)
{
	size_t before = w->diags->count;

	w->phase = WALK_APPLY;
	walk_all(w);
	for (size_t i = before; i < w->diags->count; i++)
		if (w->diags->list[i].severity == DIAG_ERROR)
			w->diags->list[i].severity = DIAG_UNSUPPORTED;
	if (!failed(w))
		planstate_save(w, &t->state);
}

/* What an import would find is the real object, which nobody mocks. */
static void refuse_imports(struct walk *w)
{
	for (size_t i = 0; i < w->config.modules.count; i++) {
		const struct config_module *m = w->config.modules.list[i];

		for (size_t k = 0; k < m->imports.count; k++)
			diag_unsupported(w->diags, m->imports.list[k].block->range, "Import block",
					 "What %s looks like now is only known to its provider.",
					 syntax_traversal_text(w->arena, &m->imports.list[k].to));
	}
}

/* A pack stands for one version of its provider; the workspace may ask for another one. */
static void compare_versions(struct walk *w)
{
	for (size_t i = 0; i < w->config.modules.count; i++) {
		const struct config_module *m = w->config.modules.list[i];

		for (size_t k = 0; k < m->required_providers.count; k++) {
			const struct config_required_provider *p = &m->required_providers.list[k];

			for (size_t n = 0; p->version && n < w->pack_count; n++)
				if (strcmp(w->packs[n].provider, p->source) == 0 &&
				    version_match(p->version, w->packs[n].version) !=
					    VERSION_MATCHES)
					diag_add(w->diags, DIAG_WARNING, p->range,
						 "Provider version without a pack",
						 "The workspace asks for version \"%s\" of %s; "
						 "what is "
						 "known is version %s.",
						 p->version, p->source, w->packs[n].version);
		}
	}
}

static int plan(struct walk *w, struct texts *t, struct err *e)
{
	if (config_load(&w->config, e) < 0)
		return -1;
	if (failed(w))
		return 0;
	refuse_imports(w);
	compare_versions(w);
	graph_build(w);
	if (vars_load(w, e) < 0 || planstate_load(w, e) < 0)
		return -1;
	if (failed(w))
		return 0;
	walk_all(w);
	if (failed(w))
		return 0;
	resources_orphans(w);
	if (failed(w))
		return 0;
	planjson_write(w, &t->plan);
	if (w->request->want_view)
		planview_write(w, &t->view);
	if (w->request->want_state)
		apply(w, t);
	return 0;
}

/* --- the record
 * -------------------------------------------------------------------------------------- */

/* Each instance of a thing tells the same again. */
static bool told_before(const struct diags *d, size_t index)
{
	const struct diag *one = &d->list[index];

	for (size_t i = 0; i < index; i++) {
		const struct diag *other = &d->list[i];

		if (one->subject.source && other->subject.source == one->subject.source &&
		    other->subject.start == one->subject.start &&
		    strcmp(other->summary, one->summary) == 0 &&
		    strcmp(other->detail ? other->detail : "", one->detail ? one->detail : "") == 0)
			return true;
	}
	return false;
}

static void write_diags(struct buf *out, const struct walk *w)
{
	planwrite_key(out, "diagnostics");
	buf_addch(out, '[');
	for (size_t i = 0; i < w->diags->count; i++) {
		if (told_before(w->diags, i))
			continue;
		planwrite_comma(out);
		planwrite_diag(out, w->arena, &w->diags->list[i]);
	}
	buf_addch(out, ']');
	if (w->diags->dropped) {
		planwrite_key(out, "diagnostics_dropped");
		buf_addf(out, "%zu", w->diags->dropped);
	}
}

static int types_in_order(const void *left, const void *right)
{
	const struct type_use *a = left, *b = right;
	int order = strcmp(a->provider, b->provider);

	if (order == 0)
		order = (int)a->kind - (int)b->kind;
	return order ? order : strcmp(a->name, b->name);
}

static void write_types(struct buf *out, struct walk *w)
{
	if (w->types.count)
		qsort(w->types.list, w->types.count, sizeof(*w->types.list), types_in_order);
	planwrite_key(out, "types");
	buf_addch(out, '[');
	for (size_t i = 0; i < w->types.count; i++) {
		const struct type_use *use = &w->types.list[i];
		static const struct sha256 none = {{0}};
		char hex[SHA256_HEX_SIZE];

		if (!use->type)
			continue;
		planwrite_comma(out);
		buf_addch(out, '{');
		planwrite_member(out, "provider", use->provider);
		planwrite_member(out, "kind", pack_kind_name(use->kind));
		planwrite_member(out, "type", use->name);
		planwrite_member(out, "source", use->type->inferred ? "inferred" : "pack");
		if (!sha256_equal(&use->type->digest, &none)) {
			sha256_hex(&use->type->digest, hex);
			planwrite_member(out, "digest", hex);
		}
		planwrite_key(out, "replacement_facts");
		buf_addstr(out, use->type->has_replace_facts ? "true" : "false");
		buf_addch(out, '}');
	}
	buf_addch(out, ']');
}

static void write_packs(struct buf *out, const struct walk *w)
{
	planwrite_key(out, "packs");
	buf_addch(out, '[');
	for (size_t i = 0; i < w->pack_count; i++) {
		char hex[SHA256_HEX_SIZE];
		bool used = false;

		for (size_t k = 0; k < w->types.count; k++)
			used |= strcmp(w->types.list[k].provider, w->packs[i].provider) == 0;
		if (!used)
			continue;
		planwrite_comma(out);
		buf_addch(out, '{');
		planwrite_member(out, "provider", w->packs[i].provider);
		planwrite_member(out, "version", w->packs[i].version);
		sha256_hex(&w->packs[i].origin, hex);
		planwrite_member(out, "digest", hex);
		buf_addch(out, '}');
	}
	buf_addch(out, ']');
}

static void write_files(struct buf *out, const struct walk *w)
{
	planwrite_key(out, "files");
	buf_addch(out, '[');
	for (size_t i = 0; i < w->config.files.count; i++) {
		planwrite_comma(out);
		planwrite_string(out, w->config.files.list[i]->name);
	}
	buf_addch(out, ']');
}

static void write_text(struct buf *out, const char *key, const struct buf *text, bool whole)
{
	planwrite_key(out, key);
	if (whole && text->size)
		buf_add(out, text->data, text->size);
	else
		buf_addstr(out, "null");
}

static int write_record(struct walk *w, struct texts *t, struct buf *out, struct err *e)
{
	bool planned = t->plan.size > 0;

	if (buf_finish(&t->plan, "the plan", e) < 0 || buf_finish(&t->state, "the state", e) < 0 ||
	    buf_finish(&t->view, "the view", e) < 0)
		return -1;
	buf_addch(out, '{');
	planwrite_member(out, "format", PLANNER_RECORD_FORMAT);
	planwrite_member(out, "status", planned ? "planned" : "refused");
	write_diags(out, w);
	write_text(out, "plan", &t->plan, planned);
	write_text(out, "state", &t->state, planned);
	write_text(out, "view", &t->view, planned);
	write_types(out, w);
	write_packs(out, w);
	write_files(out, w);
	buf_addstr(out, "}\n");
	return buf_finish(out, "the record", e);
}

int planner_run(const struct planner_input *in, struct arena *a, struct buf *ret_record,
		struct err *e)
{
	struct diags diags = DIAGS_INIT(a);
	JSON_AUTO *json = NULL;
	FP_CLEANUP(fd_cleanup) int root_fd = -1;
	FP_CLEANUP(texts_release)
	struct texts texts = {
		.plan = BUF_INIT(PLANNER_RECORD_MAX_BYTES),
		.state = BUF_INIT(PLANNER_RECORD_MAX_BYTES),
		.view = BUF_INIT(PLANNER_RECORD_MAX_BYTES),
	};
	struct request request;
	struct walk w = {
		.arena = a, .diags = &diags, .packs = in->packs, .pack_count = in->pack_count};

	if (request_read(in->request, in->request_size, a, &json, &request, e) < 0)
		return -1;
	request.root = config_join(a, ".", request.root);
	if (!request.root)
		return err_set(e, ERR_INPUT, "request: \"root\" lies outside of the workspace");
	root_fd = openat(in->workspace_fd, request.root, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (root_fd < 0)
		return err_sys(e, "root module \"%s\"", request.root);
	w.request = &request;
	w.config = (struct config){
		.arena = a, .diags = &diags, .dir_fd = in->workspace_fd, .root = request.root};
	w.env = (struct eval_env){.dir_fd = root_fd};
	w.eval = (struct eval)EVAL_INIT(a, &diags, &w.env);
	if (plan(&w, &texts, e) < 0)
		return -1;
	return write_record(&w, &texts, ret_record, e);
}
