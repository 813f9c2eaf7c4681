#include "runner/pipeline.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <time.h>

#include "policies/catalogue.h"
#include "runner/attest/bundle.h"
#include "runner/base/fd.h"
#include "runner/base/json.h"
#include "runner/bundling.h"
#include "runner/execs.h"
#include "runner/findingreport.h"
#include "runner/gitfix.h"
#include "runner/newsecrets.h"
#include "runner/policyset.h"
#include "runner/runs.h"

#define PATCH_MAX_BYTES ((size_t)16 << 20)

/* Everything of one case that must be closed again. */
struct work {
	const struct fixcase *c;
	int case_dir, workspace, expected, worker;
	struct runs_fix fix;
	struct locate_packs packs;
	const struct locate_tool *tool;
	bool both;
	struct launcher *launcher;
	struct runs_trees trees;
	int script_tree; /* what the script's directory holds, for the bundle */
	struct gitfix git;
	const struct tree *base; /* of git.base_tree; NULL without git */
	const char *case_inside; /* where the case stands in it; NULL when it does not */
};

#define WORK_INIT                                                                         \
	{                                                                                 \
		.case_dir = -1, .workspace = -1, .expected = -1, .worker = -1,            \
		.fix = {-1, -1, -1, -1, -1}, .trees = RUNS_TREES_INIT, .script_tree = -1, \
		.git = GITFIX_INIT                                                        \
	}

static void work_release(struct work *w)
{
	launcher_stop(w->launcher);
	fd_close(w->case_dir);
	fd_close(w->workspace);
	fd_close(w->expected);
	fd_close(w->worker);
	fd_close(w->fix.patch);
	fd_close(w->fix.files);
	fd_close(w->fix.delta_from);
	fd_close(w->fix.delta_to);
	fd_close(w->fix.directory);
	fd_close(w->script_tree);
	locate_packs_close(&w->packs);
	locate_tool_close(w->tool);
	runs_trees_close(&w->trees);
	gitfix_close(&w->git);
}

/* A directory of the case as a tree stream. */
static int pack_directory(const struct work *w, const char *path, int *ret_stream, struct err *e)
{
	FP_CLEANUP(fd_cleanup) int dir = -1;
	FP_CLEANUP(fd_cleanup) int stream = -1;

	if (fixcase_open(w->case_dir, path, O_RDONLY | O_DIRECTORY, &dir, e) < 0 ||
	    fd_memfd("tree", &stream, e) < 0 ||
	    tree_pack(dir, path, RUNS_WORKSPACE_MAX_BYTES, stream, e) < 0)
		return -1;
	*ret_stream = fd_steal(&stream);
	return 0;
}

static int load_patch(struct work *w, struct err *e)
{
	FP_CLEANUP(buf_release) struct buf text = BUF_INIT(PATCH_MAX_BYTES);
	FP_CLEANUP(fd_cleanup) int fd = -1;
	struct stat st;

	if (fixcase_open(w->case_dir, w->c->fix.path, O_RDONLY | O_NONBLOCK, &fd, e) < 0)
		return -1;
	if (fstat(fd, &st) < 0 || !S_ISREG(st.st_mode))
		return err_set(e, ERR_INPUT, "%s: not a regular file", w->c->fix.path);
	if (fd_read_all(fd, &text, w->c->fix.path, e) < 0)
		return -1;
	return fd_sealed("patch", buf_text(&text), text.size, &w->fix.patch, e);
}

static int load_fix(struct work *w, struct err *e)
{
	const struct fixcase_fix *fix = &w->c->fix;

	switch (fix->kind) {
	case FIXCASE_FIX_PATCH:
		return load_patch(w, e);
	case FIXCASE_FIX_FILES:
		return pack_directory(w, fix->path, &w->fix.files, e);
	case FIXCASE_FIX_SCRIPT:
		if (!fix->directory)
			return 0;
		if (pack_directory(w, fix->directory, &w->script_tree, e) < 0)
			return -1;
		return fixcase_open(w->case_dir, fix->directory, O_RDONLY | O_DIRECTORY,
				    &w->fix.directory, e);
	case FIXCASE_FIX_GIT:
		return err_set(e, ERR_USAGE,
			       "a fix of the kind \"git\" is run with --git BASE...HEAD");
	}
	abort();
}

