#include <string.h>
#include <yaml.h>

#include "runner/plan/hcl/convert.h"
#include "runner/plan/hcl/func.h"

#define YAML_DEPTH_MAX 100
/* Aliases can make a small text large. */
#define YAML_NODES_MAX 200000

/* --- yamlencode
 * ----------------------------------------------------------------------------------- */

struct emitter {
	yaml_emitter_t emitter;
	struct buf out;
	struct call *call;
};

static int write_out(void *context, unsigned char *data, size_t size)
{
	struct buf *out = context;

	buf_add(out, data, size);
	return !out->overflow;
}

static bool emit(struct emitter *e, yaml_event_t *event, int made)
{
	return made && yaml_emitter_emit(&e->emitter, event);
}

static bool emit_scalar(struct emitter *e, const char *text, size_t size, yaml_scalar_style_t style)
{
	bool plain = style == YAML_PLAIN_SCALAR_STYLE;
	yaml_event_t event;

	return emit(e, &event,
		    yaml_scalar_event_initialize(&event, NULL, NULL, (const yaml_char_t *)text,
						 (int)size, plain, !plain, style));
}

static bool emit_value(struct emitter *e, const struct value *v);

static bool emit_text(struct emitter *e, const char *text, size_t size)
{
	return emit_scalar(e, text, size,
			   memchr(text, '\n', size) ? YAML_LITERAL_SCALAR_STYLE
						    : YAML_DOUBLE_QUOTED_SCALAR_STYLE);
}

static bool emit_number(struct emitter *e, const struct number *n)
{
	const char *text = number_text(e->call->arena, n);

	return emit_scalar(e, text, strlen(text), YAML_PLAIN_SCALAR_STYLE);
}

static bool emit_sequence(struct emitter *e, const struct value *v)
{
	yaml_event_t event;

	if (!emit(e, &event,
		  yaml_sequence_start_event_initialize(&event, NULL, NULL, 1,
						       YAML_BLOCK_SEQUENCE_STYLE)))
		return false;
	for (size_t i = 0; i < v->count; i++)
		if (!emit_value(e, v->items[i]))
			return false;
	return emit(e, &event, yaml_sequence_end_event_initialize(&event));
}

static bool emit_mapping(struct emitter *e, const struct value *v)
{
	yaml_event_t event;

	if (!emit(e, &event,
		  yaml_mapping_start_event_initialize(&event, NULL, NULL, 1,
						      YAML_BLOCK_MAPPING_STYLE)))
		return false;
	for (size_t i = 0; i < v->count; i++) {
		const char *key = value_key(v, i);

		if (!emit_text(e, key, strlen(key)) || !emit_value(e, v->items[i]))
			return false;
	}
	return emit(e, &event, yaml_mapping_end_event_initialize(&event));
}

static bool emit_value(struct emitter *e, const struct value *v)
{
	const char *word;

	if (v->state == VALUE_NULL)
		return emit_scalar(e, "null", 4, YAML_PLAIN_SCALAR_STYLE);
	switch (v->type->kind) {
	case TYPE_BOOL:
		word = v->boolean ? "true" : "false";
		return emit_scalar(e, word, strlen(word), YAML_PLAIN_SCALAR_STYLE);
	case TYPE_NUMBER:
		return emit_number(e, v->number);
	case TYPE_STRING:
		return emit_text(e, v->text, v->count);
	case TYPE_LIST:
	case TYPE_SET:
	case TYPE_TUPLE:
		return emit_sequence(e, v);
	case TYPE_MAP:
	case TYPE_OBJECT:
		return emit_mapping(e, v);
	case TYPE_DYNAMIC:
		break;
	}
	return false;
}

static void emitter_release(struct emitter *e)
{
	yaml_emitter_delete(&e->emitter);
	buf_release(&e->out);
}

static bool emit_document(struct emitter *e, const struct value *v)
{
	yaml_event_t event;

	return emit(e, &event, yaml_stream_start_event_initialize(&event, YAML_UTF8_ENCODING)) &&
	       emit(e, &event, yaml_document_start_event_initialize(&event, NULL, NULL, NULL, 1)) &&
	       emit_value(e, v) && emit(e, &event, yaml_document_end_event_initialize(&event, 1)) &&
	       emit(e, &event, yaml_stream_end_event_initialize(&event));
}

