#include "runner/cmd/policy_report.h"

#include "runner/base/buf.h"
#include "runner/base/json.h"
#include "runner/base/utf8.h"
#include "runner/cmd/cmd.h"
#include "runner/cmd/planning.h"

static bool is_shown(const struct policy_judgement *row, const struct policy_report_options *o)
{
	return row->result != POLICY_PASS || o->all;
}

/* --- text and JSON -------------------------------------------------------------------------------
 */

static void print_text(const struct policy *p, const struct policy_judgement *row)
{
	FP_CLEANUP(buf_release) struct buf out = BUF_INIT((size_t)1 << 20);

	buf_addf(&out, "%-7s %s ", policy_result_name(row->result), p->id);
	utf8_add_visible(&out, row->file, strlen(row->file), false);
	if (row->line > 0)
		buf_addf(&out, ":%zu", row->line);
	buf_addstr(&out, ": ");
	utf8_add_visible(&out, row->address, strlen(row->address), false);
	buf_addstr(&out, *row->reason ? ": " : "");
	utf8_add_visible(&out, row->reason, strlen(row->reason), false);
	if (strcmp(row->view, "plan") != 0)
		buf_addf(&out, " (%s)", row->view);
	printf("%s\n", buf_text(&out));
}

static json_t *strings(const struct policy_strings *s)
{
	json_t *list = json_new_array();

	for (size_t i = 0; i < s->count; i++)
		json_push(list, json_new_string(s->items[i]));
	return list;
}

static json_t *row_json(const struct policy *p, const struct policy_judgement *row)
{
	json_t *json = json_new_object();

	json_put(json, "policy", json_new_string(p->id));
	json_put(json, "severity", json_new_string(p->severity));
	json_put(json, "category", json_new_string(p->category));
	json_put(json, "rules", strings(&p->rules));
	json_put(json, "address", json_new_string(row->address));
	json_put(json, "file", json_new_string(row->file));
	json_put(json, "line", json_new_int((int64_t)row->line));
	json_put(json, "end_line", json_new_int((int64_t)row->end_line));
	json_put(json, "view", json_new_string(row->view));
	json_put(json, "result", json_new_string(policy_result_name(row->result)));
	json_put(json, "reason", json_new_string(row->reason));
	return json;
}

/* --- SARIF 2.1.0
 * ---------------------------------------------------------------------------------- */

static json_t *text_object(const char *text)
{
	json_t *json = json_new_object();

	json_put(json, "text", json_new_string(text));
	return json;
}

static const char *level_of(const struct policy *p)
{
	const char *s = p->severity ? p->severity : "medium";

	if (strcasecmp(s, "critical") == 0 || strcasecmp(s, "high") == 0)
		return "error";
	return strcasecmp(s, "low") == 0 ? "note" : "warning";
}

static json_t *rule_json(const struct policy *p)
{
	json_t *rule = json_new_object(), *properties = json_new_object(),
	       *configuration = json_new_object();
	char hex[SHA256_HEX_SIZE];

	sha256_hex(&p->digest, hex);
	json_put(configuration, "level", json_new_string(level_of(p)));
	json_put(properties, "category", json_new_string(p->category));
	json_put(properties, "policySha256", json_new_string(hex));
	json_put(properties, "scannerRules", strings(&p->rules));
	json_put(rule, "id", json_new_string(p->id));
	json_put(rule, "shortDescription", text_object(p->name));
	if (p->remediation)
		json_put(rule, "help", text_object(p->remediation));
	json_put(rule, "defaultConfiguration", configuration);
	json_put(rule, "properties", properties);
	return rule;
}

/* RFC 3986: what may stand in a path as it is. */
static void add_uri(struct buf *out, const char *path)
{
	for (const char *c = path; *c; c++) {
		if ((*c >= 'a' && *c <= 'z') || (*c >= 'A' && *c <= 'Z') ||
		    (*c >= '0' && *c <= '9') || strchr("-._~/!$&'()*+,;=@", *c))
			buf_addch(out, *c);
		else
			buf_addf(out, "%%%02X", (unsigned char)*c);
	}
}

