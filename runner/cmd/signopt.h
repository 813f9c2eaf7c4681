/* The options of every command that signs: which key, with what certificate and timestamp. */
#ifndef RUNNER_CMD_SIGNOPT_H
#define RUNNER_CMD_SIGNOPT_H

#include "runner/attest/signing.h"
#include "runner/opt.h"

struct signopt_values {
	const char *key, *certificate, *timestamp_url, *password_file;
	long password_fd;
};

#define SIGNOPT_INIT              \
	{                         \
		.password_fd = -1 \
	}

/* Rows for a table of options; outer is the struct that has the values as its member. */
#define SIGNOPT_ROWS(outer, member, key_name)                                                     \
	{key_name, OPT_TEXT, offsetof(struct outer, member.key), "FILE",                          \
	 "private key: a file, or a URI as pkcs11:..."},                                          \
		{"certificate", OPT_TEXT, offsetof(struct outer, member.certificate), "FILE",     \
		 "certificate of the key, PEM; bundles carry it"},                                \
		{"timestamp-server-url", OPT_TEXT, offsetof(struct outer, member.timestamp_url),  \
		 "URL", "timestamp each signature (RFC 3161, http)"},                             \
		{"password-file", OPT_TEXT, offsetof(struct outer, member.password_file), "FILE", \
		 "passphrase; or FIXPROOF_PASSWORD, or a question"},                              \
	{                                                                                         \
		"password-fd", OPT_NUMBER, offsetof(struct outer, member.password_fd), "N",       \
			"read the passphrase from this descriptor"                                \
	}

/* Starts the signer, of which signing then tells; the caller stops it. */
FP_MUST_CHECK int signopt_start(const struct signopt_values *v, struct arena *a,
				struct signer *ret_signer, struct signing *ret_signing,
				struct err *e);

#endif
