#include "runner/plan/tf/mockprov.h"

#include <string.h>

#include "runner/base/die.h"
#include "runner/plan/body.h"
#include "runner/plan/mock.h"
#include "runner/plan/provide.h"
#include "runner/plan/tf/ctypack.h"
#include "runner/plan/tf/ctystate.h"
#include "runner/plan/tf/pb.h"
#include "runner/plan/tf/schemapb.h"

#define CALL_ARENA_BYTES ((size_t)1 << 30)
#define CLIENT_ARENA_BYTES ((size_t)64 << 20)
#define VALUE_MAX_BYTES ((size_t)128 << 20)
#define FIELDS_MAX 16

struct mockprov {
	struct arena *arena;
	const char *address;
	const struct request *request;
	const struct type_use *types;
	size_t type_count;
	const struct restype *config; /* of the provider itself; NULL: nothing is known */
	int protocol;
};

struct mockprov_client {
	struct mockprov *provider;
	struct arena arena;
	struct provider_instance instance;
};

/* One call: its request's fields by number, and what the rules of the planner work with. */
struct call {
	struct mockprov *provider;
	struct mockprov_client *client;
	struct arena *arena;
	struct pb_field fields[FIELDS_MAX];
	struct buf *out;
	struct diags diags;
	struct body_places places; /* of the diagnostics */
	struct eval_env env;
	struct walk walk;
	struct resource_instance r;
	struct err e; /* a request that is not what the protocol says */
};

const char *mockprov_address(const struct mockprov *p)
{
	return p->address;
}

int mockprov_protocol(const struct mockprov *p)
{
	return p->protocol;
}

struct mockprov *mockprov_new(struct arena *a, const char *address, const struct request *request,
			      const struct type_use *types, size_t type_count)
{
	struct mockprov *p = arena_alloc(a, sizeof(*p));

	*p = (struct mockprov){a, address, request, types, type_count, NULL, 5};
	for (size_t i = 0; i < type_count; i++) {
		if (strcmp(types[i].provider, address) != 0 || !types[i].type)
			continue;
		if (types[i].kind == PACK_PROVIDER)
			p->config = types[i].type;
		if (schemapb_needs_6(types[i].type->block))
			p->protocol = 6;
	}
	return p;
}

struct mockprov_client *mockprov_connect(struct mockprov *p)
{
	struct mockprov_client *c = die_calloc(1, sizeof(*c));

	c->provider = p;
	c->arena = (struct arena)ARENA_INIT(CLIENT_ARENA_BYTES);
	c->instance = (struct provider_instance){.address = p->address, .name = "", .module = ""};
	return c;
}

void mockprov_disconnect(struct mockprov_client *c)
{
	if (!c)
		return;
	arena_release(&c->arena);
	free(c);
}

/* --- fields ---------------------------------------------------------------------------------- */

static bool read_fields(struct call *c, const uint8_t *message, size_t size)
{
	struct pb_reader r = pb_reader_of(message, size);
	struct pb_field f;

	while (pb_next(&r, &f))
		if (f.number < FIELDS_MAX)
			c->fields[f.number] = f;
	return !r.bad;
}

static const char *text_field(struct call *c, uint32_t number)
{
	const struct pb_field *f = &c->fields[number];

	return f->is_bytes ? arena_strndup(c->arena, (const char *)f->data, f->size) : "";
}

/* The parts of a DynamicValue; data is NULL where it has none. */
static void dynamic_parts(const struct pb_field *field, struct pb_field *ret_msgpack,
			  struct pb_field *ret_json)
{
	struct pb_reader r = pb_message(field);
	struct pb_field f;

	*ret_msgpack = *ret_json = (struct pb_field){.number = 0};
	while (pb_next(&r, &f))
		if (f.number == 1 && f.is_bytes)
			*ret_msgpack = f;
		else if (f.number == 2 && f.is_bytes)
			*ret_json = f;
}

