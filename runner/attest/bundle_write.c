#include "runner/attest/bundle.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#include "runner/attest/bundle_files.h"
#include "runner/base/fd.h"
#include "runner/base/hex.h"

#define RENAME_NOREPLACE_FLAG 1u
#define RENAME_EXCHANGE_FLAG 2u

static const char temporary_mark[] = ".tmp-";

/* Opens the directory of path beneath fd, making it first. */
static int open_parent(int fd, const char *path, int *ret_fd, const char **ret_name, struct err *e)
{
	const char *slash = strrchr(path, '/');
	char parent[TREESTREAM_PATH_MAX + 1] = ".";

	*ret_name = slash ? slash + 1 : path;
	if (slash) {
		memcpy(parent, path, (size_t)(slash - path));
		parent[slash - path] = '\0';
		if (fd_make_dirs(fd, parent, 0755, e) < 0)
			return -1;
	}
	*ret_fd = openat(fd, parent, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
	return *ret_fd < 0 ? err_sys(e, "%s", path) : 0;
}

static int copy_content(const struct bundle_item *item, int to, struct sha256 *ret_digest,
			struct err *e)
{
	struct sha256_state s;
	char chunk[65536];
	uint64_t done = 0;

	sha256_init(&s);
	while (done < item->size) {
		size_t wanted = (size_t)FP_MIN(item->size - done, (uint64_t)sizeof(chunk));
		ssize_t n = pread(item->fd, chunk, wanted, (off_t)(item->offset + done));

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return err_sys(e, "%s: read", item->path);
		sha256_update(&s, chunk, (size_t)n);
		if (fd_write_all(to, chunk, (size_t)n, e) < 0)
			return -1;
		done += (uint64_t)n;
	}
	sha256_final(&s, ret_digest);
	return 0;
}

static int write_item(int fd, const struct bundle_item *item, struct bundle_entry *entry,
		      struct err *e)
{
	FP_CLEANUP(fd_cleanup) int parent = -1;
	FP_CLEANUP(fd_cleanup) int file = -1;
	const char *name;

	if (open_parent(fd, item->path, &parent, &name, e) < 0)
		return -1;
	file = openat(parent, name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0644);
	if (file < 0)
		return err_sys(e, "%s", item->path);
	*entry = (struct bundle_entry){.path = item->path,
				       .role = item->role,
				       .size = item->size,
				       .redacted = item->redacted};
	if (item->data) {
		entry->sha256 = sha256_of(item->data, item->size);
		if (fd_write_all(file, item->data, item->size, e) < 0)
			return err_wrap(e, "%s", item->path);
		return 0;
	}
	return copy_content(item, file, &entry->sha256, e) < 0 ? err_wrap(e, "%s", item->path) : 0;
}

static int write_text(int fd, const char *path, const struct buf *text, struct err *e)
{
	struct bundle_item item = {
		.path = path, .role = "", .data = buf_text(text), .fd = -1, .size = text->size};
	struct bundle_entry entry;

	return write_item(fd, &item, &entry, e);
}

static int write_members(int fd, const struct bundle_member *members, size_t count, struct err *e)
{
	for (size_t i = 0; i < count; i++) {
		struct bundle_item item = {.path = members[i].path,
					   .role = "",
					   .data = members[i].data,
					   .fd = -1,
					   .size = members[i].size};
		struct bundle_entry entry;

		if (write_item(fd, &item, &entry, e) < 0)
			return -1;
	}
	return 0;
}

static int sign_all(int fd, const struct judgement *judgement, const struct bundle_manifest *m,
		    const struct sha256 *manifest_digest, const struct signing *signing,
		    struct arena *a, struct err *e)
{
	struct bundle_member members[BUNDLE_SIGNATURE_FILES_MAX];
	struct statements s;
	size_t count;

	bundle_statements(judgement, m, manifest_digest, a, &s);
	if (bundle_signature_files(&s, judgement->decision, signing, NULL, 0, a, members, &count,
				   e) < 0)
		return -1;
	return write_members(fd, members, count, e);
}

static int compare_items(const void *left, const void *right)
{
	return strcmp(((const struct bundle_item *)left)->path,
		      ((const struct bundle_item *)right)->path);
}

static int fill(int fd, struct bundle_item *items, size_t count, const struct judgement *judgement,
		const struct signing *signing, struct arena *a, struct err *e)
{
	FP_CLEANUP(buf_release) struct buf text = BUF_INIT(BUNDLE_FILE_MAX_BYTES);
	struct bundle_manifest m = {.entries = arena_array(a, count, sizeof(*m.entries)),
				    .count = count};
	struct sha256 digest;

	qsort(items, count, sizeof(*items), compare_items);
	for (size_t i = 0; i < count; i++)
		if (write_item(fd, &items[i], &m.entries[i], e) < 0)
			return -1;
	bundle_manifest_write(&m, &text);
	if (buf_finish(&text, "manifest.json", e) < 0 ||
	    write_text(fd, "manifest.json", &text, e) < 0)
		return -1;
	digest = sha256_of(buf_text(&text), text.size);
	if (signing && sign_all(fd, judgement, &m, &digest, signing, a, e) < 0)
		return -1;
	/* One call for all files instead of one each: they are on one file system. */
	if (syncfs(fd) < 0)
		return err_sys(e, "syncfs");
	return 0;
}

/* The lock tells the sweeper that somebody is at work; it goes with the process. */
static int make_temporary(int out_fd, const char *name, struct arena *a, const char **ret_temporary,
			  int *ret_fd, struct err *e)
{
	uint8_t random[8];
	char hex[sizeof(random) * 2 + 1];
	int fd;

	if (getentropy(random, sizeof(random)) < 0)
		return err_sys(e, "getentropy");
	hex_encode(hex, random, sizeof(random));
	*ret_temporary = arena_printf(a, ".%s%s%s", name, temporary_mark, hex);
	if (mkdirat(out_fd, *ret_temporary, 0700) < 0)
		return err_sys(e, "%s: mkdir", *ret_temporary);
	fd = openat(out_fd, *ret_temporary, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
	if (fd < 0 || flock(fd, LOCK_EX | LOCK_NB) < 0) {
		(void)err_sys(e, "%s", *ret_temporary);
		fd_close(fd);
		return -1;
	}
	*ret_fd = fd;
	return 0;
}

/* What has the name temporary in from_fd gets its name in out_fd. */
static int put_in_place(int from_fd, const char *temporary, int out_fd, const char *name,
			bool replace, struct err *e)
{
	struct err ignored = ERR_INIT;

	if (syscall(SYS_renameat2, from_fd, temporary, out_fd, name, RENAME_NOREPLACE_FLAG) == 0)
		return 0;
	if (errno != EEXIST)
		return err_sys(e, "%s: rename", name);
	if (!replace)
		return err_set(e, ERR_INPUT, "%s: exists already; --force replaces it", name);
	if (faccessat(out_fd, name, F_OK, 0) == 0 &&
	    syscall(SYS_renameat2, from_fd, temporary, out_fd, name, RENAME_EXCHANGE_FLAG) < 0)
		return err_sys(e, "%s: rename", name);
	/* The old bundle has the temporary name now; what cannot be removed is swept later. */
	(void)!fd_remove_tree(from_fd, temporary, &ignored);
	return 0;
}

static bool ends_with(const char *text, const char *end)
{
	size_t size = strlen(text), n = strlen(end);

	return size >= n && strcmp(text + size - n, end) == 0;
}

/* Packs what lies in the directory fd, into a file in it that gets the name then. */
static int pack_in_place(int fd, int out_fd, const char *name, bool replace, struct arena *a,
			 struct err *e)
{
	FP_CLEANUP(bundle_cleanup) struct bundle *b = NULL;
	const char *path = arena_printf(a, "/proc/self/fd/%d", fd);

	if (bundle_open(path, a, &b, e) < 0 ||
	    bundle_pack(b, arena_printf(a, "%s/packed", path), a, e) < 0)
		return -1;
	return put_in_place(fd, "packed", out_fd, name, replace, e);
}

int bundle_create(int out_fd, const char *name, struct bundle_item *items, size_t count,
		  const struct judgement *judgement, const struct signing *signing, bool replace,
		  struct arena *a, struct err *e)
{
	FP_CLEANUP(fd_cleanup) int fd = -1;
	bool packed = ends_with(name, BUNDLE_PACKED_SUFFIX);
	struct err ignored = ERR_INIT;
	const char *temporary = "";

	if (make_temporary(out_fd, name, a, &temporary, &fd, e) < 0)
		return -1;
	if (fill(fd, items, count, judgement, signing, a, e) < 0 || fchmod(fd, 0755) < 0 ||
	    (packed ? pack_in_place(fd, out_fd, name, replace, a, e)
		    : put_in_place(out_fd, temporary, out_fd, name, replace, e)) < 0) {
		(void)!fd_remove_tree(out_fd, temporary, &ignored);
		return e->kind ? -1 : err_sys(e, "%s", name);
	}
	if (packed)
		(void)!fd_remove_tree(out_fd, temporary, &ignored);
	if (fsync(out_fd) < 0)
		return err_sys(e, "fsync");
	return 0;
}

static void sweep_one(int out_fd, const char *name)
{
	FP_CLEANUP(fd_cleanup)
	int fd = openat(out_fd, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
	struct err ignored = ERR_INIT;

	if (fd >= 0 && flock(fd, LOCK_EX | LOCK_NB) == 0)
		(void)!fd_remove_tree(out_fd, name, &ignored);
}

void bundle_sweep(int out_fd)
{
	int own = openat(out_fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *dir = own >= 0 ? fdopendir(own) : NULL;
	const struct dirent *entry;

	if (!dir) {
		fd_close(own);
		return;
	}
	while ((entry = readdir(dir))) {
		const char *suffix = strstr(entry->d_name, BUNDLE_SUFFIX);
		const char *mark = suffix ? strstr(suffix, temporary_mark) : NULL;

		if (entry->d_name[0] == '.' && mark &&
		    strlen(mark) == sizeof(temporary_mark) - 1 + 16)
			sweep_one(out_fd, entry->d_name);
	}
	(void)closedir(dir);
}
