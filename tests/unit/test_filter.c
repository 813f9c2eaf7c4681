/*
 * The compiled filters, run here instruction by instruction as the kernel would, without one: each
 * profile has a table of calls, arguments and outcomes.
 */
#include "tests/tap.h"

#include <asm/prctl.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/audit.h>
#include <sched.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/personality.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#include "sandbox/filter.h"

#define HIGH (1ULL << 32)
#define X32 0x40000000

/* Classic BPF, as far as a seccomp filter may use it. */
static uint32_t run_filter(const struct filter *f, const struct seccomp_data *data)
{
	uint32_t a = 0;

	for (size_t pc = 0; pc < f->code_count; pc++) {
		const struct sock_filter *i = &f->code[pc];

		switch (i->code) {
		case BPF_LD | BPF_W | BPF_ABS:
			CHECK(i->k + sizeof(a) <= sizeof(*data));
			memcpy(&a, (const char *)data + i->k, sizeof(a));
			break;
		case BPF_ALU | BPF_AND | BPF_K:
			a &= i->k;
			break;
		case BPF_JMP | BPF_JA:
			pc += i->k;
			break;
		case BPF_JMP | BPF_JEQ | BPF_K:
			pc += a == i->k ? i->jt : i->jf;
			break;
		case BPF_JMP | BPF_JGE | BPF_K:
			pc += a >= i->k ? i->jt : i->jf;
			break;
		case BPF_JMP | BPF_JGT | BPF_K:
			pc += a > i->k ? i->jt : i->jf;
			break;
		case BPF_RET | BPF_K:
			return i->k;
		default:
			CHECK_INT(i->code, -1);
		}
	}
	tap_fail(__FILE__, __LINE__, "the filter ran past its end");
}

enum outcome {
	PASS,	/* the kernel goes on */
	WATCH,	/* a program starts */
	START,	/* only the first one */
	ANSWER, /* by the supervisor */
	TIMES,	/* of files, moved in the kernel's answer */
	ENDING, /* with a failure, that a limit may be behind */
	LOUD,
	QUIET,
	SILENT,
};

struct row {
	int nr;
	uint64_t args[3];
	enum outcome outcome;
	int error;
};

