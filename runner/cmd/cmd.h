/* The subcommands: one table, one file each. */
#ifndef RUNNER_CMD_CMD_H
#define RUNNER_CMD_CMD_H

#include <jansson.h>

#include "runner/base/err.h"
#include "runner/opt.h"

enum cmd_status {
	CMD_VERIFIED = 0, /* also: done */
	CMD_REFUSED = 1,
	CMD_USAGE = 2,
	CMD_INCONCLUSIVE = 3,
	CMD_ERROR = 4,
};

struct cmd {
	const char *name;
	struct opt_command command;
	/* argv[0] is the name; an exit status. */
	int (*run)(int argc, char **argv);
};

extern const struct cmd *const cmd_table[]; /* NULL-terminated, in the order of --help */

extern const struct cmd cmd_run, cmd_verify, cmd_show, cmd_plan, cmd_sandbox, cmd_image, cmd_policy,
	cmd_provider, cmd_key, cmd_trust, cmd_sign, cmd_pack, cmd_timestamp, cmd_log, cmd_rerun,
	cmd_doctor, cmd_completion, cmd_consensus;

/* Runs it, or tells its help; an exit status. */
int cmd_run_one(const struct cmd *c, int argc, char **argv);

/* The last thing of a program: the status, or that standard output was lost. */
int cmd_finish(int status);

/* Prints "fixproof NAME: TEXT" and returns the status that goes with the error. */
int cmd_fail(const char *name, const struct err *e);

/* Indented, to standard output. */
void cmd_print_json(const json_t *json);

/* Whether colour may be used on that stream: a terminal, and no NO_COLOR. */
bool cmd_colour(int fd);

#endif
