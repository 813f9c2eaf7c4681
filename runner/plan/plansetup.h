/* A walk with all that it needs, before anything was read: the beginning of every planner. */
#ifndef RUNNER_PLAN_PLANSETUP_H
#define RUNNER_PLAN_PLANSETUP_H

#include "runner/plan/planner.h"
#include "runner/plan/walk.h"

/* Its parts point into it: it stays where it is. */
struct plansetup {
	struct walk walk;
	struct diags diags;
	struct request request;
	json_t *json; /* of the request */
	int root_fd;
};

#define PLANSETUP_INIT                      \
	{                                   \
		.json = NULL, .root_fd = -1 \
	}

FP_MUST_CHECK int plansetup_open(struct plansetup *s, const struct planner_input *in,
				 struct arena *a, struct err *e);
void plansetup_close(struct plansetup *s);

#endif
