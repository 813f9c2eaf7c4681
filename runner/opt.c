#include "runner/opt.h"

#include <errno.h>

static const struct opt *find(const struct opt *options, const char *name, size_t size)
{
	for (const struct opt *o = options; o->name; o++)
		if (strlen(o->name) == size && strncmp(o->name, name, size) == 0)
			return o;
	return NULL;
}

static bool is_word(const char *words, const char *value)
{
	size_t size = strlen(value);

	for (const char *p = words; p; p = strchr(p, '|') ? strchr(p, '|') + 1 : NULL)
		if (strncmp(p, value, size) == 0 && (p[size] == '|' || p[size] == '\0') && size > 0)
			return true;
	return false;
}

static int set_value(const struct opt *o, const char *value, char *values, struct err *e)
{
	struct opt_texts *texts = (void *)(values + o->offset);
	char *end;
	long number;

	switch (o->kind) {
	case OPT_FLAG:
		*(bool *)(void *)(values + o->offset) = true;
		return 0;
	case OPT_WORD:
		if (!is_word(o->argument, value))
			return err_set(e, ERR_USAGE, "--%s: \"%s\" is none of %s", o->name, value,
				       o->argument);
		*(const char **)(void *)(values + o->offset) = value;
		return 0;
	case OPT_TEXT:
		*(const char **)(void *)(values + o->offset) = value;
		return 0;
	case OPT_TEXTS:
		if (texts->count == OPT_VALUES_MAX)
			return err_set(e, ERR_USAGE, "--%s: given more than %d times", o->name,
				       OPT_VALUES_MAX);
		texts->items[texts->count++] = value;
		return 0;
	case OPT_NUMBER:
		errno = 0;
		number = strtol(value, &end, 10);
		if (errno != 0 || end == value || *end != '\0' || number < 0 || number > 1000000000)
			return err_set(e, ERR_USAGE,
				       "--%s: \"%s\" is not a number from 0 to 1000000000", o->name,
				       value);
		*(long *)(void *)(values + o->offset) = number;
		return 0;
	}
	abort();
}

/* One option at argv[*i], which is moved on over its value. */
static int parse_one(const struct opt *options, int argc, char **argv, int *i, void *values,
		     struct err *e)
{
	const char *name = argv[*i] + 2, *equals = strchr(name, '=');
	size_t size = equals ? (size_t)(equals - name) : strlen(name);
	const struct opt *o = strncmp(argv[*i], "--", 2) == 0 ? find(options, name, size) : NULL;

	if (!o)
		return err_set(e, ERR_USAGE, "unknown option \"%s\"", argv[*i]);
	if (o->kind == OPT_FLAG && equals)
		return err_set(e, ERR_USAGE, "--%s takes no value", o->name);
	if (o->kind == OPT_FLAG || equals)
		return set_value(o, equals ? equals + 1 : NULL, values, e);
	if (*i + 1 >= argc)
		return err_set(e, ERR_USAGE, "--%s needs a value", o->name);
	(*i)++;
	return set_value(o, argv[*i], values, e);
}

int opt_parse(const struct opt *options, int argc, char **argv, bool stop_at_operand, void *values,
	      int *ret_operands, struct err *e)
{
	bool ended = false;
	int count = 0;

	for (int i = 1; i < argc; i++) {
		if (!ended && strcmp(argv[i], "--") == 0) {
			ended = true;
		} else if (ended || argv[i][0] != '-' || argv[i][1] == '\0') {
			argv[1 + count++] = argv[i];
			ended = ended || stop_at_operand;
		} else if (parse_one(options, argc, argv, &i, values, e) < 0) {
			return -1;
		}
	}
	*ret_operands = count;
	return 0;
}

bool opt_wants_help(int argc, char **argv)
{
	for (int i = 1; i < argc && strcmp(argv[i], "--") != 0; i++)
		if (strcmp(argv[i], "--help") == 0 || strcmp(argv[i], "-h") == 0)
			return true;
	return false;
}

void opt_help(const char *name, const struct opt_command *command)
{
	printf("usage: fixproof %s %s\n\n%s\n", name, command->usage, command->summary);
	if (command->options->name)
		printf("\noptions:\n");
	for (const struct opt *o = command->options; o->name; o++) {
		char left[64];

		(void)snprintf(left, sizeof(left), "--%s%s%s", o->name, o->argument ? " " : "",
			       o->argument ? o->argument : "");
		if (strlen(left) <= 24)
			printf("  %-24s  %s\n", left, o->help);
		else
			printf("  %s\n  %-24s  %s\n", left, "", o->help);
	}
}
