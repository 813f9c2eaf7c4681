#include "verifiers/helpers.h"
#include "verifiers/table.h"

#include <ctype.h>

/* How scanners are told to look away; compared without regard to case and blanks. */
static const char *const marks[] = {
	"checkov:skip",	    "bridgecrew:skip", "tfsec:ignore",	 "trivy:ignore", "kics-scanignore",
	"kics-scandisable", "ts:skip",	       "terrascan:skip", "nosemgrep",	 "nosec",
	"snyk:ignore",	    "tflint-ignore",   "regula:skip",	 NULL,
};

static bool silences(const char *comment, struct arena *a)
{
	char *text = arena_strdup(a, comment), *to = text;

	for (const char *p = comment; *p; p++)
		if (!isspace((unsigned char)*p))
			*to++ = (char)tolower((unsigned char)*p);
	*to = '\0';
	for (const char *const *m = marks; *m; m++)
		if (strstr(text, *m))
			return true;
	return false;
}

/* Files by which scanners are told what to leave out; in any directory. */
static const char *const settings[] = {
	".checkov.yaml",
	".checkov.yml",
	".checkov.baseline",
	".bridgecrew.yaml",
	".trivyignore",
	".trivyignore.yaml",
	"trivy.yaml",
	".tfsec.yml",
	"tfsec.yml",
	".kics.yaml",
	"kics.config",
	".terrascan.toml",
	".snyk",
	".semgrepignore",
	".semgrep.yml",
	".tflint.hcl",
	".regula.yaml",
	".gitleaksignore",
	".gitleaks.toml",
	".cfnlintrc",
	".ansible-lint",
	".kubelinter.yaml",
	NULL,
};

static bool is_setting(const char *path)
{
	const char *slash = strrchr(path, '/'), *name = slash ? slash + 1 : path;

	for (const char *const *s = settings; *s; s++)
		if (strcmp(*s, name) == 0)
			return true;
	return strncmp(path, ".tfsec/", 7) == 0 || strstr(path, "/.tfsec/");
}

static struct verdict judge_settings(const struct verifier_input *in, struct arena *a)
{
	const struct tree *before = in->ev->before.tree, *after = in->ev->first.tree;

	for (size_t i = 0; after && before && i < after->count; i++) {
		const struct tree_entry *now = &after->entries[i],
					*then = tree_find(before, now->path);

		if (!is_setting(now->path) || (then && sha256_equal(&then->sha256, &now->sha256)) ||
		    verdict_matches_any(&in->ev->claims.declare, now->path, verdict_matches_path))
			continue;
		return verdict_fail(arena_printf(a,
						 "%s is %s, and tells a scanner what to leave out",
						 now->path, then ? "changed" : "new"),
				    "fix.diff");
	}
	return verdict_pass("", "");
}

static bool is_judge(const struct evidence *ev, const char *path)
{
	for (size_t i = 0; i < ev->judged_by.count; i++) {
		const char *judge = ev->judged_by.items[i];
		size_t size = strlen(judge);

		if (strncmp(path, judge, size) == 0 && (path[size] == '\0' || path[size] == '/'))
			return true;
	}
	return false;
}

/* Both trees, one in the other: what is changed, new or gone. */
static struct verdict judge_judges(const struct verifier_input *in, struct arena *a)
{
	const struct tree *const trees[] = {in->ev->before.tree, in->ev->first.tree};

	for (size_t t = 0; trees[0] && trees[1] && t < 2; t++)
		for (size_t i = 0; i < trees[t]->count; i++) {
			const struct tree_entry *one = &trees[t]->entries[i],
						*other = tree_find(trees[1 - t], one->path);

			if (is_judge(in->ev, one->path) &&
			    (!other || !sha256_equal(&one->sha256, &other->sha256)))
				return verdict_fail(
					arena_printf(a,
						     "%s is changed, by which the change is judged",
						     one->path),
					"fix.diff");
		}
	return verdict_pass("", "");
}

