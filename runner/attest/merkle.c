#include "runner/attest/merkle.h"

#include <assert.h>

struct sha256 merkle_leaf(const void *data, size_t size)
{
	static const uint8_t mark = 0;
	struct sha256_state s;
	struct sha256 digest;

	sha256_init(&s);
	sha256_update(&s, &mark, 1);
	sha256_update(&s, data, size);
	sha256_final(&s, &digest);
	return digest;
}

struct sha256 merkle_node(const struct sha256 *left, const struct sha256 *right)
{
	uint8_t bytes[1 + 2 * SHA256_BYTES];

	bytes[0] = 1;
	memcpy(bytes + 1, left->bytes, SHA256_BYTES);
	memcpy(bytes + 1 + SHA256_BYTES, right->bytes, SHA256_BYTES);
	return sha256_of(bytes, sizeof(bytes));
}

/* The largest power of two below n, for n > 1. */
static size_t split(size_t n)
{
	return (size_t)1 << (63 - __builtin_clzll((unsigned long long)n - 1));
}

struct sha256 merkle_root(const struct sha256 *leaves, size_t count)
{
	struct sha256 left, right;
	size_t k;

	if (count == 0)
		return sha256_of("", 0);
	if (count == 1)
		return leaves[0];
	k = split(count);
	left = merkle_root(leaves, k);
	right = merkle_root(leaves + k, count - k);
	return merkle_node(&left, &right);
}

size_t merkle_prove_inclusion(const struct sha256 *leaves, size_t count, size_t index,
			      struct sha256 proof[static MERKLE_PROOF_MAX])
{
	size_t k, n;

	assert(index < count);
	if (count == 1)
		return 0;
	k = split(count);
	if (index < k) {
		n = merkle_prove_inclusion(leaves, k, index, proof);
		proof[n] = merkle_root(leaves + k, count - k);
	} else {
		n = merkle_prove_inclusion(leaves + k, count - k, index - k, proof);
		proof[n] = merkle_root(leaves, k);
	}
	return n + 1;
}

/* SUBPROOF of RFC 9162, section 2.1.4.1. */
static size_t subproof(const struct sha256 *leaves, size_t count, size_t size1, bool whole,
		       struct sha256 *proof)
{
	size_t k, n;

	if (size1 == count) {
		if (whole)
			return 0;
		proof[0] = merkle_root(leaves, count);
		return 1;
	}
	k = split(count);
	if (size1 <= k) {
		n = subproof(leaves, k, size1, whole, proof);
		proof[n] = merkle_root(leaves + k, count - k);
	} else {
		n = subproof(leaves + k, count - k, size1 - k, false, proof);
		proof[n] = merkle_root(leaves, k);
	}
	return n + 1;
}

size_t merkle_prove_consistency(const struct sha256 *leaves, size_t count, size_t size1,
				struct sha256 proof[static MERKLE_PROOF_MAX])
{
	assert(size1 > 0 && size1 <= count);
	return subproof(leaves, count, size1, true, proof);
}

static unsigned int bit_length(uint64_t n)
{
	return n == 0 ? 0 : 64u - (unsigned int)__builtin_clzll(n);
}

const char *merkle_check_inclusion(uint64_t index, uint64_t size, const struct sha256 *leaf,
				   const struct sha256 *proof, size_t count,
				   const struct sha256 *root)
{
	struct sha256 hash = *leaf;
	unsigned int inner, border;

	if (index >= size)
		return "the index is not in the tree";
	inner = bit_length(index ^ (size - 1));
	border = (unsigned int)__builtin_popcountll(inner < 64 ? index >> inner : 0);
	if (count != inner + border)
		return "the proof has another length than the tree needs";
	for (size_t i = 0; i < count; i++) {
		bool is_right = i >= inner || (index >> i & 1) != 0;

		hash = is_right ? merkle_node(&proof[i], &hash) : merkle_node(&hash, &proof[i]);
	}
	return sha256_equal(&hash, root) ? NULL : "the proof leads to another root";
}

/* RFC 9162, section 2.1.4.2. */
static const char *climb(uint64_t size1, uint64_t size2, const struct sha256 *root1,
			 const struct sha256 *root2, const struct sha256 *proof, size_t count)
{
	bool is_power = (size1 & (size1 - 1)) == 0;
	struct sha256 first = is_power ? *root1 : proof[0], second = first;
	uint64_t f = size1 - 1, s = size2 - 1;

	while (f & 1) {
		f >>= 1;
		s >>= 1;
	}
	for (size_t i = is_power ? 0 : 1; i < count; i++) {
		if (s == 0)
			return "the proof is too long";
		if ((f & 1) || f == s) {
			first = merkle_node(&proof[i], &first);
			second = merkle_node(&proof[i], &second);
			while (f != 0 && !(f & 1)) {
				f >>= 1;
				s >>= 1;
			}
		} else {
			second = merkle_node(&second, &proof[i]);
		}
		f >>= 1;
		s >>= 1;
	}
	if (s != 0)
		return "the proof is too short";
	if (!sha256_equal(&first, root1))
		return "the proof leads to another first root";
	return sha256_equal(&second, root2) ? NULL : "the proof leads to another second root";
}

const char *merkle_check_consistency(uint64_t size1, uint64_t size2, const struct sha256 *root1,
				     const struct sha256 *root2, const struct sha256 *proof,
				     size_t count)
{
	if (size1 == 0)
		return "an empty tree proves nothing";
	if (size2 < size1)
		return "the second tree is the smaller one";
	if (size1 == size2) {
		if (count > 0)
			return "between trees of one size there is nothing to prove";
		return sha256_equal(root1, root2) ? NULL : "two roots for one size";
	}
	if (count == 0)
		return "the proof is empty";
	return climb(size1, size2, root1, root2, proof, count);
}
