#include "runner/plan/hcl/workdir.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <string.h>
#include <sys/stat.h>

#include "runner/base/fd.h"

#define COMPONENTS_MAX 512

struct components {
	const char *start[COMPONENTS_MAX];
	size_t size[COMPONENTS_MAX], count;
};

/* Leaves out "." and empty components, and those that ".." takes back. */
static bool split(const char *path, bool rooted, struct components *list)
{
	for (const char *p = path; *p != '\0';) {
		size_t n = strcspn(p, "/");
		bool up = n == 2 && p[0] == '.' && p[1] == '.';
		bool may_go =
			list->count > 0 && !(list->size[list->count - 1] == 2 &&
					     memcmp(list->start[list->count - 1], "..", 2) == 0);

		if (up && may_go) {
			list->count--;
		} else if (n > 0 && !(n == 1 && p[0] == '.') && !(up && rooted)) {
			if (list->count >= COMPONENTS_MAX)
				return false;
			list->start[list->count] = p;
			list->size[list->count++] = n;
		}
		p += n + (p[n] == '/');
	}
	return true;
}

const char *workdir_clean(struct arena *a, const char *path)
{
	struct components *list = arena_alloc(a, sizeof(*list));
	bool rooted = path[0] == '/';
	char *out = arena_alloc(a, strlen(path) + 3), *p = out;

	if (!split(path, rooted, list))
		return NULL;
	if (rooted)
		*p++ = '/';
	for (size_t i = 0; i < list->count; i++) {
		if (i > 0)
			*p++ = '/';
		memcpy(p, list->start[i], list->size[i]);
		p += list->size[i];
	}
	if (p == out)
		*p++ = '.';
	*p = '\0';
	return out;
}

const char *workdir_path(struct call *c, size_t arg, const char *path)
{
	const struct eval_env *env = c->eval->env;
	const char *clean;
	size_t n;

	if (!env || env->dir_fd < 0)
		return call_unsupported(c, "there are no files here");
	if (path[0] == '~')
		return call_unsupported(c, "the home directory in \"%s\"", path);
	clean = workdir_clean(c->arena, path);
	if (!clean)
		return call_limit(c, "a path of more than %d components", COMPONENTS_MAX);
	if (clean[0] == '/') {
		n = env->cwd ? strlen(env->cwd) : 0;
		if (n == 0 || strncmp(clean, env->cwd, n) != 0 ||
		    (clean[n] != '/' && clean[n] != '\0'))
			return call_unsupported(c, "\"%s\" is outside of the workspace", path);
		clean = clean[n] == '\0' ? "." : clean + n + 1;
	}
	if (strncmp(clean, "..", 2) == 0 && (clean[2] == '/' || clean[2] == '\0'))
		return call_unsupported(c, "\"%s\" is outside of the workspace", path);
	(void)arg;
	return clean;
}

/* openat2(2) where it may be called; else component by component, without links. */
static int open_beneath(int dir_fd, const char *path, int flags)
{
	int fd = fd_openat2(dir_fd, path, flags, 0, RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS);
	int at, next;
	const char *p = path;

	if (fd >= 0 || (errno != ENOSYS && errno != EPERM))
		return fd;
	at = fcntl(dir_fd, F_DUPFD_CLOEXEC, 3);
	while (at >= 0) {
		size_t n = strcspn(p, "/");
		bool last = p[n] == '\0';
		char name[256];

		if (n >= sizeof(name)) {
			errno = ENAMETOOLONG;
			next = -1;
		} else {
			memcpy(name, p, n);
			name[n] = '\0';
			next = openat(at, name,
				      (last ? flags : O_PATH | O_DIRECTORY) | O_NOFOLLOW |
					      O_CLOEXEC);
		}
		(void)close(at);
		if (last || next < 0)
			return next;
		at = next;
		p += n + 1;
	}
	return -1;
}

void workdir_note_absent(struct call *c, const char *path)
{
	struct eval_absent *absent = c->eval->env->absent;
	size_t low = 0, high = absent ? absent->count : 0;

	if (!absent)
		return;
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		int order = strcmp(absent->paths[middle], path);

		if (order == 0)
			return;
		if (order < 0)
			low = middle + 1;
		else
			high = middle;
	}
	absent->paths = arena_grow(c->arena, absent->paths, absent->count, &absent->capacity,
				   sizeof(*absent->paths));
	memmove(absent->paths + low + 1, absent->paths + low,
		(absent->count++ - low) * sizeof(*absent->paths));
	absent->paths[low] = arena_strdup(c->arena, path);
}

bool workdir_open(struct call *c, size_t arg, const char *path, enum workdir_kind *ret_kind,
		  int *ret_fd)
{
	const char *relative = workdir_path(c, arg, path);
	FP_CLEANUP(fd_cleanup) int fd = -1;
	struct stat st;

	if (!relative)
		return false;
	fd = open_beneath(c->eval->env->dir_fd, relative, O_RDONLY | O_NONBLOCK);
	if (fd < 0 && (errno == ENOENT || errno == ENOTDIR)) {
		*ret_kind = WORKDIR_NOTHING;
		workdir_note_absent(c, relative);
		return true;
	}
	if (fd < 0 || fstat(fd, &st) < 0) {
		call_unsupported(c, "\"%s\" cannot be read here: %s", path,
				 errno == EXDEV ? "it leads out of the workspace"
						: strerror(errno));
		return false;
	}
	*ret_kind = S_ISREG(st.st_mode)	  ? WORKDIR_FILE
		    : S_ISDIR(st.st_mode) ? WORKDIR_DIRECTORY
					  : WORKDIR_OTHER;
	if (ret_fd)
		*ret_fd = fd_steal(&fd);
	return true;
}

bool workdir_read(struct call *c, size_t arg, const char *path, struct buf *out)
{
	FP_CLEANUP(fd_cleanup) int fd = -1;
	enum workdir_kind kind;
	struct err e = ERR_INIT;

	if (!workdir_open(c, arg, path, &kind, &fd))
		return false;
	if (kind == WORKDIR_NOTHING) {
		call_fail_arg(
			c, arg,
			"no file exists at \"%s\"; this function works only with files that "
			"are distributed as part of the configuration source code, so if this "
			"file will be created by a resource in this configuration you must "
			"instead obtain this result from an attribute of that resource",
			path);
		return false;
	}
	if (kind != WORKDIR_FILE) {
		call_fail_arg(c, arg, "failed to read file: \"%s\" is not a regular file", path);
		return false;
	}
	if (fd_read_all(fd, out, path, &e) < 0) {
		call_limit(c, "%s", e.text);
		return false;
	}
	return true;
}
