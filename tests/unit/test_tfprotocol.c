/* The plugin protocol without I/O: MessagePack, cty, Protocol Buffers, HTTP/2, the mocked provider.
 */
#include "tests/tap.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "runner/base/fd.h"
#include "runner/base/hex.h"
#include "runner/base/json.h"
#include "runner/plan/pack.h"
#include "runner/plan/tf/ctypack.h"
#include "runner/plan/tf/ctystate.h"
#include "runner/plan/tf/mockprov.h"
#include "runner/plan/tf/msgpack.h"
#include "runner/plan/tf/pb.h"
#include "runner/plan/tf/schemapb.h"

#define AWS "registry.terraform.io/hashicorp/aws"

static size_t from_hex(const char *hex, uint8_t *to, size_t room)
{
	size_t size = strlen(hex) / 2;

	CHECK(size <= room && hex_decode(to, size, hex));
	return size;
}

static const char *to_hex(struct arena *a, const struct buf *b)
{
	char *text = arena_alloc(a, 2 * b->size + 1);

	hex_encode(text, (const uint8_t *)buf_text(b), b->size);
	return text;
}

static const struct type *type_of(struct arena *a, const char *text)
{
	JSON_AUTO *json = NULL;
	const struct type *t = NULL;
	struct err e = ERR_INIT;

	CHECK_INT(json_parse("type", text, strlen(text), &json, &e), 0);
	CHECK_INT(type_from_json(a, json, &t, &e), 0);
	return t;
}

/* --- values ---------------------------------------------------------------------------------- */

static const struct {
	const char *type, *json, *hex; /* json NULL: only hex to hex */
} values[] = {
	{"\"string\"", "null", "c0"},
	{"\"bool\"", "true", "c3"},
	{"\"bool\"", "false", "c2"},
	{"\"string\"", "\"a\"", "a161"},
	{"\"number\"", "2", "02"},
	{"\"number\"", "127", "7f"},
	{"\"number\"", "128", "cc80"},
	{"\"number\"", "300", "cd012c"},
	{"\"number\"", "70000", "ce00011170"},
	{"\"number\"", "9223372036854775807", "cf7fffffffffffffff"},
	{"\"number\"", "-1", "ff"},
	{"\"number\"", "-32", "e0"},
	{"\"number\"", "-33", "d0df"},
	{"\"number\"", "-200", "d1ff38"},
	{"\"number\"", "-70000", "d2fffeee90"},
	{"\"number\"", "-9223372036854775808", "d38000000000000000"},
	{"\"number\"", "1.5", "cb3ff8000000000000"},
	{"\"number\"", "0.1", "a3302e31"},
	{"\"number\"", "12345678901234567890123",
	 "b73132333435363738393031323334353637383930313233"},
	{"\"number\"", "1180591620717411303424", "cb4450000000000000"},
	{"[\"list\",\"string\"]", "[\"a\",\"b\"]", "92a161a162"},
	{"[\"set\",\"string\"]", "[\"a\",\"b\"]", "92a161a162"},
	{"[\"map\",\"string\"]", "{\"a\":\"b\"}", "81a161a162"},
	{"[\"object\",{\"a\":\"string\",\"b\":\"string\"}]", "{\"a\":\"c\",\"b\":null}",
	 "82a161a163a162c0"},
	{"[\"tuple\",[\"string\",\"bool\"]]", "[\"a\",true]", "92a161c3"},
	{"\"string\"", NULL, "d40000"},
	{"\"string\"", NULL, "c7030c8101c2"},
	{"\"string\"", NULL, "c7090c8201c202a47072652d"},
	{"\"number\"", NULL, "c70d0c8301c2039201c30492cd012cc2"},
	{"[\"list\",\"string\"]", NULL, "c7070c8301c205010603"},
	{"\"dynamic\"", NULL, "c0"},
	{"\"dynamic\"", NULL, "d40000"},
	{"\"dynamic\"", "\"a\"", "92c40822737472696e6722a161"},
	{"\"dynamic\"", "[]", "92c40c5b227475706c65222c5b5d5d90"},
	{"[\"map\",[\"list\",\"string\"]]", "{\"a\":[]}", "81a16190"},
};

