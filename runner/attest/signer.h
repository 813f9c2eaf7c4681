/*
 * The signer: the one process that reads the private key.  Statement bytes go in, a signature comes
 * out; it signs nothing but in-toto statements in DSSE, whatever it is asked.
 */
#ifndef RUNNER_ATTEST_SIGNER_H
#define RUNNER_ATTEST_SIGNER_H

#include "runner/attest/key.h"
#include "runner/base/base.h"
#include "runner/base/err.h"

#define SIGNER_PROGRAM "fixproof-signer"
#define SIGNER_STATEMENT_MAX_BYTES ((size_t)64 << 20)

/* Where the passphrase of the key comes from, first of these that there is. */
struct signer_passphrase {
	const char *file;	 /* its first line; or NULL */
	int fd;			 /* likewise; or -1 */
	const char *environment; /* name of a variable; or NULL */
	bool prompt;		 /* on the terminal */
};

struct signer {
	int socket;
	int pid;
	char key_id[KEY_ID_SIZE];
};

#define SIGNER_INIT                     \
	{                               \
		.socket = -1, .pid = -1 \
	}

/* Starts the program fixproof-signer, which reads the key now; a key that it cannot read is an
 * error. */
FP_MUST_CHECK int signer_start(const char *key_file, const struct signer_passphrase *passphrase,
			       struct signer *ret_signer, struct err *e);
void signer_stop(struct signer *s);

/* May be called by any process that inherited the signer. */
FP_MUST_CHECK int signer_sign(const struct signer *s, const void *statement, size_t size,
			      struct buf *ret_signature, struct err *e);

/* The whole of the signer's process; argv as signer_start made it. */
int signer_main(int argc, char **argv);

/* Reads a passphrase for `key generate` too; NULL in *ret_passphrase when there is none. */
FP_MUST_CHECK int signer_read_passphrase(const struct signer_passphrase *from, const char *question,
					 struct buf *ret_passphrase, bool *ret_given,
					 struct err *e);

#endif
