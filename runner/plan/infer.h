/* Types of providers without a pack, inferred from how the workspace uses them. */
#ifndef RUNNER_PLAN_INFER_H
#define RUNNER_PLAN_INFER_H

#include "runner/plan/walk.h"

/*
 * What all blocks of that type in all modules, and all references to them, say about it: arguments
 * are optional and of any type, what is only read is computed.
 */
const struct restype *infer_type(struct walk *w, const char *provider, enum pack_kind kind,
				 const char *name);

#endif
