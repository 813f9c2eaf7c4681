#include "runner/plan/planjson.h"

#include <string.h>

#include "runner/plan/planstate.h"
#include "runner/plan/planwrite.h"
#include "runner/plan/version.h"

/* How often a type's values are written with what of them. */
enum when {
	WHEN_PRIOR,
	WHEN_PLANNED,
};

struct sorted {
	struct resource_instance **list;
	size_t count;
};

const char *planjson_actions(enum walk_action action)
{
	static const char *const names[] = {
		[ACTION_NO_OP] = "\"no-op\"",
		[ACTION_CREATE] = "\"create\"",
		[ACTION_READ] = "\"read\"",
		[ACTION_UPDATE] = "\"update\"",
		[ACTION_DELETE] = "\"delete\"",
		[ACTION_REPLACE] = "\"delete\",\"create\"",
		[ACTION_CREATE_REPLACE] = "\"create\",\"delete\"",
		[ACTION_FORGET] = "\"forget\"",
	};

	return names[action];
}

static int by_address(const void *left, const void *right)
{
	return strcmp((*(const struct resource_instance *const *)left)->address,
		      (*(const struct resource_instance *const *)right)->address);
}

static struct sorted sort(struct walk *w)
{
	struct sorted s = {.count = w->instances.count};

	s.list = arena_array(w->arena, s.count + 1, sizeof(struct resource_instance *));
	if (s.count)
		memcpy(s.list, w->instances.list, s.count * sizeof(struct resource_instance *));
	qsort(s.list, s.count, sizeof(struct resource_instance *), by_address);
	return s;
}

/* --- changes
 * --------------------------------------------------------------------------------------- */

static void write_identity(struct buf *out, const struct resource_instance *r)
{
	planwrite_member(out, "mode", r->mode == CONFIG_DATA ? "data" : "managed");
	planwrite_member(out, "type", r->type_name);
	planwrite_member(out, "name", r->name);
	if (r->key.key) {
		planwrite_key(out, "index");
		value_write_json(out, r->key.key, false);
	}
	planwrite_member(out, "provider_name", r->provider);
}

static void write_after_unknown(struct buf *out, const struct value *after)
{
	planwrite_key(out, "after_unknown");
	if (!after || !after->unknown_within)
		buf_addstr(out, "{}");
	else
		planwrite_unknown(out, after);
}

static void write_or(struct buf *out, const char *key, const struct value *v,
		     void (*write)(struct buf *out, const struct value *v), const char *otherwise)
{
	planwrite_key(out, key);
	if (v)
		write(out, v);
	else
		buf_addstr(out, otherwise);
}

static void write_change(struct buf *out, const struct resource_instance *r)
{
	planwrite_key(out, "change");
	buf_addf(out, "{\"actions\":[%s]", planjson_actions(r->action));
	write_or(out, "before", r->prior, planwrite_known, "null");
	write_or(out, "after", r->planned, planwrite_known, "null");
	write_after_unknown(out, r->planned);
	write_or(out, "before_sensitive", r->prior_marked, planwrite_sensitive, "false");
	write_or(out, "after_sensitive", r->planned_marked, planwrite_sensitive, "false");
	if (r->import_id) {
		planwrite_key(out, "importing");
		buf_addch(out, '{');
		planwrite_member(out, "id", r->import_id);
		buf_addch(out, '}');
	}
	if (r->replace_path_count) {
		planwrite_key(out, "replace_paths");
		buf_addch(out, '[');
		for (size_t i = 0; i < r->replace_path_count; i++) {
			planwrite_comma(out);
			value_write_json(out, r->replace_paths[i], false);
		}
		buf_addch(out, ']');
	}
	buf_addch(out, '}');
}

static bool is_change(const struct resource_instance *r)
{
	return r->mode == CONFIG_MANAGED || (r->mode == CONFIG_DATA && r->action == ACTION_READ);
}

static void write_changes(struct buf *out, const struct sorted *s)
{
	planwrite_key(out, "resource_changes");
	buf_addch(out, '[');
	for (size_t i = 0; i < s->count; i++) {
		const struct resource_instance *r = s->list[i];

		if (!is_change(r))
			continue;
		planwrite_comma(out);
		buf_addch(out, '{');
		planwrite_member(out, "address", r->address);
		if (r->previous_address)
			planwrite_member(out, "previous_address", r->previous_address);
		if (*r->module_address)
			planwrite_member(out, "module_address", r->module_address);
		write_identity(out, r);
		write_change(out, r);
		if (r->reason)
			planwrite_member(out, "action_reason", r->reason);
		buf_addch(out, '}');
	}
	buf_addch(out, ']');
}

/* --- outputs
 * ---------------------------------------------------------------------------------------- */

static const char *output_action(const struct value *before, const struct value *after)
{
	bool was = before && !value_is_null(before), is = after && !value_is_null(after);

	if (!was && !is)
		return "no-op";
	if (!was)
		return "create";
	if (!is)
		return "delete";
	return !after->unknown_within && value_identical(before, after) ? "no-op" : "update";
}

