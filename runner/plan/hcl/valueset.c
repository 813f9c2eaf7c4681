#include "runner/plan/hcl/valueset.h"

#include <string.h>

#include "runner/plan/hcl/quote.h"

#define HASH_BYTES_MAX ((size_t)256 * 1024 * 1024)

/* The bytes that stand for v in comparisons of elements that are no primitives. */
static void add_hash(struct buf *out, const struct value *v)
{
	if (v->state == VALUE_UNKNOWN) {
		buf_addch(out, '?');
		return;
	}
	if (v->state == VALUE_NULL) {
		buf_addch(out, '~');
		return;
	}
	switch (v->type->kind) {
	case TYPE_DYNAMIC:
		return;
	case TYPE_BOOL:
		buf_addch(out, v->boolean ? 'T' : 'F');
		return;
	case TYPE_NUMBER:
		number_format(out, v->number, 'g', 10);
		return;
	case TYPE_STRING:
		quote_go(out, v->text, v->count);
		return;
	case TYPE_LIST:
	case TYPE_SET:
		buf_addch(out, '[');
		break;
	case TYPE_MAP:
		buf_addch(out, '{');
		break;
	case TYPE_OBJECT:
	case TYPE_TUPLE:
		buf_addch(out, '<');
		break;
	}
	for (size_t i = 0; i < v->count; i++) {
		if (v->type->kind == TYPE_MAP) {
			quote_go(out, v->keys[i], strlen(v->keys[i]));
			buf_addch(out, ':');
		}
		add_hash(out, v->items[i]);
		buf_addch(out, ';');
	}
	buf_addch(out, v->type->kind == TYPE_MAP				     ? '}'
		       : v->type->kind == TYPE_OBJECT || v->type->kind == TYPE_TUPLE ? '>'
										     : ']');
}

struct element {
	const struct value *value;
	const char *hash;
	size_t hash_size, place;
};

static int rank(const struct value *v)
{
	return v->state == VALUE_KNOWN ? 0 : v->state == VALUE_UNKNOWN ? 1 : 2;
}

static int compare_known(const struct element *a, const struct element *b)
{
	size_t size = FP_MIN(a->hash_size, b->hash_size);
	int order;

	switch (a->value->type->kind) {
	case TYPE_BOOL:
		return (int)a->value->boolean - (int)b->value->boolean;
	case TYPE_NUMBER:
		return number_compare(a->value->number, b->value->number);
	case TYPE_STRING:
		return strcmp(a->value->text, b->value->text);
	case TYPE_DYNAMIC:
	case TYPE_LIST:
	case TYPE_SET:
	case TYPE_MAP:
	case TYPE_OBJECT:
	case TYPE_TUPLE:
		break;
	}
	/* What is empty may have no bytes at all. */
	order = size ? memcmp(a->hash, b->hash, size) : 0;
	if (order != 0)
		return order;
	return (a->hash_size > b->hash_size) - (a->hash_size < b->hash_size);
}

static int compare(const struct element *a, const struct element *b)
{
	int by_rank = rank(a->value) - rank(b->value);

	if (by_rank != 0 || rank(a->value) != 0)
		return by_rank;
	return compare_known(a, b);
}

static int by_order(const void *x, const void *y)
{
	const struct element *a = x, *b = y;
	int order = compare(a, b);

	return order != 0 ? order : (a->place > b->place) - (a->place < b->place);
}

static void set_hash(struct arena *a, struct element *e)
{
	FP_CLEANUP(buf_release) struct buf out = BUF_INIT(HASH_BYTES_MAX);

	if (type_is_primitive(e->value->type) || e->value->state != VALUE_KNOWN)
		return;
	add_hash(&out, e->value);
	e->hash = arena_strndup(a, buf_text(&out), out.size);
	e->hash_size = out.size;
}

static bool equivalent(struct arena *a, const struct value *x, const struct value *y)
{
	const struct value *equal;

	/* Two nulls are one; anything with unknown parts is not the same as anything. */
	if (x->state == VALUE_NULL && y->state == VALUE_NULL)
		return true;
	if (x->unknown_within || y->unknown_within)
		return false;
	equal = value_equals(a, x, y);
	return equal->state == VALUE_KNOWN && equal->boolean;
}

size_t valueset_order(struct arena *a, const struct value **items, size_t count)
{
	struct element *elements;
	size_t kept = 0;

	if (count == 0)
		return 0;
	elements = arena_array(a, count, sizeof(*elements));
	for (size_t i = 0; i < count; i++) {
		elements[i].value = items[i];
		elements[i].place = i;
		set_hash(a, &elements[i]);
	}
	qsort(elements, count, sizeof(*elements), by_order);
	for (size_t i = 0; i < count; i++) {
		bool seen = false;

		/* Equal elements compare as equal, so only that run before this one matters. */
		for (size_t j = i; j-- > 0 && !seen && compare(&elements[j], &elements[i]) == 0;)
			seen = equivalent(a, elements[j].value, elements[i].value);
		if (!seen)
			items[kept++] = elements[i].value;
	}
	return kept;
}

/* Primitive elements are in the order in which they compare. */
static bool has_primitive(const struct value *set, const struct value *element)
{
	size_t low = 0, high = set->count;
	const struct element wanted = {.value = element};

	while (low < high) {
		size_t middle = (low + high) / 2;
		const struct element one = {.value = set->items[middle]};
		int order = compare(&one, &wanted);

		if (order == 0)
			return true;
		if (order < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return false;
}

int valueset_has(struct arena *a, const struct value *set, const struct value *element)
{
	bool open = element->unknown_within;

	if (!open && !set->unknown_within && type_is_primitive(element->type) &&
	    type_equal(set->type->element, element->type))
		return has_primitive(set, element);

	for (size_t i = 0; i < set->count; i++) {
		if (set->items[i]->unknown_within)
			open = true;
		else if (equivalent(a, set->items[i], element))
			return 1;
	}
	return open ? -1 : 0;
}
