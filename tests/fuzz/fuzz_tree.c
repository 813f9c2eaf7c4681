#include <stdint.h>

#include "runner/base/fd.h"
#include "runner/canon/tree.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Tree streams and canonical trees; what is read must be read back from its own canonical form. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena a = ARENA_INIT((size_t)1 << 30);
	struct buf text = BUF_INIT((size_t)1 << 24);
	struct err e = ERR_INIT, f = ERR_INIT, g = ERR_INIT;
	const struct tree *t, *u;
	int fd = -1;

	(void)!tree_parse("f", (const char *)data, size, &a, &t, &f);
	if (fd_sealed("tree", data, size, &fd, &e) == 0 && tree_read(fd, &a, &t, &e) == 0) {
		tree_canonical(t, &text);
		if (tree_parse("f", buf_text(&text), text.size, &a, &u, &g) < 0 ||
		    !sha256_equal(&t->digest, &u->digest))
			abort();
	}
	buf_release(&text);
	fd_close(fd);
	arena_release(&a);
	return 0;
}
