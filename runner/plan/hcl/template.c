/*
 * Templates in two passes: the tokens become a flat list of pieces (text, interpolations, parts of
 * directives), on which white space is stripped; then the pieces become a tree.
 */
#include <string.h>

#include "runner/base/utf8.h"
#include "runner/plan/hcl/grapheme.h"
#include "runner/plan/hcl/parser.h"
#include "runner/plan/hcl/quote.h"

enum piece_kind {
	PIECE_TEXT,
	PIECE_INTERPOLATION,
	PIECE_IF,
	PIECE_ELSE,
	PIECE_ENDIF,
	PIECE_FOR,
	PIECE_ENDFOR,
	PIECE_END,
};

struct piece {
	enum piece_kind kind;
	struct range range;
	const char *text;
	size_t size;
	const struct expr *expr; /* of an interpolation; a condition; a collection */
	const char *key_name, *value_name;
};

struct pieces {
	struct piece *list;
	size_t count, capacity;
	size_t next; /* in the second pass */
};

/* --- text
 * ----------------------------------------------------------------------------------------- */

static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

static void bad_escape(struct parser *p, struct token t, size_t at, size_t size, const char *detail)
{
	struct token here = {t.kind, t.start + (uint32_t)at,
			     FP_MIN(t.start + (uint32_t)(at + size), t.end)};

	parser_error(p, here, "Invalid escape sequence", detail);
}

/* \uNNNN and \UNNNNNNNN at text[at]; returns the bytes used. */
static size_t unicode_escape(struct parser *p, struct token t, size_t at, struct buf *out)
{
	const char *text = p->text + t.start;
	size_t want = text[at + 1] == 'u' ? 4 : 8, digits = 0;
	uint32_t code = 0;

	while (digits < want && at + 2 + digits < t.end - t.start &&
	       hex_digit(text[at + 2 + digits]) >= 0)
		code = code << 4 | (uint32_t)hex_digit(text[at + 2 + digits++]);
	if (digits < want) {
		bad_escape(
			p, t, at, 2 + digits,
			want == 4 ? "The \\u escape sequence must be followed by four hexadecimal "
				    "digits."
				  : "The \\U escape sequence must be followed by eight hexadecimal "
				    "digits.");
	} else if (code > 0x10ffff || (code >= 0xd800 && code < 0xe000)) {
		bad_escape(
			p, t, at, 2 + digits,
			arena_printf(p->arena, "Cannot encode character U+%04x in UTF-8.", code));
	} else if (code == 0) {
		struct token here = {t.kind, t.start + (uint32_t)at, t.start + (uint32_t)at + 6};

		diag_unsupported(p->diags, parser_range(p, here), "NUL character",
				 "The character U+0000 in a string is not supported.");
	} else {
		utf8_encode(out, code);
	}
	return 2 + digits;
}

static size_t backslash(struct parser *p, struct token t, size_t at, struct buf *out)
{
	const char *text = p->text + t.start;
	size_t left = t.end - t.start - at, n;

	if (left < 2) {
		bad_escape(p, t, at, 1,
			   "Backslash must be followed by an escape sequence selector character.");
		return 1;
	}
	switch (text[at + 1]) {
	case 'n':
		buf_addch(out, '\n');
		return 2;
	case 'r':
		buf_addch(out, '\r');
		return 2;
	case 't':
		buf_addch(out, '\t');
		return 2;
	case '"':
	case '\\':
		buf_addch(out, text[at + 1]);
		return 2;
	case 'u':
	case 'U':
		return unicode_escape(p, t, at, out);
	default:
		break;
	}
	(void)utf8_decode(text + at + 1, left - 1, &n);
	bad_escape(p, t, at, 1 + n,
		   arena_printf(p->arena,
				"The symbol \"%.*s\" is not a valid escape sequence selector.",
				(int)n, text + at + 1));
	return 1 + n;
}

