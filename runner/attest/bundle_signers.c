/* Who signed: the signature files, their timestamps, and whether these signers are enough. */
#include "runner/attest/bundle_check.h"

#include "runner/attest/certificate.h"
#include "runner/attest/timestamp.h"
#include "runner/base/instant.h"

static bool has_set(const struct bundle_checker *c, size_t set)
{
	enum decision ignored;

	return bundle_count_set(c->bundle, set, &ignored, c->arena) > 0;
}

bool bundle_check_is_signed(const struct bundle_checker *c)
{
	return has_set(c, 0) || bundle_has(c->bundle, BUNDLE_LINES_FILE);
}

static int no_trusted_key(const char *path, struct err *e)
{
	return err_set(e, ERR_CRYPTO, "%s: no trusted key made this signature", path);
}

/* With a bare key: the trusted one that made it; one that it only names does not count. */
static int identify_key(const struct bundle_checker *c, const struct sigstore *b,
			const struct buf *pae, const char *path, struct bundle_set *set,
			struct err *e)
{
	const struct dsse_signature *s = &b->envelope.signatures[0];
	const struct trust *t = c->trust;

	for (size_t i = 0; i < t->signer_count; i++) {
		if (!t->signers[i].key ||
		    !key_verify(t->signers[i].key, buf_text(pae), pae->size, s->sig, s->size))
			continue;
		if (strcmp(s->keyid, t->signers[i].key_id) != 0 ||
		    strcmp(b->hint, t->signers[i].key_id) != 0)
			return err_set(e, ERR_CRYPTO, "%s: the key id and the hint must be %s",
				       path, t->signers[i].key_id);
		set->signer = &t->signers[i];
		set->key_id = t->signers[i].key_id;
		return 0;
	}
	for (size_t i = 0; i < t->signer_count; i++)
		if (t->signers[i].key && strcmp(s->keyid, t->signers[i].key_id) == 0)
			return no_trusted_key(path, e);
	if (strcmp(s->keyid, b->hint) != 0)
		return err_set(e, ERR_CRYPTO, "%s: key id and hint differ", path);
	set->key_id = s->keyid;
	return 0;
}

/* With a certificate: the key in it must have made it; whose it is follows when its time is known.
 */
static int identify_certificate(const struct bundle_checker *c, const struct sigstore *b,
				const struct buf *pae, const char *path, struct bundle_set *set,
				struct err *e)
{
	const struct dsse_signature *s = &b->envelope.signatures[0];
	FP_CLEANUP(key_cleanup) struct key *k = NULL;
	char id[KEY_ID_SIZE];

	if (certificate_key(path, b->certificate.data, b->certificate.size, &k, e) < 0 ||
	    key_id(k, id, e) < 0)
		return -1;
	if (!key_verify(k, buf_text(pae), pae->size, s->sig, s->size))
		return err_set(e, ERR_CRYPTO,
			       "%s: the key of its certificate did not make this signature", path);
	if (strcmp(s->keyid, id) != 0)
		return err_set(e, ERR_CRYPTO, "%s: the key id must be %s", path, id);
	set->key_id = arena_strdup(c->arena, id);
	return 0;
}

static int check_form(const struct bundle_checker *c, const struct sigstore *b, const char *path,
		      const char *text, size_t size, struct err *e)
{
	FP_CLEANUP(buf_release) struct buf again = BUF_INIT(SIZE_MAX / 4);

	if (strcmp(b->envelope.payload_type, STATEMENT_PAYLOAD_TYPE) != 0)
		return err_set(e, ERR_CRYPTO, "%s: the payload type is \"%s\", not \"%s\"", path,
			       b->envelope.payload_type, STATEMENT_PAYLOAD_TYPE);
	sigstore_write(&again, b);
	if (again.size != size || memcmp(buf_text(&again), text, size) != 0)
		return err_set(e, ERR_CRYPTO, "%s: is not written as fixproof writes it", path);
	(void)c;
	return 0;
}

