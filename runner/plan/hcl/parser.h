/* The parts of the native parser, which live in parser.c, parserterm.c, parserfor.c, template.c
 * and bodyparser.c. */
#ifndef RUNNER_PLAN_HCL_PARSER_H
#define RUNNER_PLAN_HCL_PARSER_H

#include "runner/plan/hcl/lexer.h"
#include "runner/plan/hcl/syntax.h"

/* Where newlines end things: an answer for each nesting of brackets. */
struct newline_stack {
	bool list[4 * SYNTAX_DEPTH_MAX + 8];
	size_t count;
};

struct parser {
	struct arena *arena;
	struct diags *diags;
	const struct source *source;
	const char *text;     /* what the tokens are of; of the source, or of a string in it */
	uint32_t base, limit; /* where the text stands in the source: ranges end at limit */
	struct tokens tokens;
	size_t next;
	struct newline_stack newlines;
	unsigned depth;
	bool recovery; /* after an error: errors that follow from it are not told */
};

/* Tokens and recovery. */
struct token parser_peek(const struct parser *p);
struct token parser_read(struct parser *p);
struct token parser_previous(const struct parser *p);
struct range parser_range(const struct parser *p, struct token t);
struct range parser_span(const struct parser *p, struct token first, struct token last);
bool parser_is_word(const struct parser *p, struct token t, const char *word);
const char *parser_word(const struct parser *p, struct token t);
void parser_newlines(struct parser *p, bool matter);
void parser_newlines_back(struct parser *p);
/* Reads until after the token that closes what is open here. */
struct token parser_recover(struct parser *p, enum token_kind end);
void parser_recover_after_item(struct parser *p);
void parser_error(struct parser *p, struct token at, const char *summary, const char *detail);
/* False, with a diagnostic and all tokens skipped, when nested too deeply. */
bool parser_enter(struct parser *p);
void parser_leave(struct parser *p);

/* Starts a parser on text, which stands at base of the source; false after a fatal error. */
bool parser_start(struct parser *p, struct arena *a, const struct source *s, const char *text,
		  size_t size, uint32_t base, uint32_t limit, bool template, struct diags *d);

struct expr *parser_make(struct parser *p, enum expr_kind kind, struct range range);
const struct expr *parser_invalid(struct parser *p, struct range range);
const struct expr *parser_expression(struct parser *p);
const struct expr *parser_term(struct parser *p);
/* A term with what follows it: attributes, indexes, splats. */
const struct expr *parser_operand(struct parser *p);
const struct expr *parser_for(struct parser *p, struct token open);

/* After the opening quote or marker, up to end; range covers it all. */
const struct expr *template_parse(struct parser *p, struct token open, enum token_kind end);
/* The text of a piece, escapes undone; quoted ones know backslashes. */
const char *template_text(struct parser *p, struct token t, size_t *ret_size);

/* Everything up to end. */
const struct body *bodyparser_body(struct parser *p, enum token_kind end);

struct expr_list {
	const struct expr **list;
	size_t count, capacity;
};
void parser_add(struct parser *p, struct expr_list *l, const struct expr *e);

#endif
