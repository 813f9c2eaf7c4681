/* Any message to any method of the mocked provider is answered or refused. */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include "runner/plan/tf/mockprov.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char address[] = "registry.example.org/test/test";

/* One type, known as every kind, with an attribute and a block of each sort. */
static const struct restype *type_new(struct arena *a, enum pack_kind kind)
{
	static const struct restype_attr inner[] = {
		{.name = "a", .type = &type_string, .required = true},
		{.name = "b", .type = &type_dynamic, .optional = true, .computed = true},
	};
	const struct restype_attr attrs[] = {
		{.name = "arn", .type = &type_string, .computed = true},
		{.name = "id", .type = &type_string, .computed = true},
		{.name = "list", .type = type_list(a, &type_number), .optional = true},
		{.name = "name", .type = &type_string, .optional = true, .force_new = true},
		{.name = "open", .type = &type_dynamic, .optional = true},
		{.name = "tags", .type = type_map(a, &type_string), .optional = true},
		{.name = "tags_all",
		 .type = type_map(a, &type_string),
		 .optional = true,
		 .computed = true},
		{.name = "wo", .type = &type_string, .optional = true, .write_only = true},
	};
	struct restype_block_type *types = arena_array(a, 2, sizeof(*types));
	struct restype *t = arena_alloc(a, sizeof(*t));

	for (int i = 0; i < 2; i++) {
		types[i].name = i == 0 ? "many" : "some";
		types[i].nesting = i == 0 ? RESTYPE_LIST : RESTYPE_SET;
		types[i].block = restype_block_new(a, arena_memdup(a, inner, sizeof(inner)),
						   i == 0 ? 2 : 1, NULL, 0);
		types[i].type = restype_nested_type(a, types[i].nesting, types[i].block->type);
	}
	t->kind = kind;
	t->name = "t";
	t->legacy = true;
	t->inferred = kind == PACK_DATA;
	t->block = restype_block_new(a, arena_memdup(a, attrs, sizeof(attrs)), FP_ARRAY_SIZE(attrs),
				     types, 2);
	return t;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const methods[] = {
		"GetSchema",
		"PrepareProviderConfig",
		"ValidateResourceTypeConfig",
		"Configure",
		"UpgradeResourceState",
		"ReadResource",
		"PlanResourceChange",
		"ApplyResourceChange",
		"ReadDataSource",
		"ImportResourceState",
		"MoveResourceState",
		"OpenEphemeralResource",
		"CallFunction",
		"Stop",
		"GetFunctions",
	};
	struct arena a = ARENA_INIT((size_t)64 << 20);
	struct buf out = BUF_INIT((size_t)256 << 20);
	struct request request = {.facts = REQUEST_FACTS_RECORDED,
				  .account_id = "123456789012",
				  .region = "us-east-1",
				  .salt = ""};
	struct type_use uses[PACK_KIND_COUNT];
	struct mockprov_client *c;
	char path[64];

	if (size == 0)
		return 0;
	for (int i = 0; i < PACK_KIND_COUNT; i++)
		uses[i] = (struct type_use){.provider = address,
					    .kind = (enum pack_kind)i,
					    .name = "t",
					    .type = type_new(&a, (enum pack_kind)i)};
	c = mockprov_connect(mockprov_new(&a, address, &request, uses, PACK_KIND_COUNT - 1));
	(void)snprintf(path, sizeof(path), "/tfplugin5.Provider/%s",
		       methods[data[0] % FP_ARRAY_SIZE(methods)]);
	(void)mockprov_answer(c, path, data + 1, size - 1, &out);
	mockprov_disconnect(c);
	buf_release(&out);
	arena_release(&a);
	return 0;
}
