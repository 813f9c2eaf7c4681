/* Tokens of the native syntax. */
#ifndef RUNNER_PLAN_HCL_LEXER_H
#define RUNNER_PLAN_HCL_LEXER_H

#include "runner/base/arena.h"
#include "runner/base/base.h"

enum token_kind {
	TOKEN_OPEN_BRACE,
	TOKEN_CLOSE_BRACE,
	TOKEN_OPEN_BRACKET,
	TOKEN_CLOSE_BRACKET,
	TOKEN_OPEN_PAREN,
	TOKEN_CLOSE_PAREN,
	TOKEN_OPEN_QUOTE,
	TOKEN_CLOSE_QUOTE,
	TOKEN_OPEN_HEREDOC,
	TOKEN_CLOSE_HEREDOC,
	TOKEN_STAR,
	TOKEN_SLASH,
	TOKEN_PLUS,
	TOKEN_MINUS,
	TOKEN_PERCENT,
	TOKEN_ASSIGN,
	TOKEN_EQUAL,
	TOKEN_NOT_EQUAL,
	TOKEN_LESS,
	TOKEN_LESS_EQUAL,
	TOKEN_GREATER,
	TOKEN_GREATER_EQUAL,
	TOKEN_AND,
	TOKEN_OR,
	TOKEN_BANG,
	TOKEN_DOT,
	TOKEN_COMMA,
	TOKEN_DOUBLE_COLON,
	TOKEN_ELLIPSIS,
	TOKEN_FAT_ARROW,
	TOKEN_QUESTION,
	TOKEN_COLON,
	TOKEN_INTERPOLATION, /* ${ or ${~ */
	TOKEN_DIRECTIVE,     /* %{ or %{~ */
	TOKEN_SEQUENCE_END,  /* } or ~} */
	TOKEN_QUOTED_TEXT,   /* with escapes */
	TOKEN_TEXT,	     /* of a heredoc or a template file: only $${ and %%{ are escapes */
	TOKEN_NUMBER,
	TOKEN_IDENTIFIER,
	TOKEN_COMMENT,
	TOKEN_NEWLINE,
	TOKEN_QUOTED_NEWLINE,
	TOKEN_OPERATOR_UNKNOWN, /* & | ^ ~ ; ` ' */
	TOKEN_INVALID,
	TOKEN_END,
};

struct token {
	enum token_kind kind;
	uint32_t start, end;
};

struct tokens {
	struct token *list; /* the last one is TOKEN_END */
	size_t count;
};

/* A byte order mark at the start is skipped.  The text must be valid UTF-8. */
struct tokens lexer_scan(struct arena *a, const char *text, uint32_t size, bool template);

#endif
