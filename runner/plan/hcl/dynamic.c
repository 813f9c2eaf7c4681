#include <string.h>

#include "runner/plan/hcl/convert.h"
#include "runner/plan/hcl/eval.h"

struct expansion {
	struct eval *ev;
	const struct scope *scope;
	const struct body_schema *schema;
	struct dynamic_block *list;
	size_t count, capacity;
};

static struct dynamic_block *add(struct expansion *x, const struct block *b,
				 const struct scope *scope)
{
	struct dynamic_block *one;

	x->list = arena_grow(x->ev->arena, x->list, x->count, &x->capacity, sizeof(*x->list));
	one = &x->list[x->count++];
	*one = (struct dynamic_block){.block = b, .scope = scope};
	return one;
}

/* What a dynamic block says of itself. */
struct dynamic {
	const struct block *block; /* the dynamic one */
	const struct schema_block *wanted;
	const char *iterator;
	const struct expr *for_each, *labels;
	const struct body *content;
};

static const struct schema_attr dynamic_attrs[] = {
	{"for_each", true}, {"iterator", false}, {"labels", false}};
static const struct schema_block dynamic_blocks[] = {{"content", NULL, 0}};
static const struct body_schema dynamic_schema = {dynamic_attrs, 3, dynamic_blocks, 1};

static const struct schema_block *wanted_block(const struct body_schema *s, const char *type)
{
	for (size_t i = 0; i < s->block_count; i++)
		if (strcmp(s->blocks[i].type, type) == 0)
			return &s->blocks[i];
	return NULL;
}

static const char *iterator_name(struct expansion *x, const struct content *c, const char *label)
{
	const struct attribute *attr = syntax_find(c, "iterator");
	const char *name;

	if (!attr)
		return label;
	name = syntax_as_keyword(attr->expr);
	if (name)
		return name;
	diag_error(x->ev->diags, attr->expr->range, "Invalid dynamic iterator name",
		   "Dynamic iterator must be a single variable name.");
	return label;
}

static bool describe(struct expansion *x, const struct block *b, struct dynamic *d)
{
	size_t failures = x->ev->diags->failures;
	struct content c = syntax_content(x->ev->arena, b->body, &dynamic_schema, x->ev->diags);
	const struct attribute *labels = syntax_find(&c, "labels");

	if (x->ev->diags->failures > failures)
		return false;
	d->block = b;
	d->wanted = wanted_block(x->schema, b->labels[0]);
	if (!d->wanted) {
		diag_error(x->ev->diags, b->label_ranges[0], "Unsupported block type",
			   "Blocks of type \"%s\" are not expected here.", b->labels[0]);
		return false;
	}
	if (c.block_count != 1) {
		diag_error(x->ev->diags, c.block_count ? c.blocks[1]->range : b->range,
			   c.block_count ? "Extraneous dynamic content block"
					 : "Missing dynamic content block",
			   "Only one nested content block is allowed for each dynamic block, and "
			   "there must be one.");
		return false;
	}
	d->iterator = iterator_name(x, &c, b->labels[0]);
	d->for_each = syntax_find(&c, "for_each")->expr;
	d->labels = labels ? labels->expr : NULL;
	d->content = c.blocks[0]->body;
	return true;
}

static const struct scope *iteration(struct expansion *x, const struct dynamic *d,
				     const struct value *key, const struct value *item)
{
	struct arena *a = x->ev->arena;
	struct scope *s = arena_alloc(a, sizeof(*s));
	const char **names = arena_array(a, 1, sizeof(*names));
	const struct value **values = arena_array(a, 1, sizeof(*values));
	const char **keys = arena_array(a, 2, sizeof(*keys));
	const struct value **items = arena_array(a, 2, sizeof(*items));

	keys[0] = "key";
	items[0] = key;
	keys[1] = "value";
	items[1] = item;
	names[0] = d->iterator;
	values[0] = value_object(a, keys, items, 2);
	s->parent = x->scope;
	s->names = names;
	s->values = values;
	s->count = 1;
	return s;
}

/* One label, evaluated; NULL after a diagnostic. */
static const char *label(struct expansion *x, const struct scope *scope, const struct expr *e)
{
	const struct value *v = eval_expr(x->ev, scope, e), *text;
	struct err err = ERR_INIT;

	if (convert_value(x->ev->arena, value_unmark(x->ev->arena, v), &type_string, &text, &err) <
		    0 ||
	    text->state != VALUE_KNOWN) {
		diag_error(x->ev->diags, e->range, "Invalid dynamic block label",
			   "A block label must be a known string.");
		return NULL;
	}
	return text->text;
}

