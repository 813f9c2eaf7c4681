/*
 * Terraform's types.  Immutable, in an arena or static, compared with type_equal(); the primitive
 * ones are objects of their own, whose addresses may be compared.
 */
#ifndef RUNNER_PLAN_HCL_TYPE_H
#define RUNNER_PLAN_HCL_TYPE_H

#include "runner/base/arena.h"
#include "runner/base/base.h"
#include "runner/base/buf.h"
#include "runner/base/err.h"
#include "runner/base/json.h"

enum type_kind {
	TYPE_DYNAMIC, /* "any" in a constraint, "dynamic" in JSON; of a value: its type is unknown
		       */
	TYPE_BOOL,
	TYPE_NUMBER,
	TYPE_STRING,
	TYPE_LIST,
	TYPE_SET,
	TYPE_MAP,
	TYPE_OBJECT,
	TYPE_TUPLE,
};

struct type_attr {
	const char *name;
	const struct type *type;
	bool optional; /* only in constraints */
};

struct type {
	enum type_kind kind;
	bool has_dynamic;		    /* itself or anywhere within */
	bool has_optional;		    /* an object with optional attributes anywhere within */
	uint32_t count;			    /* of attributes or elements */
	const struct type *element;	    /* list, set, map */
	const struct type_attr *attrs;	    /* object, sorted by name as bytes */
	const struct type *const *elements; /* tuple */
};

extern const struct type type_dynamic, type_bool, type_number, type_string;
extern const struct type type_empty_object, type_empty_tuple;

#define TYPE_DEPTH_MAX 64

const struct type *type_list(struct arena *a, const struct type *element);
const struct type *type_set(struct arena *a, const struct type *element);
const struct type *type_map(struct arena *a, const struct type *element);
/* Sorts attrs in place and keeps the array; names must be unique. */
const struct type *type_object(struct arena *a, struct type_attr *attrs, size_t count);
/* Keeps the array. */
const struct type *type_tuple(struct arena *a, const struct type *const *elements, size_t count);

bool type_equal(const struct type *a, const struct type *b);
bool type_is_primitive(const struct type *t);
bool type_is_collection(const struct type *t); /* list, set or map */
/* The place of an attribute in attrs, or -1. */
ptrdiff_t type_attr_index(const struct type *object, const char *name);
const struct type *type_attr_type(const struct type *object, const char *name); /* or NULL */

/* The same type with no optional attributes: what values have. */
const struct type *type_without_optional(struct arena *a, const struct type *t);

/* "list of string", "object", "tuple": as Terraform's messages name types. */
const char *type_name(struct arena *a, const struct type *t);
/* list(string), object({a=number}): as Terraform writes type expressions. */
const char *type_expression(struct arena *a, const struct type *t);

/* cty's JSON form: "string", ["list","string"], ["object",{"a":"bool"},["a"]]. */
json_t *type_to_json(const struct type *t);
FP_MUST_CHECK int type_from_json(struct arena *a, const json_t *json, const struct type **ret_type,
				 struct err *e);

#endif