/* A DynamicValue; NULL after an error, which is c->e. */
static const struct value *value_field(struct call *c, uint32_t number, const struct type *t)
{
	struct pb_field msgpack, json;
	const struct value *v;

	dynamic_parts(&c->fields[number], &msgpack, &json);
	if (!msgpack.data) {
		(void)err_set(&c->e, ERR_PEER, "a value is missing");
		return NULL;
	}
	return ctypack_read(c->arena, t, msgpack.data, msgpack.size, &v, &c->e) < 0 ? NULL : v;
}

static void add_value(struct call *c, struct buf *out, uint32_t number, const struct value *v,
		      const struct type *t)
{
	FP_CLEANUP(buf_release) struct buf bytes = BUF_INIT(VALUE_MAX_BYTES);
	FP_CLEANUP(buf_release) struct buf message = BUF_INIT(VALUE_MAX_BYTES);

	(void)c;
	ctypack_write(&bytes, v, t);
	message.overflow = bytes.overflow;
	pb_add_bytes(&message, 1, bytes.data, bytes.size);
	pb_add_message(out, number, &message);
}

static void copy_field(struct call *c, uint32_t from, uint32_t to)
{
	pb_add_bytes(c->out, to, c->fields[from].data, c->fields[from].size);
}

static void add_path(struct buf *out, uint32_t number, const struct value *path)
{
	FP_CLEANUP(buf_release) struct buf message = BUF_INIT(65536);

	for (size_t i = 0; i < path->count; i++) {
		FP_CLEANUP(buf_release) struct buf step = BUF_INIT(65536);
		int64_t index = 0;

		if (path->items[i]->type == &type_string) {
			pb_add_text(&step, 1, path->items[i]->text);
		} else if (number_to_int64(path->items[i]->number, &index) && index > 0) {
			pb_add_uint(&step, 3, (uint64_t)index);
		} else {
			static const uint8_t zero[] = {3 << 3, 0};

			/* One of several fields is written even where it is 0. */
			buf_add(&step, zero, sizeof(zero));
		}
		pb_add_message(&message, 1, &step);
	}
	pb_add_message(out, number, &message);
}

static void add_diagnostics(struct call *c, uint32_t number)
{
	for (size_t i = 0; i < c->diags.count; i++) {
		const struct diag *d = &c->diags.list[i];
		FP_CLEANUP(buf_release) struct buf message = BUF_INIT(65536);
		const char *detail = d->detail ? d->detail : "";

		if (d->severity == DIAG_UNSUPPORTED || d->severity == DIAG_LIMIT)
			detail = arena_printf(c->arena, "%s%s", detail, MOCKPROV_UNDECIDED);
		pb_add_uint(&message, 1, d->severity == DIAG_WARNING ? 2 : 1);
		pb_add_text(&message, 2, d->summary);
		pb_add_text(&message, 3, detail);
		for (size_t k = 0; k < c->places.count; k++)
			if (c->places.list[k].diag == i)
				add_path(&message, 4, c->places.list[k].path);
		pb_add_message(c->out, number, &message);
	}
}

/* --- types ----------------------------------------------------------------------------------- */

static const struct restype *type_of(const struct mockprov *p, enum pack_kind kind,
				     const char *name)
{
	for (size_t i = 0; i < p->type_count; i++)
		if (p->types[i].kind == kind && p->types[i].type &&
		    strcmp(p->types[i].name, name) == 0 &&
		    strcmp(p->types[i].provider, p->address) == 0)
			return p->types[i].type;
	return NULL;
}

/* Makes c->r stand for an object of the type that field names. */
static bool find_type(struct call *c, enum pack_kind kind, uint32_t field)
{
	const char *name = text_field(c, field);
	const struct restype *type = type_of(c->provider, kind, name);

	c->r = (struct resource_instance){
		.address = "",
		.module_address = "",
		.mode = kind == PACK_DATA	 ? CONFIG_DATA
			: kind == PACK_EPHEMERAL ? CONFIG_EPHEMERAL
						 : CONFIG_MANAGED,
		.type_name = name,
		.name = "",
		.type = type,
		.provider = c->provider->address,
		.provider_config = &c->client->instance,
	};
	if (!type)
		(void)err_set(&c->e, ERR_PEER, "no type \"%s\" was served", name);
	return type != NULL;
}

