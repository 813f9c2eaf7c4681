/* Expressions: parsed, evaluated with known and unknown names in scope, and written as JSON. */
#include <stddef.h>
#include <stdint.h>

#include "runner/base/arena.h"
#include "runner/plan/hcl/eval.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void set_names(struct arena *a, struct scope *s)
{
	static const char *const names[] = {"u", "d", "s", "l", "m"};
	const struct value **values = arena_array(a, 5, sizeof(*values));
	const struct value **items = arena_array(a, 2, sizeof(*items));
	const char **keys = arena_array(a, 2, sizeof(*keys));

	values[0] = value_unknown(a, &type_string);
	values[1] = &value_dynamic;
	values[2] = value_mark(a, value_string(a, "secret"), VALUE_SENSITIVE);
	items[0] = value_int(a, 1);
	items[1] = value_int(a, 2);
	keys[0] = "a";
	keys[1] = "b";
	values[3] = value_set(a, &type_number, items, 2);
	values[4] = value_map(a, &type_number, keys, items, 2);
	s->names = names;
	s->values = values;
	s->count = 5;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena a = ARENA_INIT((size_t)2 << 30);
	const char *text = arena_strndup(&a, (const char *)data, size);
	const struct source *source = diag_source(&a, "f.tf", text, size);
	const struct eval_env env = {.dir_fd = -1};
	struct buf out = BUF_INIT(1 << 20);
	struct diags d = DIAGS_INIT(&a);
	struct eval ev = EVAL_INIT(&a, &d, &env);
	struct scope scope = {.parent = NULL};
	const struct value *v;

	set_names(&a, &scope);
	ev.steps = EVAL_STEPS_MAX - 20000;
	v = eval_expr(&ev, &scope, syntax_parse_expr(&a, source, &d));
	value_write_json(&out, v, true);
	v = eval_expr(&ev, &scope, syntax_parse_template(&a, source, &d));
	value_write_json(&out, v, false);
	buf_release(&out);
	arena_release(&a);
	return 0;
}