TEST(each_value_is_written_and_read_as_the_go_library_does)
{
	struct arena a = ARENA_INIT(1 << 24);

	for (size_t i = 0; i < FP_ARRAY_SIZE(values); i++) {
		const struct type *t = type_of(&a, values[i].type);
		struct buf out = BUF_INIT(65536);
		const struct value *v, *wanted;
		struct err e = ERR_INIT;
		uint8_t bytes[256];
		size_t size = from_hex(values[i].hex, bytes, sizeof(bytes));

		tap_row("%s as %s", values[i].hex, values[i].type);
		if (ctypack_read(&a, t, bytes, size, &v, &e) < 0)
			tap_fail(__FILE__, __LINE__, "%s", e.text);
		if (values[i].json) {
			CHECK_INT(value_from_json_text(&a, t, values[i].json,
						       strlen(values[i].json), &wanted, &e),
				  0);
			CHECK(value_same(v, wanted));
		}
		ctypack_write(&out, v, t);
		CHECK_STR(to_hex(&a, &out), values[i].hex);
		buf_release(&out);
	}
	arena_release(&a);
}

TEST(other_forms_of_unknown_and_of_numbers_are_read)
{
	static const struct {
		const char *type, *hex, *again;
	} rows[] = {
		{"\"string\"", "d40100", "d40000"},
		{"\"string\"", "d5000000", "d40000"},
		{"\"string\"", "c70000", "d40000"},
		{"\"string\"", "c8000000", "d40000"},
		{"\"string\"", "d90161", "a161"},
		{"\"number\"", "cd0001", "01"},
		{"\"number\"", "d300000000000000ff", "ccff"},
		{"\"number\"", "ca3fc00000", "cb3ff8000000000000"},
		{"\"number\"", "a130", "00"},
		{"[\"set\",\"string\"]", "92a162a161", "92a161a162"},
		{"[\"list\",\"string\"]", "dc0001a161", "91a161"},
		{"\"bool\"", "c7090c8201c202a47072652d", "d40000"},
	};
	struct arena a = ARENA_INIT(1 << 24);

	for (size_t i = 0; i < FP_ARRAY_SIZE(rows); i++) {
		const struct type *t = type_of(&a, rows[i].type);
		struct buf out = BUF_INIT(65536);
		struct err e = ERR_INIT;
		const struct value *v;
		uint8_t bytes[64];

		tap_row("%s", rows[i].hex);
		if (ctypack_read(&a, t, bytes, from_hex(rows[i].hex, bytes, sizeof(bytes)), &v,
				 &e) < 0)
			tap_fail(__FILE__, __LINE__, "%s", e.text);
		ctypack_write(&out, v, t);
		CHECK_STR(to_hex(&a, &out), rows[i].again);
		buf_release(&out);
	}
	arena_release(&a);
}

TEST(what_is_no_value_of_the_type_is_refused)
{
	static const struct {
		const char *type, *hex, *reason;
	} rows[] = {
		{"\"string\"", "", "it ends early or has an unknown byte"},
		{"\"string\"", "c1", "it ends early or has an unknown byte"},
		{"\"string\"", "a261", "it ends early or has an unknown byte"},
		{"\"string\"", "a1ff", "a text that is no text"},
		{"\"string\"", "01", "a primitive of another type"},
		{"\"bool\"", "a161", "a primitive of another type"},
		{"\"number\"", "a161", "a primitive of another type"},
		{"\"number\"", "cb7ff0000000000000", "a primitive of another type"},
		{"\"string\"", "a161a161", "something follows it"},
		{"[\"list\",\"string\"]", "81a161a161", "a value of another type"},
		{"[\"list\",\"string\"]", "ddffffffff", "it ends early or has an unknown byte"},
		{"[\"map\",\"string\"]", "8101a161", "a key that is no text"},
		{"[\"object\",{\"a\":\"string\"}]", "80", "an object with other attributes"},
		{"[\"object\",{\"a\":\"string\"}]", "81a162c0", "an object with other attributes"},
		{"[\"object\",{\"a\":\"string\",\"b\":\"string\"}]", "82a161c0a161c0",
		 "an object with other attributes"},
		{"[\"tuple\",[\"string\"]]", "90", "a tuple of another length"},
		{"\"dynamic\"", "a161", "a dynamic value without its type"},
		{"\"string\"", "c7020c8101", "refinements that cannot be read"},
		{"\"string\"", "c7030c8107c2", "refinements that cannot be read"},
	};
	struct arena a = ARENA_INIT(1 << 24);
	char wanted[256];

	for (size_t i = 0; i < FP_ARRAY_SIZE(rows); i++) {
		const struct value *v;
		struct err e = ERR_INIT;
		uint8_t bytes[64];

		tap_row("%s as %s", rows[i].hex, rows[i].type);
		CHECK_INT(ctypack_read(&a, type_of(&a, rows[i].type), bytes,
				       from_hex(rows[i].hex, bytes, sizeof(bytes)), &v, &e),
			  -1);
		(void)snprintf(wanted, sizeof(wanted), "not a value in MessagePack: %s",
			       rows[i].reason);
		CHECK_STR(e.text, wanted);
	}
	arena_release(&a);
}

