/* One sandbox for applying, one for planning, and what they report. */
#include "runner/runs/internal.h"

#include "runner/base/fd.h"
#include "runner/base/json.h"
#include "runner/base/utf8.h"

#define FIRST_FD 10
#define APPLY_RECORD_MAX_BYTES ((size_t)16 << 20)

static const char *visible(struct arena *a, const char *text)
{
	FP_CLEANUP(buf_release) struct buf out = BUF_INIT((size_t)1 << 20);

	utf8_add_visible(&out, text ? text : "", text ? strlen(text) : 0, false);
	return arena_strdup(a, buf_text(&out));
}

static const char *digest_text(struct arena *a, const struct sha256 *d)
{
	char hex[SHA256_HEX_SIZE];

	sha256_hex(d, hex);
	return arena_strdup(a, hex);
}

static void record_layers(struct arena *a, const struct sandbox_result *r,
			  struct evidence_sandbox *s)
{
	struct evidence_pair *layers = arena_array(a, r->layer_count, sizeof(*layers));
	struct evidence_pair *varied = arena_array(a, r->varied_count, sizeof(*varied));

	for (size_t i = 0; i < r->layer_count; i++)
		layers[i] = (struct evidence_pair){
			visible(a, r->layers[i].name),
			arena_printf(
				a, "%s%s%s", r->layers[i].in_force ? "in force" : "not in force",
				*r->layers[i].detail ? ": " : "", visible(a, r->layers[i].detail))};
	for (size_t i = 0; i < r->varied_count; i++)
		varied[i] = (struct evidence_pair){visible(a, r->varied[i].name),
						   visible(a, r->varied[i].value)};
	s->layers = layers;
	s->layer_count = r->layer_count;
	s->varied = varied;
	s->varied_count = r->varied_count;
}

static void record_programs(struct arena *a, const struct sandbox_result *r,
			    struct evidence_sandbox *s)
{
	struct evidence_pair *programs = arena_array(a, r->program_count, sizeof(*programs));
	struct evidence_pair *dropped = arena_array(a, r->dropped_count, sizeof(*dropped));

	for (size_t i = 0; i < r->program_count; i++)
		programs[i] = (struct evidence_pair){visible(a, r->programs[i].path),
						     digest_text(a, &r->programs[i].digest)};
	for (size_t i = 0; i < r->dropped_count; i++)
		dropped[i] = (struct evidence_pair){visible(a, r->dropped[i].path),
						    visible(a, r->dropped[i].reason)};
	s->programs = programs;
	s->program_count = r->program_count;
	s->dropped = dropped;
	s->dropped_count = r->dropped_count;
}

static void record_refusals(struct arena *a, const struct sandbox_result *r,
			    struct evidence_sandbox *s)
{
	struct evidence_refusal *rows = arena_array(a, r->refusal_count, sizeof(*rows));

	for (size_t i = 0; i < r->refusal_count; i++) {
		const struct sandbox_refusal *from = &r->refusals[i];

		rows[i] = (struct evidence_refusal){visible(a, from->call),
						    visible(a, from->arguments),
						    visible(a, from->program),
						    visible(a, from->answer),
						    from->count,
						    from->loud};
	}
	s->refusals = rows;
	s->refusal_count = r->refusal_count;
}

void runs_record_sandbox(struct arena *a, const struct sandbox_result *r,
			 struct evidence_sandbox *ret_sandbox)
{
	struct evidence_sandbox s = {
		.ran = true,
		.end = sandbox_end_name(r->end),
		.exit_status = r->end == SANDBOX_EXITED ? r->exit_status : 0,
		.signal = r->end == SANDBOX_SIGNALED ? r->signal : 0,
		.limit = sandbox_limit_name(r->limit),
		.profile = visible(a, r->profile),
		.left_running = r->left_running,
		.filter = r->filter_digest,
	};

	record_layers(a, r, &s);
	record_programs(a, r, &s);
	record_refusals(a, r, &s);
	*ret_sandbox = s;
}

