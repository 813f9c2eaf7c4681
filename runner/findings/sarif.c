/* SARIF 2.1.0 (OASIS), the parts that name a rule and a place. */
#include "runner/findings/internal.h"

#include <ctype.h>

#include "runner/base/buf.h"

struct run {
	const struct doc *run, *driver;
	const char *tool;
};

/* The rule by its id or its place in the driver's or an extension's list (3.27.7, 3.52). */
static const struct doc *find_rule(const struct run *run, const struct doc *result)
{
	const struct doc *rule = findings_get(result, "rule"), *index, *component, *rules;
	const struct doc *id = findings_get(result, "ruleId");

	if (!id)
		id = findings_get(rule, "id");
	component = findings_get(findings_get(rule, "toolComponent"), "index");
	rules = findings_get(
		component ? findings_at(findings_get(findings_get(run->run, "tool"), "extensions"),
					findings_line(component))
			  : run->driver,
		"rules");
	index = findings_get(result, "ruleIndex");
	if (!index)
		index = findings_get(rule, "index");
	if (index && index->kind == DOC_NUMBER && index->text[0] != '-')
		return findings_at(rules, findings_line(index));
	for (const struct doc *m = findings_first(rules); m && id && id->kind == DOC_STRING;
	     m = m->next) {
		const struct doc *its = findings_get(m, "id");

		if (its && its->kind == DOC_STRING && strcmp(its->text, id->text) == 0)
			return m;
	}
	return NULL;
}

/* 3.11: the text itself, or a string of the rule that the id names. */
static const char *message(struct findings_reader *r, const struct doc *result,
			   const struct doc *rule)
{
	const struct doc *m = findings_get(result, "message"), *id = findings_get(m, "id");
	const char *text = findings_member(r, m, "text");

	if (!*text && id && id->kind == DOC_STRING)
		text = findings_member(
			r, findings_get(findings_get(rule, "messageStrings"), id->text), "text");
	return *text ? text : findings_member(r, findings_get(rule, "shortDescription"), "text");
}

static const char *severity(struct findings_reader *r, const struct doc *result,
			    const struct doc *rule)
{
	const struct doc *properties = findings_get(rule, "properties");
	const struct doc *score = findings_get(properties, "security-severity");
	const char *level = findings_member(r, result, "level");
	char *end;
	double value;

	if (score && (score->kind == DOC_STRING || score->kind == DOC_NUMBER) && score->size > 0) {
		value = strtod(score->text, &end);
		if (*end == '\0' && value >= 0 && value <= 10)
			return findings_score(value);
	}
	if (!*level)
		level = findings_member(r, findings_get(rule, "defaultConfiguration"), "level");
	return findings_severity(*level ? level : "warning");
}

/* RFC 3986, section 2.1; what no path may hold stays as it is. */
static const char *decode(struct findings_reader *r, const char *uri)
{
	FP_CLEANUP(buf_release) struct buf out = BUF_INIT((size_t)FINDINGS_TEXT_MAX * 16);

	for (; *uri; uri++) {
		if (*uri == '%' && isxdigit((unsigned char)uri[1]) &&
		    isxdigit((unsigned char)uri[2])) {
			const char digits[] = {uri[1], uri[2], '\0'};
			unsigned long byte = strtoul(digits, NULL, 16);

			if (byte >= 0x20 && byte != 0x7f) {
				buf_addch(&out, (char)byte);
				uri += 2;
				continue;
			}
		}
		buf_addch(&out, *uri);
	}
	return arena_strdup(r->arena, buf_text(&out));
}

