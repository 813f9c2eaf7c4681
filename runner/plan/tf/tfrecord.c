#include "runner/plan/tf/tfrecord.h"

#include <string.h>

#include "runner/base/fd.h"
#include "runner/base/json.h"
#include "runner/base/sha256.h"
#include "runner/plan/pack.h"
#include "runner/plan/restype.h"
#include "runner/plan/provide.h"
#include "runner/plan/tf/ctypack.h"
#include "runner/plan/tf/pb.h"
#include "runner/plan/tf/schemapb.h"
#include "runner/plan/tf/tfclient.h"
#include "runner/plan/tf/tffacts.h"

#define SCHEMA_MAX_BYTES ((size_t)64 << 20)
#define TYPE_ARENA_BYTES ((size_t)1 << 30)

struct type_row {
	enum pack_kind kind;
	const char *name;
	const char *schema; /* JSON */
	bool done;
};

struct recorder {
	const struct tfrecord_input *in;
	struct arena arena;
	struct tfclient client;
	struct type_row *rows;
	size_t count, capacity;
	const struct restype *config; /* of the provider */
	struct err *e;
};

/* --- the journal ----------------------------------------------------------------------------- */

static int write_line(struct recorder *r, json_t *stolen)
{
	FP_CLEANUP(buf_release) struct buf text = BUF_INIT(SCHEMA_MAX_BYTES);

	json_dump_compact(&text, stolen);
	json_decref(stolen);
	if (buf_finish(&text, "a line of the journal", r->e) < 0)
		return -1;
	return fd_write_all(r->in->out_fd, text.data, text.size, r->e);
}

/* The next whole line that is JSON; a cut one is passed over. */
static json_t *next_line(const char **at, const char *end)
{
	while (*at < end) {
		const char *newline = memchr(*at, '\n', (size_t)(end - *at));
		const char *line = *at;
		struct err e = ERR_INIT;
		json_t *json;

		*at = newline ? newline + 1 : end;
		if (newline &&
		    json_parse("journal", line, (size_t)(newline - line), &json, &e) == 0)
			return json;
	}
	return NULL;
}

static bool kind_of(const json_t *json, enum pack_kind *ret_kind)
{
	const char *name = json_string_value(json_object_get(json, "kind"));

	for (int i = 0; name && i < PACK_KIND_COUNT; i++)
		if (strcmp(name, pack_kind_name((enum pack_kind)i)) == 0) {
			*ret_kind = (enum pack_kind)i;
			return true;
		}
	return false;
}

static void mark_done(struct recorder *r)
{
	const char *at = r->in->journal, *end = at + r->in->journal_size;
	json_t *line;

	while (at && (line = next_line(&at, end))) {
		const char *name = json_string_value(json_object_get(line, "name"));
		enum pack_kind kind;

		for (size_t i = 0; name && kind_of(line, &kind) && i < r->count; i++)
			if (r->rows[i].kind == kind && strcmp(r->rows[i].name, name) == 0)
				r->rows[i].done = true;
		json_decref(line);
	}
}

/* --- the schema ------------------------------------------------------------------------------ */

static int add_type(struct recorder *r, enum pack_kind kind, const char *name,
		    const struct pb_field *schema)
{
	FP_CLEANUP(buf_release) struct buf json = BUF_INIT(SCHEMA_MAX_BYTES);

	if (!schema->is_bytes ||
	    !schemapb_to_json(&json, schema->data, schema->size, r->client.protocol))
		return err_set(r->e, ERR_PEER, "the schema of %s \"%s\" cannot be read",
			       pack_kind_name(kind), name);
	r->rows = arena_grow(&r->arena, r->rows, r->count, &r->capacity, sizeof(*r->rows));
	r->rows[r->count++] = (struct type_row){
		kind, name, arena_strndup(&r->arena, buf_text(&json), json.size), false};
	return 0;
}

static int add_entry(struct recorder *r, enum pack_kind kind, const struct pb_field *entry)
{
	struct pb_reader reader = pb_message(entry);
	struct pb_field f, schema = {.number = 0};
	const char *name = NULL;

	while (pb_next(&reader, &f))
		if (f.number == 1 && f.is_bytes)
			name = arena_strndup(&r->arena, (const char *)f.data, f.size);
		else if (f.number == 2)
			schema = f;
	return name ? add_type(r, kind, name, &schema)
		    : err_set(r->e, ERR_PEER, "a type of the provider has no name");
}

