#include "runner/plan/planrecord.h"

#include <string.h>

#include "runner/plan/packshow.h"
#include "runner/plan/planwrite.h"

void planrecord_release(struct planrecord_texts *t)
{
	buf_release(&t->plan);
	buf_release(&t->state);
	buf_release(&t->view);
}

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
		planwrite_member(out, "source",
				 use->type->inferred  ? "inferred"
				 : use->type->derived ? "derived"
						      : "pack");
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
	const char *from;

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
		from = packshow_origin(&w->packs[i], w->arena);
		if (from)
			planwrite_member(out, "origin", from);
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

/* Another program than this one made the plan. */
static void write_tool(struct buf *out, const struct planrecord_texts *t)
{
	if (!t->tool)
		return;
	planwrite_key(out, "tool");
	buf_addch(out, '{');
	planwrite_member(out, "name", t->tool);
	planwrite_member(out, "version", t->tool_version ? t->tool_version : "");
	buf_addch(out, '}');
}

int planrecord_write(struct walk *w, struct planrecord_texts *t, struct buf *out, struct err *e)
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
	/* Of what was not planned, the configuration as written. */
	write_text(out, "view", &t->view, true);
	write_types(out, w);
	write_packs(out, w);
	write_files(out, w);
	write_tool(out, t);
	buf_addstr(out, "}\n");
	return buf_finish(out, "the record", e);
}
