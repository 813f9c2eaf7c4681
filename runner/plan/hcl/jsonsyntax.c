/* The JSON profile of the language (HCL JSON Syntax Specification). */
#include "runner/plan/hcl/jsonsyntax.h"

#include <string.h>

#include "runner/plan/hcl/parser.h"

static struct range range_of(const struct source *s, const struct json_node *n)
{
	return (struct range){s, n->start, n->end};
}

struct range jsonsyntax_range(const struct body *body, const struct json_node *n)
{
	return range_of(body->range.source, n);
}

static struct expr *make(struct arena *a, const struct source *s, const struct json_node *n,
			 enum expr_kind kind)
{
	struct expr *e = arena_alloc(a, sizeof(*e));

	e->kind = kind;
	e->json = true;
	e->range = range_of(s, n);
	return e;
}

/* What a template in a string is, with its errors kept for who evaluates it. */
static void parse_string(struct arena *a, const struct source *s, const struct json_node *n,
			 struct expr *e)
{
	struct diags *errors = arena_alloc(a, sizeof(*errors));
	const struct expr *parsed;
	struct parser p;

	errors->arena = a;
	if (parser_start(&p, a, s, n->text, n->size, n->start + 1, n->end, true, errors)) {
		parsed = template_parse(&p, (struct token){TOKEN_OPEN_QUOTE, 0, 0}, TOKEN_END);
		if (errors->failures == 0) {
			struct range range = e->range;

			*e = *parsed;
			e->range = range;
			return;
		}
	}
	e->kind = EXPR_INVALID;
	e->invalid.errors = errors->list;
	e->invalid.count = errors->count;
}

static const struct expr *string_expr(struct arena *a, const struct source *s,
				      const struct json_node *n)
{
	struct expr *e = make(a, s, n, EXPR_LITERAL);
	struct json_string *raw = arena_alloc(a, sizeof(*raw));

	raw->text = n->text;
	raw->size = n->size;
	if (strstr(n->text, "${") || strstr(n->text, "%{"))
		parse_string(a, s, n, e);
	else
		e->literal = value_string_n(a, n->text, n->size);
	e->json = true;
	e->json_string = raw;
	return e;
}

static const struct expr *number_expr(struct arena *a, const struct source *s,
				      const struct json_node *n)
{
	struct expr *e = make(a, s, n, EXPR_LITERAL);
	bool limit;
	const struct number *number = number_parse(a, n->text, n->size, &limit);
	struct diag *error;

	if (number) {
		e->literal = value_number(a, number);
		return e;
	}
	error = arena_alloc(a, sizeof(*error));
	*error = (struct diag){DIAG_LIMIT, "Number too large",
			       "A number of this size is not accepted.", e->range};
	e->kind = EXPR_INVALID;
	e->invalid.errors = error;
	e->invalid.count = 1;
	return e;
}

const struct expr *jsonsyntax_expr(struct arena *a, const struct source *s,
				   const struct json_node *n)
{
	struct expr *e;

	switch (n->kind) {
	case JSONTEXT_STRING:
		return string_expr(a, s, n);
	case JSONTEXT_NUMBER:
		return number_expr(a, s, n);
	case JSONTEXT_NULL:
	case JSONTEXT_FALSE:
	case JSONTEXT_TRUE:
		e = make(a, s, n, EXPR_LITERAL);
		e->literal = n->kind == JSONTEXT_NULL ? &value_null_dynamic
						      : value_bool(n->kind == JSONTEXT_TRUE);
		return e;
	case JSONTEXT_ARRAY: {
		const struct expr **parts = arena_array(a, n->size, sizeof(*parts));

		for (size_t i = 0; i < n->size; i++)
			parts[i] = jsonsyntax_expr(a, s, n->elements[i]);
		e = make(a, s, n, EXPR_TUPLE);
		e->list.parts = parts;
		e->list.count = n->size;
		return e;
	}
	case JSONTEXT_OBJECT: {
		struct expr_item *items = arena_array(a, n->size, sizeof(*items));

		for (size_t i = 0; i < n->size; i++) {
			items[i].key = jsonsyntax_expr(a, s, n->members[i].key);
			items[i].value = jsonsyntax_expr(a, s, n->members[i].value);
		}
		e = make(a, s, n, EXPR_OBJECT);
		e->object.items = items;
		e->object.count = n->size;
		return e;
	}
	}
	return make(a, s, n, EXPR_INVALID);
}

static void add_members(struct arena *a, const struct json_node *n, struct json_members *members)
{
	for (size_t i = 0; i < n->size; i++) {
		members->list = arena_grow(a, members->list, members->count, &members->capacity,
					   sizeof(*members->list));
		members->list[members->count++] = &n->members[i];
	}
}

