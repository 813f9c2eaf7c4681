/* Shared by the files of runs: how one sandbox is set up, used and put on record. */
#ifndef RUNNER_RUNS_INTERNAL_H
#define RUNNER_RUNS_INTERNAL_H

#include "runner/runs.h"

#define RUNS_OUTPUT_KEPT 4096 /* bytes of a script's output that evidence keeps */

/* Where the user's planner stands inside of a sandbox. */
#define RUNS_TOOL_PATH "/planner"

struct runs_context {
	const struct runs_input *in;
	struct arena *arena;
	struct evidence *ev;
	const char *image; /* the root of the named image; NULL: none is named */
	struct err *e;
};

/* Everything that must not matter, in groups that can be varied one by one. */
struct runs_group {
	const char *name;
	void (*vary)(struct sandbox_variation *v);
};
extern const struct runs_group runs_groups[];
extern const size_t runs_group_count;

/* Unvaried; varied in every group; with clock, randomness and layout pinned. */
struct sandbox_variation runs_plain(void);
struct sandbox_variation runs_varied(void);
struct sandbox_variation runs_pinned(void);

/* Applies the fix to the tree stream from; *ret_tree and *ret_stream are what it left, or NULL and
 * -1.
 */
FP_MUST_CHECK int runs_apply(struct runs_context *c, int from, const struct tree *before,
			     const struct sandbox_variation *v, struct evidence_apply *ret_apply,
			     const struct tree **ret_tree, int *ret_stream);

#define RUNS_QUESTIONS_MAX 4

struct runs_question {
	const char *request;
	const char *record; /* the arena's; NULL when the planner was ended before it was whole */
	size_t size;
};

/*
 * Asks the planner about the tree stream: all questions in one sandbox, or each in its own where a
 * program of the user's plans, which may leave something behind.
 */
FP_MUST_CHECK int runs_ask_planner(struct runs_context *c, int tree,
				   const struct sandbox_variation *v,
				   struct runs_question *questions, size_t count,
				   struct evidence_sandbox *ret_sandbox);

/* A record, taken apart. */
struct runs_record {
	bool planned;
	struct evidence_plan plan;
	const char *state; /* raw JSON; NULL when there is none */
	size_t state_size;
	json_t *view; /* the caller's */
};

/* Also adds diagnostics to run, and packs and inferred types to the evidence. */
FP_MUST_CHECK int runs_read_record(struct runs_context *c, const char *text, size_t size,
				   struct evidence_run *run, struct runs_record *ret_record);

/* What a sandbox reported, as evidence. */
void runs_record_sandbox(struct arena *a, const struct sandbox_result *r,
			 struct evidence_sandbox *ret_sandbox);

#endif
