/* argv to a subcommand; runner/front.c starts it, and has done the sandbox itself. */
#include "runner/base/heap.h"
#include "runner/cmd/cmd.h"

static void print_usage(FILE *out)
{
	(void)fprintf(
		out,
		"usage: fixproof COMMAND [options] ...\n\n"
		"Verifies proposed fixes to infrastructure code, and signs what was proven.\n\n");
	for (const struct cmd *const *c = cmd_table; *c; c++)
		(void)fprintf(out, "  %-12s %s\n", (*c)->name, (*c)->command.summary);
	(void)fprintf(
		out,
		"\nexit status: 0 verified or done, 1 refused, 2 usage, 3 inconclusive, 4 error\n"
		"fixproof COMMAND --help tells the options; fixproof(1) tells it all.\n");
}

static int dispatch(int argc, char **argv)
{
	for (const struct cmd *const *c = cmd_table; *c; c++) {
		if (strcmp((*c)->name, argv[0]) == 0)
			return cmd_run_one(*c, argc, argv);
	}
	(void)fprintf(stderr, "fixproof: unknown command \"%s\"; see fixproof --help\n", argv[0]);
	return CMD_USAGE;
}

int main(int argc, char **argv)
{
	int status;

	heap_prepare();
	if (argc < 2) {
		print_usage(stderr);
		return CMD_USAGE;
	}
	if (strcmp(argv[1], "--version") == 0) {
		printf("fixproof " FP_VERSION "\n");
		status = CMD_VERIFIED;
	} else if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0 ||
		   strcmp(argv[1], "help") == 0) {
		print_usage(stdout);
		status = CMD_VERIFIED;
	} else {
		status = dispatch(argc - 1, argv + 1);
	}
	return cmd_finish(status);
}