static int read_file(struct bundle_checker *c, size_t set_number, size_t i, struct err *e)
{
	const char *path =
		bundle_signed_path(set_number, bundle_names_of(c->signed_as)->files[i], c->arena);
	FP_CLEANUP(buf_release) struct buf pae = BUF_INIT(SIZE_MAX / 4);
	const struct dsse *first = &c->sets[0].files[i].envelope;
	struct bundle_set *set = &c->sets[set_number], found = {.key_id = NULL};
	struct sigstore *b = &set->files[i];
	const char *text;
	size_t size;

	if (bundle_file(c->bundle, path, c->arena, &text, &size, e) < 0 ||
	    sigstore_read(path, text, size, c->arena, b, e) < 0 ||
	    check_form(c, b, path, text, size, e) < 0)
		return -1;
	if (b->envelope.payload_size != first->payload_size ||
	    memcmp(b->envelope.payload, first->payload, first->payload_size) != 0)
		return err_set(e, ERR_CRYPTO, "%s: signs another payload than %s", path,
			       bundle_names_of(c->signed_as)->files[i]);
	dsse_pae(&pae, b->envelope.payload_type, b->envelope.payload, b->envelope.payload_size);
	if ((b->certificate.size > 0 ? identify_certificate(c, b, &pae, path, &found, e)
				     : identify_key(c, b, &pae, path, &found, e)) < 0)
		return -1;
	if (i > 0 && strcmp(found.key_id, set->key_id) != 0)
		return err_set(e, ERR_CRYPTO, "%s: is by another signer than the statement before",
			       path);
	set->signer = found.signer;
	set->key_id = found.key_id;
	return 0;
}

/* A decision and nothing of another one beside it. */
static int find_kind(struct bundle_checker *c, struct err *e)
{
	size_t kinds = 0;

	for (enum decision d = DECISION_VERIFIED; d <= DECISION_INCONCLUSIVE; d++) {
		if (!bundle_has(c->bundle, bundle_names_of(d)->files[0]))
			continue;
		if (kinds++ > 0)
			return err_set(e, ERR_INPUT, "%s: does not belong to a bundle that is %s",
				       bundle_names_of(d)->files[0], decision_name(c->signed_as));
		c->signed_as = d;
	}
	if (kinds == 0)
		return err_set(e, ERR_INPUT, "fix.sigstore.json: is missing: nobody signed it");
	for (enum decision d = DECISION_VERIFIED; d <= DECISION_INCONCLUSIVE; d++)
		for (size_t i = 0; d != c->signed_as && i < bundle_names_of(d)->count; i++)
			if (bundle_has(c->bundle, bundle_names_of(d)->files[i]))
				return err_set(
					e, ERR_INPUT, "%s: does not belong to a bundle that is %s",
					bundle_names_of(d)->files[i], decision_name(c->signed_as));
	return 0;
}

static int check_lines(const struct bundle_checker *c, struct err *e)
{
	FP_CLEANUP(buf_release) struct buf lines = BUF_INIT(SIZE_MAX / 4);
	const char *text;
	size_t size;

	for (size_t i = 0; i < bundle_names_of(c->signed_as)->count; i++) {
		const struct dsse *d = &c->sets[0].files[i].envelope;
		struct dsse_signature all[BUNDLE_SIGNERS_MAX];

		for (size_t k = 0; k < c->set_count; k++)
			all[k] = c->sets[k].files[i].envelope.signatures[0];
		bundle_signature_line(d->payload, d->payload_size, all, c->set_count, &lines);
	}
	if (bundle_file(c->bundle, BUNDLE_LINES_FILE, c->arena, &text, &size, e) < 0)
		return -1;
	if (lines.size != size || memcmp(buf_text(&lines), text, size) != 0)
		return err_set(e, ERR_CRYPTO,
			       BUNDLE_LINES_FILE
			       ": does not hold the same signatures as the other files");
	return 0;
}

static int read_sets(struct bundle_checker *c, struct err *e)
{
	if (find_kind(c, e) < 0)
		return -1;
	for (size_t set = 0; set < BUNDLE_SIGNERS_MAX && has_set(c, set); set++) {
		c->set_count = set + 1;
		for (size_t i = 0; i < bundle_names_of(c->signed_as)->count; i++)
			if (read_file(c, set, i, e) < 0)
				return -1;
	}
	for (size_t set = c->set_count; set < BUNDLE_SIGNERS_MAX; set++)
		if (has_set(c, set))
			return err_set(e, ERR_INPUT,
				       "countersigned/%zu: comes without the one before", set);
	return check_lines(c, e);
}

