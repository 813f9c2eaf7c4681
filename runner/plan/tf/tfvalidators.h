/* What a provider's validators say to values that none can like: enumerations and bounds. */
#ifndef RUNNER_PLAN_TF_TFVALIDATORS_H
#define RUNNER_PLAN_TF_TFVALIDATORS_H

#include "runner/base/json.h"
#include "runner/plan/restype.h"
#include "runner/plan/tf/pb.h"
#include "runner/plan/tf/tfclient.h"

/* A diagnostic of the protocol; texts are never NULL. */
struct tfvalidators_told {
	bool error;
	const char *summary, *detail, *path; /* the path with dots, without indexes */
};

struct tfvalidators_told tfvalidators_read(struct arena *a, const struct pb_field *field);

/* Adds a DynamicValue of the protocol. */
void tfvalidators_add_value(struct buf *out, uint32_t number, const struct value *v,
			    const struct type *t);

/* An AttributePath of the protocol, with dots and without indexes. */
const char *tfvalidators_path(struct arena *a, const struct pb_field *field);

/* The first element of a block type's value, or the one that it is; NULL when there is none. */
const struct value *tfvalidators_first(const struct value *v);

/*
 * Asks about a type, twice if it is not large, and adds what was told to the objects and the array:
 * enums (path to words), ranges (path to two texts; of a text, those of its length) and widened
 * (the paths of enumerations that are not all, since another validator speaks of the attribute
 * too).
 */
FP_MUST_CHECK int tfvalidators_record(struct tfclient *c, struct arena *a, const struct restype *t,
				      bool large, json_t *enums, json_t *ranges, json_t *widened,
				      struct err *e);

#endif