/* The case as it is in BASE: a file, or a directory that holds case.yaml or case.json. */
static const struct tree_entry *find_case(const struct tree *base, const char *path,
					  struct arena *a)
{
	static const char *const forms[] = {"%s", "%s/case.yaml", "%s/case.json"};

	for (size_t i = 0; i < FP_ARRAY_SIZE(forms); i++) {
		const struct tree_entry *entry;

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
		entry = tree_find(base, arena_printf(a, forms[i], path));
#pragma GCC diagnostic pop
		if (entry &&
		    (entry->type == TREESTREAM_FILE || entry->type == TREESTREAM_EXECUTABLE))
			return entry;
	}
	return NULL;
}

static int load_base_case(const char *case_path, const char *inside, struct work *w,
			  struct arena *a, struct err *e)
{
	FP_CLEANUP(buf_release) struct buf text = BUF_INIT(FIXCASE_MAX_BYTES);
	const struct tree_entry *entry = find_case(w->base, inside, a);

	if (!entry)
		return err_set(e, ERR_INPUT,
			       "%s: is not in %s, and a case is never taken from HEAD", case_path,
			       w->git.base);
	if (tree_content(w->git.base_tree, entry, &text, e) < 0)
		return -1;
	w->case_inside = entry->path;
	return fixcase_parse(entry->path, buf_text(&text), text.size, a, &w->c, e);
}

/* The tree is the whole repository; the workspace of the case is the directory that is planned. */
static int prepare_git(const char *case_path, const struct pipeline_options *o, struct work *w,
		       struct arena *a, struct err *e)
{
	const char *inside;
	struct fixcase *c;

	if (gitfix_read(o->repository, o->git_range, w->launcher, a, &w->git, e) < 0 ||
	    tree_read(w->git.base_tree, a, &w->base, e) < 0)
		return -1;
	inside = gitfix_inside(&w->git, case_path, a);
	if ((inside ? load_base_case(case_path, inside, w, a, e)
		    : fixcase_load(case_path, a, &w->c, &w->case_dir, e)) < 0)
		return -1;
	if (w->c->fix.kind != FIXCASE_FIX_GIT)
		return err_set(e, ERR_USAGE, "%s: with --git the fix must be of the kind \"git\"",
			       w->c->file);
	/* The tree is that of the whole repository, and the directory one of the workspace alone.
	 */
	if (w->c->expected)
		return err_set(e, ERR_UNSUPPORTED, "%s: \"expected\" does not go with --git",
			       w->c->file);
	c = arena_memdup(a, w->c, sizeof(*w->c));
	if (strcmp(c->workspace, ".") != 0)
		c->root = strcmp(c->root, ".") == 0
				  ? c->workspace
				  : arena_printf(a, "%s/%s", c->workspace, c->root);
	w->c = c;
	w->workspace = fd_steal(&w->git.fork_tree);
	w->fix.delta_from = fcntl(w->workspace, F_DUPFD_CLOEXEC, 3);
	w->fix.delta_to = fd_steal(&w->git.head_tree);
	return w->fix.delta_from < 0 ? err_sys(e, "F_DUPFD_CLOEXEC") : 0;
}

static int check_packs(const struct fixcase *c, const struct evidence *ev, struct err *e)
{
	for (size_t i = 0; i < c->pack_count; i++) {
		const struct fixcase_pack *wanted = &c->packs[i];
		bool found = false;

		for (size_t k = 0; k < ev->pack_count; k++)
			found = found || (strcmp(ev->packs[k].provider, wanted->provider) == 0 &&
					  (!wanted->version ||
					   strcmp(ev->packs[k].version, wanted->version) == 0));
		if (!found)
			return err_set(e, ERR_INPUT,
				       "providers: no plan was made with the pack %s %s",
				       wanted->provider, wanted->version ? wanted->version : "");
	}
	return 0;
}

