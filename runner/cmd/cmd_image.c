/* fixproof image: root file systems for sandboxes. */
#include "runner/base/fd.h"
#include "runner/cmd/cmd.h"
#include "runner/image.h"

#define ARENA_BYTES (512U << 20)

struct values {
	const char *output;
};

static const struct opt options[] = {
	{"output", OPT_TEXT, offsetof(struct values, output), "DIR",
	 "where build puts it (images)"},
	OPT_END,
};

static void print_digest(const char *name, const struct sha256 *digest)
{
	char hex[SHA256_HEX_SIZE];

	sha256_hex(digest, hex);
	printf("%s sha256:%s\n", name, hex);
}

static int build(const struct values *v, const char *recipe, struct arena *a, struct err *e)
{
	struct sha256 digest;

	if (image_build(recipe, v->output ? v->output : "images", a, &digest, e) < 0)
		return -1;
	print_digest(recipe, &digest);
	return 0;
}

static int import(const char *archive, struct arena *a, struct err *e)
{
	struct image image;
	const char *cache;

	if (image_cache(a, &cache, e) < 0 || image_import(cache, archive, a, &image, e) < 0)
		return -1;
	print_digest(image.name, &image.tar);
	return 0;
}

static int list(struct arena *a, struct err *e)
{
	const char *cache, *const *names;
	struct err one = ERR_INIT;
	struct image image;
	size_t count;

	if (image_cache(a, &cache, e) < 0 || image_list(cache, a, &names, &count, e) < 0)
		return -1;
	for (size_t i = 0; i < count; i++) {
		if (image_find(cache, names[i], a, &image, &one) == 0) {
			print_digest(names[i], &image.tar);
			continue;
		}
		printf("%s unusable: %s\n", names[i], one.text);
		err_clear(&one);
	}
	return 0;
}

static int run(int argc, char **argv)
{
	FP_CLEANUP(arena_release) struct arena a = ARENA_INIT(ARENA_BYTES);
	struct values v = {.output = NULL};
	struct err e = ERR_INIT;
	int operands, r;

	if (opt_parse(options, argc, argv, false, &v, &operands, &e) < 0)
		return cmd_fail("image", &e);
	if (operands == 2 && strcmp(argv[1], "build") == 0)
		r = build(&v, argv[2], &a, &e);
	else if (operands == 2 && strcmp(argv[1], "import") == 0)
		r = import(argv[2], &a, &e);
	else if (operands == 1 && strcmp(argv[1], "list") == 0)
		r = list(&a, &e);
	else
		r = err_set(&e, ERR_USAGE, "build RECIPE, import FILE or list; see --help");
	return r < 0 ? cmd_fail("image", &e) : CMD_VERIFIED;
}

const struct cmd cmd_image = {
	.name = "image",
	.command =
		{
			.usage = "[options] build RECIPE | import FILE | list",
			.summary = "make and keep root file systems",
			.options = options,
		},
	.run = run,
};
