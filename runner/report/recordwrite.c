/*
 * The four forms of a record.  Every text goes through utf8_add_visible first, so that control and
 * bidirectional characters show as what they are; then through the escape of its form:
 *
 *	text      a line never begins with "::", which runners of workflows take for a command
 *	Markdown  every character that could mean something has a backslash or an entity
 *	HTML      & < > " ' as entities; no element and no attribute is ever made of such text
 */
#include "runner/report/record.h"

#include <ctype.h>

#include "runner/base/json.h"
#include "runner/base/utf8.h"

#define LINE_MAX_BYTES ((size_t)16 << 20)
#define DIFF_LINES_MAX 400

static void visible(struct buf *out, const char *text, bool keep_lines)
{
	utf8_add_visible(out, text ? text : "", text ? strlen(text) : 0, keep_lines);
}

/* "::" at the start of a line, also after white space, and "##[" are commands to CI runners. */
static void plain(struct buf *out, const char *text)
{
	FP_CLEANUP(buf_release) struct buf line = BUF_INIT(LINE_MAX_BYTES);
	const char *p;

	visible(&line, text, false);
	for (p = buf_text(&line); *p; p++) {
		if ((p[0] == ':' && p[1] == ':') || (p[0] == '#' && p[1] == '#' && p[2] == '[')) {
			buf_addf(out, "%c\\", p[0]);
			continue;
		}
		buf_addch(out, *p);
	}
}

static void upper(struct buf *out, const char *text)
{
	for (; *text; text++)
		buf_addch(out, (char)toupper((unsigned char)*text));
}

typedef void line_writer(struct buf *out, const char *line, size_t size, void *context);

static void each_line(struct buf *out, const char *text, line_writer *write, void *context)
{
	size_t lines = 0;

	for (const char *p = text; *p; lines++) {
		size_t size = strcspn(p, "\n");

		if (lines == DIFF_LINES_MAX) {
			write(out, " … the rest is in the bundle", 30, context);
			return;
		}
		write(out, p, size, context);
		p += size + (p[size] == '\n');
	}
}

static enum record_tone line_tone(const char *line)
{
	return *line == '+'   ? RECORD_GOOD
	       : *line == '-' ? RECORD_BAD
	       : *line == '@' ? RECORD_DIM
			      : RECORD_PLAIN;
}

static const char *const tones[] = {"", "\x1b[32m", "\x1b[31m", "\x1b[33m", "\x1b[2m"};

static void toned(struct buf *out, bool colour, enum record_tone tone, const char *text)
{
	bool on = colour && tone != RECORD_PLAIN;

	if (on)
		buf_addstr(out, tones[tone]);
	plain(out, text);
	if (on)
		buf_addstr(out, "\x1b[0m");
}

static void text_line(struct buf *out, const char *line, size_t size, void *context)
{
	FP_CLEANUP(buf_release) struct buf copy = BUF_INIT(LINE_MAX_BYTES);

	buf_add(&copy, line, size);
	buf_addstr(out, "    ");
	toned(out, *(const bool *)context, line_tone(line), buf_text(&copy));
	buf_addch(out, '\n');
}

static void text_cells(struct buf *out, const struct record_item *item)
{
	static const int widths[] = {26, 16, 18, 18, 18, 18};

	buf_addstr(out, " ");
	for (size_t i = 0; i < item->cell_count; i++) {
		size_t before = out->size;

		buf_addch(out, ' ');
		plain(out, item->cells[i]);
		for (size_t n = out->size - before;
		     i + 1 < item->cell_count && n < (size_t)widths[i]; n++)
			buf_addch(out, ' ');
	}
	buf_addch(out, '\n');
}

static void text_item(struct buf *out, const struct record_item *item, bool colour)
{
	FP_CLEANUP(buf_release) struct buf word = BUF_INIT(LINE_MAX_BYTES);

	switch (item->kind) {
	case RECORD_TITLE:
		upper(&word, item->text);
		plain(out, item->name);
		buf_addstr(out, ": ");
		toned(out, colour, item->tone, buf_text(&word));
		buf_addstr(out, item->more ? "  " : "");
		plain(out, item->more);
		break;
	case RECORD_ALARM:
		toned(out, colour, RECORD_BAD, item->text);
		break;
	case RECORD_SECTION:
		buf_addf(out, "\n%s", item->name);
		break;
	case RECORD_FIELD:
		buf_addstr(out, "  ");
		plain(&word, item->name);
		buf_addf(out, "%-14s ", buf_text(&word));
		plain(out, item->text);
		break;
	case RECORD_NOTE:
		buf_addstr(out, "  ");
		plain(out, item->text);
		break;
	case RECORD_VERDICT:
		buf_addf(&word, "%-6s", item->word);
		buf_addstr(out, "  ");
		toned(out, colour, item->tone, buf_text(&word));
		buf_addf(out, " %-13s ", item->name);
		plain(out, item->text);
		break;
	case RECORD_HEAD:
	case RECORD_ROW:
		text_cells(out, item);
		return;
	case RECORD_DIFF:
		each_line(out, item->text, text_line, &colour);
		return;
	}
	buf_addch(out, '\n');
}

