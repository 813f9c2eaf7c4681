/* What goes into a bundle beside the evidence: all that a person or a rerun needs. */
#ifndef RUNNER_BUNDLING_H
#define RUNNER_BUNDLING_H

#include "runner/attest/bundle.h"
#include "runner/fixcase/fixcase.h"
#include "runner/redact.h"
#include "runner/runs.h"

struct bundling {
	const struct runs_input *in;
	const struct runs_trees *trees;
	int script_tree; /* what the script's directory holds; -1 */
	struct redactor *redactor;
	struct arena *arena;
	struct bundle_item *items;
	size_t count, capacity;
	const char *diff, *again_diff; /* without secrets */
};

/* Gathers everything but the evidence, cuts packs, and finds and replaces secrets, in ev too. */
FP_MUST_CHECK int bundling_gather(struct bundling *b, struct evidence *ev, struct err *e);

/* The evidence, as it is now. */
FP_MUST_CHECK int bundling_evidence(struct bundling *b, const struct evidence *ev, struct err *e);

/* A file of the canonical form of a tree, beside the directory that holds its files. */
#define BUNDLING_TREE_SUFFIX ".tree.json"

#endif
