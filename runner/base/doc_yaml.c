/* The YAML reader of doc.h, on the events of libyaml. */
#include "runner/base/doc.h"

#include <yaml.h>

#include "runner/base/buf.h"
#include "runner/base/utf8.h"

struct reader {
	yaml_parser_t parser;
	const char *what;
	unsigned int depth;
	struct arena *arena;
	struct err *e;
};

static int fault_at(struct reader *r, yaml_mark_t mark, const char *reason)
{
	return err_set(r->e, ERR_INPUT, "%s:%zu:%zu: %s", r->what, mark.line + 1, mark.column + 1,
		       reason);
}

static int next_event(struct reader *r, yaml_event_t *event)
{
	const char *problem;

	if (yaml_parser_parse(&r->parser, event))
		return 0;
	problem = r->parser.problem ? r->parser.problem : "not YAML";
	return fault_at(r, r->parser.problem_mark, problem);
}

static bool all_digits(const char *p)
{
	if (*p == '\0')
		return false;
	while (*p >= '0' && *p <= '9')
		p++;
	return *p == '\0';
}

/* A number as JSON writes it; YAML's other notations (0x, 0o, .inf, +1) stay strings here. */
static bool is_number(const char *p)
{
	p += *p == '-';
	if (*p == '0' && p[1] >= '0' && p[1] <= '9')
		return false;
	if (*p < '0' || *p > '9')
		return false;
	while (*p >= '0' && *p <= '9')
		p++;
	if (*p == '.') {
		if (p[1] < '0' || p[1] > '9')
			return false;
		for (p++; *p >= '0' && *p <= '9';)
			p++;
	}
	if (*p == 'e' || *p == 'E') {
		p++;
		p += *p == '+' || *p == '-';
		return all_digits(p);
	}
	return *p == '\0';
}

static enum doc_kind plain_kind(const char *text, size_t size)
{
	static const struct {
		const char *text;
		enum doc_kind kind;
	} words[] = {
		{"", DOC_NULL},	      {"~", DOC_NULL},	    {"null", DOC_NULL},
		{"Null", DOC_NULL},   {"NULL", DOC_NULL},   {"true", DOC_TRUE},
		{"True", DOC_TRUE},   {"TRUE", DOC_TRUE},   {"false", DOC_FALSE},
		{"False", DOC_FALSE}, {"FALSE", DOC_FALSE},
	};

	for (size_t i = 0; i < FP_ARRAY_SIZE(words); i++)
		if (strcmp(text, words[i].text) == 0)
			return words[i].kind;
	return size <= DOC_NUMBER_MAX && is_number(text) ? DOC_NUMBER : DOC_STRING;
}

static int read_scalar(struct reader *r, const yaml_event_t *event, struct doc *n)
{
	const char *text = (const char *)event->data.scalar.value;
	size_t size = event->data.scalar.length;

	if (memchr(text, '\0', size))
		return fault_at(r, event->start_mark, "a NUL character in a string");
	n->text = arena_strndup(r->arena, text, size);
	n->size = size;
	n->kind = event->data.scalar.style == YAML_PLAIN_SCALAR_STYLE ? plain_kind(n->text, size)
								      : DOC_STRING;
	return 0;
}

static void append(struct doc *parent, struct doc **last, struct doc *n)
{
	if (*last)
		(*last)->next = n;
	else
		parent->first = n;
	*last = n;
	n->parent = parent;
	parent->count++;
}

static int read_node(struct reader *r, yaml_event_t *event, struct doc *n);

static int read_one(struct reader *r, yaml_event_type_t end, struct doc *parent, struct doc **last,
		    const struct doc *key, bool *ret_ended)
{
	FP_CLEANUP(yaml_event_delete) yaml_event_t event = {0};
	struct doc *n;

	if (next_event(r, &event) < 0)
		return -1;
	*ret_ended = event.type == end;
	if (*ret_ended)
		return 0;
	n = arena_alloc(r->arena, sizeof(*n));
	if (key) {
		n->key = key->text;
		n->key_size = key->size;
	}
	if (parent)
		append(parent, last, n);
	else
		*last = n;
	return read_node(r, &event, n);
}

static int read_array(struct reader *r, struct doc *parent)
{
	struct doc *last = NULL;
	bool ended = false;

	while (!ended)
		if (read_one(r, YAML_SEQUENCE_END_EVENT, parent, &last, NULL, &ended) < 0)
			return -1;
	return 0;
}

