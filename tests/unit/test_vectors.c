/* Published test data of Merkle trees, signed notes, in-toto links and verification summaries. */
#include "tests/tap.h"

#include <dirent.h>
#include <fcntl.h>

#include "runner/attest/merkle.h"
#include "runner/attest/note.h"
#include "runner/attest/dsse.h"
#include "runner/attest/key.h"
#include "runner/base/fd.h"
#include "runner/base/hex.h"
#include "runner/base/json.h"

static json_t *load(const char *path)
{
	json_t *json = NULL;
	struct err e = ERR_INIT;

	if (json_read_file(AT_FDCWD, path, 1 << 20, &json, &e) < 0)
		tap_fail(__FILE__, __LINE__, "%s", e.text);
	return json;
}

/* Sizes and indices go up to 2^64 - 1, which jansson takes for no integer. */
static uint64_t number(const json_t *object, const char *key)
{
	double value = json_number_value(json_object_get(object, key));

	return value >= 18446744073709551615.0 ? UINT64_MAX : (uint64_t)value;
}

static json_t *load_reals(const char *path)
{
	json_error_t je;
	json_t *json = json_load_file(path, JSON_DECODE_INT_AS_REAL, &je);

	if (!json)
		tap_fail(__FILE__, __LINE__, "%s: %s", path, je.text);
	return json;
}

static const char *text(const json_t *object, const char *key)
{
	return json_string_value(json_object_get(object, key));
}

/* False when it is not 32 bytes of base64: the vectors have such hashes, to be refused. */
static bool hash_of(const json_t *value, struct sha256 *ret_hash)
{
	FP_CLEANUP(buf_release) struct buf bytes = BUF_INIT(4096);
	const char *b64 = json_string_value(value);

	if (!b64 || !base64_decode(&bytes, b64, strlen(b64), false) || bytes.size != SHA256_BYTES)
		return false;
	memcpy(ret_hash->bytes, bytes.data, SHA256_BYTES);
	return true;
}

/* -1 when a hash is malformed. */
static int proof_of(const json_t *vector, struct sha256 *proof)
{
	const json_t *list = json_object_get(vector, "proof");

	if (json_array_size(list) > MERKLE_PROOF_MAX)
		return -1;
	for (size_t i = 0; i < json_array_size(list); i++)
		if (!hash_of(json_array_get(list, i), &proof[i]))
			return -1;
	return (int)json_array_size(list);
}

static bool inclusion_holds(const json_t *v)
{
	struct sha256 proof[MERKLE_PROOF_MAX], leaf, root;
	int count = proof_of(v, proof);

	return count >= 0 && hash_of(json_object_get(v, "leafHash"), &leaf) &&
	       hash_of(json_object_get(v, "root"), &root) &&
	       !merkle_check_inclusion(number(v, "leafIdx"), number(v, "treeSize"), &leaf, proof,
				       (size_t)count, &root);
}

/* Some vectors compare roots that are no hashes; what stands for one is as good. */
static struct sha256 root_of(const json_t *vector, const char *key)
{
	const char *b64 = text(vector, key);
	struct sha256 root;

	return hash_of(json_object_get(vector, key), &root) ? root : sha256_of(b64, strlen(b64));
}

static bool consistency_holds(const json_t *v)
{
	struct sha256 proof[MERKLE_PROOF_MAX], one = root_of(v, "root1"), two = root_of(v, "root2");
	int count = proof_of(v, proof);

	return count >= 0 && !merkle_check_consistency(number(v, "size1"), number(v, "size2"), &one,
						       &two, proof, (size_t)count);
}

static size_t walk(const char *path, bool (*holds)(const json_t *v))
{
	FP_CLEANUP(fd_close_dir) DIR *dir = opendir(path);
	const struct dirent *entry;
	size_t count = 0;

	CHECK(dir != NULL);
	while ((entry = readdir(dir))) {
		char name[4096];
		size_t size = strlen(entry->d_name);

		(void)snprintf(name, sizeof(name), "%s/%s", path, entry->d_name);
		if (size > 5 && strcmp(entry->d_name + size - 5, ".json") == 0) {
			JSON_AUTO *v = load_reals(name);

			tap_row("%s", name);
			CHECK_INT(holds(v), !json_is_true(json_object_get(v, "wantErr")));
			count++;
		} else if (entry->d_name[0] != '.') {
			count += walk(name, holds);
		}
	}
	return count;
}

