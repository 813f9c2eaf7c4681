#include <string.h>

#include "runner/plan/hcl/convert.h"
#include "runner/plan/hcl/eval.h"
#include "runner/plan/hcl/quote.h"

static const char invalid_index[] = "Invalid index";

static const struct value *fail(struct eval *ev, struct range where, const char *summary,
				const char *detail)
{
	diag_error(ev->diags, where, summary, "%s", detail);
	return &value_dynamic;
}

/* A whole number that is not negative; false after a diagnostic. */
static bool position(struct eval *ev, const struct value *key, struct range where, size_t *ret_at)
{
	int64_t i;

	if (!number_is_int(key->number)) {
		fail(ev, where, invalid_index,
		     "The given key does not identify an element in this collection value: "
		     "indexing a "
		     "sequence requires a whole number, but the given index has a fractional "
		     "part.");
		return false;
	}
	if (!number_to_int64(key->number, &i)) {
		fail(ev, where, invalid_index,
		     "The given key does not identify an element in this collection value: the "
		     "given "
		     "index is greater than or equal to the length of the collection.");
		return false;
	}
	if (i < 0) {
		fail(ev, where, invalid_index,
		     "The given key does not identify an element in this collection value: a "
		     "negative "
		     "number is not a valid index for a sequence.");
		return false;
	}
	*ret_at = (size_t)i;
	return true;
}

static const struct value *out_of_range(struct eval *ev, struct range where, size_t count)
{
	return fail(
		ev, where, invalid_index,
		count == 0 ? "The given key does not identify an element in this collection value: "
			     "the collection has no elements."
			   : "The given key does not identify an element in this collection value: "
			     "the given index is greater than or equal to the length of the "
			     "collection.");
}

static const struct value *in_sequence(struct eval *ev, const struct value *v,
				       const struct value *key, struct range where)
{
	bool tuple = v->type->kind == TYPE_TUPLE;
	const struct value *number;
	struct err e = ERR_INIT;
	size_t at;

	if (convert_value(ev->arena, key, &type_number, &number, &e) < 0) {
		diag_error(
			ev->diags, where, invalid_index,
			"The given key does not identify an element in this collection value: %s.",
			e.text);
		return &value_dynamic;
	}
	if (number->state == VALUE_UNKNOWN)
		return tuple ? &value_dynamic : value_unknown(ev->arena, v->type->element);
	if (v->state == VALUE_UNKNOWN && !tuple) {
		const struct refinement *r = value_refinement(v);

		if (!position(ev, number, where, &at))
			return &value_dynamic;
		if (r->has_length && at >= r->length_max)
			return out_of_range(ev, where, r->length_max);
		return value_unknown(ev->arena, v->type->element);
	}
	if (!position(ev, number, where, &at))
		return &value_dynamic;
	if (at >= (tuple ? v->type->count : v->count))
		return out_of_range(ev, where, tuple ? v->type->count : v->count);
	if (v->state == VALUE_UNKNOWN)
		return value_unknown(ev->arena, v->type->elements[at]);
	return v->items[at];
}

static const struct value *in_map(struct eval *ev, const struct value *v, const struct value *key,
				  struct range where)
{
	const struct value *text, *found;
	struct err e = ERR_INIT;

	if (convert_value(ev->arena, key, &type_string, &text, &e) < 0) {
		diag_error(
			ev->diags, where, invalid_index,
			"The given key does not identify an element in this collection value: %s.",
			e.text);
		return &value_dynamic;
	}
	if (text->state == VALUE_UNKNOWN || v->state == VALUE_UNKNOWN)
		return value_unknown(ev->arena, v->type->element);
	found = value_get(v, text->text);
	return found ? found
		     : fail(ev, where, invalid_index,
			    "The given key does not identify an element in this collection value.");
}

static const struct value *in_object(struct eval *ev, const struct value *v,
				     const struct value *key, struct range where)
{
	const struct value *text;
	struct err e = ERR_INIT;
	ptrdiff_t at;

	if (convert_value(ev->arena, key, &type_string, &text, &e) < 0) {
		diag_error(
			ev->diags, where, invalid_index,
			"The given key does not identify an element in this collection value: %s.",
			e.text);
		return &value_dynamic;
	}
	if (text->state == VALUE_UNKNOWN)
		return &value_dynamic;
	at = type_attr_index(v->type, text->text);
	if (at < 0)
		return fail(ev, where, invalid_index,
			    "The given key does not identify an element in this collection value.");
	if (v->state == VALUE_UNKNOWN)
		return value_unknown(ev->arena, v->type->attrs[at].type);
	return v->items[at];
}

