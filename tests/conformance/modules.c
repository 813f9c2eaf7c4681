/*
 * conformance_modules unpack DIR TEXT...   the workspaces of the texts, into DIR
 * conformance_modules plan PLAN            a line "NAME<tab>CHANGES" for each module of the root in
 *                                          what `terraform show -json` printed
 * conformance_modules record NAME RECORD   the same line of our record; a refusal goes to standard
 *                                          error and exits with 3
 * conformance_modules whole NAME FILE      "NAME<tab>PLAN", outputs included, of a plan or of our
 *                                          record; "NAME<tab>refused" of an empty file, and of a
 * record that says so without a doubt
 */
#include <fcntl.h>
#include <string.h>

#include "runner/base/fd.h"
#include "runner/canon/plan.h"
#include "tests/conformance/changes.h"

#define MAX_BYTES (1024u * 1024 * 1024)

enum {
	DONE = 0,
	BROKEN = 2,
	REFUSED = 3
};

static int unpack(char **argv, struct err *e)
{
	FP_CLEANUP(fd_cleanup) int dir_fd = open(argv[2], O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (dir_fd < 0)
		return err_sys(e, "%s", argv[2]);
	for (char **name = argv + 3; *name; name++) {
		FP_CLEANUP(buf_release) struct buf text = BUF_INIT(MAX_BYTES);

		if (fd_read_file(AT_FDCWD, *name, true, &text, e) < 0 ||
		    changes_unpack(dir_fd, *name, buf_text(&text), e) < 0)
			return -1;
	}
	return DONE;
}

static int read_json(const char *name, struct arena *a, struct buf *text, const struct doc **ret,
		     struct err *e)
{
	if (fd_read_file(AT_FDCWD, name, true, text, e) < 0)
		return -1;
	return doc_read_json(name, text->data, text->size, a, ret, e);
}

static int print(const struct doc *plan, const char *module, const char *name, struct arena *a,
		 struct err *e)
{
	FP_CLEANUP(buf_release) struct buf out = BUF_INIT(MAX_BYTES);

	if (changes_canon(plan, module, a, &out, e) < 0)
		return -1;
	(void)printf("%s\t%.*s\n", name, (int)out.size, out.data);
	return DONE;
}

static bool is_listed(const char **names, size_t count, const char *name)
{
	for (size_t i = 0; i < count; i++)
		if (strcmp(names[i], name) == 0)
			return true;
	return false;
}

static int plan(char **argv, struct arena *a, struct err *e)
{
	FP_CLEANUP(buf_release) struct buf text = BUF_INIT(MAX_BYTES);
	const struct doc *d, *list;
	const char **names;
	size_t count = 0;

	if (read_json(argv[2], a, &text, &d, e) < 0)
		return -1;
	list = doc_get(d, "resource_changes");
	names = arena_array(a, list ? list->count + 1 : 1, sizeof(*names));
	for (const struct doc *c = list ? list->first : NULL; c; c = c->next) {
		const char *name = changes_module(c, a);

		if (!name || is_listed(names, count, name))
			continue;
		names[count++] = name;
		if (print(d, name, name, a, e) < 0)
			return -1;
	}
	return DONE;
}

static void print_diagnostics(const struct doc *list)
{
	static const char *const parts[] = {"severity", "file", "summary", "detail"};

	for (const struct doc *one = list ? list->first : NULL; one; one = one->next) {
		for (size_t i = 0; i < FP_ARRAY_SIZE(parts); i++) {
			const struct doc *part = doc_get(one, parts[i]);

			(void)fprintf(stderr, "%s%s", i ? ": " : "",
				      part && part->text ? part->text : "");
		}
		(void)fputc('\n', stderr);
	}
}

static int record(char **argv, struct arena *a, struct err *e)
{
	FP_CLEANUP(buf_release) struct buf text = BUF_INIT(MAX_BYTES);
	const struct doc *d, *own;

	if (read_json(argv[3], a, &text, &d, e) < 0)
		return -1;
	own = doc_get(d, "plan");
	if (own && own->kind == DOC_OBJECT)
		return print(own, NULL, argv[2], a, e);
	print_diagnostics(doc_get(d, "diagnostics"));
	return REFUSED;
}

/* Nothing but errors: no doubt that Terraform refuses it too. */
static bool is_sure(const struct doc *list)
{
	size_t errors = 0;

	for (const struct doc *one = list ? list->first : NULL; one; one = one->next) {
		const struct doc *severity = doc_get(one, "severity");

		if (severity && strcmp(severity->text, "unsupported") == 0)
			return false;
		errors += severity && strcmp(severity->text, "error") == 0;
	}
	return errors > 0;
}

static int whole(char **argv, struct arena *a, struct err *e)
{
	FP_CLEANUP(buf_release) struct buf text = BUF_INIT(MAX_BYTES);
	FP_CLEANUP(buf_release) struct buf out = BUF_INIT(MAX_BYTES);
	const struct doc *d, *own;

	if (fd_read_file(AT_FDCWD, argv[3], true, &text, e) < 0)
		return -1;
	if (text.size == 0) {
		(void)printf("%s\trefused\n", argv[2]);
		return DONE;
	}
	if (doc_read_json(argv[3], text.data, text.size, a, &d, e) < 0)
		return -1;
	own = doc_get(d, "plan");
	if (own && own->kind != DOC_OBJECT) {
		print_diagnostics(doc_get(d, "diagnostics"));
		if (!is_sure(doc_get(d, "diagnostics")))
			return REFUSED;
		(void)printf("%s\trefused\n", argv[2]);
		return DONE;
	}
	if (canon_plan(argv[3], own ? own : d, &out, e) < 0)
		return -1;
	(void)printf("%s\t%.*s\n", argv[2], (int)out.size, out.data);
	return DONE;
}

int main(int argc, char **argv)
{
	struct arena a = ARENA_INIT((size_t)2 << 30);
	struct err e = ERR_INIT;
	int status;

	if (argc >= 4 && strcmp(argv[1], "unpack") == 0)
		status = unpack(argv, &e);
	else if (argc == 3 && strcmp(argv[1], "plan") == 0)
		status = plan(argv, &a, &e);
	else if (argc == 4 && strcmp(argv[1], "record") == 0)
		status = record(argv, &a, &e);
	else if (argc == 4 && strcmp(argv[1], "whole") == 0)
		status = whole(argv, &a, &e);
	else {
		(void)fprintf(stderr, "usage: conformance_modules unpack DIR TEXT... | plan PLAN | "
				      "record NAME RECORD | whole NAME FILE\n");
		return BROKEN;
	}
	if (status < 0) {
		(void)fprintf(stderr, "conformance_modules: %s\n", e.text);
		status = BROKEN;
	}
	arena_release(&a);
	return status;
}
