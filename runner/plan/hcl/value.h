/*
 * Terraform's values: immutable, in an arena.
 *
 * A value has a type, a state (known, null, unknown) and marks of its own.  What it holds is summed
 * up when it is made, so that value_wholly_known() and value_marks_deep() cost nothing.
 *
 * Strings are UTF-8 in NFC, without U+0000, NUL-terminated.  Map and object keys are sorted by
 * bytes; elements of a set are unique and in the order in which Terraform iterates over them.
 * Numbers are binary floating point of up to 512 bits (number.h).
 */
#ifndef RUNNER_PLAN_HCL_VALUE_H
#define RUNNER_PLAN_HCL_VALUE_H

#include "runner/base/arena.h"
#include "runner/base/base.h"
#include "runner/base/buf.h"
#include "runner/base/json.h"
#include "runner/plan/hcl/number.h"
#include "runner/plan/hcl/type.h"

enum value_state {
	VALUE_KNOWN,
	VALUE_NULL,
	VALUE_UNKNOWN,
};

/* Marks are bits; those from VALUE_MARK_USER on belong to who calls. */
#define VALUE_SENSITIVE 1u
#define VALUE_EPHEMERAL 2u
#define VALUE_MARK_USER 4u

/* What is known about an unknown value.  All zero says nothing. */
struct refinement {
	bool not_null;
	const char *prefix;		/* string: starts with this; or NULL */
	const struct number *min, *max; /* number; or NULL */
	bool min_inclusive, max_inclusive;
	bool has_length;	       /* list, set, map */
	size_t length_min, length_max; /* SIZE_MAX: no upper bound */
};

struct value {
	const struct type *type;
	uint8_t state;
	uint8_t marks;	      /* of this very value */
	uint8_t marks_within; /* of this and all that it holds */
	bool unknown_within;  /* it is unknown or holds something that is */
	uint16_t depth;	      /* how many values are within each other at most */
	uint32_t weight; /* how many values it holds, those that it holds twice counted twice */
	size_t count;	 /* bytes of a string, elements of anything else */
	union {
		bool boolean;
		const struct number *number;
		const char *text;
		const struct value *const *items;    /* list, set, tuple, map, object */
		const struct refinement *refinement; /* unknown; may be NULL */
	};
	const char *const *keys; /* of a known map, sorted; objects have theirs in the type */
};

/* --- making values ------------------------------------------------------------------------- */

extern const struct value value_true, value_false;
extern const struct value value_dynamic;      /* unknown, of unknown type */
extern const struct value value_null_dynamic; /* what the keyword null gives */

const struct value *value_bool(bool b);
const struct value *value_number(struct arena *a, const struct number *n);
const struct value *value_int(struct arena *a, int64_t i); /* 64 bits of precision, as Go's */
/* Normalises to NFC.  The text must be valid UTF-8 without U+0000 (value_text_fault says). */
const struct value *value_string(struct arena *a, const char *text);
const struct value *value_string_n(struct arena *a, const char *text, size_t size);
/* NULL when text can be a string value; otherwise why not: "is not valid UTF-8", … */
const char *value_text_fault(const char *text, size_t size);
const char *value_normalize(struct arena *a, const char *text, size_t size, size_t *ret_size);

const struct value *value_null(struct arena *a, const struct type *t);
const struct value *value_unknown(struct arena *a, const struct type *t);
/* r is kept.  Where r leaves only one value possible, that value is given. */
const struct value *value_unknown_refined(struct arena *a, const struct type *t,
					  const struct refinement *r);
/* v if it is not unknown, else v with not_null added. */
const struct value *value_not_null(struct arena *a, const struct value *v);

/* These keep the arrays.  Elements of lists, sets and maps must have the element type. */
const struct value *value_list(struct arena *a, const struct type *element,
			       const struct value *const *items, size_t count);
/* Sorts, drops duplicates; marks of elements move to the set. */
const struct value *value_set(struct arena *a, const struct type *element,
			      const struct value *const *items, size_t count);
/* Sorts both arrays in place; for equal keys the last one wins; keys must be normalised. */
const struct value *value_map(struct arena *a, const struct type *element, const char **keys,
			      const struct value **items, size_t count);
const struct value *value_tuple(struct arena *a, const struct value *const *items, size_t count);
/* Like value_map; the type comes from the items. */
const struct value *value_object(struct arena *a, const char **keys, const struct value **items,
				 size_t count);
