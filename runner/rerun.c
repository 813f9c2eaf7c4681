/*
 * The inputs of the runs are made anew from the bundle (struct inputs), runs_execute does the runs,
 * and what came out is held against the evidence, run by run.  At last the statements are derived
 * from what came out here, and must be those that were signed: who countersigns has not compared
 * numbers that he was given.
 */
#include "runner/rerun.h"

#include <fcntl.h>
#include <sys/stat.h>

#include "runner/attest/bundle_check.h"
#include "runner/base/fd.h"
#include "runner/base/json.h"
#include "runner/bundling.h"
#include "runner/diff.h"
#include "runner/execs.h"
#include "runner/image.h"
#include "runner/newsecrets.h"
#include "runner/pipeline.h"
#include "runner/runs.h"

#define CONTENT_MAX_BYTES ((size_t)256 << 20)

struct inputs {
	struct bundle_checker checker;
	struct fixcase c;
	struct runs_fix fix;
	int workspace, expected, worker;
	struct locate_packs packs;
	struct launcher *launcher;
	const struct locate_tool *tool;
	bool both;
	struct runs_trees trees;
	char directory[64]; /* that a script sees; "" when there is none */
};

static void release_inputs(struct inputs *in)
{
	struct err ignored = ERR_INIT;

	launcher_stop(in->launcher);
	fd_close(in->fix.patch);
	fd_close(in->fix.files);
	fd_close(in->fix.delta_from);
	fd_close(in->fix.delta_to);
	fd_close(in->fix.directory);
	fd_close(in->workspace);
	fd_close(in->expected);
	fd_close(in->worker);
	locate_packs_close(&in->packs);
	locate_tool_close(in->tool);
	runs_trees_close(&in->trees);
	evidence_release(&in->checker.ev);
	if (in->directory[0])
		(void)!fd_remove_tree(AT_FDCWD, in->directory, &ignored);
}

static const char *first_fault(const struct checks *checks)
{
	for (size_t i = 0; i < checks->count; i++)
		if (checks->rows[i].state == CHECK_FAILED || checks->rows[i].state == CHECK_OPEN)
			return checks->rows[i].text;
	return "it is not sound";
}

/* The bundle itself, before anything in it is run: sound, whoever signed it. */
static int check_bundle(struct inputs *in, const struct bundle *b, struct trust *nobody,
			struct arena *a, struct err *e)
{
	struct bundle_checker *c = &in->checker;

	trust_init(nobody);
	bundle_checker_init(c, b, nobody, 0, a);
	if (bundle_check_content(c) && (!bundle_check_is_signed(c) || bundle_check_signatures(c)) &&
	    bundle_check_evidence(c))
		return 0;
	return err_set(e, ERR_INPUT, "%s", first_fault(&c->checks));
}

static int content(struct inputs *in, const char *path, const char **ret_data, size_t *ret_size,
		   struct err *e)
{
	return bundle_file(in->checker.bundle, path, in->checker.arena, ret_data, ret_size, e);
}

/* Where the content of a file of a tree lies: in the first of these directories that has it. */
static int entry_content(struct inputs *in, const char *const *prefixes,
			 const struct tree_entry *entry, const char **ret_data, size_t *ret_size,
			 struct err *e)
{
	for (; *prefixes; prefixes++) {
		const char *path = arena_printf(in->checker.arena, "%s/%s", *prefixes, entry->path);
		const struct bundle_entry *found =
			bundle_manifest_find(&in->checker.manifest, path);

		if (found && sha256_equal(&found->sha256, &entry->sha256))
			return content(in, path, ret_data, ret_size, e);
	}
	return err_set(e, ERR_INPUT, "%s: its content is not in the bundle", entry->path);
}

static int write_entry(struct inputs *in, struct treestream_writer *w, const char *const *prefixes,
		       const struct tree_entry *entry, struct err *e)
{
	const char *data = "";
	size_t size = 0;

	if (entry->type == TREESTREAM_LINK) {
		data = entry->target;
		size = strlen(data);
	} else if (entry->type != TREESTREAM_DIRECTORY &&
		   entry_content(in, prefixes, entry, &data, &size, e) < 0) {
		return -1;
	}
	if (treestream_entry(w, entry->type, entry->path, size, e) < 0)
		return -1;
	return size > 0 ? treestream_content(w, data, size, e) : 0;
}

