/* The JSON syntax: bodies are read with a schema, their expressions evaluated with nothing in
 * scope. */
#include <stddef.h>
#include <stdint.h>

#include "runner/base/arena.h"
#include "runner/plan/hcl/eval.h"
#include "runner/plan/hcl/typeexpr.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char *const labels[] = {"type", "name"};
static const struct schema_attr attrs[] = {{"a", false}, {"type", false}, {"depends_on", false}};
static const struct schema_block blocks[] = {{"resource", labels, 2}, {"locals", NULL, 0}};
static const struct body_schema schema = {attrs, 3, blocks, 2};

static void use(struct eval *ev, const struct attribute *attr)
{
	const struct type_defaults *defaults;
	struct traversal t;

	(void)eval_expr(ev, NULL, attr->expr);
	(void)typeexpr_parse(ev->arena, attr->expr, &defaults, ev->diags);
	(void)syntax_as_traversal(ev->arena, attr->expr, &t, ev->diags);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena a = ARENA_INIT((size_t)2 << 30);
	const char *text = arena_strndup(&a, (const char *)data, size);
	struct diags d = DIAGS_INIT(&a);
	struct references r = REFERENCES_INIT(&a);
	const struct body *body =
		syntax_parse_json(&a, diag_source(&a, "f.tf.json", text, size), &d);
	const struct eval_env env = {.dir_fd = -1};
	struct eval ev = EVAL_INIT(&a, &d, &env);
	struct dynamic_content c = eval_content(&ev, NULL, body, &schema, NULL);

	for (size_t i = 0; i < c.content.attr_count; i++)
		use(&ev, c.content.attrs[i]);
	for (size_t i = 0; i < c.block_count; i++) {
		struct content inner = syntax_attributes(&a, c.blocks[i].block->body, &d);

		for (size_t j = 0; j < inner.attr_count; j++)
			use(&ev, inner.attrs[j]);
	}
	eval_body_references(&r, body);
	arena_release(&a);
	return 0;
}
