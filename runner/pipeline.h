/*
 * The whole way of one case: load, run, judge, write the bundle.  Each arrow is a plain value that
 * the next stage takes as const.
 */
#ifndef RUNNER_PIPELINE_H
#define RUNNER_PIPELINE_H

#include "runner/attest/signing.h"
#include "runner/base/arena.h"
#include "runner/base/err.h"
#include "runner/evidence/evidence.h"
#include "verifiers/verifier.h"

struct pipeline_options {
	const struct signing *signing; /* NULL: the bundle stays unsigned */
	int out_fd;		       /* directory for bundles */
	bool replace, pack;
	const void *redact_key; /* of the user; NULL for a random one */
	size_t redact_key_size;
	const struct evidence_pair *tools; /* our own programs and their digests */
	size_t tool_count;
	const char *const *policy_paths; /* files and directories beside the built-in set */
	size_t policy_path_count;
	/*
	 * NULL, or BASE...HEAD of the repository around the directory repository: then the fix is
	 * that, and the case and all policies that lie in the repository are read from BASE.
	 */
	const char *git_range, *repository;
	const char *planner;	     /* instead of the case's; or NULL */
	const char *planner_program; /* the file of Terraform or OpenTofu; NULL: by PATH */
};

struct pipeline_result {
	struct evidence ev; /* released by the caller */
	struct judgement judgement;
	const char *bundle;	/* its name beneath out_fd */
	const char *diff;	/* of the fix */
	const char *again_diff; /* what the second application changed; "" when nothing */
};

/* The digests of our own programs, once for all cases. */
FP_MUST_CHECK int pipeline_tools(struct arena *a, const struct evidence_pair **ret_tools,
				 size_t *ret_count, struct err *e);

FP_MUST_CHECK int pipeline_run(const char *case_path, const struct pipeline_options *options,
			       struct arena *a, struct pipeline_result *ret_result, struct err *e);

/* The built-in policies and those of the paths, sorted by id; two with one id are an error. */
FP_MUST_CHECK int pipeline_policies(const char *const *paths, size_t count, struct arena *a,
				    const struct evidence_policy **ret_policies, size_t *ret_count,
				    struct err *e);

#endif
