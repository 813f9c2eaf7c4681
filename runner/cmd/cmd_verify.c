#include "runner/cmd/cmd.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>

#include "runner/attest/bundle.h"
#include "runner/base/fd.h"
#include "runner/base/instant.h"
#include "runner/base/json.h"
#include "runner/canon/tree.h"
#include "runner/cmd/checking.h"
#include "runner/rerun.h"

#define ARENA_BYTES ((size_t)2 << 30)
#define ARTIFACT_MAX_BYTES ((uint64_t)1 << 30)

struct verify_values {
	struct checking_values whom;
	const char *format, *artifact, *git_tree, *commit;
	bool replan;
};

static const struct opt options[] = {
	{"key", OPT_TEXTS, offsetof(struct verify_values, whom.keys), "FILE",
	 "public key that is trusted; may be given again"},
	{"trust", OPT_TEXT, offsetof(struct verify_values, whom.trust), "FILE",
	 "trust policy: what is accepted"},
	{"trust-key", OPT_TEXT, offsetof(struct verify_values, whom.trust_key), "FILE",
	 "public key that must have signed the policy"},
	{"artifact", OPT_TEXT, offsetof(struct verify_values, artifact), "PATH",
	 "directory or file that it must be about"},
	{"git-tree", OPT_TEXT, offsetof(struct verify_values, git_tree), "ID",
	 "git tree that it must be about"},
	{"commit", OPT_TEXT, offsetof(struct verify_values, commit), "ID",
	 "git commit that it must be about"},
	{"replan", OPT_FLAG, offsetof(struct verify_values, replan), NULL,
	 "plan its trees again, in sandboxes"},
	{"format", OPT_WORD, offsetof(struct verify_values, format), "text|json",
	 "how to report [text]"},
	OPT_END,
};

static const char *outcome(const struct bundle_report *r)
{
	switch (r->state) {
	case CHECK_FAILED:
		return "NOT ACCEPTED";
	case CHECK_OPEN:
		return "CANNOT TELL";
	case CHECK_PASSED:
	case CHECK_NOTE:
		break;
	}
	return decision_name(r->judgement.decision);
}

static void print_json(const char *path, const struct bundle_report *r)
{
	FP_CLEANUP(buf_release) struct buf out = BUF_INIT((size_t)16 << 20);
	bool accepted = r->state == CHECK_PASSED;
	json_t *keys = json_new_array();
	JSON_AUTO *root = json_new_object();
	char hex[SHA256_HEX_SIZE];

	for (size_t i = 0; i < r->key_count; i++)
		json_push(keys, json_new_string(r->key_ids[i]));
	sha256_hex(&r->manifest, hex);
	json_put(root, "bundle", json_new_string(path));
	json_put(root, "accepted", json_boolean(accepted));
	json_put(root, "decision",
		 accepted ? json_new_string(decision_name(r->judgement.decision)) : json_null());
	json_put(root, "manifest", json_new_string(hex));
	json_put(root, "key", r->key_count > 0 ? json_new_string(r->key_ids[0]) : json_null());
	json_put(root, "keys", keys);
	json_put(root, "checks", checking_json(&r->checks));
	json_dump_compact(&out, root);
	(void)fwrite(buf_text(&out), 1, out.size, stdout);
}

/* A refusal that is signed and sound is still no approval. */
static int status_of(const struct bundle_report *r)
{
	if (r->state == CHECK_OPEN)
		return CMD_INCONCLUSIVE;
	if (r->state == CHECK_FAILED || r->judgement.decision == DECISION_REFUSED)
		return CMD_REFUSED;
	return r->judgement.decision == DECISION_VERIFIED ? CMD_VERIFIED : CMD_INCONCLUSIVE;
}

/* The plans on record are those that the trees in the bundle lead to, here and now. */
static int replan(const struct bundle *b, struct arena *a, struct bundle_report *r, struct err *e)
{
	struct rerun_report again;

	if (rerun_bundle(b, RERUN_PLANS, a, &again, e) < 0)
		return -1;
	for (size_t i = 0; i < again.checks.count; i++)
		(void)check_add(&r->checks, "replan", again.checks.rows[i].state, "%s: %s",
				again.checks.rows[i].id, again.checks.rows[i].text);
	if (again.result == RERUN_SAME)
		(void)check_add(&r->checks, "replan", CHECK_PASSED,
				"planned again, the trees give the plans and views on record");
	r->state = check_worst(&r->checks);
	return 0;
}

