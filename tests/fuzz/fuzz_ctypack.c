/* Any bytes are a value of a type or refused; what was read is written and read again alike. */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include "runner/plan/tf/ctypack.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* The first byte chooses the type. */
static const struct type *type_of(struct arena *a, uint8_t choice)
{
	struct type_attr attrs[] = {{"a", &type_string, false},
				    {"b", &type_number, false},
				    {"c", &type_dynamic, false}};
	const struct type *const parts[] = {&type_string, &type_bool};

	switch (choice % 9) {
	case 0:
		return &type_dynamic;
	case 1:
		return &type_number;
	case 2:
		return &type_string;
	case 3:
		return type_list(a, &type_string);
	case 4:
		return type_set(a, type_list(a, &type_number));
	case 5:
		return type_map(a, &type_string);
	case 6:
		return type_tuple(a, arena_memdup(a, parts, sizeof(parts)), 2);
	case 7:
		return type_object(a, arena_memdup(a, attrs, sizeof(attrs)), 2);
	default:
		return type_object(a, arena_memdup(a, attrs, sizeof(attrs)), 3);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena a = ARENA_INIT((size_t)512 << 20);
	struct buf out = BUF_INIT((size_t)64 << 20);
	const struct value *v, *again;
	struct err e = ERR_INIT;
	const struct type *t;

	if (size == 0)
		return 0;
	t = type_of(&a, data[0]);
	if (ctypack_read(&a, t, data + 1, size - 1, &v, &e) == 0) {
		ctypack_write(&out, v, t);
		if (out.overflow || ctypack_read(&a, t, out.data, out.size, &again, &e) < 0 ||
		    !value_same(v, again))
			abort();
	}
	buf_release(&out);
	arena_release(&a);
	return 0;
}
