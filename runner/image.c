#include "runner/image.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/openat2.h>
#include <sys/stat.h>
#include <zstd.h>

#include "runner/base/die.h"
#include "runner/base/fd.h"
#include "runner/base/json.h"
#include "runner/image/untar.h"

#define MANIFEST_BYTES_MAX (4U << 20)
#define TAR_BYTES_MAX (8ULL << 30)
#define DEPTH_MAX 256

/* --- cache --------------------------------------------------------------------------------- */

int image_cache(struct arena *a, const char **ret_path, struct err *e)
{
	const char *xdg = getenv("XDG_CACHE_HOME"), *home = getenv("HOME"), *path;

	if (xdg && xdg[0] == '/')
		path = arena_printf(a, "%s/fixproof/images", xdg);
	else if (home && home[0] == '/')
		path = arena_printf(a, "%s/.cache/fixproof/images", home);
	else
		return err_set(e, ERR_USAGE, "image: neither XDG_CACHE_HOME nor HOME is set");
	for (size_t i = 1; path[i] != '\0'; i++) {
		const char *part = arena_strndup(a, path, i);

		if (path[i] == '/' && mkdir(part, 0777) < 0 && errno != EEXIST)
			return err_sys(e, "%s", part);
	}
	if (mkdir(path, 0777) < 0 && errno != EEXIST)
		return err_sys(e, "%s", path);
	*ret_path = path;
	return 0;
}

bool image_plain_name(const char *name)
{
	size_t n = strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789-.");

	return n > 0 && n <= 64 && name[n] == '\0' && name[0] != '.' && name[0] != '-';
}

/* --- digest of a tree ---------------------------------------------------------------------- */

struct walk {
	struct sha256_state state;
	struct arena *a;
};

