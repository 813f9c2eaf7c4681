#include "verifiers/helpers.h"
#include "verifiers/table.h"

/* The resource as one view has it: how many instances, and where they come from. */
struct sighting {
	size_t instances;
	const char *provider_config;
	const char *config_name, *module; /* of the provider's configuration */
};

static struct sighting look(const json_t *view, const char *resource, struct arena *a)
{
	const json_t *blocks = json_object_get(view, "blocks");
	struct sighting s = {
		.instances = 0, .provider_config = "", .config_name = "", .module = ""};
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
		s.config_name = json_text_of(block, "provider_config");
		s.module = json_text_of(block, "provider_module");
	}
	return s;
}

/* --- what an address means ----------------------------------------------------------------- */

/* Arguments of a provider's configuration that do not say which account, region or host is meant.
 */
static const char *const harmless[] = {"default_tags",	      "ignore_tags",
				       "default_labels",      "max_retries",
				       "retry_mode",	      "request_timeout",
				       "allowed_account_ids", "user_project_override",
				       "user_agent",	      NULL};

static const json_t *variable_of(const json_t *view, const char *module, const char *name)
{
	json_t *row;
	size_t i;

	json_array_foreach (json_object_get(view, "variables"), i, row)
		if (strcmp(json_text_of(row, "module"), module) == 0 &&
		    strcmp(json_text_of(row, "name"), name) == 0)
			return json_object_get(row, "value");
	return NULL;
}

/* Written alike, and so are the variables that it refers to. */
static bool same_meaning(const struct evidence *ev, const char *module, const json_t *one,
			 const json_t *other, struct arena *a)
{
	json_t *name;
	size_t i;

	if (!json_equal(one, other))
		return (!one || json_is_null(one)) && (!other || json_is_null(other));
	json_array_foreach (json_object_get(one, "$ref"), i, name) {
		const char *text = json_is_string(name) ? json_string_value(name) : "";
		const char *variable;

		if (strncmp(text, "var.", 4) != 0)
			continue;
		variable = arena_strndup(a, text + 4, strcspn(text + 4, ".["));
		if (!json_equal(variable_of(ev->before.view, module, variable),
				variable_of(ev->first.view, module, variable)))
			return false;
	}
	return true;
}

/* By what the argument comes to, where both sides tell it, else by how it is written. */
static bool same_argument(const struct evidence *ev, const char *module, const json_t *one,
			  const json_t *other, const char *key, struct arena *a)
{
	const json_t *then = json_object_get(json_object_get(one, "values"), key),
		     *now = json_object_get(json_object_get(other, "values"), key);

	if (then && now)
		return json_equal(then, now);
	return same_meaning(ev, module, json_object_get(json_object_get(one, "config"), key),
			    json_object_get(json_object_get(other, "config"), key), a);
}

/* The first argument in which two provider configurations differ; NULL when there is none. */
static const char *other_argument(const struct evidence *ev, const char *module, const json_t *one,
				  const json_t *other, struct arena *a)
{
	const json_t *const sides[] = {one, other};

	for (size_t i = 0; i < FP_ARRAY_SIZE(sides); i++) {
		const char *key;
		json_t *value;

		json_object_foreach (json_object_get(sides[i], "config"), key, value)
			if (!json_is_listed(key, harmless) &&
			    !same_argument(ev, module, one, other, key, a))
				return key;
	}
	return NULL;
}

static const json_t *provider_of(const json_t *view, const struct sighting *s, struct arena *a)
{
	json_t *row;
	size_t i;

	json_array_foreach (json_object_get(view, "providers"), i, row) {
		const char *name = json_text_of(row, "name"), *alias = json_text_of(row, "alias");
		const char *text = *alias ? arena_printf(a, "%s.%s", name, alias) : name;

		if (strcmp(json_text_of(row, "module"), s->module) == 0 &&
		    strcmp(text, s->config_name) == 0)
			return row;
	}
	return NULL;
}

/* Another account, another region, another state: then the address is another object's. */
static const char *other_place(const struct evidence *ev, const struct sighting *before,
			       const struct sighting *after, struct arena *a)
{
	const json_t *one = json_object_get(ev->before.view, "backends");
	const json_t *other = json_object_get(ev->first.view, "backends");
	const char *name =
		other_argument(ev, before->module, provider_of(ev->before.view, before, a),
			       provider_of(ev->first.view, after, a), a);
	json_t *const old = json_array_get(one, 0), *const new = json_array_get(other, 0);

	if (name)
		return arena_printf(a, "%s of the provider configuration %s is another one", name,
				    after->config_name);
	if (strcmp(json_text_of(old, "type"), json_text_of(new, "type")) != 0 ||
	    !json_equal(old ? json_object_get(old, "config") : NULL,
			new ? json_object_get(new, "config") : NULL))
		return old || new ? "the state is kept elsewhere" : NULL;
	return NULL;
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
	/* That they do not hold is what `coverage` says. */
	if (v.kind == VERDICT_FAIL)
		return verdict_inconclusive(
			"the case declares the removal, and its invariants do not hold", "case/");
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
	const char *other;
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
	other = other_place(ev, &before, &after, a);
	if (other)
		return verdict_fail(
			arena_printf(a, "%s is another object after the fix: %s", target, other),
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
