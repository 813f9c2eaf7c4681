/*
 * The root that the program sees: one tmpfs, capped in bytes and inodes.  The host's directories
 * are bound into it read-only; the few directories that may be written to are bound onto
 * themselves, after which the root's own mount becomes read-only and those binds do not.
 */
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#include "sandbox/host.h"
#include "sandbox/inside.h"

#define DETACH 2 /* MNT_DETACH, whose header clashes with linux/mount.h */
#define PLACE_TRIES 20

void inside_detail(struct inside *in, const char *text)
{
	wire_text(in->detail, sizeof(in->detail), text);
}

/* mkdir -p of all of path, or of all but its last component. */
static int make_dirs(int dir_fd, const char *path, bool last_too)
{
	char part[PATH_MAX];
	size_t size = strlen(path);

	for (size_t i = 1; i <= size; i++) {
		if (path[i] != '/' && (path[i] != '\0' || !last_too))
			continue;
		memcpy(part, path, i);
		part[i] = '\0';
		if (mkdirat(dir_fd, part, 0755) < 0 && errno != EEXIST)
			return -1;
	}
	return 0;
}

int mounts_root(struct inside *in)
{
	const struct job *job = in->job;
	int fs = host_fsopen("tmpfs");

	inside_detail(in, "tmpfs");
	if (fs < 0 || host_fsconfig(fs, "size", job->tmpfs_size) < 0 ||
	    host_fsconfig(fs, "nr_inodes", job->tmpfs_inodes) < 0 ||
	    host_fsconfig(fs, "mode", "0755") < 0 || host_fsconfig(fs, NULL, NULL) < 0)
		return -1;
	in->root_fd = host_fsmount(fs, MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV);
	if (in->root_fd < 0)
		return -1;
	(void)close(fs);
	/* Only a tree that is attached can take mounts. */
	return host_move_mount(in->root_fd, "", AT_FDCWD, "/", MOVE_MOUNT_F_EMPTY_PATH);
}

static int make_target(struct inside *in, const struct job_bind *bind)
{
	int fd;

	if (make_dirs(in->root_fd, bind->inside, bind->directory) < 0)
		return -1;
	if (bind->directory)
		return 0;
	fd = openat(in->root_fd, bind->inside, O_WRONLY | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0644);
	if (fd < 0)
		return errno == EROFS || errno == EACCES ? 0 : -1; /* it is in another bind */
	(void)close(fd);
	return 0;
}

static int place(struct inside *in, const struct job_bind *bind, int fd)
{
	if (make_target(in, bind) < 0)
		return -1;
	return host_move_mount(fd, "", in->root_fd, bind->inside, MOVE_MOUNT_F_EMPTY_PATH);
}

static int attach_bind(struct inside *in, const struct job_bind *bind)
{
	unsigned int deep = bind->directory ? AT_RECURSIVE : 0;
	uint64_t attributes = MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID |
			      (bind->device ? MOUNT_ATTR_NOEXEC : MOUNT_ATTR_NODEV);
	struct stat st;
	int fd = bind->fd;

	inside_detail(in, bind->inside);
	if (fd < 0)
		fd = host_open_tree(AT_FDCWD, bind->host,
				    OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | deep);
	if (fd < 0 || fstat(fd, &st) < 0)
		return -1;
	if (st.st_dev != bind->dev || st.st_ino != bind->ino) {
		errno = ESTALE;
		return -1;
	}
	if (host_mount_setattr(fd, "", AT_EMPTY_PATH | deep, attributes) < 0)
		return -1;
	/*
	 * Linux 6.18 under load has said once in some ten thousand launches that a place which was
	 * just made is not there; asked again, it is, though not always at once.
	 */
	for (int tries = 1; place(in, bind, fd) < 0; tries++) {
		if (errno != ENOENT || tries == PLACE_TRIES)
			return -1;
		(void)nanosleep(&(struct timespec){.tv_nsec = tries > 2 ? 1000000 : 0}, NULL);
	}
	(void)close(fd);
	return 0;
}

int mounts_binds(struct inside *in)
{
	for (size_t i = 0; i < in->job->bind_count; i++)
		if (attach_bind(in, &in->job->binds[i]) < 0)
			return -1;
	return 0;
}

int mounts_proc(struct inside *in)
{
	int fs;

	if (!in->job->watch_memory)
		return 0;
	fs = host_fsopen("proc");
	inside_detail(in, "proc");
	if (fs < 0 || host_fsconfig(fs, "subset", "pid") < 0 ||
	    host_fsconfig(fs, "hidepid", "ptraceable") < 0 || host_fsconfig(fs, NULL, NULL) < 0)
		return -1;
	in->proc_fd = host_fsmount(fs, MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV | MOUNT_ATTR_NOEXEC);
	if (in->proc_fd < 0 || mkdirat(in->root_fd, "proc", 0555) < 0)
		return -1;
	(void)close(fs);
	return host_move_mount(in->proc_fd, "", in->root_fd, "proc", MOVE_MOUNT_F_EMPTY_PATH);
}

