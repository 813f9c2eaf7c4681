#include "verifiers/helpers.h"

#include "runner/base/buf.h"

struct verdict verdict_pass(const char *reason, const char *evidence)
{
	return (struct verdict){VERDICT_PASS, reason, evidence};
}

struct verdict verdict_fail(const char *reason, const char *evidence)
{
	return (struct verdict){VERDICT_FAIL, reason, evidence};
}

struct verdict verdict_inconclusive(const char *reason, const char *evidence)
{
	return (struct verdict){VERDICT_INCONCLUSIVE, reason, evidence};
}

struct verdict verdict_not_applicable(const char *reason)
{
	return (struct verdict){VERDICT_NOT_APPLICABLE, reason, ""};
}

static const char *first_diagnostic(const struct evidence_run *run, struct arena *a)
{
	for (size_t i = 0; i < run->diagnostic_count; i++) {
		const struct evidence_diagnostic *d = &run->diagnostics[i];

		if (strcmp(d->severity, "warning") == 0)
			continue;
		if (!d->file || *d->file == '\0')
			return d->summary;
		return arena_printf(a, "%s:%zu: %s", d->file, d->line, d->summary);
	}
	return "no reason was given";
}

bool verdict_needs_run(const struct evidence_run *run, struct arena *a, struct verdict *ret_verdict)
{
	if (run->apply.attempted && run->apply.outcome == EVIDENCE_FAILED) {
		*ret_verdict = verdict_inconclusive(
			arena_printf(a, "the fix did not apply in the run \"%s\"", run->name),
			"evidence/evidence.json");
		return false;
	}
	if (!run->planned) {
		*ret_verdict = verdict_inconclusive(
			arena_printf(a, "the run \"%s\" could not be planned: %s", run->name,
				     first_diagnostic(run, a)),
			"evidence/evidence.json");
		return false;
	}
	return true;
}

static bool match(const char *pattern, const char *text, bool stop_at_slash)
{
	/* Where to go back to: behind the last star, and one character further in the text. */
	const char *star = NULL, *from = NULL;
	bool wide = false;

	for (;;) {
		if (*pattern == '*') {
			wide = !stop_at_slash || pattern[1] == '*';
			while (*pattern == '*')
				pattern++;
			star = pattern;
			from = text;
		} else if (*text != '\0' && *pattern == *text) {
			pattern++;
			text++;
		} else if (*text == '\0' && *pattern == '\0') {
			return true;
		} else if (star && *from != '\0' && (wide || *from != '/')) {
			text = ++from;
			pattern = star;
		} else {
			return false;
		}
	}
}

bool verdict_matches_path(const char *pattern, const char *path)
{
	size_t size = strlen(pattern);

	/* A directory stands for what is beneath it. */
	if (size > 0 && pattern[size - 1] == '/')
		return strncmp(pattern, path, size) == 0;
	return match(pattern, path, true);
}

const char *verdict_block_address(const char *address, struct arena *a)
{
	FP_CLEANUP(buf_release) struct buf out = BUF_INIT(65536);
	bool quoted = false;
	size_t depth = 0;

	for (const char *p = address; *p; p++) {
		if (depth > 0 && quoted && *p == '\\' && p[1] != '\0') {
			p++;
			continue;
		}
		if (depth > 0 && *p == '"')
			quoted = !quoted;
		else if (!quoted && *p == '[')
			depth++;
		else if (!quoted && *p == ']' && depth > 0)
			depth--;
		else if (depth == 0)
			buf_addch(&out, *p);
	}
	return arena_strdup(a, buf_text(&out));
}

bool verdict_matches_address(const char *pattern, const char *address)
{
	FP_CLEANUP(arena_release) struct arena arena = ARENA_INIT((size_t)1 << 20);

	if (match(pattern, address, false))
		return true;
	return !strchr(pattern, '[') &&
	       match(pattern, verdict_block_address(address, &arena), false);
}

bool verdict_matches_any(const struct evidence_strings *patterns, const char *text,
			 bool (*matches)(const char *pattern, const char *text))
{
	for (size_t i = 0; i < patterns->count; i++)
		if (matches(patterns->items[i], text))
			return true;
	return false;
}

bool verdict_is_resource(const char *resource, const char *address, struct arena *a)
{
	return strcmp(resource, address) == 0 ||
	       strcmp(resource, verdict_block_address(address, a)) == 0;
}

