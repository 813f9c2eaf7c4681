#include "runner/cmd/signopt.h"

int signopt_start(const struct signopt_values *v, struct arena *a, struct signer *ret_signer,
		  struct signing *ret_signing, struct err *e)
{
	struct signer_passphrase passphrase = {.file = v->password_file,
					       .fd = (int)v->password_fd,
					       .environment = "FIXPROOF_PASSWORD",
					       .prompt = true};

	if (!v->key)
		return err_set(e, ERR_USAGE, "the private key is missing");
	if (signer_start(v->key, &passphrase, ret_signer, e) < 0)
		return -1;
	/* Only the signer needs it. */
	(void)unsetenv("FIXPROOF_PASSWORD");
	*ret_signing = (struct signing){.signer = ret_signer, .timestamp_url = v->timestamp_url};
	if (v->certificate &&
	    signing_certificate(v->certificate, ret_signer, a, &ret_signing->certificate, e) < 0) {
		signer_stop(ret_signer);
		return -1;
	}
	return 0;
}