/* A tree as it was, with its modes and links; its digest is computed and must be the same. */
static int make_stream(struct inputs *in, const struct tree *t, const char *const *prefixes,
		       int *ret_stream, struct err *e)
{
	FP_CLEANUP(fd_cleanup) int fd = -1;
	struct treestream_writer w;
	const struct tree *again;

	if (fd_memfd("tree", &fd, e) < 0 || treestream_begin(&w, fd, e) < 0)
		return -1;
	for (size_t i = 0; i < t->count; i++)
		if (write_entry(in, &w, prefixes, &t->entries[i], e) < 0)
			return -1;
	if (treestream_end(&w, e) < 0 || tree_read(fd, in->checker.arena, &again, e) < 0)
		return -1;
	if (!sha256_equal(&again->digest, &t->digest))
		return err_set(e, ERR_INPUT, "%s: is another tree than the one on record",
			       prefixes[0]);
	*ret_stream = fd_steal(&fd);
	return 0;
}

/* case/fix/NAME.tree.json and its files; -1 in *ret_stream when the bundle has none. */
static int fix_stream(struct inputs *in, const char *name, const struct tree **ret_tree,
		      int *ret_stream, struct err *e)
{
	struct arena *a = in->checker.arena;
	const char *path = arena_printf(a, "case/fix/%s" BUNDLING_TREE_SUFFIX, name);
	const char *const prefixes[] = {arena_printf(a, "case/fix/%s", name), "case/workspace",
					NULL};
	const char *text;
	size_t size;

	*ret_stream = -1;
	if (!bundle_manifest_find(&in->checker.manifest, path))
		return 0;
	if (content(in, path, &text, &size, e) < 0 ||
	    tree_parse(path, text, size, a, ret_tree, e) < 0)
		return -1;
	return make_stream(in, *ret_tree, prefixes, ret_stream, e);
}

static int make_directory(struct inputs *in, struct err *e)
{
	FP_CLEANUP(fd_cleanup) int stream = -1;
	const struct tree *t;
	char path[] = "/tmp/fixproof-rerun-XXXXXX";

	if (fix_stream(in, "directory", &t, &stream, e) < 0)
		return -1;
	if (stream < 0)
		return 0;
	/* The parsed tree has no offsets in the stream. */
	if (tree_read(stream, in->checker.arena, &t, e) < 0)
		return -1;
	if (!mkdtemp(path))
		return err_sys(e, "%s", path);
	(void)snprintf(in->directory, sizeof(in->directory), "%s", path);
	in->fix.directory = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (in->fix.directory < 0 || fchmod(in->fix.directory, 0755) < 0)
		return err_sys(e, "%s", path);
	return tree_unpack(stream, t, in->fix.directory, e);
}

static int make_patch(struct inputs *in, struct err *e)
{
	static const char path[] = "case/fix/fix.patch";
	const char *text;
	size_t size;

	if (!bundle_manifest_find(&in->checker.manifest, path))
		return 0;
	if (content(in, path, &text, &size, e) < 0)
		return -1;
	return fd_sealed("patch", text, size, &in->fix.patch, e);
}

/* The difference of the two trees instead of the fix: for the plans it is the same. */
static int make_delta(struct inputs *in, struct err *e)
{
	static const char *const prefixes[] = {"case/after", "case/workspace", NULL};

	in->c.fix.kind = FIXCASE_FIX_GIT;
	in->fix.delta_from = fcntl(in->workspace, F_DUPFD_CLOEXEC, 3);
	if (in->fix.delta_from < 0)
		return err_sys(e, "F_DUPFD_CLOEXEC");
	return make_stream(in, in->checker.ev.first.tree, prefixes, &in->fix.delta_to, e);
}

static int make_fix(struct inputs *in, enum rerun_scope scope, struct err *e)
{
	const struct tree *t;

	if (scope == RERUN_PLANS)
		return make_delta(in, e);
	if (make_patch(in, e) < 0 || fix_stream(in, "files", &t, &in->fix.files, e) < 0 ||
	    fix_stream(in, "head", &t, &in->fix.delta_to, e) < 0 || make_directory(in, e) < 0)
		return -1;
	if (in->fix.delta_to < 0)
		return 0;
	in->fix.delta_from = fcntl(in->workspace, F_DUPFD_CLOEXEC, 3);
	return in->fix.delta_from < 0 ? err_sys(e, "F_DUPFD_CLOEXEC") : 0;
}

