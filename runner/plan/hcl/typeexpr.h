/*
 * Type constraint expressions: list(string), object({a = optional(number, 1)}), any; and the
 * defaults that they carry.
 */
#ifndef RUNNER_PLAN_HCL_TYPEEXPR_H
#define RUNNER_PLAN_HCL_TYPEEXPR_H

#include "runner/base/arena.h"
#include "runner/base/base.h"
#include "runner/plan/hcl/diag.h"
#include "runner/plan/hcl/syntax.h"
#include "runner/plan/hcl/type.h"
#include "runner/plan/hcl/value.h"

/* Defaults of optional attributes, in the shape of the type. */
struct type_defaults {
	const struct type *type;
	const char *const *names; /* of attributes with a default */
	const struct value *const *values;
	size_t count;
	/* Object attributes and tuple elements (by their number in decimal) and, as "", the element
	 * type of a collection. */
	const char *const *child_names;
	const struct type_defaults *const *children;
	size_t child_count;
};

/*
 * NULL after an error.  *ret_defaults may come out NULL: there are none.  In a JSON body the text
 * of the string is the expression.
 */
const struct type *typeexpr_parse(struct arena *a, const struct expr *e,
				  const struct type_defaults **ret_defaults, struct diags *d);

/* Fills in defaults for what is missing or null, before the conversion to the constraint. */
const struct value *typeexpr_apply_defaults(struct arena *a, const struct type_defaults *defaults,
					    const struct value *v);

#endif
