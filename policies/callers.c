/*
 * Whether the Condition element of an IAM policy document narrows down who calls, where the
 * principal is everyone (IAM User Guide, "Condition element" and "Condition keys"; Amazon S3 User
 * Guide, "The meaning of public").
 *
 * It does when one of its keys tells who or from where, under an operator that a request without
 * the key does not satisfy, and when each of the values names somebody.
 */
#include "policies/internal.h"

enum caller_kind {
	CALLER_NAME,	/* of an account, an organisation, a network: nothing may be left open */
	CALLER_ARN,	/* the account may not be left open */
	CALLER_ADDRESS, /* a range that is not half the world */
	CALLER_TRUE,
};

/* Names of condition keys are compared without regard to case. */
static const struct {
	const char *key;
	enum caller_kind kind;
} keys[] = {
	{"aws:PrincipalAccount", CALLER_NAME},
	{"aws:PrincipalArn", CALLER_ARN},
	{"aws:PrincipalIsAWSService", CALLER_TRUE},
	{"aws:PrincipalOrgID", CALLER_NAME},
	{"aws:PrincipalOrgPaths", CALLER_NAME},
	{"aws:PrincipalServiceName", CALLER_NAME},
	{"aws:PrincipalServiceNamesList", CALLER_NAME},
	{"aws:SourceAccount", CALLER_NAME},
	{"aws:SourceArn", CALLER_ARN},
	{"aws:SourceIp", CALLER_ADDRESS},
	{"aws:SourceOrgID", CALLER_NAME},
	{"aws:SourceOrgPaths", CALLER_NAME},
	{"aws:SourceOwner", CALLER_NAME},
	{"aws:SourceVpc", CALLER_NAME},
	{"aws:SourceVpce", CALLER_NAME},
	{"aws:userid", CALLER_NAME},
	{"aws:VpceAccount", CALLER_NAME},
	{"aws:VpceOrgID", CALLER_NAME},
	{"elasticfilesystem:AccessedViaMountTarget", CALLER_TRUE},
	{"kms:CallerAccount", CALLER_NAME},
	{"s3:DataAccessPointAccount", CALLER_NAME},
	{"s3:DataAccessPointArn", CALLER_ARN},
};

static const struct {
	const char *name;
	bool takes_patterns;
} operators[] = {
	{"ArnEquals", true},  {"ArnLike", true},       {"Bool", false},
	{"IpAddress", false}, {"StringEquals", false}, {"StringEqualsIgnoreCase", false},
	{"StringLike", true},
};

/* NULL for what a request without the key satisfies, and for what says who may not call. */
static const bool *takes_patterns(const char *name)
{
	if (strncasecmp(name, "ForAnyValue:", 12) == 0)
		name += 12;
	for (size_t i = 0; i < FP_ARRAY_SIZE(operators); i++)
		if (strcasecmp(operators[i].name, name) == 0)
			return &operators[i].takes_patterns;
	return NULL;
}

/* Variables of policies that say what is called, so that both sides are of one account. */
static const char *after_own(const char *text)
{
	static const char *const own[] = {"${aws:ResourceAccount}", "${aws:ResourceOrgID}",
					  "${aws:ResourceOrgPaths}"};

	for (size_t i = 0; i < FP_ARRAY_SIZE(own); i++)
		if (strncasecmp(text, own[i], strlen(own[i])) == 0)
			return text + strlen(own[i]);
	return text;
}

/* A name in which nothing is left open before its first "/" or ":". */
static bool names_one(const char *text, bool patterns)
{
	const char *rest = after_own(text);
	size_t size = strcspn(rest, "/:");
	const char *variable = strstr(rest, "${");

	if (*text == '\0' || (variable && (size_t)(variable - rest) < size))
		return false;
	return !patterns || strcspn(rest, "*?") >= size;
}

/* arn:PARTITION:SERVICE:REGION:ACCOUNT:RESOURCE; where there is no account the resource counts. */
static bool arn_names_one(const char *text, bool patterns)
{
	const char *account = text;

	for (int i = 0; i < 4; i++) {
		account = strchr(account, ':');
		if (!account)
			return false;
		account++;
	}
	return *account == ':' ? names_one(account + 1, patterns) : names_one(account, patterns);
}

