/*
 * Trust policies: what a checker accepts, as fixproof-trust(5) describes the file.
 *
 * A list that is not given asks for nothing; a list that is given names all that is accepted.
 * Patterns have "*" for any run of characters.
 */
#ifndef RUNNER_ATTEST_TRUST_H
#define RUNNER_ATTEST_TRUST_H

#include "runner/attest/certificate.h"
#include "runner/attest/check.h"
#include "runner/attest/key.h"
#include "runner/attest/note.h"
#include "runner/base/arena.h"
#include "runner/base/err.h"
#include "runner/base/sha256.h"
#include "verifiers/verifier.h"

#define TRUST_FORMAT "fixproof-trust/1"
#define TRUST_MAX_BYTES ((size_t)1 << 20)
#define TRUST_SIGNERS_MAX 256
#define TRUST_AUTHORITIES_MAX 64
#define TRUST_LOGS_MAX 16

/* From and until are included; the range of int64_t when there is no bound. */
struct trust_window {
	int64_t from, until;
};

struct trust_signer {
	const char *name;
	struct key *key;		 /* NULL for a certificate */
	char key_id[KEY_ID_SIZE];	 /* "" for a certificate */
	struct certificate_chain *chain; /* NULL for a key */
	const char *identity;		 /* a pattern for what the certificate names */
	struct trust_window window;
	int64_t revoked; /* from then on; INT64_MAX when it is not */
};

struct trust_authority {
	const char *name;
	struct certificate_chain *chain;
	struct trust_window window;
};

struct trust_names {
	const char *const *items;
	size_t count;
	bool given;
};

/* A thing by name and perhaps version, and its digest where that is pinned. */
struct trust_pin {
	const char *name, *version; /* version "*" when any */
	bool has_digest;
	struct sha256 digest;
};

struct trust_pins {
	const struct trust_pin *items;
	size_t count;
	bool given;
};

struct trust {
	struct trust_signer *signers;
	size_t signer_count;
	struct trust_authority *authorities;
	size_t authority_count;
	const struct note_key *logs; /* transparency logs, each by its name and key */
	size_t log_count;
	size_t threshold;
	bool need_timestamp, need_log;
	int64_t max_age_seconds; /* 0: any age */
	struct trust_names decisions, verifiers, planners, versions;
	struct trust_pins policies, standards, packs, images;
	bool allow_inferred, allow_derived, allow_waivers, allow_redactions;
};

/* What --key alone stands for: these keys, one of them, anything else allowed. */
void trust_init(struct trust *t);
void trust_release(struct trust *t);

/* name is for messages; the key is the policy's from then on.  A key twice is an error. */
FP_MUST_CHECK int trust_add_key(struct trust *t, const char *name, struct key *key, struct arena *a,
				struct err *e);

/* Reads a policy; the files it names lie beside it, in dir_fd. */
FP_MUST_CHECK int trust_parse(const char *what, const char *text, size_t size, int dir_fd,
			      struct arena *a, struct trust *ret_trust, struct err *e);

/* Opens and reads the file; text and size, if not NULL, get its bytes. */
FP_MUST_CHECK int trust_load(const char *path, struct arena *a, struct trust *ret_trust,
			     const char **ret_text, size_t *ret_size, struct err *e);

/* Whether text is what the pattern says. */
bool trust_matches(const char *pattern, const char *text);

/* What is allowed but unwise, as checks of the state CHECK_NOTE or CHECK_FAILED. */
void trust_lint(const struct trust *t, int64_t now, struct checks *checks);

/* When a signature was made, as far as anybody but the signer says so. */
struct trust_times {
	int64_t now;
	int64_t stamped; /* by the latest of the authorities that are trusted */
	bool has_stamp;
};

/* Holds the judgement against every criterion that the policy has, one check each. */
void trust_judge(const struct trust *t, const struct judgement *j, size_t redaction_count,
		 const struct trust_times *times, struct checks *checks);

#endif
