/*
 * Passengers: what the fix changes besides, though the bound policies would pass without it.
 *
 * Each changed block that the case does not declare by its address is put back to what it was
 * before, in the view and by itself, and the bound policies judge again.  A block is needed when
 * one of them then does not pass on the finding's resource, or when a needed block refers to it.
 * Blocks whose text is the same and whose values follow from a change elsewhere are no changes of
 * their own.
 */
#include "runner/base/json.h"
#include "verifiers/helpers.h"
#include "verifiers/table.h"

#define CHANGES_MAX 64

static const char path[] = "evidence/view-first.json";

struct change {
	const char *address;
	const json_t *before, *after; /* the block; one of them may be NULL */
	size_t index;		      /* of after in its view */
	bool needed;
};

struct changes {
	struct change rows[CHANGES_MAX];
	size_t count;
	bool too_many;
};

static const json_t *list_of(const json_t *view, const char *name)
{
	return json_object_get(view, name);
}

static const json_t *find_block(const json_t *view, const char *address, size_t *ret_index)
{
	json_t *block;
	size_t i;

	json_array_foreach (list_of(view, "blocks"), i, block) {
		if (strcmp(json_text_of(block, "address"), address) == 0) {
			*ret_index = i;
			return block;
		}
	}
	return NULL;
}

/* Alike in everything but where it stands and what is said of it in comments. */
static bool same_block(const json_t *one, const json_t *other)
{
	static const char *const keys[] = {"provider",	  "provider_config", "repeat",
					   "lifecycle",	  "config",	     "depends_on",
					   "provisioners"};

	for (size_t i = 0; i < FP_ARRAY_SIZE(keys); i++)
		if (!json_equal(json_object_get(one, keys[i]), json_object_get(other, keys[i])))
			return false;
	return true;
}

/* A pattern allows, but only a name declares. */
static bool names(const struct evidence_strings *patterns, const char *address)
{
	for (size_t i = 0; i < patterns->count; i++)
		if (!strchr(patterns->items[i], '*') &&
		    verdict_matches_address(patterns->items[i], address))
			return true;
	return false;
}

static bool is_declared(const struct evidence_claims *c, const char *address)
{
	return names(&c->resources, address) || names(&c->remove, address) ||
	       names(&c->declare, address) || names(&c->allow_replace, address);
}

static void add_change(const struct evidence_claims *claims, struct changes *c,
		       struct change change)
{
	if (is_declared(claims, change.address))
		return;
	if (c->count == CHANGES_MAX)
		c->too_many = true;
	else
		c->rows[c->count++] = change;
}

static bool is_of(const json_t *row, const char *key, const char *address, struct arena *a)
{
	return strcmp(verdict_block_address(json_text_of(row, key), a), address) == 0;
}

/* Where a moved block took what stood at address before; NULL when it stayed. */
static const char *moved_pair(const struct evidence *ev, const char *address, bool backwards,
			      struct arena *a)
{
	const char *here = backwards ? "address" : "previous_address",
		   *there = backwards ? "previous_address" : "address";
	json_t *row;
	size_t i;

	json_array_foreach (json_object_get(ev->first.change.json, "resource_changes"), i, row)
		if (*json_text_of(row, "previous_address") && is_of(row, here, address, a))
			return verdict_block_address(json_text_of(row, there), a);
	return NULL;
}

static void find_changes(const struct evidence *ev, struct changes *c, struct arena *a)
{
	const json_t *before = ev->before.view, *after = ev->first.view;
	json_t *block;
	size_t i, at = 0;

	json_array_foreach (list_of(after, "blocks"), i, block) {
		const char *address = json_text_of(block, "address");
		const json_t *old = find_block(before, address, &at);
		const char *from = old ? NULL : moved_pair(ev, address, true, a);

		if (from)
			old = find_block(before, from, &at);
		if (!old || !same_block(old, block))
			add_change(&ev->claims, c, (struct change){address, old, block, i, false});
	}
	json_array_foreach (list_of(before, "blocks"), i, block) {
		const char *address = json_text_of(block, "address");

		if (!find_block(after, address, &at) && !moved_pair(ev, address, false, a))
			add_change(&ev->claims, c, (struct change){address, block, NULL, 0, false});
	}
}

