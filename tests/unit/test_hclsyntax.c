#include "tests/tap.h"

#include <string.h>
#include <time.h>

#include "runner/base/arena.h"
#include "runner/plan/hcl/convert.h"
#include "runner/plan/hcl/eval.h"
#include "runner/plan/hcl/typeexpr.h"

static const struct source *source_of(struct arena *a, const char *name, const char *text)
{
	return diag_source(a, name, text, strlen(text));
}

static const char *told(struct arena *a, const struct diags *d)
{
	FP_CLEANUP(buf_release) struct buf out = BUF_INIT(1 << 20);

	for (size_t i = 0; i < d->count; i++)
		diag_write(&out, &d->list[i]);
	return arena_strdup(a, buf_text(&out));
}

TEST(a_diagnostic_shows_file_line_column_and_the_line)
{
	struct arena a = ARENA_INIT((size_t)64 << 20);
	struct diags d = DIAGS_INIT(&a);

	(void)syntax_parse_native(&a, source_of(&a, "m.tf", "a = 1\nb = \"é\" ]\n"), &d);
	CHECK_STR(told(&a, &d), "m.tf:2:9: error: Missing newline after argument: An argument "
				"definition must end with a newline.\n  2: b = \"é\" ]\n");
	arena_release(&a);
}

TEST(one_run_tells_the_errors_of_several_items)
{
	struct arena a = ARENA_INIT((size_t)64 << 20);
	struct diags d = DIAGS_INIT(&a);
	const char *text = "a = \nb = 2\nc = [1 2]\nd = 3\n";
	const struct body *b = syntax_parse_native(&a, source_of(&a, "m.tf", text), &d);

	CHECK(d.failures >= 1);
	CHECK_INT(diag_start(d.list[0].subject).line, 1);
	CHECK(b->native->attr_count >= 2);
	arena_release(&a);
}

/* Nested text: count times open, then middle, then count times close. */
static const char *nested(struct arena *a, const char *open, size_t count, const char *middle,
			  const char *close)
{
	FP_CLEANUP(buf_release) struct buf out = BUF_INIT((size_t)64 << 20);

	for (size_t i = 0; i < count; i++)
		buf_addstr(&out, open);
	buf_addstr(&out, middle);
	for (size_t i = 0; i < count; i++)
		buf_addstr(&out, close);
	return arena_strdup(a, buf_text(&out));
}

TEST(nesting_has_a_limit_that_names_the_place)
{
	static const struct {
		const char *open, *middle, *close;
		size_t fits, bursts;
	} rows[] = {
		{"[", "1", "]", 150, 300},
		{"(", "1", ")", 150, 100000},
		{"{a=", "1", "}", 150, 300},
		{"!", "true", "", 150, 300},
		{"f(", "1", ")", 150, 300},
		{"\"${", "1", "}\"", 60, 300},
		{"a[*]", "", "", 1, 1},
		{"[for x in y : ", "1", "]", 150, 300},
		{"1+", "1", "", 400, 100000},
		{"x[y]", "", "", 1, 1},
		{"true?1:", "2", "", 150, 100000},
		{"-", "1", "", 150, 100000},
	};

	for (size_t i = 0; i < FP_ARRAY_SIZE(rows); i++) {
		struct arena a = ARENA_INIT((size_t)256 << 20);
		struct diags d = DIAGS_INIT(&a);
		const char *text =
			nested(&a, rows[i].open, rows[i].fits, rows[i].middle, rows[i].close);

		tap_row("%s", rows[i].open);
		(void)syntax_parse_expr(&a, source_of(&a, "m.tf", text), &d);
		CHECK_STR(told(&a, &d), "");
		if (rows[i].bursts > 1) {
			text = nested(&a, rows[i].open, rows[i].bursts, rows[i].middle,
				      rows[i].close);
			(void)syntax_parse_expr(&a, source_of(&a, "m.tf", text), &d);
			CHECK(d.failures > 0);
			CHECK_INT(d.list[0].severity, DIAG_LIMIT);
			CHECK_STR(d.list[0].summary, "Nested too deeply");
			CHECK(diag_start(d.list[0].subject).column > 1);
		}
		arena_release(&a);
	}
}

