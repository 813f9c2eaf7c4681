/*
 * Statements of IAM policies that deny.  What each denies is a product: actions, resources and
 * principals, under conditions.
 */
#ifndef POLICIES_STATEMENTS_H
#define POLICIES_STATEMENTS_H

#include "policies/internal.h"

/* One statement; parts of it may not be known. */
struct denial {
	const json_t *json, *unknown;
	bool surely; /* its effect is known */
};

struct denials {
	struct denial *rows;
	size_t count, capacity, bytes;
	bool unknown;	   /* there is a document that is not known */
	json_t *documents; /* keeps what rows point into */
};

/* The member by its name without regard to case, as IAM reads it; NULL when there is none. */
const json_t *policy_statement_member(const json_t *object, const char *name);

/*
 * Whether all that `then` denies is denied by `now`: each combination by a statement whose
 * conditions hold whenever those before held.  What cannot be compared counts as lost; what is not
 * known, or too much to compare, as unknown.
 *
 * ret_lost  the first one that is not surely kept, or NULL
 */
enum policy_result policy_statements_kept(struct policy_context *c, const struct denials *then,
					  const struct denials *now,
					  const struct denial **ret_lost);

#endif
