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
	spec.layers.landlock = SANDBOX_PREFER;
	spec.layers.cgroup = SANDBOX_PREFER;
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

/* --- trees ------------------------------------------------------------------------------------- */

static int begin_tree(struct treestream_writer *w)
{
	struct err e = ERR_INIT;
	int fd;

	CHECK_INT(fd_memfd("tree", &fd, &e), 0);
	CHECK_INT(treestream_begin(w, fd, &e), 0);
	return fd;
}

static void add(struct treestream_writer *w, enum treestream_type type, const char *path,
		const char *content)
{
	struct err e = ERR_INIT;

	CHECK_INT(treestream_entry(w, type, path, strlen(content), &e), 0);
	CHECK_INT(treestream_content(w, content, strlen(content), &e), 0);
}

static void end_tree(struct treestream_writer *w)
{
	struct err e = ERR_INIT;

	CHECK_INT(treestream_end(w, &e), 0);
}

/* "f a.txt 5\nd sub 0\n...", sorted, so that the order of entries does not matter. */
static int compare_lines(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static const char *list_tree(int fd, struct arena *a)
{
	static struct treestream_reader r;
	static struct treestream_entry entry;
	static const char letters[] = "fxld";
	struct buf out = BUF_INIT(1 << 20);
	struct err e = ERR_INIT;
	const char *lines[1000];
	size_t count = 0;
	char data[64];

	CHECK(lseek(fd, 0, SEEK_SET) == 0);
	CHECK_INT(treestream_open(&r, fd, &e), 0);
	while (treestream_next(&r, &entry, &e) == 1) {
		size_t n = 0;

		memset(data, 0, sizeof(data));
		CHECK_INT(treestream_read(&r, data, sizeof(data) - 1, &n, &e), 0);
		CHECK(count < 1000);
		lines[count++] = arena_printf(a, "%c %s %s\n", letters[entry.type], entry.path, data);
	}
	CHECK_STR(e.text, "");
	qsort(lines, count, sizeof(*lines), compare_lines);
	for (size_t i = 0; i < count; i++)
		buf_addstr(&out, lines[i]);
	return arena_strdup(a, buf_text(&out));
}

static void shell_on_tree(struct outcome *o, int in, int *ret_out, const char *script)
{
	const char *const argv[] = {"sh", "-c", script, NULL};
	struct sandbox_spec spec = host_spec(argv);
	struct err e = ERR_INIT;

	CHECK_INT(fd_memfd("left", ret_out, &e), 0);
	spec.workspace_in = in;
	spec.workspace_out = *ret_out;
	run(o, &spec);
}

TEST(a_tree_goes_in_and_what_is_left_comes_out)
{
	struct treestream_writer w;
	struct outcome o;
	int in = begin_tree(&w), out;

	add(&w, TREESTREAM_FILE, "a.txt", "old");
	add(&w, TREESTREAM_EXECUTABLE, "bin/probe", "#!/bin/sh\necho probed $1\n");
	add(&w, TREESTREAM_LINK, "bin/link", "probe");
	add(&w, TREESTREAM_DIRECTORY, "empty", "");
	end_tree(&w);
	shell_on_tree(&o, in, &out, "echo new > a.txt; ./bin/link 3; mkdir -p x/y; rm -r empty");
	CHECK_STR(o.e.text, "");
	CHECK_STR(buf_text(&o.out), "probed 3\n");
	CHECK(o.r.tree_collected);
	CHECK_STR(list_tree(out, &o.a), "d bin \nd x \nd x/y \nf a.txt new\n\nl bin/link probe\n"
					 "x bin/probe #!/bin/sh\necho probed $1\n\n");
}

TEST(what_a_tree_cannot_hold_is_dropped_by_name)
{
	struct outcome o;
	int out;

	shell_on_tree(&o, -1, &out,
		      "mkfifo fifo; ln -s /etc/passwd abs; mkdir d; ln -s ../../x d/up; "
		      "ln -s ../ok d/fine; touch ok; cp /bin/true su; chmod u+s su; "
		      "touch \"$(printf 'new\\nline')\" \"$(printf 'bad\\377')\"; "
		      "truncate -s 900M sparse; true");
	CHECK_STR(o.e.text, "");
	CHECK_INT(o.r.exit_status, 0);
	CHECK_STR(list_tree(out, &o.a), "d d \nf ok \nl d/fine ../ok\n");
	CHECK_INT(o.r.dropped_total, 7);
	CHECK_INT(o.r.dropped_count, 7);
}
