/*
 * Recording a provider: its schema, and what it does beyond it, asked of its own binary through its
 * own protocol.  docs/mock-provider.md says what is asked.
 *
 * The journal is text, a JSON object on each line: first {"binary","provider","version"}, then for
 * each type {"document","kind","name"}, or {"crashed","kind","name"} when the provider did not
 * survive it.  A journal that was cut off is gone on with; from a whole one a pack is made.
 */
#ifndef RUNNER_PLAN_TF_TFRECORD_H
#define RUNNER_PLAN_TF_TFRECORD_H

#include "runner/base/arena.h"
#include "runner/base/buf.h"
#include "runner/base/err.h"

#define TFRECORD_JOURNAL_MAX_BYTES ((size_t)512 << 20)

struct tfrecord_input {
	const char *binary;
	const char *journal; /* what was written before; may be empty */
	size_t journal_size;
	const char *types; /* names with commas; NULL: all */
	int out_fd;	   /* what is to be added to the journal */
};

/* Appends the missing lines, one after the other, as they come. */
FP_MUST_CHECK int tfrecord_run(const struct tfrecord_input *in, struct err *e);

/* The pack of a journal. */
FP_MUST_CHECK int tfrecord_pack(const char *journal, size_t size, struct arena *a, struct buf *out,
				struct err *e);

#endif
