/*
 * The index over a view: instances by type and by address, edges at both of their ends, documents
 * at their instance.  It is made once, so that judging a policy costs what it looks at.
 */
#include "policies/internal.h"

#include "runner/base/json.h"

struct maker {
	struct arena *arena;
	const json_t *blocks;
	struct policy_instance *instances;
	size_t count;
	size_t *by_type, *by_address, *by_block; /* sorted */
};

/* An edge before it is known how many each instance has. */
struct raw_edge {
	size_t from;
	struct policy_edge edge;
};

struct raw_edges {
	struct raw_edge *rows;
	size_t count, capacity;
};

static const struct policy_document *read_documents(struct maker *m, const json_t *list)
{
	const struct policy_document *first = NULL;
	json_t *row;
	size_t i;

	json_array_foreach (list, i, row) {
		struct policy_document *d = arena_alloc(m->arena, sizeof(*d));

		d->path = json_text_of(row, "path");
		d->document = json_object_get(row, "document");
		d->unknown = json_object_get(row, "unknown");
		d->next = first;
		first = d;
	}
	return first;
}

static void read_instance(struct maker *m, const json_t *json, struct policy_instance *i)
{
	const json_t *block = json_array_get(m->blocks, json_number_of(json, "block"));

	/* Reports keep these when the view is gone. */
	*i = (struct policy_instance){
		.address = arena_strdup(m->arena, json_text_of(json, "address")),
		.type = arena_strdup(m->arena, json_text_of(json, "type")),
		.block_address = arena_strdup(m->arena, json_text_of(block, "address")),
		.file = arena_strdup(m->arena, json_text_of(block, "file")),
		.line = json_number_of(block, "line"),
		.end_line = json_number_of(block, "end_line"),
		.values = json_object_get(json, "values"),
		.unknown = json_object_get(json, "unknown"),
		.config = json_object_get(block, "config"),
		.provider = json_text_of(block, "provider"),
		.provider_config = json_text_of(block, "provider_config"),
		.provider_module = json_text_of(block, "provider_module"),
		.documents = read_documents(m, json_object_get(json, "documents")),
		.managed = strcmp(json_text_of(json, "mode"), "managed") == 0,
		.uncertain = json_is_true(json_object_get(json, "uncertain")),
		.mocked = json_object_get(json, "mocked"),
	};
}

/* --- order
 * ---------------------------------------------------------------------------------------- */

static int by_type(const void *left, const void *right, void *context)
{
	const struct policy_instance *all = context, *a = &all[*(const size_t *)left],
				     *b = &all[*(const size_t *)right];
	int order = strcmp(a->type, b->type);

	return order ? order : (a > b) - (a < b);
}

static int by_address(const void *left, const void *right, void *context)
{
	const struct policy_instance *all = context;

	return strcmp(all[*(const size_t *)left].address, all[*(const size_t *)right].address);
}

static int by_block(const void *left, const void *right, void *context)
{
	const struct policy_instance *all = context, *a = &all[*(const size_t *)left],
				     *b = &all[*(const size_t *)right];
	int order = strcmp(a->block_address, b->block_address);

	return order ? order : (a > b) - (a < b);
}

static size_t *sorted(const struct maker *m, int (*compare)(const void *, const void *, void *))
{
	size_t *order = arena_array(m->arena, m->count + 1, sizeof(*order));

	for (size_t i = 0; i < m->count; i++)
		order[i] = i;
	qsort_r(order, m->count, sizeof(*order), compare, m->instances);
	return order;
}

