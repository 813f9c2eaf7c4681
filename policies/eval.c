/*
 * Judging goes over the instances of the subject types.  For each, the definition is a tree of and,
 * or, not and conditions; a condition on an attribute looks at the instance, or inside `each` at
 * one element of it, or inside a connection at the connected instance.
 *
 * Paths are names and indexes joined by dots.  A name that meets a list goes through all its
 * elements, because blocks are lists in a plan and people do not write the index.
 */
#include "policies/internal.h"

#include "runner/base/buf.h"
#include "runner/base/json.h"

struct view {
	json_t *blocks, *instances, *references;
};

struct context {
	const struct policy *policy;
	const struct view *view;
	struct arena *arena;
	const json_t *instance;
	const json_t *values, *unknown; /* where paths begin */
	const char *reason;		/* of the last condition that was not met */
	struct err *e;
};

struct found {
	struct policy_value *rows;
	size_t count, capacity;
};

static enum policy_result judge(struct context *c, const struct doc *d);

static void add_found(struct context *c, struct found *f, const json_t *value, bool unknown)
{
	f->rows = arena_grow(c->arena, f->rows, f->count, &f->capacity, sizeof(*f->rows));
	f->rows[f->count++] = (struct policy_value){value, unknown};
}

static void walk(struct context *c, const json_t *value, const json_t *unknown, const char *path,
		 struct found *f);

static void walk_list(struct context *c, const json_t *value, const json_t *unknown,
		      const char *path, struct found *f)
{
	size_t count = FP_MAX(json_array_size(value), json_array_size(unknown));

	for (size_t i = 0; i < count; i++)
		walk(c, json_array_get(value, i), json_array_get(unknown, i), path, f);
}

static void walk(struct context *c, const json_t *value, const json_t *unknown, const char *path,
		 struct found *f)
{
	size_t size = strcspn(path, ".");
	const char *rest = path + size + (path[size] == '.');
	const char *step = arena_strndup(c->arena, path, size);
	bool number = size > 0 && strspn(step, "0123456789") == size;

	if (json_is_true(unknown)) {
		add_found(c, f, NULL, true);
	} else if (size == 0) {
		add_found(c, f, value, false);
	} else if (strcmp(step, "*") == 0) {
		const char *key;
		json_t *m;

		if (json_is_object(value)) {
			json_object_foreach ((json_t *)(uintptr_t)value, key, m)
				walk(c, m, json_object_get(unknown, key), rest, f);
		} else {
			walk_list(c, value, unknown, rest, f);
		}
	} else if (json_is_array(value) || json_is_array(unknown)) {
		size_t i = strtoul(step, NULL, 10);

		if (number)
			walk(c, json_array_get(value, i), json_array_get(unknown, i), rest, f);
		else
			walk_list(c, value, unknown, path, f);
	} else {
		walk(c, json_object_get(value, step), json_object_get(unknown, step), rest, f);
	}
}

static const char *text_of(const struct doc *d, const char *key)
{
	const struct doc *m = doc_get(d, key);

	return m ? m->text : NULL;
}

static const char *describe(struct context *c, const json_t *value, bool unknown)
{
	FP_CLEANUP(buf_release) struct buf text = BUF_INIT(4096);

	if (unknown)
		return "not known before apply";
	if (!value || json_is_null(value))
		return "not set";
	json_dump_compact(&text, value);
	if (text.size > 80)
		return arena_printf(c->arena, "%.76s…", buf_text(&text));
	return arena_strndup(c->arena, buf_text(&text), text.size > 0 ? text.size - 1 : 0);
}

static enum policy_result judge_one(const struct doc *d, const struct policy_operator *op,
				    bool negative, const struct policy_value *v)
{
	enum policy_result result;
	bool absent = !v->value || json_is_null(v->value);

	if (v->unknown && !op->sees_absent)
		result = POLICY_UNKNOWN;
	else if (v->unknown && strcmp(op->name, "is_empty") == 0)
		result = POLICY_UNKNOWN;
	else if (absent && !op->sees_absent &&
		 !(op->needs_value && doc_get(d, "value")->kind == DOC_NULL))
		result = POLICY_FAIL;
	else
		result = op->judge(v, doc_get(d, "value"));
	return negative ? policy_not(result) : result;
}