/* Dynamic values within dynamic values: only the bytes say how deep. */
TEST(values_as_deep_as_the_limit_are_read_and_one_deeper_is_refused)
{
	struct arena a = ARENA_INIT((size_t)1 << 28);

	for (int over = 0; over <= 1; over++) {
		struct buf in = BUF_INIT(1 << 20);
		const struct value *v;
		struct err e = ERR_INIT;
		size_t levels = CTYPACK_DEPTH_MAX / 2 - 1 + (size_t)over;

		/* Each level is a dynamic value that holds a list of one dynamic value. */
		for (size_t i = 0; i < levels; i++) {
			static const char t[] = "[\"tuple\",[\"dynamic\"]]";

			msgpack_add_array(&in, 2);
			msgpack_add_binary(&in, t, strlen(t));
			msgpack_add_array(&in, 1);
		}
		msgpack_add_array(&in, 2);
		msgpack_add_binary(&in, "\"string\"", 8);
		msgpack_add_string(&in, "a", 1);
		tap_row("%zu levels", levels);
		CHECK_INT(ctypack_read(&a, &type_dynamic, in.data, in.size, &v, &e), over ? -1 : 0);
		if (over)
			CHECK_STR(e.text, "not a value in MessagePack: too many levels");
		buf_release(&in);
	}
	arena_release(&a);
}

/* --- Protocol Buffers --------------------------------------------------------------------------
 */

TEST(fields_are_read_as_they_were_written_and_damage_is_seen)
{
	static const char *const bad[] = {"08", "0a05", "0a",
					  "07", "0b",	"08ffffffffffffffffffff01"};
	struct buf out = BUF_INIT(4096), inner = BUF_INIT(64);
	struct pb_field f;
	struct pb_reader r;
	uint8_t bytes[64];

	pb_add_uint(&out, 1, 300);
	pb_add_uint(&out, 2, 0);
	pb_add_text(&out, 3, "abc");
	pb_add_message(&out, 4, &inner);
	CHECK_MEM(out.data, out.size,
		  "\x08\xac\x02\x1a\x03"
		  "abc\x22\x00",
		  10);
	r = pb_reader_of(out.data, out.size);
	CHECK(pb_next(&r, &f) && f.number == 1 && f.value == 300 && !f.is_bytes);
	CHECK(pb_next(&r, &f) && f.number == 3 && f.is_bytes && f.size == 3);
	CHECK(pb_next(&r, &f) && f.number == 4 && f.is_bytes && f.size == 0);
	CHECK(!pb_next(&r, &f) && !r.bad);
	for (size_t i = 0; i < FP_ARRAY_SIZE(bad); i++) {
		tap_row("%s", bad[i]);
		r = pb_reader_of(bytes, from_hex(bad[i], bytes, sizeof(bytes)));
		while (pb_next(&r, &f))
			;
		CHECK(r.bad);
	}
	buf_release(&out);
}

/* --- schemas -----------------------------------------------------------------------------------
 */

struct served {
	struct arena arena;
	struct pack pack;
	struct request request;
	json_t *json;
	struct type_use uses[64];
	size_t use_count;
};

