#include "sandbox/cgroup.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdatomic.h>
#include <sys/stat.h>

#include "runner/base/fd.h"
#include "sandbox/sandbox.h"

#define PREFIX "fixproof-"
#define LEAF "/fixproof-leaf"

static const struct names {
	const char *memory, *processes, *peak, *events, *killed;
} names[] = {
	[1] = {"memory.limit_in_bytes", NULL, "memory.max_usage_in_bytes", "memory.oom_control",
	       "\noom_kill "},
	[2] = {"memory.max", "pids.max", "memory.peak", "memory.events", "\noom_kill "},
};

static int write_text(int dir_fd, const char *name, const char *text)
{
	int fd = openat(dir_fd, name, O_WRONLY | O_CLOEXEC);
	ssize_t n;

	if (fd < 0)
		return -1;
	n = write(fd, text, strlen(text));
	fd_close(fd);
	return n < 0 ? -1 : 0;
}

static int write_number(int dir_fd, const char *name, uint64_t value)
{
	char text[32];

	(void)snprintf(text, sizeof(text), "%llu", (unsigned long long)value);
	return write_text(dir_fd, name, text);
}

static bool read_fd(int fd, char *text, size_t size)
{
	ssize_t n = read(fd, text, size - 1);

	text[n > 0 ? n : 0] = '\0';
	return n > 0;
}

static bool read_text(int dir_fd, const char *name, char *text, size_t size)
{
	int fd = openat(dir_fd, name, O_RDONLY | O_CLOEXEC);
	bool any = fd >= 0 && read_fd(fd, text, size);

	fd_close(fd);
	return any;
}

/* Who has settled in a leaf makes groups beside it. */
static void end_at_leaf(char *path)
{
	size_t size = strlen(path), leaf = strlen(LEAF);

	if (size > leaf && strcmp(path + size - leaf, LEAF) == 0)
		path[size - leaf] = '\0';
}

/* Our own group below one of the usual mount points; "0::PATH" or "N:memory:PATH". */
static bool find_own(int version, char *path, size_t size)
{
	static const char *const roots[][2] = {
		[1] = {"/sys/fs/cgroup/memory", NULL},
		[2] = {"/sys/fs/cgroup", "/sys/fs/cgroup/unified"},
	};
	const char *key = version == 2 ? "0::" : ":memory:";
	char line[PATH_MAX];
	bool found = false;
	FILE *in = fopen("/proc/self/cgroup", "re");

	while (in && !found && fgets(line, sizeof(line), in)) {
		const char *at = strstr(line, key);

		line[strcspn(line, "\n")] = '\0';
		if (!at || (version == 2 && at != line))
			continue;
		for (size_t i = 0; i < 2 && roots[version][i] && !found; i++) {
			int n = snprintf(path, size, "%s%s", roots[version][i], at + strlen(key));
			char probe[PATH_MAX + 32];

			end_at_leaf(path);
			(void)snprintf(probe, sizeof(probe), "%s/cgroup.procs", path);
			found = n > 0 && (size_t)n < size && access(probe, F_OK) == 0;
		}
	}
	if (in)
		(void)fclose(in);
	return found;
}

/* Groups of processes that were killed before they could remove them. */
static void sweep(const char *parent)
{
	DIR *dir = opendir(parent);
	struct dirent *entry;

	while (dir && (entry = readdir(dir))) {
		long pid;

		if (strncmp(entry->d_name, PREFIX, strlen(PREFIX)) != 0)
			continue;
		pid = strtol(entry->d_name + strlen(PREFIX), NULL, 10);
		if (pid > 0 && kill((pid_t)pid, 0) < 0 && errno == ESRCH)
			(void)unlinkat(dirfd(dir), entry->d_name, AT_REMOVEDIR);
	}
	if (dir)
		(void)closedir(dir);
}

/* Whether a list of controllers ("cpu memory pids") has memory in it. */
static bool lists_memory(const char *own, const char *file)
{
	char path[PATH_MAX], text[512] = " ";
	int fd;
	bool found;

	(void)snprintf(path, sizeof(path), "%s/%s", own, file);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return false;
	found = read_fd(fd, text + 1, sizeof(text) - 1) && strstr(text, " memory");
	fd_close(fd);
	return found;
}

