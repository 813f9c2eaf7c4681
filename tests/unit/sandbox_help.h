/* Runs one sandbox and keeps what came back; for the tests of the sandbox. */
#ifndef TESTS_UNIT_SANDBOX_HELP_H
#define TESTS_UNIT_SANDBOX_HELP_H

#include "tests/tap.h"

#include "runner/base/fd.h"
#include "sandbox/sandbox.h"

struct outcome {
	struct arena a;
	struct err e;
	struct sandbox_result r;
	struct buf out, err;
	int status;
};

static struct outcome kept[1000];
static size_t kept_count; /* of kept */

static inline void read_back(int fd, struct buf *b)
{
	struct err e = ERR_INIT;

	CHECK(lseek(fd, 0, SEEK_SET) == 0);
	CHECK_INT(fd_read_all(fd, b, "output", &e), 0);
}

static inline void run(struct outcome *o, struct sandbox_spec *spec)
{
	struct err e = ERR_INIT;

	*o = (struct outcome){.a = ARENA_INIT(64 << 20),
			      .e = ERR_INIT,
			      .out = BUF_INIT(32 << 20),
			      .err = BUF_INIT(32 << 20)};
	CHECK_INT(fd_memfd("out", &spec->stdout_fd, &e), 0);
	CHECK_INT(fd_memfd("err", &spec->stderr_fd, &e), 0);
	o->status = sandbox_run(spec, &o->a, &o->r, &o->e);
	read_back(spec->stdout_fd, &o->out);
	read_back(spec->stderr_fd, &o->err);
	fd_close(spec->stdout_fd);
	fd_close(spec->stderr_fd);
	/* Whoever looks for leaks finds here what a test still holds when it ends. */
	kept[kept_count++ % FP_ARRAY_SIZE(kept)] = *o;
}

static inline struct sandbox_spec host_spec(const char *const *argv)
{
	struct sandbox_spec spec = SANDBOX_SPEC_INIT;

	spec.argv = argv;
	spec.image = SANDBOX_IMAGE_HOST;
	spec.profile = SANDBOX_FIXER;
	spec.layers.landlock = SANDBOX_PREFER;
	spec.layers.cgroup = SANDBOX_PREFER;
	return spec;
}

static inline void shell(struct outcome *o, const char *script)
{
	const char *const argv[] = {"sh", "-c", script, NULL};
	struct sandbox_spec spec = host_spec(argv);

	run(o, &spec);
}

#endif
