/*
 * Conditions on a change: the subject before and after, and what the plan between the two does to
 * it.  What is new has no before, and nothing about it was weakened.
 */
#include "policies/internal.h"

#include "runner/base/json.h"

const json_t *policy_change_of(const struct policy_views *v, const char *address)
{
	json_t *row;
	size_t i;

	json_array_foreach (json_object_get(v->change, "resource_changes"), i, row)
		if (strcmp(json_text_of(row, "address"), address) == 0)
			return row;
	return NULL;
}

const struct policy_instance *policy_before_of(struct policy_context *c, const char *address)
{
	const json_t *row = policy_change_of(c->views, address);
	const char *previous = json_text_of(row, "previous_address");

	return policy_index_find(c->views->before, *previous ? previous : address);
}

/* --- what the plan does
 * ------------------------------------------------------------------------------ */

static bool has_action(const json_t *row, const char *name)
{
	json_t *action;
	size_t i;

	json_array_foreach (json_object_get(json_object_get(row, "change"), "actions"), i, action)
		if (json_is_string(action) && strcmp(json_string_value(action), name) == 0)
			return true;
	return false;
}

static enum policy_result judge_action(struct policy_context *c, const struct policy_condition *d)
{
	const json_t *row = policy_change_of(c->views, c->instance->address);
	bool destroyed = has_action(row, "delete"), created = has_action(row, "create");
	enum policy_result result = POLICY_PASS;

	if (!c->views->change) {
		policy_note(c, POLICY_VIEW_CHANGE, POLICY_UNKNOWN,
			    "there is no plan of the change");
		return POLICY_UNKNOWN;
	}
	if (destroyed && (created || d->change == POLICY_NO_DESTROY))
		result = POLICY_FAIL;
	policy_note(c, POLICY_VIEW_CHANGE, result, "the change %s it",
		    created ? "replaces" : "destroys");
	return result;
}

/* --- values
 * ------------------------------------------------------------------------------------------ */

static double number_of(const json_t *v)
{
	if (json_is_number(v))
		return json_number_value(v);
	return json_is_string(v) ? strtod(json_string_value(v), NULL) : 0;
}

static bool is_word(const json_t *v, const char *word, bool truth)
{
	if (json_is_string(v))
		return strcasecmp(json_string_value(v), word) == 0;
	return truth ? json_is_true(v) : json_is_false(v);
}

static bool holds_all(const json_t *outer, const json_t *inner)
{
	json_t *wanted, *m;
	size_t i, k;

	json_array_foreach (inner, i, wanted) {
		bool found = false;

		json_array_foreach (outer, k, m)
			found = found || json_equal(m, wanted);
		if (!found)
			return false;
	}
	return true;
}

/* The place in the order from weak to strong; what is not in it is the weakest. */
static size_t rank(const struct doc *order, const json_t *v)
{
	size_t i = 1;

	for (const struct doc *m = order->first; m; m = m->next, i++)
		if (v && policy_operator_same(v, m))
			return i;
	return 0;
}

static bool is_weaker(const struct policy_condition *d, const json_t *before, const json_t *after)
{
	switch (d->stronger) {
	case POLICY_STRONGER_GREATER:
		return number_of(after) < number_of(before);
	case POLICY_STRONGER_LESS:
		return before && (!after || number_of(after) > number_of(before));
	case POLICY_STRONGER_TRUE:
		return is_word(before, "true", true) && !is_word(after, "true", true);
	case POLICY_STRONGER_FALSE:
		return is_word(before, "false", false) && !is_word(after, "false", false);
	case POLICY_STRONGER_SUPERSET:
		return !holds_all(after, before);
	case POLICY_STRONGER_SUBSET:
		return !holds_all(before, after);
	case POLICY_STRONGER_SET:
		return !policy_operator_empty(before) && policy_operator_empty(after);
	case POLICY_STRONGER_ORDER:
		return rank(d->order, after) < rank(d->order, before);
	}
	abort();
}

static struct policy_value value_at(struct policy_context *c, const struct policy_instance *i,
				    const struct policy_path *path)
{
	const struct policy_value root = policy_instance_root(i);

	return policy_path_single(c, &root, path);
}

static enum policy_result judge_values(struct policy_context *c, const struct policy_condition *d,
				       const struct policy_instance *before)
{
	struct policy_value old = value_at(c, before, &d->path),
			    new = value_at(c, c->instance, &d->path);
	enum policy_result result = POLICY_PASS;

	if (old.is_unknown || new.is_unknown)
		result = old.is_unknown && new.is_unknown ? POLICY_PASS : POLICY_UNKNOWN;
	else if (d->change == POLICY_UNCHANGED)
		result = (!old.value && !new.value) || json_equal(old.value, new.value)
				 ? POLICY_PASS
				 : POLICY_FAIL;
	else if (is_weaker(d, old.value, new.value))
		result = POLICY_FAIL;
	if (d->stronger == POLICY_STRONGER_SET && new.is_unknown &&new.surely_set)
		result = POLICY_PASS;
	policy_note(c, POLICY_VIEW_CHANGE, result, "%s was %s and is %s", d->path.text,
		    policy_describe(c, &old), policy_describe(c, &new));
	return result;
}

enum policy_result policy_judge_change(struct policy_context *c, const struct policy_condition *d)
{
	const struct policy_instance *before;

	if (d->change == POLICY_NO_REPLACE || d->change == POLICY_NO_DESTROY)
		return judge_action(c, d);
	before = policy_before_of(c, c->instance->address);
	/* New, or gone: nothing to compare. */
	if (!before || before == c->instance) {
		policy_note(c, POLICY_VIEW_CHANGE, POLICY_PASS, "%s",
			    "there is nothing to compare it with");
		return POLICY_PASS;
	}
	return judge_values(c, d, before);
}
