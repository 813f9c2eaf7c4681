/*
 * Evidence: what all runs of a case were observed to do, and what the case claims; nothing
 * inferred. Verifiers judge it, statements tell it, and a bundle keeps it, so it can be written to
 * files and read back to the same value.
 */
#ifndef RUNNER_EVIDENCE_EVIDENCE_H
#define RUNNER_EVIDENCE_EVIDENCE_H

#include <jansson.h>

#include "runner/base/arena.h"
#include "runner/base/base.h"
#include "runner/base/err.h"
#include "runner/base/sha256.h"
#include "runner/canon/tree.h"

#define EVIDENCE_FORMAT "fixproof-evidence/1"

struct evidence_strings {
	const char *const *items;
	size_t count;
};

struct evidence_finding {
	const char *tool, *rule, *resource, *severity, *message, *file; /* NULL when not given */
	size_t line, end_line;
};

/* The scanner's report that the finding was read from, and which of its findings is meant. */
struct evidence_report {
	const char *file;		       /* within the bundle */
	const char *format;		       /* as findings.h names it */
	struct sha256 digest;		       /* of the file as it was given */
	const char *rule, *resource, *in_file; /* as the case says; NULL when it does not */
	size_t line;
	bool has_index;
	size_t index;
	const char *text; /* the report itself */
	size_t size;
};

struct evidence_control {
	const char *standard, *version, *id;
};

struct evidence_waiver {
	const char *verifier, *policy, *reason, *owner, *expires;
};

/* What the case says; claims of the user, apart from the workspace and the fix. */
struct evidence_claims {
	const char *id, *title, *reason, *fix_kind, *root;
	bool has_finding, has_author;
	struct evidence_finding finding;
	struct evidence_strings policies, invariants;
	const struct evidence_control *controls;
	size_t control_count;
	const char *author_kind, *author_name, *author_tool, *author_model, *author_prompt_sha256;
	bool has_paths, has_resources;
	struct evidence_strings paths, resources, keep, remove, allow_replace, declare;
	const struct evidence_waiver *waivers;
	size_t waiver_count;
};

struct evidence_refusal {
	const char *call, *arguments, *program, *answer;
	uint64_t count;
	bool loud;
};

struct evidence_pair {
	const char *name, *value;
};

/* One sandbox: what was asked of it and what it reported. */
struct evidence_sandbox {
	bool ran;
	const char *end; /* "exited", "signaled", "limit" */
	int exit_status, signal;
	const char *limit; /* "none" or the limit that was hit */
	const char *profile;
	struct sha256 filter;
	const struct evidence_pair *layers; /* name; "in force" or why not, and details */
	size_t layer_count;
	const struct evidence_pair *varied;
	size_t varied_count;
	const struct evidence_pair *programs; /* path; digest */
	size_t program_count;
	const struct evidence_refusal *refusals;
	size_t refusal_count;
	const struct evidence_pair *dropped; /* path; reason */
	size_t dropped_count;
	bool left_running; /* processes that outlived the program, and were killed */
};

enum evidence_outcome {
	EVIDENCE_APPLIED,
	EVIDENCE_ALREADY, /* a patch that was found to be applied: no change */
	EVIDENCE_FAILED,  /* the fix did not apply; the reason says why */
};

struct evidence_apply {
	bool attempted;
	enum evidence_outcome outcome;
	const char *reason;  /* of EVIDENCE_FAILED */
	const char *outside; /* a path that a patch names and a fix may not; NULL */
	const char *output;  /* what a script printed, its last part; "" otherwise */
	struct evidence_sandbox sandbox;
};

/* A plan in its canonical form; text is NULL when it was not made. */
struct evidence_plan {
	const char *text;
	size_t size;
	struct sha256 digest;
	json_t *json; /* owned by the evidence */
};

struct evidence_diagnostic {
	const char *severity; /* "error", "unsupported", "warning" */
	const char *file, *summary, *detail;
	size_t line, column;
};

struct evidence_run {
	const char *name;
	struct evidence_apply apply;  /* not attempted in `before` */
	const struct tree *tree;      /* NULL when none was collected */
	bool planned;		      /* all plans asked for were made */
	struct evidence_plan fresh;   /* from nothing */
	struct evidence_plan change;  /* against the mocked state of `before` */
	struct evidence_plan settled; /* against the mocked state after `change` was applied */
	struct evidence_plan other;   /* from nothing, with another set of mock values */
	json_t *view, *other_view;    /* owned by the evidence; NULL when not made */
	const struct evidence_diagnostic *diagnostics;
	size_t diagnostic_count;
	struct evidence_sandbox sandbox; /* of planning */
};

/*
 * The workspace before, and with the fix, under other values of variables: planned from nothing, as
 * a change, once that is applied, and under other mock values.  Its runs are called "before.NAME"
 * and "first.NAME".
 */
struct evidence_stage {
	const char *name;
	struct evidence_run before, after; /* no trees; `after` has all four plans */
	/*
	 * "expected.NAME", its plan from nothing; without a name where the case expects nothing, or
	 * the very files that the fix left.
	 */
	struct evidence_run expected;
};

struct evidence_policy {
	const char *id;
	const char *file;   /* within the bundle */
	const char *source; /* its text */
	size_t source_size;
	struct sha256 digest;
};

