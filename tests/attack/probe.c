/*
 * Tries to get out, one way at a time:
 *
 *	attack_probe NAME DIRECTORY PID PORT
 *
 *	attack_probe --list		the names
 *	attack_probe --clock		the time of day, as a static program reads it (by the vDSO)
 *
 * Exit status 0: it succeeded, 1: it was stopped, 3: it makes no sense on this kernel.  DIRECTORY
 *is one of the host with a file "secret" and a socket "listener" in it, PID a process of the host,
 * PORT a port on the host's loopback.  Static, so that it runs anywhere.  Calls that would do harm
 * are made with arguments that the kernel refuses itself, after it has checked who asks: such a
 * probe has succeeded when the refusal is any other than EPERM, EACCES or ENOSYS.
 */
#include <arpa/inet.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/bpf.h>
#include <linux/capability.h>
#include <linux/filter.h>
#include <linux/perf_event.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/personality.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/reboot.h>
#include <sys/resource.h>
#include <sys/shm.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/swap.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <sys/time.h>
#include <sys/timex.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <sys/wait.h>

#define STOPPED 1
#define NO_SENSE 3
#define INHERITED_FD 9

static const char *dir;
static pid_t victim;
static int port;

static int done(bool succeeded)
{
	return succeeded ? 0 : STOPPED;
}

/* For a call that fails anyway: whether the kernel got as far as looking at its arguments. */
static int reached(long r)
{
	if (r >= 0)
		return 0;
	return done(errno != EPERM && errno != EACCES && errno != ENOSYS);
}

static int opened(const char *path, int flags)
{
	int fd = open(path, flags | O_CLOEXEC | O_NONBLOCK | O_NOCTTY, 0600);

	if (fd < 0 && (errno == ENXIO || errno == ENODEV || errno == EBUSY))
		return 0; /* the device is there, if only in name */
	return done(fd >= 0);
}

static int read_some(const char *path)
{
	char bytes[16];
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);

	return done(fd >= 0 && read(fd, bytes, sizeof(bytes)) > 0);
}

static const char *in_dir(const char *name)
{
	static char path[4096];

	(void)snprintf(path, sizeof(path), "%s/%s", dir, name);
	return path;
}

static const char *of_victim(const char *name)
{
	static char path[4096];

	(void)snprintf(path, sizeof(path), "/proc/%d/%s", victim, name);
	return path;
}

#define PROBE(name) static int name(void)

/* --- files of the host --------------------------------------------------------------------- */

