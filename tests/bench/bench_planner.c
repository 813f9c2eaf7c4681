/*
 * How long a plan takes, the pack opened anew each time: 50 resources in 3 files (budget 5 ms) and
 * 5,000 in 200 files (500 ms), alone and with view and state; and 5,000 against a state, without
 * and with 200 moved blocks in a chain.
 */
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "runner/base/fd.h"
#include "runner/plan/jscan.h"
#include "runner/plan/planner.h"

static double now_ms(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

static void check(int result, const struct err *e)
{
	if (result < 0) {
		(void)fprintf(stderr, "bench_planner: %s\n", e->text);
		exit(1);
	}
}

static void write_workspace(int dir_fd, size_t resources, size_t files)
{
	for (size_t f = 0; f < files; f++) {
		struct buf text = BUF_INIT(1u << 20);
		struct err e = ERR_INIT;
		char name[32];

		if (f == 0)
			buf_addstr(
				&text,
				"variable \"env\" {\n  default = \"dev\"\n}\nlocals {\n  tags = { "
				"Env = var.env }\n}\n");
		for (size_t i = f; i < resources; i += files)
			buf_addf(&text,
				 i % 2 ? "resource \"aws_sqs_queue\" \"r%zu\" {\n  name = \"q-${"
					 "var.env}-%zu\"\n  kms_master_key_id = "
					 "aws_s3_bucket.r%zu.id\n  tags "
					 "= merge(local.tags, { N = \"x\" })\n}\n"
				       : "resource \"aws_s3_bucket\" \"r%zu\" {\n  bucket = "
					 "\"b-%zu\"\n  tags "
					 "= merge(local.tags, { N = \"%zu\" })\n}\n",
				 i, i, i % 2 ? i - 1 : i);
		(void)snprintf(name, sizeof(name), "f%zu.tf", f);
		check(fd_write_file(dir_fd, name, text.data, text.size, 0644, &e), &e);
		buf_release(&text);
	}
}

static void run(const char *pack_path, size_t resources, size_t files, const char *request,
		int rounds)
{
	char dir[] = "/tmp/bench_planner.XXXXXX";
	double best = 1e9;
	int dir_fd;
	struct err e = ERR_INIT;

	if (!mkdtemp(dir))
		exit(1);
	dir_fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	write_workspace(dir_fd, resources, files);
	for (int i = 0; i < rounds; i++) {
		struct arena a = ARENA_INIT((size_t)4 << 30);
		struct buf record = BUF_INIT(PLANNER_RECORD_MAX_BYTES);
		struct planner_input in = {dir_fd, NULL, 1, request, strlen(request)};
		double start = now_ms();
		int pack_fd = open(pack_path, O_RDONLY | O_CLOEXEC);
		struct pack pack;

		check(pack_map(pack_fd, pack_path, &a, &pack, &e), &e);
		in.packs = &pack;
		check(planner_run(&in, &a, &record, &e), &e);
		best = FP_MIN(best, now_ms() - start);
		if (i == rounds - 1)
			(void)printf("%5zu resources, %3zu files: %8.2f ms, %6.1f MiB, record of "
				     "%zu bytes%s\n",
				     resources, files, best, (double)a.used_bytes / 1048576,
				     record.size,
				     strstr(request, "true") ? ", with view and state" : "");
		fd_close(pack_fd);
		buf_release(&record);
		arena_release(&a);
	}
	fd_close(dir_fd);
	check(fd_remove_tree(AT_FDCWD, dir, &e), &e);
}

/* The root that calls the module of all resources by that name, with moves to it from m0. */
static void write_root(int dir_fd, size_t moves)
{
	struct buf text = BUF_INIT(1u << 20);
	struct err e = ERR_INIT;

	buf_addf(&text, "module \"m%zu\" {\n  source = \"./m\"\n}\n", moves);
	for (size_t i = 0; i < moves; i++)
		buf_addf(&text, "moved {\n  from = module.m%zu\n  to = module.m%zu\n}\n", i, i + 1);
	check(fd_write_file(dir_fd, "main.tf", text.data, text.size, 0644, &e), &e);
	buf_release(&text);
}

/* One plan with that request; the time that it took. */
static double plan(const char *pack_path, int dir_fd, const char *request, struct arena *a,
		   struct buf *record)
{
	struct planner_input in = {dir_fd, NULL, 1, request, strlen(request)};
	int pack_fd = open(pack_path, O_RDONLY | O_CLOEXEC);
	double start = now_ms();
	struct err e = ERR_INIT;
	struct pack pack;

	check(pack_map(pack_fd, pack_path, a, &pack, &e), &e);
	in.packs = &pack;
	check(planner_run(&in, a, record, &e), &e);
	fd_close(pack_fd);
	return now_ms() - start;
}

/* Resources that are there already, in a module that was renamed so many times. */
static void run_moved(const char *pack_path, size_t resources, size_t moves)
{
	char dir[] = "/tmp/bench_planner.XXXXXX";
	struct arena a = ARENA_INIT((size_t)4 << 30), b = ARENA_INIT((size_t)4 << 30);
	struct buf before = BUF_INIT(PLANNER_RECORD_MAX_BYTES);
	struct buf after = BUF_INIT(PLANNER_RECORD_MAX_BYTES);
	struct jscan_text state;
	int dir_fd, module_fd;
	struct err e = ERR_INIT;
	double took;

	if (!mkdtemp(dir))
		exit(1);
	dir_fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	check(mkdirat(dir_fd, "m", 0700), &e);
	module_fd = openat(dir_fd, "m", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	write_workspace(module_fd, resources, 1);
	write_root(dir_fd, 0);
	(void)plan(pack_path, dir_fd,
		   "{\"format\":\"fixproof-plan-request/1\",\"want_state\":true}", &a, &before);
	state = jscan_member(&a, (struct jscan_text){buf_text(&before), before.size}, "state");
	write_root(dir_fd, moves);
	took = plan(pack_path, dir_fd,
		    arena_printf(&a,
				 "{\"format\":\"fixproof-plan-request/1\",\"prior_state\":%.*s}",
				 (int)state.size, state.data),
		    &b, &after);
	(void)printf("%5zu resources of a state, %3zu moved blocks: %8.2f ms, %6.1f MiB\n",
		     resources, moves, took, (double)b.used_bytes / 1048576);
	fd_close(module_fd);
	fd_close(dir_fd);
	buf_release(&before);
	buf_release(&after);
	arena_release(&a);
	arena_release(&b);
	check(fd_remove_tree(AT_FDCWD, dir, &e), &e);
}

int main(void)
{
	static const char plain[] = "{\"format\":\"fixproof-plan-request/1\"}";
	static const char all[] =
		"{\"format\":\"fixproof-plan-request/1\",\"want_view\":true,\"want_state\":true}";
	const char *build = getenv("FIXPROOF_BUILD");
	char pack[4096];

	(void)snprintf(pack, sizeof(pack), "%s/packs/hashicorp-aws-5.100.0.pack",
		       build ? build : "build/release");
	run(pack, 50, 3, plain, 20);
	run(pack, 50, 3, all, 20);
	run(pack, 5000, 200, plain, 3);
	run(pack, 5000, 200, all, 3);
	run_moved(pack, 5000, 0);
	run_moved(pack, 5000, 200);
	return 0;
}
