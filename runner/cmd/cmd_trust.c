#include "runner/cmd/cmd.h"

#include "runner/attest/trustfile.h"
#include "runner/base/instant.h"
#include "runner/base/json.h"
#include "runner/cmd/checking.h"
#include "runner/cmd/signopt.h"

struct trust_values {
	struct signopt_values with;
	const char *format;
};

static const struct opt options[] = {
	SIGNOPT_ROWS(trust_values, with, "key"),
	{"format", OPT_WORD, offsetof(struct trust_values, format), "text|json",
	 "how to report [text]"},
	OPT_END,
};

static int check(const char *path, const char *format, struct arena *a, int *ret_status,
		 struct err *e)
{
	FP_CLEANUP(trust_release) struct trust t = {.signer_count = 0};
	struct checks checks = {.arena = a};

	if (trust_load(path, a, &t, NULL, NULL, e) < 0)
		return -1;
	trust_lint(&t, instant_now(), &checks);
	if (check_worst(&checks) == CHECK_PASSED)
		(void)check_add(&checks, "policy", CHECK_PASSED,
				"%zu signers, of whom %zu are needed", t.signer_count, t.threshold);
	if (strcmp(format, "json") == 0) {
		JSON_AUTO *root = json_new_object();

		json_put(root, "policy", json_new_string(path));
		json_put(root, "checks", checking_json(&checks));
		cmd_print_json(root);
	} else {
		checking_print(&checks);
	}
	*ret_status = check_worst(&checks) == CHECK_FAILED ? CMD_REFUSED : CMD_VERIFIED;
	return 0;
}

static int print_root(const char *path, struct arena *a, struct err *e)
{
	FP_CLEANUP(trust_release) struct trust t = {.signer_count = 0};
	JSON_AUTO *root = NULL;

	if (trust_load(path, a, &t, NULL, NULL, e) < 0 || trustfile_root(&t, a, &root, e) < 0)
		return -1;
	cmd_print_json(root);
	return 0;
}

static int sign(const char *path, const struct trust_values *v, struct arena *a, struct err *e)
{
	struct signer signer = SIGNER_INIT;
	struct signing signing;
	int result;

	if (signopt_start(&v->with, a, &signer, &signing, e) < 0)
		return -1;
	result = trustfile_sign(path, &signing, a, e);
	signer_stop(&signer);
	if (result == 0)
		printf("%s%s\n", path, TRUSTFILE_SUFFIX);
	return result;
}

static int run(int argc, char **argv)
{
	FP_CLEANUP(arena_release) struct arena a = ARENA_INIT((size_t)64 << 20);
	struct trust_values values = {.with = SIGNOPT_INIT, .format = "text"};
	int operands, result = -1, status = CMD_VERIFIED;
	struct err e = ERR_INIT;

	if (opt_parse(options, argc, argv, false, &values, &operands, &e) < 0)
		return cmd_fail("trust", &e);
	if (operands == 2 && strcmp(argv[1], "check") == 0)
		result = check(argv[2], values.format, &a, &status, &e);
	else if (operands == 2 && strcmp(argv[1], "root") == 0)
		result = print_root(argv[2], &a, &e);
	else if (operands == 2 && strcmp(argv[1], "sign") == 0)
		result = sign(argv[2], &values, &a, &e);
	else
		(void)err_set(&e, ERR_USAGE,
			      "say \"check\", \"root\" or \"sign\", and a trust policy");
	return result < 0 ? cmd_fail("trust", &e) : status;
}

const struct cmd cmd_trust = {
	.name = "trust",
	.command = {"check FILE | root FILE | sign --key FILE FILE",
		    "Check, sign or export a trust policy.", options},
	.run = run,
};