static int make_case(struct inputs *in, struct err *e)
{
	static const char *const names[] = {"case/case.yaml", "case/case.json"};
	bool json = bundle_manifest_find(&in->checker.manifest, names[1]) != NULL;
	const struct fixcase *c;
	const char *text;
	size_t size;

	if (content(in, names[json], &text, &size, e) < 0 ||
	    fixcase_parse(names[json], text, size, in->checker.arena, &c, e) < 0)
		return -1;
	in->c = *c;
	in->c.root = in->checker.ev.claims.root;
	return 0;
}

static int make_packs(struct inputs *in, struct err *e)
{
	const struct bundle_manifest *m = &in->checker.manifest;

	for (size_t i = 0; i < m->count; i++) {
		const char *text;
		size_t size;
		int fd;

		if (strcmp(m->entries[i].role, "pack") != 0)
			continue;
		if (in->packs.count == LOCATE_PACKS_MAX)
			return err_set(e, ERR_LIMIT, "more than %d packs", LOCATE_PACKS_MAX);
		if (content(in, m->entries[i].path, &text, &size, e) < 0 ||
		    fd_sealed("pack", text, size, &fd, e) < 0)
			return -1;
		in->packs.rows[in->packs.count++] = (struct locate_pack){m->entries[i].path, fd};
	}
	return 0;
}

static int make_inputs(struct inputs *in, enum rerun_scope scope, struct err *e)
{
	static const char *const prefixes[] = {"case/workspace", NULL};
	static const char *const expected[] = {"case/expected", "case/workspace", NULL};

	if (in->checker.ev.expected.tree &&
	    make_stream(in, in->checker.ev.expected.tree, expected, &in->expected, e) < 0)
		return -1;
	if (make_case(in, e) < 0 || make_packs(in, e) < 0 ||
	    make_stream(in, in->checker.ev.before.tree, prefixes, &in->workspace, e) < 0 ||
	    make_fix(in, scope, e) < 0 || locate_program("fixproof-worker", &in->worker, e) < 0)
		return -1;
	return launcher_start(&in->launcher, e);
}

struct comparing {
	struct arena *arena;
	struct checks *checks;
	const struct evidence *was, *is;
	enum rerun_scope scope;
};

static void differs(struct comparing *c, const char *run, const char *what)
{
	(void)check_add(c->checks, run, CHECK_FAILED, "%s", what);
}

/* Where two values part, as a JSON pointer; "" when nowhere. */
static bool parting(const json_t *one, const json_t *other, struct buf *path)
{
	const char *key;
	json_t *member;
	size_t i, at = path->size;

	if (json_is_object(one) && json_is_object(other)) {
		json_object_foreach ((json_t *)(uintptr_t)one, key, member) {
			buf_addf(path, "/%s", key);
			if (parting(member, json_object_get(other, key), path))
				return true;
			path->size = at;
		}
		return json_object_size(one) != json_object_size(other);
	}
	if (json_is_array(one) && json_array_size(one) == json_array_size(other)) {
		json_array_foreach (one, i, member) {
			buf_addf(path, "/%zu", i);
			if (parting(member, json_array_get(other, i), path))
				return true;
			path->size = at;
		}
		return false;
	}
	return !other || !json_equal(one, other);
}

static void compare_json(struct comparing *c, const char *run, const char *what, const json_t *was,
			 const json_t *is)
{
	FP_CLEANUP(buf_release) struct buf path = BUF_INIT((size_t)1 << 20);

	if (!was != !is)
		differs(c, run,
			arena_printf(c->arena, "%s: %s", what,
				     was ? "could not be made" : "was made, and not then"));
	else if (was && parting(was, is, &path))
		differs(c, run,
			arena_printf(c->arena, "%s: %.*s differs", what, (int)path.size,
				     path.size ? path.data : ""));
}

static void compare_plan(struct comparing *c, const char *run, const char *what,
			 const struct evidence_plan *was, const struct evidence_plan *is)
{
	if (was->text && is->text && sha256_equal(&was->digest, &is->digest))
		return;
	compare_json(c, run, arena_printf(c->arena, "plan %s", what), was->json, is->json);
}

