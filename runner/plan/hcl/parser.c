#include "runner/plan/hcl/parser.h"

#include <string.h>

#include "runner/base/utf8.h"
#include "runner/plan/hcl/quote.h"

/* A chain of operators or indexes makes a tree as deep as it is long. */
#define CHAIN_MAX 500

struct token parser_peek(const struct parser *p)
{
	for (size_t i = p->next; i < p->tokens.count; i++) {
		struct token t = p->tokens.list[i];
		bool matter = p->newlines.list[p->newlines.count - 1];

		if (t.kind == TOKEN_COMMENT) {
			/* A comment to the end of its line stands for that end. */
			if (!matter || t.end == t.start || p->text[t.end - 1] != '\n')
				continue;
			t.kind = TOKEN_NEWLINE;
			return t;
		}
		if (t.kind == TOKEN_NEWLINE && !matter)
			continue;
		return t;
	}
	return p->tokens.list[p->tokens.count - 1];
}

struct token parser_read(struct parser *p)
{
	struct token t = parser_peek(p);

	while (p->next < p->tokens.count && p->tokens.list[p->next].start != t.start)
		p->next++;
	if (p->next < p->tokens.count)
		p->next++;
	return t;
}

struct token parser_previous(const struct parser *p)
{
	return p->next == 0 ? parser_peek(p) : p->tokens.list[p->next - 1];
}

struct range parser_range(const struct parser *p, struct token t)
{
	return parser_span(p, t, t);
}

struct range parser_span(const struct parser *p, struct token first, struct token last)
{
	return (struct range){p->source, FP_MIN(p->base + first.start, p->limit),
			      FP_MIN(p->base + last.end, p->limit)};
}

bool parser_is_word(const struct parser *p, struct token t, const char *word)
{
	return t.kind == TOKEN_IDENTIFIER && t.end - t.start == strlen(word) &&
	       memcmp(p->text + t.start, word, t.end - t.start) == 0;
}

const char *parser_word(const struct parser *p, struct token t)
{
	return arena_strndup(p->arena, p->text + t.start, t.end - t.start);
}

void parser_newlines(struct parser *p, bool matter)
{
	if (p->newlines.count < FP_ARRAY_SIZE(p->newlines.list))
		p->newlines.list[p->newlines.count++] = matter;
}

void parser_newlines_back(struct parser *p)
{
	if (p->newlines.count > 1)
		p->newlines.count--;
}

static enum token_kind opener_of(enum token_kind end)
{
	switch ((int)end) {
	case TOKEN_CLOSE_BRACE:
		return TOKEN_OPEN_BRACE;
	case TOKEN_CLOSE_BRACKET:
		return TOKEN_OPEN_BRACKET;
	case TOKEN_CLOSE_PAREN:
		return TOKEN_OPEN_PAREN;
	case TOKEN_CLOSE_QUOTE:
		return TOKEN_OPEN_QUOTE;
	case TOKEN_CLOSE_HEREDOC:
		return TOKEN_OPEN_HEREDOC;
	case TOKEN_SEQUENCE_END:
		return TOKEN_INTERPOLATION;
	default:
		return TOKEN_END;
	}
}

struct token parser_recover(struct parser *p, enum token_kind end)
{
	enum token_kind start = opener_of(end);
	size_t nested = 0;

	p->recovery = true;
	for (;;) {
		struct token t = parser_read(p);

		if (t.kind == TOKEN_END)
			return t;
		if (end == TOKEN_SEQUENCE_END && t.kind == TOKEN_DIRECTIVE)
			t.kind = TOKEN_INTERPOLATION;
		if (t.kind == start) {
			nested++;
		} else if (t.kind == end) {
			if (nested == 0)
				return t;
			nested--;
		}
	}
}

static bool opens(enum token_kind kind)
{
	return kind == TOKEN_OPEN_BRACE || kind == TOKEN_OPEN_BRACKET || kind == TOKEN_OPEN_PAREN ||
	       kind == TOKEN_OPEN_QUOTE || kind == TOKEN_OPEN_HEREDOC ||
	       kind == TOKEN_INTERPOLATION || kind == TOKEN_DIRECTIVE;
}

static bool closes(enum token_kind kind)
{
	return opener_of(kind) != TOKEN_END;
}

/* To the newline after this item, over whatever brackets it opens. */
void parser_recover_after_item(struct parser *p)
{
	enum token_kind open[SYNTAX_DEPTH_MAX];
	size_t depth = 0;

	p->recovery = true;
	for (;;) {
		struct token t = parser_read(p);

		if (t.kind == TOKEN_END || (t.kind == TOKEN_NEWLINE && depth == 0))
			return;
		if (t.kind == TOKEN_DIRECTIVE)
			t.kind = TOKEN_INTERPOLATION;
		if (opens(t.kind) && depth < SYNTAX_DEPTH_MAX) {
			open[depth++] = t.kind;
		} else if (closes(t.kind)) {
			while (depth > 0 && open[depth - 1] != opener_of(t.kind))
				depth--;
			if (depth > 0)
				depth--;
		}
	}
}

