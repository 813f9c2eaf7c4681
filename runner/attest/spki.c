#include "runner/attest/spki.h"

#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/params.h>
#include <string.h>

static const struct {
	const char *group; /* of OpenSSL; NULL is Ed25519 */
	size_t head_size, point_size;
	uint8_t head[26];
} known[] = {
	{"prime256v1", 26, 65, {0x30, 0x59, 0x30, 0x13, 0x06, 0x07, 0x2a, 0x86, 0x48,
				0xce, 0x3d, 0x02, 0x01, 0x06, 0x08, 0x2a, 0x86, 0x48,
				0xce, 0x3d, 0x03, 0x01, 0x07, 0x03, 0x42, 0x00}},
	{"secp384r1", 23, 97, {0x30, 0x76, 0x30, 0x10, 0x06, 0x07, 0x2a, 0x86,
			       0x48, 0xce, 0x3d, 0x02, 0x01, 0x06, 0x05, 0x2b,
			       0x81, 0x04, 0x00, 0x22, 0x03, 0x62, 0x00}},
	{NULL, 12, 32, {0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00}},
};

static EVP_PKEY *on_curve(const char *group, const uint8_t *point, size_t size)
{
	/* OpenSSL's parameters are not const, and nothing is changed through them. */
	OSSL_PARAM parameters[] = {
		OSSL_PARAM_construct_utf8_string(OSSL_PKEY_PARAM_GROUP_NAME,
						 (char *)(uintptr_t)group, 0),
		OSSL_PARAM_construct_octet_string(OSSL_PKEY_PARAM_PUB_KEY, (void *)(uintptr_t)point,
						  size),
		OSSL_PARAM_construct_end(),
	};
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_name(NULL, "EC", NULL);
	EVP_PKEY *pkey = NULL;

	if (!ctx || EVP_PKEY_fromdata_init(ctx) <= 0 ||
	    EVP_PKEY_fromdata(ctx, &pkey, EVP_PKEY_PUBLIC_KEY, parameters) <= 0)
		pkey = NULL;
	EVP_PKEY_CTX_free(ctx);
	return pkey;
}

EVP_PKEY *spki_read(const uint8_t *der, size_t size)
{
	for (size_t i = 0; i < FP_ARRAY_SIZE(known); i++) {
		const uint8_t *point = der + known[i].head_size;

		if (size != known[i].head_size + known[i].point_size ||
		    memcmp(der, known[i].head, known[i].head_size) != 0)
			continue;
		if (!known[i].group)
			return EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, NULL, point,
							   known[i].point_size);
		return point[0] == POINT_CONVERSION_UNCOMPRESSED
			       ? on_curve(known[i].group, point, known[i].point_size)
			       : NULL;
	}
	return NULL;
}
