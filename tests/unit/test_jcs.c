#include "tests/tap.h"

#include <fcntl.h>

#include "runner/base/buf.h"
#include "runner/base/fd.h"
#include "runner/canon/jcs.h"

static void read_vector(const char *folder, const char *name, const char *suffix, struct buf *out)
{
	char path[256];
	struct err e = ERR_INIT;

	(void)snprintf(path, sizeof(path), "tests/vectors/jcs/%s/%s%s", folder, name, suffix);
	if (fd_read_file(AT_FDCWD, path, false, out, &e) < 0)
		tap_fail(__FILE__, __LINE__, "%s", e.text);
}

TEST(the_published_documents_come_out_as_published)
{
	static const char *const names[] = {"arrays",  "french", "structures",
					    "unicode", "values", "weird"};

	for (size_t i = 0; i < FP_ARRAY_SIZE(names); i++) {
		FP_CLEANUP(buf_release) struct buf in = BUF_INIT(1 << 20);
		FP_CLEANUP(buf_release) struct buf wanted = BUF_INIT(1 << 20);
		FP_CLEANUP(buf_release) struct buf got = BUF_INIT(1 << 20);
		struct err e = ERR_INIT;

		tap_row("%s", names[i]);
		read_vector("input", names[i], ".json", &in);
		read_vector("output", names[i], ".json", &wanted);
		CHECK_INT(jcs_canonicalize(names[i], buf_text(&in), in.size, JCS_NUMBERS_DOUBLE,
					   &got, &e),
			  0);
		CHECK_MEM(got.data, got.size, wanted.data, wanted.size);
	}
}

TEST(ten_thousand_published_numbers_print_as_published)
{
	FP_CLEANUP(buf_release) struct buf lines = BUF_INIT(1 << 20);
	unsigned int count = 0;
	char *rest;

	read_vector("", "es6numbers-10000.txt", "", &lines);
	rest = lines.data;
	for (char *line; (line = strsep(&rest, "\n")) && *line; count++) {
		struct buf out = BUF_INIT(64);
		char *comma;
		uint64_t bits = strtoull(line, &comma, 16);
		double value;

		memcpy(&value, &bits, sizeof(value));
		CHECK(jcs_double(&out, value));
		CHECK_STR(buf_text(&out), comma + 1);
		buf_release(&out);
	}
	CHECK_INT(count, 10000);
}

static const struct {
	const char *in, *message;
} refused[] = {
	{"", "t:1:1: a value is missing"},
	{"{\"a\":1,\"a\":2}", "t:1:12: a: the key occurs twice"},
	{"[1,]", "t:1:4: not a number"},
	{"[1 2]", "t:1:4: ',' or ']' expected"},
	{"{\"a\" 1}", "t:1:6: ':' expected after a key"},
	{"{a:1}", "t:1:2: a key must be a string"},
	{"01", "t:1:3: not a number"},
	{"1.", "t:1:3: digits must follow the point"},
	{"1e", "t:1:3: digits must follow the exponent"},
	{"1e999", "t: the number 1e999 is too large"},
	{"\"\\ud800\"", "t:1:8: lone surrogate"},
	{"\"\\udc00\"", "t:1:8: lone surrogate"},
	{"\"\\x\"", "t:1:3: unknown escape in a string"},
	{"\"a\nb\"", "t:1:3: a control character in a string"},
	{"\"\xff\"", "t:1:3: a string is not UTF-8"},
	{"\"abc", "t:1:5: a string does not end"},
	{"nul", "t:1:1: not a JSON value"},
	{"1 1", "t:1:3: something follows the value"},
};

TEST(what_is_not_json_is_refused_by_place_and_reason)
{
	for (size_t i = 0; i < FP_ARRAY_SIZE(refused); i++) {
		struct buf out = BUF_INIT(4096);
		struct err e = ERR_INIT;

		tap_row("%s", refused[i].in);
		CHECK_INT(jcs_canonicalize("t", refused[i].in, strlen(refused[i].in),
					   JCS_NUMBERS_DOUBLE, &out, &e),
			  -1);
		CHECK_STR(e.text, refused[i].message);
		buf_release(&out);
	}
}

static int nested(unsigned int depth, struct err *e)
{
	struct buf in = BUF_INIT(1 << 20), out = BUF_INIT(1 << 20);
	int result;

	for (unsigned int i = 0; i < depth; i++)
		buf_addch(&in, '[');
	for (unsigned int i = 0; i < depth; i++)
		buf_addch(&in, ']');
	result = jcs_canonicalize("t", buf_text(&in), in.size, JCS_NUMBERS_DOUBLE, &out, e);
	buf_release(&in);
	buf_release(&out);
	return result;
}

TEST(depth_512_is_read_and_513_is_refused)
{
	struct err e = ERR_INIT;

	CHECK_INT(nested(512, &e), 0);
	CHECK_INT(nested(513, &e), -1);
	CHECK_STR(e.text, "t:1:514: nested deeper than 512 levels");
}

TEST(plan_numbers_that_no_double_tells_apart_stay_apart)
{
	static const char *const rows[][2] = {
		{"0.1", "0.1"},
		{"1.50", "1.5"},
		{"100", "100"},
		{"-0", "0"},
		{"9007199254740993", "{\"$number\":\"9007199254740993e0\"}"},
		{"0.10000000000000000000001", "{\"$number\":\"10000000000000000000001e-23\"}"},
		{"1e400", "{\"$number\":\"1e400\"}"},
		{"{\"$number\":\"1\"}", "{\"$$number\":\"1\"}"},
	};

	for (size_t i = 0; i < FP_ARRAY_SIZE(rows); i++) {
		struct buf out = BUF_INIT(4096);
		struct err e = ERR_INIT;

		CHECK_INT(jcs_canonicalize("t", rows[i][0], strlen(rows[i][0]), JCS_NUMBERS_EXACT,
					   &out, &e),
			  0);
		CHECK_STR(buf_text(&out), rows[i][1]);
		buf_release(&out);
	}
}
