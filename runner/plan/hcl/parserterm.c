#include <string.h>

#include "runner/plan/hcl/parser.h"
#include "runner/plan/hcl/quote.h"

#define CHAIN_MAX 500

static const struct value *number_literal(struct parser *p, struct token t)
{
	bool limit;
	const struct number *n = number_parse(p->arena, p->text + t.start, t.end - t.start, &limit);

	if (n)
		return value_number(p->arena, n);
	if (limit)
		diag_add(p->diags, DIAG_LIMIT, parser_range(p, t), "Number too large",
			 "A number of this size is not accepted.");
	else
		parser_error(p, t, "Invalid number literal",
			     "Failed to recognize the value of this number literal.");
	return value_unknown(p->arena, &type_number);
}

static const struct expr *literal(struct parser *p, struct range range, const struct value *v)
{
	struct expr *e = parser_make(p, EXPR_LITERAL, range);

	e->literal = v;
	return e;
}

/* --- what follows a term ------------------------------------------------------------------- */

/* e with one more step, in place when e is a traversal of this parser's making. */
static const struct expr *add_step(struct parser *p, const struct expr *e, struct step step)
{
	struct expr *grown;
	struct traversal *t;
	struct step *steps;

	if (e->kind == EXPR_TRAVERSAL || e->kind == EXPR_RELATIVE) {
		grown = arena_memdup(p->arena, e, sizeof(*e));
	} else {
		grown = parser_make(p, EXPR_RELATIVE, e->range);
		grown->relative.source = e;
	}
	t = grown->kind == EXPR_TRAVERSAL ? &grown->traversal : &grown->relative.steps;
	steps = arena_array(p->arena, t->count + 1, sizeof(*steps));
	if (t->count > 0)
		memcpy(steps, t->steps, t->count * sizeof(*steps));
	steps[t->count++] = step;
	t->steps = steps;
	t->range = diag_range_between(t->count > 1 || t->root ? t->range : step.range, step.range);
	grown->range = diag_range_between(grown->range, step.range);
	return grown;
}

/* ".0"; two of them in a row read as a fraction. */
static struct step legacy_index(struct parser *p, struct token dot, struct token number)
{
	struct step s = {.kind = STEP_INDEX, .range = parser_span(p, dot, number)};
	const char *text = p->text + number.start;
	size_t size = number.end - number.start;
	const char *point = memchr(text, '.', size);

	if (point) {
		diag_error(
			p->diags, parser_range(p, number), "Invalid legacy index syntax",
			"When using the legacy index syntax, chaining two indexes together is not "
			"permitted. Use the proper index syntax instead, like [%.*s][%.*s].",
			(int)(point - text), text, (int)(text + size - point - 1), point + 1);
		s.key = &value_dynamic;
	} else {
		s.key = number_literal(p, number);
	}
	return s;
}

static struct step attr_step(struct parser *p, struct token dot, struct token name)
{
	return (struct step){.kind = STEP_ATTR,
			     .name = parser_word(p, name),
			     .range = parser_span(p, dot, name)};
}

static struct expr *splat(struct parser *p, const struct expr *source, struct range marker)
{
	struct expr *e = parser_make(p, EXPR_SPLAT, diag_range_between(source->range, marker));

	e->splat.source = source;
	e->splat.marker = marker;
	e->splat.each = parser_make(p, EXPR_SPLAT_ITEM, marker);
	return e;
}

/* After ".*": takes .name and .0 only. */
static const struct expr *attribute_splat(struct parser *p, const struct expr *source,
					  struct token dot)
{
	struct expr *e = splat(p, source, parser_span(p, dot, parser_read(p)));

	e->splat.attrs_only = true;
	while (parser_peek(p).kind == TOKEN_DOT) {
		struct token inner = parser_read(p), next = parser_peek(p);

		if (next.kind == TOKEN_NUMBER) {
			e->splat.each =
				add_step(p, e->splat.each, legacy_index(p, inner, parser_read(p)));
		} else if (next.kind == TOKEN_IDENTIFIER) {
			e->splat.each =
				add_step(p, e->splat.each, attr_step(p, inner, parser_read(p)));
		} else {
			if (!p->recovery && next.kind == TOKEN_STAR)
				parser_error(p, next, "Nested splat expression not allowed",
					     "A splat expression (*) cannot be used inside another "
					     "attribute-only splat expression.");
			else if (!p->recovery)
				parser_error(p, next, "Invalid attribute name",
					     "An attribute name is required after a dot.");
			p->recovery = true;
			break;
		}
	}
	e->range = diag_range_between(e->range, e->splat.each->range);
	return e;
}

