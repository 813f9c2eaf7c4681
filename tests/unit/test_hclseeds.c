/* The corpora of the language layer's fuzz targets, run once each in every build. */
#include "tests/tap.h"

#include <dirent.h>
#include <fcntl.h>

#include "runner/base/arena.h"
#include "runner/base/fd.h"

#define LLVMFuzzerTestOneInput seeds_native
#define write_all seeds_write_all
#include "tests/fuzz/fuzz_hcl.c"
#undef LLVMFuzzerTestOneInput
#define LLVMFuzzerTestOneInput seeds_json
#include "tests/fuzz/fuzz_hcljson.c"
#undef LLVMFuzzerTestOneInput
#define LLVMFuzzerTestOneInput seeds_expr
#include "tests/fuzz/fuzz_hclexpr.c"
#undef LLVMFuzzerTestOneInput
#define LLVMFuzzerTestOneInput seeds_number
#include "tests/fuzz/fuzz_number.c"
#undef LLVMFuzzerTestOneInput
#define LLVMFuzzerTestOneInput seeds_yaml
#include "tests/fuzz/fuzz_yaml.c"
#undef LLVMFuzzerTestOneInput

typedef int target_fn(const uint8_t *data, size_t size);

static size_t run_corpus(const char *name, target_fn *target)
{
	const char *root = getenv("FIXPROOF_SOURCE");
	char path[4096];
	struct dirent *d;
	size_t count = 0;
	DIR *dir;

	(void)snprintf(path, sizeof(path), "%s/tests/fuzz/corpus/%s", root ? root : ".", name);
	dir = opendir(path);
	if (!dir)
		tap_fail(__FILE__, __LINE__, "%s cannot be opened", path);
	while ((d = readdir(dir)) != NULL) {
		FP_CLEANUP(buf_release) struct buf data = BUF_INIT(1 << 20);
		struct err e = ERR_INIT;

		if (d->d_name[0] == '.')
			continue;
		tap_row("%s/%s", name, d->d_name);
		if (fd_read_file(dirfd(dir), d->d_name, false, &data, &e) < 0)
			tap_fail(__FILE__, __LINE__, "%s", e.text);
		(void)target((const uint8_t *)buf_text(&data), data.size);
		count++;
	}
	(void)closedir(dir);
	return count;
}

TEST(no_seed_of_any_target_ends_the_process)
{
	CHECK(run_corpus("fuzz_hcl", seeds_native) >= 3);
	CHECK(run_corpus("fuzz_hcljson", seeds_json) >= 2);
	CHECK(run_corpus("fuzz_hclexpr", seeds_expr) >= 40);
	CHECK(run_corpus("fuzz_number", seeds_number) >= 5);
	CHECK(run_corpus("fuzz_yaml", seeds_yaml) >= 2);
}
