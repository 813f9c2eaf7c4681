/*
 * Policies: declarative, total and deterministic, evaluated with three-valued logic on the view of
 * one run.  The language is described in fixproof-policy(5).
 *
 * A policy judges every instance of its subject types.  What cannot be known at plan time is
 * unknown, and unknown is never a pass.  Nothing in here knows Terraform: a view of another dialect
 * with the same members is judged in the same way.
 */
#ifndef POLICIES_POLICY_H
#define POLICIES_POLICY_H

#include <jansson.h>

#include "runner/base/arena.h"
#include "runner/base/base.h"
#include "runner/base/doc.h"
#include "runner/base/err.h"
#include "runner/base/sha256.h"

#define POLICY_MAX_BYTES ((size_t)1 << 20)
#define POLICY_DEPTH_MAX 32

struct policy_control {
	const char *standard, *version, *id;
	const char *source; /* of the mapping; NULL when not given */
};

struct policy_strings {
	const char *const *items;
	size_t count;
};

enum policy_result {
	POLICY_PASS,
	POLICY_FAIL,
	POLICY_UNKNOWN
};

/* A workspace of a few files, and what the policy must say of it. */
struct policy_test_file {
	const char *name, *text;
	size_t size;
};

struct policy_condition;

struct policy_test {
	const char *name;
	enum policy_result expect;
	const char
		*resource; /* address of the one instance that is meant; NULL: every judged one */
	const struct policy_test_file *files;
	size_t file_count;
	const struct policy_test_file *before; /* for policies on changes */
	size_t before_count;
};

/* A program that judges, in the sandbox, in place of a definition. */
enum policy_exec_input {
	POLICY_EXEC_WORKSPACE, /* the files, as its working directory */
	POLICY_EXEC_PLAN,      /* the canonical plan, on standard input and as plan.json */
};

enum policy_exec_output {
	POLICY_EXEC_REPORT, /* what it found: its own JSON, or any format of findings.h */
	POLICY_EXEC_STATUS, /* 0 for pass, 1 for fail */
};

struct policy_exec {
	struct policy_strings command;
	enum policy_exec_input input;
	enum policy_exec_output output;
	const char *image;	  /* "host" or the name of an image */
	const char *image_sha256; /* of its tar; NULL of "host", and where none is given */
	const char *unpinned;	  /* what to say where none is given; otherwise NULL */
	const struct policy_test_file *files; /* that it needs beside its input */
	size_t file_count;
	uint64_t seconds, output_bytes; /* limits */
};

#define POLICY_EXEC_SECONDS_MAX 600
#define POLICY_EXEC_OUTPUT_MAX ((uint64_t)16 << 20)

struct policy {
	const char *id, *name, *severity, *category, *remediation;
	struct policy_strings subjects; /* resource types; "all" is every one */
	struct policy_strings rules;	/* ids of scanner rules that it stands for */
	const struct policy_control *controls;
	size_t control_count;
	const struct policy_condition *definition; /* NULL: it lies in compiled, as JSON */
	const char *compiled;
	size_t compiled_size;
	bool on_change;			/* it judges changes, and what is gone too */
	const struct policy_exec *exec; /* NULL: it is declarative */
	const struct policy_test *tests;
	size_t test_count;
	const char *source;
	size_t source_size;
	struct sha256 digest; /* of the canonical form of metadata and definition */
};

/*
 * One of the things for which an instance fails: a condition, an element of a list, an open port.
 * The same fault of the same policy has the same key wherever it is found again.
 */
struct policy_fault {
	const char *key, *reason;
};

/* What a policy says of one instance. */
struct policy_judgement {
	const char *address; /* of the instance */
	const char *block;   /* address of its block, without instance keys */
	const char *file;
	size_t line, end_line;
	enum policy_result result;
	const char *view;		   /* what it rests on: "static", "plan" or "change" */
	const char *reason;		   /* why it fails or is unknown; "" when it passes */
	const struct policy_fault *faults; /* of what fails by a definition, all of them */
	size_t fault_count;
};

struct policy_report {
	const struct policy *policy;
	const struct policy_judgement *rows; /* in the order of the view's instances */
	size_t count;
};

/* Reads one policy, YAML or JSON by the end of what; every fault is told with file, line and key.
 */
FP_MUST_CHECK int policy_parse(const char *what, const char *text, size_t size, struct arena *a,
			       const struct policy **ret_policy, struct err *e);

/*
 * What is judged: the view of a run, made ready once for all policies.  A policy on changes needs
 * the view before, too, and the plan from there to here; without them it judges nothing.  The JSON
 * stays the caller's and must outlive it.  What is wrong with a view is ERR_INPUT.
 */
struct policy_views;
FP_MUST_CHECK int policy_views_open(const json_t *view, const json_t *before, const json_t *change,
				    struct arena *a, const struct policy_views **ret_views,
				    struct err *e);

struct policy_report policy_judge(const struct policy *p, const struct policy_views *views,
				  struct arena *a);

/* What the program of a policy answered about the input that a view is of. */
struct policy_answer {
	const char *fault; /* why it gave none; NULL when it did */
	int status;
	const char *what, *text; /* what it printed, and how that is named */
	size_t size;
};

/*
 * What follows from the answer for each instance of the subject types, and for what the program
 * found outside of them, by file and rule.  Without an answer, or when it cannot be read, all is
 * unknown; policy_judge says so of every policy that is a program.
 */
struct policy_report policy_judge_answer(const struct policy *p, const json_t *view,
					 const struct policy_views *views,
					 const struct policy_answer *answer, struct arena *a);

/* The same for a scan: where it judges no instance, a row of the workspace says what it answered.
 */
struct policy_report policy_scan_answer(const struct policy *p, const json_t *view,
					const struct policy_views *views,
					const struct policy_answer *answer, struct arena *a);

const char *policy_result_name(enum policy_result result);

/* Of all rows: a fail before an unknown before a pass, which is that of none too. */
enum policy_result policy_worst(const struct policy_report *r);

/* The views that the policy looks at, as "static, plan". */
const char *policy_views_text(const struct policy *p);

/* The row of the instance, or NULL. */
const struct policy_judgement *policy_find(const struct policy_report *r, const char *address);

/*
 * Whether the policy stands for a scanner's rule: one of its `rules`, AVD-AWS-0088 and AWS-0088
 * being the same, or the control of AWS Foundational Security Best Practices, as "S3.5" or behind a
 * slash, as generators of findings have it.
 */
bool policy_stands_for(const struct policy *p, const char *rule);

/* The policies that are part of this program. */
struct policy_builtin {
	const char *file; /* "fp-….yaml" */
	const char *text;
	size_t size, tests_at;	     /* tests_at: where "tests:" begins */
	const struct policy *policy; /* without its tests, read when the program was built */
};
extern const struct policy_builtin policy_builtins[];
extern const size_t policy_builtin_count;

/* Like policy_parse; a text that is that of a built-in policy costs no more than comparing it. */
FP_MUST_CHECK int policy_read(const char *what, const char *id, const char *text, size_t size,
			      struct arena *a, const struct policy **ret_policy, struct err *e);

#endif
