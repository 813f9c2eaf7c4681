/*
 * cty's conversions in two steps: whether one exists for a pair of types (possible), and what it
 * makes of a value (convert).  The rules are those of cty/convert, whose results Terraform shows.
 */
#include "runner/plan/hcl/convert.h"

#include <string.h>

#include "runner/plan/hcl/quote.h"

static bool possible(struct arena *a, const struct type *in, const struct type *out, bool unsafe);

static bool primitive_possible(const struct type *in, const struct type *out, bool unsafe)
{
	if (in->kind == out->kind)
		return true;
	if (out->kind == TYPE_STRING)
		return true;
	return unsafe && in->kind == TYPE_STRING;
}

static bool object_possible(struct arena *a, const struct type *in, const struct type *out,
			    bool unsafe)
{
	for (uint32_t i = 0; i < out->count; i++) {
		const struct type *attr = type_attr_type(in, out->attrs[i].name);

		if (!attr && out->attrs[i].optional)
			continue;
		if (!attr || (!type_equal(attr, out->attrs[i].type) &&
			      !possible(a, attr, out->attrs[i].type, unsafe)))
			return false;
	}
	return true;
}

/* The element type that parts of a tuple or object become in a collection of element type t. */
static const struct type *common_element(struct arena *a, const struct type *in,
					 const struct type *element, bool unsafe)
{
	const struct type **parts;

	if (element->kind != TYPE_DYNAMIC)
		return element;
	parts = arena_array(a, in->count, sizeof(*parts));
	for (uint32_t i = 0; i < in->count; i++)
		parts[i] = in->kind == TYPE_TUPLE ? in->elements[i] : in->attrs[i].type;
	return convert_unify(a, parts, in->count, unsafe);
}

static bool structural_possible(struct arena *a, const struct type *in, const struct type *out,
				bool unsafe)
{
	const struct type *element;

	if (in->count == 0)
		return true;
	element = common_element(a, in, out->element, unsafe);
	if (!element)
		return false;
	for (uint32_t i = 0; i < in->count; i++) {
		const struct type *part =
			in->kind == TYPE_TUPLE ? in->elements[i] : in->attrs[i].type;

		if (element->kind == TYPE_DYNAMIC && out->element->kind == TYPE_DYNAMIC &&
		    in->kind == TYPE_TUPLE && part->kind != TYPE_DYNAMIC)
			return false;
		if (!type_equal(part, element) && !possible(a, part, element, unsafe))
			return false;
	}
	return true;
}

static bool map_to_object_possible(struct arena *a, const struct type *in, const struct type *out)
{
	for (uint32_t i = 0; i < out->count; i++)
		if (!type_equal(in->element, out->attrs[i].type) && !out->attrs[i].optional &&
		    !possible(a, in->element, out->attrs[i].type, true))
			return false;
	return true;
}

static bool tuple_possible(struct arena *a, const struct type *in, const struct type *out,
			   bool unsafe)
{
	if (in->count != out->count)
		return false;
	for (uint32_t i = 0; i < in->count; i++)
		if (!type_equal(in->elements[i], out->elements[i]) &&
		    !possible(a, in->elements[i], out->elements[i], unsafe))
			return false;
	return true;
}

static bool sequence_possible(struct arena *a, const struct type *in, const struct type *out,
			      bool unsafe)
{
	if (out->kind == TYPE_SET && in->kind == TYPE_LIST && !unsafe)
		return false;
	return type_equal(in->element, out->element) ||
	       possible(a, in->element, out->element, unsafe);
}

static bool possible(struct arena *a, const struct type *in, const struct type *out, bool unsafe)
{
	if (out->kind == TYPE_DYNAMIC)
		return true;
	if (in->kind == TYPE_DYNAMIC)
		return unsafe;
	if (type_is_primitive(in) && type_is_primitive(out))
		return primitive_possible(in, out, unsafe);
	switch (out->kind) {
	case TYPE_OBJECT:
		if (in->kind == TYPE_OBJECT)
			return object_possible(a, in, out, unsafe);
		return in->kind == TYPE_MAP && unsafe && map_to_object_possible(a, in, out);
	case TYPE_TUPLE:
		return in->kind == TYPE_TUPLE && tuple_possible(a, in, out, unsafe);
	case TYPE_LIST:
	case TYPE_SET:
		if (in->kind == TYPE_LIST || in->kind == TYPE_SET)
			return sequence_possible(a, in, out, unsafe);
		return in->kind == TYPE_TUPLE && structural_possible(a, in, out, unsafe);
	case TYPE_MAP:
		if (in->kind == TYPE_MAP)
			return possible(a, in->element, out->element, unsafe);
		return in->kind == TYPE_OBJECT && structural_possible(a, in, out, unsafe);
	case TYPE_DYNAMIC:
	case TYPE_BOOL:
	case TYPE_NUMBER:
	case TYPE_STRING:
		break;
	}
	return false;
}

