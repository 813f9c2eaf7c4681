/*
 * Private keys that do not lie in a file of PEM: "pkcs11:…", "file:…" and whatever else this
 * machine's OpenSSL can open by a URI, from its store or from an engine of the scheme's name.
 * For the signer alone.
 */
#ifndef RUNNER_ATTEST_KEYURI_H
#define RUNNER_ATTEST_KEYURI_H

#include "runner/attest/key.h"

/* "scheme:…", and no file of that name. */
bool keyuri_is_one(const char *text);

/* The passphrase is a PIN for keys in hardware. */
FP_MUST_CHECK int keyuri_read_private(const char *uri, key_passphrase *ask, void *context,
				      struct key **ret_key, struct err *e);

#endif