/* A waiver that would not count is refused, rather than left for the reader to notice. */
static int check_waiver(const struct fixcase *c, const struct fixcase_waiver *w, struct err *e)
{
	for (size_t i = 0; verifier_table[i]; i++) {
		if (strcmp(verifier_table[i]->id, w->verifier) != 0)
			continue;
		if (verifier_table[i]->core)
			return doc_fault(w->at, c->file, e,
					 "\"%s\" is of the core and cannot be waived", w->verifier);
		return 0;
	}
	return doc_fault(w->at, c->file, e, "no verifier has the id \"%s\"", w->verifier);
}

static int check_waivers(const struct fixcase *c, struct err *e)
{
	for (size_t i = 0; i < c->waiver_count; i++)
		if (c->waivers[i].verifier && check_waiver(c, &c->waivers[i], e) < 0)
			return -1;
	return 0;
}

/* The same of a policy that nobody knows. */
static int check_waived_policies(const struct fixcase *c, const struct evidence *ev, struct err *e)
{
	for (size_t i = 0; i < c->waiver_count; i++) {
		const struct fixcase_waiver *w = &c->waivers[i];
		bool known = w->policy == NULL;

		for (size_t k = 0; !known && k < ev->policy_count; k++)
			known = strcmp(ev->policies[k].id, w->policy) == 0;
		if (!known)
			return doc_fault(w->at, c->file, e, "no policy has the id \"%s\"",
					 w->policy);
	}
	return 0;
}

static int prepare(const char *case_path, const struct pipeline_options *o, struct work *w,
		   struct arena *a, struct err *e)
{
	if (locate_program("fixproof-worker", &w->worker, e) < 0 ||
	    locate_packs(a, &w->packs, e) < 0 || launcher_start(&w->launcher, e) < 0)
		return -1;
	if (o->git_range)
		return prepare_git(case_path, o, w, a, e);
	if (fixcase_load(case_path, a, &w->c, &w->case_dir, e) < 0)
		return -1;
	if (pack_directory(w, w->c->workspace, &w->workspace, e) < 0 ||
	    (w->c->expected && pack_directory(w, w->c->expected, &w->expected, e) < 0) ||
	    load_fix(w, e) < 0)
		return err_wrap(e, "%s", w->c->file);
	return 0;
}

int pipeline_policies(const char *const *paths, size_t count, struct arena *a,
		      const struct evidence_policy **ret_policies, size_t *ret_count, struct err *e)
{
	return policyset_gather(NULL, paths, count, true, a, ret_policies, ret_count, e);
}

static struct evidence_strings strings(const struct fixcase_strings *s)
{
	return (struct evidence_strings){s->items, s->count};
}

static void copy_author(const struct fixcase *c, struct evidence_claims *claims)
{
	claims->has_author = c->has_author;
	if (!c->has_author)
		return;
	claims->author_kind = fixcase_author_kind_name(c->author.kind);
	claims->author_name = c->author.name;
	claims->author_tool = c->author.tool;
	claims->author_model = c->author.model;
	claims->author_prompt_sha256 = c->author.prompt_sha256;
}

static void copy_finding(const struct fixcase *c, struct evidence_claims *claims)
{
	const struct fixcase_finding *f = &c->finding;

	claims->has_finding = c->has_finding;
	if (c->has_finding)
		claims->finding = (struct evidence_finding){
			f->tool,    f->rule, f->resource, fixcase_severity_name(f->severity),
			f->message, f->file, f->line,	  f->end_line};
}