bool convert_possible(struct arena *a, const struct type *from, const struct type *to,
		      bool allow_unsafe)
{
	return possible(a, from, to, allow_unsafe);
}

/* --- values -------------------------------------------------------------------------------------
 */

struct job {
	struct arena *arena;
	bool unsafe;
	struct err *err;
};

static const struct value *run(struct job *j, const struct value *v, const struct type *t);

/* out with "any" replaced by what in has there, for null and unknown values. */
static const struct type *fill_dynamic(struct arena *a, const struct type *in,
				       const struct type *out)
{
	if (out->kind == TYPE_DYNAMIC)
		return in;
	if (!out->has_dynamic || in->kind == TYPE_DYNAMIC)
		return out;
	if (type_is_collection(out) && (type_is_collection(in) || in->count > 0)) {
		const struct type *element = in->element;

		if (!type_is_collection(in)) {
			const struct type **parts = arena_array(a, in->count, sizeof(*parts));

			for (uint32_t i = 0; i < in->count; i++)
				parts[i] = in->kind == TYPE_TUPLE ? in->elements[i]
								  : in->attrs[i].type;
			element = convert_unify(a, parts, in->count, true);
			if (!element)
				return out;
		}
		element = fill_dynamic(a, element, out->element);
		return out->kind == TYPE_LIST  ? type_list(a, element)
		       : out->kind == TYPE_SET ? type_set(a, element)
					       : type_map(a, element);
	}
	if (out->kind == TYPE_OBJECT && (in->kind == TYPE_OBJECT || in->kind == TYPE_MAP)) {
		struct type_attr *attrs = arena_array(a, out->count, sizeof(*attrs));

		for (uint32_t i = 0; i < out->count; i++) {
			const struct type *have = in->kind == TYPE_MAP
							  ? in->element
							  : type_attr_type(in, out->attrs[i].name);

			attrs[i] = out->attrs[i];
			if (have)
				attrs[i].type = fill_dynamic(a, have, attrs[i].type);
		}
		return type_object(a, attrs, out->count);
	}
	if (out->kind == TYPE_TUPLE && in->kind == TYPE_TUPLE && in->count == out->count) {
		const struct type **elements = arena_array(a, out->count, sizeof(*elements));

		for (uint32_t i = 0; i < out->count; i++)
			elements[i] = fill_dynamic(a, in->elements[i], out->elements[i]);
		return type_tuple(a, elements, out->count);
	}
	return out;
}

/* What is known about an unknown collection outlives its conversion. */
static const struct value *unknown_as(struct arena *a, const struct value *v,
				      const struct type *target)
{
	const struct refinement *old = value_refinement(v);
	struct refinement *r = arena_alloc(a, sizeof(*r));

	r->not_null = old->not_null;
	r->length_max = SIZE_MAX;
	if ((v->type->kind == TYPE_OBJECT && target->kind == TYPE_MAP) ||
	    (v->type->kind == TYPE_TUPLE && target->kind == TYPE_LIST)) {
		r->has_length = true;
		r->length_min = r->length_max = v->type->count;
	} else if (v->type->kind == TYPE_TUPLE && target->kind == TYPE_SET) {
		r->has_length = true;
		r->length_min = FP_MIN(v->type->count, 1u);
		r->length_max = v->type->count;
	} else if (type_is_collection(v->type) && type_is_collection(target) && old->has_length) {
		r->has_length = true;
		r->length_max = old->length_max;
		r->length_min = target->kind == TYPE_SET ? FP_MIN(old->length_min, (size_t)1)
							 : old->length_min;
	}
	if (!r->not_null && !r->has_length)
		return value_unknown(a, target);
	return value_unknown_refined(a, target, r);
}

static const struct value *fail(struct job *j, const char *reason)
{
	(void)err_set(j->err, ERR_INPUT, "%s", reason);
	return NULL;
}

static const struct value *string_to_bool(struct job *j, const char *text)
{
	static const struct {
		const char *text, *hint;
	} near[] = {{"True", "true"}, {"TRUE", "true"}, {"False", "false"}, {"FALSE", "false"}};

	if (strcmp(text, "true") == 0 || strcmp(text, "1") == 0)
		return &value_true;
	if (strcmp(text, "false") == 0 || strcmp(text, "0") == 0)
		return &value_false;
	for (size_t i = 0; i < FP_ARRAY_SIZE(near); i++)
		if (strcmp(text, near[i].text) == 0)
			return fail(j, arena_printf(j->arena,
						    "a bool is required; to convert from string, "
						    "use lowercase \"%s\"",
						    near[i].hint));
	return fail(j, "a bool is required");
}

