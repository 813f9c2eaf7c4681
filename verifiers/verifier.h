/*
 * Verifiers: pure functions from evidence to a verdict.  No input or output, no clock, no error:
 * what cannot be decided is inconclusive.
 *
 * Each has a rule version, which changes whenever the same evidence could get another verdict; old
 * ones stay, so that a bundle is judged by the rules of its time.
 */
#ifndef VERIFIERS_VERIFIER_H
#define VERIFIERS_VERIFIER_H

#include "policies/policy.h"
#include "runner/base/arena.h"
#include "runner/base/base.h"
#include "runner/base/err.h"
#include "runner/evidence/evidence.h"

enum verdict_kind {
	VERDICT_PASS,
	VERDICT_FAIL,
	VERDICT_INCONCLUSIVE,
	VERDICT_NOT_APPLICABLE,
};

struct verdict {
	enum verdict_kind kind;
	const char *reason;
	const char *evidence; /* path in the bundle where a person can look; "" when it is the case
				 itself */
};

/* The evidence with the policies judged on its views, which several verifiers need. */
struct verifier_input {
	const struct evidence *ev;
	const struct policy *const *policies; /* in the order of ev->policies */
	size_t policy_count;
	const struct policy_report *before, *after; /* one for each policy; NULL without a view */
	const struct policy_report *other; /* under other mock values; NULL without a view */
	const char *stage;		   /* of the matrix; NULL for the case itself */
};

struct verifier {
	const char *id;
	const char *claim; /* one sentence that is true when it passes */
	unsigned int version;
	bool core; /* must pass, and cannot be waived */
	struct verdict (*judge)(const struct verifier_input *in, struct arena *a);
	/*
	 * The same under the values of a stage of the case's matrix, where it must hold too; NULL
	 * for what no value of a variable can change.
	 */
	struct verdict (*judge_stage)(const struct verifier_input *in, struct arena *a);
};

extern const struct verifier *const verifier_table[]; /* NULL-terminated, in the order of judging */

enum decision {
	DECISION_VERIFIED,
	DECISION_REFUSED,
	DECISION_INCONCLUSIVE
};

struct judged_verdict {
	const struct verifier *verifier;
	struct verdict verdict;
	const struct evidence_waiver
		*waiver; /* that makes a fail or an inconclusive not count; or NULL */
};

struct judgement {
	enum decision decision;
	const struct judged_verdict *rows;
	size_t count;
	const struct judged_verdict
		*decisive; /* the first that refused or left it open; NULL when verified */
	struct verifier_input input;
};

/* Judges ev with every verifier.  An error only when a policy of the evidence cannot be read. */
FP_MUST_CHECK int verifiers_judge(const struct evidence *ev, struct arena *a,
				  struct judgement *ret_judgement, struct err *e);

/* One rule: the version of a verifier, as a statement names it. */
struct verifier_rule {
	const char *id;
	unsigned int version;
};

/* ERR_UNSUPPORTED names the first rule that this version of fixproof does not have. */
FP_MUST_CHECK int verifiers_known(const struct verifier_rule *rules, size_t count, struct err *e);

/*
 * The same by these rules, in this order: those of the time when a bundle was made.  They must be
 * known, and hold the whole core.  rules NULL: the current ones.
 */
FP_MUST_CHECK int verifiers_judge_by(const struct evidence *ev, const struct verifier_rule *rules,
				     size_t count, struct arena *a, struct judgement *ret_judgement,
				     struct err *e);

const char *verdict_kind_name(enum verdict_kind kind);
const char *decision_name(enum decision decision);

#endif
