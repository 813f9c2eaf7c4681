/* The tests that policies bring along: `policy test`. */
#ifndef RUNNER_CMD_POLICY_TEST_H
#define RUNNER_CMD_POLICY_TEST_H

#include "policies/policy.h"

/* Runs and prints all tests of these policies; CMD_VERIFIED, CMD_REFUSED when one differs, or -1.
 */
FP_MUST_CHECK int policy_test_run(const struct policy *const *policies, size_t count,
				  struct arena *a, struct err *e);

#endif
