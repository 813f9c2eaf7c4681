#include "runner/plan/infer.h"

#include <string.h>

#define DEPTH_MAX 16

struct infer {
	struct references references; /* of all expressions in all modules */
};

struct shape {
	struct restype_attr *attrs;
	size_t attr_count, attr_capacity;
	const char **blocks;
	size_t block_count, block_capacity;
};

struct bodies {
	const struct body **list;
	size_t count, capacity;
};

static void gather_module(struct references *refs, const struct config_module *m)
{
	for (size_t i = 0; i < m->resources.count; i++) {
		const struct config_resource *r = &m->resources.list[i];

		eval_body_references(refs, r->body);
		if (r->count)
			eval_references(refs, r->count);
		if (r->for_each)
			eval_references(refs, r->for_each);
	}
	for (size_t i = 0; i < m->locals.count; i++)
		eval_references(refs, m->locals.list[i].expr);
	for (size_t i = 0; i < m->outputs.count; i++)
		if (m->outputs.list[i].expr)
			eval_references(refs, m->outputs.list[i].expr);
	for (size_t i = 0; i < m->calls.count; i++)
		eval_body_references(refs, m->calls.list[i].body);
	for (size_t i = 0; i < m->providers.count; i++)
		eval_body_references(refs, m->providers.list[i].body);
}

static struct infer *gathered(struct walk *w)
{
	if (w->infer)
		return w->infer;
	w->infer = arena_alloc(w->arena, sizeof(*w->infer));
	w->infer->references = (struct references)REFERENCES_INIT(w->arena);
	for (size_t i = 0; i < w->config.modules.count; i++)
		gather_module(&w->infer->references, w->config.modules.list[i]);
	return w->infer;
}

static bool has_attr(const struct shape *s, const char *name)
{
	for (size_t i = 0; i < s->attr_count; i++)
		if (strcmp(s->attrs[i].name, name) == 0)
			return true;
	return false;
}

static bool has_block(const struct shape *s, const char *name)
{
	for (size_t i = 0; i < s->block_count; i++)
		if (strcmp(s->blocks[i], name) == 0)
			return true;
	return false;
}

static void add_attr(struct arena *a, struct shape *s, const char *name, bool computed)
{
	if (has_attr(s, name) || has_block(s, name))
		return;
	s->attrs = arena_grow(a, s->attrs, s->attr_count, &s->attr_capacity, sizeof(*s->attrs));
	s->attrs[s->attr_count++] = (struct restype_attr){
		.name = name,
		.type = computed && strcmp(name, "id") == 0 ? &type_string : &type_dynamic,
		.optional = !computed,
		.computed = computed,
	};
}

static void add_body(struct arena *a, struct bodies *b, const struct body *body)
{
	b->list = arena_grow(a, b->list, b->count, &b->capacity, sizeof(*b->list));
	b->list[b->count++] = body;
}

/* The body that a block adds to blocks of that type; what a dynamic block makes is its content. */
static void add_blocks(struct arena *a, struct bodies *out, const struct content *guess,
		       const char *name)
{
	for (size_t i = 0; i < guess->block_count; i++) {
		const struct block *b = guess->blocks[i];
		struct content inner;

		if (strcmp(b->type, name) == 0) {
			add_body(a, out, b->body);
			continue;
		}
		if (strcmp(b->type, "dynamic") != 0 || b->label_count != 1 ||
		    strcmp(b->labels[0], name) != 0)
			continue;
		inner = syntax_guess(a, b->body);
		for (size_t k = 0; k < inner.block_count; k++)
			if (strcmp(inner.blocks[k]->type, "content") == 0)
				add_body(a, out, inner.blocks[k]->body);
	}
}

static const struct restype_block *infer_block(struct arena *a, const struct bodies *bodies,
					       struct shape *s, size_t depth)
{
	struct content *guesses = arena_array(a, bodies->count + 1, sizeof(*guesses));
	struct restype_block_type *types;

