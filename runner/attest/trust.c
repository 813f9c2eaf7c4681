#include "runner/attest/trust.h"

#include <fcntl.h>
#include <libgen.h>

#include "runner/base/die.h"
#include "runner/base/doc.h"
#include "runner/base/fd.h"
#include "runner/base/instant.h"

#define DAY_SECONDS 86400

void trust_init(struct trust *t)
{
	*t = (struct trust){
		.threshold = 1,
		.allow_inferred = true,
		.allow_derived = true,
		.allow_waivers = true,
		.allow_redactions = true,
	};
}

void trust_release(struct trust *t)
{
	for (size_t i = 0; i < t->signer_count; i++) {
		key_free(t->signers[i].key);
		certificate_chain_free(t->signers[i].chain);
	}
	for (size_t i = 0; i < t->authority_count; i++)
		certificate_chain_free(t->authorities[i].chain);
	t->signer_count = t->authority_count = 0;
}

static struct trust_window always(void)
{
	return (struct trust_window){INT64_MIN, INT64_MAX};
}

static int add_signer(struct trust *t, struct trust_signer s, struct arena *a, struct err *e)
{
	for (size_t i = 0; i < t->signer_count; i++)
		if (s.key && t->signers[i].key && strcmp(t->signers[i].key_id, s.key_id) == 0)
			return err_set(e, ERR_INPUT, "%s: has the same key as %s", s.name,
				       t->signers[i].name);
	if (t->signer_count == TRUST_SIGNERS_MAX)
		return err_set(e, ERR_LIMIT, "more than %d signers", TRUST_SIGNERS_MAX);
	if (!t->signers)
		t->signers = arena_array(a, TRUST_SIGNERS_MAX, sizeof(*t->signers));
	t->signers[t->signer_count++] = s;
	return 0;
}

int trust_add_key(struct trust *t, const char *name, struct key *key, struct arena *a,
		  struct err *e)
{
	struct trust_signer s = {.name = name, .window = always(), .revoked = INT64_MAX};

	s.key = key;
	if (key_id(key, s.key_id, e) < 0 || add_signer(t, s, a, e) < 0) {
		key_free(key);
		return -1;
	}
	return 0;
}

bool trust_matches(const char *pattern, const char *text)
{
	const char *star = NULL, *retry = NULL;

	while (*text) {
		if (*pattern == '*') {
			star = pattern++;
			retry = text;
		} else if (*pattern == *text) {
			pattern++;
			text++;
		} else if (star) {
			pattern = star + 1;
			text = ++retry;
		} else {
			return false;
		}
	}
	while (*pattern == '*')
		pattern++;
	return *pattern == '\0';
}

struct parser {
	const char *what;
	int dir_fd;
	struct arena *arena;
	struct trust *t;
	struct err *e;
};

/* An element of a list of names. */
static int name_of(struct parser *p, const struct doc *d, const char **ret_name)
{
	if (d->kind != DOC_STRING || d->size == 0)
		return doc_fault(d, p->what, p->e, "must be a string");
	*ret_name = d->text;
	return 0;
}

static int text_of(struct parser *p, const struct doc *object, const char *key, bool required,
		   const char **ret_text)
{
	const struct doc *d;

	*ret_text = NULL;
	if (doc_member(object, p->what, key, required, &d, p->e) < 0)
		return -1;
	return d ? name_of(p, d, ret_text) : 0;
}

static int flag_of(struct parser *p, const struct doc *object, const char *key, bool *ret_flag)
{
	const struct doc *d = doc_get(object, key);

	if (!d)
		return 0;
	if (d->kind != DOC_TRUE && d->kind != DOC_FALSE)
		return doc_fault(d, p->what, p->e, "must be true or false");
	*ret_flag = d->kind == DOC_TRUE;
	return 0;
}

static int number_of(struct parser *p, const struct doc *object, const char *key, size_t low,
		     size_t high, size_t *ret_number)
{
	const struct doc *d = doc_get(object, key);
	unsigned long value;
	char *end;

	if (!d)
		return 0;
	value = d->kind == DOC_NUMBER ? strtoul(d->text, &end, 10) : 0;
	if (d->kind != DOC_NUMBER || *end != '\0' || d->text[0] == '-' || value < low ||
	    value > high)
		return doc_fault(d, p->what, p->e, "must be a number from %zu to %zu", low, high);
	*ret_number = value;
	return 0;
}