static bool address_names_one(const char *text)
{
	const char *slash = strchr(text, '/');
	struct policy_range range;
	bool v6;

	if (!policy_parse_cidr(text, &range, &v6))
		return false;
	return !slash || strtol(slash + 1, NULL, 10) >= (v6 ? 32 : 8);
}

static enum policy_result judge_value(const json_t *value, bool unknown, enum caller_kind kind,
				      bool patterns)
{
	const char *text = json_string_value(value);
	bool fine = false;

	/* By an exact comparison whatever it turns out to be names one. */
	if (unknown)
		return kind == CALLER_NAME && !patterns ? POLICY_PASS : POLICY_UNKNOWN;
	if (kind == CALLER_TRUE)
		return json_is_true(value) || (text && strcasecmp(text, "true") == 0) ? POLICY_PASS
										      : POLICY_FAIL;
	if (text && kind == CALLER_NAME)
		fine = names_one(text, patterns);
	else if (text && kind == CALLER_ARN)
		fine = arn_names_one(text, patterns);
	else if (text)
		fine = address_names_one(text);
	else if (json_is_integer(value)) /* an account that was written as a number */
		fine = kind == CALLER_NAME;
	return fine ? POLICY_PASS : POLICY_FAIL;
}

/* Any of the values satisfies the operator, so each must name somebody. */
static enum policy_result judge_values(const json_t *values, const json_t *unknown,
				       enum caller_kind kind, bool patterns)
{
	size_t count = FP_MAX(json_array_size(values), json_array_size(unknown));
	enum policy_result result = POLICY_PASS;

	if (!json_is_array(values) && !json_is_array(unknown))
		return judge_value(values, json_is_true(unknown), kind, patterns);
	for (size_t i = 0; i < count; i++) {
		enum policy_result one =
			judge_value(json_array_get(values, i),
				    json_is_true(json_array_get(unknown, i)), kind, patterns);

		if (one == POLICY_FAIL)
			return one;
		if (one == POLICY_UNKNOWN)
			result = one;
	}
	return count > 0 ? result : POLICY_FAIL;
}

static enum policy_result judge_key(const char *name, const json_t *values, const json_t *unknown,
				    bool patterns)
{
	for (size_t i = 0; i < FP_ARRAY_SIZE(keys); i++)
		if (strcasecmp(keys[i].key, name) == 0)
			return judge_values(values, unknown, keys[i].kind, patterns);
	return POLICY_FAIL;
}

/* The best of two: all keys of a condition must hold, so one that narrows is enough. */
static enum policy_result better(enum policy_result one, enum policy_result other)
{
	if (one == POLICY_PASS || other == POLICY_PASS)
		return POLICY_PASS;
	return one == POLICY_UNKNOWN ? one : other;
}

/* The keys under one operator, those that are known and those that are not. */
static enum policy_result judge_operator(const json_t *known, const json_t *unknown, bool patterns)
{
	enum policy_result result = POLICY_FAIL;
	const char *name;
	json_t *m;

	if (json_is_true(unknown))
		return POLICY_UNKNOWN;
	json_object_foreach ((json_t *)(uintptr_t)known, name, m)
		result = better(result,
				judge_key(name, m, json_object_get(unknown, name), patterns));
	json_object_foreach ((json_t *)(uintptr_t)unknown, name, m)
		if (!json_object_get(known, name))
			result = better(result, judge_key(name, NULL, m, patterns));
	return result;
}

bool policy_names_callers(const char *operator, const char * key)
{
	for (size_t i = 0; i < FP_ARRAY_SIZE(keys); i++)
		if (strcasecmp(keys[i].key, key) == 0)
			return takes_patterns(operator) != NULL;
	return false;
}

enum policy_result policy_judge_callers(const struct policy_value *found,
					const struct doc *value FP_UNUSED)
{
	enum policy_result result = POLICY_FAIL;
	const char *name;
	const bool *patterns;
	json_t *m;

	if (found->is_unknown)
		return POLICY_UNKNOWN;
	json_object_foreach ((json_t *)(uintptr_t)found->value, name, m) {
		patterns = takes_patterns(name);
		if (patterns)
			result = better(result,
					judge_operator(m, json_object_get(found->unknown, name),
						       *patterns));
	}
	json_object_foreach ((json_t *)(uintptr_t)found->unknown, name, m) {
		patterns = json_object_get(found->value, name) ? NULL : takes_patterns(name);
		if (patterns)
			result = better(result, judge_operator(NULL, m, *patterns));
	}
	return result;
}