void record_text(const struct record *r, bool colour, struct buf *out)
{
	for (size_t i = 0; i < r->count; i++)
		text_item(out, &r->items[i], colour);
}

/* CommonMark: any ASCII punctuation may be escaped; < and & become entities for HTML in between. */
static void markdown(struct buf *out, const char *text)
{
	FP_CLEANUP(buf_release) struct buf line = BUF_INIT(LINE_MAX_BYTES);

	visible(&line, text, false);
	for (const char *p = buf_text(&line); *p; p++) {
		if (*p == '<')
			buf_addstr(out, "&lt;");
		else if (*p == '&')
			buf_addstr(out, "&amp;");
		else if (*p == '@')
			buf_addstr(out, "&#64;");
		else if (ispunct((unsigned char)*p) && !strchr(",;'\"%/=?", *p))
			buf_addf(out, "\\%c", *p);
		else
			buf_addch(out, *p);
	}
}

/* In an indented block nothing ends it but the end of the indentation. */
static void markdown_line(struct buf *out, const char *line, size_t size, void *context FP_UNUSED)
{
	FP_CLEANUP(buf_release) struct buf copy = BUF_INIT(LINE_MAX_BYTES);

	buf_add(&copy, line, size);
	buf_addstr(out, "    ");
	plain(out, buf_text(&copy));
	buf_addch(out, '\n');
}

static void markdown_cells(struct buf *out, const struct record_item *item)
{
	if (item->kind == RECORD_HEAD)
		buf_addch(out, '\n');
	for (size_t i = 0; i < item->cell_count; i++) {
		buf_addstr(out, "| ");
		markdown(out, item->cells[i]);
		buf_addch(out, ' ');
	}
	buf_addstr(out, "|\n");
	for (size_t i = 0; item->kind == RECORD_HEAD && i < item->cell_count; i++)
		buf_addstr(out, i + 1 < item->cell_count ? "|---" : "|---|\n");
}

static void markdown_item(struct buf *out, const struct record_item *item)
{
	switch (item->kind) {
	case RECORD_TITLE:
		buf_addstr(out, "# ");
		markdown(out, item->name);
		buf_addstr(out, ": ");
		upper(out, item->text);
		buf_addstr(out, "\n\n");
		markdown(out, item->more);
		buf_addstr(out, "\n");
		return;
	case RECORD_ALARM:
		buf_addstr(out, "\n> **");
		markdown(out, item->text);
		buf_addstr(out, "**\n");
		return;
	case RECORD_SECTION:
		buf_addf(out, "\n## %s\n\n", item->name);
		return;
	case RECORD_FIELD:
		buf_addstr(out, "- ");
		markdown(out, item->name);
		buf_addstr(out, ": ");
		markdown(out, item->text);
		buf_addch(out, '\n');
		return;
	case RECORD_NOTE:
		buf_addstr(out, "- ");
		markdown(out, item->text);
		buf_addch(out, '\n');
		return;
	case RECORD_VERDICT:
		buf_addf(out, "- **%s** ", item->word);
		markdown(out, item->name);
		buf_addstr(out, ": ");
		markdown(out, item->text);
		buf_addch(out, '\n');
		return;
	case RECORD_HEAD:
	case RECORD_ROW:
		markdown_cells(out, item);
		return;
	case RECORD_DIFF:
		each_line(out, item->text, markdown_line, NULL);
		return;
	}
}

void record_markdown(const struct record *r, struct buf *out)
{
	for (size_t i = 0; i < r->count; i++) {
		/* A list right after a table would be a row of it. */
		if (i > 0 && r->items[i - 1].kind == RECORD_ROW && r->items[i].kind != RECORD_ROW)
			buf_addch(out, '\n');
		markdown_item(out, &r->items[i]);
	}
}