static void write_output_change(struct walk *w, struct buf *out, const char *name,
				const struct value *after)
{
	const struct value *before = planstate_output(w, name);
	bool sensitive = (before && value_marks_deep(before) & VALUE_SENSITIVE) ||
			 (after && value_marks_deep(after) & VALUE_SENSITIVE);

	planwrite_key(out, name);
	buf_addf(out, "{\"actions\":[\"%s\"]",
		 output_action(before, after ? walk_without_marks(w->arena, after) : NULL));
	write_or(out, "before", before, planwrite_known, "null");
	if (!after || after->state != VALUE_UNKNOWN)
		write_or(out, "after", after, planwrite_known, "null");
	planwrite_key(out, "after_unknown");
	if (!after || !after->unknown_within)
		buf_addstr(out, "false");
	else
		planwrite_unknown(out, after);
	planwrite_key(out, "before_sensitive");
	buf_addstr(out, sensitive ? "true" : "false");
	planwrite_key(out, "after_sensitive");
	buf_addstr(out, sensitive ? "true" : "false");
	buf_addch(out, '}');
}

static void write_output_changes(struct walk *w, struct buf *out)
{
	const struct module_instance *root = w->modules[0].list[0];
	struct jscan_text old = {NULL, 0};
	struct jscan j;
	const char *name;

	planwrite_key(out, "output_changes");
	buf_addch(out, '{');
	for (size_t i = 0; i < root->cfg->outputs.count; i++)
		if (!root->cfg->outputs.list[i].ephemeral)
			write_output_change(w, out, root->cfg->outputs.list[i].name,
					    root->outputs[i]);
	if (w->prior)
		old = w->prior->outputs;
	j = jscan_of(w->arena, old);
	if (old.size)
		jscan_enter(&j, '{');
	while (old.size && jscan_key(&j, &name)) {
		(void)jscan_skip(&j);
		if (graph_find(w, root->cfg, NODE_OUTPUT, name, NULL, 0) < 0)
			write_output_change(w, out, name, NULL);
	}
	buf_addch(out, '}');
}

static void write_outputs(struct walk *w, struct buf *out)
{
	const struct module_instance *root = w->modules[0].list[0];

	if (root->cfg->outputs.count == 0)
		return;
	planwrite_key(out, "outputs");
	buf_addch(out, '{');
	for (size_t i = 0; i < root->cfg->outputs.count; i++) {
		const struct config_output *o = &root->cfg->outputs.list[i];
		const struct value *v = root->outputs[i];

		if (o->ephemeral)
			continue;
		planwrite_key(out, o->name);
		buf_addf(out, "{\"sensitive\":%s",
			 value_marks_deep(v) & VALUE_SENSITIVE ? "true" : "false");
		if (!v->unknown_within) {
			JSON_AUTO *type = type_to_json(v->type);
			char *text = json_dumps(type, JSON_COMPACT | JSON_ENCODE_ANY);

			planwrite_key(out, "type");
			buf_addstr(out, text ? text : "\"dynamic\"");
			free(text);
			planwrite_key(out, "value");
			planwrite_known(out, v);
		}
		buf_addch(out, '}');
	}
	buf_addch(out, '}');
}

/* --- values by module ----------------------------------------------------------------------------
 */

static const struct value *value_at(const struct resource_instance *r, enum when when)
{
	if (when == WHEN_PRIOR)
		return r->mode == CONFIG_DATA ? (r->pending ? NULL : r->applied_marked)
					      : r->prior_marked;
	return is_change(r) ? r->planned_marked : NULL;
}

static void write_resource(struct buf *out, const struct resource_instance *r, enum when when)
{
	const struct value *v = value_at(r, when);

	planwrite_comma(out);
	buf_addch(out, '{');
	planwrite_member(out, "address", r->address);
	write_identity(out, r);
	planwrite_key(out, "schema_version");
	buf_addf(out, "%llu", (unsigned long long)(r->type ? r->type->version : 0));
	planwrite_key(out, "values");
	planwrite_known(out, v);
	planwrite_key(out, "sensitive_values");
	planwrite_sensitive(out, v);
	buf_addch(out, '}');
}

/* The address of the module that holds this one: up to the last ".module.". */
static size_t parent_size(const char *address)
{
	size_t last = 0;
	bool key = false, quoted = false;

	for (size_t i = 0; address[i]; i++) {
		if (quoted && address[i] == '\\' && address[i + 1])
			i++;
		else if (key && address[i] == '"')
			quoted = !quoted;
		else if (!quoted && (address[i] == '[' || address[i] == ']'))
			key = address[i] == '[';
		else if (!key && strncmp(address + i, ".module.", 8) == 0)
			last = i;
	}
	return last;
}