/* Without cgroups memory is limited by rlimits and by polling; the evidence says which it was. */
static struct sandbox_spec basic_spec(void)
{
	struct sandbox_spec spec = SANDBOX_SPEC_INIT;

	spec.layers = (struct sandbox_layers){.landlock = SANDBOX_PREFER, .cgroup = SANDBOX_PREFER};
	return spec;
}

static int read_output(int fd, size_t limit, const char *what, struct arena *a,
		       const char **ret_text, size_t *ret_size, struct err *e)
{
	FP_CLEANUP(buf_release) struct buf text = BUF_INIT(limit);

	if (lseek(fd, 0, SEEK_SET) < 0)
		return err_sys(e, "%s", what);
	if (fd_read_all(fd, &text, what, e) < 0)
		return -1;
	*ret_text = arena_strndup(a, buf_text(&text), text.size);
	*ret_size = text.size;
	return 0;
}

/* The last part of what a script printed, safe to show. */
static const char *last_part(int fd, struct arena *a)
{
	FP_CLEANUP(buf_release) struct buf out = BUF_INIT(RUNS_OUTPUT_KEPT * 8);
	off_t size = lseek(fd, 0, SEEK_END);
	char tail[RUNS_OUTPUT_KEPT];
	ssize_t n;

	if (size < 0)
		return "";
	n = pread(fd, tail, sizeof(tail), FP_MAX(size - (off_t)sizeof(tail), (off_t)0));
	if (n > 0)
		utf8_add_visible(&out, tail, (size_t)n, true);
	return arena_strdup(a, buf_text(&out));
}

static void apply_failed(struct evidence_apply *apply, const char *reason)
{
	apply->outcome = EVIDENCE_FAILED;
	apply->reason = reason;
}

/* How a program ended, when that alone says that the fix failed. */
static const char *bad_end(const struct sandbox_result *r, struct arena *a)
{
	switch (r->end) {
	case SANDBOX_EXITED:
		if (r->exit_status == 0)
			return NULL;
		if (r->limit != SANDBOX_LIMIT_NONE)
			return arena_printf(a, "ended with status %d after it hit the limit on %s",
					    r->exit_status, sandbox_limit_name(r->limit));
		return arena_printf(a, "ended with status %d", r->exit_status);
	case SANDBOX_SIGNALED:
		return arena_printf(a, "was ended by signal %d", r->signal);
	case SANDBOX_LIMIT:
		return arena_printf(a, "hit the limit on %s", sandbox_limit_name(r->limit));
	}
	abort();
}

static int read_apply_record(struct runs_context *c, int out, struct evidence_apply *apply)
{
	const char *text, *outcome, *reason, *outside;
	JSON_AUTO *root = NULL;
	size_t size;

	if (read_output(out, APPLY_RECORD_MAX_BYTES, "the worker's record", c->arena, &text, &size,
			c->e) < 0 ||
	    json_parse("the worker's record", text, size, &root, c->e) < 0 ||
	    json_string_member(root, "the worker's record", "outcome", true, &outcome, c->e) < 0 ||
	    json_string_member(root, "the worker's record", "reason", false, &reason, c->e) < 0 ||
	    json_string_member(root, "the worker's record", "outside", false, &outside, c->e) < 0)
		return -1;
	apply->outside = outside ? visible(c->arena, outside) : NULL;
	if (strcmp(outcome, "failed") == 0)
		apply_failed(apply, visible(c->arena, reason ? reason : "no reason was given"));
	else
		apply->outcome =
			strcmp(outcome, "applied") == 0 ? EVIDENCE_APPLIED : EVIDENCE_ALREADY;
	return 0;
}

struct apply_files {
	int out, err, tree;
};

static void close_apply_files(struct apply_files *f)
{
	fd_close(f->out);
	fd_close(f->err);
	fd_close(f->tree);
}

static int open_apply_files(struct apply_files *f, struct err *e)
{
	if (fd_memfd("output", &f->out, e) < 0 || fd_memfd("errors", &f->err, e) < 0)
		return -1;
	return fd_memfd("tree", &f->tree, e);
}

