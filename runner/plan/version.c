#include "runner/plan/version.h"

#include <string.h>

#define SEGMENTS_MAX 3

struct version {
	uint64_t segments[SEGMENTS_MAX];
	size_t given;
	const char *pre;
	size_t pre_size;
};

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* Reads a version at *p; white space and a comma end it. */
static bool read_version(const char **p, struct version *v)
{
	*v = (struct version){.given = 0};
	*p += **p == 'v';
	while (v->given < SEGMENTS_MAX && is_digit(**p)) {
		uint64_t n = 0;

		for (; is_digit(**p); (*p)++) {
			n = n * 10 + (uint64_t)(**p - '0');
			if (n > UINT32_MAX)
				return false;
		}
		v->segments[v->given++] = n;
		if (**p != '.')
			break;
		(*p)++;
	}
	if (**p == '-') {
		v->pre = ++*p;
		v->pre_size = strcspn(*p, " \t,+");
		*p += v->pre_size;
	}
	if (**p == '+')
		*p += strcspn(*p, " \t,");
	return v->given > 0 && (**p == 0 || strchr(" \t,", **p));
}

static int compare(const struct version *a, const struct version *b)
{
	for (size_t i = 0; i < SEGMENTS_MAX; i++)
		if (a->segments[i] != b->segments[i])
			return a->segments[i] < b->segments[i] ? -1 : 1;
	if (!a->pre || !b->pre)
		return (a->pre ? -1 : 0) + (b->pre ? 1 : 0);
	if (a->pre_size == b->pre_size && memcmp(a->pre, b->pre, a->pre_size) == 0)
		return 0;
	return memcmp(a->pre, b->pre, FP_MIN(a->pre_size, b->pre_size)) < 0 ? -1 : 1;
}

/* "~> 1.2" allows 1.2 and later below 2; "~> 1.2.3" below 1.3. */
static bool pessimistic(const struct version *v, const struct version *bound)
{
	size_t fixed = bound->given > 1 ? bound->given - 1 : 1;

	if (compare(v, bound) < 0)
		return false;
	for (size_t i = 0; i < fixed; i++)
		if (v->segments[i] != bound->segments[i])
			return false;
	return true;
}

static bool satisfies(const char *op, size_t op_size, const struct version *v,
		      const struct version *bound)
{
	int order = compare(v, bound);

	if (op_size == 0 || (op_size == 1 && op[0] == '='))
		return order == 0;
	if (op_size == 1)
		return op[0] == '>' ? order > 0 : order < 0;
	if (op[0] == '~')
		return pessimistic(v, bound);
	if (op[0] == '!')
		return order != 0;
	return op[0] == '>' ? order >= 0 : order <= 0;
}

static size_t operator_size(const char *p)
{
	static const char *const operators[] = {"~>", "!=", ">=", "<=", ">", "<", "="};

	for (size_t i = 0; i < FP_ARRAY_SIZE(operators); i++)
		if (strncmp(p, operators[i], strlen(operators[i])) == 0)
			return strlen(operators[i]);
	return 0;
}

enum version_match version_match(const char *constraint, const char *version)
{
	const char *p = constraint;
	struct version v, bound;
	bool all = true;

	if (!read_version(&version, &v))
		return VERSION_MALFORMED;
	do {
		const char *op;
		size_t op_size;

		p += strspn(p, " \t");
		op = p;
		op_size = operator_size(p);
		p += op_size;
		p += strspn(p, " \t");
		if (!read_version(&p, &bound))
			return VERSION_MALFORMED;
		all &= satisfies(op, op_size, &v, &bound);
		p += strspn(p, " \t");
	} while (*p == ',' && p++);
	if (*p)
		return VERSION_MALFORMED;
	return all ? VERSION_MATCHES : VERSION_DIFFERS;
}

void version_check_core(struct arena *a, const char *constraint, struct range where,
			struct diags *d)
{
	(void)a;
	switch (version_match(constraint, VERSION_TERRAFORM)) {
	case VERSION_MATCHES:
		return;
	case VERSION_DIFFERS:
		diag_error(d, where, "Unsupported Terraform Core version",
			   "This configuration does not support Terraform version %s. To proceed, "
			   "either choose another supported Terraform version or update this "
			   "version constraint. Version constraints are normally set for good "
			   "reason, so updating the constraint may lead to other errors or "
			   "unexpected behavior.",
			   VERSION_TERRAFORM);
		return;
	case VERSION_MALFORMED:
		diag_error(d, where, "Invalid version constraint",
			   "This string does not use correct version constraint syntax.");
		return;
	}
}