/* 3.4: directly, or by the run's list of artifacts; beneath what its base names. */
static const char *location_file(struct findings_reader *r, const struct run *run,
				 const struct doc *artifact)
{
	const struct doc *index = findings_get(artifact, "index"), *base;
	const char *uri, *prefix = "";

	if (!findings_get(artifact, "uri") && index && index->kind == DOC_NUMBER &&
	    index->text[0] != '-')
		artifact = findings_get(
			findings_at(findings_get(run->run, "artifacts"), findings_line(index)),
			"location");
	uri = decode(r, findings_member(r, artifact, "uri"));
	base = findings_get(artifact, "uriBaseId");
	if (base && base->kind == DOC_STRING && !strstr(uri, "://"))
		prefix = decode(r, findings_member(r,
						   findings_get(findings_get(run->run,
									     "originalUriBaseIds"),
								base->text),
						   "uri"));
	return arena_printf(r->arena, "%s%s", prefix, uri);
}

static bool is_open(const struct doc *result)
{
	const struct doc *kind = findings_get(result, "kind");
	const struct doc *state = findings_get(result, "baselineState");

	if (kind && kind->kind == DOC_STRING && strcmp(kind->text, "fail") != 0)
		return false;
	if (state && state->kind == DOC_STRING && strcmp(state->text, "absent") == 0)
		return false;
	/* 3.35: an accepted suppression; one under review or rejected is none. */
	for (const struct doc *m = findings_first(findings_get(result, "suppressions")); m;
	     m = m->next) {
		const struct doc *status = findings_get(m, "status");

		if (!status || status->kind != DOC_STRING || strcmp(status->text, "accepted") == 0)
			return false;
	}
	return true;
}

static int read_result(struct findings_reader *r, const struct run *run, const struct doc *result)
{
	const struct doc *rule, *place, *physical, *region;
	const char *id;

	if (result->kind != DOC_OBJECT)
		return doc_fault(result, r->what, r->e, "must be %s, not %s",
				 doc_kind_name(DOC_OBJECT), doc_kind_name(result->kind));
	if (!is_open(result))
		return 0;
	rule = find_rule(run, result);
	id = findings_member(r, result, "ruleId");
	if (!*id)
		id = findings_member(r, findings_get(result, "rule"), "id");
	if (!*id)
		id = findings_member(r, rule, "id");
	place = findings_first(findings_get(result, "locations"));
	physical = findings_get(place, "physicalLocation");
	region = findings_get(physical, "region");
	return findings_add(
		r, result,
		(struct findings_row){
			.tool = run->tool,
			.rule = id,
			.address = findings_member(
				r, findings_first(findings_get(place, "logicalLocations")),
				"fullyQualifiedName"),
			.message = message(r, result, rule),
			.severity = severity(r, result, rule),
			.file = location_file(r, run, findings_get(physical, "artifactLocation")),
			.line = findings_line(findings_get(region, "startLine")),
			.end_line = findings_line(findings_get(region, "endLine")),
		});
}

static int read_run(struct findings_reader *r, const struct doc *json)
{
	struct run run = {.run = json};
	const struct doc *results, *tool;

	if (findings_want(r, json, "tool", DOC_OBJECT, &tool) < 0 ||
	    findings_want(r, tool, "driver", DOC_OBJECT, &run.driver) < 0)
		return -1;
	run.tool = findings_member(r, run.driver, "name");
	/* 3.14.23: null, or not there, when no scan took place. */
	results = doc_get(json, "results");
	if (!results || results->kind == DOC_NULL)
		return 0;
	if (findings_want(r, json, "results", DOC_ARRAY, &results) < 0)
		return -1;
	for (const struct doc *m = results->first; m; m = m->next)
		if (read_result(r, &run, m) < 0)
			return -1;
	return 0;
}

int findings_sarif(struct findings_reader *r, const struct doc *root)
{
	const struct doc *version, *runs;

	if (findings_want(r, root, "version", DOC_STRING, &version) < 0 ||
	    findings_want(r, root, "runs", DOC_ARRAY, &runs) < 0)
		return -1;
	if (strcmp(version->text, "2.1.0") != 0)
		return doc_fault(version, r->what, r->e, "SARIF is read in version 2.1.0 only");
	for (const struct doc *m = runs->first; m; m = m->next)
		if (read_run(r, m) < 0)
			return -1;
	return 0;
}
