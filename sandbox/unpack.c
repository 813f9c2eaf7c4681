/*
 * Fills the workspace from the tree stream, which lies mapped in memory.  tmpfs lists a directory
 * newest first, so the order in which entries are made is the order that the program sees: given,
 * or from the last entry to the first.
 */
#include <endian.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/fsuid.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include "runner/base/treestream.h"
#include "sandbox/host.h"
#include "sandbox/inside.h"

#define MAGIC "FPTREE1\n"
#define MAGIC_BYTES 8
#define HEADER_BYTES 13
#define BENEATH (RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_XDEV)

struct entry {
	char type;
	const char *path;
	size_t path_size;
	const uint8_t *content;
	uint64_t size;
	size_t next; /* offset of the one after it */
};

struct unpack {
	struct inside *in;
	int parent_fd; /* of the entry before, kept because the next one often has the same */
	size_t parent_size;
	char parent[TREESTREAM_PATH_MAX + 1];
	char path[TREESTREAM_PATH_MAX + 1];
};

static int bad_stream(struct inside *in, const char *why)
{
	inside_detail(in, why);
	errno = EBADMSG;
	return -1;
}

/* 1 and the entry at offset, 0 at the end, -1 when it is none. */
static int read_entry(struct inside *in, size_t offset, struct entry *entry)
{
	const uint8_t *p = (const uint8_t *)in->job->stream + offset;
	size_t left = in->job->stream_size - offset;
	uint32_t path_size;

	if (left < HEADER_BYTES)
		return bad_stream(in, "the stream ends early");
	entry->type = (char)p[0];
	memcpy(&path_size, p + 1, sizeof(path_size));
	memcpy(&entry->size, p + 5, sizeof(entry->size));
	entry->path_size = le32toh(path_size);
	entry->size = le64toh(entry->size);
	left -= HEADER_BYTES;
	if (entry->type == 'e')
		return 0;
	if (entry->path_size > left || entry->size > left - entry->path_size)
		return bad_stream(in, "the stream ends early");
	entry->path = (const char *)p + HEADER_BYTES;
	entry->content = p + HEADER_BYTES + entry->path_size;
	entry->next = offset + HEADER_BYTES + entry->path_size + (size_t)entry->size;
	if (treestream_path_fault(entry->path, entry->path_size))
		return bad_stream(in, "an entry's path is not allowed");
	return 1;
}

static int open_dir(int dir_fd, const char *path)
{
	return host_openat2(dir_fd, path, O_RDONLY | O_DIRECTORY, 0, BENEATH);
}

/* Opens the directory path, making what is missing of it, one component after the other. */
static int open_or_make(struct unpack *u, char *path)
{
	int fd = open_dir(u->in->work_fd, path);

	if (fd >= 0 || errno != ENOENT)
		return fd;
	for (char *p = path;; p++) {
		char c = *p;

		if (c != '/' && c != '\0')
			continue;
		*p = '\0';
		fd = open_dir(u->in->work_fd, path);
		if (fd >= 0)
			(void)close(fd);
		else if (errno != ENOENT || mkdirat(u->in->work_fd, path, 0755) < 0)
			return -1;
		*p = c;
		if (c == '\0')
			return open_dir(u->in->work_fd, path);
	}
}