/* --- methods --------------------------------------------------------------------------------- */

/* 0, or -1 with c->e. */
typedef int method_fn(struct call *c);

static void add_schema_entry(struct buf *out, uint32_t number, const char *name,
			     const struct restype *type, int protocol)
{
	FP_CLEANUP(buf_release) struct buf schema = BUF_INIT(VALUE_MAX_BYTES);
	FP_CLEANUP(buf_release) struct buf entry = BUF_INIT(VALUE_MAX_BYTES);

	schemapb_write(&schema, type->block, type->version, protocol);
	pb_add_text(&entry, 1, name);
	pb_add_message(&entry, 2, &schema);
	pb_add_message(out, number, &entry);
}

static int get_schema(struct call *c)
{
	static const uint32_t numbers[PACK_KIND_COUNT] = {
		[PACK_RESOURCE] = 2, [PACK_DATA] = 3, [PACK_EPHEMERAL] = 8};
	const struct mockprov *p = c->provider;
	FP_CLEANUP(buf_release) struct buf schema = BUF_INIT(VALUE_MAX_BYTES);
	FP_CLEANUP(buf_release) struct buf capabilities = BUF_INIT(64);

	if (p->config) {
		schemapb_write(&schema, p->config->block, p->config->version, p->protocol);
	} else {
		struct buf none = BUF_INIT(1);

		pb_add_message(&schema, 2, &none);
	}
	pb_add_message(c->out, 1, &schema);
	for (size_t i = 0; i < p->type_count; i++) {
		const struct type_use *use = &p->types[i];

		if (use->type && strcmp(use->provider, p->address) == 0 && numbers[use->kind])
			add_schema_entry(c->out, numbers[use->kind], use->name, use->type,
					 p->protocol);
	}
	for (uint32_t i = 1; i <= 3; i++)
		pb_add_uint(&capabilities, i, 1);
	pb_add_message(c->out, 6, &capabilities);
	return 0;
}

/* The prepared configuration is what was given; version 6 has no such field any more. */
static int prepare_config(struct call *c)
{
	if (c->provider->protocol == 5)
		copy_field(c, 1, 1);
	return 0;
}

static int validate(struct call *c, enum pack_kind kind)
{
	const struct value *config;

	if (!find_type(c, kind, 1))
		return -1;
	config = value_field(c, 2, c->r.type->block->type);
	if (!config)
		return -1;
	body_check(&c->walk, c->r.type->block, config, &c->places);
	add_diagnostics(c, 1);
	return 0;
}

static int validate_resource(struct call *c)
{
	return validate(c, PACK_RESOURCE);
}

static int validate_data(struct call *c)
{
	return validate(c, PACK_DATA);
}

static int validate_ephemeral(struct call *c)
{
	return validate(c, PACK_EPHEMERAL);
}

/* Region and default tags are those of this connection from now on. */
static int configure(struct call *c)
{
	struct mockprov_client *client = c->client;
	const struct restype *type = c->provider->config;
	struct pb_field msgpack, json;
	const struct value *config;

	if (!type || type->inferred)
		return 0;
	dynamic_parts(&c->fields[2], &msgpack, &json);
	if (ctypack_read(&client->arena, type->block->type, msgpack.data, msgpack.size, &config,
			 &c->e) < 0)
		return -1;
	client->instance.config = config;
	client->instance.default_tags = walk_default_tags(&client->arena, config);
	return 0;
}