static enum policy_result quantified(const char *quantify, enum policy_result so_far,
				     enum policy_result one)
{
	if (strcmp(quantify, "any") == 0)
		return policy_or(so_far, one);
	return policy_and(so_far, strcmp(quantify, "none") == 0 ? policy_not(one) : one);
}

static const json_t *block_of(const struct context *c, const json_t *instance);

/*
 * In the static view an attribute that the configuration does not set is not set, even where a
 * provider would fill it in: the policy asks what the code says.
 */
static bool is_written(const struct context *c, const char *attribute)
{
	const json_t *config = json_object_get(block_of(c, c->instance), "config");
	char name[256];

	(void)snprintf(name, sizeof(name), "%.*s", (int)strcspn(attribute, "."), attribute);
	return json_object_get(config, name) != NULL;
}

static enum policy_result judge_attribute(struct context *c, const struct doc *d)
{
	const char *name = text_of(d, "operator"), *quantify = text_of(d, "quantify");
	const char *attribute = text_of(d, "attribute"), *view = text_of(d, "view");
	bool negative = strncmp(name, "not_", 4) == 0 || strcmp(name, "is_not_empty") == 0;
	const struct policy_operator *op = policy_operator_find(name);
	struct found f = {.count = 0};
	enum policy_result result;

	if (!quantify)
		quantify = negative || strcmp(name, "is_empty") == 0 ? "all" : "any";
	if (!(view && strcmp(view, "static") == 0) || is_written(c, attribute))
		walk(c, c->values, c->unknown, attribute, &f);
	if (f.count == 0)
		add_found(c, &f, NULL, false);
	result = strcmp(quantify, "any") == 0 ? POLICY_FAIL : POLICY_PASS;
	for (size_t i = 0; i < f.count; i++) {
		enum policy_result one = judge_one(d, op, negative, &f.rows[i]);
		enum policy_result next = quantified(quantify, result, one);

		if (next != POLICY_PASS && (next != result || f.count == 1))
			c->reason = arena_printf(c->arena, "%s is %s", attribute,
						 describe(c, f.rows[i].value, f.rows[i].unknown));
		result = next;
	}
	return result;
}

static enum policy_result judge_each(struct context *c, const struct doc *d)
{
	const char *attribute = text_of(d, "attribute"), *quantify = text_of(d, "quantify");
	const json_t *values = c->values, *unknown = c->unknown;
	struct found f = {.count = 0};
	enum policy_result result;
	json_t *value = json_object_get(values, attribute),
	       *mask = json_object_get(unknown, attribute);

	if (!quantify)
		quantify = "all";
	result = strcmp(quantify, "any") == 0 ? POLICY_FAIL : POLICY_PASS;
	if (json_is_true(mask)) {
		c->reason = arena_printf(c->arena, "%s is not known before apply", attribute);
		return POLICY_UNKNOWN;
	}
	walk_list(c, value, mask, "", &f);
	for (size_t i = 0; i < f.count; i++) {
		enum policy_result one;

		c->values = f.rows[i].value;
		c->unknown = json_array_get(mask, i);
		one = f.rows[i].unknown ? POLICY_UNKNOWN : judge(c, doc_get(d, "where"));
		result = quantified(quantify, result, one);
		if (one == POLICY_PASS && strcmp(quantify, "none") == 0)
			c->reason = arena_printf(c->arena, "%s[%zu] is %s", attribute, i,
						 describe(c, f.rows[i].value, false));
	}
	c->values = values;
	c->unknown = unknown;
	return result;
}

static const char *string_of(const json_t *object, const char *key)
{
	const char *text = json_string_value(json_object_get(object, key));

	return text ? text : "";
}

static const json_t *block_of(const struct context *c, const json_t *instance)
{
	json_t *index = json_object_get(instance, "block");

	return json_array_get(c->view->blocks, (size_t)json_integer_value(index));
}

static bool names(const struct context *c, const char *reference, const json_t *instance)
{
	return strcmp(reference, string_of(instance, "address")) == 0 ||
	       strcmp(reference, string_of(block_of(c, instance), "address")) == 0;
}