static int read_schema(struct recorder *r)
{
	static const struct {
		uint32_t number;
		enum pack_kind kind;
	} maps[] = {{2, PACK_RESOURCE}, {3, PACK_DATA}, {8, PACK_EPHEMERAL}};
	struct buf request = BUF_INIT(16);
	struct pb_reader reader;
	const uint8_t *message;
	struct pb_field f;
	size_t size;

	if (tfclient_call(&r->client, "GetSchema", &request, &message, &size, r->e) < 0)
		return -1;
	reader = pb_reader_of(message, size);
	while (pb_next(&reader, &f)) {
		if (f.number == 1 && add_type(r, PACK_PROVIDER, "", &f) < 0)
			return -1;
		for (size_t i = 0; i < FP_ARRAY_SIZE(maps); i++)
			if (f.number == maps[i].number && add_entry(r, maps[i].kind, &f) < 0)
				return -1;
	}
	return reader.bad ? err_set(r->e, ERR_PEER, "the provider's schema is damaged") : 0;
}

static int decode(struct recorder *r, struct arena *a, const struct type_row *row,
		  const struct restype **ret_type)
{
	struct pack_document d;

	d.json = arena_printf(a, "{\"facts\":{},\"schema\":%s}", row->schema);
	d.size = strlen(d.json);
	d.digest = sha256_of(d.json, d.size);
	return restype_decode(a, row->kind, row->name, &d, false, ret_type, r->e);
}

/* --- starting -------------------------------------------------------------------------------- */

/* What lets a provider be configured that can reach nothing. */
static const struct value *offline_config(struct arena *a, const struct restype_block *b)
{
	static const char *const texts[][2] = {
		{"access_key", "mock"},
		{"secret_key", "mock"},
		{"region", "us-east-1"},
	};
	static const char *const flags[] = {"skip_credentials_validation",
					    "skip_requesting_account_id", "skip_region_validation"};
	size_t total = b->attr_count + b->type_count, count = 0;
	const struct value **items = arena_array(a, total + 1, sizeof(*items)), *v;
	const char **keys = arena_array(a, total + 1, sizeof(*keys));

	for (size_t i = 0; i < b->attr_count; i++) {
		keys[count] = b->attrs[i].name;
		items[count++] = value_null(a, b->attrs[i].type);
	}
	for (size_t i = 0; i < b->type_count; i++) {
		const struct restype_block_type *t = &b->types[i];

		keys[count] = t->name;
		items[count++] = t->nesting == RESTYPE_SET ? value_set(a, t->block->type, NULL, 0)
				 : t->nesting == RESTYPE_LIST && !t->block->type->has_dynamic
					 ? value_list(a, t->block->type, NULL, 0)
				 : t->nesting == RESTYPE_LIST ? value_tuple(a, NULL, 0)
							      : value_null(a, t->type);
	}
	v = value_object(a, keys, items, count);
	for (size_t i = 0; i < FP_ARRAY_SIZE(texts); i++)
		for (size_t k = 0; k < count; k++)
			if (strcmp(keys[k], texts[i][0]) == 0 &&
			    value_get(v, keys[k])->type == &type_string)
				v = provide_with(a, v, keys[k], value_string(a, texts[i][1]));
	for (size_t i = 0; i < FP_ARRAY_SIZE(flags); i++) {
		const struct value *old = value_get(v, flags[i]);

		if (old && old->type == &type_bool)
			v = provide_with(a, v, flags[i], &value_true);
	}
	if (value_get(v, "skip_metadata_api_check"))
		v = provide_with(a, v, "skip_metadata_api_check", value_string(a, "true"));
	return v;
}

static int configure(struct recorder *r)
{
	FP_CLEANUP(arena_release) struct arena a = ARENA_INIT(TYPE_ARENA_BYTES);
	FP_CLEANUP(buf_release) struct buf request = BUF_INIT(1 << 20);
	FP_CLEANUP(buf_release) struct buf bytes = BUF_INIT(1 << 20);
	FP_CLEANUP(buf_release) struct buf message = BUF_INIT(1 << 20);
	const uint8_t *answer;
	size_t size;

	if (!r->config)
		return 0;
	ctypack_write(&bytes, offline_config(&a, r->config->block), r->config->block->type);
	pb_add_bytes(&message, 1, bytes.data, bytes.size);
	pb_add_text(&request, 1, "1.11.4");
	pb_add_message(&request, 2, &message);
	return tfclient_call(&r->client, "Configure", &request, &answer, &size, r->e);
}

static int start_again(struct recorder *r)
{
	return tfclient_start(&r->client, r->e) < 0 || configure(r) < 0 ? -1 : 0;
}

/* --- recording ------------------------------------------------------------------------------- */

static json_t *line_of(const struct type_row *row)
{
	json_t *line = json_new_object();

	json_put(line, "kind", json_new_string(pack_kind_name(row->kind)));
	json_put(line, "name", json_new_string(row->name));
	return line;
}

