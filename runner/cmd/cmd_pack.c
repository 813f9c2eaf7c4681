#include "runner/cmd/cmd.h"

#include "runner/attest/bundle.h"

struct pack_values {
	const char *output;
};

static const struct opt options[] = {
	{"output", OPT_TEXT, offsetof(struct pack_values, output), "FILE",
	 "where to [the bundle's name and .tar.zst]"},
	OPT_END,
};

static int pack(const char *path, const char *output, struct err *e)
{
	FP_CLEANUP(arena_release) struct arena a = ARENA_INIT((size_t)2 << 30);
	FP_CLEANUP(bundle_cleanup) struct bundle *b = NULL;
	size_t size = strlen(path);

	while (size > 1 && path[size - 1] == '/')
		size--;
	if (!output)
		output = arena_printf(&a, "%.*s.tar.zst", (int)size, path);
	if (bundle_open(path, &a, &b, e) < 0)
		return -1;
	if (!bundle_has(b, "manifest.json"))
		return err_set(e, ERR_INPUT, "%s: has no manifest.json, so it is no bundle", path);
	if (bundle_pack(b, output, &a, e) < 0)
		return err_wrap(e, "%s", path);
	printf("%s\n", output);
	return 0;
}

static int run(int argc, char **argv)
{
	struct pack_values values = {.output = NULL};
	struct err e = ERR_INIT;
	int operands;

	if (opt_parse(options, argc, argv, false, &values, &operands, &e) < 0)
		return cmd_fail("pack", &e);
	if (operands != 1)
		(void)err_set(&e, ERR_USAGE, "give one bundle");
	else if (pack(argv[1], values.output, &e) == 0)
		return CMD_VERIFIED;
	return cmd_fail("pack", &e);
}

const struct cmd cmd_pack = {
	.name = "pack",
	.command = {"[options] BUNDLE", "Pack a bundle into one file.", options},
	.run = run,
};
