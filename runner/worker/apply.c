#include "runner/worker/apply.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/stat.h>

#include "runner/base/fd.h"
#include "runner/base/json.h"
#include "runner/base/utf8.h"
#include "runner/canon/tree.h"
#include "runner/fixcase/patch.h"

#define ARENA_BYTES ((size_t)1 << 30)

struct record {
	const char *outcome, *reason, *outside;
	const char *const *paths;
	size_t path_count;
};

static void put_visible(json_t *object, const char *key, const char *text)
{
	FP_CLEANUP(buf_release) struct buf visible = BUF_INIT(65536);

	if (!text)
		return;
	utf8_add_visible(&visible, text, strlen(text), false);
	json_put(object, key, json_new_string(buf_text(&visible)));
}

static int write_record(const struct record *r, int out_fd, struct err *e)
{
	FP_CLEANUP(buf_release) struct buf text = BUF_INIT((size_t)64 << 20);
	JSON_AUTO *root = json_new_object();
	json_t *paths = json_new_array();

	for (size_t i = 0; i < r->path_count; i++)
		json_push(paths, json_new_string(r->paths[i]));
	json_put(root, "format", json_new_string(APPLY_RECORD_FORMAT));
	json_put(root, "outcome", json_new_string(r->outcome));
	json_put(root, "paths", paths);
	put_visible(root, "reason", r->reason);
	put_visible(root, "outside", r->outside);
	json_dump_compact(&text, root);
	if (buf_finish(&text, "the record", e) < 0)
		return -1;
	return fd_write_all(out_fd, buf_text(&text), text.size, e);
}

int apply_patch(int fd, int out_fd, struct err *e)
{
	static const char *const outcomes[] = {[PATCH_APPLIED] = "applied",
					       [PATCH_ALREADY] = "already applied",
					       [PATCH_FAILED] = "failed"};
	FP_CLEANUP(buf_release) struct buf text = BUF_INIT(PATCH_MAX_BYTES + 1);
	FP_CLEANUP(arena_release) struct arena a = ARENA_INIT(ARENA_BYTES);
	struct patch_result result = {.outcome = PATCH_FAILED};
	const struct patch *patch;
	struct err fault = ERR_INIT;

	if (fd_read_all(fd, &text, "the patch", e) < 0)
		return -1;
	/* What cannot be read as a patch is the fix's fault, like what does not apply. */
	if (patch_parse(buf_text(&text), text.size, &a, &patch, &fault) < 0)
		return write_record(&(struct record){.outcome = "failed", .reason = fault.text},
				    out_fd, e);
	if (patch_apply(patch, AT_FDCWD, &a, &result, e) < 0)
		return -1;
	return write_record(&(struct record){outcomes[result.outcome], result.reason,
					     result.outside, result.paths, result.path_count},
			    out_fd, e);
}

/* Beneath the workspace, which is the working directory, and through no link. */
static int open_beneath(const char *path, int flags)
{
	return fd_openat2(AT_FDCWD, path, flags, 0,
			  RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_XDEV);
}

struct layer {
	struct arena *arena;
	const char **paths;
	size_t count, capacity;
	const char *reason; /* why it failed */
	struct err *e;
};

static void note(struct layer *l, const char *path)
{
	l->paths = arena_grow(l->arena, l->paths, l->count, &l->capacity, sizeof(*l->paths));
	l->paths[l->count++] = path;
}

/* The directory of path, made where it is missing, never through a link; -1 with l->reason. */
static int open_parent(struct layer *l, const char *path, const char **ret_name)
{
	const char *slash = strrchr(path, '/');
	const char *parent = slash ? arena_strndup(l->arena, path, (size_t)(slash - path)) : ".";
	int fd = open_beneath(parent, O_PATH | O_DIRECTORY);

	*ret_name = slash ? slash + 1 : path;
	if (fd < 0 && errno == ENOENT && slash) {
		const char *name;
		FP_CLEANUP(fd_cleanup) int above = open_parent(l, parent, &name);

		if (above < 0)
			return -1;
		if (mkdirat(above, name, 0755) == 0 || errno == EEXIST)
			fd = open_beneath(parent, O_PATH | O_DIRECTORY);
	}
	if (fd < 0)
		l->reason = arena_printf(l->arena, "%s: its directory cannot be opened", path);
	return fd;
}

