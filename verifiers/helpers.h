/* What several verifiers need. */
#ifndef VERIFIERS_HELPERS_H
#define VERIFIERS_HELPERS_H

#include "runner/base/json.h"
#include "verifiers/verifier.h"

struct verdict verdict_pass(const char *reason, const char *evidence);
struct verdict verdict_fail(const char *reason, const char *evidence);
struct verdict verdict_inconclusive(const char *reason, const char *evidence);
struct verdict verdict_not_applicable(const char *reason);

/* false, and *ret_verdict says why, unless the run applied the fix and made all its plans. */
bool verdict_needs_run(const struct evidence_run *run, struct arena *a,
		       struct verdict *ret_verdict);

/* Judges each row of a list of the view after the fix. */
struct verdict_part {
	const char *list;
	struct verdict (*judge)(const struct verifier_input *in, const json_t *row,
				struct arena *a);
};

/* The first verdict that is no pass, or a pass without a reason. */
struct verdict verdict_of_parts(const struct verifier_input *in, const struct verdict_part *parts,
				size_t count, struct arena *a);

/* coverage.c: what `kept` and `policy` rest on where the case declares a removal. */
struct verdict verdict_coverage(const struct verifier_input *in, struct arena *a);

/* "*" is any run of characters without "/", "**" any run at all. */
bool verdict_matches_path(const char *pattern, const char *path);

/* "*" is any run of characters; a pattern without instance keys also means all instances. */
bool verdict_matches_address(const char *pattern, const char *address);
bool verdict_matches_any(const struct evidence_strings *patterns, const char *text,
			 bool (*matches)(const char *pattern, const char *text));

/* Whether the scope lets the file be changed. */
bool verdict_path_allowed(const struct evidence_claims *c, const char *path);

/* An address without its instance keys. */
const char *verdict_block_address(const char *address, struct arena *a);

/* Whether address is the resource, or an instance of it. */
bool verdict_is_resource(const char *resource, const char *address, struct arena *a);

/* Judges each path that the fix changes, and counts them; the first verdict that is no pass. */
struct verdict verdict_of_changed_paths(const struct evidence *ev,
					struct verdict (*judge)(const struct evidence *ev,
								const char *path, struct arena *a),
					size_t *ret_count, struct arena *a);

/* The first difference between two trees as "main.tf was changed"; NULL when there is none. */
const char *verdict_tree_difference(const struct tree *one, const struct tree *other,
				    struct arena *a);

/* The first difference between two canonical plans as "ADDRESS: update, not create"; NULL when
 * none. */
const char *verdict_plan_difference(const struct evidence_plan *one,
				    const struct evidence_plan *other, struct arena *a);

/* "create", "update", "delete, create", "no-op"…; "" when there are none. */
const char *verdict_actions(const json_t *change, struct arena *a);
/* Where a moved block took the resource at address from; "" when it did not. */
const char *verdict_moved_from(const struct evidence_plan *change, const char *address);
bool verdict_changes_something(const json_t *resource_change);

#endif