static int write_file(int dir_fd, const struct job_text *file)
{
	int fd = openat(dir_fd, file->path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC,
			0644);
	ssize_t n;

	if (fd < 0)
		return -1;
	n = write(fd, file->text, file->size);
	(void)close(fd);
	if (n >= 0 && (size_t)n < file->size)
		errno = ENOSPC;
	return n == (ssize_t)file->size ? 0 : -1;
}

/*
 * A file of ours where the image has a read-only one: it is bound over it.  Where the image has
 * none, there is nothing that it could be mistaken for, and it is left out.
 */
static int cover_file(struct inside *in, const struct job_text *file)
{
	struct job_text own = *file;
	char path[64] = "run/";
	int fd;

	wire_text(path + 4, sizeof(path) - 4, strrchr(file->path, '/') + 1);
	own.path = path;
	if (faccessat(in->root_fd, file->path, F_OK, AT_SYMLINK_NOFOLLOW) < 0)
		return errno == ENOENT ? 0 : -1;
	if (make_dirs(in->root_fd, path, false) < 0 || write_file(in->root_fd, &own) < 0)
		return -1;
	fd = host_open_tree(in->root_fd, path, OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC);
	if (fd < 0 || host_mount_setattr(fd, "", AT_EMPTY_PATH, MOUNT_ATTR_RDONLY) < 0 ||
	    host_move_mount(fd, "", in->root_fd, file->path, MOVE_MOUNT_F_EMPTY_PATH) < 0)
		return -1;
	(void)close(fd);
	return 0;
}

int mounts_files(struct inside *in)
{
	const struct job *job = in->job;

	for (size_t i = 0; i < job->link_count; i++) {
		inside_detail(in, job->links[i].path);
		if (make_dirs(in->root_fd, job->links[i].path, false) < 0 ||
		    symlinkat(job->links[i].text, in->root_fd, job->links[i].path) < 0)
			return -1;
	}
	for (size_t i = 0; i < job->file_count; i++) {
		inside_detail(in, job->files[i].path);
		if (job->cover_files && strncmp(job->files[i].path, "etc/", 4) == 0) {
			if (cover_file(in, &job->files[i]) < 0)
				return -1;
			continue;
		}
		if (make_dirs(in->root_fd, job->files[i].path, false) < 0 ||
		    write_file(in->root_fd, &job->files[i]) < 0)
			return -1;
	}
	return 0;
}

static int make_writable(struct inside *in, const char *path)
{
	const struct job *job = in->job;
	mode_t mode = strcmp(path, "tmp") == 0 || strcmp(path, "dev/shm") == 0 ? 01777 : 0755;
	int fd;

	inside_detail(in, path);
	if (make_dirs(in->root_fd, path, true) < 0 || fchmodat(in->root_fd, path, mode, 0) < 0 ||
	    fchownat(in->root_fd, path, job->v.uid, job->v.gid, AT_SYMLINK_NOFOLLOW) < 0)
		return -1;
	fd = host_open_tree(in->root_fd, path, OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC);
	if (fd < 0 || host_move_mount(fd, "", in->root_fd, path, MOVE_MOUNT_F_EMPTY_PATH) < 0)
		return -1;
	return fd;
}

/* HOME and TMPDIR may lie in a directory that is writable already. */
static int make_inner(struct inside *in, const char *path)
{
	const struct job *job = in->job;

	inside_detail(in, path);
	if (make_dirs(in->root_fd, path, true) < 0)
		return -1;
	return fchownat(in->root_fd, path, job->v.uid, job->v.gid, AT_SYMLINK_NOFOLLOW);
}

int mounts_writable(struct inside *in)
{
	const struct job *job = in->job;

	for (size_t i = 0; i < job->writable_count; i++) {
		int fd = make_writable(in, job->writable[i]);

		if (fd < 0)
			return -1;
		if (i == 0) /* the workspace comes first */
			in->work_fd = openat(fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		(void)close(fd);
		if (in->work_fd < 0)
			return -1;
	}
	if (make_inner(in, job->v.home + 1) < 0 || make_inner(in, job->v.tmpdir + 1) < 0)
		return -1;
	return 0;
}

int mounts_pivot(struct inside *in)
{
	inside_detail(in, "");
	if (fchdir(in->root_fd) < 0 || syscall(SYS_pivot_root, ".", ".") < 0 ||
	    syscall(SYS_umount2, ".", DETACH) < 0 || chdir("/") < 0)
		return -1;
	return host_mount_setattr(AT_FDCWD, "/", 0, MOUNT_ATTR_RDONLY);
}