/* Our own worker applies what is text; a script applies itself. */
static void spec_worker(struct runs_context *c, struct sandbox_spec *spec,
			struct sandbox_fd fds[static 2], const char **argv)
{
	const struct runs_fix *fix = &c->in->fix;
	size_t n = 0;

	argv[n++] = "fixproof-worker";
	argv[n++] = "apply";
	if (fix->patch >= 0) {
		argv[n++] = "patch";
		fds[spec->fd_count++] = (struct sandbox_fd){fix->patch, FIRST_FD};
	} else if (fix->files >= 0) {
		argv[n++] = "files";
		fds[spec->fd_count++] = (struct sandbox_fd){fix->files, FIRST_FD};
	} else {
		argv[n++] = "delta";
		fds[spec->fd_count++] = (struct sandbox_fd){fix->delta_from, FIRST_FD};
		fds[spec->fd_count++] = (struct sandbox_fd){fix->delta_to, FIRST_FD + 1};
	}
	argv[n++] = "10";
	if (spec->fd_count == 2)
		argv[n++] = "11";
	argv[n] = NULL;
	spec->argv = argv;
	spec->exec_fd = c->in->worker;
	spec->fds = fds;
	/* Not the planner's profile: this worker writes files. */
	spec->profile = SANDBOX_FIXER;
	spec->image = SANDBOX_IMAGE_NONE;
}

static void spec_script(struct runs_context *c, struct sandbox_spec *spec,
			struct sandbox_bind *bind)
{
	spec->argv = c->in->c->fix.command.items;
	spec->limits.wall_ms = spec->limits.cpu_ms = c->in->c->fix.seconds * 1000U;
	spec->profile = SANDBOX_FIXER;
	spec->image = c->image ? SANDBOX_IMAGE_ROOTFS : SANDBOX_IMAGE_HOST;
	spec->image_path = c->image;
	if (c->in->fix.directory >= 0) {
		*bind = (struct sandbox_bind){
			.host = NULL, .fd = c->in->fix.directory, .inside = "/fix"};
		spec->binds = bind;
		spec->bind_count = 1;
	}
}

/* Descriptors are read from their start in every run. */
static int rewind_fix(const struct runs_fix *fix, struct err *e)
{
	const int fds[] = {fix->patch, fix->files, fix->delta_from, fix->delta_to};

	for (size_t i = 0; i < FP_ARRAY_SIZE(fds); i++)
		if (fds[i] >= 0 && lseek(fds[i], 0, SEEK_SET) < 0)
			return err_sys(e, "the fix");
	return 0;
}

/* A tree that cannot be told in canonical form is the fix's doing. */
static const struct tree *read_tree(struct evidence_apply *apply, int stream, struct arena *a)
{
	struct err fault = ERR_INIT;
	const struct tree *t;

	if (apply->outcome == EVIDENCE_FAILED)
		return NULL;
	if (tree_read(stream, a, &t, &fault) == 0)
		return t;
	apply_failed(apply, arena_strdup(a, fault.text));
	return NULL;
}

static const struct tree_entry *find_left_out(const struct tree *t, const char *path)
{
	for (size_t i = 0; i < t->left_out_count; i++)
		if (strcmp(t->left_out[i].path, path) == 0)
			return &t->left_out[i];
	return NULL;
}

/* Of what is no part of a tree: where one has something that the other does not have so. */
static void add_hidden(struct arena *a, const struct tree *one, const struct tree *other,
		       bool gone_only, const char *what, struct evidence_sandbox *s)
{
	struct evidence_pair *rows =
		arena_array(a, s->dropped_count + one->left_out_count, sizeof(*rows));

	if (s->dropped_count > 0)
		memcpy(rows, s->dropped, s->dropped_count * sizeof(*rows));
	for (size_t i = 0; i < one->left_out_count; i++) {
		const struct tree_entry *entry = &one->left_out[i],
					*twin = find_left_out(other, entry->path);

		if (twin && (gone_only || (twin->type == entry->type &&
					   sha256_equal(&twin->sha256, &entry->sha256))))
			continue;
		rows[s->dropped_count++] = (struct evidence_pair){visible(a, entry->path), what};
	}
	s->dropped = rows;
}

