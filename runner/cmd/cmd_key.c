#include "runner/cmd/cmd.h"

#include <errno.h>
#include <fcntl.h>

#include "runner/attest/key.h"
#include "runner/attest/signer.h"
#include "runner/base/fd.h"
#include "runner/base/json.h"

struct key_values {
	const char *type, *output, *password_file, *format;
	bool plain;
};

static const struct opt options[] = {
	{"type", OPT_WORD, offsetof(struct key_values, type),
	 "ecdsa-p256|ecdsa-p384|ed25519|rsa-3072|rsa-pss-3072", "kind of key to make [ecdsa-p256]"},
	{"output", OPT_TEXT, offsetof(struct key_values, output), "NAME",
	 "writes NAME.key and NAME.pub [fixproof]"},
	{"password-file", OPT_TEXT, offsetof(struct key_values, password_file), "FILE",
	 "passphrase; otherwise FIXPROOF_PASSWORD, or asked"},
	{"no-password", OPT_FLAG, offsetof(struct key_values, plain), NULL,
	 "leave the private key unencrypted"},
	{"format", OPT_WORD, offsetof(struct key_values, format), "text|json",
	 "how to report [text]"},
	OPT_END,
};

/* A key is never written over: it may be the only one that proves what was signed. */
static int write_new(const char *name, const char *suffix, const struct buf *text, mode_t mode,
		     struct err *e)
{
	FP_CLEANUP(buf_release) struct buf path = BUF_INIT(4096);
	FP_CLEANUP(fd_cleanup) int fd = -1;

	buf_addf(&path, "%s%s", name, suffix);
	if (buf_finish(&path, "the name", e) < 0)
		return -1;
	fd = open(buf_text(&path), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, mode);
	if (fd < 0)
		return err_sys(e, "%s", buf_text(&path));
	if (fd_write_all(fd, buf_text(text), text->size, e) < 0 || fsync(fd) < 0)
		return e->kind ? err_wrap(e, "%s", buf_text(&path))
			       : err_sys(e, "%s", buf_text(&path));
	return 0;
}

static void print_key(const char *id, enum key_kind kind)
{
	JSON_AUTO *json = json_new_object();

	json_put(json, "key", json_new_string(id));
	json_put(json, "type", json_new_string(key_kind_name(kind)));
	cmd_print_json(json);
}

static int generate(const struct key_values *v, struct err *e)
{
	struct signer_passphrase from = {.file = v->password_file,
					 .fd = -1,
					 .environment = "FIXPROOF_PASSWORD",
					 .prompt = true};
	FP_CLEANUP(buf_wipe) struct buf passphrase = BUF_INIT(1024);
	FP_CLEANUP(buf_wipe) struct buf private_pem = BUF_INIT(KEY_PEM_MAX_BYTES);
	FP_CLEANUP(buf_release) struct buf public_pem = BUF_INIT(KEY_PEM_MAX_BYTES);
	FP_CLEANUP(key_cleanup) struct key *k = NULL;
	enum key_kind kind = KEY_ECDSA_P256;
	char id[KEY_ID_SIZE];
	bool given = false;

	(void)key_kind_parse(v->type, &kind);
	if (!v->plain && signer_read_passphrase(&from, "Passphrase for the new key: ", &passphrase,
						&given, e) < 0)
		return -1;
	if (given && passphrase.size < 8)
		return err_set(e, ERR_INPUT,
			       "the passphrase must have 8 characters or more; --no-password does "
			       "without");
	if (key_generate(kind, &k, e) < 0 ||
	    key_write_private(k, given ? buf_text(&passphrase) : NULL, &private_pem, e) < 0 ||
	    key_write_public(k, &public_pem, e) < 0 || key_id(k, id, e) < 0 ||
	    write_new(v->output, ".key", &private_pem, 0600, e) < 0 ||
	    write_new(v->output, ".pub", &public_pem, 0644, e) < 0)
		return -1;
	if (strcmp(v->format, "json") == 0) {
		print_key(id, kind);
		return 0;
	}
	printf("%s.key  private, %s\n%s.pub  public\n%s\n", v->output,
	       given ? "encrypted" : "NOT encrypted", v->output, id);
	return 0;
}

static int show(const char *file, const char *format, struct err *e)
{
	FP_CLEANUP(buf_release) struct buf pem = BUF_INIT(KEY_PEM_MAX_BYTES);
	FP_CLEANUP(key_cleanup) struct key *k = NULL;
	char id[KEY_ID_SIZE];

	if (fd_read_file(AT_FDCWD, file, true, &pem, e) < 0 ||
	    key_read_public(file, buf_text(&pem), pem.size, &k, e) < 0 || key_id(k, id, e) < 0)
		return -1;
	if (strcmp(format, "json") == 0)
		print_key(id, key_kind_of(k));
	else
		printf("%s %s\n", id, key_kind_name(key_kind_of(k)));
	return 0;
}

static int run(int argc, char **argv)
{
	struct key_values values = {.type = "ecdsa-p256", .output = "fixproof", .format = "text"};
	struct err e = ERR_INIT;
	int operands, result = -1;

	if (opt_parse(options, argc, argv, false, &values, &operands, &e) < 0)
		return cmd_fail("key", &e);
	if (operands == 1 && strcmp(argv[1], "generate") == 0)
		result = generate(&values, &e);
	else if (operands == 2 && strcmp(argv[1], "show") == 0)
		result = show(argv[2], values.format, &e);
	else
		(void)err_set(&e, ERR_USAGE, "say \"generate\", or \"show\" and a public key");
	return result < 0 ? cmd_fail("key", &e) : CMD_VERIFIED;
}

const struct cmd cmd_key = {
	.name = "key",
	.command = {"generate [options] | show FILE",
		    "Make a key pair, or show the id of a public key.", options},
	.run = run,
};
