/*
 * Every program that starts stops once, at the moment when the kernel has loaded it and before its
 * first instruction: the filter notifies about the call, we attach to the caller, let the call go
 * on, and are told by ptrace when the new program is there.  Only then is it certain what runs, so
 * that is what is hashed; the arguments of the call could have changed after we read them.  When
 * the clock is moved, the vDSO disappears from the program's auxiliary vector here; when random
 * bytes are seeded, those of AT_RANDOM are replaced.
 */
#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <sched.h>
#include <signal.h>
#include <sys/auxv.h>
#include <sys/ioctl.h>
#include <sys/ptrace.h>
#include <sys/statfs.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/user.h>
#include <sys/wait.h>

#include "runner/base/fd.h"
#include "sandbox/host.h"
#include "sandbox/stop.h"
#include "sandbox/watch.h"

#define STACK_WORDS 4096 /* read at once */
#define CACHE_ENTRIES 128

/* Digests of files that cannot change under us: those of read-only images, by their identity. */
struct cached {
	struct stat st;
	struct sha256 digest;
	bool filled;
};
static _Thread_local struct cached cache[CACHE_ENTRIES];

static bool same_file(const struct stat *a, const struct stat *b)
{
	return a->st_dev == b->st_dev && a->st_ino == b->st_ino && a->st_size == b->st_size &&
	       a->st_mtim.tv_sec == b->st_mtim.tv_sec && a->st_mtim.tv_nsec == b->st_mtim.tv_nsec &&
	       a->st_ctim.tv_sec == b->st_ctim.tv_sec && a->st_ctim.tv_nsec == b->st_ctim.tv_nsec;
}

static int digest_of(int fd, struct sha256 *ret_digest, struct err *e)
{
	struct cached *slot;
	struct statfs fs;
	struct stat st;

	if (fstat(fd, &st) < 0 || fstatfs(fd, &fs) < 0)
		return err_sys(e, "sandbox: program");
	slot = &cache[(st.st_ino ^ st.st_dev) % CACHE_ENTRIES];
	if (slot->filled && same_file(&slot->st, &st)) {
		*ret_digest = slot->digest;
		return 0;
	}
	if (sha256_of_fd(fd, "sandbox: program", ret_digest, e) < 0)
		return -1;
	/* What the program may write to is never taken from the cache. */
	if (fs.f_type != TMPFS_MAGIC)
		*slot = (struct cached){st, *ret_digest, true};
	return 0;
}

/* How often it was started before. */
static uint64_t add_program(struct watch *w, const char *path, const struct sha256 *digest)
{
	struct sandbox_result *r = w->result;

	for (size_t i = 0; i < r->program_count; i++) {
		if (sha256_equal(&w->programs[i].digest, digest) &&
		    strcmp(w->programs[i].path, path) == 0) {
			return w->programs[i].count++;
		}
	}
	if (r->program_count >= SANDBOX_PROGRAMS_MAX)
		return r->program_total;
	w->programs = arena_grow(w->a, w->programs, r->program_count, &w->program_room,
				 sizeof(*w->programs));
	w->programs[r->program_count++] =
		(struct sandbox_program){arena_strdup(w->a, path), *digest, 1};
	r->programs = w->programs;
	return 0;
}

/* --- the stack of a fresh program ---------------------------------------------------------- */

struct auxiliary {
	uint64_t vdso_at; /* where AT_SYSINFO_EHDR's type stands; 0: nowhere */
	uint64_t random;
	uint64_t file_name;
};

struct stack {
	pid_t pid;
	uint64_t base; /* address of words[0] */
	size_t count;
	uint64_t words[STACK_WORDS];
};

/* The word at an address, read in blocks; false where there is none. */
static bool stack_word(struct stack *s, uint64_t address, uint64_t *ret_word)
{
	if (s->count == 0 || address < s->base || address >= s->base + 8 * s->count) {
		s->base = address;
		s->count = watch_read(s->pid, address, s->words, sizeof(s->words)) / 8;
		if (s->count == 0)
			return false;
	}
	*ret_word = s->words[(address - s->base) / 8];
	return true;
}

/* Goes over argc, the arguments, the environment, to the auxiliary vector. */
static bool read_auxiliary(pid_t pid, struct auxiliary *ret_aux)
{
	static _Thread_local struct stack s;
	struct user_regs_struct regs;
	struct iovec part = {&regs, sizeof(regs)};
	uint64_t at, word, value;

	*ret_aux = (struct auxiliary){0};
	s.pid = pid;
	s.count = 0;
	if (ptrace(PTRACE_GETREGSET, pid, NT_PRSTATUS, &part) < 0)
		return false;
	at = regs.rsp;
	if (!stack_word(&s, at, &word))
		return false;
	at += 8 * (word + 2);
	do {
		if (!stack_word(&s, at, &word))
			return false;
		at += 8;
	} while (word != 0);
	for (;; at += 16) {
		if (!stack_word(&s, at, &word) || !stack_word(&s, at + 8, &value))
			return false;
		if (word == AT_NULL)
			return true;
		if (word == AT_SYSINFO_EHDR)
			ret_aux->vdso_at = at;
		else if (word == AT_RANDOM)
			ret_aux->random = value;
		else if (word == AT_EXECFN)
			ret_aux->file_name = value;
	}
}

/* Makes the program ask the kernel for what it would read by itself. */
static int hide_vdso(struct watch *w, pid_t pid, const struct auxiliary *aux, uint64_t program,
		     struct err *e)
{
	static const uint64_t ignore = AT_IGNORE;
	uint8_t random[16];

