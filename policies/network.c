/*
 * Who may reach which ports: the rules of one thing, however they are written and in however many
 * pieces, as intervals of ports, each with the union of the addresses that may reach it.
 */
#include "policies/internal.h"

#include <ctype.h>

#include "runner/base/json.h"

struct rule {
	struct policy_ports ports;
	bool ports_unknown;
	struct policy_ranges v4, v6;
	bool unknown; /* it may let in more than that */
};

struct opening {
	struct policy_context *c;
	const struct policy_condition *d;
	struct rule *rules;
	size_t count, capacity;
	bool unknown; /* there may be rules that nobody sees yet */
};

/*
 * Azure's names of groups of addresses, as VirtualNetwork or Storage.WestEurope, none of which is
 * the world.  Any other text that is no address is a doubt: a value made up for a data source is
 * one.
 */
static bool is_service_tag(const char *text)
{
	if (!isupper((unsigned char)*text))
		return false;
	while (isalnum((unsigned char)*text) || *text == '.')
		text++;
	return *text == '\0';
}

static void add_range(struct opening *o, struct rule *r, const char *text)
{
	struct policy_range range;
	struct policy_ranges *to;
	bool v6;

	/* Azure and Google have words for it. */
	if (strcmp(text, "*") == 0 || strcasecmp(text, "any") == 0 ||
	    strcasecmp(text, "internet") == 0) {
		add_range(o, r, "0.0.0.0/0");
		add_range(o, r, "::/0");
		return;
	}
	if (!policy_parse_cidr(text, &range, &v6)) {
		r->unknown = r->unknown || !is_service_tag(text);
		return;
	}
	to = v6 ? &r->v6 : &r->v4;
	to->rows = arena_grow(o->c->arena, to->rows, to->count, &to->capacity, sizeof(*to->rows));
	to->rows[to->count++] = range;
}

/*
 * Whether what is not known is the range of a VPC or of a subnet and nothing else: at most a /16 of
 * IPv4, or a /44 of IPv6, which is never the world.
 */
static bool is_own_range(const struct opening *o, const struct policy_instance *at,
			 const char *within, const struct policy_path *path)
{
	static const char *const types[] = {"aws_vpc", "aws_default_vpc", "aws_subnet",
					    "aws_default_subnet"};
	char full[256];
	bool found = false;

	(void)snprintf(full, sizeof(full), "%s%s%s", within ? within : "", within ? "." : "",
		       path->text);
	for (size_t k = 0; k < at->out.count; k++) {
		const struct policy_edge *edge = &at->out.rows[k];
		const char *type = o->c->index->instances[edge->other].type;
		bool mine = false;

		if (strcmp(edge->path, full) != 0)
			continue;
		for (size_t i = 0; i < FP_ARRAY_SIZE(types); i++)
			mine = mine || strcmp(types[i], type) == 0;
		if (!mine || !edge->direct ||
		    (strcmp(edge->attribute, "cidr_block") != 0 &&
		     strcmp(edge->attribute, "ipv6_cidr_block") != 0))
			return false;
		found = true;
	}
	return found;
}

static void add_addresses(struct opening *o, struct rule *r, const struct policy_instance *at,
			  const struct policy_value *v, const struct policy_path *path,
			  const char *within)
{
	bool own = is_own_range(o, at, within, path);
	struct policy_found f = {.count = 0};

	policy_path_walk(o->c, v, path, &f);
	for (size_t i = 0; i < f.count; i++) {
		const json_t *value = f.rows[i].value, *mask = f.rows[i].unknown;
		size_t count = FP_MAX(json_array_size(value), json_array_size(mask));

		r->unknown = r->unknown || (f.rows[i].is_unknown && !own);
		if (json_is_string(value))
			add_range(o, r, json_string_value(value));
		for (size_t k = 0; k < count; k++) {
			const char *text = json_string_value(json_array_get(value, k));

			if (json_is_true(json_array_get(mask, k)))
				r->unknown = r->unknown || !own;
			else if (text)
				add_range(o, r, text);
		}
	}
}

/* --- lists of addresses that have a name
 * ------------------------------------------------------------ */

static bool add_prefix_list(struct opening *o, struct rule *r, const struct policy_instance *list)
{
	static const struct policy_step entry[] = {{POLICY_STEP_NAME, "entry", 0},
						   {POLICY_STEP_NAME, "cidr", 0}};
	static const struct policy_path entries = {"entry.cidr", entry, 2},
					single = {"cidr", entry + 1, 1};
	struct policy_value root = policy_instance_root(list);
	bool own = false;

	if (!list->managed)
		return false;
	for (size_t k = 0; k < list->in.count; k++) {
		const struct policy_instance *other =
			&o->c->index->instances[list->in.rows[k].other];
		const struct policy_value at = policy_instance_root(other);

		if (strcmp(other->type, "aws_ec2_managed_prefix_list_entry") != 0)
			continue;
		add_addresses(o, r, other, &at, &single, NULL);
		own = true;
	}
	if (!own || json_object_get(list->config, "entry"))
		add_addresses(o, r, list, &root, &entries, NULL);
	return true;
}

