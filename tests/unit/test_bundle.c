/* Packed bundles, trust policies, instants. */
#include "tests/tap.h"

#include <fcntl.h>
#include <zstd.h>

#include "runner/attest/bundle_archive.h"
#include "runner/attest/bundle_files.h"
#include "runner/attest/trust.h"
#include "runner/base/fd.h"
#include "runner/base/instant.h"

TEST(instants_are_read_and_written_as_rfc_3339_has_them)
{
	static const struct {
		const char *text;
		bool day_end;
		int64_t seconds; /* -1: refused */
	} rows[] = {
		{"1970-01-01T00:00:00Z", false, 0},
		{"2026-11-24T10:00:00Z", false, 1795514400},
		{"2024-02-29T23:59:59Z", false, 1709251199},
		{"9999-12-31T23:59:59Z", false, 253402300799},
		{"2026-01-01", false, 1767225600},
		{"2026-01-01", true, 1767311999},
		{"2025-02-29T00:00:00Z", false, -1},
		{"1969-12-31T23:59:59Z", false, -1},
		{"2026-13-01", false, -1},
		{"2026-00-01", false, -1},
		{"2026-01-01T24:00:00Z", false, -1},
		{"2026-01-01T00:00:60Z", false, -1},
		{"2026-01-01T00:00:00", false, -1},
		{"2026-01-01T00:00:00+01:00", false, -1},
		{"2026-01-01T00:00:00Zx", false, -1},
		{"2026-1-1", false, -1},
		{"", false, -1},
	};

	for (size_t i = 0; i < FP_ARRAY_SIZE(rows); i++) {
		char text[INSTANT_SIZE];
		int64_t got = -1;

		tap_row("%s", rows[i].text);
		CHECK_INT(instant_parse(rows[i].text, rows[i].day_end, &got), rows[i].seconds >= 0);
		if (rows[i].seconds < 0)
			continue;
		CHECK_INT(got, rows[i].seconds);
		instant_format(got, text);
		if (strlen(rows[i].text) > 10)
			CHECK_STR(text, rows[i].text);
	}
}

TEST(patterns_have_a_star_for_any_run)
{
	CHECK(trust_matches("a*c", "abbc"));
	CHECK(trust_matches("*", ""));
	CHECK(trust_matches("https://x/*@refs/heads/main", "https://x/y/z@refs/heads/main"));
	CHECK(!trust_matches("https://x/*@refs/heads/main", "https://x/y@refs/heads/mainx"));
	CHECK(!trust_matches("a*c", "ab"));
	CHECK(!trust_matches("abc", "abcd"));
	CHECK(!trust_matches("", "a"));
}

#define DEEP                                                                            \
	"a123456789/a123456789/a123456789/a123456789/a123456789/a123456789/a123456789/" \
	"a123456789/a123456789/a123456789/file"

static const struct bundle_member members[] = {
	{DEEP, "deep", 4},
	{"b", "", 0},
	{"c/d.json", "{}", 2},
};

TEST(a_packed_bundle_reads_back_and_is_the_same_every_time)
{
	FP_CLEANUP(arena_release) struct arena a = ARENA_INIT(1 << 24);
	FP_CLEANUP(buf_release) struct buf one = BUF_INIT(1 << 20);
	FP_CLEANUP(buf_release) struct buf other = BUF_INIT(1 << 20);
	struct bundle_archive archive;
	struct err e = ERR_INIT;

	CHECK_INT(bundle_archive_write(members, 3, &one, &e), 0);
	CHECK_INT(bundle_archive_write(members, 3, &other, &e), 0);
	CHECK_MEM(one.data, one.size, other.data, other.size);
	CHECK_INT(bundle_archive_read("it", one.data, one.size, &a, &archive, &e), 0);
	CHECK_INT(archive.count, 3);
	for (size_t i = 0; i < 3; i++) {
		CHECK_STR(archive.members[i].path, members[i].path);
		CHECK_MEM(archive.members[i].data, archive.members[i].size, members[i].data,
			  members[i].size);
	}
	CHECK(bundle_archive_find(&archive, "c/d.json") != NULL);
	CHECK(bundle_archive_find(&archive, "c") == NULL);
	bundle_archive_release(&archive);
}

/* The tar alone, for changing bytes in it. */
static void make_tar(const struct bundle_member *rows, size_t count, struct buf *tar)
{
	FP_CLEANUP(buf_release) struct buf packed = BUF_INIT(1 << 22);
	struct err e = ERR_INIT;
	size_t n;

	CHECK_INT(bundle_archive_write(rows, count, &packed, &e), 0);
	n = (size_t)ZSTD_getFrameContentSize(packed.data, packed.size);
	CHECK_INT(ZSTD_decompress(buf_reserve(tar, n), n, packed.data, packed.size), n);
	tar->size += n;
}