bool bundle_check_signatures(struct bundle_checker *c)
{
	struct err e = ERR_INIT;
	bool any = c->trust->signer_count == 0;

	if (read_sets(c, &e) < 0)
		return check_fail(&c->checks, "signature", &e);
	for (size_t i = 0; i < c->set_count; i++)
		any = any || c->sets[i].signer || c->sets[i].files[0].certificate.size > 0;
	if (!any) {
		(void)no_trusted_key(bundle_names_of(c->signed_as)->files[0], &e);
		return check_fail(&c->checks, "signature", &e);
	}
	for (size_t i = 0; i < c->set_count; i++)
		(void)check_add(&c->checks, "signature", CHECK_PASSED,
				"%zu statements are signed by %s",
				bundle_names_of(c->signed_as)->count, c->sets[i].key_id);
	return true;
}

/* The earliest time that a trusted authority says of this signature. */
static bool find_stamp(const struct bundle_checker *c, const struct sigstore *b, const char *path,
		       int64_t *ret_time)
{
	const struct dsse_signature *s = &b->envelope.signatures[0];
	bool found = false;

	for (size_t i = 0; i < b->timestamp_count; i++) {
		for (size_t k = 0; k < c->trust->authority_count; k++) {
			const struct trust_authority *t = &c->trust->authorities[k];
			struct err ignored = ERR_INIT;
			int64_t when;

			if (timestamp_check(path, b->timestamps[i].data, b->timestamps[i].size,
					    s->sig, s->size, t->chain, &when, &ignored) < 0 ||
			    when < t->window.from || when > t->window.until ||
			    (found && when >= *ret_time))
				continue;
			*ret_time = when;
			found = true;
		}
	}
	return found;
}

/* Every timestamp is for its signature, whoever made it; those of trusted authorities tell when. */
static bool check_stamps(struct bundle_checker *c, size_t number, size_t *timestamps)
{
	const struct bundle_names *names = bundle_names_of(c->signed_as);
	struct bundle_set *set = &c->sets[number];
	struct err e = ERR_INIT;

	set->stamped = true;
	set->stamp = INT64_MIN;
	for (size_t i = 0; i < names->count; i++) {
		const char *path = bundle_signed_path(number, names->files[i], c->arena);
		const struct sigstore *b = &set->files[i];
		int64_t when = 0;

		for (size_t k = 0; k < b->timestamp_count; k++, (*timestamps)++)
			if (timestamp_matches(path, b->timestamps[k].data, b->timestamps[k].size,
					      b->envelope.signatures[0].sig,
					      b->envelope.signatures[0].size, NULL, &e) < 0)
				return check_fail(&c->checks, "timestamp", &e);
		if (!find_stamp(c, b, path, &when))
			set->stamped = false;
		else
			set->stamp = FP_MAX(set->stamp, when);
	}
	return true;
}

static bool check_timestamps(struct bundle_checker *c)
{
	size_t timestamps = 0, stamped = 0;
	char text[INSTANT_SIZE];

	for (size_t i = 0; i < c->set_count; i++) {
		if (!check_stamps(c, i, &timestamps))
			return false;
		if (!c->sets[i].stamped)
			continue;
		stamped++;
		instant_format(c->sets[i].stamp, text);
		(void)check_add(&c->checks, "timestamp", CHECK_PASSED,
				"%s signed at %s, says a trusted authority", c->sets[i].key_id,
				text);
	}
	if (stamped == 0 && timestamps > 0 && !c->trust->need_timestamp)
		(void)check_add(&c->checks, "timestamp", CHECK_NOTE,
				"%zu timestamps, by no authority that is trusted here", timestamps);
	if (stamped == 0 && c->trust->need_timestamp)
		return check_add(&c->checks, "timestamp", CHECK_FAILED,
				 "%s: no timestamp by a trusted authority; accepted: one by %s%s",
				 bundle_names_of(c->signed_as)->files[0],
				 c->trust->authorities[0].name,
				 c->trust->authority_count > 1 ? " or another of the policy" : "");
	return true;
}

