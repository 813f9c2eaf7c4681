#include "runner/cmd/cmd.h"

#include "runner/attest/bundle.h"
#include "runner/cmd/signopt.h"

struct sign_values {
	struct signopt_values with;
};

static const struct opt options[] = {
	SIGNOPT_ROWS(sign_values, with, "key"),
	OPT_END,
};

static int sign_one(const char *path, const struct signing *signing, struct err *e)
{
	FP_CLEANUP(arena_release) struct arena a = ARENA_INIT((size_t)2 << 30);
	FP_CLEANUP(bundle_cleanup) struct bundle *b = NULL;
	enum decision decision = DECISION_INCONCLUSIVE;

	if (bundle_open(path, &a, &b, e) < 0)
		return -1;
	if (bundle_sign(b, signing, false, &a, &decision, e) < 0)
		return err_wrap(e, "%s", path);
	printf("%s: %s, signed by %s\n", path, decision_name(decision), signing->signer->key_id);
	return 0;
}

static int run(int argc, char **argv)
{
	FP_CLEANUP(arena_release) struct arena a = ARENA_INIT((size_t)1 << 20);
	struct sign_values values = {.with = SIGNOPT_INIT};
	struct signer signer = SIGNER_INIT;
	struct signing signing;
	struct err e = ERR_INIT;
	int operands, result = 0;

	if (opt_parse(options, argc, argv, false, &values, &operands, &e) < 0)
		return cmd_fail("sign", &e);
	if (operands == 0) {
		(void)err_set(&e, ERR_USAGE, "no bundle was given");
		return cmd_fail("sign", &e);
	}
	if (signopt_start(&values.with, &a, &signer, &signing, &e) < 0)
		return cmd_fail("sign", &e);
	for (int i = 1; i <= operands && result == 0; i++)
		result = sign_one(argv[i], &signing, &e);
	signer_stop(&signer);
	return result < 0 ? cmd_fail("sign", &e) : CMD_VERIFIED;
}

const struct cmd cmd_sign = {
	.name = "sign",
	.command = {"--key FILE [options] BUNDLE...",
		    "Sign unsigned bundles, after deriving all again.", options},
	.run = run,
};
