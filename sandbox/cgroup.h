/*
 * A control group for one sandbox: counts all memory there is, kernel memory and unmapped files
 * included, which no rlimit does.
 *
 * Version 2 where our own group lets us make children with a memory controller: the sandbox is
 * cloned into it.  Version 1, where joining costs ten milliseconds, only when it is required.
 */
#ifndef SANDBOX_CGROUP_H
#define SANDBOX_CGROUP_H

#include <limits.h>
#include <sys/types.h>

#include "runner/base/base.h"

struct cgroup {
	int version; /* 0: none */
	int fd;	     /* its directory; or -1 */
	char path[PATH_MAX];
	const char *reason; /* why there is none */
};

#define CGROUP_INIT                                              \
	{                                                        \
		.version = 0, .fd = -1, .path = "", .reason = "" \
	}

/* Leaves version 0 and a reason where it cannot be. */
void cgroup_make(struct cgroup *c, bool required, uint64_t memory_bytes, uint64_t processes);

/* For version 1, after the clone. */
FP_MUST_CHECK int cgroup_join(const struct cgroup *c, pid_t pid);

/* Peak, and whether the kernel had to kill at the limit; once all is dead. */
void cgroup_read(const struct cgroup *c, uint64_t *ret_peak_bytes, bool *ret_killed);

/* Removes it. */
void cgroup_release(struct cgroup *c);

#endif