void jsonsyntax_members(struct arena *a, const struct source *s, const struct json_node *n,
			const char *label, struct json_members *members, struct diags *d)
{
	const char *purpose = label ? arena_printf(a, "to specify %s labels for this block", label)
				    : "to define arguments and child blocks";

	if (n->kind == JSONTEXT_NULL)
		return;
	if (n->kind == JSONTEXT_OBJECT) {
		add_members(a, n, members);
		return;
	}
	if (n->kind != JSONTEXT_ARRAY) {
		diag_error(d, range_of(s, n), "Incorrect JSON value type",
			   "Either a JSON object or JSON array of objects is required here, %s.",
			   purpose);
		return;
	}
	for (size_t i = 0; i < n->size; i++) {
		if (n->elements[i]->kind == JSONTEXT_OBJECT)
			add_members(a, n->elements[i], members);
		else
			diag_error(d, range_of(s, n->elements[i]), "Incorrect JSON value type",
				   "A JSON object is required here, %s.", purpose);
	}
}

const struct body *jsonsyntax_body(struct arena *a, const struct source *s,
				   const struct json_node *n)
{
	struct body *body = arena_alloc(a, sizeof(*body));

	body->json = n;
	body->range = range_of(s, n);
	body->missing = (struct range){s, n->end > n->start ? n->end - 1 : n->end, n->end};
	return body;
}

static void add_block(const struct json_block_job *job, const struct json_node *n,
		      const char *const *labels, const struct range *ranges)
{
	size_t count = job->schema->label_count;
	struct block *b = arena_alloc(job->arena, sizeof(*b));

	b->type = job->schema->type;
	b->labels = arena_memdup(job->arena, labels, count * sizeof(*labels));
	b->label_ranges = arena_memdup(job->arena, ranges, count * sizeof(*ranges));
	b->label_count = count;
	b->body = jsonsyntax_body(job->arena, job->source, n);
	b->type_range = job->type_range;
	b->range = count > 0 ? ranges[count - 1] : job->type_range;
	b->whole = range_of(job->source, n);
	job->out->list = arena_grow(job->arena, job->out->list, job->out->count,
				    &job->out->capacity, sizeof(*job->out->list));
	job->out->list[job->out->count++] = b;
}

static void unpack(const struct json_block_job *job, const struct json_node *n, const char **labels,
		   struct range *ranges, size_t used)
{
	struct json_members members = {NULL, 0, 0};

	if (used == job->schema->label_count) {
		if (n->kind == JSONTEXT_OBJECT)
			add_block(job, n, labels, ranges);
		else if (n->kind == JSONTEXT_ARRAY)
			for (size_t i = 0; i < n->size; i++)
				add_block(job, n->elements[i], labels, ranges);
		else if (n->kind != JSONTEXT_NULL)
			diag_error(job->diags, range_of(job->source, n),
				   "Incorrect JSON value type",
				   "Either a JSON object or a JSON array is required, representing "
				   "the contents of one or more \"%s\" blocks.",
				   job->schema->type);
		return;
	}
	jsonsyntax_members(job->arena, job->source, n, job->schema->labels[used], &members,
			   job->diags);
	if (members.count == 0) {
		diag_error(job->diags, range_of(job->source, n), "Missing block label",
			   "At least one object property is required, whose name represents the %s "
			   "block's %s.",
			   job->schema->type, job->schema->labels[used]);
		return;
	}
	for (size_t i = 0; i < members.count; i++) {
		labels[used] = members.list[i]->key->text;
		ranges[used] = range_of(job->source, members.list[i]->key);
		unpack(job, members.list[i]->value, labels, ranges, used + 1);
	}
}

void jsonsyntax_blocks(const struct json_block_job *job, const struct json_node *n)
{
	size_t count = job->schema->label_count;
	const char **labels = arena_array(job->arena, count + 1, sizeof(*labels));
	struct range *ranges = arena_array(job->arena, count + 1, sizeof(*ranges));

	unpack(job, n, labels, ranges, 0);
}

static const struct json_node empty_object = {.kind = JSONTEXT_OBJECT};

const struct body *syntax_parse_json(struct arena *a, const struct source *s, struct diags *d)
{
	struct jsontext_error e;
	const struct json_node *n;

	if (s->size > SYNTAX_FILE_BYTES_MAX) {
		diag_add(d, DIAG_LIMIT, (struct range){s, 0, 0}, "File too large",
			 "No more than %u bytes are accepted.", SYNTAX_FILE_BYTES_MAX);
		return jsonsyntax_body(a, s, &empty_object);
	}
	n = jsontext_parse(a, s->text, s->size, &e);
	if (!n) {
		diag_add(d, e.limit ? DIAG_LIMIT : DIAG_ERROR, (struct range){s, e.start, e.end},
			 e.limit ? "Nested too deeply" : "Invalid JSON",
			 "The file is no valid JSON: %s.", e.reason);
		return jsonsyntax_body(a, s, &empty_object);
	}
	if (n->kind != JSONTEXT_OBJECT && n->kind != JSONTEXT_ARRAY) {
		diag_error(
			d, range_of(s, n), "Root value must be object",
			"The root value in a JSON-based configuration must be either a JSON object "
			"or a JSON array of objects.");
		return jsonsyntax_body(a, s, &empty_object);
	}
	return jsonsyntax_body(a, s, n);
}