/* The prefix lists that the argument of the rule refers to; what is not in the code is a doubt. */
static void add_prefix_lists(struct opening *o, struct rule *r, const struct policy_instance *at,
			     const struct policy_value *v, const struct policy_path *path,
			     const char *within)
{
	struct policy_found f = {.count = 0};
	bool mentioned = false, resolved = false;
	char full[256];

	policy_path_walk(o->c, v, path, &f);
	for (size_t i = 0; i < f.count; i++)
		mentioned = mentioned || f.rows[i].is_unknown ||
			    json_array_size(f.rows[i].unknown) > 0 ||
			    !policy_operator_empty(f.rows[i].value);
	if (!mentioned)
		return;
	(void)snprintf(full, sizeof(full), "%s%s%s", within ? within : "", within ? "." : "",
		       path->text);
	for (size_t k = 0; k < at->out.count; k++)
		if (strcmp(at->out.rows[k].path, full) == 0)
			resolved = add_prefix_list(
					   o, r, &o->c->index->instances[at->out.rows[k].other]) ||
				   resolved;
	r->unknown = r->unknown || !resolved;
}

/* --- protocol and ports
 * ------------------------------------------------------------------------------ */

/* Whether the rule is about the protocol; unknown when nobody can tell. */
static enum policy_result protocol_matches(const struct opening *o, const struct policy_value *v)
{
	static const struct {
		const char *name, *number;
	} numbers[] = {{"tcp", "6"}, {"udp", "17"}, {"icmp", "1"}};
	const char *name = json_string_value(v->value), *wanted = o->d->protocol;

	if (v->is_unknown)
		return POLICY_UNKNOWN;
	if (!name || strcmp(name, "-1") == 0 || strcmp(name, "*") == 0 ||
	    strcasecmp(name, "all") == 0 || strcasecmp(wanted, "any") == 0)
		return POLICY_PASS;
	for (size_t i = 0; i < FP_ARRAY_SIZE(numbers); i++)
		if (strcasecmp(wanted, numbers[i].name) == 0 &&
		    strcmp(name, numbers[i].number) == 0)
			return POLICY_PASS;
	return strcasecmp(name, wanted) == 0 ? POLICY_PASS : POLICY_FAIL;
}

static bool every_protocol(const struct policy_value *v)
{
	const char *name = json_string_value(v->value);

	return name && (strcmp(name, "-1") == 0 || strcasecmp(name, "all") == 0);
}

static long port_of(const json_t *v, long otherwise)
{
	if (json_is_integer(v))
		return (long)json_integer_value(v);
	return json_is_string(v) ? strtol(json_string_value(v), NULL, 10) : otherwise;
}

static void push(struct opening *o, const struct rule *r)
{
	o->rules = arena_grow(o->c->arena, o->rules, o->count, &o->capacity, sizeof(*o->rules));
	o->rules[o->count++] = *r;
}

static void push_text(struct opening *o, struct rule *r, const json_t *v)
{
	const char *text = json_string_value(v);
	char *end;

	r->ports = (struct policy_ports){0, 65535};
	if (json_is_integer(v)) {
		r->ports.from = r->ports.to = (long)json_integer_value(v);
	} else if (text && strcmp(text, "*") != 0) {
		r->ports.from = strtol(text, &end, 10);
		r->ports.to = *end == '-' ? strtol(end + 1, NULL, 10) : r->ports.from;
	}
	push(o, r);
}

/* "22", "20-25", or a list of those. */
static void push_texts(struct opening *o, struct rule *r, const struct policy_value *v,
		       const struct policy_path *path)
{
	struct policy_found f = {.count = 0};
	size_t before = o->count;

	policy_path_walk(o->c, v, path, &f);
	for (size_t i = 0; i < f.count; i++) {
		json_t *m;
		size_t k;

		if (f.rows[i].is_unknown || json_array_size(f.rows[i].unknown) > 0) {
			r->ports_unknown = true;
			push_text(o, r, NULL);
			r->ports_unknown = false;
		}
		if (json_is_string(f.rows[i].value) || json_is_integer(f.rows[i].value))
			push_text(o, r, f.rows[i].value);
		json_array_foreach (f.rows[i].value, k, m)
			push_text(o, r, m);
	}
	if (o->count == before)
		push_text(o, r, NULL); /* no port named: all of them */
}

