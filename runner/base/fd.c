#define _GNU_SOURCE
#include "runner/base/fd.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "runner/base/hex.h"

#define REMOVE_DEPTH_MAX 4096

void fd_close(int fd)
{
	int saved = errno;

	if (fd >= 0)
		(void)close(fd);
	errno = saved;
}

void fd_cleanup(int *fd)
{
	fd_close(*fd);
	*fd = -1;
}

int fd_steal(int *fd)
{
	int stolen = *fd;

	*fd = -1;
	return stolen;
}

void fd_close_dir(DIR **dir)
{
	if (*dir)
		(void)closedir(*dir);
}

int fd_openat2(int dir_fd, const char *path, int flags, mode_t mode, uint64_t resolve)
{
	struct open_how how = {
		.flags = (uint64_t)(unsigned int)(flags | O_CLOEXEC),
		.mode = mode,
		.resolve = resolve,
	};

	return (int)syscall(SYS_openat2, dir_fd, path, &how, sizeof(how));
}

int fd_write_all(int fd, const void *data, size_t size, struct err *e)
{
	const char *p = data;

	while (size > 0) {
		ssize_t n = write(fd, p, size);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return err_sys(e, "write");
		p += n;
		size -= (size_t)n;
	}
	return 0;
}

int fd_read_exact(int fd, void *data, size_t size, struct err *e)
{
	char *p = data;

	while (size > 0) {
		ssize_t n = read(fd, p, size);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return err_sys(e, "read");
		if (n == 0)
			return err_set(e, ERR_PEER, "unexpected end of data");
		p += n;
		size -= (size_t)n;
	}
	return 0;
}

int fd_read_all(int fd, struct buf *b, const char *what, struct err *e)
{
	char chunk[16384];

	for (;;) {
		ssize_t n = read(fd, chunk, sizeof(chunk));

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return err_sys(e, "%s: read", what);
		if (n == 0)
			return buf_finish(b, what, e);
		buf_add(b, chunk, (size_t)n);
		if (b->overflow)
			return buf_finish(b, what, e);
	}
}

int fd_read_file(int dir_fd, const char *path, bool follow, struct buf *b, struct err *e)
{
	FP_CLEANUP(fd_cleanup) int fd = -1;
	struct stat st;

	fd = openat(dir_fd, path,
		    O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY | (follow ? 0 : O_NOFOLLOW));
	if (fd < 0)
		return err_sys(e, "%s", path);
	if (fstat(fd, &st) < 0)
		return err_sys(e, "%s", path);
	if (!S_ISREG(st.st_mode))
		return err_set(e, ERR_INPUT, "%s: not a regular file", path);
	return fd_read_all(fd, b, path, e);
}

/* A name beside path that nobody else uses: six random bytes say so well enough for O_EXCL. */
static int make_beside(int dir_fd, const char *path, mode_t mode, struct buf *name, struct err *e)
{
	uint8_t random[6];
	char hex[sizeof(random) * 2 + 1];
	int fd;

	if (getentropy(random, sizeof(random)) < 0)
		return err_sys(e, "getentropy");
	hex_encode(hex, random, sizeof(random));
	buf_addf(name, "%s.tmp-%s", path, hex);
	if (buf_finish(name, "a path", e) < 0)
		return -1;
	fd = openat(dir_fd, buf_text(name), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW,
		    mode);
	if (fd < 0)
		return err_sys(e, "%s", buf_text(name));
	return fd;
}

static int fill_and_sync(int fd, const char *path, const void *data, size_t size, struct err *e)
{
	if (fd_write_all(fd, data, size, e) < 0)
		return err_wrap(e, "%s", path);
	if (fsync(fd) < 0)
		return err_sys(e, "%s: fsync", path);
	return 0;
}

int fd_write_file(int dir_fd, const char *path, const void *data, size_t size, mode_t mode,
		  struct err *e)
{
	FP_CLEANUP(buf_release) struct buf name = BUF_INIT(8192);
	FP_CLEANUP(fd_cleanup) int fd = -1;