static bool set_labels(struct expansion *x, const struct dynamic *d, const struct scope *scope,
		       struct block *b)
{
	const struct expr *const *exprs = NULL;
	size_t count = 0;
	const char **labels;
	struct range *ranges;

	if (d->labels && !syntax_as_list(d->labels, &exprs, &count, x->ev->diags))
		return false;
	if (count != d->wanted->label_count) {
		diag_error(x->ev->diags, d->labels ? d->labels->range : d->block->range,
			   count < d->wanted->label_count ? "Insufficient dynamic block labels"
							  : "Extraneous dynamic block label",
			   "Blocks of type \"%s\" require %zu label(s).", d->wanted->type,
			   d->wanted->label_count);
		return false;
	}
	labels = arena_array(x->ev->arena, count, sizeof(*labels));
	ranges = arena_array(x->ev->arena, count, sizeof(*ranges));
	for (size_t i = 0; i < count; i++) {
		labels[i] = label(x, scope, exprs[i]);
		ranges[i] = exprs[i]->range;
		if (!labels[i])
			return false;
	}
	b->labels = labels;
	b->label_ranges = ranges;
	b->label_count = count;
	return true;
}

static void add_iteration(struct expansion *x, const struct dynamic *d, const struct value *key,
			  const struct value *item, bool unknown, unsigned marks)
{
	const struct scope *scope = iteration(x, d, key, item);
	struct block *b = arena_memdup(x->ev->arena, d->block, sizeof(*b));
	struct dynamic_block *one;

	b->type = d->wanted->type;
	b->body = d->content;
	if (!set_labels(x, d, scope, b))
		return;
	one = add(x, b, scope);
	one->unknown = unknown;
	one->marks = marks;
}

static void expand(struct expansion *x, const struct block *b)
{
	size_t failures = x->ev->diags->failures;
	const struct value *v, *plain;
	struct dynamic d;

	if (!describe(x, b, &d))
		return;
	v = eval_expr(x->ev, x->scope, d.for_each);
	if (x->ev->diags->failures > failures)
		return;
	plain = value_unmark(x->ev->arena, v);
	if (v->state == VALUE_NULL) {
		diag_error(x->ev->diags, d.for_each->range, "Invalid dynamic for_each value",
			   "Cannot use a null value in for_each.");
	} else if (type_is_primitive(v->type)) {
		diag_error(x->ev->diags, d.for_each->range, "Invalid dynamic for_each value",
			   "Cannot use a %s value in for_each. An iterable collection is required.",
			   type_name(x->ev->arena, v->type));
	} else if (v->state == VALUE_UNKNOWN) {
		add_iteration(x, &d, &value_dynamic, &value_dynamic, true, v->marks);
	} else {
		for (size_t i = 0; i < plain->count; i++) {
			const struct value *item = plain->items[i];
			const struct value *key =
				value_has_keys(plain)
					? value_string(x->ev->arena, value_key(plain, i))
				: plain->type->kind == TYPE_SET
					? item
					: value_int(x->ev->arena, (int64_t)i);

			add_iteration(x, &d, key, item, false, v->marks);
		}
	}
}

struct dynamic_content eval_content(struct eval *ev, const struct scope *scope,
				    const struct body *body, const struct body_schema *schema,
				    const struct body **ret_rest)
{
	static const char *const label_names[] = {"type"};
	struct schema_block *blocks =
		arena_array(ev->arena, schema->block_count + 1, sizeof(*blocks));
	struct body_schema extended = *schema;
	struct expansion x = {.ev = ev, .scope = scope, .schema = schema};
	struct content c;

	if (schema->block_count > 0)
		memcpy(blocks, schema->blocks, schema->block_count * sizeof(*blocks));
	blocks[schema->block_count] = (struct schema_block){"dynamic", label_names, 1};
	extended.blocks = blocks;
	extended.block_count++;
	c = ret_rest ? syntax_content_partial(ev->arena, body, &extended, ret_rest, ev->diags)
		     : syntax_content(ev->arena, body, &extended, ev->diags);
	for (size_t i = 0; i < c.block_count; i++) {
		if (strcmp(c.blocks[i]->type, "dynamic") == 0)
			expand(&x, c.blocks[i]);
		else
			(void)add(&x, c.blocks[i], scope);
	}
	return (struct dynamic_content){c, x.list, x.count};
}
