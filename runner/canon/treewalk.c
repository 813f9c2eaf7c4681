/* Between a directory of the host and a tree stream: tree_pack() and tree_unpack(). */
#include "runner/canon/tree.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>

#include "runner/base/fd.h"

#define DEPTH_MAX 1024

struct walk {
	struct treestream_writer writer;
	struct arena *arena;
	dev_t device;
	uint64_t left_bytes;
	uint64_t max_bytes;
	const char *what;
};

static int walk_directory(struct walk *w, int fd, const char *path, unsigned int depth,
			  struct err *e);

static int pack_file(struct walk *w, int dir_fd, const char *name, const char *path, struct err *e)
{
	FP_CLEANUP(fd_cleanup) int fd = -1;
	char chunk[65536];
	struct stat st;

	fd = openat(dir_fd, name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	if (fd < 0 || fstat(fd, &st) < 0)
		return err_sys(e, "%s", path);
	if (!S_ISREG(st.st_mode))
		return err_set(e, ERR_INPUT, "%s: changed while it was read", path);
	if ((uint64_t)st.st_size > w->left_bytes)
		return err_set(e, ERR_LIMIT, "%s: its files make more than %llu bytes", path,
			       (unsigned long long)w->max_bytes);
	w->left_bytes -= (uint64_t)st.st_size;
	if (treestream_entry(&w->writer,
			     (st.st_mode & S_IXUSR) != 0 ? TREESTREAM_EXECUTABLE : TREESTREAM_FILE,
			     path, (uint64_t)st.st_size, e) < 0)
		return -1;
	while (w->writer.left > 0) {
		ssize_t n =
			read(fd, chunk, (size_t)FP_MIN(w->writer.left, (uint64_t)sizeof(chunk)));

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return err_sys(e, "%s", path);
		if (n == 0)
			return err_set(e, ERR_INPUT, "%s: changed while it was read", path);
		if (treestream_content(&w->writer, chunk, (size_t)n, e) < 0)
			return -1;
	}
	return 0;
}

static int pack_link(struct walk *w, int dir_fd, const char *name, const char *path, struct err *e)
{
	char target[TREESTREAM_LINK_MAX + 1];
	ssize_t n = readlinkat(dir_fd, name, target, sizeof(target));

	if (n < 0)
		return err_sys(e, "%s", path);
	if ((size_t)n == sizeof(target))
		return err_set(e, ERR_LIMIT, "%s: the link is longer than 4095 bytes", path);
	if (treestream_entry(&w->writer, TREESTREAM_LINK, path, (uint64_t)n, e) < 0)
		return -1;
	return treestream_content(&w->writer, target, (size_t)n, e);
}

static int pack_directory(struct walk *w, int dir_fd, const char *name, const char *path,
			  unsigned int depth, struct err *e)
{
	FP_CLEANUP(fd_cleanup) int fd = -1;
	struct stat st;

	if (depth > DEPTH_MAX)
		return err_set(e, ERR_LIMIT, "%s: deeper than %d directories", path, DEPTH_MAX);
	fd = openat(dir_fd, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0 || fstat(fd, &st) < 0)
		return err_sys(e, "%s", path);
	if (st.st_dev != w->device)
		return err_set(e, ERR_INPUT, "%s: another file system is mounted there", path);
	if (treestream_entry(&w->writer, TREESTREAM_DIRECTORY, path, 0, e) < 0)
		return -1;
	return walk_directory(w, fd, path, depth, e);
}

static int pack_name(struct walk *w, int dir_fd, const char *name, const char *directory,
		     unsigned int depth, struct err *e)
{
	const char *path = *directory ? arena_printf(w->arena, "%s/%s", directory, name)
				      : arena_strdup(w->arena, name);
	struct stat st;

	if (fstatat(dir_fd, name, &st, AT_SYMLINK_NOFOLLOW) < 0)
		return err_sys(e, "%s", path);
	/* History is large, never part of the workspace, and read by git alone. */
	if (strcmp(name, ".git") == 0)
		return 0;
	if (S_ISREG(st.st_mode))
		return pack_file(w, dir_fd, name, path, e);
	if (S_ISLNK(st.st_mode))
		return pack_link(w, dir_fd, name, path, e);
	if (S_ISDIR(st.st_mode))
		return pack_directory(w, dir_fd, name, path, depth + 1, e);
	return err_set(e, ERR_INPUT, "%s: neither a file, a link nor a directory", path);
}

static int compare_names(const void *left, const void *right)
{
	return strcmp(*(const char *const *)left, *(const char *const *)right);
}

/* The names in the order of their bytes, so that the stream of a directory is always the same. */
static int list_names(struct walk *w, int fd, const char *path, const char ***ret_names,
		      size_t *ret_count, struct err *e)
{
	FP_CLEANUP(fd_close_dir) DIR *dir = NULL;
	size_t count = 0, capacity = 0;
	const char **names = NULL;
	/* Not a duplicate, which would share its position with fd. */
	int own = openat(fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	dir = own >= 0 ? fdopendir(own) : NULL;
	if (!dir) {
		(void)err_sys(e, "%s", path);
		fd_close(own);
		return -1;
	}
	for (;;) {
		const struct dirent *entry;

		errno = 0;
		entry = readdir(dir);
		if (!entry && errno != 0)
			return err_sys(e, "%s: readdir", path);
		if (!entry)
			break;
		if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
			continue;
		if (count >= TREE_ENTRIES_MAX)
			return err_set(e, ERR_LIMIT, "%s: more than %d files", path,
				       TREE_ENTRIES_MAX);
		names = arena_grow(w->arena, names, count, &capacity, sizeof(*names));
		names[count++] = arena_strdup(w->arena, entry->d_name);
	}
	if (count > 0)
		qsort(names, count, sizeof(*names), compare_names);
	*ret_names = names;
	*ret_count = count;
	return 0;
}

static int walk_directory(struct walk *w, int fd, const char *path, unsigned int depth,
			  struct err *e)
{
	const char **names = NULL;
	size_t count = 0;

	if (list_names(w, fd, path, &names, &count, e) < 0)
		return -1;
	for (size_t i = 0; i < count; i++)
		if (pack_name(w, fd, names[i], path, depth, e) < 0)
			return -1;
	return 0;
}

int tree_pack(int dir_fd, const char *what, uint64_t max_bytes, int fd, struct err *e)
{
	FP_CLEANUP(arena_release) struct arena arena = ARENA_INIT((size_t)512 << 20);
	struct walk w = {
		.arena = &arena, .left_bytes = max_bytes, .max_bytes = max_bytes, .what = what};
	struct stat st;

	if (fstat(dir_fd, &st) < 0)
		return err_sys(e, "%s", what);
	w.device = st.st_dev;
	if (treestream_begin(&w.writer, fd, e) < 0)
		return -1;
	if (walk_directory(&w, dir_fd, "", 0, e) < 0)
		return err_wrap(e, "%s", what);
	return treestream_end(&w.writer, e);
}

static int make_parent(int dir_fd, const char *path, struct err *e)
{
	char parent[TREESTREAM_PATH_MAX + 1];
	const char *slash = strrchr(path, '/');

	if (!slash)
		return 0;
	memcpy(parent, path, (size_t)(slash - path));
	parent[slash - path] = '\0';
	return fd_make_dirs(dir_fd, parent, 0755, e);
}

static int unpack_file(int stream_fd, const struct tree_entry *entry, int dir_fd, struct err *e)
{
	FP_CLEANUP(fd_cleanup) int fd = -1;
	char chunk[65536];
	uint64_t done = 0;

	fd = openat(dir_fd, entry->path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC,
		    entry->type == TREESTREAM_EXECUTABLE ? 0755 : 0644);
	if (fd < 0)
		return err_sys(e, "%s", entry->path);
	while (done < entry->size) {
		ssize_t n = pread(stream_fd, chunk,
				  (size_t)FP_MIN(entry->size - done, (uint64_t)sizeof(chunk)),
				  (off_t)(entry->offset + done));

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return err_sys(e, "%s: read", entry->path);
		if (n == 0)
			return err_set(e, ERR_PEER, "%s: the tree stream is cut short",
				       entry->path);
		if (fd_write_all(fd, chunk, (size_t)n, e) < 0)
			return err_wrap(e, "%s", entry->path);
		done += (uint64_t)n;
	}
	return 0;
}

/* No entry of a struct tree lies beneath another one that is a link, so no path leads through one.
 */
int tree_unpack(int fd, const struct tree *t, int dir_fd, struct err *e)
{
	for (size_t i = 0; i < t->count; i++) {
		const struct tree_entry *entry = &t->entries[i];

		if (entry->type == TREESTREAM_DIRECTORY) {
			if (fd_make_dirs(dir_fd, entry->path, 0755, e) < 0)
				return -1;
			continue;
		}
		if (make_parent(dir_fd, entry->path, e) < 0)
			return -1;
		if (entry->type != TREESTREAM_LINK) {
			if (unpack_file(fd, entry, dir_fd, e) < 0)
				return -1;
		} else if (symlinkat(entry->target, dir_fd, entry->path) < 0) {
			return err_sys(e, "%s", entry->path);
		}
	}
	return 0;
}