static int instant_of(struct parser *p, const struct doc *object, const char *key, bool day_end,
		      int64_t *ret_instant)
{
	const struct doc *d = doc_get(object, key);
	const char *text;

	if (text_of(p, object, key, false, &text) < 0)
		return -1;
	if (text && !instant_parse(text, day_end, ret_instant))
		return doc_fault(d, p->what, p->e,
				 "\"%s\" is neither a day nor an instant as 2026-01-02T03:04:05Z",
				 text);
	return 0;
}

static int window_of(struct parser *p, const struct doc *object, struct trust_window *ret_window)
{
	struct trust_window w = always();

	if (instant_of(p, object, "from", false, &w.from) < 0 ||
	    instant_of(p, object, "until", true, &w.until) < 0)
		return -1;
	if (w.from > w.until)
		return doc_fault(object, p->what, p->e, "\"until\" is before \"from\"");
	*ret_window = w;
	return 0;
}

/* PEM in the policy itself, or a file beside it. */
static int pem_of(struct parser *p, const struct doc *object, const char *key, struct buf *ret_pem)
{
	const struct doc *d = doc_get(object, key);
	const char *text;

	if (text_of(p, object, key, true, &text) < 0)
		return -1;
	if (strncmp(text, "-----BEGIN ", 11) == 0) {
		buf_addstr(ret_pem, text);
		return buf_finish(ret_pem, key, p->e);
	}
	if (p->dir_fd < 0)
		return doc_fault(d, p->what, p->e, "files cannot be named here");
	return fd_read_file(p->dir_fd, text, true, ret_pem, p->e);
}

static int chain_of(struct parser *p, const struct doc *object, const char *key,
		    struct certificate_chain **ret_chain)
{
	FP_CLEANUP(buf_release) struct buf pem = BUF_INIT(CERTIFICATE_PEM_MAX_BYTES);
	const struct doc *d = doc_get(object, key);

	if (pem_of(p, object, key, &pem) < 0)
		return -1;
	return certificate_chain_read(d->text[0] == '-' ? p->what : d->text, buf_text(&pem),
				      pem.size, ret_chain, p->e);
}

static int read_signer(struct parser *p, const struct doc *d)
{
	static const char *const keys[] = {"name",     "key",  "certificate_authority",
					   "identity", "from", "until",
					   "revoked",  NULL};
	FP_CLEANUP(buf_release) struct buf pem = BUF_INIT(KEY_PEM_MAX_BYTES);
	struct trust_signer s = {.revoked = INT64_MAX};
	bool has_key = doc_get(d, "key") != NULL;

	if (d->kind != DOC_OBJECT)
		return doc_fault(d, p->what, p->e, "must be an object");
	if (doc_only_keys(d, p->what, keys, p->e) < 0 || text_of(p, d, "name", true, &s.name) < 0 ||
	    text_of(p, d, "identity", !has_key, &s.identity) < 0 ||
	    window_of(p, d, &s.window) < 0 || instant_of(p, d, "revoked", false, &s.revoked) < 0)
		return -1;
	if (has_key == (doc_get(d, "certificate_authority") != NULL))
		return doc_fault(d, p->what, p->e,
				 "must have either \"key\" or \"certificate_authority\"");
	if (has_key && s.identity)
		return doc_fault(d, p->what, p->e, "\"identity\" is for certificates");
	if (!has_key) {
		if (chain_of(p, d, "certificate_authority", &s.chain) < 0)
			return -1;
	} else if (pem_of(p, d, "key", &pem) < 0 ||
		   key_read_public(s.name, buf_text(&pem), pem.size, &s.key, p->e) < 0 ||
		   key_id(s.key, s.key_id, p->e) < 0) {
		key_free(s.key);
		return -1;
	}
	if (add_signer(p->t, s, p->arena, p->e) < 0) {
		key_free(s.key);
		certificate_chain_free(s.chain);
		return err_wrap(p->e, "%s", p->what);
	}
	return 0;
}