static int verify_one(const char *path, const struct trust *t, const struct bundle_bindings *b,
		      const struct verify_values *v, int *ret_status, struct err *e)
{
	FP_CLEANUP(arena_release) struct arena a = ARENA_INIT(ARENA_BYTES);
	FP_CLEANUP(bundle_cleanup) struct bundle *bundle = NULL;
	struct bundle_report r;

	if (bundle_open(path, &a, &bundle, e) < 0)
		return -1;
	if (bundle_verify(bundle, t, instant_now(), b, &a, &r, e) < 0)
		return -1;
	if (v->replan && r.state == CHECK_PASSED && replan(bundle, &a, &r, e) < 0) {
		evidence_release(&r.ev);
		return err_wrap(e, "%s", path);
	}
	if (strcmp(v->format, "json") == 0) {
		print_json(path, &r);
	} else {
		checking_print(&r.checks);
		printf("%s: %s\n", path, outcome(&r));
	}
	*ret_status = status_of(&r);
	evidence_release(&r.ev);
	return 0;
}

/* Of a directory the digest of its canonical tree, of a file that of its bytes. */
static int digest_artifact(const char *path, struct arena *a, struct sha256 *ret_digest,
			   struct err *e)
{
	FP_CLEANUP(fd_cleanup) int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	FP_CLEANUP(fd_cleanup) int stream = -1;
	const struct tree *t;
	struct stat st;

	if (fd < 0 || fstat(fd, &st) < 0)
		return err_sys(e, "%s", path);
	if (S_ISREG(st.st_mode))
		return sha256_of_fd(fd, path, ret_digest, e);
	if (!S_ISDIR(st.st_mode))
		return err_set(e, ERR_INPUT, "%s: neither a directory nor a file", path);
	if (fd_memfd("tree", &stream, e) < 0 ||
	    tree_pack(fd, path, ARTIFACT_MAX_BYTES, stream, e) < 0 ||
	    tree_read(stream, a, &t, e) < 0)
		return -1;
	*ret_digest = t->digest;
	return 0;
}

static int verify(int count, char **paths, const struct verify_values *v, struct arena *a,
		  int *ret_status, struct err *e)
{
	FP_CLEANUP(trust_release) struct trust t = {.signer_count = 0};
	struct bundle_bindings b = {
		.artifact = v->artifact, .git_tree = v->git_tree, .commit = v->commit};
	struct sha256 digest;
	int status = CMD_VERIFIED;

	if (checking_load(&v->whom, a, &t, e) < 0)
		return -1;
	if (count == 0)
		return err_set(e, ERR_USAGE, "no bundle was given");
	if (v->artifact && digest_artifact(v->artifact, a, &digest, e) < 0)
		return -1;
	b.artifact_digest = &digest;
	for (int i = 0; i < count; i++) {
		int one = CMD_ERROR;

		if (verify_one(paths[i], &t, &b, v, &one, e) < 0)
			return -1;
		if (one == CMD_REFUSED || status == CMD_VERIFIED)
			status = one;
	}
	*ret_status = status;
	return 0;
}

static int run(int argc, char **argv)
{
	FP_CLEANUP(arena_release) struct arena a = ARENA_INIT(ARENA_BYTES);
	struct verify_values values = {.format = "text"};
	int operands, status = CMD_VERIFIED;
	struct err e = ERR_INIT;

	if (opt_parse(options, argc, argv, false, &values, &operands, &e) < 0 ||
	    verify(operands, argv + 1, &values, &a, &status, &e) < 0)
		return cmd_fail("verify", &e);
	return status;
}

const struct cmd cmd_verify = {
	.name = "verify",
	.command = {"--trust FILE [options] BUNDLE...",
		    "Check bundles, offline, trusting nothing in them.", options},
	.run = run,
};
