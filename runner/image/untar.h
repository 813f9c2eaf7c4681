/*
 * Reads a tar (POSIX.1-2001 ustar and pax, and the long names of GNU), entry by entry, and trusts
 * nothing in it.  Kinds that a root of an image does not hold are passed over.
 */
#ifndef RUNNER_IMAGE_UNTAR_H
#define RUNNER_IMAGE_UNTAR_H

#include "runner/base/base.h"
#include "runner/base/err.h"

#define UNTAR_PATH_MAX 4095

enum untar_kind {
	UNTAR_FILE,
	UNTAR_DIRECTORY,
	UNTAR_LINK,	/* symbolic */
	UNTAR_HARDLINK, /* target is a path in the same tar */
};

struct untar {
	int fd;		  /* read forward only */
	uint64_t left;	  /* content of the current entry still to come */
	uint64_t padding; /* and what fills up its last block */
};

struct untar_entry {
	enum untar_kind kind;
	bool executable;
	uint64_t size; /* of a file */
	/* Relative, without empty, "." or ".." components. */
	char path[UNTAR_PATH_MAX + 1];
	/* Of a symbolic link as it stands; of a hard link like path. */
	char target[UNTAR_PATH_MAX + 1];
};

/* 1 and the next entry, 0 at the end, -1.  What is left of the content of the last one is skipped.
 */
FP_MUST_CHECK int untar_next(struct untar *t, struct untar_entry *ret_entry, struct err *e);

/* Up to size bytes of the content; 0 when there is no more. */
FP_MUST_CHECK int untar_read(struct untar *t, void *data, size_t size, size_t *ret_size,
			     struct err *e);

#endif
