#include "runner/plan/lock.h"

#include <string.h>

#include "runner/plan/hcl/eval.h"
#include "runner/plan/version.h"

const struct content *lock_read(struct config *c)
{
	static const char *const label[] = {"source"};
	static const struct schema_block blocks[] = {{"provider", label, 1}};
	const struct body_schema schema = {NULL, 0, blocks, FP_ARRAY_SIZE(blocks)};
	struct diags ignored = DIAGS_INIT(c->arena);
	struct content *content;
	const struct source *s;

	if (c->lock)
		return c->lock;
	s = config_read(c, config_join(c->arena, c->root, ".terraform.lock.hcl"), false,
			(struct range){.source = NULL});

	if (!s)
		return NULL;
	content = arena_alloc(c->arena, sizeof(*content));
	*content = syntax_content(c->arena, syntax_parse_native(c->arena, s, &ignored), &schema,
				  &ignored);
	c->lock = content;
	return content;
}

/* NULL where it is no text that is written out. */
static const char *version_of(struct config *c, const struct block *b)
{
	static const struct eval_env env = {.dir_fd = -1, .no_functions = true};
	struct diags ignored = DIAGS_INIT(c->arena);
	struct eval ev = EVAL_INIT(c->arena, &ignored, &env);
	struct content content = syntax_attributes(c->arena, b->body, &ignored);

	for (size_t i = 0; i < content.attr_count; i++) {
		const struct value *v;

		if (strcmp(content.attrs[i]->name, "version") != 0)
			continue;
		v = eval_expr(&ev, NULL, content.attrs[i]->expr);
		return ignored.failures == 0 && v->state == VALUE_KNOWN && v->type == &type_string
			       ? v->text
			       : NULL;
	}
	return NULL;
}

static void compare(struct config *c, const struct config_required_provider *p,
		    const struct content *pins)
{
	for (size_t i = 0; i < pins->block_count; i++) {
		const struct block *b = pins->blocks[i];
		const char *version =
			strcmp(b->labels[0], p->source) == 0 ? version_of(c, b) : NULL;

		if (version && version_match(p->version, version) == VERSION_DIFFERS)
			diag_error(c->diags, b->range, "Inconsistent dependency lock file",
				   "The lock file selects version %s of provider %s, which the "
				   "version constraint \"%s\" does not allow.",
				   version, p->source, p->version);
	}
}

void lock_check(struct config *c)
{
	const struct content *pins = lock_read(c);

	for (size_t i = 0; pins && i < c->modules.count; i++) {
		const struct config_module *m = c->modules.list[i];

		for (size_t k = 0; k < m->required_providers.count; k++)
			if (m->required_providers.list[k].version)
				compare(c, &m->required_providers.list[k], pins);
	}
}
