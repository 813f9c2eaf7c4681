/*
 * Where the files of a bundle come from: a directory, or a packed one, which is unpacked in memory
 * and nowhere else.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/stat.h>

#include "runner/attest/bundle.h"
#include "runner/attest/bundle_archive.h"
#include "runner/base/die.h"
#include "runner/base/fd.h"
#include "runner/base/treestream.h"

#define DEPTH_MAX 64

struct bundle {
	const char *path;
	int fd; /* of the directory; -1 when it is packed */
	struct bundle_archive archive;
};

static int open_packed(int fd, const char *path, struct bundle *b, struct arena *a, struct err *e)
{
	FP_CLEANUP(buf_release) struct buf bytes = BUF_INIT(BUNDLE_PACKED_MAX_BYTES);

	if (fd_read_all(fd, &bytes, path, e) < 0)
		return -1;
	return bundle_archive_read(path, buf_text(&bytes), bytes.size, a, &b->archive, e);
}

int bundle_open(const char *path, struct arena *a, struct bundle **ret_bundle, struct err *e)
{
	FP_CLEANUP(fd_cleanup) int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	struct bundle *b = arena_alloc(a, sizeof(*b));
	struct stat st;

	if (fd < 0 || fstat(fd, &st) < 0)
		return err_sys(e, "%s", path);
	b->path = arena_strdup(a, path);
	b->fd = -1;
	if (S_ISDIR(st.st_mode))
		b->fd = fd_steal(&fd);
	else if (!S_ISREG(st.st_mode))
		return err_set(e, ERR_INPUT, "%s: neither a directory nor a file", path);
	else if (open_packed(fd, path, b, a, e) < 0)
		return -1;
	*ret_bundle = b;
	return 0;
}

void bundle_close(struct bundle *b)
{
	if (!b)
		return;
	fd_cleanup(&b->fd);
	bundle_archive_release(&b->archive);
}

void bundle_cleanup(struct bundle **b)
{
	bundle_close(*b);
}

bool bundle_is_packed(const struct bundle *b)
{
	return b->fd < 0;
}

static int open_file(int fd, const char *path, struct stat *ret_st, struct err *e)
{
	int file = fd_openat2(fd, path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK, 0,
			      RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS);

	if (file < 0)
		return err_sys(e, "%s", path);
	if (fstat(file, ret_st) < 0 || !S_ISREG(ret_st->st_mode)) {
		fd_close(file);
		return err_set(e, ERR_INPUT, "%s: not a regular file", path);
	}
	return file;
}

/* Straight into the arena: most of checking a bundle is reading many small files. */
static int read_whole(int file, const struct stat *st, const char *path, struct arena *a,
		      const char **ret_data, size_t *ret_size, struct err *e)
{
	size_t done = 0, size;
	char *data;

	if ((uint64_t)st->st_size > BUNDLE_FILE_MAX_BYTES)
		return err_set(e, ERR_LIMIT, "%s: larger than %zu bytes", path,
			       BUNDLE_FILE_MAX_BYTES);
	size = (size_t)st->st_size;
	data = arena_alloc(a, size + 1);
	while (done < size) {
		ssize_t n = read(file, data + done, size - done);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return err_set(e, ERR_SYSTEM, "%s: could not be read whole", path);
		done += (size_t)n;
	}
	*ret_data = data;
	*ret_size = size;
	return 0;
}

int bundle_file(const struct bundle *b, const char *path, struct arena *a, const char **ret_data,
		size_t *ret_size, struct err *e)
{
	FP_CLEANUP(fd_cleanup) int file = -1;
	const struct bundle_member *m;
	struct stat st;

	if (b->fd < 0) {
		m = bundle_archive_find(&b->archive, path);
		if (!m)
			return err_set(e, ERR_INPUT, "%s: No such file or directory", path);
		*ret_data = arena_strndup(a, m->data, m->size);
		*ret_size = m->size;
		return 0;
	}
	file = open_file(b->fd, path, &st, e);
	return file < 0 ? -1 : read_whole(file, &st, path, a, ret_data, ret_size, e);
}

bool bundle_has(const struct bundle *b, const char *path)
{
	if (b->fd < 0)
		return bundle_archive_find(&b->archive, path) != NULL;
	return faccessat(b->fd, path, F_OK, AT_SYMLINK_NOFOLLOW) == 0;
}

struct walk {
	struct arena *arena;
	const char **paths;
	size_t count, capacity;
};

static int walk(struct walk *w, int fd, const char *prefix, unsigned int depth, struct err *e);

/* What an entry is; most file systems tell by the way. */
static int type_of(int fd, const struct dirent *entry)
{
	struct stat st;

	if (entry->d_type != DT_UNKNOWN)
		return entry->d_type;
	return fstatat(fd, entry->d_name, &st, AT_SYMLINK_NOFOLLOW) < 0 ? -1
									: (int)IFTODT(st.st_mode);
}

