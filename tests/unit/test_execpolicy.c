/* Policies that are programs: how they are read, and what follows from what they print. */
#include "tests/tap.h"

#include "policies/policy.h"
#include "runner/base/buf.h"
#include "runner/base/json.h"

#define META "metadata: {id: p, name: n}\n"
#define DIGEST "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

TEST(a_program_is_read_or_refused_with_file_line_and_key)
{
	static const struct {
		const char *text, *message;
	} rows[] = {
		{META "exec: {command: [a], definition: 1}\n",
		 "p.yaml:2:34: exec.definition: unknown key"},
		{META "exec: {input: plan}\n", "p.yaml:2:7: exec: \"command\" is missing"},
		{META "exec: {command: []}\n",
		 "p.yaml:2:17: exec.command: must have 1 to 256 arguments"},
		{META "exec: {command: [1]}\n",
		 "p.yaml:2:18: exec.command[0]: must be a string, not a number"},
		{META "exec: {command: [a], input: tree}\n",
		 "p.yaml:2:29: exec.input: \"tree\" is neither workspace nor plan"},
		{META "exec: {command: [a], output: sarif}\n",
		 "p.yaml:2:30: exec.output: \"sarif\" is neither report nor status"},
		{META "exec: {command: [a], seconds: 601}\n",
		 "p.yaml:2:31: exec.seconds: must be a whole number from 1 to 600"},
		{META "exec: {command: [a], output_bytes: 16777217}\n",
		 "p.yaml:2:36: exec.output_bytes: must be a whole number from 1 to 16777216"},
		{META "exec: {command: [a], image: a/b}\n",
		 "p.yaml:2:29: exec.image: must be host or NAME@sha256:DIGEST"},
		{META "exec: {command: [a], image: 'a@sha256:12'}\n",
		 "p.yaml:2:29: exec.image: must be host or NAME@sha256:DIGEST"},
		{META "exec: {command: [a], image: '@sha256:" DIGEST "'}\n",
		 "p.yaml:2:29: exec.image: must be host or NAME@sha256:DIGEST"},
		{META "exec: {command: [a], image: 'a@sha256:" DIGEST "0'}\n",
		 "p.yaml:2:29: exec.image: must be host or NAME@sha256:DIGEST"},
		{META "exec: {command: [a], image: 'a@latest'}\n",
		 "p.yaml:2:29: exec.image: must be host or NAME@sha256:DIGEST"},
		{META "exec: {command: [a], image: 'a@sha256:" DIGEST "'}\n", ""},
		{META "exec: {command: [a], files: {../x: y}}\n",
		 "p.yaml:2:36: exec.files.../x: the name of the file has a \".\" or \"..\" "
		 "component"},
		{META "exec: {command: [a]}\ndefinition: {}\n",
		 "p.yaml:1:1: \"definition\" does not go with \"exec\""},
		{META "exec: {command: [a]}\ntests: []\n",
		 "p.yaml:1:1: \"tests\" does not go with \"exec\""},
		{META
		 "exec: {command: [a, -b], input: plan, output: status, image: i, seconds: 600, "
		 "output_bytes: 16777216, files: {x/y: z}}\n",
		 ""},
	};

	for (size_t i = 0; i < FP_ARRAY_SIZE(rows); i++) {
		FP_CLEANUP(arena_release) struct arena a = ARENA_INIT((size_t)1 << 24);
		const struct policy *p;
		struct err e = ERR_INIT;

		tap_row("%s", rows[i].text);
		(void)!policy_parse("p.yaml", rows[i].text, strlen(rows[i].text), &a, &p, &e);
		CHECK_STR(e.text, rows[i].message);
	}
}

/* Only told: an older bundle may hold such a policy, and is judged by it. */
TEST(an_image_without_a_digest_is_told_apart)
{
	static const char pinned[] = META "exec: {command: [a], image: 'i@sha256:" DIGEST "'}\n";
	static const char loose[] = META "exec: {command: [a], image: i}\n";
	FP_CLEANUP(arena_release) struct arena a = ARENA_INIT((size_t)1 << 24);
	const struct policy *p;
	struct err e = ERR_INIT;

	CHECK_INT(policy_parse("p.yaml", pinned, strlen(pinned), &a, &p, &e), 0);
	CHECK_STR(p->exec->image, "i");
	CHECK_STR(p->exec->image_sha256, DIGEST);
	CHECK(!p->exec->unpinned);
	CHECK_INT(policy_parse("p.yaml", loose, strlen(loose), &a, &p, &e), 0);
	CHECK_STR(p->exec->image, "i");
	CHECK(!p->exec->image_sha256);
	CHECK_STR(p->exec->unpinned,
		  "p.yaml:2:29: exec.image: \"i\" has no digest; write i@sha256:DIGEST, as "
		  "fixproof image list tells it");
}

static const char view_text[] =
	"{\"blocks\":[{\"address\":\"t.a\",\"type\":\"t\",\"file\":\"main.tf\",\"line\":1,"
	"\"end_line\":4,\"config\":{}},{\"address\":\"u.b\",\"type\":\"u\",\"file\":\"main.tf\","
	"\"line\":6,\"end_line\":9,\"config\":{}}],\"references\":[],\"instances\":[{\"address\":"
	"\"t.a[0]\",\"block\":0,\"mode\":\"managed\",\"type\":\"t\",\"values\":{},\"unknown\":{}},"
	"{\"address\":\"t.a[1]\",\"block\":0,\"mode\":\"managed\",\"type\":\"t\",\"values\":{},"
	"\"unknown\":{}},{\"address\":\"u.b\",\"block\":1,\"mode\":\"managed\",\"type\":\"u\","
	"\"values\":{},\"unknown\":{}}]}";

