/* Shared by the readers of reports. */
#ifndef RUNNER_FINDINGS_INTERNAL_H
#define RUNNER_FINDINGS_INTERNAL_H

#include "runner/base/doc.h"
#include "runner/findings/findings.h"

struct findings_reader {
	const char *what;
	struct arena *arena;
	struct err *e;
	struct findings_row *rows;
	size_t count, capacity;
};

/* Fills what the row leaves out with "", and refuses one without a rule; at is where it stands. */
FP_MUST_CHECK int findings_add(struct findings_reader *r, const struct doc *at,
			       struct findings_row row);

/* The string as it may be shown, cut at FINDINGS_TEXT_MAX; "" when it is none. */
const char *findings_text(struct findings_reader *r, const struct doc *d);
const char *findings_member(struct findings_reader *r, const struct doc *object, const char *key);

/* A member that must be there. */
FP_MUST_CHECK int findings_want(struct findings_reader *r, const struct doc *object,
				const char *key, enum doc_kind kind, const struct doc **ret_member);

/* doc_get that takes NULL and values of any kind. */
const struct doc *findings_get(const struct doc *d, const char *key);
/* The first element, if d is a list or an object. */
const struct doc *findings_first(const struct doc *d);
const struct doc *findings_at(const struct doc *list, size_t index);

/* A line number, also one in quotes; 0 when it is none. */
size_t findings_line(const struct doc *d);

/* "HIGH", "Medium"… as a word of fixproof-case(5); "none" for any other. */
const char *findings_severity(const char *text);
/* A score from 0 to 10. */
const char *findings_score(double score);

/* Each reads the rows of the whole document. */
FP_MUST_CHECK int findings_sarif(struct findings_reader *r, const struct doc *root);
FP_MUST_CHECK int findings_checkov(struct findings_reader *r, const struct doc *root);
FP_MUST_CHECK int findings_trivy(struct findings_reader *r, const struct doc *root);
FP_MUST_CHECK int findings_asff(struct findings_reader *r, const struct doc *root);
FP_MUST_CHECK int findings_codetf(struct findings_reader *r, const struct doc *root);

/* The types of Terraform that a type of resource of the AWS Security Finding Format is. */
bool findings_kind_is(const char *kind, const char *type);

#endif