static const char *const resource_labels[] = {"type", "name"};

TEST(content_is_checked_against_a_schema_in_both_syntaxes)
{
	static const struct schema_attr attrs[] = {{"a", true}, {"b", false}};
	static const struct schema_block blocks[] = {{"resource", resource_labels, 2}};
	static const struct body_schema schema = {attrs, 2, blocks, 1};
	static const struct {
		const char *name, *text, *message;
	} rows[] = {
		{"m.tf", "a = 1\nresource \"t\" \"n\" {\n}\n", ""},
		{"m.tf.json", "{\"a\": 1, \"//\": \"note\", \"resource\": {\"t\": {\"n\": {}}}}",
		 ""},
		{"m.tf", "b = 1\n", "Missing required argument"},
		{"m.tf.json", "{\"b\": 1}", "Missing required argument"},
		{"m.tf", "a = 1\nc = 2\n", "Unsupported argument"},
		{"m.tf.json", "{\"a\": 1, \"c\": 2}", "Extraneous JSON object property"},
		{"m.tf", "a = 1\nresource \"t\" {\n}\n", "Missing name for resource"},
		{"m.tf", "a = 1\nresource \"t\" \"n\" \"x\" {\n}\n",
		 "Extraneous label for resource"},
		{"m.tf", "a = 1\nother {\n}\n", "Unsupported block type"},
		{"m.tf", "a = 1\na = 2\n", "Attribute redefined"},
		{"m.tf.json", "{\"a\": 1, \"a\": 2}", "Duplicate argument"},
		{"m.tf.json", "{\"a\": 1, \"resource\": 5}", "Incorrect JSON value type"},
		{"m.tf.json", "{\"a\": 1,}", "Invalid JSON"},
		{"m.tf.json", "5", "Root value must be object"},
		{"m.tf", "a = 1\nresource \"t\" \"n\" { b = 1, c = 2 }\n",
		 "Invalid single-argument block definition"},
		{"m.tf", "a = 1\nresource \"t\" \"n\"\n{\n}\n", "Invalid block definition"},
		{"m.tf", "a = 1\nresource \"t\" \"n\" {\n", "Unclosed configuration block"},
		{"m.tf", "\"a\" = 1\n", "Invalid argument name"},
		{"m.tf", "a = \"\xff\"\n", "Invalid character encoding"},
	};

	for (size_t i = 0; i < FP_ARRAY_SIZE(rows); i++) {
		struct arena a = ARENA_INIT((size_t)64 << 20);
		struct diags d = DIAGS_INIT(&a);
		const struct body *b =
			syntax_parse(&a, source_of(&a, rows[i].name, rows[i].text), &d);

		tap_row("%s", rows[i].text);
		if (d.failures == 0)
			(void)syntax_content(&a, b, &schema, &d);
		CHECK_STR(d.count > 0 ? d.list[0].summary : "", rows[i].message);
		arena_release(&a);
	}
}

TEST(blocks_of_json_come_from_objects_and_arrays)
{
	static const struct schema_block blocks[] = {{"resource", resource_labels, 2}};
	static const struct body_schema schema = {NULL, 0, blocks, 1};
	struct arena a = ARENA_INIT((size_t)64 << 20);
	struct diags d = DIAGS_INIT(&a);
	const char *text =
		"[{\"resource\": {\"t\": [{\"n\": [{\"x\": 1}, {\"x\": 2}]}, {\"m\": {}}]}},"
		" {\"resource\": {\"u\": {\"n\": null}}}]";
	const struct body *b = syntax_parse_json(&a, source_of(&a, "m.tf.json", text), &d);
	struct content c = syntax_content(&a, b, &schema, &d);

	CHECK_STR(told(&a, &d), "");
	CHECK_INT(c.block_count, 3);
	CHECK_STR(c.blocks[1]->labels[1], "n");
	CHECK_STR(c.blocks[2]->labels[1], "m");
	arena_release(&a);
}

