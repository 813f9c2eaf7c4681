#include "runner/worker.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>

#include "runner/base/arena.h"
#include "runner/base/die.h"
#include "runner/base/fd.h"
#include "runner/plan/planner.h"
#include "runner/plan/packshow.h"
#include "runner/plan/tf/tfplanner.h"
#include "runner/plan/tf/tfrecord.h"
#include "runner/worker/apply.h"

#define STATUS_USAGE 2
#define ARENA_BYTES ((size_t)2 << 30)
#define PACKS_MAX 32
#define REQUESTS_MAX 8

struct plan_options {
	int request_fds[REQUESTS_MAX], record_fds[REQUESTS_MAX], dir_fd;
	size_t request_count, record_count;
	struct pack packs[PACKS_MAX];
	size_t pack_count;
	const char *program, *tofu, *directory;
	const char *both, *type, *plugin;
};

static int open_path(const char *path, int flags, int *ret_fd, struct err *e)
{
	*ret_fd = open(path, flags | O_CLOEXEC);
	return *ret_fd < 0 ? err_sys(e, "%s", path) : 0;
}

static int descriptor(const char *text, int *ret_fd, struct err *e)
{
	char *end;
	long n;

	errno = 0;
	n = strtol(text, &end, 10);
	if (errno || end == text || *end || n < 0 || n > 1023)
		return err_set(e, ERR_USAGE, "\"%s\" is no descriptor", text);
	*ret_fd = (int)n;
	return 0;
}

static int add_fd(int fd, int *list, size_t *count, const char *what, struct err *e)
{
	if (*count == REQUESTS_MAX)
		return err_set(e, ERR_LIMIT, "more than %d %s", REQUESTS_MAX, what);
	list[(*count)++] = fd;
	return 0;
}

static int add_pack(struct plan_options *o, int fd, const char *what, struct arena *a,
		    struct err *e)
{
	if (o->pack_count == PACKS_MAX)
		return err_set(e, ERR_LIMIT, "more than %d packs", PACKS_MAX);
	return pack_map(fd, what, a, &o->packs[o->pack_count++], e);
}

/* Those that are kept as they are. */
static bool text_option(struct plan_options *o, const char *name, const char *value)
{
	const struct {
		const char *name;
		const char **to;
	} rows[] = {
		{"--terraform", &o->program}, {"--tofu", &o->tofu}, {"--both", &o->both},
		{"--sockets", &o->directory}, {"--type", &o->type}, {"--plugin", &o->plugin},
	};

	for (size_t i = 0; i < FP_ARRAY_SIZE(rows); i++)
		if (strcmp(name, rows[i].name) == 0) {
			*rows[i].to = value;
			return true;
		}
	return false;
}

static int plan_option(struct plan_options *o, const char *name, const char *value, struct arena *a,
		       struct err *e)
{
	FP_CLEANUP(fd_cleanup) int opened = -1;
	int fd = -1;

	if (strcmp(name, "--request") == 0)
		return descriptor(value, &fd, e) < 0
			       ? -1
			       : add_fd(fd, o->request_fds, &o->request_count, "requests", e);
	if (strcmp(name, "--record") == 0)
		return descriptor(value, &fd, e) < 0
			       ? -1
			       : add_fd(fd, o->record_fds, &o->record_count, "records", e);
	if (strcmp(name, "--request-file") == 0)
		return open_path(value, O_RDONLY, &fd, e) < 0
			       ? -1
			       : add_fd(fd, o->request_fds, &o->request_count, "requests", e);
	if (strcmp(name, "--dir") == 0)
		return open_path(value, O_RDONLY | O_DIRECTORY, &o->dir_fd, e);
	if (text_option(o, name, value))
		return 0;
	if (strcmp(name, "--pack") == 0)
		return descriptor(value, &fd, e) < 0 ? -1 : add_pack(o, fd, "pack", a, e);
	if (strcmp(name, "--pack-file") == 0)
		return open_path(value, O_RDONLY, &opened, e) < 0
			       ? -1
			       : add_pack(o, opened, value, a, e);
	return err_set(e, ERR_USAGE, "unknown option \"%s\"", name);
}

static int read_options(struct plan_options *o, int argc, char **argv, struct arena *a,
			struct err *e)
{
	for (int i = 0; i < argc; i += 2) {
		if (i + 1 == argc)
			return err_set(e, ERR_USAGE, "\"%s\" needs a value", argv[i]);
		if (plan_option(o, argv[i], argv[i + 1], a, e) < 0)
			return -1;
	}
	if (o->dir_fd < 0 && open_path(".", O_RDONLY | O_DIRECTORY, &o->dir_fd, e) < 0)
		return -1;
	return 0;
}

