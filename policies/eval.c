/*
 * Judging goes over the instances of the subject types.  For each, the definition is a tree of and,
 * or, not and conditions; a condition on an attribute looks at the instance, or inside `each` at
 * one element of it, or inside a connection at the connected instance.
 */
#include "policies/internal.h"

#include "runner/base/die.h"

#include <stdarg.h>

#include "runner/base/json.h"

#define ELEMENT_MAX_BYTES ((size_t)16 << 20)

/* --- three-valued logic
 * --------------------------------------------------------------------------- */

enum policy_result policy_and(enum policy_result a, enum policy_result b)
{
	if (a == POLICY_FAIL || b == POLICY_FAIL)
		return POLICY_FAIL;
	return a == POLICY_UNKNOWN || b == POLICY_UNKNOWN ? POLICY_UNKNOWN : POLICY_PASS;
}

enum policy_result policy_not(enum policy_result a)
{
	return a == POLICY_UNKNOWN ? a : a == POLICY_PASS ? POLICY_FAIL : POLICY_PASS;
}

enum policy_result policy_or(enum policy_result a, enum policy_result b)
{
	return policy_not(policy_and(policy_not(a), policy_not(b)));
}

enum policy_result policy_quantified(enum policy_quantifier q, enum policy_result so_far,
				     enum policy_result one)
{
	if (q == POLICY_ANY)
		return policy_or(so_far, one);
	return policy_and(so_far, q == POLICY_NONE ? policy_not(one) : one);
}

enum policy_result policy_quantified_start(enum policy_quantifier q)
{
	return q == POLICY_ANY ? POLICY_FAIL : POLICY_PASS;
}

FP_PRINTF(3, 0)
static void note(struct policy_context *c, enum policy_view_name view, const char *format,
		 va_list args)
{
	char text[1024];

	(void)vsnprintf(text, sizeof(text), format, args);
	c->why = (struct policy_why){arena_strdup(c->arena, text), view};
}

void policy_note(struct policy_context *c, enum policy_view_name view, enum policy_result result,
		 const char *format, ...)
{
	va_list args;

	if (view == POLICY_VIEW_PLAN && c->index->is_static)
		view = POLICY_VIEW_STATIC;
	c->views_used |= 1u << view;
	if (result == POLICY_PASS && !c->explains_pass)
		return;
	va_start(args, format);
	note(c, view, format, args);
	va_end(args);
}

/* --- attributes
 * ----------------------------------------------------------------------------------- */

static enum policy_result judge_one(const struct policy_condition *d, const struct policy_value *v)
{
	const struct policy_operator *op = d->op;
	enum policy_result result;

	if (v->is_unknown && !op->sees_absent)
		result = POLICY_UNKNOWN;
	else if (!v->value && !op->sees_absent && !(d->value && d->value->kind == DOC_NULL))
		result = POLICY_FAIL;
	else
		result = op->judge(v, d->value);
	return d->negative ? policy_not(result) : result;
}

/* Of the values the one that decides is told: the first that the result is due to. */
static enum policy_result judge_attribute(struct policy_context *c,
					  const struct policy_condition *d)
{
	struct policy_found f = {.count = 0};
	struct policy_value absent = {.value = NULL};
	enum policy_result result = policy_quantified_start(d->quantify), written = POLICY_PASS;
	size_t decisive = 0;

	if (d->is_static)
		written = policy_is_written(c, d);
	if (written == POLICY_PASS)
		policy_path_walk(c, &c->here, &d->path, &f);
	absent.is_unknown = written == POLICY_UNKNOWN;
	if (f.count == 0) {
		f.rows = &absent;
		f.count = 1;
	}
	for (size_t i = 0; i < f.count; i++) {
		enum policy_result next;

		/* What is not written may still be set, by a provider or beside what is written. */
		if (c->index->is_static && !d->is_static &&
		    (!f.rows[i].value || json_is_null(f.rows[i].value)))
			f.rows[i] = (struct policy_value){.is_unknown = true};
		next = policy_quantified(d->quantify, result, judge_one(d, &f.rows[i]));

		if (next != result)
			decisive = i;
		result = next;
	}
	if (result != POLICY_PASS || c->explains_pass)
		policy_note(c, d->is_static ? POLICY_VIEW_STATIC : POLICY_VIEW_PLAN, result,
			    "%s is %s", d->path.text, policy_describe(c, &f.rows[decisive]));
	else
		policy_note(c, d->is_static ? POLICY_VIEW_STATIC : POLICY_VIEW_PLAN, result, "%s",
			    "");
	return result;
}

