/*
 * A directory tree as a stream of bytes: how trees travel between processes.  Nothing is ever
 * unpacked on the host to be looked at.
 *
 *	stream  = "FPTREE1\n" entry* end
 *	entry   = type:u8 path_size:u32 content_size:u64 path content     (little endian)
 *	type    = 'f' file, 'x' executable file, 'l' symbolic link (its content is the target),
 *	          'd' directory (no content; only needed for empty ones, and allowed for all)
 *	end     = 'e' 0:u32 0:u64
 *
 * Paths are relative, UTF-8, without empty, "." or ".." components, without control characters.
 * The order of entries is free; a directory comes before what it holds, if it is there at all.
 * The reader checks all that and takes nothing on trust; uniqueness of paths is for who collects
 *them.
 */
#ifndef RUNNER_BASE_TREESTREAM_H
#define RUNNER_BASE_TREESTREAM_H

#include "runner/base/base.h"
#include "runner/base/err.h"

#define TREESTREAM_PATH_MAX 4095
#define TREESTREAM_COMPONENT_MAX 255
#define TREESTREAM_LINK_MAX 4095

enum treestream_type {
	TREESTREAM_FILE,
	TREESTREAM_EXECUTABLE,
	TREESTREAM_LINK,
	TREESTREAM_DIRECTORY,
};

struct treestream_entry {
	enum treestream_type type;
	uint64_t size; /* of the content */
	size_t path_size;
	char path[TREESTREAM_PATH_MAX + 1];
};

/* NULL when path may be in a tree, otherwise the reason why not, as "has a control character". */
const char *treestream_path_fault(const char *path, size_t size);

struct treestream_writer {
	int fd;
	uint64_t left; /* content bytes of the current entry still to come */
};

FP_MUST_CHECK int treestream_begin(struct treestream_writer *w, int fd, struct err *e);
FP_MUST_CHECK int treestream_entry(struct treestream_writer *w, enum treestream_type type,
				   const char *path, uint64_t size, struct err *e);
FP_MUST_CHECK int treestream_content(struct treestream_writer *w, const void *data, size_t size,
				     struct err *e);
FP_MUST_CHECK int treestream_end(struct treestream_writer *w, struct err *e);

/* Buffers; so after the end of the stream the position of fd is undefined. */
struct treestream_reader {
	int fd;
	uint64_t left;
	uint64_t offset; /* in the stream, of the next byte that the caller gets */
	size_t start, end;
	uint8_t buffer[65536];
};

FP_MUST_CHECK int treestream_open(struct treestream_reader *r, int fd, struct err *e);

/* 1 and the next entry, 0 at the end, -1.  Skips what is left of the content of the last one. */
FP_MUST_CHECK int treestream_next(struct treestream_reader *r, struct treestream_entry *ret_entry,
				  struct err *e);

/* Up to size bytes of the content; 0 when there is no more. */
FP_MUST_CHECK int treestream_read(struct treestream_reader *r, void *data, size_t size,
				  size_t *ret_size, struct err *e);

#endif
