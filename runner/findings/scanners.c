/* The JSON of Checkov and of Trivy. */
#include "runner/findings/internal.h"

/* --- Checkov: check_id, resource, file_path and file_line_range of each failed check ------------
 */

static int checkov_check(struct findings_reader *r, const struct doc *check)
{
	const struct doc *range, *address;

	if (findings_want(r, check, "check_id", DOC_STRING, &range) < 0)
		return -1;
	range = findings_get(check, "file_line_range");
	address = findings_get(check, "resource_address");
	if (!address || address->kind != DOC_STRING)
		address = findings_get(check, "resource");
	return findings_add(
		r, check,
		(struct findings_row){
			.tool = "checkov",
			.rule = findings_member(r, check, "check_id"),
			.alias = findings_member(r, check, "bc_check_id"),
			.address = findings_text(r, address),
			.message = findings_member(r, check, "check_name"),
			.severity = findings_severity(findings_member(r, check, "severity")),
			.file = findings_member(r, check, "file_path"),
			.line = findings_line(findings_at(range, 0)),
			.end_line = findings_line(findings_at(range, 1)),
		});
}

static int checkov_report(struct findings_reader *r, const struct doc *report)
{
	const struct doc *results, *failed;

	if (report->kind == DOC_OBJECT && !doc_get(report, "results") && doc_get(report, "passed"))
		return 0;
	if (findings_want(r, report, "results", DOC_OBJECT, &results) < 0 ||
	    findings_want(r, results, "failed_checks", DOC_ARRAY, &failed) < 0)
		return -1;
	for (const struct doc *m = failed->first; m; m = m->next)
		if (checkov_check(r, m) < 0)
			return -1;
	return 0;
}

int findings_checkov(struct findings_reader *r, const struct doc *root)
{
	if (root->kind != DOC_ARRAY)
		return checkov_report(r, root);
	for (const struct doc *m = root->first; m; m = m->next)
		if (checkov_report(r, m) < 0)
			return -1;
	return 0;
}

/* --- Trivy: Misconfigurations of each result, with CauseMetadata ---------------------------------
 */

static int trivy_row(struct findings_reader *r, const struct doc *m, const char *target)
{
	const struct doc *id, *cause;
	const char *status, *message;

	if (findings_want(r, m, "ID", DOC_STRING, &id) < 0)
		return -1;
	status = findings_member(r, m, "Status");
	if (*status && strcmp(status, "FAIL") != 0)
		return 0;
	cause = findings_get(m, "CauseMetadata");
	message = findings_member(r, m, "Message");
	return findings_add(
		r, m,
		(struct findings_row){
			.tool = "trivy",
			.rule = findings_text(r, id),
			.alias = findings_member(r, m, "AVDID"),
			.address = findings_member(r, cause, "Resource"),
			.message = *message ? message : findings_member(r, m, "Title"),
			.severity = findings_severity(findings_member(r, m, "Severity")),
			.file = target,
			.line = findings_line(findings_get(cause, "StartLine")),
			.end_line = findings_line(findings_get(cause, "EndLine")),
		});
}

static int trivy_result(struct findings_reader *r, const struct doc *result)
{
	const struct doc *target, *list = findings_get(result, "Misconfigurations");

	if (findings_want(r, result, "Target", DOC_STRING, &target) < 0)
		return -1;
	for (const struct doc *m = findings_first(list); m; m = m->next)
		if (trivy_row(r, m, findings_text(r, target)) < 0)
			return -1;
	return 0;
}

int findings_trivy(struct findings_reader *r, const struct doc *root)
{
	const struct doc *results = doc_get(root, "Results");

	/* Nothing to scan: no results at all. */
	if (!results || results->kind == DOC_NULL)
		return 0;
	if (findings_want(r, root, "Results", DOC_ARRAY, &results) < 0)
		return -1;
	for (const struct doc *m = results->first; m; m = m->next)
		if (trivy_result(r, m) < 0)
			return -1;
	return 0;
}