/* --- the view without one change ----------------------------------------------------------- */

static json_t *own(const json_t *value)
{
	return json_incref((json_t *)(uintptr_t)value);
}

/* A block that was not there before leaves its place empty, so that the others keep theirs. */
static json_t *blocks_without(const json_t *view, const struct change *c, size_t *ret_index)
{
	json_t *list = json_copy((json_t *)(uintptr_t)list_of(view, "blocks"));
	JSON_AUTO *nothing = NULL;

	*ret_index = c->after ? c->index : json_array_size(list);
	if (!c->after) {
		json_push(list, own(c->before));
	} else if (c->before) {
		(void)json_array_set(list, c->index, (json_t *)(uintptr_t)c->before);
	} else {
		nothing = json_copy((json_t *)(uintptr_t)c->after);
		json_put(nothing, "address", json_new_string(""));
		json_put(nothing, "type", json_new_string(""));
		json_put(nothing, "config", json_new_object());
		(void)json_array_set(list, c->index, nothing);
	}
	return list;
}

static json_t *instances_without(const struct evidence *ev, const struct change *c, size_t index,
				 struct arena *a)
{
	json_t *list = json_new_array(), *row;
	size_t i;

	json_array_foreach (list_of(ev->first.view, "instances"), i, row)
		if (!is_of(row, "address", c->address, a))
			json_push(list, own(row));
	json_array_foreach (list_of(ev->before.view, "instances"), i, row) {
		json_t *copy;

		if (!is_of(row, "address", c->address, a))
			continue;
		copy = json_copy(row);
		json_put(copy, "block", json_new_int((int64_t)index));
		json_push(list, copy);
	}
	return list;
}

/* Edges of the block as it was; those of others to it go where there is nothing any more. */
static json_t *references_without(const struct evidence *ev, const struct change *c,
				  struct arena *a)
{
	json_t *list = json_new_array(), *row;
	size_t i;

	json_array_foreach (list_of(ev->first.view, "references"), i, row)
		if (!is_of(row, "from", c->address, a) &&
		    (c->before || !is_of(row, "to", c->address, a)))
			json_push(list, own(row));
	json_array_foreach (list_of(ev->before.view, "references"), i, row)
		if (is_of(row, "from", c->address, a))
			json_push(list, own(row));
	return list;
}

static json_t *view_without(const struct evidence *ev, const struct change *c, struct arena *a)
{
	json_t *view = json_copy(ev->first.view);
	size_t index;

	json_put(view, "blocks", blocks_without(ev->first.view, c, &index));
	json_put(view, "instances", instances_without(ev, c, index, a));
	json_put(view, "references", references_without(ev, c, a));
	return view;
}

/* --- judging again ------------------------------------------------------------------------- */

static bool passes(const struct evidence *ev, const struct policy_report *r, struct arena *a)
{
	const char *resource = ev->claims.finding.resource;
	size_t passed = 0;

	for (size_t i = 0; i < r->count; i++) {
		const char *address = r->rows[i].address;

		if (!verdict_is_resource(resource, address, a) &&
		    !verdict_is_resource(resource, verdict_moved_from(&ev->first.change, address),
					 a))
			continue;
		if (r->rows[i].result != POLICY_PASS)
			return false;
		passed++;
	}
	return passed > 0;
}