TEST(every_bit_of_the_tar_matters)
{
	FP_CLEANUP(buf_release) struct buf tar = BUF_INIT(1 << 20);
	size_t content = 0;

	make_tar(members, 3, &tar);
	for (size_t at = 0; at < tar.size; at++) {
		struct arena a = ARENA_INIT(1 << 24);
		struct bundle_archive archive;
		struct err e = ERR_INIT;
		int result;

		tar.data[at] ^= 1;
		result = bundle_archive_read_tar("it", tar.data, tar.size, &a, &archive, &e);
		tar.data[at] ^= 1;
		/* Only what the files hold may change, and of a long path what its header lacks:
		 * that is another bundle, not another reading of this one. */
		if (result == 0)
			content++;
		arena_release(&a);
	}
	CHECK_INT(content, 4 + 2 + (strlen(DEEP) - 100));
}

TEST(hostile_paths_and_orders_are_refused)
{
	static const struct {
		struct bundle_member rows[2];
		size_t count;
		const char *message;
	} cases[] = {
		{{{"../x", "", 0}}, 1, "it: the path \"../x\" has a \".\" or \"..\" component"},
		{{{"/etc/passwd", "", 0}},
		 1,
		 "it: the path \"/etc/passwd\" has an empty component"},
		{{{"a//b", "", 0}}, 1, "it: the path \"a//b\" has an empty component"},
		{{{"b", "", 0}, {"a", "", 0}}, 2, "it: a is out of order or twice"},
		{{{"a", "", 0}, {"a", "", 0}}, 2, "it: a is out of order or twice"},
	};

	for (size_t i = 0; i < FP_ARRAY_SIZE(cases); i++) {
		struct arena a = ARENA_INIT(1 << 24);
		FP_CLEANUP(buf_release) struct buf tar = BUF_INIT(1 << 20);
		struct bundle_archive archive;
		struct err e = ERR_INIT;

		make_tar(cases[i].rows, cases[i].count, &tar);
		CHECK_INT(bundle_archive_read_tar("it", tar.data, tar.size, &a, &archive, &e), -1);
		CHECK_STR(e.text, cases[i].message);
		arena_release(&a);
	}
}

static void pack_zeros(size_t size, struct buf *out)
{
	char *zeros = calloc(1, size);
	size_t room = ZSTD_compressBound(size);

	out->size += ZSTD_compress(buf_reserve(out, room), room, zeros, size, 1);
	free(zeros);
}

TEST(what_is_not_one_frame_of_bearable_size_is_refused)
{
	FP_CLEANUP(arena_release) struct arena a = ARENA_INIT(1 << 24);
	FP_CLEANUP(buf_release) struct buf packed = BUF_INIT(1 << 24);
	FP_CLEANUP(buf_release) struct buf bomb = BUF_INIT((size_t)1 << 30);
	struct bundle_archive archive;
	struct err e = ERR_INIT;

	CHECK_INT(bundle_archive_write(members, 3, &packed, &e), 0);
	CHECK_INT(bundle_archive_read("it", packed.data, packed.size - 1, &a, &archive, &e), -1);
	CHECK_STR(e.text, "it: ends too early");
	err_clear(&e);
	buf_addch(&packed, 'x');
	CHECK_INT(bundle_archive_read("it", packed.data, packed.size, &a, &archive, &e), -1);
	CHECK_STR(e.text, "it: something follows the packed bundle");
	err_clear(&e);
	CHECK_INT(bundle_archive_read("it", "no archive", 10, &a, &archive, &e), -1);
	CHECK_STR(e.text, "it: not a packed bundle: zstd: Unknown frame descriptor");
	err_clear(&e);
	pack_zeros(BUNDLE_UNPACKED_MAX_BYTES + 1, &bomb);
	CHECK(bomb.size < 1 << 20);
	CHECK_INT(bundle_archive_read("it", bomb.data, bomb.size, &a, &archive, &e), -1);
	CHECK_STR(e.text, "it: unpacks to more than 536870912 bytes");
}

TEST(only_a_closed_set_of_names_may_stay_unsealed)
{
	static const char *const yes[] = {
		"fix.sigstore.json",
		"refusal.sigstore.json",
		"attestations.intoto.jsonl",
		"attestations/test-result.sigstore.json",
		"countersigned/1/fix.sigstore.json",
		"countersigned/15/attestations/fix-verification.sigstore.json"};
	static const char *const no[] = {"fix.sigstore.json.bak",
					 "countersigned/0/fix.sigstore.json",
					 "countersigned/16/fix.sigstore.json",
					 "countersigned/01/fix.sigstore.json",
					 "countersigned/1/manifest.json",
					 "countersigned/fix.sigstore.json",
					 "countersigned/1/countersigned/1/fix.sigstore.json",
					 "manifest.json",
					 "attestations/fix.sigstore.json",
					 "countersigned/1x/fix.sigstore.json"};

	for (size_t i = 0; i < FP_ARRAY_SIZE(yes); i++) {
		tap_row("%s", yes[i]);
		CHECK(bundle_is_unsealed(yes[i]));
	}
	for (size_t i = 0; i < FP_ARRAY_SIZE(no); i++) {
		tap_row("%s", no[i]);
		CHECK(!bundle_is_unsealed(no[i]));
	}
}

