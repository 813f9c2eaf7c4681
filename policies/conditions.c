/* The definition of a policy, from its document to the tree that is judged. */
#include "policies/internal.h"

#define PORTS_MAX 64
#define SOURCES_MAX 16

struct reader {
	const char *what;
	struct arena *arena;
	struct err *e;
	unsigned int depth;
};

static int read_node(struct reader *r, const struct doc *d, const struct policy_condition **ret);

static int bool_member(struct reader *r, const struct doc *object, const char *key, bool *ret_bool)
{
	const struct doc *d = doc_get(object, key);

	if (!d)
		return 0;
	if (d->kind != DOC_TRUE && d->kind != DOC_FALSE)
		return doc_fault(d, r->what, r->e, "must be true or false");
	*ret_bool = d->kind == DOC_TRUE;
	return 0;
}

/* A list of texts, or one text. */
static int strings_member(struct reader *r, const struct doc *object, const char *key,
			  bool required, struct policy_strings *ret_strings)
{
	const struct doc *d = doc_get(object, key);
	const char **items;
	size_t count = 0;

	if (!d && required)
		return doc_fault(object, r->what, r->e, "\"%s\" is missing", key);
	if (!d)
		return 0;
	items = arena_array(r->arena, FP_MAX(d->count, (size_t)1), sizeof(*items));
	if (d->kind == DOC_STRING) {
		items[count++] = d->text;
	} else if (doc_want(d, r->what, DOC_ARRAY, r->e) < 0) {
		return -1;
	}
	for (const struct doc *m = d->first; m; m = m->next) {
		if (doc_want(m, r->what, DOC_STRING, r->e) < 0)
			return -1;
		items[count++] = m->text;
	}
	*ret_strings = (struct policy_strings){items, count};
	return 0;
}

/* The index of the word that the member is; the default when it is not there. */
static int word_member(struct reader *r, const struct doc *object, const char *key,
		       const char *const *words, size_t *ret_index)
{
	const struct doc *d = doc_get(object, key);

	if (!d)
		return 0;
	for (size_t i = 0; d->text && words[i]; i++) {
		if (strcmp(words[i], d->text) == 0) {
			*ret_index = i;
			return 0;
		}
	}
	return doc_fault(d, r->what, r->e, "\"%s\" is not known here", d->text ? d->text : "");
}

static int path_of(struct reader *r, const struct doc *d, const char *text, bool jsonpath,
		   struct policy_path *ret_path)
{
	const char *fault = policy_path_parse(text, jsonpath, r->arena, ret_path);

	return fault ? doc_fault(d, r->what, r->e, "%s", fault) : 0;
}

static int path_member(struct reader *r, const struct doc *object, const char *key, bool required,
		       struct policy_path *ret_path)
{
	const char *text;

	if (doc_text_member(object, r->what, key, required, &text, r->e) < 0)
		return -1;
	return text ? path_of(r, doc_get(object, key), text, false, ret_path) : 0;
}

static int where_member(struct reader *r, const struct doc *d, bool required,
			struct policy_condition *c)
{
	const struct policy_condition **rows = arena_array(r->arena, 1, sizeof(*rows));

	if (!doc_get(d, "where"))
		return required ? doc_fault(d, r->what, r->e, "\"where\" is missing") : 0;
	if (read_node(r, doc_get(d, "where"), &rows[0]) < 0)
		return -1;
	c->children = rows;
	c->child_count = 1;
	return 0;
}

static const char *const quantifiers[] = {"any", "all", "none", NULL};

static int quantify_member(struct reader *r, const struct doc *d, enum policy_quantifier otherwise,
			   struct policy_condition *c)
{
	size_t i = (size_t)otherwise;

	if (word_member(r, d, "quantify", quantifiers, &i) < 0)
		return -1;
	c->quantify = (enum policy_quantifier)i;
	return 0;
}

/* --- conditions
 * ----------------------------------------------------------------------------------- */

