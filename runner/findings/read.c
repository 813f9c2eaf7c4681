#include "runner/findings/internal.h"

#include <strings.h>

#include "runner/base/buf.h"
#include "runner/base/utf8.h"

const struct doc *findings_get(const struct doc *d, const char *key)
{
	return d && d->kind == DOC_OBJECT ? doc_get(d, key) : NULL;
}

const struct doc *findings_first(const struct doc *d)
{
	return d && (d->kind == DOC_ARRAY || d->kind == DOC_OBJECT) ? d->first : NULL;
}

const struct doc *findings_at(const struct doc *list, size_t index)
{
	const struct doc *m = list && list->kind == DOC_ARRAY ? list->first : NULL;

	while (m && index-- > 0)
		m = m->next;
	return m;
}

const char *findings_text(struct findings_reader *r, const struct doc *d)
{
	FP_CLEANUP(buf_release) struct buf out = BUF_INIT((size_t)FINDINGS_TEXT_MAX * 16);
	size_t size;

	if (!d || d->kind != DOC_STRING)
		return "";
	size = d->size;
	if (size > FINDINGS_TEXT_MAX)
		for (size = FINDINGS_TEXT_MAX; size > 0 && (d->text[size] & 0xc0) == 0x80;)
			size--;
	utf8_add_visible(&out, d->text, size, false);
	return arena_strdup(r->arena, buf_text(&out));
}

const char *findings_member(struct findings_reader *r, const struct doc *object, const char *key)
{
	return findings_text(r, findings_get(object, key));
}

int findings_want(struct findings_reader *r, const struct doc *object, const char *key,
		  enum doc_kind kind, const struct doc **ret_member)
{
	if (object->kind != DOC_OBJECT)
		return doc_fault(object, r->what, r->e, "must be %s, not %s",
				 doc_kind_name(DOC_OBJECT), doc_kind_name(object->kind));
	*ret_member = doc_get(object, key);
	if (!*ret_member)
		return doc_fault(object, r->what, r->e, "\"%s\" is missing", key);
	if ((*ret_member)->kind != kind)
		return doc_fault(*ret_member, r->what, r->e, "must be %s, not %s",
				 doc_kind_name(kind), doc_kind_name((*ret_member)->kind));
	return 0;
}

size_t findings_line(const struct doc *d)
{
	unsigned long line;
	char *end;

	if (!d || (d->kind != DOC_NUMBER && d->kind != DOC_STRING) || d->size == 0 ||
	    d->text[0] == '-')
		return 0;
	line = strtoul(d->text, &end, 10);
	return *end == '\0' && line <= 100000000 ? line : 0;
}

const char *findings_severity(const char *text)
{
	static const struct {
		const char *theirs, *ours;
	} rows[] = {
		{"low", "low"},	   {"medium", "medium"},     {"moderate", "medium"},
		{"high", "high"},  {"note", "low"},	     {"warning", "medium"},
		{"error", "high"}, {"critical", "critical"},
	};

	for (size_t i = 0; i < FP_ARRAY_SIZE(rows); i++)
		if (strcasecmp(rows[i].theirs, text) == 0)
			return rows[i].ours;
	return "none";
}

const char *findings_score(double score)
{
	return score >= 9   ? "critical"
	       : score >= 7 ? "high"
	       : score >= 4 ? "medium"
	       : score > 0  ? "low"
			    : "none";
}

int findings_add(struct findings_reader *r, const struct doc *at, struct findings_row row)
{
	const char **texts[] = {&row.tool, &row.alias,	 &row.address,	&row.identity,
				&row.kind, &row.message, &row.severity, &row.file};

	if (!row.rule || !*row.rule)
		return doc_fault(at, r->what, r->e, "names no rule");
	if (r->count == FINDINGS_ROWS_MAX)
		return err_set(r->e, ERR_LIMIT, "%s: more than %d findings", r->what,
			       FINDINGS_ROWS_MAX);
	for (size_t i = 0; i < FP_ARRAY_SIZE(texts); i++)
		if (!*texts[i])
			*texts[i] = "";
	if (row.end_line < row.line)
		row.end_line = row.line;
	r->rows = arena_grow(r->arena, r->rows, r->count, &r->capacity, sizeof(*r->rows));
	r->rows[r->count++] = row;
	return 0;
}

static bool has_runs(const struct doc *root)
{
	const struct doc *runs = findings_get(root, "runs");

	return runs && runs->kind == DOC_ARRAY;
}

/* One framework is an object, several are a list of them; without anything to scan it is counts. */
static bool is_checkov(const struct doc *root)
{
	const struct doc *one = root->kind == DOC_ARRAY ? findings_first(root) : root;

	return findings_get(one, "check_type") ||
	       findings_get(findings_get(one, "results"), "failed_checks") ||
	       (findings_get(one, "passed") && findings_get(one, "checkov_version"));
}

static bool is_trivy(const struct doc *root)
{
	return findings_get(root, "SchemaVersion") &&
	       (findings_get(root, "Results") || findings_get(root, "ArtifactName"));
}

static bool is_asff(const struct doc *root)
{
	const struct doc *one = root->kind == DOC_ARRAY ? findings_first(root) : root;

	return findings_get(root, "Findings") ||
	       (findings_get(one, "GeneratorId") && findings_get(one, "Resources"));
}

static bool is_codetf(const struct doc *root)
{
	const struct doc *results = findings_get(root, "results");

	return findings_get(root, "run") && results && results->kind == DOC_ARRAY;
}

static const struct {
	const char *name;
	bool (*is)(const struct doc *root);
	int (*read)(struct findings_reader *r, const struct doc *root);
} formats[] = {
	{"sarif", has_runs, findings_sarif},	{"trivy", is_trivy, findings_trivy},
	{"asff", is_asff, findings_asff},	{"checkov", is_checkov, findings_checkov},
	{"codetf", is_codetf, findings_codetf},
};

int findings_read(const char *what, const char *text, size_t size, struct arena *a,
		  const struct findings **ret_findings, struct err *e)
{
	struct findings_reader r = {.what = what, .arena = a, .e = e};
	const struct doc *root;
	struct findings *f;

	if (size > FINDINGS_MAX_BYTES)
		return err_set(e, ERR_LIMIT, "%s: larger than %zu bytes", what, FINDINGS_MAX_BYTES);
	if (doc_read_json(what, text, size, a, &root, e) < 0)
		return -1;
	for (size_t i = 0; i < FP_ARRAY_SIZE(formats); i++) {
		if (!formats[i].is(root))
			continue;
		if (formats[i].read(&r, root) < 0)
			return -1;
		f = arena_alloc(a, sizeof(*f));
		*f = (struct findings){arena_strdup(a, what), formats[i].name, r.rows, r.count};
		*ret_findings = f;
		return 0;
	}
	return err_set(e, ERR_INPUT,
		       "%s: is neither SARIF 2.1.0 nor a report of Checkov, Trivy, ASFF or CodeTF",
		       what);
}
