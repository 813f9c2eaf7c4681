/* Digests as functions give them. */
#ifndef RUNNER_PLAN_HCL_DIGEST_H
#define RUNNER_PLAN_HCL_DIGEST_H

#include "runner/plan/hcl/func.h"

enum digest_kind {
	DIGEST_MD5,
	DIGEST_SHA1,
	DIGEST_SHA256,
	DIGEST_SHA512,
};

/* In lower-case hexadecimal or in base64; NULL after call_unsupported(). */
const struct value *digest_text(struct call *c, enum digest_kind kind, bool base64,
				const void *data, size_t size);

#endif
