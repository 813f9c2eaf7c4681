/*
 * A packed bundle: a tar of regular files, sorted by the bytes of their paths, inside one frame of
 * zstd.  The same files give the same tar anywhere; compressed bytes are never compared.
 *
 * Every header follows from path and size alone (mode 0644, no owner, no time; a pax header only
 * for a path of more than 100 bytes), and the reader takes no other one: so there are no links, no
 * devices, no sparse files, no second reading of a name, and no two tars for one bundle.
 */
#ifndef RUNNER_ATTEST_BUNDLE_ARCHIVE_H
#define RUNNER_ATTEST_BUNDLE_ARCHIVE_H

#include "runner/attest/bundle.h"

#define BUNDLE_PACKED_MAX_BYTES ((size_t)256 << 20)
#define BUNDLE_UNPACKED_MAX_BYTES ((size_t)512 << 20)

struct bundle_archive {
	const struct bundle_member *members; /* sorted by path */
	size_t count;
	char *tar; /* owned */
};

void bundle_archive_release(struct bundle_archive *archive);

/* Members must be sorted, with paths that may be in a bundle. */
FP_MUST_CHECK int bundle_archive_write(const struct bundle_member *members, size_t count,
				       struct buf *out, struct err *e);

FP_MUST_CHECK int bundle_archive_read(const char *what, const void *data, size_t size,
				      struct arena *a, struct bundle_archive *ret_archive,
				      struct err *e);

/* The same of the tar alone; it stays the caller's. */
FP_MUST_CHECK int bundle_archive_read_tar(const char *what, const char *tar, size_t size,
					  struct arena *a, struct bundle_archive *ret_archive,
					  struct err *e);

/* NULL when there is none. */
const struct bundle_member *bundle_archive_find(const struct bundle_archive *archive,
						const char *path);

#endif