static void compare_trees(struct comparing *c, const char *run, const struct tree *was,
			  const struct tree *is)
{
	if (!was || !is) {
		if (was != is)
			differs(c, run, was ? "left no tree" : "left a tree, and none then");
		return;
	}
	if (sha256_equal(&was->digest, &is->digest))
		return;
	for (size_t i = 0; i < was->count; i++) {
		const struct tree_entry *entry = &was->entries[i],
					*now = tree_find(is, entry->path);

		if (!now || now->type != entry->type ||
		    !sha256_equal(&now->sha256, &entry->sha256)) {
			differs(c, run,
				arena_printf(c->arena, "%s %s", entry->path,
					     now ? "differs" : "is missing"));
			return;
		}
	}
	for (size_t i = 0; i < is->count; i++)
		if (!tree_find(was, is->entries[i].path)) {
			differs(c, run,
				arena_printf(c->arena, "%s is there, and was not then",
					     is->entries[i].path));
			return;
		}
}

static bool has_refusal(const struct evidence_sandbox *s, const struct evidence_refusal *r)
{
	for (size_t i = 0; i < s->refusal_count; i++)
		if (strcmp(s->refusals[i].call, r->call) == 0 &&
		    strcmp(s->refusals[i].program, r->program) == 0)
			return true;
	return false;
}

static void compare_refusals(struct comparing *c, const char *run,
			     const struct evidence_sandbox *was, const struct evidence_sandbox *is,
			     const char *how)
{
	for (size_t i = 0; i < was->refusal_count; i++)
		if (was->refusals[i].loud && !has_refusal(is, &was->refusals[i]))
			differs(c, run,
				arena_printf(c->arena, "%s by %s was refused %s",
					     was->refusals[i].call, was->refusals[i].program, how));
}

static void compare_apply(struct comparing *c, const char *run, const struct evidence_apply *was,
			  const struct evidence_apply *is)
{
	if (was->attempted != is->attempted || was->outcome != is->outcome) {
		differs(c, run,
			arena_printf(c->arena, "the fix %s, and %s then",
				     evidence_outcome_name(is->outcome),
				     evidence_outcome_name(was->outcome)));
		return;
	}
	compare_refusals(c, run, &was->sandbox, &is->sandbox, "then");
	compare_refusals(c, run, &is->sandbox, &was->sandbox, "now");
}

static void compare_run(struct comparing *c, const struct evidence_run *was,
			const struct evidence_run *is)
{
	if (c->scope == RERUN_ALL)
		compare_apply(c, was->name, &was->apply, &is->apply);
	compare_trees(c, was->name, was->tree, is->tree);
	compare_plan(c, was->name, "fresh", &was->fresh, &is->fresh);
	compare_plan(c, was->name, "change", &was->change, &is->change);
	compare_plan(c, was->name, "settled", &was->settled, &is->settled);
	compare_plan(c, was->name, "other", &was->other, &is->other);
	compare_json(c, was->name, "view", was->view, is->view);
	compare_json(c, was->name, "other view", was->other_view, is->other_view);
}

static void compare_packs(struct comparing *c)
{
	for (size_t i = 0; i < c->was->pack_count; i++) {
		const struct evidence_pack *p = &c->was->packs[i];
		bool found = false;

		for (size_t k = 0; k < c->is->pack_count; k++)
			found = found || sha256_equal(&p->digest, &c->is->packs[k].digest);
		if (!found)
			differs(c, "packs",
				arena_printf(c->arena, "%s %s was not used", p->provider,
					     p->version));
	}
}

static const struct evidence_exec *same_exec(const struct evidence *ev,
					     const struct evidence_exec *x)
{
	for (size_t i = 0; i < ev->exec_count; i++)
		if (strcmp(ev->execs[i].policy, x->policy) == 0 &&
		    strcmp(ev->execs[i].run, x->run) == 0)
			return &ev->execs[i];
	return NULL;
}

static bool same_programs(const struct evidence_sandbox *one, const struct evidence_sandbox *other)
{
	if (one->program_count != other->program_count)
		return false;
	for (size_t i = 0; i < one->program_count; i++)
		if (strcmp(one->programs[i].value, other->programs[i].value) != 0)
			return false;
	return true;
}