const char *template_text(struct parser *p, struct token t, size_t *ret_size)
{
	FP_CLEANUP(buf_release) struct buf out = BUF_INIT(SYNTAX_FILE_BYTES_MAX * 2);
	const char *text = p->text + t.start;
	size_t size = t.end - t.start;
	bool quoted = t.kind == TOKEN_QUOTED_TEXT;

	for (size_t at = 0; at < size;) {
		size_t run = at;

		while (run < size && text[run] != '$' && text[run] != '%' &&
		       !(quoted && text[run] == '\\'))
			run++;
		buf_add(&out, text + at, run - at);
		at = run;
		if (at >= size)
			break;
		if (text[at] == '\\') {
			at += backslash(p, t, at, &out);
		} else if (size - at >= 3 && text[at + 1] == text[at] && text[at + 2] == '{') {
			buf_addch(&out, text[at]);
			buf_addch(&out, '{');
			at += 3;
		} else {
			buf_addch(&out, text[at++]);
		}
	}
	*ret_size = out.size;
	return arena_strndup(p->arena, buf_text(&out), out.size);
}

static size_t leading_space(const char *text, size_t size)
{
	size_t at = 0, n;

	while (at < size && quote_is_space(utf8_decode(text + at, size - at, &n)))
		at += n;
	return at;
}

static size_t without_trailing_space(const char *text, size_t size)
{
	size_t end = 0, n;

	for (size_t at = 0; at < size; at += n)
		if (!quote_is_space(utf8_decode(text + at, size - at, &n)))
			end = at + n;
	return end;
}

/* --- first pass
 * ----------------------------------------------------------------------------------- */

static struct piece *add_piece(struct parser *p, struct pieces *list, enum piece_kind kind,
			       struct range range)
{
	struct piece *one;

	list->list =
		arena_grow(p->arena, list->list, list->count, &list->capacity, sizeof(*list->list));
	one = &list->list[list->count++];
	*one = (struct piece){.kind = kind, .range = range, .text = ""};
	return one;
}

static void trim_previous(const struct parser *p, struct pieces *list, struct token open,
			  bool was_text)
{
	struct piece *last;

	if (!was_text || list->count == 0 || open.end - open.start != 3 ||
	    p->text[open.end - 1] != '~')
		return;
	last = &list->list[list->count - 1];
	if (last->kind == PIECE_TEXT)
		last->size = without_trailing_space(last->text, last->size);
}

/* The end of ${…}; true when it strips what follows. */
static bool close_sequence(struct parser *p, struct token first, const char *summary,
			   const char *detail, const char *at_end)
{
	struct token close = parser_peek(p);

	if (close.kind == TOKEN_SEQUENCE_END) {
		(void)parser_read(p);
		return close.end - close.start == 2;
	}
	if (!p->recovery && at_end &&
	    (close.kind == TOKEN_END || close.kind == TOKEN_CLOSE_QUOTE ||
	     close.kind == TOKEN_OPEN_QUOTE))
		parser_error(p, first, "Unclosed template interpolation sequence", at_end);
	else if (!p->recovery)
		parser_error(p, close, summary, detail);
	(void)parser_recover(p, TOKEN_SEQUENCE_END);
	return false;
}

static bool interpolation(struct parser *p, struct pieces *list, struct token open)
{
	const struct expr *e;
	bool strip;

	parser_newlines(p, false);
	e = parser_expression(p);
	strip = close_sequence(
		p, open, "Extra characters after interpolation expression",
		"Expected a closing brace to end the interpolation expression, but found extra "
		"characters.",
		"There is no closing brace for this interpolation sequence before the end of the "
		"template. This might be caused by incorrect nesting inside the given expression.");
	parser_newlines_back(p);
	add_piece(p, list, PIECE_INTERPOLATION, parser_span(p, open, parser_previous(p)))->expr = e;
	return strip;
}

static const char *for_header(struct parser *p, struct piece *piece)
{
	if (parser_peek(p).kind != TOKEN_IDENTIFIER)
		return "For directive requires variable name after 'for'.";
	piece->value_name = parser_word(p, parser_read(p));
	if (parser_peek(p).kind == TOKEN_COMMA) {
		piece->key_name = piece->value_name;
		(void)parser_read(p);
		if (parser_peek(p).kind != TOKEN_IDENTIFIER)
			return "For directive requires value variable name after comma.";
		piece->value_name = parser_word(p, parser_read(p));
	}
	if (!parser_is_word(p, parser_peek(p), "in"))
		return "For directive requires 'in' keyword after names.";
	(void)parser_read(p);
	piece->expr = parser_expression(p);
	return NULL;
}

