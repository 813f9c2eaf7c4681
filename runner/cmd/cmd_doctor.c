#include "runner/cmd/cmd.h"

#include <fcntl.h>

#include "runner/base/fd.h"
#include "runner/base/json.h"
#include "runner/launcher.h"
#include "runner/locate.h"

struct doctor_values {
	const char *format;
};

static const struct opt options[] = {
	{"format", OPT_WORD, offsetof(struct doctor_values, format), "text|json",
	 "how to report [text]"},
	OPT_END,
};

/* What was looked at, in order; "lines" are the particulars. */
static json_t *add_check(json_t *checks, const char *id, bool passed, const char *text)
{
	json_t *row = json_new_object(), *lines = json_new_array();

	json_put(row, "id", json_new_string(id));
	json_put(row, "passed", json_boolean(passed));
	json_put(row, "text", json_new_string(text));
	json_put(row, "lines", lines);
	json_push(checks, row);
	return lines;
}

/* The worker by itself is the smallest thing that a sandbox can run; its usage is a fine answer. */
static bool try_sandbox(json_t *checks, struct launcher *l, int worker, struct arena *a)
{
	static const char *const argv[] = {"fixproof-worker", NULL};
	struct sandbox_spec spec = SANDBOX_SPEC_INIT;
	struct sandbox_result r;
	struct err e = ERR_INIT;
	json_t *lines;

	spec.argv = argv;
	spec.exec_fd = worker;
	spec.profile = SANDBOX_PLANNER;
	spec.image = SANDBOX_IMAGE_NONE;
	spec.layers = (struct sandbox_layers){.landlock = SANDBOX_PREFER, .cgroup = SANDBOX_PREFER};
	if (launcher_run(l, &spec, a, &r, &e) < 0) {
		(void)add_check(checks, "sandbox", false, e.text);
		return false;
	}
	lines = add_check(checks, "sandbox", true, "starts and ends");
	for (size_t i = 0; i < r.layer_count; i++)
		json_push(lines, json_new_string(arena_printf(
					 a, "%-24s %s%s%s", r.layers[i].name,
					 r.layers[i].in_force ? "in force" : "not in force",
					 *r.layers[i].detail ? ": " : "", r.layers[i].detail)));
	return true;
}

static bool check_packs(json_t *checks, struct arena *a)
{
	struct locate_packs packs;
	struct err e = ERR_INIT;
	json_t *lines;
	bool found;

	if (locate_packs(a, &packs, &e) < 0) {
		(void)add_check(checks, "packs", false, e.text);
		return false;
	}
	found = packs.count > 0;
	lines = add_check(checks, "packs", found,
			  found ? "found" : "none: every type would be inferred");
	for (size_t i = 0; i < packs.count; i++)
		json_push(lines, json_new_string(packs.rows[i].path));
	locate_packs_close(&packs);
	return found;
}

static bool examine(json_t *checks)
{
	FP_CLEANUP(arena_release) struct arena a = ARENA_INIT((size_t)256 << 20);
	FP_CLEANUP(fd_cleanup) int worker = -1;
	struct launcher *l = NULL;
	struct err e = ERR_INIT;
	bool good;

	if (locate_program("fixproof-worker", &worker, &e) < 0 || launcher_start(&l, &e) < 0) {
		(void)add_check(checks, "programs", false, e.text);
		return false;
	}
	(void)add_check(checks, "programs", true, "worker and launcher found");
	good = try_sandbox(checks, l, worker, &a);
	launcher_stop(l);
	return check_packs(checks, &a) && good;
}

static void print_text(const json_t *checks)
{
	json_t *row, *line;
	size_t i, k;

	json_array_foreach (checks, i, row) {
		printf("%-5s %-10s %s\n",
		       json_is_true(json_object_get(row, "passed")) ? "ok" : "FAIL",
		       json_string_value(json_object_get(row, "id")),
		       json_string_value(json_object_get(row, "text")));
		json_array_foreach (json_object_get(row, "lines"), k, line)
			printf("      %s\n", json_string_value(line));
	}
}

static int run(int argc, char **argv)
{
	struct doctor_values values = {.format = "text"};
	JSON_AUTO *checks = json_new_array();
	struct err e = ERR_INIT;
	int operands;
	bool good;

	if (opt_parse(options, argc, argv, false, &values, &operands, &e) < 0)
		return cmd_fail("doctor", &e);
	good = examine(checks);
	if (strcmp(values.format, "json") == 0)
		cmd_print_json(checks);
	else
		print_text(checks);
	return good ? CMD_VERIFIED : CMD_ERROR;
}

const struct cmd cmd_doctor = {
	.name = "doctor",
	.command = {"[options]", "Say whether this machine can run fixproof, and why not.",
		    options},
	.run = run,
};