static json_t *location_json(const struct policy_judgement *row)
{
	FP_CLEANUP(buf_release) struct buf uri = BUF_INIT((size_t)1 << 16);
	json_t *location = json_new_object(), *physical = json_new_object(),
	       *artifact = json_new_object(), *region = json_new_object(),
	       *logical = json_new_object(), *list = json_new_array();

	add_uri(&uri, row->file);
	json_put(artifact, "uri", json_new_string(buf_text(&uri)));
	json_put(artifact, "uriBaseId", json_new_string("%SRCROOT%"));
	json_put(region, "startLine", json_new_int((int64_t)FP_MAX(row->line, (size_t)1)));
	json_put(region, "endLine",
		 json_new_int((int64_t)FP_MAX(FP_MAX(row->end_line, row->line), (size_t)1)));
	json_put(physical, "artifactLocation", artifact);
	json_put(physical, "region", region);
	json_put(logical, "fullyQualifiedName", json_new_string(row->address));
	json_put(logical, "kind", json_new_string("resource"));
	json_push(list, logical);
	json_put(location, "physicalLocation", physical);
	json_put(location, "logicalLocations", list);
	return location;
}

/* Policy and address alone, so that a moved line is the same finding. */
static json_t *fingerprints(const struct policy *p, const struct policy_judgement *row)
{
	FP_CLEANUP(buf_release) struct buf text = BUF_INIT((size_t)1 << 20);
	json_t *json = json_new_object();
	char hex[SHA256_HEX_SIZE];
	struct sha256 digest;

	buf_addf(&text, "%s\n%s", p->id, row->address);
	digest = sha256_of(buf_text(&text), text.size);
	sha256_hex(&digest, hex);
	json_put(json, "policyAndAddress/v1", json_new_string(hex));
	return json;
}

/*
 * SARIF 2.1.0, 3.11.6: "[text](target)" in a message is a link.  None of ours is meant as one, and
 * names and values are another's.
 */
static json_t *message_object(const char *text)
{
	FP_CLEANUP(buf_release) struct buf visible = BUF_INIT((size_t)1 << 22);
	FP_CLEANUP(buf_release) struct buf out = BUF_INIT((size_t)1 << 23);

	utf8_add_visible(&visible, text, strlen(text), false);
	for (const char *c = buf_text(&visible); *c; c++) {
		if (c[0] == ']' && c[1] == '(')
			buf_addch(&out, '\\');
		buf_addch(&out, *c);
	}
	return text_object(buf_text(&out));
}

static json_t *result_json(const struct policy *p, size_t rule, const struct policy_judgement *row)
{
	static const char *const kinds[] = {"pass", "fail", "review"};
	FP_CLEANUP(buf_release) struct buf message = BUF_INIT((size_t)1 << 20);
	json_t *result = json_new_object(), *locations = json_new_array(),
	       *properties = json_new_object();

	buf_addf(&message, "%s: %s%s%s", row->address, p->name, *row->reason ? ": " : "",
		 row->reason);
	json_push(locations, location_json(row));
	json_put(properties, "view", json_new_string(row->view));
	json_put(result, "ruleId", json_new_string(p->id));
	json_put(result, "ruleIndex", json_new_int((int64_t)rule));
	json_put(result, "kind", json_new_string(kinds[row->result]));
	json_put(result, "level",
		 json_new_string(row->result == POLICY_FAIL ? level_of(p) : "none"));
	json_put(result, "message", message_object(buf_text(&message)));
	json_put(result, "locations", locations);
	json_put(result, "partialFingerprints", fingerprints(p, row));
	json_put(result, "properties", properties);
	return result;
}

static json_t *notification(const char *level, const char *text)
{
	json_t *json = json_new_object();

	json_put(json, "level", json_new_string(level));
	json_put(json, "message", message_object(text));
	return json;
}

