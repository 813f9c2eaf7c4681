#include "verifiers/helpers.h"
#include "verifiers/table.h"

/* What some tools read beside the files that were planned, or in place of them. */
static bool is_of_some_tools(const char *path, const char *planner)
{
	static const char *const ends[] = {".tofu", ".tofu.json", ".tofutest.hcl", NULL},
				 *const names[] = {".terraformrc",
						   "terraform.rc",
						   ".tofurc",
						   "terragrunt.hcl",
						   "root.hcl",
						   "terragrunt.stack.hcl",
						   NULL};
	const char *slash = strrchr(path, '/'), *name = slash ? slash + 1 : path;
	size_t size = strlen(path);

	for (const char *const *end = ends; *end; end++)
		if (strcmp(planner, "tofu") != 0 && size > strlen(*end) &&
		    strcmp(path + size - strlen(*end), *end) == 0)
			return true;
	return json_is_listed(name, names) || strncmp(path, "terraform.d/", 12) == 0 ||
	       strstr(path, "/terraform.d/");
}

/* What makes of the files that were judged others as they are checked out. */
static bool changes_checkout(const char *path)
{
	static const char *const names[] = {".gitattributes", ".gitmodules", NULL};
	const char *slash = strrchr(path, '/');

	return json_is_listed(slash ? slash + 1 : path, names);
}

static struct verdict judge_path(const struct evidence *ev, const char *path, struct arena *a)
{
	const struct evidence_claims *c = &ev->claims;
	bool declared = verdict_matches_any(&c->declare, path, verdict_matches_path);

	if (verdict_matches_any(&c->keep, path, verdict_matches_path))
		return verdict_fail(arena_printf(a, "%s is to be kept, and is changed", path),
				    "fix.diff");
	if (!verdict_path_allowed(c, path))
		return verdict_fail(arena_printf(a, "%s is changed, outside of %s", path,
						 c->has_paths ? "the paths of the scope"
							      : "the finding's file"),
				    "fix.diff");
	if (!declared && changes_checkout(path))
		return verdict_fail(
			arena_printf(a,
				     "%s is changed, and a checkout may then be another "
				     "tree than this one",
				     path),
			"fix.diff");
	if (!declared && is_of_some_tools(path, ev->planner))
		return verdict_fail(arena_printf(a,
						 "%s is changed, which only some tools read, "
						 "and the plan was made without it",
						 path),
				    "fix.diff");
	return verdict_pass("", "");
}

static bool resource_allowed(const struct evidence_claims *c, const char *address, struct arena *a)
{
	if (verdict_matches_any(&c->remove, address, verdict_matches_address) ||
	    (c->has_finding && verdict_is_resource(c->finding.resource, address, a)))
		return true;
	return c->has_resources &&
	       verdict_matches_any(&c->resources, address, verdict_matches_address);
}

static struct verdict judge_resources(const struct evidence *ev, size_t *changed, struct arena *a)
{
	static const char path[] = "plans/first-change.json";
	json_t *row;
	size_t i;

	json_array_foreach (json_object_get(ev->first.change.json, "resource_changes"), i, row) {
		const char *address = json_text_of(row, "address");

		if (!verdict_changes_something(row))
			continue;
		(*changed)++;
		if (verdict_matches_any(&ev->claims.keep, address, verdict_matches_address))
			return verdict_fail(
				arena_printf(a, "%s is to be kept, and the plan says %s", address,
					     verdict_actions(json_object_get(row, "change"), a)),
				path);
		if (!resource_allowed(&ev->claims, address, a))
			return verdict_fail(
				arena_printf(a, "%s is changed (%s), outside of the scope", address,
					     verdict_actions(json_object_get(row, "change"), a)),
				path);
	}
	return verdict_pass("", "");
}

/* What is not in the tree that the fix left, because a tree cannot have it there. */
static struct verdict judge_outside(const struct evidence *ev, struct arena *a)
{
	const struct evidence_apply *apply = &ev->first.apply;
	static const char path[] = "evidence/evidence.json";

	if (apply->outside)
		return verdict_fail(arena_printf(a,
						 "the fix reaches for %s, outside of the "
						 "workspace",
						 apply->outside),
				    path);
	if (apply->sandbox.dropped_count > 0)
		return verdict_fail(arena_printf(a, "%s %s", apply->sandbox.dropped[0].name,
						 apply->sandbox.dropped[0].value),
				    path);
	return verdict_pass("", "");
}

static struct verdict judge(const struct verifier_input *in, struct arena *a)
{
	const struct evidence *ev = in->ev;
	size_t files = 0, resources = 0;
	struct verdict v;

	v = judge_outside(ev, a);
	if (v.kind != VERDICT_PASS)
		return v;
	if (!ev->before.tree || !ev->first.tree)
		return verdict_inconclusive("a run left no tree to compare",
					    "evidence/evidence.json");
	v = verdict_of_changed_paths(ev, judge_path, &files, a);
	if (v.kind != VERDICT_PASS)
		return v;
	if (files == 0)
		return verdict_fail("the fix changes nothing", "fix.diff");
	if (!verdict_needs_run(&ev->first, a, &v))
		return v;
	v = judge_resources(ev, &resources, a);
	if (v.kind != VERDICT_PASS)
		return v;
	return verdict_pass(
		arena_printf(a, "%zu files and %zu resources changed, all within the scope", files,
			     resources),
		"fix.diff");
}

const struct verifier verifier_scope = {
	.id = "scope",
	.claim = "Only allowed paths and resources change, and what is to be kept is untouched.",
	.version = 1,
	.core = true,
	.judge = judge,
	.judge_stage = judge,
};
