/*
 * Override files ("Override Files" in Terraform's language documentation): a block in one of them
 * is merged into the block of the same kind and labels; its arguments replace those of the other,
 * and its nested blocks replace all of the same type.
 */
#include <string.h>

#include "runner/plan/config.h"

static const char *alias_text(struct arena *a, const struct block *b)
{
	const struct content c = syntax_guess(a, b->body);
	const struct attribute *alias = syntax_find(&c, "alias");
	const char *text = alias ? syntax_as_string(alias->expr) : NULL;

	return text ? text : "";
}

static bool same_block(struct arena *arena, const struct block *a, const struct block *b)
{
	if (strcmp(a->type, b->type) != 0 || a->label_count != b->label_count)
		return false;
	for (size_t i = 0; i < a->label_count; i++)
		if (strcmp(a->labels[i], b->labels[i]) != 0)
			return false;
	return strcmp(a->type, "provider") != 0 ||
	       strcmp(alias_text(arena, a), alias_text(arena, b)) == 0;
}

/* Each local value of an override replaces the one of its name, wherever that stands. */
static void override_local(struct config *c, const struct block **blocks, size_t count,
			   const struct body *over, const struct attribute *local)
{
	struct body_native *one = arena_alloc(c->arena, sizeof(*one));
	struct body *body = arena_memdup(c->arena, over, sizeof(*body));

	*one = (struct body_native){local, 1, NULL, 0};
	body->native = one;
	body->json = NULL;
	for (size_t i = 0; i < count; i++) {
		struct diags ignored = DIAGS_INIT(c->arena);
		struct block *merged;
		struct content content;

		if (strcmp(blocks[i]->type, "locals") != 0)
			continue;
		content = syntax_attributes(c->arena, blocks[i]->body, &ignored);
		if (!syntax_find(&content, local->name))
			continue;
		merged = arena_memdup(c->arena, blocks[i], sizeof(*merged));
		merged->body = syntax_override(c->arena, blocks[i]->body, body);
		blocks[i] = merged;
		return;
	}
	diag_error(c->diags, local->range, "Missing base local value definition to override",
		   "There is no local value named \"%s\". An override file can only override a "
		   "local value that was already defined in a primary configuration file.",
		   local->name);
}

static void override_locals(struct config *c, const struct block **blocks, size_t count,
			    const struct block *over)
{
	const struct content content = syntax_attributes(c->arena, over->body, c->diags);

	for (size_t i = 0; i < content.attr_count; i++)
		override_local(c, blocks, count, over->body, content.attrs[i]);
}

static void override_one(struct config *c, const struct block **blocks, size_t *count,
			 const struct block *over)
{
	for (size_t i = 0; i < *count; i++) {
		struct block *merged;

		if (!same_block(c->arena, blocks[i], over))
			continue;
		merged = arena_memdup(c->arena, blocks[i], sizeof(*merged));
		merged->body = syntax_override(c->arena, blocks[i]->body, over->body);
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

		if (strcmp(over->type, "locals") == 0)
			override_locals(c, blocks, *count, over);
		else
			override_one(c, blocks, count, over);
	}
}
