#include "tests/tap.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "runner/base/fd.h"
#include "runner/base/json.h"
#include "runner/plan/planner.h"
#include "runner/plan/version.h"

/* A provider of two types that does a little of everything. */
static const char bucket[] =
	"{\"facts\":{\"absent\":{\"force\":false,\"rule\":\"?\"},\"enums\":{\"acl\":[\"private\","
	"\"public\"],\"kind\":[\"first\"]},\"force_new\":[\"name\"],\"ignore_case\":{\"kind\":"
	"\"rewritten or not\"},\"legacy\":true,\"present\":{\"rule.kind\":\"AES\"},"
	"\"ranges\":{\"days\":[\"1\",\"30\"],\"name\":[\"1\",\"12\"]}},\"schema\":{\"block\":{"
	"\"attributes\":{"
	"\"acl\":{\"optional\":true,\"type\":\"string\"},"
	"\"arn\":{\"computed\":true,\"type\":\"string\"},"
	"\"days\":{\"optional\":true,\"type\":\"number\"},"
	"\"force\":{\"optional\":true,\"type\":\"bool\"},"
	"\"id\":{\"computed\":true,\"optional\":true,\"type\":\"string\"},"
	"\"kind\":{\"optional\":true,\"type\":\"string\"},"
	"\"name\":{\"required\":true,\"type\":\"string\"},"
	"\"secret\":{\"optional\":true,\"sensitive\":true,\"type\":\"string\"},"
	"\"tags\":{\"optional\":true,\"type\":[\"map\",\"string\"]},"
	"\"tags_all\":{\"computed\":true,\"optional\":true,\"type\":[\"map\",\"string\"]}},"
	"\"block_types\":{\"rule\":{\"block\":{\"attributes\":{"
	"\"kind\":{\"optional\":true,\"type\":\"string\"},"
	"\"size\":{\"required\":true,\"type\":\"number\"}}},\"max_items\":2,"
	"\"nesting_mode\":\"list\"}}},\"version\":3}}";
static const char thing[] = "{\"facts\":{},\"schema\":{\"block\":{\"attributes\":{"
			    "\"id\":{\"computed\":true,\"type\":\"string\"},"
			    "\"label\":{\"computed\":true,\"type\":\"string\"},"
			    "\"name\":{\"required\":true,\"type\":\"string\"}}},\"version\":0}}";
static const char provider[] =
	"{\"facts\":{},\"schema\":{\"block\":{\"attributes\":{"
	"\"region\":{\"optional\":true,\"type\":\"string\"}},\"block_types\":{\"default_tags\":{"
	"\"block\":{\"attributes\":{\"tags\":{\"optional\":true,\"type\":[\"map\",\"string\"]}}},"
	"\"max_items\":1,\"nesting_mode\":\"list\"}}},\"version\":0}}";

struct setup {
	struct arena arena;
	struct pack pack;
	struct buf pack_bytes, record;
	char dir[64];
	int fd;
	json_t *json;
};