static const struct value *primitive(struct job *j, const struct value *v, const struct type *t)
{
	const struct number *n;
	bool limit;

	if (v->type->kind == t->kind)
		return v;
	if (t->kind == TYPE_STRING) {
		if (v->type->kind == TYPE_BOOL)
			return value_string(j->arena, v->boolean ? "true" : "false");
		return value_string(j->arena, number_text(j->arena, v->number));
	}
	if (t->kind == TYPE_BOOL)
		return string_to_bool(j, v->text);
	n = number_parse(j->arena, v->text, v->count, &limit);
	if (n)
		return value_number(j->arena, n);
	if (limit) {
		(void)err_set(j->err, ERR_LIMIT, "the number is larger than accepted");
		return NULL;
	}
	return fail(j, "a number is required");
}

/* Puts the place of an error before it, as cty's paths do: key or index may be missing. */
static const struct value *at_key(struct job *j, const char *name)
{
	if (j->err->kind == ERR_INPUT)
		(void)err_wrap(j->err, "attribute %s", quote_go_text(j->arena, name));
	return NULL;
}

static const struct value *at_index(struct job *j, size_t i)
{
	if (j->err->kind == ERR_INPUT)
		(void)err_wrap(j->err, "element %zu", i);
	return NULL;
}

static const struct value *at_element_key(struct job *j, const char *key)
{
	if (j->err->kind == ERR_INPUT)
		(void)err_wrap(j->err, "element %s", quote_go_text(j->arena, key));
	return NULL;
}

static const struct value *as_part(struct job *j, const struct value *v, const struct type *t)
{
	return type_equal(v->type, t) ? v : run(j, v, t);
}

static const struct value *object_to_object(struct job *j, const struct value *v,
					    const struct type *t)
{
	struct type_attr *attrs = arena_array(j->arena, t->count, sizeof(*attrs));
	const struct value **items = arena_array(j->arena, t->count, sizeof(*items));

	for (uint32_t i = 0; i < t->count; i++) {
		ptrdiff_t at = type_attr_index(v->type, t->attrs[i].name);

		items[i] = at < 0 ? value_null(j->arena, t->attrs[i].type)
				  : as_part(j, v->items[at], t->attrs[i].type);
		if (!items[i])
			return at_key(j, t->attrs[i].name);
		attrs[i] = (struct type_attr){t->attrs[i].name, items[i]->type, false};
	}
	return value_object_of(j->arena, type_object(j->arena, attrs, t->count), items);
}

static const struct value *map_to_object(struct job *j, const struct value *v, const struct type *t)
{
	struct type_attr *attrs = arena_array(j->arena, t->count, sizeof(*attrs));
	const struct value **items = arena_array(j->arena, t->count, sizeof(*items));

	for (uint32_t i = 0; i < t->count; i++) {
		const struct type_attr *want = &t->attrs[i];
		const struct value *have = value_get(v, want->name);

		if (!have && !want->optional)
			return fail(j, arena_printf(j->arena,
						    "map has no element for required attribute %s",
						    quote_go_text(j->arena, want->name)));
		if (have && !type_equal(have->type, want->type) &&
		    !possible(j->arena, have->type, want->type, true)) {
			(void)err_set(j->err, ERR_INPUT,
				      "map element type is incompatible with attribute %s: %s",
				      quote_go_text(j->arena, want->name),
				      convert_mismatch(j->arena, have->type, want->type));
			return NULL;
		}
		items[i] = have ? as_part(j, have, want->type) : value_null(j->arena, want->type);
		if (!items[i])
			return at_element_key(j, want->name);
		attrs[i] = (struct type_attr){want->name, items[i]->type, false};
	}
	return value_object_of(j->arena, type_object(j->arena, attrs, t->count), items);
}

static const struct value *tuple_to_tuple(struct job *j, const struct value *v,
					  const struct type *t)
{
	const struct value **items = arena_array(j->arena, t->count, sizeof(*items));

	for (uint32_t i = 0; i < t->count; i++) {
		items[i] = as_part(j, v->items[i], t->elements[i]);
		if (!items[i])
			return at_index(j, i);
	}
	return value_tuple(j->arena, items, t->count);
}

/* Makes the element types of items one, where "any" within the wanted type left them different. */
static bool same_types(struct job *j, const struct value **items, size_t count, bool unsafe)
{
	const struct type **types, *common;
	bool same = true;

	for (size_t i = 1; i < count && same; i++)
		same = type_equal(items[0]->type, items[i]->type);
	if (same)
		return true;
	types = arena_array(j->arena, count, sizeof(*types));
	for (size_t i = 0; i < count; i++)
		types[i] = items[i]->type;
	common = convert_unify(j->arena, types, count, unsafe);
	if (!common)
		return fail(j, "collection elements cannot be unified") != NULL;
	for (size_t i = 0; i < count; i++) {
		items[i] = as_part(j, items[i], common);
		if (!items[i])
			return false;
	}
	for (size_t i = 1; i < count; i++)
		if (!type_equal(items[0]->type, items[i]->type))
			return fail(j, "element types must all match for conversion to list") !=
			       NULL;
	return true;
}

