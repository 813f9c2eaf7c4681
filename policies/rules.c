#include "policies/policy.h"

#include <strings.h>

static const char *plain(const char *rule)
{
	return strncasecmp(rule, "AVD-", 4) == 0 ? rule + 4 : rule;
}

bool policy_stands_for(const struct policy *p, const char *rule)
{
	const char *slash = strrchr(rule, '/'), *control = slash ? slash + 1 : rule;

	if (!*rule)
		return false;
	for (size_t i = 0; i < p->rules.count; i++)
		if (strcasecmp(plain(p->rules.items[i]), plain(rule)) == 0)
			return true;
	for (size_t i = 0; i < p->control_count; i++)
		if (strcmp(p->controls[i].standard, "AWS Foundational Security Best Practices") ==
			    0 &&
		    strcasecmp(p->controls[i].id, control) == 0)
			return true;
	return false;
}
