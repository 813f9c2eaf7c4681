/*
 * The smallest caller of the sandbox: runs a command without network, with the host's programs and
 * an empty workspace, and says what it tried.  Links only the sandbox:
 *
 *	confine COMMAND [ARGUMENT...]
 */
#include <stdio.h>
#include <unistd.h>

#include "sandbox/sandbox.h"

int main(int argc, char **argv)
{
	struct sandbox_spec spec = SANDBOX_SPEC_INIT;
	struct arena arena = ARENA_INIT(64 << 20);
	struct sandbox_result result;
	struct err e = ERR_INIT;

	if (argc < 2) {
		fprintf(stderr, "usage: confine COMMAND [ARGUMENT...]\n");
		return 125;
	}
	spec.argv = (const char *const *)(argv + 1);
	spec.image = SANDBOX_IMAGE_HOST;
	spec.profile = SANDBOX_FIXER;
	spec.stdout_fd = STDOUT_FILENO;
	spec.stderr_fd = STDERR_FILENO;
	spec.layers.landlock = SANDBOX_PREFER;
	spec.layers.cgroup = SANDBOX_PREFER;
	if (sandbox_run(&spec, &arena, &result, &e) < 0) {
		fprintf(stderr, "confine: %s\n", e.text);
		return 125;
	}
	for (size_t i = 0; i < result.refusal_count; i++)
		fprintf(stderr, "refused: %s(%s) by %s: %s, %llu times\n", result.refusals[i].call,
			result.refusals[i].arguments, result.refusals[i].program,
			result.refusals[i].answer, (unsigned long long)result.refusals[i].count);
	fprintf(stderr, "%s, limit %s, wall %.2f ms, set-up %.2f ms\n",
		sandbox_end_name(result.end), sandbox_limit_name(result.limit),
		(double)result.wall_ns / 1e6, (double)result.setup_ns / 1e6);
	arena_release(&arena);
	return result.end == SANDBOX_EXITED ? result.exit_status : 125;
}
