/*
 * Numbers and truth values that plans and views mark sensitive.  A text is found by what it says; 5
 * or true says nothing, so these go by their place.  In a view such a value becomes one that is not
 * known, so that a policy that needs it leaves the case open rather than judging a stand-in.
 */
#include "runner/redact.h"

#include "runner/base/json.h"

static bool hideable(const json_t *value)
{
	return json_is_number(value) || json_is_boolean(value);
}

static bool is_true(const json_t *mark)
{
	return mark && json_is_true(mark);
}

struct hiding {
	struct redactor *r;
	const char *path;
	bool to_unknown;
	bool changed;
};

static bool hide_value(struct hiding *h, json_t *value, bool marked, const json_t *marks,
		       json_t **unknown);

static json_t *stand_in(struct hiding *h, const json_t *value)
{
	const char *text = redact_scalar(h->r, h->path, value);

	h->changed = true;
	return h->to_unknown ? NULL : json_new_string(text);
}

/* *unknown is the shape of what is not known, made an object or array where it has to be. */
static json_t *shape(json_t **unknown, bool object)
{
	if (*unknown && (object ? json_is_object(*unknown) : json_is_array(*unknown)))
		return *unknown;
	json_decref(*unknown);
	*unknown = object ? json_new_object() : json_new_array();
	return *unknown;
}

static void hide_members(struct hiding *h, json_t *value, bool marked, const json_t *marks,
			 json_t **unknown)
{
	const char *key;
	json_t *member;
	void *next;

	json_object_foreach_safe(value, next, key, member)
	{
		const json_t *mark = json_object_get(marks, key);
		json_t *own = json_incref(json_object_get(*unknown, key)), *stood;
		bool all = marked || is_true(mark);

		if (all && hideable(member)) {
			stood = stand_in(h, member);
			if (stood) {
				json_put(value, key, stood);
			} else {
				json_put(shape(unknown, true), key, json_true());
				(void)json_object_del(value, key);
			}
		} else if (hide_value(h, member, all, mark, &own) && own) {
			json_put(shape(unknown, true), key, json_incref(own));
		}
		json_decref(own);
	}
}

/* Lists keep their length: what is hidden is null in them, and true in the shape. */
static void hide_elements(struct hiding *h, json_t *value, bool marked, const json_t *marks,
			  json_t **unknown)
{
	for (size_t i = 0; i < json_array_size(value); i++) {
		json_t *element = json_array_get(value, i);
		const json_t *mark = json_array_get(marks, i);
		json_t *own = json_incref(json_array_get(*unknown, i)), *stood;
		bool all = marked || is_true(mark), hidden = all && hideable(element);

		if (hidden) {
			stood = stand_in(h, element);
			(void)json_array_set_new(value, i, stood ? stood : json_null());
		} else {
			hidden = hide_value(h, element, all, mark, &own) && own;
		}
		if (h->to_unknown && hidden) {
			json_t *list = shape(unknown, false);

			while (json_array_size(list) <= i)
				json_push(list, json_new_object());
			(void)json_array_set_new(list, i, own ? json_incref(own) : json_true());
		}
		json_decref(own);
	}
}

/* Whether something in it was hidden. */
static bool hide_value(struct hiding *h, json_t *value, bool marked, const json_t *marks,
		       json_t **unknown)
{
	bool before = h->changed;

	h->changed = false;
	if (json_is_object(value))
		hide_members(h, value, marked, marks, unknown);
	else if (json_is_array(value))
		hide_elements(h, value, marked, marks, unknown);
	marked = h->changed;
	h->changed = before || marked;
	return marked;
}

static void hide_member(struct hiding *h, json_t *object, const char *key, const json_t *marks)
{
	json_t *value = json_object_get(object, key), *unknown = NULL;

	if (value && is_true(marks) && hideable(value))
		json_put(object, key, json_new_string(redact_scalar(h->r, h->path, value)));
	else if (value)
		(void)hide_value(h, value, is_true(marks), marks, &unknown);
	h->changed = h->changed || (value && is_true(marks));
	json_decref(unknown);
}

static void hide_change(struct hiding *h, json_t *change)
{
	hide_member(h, change, "before", json_object_get(change, "before_sensitive"));
	hide_member(h, change, "after", json_object_get(change, "after_sensitive"));
}

static void hide_plan(struct hiding *h, json_t *plan)
{
	json_t *member;
	const char *key;
	size_t i;

	json_array_foreach (json_object_get(plan, "resource_changes"), i, member)
		hide_change(h, json_object_get(member, "change"));
	json_object_foreach (json_object_get(plan, "output_changes"), key, member)
		hide_change(h, member);
}

static void hide_named(struct hiding *h, json_t *list)
{
	json_t *member;
	size_t i;

	json_array_foreach (list, i, member) {
		const json_t *mark = json_object_get(member, "sensitive");

		hide_member(h, member, "value", mark);
		hide_member(h, member, "default", mark);
	}
}

static void hide_view(struct hiding *h, json_t *view)
{
	json_t *member;
	size_t i;

	hide_named(h, json_object_get(view, "variables"));
	hide_named(h, json_object_get(view, "outputs"));
	h->to_unknown = true;
	json_array_foreach (json_object_get(view, "instances"), i, member) {
		json_t *unknown = json_incref(json_object_get(member, "unknown"));

		if (hide_value(h, json_object_get(member, "values"), false,
			       json_object_get(member, "sensitive"), &unknown) &&
		    unknown)
			json_put(member, "unknown", json_incref(unknown));
		json_decref(unknown);
	}
}

bool redact_marked(struct redactor *r, const char *path, json_t *file)
{
	struct hiding h = {.r = r, .path = path};

	if (json_object_get(file, "instances"))
		hide_view(&h, file);
	else
		hide_plan(&h, file);
	return h.changed;
}
