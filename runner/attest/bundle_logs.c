/* Whether the signatures of a bundle are in transparency logs, and in which. */
#include "runner/attest/bundle_check.h"

#include "runner/attest/certificate.h"

/* The log of the policy that the entry is of; NULL: none of them. */
static const struct note_key *find_log(const struct bundle_checker *c, const char *path,
				       const struct tlog_entry *entry, struct err *e)
{
	for (size_t i = 0; i < c->trust->log_count; i++) {
		const struct note_key *log = &c->trust->logs[i];
		struct sha256 id = note_key_digest(log->name, log->key);

		if (!sha256_equal(&id, &entry->log_id))
			continue;
		return tlog_signed_by(path, entry, log, c->arena, e) < 0 ? NULL : log;
	}
	return NULL;
}

/* *ret_log is a trusted one that the signature is in, or NULL. */
static int check_entries(const struct bundle_checker *c, const struct sigstore *b,
			 const struct key *key, const char *path, const struct note_key **ret_log,
			 struct err *e)
{
	const struct tlog_subject subject = {&b->envelope, key,
					     b->certificate.size > 0 ? b->certificate.data : NULL,
					     b->certificate.size};

	*ret_log = NULL;
	for (size_t i = 0; i < b->log_count; i++) {
		const struct note_key *log;

		if (tlog_matches(path, &b->logs[i], &subject, c->arena, e) < 0)
			return -1;
		log = find_log(c, path, &b->logs[i], e);
		if (!log && e->kind != ERR_NONE)
			return -1;
		*ret_log = *ret_log ? *ret_log : log;
	}
	return 0;
}

/* Every entry must be about its signature, whoever's log it is. */
static int check_set(struct bundle_checker *c, size_t number, size_t *entries, struct err *e)
{
	const struct bundle_names *names = bundle_names_of(c->signed_as);
	struct bundle_set *set = &c->sets[number];
	FP_CLEANUP(key_cleanup) struct key *own = NULL;
	const struct key *key = set->signer ? set->signer->key : NULL;
	size_t logged = 0;

	if (!key && set->files[0].certificate.size == 0)
		return 0; /* a key that nobody trusts: it does not count anyway */
	for (size_t i = 0; i < names->count; i++) {
		const char *path = bundle_signed_path(number, names->files[i], c->arena);
		const struct sigstore *b = &set->files[i];
		const struct note_key *log;

		key_cleanup(&own);
		own = NULL;
		if (b->certificate.size > 0 &&
		    certificate_key(path, b->certificate.data, b->certificate.size, &own, e) < 0)
			return -1;
		if (check_entries(c, b, own ? own : key, path, &log, e) < 0)
			return -1;
		*entries += b->log_count;
		logged += log != NULL;
		set->log = log ? log->name : set->log;
	}
	if (logged < names->count)
		set->log = NULL;
	return 0;
}

bool bundle_check_logs(struct bundle_checker *c)
{
	size_t entries = 0, logged = 0;
	struct err e = ERR_INIT;

	for (size_t i = 0; i < c->set_count; i++) {
		if (check_set(c, i, &entries, &e) < 0)
			return check_fail(&c->checks, "log", &e);
		if (!c->sets[i].log)
			continue;
		logged++;
		(void)check_add(&c->checks, "log", CHECK_PASSED, "%s: its signatures are in %s",
				c->sets[i].key_id, c->sets[i].log);
	}
	if (logged == 0 && c->trust->need_log)
		return check_add(&c->checks, "log", CHECK_FAILED,
				 "%s: is in no trusted log; accepted: %s%s",
				 bundle_names_of(c->signed_as)->files[0], c->trust->logs[0].name,
				 c->trust->log_count > 1 ? " or another of the policy" : "");
	if (logged == 0 && entries > 0)
		(void)check_add(&c->checks, "log", CHECK_NOTE,
				"%zu entries of logs, of none that is trusted here", entries);
	return true;
}
