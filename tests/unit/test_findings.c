/* Reports of scanners: the rows of each format, and the resource that each is tied to. */
#include "tests/tap.h"

#include "runner/base/buf.h"
#include "runner/base/fd.h"
#include "runner/base/json.h"
#include "runner/findings/findings.h"

#include <fcntl.h>

/* Two calls of one module, one bucket that is counted, and two files of one name. */
static const char view_text[] =
	"{\"blocks\":["
	"{\"address\":\"aws_s3_bucket.a\",\"type\":\"aws_s3_bucket\",\"mode\":\"managed\",\"file\":"
	"\"main.tf\",\"line\":5,\"end_line\":8},"
	"{\"address\":\"aws_s3_bucket.b\",\"type\":\"aws_s3_bucket\",\"mode\":\"managed\",\"file\":"
	"\"main.tf\",\"line\":10,\"end_line\":12},"
	"{\"address\":\"module.x.aws_s3_bucket.m\",\"type\":\"aws_s3_bucket\",\"mode\":\"managed\","
	"\"file\":\"modules/m/main.tf\",\"line\":2,\"end_line\":4},"
	"{\"address\":\"module.y.aws_s3_bucket.m\",\"type\":\"aws_s3_bucket\",\"mode\":\"managed\","
	"\"file\":\"modules/m/main.tf\",\"line\":2,\"end_line\":4},"
	"{\"address\":\"aws_sqs_queue.q\",\"type\":\"aws_sqs_queue\",\"mode\":\"managed\",\"file\":"
	"\"queues.tf\",\"line\":30,\"end_line\":39}],"
	"\"instances\":["
	"{\"address\":\"aws_s3_bucket.a\",\"block\":0,\"mode\":\"managed\",\"type\":"
	"\"aws_s3_bucket\",\"values\":{\"bucket\":\"same\"}},"
	"{\"address\":\"aws_s3_bucket.b[0]\",\"block\":1,\"mode\":\"managed\",\"type\":"
	"\"aws_s3_bucket\",\"values\":{\"bucket\":\"counted\"}},"
	"{\"address\":\"aws_s3_bucket.b[1]\",\"block\":1,\"mode\":\"managed\",\"type\":"
	"\"aws_s3_bucket\",\"values\":{\"bucket\":\"same\"}},"
	"{\"address\":\"module.x.aws_s3_bucket.m\",\"block\":2,\"mode\":\"managed\",\"type\":"
	"\"aws_s3_bucket\",\"values\":{}},"
	"{\"address\":\"module.y.aws_s3_bucket.m\",\"block\":3,\"mode\":\"managed\",\"type\":"
	"\"aws_s3_bucket\",\"values\":{}}]}";

static void settle(const char *what, const char *text, size_t size,
		   const struct findings_choice *by, struct arena *a, struct buf *out)
{
	JSON_AUTO *view = NULL;
	const struct findings *f;
	struct findings_place at;
	struct err e = ERR_INIT;

	if (json_parse("view", view_text, sizeof(view_text) - 1, &view, &e) < 0)
		tap_fail(__FILE__, __LINE__, "%s", e.text);
	if (findings_read(what, text, size, a, &f, &e) < 0 ||
	    findings_settle(f, by, view, a, &at, &e) < 0)
		buf_addstr(out, e.text);
	else
		buf_addf(out, "%s %s %s %s", at.row->rule, at.resource, at.file ? at.file : "-",
			 at.row->severity);
}