TEST(strings_of_json_are_templates_and_traversals)
{
	struct arena a = ARENA_INIT((size_t)64 << 20);
	struct diags d = DIAGS_INIT(&a);
	const char *text = "{\"a\": \"${[1, 2]}\", \"b\": \"x.y[0]\", \"c\": {\"${1 + 1}\": null}, "
			   "\"d\": \"${\"}";
	const struct body *b = syntax_parse_json(&a, source_of(&a, "m.tf.json", text), &d);
	struct content c = syntax_attributes(&a, b, &d);
	const struct eval_env env = {.dir_fd = -1};
	struct eval ev = EVAL_INIT(&a, &d, &env);
	struct traversal t;

	CHECK_STR(told(&a, &d), "");
	CHECK_INT(eval_expr(&ev, NULL, syntax_find(&c, "a")->expr)->count, 2);
	CHECK(syntax_as_traversal(&a, syntax_find(&c, "b")->expr, &t, &d));
	CHECK_STR(syntax_traversal_text(&a, &t), "x.y[0]");
	CHECK_STR(value_key(eval_expr(&ev, NULL, syntax_find(&c, "c")->expr), 0), "2");
	CHECK_STR(syntax_as_string(syntax_find(&c, "d")->expr), "${");
	CHECK_INT(d.failures, 0);
	/* What is wrong in a string is told when it is evaluated, as its description may not be. */
	(void)eval_expr(&ev, NULL, syntax_find(&c, "d")->expr);
	CHECK(d.failures > 0);
	arena_release(&a);
}

TEST(references_leave_out_what_is_bound_within)
{
	struct arena a = ARENA_INIT((size_t)64 << 20);
	struct diags d = DIAGS_INIT(&a);
	struct references r = REFERENCES_INIT(&a);
	FP_CLEANUP(buf_release) struct buf out = BUF_INIT(1 << 16);
	const char *text = "a = [for k, v in var.x : k + v.y + local.z]\n"
			   "b = \"${q.r[*].s}%{ for i in m }${i}%{ endfor }\"\n"
			   "c {\n  d = { (e.f) = g, h = i }\n}\n"
			   "dynamic \"n\" {\n  for_each = o.p\n  iterator = it\n"
			   "  content {\n    u = it.value.w + n.x\n  }\n}\n";
	const struct body *b = syntax_parse_native(&a, source_of(&a, "m.tf", text), &d);

	CHECK_STR(told(&a, &d), "");
	eval_body_references(&r, b);
	for (size_t i = 0; i < r.count; i++)
		buf_addf(&out, "%s ", syntax_traversal_text(&a, r.list[i]));
	CHECK_STR(buf_text(&out), "var.x local.z q.r m e.f g i o.p n.x ");
	arena_release(&a);
}

TEST(dynamic_blocks_expand_to_what_they_stand_for)
{
	static const struct schema_block blocks[] = {{"rule", NULL, 0}};
	static const struct body_schema schema = {NULL, 0, blocks, 1};
	static const struct schema_attr port[] = {{"port", true}};
	static const struct body_schema inner = {port, 1, NULL, 0};
	static const struct {
		const char *text, *ports;
	} rows[] = {
		{"rule {\n  port = 1\n}\ndynamic \"rule\" {\n  for_each = [80, 443]\n  content {\n"
		 "    port = rule.key + rule.value\n  }\n}\n",
		 "1 80 444 "},
		{"dynamic \"rule\" {\n  for_each = { a = 5 }\n  iterator = it\n  content {\n"
		 "    port = it.value\n  }\n}\n",
		 "5 "},
		{"dynamic \"rule\" {\n  for_each = []\n  content {\n    port = x\n  }\n}\n", ""},
		{"dynamic \"rule\" {\n  for_each = null\n  content {\n    port = 1\n  }\n}\n",
		 "Invalid dynamic for_each value"},
		{"dynamic \"rule\" {\n  for_each = 5\n  content {\n    port = 1\n  }\n}\n",
		 "Invalid dynamic for_each value"},
		{"dynamic \"other\" {\n  for_each = []\n  content {\n    port = 1\n  }\n}\n",
		 "Unsupported block type"},
		{"dynamic \"rule\" {\n  for_each = [1]\n}\n", "Missing dynamic content block"},
	};

	for (size_t i = 0; i < FP_ARRAY_SIZE(rows); i++) {
		struct arena a = ARENA_INIT((size_t)64 << 20);
		struct diags d = DIAGS_INIT(&a);
		const struct eval_env env = {.dir_fd = -1};
		struct eval ev = EVAL_INIT(&a, &d, &env);
		FP_CLEANUP(buf_release) struct buf out = BUF_INIT(1 << 16);
		const struct body *b =
			syntax_parse_native(&a, source_of(&a, "m.tf", rows[i].text), &d);
		struct dynamic_content c = eval_content(&ev, NULL, b, &schema, NULL);

		tap_row("%s", rows[i].text);
		for (size_t j = 0; j < c.block_count && d.failures == 0; j++) {
			struct content one =
				syntax_content(&a, c.blocks[j].block->body, &inner, &d);

			value_write_json(
				&out, eval_expr(&ev, c.blocks[j].scope, one.attrs[0]->expr), false);
			buf_addch(&out, ' ');
		}
		CHECK_STR(d.count > 0 ? d.list[0].summary : buf_text(&out), rows[i].ports);
		arena_release(&a);
	}
}

