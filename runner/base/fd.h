/* Descriptors and whole files.  Every descriptor made here is close-on-exec. */
#ifndef RUNNER_BASE_FD_H
#define RUNNER_BASE_FD_H

#include <dirent.h>
#include <stdio.h>
#include <sys/types.h>

#include "runner/base/base.h"
#include "runner/base/buf.h"
#include "runner/base/err.h"

/* For FP_CLEANUP; an int that holds no descriptor is -1. */
void fd_cleanup(int *fd);
void fd_close(int fd);
int fd_steal(int *fd);

/* For FP_CLEANUP too; a DIR * that is not open is NULL. */
void fd_close_dir(DIR **dir);

/*
 * openat2(2) with O_CLOEXEC; resolve is RESOLVE_*.  The descriptor, or -1 with errno, because
 * callers tell the reasons apart.  mode must be 0 unless the file may be made.
 */
int fd_openat2(int dir_fd, const char *path, int flags, mode_t mode, uint64_t resolve);

/* All bytes or an error; EINTR and short transfers are dealt with. */
FP_MUST_CHECK int fd_write_all(int fd, const void *data, size_t size, struct err *e);

/* Exactly size bytes; an early end is ERR_PEER. */
FP_MUST_CHECK int fd_read_exact(int fd, void *data, size_t size, struct err *e);

/* To the end of file, into b; more than the ceiling of b is ERR_LIMIT that names what. */
FP_MUST_CHECK int fd_read_all(int fd, struct buf *b, const char *what, struct err *e);

/*
 * Reads the regular file path beneath dir_fd (AT_FDCWD allowed).  No more than b's ceiling, and a
 * device or a FIFO is ERR_INPUT.  The last component may be a symbolic link only if follow.
 */
FP_MUST_CHECK int fd_read_file(int dir_fd, const char *path, bool follow, struct buf *b,
			       struct err *e);

/*
 * Makes path beneath dir_fd hold these bytes: a temporary file beside it, fsync, rename.  Either
 * the old content or the new one is there at any moment.
 */
FP_MUST_CHECK int fd_write_file(int dir_fd, const char *path, const void *data, size_t size,
				mode_t mode, struct err *e);

/* An anonymous file in memory that both ends can seek in; name shows in /proc only. */
FP_MUST_CHECK int fd_memfd(const char *name, int *ret_fd, struct err *e);

/* An anonymous file that holds these bytes, at offset 0 and sealed against any change. */
FP_MUST_CHECK int fd_sealed(const char *name, const void *data, size_t size, int *ret_fd,
			    struct err *e);

/* Removes the directory name beneath dir_fd with all it holds, never following a link. */
FP_MUST_CHECK int fd_remove_tree(int dir_fd, const char *name, struct err *e);

/* mkdir -p beneath dir_fd for a relative path that has no "..". */
FP_MUST_CHECK int fd_make_dirs(int dir_fd, const char *path, mode_t mode, struct err *e);

#endif
