/*
 * The program sees one directory: workspace/ or plan.json, which it is asked about, and policy/
 * with the files that the policy brings.  It is asked in the sandbox of scripts, without network.
 */
#include "runner/execs.h"

#include "runner/base/fd.h"
#include "runner/base/utf8.h"
#include "runner/image.h"
#include "runner/runs/internal.h"

#define STREAM_MAX_BYTES ((size_t)512 << 20)
#define SHOWN_MAX 300

struct asking {
	struct launcher *launcher;
	struct arena *arena;
	struct err *e;
	const struct policy *policy;
	struct image image; /* of a name; empty for "host" */
	struct evidence_exec *rows;
	size_t count, capacity;
};

/* What one question is about. */
struct subject {
	const char *run;
	int stream; /* of the tree; or -1 */
	const struct tree *tree;
	const struct evidence_plan *plan;
};

static int write_file(struct treestream_writer *w, enum treestream_type type, const char *path,
		      const char *text, size_t size, struct err *e)
{
	if (treestream_entry(w, type, path, size, e) < 0)
		return -1;
	return size > 0 ? treestream_content(w, text, size, e) : 0;
}

static int write_workspace(struct asking *q, struct treestream_writer *w, int stream)
{
	const struct tree *t;

	/* A tree that was read for its digests may have no offsets any more. */
	if (tree_read(stream, q->arena, &t, q->e) < 0 ||
	    treestream_entry(w, TREESTREAM_DIRECTORY, "workspace", 0, q->e) < 0)
		return -1;
	for (size_t i = 0; i < t->count; i++) {
		FP_CLEANUP(buf_release) struct buf text = BUF_INIT(STREAM_MAX_BYTES);
		const struct tree_entry *entry = &t->entries[i];
		const char *path = arena_printf(q->arena, "workspace/%s", entry->path);

		if (entry->type == TREESTREAM_LINK)
			buf_addstr(&text, entry->target);
		else if (entry->type != TREESTREAM_DIRECTORY &&
			 tree_content(stream, entry, &text, q->e) < 0)
			return -1;
		if (write_file(w, entry->type, path, buf_text(&text), text.size, q->e) < 0)
			return -1;
	}
	return 0;
}

static int make_stream(struct asking *q, const struct subject *s, int *ret_stream)
{
	const struct policy_exec *x = q->policy->exec;
	FP_CLEANUP(fd_cleanup) int fd = -1;
	struct treestream_writer w;

	if (fd_memfd("tree", &fd, q->e) < 0 || treestream_begin(&w, fd, q->e) < 0)
		return -1;
	for (size_t i = 0; i < x->file_count; i++) {
		const struct policy_test_file *f = &x->files[i];
		bool runs = f->size > 2 && strncmp(f->text, "#!", 2) == 0;

		if (write_file(&w, runs ? TREESTREAM_EXECUTABLE : TREESTREAM_FILE,
			       arena_printf(q->arena, "policy/%s", f->name), f->text, f->size,
			       q->e) < 0)
			return -1;
	}
	if (x->input == POLICY_EXEC_PLAN ? write_file(&w, TREESTREAM_FILE, "plan.json",
						      s->plan->text, s->plan->size, q->e) < 0
					 : write_workspace(q, &w, s->stream) < 0)
		return -1;
	if (treestream_end(&w, q->e) < 0)
		return -1;
	*ret_stream = fd_steal(&fd);
	return 0;
}

static const char *shown(int fd, struct arena *a)
{
	FP_CLEANUP(buf_release) struct buf out = BUF_INIT(SHOWN_MAX * 16);
	char text[SHOWN_MAX];
	ssize_t n = pread(fd, text, sizeof(text), 0);
	const char *end = n > 0 ? memchr(text, '\n', (size_t)n) : NULL;

	utf8_add_visible(&out, text, n <= 0 ? 0 : end ? (size_t)(end - text) : (size_t)n, false);
	return arena_strdup(a, buf_text(&out));
}

/* Why it has given no answer; NULL when it has. */
static const char *fault_of(const struct asking *q, const struct sandbox_result *r, int errors)
{
	const char *name = q->policy->exec->command.items[0], *said;

	switch (r->end) {
	case SANDBOX_EXITED:
		if (r->exit_status == 0 || r->exit_status == 1)
			return NULL;
		said = shown(errors, q->arena);
		return arena_printf(q->arena, "%s ended with status %d%s%s", name, r->exit_status,
				    *said ? ": " : "", said);
	case SANDBOX_SIGNALED:
		return arena_printf(q->arena, "%s was killed by signal %d", name, r->signal);
	case SANDBOX_LIMIT:
		return arena_printf(q->arena, "%s hit the limit on %s", name,
				    sandbox_limit_name(r->limit));
	}
	abort();
}

