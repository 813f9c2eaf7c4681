/*
 * The document is built as the provider builds it: statements of source documents, then the
 * configuration's own, then overrides; a statement with the Sid of an earlier one takes its place.
 * Lists of actions, resources and principals are in descending order, a list of one is a string.
 */
#include "runner/plan/iampolicy.h"

#include <string.h>

#include "runner/plan/provide.h"

struct policy {
	struct walk *walk;
	const char *id, *version;
	json_t *statements;
	const char *fault; /* why it cannot be computed */
};

/* --- as Go writes JSON
 * ---------------------------------------------------------------------------- */

static void go_string(struct buf *out, const char *text)
{
	buf_addch(out, '"');
	for (const char *p = text; *p; p++) {
		unsigned char c = (unsigned char)*p;

		if (c == '"' || c == '\\')
			buf_addf(out, "\\%c", c);
		else if (c == '\n')
			buf_addstr(out, "\\n");
		else if (c == '\r')
			buf_addstr(out, "\\r");
		else if (c == '\t')
			buf_addstr(out, "\\t");
		else if (c == '\b')
			buf_addstr(out, "\\b");
		else if (c == '\f')
			buf_addstr(out, "\\f");
		else if (c < 0x20 || c == '<' || c == '>' || c == '&')
			buf_addf(out, "\\u%04x", c);
		else if (c == 0xe2 && (unsigned char)p[1] == 0x80 &&
			 ((unsigned char)p[2] == 0xa8 || (unsigned char)p[2] == 0xa9)) {
			buf_addf(out, "\\u20%02x", (unsigned char)p[2] - 0x80);
			p += 2;
		} else
			buf_addch(out, (char)c);
	}
	buf_addch(out, '"');
}

static void go_line(struct buf *out, int indent, size_t depth)
{
	if (indent <= 0)
		return;
	buf_addch(out, '\n');
	for (size_t i = 0; i < depth * (size_t)indent; i++)
		buf_addch(out, ' ');
}

static void go_json(struct buf *out, json_t *json, int indent, size_t depth)
{
	const char *key;
	json_t *value;
	size_t i, count = 0;

	if (json_is_string(json)) {
		go_string(out, json_string_value(json));
	} else if (json_is_array(json)) {
		buf_addch(out, '[');
		json_array_foreach (json, i, value) {
			if (i)
				buf_addch(out, ',');
			go_line(out, indent, depth + 1);
			go_json(out, value, indent, depth + 1);
		}
		if (json_array_size(json))
			go_line(out, indent, depth);
		buf_addch(out, ']');
	} else {
		buf_addch(out, '{');
		json_object_foreach (json, key, value) {
			if (count++)
				buf_addch(out, ',');
			go_line(out, indent, depth + 1);
			go_string(out, key);
			buf_addstr(out, indent ? ": " : ":");
			go_json(out, value, indent, depth + 1);
		}
		if (count)
			go_line(out, indent, depth);
		buf_addch(out, '}');
	}
}

/* --- from the configuration ----------------------------------------------------------------------
 */

static const char *text_of(const struct value *object, const char *name)
{
	const struct value *v = value_get(object, name);

	return v && v->state == VALUE_KNOWN && v->type == &type_string ? v->text : "";
}

static const struct value *items_of(const struct value *object, const char *name)
{
	const struct value *v = value_get(object, name);

	return v && value_is_iterable(v) && v->count > 0 ? v : NULL;
}

/* "&{aws:username}" is how a policy variable is written past Terraform's own templates. */
static json_t *replaced(struct policy *p, const char *text, bool variables)
{
	FP_CLEANUP(buf_release) struct buf out = BUF_INIT(1u << 20);

	if (variables && strstr(text, "&{") && strcmp(p->version, "2008-10-17") == 0)
		p->fault = "policy variables need a version later than 2008-10-17";
	for (const char *c = text; *c; c++)
		buf_addch(&out, variables && c[0] == '&' && c[1] == '{' ? '$' : *c);
	return json_new_string(buf_text(&out));
}

static int descending(const void *left, const void *right)
{
	return strcmp(*(const char *const *)right, *(const char *const *)left);
}

static json_t *string_list(struct policy *p, const struct value *v, bool sorted, bool variables)
{
	const char **texts = arena_array(p->walk->arena, v->count + 1, sizeof(*texts));
	json_t *out;

	for (size_t i = 0; i < v->count; i++)
		texts[i] = v->items[i]->state == VALUE_KNOWN ? v->items[i]->text : "";
	if (v->count == 1)
		return replaced(p, texts[0], variables);
	if (sorted)
		qsort(texts, v->count, sizeof(*texts), descending);
	out = json_new_array();
	for (size_t i = 0; i < v->count; i++)
		json_push(out, replaced(p, texts[i], variables));
	return out;
}

