/* What each kind of block declares. */
#include <string.h>

#include "runner/plan/configparts.h"
#include "runner/plan/hcl/convert.h"
#include "runner/plan/hcl/eval.h"
#include "runner/plan/version.h"

/* --- constant arguments ---------------------------------------------------------------------- */

static const struct value *constant(struct config *c, const struct attribute *attr,
				    const struct type *t)
{
	static const struct eval_env env = {
		.dir_fd = -1, .no_functions = true, .literal_json = true};
	struct eval ev = EVAL_INIT(c->arena, c->diags, &env);
	const struct value *v = eval_expr(&ev, NULL, attr->expr);
	struct err e = ERR_INIT;

	if (convert_value(c->arena, v, t, &v, &e) < 0)
		diag_error(c->diags, attr->expr->range, "Unsuitable value type",
			   "Unsuitable value: %s", e.text);
	else if (v->state == VALUE_NULL)
		diag_error(c->diags, attr->expr->range, "Unsuitable value type",
			   "Unsuitable value: null value is not allowed");
	else if (v->state == VALUE_UNKNOWN)
		diag_error(c->diags, attr->expr->range, "Unsuitable value type",
			   "Unsuitable value: value must be known");
	else
		return v;
	return NULL;
}

static bool is_null(const struct attribute *attr)
{
	return attr->expr->kind == EXPR_LITERAL && attr->expr->literal->state == VALUE_NULL;
}

bool config_constant_bool(struct config *c, const struct content *content, const char *name,
			  bool otherwise)
{
	const struct attribute *attr = syntax_find(content, name);
	const struct value *v = attr ? constant(c, attr, &type_bool) : NULL;

	return v ? v->boolean : otherwise;
}

static const char *constant_text(struct config *c, const struct content *content, const char *name)
{
	const struct attribute *attr = syntax_find(content, name);
	const struct value *v = attr ? constant(c, attr, &type_string) : NULL;

	return v ? v->text : NULL;
}

static size_t traversals(struct config *c, const struct attribute *attr,
			 struct traversal **ret_list)
{
	const struct expr *const *items;
	struct traversal *list;
	size_t count, used = 0;

	if (!attr || !syntax_as_list(attr->expr, &items, &count, c->diags))
		return 0;
	list = arena_array(c->arena, count + 1, sizeof(*list));
	for (size_t i = 0; i < count; i++)
		used += syntax_as_traversal(c->arena, items[i], &list[used], c->diags);
	*ret_list = list;
	return used;
}

/* A condition that looks at nothing, or a validation at something else, checks nothing. */
static void check_condition(struct config *c, const struct block *b, const struct expr *condition,
			    const char *variable)
{
	struct references refs = REFERENCES_INIT(c->arena);

	eval_references(&refs, condition);
	for (size_t i = 0; variable && i < refs.count; i++)
		if (strcmp(refs.list[i]->root, "var") == 0 && refs.list[i]->count > 0 &&
		    refs.list[i]->steps[0].kind == STEP_ATTR &&
		    strcmp(refs.list[i]->steps[0].name, variable) == 0)
			return;
	if (variable)
		diag_error(c->diags, condition->range, "Invalid variable validation condition",
			   "The condition for variable \"%s\" must refer to var.%s in order to "
			   "test incoming values.",
			   variable, variable);
	else if (refs.count == 0)
		diag_error(c->diags, condition->range,
			   arena_printf(c->arena, "Invalid %s expression", b->type),
			   "The condition expression must refer to at least one object from "
			   "elsewhere in the configuration, or else its result would not be "
			   "checking anything.");
}

static void read_rule(struct config *c, const struct block *b, const char *variable,
		      struct config_rule *rule)
{
	static const struct schema_attr attrs[] = {{"condition", true}, {"error_message", true}};
	struct content content = CONFIG_CONTENT(c, b, attrs, config_no_blocks);
	const struct attribute *condition = syntax_find(&content, "condition");
	const struct attribute *message = syntax_find(&content, "error_message");

	rule->condition = condition ? condition->expr : NULL;
	if (condition)
		check_condition(c, b, condition->expr, variable);
	rule->message = message ? message->expr : NULL;
	rule->range = b->range;
}

/* All blocks of that type; variable is the one that they validate, or NULL. */
static struct config_rules read_rules(struct config *c, const struct content *content,
				      const char *type, const char *variable)
{
	struct config_rule *list = arena_array(c->arena, content->block_count + 1, sizeof(*list));
	size_t count = 0;

	for (size_t i = 0; i < content->block_count; i++)
		if (strcmp(content->blocks[i]->type, type) == 0)
			read_rule(c, content->blocks[i], variable, &list[count++]);
	return (struct config_rules){list, count};
}

