#include "runner/cmd/cmd.h"

#include <errno.h>
#include <fcntl.h>

#include "runner/attest/bundle.h"
#include "runner/base/fd.h"
#include "runner/base/json.h"
#include "runner/base/utf8.h"

#define KEYS_MAX 32
#define ARENA_BYTES ((size_t)2 << 30)

struct verify_values {
	struct opt_texts keys;
	const char *format;
};

static const struct opt options[] = {
	{"key", OPT_TEXTS, offsetof(struct verify_values, keys), "FILE",
	 "public key that is trusted; may be given again"},
	{"format", OPT_WORD, offsetof(struct verify_values, format), "text|json",
	 "how to report [text]"},
	OPT_END,
};

struct keys {
	struct key *rows[KEYS_MAX];
	size_t count;
};

static void release_keys(struct keys *k)
{
	for (size_t i = 0; i < k->count; i++)
		key_free(k->rows[i]);
}

static int load_keys(const struct opt_texts *files, struct keys *k, struct err *e)
{
	if (files->count == 0)
		return err_set(e, ERR_USAGE,
			       "--key FILE is missing: a key in a bundle is never trusted");
	for (; k->count < files->count && k->count < KEYS_MAX; k->count++) {
		FP_CLEANUP(buf_release) struct buf pem = BUF_INIT(KEY_PEM_MAX_BYTES);
		const char *file = files->items[k->count];

		if (fd_read_file(AT_FDCWD, file, true, &pem, e) < 0 ||
		    key_read_public(file, buf_text(&pem), pem.size, &k->rows[k->count], e) < 0)
			return -1;
	}
	return 0;
}

static void print_text(const char *path, const struct bundle_report *r)
{
	FP_CLEANUP(buf_release) struct buf out = BUF_INIT((size_t)16 << 20);
	bool colour = cmd_colour(STDOUT_FILENO);

	for (size_t i = 0; i < r->count; i++) {
		const struct bundle_check *c = &r->checks[i];

		buf_addf(&out, "  %s%-4s%s %-10s ",
			 !colour     ? ""
			 : c->passed ? "\x1b[32m"
				     : "\x1b[31m",
			 c->passed ? "ok" : "FAIL", colour ? "\x1b[0m" : "", c->id);
		utf8_add_visible(&out, c->text, strlen(c->text), false);
		buf_addch(&out, '\n');
	}
	printf("%s%s: %s\n", buf_text(&out), path,
	       !r->passed ? "NOT ACCEPTED" : decision_name(r->judgement.decision));
}

static void print_json(const char *path, const struct bundle_report *r)
{
	FP_CLEANUP(buf_release) struct buf out = BUF_INIT((size_t)16 << 20);
	JSON_AUTO *root = json_new_object();
	json_t *checks = json_new_array();

	for (size_t i = 0; i < r->count; i++) {
		json_t *row = json_new_object();

		json_put(row, "id", json_new_string(r->checks[i].id));
		json_put(row, "passed", json_boolean(r->checks[i].passed));
		json_put(row, "text", json_new_string(r->checks[i].text));
		json_push(checks, row);
	}
	json_put(root, "bundle", json_new_string(path));
	json_put(root, "accepted", json_boolean(r->passed));
	json_put(root, "decision",
		 r->passed ? json_new_string(decision_name(r->judgement.decision)) : json_null());
	json_put(root, "key", r->key_id ? json_new_string(r->key_id) : json_null());
	json_put(root, "checks", checks);
	json_dump_compact(&out, root);
	(void)fwrite(buf_text(&out), 1, out.size, stdout);
}

/* A refusal that is signed and sound is still no approval. */
static int status_of(const struct bundle_report *r)
{
	if (!r->passed || r->judgement.decision == DECISION_REFUSED)
		return CMD_REFUSED;
	return r->judgement.decision == DECISION_VERIFIED ? CMD_VERIFIED : CMD_INCONCLUSIVE;
}

static int verify_one(const char *path, const struct keys *k, const char *format, int *ret_status,
		      struct err *e)
{
	FP_CLEANUP(arena_release) struct arena a = ARENA_INIT(ARENA_BYTES);
	FP_CLEANUP(fd_cleanup) int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	struct bundle_report r;

	if (fd < 0)
		return err_sys(e, "%s", path);
	if (bundle_verify(fd, k->rows, k->count, &a, &r, e) < 0)
		return -1;
	if (strcmp(format, "json") == 0)
		print_json(path, &r);
	else
		print_text(path, &r);
	*ret_status = status_of(&r);
	evidence_release(&r.ev);
	return 0;
}

static int run(int argc, char **argv)
{
	struct verify_values values = {.format = "text"};
	FP_CLEANUP(release_keys) struct keys k = {.count = 0};
	int operands, status = CMD_VERIFIED;
	struct err e = ERR_INIT;

	if (opt_parse(options, argc, argv, false, &values, &operands, &e) < 0 ||
	    load_keys(&values.keys, &k, &e) < 0)
		return cmd_fail("verify", &e);
	if (operands == 0) {
		(void)err_set(&e, ERR_USAGE, "no bundle was given");
		return cmd_fail("verify", &e);
	}
	for (int i = 1; i <= operands; i++) {
		int one = CMD_ERROR;

		if (verify_one(argv[i], &k, values.format, &one, &e) < 0)
			return cmd_fail("verify", &e);
		if (one == CMD_REFUSED || status == CMD_VERIFIED)
			status = one;
	}
	return status;
}

const struct cmd cmd_verify = {
	.name = "verify",
	.command = {"--key FILE [options] BUNDLE...",
		    "Check bundles, offline, trusting nothing in them.", options},
	.run = run,
};