static int read_attribute(struct reader *r, const struct doc *d, struct policy_condition *c)
{
	static const char *const keys[] = {"cond_type", "resource_types", "attribute", "operator",
					   "value",	"quantify",	  "view",      NULL};
	static const char *const views[] = {"plan", "static", NULL};
	const char *attribute, *name, *plain;
	size_t view = 0;
	bool jsonpath;

	if (doc_only_keys(d, r->what, keys, r->e) < 0 ||
	    doc_text_member(d, r->what, "attribute", true, &attribute, r->e) < 0 ||
	    doc_text_member(d, r->what, "operator", true, &name, r->e) < 0 ||
	    word_member(r, d, "view", views, &view) < 0)
		return -1;
	jsonpath = strncmp(name, "jsonpath_", 9) == 0;
	plain = jsonpath ? name + 9 : name;
	c->op = policy_operator_find(plain, &c->negative);
	c->value = doc_get(d, "value");
	c->is_static = view == 1;
	if (!c->op)
		return doc_fault(doc_get(d, "operator"), r->what, r->e, "\"%s\" is no operator",
				 name);
	if (c->op->needs_value && !c->value)
		return doc_fault(d, r->what, r->e, "the operator \"%s\" needs a \"value\"", name);
	if (c->op->check && c->op->check(c->value))
		return doc_fault(c->value, r->what, r->e, "%s", c->op->check(c->value));
	if (path_of(r, doc_get(d, "attribute"), attribute, jsonpath, &c->path) < 0)
		return -1;
	return quantify_member(
		r, d, c->negative || strcmp(c->op->name, "is_empty") == 0 ? POLICY_ALL : POLICY_ANY,
		c);
}

/* The path goes on to the elements of the list that it leads to. */
static void add_elements(struct reader *r, struct policy_condition *c)
{
	struct policy_step *steps = arena_array(r->arena, c->path.count + 1, sizeof(*steps));

	memcpy(steps, c->path.steps, c->path.count * sizeof(*steps));
	steps[c->path.count].kind = POLICY_STEP_ELEMENTS;
	c->path.steps = steps;
	c->path.count++;
}

static int read_each(struct reader *r, const struct doc *d, struct policy_condition *c)
{
	static const char *const keys[] = {"cond_type", "resource_types", "attribute",
					   "quantify",	"where",	  NULL};

	if (doc_only_keys(d, r->what, keys, r->e) < 0 ||
	    path_member(r, d, "attribute", true, &c->path) < 0 ||
	    quantify_member(r, d, POLICY_ALL, c) < 0)
		return -1;
	add_elements(r, c);
	return where_member(r, d, true, c);
}

static const char *const existence[] = {"exists", "not_exists", NULL};

/* Arguments of one and of the other that must have the same value. */
static int read_joins(struct reader *r, const struct doc *d, struct policy_condition *c)
{
	struct policy_join *rows;

	if (!d)
		return 0;
	if (doc_want(d, r->what, DOC_OBJECT, r->e) < 0)
		return -1;
	rows = arena_array(r->arena, FP_MAX(d->count, (size_t)1), sizeof(*rows));
	for (const struct doc *m = d->first; m; m = m->next) {
		struct policy_join *j = &rows[c->join_count++];

		if (doc_want(m, r->what, DOC_STRING, r->e) < 0 ||
		    path_of(r, m, m->key, false, &j->theirs) < 0 ||
		    path_of(r, m, m->text, false, &j->mine) < 0)
			return -1;
	}
	c->joins = rows;
	return 0;
}

static int read_connection(struct reader *r, const struct doc *d, struct policy_condition *c)
{
	static const char *const keys[] = {
		"cond_type", "resource_types", "connected_resource_types",
		"operator",  "where",	       "direction",
		"through",   "same",	       NULL};
	static const char *const directions[] = {"either", "to", "from", NULL};
	size_t direction = 0, exists = 0;
	const char *operator;

	if (doc_only_keys(d, r->what, keys, r->e) < 0 ||
	    strings_member(r, d, "connected_resource_types", true, &c->connected) < 0 ||
	    doc_text_member(d, r->what, "operator", true, &operator, r->e) < 0 ||
	    word_member(r, d, "operator", existence, &exists) < 0 ||
	    word_member(r, d, "direction", directions, &direction) < 0 ||
	    doc_text_member(d, r->what, "through", false, &c->through, r->e) < 0 ||
	    read_joins(r, doc_get(d, "same"), c) < 0)
		return -1;
	c->exists = exists == 0;
	c->direction = (enum policy_direction)direction;
	return where_member(r, d, false, c);
}