static void duplicate(struct config *c, const struct block *b, const char *what, const char *name)
{
	diag_error(c->diags, b->range, arena_printf(c->arena, "Duplicate %s", what),
		   "A %s named \"%s\" was already declared. Names must be unique within a module.",
		   what, name);
}

/* --- variables, locals, outputs --------------------------------------------------------------- */

static bool reserved(const char *name)
{
	static const char *const names[] = {"source",	"version",   "providers",  "count",
					    "for_each", "lifecycle", "depends_on", "locals"};

	for (size_t i = 0; i < FP_ARRAY_SIZE(names); i++)
		if (strcmp(name, names[i]) == 0)
			return true;
	return false;
}

static void read_default(struct config *c, struct config_variable *v, const struct attribute *attr)
{
	static const struct eval_env env = {
		.dir_fd = -1, .no_functions = true, .literal_json = true};
	struct eval ev = EVAL_INIT(c->arena, c->diags, &env);
	const struct value *value = eval_expr(&ev, NULL, attr->expr);
	struct err e = ERR_INIT;

	if (v->defaults && value->state == VALUE_KNOWN)
		value = typeexpr_apply_defaults(c->arena, v->defaults, value);
	if (convert_value(c->arena, value, v->type, &v->default_value, &e) < 0) {
		diag_error(c->diags, attr->expr->range, "Invalid default value for variable",
			   "This default value is not compatible with the variable's type "
			   "constraint: %s.",
			   e.text);
		v->default_value =
			value_unknown(c->arena, type_without_optional(c->arena, v->type));
	} else if (!v->nullable && value_is_null(v->default_value)) {
		diag_error(c->diags, attr->expr->range, "Invalid default value for variable",
			   "A null default value is not valid when nullable=false.");
	}
}

static void decode_variable(struct config *c, struct config_module *m, const struct block *b)
{
	static const struct schema_attr attrs[] = {{"default", false},	 {"description", false},
						   {"ephemeral", false}, {"nullable", false},
						   {"sensitive", false}, {"type", false}};
	static const struct schema_block blocks[] = {{"validation", NULL, 0}};
	struct content content = CONFIG_CONTENT(c, b, attrs, blocks);
	const struct attribute *attr;
	struct config_variable *v;

	if (config_variable(m, b->labels[0])) {
		duplicate(c, b, "variable declaration", b->labels[0]);
		return;
	}
	if (reserved(b->labels[0]))
		diag_error(c->diags, b->label_ranges[0], "Invalid variable name",
			   "The variable name \"%s\" is reserved due to its special meaning inside "
			   "module blocks.",
			   b->labels[0]);
	v = CONFIG_APPEND(c, m->variables);
	v->name = b->labels[0];
	v->block = b;
	v->type = &type_dynamic;
	(void)constant_text(c, &content, "description");
	v->nullable = config_constant_bool(c, &content, "nullable", true);
	v->sensitive = config_constant_bool(c, &content, "sensitive", false);
	v->ephemeral = config_constant_bool(c, &content, "ephemeral", false);
	attr = syntax_find(&content, "type");
	if (attr) {
		const struct type *t = typeexpr_parse(c->arena, attr->expr, &v->defaults, c->diags);

		v->type = t ? t : &type_dynamic;
	}
	v->literal = attr && !type_is_primitive(v->type);
	attr = syntax_find(&content, "default");
	if (attr)
		read_default(c, v, attr);
	v->validations = read_rules(c, &content, "validation", v->name);
}

static void decode_locals(struct config *c, struct config_module *m, const struct block *b)
{
	struct content content = syntax_attributes(c->arena, b->body, c->diags);

	for (size_t i = 0; i < content.attr_count; i++) {
		const struct attribute *attr = content.attrs[i];
		struct config_local *local;

		for (size_t k = 0; k < m->locals.count; k++)
			if (strcmp(m->locals.list[k].name, attr->name) == 0)
				diag_error(c->diags, attr->range,
					   "Duplicate local value definition",
					   "A local value named \"%s\" was already defined. Local "
					   "value names must be unique within a module.",
					   attr->name);
		local = CONFIG_APPEND(c, m->locals);
		local->name = attr->name;
		local->expr = attr->expr;
		local->range = attr->range;
	}
}

