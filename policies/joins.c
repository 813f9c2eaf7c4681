/*
 * Conditions on other instances than the one at hand: those that are connected with it, through the
 * reference graph or by a name that both have, and all of some types.
 */
#include "policies/internal.h"

#include "runner/base/json.h"

enum policy_result policy_judge_there(struct policy_context *c, const struct policy_instance *other,
				      const struct policy_condition *where)
{
	const struct policy_instance *subject = c->instance;
	const struct policy_value here = c->here;
	enum policy_result result = POLICY_PASS;

	c->instance = other;
	c->here = policy_instance_root(other);
	if (where)
		result = policy_judge_condition(c, where);
	c->instance = subject;
	c->here = here;
	return result;
}

/*
 * Checkov's way to say something about the connected resource: beside the connection stands a
 * condition on a type that is not the subject's.
 */
static enum policy_result judge_beside(struct policy_context *c,
				       const struct policy_condition *parent,
				       const struct policy_condition *d,
				       const struct policy_instance *other)
{
	enum policy_result result = POLICY_PASS;

	for (size_t i = 0; parent && i < parent->child_count; i++) {
		const struct policy_condition *m = parent->children[i];

		if (m != d && m->kind != POLICY_COND_FILTER &&
		    !policy_condition_applies(m, c->instance->type) &&
		    policy_condition_applies(m, other->type))
			result = policy_and(result, policy_judge_there(c, other, m));
	}
	return result;
}

static const char rests_on_data[] = "whether it is there is not known: a data source tells it";

static const char *more_by_data(const struct policy_context *c, const struct policy_condition *d)
{
	return arena_printf(c->arena,
			    "whether there are more %s is not known: a data source tells it",
			    d->connected.items[0]);
}

/* What refers to the subject from another region or account is not about the subject itself. */
static bool is_elsewhere(const struct policy_instance *one, const struct policy_instance *other)
{
	return strcmp(one->provider, other->provider) == 0 &&
	       (strcmp(one->provider_config, other->provider_config) != 0 ||
		strcmp(one->provider_module, other->provider_module) != 0);
}

struct connected {
	enum policy_result result;
	struct policy_why why;
	size_t count;
};

/* joined: whether it is connected at all. */
static void judge_other(struct policy_context *c, const struct policy_condition *d, size_t index,
			const struct policy_condition *parent, enum policy_result joined,
			struct connected *so_far)
{
	const struct policy_instance *other = &c->index->instances[index];
	enum policy_result one;

	c->why.reason = "";
	one = policy_judge_there(c, other, d->child_count > 0 ? d->children[0] : NULL);
	one = policy_and(one, judge_beside(c, parent, d, other));
	if (joined == POLICY_UNKNOWN && one == POLICY_PASS)
		policy_note(c, POLICY_VIEW_PLAN, POLICY_UNKNOWN,
			    "whether it is connected is not known before apply");
	if (other->uncertain && one == POLICY_PASS)
		policy_note(c, POLICY_VIEW_PLAN, POLICY_UNKNOWN, "%s", rests_on_data);
	one = policy_and(one, other->uncertain ? policy_and(joined, POLICY_UNKNOWN) : joined);
	if (one == POLICY_PASS && d->exists && d->direction == POLICY_FROM &&
	    is_elsewhere(c->instance, other)) {
		policy_note(
			c, POLICY_VIEW_PLAN, POLICY_UNKNOWN,
			"it is with the provider configuration %s, and what it is about with %s",
			other->provider_config, c->instance->provider_config);
		one = POLICY_UNKNOWN;
	}
	so_far->count++;
	if (so_far->count == 1 || policy_or(so_far->result, one) != so_far->result)
		so_far->why = (struct policy_why){
			arena_printf(c->arena, "%s: %s", other->address,
				     *c->why.reason ? c->why.reason : "is connected"),
			c->why.view};
	so_far->result = policy_or(so_far->result, one);
}

/* Each other instance once, however many edges lead to it. */
static bool seen_before(const struct policy_edges *edges, size_t k, const char *through)
{
	for (size_t i = 0; i < k; i++)
		if (edges->rows[i].other == edges->rows[k].other &&
		    (!through || strcmp(edges->rows[i].path, through) == 0))
			return true;
	return false;
}

