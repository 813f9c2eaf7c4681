#include "tests/tap.h"

#include <signal.h>
#include <sys/wait.h>

#include "runner/base/fd.h"
#include "runner/launcher.h"

static struct sandbox_spec spec_of(const char *const *argv)
{
	struct sandbox_spec spec = SANDBOX_SPEC_INIT;

	spec.argv = argv;
	spec.image = SANDBOX_IMAGE_HOST;
	spec.profile = SANDBOX_FIXER;
	spec.layers.landlock = SANDBOX_PREFER;
	spec.layers.cgroup = SANDBOX_PREFER;
	return spec;
}

TEST(the_launcher_runs_one_sandbox_after_another)
{
	const char *const argv[] = {"sh", "-c", "echo $0 $NAME $TZ; exit 3", "zero", NULL};
	const char *const env[] = {"NAME=value", NULL};
	struct sandbox_spec spec = spec_of(argv);
	struct launcher *l = NULL;
	struct err e = ERR_INIT;

	CHECK_INT(launcher_start(&l, &e), 0);
	spec.env = env;
	spec.variation.timezone = "Asia/Tokyo";
	for (int i = 0; i < 3; i++) {
		struct arena a = ARENA_INIT(16 << 20);
		struct buf out = BUF_INIT(4096);
		struct sandbox_result r;

		CHECK_INT(fd_memfd("out", &spec.stdout_fd, &e), 0);
		CHECK_INT(launcher_run(l, &spec, &a, &r, &e), 0);
		CHECK_INT(r.exit_status, 3);
		CHECK(lseek(spec.stdout_fd, 0, SEEK_SET) == 0);
		CHECK_INT(fd_read_all(spec.stdout_fd, &out, "out", &e), 0);
		CHECK_STR(buf_text(&out), "zero value Asia/Tokyo\n");
		CHECK_INT(r.program_count, 1);
		CHECK_INT(r.varied_count, 1);
		CHECK_STR(r.varied[0].name, "TZ");
		CHECK_STR(r.profile, "fixer");
		fd_close(spec.stdout_fd);
		arena_release(&a);
	}
	launcher_stop(l);
}

TEST(an_error_comes_back_with_its_step)
{
	const char *const argv[] = {"no-such-program", NULL};
	struct sandbox_spec spec = spec_of(argv);
	struct arena a = ARENA_INIT(16 << 20);
	struct sandbox_result r;
	struct launcher *l = NULL;
	struct err e = ERR_INIT;

	CHECK_INT(launcher_start(&l, &e), 0);
	CHECK_INT(launcher_run(l, &spec, &a, &r, &e), -1);
	CHECK_INT(e.kind, ERR_SANDBOX);
	CHECK_STR(e.text, "program: no-such-program: No such file or directory");
	CHECK_STR(r.failed_step, "program");
	launcher_stop(l);
}