static int enter_parent(struct unpack *u, size_t size)
{
	if (u->parent_fd >= 0 && size == u->parent_size && memcmp(u->parent, u->path, size) == 0)
		return 0;
	if (u->parent_fd >= 0)
		(void)close(u->parent_fd);
	memcpy(u->parent, u->path, size);
	u->parent[size] = '\0';
	u->parent_size = size;
	if (size == 0)
		u->parent_fd = openat(u->in->work_fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	else
		u->parent_fd = open_or_make(u, u->parent);
	return u->parent_fd < 0 ? -1 : 0;
}

static int write_content(int fd, const struct entry *entry)
{
	uint64_t done = 0;

	while (done < entry->size) {
		ssize_t n = write(fd, entry->content + done, (size_t)(entry->size - done));

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -1;
		done += (uint64_t)n;
	}
	return 0;
}

static int make_file(int dir_fd, const char *name, const struct entry *entry)
{
	mode_t mode = entry->type == 'x' ? 0755 : 0644;
	int r, fd = openat(dir_fd, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC,
			   mode);

	if (fd < 0)
		return -1;
	r = write_content(fd, entry);
	(void)close(fd);
	return r;
}

static int make_link(int dir_fd, const char *name, const struct entry *entry)
{
	char target[TREESTREAM_LINK_MAX + 1];

	if (entry->size > TREESTREAM_LINK_MAX) {
		errno = ENAMETOOLONG;
		return -1;
	}
	memcpy(target, entry->content, (size_t)entry->size);
	target[entry->size] = '\0';
	return symlinkat(target, dir_fd, name);
}

static int make_entry(struct unpack *u, const struct entry *entry)
{
	const char *slash, *name;

	memcpy(u->path, entry->path, entry->path_size);
	u->path[entry->path_size] = '\0';
	inside_detail(u->in, u->path);
	slash = strrchr(u->path, '/');
	name = slash ? slash + 1 : u->path;
	if (enter_parent(u, slash ? (size_t)(slash - u->path) : 0) < 0)
		return -1;
	switch (entry->type) {
	case 'f':
	case 'x':
		return make_file(u->parent_fd, name, entry);
	case 'l':
		return make_link(u->parent_fd, name, entry);
	case 'd':
		if (mkdirat(u->parent_fd, name, 0755) == 0)
			return 0;
		/* An entry below it came first and made it. */
		return errno == EEXIST ? 0 : -1;
	default:
		return bad_stream(u->in, "an entry is of no known type");
	}
}

static int unpack_given(struct unpack *u)
{
	size_t offset = MAGIC_BYTES;
	struct entry entry;
	int r;

	while ((r = read_entry(u->in, offset, &entry)) > 0) {
		if (make_entry(u, &entry) < 0)
			return -1;
		offset = entry.next;
	}
	return r;
}

/* The offsets of all entries go into memory of our own, because there is no allocator here. */
static int unpack_reversed(struct unpack *u)
{
	size_t count = 0, room = 0, offset = MAGIC_BYTES, *offsets;
	struct entry entry;
	int r;

	while ((r = read_entry(u->in, offset, &entry)) > 0) {
		room++;
		offset = entry.next;
	}
	if (r < 0 || room == 0)
		return r;
	offsets = mmap(NULL, room * sizeof(*offsets), PROT_READ | PROT_WRITE,
		       MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (offsets == MAP_FAILED)
		return -1;
	for (offset = MAGIC_BYTES; count < room && read_entry(u->in, offset, &entry) > 0;) {
		offsets[count++] = offset;
		offset = entry.next;
	}
	while (count > 0) {
		if (read_entry(u->in, offsets[--count], &entry) < 0 || make_entry(u, &entry) < 0)
			return -1;
	}
	return munmap(offsets, room * sizeof(*offsets));
}

/* --- times --------------------------------------------------------------------------------- */

static struct timespec moved_now(const struct sandbox_variation *v)
{
	int64_t ns = v->clock_ns;
	struct timespec t = {0, 0};

	if (v->clock == SANDBOX_CLOCK_OFFSET && clock_gettime(CLOCK_REALTIME, &t) == 0)
		ns += (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
	t = (struct timespec){ns / 1000000000, ns % 1000000000};
	if (t.tv_nsec < 0) {
		t.tv_nsec += 1000000000;
		t.tv_sec--;
	}
	return t;
}

/* The path and all directories it lies in. */
static int set_times(struct unpack *u, const struct entry *entry, const struct timespec *times)
{
	memcpy(u->path, entry->path, entry->path_size);
	u->path[entry->path_size] = '\0';
	for (;;) {
		char *slash = strrchr(u->path, '/');

		if (utimensat(u->in->work_fd, u->path, times, AT_SYMLINK_NOFOLLOW) < 0)
			return -1;
		if (!slash)
			return 0;
		*slash = '\0';
	}
}

/* What was there before the program started is as old as its clock says. */
static int move_times(struct unpack *u)
{
	struct timespec times[2];
	size_t offset = MAGIC_BYTES;
	struct entry entry;
	int r;

	times[0] = times[1] = moved_now(&u->in->job->v);
	while ((r = read_entry(u->in, offset, &entry)) > 0) {
		if (set_times(u, &entry, times) < 0)
			return -1;
		offset = entry.next;
	}
	return r < 0 ? r : futimens(u->in->work_fd, times);
}

int unpack_stream(struct inside *in)
{
	struct unpack u = {.in = in, .parent_fd = -1};
	const struct job *job = in->job;
	int r;

	inside_detail(in, "");
	if (!job->stream)
		return 0;
	if (job->stream_size < MAGIC_BYTES || memcmp(job->stream, MAGIC, MAGIC_BYTES) != 0)
		return bad_stream(in, "not a tree stream");
	/* What is made belongs to the program. */
	(void)setfsgid(job->v.gid);
	(void)setfsuid(job->v.uid);
	r = job->v.order == SANDBOX_ORDER_REVERSED ? unpack_reversed(&u) : unpack_given(&u);
	if (r == 0 && job->v.clock != SANDBOX_CLOCK_REAL)
		r = move_times(&u);
	if (job->privileged) {
		int saved = errno;

		(void)setfsuid(0);
		(void)setfsgid(0);
		errno = saved;
	}
	if (u.parent_fd >= 0)
		(void)close(u.parent_fd);
	return r;
}