static const struct value *run_yamlencode(struct call *c)
{
	FP_CLEANUP(emitter_release) struct emitter e = {.out = BUF_INIT(FUNC_TEXT_MAX), .call = c};
	const struct value *v = c->args[0];

	if (v->unknown_within)
		return value_not_null(c->arena, value_unknown(c->arena, &type_string));
	if (!yaml_emitter_initialize(&e.emitter))
		return call_limit(c, "there is not enough memory");
	yaml_emitter_set_output(&e.emitter, write_out, &e.out);
	yaml_emitter_set_unicode(&e.emitter, 1);
	if (!emit_document(&e, v))
		return call_limit(c, "the value cannot be written as YAML");
	/* libyaml marks the end of an open block, where Terraform's writer does not. */
	if (e.out.size > 5 && strcmp(buf_text(&e.out) + e.out.size - 5, "\n...\n") == 0)
		e.out.size -= 4;
	/* A plain scalar alone is closed by the marker of the document's end. */
	if (v->state == VALUE_NULL || v->type->kind == TYPE_NUMBER || v->type->kind == TYPE_BOOL)
		buf_addstr(&e.out, "...\n");
	return call_string(c, buf_text(&e.out), e.out.size);
}

/* --- yamldecode
 * ----------------------------------------------------------------------------------- */

struct anchor {
	const char *name;
	const struct value *value; /* NULL: it is still being read */
	size_t nodes;		   /* that value holds, aliases counted as what they stand for */
};

struct decoder {
	yaml_parser_t parser;
	struct call *call;
	struct anchor *anchors;
	size_t anchor_count, anchor_capacity;
	size_t nodes;
	unsigned depth;
};

static void decoder_release(struct decoder *d)
{
	yaml_parser_delete(&d->parser);
}

static void *fault_at(struct decoder *d, const yaml_mark_t *mark, const char *reason)
{
	return call_fail(d->call, "on line %zu, column %zu: %s", mark->line + 1, mark->column + 1,
			 reason);
}

static bool next_event(struct decoder *d, yaml_event_t *event)
{
	if (yaml_parser_parse(&d->parser, event))
		return true;
	call_fail(d->call, "on line %zu, column %zu: %s", d->parser.problem_mark.line + 1,
		  d->parser.problem_mark.column + 1,
		  d->parser.problem ? d->parser.problem : "invalid YAML");
	return false;
}

static bool is_one_of(const char *text, const char *const *words)
{
	for (; *words; words++)
		if (strcmp(text, *words) == 0)
			return true;
	return false;
}

/* One or two digits of a number in a range; false when there is none. */
static bool digits(const char **p, int min, int max, int *ret)
{
	int n = 0, count = 0;

	for (; count < 2 && **p >= '0' && **p <= '9'; (*p)++, count++)
		n = n * 10 + (**p - '0');
	*ret = n;
	return count > 0 && n >= min && n <= max;
}

static int month_days(int year, int month)
{
	static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
	bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;

	return days[month - 1] + (month == 2 && leap);
}

/* "" or "Z" or +hh:mm at p, where the text ends; NULL otherwise. */
static const char *zone(const char *p, bool wanted)
{
	if (!wanted)
		return *p == '\0' ? "Z" : NULL;
	if (strcmp(p, "Z") == 0)
		return p;
	if ((*p == '+' || *p == '-') && strlen(p) == 6 && p[3] == ':')
		return strcmp(p + 1, "00:00") == 0 ? "Z" : p;
	return NULL;
}

/* What YAML's timestamps become: RFC 3339 without a fraction.  NULL when it is none. */
static const struct value *timestamp(struct decoder *d, const char *text)
{
	int year = 0, month, day, hour = 0, minute = 0, second = 0;
	const char *p = text, *at_zone = "Z";
	bool with_zone;

	for (; p < text + 4 && *p >= '0' && *p <= '9'; p++)
		year = year * 10 + (*p - '0');
	if (p != text + 4 || *p++ != '-' || !digits(&p, 1, 12, &month) || *p++ != '-' ||
	    !digits(&p, 1, month_days(year, month), &day))
		return NULL;
	if (*p != '\0') {
		with_zone = *p == 'T' || *p == 't';
		if (!with_zone && *p != ' ')
			return NULL;
		p++;
		if (!digits(&p, 0, 23, &hour) || *p++ != ':' || !digits(&p, 0, 59, &minute) ||
		    *p++ != ':' || !digits(&p, 0, 59, &second))
			return NULL;
		if (*p == '.')
			for (p++; *p >= '0' && *p <= '9';)
				p++;
		at_zone = zone(p, with_zone);
		if (!at_zone)
			return NULL;
	}
	return value_string(d->call->arena,
			    arena_printf(d->call->arena, "%04d-%02d-%02dT%02d:%02d:%02d%s", year,
					 month, day, hour, minute, second, at_zone));
}