/* -1 when the policies cannot judge such a view. */
static int is_needed(const struct verifier_input *in, const struct change *c, struct arena *a)
{
	const struct evidence *ev = in->ev;
	JSON_AUTO *view = view_without(ev, c, a);
	const struct policy_views *views;
	struct err e = ERR_INIT;

	if (policy_views_open(view, ev->before.view, ev->first.change.json, a, &views, &e) < 0)
		return -1;
	for (size_t i = 0; i < in->policy_count; i++) {
		struct policy_report r;

		/* A program cannot be asked again; see judge. */
		if (in->policies[i]->exec || !evidence_is_bound(&ev->claims, in->policies[i]->id))
			continue;
		r = policy_judge(in->policies[i], views, a);
		if (!passes(ev, &r, a))
			return 1;
	}
	return 0;
}

/* What a needed block refers to is needed, and so on. */
static void spread(const struct evidence *ev, struct changes *c, struct arena *a)
{
	bool more = true;
	json_t *row;
	size_t i;

	while (more) {
		more = false;
		json_array_foreach (list_of(ev->first.view, "references"), i, row) {
			for (size_t from = 0; from < c->count; from++) {
				if (!c->rows[from].needed ||
				    !is_of(row, "from", c->rows[from].address, a))
					continue;
				for (size_t to = 0; to < c->count; to++) {
					if (c->rows[to].needed ||
					    !is_of(row, "to", c->rows[to].address, a))
						continue;
					c->rows[to].needed = more = true;
				}
			}
		}
	}
}

static bool all_pass(const struct verifier_input *in, struct arena *a)
{
	bool any = false;

	for (size_t i = 0; i < in->policy_count; i++) {
		if (!evidence_is_bound(&in->ev->claims, in->policies[i]->id))
			continue;
		any = true;
		if (!passes(in->ev, &in->after[i], a))
			return false;
	}
	return any;
}

/* A bound policy that is a program; it was not asked what it says without a change. */
static const struct policy *bound_program(const struct verifier_input *in)
{
	for (size_t i = 0; i < in->policy_count; i++)
		if (in->policies[i]->exec &&
		    evidence_is_bound(&in->ev->claims, in->policies[i]->id))
			return in->policies[i];
	return NULL;
}

static struct verdict judge(const struct verifier_input *in, struct arena *a)
{
	const struct policy *program = bound_program(in);
	struct changes *c = arena_alloc(a, sizeof(*c));
	struct verdict v;

	if (!verdict_needs_run(&in->ev->before, a, &v) || !verdict_needs_run(&in->ev->first, a, &v))
		return v;
	if (!in->after || !in->ev->claims.has_finding || !all_pass(in, a))
		return verdict_not_applicable("no bound policy passes after the fix");
	*c = (struct changes){.count = 0};
	find_changes(in->ev, c, a);
	if (c->too_many)
		return verdict_inconclusive(
			arena_printf(a, "more than %d blocks are changed and not declared",
				     CHANGES_MAX),
			path);
	for (size_t i = 0; i < c->count; i++) {
		int needed = is_needed(in, &c->rows[i], a);

		if (needed < 0)
			return verdict_inconclusive(
				arena_printf(a, "nothing can be said of the fix without %s",
					     c->rows[i].address),
				path);
		c->rows[i].needed = needed > 0;
	}
	spread(in->ev, c, a);
	for (size_t i = 0; i < c->count; i++)
		if (!c->rows[i].needed && program)
			return verdict_inconclusive(
				arena_printf(a,
					     "whether %s passes without %s was not tried: it is "
					     "a program",
					     program->id, c->rows[i].address),
				path);
		else if (!c->rows[i].needed)
			return verdict_fail(
				arena_printf(a,
					     "%s is %s, and the bound policies pass without that",
					     c->rows[i].address,
					     !c->rows[i].before	 ? "new"
					     : !c->rows[i].after ? "removed"
								 : "changed"),
				path);
	return verdict_pass("each change is needed for a bound policy, or declared", path);
}

const struct verifier verifier_minimal = {
	.id = "minimal",
	.claim = "Each change is needed for a bound policy to pass, or is declared: no passenger.",
	.version = 1,
	.judge = judge,
};