static struct planner_input input_of(const struct plan_options *o, const struct buf *request)
{
	return (struct planner_input){
		.workspace_fd = o->dir_fd,
		.packs = o->packs,
		.pack_count = o->pack_count,
		.request = buf_text(request),
		.request_size = request->size,
		.program = o->tofu ? o->tofu : o->program,
		.tofu = o->tofu != NULL,
		.both = o->both != NULL,
		.plugin = o->plugin != NULL,
	};
}

/* Each question has memory of its own, which is given back before the next. */
static int answer_one(const struct plan_options *o, int request_fd, int record_fd, struct err *e)
{
	FP_CLEANUP(arena_release) struct arena a = ARENA_INIT(ARENA_BYTES);
	FP_CLEANUP(buf_release) struct buf request = BUF_INIT(PLANNER_REQUEST_MAX_BYTES);
	FP_CLEANUP(buf_release) struct buf record = BUF_INIT(PLANNER_RECORD_MAX_BYTES);
	struct planner_input in;

	if (fd_read_all(request_fd, &request, "the request", e) < 0)
		return -1;
	in = input_of(o, &request);
	if (planner_run(&in, &a, &record, e) < 0)
		return -1;
	return fd_write_all(record_fd, record.data, record.size, e);
}

static int run_plan(int argc, char **argv, struct arena *a, struct err *e)
{
	struct plan_options o = {.dir_fd = -1};

	if (read_options(&o, argc, argv, a, e) < 0)
		return -1;
	if (o.request_count == 0)
		return err_set(e, ERR_USAGE, "--request or --request-file is missing");
	if (o.record_count != o.request_count && (o.record_count > 0 || o.request_count > 1))
		return err_set(e, ERR_USAGE, "%zu requests, and %zu records to write them to",
			       o.request_count, o.record_count);
	for (size_t i = 0; i < o.request_count; i++)
		if (answer_one(&o, o.request_fds[i],
			       o.record_count > 0 ? o.record_fds[i] : STDOUT_FILENO, e) < 0)
			return -1;
	return 0;
}

/* The mocked providers of a workspace, for a Terraform that somebody runs by hand. */
static int run_mock_provider(int argc, char **argv, struct arena *a, struct err *e)
{
	struct plan_options o = {.dir_fd = -1};
	FP_CLEANUP(buf_release) struct buf request = BUF_INIT(PLANNER_REQUEST_MAX_BYTES);
	struct planner_input in;

	if (read_options(&o, argc, argv, a, e) < 0)
		return -1;
	if (!o.directory)
		return err_set(e, ERR_USAGE, "--sockets is missing");
	if (o.request_count == 0)
		buf_addstr(&request, "{\"format\":\"fixproof-plan-request/1\"}");
	else if (fd_read_all(o.request_fds[0], &request, "the request", e) < 0)
		return -1;
	in = input_of(&o, &request);
	return tfplanner_serve(&in, a, o.directory, e);
}

/* record JOURNAL-FD BINARY [TYPES]: adds to the journal, on standard output. */
static int run_record(int argc, char **argv, struct arena *a FP_UNUSED, struct err *e)
{
	FP_CLEANUP(buf_release) struct buf journal = BUF_INIT(TFRECORD_JOURNAL_MAX_BYTES);
	struct tfrecord_input in;
	int fd;

	if (argc < 2 || argc > 3)
		return err_set(e, ERR_USAGE, "say record FD BINARY [TYPES]");
	if (descriptor(argv[0], &fd, e) < 0 || fd_read_all(fd, &journal, "the journal", e) < 0)
		return -1;
	in = (struct tfrecord_input){argv[1], buf_text(&journal), journal.size,
				     argc == 3 ? argv[2] : NULL, STDOUT_FILENO};
	return tfrecord_run(&in, e);
}

/* pack JOURNAL-FD: the pack of a journal. */
static int run_pack(int argc, char **argv, struct arena *a, struct err *e)
{
	FP_CLEANUP(buf_release) struct buf journal = BUF_INIT(TFRECORD_JOURNAL_MAX_BYTES);
	FP_CLEANUP(buf_release) struct buf pack = BUF_INIT(PACK_MAX_BYTES);
	int fd;

	if (argc != 1)
		return err_set(e, ERR_USAGE, "say pack FD");
	if (descriptor(argv[0], &fd, e) < 0 || fd_read_all(fd, &journal, "the journal", e) < 0 ||
	    tfrecord_pack(buf_text(&journal), journal.size, a, &pack, e) < 0)
		return -1;
	return fd_write_all(STDOUT_FILENO, pack.data, pack.size, e);
}

