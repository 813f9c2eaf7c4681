/*
 * Erroneous expressions, each the value of an output: what Terraform refuses we refuse, and at the
 * place that it names, as tests/conformance/expressions/places has pinned it.
 */
#include "tests/tap.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "runner/base/doc.h"
#include "runner/base/fd.h"
#include "runner/plan/planner.h"

#define MAX_BYTES (16u << 20)
#define FOLDER "tests/conformance/expressions/"

static int source_fd(void)
{
	const char *source = getenv("FIXPROOF_SOURCE");
	int fd = open(source ? source : ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	CHECK(fd >= 0);
	return fd;
}

static void read_source(const char *name, struct buf *out)
{
	struct err e = ERR_INIT;
	int fd = source_fd();

	CHECK_INT(fd_read_file(fd, name, true, out, &e), 0);
	fd_close(fd);
}

/* The member as "NAME:" and what it is, or nothing. */
static void add_member(struct buf *out, const struct doc *d, const char *key)
{
	const struct doc *m = doc_get(d, key);

	if (m && (m->kind == DOC_STRING || m->kind == DOC_NUMBER))
		buf_addf(out, ":%s", m->text);
}

static const char *answer(struct arena *a, bool refused, const struct doc *told)
{
	FP_CLEANUP(buf_release) struct buf out = BUF_INIT(4096);

	buf_addstr(&out, refused ? "refused" : "planned");
	if (refused && told) {
		add_member(&out, told, "file");
		add_member(&out, told, "line");
		add_member(&out, told, "column");
	}
	return arena_strdup(a, buf_text(&out));
}

/* "undecided" where a diagnostic says so. */
static const char *ours(int dir_fd, const char *expression, struct arena *a)
{
	static const char request[] =
		"{\"format\":\"fixproof-plan-request/1\",\"facts\":\"schema\"}";
	const struct planner_input in = {dir_fd, NULL, 0, request, strlen(request)};
	const char *text = arena_printf(a,
					"variable \"x\" { default = 1 }\n"
					"resource \"terraform_data\" \"t\" {}\n"
					"output \"o\" {\n  value = %s\n}\n",
					expression);
	struct buf record = BUF_INIT(MAX_BYTES);
	const struct doc *d, *list, *first = NULL;
	struct err e = ERR_INIT;

	CHECK_INT(fd_write_file(dir_fd, "main.tf", text, strlen(text), 0644, &e), 0);
	CHECK_INT(planner_run(&in, a, &record, &e), 0);
	CHECK_INT(doc_read_json("record", buf_text(&record), record.size, a, &d, &e), 0);
	list = doc_get(d, "diagnostics");
	for (const struct doc *one = list->first; one; one = one->next) {
		const char *severity = doc_get(one, "severity")->text;

		if (strcmp(severity, "unsupported") == 0)
			return "undecided";
		if (strcmp(severity, "error") == 0 && !first)
			first = one;
	}
	buf_release(&record);
	return answer(a, strcmp(doc_get(d, "status")->text, "refused") == 0, first);
}

static bool is_listed(const char *lines, const char *expression)
{
	size_t size = strlen(expression);

	for (const char *at = lines; *at; at = strchr(at, '\n') + 1)
		if (strncmp(at, expression, size) == 0 && at[size] == '\t')
			return true;
	return false;
}

static void compare(int dir_fd, const char *line, size_t size, const char *elsewhere)
{
	struct arena a = ARENA_INIT((size_t)256 << 20);
	const char *wanted, *got, *expression;
	const struct doc *d;
	struct err e = ERR_INIT;

	CHECK_INT(doc_read_json("places.jsonl", line, size, &a, &d, &e), 0);
	expression = doc_get(d, "expression")->text;
	wanted = answer(&a, doc_get(d, "file") || doc_get(d, "summary"), d);
	got = ours(dir_fd, expression, &a);
	if ((strcmp(got, wanted) == 0) == is_listed(elsewhere, expression))
		tap_fail(__FILE__, __LINE__, "%s: %s, and Terraform %s%s", expression, got, wanted,
			 is_listed(elsewhere, expression) ? " as well, though it is listed" : "");
	arena_release(&a);
}

TEST(erroneous_expressions_are_refused_where_terraform_refuses_them)
{
	char name[] = "/tmp/test_places.XXXXXX";
	struct buf pinned = BUF_INIT(MAX_BYTES), elsewhere = BUF_INIT(MAX_BYTES);
	struct err e = ERR_INIT;
	size_t count = 0;
	int dir_fd;

	read_source(FOLDER "places.jsonl", &pinned);
	read_source(FOLDER "elsewhere.txt", &elsewhere);
	CHECK(mkdtemp(name) != NULL);
	dir_fd = open(name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	CHECK(dir_fd >= 0);
	for (const char *at = buf_text(&pinned); *at; at = strchr(at, '\n') + 1, count++)
		compare(dir_fd, at, strcspn(at, "\n"), buf_text(&elsewhere));
	CHECK_INT(count, 225);
	fd_close(dir_fd);
	buf_release(&pinned);
	buf_release(&elsewhere);
	CHECK_INT(fd_remove_tree(AT_FDCWD, name, &e), 0);
}
