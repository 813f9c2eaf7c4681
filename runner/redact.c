#include "runner/redact.h"

#include <errno.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include "runner/base/die.h"
#include "runner/base/hex.h"
#include "runner/base/json.h"
#include "runner/base/secretscan.h"
#include "runner/canon/jcs.h"

#define SHORT_VALUE 6 /* a shorter one is replaced only beside its name */
#define DIGEST_SHOWN 32
#define FILE_MAX_BYTES ((size_t)256 << 20)

static const char variable_detector[] = "sensitive-variable";

int redact_init(struct redactor *r, const void *key, size_t size, struct arena *a, struct err *e)
{
	uint8_t *own = arena_alloc(a, REDACT_KEY_MIN);

	*r = (struct redactor){.arena = a};
	if (key) {
		r->key = arena_memdup(a, key, size);
		r->key_size = size;
		return 0;
	}
	if (getentropy(own, REDACT_KEY_MIN) < 0)
		return err_sys(e, "getentropy");
	r->key = own;
	r->key_size = REDACT_KEY_MIN;
	return 0;
}

static void digest_of(const struct redactor *r, const char *bytes, size_t size, char digest[65])
{
	uint8_t mac[EVP_MAX_MD_SIZE];
	unsigned int mac_size = 0;

	if (!HMAC(EVP_sha256(), r->key, (int)r->key_size, (const unsigned char *)bytes, size, mac,
		  &mac_size))
		die("HMAC-SHA256 is missing");
	hex_encode(digest, mac, 32);
}

static void learn(struct redactor *r, const char *bytes, size_t size, const char *detector,
		  const char *variable)
{
	struct redact_secret *s;

	for (size_t i = 0; i < r->secret_count; i++)
		if (r->secrets[i].size == size && memcmp(r->secrets[i].bytes, bytes, size) == 0)
			return;
	r->secrets = arena_grow(r->arena, r->secrets, r->secret_count, &r->secret_capacity,
				sizeof(*r->secrets));
	s = &r->secrets[r->secret_count++];
	*s = (struct redact_secret){.bytes = arena_strndup(r->arena, bytes, size),
				    .size = size,
				    .detector = detector,
				    .variable = variable};
	digest_of(r, s->bytes, size, s->digest);
}

void redact_learn(struct redactor *r, const char *text, size_t size)
{
	struct secretscan_hits hits = {.count = 0};

	secretscan(text, size, r->arena, &hits);
	for (size_t i = 0; i < hits.count; i++)
		learn(r, text + hits.rows[i].offset, hits.rows[i].size, hits.rows[i].detector,
		      NULL);
}

/* As it would stand between quotes in JSON, HCL or YAML. */
static const char *escaped(struct redactor *r, const char *text)
{
	FP_CLEANUP(buf_release) struct buf out = BUF_INIT(FILE_MAX_BYTES);
	JSON_AUTO *json = json_new_string(text);

	json_dump_compact(&out, json);
	if (out.size < 3)
		return "";
	return arena_strndup(r->arena, buf_text(&out) + 1, out.size - 3);
}

static void learn_value(struct redactor *r, const char *variable, const char *text)
{
	size_t size = strlen(text);
	const char *other = escaped(r, text);

	if (size == 0)
		return;
	variable = size < SHORT_VALUE ? arena_strdup(r->arena, variable) : NULL;
	learn(r, text, size, variable_detector, variable);
	if (strcmp(other, text) != 0)
		learn(r, other, strlen(other), variable_detector, variable);
}

static const char *scalar_text(struct redactor *r, const json_t *value)
{
	FP_CLEANUP(buf_release) struct buf out = BUF_INIT(FILE_MAX_BYTES);

	if (json_is_integer(value))
		buf_addf(&out, "%" JSON_INTEGER_FORMAT, json_integer_value(value));
	else if (json_is_boolean(value))
		buf_addstr(&out, json_is_true(value) ? "true" : "false");
	else
		(void)jcs_double(&out, json_real_value(value));
	return arena_strndup(r->arena, buf_text(&out), out.size);
}

static void learn_values(struct redactor *r, const char *variable, const json_t *value)
{
	const char *key;
	json_t *member;
	size_t i;

	switch (json_typeof(value)) {
	case JSON_STRING:
		learn_value(r, variable, json_string_value(value));
		return;
	case JSON_INTEGER:
	case JSON_REAL:
		r->marked = true;
		learn_value(r, variable, scalar_text(r, value));
		return;
	case JSON_TRUE:
	case JSON_FALSE:
		r->marked = true;
		return;
	case JSON_ARRAY:
		json_array_foreach (value, i, member)
			learn_values(r, variable, member);
		return;
	case JSON_OBJECT:
		json_object_foreach ((json_t *)(uintptr_t)value, key, member)
			learn_values(r, variable, member);
		return;
	case JSON_NULL:
		return;
	}
}

