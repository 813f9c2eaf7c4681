/*
 * Doing it again from a bundle alone: its workspace, fix, policies and parts of packs, in fresh
 * directories and fresh sandboxes, on whatever machine this is.
 */
#ifndef RUNNER_RERUN_H
#define RUNNER_RERUN_H

#include "runner/attest/bundle.h"
#include "runner/base/arena.h"
#include "runner/base/err.h"

enum rerun_result {
	RERUN_SAME,
	RERUN_DIFFERENT,
	RERUN_CANNOT, /* something is missing, or is another one here */
};

struct rerun_report {
	enum rerun_result result;
	struct checks checks; /* one for each difference, or for each thing that is missing */
	enum decision decision;
};

enum rerun_scope {
	RERUN_ALL,
	RERUN_PLANS, /* not the fix: only the plans of the trees that lie in the bundle */
};

/* -1 when the bundle could not be looked at or is not sound. */
FP_MUST_CHECK int rerun_bundle(const struct bundle *b, enum rerun_scope scope, struct arena *a,
			       struct rerun_report *ret_report, struct err *e);

const char *rerun_result_name(enum rerun_result result);

#endif
