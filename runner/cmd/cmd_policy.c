#include "runner/cmd/cmd.h"

#include "policies/policy.h"
#include "runner/base/json.h"
#include "runner/cmd/planning.h"
#include "runner/cmd/policy_check.h"
#include "runner/cmd/policy_report.h"
#include "runner/cmd/policy_test.h"
#include "runner/pipeline.h"

struct policy_values {
	struct planning_options planning;
	struct opt_texts policies;
	const char *format, *before;
	bool all;
};

static const struct opt options[] = {
	{"policies", OPT_TEXTS, offsetof(struct policy_values, policies), "PATH",
	 "more policies: a file or a directory"},
	{"root", OPT_TEXT, offsetof(struct policy_values, planning.root), "DIR",
	 "check: root module within the workspace [.]"},
	{"var", OPT_TEXTS, offsetof(struct policy_values, planning.vars), "NAME=VALUE",
	 "check: value of a variable of type string"},
	{"var-file", OPT_TEXTS, offsetof(struct policy_values, planning.var_files), "FILE",
	 "check: file of values"},
	{"before", OPT_TEXT, offsetof(struct policy_values, before), "DIR",
	 "check: judge the change from this workspace, too"},
	{"all", OPT_FLAG, offsetof(struct policy_values, all), NULL,
	 "check: list what passes, too"},
	{"format", OPT_WORD, offsetof(struct policy_values, format), "text|json|sarif|markdown",
	 "sarif: check alone"},
	OPT_END,
};

static int load(const struct policy_values *v, struct arena *a, const struct policy ***ret_policies,
		size_t *ret_count, struct err *e)
{
	const struct evidence_policy *rows;
	const struct policy **policies;

	if (pipeline_policies(v->policies.items, v->policies.count, a, &rows, ret_count, e) < 0)
		return -1;
	policies = arena_array(a, *ret_count, sizeof(*policies));
	for (size_t i = 0; i < *ret_count; i++)
		if (policy_parse(rows[i].file, rows[i].source, rows[i].source_size, a, &policies[i],
				 e) < 0)
			return -1;
	*ret_policies = policies;
	return 0;
}

static void list_json(const struct policy *const *policies, size_t count)
{
	JSON_AUTO *rows = json_new_array();

	for (size_t i = 0; i < count; i++) {
		json_t *row = json_new_object();
		char hex[SHA256_HEX_SIZE];

		sha256_hex(&policies[i]->digest, hex);
		json_put(row, "id", json_new_string(policies[i]->id));
		json_put(row, "name", json_new_string(policies[i]->name));
		json_put(row, "severity", json_new_string(policies[i]->severity));
		json_put(row, "category", json_new_string(policies[i]->category));
		json_put(row, "sha256", json_new_string(hex));
		json_push(rows, row);
	}
	cmd_print_json(rows);
}

static int list(const struct policy_values *v, struct arena *a, struct err *e)
{
	const struct policy **policies;
	size_t count;

	if (strcmp(v->format, "sarif") == 0)
		return err_set(e, ERR_USAGE, "SARIF tells findings: it is for \"check\"");
	if (load(v, a, &policies, &count, e) < 0)
		return -1;
	if (strcmp(v->format, "json") == 0) {
		list_json(policies, count);
		return CMD_VERIFIED;
	}
	if (strcmp(v->format, "markdown") == 0) {
		policy_report_table(policies, count);
		return CMD_VERIFIED;
	}
	for (size_t i = 0; i < count; i++)
		printf("%-32s %-8s %s\n", policies[i]->id,
		       policies[i]->severity ? policies[i]->severity : "-", policies[i]->name);
	return CMD_VERIFIED;
}

static int show(const struct policy_values *v, const char *id, struct arena *a, struct err *e)
{
	const struct policy **policies;
	size_t count;

	if (load(v, a, &policies, &count, e) < 0)
		return -1;
	for (size_t i = 0; i < count; i++) {
		char hex[SHA256_HEX_SIZE];

		if (strcmp(policies[i]->id, id) != 0)
			continue;
		sha256_hex(&policies[i]->digest, hex);
		printf("# sha256 of the canonical form: %s\n", hex);
		(void)fwrite(policies[i]->source, 1, policies[i]->source_size, stdout);
		return CMD_VERIFIED;
	}
	return err_set(e, ERR_INPUT, "no policy has the id %s", id);
}

static int check(const struct policy_values *v, const char *directory, struct arena *a,
		 struct err *e)
{
	const struct policy_check c = {v->planning, directory, v->before, v->format, v->all};
	const struct policy **policies;
	size_t count;
	int status;

	if (strcmp(v->format, "markdown") == 0)
		return err_set(e, ERR_USAGE, "a table in Markdown is for \"list\"");
	if (load(v, a, &policies, &count, e) < 0 ||
	    policy_check_run(&c, policies, count, a, &status, e) < 0)
		return -1;
	return status;
}

/* All policies, or those with the ids. */
static int test(const struct policy_values *v, char *const *ids, size_t id_count, struct arena *a,
		struct err *e)
{
	const struct policy **policies, **chosen;
	size_t count, known = 0;

	if (load(v, a, &policies, &count, e) < 0)
		return -1;
	if (id_count == 0)
		return policy_test_run(policies, count, a, e);
	chosen = arena_array(a, id_count, sizeof(*chosen));
	for (size_t k = 0; k < id_count; k++) {
		for (size_t i = 0; i < count; i++)
			if (strcmp(policies[i]->id, ids[k]) == 0)
				chosen[known++] = policies[i];
		if (known != k + 1)
			return err_set(e, ERR_INPUT, "no policy has the id %s", ids[k]);
	}
	return policy_test_run(chosen, known, a, e);
}

static int run(int argc, char **argv)
{
	struct policy_values values = {.format = "text"};
	FP_CLEANUP(arena_release) struct arena a = ARENA_INIT((size_t)2 << 30);
	struct err e = ERR_INIT;
	int operands, status = -1;

	if (opt_parse(options, argc, argv, false, &values, &operands, &e) < 0)
		return cmd_fail("policy", &e);
	if (operands == 1 && strcmp(argv[1], "list") == 0)
		status = list(&values, &a, &e);
	else if (operands == 2 && strcmp(argv[1], "show") == 0)
		status = show(&values, argv[2], &a, &e);
	else if (operands == 2 && strcmp(argv[1], "check") == 0)
		status = check(&values, argv[2], &a, &e);
	else if (operands >= 1 && strcmp(argv[1], "test") == 0)
		status = test(&values, argv + 2, (size_t)operands - 1, &a, &e);
	else
		(void)err_set(&e, ERR_USAGE,
			      "say \"list\", \"show ID\", \"check WORKSPACE\" or \"test\"");
	return e.kind ? cmd_fail("policy", &e) : status;
}

const struct cmd cmd_policy = {
	.name = "policy",
	.command = {"list | show ID | check WORKSPACE | test [ID...] [options]",
		    "List, show and try policies.", options},
	.run = run,
};
