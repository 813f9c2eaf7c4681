/* Shared by the parser, the evaluator and the operators of policies. */
#ifndef POLICIES_INTERNAL_H
#define POLICIES_INTERNAL_H

#include <jansson.h>

#include "policies/policy.h"

/* What a path leads to: values, or "not known before apply". */
struct policy_value {
	const json_t *value; /* NULL: not there, or unknown */
	bool unknown;
};

struct policy_operator {
	const char *name;
	bool needs_value;
	bool sees_absent; /* is asked even where there is no value */
	/* NULL, or why value cannot be its operand. */
	const char *(*check)(const struct doc *value);
	enum policy_result (*judge)(const struct policy_value *found, const struct doc *value);
};

const struct policy_operator *policy_operator_find(const char *name);
extern const char *const policy_quantifiers[]; /* NULL-terminated */

/* Three-valued logic (Kleene). */
enum policy_result policy_and(enum policy_result a, enum policy_result b);
enum policy_result policy_or(enum policy_result a, enum policy_result b);
enum policy_result policy_not(enum policy_result a);

/*
 * A set of addresses and ports that grows by ranges, for one protocol and port: whether the union
 * of all IPv4 or of all IPv6 ranges is (nearly) everything.
 */
struct policy_range {
	uint8_t first[16], last[16];
};

struct policy_ranges {
	struct policy_range *rows;
	size_t count, capacity;
};

/* "10.0.0.0/8", "::/0"; false when it is neither. v6 tells which. */
bool policy_parse_cidr(const char *text, struct policy_range *ret_range, bool *ret_v6);

/*
 * Whether the union holds more than half of all addresses of the family: who opens that much has
 * opened it to the world, in however many pieces.
 */
bool policy_is_world(struct policy_ranges *ranges, bool v6);

#endif