static void copy_claims(const struct fixcase *c, struct arena *a, struct evidence_claims *claims)
{
	struct evidence_control *controls = arena_array(a, c->control_count, sizeof(*controls));
	struct evidence_waiver *waivers = arena_array(a, c->waiver_count, sizeof(*waivers));

	for (size_t i = 0; i < c->control_count; i++)
		controls[i] = (struct evidence_control){c->controls[i].standard,
							c->controls[i].version, c->controls[i].id};
	for (size_t i = 0; i < c->waiver_count; i++)
		waivers[i] = (struct evidence_waiver){c->waivers[i].verifier, c->waivers[i].policy,
						      c->waivers[i].reason, c->waivers[i].owner,
						      c->waivers[i].expires};
	*claims = (struct evidence_claims){
		.id = c->id,
		.title = c->title,
		.reason = c->reason,
		.fix_kind = fixcase_fix_kind_name(c->fix.kind),
		.root = c->root,
		.policies = strings(&c->policies),
		.invariants = strings(&c->invariants),
		.controls = controls,
		.control_count = c->control_count,
		.has_paths = c->scope.has_paths,
		.has_resources = c->scope.has_resources,
		.paths = strings(&c->scope.paths),
		.resources = strings(&c->scope.resources),
		.keep = strings(&c->scope.keep),
		.remove = strings(&c->scope.remove),
		.allow_replace = strings(&c->scope.allow_replace),
		.declare = strings(&c->scope.declare),
		.waivers = waivers,
		.waiver_count = c->waiver_count,
	};
	copy_finding(c, claims);
	copy_author(c, claims);
}

