#include <string.h>

#include "runner/plan/hcl/parser.h"

struct building {
	struct attribute *attrs;
	size_t attr_count, attr_capacity;
	struct block *blocks;
	size_t block_count, block_capacity;
};

static int by_name(const void *x, const void *y)
{
	const struct attribute *a = *(const struct attribute *const *)x;
	const struct attribute *b = *(const struct attribute *const *)y;
	int order = strcmp(a->name, b->name);

	return order != 0 ? order : (a > b) - (a < b);
}

/* Of arguments with the same name the first one stays. */
static void drop_duplicates(struct parser *p, struct building *b)
{
	struct attribute **sorted = arena_array(p->arena, b->attr_count, sizeof(*sorted));
	struct attribute *first = NULL;
	size_t kept = 0;

	for (size_t i = 0; i < b->attr_count; i++)
		sorted[i] = &b->attrs[i];
	if (b->attr_count > 1)
		qsort(sorted, b->attr_count, sizeof(*sorted), by_name);
	for (size_t i = 0; i < b->attr_count; i++) {
		if (!first || strcmp(first->name, sorted[i]->name) != 0) {
			first = sorted[i];
			continue;
		}
		diag_error(
			p->diags, sorted[i]->name_range, "Attribute redefined",
			"The argument \"%s\" was already set at %s. Each argument may be set only "
			"once.",
			first->name, diag_range_text(p->arena, first->name_range));
		sorted[i]->name = NULL;
	}
	for (size_t i = 0; i < b->attr_count; i++)
		if (b->attrs[i].name)
			b->attrs[kept++] = b->attrs[i];
	b->attr_count = kept;
}

static const struct body *finish(struct parser *p, struct building *b, struct range range)
{
	struct body_native *native = arena_alloc(p->arena, sizeof(*native));
	struct body *body = arena_alloc(p->arena, sizeof(*body));

	drop_duplicates(p, b);
	native->attrs = b->attrs;
	native->attr_count = b->attr_count;
	native->blocks = b->blocks;
	native->block_count = b->block_count;
	body->native = native;
	body->range = range;
	/* Terraform points at the brace that opens the body. */
	body->missing =
		(struct range){range.source, range.start, range.start + (range.end > range.start)};
	return body;
}

static void add_attribute(struct parser *p, struct building *b, const struct attribute *attr)
{
	b->attrs =
		arena_grow(p->arena, b->attrs, b->attr_count, &b->attr_capacity, sizeof(*b->attrs));
	b->attrs[b->attr_count++] = *attr;
}

static void attribute(struct parser *p, struct building *b, struct token name, bool one_line)
{
	size_t failures = p->diags->failures;
	struct attribute attr = {.name = parser_word(p, name), .name_range = parser_range(p, name)};
	struct token end;

	(void)parser_read(p);
	attr.expr = parser_expression(p);
	attr.range = parser_span(p, name, parser_previous(p));
	add_attribute(p, b, &attr);
	if (p->recovery && p->diags->failures > failures) {
		parser_recover_after_item(p);
		return;
	}
	if (one_line)
		return;
	end = parser_peek(p);
	if (end.kind == TOKEN_NEWLINE || end.kind == TOKEN_END) {
		(void)parser_read(p);
		return;
	}
	if (!p->recovery && end.kind == TOKEN_COMMA)
		parser_error(p, end, "Unexpected comma after argument",
			     "Argument definitions must be separated by newlines, not commas. An "
			     "argument definition must end with a newline.");
	else if (!p->recovery)
		parser_error(p, end, "Missing newline after argument",
			     "An argument definition must end with a newline.");
	parser_recover_after_item(p);
}

struct labels {
	const char **list;
	struct range *ranges;
	size_t count, capacity, range_capacity;
};

static void add_label(struct parser *p, struct labels *l, const char *text, struct range range)
{
	size_t count = l->count;

	l->list = arena_grow(p->arena, l->list, count, &l->capacity, sizeof(*l->list));
	l->ranges = arena_grow(p->arena, l->ranges, count, &l->range_capacity, sizeof(*l->ranges));
	l->list[count] = text;
	l->ranges[count] = range;
	l->count++;
}

