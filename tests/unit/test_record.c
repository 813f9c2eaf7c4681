/* What a fix says stays text, in every form of the record. */
#include "tests/tap.h"

#include "runner/base/json.h"
#include "runner/report/record.h"

#define EVIL                                                                           \
	"a\x1b[31m\r\n::error::x\n##[error]y\u202e\u200b<script>alert(1)</script>&'\"" \
	"](http://x) `c` **b** | @all #1 <!-- \\"

static void make(struct record *r)
{
	static struct record_item items[] = {
		{.kind = RECORD_TITLE, .name = EVIL, .text = "verified", .more = EVIL},
		{.kind = RECORD_ALARM, .text = EVIL},
		{.kind = RECORD_SECTION, .name = "section"},
		{.kind = RECORD_FIELD, .name = EVIL, .text = EVIL},
		{.kind = RECORD_NOTE, .text = EVIL},
		{.kind = RECORD_VERDICT,
		 .name = "scope",
		 .text = EVIL,
		 .more = EVIL,
		 .word = "pass"},
		{.kind = RECORD_HEAD, .cells = {"one", "two"}, .cell_count = 2},
		{.kind = RECORD_ROW, .cells = {EVIL, EVIL}, .cell_count = 2},
		{.kind = RECORD_DIFF, .text = "+" EVIL "\n-```\n+</pre><img src=x onerror=y>\n"},
	};

	*r = (struct record){.items = items, .count = FP_ARRAY_SIZE(items)};
}

static void no_control(const struct buf *out)
{
	for (size_t i = 0; i < out->size; i++) {
		unsigned char c = (unsigned char)out->data[i];

		if (c != '\n' && (c < ' ' || c == 0x7f))
			tap_fail(__FILE__, __LINE__, "byte %zu is 0x%02x", i, c);
	}
	CHECK(!strstr(buf_text(out), "\u202e"));
	CHECK(!strstr(buf_text(out), "\u200b"));
}

TEST(text_has_no_control_characters_and_no_workflow_commands)
{
	FP_CLEANUP(buf_release) struct buf out = BUF_INIT(1 << 20);
	struct record r;

	make(&r);
	record_text(&r, false, &out);
	no_control(&out);
	CHECK(!strstr(buf_text(&out), "::"));
	CHECK(!strstr(buf_text(&out), "##["));
	CHECK(strstr(buf_text(&out), "\\x1b[31m"));
	CHECK(strstr(buf_text(&out), "\\u{202e}"));
}

TEST(markdown_has_no_markup_but_ours)
{
	static const char *const ours[] = {"](", "`c`", "**b**", "<script", "<!--", " @all", " #1"};
	FP_CLEANUP(buf_release) struct buf out = BUF_INIT(1 << 20);
	struct record r;
	char *diff;

	make(&r);
	record_markdown(&r, &out);
	no_control(&out);
	/* In the indented block nothing is markup; what is before it is held against the list. */
	diff = strstr(out.data, "    +a");
	CHECK(diff != NULL);
	for (const char *line = diff; *line; line = strchr(line, '\n') + 1)
		CHECK(strncmp(line, "    ", 4) == 0);
	*diff = '\0';
	for (size_t i = 0; i < FP_ARRAY_SIZE(ours); i++) {
		tap_row("%s", ours[i]);
		CHECK(!strstr(out.data, ours[i]));
	}
	CHECK(strstr(out.data, "&lt;script\\>"));
	CHECK(strstr(out.data, "\\*\\*b\\*\\*"));
	/* A bar in a cell would be a cell more. */
	CHECK(!strstr(out.data, " | &#64;all"));
}

TEST(html_has_no_elements_but_ours)
{
	FP_CLEANUP(buf_release) struct buf out = BUF_INIT(1 << 20);
	struct record r;

	make(&r);
	record_html(&r, &out);
	no_control(&out);
	CHECK(!strstr(buf_text(&out), "<script"));
	CHECK(!strstr(buf_text(&out), "<img"));
	CHECK(!strstr(buf_text(&out), "<!--"));
	CHECK(!strstr(buf_text(&out), "http://x)</"));
	CHECK(strstr(buf_text(&out), "&lt;script&gt;alert(1)&lt;/script&gt;&amp;&#39;&quot;"));
	CHECK(strstr(buf_text(&out), "&lt;/pre&gt;&lt;img src=x onerror=y&gt;"));
	CHECK(strstr(buf_text(&out), "default-src 'none'"));
}

TEST(json_keeps_lines_and_shows_what_is_hidden)
{
	FP_CLEANUP(buf_release) struct buf out = BUF_INIT(1 << 20);
	JSON_AUTO *json = NULL;
	struct record r;

	make(&r);
	json = record_json(&r);
	json_dump_compact(&out, json);
	no_control(&out);
	CHECK_INT(json_array_size(json), 2);
	CHECK(strstr(buf_text(&out), "\\\\u{202e}"));
}