static void open_pack(struct served *s)
{
	const char *build = getenv("FIXPROOF_BUILD");
	struct err e = ERR_INIT;
	char path[4096];
	int fd;

	*s = (struct served){.arena = ARENA_INIT((size_t)1 << 28)};
	(void)snprintf(path, sizeof(path), "%s/packs/hashicorp-aws-5.100.0.pack",
		       build ? build : "build/release");
	fd = open(path, O_RDONLY | O_CLOEXEC);
	CHECK(fd >= 0);
	CHECK_INT(pack_map(fd, path, &s->arena, &s->pack, &e), 0);
	fd_close(fd);
}

static void use(struct served *s, enum pack_kind kind, const char *name)
{
	struct pack_document document;
	struct err e = ERR_INIT;
	struct type_use *u = &s->uses[s->use_count++];

	*u = (struct type_use){.provider = AWS, .kind = kind, .name = name, .from_pack = true};
	CHECK_INT(pack_find(&s->pack, kind, name, &document, &e), 1);
	CHECK_INT(restype_decode(&s->arena, kind, name, &document, true, &u->type, &e), 0);
}

static void ask(struct served *s, const char *request)
{
	struct err e = ERR_INIT;

	if (request_read(request, strlen(request), &s->arena, &s->json, &s->request, &e) < 0)
		tap_fail(__FILE__, __LINE__, "%s", e.text);
}

/* The schema of a pack's document, without what the protocol does not carry. */
TEST(a_schema_survives_the_way_through_the_protocol)
{
	static const struct {
		enum pack_kind kind;
		const char *name;
	} rows[] = {
		{PACK_PROVIDER, ""},
		{PACK_RESOURCE, "aws_s3_bucket"},
		{PACK_RESOURCE, "aws_security_group"},
		{PACK_RESOURCE, "aws_launch_template"},
		{PACK_RESOURCE, "aws_wafv2_web_acl_rule_group_association"},
		{PACK_RESOURCE, "aws_db_instance"},
		{PACK_DATA, "aws_iam_policy_document"},
		{PACK_EPHEMERAL, "aws_secretsmanager_secret_version"},
	};
	struct served s;

	open_pack(&s);
	for (size_t i = 0; i < FP_ARRAY_SIZE(rows); i++) {
		struct buf schema = BUF_INIT(1 << 24), json = BUF_INIT(1 << 24);
		struct buf again = BUF_INIT(1 << 24);
		struct pack_document document;
		const struct restype *t;
		struct err e = ERR_INIT;
		int found = pack_find(&s.pack, rows[i].kind, rows[i].name, &document, &e);

		tap_row("%s", rows[i].name);
		if (found == 0)
			continue;
		CHECK_INT(restype_decode(&s.arena, rows[i].kind, rows[i].name, &document, false, &t,
					 &e),
			  0);
		schemapb_write(&schema, t->block, t->version, 5);
		CHECK(schemapb_to_json(&json, (const uint8_t *)schema.data, schema.size, 5));
		buf_addf(&again, "{\"facts\":{},\"schema\":%s}", json.data);
		document.json = again.data;
		document.size = again.size;
		CHECK_INT(restype_decode(&s.arena, rows[i].kind, rows[i].name, &document, false, &t,
					 &e),
			  0);
		buf_reset(&json);
		schemapb_write(&json, t->block, t->version, 5);
		CHECK_MEM(json.data, json.size, schema.data, schema.size);
		buf_release(&schema);
		buf_release(&json);
		buf_release(&again);
	}
	arena_release(&s.arena);
}

/* --- captured exchanges ------------------------------------------------------------------------
 */

struct vector {
	json_t *json;
	const char *method;
	uint8_t *request, *response;
	size_t request_size, response_size;
};

static int vectors_dir(void)
{
	const char *source = getenv("FIXPROOF_SOURCE");
	char path[4096];
	int fd;

	(void)snprintf(path, sizeof(path), "%s/tests/vectors/tfplugin", source ? source : ".");
	fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	CHECK(fd >= 0);
	return fd;
}