static int record_type(struct recorder *r, const struct type_row *row)
{
	FP_CLEANUP(arena_release) struct arena a = ARENA_INIT(TYPE_ARENA_BYTES);
	json_t *facts = json_new_object(), *document, *schema, *line = line_of(row);
	const struct restype *t;
	struct err crash = ERR_INIT;
	int result = 0;

	if (row->kind == PACK_RESOURCE) {
		json_decref(facts);
		facts = NULL;
		if (decode(r, &a, row, &t) < 0) {
			json_decref(line);
			return -1;
		}
		result = tffacts_record(&r->client, &a, t, &facts, &crash);
	}
	if (result < 0) {
		/* Only this type is lost: its schema stays, and the others are asked anew. */
		json_put(line, "crashed", json_new_string(crash.text));
		facts = json_new_object();
		if (start_again(r) < 0) {
			json_decref(facts);
			json_decref(line);
			return -1;
		}
	}
	if (json_parse("schema", row->schema, strlen(row->schema), &schema, r->e) < 0) {
		json_decref(facts);
		json_decref(line);
		return -1;
	}
	document = json_new_object();
	json_put(document, "facts", facts);
	json_put(document, "schema", schema);
	json_put(line, "document", document);
	return write_line(r, line);
}

static bool wanted(const struct recorder *r, const struct type_row *row)
{
	const char *at = r->in->types;
	size_t size = strlen(row->name);

	if (!at || row->kind == PACK_PROVIDER)
		return true;
	for (; at; at = strchr(at, ','), at = at ? at + 1 : NULL)
		if (strncmp(at, row->name, size) == 0 && (at[size] == ',' || at[size] == 0))
			return true;
	return false;
}

static int record_all(struct recorder *r)
{
	for (size_t i = 0; i < r->count; i++)
		if (!r->rows[i].done && wanted(r, &r->rows[i]) && record_type(r, &r->rows[i]) < 0)
			return err_wrap(r->e, "%s", r->rows[i].name);
	return 0;
}

static int run(struct recorder *r)
{
	if (tfclient_start(&r->client, r->e) < 0 || read_schema(r) < 0)
		return -1;
	for (size_t i = 0; i < r->count; i++)
		if (r->rows[i].kind == PACK_PROVIDER &&
		    decode(r, &r->arena, &r->rows[i], &r->config) < 0)
			return -1;
	mark_done(r);
	return configure(r) < 0 ? -1 : record_all(r);
}

int tfrecord_run(const struct tfrecord_input *in, struct err *e)
{
	struct recorder r = {.in = in,
			     .arena = ARENA_INIT((size_t)1 << 30),
			     .client = TFCLIENT_INIT(in->binary),
			     .e = e};
	int result = run(&r);

	tfclient_stop(&r.client);
	arena_release(&r.arena);
	return result;
}

/* --- packs ----------------------------------------------------------------------------------- */

struct pack_rows {
	struct pack_source *list;
	size_t count, capacity;
};

static void add_source(struct pack_rows *rows, struct arena *a, enum pack_kind kind,
		       const char *name, const json_t *document)
{
	FP_CLEANUP(buf_release) struct buf text = BUF_INIT(SCHEMA_MAX_BYTES);

	json_dump_compact(&text, document);
	rows->list = arena_grow(a, rows->list, rows->count, &rows->capacity, sizeof(*rows->list));
	rows->list[rows->count++] = (struct pack_source){
		kind, arena_strdup(a, name),
		arena_strndup(a, buf_text(&text), text.size ? text.size - 1 : 0),
		text.size ? text.size - 1 : 0};
}

/* The binary that it was recorded from is told with the provider. */
static void add_origin(json_t *document, const json_t *head)
{
	json_t *facts = json_object_get(document, "facts");
	json_t *binary = json_object_get(head, "binary");

	if (facts && binary)
		json_put(facts, "recorded_from", json_incref(binary));
}

int tfrecord_pack(const char *journal, size_t size, struct arena *a, struct buf *out, struct err *e)
{
	const char *at = journal, *end = journal + size, *provider, *version;
	JSON_AUTO *head = next_line(&at, end);
	struct pack_rows rows = {.count = 0};
	json_t *line;

	if (!head || json_string_member(head, "the journal", "provider", true, &provider, e) < 0 ||
	    json_string_member(head, "the journal", "version", true, &version, e) < 0)
		return e->kind ? -1 : err_set(e, ERR_INPUT, "the journal: has no head");
	while ((line = next_line(&at, end))) {
		const char *name = json_string_value(json_object_get(line, "name"));
		json_t *document = json_object_get(line, "document");
		enum pack_kind kind;

		if (name && json_is_object(document) && kind_of(line, &kind)) {
			if (kind == PACK_PROVIDER)
				add_origin(document, head);
			add_source(&rows, a, kind, name, document);
		}
		json_decref(line);
	}
	return pack_write(out, provider, version, NULL, rows.list, rows.count, e);
}
