/*
 * A provider pack: what one version of one provider is known to do, by type.
 *
 * One file, little endian, made to be mapped and read in place:
 *
 *	  0   8  "FPPACK1\n"
 *	  8   4  number of entries
 *	 12   4  size of the strings
 *	 16   8  size of the file
 *	 24  32  SHA-256 of the bytes from 88 to the end of the strings: the digest of the pack
 *	 56  32  for a slice the digest of the pack that it was taken from, otherwise zero
 *	 88  16  offset and size of the provider's address, then of its version, in the strings
 *	104 64n  entries: kind, offset and size of the name, zero (4 bytes each), offset and size of
 *	         the document in the file (8 bytes each), SHA-256 of the document
 *	         then the strings, then the documents, in the order of the entries, without gaps
 *
 * Entries are sorted by kind and then by the bytes of their names.  A document is JSON with sorted
 * keys and no white space: {"facts":{…},"schema":{…}}.  The digest covers every document through
 * its entry, so the same content gives the same digest, and a type's digest is the same in a slice.
 */
#ifndef RUNNER_PLAN_PACK_H
#define RUNNER_PLAN_PACK_H

#include "runner/base/arena.h"
#include "runner/base/base.h"
#include "runner/base/buf.h"
#include "runner/base/err.h"
#include "runner/base/sha256.h"

#define PACK_MAX_BYTES (64u * 1024 * 1024)
#define PACK_MAX_ENTRIES 65536u

enum pack_kind {
	PACK_PROVIDER, /* one entry, with an empty name */
	PACK_RESOURCE,
	PACK_DATA,
	PACK_EPHEMERAL,
	PACK_FUNCTION,
};
#define PACK_KIND_COUNT 5

/* "provider", "resource", "data", "ephemeral", "function". */
const char *pack_kind_name(enum pack_kind kind);

struct pack {
	const uint8_t *bytes;
	size_t size;
	size_t entry_count;
	const char *provider; /* "registry.terraform.io/hashicorp/aws" */
	const char *version;
	struct sha256 digest;
	struct sha256 origin; /* the digest of the whole pack; equal to digest when this is it */
};

struct pack_document {
	const char *json; /* not terminated */
	size_t size;
	struct sha256 digest;
};

/* Reads the pack in bytes, which stay the caller's; checks all but the documents themselves. */
FP_MUST_CHECK int pack_open(const void *bytes, size_t size, struct arena *a, struct pack *ret_pack,
			    struct err *e);

/* Maps a descriptor and never unmaps it: for a process that plans and ends. */
FP_MUST_CHECK int pack_map(int fd, const char *what, struct arena *a, struct pack *ret_pack,
			   struct err *e);

/* 1 and the document, whose digest was checked; 0 when the pack has no such type. */
FP_MUST_CHECK int pack_find(const struct pack *p, enum pack_kind kind, const char *name,
			    struct pack_document *ret_document, struct err *e);

/* The kind and name of entry i, which is below entry_count. */
enum pack_kind pack_entry(const struct pack *p, size_t i, struct arena *a, const char **ret_name);

struct pack_source {
	enum pack_kind kind;
	const char *name;
	const char *json;
	size_t size;
};

/* Writes a pack; sorts the sources.  origin may be NULL.  Names must be unique within a kind. */
FP_MUST_CHECK int pack_write(struct buf *out, const char *provider, const char *version,
			     const struct sha256 *origin, struct pack_source *sources, size_t count,
			     struct err *e);

/* Writes the part of p that these entries (kind and name of each) name, and the provider's entry.
 */
FP_MUST_CHECK int pack_slice(const struct pack *p, const struct pack_source *wanted, size_t count,
			     struct arena *a, struct buf *out, struct err *e);

#endif