static int read_instances(struct reader *r, const struct doc *d, struct policy_condition *c)
{
	static const char *const keys[] = {"cond_type", "resource_types", "of", "quantify",
					   "where",	"others",	  NULL};

	if (doc_only_keys(d, r->what, keys, r->e) < 0 ||
	    strings_member(r, d, "of", true, &c->connected) < 0 ||
	    bool_member(r, d, "others", &c->others_only) < 0 ||
	    quantify_member(r, d, POLICY_ANY, c) < 0)
		return -1;
	return where_member(r, d, false, c);
}

static int read_filter(struct reader *r, const struct doc *d, struct policy_condition *c)
{
	static const char *const keys[] = {"cond_type", "attribute", "operator", "value", NULL};
	static const char *const attributes[] = {"resource_type", NULL};
	static const char *const operators[] = {"within", "equals", NULL};
	size_t unused = 0;

	if (doc_only_keys(d, r->what, keys, r->e) < 0 ||
	    word_member(r, d, "attribute", attributes, &unused) < 0 ||
	    word_member(r, d, "operator", operators, &unused) < 0)
		return -1;
	return strings_member(r, d, "value", true, &c->types);
}

static int read_resource(struct reader *r, const struct doc *d, struct policy_condition *c)
{
	static const char *const keys[] = {"cond_type", "resource_types", "operator", NULL};
	const char *operator;
	size_t exists = 0;

	if (doc_only_keys(d, r->what, keys, r->e) < 0 ||
	    doc_text_member(d, r->what, "operator", true, &operator, r->e) < 0 ||
	    word_member(r, d, "operator", existence, &exists) < 0)
		return -1;
	c->exists = exists == 0;
	return 0;
}

/* --- networks
 * ------------------------------------------------------------------------------------- */

static int read_paths(struct reader *r, const struct doc *source, const char *key, bool required,
		      const struct policy_path **ret_paths, size_t *ret_count)
{
	struct policy_strings list = {NULL, 0};
	struct policy_path *paths;

	if (strings_member(r, source, key, required, &list) < 0)
		return -1;
	paths = arena_array(r->arena, FP_MAX(list.count, (size_t)1), sizeof(*paths));
	for (size_t i = 0; i < list.count; i++)
		if (path_of(r, doc_get(source, key), list.items[i], false, &paths[i]) < 0)
			return -1;
	*ret_paths = paths;
	*ret_count = list.count;
	return 0;
}

static int read_source(struct reader *r, const struct doc *d, struct policy_source *s)
{
	static const char *const keys[] = {
		"attribute", "resource_types", "where", "protocol", "from", "to",
		"addresses", "prefix_lists",   "ports", "through",  NULL};

	if (doc_want(d, r->what, DOC_OBJECT, r->e) < 0 ||
	    doc_only_keys(d, r->what, keys, r->e) < 0 ||
	    doc_text_member(d, r->what, "attribute", false, &s->attribute, r->e) < 0 ||
	    doc_text_member(d, r->what, "through", false, &s->through, r->e) < 0 ||
	    strings_member(r, d, "resource_types", false, &s->types) < 0 ||
	    path_member(r, d, "protocol", false, &s->protocol) < 0 ||
	    path_member(r, d, "ports", false, &s->from) < 0)
		return -1;
	s->ports_in_one = s->from.count > 0;
	if ((!s->ports_in_one && (path_member(r, d, "from", true, &s->from) < 0 ||
				  path_member(r, d, "to", true, &s->to) < 0)) ||
	    read_paths(r, d, "addresses", true, &s->addresses, &s->address_count) < 0 ||
	    read_paths(r, d, "prefix_lists", false, &s->prefix_lists, &s->prefix_list_count) < 0)
		return -1;
	return doc_get(d, "where") ? read_node(r, doc_get(d, "where"), &s->where) : 0;
}

static int read_port(struct reader *r, const struct doc *d, struct policy_ports *ret_ports)
{
	const char *text = d->text ? d->text : "";
	char *end = NULL;

	if (d->kind == DOC_STRING || d->kind == DOC_NUMBER) {
		ret_ports->from = strtol(text, &end, 10);
		ret_ports->to = ret_ports->from;
		if (end != text && *end == '-')
			ret_ports->to = strtol(end + 1, &end, 10);
	}
	if (!end || end == text || *end || ret_ports->from < 0 || ret_ports->to > 65535 ||
	    ret_ports->from > ret_ports->to)
		return doc_fault(d, r->what, r->e,
				 "must be a port or a range of ports like 1-1023");
	return 0;
}

