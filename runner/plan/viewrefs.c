#include "runner/plan/viewrefs.h"

#include <string.h>

#include "runner/plan/planwrite.h"

/* How many names a reference may lead through, and how many edges one instance may have. */
#define HOPS_MAX 24
#define EDGES_MAX 2000

struct follow {
	struct walk *walk;
	struct buf *out;
	const struct resource_instance *from;
	const char *path;
	size_t edges, hops;
	bool direct; /* nothing but names so far: the value is what the edge leads to */
	struct viewrefs_source
		*source; /* NULL: edges are written; else where the value comes from */
	size_t source_count;
};

/* Where an expression stands: what each and count mean there. */
struct place {
	struct module_instance *module;
	enum repeat repeat;
	struct walk_key key;
	const struct expr
		*for_each; /* in module's terms, or its parent's for arguments of a call */
	struct module_instance *for_each_module;
};

static void follow_expr(struct follow *f, const struct place *at, const struct expr *e,
			const struct step *rest, size_t rest_count);

static void add_edge(struct follow *f, const char *to, const char *attribute)
{
	if (f->edges++ >= EDGES_MAX)
		return;
	planwrite_comma(f->out);
	buf_addch(f->out, '{');
	planwrite_member(f->out, "from", f->from->address);
	planwrite_member(f->out, "path", f->path);
	planwrite_member(f->out, "to", to);
	planwrite_member(f->out, "attribute", attribute);
	planwrite_key(f->out, "direct");
	buf_addstr(f->out, f->direct ? "true" : "false");
	buf_addch(f->out, '}');
}

static void found_data(struct follow *f, const struct resource_instance *data,
		       const struct step *rest, size_t rest_count)
{
	f->source_count++;
	if (data && rest_count == 1 && rest->kind == STEP_ATTR)
		*f->source = (struct viewrefs_source){.data = data, .attribute = rest->name};
}

static void found_expr(struct follow *f, const struct place *at, const struct expr *e,
		       size_t rest_count)
{
	f->source_count++;
	if (rest_count == 0)
		*f->source = (struct viewrefs_source){
			.expr = e,
			.scope = walk_scope(f->walk, at->module, at->repeat, at->key, NULL)};
}

static const struct resource_instance *with_key(const struct resource_instances *all,
						const struct value *key)
{
	for (size_t i = 0; i < all->count; i++) {
		const struct value *k = all->list[i]->key.key;

		if (k && key && k->type == key->type && value_same(k, key))
			return all->list[i];
	}
	return NULL;
}

static const char *attribute_of(const struct step *steps, size_t count)
{
	return count > 0 && steps->kind == STEP_ATTR ? steps->name : "";
}

/* One edge to the instance that key names, or to the resource as a whole. */
static void edge_to(struct follow *f, const struct place *at, enum config_mode mode,
		    const char *type, const char *name, const struct value *key,
		    const struct step *rest, size_t rest_count)
{
	struct walk *w = f->walk;
	ptrdiff_t i = graph_find(w, at->module->cfg, NODE_RESOURCE, type, name, mode);
	const struct resource_instances *all;
	const struct resource_instance *one = NULL;

	if (i < 0)
		return;
	all = &at->module->resources[i];
	if (all->repeat == REPEAT_NONE && all->count == 1)
		one = all->list[0];
	else if (key)
		one = with_key(all, key);
	if (f->source) {
		found_data(f, mode == CONFIG_DATA ? one : NULL, rest, rest_count);
		return;
	}
	add_edge(f,
		 one ? one->address
		     : arena_printf(w->arena, "%s%s%s%s.%s", at->module->address,
				    *at->module->address ? "." : "",
				    mode == CONFIG_DATA ? "data." : "", type, name),
		 attribute_of(rest, rest_count));
}

/* The steps of a traversal and, after them, those that the name was followed with. */
static const struct step *joined(struct follow *f, const struct step *a, size_t a_count,
				 const struct step *b, size_t b_count)
{
	struct step *out = arena_array(f->walk->arena, a_count + b_count + 1, sizeof(*out));

	if (a_count)
		memcpy(out, a, a_count * sizeof(*out));
	if (b_count)
		memcpy(out + a_count, b, b_count * sizeof(*out));
	return out;
}

static void follow_local(struct follow *f, const struct place *at, const struct traversal *t,
			 const struct step *rest, size_t count)
{
	const char *name = t->count ? t->steps[0].name : NULL;
	ptrdiff_t i = name ? graph_find(f->walk, at->module->cfg, NODE_LOCAL, name, NULL, 0) : -1;
	const struct place there = {.module = at->module};

	if (i >= 0)
		follow_expr(f, &there, at->module->cfg->locals.list[i].expr, rest + 1, count - 1);
}

static struct place caller(const struct module_instance *m)
{
	const struct config_call *call = m->cfg->call;

