#include "runner/plan/body.h"

#include <string.h>
#include <strings.h>

#include "runner/plan/hcl/convert.h"

struct reader {
	struct walk *walk;
	const struct restype_block *schema;
	struct dynamic_content content;
};

/* --- what the provider's validators refuse ------------------------------------------------------
 */

static bool listed(const struct restype_attr *attr, const char *text)
{
	for (size_t i = 0; i < attr->enum_count; i++)
		if (strcmp(attr->enums[i], text) == 0)
			return true;
	return false;
}

static bool listed_but_for_case(const struct restype_attr *attr, const char *text)
{
	if (listed(attr, text))
		return false;
	for (size_t i = 0; i < attr->enum_count; i++)
		if (strcasecmp(attr->enums[i], text) == 0)
			return true;
	return false;
}

static const char *list_text(struct arena *a, const struct restype_attr *attr)
{
	FP_CLEANUP(buf_release) struct buf out = BUF_INIT(65536);

	for (size_t i = 0; i < attr->enum_count; i++)
		buf_addf(&out, "%s\"%s\"", i ? " " : "", attr->enums[i]);
	return arena_strdup(a, buf_text(&out));
}

static void check_case(struct walk *w, const struct restype_attr *attr, const struct value *v,
		       struct range where)
{
	if (!attr->case_kept)
		diag_unsupported(
			w->diags, where, "Value that differs in case",
			"The provider takes \"%s\" for one of [%s], but it is not recorded "
			"how it plans it.",
			v->text, list_text(w->arena, attr));
}

static void check_enum(struct walk *w, const struct restype_attr *attr, const struct value *v,
		       struct range where)
{
	if (v->state != VALUE_KNOWN || attr->enum_count == 0)
		return;
	if (v->type->kind == TYPE_LIST || v->type->kind == TYPE_SET)
		for (size_t i = 0; i < v->count; i++)
			check_enum(w, attr, v->items[i], where);
	else if (v->type == &type_string && attr->ignore_case && listed_but_for_case(attr, v->text))
		check_case(w, attr, v, where);
	else if (v->type == &type_string && *v->text && !listed(attr, v->text))
		diag_error(w->diags, where,
			   arena_printf(w->arena, "expected %s to be one of [%s], got %s",
					attr->name, list_text(w->arena, attr),
					value_marks_deep(v) & VALUE_SENSITIVE ? "(sensitive value)"
									      : v->text),
			   NULL);
}

static bool bound(const char *text, int64_t *ret_bound)
{
	char *end;

	if (!text)
		return false;
	*ret_bound = strtoll(text, &end, 10);
	return *end == 0;
}

/* The bounds of a text are those of its size in bytes. */
static void check_length(struct walk *w, const struct restype_attr *attr, const struct value *v,
			 struct range where)
{
	int64_t low, high;

	if (v->state != VALUE_KNOWN || v->type != &type_string || !bound(attr->range_min, &low) ||
	    !bound(attr->range_max, &high) || low >= high)
		return;
	if ((int64_t)v->count < low || (int64_t)v->count > high)
		diag_error(
			w->diags, where,
			arena_printf(w->arena,
				     "expected length of %s to be in the range (%s - %s), got %s",
				     attr->name, attr->range_min, attr->range_max,
				     value_marks_deep(v) & VALUE_SENSITIVE ? "(sensitive value)"
									   : v->text),
			NULL);
}

static void check_range(struct walk *w, const struct restype_attr *attr, const struct value *v,
			struct range where)
{
	int64_t low, high, n;

	if (v->state != VALUE_KNOWN || v->type != &type_number || !bound(attr->range_min, &low) ||
	    !bound(attr->range_max, &high) || low >= high || !number_to_int64(v->number, &n))
		return;
	if (n < low || n > high)
		diag_error(w->diags, where,
			   arena_printf(w->arena,
					"expected %s to be in the range (%s - %s), got %lld",
					attr->name, attr->range_min, attr->range_max, (long long)n),
			   NULL);
}

static void check_value(struct walk *w, const struct restype_attr *attr, const struct value *v,
			struct range where)
{
	check_enum(w, attr, v, where);
	check_range(w, attr, v, where);
	check_length(w, attr, v, where);
}

