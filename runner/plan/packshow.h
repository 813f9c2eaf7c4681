/* What provider packs know, as text for people. */
#ifndef RUNNER_PLAN_PACKSHOW_H
#define RUNNER_PLAN_PACKSHOW_H

#include "runner/plan/pack.h"

/* "recorded from a binary with sha256:…", "derived from …", or NULL where the pack does not say. */
const char *packshow_origin(const struct pack *p, struct arena *a);

/* Whether its provider was never asked, only read about. */
bool packshow_is_derived(const struct pack *p, struct arena *a);

/* A line for each pack: provider, version, how many types, digest. */
FP_MUST_CHECK int packshow_list(const struct pack *packs, size_t count, struct arena *a,
				struct buf *out, struct err *e);

/* A type as resource and as data source, with schema and facts; unknown is ERR_INPUT. */
FP_MUST_CHECK int packshow_type(const struct pack *packs, size_t count, const char *name,
				struct arena *a, struct buf *out, struct err *e);

#endif
