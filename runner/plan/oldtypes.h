/*
 * The old type system of providers ("legacy_type_system"): it keeps an object as flat texts, and so
 * what is null within a block comes back from it as the zero value of its type, and an element of
 * a set is known by what its arguments are, zero or null alike.
 */
#ifndef RUNNER_PLAN_OLDTYPES_H
#define RUNNER_PLAN_OLDTYPES_H

#include "runner/plan/hcl/value.h"
#include "runner/plan/restype.h"

/* "", 0, false, or a collection of nothing; null for what has no such value. */
const struct value *oldtypes_zero(struct arena *a, const struct type *t);

/* Known, and nothing but that. */
bool oldtypes_is_zero(const struct value *v);

/* What such a provider takes a prior object for: zero for null in its blocks, at any depth. */
const struct value *oldtypes_state(struct arena *a, const struct restype_block *b,
				   const struct value *prior);

/* The element of prior (a set, or NULL) that v is, by its arguments; b NULL: all are arguments. */
const struct value *oldtypes_element(const struct restype_block *b, const struct value *prior,
				     const struct value *v);

/* Whether two sets have the same elements in that sense. */
bool oldtypes_same_set(const struct restype_block *b, const struct value *prior,
		       const struct value *v);

#endif