/* A step from the configuration to what is being checked. */
struct at {
	const struct at *parent;
	const struct value *step;
	size_t depth;
};

static void add_places(struct walk *w, struct body_places *places, const struct at *at,
		       size_t before)
{
	const struct value **steps = arena_array(w->arena, at->depth + 1, sizeof(*steps));
	size_t depth = at->depth;

	if (before == w->diags->count)
		return;
	for (; at; at = at->parent)
		steps[at->depth - 1] = at->step;
	for (; before < w->diags->count; before++) {
		places->list = arena_grow(w->arena, places->list, places->count, &places->capacity,
					  sizeof(*places->list));
		places->list[places->count++] =
			(struct body_place){before, value_tuple(w->arena, steps, depth)};
	}
}

static void check_block(struct walk *w, const struct restype_block *schema,
			const struct value *config, const struct at *parent,
			struct body_places *places);

static void check_elements(struct walk *w, const struct restype_block *schema,
			   const struct value *v, const struct at *parent,
			   struct body_places *places)
{
	if (!value_is_iterable(v))
		return;
	if (v->type->kind == TYPE_OBJECT) {
		check_block(w, schema, v, parent, places);
		return;
	}
	for (size_t i = 0; i < v->count; i++) {
		const struct at at = {parent, value_int(w->arena, (int64_t)i), parent->depth + 1};

		/* An element of a set has no place of its own. */
		check_block(w, schema, v->items[i], v->type->kind == TYPE_SET ? parent : &at,
			    places);
	}
}

static void check_block(struct walk *w, const struct restype_block *schema,
			const struct value *config, const struct at *parent,
			struct body_places *places)
{
	const struct range nowhere = {.source = NULL};
	size_t depth = parent ? parent->depth + 1 : 1;

	if (!value_has_keys(config))
		return;
	for (size_t i = 0; i < schema->attr_count; i++) {
		const struct restype_attr *attr = &schema->attrs[i];
		const struct value *v = value_get(config, attr->name);
		const struct at at = {parent, value_string(w->arena, attr->name), depth};
		size_t before = w->diags->count;

		if (v && attr->nested) {
			check_elements(w, attr->nested->object, v, &at, places);
		} else if (v) {
			check_value(w, attr, v, nowhere);
			add_places(w, places, &at, before);
		}
	}
	for (size_t i = 0; i < schema->type_count; i++) {
		const struct restype_block_type *t = &schema->types[i];
		const struct value *v = value_get(config, t->name);
		const struct at at = {parent, value_string(w->arena, t->name), depth};

		if (v)
			check_elements(w, t->block, v, &at, places);
	}
}

void body_check(struct walk *w, const struct restype_block *schema, const struct value *config,
		struct body_places *places)
{
	check_block(w, schema, config, NULL, places);
}

/* --- attributes ---------------------------------------------------------------------------------
 */

static const struct value *read_attr(struct reader *r, const struct scope *scope,
				     const struct restype_attr *attr)
{
	const struct attribute *given = syntax_find(&r->content.content, attr->name);
	struct walk *w = r->walk;
	struct err e = ERR_INIT;
	const struct value *v;

	if (!given)
		return value_null(w->arena, attr->type);
	v = eval_expr(&w->eval, scope, given->expr);
	if (convert_value(w->arena, v, attr->given ? attr->given : attr->type, &v, &e) < 0) {
		diag_error(w->diags, given->expr->range, "Incorrect attribute value type",
			   "Inappropriate value for attribute \"%s\": %s.", attr->name, e.text);
		return value_unknown(w->arena, attr->type);
	}
	if (attr->computed && !attr->optional && !attr->required && !value_is_null(v))
		diag_error(w->diags, given->range, "Value for unconfigurable attribute",
			   "Can't configure a value for \"%s\": its value will be decided "
			   "automatically based on the result of applying this configuration.",
			   attr->name);
	if ((value_marks_deep(v) & VALUE_EPHEMERAL) && !attr->write_only)
		diag_error(w->diags, given->expr->range, "Invalid use of ephemeral value",
			   "Ephemeral values are not valid for \"%s\", because it is not an "
			   "assignable write-only attribute.",
			   attr->name);
	if (attr->required && value_is_null(v))
		diag_error(w->diags, given->expr->range, "Missing required argument",
			   "The argument \"%s\" is required, but no definition was found.",
			   attr->name);
	check_value(w, attr, v, given->expr->range);
	return v;
}