static void read_vector(struct served *s, const char *name, struct vector *v)
{
	struct err e = ERR_INIT;
	const char *in, *out;
	int dir = vectors_dir();

	CHECK_INT(json_read_file(dir, name, 1 << 20, &v->json, &e), 0);
	fd_close(dir);
	v->method = json_string_value(json_object_get(v->json, "method"));
	in = json_string_value(json_object_get(v->json, "request_hex"));
	out = json_string_value(json_object_get(v->json, "mock_response_hex"));
	v->request = arena_alloc(&s->arena, strlen(in) / 2 + 1);
	v->response = arena_alloc(&s->arena, strlen(out) / 2 + 1);
	v->request_size = from_hex(in, v->request, strlen(in) / 2);
	v->response_size = from_hex(out, v->response, strlen(out) / 2);
}

static struct pb_field field(const void *data, size_t size, uint32_t number)
{
	struct pb_reader r = pb_reader_of(data, size);
	struct pb_field f, found = {.number = 0};

	while (pb_next(&r, &f))
		if (f.number == number)
			found = f;
	CHECK(!r.bad);
	return found;
}

static void answer(struct served *s, struct mockprov_client *c, struct vector *v, struct buf *out)
{
	(void)s;
	tap_row("%s", v->method);
	CHECK_INT(mockprov_answer(c, v->method, v->request, v->request_size, out), H2_OK);
}

static void same_field(const struct vector *v, const struct buf *out, uint32_t number)
{
	struct pb_field wanted = field(v->response, v->response_size, number);
	struct pb_field got = field(out->data, out->size, number);

	CHECK_INT(got.value, wanted.value);
	CHECK_MEM(got.data, got.size, wanted.data, wanted.size);
}

static struct mockprov_client *serve_facts(struct served *s, const char *facts)
{
	static const char mock[] =
		"\"mock\":{\"data\":{"
		"\"aws_caller_identity\":{\"arn\":\"arn:aws:iam::123456789012:user/mock\","
		"\"account_id\":\"123456789012\",\"id\":\"123456789012\",\"user_id\":\"AIDAMOCK\"}"
		"}}}";

	open_pack(s);
	ask(s,
	    arena_printf(&s->arena, "{\"format\":\"fixproof-plan-request/1\",\"facts\":\"%s\",%s",
			 facts, mock));
	use(s, PACK_PROVIDER, "");
	use(s, PACK_DATA, "aws_caller_identity");
	use(s, PACK_RESOURCE, "aws_security_group");
	use(s, PACK_RESOURCE, "aws_s3_bucket");
	use(s, PACK_RESOURCE, "aws_s3_bucket_public_access_block");
	return mockprov_connect(mockprov_new(&s->arena, AWS, &s->request, s->uses, s->use_count));
}

static struct mockprov_client *serve(struct served *s)
{
	return serve_facts(s, "recorded");
}

TEST(captured_requests_are_answered_with_the_bytes_that_are_determined)
{
	static const struct {
		const char *file;
		uint32_t fields[4];
	} rows[] = {
		{"01-ReadDataSource-aws_caller_identity.json", {1, 2}},
		{"02-Configure-provider.json", {1}},
		{"03-PlanResourceChange-aws_security_group.json", {1, 2, 4, 5}},
		{"04-PlanResourceChange-aws_s3_bucket_public_access_block.json", {1, 2, 4, 5}},
		{"06-UpgradeResourceState-aws_s3_bucket_public_access_block.json", {1, 2}},
		{"07-PlanResourceChange-aws_security_group-update.json", {1, 2, 4, 5}},
	};
	struct served s;
	struct mockprov_client *c = serve(&s);

	for (size_t i = 0; i < FP_ARRAY_SIZE(rows); i++) {
		struct buf out = BUF_INIT(1 << 20);
		struct vector v = {.json = NULL};

		read_vector(&s, rows[i].file, &v);
		answer(&s, c, &v, &out);
		for (size_t k = 0; k < 4 && rows[i].fields[k]; k++)
			same_field(&v, &out, rows[i].fields[k]);
		json_decref(v.json);
		buf_release(&out);
	}
	mockprov_disconnect(c);
}

