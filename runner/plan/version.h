/*
 * Version constraints as Terraform reads them: "~> 1.2, != 1.2.5".
 */
#ifndef RUNNER_PLAN_VERSION_H
#define RUNNER_PLAN_VERSION_H

#include "runner/plan/hcl/diag.h"

/* The version of Terraform whose behaviour is reproduced. */
#define VERSION_TERRAFORM "1.11.4"

enum version_match {
	VERSION_MATCHES,
	VERSION_DIFFERS,
	VERSION_MALFORMED,
};

/* Whether the constraint allows a version "X.Y.Z[-pre]". */
enum version_match version_match(const char *constraint, const char *version);

/* required_version: a diagnostic unless it allows VERSION_TERRAFORM. */
void version_check_core(struct arena *a, const char *constraint, struct range where,
			struct diags *d);

#endif