static const char *type_text(struct arena *a, const struct type *t)
{
	FP_CLEANUP(buf_release) struct buf out = BUF_INIT(1 << 16);
	JSON_AUTO *json = type_to_json(t);
	const struct type *again;
	struct err e = ERR_INIT;

	json_dump_compact(&out, json);
	CHECK_INT(type_from_json(a, json, &again, &e), 0);
	CHECK(type_equal(t, again));
	return arena_strndup(a, buf_text(&out), out.size - 1);
}

TEST(type_constraints_read_or_say_why_not)
{
	static const struct {
		const char *text, *wanted;
	} rows[] = {
		{"string", "\"string\""},
		{"any", "\"dynamic\""},
		{"list", "[\"list\",\"dynamic\"]"},
		{"map(set(number))", "[\"map\",[\"set\",\"number\"]]"},
		{"tuple([bool, list(any)])", "[\"tuple\",[\"bool\",[\"list\",\"dynamic\"]]]"},
		{"object({ b = string, a = optional(number, 5) })",
		 "[\"object\",{\"a\":\"number\",\"b\":\"string\"},[\"a\"]]"},
		{"set",
		 "The set type constructor requires one argument specifying the element type."},
		{"strng", "The keyword \"strng\" is not a valid type specification."},
		{"foo(string)", "Keyword \"foo\" is not a valid type constructor."},
		{"list(optional(string))",
		 "Keyword \"optional\" is valid only as a modifier for object type attributes."},
		{"object({ a = optional(number, \"x\") })",
		 "This default value is not compatible with the attribute's type constraint: a "
		 "number "
		 "is required."},
		{"object(string)",
		 "Object type constructor requires a map whose keys are attribute names and whose "
		 "values are the corresponding attribute types."},
		{"[string]", "A type specification is either a primitive type keyword (bool, "
			     "number, string) or a "
			     "complex type constructor call, like list(string)."},
	};

	for (size_t i = 0; i < FP_ARRAY_SIZE(rows); i++) {
		struct arena a = ARENA_INIT((size_t)64 << 20);
		struct diags d = DIAGS_INIT(&a);
		const struct type_defaults *defaults;
		const struct expr *e =
			syntax_parse_expr(&a, source_of(&a, "m.tf", rows[i].text), &d);
		const struct type *t = typeexpr_parse(&a, e, &defaults, &d);

		tap_row("%s", rows[i].text);
		CHECK_STR(t ? type_text(&a, t) : d.list[0].detail, rows[i].wanted);
		arena_release(&a);
	}
}