/* A port, a range, or a list of both. */
static int read_ports(struct reader *r, const struct doc *d, struct policy_condition *c)
{
	struct policy_ports *rows = arena_array(r->arena, PORTS_MAX, sizeof(*rows));

	c->ports = rows;
	if (d->kind != DOC_ARRAY) {
		c->port_count = 1;
		return read_port(r, d, &rows[0]);
	}
	if (d->count == 0 || d->count > PORTS_MAX)
		return doc_fault(d, r->what, r->e, "must be 1 to %d ports", PORTS_MAX);
	for (const struct doc *m = d->first; m; m = m->next)
		if (read_port(r, m, &rows[c->port_count++]) < 0)
			return -1;
	return 0;
}

static int read_network(struct reader *r, const struct doc *d, struct policy_condition *c)
{
	static const char *const keys[] = {"cond_type", "resource_types", "sources", "protocol",
					   "port",	"operator",	  "family",  NULL};
	static const char *const operators[] = {"closed", "not_all_open", NULL};
	static const char *const families[] = {"both", "ipv4", "ipv6", NULL};
	const struct doc *sources = doc_get(d, "sources"), *port = doc_get(d, "port");
	size_t operator= 0, family = 0;
	struct policy_source *rows;
	const char *text;

	if (doc_only_keys(d, r->what, keys, r->e) < 0 ||
	    doc_text_member(d, r->what, "operator", true, &text, r->e) < 0 ||
	    word_member(r, d, "operator", operators, &operator) < 0 ||
	    word_member(r, d, "family", families, &family) < 0 ||
	    doc_text_member(d, r->what, "protocol", true, &c->protocol, r->e) < 0)
		return -1;
	if (!sources || !port)
		return doc_fault(d, r->what, r->e, "\"%s\" is missing",
				 sources ? "port" : "sources");
	if (read_ports(r, port, c) < 0 || doc_want(sources, r->what, DOC_ARRAY, r->e) < 0)
		return -1;
	if (sources->count > SOURCES_MAX)
		return doc_fault(sources, r->what, r->e, "more than %d", SOURCES_MAX);
	c->all_ports = operator== 1;
	c->v4 = family != 2;
	c->v6 = family != 1;
	rows = arena_array(r->arena, FP_MAX(sources->count, (size_t)1), sizeof(*rows));
	for (const struct doc *m = sources->first; m; m = m->next)
		if (read_source(r, m, &rows[c->source_count++]) < 0)
			return -1;
	c->sources = rows;
	return 0;
}

/* --- changes
 * -------------------------------------------------------------------------------------- */

static int read_change(struct reader *r, const struct doc *d, struct policy_condition *c)
{
	static const char *const keys[] = {"cond_type", "resource_types", "attribute", "operator",
					   "stronger",	"order",	  "where",     NULL};
	static const char *const operators[] = {
		"not_weakened",	   "no_replace",   "no_destroy", "unchanged",
		"no_new_accounts", "denials_kept", NULL};
	static const char *const stronger[] = {"greater",  "less",   "true", "false",
					       "superset", "subset", "set",  NULL};
	size_t operator= 0, index = SIZE_MAX;
	const char *text;

	if (doc_only_keys(d, r->what, keys, r->e) < 0 ||
	    doc_text_member(d, r->what, "operator", true, &text, r->e) < 0 ||
	    word_member(r, d, "operator", operators, &operator) < 0 ||
	    word_member(r, d, "stronger", stronger, &index) < 0)
		return -1;
	c->change = (enum policy_change_operator) operator;
	c->order = doc_get(d, "order");
	if (c->order && doc_want(c->order, r->what, DOC_ARRAY, r->e) < 0)
		return -1;
	if (c->change == POLICY_NOT_WEAKENED && (index == SIZE_MAX) == !c->order)
		return doc_fault(d, r->what, r->e, "needs either \"stronger\" or \"order\"");
	c->stronger = c->order ? POLICY_STRONGER_ORDER : (enum policy_stronger)index;
	if (path_member(r, d, "attribute",
			c->change != POLICY_NO_REPLACE && c->change != POLICY_NO_DESTROY &&
				c->change != POLICY_DENIALS_KEPT,
			&c->path) < 0)
		return -1;
	if (c->change == POLICY_NO_NEW_ACCOUNTS)
		add_elements(r, c);
	if (!doc_get(d, "where"))
		return 0;
	if (c->change != POLICY_NOT_WEAKENED || c->stronger != POLICY_STRONGER_SUPERSET)
		return doc_fault(doc_get(d, "where"), r->what, r->e,
				 "goes only with \"stronger: superset\"");
	add_elements(r, c);
	return where_member(r, d, true, c);
}

