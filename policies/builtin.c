/* Built-in policies, which were read when the program was built. */
#include "policies/internal.h"

#include "runner/base/die.h"

int policy_read(const char *what, const char *id, const char *text, size_t size, struct arena *a,
		const struct policy **ret_policy, struct err *e)
{
	for (size_t i = 0; i < policy_builtin_count; i++) {
		const struct policy_builtin *b = &policy_builtins[i];

		if (size != b->tests_at || strcmp(b->policy->id, id) != 0 ||
		    memcmp(text, b->text, size) != 0)
			continue;
		*ret_policy = b->policy;
		return 0;
	}
	return policy_parse(what, text, size, a, ret_policy, e);
}
