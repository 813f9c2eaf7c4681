/* Signed notes, their keys, and checkpoints. */
#include <stdint.h>

#include "runner/attest/note.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena a = ARENA_INIT((size_t)1 << 26);
	struct err e = ERR_INIT, f = ERR_INIT, g = ERR_INIT;
	char *text = arena_strndup(&a, (const char *)data, size);
	const struct note_key known = {"example.com/foo", {0x53, 0x0d, 0x90, 0x3a}, {0}};
	struct note_checkpoint c;
	const char *inner;
	struct note_key k;

	(void)!note_open("f", (const char *)data, size, &known, 1, &a, &inner, &e);
	(void)!note_key_parse(text, &a, &k, &f);
	(void)!note_checkpoint_parse("f", text, &a, &c, &g);
	arena_release(&a);
	return 0;
}