	return (struct place){
		.module = m->parent,
		.repeat = call->count	   ? REPEAT_COUNT
			  : call->for_each ? REPEAT_FOR_EACH
					   : REPEAT_NONE,
		.key = m->key,
		.for_each = call->for_each,
	};
}

static void follow_variable(struct follow *f, const struct place *at, const struct traversal *t,
			    const struct step *rest, size_t count)
{
	const struct config_call *call = at->module->cfg->call;
	const char *name = t->count ? t->steps[0].name : NULL;
	const struct attribute *attr;
	struct place there;

	if (!call || !call->args || !name)
		return;
	attr = syntax_find(call->args, name);
	there = caller(at->module);
	if (attr)
		follow_expr(f, &there, attr->expr, rest + 1, count - 1);
}

static void follow_module(struct follow *f, const struct place *at, const struct traversal *t,
			  const struct step *rest, size_t count)
{
	const char *name = t->count ? t->steps[0].name : NULL;
	ptrdiff_t i = name ? graph_find(f->walk, at->module->cfg, NODE_CALL, name, NULL, 0) : -1;
	const struct call_instances *call;
	const struct value *key = NULL;
	size_t skip = 1;

	if (i < 0)
		return;
	call = &at->module->calls[i];
	if (count > skip && rest[skip].kind == STEP_INDEX)
		key = rest[skip++].key;
	if (count <= skip || rest[skip].kind != STEP_ATTR)
		return;
	for (size_t k = 0; k < call->count; k++) {
		struct module_instance *m = call->list[k];
		ptrdiff_t o = graph_find(f->walk, m->cfg, NODE_OUTPUT, rest[skip].name, NULL, 0);
		const struct place there = {.module = m};

		if (key && m->key.key &&
		    (m->key.key->type != key->type || !value_same(m->key.key, key)))
			continue;
		if (o >= 0 && m->cfg->outputs.list[o].expr)
			follow_expr(f, &there, m->cfg->outputs.list[o].expr, rest + skip + 1,
				    count - skip - 1);
	}
}

/* each.value of a for_each over a resource is that resource's instance of the same key. */
static void follow_each(struct follow *f, const struct place *at, const struct traversal *t,
			const struct step *rest, size_t count)
{
	struct place there = {.module = at->module};
	struct traversal whole;
	enum config_mode mode;
	const char *type, *name;
	size_t used;

	if (!at->for_each || !t->count || !t->steps[0].name ||
	    strcmp(t->steps[0].name, "value") != 0)
		return;
	if (at->for_each->kind == EXPR_TRAVERSAL) {
		whole = at->for_each->traversal;
		if (graph_resource_reference(&whole, &mode, &type, &name, &used) &&
		    used == whole.count) {
			edge_to(f, &there, mode, type, name, at->key.key, rest + 1, count - 1);
			return;
		}
	}
	follow_expr(f, &there, at->for_each, NULL, 0);
}

static void follow_traversal(struct follow *f, const struct place *at, const struct traversal *t,
			     const struct step *after, size_t after_count)
{
	const struct step *rest = joined(f, t->steps, t->count, after, after_count);
	size_t count = t->count + after_count, used;
	const struct value *key = NULL;
	enum config_mode mode;
	const char *type, *name;

	if (!t->root)
		return;
	if (strcmp(t->root, "local") == 0) {
		follow_local(f, at, t, rest, count);
	} else if (strcmp(t->root, "var") == 0) {
		follow_variable(f, at, t, rest, count);
	} else if (strcmp(t->root, "module") == 0) {
		follow_module(f, at, t, rest, count);
	} else if (strcmp(t->root, "each") == 0) {
		follow_each(f, at, t, rest, count);
	} else if (graph_resource_reference(t, &mode, &type, &name, &used)) {
		if (count > used && rest[used].kind == STEP_INDEX)
			key = rest[used++].key;
		edge_to(f, at, mode, type, name, key, rest + used, count - used);
	}
}

/* resource.name[each.key].attr: the key is evaluated, so that the edge leads to one instance. */
static bool follow_indexed(struct follow *f, const struct place *at, const struct expr *e,
			   const struct step *rest, size_t rest_count)
{
	struct walk *w = f->walk;
	struct diag_mark mark = diag_mark(w->diags);
	const struct traversal *t;
	const struct value *key;
	enum config_mode mode;
	const char *type, *name;
	size_t used;

	if (e->index.collection->kind != EXPR_TRAVERSAL)
		return false;
	t = &e->index.collection->traversal;
	if (!graph_resource_reference(t, &mode, &type, &name, &used) || used != t->count)
		return false;
	key = eval_expr(&w->eval, walk_scope(w, at->module, at->repeat, at->key, NULL),
			e->index.key);
	diag_rewind(w->diags, mark);
	edge_to(f, at, mode, type, name, key->state == VALUE_KNOWN ? key : NULL, rest, rest_count);
	return true;
}