static void push_ports(struct opening *o, struct rule *r, const struct policy_source *s,
		       const struct policy_value *v, bool every)
{
	struct policy_value from, to;

	if (s->ports_in_one) {
		push_texts(o, r, v, &s->from);
		return;
	}
	from = policy_path_single(o->c, v, &s->from);
	to = policy_path_single(o->c, v, &s->to);
	r->ports = (struct policy_ports){port_of(from.value, 0), port_of(to.value, 65535)};
	if (every || r->ports.from < 0) {
		r->ports = (struct policy_ports){0, 65535};
	} else if (from.is_unknown || to.is_unknown) {
		r->ports = (struct policy_ports){0, 65535};
		r->ports_unknown = true;
	}
	push(o, r);
}

/* --- rules
 * ------------------------------------------------------------------------------------------- */

/* v is the rule; within names the attribute that it is an element of. */
static void add_rule(struct opening *o, const struct policy_source *s,
		     const struct policy_instance *at, const struct policy_value *v,
		     const char *within)
{
	struct policy_value protocol = policy_path_single(o->c, v, &s->protocol);
	enum policy_result about = protocol_matches(o, &protocol);
	struct rule r = {.unknown = false};

	if (about == POLICY_FAIL)
		return;
	for (size_t i = 0; i < s->address_count; i++)
		add_addresses(o, &r, at, v, &s->addresses[i], within);
	for (size_t i = 0; i < s->prefix_list_count; i++)
		add_prefix_lists(o, &r, at, v, &s->prefix_lists[i], within);
	r.ports_unknown = about == POLICY_UNKNOWN;
	if (r.unknown || r.v4.count > 0 || r.v6.count > 0)
		push_ports(o, &r, s, v, every_protocol(&protocol));
}

/* Whether `where` of the source holds for the rule; what is not known there is a doubt. */
static bool counts(struct opening *o, const struct policy_source *s, const struct policy_value *v)
{
	const struct policy_value here = o->c->here;
	enum policy_result result = POLICY_PASS;

	o->c->here = *v;
	o->c->depth++;
	if (s->where)
		result = policy_judge_condition(o->c, s->where);
	o->c->depth--;
	o->c->here = here;
	o->unknown = o->unknown || result == POLICY_UNKNOWN;
	return result == POLICY_PASS;
}

static void add_attribute_rules(struct opening *o, const struct policy_source *s)
{
	const struct policy_value *here = &o->c->here;
	const json_t *list = json_object_get(here->value, s->attribute),
		     *mask = json_object_get(here->unknown, s->attribute);
	size_t count = FP_MAX(json_array_size(list), json_array_size(mask));

	/* Computed: what separate rules make of it is judged there; written: nobody knows. */
	if (json_is_true(mask))
		o->unknown =
			o->unknown || json_object_get(o->c->instance->config, s->attribute) != NULL;
	for (size_t i = 0; i < count; i++) {
		const struct policy_value v = {.value = json_array_get(list, i),
					       .unknown = json_array_get(mask, i)};

		if (json_is_true(v.unknown))
			o->unknown = true;
		else if (counts(o, s, &v))
			add_rule(o, s, o->c->instance, &v, s->attribute);
	}
}

static void add_resource_rules(struct opening *o, const struct policy_source *s)
{
	const struct policy_edges *in = &o->c->instance->in;

	o->unknown = o->unknown || policy_index_may_have(o->c->index, &s->types);
	for (size_t k = 0; k < in->count; k++) {
		const struct policy_instance *other = &o->c->index->instances[in->rows[k].other];
		const struct policy_value v = policy_instance_root(other);
		const struct policy_instance *subject = o->c->instance;

		if (!policy_strings_have(&s->types, other->type) ||
		    (s->through && strcmp(in->rows[k].path, s->through) != 0))
			continue;
		o->c->instance = other;
		if (counts(o, s, &v))
			add_rule(o, s, other, &v, NULL);
		o->c->instance = subject;
	}
}

/* The subject itself is the rule. */
static void add_own_rule(struct opening *o, const struct policy_source *s)
{
	if (counts(o, s, &o->c->here))
		add_rule(o, s, o->c->instance, &o->c->here, NULL);
}

/* --- judging
 * ----------------------------------------------------------------------------------------- */

static int compare_longs(const void *left, const void *right)
{
	long a = *(const long *)left, b = *(const long *)right;

	return (a > b) - (a < b);
}