static int read_authority(struct parser *p, const struct doc *d)
{
	static const char *const keys[] = {"name", "chain", "from", "until", NULL};
	struct trust_authority row;

	if (d->kind != DOC_OBJECT)
		return doc_fault(d, p->what, p->e, "must be an object");
	if (doc_only_keys(d, p->what, keys, p->e) < 0 ||
	    text_of(p, d, "name", true, &row.name) < 0 || window_of(p, d, &row.window) < 0 ||
	    chain_of(p, d, "chain", &row.chain) < 0)
		return -1;
	p->t->authorities[p->t->authority_count++] = row;
	return 0;
}

static int list_of(struct parser *p, const struct doc *root, const char *key, size_t max,
		   const struct doc **ret_list)
{
	const struct doc *d = doc_get(root, key);

	*ret_list = d;
	if (d && d->kind != DOC_ARRAY)
		return doc_fault(d, p->what, p->e, "must be a list");
	if (d && d->count > max)
		return doc_fault(d, p->what, p->e, "has more than %zu entries", max);
	return 0;
}

static int read_names(struct parser *p, const struct doc *root, const char *key,
		      struct trust_names *ret_names)
{
	const struct doc *list;
	const char **items;
	size_t n = 0;

	if (list_of(p, root, key, 1000, &list) < 0)
		return -1;
	if (!list)
		return 0;
	items = arena_array(p->arena, list->count + 1, sizeof(*items));
	for (const struct doc *d = list->first; d; d = d->next)
		if (name_of(p, d, &items[n++]) < 0)
			return -1;
	*ret_names = (struct trust_names){items, n, true};
	return 0;
}

/* Of a policy the id; of a standard or a pack the name and the version. */
static int read_pin(struct parser *p, const struct doc *d, const char *name_key, bool versioned,
		    struct trust_pin *pin)
{
	const char *const keys[] = {name_key, versioned ? "version" : "sha256", "sha256", NULL};
	const char *digest;

	*pin = (struct trust_pin){.version = "*"};
	if (d->kind == DOC_STRING && d->size > 0) {
		pin->name = d->text;
		return 0;
	}
	if (d->kind != DOC_OBJECT)
		return doc_fault(d, p->what, p->e, "must be a string or an object");
	if (doc_only_keys(d, p->what, keys, p->e) < 0 ||
	    text_of(p, d, name_key, true, &pin->name) < 0 ||
	    text_of(p, d, "sha256", false, &digest) < 0)
		return -1;
	if (doc_get(d, "version") && text_of(p, d, "version", true, &pin->version) < 0)
		return -1;
	pin->has_digest = digest != NULL;
	return digest && sha256_parse(digest, &pin->digest, p->e) < 0
		       ? err_wrap(p->e, "%s: %s", p->what, pin->name)
		       : 0;
}

static int read_pins(struct parser *p, const struct doc *root, const char *key,
		     const char *name_key, bool versioned, struct trust_pins *ret_pins)
{
	const struct doc *list;
	struct trust_pin *items;
	size_t n = 0;

	if (list_of(p, root, key, 1000, &list) < 0)
		return -1;
	if (!list)
		return 0;
	items = arena_array(p->arena, list->count + 1, sizeof(*items));
	for (const struct doc *d = list->first; d; d = d->next)
		if (read_pin(p, d, name_key, versioned, &items[n++]) < 0)
			return -1;
	*ret_pins = (struct trust_pins){items, n, true};
	return 0;
}

static int read_lists(struct parser *p, const struct doc *root)
{
	struct trust *t = p->t;

	if (read_names(p, root, "decisions", &t->decisions) < 0 ||
	    read_names(p, root, "verifiers", &t->verifiers) < 0 ||
	    read_names(p, root, "planners", &t->planners) < 0 ||
	    read_names(p, root, "versions", &t->versions) < 0 ||
	    read_pins(p, root, "policies", "id", false, &t->policies) < 0 ||
	    read_pins(p, root, "standards", "standard", true, &t->standards) < 0)
		return -1;
	return read_pins(p, root, "packs", "provider", true, &t->packs) < 0
		       ? -1
		       : read_pins(p, root, "images", "name", false, &t->images);
}

