/*
 * The canonical form of a directory tree, its digest, and the id that git gives to the same files.
 *
 * Canonical form 1: RFC 8785 of {"entries":[…],"format":"fixproof-tree/1"}, the entries sorted by
 * the bytes of their paths, each {"executable":bool,"path":…,"sha256":…,"size":…,"type":"file"},
 * {"path":…,"target":…,"type":"link"} or, for directories that hold nothing else,
 * {"path":…,"type":"directory"}.
 *
 * Left out, and counted: ".git", ".terraform" but for its modules, and Terraform's state files.
 */
#ifndef RUNNER_CANON_TREE_H
#define RUNNER_CANON_TREE_H

#include "runner/base/arena.h"
#include "runner/base/base.h"
#include "runner/base/buf.h"
#include "runner/base/err.h"
#include "runner/base/sha256.h"
#include "runner/base/treestream.h"

#define TREE_FORMAT "fixproof-tree/1"
#define TREE_GIT_ID_SIZE 41 /* SHA-1 in hex, with its NUL */
#define TREE_ENTRIES_MAX 1000000

struct tree_entry {
	const char *path;
	enum treestream_type type;
	uint64_t size;
	uint64_t offset;      /* of the content in the stream */
	struct sha256 sha256; /* of the content; of the target for a link */
	uint8_t git_blob[20];
	const char *target; /* of a link, otherwise NULL */
};

struct tree {
	const struct tree_entry *entries; /* sorted by the bytes of path */
	size_t count;
	uint64_t content_bytes;
	struct sha256 digest;
	char git_id[TREE_GIT_ID_SIZE];
	const struct tree_entry *left_out; /* sorted like the entries */
	size_t left_out_count;
};

/* Reads the tree stream in fd from its start; the content stays there, at the offsets of the
 * entries. */
FP_MUST_CHECK int tree_read(int fd, struct arena *a, const struct tree **ret_tree, struct err *e);

/* NULL when there is no such entry. */
const struct tree_entry *tree_find(const struct tree *t, const char *path);

/* Where a walk over two trees is; zero at its start. */
struct tree_walk {
	size_t one, other;
};

/*
 * The next path at which two trees differ in kind or content, in the order of the paths; the entry
 * is NULL in the tree that has none.  false: there is no further one.
 */
bool tree_next_change(const struct tree *one, const struct tree *other, struct tree_walk *walk,
		      const struct tree_entry **ret_one, const struct tree_entry **ret_other);

/* The content of one entry, from the stream's descriptor. */
FP_MUST_CHECK int tree_content(int fd, const struct tree_entry *entry, struct buf *out,
			       struct err *e);

/* The canonical bytes that digest is of. */
void tree_canonical(const struct tree *t, struct buf *out);

/*
 * Reads a canonical form back; text that is not exactly one is ERR_INPUT.  The entries have no
 * content and no offsets, and the tree no id of git.
 */
FP_MUST_CHECK int tree_parse(const char *what, const char *text, size_t size, struct arena *a,
			     const struct tree **ret_tree, struct err *e);

/*
 * Writes the tree beneath the directory dir_fd to fd as a tree stream, following no link and
 * crossing no mount.  Devices, sockets, FIFOs and names that a tree cannot have are ERR_INPUT, and
 * so is more than max_bytes of content.
 */
FP_MUST_CHECK int tree_pack(int dir_fd, const char *what, uint64_t max_bytes, int fd,
			    struct err *e);

/* Makes the files of t, whose stream fd holds, beneath the empty directory dir_fd. */
FP_MUST_CHECK int tree_unpack(int fd, const struct tree *t, int dir_fd, struct err *e);

#endif
