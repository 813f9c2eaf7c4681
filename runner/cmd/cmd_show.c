#include "runner/cmd/cmd.h"

#include <fcntl.h>

#include "runner/attest/bundle.h"
#include "runner/base/fd.h"
#include "runner/base/json.h"
#include "runner/report/report.h"

struct show_values {
	const char *format;
};

static const struct opt options[] = {
	{"format", OPT_WORD, offsetof(struct show_values, format), "text|json",
	 "how to show it [text]"},
	OPT_END,
};

static int show(const char *path, const char *format, struct err *e)
{
	FP_CLEANUP(arena_release) struct arena a = ARENA_INIT((size_t)2 << 30);
	FP_CLEANUP(bundle_cleanup) struct bundle *b = NULL;
	FP_CLEANUP(buf_release) struct buf out = BUF_INIT((size_t)256 << 20);
	FP_CLEANUP(evidence_release) struct evidence ev = {.planner = NULL};
	struct report_options o = {.colour = cmd_colour(STDOUT_FILENO)};
	struct judgement j;
	size_t size;

	if (bundle_open(path, &a, &b, e) < 0)
		return -1;
	if (bundle_read(b, &a, &ev, &j, e) < 0 ||
	    bundle_file(b, "fix.diff", &a, &o.diff, &size, e) < 0)
		return err_wrap(e, "%s", path);
	if (strcmp(format, "json") == 0) {
		JSON_AUTO *json = report_json(&j);

		json_dump_pretty(&out, json);
	} else {
		report_record(&j, &o, &out);
		buf_addstr(&out, "\nnot checked here: signatures and digests; `fixproof verify` "
				 "does that\n");
	}
	(void)fwrite(buf_text(&out), 1, out.size, stdout);
	return 0;
}

static int run(int argc, char **argv)
{
	struct show_values values = {.format = "text"};
	struct err e = ERR_INIT;
	int operands;

	if (opt_parse(options, argc, argv, false, &values, &operands, &e) < 0)
		return cmd_fail("show", &e);
	if (operands != 1)
		(void)err_set(&e, ERR_USAGE, "give one bundle");
	else if (show(argv[1], values.format, &e) == 0)
		return CMD_VERIFIED;
	return cmd_fail("show", &e);
}

const struct cmd cmd_show = {
	.name = "show",
	.command = {"[options] BUNDLE", "Show the audit record of a bundle to a person.", options},
	.run = run,
};
