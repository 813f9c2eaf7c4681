/*
 * Functions: a table of rows, and what their implementations work with.  The checks that every call
 * needs (number and types of arguments, null, unknown, marks) are made before an implementation
 * runs, as its row says.
 */
#ifndef RUNNER_PLAN_HCL_FUNC_H
#define RUNNER_PLAN_HCL_FUNC_H

#include "runner/plan/hcl/eval.h"

#define PARAM_NULL 1u	 /* null is allowed */
#define PARAM_UNKNOWN 2u /* the implementation looks at unknown values itself */
#define PARAM_DYNAMIC 4u /* and at values of unknown type */
#define PARAM_MARKED 8u	 /* and at marked ones */
#define PARAM_ALL (PARAM_NULL | PARAM_UNKNOWN | PARAM_DYNAMIC | PARAM_MARKED)

struct param {
	const char *name;
	const struct type *type; /* &type_dynamic: any */
	unsigned flags;
};

#define PARAMS_MAX 3

struct call {
	struct eval *eval;
	struct arena *arena;
	const char *name;
	const struct value **args;
	size_t count;
	const struct expr *const *exprs; /* NULL where there are none */
	const struct scope *scope;
	struct range where;
	/* What went wrong: set by call_fail() and its kin. */
	const char *fault;
	int fault_arg; /* -1: the call as a whole */
	enum diag_severity severity;
};

struct function {
	const char *name;
	struct param params[PARAMS_MAX];
	size_t count;
	bool variadic; /* rest may come any number of times */
	struct param rest;
	const struct type *returns; /* NULL: see type */
	/* The type of the result when an argument is unknown; NULL: fails, or value_dynamic's. */
	const struct type *(*type)(struct call *c);
	const struct value *(*run)(struct call *c); /* NULL: failed */
	bool may_be_null;			    /* an unknown result may turn out to be null */
	bool lazy;				    /* gets expressions, not values: try, can */
};

/* Tables, each ended by a row without a name. */
extern const struct function func_string[], func_number[], func_collection[], func_map[],
	func_set[], func_encoding[], func_type[], func_format[], func_file[], func_hash[],
	func_net[], func_time[], func_regex[], func_template[], func_yaml[];

const struct function *func_find(const char *name);

/* All return NULL, so that implementations can return them. */
void *call_fail(struct call *c, const char *format, ...) FP_PRINTF(2, 3);
void *call_fail_arg(struct call *c, size_t arg, const char *format, ...) FP_PRINTF(3, 4);
void *call_unsupported(struct call *c, const char *format, ...) FP_PRINTF(2, 3);
void *call_limit(struct call *c, const char *format, ...) FP_PRINTF(2, 3);

/* The whole number that argument i is; false after call_fail_arg(). */
bool call_int(struct call *c, size_t i, int64_t *ret_int);
/* The bytes of buf as a string value, or a refusal when they cannot be one. */
const struct value *call_string(struct call *c, const char *text, size_t size);

/* Runs a function on values, all checks made.  NULL: c->fault is set. */
const struct value *func_call(struct call *c, const struct function *f);

/* How much text one call may make. */
#define FUNC_TEXT_MAX ((size_t)64 * 1024 * 1024)
/* How many elements. */
#define FUNC_COUNT_MAX ((size_t)250000)

#endif