/* A program that is not here, or is another one, says nothing about what the one of then said. */
static void compare_execs(struct comparing *c)
{
	for (size_t i = 0; i < c->was->exec_count; i++) {
		const struct evidence_exec *was = &c->was->execs[i], *is = same_exec(c->is, was);

		if (!is || (was->sandbox.ran && !is->sandbox.ran))
			(void)check_add(c->checks, was->policy, CHECK_OPEN, "%s",
					is ? is->fault : "its program was not asked");
		else if (was->size == is->size && !was->fault == !is->fault &&
			 was->sandbox.exit_status == is->sandbox.exit_status &&
			 memcmp(was->output, is->output, was->size) == 0)
			continue;
		else if (!same_programs(&was->sandbox, &is->sandbox) ||
			 !sha256_equal(&was->image_tree, &is->image_tree))
			(void)check_add(c->checks, was->policy, CHECK_OPEN,
					"its program is another one here");
		else
			(void)check_add(c->checks, was->policy, CHECK_FAILED,
					"%s: its program printed something else", was->file);
	}
}

static bool same_strings(const struct evidence_strings *a, const struct evidence_strings *b)
{
	if (a->count != b->count)
		return false;
	for (size_t i = 0; i < a->count; i++)
		if (strcmp(a->items[i], b->items[i]) != 0)
			return false;
	return true;
}

static void compare(struct comparing *c)
{
	const struct evidence_run *was[EVIDENCE_RUN_COUNT], *is[EVIDENCE_RUN_COUNT];

	evidence_runs(c->was, was);
	evidence_runs(c->is, is);
	for (size_t i = 0; i < EVIDENCE_RUN_COUNT; i++)
		/* A second application of a difference is not one of the fix. */
		if (c->scope == RERUN_ALL ||
		    (was[i] != &c->was->again && was[i] != &c->was->replay))
			compare_run(c, was[i], is[i]);
	compare_run(c, &c->was->expected, &c->is->expected);
	for (size_t i = 0; i < c->was->stage_count; i++) {
		if (i >= c->is->stage_count)
			break;
		compare_run(c, &c->was->stages[i].before, &c->is->stages[i].before);
		compare_run(c, &c->was->stages[i].after, &c->is->stages[i].after);
		compare_run(c, &c->was->stages[i].expected, &c->is->stages[i].expected);
	}
	if (c->was->stage_count != c->is->stage_count)
		differs(c, "matrix", "other stages were planned");
	compare_packs(c);
	compare_execs(c);
	if (!same_strings(&c->was->inferred, &c->is->inferred))
		differs(c, "types", "other types were inferred");
	if (c->scope == RERUN_ALL && (c->was->differs_unvaried != c->is->differs_unvaried ||
				      !same_strings(&c->was->guilty, &c->is->guilty)))
		differs(c, "replay", "other variations make it differ");
}

/* Takes over what was observed here; what only this machine says of its sandbox stays as it was. */
static void observe(struct evidence_run *run, const struct evidence_run *here)
{
	struct evidence_run seen = *here;

	seen.name = run->name;
	seen.apply.sandbox = run->apply.sandbox;
	seen.apply.output = run->apply.output;
	seen.apply.reason = run->apply.reason;
	seen.sandbox = run->sandbox;
	*run = seen;
}

/* The statements that follow from what was seen here must be those of the bundle. */
static int derive(struct inputs *in, const struct evidence *here, struct checks *checks,
		  struct err *e)
{
	struct bundle_checker *c = &in->checker;
	struct evidence ev = c->ev;
	struct statements s;
	struct judgement j;

