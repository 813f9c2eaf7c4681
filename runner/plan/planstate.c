#include "runner/plan/planstate.h"

#include <string.h>

#include "runner/plan/moves.h"
#include "runner/plan/planwrite.h"
#include "runner/plan/provide.h"
#include "runner/plan/target.h"

/* --- reading
 * ---------------------------------------------------------------------------------------- */

static int by_address(const void *left, const void *right)
{
	const struct planstate_entry *a = left, *b = right;

	return strcmp(a->address, b->address);
}

struct planstate_entry *planstate_find(const struct walk *w, const char *address)
{
	struct planstate_entry wanted = {.address = address};

	if (!w->prior || w->prior->count == 0)
		return NULL;
	return bsearch(&wanted, w->prior->entries, w->prior->count, sizeof(wanted), by_address);
}

const char *planstate_text(struct walk *w, const struct planstate_entry *entry, const char *key)
{
	struct jscan_text t = jscan_member(w->arena, entry->json, key);
	struct jscan j = jscan_of(w->arena, t);

	return t.size && *t.data == '"' ? jscan_string(&j) : "";
}

static const struct value *own_key(struct walk *w, const struct planstate_entry *entry)
{
	struct jscan_text t = jscan_member(w->arena, entry->json, "key");
	struct err e = ERR_INIT;
	const struct value *v;

	if (!t.size || *t.data == 'n' ||
	    value_from_json_text(w->arena, &type_dynamic, t.data, t.size, &v, &e) < 0)
		return NULL;
	return v;
}

bool planstate_place(struct walk *w, const struct planstate_entry *entry,
		     struct resource_instance *r)
{
	struct config_target t;

	r->module_address = planstate_text(w, entry, "module");
	r->type_name = planstate_text(w, entry, "type");
	r->name = planstate_text(w, entry, "name");
	r->key.key = own_key(w, entry);
	if (strcmp(entry->address, entry->previous_address) == 0)
		return true;
	if (!target_of(w->arena, entry->address, &t) || t.is_module ||
	    strcmp(t.type, r->type_name) != 0) {
		diag_unsupported(w->diags, (struct range){.source = NULL}, "Move between types",
				 "What becomes of %s as %s only its provider knows.",
				 entry->previous_address, entry->address);
		return false;
	}
	r->module_address = t.module;
	r->name = t.name;
	r->key.key = t.key;
	return true;
}

static const struct value *mark_from(struct arena *a, const struct value *v, struct jscan *j)
{
	const struct value **items;
	const char *key;
	size_t i = 0;
	char c = jscan_peek(j);

	if (c == 't') {
		(void)jscan_bool(j);
		return value_mark(a, v, VALUE_SENSITIVE);
	}
	if ((c != '{' && c != '[') || !value_is_iterable(v) || v->count == 0) {
		(void)jscan_skip(j);
		return v;
	}
	items = arena_memdup(a, v->items, v->count * sizeof(*items));
	jscan_enter(j, c);
	if (c == '{' && value_has_keys(v)) {
		while (jscan_key(j, &key)) {
			while (i < v->count && strcmp(value_key(v, i), key) < 0)
				i++;
			if (i < v->count && strcmp(value_key(v, i), key) == 0)
				items[i] = mark_from(a, items[i], j);
			else
				(void)jscan_skip(j);
		}
	} else {
		for (; jscan_item(j); i++)
			if (i < v->count)
				items[i] = mark_from(a, items[i], j);
			else
				(void)jscan_skip(j);
	}
	return v->type->kind == TYPE_OBJECT ? provide_object(a, v, items)
					    : provide_collection(a, v, items, v->count);
}

static int read_value(struct walk *w, struct jscan_text json, const char *value_key_name,
		      const struct type *t, const struct value **ret_value, struct err *e)
{
	struct jscan_text type_text = jscan_member(w->arena, json, "value_type");
	struct jscan_text values = jscan_member(w->arena, json, value_key_name);
	struct jscan_text marks = jscan_member(w->arena, json, "sensitive");
	struct jscan j = jscan_of(w->arena, marks);
	JSON_AUTO *type_json = NULL;

	if (type_text.size &&
	    (json_parse("value_type", type_text.data, type_text.size, &type_json, e) < 0 ||
	     type_from_json(w->arena, type_json, &t, e) < 0))
		return -1;
	if (!values.size)
		return err_set(e, ERR_INPUT, "\"%s\" is missing", value_key_name);
	if (value_from_json_text(w->arena, t, values.data, values.size, ret_value, e) < 0)
		return -1;
	if (marks.size)
		*ret_value = mark_from(w->arena, *ret_value, &j);
	return 0;
}

const struct value *planstate_value(struct walk *w, const struct planstate_entry *entry,
				    const struct restype *type)
{
	const struct value *v;
	struct err e = ERR_INIT;

	if (strcmp(planstate_text(w, entry, "type"), type->name) != 0) {
		diag_unsupported(
			w->diags, (struct range){.source = NULL}, "Move between types",
			"%s was %s: how state moves from one type to another is only known to the "
			"provider.",
			entry->address, entry->previous_address);
		return NULL;
	}
	if (read_value(w, entry->json, "values", type->block->type, &v, &e) < 0) {
		diag_error(w->diags, (struct range){.source = NULL}, "Unusable prior state",
			   "The prior state of %s does not fit its type: %s.", entry->address,
			   e.text);
		return NULL;
	}
	return v;
}