/* Each as "NAME+HASH+BASE64", the form in which logs publish their keys. */
static int read_logs(struct parser *p, const struct doc *root)
{
	const struct doc *list;
	struct note_key *logs;

	if (list_of(p, root, "logs", TRUST_LOGS_MAX, &list) < 0)
		return -1;
	logs = arena_array(p->arena, (list ? list->count : 0) + 1, sizeof(*logs));
	p->t->logs = logs;
	for (const struct doc *d = list ? list->first : NULL; d; d = d->next) {
		struct err why = ERR_INIT;
		const char *key;

		if (name_of(p, d, &key) < 0)
			return -1;
		if (note_key_parse(key, p->arena, &logs[p->t->log_count], &why) < 0)
			return doc_fault(d, p->what, p->e, "%s", why.text);
		p->t->log_count++;
	}
	if (p->t->need_log && p->t->log_count == 0)
		return doc_fault(root, p->what, p->e, "\"require_log\" needs \"logs\"");
	return 0;
}

static int check_words(struct parser *p, const struct doc *root)
{
	const struct doc *list = doc_get(root, "decisions");

	for (const struct doc *d = list ? list->first : NULL; d; d = d->next) {
		bool known = false;

		for (int i = DECISION_VERIFIED; i <= DECISION_INCONCLUSIVE; i++)
			known = known || strcmp(decision_name((enum decision)i), d->text) == 0;
		if (!known)
			return doc_fault(d, p->what, p->e,
					 "\"%s\" is none of verified, refused, inconclusive",
					 d->text);
	}
	return 0;
}

static int read_all(struct parser *p, const struct doc *root)
{
	static const char *const keys[] = {"format",
					   "signers",
					   "threshold",
					   "timestamp_authorities",
					   "require_timestamp",
					   "logs",
					   "require_log",
					   "max_age_days",
					   "decisions",
					   "verifiers",
					   "policies",
					   "standards",
					   "planners",
					   "packs",
					   "images",
					   "versions",
					   "allow_inferred_types",
					   "allow_derived_types",
					   "allow_waivers",
					   "allow_redactions",
					   NULL};
	const struct doc *signers, *authorities;
	size_t days = 0;

	if (doc_only_keys(root, p->what, keys, p->e) < 0 ||
	    list_of(p, root, "signers", TRUST_SIGNERS_MAX, &signers) < 0 ||
	    list_of(p, root, "timestamp_authorities", TRUST_AUTHORITIES_MAX, &authorities) < 0 ||
	    number_of(p, root, "threshold", 1, TRUST_SIGNERS_MAX, &p->t->threshold) < 0 ||
	    number_of(p, root, "max_age_days", 1, 36500, &days) < 0 ||
	    flag_of(p, root, "require_timestamp", &p->t->need_timestamp) < 0 ||
	    flag_of(p, root, "require_log", &p->t->need_log) < 0 ||
	    flag_of(p, root, "allow_inferred_types", &p->t->allow_inferred) < 0 ||
	    flag_of(p, root, "allow_derived_types", &p->t->allow_derived) < 0 ||
	    flag_of(p, root, "allow_waivers", &p->t->allow_waivers) < 0 ||
	    flag_of(p, root, "allow_redactions", &p->t->allow_redactions) < 0 ||
	    read_lists(p, root) < 0 || read_logs(p, root) < 0 || check_words(p, root) < 0)
		return -1;
	p->t->max_age_seconds = (int64_t)days * DAY_SECONDS;
	if (!signers || signers->count == 0)
		return doc_fault(signers ? signers : root, p->what, p->e,
				 "\"signers\" must name at least one");
	for (const struct doc *d = signers->first; d; d = d->next)
		if (read_signer(p, d) < 0)
			return -1;
	if (authorities)
		p->t->authorities =
			arena_array(p->arena, authorities->count + 1, sizeof(*p->t->authorities));
	for (const struct doc *d = authorities ? authorities->first : NULL; d; d = d->next)
		if (read_authority(p, d) < 0)
			return -1;
	if (p->t->threshold > p->t->signer_count)
		return doc_fault(doc_get(root, "threshold"), p->what, p->e,
				 "is more than there are signers (%zu)", p->t->signer_count);
	if (p->t->need_timestamp && p->t->authority_count == 0)
		return doc_fault(root, p->what, p->e,
				 "\"require_timestamp\" needs \"timestamp_authorities\"");
	return 0;
}

