/*
 * Reads the workspace back, after everything that could change it is dead: directory by directory,
 * each opened by its path beneath the workspace without following a link or crossing a mount.
 * What a tree stream cannot hold exactly is left out and told by name.
 *
 * The directories still to be read are a list in memory of our own (there is no allocator here); a
 * path is put together from an entry and its parents, so the list is no longer than the names.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#include "runner/base/treestream.h"
#include "runner/base/utf8.h"
#include "sandbox/host.h"
#include "sandbox/inside.h"

#define BENEATH (RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_XDEV)
#define LIST_BYTES (1UL << 30) /* reserved, not used: names of the inodes that may exist */
#define NO_PARENT UINT32_MAX
#define PATH_TOO_LONG SIZE_MAX
#define SPECIAL_BITS (S_ISUID | S_ISGID | S_ISVTX)

struct dirent64_raw {
	uint64_t ino;
	int64_t off;
	unsigned short size;
	unsigned char type;
	char name[];
};

struct directory {
	uint32_t parent; /* offset in the list, in units of 4 bytes */
	unsigned short size;
	char name[];
};

struct collect {
	struct inside *in;
	struct treestream_writer out;
	struct err e;
	uint32_t *list;
	size_t used; /* units of 4 bytes */
	uint64_t entries, bytes, dropped;
	size_t path_size; /* of the directory that is being read */
	char path[2 * PATH_MAX];
	char content[65536];
};

static const struct directory *directory_at(const struct collect *c, size_t at)
{
	return (const void *)(c->list + at);
}

/* Puts the path of the directory at that place into c->path, from its end. */
static size_t write_path(struct collect *c, size_t at)
{
	char reversed[TREESTREAM_PATH_MAX + 1];
	size_t start = sizeof(reversed);

	for (;;) {
		const struct directory *d = directory_at(c, at);

		if (d->size + 1U > start)
			return PATH_TOO_LONG;
		start -= d->size;
		memcpy(reversed + start, d->name, d->size);
		if (d->parent == NO_PARENT)
			break;
		reversed[--start] = '/';
		at = d->parent;
	}
	memcpy(c->path, reversed + start, sizeof(reversed) - start);
	c->path_size = sizeof(reversed) - start;
	c->path[c->path_size] = '\0';
	return c->path_size;
}

static int drop(struct collect *c, const char *reason)
{
	struct wire_message m = {.kind = WIRE_DROPPED};

	if (c->dropped++ >= SANDBOX_DROPPED_MAX)
		return 0;
	wire_text(m.step, sizeof(m.step), reason);
	wire_text(m.text, sizeof(m.text), c->path);
	return wire_send(c->in->job->control, &m, -1);
}

static int add_directory(struct collect *c, size_t parent, const char *name)
{
	size_t size = strlen(name);
	struct directory *d = (void *)(c->list + c->used);
	size_t units = (sizeof(*d) + size + 3) / 4;

	if ((c->used + units) * 4 > LIST_BYTES) {
		errno = ENOMEM;
		return -1;
	}
	d->parent = (uint32_t)parent;
	d->size = (unsigned short)size;
	memcpy(d->name, name, size);
	c->used += units;
	return 0;
}

static int begin_entry(struct collect *c, enum treestream_type type, uint64_t size)
{
	c->entries++;
	c->bytes += size;
	return treestream_entry(&c->out, type, c->path, size, &c->e);
}

static int copy_content(struct collect *c, int fd, uint64_t size)
{
	while (size > 0) {
		ssize_t n = read(fd, c->content, (size_t)FP_MIN(size, sizeof(c->content)));

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return -1; /* nothing is left that could have shortened it */
		if (treestream_content(&c->out, c->content, (size_t)n, &c->e) < 0)
			return -1;
		size -= (uint64_t)n;
	}
	return 0;
}

static int collect_file(struct collect *c, int dir_fd, const char *name, const struct stat *st)
{
	uint64_t size = (uint64_t)st->st_size;
	enum treestream_type type = st->st_mode & 0111 ? TREESTREAM_EXECUTABLE : TREESTREAM_FILE;
	int fd, r;

	if (st->st_mode & SPECIAL_BITS)
		return drop(c, "has a set-user-ID, set-group-ID or sticky bit");
	/* Holes and hard links can make little look like much. */
	if (size > c->in->job->limits.workspace_bytes - c->bytes)
		return drop(c, "makes the tree larger than the workspace may be");
	fd = host_openat2(dir_fd, name, O_RDONLY | O_NOCTTY | O_NONBLOCK, 0, BENEATH);
	if (fd < 0)
		return -1;
	r = begin_entry(c, type, size) < 0 ? -1 : copy_content(c, fd, size);
	(void)close(fd);
	return r;
}

/* Whether a link at that depth of directories leads out of the tree, by its text alone. */
static bool leads_out(const char *target, size_t depth)
{
	const char *p = target;

	if (*p == '/')
		return true;
	while (*p != '\0') {
		size_t n = strcspn(p, "/");

		if (n == 2 && p[0] == '.' && p[1] == '.') {
			if (depth-- == 0)
				return true;
		} else if (n > 0 && !(n == 1 && p[0] == '.')) {
			depth++;
		}
		p += n;
		p += strspn(p, "/");
	}
	return false;
}