static int upgrade_state(struct call *c)
{
	struct pb_reader r = pb_message(&c->fields[3]);
	struct pb_field f, json = {.number = 0};
	const struct value *v;

	if (!find_type(c, PACK_RESOURCE, 1))
		return -1;
	while (pb_next(&r, &f))
		if (f.number == 1 && f.is_bytes)
			json = f;
	if (!json.data)
		return err_set(&c->e, ERR_PEER, "a state without JSON");
	if (!c->r.type->inferred) {
		FP_CLEANUP(buf_release) struct buf same = BUF_INIT(VALUE_MAX_BYTES);

		pb_add_bytes(&same, 2, json.data, json.size);
		pb_add_message(c->out, 1, &same);
		return 0;
	}
	if (ctystate_read(c->arena, c->r.type->block, (const char *)json.data, json.size, &v,
			  &c->e) < 0)
		return -1;
	add_value(c, c->out, 1, v, c->r.type->block->type);
	return 0;
}

static int read_resource(struct call *c)
{
	copy_field(c, 2, 1);
	copy_field(c, 3, 3);
	return 0;
}

static int plan_change(struct call *c)
{
	const struct value *prior, *proposed, *planned;
	const struct type *t;
	bool recorded = c->provider->request->facts == REQUEST_FACTS_RECORDED;

	if (!find_type(c, PACK_RESOURCE, 1))
		return -1;
	t = c->r.type->block->type;
	prior = value_field(c, 2, t);
	proposed = prior ? value_field(c, 3, t) : NULL;
	c->r.config = proposed ? value_field(c, 4, t) : NULL;
	if (!c->r.config)
		return -1;
	prior = value_is_null(prior) ? NULL : prior;
	planned = value_is_null(proposed) ? proposed
					  : provide_planned(&c->walk, &c->r, prior, proposed);
	if (prior && !value_is_null(planned))
		provide_replacements(&c->walk, &c->r, prior, planned);
	add_value(c, c->out, 1, planned, t);
	for (size_t i = 0; i < c->r.replace_path_count; i++)
		add_path(c->out, 2, c->r.replace_paths[i]);
	copy_field(c, 5, 3);
	add_diagnostics(c, 4);
	pb_add_uint(c->out, 5, recorded && c->r.type->legacy && !value_is_null(planned));
	return 0;
}

static int apply_change(struct call *c)
{
	const struct value *planned, *config, *applied;
	const struct type *t;

	if (!find_type(c, PACK_RESOURCE, 1))
		return -1;
	t = c->r.type->block->type;
	planned = value_field(c, 3, t);
	config = planned ? value_field(c, 4, t) : NULL;
	if (!config)
		return -1;
	applied = value_is_null(planned) ? planned : mock_applied(&c->walk, &c->r, config, planned);
	add_value(c, c->out, 1, applied, t);
	copy_field(c, 5, 2);
	add_diagnostics(c, 3);
	pb_add_uint(c->out, 4,
		    c->provider->request->facts == REQUEST_FACTS_RECORDED && c->r.type->legacy);
	return 0;
}

static const struct value *read_of(struct call *c, enum pack_kind kind)
{
	const struct value *config;

	if (!find_type(c, kind, 1))
		return NULL;
	config = value_field(c, 2, c->r.type->block->type);
	c->r.config = config;
	return config ? value_unmark_deep(c->walk.arena, mock_read(&c->walk, &c->r, config)) : NULL;
}

static int read_data(struct call *c)
{
	const struct value *v = read_of(c, PACK_DATA);

	if (!v)
		return -1;
	add_value(c, c->out, 1, v, c->r.type->block->type);
	add_diagnostics(c, 2);
	return 0;
}

static int open_ephemeral(struct call *c)
{
	const struct value *v = read_of(c, PACK_EPHEMERAL);

	if (!v)
		return -1;
	add_diagnostics(c, 1);
	add_value(c, c->out, 3, v, c->r.type->block->type);
	return 0;
}

static int refuse(struct call *c, uint32_t number, const char *summary, const char *detail)
{
	diag_unsupported(&c->diags, (struct range){.source = NULL}, summary, "%s", detail);
	add_diagnostics(c, number);
	return 0;
}

static int import_state(struct call *c)
{
	return refuse(c, 2, "Import block",
		      "What the object looks like now is only known to its provider.");
}