/* --- blocks
 * --------------------------------------------------------------------------------------- */

struct items {
	const struct value **list;
	const char **keys;
	size_t count;
	bool unknown;
	unsigned marks;
	const struct block *last;
};

static struct items read_items(struct reader *r, const char *name,
			       const struct restype_block *schema)
{
	size_t total = r->content.block_count;
	struct items out = {
		.list = arena_array(r->walk->arena, total + 1, sizeof(*out.list)),
		.keys = arena_array(r->walk->arena, total + 1, sizeof(*out.keys)),
	};

	for (size_t i = 0; i < total; i++) {
		const struct dynamic_block *b = &r->content.blocks[i];

		if (strcmp(b->block->type, name) != 0)
			continue;
		out.unknown |= b->unknown;
		out.marks |= b->marks;
		out.last = b->block;
		out.keys[out.count] = b->block->label_count ? b->block->labels[0] : "";
		out.list[out.count++] = body_value(r->walk, b->scope, b->block->body, schema);
	}
	return out;
}

static void check_count(struct reader *r, const struct body *body,
			const struct restype_block_type *t, const struct items *items)
{
	struct walk *w = r->walk;

	if (items->unknown)
		return;
	if (items->count < t->min_items)
		diag_error(w->diags, body->missing,
			   arena_printf(w->arena, "Insufficient %s blocks", t->name),
			   "At least %u \"%s\" blocks are required.", t->min_items, t->name);
	else if (t->max_items && items->count > t->max_items)
		diag_error(w->diags, items->last->range,
			   arena_printf(w->arena, "Too many %s blocks", t->name),
			   "No more than %u \"%s\" blocks are allowed", t->max_items, t->name);
	else if ((t->nesting == RESTYPE_SINGLE || t->nesting == RESTYPE_GROUP) && items->count > 1)
		diag_error(w->diags, items->last->range,
			   arena_printf(w->arena, "Duplicate %s block", t->name),
			   "Only one block of type \"%s\" is allowed.", t->name);
}

static const struct value *collect(struct arena *a, const struct restype_block_type *t,
				   struct items *items)
{
	const struct type *element = t->block->type;

	switch (t->nesting) {
	case RESTYPE_SINGLE:
	case RESTYPE_GROUP:
		return items->count ? items->list[0] : value_null(a, element);
	case RESTYPE_LIST:
		return element->has_dynamic ? value_tuple(a, items->list, items->count)
					    : value_list(a, element, items->list, items->count);
	case RESTYPE_SET:
		return value_set(a, items->count ? items->list[0]->type : element, items->list,
				 items->count);
	case RESTYPE_MAP:
		return element->has_dynamic
			       ? value_object(a, items->keys, items->list, items->count)
			       : value_map(a, element, items->keys, items->list, items->count);
	}
	return value_null(a, element);
}

static const struct value *read_blocks(struct reader *r, const struct body *body,
				       const struct restype_block_type *t)
{
	struct items items = read_items(r, t->name, t->block);
	const struct value *v;

	check_count(r, body, t, &items);
	if (items.unknown)
		return value_mark(r->walk->arena, value_unknown(r->walk->arena, t->type),
				  items.marks);
	v = collect(r->walk->arena, t, &items);
	return items.marks ? value_mark(r->walk->arena, v, items.marks) : v;
}

/* --- attributes that are written as blocks
 * -------------------------------------------------------- */

static bool written_as_blocks(const struct content *guess, const char *name)
{
	for (size_t i = 0; i < guess->block_count; i++) {
		const struct block *b = guess->blocks[i];

		if (strcmp(b->type, name) == 0)
			return true;
		if (strcmp(b->type, "dynamic") == 0 && b->label_count == 1 &&
		    strcmp(b->labels[0], name) == 0)
			return true;
	}
	return false;
}

