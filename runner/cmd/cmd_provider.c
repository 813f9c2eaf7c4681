/*
 * fixproof provider: what packs know, and recording a new one.  Packs and providers are read by the
 * worker in a sandbox; here are only the descriptors, the progress and what is printed.
 */
#include "runner/cmd/cmd.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <zstd.h>

#include "runner/base/fd.h"
#include "runner/base/json.h"
#include "runner/base/sha256.h"
#include "runner/base/utf8.h"
#include "runner/launcher.h"
#include "runner/locate.h"

#define ARENA_BYTES ((size_t)1 << 30)
#define OUTPUT_MAX_BYTES ((size_t)256 << 20)
#define FIRST_FD 10
#define BINARY_INSIDE "/provider"
#define RECORD_WALL_MS (4UL * 3600 * 1000)
#define RECORD_MEMORY_BYTES ((uint64_t)6 << 30)
#define PROGRESS_MS 500

struct values {
	const char *types, *address, *version, *output;
};

static const struct opt options[] = {
	{"types", OPT_TEXT, offsetof(struct values, types), "LIST",
	 "record only these types, with commas [all]"},
	{"address", OPT_TEXT, offsetof(struct values, address), "ADDRESS",
	 "of the provider [by the name of the binary]"},
	{"version", OPT_TEXT, offsetof(struct values, version), "VERSION",
	 "of the provider [by the name of the binary]"},
	{"output", OPT_TEXT, offsetof(struct values, output), "FILE",
	 "the pack; compressed if it ends in .zst"},
	OPT_END,
};

struct tools {
	int worker;
	struct locate_packs packs;
	struct launcher *launcher;
};

static void close_tools(struct tools *t)
{
	launcher_stop(t->launcher);
	fd_close(t->worker);
	locate_packs_close(&t->packs);
}

static int open_tools(struct tools *t, struct arena *a, struct err *e)
{
	if (locate_program("fixproof-worker", &t->worker, e) < 0)
		return -1;
	return locate_packs(a, &t->packs, e) < 0 || launcher_start(&t->launcher, e) < 0 ? -1 : 0;
}

/* --- the worker ------------------------------------------------------------------------------ */

static struct sandbox_spec worker_spec(const struct tools *t, const char *const *argv)
{
	struct sandbox_spec spec = SANDBOX_SPEC_INIT;

	spec.layers = (struct sandbox_layers){.landlock = SANDBOX_PREFER, .cgroup = SANDBOX_PREFER};
	spec.argv = argv;
	spec.exec_fd = t->worker;
	spec.profile = SANDBOX_PLANNER;
	spec.limits.output_bytes = OUTPUT_MAX_BYTES;
	return spec;
}

static int read_back(int fd, struct buf *out, struct err *e)
{
	if (lseek(fd, 0, SEEK_SET) < 0)
		return err_sys(e, "output");
	return fd_read_all(fd, out, "output", e);
}

/* What the worker said in its last words is the reason. */
static int judge_end(const struct sandbox_result *r, int errors, struct err *e)
{
	FP_CLEANUP(buf_release) struct buf text = BUF_INIT(65536);
	FP_CLEANUP(buf_release) struct buf visible = BUF_INIT(65536 * 8);

	if (r->end == SANDBOX_EXITED && r->exit_status == 0)
		return 0;
	if (r->end != SANDBOX_EXITED)
		return err_set(e, ERR_LIMIT, "the worker was ended (%s, limit %s)",
			       sandbox_end_name(r->end), sandbox_limit_name(r->limit));
	if (read_back(errors, &text, e) < 0)
		return -1;
	while (text.size && text.data[text.size - 1] == '\n')
		text.size--;
	utf8_add_visible(&visible, buf_text(&text), text.size, false);
	return err_set(e, ERR_PEER, "%s", text.size ? buf_text(&visible) : "the worker failed");
}

/* Runs it and gives what it printed. */
static int ask(const struct tools *t, struct sandbox_spec *spec, struct arena *a, struct buf *out,
	       struct err *e)
{
	FP_CLEANUP(fd_cleanup) int output = -1;
	FP_CLEANUP(fd_cleanup) int errors = -1;
	struct sandbox_result r = {.end = SANDBOX_EXITED};

