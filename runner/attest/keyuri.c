#include "runner/attest/keyuri.h"

#include <ctype.h>
#include <openssl/err.h>
#include <openssl/store.h>
#include <openssl/ui.h>

/* Engines are on their way out of OpenSSL, and still how Debian's reads PKCS #11. */
#pragma GCC diagnostic ignored "-Wdeprecated-declarations"
#include <openssl/engine.h>

#define SCHEME_MAX 32
#define PIN_MAX 256

static size_t scheme_size(const char *text)
{
	size_t n = 0;

	while (isalnum((unsigned char)text[n]) || text[n] == '+' || text[n] == '-' ||
	       text[n] == '.')
		n++;
	return text[n] == ':' && n > 1 && n < SCHEME_MAX ? n : 0;
}

bool keyuri_is_one(const char *text)
{
	return scheme_size(text) > 0 && access(text, F_OK) < 0;
}

struct asking {
	key_passphrase *ask;
	void *context;
};

/* Every question gets the passphrase; there is nobody to answer another one. */
static int read_answer(UI *ui, UI_STRING *string)
{
	const struct asking *asking = UI_get0_user_data(ui);
	char pin[PIN_MAX + 1];
	int n, result;

	if (UI_get_string_type(string) != UIT_PROMPT && UI_get_string_type(string) != UIT_VERIFY)
		return 1;
	n = asking->ask ? asking->ask(pin, PIN_MAX, asking->context) : -1;
	if (n < 0)
		return 0;
	pin[n] = '\0';
	result = UI_set_result(ui, string, pin);
	explicit_bzero(pin, sizeof(pin));
	return result == 0;
}

static void free_method(UI_METHOD **m)
{
	UI_destroy_method(*m);
}

static void close_store(OSSL_STORE_CTX **s)
{
	(void)OSSL_STORE_close(*s);
}

static EVP_PKEY *from_store(const char *uri, const UI_METHOD *method, struct asking *asking)
{
	FP_CLEANUP(close_store) OSSL_STORE_CTX *store = NULL;
	EVP_PKEY *pkey = NULL;

	store = OSSL_STORE_open(uri, method, asking, NULL, NULL);
	while (store && !pkey && !OSSL_STORE_eof(store)) {
		OSSL_STORE_INFO *info = OSSL_STORE_load(store);

		if (!info)
			break;
		pkey = OSSL_STORE_INFO_get1_PKEY(info);
		OSSL_STORE_INFO_free(info);
	}
	return pkey;
}

/* The engine stays loaded: its keys do not outlive it. */
static EVP_PKEY *from_engine(const char *uri, UI_METHOD *method, struct asking *asking)
{
	char name[SCHEME_MAX] = "";
	ENGINE *engine;

	memcpy(name, uri, scheme_size(uri));
	ENGINE_load_dynamic();
	engine = ENGINE_by_id(name);
	if (!engine || !ENGINE_init(engine))
		return NULL;
	return ENGINE_load_private_key(engine, uri, method, asking);
}

int keyuri_read_private(const char *uri, key_passphrase *ask, void *context, struct key **ret_key,
			struct err *e)
{
	FP_CLEANUP(free_method) UI_METHOD *method = UI_create_method("fixproof");
	struct asking asking = {ask, context};
	EVP_PKEY *pkey;

	if (!method || UI_method_set_reader(method, read_answer) != 0)
		return err_set(e, ERR_CRYPTO, "%s: cannot be opened", uri);
	pkey = from_store(uri, method, &asking);
	if (!pkey)
		pkey = from_engine(uri, method, &asking);
	if (!pkey) {
		const char *reason = ERR_reason_error_string(ERR_peek_last_error());

		(void)err_set(e, ERR_CRYPTO, "%s: no private key can be opened there: %s", uri,
			      reason ? reason : "nothing was found");
		ERR_clear_error();
		return -1;
	}
	ERR_clear_error();
	return key_take(uri, pkey, ret_key, e);
}
