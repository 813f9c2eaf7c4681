/* What is not decided is refused by name and place; and nothing hostile takes long. */
#include "tests/tap.h"

#include <string.h>
#include <time.h>

#include "runner/base/arena.h"
#include "runner/plan/hcl/eval.h"

static const char *first_told(struct arena *a, const char *text)
{
	const struct source *s = diag_source(a, "m.tf", text, strlen(text));
	FP_CLEANUP(buf_release) struct buf out = BUF_INIT(1 << 20);
	const struct eval_env env = {.dir_fd = -1};
	struct diags d = DIAGS_INIT(a);
	struct eval ev = EVAL_INIT(a, &d, &env);
	const struct expr *e = syntax_parse_expr(a, s, &d);
	const char *end;

	if (d.failures == 0)
		(void)eval_expr(&ev, NULL, e);
	if (d.count == 0)
		return "nothing";
	diag_write(&out, &d.list[0]);
	end = strchr(buf_text(&out), '\n');
	return arena_strndup(a, buf_text(&out), (size_t)(end - buf_text(&out)));
}

TEST(what_is_not_supported_is_refused_by_name_and_place)
{
	static const struct {
		const char *expression, *message;
	} rows[] = {
		{"1 + 1 / 0",
		 "m.tf:1:5: unsupported: Infinite number: A result that is infinite or "
		 "has too large an exponent is not supported."},
		{"[base64gzip(\"a\")]", "m.tf:1:2: unsupported: Function base64gzip: Call to "
					"function \"base64gzip\" failed: "
					"compressed bytes that are equal to Go's cannot be made."},
		{"rsadecrypt(\"a\", \"b\")", "m.tf:1:1: unsupported: Function rsadecrypt: Call to "
					     "function \"rsadecrypt\" failed: "
					     "decryption with a private key."},
		{"plantimestamp()", "m.tf:1:1: unsupported: Function plantimestamp: Call to "
				    "function \"plantimestamp\" "
				    "failed: the time of the plan is not given."},
		{"log(10, 1)",
		 "m.tf:1:1: unsupported: Function log: Call to function \"log\" failed: "
		 "an infinite result."},
		{"log(5, 0)",
		 "m.tf:1:1: unsupported: Function log: Call to function \"log\" failed: "
		 "a zero below zero."},
		{"log(-1, 0)", "m.tf:1:1: error: Error in function call: Call to function \"log\" "
			       "failed: the result is not a number."},
		{"log(1, 1)", "m.tf:1:1: error: Error in function call: Call to function \"log\" "
			      "failed: the result is not a number."},
		{"pow(2, 0.3)",
		 "m.tf:1:1: unsupported: Function pow: Call to function \"pow\" failed: "
		 "a power that is no whole number."},
		{"provider::aws::arn_parse(\"a\")",
		 "m.tf:1:1: unsupported: Function provider::aws::arn_parse: Functions of providers "
		 "are "
		 "not supported."},
		{"regex(\"(a*)*\", \"b\")", "m.tf:1:1: unsupported: Function regex: Call to "
					    "function \"regex\" failed: the regular "
					    "expression (a*)*: repeating what may be empty."},
		{"regex(\"\\\\p{Tibetan}\", \"b\")",
		 "m.tf:1:1: unsupported: Function regex: Call to function \"regex\" failed: the "
		 "regular "
		 "expression \\p{Tibetan}: this character class."},
		{"file(\"a\")", "m.tf:1:1: unsupported: Function file: Call to function \"file\" "
				"failed: there are no files here."},
		{"yamldecode(\"a: !x b\")", "m.tf:1:1: unsupported: Function yamldecode: Call to "
					    "function \"yamldecode\" failed: "
					    "the tag \"!x\" here."},
		{"\"\\u0000\"",
		 "m.tf:1:2: unsupported: NUL character: The character U+0000 in a string "
		 "is not supported."},
		{"textencodebase64(\"a\", \"koi8-r\")",
		 "m.tf:1:1: unsupported: Function textencodebase64: Call to function "
		 "\"textencodebase64\" failed: the encoding \"koi8-r\"."},
		{"1e999999",
		 "m.tf:1:1: limit: Number too large: A number of this size is not accepted."},
		{"try(log(10, 1), 1)", "m.tf:1:5: unsupported: Function log: Call to function "
				       "\"log\" failed: an infinite result."},
		{"false ? log(10, 1) : 1", "m.tf:1:9: unsupported: Function log: Call to function "
					   "\"log\" failed: an infinite result."},
		{"x.y", "m.tf:1:1: error: Variables not allowed: Variables may not be used here."},
		{"nosuch(1)",
		 "m.tf:1:1: error: Call to unknown function: There is no function named "
		 "\"nosuch\"."},
	};

	for (size_t i = 0; i < FP_ARRAY_SIZE(rows); i++) {
		struct arena a = ARENA_INIT((size_t)64 << 20);

		tap_row("%s", rows[i].expression);
		CHECK_STR(first_told(&a, rows[i].expression), rows[i].message);
		arena_release(&a);
	}
}