void parser_error(struct parser *p, struct token at, const char *summary, const char *detail)
{
	diag_error(p->diags, parser_range(p, at), summary, "%s", detail);
}

bool parser_enter(struct parser *p)
{
	if (p->depth < SYNTAX_DEPTH_MAX) {
		p->depth++;
		return true;
	}
	diag_add(p->diags, DIAG_LIMIT, parser_range(p, parser_peek(p)), "Nested too deeply",
		 "More than %d levels of nesting are not accepted.", SYNTAX_DEPTH_MAX);
	p->next = p->tokens.count;
	p->recovery = true;
	return false;
}

void parser_leave(struct parser *p)
{
	p->depth--;
}

/* Characters that no rule takes are told once, here; the parser then meets their tokens. */
static void tell_bad_token(struct parser *p, struct token t)
{
	char c = p->text[t.start];

	if (t.kind == TOKEN_QUOTED_NEWLINE) {
		parser_error(p, t, "Invalid multi-line string",
			     "Quoted strings may not be split over multiple lines. To produce a "
			     "multi-line string, either use the \\n escape to represent a newline "
			     "character or use the \"heredoc\" multi-line template syntax.");
	} else if (t.kind == TOKEN_INVALID) {
		parser_error(p, t, "Invalid character",
			     "This character is not used within the language.");
	} else if (c == '\'') {
		parser_error(p, t, "Invalid character",
			     "Single quotes are not valid. Use double quotes (\") to enclose "
			     "strings.");
	} else if (c == '`') {
		parser_error(p, t, "Invalid character",
			     "The \"`\" character is not valid. To create a multi-line string, use "
			     "the \"heredoc\" syntax, like \"<<EOT\".");
	} else if (c == ';') {
		parser_error(p, t, "Invalid character",
			     "The \";\" character is not valid. Use newlines to separate arguments "
			     "and blocks, and commas to separate items in collection values.");
	} else {
		diag_error(p->diags, parser_range(p, t), "Unsupported operator",
			   "The operator \"%c\" is not supported.", c);
	}
}

static bool check_text(struct parser *p, const char *text, size_t size)
{
	const struct range nowhere = {p->source, p->base, FP_MIN(p->base + 1, p->limit)};
	size_t at, n;

	if (size > SYNTAX_FILE_BYTES_MAX) {
		diag_add(p->diags, DIAG_LIMIT, nowhere, "File too large",
			 "No more than %u bytes are accepted.", SYNTAX_FILE_BYTES_MAX);
		return false;
	}
	if (memchr(text, '\0', size)) {
		at = (size_t)((const char *)memchr(text, '\0', size) - text);
		diag_unsupported(p->diags,
				 (struct range){p->source, FP_MIN(p->base + (uint32_t)at, p->limit),
						FP_MIN(p->base + (uint32_t)at + 1, p->limit)},
				 "NUL character", "The character U+0000 is not supported.");
		return false;
	}
	if (utf8_valid(text, size))
		return true;
	/* Steps over whole characters to the first byte that is none. */
	for (at = 0; at < size; at += n) {
		n = 1;
		while (n < 4 && at + n <= size && !utf8_valid(text + at, n))
			n++;
		if (at + n > size || !utf8_valid(text + at, n))
			break;
	}
	diag_error(
		p->diags,
		(struct range){p->source, FP_MIN(p->base + (uint32_t)at, p->limit),
			       FP_MIN(p->base + (uint32_t)at + 1, p->limit)},
		"Invalid character encoding",
		"All input files must be UTF-8 encoded. Ensure that UTF-8 encoding is selected in "
		"your editor.");
	return false;
}

bool parser_start(struct parser *p, struct arena *a, const struct source *s, const char *text,
		  size_t size, uint32_t base, uint32_t limit, bool template, struct diags *d)
{
	memset(p, 0, sizeof(*p));
	p->arena = a;
	p->diags = d;
	p->source = s;
	p->text = text;
	p->base = base;
	p->limit = limit;
	p->newlines.list[0] = true;
	p->newlines.count = 1;
	if (!check_text(p, text, size)) {
		p->tokens = lexer_scan(a, "", 0, false);
		return false;
	}
	p->tokens = lexer_scan(a, text, (uint32_t)size, template);
	for (size_t i = 0; i < p->tokens.count; i++) {
		enum token_kind kind = p->tokens.list[i].kind;

		if (kind == TOKEN_OPERATOR_UNKNOWN || kind == TOKEN_INVALID ||
		    kind == TOKEN_QUOTED_NEWLINE)
			tell_bad_token(p, p->tokens.list[i]);
	}
	return true;
}

