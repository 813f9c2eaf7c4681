#include "verifiers/without.h"

#include "runner/base/json.h"
#include "verifiers/helpers.h"

static const json_t *list_of(const json_t *view, const char *name)
{
	return json_object_get(view, name);
}

bool without_is_of(const json_t *row, const char *key, const char *address, struct arena *a)
{
	return strcmp(verdict_block_address(json_text_of(row, key), a), address) == 0;
}

static json_t *own(const json_t *value)
{
	return json_incref((json_t *)(uintptr_t)value);
}

/* The object with a member as it was in another one, or without it when it was not there. */
static json_t *with_old(const json_t *object, const json_t *old, const char *name)
{
	json_t *copy = object ? json_copy((json_t *)(uintptr_t)object) : json_new_object();
	const json_t *value = json_object_get(old, name);

	(void)json_object_del(copy, name);
	if (value)
		json_put(copy, name, own(value));
	return copy;
}

/* Whether the path of a document or of a reference begins with the argument. */
static bool is_beneath(const json_t *row, const char *argument)
{
	const char *text = json_text_of(row, "path");
	size_t size = strlen(argument);

	return strncmp(text, argument, size) == 0 && (!text[size] || strchr(".[", text[size]));
}

/* Rows of one list that are not beneath the argument, and those of the other that are. */
static json_t *rows_without(const json_t *rows, const json_t *old, const char *argument)
{
	json_t *list = json_new_array(), *row;
	size_t i;

	json_array_foreach (rows, i, row)
		if (!is_beneath(row, argument))
			json_push(list, own(row));
	json_array_foreach (old, i, row)
		if (is_beneath(row, argument))
			json_push(list, own(row));
	return list;
}

/* A block that was not there before leaves its place empty, so that the others keep theirs. */
static json_t *blocks_without(const json_t *view, const struct without *c, size_t *ret_index)
{
	json_t *list = json_copy((json_t *)(uintptr_t)list_of(view, "blocks"));
	JSON_AUTO *nothing = NULL;

	*ret_index = c->after ? c->index : json_array_size(list);
	if (c->argument) {
		json_t *block = json_copy((json_t *)(uintptr_t)c->after);

		json_put(block, "config",
			 with_old(json_object_get(c->after, "config"),
				  json_object_get(c->before, "config"), c->argument));
		(void)json_array_set_new(list, c->index, block);
	} else if (!c->after) {
		json_push(list, own(c->before));
	} else if (c->before) {
		(void)json_array_set(list, c->index, (json_t *)(uintptr_t)c->before);
	} else {
		nothing = json_copy((json_t *)(uintptr_t)c->after);
		json_put(nothing, "address", json_new_string(""));
		json_put(nothing, "type", json_new_string(""));
		json_put(nothing, "config", json_new_object());
		(void)json_array_set(list, c->index, nothing);
	}
	return list;
}

const json_t *without_instance(const json_t *view, const char *address)
{
	return json_find_row(list_of(view, "instances"), "address", address);
}

/* Each instance of the block with the argument as it was; one that is new keeps what it has. */
static json_t *instances_with_old(const struct evidence *ev, const struct without *c,
				  struct arena *a)
{
	static const char *const members[] = {"values", "unknown", "sensitive", "mocked"};
	json_t *list = json_new_array(), *row;
	size_t i;

	json_array_foreach (list_of(ev->first.view, "instances"), i, row) {
		const json_t *old = without_instance(ev->before.view, json_text_of(row, "address"));
		json_t *copy = json_copy(row);

		for (size_t k = 0; old && k < FP_ARRAY_SIZE(members) &&
				   without_is_of(row, "address", c->address, a);
		     k++)
			json_put(copy, members[k],
				 with_old(json_object_get(row, members[k]),
					  json_object_get(old, members[k]), c->argument));
		if (old && without_is_of(row, "address", c->address, a))
			json_put(copy, "documents",
				 rows_without(json_object_get(row, "documents"),
					      json_object_get(old, "documents"), c->argument));
		json_push(list, copy);
	}
	return list;
}

static json_t *instances_without(const struct evidence *ev, const struct without *c, size_t index,
				 struct arena *a)
{
	json_t *list, *row;
	size_t i;

	if (c->argument)
		return instances_with_old(ev, c, a);
	list = json_new_array();

	json_array_foreach (list_of(ev->first.view, "instances"), i, row)
		if (!without_is_of(row, "address", c->address, a))
			json_push(list, own(row));
	json_array_foreach (list_of(ev->before.view, "instances"), i, row) {
		json_t *copy;

		if (!without_is_of(row, "address", c->address, a))
			continue;
		copy = json_copy(row);
		json_put(copy, "block", json_new_int((int64_t)index));
		json_push(list, copy);
	}
	return list;
}

/* Edges of the block as it was; those of others to it go where there is nothing any more. */
static json_t *references_without(const struct evidence *ev, const struct without *c,
				  struct arena *a)
{
	json_t *list = json_new_array(), *row;
	size_t i;

	json_array_foreach (list_of(ev->first.view, "references"), i, row)
		if (c->argument ? !without_is_of(row, "from", c->address, a) ||
					  !is_beneath(row, c->argument)
				: !without_is_of(row, "from", c->address, a) &&
					  (c->before || !without_is_of(row, "to", c->address, a)))
			json_push(list, own(row));
	json_array_foreach (list_of(ev->before.view, "references"), i, row)
		if (without_is_of(row, "from", c->address, a) &&
		    (!c->argument || is_beneath(row, c->argument)))
			json_push(list, own(row));
	return list;
}

json_t *without_view(const struct evidence *ev, const struct without *c, struct arena *a)
{
	json_t *view = json_copy(ev->first.view);
	size_t index;

	json_put(view, "blocks", blocks_without(ev->first.view, c, &index));
	json_put(view, "instances", instances_without(ev, c, index, a));
	json_put(view, "references", references_without(ev, c, a));
	return view;
}
