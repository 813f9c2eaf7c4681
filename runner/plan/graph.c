/*
 * The dependency graph: a node for each thing with a value, an edge for each reference, and the
 * order in which they are visited.  The order is found with a stack of our own, since a chain of
 * references can be as long as a configuration.
 */
#include <string.h>

#include "runner/plan/imports.h"
#include "runner/plan/walk.h"

/* --- names ------------------------------------------------------------------------------------ */

struct name_slot {
	const struct config_module *module;
	enum node_kind kind;
	enum config_mode mode;
	const char *first, *second;
	uint32_t node; /* plus one; 0: empty */
};

struct graph_names {
	struct name_slot *slots;
	size_t size; /* a power of two */
};

static uint64_t hash_text(uint64_t h, const char *text)
{
	for (; text && *text; text++)
		h = (h ^ (unsigned char)*text) * 0x100000001b3u;
	return (h ^ 0xff) * 0x100000001b3u;
}

static struct name_slot *slot_of(const struct graph_names *names, const struct config_module *m,
				 enum node_kind kind, const char *first, const char *second,
				 enum config_mode mode)
{
	uint64_t h = 0xcbf29ce484222325u ^ (m->number * 8 + (uint64_t)kind) * 4 ^ (uint64_t)mode;
	size_t i;

	h = hash_text(hash_text(h, first), second);
	for (i = (h ^ h >> 32) & (names->size - 1);; i = (i + 1) & (names->size - 1)) {
		struct name_slot *s = &names->slots[i];

		if (!s->node)
			return s;
		if (s->module == m && s->kind == kind && s->mode == mode &&
		    strcmp(s->first, first) == 0 &&
		    (second == s->second ||
		     (second && s->second && strcmp(s->second, second) == 0)))
			return s;
	}
}

static uint32_t find_node(const struct walk *w, const struct config_module *m, enum node_kind kind,
			  const char *first, const char *second, enum config_mode mode)
{
	return slot_of(w->graph.names, m, kind, first, second, mode)->node;
}

ptrdiff_t graph_find(const struct walk *w, const struct config_module *m, enum node_kind kind,
		     const char *first, const char *second, enum config_mode mode)
{
	uint32_t node = find_node(w, m, kind, first, second, mode);

	return node ? (ptrdiff_t)w->graph.nodes[node - 1].index : -1;
}

const struct node *graph_node(const struct walk *w, uint32_t id)
{
	return &w->graph.nodes[id];
}

/* --- nodes --------------------------------------------------------------------------------------
 */

static void add_node(struct walk *w, struct graph_names *names, struct config_module *m,
		     enum node_kind kind, size_t index, const char *first, const char *second,
		     enum config_mode mode)
{
	struct graph *g = &w->graph;
	struct name_slot *s = slot_of(names, m, kind, first, second, mode);

	if (!s->node)
		*s = (struct name_slot){m, kind, mode, first, second, (uint32_t)g->count + 1};
	g->nodes[g->count++] = (struct node){.kind = kind, .module = m, .index = index};
}

static size_t count_nodes(const struct walk *w)
{
	size_t count = 1;

	for (size_t i = 0; i < w->config.modules.count; i++) {
		const struct config_module *m = w->config.modules.list[i];

		count += m->variables.count + m->locals.count + m->outputs.count +
			 m->providers.count + m->resources.count + m->calls.count + m->checks.count;
	}
	return count;
}

static void add_module_nodes(struct walk *w, struct graph_names *names, struct config_module *m)
{
	for (size_t i = 0; i < m->variables.count; i++)
		add_node(w, names, m, NODE_VARIABLE, i, m->variables.list[i].name, NULL, 0);
	for (size_t i = 0; i < m->locals.count; i++)
		add_node(w, names, m, NODE_LOCAL, i, m->locals.list[i].name, NULL, 0);
	for (size_t i = 0; i < m->providers.count; i++)
		add_node(w, names, m, NODE_PROVIDER, i, m->providers.list[i].name,
			 m->providers.list[i].alias, 0);
	for (size_t i = 0; i < m->calls.count; i++)
		add_node(w, names, m, NODE_CALL, i, m->calls.list[i].name, NULL, 0);
	for (size_t i = 0; i < m->resources.count; i++)
		add_node(w, names, m, NODE_RESOURCE, i, m->resources.list[i].type,
			 m->resources.list[i].name, m->resources.list[i].mode);
	for (size_t i = 0; i < m->outputs.count; i++)
		add_node(w, names, m, NODE_OUTPUT, i, m->outputs.list[i].name, NULL, 0);
	for (size_t i = 0; i < m->checks.count; i++)
		add_node(w, names, m, NODE_CHECK, i, m->checks.list[i].name, NULL, 0);
}