	if (fd_memfd("output", &output, e) < 0 || fd_memfd("errors", &errors, e) < 0)
		return -1;
	spec->stdout_fd = output;
	spec->stderr_fd = errors;
	if (launcher_run(t->launcher, spec, a, &r, e) < 0 || judge_end(&r, errors, e) < 0)
		return -1;
	return read_back(output, out, e);
}

/* --- list, show ------------------------------------------------------------------------------ */

static int show(const char *type, struct arena *a, struct err *e)
{
	FP_CLEANUP(close_tools) struct tools t = {.worker = -1};
	FP_CLEANUP(buf_release) struct buf out = BUF_INIT(OUTPUT_MAX_BYTES);
	FP_CLEANUP(buf_release) struct buf visible = BUF_INIT(OUTPUT_MAX_BYTES);
	struct sandbox_fd fds[LOCATE_PACKS_MAX];
	const char *argv[5 + 2 * LOCATE_PACKS_MAX] = {"fixproof-worker", "packs"};
	struct sandbox_spec spec;
	size_t n = 2;

	if (open_tools(&t, a, e) < 0)
		return -1;
	for (size_t i = 0; i < t.packs.count; i++) {
		fds[i] = (struct sandbox_fd){t.packs.rows[i].fd, FIRST_FD + (int)i};
		argv[n++] = "--pack";
		argv[n++] = arena_printf(a, "%d", FIRST_FD + (int)i);
	}
	if (type) {
		argv[n++] = "--type";
		argv[n++] = type;
	}
	argv[n] = NULL;
	spec = worker_spec(&t, argv);
	spec.fds = fds;
	spec.fd_count = t.packs.count;
	if (ask(&t, &spec, a, &out, e) < 0)
		return -1;
	utf8_add_visible(&visible, buf_text(&out), out.size, true);
	(void)fwrite(buf_text(&visible), 1, visible.size, stdout);
	return 0;
}

/* --- record ---------------------------------------------------------------------------------- */

struct recording {
	const struct values *values;
	const char *binary, *address, *version, *output, *journal;
	int binary_fd, journal_fd;
	struct sha256 digest;
	bool host; /* the binary needs libraries of the host */
};

static void close_recording(struct recording *r)
{
	fd_close(r->binary_fd);
	fd_close(r->journal_fd);
}

/* terraform-provider-NAME_vVERSION, perhaps with _xN behind it */
static int read_name(struct recording *r, struct arena *a, struct err *e)
{
	const char *slash = strrchr(r->binary, '/'), *base = slash ? slash + 1 : r->binary;
	static const char prefix[] = "terraform-provider-";
	const char *name =
		strncmp(base, prefix, strlen(prefix)) == 0 ? base + strlen(prefix) : NULL;
	const char *v = name ? strstr(name, "_v") : NULL;

	r->address = r->values->address;
	r->version = r->values->version;
	if (!r->address && name)
		r->address = arena_printf(a, "registry.terraform.io/hashicorp/%.*s",
					  (int)(v ? (size_t)(v - name) : strlen(name)), name);
	if (!r->version && v)
		r->version = arena_strndup(a, v + 2, strcspn(v + 2, "_"));
	if (!r->address || !r->version)
		return err_set(e, ERR_USAGE,
			       "%s: its name does not say which provider it is: give --address and "
			       "--version",
			       r->binary);
	r->output = r->values->output;
	if (!r->output)
		r->output = arena_printf(a, "%s-%s.pack", strrchr(r->address, '/') + 1, r->version);
	r->journal = arena_printf(a, "%s.journal", r->output);
	return strchr(r->address, '/')
		       ? 0
		       : err_set(e, ERR_USAGE, "--address: \"%s\" is no address", r->address);
}