static const struct expr *after_dot(struct parser *p, const struct expr *e)
{
	struct token dot = parser_read(p), next = parser_peek(p);

	if (next.kind == TOKEN_IDENTIFIER)
		return add_step(p, e, attr_step(p, dot, parser_read(p)));
	if (next.kind == TOKEN_NUMBER)
		return add_step(p, e, legacy_index(p, dot, parser_read(p)));
	if (next.kind == TOKEN_STAR)
		return attribute_splat(p, e, dot);
	parser_error(p, next, "Invalid attribute name",
		     "An attribute name is required after a dot.");
	p->recovery = true;
	return parser_invalid(p, e->range);
}

static const struct expr *postfix(struct parser *p, const struct expr *e);

static const struct expr *full_splat(struct parser *p, const struct expr *source, struct token open)
{
	struct token close;
	struct expr *e;

	(void)parser_read(p);
	close = parser_read(p);
	if (close.kind != TOKEN_CLOSE_BRACKET && !p->recovery) {
		parser_error(p, close, "Missing close bracket on splat index",
			     "The star for a full splat operator must be immediately followed by a "
			     "closing bracket (\"]\").");
		close = parser_recover(p, TOKEN_CLOSE_BRACKET);
	}
	e = splat(p, source, parser_span(p, open, close));
	if (!parser_enter(p))
		return parser_invalid(p, e->range);
	e->splat.each = postfix(p, e->splat.each);
	parser_leave(p);
	e->range = diag_range_between(e->range, e->splat.each->range);
	return e;
}

static const struct value *literal_key(const struct expr *key)
{
	if (key->kind == EXPR_LITERAL)
		return key->literal;
	if (key->kind == EXPR_TEMPLATE && key->list.count == 1 &&
	    key->list.parts[0]->kind == EXPR_LITERAL)
		return key->list.parts[0]->literal;
	return NULL;
}

static const struct expr *after_bracket(struct parser *p, const struct expr *source)
{
	struct token open = parser_read(p), close;
	size_t failures = p->diags->failures;
	const struct expr *key;
	struct range bracket;
	struct expr *e;

	if (parser_peek(p).kind == TOKEN_STAR)
		return full_splat(p, source, open);
	parser_newlines(p, false);
	key = parser_expression(p);
	if (p->recovery && p->diags->failures > failures) {
		close = parser_recover(p, TOKEN_CLOSE_BRACKET);
	} else {
		close = parser_read(p);
		if (close.kind != TOKEN_CLOSE_BRACKET && !p->recovery) {
			parser_error(p, close, "Missing close bracket on index",
				     "The index operator must end with a closing bracket (\"]\").");
			close = parser_recover(p, TOKEN_CLOSE_BRACKET);
		}
	}
	parser_newlines_back(p);
	bracket = parser_span(p, open, close);
	if (literal_key(key))
		return add_step(p, source,
				(struct step){.kind = STEP_INDEX,
					      .key = literal_key(key),
					      .range = bracket});
	e = parser_make(p, EXPR_INDEX, diag_range_between(source->range, bracket));
	e->index.collection = source;
	e->index.key = key;
	e->index.bracket = bracket;
	return e;
}

static const struct expr *postfix(struct parser *p, const struct expr *e)
{
	for (size_t length = 0;; length++) {
		enum token_kind kind = parser_peek(p).kind;

		if (kind != TOKEN_DOT && kind != TOKEN_OPEN_BRACKET)
			return e;
		if (length >= CHAIN_MAX) {
			diag_add(p->diags, DIAG_LIMIT, parser_range(p, parser_peek(p)),
				 "Nested too deeply",
				 "More than %d steps in a row are not accepted.", CHAIN_MAX);
			p->next = p->tokens.count;
			p->recovery = true;
			return e;
		}
		e = kind == TOKEN_DOT ? after_dot(p, e) : after_bracket(p, e);
		if (e->kind == EXPR_INVALID && p->recovery)
			return e;
	}
}

