/* Every verifier, one file each. */
#ifndef VERIFIERS_TABLE_H
#define VERIFIERS_TABLE_H

#include "verifiers/verifier.h"

extern const struct verifier verifier_aligned, verifier_applies, verifier_converges,
	verifier_executes, verifier_expected, verifier_hermetic, verifier_idempotent,
	verifier_impact, verifier_kept, verifier_policy, verifier_recorded, verifier_regression,
	verifier_reproducible, verifier_scope, verifier_suppression, verifier_coverage,
	verifier_minimal, verifier_pinned, verifier_secrets;

#endif
