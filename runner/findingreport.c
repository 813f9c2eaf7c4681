#include "runner/findingreport.h"

#include <fcntl.h>
#include <sys/stat.h>

#include "policies/policy.h"
#include "runner/base/fd.h"

static int read_report(const struct fixcase *c, const char *text, size_t size, struct arena *a,
		       struct findingreport *ret_report, struct err *e)
{
	const struct fixcase_finding *f = &c->finding;
	const char *slash = strrchr(f->report, '/');

	if (findings_read(f->report, text, size, a, &ret_report->findings, e) < 0)
		return -1;
	ret_report->row = (struct evidence_report){
		.file = arena_printf(a, "case/finding/%s", slash ? slash + 1 : f->report),
		.format = ret_report->findings->format,
		.digest = sha256_of(text, size),
		.rule = f->rule,
		.resource = f->resource,
		.in_file = f->file,
		.line = f->line,
		.has_index = f->has_index,
		.index = f->index,
		.text = arena_strndup(a, text, size),
		.size = size,
	};
	return 0;
}

int findingreport_load(const struct fixcase *c, int case_dir, struct arena *a,
		       struct findingreport *ret_report, struct err *e)
{
	FP_CLEANUP(buf_release) struct buf text = BUF_INIT(FINDINGS_MAX_BYTES);
	FP_CLEANUP(fd_cleanup) int fd = -1;
	const char *path = c->finding.report;
	struct stat st;

	if (fixcase_open(case_dir, path, O_RDONLY | O_NONBLOCK, &fd, e) < 0)
		return -1;
	if (fstat(fd, &st) < 0 || !S_ISREG(st.st_mode))
		return err_set(e, ERR_INPUT, "%s: not a regular file", path);
	if (fd_read_all(fd, &text, path, e) < 0)
		return -1;
	return read_report(c, buf_text(&text), text.size, a, ret_report, e);
}

int findingreport_load_tree(const struct fixcase *c, const struct tree *base, int stream,
			    struct arena *a, struct findingreport *ret_report, struct err *e)
{
	FP_CLEANUP(buf_release) struct buf text = BUF_INIT(FINDINGS_MAX_BYTES);
	const char *slash = strrchr(c->file, '/'), *path = c->finding.report;
	const struct tree_entry *entry;

	if (slash)
		path = arena_printf(a, "%.*s/%s", (int)(slash - c->file), c->file, path);
	entry = tree_find(base, path);
	if (!entry || (entry->type != TREESTREAM_FILE && entry->type != TREESTREAM_EXECUTABLE))
		return err_set(e, ERR_INPUT,
			       "%s: is no file of BASE, and a report is never taken from HEAD",
			       path);
	if (tree_content(stream, entry, &text, e) < 0)
		return -1;
	return read_report(c, buf_text(&text), text.size, a, ret_report, e);
}

/* The policies that stand for a rule of a scanner, by their ids. */
static int bind_policies(const struct findingreport *r, const struct findings_row *row,
			 struct arena *a, struct evidence *ev, struct err *e)
{
	const char **ids = arena_array(a, ev->policy_count, sizeof(*ids));
	size_t count = 0;

	for (size_t i = 0; i < ev->policy_count; i++) {
		const struct evidence_policy *p = &ev->policies[i];
		const struct policy *parsed;

		if (policy_read(p->file, p->id, p->source, p->source_size, a, &parsed, e) < 0)
			return -1;
		if (policy_stands_for(parsed, row->rule) || policy_stands_for(parsed, row->alias))
			ids[count++] = p->id;
	}
	if (count == 0)
		return err_set(e, ERR_INPUT,
			       "%s: no policy stands for the rule %s; name one under \"policies\"",
			       r->findings->what, row->rule);
	ev->claims.policies = (struct evidence_strings){ids, count};
	return 0;
}

int findingreport_settle(const struct findingreport *r, const struct fixcase *c, struct arena *a,
			 struct evidence *ev, struct err *e)
{
	const struct findings_choice by = {r->row.rule, r->row.resource,  r->row.in_file,
					   r->row.line, r->row.has_index, r->row.index};
	struct findings_place at;
	const struct evidence_diagnostic *why = ev->before.diagnostics;

	if (!ev->before.view)
		return err_set(e, ERR_INPUT,
			       "%s: cannot be tied to a resource: the workspace does not plan: %s",
			       r->findings->what,
			       ev->before.diagnostic_count > 0 ? why->summary
							       : "no reason is known");
	if (findings_settle(r->findings, &by, ev->before.view, a, &at, e) < 0)
		return -1;
	ev->claims.finding = (struct evidence_finding){
		.tool = at.row->tool,
		.rule = at.row->rule,
		.resource = at.resource,
		.severity = at.row->severity,
		.message = at.row->message,
		.file = at.file,
		.line = at.file ? at.row->line : 0,
		.end_line = at.file ? at.row->end_line : 0,
	};
	ev->reports = arena_memdup(a, &r->row, sizeof(r->row));
	ev->report_count = 1;
	return c->policies.count > 0 ? 0 : bind_policies(r, at.row, a, ev, e);
}
