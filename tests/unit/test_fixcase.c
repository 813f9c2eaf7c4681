#include "tests/tap.h"

#include "runner/base/buf.h"
#include "runner/fixcase/fixcase.h"

#define HEAD "format: fixproof-case/1\nid: a\nworkspace: w\n"
#define FIX "fix: {kind: patch, path: f.diff}\n"

TEST(a_whole_case_is_read)
{
	static const char text[] = HEAD
		"title: t\nroot: stage\nplanner: embedded\nfacts: schema\n"
		"finding:\n  tool: checkov\n  rule: CKV_AWS_19\n  resource: aws_s3_bucket.b\n"
		"  severity: high\n  message: plain\n  file: main.tf\n  line: 3\n  end_line: 9\n"
		"policies: [fp-aws-s3-sse]\n"
		"controls:\n  - {standard: CIS AWS Foundations, version: \"5.0.0\", id: "
		"\"2.1.1\"}\n"
		"fix:\n  kind: script\n  command: [./fix.sh, --now]\n  directory: tools\n"
		"author: {kind: ai, tool: fixer, model: m-1}\nreason: because\n"
		"scope: {paths: [\"*.tf\"], keep: [aws_s3_bucket.log]}\n"
		"variables: {a: 1, b: [x]}\nvar_files: [prod.tfvars]\n"
		"waivers: [{verifier: minimal, reason: r, owner: o, expires: 2027-01-31}]\n";
	struct arena a = ARENA_INIT((size_t)1 << 24);
	const struct fixcase *c;
	struct err e = ERR_INIT;

	if (fixcase_parse("case.yaml", text, strlen(text), &a, &c, &e) < 0)
		tap_fail(__FILE__, __LINE__, "%s", e.text);
	CHECK_STR(c->id, "a");
	CHECK_INT(c->planner, FIXCASE_PLANNER_EMBEDDED);
	CHECK_INT(c->finding.end_line, 9);
	CHECK_INT(c->finding.severity, FIXCASE_SEVERITY_HIGH);
	CHECK_STR(c->controls[0].id, "2.1.1");
	CHECK_STR(c->fix.command.items[1], "--now");
	CHECK_STR(c->variables, "{\"a\":1,\"b\":[\"x\"]}");
	CHECK_STR(c->waivers[0].expires, "2027-01-31");
	CHECK(c->scope.has_paths && !c->scope.has_resources);
	arena_release(&a);
}

