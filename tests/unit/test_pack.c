#include "tests/tap.h"

#include <string.h>

#include "runner/plan/pack.h"

static const char *const bodies[] = {"{\"facts\":{},\"schema\":{\"block\":{}}}", "{\"b\":2}",
				     "{\"c\":3}"};

static void write_sample(struct buf *out)
{
	struct err e = ERR_INIT;
	struct pack_source sources[] = {
		{PACK_RESOURCE, "x_b", bodies[2], strlen(bodies[2])},
		{PACK_PROVIDER, "", bodies[0], strlen(bodies[0])},
		{PACK_RESOURCE, "x_a", bodies[1], strlen(bodies[1])},
	};

	CHECK_INT(pack_write(out, "registry.terraform.io/hashicorp/x", "1.2.3", NULL, sources,
			     FP_ARRAY_SIZE(sources), &e),
		  0);
}

TEST(a_pack_gives_back_each_type_by_kind_and_name)
{
	struct arena a = ARENA_INIT(1024 * 1024);
	struct buf out = BUF_INIT(4096);
	struct pack_document d;
	struct err e = ERR_INIT;
	struct pack p;

	write_sample(&out);
	CHECK_INT(pack_open(out.data, out.size, &a, &p, &e), 0);
	CHECK_STR(p.provider, "registry.terraform.io/hashicorp/x");
	CHECK_STR(p.version, "1.2.3");
	CHECK_INT(pack_find(&p, PACK_RESOURCE, "x_a", &d, &e), 1);
	CHECK_MEM(d.json, d.size, bodies[1], strlen(bodies[1]));
	CHECK_INT(pack_find(&p, PACK_RESOURCE, "x_b", &d, &e), 1);
	CHECK_MEM(d.json, d.size, bodies[2], strlen(bodies[2]));
	CHECK_INT(pack_find(&p, PACK_PROVIDER, "", &d, &e), 1);
	CHECK_INT(pack_find(&p, PACK_DATA, "x_a", &d, &e), 0);
	CHECK_INT(pack_find(&p, PACK_RESOURCE, "x_", &d, &e), 0);
	CHECK_INT(pack_find(&p, PACK_RESOURCE, "x_aa", &d, &e), 0);
	arena_release(&a);
	buf_release(&out);
}

TEST(any_single_byte_that_changes_is_noticed)
{
	struct buf out = BUF_INIT(4096);

	write_sample(&out);
	for (size_t i = 0; i < out.size; i++) {
		struct arena a = ARENA_INIT(1024 * 1024);
		struct pack_document d;
		struct err e = ERR_INIT;
		struct pack p;
		bool noticed;

		tap_row("byte %zu", i);
		out.data[i] = (char)(out.data[i] ^ 1);
		noticed = pack_open(out.data, out.size, &a, &p, &e) < 0;
		/* The origin is what a slice claims; nothing in the file can confirm it. */
		if (i >= 56 && i < 88)
			noticed = !noticed && !sha256_equal(&p.origin, &p.digest);
		else if (!noticed)
			noticed = pack_find(&p, PACK_PROVIDER, "", &d, &e) < 0 ||
				  pack_find(&p, PACK_RESOURCE, "x_a", &d, &e) < 0 ||
				  pack_find(&p, PACK_RESOURCE, "x_b", &d, &e) < 0;
		CHECK(noticed);
		out.data[i] = (char)(out.data[i] ^ 1);
		arena_release(&a);
	}
	buf_release(&out);
}

TEST(a_pack_that_is_cut_short_anywhere_is_refused)
{
	struct buf out = BUF_INIT(4096);

	write_sample(&out);
	for (size_t size = 0; size < out.size; size++) {
		struct arena a = ARENA_INIT(1024 * 1024);
		struct err e = ERR_INIT;
		struct pack p;

		tap_row("%zu bytes", size);
		CHECK_INT(pack_open(out.data, size, &a, &p, &e), -1);
		arena_release(&a);
	}
	buf_release(&out);
}

TEST(a_slice_holds_what_was_asked_for_and_names_its_origin)
{
	struct arena a = ARENA_INIT(1024 * 1024);
	struct buf out = BUF_INIT(4096), slice = BUF_INIT(4096);
	const struct pack_source wanted[] = {{PACK_RESOURCE, "x_b", NULL, 0}};
	const struct pack_source missing[] = {{PACK_DATA, "x_b", NULL, 0}};
	struct pack_document d, whole;
	struct err e = ERR_INIT;
	struct pack p, s;

	write_sample(&out);
	CHECK_INT(pack_open(out.data, out.size, &a, &p, &e), 0);
	CHECK_INT(pack_slice(&p, wanted, 1, &a, &slice, &e), 0);
	CHECK_INT(pack_open(slice.data, slice.size, &a, &s, &e), 0);
	CHECK_INT(s.entry_count, 2);
	CHECK(sha256_equal(&s.origin, &p.digest));
	CHECK(!sha256_equal(&s.digest, &p.digest));
	CHECK_INT(pack_find(&s, PACK_RESOURCE, "x_a", &d, &e), 0);
	CHECK_INT(pack_find(&s, PACK_RESOURCE, "x_b", &d, &e), 1);
	CHECK_INT(pack_find(&p, PACK_RESOURCE, "x_b", &whole, &e), 1);
	CHECK(sha256_equal(&d.digest, &whole.digest));
	CHECK_INT(pack_slice(&p, missing, 1, &a, &slice, &e), -1);
	CHECK_STR(e.text, "the pack has no data \"x_b\"");
	arena_release(&a);
	buf_release(&out);
	buf_release(&slice);
}

TEST(two_sources_of_one_name_are_refused)
{
	struct pack_source sources[] = {{PACK_DATA, "x", "{}", 2}, {PACK_DATA, "x", "{}", 2}};
	struct buf out = BUF_INIT(4096);
	struct err e = ERR_INIT;

	CHECK_INT(pack_write(&out, "p", "1", NULL, sources, 2, &e), -1);
	CHECK_STR(e.text, "data \"x\" is there twice");
	buf_release(&out);
}
