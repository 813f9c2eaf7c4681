/*
 * Catalogues: which controls a standard has in one version, ids only, in the standard's own
 * spelling.  A complete one refuses an id that it does not have; the others only know those that a
 * policy may map to.  An id that a version has withdrawn is none of it.
 */
#ifndef POLICIES_CATALOGUE_H
#define POLICIES_CATALOGUE_H

#include "policies/policy.h"

struct catalogue {
	const char *standard, *version, *source;
	bool complete;
	bool statements_open; /* complete but for the letters of what a control states */
	struct policy_strings ids, withdrawn;
	struct sha256 digest; /* of the canonical form */
};

/* Every fault is told with file, line and key. */
FP_MUST_CHECK int catalogue_parse(const char *what, const char *text, size_t size, struct arena *a,
				  const struct catalogue **ret_catalogue, struct err *e);

/* The one that is part of this program; NULL when there is none of that standard and version. */
FP_MUST_CHECK int catalogue_read(const char *standard, const char *version, struct arena *a,
				 const struct catalogue **ret_catalogue, struct err *e);

enum catalogue_answer {
	CATALOGUE_HAS,
	CATALOGUE_HAS_NOT,
	CATALOGUE_WITHDRAWN, /* it had it, and holds it in no force any more */
	CATALOGUE_OPEN,
};
enum catalogue_answer catalogue_ask(const struct catalogue *c, const char *id, struct arena *a);

extern const struct policy_builtin catalogue_builtins[];
extern const size_t catalogue_builtin_count;

#endif