/* --- edges --------------------------------------------------------------------------------------
 */

static void push(struct walk *w, uint32_t **list, size_t *count, size_t *capacity, uint32_t id)
{
	*list = arena_grow(w->arena, *list, *count, capacity, sizeof(**list));
	(*list)[(*count)++] = id;
}

static void depend(struct walk *w, struct node *n, uint32_t node)
{
	if (node)
		push(w, &n->deps, &n->dep_count, &n->dep_capacity, node - 1);
}

/* A data source is read only after changes to what it waits for are made. */
static void wait_for(struct walk *w, struct node *n, uint32_t id)
{
	if (n->is_data)
		push(w, &n->waits, &n->wait_count, &n->wait_capacity, id);
}

static const char *module_text(struct walk *w, const struct config_module *m)
{
	return *m->address ? arena_printf(w->arena, "%s", m->address) : "the root module";
}

static bool is_word(const char *root, const char *const *words, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (strcmp(root, words[i]) == 0)
			return true;
	return false;
}

static const char *step_name(const struct traversal *t, size_t i)
{
	if (i >= t->count)
		return NULL;
	if (t->steps[i].kind == STEP_ATTR)
		return t->steps[i].name;
	return NULL;
}

bool graph_resource_reference(const struct traversal *t, enum config_mode *ret_mode,
			      const char **ret_type, const char **ret_name, size_t *ret_used)
{
	static const char *const words[] = {"var",  "local",	 "module", "each", "count",
					    "path", "terraform", "self",   "run"};
	size_t skip = 1;

	if (is_word(t->root, words, FP_ARRAY_SIZE(words)))
		return false;
	if (strcmp(t->root, "data") == 0)
		*ret_mode = CONFIG_DATA;
	else if (strcmp(t->root, "ephemeral") == 0)
		*ret_mode = CONFIG_EPHEMERAL;
	else if (strcmp(t->root, "resource") == 0)
		*ret_mode = CONFIG_MANAGED;
	else
		skip = 0;
	if (skip == 0)
		*ret_mode = CONFIG_MANAGED;
	*ret_type = skip ? step_name(t, 0) : t->root;
	*ret_name = step_name(t, skip);
	*ret_used = skip + 1;
	return *ret_type && *ret_name;
}

static void undeclared(struct walk *w, const struct traversal *t, const char *what,
		       const char *detail)
{
	diag_error(w->diags, t->range, arena_printf(w->arena, "Reference to undeclared %s", what),
		   "%s", detail);
}

/* Whether an instance is named where there are several, and only there; used: as above. */
static void check_instance(struct walk *w, const struct traversal *t, size_t used,
			   const struct config_resource *r, const char *address)
{
	const struct step *next = used < t->count ? &t->steps[used] : NULL;
	bool repeated = r->count || r->for_each;

	if (next && next->kind == STEP_INDEX && !repeated &&
	    (next->key->type == &type_string || next->key->type == &type_number))
		diag_error(
			w->diags, t->range, "Unexpected resource instance key",
			"Because %s does not have \"count\" or \"for_each\" set, references to it "
			"must not include an index key. Remove the bracketed index to refer to "
			"the single instance of this resource.",
			address);
	else if (next && next->kind == STEP_ATTR && repeated)
		diag_error(w->diags, t->range, "Missing resource instance key",
			   "Because %s has \"%s\" set, its attributes must be accessed on specific "
			   "instances.",
			   address, r->count ? "count" : "for_each");
}