/* Made-up values are ours; everything that was planned comes back unchanged, and nothing unknown.
 */
TEST(a_captured_apply_keeps_what_was_planned_and_leaves_nothing_unknown)
{
	struct served s;
	struct mockprov_client *c = serve(&s);
	struct buf out = BUF_INIT(1 << 20);
	struct vector v = {.json = NULL};
	const struct value *planned, *applied;
	struct pb_field f;
	const struct type *t = s.uses[3].type->block->type;
	struct err e = ERR_INIT;

	read_vector(&s, "05-ApplyResourceChange-aws_s3_bucket.json", &v);
	answer(&s, c, &v, &out);
	f = field(v.request, v.request_size, 3);
	f = field(f.data, f.size, 1);
	CHECK_INT(ctypack_read(&s.arena, t, f.data, f.size, &planned, &e), 0);
	f = field(out.data, out.size, 1);
	f = field(f.data, f.size, 1);
	CHECK_INT(ctypack_read(&s.arena, t, f.data, f.size, &applied, &e), 0);
	CHECK(planned->unknown_within && !applied->unknown_within);
	for (size_t i = 0; i < planned->count; i++)
		if (!planned->items[i]->unknown_within)
			CHECK(value_same(planned->items[i], applied->items[i]));
	mockprov_disconnect(c);
	json_decref(v.json);
	buf_release(&out);
}

TEST(a_connection_keeps_the_region_and_tags_of_its_own_configuration)
{
	struct served s;
	struct mockprov_client *one = serve(&s);
	struct mockprov_client *other =
		mockprov_connect(mockprov_new(&s.arena, AWS, &s.request, s.uses, s.use_count));
	struct buf out = BUF_INIT(1 << 20), again = BUF_INIT(1 << 20);
	struct vector configure = {.json = NULL}, plan = {.json = NULL};

	read_vector(&s, "02-Configure-provider.json", &configure);
	read_vector(&s, "03-PlanResourceChange-aws_security_group.json", &plan);
	answer(&s, one, &configure, &out);
	buf_reset(&out);
	answer(&s, one, &plan, &out);
	answer(&s, other, &plan, &again);
	CHECK(memmem(buf_text(&out), out.size, "tags_all", 8) != NULL);
	same_field(&plan, &again, 1);
	mockprov_disconnect(one);
	mockprov_disconnect(other);
	json_decref(configure.json);
	json_decref(plan.json);
	buf_release(&out);
	buf_release(&again);
}

TEST(a_request_that_is_none_gets_a_status_and_no_answer)
{
	static const struct {
		const char *path, *hex;
		enum h2_status status;
	} rows[] = {
		{"/tfplugin5.Provider/NoSuchMethod", "", H2_UNIMPLEMENTED},
		{"/tfplugin6.Provider/GetProviderSchema", "", H2_UNIMPLEMENTED},
		{"/tfplugin5.Provider/PlanResourceChange", "", H2_INVALID},
		{"/tfplugin5.Provider/PlanResourceChange", "0a", H2_INVALID},
		{"/tfplugin5.Provider/PlanResourceChange", "0a016112000a", H2_INVALID},
		{"/tfplugin5.Provider/ReadDataSource", "0a136177735f63616c6c65725f6964656e74697479",
		 H2_INVALID},
		{"/tfplugin5.Provider/Stop", "", H2_OK},
		{"/tfplugin5.Provider/GetFunctions", "", H2_OK},
	};
	struct served s;
	struct mockprov_client *c = serve(&s);

	for (size_t i = 0; i < FP_ARRAY_SIZE(rows); i++) {
		struct buf out = BUF_INIT(1 << 20);
		uint8_t bytes[64];

		tap_row("%s %s", rows[i].path, rows[i].hex);
		CHECK_INT(mockprov_answer(c, rows[i].path, bytes,
					  from_hex(rows[i].hex, bytes, sizeof(bytes)), &out),
			  rows[i].status);
		buf_release(&out);
	}
	mockprov_disconnect(c);
}

/* --- HTTP/2 ------------------------------------------------------------------------------------
 */