/* What the program of a policy did with the input of a run. */
struct evidence_exec {
	const char *policy, *run; /* ids: of the policy, and "before", "first" or "replay" */
	const char *image;
	const char *image_sha256; /* of the tar of a named image; NULL otherwise */
	struct sha256 image_tree; /* of a named image; zero otherwise */
	struct sha256 input;	  /* the digest of the tree, or of the plan, that it was given */
	const char *fault;	  /* why it gave no answer; NULL when it did */
	const char *file;	  /* within the bundle: what it printed */
	struct evidence_sandbox sandbox;
	const char *output;
	size_t size;
};

/* What looks like a credential in a file after the fix, and was in no file before it. */
struct evidence_secret {
	const char *file, *detector; /* as secretscan.h names them; of what is hidden "U+202E" */
	size_t line;
};

/* A catalogue of controls that claims were held against. */
struct evidence_catalogue {
	const char *standard, *version;
	struct sha256 digest;
};

struct evidence_pack {
	const char *provider, *version;
	const char *origin; /* what it was recorded or derived from; NULL where it does not say */
	struct sha256 digest;
};

/* A type that was planned with the facts of a pack. */
struct evidence_type {
	const char *provider, *kind, *name; /* kind as the pack has it: "resource", "data", … */
	const char *source; /* "derived": the provider was not asked; NULL: it was recorded */
};

/* A secret that does not stand in the bundle: where it was, and its keyed digest in its place. */
struct evidence_redaction {
	const char *path;     /* in the bundle */
	const char *detector; /* of runner/base/secretscan.h, or "sensitive-variable" */
	const char *digest;   /* HMAC-SHA256 of it, in hex; the key is the user's */
	size_t count;	      /* how often in that file */
	bool blocks_rerun;    /* it was an input */
};

struct evidence {
	struct evidence_claims claims;
	const char *planner, *facts, *image;
	const char *image_sha256; /* of the tar of a named image; NULL otherwise */
	/* Of another program that planned; NULL when there was none. */
	const char *planner_program, *planner_version, *planner_sha256;
	const char *version; /* of fixproof */
	const char *time;    /* RFC 3339, when the runs ended */
	const struct evidence_pack *packs;
	size_t pack_count;
	const struct evidence_catalogue *catalogues;
	size_t catalogue_count;
	struct evidence_strings inferred; /* types without a pack */
	const struct evidence_secret *secrets;
	size_t secret_count;
	/* Lines of changed files that were not there before, or names where line is 0. */
	const struct evidence_secret *hidden;
	size_t hidden_count;
	const struct evidence_type *types;
	size_t type_count;
	const struct evidence_pair *tools; /* our own programs: name; SHA-256 */
	size_t tool_count;
	const struct evidence_redaction *redactions;
	size_t redaction_count;
	const struct evidence_report *reports; /* none, or the one of the finding */
	size_t report_count;
	const struct evidence_exec *execs; /* of policies that are programs */
	size_t exec_count;
	const struct evidence_policy *policies; /* the whole set that was judged */
	size_t policy_count;
	struct evidence_run before, before_varied, first, again, replay;
	struct evidence_run expected; /* the workspace that the case expects; no tree when none */
	struct evidence_stage *stages;
	size_t stage_count;
	const char *git_base, *git_head;   /* commits, in git mode; otherwise NULL */
	struct evidence_strings judged_by; /* files or directories of the repository, in BASE: the
					      case and the policies */
	/*
	 * When `replay` differs from `first`: whether it still differs with nothing varied, and
	 * which groups of variations make it differ by themselves.
	 */
	bool differs_unvaried;
	struct evidence_strings guilty;
};

/* The runs in their order, for loops over all. */
#define EVIDENCE_RUN_COUNT 5
void evidence_runs(const struct evidence *ev,
		   const struct evidence_run *ret_runs[EVIDENCE_RUN_COUNT]);

/* Whether the case binds the fix to the policy of that id. */
bool evidence_is_bound(const struct evidence_claims *c, const char *id);

/* Drops the JSON values that ev owns; the rest is its arena's. */
void evidence_release(struct evidence *ev);

/*
 * One file of the evidence as it lies in a bundle: evidence/evidence.json, evidence/tree-RUN.json,
 * evidence/view-RUN.json, plans/RUN-KIND.json, case/policies/ID.yaml, case/finding/NAME.
 */
struct evidence_file {
	const char *path;
	const char *role;
	const char *data;
	size_t size;
};

/* All files of ev, in the order of their paths; everything lives in the arena. */
FP_MUST_CHECK int evidence_write(const struct evidence *ev, struct arena *a,
				 const struct evidence_file **ret_files, size_t *ret_count,
				 struct err *e);

/* Gives the content of a file of the bundle; a missing one is an error that names it. */
typedef int evidence_reader(void *context, const char *path, const char **ret_data,
			    size_t *ret_size, struct err *e);

/* Reads back what evidence_write wrote, strictly; digests are computed, not taken over. */
FP_MUST_CHECK int evidence_read(evidence_reader *reader, void *context, struct arena *a,
				struct evidence *ret_evidence, struct err *e);

/* How many types of packs were derived: the provider itself was not asked. */
size_t evidence_derived(const struct evidence *ev);

const char *evidence_outcome_name(enum evidence_outcome outcome);

#endif
