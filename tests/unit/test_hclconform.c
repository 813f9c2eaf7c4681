/*
 * Expressions that real Terraform was asked about (tests/conformance/expressions/pin), evaluated
 * here and compared with its answers.
 */
#include "tests/tap.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>

#include "runner/base/arena.h"
#include "runner/base/fd.h"
#include "runner/base/json.h"
#include "runner/plan/hcl/eval.h"

#define DIRECTORY "tests/conformance/expressions/"

static struct eval_env env = {.dir_fd = -1};

static char *read_text(struct arena *a, const char *name, size_t *ret_size)
{
	FP_CLEANUP(buf_release) struct buf text = BUF_INIT((size_t)16 << 20);
	const char *root = getenv("FIXPROOF_SOURCE");
	struct err e = ERR_INIT;

	if (fd_read_file(
		    AT_FDCWD,
		    arena_printf(a, "%s%s" DIRECTORY "%s", root ? root : "", root ? "/" : "", name),
		    true, &text, &e) < 0)
		tap_fail(__FILE__, __LINE__, "%s", e.text);
	*ret_size = text.size;
	return arena_strndup(a, buf_text(&text), text.size);
}

/* Functions see the files that stand beside the expressions. */
static void open_files(struct arena *a)
{
	const char *root = getenv("FIXPROOF_SOURCE");

	env.dir_fd = open(arena_printf(a, "%s%s" DIRECTORY, root ? root : "", root ? "/" : ""),
			  O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	CHECK(env.dir_fd >= 0);
}

static int known_names(struct arena *a, struct scope *scope)
{
	static const char *const names[] = {"local"};
	const struct value **root = arena_array(a, 1, sizeof(*root));
	const char **keys = arena_array(a, 3, sizeof(*keys));
	const struct value **items = arena_array(a, 3, sizeof(*items));

	keys[0] = "d";
	items[0] = &value_dynamic;
	keys[1] = "t";
	items[1] = value_string(a, "Hi ${name}%{ if more } and more%{ endif }");
	keys[2] = "u";
	items[2] = value_not_null(a, value_unknown(a, &type_string));
	root[0] = value_object(a, keys, items, 3);
	scope->names = names;
	scope->values = root;
	scope->count = 1;
	return 0;
}

struct answer {
	struct diags diags;
	const struct value *value; /* NULL: there was a failure */
};

static struct answer evaluate(struct arena *a, const char *text)
{
	struct answer r = {.diags = DIAGS_INIT(a)};
	struct eval ev = EVAL_INIT(a, &r.diags, &env);
	struct scope scope = {.parent = NULL};
	const struct expr *e =
		syntax_parse_expr(a, diag_source(a, "t.tf", text, strlen(text)), &r.diags);

	(void)known_names(a, &scope);
	if (r.diags.failures == 0)
		r.value = eval_expr(&ev, &scope, e);
	if (r.diags.failures > 0)
		r.value = NULL;
	return r;
}

static bool is_refused(const struct answer *r)
{
	for (size_t i = 0; i < r->diags.count; i++)
		if (r->diags.list[i].severity == DIAG_UNSUPPORTED ||
		    r->diags.list[i].severity == DIAG_LIMIT)
			return true;
	return false;
}

static const char *compact(struct arena *a, json_t *stolen)
{
	FP_CLEANUP(buf_release) struct buf out = BUF_INIT((size_t)16 << 20);

	json_dump_compact(&out, stolen);
	json_decref(stolen);
	return arena_strndup(a, buf_text(&out), out.size > 0 ? out.size - 1 : 0);
}

static const char *said(struct arena *a, const struct answer *r)
{
	FP_CLEANUP(buf_release) struct buf out = BUF_INIT((size_t)1 << 20);

	if (!r->value) {
		diag_write(&out, &r->diags.list[0]);
		return arena_strdup(a, buf_text(&out));
	}
	if (r->value->unknown_within)
		return "unknown";
	value_write_json(&out, r->value, true);
	return arena_printf(a, "%s : %s", buf_text(&out), compact(a, type_to_json(r->value->type)));
}

struct tally {
	unsigned same, refused, different;
};

static void count_one(struct arena *a, struct tally *t, bool same, const char *expression,
		      const struct answer *r, const char *wanted)
{
	if (r->value == NULL && is_refused(r)) {
		t->refused++;
		printf("# refused: %s\n#   %s\n", expression, r->diags.list[0].detail);
	} else if (same) {
		t->same++;
	} else {
		t->different++;
		fprintf(stderr, "different: %s\n  got:    %s\n  wanted: %s\n", expression,
			said(a, r), wanted);
	}
}

static void check_tally(const struct tally *t)
{
	printf("# %u same, %u refused, %u different\n", t->same, t->refused, t->different);
	CHECK_INT(t->different, 0);
	CHECK(t->refused * 50 < t->same);
}

/* Calls f for each line, which is a JSON object. */
static void each_line(struct arena *a, const char *name,
		      void (*f)(struct arena *a, const json_t *line, struct tally *t),
		      struct tally *t)
{
	size_t size;
	char *text = read_text(a, name, &size), *save = NULL;

	for (char *line = strtok_r(text, "\n", &save); line; line = strtok_r(NULL, "\n", &save)) {
		JSON_AUTO *json = NULL;
		struct err e = ERR_INIT;

		if (json_parse(name, line, strlen(line), &json, &e) < 0)
			tap_fail(__FILE__, __LINE__, "%s", e.text);
		f(a, json, t);
	}
}

static const char *member(const json_t *line, const char *name)
{
	return json_string_value(json_object_get(line, name));
}

static void check_known(struct arena *a, const json_t *line, struct tally *t)
{
	const char *expression = member(line, "expression"), *wanted;
	struct answer r = evaluate(a, expression);

	if (json_object_get(line, "failed")) {
		count_one(a, t, r.value == NULL, expression, &r, "an error");
	} else if (json_object_get(line, "unknown")) {
		count_one(a, t, r.value && r.value->unknown_within, expression, &r, "unknown");
	} else {
		wanted = arena_printf(a, "%s : %s", member(line, "json"),
				      compact(a, json_deep_copy(json_object_get(line, "type"))));
		count_one(a, t, r.value && strcmp(said(a, &r), wanted) == 0, expression, &r,
			  wanted);
	}
}

TEST(expressions_give_what_terraform_gives)
{
	struct arena a = ARENA_INIT((size_t)1 << 30);
	struct tally t = {0, 0, 0};

	open_files(&a);
	each_line(&a, "golden.jsonl", check_known, &t);
	check_tally(&t);
	CHECK(t.same > 600);
	arena_release(&a);
}

/* As plans show what is unknown: true, or an object or array that is true at such places. */
static json_t *unknown_as_bool(const struct value *v, bool top)
{
	json_t *out;

	if (v->state == VALUE_UNKNOWN)
		return json_true();
	if (!v->unknown_within && (!value_is_iterable(v) || top))
		return json_false();
	if (value_has_keys(v)) {
		out = json_new_object();
		for (size_t i = 0; i < v->count; i++)
			if (v->items[i]->unknown_within || (value_is_iterable(v->items[i])))
				json_put(out, value_key(v, i), unknown_as_bool(v->items[i], false));
		return out;
	}
	out = json_new_array();
	for (size_t i = 0; i < v->count; i++)
		json_push(out, unknown_as_bool(v->items[i], false));
	return out;
}

static json_t *without_unknown(const struct value *v)
{
	struct err e = ERR_INIT;
	json_t *out;

	if (!value_is_iterable(v)) {
		if (value_to_json(v, &out, &e) < 0)
			tap_fail(__FILE__, __LINE__, "%s", e.text);
		return out;
	}
	out = value_has_keys(v) ? json_new_object() : json_new_array();
	for (size_t i = 0; i < v->count; i++) {
		if (!value_has_keys(v))
			json_push(out, without_unknown(v->items[i]));
		else if (v->items[i]->state != VALUE_UNKNOWN)
			json_put(out, value_key(v, i), without_unknown(v->items[i]));
	}
	return out;
}

static void check_unknown(struct arena *a, const json_t *line, struct tally *t)
{
	const char *expression = member(line, "expression"), *wanted, *got;
	struct answer r = evaluate(a, expression);

	/* The place of what is unknown says all; false and nothing are the same there. */
	wanted = arena_printf(a, "%s / %s",
			      compact(a, json_deep_copy(json_object_get(line, "after"))),
			      compact(a, json_deep_copy(json_object_get(line, "after_unknown"))));
	got = !r.value ? "a failure"
		       : arena_printf(a, "%s / %s",
				      r.value->state == VALUE_UNKNOWN
					      ? "null"
					      : compact(a, without_unknown(r.value)),
				      compact(a, unknown_as_bool(r.value, true)));
	count_one(a, t, strcmp(got, wanted) == 0, expression, &r,
		  arena_printf(a, "%s\n  (got %s)", wanted, got));
}

TEST(what_is_unknown_spreads_as_terraform_spreads_it)
{
	struct arena a = ARENA_INIT((size_t)1 << 30);
	struct tally t = {0, 0, 0};

	open_files(&a);
	each_line(&a, "golden-unknown.jsonl", check_unknown, &t);
	check_tally(&t);
	CHECK(t.same > 140);
	arena_release(&a);
}

/* The expression as "${…}" in a file of the JSON syntax. */
static struct answer evaluate_json(struct arena *a, const char *expression)
{
	struct answer r = {.diags = DIAGS_INIT(a)};
	struct eval ev = EVAL_INIT(a, &r.diags, &env);
	struct scope scope = {.parent = NULL};
	const char *text = compact(
		a, json_pack("{s:o}", "x", json_string(arena_printf(a, "${%s}", expression))));
	const struct body *body =
		syntax_parse_json(a, diag_source(a, "t.tf.json", text, strlen(text)), &r.diags);
	struct content c = syntax_attributes(a, body, &r.diags);

	(void)known_names(a, &scope);
	r.value = eval_expr(&ev, &scope, c.attrs[0]->expr);
	if (r.diags.failures > 0)
		r.value = NULL;
	return r;
}

static void check_json(struct arena *a, const json_t *line, struct tally *t)
{
	const char *expression = member(line, "expression");
	struct answer native = evaluate(a, expression), r;

	if (strstr(expression, "<<"))
		return;
	r = evaluate_json(a, expression);
	if (!native.value || !r.value) {
		t->different += (native.value == NULL) != (r.value == NULL);
		if ((native.value == NULL) != (r.value == NULL))
			fprintf(stderr, "different: %s\n  %s\n", expression, said(a, &r));
		return;
	}
	if (value_identical(native.value, r.value)) {
		t->same++;
		return;
	}
	t->different++;
	fprintf(stderr, "different in JSON: %s\n  %s\n", expression, said(a, &r));
}

TEST(expressions_in_json_give_the_same_as_native_ones)
{
	struct arena a = ARENA_INIT((size_t)1 << 30);
	struct tally t = {0, 0, 0};

	open_files(&a);
	each_line(&a, "golden.jsonl", check_json, &t);
	each_line(&a, "golden-unknown.jsonl", check_json, &t);
	check_tally(&t);
	arena_release(&a);
}

static void check_syntax(struct arena *a, const char *before, const char *text, const char *after)
{
	struct diags d = DIAGS_INIT(a);
	const char *file = arena_printf(a, "%s%s%s", before, text, after);
	const struct source *s = diag_source(a, "t.tf", file, strlen(file));

	tap_row("%s", text);
	(void)syntax_parse_native(a, s, &d);
	CHECK(d.failures > 0);
	CHECK_INT(d.list[0].severity, DIAG_ERROR);
	CHECK(diag_start(d.list[0].subject).line > 0);
}

/* Each record of a file must be refused: a line, or the lines between <<< and >>>. */
static size_t each_record(struct arena *a, const char *name, const char *before, const char *after)
{
	size_t size, count = 0;
	char *text = read_text(a, name, &size), *end;

	for (char *line = text; *line != '\0'; line = end + 1, count++) {
		end = strchr(line, '\n');
		*end = '\0';
		if (strcmp(line, "<<<") == 0) {
			line = end + 1;
			end = strstr(line, ">>>\n");
			*end = '\0';
			end += 3;
		}
		if (*line != '\0')
			check_syntax(a, before, line, after);
	}
	return count;
}

TEST(what_the_parser_of_terraform_refuses_is_refused)
{
	struct arena a = ARENA_INIT((size_t)1 << 30);

	CHECK(each_record(&a, "syntax_errors.txt", "locals {\n  x = ", "\n}\n") > 50);
	CHECK(each_record(&a, "syntax_error_files.txt", "", "") > 20);
	arena_release(&a);
}