static void quoted_label(struct parser *p, struct labels *l)
{
	struct token open = parser_read(p), t;
	FP_CLEANUP(buf_release) struct buf text = BUF_INIT(SYNTAX_FILE_BYTES_MAX * 2);

	for (t = parser_read(p); t.kind != TOKEN_CLOSE_QUOTE; t = parser_read(p)) {
		size_t size;

		if (t.kind == TOKEN_QUOTED_TEXT) {
			const char *piece = template_text(p, t, &size);

			buf_add(&text, piece, size);
		} else if (t.kind == TOKEN_INTERPOLATION || t.kind == TOKEN_DIRECTIVE) {
			char c = t.kind == TOKEN_INTERPOLATION ? '$' : '%';

			diag_error(
				p->diags, parser_range(p, t), "Invalid string literal",
				"Template sequences are not allowed in this string. To include a "
				"literal \"%c\", double it (as \"%c%c\") to escape it.",
				c, c, c);
			(void)parser_recover(p, TOKEN_SEQUENCE_END);
		} else if (t.kind == TOKEN_END) {
			parser_error(p, t, "Unterminated string literal",
				     "Unable to find the closing quote mark before the end of the "
				     "file.");
			break;
		} else {
			if (t.kind != TOKEN_QUOTED_NEWLINE)
				parser_error(p, t, "Invalid string literal",
					     "This item is not valid in a string literal.");
			(void)parser_recover(p, TOKEN_CLOSE_QUOTE);
			break;
		}
	}
	add_label(p, l, arena_strndup(p->arena, buf_text(&text), text.size),
		  parser_span(p, open, t));
}

/* Up to the opening brace; false after an error. */
static bool header(struct parser *p, struct labels *l)
{
	for (;;) {
		struct token t = parser_peek(p);

		if (t.kind == TOKEN_OPEN_BRACE)
			return true;
		if (t.kind == TOKEN_OPEN_QUOTE) {
			quoted_label(p, l);
			continue;
		}
		if (t.kind == TOKEN_IDENTIFIER) {
			t = parser_read(p);
			add_label(p, l, parser_word(p, t), parser_range(p, t));
			continue;
		}
		if (t.kind == TOKEN_ASSIGN)
			parser_error(
				p, t, "Invalid block definition",
				"The equals sign \"=\" indicates an argument definition, and must "
				"not be used when defining a block.");
		else if (t.kind == TOKEN_NEWLINE)
			parser_error(
				p, t, "Invalid block definition",
				"A block definition must have block content delimited by \"{\" "
				"and \"}\", starting on the same line as the block header.");
		else if (!p->recovery)
			parser_error(
				p, t, "Invalid block definition",
				"Either a quoted string block label or an opening brace (\"{\") is "
				"expected here.");
		parser_recover_after_item(p);
		return false;
	}
}

static void tell_bad_one_line(struct parser *p, struct token open, struct token t)
{
	static const char summary[] = "Invalid single-argument block definition";

	if (t.kind == TOKEN_COMMA)
		parser_error(
			p, t, summary,
			"Single-line block syntax can include only one argument definition. To "
			"define multiple arguments, use the multi-line block syntax with one "
			"argument definition per line.");
	else if (t.kind == TOKEN_NEWLINE)
		parser_error(
			p, t, summary,
			"An argument definition on the same line as its containing block creates "
			"a single-line block definition, which must also be closed on the same "
			"line. Place the block's closing brace immediately after the argument "
			"definition.");
	else if (!p->recovery && t.kind == TOKEN_END)
		parser_error(
			p, open, "Unclosed configuration block",
			"There is no closing brace for this block before the end of the file. This "
			"may be caused by incorrect brace nesting elsewhere in this file.");
	else if (!p->recovery)
		parser_error(
			p, t, summary,
			"A single-line block definition must end with a closing brace immediately "
			"after its single argument definition.");
}

