/* What the configuration says itself, for conditions on the static view. */
#include "policies/internal.h"

/* Whether the names from steps on are written in config, in one of several blocks at least. */
static bool is_written_in(const json_t *config, const struct policy_step *steps, size_t count)
{
	const json_t *element;
	size_t i;

	while (count > 0 && steps->kind != POLICY_STEP_NAME) {
		steps++;
		count--;
	}
	if (count == 0 || json_object_get(config, "$expr"))
		return true;
	if (json_is_object(config)) {
		config = json_object_get(config, steps->name);
		return config && is_written_in(config, steps + 1, count - 1);
	}
	if (!json_is_array(config)) /* the rest lies within a document */
		return true;
	json_array_foreach (config, i, element)
		if (is_written_in(element, steps, count))
			return true;
	return false;
}

/* Whether what is written may be what the element of the plan came from. */
static bool may_come_from(const json_t *written, const json_t *element)
{
	const char *key;
	json_t *value;

	json_object_foreach ((json_t *)(uintptr_t)written, key, value) {
		const json_t *planned = json_object_get(element, key);

		/* "1" and 1 are the same to Terraform, and a plan has one of them. */
		if (json_is_object(value) || json_is_array(value) || !planned ||
		    json_typeof(value) != json_typeof(planned))
			continue;
		if (!json_equal(value, planned))
			return false;
	}
	return true;
}

/* The blocks that names of an element within the instance lead to. */
static void add_blocks(struct policy_context *c, const json_t *config, const char *names,
		       const json_t *element, struct policy_found *f)
{
	size_t size = strcspn(names, ".");
	const json_t *next = config;
	json_t *one;
	size_t i;

	if (json_is_array(config)) {
		json_array_foreach (config, i, one)
			add_blocks(c, one, names, element, f);
		return;
	}
	if (size == 0) {
		if (config && may_come_from(config, element))
			policy_found_add(c, f, &(struct policy_value){.value = config});
		return;
	}
	if (!json_object_get(config, "$expr"))
		next = json_object_get(config, arena_strndup(c->arena, names, size));
	add_blocks(c, next, next == config ? "" : names + size + (names[size] == '.'), element, f);
}

/*
 * In the static view an attribute that the configuration does not set is not set, even where a
 * provider would fill it in: the policy asks what the code says.  Of an element those blocks are
 * asked that it may come from; unknown when only some of them set it.
 */
enum policy_result policy_is_written(struct policy_context *c, const struct policy_condition *d)
{
	const struct policy_path *p = &d->path;
	struct policy_found blocks = {.count = 0};
	size_t written = 0;

	if (p->count == 0)
		return POLICY_FAIL;
	if (c->here.in_document)
		return POLICY_PASS;
	if (!c->here.names)
		return is_written_in(c->instance->config, p->steps, p->count) ? POLICY_PASS
									      : POLICY_FAIL;
	add_blocks(c, c->instance->config, c->here.names, c->here.value, &blocks);
	for (size_t i = 0; i < blocks.count; i++)
		written += is_written_in(blocks.rows[i].value, p->steps, p->count);
	if (written > 0 && written < blocks.count)
		return POLICY_UNKNOWN;
	return written > 0 ? POLICY_PASS : POLICY_FAIL;
}
