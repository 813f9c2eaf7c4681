#include <string.h>

#include "runner/plan/hcl/jsonsyntax.h"
#include "runner/plan/hcl/syntax.h"

#define ATTRIBUTES_MAX 10000

struct reading {
	struct arena *arena;
	const struct body *body;
	const struct body_schema *schema;
	struct diags *diags;
	const struct attribute **attrs;
	size_t attr_count, attr_capacity;
	struct json_blocks blocks;
};

static bool is_hidden(const struct body *b, const char *name)
{
	for (size_t i = 0; i < b->hidden_count; i++)
		if (strcmp(b->hidden[i], name) == 0)
			return true;
	return false;
}

static const struct schema_attr *attr_in(const struct body_schema *s, const char *name)
{
	for (size_t i = 0; i < s->attr_count; i++)
		if (strcmp(s->attrs[i].name, name) == 0)
			return &s->attrs[i];
	return NULL;
}

static const struct schema_block *block_in(const struct body_schema *s, const char *type)
{
	for (size_t i = 0; i < s->block_count; i++)
		if (strcmp(s->blocks[i].type, type) == 0)
			return &s->blocks[i];
	return NULL;
}

static void add_attr(struct reading *r, const struct attribute *attr)
{
	r->attrs =
		arena_grow(r->arena, r->attrs, r->attr_count, &r->attr_capacity, sizeof(*r->attrs));
	r->attrs[r->attr_count++] = attr;
}

static void add_block(struct reading *r, const struct block *b)
{
	r->blocks.list = arena_grow(r->arena, r->blocks.list, r->blocks.count, &r->blocks.capacity,
				    sizeof(*r->blocks.list));
	r->blocks.list[r->blocks.count++] = b;
}

static const struct attribute *find(const struct reading *r, const char *name)
{
	for (size_t i = 0; i < r->attr_count; i++)
		if (strcmp(r->attrs[i]->name, name) == 0)
			return r->attrs[i];
	return NULL;
}

static void tell_label_count(struct reading *r, const struct block *b,
			     const struct schema_block *schema)
{
	const char *names = "";

	if (b->label_count > schema->label_count) {
		if (schema->label_count == 0) {
			diag_error(r->diags, b->label_ranges[0],
				   arena_printf(r->arena, "Extraneous label for %s", b->type),
				   "No labels are expected for %s blocks.", b->type);
			return;
		}
		for (size_t i = 0; i < schema->label_count; i++)
			names = arena_printf(r->arena, "%s%s%s", names, i > 0 ? ", " : "",
					     schema->labels[i]);
		diag_error(r->diags, b->label_ranges[schema->label_count],
			   arena_printf(r->arena, "Extraneous label for %s", b->type),
			   "Only %zu labels (%s) are expected for %s blocks.", schema->label_count,
			   names, b->type);
		return;
	}
	diag_error(r->diags, b->whole,
		   arena_printf(r->arena, "Missing %s for %s", schema->labels[b->label_count],
				b->type),
		   "All %s blocks must have %zu labels.", b->type, schema->label_count);
}

static void native_attrs(struct reading *r, bool partial)
{
	const struct body_native *n = r->body->native;

	for (size_t i = 0; i < n->attr_count; i++) {
		const struct attribute *attr = &n->attrs[i];

		if (is_hidden(r->body, attr->name))
			continue;
		if (attr_in(r->schema, attr->name)) {
			add_attr(r, attr);
		} else if (!partial && block_in(r->schema, attr->name)) {
			diag_error(r->diags, attr->name_range, "Unsupported argument",
				   "An argument named \"%s\" is not expected here. Did you mean to "
				   "define a block of type \"%s\"?",
				   attr->name, attr->name);
		} else if (!partial) {
			diag_error(r->diags, attr->name_range, "Unsupported argument",
				   "An argument named \"%s\" is not expected here.", attr->name);
		}
	}
}