static const struct {
	const char *text, *message;
} refused[] = {
	{"", "case.yaml:1:1: the document is empty"},
	{"[]", "case.yaml:1:1: must be a mapping, not a list"},
	{"format: x\n", "case.yaml:1:9: format: \"x\" is none of fixproof-case/1"},
	{"format: fixproof-case/1\n", "case.yaml:1:1: \"id\" is missing"},
	{HEAD FIX "extra: 1\n", "case.yaml:5:8: extra: unknown key"},
	{HEAD FIX "id: b\n", "case.yaml:5:5: id: the key occurs twice"},
	{HEAD, "case.yaml:1:1: \"fix\" is missing"},
	{"format: fixproof-case/1\nid: a b\nworkspace: w\n" FIX,
	 "case.yaml:2:5: id: must be at most 100 letters, digits, \".\", \"-\" and \"_\", and "
	 "begin "
	 "with a letter, a digit or \"_\""},
	{"format: fixproof-case/1\nid: 7\nworkspace: w\n" FIX,
	 "case.yaml:2:5: id: must be a string, not a number"},
	{"format: fixproof-case/1\nid: a\nworkspace: ../w\n" FIX,
	 "case.yaml:3:12: workspace: the path \"../w\" has a \".\" or \"..\" component"},
	{"format: fixproof-case/1\nid: a\nworkspace: /etc\n" FIX,
	 "case.yaml:3:12: workspace: the path \"/etc\" has an empty component"},
	{HEAD "fix: {kind: magic}\n",
	 "case.yaml:4:13: fix.kind: \"magic\" is none of patch, files, script, git"},
	{HEAD "fix: {kind: patch}\n", "case.yaml:4:6: fix: \"path\" is missing"},
	{HEAD "fix: {kind: patch, path: f, command: [x]}\n",
	 "case.yaml:4:38: fix.command: does not go with the kind \"patch\""},
	{HEAD "fix: {kind: script, command: []}\n",
	 "case.yaml:4:30: fix.command: must not be empty"},
	{HEAD FIX "policies: fp\n", "case.yaml:5:11: policies: must be a list, not a string"},
	{HEAD FIX "policies: [a, 1]\n",
	 "case.yaml:5:15: policies[1]: must be a string, not a number"},
	{HEAD FIX "finding: {resource: a.b}\n", "case.yaml:5:10: finding: \"rule\" is missing"},
	{HEAD FIX "finding: {report: r.json, message: m}\n",
	 "case.yaml:5:36: finding.message: does not go with \"report\""},
	{HEAD FIX "finding: {rule: r, resource: a.b, index: 1}\n",
	 "case.yaml:5:42: finding.index: goes only with \"report\""},
	{HEAD FIX "finding: {report: r.json, index: -1}\n",
	 "case.yaml:5:34: finding.index: must be a whole number from 0"},
	{HEAD FIX "finding: {report: ../r.json}\n",
	 "case.yaml:5:19: finding.report: the path \"../r.json\" has a \".\" or \"..\" component"},
	{HEAD FIX "finding: {rule: r, resource: a.b, line: 0}\n",
	 "case.yaml:5:41: finding.line: must be a line number from 1"},
	{HEAD FIX "finding: {rule: r, resource: a.b, line: 5, end_line: 4}\n",
	 "case.yaml:5:54: finding.end_line: is before \"line\""},
	{HEAD FIX "author: {kind: ai, tool: t}\n", "case.yaml:5:9: author: \"model\" is missing"},
	{HEAD FIX "author: {kind: ai, tool: t, model: m, prompt_sha256: abc}\n",
	 "case.yaml:5:54: author.prompt_sha256: must be a SHA-256 digest of 64 lower-case digits"},
	{HEAD "fix: {kind: patch, path: p, seconds: 5}\n",
	 "case.yaml:4:38: fix.seconds: does not go with the kind \"patch\""},
	{HEAD "fix: {kind: script, command: [a], seconds: 0}\n",
	 "case.yaml:4:44: fix.seconds: must be a whole number from 1 to 600"},
	{HEAD "fix: {kind: script, command: [a], seconds: 601}\n",
	 "case.yaml:4:44: fix.seconds: must be a whole number from 1 to 600"},
	{HEAD "fix: {kind: script, command: [a], seconds: 1.5}\n",
	 "case.yaml:4:44: fix.seconds: must be a whole number from 1 to 600"},
	{HEAD "fix: {kind: script, command: [a], seconds: soon}\n",
	 "case.yaml:4:44: fix.seconds: must be a number, not a string"},
	{HEAD FIX "waivers: [{verifier: v, owner: o, expires: 2027-01-01}]\n",
	 "case.yaml:5:11: waivers[0]: \"reason\" is missing"},
	{HEAD FIX "waivers: [{reason: r, owner: o, expires: 2027-01-01}]\n",
	 "case.yaml:5:11: waivers[0]: needs either \"verifier\" or \"policy\""},
	{HEAD FIX "waivers: [{verifier: v, reason: r, owner: o, expires: soon}]\n",
	 "case.yaml:5:55: waivers[0].expires: must be a date as 2026-01-31"},
	{HEAD FIX "reason: \"\"\n", "case.yaml:5:9: reason: must not be empty"},
	{HEAD FIX "reason: \"a\\0b\"\n", "case.yaml:5:9: a NUL character in a string"},
	{HEAD "fix: &x {kind: patch, path: f}\n", "case.yaml:4:6: anchors are not allowed"},
	{HEAD "fix: *x\n", "case.yaml:4:6: aliases are not allowed"},
	{HEAD "fix: !!str x\n", "case.yaml:4:6: tags are not allowed"},
	{HEAD FIX "---\na: 1\n", "case.yaml:5:1: a second document"},
	{HEAD FIX "matrix: [{var_files: [a]}]\n", "case.yaml:5:10: matrix[0]: \"name\" is missing"},
	{HEAD FIX "matrix: [{name: a.b}]\n",
	 "case.yaml:5:17: matrix[0].name: must be at most 40 letters, digits, \"-\" and \"_\""},
	{HEAD FIX "matrix: [{name: a}, {name: a}]\n",
	 "case.yaml:5:28: matrix[1].name: occurs twice"},
	{HEAD FIX "matrix: [{name: a, root: b}]\n", "case.yaml:5:26: matrix[0].root: unknown key"},
	{HEAD FIX
	 "matrix: [{name: a}, {name: b}, {name: c}, {name: d}, {name: e}, {name: f}, {name: "
	 "g}, {name: h}, {name: i}, {name: j}, {name: k}, {name: l}, {name: m}, {name: n}, "
	 "{name: o}, {name: p}, {name: q}]\n",
	 "case.yaml:5:9: matrix: more than 16 entries"},
	{HEAD FIX "variables: [1]\n", "case.yaml:5:12: variables: must be a mapping, not a list"},
};