/* A template is a string whatever its parts are; anything else may turn out to be null. */
static void follow_all(struct follow *f, const struct place *at, const struct expr *e)
{
	struct references refs = REFERENCES_INIT(f->walk->arena);
	bool direct = f->direct;

	f->direct = direct && e->kind == EXPR_TEMPLATE;
	eval_references(&refs, e);
	for (size_t i = 0; i < refs.count; i++)
		follow_traversal(f, at, refs.list[i], NULL, 0);
	f->direct = direct;
}

/* The member of an object constructor that the next step names; NULL: it cannot be told. */
static const struct expr *member_of(const struct expr *e, const struct step *rest, size_t count)
{
	if (e->kind != EXPR_OBJECT || count == 0 || rest->kind != STEP_ATTR)
		return NULL;
	for (size_t i = 0; i < e->object.count; i++) {
		const struct expr_item *item = &e->object.items[i];
		const char *name = item->key_is_name ? syntax_as_keyword(item->key)
						     : syntax_as_string(item->key);

		if (name && strcmp(name, rest->name) == 0)
			return item->value;
	}
	return NULL;
}

static void follow_expr(struct follow *f, const struct place *at, const struct expr *e,
			const struct step *rest, size_t rest_count)
{
	if (f->hops++ > HOPS_MAX * 8 || f->edges >= EDGES_MAX)
		return;
	while (e->kind == EXPR_PARENTHESES || e->kind == EXPR_TEMPLATE_WRAP)
		e = e->inner;
	if (e->kind == EXPR_TRAVERSAL) {
		follow_traversal(f, at, &e->traversal, rest, rest_count);
		return;
	}
	if (e->kind == EXPR_INDEX && follow_indexed(f, at, e, rest, rest_count))
		return;
	if (e->kind == EXPR_RELATIVE && e->relative.source->kind == EXPR_INDEX &&
	    follow_indexed(f, at, e->relative.source, e->relative.steps.steps,
			   e->relative.steps.count))
		return;
	if (member_of(e, rest, rest_count)) {
		follow_expr(f, at, member_of(e, rest, rest_count), rest + 1, rest_count - 1);
		return;
	}
	if (f->source) {
		found_expr(f, at, e, rest_count);
		return;
	}
	if (e->kind == EXPR_TUPLE) {
		for (size_t i = 0; i < e->list.count; i++)
			follow_expr(f, at, e->list.parts[i], NULL, 0);
		return;
	}
	follow_all(f, at, e);
}

static void follow_body(struct follow *f, const struct place *at, const struct body *body,
			const char *path)
{
	struct content guess = syntax_guess(f->walk->arena, body);
	const char *dot = *path ? "." : "";

	for (size_t i = 0; i < guess.attr_count; i++) {
		f->path = arena_printf(f->walk->arena, "%s%s%s", path, dot, guess.attrs[i]->name);
		f->hops = 0;
		f->direct = true;
		follow_expr(f, at, guess.attrs[i]->expr, NULL, 0);
	}
	for (size_t i = 0; i < guess.block_count; i++) {
		const struct block *b = guess.blocks[i];
		bool dynamic = strcmp(b->type, "dynamic") == 0 && b->label_count == 1;

		follow_body(
			f, at, b->body,
			dynamic ? arena_printf(f->walk->arena, "%s%s%s", path, dot, b->labels[0])
			: strcmp(b->type, "content") == 0
				? path
				: arena_printf(f->walk->arena, "%s%s%s", path, dot, b->type));
	}
}

static struct place place_of(const struct resource_instance *r)
{
	return (struct place){
		.module = r->module,
		.repeat = r->cfg && r->cfg->count      ? REPEAT_COUNT
			  : r->cfg && r->cfg->for_each ? REPEAT_FOR_EACH
						       : REPEAT_NONE,
		.key = r->key,
		.for_each = r->cfg ? r->cfg->for_each : NULL,
	};
}

void viewrefs_write(struct walk *w, struct buf *out, const struct resource_instance *r)
{
	struct follow f = {.walk = w, .out = out, .from = r};
	const struct place at = place_of(r);

	if (r->cfg)
		follow_body(&f, &at, r->body, "");
}

bool viewrefs_find_source(struct walk *w, const struct resource_instance *r, const struct expr *e,
			  struct viewrefs_source *ret_source)
{
	struct viewrefs_source source = {.expr = NULL};
	struct follow f = {.walk = w, .from = r, .source = &source};
	const struct place at = place_of(r);

	follow_expr(&f, &at, e, NULL, 0);
	*ret_source = source;
	return f.source_count == 1 && (source.expr || source.data);
}
