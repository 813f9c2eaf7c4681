/* Bodies and expressions in JSON. */
#ifndef RUNNER_PLAN_HCL_JSONSYNTAX_H
#define RUNNER_PLAN_HCL_JSONSYNTAX_H

#include "runner/plan/hcl/jsontext.h"
#include "runner/plan/hcl/syntax.h"

struct range jsonsyntax_range(const struct body *body, const struct json_node *n);

const struct expr *jsonsyntax_expr(struct arena *a, const struct source *s,
				   const struct json_node *n);

/* Members of an object, or of all objects of an array.  label: what they are, for messages, or
 * NULL. */
struct json_members {
	const struct json_pair **list;
	size_t count, capacity;
};
void jsonsyntax_members(struct arena *a, const struct source *s, const struct json_node *n,
			const char *label, struct json_members *members, struct diags *d);

const struct body *jsonsyntax_body(struct arena *a, const struct source *s,
				   const struct json_node *n);

/* The blocks of a type that are written as n. */
struct json_blocks {
	const struct block **list;
	size_t count, capacity;
};
struct json_block_job {
	struct arena *arena;
	const struct source *source;
	const struct schema_block *schema;
	struct range type_range;
	struct json_blocks *out;
	struct diags *diags;
};
void jsonsyntax_blocks(const struct json_block_job *job, const struct json_node *n);

#endif