static const char *now(struct arena *a)
{
	time_t t = time(NULL);
	struct tm tm;
	char text[32];

	if (!gmtime_r(&t, &tm) || strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%SZ", &tm) == 0)
		return "1970-01-01T00:00:00Z";
	return arena_strdup(a, text);
}

/* Those of the standards that the case claims controls of. */
static int name_catalogues(struct arena *a, struct evidence *ev, struct err *e)
{
	struct evidence_catalogue *rows = arena_array(a, ev->claims.control_count, sizeof(*rows));

	ev->catalogues = rows;
	for (size_t k = 0; k < ev->claims.control_count; k++) {
		const struct evidence_control *c = &ev->claims.controls[k];
		const struct catalogue *found;
		bool there = false;

		for (size_t i = 0; i < ev->catalogue_count; i++)
			there = there || (strcmp(rows[i].standard, c->standard) == 0 &&
					  strcmp(rows[i].version, c->version) == 0);
		if (there)
			continue;
		if (catalogue_read(c->standard, c->version, a, &found, e) < 0)
			return -1;
		if (found)
			rows[ev->catalogue_count++] = (struct evidence_catalogue){
				found->standard, found->version, found->digest};
	}
	return 0;
}

static struct runs_input input_of(const struct work *w)
{
	return (struct runs_input){
		.c = w->c,
		.workspace = w->workspace,
		.expected = w->expected,
		.fix = w->fix,
		.packs = &w->packs,
		.tool = w->tool,
		.both = w->both,
		.worker = w->worker,
		.launcher = w->launcher,
	};
}

static int load_report(const struct work *w, struct arena *a, struct findingreport *ret_report,
		       struct err *e)
{
	*ret_report = (struct findingreport){.findings = NULL};
	if (!w->c->has_finding || !w->c->finding.report)
		return 0;
	if (w->case_dir >= 0)
		return findingreport_load(w->c, w->case_dir, a, ret_report, e);
	return findingreport_load_tree(w->c, w->base, w->git.base_tree, a, ret_report, e);
}

/* What of the repository judges the change, and may not be changed by it. */
static void name_judges(const struct work *w, const struct pipeline_options *o, struct arena *a,
			struct evidence *ev)
{
	const char **items = arena_array(a, o->policy_path_count + 1, sizeof(*items));

	if (!w->base)
		return;
	ev->judged_by.items = items;
	if (w->case_inside)
		items[ev->judged_by.count++] = w->case_inside;
	for (size_t i = 0; i < o->policy_path_count; i++) {
		const char *inside = gitfix_inside(&w->git, o->policy_paths[i], a);

		if (inside)
			items[ev->judged_by.count++] = inside;
	}
}

static int gather_policies(const struct work *w, const struct pipeline_options *o, struct arena *a,
			   struct evidence *ev, struct err *e)
{
	const struct policyset_base base = {&w->git, w->base};

	if (policyset_gather(w->base ? &base : NULL, o->policy_paths, o->policy_path_count, false,
			     a, &ev->policies, &ev->policy_count, e) < 0)
		return err_wrap(e, "%s", w->c->file);
	return check_waived_policies(w->c, ev, e);
}

static int run(struct work *w, const struct pipeline_options *o, struct arena *a,
	       struct evidence *ev, struct err *e)
{
	const struct runs_input in = input_of(w);
	struct findingreport report;

	name_judges(w, o, a, ev);
	copy_claims(w->c, a, &ev->claims);
	if (name_catalogues(a, ev, e) < 0 || load_report(w, a, &report, e) < 0)
		return -1;
	ev->git_base = w->git.base;
	ev->git_head = w->git.head;
	ev->version = FP_VERSION;
	ev->tools = o->tools;
	ev->tool_count = o->tool_count;
	if (runs_execute(&in, a, ev, &w->trees, e) < 0 || execs_run(&in, &w->trees, a, ev, e) < 0 ||
	    (report.findings && findingreport_settle(&report, w->c, a, ev, e) < 0))
		return -1;
	if (ev->first.tree && newsecrets_find(ev, w->workspace, w->trees.first, a, e) < 0)
		return -1;
	ev->time = now(a);
	return 0;
}

static int write_bundle(struct work *w, const struct pipeline_options *o, struct arena *a,
			struct pipeline_result *r, struct err *e)
{
	const struct runs_input in = input_of(w);
	struct redactor redactor;
	struct bundling b = {.in = &in,
			     .trees = &w->trees,
			     .script_tree = w->script_tree,
			     .redactor = &redactor,
			     .arena = a};

	if (redact_init(&redactor, o->redact_key, o->redact_key_size, a, e) < 0 ||
	    bundling_gather(&b, &r->ev, e) < 0 ||
	    verifiers_judge(&r->ev, a, &r->judgement, e) < 0 ||
	    bundling_evidence(&b, &r->ev, e) < 0)
		return -1;
	r->diff = b.diff;
	r->again_diff = b.again_diff;
	r->bundle =
		arena_printf(a, "%s%s", w->c->id, o->pack ? BUNDLE_PACKED_SUFFIX : BUNDLE_SUFFIX);
	return bundle_create(o->out_fd, r->bundle, b.items, b.count, &r->judgement, o->signing,
			     o->replace, a, e);
}

int pipeline_run(const char *case_path, const struct pipeline_options *options, struct arena *a,
		 struct pipeline_result *ret_result, struct err *e)
{
	FP_CLEANUP(work_release) struct work w = WORK_INIT;

	*ret_result = (struct pipeline_result){.bundle = NULL};
	if (prepare(case_path, options, &w, a, e) < 0 || check_waivers(w.c, e) < 0 ||
	    gather_policies(&w, options, a, &ret_result->ev, e) < 0)
		return -1;
	if (locate_tool(options->planner ? options->planner : fixcase_planner_name(w.c->planner),
			options->planner_program, a, &w.tool, &w.both, e) < 0)
		return err_wrap(e, "%s", w.c->file);
	if (run(&w, options, a, &ret_result->ev, e) < 0 ||
	    check_packs(w.c, &ret_result->ev, e) < 0 ||
	    write_bundle(&w, options, a, ret_result, e) < 0) {
		evidence_release(&ret_result->ev);
		return err_wrap(e, "%s", w.c->file);
	}
	return 0;
}

int pipeline_tools(struct arena *a, const struct evidence_pair **ret_tools, size_t *ret_count,
		   struct err *e)
{
	static const char *const names[] = {"fixproof-main", "fixproof-launcher",
					    "fixproof-worker"};
	struct evidence_pair *rows = arena_array(a, FP_ARRAY_SIZE(names), sizeof(*rows));

	for (size_t i = 0; i < FP_ARRAY_SIZE(names); i++) {
		FP_CLEANUP(fd_cleanup) int fd = -1;
		char hex[SHA256_HEX_SIZE];
		struct sha256 digest;

		if (locate_program(names[i], &fd, e) < 0 ||
		    sha256_of_fd(fd, names[i], &digest, e) < 0)
			return -1;
		sha256_hex(&digest, hex);
		rows[i] = (struct evidence_pair){names[i], arena_strdup(a, hex)};
	}
	*ret_tools = rows;
	*ret_count = FP_ARRAY_SIZE(names);
	return 0;
}
