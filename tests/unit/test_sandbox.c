#include "tests/tap.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "runner/base/fd.h"
#include "runner/base/treestream.h"
#include "sandbox/sandbox.h"

struct outcome {
	struct arena a;
	struct err e;
	struct sandbox_result r;
	struct buf out, err;
	int status;
};

static void read_back(int fd, struct buf *b)
{
	struct err e = ERR_INIT;

	CHECK(lseek(fd, 0, SEEK_SET) == 0);
	CHECK_INT(fd_read_all(fd, b, "output", &e), 0);
}

static void run(struct outcome *o, struct sandbox_spec *spec)
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
}

static struct sandbox_spec host_spec(const char *const *argv)
{
	struct sandbox_spec spec = SANDBOX_SPEC_INIT;

	spec.argv = argv;
	spec.image = SANDBOX_IMAGE_HOST;
	spec.profile = SANDBOX_FIXER;
	return spec;
}

static void shell(struct outcome *o, const char *script)
{
	const char *const argv[] = {"sh", "-c", script, NULL};
	struct sandbox_spec spec = host_spec(argv);

	run(o, &spec);
}

TEST(a_program_runs_and_its_output_and_status_come_back)
{
	struct outcome o;

	shell(&o, "echo hello; echo there >&2; exit 7");
	CHECK_STR(o.e.text, "");
	CHECK_INT(o.status, 0);
	CHECK_STR(buf_text(&o.out), "hello\n");
	CHECK_STR(buf_text(&o.err), "there\n");
	CHECK_INT(o.r.end, SANDBOX_EXITED);
	CHECK_INT(o.r.exit_status, 7);
	CHECK_INT(o.r.refusal_total, 0);
}
