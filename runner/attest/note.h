/*
 * Signed notes and checkpoints (C2SP signed-note and tlog-checkpoint): text, an empty line, and one
 * or more lines "— NAME BASE64".  Ed25519 (type 1) is known here; other signatures are ignored.
 */
#ifndef RUNNER_ATTEST_NOTE_H
#define RUNNER_ATTEST_NOTE_H

#include "runner/base/arena.h"
#include "runner/base/buf.h"
#include "runner/base/err.h"
#include "runner/base/sha256.h"

#define NOTE_MAX_BYTES ((size_t)1 << 20)
#define NOTE_SIGNATURES_MAX 64
#define NOTE_KEY_BYTES 32

/* A verifier key: "NAME+HASH+BASE64". */
struct note_key {
	const char *name;
	uint8_t id[4];
	uint8_t key[NOTE_KEY_BYTES];
};

FP_MUST_CHECK int note_key_parse(const char *text, struct arena *a, struct note_key *ret_key,
				 struct err *e);

/* What names an Ed25519 key under that name: a note has the first four bytes of it. */
struct sha256 note_key_digest(const char *name, const uint8_t key[static NOTE_KEY_BYTES]);

/*
 * The text of the note, its last newline included, when at least one of the keys has signed it; a
 * signature of one of the keys that is wrong refuses the note.
 */
FP_MUST_CHECK int note_open(const char *what, const char *note, size_t size,
			    const struct note_key *keys, size_t key_count, struct arena *a,
			    const char **ret_text, struct err *e);

/* How long the text of a note is, its last newline included; 0: it is none. */
size_t note_text_size(const char *note, size_t size);

struct note_checkpoint {
	const char *origin;
	uint64_t size;
	struct sha256 root;
};

/* Reads the text of a note as a checkpoint; lines after the root are left alone. */
FP_MUST_CHECK int note_checkpoint_parse(const char *what, const char *text, struct arena *a,
					struct note_checkpoint *ret_checkpoint, struct err *e);
void note_checkpoint_write(const struct note_checkpoint *checkpoint, struct buf *out);

#endif
