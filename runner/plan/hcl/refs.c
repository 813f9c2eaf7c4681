#include <string.h>

#include "runner/plan/hcl/eval.h"

/* Names that are bound where an expression stands, so that they refer to nothing outside. */
struct bound {
	const struct bound *outer;
	const char *names[2];
};

static bool is_bound(const struct bound *b, const char *name)
{
	for (; b; b = b->outer)
		for (size_t i = 0; i < 2; i++)
			if (b->names[i] && strcmp(b->names[i], name) == 0)
				return true;
	return false;
}

static void walk(struct references *r, const struct expr *e, const struct bound *b);

static void add(struct references *r, const struct traversal *t, const struct bound *b)
{
	if (is_bound(b, t->root))
		return;
	r->list = arena_grow(r->arena, r->list, r->count, &r->capacity, sizeof(*r->list));
	r->list[r->count++] = t;
}

static void walk_loop(struct references *r, const struct expr *e, const struct bound *b)
{
	struct bound inner = {b, {e->loop.key_name, e->loop.value_name}};

	walk(r, e->loop.collection, b);
	if (e->loop.key)
		walk(r, e->loop.key, &inner);
	walk(r, e->loop.value, &inner);
	if (e->loop.condition)
		walk(r, e->loop.condition, &inner);
}

static void walk_kind(struct references *r, const struct expr *e, const struct bound *b)
{
	switch (e->kind) {
	case EXPR_LITERAL:
	case EXPR_SPLAT_ITEM:
	case EXPR_INVALID:
		return;
	case EXPR_TEMPLATE:
	case EXPR_TUPLE:
		for (size_t i = 0; i < e->list.count; i++)
			walk(r, e->list.parts[i], b);
		return;
	case EXPR_TEMPLATE_WRAP:
	case EXPR_TEMPLATE_JOIN:
	case EXPR_PARENTHESES:
		walk(r, e->inner, b);
		return;
	case EXPR_TRAVERSAL:
		add(r, &e->traversal, b);
		return;
	case EXPR_RELATIVE:
		walk(r, e->relative.source, b);
		return;
	case EXPR_INDEX:
		walk(r, e->index.collection, b);
		walk(r, e->index.key, b);
		return;
	case EXPR_SPLAT:
		walk(r, e->splat.source, b);
		walk(r, e->splat.each, b);
		return;
	case EXPR_CALL:
		for (size_t i = 0; i < e->call.count; i++)
			walk(r, e->call.args[i], b);
		return;
	case EXPR_CONDITIONAL:
		walk(r, e->conditional.condition, b);
		walk(r, e->conditional.yes, b);
		walk(r, e->conditional.no, b);
		return;
	case EXPR_BINARY:
	case EXPR_UNARY:
		walk(r, e->operation.left, b);
		if (e->operation.right)
			walk(r, e->operation.right, b);
		return;
	case EXPR_OBJECT:
		for (size_t i = 0; i < e->object.count; i++) {
			if (!e->object.items[i].key_is_name)
				walk(r, e->object.items[i].key, b);
			walk(r, e->object.items[i].value, b);
		}
		return;
	case EXPR_FOR:
		walk_loop(r, e, b);
		return;
	}
}

static void walk(struct references *r, const struct expr *e, const struct bound *b)
{
	if (r->depth >= EVAL_DEPTH_MAX)
		return;
	r->depth++;
	walk_kind(r, e, b);
	r->depth--;
}

void eval_references(struct references *r, const struct expr *e)
{
	walk(r, e, NULL);
}

static void walk_body(struct references *r, const struct body *body, const struct bound *b);

/* The label of a dynamic block is its iterator unless it names another. */
static void walk_dynamic(struct references *r, const char *label, const struct body *body,
			 const struct bound *b)
{
	struct content c = syntax_guess(r->arena, body);
	const struct attribute *iterator = syntax_find(&c, "iterator");
	struct bound inner = {b, {label, NULL}};

	if (iterator && syntax_as_keyword(iterator->expr))
		inner.names[0] = syntax_as_keyword(iterator->expr);
	for (size_t i = 0; i < c.attr_count; i++)
		if (strcmp(c.attrs[i]->name, "for_each") == 0)
			walk(r, c.attrs[i]->expr, b);
		else if (strcmp(c.attrs[i]->name, "iterator") != 0)
			walk(r, c.attrs[i]->expr, &inner);
	for (size_t i = 0; i < c.block_count; i++)
		walk_body(r, c.blocks[i]->body, &inner);
}

/* In JSON the labels look like blocks within. */
static void walk_dynamic_block(struct references *r, const struct block *block,
			       const struct bound *b)
{
	struct content c;

	if (block->label_count > 0) {
		walk_dynamic(r, block->labels[0], block->body, b);
		return;
	}
	c = syntax_guess(r->arena, block->body);
	for (size_t i = 0; i < c.block_count; i++)
		walk_dynamic(r, c.blocks[i]->type, c.blocks[i]->body, b);
}

static void walk_body(struct references *r, const struct body *body, const struct bound *b)
{
	struct content c = syntax_guess(r->arena, body);

	for (size_t i = 0; i < c.attr_count; i++)
		walk(r, c.attrs[i]->expr, b);
	for (size_t i = 0; i < c.block_count; i++) {
		if (strcmp(c.blocks[i]->type, "dynamic") == 0)
			walk_dynamic_block(r, c.blocks[i], b);
		else
			walk_body(r, c.blocks[i]->body, b);
	}
}

void eval_body_references(struct references *r, const struct body *body)
{
	walk_body(r, body, NULL);
}
