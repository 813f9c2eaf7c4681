/* What the sandbox holds, read without allocation: /proc of its own, and its file system. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/statfs.h>
#include <sys/syscall.h>

#include "sandbox/inside.h"

struct dirent64_raw {
	uint64_t ino;
	int64_t off;
	unsigned short size;
	unsigned char type;
	char name[];
};

/* The number after key in text, or 0. */
static uint64_t number_after(const char *text, const char *key)
{
	const char *p = strstr(text, key);
	uint64_t value = 0;

	if (!p)
		return 0;
	for (p += strlen(key); *p == ' ' || *p == '\t'; p++)
		;
	for (; *p >= '0' && *p <= '9'; p++)
		value = value * 10 + (uint64_t)(*p - '0');
	return value;
}

static ssize_t read_small(int dir_fd, const char *path, char *text, size_t size)
{
	int fd = openat(dir_fd, path, O_RDONLY | O_CLOEXEC);
	ssize_t n;

	if (fd < 0)
		return -1;
	n = read(fd, text, size - 1);
	(void)close(fd);
	text[n < 0 ? 0 : n] = '\0';
	return n;
}

/* User and system time of pid in clock ticks: fields 14 and 15, after the name in parentheses. */
static uint64_t ticks_of(const char *stat)
{
	const char *p = strrchr(stat, ')');
	uint64_t value = 0;

	for (int field = 2; p && field < 14; field++)
		p = strchr(p + 1, ' ');
	if (!p)
		return 0;
	for (int i = 0; i < 2; i++) {
		uint64_t one = 0;

		for (p++; *p >= '0' && *p <= '9'; p++)
			one = one * 10 + (uint64_t)(*p - '0');
		value += one;
	}
	return value;
}

static void add_process(const struct inside *in, const char *pid, struct usage *usage)
{
	char path[64], text[4096];
	size_t n = strnlen(pid, 20);

	memcpy(path, pid, n);
	memcpy(path + n, "/status", sizeof("/status"));
	if (read_small(in->proc_fd, path, text, sizeof(text)) > 0) {
		usage->memory_bytes +=
			1024 * (number_after(text, "RssAnon:") + number_after(text, "RssShmem:") +
				number_after(text, "VmPTE:"));
		usage->threads += number_after(text, "Threads:");
		usage->descriptors = FP_MAX(usage->descriptors, number_after(text, "FDSize:"));
	}
	memcpy(path + n, "/stat", sizeof("/stat"));
	if (read_small(in->proc_fd, path, text, sizeof(text)) > 0)
		usage->cpu_ns += ticks_of(text) * (1000000000U / 100U);
}

void usage_read(const struct inside *in, struct usage *ret_usage)
{
	_Alignas(struct dirent64_raw) char entries[8192];
	int fd = openat(in->proc_fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	long n;

	*ret_usage = (struct usage){0};
	if (fd < 0)
		return;
	while ((n = syscall(SYS_getdents64, fd, entries, sizeof(entries))) > 0) {
		for (long at = 0; at < n;) {
			const struct dirent64_raw *d = (const void *)(entries + at);

			/* Not process 1, which is ours. */
			if (d->name[0] >= '1' && d->name[0] <= '9' && strcmp(d->name, "1") != 0)
				add_process(in, d->name, ret_usage);
			at += d->size;
		}
	}
	(void)close(fd);
}

void usage_disk(const struct inside *in, struct usage_disk *ret_disk)
{
	struct statfs fs;

	*ret_disk = (struct usage_disk){.free_bytes = UINT64_MAX, .free_inodes = UINT64_MAX};
	if (fstatfs(in->work_fd, &fs) < 0)
		return;
	ret_disk->used_bytes = (uint64_t)(fs.f_blocks - fs.f_bfree) * (uint64_t)fs.f_bsize;
	ret_disk->free_bytes = (uint64_t)fs.f_bfree * (uint64_t)fs.f_bsize;
	ret_disk->free_inodes = fs.f_ffree;
}
