/* yamldecode(), and yamlencode() of what it gives. */
#include <stddef.h>
#include <stdint.h>

#include "runner/base/arena.h"
#include "runner/plan/hcl/eval.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena a = ARENA_INIT((size_t)2 << 30);
	const struct eval_env env = {.dir_fd = -1};
	struct diags d = DIAGS_INIT(&a);
	struct eval ev = EVAL_INIT(&a, &d, &env);
	const struct range nowhere = {NULL, 0, 0};
	const struct value *v;

	if (!value_text_fault((const char *)data, size)) {
		v = value_string_n(&a, (const char *)data, size);
		v = eval_call(&ev, "yamldecode", &v, 1, nowhere);
		v = eval_call(&ev, "yamlencode", &v, 1, nowhere);
	}
	arena_release(&a);
	return 0;
}
