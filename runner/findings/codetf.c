/*
 * CodeTF: what a tool changed, and which findings of scanners that fixes or leaves.  A change has
 * its line on one side of its diff, by default on that of the new file; positions here are those of
 * the file before, so the diff leads back to them.
 */
#include "runner/findings/internal.h"

struct codemod {
	const struct doc *json;
	const char *tool, *rule, *message; /* of detectionTool and summary */
};

/* "@@ -OLD,N +NEW,N @@" */
static bool hunk(const char *line, size_t *ret_was, size_t *ret_is)
{
	char *end;

	if (strncmp(line, "@@ -", 4) != 0)
		return false;
	*ret_was = strtoul(line + 4, &end, 10);
	line = strchr(end, '+');
	if (!line)
		return false;
	*ret_is = strtoul(line + 1, &end, 10);
	return true;
}

/* The line of the old file that this line of the new one came from or was put behind. */
static size_t line_before(const char *diff, size_t wanted)
{
	size_t was = 0, is = 0, before = 1, after = 1;
	bool inside = false;

	for (const char *at = diff; *at; at += *at == '\n') {
		const char *line = at;

		at += strcspn(at, "\n");
		if (hunk(line, &was, &is)) {
			if (wanted < is)
				break;
			inside = true;
		} else if (inside && (*line == ' ' || line == at)) {
			if (is == wanted)
				return was;
			was++;
			is++;
		} else if (inside && *line == '+') {
			if (is == wanted)
				return was > 1 ? was - 1 : 1;
			is++;
		} else if (inside && *line == '-') {
			was++;
		}
		before = was;
		after = is;
	}
	return inside ? wanted + before - after : wanted;
}

static size_t change_line(const struct doc *entry, const struct doc *change)
{
	const struct doc *side = findings_get(change, "diffSide"),
			 *diff = findings_get(entry, "diff");
	size_t line = findings_line(findings_get(change, "lineNumber"));

	if (line == 0 || !diff || diff->kind != DOC_STRING ||
	    (side && side->kind == DOC_STRING && strcmp(side->text, "left") == 0))
		return line;
	return line_before(diff->text, line);
}

static int add(struct findings_reader *r, const struct codemod *c, const struct doc *finding,
	       const char *path, size_t line)
{
	const char *rule = findings_member(r, findings_get(finding, "rule"), "id");
	const char *reason = findings_member(r, finding, "reason");

	return findings_add(r, finding,
			    (struct findings_row){.tool = c->tool,
						  .rule = *rule ? rule : c->rule,
						  .message = *reason ? reason : c->message,
						  .severity = "none",
						  .file = path,
						  .line = line});
}

static int add_list(struct findings_reader *r, const struct codemod *c, const struct doc *list,
		    const char *path, size_t line)
{
	for (const struct doc *m = findings_first(list); m; m = m->next)
		if (add(r, c, m, path, line) < 0)
			return -1;
	return 0;
}

static int read_entry(struct findings_reader *r, const struct codemod *c, const struct doc *entry)
{
	const struct doc *path, *changes;
	const char *text;

	if (findings_want(r, entry, "path", DOC_STRING, &path) < 0)
		return -1;
	text = findings_text(r, path);
	changes = findings_get(entry, "changes");
	for (const struct doc *m = findings_first(changes); m; m = m->next)
		if (add_list(r, c, findings_get(m, "fixedFindings"), text, change_line(entry, m)) <
		    0)
			return -1;
	return add_list(r, c, findings_get(entry, "fixedFindings"), text,
			change_line(entry, findings_first(changes)));
}

static int read_result(struct findings_reader *r, const char *tool, const struct doc *result)
{
	const struct doc *detection = findings_get(result, "detectionTool"), *changes;
	struct codemod c = {.json = result, .tool = findings_member(r, detection, "name")};

	if (findings_want(r, result, "changeset", DOC_ARRAY, &changes) < 0)
		return -1;
	if (!*c.tool)
		c.tool = tool;
	c.rule = findings_member(r, findings_get(detection, "rule"), "id");
	c.message = findings_member(r, result, "summary");
	for (const struct doc *m = changes->first; m; m = m->next)
		if (read_entry(r, &c, m) < 0)
			return -1;
	for (const struct doc *m = findings_first(findings_get(result, "unfixedFindings")); m;
	     m = m->next)
		if (add(r, &c, m, findings_member(r, m, "path"),
			findings_line(findings_get(m, "lineNumber"))) < 0)
			return -1;
	return 0;
}

int findings_codetf(struct findings_reader *r, const struct doc *root)
{
	const struct doc *run, *results;

	if (findings_want(r, root, "run", DOC_OBJECT, &run) < 0 ||
	    findings_want(r, root, "results", DOC_ARRAY, &results) < 0)
		return -1;
	for (const struct doc *m = results->first; m; m = m->next)
		if (read_result(r, findings_member(r, run, "tool"), m) < 0)
			return -1;
	return 0;
}
