/*
 * Override files ("Override Files" in Terraform's language documentation): a block in one of them
 * is merged into the block of the same kind and labels; its arguments replace those of the other,
 * and its nested blocks replace all of the same type.
 */
#include <string.h>

#include "runner/plan/config.h"

static const char *alias_text(const struct block *b)
{
	const struct body_native *n = b->body->native;

	for (size_t i = 0; n && i < n->attr_count; i++)
		if (strcmp(n->attrs[i].name, "alias") == 0 &&
		    n->attrs[i].expr->kind == EXPR_TEMPLATE && n->attrs[i].expr->list.count == 1 &&
		    n->attrs[i].expr->list.parts[0]->kind == EXPR_LITERAL)
			return n->attrs[i].expr->list.parts[0]->literal->text;
	return "";
}

static bool same_block(const struct block *a, const struct block *b)
{
	if (strcmp(a->type, b->type) != 0 || a->label_count != b->label_count)
		return false;
	for (size_t i = 0; i < a->label_count; i++)
		if (strcmp(a->labels[i], b->labels[i]) != 0)
			return false;
	return strcmp(a->type, "provider") != 0 || strcmp(alias_text(a), alias_text(b)) == 0;
}

static const char *effective_type(const struct block *b)
{
	return strcmp(b->type, "dynamic") == 0 && b->label_count == 1 ? b->labels[0] : b->type;
}

static bool has_block(const struct body_native *n, const char *type)
{
	for (size_t i = 0; i < n->block_count; i++)
		if (strcmp(effective_type(&n->blocks[i]), type) == 0)
			return true;
	return false;
}

static const struct block *only_block(const struct body_native *n, const char *type)
{
	for (size_t i = 0; i < n->block_count; i++)
		if (strcmp(n->blocks[i].type, type) == 0)
			return &n->blocks[i];
	return NULL;
}

/* Blocks whose arguments are merged one by one, not replaced as a whole. */
static bool merges(const char *type)
{
	return strcmp(type, "lifecycle") == 0 || strcmp(type, "required_providers") == 0;
}

static const struct body *merge_bodies(struct arena *a, const struct body *base,
				       const struct body *over);

static size_t merge_attrs(struct attribute *out, const struct body_native *base,
			  const struct body_native *over)
{
	size_t count = 0;

	for (size_t i = 0; i < base->attr_count; i++)
		out[count++] = base->attrs[i];
	for (size_t i = 0; i < over->attr_count; i++) {
		size_t k = 0;

		while (k < count && strcmp(out[k].name, over->attrs[i].name) != 0)
			k++;
		out[k] = over->attrs[i];
		count = FP_MAX(count, k + 1);
	}
	return count;
}

static size_t merge_blocks(struct arena *a, struct block *out, const struct body_native *base,
			   const struct body_native *over)
{
	size_t count = 0;

	for (size_t i = 0; i < base->block_count; i++) {
		const struct block *b = &base->blocks[i];
		const struct block *o = merges(b->type) ? only_block(over, b->type) : NULL;

		if (!has_block(over, effective_type(b))) {
			out[count++] = *b;
		} else if (o) {
			out[count] = *b;
			out[count++].body = merge_bodies(a, b->body, o->body);
		}
	}
	for (size_t i = 0; i < over->block_count; i++)
		if (!merges(over->blocks[i].type) || !has_block(base, over->blocks[i].type))
			out[count++] = over->blocks[i];
	return count;
}

static const struct body *merge_bodies(struct arena *a, const struct body *base,
				       const struct body *over)
{
	const struct body_native *b = base->native, *o = over->native;
	struct attribute *attrs = arena_array(a, b->attr_count + o->attr_count + 1, sizeof(*attrs));
	struct block *blocks = arena_array(a, b->block_count + o->block_count + 1, sizeof(*blocks));
	struct body_native *native = arena_alloc(a, sizeof(*native));
	struct body *body = arena_memdup(a, base, sizeof(*base));

	native->attr_count = merge_attrs(attrs, b, o);
	native->block_count = merge_blocks(a, blocks, b, o);
	native->attrs = attrs;
	native->blocks = blocks;
	body->native = native;
	return body;
}

/* Each local value of an override replaces the one of its name, wherever that stands. */
static void override_locals(struct config *c, const struct block **blocks, size_t count,
			    const struct block *over)
{
	const struct body_native *o = over->body->native;

	for (size_t i = 0; i < o->attr_count; i++) {
		const struct body_native one = {&o->attrs[i], 1, NULL, 0};
		struct body body = *over->body;
		bool found = false;

		body.native = &one;
		for (size_t k = 0; k < count && !found; k++) {
			const struct body_native *n = blocks[k]->body->native;
			struct block *merged;

			if (strcmp(blocks[k]->type, "locals") != 0 || !n)
				continue;
			for (size_t m = 0; m < n->attr_count; m++)
				found |= strcmp(n->attrs[m].name, o->attrs[i].name) == 0;
			if (!found)
				continue;
			merged = arena_memdup(c->arena, blocks[k], sizeof(*merged));
			merged->body = merge_bodies(c->arena, blocks[k]->body, &body);
			blocks[k] = merged;
		}
		if (!found)
			diag_error(c->diags, o->attrs[i].range,
				   "Missing base local value definition to override",
				   "There is no local value named \"%s\". An override file can "
				   "only override a local value that was already defined in a "
				   "primary configuration file.",
				   o->attrs[i].name);
	}
}

static void override_one(struct config *c, const struct block **blocks, size_t *count,
			 const struct block *over)
{
	for (size_t i = 0; i < *count; i++) {
		struct block *merged;

		if (!same_block(blocks[i], over))
			continue;
		if (!blocks[i]->body->native) {
			diag_unsupported(c->diags, over->range, "Override of a JSON block",
					 "Only blocks in native syntax can be overridden here.");
			return;
		}
		merged = arena_memdup(c->arena, blocks[i], sizeof(*merged));
		merged->body = merge_bodies(c->arena, blocks[i]->body, over->body);
		blocks[i] = merged;
		return;
	}
	if (strcmp(over->type, "terraform") == 0)
		blocks[(*count)++] = over;
	else
		diag_error(c->diags, over->range, "Missing base block to override",
			   "There is no %s block with these labels. An override file can only "
			   "override a block defined in a primary configuration file.",
			   over->type);
}

void config_override(struct config *c, const struct block **blocks, size_t *count,
		     const struct block *const *overrides, size_t override_count)
{
	for (size_t i = 0; i < override_count; i++) {
		const struct block *over = overrides[i];

		if (!over->body->native)
			diag_unsupported(c->diags, over->range, "Override file in JSON syntax",
					 "Override files are read in native syntax only.");
		else if (strcmp(over->type, "locals") == 0)
			override_locals(c, blocks, *count, over);
		else
			override_one(c, blocks, count, over);
	}
}
