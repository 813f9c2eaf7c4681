#include "verifiers/helpers.h"
#include "verifiers/table.h"

/* The resource as one view has it: how many instances, and where they come from. */
struct sighting {
	size_t instances;
	const char *provider_config;
	const char *type;
};

static struct sighting look(const json_t *view, const char *resource, struct arena *a)
{
	const json_t *blocks = json_object_get(view, "blocks");
	struct sighting s = {.instances = 0, .provider_config = "", .type = ""};
	json_t *instance;
	size_t i;

	json_array_foreach (json_object_get(view, "instances"), i, instance) {
		const json_t *block;

		if (!verdict_is_resource(resource, json_text_of(instance, "address"), a))
			continue;
		block = json_array_get(
			blocks, (size_t)json_integer_value(json_object_get(instance, "block")));
		s.instances++;
		s.provider_config = arena_printf(a, "%s %s", json_text_of(block, "provider"),
						 json_text_of(block, "provider_config"));
		s.type = json_text_of(instance, "type");
	}
	return s;
}

/* Where a moved block took the resource, or NULL. */
static const char *moved_to(const struct evidence_plan *change, const char *resource,
			    struct arena *a)
{
	json_t *row;
	size_t i;

	json_array_foreach (json_object_get(change->json, "resource_changes"), i, row) {
		const char *from = json_text_of(row, "previous_address");

		if (*from && verdict_is_resource(resource, from, a))
			return json_text_of(row, "address");
	}
	return NULL;
}

/* What the plan against the mocked state does to the resource under its name of before. */
static const char *destroyed(const struct evidence_plan *change, const char *resource,
			     struct arena *a)
{
	json_t *row;
	size_t i;

	json_array_foreach (json_object_get(change->json, "resource_changes"), i, row) {
		const char *actions = verdict_actions(json_object_get(row, "change"), a);

		if (verdict_is_resource(resource, json_text_of(row, "address"), a) &&
		    (strcmp(actions, "delete") == 0 || strcmp(actions, "forget") == 0))
			return actions;
	}
	return NULL;
}

/* The removal is on purpose; then what the resource was there for must be there still. */
static struct verdict judge_removal(const struct verifier_input *in, struct arena *a)
{
	struct verdict v = verdict_coverage(in, a);

	if (v.kind == VERDICT_NOT_APPLICABLE)
		return verdict_inconclusive(
			"the case declares the removal, and gives no invariants to judge it by",
			"case/");
	if (v.kind == VERDICT_PASS)
		v.reason = arena_printf(a, "the removal of %s is declared, and %s",
					in->ev->claims.finding.resource, v.reason);
	return v;
}

static struct verdict judge(const struct verifier_input *in, struct arena *a)
{
	const struct evidence *ev = in->ev;
	const char *resource = ev->claims.finding.resource, *target, *action;
	static const char path[] = "plans/first-change.json";
	struct sighting before, after;
	struct verdict v;

	if (!ev->claims.has_finding)
		return verdict_inconclusive("the case names no finding", "case/");
	if (verdict_matches_any(&ev->claims.remove, resource, verdict_matches_address))
		return judge_removal(in, a);
	if (!verdict_needs_run(&ev->before, a, &v) || !verdict_needs_run(&ev->first, a, &v))
		return v;
	before = look(ev->before.view, resource, a);
	if (before.instances == 0)
		return verdict_fail(
			arena_printf(a, "%s is not in the workspace before the fix", resource),
			"evidence/view-before.json");
	target = moved_to(&ev->first.change, resource, a);
	if (!target)
		target = resource;
	after = look(ev->first.view, target, a);
	if (after.instances == 0)
		return verdict_fail(arena_printf(a, "%s is gone after the fix", target),
				    "evidence/view-first.json");
	if (after.instances < before.instances)
		return verdict_fail(
			arena_printf(a, "%s has %zu instances after the fix, %zu before it", target,
				     after.instances, before.instances),
			"evidence/view-first.json");
	if (strcmp(before.provider_config, after.provider_config) != 0)
		return verdict_fail(arena_printf(a,
						 "%s is with another provider configuration after "
						 "the fix: %s, not %s",
						 target, after.provider_config,
						 before.provider_config),
				    "evidence/view-first.json");
	action = destroyed(&ev->first.change, resource, a);
	if (action)
		return verdict_fail(arena_printf(a, "%s: the plan says %s", resource, action),
				    path);
	return verdict_pass(
		arena_printf(a, "%s is there before and after, and is the same object", resource),
		path);
}

/* A stage need not have the resource; if it has, it keeps it. */
static struct verdict judge_stage(const struct verifier_input *in, struct arena *a)
{
	const struct evidence *ev = in->ev;

	if (ev->before.planned && ev->claims.has_finding &&
	    look(ev->before.view, ev->claims.finding.resource, a).instances == 0)
		return verdict_pass("", "");
	return judge(in, a);
}

const struct verifier verifier_kept = {
	.id = "kept",
	.claim = "The resource of the finding is still there and is the same object.",
	.version = 1,
	.core = true,
	.judge = judge,
	.judge_stage = judge_stage,
};
