#include "runner/attest/note.h"

#include <errno.h>
#include <openssl/err.h>
#include <openssl/evp.h>

#include "runner/base/hex.h"
#include "runner/base/utf8.h"

#define ED25519_TYPE 1
#define ED25519_SIGNATURE 64
#define DASH "\xe2\x80\x94 " /* an em dash and a space */

struct sha256 note_key_digest(const char *name, const uint8_t key[static NOTE_KEY_BYTES])
{
	static const uint8_t type[] = {'\n', ED25519_TYPE};
	struct sha256_state s;
	struct sha256 digest;

	sha256_init(&s);
	sha256_update(&s, name, strlen(name));
	sha256_update(&s, type, sizeof(type));
	sha256_update(&s, key, NOTE_KEY_BYTES);
	sha256_final(&s, &digest);
	return digest;
}

/* Not empty, no plus, and none of Unicode's white space. */
static bool is_name(const char *name, size_t size)
{
	if (size == 0 || !utf8_valid(name, size))
		return false;
	for (size_t i = 0, n; i < size; i += n) {
		uint32_t c = utf8_decode(name + i, size - i, &n);

		if (c <= ' ' || c == '+' || c == 0x7f || c == 0x85 || c == 0xa0 || c == 0x1680 ||
		    (c >= 0x2000 && c <= 0x200a) || c == 0x2028 || c == 0x2029 || c == 0x202f ||
		    c == 0x205f || c == 0x3000)
			return false;
	}
	return true;
}

int note_key_parse(const char *text, struct arena *a, struct note_key *ret_key, struct err *e)
{
	FP_CLEANUP(buf_release) struct buf key = BUF_INIT(64);
	const char *plus = strchr(text, '+');
	struct sha256 digest;
	struct note_key k;
	char id[9];
	uint8_t wanted[4];

	if (!plus || !is_name(text, (size_t)(plus - text)) || strlen(plus) < 11 || plus[9] != '+')
		return err_set(e, ERR_INPUT, "\"%s\" is no verifier key", text);
	memcpy(id, plus + 1, 8);
	id[8] = '\0';
	if (!hex_decode(wanted, 4, id) ||
	    !base64_decode(&key, plus + 10, strlen(plus + 10), false) ||
	    key.size != 1 + NOTE_KEY_BYTES || key.data[0] != ED25519_TYPE)
		return err_set(e, ERR_INPUT, "\"%s\" is no verifier key of Ed25519", text);
	k.name = arena_strndup(a, text, (size_t)(plus - text));
	memcpy(k.key, key.data + 1, NOTE_KEY_BYTES);
	digest = note_key_digest(k.name, k.key);
	memcpy(k.id, digest.bytes, sizeof(k.id));
	if (memcmp(k.id, wanted, 4) != 0)
		return err_set(e, ERR_INPUT, "\"%s\": the id is not that of the key", text);
	*ret_key = k;
	return 0;
}

static bool verify(const struct note_key *k, const char *text, size_t size,
		   const uint8_t *signature)
{
	EVP_PKEY *pkey =
		EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, NULL, k->key, NOTE_KEY_BYTES);
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	bool good = pkey && ctx && EVP_DigestVerifyInit(ctx, NULL, NULL, NULL, pkey) > 0 &&
		    EVP_DigestVerify(ctx, signature, ED25519_SIGNATURE, (const uint8_t *)text,
				     size) == 1;

	EVP_MD_CTX_free(ctx);
	EVP_PKEY_free(pkey);
	ERR_clear_error();
	return good;
}

struct opening {
	const char *what, *text;
	size_t text_size;
	const struct note_key *keys;
	size_t key_count, good;
	struct err *e;
};

static int malformed(const struct opening *o)
{
	return err_set(o->e, ERR_INPUT, "%s: not a signed note", o->what);
}