/* The journal begins with what it is a journal of; one of something else is not gone on with. */
static int open_journal(struct recording *r, struct err *e)
{
	FP_CLEANUP(buf_release) struct buf head = BUF_INIT(65536);
	JSON_AUTO *json = json_new_object();
	char hex[SHA256_HEX_SIZE], first[65536];
	struct stat st;
	ssize_t n;

	sha256_hex(&r->digest, hex);
	json_put(json, "binary", json_new_string(hex));
	json_put(json, "provider", json_new_string(r->address));
	json_put(json, "version", json_new_string(r->version));
	json_dump_compact(&head, json);
	r->journal_fd = open(r->journal, O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
	if (r->journal_fd < 0 || fstat(r->journal_fd, &st) < 0)
		return err_sys(e, "%s", r->journal);
	if (st.st_size == 0)
		return fd_write_all(r->journal_fd, head.data, head.size, e);
	n = pread(r->journal_fd, first, head.size, 0);
	if (n != (ssize_t)head.size || memcmp(first, head.data, head.size) != 0)
		return err_set(e, ERR_INPUT,
			       "%s: is the journal of another recording; remove it first",
			       r->journal);
	/* A line that was cut off would swallow the next one. */
	return fd_write_all(r->journal_fd, "\n", 1, e);
}

static size_t count_lines(int fd)
{
	char bytes[65536];
	size_t lines = 0;
	off_t at = 0;
	ssize_t n;

	while ((n = pread(fd, bytes, sizeof(bytes), at)) > 0) {
		for (ssize_t i = 0; i < n; i++)
			lines += bytes[i] == '\n';
		at += n;
	}
	return lines > 0 ? lines - 1 : 0;
}

/* A child that counts what is in the journal while the recording goes on; -1 without a terminal. */
static pid_t start_progress(const struct recording *r)
{
	pid_t pid = isatty(STDERR_FILENO) ? fork() : -1;

	if (pid != 0)
		return pid;
	(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
	for (;;) {
		(void)fprintf(stderr, "\rrecorded: %zu types", count_lines(r->journal_fd));
		(void)poll(NULL, 0, PROGRESS_MS);
	}
}

static void end_progress(pid_t pid)
{
	if (pid <= 0)
		return;
	(void)kill(pid, SIGKILL);
	while (waitpid(pid, NULL, 0) < 0 && errno == EINTR)
		;
	(void)fprintf(stderr, "\r\033[K");
}

static int run_recorder(const struct tools *t, const struct recording *r, struct arena *a,
			struct err *e)
{
	const char *const argv[] = {"fixproof-worker", "record",	 "10",
				    BINARY_INSIDE,     r->values->types, NULL};
	const struct sandbox_bind bind = {.fd = r->binary_fd, .inside = BINARY_INSIDE};
	const struct sandbox_fd fds[] = {{r->journal_fd, FIRST_FD}};
	struct sandbox_result result = {.end = SANDBOX_EXITED};
	FP_CLEANUP(fd_cleanup) int errors = -1;
	struct sandbox_spec spec = worker_spec(t, argv);
	pid_t progress;
	int status;

	if (fd_memfd("errors", &errors, e) < 0)
		return -1;
	spec.profile = SANDBOX_TERRAFORM;
	spec.image = r->host ? SANDBOX_IMAGE_HOST : SANDBOX_IMAGE_NONE;
	spec.binds = &bind;
	spec.bind_count = 1;
	spec.fds = fds;
	spec.fd_count = 1;
	spec.stdout_fd = r->journal_fd;
	spec.stderr_fd = errors;
	spec.limits.wall_ms = RECORD_WALL_MS;
	spec.limits.cpu_ms = RECORD_WALL_MS;
	spec.limits.memory_bytes = RECORD_MEMORY_BYTES;
	if (lseek(r->journal_fd, 0, SEEK_SET) < 0)
		return err_sys(e, "%s", r->journal);
	progress = start_progress(r);
	status = launcher_run(t->launcher, &spec, a, &result, e);
	end_progress(progress);
	return status < 0 ? -1 : judge_end(&result, errors, e);
}

static int write_pack(const struct recording *r, const struct buf *pack, struct err *e)
{
	FP_CLEANUP(buf_release) struct buf packed = BUF_INIT(OUTPUT_MAX_BYTES);
	size_t size = strlen(r->output), bound = ZSTD_compressBound(pack->size), n;
	void *room;

	if (size < 4 || strcmp(r->output + size - 4, ".zst") != 0)
		return fd_write_file(AT_FDCWD, r->output, buf_text(pack), pack->size, 0644, e);
	room = buf_reserve(&packed, bound);
	if (!room)
		return err_set(e, ERR_LIMIT, "%s: too large", r->output);
	n = ZSTD_compress(room, bound, pack->data, pack->size, 19);
	if (ZSTD_isError(n))
		return err_set(e, ERR_SYSTEM, "%s: %s", r->output, ZSTD_getErrorName(n));
	return fd_write_file(AT_FDCWD, r->output, room, n, 0644, e);
}

/* The types that the provider did not survive; how many are whole. */
static size_t tell_crashes(const struct buf *journal)
{
	const char *at = buf_text(journal), *end = at + journal->size;
	size_t whole = 0;

	while (at < end) {
		const char *newline = memchr(at, '\n', (size_t)(end - at));
		JSON_AUTO *line = NULL;
		struct err ignored = ERR_INIT;
		const char *name, *reason;

		if (!newline)
			break;
		if (newline > at &&
		    json_parse("journal", at, (size_t)(newline - at), &line, &ignored) == 0) {
			name = json_string_value(json_object_get(line, "name"));
			reason = json_string_value(json_object_get(line, "crashed"));
			if (name && reason)
				(void)fprintf(stderr,
					      "fixproof: provider: %s: %s: its facts are "
					      "missing\n",
					      name, reason);
			else if (name && *name)
				whole++;
		}
		at = newline + 1;
	}
	return whole;
}

static int make_pack(const struct tools *t, const struct recording *r, struct arena *a,
		     struct err *e)
{
	FP_CLEANUP(buf_release) struct buf pack = BUF_INIT(OUTPUT_MAX_BYTES);
	FP_CLEANUP(buf_release) struct buf journal = BUF_INIT((size_t)512 << 20);
	const char *const argv[] = {"fixproof-worker", "pack", "10", NULL};
	const struct sandbox_fd fds[] = {{r->journal_fd, FIRST_FD}};
	struct sandbox_spec spec = worker_spec(t, argv);
	size_t whole;

	spec.fds = fds;
	spec.fd_count = 1;
	if (lseek(r->journal_fd, 0, SEEK_SET) < 0)
		return err_sys(e, "%s", r->journal);
	if (ask(t, &spec, a, &pack, e) < 0 || write_pack(r, &pack, e) < 0 ||
	    read_back(r->journal_fd, &journal, e) < 0)
		return -1;
	whole = tell_crashes(&journal);
	if (unlink(r->journal) < 0)
		return err_sys(e, "%s", r->journal);
	printf("%s: %s %s, %zu types\n", r->output, r->address, r->version, whole);
	return 0;
}

static int record(const struct values *v, const char *binary, struct arena *a, struct err *e)
{
	FP_CLEANUP(close_tools) struct tools t = {.worker = -1};
	FP_CLEANUP(close_recording)
	struct recording r = {.values = v, .binary = binary, .binary_fd = -1, .journal_fd = -1};
	struct stat st;

	if (read_name(&r, a, e) < 0)
		return -1;
	r.binary_fd = open(binary, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (r.binary_fd < 0 || fstat(r.binary_fd, &st) < 0)
		return err_sys(e, "%s", binary);
	if (!S_ISREG(st.st_mode) || !(st.st_mode & 0111))
		return err_set(e, ERR_INPUT, "%s: not an executable file", binary);
	r.host = !locate_is_static(r.binary_fd);
	if (sha256_of_fd(r.binary_fd, binary, &r.digest, e) < 0 || open_tools(&t, a, e) < 0 ||
	    open_journal(&r, e) < 0)
		return -1;
	if (run_recorder(&t, &r, a, e) < 0)
		return err_wrap(e, "%s (run it again to go on)", r.journal);
	return make_pack(&t, &r, a, e);
}

static int run(int argc, char **argv)
{
	FP_CLEANUP(arena_release) struct arena a = ARENA_INIT(ARENA_BYTES);
	struct values values = {.types = NULL};
	struct err e = ERR_INIT;
	int operands, r = -1;

	if (opt_parse(options, argc, argv, false, &values, &operands, &e) < 0)
		return cmd_fail("provider", &e);
	if (operands == 1 && strcmp(argv[1], "list") == 0)
		r = show(NULL, &a, &e);
	else if (operands == 2 && strcmp(argv[1], "show") == 0)
		r = show(argv[2], &a, &e);
	else if (operands == 2 && strcmp(argv[1], "record") == 0)
		r = record(&values, argv[2], &a, &e);
	else
		(void)err_set(&e, ERR_USAGE, "say list, show TYPE or record BINARY");
	return r < 0 ? cmd_fail("provider", &e) : CMD_VERIFIED;
}

const struct cmd cmd_provider = {
	.name = "provider",
	.command =
		{
			.usage = "[options] list | show TYPE | record BINARY",
			.summary = "what is known about providers; recording it",
			.options = options,
		},
	.run = run,
};