static const struct row fixer[] = {
	{SYS_read, {0}, PASS, 0},
	{SYS_execve, {0}, WATCH, 0},
	{SYS_execveat, {0}, WATCH, 0},
	{SYS_clone3, {0}, SILENT, ENOSYS},
	{SYS_clone, {SIGCHLD}, PASS, 0},
	{SYS_clone, {CLONE_VM | CLONE_FILES | CLONE_THREAD}, PASS, 0},
	{SYS_clone, {CLONE_NEWUSER | SIGCHLD}, LOUD, EPERM},
	{SYS_clone, {CLONE_NEWNS | SIGCHLD}, LOUD, EPERM},
	{SYS_clone, {CLONE_NEWCGROUP}, LOUD, EPERM},
	{SYS_clone, {HIGH | CLONE_NEWPID}, LOUD, EPERM},
	{SYS_unshare, {CLONE_NEWUSER}, LOUD, EPERM},
	{SYS_socket, {AF_UNIX}, PASS, 0},
	{SYS_socket, {AF_INET}, LOUD, EAFNOSUPPORT},
	{SYS_socket, {HIGH | AF_INET}, LOUD, EAFNOSUPPORT},
	{SYS_socket, {HIGH | AF_UNIX}, PASS, 0}, /* as the kernel reads it */
	{SYS_socketpair, {AF_UNIX}, PASS, 0},
	{SYS_socketpair, {AF_INET6}, LOUD, EAFNOSUPPORT},
	{SYS_ioctl, {0, TCGETS}, PASS, 0},
	{SYS_ioctl, {0, TIOCSTI}, LOUD, EPERM},
	{SYS_ioctl, {0, HIGH | TIOCSTI}, LOUD, EPERM},
	{SYS_ioctl, {0, TCSETS}, QUIET, ENOTTY},
	{SYS_prctl, {PR_SET_NAME}, PASS, 0},
	{SYS_prctl, {PR_SET_SECCOMP}, QUIET, EINVAL},
	{SYS_prctl, {HIGH | PR_CAPBSET_DROP}, QUIET, EINVAL},
	{SYS_fcntl, {0, F_SETLK}, PASS, 0},
	{SYS_fcntl, {0, F_SETPIPE_SZ}, QUIET, EPERM},
	{SYS_fcntl, {0, F_SETLEASE}, LOUD, EINVAL},
	{SYS_personality, {0xffffffff}, PASS, 0},
	{SYS_personality, {ADDR_NO_RANDOMIZE}, LOUD, EPERM},
	{SYS_prlimit64, {0, 7, 1}, PASS, 0},
	{SYS_prlimit64, {1, 7, 0}, PASS, 0},
	{SYS_prlimit64, {1, 7, 1}, LOUD, EPERM},
	{SYS_prlimit64, {1, 7, HIGH}, LOUD, EPERM}, /* a pointer, all 64 bits of it */
	{SYS_mknod, {0, S_IFIFO | 0600}, PASS, 0},
	{SYS_mknod, {0, S_IFBLK | 0600}, LOUD, EPERM},
	{SYS_mknodat, {0, 0, S_IFCHR}, LOUD, EPERM},
	{SYS_fsetxattr, {0}, SILENT, EOPNOTSUPP},
	{SYS_arch_prctl, {ARCH_SET_FS}, PASS, 0},
	{SYS_arch_prctl, {ARCH_SET_GS}, QUIET, EINVAL},
	{SYS_ptrace, {0}, LOUD, EPERM},
	{SYS_mount, {0}, LOUD, EPERM},
	{SYS_bpf, {0}, LOUD, EPERM},
	{SYS_keyctl, {0}, LOUD, EPERM},
	{SYS_io_uring_setup, {0}, QUIET, ENOSYS},
	{SYS_memfd_create, {0}, QUIET, ENOSYS},
	{SYS_userfaultfd, {0}, LOUD, EPERM},
	{SYS_open_tree, {0}, LOUD, EPERM},
	{SYS_seccomp, {1}, LOUD, EPERM},
	{SYS_process_vm_writev, {0}, LOUD, EPERM},
	{452, {0}, PASS, 0},	   /* fchmodat2 */
	{467, {0}, LOUD, EPERM},   /* open_tree_attr: later than the library, but known */
	{9999, {0}, LOUD, ENOSYS}, /* nobody knows it */
	{X32 | SYS_getpid, {0}, LOUD, ENOSYS},
	{SYS_clock_gettime, {0}, PASS, 0},
	{SYS_getrandom, {0}, PASS, 0},
	{SYS_newfstatat, {0}, PASS, 0},
	{SYS_exit_group, {0}, PASS, 0},
	{SYS_exit_group, {256}, PASS, 0},
	{SYS_exit_group, {HIGH}, PASS, 0},
	{SYS_exit_group, {1}, ENDING, 0},
	{SYS_exit_group, {(uint32_t)-1}, ENDING, 0},
	{-1, {0}, PASS, 0},
};

static const struct row planner[] = {
	{SYS_read, {0}, PASS, 0},
	{SYS_execve, {0}, START, 0},
	{SYS_execveat, {0}, START, 0},
	{SYS_clone, {SIGCHLD}, LOUD, EPERM},
	{SYS_fork, {0}, LOUD, EPERM},
	{SYS_socket, {AF_UNIX}, LOUD, EPERM},
	{SYS_sendmsg, {SANDBOX_CONTROL_FD}, PASS, 0},
	{SYS_sendmsg, {3}, LOUD, EPERM},
	{SYS_unlink, {0}, LOUD, EPERM},
	{SYS_rename, {0}, LOUD, EPERM},
	{SYS_chmod, {0}, LOUD, EPERM},
	{SYS_memfd_create, {0}, LOUD, EPERM},
	{SYS_mmap, {0}, PASS, 0},
	{SYS_exit_group, {1}, PASS, 0},
	{-1, {0}, PASS, 0},
};

static const struct row moved_planner[] = {
	{SYS_time, {0}, ANSWER, 0},
	{SYS_newfstatat, {0}, PASS, 0},
	{SYS_statx, {0}, PASS, 0},
	{-1, {0}, PASS, 0},
};

static const struct row moved[] = {
	{SYS_time, {0}, ANSWER, 0},
	{SYS_gettimeofday, {0}, ANSWER, 0},
	{SYS_clock_gettime, {CLOCK_REALTIME}, ANSWER, 0},
	{SYS_clock_gettime, {CLOCK_REALTIME_COARSE}, ANSWER, 0},
	{SYS_clock_gettime, {CLOCK_TAI}, ANSWER, 0},
	{SYS_clock_gettime, {HIGH | CLOCK_REALTIME}, ANSWER, 0},
	{SYS_clock_gettime, {CLOCK_MONOTONIC}, PASS, 0},
	{SYS_clock_gettime, {CLOCK_BOOTTIME}, PASS, 0},
	{SYS_clock_gettime, {(uint32_t)-6}, PASS, 0}, /* of a process */
	{SYS_stat, {0}, TIMES, 0},
	{SYS_lstat, {0}, TIMES, 0},
	{SYS_fstat, {0}, TIMES, 0},
	{SYS_newfstatat, {0}, TIMES, 0},
	{SYS_statx, {0}, TIMES, 0},
	{SYS_getrandom, {0}, ANSWER, 0},
	{SYS_socket, {AF_INET}, LOUD, EAFNOSUPPORT},
	{-1, {0}, PASS, 0},
};