static void refer_resource(struct walk *w, struct node *n, const struct traversal *t)
{
	enum config_mode mode;
	const char *type, *name;
	uint32_t node;
	size_t used;

	if (!graph_resource_reference(t, &mode, &type, &name, &used)) {
		diag_error(w->diags, t->range, "Invalid reference",
			   "A reference to a resource type must be followed by at least one "
			   "attribute access, specifying the resource name.");
		return;
	}
	node = find_node(w, n->module, NODE_RESOURCE, type, name, mode);
	if (!node) {
		undeclared(w, t, "resource",
			   arena_printf(w->arena,
					"A %s resource \"%s\" \"%s\" has not been declared in %s.",
					mode == CONFIG_DATA	   ? "data"
					: mode == CONFIG_EPHEMERAL ? "ephemeral"
								   : "managed",
					type, name, module_text(w, n->module)));
		return;
	}
	check_instance(w, t, used, &n->module->resources.list[w->graph.nodes[node - 1].index],
		       config_resource_text(w->arena, mode, type, name));
	depend(w, n, node);
	if (mode == CONFIG_MANAGED)
		wait_for(w, n, node - 1);
}

/* All that a module call stands for, for depends_on. */
static void refer_whole_module(struct walk *w, struct node *n, const struct config_module *m)
{
	for (size_t i = 0; i < w->graph.count; i++) {
		const struct node *other = &w->graph.nodes[i];
		const struct config_module *p = other->module;

		while (p && p != m)
			p = p->parent;
		if (!p)
			continue;
		depend(w, n, (uint32_t)i + 1);
		if (other->kind == NODE_RESOURCE)
			wait_for(w, n, (uint32_t)i);
	}
}

static void refer_outputs(struct walk *w, struct node *n, struct config_module *child)
{
	for (size_t i = 0; i < child->outputs.count; i++)
		depend(w, n,
		       find_node(w, child, NODE_OUTPUT, child->outputs.list[i].name, NULL, 0));
}

static void refer_module(struct walk *w, struct node *n, const struct traversal *t, bool whole)
{
	const char *name = step_name(t, 0), *output;
	struct config_module *child;
	uint32_t call, node = 0;

	call = name ? find_node(w, n->module, NODE_CALL, name, NULL, 0) : 0;
	if (!call) {
		undeclared(w, t, "module",
			   arena_printf(w->arena, "No module call named \"%s\" is declared in %s.",
					name ? name : "", module_text(w, n->module)));
		return;
	}
	depend(w, n, call);
	child = n->module->calls.list[w->graph.nodes[call - 1].index].child;
	if (!child)
		return;
	if (whole) {
		refer_whole_module(w, n, child);
		return;
	}
	output = step_name(t, 1);
	if (t->count > 2 && t->steps[1].kind == STEP_INDEX)
		output = step_name(t, 2);
	if (output)
		node = find_node(w, child, NODE_OUTPUT, output, NULL, 0);
	if (node)
		depend(w, n, node);
	else
		refer_outputs(w, n, child);
}

static void refer_named(struct walk *w, struct node *n, const struct traversal *t,
			enum node_kind kind)
{
	const char *name = step_name(t, 0), *detail;
	uint32_t node = name ? find_node(w, n->module, kind, name, NULL, 0) : 0;

	if (node) {
		depend(w, n, node);
	} else if (!name) {
		diag_error(w->diags, t->range, "Invalid reference",
			   "The \"%s\" object cannot be accessed directly. Instead, access one of "
			   "its attributes.",
			   t->root);
	} else if (kind == NODE_VARIABLE) {
		detail = arena_printf(
			w->arena,
			"An input variable with the name \"%s\" has not been declared. "
			"This variable can be declared with a variable \"%s\" {} block.",
			name, name);
		undeclared(w, t, "input variable", detail);
	} else {
		detail = arena_printf(w->arena,
				      "A local value with the name \"%s\" has not been declared.",
				      name);
		undeclared(w, t, "local value", detail);
	}
}

static void refer(struct walk *w, struct node *n, const struct traversal *t)
{
	static const char *const given[] = {"each", "count", "path", "terraform", "self"};

	if (is_word(t->root, given, FP_ARRAY_SIZE(given)))
		return;
	if (strcmp(t->root, "var") == 0)
		refer_named(w, n, t, NODE_VARIABLE);
	else if (strcmp(t->root, "local") == 0)
		refer_named(w, n, t, NODE_LOCAL);
	else if (strcmp(t->root, "module") == 0)
		refer_module(w, n, t, false);
	else
		refer_resource(w, n, t);
}