/*
 * Files that no tree has, as Terraform's state, are no place for a fix to remember what it did: the
 * second application would be told by them.
 */
static void record_hidden(struct arena *a, const struct tree *before, const struct tree *after,
			  struct evidence_sandbox *s)
{
	if (before->left_out_count == 0 && after->left_out_count == 0)
		return;
	add_hidden(a, after, before, false, "is no part of the tree", s);
	add_hidden(a, before, after, true, "is no part of the tree, and is gone", s);
}

int runs_apply(struct runs_context *c, int from, const struct tree *before,
	       const struct sandbox_variation *v, struct evidence_apply *ret_apply,
	       const struct tree **ret_tree, int *ret_stream)
{
	FP_CLEANUP(close_apply_files) struct apply_files files = {-1, -1, -1};
	bool script = c->in->c->fix.kind == FIXCASE_FIX_SCRIPT;
	struct evidence_apply apply = {.attempted = true, .output = ""};
	struct sandbox_spec spec = basic_spec();
	const char **argv = arena_array(c->arena, 8, sizeof(*argv)), *bad;
	struct sandbox_result r = {.end = SANDBOX_EXITED};
	struct sandbox_bind bind;
	struct sandbox_fd fds[2];

	if (open_apply_files(&files, c->e) < 0 || rewind_fix(&c->in->fix, c->e) < 0)
		return -1;
	spec.workspace_in = from;
	spec.workspace_out = files.tree;
	spec.stdout_fd = files.out;
	spec.stderr_fd = script ? files.out : files.err;
	spec.variation = *v;
	if (script)
		spec_script(c, &spec, &bind);
	else
		spec_worker(c, &spec, fds, argv);
	if (launcher_run(c->in->launcher, &spec, c->arena, &r, c->e) < 0)
		return err_wrap(c->e, "applying the fix");
	runs_record_sandbox(c->arena, &r, &apply.sandbox);
	if (script)
		apply.output = last_part(files.out, c->arena);
	bad = bad_end(&r, c->arena);
	if (bad)
		apply_failed(&apply, script ? arena_printf(c->arena, "the command %s", bad)
					    : arena_printf(c->arena, "applying it %s: %s", bad,
							   last_part(files.err, c->arena)));
	else if (!r.tree_collected)
		apply_failed(&apply, "what it left could not be collected");
	else if (!script && read_apply_record(c, files.out, &apply) < 0)
		return -1;
	*ret_tree = read_tree(&apply, files.tree, c->arena);
	if (*ret_tree)
		record_hidden(c->arena, before, *ret_tree, &apply.sandbox);
	*ret_apply = apply;
	*ret_stream = *ret_tree ? fd_steal(&files.tree) : -1;
	return 0;
}

/* What a planner in a sandbox has open beside its workspace. */
struct question_files {
	int requests[RUNS_QUESTIONS_MAX], records[RUNS_QUESTIONS_MAX];
};

#define QUESTION_FILES_INIT                                                 \
	{                                                                   \
		.requests = {-1, -1, -1, -1}, .records = { -1, -1, -1, -1 } \
	}

static void close_question_files(struct question_files *f)
{
	for (size_t i = 0; i < RUNS_QUESTIONS_MAX; i++) {
		fd_close(f->requests[i]);
		fd_close(f->records[i]);
	}
}

static size_t pass_fd(struct runs_context *c, struct sandbox_spec *spec, struct sandbox_fd *fds,
		      const char *option, int fd, const char **argv, size_t n)
{
	int number = FIRST_FD + (int)spec->fd_count;

	argv[n++] = option;
	argv[n++] = arena_printf(c->arena, "%d", number);
	fds[spec->fd_count++] = (struct sandbox_fd){fd, number};
	return n;
}

