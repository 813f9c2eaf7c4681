#include "runner/plan/imports.h"

#include <string.h>

#include "runner/plan/hcl/convert.h"
#include "runner/plan/planstate.h"
#include "runner/plan/provide.h"
#include "runner/plan/target.h"

#define SUMMARY "Invalid import id argument"
#define TERRAFORM "terraform.io/builtin/terraform"

bool imports_concern(const struct config_import *import, const struct config_module *m,
		     const struct config_resource *r)
{
	const struct config_target *t = &import->target;

	return r->mode == CONFIG_MANAGED && strcmp(t->type, r->type) == 0 &&
	       strcmp(t->name, r->name) == 0 && strcmp(t->path, m->address) == 0;
}

static void check(struct walk *w, const struct config_import *import)
{
	const struct config_target *t = &import->target;
	static const char summary[] = "Configuration for import target does not exist";

	if (target_resource(&w->config, t))
		return;
	if (!*t->path)
		diag_error(w->diags, import->to->range, summary,
			   "The configuration for the given import target %s does not exist. If "
			   "you wish to automatically generate config for this resource, use the "
			   "-generate-config-out option within terraform plan. Otherwise, make "
			   "sure the target resource exists within your configuration.",
			   t->text);
	else if (target_module(&w->config, t->path))
		diag_error(w->diags, import->to->range, summary,
			   "Resource %s not found. Only resources within the root module are "
			   "eligible for config generation.",
			   t->text);
	else
		diag_error(w->diags, import->to->range, summary,
			   "The configuration for the given import target %s does not exist. All "
			   "target instances must have an associated configuration to be imported.",
			   t->text);
}

void imports_check(struct walk *w)
{
	const struct config_module *root = w->config.modules.list[0];

	for (size_t i = 0; i < root->imports.count; i++)
		check(w, &root->imports.list[i]);
}

/* --- evaluating ------------------------------------------------------------------------------ */

/* One import block in one of its repetitions. */
struct run {
	struct walk *walk;
	const struct config_import *import;
	const struct config_resource *resource;
	const struct scope *scope;
	const struct value *key, *each; /* of for_each */
	struct imports *out;
};

/* The self-reference is by type and name alone, whatever module it is in. */
static bool refers_to(const struct walk *w, const struct expr *e, const struct config_resource *r)
{
	struct references refs = REFERENCES_INIT(w->arena);
	enum config_mode mode;
	const char *type, *name;
	size_t used;

	eval_references(&refs, e);
	for (size_t i = 0; i < refs.count; i++)
		if (graph_resource_reference(refs.list[i], &mode, &type, &name, &used) &&
		    mode == r->mode && strcmp(type, r->type) == 0 && strcmp(name, r->name) == 0)
			return true;
	return false;
}

static const char *refuse(struct walk *w, const struct expr *e, const char *summary,
			  const char *detail)
{
	diag_error(w->diags, e->range, summary, "%s", detail);
	return NULL;
}

static const char *id_of(const struct run *r)
{
	const struct expr *e = r->import->id;
	struct walk *w = r->walk;
	size_t failures = w->diags->failures;
	const struct value *v = eval_expr(&w->eval, r->scope, e);
	struct err err = ERR_INIT;

	if (w->diags->failures != failures)
		return NULL;
	if (convert_value(w->arena, v, &type_string, &v, &err) < 0) {
		diag_error(w->diags, e->range, "Incorrect value type",
			   "Invalid expression value: %s.", err.text);
		return NULL;
	}
	if (v->state == VALUE_NULL)
		return refuse(w, e, SUMMARY, "The import ID cannot be null.");
	if (v->state == VALUE_UNKNOWN)
		return refuse(w, e, SUMMARY,
			      "The import block \"id\" argument depends on resource attributes "
			      "that cannot be determined until apply, so Terraform cannot plan to "
			      "import this resource.");
	if (!*v->text)
		return refuse(w, e, SUMMARY,
			      "The import ID value evaluates to an empty string, please provide a "
			      "non-empty value.");
	return v->text;
}

/* A key in the target: names nothing but each.key and each.value, and calls nothing. */
static const struct value *key_of(void *context, const struct expr *e)
{
	static const struct eval_env env = {.dir_fd = -1, .no_functions = true};
	static const char *const names[] = {"key", "value"}, *const each[] = {"each"};
	const struct run *r = context;
	struct walk *w = r->walk;
	const struct value *const members[] = {r->key, r->each};
	const struct value *const object[] = {value_object(
		w->arena, arena_memdup(w->arena, names, sizeof(names)),
		arena_memdup(w->arena, members, sizeof(members)), FP_ARRAY_SIZE(members))};
	const struct scope scope = {.names = each, .values = object, .count = 1};
	struct eval ev = EVAL_INIT(w->arena, w->diags, &env);
	size_t failures = w->diags->failures;
	const struct value *v = value_unmark_deep(w->arena, eval_expr(&ev, &scope, e));

	if (w->diags->failures != failures)
		return NULL;
	if (v->state == VALUE_KNOWN && (v->type == &type_string || v->type == &type_number))
		return v;
	diag_error(w->diags, e->range, "Invalid import 'to' expression",
		   "A key in the address of what is imported must be a known string or number.");
	return NULL;
}