static int walk_entry(struct walk *w, int fd, const struct dirent *entry, const char *prefix,
		      unsigned int depth, struct err *e)
{
	const char *name = entry->d_name;
	const char *path = arena_printf(w->arena, "%s%s%s", prefix, *prefix ? "/" : "", name);
	FP_CLEANUP(fd_cleanup) int child = -1;
	int type = type_of(fd, entry);

	if (type < 0)
		return err_sys(e, "%s", path);
	if (type == DT_DIR) {
		if (depth >= DEPTH_MAX + TREESTREAM_PATH_MAX / 2)
			return err_set(e, ERR_LIMIT, "%s: too many directories", path);
		child = openat(fd, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
		if (child < 0)
			return err_sys(e, "%s", path);
		return walk(w, child, path, depth + 1, e);
	}
	if (type != DT_REG)
		return err_set(e, ERR_INPUT, "%s: not a regular file", path);
	if (w->count == BUNDLE_FILES_MAX)
		return err_set(e, ERR_LIMIT, "%s: more than %d files", path, BUNDLE_FILES_MAX);
	w->paths = arena_grow(w->arena, w->paths, w->count, &w->capacity, sizeof(*w->paths));
	w->paths[w->count++] = path;
	return 0;
}

static int walk(struct walk *w, int fd, const char *prefix, unsigned int depth, struct err *e)
{
	FP_CLEANUP(fd_close_dir) DIR *dir = NULL;
	const struct dirent *entry;
	int own = openat(fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	dir = own >= 0 ? fdopendir(own) : NULL;
	if (!dir) {
		(void)err_sys(e, "%s", prefix);
		fd_close(own);
		return -1;
	}
	while ((entry = readdir(dir))) {
		if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
			continue;
		if (walk_entry(w, fd, entry, prefix, depth, e) < 0)
			return -1;
	}
	return 0;
}

static int compare_paths(const void *left, const void *right)
{
	return strcmp(*(const char *const *)left, *(const char *const *)right);
}

int bundle_paths(const struct bundle *b, struct arena *a, const char *const **ret_paths,
		 size_t *ret_count, struct err *e)
{
	struct walk w = {.arena = a};

	if (b->fd >= 0) {
		if (walk(&w, b->fd, "", 0, e) < 0)
			return -1;
		if (w.count > 1)
			qsort(w.paths, w.count, sizeof(*w.paths), compare_paths);
	} else {
		w.paths = arena_array(a, b->archive.count + 1, sizeof(*w.paths));
		for (; w.count < b->archive.count; w.count++)
			w.paths[w.count] = b->archive.members[w.count].path;
	}
	*ret_paths = w.paths;
	*ret_count = w.count;
	return 0;
}

static int put_in_directory(const struct bundle *b, const struct bundle_member *m, struct err *e)
{
	const char *slash = strrchr(m->path, '/');
	char parent[TREESTREAM_PATH_MAX + 1];

	if (slash) {
		memcpy(parent, m->path, (size_t)(slash - m->path));
		parent[slash - m->path] = '\0';
		if (fd_make_dirs(b->fd, parent, 0755, e) < 0)
			return -1;
	}
	return fd_write_file(b->fd, m->path, m->data, m->size, 0644, e);
}

/* All files of b with those of `more` in place of, or beside them; sorted. */
static int merge(const struct bundle *b, const struct bundle_member *more, size_t more_count,
		 struct arena *a, struct bundle_member **ret_members, size_t *ret_count,
		 struct err *e)
{
	const char *const *paths;
	struct bundle_member *rows;
	size_t count, n = 0;

	if (bundle_paths(b, a, &paths, &count, e) < 0)
		return -1;
	rows = arena_array(a, count + more_count + 1, sizeof(*rows));
	for (size_t i = 0; i < count; i++) {
		bool replaced = false;

		for (size_t k = 0; k < more_count; k++)
			replaced = replaced || strcmp(more[k].path, paths[i]) == 0;
		if (replaced)
			continue;
		rows[n].path = paths[i];
		if (bundle_file(b, paths[i], a, &rows[n].data, &rows[n].size, e) < 0)
			return -1;
		n++;
	}
	for (size_t k = 0; k < more_count; k++)
		rows[n++] = more[k];
	qsort(rows, n, sizeof(*rows), compare_paths);
	*ret_members = rows;
	*ret_count = n;
	return 0;
}

static int write_packed(const struct bundle *b, const char *path, const struct bundle_member *more,
			size_t more_count, struct arena *a, struct err *e)
{
	FP_CLEANUP(buf_release) struct buf out = BUF_INIT(BUNDLE_PACKED_MAX_BYTES);
	struct bundle_member *rows;
	size_t count;

	if (merge(b, more, more_count, a, &rows, &count, e) < 0 ||
	    bundle_archive_write(rows, count, &out, e) < 0)
		return -1;
	return fd_write_file(AT_FDCWD, path, buf_text(&out), out.size, 0644, e);
}

int bundle_put(const struct bundle *b, const struct bundle_member *members, size_t count,
	       struct arena *a, struct err *e)
{
	if (b->fd < 0)
		return write_packed(b, b->path, members, count, a, e);
	for (size_t i = 0; i < count; i++)
		if (put_in_directory(b, &members[i], e) < 0)
			return -1;
	return 0;
}

int bundle_remove(const struct bundle *b, const char *path, struct err *e)
{
	return unlinkat(b->fd, path, 0) < 0 ? err_sys(e, "%s", path) : 0;
}

int bundle_pack(const struct bundle *b, const char *path, struct arena *a, struct err *e)
{
	return write_packed(b, path, NULL, 0, a, e);
}