static void judge_edges(struct policy_context *c, const struct policy_condition *d,
			const struct policy_edges *edges, const struct policy_condition *parent,
			struct connected *so_far)
{
	for (size_t k = 0; k < edges->count; k++) {
		const struct policy_edge *edge = &edges->rows[k];

		if (policy_strings_have(&d->connected, c->index->instances[edge->other].type) &&
		    (!d->through || strcmp(edge->path, d->through) == 0) &&
		    !seen_before(edges, k, d->through))
			judge_other(c, d, edge->other, parent, POLICY_PASS, so_far);
	}
}

/* One text and the other; what is not known of either may turn out to be the same. */
static enum policy_result same_text(const json_t *theirs, const json_t *their_mask,
				    const json_t *mine, const json_t *my_mask)
{
	if (json_is_true(my_mask) || (json_is_true(their_mask) && mine))
		return POLICY_UNKNOWN;
	return json_is_string(theirs) && json_equal(theirs, mine) ? POLICY_PASS : POLICY_FAIL;
}

/* Whether theirs says what mine does: the same text, or members that are all among mine. */
static enum policy_result same_value(const struct policy_value *theirs,
				     const struct policy_value *mine)
{
	const json_t *const sides[] = {theirs->value, theirs->unknown};
	enum policy_result result = POLICY_PASS;
	const char *name;
	json_t *member;
	size_t count = 0;

	if (theirs->is_unknown || (mine->is_unknown && theirs->value))
		return POLICY_UNKNOWN;
	if (!json_is_object(theirs->value) && !json_is_object(theirs->unknown))
		return same_text(theirs->value, NULL, mine->value, NULL);
	for (size_t i = 0; i < FP_ARRAY_SIZE(sides); i++) {
		json_object_foreach ((json_t *)(uintptr_t)sides[i], name, member) {
			count++;
			result =
				policy_and(result, same_text(json_object_get(theirs->value, name),
							     json_object_get(theirs->unknown, name),
							     json_object_get(mine->value, name),
							     json_object_get(mine->unknown, name)));
		}
	}
	return count > 0 ? result : POLICY_FAIL;
}

/* An argument that is nothing but an attribute of a resource of the type names that one. */
static bool names_one(const struct policy_context *c, const struct policy_instance *i,
		      const struct policy_path *path, const char *type)
{
	bool found = false;

	for (size_t k = 0; k < i->out.count; k++) {
		const struct policy_edge *edge = &i->out.rows[k];

		if (strcmp(edge->path, path->text) != 0)
			continue;
		if (!edge->direct || strcmp(c->index->instances[edge->other].type, type) != 0)
			return false;
		found = true;
	}
	return found;
}

/*
 * Not connected, for all that is not known: a name that the provider will make up is none that is
 * written, and what names one resource names no other.
 */
static bool surely_differ(const struct policy_context *c, const struct policy_join *j,
			  const struct policy_value *mine, const struct policy_instance *other)
{
	const struct policy_path *p = &j->mine;
	bool named = p->count > 0 && p->steps[0].kind == POLICY_STEP_NAME;

	if (mine->is_unknown && named && !json_object_get(c->instance->config, p->steps[0].name))
		return true;
	return names_one(c, other, &j->theirs, c->instance->type) ||
	       names_one(c, c->instance, p, other->type);
}

/* Whether the arguments that name the other one have the same value. */
static enum policy_result is_same(struct policy_context *c, const struct policy_condition *d,
				  const struct policy_value *mine,
				  const struct policy_instance *other)
{
	const struct policy_value root = policy_instance_root(other);
	enum policy_result result = POLICY_PASS;

	for (size_t i = 0; i < d->join_count && result != POLICY_FAIL; i++) {
		const struct policy_value theirs =
			policy_path_single(c, &root, &d->joins[i].theirs);
		enum policy_result one = same_value(&theirs, &mine[i]);

		if (one == POLICY_UNKNOWN && surely_differ(c, &d->joins[i], &mine[i], other))
			one = POLICY_FAIL;
		result = policy_and(result, one);
	}
	return result;
}

static bool has_edge(const struct policy_edges *edges, const struct policy_condition *d,
		     size_t index)
{
	for (size_t k = 0; k < edges->count; k++)
		if (edges->rows[k].other == index &&
		    (!d->through || strcmp(edges->rows[k].path, d->through) == 0))
			return true;
	return false;
}

static bool is_joined(const struct policy_context *c, const struct policy_condition *d,
		      size_t index)
{
	return (d->direction != POLICY_TO && has_edge(&c->instance->in, d, index)) ||
	       (d->direction != POLICY_FROM && has_edge(&c->instance->out, d, index));
}

