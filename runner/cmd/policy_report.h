/* What `policy check` found, as text, JSON or SARIF. */
#ifndef RUNNER_CMD_POLICY_REPORT_H
#define RUNNER_CMD_POLICY_REPORT_H

#include "policies/policy.h"
#include "runner/base/doc.h"

struct policy_report_options {
	const char *format;	       /* "text", "json" or "sarif" */
	bool all;		       /* what passes, too */
	bool planned;		       /* or judged by the configuration alone */
	const struct doc *diagnostics; /* of the planner; NULL when there are none */
};

/* Prints the reports; returns the exit status that they mean. */
int policy_report_print(const struct policy_report *reports, size_t count,
			const struct policy_report_options *o);

/* The same where there is nothing that could be judged. */
int policy_report_nothing(const struct policy_report_options *o);

/* All policies as a table in Markdown, for docs/policies.md. */
void policy_report_table(const struct policy *const *policies, size_t count);

#endif
