/*
 * Runs one program that nobody trusts, and tells afterwards what it did: one spec, one result, one
 * function.  Needs nothing of fixproof but runner/base.  How it works stands at the top of
 * sandbox.c; what each refused system call answers stands in policies/seccomp.
 *
 * The program sees a read-only root, a workspace that is a copy of the tree it was given, a HOME
 * and a TMPDIR of its own, and nothing else of the host: no network, no other process, no
 * descriptor and no variable that the spec does not name.  When it ends, or a limit is hit, every
 * process it started is dead before the workspace is read back.
 *
 * Works as root and as an ordinary user who may make user namespaces.  What cannot be set up is
 * ERR_SANDBOX with the step, the reason and the remedy, and nothing has run; only the layers of
 * struct sandbox_layers may be weaker, where the spec prefers instead of requires them.
 */
#ifndef SANDBOX_SANDBOX_H
#define SANDBOX_SANDBOX_H

#include "runner/base/arena.h"
#include "runner/base/base.h"
#include "runner/base/err.h"
#include "runner/base/sha256.h"

/* More of these in one spec are ERR_LIMIT; more in one result are counted, not listed. */
#define SANDBOX_ARGS_MAX 4096
#define SANDBOX_FDS_MAX 64
#define SANDBOX_BINDS_MAX 64
#define SANDBOX_PROGRAMS_MAX 1024
#define SANDBOX_REFUSALS_MAX 256
#define SANDBOX_DROPPED_MAX 1024

/* Numbers that struct sandbox_fd may not use: 0 to 2, and this one, which set-up needs. */
#define SANDBOX_CONTROL_FD 255

/* Which system calls are allowed; policies/seccomp/NAME.list. */
enum sandbox_profile {
	SANDBOX_PLANNER,   /* our own static worker: no sockets, no new programs */
	SANDBOX_FIXER,	   /* shells, interpreters, git */
	SANDBOX_TERRAFORM, /* what Go and its plugins need; unix sockets */
};

enum sandbox_image {
	SANDBOX_IMAGE_NONE,   /* an empty root: only for programs run by exec_fd, or from binds */
	SANDBOX_IMAGE_HOST,   /* the host's /usr and what links into it, read-only */
	SANDBOX_IMAGE_ROOTFS, /* the directory image_path or image_fd, read-only */
};

/* How strongly a layer is wanted that not every kernel has. */
enum sandbox_demand {
	SANDBOX_REQUIRE,
	SANDBOX_PREFER,
	SANDBOX_OMIT,
};

struct sandbox_layers {
	enum sandbox_demand landlock;
	enum sandbox_demand cgroup; /* without it memory is limited by rlimits and by polling */
};

/*
 * Zero takes the default, which stands beside it.  At each of them the whole tree of processes is
 * killed and the result names the limit.  At processes, descriptors, workspace_bytes and
 * workspace_inodes the program first sees an error (EAGAIN, EMFILE, ENOSPC); it is killed within
 * 20 ms, or when a process of it ends with a failure, and one that ends by itself before that keeps
 * its exit status beside the limit that it met.  Not for SANDBOX_PLANNER, whose program is ours.
 */
struct sandbox_limits {
	uint64_t wall_ms;	   /* 60 s */
	uint64_t cpu_ms;	   /* 60 s, over all processes */
	uint64_t memory_bytes;	   /* 2 GiB, over all processes and the workspace */
	uint64_t processes;	   /* 512 */
	uint64_t descriptors;	   /* 1024, of each process; made a power of two, at least 512 */
	uint64_t file_size_bytes;  /* 1 GiB */
	uint64_t workspace_bytes;  /* 256 MiB; HOME and TMPDIR are in it too */
	uint64_t workspace_inodes; /* 100,000; the same */
	uint64_t output_bytes;	   /* 16 MiB, standard output and standard error together */
};

/* fd of the caller, seen as number child by the program; the caller's stays open. */
struct sandbox_fd {
	int fd;
	int child;
};

/* A file or directory of the host, read-only: by path, or by descriptor where host is NULL. */
struct sandbox_bind {
	const char *host;
	int fd;
	const char *inside; /* absolute */
};

enum sandbox_order {
	SANDBOX_ORDER_GIVEN,	/* directory entries in one order, ... */
	SANDBOX_ORDER_REVERSED, /* ... and in the opposite one */
};

