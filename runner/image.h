/*
 * Images: root file systems for sandboxes, packed as NAME.tar.zst with a manifest NAME.json beside
 * it that pins the digest of the uncompressed tar.  They are unpacked once, into a cache by that
 * digest, and what is unpacked is digested again before each use.
 *
 * What a root may hold is reduced when it is unpacked: no devices, no FIFOs, no owners, no special
 * mode bits; everything is readable, and executable where somebody could execute it.
 */
#ifndef RUNNER_IMAGE_H
#define RUNNER_IMAGE_H

#include "runner/base/arena.h"
#include "runner/base/err.h"
#include "runner/base/sha256.h"

#define IMAGE_FORMAT "fixproof-image/1"

/* Lower-case letters, digits, "-" and "."; no more than 64. */
bool image_plain_name(const char *name);

struct image {
	const char *name;
	struct sha256 tar;  /* of the uncompressed tar: what a manifest pins */
	struct sha256 tree; /* of what was unpacked */
	const char *root;   /* the directory to give to the sandbox */
};

/* $XDG_CACHE_HOME/fixproof/images, or ~/.cache/fixproof/images; made if it is not there. */
FP_MUST_CHECK int image_cache(struct arena *a, const char **ret_path, struct err *e);

/*
 * Makes NAME.tar.zst and NAME.json in out_dir by mmdebstrap, as the recipe says.  The same recipe,
 * mirror and package versions give the same digest.
 */
FP_MUST_CHECK int image_build(const char *recipe, const char *out_dir, struct arena *a,
			      struct sha256 *ret_tar, struct err *e);

/* Unpacks NAME.tar.zst into the cache; the manifest beside it must be there and agree. */
FP_MUST_CHECK int image_import(const char *cache, const char *archive, struct arena *a,
			       struct image *ret_image, struct err *e);

/* The image of that name, verified; ERR_INPUT when there is none, or when it is not what it was. */
FP_MUST_CHECK int image_find(const char *cache, const char *name, struct arena *a,
			     struct image *ret_image, struct err *e);

/* All names in the cache, sorted. */
FP_MUST_CHECK int image_list(const char *cache, struct arena *a, const char *const **ret_names,
			     size_t *ret_count, struct err *e);

#endif