static void native_blocks(struct reading *r, bool partial)
{
	const struct body_native *n = r->body->native;

	for (size_t i = 0; i < n->block_count; i++) {
		const struct block *b = &n->blocks[i];
		const struct schema_block *schema = block_in(r->schema, b->type);

		if (is_hidden(r->body, b->type))
			continue;
		if (schema && schema->label_count == b->label_count)
			add_block(r, b);
		else if (schema)
			tell_label_count(r, b, schema);
		else if (!partial && attr_in(r->schema, b->type))
			diag_error(
				r->diags, b->type_range, "Unsupported block type",
				"Blocks of type \"%s\" are not expected here. Did you mean to "
				"define argument \"%s\"? If so, use the equals sign to assign it a "
				"value.",
				b->type, b->type);
		else if (!partial)
			diag_error(r->diags, b->type_range, "Unsupported block type",
				   "Blocks of type \"%s\" are not expected here.", b->type);
	}
}

static const struct attribute *json_attr(struct reading *r, const struct json_pair *m)
{
	const struct source *s = r->body->range.source;
	struct attribute *attr = arena_alloc(r->arena, sizeof(*attr));

	attr->name = m->key->text;
	attr->name_range = jsonsyntax_range(r->body, m->key);
	attr->range = diag_range_between(attr->name_range, jsonsyntax_range(r->body, m->value));
	attr->expr = jsonsyntax_expr(r->arena, s, m->value);
	return attr;
}

static void member_in_json(struct reading *r, const struct json_pair *m, bool partial)
{
	const char *name = m->key->text;
	const struct schema_block *block = block_in(r->schema, name);

	if (is_hidden(r->body, name))
		return;
	if (attr_in(r->schema, name)) {
		const struct attribute *other = find(r, name);

		if (other)
			diag_error(r->diags, jsonsyntax_range(r->body, m->key),
				   "Duplicate argument",
				   "The argument \"%s\" was already set at %s.", name,
				   diag_range_text(r->arena, other->range));
		else
			add_attr(r, json_attr(r, m));
	} else if (block) {
		struct json_block_job job = {.arena = r->arena,
					     .source = r->body->range.source,
					     .schema = block,
					     .type_range = jsonsyntax_range(r->body, m->key),
					     .out = &r->blocks,
					     .diags = r->diags};

		jsonsyntax_blocks(&job, m->value);
	} else if (!partial && strcmp(name, "//") != 0) {
		diag_error(r->diags, jsonsyntax_range(r->body, m->key),
			   "Extraneous JSON object property",
			   "No argument or block type is named \"%s\".", name);
	}
}

static void check_required(struct reading *r)
{
	for (size_t i = 0; i < r->schema->attr_count; i++) {
		const struct schema_attr *want = &r->schema->attrs[i];

		if (want->required && !find(r, want->name))
			diag_error(r->diags, r->body->missing, "Missing required argument",
				   "The argument \"%s\" is required, but no definition was found.",
				   want->name);
	}
}

static struct content result(const struct reading *r)
{
	return (struct content){r->attrs, r->attr_count, r->blocks.list, r->blocks.count};
}

/* --- one body over another -------------------------------------------------------------------- */

bool syntax_overrides_within(const char *type)
{
	return strcmp(type, "lifecycle") == 0 || strcmp(type, "required_providers") == 0;
}

const struct body *syntax_override(struct arena *a, const struct body *base,
				   const struct body *over)
{
	struct body *body = arena_alloc(a, sizeof(*body));

	body->base = base;
	body->over = over;
	body->range = base->range;
	body->missing = base->missing;
	return body;
}

static const struct body *hidden_alike(struct arena *a, const struct body *part,
				       const struct body *whole)
{
	struct body *copy = arena_memdup(a, part, sizeof(*copy));

	copy->hidden = whole->hidden;
	copy->hidden_count = whole->hidden_count;
	return copy;
}

static const char *overridden_type(const struct block *b)
{
	return strcmp(b->type, "dynamic") == 0 && b->label_count == 1 ? b->labels[0] : b->type;
}

static const struct block *block_of(const struct content *c, const char *type)
{
	for (size_t i = 0; i < c->block_count; i++)
		if (strcmp(overridden_type(c->blocks[i]), type) == 0)
			return c->blocks[i];
	return NULL;
}