/*
 * For every program, static ones too: clock_gettime, gettimeofday and time.  The files of the
 * workspace are as old as the moved clock says, and so are those that the program makes or changes
 * itself, as stat and its kin tell it (not under SANDBOX_PLANNER, whose program asks nobody how old
 * a file is).  Timers set to a time of day run by the kernel's clock.
 */
enum sandbox_clock {
	SANDBOX_CLOCK_REAL,
	SANDBOX_CLOCK_OFFSET, /* clock_ns is added to the wall clock */
	SANDBOX_CLOCK_FIXED,  /* starts at clock_ns since 1970, then stands still */
};

enum sandbox_random {
	SANDBOX_RANDOM_REAL,
	SANDBOX_RANDOM_SEEDED, /* getrandom, /dev/urandom, AT_RANDOM: a function of random_seed */
};

/*
 * What the program may not depend on.  A NULL or zero takes the default, which stands beside it.
 * Each one that is not the default is listed in the result.
 */
struct sandbox_variation {
	const char *host_name;	 /* "sandbox" */
	const char *domain_name; /* "localdomain" */
	const char *user_name;	 /* "fix" */
	uint32_t uid;		 /* 1000; never 0 */
	uint32_t gid;		 /* 1000; never 0 */
	const char *home;	 /* "/home/" and the user name */
	const char *tmpdir;	 /* "/tmp" */
	const char *workspace;	 /* "/work"; where the workspace is mounted, absolute */
	const char *timezone;	 /* "UTC"; the value of TZ */
	const char *locale;	 /* "C.UTF-8"; the value of LANG and LC_ALL */
	uint32_t umask_bits;	 /* 0022 */
	const char *const *env;	 /* more NAME=VALUE, NULL-terminated */
	enum sandbox_order order;
	unsigned int cpus; /* how many the program may use and sees; all of the caller's */
	enum sandbox_clock clock;
	int64_t clock_ns;
	enum sandbox_random random;
	uint64_t random_seed;
	bool fixed_layout; /* no randomisation of the address space */
};

struct sandbox_spec {
	/* NULL-terminated.  argv[0] with a slash is a path inside; otherwise PATH is searched. */
	const char *const *argv;
	int exec_fd;		/* a static executable to run instead of argv[0]'s file; or -1 */
	const char *const *env; /* NAME=VALUE, NULL-terminated; after HOME, PATH, TMPDIR, USER,
				   LOGNAME, SHELL, TZ, LANG, LC_ALL and PWD, and in place of them */
	const char *directory;	/* working directory, relative to the workspace; NULL is its root */

	int stdin_fd;  /* or -1: /dev/null */
	int stdout_fd; /* anything that can be written to; or -1: counted, thrown away */
	int stderr_fd; /* likewise */
	const struct sandbox_fd *fds; /* more descriptors */
	size_t fd_count;

	int workspace_in;  /* a tree stream in a seekable file, read from offset 0; -1: empty */
	int workspace_out; /* a seekable file: overwritten with the tree left behind; or -1 */

	enum sandbox_image image;
	const char *image_path; /* for SANDBOX_IMAGE_ROOTFS, where image_fd is -1 */
	int image_fd;
	const struct sandbox_bind *binds;
	size_t bind_count;

	enum sandbox_profile profile;
	struct sandbox_layers layers;
	struct sandbox_limits limits;
	struct sandbox_variation variation;
};

/* The only right way to begin a spec: no descriptor, all layers required, every default. */
#define SANDBOX_SPEC_INIT                                                        \
	{                                                                        \
		.exec_fd = -1, .stdin_fd = -1, .stdout_fd = -1, .stderr_fd = -1, \
		.workspace_in = -1, .workspace_out = -1, .image_fd = -1          \
	}

enum sandbox_end {
	SANDBOX_EXITED,
	SANDBOX_SIGNALED,
	SANDBOX_LIMIT,
};

enum sandbox_limit {
	SANDBOX_LIMIT_NONE,
	SANDBOX_LIMIT_WALL,
	SANDBOX_LIMIT_CPU,
	SANDBOX_LIMIT_MEMORY,
	SANDBOX_LIMIT_PROCESSES,
	SANDBOX_LIMIT_DESCRIPTORS,
	SANDBOX_LIMIT_FILE_SIZE,
	SANDBOX_LIMIT_WORKSPACE_BYTES,
	SANDBOX_LIMIT_WORKSPACE_INODES,
	SANDBOX_LIMIT_OUTPUT,
	SANDBOX_LIMIT_REFUSALS, /* refused system calls past all reason */
};

