/*
 * Mocked state, format "fixproof-state/1":
 *
 *	{"format": …, "outputs": {NAME: {"value", "type", "sensitive"}},
 *	 "resources": {ADDRESS: {"mode", "module", "type", "name", "key", "provider",
 *	                         "provider_config", "value_type", "values", "sensitive"}}}
 *
 * value_type is cty's JSON form of the type of values, there only where the schema leaves it open.
 */
#ifndef RUNNER_PLAN_PLANSTATE_H
#define RUNNER_PLAN_PLANSTATE_H

#include "runner/plan/walk.h"

#define PLANSTATE_FORMAT "fixproof-state/1"

struct planstate_entry {
	const char *address;	      /* after moves */
	const char *previous_address; /* as in the state */
	struct jscan_text json;
	bool taken; /* an instance of the configuration has it */
};

struct state {
	struct planstate_entry *entries; /* sorted by address */
	size_t count;
	struct jscan_text outputs;
};

/* Reads the request's prior state and applies moved blocks. */
FP_MUST_CHECK int planstate_load(struct walk *w, struct err *e);

struct planstate_entry *planstate_find(const struct walk *w, const char *address);

/* The values of an entry with the marks they were stored with; NULL with a diagnostic. */
const struct value *planstate_value(struct walk *w, const struct planstate_entry *entry,
				    const struct restype *type);

/* The state after the walk that applied. */
void planstate_save(struct walk *w, struct buf *out);

/* A member of an entry that is a string; "" when it is none. */
const char *planstate_text(struct walk *w, const struct planstate_entry *entry, const char *key);
/* Its module, type, name and key, after moves, into r; false after a diagnostic. */
bool planstate_place(struct walk *w, const struct planstate_entry *entry,
		     struct resource_instance *r);

/* The output of that name in the prior state, with its mark; NULL: none. */
const struct value *planstate_output(struct walk *w, const char *name);

#endif