PROBE(host_file)
{
	return read_some(in_dir("secret"));
}
PROBE(host_file_by_dots)
{
	char path[8192];

	(void)snprintf(path, sizeof(path), "../../../../../../../../../..%s", in_dir("secret"));
	return read_some(path);
}
PROBE(host_file_by_link)
{
	(void)unlink("link");
	return symlink(in_dir("secret"), "link") < 0 ? STOPPED : read_some("link");
}
PROBE(host_file_of_process)
{
	char path[4096];

	(void)snprintf(path, sizeof(path), "/proc/%d/root%s/secret", victim, dir);
	return read_some(path);
}
PROBE(host_file_of_init)
{
	char path[4096];

	(void)snprintf(path, sizeof(path), "/proc/1/root%s/secret", dir);
	return read_some(path);
}
PROBE(host_directory)
{
	return opened(dir, O_RDONLY | O_DIRECTORY);
}
PROBE(host_create)
{
	return opened(in_dir("made"), O_WRONLY | O_CREAT);
}
PROBE(host_home)
{
	return done(access("/root", F_OK) == 0);
}
PROBE(host_var)
{
	return done(access("/var/lib", F_OK) == 0);
}
PROBE(host_shadow)
{
	return read_some("/etc/shadow");
}
PROBE(host_machine_id)
{
	return done(access("/etc/fstab", F_OK) == 0 || access("/etc/debian_version", F_OK) == 0);
}
PROBE(root_write)
{
	return done(mkdir("/made-by-probe", 0700) == 0 && rmdir("/made-by-probe") == 0);
}
PROBE(usr_write)
{
	bool made = mkdir("/usr/made-by-probe", 0700) == 0;

	if (made)
		(void)rmdir("/usr/made-by-probe");
	return done(made);
}
PROBE(usr_open_for_writing)
{
	return opened("/usr/bin/env", O_WRONLY | O_APPEND);
}
PROBE(usr_chmod)
{
	return done(chmod("/usr/bin/env", 0755) == 0);
}
PROBE(usr_times)
{
	return done(utimensat(AT_FDCWD, "/usr/lib",
			      (const struct timespec[]){{0, UTIME_OMIT}, {0, UTIME_NOW}}, 0) == 0);
}
PROBE(etc_write)
{
	return opened("/etc/passwd", O_WRONLY | O_APPEND);
}
PROBE(handle_open)
{
	struct {
		struct file_handle h;
		char bytes[128];
	} handle = {.h.handle_bytes = 128};
	int mount, fd;

	if (name_to_handle_at(AT_FDCWD, "/usr", &handle.h, &mount, 0) < 0)
		return errno == EOPNOTSUPP ? NO_SENSE : STOPPED;
	fd = open("/usr", O_RDONLY | O_CLOEXEC);
	return done(open_by_handle_at(fd, &handle.h, O_RDONLY | O_CLOEXEC) >= 0);
}
PROBE(inherited_descriptor)
{
	return done(faccessat(INHERITED_FD, "secret", R_OK, 0) == 0);
}
PROBE(inherited_any)
{
	for (int fd = 3; fd < 1024; fd++)
		if (fcntl(fd, F_GETFD) >= 0)
			return 0;
	return STOPPED;
}
PROBE(inherited_variable)
{
	return done(getenv("ATTACK_SECRET") != NULL);
}
PROBE(parent_variables)
{
	char path[64];

	(void)snprintf(path, sizeof(path), "/proc/%d/environ", getppid());
	return read_some(path);
}
PROBE(working_directory_outside)
{
	return done(chdir(dir) == 0);
}
PROBE(chroot_call)
{
	return done(chroot("/") == 0);
}
PROBE(chroot_escape)
{
	int fd = open("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	(void)mkdir("jail", 0700);
	if (fd < 0 || chroot("jail") < 0 || fchdir(fd) < 0)
		return STOPPED;
	return done(chroot(".") == 0);
}

/* --- /proc, /sys, /dev --------------------------------------------------------------------- */

PROBE(proc_init_environ)
{
	return read_some("/proc/1/environ");
}
PROBE(proc_init_cmdline)
{
	return read_some("/proc/1/cmdline");
}
PROBE(proc_init_mem)
{
	return opened("/proc/1/mem", O_RDWR);
}
PROBE(proc_init_fd)
{
	return opened("/proc/1/fd", O_RDONLY | O_DIRECTORY);
}
PROBE(proc_victim_environ)
{
	return read_some(of_victim("environ"));
}
PROBE(proc_victim_mem)
{
	return opened(of_victim("mem"), O_RDWR);
}
PROBE(proc_victim_maps)
{
	return read_some(of_victim("maps"));
}
PROBE(proc_victim_status)
{
	return read_some(of_victim("status"));
}
PROBE(proc_hostname)
{
	return opened("/proc/sys/kernel/hostname", O_WRONLY);
}
PROBE(proc_core_pattern)
{
	return opened("/proc/sys/kernel/core_pattern", O_WRONLY);
}
PROBE(proc_sysrq)
{
	return opened("/proc/sysrq-trigger", O_WRONLY);
}
PROBE(proc_kcore)
{
	return opened("/proc/kcore", O_RDONLY);
}
PROBE(proc_kallsyms)
{
	return read_some("/proc/kallsyms");
}
PROBE(proc_kmsg)
{
	return opened("/proc/kmsg", O_RDONLY);
}
PROBE(proc_keys)
{
	return opened("/proc/keys", O_RDONLY);
}
PROBE(proc_mounts_of_host)
{
	return read_some(of_victim("mountinfo"));
}
PROBE(proc_cpuinfo)
{
	return read_some("/proc/cpuinfo");
}
PROBE(proc_cmdline)
{
	return read_some("/proc/cmdline");
}
PROBE(proc_uid_map)
{
	int fd = open("/proc/self/uid_map", O_WRONLY | O_CLOEXEC);
	return done(fd >= 0 && write(fd, "0 0 1\n", 6) == 6);
}
PROBE(proc_oom_score)
{
	int fd = open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC);

	return done(fd >= 0 && write(fd, "-500", 4) == 4);
}
PROBE(sys_listing)
{
	return opened("/sys/kernel", O_RDONLY | O_DIRECTORY);
}
PROBE(sys_cgroup)
{
	return opened("/sys/fs/cgroup", O_RDONLY | O_DIRECTORY);
}
PROBE(dev_kmsg)
{
	return opened("/dev/kmsg", O_WRONLY);
}
PROBE(dev_mem)
{
	return opened("/dev/mem", O_RDONLY);
}
PROBE(dev_ptmx)
{
	return opened("/dev/ptmx", O_RDWR);
}
PROBE(dev_tty)
{
	return opened("/dev/tty", O_RDWR);
}
PROBE(dev_console)
{
	return opened("/dev/console", O_RDWR);
}
PROBE(dev_loop)
{
	return opened("/dev/loop-control", O_RDWR);
}
PROBE(dev_fuse)
{
	return opened("/dev/fuse", O_RDWR);
}
PROBE(dev_tun)
{
	return opened("/dev/net/tun", O_RDWR);
}
PROBE(dev_disk)
{
	return opened("/dev/vda", O_RDONLY);
}
PROBE(dev_replace)
{
	/* One of its own: without the sandbox this is the host's, and others are using the rest. */
	static const char device[] = "/dev/fixproof-probe";

	return done(mknod(device, S_IFCHR | 0666, makedev(1, 7)) == 0 && chmod(device, 0644) == 0 &&
		    unlink(device) == 0);
}
PROBE(make_block_device)
{
	(void)unlink("b");
	return done(mknod("b", S_IFBLK | 0600, makedev(8, 0)) == 0);
}
PROBE(make_char_device)
{
	(void)unlink("c");
	return done(mknod("c", S_IFCHR | 0600, makedev(1, 1)) == 0);
}
PROBE(make_device_at)
{
	(void)unlink("a");
	return done(mknodat(AT_FDCWD, "a", S_IFCHR | 0600, makedev(1, 1)) == 0);
}

/* --- other processes ----------------------------------------------------------------------- */