/* An object of a given type (without optional attributes); items in the order of type->attrs. */
const struct value *value_object_of(struct arena *a, const struct type *type,
				    const struct value *const *items);

/* --- asking ---------------------------------------------------------------------------------- */

static inline bool value_is_null(const struct value *v)
{
	return v->state == VALUE_NULL;
}

static inline bool value_is_known(const struct value *v)
{
	return v->state != VALUE_UNKNOWN; /* null is known */
}

static inline bool value_wholly_known(const struct value *v)
{
	return !v->unknown_within;
}

static inline unsigned value_marks_deep(const struct value *v)
{
	return v->marks_within;
}

/* Sensitive or ephemeral, so that no message may show it. */
static inline bool value_is_hidden(const struct value *v)
{
	return v->marks_within & (VALUE_SENSITIVE | VALUE_EPHEMERAL);
}

static inline bool value_is_dynamic(const struct value *v)
{
	return v->type->kind == TYPE_DYNAMIC;
}

/* A known list, set, tuple, map or object, not null. */
bool value_is_iterable(const struct value *v);
bool value_has_keys(const struct value *v); /* map or object, known, not null */
const char *value_key(const struct value *v, size_t i);

/* The element of a known map or object, or NULL. */
const struct value *value_get(const struct value *v, const char *key);

/* The refinement of an unknown value, never NULL. */
const struct refinement *value_refinement(const struct value *v);
/* Surely not null: known and not null, or unknown and refined so. */
bool value_surely_not_null(const struct value *v);

/* Identity: same type, state, marks and content, as cty's RawEquals. */
bool value_identical(const struct value *a, const struct value *b);

/* As identical, but without looking at marks. */
bool value_same(const struct value *a, const struct value *b);

/* --- marks ------------------------------------------------------------------------------------ */

const struct value *value_mark(struct arena *a, const struct value *v, unsigned marks);
const struct value *value_unmark(struct arena *a, const struct value *v); /* this level only */
const struct value *value_unmark_deep(struct arena *a, const struct value *v);

/* A step into a value. */
struct value_step {
	const char *key; /* attribute of an object, key of a map; NULL: see index */
	size_t index;
	bool in_set; /* index counts in the order of iteration */
};

struct value_path {
	const struct value_step *steps;
	size_t count;
	unsigned marks;
};

/* Every place in v whose own marks hold one of the wanted bits, outermost first. */
void value_marked_paths(struct arena *a, const struct value *v, unsigned wanted,
			struct value_path **ret_paths, size_t *ret_count);

/*
 * A new value made from v by asking for each part, inside out: f gets a part whose own parts were
 * already replaced and gives what stands in its place.
 */
typedef const struct value *value_rewrite_fn(void *context, struct arena *a, const struct value *v);
const struct value *value_rewrite(struct arena *a, const struct value *v, value_rewrite_fn *f,
				  void *context);

/* --- operators, with Terraform's rules for unknown and marked operands ----------------------- */

const struct value *value_equals(struct arena *a, const struct value *x, const struct value *y);
const struct value *value_not(struct arena *a, const struct value *x);

/* --- JSON ---------------------------------------------------------------------------------------
 */

/*
 * Compact JSON of a known, unmarked value, members sorted, numbers with all their digits, strings
 * escaped as little as possible or as Go's encoder does for HTML (<, >, &, U+2028, U+2029).
 * Unknown values are written as null: who cares asks value_wholly_known() first.
 */
void value_write_json(struct buf *out, const struct value *v, bool html_escapes);

/*
 * The value of that JSON text as type t (a constraint without optional attributes; where it is
 * dynamic the type is implied by the JSON, as jsondecode() implies it).  Numbers keep all digits.
 */
FP_MUST_CHECK int value_from_json_text(struct arena *a, const struct type *t, const char *text,
				       size_t size, const struct value **ret_value, struct err *e);

/* The same from jansson's tree, whose numbers have lost what no int64_t and no double can hold. */
FP_MUST_CHECK int value_from_json(struct arena *a, const struct type *t, const json_t *json,
				  const struct value **ret_value, struct err *e);

/*
 * jansson's tree of a value (marks ignored, unknown as null).  A number that neither an int64_t nor
 * a double holds exactly makes it fail with ERR_LIMIT: use value_write_json() then.
 */
FP_MUST_CHECK int value_to_json(const struct value *v, json_t **ret_json, struct err *e);

#endif