TEST(defaults_fill_what_is_missing_or_null)
{
	struct arena a = ARENA_INIT((size_t)64 << 20);
	struct diags d = DIAGS_INIT(&a);
	const struct eval_env env = {.dir_fd = -1};
	struct eval ev = EVAL_INIT(&a, &d, &env);
	FP_CLEANUP(buf_release) struct buf out = BUF_INIT(1 << 16);
	const struct type_defaults *defaults;
	const char *type = "list(object({ n = string, p = optional(number, 80), "
			   "o = optional(object({ x = optional(bool, true) }), {}) }))";
	const struct type *t = typeexpr_parse(
		&a, syntax_parse_expr(&a, source_of(&a, "t", type), &d), &defaults, &d);
	const struct value *v =
		eval_expr(&ev, NULL,
			  syntax_parse_expr(&a,
					    source_of(&a, "v",
						      "[{n = 1}, {n = \"b\", p = null, o = {x = "
						      "false}}]"),
					    &d));
	struct err e = ERR_INIT;

	CHECK_STR(told(&a, &d), "");
	v = typeexpr_apply_defaults(&a, defaults, v);
	CHECK_INT(convert_value(&a, v, t, &v, &e), 0);
	value_write_json(&out, v, false);
	CHECK_STR(buf_text(&out), "[{\"n\":\"1\",\"o\":{\"x\":true},\"p\":80},"
				  "{\"n\":\"b\",\"o\":{\"x\":false},\"p\":80}]");
	arena_release(&a);
}

TEST(a_value_that_doubles_itself_again_and_again_is_refused)
{
	struct arena a = ARENA_INIT((size_t)1 << 30);
	struct diags d = DIAGS_INIT(&a);
	const struct eval_env env = {.dir_fd = -1};
	struct eval ev = EVAL_INIT(&a, &d, &env);
	const char *name = "x";
	const struct value *v = &value_true;
	struct scope scope = {.names = &name, .values = &v, .count = 1};
	const struct expr *e = syntax_parse_expr(&a, source_of(&a, "m.tf", "[x, x]"), &d);

	for (int i = 0; i < 60 && d.failures == 0; i++)
		v = eval_expr(&ev, &scope, e);
	CHECK_STR(told(&a, &d), "m.tf:1:1: limit: Value too large: A value may hold no more than "
				"5000000 others, and 500 within each other.\n  1: [x, x]\n");
	e = syntax_parse_expr(&a, source_of(&a, "m.tf", "[x]"), &d);
	v = &value_true;
	d = (struct diags)DIAGS_INIT(&a);
	for (int i = 0; i < 500; i++)
		v = eval_expr(&ev, &scope, e);
	CHECK_INT(d.failures, 0);
	(void)eval_expr(&ev, &scope, e);
	CHECK_INT(d.failures, 1);
	arena_release(&a);
}

/* A file of count resources of ordinary size. */
static const char *big_file(struct arena *a, size_t count)
{
	FP_CLEANUP(buf_release) struct buf out = BUF_INIT((size_t)64 << 20);

	for (size_t i = 0; i < count; i++)
		buf_addf(&out,
			 "resource \"aws_instance\" \"r%zu\" {\n  ami           = var.ami\n"
			 "  instance_type = \"t3.${local.size}\"\n  tags = merge(local.tags, {\n"
			 "    Name = \"n-%zu\"\n  })\n  root_block_device {\n    encrypted = "
			 "true\n  }\n"
			 "}\n\n",
			 i, i);
	return arena_strdup(a, buf_text(&out));
}

/* Time of the processor for so many files of 25 resources, the least of three. */
static double parse_ms(int files)
{
	double least = 1e9;

	for (int round = 0; round < 3; round++) {
		struct arena a = ARENA_INIT((size_t)1 << 30);
		struct diags d = DIAGS_INIT(&a);
		const char *text = big_file(&a, 25);
		struct timespec start, end;
		double ms;

		(void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &start);
		for (int i = 0; i < files; i++)
			CHECK_INT(syntax_parse_native(&a, source_of(&a, "m.tf", text), &d)
					  ->native->block_count,
				  25);
		(void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &end);
		CHECK_INT(d.failures, 0);
		ms = (double)(end.tv_sec - start.tv_sec) * 1e3 +
		     (double)(end.tv_nsec - start.tv_nsec) / 1e6;
		least = FP_MIN(least, ms);
		arena_release(&a);
	}
	return least;
}

/* How fast that is, the benchmarks tell: what a machine needs for it says nothing of the parser. */
TEST(ten_times_the_files_take_about_ten_times_as_long)
{
	double few = parse_ms(20), many = parse_ms(200);

	printf("# %.1f ms and %.1f ms\n", few, many);
	CHECK(many < 25 * few);
}