/* --- elements
 * ------------------------------------------------------------------------------------- */

static enum policy_result judge_element(struct policy_context *c, const struct policy_condition *d,
					const struct policy_value *v, size_t number)
{
	enum policy_result result;

	if (v->is_unknown) {
		policy_note(c, POLICY_VIEW_PLAN, POLICY_UNKNOWN, "%s is %s", d->path.text,
			    policy_not_known(v));
		return POLICY_UNKNOWN;
	}
	c->here = *v;
	result = policy_judge_condition(c, d->children[0]);
	if (result != POLICY_PASS || c->explains_pass)
		c->why.reason =
			arena_printf(c->arena, "%s[%zu]: %s", d->path.text, number, c->why.reason);
	return result;
}

void policy_add_fault(struct policy_context *c, const struct policy_condition *d, const char *what,
		      const char *reason)
{
	if (c->depth > 0)
		return;
	c->faults = arena_grow(c->arena, c->faults, c->fault_count, &c->fault_capacity,
			       sizeof(*c->faults));
	c->faults[c->fault_count++] = (struct policy_fault){
		arena_printf(c->arena, "%zu:%zu %s", d->at->line, d->at->column, what), reason};
}

static void add_element(struct policy_context *c, const struct policy_condition *d,
			const struct policy_value *v)
{
	FP_CLEANUP(buf_release) struct buf text = BUF_INIT(ELEMENT_MAX_BYTES);

	if (c->depth > 0)
		return;
	if (v->value)
		json_dump_compact(&text, v->value);
	if (v->unknown)
		json_dump_compact(&text, v->unknown);
	policy_add_fault(c, d, arena_strndup(c->arena, buf_text(&text), text.size), c->why.reason);
}

static enum policy_result judge_each(struct policy_context *c, const struct policy_condition *d)
{
	const struct policy_value here = c->here;
	struct policy_found f = {.count = 0};
	enum policy_result result = policy_quantified_start(d->quantify);
	struct policy_why why = {"", POLICY_VIEW_PLAN};
	bool explains = c->explains_pass;

	policy_path_walk(c, &c->here, &d->path, &f);
	c->explains_pass = explains != (d->quantify == POLICY_NONE);
	for (size_t i = 0; i < f.count; i++) {
		enum policy_result next, one;

		c->depth++;
		one = judge_element(c, d, &f.rows[i], i);
		c->depth--;
		if ((d->quantify == POLICY_NONE && one == POLICY_PASS) ||
		    (d->quantify == POLICY_ALL && one == POLICY_FAIL))
			add_element(c, d, &f.rows[i]);
		next = policy_quantified(d->quantify, result, one);
		if (next != result || (f.count == 1 && next != POLICY_PASS))
			why = c->why;
		result = next;
	}
	c->explains_pass = explains;
	c->here = here;
	if (*why.reason)
		c->why = why;
	else
		policy_note(c, POLICY_VIEW_PLAN, result, "%s is such that none of %zu does it",
			    d->path.text, f.count);
	return result;
}

/* --- the tree
 * ------------------------------------------------------------------------------------- */

static enum policy_result judge_list(struct policy_context *c, const struct policy_condition *list,
				     bool all)
{
	enum policy_result result = all ? POLICY_PASS : POLICY_FAIL;
	const struct policy_condition *parent = c->parent;
	struct policy_why why[3] = {{"", POLICY_VIEW_PLAN},
				    {"", POLICY_VIEW_PLAN},
				    {"", POLICY_VIEW_PLAN}}; /* by result */

	for (size_t i = 0; i < list->child_count; i++) {
		const struct policy_condition *m = list->children[i];
		enum policy_result one;

		if (!policy_condition_applies(m, c->instance->type))
			continue;
		c->parent = all ? list : NULL;
		c->why.reason = "";
		one = policy_judge_condition(c, m);
		/* Of alternatives the last is told: policies list the way that is advised there. */
		if (one != POLICY_UNKNOWN || *why[one].reason == '\0')
			why[one] = c->why;
		result = all ? policy_and(result, one) : policy_or(result, one);
	}
	c->parent = parent;
	c->why = why[result];
	return result;
}