static void merge_blocks(struct reading *r, const struct content *base, const struct content *over)
{
	for (size_t i = 0; i < base->block_count; i++) {
		const struct block *b = base->blocks[i];
		const struct block *o = block_of(over, overridden_type(b));
		struct block *merged;

		if (!o) {
			add_block(r, b);
		} else if (syntax_overrides_within(b->type)) {
			merged = arena_memdup(r->arena, b, sizeof(*merged));
			merged->body = syntax_override(r->arena, b->body, o->body);
			add_block(r, merged);
		}
	}
	for (size_t i = 0; i < over->block_count; i++)
		if (!syntax_overrides_within(over->blocks[i]->type) ||
		    !block_of(base, over->blocks[i]->type))
			add_block(r, over->blocks[i]);
}

/* Arguments in the order of base, what is new after them. */
static void merge_content(struct reading *r, const struct content *base, const struct content *over)
{
	for (size_t i = 0; i < base->attr_count; i++) {
		const struct attribute *o = syntax_find(over, base->attrs[i]->name);

		if (o || !block_of(over, base->attrs[i]->name))
			add_attr(r, o ? o : base->attrs[i]);
	}
	for (size_t i = 0; i < over->attr_count; i++)
		if (!syntax_find(base, over->attrs[i]->name))
			add_attr(r, over->attrs[i]);
	merge_blocks(r, base, over);
}

static struct content read_content(struct reading *r, bool partial);

/* What is required may stand in either. */
static struct content read_part(struct reading *r, const struct body *part, bool partial)
{
	struct schema_attr *attrs =
		arena_array(r->arena, r->schema->attr_count + 1, sizeof(*attrs));
	struct body_schema schema = *r->schema;
	struct reading inner = {.arena = r->arena, .schema = &schema, .diags = r->diags};

	for (size_t i = 0; i < schema.attr_count; i++)
		attrs[i] = (struct schema_attr){schema.attrs[i].name, false};
	schema.attrs = attrs;
	inner.body = hidden_alike(r->arena, part, r->body);
	return read_content(&inner, partial);
}

static struct content read_content(struct reading *r, bool partial)
{
	struct json_members members = {NULL, 0, 0};

	if (r->body->over) {
		const struct content base = read_part(r, r->body->base, partial);
		const struct content over = read_part(r, r->body->over, partial);

		merge_content(r, &base, &over);
	} else if (r->body->native) {
		native_attrs(r, partial);
		native_blocks(r, partial);
	} else {
		jsonsyntax_members(r->arena, r->body->range.source, r->body->json, NULL, &members,
				   r->diags);
		for (size_t i = 0; i < members.count; i++)
			member_in_json(r, members.list[i], partial);
	}
	check_required(r);
	return result(r);
}

struct content syntax_content(struct arena *a, const struct body *body,
			      const struct body_schema *schema, struct diags *d)
{
	struct reading r = {.arena = a, .body = body, .schema = schema, .diags = d};

	return read_content(&r, false);
}

struct content syntax_content_partial(struct arena *a, const struct body *body,
				      const struct body_schema *schema,
				      const struct body **ret_rest, struct diags *d)
{
	struct reading r = {.arena = a, .body = body, .schema = schema, .diags = d};
	size_t count = body->hidden_count + schema->attr_count + schema->block_count, n = 0;
	const char **hidden = arena_array(a, count, sizeof(*hidden));
	struct body *rest = arena_memdup(a, body, sizeof(*body));
	struct content c = read_content(&r, true);

	for (size_t i = 0; i < body->hidden_count; i++)
		hidden[n++] = body->hidden[i];
	for (size_t i = 0; i < schema->attr_count; i++)
		hidden[n++] = schema->attrs[i].name;
	for (size_t i = 0; i < schema->block_count; i++)
		hidden[n++] = schema->blocks[i].type;
	rest->hidden = hidden;
	rest->hidden_count = n;
	*ret_rest = rest;
	return c;
}

struct content syntax_attributes(struct arena *a, const struct body *body, struct diags *d)
{
	struct reading r = {.arena = a, .body = body, .diags = d};