/* One line without its newline. */
static int read_signature(struct opening *o, const char *line, size_t size)
{
	FP_CLEANUP(buf_release) struct buf sig = BUF_INIT(65536);
	const char *space, *name = line + sizeof(DASH) - 1;

	if (size < sizeof(DASH) || memcmp(line, DASH, sizeof(DASH) - 1) != 0)
		return malformed(o);
	space = memchr(name, ' ', size - sizeof(DASH) + 1);
	if (!space || !is_name(name, (size_t)(space - name)) ||
	    !base64_decode(&sig, space + 1, size - (size_t)(space + 1 - line), false) ||
	    sig.size < 5)
		return malformed(o);
	for (size_t i = 0; i < o->key_count; i++) {
		const struct note_key *k = &o->keys[i];

		if (strlen(k->name) != (size_t)(space - name) ||
		    memcmp(k->name, name, strlen(k->name)) != 0 || memcmp(k->id, sig.data, 4) != 0)
			continue;
		if (sig.size != 4 + ED25519_SIGNATURE ||
		    !verify(k, o->text, o->text_size, (const uint8_t *)sig.data + 4))
			return err_set(o->e, ERR_CRYPTO, "%s: the signature of %s is not right",
				       o->what, k->name);
		o->good++;
	}
	return 0;
}

static int check_text(const struct opening *o, const char *note, size_t size)
{
	if (size > NOTE_MAX_BYTES || !utf8_valid(note, size))
		return malformed(o);
	for (size_t i = 0; i < size; i++)
		if ((unsigned char)note[i] < ' ' && note[i] != '\n')
			return malformed(o);
	return 0;
}

/* Up to the last empty line: the text may have some of its own. */
size_t note_text_size(const char *note, size_t size)
{
	size_t text_size = 0;

	for (size_t i = 0; i + 1 < size; i++)
		if (note[i] == '\n' && note[i + 1] == '\n')
			text_size = i + 1;
	return text_size;
}

int note_open(const char *what, const char *note, size_t size, const struct note_key *keys,
	      size_t key_count, struct arena *a, const char **ret_text, struct err *e)
{
	struct opening o = {what, note, 0, keys, key_count, 0, e};
	size_t at = 0, lines = 0;

	if (check_text(&o, note, size) < 0)
		return -1;
	o.text_size = note_text_size(note, size);
	if (o.text_size == 0 || size == 0 || note[size - 1] != '\n' || o.text_size + 1 >= size)
		return malformed(&o);
	for (at = o.text_size + 1; at < size; lines++) {
		size_t n = (size_t)((const char *)memchr(note + at, '\n', size - at) - (note + at));

		if (lines == NOTE_SIGNATURES_MAX)
			return err_set(e, ERR_LIMIT, "%s: more than %d signatures", what,
				       NOTE_SIGNATURES_MAX);
		if (read_signature(&o, note + at, n) < 0)
			return -1;
		at += n + 1;
	}
	if (o.good == 0)
		return err_set(e, ERR_CRYPTO, "%s: none of the known keys has signed it", what);
	*ret_text = arena_strndup(a, note, o.text_size);
	return 0;
}

/* Takes the line at *text, without its newline. */
static bool take_line(const char **text, struct arena *a, const char **ret_line)
{
	const char *end = strchr(*text, '\n');

	if (!end || end == *text)
		return false;
	*ret_line = arena_strndup(a, *text, (size_t)(end - *text));
	*text = end + 1;
	return true;
}

int note_checkpoint_parse(const char *what, const char *text, struct arena *a,
			  struct note_checkpoint *ret_checkpoint, struct err *e)
{
	FP_CLEANUP(buf_release) struct buf root = BUF_INIT(64);
	const char *size, *hash;
	struct note_checkpoint c;
	char *end;

	if (!take_line(&text, a, &c.origin) || !take_line(&text, a, &size) ||
	    !take_line(&text, a, &hash))
		return err_set(e, ERR_INPUT, "%s: not a checkpoint", what);
	errno = 0;
	c.size = strtoull(size, &end, 10);
	if (errno != 0 || *end != '\0' || size[0] < '0' || size[0] > '9' ||
	    (size[0] == '0' && size[1] != '\0'))
		return err_set(e, ERR_INPUT, "%s: \"%s\" is no size of a tree", what, size);
	if (!base64_decode(&root, hash, strlen(hash), false) || root.size != SHA256_BYTES)
		return err_set(e, ERR_INPUT, "%s: \"%s\" is no root of a tree", what, hash);
	memcpy(c.root.bytes, root.data, SHA256_BYTES);
	*ret_checkpoint = c;
	return 0;
}

void note_checkpoint_write(const struct note_checkpoint *checkpoint, struct buf *out)
{
	buf_addf(out, "%s\n%llu\n", checkpoint->origin, (unsigned long long)checkpoint->size);
	base64_encode(out, checkpoint->root.bytes, SHA256_BYTES);
	buf_addch(out, '\n');
}