static void refer_all(struct walk *w, struct node *n, const struct references *refs)
{
	for (size_t i = 0; i < refs->count; i++)
		refer(w, n, refs->list[i]);
}

static void refer_expr(struct walk *w, struct node *n, const struct expr *e)
{
	struct references refs = REFERENCES_INIT(w->arena);

	if (e)
		eval_references(&refs, e);
	refer_all(w, n, &refs);
}

static void refer_body(struct walk *w, struct node *n, const struct body *b)
{
	struct references refs = REFERENCES_INIT(w->arena);

	if (b)
		eval_body_references(&refs, b);
	refer_all(w, n, &refs);
}

/* Two of its arguments are words. */
static void refer_provisioner(struct walk *w, struct node *n, const struct body *b)
{
	const struct content c = syntax_guess(w->arena, b);

	for (size_t i = 0; i < c.attr_count; i++)
		if (strcmp(c.attrs[i]->name, "when") != 0 &&
		    strcmp(c.attrs[i]->name, "on_failure") != 0)
			refer_expr(w, n, c.attrs[i]->expr);
	for (size_t i = 0; i < c.block_count; i++)
		refer_body(w, n, c.blocks[i]->body);
}

/* A postcondition and a validation may refer to the thing itself. */
static void refer_rules(struct walk *w, struct node *n, const struct config_rules *rules)
{
	for (size_t i = 0; i < rules->count; i++) {
		refer_expr(w, n, rules->list[i].condition);
		refer_expr(w, n, rules->list[i].message);
	}
}

static void refer_depends(struct walk *w, struct node *n, const struct traversal *list,
			  size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (strcmp(list[i].root, "module") == 0)
			refer_module(w, n, &list[i], true);
		else
			refer(w, n, &list[i]);
}

static void drop_self(struct walk *w, struct node *n)
{
	uint32_t self = (uint32_t)(n - w->graph.nodes);
	size_t kept = 0;

	for (size_t i = 0; i < n->dep_count; i++)
		if (n->deps[i] != self)
			n->deps[kept++] = n->deps[i];
	n->dep_count = kept;
}

/* The configuration of the provider, here or in the nearest module above that has one. */
static void refer_provider(struct walk *w, struct node *n, const char *name, const char *alias)
{
	for (const struct config_module *m = n->module; m; m = m->parent) {
		const struct config_call *call = m->call;

		depend(w, n, find_node(w, m, NODE_PROVIDER, name, alias, 0));
		for (size_t i = 0; call && i < call->provider_count; i++) {
			const struct config_passed_provider *p = &call->providers[i];
			const char *passed = p->child.alias;

			if (strcmp(p->child.name, name) != 0 || !alias != !passed ||
			    (alias && strcmp(alias, passed) != 0))
				continue;
			name = p->parent.name;
			alias = p->parent.alias;
			break;
		}
	}
}

static const char *type_prefix(struct arena *a, const char *type)
{
	return arena_strndup(a, type, strcspn(type, "_"));
}

/* depends_on of the calls of the module that n is in, and of those above. */
static void refer_module_depends(struct walk *w, struct node *n)
{
	struct config_module *own = n->module;

	for (const struct config_module *m = own; m && m->call; m = m->parent) {
		n->module = m->parent;
		refer_depends(w, n, m->call->depends_on, m->call->depends_on_count);
	}
	n->module = own;
}

/* The blocks that import it stand in the root module; one that refers to it is told of later. */
static void refer_imports(struct walk *w, struct node *n)
{
	struct config_module *own = n->module, *root = w->config.modules.list[0];

	for (size_t i = 0; i < root->imports.count; i++) {
		const struct config_import *import = &root->imports.list[i];

		if (!imports_concern(import, own, &own->resources.list[n->index]))
			continue;
		n->module = root;
		refer_expr(w, n, import->id);
		refer_expr(w, n, import->for_each);
		n->module = own;
	}
}

