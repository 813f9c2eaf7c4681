#include "runner/cmd/planning.h"

#include <fcntl.h>

#include "runner/base/fd.h"
#include "runner/base/json.h"
#include "runner/base/utf8.h"
#include "runner/runs.h"

struct planner {
	int worker;
	struct locate_packs packs;
	struct launcher *launcher;
};

void planning_close(struct planner *p)
{
	if (!p)
		return;
	launcher_stop(p->launcher);
	fd_close(p->worker);
	locate_packs_close(&p->packs);
}

static void close_planner(struct planner **p)
{
	planning_close(*p);
}

int planning_open(struct arena *a, struct planner **ret_planner, struct err *e)
{
	struct planner *p = arena_alloc(a, sizeof(*p));

	p->worker = -1;
	if (locate_program("fixproof-worker", &p->worker, e) < 0 ||
	    locate_packs(a, &p->packs, e) < 0 || launcher_start(&p->launcher, e) < 0) {
		planning_close(p);
		return -1;
	}
	*ret_planner = p;
	return 0;
}

/* NAME=VALUE, where the value is a string, as in Terraform's -var for a variable of type string. */
static int add_variable(json_t *variables, const char *text, struct arena *a, struct err *e)
{
	const char *equals = strchr(text, '=');

	if (!equals || equals == text)
		return err_set(e, ERR_USAGE, "--var: \"%s\" is not NAME=VALUE", text);
	json_put(variables, arena_strndup(a, text, (size_t)(equals - text)),
		 json_new_string(equals + 1));
	return 0;
}

static int make_case(const struct planning_options *o, struct arena *a, struct fixcase *ret_case,
		     struct err *e)
{
	FP_CLEANUP(buf_release) struct buf text = BUF_INIT((size_t)1 << 20);
	JSON_AUTO *variables = json_new_object();

	for (size_t i = 0; i < o->vars.count; i++)
		if (add_variable(variables, o->vars.items[i], a, e) < 0)
			return -1;
	json_dump_compact(&text, variables);
	*ret_case = (struct fixcase){
		.root = o->root ? o->root : ".",
		.facts = o->facts && strcmp(o->facts, "schema") == 0 ? FIXCASE_FACTS_SCHEMA
								     : FIXCASE_FACTS_RECORDED,
		.variables = arena_strndup(a, buf_text(&text), text.size - 1),
		.var_files = {o->var_files.items, o->var_files.count},
		.mock = "{}",
	};
	return 0;
}

static void close_tool(const struct locate_tool **tool)
{
	locate_tool_close(*tool);
}

int planning_tree(struct planner *p, int tree_fd, const struct planning_options *o, struct arena *a,
		  struct planning_record *ret_record, struct err *e)
{
	FP_CLEANUP(close_tool) const struct locate_tool *tool = NULL;
	struct planning_record r;
	struct runs_input in;
	struct fixcase c;
	bool both;

	if (make_case(o, a, &c, e) < 0)
		return -1;
	if (locate_tool(o->planner ? o->planner : "embedded", o->planner_program, a, &tool, &both,
			e) < 0)
		return -1;
	in = (struct runs_input){.c = &c,
				 .tool = tool,
				 .both = both,
				 .workspace = tree_fd,
				 .expected = -1,
				 .fix = {-1, -1, -1, -1, -1},
				 .packs = &p->packs,
				 .worker = p->worker,
				 .launcher = p->launcher};
	if (runs_plan(&in,
		      runs_request_text(&c, NULL, o->prior_state, o->prior_size, o->want_state, a),
		      a, &r.text, &r.size, e) < 0 ||
	    doc_read_json("the planner's record", r.text, r.size, a, &r.root, e) < 0)
		return -1;
	*ret_record = r;
	return 0;
}

void planning_continue(struct planning_options *o, const struct planning_record *before)
{
	const struct doc *state = doc_get(before->root, "state");

	o->want_state = false;
	if (state && state->kind == DOC_OBJECT) {
		o->prior_state = before->text + state->offset;
		o->prior_size = state->length;
	}
}

struct launcher *planning_launcher(const struct planner *p)
{
	return p->launcher;
}

int planning_pack(const char *directory, int *ret_tree, struct err *e)
{
	FP_CLEANUP(fd_cleanup)
	int directory_fd = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	FP_CLEANUP(fd_cleanup) int tree_fd = -1;

	if (directory_fd < 0)
		return err_sys(e, "%s", directory);
	if (fd_memfd("tree", &tree_fd, e) < 0 ||
	    tree_pack(directory_fd, directory, RUNS_WORKSPACE_MAX_BYTES, tree_fd, e) < 0)
		return -1;
	*ret_tree = fd_steal(&tree_fd);
	return 0;
}

int planning_directory(struct planner *p, const char *directory, const struct planning_options *o,
		       struct arena *a, struct planning_record *ret_record, struct err *e)
{
	FP_CLEANUP(fd_cleanup) int tree_fd = -1;

	if (planning_pack(directory, &tree_fd, e) < 0)
		return -1;
	return planning_tree(p, tree_fd, o, a, ret_record, e);
}

int planning_run(const char *directory, const struct planning_options *o, struct arena *a,
		 struct planning_record *ret_record, struct err *e)
{
	FP_CLEANUP(close_planner) struct planner *p = NULL;

	if (planning_open(a, &p, e) < 0)
		return -1;
	return planning_directory(p, directory, o, a, ret_record, e);
}

static const char *text_of(const struct doc *d, const char *key)
{
	const struct doc *m = doc_get(d, key);

	return m && m->kind == DOC_STRING ? m->text : "";
}

void planning_diagnostic(const struct doc *d, struct buf *out)
{
	const char *const parts[] = {text_of(d, "summary"), text_of(d, "detail")};
	const struct doc *line = doc_get(d, "line"), *column = doc_get(d, "column");
	const char *file = text_of(d, "file");

	if (*file) {
		utf8_add_visible(out, file, strlen(file), false);
		buf_addf(out, ":%s:%s: ", line && line->text ? line->text : "0",
			 column && column->text ? column->text : "0");
	}
	buf_addf(out, "%s: ", text_of(d, "severity"));
	for (size_t i = 0; i < FP_ARRAY_SIZE(parts); i++) {
		if (*parts[i] == '\0')
			continue;
		if (i > 0)
			buf_addstr(out, ": ");
		utf8_add_visible(out, parts[i], strlen(parts[i]), false);
	}
}

bool planning_succeeded(const struct planning_record *r)
{
	const struct doc *list = doc_get(r->root, "diagnostics");

	for (const struct doc *d = list ? list->first : NULL; d; d = d->next) {
		FP_CLEANUP(buf_release) struct buf out = BUF_INIT((size_t)1 << 20);

		planning_diagnostic(d, &out);
		(void)fprintf(stderr, "%s\n", buf_text(&out));
	}
	return strcmp(text_of(r->root, "status"), "planned") == 0;
}
