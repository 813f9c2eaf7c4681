/* Options of a subcommand: one table of rows, from which parsing, --help and completion come. */
#ifndef RUNNER_OPT_H
#define RUNNER_OPT_H

#include "runner/base/base.h"
#include "runner/base/err.h"

#define OPT_VALUES_MAX 64

enum opt_kind {
	OPT_FLAG,   /* bool */
	OPT_TEXT,   /* const char * */
	OPT_TEXTS,  /* struct opt_texts: may be given again */
	OPT_NUMBER, /* long, 0 to 1000000000 */
	OPT_WORD,   /* const char *, one of the words in `argument`, as "text|json" */
};

struct opt_texts {
	const char *items[OPT_VALUES_MAX];
	size_t count;
};

struct opt {
	const char *name; /* without dashes */
	enum opt_kind kind;
	size_t offset;	      /* in the struct of values */
	const char *argument; /* as --help shows it; NULL for a flag */
	const char *help;
};

#define OPT_END                               \
	{                                     \
		NULL, OPT_FLAG, 0, NULL, NULL \
	}

struct opt_command {
	const char *usage; /* what follows the name, as "[options] CASE..." */
	const char *summary;
	const struct opt *options; /* ends with OPT_END */
};

/*
 * Reads argv[1..] into values; operands are moved to the front of argv+1 and counted in
 * *ret_operands.
 * "--" ends the options; with stop_at_operand so does the first operand, and all that follows it
 * are operands.
 */
FP_MUST_CHECK int opt_parse(const struct opt *options, int argc, char **argv, bool stop_at_operand,
			    void *values, int *ret_operands, struct err *e);

/* Whether argv asks for help, which no other option can change. */
bool opt_wants_help(int argc, char **argv);

/* Prints the help of a command to standard output, within 80 columns. */
void opt_help(const char *name, const struct opt_command *command);

#endif
