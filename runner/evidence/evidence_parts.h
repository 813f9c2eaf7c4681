/* What the reader and the writer of evidence share: its fields, its runs and their plans. */
#ifndef RUNNER_EVIDENCE_EVIDENCE_PARTS_H
#define RUNNER_EVIDENCE_EVIDENCE_PARTS_H

#include "runner/evidence/evidence.h"
#include "runner/evidence/fields.h"

#define EVIDENCE_PLAN_COUNT 4
#define EVIDENCE_OUTCOME_COUNT 3

extern const struct field evidence_sandbox_fields[];
extern const struct field evidence_diagnostic_fields[];
extern const struct field evidence_top_fields[];

extern const char *const evidence_outcome_names[EVIDENCE_OUTCOME_COUNT];
extern const char *const evidence_run_names[EVIDENCE_RUN_COUNT];
extern const char *const evidence_plan_names[EVIDENCE_PLAN_COUNT];

void evidence_run_plans(struct evidence_run *run,
			struct evidence_plan *plans[static EVIDENCE_PLAN_COUNT]);

/* The run of that number, in the order of the names. */
struct evidence_run *evidence_own_run(struct evidence *ev, size_t i);

#endif