/* The rows of a file beside the tests, "RULE|ALIAS|ADDRESS|FILE:LINE-END|SEVERITY" each. */
static void rows_of(const char *name, struct buf *out)
{
	FP_CLEANUP(arena_release) struct arena a = ARENA_INIT((size_t)1 << 26);
	FP_CLEANUP(buf_release) struct buf text = BUF_INIT(FINDINGS_MAX_BYTES);
	const char *source = getenv("FIXPROOF_SOURCE");
	const struct findings *f;
	struct err e = ERR_INIT;
	const char *path =
		arena_printf(&a, "%s/tests/vectors/findings/%s", source ? source : ".", name);

	if (fd_read_file(AT_FDCWD, path, true, &text, &e) < 0 ||
	    findings_read(name, buf_text(&text), text.size, &a, &f, &e) < 0)
		tap_fail(__FILE__, __LINE__, "%s", e.text);
	buf_addf(out, "%s\n", f->format);
	for (size_t i = 0; i < f->count; i++)
		buf_addf(out, "%s|%s|%s%s|%s:%zu-%zu|%s\n", f->rows[i].rule, f->rows[i].alias,
			 f->rows[i].address, f->rows[i].identity, f->rows[i].file, f->rows[i].line,
			 f->rows[i].end_line, f->rows[i].severity);
}

TEST(each_format_is_told_from_what_it_holds_and_only_what_is_open_is_kept)
{
	static const struct {
		const char *name, *rows;
	} rows[] = {
		{"results.sarif", "sarif\nCKV_AWS_19|||modules/bucket/main.tf:6-8|high\n"
				  "CKV_AWS_21|||modules/bucket/main.tf:6-8|high\n"},
		{"checkov.json",
		 "checkov\nCKV_AWS_19|BC_AWS_S3_14|module.invoices.aws_s3_bucket.this|"
		 "/modules/bucket/main.tf:6-8|high\n"
		 "CKV_AWS_21|BC_AWS_S3_16|module.invoices.aws_s3_bucket.this|"
		 "/modules/bucket/main.tf:6-8|none\n"},
		{"trivy.json",
		 "trivy\nAVD-AWS-0088|AVD-AWS-0088|module.invoices.aws_s3_bucket.this|"
		 "modules/bucket/main.tf:6-8|high\n"},
		{"asff.json", "asff\nS3.9|security-control/S3.9|arn:aws:s3:::example-invoices|"
			      ":0-0|medium\n"},
		/* Line 7 is new: it stands behind line 6 of the file before. */
		{"codetf.json", "codetf\nCKV_AWS_19|||modules/bucket/main.tf:6-6|none\n"
				"CKV_AWS_21|||modules/bucket/main.tf:6-6|none\n"},
	};

	for (size_t i = 0; i < FP_ARRAY_SIZE(rows); i++) {
		FP_CLEANUP(buf_release) struct buf out = BUF_INIT(1 << 20);

		tap_row("%s", rows[i].name);
		rows_of(rows[i].name, &out);
		CHECK_STR(buf_text(&out), rows[i].rows);
	}
}

#define CHECKOV(checks) \
	"{\"check_type\":\"terraform\",\"results\":{\"failed_checks\":[" checks "]}}"
#define CHECK_AT(file, from, to, resource)                                                   \
	"{\"check_id\":\"R\",\"file_path\":\"" file "\",\"file_line_range\":[" #from "," #to \
	"],\"resource\":\"" resource "\",\"severity\":\"LOW\"}"
#define SARIF(results)                                                                        \
	"{\"version\":\"2.1.0\",\"runs\":[{\"tool\":{\"driver\":{\"name\":\"t\",\"rules\":[{" \
	"\"id\":\"R0\"},{\"id\":\"R1\",\"properties\":{\"security-severity\":\"9.1\"},"       \
	"\"messageStrings\":{\"d\":{\"text\":\"of the rule\"}}}]}},\"originalUriBaseIds\":{"  \
	"\"ROOT\":{\"uri\":\"file:///repo/modules/m/\"}},\"artifacts\":[{\"location\":{"      \
	"\"uri\":\"queues.tf\"}}],\"results\":[" results "]}]}"
#define AT(artifact, line)                                                           \
	"\"locations\":[{\"physicalLocation\":{\"artifactLocation\":{" artifact "}," \
	"\"region\":{\"startLine\":" #line "}}}]"