PROBE(trace_victim)
{
	if (ptrace(PTRACE_SEIZE, victim, 0, 0) < 0)
		return STOPPED;
	return done(ptrace(PTRACE_INTERRUPT, victim, 0, 0) == 0);
}
PROBE(trace_anything)
{
	return done(ptrace(PTRACE_TRACEME, 0, 0, 0) == 0);
}
PROBE(trace_parent)
{
	return done(ptrace(PTRACE_SEIZE, getppid(), 0, 0) == 0);
}
PROBE(trace_init)
{
	return done(ptrace(PTRACE_SEIZE, 1, 0, 0) == 0 && ptrace(PTRACE_DETACH, 1, 0, 0) <= 0);
}
static int vm(long call, pid_t pid)
{
	char byte = 0;
	struct iovec ours = {&byte, 1}, theirs = {(void *)8, 1};

	if (syscall(call, pid, &ours, 1, &theirs, 1, 0) >= 0)
		return 0;
	return done(errno == EFAULT); /* allowed, only nothing there */
}
PROBE(vm_read)
{
	return vm(SYS_process_vm_readv, victim);
}
PROBE(vm_write)
{
	return vm(SYS_process_vm_writev, victim);
}
PROBE(vm_read_init)
{
	return vm(SYS_process_vm_readv, 1);
}
PROBE(signal_victim)
{
	return done(kill(victim, 0) == 0);
}
PROBE(signal_victim_thread)
{
	return done(syscall(SYS_tkill, victim, 0) == 0);
}
PROBE(signal_victim_group)
{
	return done(kill(-getpgid(victim), 0) == 0 && getpgid(victim) > 0);
}
PROBE(pidfd_victim)
{
	return done(syscall(SYS_pidfd_open, victim, 0) >= 0);
}
PROBE(pidfd_steal)
{
	int fd = (int)syscall(SYS_pidfd_open, getppid(), 0);

	return reached(syscall(SYS_pidfd_getfd, fd, 0, 0));
}
PROBE(compare_processes)
{
	return done(syscall(SYS_kcmp, getpid(), victim, 0, 0, 0) >= 0);
}
PROBE(advise_victim)
{
	struct iovec part = {NULL, 0};
	int fd = (int)syscall(SYS_pidfd_open, victim, 0);

	return reached(syscall(SYS_process_madvise, fd, &part, 1, 20, 0));
}
PROBE(priority_of_victim)
{
	return done(setpriority(PRIO_PROCESS, (id_t)victim,
				getpriority(PRIO_PROCESS, (id_t)victim)) == 0);
}
PROBE(affinity_of_victim)
{
	cpu_set_t set;

	return done(sched_getaffinity(victim, sizeof(set), &set) == 0);
}
PROBE(limits_of_victim)
{
	struct rlimit r;
	return done(prlimit(victim, RLIMIT_NOFILE, NULL, &r) == 0);
}
PROBE(limits_of_init)
{
	struct rlimit r;

	if (prlimit(1, RLIMIT_NOFILE, NULL, &r) < 0)
		return STOPPED;
	return done(prlimit(1, RLIMIT_NOFILE, &r, NULL) == 0);
}
PROBE(io_priority_of_victim)
{
	return reached(syscall(SYS_ioprio_set, 1, victim, 4 | (2 << 13)));
}
PROBE(move_pages_of_victim)
{
	return reached(syscall(SYS_move_pages, victim, 0, NULL, NULL, NULL, 0));
}
PROBE(group_of_victim)
{
	return done(getpgid(victim) >= 0);
}
PROBE(session_of_victim)
{
	return done(getsid(victim) >= 0);
}
PROBE(raise_own_limit)
{
	struct rlimit r = {1 << 20, 1 << 20};

	return done(setrlimit(RLIMIT_NPROC, &r) == 0 && setrlimit(RLIMIT_NOFILE, &r) == 0);
}

/* --- mounts -------------------------------------------------------------------------------- */

PROBE(mount_tmpfs)
{
	(void)mkdir("m", 0700);
	return done(mount("none", "m", "tmpfs", 0, NULL) == 0);
}
PROBE(mount_proc)
{
	(void)mkdir("m", 0700);
	return done(mount("none", "m", "proc", 0, NULL) == 0);
}
PROBE(mount_bind)
{
	(void)mkdir("m", 0700);
	return done(mount("/usr", "m", NULL, MS_BIND, NULL) == 0);
}
PROBE(mount_remount)
{
	return done(mount(NULL, "/", NULL, MS_REMOUNT | MS_BIND, NULL) == 0);
}
PROBE(mount_propagation)
{
	return done(mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0);
}
PROBE(unmount_proc)
{
	return done(umount2("/proc", MNT_DETACH) == 0);
}
PROBE(unmount_usr)
{
	return reached(umount2("/usr", MNT_EXPIRE | MNT_FORCE));
}
PROBE(pivot)
{
	return reached(syscall(SYS_pivot_root, ".", "."));
}
PROBE(new_fsopen)
{
	return done(syscall(SYS_fsopen, "tmpfs", 0) >= 0);
}
PROBE(new_fsmount)
{
	int fd = (int)syscall(SYS_fsopen, "tmpfs", 0);

	if (fd >= 0)
		(void)syscall(SYS_fsconfig, fd, 6, NULL, NULL, 0);
	return reached(syscall(SYS_fsmount, fd, 0, 0));
}
PROBE(new_fsconfig)
{
	return reached(syscall(SYS_fsconfig, -1, 6, NULL, NULL, 0));
}
PROBE(new_fspick)
{
	return done(syscall(SYS_fspick, AT_FDCWD, "/", 0) >= 0);
}
PROBE(new_open_tree)
{
	return done(syscall(SYS_open_tree, AT_FDCWD, "/usr", 1) >= 0);
}
PROBE(new_open_tree_plain)
{
	return done(syscall(SYS_open_tree, AT_FDCWD, "/", 0) >= 0);
}
PROBE(new_move_mount)
{
	return reached(syscall(SYS_move_mount, -1, "", -1, "", 4));
}
PROBE(new_setattr)
{
	struct {
		uint64_t set, clear, propagation, ns;
	} attr = {.clear = 1};

	return done(syscall(SYS_mount_setattr, AT_FDCWD, "/", 0, &attr, sizeof(attr)) == 0);
}
PROBE(new_statmount)
{
	return reached(syscall(457, NULL, NULL, 0, 0));
}
PROBE(new_listmount)
{
	return reached(syscall(458, NULL, NULL, 0, 0));
}