static void decode_output(struct config *c, struct config_module *m, const struct block *b)
{
	static const struct schema_attr attrs[] = {{"depends_on", false},
						   {"description", false},
						   {"ephemeral", false},
						   {"sensitive", false},
						   {"value", true}};
	static const struct schema_block blocks[] = {{"precondition", NULL, 0},
						     {"postcondition", NULL, 0}};
	struct content content = CONFIG_CONTENT(c, b, attrs, blocks);
	const struct attribute *value = syntax_find(&content, "value");
	struct config_output *o;

	for (size_t i = 0; i < m->outputs.count; i++)
		if (strcmp(m->outputs.list[i].name, b->labels[0]) == 0) {
			duplicate(c, b, "output definition", b->labels[0]);
			return;
		}
	o = CONFIG_APPEND(c, m->outputs);
	o->name = b->labels[0];
	o->block = b;
	o->expr = value ? value->expr : NULL;
	(void)constant_text(c, &content, "description");
	o->sensitive = config_constant_bool(c, &content, "sensitive", false);
	o->ephemeral = config_constant_bool(c, &content, "ephemeral", false);
	o->depends_on_count = traversals(c, syntax_find(&content, "depends_on"), &o->depends_on);
	o->preconditions = read_rules(c, &content, "precondition", NULL);
}

/* --- providers -------------------------------------------------------------------------------- */

static void decode_provider(struct config *c, struct config_module *m, const struct block *b)
{
	static const struct schema_attr attrs[] = {{"alias", false}, {"version", false}};
	const struct body_schema schema = {attrs, FP_ARRAY_SIZE(attrs), NULL, 0};
	struct config_provider p = {.name = b->labels[0], .block = b};
	struct content content;

	content = syntax_content_partial(c->arena, b->body, &schema, &p.body, c->diags);
	p.alias = constant_text(c, &content, "alias");
	for (size_t i = 0; i < m->providers.count; i++) {
		const struct config_provider *other = &m->providers.list[i];

		if (strcmp(other->name, p.name) == 0 &&
		    (other->alias && p.alias ? strcmp(other->alias, p.alias) == 0
					     : other->alias == p.alias)) {
			duplicate(c, b, "provider configuration",
				  p.alias ? arena_printf(c->arena, "%s.%s", p.name, p.alias)
					  : p.name);
			return;
		}
	}
	*CONFIG_APPEND(c, m->providers) = p;
}

static bool provider_ref(struct config *c, const struct expr *e, struct config_provider_ref *ret)
{
	struct traversal t;

	if (!syntax_as_traversal(c->arena, e, &t, c->diags))
		return false;
	if (t.count > 1 || (t.count == 1 && t.steps[0].kind != STEP_ATTR)) {
		diag_error(c->diags, e->range, "Invalid provider configuration reference",
			   "A provider configuration is referred to by its local name, optionally "
			   "followed by a dot and its alias.");
		return false;
	}
	*ret = (struct config_provider_ref){t.root, t.count ? t.steps[0].name : NULL, e->range};
	return true;
}

/* "hashicorp/aws" as "registry.terraform.io/hashicorp/aws". */
static const char *full_source(struct config *c, const char *source, const char *name,
			       struct range where)
{
	size_t slashes = 0;

	if (!source)
		return strcmp(name, "terraform") == 0
			       ? "terraform.io/builtin/terraform"
			       : arena_printf(c->arena, "registry.terraform.io/hashicorp/%s", name);
	for (const char *p = source; *p; p++)
		slashes += *p == '/';
	if (slashes == 0)
		return arena_printf(c->arena, "registry.terraform.io/hashicorp/%s", source);
	if (slashes == 1)
		return arena_printf(c->arena, "registry.terraform.io/%s", source);
	if (slashes > 2)
		diag_error(c->diags, where, "Invalid provider source string",
			   "The \"source\" attribute must be in the format "
			   "\"[hostname/][namespace/]name\"");
	return source;
}

static void read_aliases(struct config *c, const struct expr *e, struct config_required_provider *p)
{
	const struct expr *const *items;
	const char **aliases;
	size_t count;

	if (!syntax_as_list(e, &items, &count, c->diags))
		return;
	aliases = arena_array(c->arena, count + 1, sizeof(*aliases));
	for (size_t i = 0; i < count; i++) {
		struct config_provider_ref ref;

		if (provider_ref(c, items[i], &ref) && ref.alias)
			aliases[p->alias_count++] = ref.alias;
	}
	p->aliases = aliases;
}