static void html(struct buf *out, const char *text)
{
	FP_CLEANUP(buf_release) struct buf line = BUF_INIT(LINE_MAX_BYTES);

	visible(&line, text, false);
	for (const char *p = buf_text(&line); *p; p++) {
		static const char *const entities[] = {['&'] = "&amp;",
						       ['<'] = "&lt;",
						       ['>'] = "&gt;",
						       ['"'] = "&quot;",
						       ['\''] = "&#39;"};
		unsigned char c = (unsigned char)*p;

		if (c < FP_ARRAY_SIZE(entities) && entities[c])
			buf_addstr(out, entities[c]);
		else
			buf_addch(out, *p);
	}
}

static const char *const classes[] = {"", "good", "bad", "open", "dim"};

static void html_line(struct buf *out, const char *line, size_t size, void *context FP_UNUSED)
{
	FP_CLEANUP(buf_release) struct buf copy = BUF_INIT(LINE_MAX_BYTES);

	buf_add(&copy, line, size);
	buf_addf(out, "<span class=\"%s\">", classes[line_tone(line)]);
	html(out, buf_text(&copy));
	buf_addstr(out, "</span>\n");
}

static void html_cells(struct buf *out, const struct record_item *item)
{
	const char *cell = item->kind == RECORD_HEAD ? "th" : "td";

	buf_addstr(out, "<tr>");
	for (size_t i = 0; i < item->cell_count; i++) {
		buf_addf(out, "<%s>", cell);
		html(out, item->cells[i]);
		buf_addf(out, "</%s>", cell);
	}
	buf_addstr(out, "</tr>\n");
}

static void html_pair(struct buf *out, const char *name, const char *text)
{
	buf_addstr(out, "<dt>");
	html(out, name);
	buf_addstr(out, "</dt><dd>");
	html(out, text);
	buf_addstr(out, "</dd>\n");
}

static void html_item(struct buf *out, const struct record_item *item)
{
	switch (item->kind) {
	case RECORD_TITLE:
		buf_addstr(out, "<h1>");
		html(out, item->name);
		buf_addf(out, " <span class=\"badge %s\">%s</span></h1>\n<p class=\"lead\">",
			 classes[item->tone], item->text);
		html(out, item->more);
		buf_addstr(out, "</p>\n");
		return;
	case RECORD_ALARM:
		buf_addstr(out, "<p class=\"alarm\" role=\"alert\">");
		html(out, item->text);
		buf_addstr(out, "</p>\n");
		return;
	case RECORD_SECTION:
		buf_addf(out, "<h2>%s</h2>\n", item->name);
		return;
	case RECORD_FIELD:
		html_pair(out, item->name, item->text);
		return;
	case RECORD_NOTE:
		buf_addstr(out, "<li>");
		html(out, item->text);
		buf_addstr(out, "</li>\n");
		return;
	case RECORD_VERDICT:
		buf_addf(out, "<tr><td class=\"%s\">%s</td><td>%s</td><td>", classes[item->tone],
			 item->word, item->name);
		html(out, item->text);
		buf_addstr(out, "</td><td class=\"dim\">");
		html(out, item->more);
		buf_addstr(out, "</td></tr>\n");
		return;
	case RECORD_HEAD:
	case RECORD_ROW:
		html_cells(out, item);
		return;
	case RECORD_DIFF:
		buf_addstr(out, "<pre>");
		each_line(out, item->text, html_line, NULL);
		buf_addstr(out, "</pre>\n");
		return;
	}
}

/* Which element holds items of the kind: runs of them share one. */
static const char *container(enum record_kind kind)
{
	switch (kind) {
	case RECORD_FIELD:
		return "dl";
	case RECORD_NOTE:
		return "ul";
	case RECORD_VERDICT:
	case RECORD_HEAD:
	case RECORD_ROW:
		return "table";
	case RECORD_TITLE:
	case RECORD_ALARM:
	case RECORD_SECTION:
	case RECORD_DIFF:
		break;
	}
	return "";
}