static const struct {
	const char *word;
	enum piece_kind kind;
} directives[] = {
	{"if", PIECE_IF},   {"else", PIECE_ELSE},     {"endif", PIECE_ENDIF},
	{"for", PIECE_FOR}, {"endfor", PIECE_ENDFOR},
};

/* After the word of a directive; NULL, or what is wrong. */
static const char *directive_rest(struct parser *p, struct piece *piece, struct token word)
{
	for (size_t i = 0; i < FP_ARRAY_SIZE(directives); i++) {
		if (!parser_is_word(p, word, directives[i].word))
			continue;
		piece->kind = directives[i].kind;
		if (piece->kind == PIECE_IF)
			piece->expr = parser_expression(p);
		return piece->kind == PIECE_FOR ? for_header(p, piece) : NULL;
	}
	return arena_printf(p->arena, "\"%s\" is not a valid template control keyword.",
			    parser_word(p, word));
}

static bool directive(struct parser *p, struct pieces *list, struct token open)
{
	struct piece piece = {.text = ""};
	struct token word;
	const char *fault, *name;
	bool strip = false;

	parser_newlines(p, false);
	word = parser_peek(p);
	if (word.kind != TOKEN_IDENTIFIER) {
		fault = "A template directive keyword (\"if\", \"for\", etc) is expected at the "
			"beginning of a %{ sequence.";
	} else {
		(void)parser_read(p);
		fault = directive_rest(p, &piece, word);
	}
	if (fault) {
		if (!p->recovery)
			parser_error(p, word, "Invalid template directive", fault);
		(void)parser_recover(p, TOKEN_SEQUENCE_END);
	} else {
		name = parser_word(p, word);
		strip = close_sequence(
			p, open, arena_printf(p->arena, "Extra characters in %s marker", name),
			"Expected a closing brace to end the sequence, but found extra characters.",
			NULL);
		piece.range = parser_span(p, open, parser_previous(p));
		*add_piece(p, list, piece.kind, piece.range) = piece;
	}
	parser_newlines_back(p);
	return strip;
}

static void add_text(struct parser *p, struct pieces *list, struct token t, bool strip)
{
	struct piece *one = add_piece(p, list, PIECE_TEXT, parser_range(p, t));

	one->text = template_text(p, t, &one->size);
	if (strip) {
		size_t space = leading_space(one->text, one->size);

		one->text += space;
		one->size -= space;
	}
}

static void unterminated(struct parser *p, struct token t, enum token_kind end)
{
	if (!p->recovery)
		parser_error(p, t, "Unterminated template string",
			     "No closing marker was found for the string.");
	if (t.kind != TOKEN_END)
		(void)parser_recover(p, end);
	p->recovery = true;
}

static void read_pieces(struct parser *p, struct pieces *list, enum token_kind end)
{
	bool strip = false, was_text = false;

	for (;;) {
		struct token t = parser_read(p);
		bool strip_this = strip, after_text = was_text;

		strip = was_text = false;
		if (t.kind == end)
			return;
		if (t.kind == TOKEN_QUOTED_TEXT || t.kind == TOKEN_TEXT) {
			add_text(p, list, t, strip_this);
			was_text = true;
		} else if (t.kind == TOKEN_INTERPOLATION) {
			trim_previous(p, list, t, after_text);
			strip = interpolation(p, list, t);
		} else if (t.kind == TOKEN_DIRECTIVE) {
			trim_previous(p, list, t, after_text);
			strip = directive(p, list, t);
		} else {
			unterminated(p, t, end);
			return;
		}
	}
}

static bool ends_line(const struct piece *one)
{
	return one->kind == PIECE_TEXT && one->size > 0 && one->text[one->size - 1] == '\n';
}

/* How much every line of a <<- heredoc is indented at least; blank lines do not count. */
static size_t least_indent(const struct pieces *list)
{
	size_t least = SIZE_MAX;
	bool line_start = true;

	for (size_t i = 0; i < list->count; i++) {
		const struct piece *one = &list->list[i];
		size_t space = 0;

		if (line_start && one->kind == PIECE_TEXT) {
			space = leading_space(one->text, one->size);
			if (space < one->size || !ends_line(one))
				least = FP_MIN(least, grapheme_count(one->text, space));
		} else if (line_start) {
			least = 0;
		}
		line_start = ends_line(one);
	}
	return least;
}