/* --- namespaces ---------------------------------------------------------------------------- */

PROBE(unshare_user)
{
	return done(unshare(CLONE_NEWUSER) == 0);
}
PROBE(unshare_mount)
{
	return done(unshare(CLONE_NEWNS) == 0);
}
PROBE(unshare_net)
{
	return done(unshare(CLONE_NEWNET) == 0);
}
PROBE(unshare_pid)
{
	return done(unshare(CLONE_NEWPID) == 0);
}
PROBE(unshare_ipc)
{
	return done(unshare(CLONE_NEWIPC) == 0);
}
PROBE(unshare_uts)
{
	return done(unshare(CLONE_NEWUTS) == 0);
}
PROBE(unshare_cgroup)
{
	return done(unshare(CLONE_NEWCGROUP) == 0);
}
PROBE(unshare_time)
{
	return done(unshare(0x80) == 0);
}
PROBE(unshare_files)
{
	return done(unshare(CLONE_FILES) == 0);
}
static int cloned(unsigned long flags)
{
	long pid = syscall(SYS_clone, flags | SIGCHLD, NULL, NULL, NULL, NULL);

	if (pid == 0)
		_exit(0);
	return done(pid > 0);
}
PROBE(clone_user)
{
	return cloned(CLONE_NEWUSER);
}
PROBE(clone_pid)
{
	return cloned(CLONE_NEWPID);
}
PROBE(clone_net)
{
	return cloned(CLONE_NEWNET);
}
PROBE(clone_user_high_bits)
{
	return cloned(CLONE_NEWUSER | (1UL << 40));
}
PROBE(clone3_user)
{
	uint64_t args[11] = {[0] = CLONE_NEWUSER, [4] = SIGCHLD};
	long pid = syscall(SYS_clone3, args, sizeof(args));

	if (pid == 0)
		_exit(0);
	return done(pid > 0);
}
static int entered(const char *name, int type)
{
	int fd = open(of_victim(name), O_RDONLY | O_CLOEXEC);

	return done(fd >= 0 && setns(fd, type) == 0);
}
PROBE(enter_mount)
{
	return entered("ns/mnt", 0);
}
PROBE(enter_net)
{
	return entered("ns/net", 0);
}
PROBE(enter_pid)
{
	return entered("ns/pid", 0);
}
PROBE(enter_by_pidfd)
{
	int fd = (int)syscall(SYS_pidfd_open, victim, 0);

	return done(fd >= 0 && setns(fd, CLONE_NEWUTS) == 0);
}
PROBE(enter_nothing)
{
	return reached(setns(-1, 0));
}

/* --- kernel -------------------------------------------------------------------------------- */