static void add_diagnostics(json_t *list, const struct doc *diagnostics)
{
	for (const struct doc *d = diagnostics ? diagnostics->first : NULL; d; d = d->next) {
		FP_CLEANUP(buf_release) struct buf text = BUF_INIT((size_t)1 << 20);
		const struct doc *severity = doc_get(d, "severity");
		bool warns = severity && severity->text && strcmp(severity->text, "warning") == 0;

		planning_diagnostic(d, &text);
		json_push(list, notification(warns ? "warning" : "error", buf_text(&text)));
	}
}

/* Programs that left something open; false when there are none. */
static bool add_programs(json_t *list, const struct policy_report *reports, size_t count)
{
	bool any = false;

	for (size_t i = 0; i < count; i++) {
		const struct policy *p = reports[i].policy;

		for (size_t k = 0; p->exec && k < reports[i].count; k++) {
			FP_CLEANUP(buf_release) struct buf text = BUF_INIT((size_t)1 << 20);
			json_t *row, *rule;

			if (reports[i].rows[k].result != POLICY_UNKNOWN)
				continue;
			buf_addf(&text, "%s cannot be decided: ", p->id);
			buf_addstr(&text, reports[i].rows[k].reason);
			row = notification("error", buf_text(&text));
			rule = json_new_object();
			json_put(rule, "id", json_new_string(p->id));
			json_put(rule, "index", json_new_int((int64_t)i));
			json_put(row, "associatedRule", rule);
			json_push(list, row);
			any = true;
			break;
		}
	}
	return any;
}

/* How it went: GitHub and others show results alone, and no results look like no faults. */
static json_t *invocations_json(const struct policy_report *reports, size_t count,
				const struct policy_report_options *o)
{
	json_t *list = json_new_array(), *one = json_new_object(), *notes = json_new_array();
	bool open = add_programs(notes, reports, count);

	add_diagnostics(notes, o->diagnostics);
	json_put(one, "executionSuccessful", json_boolean(o->planned && !open));
	json_put(one, "toolExecutionNotifications", notes);
	json_push(list, one);
	return list;
}

static json_t *run_json(const struct policy_report *reports, size_t count,
			const struct policy_report_options *o)
{
	json_t *run = json_new_object(), *tool = json_new_object(), *driver = json_new_object(),
	       *rules = json_new_array(), *results = json_new_array();

	for (size_t i = 0; i < count; i++) {
		json_push(rules, rule_json(reports[i].policy));
		for (size_t k = 0; k < reports[i].count; k++)
			if (is_shown(&reports[i].rows[k], o))
				json_push(results,
					  result_json(reports[i].policy, i, &reports[i].rows[k]));
	}
	json_put(driver, "name", json_new_string("fixproof"));
	json_put(driver, "version", json_new_string(FP_VERSION));
	json_put(driver, "rules", rules);
	json_put(tool, "driver", driver);
	json_put(run, "tool", tool);
	json_put(run, "invocations", invocations_json(reports, count, o));
	json_put(run, "columnKind", json_new_string("unicodeCodePoints"));
	json_put(run, "results", results);
	return run;
}

static void print_sarif(const struct policy_report *reports, size_t count,
			const struct policy_report_options *o)
{
	JSON_AUTO *sarif = json_new_object();
	json_t *runs = json_new_array();

	json_push(runs, run_json(reports, count, o));
	json_put(sarif, "$schema",
		 json_new_string("https://json.schemastore.org/sarif-2.1.0.json"));
	json_put(sarif, "version", json_new_string("2.1.0"));
	json_put(sarif, "runs", runs);
	cmd_print_json(sarif);
}

/* --- all of it
 * ------------------------------------------------------------------------------------ */

