#include "runner/base/json.h"

#include <string.h>

#include "runner/base/json_fast.h"
#include "tests/tap.h"

static json_t *jansson(const char *text, size_t size)
{
	json_error_t e;

	return json_loadb(text, size, JSON_REJECT_DUPLICATES | JSON_DECODE_ANY, &e);
}

TEST(what_is_taken_has_the_value_that_jansson_gives)
{
	static const char *const rows[] = {
		"{}",
		"[]",
		" \t\r\n[ ] ",
		"null",
		"true",
		"false",
		"\"\"",
		"0",
		"-0",
		"-1",
		"999999999999999999",
		"-999999999999999999",
		"[1,2 , 3]",
		"{\"a\":{\"b\":[{\"c\":null}]} , \"d\":[[],{}]}",
		"\"plain text of more than eight bytes\"",
		"\"quote \\\" slash \\/ back \\\\ \\b\\f\\n\\r\\t\"",
		"\"\\\\\"",
		"\"\x7f\"",
		"\"Gr\xc3\xbc\xc3\x9f"
		"e \xe2\x82\xac \xf0\x9f\x99\x82\"",
		"{\"\":1,\"\xc3\xa9\":2,\"\\n\":3}",
		"{\"a\":1,\"b\":1,\"aa\":1}",
	};

	for (size_t i = 0; i < FP_ARRAY_SIZE(rows); i++) {
		JSON_AUTO *fast = json_fast(rows[i], strlen(rows[i]));
		JSON_AUTO *slow = jansson(rows[i], strlen(rows[i]));

		tap_row("%s", rows[i]);
		CHECK(fast);
		CHECK(slow);
		CHECK(fast && slow && json_equal(fast, slow));
	}
}

/* Faults, and what is rare. */
TEST(what_is_for_jansson_to_say_is_left_alone)
{
	static const char *const rows[] = {
		"",
		" ",
		"{",
		"[",
		"[1",
		"[1,]",
		"[,1]",
		"{\"a\"}",
		"{\"a\":}",
		"{\"a\":1,}",
		"{\"a\":1 \"b\":2}",
		"{a:1}",
		"{\"a\":1,\"a\":1}",
		"\"open",
		"\"open\\",
		"\"open\\\"",
		"\"\\x\"",
		"\"tab\there\"",
		"\"\x1f\"",
		"\"\xff\"",
		"\"\xc0\x80\"",
		"\"\xed\xa0\x80\"",
		"\"\xe2\x82\"",
		"\"\xe2\x82",
		"01",
		"-",
		"+1",
		"--1",
		"-01",
		"1.5",
		"1e3",
		"1E3",
		"1000000000000000000",
		"tru",
		"nul",
		"truE",
		"true false",
		"[] []",
		"\"\\u0041\"",
		"\"\\u0000\"",
		"'a'",
		"\xef\xbb\xbf{}",
	};

	for (size_t i = 0; i < FP_ARRAY_SIZE(rows); i++) {
		tap_row("%s", rows[i]);
		CHECK(!json_fast(rows[i], strlen(rows[i])));
	}
	CHECK(!json_fast("\"a\0b\"", 5));
	CHECK(!json_fast("[]\0", 3));
}

/* A special byte at each place of the words that a text is read by. */
TEST(each_byte_of_a_text_is_looked_at)
{
	for (int c = 1; c < 256; c++) {
		for (size_t at = 1; at < 18; at++) {
			char text[20] = "\"aaaaaaaaaaaaaaaaa\"";

			text[at] = (char)c;
			JSON_AUTO *fast = json_fast(text, strlen(text));
			JSON_AUTO *slow = jansson(text, strlen(text));

			tap_row("byte %d at %zu", c, at);
			if (!!fast != !!slow || (fast && !json_equal(fast, slow)))
				CHECK(0);
		}
	}
	CHECK(1);
}

static void nested(struct buf *out, size_t depth)
{
	for (size_t i = 0; i < depth; i++)
		buf_addch(out, '[');
	for (size_t i = 0; i < depth; i++)
		buf_addch(out, ']');
}

TEST(nesting_is_read_to_a_depth_and_then_by_jansson)
{
	for (size_t depth = 199; depth < 203; depth++) {
		FP_CLEANUP(buf_release) struct buf text = BUF_INIT(4096);
		JSON_AUTO *fast = NULL, *whole = NULL;
		struct err e = ERR_INIT;

		nested(&text, depth);
		fast = json_fast(buf_text(&text), text.size);
		tap_row("depth %zu", depth);
		CHECK_INT(!!fast, depth <= 200);
		CHECK_INT(json_parse("a", buf_text(&text), text.size, &whole, &e), 0);
	}
}

TEST(a_text_with_escapes_is_read_up_to_a_length_and_then_by_jansson)
{
	for (size_t size = 500; size < 520; size++) {
		FP_CLEANUP(buf_release) struct buf text = BUF_INIT(4096);
		JSON_AUTO *whole = NULL;
		struct err e = ERR_INIT;

		buf_addstr(&text, "\"\\n");
		for (size_t i = 1; i < size; i++)
			buf_addch(&text, 'x');
		buf_addch(&text, '"');
		tap_row("%zu", size);
		CHECK_INT(json_parse("a", buf_text(&text), text.size, &whole, &e), 0);
		CHECK_INT((int)json_string_length(whole), (int)size);
	}
}

TEST(faults_are_told_as_jansson_tells_them)
{
	static const struct {
		const char *text, *error;
	} rows[] = {
		{"{\"a\":1,\n\"a\":2}", "f:2:3: duplicate object key near '\"a\"'"},
		{"[1,]", "f:1:4: unexpected token near ']'"},
		{"\"\\u0000\"",
		 "f:1:8: \\u0000 is not allowed without JSON_ALLOW_NUL near '\"\\u0000\"'"},
	};

	for (size_t i = 0; i < FP_ARRAY_SIZE(rows); i++) {
		JSON_AUTO *json = NULL;
		struct err e = ERR_INIT;

		CHECK_INT(json_parse("f", rows[i].text, strlen(rows[i].text), &json, &e), -1);
		CHECK_STR(e.text, rows[i].error);
	}
}