void redact_learn_view(struct redactor *r, const json_t *view)
{
	json_t *variable;
	size_t i;

	json_array_foreach (json_object_get(view, "variables"), i, variable) {
		const char *name = json_string_value(json_object_get(variable, "name"));
		const json_t *value = json_object_get(variable, "value"),
			     *fallback = json_object_get(variable, "default");

		if (!name || !json_is_true(json_object_get(variable, "sensitive")))
			continue;
		if (value)
			learn_values(r, name, value);
		if (fallback)
			learn_values(r, name, fallback);
	}
}

/* A place in a text where a secret is. */
struct place {
	size_t offset, secret;
};

struct places {
	struct place *rows;
	size_t count, capacity;
};

/* Whether the block of a variable around that place is this variable's. */
static bool in_block_of(const char *variable, const char *text, size_t at)
{
	static const char word[] = "variable \"";
	size_t n = strlen(variable);

	while (at-- > 0)
		if (strncmp(text + at, word, sizeof(word) - 1) == 0) {
			text += at + sizeof(word) - 1;
			return strncmp(text, variable, n) == 0 && text[n] == '"';
		}
	return false;
}

/* A short value only counts on a line that names its variable, or in its block. */
static bool beside_name(const struct redact_secret *s, const char *text, size_t size, size_t at)
{
	size_t from = at, to = at;

	if (!s->variable)
		return true;
	while (from > 0 && text[from - 1] != '\n')
		from--;
	while (to < size && text[to] != '\n')
		to++;
	return memmem(text + from, to - from, s->variable, strlen(s->variable)) ||
	       in_block_of(s->variable, text, at);
}

static void find_places(struct redactor *r, const char *text, size_t size, struct places *p)
{
	for (size_t i = 0; i < r->secret_count; i++) {
		const struct redact_secret *s = &r->secrets[i];
		const char *at = text, *found;

		while ((found = memmem(at, size - (size_t)(at - text), s->bytes, s->size))) {
			size_t offset = (size_t)(found - text);

			at = found + s->size;
			if (!beside_name(s, text, size, offset))
				continue;
			p->rows = arena_grow(r->arena, p->rows, p->count, &p->capacity,
					     sizeof(*p->rows));
			p->rows[p->count++] = (struct place){offset, i};
		}
	}
}

/* By where they begin; at one place the longest first. */
static int compare_places(const void *left, const void *right, void *context)
{
	const struct redactor *r = context;
	const struct place *a = left, *b = right;

	if (a->offset != b->offset)
		return a->offset < b->offset ? -1 : 1;
	if (r->secrets[a->secret].size != r->secrets[b->secret].size)
		return r->secrets[a->secret].size > r->secrets[b->secret].size ? -1 : 1;
	return 0;
}

static void count_one(struct redactor *r, const char *path, bool is_input,
		      const struct redact_secret *s)
{
	for (size_t i = 0; i < r->row_count; i++)
		if (strcmp(r->rows[i].path, path) == 0 &&
		    strcmp(r->rows[i].digest, s->digest) == 0) {
			r->rows[i].count++;
			return;
		}
	r->rows = arena_grow(r->arena, r->rows, r->row_count, &r->row_capacity, sizeof(*r->rows));
	r->rows[r->row_count++] =
		(struct evidence_redaction){path, s->detector, s->digest, 1, is_input};
}

bool redact_text(struct redactor *r, const char *path, bool is_input, const char *text, size_t size,
		 const char **ret_text, size_t *ret_size)
{
	FP_CLEANUP(buf_release) struct buf out = BUF_INIT(FILE_MAX_BYTES);
	struct places p = {.count = 0};
	size_t at = 0;

	find_places(r, text, size, &p);
	if (p.count == 0)
		return false;
	qsort_r(p.rows, p.count, sizeof(*p.rows), compare_places, r);
	for (size_t i = 0; i < p.count; i++) {
		const struct redact_secret *s = &r->secrets[p.rows[i].secret];

		if (p.rows[i].offset < at)
			continue;
		buf_add(&out, text + at, p.rows[i].offset - at);
		buf_addf(&out, "redacted-hmac-sha256-%.*s", DIGEST_SHOWN, s->digest);
		at = p.rows[i].offset + s->size;
		count_one(r, path, is_input, s);
	}
	buf_add(&out, text + at, size - at);
	*ret_text = arena_strndup(r->arena, buf_text(&out), out.size);
	*ret_size = out.size;
	return true;
}

