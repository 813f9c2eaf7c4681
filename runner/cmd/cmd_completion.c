#include "runner/cmd/cmd.h"

static const struct opt options[] = {OPT_END};

static void print_words(const struct cmd *c)
{
	printf("\t\t%s) words='--help", c->name);
	for (const struct opt *o = c->command.options; o->name; o++)
		printf(" --%s", o->name);
	printf("' ;;\n");
}

static int run(int argc, char **argv)
{
	struct err e = ERR_INIT;

	if (argc != 2 || strcmp(argv[1], "bash") != 0) {
		(void)err_set(&e, ERR_USAGE, "say \"bash\"");
		return cmd_fail("completion", &e);
	}
	printf("# bash completion for fixproof\n_fixproof() {\n\tlocal "
	       "current=${COMP_WORDS[COMP_CWORD]} words=''\n"
	       "\tif [ \"$COMP_CWORD\" -eq 1 ]; then\n\t\twords='");
	for (const struct cmd *const *c = cmd_table; *c; c++)
		printf("%s%s", c == cmd_table ? "" : " ", (*c)->name);
	printf("'\n\telse\n\t\tcase ${COMP_WORDS[1]} in\n");
	for (const struct cmd *const *c = cmd_table; *c; c++)
		print_words(*c);
	printf("\t\tesac\n\tfi\n\tcase $current in\n"
	       "\t-*) COMPREPLY=($(compgen -W \"$words\" -- \"$current\")) ;;\n"
	       "\t*) COMPREPLY=($([ \"$COMP_CWORD\" -eq 1 ] && compgen -W \"$words\" -- "
	       "\"$current\" || compgen -f -- "
	       "\"$current\")) ;;\n\tesac\n}\ncomplete -F _fixproof fixproof\n");
	return CMD_VERIFIED;
}

const struct cmd cmd_completion = {
	.name = "completion",
	.command = {"bash", "Print the completion script of a shell.", options},
	.run = run,
};
