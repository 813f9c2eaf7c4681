#include "runner/cmd/cmd.h"

#include "runner/attest/bundle.h"
#include "runner/attest/statement.h"
#include "runner/base/instant.h"
#include "runner/base/json.h"
#include "runner/cmd/checking.h"
#include "runner/report/record.h"
#include "runner/report/report.h"

#define ARENA_BYTES ((size_t)2 << 30)

struct show_values {
	struct checking_values whom;
	const char *format;
};

static const struct opt options[] = {
	{"key", OPT_TEXTS, offsetof(struct show_values, whom.keys), "FILE",
	 "verify it first: public key that is trusted"},
	{"trust", OPT_TEXT, offsetof(struct show_values, whom.trust), "FILE",
	 "verify it first: trust policy"},
	{"format", OPT_WORD, offsetof(struct show_values, format), "text|markdown|html|json",
	 "how to show it [text]"},
	OPT_END,
};

/* Who accepted it, or why not; both stay NULL when nobody was named to check. */
static int check(const struct bundle *b, const struct checking_values *whom, struct arena *a,
		 struct record_input *in, struct err *e)
{
	FP_CLEANUP(trust_release) struct trust t = {.signer_count = 0};
	struct bundle_report r;

	if (!whom->trust && whom->keys.count == 0)
		return 0;
	if (checking_load(whom, a, &t, e) < 0 ||
	    bundle_verify(b, &t, instant_now(), NULL, a, &r, e) < 0)
		return -1;
	for (size_t i = 0; i < r.checks.count; i++)
		if (!in->rejected && (r.checks.rows[i].state == CHECK_FAILED ||
				      r.checks.rows[i].state == CHECK_OPEN))
			in->rejected = arena_printf(a, "%s: %s", r.checks.rows[i].id,
						    r.checks.rows[i].text);
	in->checked = r.key_count > 0 ? r.key_ids[0] : NULL;
	for (size_t i = 1; i < r.key_count; i++)
		in->checked = arena_printf(a, "%s, %s", in->checked, r.key_ids[i]);
	evidence_release(&r.ev);
	return 0;
}

static void write_json(const struct record_input *in, const struct record *r, struct buf *out)
{
	JSON_AUTO *root = report_json(in->judgement);

	json_put(root, "checked", json_boolean(in->checked && !in->rejected));
	json_put(root, "rejected", in->rejected ? json_new_string(in->rejected) : json_null());
	json_put(root, "record", record_json(r));
	json_dump_pretty(out, root);
}

static void write_record(const struct record_input *in, const char *format, struct arena *a,
			 struct buf *out)
{
	struct record r;

	record_make(in, a, &r);
	if (strcmp(format, "json") == 0)
		write_json(in, &r, out);
	else if (strcmp(format, "html") == 0)
		record_html(&r, out);
	else if (strcmp(format, "markdown") == 0)
		record_markdown(&r, out);
	else
		record_text(&r, cmd_colour(STDOUT_FILENO), out);
}

static int show(const char *path, const struct show_values *v, struct err *e)
{
	FP_CLEANUP(arena_release) struct arena a = ARENA_INIT(ARENA_BYTES);
	FP_CLEANUP(bundle_cleanup) struct bundle *b = NULL;
	FP_CLEANUP(buf_release) struct buf out = BUF_INIT((size_t)256 << 20);
	FP_CLEANUP(evidence_release) struct evidence ev = {.planner = NULL};
	struct judgement j;
	struct record_input in = {.judgement = &j, .not_claimed = statement_not_claimed};
	size_t size;

	if (bundle_open(path, &a, &b, e) < 0)
		return -1;
	if (bundle_read(b, &a, &ev, &j, e) < 0 ||
	    bundle_file(b, "fix.diff", &a, &in.diff, &size, e) < 0 ||
	    check(b, &v->whom, &a, &in, e) < 0)
		return err_wrap(e, "%s", path);
	write_record(&in, v->format, &a, &out);
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
	else if (show(argv[1], &values, &e) == 0)
		return CMD_VERIFIED;
	return cmd_fail("show", &e);
}

const struct cmd cmd_show = {
	.name = "show",
	.command = {"[options] BUNDLE", "Show the audit record of a bundle to a person.", options},
	.run = run,
};
