/* What a planner reports: the record that docs/planner.md describes. */
#ifndef RUNNER_PLAN_PLANRECORD_H
#define RUNNER_PLAN_PLANRECORD_H

#include "runner/base/buf.h"
#include "runner/plan/planner.h"
#include "runner/plan/walk.h"

/* JSON texts; a plan that was not made is empty. */
struct planrecord_texts {
	struct buf plan, state, view;
	const char *tool, *tool_version; /* of another program that planned; NULL: none did */
};

#define PLANRECORD_TEXTS_INIT                                                                  \
	{                                                                                      \
		.plan = BUF_INIT(PLANNER_RECORD_MAX_BYTES),                                    \
		.state = BUF_INIT(PLANNER_RECORD_MAX_BYTES),                                   \
		.view = BUF_INIT(PLANNER_RECORD_MAX_BYTES), .tool = NULL, .tool_version = NULL \
	}

void planrecord_release(struct planrecord_texts *t);

/* Diagnostics, types, packs and files are those of the walk. */
FP_MUST_CHECK int planrecord_write(struct walk *w, struct planrecord_texts *t, struct buf *out,
				   struct err *e);

#endif