static double cpu_ms(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

/* The piece count times, with its number in place of each "#". */
static const char *repeated(struct arena *a, const char *before, const char *piece, size_t count,
			    const char *after)
{
	FP_CLEANUP(buf_release) struct buf out = BUF_INIT((size_t)64 << 20);

	buf_addstr(&out, before);
	for (size_t i = 0; i < count; i++) {
		for (const char *p = piece; *p != '\0'; p++) {
			if (*p == '#')
				buf_addf(&out, "%zu", i);
			else
				buf_addch(&out, *p);
		}
	}
	buf_addstr(&out, after);
	return arena_strdup(a, buf_text(&out));
}

TEST(nothing_hostile_takes_long)
{
	static const struct {
		const char *before, *piece, *after;
		size_t count;
	} rows[] = {
		{"tolist([", "{ a# = 1 },", "])", 5000},
		{"tolist([", "[{ a# = 1 }],", "])", 2000},
		{"distinct([", "\"k#\",", "])", 50000},
		{"toset([", "#,", "])", 50000},
		{"toset([", "{ a = # },", "])", 20000},
		{"setintersection([1, 2], [", "#,", "])", 50000},
		{"{", "k# = 1,", "}", 100000},
		{"merge({", "k# = 1,", "}, { a = 2 })", 100000},
		{"regex(\"(x+x+)+y\", \"", "x", "\")", 40},
		{"regex(\"", "(a|b#)", "\", \"aaaa\")", 100},
		{"yamldecode(\"", "a#: [", "\")", 1000},
		{"jsondecode(\"", "[", "\")", 100000},
		{"yamldecode(\"- &a0 [x]\\n", "- &b# [*a0, *a0]\\n", "\")", 5000},
		{"\"", "${1}#", "\"", 50000},
		{"setproduct([1,2,3,4,5,6,7,8,9,10],", "[1,2,3,4,5,6,7,8,9,10],",
		 "[1,2,3,4,5,6,7,8,9,10])", 8},
		{"join(\"\", [for a in range(1000) : [for b in range(1000) : ", "b + # +", "1]])",
		 5},
	};

	for (size_t i = 0; i < FP_ARRAY_SIZE(rows); i++) {
		struct arena a = ARENA_INIT((size_t)3 << 30);
		double start = cpu_ms();
		const char *text =
			repeated(&a, rows[i].before, rows[i].piece, rows[i].count, rows[i].after);

		tap_row("%s…", rows[i].before);
		(void)first_told(&a, text);
		printf("# %7.1f ms %6zu KiB %s\n", cpu_ms() - start, a.used_bytes / 1024,
		       rows[i].before);
#if !defined(__SANITIZE_ADDRESS__)
		CHECK(cpu_ms() - start < 3000);
#endif
		arena_release(&a);
	}
}