bool verdict_path_allowed(const struct evidence_claims *c, const char *path)
{
	if (c->has_paths)
		return verdict_matches_any(&c->paths, path, verdict_matches_path);
	return c->finding.file && strcmp(c->finding.file, path) == 0;
}

struct verdict verdict_of_changed_paths(const struct evidence *ev,
					struct verdict (*judge)(const struct evidence *ev,
								const char *path, struct arena *a),
					size_t *ret_count, struct arena *a)
{
	const struct tree_entry *then, *now;
	struct tree_walk walk = {0, 0};

	*ret_count = 0;
	while (tree_next_change(ev->before.tree, ev->first.tree, &walk, &then, &now)) {
		struct verdict v = judge(ev, then ? then->path : now->path, a);

		(*ret_count)++;
		if (v.kind != VERDICT_PASS)
			return v;
	}
	return verdict_pass("", "");
}

const char *verdict_tree_difference(const struct tree *one, const struct tree *other,
				    struct arena *a)
{
	const struct tree_entry *x, *y;
	struct tree_walk walk = {0, 0};

	if (!tree_next_change(one, other, &walk, &x, &y))
		return NULL;
	return arena_printf(a, "%s %s", x ? x->path : y->path,
			    !y	 ? "is gone"
			    : !x ? "is new"
				 : "differs");
}

const char *verdict_actions(const json_t *change, struct arena *a)
{
	const json_t *actions = json_object_get(change, "actions");
	const char *text = "";
	json_t *action;
	size_t i;

	json_array_foreach (actions, i, action)
		text = arena_printf(a, "%s%s%s", text, i > 0 ? ", " : "",
				    json_is_string(action) ? json_string_value(action) : "?");
	return text;
}

bool verdict_changes_something(const json_t *resource_change)
{
	FP_CLEANUP(arena_release) struct arena arena = ARENA_INIT((size_t)1 << 20);
	const json_t *change = json_object_get(resource_change, "change");
	const char *actions = verdict_actions(change, &arena);
	const char *moved = json_text_of(resource_change, "previous_address");

	return (strcmp(actions, "no-op") != 0 && strcmp(actions, "read") != 0) || *moved != '\0';
}

static const char *describe_change(const json_t *one, const json_t *other, struct arena *a)
{
	const char *address = json_text_of(one ? one : other, "address");
	const char *mine, *yours;

	if (!one)
		return arena_printf(a, "%s is new", address);
	if (!other)
		return arena_printf(a, "%s is gone", address);
	mine = verdict_actions(json_object_get(one, "change"), a);
	yours = verdict_actions(json_object_get(other, "change"), a);
	if (strcmp(mine, yours) != 0)
		return arena_printf(a, "%s: %s, not %s", address, yours, mine);
	return arena_printf(a, "%s has other values", address);
}

const char *verdict_plan_difference(const struct evidence_plan *one,
				    const struct evidence_plan *other, struct arena *a)
{
	const json_t *mine = json_object_get(one->json, "resource_changes");
	const json_t *yours = json_object_get(other->json, "resource_changes");
	json_t *row;
	size_t i;

	if (one->size == other->size && sha256_equal(&one->digest, &other->digest))
		return NULL;
	json_array_foreach (mine, i, row) {
		const json_t *twin = json_find_row(yours, "address", json_text_of(row, "address"));

		if (!twin || !json_equal(row, (json_t *)(uintptr_t)twin))
			return describe_change(row, twin, a);
	}
	json_array_foreach (yours, i, row)
		if (!json_find_row(mine, "address", json_text_of(row, "address")))
			return describe_change(NULL, row, a);
	return "the outputs differ";
}

const char *verdict_moved_from(const struct evidence_plan *change, const char *address)
{
	const json_t *row = json_find_row(json_object_get(change->json, "resource_changes"),
					  "address", address);

	return row ? json_text_of(row, "previous_address") : "";
}

struct verdict verdict_of_parts(const struct verifier_input *in, const struct verdict_part *parts,
				size_t count, struct arena *a)
{
	for (size_t k = 0; k < count; k++) {
		json_t *row;
		size_t i;

		json_array_foreach (json_object_get(in->ev->first.view, parts[k].list), i, row) {
			struct verdict v = parts[k].judge(in, row, a);

			if (v.kind != VERDICT_PASS)
				return v;
		}
	}
	return verdict_pass("", "");
}