static struct sandbox_spec spec_of(const struct asking *q, const struct sandbox_variation *v)
{
	const struct policy_exec *x = q->policy->exec;
	const char **argv = arena_array(q->arena, x->command.count + 1, sizeof(*argv));
	struct sandbox_spec spec = SANDBOX_SPEC_INIT;

	memcpy(argv, x->command.items, x->command.count * sizeof(*argv));
	spec.argv = argv;
	spec.directory = x->input == POLICY_EXEC_WORKSPACE ? "workspace" : NULL;
	spec.profile = SANDBOX_FIXER;
	spec.layers = (struct sandbox_layers){.landlock = SANDBOX_PREFER, .cgroup = SANDBOX_PREFER};
	spec.image = q->image.root ? SANDBOX_IMAGE_ROOTFS : SANDBOX_IMAGE_HOST;
	spec.image_path = q->image.root;
	spec.limits.wall_ms = x->seconds * 1000;
	spec.limits.cpu_ms = x->seconds * 1000;
	spec.limits.output_bytes = x->output_bytes;
	spec.variation = *v;
	return spec;
}

struct answer {
	const char *fault, *text;
	size_t size;
	int status;
	struct evidence_sandbox sandbox;
};

/* A program that is not there is a fault of the policy here, and no error of ours. */
static bool is_absent(const struct sandbox_result *r, const struct err *e)
{
	return e->kind == ERR_SANDBOX && r->failed_step &&
	       (strcmp(r->failed_step, "program") == 0 || strcmp(r->failed_step, "exec") == 0);
}

static int ask_once(struct asking *q, const struct subject *s, int stream,
		    const struct sandbox_variation *v, struct answer *ret_answer)
{
	FP_CLEANUP(fd_cleanup) int out = -1;
	FP_CLEANUP(fd_cleanup) int errors = -1;
	FP_CLEANUP(fd_cleanup) int plan = -1;
	FP_CLEANUP(buf_release) struct buf text = BUF_INIT(POLICY_EXEC_OUTPUT_MAX + 4096);
	struct sandbox_spec spec = spec_of(q, v);
	struct sandbox_result r = {.end = SANDBOX_EXITED};
	struct answer answer = {.text = ""};

	if (fd_memfd("output", &out, q->e) < 0 || fd_memfd("errors", &errors, q->e) < 0)
		return -1;
	if (q->policy->exec->input == POLICY_EXEC_PLAN &&
	    fd_sealed("plan", s->plan->text, s->plan->size, &plan, q->e) < 0)
		return -1;
	spec.stdin_fd = plan;
	spec.stdout_fd = out;
	spec.stderr_fd = errors;
	spec.workspace_in = stream;
	if (launcher_run(q->launcher, &spec, q->arena, &r, q->e) < 0) {
		if (!is_absent(&r, q->e))
			return err_wrap(q->e, "policy %s", q->policy->id);
		answer.fault = arena_strdup(q->arena, q->e->text);
		err_clear(q->e);
		*ret_answer = answer;
		return 0;
	}
	runs_record_sandbox(q->arena, &r, &answer.sandbox);
	answer.fault = fault_of(q, &r, errors);
	answer.status = r.exit_status;
	if (lseek(out, 0, SEEK_SET) < 0)
		return err_sys(q->e, "the output");
	if (fd_read_all(out, &text, "the output", q->e) < 0)
		return -1;
	answer.text = arena_strndup(q->arena, buf_text(&text), text.size);
	answer.size = text.size;
	*ret_answer = answer;
	return 0;
}

static bool same_answer(const struct answer *one, const struct answer *other)
{
	return one->status == other->status && one->size == other->size &&
	       memcmp(one->text, other->text, one->size) == 0;
}

static int ask_twice(struct asking *q, const struct subject *s, struct answer *ret_answer)
{
	const struct sandbox_variation plain = runs_plain(), varied = runs_varied();
	FP_CLEANUP(fd_cleanup) int stream = -1;
	struct answer one, other;

	if (make_stream(q, s, &stream) < 0 || ask_once(q, s, stream, &plain, &one) < 0)
		return -1;
	if (!one.fault) {
		if (ask_once(q, s, stream, &varied, &other) < 0)
			return -1;
		if (other.fault || !same_answer(&one, &other))
			one.fault = arena_printf(
				q->arena, "%s does not answer the same when it is asked again",
				q->policy->exec->command.items[0]);
	}
	*ret_answer = one;
	return 0;
}