/* The bytes that the path holds now; false when it holds anything but a file or link of that type.
 */
static bool holds(const struct tree_entry *entry)
{
	FP_CLEANUP(fd_cleanup) int fd = -1;
	char target[TREESTREAM_LINK_MAX + 1];
	struct sha256 digest;
	struct err ignored = ERR_INIT;
	struct stat st;
	ssize_t n;

	if (entry->type == TREESTREAM_LINK) {
		n = readlink(entry->path, target, sizeof(target) - 1);
		if (n < 0)
			return false;
		target[n] = '\0';
		return strcmp(target, entry->target) == 0;
	}
	if (entry->type == TREESTREAM_DIRECTORY)
		return lstat(entry->path, &st) == 0 && S_ISDIR(st.st_mode);
	fd = open_beneath(entry->path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK);
	if (fd < 0 || fstat(fd, &st) < 0 || !S_ISREG(st.st_mode) ||
	    ((st.st_mode & S_IXUSR) != 0) != (entry->type == TREESTREAM_EXECUTABLE))
		return false;
	return sha256_of_fd(fd, entry->path, &digest, &ignored) == 0 &&
	       sha256_equal(&digest, &entry->sha256);
}

static bool is_missing(const char *path)
{
	struct stat st;

	return lstat(path, &st) < 0 && (errno == ENOENT || errno == ENOTDIR);
}

static int write_file(struct layer *l, int stream_fd, const struct tree_entry *entry, int parent,
		      const char *name)
{
	FP_CLEANUP(buf_release) struct buf text = BUF_INIT((size_t)1 << 30);
	mode_t mode = entry->type == TREESTREAM_EXECUTABLE ? 0755 : 0644;
	FP_CLEANUP(fd_cleanup) int fd = -1;

	if (tree_content(stream_fd, entry, &text, l->e) < 0)
		return -1;
	fd = openat(parent, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, mode);
	if (fd < 0 || fchmod(fd, mode) < 0)
		return err_sys(l->e, "%s", entry->path);
	return fd_write_all(fd, buf_text(&text), text.size, l->e);
}

static int put_entry(struct layer *l, int stream_fd, const struct tree_entry *entry)
{
	FP_CLEANUP(fd_cleanup) int parent = -1;
	const char *name;

	parent = open_parent(l, entry->path, &name);
	if (parent < 0)
		return 0;
	note(l, entry->path);
	if (entry->type == TREESTREAM_DIRECTORY) {
		if (mkdirat(parent, name, 0755) < 0 && errno != EEXIST)
			return err_sys(l->e, "%s", entry->path);
		return 0;
	}
	if (unlinkat(parent, name, 0) < 0 && errno != ENOENT) {
		l->reason = arena_printf(l->arena, "%s: a directory is in its place", entry->path);
		return 0;
	}
	if (entry->type == TREESTREAM_LINK)
		return symlinkat(entry->target, parent, name) < 0 ? err_sys(l->e, "%s", entry->path)
								  : 0;
	return write_file(l, stream_fd, entry, parent, name);
}

static int finish_layer(const struct layer *l, int out_fd, struct err *e)
{
	struct record r = {.paths = l->paths, .path_count = l->count};

	r.outcome = l->reason ? "failed" : l->count > 0 ? "applied" : "already applied";
	r.reason = l->reason;
	return write_record(&r, out_fd, e);
}

