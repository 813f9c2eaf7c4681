/*
 * A spec made ready: every default filled in, every text and list in memory, every descriptor
 * open, so that the processes inside only make system calls.  The caller's process fills it; the
 * clones read it in their copy of its memory.
 */
#ifndef SANDBOX_JOB_H
#define SANDBOX_JOB_H

#include <limits.h>
#include <sys/capability.h>
#include <sys/stat.h>
#include <sys/types.h>

#include "runner/base/arena.h"
#include "runner/base/err.h"
#include "sandbox/cgroup.h"
#include "sandbox/filter.h"
#include "sandbox/sandbox.h"
#include "sandbox/wire.h"

/* Something of the host that appears inside, read-only. */
struct job_bind {
	const char *host;   /* opened by the inside, where fd is -1 */
	int fd;		    /* a detached mount made by the caller's process; or -1 */
	const char *inside; /* relative to the root, no "." or ".." */
	bool directory;
	bool device;
	dev_t dev; /* what it must turn out to be */
	ino_t ino;
};

struct job_text {
	const char *path; /* relative to the root */
	const char *text; /* content, or target of a link */
	size_t size;
};

struct job {
	const struct sandbox_spec *spec;
	struct sandbox_limits limits;
	struct sandbox_variation v;
	const struct filter *filter;
	cap_t no_capabilities;

	bool privileged; /* two identities of our own choice; otherwise only the caller's */
	uid_t outer_uid; /* of the payload */
	gid_t outer_gid;
	uid_t outer_root;  /* of process 1, where privileged */
	bool own_network;  /* a network namespace must be made */
	bool watch_memory; /* process 1 polls /proc */
	bool cover_files;  /* the image has an /etc of its own */

	const char *const *argv;
	const char *const *env;
	const char *const *candidates; /* files to try to execute, NULL-terminated */
	const char *directory;	       /* absolute working directory */

	const struct job_bind *binds;
	size_t bind_count;
	const struct job_text *links;
	size_t link_count;
	const struct job_text *files;
	size_t file_count;
	const char *const *writable; /* directories, relative to the root */
	size_t writable_count;
	const char *workspace; /* relative to the root */
	const char *tmpfs_size, *tmpfs_inodes;

	const void *stream; /* workspace_in, mapped; NULL when empty */
	size_t stream_size;

	int control;		  /* the inside's end of the pair */
	int stdout_fd, stderr_fd; /* write ends of pipes */
	int landlock_abi;	  /* 0: none */
	struct cgroup cgroup;
};

/* Opens descriptors, which job_release closes; everything else is the arena's. */
FP_MUST_CHECK int job_make(const struct sandbox_spec *spec, struct arena *a, struct job *ret_job,
			   struct err *e);
void job_release(struct job *job);

/* Without its first slash; NULL when it is not absolute, or has an empty, "." or ".." component. */
const char *job_below_root(const char *path);

/* rootlist.c: lists what the root will hold. */
FP_MUST_CHECK int rootlist_make(struct job *job, struct arena *a, struct err *e);

#define JOB_RANDOM_FILE_BYTES (1024 * 1024) /* of the file that stands in for /dev/urandom */

/* For the inside: says which step failed, with errno as it is, and ends the process. */
void job_fail(const struct job *job, const char *step, const char *detail) FP_NORETURN;

#endif