static int ask(struct asking *q, const struct subject *s)
{
	struct evidence_exec row;
	struct answer answer;

	if (ask_twice(q, s, &answer) < 0)
		return -1;
	row = (struct evidence_exec){
		.policy = q->policy->id,
		.run = s->run,
		.image = q->policy->exec->image,
		.image_sha256 = q->policy->exec->image_sha256,
		.image_tree = q->image.tree,
		.input = s->plan ? s->plan->digest : s->tree->digest,
		.fault = answer.fault,
		.file = arena_printf(q->arena, "evidence/exec/%s-%s.out", q->policy->id, s->run),
		.sandbox = answer.sandbox,
		.output = answer.text,
		.size = answer.size,
	};
	if (!row.sandbox.ran)
		row.sandbox.end = row.sandbox.limit = row.sandbox.profile = "none";
	q->rows = arena_grow(q->arena, q->rows, q->count, &q->capacity, sizeof(*q->rows));
	q->rows[q->count++] = row;
	return 0;
}

/* That very image: another one of that name is another system. */
static int find_pinned(struct asking *q, const char *name, const char *pinned)
{
	char hex[SHA256_HEX_SIZE];
	const char *cache;

	if (image_cache(q->arena, &cache, q->e) < 0 ||
	    image_find(cache, name, q->arena, &q->image, q->e) < 0)
		return -1;
	sha256_hex(&q->image.tar, hex);
	if (pinned && strcmp(hex, pinned) != 0)
		return err_set(q->e, ERR_INPUT,
			       "the image %s is sha256:%s here, and the policy pins sha256:%s",
			       name, hex, pinned);
	return 0;
}

static int find_image(struct asking *q)
{
	const struct policy_exec *x = q->policy->exec;

	q->image = (struct image){.root = NULL};
	if (strcmp(x->image, "host") != 0 && find_pinned(q, x->image, x->image_sha256) < 0)
		return err_wrap(q->e, "policy %s", q->policy->id);
	return 0;
}

static int ask_about_trees(struct asking *q, int workspace, const struct runs_trees *trees,
			   const struct evidence *ev)
{
	const struct subject subjects[] = {
		{"before", workspace, ev->before.tree, NULL},
		{"first", trees->first, ev->first.tree, NULL},
	};

	for (size_t i = 0; i < FP_ARRAY_SIZE(subjects); i++)
		if (subjects[i].tree && subjects[i].stream >= 0 && ask(q, &subjects[i]) < 0)
			return -1;
	return 0;
}

static int ask_about_stage(struct asking *q, const struct evidence_stage *s)
{
	const struct subject subjects[] = {
		{s->before.name, -1, NULL, &s->before.fresh},
		{s->after.name, -1, NULL, &s->after.fresh},
		{arena_printf(q->arena, "replay.%s", s->name), -1, NULL, &s->after.other},
	};

	for (size_t i = 0; i < FP_ARRAY_SIZE(subjects); i++)
		if (subjects[i].plan->text && ask(q, &subjects[i]) < 0)
			return -1;
	return 0;
}

static int ask_about_plans(struct asking *q, const struct evidence *ev)
{
	const struct subject subjects[] = {
		{"before", -1, NULL, &ev->before.fresh},
		{"first", -1, NULL, &ev->first.fresh},
		{"replay", -1, NULL, &ev->replay.other},
	};

	for (size_t i = 0; i < FP_ARRAY_SIZE(subjects); i++)
		if (subjects[i].plan->text && ask(q, &subjects[i]) < 0)
			return -1;
	for (size_t i = 0; i < ev->stage_count; i++)
		if (ask_about_stage(q, &ev->stages[i]) < 0)
			return -1;
	return 0;
}

int execs_run(const struct runs_input *in, const struct runs_trees *trees, struct arena *a,
	      struct evidence *ev, struct err *e)
{
	struct asking q = {.launcher = in->launcher, .arena = a, .e = e};

	for (size_t i = 0; i < ev->policy_count; i++) {
		const struct evidence_policy *p = &ev->policies[i];

		if (policy_read(p->file, p->id, p->source, p->source_size, a, &q.policy, e) < 0)
			return -1;
		if (!q.policy->exec)
			continue;
		if (find_image(&q) < 0 ||
		    (q.policy->exec->input == POLICY_EXEC_PLAN
			     ? ask_about_plans(&q, ev)
			     : ask_about_trees(&q, in->workspace, trees, ev)) < 0)
			return -1;
	}
	ev->execs = q.rows;
	ev->exec_count = q.count;
	return 0;
}

int execs_ask(struct launcher *l, const struct policy *p, int tree, const char *plan, size_t size,
	      struct arena *a, struct policy_answer *ret_answer, struct err *e)
{
	const struct evidence_plan about = {.text = plan, .size = size};
	struct asking q = {.launcher = l, .arena = a, .e = e, .policy = p};
	const struct subject s = {.run = "scan", .stream = tree, .plan = &about};
	struct answer answer;

	if (find_image(&q) < 0 || ask_twice(&q, &s, &answer) < 0)
		return -1;
	*ret_answer = (struct policy_answer){
		.fault = answer.fault,
		.status = answer.sandbox.exit_status,
		.what = arena_printf(a, "what %s printed", p->exec->command.items[0]),
		.text = answer.text,
		.size = answer.size,
	};
	return 0;
}
