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
	{"{standard: S, version: '5', source: s, complete: true, ids: [b, a], withdrawn: [a]}\n",
	 "c.yaml:1:81: withdrawn[0]: \"a\" is there twice"},
	{"{standard: S, version: '5', source: s, complete: true, ids: [a], withdrawn: []}\n",
	 "c.yaml:1:77: withdrawn: \"withdrawn\" must be a list of 1 to 5000"},
	{"{standard: S, version: '5', source: s, complete: true, ids: [a], statements: shut}\n",
	 "c.yaml:1:78: statements: must be open, or left out"},
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
	struct arena a = ARENA_INIT((size_t)1 << 30);
	struct err e = ERR_INIT;

	for (size_t i = 0; i < policy_builtin_count; i++) {
		const struct policy_builtin *b = &policy_builtins[i];
		const struct policy *p;

		CHECK_INT(policy_parse(b->file, b->text, b->tests_at, &a, &p, &e), 0);
		for (size_t k = 0; k < p->control_count; k++) {
			const struct policy_control *m = &p->controls[k];
			const struct catalogue *c;

			tap_row("%s: %s %s %s", p->id, m->standard, m->version, m->id);
			CHECK_INT(catalogue_read(m->standard, m->version, &a, &c, &e), 0);
			CHECK(c != NULL);
			CHECK_INT(catalogue_ask(c, m->id, &a), CATALOGUE_HAS);
			CHECK(m->source != NULL);
		}
	}
	arena_release(&a);
}

/* Each family of NIST 800-53 at its bounds, and letters, which are not all listed. */
TEST(what_a_catalogue_answers_at_its_bounds)
{
	static const struct {
		const char *standard, *version, *id;
		enum catalogue_answer answer;
	} rows[] = {
		{"NIST 800-53", "r5", "AC-1", CATALOGUE_HAS},
		{"NIST 800-53", "r5", "AC-25", CATALOGUE_HAS},
		{"NIST 800-53", "r5", "AC-26", CATALOGUE_HAS_NOT},
		{"NIST 800-53", "r5", "AC-0", CATALOGUE_HAS_NOT},
		{"NIST 800-53", "r5", "AC-250", CATALOGUE_HAS_NOT},
		{"NIST 800-53", "r5", "AC-4(32)", CATALOGUE_HAS},
		{"NIST 800-53", "r5", "AC-4(33)", CATALOGUE_HAS_NOT},
		{"NIST 800-53", "r5", "AC-3(1)", CATALOGUE_WITHDRAWN},
		{"NIST 800-53", "r5", "AC-3(2)", CATALOGUE_HAS},
		{"NIST 800-53", "r5", "AC-13", CATALOGUE_WITHDRAWN},
		{"NIST 800-53", "r5", "AC-13a", CATALOGUE_WITHDRAWN},
		{"NIST 800-53", "r5", "AU-16(3)", CATALOGUE_HAS},
		{"NIST 800-53", "r5", "AU-16(4)", CATALOGUE_HAS_NOT},
		{"NIST 800-53", "r5", "CP-1(2)", CATALOGUE_HAS_NOT},
		{"NIST 800-53", "r5", "IA-13(3)", CATALOGUE_HAS},
		{"NIST 800-53", "r5", "IA-13(4)", CATALOGUE_HAS_NOT},
		{"NIST 800-53", "r5", "PM-32", CATALOGUE_HAS},
		{"NIST 800-53", "r5", "PM-33", CATALOGUE_HAS_NOT},
		{"NIST 800-53", "r5", "PT-8", CATALOGUE_HAS},
		{"NIST 800-53", "r5", "PT-9", CATALOGUE_HAS_NOT},
		{"NIST 800-53", "r5", "SA-24", CATALOGUE_HAS},
		{"NIST 800-53", "r5", "SC-51", CATALOGUE_HAS},
		{"NIST 800-53", "r5", "SC-52", CATALOGUE_HAS_NOT},
		{"NIST 800-53", "r5", "SI-23", CATALOGUE_HAS},
		{"NIST 800-53", "r5", "SR-12", CATALOGUE_HAS},
		{"NIST 800-53", "r5", "SR-13", CATALOGUE_HAS_NOT},
		{"NIST 800-53", "r5", "AP-1", CATALOGUE_HAS_NOT},
		{"NIST 800-53", "r5", "ac-2", CATALOGUE_HAS_NOT},
		{"NIST 800-53", "r5", "AC-02", CATALOGUE_HAS_NOT},
		{"NIST 800-53", "r5", "AC-2d.1", CATALOGUE_HAS},
		{"NIST 800-53", "r5", "AC-2a", CATALOGUE_OPEN},
		{"NIST 800-53", "r5", "AC-2(3)(a)", CATALOGUE_HAS},
		{"NIST 800-53", "r5", "AC-2(12)(a)", CATALOGUE_OPEN},
		{"NIST 800-53", "r5", "AC-2(a)", CATALOGUE_HAS_NOT},
		{"NIST 800-53", "r5", "AC-2(3)a", CATALOGUE_HAS_NOT},
		{"NIST 800-53", "r5", "AC-2(3", CATALOGUE_HAS_NOT},
		{"NIST 800-53", "r5", "", CATALOGUE_HAS_NOT},
		{"CIS AWS Foundations Benchmark", "5.0.0", "5.7", CATALOGUE_HAS},
		{"CIS AWS Foundations Benchmark", "5.0.0", "5.8", CATALOGUE_HAS_NOT},
		{"CIS AWS Foundations Benchmark", "5.0.0", "5.7a", CATALOGUE_HAS_NOT},
		{"PCI DSS", "4.0", "99.1", CATALOGUE_OPEN},
	};
	struct arena a = ARENA_INIT((size_t)1 << 30);
	struct err e = ERR_INIT;

	for (size_t i = 0; i < FP_ARRAY_SIZE(rows); i++) {
		const struct catalogue *c;

		tap_row("%s %s %s", rows[i].standard, rows[i].version, rows[i].id);
		CHECK_INT(catalogue_read(rows[i].standard, rows[i].version, &a, &c, &e), 0);
		CHECK(c != NULL);
		CHECK_INT(catalogue_ask(c, rows[i].id, &a), rows[i].answer);
	}
	arena_release(&a);
}

TEST(each_catalogue_is_found_by_its_standard_and_version)
{
	struct arena a = ARENA_INIT((size_t)1 << 26);
	const struct catalogue *c, *found;
	struct err e = ERR_INIT;

	for (size_t i = 0; i < catalogue_builtin_count; i++) {
		const struct policy_builtin *b = &catalogue_builtins[i];

		tap_row("%s", b->file);
		CHECK_INT(catalogue_parse(b->file, b->text, b->size, &a, &c, &e), 0);
		CHECK_INT(catalogue_read(c->standard, c->version, &a, &found, &e), 0);
		CHECK(found != NULL);
		CHECK(sha256_equal(&found->digest, &c->digest));
	}
	CHECK_INT(catalogue_read("SOC 2", "1", &a, &found, &e), 0);
	CHECK(!found);
	arena_release(&a);
}