static enum outcome outcome_of(const struct filter *f, const struct seccomp_data *data, int *error)
{
	uint32_t verdict = run_filter(f, data);
	const struct filter_row *row = filter_decide(f, data);

	*error = row->error;
	if (verdict == SECCOMP_RET_ALLOW) {
		CHECK_INT(row->action, FILTER_ALLOW);
		return PASS;
	}
	if ((verdict & SECCOMP_RET_ACTION_FULL) == SECCOMP_RET_ERRNO) {
		CHECK_INT(row->action, FILTER_SILENT);
		CHECK_INT(verdict & SECCOMP_RET_DATA, row->error);
		return SILENT;
	}
	CHECK_INT(verdict, SECCOMP_RET_USER_NOTIF);
	switch (row->action) {
	case FILTER_WATCH:
		return WATCH;
	case FILTER_START:
		return START;
	case FILTER_ANSWER:
		return ANSWER;
	case FILTER_TIMES:
		return TIMES;
	case FILTER_ENDING:
		return ENDING;
	case FILTER_LOUD:
		return LOUD;
	case FILTER_QUIET:
		return QUIET;
	case FILTER_ALLOW:
	case FILTER_SILENT:
		tap_fail(__FILE__, __LINE__, "the filter asks about what its rows decide");
	}
	abort();
}

static void check_rows(const struct filter *f, const struct row *rows)
{
	for (; rows->nr >= 0; rows++) {
		struct seccomp_data data = {.nr = rows->nr, .arch = AUDIT_ARCH_X86_64};
		int error;

		memcpy(data.args, rows->args, sizeof(rows->args));
		tap_row("call %d (%llx, %llx, %llx)", rows->nr, (unsigned long long)rows->args[0],
			(unsigned long long)rows->args[1], (unsigned long long)rows->args[2]);
		CHECK_INT(outcome_of(f, &data, &error), rows->outcome);
		CHECK_INT(error, rows->error);
	}
}

TEST(the_fixer_profile_decides_as_its_list_says)
{
	check_rows(filter_find(SANDBOX_FIXER, false, false), fixer);
}

TEST(the_terraform_profile_decides_as_the_fixer_does)
{
	check_rows(filter_find(SANDBOX_TERRAFORM, false, false), fixer);
}

TEST(the_planner_profile_decides_as_its_list_says)
{
	check_rows(filter_find(SANDBOX_PLANNER, false, false), planner);
}

TEST(a_moved_clock_and_seeded_bytes_are_answered_and_nothing_else_changes)
{
	check_rows(filter_find(SANDBOX_FIXER, true, true), moved);
	check_rows(filter_find(SANDBOX_PLANNER, true, false), moved_planner);
}

/* Filter and rows come from the same list by two ways; they must agree on everything. */
TEST(for_every_call_of_every_profile_filter_and_rows_agree)
{
	static const uint32_t archs[] = {AUDIT_ARCH_X86_64, AUDIT_ARCH_I386, AUDIT_ARCH_AARCH64};

	for (int which = 0; which < 12; which++) {
		const struct filter *f = filter_find((enum sandbox_profile)(which / 4),
						     (which & 1) != 0, (which & 2) != 0);

		for (int nr = 0; nr < 600 * 3; nr++) {
			struct seccomp_data data = {
				.nr = nr % 600,
				.arch = archs[nr / 600],
				.args = {(unsigned int)nr, (unsigned int)nr, 1},
			};
			int error;

			tap_row("filter %d, call %d, architecture %x", which, data.nr, data.arch);
			if (outcome_of(f, &data, &error) == PASS)
				CHECK_INT(data.arch, AUDIT_ARCH_X86_64);
		}
	}
}

TEST(each_filter_has_a_digest_of_its_own)
{
	for (int a = 0; a < 8; a++) {
		for (int b = 0; b < a; b++) {
			struct sha256 x = filter_digest(
				filter_find((enum sandbox_profile)(a / 4), a & 1, a & 2));
			struct sha256 y = filter_digest(
				filter_find((enum sandbox_profile)(b / 4), b & 1, b & 2));

			CHECK(!sha256_equal(&x, &y));
		}
	}
}