const struct expr *parser_operand(struct parser *p)
{
	return postfix(p, parser_term(p));
}

/* --- terms --------------------------------------------------------------------------------------
 */

static const struct expr *parentheses(struct parser *p)
{
	struct token open = parser_read(p), close;
	size_t failures = p->diags->failures;
	struct expr *e;
	const struct expr *inner;

	parser_newlines(p, false);
	inner = parser_expression(p);
	if (p->diags->failures > failures) {
		(void)parser_recover(p, TOKEN_CLOSE_PAREN);
		parser_newlines_back(p);
		return parser_invalid(p, inner->range);
	}
	close = parser_peek(p);
	if (close.kind != TOKEN_CLOSE_PAREN) {
		parser_error(p, close, "Unbalanced parentheses",
			     "Expected a closing parenthesis to terminate the expression.");
		p->recovery = true;
	}
	close = parser_read(p);
	parser_newlines_back(p);
	e = parser_make(p, EXPR_PARENTHESES, parser_span(p, open, close));
	e->inner = inner;
	return e;
}

/* Between arguments: true when another follows; otherwise *close is the end. */
static bool next_argument(struct parser *p, struct token name, struct expr *call,
			  struct token *close)
{
	struct token t = parser_read(p);

	if (t.kind == TOKEN_CLOSE_PAREN) {
		*close = t;
		return false;
	}
	if (t.kind == TOKEN_ELLIPSIS) {
		call->call.expand_last = true;
		if (parser_peek(p).kind == TOKEN_CLOSE_PAREN) {
			*close = parser_read(p);
			return false;
		}
		if (!p->recovery)
			parser_error(p, t, "Missing closing parenthesis",
				     "An expanded function argument (with ...) must be immediately "
				     "followed by closing parentheses.");
		*close = parser_recover(p, TOKEN_CLOSE_PAREN);
		return false;
	}
	if (t.kind != TOKEN_COMMA) {
		if (t.kind == TOKEN_END)
			parser_error(
				p, name, "Unterminated function call",
				"There is no closing parenthesis for this function call before "
				"the end of the file. This may be caused by incorrect parenthesis "
				"nesting elsewhere in this file.");
		else
			parser_error(
				p, t, "Missing argument separator",
				"A comma is required to separate each function argument from the "
				"next.");
		*close = parser_recover(p, TOKEN_CLOSE_PAREN);
		return false;
	}
	if (parser_peek(p).kind != TOKEN_CLOSE_PAREN)
		return true;
	*close = parser_read(p);
	return false;
}

static const struct expr *arguments(struct parser *p, struct token name, struct expr *call)
{
	struct expr_list args = {NULL, 0, 0};
	struct token close;
	bool more = true;

	parser_newlines(p, false);
	if (parser_peek(p).kind == TOKEN_CLOSE_PAREN) {
		close = parser_read(p);
		more = false;
	}
	while (more) {
		size_t failures = p->diags->failures;

		parser_add(p, &args, parser_expression(p));
		if (p->recovery && p->diags->failures > failures) {
			close = parser_recover(p, TOKEN_CLOSE_PAREN);
			break;
		}
		more = next_argument(p, name, call, &close);
	}
	parser_newlines_back(p);
	call->call.args = args.list;
	call->call.count = args.count;
	call->call.close = parser_range(p, close);
	call->range = diag_range_between(call->call.name_range, call->call.close);
	return call;
}

/* name(…) or scope::name(…) */
static const struct expr *function_call(struct parser *p, struct token name)
{
	const char *full = parser_word(p, name);
	struct token open = parser_read(p), last = name;
	struct expr *e;

	while (open.kind == TOKEN_DOUBLE_COLON) {
		struct token next = parser_read(p);

		if (next.kind != TOKEN_IDENTIFIER) {
			parser_error(p, next, "Missing function name",
				     "Function scope resolution symbol :: must be followed by a "
				     "function name in this scope.");
			p->recovery = true;
			return parser_invalid(p, parser_span(p, name, next));
		}
		full = arena_printf(p->arena, "%s::%s", full, parser_word(p, next));
		last = next;
		open = parser_read(p);
	}
	if (open.kind != TOKEN_OPEN_PAREN) {
		parser_error(
			p, open, "Missing open parenthesis",
			"Function selector must be followed by an open parenthesis to begin the "
			"function call.");
		p->recovery = true;
		return parser_invalid(p, parser_span(p, name, open));
	}
	e = parser_make(p, EXPR_CALL, parser_span(p, name, last));
	e->call.name = full;
	e->call.name_range = parser_span(p, name, last);
	return arguments(p, name, e);
}