static int compare_names(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static int read_names(int dir_fd, struct arena *a, const char ***ret_names, size_t *ret_count,
		      struct err *e)
{
	FP_CLEANUP(fd_close_dir) DIR *dir = NULL;
	const struct dirent *entry;
	const char **names = NULL;
	size_t count = 0, room = 0;
	int fd = fcntl(dir_fd, F_DUPFD_CLOEXEC, 3);

	dir = fd < 0 ? NULL : fdopendir(fd);
	if (!dir)
		return err_sys(e, "image: directory");
	rewinddir(dir);
	while ((entry = readdir(dir))) {
		if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
			continue;
		names = arena_grow(a, names, count, &room, sizeof(*names));
		names[count++] = arena_strdup(a, entry->d_name);
	}
	if (count > 0)
		qsort(names, count, sizeof(*names), compare_names);
	*ret_names = names;
	*ret_count = count;
	return 0;
}

static int walk_dir(struct walk *w, int dir_fd, unsigned int depth, struct err *e);

static int walk_content(struct walk *w, int dir_fd, const char *name, const struct stat *st,
			unsigned int depth, struct err *e)
{
	FP_CLEANUP(fd_cleanup) int fd = -1;
	char target[PATH_MAX];
	struct sha256 digest;
	ssize_t n;

	if (S_ISLNK(st->st_mode)) {
		n = readlinkat(dir_fd, name, target, sizeof(target));
		if (n < 0)
			return err_sys(e, "image: %s", name);
		sha256_update(&w->state, target, (size_t)n);
		sha256_update(&w->state, "", 1);
		return 0;
	}
	fd = openat(dir_fd, name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK);
	if (fd < 0)
		return err_sys(e, "image: %s", name);
	if (S_ISDIR(st->st_mode))
		return walk_dir(w, fd, depth + 1, e);
	if (sha256_of_fd(fd, name, &digest, e) < 0)
		return -1;
	sha256_update(&w->state, digest.bytes, sizeof(digest.bytes));
	return 0;
}

/* Kind, executable or not, name, content of each entry in order; a mark at the end of a directory.
 */
static int walk_dir(struct walk *w, int dir_fd, unsigned int depth, struct err *e)
{
	const char **names;
	size_t count;

	if (depth > DEPTH_MAX)
		return err_set(e, ERR_LIMIT, "image: directories deeper than %d", DEPTH_MAX);
	if (read_names(dir_fd, w->a, &names, &count, e) < 0)
		return -1;
	for (size_t i = 0; i < count; i++) {
		struct stat st;
		char kind;

		if (fstatat(dir_fd, names[i], &st, AT_SYMLINK_NOFOLLOW) < 0)
			return err_sys(e, "image: %s", names[i]);
		kind = S_ISDIR(st.st_mode)    ? 'd'
		       : S_ISLNK(st.st_mode)  ? 'l'
		       : !S_ISREG(st.st_mode) ? '?'
		       : st.st_mode & 0111    ? 'x'
					      : 'f';
		if (kind == '?')
			return err_set(e, ERR_INPUT,
				       "image: %s: neither a file, a link nor a directory",
				       names[i]);
		sha256_update(&w->state, &kind, 1);
		sha256_update(&w->state, names[i], strlen(names[i]) + 1);
		if (walk_content(w, dir_fd, names[i], &st, depth, e) < 0)
			return -1;
	}
	sha256_update(&w->state, "e", 1);
	return 0;
}

static int digest_tree(const char *root, struct arena *a, struct sha256 *ret_digest, struct err *e)
{
	FP_CLEANUP(fd_cleanup) int fd = open(root, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	struct walk w = {.a = a};

	if (fd < 0)
		return err_sys(e, "image: %s", root);
	sha256_init(&w.state);
	if (walk_dir(&w, fd, 0, e) < 0)
		return -1;
	sha256_final(&w.state, ret_digest);
	return 0;
}

/* --- zstd ---------------------------------------------------------------------------------- */

static void free_dstream(ZSTD_DStream **s)
{
	(void)ZSTD_freeDStream(*s);
}

/* Writes the tar that is packed in from to to, and digests it. */
static int decompress(int from, int to, const char *what, struct sha256 *ret_digest, struct err *e)
{
	FP_CLEANUP(free_dstream) ZSTD_DStream *stream = ZSTD_createDStream();
	static char in[1 << 17], out[1 << 17];
	struct sha256_state state;
	uint64_t total = 0;
	size_t left = 1;
	ssize_t n;

	if (!stream)
		die("out of memory");
	sha256_init(&state);
	while ((n = read(from, in, sizeof(in))) > 0) {
		ZSTD_inBuffer source = {in, (size_t)n, 0};

		while (source.pos < source.size) {
			ZSTD_outBuffer target = {out, sizeof(out), 0};

			left = ZSTD_decompressStream(stream, &target, &source);
			if (ZSTD_isError(left))
				return err_set(e, ERR_INPUT, "%s: %s", what,
					       ZSTD_getErrorName(left));
			total += target.pos;
			if (total > TAR_BYTES_MAX)
				return err_set(e, ERR_LIMIT, "%s: more than 8 GiB", what);
			sha256_update(&state, out, target.pos);
			if (fd_write_all(to, out, target.pos, e) < 0)
				return err_wrap(e, "%s", what);
		}
	}
	if (n < 0)
		return err_sys(e, "%s", what);
	if (left != 0)
		return err_set(e, ERR_INPUT, "%s: ends early", what);
	sha256_final(&state, ret_digest);
	return 0;
}

/* --- tar ----------------------------------------------------------------------------------- */

#define BENEATH (RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS)

static int open_beneath(int dir_fd, const char *path)
{
	return fd_openat2(dir_fd, path, O_RDONLY | O_DIRECTORY, 0, BENEATH);
}

/* The directory that path lies in, made where it is not there; and where its last name begins. */
static int open_parent(int root, const char *path, const char **ret_name, struct err *e)
{
	const char *slash = strrchr(path, '/');
	char part[UNTAR_PATH_MAX + 1];
	size_t size = slash ? (size_t)(slash - path) : 0;
	int fd;

	*ret_name = slash ? slash + 1 : path;
	memcpy(part, path, size);
	part[size] = '\0';
	fd = open_beneath(root, size > 0 ? part : ".");
	if (fd >= 0)
		return fd;
	if (errno == ELOOP || errno == EXDEV)
		return err_set(e, ERR_INPUT, "image: %s: leads through a link", path);
	if (errno != ENOENT)
		return err_sys(e, "image: %s", path);
	if (fd_make_dirs(root, part, 0755, e) < 0)
		return err_wrap(e, "image");
	fd = open_beneath(root, part);
	return fd < 0 ? err_sys(e, "image: %s", path) : fd;
}

static int unpack_file(struct untar *t, int dir, const char *name, const struct untar_entry *entry,
		       struct err *e)
{
	FP_CLEANUP(fd_cleanup) int fd = -1;
	static char data[1 << 16];
	size_t n;

	fd = openat(dir, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC,
		    entry->executable ? 0755 : 0644);
	if (fd < 0)
		return err_sys(e, "image: %s", entry->path);
	do {
		if (untar_read(t, data, sizeof(data), &n, e) < 0 ||
		    fd_write_all(fd, data, n, e) < 0)
			return err_wrap(e, "image: %s", entry->path);
	} while (n > 0);
	return 0;
}

static int unpack_hardlink(int root, int dir, const char *name, const struct untar_entry *entry,
			   struct err *e)
{
	FP_CLEANUP(fd_cleanup) int from = -1;
	const char *target;

	from = open_parent(root, entry->target, &target, e);
	if (from < 0)
		return -1;
	if (linkat(from, target, dir, name, 0) < 0)
		return err_sys(e, "image: %s", entry->path);
	return 0;
}

static int unpack_entry(struct untar *t, int root, const struct untar_entry *entry, struct err *e)
{
	FP_CLEANUP(fd_cleanup) int dir = -1;
	const char *name;

	dir = open_parent(root, entry->path, &name, e);
	if (dir < 0)
		return -1;
	switch (entry->kind) {
	case UNTAR_FILE:
		return unpack_file(t, dir, name, entry, e);
	case UNTAR_HARDLINK:
		return unpack_hardlink(root, dir, name, entry, e);
	case UNTAR_LINK:
		return symlinkat(entry->target, dir, name) < 0
			       ? err_sys(e, "image: %s", entry->path)
			       : 0;
	case UNTAR_DIRECTORY:
		return mkdirat(dir, name, 0755) < 0 && errno != EEXIST
			       ? err_sys(e, "image: %s", entry->path)
			       : 0;
	}
	return 0;
}

static int extract_to(int tar_fd, int root, struct err *e)
{
	static struct untar_entry entry;
	struct untar t = {.fd = tar_fd};
	int r;

	if (lseek(tar_fd, 0, SEEK_SET) < 0)
		return err_sys(e, "image: tar");
	while ((r = untar_next(&t, &entry, e)) > 0)
		if (unpack_entry(&t, root, &entry, e) < 0)
			return -1;
	return r < 0 ? err_wrap(e, "image") : 0;
}

static int extract(int tar_fd, const char *root, struct err *e)
{
	FP_CLEANUP(fd_cleanup) int fd = -1;
	mode_t mask = umask(022);
	int r = -1;

	if (mkdir(root, 0755) == 0)
		fd = open(root, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		(void)err_sys(e, "image: %s", root);
	else
		r = extract_to(tar_fd, fd, e);
	(void)umask(mask);
	return r;
}

/* --- import -------------------------------------------------------------------------------- */

static int read_manifest(const char *path, struct arena *a, const char **ret_name,
			 struct sha256 *ret_tar, struct err *e)
{
	JSON_AUTO *json = NULL;
	const char *format, *name, *digest;

	if (json_read_file(AT_FDCWD, path, MANIFEST_BYTES_MAX, &json, e) < 0 ||
	    json_string_member(json, path, "format", true, &format, e) < 0 ||
	    json_string_member(json, path, "name", true, &name, e) < 0 ||
	    json_string_member(json, path, "tar_sha256", true, &digest, e) < 0)
		return -1;
	if (strcmp(format, IMAGE_FORMAT) != 0 || !image_plain_name(name))
		return err_set(e, ERR_INPUT, "%s: not a manifest of an image", path);
	if (sha256_parse(digest, ret_tar, e) < 0)
		return err_wrap(e, "%s", path);
	*ret_name = arena_strdup(a, name);
	return 0;
}

/* The cache holds NAME.json, with both digests, and a directory by the digest of the tar. */
static int write_index(const char *cache, const struct image *image, struct arena *a, struct err *e)
{
	FP_CLEANUP(buf_release) struct buf text = BUF_INIT(4096);
	char tar[SHA256_HEX_SIZE], tree[SHA256_HEX_SIZE];
	JSON_AUTO *json = json_new_object();

	sha256_hex(&image->tar, tar);
	sha256_hex(&image->tree, tree);
	json_put(json, "format", json_new_string(IMAGE_FORMAT));
	json_put(json, "name", json_new_string(image->name));
	json_put(json, "tar_sha256", json_new_string(tar));
	json_put(json, "tree_sha256", json_new_string(tree));
	json_dump_pretty(&text, json);
	if (buf_finish(&text, "image", e) < 0)
		return -1;
	return fd_write_file(AT_FDCWD, arena_printf(a, "%s/%s.json", cache, image->name),
			     buf_text(&text), text.size, 0644, e);
}

static int unpack_into(const char *cache, int tar_fd, struct image *image, struct arena *a,
		       struct err *e)
{
	char *made = arena_printf(a, "%s/unpacking-XXXXXX", cache), hex[SHA256_HEX_SIZE];
	const char *final;
	struct err ignored = ERR_INIT;

	sha256_hex(&image->tar, hex);
	final = arena_printf(a, "%s/%s", cache, hex);
	image->root = arena_printf(a, "%s/root", final);
	if (!mkdtemp(made) || chmod(made, 0755) < 0)
		return err_sys(e, "image: %s", made);
	if (extract(tar_fd, arena_printf(a, "%s/root", made), e) < 0 ||
	    digest_tree(arena_printf(a, "%s/root", made), a, &image->tree, e) < 0) {
		if (fd_remove_tree(AT_FDCWD, made, &ignored) < 0)
			err_clear(&ignored);
		return -1;
	}
	/* What stands there already may have been changed; what was just unpacked was not. */
	if (fd_remove_tree(AT_FDCWD, final, e) < 0)
		return -1;
	if (rename(made, final) < 0)
		return err_sys(e, "image: %s", final);
	return 0;
}

int image_import(const char *cache, const char *archive, struct arena *a, struct image *ret_image,
		 struct err *e)
{
	static const char suffix[] = ".tar.zst";
	FP_CLEANUP(fd_cleanup) int packed = -1, tar = -1;
	size_t size = strlen(archive), cut = sizeof(suffix) - 1;
	struct image image = {.name = NULL};
	struct sha256 pinned;

	if (size <= cut || strcmp(archive + size - cut, suffix) != 0)
		return err_set(e, ERR_USAGE, "image: %s: not NAME.tar.zst", archive);
	if (read_manifest(arena_printf(a, "%.*s.json", (int)(size - cut), archive), a, &image.name,
			  &pinned, e) < 0)
		return -1;
	packed = open(archive, O_RDONLY | O_CLOEXEC);
	if (packed < 0)
		return err_sys(e, "%s", archive);
	tar = open(cache, O_RDWR | O_TMPFILE | O_CLOEXEC, 0600);
	if (tar < 0)
		return err_sys(e, "%s", cache);
	if (decompress(packed, tar, archive, &image.tar, e) < 0)
		return -1;
	if (!sha256_equal(&image.tar, &pinned))
		return err_set(e, ERR_INPUT, "%s: its digest is not the one that its manifest pins",
			       archive);
	if (unpack_into(cache, tar, &image, a, e) < 0 || write_index(cache, &image, a, e) < 0)
		return -1;
	*ret_image = image;
	return 0;
}

int image_find(const char *cache, const char *name, struct arena *a, struct image *ret_image,
	       struct err *e)
{
	const char *path = arena_printf(a, "%s/%s.json", cache, name), *tree;
	struct image image = {.name = name};
	JSON_AUTO *json = NULL;
	char hex[SHA256_HEX_SIZE];
	struct sha256 pinned;

	if (!image_plain_name(name) || access(path, F_OK) < 0)
		return err_set(e, ERR_INPUT,
			       "image %s: there is none of that name; see fixproof image list",
			       name);
	if (read_manifest(path, a, &image.name, &image.tar, e) < 0 ||
	    json_read_file(AT_FDCWD, path, MANIFEST_BYTES_MAX, &json, e) < 0 ||
	    json_string_member(json, path, "tree_sha256", true, &tree, e) < 0 ||
	    sha256_parse(tree, &pinned, e) < 0)
		return -1;
	sha256_hex(&image.tar, hex);
	image.root = arena_printf(a, "%s/%s/root", cache, hex);
	if (digest_tree(image.root, a, &image.tree, e) < 0)
		return -1;
	if (!sha256_equal(&image.tree, &pinned))
		return err_set(e, ERR_INPUT,
			       "image %s: was changed since it was unpacked; import it again",
			       name);
	*ret_image = image;
	return 0;
}

int image_list(const char *cache, struct arena *a, const char *const **ret_names, size_t *ret_count,
	       struct err *e)
{
	FP_CLEANUP(fd_cleanup) int fd = open(cache, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	const char **names;
	size_t count, kept = 0;

	if (fd < 0)
		return err_sys(e, "%s", cache);
	if (read_names(fd, a, &names, &count, e) < 0)
		return -1;
	for (size_t i = 0; i < count; i++) {
		size_t size = strlen(names[i]);

		if (size > 5 && strcmp(names[i] + size - 5, ".json") == 0)
			names[kept++] = arena_strndup(a, names[i], size - 5);
	}
	*ret_names = names;
	*ret_count = kept;
	return 0;
}
