/*
 * A mocked provider, behind the plugin protocol (versions 5 and 6): calls in, answers out, no I/O.
 * What it answers is worked out by the same code that the embedded planner uses (provide.h,
 * mock.h).
 *
 * It serves the schema of those types only that it was given.  What it cannot decide exactly it
 * answers with a diagnostic whose detail ends in MOCKPROV_UNDECIDED.
 */
#ifndef RUNNER_PLAN_TF_MOCKPROV_H
#define RUNNER_PLAN_TF_MOCKPROV_H

#include "runner/plan/tf/h2.h"
#include "runner/plan/walk.h"

#define MOCKPROV_UNDECIDED "\n\n(Not decided by the mocked provider.)"

struct mockprov;

/* types (of this provider; others are passed over) and request live as long as the arena. */
struct mockprov *mockprov_new(struct arena *a, const char *address, const struct request *request,
			      const struct type_use *types, size_t type_count);

const char *mockprov_address(const struct mockprov *p);
int mockprov_protocol(const struct mockprov *p);

/* The name in that version of a method that is named as in version 5. */
const char *mockprov_method(const char *name, int protocol);

/* One connection, which has a configuration of its own. */
struct mockprov_client;
struct mockprov_client *mockprov_connect(struct mockprov *p);
void mockprov_disconnect(struct mockprov_client *c);

/* An h2_answer_fn; context is a struct mockprov_client. */
enum h2_status mockprov_answer(void *context, const char *path, const uint8_t *message, size_t size,
			       struct buf *out);

#endif