/* Maps are written with sorted keys. */
static json_t *sorted_object(json_t *stolen)
{
	json_t *out = json_new_object();
	size_t count = json_object_size(stolen), i = 0;
	const char **keys = calloc(count + 1, sizeof(*keys));
	const char *key;
	json_t *value;

	json_object_foreach (stolen, key, value)
		keys[i++] = key;
	for (size_t a = 1; a < count; a++)
		for (size_t b = a; b > 0 && strcmp(keys[b - 1], keys[b]) > 0; b--) {
			key = keys[b];
			keys[b] = keys[b - 1];
			keys[b - 1] = key;
		}
	for (i = 0; i < count; i++)
		json_put(out, keys[i], json_incref(json_object_get(stolen, keys[i])));
	free(keys);
	json_decref(stolen);
	return out;
}

static json_t *principals(struct policy *p, const struct value *v)
{
	json_t *out = json_new_object();

	for (size_t i = 0; i < v->count; i++) {
		const struct value *ids = items_of(v->items[i], "identifiers");
		const char *type = text_of(v->items[i], "type");

		if (json_object_get(out, type))
			p->fault = "two principals blocks of one type in a statement, whose order "
				   "the provider takes from a hash";
		json_put(out, type, ids ? string_list(p, ids, true, true) : json_new_array());
	}
	if (v->count == 1 && json_is_string(json_object_get(out, "*")) &&
	    strcmp(json_string_value(json_object_get(out, "*")), "*") == 0) {
		json_decref(out);
		return json_new_string("*");
	}
	return sorted_object(out);
}

static json_t *conditions(struct policy *p, const struct value *v)
{
	json_t *out = json_new_object(), *test;
	const char *key;
	void *next;

	for (size_t i = 0; i < v->count; i++) {
		const struct value *values = items_of(v->items[i], "values");
		const char *name = text_of(v->items[i], "test");
		const char *variable = text_of(v->items[i], "variable");

		if (!json_object_get(out, name))
			json_put(out, name, json_new_object());
		test = json_object_get(out, name);
		if (json_object_get(test, variable))
			p->fault = "two condition blocks with one test and variable in a "
				   "statement, whose order the provider takes from a hash";
		json_put(test, variable,
			 values ? string_list(p, values, false, true) : json_new_array());
	}
	json_object_foreach_safe(out, next, key, test)
		json_put(out, key, sorted_object(json_incref(test)));
	return sorted_object(out);
}

static void add_list(struct policy *p, json_t *out, const struct value *config, const char *name,
		     const char *key, bool variables)
{
	const struct value *v = items_of(config, name);

	if (v)
		json_put(out, key, string_list(p, v, true, variables));
}

static json_t *statement(struct policy *p, const struct value *v)
{
	json_t *out = json_new_object();
	const char *effect = text_of(v, "effect");
	const struct value *list;

	if (*text_of(v, "sid"))
		json_put(out, "Sid", json_new_string(text_of(v, "sid")));
	json_put(out, "Effect", json_new_string(*effect ? effect : "Allow"));
	add_list(p, out, v, "actions", "Action", false);
	add_list(p, out, v, "not_actions", "NotAction", false);
	add_list(p, out, v, "resources", "Resource", true);
	add_list(p, out, v, "not_resources", "NotResource", true);
	list = items_of(v, "principals");
	if (list)
		json_put(out, "Principal", principals(p, list));
	list = items_of(v, "not_principals");
	if (list)
		json_put(out, "NotPrincipal", principals(p, list));
	list = items_of(v, "condition");
	if (list)
		json_put(out, "Condition", conditions(p, list));
	return out;
}

/* --- from other documents ----------------------------------------------------------------------
 */

static json_t *read_condition_values(json_t *value)
{
	if (json_is_boolean(value))
		return json_new_string(json_is_true(value) ? "true" : "false");
	return json_incref(value);
}

static json_t *read_conditions(json_t *from)
{
	json_t *out = json_new_object(), *test, *values;
	const char *name, *variable;

	json_object_foreach (from, name, test) {
		json_t *inner = json_new_object();

		json_object_foreach (test, variable, values)
			json_put(inner, variable, read_condition_values(values));
		json_put(out, name, sorted_object(inner));
	}
	return sorted_object(out);
}

static json_t *read_principals(struct policy *p, json_t *from)
{
	json_t *out, *value;
	const char *key;

	if (json_is_string(from))
		return json_new_string("*");
	out = sorted_object(json_incref(from));
	json_object_foreach (out, key, value) {
		size_t count = json_array_size(value);
		const char **texts = arena_array(p->walk->arena, count + 1, sizeof(*texts));
		json_t *list = json_new_array(), *item;
		size_t i;

		if (!json_is_array(value)) {
			json_decref(list);
			continue;
		}
		json_array_foreach (value, i, item)
			texts[i] = json_is_string(item)
					   ? arena_strdup(p->walk->arena, json_string_value(item))
					   : "";
		qsort(texts, count, sizeof(*texts), descending);
		for (i = 0; i < count; i++)
			json_push(list, json_new_string(texts[i]));
		json_put(out, key, list);
	}
	return out;
}

