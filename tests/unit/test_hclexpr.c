#include "tests/tap.h"

#include <string.h>

#include "runner/base/arena.h"
#include "runner/plan/hcl/eval.h"

/* Evaluates text with nothing in scope; gives JSON, or the first diagnostic. */
static const char *evaluate(struct arena *a, const char *text)
{
	FP_CLEANUP(buf_release) struct buf out = BUF_INIT(1 << 20);
	const struct source *s = diag_source(a, "t.tf", text, strlen(text));
	static const struct eval_env env = {.dir_fd = -1};
	struct diags d = DIAGS_INIT(a);
	struct scope scope = {.parent = NULL};
	struct eval ev = EVAL_INIT(a, &d, &env);
	const struct expr *e = syntax_parse_expr(a, s, &d);
	const struct value *v;

	if (d.failures == 0) {
		v = eval_expr(&ev, &scope, e);
		if (d.failures == 0 && value_wholly_known(v))
			value_write_json(&out, v, false);
		else if (d.failures == 0)
			buf_addstr(&out, "unknown");
	}
	if (d.failures > 0)
		buf_addf(&out, "%s: %s", diag_severity_name(d.list[0].severity), d.list[0].summary);
	return arena_strdup(a, buf_text(&out));
}

struct row {
	const char *expression, *wanted;
};

static void check_rows(const struct row *rows, size_t count)
{
	struct arena a = ARENA_INIT((size_t)64 << 20);

	for (size_t i = 0; i < count; i++) {
		tap_row("%s", rows[i].expression);
		CHECK_STR(evaluate(&a, rows[i].expression), rows[i].wanted);
	}
	arena_release(&a);
}

TEST(operators_bind_as_the_specification_says)
{
	static const struct row rows[] = {
		{"1 + 2 * 3", "7"},
		{"(1 + 2) * 3", "9"},
		{"10 - 3 - 2", "5"},
		{"!true || true", "true"},
		{"1 == 1 && 2 > 1", "true"},
		{"-1 - -1", "0"},
		{"7 % 3", "1"},
		{"0.1 + 0.2", "0.3"},
		{"true ? 1 : 2", "1"},
		{"true ? \"a\" : 2", "\"a\""},
		{"1 < 2 == true", "true"},
	};

	check_rows(rows, FP_ARRAY_SIZE(rows));
}

TEST(templates_join_and_unwrap)
{
	static const struct row rows[] = {
		{"\"a${1 + 1}b\"", "\"a2b\""},
		{"\"${[1, 2]}\"", "[1,2]"},
		{"\"$${x}\"", "\"${x}\""},
		{"\"%{ if true }yes%{ else }no%{ endif }\"", "\"yes\""},
		{"\"%{ for x in [1, 2, 3] }${x},%{ endfor }\"", "\"1,2,3,\""},
		{"<<-EOT\n    a\n      b\n    EOT\n", "\"a\\n  b\\n\""},
		{"\"x ${~ \"y\" ~} z\"", "\"xyz\""},
	};

	check_rows(rows, FP_ARRAY_SIZE(rows));
}

TEST(loops_and_splats_walk_collections)
{
	static const struct row rows[] = {
		{"[for i, v in [\"a\", \"b\"]: \"${i}${v}\"]", "[\"0a\",\"1b\"]"},
		{"{for k, v in {a = 1, b = 2}: v => k}", "{\"1\":\"a\",\"2\":\"b\"}"},
		{"{for v in [\"x\", \"y\", \"xx\"]: substr(v, 0, 1) => v...}",
		 "{\"x\":[\"x\",\"xx\"],\"y\":[\"y\"]}"},
		{"[for v in [1, 2, 3]: v if v > 1]", "[2,3]"},
		{"[{a = 1}, {a = 2}][*].a", "[1,2]"},
		{"[{a = [{b = 1}]}, {a = []}][*].a[*].b", "[[1],[]]"},
		{"[{a = 1}].*.a", "[1]"},
		{"null[*]", "[]"},
		{"5[*]", "[5]"},
	};

	check_rows(rows, FP_ARRAY_SIZE(rows));
}