#define ASFF(id)                                                                             \
	"[{\"GeneratorId\":\"x/v/1/S3.5\",\"Severity\":{\"Normalized\":70},\"Resources\":[{" \
	"\"Type\":\"AwsS3Bucket\",\"Id\":\"" id "\"}]}]"

static const struct {
	const char *text;
	struct findings_choice by;
	const char *wanted;
} places[] = {
	/* The same path, with what scanners put before it; less of it, and more of it. */
	{CHECKOV(CHECK_AT("/main.tf", 5, 8, "")), {.rule = NULL}, "R aws_s3_bucket.a main.tf low"},
	{CHECKOV(CHECK_AT("/repo/infra/queues.tf", 31, 31, "")),
	 {.rule = NULL},
	 "R aws_sqs_queue.q queues.tf low"},
	{CHECKOV(CHECK_AT("m/main.tf", 2, 4, "module.y.aws_s3_bucket.m")),
	 {.rule = NULL},
	 "R module.y.aws_s3_bucket.m modules/m/main.tf low"},
	/* A range that holds one block alone; an instance by its address. */
	{CHECKOV(CHECK_AT("queues.tf", 1, 50, "")),
	 {.rule = NULL},
	 "R aws_sqs_queue.q queues.tf low"},
	{CHECKOV(CHECK_AT("main.tf", 10, 12, "aws_s3_bucket.b[1]")),
	 {.rule = NULL},
	 "R aws_s3_bucket.b[1] main.tf low"},
	{SARIF("{\"ruleIndex\":1,\"message\":{\"id\":\"d\"}," AT(
		 "\"uri\":\"main.tf\",\"uriBaseId\":"
		 "\"ROOT\"",
		 3) "}"),
	 {.resource = "module.x.aws_s3_bucket.m"},
	 "R1 module.x.aws_s3_bucket.m modules/m/main.tf critical"},
	{SARIF("{\"ruleId\":\"R0\",\"level\":\"note\"," AT("\"index\":0", 39) "}"),
	 {.rule = NULL},
	 "R0 aws_sqs_queue.q queues.tf low"},
	{SARIF("{\"ruleId\":\"R0\"," AT("\"uri\":\"%71ueues%2Etf\"", 39) "}"),
	 {.rule = NULL},
	 "R0 aws_sqs_queue.q queues.tf medium"},
	/* What passed, is suppressed or was there before does not count. */
	{SARIF("{\"ruleId\":\"P\",\"kind\":\"pass\"},{\"ruleId\":\"S\",\"suppressions\":[{\"kind\":"
	       "\"inSource\"}]},{\"ruleId\":\"A\",\"baselineState\":\"absent\"}"),
	 {.rule = NULL},
	 "f.json: holds no finding that is open"},
	/* Which one is meant. */
	{CHECKOV(CHECK_AT("main.tf", 5, 8, "") "," CHECK_AT("main.tf", 10, 12, "")),
	 {.rule = NULL},
	 "f.json: 2 findings are what the case means; say which by rule, file, line, resource or "
	 "index: 0: R at main.tf:5-8, 1: R at main.tf:10-12"},
	{CHECKOV(CHECK_AT("main.tf", 5, 8, "") "," CHECK_AT("main.tf", 10, 12, "")),
	 {.has_index = true, .index = 1},
	 "R aws_s3_bucket.b main.tf low"},
	{CHECKOV(CHECK_AT("main.tf", 5, 8, "") "," CHECK_AT("main.tf", 10, 12, "")),
	 {.has_index = true, .index = 2},
	 "f.json: index 2 of 2 findings, which count from 0"},
	{CHECKOV(CHECK_AT("main.tf", 5, 8, "") "," CHECK_AT("main.tf", 10, 12, "")),
	 {.resource = "aws_s3_bucket.b"},
	 "R aws_s3_bucket.b main.tf low"},
	{CHECKOV(CHECK_AT("main.tf", 5, 8, "") "," CHECK_AT("main.tf", 10, 12, "")),
	 {.file = "main.tf", .line = 11},
	 "R aws_s3_bucket.b main.tf low"},
	{CHECKOV(CHECK_AT("main.tf", 5, 8, "")),
	 {.rule = "Q"},
	 "f.json: none of its 1 findings is what the case means: R at main.tf:5-8"},
	/* What points to nothing is refused, with what is nearest. */
	{CHECKOV(CHECK_AT("main.tf", 14, 15, "")),
	 {.rule = NULL},
	 "f.json: R at main.tf:14-15 points to no resource; nearest: aws_s3_bucket.b "
	 "(main.tf:10-12), aws_s3_bucket.a (main.tf:5-8)"},
	{CHECKOV(CHECK_AT("gone/queues.txt", 1, 1, "")),
	 {.rule = NULL},
	 "f.json: R at gone/queues.txt:1 points to no file with a resource; nearest: main.tf, "
	 "modules/m/main.tf, queues.tf"},
	{CHECKOV(CHECK_AT("m/main.tf", 2, 4, "")),
	 {.rule = NULL},
	 "f.json: R at m/main.tf:2-4 may be any of module.x.aws_s3_bucket.m, "
	 "module.y.aws_s3_bucket.m; say which as \"resource\""},
	{CHECKOV(CHECK_AT("main.tf", 5, 8, "aws_s3_bucket.b")),
	 {.rule = NULL},
	 "f.json: R at main.tf:5-8 lies in aws_s3_bucket.a, and names aws_s3_bucket.b"},
	{CHECKOV(CHECK_AT("main.tf", 5, 8, "")),
	 {.resource = "aws_s3_bucket.z"},
	 "f.json: R at main.tf:5-8 is not in aws_s3_bucket.z, which is no resource"},
	{CHECKOV("{\"check_id\":\"R\",\"resource\":\"aws_sqs_queue.q\"}"),
	 {.rule = NULL},
	 "R aws_sqs_queue.q - none"},
	{CHECKOV("{\"check_id\":\"R\",\"resource\":\"aws_sqs_queue.z\"}"),
	 {.rule = NULL},
	 "f.json: R of aws_sqs_queue.z names aws_sqs_queue.z, which is no resource"},
	{CHECKOV("{\"check_id\":\"R\"}"), {.rule = NULL}, "f.json: R of no place says no place"},
	/* Live resources, by their identity. */
	{ASFF("arn:aws:s3:::counted"), {.rule = NULL}, "S3.5 aws_s3_bucket.b[0] - high"},
	{ASFF("arn:aws:s3:::same"),
	 {.rule = NULL},
	 "f.json: S3.5 of arn:aws:s3:::same may be aws_s3_bucket.a or aws_s3_bucket.b[1]; say "
	 "which "
	 "as \"resource\""},
	{ASFF("arn:aws:s3:::same"),
	 {.resource = "aws_s3_bucket.b[1]"},
	 "S3.5 aws_s3_bucket.b[1] - high"},
	{ASFF("arn:aws:s3:::gone"),
	 {.rule = NULL},
	 "f.json: S3.5 of arn:aws:s3:::gone is the identity of no resource; nearest: "
	 "module.x.aws_s3_bucket.m (modules/m/main.tf:2-4), module.y.aws_s3_bucket.m "
	 "(modules/m/main.tf:2-4), aws_s3_bucket.a (main.tf:5-8)"},
};

