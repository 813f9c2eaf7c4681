/* [for …] and {for …} */
#include "runner/plan/hcl/parser.h"

static const struct expr *bad_for(struct parser *p, struct token open, struct token at,
				  const char *detail, enum token_kind end)
{
	if (!p->recovery)
		parser_error(p, at, "Invalid 'for' expression", detail);
	return parser_invalid(p, parser_span(p, open, parser_recover(p, end)));
}

/* The names and "in"; NULL, or what is wrong. */
static const char *for_names(struct parser *p, struct expr *e)
{
	if (parser_peek(p).kind != TOKEN_IDENTIFIER)
		return "For expression requires variable name after 'for'.";
	e->loop.value_name = parser_word(p, parser_read(p));
	if (parser_peek(p).kind == TOKEN_COMMA) {
		e->loop.key_name = e->loop.value_name;
		(void)parser_read(p);
		if (parser_peek(p).kind != TOKEN_IDENTIFIER)
			return "For expression requires value variable name after comma.";
		e->loop.value_name = parser_word(p, parser_read(p));
	}
	if (!parser_is_word(p, parser_peek(p), "in"))
		return "For expression requires the 'in' keyword after its name declarations.";
	(void)parser_read(p);
	return NULL;
}

/* key => value, or value alone; "..."; if condition.  False: there was an error. */
static bool for_result(struct parser *p, struct expr *e, struct token *ellipsis)
{
	size_t failures = p->diags->failures;

	e->loop.value = parser_expression(p);
	if (parser_peek(p).kind == TOKEN_FAT_ARROW) {
		(void)parser_read(p);
		e->loop.key = e->loop.value;
		e->loop.value = parser_expression(p);
	}
	if (p->recovery && p->diags->failures > failures)
		return false;
	if (parser_peek(p).kind == TOKEN_ELLIPSIS) {
		*ellipsis = parser_read(p);
		e->loop.group = true;
	}
	if (parser_is_word(p, parser_peek(p), "if")) {
		(void)parser_read(p);
		e->loop.condition = parser_expression(p);
	}
	return !(p->recovery && p->diags->failures > failures);
}

static void check_for(struct parser *p, const struct expr *e, struct token ellipsis)
{
	if (!e->loop.object && e->loop.key)
		diag_error(p->diags, e->loop.key->range, "Invalid 'for' expression",
			   "Key expression is not valid when building a tuple.");
	if (!e->loop.object && e->loop.group)
		parser_error(p, ellipsis, "Invalid 'for' expression",
			     "Grouping ellipsis (...) cannot be used when building a tuple.");
	if (e->loop.object && !e->loop.key)
		diag_error(p->diags, e->loop.value->range, "Invalid 'for' expression",
			   "Key expression is required when building an object.");
}

static const struct expr *for_inner(struct parser *p, struct token open)
{
	enum token_kind end =
		open.kind == TOKEN_OPEN_BRACE ? TOKEN_CLOSE_BRACE : TOKEN_CLOSE_BRACKET;
	struct expr *e = parser_make(p, EXPR_FOR, parser_range(p, open));
	struct token close, ellipsis = open;
	size_t failures = p->diags->failures;
	const char *fault;

	(void)parser_read(p);
	e->loop.object = open.kind == TOKEN_OPEN_BRACE;
	fault = for_names(p, e);
	if (fault)
		return bad_for(p, open, parser_peek(p), fault, end);
	e->loop.collection = parser_expression(p);
	if (p->recovery && p->diags->failures > failures)
		return parser_invalid(p, parser_span(p, open, parser_recover(p, end)));
	if (parser_peek(p).kind != TOKEN_COLON)
		return bad_for(p, open, parser_peek(p),
			       "For expression requires a colon after the collection expression.",
			       end);
	(void)parser_read(p);
	if (!for_result(p, e, &ellipsis))
		return parser_invalid(p, parser_span(p, open, parser_recover(p, end)));
	close = parser_peek(p);
	if (close.kind != end)
		return bad_for(p, open, close,
			       "Extra characters after the end of the 'for' expression.", end);
	(void)parser_read(p);
	e->range = parser_span(p, open, close);
	check_for(p, e, ellipsis);
	return e->loop.object && !e->loop.key ? parser_invalid(p, e->range) : e;
}

const struct expr *parser_for(struct parser *p, struct token open)
{
	const struct expr *e;

	parser_newlines(p, false);
	e = for_inner(p, open);
	parser_newlines_back(p);
	return e;
}
