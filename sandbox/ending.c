/*
 * Limits that no signal tells of: the kernel refuses one process or descriptor too many with an
 * error, and the program ends as it likes.  It is given one more than its limit, so that to have
 * more than the limit is to have passed it; process 1 looks for that while it polls, and here it is
 * looked for when a process ends with a failure, which may be too soon for a poll.
 *
 * A process need not have its descriptors open any more by then.  But the kernel never makes its
 * table of them smaller, and tells how large it is: a table of 1024 becomes one of 2048 when
 * number 1024 is given out, and not before.  That is why the limit is a power of two.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/ioctl.h>

#include "runner/base/fd.h"
#include "sandbox/watch.h"

static uint64_t table_size(pid_t pid)
{
	char path[64], text[4096];
	const char *at;
	FILE *file;

	(void)snprintf(path, sizeof(path), "/proc/%d/status", pid);
	file = fopen(path, "re");
	if (!file)
		return 0;
	text[fread(text, 1, sizeof(text) - 1, file)] = '\0';
	(void)fclose(file);
	at = strstr(text, "\nFDSize:");
	return at ? strtoull(at + strlen("\nFDSize:"), NULL, 10) : 0;
}

/* Threads of all processes inside but process 1, by the /proc that the program itself sees. */
static uint64_t count_threads(pid_t pid)
{
	char path[64];
	uint64_t count = 0;
	struct dirent *entry;
	DIR *dir;

	(void)snprintf(path, sizeof(path), "/proc/%d/root/proc", pid);
	dir = opendir(path);
	while (dir && (entry = readdir(dir))) {
		char task[300];
		struct stat st;

		if (entry->d_name[0] < '1' || entry->d_name[0] > '9' ||
		    strcmp(entry->d_name, "1") == 0)
			continue;
		(void)snprintf(task, sizeof(task), "%s/task", entry->d_name);
		if (fstatat(dirfd(dir), task, &st, 0) == 0 && st.st_nlink > 2)
			count += st.st_nlink - 2;
	}
	if (dir)
		(void)closedir(dir);
	return count;
}

static enum sandbox_limit passed(const struct watch *w, pid_t pid)
{
	const struct sandbox_limits *l = &w->job->limits;

	if (table_size(pid) > l->descriptors)
		return SANDBOX_LIMIT_DESCRIPTORS;
	if (count_threads(pid) > l->processes)
		return SANDBOX_LIMIT_PROCESSES;
	return SANDBOX_LIMIT_NONE;
}

void ending_look(struct watch *w, const struct seccomp_notif *n)
{
	struct seccomp_notif_resp go = {.id = n->id, .flags = SECCOMP_USER_NOTIF_FLAG_CONTINUE};
	enum sandbox_limit limit = passed(w, (pid_t)n->pid);

	if (limit != SANDBOX_LIMIT_NONE)
		watch_kill(w, limit);
	else
		(void)ioctl(w->listener, SECCOMP_IOCTL_NOTIF_SEND, &go);
}