TEST(the_published_inclusion_proofs_hold_and_do_not_as_published)
{
	CHECK_INT(walk("tests/vectors/merkle/inclusion", inclusion_holds), 98);
}

TEST(the_published_consistency_proofs_hold_and_do_not_as_published)
{
	CHECK_INT(walk("tests/vectors/merkle/consistency", consistency_holds), 98);
}

TEST(our_own_proofs_hold_for_every_leaf_and_size_up_to_seventy)
{
	struct sha256 leaves[70], proof[MERKLE_PROOF_MAX];

	for (size_t i = 0; i < 70; i++)
		leaves[i] = merkle_leaf(&i, sizeof(i));
	for (size_t size = 1; size <= 70; size++) {
		struct sha256 root = merkle_root(leaves, size);

		for (size_t i = 0; i < size; i++) {
			struct sha256 earlier = merkle_root(leaves, i + 1);
			size_t n = merkle_prove_inclusion(leaves, size, i, proof);

			CHECK(!merkle_check_inclusion(i, size, &leaves[i], proof, n, &root));
			n = merkle_prove_consistency(leaves, size, i + 1, proof);
			CHECK(!merkle_check_consistency(i + 1, size, &earlier, &root, proof, n));
		}
	}
}

TEST(the_published_note_opens_and_no_changed_one_does)
{
	JSON_AUTO *v = load("tests/vectors/c2sp/signed-note.json");
	FP_CLEANUP(arena_release) struct arena a = ARENA_INIT(1 << 24);
	const char *note = text(v, "note"), *opened;
	char *changed = strdup(note);
	struct note_key k, other;
	struct err e = ERR_INIT;

	CHECK_INT(note_key_parse(text(v, "vkey"), &a, &k, &e), 0);
	CHECK_STR(k.name, "example.com/foo");
	CHECK_INT(note_open("n", note, strlen(note), &k, 1, &a, &opened, &e), 0);
	CHECK_STR(opened, "This is an example message.\n");
	for (size_t i = 0; i < strlen(note); i++) {
		changed[i] ^= 1;
		CHECK_INT(note_open("n", changed, strlen(note), &k, 1, &a, &opened, &e), -1);
		err_clear(&e);
		changed[i] ^= 1;
	}
	other = k;
	other.id[0] ^= 1;
	CHECK_INT(note_open("n", note, strlen(note), &other, 1, &a, &opened, &e), -1);
	CHECK_STR(e.text, "n: none of the known keys has signed it");
	free(changed);
}

TEST(what_is_no_verifier_key_or_checkpoint_is_refused)
{
	static const char *const keys[] = {
		"",
		"x",
		"x+530d903a",
		"x y+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k",
		"example.com/foo+530d903b+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k",
		"example.com/foo+530d903a+AukyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k"};
	static const char *const checkpoints[] = {
		"",
		"o\n",
		"o\n1\n",
		"o\n01\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n",
		"o\n-1\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n",
		"o\n99999999999999999999\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n",
		"o\n1\nAAAA\n",
		"\n1\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n"};
	FP_CLEANUP(arena_release) struct arena a = ARENA_INIT(1 << 24);
	FP_CLEANUP(buf_release) struct buf out = BUF_INIT(4096);
	struct note_checkpoint c;
	struct note_key k;

	for (size_t i = 0; i < FP_ARRAY_SIZE(keys); i++) {
		struct err e = ERR_INIT;

		tap_row("%s", keys[i]);
		CHECK_INT(note_key_parse(keys[i], &a, &k, &e), -1);
	}
	for (size_t i = 0; i < FP_ARRAY_SIZE(checkpoints); i++) {
		struct err e = ERR_INIT;

		tap_row("%s", checkpoints[i]);
		CHECK_INT(note_checkpoint_parse("c", checkpoints[i], &a, &c, &e), -1);
	}
	struct err e = ERR_INIT;

	CHECK_INT(note_checkpoint_parse(
			  "c", "o\n7\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\nmore\n", &a, &c,
			  &e),
		  0);
	note_checkpoint_write(&c, &out);
	CHECK_STR(buf_text(&out), "o\n7\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n");
}