TEST(a_finding_is_tied_to_one_resource_or_refused_with_what_is_nearest)
{
	for (size_t i = 0; i < FP_ARRAY_SIZE(places); i++) {
		FP_CLEANUP(arena_release) struct arena a = ARENA_INIT((size_t)1 << 26);
		FP_CLEANUP(buf_release) struct buf out = BUF_INIT(1 << 20);

		tap_row("%s", places[i].text);
		settle("f.json", places[i].text, strlen(places[i].text), &places[i].by, &a, &out);
		CHECK_STR(buf_text(&out), places[i].wanted);
	}
}

TEST(a_report_that_is_none_is_refused_with_file_line_and_key)
{
	static const struct {
		const char *text, *message;
	} rows[] = {
		{"", "f.json:1:1: a value is missing"},
		{"{}",
		 "f.json: is neither SARIF 2.1.0 nor a report of Checkov, Trivy, ASFF or CodeTF"},
		{"{\"version\":\"2.0.0\",\"runs\":[]}",
		 "f.json:1:12: version: SARIF is read in version 2.1.0 only"},
		{"{\"version\":\"2.1.0\",\"runs\":[{}]}",
		 "f.json:1:28: runs[0]: \"tool\" is missing"},
		{SARIF("7"), "f.json:1:303: runs[0].results[0]: must be a mapping, not a number"},
		{"{\"version\":\"2.1.0\",\"runs\":[{\"tool\":{\"driver\":{}},\"results\":[{}]}]}",
		 "f.json:1:61: runs[0].results[0]: names no rule"},
		{CHECKOV("{}"), "f.json:1:55: results.failed_checks[0]: \"check_id\" is missing"},
		{"[{\"check_type\":\"x\",\"results\":[]}]",
		 "f.json:1:30: [0].results: must be a mapping, not a list"},
		{"{\"SchemaVersion\":2,\"Results\":[{}]}",
		 "f.json:1:31: Results[0]: \"Target\" is missing"},
		{"{\"SchemaVersion\":2,\"Results\":[{\"Target\":\"t\",\"Misconfigurations\":[{}]}]"
		 "}",
		 "f.json:1:66: Results[0].Misconfigurations[0]: \"ID\" is missing"},
		{"{\"Findings\":[{\"GeneratorId\":1,\"Resources\":[]}]}",
		 "f.json:1:29: Findings[0].GeneratorId: must be a string, not a number"},
		{"{\"run\":{},\"results\":[{}]}",
		 "f.json:1:22: results[0]: \"changeset\" is missing"},
	};

	for (size_t i = 0; i < FP_ARRAY_SIZE(rows); i++) {
		FP_CLEANUP(arena_release) struct arena a = ARENA_INIT((size_t)1 << 26);
		const struct findings *f;
		struct err e = ERR_INIT;

		tap_row("%s", rows[i].text);
		CHECK_INT(findings_read("f.json", rows[i].text, strlen(rows[i].text), &a, &f, &e),
			  -1);
		CHECK_STR(e.text, rows[i].message);
	}
}