/* The first place in the order whose text is not before the wanted one. */
static size_t lower_bound(const struct policy_instance *all, const size_t *order, size_t count,
			  const char *wanted, size_t text_offset)
{
	size_t low = 0, high = count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		const char *text;

		memcpy(&text, (const char *)&all[order[middle]] + text_offset, sizeof(text));
		if (strcmp(text, wanted) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

const size_t *policy_index_type(const struct policy_index *x, const char *type, size_t *ret_count)
{
	size_t first = lower_bound(x->instances, x->by_type, x->count, type,
				   offsetof(struct policy_instance, type)),
	       last = first;

	while (last < x->count && strcmp(x->instances[x->by_type[last]].type, type) == 0)
		last++;
	*ret_count = last - first;
	return x->by_type + first;
}

const struct policy_instance *policy_index_find(const struct policy_index *x, const char *address)
{
	size_t i = lower_bound(x->instances, x->by_address, x->count, address,
			       offsetof(struct policy_instance, address));

	if (i == x->count || strcmp(x->instances[x->by_address[i]].address, address) != 0)
		return NULL;
	return &x->instances[x->by_address[i]];
}

/* --- edges
 * ---------------------------------------------------------------------------------------- */

static void add_edge(struct maker *m, struct raw_edges *e, size_t from, size_t to,
		     const json_t *json)
{
	const char *path = json_text_of(json, "path"), *attribute = json_text_of(json, "attribute");

	e->rows = arena_grow(m->arena, e->rows, e->count, &e->capacity, sizeof(*e->rows));
	e->rows[e->count++] = (struct raw_edge){
		from, {path, attribute, to, json_is_true(json_object_get(json, "direct"))}};
}

/* An edge to a resource as a whole leads to every instance of it. */
static void read_edge(struct maker *m, struct raw_edges *e, const json_t *json)
{
	const char *from = json_text_of(json, "from"), *to = json_text_of(json, "to");
	size_t i = lower_bound(m->instances, m->by_address, m->count, from,
			       offsetof(struct policy_instance, address)),
	       k;

	if (i == m->count || strcmp(m->instances[m->by_address[i]].address, from) != 0)
		return;
	i = m->by_address[i];
	k = lower_bound(m->instances, m->by_address, m->count, to,
			offsetof(struct policy_instance, address));
	if (k < m->count && strcmp(m->instances[m->by_address[k]].address, to) == 0) {
		add_edge(m, e, i, m->by_address[k], json);
		return;
	}
	k = lower_bound(m->instances, m->by_block, m->count, to,
			offsetof(struct policy_instance, block_address));
	for (; k < m->count && strcmp(m->instances[m->by_block[k]].block_address, to) == 0; k++)
		add_edge(m, e, i, m->by_block[k], json);
}

/* Each instance gets its edges, outward and inward, in the order of the view. */
static void share_out(struct maker *m, const struct raw_edges *e)
{
	size_t *outs = arena_array(m->arena, m->count + 1, sizeof(*outs)),
	       *ins = arena_array(m->arena, m->count + 1, sizeof(*ins));

	for (size_t i = 0; i < e->count; i++) {
		outs[e->rows[i].from]++;
		ins[e->rows[i].edge.other]++;
	}
	for (size_t i = 0; i < m->count; i++) {
		m->instances[i].out.rows =
			arena_array(m->arena, outs[i] + 1, sizeof(struct policy_edge));
		m->instances[i].in.rows =
			arena_array(m->arena, ins[i] + 1, sizeof(struct policy_edge));
	}
	for (size_t i = 0; i < e->count; i++) {
		struct policy_edge edge = e->rows[i].edge;
		struct policy_edges *out = &m->instances[e->rows[i].from].out,
				    *in = &m->instances[edge.other].in;

		((struct policy_edge *)(uintptr_t)out->rows)[out->count++] = edge;
		edge.other = e->rows[i].from;
		((struct policy_edge *)(uintptr_t)in->rows)[in->count++] = edge;
	}
}

static void fill(struct maker *m, const json_t *instances, const json_t *references)
{
	struct raw_edges edges = {.count = 0};
	json_t *json;
	size_t i;

	m->count = json_array_size(instances);
	m->instances = arena_array(m->arena, m->count + 1, sizeof(*m->instances));
	json_array_foreach (instances, i, json)
		read_instance(m, json, &m->instances[i]);
	m->by_type = sorted(m, by_type);
	m->by_address = sorted(m, by_address);
	m->by_block = sorted(m, by_block);
	json_array_foreach (references, i, json)
		read_edge(m, &edges, json);
	share_out(m, &edges);
}

bool policy_index_may_have(const struct policy_index *x, const struct policy_strings *types)
{
	for (size_t i = 0; i < x->uncertain.count; i++)
		if (policy_strings_have(types, x->uncertain.items[i]))
			return true;
	return false;
}

/* Of blocks without an instance nobody can see what they belong to. */
static struct policy_strings read_uncertain(const struct maker *m)
{
	const char **items = NULL;
	size_t count = 0, capacity = 0, i;
	json_t *block;

	json_array_foreach (m->blocks, i, block) {
		const char *address = json_text_of(block, "address");
		size_t k = lower_bound(m->instances, m->by_block, m->count, address,
				       offsetof(struct policy_instance, block_address));

		if (!json_is_true(json_object_get(block, "uncertain")) ||
		    (k < m->count &&
		     strcmp(m->instances[m->by_block[k]].block_address, address) == 0))
			continue;
		items = arena_grow(m->arena, items, count, &capacity, sizeof(*items));
		items[count++] = arena_strdup(m->arena, json_text_of(block, "type"));
	}
	return (struct policy_strings){items, count};
}

int policy_index_make(const json_t *view, struct arena *a, const struct policy_index **ret_index,
		      struct err *e)
{
	json_t *blocks, *instances, *references;
	struct policy_index *x;
	struct maker m = {.arena = a};

	if (json_member(view, "view", "blocks", JSON_ARRAY, true, &blocks, e) < 0 ||
	    json_member(view, "view", "instances", JSON_ARRAY, true, &instances, e) < 0 ||
	    json_member(view, "view", "references", JSON_ARRAY, true, &references, e) < 0)
		return -1;
	m.blocks = blocks;
	fill(&m, instances, references);
	x = arena_alloc(a, sizeof(*x));
	*x = (struct policy_index){m.instances,
				   m.count,
				   m.by_type,
				   m.by_address,
				   json_object_get(view, "providers"),
				   json_object_get(view, "variables"),
				   arena_strdup(a, json_text_of(view, "account")),
				   arena_strdup(a, json_text_of(view, "mocked_account")),
				   json_is_false(json_object_get(view, "planned")),
				   read_uncertain(&m)};
	*ret_index = x;
	return 0;
}

int policy_views_open(const json_t *view, const json_t *before, const json_t *change,
		      struct arena *a, const struct policy_views **ret_views, struct err *e)
{
	struct policy_views *v = arena_alloc(a, sizeof(*v));

	if (policy_index_make(view, a, &v->now, e) < 0 ||
	    (before && policy_index_make(before, a, &v->before, e) < 0))
		return -1;
	v->change = change;
	*ret_views = v;
	return 0;
}