/* A program that was executed, in order of its first start. */
struct sandbox_program {
	const char *path;     /* inside the sandbox, as the kernel resolved it */
	struct sha256 digest; /* of the file that ran */
	uint64_t count;
};

/* A system call that was refused. */
struct sandbox_refusal {
	const char *call;      /* "socket", "i386 call 11", "call 999" */
	const char *arguments; /* decoded: "AF_INET, SOCK_STREAM|SOCK_CLOEXEC, 0" */
	const char *program;   /* path inside of the program that asked */
	const char *answer;    /* the errno that it got: "EPERM" */
	uint64_t count;
	bool loud; /* false: a harmless probe of ordinary tools, which the profile lists as such */
};

/* What was left in the workspace but is not in the tree that was collected. */
struct sandbox_dropped {
	const char *path; /* made visible: no control characters, valid UTF-8 */
	const char *reason;
};

struct sandbox_layer {
	const char *name; /* "user namespace", "seccomp", "landlock", ... */
	bool in_force;
	const char *detail; /* "ABI 7", "polled every 20 ms", why it is not in force; or "" */
};

struct sandbox_varied {
	const char *name; /* "host name", "clock", ... */
	const char *value;
};

/* Everything in it lives in the arena. */
struct sandbox_result {
	enum sandbox_end end;
	int exit_status; /* of SANDBOX_EXITED */
	int signal;	 /* of SANDBOX_SIGNALED */
	enum sandbox_limit
		limit; /* of SANDBOX_LIMIT; or which one the program ran into on its way */

	uint64_t wall_ns; /* from the start of the program to the death of the last process */
	uint64_t setup_ns;
	uint64_t cpu_ns; /* of all processes */
	uint64_t peak_memory_bytes;
	uint64_t written_bytes; /* growth of workspace, HOME and TMPDIR, plus the output */
	uint64_t stdout_bytes;
	uint64_t stderr_bytes;

	bool left_running;   /* the program ended, and processes that it started did not */
	bool tree_collected; /* workspace_out holds a whole tree stream; never after a limit */
	uint64_t tree_entries;
	uint64_t tree_bytes;
	const struct sandbox_dropped *dropped;
	size_t dropped_count;
	uint64_t dropped_total; /* those beyond SANDBOX_DROPPED_MAX too */

	const struct sandbox_program *programs;
	size_t program_count;
	uint64_t program_total; /* starts of programs, those not listed too */
	const struct sandbox_refusal *refusals;
	size_t refusal_count;
	uint64_t refusal_total; /* refused calls, those not listed too */

	const struct sandbox_layer *layers;
	size_t layer_count;
	const struct sandbox_varied *varied;
	size_t varied_count;
	const char *profile;
	struct sha256 filter_digest; /* of the filter as the kernel got it */

	const char *failed_step; /* only after ERR_SANDBOX; NULL otherwise */
};

/*
 * Starts, waits, collects.  Blocks for as long as it takes, which the wall limit bounds.  A program
 * that fails, is killed or hits a limit is a result (0); -1 means that it could not be run, or not
 * be watched, as the spec demands, and that nothing of it is left.
 *
 * Reads and writes the descriptors of the spec, closes none of them, and follows no path of the
 * program.  May be called from several threads.
 */
FP_MUST_CHECK int sandbox_run(const struct sandbox_spec *spec, struct arena *a,
			      struct sandbox_result *ret_result, struct err *e);

/*
 * Optional, for a process that does nothing but start sandboxes, one after another: moves it for
 * good into an empty network namespace which they then share, so that none has to be made (and
 * torn down) for each.  Single-threaded callers only.
 */
FP_MUST_CHECK int sandbox_prepare(struct err *e);

/*
 * Optional, as early as possible in a process: where its control group (version 2) is delegated to
 * it and holds nobody else, as under `systemd-run --scope -p Delegate=yes`, moves the process into
 * a child of that group and has the group hand down its memory controller, which a group with
 * processes of its own may not.  Does nothing anywhere else; what is in force, each result tells.
 */
void sandbox_settle(void);

/* Words for JSON: "exited", "wall", "planner", ... */
const char *sandbox_end_name(enum sandbox_end end);
const char *sandbox_limit_name(enum sandbox_limit limit);
const char *sandbox_profile_name(enum sandbox_profile profile);

/* false when it is none of them. */
bool sandbox_profile_parse(const char *name, enum sandbox_profile *ret_profile);

#endif