/* NULL when the text is no number. */
static const struct value *plain_number(struct decoder *d, const char *text)
{
	bool limit;
	const struct number *n = number_parse(d->call->arena, text, strlen(text), &limit);

	return n ? value_number(d->call->arena, n) : NULL;
}

/* 0x1F and 0o17; nothing else of the kind is a number. */
static const struct value *prefixed_number(struct decoder *d, const char *text)
{
	const char *set = text[1] == 'x' ? "0123456789abcdefABCDEF" : "01234567";
	size_t size = strlen(text);

	if (text[0] != '0' || (text[1] != 'x' && text[1] != 'o') || size < 3 || size > 17 ||
	    strspn(text + 2, set) != size - 2)
		return NULL;
	return value_int(d->call->arena,
			 (int64_t)strtoull(text + 2, NULL, text[1] == 'x' ? 16 : 8));
}

static const struct value *resolve_number(struct decoder *d, const char *text)
{
	const struct value *v = timestamp(d, text);

	if (!v)
		v = plain_number(d, text);
	if (!v)
		v = prefixed_number(d, text);
	if (!v && text[0] == '0' && (text[1] == 'x' || text[1] == 'o' || text[1] == 'X'))
		return call_unsupported(d->call, "the plain scalar \"%s\"", text);
	return v ? v : value_string(d->call->arena, text);
}

static const struct value *resolve_plain(struct decoder *d, const char *text)
{
	static const char *const yes[] = {"y",	  "Y",	  "yes", "Yes", "YES", "true",
					  "True", "TRUE", "on",	 "On",	"ON",  NULL};
	static const char *const no[] = {"n",	  "N",	   "no",  "No",	 "NO",	"false",
					 "False", "FALSE", "off", "Off", "OFF", NULL};
	static const char *const null[] = {"", "~", "null", "Null", "NULL", NULL};
	static const char *const infinite[] = {".inf",	".Inf",	 ".INF",  "+.inf", "+.Inf",
					       "+.INF", "-.inf", "-.Inf", "-.INF", ".nan",
					       ".NaN",	".NAN",	 NULL};

	if (is_one_of(text, yes))
		return &value_true;
	if (is_one_of(text, no))
		return &value_false;
	if (is_one_of(text, null))
		return &value_null_dynamic;
	if (is_one_of(text, infinite))
		return call_unsupported(d->call, "the plain scalar \"%s\"", text);
	if ((text[0] >= '0' && text[0] <= '9') || strchr("+-.", text[0]))
		return resolve_number(d, text);
	return value_string(d->call->arena, text);
}

/* A block scalar is a string, but its text is resolved first as if it were plain. */
static const struct value *block_scalar(struct decoder *d, const char *text)
{
	const struct value *v = resolve_plain(d, text), *string;
	struct err e = ERR_INIT;

	if (!v || convert_value(d->call->arena, v, &type_string, &string, &e) < 0)
		return v;
	return string;
}

/* Whether a plain scalar that is tagged as something came out as that. */
static bool fits_tag(const struct value *v, const char *tag)
{
	if (strcmp(tag, YAML_INT_TAG) == 0 || strcmp(tag, YAML_FLOAT_TAG) == 0)
		return v->type->kind == TYPE_NUMBER;
	if (strcmp(tag, YAML_BOOL_TAG) == 0)
		return v->type->kind == TYPE_BOOL;
	return strcmp(tag, YAML_NULL_TAG) == 0 && v->state == VALUE_NULL;
}

static const struct value *scalar(struct decoder *d, const yaml_event_t *event)
{
	const char *text = (const char *)event->data.scalar.value;
	const char *tag = (const char *)event->data.scalar.tag;
	yaml_scalar_style_t style = event->data.scalar.style;
	size_t size = event->data.scalar.length;
	const struct value *v;

	if (value_text_fault(text, size))
		return call_unsupported(d->call, "a scalar that %s", value_text_fault(text, size));
	if (!tag || *tag == '\0') {
		if (style == YAML_LITERAL_SCALAR_STYLE || style == YAML_FOLDED_SCALAR_STYLE)
			return block_scalar(d, text);
		return style == YAML_PLAIN_SCALAR_STYLE
			       ? resolve_plain(d, text)
			       : value_string_n(d->call->arena, text, size);
	}
	if (strcmp(tag, YAML_STR_TAG) == 0)
		return value_string_n(d->call->arena, text, size);
	v = style == YAML_PLAIN_SCALAR_STYLE ? resolve_plain(d, text) : NULL;
	if (v && fits_tag(v, tag))
		return v;
	return d->call->fault ? NULL : call_unsupported(d->call, "the tag \"%s\" here", tag);
}