const char *redact_scalar(struct redactor *r, const char *path, const json_t *value)
{
	const char *text = scalar_text(r, value);
	struct redact_secret *s = arena_alloc(r->arena, sizeof(*s));

	*s = (struct redact_secret){
		.bytes = text, .size = strlen(text), .detector = variable_detector};
	digest_of(r, text, s->size, s->digest);
	count_one(r, path, false, s);
	return arena_printf(r->arena, "redacted-hmac-sha256-%.*s", DIGEST_SHOWN, s->digest);
}

static bool redact_json(struct redactor *r, const char *path, json_t *value);

/* Whether a string, standing alone, is a short sensitive value. */
static const struct redact_secret *whole(const struct redactor *r, const char *text)
{
	for (size_t i = 0; i < r->secret_count; i++)
		if (r->secrets[i].variable && strcmp(r->secrets[i].bytes, text) == 0)
			return &r->secrets[i];
	return NULL;
}

static bool redact_string(struct redactor *r, const char *path, json_t *value)
{
	const struct redact_secret *s = whole(r, json_string_value(value));
	const char *text;
	size_t size;

	if (s) {
		count_one(r, path, false, s);
		text = arena_printf(r->arena, "redacted-hmac-sha256-%.*s", DIGEST_SHOWN, s->digest);
	} else if (!redact_text(r, path, false, json_string_value(value), json_string_length(value),
				&text, &size)) {
		return false;
	}
	if (json_string_set(value, text) < 0)
		die("out of memory");
	return true;
}

/* A key may hold one too: of a map, or a file's name. */
static bool redact_object(struct redactor *r, const char *path, json_t *object)
{
	bool changed = false;
	const char *key, *text;
	json_t *member;
	size_t size;
	void *next;

	json_object_foreach_safe(object, next, key, member)
	{
		changed |= redact_json(r, path, member);
		if (!redact_text(r, path, false, key, strlen(key), &text, &size))
			continue;
		json_put(object, text, json_incref(member));
		(void)json_object_del(object, key);
		changed = true;
	}
	return changed;
}

static bool redact_json(struct redactor *r, const char *path, json_t *value)
{
	bool changed = false;
	json_t *member;
	size_t i;

	if (json_is_string(value))
		return redact_string(r, path, value);
	if (json_is_object(value))
		return redact_object(r, path, value);
	json_array_foreach (value, i, member)
		changed |= redact_json(r, path, member);
	return changed;
}

/* Policies are the user's and trees hold digests alone. */
static int redact_file(struct redactor *r, struct evidence_file *f, struct err *e)
{
	FP_CLEANUP(buf_release) struct buf out = BUF_INIT(FILE_MAX_BYTES);
	JSON_AUTO *json = NULL;
	bool marked, found;

	if (strcmp(f->role, "policy") == 0 || strcmp(f->role, "tree") == 0)
		return 0;
	/* What a program printed may be anything. */
	if (strcmp(f->role, "output") == 0) {
		(void)!redact_text(r, f->path, false, f->data, f->size, &f->data, &f->size);
		return 0;
	}
	if (json_parse(f->path, f->data, f->size, &json, e) < 0)
		return -1;
	marked = r->marked && redact_marked(r, f->path, json);
	found = redact_json(r, f->path, json);
	if (!marked && !found)
		return 0;
	if (strcmp(f->role, "plan") == 0)
		jcs_write(&out, json);
	else
		json_dump_compact(&out, json);
	if (buf_finish(&out, f->path, e) < 0)
		return -1;
	f->data = arena_strndup(r->arena, buf_text(&out), out.size);
	f->size = out.size;
	return 0;
}

struct files {
	const struct evidence_file *rows;
	size_t count;
};

static int read_back(void *context, const char *path, const char **ret_data, size_t *ret_size,
		     struct err *e)
{
	const struct files *f = context;

	for (size_t i = 0; i < f->count; i++) {
		if (strcmp(f->rows[i].path, path) != 0)
			continue;
		*ret_data = f->rows[i].data;
		*ret_size = f->rows[i].size;
		return 0;
	}
	return err_set(e, ERR_INPUT, "%s: is not there", path);
}

int redact_evidence(struct redactor *r, struct evidence *ev, struct err *e)
{
	struct evidence clean;
	struct evidence_file *rows;
	struct files f;

	if (evidence_write(ev, r->arena, &f.rows, &f.count, e) < 0)
		return -1;
	rows = arena_memdup(r->arena, f.rows, f.count * sizeof(*rows));
	for (size_t i = 0; i < f.count; i++)
		if (redact_file(r, &rows[i], e) < 0)
			return -1;
	f.rows = rows;
	if (evidence_read(read_back, &f, r->arena, &clean, e) < 0)
		return -1;
	evidence_release(ev);
	*ev = clean;
	return 0;
}
