/* The native syntax: whatever the bytes, a body comes back, and all of it can be walked. */
#include <stddef.h>
#include <stdint.h>

#include "runner/base/arena.h"
#include "runner/plan/hcl/eval.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void write_all(const struct diags *d)
{
	struct buf out = BUF_INIT(1 << 20);

	for (size_t i = 0; i < d->count; i++)
		diag_write(&out, &d->list[i]);
	buf_release(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena a = ARENA_INIT((size_t)2 << 30);
	const char *text = arena_strndup(&a, (const char *)data, size);
	struct diags d = DIAGS_INIT(&a);
	struct references r = REFERENCES_INIT(&a);
	const struct body *body = syntax_parse_native(&a, diag_source(&a, "f.tf", text, size), &d);

	eval_body_references(&r, body);
	for (size_t i = 0; i < r.count; i++)
		(void)syntax_traversal_text(&a, r.list[i]);
	write_all(&d);
	arena_release(&a);
	return 0;
}