static void read_envelope(const char *path, struct arena *a, struct dsse *d)
{
	FP_CLEANUP(buf_release) struct buf bytes = BUF_INIT(1 << 20);
	struct err e = ERR_INIT;

	if (fd_read_file(AT_FDCWD, path, false, &bytes, &e) < 0 ||
	    dsse_read(path, buf_text(&bytes), bytes.size, a, d, &e) < 0)
		tap_fail(__FILE__, __LINE__, "%s", e.text);
}

static bool is_signed(const struct dsse *d, const struct key *k)
{
	FP_CLEANUP(buf_release) struct buf pae = BUF_INIT(1 << 20);

	dsse_pae(&pae, d->payload_type, d->payload, d->payload_size);
	return key_verify(k, buf_text(&pae), pae.size, d->signatures[0].sig, d->signatures[0].size);
}

TEST(the_published_summary_verifies_with_its_raw_signature)
{
	FP_CLEANUP(arena_release) struct arena a = ARENA_INIT(1 << 24);
	FP_CLEANUP(buf_release) struct buf pem = BUF_INIT(65536);
	struct err e = ERR_INIT;
	struct key *k = NULL;
	struct dsse d;

	read_envelope("tests/vectors/slsa-vsa/gke-gce-pre.bcid-vsa.jsonl", &a, &d);
	CHECK_INT(fd_read_file(AT_FDCWD, "tests/vectors/slsa-vsa/vsa_signing_public_key.pem", false,
			       &pem, &e),
		  0);
	CHECK_INT(key_read_public("it", buf_text(&pem), pem.size, &k, &e), 0);
	CHECK(is_signed(&d, k));
	((uint8_t *)(uintptr_t)d.payload)[0] ^= 1;
	CHECK(!is_signed(&d, k));
	key_free(k);
}

/* Links signed by RSA-PSS, with the keys that stand in the layout. */
TEST(the_published_links_verify_with_the_keys_of_their_layout)
{
	static const char *const links[] = {"package.2f89b927.link", "write-code.776a00e2.link"};
	FP_CLEANUP(arena_release) struct arena a = ARENA_INIT(1 << 24);
	JSON_AUTO *template = load("tests/vectors/in-toto/demo_dsse_files/demo.layout.template");
	FP_CLEANUP(buf_release) struct buf bytes = BUF_INIT(1 << 20);
	JSON_AUTO *layout = NULL;
	struct err e = ERR_INIT;
	struct dsse d;

	CHECK(base64_decode(&bytes, text(template, "payload"), strlen(text(template, "payload")),
			    false));
	CHECK_INT(json_parse("layout", buf_text(&bytes), bytes.size, &layout, &e), 0);
	for (size_t i = 0; i < FP_ARRAY_SIZE(links); i++) {
		const json_t *entry;
		struct key *k = NULL;
		const char *pem;

		tap_row("%s", links[i]);
		read_envelope(
			arena_printf(&a, "tests/vectors/in-toto/demo_dsse_files/%s", links[i]), &a,
			&d);
		entry = json_object_get(json_object_get(layout, "keys"), d.signatures[0].keyid);
		pem = text(json_object_get(entry, "keyval"), "public");
		CHECK(pem != NULL);
		CHECK_INT(key_read_public("it", pem, strlen(pem), &k, &e), 0);
		CHECK(is_signed(&d, k));
		((uint8_t *)(uintptr_t)d.payload)[0] ^= 1;
		CHECK(!is_signed(&d, k));
		key_free(k);
	}
}