static bool list_of_objects(const struct restype_attr *attr)
{
	return !attr->nested && (attr->type->kind == TYPE_LIST || attr->type->kind == TYPE_SET) &&
	       attr->type->element->kind == TYPE_OBJECT;
}

/* The elements of such an attribute as a schema: all is optional. */
static const struct restype_block *object_schema(struct arena *a, const struct type *object)
{
	struct restype_attr *attrs = arena_array(a, object->count + 1, sizeof(*attrs));

	for (size_t i = 0; i < object->count; i++)
		attrs[i] = (struct restype_attr){.name = object->attrs[i].name,
						 .type = object->attrs[i].type,
						 .optional = true};
	return restype_block_new(a, attrs, object->count, NULL, 0);
}

/* The schema with those attributes as blocks that the body writes as blocks. */
static struct body_schema effective(struct walk *w, const struct restype_block *schema,
				    const struct body *body, bool *as_blocks)
{
	struct content guess = syntax_guess(w->arena, body);
	struct schema_attr *attrs = arena_array(w->arena, schema->attr_count + 1, sizeof(*attrs));
	struct schema_block *blocks =
		arena_array(w->arena, schema->attr_count + schema->type_count + 1, sizeof(*blocks));
	struct body_schema out = {attrs, 0, blocks, schema->type_count};

	if (schema->type_count)
		memcpy(blocks, schema->syntax.blocks, schema->type_count * sizeof(*blocks));
	for (size_t i = 0; i < schema->attr_count; i++) {
		const struct restype_attr *attr = &schema->attrs[i];

		as_blocks[i] = list_of_objects(attr) && written_as_blocks(&guess, attr->name);
		if (as_blocks[i])
			blocks[out.block_count++] = (struct schema_block){.type = attr->name};
		else
			attrs[out.attr_count++] = schema->syntax.attrs[i];
	}
	return out;
}

static const struct value *read_attr_blocks(struct reader *r, const struct restype_attr *attr)
{
	const struct type *element = attr->type->element;
	struct arena *a = r->walk->arena;
	struct items items = read_items(r, attr->name, object_schema(a, element));

	if (items.unknown)
		return value_unknown(a, attr->type);
	return attr->type->kind == TYPE_LIST ? value_list(a, element, items.list, items.count)
					     : value_set(a, element, items.list, items.count);
}

/* --- bodies
 * ------------------------------------------------------------------------------------------ */

const struct value *body_value(struct walk *w, const struct scope *scope, const struct body *body,
			       const struct restype_block *schema)
{
	struct reader r = {.walk = w, .schema = schema};
	size_t total = schema->attr_count + schema->type_count, count = 0;
	const char **keys = arena_array(w->arena, total + 1, sizeof(*keys));
	const struct value **items = arena_array(w->arena, total + 1, sizeof(*items));
	bool *as_blocks = arena_alloc(w->arena, schema->attr_count + 1);
	struct body_schema syntax = schema->syntax;

	if (schema->has_block_attrs)
		syntax = effective(w, schema, body, as_blocks);
	r.content = eval_content(&w->eval, scope, body, &syntax, NULL);
	for (size_t i = 0; i < schema->attr_count; i++) {
		keys[count] = schema->attrs[i].name;
		items[count++] = as_blocks[i] ? read_attr_blocks(&r, &schema->attrs[i])
					      : read_attr(&r, scope, &schema->attrs[i]);
	}
	for (size_t i = 0; i < schema->type_count; i++) {
		keys[count] = schema->types[i].name;
		items[count++] = read_blocks(&r, body, &schema->types[i]);
	}
	if (schema->type->has_dynamic)
		return value_object(w->arena, keys, items, count);
	/* The type's attributes are sorted by name; attributes and blocks were so each. */
	for (size_t i = 1; i < count; i++)
		for (size_t k = i; k > 0 && strcmp(keys[k - 1], keys[k]) > 0; k--) {
			const char *key = keys[k];
			const struct value *item = items[k];

			keys[k] = keys[k - 1];
			items[k] = items[k - 1];
			keys[k - 1] = key;
			items[k - 1] = item;
		}
	return value_object_of(w->arena, schema->type, items);
}
