/*
 * Credentials in text: what no bundle may carry, and what no fix may add.
 *
 * Two sorts are told: tokens whose form is published by who issues them (a prefix, an alphabet, a
 * length), and literals that are assigned to a name which says what they are ("password", …).
 * References, placeholders and what is clearly prose are left out.  It is a pure function of the
 * bytes, so the same text gives the same hits anywhere.
 */
#ifndef RUNNER_BASE_SECRETSCAN_H
#define RUNNER_BASE_SECRETSCAN_H

#include "runner/base/arena.h"
#include "runner/base/base.h"

struct secretscan_hit {
	const char *detector; /* its id: "aws-access-key", "private-key", "assigned", … */
	size_t offset, size;  /* the bytes of the secret alone, without name and quotes */
	size_t line;	      /* of its first byte, from 1 */
};

struct secretscan_hits {
	struct secretscan_hit *rows; /* by offset; none overlaps another */
	size_t count, capacity;
};

/* Adds what is found in text to *hits, whose rows live in a. */
void secretscan(const char *text, size_t size, struct arena *a, struct secretscan_hits *hits);

/* What a detector looks for, for people: "an access key of AWS"; NULL when there is none such. */
const char *secretscan_describe(const char *detector);

#endif