static void link_resource(struct walk *w, struct node *n)
{
	const struct config_resource *r = &n->module->resources.list[n->index];

	n->is_data = r->mode == CONFIG_DATA;
	refer_expr(w, n, r->count);
	refer_expr(w, n, r->for_each);
	refer_body(w, n, r->body);
	refer_depends(w, n, r->depends_on, r->depends_on_count);
	for (size_t i = 0; i < r->trigger_count; i++)
		refer_expr(w, n, r->triggers[i]);
	for (size_t i = 0; i < r->provisioner_count; i++)
		refer_provisioner(w, n, r->provisioners[i].block->body);
	refer_module_depends(w, n);
	refer_provider(w, n, r->provider.name ? r->provider.name : type_prefix(w->arena, r->type),
		       r->provider.alias);
	for (size_t i = 0; i < n->dep_count; i++)
		if (n->deps[i] == (uint32_t)(n - w->graph.nodes))
			diag_error(w->diags, r->block->range, "Self-referential block",
				   "Configuration for %s%s.%s may not refer to itself.",
				   r->mode == CONFIG_DATA ? "data." : "", r->type, r->name);
	refer_imports(w, n);
	refer_rules(w, n, &r->preconditions);
	refer_rules(w, n, &r->postconditions);
	drop_self(w, n);
}

static void link_variable(struct walk *w, struct node *n)
{
	const struct config_variable *v = &n->module->variables.list[n->index];
	const struct config_call *call = n->module->call;
	struct config_module *own = n->module;

	if (call) {
		const struct content content = syntax_guess(w->arena, call->body);

		n->module = own->parent;
		for (size_t i = 0; i < content.attr_count; i++)
			if (strcmp(content.attrs[i]->name, v->name) == 0)
				refer_expr(w, n, content.attrs[i]->expr);
		n->module = own;
	}
	refer_rules(w, n, &v->validations);
	drop_self(w, n);
}

static void link_output(struct walk *w, struct node *n)
{
	const struct config_output *o = &n->module->outputs.list[n->index];

	refer_expr(w, n, o->expr);
	refer_depends(w, n, o->depends_on, o->depends_on_count);
	refer_rules(w, n, &o->preconditions);
}

static void link_node(struct walk *w, struct node *n)
{
	const struct config_module *m = n->module;

	if (m->call)
		depend(w, n, find_node(w, m->parent, NODE_CALL, m->call->name, NULL, 0));
	switch (n->kind) {
	case NODE_CALL:
		refer_expr(w, n, m->calls.list[n->index].count);
		refer_expr(w, n, m->calls.list[n->index].for_each);
		return;
	case NODE_VARIABLE:
		link_variable(w, n);
		return;
	case NODE_LOCAL:
		refer_expr(w, n, m->locals.list[n->index].expr);
		return;
	case NODE_PROVIDER:
		refer_body(w, n, m->providers.list[n->index].body);
		return;
	case NODE_RESOURCE:
		link_resource(w, n);
		return;
	case NODE_OUTPUT:
		link_output(w, n);
		return;
	case NODE_CHECK:
		refer_rules(w, n, &m->checks.list[n->index].asserts);
		return;
	}
}

/* --- order --------------------------------------------------------------------------------------
 */

static const char *node_text(struct walk *w, const struct node *n)
{
	const struct config_module *m = n->module;
	const char *dot = *m->address ? "." : "";
	const struct config_resource *r;

	switch (n->kind) {
	case NODE_CALL:
		return arena_printf(w->arena, "%s%smodule.%s (expand)", m->address, dot,
				    m->calls.list[n->index].name);
	case NODE_VARIABLE:
		return arena_printf(w->arena, "%s%svar.%s (expand)", m->address, dot,
				    m->variables.list[n->index].name);
	case NODE_LOCAL:
		return arena_printf(w->arena, "%s%slocal.%s (expand)", m->address, dot,
				    m->locals.list[n->index].name);
	case NODE_PROVIDER:
		return arena_printf(w->arena, "%s%sprovider.%s", m->address, dot,
				    m->providers.list[n->index].name);
	case NODE_RESOURCE:
		r = &m->resources.list[n->index];
		return arena_printf(w->arena, "%s%s%s%s.%s", m->address, dot,
				    r->mode == CONFIG_DATA ? "data." : "", r->type, r->name);
	case NODE_OUTPUT:
		return arena_printf(w->arena, "%s%soutput.%s (expand)", m->address, dot,
				    m->outputs.list[n->index].name);
	case NODE_CHECK:
		return arena_printf(w->arena, "%s%scheck.%s", m->address, dot,
				    m->checks.list[n->index].name);
	}
	return "";
}

