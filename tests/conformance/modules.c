/*
 * conformance_modules unpack DIR TEXT...   the workspaces of the texts, into DIR
 * conformance_modules plan PLAN            a line "NAME<tab>CHANGES" for each module of the root in
 *                                          what `terraform show -json` printed
 * conformance_modules record NAME RECORD   the same line of our record; a refusal goes to standard
 *                                          error and exits with 3
 */
#include <fcntl.h>
#include <string.h>

#include "runner/base/fd.h"
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

static int record(char **argv, struct arena *a, struct err *e)
{
	FP_CLEANUP(buf_release) struct buf text = BUF_INIT(MAX_BYTES);
	const struct doc *d, *own, *list;

	if (read_json(argv[3], a, &text, &d, e) < 0)
		return -1;
	own = doc_get(d, "plan");
	if (own && own->kind == DOC_OBJECT)
		return print(own, NULL, argv[2], a, e);
	list = doc_get(d, "diagnostics");
	for (const struct doc *one = list ? list->first : NULL; one; one = one->next) {
		static const char *const parts[] = {"severity", "file", "summary", "detail"};

		for (size_t i = 0; i < FP_ARRAY_SIZE(parts); i++) {
			const struct doc *part = doc_get(one, parts[i]);

			(void)fprintf(stderr, "%s%s", i ? ": " : "",
				      part && part->text ? part->text : "");
		}
		(void)fputc('\n', stderr);
	}
	return REFUSED;
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
	else {
		(void)fprintf(stderr, "usage: conformance_modules unpack DIR TEXT... | plan PLAN | "
				      "record NAME RECORD\n");
		return BROKEN;
	}
	if (status < 0) {
		(void)fprintf(stderr, "conformance_modules: %s\n", e.text);
		status = BROKEN;
	}
	arena_release(&a);
	return status;
}
