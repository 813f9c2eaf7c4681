/*
 * The embedded planner: a workspace and a request in, a record out.  Runs in the worker, inside a
 * sandbox: everything in the workspace is hostile.  docs/planner.md has both formats whole.
 */
#ifndef RUNNER_PLAN_PLANNER_H
#define RUNNER_PLAN_PLANNER_H

#include "runner/base/arena.h"
#include "runner/base/base.h"
#include "runner/base/buf.h"
#include "runner/base/err.h"
#include "runner/plan/pack.h"

#define PLANNER_RECORD_FORMAT "fixproof-plan-record/1"
#define PLANNER_RECORD_MAX_BYTES (256u * 1024 * 1024)
#define PLANNER_REQUEST_MAX_BYTES (64u * 1024 * 1024)

struct planner_input {
	int workspace_fd; /* directory; stays the caller's */
	const struct pack *packs;
	size_t pack_count;
	const char *request; /* JSON text, format "fixproof-plan-request/1" */
	size_t request_size;
	/* Path of Terraform or OpenTofu, which then plan against our mocked providers; or NULL. */
	const char *program;
	bool tofu;   /* it is OpenTofu */
	bool both;   /* the embedded planner plans too, and must agree */
	bool plugin; /* of the mocked providers: the first one, as a plugin that was started */
};

struct planrecord_texts;
struct walk;

/*
 * Appends the record to ret_record: JSON with a final newline, the same bytes for the same input.
 * What is wrong with the workspace is in the record, with status "refused"; what we cannot decide
 * exactly has status "refused" too, and severity "unsupported" on its diagnostics.  An error is a
 * request or a pack that is not what it should be.
 */
FP_MUST_CHECK int planner_run(const struct planner_input *in, struct arena *a,
			      struct buf *ret_record, struct err *e);

/* The embedded planner alone. */
FP_MUST_CHECK int planner_embedded(struct walk *w, struct planrecord_texts *t, struct err *e);

/* Tells of versions of providers that are not the ones that are known, or that the lock file cannot
 * select. */
void planner_compare_versions(struct walk *w);

#endif