int trust_parse(const char *what, const char *text, size_t size, int dir_fd, struct arena *a,
		struct trust *ret_trust, struct err *e)
{
	static const char *const accepted[] = {"verified"};
	struct parser p = {what, dir_fd, a, ret_trust, e};
	const struct doc *root;
	const char *format;

	trust_init(ret_trust);
	ret_trust->allow_inferred = ret_trust->allow_derived = ret_trust->allow_waivers = false;
	ret_trust->decisions = (struct trust_names){accepted, 1, true};
	if (doc_read(what, text, size, a, &root, e) < 0)
		return -1;
	if (root->kind != DOC_OBJECT)
		return doc_fault(root, what, e, "must be an object");
	if (text_of(&p, root, "format", true, &format) < 0)
		return -1;
	if (strcmp(format, TRUST_FORMAT) != 0)
		return doc_fault(doc_get(root, "format"), what, e, "must be \"%s\"", TRUST_FORMAT);
	if (read_all(&p, root) < 0) {
		trust_release(ret_trust);
		return -1;
	}
	return 0;
}

int trust_load(const char *path, struct arena *a, struct trust *ret_trust, const char **ret_text,
	       size_t *ret_size, struct err *e)
{
	FP_CLEANUP(buf_release) struct buf text = BUF_INIT(TRUST_MAX_BYTES);
	FP_CLEANUP(fd_cleanup) int dir = -1;
	char *copy = arena_strdup(a, path);

	if (fd_read_file(AT_FDCWD, path, true, &text, e) < 0)
		return -1;
	dir = open(dirname(copy), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (dir < 0)
		return err_sys(e, "%s", path);
	if (ret_text)
		*ret_text = arena_strndup(a, buf_text(&text), text.size);
	if (ret_size)
		*ret_size = text.size;
	return trust_parse(path, buf_text(&text), text.size, dir, a, ret_trust, e);
}

void trust_lint(const struct trust *t, int64_t now, struct checks *checks)
{
	size_t usable = 0;

	for (size_t i = 0; i < t->signer_count; i++) {
		const struct trust_signer *s = &t->signers[i];

		if (s->revoked <= now)
			(void)check_add(checks, "signer", CHECK_NOTE, "%s is revoked", s->name);
		else if (s->window.until < now)
			(void)check_add(checks, "signer", CHECK_NOTE, "%s is past its end%s",
					s->name,
					t->authority_count == 0
						? ", and without timestamps nothing that it "
						  "signed is accepted any more"
						: "");
		else
			usable++;
		if (s->window.from < s->revoked && s->window.until == INT64_MAX && s->key)
			(void)check_add(checks, "signer", CHECK_NOTE, "%s has no \"until\"",
					s->name);
		if (s->chain && trust_matches(s->identity, "x"))
			(void)check_add(checks, "signer", CHECK_FAILED,
					"%s: the identity \"%s\" accepts whatever the authority "
					"names",
					s->name, s->identity);
		if (s->chain && t->authority_count == 0)
			(void)check_add(checks, "timestamp", CHECK_NOTE,
					"%s signs with certificates, which end; without "
					"timestamp_authorities its signatures end with them",
					s->name);
	}
	if (usable < t->threshold)
		(void)check_add(checks, "threshold", CHECK_NOTE,
				"%zu of %zu signers can make a signature that is accepted today, "
				"and %zu are needed",
				usable, t->signer_count, t->threshold);
	if (t->decisions.given && t->decisions.count == 0)
		(void)check_add(checks, "decision", CHECK_FAILED, "no decision is accepted");
	if (!t->policies.given)
		(void)check_add(checks, "policies", CHECK_NOTE,
				"any policy is accepted, also one that the signer wrote itself");
	if (!t->verifiers.given)
		(void)check_add(checks, "verifiers", CHECK_NOTE,
				"only the core is asked for; name verifiers to ask for more");
	if (!t->packs.given)
		(void)check_add(checks, "packs", CHECK_NOTE,
				"any pack of provider facts is accepted");
}
