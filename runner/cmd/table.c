#include "runner/cmd/cmd.h"

#include "runner/base/json.h"

const struct cmd *const cmd_table[] = {
	&cmd_run,	&cmd_verify, &cmd_show,	      &cmd_plan, &cmd_sandbox,
	&cmd_image,	&cmd_policy, &cmd_provider,   &cmd_key,	 &cmd_trust,
	&cmd_sign,	&cmd_pack,   &cmd_timestamp,  &cmd_log,	 &cmd_rerun,
	&cmd_consensus, &cmd_doctor, &cmd_completion, NULL,
};

int cmd_fail(const char *name, const struct err *e)
{
	(void)fflush(stdout);
	(void)fprintf(stderr, "fixproof: %s: %s\n", name, e->text);
	return e->kind == ERR_USAGE ? CMD_USAGE : CMD_ERROR;
}

void cmd_print_json(const json_t *json)
{
	FP_CLEANUP(buf_release) struct buf out = BUF_INIT((size_t)1 << 30);

	json_dump_pretty(&out, json);
	(void)fwrite(buf_text(&out), 1, out.size, stdout);
}

bool cmd_colour(int fd)
{
	const char *no_color = getenv("NO_COLOR");

	return isatty(fd) && !(no_color && *no_color);
}
