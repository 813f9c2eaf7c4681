/*
 * fixproof: the command.  What it starts with must be small, because a sandbox is a copy of the
 * process that starts it, and half of a launch went into the pages of a library for keys.  So this
 * program knows the sandbox, and leaves all else to fixproof-main.
 */
#include <errno.h>
#include <unistd.h>

#include "runner/cmd/cmd.h"
#include "runner/locate.h"

#define MAIN_PROGRAM "fixproof-main"

static int become_main(char **argv)
{
	char path[LOCATE_PATH_BYTES];
	struct err e = ERR_INIT;

	if (locate_program_path(MAIN_PROGRAM, path, &e) == 0) {
		(void)execv(path, argv);
		(void)err_sys(&e, "%s", path);
	}
	(void)fprintf(stderr, "fixproof: %s\n", e.text);
	return CMD_ERROR;
}

int main(int argc, char **argv)
{
	if (argc > 1 && strcmp(argv[1], cmd_sandbox.name) == 0)
		return cmd_finish(cmd_run_one(&cmd_sandbox, argc - 1, argv + 1));
	return become_main(argv);
}
