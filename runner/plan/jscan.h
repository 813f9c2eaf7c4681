/*
 * A cursor over JSON in memory, for the documents of provider packs: it reads what is asked for and
 * steps over the rest without building anything.  The first fault makes the cursor bad for good;
 * then every call gives nothing, so readers check once, at the end.
 */
#ifndef RUNNER_PLAN_JSCAN_H
#define RUNNER_PLAN_JSCAN_H

#include "runner/base/arena.h"
#include "runner/base/base.h"

#define JSCAN_MAX_DEPTH 256

struct jscan {
	const char *at, *end;
	struct arena *arena;
	bool bad;
};

struct jscan_text {
	const char *data; /* not terminated */
	size_t size;
};

/* A cursor over a text, which may be empty and have no data. */
struct jscan jscan_of(struct arena *a, struct jscan_text text);

/* The first byte of the next value, or 0 at the end. */
char jscan_peek(struct jscan *j);

/* Enter an object or array, then take members until false; the caller reads each value or skips it.
 */
void jscan_enter(struct jscan *j, char open);
bool jscan_key(struct jscan *j, const char **ret_key);
bool jscan_item(struct jscan *j);

const char *jscan_string(struct jscan *j);
bool jscan_bool(struct jscan *j);
uint32_t jscan_uint(struct jscan *j);

/* Steps over one value and says where it stands. */
struct jscan_text jscan_skip(struct jscan *j);

/* The value of that member of an object, as text; data is NULL when there is none. */
struct jscan_text jscan_member(struct arena *a, struct jscan_text object, const char *name);

/* No fault, and nothing but white space is left. */
bool jscan_done(struct jscan *j);

#endif