static bool has_right_key(const struct run *r, const struct config_target *t)
{
	const char *detail = NULL;

	if (t->key && t->key->type == &type_string && !r->resource->for_each)
		detail = "The target resource does not use for_each.";
	else if (t->key && t->key->type == &type_number && !r->resource->count)
		detail = "The target resource does not use count.";
	else if (!t->key && r->resource->for_each)
		detail = "The target resource is using for_each.";
	else if (!t->key && r->resource->count)
		detail = "The target resource is using count.";
	if (detail)
		(void)refuse(r->walk, r->import->to, "Invalid import 'to' expression", detail);
	return !detail;
}

static void put(struct run *r, const char *address, const char *id)
{
	struct imports *out = r->out;

	/* The last one of those for the same address counts. */
	for (size_t i = 0; i < out->count; i++)
		if (strcmp(out->rows[i].address, address) == 0) {
			out->rows[i].id = id;
			return;
		}
	out->rows = arena_grow(r->walk->arena, out->rows, out->count, &out->capacity,
			       sizeof(*out->rows));
	out->rows[out->count++] = (struct imports_row){address, id, r->import, false};
}

static void evaluate_one(struct run *r)
{
	struct config_target target = r->import->target;
	struct walk *w = r->walk;
	struct traversal t;
	const char *id;

	if (r->import->for_each &&
	    (!target_traversal(w->arena, r->import->to, key_of, r, &t, w->diags) ||
	     !target_read(w->arena, &t, &target, w->diags)))
		return;
	if (!has_right_key(r, &target))
		return;
	id = id_of(r);
	if (id && !planstate_find(w, target.text))
		put(r, target.text, id);
}

static const struct value *elements(struct walk *w, const struct config_import *import,
				    const struct scope *scope)
{
	static const char summary[] = "Invalid for_each argument";
	size_t failures = w->diags->failures;
	const struct value *v = eval_expr(&w->eval, scope, import->for_each);

	if (w->diags->failures != failures || v->state == VALUE_NULL)
		return NULL;
	if (value_marks_deep(v) & VALUE_EPHEMERAL)
		(void)refuse(w, import->for_each, summary,
			     "The given \"for_each\" value is derived from an ephemeral value.");
	else if (v->state == VALUE_UNKNOWN || (v->type->kind == TYPE_SET && v->unknown_within))
		(void)refuse(w, import->for_each, summary,
			     "The \"for_each\" expression includes values derived from other "
			     "resource attributes that cannot be determined until apply, and so "
			     "Terraform cannot determine the full set of values that might be used "
			     "to import this resource.");
	else if (!value_is_iterable(v))
		(void)refuse(w, import->for_each, summary,
			     "The \"for_each\" of an import block must be a collection.");
	else
		return v;
	return NULL;
}

static void evaluate(struct walk *w, const struct config_import *import,
		     const struct config_resource *resource, struct imports *out)
{
	struct module_instance *root = w->modules[0].list[0];
	struct run r = {.walk = w, .import = import, .resource = resource, .out = out};
	const struct value *all;

	r.scope = walk_scope(w, root, REPEAT_NONE, (struct walk_key){NULL, NULL}, NULL);
	if (refers_to(w, import->id, resource)) {
		(void)refuse(w, import->id, SUMMARY,
			     "The import ID cannot reference the resource being imported.");
		return;
	}
	if (!import->for_each) {
		evaluate_one(&r);
		return;
	}
	all = elements(w, import, r.scope);
	for (size_t i = 0; all && i < all->count; i++) {
		r.each = value_mark(w->arena, all->items[i], all->marks);
		r.key = value_has_keys(all)	      ? value_string(w->arena, value_key(all, i))
			: all->type->kind == TYPE_SET ? all->items[i]
						      : value_int(w->arena, (int64_t)i);
		r.scope = walk_scope(w, root, REPEAT_FOR_EACH, (struct walk_key){r.key, r.each},
				     NULL);
		evaluate_one(&r);
	}
}

struct imports imports_evaluate(struct walk *w, const struct node *n)
{
	const struct config_module *root = w->config.modules.list[0];
	const struct config_resource *resource = &n->module->resources.list[n->index];
	struct imports out = {.rows = NULL};

	for (size_t i = 0; i < root->imports.count; i++)
		if (imports_concern(&root->imports.list[i], n->module, resource))
			evaluate(w, &root->imports.list[i], resource, &out);
	return out;
}

const char *imports_take(struct imports *imports, const char *address)
{
	for (size_t i = 0; i < imports->count; i++)
		if (strcmp(imports->rows[i].address, address) == 0) {
			imports->rows[i].taken = true;
			return imports->rows[i].id;
		}
	return NULL;
}