static enum policy_result judge_not(struct policy_context *c, const struct policy_condition *d)
{
	enum policy_result result;

	c->explains_pass = !c->explains_pass;
	result = policy_not(judge_list(c, d, true));
	c->explains_pass = !c->explains_pass;
	return result;
}

static enum policy_result judge_exists(struct policy_context *c, const struct policy_condition *d)
{
	enum policy_result result = d->exists ? POLICY_PASS : POLICY_FAIL;

	policy_note(c, POLICY_VIEW_STATIC, result, "a resource of this type must not be there");
	return result;
}

/*
 * Of a configuration that was not planned: a join may lead through what was not followed, a list
 * may have more elements, a rule may stand elsewhere.  What fails as it is written fails.
 */
static enum policy_result judge_unplanned(struct policy_context *c,
					  const struct policy_condition *d,
					  enum policy_result result)
{
	bool joins = d->kind == POLICY_COND_CONNECTION || d->kind == POLICY_COND_INSTANCES;
	bool lists = d->kind == POLICY_COND_EACH || d->kind == POLICY_COND_NETWORK;

	if (!c->index->is_static || !(joins || (lists && result == POLICY_PASS)))
		return result;
	policy_note(c, POLICY_VIEW_STATIC, POLICY_UNKNOWN,
		    "what else belongs to it is not known without a plan");
	return POLICY_UNKNOWN;
}

static enum policy_result judge_kind(struct policy_context *c, const struct policy_condition *d)
{
	switch (d->kind) {
	case POLICY_COND_AND:
		return judge_list(c, d, true);
	case POLICY_COND_OR:
		return judge_list(c, d, false);
	case POLICY_COND_NOT:
		return judge_not(c, d);
	case POLICY_COND_ATTRIBUTE:
		return judge_attribute(c, d);
	case POLICY_COND_EACH:
		return judge_each(c, d);
	case POLICY_COND_CONNECTION:
		return policy_judge_connection(c, d);
	case POLICY_COND_INSTANCES:
		return policy_judge_instances(c, d);
	case POLICY_COND_NETWORK:
		return policy_judge_network(c, d);
	case POLICY_COND_CHANGE:
		return policy_judge_change(c, d);
	case POLICY_COND_RESOURCE:
		return judge_exists(c, d);
	case POLICY_COND_FILTER:
		return POLICY_PASS; /* what it leaves out is not judged at all */
	}
	abort();
}

/* Of what `and` and `or` hold each part is a fault of its own; anything else is one as a whole. */
enum policy_result policy_judge_condition(struct policy_context *c,
					  const struct policy_condition *d)
{
	bool open = d->kind == POLICY_COND_AND || d->kind == POLICY_COND_OR ||
		    d->kind == POLICY_COND_EACH || d->kind == POLICY_COND_NETWORK;
	size_t before = c->fault_count;
	enum policy_result result;

	c->depth += !open;
	result = judge_unplanned(c, d, judge_kind(c, d));
	c->depth -= !open;
	if (result != POLICY_FAIL)
		c->fault_count = before;
	else if (c->fault_count == before)
		policy_add_fault(c, d, "", c->why.reason);
	return result;
}

/* --- a whole policy
 * ------------------------------------------------------------------------------- */

struct rows {
	struct policy_judgement *list;
	size_t count, capacity;
};

/* The view that decided, or for what passes the furthest that was looked at. */
static const char *view_name(const struct policy_context *c, enum policy_result result)
{
	static const char *const names[] = {"plan", "static", "change"};

	if (result != POLICY_PASS)
		return names[c->why.view];
	if (c->views_used & 1u << POLICY_VIEW_CHANGE)
		return names[POLICY_VIEW_CHANGE];
	return names[c->views_used == 1u << POLICY_VIEW_STATIC ? POLICY_VIEW_STATIC
							       : POLICY_VIEW_PLAN];
}

