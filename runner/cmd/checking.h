/* What `verify`, `trust` and `rerun` share: whom to trust, and how checks are told. */
#ifndef RUNNER_CMD_CHECKING_H
#define RUNNER_CMD_CHECKING_H

#include <jansson.h>

#include "runner/attest/check.h"
#include "runner/attest/trust.h"
#include "runner/opt.h"

struct checking_values {
	struct opt_texts keys;
	const char *trust, *trust_key;
};

/* --trust FILE, which --trust-key must have signed if given, or the keys of --key. */
FP_MUST_CHECK int checking_load(const struct checking_values *v, struct arena *a,
				struct trust *ret_trust, struct err *e);

/* One line for each check. */
void checking_print(const struct checks *checks);
json_t *checking_json(const struct checks *checks);

#endif