static const struct expr *word(struct parser *p)
{
	struct token t = parser_read(p);
	enum token_kind next = parser_peek(p).kind;
	struct expr *e;

	if (next == TOKEN_OPEN_PAREN || next == TOKEN_DOUBLE_COLON)
		return function_call(p, t);
	if (parser_is_word(p, t, "true"))
		return literal(p, parser_range(p, t), &value_true);
	if (parser_is_word(p, t, "false"))
		return literal(p, parser_range(p, t), &value_false);
	if (parser_is_word(p, t, "null"))
		return literal(p, parser_range(p, t), &value_null_dynamic);
	e = parser_make(p, EXPR_TRAVERSAL, parser_range(p, t));
	e->traversal.root = parser_word(p, t);
	e->traversal.root_range = e->traversal.range = e->range;
	return e;
}

static const struct expr *unary(struct parser *p, enum operator op)
{
	struct token t = parser_read(p);
	struct expr *e;

	if (!parser_enter(p))
		return parser_invalid(p, parser_range(p, t));
	e = parser_make(p, EXPR_UNARY, parser_range(p, t));
	e->operation.op = op;
	e->operation.symbol = e->range;
	e->operation.left = parser_operand(p);
	parser_leave(p);
	e->range = diag_range_between(e->range, e->operation.left->range);
	return e;
}

static const struct expr *tuple(struct parser *p)
{
	struct token open = parser_read(p), close, next;
	struct expr_list items = {NULL, 0, 0};
	struct expr *e;

	if (parser_is_word(p, parser_peek(p), "for"))
		return parser_for(p, open);
	for (;;) {
		size_t failures = p->diags->failures;

		if (parser_peek(p).kind == TOKEN_CLOSE_BRACKET) {
			close = parser_read(p);
			break;
		}
		parser_add(p, &items, parser_expression(p));
		if (p->recovery && p->diags->failures > failures) {
			close = parser_recover(p, TOKEN_CLOSE_BRACKET);
			break;
		}
		next = parser_peek(p);
		if (next.kind == TOKEN_CLOSE_BRACKET)
			continue;
		if (next.kind != TOKEN_COMMA) {
			if (!p->recovery && next.kind == TOKEN_END)
				parser_error(
					p, open, "Unterminated tuple constructor expression",
					"There is no corresponding closing bracket before the end "
					"of the file. This may be caused by incorrect bracket "
					"nesting elsewhere in this file.");
			else if (!p->recovery)
				parser_error(
					p, next, "Missing item separator",
					"Expected a comma to mark the beginning of the next item.");
			close = parser_recover(p, TOKEN_CLOSE_BRACKET);
			break;
		}
		(void)parser_read(p);
	}
	e = parser_make(p, EXPR_TUPLE, parser_span(p, open, close));
	e->list.parts = items.list;
	e->list.count = items.count;
	return e;
}

struct items {
	struct expr_item *list;
	size_t count, capacity;
};

static void tell_bad_key(struct parser *p, struct token open, struct token next)
{
	if (next.kind == TOKEN_NEWLINE || next.kind == TOKEN_COMMA)
		parser_error(p, next, "Missing attribute value",
			     "Expected an attribute value, introduced by an equals sign (\"=\").");
	else if (next.kind == TOKEN_END)
		parser_error(
			p, open, "Unterminated object constructor expression",
			"There is no corresponding closing brace before the end of the file. This "
			"may be caused by incorrect brace nesting elsewhere in this file.");
	else
		parser_error(
			p, next, "Missing key/value separator",
			"Expected an equals sign (\"=\") to mark the beginning of the attribute "
			"value.");
}

