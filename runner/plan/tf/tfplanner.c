#include "runner/plan/tf/tfplanner.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "runner/base/fd.h"
#include "runner/base/json.h"
#include "runner/plan/planview.h"
#include "runner/plan/planwrite.h"
#include "runner/plan/tf/tfcompare.h"
#include "runner/plan/tf/tffiles.h"
#include "runner/plan/tf/tfproviders.h"
#include "runner/plan/tf/tfrun.h"
#include "runner/plan/tf/tfview.h"
#include "runner/plan/vars.h"

#define REATTACH_MAX_BYTES ((size_t)1 << 20)
#define ARGS_MAX 64

struct session {
	const struct planner_input *in;
	struct walk *walk;
	int root_fd;
	char directory[64];	 /* of ours */
	const struct doc *state; /* Terraform's own, from before; NULL: none */
	struct jscan_text state_text;
	struct tfproviders providers;
	pid_t server;
	int stop_fd; /* closing it ends the server */
	struct planrecord_texts *texts;
};

static bool failed(const struct walk *w)
{
	return w->diags->failures > 0;
}

/* --- the configuration ----------------------------------------------------------------------- */

static void use_diags(struct walk *w, struct diags *d)
{
	w->diags = w->config.diags = w->eval.diags = d;
}

/*
 * Evaluates as far as the embedded planner can, which the view is made from.  What it cannot do, or
 * finds wrong, does not count here: Terraform judges the workspace.  false: there is no walk.
 */
static bool evaluate(struct walk *w)
{
	struct diags *told = w->diags, ignored = DIAGS_INIT(w->arena);
	struct request without_state = *w->request;
	const struct request *request = w->request;
	struct err e = ERR_INIT;
	bool walked = false;

	without_state.prior_state = (struct jscan_text){NULL, 0};
	w->request = &without_state;
	use_diags(w, &ignored);
	graph_build(w);
	if (vars_load(w, &e) == 0 && ignored.failures == 0) {
		walk_all(w);
		walked = true;
	}
	use_diags(w, told);
	w->request = request;
	return walked;
}

/* --- state ----------------------------------------------------------------------------------- */

static int read_state(struct session *x, struct err *e)
{
	struct jscan_text text = x->walk->request->prior_state, format;
	static const char wanted[] = "\"" TFPLANNER_STATE_FORMAT "\"";

	if (!text.size)
		return 0;
	format = jscan_member(x->walk->arena, text, "format");
	x->state_text = jscan_member(x->walk->arena, text, "terraform");
	if (format.size != strlen(wanted) || memcmp(format.data, wanted, format.size) != 0 ||
	    !x->state_text.size)
		return err_set(e, ERR_INPUT, "request: prior_state: \"format\" must be \"%s\"",
			       TFPLANNER_STATE_FORMAT);
	return doc_read_json("request: prior_state", x->state_text.data, x->state_text.size,
			     x->walk->arena, &x->state, e);
}

static int save_state(struct session *x, struct err *e)
{
	FP_CLEANUP(buf_release) struct buf text = BUF_INIT(TFRUN_OUTPUT_MAX_BYTES);
	struct buf *out = &x->texts->state;
	const char *path = tffiles_state_path(x->walk);

	if (faccessat(x->root_fd, path, F_OK, 0) == 0 &&
	    fd_read_file(x->root_fd, path, false, &text, e) < 0)
		return -1;
	buf_addstr(out, "{\"format\":\"" TFPLANNER_STATE_FORMAT "\",\"terraform\":");
	if (text.size)
		buf_add(out, text.data, text.size);
	else if (x->state_text.size)
		buf_add(out, x->state_text.data, x->state_text.size);
	else
		buf_addstr(out, "{\"version\":4,\"terraform_version\":\"1.0.0\",\"serial\":0,"
				"\"lineage\":\"00000000-0000-0000-0000-000000000000\","
				"\"outputs\":{},\"resources\":[]}");
	buf_addch(out, '}');
	return 0;
}

/* --- serving --------------------------------------------------------------------------------- */