static bool connected(const struct context *c, const json_t *one, const json_t *other)
{
	const char *from_one = string_of(one, "address"), *from_other = string_of(other, "address");
	json_t *edge;
	size_t i;

	json_array_foreach (c->view->references, i, edge) {
		const char *from = string_of(edge, "from"), *to = string_of(edge, "to");

		if ((strcmp(from, from_one) == 0 && names(c, to, other)) ||
		    (strcmp(from, from_other) == 0 && names(c, to, one)))
			return true;
	}
	return false;
}

static bool listed(const char *text, const struct doc *list)
{
	for (const struct doc *m = list ? list->first : NULL; m; m = m->next)
		if (m->text && strcmp(m->text, text) == 0)
			return true;
	return false;
}

/* Judges a condition on another instance than the subject. */
static enum policy_result judge_there(struct context *c, const json_t *instance,
				      const struct doc *where)
{
	const json_t *values = c->values, *unknown = c->unknown, *subject = c->instance;
	enum policy_result result = POLICY_PASS;

	c->instance = instance;
	c->values = json_object_get(instance, "values");
	c->unknown = json_object_get(instance, "unknown");
	if (where)
		result = judge(c, where);
	c->instance = subject;
	c->values = values;
	c->unknown = unknown;
	return result;
}

static enum policy_result judge_connection(struct context *c, const struct doc *d)
{
	bool exists = strcmp(text_of(d, "operator"), "exists") == 0;
	const struct doc *types = doc_get(d, "connected_resource_types");
	enum policy_result result = POLICY_FAIL;
	const char *where_reason = NULL;
	json_t *other;
	size_t i;

	json_array_foreach (c->view->instances, i, other) {
		if (other == c->instance || !listed(string_of(other, "type"), types) ||
		    !connected(c, c->instance, other))
			continue;
		c->reason = "";
		result = policy_or(result, judge_there(c, other, doc_get(d, "where")));
		where_reason = arena_printf(c->arena, "%s: %s", string_of(other, "address"),
					    *c->reason ? c->reason : "is connected");
	}
	if (!exists)
		result = policy_not(result);
	if (result != POLICY_PASS)
		c->reason = where_reason
				    ? where_reason
				    : arena_printf(c->arena, "no %s is connected with it",
						   types->first ? types->first->text : "resource");
	return result;
}

/* What one rule of a network lets in, added to the ranges; POLICY_UNKNOWN when it cannot be told.
 */
struct opening {
	struct policy_ranges v4, v6;
	bool unknown;
};

static void add_range(struct context *c, struct opening *o, const char *cidr)
{
	struct policy_range range;
	struct policy_ranges *to;
	bool v6;

	if (!policy_parse_cidr(cidr, &range, &v6)) {
		o->unknown = true;
		return;
	}
	to = v6 ? &o->v6 : &o->v4;
	to->rows = arena_grow(c->arena, to->rows, to->count, &to->capacity, sizeof(*to->rows));
	to->rows[to->count++] = range;
}

static void add_addresses(struct context *c, struct opening *o, const json_t *values,
			  const json_t *unknown, const char *path)
{
	struct found f = {.count = 0};

	walk(c, values, unknown, path, &f);
	for (size_t i = 0; i < f.count; i++) {
		const json_t *v = f.rows[i].value;
		json_t *item;
		size_t k;

		if (f.rows[i].unknown)
			o->unknown = true;
		if (json_is_string(v))
			add_range(c, o, json_string_value(v));
		json_array_foreach (v, k, item) {
			if (json_is_string(item))
				add_range(c, o, json_string_value(item));
			else
				o->unknown = true;
		}
	}
}

static struct policy_value single(struct context *c, const json_t *values, const json_t *unknown,
				  const char *path)
{
	struct found f = {.count = 0};

	walk(c, values, unknown, path, &f);
	return f.count > 0 ? f.rows[0] : (struct policy_value){NULL, false};
}

static long port_of(const json_t *v, long otherwise)
{
	if (json_is_integer(v))
		return (long)json_integer_value(v);
	if (json_is_string(v))
		return strtol(json_string_value(v), NULL, 10);
	return otherwise;
}