	fd = make_beside(dir_fd, path, mode, &name, e);
	if (fd < 0)
		return -1;
	if (fill_and_sync(fd, path, data, size, e) < 0) {
		(void)unlinkat(dir_fd, buf_text(&name), 0);
		return -1;
	}
	if (renameat(dir_fd, buf_text(&name), dir_fd, path) < 0) {
		(void)err_sys(e, "%s", path);
		(void)unlinkat(dir_fd, buf_text(&name), 0);
		return -1;
	}
	return 0;
}

int fd_memfd(const char *name, int *ret_fd, struct err *e)
{
	int fd = memfd_create(name, MFD_CLOEXEC | MFD_ALLOW_SEALING);

	if (fd < 0)
		return err_sys(e, "memfd_create");
	*ret_fd = fd;
	return 0;
}

int fd_sealed(const char *name, const void *data, size_t size, int *ret_fd, struct err *e)
{
	FP_CLEANUP(fd_cleanup) int fd = -1;

	if (fd_memfd(name, &fd, e) < 0)
		return -1;
	if (fd_write_all(fd, data, size, e) < 0)
		return -1;
	if (lseek(fd, 0, SEEK_SET) < 0)
		return err_sys(e, "%s: lseek", name);
	if (fcntl(fd, F_ADD_SEALS, F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE) < 0)
		return err_sys(e, "%s: F_ADD_SEALS", name);
	*ret_fd = fd_steal(&fd);
	return 0;
}

static int remove_tree(int dir_fd, const char *name, unsigned int depth, struct err *e);

static int remove_children(int fd, const char *name, unsigned int depth, struct err *e)
{
	FP_CLEANUP(fd_close_dir) DIR *dir = NULL;
	const struct dirent *entry;
	int own;

	own = fcntl(fd, F_DUPFD_CLOEXEC, 3);
	if (own < 0)
		return err_sys(e, "%s", name);
	dir = fdopendir(own);
	if (!dir) {
		(void)err_sys(e, "%s", name);
		fd_close(own);
		return -1;
	}
	for (;;) {
		errno = 0;
		entry = readdir(dir);
		if (!entry)
			return errno != 0 ? err_sys(e, "%s: readdir", name) : 0;
		if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
			continue;
		if (remove_tree(fd, entry->d_name, depth + 1, e) < 0)
			return -1;
	}
}

static int remove_tree(int dir_fd, const char *name, unsigned int depth, struct err *e)
{
	FP_CLEANUP(fd_cleanup) int fd = -1;

	if (unlinkat(dir_fd, name, 0) == 0 || errno == ENOENT)
		return 0;
	if (errno != EISDIR && errno != EPERM)
		return err_sys(e, "%s: unlink", name);
	if (depth > REMOVE_DEPTH_MAX)
		return err_set(e, ERR_LIMIT, "%s: directories too deep to remove", name);
	fd = openat(dir_fd, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0)
		return err_sys(e, "%s", name);
	if (remove_children(fd, name, depth, e) < 0)
		return -1;
	if (unlinkat(dir_fd, name, AT_REMOVEDIR) < 0)
		return err_sys(e, "%s: rmdir", name);
	return 0;
}

int fd_remove_tree(int dir_fd, const char *name, struct err *e)
{
	return remove_tree(dir_fd, name, 0, e);
}

int fd_make_dirs(int dir_fd, const char *path, mode_t mode, struct err *e)
{
	FP_CLEANUP(buf_release) struct buf part = BUF_INIT(8192);
	const char *p = path;

	while (*p != '\0') {
		size_t size = strcspn(p, "/");

		if (size == 2 && p[0] == '.' && p[1] == '.')
			return err_set(e, ERR_INPUT, "%s: has a \"..\"", path);
		buf_add(&part, p, size);
		if (buf_finish(&part, "a path", e) < 0)
			return -1;
		if (part.size > 0 && mkdirat(dir_fd, buf_text(&part), mode) < 0 && errno != EEXIST)
			return err_sys(e, "%s: mkdir", buf_text(&part));
		p += size;
		if (*p == '/') {
			buf_addch(&part, '/');
			p++;
		}
	}
	return 0;
}