static const struct value *index_plain(struct eval *ev, const struct value *v,
				       const struct value *key, struct range where)
{
	if (v->type->kind == TYPE_DYNAMIC || key->type->kind == TYPE_DYNAMIC) {
		if (v->type->kind != TYPE_DYNAMIC && v->type->element)
			return v->type->kind == TYPE_SET
				       ? fail(ev, where, invalid_index,
					      "Elements of a set are identified only by their "
					      "value and "
					      "don't have any separate index or key to select "
					      "with, so "
					      "it's only possible to perform operations across all "
					      "elements of the set.")
				       : value_unknown(ev->arena, v->type->element);
		return &value_dynamic;
	}
	switch (v->type->kind) {
	case TYPE_LIST:
	case TYPE_TUPLE:
		return in_sequence(ev, v, key, where);
	case TYPE_MAP:
		return in_map(ev, v, key, where);
	case TYPE_OBJECT:
		return in_object(ev, v, key, where);
	case TYPE_SET:
		return fail(
			ev, where, invalid_index,
			"Elements of a set are identified only by their value and don't have any "
			"separate index or key to select with, so it's only possible to perform "
			"operations across all elements of the set.");
	case TYPE_DYNAMIC:
	case TYPE_BOOL:
	case TYPE_NUMBER:
	case TYPE_STRING:
		break;
	}
	return fail(ev, where, invalid_index, "This value does not have any indices.");
}

const struct value *eval_index(struct eval *ev, const struct value *collection,
			       const struct value *key, struct range where)
{
	const struct value *v;

	if (collection->state == VALUE_NULL)
		return fail(ev, where, "Attempt to index null value",
			    "This value is null, so it does not have any indices.");
	if (key->state == VALUE_NULL)
		return fail(ev, where, invalid_index, "Can't use a null value as an indexing key.");
	v = index_plain(ev, value_unmark(ev->arena, collection), value_unmark(ev->arena, key),
			where);
	/* The key of an object only names an attribute, as Terraform sees it. */
	return value_mark(ev->arena, v,
			  collection->marks |
				  (collection->type->kind == TYPE_OBJECT ? 0 : key->marks));
}

static const struct value *missing_attr(struct eval *ev, const struct value *v, const char *name,
					struct range where)
{
	static const char summary[] = "Unsupported attribute";

	if (v->type->kind == TYPE_OBJECT)
		diag_error(ev->diags, where, summary,
			   "This object does not have an attribute named %s.",
			   quote_go_text(ev->arena, name));
	else if (v->type->kind == TYPE_LIST || v->type->kind == TYPE_SET)
		diag_error(ev->diags, where, summary,
			   "Can't access attributes on a list of objects. Did you mean to access "
			   "attribute %s for a specific element of the list, or across all "
			   "elements of "
			   "the list?",
			   quote_go_text(ev->arena, name));
	else
		diag_error(ev->diags, where, summary, "This value does not have any attributes.");
	return &value_dynamic;
}

const struct value *eval_attr(struct eval *ev, const struct value *object, const char *name,
			      struct range where)
{
	const struct value *found = NULL;
	const char *key;
	ptrdiff_t at;
	size_t size;

	if (object->state == VALUE_NULL)
		return fail(ev, where, "Attempt to get attribute from null value",
			    "This value is null, so it does not have any attributes.");
	if (object->type->kind == TYPE_DYNAMIC)
		return value_mark(ev->arena, &value_dynamic, object->marks);
	key = value_normalize(ev->arena, name, strlen(name), &size);
	if (object->type->kind == TYPE_MAP) {
		if (object->state == VALUE_UNKNOWN)
			found = value_unknown(ev->arena, object->type->element);
		else
			found = value_get(object, key);
		if (!found)
			return fail(
				ev, where, "Missing map element",
				arena_printf(ev->arena,
					     "This map does not have an element with the key %s.",
					     quote_go_text(ev->arena, name)));
		return value_mark(ev->arena, found, object->marks);
	}
	if (object->type->kind != TYPE_OBJECT)
		return missing_attr(ev, object, name, where);
	at = type_attr_index(object->type, key);
	if (at < 0)
		return missing_attr(ev, object, name, where);
	found = object->state == VALUE_UNKNOWN
			? value_unknown(ev->arena, object->type->attrs[at].type)
			: object->items[at];
	return value_mark(ev->arena, found, object->marks);
}

const struct value *eval_steps(struct eval *ev, const struct value *v, const struct step *steps,
			       size_t count)
{
	for (size_t i = 0; i < count; i++) {
		size_t failures = ev->diags->failures;

		v = steps[i].kind == STEP_ATTR ? eval_attr(ev, v, steps[i].name, steps[i].range)
					       : eval_index(ev, v, steps[i].key, steps[i].range);
		if (ev->diags->failures > failures)
			return &value_dynamic;
	}
	return v;
}
