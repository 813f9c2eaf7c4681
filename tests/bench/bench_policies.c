/*
 * All built-in policies over a view of 1,000 resources of the types that they judge: what a case
 * pays for them besides planning, in time of the processor.
 */
#include <time.h>

#include "policies/policy.h"
#include "runner/base/json.h"

#define RESOURCES 1000
#define RUNS 21

static const char *const types[] = {"aws_s3_bucket",
				    "aws_s3_bucket_versioning",
				    "aws_security_group",
				    "aws_security_group_rule",
				    "aws_iam_policy",
				    "aws_db_instance",
				    "aws_instance",
				    "aws_kms_key",
				    "aws_lambda_function",
				    "aws_sqs_queue",
				    "aws_s3_bucket_policy",
				    "google_storage_bucket",
				    "azurerm_storage_account",
				    "kubernetes_deployment_v1",
				    "aws_cloudwatch_log_group",
				    "aws_lb"};

static const char values[] =
	"{\"name\":\"n\",\"bucket\":\"example\",\"encrypted\":false,\"type\":\"ingress\","
	"\"ingress\":[{\"protocol\":\"tcp\",\"from_port\":443,\"to_port\":443,\"cidr_blocks\":"
	"[\"10.0.0.0/8\",\"192.168.0.0/"
	"16\"]},{\"protocol\":\"tcp\",\"from_port\":22,\"to_port\":22,"
	"\"cidr_blocks\":[\"198.51.100.0/24\"]}],\"tags\":{\"a\":\"b\"},\"policy\":\"{}\"}";
static const char document[] =
	"[{\"path\":\"policy\",\"document\":{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":"
	"\"Allow\",\"Action\":[\"s3:GetObject\"],\"Resource\":\"*\"},{\"Effect\":\"Deny\","
	"\"Principal\":\"*\",\"Action\":\"s3:*\",\"Condition\":{\"Bool\":{\"aws:SecureTransport\":"
	"\"false\"}}}]}}]";

static json_t *parse(const char *text)
{
	struct err e = ERR_INIT;
	json_t *json;

	if (json_parse("bench", text, strlen(text), &json, &e) < 0)
		abort();
	return json;
}

static json_t *make_view(struct arena *a)
{
	json_t *view = json_new_object(), *blocks = json_new_array(), *instances = json_new_array(),
	       *references = json_new_array();

	for (int i = 0; i < RESOURCES; i++) {
		const char *type = types[(size_t)i % FP_ARRAY_SIZE(types)];
		const char *address = arena_printf(a, "%s.r%d", type, i / 16);
		json_t *block = json_new_object(), *instance = json_new_object(),
		       *edge = json_new_object();

		json_put(block, "address", json_new_string(address));
		json_put(block, "file", json_new_string("main.tf"));
		json_put(block, "line", json_new_int(i));
		json_put(block, "config", parse(values));
		json_push(blocks, block);
		json_put(instance, "address", json_new_string(address));
		json_put(instance, "block", json_new_int(i));
		json_put(instance, "mode", json_new_string("managed"));
		json_put(instance, "type", json_new_string(type));
		json_put(instance, "values", parse(values));
		json_put(json_object_get(instance, "values"), "bucket",
			 json_new_string(arena_printf(a, "bucket-%d", i / 16)));
		json_put(instance, "unknown", parse("{\"id\":true,\"arn\":true}"));
		json_put(instance, "documents", parse(document));
		json_push(instances, instance);
		if (i % 16 == 0)
			continue;
		json_put(edge, "from", json_new_string(address));
		json_put(edge, "path", json_new_string("bucket"));
		json_put(edge, "to",
			 json_new_string(arena_printf(a, "%s.r%d", types[i % 3 ? 0 : 2], i / 16)));
		json_put(edge, "attribute", json_new_string("id"));
		json_put(edge, "direct", json_true());
		json_push(references, edge);
	}
	json_put(view, "blocks", blocks);
	json_put(view, "instances", instances);
	json_put(view, "references", references);
	return view;
}

static double now_ms(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

static int ascending(const void *left, const void *right)
{
	double a = *(const double *)left, b = *(const double *)right;

	return (a > b) - (a < b);
}

static double run(const struct policy *const *policies, const json_t *view, size_t *ret_rows)
{
	struct arena a = ARENA_INIT((size_t)1 << 30);
	const struct policy_views *views;
	struct err e = ERR_INIT;
	double start = now_ms();

	*ret_rows = 0;
	if (policy_views_open(view, NULL, NULL, &a, &views, &e) < 0)
		abort();
	for (size_t i = 0; i < policy_builtin_count; i++)
		*ret_rows += policy_judge(policies[i], views, &a).count;
	start = now_ms() - start;
	arena_release(&a);
	return start;
}

int main(void)
{
	struct arena a = ARENA_INIT((size_t)1 << 30);
	const struct policy **policies =
		arena_array(&a, policy_builtin_count, sizeof(struct policy *));
	JSON_AUTO *view = make_view(&a);
	struct err e = ERR_INIT;
	double times[RUNS], parsing, reading;
	size_t rows = 0;

	parsing = now_ms();
	for (size_t i = 0; i < policy_builtin_count; i++)
		if (policy_parse(policy_builtins[i].file, policy_builtins[i].text,
				 policy_builtins[i].tests_at, &a, &policies[i], &e) < 0)
			abort();
	parsing = now_ms() - parsing;
	reading = now_ms();
	for (size_t i = 0; i < policy_builtin_count; i++) {
		const struct policy_builtin *b = &policy_builtins[i];

		if (policy_read(b->file, b->policy->id, b->text, b->tests_at, &a, &policies[i],
				&e) < 0)
			abort();
	}
	reading = now_ms() - reading;
	for (int i = 0; i < RUNS; i++)
		times[i] = run(policies, view, &rows);
	qsort(times, RUNS, sizeof(*times), ascending);
	printf("reading %zu policies, as text                %8.2f ms\n", policy_builtin_count,
	       parsing);
	printf("reading %zu policies, as they were built in  %8.2f ms\n", policy_builtin_count,
	       reading);
	printf("judging %d resources by them, %zu rows     %8.2f ms\n", RESOURCES, rows,
	       times[RUNS / 2]);
	arena_release(&a);
	return 0;
}