static size_t read_hex_file(struct served *s, const char *name, uint8_t **ret_bytes)
{
	struct buf text = BUF_INIT(1 << 20);
	struct err e = ERR_INIT;
	int dir = vectors_dir();
	char *hex;
	size_t n = 0, size;

	CHECK_INT(fd_read_file(dir, name, false, &text, &e), 0);
	fd_close(dir);
	hex = arena_alloc(&s->arena, text.size + 1);
	for (size_t i = 0; i < text.size; i++)
		if (text.data[i] > ' ')
			hex[n++] = text.data[i];
	*ret_bytes = arena_alloc(&s->arena, n / 2 + 1);
	size = from_hex(hex, *ret_bytes, n / 2);
	buf_release(&text);
	return size;
}

/* What DATA frames carry, in the order of the streams: which no choice of HPACK changes. */
static void data_of(const uint8_t *bytes, size_t size, struct buf *out)
{
	for (uint32_t stream = 1; stream < 64; stream += 2)
		for (size_t at = 0; at + 9 <= size;) {
			size_t length = (size_t)bytes[at] << 16 | (size_t)bytes[at + 1] << 8 |
					bytes[at + 2];
			uint32_t id = (uint32_t)bytes[at + 5] << 24 |
				      (uint32_t)bytes[at + 6] << 16 | (uint32_t)bytes[at + 7] << 8 |
				      bytes[at + 8];

			CHECK(at + 9 + length <= size);
			if (bytes[at + 3] == 0 && id == stream && length)
				buf_add(out, bytes + at + 9, length);
			at += 9 + length;
		}
}

static void replay(const char *in_name, const char *out_name, size_t step)
{
	struct served s;
	struct mockprov_client *c = serve_facts(&s, "schema");
	struct h2 *h = h2_server_new(mockprov_answer, c);
	struct buf sent = BUF_INIT(1 << 20), got = BUF_INIT(1 << 20), wanted = BUF_INIT(1 << 20);
	struct err e = ERR_INIT;
	uint8_t *in, *out;
	size_t in_size = read_hex_file(&s, in_name, &in);
	size_t out_size = read_hex_file(&s, out_name, &out);

	for (size_t at = 0; at < in_size; at += step) {
		const uint8_t *data;
		size_t size;

		tap_row("%s at %zu of %zu", in_name, at, in_size);
		if (h2_receive(h, in + at, FP_MIN(step, in_size - at), &e) < 0)
			tap_fail(__FILE__, __LINE__, "%s", e.text);
		for (;;) {
			CHECK_INT(h2_pending(h, &data, &size, &e), 0);
			if (size == 0)
				break;
			buf_add(&sent, data, size);
		}
	}
	data_of((const uint8_t *)sent.data, sent.size, &got);
	data_of(out, out_size, &wanted);
	CHECK(wanted.size >= 5);
	CHECK_MEM(got.data, got.size, wanted.data, wanted.size);
	h2_free(h);
	mockprov_disconnect(c);
	buf_release(&sent);
	buf_release(&got);
	buf_release(&wanted);
}

TEST(captured_connections_are_answered_alike_however_their_bytes_arrive)
{
	for (size_t step = 1; step < 5000; step = step * 7 + 1) {
		replay("wire-04.c2s.hex", "wire-04.s2c.hex", step);
		replay("wire-06.c2s.hex", "wire-06.s2c.hex", step);
	}
}

static void move(struct h2 *from, struct h2 *to)
{
	struct err e = ERR_INIT;
	const uint8_t *data;
	size_t size;

	for (;;) {
		CHECK_INT(h2_pending(from, &data, &size, &e), 0);
		if (size == 0)
			return;
		if (h2_receive(to, data, size, &e) < 0)
			tap_fail(__FILE__, __LINE__, "%s", e.text);
	}
}

static enum h2_status echo(void *context, const char *path, const uint8_t *message, size_t size,
			   struct buf *out)
{
	(void)context;
	if (strcmp(path, "/tfplugin5.Provider/Echo") != 0)
		return H2_UNIMPLEMENTED;
	for (int i = 0; i < 3; i++)
		buf_add(out, message, size);
	return H2_OK;
}

