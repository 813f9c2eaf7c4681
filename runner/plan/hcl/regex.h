/*
 * Regular expressions of RE2's syntax, run by PCRE2: the pattern is read by RE2's rules and written
 * again with only what both understand alike.
 */
#ifndef RUNNER_PLAN_HCL_REGEX_H
#define RUNNER_PLAN_HCL_REGEX_H

#include "runner/base/arena.h"
#include "runner/base/base.h"
#include "runner/base/buf.h"

#define REGEX_DEPTH_MAX 200
#define REGEX_GROUPS_MAX 200

enum regex_fault {
	REGEX_FINE,
	REGEX_INVALID,	   /* RE2 refuses it too */
	REGEX_UNSUPPORTED, /* the two may differ */
	REGEX_LIMIT,
};

struct regex_pattern {
	const char *pcre;
	size_t groups;
	const char *names[REGEX_GROUPS_MAX]; /* of groups; NULL: without a name */
	enum regex_fault fault;
	const char *reason;
};

void regex_translate(struct arena *a, const char *text, struct regex_pattern *ret);

#endif
