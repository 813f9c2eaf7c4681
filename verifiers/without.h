/* The view after a fix as it would be without one of its changes. */
#ifndef VERIFIERS_WITHOUT_H
#define VERIFIERS_WITHOUT_H

#include "runner/evidence/evidence.h"

struct without {
	const char *address;
	const char *argument;	      /* the one of the block that is meant; NULL: all of it */
	const json_t *before, *after; /* the block; one of them may be NULL */
	size_t index;		      /* of after in its view */
	bool needed;
};

/* Whether the address in the row is that of the block, or of an instance of it. */
bool without_is_of(const json_t *row, const char *key, const char *address, struct arena *a);

/* The instance of that address, or NULL. */
const json_t *without_instance(const json_t *view, const char *address);

/* The caller's. */
json_t *without_view(const struct evidence *ev, const struct without *c, struct arena *a);

#endif