/* Where something begins or ends: between two neighbours all ports are alike. */
static long *boundaries(const struct opening *o, size_t *ret_count)
{
	long *list = arena_array(o->c->arena, 2 * (o->count + o->d->port_count) + 1, sizeof(*list));
	size_t count = 0, kept = 0;

	for (size_t i = 0; i < o->count; i++) {
		list[count++] = o->rules[i].ports.from;
		list[count++] = o->rules[i].ports.to + 1;
	}
	for (size_t i = 0; i < o->d->port_count; i++) {
		list[count++] = o->d->ports[i].from;
		list[count++] = o->d->ports[i].to + 1;
	}
	qsort(list, count, sizeof(*list), compare_longs);
	for (size_t i = 0; i < count; i++)
		if (kept == 0 || list[kept - 1] != list[i])
			list[kept++] = list[i];
	*ret_count = kept;
	return list;
}

static bool wanted(const struct policy_condition *d, long port)
{
	for (size_t i = 0; i < d->port_count; i++)
		if (d->ports[i].from <= port && port <= d->ports[i].to)
			return true;
	return false;
}

static void join(struct opening *o, struct policy_ranges *to, const struct policy_ranges *from)
{
	for (size_t i = 0; i < from->count; i++) {
		to->rows = arena_grow(o->c->arena, to->rows, to->count, &to->capacity,
				      sizeof(*to->rows));
		to->rows[to->count++] = from->rows[i];
	}
}

/* Whether the world reaches the port: fail when it does. */
static enum policy_result judge_port(struct opening *o, long port)
{
	struct policy_ranges v4 = {.count = 0}, v6 = {.count = 0};
	bool doubt = o->unknown;

	for (size_t i = 0; i < o->count; i++) {
		struct rule *r = &o->rules[i];

		if (port < r->ports.from || port > r->ports.to)
			continue;
		if (r->ports_unknown || r->unknown)
			doubt = true;
		if (r->ports_unknown)
			continue;
		join(o, &v4, &r->v4);
		join(o, &v6, &r->v6);
	}
	if ((o->d->v4 && policy_is_world(&v4, false)) || (o->d->v6 && policy_is_world(&v6, true)))
		return POLICY_FAIL;
	return doubt ? POLICY_UNKNOWN : POLICY_PASS;
}

static void gather(struct opening *o)
{
	for (size_t i = 0; i < o->d->source_count; i++) {
		const struct policy_source *s = &o->d->sources[i];

		if (s->types.count > 0)
			add_resource_rules(o, s);
		else if (s->attribute)
			add_attribute_rules(o, s);
		else
			add_own_rule(o, s);
	}
}

/* Every one of the ports that is open is a fault of its own. */
static void add_open(struct opening *o, long from, long to)
{
	const struct policy_condition *d = o->d;

	for (size_t i = 0; !d->all_ports && i < d->port_count; i++) {
		const struct policy_ports *p = &d->ports[i];
		const char *what =
			p->from == p->to
				? arena_printf(o->c->arena, "port %ld", p->from)
				: arena_printf(o->c->arena, "a port of %ld to %ld", p->from, p->to);

		if (p->from <= to && from <= p->to)
			policy_add_fault(
				o->c, d, what,
				arena_printf(o->c->arena, "%s is open to the world", what));
	}
}

enum policy_result policy_judge_network(struct policy_context *c, const struct policy_condition *d)
{
	struct opening o = {.c = c, .d = d};
	enum policy_result result = d->all_ports ? POLICY_FAIL : POLICY_PASS;
	long *list, port = -1, last = -1;
	size_t count;

	gather(&o);
	list = boundaries(&o, &count);
	for (size_t i = 0; i + 1 < count; i++) {
		enum policy_result one, next;

		if (!wanted(d, list[i]))
			continue;
		one = judge_port(&o, list[i]);
		next = d->all_ports ? policy_or(result, one) : policy_and(result, one);
		if (one == POLICY_FAIL)
			add_open(&o, list[i], list[i + 1] - 1);
		if (one == POLICY_FAIL && port < 0) {
			port = list[i];
			last = list[i + 1] - 1;
		}
		result = next;
	}
	if (result == POLICY_UNKNOWN)
		policy_note(c, POLICY_VIEW_PLAN, result,
			    "who may reach it is not known before apply");
	else if (d->all_ports)
		policy_note(c, POLICY_VIEW_PLAN, result, "all ports are open to the world");
	else if (port == last)
		policy_note(c, POLICY_VIEW_PLAN, result, "port %ld is open to the world", port);
	else
		policy_note(c, POLICY_VIEW_PLAN, result, "ports %ld to %ld are open to the world",
			    port, last);
	return result;
}