static void cut_indent(struct piece *one, size_t indent)
{
	for (; indent > 0 && one->size > 0; indent--) {
		size_t n = grapheme_size(one->text, one->size);

		one->text += n;
		one->size -= n;
	}
}

static void flush(struct pieces *list)
{
	size_t indent = least_indent(list);
	bool line_start = true;

	for (size_t i = 0; i < list->count; i++) {
		struct piece *one = &list->list[i];
		bool ends = ends_line(one);
		size_t space = one->kind == PIECE_TEXT ? leading_space(one->text, one->size) : 0;

		if (line_start && one->kind == PIECE_TEXT && !(space == one->size && ends))
			cut_indent(one, indent);
		line_start = ends;
	}
}

static void meld(struct parser *p, struct pieces *list)
{
	size_t kept = 0;

	for (size_t i = 0; i < list->count;) {
		struct piece one = list->list[i];
		size_t run = i + 1, total = one.size, at = 0;
		char *joined;

		while (one.kind == PIECE_TEXT && run < list->count &&
		       list->list[run].kind == PIECE_TEXT)
			total += list->list[run++].size;
		if (run > i + 1) {
			joined = arena_alloc(p->arena, total + 1);
			for (size_t j = i; j < run; at += list->list[j++].size)
				memcpy(joined + at, list->list[j].text, list->list[j].size);
			one.text = joined;
			one.size = total;
			one.range = diag_range_between(one.range, list->list[run - 1].range);
		}
		list->list[kept++] = one;
		i = run;
	}
	list->count = kept;
}

/* --- second pass
 * ---------------------------------------------------------------------------------- */

static const struct expr *piece_expr(struct parser *p, struct pieces *list);

static const struct expr *text_expr(struct parser *p, struct range range, const char *text,
				    size_t size)
{
	struct expr *e = parser_make(p, EXPR_LITERAL, range);

	e->literal = value_string_n(p->arena, text, size);
	return e;
}

static const struct expr *join(struct parser *p, struct expr_list *l, struct range where)
{
	struct expr *e = parser_make(p, EXPR_TEMPLATE, where);

	if (l->count == 0)
		parser_add(p, l, text_expr(p, where, "", 0));
	e->list.parts = l->list;
	e->list.count = l->count;
	e->range = diag_range_between(l->list[0]->range, l->list[l->count - 1]->range);
	return e;
}

static const struct expr *unbalanced(struct parser *p, struct piece *at, const char *summary,
				     const char *detail)
{
	if (!p->recovery)
		diag_error(p->diags, at->range, summary, "%s", detail);
	return parser_invalid(p, at->range);
}

static const char *directive_name(enum piece_kind kind)
{
	for (size_t i = 0; i < FP_ARRAY_SIZE(directives); i++)
		if (directives[i].kind == kind)
			return directives[i].word;
	return "";
}

static const struct expr *if_expr(struct parser *p, struct pieces *list)
{
	struct piece *open = &list->list[list->next++], *one;
	struct expr_list parts[2] = {{NULL, 0, 0}, {NULL, 0, 0}};
	struct expr *e = parser_make(p, EXPR_CONDITIONAL, open->range);
	size_t side = 0;

	for (;;) {
		one = &list->list[list->next];
		if (one->kind == PIECE_END)
			return unbalanced(
				p, one, "Unexpected end of template",
				arena_printf(p->arena,
					     "The if directive at %s is missing its corresponding "
					     "endif directive.",
					     diag_range_text(p->arena, open->range)));
		if (one->kind == PIECE_ENDIF)
			break;
		if (one->kind == PIECE_ELSE && side == 0) {
			side = 1;
			list->next++;
			continue;
		}
		if (one->kind == PIECE_ELSE || one->kind == PIECE_ENDFOR) {
			list->next++;
			return unbalanced(p, one,
					  arena_printf(p->arena, "Unexpected %s directive",
						       directive_name(one->kind)),
					  arena_printf(p->arena,
						       "Expecting an endif directive for the if "
						       "started at %s.",
						       diag_range_text(p->arena, open->range)));
		}
		parser_add(p, &parts[side], piece_expr(p, list));
	}
	list->next++;
	e->conditional.condition = open->expr;
	e->conditional.yes = join(p, &parts[0], open->range);
	e->conditional.no = join(p, &parts[1], one->range);
	e->range = diag_range_between(open->range, one->range);
	return e;
}

