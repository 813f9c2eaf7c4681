#include "runner/policyset.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>

#include "policies/policy.h"
#include "runner/base/fd.h"

struct policy_list {
	struct evidence_policy *rows;
	size_t count, capacity;
};

static void add_policy(const char *name, const struct policy *p, struct arena *a,
		       struct policy_list *l)
{
	const char *dot = strrchr(name, '.');

	l->rows = arena_grow(a, l->rows, l->count, &l->capacity, sizeof(*l->rows));
	l->rows[l->count++] = (struct evidence_policy){
		.id = p->id,
		.file = arena_printf(a, "case/policies/%s%s", p->id,
				     dot && strcmp(dot, ".json") == 0 ? ".json" : ".yaml"),
		.source = p->source,
		.source_size = p->source_size,
		.digest = p->digest,
	};
}

static int parse_policy(const char *name, const char *text, size_t size, struct arena *a,
			struct policy_list *l, struct err *e)
{
	const struct policy *p;

	if (policy_parse(name, text, size, a, &p, e) < 0)
		return -1;
	if (p->exec && p->exec->unpinned)
		return err_set(e, ERR_INPUT, "%s", p->exec->unpinned);
	add_policy(name, p, a, l);
	return 0;
}

static int add_policy_file(int dir_fd, const char *name, const char *shown, struct arena *a,
			   struct policy_list *l, struct err *e)
{
	FP_CLEANUP(buf_release) struct buf text = BUF_INIT(POLICY_MAX_BYTES);

	if (fd_read_file(dir_fd, name, true, &text, e) < 0)
		return -1;
	return parse_policy(shown, buf_text(&text), text.size, a, l, e);
}

static bool is_policy_name(const char *name)
{
	const char *dot = strrchr(name, '.');

	return dot && name[0] != '.' &&
	       (strcmp(dot, ".yaml") == 0 || strcmp(dot, ".yml") == 0 || strcmp(dot, ".json") == 0);
}

static int add_policy_path(const char *path, struct arena *a, struct policy_list *l, struct err *e)
{
	DIR *dir = opendir(path);
	const struct dirent *entry;
	int result = 0;

	if (!dir && errno == ENOTDIR)
		return add_policy_file(AT_FDCWD, path, path, a, l, e);
	if (!dir)
		return err_sys(e, "%s", path);
	while (result == 0 && (entry = readdir(dir)))
		if (is_policy_name(entry->d_name))
			result = add_policy_file(dirfd(dir), entry->d_name,
						 arena_printf(a, "%s/%s", path, entry->d_name), a,
						 l, e);
	(void)closedir(dir);
	return result;
}

/* Policies of a path in the repository, as they are in BASE. */
static int add_base_policies(const struct policyset_base *base, const char *path, struct arena *a,
			     struct policy_list *l, struct err *e)
{
	size_t size = strlen(path), before = l->count;

	for (size_t i = 0; i < base->tree->count; i++) {
		const struct tree_entry *entry = &base->tree->entries[i];
		bool mine = strcmp(entry->path, path) == 0 ||
			    (strncmp(entry->path, path, size) == 0 && entry->path[size] == '/' &&
			     !strchr(entry->path + size + 1, '/') &&
			     is_policy_name(entry->path + size + 1));
		FP_CLEANUP(buf_release) struct buf text = BUF_INIT(POLICY_MAX_BYTES);

		if (!mine || entry->type == TREESTREAM_LINK || entry->type == TREESTREAM_DIRECTORY)
			continue;
		if (tree_content(base->git->base_tree, entry, &text, e) < 0 ||
		    parse_policy(entry->path, buf_text(&text), text.size, a, l, e) < 0)
			return -1;
	}
	if (l->count == before)
		return err_set(e, ERR_INPUT,
			       "%s: no policy there in %s, and policies are never taken from HEAD",
			       path, base->git->base);
	return 0;
}

static int compare_policies(const void *left, const void *right)
{
	return strcmp(((const struct evidence_policy *)left)->id,
		      ((const struct evidence_policy *)right)->id);
}

int policyset_gather(const struct policyset_base *base, const char *const *paths, size_t count,
		     bool with_tests, struct arena *a, const struct evidence_policy **ret_policies,
		     size_t *ret_count, struct err *e)
{
	struct policy_list l = {.count = 0};

	for (size_t i = 0; i < policy_builtin_count; i++) {
		const struct policy_builtin *b = &policy_builtins[i];

		if (!with_tests)
			add_policy(b->file, b->policy, a, &l);
		else if (parse_policy(b->file, b->text, b->size, a, &l, e) < 0)
			return -1;
	}
	for (size_t i = 0; i < count; i++) {
		const char *inside = base ? gitfix_inside(base->git, paths[i], a) : NULL;

		if ((inside ? add_base_policies(base, inside, a, &l, e)
			    : add_policy_path(paths[i], a, &l, e)) < 0)
			return -1;
	}
	qsort(l.rows, l.count, sizeof(*l.rows), compare_policies);
	for (size_t i = 1; i < l.count; i++)
		if (strcmp(l.rows[i - 1].id, l.rows[i].id) == 0)
			return err_set(e, ERR_INPUT, "two policies have the id %s", l.rows[i].id);
	*ret_policies = l.rows;
	*ret_count = l.count;
	return 0;
}