	if (body->over) {
		const struct content base =
			syntax_attributes(a, hidden_alike(a, body->base, body), d);
		const struct content over =
			syntax_attributes(a, hidden_alike(a, body->over, body), d);

		merge_content(&r, &base, &over);
		return result(&r);
	}
	if (body->native) {
		for (size_t i = 0; i < body->native->attr_count; i++)
			if (!is_hidden(body, body->native->attrs[i].name))
				add_attr(&r, &body->native->attrs[i]);
		for (size_t i = 0; i < body->native->block_count; i++)
			if (!is_hidden(body, body->native->blocks[i].type))
				diag_error(d, body->native->blocks[i].type_range,
					   arena_printf(a, "Unexpected \"%s\" block",
							body->native->blocks[i].type),
					   "Blocks are not allowed here.");
		return result(&r);
	}
	if (body->json->kind != JSONTEXT_OBJECT) {
		diag_error(d, body->range, "Incorrect JSON value type",
			   "A JSON object is required here, setting the arguments for this block.");
		return result(&r);
	}
	if (body->json->size > ATTRIBUTES_MAX) {
		diag_add(d, DIAG_LIMIT, body->range, "Too many arguments",
			 "No more than %d arguments of one body are accepted.", ATTRIBUTES_MAX);
		return result(&r);
	}
	for (size_t i = 0; i < body->json->size; i++) {
		const struct json_pair *m = &body->json->members[i];

		if (strcmp(m->key->text, "//") == 0 || is_hidden(body, m->key->text))
			continue;
		if (find(&r, m->key->text))
			diag_error(d, jsonsyntax_range(body, m->key),
				   "Duplicate attribute definition",
				   "The argument \"%s\" was already set.", m->key->text);
		else
			add_attr(&r, json_attr(&r, m));
	}
	return result(&r);
}

static bool looks_like_blocks(const struct json_node *n)
{
	if (n->kind == JSONTEXT_OBJECT)
		return true;
	if (n->kind != JSONTEXT_ARRAY || n->size == 0)
		return false;
	for (size_t i = 0; i < n->size; i++)
		if (n->elements[i]->kind != JSONTEXT_OBJECT)
			return false;
	return true;
}

static void guess_member(struct reading *r, const struct json_pair *m)
{
	struct schema_block schema = {.type = m->key->text};
	struct json_block_job job = {.arena = r->arena,
				     .source = r->body->range.source,
				     .schema = &schema,
				     .type_range = jsonsyntax_range(r->body, m->key),
				     .out = &r->blocks,
				     .diags = r->diags};

	if (looks_like_blocks(m->value))
		jsonsyntax_blocks(&job, m->value);
	else
		add_attr(r, json_attr(r, m));
}

struct content syntax_guess(struct arena *a, const struct body *body)
{
	struct diags ignored = DIAGS_INIT(a);
	struct reading r = {.arena = a, .body = body, .diags = &ignored};
	struct json_members members = {NULL, 0, 0};

	if (body->over) {
		const struct content base = syntax_guess(a, hidden_alike(a, body->base, body));
		const struct content over = syntax_guess(a, hidden_alike(a, body->over, body));

		merge_content(&r, &base, &over);
		return result(&r);
	}
	if (body->native) {
		for (size_t i = 0; i < body->native->attr_count; i++)
			if (!is_hidden(body, body->native->attrs[i].name))
				add_attr(&r, &body->native->attrs[i]);
		for (size_t i = 0; i < body->native->block_count; i++)
			if (!is_hidden(body, body->native->blocks[i].type))
				add_block(&r, &body->native->blocks[i]);
		return result(&r);
	}
	jsonsyntax_members(a, body->range.source, body->json, NULL, &members, &ignored);
	for (size_t i = 0; i < members.count; i++)
		if (!is_hidden(body, members.list[i]->key->text) &&
		    strcmp(members.list[i]->key->text, "//") != 0)
			guess_member(&r, members.list[i]);
	return result(&r);
}

const struct attribute *syntax_find(const struct content *c, const char *name)
{
	for (size_t i = 0; i < c->attr_count; i++)
		if (strcmp(c->attrs[i]->name, name) == 0)
			return c->attrs[i];
	return NULL;
}
