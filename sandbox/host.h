/* System calls that the C library does not wrap yet, and what this process is to its sandboxes. */
#ifndef SANDBOX_HOST_H
#define SANDBOX_HOST_H

#include <linux/mount.h>
#include <linux/openat2.h>
#include <sys/types.h>

#include "runner/base/base.h"

#ifndef OPEN_TREE_CLONE
#define OPEN_TREE_CLONE 1
#endif
#ifndef OPEN_TREE_CLOEXEC
#define OPEN_TREE_CLOEXEC 02000000
#endif
#ifndef AT_RECURSIVE
#define AT_RECURSIVE 0x8000
#endif

/* Each as its system call: a value, or -1 with errno. */
int host_open_tree(int dir_fd, const char *path, unsigned int flags);
int host_move_mount(int from_fd, const char *from, int to_fd, const char *to, unsigned int flags);
int host_mount_setattr(int dir_fd, const char *path, unsigned int flags, uint64_t set);
int host_fsopen(const char *type);
int host_fsconfig(int fs_fd, const char *key, const char *value); /* NULL, NULL: create */
int host_fsmount(int fs_fd, unsigned int attributes);
int host_openat2(int dir_fd, const char *path, uint64_t flags, uint64_t mode, uint64_t resolve);
int host_pidfd_signal(int pid_fd, int signal);

/* Like fork(), into namespaces, without the handlers of the C library and without SIGCHLD. */
pid_t host_clone(unsigned long flags, int *ret_pid_fd);

/* The same, born in the control group (of version 2) of that directory. */
pid_t host_clone_into(unsigned long flags, int cgroup_fd, int *ret_pid_fd);

bool host_network_is_empty(void);
void host_network_set_empty(void);

uint64_t host_now_ns(void); /* a clock that only measures */
int64_t host_real_ns(void); /* since 1970 */

#endif