struct expr *parser_make(struct parser *p, enum expr_kind kind, struct range range)
{
	struct expr *e = arena_alloc(p->arena, sizeof(*e));

	e->kind = kind;
	e->range = range;
	return e;
}

const struct expr *parser_invalid(struct parser *p, struct range range)
{
	return parser_make(p, EXPR_INVALID, range);
}

void parser_add(struct parser *p, struct expr_list *l, const struct expr *e)
{
	l->list =
		arena_grow(p->arena, l->list, l->count, &l->capacity, sizeof(const struct expr *));
	l->list[l->count++] = e;
}

static const struct {
	enum token_kind token;
	enum operator op;
	unsigned level;
} operators[] = {
	{TOKEN_OR, OPERATOR_OR, 0},	      {TOKEN_AND, OPERATOR_AND, 1},
	{TOKEN_EQUAL, OPERATOR_EQUAL, 2},     {TOKEN_NOT_EQUAL, OPERATOR_NOT_EQUAL, 2},
	{TOKEN_GREATER, OPERATOR_GREATER, 3}, {TOKEN_GREATER_EQUAL, OPERATOR_GREATER_EQUAL, 3},
	{TOKEN_LESS, OPERATOR_LESS, 3},	      {TOKEN_LESS_EQUAL, OPERATOR_LESS_EQUAL, 3},
	{TOKEN_PLUS, OPERATOR_ADD, 4},	      {TOKEN_MINUS, OPERATOR_SUBTRACT, 4},
	{TOKEN_STAR, OPERATOR_MULTIPLY, 5},   {TOKEN_SLASH, OPERATOR_DIVIDE, 5},
	{TOKEN_PERCENT, OPERATOR_MODULO, 5},
};

static int operator_at(enum token_kind kind, unsigned level)
{
	for (size_t i = 0; i < FP_ARRAY_SIZE(operators); i++)
		if (operators[i].token == kind && operators[i].level >= level)
			return (int)i;
	return -1;
}

static bool chain_too_long(struct parser *p, size_t length)
{
	if (length < CHAIN_MAX)
		return false;
	diag_add(p->diags, DIAG_LIMIT, parser_range(p, parser_peek(p)), "Nested too deeply",
		 "More than %d operators in a row are not accepted.", CHAIN_MAX);
	p->next = p->tokens.count;
	p->recovery = true;
	return true;
}

/* Precedence climbing; operators of one level group to the left. */
static const struct expr *binary(struct parser *p, unsigned level)
{
	size_t failures = p->diags->failures, length = 0;
	const struct expr *left = parser_operand(p);

	for (;;) {
		struct token t = parser_peek(p);
		int row = operator_at(t.kind, level);
		struct expr *e;

		if (row < 0 || (p->recovery && p->diags->failures > failures))
			return left;
		if (chain_too_long(p, length++))
			return left;
		(void)parser_read(p);
		e = parser_make(p, EXPR_BINARY, left->range);
		e->operation.op = operators[row].op;
		e->operation.symbol = parser_range(p, t);
		e->operation.left = left;
		e->operation.right = binary(p, operators[row].level + 1);
		e->range = diag_range_between(left->range, e->operation.right->range);
		left = e;
	}
}

static const struct expr *conditional(struct parser *p)
{
	size_t failures = p->diags->failures;
	const struct expr *condition = binary(p, 0);
	struct expr *e;

	if ((p->recovery && p->diags->failures > failures) || parser_peek(p).kind != TOKEN_QUESTION)
		return condition;
	(void)parser_read(p);
	e = parser_make(p, EXPR_CONDITIONAL, condition->range);
	e->conditional.condition = condition;
	e->conditional.yes = parser_expression(p);
	if (p->recovery && p->diags->failures > failures)
		return parser_invalid(p, condition->range);
	if (parser_peek(p).kind != TOKEN_COLON) {
		parser_error(p, parser_peek(p), "Missing false expression in conditional",
			     "The conditional operator (...?...:...) requires a false expression, "
			     "delimited by a colon.");
		return parser_invalid(p, condition->range);
	}
	(void)parser_read(p);
	e->conditional.no = parser_expression(p);
	e->range = diag_range_between(condition->range, e->conditional.no->range);
	return e;
}

const struct expr *parser_expression(struct parser *p)
{
	const struct expr *e;

	if (!parser_enter(p))
		return parser_invalid(p, parser_range(p, parser_peek(p)));
	e = conditional(p);
	parser_leave(p);
	return e;
}