/* Whether the rule is about the port of the condition at all. */
static enum policy_result concerns(struct context *c, const struct doc *d, const struct doc *source,
				   const json_t *values, const json_t *unknown)
{
	struct policy_value protocol = single(c, values, unknown, text_of(source, "protocol"));
	struct policy_value from = single(c, values, unknown, text_of(source, "from"));
	struct policy_value to = single(c, values, unknown, text_of(source, "to"));
	const char *name = json_string_value(protocol.value), *wanted = text_of(d, "protocol");
	long port = strtol(text_of(d, "port"), NULL, 10);

	if (protocol.unknown)
		return POLICY_UNKNOWN;
	if (!name || strcmp(name, "-1") == 0 || strcasecmp(name, "all") == 0)
		return POLICY_PASS;
	if (strcasecmp(name, wanted) != 0 &&
	    !(strcmp(wanted, "tcp") == 0 && strcmp(name, "6") == 0) &&
	    !(strcmp(wanted, "udp") == 0 && strcmp(name, "17") == 0))
		return POLICY_FAIL;
	if (from.unknown || to.unknown)
		return POLICY_UNKNOWN;
	return port_of(from.value, 0) <= port && port <= port_of(to.value, 65535) ? POLICY_PASS
										  : POLICY_FAIL;
}

static void add_rule(struct context *c, const struct doc *d, const struct doc *source,
		     const json_t *values, const json_t *unknown, struct opening *o)
{
	struct opening mine = {.unknown = false};
	enum policy_result about = concerns(c, d, source, values, unknown);
	const struct doc *addresses = doc_get(source, "addresses");

	if (about == POLICY_FAIL)
		return;
	if (about == POLICY_UNKNOWN) {
		/* It may be open to nobody that matters: only what it lets in says whether that is
		 * a doubt. */
		for (const struct doc *m = addresses->first; m; m = m->next)
			add_addresses(c, &mine, values, unknown, m->text);
		o->unknown = o->unknown || mine.unknown || mine.v4.count > 0 || mine.v6.count > 0;
		return;
	}
	for (const struct doc *m = addresses->first; m; m = m->next)
		add_addresses(c, o, values, unknown, m->text);
}

static void add_attribute_rules(struct context *c, const struct doc *d, const struct doc *source,
				struct opening *o)
{
	const json_t *list = json_object_get(c->values, text_of(source, "attribute"));
	const json_t *mask = json_object_get(c->unknown, text_of(source, "attribute"));
	size_t count = FP_MAX(json_array_size(list), json_array_size(mask));

	if (json_is_true(mask))
		return; /* computed: what separate rules make of it is judged there */
	for (size_t i = 0; i < count; i++) {
		const json_t *element = json_array_get(list, i), *unknown = json_array_get(mask, i);

		if (json_is_true(unknown))
			o->unknown = true;
		else
			add_rule(c, d, source, element, unknown, o);
	}
}

static void add_connected_rules(struct context *c, const struct doc *d, const struct doc *source,
				struct opening *o)
{
	json_t *other;
	size_t i;

	json_array_foreach (c->view->instances, i, other) {
		const json_t *values = json_object_get(other, "values"),
			     *unknown = json_object_get(other, "unknown");
		enum policy_result applies;

		if (!listed(string_of(other, "type"), doc_get(source, "resource_types")) ||
		    !connected(c, c->instance, other))
			continue;
		applies = judge_there(c, other, doc_get(source, "where"));
		if (applies == POLICY_UNKNOWN)
			o->unknown = true;
		if (applies == POLICY_PASS)
			add_rule(c, d, source, values, unknown, o);
	}
}

static enum policy_result judge_network(struct context *c, const struct doc *d)
{
	struct opening o = {.unknown = false};
	const struct doc *sources = doc_get(d, "sources");

	for (const struct doc *source = sources->first; source; source = source->next) {
		if (doc_get(source, "resource_types"))
			add_connected_rules(c, d, source, &o);
		else
			add_attribute_rules(c, d, source, &o);
	}
	if (policy_is_world(&o.v4, false) || policy_is_world(&o.v6, true)) {
		c->reason =
			arena_printf(c->arena, "port %s is open to the world", text_of(d, "port"));
		return POLICY_FAIL;
	}
	if (o.unknown) {
		c->reason = "who may reach it is not known before apply";
		return POLICY_UNKNOWN;
	}
	return POLICY_PASS;
}

static enum policy_result judge_filter(struct context *c, const struct doc *d)
{
	return listed(string_of(c->instance, "type"), doc_get(d, "value")) ? POLICY_PASS
									   : POLICY_FAIL;
}