static void setup_init(struct setup *s)
{
	struct pack_source sources[] = {
		{PACK_PROVIDER, "", provider, strlen(provider)},
		{PACK_RESOURCE, "fake_bucket", bucket, strlen(bucket)},
		{PACK_DATA, "fake_thing", thing, strlen(thing)},
	};
	struct err e = ERR_INIT;

	*s = (struct setup){.arena = ARENA_INIT(256u << 20),
			    .pack_bytes = BUF_INIT(65536),
			    .record = BUF_INIT(16u << 20)};
	CHECK_INT(pack_write(&s->pack_bytes, "registry.terraform.io/hashicorp/fake", "1.0.0", NULL,
			     sources, FP_ARRAY_SIZE(sources), &e),
		  0);
	CHECK_INT(pack_open(s->pack_bytes.data, s->pack_bytes.size, &s->arena, &s->pack, &e), 0);
	(void)snprintf(s->dir, sizeof(s->dir), "/tmp/test_planner.XXXXXX");
	CHECK(mkdtemp(s->dir) != NULL);
	s->fd = open(s->dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	CHECK(s->fd >= 0);
}

static void setup_release(struct setup *s)
{
	struct err e = ERR_INIT;

	fd_close(s->fd);
	CHECK_INT(fd_remove_tree(AT_FDCWD, s->dir, &e), 0);
	json_decref(s->json);
	buf_release(&s->record);
	buf_release(&s->pack_bytes);
	arena_release(&s->arena);
}

static void write_file(struct setup *s, const char *path, const char *text)
{
	char parent[256];
	struct err e = ERR_INIT;
	const char *slash = strrchr(path, '/');

	if (slash) {
		(void)snprintf(parent, sizeof(parent), "%.*s", (int)(slash - path), path);
		CHECK_INT(fd_make_dirs(s->fd, parent, 0755, &e), 0);
	}
	CHECK_INT(fd_write_file(s->fd, path, text, strlen(text), 0644, &e), 0);
}

/* extra: more members of the request, each with a comma before it. */
static void run(struct setup *s, const char *extra)
{
	const char *request =
		arena_printf(&s->arena,
			     "{\"format\":\"fixproof-plan-request/1\",\"want_state\":true,"
			     "\"want_view\":true%s}",
			     extra);
	const struct planner_input in = {s->fd, &s->pack, 1, request, strlen(request)};
	struct err e = ERR_INIT;

	buf_reset(&s->record);
	json_decref(s->json);
	s->json = NULL;
	if (planner_run(&in, &s->arena, &s->record, &e) < 0)
		tap_fail(__FILE__, __LINE__, "%s", e.text);
	CHECK_INT(json_parse("record", s->record.data, s->record.size, &s->json, &e), 0);
}

static json_t *change_of(const struct setup *s, const char *address)
{
	json_t *changes = json_object_get(json_object_get(s->json, "plan"), "resource_changes");
	json_t *one;
	size_t i;

	json_array_foreach (changes, i, one)
		if (strcmp(json_string_value(json_object_get(one, "address")), address) == 0)
			return one;
	tap_fail(__FILE__, __LINE__, "no change of %s in %s", address, buf_text(&s->record));
}

static const char *compact(struct setup *s, json_t *json)
{
	char *text = json_dumps(json, JSON_COMPACT | JSON_SORT_KEYS | JSON_ENCODE_ANY);
	const char *kept = arena_strdup(&s->arena, text ? text : "(null)");

	free(text);
	return kept;
}

static const char *actions(struct setup *s, const char *address)
{
	return compact(
		s, json_object_get(json_object_get(change_of(s, address), "change"), "actions"));
}

static const char *part(struct setup *s, const char *address, const char *key)
{
	return compact(s, json_object_get(json_object_get(change_of(s, address), "change"), key));
}

/* The state of the last run as a member of the next request. */
static const char *with_state(struct setup *s)
{
	return arena_printf(&s->arena, ",\"prior_state\":%s",
			    compact(s, json_object_get(s->json, "state")));
}

static const char *first_refusal(struct setup *s)
{
	json_t *one = json_array_get(json_object_get(s->json, "diagnostics"), 0);

	if (!one)
		return "(none)";
	return arena_printf(&s->arena, "%s:%lld:%lld: %s: %s: %s",
			    json_string_value(json_object_get(one, "file")),
			    json_integer_value(json_object_get(one, "line")),
			    json_integer_value(json_object_get(one, "column")),
			    json_string_value(json_object_get(one, "severity")),
			    json_string_value(json_object_get(one, "summary")),
			    json_string_value(json_object_get(one, "detail")));
}

TEST(defaults_unknowns_and_absent_blocks_are_planned_as_recorded)
{
	struct setup s;

	setup_init(&s);
	write_file(&s, "main.tf", "resource \"fake_bucket\" \"a\" {\n  name = \"a\"\n}\n");
	run(&s, "");
	CHECK_STR(part(&s, "fake_bucket.a", "after"),
		  "{\"acl\":null,\"days\":null,\"force\":false,\"kind\":null,\"name\":\"a\","
		  "\"secret\":null,"
		  "\"tags\":null}");
	CHECK_STR(part(&s, "fake_bucket.a", "after_unknown"),
		  "{\"arn\":true,\"id\":true,\"rule\":true,\"tags_all\":true}");
	CHECK_STR(part(&s, "fake_bucket.a", "after_sensitive"),
		  "{\"rule\":[],\"secret\":true,\"tags_all\":{}}");
	run(&s, ",\"facts\":\"schema\"");
	CHECK_STR(part(&s, "fake_bucket.a", "after"),
		  "{\"acl\":null,\"days\":null,\"force\":null,\"kind\":null,\"name\":\"a\","
		  "\"rule\":[],\"secret\":null,"
		  "\"tags\":null}");
	setup_release(&s);
}

TEST(defaults_within_blocks_and_default_tags_are_planned_as_recorded)
{
	struct setup s;

	setup_init(&s);
	write_file(&s, "main.tf",
		   "provider \"fake\" {\n  default_tags {\n    tags = { A = \"1\", B = \"1\" }\n  "
		   "}\n}\n"
		   "resource \"fake_bucket\" \"a\" {\n  name = \"a\"\n  tags = { B = \"2\" }\n"
		   "  rule {\n    size = 3\n  }\n}\n");
	run(&s, "");
	CHECK_STR(part(&s, "fake_bucket.a", "after"),
		  "{\"acl\":null,\"days\":null,\"force\":false,\"kind\":null,\"name\":\"a\","
		  "\"rule\":[{\"kind\":"
		  "\"AES\",\"size\":3}],\"secret\":null,\"tags\":{\"B\":\"2\"},\"tags_all\":{\"A\":"
		  "\"1\",\"B\":\"2\"}}");
	setup_release(&s);
}

TEST(a_plan_against_the_state_after_applying_it_is_empty)
{
	struct setup s;

	setup_init(&s);
	write_file(
		&s, "main.tf",
		"resource \"fake_bucket\" \"a\" {\n  for_each = toset([\"x\", \"y\"])\n  name = "
		"each.key\n  secret = sensitive(\"s\")\n}\ndata \"fake_thing\" \"t\" {\n  name = "
		"fake_bucket.a[\"x\"].id\n}\noutput \"l\" {\n  value = "
		"data.fake_thing.t.label\n}\n");
	run(&s, "");
	CHECK_STR(actions(&s, "fake_bucket.a[\"x\"]"), "[\"create\"]");
	CHECK_STR(actions(&s, "data.fake_thing.t"), "[\"read\"]");
	run(&s, with_state(&s));
	CHECK_STR(actions(&s, "fake_bucket.a[\"x\"]"), "[\"no-op\"]");
	CHECK_STR(actions(&s, "fake_bucket.a[\"y\"]"), "[\"no-op\"]");
	CHECK_STR(
		compact(&s, json_object_get(
				    json_object_get(json_object_get(json_object_get(s.json, "plan"),
								    "output_changes"),
						    "l"),
				    "actions")),
		"[\"no-op\"]");
	setup_release(&s);
}

TEST(a_change_is_an_update_or_a_replacement_with_its_path)
{
	struct setup s;
	const char *state;

	setup_init(&s);
	write_file(&s, "main.tf", "resource \"fake_bucket\" \"a\" {\n  name = \"a\"\n}\n");
	run(&s, "");
	state = with_state(&s);
	write_file(&s, "main.tf",
		   "resource \"fake_bucket\" \"a\" {\n  name = \"a\"\n  days = 7\n}\n");
	run(&s, state);
	CHECK_STR(actions(&s, "fake_bucket.a"), "[\"update\"]");
	write_file(&s, "main.tf", "resource \"fake_bucket\" \"a\" {\n  name = \"b\"\n}\n");
	run(&s, state);
	CHECK_STR(actions(&s, "fake_bucket.a"), "[\"delete\",\"create\"]");
	CHECK_STR(part(&s, "fake_bucket.a", "replace_paths"), "[[\"name\"]]");
	CHECK_STR(compact(&s, json_object_get(change_of(&s, "fake_bucket.a"), "action_reason")),
		  "\"replace_because_cannot_update\"");
	write_file(&s, "main.tf",
		   "resource \"fake_bucket\" \"a\" {\n  name = \"b\"\n  lifecycle {\n    "
		   "create_before_destroy = true\n  }\n}\n");
	run(&s, state);
	CHECK_STR(actions(&s, "fake_bucket.a"), "[\"create\",\"delete\"]");
	write_file(&s, "main.tf",
		   "resource \"fake_bucket\" \"a\" {\n  name = \"b\"\n  lifecycle {\n    "
		   "ignore_changes = [name]\n  }\n}\n");
	run(&s, state);
	CHECK_STR(actions(&s, "fake_bucket.a"), "[\"no-op\"]");
	setup_release(&s);
}

TEST(what_leaves_the_configuration_is_deleted_moved_or_forgotten)
{
	struct setup s;
	const char *state;

	setup_init(&s);
	write_file(&s, "main.tf", "resource \"fake_bucket\" \"a\" {\n  name = \"a\"\n}\n");
	run(&s, "");
	state = with_state(&s);
	write_file(&s, "main.tf", "locals {}\n");
	run(&s, state);
	CHECK_STR(actions(&s, "fake_bucket.a"), "[\"delete\"]");
	CHECK_STR(compact(&s, json_object_get(change_of(&s, "fake_bucket.a"), "action_reason")),
		  "\"delete_because_no_resource_config\"");
	write_file(
		&s, "main.tf",
		"removed {\n  from = fake_bucket.a\n  lifecycle {\n    destroy = false\n  }\n}\n");
	run(&s, state);
	CHECK_STR(actions(&s, "fake_bucket.a"), "[\"forget\"]");
	write_file(&s, "main.tf",
		   "moved {\n  from = fake_bucket.a\n  to = fake_bucket.b\n}\nresource "
		   "\"fake_bucket\" "
		   "\"b\" {\n  name = \"a\"\n}\n");
	run(&s, state);
	CHECK_STR(actions(&s, "fake_bucket.b"), "[\"no-op\"]");
	CHECK_STR(compact(&s, json_object_get(change_of(&s, "fake_bucket.b"), "previous_address")),
		  "\"fake_bucket.a\"");
	write_file(&s, "main.tf",
		   "resource \"fake_bucket\" \"a\" {\n  count = 1\n  name = \"a\"\n}\n");
	run(&s, state);
	CHECK_STR(actions(&s, "fake_bucket.a[0]"), "[\"no-op\"]");
	setup_release(&s);
}

TEST(an_import_is_planned_from_what_the_request_says_is_there)
{
	static const char text[] = "resource \"fake_bucket\" \"a\" {\n  name = \"a\"\n}\n"
				   "import {\n  to = fake_bucket.a\n  id = \"the-a\"\n}\n";
	struct setup s;

	setup_init(&s);
	write_file(&s, "main.tf", text);
	run(&s, ",\"mock\":{\"imports\":{\"fake_bucket.a\":{\"id\":\"the-a\",\"name\":\"a\","
		"\"tags_all\":{}}}}");
	CHECK_STR(part(&s, "fake_bucket.a", "importing"), "{\"id\":\"the-a\"}");
	run(&s, with_state(&s));
	CHECK_STR(actions(&s, "fake_bucket.a"), "[\"no-op\"]");
	CHECK_STR(part(&s, "fake_bucket.a", "importing"), "(null)");
	run(&s, ",\"mock\":{\"imports\":{\"fake_bucket.a\":{\"id\":\"the-a\",\"name\":\"b\"}}}");
	CHECK_STR(actions(&s, "fake_bucket.a"), "[\"delete\",\"create\"]");
	run(&s, ",\"mock\":{\"imports\":{\"fake_bucket.a\":{\"colour\":\"red\"}}}");
	CHECK_STR(first_refusal(&s),
		  "main.tf:4:1: error: Unusable mock value: The mock value of what is imported as "
		  "fake_bucket.a does not fit: there is no \"colour\".");
	setup_release(&s);
}

TEST(another_salt_gives_other_mock_values_and_the_same_plan)
{
	struct setup s;
	const char *state, *plan;

	setup_init(&s);
	write_file(
		&s, "main.tf",
		"resource \"fake_bucket\" \"a\" {\n  name = \"a\"\n}\noutput \"id\" {\n  value = "
		"fake_bucket.a.id\n}\n");
	run(&s, "");
	state = compact(&s, json_object_get(s.json, "state"));
	plan = compact(&s, json_object_get(s.json, "plan"));
	run(&s, "");
	CHECK_STR(compact(&s, json_object_get(s.json, "state")), state);
	run(&s, ",\"mock\":{\"salt\":\"other\"}");
	CHECK_STR(compact(&s, json_object_get(s.json, "plan")), plan);
	CHECK(strcmp(compact(&s, json_object_get(s.json, "state")), state) != 0);
	setup_release(&s);
}

TEST(mock_values_of_the_request_are_used)
{
	struct setup s;

	setup_init(&s);
	write_file(&s, "main.tf",
		   "data \"fake_thing\" \"t\" {\n  name = \"n\"\n}\nresource \"fake_bucket\" \"a\" "
		   "{\n  "
		   "name = data.fake_thing.t.label\n}\n");
	run(&s, ",\"mock\":{\"data\":{\"fake_thing\":{\"label\":\"given\"}},\"resources\":{"
		"\"fake_bucket.a\":{\"arn\":\"arn:x\"}}}");
	CHECK_STR(
		compact(&s, json_object_get(
				    json_object_get(json_object_get(change_of(&s, "fake_bucket.a"),
								    "change"),
						    "after"),
				    "name")),
		"\"given\"");
	CHECK(strstr(buf_text(&s.record), "\"arn\":\"arn:x\"") != NULL);
	setup_release(&s);
}

TEST(modules_with_for_each_pass_values_down_and_outputs_up)
{
	struct setup s;

	setup_init(&s);
	write_file(
		&s, "main.tf",
		"module \"m\" {\n  source = \"./mods/m\"\n  for_each = { a = 1, b = 2 }\n  name = "
		"\"n-${each.key}-${each.value}\"\n}\noutput \"names\" {\n  value = [for m in "
		"module.m : "
		"m.name]\n}\n");
	write_file(&s, "mods/m/main.tf",
		   "variable \"name\" {\n  type = string\n}\nresource \"fake_bucket\" \"b\" {\n  "
		   "name = "
		   "upper(var.name)\n}\noutput \"name\" {\n  value = fake_bucket.b.name\n}\n");
	run(&s, "");
	CHECK_STR(actions(&s, "module.m[\"b\"].fake_bucket.b"), "[\"create\"]");
	CHECK_STR(
		compact(&s, json_object_get(
				    json_object_get(json_object_get(json_object_get(s.json, "plan"),
								    "output_changes"),
						    "names"),
				    "after")),
		"[\"N-A-1\",\"N-B-2\"]");
	setup_release(&s);
}

TEST(types_without_a_pack_are_inferred_and_say_so)
{
	struct setup s;

	setup_init(&s);
	write_file(&s, "main.tf",
		   "resource \"cloudy_disk\" \"d\" {\n  size = 10\n  part {\n    label = \"x\"\n  "
		   "}\n}\n"
		   "resource \"fake_bucket\" \"a\" {\n  name = \"n-${cloudy_disk.d.size}\"\n  "
		   "secret = "
		   "cloudy_disk.d.serial\n}\n");
	run(&s, "");
	CHECK_STR(actions(&s, "cloudy_disk.d"), "[\"create\"]");
	CHECK_STR(part(&s, "cloudy_disk.d", "after"), "{\"part\":[{\"label\":\"x\"}],\"size\":10}");
	CHECK_STR(part(&s, "cloudy_disk.d", "after_unknown"),
		  "{\"id\":true,\"part\":[{}],\"serial\":true}");
	CHECK(strstr(buf_text(&s.record),
		     "\"provider\":\"registry.terraform.io/hashicorp/cloudy\","
		     "\"kind\":\"resource\",\"type\":\"cloudy_disk\",\"source\":"
		     "\"inferred\"") != NULL);
	run(&s, with_state(&s));
	CHECK_STR(actions(&s, "cloudy_disk.d"), "[\"no-op\"]");
	setup_release(&s);
}

TEST(each_mistake_is_refused_with_its_place_and_reason)
{
	static const struct {
		const char *text, *message;
	} rows[] = {
		{"resource \"fake_bucket\" \"a\" {\n}\n",
		 "main.tf:1:28: error: Missing required argument: The argument \"name\" is "
		 "required, but "
		 "no definition was found."},
		{"resource \"fake_bucket\" \"a\" {\n  name = \"a\"\n  nome = 1\n}\n",
		 "main.tf:3:3: error: Unsupported argument: An argument named \"nome\" is not "
		 "expected "
		 "here."},
		{"resource \"fake_bucket\" \"a\" {\n  name = [1]\n}\n",
		 "main.tf:2:10: error: Incorrect attribute value type: Inappropriate value for "
		 "attribute "
		 "\"name\": string required."},
		{"resource \"fake_bucket\" \"a\" {\n  name = \"a\"\n  arn = \"x\"\n}\n",
		 "main.tf:3:3: error: Value for unconfigurable attribute: Can't configure a value "
		 "for "
		 "\"arn\": its value will be decided automatically based on the result of applying "
		 "this "
		 "configuration."},
		{"resource \"fake_bucket\" \"a\" {\n  name = \"a\"\n  acl = \"open\"\n}\n",
		 "main.tf:3:9: error: expected acl to be one of [\"private\" \"public\"], got "
		 "open: "},
		{"resource \"fake_bucket\" \"a\" {\n  name = \"a\"\n  acl = \"Private\"\n}\n",
		 "main.tf:3:9: error: expected acl to be one of [\"private\" \"public\"], got "
		 "Private: "},
		{"resource \"fake_bucket\" \"a\" {\n  name = \"a\"\n  kind = \"FIRST\"\n}\n",
		 "main.tf:3:10: unsupported: Value that differs in case: The provider takes "
		 "\"FIRST\" for "
		 "one of [\"first\"], but it is not recorded how it plans it."},
		{"resource \"fake_bucket\" \"a\" {\n  name = \"a\"\n  days = 31\n}\n",
		 "main.tf:3:10: error: expected days to be in the range (1 - 30), got 31: "},
		{"resource \"fake_bucket\" \"a\" {\n  name = \"thirteen char\"\n}\n",
		 "main.tf:2:10: error: expected length of name to be in the range (1 - 12), got "
		 "thirteen char: "},
		{"resource \"fake_bucket\" \"a\" {\n  name = \"a\"\n  dynamic \"rule\" {\n    "
		 "for_each = "
		 "[1, 2, 3]\n    content {\n      size = rule.value\n    }\n  }\n}\n",
		 "main.tf:3:3: error: Too many rule blocks: No more than 2 \"rule\" blocks are "
		 "allowed"},
		{"resource \"fake_none\" \"a\" {\n}\n",
		 "main.tf:1:10: error: Invalid resource type: The provider "
		 "registry.terraform.io/hashicorp/fake does not support resource type "
		 "\"fake_none\"."},
		{"output \"x\" {\n  value = var.nope\n}\n",
		 "main.tf:2:11: error: Reference to undeclared input variable: An input variable "
		 "with the "
		 "name \"nope\" has not been declared. This variable can be declared with a "
		 "variable "
		 "\"nope\" {} block."},
		{"output \"x\" {\n  value = fake_bucket.nope.id\n}\n",
		 "main.tf:2:11: error: Reference to undeclared resource: A managed resource "
		 "\"fake_bucket\" \"nope\" has not been declared in the root module."},
		{"resource \"terraform_data\" \"t\" {\n}\noutput \"x\" {\n  value = "
		 "try(terraform_data.t[0].id, 1)\n}\n",
		 "main.tf:4:15: error: Unexpected resource instance key: Because terraform_data.t "
		 "does not have \"count\" or \"for_each\" set, references to it must not include "
		 "an "
		 "index key. Remove the bracketed index to refer to the single instance of this "
		 "resource."},
		{"resource \"terraform_data\" \"t\" {\n  count = 1\n}\noutput \"x\" {\n  value = "
		 "can(terraform_data.t.id)\n}\n",
		 "main.tf:5:15: error: Missing resource instance key: Because terraform_data.t has "
		 "\"count\" set, its attributes must be accessed on specific instances."},
		{"locals {\n  a = local.b\n  b = local.a\n}\n",
		 "main.tf:2:3: error: Cycle: Cycle: local.a (expand), local.b (expand)"},
		{"variable \"v\" {\n  type = number\n}\n",
		 "main.tf:1:1: error: No value for required variable: The root module input "
		 "variable "
		 "\"v\" is not set, and has no default value. Use a -var or -var-file command line "
		 "argument to provide a value for this variable."},
		{"variable \"v\" {\n  default = 3\n  validation {\n    condition = var.v > 5\n    "
		 "error_message = \"Too small.\"\n  }\n}\n",
		 "main.tf:4:17: error: Invalid value for variable: Too small."},
		{"resource \"fake_bucket\" \"a\" {\n  count = -1\n  name = \"a\"\n}\n",
		 "main.tf:2:11: error: Invalid count argument: The given \"count\" argument value "
		 "is "
		 "unsuitable: must be greater than or equal to zero."},
		{"resource \"fake_bucket\" \"a\" {\n  for_each = [\"a\"]\n  name = \"a\"\n}\n",
		 "main.tf:2:14: error: Invalid for_each argument: The given \"for_each\" argument "
		 "value is "
		 "unsuitable: the \"for_each\" argument must be a map, or set of strings, and you "
		 "have "
		 "provided a value of type tuple."},
		{"output \"x\" {\n  value = sensitive(1)\n}\n",
		 "main.tf:1:1: error: Output refers to sensitive values: To reduce the risk of "
		 "accidentally exporting sensitive data that was intended to be only internal, "
		 "Terraform "
		 "requires that any root module output containing sensitive data be explicitly "
		 "marked as "
		 "sensitive, to confirm your intent.\n\nIf you do intend to export this data, "
		 "annotate the "
		 "output value as sensitive by adding the following argument:\n    sensitive = "
		 "true"},
		{"terraform {\n  required_version = \"~> 0.12\"\n}\n",
		 "main.tf:2:22: error: Unsupported Terraform Core version: This configuration does "
		 "not "
		 "support Terraform version 1.11.4. To proceed, either choose another supported "
		 "Terraform "
		 "version or update this version constraint. Version constraints are normally set "
		 "for good "
		 "reason, so updating the constraint may lead to other errors or unexpected "
		 "behavior."},
		{"module \"m\" {\n  source = \"hashicorp/consul/aws\"\n}\n",
		 "main.tf:1:1: unsupported: Module not installed: This module is not vendored in "
		 "the "
		 "workspace: .terraform/modules/modules.json has no entry for the source "
		 "\"hashicorp/consul/aws\" of module \"m\"."},
		{"module \"m\" {\n  source = \"../m\"\n}\n",
		 "main.tf:1:1: unsupported: Module outside of the workspace: The source \"../m\" "
		 "of module "
		 "\"m\" leads out of the workspace."},
		{"import {\n  to = fake_bucket.a\n  id = \"x\"\n}\nresource \"fake_bucket\" \"a\" "
		 "{\n  name = \"a\"\n}\n",
		 "main.tf:1:1: unsupported: Import block: What fake_bucket.a looks like now is "
		 "only known to its provider; \"imports\" of the mock values can say it."},
		{"import {\n  to = module.m.fake_bucket.a\n  id = \"x\"\n}\n",
		 "main.tf:2:8: error: Configuration for import target does not exist: The "
		 "configuration for the given import target module.m.fake_bucket.a does not exist. "
		 "All target instances must have an associated configuration to be imported."},
		{"resource \"terraform_data\" \"a\" {}\nimport {\n  to = terraform_data.a\n  id = "
		 "\"\"\n}\n",
		 "main.tf:4:8: error: Invalid import id argument: The import ID value evaluates to "
		 "an empty string, please provide a non-empty value."},
		{"resource \"terraform_data\" \"a\" {}\nimport {\n  to = terraform_data.a\n  id = "
		 "null\n}\n",
		 "main.tf:4:8: error: Invalid import id argument: The import ID cannot be null."},
		{"resource \"terraform_data\" \"a\" {}\nresource \"terraform_data\" \"u\" "
		 "{}\nimport {\n  to = terraform_data.a\n  id = terraform_data.u.id\n}\n",
		 "main.tf:5:8: error: Invalid import id argument: The import block \"id\" argument "
		 "depends on resource attributes that cannot be determined until apply, so "
		 "Terraform cannot plan to import this resource."},
		{"resource \"terraform_data\" \"a\" {}\nimport {\n  to = terraform_data.a\n  id = "
		 "terraform_data.a.input\n}\n",
		 "main.tf:4:8: error: Invalid import id argument: The import ID cannot reference "
		 "the resource being imported."},
		{"resource \"terraform_data\" \"b\" {\n  for_each = toset([\"k\"])\n}\nimport {\n  "
		 "to = terraform_data.b\n  id = \"x\"\n}\n",
		 "main.tf:5:8: error: Invalid import 'to' expression: The target resource is using "
		 "for_each."},
		{"resource \"terraform_data\" \"b\" {\n  for_each = toset([\"k\"])\n}\nimport {\n  "
		 "to = terraform_data.b[\"m\"]\n  id = \"x\"\n}\n",
		 "main.tf:5:8: error: Configuration for import target does not exist: The "
		 "configuration for the given import terraform_data.b[\"m\"] does not exist. All "
		 "target instances must have an associated configuration to be imported."},
		{"resource \"terraform_data\" \"a\" {}\nimport {\n  to = terraform_data.a\n  id = "
		 "\"x\"\n}\nimport {\n  to = terraform_data.a\n  id = \"y\"\n}\n",
		 "main.tf:7:8: error: Duplicate import configuration for \"terraform_data.a\": An "
		 "import block for the resource \"terraform_data.a\" was already declared at "
		 "main.tf:2,1-7. A resource can have only one import block."},
		{"import {\n  to = data.fake_thing.t\n  id = \"x\"\n}\n",
		 "main.tf:2:8: error: Invalid import address: Only managed resources can be "
		 "imported."},
		{"resource \"terraform_data\" \"a\" {}\nmoved {\n  from = terraform_data.a\n  to   "
		 "= terraform_data.b\n}\n",
		 "main.tf:2:1: error: Moved object still exists: This statement declares a move "
		 "from terraform_data.a, but that resource is still declared at "
		 "main.tf:1,1-30.\n\nChange your configuration so that this resource will be "
		 "declared as terraform_data.b instead."},
		{"moved {\n  from = terraform_data.a\n  to   = module.b\n}\n",
		 "main.tf:1:1: error: Invalid \"moved\" addresses: The \"from\" and \"to\" "
		 "addresses must either both refer to resources or both refer to modules."},
		{"moved {\n  from = terraform_data.a\n  to   = terraform_data.b\n}\nmoved {\n  "
		 "from = terraform_data.a\n  to   = terraform_data.c\n}\n",
		 "main.tf:5:1: error: Ambiguous move statements: A statement at main.tf:1,1-6 "
		 "declared that terraform_data.a moved to terraform_data.b, but this statement "
		 "instead declares that it moved to terraform_data.c.\n\nEach resource can move to "
		 "only one destination resource."},
		{"resource \"terraform_data\" \"a\" {}\nremoved {\n  from = terraform_data.a\n}\n",
		 "main.tf:1:1: error: Removed resource still exists: This statement declares that "
		 "terraform_data.a was removed, but it is still declared in configuration."},
		{"removed {\n  from = terraform_data.a[0]\n}\n",
		 "main.tf:2:10: error: Resource instance keys not allowed: Resource address must "
		 "be a resource (e.g. \"test_instance.foo\"), not a resource instance (e.g. "
		 "\"test_instance.foo[1]\")."},
		{"removed {\n  from = terraform_data[\"a\"]\n}\n",
		 "main.tf:2:10: error: Invalid address: A resource name is required."},
		{"variable \"v\" {\n  sensitive = null\n}\n",
		 "main.tf:2:15: error: Unsuitable value type: Unsuitable value: null value is not "
		 "allowed"},
		{"moved {\n  from = fake_bucket.a[0]\n  to   = fake_bucket.a[0]\n}\n",
		 "main.tf:1:1: error: Redundant move statement: This statement declares a move "
		 "from fake_bucket.a[0] to the same address, which is the same as not declaring "
		 "this move at all."},
		{"check \"c\" {\n  assert {\n    condition     = 1 == 1\n    error_message = "
		 "\"x\"\n  }\n}\n",
		 "main.tf:3:21: error: Invalid assert expression: The condition expression must "
		 "refer to at least one object from elsewhere in the configuration, or else its "
		 "result would not be checking anything."},
		{"variable \"v\" {\n  default = 1\n  validation {\n    condition     = var.w\n    "
		 "error_message = \"x\"\n  }\n}\nvariable \"w\" {\n  default = true\n}\n",
		 "main.tf:4:21: error: Invalid variable validation condition: The condition for "
		 "variable \"v\" must refer to var.v in order to test incoming values."},
		{"output \"x\" {\n  value = tonumber(\"a\")\n}\n",
		 "main.tf:2:21: error: Invalid function argument: Invalid value for \"v\" "
		 "parameter: cannot convert \"a\" to number; given string must be a decimal "
		 "representation of a number."},
		{"output \"x\" {\n  value = path.cwd\n}\n",
		 "main.tf:2:11: unsupported: path.cwd: The working directory is different on each "
		 "machine; "
		 "nothing that depends on it is reproducible."},
	};

	for (size_t i = 0; i < FP_ARRAY_SIZE(rows); i++) {
		struct setup s;

		tap_row("%s", rows[i].text);
		setup_init(&s);
		write_file(&s, "main.tf", rows[i].text);
		run(&s, "");
		CHECK_STR(json_string_value(json_object_get(s.json, "status")), "refused");
		CHECK_STR(first_refusal(&s), rows[i].message);
		setup_release(&s);
	}
}

TEST(prevent_destroy_refuses_a_replacement)
{
	struct setup s;
	const char *state;

	setup_init(&s);
	write_file(&s, "main.tf", "resource \"fake_bucket\" \"a\" {\n  name = \"a\"\n}\n");
	run(&s, "");
	state = with_state(&s);
	write_file(&s, "main.tf",
		   "resource \"fake_bucket\" \"a\" {\n  name = \"b\"\n  lifecycle {\n    "
		   "prevent_destroy = true\n  }\n}\n");
	run(&s, state);
	CHECK_STR(first_refusal(&s),
		  "main.tf:1:1: error: Instance cannot be destroyed: Resource fake_bucket.a has "
		  "lifecycle.prevent_destroy set, but the plan calls for this resource to be "
		  "destroyed. "
		  "To avoid this error and continue with the plan, either disable "
		  "lifecycle.prevent_destroy or reduce the scope of the plan using the -target "
		  "option.");
	setup_release(&s);
}

TEST(a_request_that_is_not_as_it_should_be_is_an_error)
{
	static const struct {
		const char *request, *message;
	} rows[] = {
		{"[]", "request: not an object"},
		{"{}", "request: \"format\" is missing"},
		{"{\"format\":\"x\"}", "request: \"format\" must be \"fixproof-plan-request/1\""},
		{"{\"format\":\"fixproof-plan-request/1\",\"more\":1}",
		 "request: unknown key \"more\""},
		{"{\"format\":\"fixproof-plan-request/1\",\"facts\":\"none\"}",
		 "request: \"facts\" must be \"recorded\" or \"schema\""},
		{"{\"format\":\"fixproof-plan-request/1\",\"variables\":[]}",
		 "request: \"variables\" must be an object"},
		{"{\"format\":\"fixproof-plan-request/1\",\"prior_state\":3}",
		 "request: \"prior_state\" must be an object or null"},
		{"{\"format\":\"fixproof-plan-request/1\",\"prior_state\":{}}",
		 "request: prior_state: \"format\" must be \"fixproof-state/1\""},
		{"{\"format\":\"fixproof-plan-request/1\",\"mock\":{\"account_id\":\"1\"}}",
		 "request: mock: \"account_id\" must be 12 digits"},
		{"{\"format\":\"fixproof-plan-request/1\",\"root\":\"../x\"}",
		 "request: \"root\" lies outside of the workspace"},
		{"{\"format\":\"fixproof-plan-request/1\",\"var_files\":[\"../../x.tfvars\"]}",
		 "variable file \"../../x.tfvars\" lies outside of the workspace"},
	};

	for (size_t i = 0; i < FP_ARRAY_SIZE(rows); i++) {
		struct setup s;
		struct err e = ERR_INIT;
		struct planner_input in;

		tap_row("%s", rows[i].request);
		setup_init(&s);
		write_file(&s, "main.tf", "locals {}\n");
		in = (struct planner_input){s.fd, &s.pack, 1, rows[i].request,
					    strlen(rows[i].request)};
		CHECK_INT(planner_run(&in, &s.arena, &s.record, &e), -1);
		CHECK_STR(e.text, rows[i].message);
		setup_release(&s);
	}
}

TEST(variables_come_from_files_and_the_request_in_terraforms_order)
{
	struct setup s;

	setup_init(&s);
	write_file(&s, "main.tf",
		   "variable \"a\" {}\nvariable \"b\" {}\nvariable \"c\" {}\nvariable \"d\" "
		   "{}\noutput "
		   "\"all\" {\n  value = [var.a, var.b, var.c, var.d]\n}\n");
	write_file(&s, "terraform.tfvars", "a = 1\nb = 1\nc = 1\nd = 1\n");
	write_file(&s, "x.auto.tfvars", "b = 2\nc = 2\nd = 2\n");
	write_file(&s, "stage.tfvars", "c = 3\nd = 3\n");
	run(&s, ",\"var_files\":[\"stage.tfvars\"],\"variables\":{\"d\":4.5}");
	CHECK_STR(
		compact(&s, json_object_get(
				    json_object_get(json_object_get(json_object_get(s.json, "plan"),
								    "output_changes"),
						    "all"),
				    "after")),
		"[1,2,3,4.5]");
	setup_release(&s);
}

TEST(the_view_shows_blocks_edges_documents_and_comments)
{
	struct setup s;
	json_t *view;

	setup_init(&s);
	write_file(
		&s, "main.tf",
		"# above\nresource \"fake_bucket\" \"a\" {\n  for_each = toset([\"x\"])\n  name = "
		"each.key # inside\n}\nlocals {\n  id = fake_bucket.a[\"x\"].id\n}\nresource "
		"\"fake_bucket\" \"b\" {\n  name = \"{\\\"k\\\": [1]}\"\n  secret = local.id\n}\n");
	run(&s, "");
	view = json_object_get(s.json, "view");
	CHECK_STR(compact(&s, json_object_get(view, "references")),
		  "[{\"attribute\":\"id\",\"direct\":true,\"from\":\"fake_bucket.b\",\"path\":"
		  "\"secret\",\"to\":"
		  "\"fake_bucket.a[\\\"x\\\"]\"}]");
	CHECK_STR(compact(&s, json_object_get(json_array_get(json_object_get(view, "blocks"), 0),
					      "comments")),
		  "[{\"line\":1,\"text\":\"above\"},{\"line\":4,\"text\":\"inside\"}]");
	CHECK_STR(compact(&s, json_object_get(json_array_get(json_object_get(view, "blocks"), 0),
					      "config")),
		  "{\"name\":{\"$expr\":\"each.key\",\"$ref\":[\"each.key\"]}}");
	CHECK_STR(compact(&s, json_object_get(json_array_get(json_object_get(view, "instances"), 1),
					      "documents")),
		  "[{\"document\":{\"k\":[1]},\"path\":\"name\"}]");
	setup_release(&s);
}

TEST(a_version_that_no_pack_has_is_planned_with_a_warning)
{
	struct setup s;

	setup_init(&s);
	write_file(&s, "main.tf",
		   "terraform {\n  required_providers {\n    fake = {\n      source = "
		   "\"hashicorp/fake\"\n"
		   "      version = \"~> 2.0\"\n    }\n  }\n}\nresource \"fake_bucket\" \"a\" {\n  "
		   "name = "
		   "\"a\"\n}\n");
	run(&s, "");
	CHECK_STR(actions(&s, "fake_bucket.a"), "[\"create\"]");
	CHECK_STR(first_refusal(&s), "main.tf:3:5: warning: Provider version without a pack: The "
				     "workspace asks for version "
				     "\"~> 2.0\" of registry.terraform.io/hashicorp/fake; what is "
				     "known is version 1.0.0.");
	setup_release(&s);
}

TEST(version_constraints_are_matched_as_terraform_does)
{
	static const struct {
		const char *constraint, *version;
		enum version_match match;
	} rows[] = {
		{"1.2.3", "1.2.3", VERSION_MATCHES},
		{"= 1.2", "1.2.0", VERSION_MATCHES},
		{"~> 1.2", "1.9.0", VERSION_MATCHES},
		{"~> 1.2", "2.0.0", VERSION_DIFFERS},
		{"~> 1.2.3", "1.2.9", VERSION_MATCHES},
		{"~> 1.2.3", "1.3.0", VERSION_DIFFERS},
		{">= 1.0, < 2.0", "1.5.0", VERSION_MATCHES},
		{">= 1.0, < 1.5", "1.5.0", VERSION_DIFFERS},
		{"!= 1.5.0", "1.5.0", VERSION_DIFFERS},
		{"> 1.5.0-beta1", "1.5.0", VERSION_MATCHES},
		{"1.x", "1.5.0", VERSION_MALFORMED},
		{"", "1.5.0", VERSION_MALFORMED},
		{">= 1.0,", "1.5.0", VERSION_MALFORMED},
	};

	for (size_t i = 0; i < FP_ARRAY_SIZE(rows); i++) {
		tap_row("%s of %s", rows[i].constraint, rows[i].version);
		CHECK_INT(version_match(rows[i].constraint, rows[i].version), rows[i].match);
	}
}

TEST(ten_thousand_instances_are_planned_and_one_more_is_refused)
{
	struct setup s;

	setup_init(&s);
	write_file(&s, "main.tf",
		   "resource \"fake_bucket\" \"a\" {\n  count = 10000\n  name = \"n\"\n}\n");
	run(&s, "");
	CHECK_STR(actions(&s, "fake_bucket.a[9999]"), "[\"create\"]");
	write_file(&s, "main.tf",
		   "resource \"fake_bucket\" \"a\" {\n  count = 10001\n  name = \"n\"\n}\n");
	run(&s, "");
	CHECK_STR(first_refusal(&s),
		  "main.tf:2:11: unsupported: Too many instances: This would make more than 10000 "
		  "instances, or more than 50000 in all.");
	setup_release(&s);
}

TEST(a_module_that_calls_itself_is_refused)
{
	struct setup s;

	setup_init(&s);
	write_file(&s, "main.tf", "module \"m\" {\n  source = \"./\"\n}\n");
	run(&s, "");
	CHECK_STR(first_refusal(&s), "main.tf:1:1: unsupported: Too many modules: Modules are "
				     "nested deeper than 32, or are "
				     "more than 2000.");
	setup_release(&s);
}

TEST(a_data_source_waits_for_changes_to_what_it_depends_on)
{
	struct setup s;

	setup_init(&s);
	write_file(&s, "main.tf",
		   "resource \"fake_bucket\" \"a\" {\n  name = \"a\"\n}\ndata \"fake_thing\" \"t\" "
		   "{\n  name = "
		   "fake_bucket.a.name\n}\ndata \"fake_thing\" \"u\" {\n  name = \"known\"\n  "
		   "depends_on = "
		   "[fake_bucket.a]\n}\n");
	run(&s, "");
	CHECK_STR(compact(&s, json_object_get(change_of(&s, "data.fake_thing.t"), "action_reason")),
		  "\"read_because_dependency_pending\"");
	CHECK_STR(actions(&s, "data.fake_thing.u"), "[\"read\"]");
	run(&s, with_state(&s));
	CHECK(strstr(buf_text(&s.record), "read_because") == NULL);
	setup_release(&s);
}
