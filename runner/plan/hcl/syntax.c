#include "runner/plan/hcl/syntax.h"

#include <string.h>

#include "runner/plan/hcl/parser.h"
#include "runner/plan/hcl/quote.h"

static bool start(struct parser *p, struct arena *a, const struct source *s, bool template,
		  struct diags *d)
{
	return parser_start(p, a, s, s->text, s->size, 0, (uint32_t)FP_MIN(s->size, UINT32_MAX),
			    template, d);
}

const struct body *syntax_parse_native(struct arena *a, const struct source *s, struct diags *d)
{
	struct parser p;

	(void)start(&p, a, s, false, d);
	return bodyparser_body(&p, TOKEN_END);
}

static bool is_json_name(const char *name)
{
	size_t n = strlen(name);

	return n >= 5 && strcmp(name + n - 5, ".json") == 0;
}

const struct body *syntax_parse(struct arena *a, const struct source *s, struct diags *d)
{
	return is_json_name(s->name) ? syntax_parse_json(a, s, d) : syntax_parse_native(a, s, d);
}

/* A whole expression; nothing may follow it. */
static const struct expr *whole_expr(struct parser *p)
{
	const struct expr *e;
	struct token t;

	parser_newlines(p, false);
	e = parser_expression(p);
	t = parser_peek(p);
	if (t.kind != TOKEN_END && !p->recovery)
		parser_error(
			p, t, "Extra characters after expression",
			"An expression was successfully parsed, but extra characters were found "
			"after it.");
	return e;
}

const struct expr *syntax_parse_expr(struct arena *a, const struct source *s, struct diags *d)
{
	struct parser p;

	if (!start(&p, a, s, false, d))
		return parser_invalid(&p, (struct range){s, 0, 0});
	return whole_expr(&p);
}

const struct expr *syntax_parse_template(struct arena *a, const struct source *s, struct diags *d)
{
	struct parser p;

	if (!start(&p, a, s, true, d))
		return parser_invalid(&p, (struct range){s, 0, 0});
	return template_parse(&p, (struct token){TOKEN_OPEN_QUOTE, 0, 0}, TOKEN_END);
}

/* Only names, literal indexes and, inside of them, nothing that is evaluated. */
static bool expr_as_traversal(const struct expr *e, struct traversal *ret_traversal)
{
	if (e->kind == EXPR_TRAVERSAL) {
		*ret_traversal = e->traversal;
		return true;
	}
	if (e->kind != EXPR_LITERAL || e->literal->type->kind == TYPE_NUMBER ||
	    e->literal->type->kind == TYPE_STRING)
		return false;
	*ret_traversal = (struct traversal){
		.root = e->literal->state == VALUE_NULL ? "null"
			: e->literal->boolean		? "true"
							: "false",
		.root_range = e->range,
		.range = e->range,
	};
	return true;
}

bool syntax_parse_traversal(struct arena *a, const struct source *s,
			    struct traversal *ret_traversal, struct diags *d)
{
	size_t failures = d->failures;
	const struct expr *e = syntax_parse_expr(a, s, d);

	if (d->failures > failures)
		return false;
	if (expr_as_traversal(e, ret_traversal))
		return true;
	diag_error(d, e->range, "Invalid expression",
		   "A single static variable reference is required: only attribute access and "
		   "indexing with constant keys. No calculations, function calls, template "
		   "expressions, etc are allowed here.");
	return false;
}

/* A parser on the text of a string in JSON. */
static bool start_string(struct parser *p, struct arena *a, const struct expr *e, bool template,
			 struct diags *d)
{
	return parser_start(p, a, e->range.source, e->json_string->text, e->json_string->size,
			    e->range.start + 1, e->range.end, template, d);
}

const struct expr *syntax_as_expr(struct arena *a, const struct expr *e, struct diags *d)
{
	struct parser p;

	if (!e->json_string)
		return e;
	if (!start_string(&p, a, e, false, d))
		return parser_invalid(&p, e->range);
	return whole_expr(&p);
}

bool syntax_as_traversal(struct arena *a, const struct expr *e, struct traversal *ret_traversal,
			 struct diags *d)
{
	size_t failures = d->failures;
	const struct expr *inner = syntax_as_expr(a, e, d);

	if (d->failures > failures)
		return false;
	if (expr_as_traversal(inner, ret_traversal))
		return true;
	diag_error(d, e->range, "Invalid expression",
		   "A single static variable reference is required: only attribute access and "
		   "indexing with constant keys. No calculations, function calls, template "
		   "expressions, etc are allowed here.");
	return false;
}

const char *syntax_as_keyword(const struct expr *e)
{
	struct traversal t;

	if (e->json_string)
		return quote_is_identifier(e->json_string->text, e->json_string->size)
			       ? e->json_string->text
			       : NULL;
	if (!expr_as_traversal(e, &t) || t.count > 0)
		return NULL;
	return t.root;
}

const char *syntax_as_string(const struct expr *e)
{
	if (e->json_string)
		return e->json_string->text;
	if (e->kind == EXPR_TEMPLATE && e->list.count == 1 &&
	    e->list.parts[0]->kind == EXPR_LITERAL)
		return e->list.parts[0]->literal->text;
	return NULL;
}

bool syntax_as_list(const struct expr *e, const struct expr *const **ret_items, size_t *ret_count,
		    struct diags *d)
{
	if (e->kind == EXPR_TUPLE) {
		*ret_items = e->list.parts;
		*ret_count = e->list.count;
		return true;
	}
	diag_error(d, e->range, "Invalid expression", "A static list expression is required.");
	return false;
}

bool syntax_as_map(const struct expr *e, const struct expr_item **ret_items, size_t *ret_count,
		   struct diags *d)
{
	if (e->kind == EXPR_OBJECT) {
		*ret_items = e->object.items;
		*ret_count = e->object.count;
		return true;
	}
	diag_error(d, e->range, "Invalid expression", "A static map expression is required.");
	return false;
}

static void write_step(struct buf *out, const struct step *s)
{
	if (s->kind == STEP_ATTR) {
		buf_addf(out, ".%s", s->name);
		return;
	}
	buf_addch(out, '[');
	if (s->key->state == VALUE_KNOWN && s->key->type->kind == TYPE_STRING)
		quote_hcl(out, s->key->text, s->key->count);
	else if (s->key->state == VALUE_KNOWN && s->key->type->kind == TYPE_NUMBER)
		number_write(out, s->key->number);
	else
		buf_addstr(out, "...");
	buf_addch(out, ']');
}

const char *syntax_traversal_text(struct arena *a, const struct traversal *t)
{
	FP_CLEANUP(buf_release) struct buf out = BUF_INIT(SYNTAX_FILE_BYTES_MAX);

	if (t->root)
		buf_addstr(&out, t->root);
	for (size_t i = 0; i < t->count; i++)
		write_step(&out, &t->steps[i]);
	return arena_strdup(a, buf_text(&out));
}

bool syntax_is_identifier(const char *text, size_t size)
{
	return quote_is_identifier(text, size);
}