const struct value *planstate_output(struct walk *w, const char *name)
{
	struct jscan_text json = {NULL, 0};
	const struct value *v;
	struct err e = ERR_INIT;

	if (w->prior)
		json = jscan_member(w->arena, w->prior->outputs, name);
	if (!json.size || read_value(w, json, "value", &type_dynamic, &v, &e) < 0)
		return NULL;
	return v;
}

/* --- loading
 * ---------------------------------------------------------------------------------------- */

int planstate_load(struct walk *w, struct err *e)
{
	struct jscan_text text = w->request->prior_state, resources;
	struct state *s = arena_alloc(w->arena, sizeof(*s));
	struct jscan_text format = jscan_member(w->arena, text, "format");
	struct jscan j;
	size_t capacity = 0;
	const char *address;

	if (!text.size)
		return 0;
	if (format.size != strlen("\"" PLANSTATE_FORMAT "\"") ||
	    memcmp(format.data, "\"" PLANSTATE_FORMAT "\"", format.size) != 0)
		return err_set(e, ERR_INPUT, "request: prior_state: \"format\" must be \"%s\"",
			       PLANSTATE_FORMAT);
	s->outputs = jscan_member(w->arena, text, "outputs");
	resources = jscan_member(w->arena, text, "resources");
	if (!resources.size || *resources.data != '{')
		return err_set(e, ERR_INPUT,
			       "request: prior_state: \"resources\" must be an object");
	j = jscan_of(w->arena, resources);
	jscan_enter(&j, '{');
	while (jscan_key(&j, &address)) {
		s->entries =
			arena_grow(w->arena, s->entries, s->count, &capacity, sizeof(*s->entries));
		s->entries[s->count++] = (struct planstate_entry){
			.address = address,
			.previous_address = address,
			.json = jscan_skip(&j),
		};
	}
	if (j.bad)
		return err_set(e, ERR_INPUT, "request: prior_state cannot be read");
	moves_apply(w, s);
	if (s->count)
		qsort(s->entries, s->count, sizeof(*s->entries), by_address);
	w->prior = s;
	return 0;
}

/* --- writing
 * ---------------------------------------------------------------------------------------- */

static void write_type(struct buf *out, const struct type *t)
{
	FP_CLEANUP(json_cleanup) json_t *json = type_to_json(t);
	char *text = json_dumps(json, JSON_COMPACT | JSON_ENCODE_ANY);

	planwrite_key(out, "value_type");
	buf_addstr(out, text ? text : "\"dynamic\"");
	free(text);
}

static void write_resource(struct buf *out, const struct resource_instance *r)
{
	planwrite_key(out, r->address);
	buf_addch(out, '{');
	planwrite_member(out, "mode", r->mode == CONFIG_DATA ? "data" : "managed");
	planwrite_member(out, "module", r->module_address);
	planwrite_member(out, "type", r->type_name);
	planwrite_member(out, "name", r->name);
	planwrite_key(out, "key");
	if (r->key.key)
		value_write_json(out, r->key.key, false);
	else
		buf_addstr(out, "null");
	planwrite_member(out, "provider", r->provider);
	planwrite_member(out, "provider_config", r->provider_address);
	if (r->type->block->type->has_dynamic)
		write_type(out, r->applied->type);
	planwrite_key(out, "values");
	planwrite_known(out, r->applied);
	planwrite_key(out, "sensitive");
	planwrite_sensitive(out, r->applied_marked);
	buf_addch(out, '}');
}

static int instances_by_address(const void *left, const void *right)
{
	return strcmp((*(const struct resource_instance *const *)left)->address,
		      (*(const struct resource_instance *const *)right)->address);
}

void planstate_save(struct walk *w, struct buf *out)
{
	const struct module_instance *root = w->modules[0].list[0];
	struct resource_instance **all =
		arena_array(w->arena, w->instances.count + 1, sizeof(struct resource_instance *));
	size_t count = 0;

	for (size_t i = 0; i < w->instances.count; i++)
		if (w->instances.list[i]->applied)
			all[count++] = w->instances.list[i];
	qsort(all, count, sizeof(struct resource_instance *), instances_by_address);
	buf_addstr(out, "{\"format\":\"" PLANSTATE_FORMAT "\",\"outputs\":{");
	for (size_t i = 0; i < root->cfg->outputs.count; i++) {
		const struct value *v = root->outputs[i];

		if (root->cfg->outputs.list[i].ephemeral)
			continue;
		planwrite_key(out, root->cfg->outputs.list[i].name);
		buf_addch(out, '{');
		write_type(out, v->type);
		planwrite_key(out, "value");
		planwrite_known(out, v);
		planwrite_key(out, "sensitive");
		planwrite_sensitive(out, v);
		buf_addch(out, '}');
	}
	buf_addstr(out, "},\"resources\":{");
	for (size_t i = 0; i < count; i++)
		write_resource(out, all[i]);
	buf_addstr(out, "}}");
}
