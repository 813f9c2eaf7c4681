/* What runs inside: process 1, which builds the root and outlives everything, and its payload. */
#ifndef SANDBOX_INSIDE_H
#define SANDBOX_INSIDE_H

#include "sandbox/job.h"

#define INSIDE_DETAIL_BYTES 512

/* What process 1 holds on to; its own memory, never shared. */
struct inside {
	const struct job *job;
	int root_fd;
	int work_fd;			  /* the workspace, as its own mount */
	int proc_fd;			  /* a /proc of the sandbox; or -1 */
	uint64_t used_bytes;		  /* of the tmpfs, before the program started */
	char detail[INSIDE_DETAIL_BYTES]; /* what a failed step was about */
};

/* The whole life of process 1. */
void inside_main(const struct job *job) FP_NORETURN;

/* mounts.c: steps; 0, or -1 with errno and detail. */
int mounts_root(struct inside *in);
int mounts_binds(struct inside *in);
int mounts_proc(struct inside *in);
int mounts_files(struct inside *in);
int mounts_writable(struct inside *in);
int mounts_pivot(struct inside *in);

/* unpack.c: a step too. */
int unpack_stream(struct inside *in);

/* payload.c: becomes the program. */
void payload_main(struct inside *in) FP_NORETURN;

/* collect.c: writes the tree to workspace_out and tells about it; 0, or -1 with errno. */
int collect_tree(struct inside *in);

/* usage.c: what the processes of the sandbox hold and have used, by /proc. */
struct usage {
	uint64_t memory_bytes;
	uint64_t cpu_ns;
	uint64_t threads;     /* of all processes */
	uint64_t descriptors; /* the largest table of a process; see ending.c */
};
void usage_read(const struct inside *in, struct usage *ret_usage);

/* Of the tmpfs of root and workspace. */
struct usage_disk {
	uint64_t used_bytes, free_bytes, free_inodes;
};
void usage_disk(const struct inside *in, struct usage_disk *ret_disk);

void inside_detail(struct inside *in, const char *text);

#endif