static const struct value *node(struct decoder *d, const yaml_event_t *event);

/* Reads events up to the end of a collection; each becomes a value. */
static bool collect(struct decoder *d, yaml_event_type_t end, const struct value ***ret_items,
		    size_t *ret_count)
{
	const struct value **items = NULL;
	size_t count = 0, capacity = 0;

	for (;;) {
		const struct value *v;
		yaml_event_t event;

		if (!next_event(d, &event))
			return false;
		if (event.type == end) {
			yaml_event_delete(&event);
			break;
		}
		v = node(d, &event);
		yaml_event_delete(&event);
		if (!v)
			return false;
		items = arena_grow(d->call->arena, items, count, &capacity, sizeof(*items));
		items[count++] = v;
	}
	*ret_items = items;
	*ret_count = count;
	return true;
}

static const struct value *sequence(struct decoder *d)
{
	const struct value **items;
	size_t count;

	if (!collect(d, YAML_SEQUENCE_END_EVENT, &items, &count))
		return NULL;
	return value_tuple(d->call->arena, items, count);
}

/* The text of a key. */
static const char *key_text(struct decoder *d, const struct value *v, const yaml_mark_t *mark)
{
	if (v->state == VALUE_KNOWN && v->type->kind == TYPE_STRING)
		return v->text;
	if (v->state == VALUE_KNOWN && v->type->kind == TYPE_NUMBER)
		return number_text(d->call->arena, v->number);
	if (v->state == VALUE_KNOWN && v->type->kind == TYPE_BOOL)
		return v->boolean ? "true" : "false";
	return fault_at(d, mark, "only strings are allowed as mapping keys");
}

/* Keys of the object come after those of objects that are merged into it, and so win. */
static bool merge_into(struct decoder *d, const struct value *v, const char **keys,
		       const struct value **values, size_t *n)
{
	if (v->state != VALUE_KNOWN || v->type->kind != TYPE_OBJECT) {
		call_unsupported(d->call, "merging anything but one mapping");
		return false;
	}
	for (size_t i = 0; i < v->count; i++) {
		keys[*n] = value_key(v, i);
		values[(*n)++] = v->items[i];
	}
	return true;
}

static const struct value *mapping(struct decoder *d, const yaml_mark_t *mark)
{
	const struct value **items, **values;
	size_t count, n = 0, total;
	const char **keys;

	if (!collect(d, YAML_MAPPING_END_EVENT, &items, &count))
		return NULL;
	total = count / 2;
	for (size_t i = 0; i + 1 < count; i += 2)
		total += items[i + 1]->count;
	keys = arena_array(d->call->arena, total, sizeof(*keys));
	values = arena_array(d->call->arena, total, sizeof(*values));
	for (size_t i = 0; i + 1 < count; i += 2)
		if (items[i]->state == VALUE_KNOWN && items[i]->type->kind == TYPE_STRING &&
		    strcmp(items[i]->text, "<<") == 0 &&
		    !merge_into(d, items[i + 1], keys, values, &n))
			return NULL;
	for (size_t i = 0; i + 1 < count; i += 2) {
		const char *key = key_text(d, items[i], mark);

		if (!key)
			return NULL;
		if (strcmp(key, "<<") == 0)
			continue;
		keys[n] = key;
		values[n++] = items[i + 1];
	}
	return value_object(d->call->arena, keys, values, n);
}

static const struct value *alias(struct decoder *d, const yaml_event_t *event)
{
	const char *name = (const char *)event->data.alias.anchor;

	for (size_t i = d->anchor_count; i-- > 0;) {
		if (strcmp(d->anchors[i].name, name) != 0)
			continue;
		if (!d->anchors[i].value)
			return fault_at(d, &event->start_mark,
					"cannot refer to an anchor from inside its own definition");
		d->nodes += d->anchors[i].nodes;
		if (d->nodes > YAML_NODES_MAX)
			return call_limit(d->call, "more than %d nodes", YAML_NODES_MAX);
		return d->anchors[i].value;
	}
	return fault_at(d, &event->start_mark, "reference to undefined anchor");
}