static struct range node_range(const struct node *n)
{
	const struct config_module *m = n->module;

	switch (n->kind) {
	case NODE_CALL:
		return m->calls.list[n->index].block->range;
	case NODE_VARIABLE:
		return m->variables.list[n->index].block->range;
	case NODE_LOCAL:
		return m->locals.list[n->index].range;
	case NODE_PROVIDER:
		return m->providers.list[n->index].block->range;
	case NODE_RESOURCE:
		return m->resources.list[n->index].block->range;
	case NODE_OUTPUT:
		return m->outputs.list[n->index].block->range;
	case NODE_CHECK:
		return m->checks.list[n->index].block->range;
	}
	return (struct range){.source = NULL};
}

enum {
	WHITE,
	GREY,
	BLACK
};

struct frame {
	uint32_t node;
	size_t next;
};

static void report_cycle(struct walk *w, const struct frame *stack, size_t depth, uint32_t to)
{
	FP_CLEANUP(buf_release) struct buf text = BUF_INIT(8192);
	size_t first = depth;

	while (first > 0 && stack[first - 1].node != to)
		first--;
	for (size_t i = first > 0 ? first - 1 : 0; i < depth; i++) {
		if (text.size)
			buf_addstr(&text, ", ");
		buf_addstr(&text, node_text(w, &w->graph.nodes[stack[i].node]));
	}
	diag_error(w->diags, node_range(&w->graph.nodes[to]), "Cycle", "Cycle: %s",
		   buf_text(&text));
}

static void visit(struct walk *w, uint32_t root, uint8_t *colours, struct frame *stack,
		  size_t *done)
{
	struct graph *g = &w->graph;
	size_t depth = 0;

	colours[root] = GREY;
	stack[depth++] = (struct frame){root, 0};
	while (depth > 0) {
		struct frame *top = &stack[depth - 1];
		const struct node *n = &g->nodes[top->node];
		uint32_t to;

		if (top->next == n->dep_count) {
			colours[top->node] = BLACK;
			g->order[(*done)++] = top->node;
			depth--;
			continue;
		}
		to = n->deps[top->next++];
		if (colours[to] == GREY) {
			report_cycle(w, stack, depth, to);
		} else if (colours[to] == WHITE) {
			colours[to] = GREY;
			stack[depth++] = (struct frame){to, 0};
		}
	}
}

/*
 * What must outlive the old object of a resource that is created before it is destroyed must be
 * created first too.  Dependants come after their dependencies in the order, so going through it
 * backwards meets each node after all that depend on it.
 */
static void spread_create_first(struct walk *w)
{
	struct graph *g = &w->graph;

	for (size_t i = g->count; i-- > 0;) {
		struct node *n = &g->nodes[g->order[i]];

		if (n->kind == NODE_RESOURCE &&
		    n->module->resources.list[n->index].create_before_destroy)
			n->create_first = true;
		for (size_t k = 0; n->create_first && k < n->dep_count; k++)
			g->nodes[n->deps[k]].create_first = true;
	}
}

void graph_build(struct walk *w)
{
	struct graph *g = &w->graph;
	struct graph_names *names = arena_alloc(w->arena, sizeof(*names));
	size_t done = 0, total = count_nodes(w);
	struct frame *stack;
	uint8_t *colours;

	names->size = 16;
	while (names->size < total * 2)
		names->size *= 2;
	names->slots = arena_array(w->arena, names->size, sizeof(*names->slots));
	g->nodes = arena_array(w->arena, total, sizeof(*g->nodes));
	for (size_t i = 0; i < w->config.modules.count; i++)
		add_module_nodes(w, names, w->config.modules.list[i]);
	g->names = names;
	for (size_t i = 0; i < g->count; i++)
		link_node(w, &g->nodes[i]);
	g->order = arena_array(w->arena, g->count + 1, sizeof(*g->order));
	colours = arena_alloc(w->arena, g->count + 1);
	stack = arena_array(w->arena, g->count + 1, sizeof(*stack));
	for (size_t i = 0; i < g->count; i++)
		if (colours[i] == WHITE)
			visit(w, (uint32_t)i, colours, stack, &done);
	spread_create_first(w);
}
