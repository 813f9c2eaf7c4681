#include "tests/conformance/changes.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#include "runner/base/fd.h"
#include "runner/canon/plan.h"

#define PREFIX "module."

const char *changes_module(const struct doc *change, struct arena *a)
{
	const struct doc *address = doc_get(change, "address");
	const char *name;

	if (!address || address->kind != DOC_STRING ||
	    strncmp(address->text, PREFIX, strlen(PREFIX)) != 0)
		return NULL;
	name = address->text + strlen(PREFIX);
	return arena_strndup(a, name, strcspn(name, ".["));
}

/* A copy of a member without the module in front of it. */
static const struct doc *within(const struct doc *m, const char *name, struct arena *a)
{
	size_t size = strlen(PREFIX) + strlen(name) + 1;
	struct doc *copy = arena_alloc(a, sizeof(*copy));

	*copy = *m;
	if (m->kind == DOC_STRING && m->size > size) {
		copy->text = m->text + size;
		copy->size = m->size - size;
	}
	return copy;
}

static const struct doc *change_within(const struct doc *change, const char *name, struct arena *a)
{
	struct doc *copy = arena_alloc(a, sizeof(*copy));
	const struct doc **link = &copy->first;

	*copy = *change;
	for (const struct doc *m = change->first; m; m = m->next) {
		struct doc *one = arena_alloc(a, sizeof(*one));

		if (strcmp(m->key, "address") == 0 || strcmp(m->key, "previous_address") == 0)
			*one = *within(m, name, a);
		else
			*one = *m;
		*link = one;
		link = &one->next;
	}
	*link = NULL;
	return copy;
}

int changes_canon(const struct doc *plan, const char *name, struct arena *a, struct buf *out,
		  struct err *e)
{
	static const char key[] = "resource_changes";
	const struct doc *all = doc_get(plan, key);
	struct doc list = {.kind = DOC_ARRAY, .key = key, .key_size = strlen(key)};
	struct doc root = {.kind = DOC_OBJECT, .first = &list, .count = 1};
	const struct doc **link = &list.first;

	for (const struct doc *c = all ? all->first : NULL; c; c = c->next) {
		const char *module = name ? changes_module(c, a) : NULL;
		struct doc *one;

		if (name && (!module || strcmp(module, name) != 0))
			continue;
		one = arena_alloc(a, sizeof(*one));
		*one = name ? *change_within(c, name, a) : *c;
		one->next = NULL;
		*link = one;
		link = &one->next;
		list.count++;
	}
	return canon_plan("plan", &root, out, e);
}

static int make_parents(int dir_fd, const char *path, struct err *e)
{
	for (const char *slash = strchr(path, '/'); slash; slash = strchr(slash + 1, '/')) {
		char parent[256];

		(void)snprintf(parent, sizeof(parent), "%.*s", (int)(slash - path), path);
		if (mkdirat(dir_fd, parent, 0777) < 0 && errno != EEXIST)
			return err_sys(e, "%s", parent);
	}
	return 0;
}

/* The path in a line "-- PATH --"; false for any other line. */
static bool is_heading(const char *line, char *path, size_t size)
{
	size_t length = strcspn(line, "\n");

	if (length < 7 || strncmp(line, "-- ", 3) != 0 ||
	    strncmp(line + length - 3, " --", 3) != 0 || length - 6 >= size)
		return false;
	(void)snprintf(path, size, "%.*s", (int)(length - 6), line + 3);
	return true;
}

int changes_unpack(int dir_fd, const char *what, const char *text, struct err *e)
{
	char path[256], next[256];

	path[0] = 0;
	for (const char *at = text, *begin = text;; at = strchrnul(at, '\n') + 1) {
		bool end = !*at;

		if (!end && !is_heading(at, next, sizeof(next))) {
			if (!*strchrnul(at, '\n'))
				return err_set(e, ERR_INPUT, "%s: no newline at the end", what);
			continue;
		}
		if (path[0] &&
		    (make_parents(dir_fd, path, e) < 0 ||
		     fd_write_file(dir_fd, path, begin, (size_t)(at - begin), 0644, e) < 0))
			return err_wrap(e, "%s", what);
		if (end)
			return 0;
		memcpy(path, next, sizeof(path));
		begin = strchrnul(at, '\n') + 1;
	}
}
