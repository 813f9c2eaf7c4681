#include "runner/cmd/cmd.h"

#include <fcntl.h>

#include "runner/base/fd.h"
#include "runner/launcher.h"
#include "runner/locate.h"

static const struct opt options[] = {OPT_END};

static void print_line(bool good, const char *what, const char *text)
{
	printf("%-5s %-10s %s\n", good ? "ok" : "FAIL", what, text);
}

/* The worker by itself is the smallest thing that a sandbox can run; its usage is a fine answer. */
static bool try_sandbox(struct launcher *l, int worker, struct arena *a)
{
	static const char *const argv[] = {"fixproof-worker", NULL};
	struct sandbox_spec spec = SANDBOX_SPEC_INIT;
	struct sandbox_result r;
	struct err e = ERR_INIT;

	spec.argv = argv;
	spec.exec_fd = worker;
	spec.profile = SANDBOX_PLANNER;
	spec.image = SANDBOX_IMAGE_NONE;
	spec.layers = (struct sandbox_layers){.landlock = SANDBOX_PREFER, .cgroup = SANDBOX_PREFER};
	if (launcher_run(l, &spec, a, &r, &e) < 0) {
		print_line(false, "sandbox", e.text);
		return false;
	}
	print_line(true, "sandbox", "starts and ends");
	for (size_t i = 0; i < r.layer_count; i++)
		printf("      %-24s %s%s%s\n", r.layers[i].name, r.layers[i].in_force ? "in force" : "not in force",
		       *r.layers[i].detail ? ": " : "", r.layers[i].detail);
	return true;
}

static bool check_packs(struct arena *a)
{
	struct locate_packs packs;
	struct err e = ERR_INIT;
	bool found;

	if (locate_packs(a, &packs, &e) < 0) {
		print_line(false, "packs", e.text);
		return false;
	}
	found = packs.count > 0;
	print_line(found, "packs", found ? "found" : "none: every type would be inferred");
	for (size_t i = 0; i < packs.count; i++)
		printf("      %s\n", packs.rows[i].path);
	locate_packs_close(&packs);
	return found;
}

static int run(int argc, char **argv)
{
	FP_CLEANUP(arena_release) struct arena a = ARENA_INIT((size_t)256 << 20);
	FP_CLEANUP(fd_cleanup) int worker = -1;
	struct launcher *l = NULL;
	struct err e = ERR_INIT;
	bool good = true;
	int operands;

	if (opt_parse(options, argc, argv, false, NULL, &operands, &e) < 0)
		return cmd_fail("doctor", &e);
	if (locate_program("fixproof-worker", &worker, &e) < 0 || launcher_start(&l, &e) < 0) {
		print_line(false, "programs", e.text);
		return CMD_ERROR;
	}
	print_line(true, "programs", "worker and launcher found");
	good = try_sandbox(l, worker, &a) && good;
	launcher_stop(l);
	good = check_packs(&a) && good;
	return good ? CMD_VERIFIED : CMD_ERROR;
}

const struct cmd cmd_doctor = {
	.name = "doctor",
	.command = {"", "Say whether this machine can run fixproof, and why not.", options},
	.run = run,
};
