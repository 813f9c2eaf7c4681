/*
 * Merkle trees as RFC 6962, section 2.1, and RFC 9162, section 2, have them, with SHA-256: what a
 * log proves its entries and its growth by.
 */
#ifndef RUNNER_ATTEST_MERKLE_H
#define RUNNER_ATTEST_MERKLE_H

#include "runner/base/base.h"
#include "runner/base/sha256.h"

#define MERKLE_PROOF_MAX 64

struct sha256 merkle_leaf(const void *data, size_t size);
struct sha256 merkle_node(const struct sha256 *left, const struct sha256 *right);

/* The root over the hashes of all leaves; of none, the hash of nothing. */
struct sha256 merkle_root(const struct sha256 *leaves, size_t count);

/*
 * NULL when the leaf with that hash is number index of the tree of size leaves with that root,
 * otherwise why that is not shown.
 */
const char *merkle_check_inclusion(uint64_t index, uint64_t size, const struct sha256 *leaf,
				   const struct sha256 *proof, size_t count,
				   const struct sha256 *root);

/* NULL when the tree of size1 leaves is the beginning of that of size2, otherwise why not. */
const char *merkle_check_consistency(uint64_t size1, uint64_t size2, const struct sha256 *root1,
				     const struct sha256 *root2, const struct sha256 *proof,
				     size_t count);

/* The proofs themselves: at most MERKLE_PROOF_MAX hashes to proof; how many.  index < count. */
size_t merkle_prove_inclusion(const struct sha256 *leaves, size_t count, size_t index,
			      struct sha256 proof[static MERKLE_PROOF_MAX]);
/* 0 < size1 <= count. */
size_t merkle_prove_consistency(const struct sha256 *leaves, size_t count, size_t size1,
				struct sha256 proof[static MERKLE_PROOF_MAX]);

#endif
