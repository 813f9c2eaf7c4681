#include "runner/cmd/cmd.h"

int cmd_run_one(const struct cmd *c, int argc, char **argv)
{
	if (opt_wants_help(argc, argv)) {
		opt_help(c->name, &c->command);
		return CMD_VERIFIED;
	}
	return c->run(argc, argv);
}

int cmd_finish(int status)
{
	/* A report that could not be written is no report. */
	if (fflush(stdout) != 0 || ferror(stdout)) {
		(void)fprintf(stderr, "fixproof: standard output could not be written\n");
		return CMD_ERROR;
	}
	return status;
}