static void judge_same(struct policy_context *c, const struct policy_condition *d,
		       const struct policy_condition *parent, struct connected *so_far)
{
	const struct policy_value root = policy_instance_root(c->instance);
	struct policy_value *mine;

	if (d->join_count == 0)
		return;
	mine = arena_array(c->arena, d->join_count, sizeof(*mine));
	for (size_t i = 0; i < d->join_count; i++)
		mine[i] = policy_path_single(c, &root, &d->joins[i].mine);
	for (size_t t = 0;
	     (mine[0].value || mine[0].is_unknown || mine[0].unknown) && t < d->connected.count;
	     t++) {
		size_t count;
		const size_t *list = policy_index_type(c->index, d->connected.items[t], &count);

		for (size_t i = 0; i < count; i++) {
			const struct policy_instance *other = &c->index->instances[list[i]];
			enum policy_result same;

			if (other == c->instance || is_joined(c, d, list[i]))
				continue;
			same = is_same(c, d, mine, other);
			if (same != POLICY_FAIL)
				judge_other(c, d, list[i], parent, same, so_far);
		}
	}
}

enum policy_result policy_judge_connection(struct policy_context *c,
					   const struct policy_condition *d)
{
	struct connected so_far = {.result = POLICY_FAIL};
	const struct policy_condition *parent = c->parent;
	bool explains = c->explains_pass;
	enum policy_result result;

	c->explains_pass = explains != !d->exists;
	if (d->direction != POLICY_FROM)
		judge_edges(c, d, &c->instance->out, parent, &so_far);
	if (d->direction != POLICY_TO)
		judge_edges(c, d, &c->instance->in, parent, &so_far);
	judge_same(c, d, parent, &so_far);
	c->explains_pass = explains;
	c->parent = parent;
	if (so_far.result == POLICY_FAIL && policy_index_may_have(c->index, &d->connected)) {
		so_far.result = POLICY_UNKNOWN;
		so_far.why = (struct policy_why){more_by_data(c, d), POLICY_VIEW_PLAN};
		so_far.count++;
	}
	result = d->exists ? so_far.result : policy_not(so_far.result);
	if (so_far.count > 0) {
		policy_note(c, so_far.why.view, result, "%s", so_far.why.reason);
		return result;
	}
	policy_note(c, POLICY_VIEW_PLAN, result, "no %s is connected with it",
		    d->connected.count > 0 ? d->connected.items[0] : "resource");
	return result;
}

/* Of one that may be there or not: what it would say if it is, where that makes a difference. */
static enum policy_result judge_uncertain(struct policy_context *c,
					  const struct policy_condition *d,
					  enum policy_result there)
{
	enum policy_result result = d->quantify == POLICY_ALL ? policy_or(there, POLICY_UNKNOWN)
							      : policy_and(there, POLICY_UNKNOWN);

	if (result == POLICY_UNKNOWN && there != POLICY_UNKNOWN)
		policy_note(c, POLICY_VIEW_PLAN, result, "%s", rests_on_data);
	return result;
}

/* All instances of some types, wherever they stand. */
enum policy_result policy_judge_instances(struct policy_context *c,
					  const struct policy_condition *d)
{
	enum policy_result result = policy_quantified_start(d->quantify);
	struct policy_why why = {"", POLICY_VIEW_PLAN};
	bool explains = c->explains_pass;

	c->explains_pass = explains != (d->quantify == POLICY_NONE);
	for (size_t t = 0; t < d->connected.count; t++) {
		size_t count;
		const size_t *list = policy_index_type(c->index, d->connected.items[t], &count);

		for (size_t i = 0; i < count; i++) {
			const struct policy_instance *other = &c->index->instances[list[i]];
			enum policy_result next;

			if (d->others_only && other == c->instance)
				continue;
			c->why.reason = "is there";
			next = policy_judge_there(c, other,
						  d->child_count > 0 ? d->children[0] : NULL);
			if (other->uncertain)
				next = judge_uncertain(c, d, next);
			next = policy_quantified(d->quantify, result, next);
			if (next != result || !*why.reason)
				why = (struct policy_why){arena_printf(c->arena, "%s: %s",
								       other->address,
								       c->why.reason),
							  c->why.view};
			result = next;
		}
	}
	c->explains_pass = explains;
	if (policy_index_may_have(c->index, &d->connected)) {
		enum policy_result more = policy_quantified(d->quantify, result, POLICY_UNKNOWN);

		if (more != result)
			why.reason = more_by_data(c, d);
		result = more;
	}
	policy_note(c, why.view, result, "%s%s", *why.reason ? why.reason : "there is no ",
		    *why.reason ? "" : d->connected.items[0]);
	return result;
}
