/*
 * A case: one proposed fix with its workspace, finding, policies, scope, author and reason, as
 * fixproof-case(5) describes the file.  ("case" is a keyword of C.)
 */
#ifndef RUNNER_FIXCASE_FIXCASE_H
#define RUNNER_FIXCASE_FIXCASE_H

#include <jansson.h>

#include "runner/base/arena.h"
#include "runner/base/base.h"
#include "runner/base/doc.h"
#include "runner/base/err.h"

#define FIXCASE_FORMAT "fixproof-case/1"
#define FIXCASE_MAX_BYTES ((size_t)1 << 20)
#define FIXCASE_LIST_MAX 1000
#define FIXCASE_TEXT_MAX 16384
#define FIXCASE_SECONDS_MAX 600

enum fixcase_planner {
	FIXCASE_PLANNER_AUTO,
	FIXCASE_PLANNER_EMBEDDED,
	FIXCASE_PLANNER_TERRAFORM,
	FIXCASE_PLANNER_TOFU,
	FIXCASE_PLANNER_BOTH,
};

enum fixcase_facts {
	FIXCASE_FACTS_RECORDED,
	FIXCASE_FACTS_SCHEMA
};

enum fixcase_fix_kind {
	FIXCASE_FIX_PATCH,
	FIXCASE_FIX_FILES,
	FIXCASE_FIX_SCRIPT,
	FIXCASE_FIX_GIT,
};

enum fixcase_author_kind {
	FIXCASE_AUTHOR_PERSON,
	FIXCASE_AUTHOR_AI
};

enum fixcase_severity {
	FIXCASE_SEVERITY_NONE,
	FIXCASE_SEVERITY_LOW,
	FIXCASE_SEVERITY_MEDIUM,
	FIXCASE_SEVERITY_HIGH,
	FIXCASE_SEVERITY_CRITICAL,
};

struct fixcase_strings {
	const char *const *items; /* and a NULL after them */
	size_t count;
};

struct fixcase_finding {
	const char *tool, *rule, *resource, *message;
	enum fixcase_severity severity;
	const char *file; /* NULL when not given */
	size_t line, end_line;
	const char *report; /* a scanner's, which the rest only chooses from; NULL */
	bool has_index;
	size_t index;
};

struct fixcase_control {
	const char *standard, *version, *id;
};

struct fixcase_fix {
	enum fixcase_fix_kind kind;
	const char *path;		/* of a patch, of a directory of files; NULL otherwise */
	struct fixcase_strings command; /* of a script */
	const char *directory;		/* beneath the case, that the script sees; NULL when none */
	size_t seconds;			/* how long a script may take; 0: the sandbox's own limit */
	const char *image;		/* what the script sees as its system; NULL: the host's */
};

struct fixcase_author {
	enum fixcase_author_kind kind;
	const char *name;
	const char *tool, *model, *prompt_sha256; /* of an AI; NULL otherwise */
};

/* Every member is a list of patterns as fixproof-case(5) has them; no list given is no member. */
struct fixcase_scope {
	struct fixcase_strings paths, resources, keep, remove, allow_replace, declare;
	bool has_paths, has_resources;
};

struct fixcase_waiver {
	const char *verifier, *policy; /* one of the two */
	const char *reason, *owner, *expires;
	const struct doc *at; /* the id of the verifier or the policy, for messages */
};

/* Other values of variables under which every verdict must hold, too. */
struct fixcase_stage {
	const char *name;
	struct fixcase_strings var_files; /* those of the case before its own */
	const char *variables;		  /* those of the case under its own, as compact JSON */
};

#define FIXCASE_STAGES_MAX 16

struct fixcase_pack {
	const char *provider, *version; /* version NULL: any */
};

struct fixcase {
	const char *file; /* as it was named, for messages */
	const char *id, *title, *workspace, *root, *reason;
	enum fixcase_planner planner;
	enum fixcase_facts facts;
	const struct fixcase_pack *packs;
	size_t pack_count;
	struct fixcase_finding finding;
	bool has_finding;
	struct fixcase_strings policies;
	struct fixcase_strings invariants; /* policies that somebody must pass, before and after */
	const struct fixcase_control *controls;
	size_t control_count;
	struct fixcase_fix fix;
	struct fixcase_author author;
	bool has_author;
	struct fixcase_scope scope;
	const struct fixcase_waiver *waivers;
	size_t waiver_count;
	const char *expected; /* a directory beneath the case, or NULL */
	struct fixcase_strings var_files;
	const struct fixcase_stage *stages;
	size_t stage_count;
	const char *text; /* the file itself */
	size_t text_size;
	/* Free-form members as compact JSON texts, "{}" when not given. */
	const char *variables, *mock;
};

/* Names as the file has them. */
const char *fixcase_planner_name(enum fixcase_planner planner);
const char *fixcase_facts_name(enum fixcase_facts facts);
const char *fixcase_fix_kind_name(enum fixcase_fix_kind kind);
const char *fixcase_author_kind_name(enum fixcase_author_kind kind);
const char *fixcase_severity_name(enum fixcase_severity severity);

/*
 * Reads a case from text; what is its file name, which decides between YAML and JSON.  Members that
 * a proof needs but a case may lack (finding, author, reason) are left empty: the verifier
 * `recorded` speaks of them.  Everything else that is missing, unknown, of another type or too
 * large is refused with file, line and key.
 */
FP_MUST_CHECK int fixcase_parse(const char *what, const char *text, size_t size, struct arena *a,
				const struct fixcase **ret_case, struct err *e);

/*
 * Reads a case from a path: the file itself, or a directory that holds case.yaml or case.json (both
 * is an error).  *ret_dir is the directory that all paths of the case are relative to; the
 * caller's.
 */
FP_MUST_CHECK int fixcase_load(const char *path, struct arena *a, const struct fixcase **ret_case,
			       int *ret_dir, struct err *e);

/*
 * Opens a path that a case names, beneath dir_fd and never above it, not even through a link.
 * flags as for open(2); O_CLOEXEC is added.
 */
FP_MUST_CHECK int fixcase_open(int dir_fd, const char *path, int flags, int *ret_fd, struct err *e);

#endif