PROBE(bpf_map)
{
	union bpf_attr attr = {
		.map_type = BPF_MAP_TYPE_ARRAY, .key_size = 4, .value_size = 4, .max_entries = 1};

	return done(syscall(SYS_bpf, BPF_MAP_CREATE, &attr, sizeof(attr)) >= 0);
}
PROBE(bpf_program)
{
	union bpf_attr attr = {.prog_type = BPF_PROG_TYPE_SOCKET_FILTER};

	return reached(syscall(SYS_bpf, BPF_PROG_LOAD, &attr, sizeof(attr)));
}
PROBE(perf_events)
{
	struct perf_event_attr attr = {.type = PERF_TYPE_SOFTWARE,
				       .size = sizeof(attr),
				       .config = PERF_COUNT_SW_CPU_CLOCK,
				       .exclude_kernel = 1};

	return done(syscall(SYS_perf_event_open, &attr, 0, -1, -1, 0) >= 0);
}
PROBE(user_faults)
{
	return done(syscall(SYS_userfaultfd, 1) >= 0);
}
PROBE(uring)
{
	char params[120] = {0};

	return done(syscall(SYS_io_uring_setup, 4, params) >= 0);
}
PROBE(uring_enter)
{
	return reached(syscall(SYS_io_uring_enter, -1, 0, 0, 0, NULL, 0));
}
PROBE(uring_register)
{
	return reached(syscall(SYS_io_uring_register, -1, 0, NULL, 0));
}
PROBE(aio)
{
	unsigned long context = 0;
	return done(syscall(SYS_io_setup, 1, &context) == 0);
}
PROBE(key_add)
{
	return done(syscall(SYS_add_key, "user", "probe", "x", 1, -2) >= 0);
}
PROBE(key_session)
{
	return done(syscall(SYS_keyctl, 0, -3, 0, 0, 0) >= 0);
}
PROBE(key_request)
{
	return reached(syscall(SYS_request_key, "user", "probe-none", NULL, -2));
}
PROBE(kexec)
{
	return reached(syscall(SYS_kexec_load, 0, 1000000, NULL, 0));
}
PROBE(kexec_file)
{
	return reached(syscall(SYS_kexec_file_load, -1, -1, 0, NULL, 0xffff));
}
PROBE(module_load)
{
	return reached(syscall(SYS_init_module, NULL, 0, NULL));
}
PROBE(module_load_fd)
{
	return reached(syscall(SYS_finit_module, -1, "", 0));
}
PROBE(module_unload)
{
	return reached(syscall(SYS_delete_module, "no_such_module", O_NONBLOCK));
}
PROBE(reboot_call)
{
	return reached(syscall(SYS_reboot, 1, 2, 3, NULL));
}
PROBE(swap_on)
{
	return reached(swapon("/no/such/file", 0));
}
PROBE(swap_off)
{
	return reached(swapoff("/no/such/file"));
}
PROBE(accounting)
{
	return reached(acct("/no/such/file"));
}
PROBE(quota)
{
	return reached(syscall(SYS_quotactl, 0x80000100U, "/no/such", 0, NULL));
}
PROBE(kernel_log)
{
	char b[64];
	return done(syscall(SYS_syslog, 3, b, sizeof(b)) >= 0);
}
PROBE(set_time)
{
	return reached(syscall(SYS_settimeofday, &(struct timeval){-1, 2000000}, NULL));
}
PROBE(set_clock)
{
	return reached(syscall(SYS_clock_settime, CLOCK_REALTIME, &(struct timespec){-1, -1}));
}
PROBE(adjust_clock)
{
	struct timex t = {0};
	return done(adjtimex(&t) >= 0);
}
PROBE(adjust_clock_by_id)
{
	struct timex t = {0};
	return done(clock_adjtime(CLOCK_REALTIME, &t) >= 0);
}
PROBE(io_privilege)
{
	return done(syscall(SYS_iopl, 3) == 0);
}
PROBE(io_ports)
{
	return done(syscall(SYS_ioperm, 0x80, 1, 1) == 0);
}
PROBE(ldt)
{
	char b[16];
	return done(syscall(SYS_modify_ldt, 0, b, sizeof(b)) >= 0);
}
PROBE(host_name)
{
	char name[128];

	(void)gethostname(name, sizeof(name));
	return done(sethostname(name, strlen(name)) == 0);
}
PROBE(domain_name)
{
	return reached(syscall(SYS_setdomainname, NULL, 1000));
}
PROBE(no_randomisation)
{
	return done(personality(ADDR_NO_RANDOMIZE) >= 0);
}
PROBE(read_implies_exec)
{
	return done(personality(READ_IMPLIES_EXEC) >= 0);
}
PROBE(second_listener)
{
	struct sock_filter allow = {BPF_RET | BPF_K, 0, 0, SECCOMP_RET_ALLOW};
	struct sock_fprog code = {1, &allow};

	(void)prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
	return done(syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_NEW_LISTENER,
			    &code) >= 0);
}
PROBE(file_notification)
{
	return done(syscall(SYS_fanotify_init, 0x200, O_RDONLY) >= 0);
}
PROBE(remap_pages)
{
	return reached(syscall(SYS_remap_file_pages, 0, 0, 0, 0, 0));
}
PROBE(old_sysfs)
{
	return done(syscall(SYS_sysfs, 3) >= 0);
}
PROBE(old_ustat)
{
	char b[64];
	return reached(syscall(SYS_ustat, 1, b));
}
PROBE(hang_up)
{
	return done(getuid() == 0 ? syscall(SYS_vhangup) == 0 : false);
}
PROBE(memory_policy)
{
	return reached(syscall(SYS_set_mempolicy, 0, NULL, 0));
}
PROBE(memory_bind)
{
	return reached(syscall(SYS_mbind, NULL, 0, 0, NULL, 0, 0));
}
PROBE(splice_memory)
{
	return reached(syscall(SYS_vmsplice, -1, NULL, 0, 0));
}
PROBE(secret_memory)
{
	return done(syscall(SYS_memfd_secret, 0) >= 0);
}
PROBE(fileless_file)
{
	return done(memfd_create("x", 0) >= 0);
}
PROBE(lsm_attributes)
{
	return reached(syscall(459, 100, NULL, NULL, 0));
}
PROBE(unknown_call)
{
	return done(syscall(400000) >= 0);
}
PROBE(file_attributes)
{
	int attr = 0, fd = open(".", O_RDONLY | O_CLOEXEC);
	return reached(ioctl(fd, 0x80086601UL, &attr));
}
PROBE(attribute_write)
{
	(void)close(open("f", O_CREAT | O_WRONLY, 0600));
	return done(syscall(SYS_setxattr, "f", "user.x", "y", 1, 0) == 0);
}

/* --- communication ------------------------------------------------------------------------- */