static json_t *read_statement(struct policy *p, json_t *from)
{
	static const char *const keys[] = {"Sid",	"Effect",	"Action",
					   "NotAction", "Resource",	"NotResource",
					   "Principal", "NotPrincipal", "Condition"};
	json_t *out = json_new_object();

	for (size_t i = 0; i < FP_ARRAY_SIZE(keys); i++) {
		json_t *v = json_object_get(from, keys[i]);

		if (!v || json_is_null(v) || (json_is_string(v) && !*json_string_value(v)))
			continue;
		if (strstr(keys[i], "Principal"))
			v = read_principals(p, v);
		else if (strcmp(keys[i], "Condition") == 0)
			v = read_conditions(v);
		else
			v = json_incref(v);
		json_put(out, keys[i], v);
	}
	return out;
}

/* --- merging
 * ---------------------------------------------------------------------------------------- */

static void merge_statement(struct policy *p, json_t *stolen)
{
	const char *sid = json_string_value(json_object_get(stolen, "Sid"));
	json_t *old;
	size_t i;

	if (sid)
		json_array_foreach (p->statements, i, old) {
			const char *other = json_string_value(json_object_get(old, "Sid"));

			if (other && strcmp(other, sid) == 0) {
				(void)json_array_set_new(p->statements, i, stolen);
				return;
			}
		}
	json_push(p->statements, stolen);
}

static void merge_head(struct policy *p, const char *id, const char *version)
{
	if (id && *id)
		p->id = arena_strdup(p->walk->arena, id);
	if (version && strcmp(version, p->version) > 0)
		p->version = arena_strdup(p->walk->arena, version);
}

static void merge_texts(struct policy *p, const struct value *config, const char *name)
{
	const struct value *list = items_of(config, name);

	for (size_t i = 0; list && i < list->count; i++) {
		JSON_AUTO *json = NULL;
		struct err e = ERR_INIT;
		json_t *statements, *one;
		size_t k;

		if (list->items[i]->state != VALUE_KNOWN || !*list->items[i]->text)
			continue;
		if (json_parse(name, list->items[i]->text, list->items[i]->count, &json, &e) < 0 ||
		    !json_is_object(json)) {
			p->fault = "a source or override document is not a JSON object";
			return;
		}
		merge_head(p, json_string_value(json_object_get(json, "Id")),
			   json_string_value(json_object_get(json, "Version")));
		statements = json_object_get(json, "Statement");
		if (statements && !json_is_array(statements))
			p->fault = "a source or override document whose Statement is no list";
		json_array_foreach (statements, k, one)
			merge_statement(p, read_statement(p, one));
	}
}

static void merge_config(struct policy *p, const struct value *config)
{
	const struct value *list = items_of(config, "statement");
	const char *version = text_of(config, "version");

	merge_head(p, text_of(config, "policy_id"), *version ? version : "2012-10-17");
	for (size_t i = 0; list && i < list->count; i++)
		merge_statement(p, statement(p, list->items[i]));
}

/* --- the data source
 * ------------------------------------------------------------------------------ */

/* CRC-32 of IEEE 802.3, from which the provider makes the id. */
static uint32_t crc32_of(const char *text, size_t size)
{
	uint32_t crc = 0xffffffffu;

	for (size_t i = 0; i < size; i++) {
		crc ^= (unsigned char)text[i];
		for (int k = 0; k < 8; k++)
			crc = crc & 1 ? crc >> 1 ^ 0xedb88320u : crc >> 1;
	}
	return ~crc;
}

static const struct value *with_text(struct arena *a, const struct value *v, const char *name,
				     const char *text)
{
	return value_get(v, name) ? provide_with(a, v, name, value_string(a, text)) : v;
}

const struct value *iampolicy_read(struct walk *w, const struct value *config, struct range where)
{
	FP_CLEANUP(buf_release) struct buf pretty = BUF_INIT(16u << 20);
	FP_CLEANUP(buf_release) struct buf compact = BUF_INIT(16u << 20);
	JSON_AUTO *document = json_new_object();
	struct policy p = {.walk = w, .id = "", .version = "", .statements = json_new_array()};

	merge_texts(&p, config, "source_policy_documents");
	merge_config(&p, config);
	merge_texts(&p, config, "override_policy_documents");
	if (*p.version)
		json_put(document, "Version", json_new_string(p.version));
	if (*p.id)
		json_put(document, "Id", json_new_string(p.id));
	if (json_array_size(p.statements))
		json_put(document, "Statement", p.statements);
	else
		json_decref(p.statements);
	if (p.fault) {
		diag_unsupported(w->diags, where, "Policy document that cannot be computed exactly",
				 "This policy document has %s.", p.fault);
		return config;
	}
	go_json(&pretty, document, 2, 0);
	go_json(&compact, document, 0, 0);
	config = with_text(w->arena, config, "json", buf_text(&pretty));
	config = with_text(w->arena, config, "minified_json", buf_text(&compact));
	return with_text(w->arena, config, "id",
			 arena_printf(w->arena, "%u", crc32_of(pretty.data, pretty.size)));
}
