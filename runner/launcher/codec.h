/*
 * Specs and results as bytes, for the way between a process and its launcher.  Both ends are the
 * same build of fixproof, so there is no version; what comes is checked all the same, because a
 * result holds what a hostile program did.
 *
 * One function per struct goes both ways: with out it writes, without it reads.
 */
#ifndef RUNNER_LAUNCHER_CODEC_H
#define RUNNER_LAUNCHER_CODEC_H

#include "runner/base/buf.h"
#include "sandbox/sandbox.h"

#define CODEC_FDS_MAX 200

struct codec {
	struct buf *out;   /* writing */
	const uint8_t *in; /* reading: what is left */
	size_t left;
	struct arena *a; /* owns what is read */
	bool bad;	 /* too short, too long, or not made by us */
	int fds[CODEC_FDS_MAX];
	size_t fd_count;
};

void codec_spec(struct codec *c, struct sandbox_spec *spec);
void codec_result(struct codec *c, struct sandbox_result *result);
void codec_err(struct codec *c, struct err *e);

#endif