/* The configuration as written says what fails, and never that all is well. */
static int status_of(const struct policy_report *reports, size_t count,
		     const struct policy_report_options *o)
{
	int status = o->planned ? CMD_VERIFIED : CMD_INCONCLUSIVE;

	for (size_t i = 0; i < count; i++)
		for (size_t k = 0; k < reports[i].count; k++) {
			if (reports[i].rows[k].result == POLICY_FAIL)
				return CMD_REFUSED;
			if (reports[i].rows[k].result == POLICY_UNKNOWN)
				status = CMD_INCONCLUSIVE;
		}
	return status;
}

int policy_report_print(const struct policy_report *reports, size_t count,
			const struct policy_report_options *o)
{
	JSON_AUTO *rows = json_new_array();
	bool json = strcmp(o->format, "json") == 0;

	if (strcmp(o->format, "sarif") == 0) {
		print_sarif(reports, count, o);
		return status_of(reports, count, o);
	}
	for (size_t i = 0; i < count; i++)
		for (size_t k = 0; k < reports[i].count; k++) {
			const struct policy_judgement *row = &reports[i].rows[k];

			if (!is_shown(row, o))
				continue;
			if (json)
				json_push(rows, row_json(reports[i].policy, row));
			else
				print_text(reports[i].policy, row);
		}
	if (json)
		cmd_print_json(rows);
	return status_of(reports, count, o);
}

/* No rows of JSON either: an empty list would read as if all were well. */
int policy_report_nothing(const struct policy_report_options *o)
{
	if (strcmp(o->format, "sarif") == 0)
		print_sarif(NULL, 0, o);
	(void)fprintf(stderr, "fixproof: policy: nothing was judged\n");
	return CMD_INCONCLUSIVE;
}

/* --- the table
 * ------------------------------------------------------------------------------------ */

static void add_list(struct buf *out, const struct policy_strings *s)
{
	for (size_t i = 0; i < s->count; i++)
		buf_addf(out, "%s`%s`", i > 0 ? " " : "", s->items[i]);
}

/* Benchmarks by their numbers; of the long catalogues only how many. */
static void add_controls(struct buf *out, const struct policy *p)
{
	const char *standard = "", *version = "";
	size_t first = out->size;

	for (size_t i = 0; i < p->control_count; i++) {
		const struct policy_control *c = &p->controls[i];
		bool same = strcmp(c->standard, standard) == 0 && strcmp(c->version, version) == 0;

		if (!same)
			buf_addf(out, "%s%s %s: ", out->size > first ? "; " : "", c->standard,
				 c->version);
		buf_addf(out, "%s%s", same ? ", " : "", c->id);
		standard = c->standard;
		version = c->version;
	}
	if (out->size == first)
		buf_addstr(out, "none: house policy");
}

static void print_category(const struct policy *const *policies, size_t count, const char *category)
{
	for (size_t i = 0; i < count; i++) {
		FP_CLEANUP(buf_release) struct buf row = BUF_INIT((size_t)1 << 20);
		const struct policy *p = policies[i];

		if (!p->category || strcmp(p->category, category) != 0)
			continue;
		buf_addf(&row, "| `%s` | %s | ", p->id, p->name);
		add_list(&row, &p->subjects);
		buf_addf(&row, " | %s | ", policy_views_text(p));
		add_controls(&row, p);
		buf_addf(&row, " | %zu |", p->test_count);
		printf("%s\n", buf_text(&row));
	}
}

void policy_report_table(const struct policy *const *policies, size_t count)
{
	static const char *const categories[] = {"security", "reliability", "cost"};
	size_t tests = 0;

	for (size_t i = 0; i < count; i++)
		tests += policies[i]->test_count;
	printf("# Policies\n\nMade from the policies by `make policies-table`: %zu policies with "
	       "%zu "
	       "tests.\n",
	       count, tests);
	for (size_t i = 0; i < FP_ARRAY_SIZE(categories); i++) {
		printf("\n## %s\n\n| id | name | subjects | views | controls | tests |\n"
		       "|---|---|---|---|---|---:|\n",
		       categories[i]);
		print_category(policies, count, categories[i]);
	}
}