/* --- the tree
 * ------------------------------------------------------------------------------------- */

static int read_condition(struct reader *r, const struct doc *d, struct policy_condition *c)
{
	static const struct {
		const char *name;
		enum policy_condition_kind kind;
		int (*read)(struct reader *r, const struct doc *d, struct policy_condition *c);
	} kinds[] = {{"attribute", POLICY_COND_ATTRIBUTE, read_attribute},
		     {"each", POLICY_COND_EACH, read_each},
		     {"connection", POLICY_COND_CONNECTION, read_connection},
		     {"instances", POLICY_COND_INSTANCES, read_instances},
		     {"network", POLICY_COND_NETWORK, read_network},
		     {"filter", POLICY_COND_FILTER, read_filter},
		     {"resource", POLICY_COND_RESOURCE, read_resource},
		     {"change", POLICY_COND_CHANGE, read_change}};
	const char *name;

	if (doc_text_member(d, r->what, "cond_type", true, &name, r->e) < 0 ||
	    strings_member(r, d, "resource_types", false, &c->types) < 0)
		return -1;
	if (policy_strings_have(&c->types, "all"))
		c->types.count = 0;
	for (size_t i = 0; i < FP_ARRAY_SIZE(kinds); i++) {
		if (strcmp(kinds[i].name, name) != 0)
			continue;
		c->kind = kinds[i].kind;
		return kinds[i].read(r, d, c);
	}
	return doc_fault(doc_get(d, "cond_type"), r->what, r->e, "\"%s\" is no kind of condition",
			 name);
}

/* A list, or one definition alone. */
static int read_children(struct reader *r, const struct doc *d, struct policy_condition *c)
{
	const struct policy_condition **rows;

	if (d->kind == DOC_ARRAY && d->count == 0)
		return doc_fault(d, r->what, r->e, "must not be empty");
	rows = arena_array(r->arena, FP_MAX(d->count, (size_t)1), sizeof(*rows));
	c->children = rows;
	if (d->kind == DOC_OBJECT && c->kind == POLICY_COND_NOT) {
		c->child_count = 1;
		return read_node(r, d, &rows[0]);
	}
	if (doc_want(d, r->what, DOC_ARRAY, r->e) < 0)
		return -1;
	for (const struct doc *m = d->first; m; m = m->next)
		if (read_node(r, m, &rows[c->child_count++]) < 0)
			return -1;
	return 0;
}

static int read_node(struct reader *r, const struct doc *d, const struct policy_condition **ret)
{
	static const struct {
		const char *name;
		enum policy_condition_kind kind;
	} words[] = {{"and", POLICY_COND_AND}, {"or", POLICY_COND_OR}, {"not", POLICY_COND_NOT}};
	struct policy_condition *c = arena_alloc(r->arena, sizeof(*c));
	const struct doc *list = NULL;
	int result;

	if (doc_want(d, r->what, DOC_OBJECT, r->e) < 0)
		return -1;
	if (++r->depth > POLICY_DEPTH_MAX)
		return doc_fault(d, r->what, r->e, "nested deeper than %d levels",
				 POLICY_DEPTH_MAX);
	c->at = d;
	for (size_t i = 0; i < FP_ARRAY_SIZE(words) && !list; i++) {
		list = doc_get(d, words[i].name);
		if (list && d->count != 1)
			return doc_fault(d, r->what, r->e, "\"%s\" must stand alone",
					 words[i].name);
		c->kind = words[i].kind;
	}
	result = list ? read_children(r, list, c) : read_condition(r, d, c);
	r->depth--;
	*ret = c;
	return result;
}

int policy_conditions_read(const char *what, const struct doc *d, struct arena *a,
			   const struct policy_condition **ret_condition, struct err *e)
{
	struct reader r = {.what = what, .arena = a, .e = e};

	return read_node(&r, d, ret_condition);
}