static size_t depth_of(const char *path)
{
	size_t depth = 0;

	for (; *path != '\0'; path++)
		depth += *path == '/';
	return depth;
}

static int collect_link(struct collect *c, int dir_fd, const char *name)
{
	char target[TREESTREAM_LINK_MAX + 2];
	ssize_t n = readlinkat(dir_fd, name, target, sizeof(target) - 1);

	if (n < 0)
		return -1;
	target[n] = '\0';
	if (n > TREESTREAM_LINK_MAX)
		return drop(c, "is a link with too long a target");
	if (!utf8_valid(target, (size_t)n))
		return drop(c, "is a link whose target is not UTF-8");
	if (leads_out(target, depth_of(c->path)))
		return drop(c, "is a link that leads out of the tree");
	if ((uint64_t)n > c->in->job->limits.workspace_bytes - c->bytes)
		return drop(c, "makes the tree larger than the workspace may be");
	if (begin_entry(c, TREESTREAM_LINK, (uint64_t)n) < 0)
		return -1;
	return treestream_content(&c->out, target, (size_t)n, &c->e);
}

static int collect_directory(struct collect *c, size_t parent, const char *name,
			     const struct stat *st)
{
	if ((st->st_mode & SPECIAL_BITS) &&
	    drop(c, "is a directory whose special bits are not kept") < 0)
		return -1;
	if (begin_entry(c, TREESTREAM_DIRECTORY, 0) < 0)
		return -1;
	return add_directory(c, parent, name);
}

static int collect_entry(struct collect *c, int dir_fd, size_t parent, const char *name)
{
	size_t size = strlen(name), start = c->path_size + (c->path_size > 0);
	const char *fault;
	struct stat st;

	if (c->path_size > 0)
		c->path[c->path_size] = '/';
	memcpy(c->path + start, name, size + 1);
	inside_detail(c->in, c->path);
	if (fstatat(dir_fd, name, &st, AT_SYMLINK_NOFOLLOW) < 0)
		return -1;
	fault = treestream_path_fault(c->path, start + size);
	if (fault)
		return drop(c, fault);
	switch (st.st_mode & S_IFMT) {
	case S_IFREG:
		return collect_file(c, dir_fd, name, &st);
	case S_IFLNK:
		return collect_link(c, dir_fd, name);
	case S_IFDIR:
		return collect_directory(c, parent, name, &st);
	case S_IFIFO:
		return drop(c, "is a FIFO");
	case S_IFSOCK:
		return drop(c, "is a socket");
	default:
		return drop(c, "is a device");
	}
}

static int read_directory(struct collect *c, int dir_fd, size_t at)
{
	_Alignas(struct dirent64_raw) char entries[32768];
	size_t path_size = c->path_size;
	long n;

	while ((n = syscall(SYS_getdents64, dir_fd, entries, sizeof(entries))) > 0) {
		for (long offset = 0; offset < n;) {
			const struct dirent64_raw *d = (const void *)(entries + offset);

			offset += d->size;
			if (strcmp(d->name, ".") == 0 || strcmp(d->name, "..") == 0)
				continue;
			if (collect_entry(c, dir_fd, at, d->name) < 0)
				return -1;
			c->path_size = path_size;
		}
	}
	return n < 0 ? -1 : 0;
}

static int read_listed(struct collect *c, size_t at)
{
	int fd, r;

	if (write_path(c, at) == PATH_TOO_LONG)
		return -1; /* not listed, then: its own path passed the check */
	fd = host_openat2(c->in->work_fd, c->path, O_RDONLY | O_DIRECTORY, 0, BENEATH);
	if (fd < 0)
		return -1;
	r = read_directory(c, fd, at);
	(void)close(fd);
	return r;
}

static int read_all(struct collect *c)
{
	size_t at = 0;

	if (read_directory(c, c->in->work_fd, NO_PARENT) < 0)
		return -1;
	while (at < c->used) {
		const struct directory *d = directory_at(c, at);

		if (read_listed(c, at) < 0)
			return -1;
		at += (sizeof(*d) + d->size + 3) / 4;
	}
	return treestream_end(&c->out, &c->e);
}

static int tell(struct collect *c)
{
	struct wire_message m = {.kind = WIRE_COLLECTED,
				 .values = {c->entries, c->bytes, c->dropped}};

	return wire_send(c->in->job->control, &m, -1);
}

int collect_tree(struct inside *in)
{
	static struct collect c;
	int out = in->job->spec->workspace_out;

	c = (struct collect){.in = in};
	inside_detail(in, "workspace_out");
	if (ftruncate(out, 0) < 0 || lseek(out, 0, SEEK_SET) < 0)
		return -1;
	c.list = mmap(NULL, LIST_BYTES, PROT_READ | PROT_WRITE,
		      MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (c.list == MAP_FAILED)
		return -1;
	if (treestream_begin(&c.out, out, &c.e) < 0 || read_all(&c) < 0) {
		if (c.e.kind != ERR_NONE)
			inside_detail(in, c.e.text);
		return -1;
	}
	return tell(&c);
}
