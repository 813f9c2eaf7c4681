#include "runner/plan/planner.h"

#include <string.h>

#include "runner/plan/imports.h"
#include "runner/plan/lock.h"
#include "runner/plan/moves.h"
#include "runner/plan/packshow.h"
#include "runner/plan/planjson.h"
#include "runner/plan/planrecord.h"
#include "runner/plan/plansetup.h"
#include "runner/plan/planstate.h"
#include "runner/plan/planview.h"
#include "runner/plan/tf/tfplanner.h"
#include "runner/plan/vars.h"
#include "runner/plan/version.h"
#include "runner/plan/walk.h"

static bool failed(const struct walk *w)
{
	return w->diags->failures > 0;
}

/* Nothing but what is not here to be read, as a module of elsewhere, stands in the way. */
static bool was_read(const struct walk *w)
{
	for (size_t i = 0; i < w->diags->count; i++)
		if (w->diags->list[i].severity != DIAG_UNSUPPORTED &&
		    w->diags->list[i].severity != DIAG_WARNING)
			return false;
	return w->diags->dropped == 0 && w->config.modules.count > 0;
}

/*
 * The walk again, as applying does it.  A made-up value may break a condition that a real one would
 * not; then there is no state to go on from, and the diagnostics say that this is why.
 */
static void apply(struct walk *w, struct planrecord_texts *t)
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

static void leave_out(struct walk *w, size_t n)
{
	struct pack *rest = arena_memdup(w->arena, w->packs, w->pack_count * sizeof(*rest));

	memmove(rest + n, rest + n + 1, (w->pack_count - n - 1) * sizeof(*rest));
	w->packs = rest;
	w->pack_count--;
}

/* What was derived of another version would refuse what the workspace's own version has. */
static void compare_version(struct walk *w, const struct config_required_provider *p)
{
	for (size_t n = 0; p->version && n < w->pack_count; n++) {
		bool derived;

		if (strcmp(w->packs[n].provider, p->source) != 0 ||
		    version_match(p->version, w->packs[n].version) == VERSION_MATCHES)
			continue;
		derived = packshow_is_derived(&w->packs[n], w->arena);
		diag_add(w->diags, DIAG_WARNING, p->range, "Provider version without a pack",
			 "The workspace asks for version \"%s\" of %s; what is known is version "
			 "%s%s.",
			 p->version, p->source, w->packs[n].version,
			 derived ? ", so its types are inferred" : "");
		if (derived)
			leave_out(w, n--);
	}
}

void planner_compare_versions(struct walk *w)
{
	for (size_t i = 0; i < w->config.modules.count; i++) {
		const struct config_module *m = w->config.modules.list[i];

		for (size_t k = 0; k < m->required_providers.count; k++)
			compare_version(w, &m->required_providers.list[k]);
	}
	lock_check(&w->config);
}

static int plan(struct walk *w, struct planrecord_texts *t, struct err *e)
{
	planner_compare_versions(w);
	imports_check(w);
	moves_check_removed(w);
	graph_build(w);
	if (vars_load(w, e) < 0 || planstate_load(w, e) < 0)
		return -1;
	if (failed(w))
		return 0;
	walk_all(w);
	if (failed(w))
		return 0;
	moves_check(w);
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

int planner_embedded(struct walk *w, struct planrecord_texts *t, struct err *e)
{
	if (config_load(&w->config, e) < 0)
		return -1;
	if (failed(w) && !was_read(w))
		return 0;
	if (!failed(w) && plan(w, t, e) < 0)
		return -1;
	if (t->plan.size == 0 && w->request->want_view)
		planview_write_static(w, &t->view);
	return 0;
}

int planner_run(const struct planner_input *in, struct arena *a, struct buf *ret_record,
		struct err *e)
{
	FP_CLEANUP(plansetup_close) struct plansetup s = PLANSETUP_INIT;
	FP_CLEANUP(planrecord_release) struct planrecord_texts texts = PLANRECORD_TEXTS_INIT;

	if (plansetup_open(&s, in, a, e) < 0)
		return -1;
	if (!in->program ? planner_embedded(&s.walk, &texts, e) < 0
	    : in->both	 ? tfplanner_both(in, &s, &texts, e) < 0
			 : tfplanner_plan(in, &s, &texts, e) < 0)
		return -1;
	return planrecord_write(&s.walk, &texts, ret_record, e);
}