	observe(&ev.before, &here->before);
	observe(&ev.before_varied, &here->before_varied);
	observe(&ev.first, &here->first);
	observe(&ev.again, &here->again);
	observe(&ev.replay, &here->replay);
	observe(&ev.expected, &here->expected);
	ev.stages = arena_array(c->arena, ev.stage_count, sizeof(*ev.stages));
	for (size_t i = 0; i < ev.stage_count; i++) {
		ev.stages[i] = c->ev.stages[i];
		observe(&ev.stages[i].before, &here->stages[i].before);
		observe(&ev.stages[i].after, &here->stages[i].after);
		observe(&ev.stages[i].expected, &here->stages[i].expected);
	}
	if ((here->first.tree &&
	     newsecrets_find(&ev, in->workspace, in->trees.first, c->arena, e) < 0) ||
	    verifiers_judge(&ev, c->arena, &j, e) < 0)
		return -1;
	bundle_statements(&j, &c->manifest, &c->manifest_digest, c->arena, &s);
	for (size_t i = 0; i < c->statements.count; i++)
		if (i >= s.count || s.rows[i].size != c->statements.rows[i].size ||
		    memcmp(s.rows[i].payload, c->statements.rows[i].payload, s.rows[i].size) != 0)
			(void)check_add(checks, "statement", CHECK_FAILED,
					"%s: another statement follows from what was seen here",
					c->statements.rows[i].file);
	return 0;
}

static int compare_diff(struct inputs *in, const struct evidence *here, struct checks *checks,
			struct err *e)
{
	FP_CLEANUP(buf_release) struct buf diff = BUF_INIT(DIFF_MAX_BYTES);
	const struct tree *before;
	const char *text;
	size_t size;

	if (!here->first.tree || in->trees.first < 0)
		return 0;
	if (tree_read(in->workspace, in->checker.arena, &before, e) < 0 ||
	    diff_trees(before, in->workspace, here->first.tree, in->trees.first, &diff, e) < 0 ||
	    content(in, "fix.diff", &text, &size, e) < 0)
		return -1;
	if (diff.size != size || memcmp(buf_text(&diff), text, size) != 0)
		(void)check_add(checks, "fix.diff", CHECK_FAILED,
				"fix.diff: is not the difference of the two trees");
	return 0;
}

/* The very image that a program saw must be here: another would be another system. */
static void check_image(const char *what, const char *name, const char *sha256,
			struct checks *checks)
{
	char hex[SHA256_HEX_SIZE] = "";
	struct err e = ERR_INIT;
	struct image image;
	const char *cache;

	if (image_cache(checks->arena, &cache, &e) < 0 ||
	    image_find(cache, name, checks->arena, &image, &e) < 0) {
		(void)check_add(checks, what, CHECK_OPEN, "%s (sha256:%s is needed)", e.text,
				sha256);
		return;
	}
	sha256_hex(&image.tar, hex);
	if (strcmp(hex, sha256) != 0)
		(void)check_add(checks, what, CHECK_OPEN,
				"the image %s is sha256:%s here, and was sha256:%s", name, hex,
				sha256);
}

/* Those of the policies, each once: its answers stand beside one another. */
static void check_exec_images(const struct evidence *ev, struct checks *checks)
{
	for (size_t i = 0; i < ev->exec_count; i++) {
		const struct evidence_exec *x = &ev->execs[i];

		if (x->image_sha256 && (i == 0 || strcmp(x[-1].policy, x->policy) != 0))
			check_image(x->policy, x->image, x->image_sha256, checks);
	}
}

/* What keeps the runs from being done at all; false when something does. */
static bool check_possible(struct inputs *in, struct checks *checks)
{
	const struct evidence *ev = &in->checker.ev;
	struct err e = ERR_INIT;

	if (locate_tool(ev->planner, NULL, in->checker.arena, &in->tool, &in->both, &e) < 0)
		(void)check_add(checks, "planner", CHECK_OPEN, "%s", e.text);
	for (size_t i = 0; i < ev->redaction_count; i++)
		if (ev->redactions[i].blocks_rerun)
			(void)check_add(checks, "redacted", CHECK_OPEN, "%s: %zu redacted (%s)",
					ev->redactions[i].path, ev->redactions[i].count,
					ev->redactions[i].detector);
	for (size_t i = 0; i < ev->pack_count; i++) {
		char hex[SHA256_HEX_SIZE];

		sha256_hex(&ev->packs[i].digest, hex);
		if (!bundle_manifest_find(
			    &in->checker.manifest,
			    arena_printf(in->checker.arena, "case/packs/%s.pack", hex)))
			(void)check_add(checks, "packs", CHECK_OPEN, "%s %s is not in the bundle",
					ev->packs[i].provider, ev->packs[i].version);
	}
	if (ev->image_sha256)
		check_image("image", ev->image, ev->image_sha256, checks);
	check_exec_images(ev, checks);
	if (!ev->before.tree)
		(void)check_add(checks, "workspace", CHECK_OPEN, "no workspace is on record");
	return check_worst(checks) == CHECK_PASSED;
}