static const struct value *sequence(struct job *j, const struct type *element, bool set,
				    const struct value **items, size_t count)
{
	if (count > 0)
		element = items[0]->type;
	return set ? value_set(j->arena, element, items, count)
		   : value_list(j->arena, element, items, count);
}

static const struct value *to_sequence(struct job *j, const struct value *v, const struct type *t)
{
	const struct value **items = arena_array(j->arena, v->count, sizeof(*items));
	const struct type *element = t->element;

	/* The length of a set that holds unknown values is unknown, so is the list of them. */
	if (v->type->kind == TYPE_SET && t->kind == TYPE_LIST && v->unknown_within && v->count > 1)
		return value_unknown(j->arena, type_list(j->arena, v->type->element));
	if (v->type->kind == TYPE_TUPLE && v->count > 0) {
		element = common_element(j->arena, v->type, element, j->unsafe);
		if (!element)
			return fail(j, convert_mismatch(j->arena, v->type, t));
	} else if (element->kind == TYPE_DYNAMIC && v->type->element) {
		element = v->type->element;
	}
	for (size_t i = 0; i < v->count; i++) {
		items[i] = as_part(j, v->items[i], element);
		if (!items[i])
			return at_index(j, i);
	}
	if (!same_types(j, items, v->count, j->unsafe))
		return NULL;
	return sequence(j, element, t->kind == TYPE_SET, items, v->count);
}

static const struct value *to_map(struct job *j, const struct value *v, const struct type *t)
{
	const struct value **items = arena_array(j->arena, v->count, sizeof(*items));
	const char **keys = arena_array(j->arena, v->count, sizeof(*keys));
	const struct type *element = t->element;

	if (v->type->kind == TYPE_OBJECT && v->count > 0) {
		element = common_element(j->arena, v->type, element, j->unsafe);
		if (!element)
			return fail(j, convert_mismatch(j->arena, v->type, t));
	} else if (element->kind == TYPE_DYNAMIC && v->type->element) {
		element = v->type->element;
	}
	for (size_t i = 0; i < v->count; i++) {
		keys[i] = value_key(v, i);
		items[i] = as_part(j, v->items[i], element);
		if (!items[i])
			return at_element_key(j, keys[i]);
	}
	if (!same_types(j, items, v->count, v->type->kind == TYPE_OBJECT && j->unsafe))
		return NULL;
	if (v->count > 0)
		element = items[0]->type;
	return value_map(j->arena, element, keys, items, v->count);
}

static const struct value *known(struct job *j, const struct value *v, const struct type *t)
{
	switch (t->kind) {
	case TYPE_DYNAMIC:
		return v;
	case TYPE_BOOL:
	case TYPE_NUMBER:
	case TYPE_STRING:
		return primitive(j, v, t);
	case TYPE_LIST:
	case TYPE_SET:
		return to_sequence(j, v, t);
	case TYPE_MAP:
		return to_map(j, v, t);
	case TYPE_OBJECT:
		return v->type->kind == TYPE_MAP ? map_to_object(j, v, t)
						 : object_to_object(j, v, t);
	case TYPE_TUPLE:
		return tuple_to_tuple(j, v, t);
	}
	return NULL;
}

static const struct value *run(struct job *j, const struct value *v, const struct type *t)
{
	const struct value *result;

	if (t->kind == TYPE_DYNAMIC || (v->state == VALUE_KNOWN && type_equal(v->type, t)))
		return v;
	if (v->state != VALUE_KNOWN) {
		const struct type *target =
			fill_dynamic(j->arena, v->type, type_without_optional(j->arena, t));

		result = v->state == VALUE_NULL ? value_null(j->arena, target)
						: unknown_as(j->arena, v, target);
	} else {
		result = known(j, v, t);
	}
	return result ? value_mark(j->arena, result, v->marks) : NULL;
}

int convert_value(struct arena *a, const struct value *v, const struct type *t,
		  const struct value **ret_value, struct err *e)
{
	struct job j = {.arena = a, .unsafe = true, .err = e};
	const struct value *result;

	if (type_equal(v->type, t)) {
		*ret_value = v;
		return 0;
	}
	if (!possible(a, v->type, t, true))
		return err_set(e, ERR_INPUT, "%s", convert_mismatch(a, v->type, t));
	result = run(&j, v, t);
	if (!result)
		return -1;
	*ret_value = result;
	return 0;
}
