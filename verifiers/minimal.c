/*
 * Passengers: what the fix changes besides, though the bound policies would pass without it.
 *
 * Each changed block that the case does not declare by its address is put back to what it was
 * before, in the view and by itself, and the bound policies judge again.  A block is needed when
 * one of them then does not pass on the finding's resource, or when a needed block refers to it.
 * Blocks whose text is the same and whose values follow from a change elsewhere are no changes of
 * their own.
 *
 * Of the finding's own resource each argument is put back in the same way, since it is the one that
 * everybody expects to change.  An argument beside one that is gone and had to go stands in its
 * place.
 *
 * With the values of a stage a change counts when it changes something there.
 */
#include "runner/base/json.h"
#include "verifiers/helpers.h"
#include "verifiers/table.h"
#include "verifiers/without.h"

#define CHANGES_MAX 64

static const char path[] = "evidence/view-first.json";

struct changes {
	struct without rows[CHANGES_MAX];
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

static void push_change(struct changes *c, struct without change)
{
	if (c->count == CHANGES_MAX)
		c->too_many = true;
	else
		c->rows[c->count++] = change;
}

static void add_change(const struct evidence_claims *claims, struct changes *c,
		       struct without change)
{
	if (!is_declared(claims, change.address))
		push_change(c, change);
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
		if (*json_text_of(row, "previous_address") && without_is_of(row, here, address, a))
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
			add_change(&ev->claims, c,
				   (struct without){address, NULL, old, block, i, false});
	}
	json_array_foreach (list_of(before, "blocks"), i, block) {
		const char *address = json_text_of(block, "address");

		if (!find_block(after, address, &at) && !moved_pair(ev, address, false, a))
			add_change(&ev->claims, c,
				   (struct without){address, NULL, block, NULL, 0, false});
	}
}

/* --- arguments of the finding's own resource ------------------------------------------------- */

/* What is said to come with it, or the resource as a whole. */
static bool is_declared_argument(const struct evidence_claims *c, const char *address,
				 const char *argument, struct arena *a)
{
	return names(&c->declare, address) || names(&c->allow_replace, address) ||
	       names(&c->declare, arena_printf(a, "%s.%s", address, argument));
}

static bool differs(const json_t *one, const json_t *other)
{
	return !one != !other || (one && !json_equal(one, (json_t *)(uintptr_t)other));
}

