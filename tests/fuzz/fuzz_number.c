/* Numbers: what was read and written is read again as the same number, and written the same. */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "runner/base/arena.h"
#include "runner/plan/hcl/number.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena a = ARENA_INIT((size_t)1 << 30);
	struct buf out = BUF_INIT(1 << 20);
	const char *text = arena_strndup(&a, (const char *)data, size), *again;
	bool limit;
	const struct number *n = number_parse(&a, text, size, &limit), *m;

	if (n && (mpfr_zero_p(n->m) || labs(mpfr_get_exp(n->m)) < 4000)) {
		again = number_text(&a, n);
		m = number_parse(&a, again, strlen(again), &limit);
		if (!m || number_compare(n, m) != 0 || strcmp(again, number_text(&a, m)) != 0)
			abort();
		for (int precision = -1; precision < 30; precision += 7) {
			number_format(&out, n, 'e', precision);
			number_format(&out, n, 'f', precision);
			number_format(&out, n, 'g', precision);
		}
		m = number_divide(&a, n, number_of_int(&a, 3));
		if (m)
			number_write(&out, m);
	}
	buf_release(&out);
	arena_release(&a);
	return 0;
}
