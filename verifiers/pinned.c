/*
 * What is fetched by a name that may mean something else tomorrow: modules, providers and images.
 * Only what the change brings or loosens counts.
 */
#include "verifiers/helpers.h"
#include "verifiers/table.h"

static const char path[] = "evidence/view-first.json";

static const json_t *find_twin(const json_t *view, const char *list, const json_t *row,
			       const char *const *keys)
{
	json_t *other;
	size_t i;

	json_array_foreach (json_object_get(view, list), i, other) {
		bool same = true;

		for (const char *const *k = keys; *k; k++)
			same = same &&
			       json_equal(json_object_get(other, *k), json_object_get(row, *k));
		if (same)
			return other;
	}
	return NULL;
}

static bool all_hex(const char *text, size_t size)
{
	return size > 0 && strspn(text, "0123456789abcdef") >= size;
}

/* A commit by its whole id; a tag or a branch may move. */
static bool names_commit(const char *source)
{
	const char *ref = strstr(source, "ref=");
	size_t size = ref ? strcspn(ref + 4, "&") : 0;

	return (size == 40 || size == 64) && all_hex(ref + 4, size);
}

/* "5.0.0" or "= 5.0.0": one version and no other. */
static bool is_exact(const char *version)
{
	while (*version == ' ' || *version == '=')
		version++;
	return *version != '\0' && strspn(version, "0123456789.") == strlen(version);
}

static bool is_local(const char *source)
{
	return strncmp(source, "./", 2) == 0 || strncmp(source, "../", 3) == 0;
}

static bool is_registry(const char *source)
{
	size_t slashes = 0;

	for (const char *p = source; *p; p++) {
		if (*p == ':' || *p == '?')
			return false;
		slashes += *p == '/';
	}
	return slashes == 2 || slashes == 3;
}

static struct verdict judge_module(const struct verifier_input *in, const json_t *row,
				   struct arena *a)
{
	static const char *const keys[] = {"address", "source", "version", NULL};
	const char *source = json_text_of(row, "source"), *version = json_text_of(row, "version"),
		   *address = json_text_of(row, "address");

	if (is_local(source) || find_twin(in->ev->before.view, "modules", row, keys))
		return verdict_pass("", path);
	if (is_registry(source) && !is_exact(version))
		return verdict_fail(arena_printf(a, "%s: the version of %s may be any of \"%s\"",
						 address, source, version),
				    path);
	if (!is_registry(source) && !names_commit(source))
		return verdict_fail(arena_printf(a, "%s: %s names no commit", address, source),
				    path);
	return verdict_pass("", path);
}

/* A lower bound that was given up, or an upper one, lets in what was kept out. */
static struct verdict judge_provider(const struct verifier_input *in, const json_t *row,
				     struct arena *a)
{
	static const char *const same[] = {"name", "module", "source", "version", NULL},
				 *const named[] = {"name", "module", NULL};
	const json_t *old = find_twin(in->ev->before.view, "required_providers", row, named);
	const char *version = json_text_of(row, "version"), *name = json_text_of(row, "name");

	if (find_twin(in->ev->before.view, "required_providers", row, same) || is_exact(version))
		return verdict_pass("", path);
	if (old)
		return verdict_fail(
			arena_printf(a, "provider %s: %s in place of \"%s\"", name,
				     *version ? arena_printf(a, "\"%s\"", version) : "any version",
				     json_text_of(old, "version")),
			path);
	/* The lock file pins what a range leaves open. */
	if (tree_find(in->ev->first.tree, ".terraform.lock.hcl"))
		return verdict_pass("", path);
	return verdict_fail(arena_printf(a, "provider %s: may be any of \"%s\"", name, version),
			    path);
}

static const json_t *find_lock(const json_t *view, const char *provider)
{
	const json_t *row = json_find_row(json_object_get(view, "locks"), "provider", provider);

	return json_object_get(row, "config");
}

static bool holds_any(const json_t *list, const json_t *wanted)
{
	json_t *one;
	size_t i;

	json_array_foreach (wanted, i, one)
		if (json_holds(list, one))
			return true;
	return false;
}

/* What the lock file pinned stays pinned: by hashes, and for the same version by one of the same.
 */
static struct verdict judge_lock(const struct verifier_input *in, const json_t *row,
				 struct arena *a)
{
	const char *provider = json_text_of(row, "provider"), *file = json_text_of(row, "file");
	const json_t *then = json_object_get(row, "config"),
		     *now = find_lock(in->ev->first.view, provider);
	const json_t *hashes = json_object_get(now, "hashes");