static const struct value *by_kind(struct decoder *d, const yaml_event_t *event,
				   const yaml_char_t **ret_anchor, const yaml_char_t **ret_tag)
{
	switch ((int)event->type) {
	case YAML_SCALAR_EVENT:
		*ret_anchor = event->data.scalar.anchor;
		return scalar(d, event);
	case YAML_SEQUENCE_START_EVENT:
		*ret_anchor = event->data.sequence_start.anchor;
		*ret_tag = event->data.sequence_start.tag;
		return sequence(d);
	case YAML_MAPPING_START_EVENT:
		*ret_anchor = event->data.mapping_start.anchor;
		*ret_tag = event->data.mapping_start.tag;
		return mapping(d, &event->start_mark);
	default:
		return fault_at(d, &event->start_mark, "unexpected content");
	}
}

static size_t reserve_anchor(struct decoder *d, const yaml_event_t *event)
{
	const yaml_char_t *name = event->type == YAML_SCALAR_EVENT ? event->data.scalar.anchor
				  : event->type == YAML_SEQUENCE_START_EVENT
					  ? event->data.sequence_start.anchor
					  : event->data.mapping_start.anchor;

	if (!name)
		return SIZE_MAX;
	d->anchors = arena_grow(d->call->arena, d->anchors, d->anchor_count, &d->anchor_capacity,
				sizeof(*d->anchors));
	d->anchors[d->anchor_count] =
		(struct anchor){arena_strdup(d->call->arena, (const char *)name), NULL, d->nodes};
	return d->anchor_count++;
}

static const struct value *node(struct decoder *d, const yaml_event_t *event)
{
	const yaml_char_t *anchor = NULL, *tag = NULL;
	const struct value *v;
	size_t place;

	if (++d->nodes > YAML_NODES_MAX || d->depth >= YAML_DEPTH_MAX)
		return call_limit(d->call, "more than %d nodes or %d levels", YAML_NODES_MAX,
				  YAML_DEPTH_MAX);
	if (event->type == YAML_ALIAS_EVENT)
		return alias(d, event);
	if (event->type != YAML_SCALAR_EVENT && event->type != YAML_SEQUENCE_START_EVENT &&
	    event->type != YAML_MAPPING_START_EVENT)
		return fault_at(d, &event->start_mark, "unexpected content");
	place = reserve_anchor(d, event);
	d->depth++;
	v = by_kind(d, event, &anchor, &tag);
	d->depth--;
	if (v && tag && strcmp((const char *)tag, "!") != 0)
		return call_unsupported(d->call, "the tag \"%s\"", (const char *)tag);
	if (v && place != SIZE_MAX) {
		d->anchors[place].value = v;
		d->anchors[place].nodes = d->nodes - d->anchors[place].nodes + 1;
	}
	return v;
}

/* Steps over an event of one kind. */
static bool expect(struct decoder *d, yaml_event_type_t kind, const char *otherwise)
{
	yaml_event_t event;
	bool fine;

	if (!next_event(d, &event))
		return false;
	fine = event.type == kind;
	if (!fine)
		fault_at(d, &event.start_mark, otherwise);
	yaml_event_delete(&event);
	return fine;
}

static const struct value *decode(struct decoder *d)
{
	const struct value *v;
	yaml_event_t event;

	if (!expect(d, YAML_STREAM_START_EVENT, "unexpected content"))
		return NULL;
	if (!next_event(d, &event))
		return NULL;
	if (event.type == YAML_STREAM_END_EVENT) {
		yaml_event_delete(&event);
		return call_fail(d->call, "expecting value but found end of stream");
	}
	yaml_event_delete(&event);
	if (!next_event(d, &event))
		return NULL;
	v = node(d, &event);
	yaml_event_delete(&event);
	if (!v || !expect(d, YAML_DOCUMENT_END_EVENT, "unexpected extra content after value") ||
	    !expect(d, YAML_STREAM_END_EVENT, "unexpected extra content after value"))
		return NULL;
	return v;
}

static const struct value *run_yamldecode(struct call *c)
{
	FP_CLEANUP(decoder_release) struct decoder d = {.call = c};

	if (!yaml_parser_initialize(&d.parser))
		return call_limit(c, "there is not enough memory");
	yaml_parser_set_input_string(&d.parser, (const unsigned char *)c->args[0]->text,
				     c->args[0]->count);
	yaml_parser_set_encoding(&d.parser, YAML_UTF8_ENCODING);
	return decode(&d);
}

const struct function func_yaml[] = {
	{.name = "yamldecode",
	 .params = {{"src", &type_string, 0}},
	 .count = 1,
	 .run = run_yamldecode,
	 .may_be_null = true},
	{.name = "yamlencode",
	 .params = {{"value", &type_dynamic, PARAM_NULL | PARAM_DYNAMIC | PARAM_UNKNOWN}},
	 .count = 1,
	 .returns = &type_string,
	 .run = run_yamlencode},
	{.name = NULL},
};