/* key = value; false after an error from which there is no going on. */
static bool object_item(struct parser *p, struct token open, struct items *items)
{
	size_t failures = p->diags->failures;
	bool forced = parser_peek(p).kind == TOKEN_OPEN_PAREN;
	struct expr_item item = {.key = parser_expression(p)};
	struct token next;

	if (p->recovery && p->diags->failures > failures)
		return false;
	item.key_is_name = !forced && syntax_as_keyword(item.key) != NULL;
	next = parser_peek(p);
	if (next.kind != TOKEN_ASSIGN && next.kind != TOKEN_COLON) {
		if (!p->recovery)
			tell_bad_key(p, open, next);
		return false;
	}
	(void)parser_read(p);
	item.value = parser_expression(p);
	items->list = arena_grow(p->arena, items->list, items->count, &items->capacity,
				 sizeof(*items->list));
	items->list[items->count++] = item;
	return !(p->recovery && p->diags->failures > failures);
}

/* After an item: true when the object may go on. */
static bool object_separator(struct parser *p, struct token open)
{
	struct token next = parser_peek(p);

	if (next.kind == TOKEN_CLOSE_BRACE)
		return true;
	if (next.kind == TOKEN_COMMA || next.kind == TOKEN_NEWLINE) {
		(void)parser_read(p);
		return true;
	}
	if (!p->recovery && next.kind == TOKEN_END)
		parser_error(
			p, open, "Unterminated object constructor expression",
			"There is no corresponding closing brace before the end of the file. This "
			"may be caused by incorrect brace nesting elsewhere in this file.");
	else if (!p->recovery)
		parser_error(p, next, "Missing attribute separator",
			     "Expected a newline or comma to mark the beginning of the next "
			     "attribute.");
	return false;
}

static const struct expr *object(struct parser *p)
{
	struct token open = parser_read(p), close;
	struct items items = {NULL, 0, 0};
	struct expr *e;
	bool is_for;

	parser_newlines(p, false);
	is_for = parser_is_word(p, parser_peek(p), "for");
	parser_newlines_back(p);
	if (is_for)
		return parser_for(p, open);
	parser_newlines(p, true);
	for (;;) {
		struct token next = parser_peek(p);

		if (next.kind == TOKEN_NEWLINE) {
			(void)parser_read(p);
			continue;
		}
		if (next.kind == TOKEN_CLOSE_BRACE) {
			close = parser_read(p);
			break;
		}
		if (!object_item(p, open, &items) || !object_separator(p, open)) {
			close = parser_recover(p, TOKEN_CLOSE_BRACE);
			break;
		}
	}
	parser_newlines_back(p);
	e = parser_make(p, EXPR_OBJECT, parser_span(p, open, close));
	e->object.items = items.list;
	e->object.count = items.count;
	return e;
}

static const struct expr *quoted(struct parser *p)
{
	struct token open = parser_read(p);

	return template_parse(
		p, open, open.kind == TOKEN_OPEN_QUOTE ? TOKEN_CLOSE_QUOTE : TOKEN_CLOSE_HEREDOC);
}

static const struct expr *no_term(struct parser *p)
{
	struct token t = parser_peek(p);

	if (!p->recovery && t.kind == TOKEN_END)
		parser_error(p, t, "Missing expression",
			     "Expected the start of an expression, but found the end of the file.");
	else if (!p->recovery)
		parser_error(p, t, "Invalid expression",
			     "Expected the start of an expression, but found an invalid expression "
			     "token.");
	p->recovery = true;
	return parser_invalid(p, parser_range(p, t));
}

static const struct expr *bracketed(struct parser *p)
{
	const struct expr *e;

	parser_newlines(p, false);
	e = tuple(p);
	parser_newlines_back(p);
	return e;
}

const struct expr *parser_term(struct parser *p)
{
	struct token t = parser_peek(p);

	switch ((int)t.kind) {
	case TOKEN_OPEN_PAREN:
		return parentheses(p);
	case TOKEN_NUMBER:
		t = parser_read(p);
		return literal(p, parser_range(p, t), number_literal(p, t));
	case TOKEN_IDENTIFIER:
		return word(p);
	case TOKEN_OPEN_QUOTE:
	case TOKEN_OPEN_HEREDOC:
		return quoted(p);
	case TOKEN_MINUS:
		return unary(p, OPERATOR_NEGATE);
	case TOKEN_BANG:
		return unary(p, OPERATOR_NOT);
	case TOKEN_OPEN_BRACKET:
		return bracketed(p);
	case TOKEN_OPEN_BRACE:
		return object(p);
	default:
		return no_term(p);
	}
}