/* packs [--type NAME] --pack FD...: what packs know, for people. */
static int run_packs(int argc, char **argv, struct arena *a, struct err *e)
{
	struct plan_options o = {.dir_fd = -1};
	FP_CLEANUP(buf_release) struct buf out = BUF_INIT(PACK_MAX_BYTES);

	if (read_options(&o, argc, argv, a, e) < 0 ||
	    (o.type ? packshow_type(o.packs, o.pack_count, o.type, a, &out, e)
		    : packshow_list(o.packs, o.pack_count, a, &out, e)) < 0)
		return -1;
	return fd_write_all(STDOUT_FILENO, buf_text(&out), out.size, e);
}

static int run_apply(int argc, char **argv, struct arena *a FP_UNUSED, struct err *e)
{
	return apply_run(argc, argv, e);
}

static int slice_type(const char *text, struct arena *a, struct pack_source *ret_source,
		      struct err *e)
{
	const char *colon = strchr(text, ':');

	for (int kind = 0; colon && kind < PACK_KIND_COUNT; kind++) {
		const char *name = pack_kind_name((enum pack_kind)kind);

		if (strlen(name) != (size_t)(colon - text) ||
		    strncmp(name, text, (size_t)(colon - text)) != 0)
			continue;
		*ret_source = (struct pack_source){.kind = (enum pack_kind)kind,
						   .name = arena_strdup(a, colon + 1)};
		return 0;
	}
	return err_set(e, ERR_USAGE, "\"%s\" is no KIND:TYPE", text);
}

/* The pack with that digest, of the descriptors up to "--"; *ret_next is what follows that. */
static int find_pack(int argc, char **argv, struct arena *a, struct pack *ret_pack, int *ret_next,
		     struct err *e)
{
	struct sha256 wanted;
	bool found = false;
	int i, fd;

	if (argc < 1 || sha256_parse(argv[0], &wanted, e) < 0)
		return e->kind ? -1 : err_set(e, ERR_USAGE, "the digest of the pack is missing");
	for (i = 1; i < argc && strcmp(argv[i], "--") != 0; i++) {
		struct pack pack;

		if (descriptor(argv[i], &fd, e) < 0 || pack_map(fd, "pack", a, &pack, e) < 0)
			return -1;
		if (sha256_equal(&pack.origin, &wanted)) {
			*ret_pack = pack;
			found = true;
		}
	}
	*ret_next = i + 1;
	return found ? 0 : err_set(e, ERR_INPUT, "no pack has the digest %s", argv[0]);
}

/* The part of a pack that the types name: slice DIGEST FD... -- KIND:TYPE... */
static int run_slice(int argc, char **argv, struct arena *a, struct err *e)
{
	FP_CLEANUP(buf_release) struct buf out = BUF_INIT(PACK_MAX_BYTES);
	struct pack_source *wanted = arena_array(a, (size_t)argc + 1, sizeof(*wanted));
	struct pack pack;
	size_t count = 0;
	int next = argc;

	if (find_pack(argc, argv, a, &pack, &next, e) < 0)
		return -1;
	for (int i = next; i < argc; i++)
		if (slice_type(argv[i], a, &wanted[count++], e) < 0)
			return -1;
	if (pack_slice(&pack, wanted, count, a, &out, e) < 0)
		return -1;
	return fd_write_all(STDOUT_FILENO, out.data, out.size, e);
}

static const struct {
	const char *name;
	int (*run)(int argc, char **argv, struct arena *a, struct err *e);
} subcommands[] = {
	{"apply", run_apply}, {"mock-provider", run_mock_provider},
	{"pack", run_pack},   {"packs", run_packs},
	{"plan", run_plan},   {"record", run_record},
	{"slice", run_slice},
};

int worker_main(int argc, char **argv)
{
	struct arena a = ARENA_INIT(ARENA_BYTES);
	struct err e = ERR_INIT;
	int status = 0;

	for (size_t i = 0; argc > 1 && i < FP_ARRAY_SIZE(subcommands); i++) {
		if (strcmp(argv[1], subcommands[i].name) != 0)
			continue;
		if (subcommands[i].run(argc - 2, argv + 2, &a, &e) < 0) {
			(void)fprintf(stderr, "fixproof-worker: %s: %s\n", argv[1], e.text);
			status = e.kind == ERR_USAGE ? STATUS_USAGE : DIE_STATUS;
		}
		arena_release(&a);
		return status;
	}
	(void)fprintf(stderr, "fixproof-worker: no such subcommand\n");
	return STATUS_USAGE;
}
