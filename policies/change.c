/*
 * Conditions on a change: the subject before and after, and what the plan between the two does to
 * it.  What is new has no before, and nothing about it was weakened.
 */
#include "policies/internal.h"

#include "runner/base/json.h"

const json_t *policy_change_of(const struct policy_views *v, const char *address)
{
	return json_find_row(json_object_get(v->change, "resource_changes"), "address", address);
}

const struct policy_instance *policy_before_of(struct policy_context *c, const char *address)
{
	const json_t *row = policy_change_of(c->views, address);
	const char *previous = json_text_of(row, "previous_address");

	return policy_index_find(c->views->before, *previous ? previous : address);
}

/* --- what the plan does
 * ------------------------------------------------------------------------------ */

bool policy_change_does(const json_t *row, const char *action_name)
{
	json_t *action;
	size_t i;

	json_array_foreach (json_object_get(json_object_get(row, "change"), "actions"), i, action)
		if (json_is_string(action) && strcmp(json_string_value(action), action_name) == 0)
			return true;
	return false;
}

static enum policy_result judge_action(struct policy_context *c, const struct policy_condition *d)
{
	const json_t *row = policy_change_of(c->views, c->instance->address);
	bool destroyed = policy_change_does(row, "delete"),
	     created = policy_change_does(row, "create");
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
	json_t *wanted;
	size_t i;

	json_array_foreach (inner, i, wanted)
		if (!json_holds(outer, wanted))
			return false;
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

/* --- elements
 * ---------------------------------------------------------------------------------------- */

static bool same(const json_t *one, const json_t *other)
{
	return one == other || (one && other && json_equal(one, other));
}

/* Alike as far as both are known. */
static bool alike(const json_t *one, const json_t *mask, const json_t *other,
		  const json_t *other_mask)
{
	const char *key;
	json_t *m;

	if (json_is_true(mask) || json_is_true(other_mask))
		return true;
	if (json_is_object(one) && json_is_object(other)) {
		json_object_foreach ((json_t *)(uintptr_t)one, key, m)
			if (!alike(m, json_object_get(mask, key), json_object_get(other, key),
				   json_object_get(other_mask, key)))
				return false;
		json_object_foreach ((json_t *)(uintptr_t)other, key, m)
			if (!json_object_get(one, key) && !json_is_true(json_object_get(mask, key)))
				return false;
		return true;
	}
	for (size_t i = 0; json_is_array(one) && json_is_array(other) &&
			   (i < json_array_size(one) || i < json_array_size(other));
	     i++)
		if (!alike(json_array_get(one, i), json_array_get(mask, i),
			   json_array_get(other, i), json_array_get(other_mask, i)))
			return false;
	return (json_is_array(one) && json_is_array(other)) || same(one, other);
}

/* Whether the element is there still: what is not known in it must be as it was. */
static enum policy_result find_element(const struct policy_found *f,
				       const struct policy_value *wanted)
{
	enum policy_result result = POLICY_FAIL;

	for (size_t i = 0; i < f->count; i++) {
		const struct policy_value *v = &f->rows[i];

		if (same(v->value, wanted->value) && same(v->unknown, wanted->unknown))
			return POLICY_PASS;
		if (alike(wanted->value, wanted->unknown, v->value, v->unknown))
			result = POLICY_UNKNOWN;
	}
	return result;
}

/* Every element of before for which `where` holds is there after, to the letter. */
static enum policy_result judge_elements(struct policy_context *c, const struct policy_condition *d,
					 const struct policy_instance *before)
{
	const struct policy_value old = policy_instance_root(before),
				  new = policy_instance_root(c->instance), here = c->here;
	const json_t *row = policy_change_of(c->views, c->instance->address);
	struct policy_found then = {.count = 0}, now = {.count = 0};
	enum policy_result result = POLICY_PASS;
	struct policy_value lost = {.value = NULL};

	policy_path_walk(c, &old, &d->path, &then);
	policy_path_walk(c, &new, &d->path, &now);
	/* What was left to the provider held nothing of ours. */
	if (!json_object_get(before->config, d->path.steps[0].name))
		then.count = 0;
	for (size_t i = 0; i < then.count && !policy_change_does(row, "no-op"); i++) {
		enum policy_result counts, found = find_element(&now, &then.rows[i]);

		c->here = then.rows[i];
		counts = policy_judge_condition(c, d->children[0]);
		c->here = here;
		if (counts == POLICY_FAIL || found == POLICY_PASS)
			continue;
		if (counts == POLICY_UNKNOWN)
			found = POLICY_UNKNOWN;
		result = policy_and(result, found);
		lost = then.rows[i];
	}
	policy_note(c, POLICY_VIEW_CHANGE, result,
		    result == POLICY_UNKNOWN ? "whether %s is still in %s is not known before apply"
					     : "%s is gone from %s",
		    policy_describe(c, &lost), d->path.text);
	return result;
}

enum policy_result policy_judge_change(struct policy_context *c, const struct policy_condition *d)
{
	const struct policy_instance *before;

	if (d->change == POLICY_NO_REPLACE || d->change == POLICY_NO_DESTROY)
		return judge_action(c, d);
	if (d->change == POLICY_NO_NEW_ACCOUNTS)
		return policy_judge_accounts(c, d);
	if (d->change == POLICY_DENIALS_KEPT)
		return policy_judge_denials(c);
	before = policy_before_of(c, c->instance->address);
	/* New, or gone: nothing to compare. */
	if (!before || before == c->instance) {
		policy_note(c, POLICY_VIEW_CHANGE, POLICY_PASS, "%s",
			    "there is nothing to compare it with");
		return POLICY_PASS;
	}
	return d->child_count > 0 ? judge_elements(c, d, before) : judge_values(c, d, before);
}