static void find_arguments(const struct evidence *ev, struct changes *c, struct arena *a)
{
	const char *resource = verdict_block_address(ev->claims.finding.resource, a);
	struct without change = {.address = resource};
	const json_t *sides[2];
	size_t unused;

	change.before = find_block(ev->before.view, resource, &unused);
	change.after = find_block(ev->first.view, resource, &change.index);
	if (!change.before || !change.after)
		return;
	sides[0] = json_object_get(change.before, "config");
	sides[1] = json_object_get(change.after, "config");
	for (size_t i = 0; i < FP_ARRAY_SIZE(sides); i++) {
		json_t *value;

		json_object_foreach ((json_t *)(uintptr_t)sides[i], change.argument, value) {
			const json_t *then = json_object_get(sides[0], change.argument);

			if ((i == 1 && then) ||
			    !differs(then, json_object_get(sides[1], change.argument)) ||
			    is_declared_argument(&ev->claims, resource, change.argument, a))
				continue;
			push_change(c, change);
		}
	}
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
static int is_needed(const struct verifier_input *in, const struct without *c, struct arena *a)
{
	const struct evidence *ev = in->ev;
	JSON_AUTO *view = without_view(ev, c, a);
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
				    !without_is_of(row, "from", c->rows[from].address, a))
					continue;
				for (size_t to = 0; to < c->count; to++) {
					if (c->rows[to].needed ||
					    !without_is_of(row, "to", c->rows[to].address, a))
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

/* --- stages -------------------------------------------------------------------------------- */

static bool same_instance(const json_t *one, const json_t *other)
{
	static const char *const members[] = {"values", "unknown", "sensitive"};

	for (size_t i = 0; i < FP_ARRAY_SIZE(members); i++)
		if (!json_equal(json_object_get(one, members[i]),
				json_object_get(other, members[i])))
			return false;
	return true;
}

/* Alike in what is not part of the values of an instance. */
static bool same_frame(const struct without *c)
{
	static const char *const keys[] = {"provider", "provider_config", "lifecycle",
					   "provisioners"};

	for (size_t i = 0; i < FP_ARRAY_SIZE(keys); i++)
		if (!json_equal(json_object_get(c->before, keys[i]),
				json_object_get(c->after, keys[i])))
			return false;
	return true;
}

/* Whether the block is other than it was under the values of this stage. */
static bool has_effect(const struct evidence *ev, const struct without *c, struct arena *a)
{
	size_t i, before = 0, after = 0;
	json_t *row;

	json_array_foreach (list_of(ev->before.view, "instances"), i, row)
		before += without_is_of(row, "address", c->address, a);
	json_array_foreach (list_of(ev->first.view, "instances"), i, row) {
		const json_t *old = without_instance(ev->before.view, json_text_of(row, "address"));

		if (!without_is_of(row, "address", c->address, a))
			continue;
		after++;
		if (!old || !same_instance(old, row))
			return true;
	}
	return before != after || (after > 0 && !same_frame(c));
}

/* Of the finding's resource it was said that it changes: with these values, too. */
static void find_effects(const struct evidence *ev, struct changes *c, struct arena *a)
{
	const struct changes *all = arena_memdup(a, c, sizeof(*c));

	c->count = 0;
	for (size_t i = 0; i < all->count; i++) {
		struct without row = all->rows[i];

		row.needed = verdict_is_resource(ev->claims.finding.resource, row.address, a);
		if (row.needed || has_effect(ev, &row, a))
			c->rows[c->count++] = row;
	}
}

/* --- the verdict --------------------------------------------------------------------------- */

/* An argument that stands in the place of one that had to go is needed with it. */
static void spread_arguments(struct changes *c)
{
	bool gone = false;

	for (size_t i = 0; i < c->count; i++)
		gone = gone || (c->rows[i].needed &&
				!json_object_get(json_object_get(c->rows[i].after, "config"),
						 c->rows[i].argument));
	for (size_t i = 0; gone && i < c->count; i++)
		c->rows[i].needed = c->rows[i].needed ||
				    !json_object_get(json_object_get(c->rows[i].before, "config"),
						     c->rows[i].argument);
}

static struct verdict not_tried(const struct policy *program, const char *what, struct arena *a)
{
	return verdict_inconclusive(arena_printf(a,
						 "whether %s passes without %s was not tried: it "
						 "is a program",
						 program->id, what),
				    path);
}

/* false, and *ret_verdict says why, when that cannot be told of all of them. */
static bool find_needed(const struct verifier_input *in, struct changes *c, struct arena *a,
			struct verdict *ret_verdict)
{
	if (c->too_many) {
		*ret_verdict = verdict_inconclusive(
			arena_printf(a, "more than %d blocks are changed and not declared",
				     CHANGES_MAX),
			path);
		return false;
	}
	for (size_t i = 0; i < c->count; i++) {
		int needed = c->rows[i].needed ? 1 : is_needed(in, &c->rows[i], a);

		if (needed < 0) {
			*ret_verdict = verdict_inconclusive(
				arena_printf(a, "nothing can be said of the fix without %s",
					     c->rows[i].address),
				path);
			return false;
		}
		c->rows[i].needed = needed > 0;
	}
	return true;
}

static struct verdict judge_blocks(const struct verifier_input *in, struct changes *c,
				   struct arena *a)
{
	const struct policy *program = bound_program(in);
	struct verdict v;

	if (!find_needed(in, c, a, &v))
		return v;
	spread(in->ev, c, a);
	for (size_t i = 0; i < c->count; i++)
		if (!c->rows[i].needed && program)
			return not_tried(program, c->rows[i].address, a);
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

/*
 * One that was not there before may be there because the others would not be valid without it, as a
 * certificate is with HTTPS.
 */
static struct verdict judge_arguments(const struct verifier_input *in, struct changes *c,
				      struct arena *a)
{
	const struct policy *program = bound_program(in);
	const char *list = "", *how = "";
	size_t count = 0, fresh = 0;
	struct verdict v;

	if (!find_needed(in, c, a, &v))
		return v;
	spread_arguments(c);
	for (size_t i = 0; i < c->count; i++) {
		const struct without *one = &c->rows[i];
		bool before =
			     json_object_get(json_object_get(one->before, "config"), one->argument),
		     after = json_object_get(json_object_get(one->after, "config"), one->argument);

		if (one->needed)
			continue;
		list = arena_printf(a, "%s%s%s", list, count++ > 0 ? ", " : "", one->argument);
		how = !before ? "new" : !after ? "removed" : "changed";
		fresh += !before;
	}
	if (count == 0)
		return verdict_pass("each change is needed for a bound policy, or declared", path);
	if (program)
		return not_tried(program, arena_printf(a, "%s of %s", list, c->rows[0].address), a);
	list = arena_printf(a, "%s: %s %s %s, and the bound policies pass without that",
			    c->rows[0].address, list, count > 1 ? "are" : "is",
			    count == fresh ? "new"
			    : count > 1	   ? "changed"
					   : how);
	if (fresh < count)
		return verdict_fail(list, path);
	return verdict_inconclusive(
		arena_printf(a, "%s; whether what they need goes without it is not known", list),
		path);
}

static struct verdict judge(const struct verifier_input *in, struct arena *a)
{
	struct changes *c = arena_alloc(a, sizeof(*c));
	struct verdict v;

	if (!verdict_needs_run(&in->ev->before, a, &v) || !verdict_needs_run(&in->ev->first, a, &v))
		return v;
	if (!in->after || !in->ev->claims.has_finding || !all_pass(in, a))
		return verdict_not_applicable("no bound policy passes after the fix");
	*c = (struct changes){.count = 0};
	find_changes(in->ev, c, a);
	if (in->stage)
		find_effects(in->ev, c, a);
	v = judge_blocks(in, c, a);
	if (v.kind != VERDICT_PASS || in->stage)
		return v;
	*c = (struct changes){.count = 0};
	find_arguments(in->ev, c, a);
	return judge_arguments(in, c, a);
}

const struct verifier verifier_minimal = {
	.id = "minimal",
	.claim = "Each change is needed for a bound policy to pass, or is declared: no passenger.",
	.version = 1,
	.judge = judge,
	.judge_stage = judge,
};