static int read_object(struct reader *r, struct doc *parent)
{
	struct doc *last = NULL, *key = NULL;
	bool ended = false;

	for (;;) {
		if (read_one(r, YAML_MAPPING_END_EVENT, NULL, &key, NULL, &ended) < 0)
			return -1;
		if (ended)
			return 0;
		if (key->kind == DOC_ARRAY || key->kind == DOC_OBJECT)
			return err_set(r->e, ERR_INPUT, "%s:%zu:%zu: a key must be a string",
				       r->what, key->line, key->column);
		if (strcmp(key->text, "<<") == 0)
			return err_set(r->e, ERR_INPUT, "%s:%zu:%zu: merge keys are not allowed",
				       r->what, key->line, key->column);
		if (read_one(r, YAML_NO_EVENT, parent, &last, key, &ended) < 0)
			return -1;
	}
}

static int check_properties(struct reader *r, const yaml_event_t *event, const yaml_char_t *anchor,
			    const yaml_char_t *tag)
{
	if (anchor)
		return fault_at(r, event->start_mark, "anchors are not allowed");
	if (tag)
		return fault_at(r, event->start_mark, "tags are not allowed");
	return 0;
}

static int read_collection(struct reader *r, const yaml_event_t *event, struct doc *n)
{
	int result;

	if (++r->depth > DOC_DEPTH_MAX)
		return fault_at(r, event->start_mark, "nested deeper than 512 levels");
	n->kind = event->type == YAML_SEQUENCE_START_EVENT ? DOC_ARRAY : DOC_OBJECT;
	result = n->kind == DOC_ARRAY ? read_array(r, n) : read_object(r, n);
	r->depth--;
	return result;
}

static int read_node(struct reader *r, yaml_event_t *event, struct doc *n)
{
	n->line = event->start_mark.line + 1;
	n->column = event->start_mark.column + 1;
	switch ((int)event->type) {
	case YAML_SCALAR_EVENT:
		if (check_properties(r, event, event->data.scalar.anchor, event->data.scalar.tag) <
		    0)
			return -1;
		return read_scalar(r, event, n);
	case YAML_SEQUENCE_START_EVENT:
		if (check_properties(r, event, event->data.sequence_start.anchor,
				     event->data.sequence_start.tag) < 0)
			return -1;
		return read_collection(r, event, n);
	case YAML_MAPPING_START_EVENT:
		if (check_properties(r, event, event->data.mapping_start.anchor,
				     event->data.mapping_start.tag) < 0)
			return -1;
		return read_collection(r, event, n);
	case YAML_ALIAS_EVENT:
		return fault_at(r, event->start_mark, "aliases are not allowed");
	default:
		return fault_at(r, event->start_mark, "a value is missing");
	}
}

/* The event must be of that type; its content does not matter. */
static int expect(struct reader *r, yaml_event_type_t type, const char *otherwise)
{
	FP_CLEANUP(yaml_event_delete) yaml_event_t event = {0};

	if (next_event(r, &event) < 0)
		return -1;
	if (event.type != type)
		return fault_at(r, event.start_mark, otherwise);
	return 0;
}

static int read_stream(struct reader *r, struct doc **ret_root)
{
	bool ended;

	if (expect(r, YAML_STREAM_START_EVENT, "not YAML") < 0 ||
	    expect(r, YAML_DOCUMENT_START_EVENT, "the document is empty") < 0 ||
	    read_one(r, YAML_NO_EVENT, NULL, ret_root, NULL, &ended) < 0 ||
	    expect(r, YAML_DOCUMENT_END_EVENT, "not YAML") < 0)
		return -1;
	return expect(r, YAML_STREAM_END_EVENT, "a second document");
}

int doc_read_yaml(const char *what, const char *text, size_t size, struct arena *a,
		  const struct doc **ret_doc, struct err *e)
{
	struct reader r = {.what = what, .arena = a, .e = e};
	struct doc *root = NULL;
	int result;

	if (!utf8_valid(text, size))
		return err_set(e, ERR_INPUT, "%s: not UTF-8", what);
	if (!yaml_parser_initialize(&r.parser))
		return err_set(e, ERR_SYSTEM, "%s: out of memory", what);
	yaml_parser_set_encoding(&r.parser, YAML_UTF8_ENCODING);
	yaml_parser_set_input_string(&r.parser, (const unsigned char *)text, size);
	result = read_stream(&r, &root);
	yaml_parser_delete(&r.parser);
	if (result < 0)
		return -1;
	if (doc_check_keys(root, what, e) < 0)
		return -1;
	*ret_doc = root;
	return 0;
}