int apply_files(int fd, int out_fd, struct err *e)
{
	FP_CLEANUP(arena_release) struct arena a = ARENA_INIT(ARENA_BYTES);
	struct layer l = {.arena = &a, .e = e};
	const struct tree *t;

	if (tree_read(fd, &a, &t, e) < 0)
		return -1;
	for (size_t i = 0; i < t->count && !l.reason; i++)
		if (!holds(&t->entries[i]) && put_entry(&l, fd, &t->entries[i]) < 0)
			return -1;
	return finish_layer(&l, out_fd, e);
}

static bool same(const struct tree_entry *a, const struct tree_entry *b)
{
	return a && b && a->type == b->type && sha256_equal(&a->sha256, &b->sha256);
}

/* Every path that changes must hold its old content, or all of them their new one. */
static bool check_delta(struct layer *l, const struct tree *from, const struct tree *to)
{
	for (size_t i = 0; i < to->count; i++) {
		const struct tree_entry *now = &to->entries[i], *then = tree_find(from, now->path);

		if (same(then, now) || holds(now))
			continue;
		if (then ? !holds(then) : !is_missing(now->path)) {
			l->reason = arena_printf(l->arena,
						 "%s: holds neither its old nor its new content",
						 now->path);
			return false;
		}
	}
	for (size_t i = 0; i < from->count; i++) {
		const struct tree_entry *then = &from->entries[i];

		if (!tree_find(to, then->path) && !is_missing(then->path) && !holds(then)) {
			l->reason = arena_printf(l->arena,
						 "%s: is to be removed, and holds other content",
						 then->path);
			return false;
		}
	}
	return true;
}

static void remove_gone(struct layer *l, const struct tree *from, const struct tree *to)
{
	for (size_t i = 0; i < from->count; i++) {
		const struct tree_entry *then = &from->entries[i];
		char parent[TREESTREAM_PATH_MAX + 1], *slash;

		if (tree_find(to, then->path) || is_missing(then->path))
			continue;
		note(l, then->path);
		(void)unlinkat(AT_FDCWD, then->path,
			       then->type == TREESTREAM_DIRECTORY ? AT_REMOVEDIR : 0);
		(void)snprintf(parent, sizeof(parent), "%s", then->path);
		while ((slash = strrchr(parent, '/'))) {
			*slash = '\0';
			if (unlinkat(AT_FDCWD, parent, AT_REMOVEDIR) < 0)
				break;
		}
	}
}

int apply_delta(int from_fd, int to_fd, int out_fd, struct err *e)
{
	FP_CLEANUP(arena_release) struct arena a = ARENA_INIT(ARENA_BYTES);
	struct layer l = {.arena = &a, .e = e};
	const struct tree *from, *to;

	if (tree_read(from_fd, &a, &from, e) < 0 || tree_read(to_fd, &a, &to, e) < 0)
		return -1;
	if (check_delta(&l, from, to)) {
		remove_gone(&l, from, to);
		for (size_t i = 0; i < to->count && !l.reason; i++) {
			const struct tree_entry *now = &to->entries[i];

			if (!same(tree_find(from, now->path), now) && !holds(now) &&
			    put_entry(&l, to_fd, now) < 0)
				return -1;
		}
	}
	return finish_layer(&l, out_fd, e);
}

int apply_run(int argc, char **argv, struct err *e)
{
	int first = argc > 1 ? (int)strtol(argv[1], NULL, 10) : -1;

	if (argc == 2 && strcmp(argv[0], "patch") == 0)
		return apply_patch(first, STDOUT_FILENO, e);
	if (argc == 2 && strcmp(argv[0], "files") == 0)
		return apply_files(first, STDOUT_FILENO, e);
	if (argc == 3 && strcmp(argv[0], "delta") == 0)
		return apply_delta(first, (int)strtol(argv[2], NULL, 10), STDOUT_FILENO, e);
	return err_set(e, ERR_USAGE, "say patch FD, files FD or delta FD FD");
}