static void judge(const char *policy, const struct policy_answer *answer, struct buf *out)
{
	FP_CLEANUP(arena_release) struct arena a = ARENA_INIT((size_t)1 << 26);
	JSON_AUTO *view = NULL;
	const struct policy_views *views;
	const struct policy *p;
	struct policy_report r;
	struct err e = ERR_INIT;

	if (json_parse("view", view_text, sizeof(view_text) - 1, &view, &e) < 0 ||
	    policy_parse("p.yaml", policy, strlen(policy), &a, &p, &e) < 0 ||
	    policy_views_open(view, NULL, NULL, &a, &views, &e) < 0)
		tap_fail(__FILE__, __LINE__, "%s", e.text);
	r = answer ? policy_judge_answer(p, view, views, answer, &a) : policy_judge(p, views, &a);
	for (size_t i = 0; i < r.count; i++)
		buf_addf(out, "%s%s %s%s%s", i > 0 ? "; " : "", r.rows[i].address,
			 policy_result_name(r.rows[i].result), *r.rows[i].reason ? ": " : "",
			 r.rows[i].reason);
}

#define REPORT META "exec: {command: [scan]}\n"
#define STATUS META "exec: {command: [ask], output: status}\n"
#define OWN(rows) "{\"format\":\"fixproof-results/1\",\"results\":[" rows "]}"

TEST(what_follows_from_an_answer)
{
	static const struct {
		const char *policy, *text;
		int status;
		const char *fault, *wanted;
	} rows[] = {
		{STATUS, "fine\n", 0, NULL, "t.a[0] pass; t.a[1] pass; u.b pass"},
		{STATUS, "too many\nmore", 1, NULL,
		 "t.a[0] fail: ask says no: too many; t.a[1] fail: ask says no: too many; u.b "
		 "fail: "
		 "ask says no: too many"},
		{"metadata: {id: p, name: n, subjects: [u]}\nexec: {command: [a], output: "
		 "status}\n",
		 "", 1, NULL, "u.b fail: a says no"},
		{STATUS, "", 0, "it was late",
		 "t.a[0] unknown: it was late; t.a[1] unknown: it was late; u.b unknown: it was "
		 "late"},
		{REPORT, OWN(""), 0, NULL, "t.a[0] pass; t.a[1] pass; u.b pass"},
		{REPORT,
		 OWN("{\"resource\":\"t.a[1]\",\"result\":\"fail\",\"message\":\"m\"},"
		     "{\"resource\":\"u.b\",\"result\":\"unknown\"}"),
		 0, NULL, "t.a[0] pass; t.a[1] fail: m; u.b unknown"},
		{REPORT,
		 OWN("{\"file\":\"main.tf\",\"line\":7,\"rule\":\"R\",\"result\":\"fail\"},"
		     "{\"file\":\"x.sh\",\"line\":3,\"rule\":\"R\",\"result\":\"fail\","
		     "\"message\":\"m\"},{\"file\":\"x.sh\",\"line\":9,\"rule\":\"R\","
		     "\"result\":\"fail\"}"),
		 1, NULL, "t.a[0] pass; t.a[1] pass; u.b fail; x.sh (R) fail: m"},
		{REPORT,
		 "{\"check_type\":\"x\",\"results\":{\"failed_checks\":[{\"check_id\":\"C\","
		 "\"check_name\":\"n\",\"file_path\":\"/main.tf\",\"file_line_range\":[1,4]},{"
		 "\"check_id\":\"D\",\"file_path\":\"/y.tf\",\"file_line_range\":[1,1]}]}}",
		 1, NULL, "t.a[0] fail: C: n; t.a[1] fail: C: n; u.b pass; /y.tf (D) fail: D"},
		{REPORT, "oops", 0, NULL,
		 "t.a[0] unknown: out:1:1: not a number; t.a[1] unknown: out:1:1: not a number; "
		 "u.b "
		 "unknown: out:1:1: not a number"},
		{REPORT, OWN("{\"resource\":\"u.b\",\"result\":\"fail\"},{\"result\":\"fail\"}"), 0,
		 NULL,
		 "t.a[0] unknown: out:1:78: results[1]: names neither a \"resource\" nor a "
		 "\"file\"; "
		 "t.a[1] unknown: out:1:78: results[1]: names neither a \"resource\" nor a "
		 "\"file\"; "
		 "u.b unknown: out:1:78: results[1]: names neither a \"resource\" nor a \"file\""},
	};

	for (size_t i = 0; i < FP_ARRAY_SIZE(rows); i++) {
		FP_CLEANUP(buf_release) struct buf out = BUF_INIT(1 << 20);
		const struct policy_answer answer = {rows[i].fault, rows[i].status, "out",
						     rows[i].text, strlen(rows[i].text)};

		tap_row("%s%s", rows[i].policy, rows[i].text);
		judge(rows[i].policy, &answer, &out);
		CHECK_STR(buf_text(&out), rows[i].wanted);
	}
}

TEST(outside_of_a_case_a_program_leaves_all_open)
{
	FP_CLEANUP(buf_release) struct buf out = BUF_INIT(1 << 20);

	judge("metadata: {id: p, name: n, subjects: [u]}\nexec: {command: [a]}\n", NULL, &out);
	CHECK_STR(buf_text(&out), "u.b unknown: a program is asked only in a case");
}