/* When something differs, what else is another one here: then nobody can say whose fault it is. */
static int check_tools(struct inputs *in, const struct evidence *here, struct checks *checks,
		       struct err *e)
{
	const struct evidence *ev = &in->checker.ev;
	const struct evidence_pair *tools;
	size_t count;

	if (pipeline_tools(in->checker.arena, &tools, &count, e) < 0)
		return -1;
	for (size_t i = 0; i < ev->tool_count; i++)
		for (size_t k = 0; k < count; k++)
			if (strcmp(ev->tools[i].name, tools[k].name) == 0 &&
			    strcmp(ev->tools[i].value, tools[k].value) != 0)
				(void)check_add(checks, "tools", CHECK_OPEN,
						"%s is sha256:%s here, and was sha256:%s (fixproof "
						"%s)",
						tools[k].name, tools[k].value, ev->tools[i].value,
						ev->version);
	for (size_t i = 0; i < ev->first.apply.sandbox.program_count; i++) {
		const struct evidence_pair *was = &ev->first.apply.sandbox.programs[i];

		for (size_t k = 0; k < here->first.apply.sandbox.program_count; k++) {
			const struct evidence_pair *is = &here->first.apply.sandbox.programs[k];

			if (strcmp(was->name, is->name) == 0 && strcmp(was->value, is->value) != 0)
				(void)check_add(checks, "programs", CHECK_OPEN,
						"%s is another program here", was->name);
		}
	}
	return 0;
}

static int execute(struct inputs *in, enum rerun_scope scope, struct rerun_report *r, struct err *e)
{
	const struct runs_input runs = {.c = &in->c,
					.workspace = in->workspace,
					.expected = in->expected,
					.fix = in->fix,
					.packs = &in->packs,
					.tool = in->tool,
					.both = in->both,
					.worker = in->worker,
					.launcher = in->launcher};
	struct arena *a = in->checker.arena;
	struct evidence here = {.planner = NULL};
	struct comparing c = {a, &r->checks, &in->checker.ev, &here, scope};
	int result;

	here.policies = in->checker.ev.policies;
	here.policy_count = in->checker.ev.policy_count;
	if (runs_execute(&runs, a, &here, &in->trees, e) < 0)
		return -1;
	result = execs_run(&runs, &in->trees, a, &here, e);
	if (result == 0) {
		compare(&c);
		result = compare_diff(in, &here, &r->checks, e);
	}
	if (result == 0 && scope == RERUN_ALL && r->checks.count == 0)
		result = derive(in, &here, &r->checks, e);
	if (result == 0 && r->checks.count > 0)
		result = check_tools(in, &here, &r->checks, e);
	evidence_release(&here);
	return result;
}

static enum rerun_result result_of(const struct checks *checks)
{
	for (size_t i = 0; i < checks->count; i++)
		if (checks->rows[i].state == CHECK_OPEN)
			return RERUN_CANNOT;
	return checks->count == 0 ? RERUN_SAME : RERUN_DIFFERENT;
}

int rerun_bundle(const struct bundle *b, enum rerun_scope scope, struct arena *a,
		 struct rerun_report *ret_report, struct err *e)
{
	FP_CLEANUP(release_inputs)
	struct inputs in = {.fix = {-1, -1, -1, -1, -1},
			    .workspace = -1,
			    .expected = -1,
			    .worker = -1,
			    .trees = RUNS_TREES_INIT};
	struct rerun_report r = {.checks = {.arena = a}};
	struct trust nobody;

	if (check_bundle(&in, b, &nobody, a, e) < 0)
		return -1;
	r.decision = in.checker.judgement.decision;
	if (scope == RERUN_PLANS && !in.checker.ev.first.tree)
		(void)check_add(&r.checks, "trees", CHECK_OPEN, "the fix left no tree");
	if (check_possible(&in, &r.checks) &&
	    (make_inputs(&in, scope, e) < 0 || execute(&in, scope, &r, e) < 0))
		return -1;
	r.result = result_of(&r.checks);
	*ret_report = r;
	return 0;
}

const char *rerun_result_name(enum rerun_result result)
{
	static const char *const names[] = {"same", "different", "cannot"};

	return names[result];
}
