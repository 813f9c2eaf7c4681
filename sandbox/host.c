#include "sandbox/host.h"

#include <fcntl.h>
#include <sched.h>
#include <sys/syscall.h>

static bool network_is_empty;

int host_open_tree(int dir_fd, const char *path, unsigned int flags)
{
	return (int)syscall(SYS_open_tree, dir_fd, path, flags);
}

int host_move_mount(int from_fd, const char *from, int to_fd, const char *to, unsigned int flags)
{
	return (int)syscall(SYS_move_mount, from_fd, from, to_fd, to, flags);
}

int host_mount_setattr(int dir_fd, const char *path, unsigned int flags, uint64_t set)
{
	struct mount_attr attr = {.attr_set = set};

	return (int)syscall(SYS_mount_setattr, dir_fd, path, flags, &attr, sizeof(attr));
}

int host_fsopen(const char *type)
{
	return (int)syscall(SYS_fsopen, type, FSOPEN_CLOEXEC);
}

int host_fsconfig(int fs_fd, const char *key, const char *value)
{
	return (int)syscall(SYS_fsconfig, fs_fd, key ? FSCONFIG_SET_STRING : FSCONFIG_CMD_CREATE,
			    key, value, 0);
}

int host_fsmount(int fs_fd, unsigned int attributes)
{
	return (int)syscall(SYS_fsmount, fs_fd, FSMOUNT_CLOEXEC, attributes);
}

int host_openat2(int dir_fd, const char *path, uint64_t flags, uint64_t mode, uint64_t resolve)
{
	struct open_how how = {.flags = flags | O_CLOEXEC, .mode = mode, .resolve = resolve};

	return (int)syscall(SYS_openat2, dir_fd, path, &how, sizeof(how));
}

int host_pidfd_signal(int pid_fd, int signal)
{
	return (int)syscall(SYS_pidfd_send_signal, pid_fd, signal, NULL, 0);
}

pid_t host_clone(unsigned long flags, int *ret_pid_fd)
{
	return (pid_t)syscall(SYS_clone, flags | (ret_pid_fd ? CLONE_PIDFD : 0UL), NULL, ret_pid_fd,
			      NULL, 0);
}

pid_t host_clone_into(unsigned long flags, int cgroup_fd, int *ret_pid_fd)
{
	/* struct clone_args, whose later members the C library's headers do not have. */
	uint64_t args[11] = {
		[0] = flags | CLONE_PIDFD | (1ULL << 33), /* CLONE_INTO_CGROUP */
		[1] = (uintptr_t)ret_pid_fd,
		[10] = (uint64_t)cgroup_fd,
	};

	return (pid_t)syscall(SYS_clone3, args, sizeof(args));
}

bool host_network_is_empty(void)
{
	return network_is_empty;
}

void host_network_set_empty(void)
{
	network_is_empty = true;
}

uint64_t host_now_ns(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000000000U + (uint64_t)t.tv_nsec;
}

int64_t host_real_ns(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_REALTIME, &t);
	return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}
