#include "tests/tap.h"

#include "policies/catalogue.h"

static const struct {
	const char *text, *message;
} refused[] = {
	{"[]\n", "c.yaml:1:1: must be a mapping, not a list"},
	{"{}\n", "c.yaml:1:1: \"standard\" is missing"},
	{"{standard: S, version: 5, source: s, complete: true, ids: [a]}\n",
	 "c.yaml:1:24: version: must be a text that is not empty"},
	{"{standard: S, version: '5', source: s, complete: true, ids: []}\n",
	 "c.yaml:1:61: ids: \"ids\" must be a list of 1 to 5000"},
	{"{standard: S, version: '5', source: s, complete: true, ids: [a, a]}\n",
	 "c.yaml:1:65: ids[1]: \"a\" is there twice"},
	{"{standard: S, version: '5', source: s, complete: maybe, ids: [a]}\n",
	 "c.yaml:1:50: complete: \"complete\" must be true or false"},
	{"{standard: S, version: '5', source: s, complete: true, ids: [a], more: 1}\n",
	 "c.yaml:1:72: more: unknown key"},
};

TEST(a_fault_in_a_catalogue_is_told_with_file_line_and_key)
{
	for (size_t i = 0; i < FP_ARRAY_SIZE(refused); i++) {
		struct arena a = ARENA_INIT((size_t)1 << 24);
		const struct catalogue *c;
		struct err e = ERR_INIT;

		tap_row("%s", refused[i].text);
		CHECK_INT(catalogue_parse("c.yaml", refused[i].text, strlen(refused[i].text), &a,
					  &c, &e),
			  -1);
		CHECK_STR(e.text, refused[i].message);
		arena_release(&a);
	}
}

/* A standard and version that a catalogue is of; the others cannot be checked. */
TEST(every_control_that_a_policy_maps_to_is_in_its_catalogue)
{
	struct arena a = ARENA_INIT((size_t)1 << 26);
	const struct catalogue *const *list;
	struct err e = ERR_INIT;
	size_t count;

	CHECK_INT(catalogue_read_all(&a, &list, &count, &e), 0);
	for (size_t i = 0; i < policy_builtin_count; i++) {
		const struct policy_builtin *b = &policy_builtins[i];
		const struct policy *p;

		CHECK_INT(policy_parse(b->file, b->text, b->tests_at, &a, &p, &e), 0);
		for (size_t k = 0; k < p->control_count; k++) {
			const struct policy_control *m = &p->controls[k];
			const struct catalogue *c =
				catalogue_find(list, count, m->standard, m->version);

			tap_row("%s: %s %s %s", p->id, m->standard, m->version, m->id);
			CHECK(c != NULL);
			CHECK(catalogue_has(c, m->id));
			CHECK(m->source != NULL);
		}
	}
	arena_release(&a);
}