/* { name = value } on one line */
static const struct body *one_line(struct parser *p, struct token open)
{
	struct building b = {.attrs = NULL};
	struct token name = parser_read(p), next = parser_peek(p);

	if (name.kind == TOKEN_IDENTIFIER && next.kind == TOKEN_ASSIGN) {
		attribute(p, &b, name, true);
		next = parser_peek(p);
		if (next.kind == TOKEN_CLOSE_BRACE) {
			(void)parser_read(p);
		} else if (!p->recovery || next.kind == TOKEN_COMMA || next.kind == TOKEN_NEWLINE) {
			tell_bad_one_line(p, open, next);
			(void)parser_recover(p, TOKEN_CLOSE_BRACE);
		}
	} else {
		bool block = name.kind == TOKEN_IDENTIFIER &&
			     (next.kind == TOKEN_OPEN_QUOTE || next.kind == TOKEN_OPEN_BRACE ||
			      next.kind == TOKEN_IDENTIFIER);

		if (block)
			diag_error(p->diags, parser_range(p, name), "Argument definition required",
				   "A single-line block definition can contain only a single "
				   "argument. "
				   "If you meant to define argument \"%s\", use an equals sign to "
				   "assign it a value. To define a nested block, place it on a "
				   "line of "
				   "its own within its parent block.",
				   parser_word(p, name));
		else
			parser_error(p, name, "Argument or block definition required",
				     "An argument or block definition is required here.");
		(void)parser_recover(p, TOKEN_CLOSE_BRACE);
	}
	return finish(p, &b, parser_span(p, open, parser_previous(p)));
}

static void block(struct parser *p, struct building *out, struct token type)
{
	struct labels labels = {.list = NULL};
	struct block b = {.type = parser_word(p, type), .type_range = parser_range(p, type)};
	struct token open, end;

	if (!header(p, &labels))
		return;
	b.labels = labels.list;
	b.label_ranges = labels.ranges;
	b.label_count = labels.count;
	b.range = labels.count > 0
			  ? diag_range_between(b.type_range, labels.ranges[labels.count - 1])
			  : b.type_range;
	open = parser_read(p);
	end = parser_peek(p);
	if (end.kind == TOKEN_NEWLINE || end.kind == TOKEN_END || end.kind == TOKEN_CLOSE_BRACE)
		b.body = bodyparser_body(p, TOKEN_CLOSE_BRACE);
	else
		b.body = one_line(p, open);
	b.whole = parser_span(p, type, parser_previous(p));
	out->blocks = arena_grow(p->arena, out->blocks, out->block_count, &out->block_capacity,
				 sizeof(*out->blocks));
	out->blocks[out->block_count++] = b;
	end = parser_peek(p);
	if (end.kind == TOKEN_NEWLINE || end.kind == TOKEN_END) {
		(void)parser_read(p);
		return;
	}
	if (!p->recovery)
		parser_error(p, end, "Missing newline after block definition",
			     "A block definition must end with a newline.");
	parser_recover_after_item(p);
}

static void item(struct parser *p, struct building *b)
{
	struct token name = parser_read(p), next = parser_peek(p);

	if (next.kind == TOKEN_ASSIGN) {
		attribute(p, b, name, false);
	} else if (next.kind == TOKEN_OPEN_QUOTE || next.kind == TOKEN_OPEN_BRACE ||
		   next.kind == TOKEN_IDENTIFIER) {
		block(p, b, name);
	} else {
		parser_error(
			p, name, "Argument or block definition required",
			"An argument or block definition is required here. To set an argument, use "
			"the equals sign \"=\" to introduce the argument value.");
		parser_recover_after_item(p);
	}
}

static void tell_bad_item(struct parser *p, struct token start, struct token bad,
			  enum token_kind end)
{
	if (p->recovery)
		return;
	if (bad.kind == TOKEN_OPEN_QUOTE)
		parser_error(p, bad, "Invalid argument name", "Argument names must not be quoted.");
	else if (bad.kind == TOKEN_END && end == TOKEN_CLOSE_BRACE)
		parser_error(
			p, start, "Unclosed configuration block",
			"There is no closing brace for this block before the end of the file. This "
			"may be caused by incorrect brace nesting elsewhere in this file.");
	else
		parser_error(p, bad, "Argument or block definition required",
			     "An argument or block definition is required here.");
}

const struct body *bodyparser_body(struct parser *p, enum token_kind end)
{
	struct building b = {.attrs = NULL};
	struct token start = parser_previous(p);

	if (!parser_enter(p))
		return finish(p, &b, parser_range(p, start));
	for (;;) {
		struct token next = parser_peek(p);

		if (next.kind == end) {
			(void)parser_read(p);
			break;
		}
		if (next.kind == TOKEN_NEWLINE) {
			(void)parser_read(p);
		} else if (next.kind == TOKEN_IDENTIFIER) {
			item(p, &b);
		} else {
			tell_bad_item(p, start, parser_read(p), end);
			(void)parser_recover(p, end);
			break;
		}
	}
	parser_leave(p);
	return finish(p, &b, parser_span(p, start, parser_previous(p)));
}