TEST(our_client_and_our_server_understand_each_other)
{
	struct h2 *server = h2_server_new(echo, NULL), *client = h2_client_new();
	static const size_t sizes[] = {0, 1, 16379, 16384, 65535, 300000, 3000000};
	struct buf message = BUF_INIT((size_t)1 << 25);
	struct err e = ERR_INIT;
	const uint8_t *got;
	const char *words;
	enum h2_status status;
	size_t size;

	for (size_t i = 0; i < FP_ARRAY_SIZE(sizes); i++) {
		tap_row("%zu bytes", sizes[i]);
		while (message.size < sizes[i])
			buf_addch(&message, (char)message.size);
		CHECK_INT(h2_call(client, "/tfplugin5.Provider/Echo", buf_text(&message), sizes[i],
				  &e),
			  0);
		for (int k = 0; k < 2000 && !h2_answered(client, &status, &words, &got, &size);
		     k++) {
			move(client, server);
			move(server, client);
		}
		CHECK(h2_answered(client, &status, &words, &got, &size));
		CHECK_INT(status, H2_OK);
		CHECK_INT(size, 3 * sizes[i]);
		CHECK(sizes[i] == 0 || memcmp(got + sizes[i], message.data, sizes[i]) == 0);
	}
	CHECK_INT(h2_call(client, "/tfplugin5.Provider/Nothing", "", 0, &e), 0);
	move(client, server);
	move(server, client);
	CHECK(h2_answered(client, &status, &words, &got, &size));
	CHECK_INT(status, H2_UNIMPLEMENTED);
	CHECK_INT(h2_call(client, "/plugin.GRPCBroker/StartStream", "", 0, &e), 0);
	move(client, server);
	move(server, client);
	CHECK(h2_answered(client, &status, &words, &got, &size));
	CHECK_INT(status, H2_UNIMPLEMENTED);
	h2_free(server);
	h2_free(client);
	buf_release(&message);
}

TEST(bytes_that_are_not_http2_break_the_connection)
{
	struct h2 *h = h2_server_new(echo, NULL);
	struct err e = ERR_INIT;

	CHECK_INT(h2_receive(h, "GET / HTTP/1.1\r\nHost: x\r\n\r\n", 27, &e), -1);
	CHECK_STR(e.text, "HTTP/2: Received bad client magic byte string");
	h2_free(h);
}

/* --- state -------------------------------------------------------------------------------------
 */

TEST(state_of_an_inferred_type_follows_the_schema_of_today)
{
	static const char state[] = "{\"gone\":{\"type\":\"string\",\"value\":\"x\"},\"id\":\"i\","
				    "\"size\":{\"type\":\"number\",\"value\":3},\"disk\":{\"type\":"
				    "[\"tuple\",[[\"object\",{\"old\":\"string\"}]]],\"value\":"
				    "[{\"old\":\"y\"}]}}";
	struct arena a = ARENA_INIT(1 << 24);
	struct restype_attr inner[] = {{.name = "new", .type = &type_dynamic, .optional = true},
				       {.name = "old", .type = &type_dynamic, .optional = true}};
	struct restype_attr attrs[] = {{.name = "id", .type = &type_string, .computed = true},
				       {.name = "size", .type = &type_dynamic, .optional = true},
				       {.name = "more", .type = &type_dynamic, .optional = true}};
	struct restype_block_type disk = {.name = "disk", .nesting = RESTYPE_LIST};
	const struct restype_block *b;
	struct buf out = BUF_INIT(4096);
	const struct value *v;
	struct err e = ERR_INIT;

	disk.block = restype_block_new(&a, inner, 2, NULL, 0);
	disk.type = restype_nested_type(&a, RESTYPE_LIST, disk.block->type);
	b = restype_block_new(&a, attrs, 3, &disk, 1);
	if (ctystate_read(&a, b, state, strlen(state), &v, &e) < 0)
		tap_fail(__FILE__, __LINE__, "%s", e.text);
	value_write_json(&out, v, false);
	CHECK_STR(
		buf_text(&out),
		"{\"disk\":[{\"new\":null,\"old\":\"y\"}],\"id\":\"i\",\"more\":null,\"size\":3}");
	buf_release(&out);
	arena_release(&a);
}