	for (size_t i = 0; i < bodies->count; i++) {
		guesses[i] = syntax_guess(a, bodies->list[i]);
		for (size_t k = 0; k < guesses[i].block_count; k++) {
			const struct block *b = guesses[i].blocks[k];
			bool dynamic = strcmp(b->type, "dynamic") == 0 && b->label_count == 1;
			const char *name = dynamic ? b->labels[0] : b->type;

			if (has_block(s, name))
				continue;
			s->blocks = arena_grow(a, s->blocks, s->block_count, &s->block_capacity,
					       sizeof(*s->blocks));
			s->blocks[s->block_count++] = name;
		}
	}
	for (size_t i = 0; i < bodies->count; i++)
		for (size_t k = 0; k < guesses[i].attr_count; k++)
			add_attr(a, s, guesses[i].attrs[k]->name, false);
	types = arena_array(a, s->block_count + 1, sizeof(*types));
	for (size_t i = 0; i < s->block_count; i++) {
		struct bodies inner = {NULL, 0, 0};
		struct shape shape = {.attrs = NULL};

		for (size_t k = 0; k < bodies->count && depth < DEPTH_MAX; k++)
			add_blocks(a, &inner, &guesses[k], s->blocks[i]);
		types[i] = (struct restype_block_type){
			.name = s->blocks[i],
			.nesting = RESTYPE_LIST,
			.block = infer_block(a, &inner, &shape, depth + 1),
		};
		types[i].type = restype_nested_type(a, RESTYPE_LIST, types[i].block->type);
	}
	return restype_block_new(a, s->attrs, s->attr_count, types, s->block_count);
}

/* Attributes that references read and nobody sets. */
static void add_computed(struct walk *w, struct shape *s, enum config_mode mode, const char *type)
{
	const struct references *refs = &gathered(w)->references;

	for (size_t i = 0; i < refs->count; i++) {
		const struct traversal *t = refs->list[i];
		enum config_mode found_mode;
		const char *found_type, *found_name;
		size_t used;

		if (!graph_resource_reference(t, &found_mode, &found_type, &found_name, &used) ||
		    found_mode != mode || strcmp(found_type, type) != 0)
			continue;
		if (used < t->count && t->steps[used].kind == STEP_INDEX)
			used++;
		if (used < t->count && t->steps[used].kind == STEP_ATTR)
			add_attr(w->arena, s, t->steps[used].name, true);
	}
	add_attr(w->arena, s, "id", true);
}

/* Names that are set anywhere come before those that are only read. */
static void add_set(struct walk *w, struct shape *s, const struct bodies *bodies)
{
	for (size_t i = 0; i < bodies->count; i++) {
		struct content guess = syntax_guess(w->arena, bodies->list[i]);

		for (size_t k = 0; k < guess.block_count; k++) {
			const struct block *b = guess.blocks[k];
			const char *name = strcmp(b->type, "dynamic") == 0 && b->label_count == 1
						   ? b->labels[0]
						   : b->type;

			if (has_block(s, name))
				continue;
			s->blocks = arena_grow(w->arena, s->blocks, s->block_count,
					       &s->block_capacity, sizeof(*s->blocks));
			s->blocks[s->block_count++] = name;
		}
		for (size_t k = 0; k < guess.attr_count; k++)
			add_attr(w->arena, s, guess.attrs[k]->name, false);
	}
}

const struct restype *infer_type(struct walk *w, const char *provider, enum pack_kind kind,
				 const char *name)
{
	enum config_mode mode = kind == PACK_DATA	 ? CONFIG_DATA
				: kind == PACK_EPHEMERAL ? CONFIG_EPHEMERAL
							 : CONFIG_MANAGED;
	struct restype *t = arena_alloc(w->arena, sizeof(*t));
	struct bodies bodies = {NULL, 0, 0};
	struct shape shape = {.attrs = NULL};

	for (size_t i = 0; i < w->config.modules.count; i++) {
		const struct config_module *m = w->config.modules.list[i];

		for (size_t k = 0; k < m->providers.count && kind == PACK_PROVIDER; k++)
			if (strcmp(config_provider_address(w->arena, m, m->providers.list[k].name),
				   provider) == 0)
				add_body(w->arena, &bodies, m->providers.list[k].body);

		for (size_t k = 0; k < m->resources.count && kind != PACK_PROVIDER; k++)
			if (m->resources.list[k].mode == mode &&
			    strcmp(m->resources.list[k].type, name) == 0)
				add_body(w->arena, &bodies, m->resources.list[k].body);
	}
	add_set(w, &shape, &bodies);
	if (kind != PACK_PROVIDER)
		add_computed(w, &shape, mode, name);
	t->kind = kind;
	t->name = name;
	t->inferred = true;
	t->block = infer_block(w->arena, &bodies, &shape, 0);
	return t;
}