	if (w->job->v.clock != SANDBOX_CLOCK_REAL && aux->vdso_at &&
	    !watch_write(pid, aux->vdso_at, &ignore, sizeof(ignore)))
		return err_sys(e, "sandbox: hiding the vDSO");
	if (w->job->v.random == SANDBOX_RANDOM_SEEDED && aux->random) {
		answers_random(w->job->v.random_seed, program, UINT64_MAX, random, sizeof(random));
		if (!watch_write(pid, aux->random, random, sizeof(random)))
			return err_sys(e, "sandbox: seeding AT_RANDOM");
	}
	return 0;
}

/* --- what runs ----------------------------------------------------------------------------- */

/* Opens the file that the call named, inside the root of pid; -1 where that cannot be. */
static int open_named(pid_t pid, const char *name)
{
	FP_CLEANUP(fd_cleanup) int root = -1;
	char link[64], path[2 * PATH_MAX];
	ssize_t n = 0;

	(void)snprintf(link, sizeof(link), "/proc/%d/root", pid);
	root = open(link, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (root < 0)
		return -1;
	if (name[0] != '/') {
		(void)snprintf(link, sizeof(link), "/proc/%d/cwd", pid);
		n = readlink(link, path, PATH_MAX);
		if (n <= 0)
			return -1;
		path[n++] = '/';
	}
	wire_text(path + n, sizeof(path) - (size_t)n, name);
	return host_openat2(root, path, O_RDONLY | O_NONBLOCK | O_NOCTTY, 0,
			    RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS);
}

/* A script is run by its interpreter, but it is the script that somebody wrote. */
static int add_script(struct watch *w, pid_t pid, uint64_t file_name, int exe_fd, struct err *e)
{
	FP_CLEANUP(fd_cleanup) int fd = -1;
	char name[PATH_MAX];
	struct sha256 digest;
	struct stat script, exe;

	memset(name, 0, sizeof(name));
	if (file_name == 0 || watch_read(pid, file_name, name, sizeof(name) - 1) == 0 ||
	    strncmp(name, "/dev/fd/", 8) == 0)
		return 0;
	fd = open_named(pid, name);
	if (fd < 0 || fstat(fd, &script) < 0 || fstat(exe_fd, &exe) < 0 ||
	    !S_ISREG(script.st_mode) ||
	    (script.st_dev == exe.st_dev && script.st_ino == exe.st_ino))
		return 0;
	if (digest_of(fd, &digest, e) < 0)
		return -1;
	(void)add_program(w, name, &digest);
	return 0;
}

static int inspect(struct watch *w, pid_t pid, struct err *e)
{
	FP_CLEANUP(fd_cleanup) int fd = -1;
	char link[64], path[PATH_MAX];
	struct auxiliary aux;
	struct sha256 digest;
	uint64_t program;

	if (!read_auxiliary(pid, &aux))
		return err_set(e, ERR_SANDBOX, "watch: the stack of a new program cannot be read");
	(void)snprintf(link, sizeof(link), "/proc/%d/exe", pid);
	fd = open(link, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (fd < 0) /* made unreadable, to hide what runs */
		return err_sys(e, "watch: a program that may be executed but not read");
	if (digest_of(fd, &digest, e) < 0)
		return -1;
	watch_program(pid, path, sizeof(path));
	program = add_program(w, path, &digest);
	for (size_t i = 0; i < sizeof(program); i++)
		program += (uint64_t)digest.bytes[i] << (8 * i);
	answers_started(w, pid, program);
	if (add_script(w, pid, aux.file_name, fd, e) < 0)
		return -1;
	w->result->program_total++;
	return hide_vdso(w, pid, &aux, program, e);
}

/* --- the stop ------------------------------------------------------------------------------ */

/* 1 and the process that executed, 0 when the call failed or its caller is dead. */
static int wait_exec(pid_t thread, pid_t *ret_pid)
{
	for (;;) {
		int status;
		pid_t pid = stop_wait(thread, &status);

		if (pid < 0 || WIFEXITED(status) || WIFSIGNALED(status))
			return 0;
		*ret_pid = pid;
		if (status >> 8 == (SIGTRAP | (PTRACE_EVENT_EXEC << 8)))
			return 1;
		if (status >> 16 == PTRACE_EVENT_STOP)
			return 0;
		/* A signal on its way to the program, which will find it after the call. */
		(void)ptrace(PTRACE_CONT, pid, 0, (unsigned long)WSTOPSIG(status));
	}
}

static int look_at(struct watch *w, pid_t pid, struct err *e)
{
	if (!w->started)
		w->started_ns = host_now_ns();
	w->started = true;
	return inspect(w, pid, e);
}

int programs_start(struct watch *w, const struct seccomp_notif *n, struct err *e)
{
	pid_t thread = (pid_t)n->pid, pid = thread;
	int r = stop_attach(w, n, e);

	if (r <= 0)
		return r;
	/*
	 * The decision to let a program start does not depend on which one.  A call that fails is
	 * told apart by the stop that follows it.
	 */
	r = stop_after_call(w, n, e);
	if (r == 0 && wait_exec(thread, &pid))
		r = look_at(w, pid, e);
	if (stop_let_go(pid) || r == 0)
		return r;
	/* Killed before its first instruction: what could not be seen of it has not run. */
	err_clear(e);
	return 0;
}