static const struct expr *for_expr(struct parser *p, struct pieces *list)
{
	struct piece *open = &list->list[list->next++], *one;
	struct expr *e = parser_make(p, EXPR_FOR, open->range), *whole;
	struct expr_list parts = {NULL, 0, 0};

	for (;;) {
		one = &list->list[list->next];
		if (one->kind == PIECE_END)
			return unbalanced(
				p, one, "Unexpected end of template",
				arena_printf(p->arena,
					     "The for directive at %s is missing its corresponding "
					     "endfor directive.",
					     diag_range_text(p->arena, open->range)));
		if (one->kind == PIECE_ENDFOR)
			break;
		if (one->kind == PIECE_ELSE || one->kind == PIECE_ENDIF) {
			list->next++;
			return unbalanced(
				p, one,
				arena_printf(p->arena, "Unexpected %s directive",
					     directive_name(one->kind)),
				arena_printf(p->arena,
					     "Expecting an endfor directive corresponding "
					     "to the for directive at %s.",
					     diag_range_text(p->arena, open->range)));
		}
		parser_add(p, &parts, piece_expr(p, list));
	}
	list->next++;
	e->loop.key_name = open->key_name;
	e->loop.value_name = open->value_name;
	e->loop.collection = open->expr;
	e->loop.value = join(p, &parts, open->range);
	e->range = diag_range_between(open->range, one->range);
	whole = parser_make(p, EXPR_TEMPLATE_JOIN, e->range);
	whole->inner = e;
	return whole;
}

static const struct expr *piece_expr(struct parser *p, struct pieces *list)
{
	struct piece *one = &list->list[list->next];
	const struct expr *e;

	if (one->kind == PIECE_TEXT || one->kind == PIECE_INTERPOLATION) {
		list->next++;
		return one->kind == PIECE_TEXT ? text_expr(p, one->range, one->text, one->size)
					       : one->expr;
	}
	if (one->kind != PIECE_IF && one->kind != PIECE_FOR) {
		list->next++;
		return unbalanced(p, one,
				  arena_printf(p->arena, "Unexpected %s directive",
					       directive_name(one->kind)),
				  "The control directives within this template are unbalanced.");
	}
	if (!parser_enter(p)) {
		list->next = list->count - 1;
		return parser_invalid(p, one->range);
	}
	e = one->kind == PIECE_IF ? if_expr(p, list) : for_expr(p, list);
	parser_leave(p);
	return e;
}

const struct expr *template_parse(struct parser *p, struct token open, enum token_kind end)
{
	struct pieces list = {NULL, 0, 0, 0};
	struct expr_list parts = {NULL, 0, 0};
	struct token close;
	struct expr *e;
	bool flushes = open.kind == TOKEN_OPEN_HEREDOC && p->text[open.start + 2] == '-';

	if (!parser_enter(p))
		return parser_invalid(p, parser_range(p, open));
	read_pieces(p, &list, end);
	parser_leave(p);
	close = parser_previous(p);
	if (flushes)
		flush(&list);
	meld(p, &list);
	if (list.count == 0)
		(void)add_piece(p, &list, PIECE_TEXT, parser_range(p, open));
	(void)add_piece(p, &list, PIECE_END, parser_range(p, close));
	while (list.list[list.next].kind != PIECE_END)
		parser_add(p, &parts, piece_expr(p, &list));
	if (list.count == 2 && list.list[0].kind == PIECE_INTERPOLATION) {
		e = parser_make(p, EXPR_TEMPLATE_WRAP, parser_span(p, open, close));
		e->inner = parts.list[0];
		return e;
	}
	e = parser_make(p, EXPR_TEMPLATE, parser_span(p, open, close));
	e->list.parts = parts.list;
	e->list.count = parts.count;
	return e;
}