static const char style[] =
	":root{color-scheme:light dark;--bg:#fff;--fg:#1c2128;--soft:#59636e;--line:#d1d9e0;"
	"--block:#f6f8fa;--good:#1a7f37;--bad:#b3261e;--open:#8a5a00}"
	"@media(prefers-color-scheme:dark){:root{--bg:#0f1419;--fg:#e6edf3;--soft:#9aa5b1;"
	"--line:#30373f;--block:#171d24;--good:#4cc36a;--bad:#ff8a80;--open:#e3b341}}"
	"*{box-sizing:border-box}"
	"body{margin:0 auto;max-width:64rem;padding:2rem 1.25rem 4rem;background:var(--bg);"
	"color:var(--fg);font:16px/1.5 system-ui,sans-serif}"
	"h1{font-size:1.7rem;margin:0;overflow-wrap:anywhere}h2{font-size:1.1rem;margin:2rem 0 "
	".5rem;"
	"border-bottom:1px solid var(--line);padding-bottom:.25rem}"
	"h2::first-letter{text-transform:uppercase}.lead{font-size:1.1rem;color:var(--soft);"
	"margin:.25rem 0 1rem}"
	".badge{font-size:1rem;text-transform:uppercase;letter-spacing:.05em;border:2px solid;"
	"border-radius:.4rem;padding:.1rem .5rem;vertical-align:middle;white-space:nowrap}"
	".alarm{border:2px solid var(--bad);color:var(--bad);border-radius:.4rem;padding:.6rem "
	".8rem;"
	"font-weight:600}"
	"dl{display:grid;grid-template-columns:minmax(8rem,max-content) 1fr;gap:.2rem "
	"1rem;margin:0}"
	"dt{color:var(--soft);overflow-wrap:anywhere}dd{margin:0;overflow-wrap:anywhere}"
	"ul{margin:0;padding-left:1.2rem}"
	"table{border-collapse:collapse;width:100%;font-size:.92rem}"
	"th,td{text-align:left;vertical-align:top;padding:.3rem .6rem;border-bottom:1px solid "
	"var(--line);overflow-wrap:anywhere}"
	"th{color:var(--soft);font-weight:600;white-space:nowrap}"
	"pre{background:var(--block);border:1px solid "
	"var(--line);border-radius:.4rem;padding:.7rem;"
	"overflow-x:auto;font:13px/1.45 ui-monospace,monospace}"
	"table+dl{margin-top:.6rem}"
	".good{color:var(--good)}.bad{color:var(--bad)}.open{color:var(--open)}.dim{color:var(--"
	"soft)}"
	"@media(max-width:40rem){dl{grid-template-columns:1fr}dd{margin-bottom:.4rem}}"
	"@media print{body{max-width:none;padding:0;font-size:11pt}pre{white-space:pre-wrap;"
	"overflow:visible}h2{break-after:avoid}tr,dd{break-inside:avoid}}";

/* Nothing is fetched and nothing runs: the policy in the page says so, too. */
void record_html(const struct record *r, struct buf *out)
{
	const char *open = "";

	buf_addstr(out,
		   "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
		   "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; "
		   "style-src 'unsafe-inline'\">\n<meta name=\"viewport\" "
		   "content=\"width=device-width, initial-scale=1\">\n<title>");
	html(out, r->count > 0 ? r->items[0].name : "");
	buf_addf(out, "</title>\n<style>%s</style>\n</head>\n<body>\n<main>\n", style);
	for (size_t i = 0; i < r->count; i++) {
		const char *wanted = container(r->items[i].kind);

		if (strcmp(open, wanted) != 0) {
			if (*open)
				buf_addf(out, "</%s>\n", open);
			if (*wanted)
				buf_addf(out, "<%s>\n", wanted);
			open = wanted;
		}
		html_item(out, &r->items[i]);
	}
	if (*open)
		buf_addf(out, "</%s>\n", open);
	buf_addstr(out, "</main>\n</body>\n</html>\n");
}

static void put(json_t *object, const char *key, const char *text)
{
	FP_CLEANUP(buf_release) struct buf out = BUF_INIT(LINE_MAX_BYTES);

	if (!text)
		return;
	visible(&out, text, true);
	json_put(object, key, json_new_string(buf_text(&out)));
}

static void push(json_t *list, const char *text)
{
	FP_CLEANUP(buf_release) struct buf out = BUF_INIT(LINE_MAX_BYTES);

	visible(&out, text, true);
	json_push(list, json_new_string(buf_text(&out)));
}

static json_t *item_json(const struct record_item *item)
{
	json_t *object = json_new_object(), *cells;

	put(object, "name", item->name);
	put(object, "text", item->text);
	put(object, "more", item->more);
	put(object, "verdict", item->word);
	if (item->cell_count == 0)
		return object;
	cells = json_new_array();
	for (size_t i = 0; i < item->cell_count; i++)
		push(cells, item->cells[i]);
	json_put(object, "cells", cells);
	return object;
}

json_t *record_json(const struct record *r)
{
	json_t *sections = json_new_array(), *items = NULL;

	for (size_t i = 0; i < r->count; i++) {
		if (r->items[i].kind == RECORD_SECTION || i == 0) {
			json_t *section = json_new_object();

			put(section, "section",
			    r->items[i].kind == RECORD_SECTION ? r->items[i].name : "summary");
			items = json_new_array();
			json_put(section, "items", items);
			json_push(sections, section);
		}
		if (r->items[i].kind != RECORD_SECTION)
			json_push(items, item_json(&r->items[i]));
	}
	return sections;
}