void imports_finish(struct walk *w, const struct imports *imports)
{
	for (size_t i = 0; i < imports->count; i++)
		if (!imports->rows[i].taken)
			diag_error(w->diags, imports->rows[i].from->to->range,
				   "Configuration for import target does not exist",
				   "The configuration for the given import %s does not exist. All "
				   "target instances must have an associated configuration to be "
				   "imported.",
				   imports->rows[i].address);
}

/* --- what is there --------------------------------------------------------------------------- */

static int read_block(struct walk *w, const struct restype_block *b, const json_t *json,
		      const struct value **ret, struct err *e);

static const struct value *nothing(struct walk *w, const struct restype_block_type *t)
{
	if (t->nesting == RESTYPE_LIST && t->type->kind == TYPE_LIST)
		return value_list(w->arena, t->type->element, NULL, 0);
	if (t->nesting == RESTYPE_SET)
		return value_set(w->arena, t->type->element, NULL, 0);
	if (t->nesting == RESTYPE_MAP && t->type->kind == TYPE_MAP)
		return value_map(w->arena, t->type->element, NULL, NULL, 0);
	return value_null(w->arena, t->type);
}

/* Blocks of lists and sets; other nestings are there whole, as their type wants it. */
static int read_blocks(struct walk *w, const struct restype_block_type *t, const json_t *json,
		       const struct value **ret, struct err *e)
{
	size_t count = json_array_size(json);
	const struct value **items = arena_array(w->arena, count + 1, sizeof(*items));

	if (!json_is_array(json) || (t->nesting != RESTYPE_LIST && t->nesting != RESTYPE_SET) ||
	    (t->type->kind != TYPE_LIST && t->type->kind != TYPE_SET))
		return value_from_json(w->arena, t->type, json, ret, e);
	for (size_t i = 0; i < count; i++)
		if (read_block(w, t->block, json_array_get(json, i), &items[i], e) < 0)
			return err_wrap(e, "%s[%zu]", t->name, i);
	*ret = t->nesting == RESTYPE_LIST ? value_list(w->arena, t->type->element, items, count)
					  : value_set(w->arena, t->type->element, items, count);
	return 0;
}

static int read_member(struct walk *w, const struct restype_block *b, const char *name,
		       const struct type *type, const json_t *json, const struct value **ret,
		       struct err *e)
{
	const struct restype_block_type *t = restype_block_type(b, name);

	if (t && (!json || json_is_null(json))) {
		*ret = nothing(w, t);
		return 0;
	}
	if (!json) {
		*ret = value_null(w->arena, type);
		return 0;
	}
	if (t)
		return read_blocks(w, t, json, ret, e);
	if (value_from_json(w->arena, type, json, ret, e) < 0)
		return err_wrap(e, "%s", name);
	return 0;
}

/* What is not said is null, and blocks that are not said are not there. */
static int read_block(struct walk *w, const struct restype_block *b, const json_t *json,
		      const struct value **ret, struct err *e)
{
	const struct type *t = b->type;
	const struct value **items = arena_array(w->arena, t->count + 1, sizeof(*items));
	const char *key;
	json_t *member;

	if (!json_is_object(json))
		return err_set(e, ERR_INPUT, "an object is required");
	json_object_foreach ((json_t *)(uintptr_t)json, key, member)
		if (!restype_attr(b, key) && !restype_block_type(b, key))
			return err_set(e, ERR_INPUT, "there is no \"%s\"", key);
	for (size_t i = 0; i < t->count; i++)
		if (read_member(w, b, t->attrs[i].name, t->attrs[i].type,
				json_object_get(json, t->attrs[i].name), &items[i], e) < 0)
			return -1;
	*ret = value_object_of(w->arena, t, items);
	return 0;
}

static struct range range_of(const struct walk *w, const struct resource_instance *r)
{
	const struct config_module *root = w->config.modules.list[0];

	for (size_t i = 0; i < root->imports.count; i++)
		if (imports_concern(&root->imports.list[i], r->module->cfg, r->cfg))
			return root->imports.list[i].block->range;
	return r->cfg->block->range;
}

const struct value *imports_object(struct walk *w, const struct resource_instance *r)
{
	const struct restype_block *b = r->type->block;
	const json_t *json = json_object_get(w->request->mock_imports, r->address);
	JSON_AUTO *id = NULL;
	const struct value *v;
	struct err e = ERR_INIT;

	if (strcmp(r->provider, TERRAFORM) == 0) {
		/* Its object is nothing but the id. */
		id = json_new_object();
		json_put(id, "id", json_new_string(r->import_id));
		json = id;
	}
	if (!json) {
		diag_unsupported(
			w->diags, range_of(w, r), "Import block",
			"What %s looks like now is only known to its provider; \"imports\" "
			"of the mock values can say it.",
			r->address);
		return NULL;
	}
	if (read_block(w, b, json, &v, &e) == 0)
		return v;
	diag_error(w->diags, range_of(w, r), "Unusable mock value",
		   "The mock value of what is imported as %s does not fit: %s.", r->address,
		   e.text);
	return NULL;
}