static void pass_all(struct runs_context *c, struct sandbox_spec *spec,
		     const struct question_files *f, size_t count, const char **argv, size_t n)
{
	const struct locate_packs *packs = c->in->packs;
	struct sandbox_fd *fds = arena_array(c->arena, packs->count + 2 * count, sizeof(*fds));

	for (size_t i = 0; i < count; i++) {
		n = pass_fd(c, spec, fds, "--request", f->requests[i], argv, n);
		n = pass_fd(c, spec, fds, "--record", f->records[i], argv, n);
	}
	for (size_t i = 0; i < packs->count; i++)
		n = pass_fd(c, spec, fds, "--pack", packs->rows[i].fd, argv, n);
	argv[n] = NULL;
	spec->fds = fds;
}

/* The same worker, with a program of the user's that plans: in a wider profile, for it alone. */
static size_t use_tool(struct runs_context *c, struct sandbox_spec *spec, const char **argv,
		       size_t n)
{
	const struct locate_tool *tool = c->in->tool;
	struct sandbox_bind *bind = arena_alloc(c->arena, sizeof(*bind));

	if (!tool)
		return n;
	argv[n++] = strcmp(tool->name, "tofu") == 0 ? "--tofu" : "--terraform";
	argv[n++] = RUNS_TOOL_PATH;
	if (c->in->both) {
		argv[n++] = "--both";
		argv[n++] = "yes";
	}
	*bind = (struct sandbox_bind){.fd = tool->fd, .inside = RUNS_TOOL_PATH};
	spec->binds = bind;
	spec->bind_count = 1;
	spec->profile = SANDBOX_TERRAFORM;
	spec->image = tool->needs_host ? SANDBOX_IMAGE_HOST : SANDBOX_IMAGE_NONE;
	return n;
}

static int open_questions(const struct runs_question *questions, size_t count,
			  struct question_files *f, struct err *e)
{
	for (size_t i = 0; i < count; i++)
		if (fd_sealed("request", questions[i].request, strlen(questions[i].request),
			      &f->requests[i], e) < 0 ||
		    fd_memfd("record", &f->records[i], e) < 0)
			return -1;
	return 0;
}

static int ask_some(struct runs_context *c, int tree, const struct sandbox_variation *v,
		    struct runs_question *questions, size_t count,
		    struct evidence_sandbox *ret_sandbox)
{
	FP_CLEANUP(close_question_files) struct question_files files = QUESTION_FILES_INIT;
	struct sandbox_spec spec = basic_spec();
	const char **argv = arena_array(
		c->arena, 16 + 4 * RUNS_QUESTIONS_MAX + 2 * LOCATE_PACKS_MAX, sizeof(*argv));
	struct sandbox_result r = {.end = SANDBOX_EXITED};

	if (open_questions(questions, count, &files, c->e) < 0)
		return -1;
	argv[0] = "fixproof-worker";
	argv[1] = "plan";
	spec.profile = SANDBOX_PLANNER;
	spec.image = SANDBOX_IMAGE_NONE;
	pass_all(c, &spec, &files, count, argv, use_tool(c, &spec, argv, 2));
	spec.argv = argv;
	spec.exec_fd = c->in->worker;
	spec.workspace_in = tree;
	spec.variation = *v;
	spec.limits.output_bytes = RUNS_PLAN_MAX_BYTES;
	spec.limits.file_size_bytes = RUNS_PLAN_MAX_BYTES;
	if (launcher_run(c->in->launcher, &spec, c->arena, &r, c->e) < 0)
		return err_wrap(c->e, "planning");
	runs_record_sandbox(c->arena, &r, ret_sandbox);
	for (size_t i = 0; i < count; i++) {
		questions[i].record = NULL;
		questions[i].size = 0;
		if (!bad_end(&r, c->arena) &&
		    read_output(files.records[i], RUNS_PLAN_MAX_BYTES, "the planner's record",
				c->arena, &questions[i].record, &questions[i].size, c->e) < 0)
			return -1;
	}
	return 0;
}

int runs_ask_planner(struct runs_context *c, int tree, const struct sandbox_variation *v,
		     struct runs_question *questions, size_t count,
		     struct evidence_sandbox *ret_sandbox)
{
	size_t step = c->in->tool ? 1 : count;

	for (size_t i = 0; i < count; i += step)
		if (ask_some(c, tree, v, questions + i, step, ret_sandbox) < 0)
			return -1;
	return 0;
}