static const char *literal_text(struct config *c, const struct expr *e)
{
	const struct attribute attr = {"", e, e->range, e->range};
	const struct value *v = is_null(&attr) ? NULL : constant(c, &attr, &type_string);

	return v ? v->text : NULL;
}

static void read_requirement(struct config *c, struct config_module *m,
			     const struct attribute *attr)
{
	struct config_required_provider *p = CONFIG_APPEND(c, m->required_providers);
	const struct expr_item *items;
	const char *source = NULL;
	size_t count;

	p->name = attr->name;
	p->range = attr->range;
	if (attr->expr->kind != EXPR_OBJECT) {
		p->version = literal_text(c, attr->expr);
		p->source = full_source(c, NULL, p->name, attr->range);
		return;
	}
	if (!syntax_as_map(attr->expr, &items, &count, c->diags))
		count = 0;
	for (size_t i = 0; i < count; i++) {
		const char *key = syntax_as_keyword(items[i].key);

		if (!key && items[i].key->kind == EXPR_TEMPLATE)
			key = literal_text(c, items[i].key);
		if (key && strcmp(key, "source") == 0)
			source = literal_text(c, items[i].value);
		else if (key && strcmp(key, "version") == 0)
			p->version = literal_text(c, items[i].value);
		else if (key && strcmp(key, "configuration_aliases") == 0)
			read_aliases(c, items[i].value, p);
		else
			diag_error(c->diags, items[i].key->range,
				   "Invalid required_providers object",
				   "required_providers objects can only contain \"version\", "
				   "\"source\" and \"configuration_aliases\" attributes. To "
				   "configure a provider, use a \"provider\" block.");
	}
	p->source = full_source(c, source, p->name, attr->range);
}

static void decode_terraform(struct config *c, struct config_module *m, const struct block *b)
{
	static const struct schema_attr attrs[] = {
		{"experiments", false}, {"language", false}, {"required_version", false}};
	static const char *const backend[] = {"type"}, *const meta[] = {"provider"};
	static const struct schema_block blocks[] = {{"backend", backend, 1},
						     {"cloud", NULL, 0},
						     {"provider_meta", meta, 1},
						     {"required_providers", NULL, 0}};
	struct content content = CONFIG_CONTENT(c, b, attrs, blocks);
	const struct attribute *attr = syntax_find(&content, "required_version");
	/* A version, unlike other texts, may be null. */
	const char *wanted =
		attr && !is_null(attr) ? constant_text(c, &content, "required_version") : NULL;

	if (syntax_find(&content, "experiments"))
		diag_unsupported(c->diags, syntax_find(&content, "experiments")->range,
				 "Experiments", "Language experiments are not evaluated here.");
	if (wanted)
		version_check_core(c->arena, wanted, attr->expr->range, c->diags);
	for (size_t i = 0; i < content.block_count; i++) {
		const struct block *inner = content.blocks[i];
		struct content providers;

		if (strcmp(inner->type, "backend") == 0 || strcmp(inner->type, "cloud") == 0) {
			m->has_backend = true;
			m->backend = inner;
		}
		if (strcmp(inner->type, "required_providers") != 0)
			continue;
		providers = syntax_attributes(c->arena, inner->body, c->diags);
		for (size_t k = 0; k < providers.attr_count; k++)
			read_requirement(c, m, providers.attrs[k]);
	}
}

/* --- resources ----------------------------------------------------------------------------------
 */

static void read_ignore(struct config *c, const struct attribute *attr, struct config_resource *r)
{
	const char *keyword;

	if (!attr)
		return;
	keyword = syntax_as_keyword(attr->expr);
	if (keyword && strcmp(keyword, "all") == 0)
		r->ignore_all = true;
	else
		r->ignore_count = traversals(c, attr, &r->ignore);
}

static void read_lifecycle(struct config *c, const struct block *b, struct config_resource *r)
{
	static const struct schema_attr attrs[] = {{"create_before_destroy", false},
						   {"ignore_changes", false},
						   {"prevent_destroy", false},
						   {"replace_triggered_by", false}};
	static const struct schema_block blocks[] = {{"precondition", NULL, 0},
						     {"postcondition", NULL, 0}};
	struct content content = CONFIG_CONTENT(c, b, attrs, blocks);
	const struct attribute *triggers = syntax_find(&content, "replace_triggered_by");

	r->create_before_destroy =
		config_constant_bool(c, &content, "create_before_destroy", false);
	r->prevent_destroy = config_constant_bool(c, &content, "prevent_destroy", false);
	read_ignore(c, syntax_find(&content, "ignore_changes"), r);
	if (triggers && !syntax_as_list(triggers->expr, &r->triggers, &r->trigger_count, c->diags))
		r->trigger_count = 0;
	r->preconditions = read_rules(c, &content, "precondition", NULL);
	r->postconditions = read_rules(c, &content, "postcondition", NULL);
}