/* Which of the certificate signers this is, at that time; *ret_reason is why it is none. */
static const struct trust_signer *find_certificate(const struct bundle_checker *c,
						   const struct bundle_set *set, int64_t when,
						   const char **ret_reason)
{
	const struct sigstore_blob *leaf = &set->files[0].certificate;
	struct err e = ERR_INIT;
	const char *const *names;
	size_t count;

	*ret_reason = "nobody of the policy signs with a certificate";
	if (certificate_identities("its certificate", leaf->data, leaf->size, c->arena, &names,
				   &count, &e) < 0) {
		*ret_reason = arena_strdup(c->arena, e.text);
		return NULL;
	}
	for (size_t i = 0; i < c->trust->signer_count; i++) {
		const struct trust_signer *s = &c->trust->signers[i];
		bool named = false;

		for (size_t k = 0; s->chain && k < count; k++)
			named = named || trust_matches(s->identity, names[k]);
		if (!s->chain)
			continue;
		err_clear(&e);
		if (!named)
			*ret_reason =
				arena_printf(c->arena, "its certificate is for %s; accepted: %s",
					     count > 0 ? names[0] : "nobody", s->identity);
		else if (certificate_check(s->name, leaf->data, leaf->size, s->chain, when, &e) < 0)
			*ret_reason = arena_strdup(c->arena, e.text);
		else
			return s;
	}
	return NULL;
}

static const char *window_fault(const struct bundle_checker *c, const struct trust_signer *s,
				int64_t when, bool stamped)
{
	char at[INSTANT_SIZE], bound[INSTANT_SIZE];
	const char *how = stamped ? "signed at" : "without a timestamp judged at";

	instant_format(when, at);
	if (when >= s->revoked) {
		instant_format(s->revoked, bound);
		return arena_printf(c->arena, "%s is revoked since %s, and %s %s", s->name, bound,
				    how, at);
	}
	if (when < s->window.from) {
		instant_format(s->window.from, bound);
		return arena_printf(c->arena, "%s is valid from %s, and %s %s", s->name, bound, how,
				    at);
	}
	if (when > s->window.until) {
		instant_format(s->window.until, bound);
		return arena_printf(c->arena, "%s is valid until %s, and %s %s", s->name, bound,
				    how, at);
	}
	return NULL;
}

/* NULL when the signer counts, otherwise why not. */
static const char *signer_fault(struct bundle_checker *c, struct bundle_set *set)
{
	int64_t when = set->stamped ? set->stamp : c->now;
	const char *reason = "nobody of the policy";

	if (set->files[0].certificate.size > 0)
		set->signer = find_certificate(c, set, when, &reason);
	if (!set->signer)
		return arena_printf(c->arena, "%s: %s", set->key_id, reason);
	if (c->trust->need_timestamp && !set->stamped)
		return arena_printf(c->arena, "%s: has no timestamp by a trusted authority",
				    set->signer->name);
	if (c->trust->need_log && !set->log)
		return arena_printf(c->arena, "%s: is in no trusted log", set->signer->name);
	return window_fault(c, set->signer, when, set->stamped);
}

/* Whether the same signer, or the same key, was counted already: two signatures are not two. */
static bool is_counted(const struct bundle_checker *c, size_t number, const bool *counts)
{
	for (size_t i = 0; i < number; i++)
		if (counts[i] && (c->sets[i].signer == c->sets[number].signer ||
				  strcmp(c->sets[i].key_id, c->sets[number].key_id) == 0))
			return true;
	return false;
}

bool bundle_check_signers(struct bundle_checker *c)
{
	const char *faults[BUNDLE_SIGNERS_MAX];
	bool counts[BUNDLE_SIGNERS_MAX] = {false};
	size_t count = 0;

	if (!check_timestamps(c) || !bundle_check_logs(c))
		return false;
	for (size_t i = 0; i < c->set_count; i++) {
		faults[i] = signer_fault(c, &c->sets[i]);
		counts[i] = !faults[i] && !is_counted(c, i, counts);
		count += counts[i];
	}
	for (size_t i = 0; i < c->set_count; i++) {
		if (!faults[i])
			(void)check_add(&c->checks, "signer", CHECK_PASSED, "%s%s",
					c->sets[i].signer->name,
					counts[i] ? "" : ": is counted already");
		else
			(void)check_add(&c->checks, "signer",
					count >= c->trust->threshold ? CHECK_NOTE : CHECK_FAILED,
					"%s", faults[i]);
		if (!counts[i])
			c->sets[i].signer = NULL;
	}
	if (count >= c->trust->threshold)
		return c->trust->threshold == 1 ||
		       check_add(&c->checks, "threshold", CHECK_PASSED,
				 "%zu signers, and %zu are needed", count, c->trust->threshold);
	if (count == 0 && c->trust->threshold == 1)
		return false;
	return check_add(&c->checks, "threshold", CHECK_FAILED,
			 "%zu signers that count; accepted: %zu of the %zu that the policy names",
			 count, c->trust->threshold, c->trust->signer_count);
}
