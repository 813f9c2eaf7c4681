/*
 * Evaluation of expressions.
 *
 * Errors are diagnostics: the value that comes back then is value_dynamic, and evaluation goes on.
 * What cannot be decided exactly as Terraform would is a DIAG_UNSUPPORTED diagnostic that names it.
 */
#ifndef RUNNER_PLAN_HCL_EVAL_H
#define RUNNER_PLAN_HCL_EVAL_H

#include "runner/base/arena.h"
#include "runner/base/base.h"
#include "runner/plan/hcl/diag.h"
#include "runner/plan/hcl/syntax.h"
#include "runner/plan/hcl/value.h"

/* How deep evaluation may go, counted in nested expressions, templates and function calls. */
#define EVAL_DEPTH_MAX 1000
/* How many expressions one struct eval may evaluate: a bound on work and memory. */
#define EVAL_STEPS_MAX 5000000u
/* How many values one value may hold: values share their parts, what is made of them does not. */
#define EVAL_WEIGHT_MAX 5000000u
/* How deep values may be within each other. */
#define EVAL_VALUE_DEPTH_MAX 500

/*
 * Gives the value of a reference.  t has a root; the callee uses as many steps as it wants (none:
 * *ret_used = 0 means the root alone) and evaluation applies the others to the value.
 * NULL: it added a diagnostic.
 */
typedef const struct value *eval_lookup_fn(void *context, const struct traversal *t,
					   size_t *ret_used, struct diags *d);

/* Names that an expression sees, innermost first; the last one may have a lookup. */
struct scope {
	const struct scope *parent;
	const char *const *names;
	const struct value *const *values;
	size_t count;
	eval_lookup_fn *lookup; /* asked when no name in this scope matches, before the parent */
	void *context;
	const struct expr
		*splat; /* the element that a splat stands at, which expressions find here */
	const struct value *splat_value;
};

/*
 * What functions asked for and did not find: a working directory that has it gives other values.
 * Sorted by the bytes, each once, relative to the working directory.
 */
struct eval_absent {
	const char **paths;
	size_t count, capacity;
};

/* What functions may need; one for a whole module. */
struct eval_env {
	int dir_fd;	  /* the working directory of file(), …; -1: file functions are refused */
	const char *cwd;  /* what abspath() puts before, as "/work"; NULL: abspath() is refused */
	const char *home; /* for pathexpand("~"); NULL: refused */
	const char *plan_time;	    /* for plantimestamp(), as RFC 3339; NULL: refused */
	bool no_functions;	    /* where Terraform allows none */
	bool literal_json;	    /* strings of JSON syntax are no templates */
	size_t file_bytes_max;	    /* of one file; 0: SYNTAX_FILE_BYTES_MAX */
	struct eval_absent *absent; /* notes what was asked for in vain; or NULL */
};

struct eval {
	struct arena *arena;
	struct diags *diags;
	const struct eval_env *env;
	uint32_t depth;
	uint32_t steps;
	bool in_template; /* rendering for templatefile() and its kin, which do not nest */
};

#define EVAL_INIT(arena_pointer, diags_pointer, env_pointer)                             \
	{                                                                                \
		.arena = (arena_pointer), .diags = (diags_pointer), .env = (env_pointer) \
	}

/* scope may be NULL: nothing can be referenced. */
const struct value *eval_expr(struct eval *ev, const struct scope *scope, const struct expr *e);

/* The same, converted to t (convert.h); a failed conversion is "Incorrect attribute value type"
 * (summary may be NULL for that). */
const struct value *eval_expr_as(struct eval *ev, const struct scope *scope, const struct expr *e,
				 const struct type *t, const char *summary);

/* Applies steps to a value, as .name and [key] do. */
const struct value *eval_steps(struct eval *ev, const struct value *v, const struct step *steps,
			       size_t count);
const struct value *eval_index(struct eval *ev, const struct value *collection,
			       const struct value *key, struct range where);
const struct value *eval_attr(struct eval *ev, const struct value *object, const char *name,
			      struct range where);

/* --- references ------------------------------------------------------------------------------ */

struct references {
	struct arena *arena;
	const struct traversal **list;
	size_t count, capacity;
	unsigned depth; /* what is deeper than can be evaluated is left out */
};

#define REFERENCES_INIT(arena_pointer)   \
	{                                \
		.arena = (arena_pointer) \
	}

/* Adds every traversal that e makes to names from outside of it. */
void eval_references(struct references *r, const struct expr *e);
/*
 * Of all expressions in a body, with its nested blocks, and those of dynamic blocks without their
 * iterators.  A JSON body is read as syntax_guess() does.
 */
void eval_body_references(struct references *r, const struct body *body);

/* --- dynamic blocks -------------------------------------------------------------------------- */

struct dynamic_block {
	const struct block *block; /* type, labels, body as if written out */
	const struct scope *scope; /* to evaluate the body in: has the iterator */
	bool unknown;	/* for_each is unknown: this one stands for any number of blocks */
	unsigned marks; /* of for_each */
};

struct dynamic_content {
	struct content content; /* attributes; blocks: see below instead */
	const struct dynamic_block *blocks;
	size_t block_count;
};

/*
 * As syntax_content(), with each `dynamic` block replaced by what it expands to.  The bodies of the
 * blocks may hold dynamic blocks again: read them with this function and their own scope.
 * ret_rest may be NULL: then all must be in the schema.
 */
struct dynamic_content eval_content(struct eval *ev, const struct scope *scope,
				    const struct body *body, const struct body_schema *schema,
				    const struct body **ret_rest);

/* --- functions ------------------------------------------------------------------------------- */

/* The names of all functions, sorted, for tests and documentation; NULL ends it. */
const char *const *eval_function_names(void);

/* The result of a function for values; false: an error, without a place; for defaults and tests. */
const struct value *eval_call(struct eval *ev, const char *name, const struct value *const *args,
			      size_t count, struct range where);

#endif