static int move_state(struct call *c)
{
	return refuse(c, 2, "Move between types",
		      "How state moves from one type to another is only known to the provider.");
}

static int call_function(struct call *c)
{
	FP_CLEANUP(buf_release) struct buf fault = BUF_INIT(4096);

	pb_add_text(&fault, 1,
		    arena_printf(c->arena, "the function %s of the provider is not mocked%s",
				 text_field(c, 1), MOCKPROV_UNDECIDED));
	pb_add_message(c->out, 2, &fault);
	return 0;
}

static int nothing(FP_UNUSED struct call *c)
{
	return 0;
}

/* Both versions' names. */
static const struct {
	const char *name5, *name6;
	method_fn *run;
} methods[] = {
	{"GetSchema", "GetProviderSchema", get_schema},
	{"PrepareProviderConfig", "ValidateProviderConfig", prepare_config},
	{"ValidateResourceTypeConfig", "ValidateResourceConfig", validate_resource},
	{"ValidateDataSourceConfig", "ValidateDataResourceConfig", validate_data},
	{"ValidateEphemeralResourceConfig", "ValidateEphemeralResourceConfig", validate_ephemeral},
	{"Configure", "ConfigureProvider", configure},
	{"UpgradeResourceState", "UpgradeResourceState", upgrade_state},
	{"ReadResource", "ReadResource", read_resource},
	{"PlanResourceChange", "PlanResourceChange", plan_change},
	{"ApplyResourceChange", "ApplyResourceChange", apply_change},
	{"ReadDataSource", "ReadDataSource", read_data},
	{"ImportResourceState", "ImportResourceState", import_state},
	{"MoveResourceState", "MoveResourceState", move_state},
	{"OpenEphemeralResource", "OpenEphemeralResource", open_ephemeral},
	{"RenewEphemeralResource", "RenewEphemeralResource", nothing},
	{"CloseEphemeralResource", "CloseEphemeralResource", nothing},
	{"GetFunctions", "GetFunctions", nothing},
	{"CallFunction", "CallFunction", call_function},
	{"Stop", "StopProvider", nothing},
};

const char *mockprov_method(const char *name, int protocol)
{
	for (size_t i = 0; i < FP_ARRAY_SIZE(methods); i++)
		if (strcmp(methods[i].name5, name) == 0)
			return protocol == 6 ? methods[i].name6 : methods[i].name5;
	return name;
}

static enum h2_status run(struct mockprov_client *client, method_fn *method, const uint8_t *message,
			  size_t size, struct buf *out)
{
	FP_CLEANUP(arena_release) struct arena arena = ARENA_INIT(CALL_ARENA_BYTES);
	struct call c = {
		.provider = client->provider,
		.client = client,
		.arena = &arena,
		.out = out,
		.diags = DIAGS_INIT(&arena),
		.env = {.dir_fd = -1},
		.e = ERR_INIT,
	};

	c.walk = (struct walk){
		.arena = &arena, .diags = &c.diags, .request = client->provider->request};
	c.walk.eval = (struct eval)EVAL_INIT(&arena, &c.diags, &c.env);
	if (!read_fields(&c, message, size))
		return H2_INVALID;
	return method(&c) < 0 ? H2_INVALID : H2_OK;
}

enum h2_status mockprov_answer(void *context, const char *path, const uint8_t *message, size_t size,
			       struct buf *out)
{
	struct mockprov_client *client = context;
	const char *name = strrchr(path, '/');
	int protocol = strncmp(path, "/tfplugin6.", 11) == 0 ? 6 : 5;

	if (!name || protocol != client->provider->protocol)
		return H2_UNIMPLEMENTED;
	for (size_t i = 0; i < FP_ARRAY_SIZE(methods); i++)
		if (strcmp(name + 1, protocol == 6 ? methods[i].name6 : methods[i].name5) == 0)
			return run(client, methods[i].run, message, size, out);
	return H2_UNIMPLEMENTED;
}
