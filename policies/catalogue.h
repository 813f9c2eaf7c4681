/*
 * Catalogues: which controls a standard has in one version, ids only, in the standard's own
 * spelling.  A complete one refuses an id that it does not have; the others only know those that a
 * policy may map to.
 */
#ifndef POLICIES_CATALOGUE_H
#define POLICIES_CATALOGUE_H

#include "policies/policy.h"

struct catalogue {
	const char *standard, *version, *source;
	bool complete;
	struct policy_strings ids;
	struct sha256 digest; /* of the canonical form */
};

/* Every fault is told with file, line and key. */
FP_MUST_CHECK int catalogue_parse(const char *what, const char *text, size_t size, struct arena *a,
				  const struct catalogue **ret_catalogue, struct err *e);

/* Those that are part of this program, in the order of their files. */
FP_MUST_CHECK int catalogue_read_all(struct arena *a, const struct catalogue *const **ret_list,
				     size_t *ret_count, struct err *e);

const struct catalogue *catalogue_find(const struct catalogue *const *list, size_t count,
				       const char *standard, const char *version);
bool catalogue_has(const struct catalogue *c, const char *id);

extern const struct policy_builtin catalogue_builtins[];
extern const size_t catalogue_builtin_count;

#endif
