/* What `policy check` found, as text, JSON or SARIF. */
#ifndef RUNNER_CMD_POLICY_REPORT_H
#define RUNNER_CMD_POLICY_REPORT_H

#include "policies/policy.h"

struct policy_report_options {
	const char *format; /* "text", "json" or "sarif" */
	bool all;	    /* what passes, too */
};

/* Prints the reports; returns the exit status that they mean. */
int policy_report_print(const struct policy_report *reports, size_t count,
			const struct policy_report_options *o);

/* All policies as a table in Markdown, for docs/policies.md. */
void policy_report_table(const struct policy *const *policies, size_t count);

#endif
