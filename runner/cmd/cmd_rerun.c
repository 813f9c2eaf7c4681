#include "runner/cmd/cmd.h"

#include "runner/attest/bundle.h"
#include "runner/base/instant.h"
#include "runner/base/json.h"
#include "runner/cmd/checking.h"
#include "runner/cmd/signopt.h"
#include "runner/rerun.h"

struct rerun_values {
	struct signopt_values with;
	struct checking_values whom;
	const char *format;
};

static const struct opt options[] = {
	SIGNOPT_ROWS(rerun_values, with, "countersign"),
	{"key", OPT_TEXTS, offsetof(struct rerun_values, whom.keys), "FILE",
	 "verify it first: public key that is trusted"},
	{"trust", OPT_TEXT, offsetof(struct rerun_values, whom.trust), "FILE",
	 "verify it first: trust policy"},
	{"format", OPT_WORD, offsetof(struct rerun_values, format), "text|json",
	 "how to report [text]"},
	OPT_END,
};

static int status_of(enum rerun_result result)
{
	switch (result) {
	case RERUN_SAME:
		return CMD_VERIFIED;
	case RERUN_DIFFERENT:
		return CMD_REFUSED;
	case RERUN_CANNOT:
		return CMD_INCONCLUSIVE;
	}
	return CMD_ERROR;
}

/* Nothing of a bundle is run that its checker would not accept, if one was named. */
static int verify_first(const struct bundle *b, const struct rerun_values *v, struct arena *a,
			struct err *e)
{
	FP_CLEANUP(trust_release) struct trust t = {.signer_count = 0};
	struct bundle_report r;

	if (!v->whom.trust && v->whom.keys.count == 0)
		return 0;
	if (checking_load(&v->whom, a, &t, e) < 0 ||
	    bundle_verify(b, &t, instant_now(), NULL, a, &r, e) < 0)
		return -1;
	evidence_release(&r.ev);
	for (size_t i = 0; i < r.checks.count; i++)
		if (r.checks.rows[i].state == CHECK_FAILED)
			return err_set(e, ERR_INPUT, "is not accepted: %s: %s", r.checks.rows[i].id,
				       r.checks.rows[i].text);
	return 0;
}

static void print(const char *path, const struct rerun_report *r, const struct rerun_values *v)
{
	if (strcmp(v->format, "json") == 0) {
		JSON_AUTO *root = json_new_object();

		json_put(root, "bundle", json_new_string(path));
		json_put(root, "result", json_new_string(rerun_result_name(r->result)));
		json_put(root, "checks", checking_json(&r->checks));
		cmd_print_json(root);
		return;
	}
	checking_print(&r->checks);
	printf("%s: %s\n", path, rerun_result_name(r->result));
}

static int rerun(const char *path, const struct rerun_values *v, const struct signing *signing,
		 int *ret_status, struct err *e)
{
	FP_CLEANUP(arena_release) struct arena a = ARENA_INIT((size_t)4 << 30);
	FP_CLEANUP(bundle_cleanup) struct bundle *b = NULL;
	enum decision decision;
	struct rerun_report r;

	if (bundle_open(path, &a, &b, e) < 0)
		return -1;
	if ((signing && bundle_mend(b, &a, e) < 0) || verify_first(b, v, &a, e) < 0 ||
	    rerun_bundle(b, RERUN_ALL, &a, &r, e) < 0)
		return err_wrap(e, "%s", path);
	if (r.result == RERUN_SAME && signing &&
	    bundle_sign(b, signing, true, &a, &decision, e) < 0)
		return err_wrap(e, "%s", path);
	print(path, &r, v);
	*ret_status = status_of(r.result);
	return 0;
}

static int run(int argc, char **argv)
{
	FP_CLEANUP(arena_release) struct arena a = ARENA_INIT((size_t)1 << 20);
	struct rerun_values values = {.with = SIGNOPT_INIT, .format = "text"};
	struct signer signer = SIGNER_INIT;
	struct signing signing;
	struct err e = ERR_INIT;
	int operands, result, status = CMD_ERROR;

	if (opt_parse(options, argc, argv, false, &values, &operands, &e) < 0)
		return cmd_fail("rerun", &e);
	if (operands != 1) {
		(void)err_set(&e, ERR_USAGE, "give one bundle");
		return cmd_fail("rerun", &e);
	}
	if (values.with.key && signopt_start(&values.with, &a, &signer, &signing, &e) < 0)
		return cmd_fail("rerun", &e);
	result = rerun(argv[1], &values, values.with.key ? &signing : NULL, &status, &e);
	signer_stop(&signer);
	return result < 0 ? cmd_fail("rerun", &e) : status;
}

const struct cmd cmd_rerun = {
	.name = "rerun",
	.command = {"[options] BUNDLE", "Do it all again from a bundle alone, and compare.",
		    options},
	.run = run,
};