TEST(limits_are_those_that_are_told)
{
	FP_CLEANUP(arena_release) struct arena a = ARENA_INIT((size_t)1 << 30);
	FP_CLEANUP(buf_release) struct buf text = BUF_INIT(FINDINGS_MAX_BYTES + 64);
	const struct findings *f;
	struct err e = ERR_INIT;

	buf_addstr(&text, "{\"check_type\":\"t\",\"results\":{\"failed_checks\":[");
	for (size_t i = 0; i < FINDINGS_ROWS_MAX; i++)
		buf_addf(&text, "%s{\"check_id\":\"R\"}", i > 0 ? "," : "");
	buf_addstr(&text, "]}}");
	CHECK_INT(findings_read("f.json", text.data, text.size, &a, &f, &e), 0);
	CHECK_INT(f->count, FINDINGS_ROWS_MAX);
	text.size -= 3;
	buf_addstr(&text, ",{\"check_id\":\"R\"}]}}");
	CHECK_INT(findings_read("f.json", text.data, text.size, &a, &f, &e), -1);
	CHECK_STR(e.text, "f.json: more than 100000 findings");
	err_clear(&e);
	CHECK_INT(findings_read("f.json", text.data, FINDINGS_MAX_BYTES + 1, &a, &f, &e), -1);
	CHECK_STR(e.text, "f.json: larger than 16777216 bytes");
}