	if (!now)
		return verdict_fail(arena_printf(a, "%s does not pin %s any more", file, provider),
				    "fix.diff");
	if (json_array_size(json_object_get(then, "hashes")) > 0 && json_array_size(hashes) == 0)
		return verdict_fail(
			arena_printf(a, "%s has no hashes of %s any more", file, provider),
			"fix.diff");
	if (json_equal(json_object_get(then, "version"), json_object_get(now, "version")) &&
	    json_array_size(hashes) > 0 && !holds_any(hashes, json_object_get(then, "hashes")))
		return verdict_fail(arena_printf(a, "%s has other hashes of %s %s", file, provider,
						 json_text_of(now, "version")),
				    "fix.diff");
	return verdict_pass("", "");
}

static struct verdict judge_pins(const struct verifier_input *in, struct arena *a)
{
	json_t *row;
	size_t i;

	json_array_foreach (json_object_get(in->ev->before.view, "locks"), i, row) {
		struct verdict v = judge_lock(in, row, a);

		if (v.kind != VERDICT_PASS)
			return v;
	}
	return verdict_pass("", path);
}

static struct verdict judge_locks(const struct verifier_input *in, struct arena *a)
{
	const struct tree *before = in->ev->before.tree, *after = in->ev->first.tree;
	static const char name[] = ".terraform.lock.hcl";

	for (size_t i = 0; i < before->count; i++) {
		const char *file = before->entries[i].path, *slash = strrchr(file, '/');

		if (strcmp(slash ? slash + 1 : file, name) == 0 && !tree_find(after, file))
			return verdict_fail(arena_printf(a, "%s is gone", file), "fix.diff");
	}
	return verdict_pass("", path);
}

/* An image by its digest is the same everywhere; a tag is what its owner makes it. */
static bool is_loose_image(const char *key, const char *value)
{
	size_t size = strlen(key);
	bool named = strcmp(key, "image") == 0 || strcmp(key, "image_uri") == 0 ||
		     (size > 6 && strcmp(key + size - 6, "_image") == 0);

	return named && strpbrk(value, "/:") && !strstr(value, "@sha256:") &&
	       strncmp(value, "ami-", 4) != 0;
}

/* The first loose image within a value that does not stand in old at the same place. */
static const char *loose_image(const json_t *value, const json_t *old)
{
	const char *key, *found = NULL;
	json_t *member;
	size_t i;

	if (json_is_object(value)) {
		json_object_foreach ((json_t *)(uintptr_t)value, key, member) {
			const json_t *then = json_object_get(old, key);
			const char *text = json_string_value(member);

			if (text && is_loose_image(key, text) && !json_equal(member, then))
				return text;
			if (!found)
				found = loose_image(member, then);
		}
	} else if (json_is_array(value)) {
		json_array_foreach (value, i, member)
			if (!found)
				found = loose_image(member, json_array_get(old, i));
	}
	return found;
}

static struct verdict judge_instance(const struct verifier_input *in, const json_t *row,
				     struct arena *a)
{
	static const char *const keys[] = {"address", NULL}, *const members[] = {"values",
										 "documents"};
	const json_t *old = find_twin(in->ev->before.view, "instances", row, keys);

	for (size_t i = 0; i < FP_ARRAY_SIZE(members); i++) {
		const char *image = loose_image(json_object_get(row, members[i]),
						json_object_get(old, members[i]));

		if (image)
			return verdict_fail(arena_printf(a, "%s: the image %s has no digest",
							 json_text_of(row, "address"), image),
					    path);
	}
	return verdict_pass("", path);
}

static struct verdict judge(const struct verifier_input *in, struct arena *a)
{
	static const struct verdict_part parts[] = {{"modules", judge_module},
						    {"required_providers", judge_provider},
						    {"instances", judge_instance}};
	struct verdict v;

	/* What is to be fetched stands in the configuration, even where that does not plan. */
	if (in->ev->before.view && in->ev->first.view && in->ev->first.tree) {
		v = verdict_of_parts(in, parts, FP_ARRAY_SIZE(parts), a);
		if (v.kind == VERDICT_PASS)
			v = judge_locks(in, a);
		if (v.kind == VERDICT_PASS)
			v = judge_pins(in, a);
		if (v.kind != VERDICT_PASS)
			return v;
	}
	if (!verdict_needs_run(&in->ev->before, a, &v) || !verdict_needs_run(&in->ev->first, a, &v))
		return v;
	return verdict_pass("nothing new is fetched by a name that may change its meaning", path);
}

const struct verifier verifier_pinned = {
	.id = "pinned",
	.claim = "The change adds no unpinned module, provider or image.",
	.version = 1,
	.judge = judge,
};