static bool holds_only_us(const char *own)
{
	char path[PATH_MAX], text[64];
	int fd;
	bool alone;

	(void)snprintf(path, sizeof(path), "%s/cgroup.procs", own);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return false;
	alone = read_fd(fd, text, sizeof(text)) && strtol(text, NULL, 10) == getpid() &&
		strchr(text, '\n') == strrchr(text, '\n');
	fd_close(fd);
	return alone;
}

void sandbox_settle(void)
{
	char own[PATH_MAX - 64], leaf[PATH_MAX];
	int fd;

	if (!find_own(2, own, sizeof(own)) || lists_memory(own, "cgroup.subtree_control") ||
	    !lists_memory(own, "cgroup.controllers") || !holds_only_us(own))
		return;
	(void)snprintf(leaf, sizeof(leaf), "%s" LEAF, own);
	if (mkdir(leaf, 0755) < 0 && errno != EEXIST)
		return;
	fd = open(leaf, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return;
	if (write_number(fd, "cgroup.procs", (uint64_t)getpid()) == 0) {
		fd_close(fd);
		fd = open(own, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		/* Where that is refused, sandboxes have no such group, and say so. */
		(void)write_text(fd, "cgroup.subtree_control", "+memory +pids");
	}
	fd_close(fd);
}

static bool make_one(struct cgroup *c, int version, uint64_t memory_bytes, uint64_t processes)
{
	static atomic_uint count;
	char own[PATH_MAX - 64];

	if (!find_own(version, own, sizeof(own)) ||
	    /* Making a group and taking it away again is dear, so ask first. */
	    (version == 2 && !lists_memory(own, "cgroup.subtree_control")))
		return false;
	sweep(own);
	(void)snprintf(c->path, sizeof(c->path), "%s/" PREFIX "%d-%u", own, getpid(), count++);
	if (mkdir(c->path, 0755) < 0)
		return false;
	c->fd = open(c->path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (c->fd >= 0 && write_number(c->fd, names[version].memory, memory_bytes) == 0) {
		/*
		 * Processes are limited by an rlimit too; process 1 counts here, and one more than
		 * the limit is let in (ending.c says why).
		 */
		if (names[version].processes)
			(void)write_number(c->fd, names[version].processes, processes + 2);
		/* At the limit all die, not only the largest. */
		if (version == 2)
			(void)write_text(c->fd, "memory.oom.group", "1");
		c->version = version;
		return true;
	}
	cgroup_release(c);
	return false;
}

void cgroup_make(struct cgroup *c, bool required, uint64_t memory_bytes, uint64_t processes)
{
	if (make_one(c, 2, memory_bytes, processes))
		return;
	c->reason = "no cgroup of version 2 with a memory controller is delegated to us";
	if (required && !make_one(c, 1, memory_bytes, processes))
		c->reason = "no cgroup with a memory controller is delegated to us; "
			    "systemd-run --user --scope -p Delegate=yes gives one";
}

int cgroup_join(const struct cgroup *c, pid_t pid)
{
	return c->version == 1 ? write_number(c->fd, "cgroup.procs", (uint64_t)pid) : 0;
}

void cgroup_read(const struct cgroup *c, uint64_t *ret_peak_bytes, bool *ret_killed)
{
	char text[4096] = "\n";
	const char *at;

	*ret_peak_bytes = 0;
	*ret_killed = false;
	if (c->version == 0)
		return;
	if (read_text(c->fd, names[c->version].peak, text, sizeof(text)))
		*ret_peak_bytes = strtoull(text, NULL, 10);
	if (!read_text(c->fd, names[c->version].events, text + 1, sizeof(text) - 1))
		return;
	text[0] = '\n';
	at = strstr(text, names[c->version].killed);
	*ret_killed = at && strtoull(at + strlen(names[c->version].killed), NULL, 10) > 0;
}

void cgroup_release(struct cgroup *c)
{
	fd_cleanup(&c->fd);
	if (c->path[0] != '\0')
		(void)rmdir(c->path);
	c->path[0] = '\0';
	c->version = 0;
}