static enum policy_result judge_condition(struct context *c, const struct doc *d)
{
	static const struct {
		const char *name;
		enum policy_result (*judge)(struct context *c, const struct doc *d);
	} kinds[] = {{"attribute", judge_attribute},
		     {"each", judge_each},
		     {"connection", judge_connection},
		     {"network", judge_network},
		     {"filter", judge_filter}};
	const char *name = text_of(d, "cond_type");

	for (size_t i = 0; i < FP_ARRAY_SIZE(kinds); i++)
		if (strcmp(kinds[i].name, name) == 0)
			return kinds[i].judge(c, d);
	abort(); /* the parser lets no other through */
}

static enum policy_result judge_list(struct context *c, const struct doc *list, bool all)
{
	enum policy_result result = all ? POLICY_PASS : POLICY_FAIL;
	const char *reason = "";

	for (const struct doc *m = list->first; m; m = m->next) {
		enum policy_result one = judge(c, m);

		/* Of alternatives the last is told: policies list the way that is advised there. */
		if (one != POLICY_PASS && (!all || *reason == '\0' || one == POLICY_FAIL))
			reason = c->reason;
		result = all ? policy_and(result, one) : policy_or(result, one);
	}
	c->reason = reason;
	return result;
}

static enum policy_result judge(struct context *c, const struct doc *d)
{
	const struct doc *child;

	if ((child = doc_get(d, "and")))
		return judge_list(c, child, true);
	if ((child = doc_get(d, "or")))
		return judge_list(c, child, false);
	if ((child = doc_get(d, "not")))
		return policy_not(child->kind == DOC_OBJECT ? judge(c, child)
							    : judge_list(c, child, true));
	return judge_condition(c, d);
}

static int open_view(const json_t *json, struct view *v, struct err *e)
{
	if (json_member(json, "view", "blocks", JSON_ARRAY, true, &v->blocks, e) < 0 ||
	    json_member(json, "view", "instances", JSON_ARRAY, true, &v->instances, e) < 0)
		return -1;
	return json_member(json, "view", "references", JSON_ARRAY, true, &v->references, e);
}

static bool is_subject(const struct policy *p, const json_t *instance)
{
	for (size_t i = 0; i < p->subjects.count; i++)
		if (strcmp(p->subjects.items[i], string_of(instance, "type")) == 0)
			return strcmp(string_of(instance, "mode"), "managed") == 0;
	return false;
}

int policy_evaluate(const struct policy *p, const json_t *view, struct arena *a,
		    struct policy_report *ret_report, struct err *e)
{
	struct context c = {.policy = p, .arena = a, .e = e};
	struct policy_judgement *rows = NULL;
	size_t count = 0, capacity = 0, i;
	json_t *instance;
	struct view v;

	if (open_view(view, &v, e) < 0)
		return -1;
	c.view = &v;
	json_array_foreach (v.instances, i, instance) {
		struct policy_judgement *row;
		const json_t *block;

		if (!is_subject(p, instance))
			continue;
		c.instance = instance;
		c.values = json_object_get(instance, "values");
		c.unknown = json_object_get(instance, "unknown");
		c.reason = "";
		block = block_of(&c, instance);
		rows = arena_grow(a, rows, count, &capacity, sizeof(*rows));
		row = &rows[count++];
		*row = (struct policy_judgement){
			.address = arena_strdup(a, string_of(instance, "address")),
			.block = arena_strdup(a, string_of(block, "address")),
			.file = arena_strdup(a, string_of(block, "file")),
			.line = (size_t)json_integer_value(json_object_get(block, "line")),
			.result = judge(&c, p->definition),
		};
		row->reason = row->result == POLICY_PASS ? "" : arena_strdup(a, c.reason);
	}
	*ret_report = (struct policy_report){p, rows, count};
	return 0;
}

const struct policy_judgement *policy_find(const struct policy_report *r, const char *address)
{
	for (size_t i = 0; i < r->count; i++)
		if (strcmp(r->rows[i].address, address) == 0)
			return &r->rows[i];
	return NULL;
}

const char *policy_result_name(enum policy_result result)
{
	switch (result) {
	case POLICY_PASS:
		return "pass";
	case POLICY_FAIL:
		return "fail";
	case POLICY_UNKNOWN:
		return "unknown";
	}
	abort();
}
