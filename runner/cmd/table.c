#include "runner/cmd/cmd.h"

const struct cmd *const cmd_table[] = {
	&cmd_run, &cmd_verify, &cmd_show, &cmd_plan, &cmd_sandbox, &cmd_policy, &cmd_key, &cmd_doctor, &cmd_completion, NULL,
};

int cmd_fail(const char *name, const struct err *e)
{
	(void)fflush(stdout);
	(void)fprintf(stderr, "fixproof: %s: %s\n", name, e->text);
	return e->kind == ERR_USAGE ? CMD_USAGE : CMD_ERROR;
}

bool cmd_colour(int fd)
{
	const char *no_color = getenv("NO_COLOR");

	return isatty(fd) && !(no_color && *no_color);
}