#define HEAD "format: fixproof-trust/1\n"
#define SIGNER "signers: [{name: a, key: k.pub}]\n"

static const struct {
	const char *text, *message;
} policies[] = {
	{"[]\n", "t.yaml:1:1: must be an object"},
	{"signers: []\n", "t.yaml:1:1: \"format\" is missing"},
	{"format: x\n", "t.yaml:1:9: format: must be \"fixproof-trust/1\""},
	{HEAD, "t.yaml:1:1: \"signers\" must name at least one"},
	{HEAD "signers: []\n", "t.yaml:2:10: signers: \"signers\" must name at least one"},
	{HEAD SIGNER "more: 1\n", "t.yaml:3:7: more: unknown key"},
	{HEAD "signers: [{key: k.pub}]\n", "t.yaml:2:11: signers[0]: \"name\" is missing"},
	{HEAD "signers: [{name: a}]\n", "t.yaml:2:11: signers[0]: \"identity\" is missing"},
	{HEAD "signers: [{name: a, identity: x}]\n",
	 "t.yaml:2:11: signers[0]: must have either \"key\" or \"certificate_authority\""},
	{HEAD "signers: [{name: a, key: k.pub, identity: x}]\n",
	 "t.yaml:2:11: signers[0]: \"identity\" is for certificates"},
	{HEAD "signers: [{name: a, key: none.pub}]\n", "none.pub: No such file or directory"},
	{HEAD "signers: [{name: a, key: k.pub, from: soon}]\n",
	 "t.yaml:2:39: signers[0].from: \"soon\" is neither a day nor an instant as "
	 "2026-01-02T03:04:05Z"},
	{HEAD "signers: [{name: a, key: k.pub, from: 2027-01-01, until: 2026-01-01}]\n",
	 "t.yaml:2:11: signers[0]: \"until\" is before \"from\""},
	{HEAD "signers: [{name: a, key: k.pub}, {name: b, key: k.pub}]\n",
	 "t.yaml: b: has the same key as a"},
	{HEAD SIGNER "threshold: 2\n",
	 "t.yaml:3:12: threshold: is more than there are signers (1)"},
	{HEAD SIGNER "threshold: 0\n", "t.yaml:3:12: threshold: must be a number from 1 to 256"},
	{HEAD SIGNER "require_timestamp: true\n",
	 "t.yaml:1:1: \"require_timestamp\" needs \"timestamp_authorities\""},
	{HEAD SIGNER "require_timestamp: 1\n",
	 "t.yaml:3:20: require_timestamp: must be true or false"},
	{HEAD SIGNER "decisions: [maybe]\n",
	 "t.yaml:3:13: decisions[0]: \"maybe\" is none of verified, refused, inconclusive"},
	{HEAD SIGNER "policies: [{id: x, version: 1}]\n",
	 "t.yaml:3:29: policies[0].version: unknown key"},
	{HEAD SIGNER "packs: x\n", "t.yaml:3:8: packs: must be a list"},
	{HEAD SIGNER "max_age_days: -1\n",
	 "t.yaml:3:15: max_age_days: must be a number from 1 to 36500"},
};

TEST(what_is_no_trust_policy_is_refused_with_its_place)
{
	char directory[] = "/tmp/fixproof-trust-XXXXXX";
	FP_CLEANUP(buf_release) struct buf pem = BUF_INIT(KEY_PEM_MAX_BYTES);
	struct key *k = NULL;
	struct err e = ERR_INIT;
	int fd;

	CHECK(mkdtemp(directory) != NULL);
	fd = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	CHECK_INT(key_generate(KEY_ED25519, &k, &e), 0);
	CHECK_INT(key_write_public(k, &pem, &e), 0);
	CHECK_INT(fd_write_file(fd, "k.pub", buf_text(&pem), pem.size, 0644, &e), 0);
	for (size_t i = 0; i < FP_ARRAY_SIZE(policies); i++) {
		struct arena a = ARENA_INIT(1 << 24);
		struct trust t;

		tap_row("%s", policies[i].text);
		err_clear(&e);
		CHECK_INT(trust_parse("t.yaml", policies[i].text, strlen(policies[i].text), fd, &a,
				      &t, &e),
			  -1);
		CHECK_STR(e.text, policies[i].message);
		arena_release(&a);
	}
	err_clear(&e);
	CHECK_INT(fd_remove_tree(AT_FDCWD, directory, &e), 0);
	key_free(k);
	fd_close(fd);
}