static void set_environment(const struct session *x, const char *reattach)
{
	const char *config = arena_printf(x->walk->arena, "%s/terraform.rc", x->directory);
	const char *const rows[][2] = {
		{"TF_REATTACH_PROVIDERS", reattach},
		{"TF_CLI_CONFIG_FILE", config},
		{"CHECKPOINT_DISABLE", "1"},
		{"TF_IN_AUTOMATION", "1"},
		{"TF_INPUT", "0"},
		{"GOGC", "off"}, /* short-lived, and bounded by the next one */
		{"GOMEMLIMIT", "1GiB"},
	};

	for (size_t i = 0; i < FP_ARRAY_SIZE(rows); i++)
		(void)setenv(rows[i][0], rows[i][1], 1);
	if (strcmp(x->walk->request->workspace, "default") != 0)
		(void)setenv("TF_WORKSPACE", x->walk->request->workspace, 1);
}

static int write_settings(const struct session *x, struct err *e)
{
	static const char rc[] = "disable_checkpoint = true\nprovider_installation {\n"
				 "  filesystem_mirror {\n    path = \"/nonexistent\"\n  }\n}\n";
	const struct jscan_text *variables = &x->walk->request->variables;
	int fd = open(x->directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	int result;

	if (fd < 0)
		return err_sys(e, "%s", x->directory);
	result = fd_write_file(fd, "terraform.rc", rc, strlen(rc), 0600, e);
	if (result == 0 && variables->size)
		result = fd_write_file(fd, "values.tfvars.json", variables->data, variables->size,
				       0600, e);
	fd_close(fd);
	return result;
}

/* The child serves; it dies with us, and ends when our end of the pipe is closed. */
static int start_server(struct session *x, struct err *e)
{
	FP_CLEANUP(buf_release) struct buf reattach = BUF_INIT(REATTACH_MAX_BYTES);
	struct mockserve_socket sockets[MOCKSERVE_PROVIDERS_MAX];
	int ends[2];

	if (mockserve_listen(x->directory, x->providers.list, x->providers.count, sockets, e) < 0)
		return -1;
	if (pipe2(ends, O_CLOEXEC) < 0)
		return err_sys(e, "pipe");
	x->server = fork();
	if (x->server < 0) {
		(void)err_sys(e, "fork");
		fd_close(ends[0]);
		fd_close(ends[1]);
		return -1;
	}
	if (x->server == 0) {
		struct err fault = ERR_INIT;

		fd_close(ends[1]);
		(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
		_exit(mockserve_run(sockets, x->providers.count, ends[0], &fault) < 0);
	}
	fd_close(ends[0]);
	x->stop_fd = ends[1];
	for (size_t i = 0; i < x->providers.count; i++)
		fd_close(sockets[i].fd);
	mockserve_reattach(sockets, x->providers.count, (int)x->server, x->in->tofu, &reattach);
	if (buf_finish(&reattach, "the list of providers", e) < 0)
		return -1;
	set_environment(x, buf_text(&reattach));
	return 0;
}

static void end_session(struct session *x)
{
	int fd;

	fd_cleanup(&x->stop_fd);
	if (x->server > 0)
		while (waitpid(x->server, NULL, 0) < 0 && errno == EINTR)
			;
	x->server = 0;
	fd = *x->directory ? open("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1;
	if (fd >= 0) {
		struct err ignored = ERR_INIT;

		(void)!fd_remove_tree(fd, x->directory + 1, &ignored);
		fd_close(fd);
	}
}

static int make_directory(struct session *x, struct err *e)
{
	const char *parent = getenv("TMPDIR");

	if (!parent || *parent != '/' || strlen(parent) > 40)
		parent = "/tmp";
	(void)snprintf(x->directory, sizeof(x->directory), "%s/fpXXXXXX", parent);
	if (!mkdtemp(x->directory)) {
		(void)err_sys(e, "%s", x->directory);
		*x->directory = 0;
		return -1;
	}
	return 0;
}

/* --- commands -------------------------------------------------------------------------------- */

static const char *name_of(const struct session *x)
{
	return x->in->tofu ? "tofu" : "terraform";
}

static const char *file_of(const struct session *x, const char *name)
{
	return arena_printf(x->walk->arena, "%s/%s", x->directory, name);
}

static int run_plan(struct session *x, struct tfrun_result *r, struct err *e)
{
	const struct request *q = x->walk->request;
	const char *argv[ARGS_MAX + 1] = {name_of(x),	  "plan",	 "-json",
					  "-input=false", "-lock=false", "-refresh=false"};
	size_t n = 6;

	argv[n++] = arena_printf(x->walk->arena, "-out=%s", file_of(x, "plan"));
	if (q->var_file_count > ARGS_MAX - n - 2)
		return err_set(e, ERR_LIMIT, "request: more than %zu var_files", ARGS_MAX - n - 2);
	for (size_t i = 0; i < q->var_file_count; i++)
		argv[n++] = arena_printf(x->walk->arena, "-var-file=%s", q->var_files[i]);
	if (q->variables.size)
		argv[n++] = arena_printf(x->walk->arena, "-var-file=%s",
					 file_of(x, "values.tfvars.json"));
	argv[n] = NULL;
	return tfrun_command(x->in->program, argv, x->root_fd, r, e);
}

static bool wants_init(const struct tfrun_result *r)
{
	return r->status != 0 && strstr(buf_text(&r->out), "Backend initialization required");
}

/* A version whose `init` leaves something else than we wrote: then it has to run itself. */
static int plan_again(struct session *x, struct tfrun_result *r, struct err *e)
{
	const char *const argv[] = {name_of(x),	  "init",      "-input=false",
				    "-get=false", "-no-color", NULL};

	if (unlinkat(x->root_fd, ".terraform/terraform.tfstate", 0) < 0 && errno != ENOENT)
		return err_sys(e, ".terraform/terraform.tfstate");
	if (tfrun_command(x->in->program, argv, x->root_fd, r, e) < 0)
		return -1;
	if (r->status != 0) {
		tfrun_tell(x->walk, arena_printf(x->walk->arena, "%s init", name_of(x)), r);
		return 0;
	}
	return run_plan(x, r, e);
}

static int plan(struct session *x, struct err *e)
{
	FP_CLEANUP(tfrun_release) struct tfrun_result r = TFRUN_RESULT_INIT;

	if (run_plan(x, &r, e) < 0 || (wants_init(&r) && plan_again(x, &r, e) < 0))
		return -1;
	if (!failed(x->walk))
		tfrun_tell(x->walk, arena_printf(x->walk->arena, "%s plan", name_of(x)), &r);
	return 0;
}

/* OpenTofu's plan with the names of providers that everybody else uses, so that plans compare. */
static void add_plan(const struct session *x, struct buf *out, const char *text, size_t size)
{
	static const char theirs[] = "\"provider_name\":\"registry.opentofu.org/";
	static const char ours[] = "\"provider_name\":\"registry.terraform.io/";
	const char *end = text + size, *at;

	while (x->in->tofu && (at = memmem(text, (size_t)(end - text), theirs, strlen(theirs)))) {
		buf_add(out, text, (size_t)(at - text));
		buf_addstr(out, ours);
		text = at + strlen(theirs);
	}
	buf_add(out, text, (size_t)(end - text));
}

static int show(struct session *x, const struct doc **ret_plan, struct err *e)
{
	FP_CLEANUP(tfrun_release) struct tfrun_result r = TFRUN_RESULT_INIT;
	const char *const argv[] = {name_of(x), "show", "-json", file_of(x, "plan"), NULL};
	struct buf *out = &x->texts->plan;
	const struct doc *version;

	if (tfrun_command(x->in->program, argv, x->root_fd, &r, e) < 0)
		return -1;
	if (r.status != 0) {
		tfrun_tell(x->walk, arena_printf(x->walk->arena, "%s show", name_of(x)), &r);
		return 0;
	}
	while (r.out.size && r.out.data[r.out.size - 1] == '\n')
		r.out.size--;
	add_plan(x, out, buf_text(&r.out), r.out.size);
	if (buf_finish(out, "the plan", e) < 0 ||
	    doc_read_json("the plan", out->data, out->size, x->walk->arena, ret_plan, e) < 0)
		return -1;
	version = doc_get(*ret_plan, "terraform_version");
	x->texts->tool = name_of(x);
	x->texts->tool_version = version && version->kind == DOC_STRING ? version->text : "";
	return 0;
}

static int start_apply(struct session *x, struct tfrun_process *apply, struct err *e)
{
	const char *const argv[] = {
		name_of(x),	    "apply", "-json", "-input=false", "-lock=false",
		file_of(x, "plan"), NULL};

	return tfrun_start(x->in->program, argv, x->root_fd, apply, e);
}

/* A made-up value may break what a real one would not: then there is no state, and it says why. */
static int end_apply(struct session *x, const struct tfrun_result *r, struct err *e)
{
	struct diags *d = x->walk->diags;
	size_t before = d->count;

	if (r->status == 0)
		return save_state(x, e);
	tfrun_tell(x->walk, arena_printf(x->walk->arena, "%s apply", name_of(x)), r);
	for (size_t i = before; i < d->count; i++)
		if (d->list[i].severity == DIAG_ERROR)
			d->list[i].severity = DIAG_UNSUPPORTED;
	return 0;
}

/* --- both ------------------------------------------------------------------------------------ */

/* What the embedded planner makes of the same request, with a state of its own. */
struct other {
	struct plansetup setup;
	struct planrecord_texts texts;
};

static void end_other(struct other *o)
{
	plansetup_close(&o->setup);
	planrecord_release(&o->texts);
}

static int plan_embedded(const struct planner_input *in, const struct plansetup *s, struct other *o,
			 struct err *e)
{
	struct arena *a = s->walk.arena;
	struct planner_input alone = *in;

	alone.program = NULL;
	if (plansetup_open(&o->setup, &alone, a, e) < 0)
		return -1;
	if (o->setup.request.prior_state.size)
		o->setup.request.prior_state =
			jscan_member(a, o->setup.request.prior_state, "embedded");
	return planner_embedded(&o->setup.walk, &o->texts, e);
}

/* Why the embedded planner did not plan. */
static const char *reason_of(const struct diags *d)
{
	for (size_t i = 0; i < d->count; i++)
		if (d->list[i].severity != DIAG_WARNING)
			return arena_printf(d->arena, "%s: %s", d->list[i].summary,
					    d->list[i].detail ? d->list[i].detail : "");
	return "no reason was given";
}

/* Adds the failure "planners disagree" where they do. */
static int judge_both(struct session *x, struct other *o, struct err *e)
{
	struct walk *w = x->walk;
	const struct range nowhere = {.source = NULL};
	bool here = o->texts.plan.size > 0, there = x->texts->plan.size > 0;
	const char *difference = NULL;

	if (here && there &&
	    tfcompare_plans(w->arena, "the embedded planner", &o->texts.plan, name_of(x),
			    &x->texts->plan, &difference, e) < 0)
		return -1;
	if (here && !there)
		difference = arena_printf(w->arena, "the embedded planner plans it, %s refuses: %s",
					  name_of(x), reason_of(w->diags));
	if (!here && there)
		difference = arena_printf(w->arena, "%s plans it, the embedded planner refuses: %s",
					  name_of(x), reason_of(o->setup.walk.diags));
	if (!difference)
		return 0;
	/* What one of them finds wrong is no error where the other one does not. */
	for (size_t i = 0; i < w->diags->count; i++)
		if (w->diags->list[i].severity == DIAG_ERROR)
			w->diags->list[i].severity = DIAG_UNSUPPORTED;
	diag_unsupported(w->diags, nowhere, "The planners disagree", "%s", difference);
	buf_reset(&x->texts->plan);
	return 0;
}

/* Both states, so that each planner goes on from its own. */
static void join_states(struct session *x, struct other *o)
{
	struct buf *out = &x->texts->state;

	if (!out->size || !o->texts.state.size) {
		buf_reset(out);
		return;
	}
	out->size--; /* the closing brace */
	buf_addstr(out, ",\"embedded\":");
	buf_add(out, o->texts.state.data, o->texts.state.size);
	buf_addch(out, '}');
}

/* --- what cannot be done, and what is not done ----------------------------------------------- */

/* A provider is told no address, so that a mock value can only be for a type. */
static void refuse_addresses(struct walk *w, const json_t *mock)
{
	const char *key;
	json_t *value;

	json_object_foreach ((json_t *)(uintptr_t)mock, key, value)
		if (strchr(key, '.') && !strstr(key, "data.terraform_remote_state."))
			diag_unsupported(w->diags, (struct range){.source = NULL},
					 "Mock values for an address",
					 "Terraform tells its providers no addresses: the mock "
					 "values of \"%s\" can only be given for its type.",
					 key);
}

/* What would reach out of the workspace is mocked like everything else; who wrote it should know.
 */
static void tell_mocked(struct walk *w)
{
	for (size_t i = 0; i < w->config.modules.count; i++) {
		const struct config_module *m = w->config.modules.list[i];

		for (size_t k = 0; k < m->resources.count; k++) {
			const struct config_resource *r = &m->resources.list[k];

			if (r->mode == CONFIG_DATA && strcmp(r->type, "external") == 0)
				diag_add(w->diags, DIAG_WARNING, r->block->range,
					 "External program not run",
					 "What data.external.%s gives is made up.", r->name);
			else if (r->mode == CONFIG_DATA && strcmp(r->type, "http") == 0)
				diag_add(w->diags, DIAG_WARNING, r->block->range,
					 "Nothing is fetched",
					 "What data.http.%s gives is made up.", r->name);
		}
	}
}

/* --- a session ------------------------------------------------------------------------------- */

/* What the embedded reader could not read: only Terraform's own errors are worth telling. */
static void judge_unread(struct session *x, struct diags *reader, bool planned)
{
	if (!planned)
		return;
	for (size_t i = 0; i < reader->count; i++) {
		struct diag d = reader->list[i];

		if (d.severity == DIAG_ERROR)
			d.severity = DIAG_UNSUPPORTED;
		diag_append(x->walk->diags, &d);
	}
	diag_unsupported(x->walk->diags, (struct range){.source = NULL}, "No view of the workspace",
			 "%s plans it, but what policies look at could not be read from it.",
			 name_of(x));
}

static int put_state(struct session *x, struct err *e)
{
	if (!x->state_text.size)
		return 0;
	return fd_write_file(x->root_fd, tffiles_state_path(x->walk), x->state_text.data,
			     x->state_text.size, 0644, e);
}

/* Side by side: both read the plan alone, and starting is most of what either costs. */
static int show_and_apply(struct session *x, struct tfrun_result *ret_applied,
			  const struct doc **ret_doc, struct err *e)
{
	struct tfrun_process apply = {.pid = 0};
	int result;

	if (x->walk->request->want_state && start_apply(x, &apply, e) < 0)
		return -1;
	result = show(x, ret_doc, e);
	if (apply.pid > 0)
		tfrun_finish(&apply, ret_applied);
	return result;
}

static int run(struct session *x, bool walked, struct diags *unread, struct err *e)
{
	FP_CLEANUP(tfrun_release) struct tfrun_result applied = TFRUN_RESULT_INIT;
	struct walk *w = x->walk;
	const struct doc *doc = NULL;

	if (make_directory(x, e) < 0 || tfproviders_collect(w, x->state, &x->providers, e) < 0 ||
	    tffiles_prepare(w, x->root_fd, x->directory, e) < 0 || write_settings(x, e) < 0)
		return -1;
	if (failed(w))
		return 0;
	if (put_state(x, e) < 0 || start_server(x, e) < 0 || plan(x, e) < 0)
		return -1;
	if (!failed(w) && show_and_apply(x, &applied, &doc, e) < 0)
		return -1;
	if (!walked)
		judge_unread(x, unread, doc != NULL);
	if (failed(w) || !doc) {
		buf_reset(&x->texts->plan);
		return 0;
	}
	if (w->request->want_state && end_apply(x, &applied, e) < 0)
		return -1;
	if (w->request->want_view) {
		tfview_adopt(w, doc);
		planview_write(w, &x->texts->view);
	}
	return 0;
}

/* The workspace as it was, whether there is a plan or an error; the first error is the one told. */
static int tidy(struct walk *w, int root_fd, int result, struct err *e)
{
	struct err unused = ERR_INIT;

	if (result < 0) {
		(void)!tffiles_undo(w, root_fd, &unused);
		return -1;
	}
	return tffiles_undo(w, root_fd, e);
}

/* What is imported our providers do not know; Terraform itself has it of its own type. */
static void refuse_imports(struct walk *w)
{
	const struct config_module *root = w->config.modules.list[0];

	for (size_t i = 0; i < root->imports.count; i++)
		if (strcmp(root->imports.list[i].target.type, "terraform_data") != 0)
			diag_unsupported(w->diags, root->imports.list[i].block->range,
					 "Import block",
					 "What %s looks like now is only known to its provider.",
					 root->imports.list[i].target.text);
}

int tfplanner_plan(const struct planner_input *in, struct plansetup *s, struct planrecord_texts *t,
		   struct err *e)
{
	struct session x = {
		.in = in, .walk = &s->walk, .root_fd = s->root_fd, .stop_fd = -1, .texts = t};
	struct diags unread = DIAGS_INIT(s->walk.arena), *told = s->walk.diags;
	bool walked = false;
	int result;

	if (read_state(&x, e) < 0)
		return -1;
	use_diags(&s->walk, &unread);
	result = config_load(&s->walk.config, e);
	use_diags(&s->walk, told);
	if (result < 0)
		return -1;
	if (unread.failures == 0) {
		for (size_t i = 0; i < unread.count; i++)
			diag_append(told, &unread.list[i]);
		refuse_imports(&s->walk);
		planner_compare_versions(&s->walk);
		refuse_addresses(&s->walk, s->request.mock_data);
		refuse_addresses(&s->walk, s->request.mock_resources);
		tell_mocked(&s->walk);
		walked = evaluate(&s->walk);
	}
	result = failed(&s->walk) ? 0 : run(&x, walked, &unread, e);
	end_session(&x);
	return tidy(&s->walk, s->root_fd, result, e);
}

int tfplanner_both(const struct planner_input *in, struct plansetup *s, struct planrecord_texts *t,
		   struct err *e)
{
	FP_CLEANUP(end_other)
	struct other o = {.setup = PLANSETUP_INIT, .texts = PLANRECORD_TEXTS_INIT};
	struct session x = {.in = in, .walk = &s->walk, .texts = t};

	/* First, since Terraform needs the workspace changed. */
	if (plan_embedded(in, s, &o, e) < 0 || tfplanner_plan(in, s, t, e) < 0 ||
	    judge_both(&x, &o, e) < 0)
		return -1;
	join_states(&x, &o);
	return 0;
}

/* --- by hand --------------------------------------------------------------------------------- */

int tfplanner_serve(const struct planner_input *in, struct arena *a, const char *directory,
		    struct err *e)
{
	FP_CLEANUP(plansetup_close) struct plansetup s = PLANSETUP_INIT;
	FP_CLEANUP(buf_release) struct buf reattach = BUF_INIT(REATTACH_MAX_BYTES);
	struct mockserve_socket sockets[MOCKSERVE_PROVIDERS_MAX];
	struct tfproviders providers;

	if (plansetup_open(&s, in, a, e) < 0 || config_load(&s.walk.config, e) < 0 ||
	    tfproviders_collect(&s.walk, NULL, &providers, e) < 0 ||
	    mockserve_listen(directory, providers.list, providers.count, sockets, e) < 0)
		return -1;
	if (in->plugin && providers.count > 0)
		buf_addf(&reattach, "1|%d|unix|%s|grpc|", mockprov_protocol(providers.list[0]),
			 sockets[0].path);
	else
		mockserve_reattach(sockets, providers.count, (int)getpid(), in->tofu, &reattach);
	buf_addch(&reattach, '\n');
	if (buf_finish(&reattach, "the list of providers", e) < 0 ||
	    fd_write_all(STDOUT_FILENO, reattach.data, reattach.size, e) < 0)
		return -1;
	fd_close(STDOUT_FILENO);
	/* Who started a plugin ends it. */
	return mockserve_run(sockets, providers.count, in->plugin ? -1 : STDIN_FILENO, e);
}