/* A reader of the change would not see what they do: hide text, or turn its order around. */
static struct verdict judge_hidden(const struct verifier_input *in, struct arena *a)
{
	const struct evidence_secret *first = in->ev->hidden;

	if (in->ev->hidden_count == 0)
		return verdict_pass("", "");
	if (first->line == 0)
		return verdict_fail(arena_printf(a,
						 "the name of a file, %s, has a character that "
						 "does not show: %s",
						 first->file, first->detector),
				    "fix.diff");
	return verdict_fail(arena_printf(a, "%s:%zu has a character that does not show: %s",
					 first->file, first->line, first->detector),
			    "fix.diff");
}

static size_t count_same(const json_t *view, const char *wanted)
{
	size_t i, count = 0;
	json_t *row;

	json_array_foreach (json_object_get(view, "comments"), i, row)
		count += strcmp(json_text_of(row, "text"), wanted) == 0;
	return count;
}

static struct verdict judge_comments(const struct verifier_input *in, struct arena *a)
{
	const json_t *before = in->ev->before.view, *after = in->ev->first.view;
	json_t *row;
	size_t i;

	json_array_foreach (json_object_get(after, "comments"), i, row) {
		const char *text = json_text_of(row, "text");

		if (silences(text, a) && count_same(after, text) > count_same(before, text))
			return verdict_fail(
				arena_printf(
					a, "%s:%lld tells a scanner to look away: %s",
					json_text_of(row, "file"),
					(long long)json_integer_value(json_object_get(row, "line")),
					text),
				"evidence/view-first.json");
	}
	return verdict_pass("", "");
}

static const json_t *find_block(const json_t *view, const char *address)
{
	return json_find_row(json_object_get(view, "blocks"), "address", address);
}

static const json_t *ignored(const json_t *block)
{
	return json_object_get(json_object_get(block, "lifecycle"), "ignore_changes");
}

/* Everything that is ignored after must have been ignored before; "all" covers everything. */
static bool grew(const json_t *before, const json_t *after)
{
	json_t *item;
	size_t i;

	if (json_is_string(before))
		return false;
	if (json_is_string(after))
		return true;
	json_array_foreach (after, i, item)
		if (!json_holds(before, item))
			return true;
	return false;
}

static struct verdict judge_lifecycle(const struct verifier_input *in, struct arena *a)
{
	json_t *block;
	size_t i;

	json_array_foreach (json_object_get(in->ev->first.view, "blocks"), i, block) {
		const char *address = json_text_of(block, "address");
		const json_t *old = find_block(in->ev->before.view, address);

		if (grew(ignored(old), ignored(block)) &&
		    !verdict_matches_any(&in->ev->claims.declare, address, verdict_matches_address))
			return verdict_fail(
				arena_printf(a, "%s ignores more changes than before", address),
				"evidence/view-first.json");
	}
	return verdict_pass("", "");
}

static struct verdict judge(const struct verifier_input *in, struct arena *a)
{
	struct verdict v;

	v = judge_judges(in, a);
	if (v.kind == VERDICT_PASS)
		v = judge_settings(in, a);
	if (v.kind == VERDICT_PASS)
		v = judge_hidden(in, a);
	if (v.kind != VERDICT_PASS)
		return v;
	if (!verdict_needs_run(&in->ev->before, a, &v) || !verdict_needs_run(&in->ev->first, a, &v))
		return v;
	v = judge_comments(in, a);
	if (v.kind == VERDICT_PASS)
		v = judge_lifecycle(in, a);
	if (v.kind != VERDICT_PASS)
		return v;
	return verdict_pass("no scanner is told to look away, and nothing more is ignored",
			    "evidence/view-first.json");
}

const struct verifier verifier_suppression = {
	.id = "suppression",
	.claim = "The change silences and hides nothing: no skip comment, no more ignored changes, "
		 "no character that does not show.",
	.version = 1,
	.judge = judge,
	.judge_stage = judge,
};