static bool is_child(const char *address, const char *parent)
{
	size_t size = strlen(parent);

	return *address && parent_size(address) == size && strncmp(address, parent, size) == 0;
}

struct tree {
	struct walk *walk;
	const struct sorted *sorted;
	enum when when;
	const char **modules; /* addresses, sorted, of all that hold something and those above */
	size_t count;
	size_t capacity;
};

static void add_module(struct tree *t, const char *address)
{
	for (size_t i = 0; i < t->count; i++)
		if (strcmp(t->modules[i], address) == 0)
			return;
	if (*address)
		add_module(t, arena_strndup(t->walk->arena, address, parent_size(address)));
	t->modules =
		arena_grow(t->walk->arena, t->modules, t->count, &t->capacity, sizeof(*t->modules));
	t->modules[t->count++] = address;
}

static void write_module(struct tree *t, struct buf *out, const char *address)
{
	bool any = false;

	if (*address)
		planwrite_member(out, "address", address);
	for (size_t i = 0; i < t->sorted->count; i++) {
		const struct resource_instance *r = t->sorted->list[i];

		if (!value_at(r, t->when) || strcmp(r->module_address, address) != 0)
			continue;
		if (!any) {
			planwrite_key(out, "resources");
			buf_addch(out, '[');
		}
		any = true;
		write_resource(out, r, t->when);
	}
	if (any)
		buf_addch(out, ']');
	any = false;
	for (size_t i = 0; i < t->count; i++) {
		if (!is_child(t->modules[i], address))
			continue;
		if (!any) {
			planwrite_key(out, "child_modules");
			buf_addch(out, '[');
		}
		any = true;
		planwrite_comma(out);
		buf_addch(out, '{');
		write_module(t, out, t->modules[i]);
		buf_addch(out, '}');
	}
	if (any)
		buf_addch(out, ']');
}

static int by_text(const void *left, const void *right)
{
	return strcmp(*(const char *const *)left, *(const char *const *)right);
}

static bool write_values(struct walk *w, struct buf *out, const struct sorted *s, enum when when)
{
	struct tree t = {.walk = w, .sorted = s, .when = when};

	for (size_t i = 0; i < s->count; i++)
		if (value_at(s->list[i], when))
			add_module(&t, s->list[i]->module_address);
	if (t.count)
		qsort(t.modules, t.count, sizeof(*t.modules), by_text);
	planwrite_key(out, "root_module");
	buf_addch(out, '{');
	write_module(&t, out, "");
	buf_addch(out, '}');
	return t.count > 0;
}

/* --- all
 * --------------------------------------------------------------------------------------------- */

static void write_variables(struct walk *w, struct buf *out)
{
	const struct module_instance *root = w->modules[0].list[0];

	planwrite_key(out, "variables");
	buf_addch(out, '{');
	for (size_t i = 0; i < root->cfg->variables.count; i++) {
		const struct config_variable *v = &root->cfg->variables.list[i];

		if (v->ephemeral)
			continue;
		planwrite_key(out, v->name);
		buf_addstr(out, "{\"value\":");
		planwrite_known(out, root->variables[i]);
		buf_addch(out, '}');
	}
	buf_addch(out, '}');
}

static void write_prior_state(struct walk *w, struct buf *out, const struct sorted *s)
{
	bool any = w->prior != NULL;

	for (size_t i = 0; i < s->count; i++)
		any |= value_at(s->list[i], WHEN_PRIOR) != NULL;
	if (!any)
		return;
	planwrite_key(out, "prior_state");
	buf_addstr(out, "{\"format_version\":\"1.0\",\"terraform_version\":\"" VERSION_TERRAFORM
			"\",\"values\":{");
	(void)write_values(w, out, s, WHEN_PRIOR);
	buf_addstr(out, "}}");
}

static bool any_change(const struct sorted *s)
{
	for (size_t i = 0; i < s->count; i++)
		if (is_change(s->list[i]) &&
		    (s->list[i]->action != ACTION_NO_OP || s->list[i]->import_id))
			return true;
	return false;
}

void planjson_write(struct walk *w, struct buf *out)
{
	struct sorted s = sort(w);

	buf_addch(out, '{');
	planwrite_member(out, "format_version", "1.2");
	planwrite_member(out, "terraform_version", VERSION_TERRAFORM);
	write_variables(w, out);
	planwrite_key(out, "planned_values");
	buf_addch(out, '{');
	write_outputs(w, out);
	(void)write_values(w, out, &s, WHEN_PLANNED);
	buf_addch(out, '}');
	write_changes(out, &s);
	write_output_changes(w, out);
	write_prior_state(w, out, &s);
	planwrite_key(out, "applyable");
	buf_addstr(out, any_change(&s) ? "true" : "false");
	planwrite_key(out, "complete");
	buf_addstr(out, "true");
	planwrite_key(out, "errored");
	buf_addstr(out, "false");
	buf_addch(out, '}');
}