TEST(a_stage_has_the_values_of_the_case_under_its_own)
{
	static const char text[] = HEAD FIX "variables: {a: 1, b: 2}\nvar_files: [all.tfvars]\n"
					    "matrix: [{name: prod, var_files: [prod.tfvars], "
					    "variables: {b: 3}}, {name: dev}]\n";
	struct arena a = ARENA_INIT((size_t)1 << 24);
	const struct fixcase *c;
	struct err e = ERR_INIT;

	if (fixcase_parse("case.yaml", text, strlen(text), &a, &c, &e) < 0)
		tap_fail(__FILE__, __LINE__, "%s", e.text);
	CHECK_INT(c->stage_count, 2);
	CHECK_STR(c->stages[0].variables, "{\"a\":1,\"b\":3}");
	CHECK_INT(c->stages[0].var_files.count, 2);
	CHECK_STR(c->stages[0].var_files.items[1], "prod.tfvars");
	CHECK_STR(c->stages[1].variables, "{\"a\":1,\"b\":2}");
	CHECK_INT(c->stages[1].var_files.count, 1);
	CHECK_INT(c->var_files.count, 1);
	arena_release(&a);
}

TEST(each_fault_is_refused_with_file_line_and_key)
{
	for (size_t i = 0; i < FP_ARRAY_SIZE(refused); i++) {
		struct arena a = ARENA_INIT((size_t)1 << 24);
		const struct fixcase *c;
		struct err e = ERR_INIT;

		tap_row("%s", refused[i].text);
		CHECK_INT(fixcase_parse("case.yaml", refused[i].text, strlen(refused[i].text), &a,
					&c, &e),
			  -1);
		CHECK_STR(e.text, refused[i].message);
		arena_release(&a);
	}
}

TEST(json_cases_are_read_by_the_same_rules)
{
	static const char good[] =
		"{\"format\":\"fixproof-case/1\",\"id\":\"a\",\"workspace\":\"w\","
		"\"fix\":{\"kind\":\"files\",\"path\":\"after\"}}";
	static const char bad[] = "{\"format\":\"fixproof-case/1\",\n \"id\":\"a\", \"id\":\"b\"}";
	struct arena a = ARENA_INIT((size_t)1 << 24);
	const struct fixcase *c;
	struct err e = ERR_INIT;

	CHECK_INT(fixcase_parse("case.json", good, strlen(good), &a, &c, &e), 0);
	CHECK_INT(c->fix.kind, FIXCASE_FIX_FILES);
	CHECK_INT(fixcase_parse("case.json", bad, strlen(bad), &a, &c, &e), -1);
	CHECK_STR(e.text, "case.json:2:17: id: the key occurs twice");
	arena_release(&a);
}

static int with_policies(size_t count, struct err *e)
{
	struct buf text = BUF_INIT((size_t)1 << 20);
	struct arena a = ARENA_INIT((size_t)1 << 24);
	const struct fixcase *c;
	int result;

	buf_addstr(&text, HEAD FIX "policies: [");
	for (size_t i = 0; i < count; i++)
		buf_addf(&text, "%sp", i > 0 ? ", " : "");
	buf_addstr(&text, "]\n");
	result = fixcase_parse("case.yaml", buf_text(&text), text.size, &a, &c, e);
	buf_release(&text);
	arena_release(&a);
	return result;
}

TEST(a_list_of_1000_is_read_and_one_of_1001_refused)
{
	struct err e = ERR_INIT;

	CHECK_INT(with_policies(1000, &e), 0);
	CHECK_INT(with_policies(1001, &e), -1);
	CHECK_STR(e.text, "case.yaml:5:11: policies: more than 1000 entries");
}