/* --- asking the tree
 * ------------------------------------------------------------------------------ */

bool policy_strings_have(const struct policy_strings *s, const char *text)
{
	for (size_t i = 0; i < s->count; i++)
		if (strcmp(s->items[i], text) == 0)
			return true;
	return false;
}

static bool is_list(const struct policy_condition *c)
{
	return c->kind == POLICY_COND_AND || c->kind == POLICY_COND_OR ||
	       c->kind == POLICY_COND_NOT;
}

bool policy_condition_applies(const struct policy_condition *c, const char *type)
{
	if (!is_list(c))
		return c->types.count == 0 || policy_strings_have(&c->types, type);
	for (size_t i = 0; i < c->child_count; i++) {
		bool applies = policy_condition_applies(c->children[i], type);

		/* A filter narrows what the whole list is about. */
		if (!applies && c->kind == POLICY_COND_AND &&
		    c->children[i]->kind == POLICY_COND_FILTER)
			return false;
		if (applies && (c->kind != POLICY_COND_AND ||
				c->children[i]->kind != POLICY_COND_FILTER || c->child_count == 1))
			return true;
	}
	return false;
}

bool policy_condition_needs_change(const struct policy_condition *c)
{
	if (c->kind == POLICY_COND_CHANGE)
		return true;
	for (size_t i = 0; i < c->child_count; i++)
		if (policy_condition_needs_change(c->children[i]))
			return true;
	return false;
}

/* Bits by enum policy_view_name. */
static unsigned int views_of(const struct policy_condition *c)
{
	unsigned int views = 0;

	for (size_t i = 0; i < c->child_count; i++)
		views |= views_of(c->children[i]);
	switch (c->kind) {
	case POLICY_COND_AND:
	case POLICY_COND_OR:
	case POLICY_COND_NOT:
	case POLICY_COND_FILTER:
		return views;
	case POLICY_COND_ATTRIBUTE:
		return 1u << (c->is_static ? POLICY_VIEW_STATIC : POLICY_VIEW_PLAN);
	case POLICY_COND_RESOURCE:
		return 1u << POLICY_VIEW_STATIC;
	case POLICY_COND_CHANGE:
		return 1u << POLICY_VIEW_CHANGE;
	case POLICY_COND_EACH:
	case POLICY_COND_CONNECTION:
	case POLICY_COND_INSTANCES:
	case POLICY_COND_NETWORK:
		return views | 1u << POLICY_VIEW_PLAN;
	}
	abort();
}

const char *policy_views_text(const struct policy *p)
{
	static const char *const texts[] = {
		"",	  "plan",	  "static",	    "static, plan",
		"change", "plan, change", "static, change", "static, plan, change"};

	if (p->exec)
		return p->exec->input == POLICY_EXEC_PLAN ? "plan" : "static";
	return texts[views_of(p->definition)];
}

static void add_types(const struct policy_strings *from, struct arena *a, struct policy_strings *to)
{
	const char **items = arena_array(a, to->count + from->count + 1, sizeof(*items));
	size_t count = to->count;

	if (count > 0)
		memcpy(items, to->items, count * sizeof(*items));
	for (size_t i = 0; i < from->count; i++)
		if (!policy_strings_have(to, from->items[i]))
			items[count++] = from->items[i];
	*to = (struct policy_strings){items, count};
}

static const struct policy_condition *filter_of(const struct policy_condition *c)
{
	for (size_t i = 0; c->kind == POLICY_COND_AND && i < c->child_count; i++)
		if (c->children[i]->kind == POLICY_COND_FILTER)
			return c->children[i];
	return NULL;
}

void policy_condition_types(const struct policy_condition *c, struct arena *a,
			    struct policy_strings *types)
{
	static const char *const every[] = {"all"};
	const struct policy_strings all = {every, 1};
	const struct policy_condition *filter = filter_of(c);

	if (filter) {
		add_types(&filter->types, a, types);
		return;
	}
	if (!is_list(c)) {
		const struct doc *named = doc_get(c->at, "resource_types");

		add_types(c->types.count == 0 && named ? &all : &c->types, a, types);
		return;
	}
	for (size_t i = 0; i < c->child_count; i++)
		policy_condition_types(c->children[i], a, types);
}
