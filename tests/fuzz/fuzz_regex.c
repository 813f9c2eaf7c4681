/*
 * A regular expression and a text, parted by a zero byte: translated, and run by the functions that
 * find and that replace.
 */
#include <string.h>

#include "runner/base/arena.h"
#include "runner/plan/hcl/eval.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const uint8_t *end = size ? memchr(data, 0, size) : NULL;
	size_t used = end ? (size_t)(end - data) : size;
	struct arena a = ARENA_INIT((size_t)2 << 30);
	const struct eval_env env = {.dir_fd = -1};
	struct diags d = DIAGS_INIT(&a);
	struct eval ev = EVAL_INIT(&a, &d, &env);
	const struct range nowhere = {NULL, 0, 0};
	const struct value *args[3];

	if (size < 4096 && !value_text_fault((const char *)data, used) &&
	    (!end || !value_text_fault((const char *)end + 1, size - used - 1))) {
		args[0] = value_string_n(&a, (const char *)data, used);
		args[1] = end ? value_string_n(&a, (const char *)end + 1, size - used - 1)
			      : value_string(&a, "some text: ab12, \n\xc3\xa9");
		(void)eval_call(&ev, "regexall", args, 2, nowhere);
		args[2] = value_string(&a, "<$1${x}>");
		(void)eval_call(&ev, "replace",
				(const struct value *[]){
					args[1],
					value_string(&a, arena_printf(&a, "/%s/", args[0]->text)),
					args[2]},
				3, nowhere);
	}
	arena_release(&a);
	return 0;
}
