#include "verifiers/helpers.h"
#include "verifiers/table.h"

/* Attributes whose value is run by what is deployed. */
static const char *const code_attributes[] = {
	"user_data",
	"user_data_base64",
	"filename",
	"source_code_hash",
	"s3_key",
	"s3_object_version",
	"image_uri",
	"inline_code",
	"container_definitions",
	"command",
	"metadata_startup_script",
	"custom_data",
	NULL,
};

static const json_t *find(const json_t *view, const char *list, const char *address)
{
	json_t *row;
	size_t i;

	json_array_foreach (json_object_get(view, list), i, row)
		if (strcmp(json_text_of(row, "address"), address) == 0)
			return row;
	return NULL;
}

static bool is_declared(const struct verifier_input *in, const char *address)
{
	return verdict_matches_any(&in->ev->claims.declare, address, verdict_matches_address);
}

static struct verdict refuse(const char *address, const char *what, struct arena *a)
{
	return verdict_fail(arena_printf(a, "%s %s", address, what), "evidence/view-first.json");
}

static struct verdict judge_block(const struct verifier_input *in, const json_t *block,
				  struct arena *a)
{
	const char *address = json_text_of(block, "address");
	const json_t *old = find(in->ev->before.view, "blocks", address);
	bool external = strcmp(json_text_of(block, "mode"), "data") == 0 &&
			strcmp(json_text_of(block, "type"), "external") == 0;

	if (is_declared(in, address))
		return verdict_pass("", "");
	if (external &&
	    !(old && json_equal(json_object_get(old, "config"), json_object_get(block, "config"))))
		return refuse(address, "runs a program while it is planned", a);
	if (json_array_size(json_object_get(block, "provisioners")) >
	    json_array_size(json_object_get(old, "provisioners")))
		return refuse(address, "gets a provisioner", a);
	return verdict_pass("", "");
}

static struct verdict judge_instance(const struct verifier_input *in, const json_t *instance,
				     struct arena *a)
{
	const char *address = json_text_of(instance, "address");
	const json_t *old = find(in->ev->before.view, "instances", address);
	const json_t *values = json_object_get(instance, "values"),
		     *then = json_object_get(old, "values");

	if (is_declared(in, address))
		return verdict_pass("", "");
	for (const char *const *name = code_attributes; *name; name++) {
		const json_t *now = json_object_get(values, *name);

		if (now && !json_is_null(now) && !json_equal(now, json_object_get(then, *name)))
			return refuse(
				address,
				arena_printf(a, "runs other code: its %s is new or changed", *name),
				a);
	}
	return verdict_pass("", "");
}

/* A module that is not in the tree brings code that nobody here has seen. */
static struct verdict judge_module(const struct verifier_input *in, const json_t *module,
				   struct arena *a)
{
	const char *address = json_text_of(module, "address"),
		   *source = json_text_of(module, "source");
	const json_t *old = find(in->ev->before.view, "modules", address);

	if (is_declared(in, address) || strncmp(source, "./", 2) == 0 ||
	    strncmp(source, "../", 3) == 0)
		return verdict_pass("", "");
	if (old && strcmp(json_text_of(old, "source"), source) == 0 &&
	    json_equal(json_object_get(old, "version"), json_object_get(module, "version")))
		return verdict_pass("", "");
	return refuse(address, arena_printf(a, "takes its code from %s", source), a);
}

static struct verdict judge(const struct verifier_input *in, struct arena *a)
{
	static const struct verdict_part parts[] = {
		{"blocks", judge_block}, {"instances", judge_instance}, {"modules", judge_module}};
	struct verdict v;

	if (!verdict_needs_run(&in->ev->before, a, &v) || !verdict_needs_run(&in->ev->first, a, &v))
		return v;
	v = verdict_of_parts(in, parts, FP_ARRAY_SIZE(parts), a);
	if (v.kind != VERDICT_PASS)
		return v;
	return verdict_pass("the change adds nothing that runs", "evidence/view-first.json");
}

const struct verifier verifier_executes = {
	.id = "executes",
	.claim = "The change adds nothing that runs, unless it is declared.",
	.version = 1,
	.judge = judge,
	.judge_stage = judge,
};
