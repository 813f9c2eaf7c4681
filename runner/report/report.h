/* A judgement for people and for programs. */
#ifndef RUNNER_REPORT_REPORT_H
#define RUNNER_REPORT_REPORT_H

#include <jansson.h>

#include "runner/base/buf.h"
#include "verifiers/verifier.h"

struct report_options {
	bool colour;
	const char *again_diff; /* of the second application */
};

/* Everything that comes from the fix is made visible (utf8.h). */
void report_text(const struct judgement *j, const struct report_options *options, struct buf *out);

/* The same as an object: case, decision, reason, verdicts. */
json_t *report_json(const struct judgement *j);

#endif