static void read_meta_blocks(struct config *c, const struct content *content,
			     struct config_resource *r)
{
	struct config_provisioner *list =
		arena_array(c->arena, content->block_count + 1, sizeof(*list));
	size_t lifecycles = 0;

	for (size_t i = 0; i < content->block_count; i++) {
		const struct block *b = content->blocks[i];

		if (strcmp(b->type, "lifecycle") == 0) {
			if (lifecycles++)
				diag_error(c->diags, b->range, "Duplicate lifecycle block",
					   "This resource already has a lifecycle block.");
			read_lifecycle(c, b, r);
		} else if (strcmp(b->type, "provisioner") == 0) {
			list[r->provisioner_count++] = (struct config_provisioner){b->labels[0], b};
		} else if (strcmp(b->type, "_") == 0) {
			diag_unsupported(c->diags, b->range, "Escaping block",
					 "Meta-argument escaping blocks are not evaluated here.");
		}
	}
	r->provisioners = list;
}

static void decode_resource(struct config *c, struct config_module *m, const struct block *b,
			    enum config_mode mode, const char *check)
{
	static const struct schema_attr attrs[] = {
		{"count", false}, {"depends_on", false}, {"for_each", false}, {"provider", false}};
	static const char *const type[] = {"type"};
	static const struct schema_block blocks[] = {{"lifecycle", NULL, 0},
						     {"provisioner", type, 1},
						     {"connection", NULL, 0},
						     {"_", NULL, 0}};
	const struct body_schema schema = {attrs, FP_ARRAY_SIZE(attrs), blocks,
					   mode == CONFIG_MANAGED ? 4 : 1};
	struct config_resource r = {.mode = mode,
				    .type = b->labels[0],
				    .name = b->labels[1],
				    .block = b,
				    .check = check};
	const struct attribute *attr;
	struct content content;

	if (config_resource(m, mode, r.type, r.name)) {
		diag_error(c->diags, b->range,
			   arena_printf(c->arena, "Duplicate %s \"%s\" configuration",
					mode == CONFIG_DATA ? "data" : "resource", r.type),
			   "A %s resource named \"%s\" was already declared. Resource names must "
			   "be unique per type in each module.",
			   r.type, r.name);
		return;
	}
	content = syntax_content_partial(c->arena, b->body, &schema, &r.body, c->diags);
	attr = syntax_find(&content, "count");
	r.count = attr ? attr->expr : NULL;
	attr = syntax_find(&content, "for_each");
	r.for_each = attr ? attr->expr : NULL;
	if (r.count && r.for_each)
		diag_error(c->diags, attr->name_range,
			   "Invalid combination of \"count\" and \"for_each\"",
			   "The \"count\" and \"for_each\" meta-arguments are mutually-exclusive, "
			   "only one should be used to be explicit about the number of resources "
			   "to be created.");
	attr = syntax_find(&content, "provider");
	if (attr)
		(void)provider_ref(c, attr->expr, &r.provider);
	r.depends_on_count = traversals(c, syntax_find(&content, "depends_on"), &r.depends_on);
	read_meta_blocks(c, &content, &r);
	*CONFIG_APPEND(c, m->resources) = r;
}

/* --- module calls -------------------------------------------------------------------------------
 */

static void read_passed(struct config *c, const struct expr *e, struct config_call *call)
{
	const struct expr_item *items;
	struct config_passed_provider *list;
	size_t count;

	if (!syntax_as_map(e, &items, &count, c->diags))
		return;
	list = arena_array(c->arena, count + 1, sizeof(*list));
	for (size_t i = 0; i < count; i++) {
		struct config_passed_provider *p = &list[call->provider_count];

		if (provider_ref(c, items[i].key, &p->child) &&
		    provider_ref(c, items[i].value, &p->parent))
			call->provider_count++;
	}
	call->providers = list;
}