static int socketed(int family, int type, int protocol)
{
	return done(socket(family, type | SOCK_CLOEXEC, protocol) >= 0);
}
PROBE(socket_inet)
{
	return socketed(AF_INET, SOCK_STREAM, 0);
}
PROBE(socket_inet_datagram)
{
	return socketed(AF_INET, SOCK_DGRAM, 0);
}
PROBE(socket_inet6)
{
	return socketed(AF_INET6, SOCK_STREAM, 0);
}
PROBE(socket_raw)
{
	return socketed(AF_INET, SOCK_RAW, IPPROTO_ICMP);
}
PROBE(socket_ping)
{
	return socketed(AF_INET, SOCK_DGRAM, IPPROTO_ICMP);
}
PROBE(socket_netlink)
{
	return socketed(AF_NETLINK, SOCK_RAW, 0);
}
PROBE(socket_packet)
{
	return socketed(AF_PACKET, SOCK_RAW, 0);
}
PROBE(socket_vsock)
{
	return socketed(AF_VSOCK, SOCK_STREAM, 0);
}
PROBE(socket_crypto)
{
	return socketed(AF_ALG, SOCK_SEQPACKET, 0);
}
PROBE(socket_bluetooth)
{
	return socketed(AF_BLUETOOTH, SOCK_RAW, 1);
}
PROBE(socket_xdp)
{
	return socketed(44, SOCK_RAW, 0);
}
PROBE(socket_keys)
{
	return socketed(AF_KEY, SOCK_RAW, 2);
}
PROBE(socket_can)
{
	return socketed(AF_CAN, SOCK_RAW, 1);
}
PROBE(socket_smc)
{
	return socketed(43, SOCK_STREAM, 0);
}
PROBE(socket_high_bits)
{
	return done(syscall(SYS_socket, (1UL << 32) | AF_INET, SOCK_STREAM, 0) >= 0);
}
PROBE(socketpair_inet)
{
	int p[2];
	return done(socketpair(AF_INET, SOCK_STREAM, 0, p) == 0 || errno == EOPNOTSUPP);
}
PROBE(loopback)
{
	struct sockaddr_in a = {.sin_family = AF_INET,
				.sin_port = htons((uint16_t)port),
				.sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	return done(fd >= 0 && connect(fd, (const void *)&a, sizeof(a)) == 0);
}
static int connected(const struct sockaddr_un *a, size_t size)
{
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	return done(fd >= 0 && connect(fd, (const void *)a, (socklen_t)size) == 0);
}
PROBE(unix_listener)
{
	struct sockaddr_un a = {.sun_family = AF_UNIX};

	(void)snprintf(a.sun_path, sizeof(a.sun_path), "%s/listener", dir);
	return connected(&a, sizeof(a));
}
PROBE(abstract_listener)
{
	struct sockaddr_un a = {.sun_family = AF_UNIX};
	int n = snprintf(a.sun_path + 1, sizeof(a.sun_path) - 1, "fixproof-attack-%d", victim);

	return connected(&a, offsetof(struct sockaddr_un, sun_path) + 1 + (size_t)n);
}
PROBE(shared_memory)
{
	int id = shmget(IPC_PRIVATE, 4096, IPC_CREAT | 0600);
	if (id >= 0)
		(void)shmctl(id, IPC_RMID, NULL);
	return done(id >= 0);
}
PROBE(shared_memory_of_host)
{
	return done(shmget(0x66707266, 0, 0) >= 0);
}
PROBE(semaphores)
{
	int id = (int)syscall(SYS_semget, 0, 1, 01600);
	if (id >= 0)
		(void)syscall(SYS_semctl, id, 0, 0, 0);
	return done(id >= 0);
}
PROBE(messages)
{
	int id = (int)syscall(SYS_msgget, 0, 01600);
	if (id >= 0)
		(void)syscall(SYS_msgctl, id, 0, NULL);
	return done(id >= 0);
}
PROBE(message_queue)
{
	int fd = (int)syscall(SYS_mq_open, "probe", O_RDWR | O_CREAT, 0600, NULL);

	if (fd >= 0)
		(void)syscall(SYS_mq_unlink, "probe");
	return done(fd >= 0);
}

/* --- other doors --------------------------------------------------------------------------- */

#define X32 0x40000000L
PROBE(x32_call)
{
	return done(syscall(X32 | SYS_getpid) > 0);
}
PROBE(x32_ptrace)
{
	return reached(syscall(X32 | 521, 0, 0, 0, 0));
}
static long int80(long nr, long a, long b, long c)
{
	long r;

	__asm__ volatile("int $0x80"
			 : "=a"(r)
			 : "a"(nr), "b"(a), "c"(b), "d"(c)
			 : "memory", "r8", "r9", "r10", "r11");
	return r;
}
PROBE(i386_call)
{
	return done(int80(20, 0, 0, 0) > 0);
}
PROBE(i386_socket)
{
	/* socketcall(SOCKET, ...) wants its arguments below 4 GiB. */
	uint32_t *args = mmap(NULL, 4096, PROT_READ | PROT_WRITE,
			      MAP_PRIVATE | MAP_ANONYMOUS | MAP_32BIT, -1, 0);

	if (args == MAP_FAILED)
		return NO_SENSE;
	args[0] = AF_INET;
	args[1] = SOCK_STREAM;
	return done(int80(102, 1, (long)(intptr_t)args, 0) >= 0);
}
PROBE(i386_open)
{
	char *path = mmap(NULL, 4096, PROT_READ | PROT_WRITE,
			  MAP_PRIVATE | MAP_ANONYMOUS | MAP_32BIT, -1, 0);

	if (path == MAP_FAILED)
		return NO_SENSE;
	(void)snprintf(path, 4096, "%s/secret", dir);
	return done(int80(5, (long)(intptr_t)path, 0, 0) >= 0);
}
PROBE(i386_ptrace)
{
	long r = int80(26, 0, 0, 0);
	return done(r >= 0);
}
PROBE(tty_inject)
{
	char c = 'x';
	return reached(ioctl(0, TIOCSTI, &c));
}
PROBE(tty_inject_high_bits)
{
	char c = 'x';
	return reached(syscall(SYS_ioctl, 0, (1UL << 32) | TIOCSTI, &c));
}
PROBE(tty_linux)
{
	char c = 2;
	return reached(ioctl(0, TIOCLINUX, &c));
}
PROBE(tty_control)
{
	return reached(ioctl(0, TIOCSCTTY, 0));
}
PROBE(prctl_high_bits)
{
	return done(syscall(SYS_prctl, (1UL << 32) | PR_CAPBSET_DROP, 0, 0, 0, 0) == 0);
}
PROBE(pipe_size)
{
	int p[2];
	return done(pipe(p) == 0 && fcntl(p[0], F_SETPIPE_SZ, 1 << 20) > 0);
}
PROBE(file_lease)
{
	int fd = open("f", O_CREAT | O_RDONLY | O_CLOEXEC, 0600);
	return done(fd >= 0 && fcntl(fd, F_SETLEASE, F_RDLCK) == 0);
}

/* --- privileges ---------------------------------------------------------------------------- */

PROBE(become_root)
{
	return done(setresuid(0, 0, 0) == 0);
}
PROBE(become_root_group)
{
	return done(setresgid(0, 0, 0) == 0);
}
PROBE(become_other)
{
	return done(setresuid(12345, 12345, 12345) == 0);
}
PROBE(take_groups)
{
	gid_t g[] = {0};
	return done(setgroups(1, g) == 0);
}
PROBE(take_capabilities)
{
	struct __user_cap_header_struct h = {_LINUX_CAPABILITY_VERSION_3, 0};
	struct __user_cap_data_struct d[2] = {{1 << CAP_SYS_ADMIN, 1 << CAP_SYS_ADMIN, 0}};

	return done(syscall(SYS_capset, &h, d) == 0);
}
PROBE(have_capabilities)
{
	struct __user_cap_header_struct h = {_LINUX_CAPABILITY_VERSION_3, 0};
	struct __user_cap_data_struct d[2] = {{0}};

	return done(syscall(SYS_capget, &h, d) == 0 &&
		    (d[0].effective || d[0].permitted || d[0].inheritable || d[1].effective));
}
PROBE(ambient_capabilities)
{
	return done(prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0) == 0);
}
PROBE(secure_bits)
{
	return done(prctl(PR_SET_SECUREBITS, prctl(PR_GET_SECUREBITS, 0, 0, 0, 0), 0, 0, 0) == 0);
}
PROBE(drop_no_new_privs)
{
	return done(prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 0);
}
PROBE(bounding_set)
{
	return done(prctl(PR_CAPBSET_READ, CAP_SYS_ADMIN, 0, 0, 0) == 1);
}
PROBE(chown_to_root)
{
	(void)close(open("o", O_CREAT | O_WRONLY, 0600));
	return done(chown("o", 0, 0) == 0);
}
PROBE(set_user_id_gains)
{
	int status = 0;
	pid_t pid = fork();

	/* su and its like would run as root; its being allowed to start as root is the success. */
	if (pid == 0) {
		(void)execl("/usr/bin/passwd", "passwd", "-S", "root", NULL);
		_exit(127);
	}
	(void)waitpid(pid, &status, 0);
	return done(WIFEXITED(status) && WEXITSTATUS(status) == 0);
}
PROBE(raise_priority)
{
	return done(setpriority(PRIO_PROCESS, 0, -5) == 0);
}
PROBE(real_time)
{
	return done(sched_setscheduler(0, SCHED_FIFO, &(struct sched_param){1}) == 0);
}
PROBE(lock_memory)
{
	void *p = mmap(NULL, 16 << 20, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	return done(p != MAP_FAILED && mlock(p, 16 << 20) == 0);
}
PROBE(more_cpus)
{
	cpu_set_t s;
	(void)sched_getaffinity(0, sizeof(s), &s);
	return done(sched_setaffinity(0, sizeof(s), &s) == 0);
}
PROBE(core_dump)
{
	struct rlimit r = {1 << 20, 1 << 20};
	return done(setrlimit(RLIMIT_CORE, &r) == 0);
}
PROBE(control_descriptor)
{
	struct iovec part = {(char[]){0}, 1};
	struct msghdr packet = {.msg_iov = &part, .msg_iovlen = 1};

	/* Outside there is none; inside it must be gone too. */
	return fcntl(255, F_GETFD) < 0 && sendmsg(255, &packet, 0) < 0 ? STOPPED : 0;
}

static const struct {
	const char *name;
	int (*attack)(void);
} probes[] = {
#define P(name)             \
	{                   \
#name, name \
	}
	P(host_file),
	P(host_file_by_dots),
	P(host_file_by_link),
	P(host_file_of_process),
	P(host_file_of_init),
	P(host_directory),
	P(host_create),
	P(host_home),
	P(host_var),
	P(host_shadow),
	P(host_machine_id),
	P(root_write),
	P(usr_write),
	P(usr_open_for_writing),
	P(usr_chmod),
	P(usr_times),
	P(etc_write),
	P(handle_open),
	P(inherited_descriptor),
	P(inherited_any),
	P(inherited_variable),
	P(parent_variables),
	P(working_directory_outside),
	P(chroot_call),
	P(chroot_escape),
	P(proc_init_environ),
	P(proc_init_cmdline),
	P(proc_init_mem),
	P(proc_init_fd),
	P(proc_victim_environ),
	P(proc_victim_mem),
	P(proc_victim_maps),
	P(proc_victim_status),
	P(proc_hostname),
	P(proc_core_pattern),
	P(proc_sysrq),
	P(proc_kcore),
	P(proc_kallsyms),
	P(proc_kmsg),
	P(proc_keys),
	P(proc_mounts_of_host),
	P(proc_cpuinfo),
	P(proc_cmdline),
	P(proc_uid_map),
	P(proc_oom_score),
	P(sys_listing),
	P(sys_cgroup),
	P(dev_kmsg),
	P(dev_mem),
	P(dev_ptmx),
	P(dev_tty),
	P(dev_console),
	P(dev_loop),
	P(dev_fuse),
	P(dev_tun),
	P(dev_disk),
	P(dev_replace),
	P(make_block_device),
	P(make_char_device),
	P(make_device_at),
	P(trace_victim),
	P(trace_anything),
	P(trace_parent),
	P(trace_init),
	P(vm_read),
	P(vm_write),
	P(vm_read_init),
	P(signal_victim),
	P(signal_victim_thread),
	P(signal_victim_group),
	P(pidfd_victim),
	P(pidfd_steal),
	P(compare_processes),
	P(advise_victim),
	P(priority_of_victim),
	P(affinity_of_victim),
	P(limits_of_victim),
	P(limits_of_init),
	P(io_priority_of_victim),
	P(move_pages_of_victim),
	P(group_of_victim),
	P(session_of_victim),
	P(raise_own_limit),
	P(mount_tmpfs),
	P(mount_proc),
	P(mount_bind),
	P(mount_remount),
	P(mount_propagation),
	P(unmount_proc),
	P(unmount_usr),
	P(pivot),
	P(new_fsopen),
	P(new_fsmount),
	P(new_fsconfig),
	P(new_fspick),
	P(new_open_tree),
	P(new_open_tree_plain),
	P(new_move_mount),
	P(new_setattr),
	P(new_statmount),
	P(new_listmount),
	P(unshare_user),
	P(unshare_mount),
	P(unshare_net),
	P(unshare_pid),
	P(unshare_ipc),
	P(unshare_uts),
	P(unshare_cgroup),
	P(unshare_time),
	P(unshare_files),
	P(clone_user),
	P(clone_pid),
	P(clone_net),
	P(clone_user_high_bits),
	P(clone3_user),
	P(enter_mount),
	P(enter_net),
	P(enter_pid),
	P(enter_by_pidfd),
	P(enter_nothing),
	P(bpf_map),
	P(bpf_program),
	P(perf_events),
	P(user_faults),
	P(uring),
	P(uring_enter),
	P(uring_register),
	P(aio),
	P(key_add),
	P(key_session),
	P(key_request),
	P(kexec),
	P(kexec_file),
	P(module_load),
	P(module_load_fd),
	P(module_unload),
	P(reboot_call),
	P(swap_on),
	P(swap_off),
	P(accounting),
	P(quota),
	P(kernel_log),
	P(set_time),
	P(set_clock),
	P(adjust_clock),
	P(adjust_clock_by_id),
	P(io_privilege),
	P(io_ports),
	P(ldt),
	P(host_name),
	P(domain_name),
	P(no_randomisation),
	P(read_implies_exec),
	P(second_listener),
	P(file_notification),
	P(remap_pages),
	P(old_sysfs),
	P(old_ustat),
	P(hang_up),
	P(memory_policy),
	P(memory_bind),
	P(splice_memory),
	P(secret_memory),
	P(fileless_file),
	P(lsm_attributes),
	P(unknown_call),
	P(file_attributes),
	P(attribute_write),
	P(socket_inet),
	P(socket_inet_datagram),
	P(socket_inet6),
	P(socket_raw),
	P(socket_ping),
	P(socket_netlink),
	P(socket_packet),
	P(socket_vsock),
	P(socket_crypto),
	P(socket_bluetooth),
	P(socket_xdp),
	P(socket_keys),
	P(socket_can),
	P(socket_smc),
	P(socket_high_bits),
	P(socketpair_inet),
	P(loopback),
	P(unix_listener),
	P(abstract_listener),
	P(shared_memory),
	P(shared_memory_of_host),
	P(semaphores),
	P(messages),
	P(message_queue),
	P(x32_call),
	P(x32_ptrace),
	P(i386_call),
	P(i386_socket),
	P(i386_open),
	P(i386_ptrace),
	P(tty_inject),
	P(tty_inject_high_bits),
	P(tty_linux),
	P(tty_control),
	P(prctl_high_bits),
	P(pipe_size),
	P(file_lease),
	P(become_root),
	P(become_root_group),
	P(become_other),
	P(take_groups),
	P(take_capabilities),
	P(have_capabilities),
	P(ambient_capabilities),
	P(secure_bits),
	P(drop_no_new_privs),
	P(bounding_set),
	P(chown_to_root),
	P(set_user_id_gains),
	P(raise_priority),
	P(real_time),
	P(lock_memory),
	P(more_cpus),
	P(core_dump),
	P(control_descriptor),
};

int main(int argc, char **argv)
{
	if (argc == 2 && strcmp(argv[1], "--list") == 0) {
		for (size_t i = 0; i < sizeof(probes) / sizeof(*probes); i++)
			puts(probes[i].name);
		return 0;
	}
	if (argc == 2 && strcmp(argv[1], "--clock") == 0) {
		struct timespec t;
		struct timeval tv;

		if (clock_gettime(CLOCK_REALTIME, &t) < 0 || gettimeofday(&tv, NULL) < 0)
			return 2;
		printf("%lld %lld %lld\n", (long long)time(NULL), (long long)t.tv_sec,
		       (long long)tv.tv_sec);
		return 0;
	}
	if (argc != 5)
		return 2;
	dir = argv[2];
	victim = (pid_t)strtol(argv[3], NULL, 10);
	port = (int)strtol(argv[4], NULL, 10);
	for (size_t i = 0; i < sizeof(probes) / sizeof(*probes); i++)
		if (strcmp(probes[i].name, argv[1]) == 0)
			return probes[i].attack();
	return 2;
}