static void add_row(struct policy_context *c, const struct policy *p,
		    const struct policy_instance *i, struct rows *rows)
{
	enum policy_result result;

	if (!i->managed || !policy_condition_applies(p->definition, i->type))
		return;
	c->instance = i;
	c->here = policy_instance_root(i);
	c->why = (struct policy_why){"", POLICY_VIEW_PLAN};
	c->views_used = 0;
	c->faults = NULL;
	c->fault_count = c->fault_capacity = 0;
	result = policy_judge_condition(c, p->definition);
	rows->list =
		arena_grow(c->arena, rows->list, rows->count, &rows->capacity, sizeof(*rows->list));
	rows->list[rows->count++] = (struct policy_judgement){
		.address = i->address,
		.block = i->block_address,
		.file = i->file,
		.line = i->line,
		.end_line = i->end_line,
		.result = result,
		.view = view_name(c, result),
		.reason = result == POLICY_PASS ? "" : c->why.reason,
		.faults = c->faults,
		.fault_count = c->fault_count,
	};
}

static void add_type(struct policy_context *c, const struct policy *p, const struct policy_index *x,
		     const char *type, bool gone_only, struct rows *rows)
{
	size_t count;
	const size_t *list = policy_index_type(x, type, &count);

	c->index = x;
	for (size_t i = 0; i < count; i++)
		if (!gone_only || !policy_index_find(c->views->now, x->instances[list[i]].address))
			add_row(c, p, &x->instances[list[i]], rows);
}

static void add_all(struct policy_context *c, const struct policy *p, struct rows *rows)
{
	c->index = c->views->now;
	for (size_t i = 0; i < c->index->count; i++)
		add_row(c, p, &c->index->instances[i], rows);
}

/* Whether there is anything for it to judge. */
static bool concerns(const struct policy *p, const struct policy_views *views)
{
	const struct policy_index *places[] = {views->now, p->on_change ? views->before : NULL};
	size_t count;

	if (p->on_change && !views->before)
		return false;
	if (policy_strings_have(&p->subjects, "all"))
		return true;
	for (size_t i = 0; i < FP_ARRAY_SIZE(places) && places[i]; i++)
		for (size_t k = 0; k < p->subjects.count; k++) {
			(void)policy_index_type(places[i], p->subjects.items[k], &count);
			if (count > 0)
				return true;
		}
	return false;
}

/* As it was found to be sound when the program was built. */
static const struct policy_condition *read_compiled(const struct policy *p, struct arena *a)
{
	const struct policy_condition *definition;
	const struct doc *d;
	struct err e = ERR_INIT;

	if (doc_read_json(p->id, p->compiled, p->compiled_size, a, &d, &e) < 0 ||
	    policy_conditions_read(p->id, d, a, &definition, &e) < 0)
		die(e.text);
	return definition;
}

struct policy_report policy_judge(const struct policy *policy, const struct policy_views *views,
				  struct arena *a)
{
	struct policy_context c = {.views = views, .arena = a};
	struct rows rows = {.count = 0};
	struct policy whole = *policy;
	const struct policy *p = &whole;
	bool on_change = p->on_change;

	if (p->exec)
		return policy_judge_answer(
			policy, NULL, views,
			&(struct policy_answer){.fault = "a program is asked only in a case"}, a);
	if (!concerns(p, views))
		return (struct policy_report){policy, NULL, 0};
	if (!whole.definition)
		whole.definition = read_compiled(p, a);
	if (policy_strings_have(&p->subjects, "all"))
		add_all(&c, p, &rows);
	else
		for (size_t i = 0; i < p->subjects.count; i++)
			add_type(&c, p, views->now, p->subjects.items[i], false, &rows);
	/* What is gone is a change, too. */
	for (size_t i = 0; on_change && i < p->subjects.count; i++)
		add_type(&c, p, views->before, p->subjects.items[i], true, &rows);
	return (struct policy_report){policy, rows.list, rows.count};
}

const struct policy_judgement *policy_find(const struct policy_report *r, const char *address)
{
	for (size_t i = 0; i < r->count; i++)
		if (strcmp(r->rows[i].address, address) == 0)
			return &r->rows[i];
	return NULL;
}

const char *policy_result_name(enum policy_result result)
{
	switch (result) {
	case POLICY_PASS:
		return "pass";
	case POLICY_FAIL:
		return "fail";
	case POLICY_UNKNOWN:
		return "unknown";
	}
	abort();
}

enum policy_result policy_worst(const struct policy_report *r)
{
	enum policy_result result = POLICY_PASS;

	for (size_t i = 0; i < r->count; i++) {
		if (r->rows[i].result == POLICY_FAIL)
			return POLICY_FAIL;
		if (r->rows[i].result == POLICY_UNKNOWN)
			result = POLICY_UNKNOWN;
	}
	return result;
}