static void decode_call(struct config *c, struct config_module *m, const struct block *b)
{
	static const struct schema_attr attrs[] = {{"count", false},	{"depends_on", false},
						   {"for_each", false}, {"providers", false},
						   {"source", true},	{"version", false}};
	static const struct schema_block blocks[] = {{"_", NULL, 0}};
	const struct body_schema schema = {attrs, FP_ARRAY_SIZE(attrs), blocks, 0};
	struct config_call call = {.name = b->labels[0], .block = b};
	const struct attribute *attr;
	struct content content;

	for (size_t i = 0; i < m->calls.count; i++)
		if (strcmp(m->calls.list[i].name, call.name) == 0) {
			duplicate(c, b, "module call", call.name);
			return;
		}
	content = syntax_content_partial(c->arena, b->body, &schema, &call.body, c->diags);
	call.source = constant_text(c, &content, "source");
	attr = syntax_find(&content, "version");
	call.version = attr && !is_null(attr) ? constant_text(c, &content, "version") : NULL;
	attr = syntax_find(&content, "count");
	call.count = attr ? attr->expr : NULL;
	attr = syntax_find(&content, "for_each");
	call.for_each = attr ? attr->expr : NULL;
	if (call.count && call.for_each)
		diag_error(c->diags, attr->name_range,
			   "Invalid combination of \"count\" and \"for_each\"",
			   "The \"count\" and \"for_each\" meta-arguments are mutually-exclusive, "
			   "only one should be used to be explicit about the number of resources "
			   "to be created.");
	attr = syntax_find(&content, "providers");
	if (attr)
		read_passed(c, attr->expr, &call);
	call.depends_on_count =
		traversals(c, syntax_find(&content, "depends_on"), &call.depends_on);
	*CONFIG_APPEND(c, m->calls) = call;
}

/* --- check --------------------------------------------------------------------------------------
 */

static void decode_check(struct config *c, struct config_module *m, const struct block *b)
{
	static const struct schema_attr none[0];
	static const char *const labels[] = {"type", "name"};
	static const struct schema_block blocks[] = {{"assert", NULL, 0}, {"data", labels, 2}};
	struct content content = CONFIG_CONTENT(c, b, none, blocks);
	struct config_check *check = CONFIG_APPEND(c, m->checks);

	check->name = b->labels[0];
	check->block = b;
	check->asserts = read_rules(c, &content, "assert", NULL);
	for (size_t i = 0; i < content.block_count; i++)
		if (strcmp(content.blocks[i]->type, "data") == 0)
			decode_resource(c, m, content.blocks[i], CONFIG_DATA, b->labels[0]);
}

/* --- one module ---------------------------------------------------------------------------------
 */

static void decode_managed(struct config *c, struct config_module *m, const struct block *b)
{
	decode_resource(c, m, b, CONFIG_MANAGED, NULL);
}

static void decode_data(struct config *c, struct config_module *m, const struct block *b)
{
	decode_resource(c, m, b, CONFIG_DATA, NULL);
}

static void decode_ephemeral(struct config *c, struct config_module *m, const struct block *b)
{
	decode_resource(c, m, b, CONFIG_EPHEMERAL, NULL);
}

static const struct {
	const char *type;
	void (*decode)(struct config *c, struct config_module *m, const struct block *b);
} decoders[] = {
	{"check", decode_check},	 {"data", decode_data},
	{"ephemeral", decode_ephemeral}, {"import", config_decode_import},
	{"locals", decode_locals},	 {"module", decode_call},
	{"moved", config_decode_moved},	 {"output", decode_output},
	{"provider", decode_provider},	 {"removed", config_decode_removed},
	{"resource", decode_managed},	 {"terraform", decode_terraform},
	{"variable", decode_variable},
};

static bool labels_are_names(struct config *c, const struct block *b)
{
	for (size_t i = 0; i < b->label_count; i++)
		if (!syntax_is_identifier(b->labels[i], strlen(b->labels[i]))) {
			diag_error(c->diags, b->label_ranges[i], "Invalid name",
				   "A name must start with a letter or underscore and may contain "
				   "only letters, digits, underscores, and dashes.");
			return false;
		}
	return true;
}

void config_decode(struct config *c, struct config_module *m, const struct block *const *blocks,
		   size_t count)
{
	for (size_t i = 0; i < count; i++) {
		if (!labels_are_names(c, blocks[i]))
			continue;
		for (size_t k = 0; k < FP_ARRAY_SIZE(decoders); k++)
			if (strcmp(blocks[i]->type, decoders[k].type) == 0)
				decoders[k].decode(c, m, blocks[i]);
	}
}
