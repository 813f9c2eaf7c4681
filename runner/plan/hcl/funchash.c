#include <openssl/evp.h>
#include <string.h>
#include <strings.h>

#include "runner/base/hex.h"
#include "runner/plan/hcl/digest.h"
#include "runner/plan/hcl/func.h"

#define STR(i) (c->args[i]->text)
#define SIZE(i) (c->args[i]->count)

static const EVP_MD *algorithm_of(enum digest_kind kind)
{
	switch (kind) {
	case DIGEST_MD5:
		return EVP_md5();
	case DIGEST_SHA1:
		return EVP_sha1();
	case DIGEST_SHA256:
		return EVP_sha256();
	case DIGEST_SHA512:
		return EVP_sha512();
	}
	return NULL;
}

static bool digest(enum digest_kind kind, const void *data, size_t size,
		   uint8_t out[EVP_MAX_MD_SIZE], unsigned *ret_size)
{
	return EVP_Digest(data, size, out, ret_size, algorithm_of(kind), NULL) == 1;
}

const struct value *digest_text(struct call *c, enum digest_kind kind, bool base64,
				const void *data, size_t size)
{
	FP_CLEANUP(buf_release) struct buf out = BUF_INIT(1024);
	uint8_t bytes[EVP_MAX_MD_SIZE];
	char hex[2 * EVP_MAX_MD_SIZE + 1];
	unsigned n;

	if (!digest(kind, data, size, bytes, &n))
		return call_unsupported(c, "this digest is not available");
	if (base64) {
		base64_encode(&out, bytes, n);
		return value_string(c->arena, buf_text(&out));
	}
	hex_encode(hex, bytes, n);
	return value_string(c->arena, hex);
}

static const struct value *run_md5(struct call *c)
{
	return digest_text(c, DIGEST_MD5, false, STR(0), SIZE(0));
}

static const struct value *run_sha1(struct call *c)
{
	return digest_text(c, DIGEST_SHA1, false, STR(0), SIZE(0));
}

static const struct value *run_sha256(struct call *c)
{
	return digest_text(c, DIGEST_SHA256, false, STR(0), SIZE(0));
}

static const struct value *run_sha512(struct call *c)
{
	return digest_text(c, DIGEST_SHA512, false, STR(0), SIZE(0));
}

static const struct value *run_base64sha256(struct call *c)
{
	return digest_text(c, DIGEST_SHA256, true, STR(0), SIZE(0));
}

static const struct value *run_base64sha512(struct call *c)
{
	return digest_text(c, DIGEST_SHA512, true, STR(0), SIZE(0));
}

/* --- UUID version 5 (RFC 9562, section 5.5) ------------------------------------------------ */

static const struct {
	const char *name, *uuid;
} namespaces[] = {
	{"dns", "6ba7b810-9dad-11d1-80b4-00c04fd430c8"},
	{"url", "6ba7b811-9dad-11d1-80b4-00c04fd430c8"},
	{"oid", "6ba7b812-9dad-11d1-80b4-00c04fd430c8"},
	{"x500", "6ba7b814-9dad-11d1-80b4-00c04fd430c8"},
};

static bool parse_uuid(const char *text, uint8_t bytes[16])
{
	char digits[33], lower;
	size_t n = 0;

	if (strlen(text) != 36)
		return false;
	for (size_t i = 0; i < 36; i++) {
		bool dash = i == 8 || i == 13 || i == 18 || i == 23;

		if (dash != (text[i] == '-'))
			return false;
		if (dash)
			continue;
		lower = text[i] >= 'A' && text[i] <= 'F' ? (char)(text[i] + 32) : text[i];
		digits[n++] = lower;
	}
	digits[32] = '\0';
	return hex_decode(bytes, 16, digits);
}

static const struct value *run_uuidv5(struct call *c)
{
	FP_CLEANUP(buf_release) struct buf data = BUF_INIT(FUNC_TEXT_MAX);
	const char *space = STR(0);
	uint8_t bytes[16], hash[EVP_MAX_MD_SIZE];
	char hex[33];
	unsigned n;

	for (size_t i = 0; i < FP_ARRAY_SIZE(namespaces); i++)
		if (strcmp(space, namespaces[i].name) == 0)
			space = namespaces[i].uuid;
	if (!parse_uuid(space, bytes)) {
		if (strlen(space) != 36)
			return call_unsupported(c,
						"a namespace that is not written as 36 characters");
		return call_fail(c, "uuidv5() doesn't support namespace %s", STR(0));
	}
	buf_add(&data, bytes, sizeof(bytes));
	buf_add(&data, STR(1), SIZE(1));
	if (!digest(DIGEST_SHA1, buf_text(&data), data.size, hash, &n))
		return call_unsupported(c, "this digest is not available");
	hash[6] = (uint8_t)((hash[6] & 0x0f) | 0x50);
	hash[8] = (uint8_t)((hash[8] & 0x3f) | 0x80);
	hex_encode(hex, hash, 16);
	return value_string(c->arena, arena_printf(c->arena, "%.8s-%.4s-%.4s-%.4s-%.12s", hex,
						   hex + 8, hex + 12, hex + 16, hex + 20));
}

/* What Terraform does not know before it applies. */
static const struct value *run_later(struct call *c)
{
	return value_not_null(c->arena, value_unknown(c->arena, &type_string));
}

static const struct value *run_rsadecrypt(struct call *c)
{
	return call_unsupported(c, "decryption with a private key");
}

static const struct value *run_plantimestamp(struct call *c)
{
	const char *now = c->eval->env ? c->eval->env->plan_time : NULL;

	if (!now)
		return call_unsupported(c, "the time of the plan is not given");
	return value_string(c->arena, now);
}

#define TEXT_PARAM(name)              \
	{                             \
		name, &type_string, 0 \
	}
#define DIGEST_ROW(function_name, runner)                                         \
	{                                                                         \
		.name = function_name, .params = {TEXT_PARAM("str")}, .count = 1, \
		.returns = &type_string, .run = runner                            \
	}

const struct function func_hash[] = {
	DIGEST_ROW("base64sha256", run_base64sha256),
	DIGEST_ROW("base64sha512", run_base64sha512),
	{.name = "bcrypt",
	 .params = {TEXT_PARAM("str")},
	 .count = 1,
	 .variadic = true,
	 .rest = {"cost", &type_number, 0},
	 .returns = &type_string,
	 .run = run_later},
	DIGEST_ROW("md5", run_md5),
	{.name = "plantimestamp", .returns = &type_string, .run = run_plantimestamp},
	{.name = "rsadecrypt",
	 .params = {TEXT_PARAM("ciphertext"), TEXT_PARAM("privatekey")},
	 .count = 2,
	 .returns = &type_string,
	 .run = run_rsadecrypt},
	DIGEST_ROW("sha1", run_sha1),
	DIGEST_ROW("sha256", run_sha256),
	DIGEST_ROW("sha512", run_sha512),
	{.name = "timestamp", .returns = &type_string, .run = run_later},
	{.name = "uuid", .returns = &type_string, .run = run_later},
	{.name = "uuidv5",
	 .params = {TEXT_PARAM("namespace"), TEXT_PARAM("name")},
	 .count = 2,
	 .returns = &type_string,
	 .run = run_uuidv5},
	{.name = NULL},
};
