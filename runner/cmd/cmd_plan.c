#include "runner/cmd/cmd.h"
#include "runner/cmd/planning.h"

struct plan_values {
	struct planning_options planning;
	const char *format;
	bool record;
};

static const struct opt options[] = {
	{"root", OPT_TEXT, offsetof(struct plan_values, planning.root), "DIR",
	 "root module within the workspace [.]"},
	{"var", OPT_TEXTS, offsetof(struct plan_values, planning.vars), "NAME=VALUE",
	 "value of a variable of type string"},
	{"var-file", OPT_TEXTS, offsetof(struct plan_values, planning.var_files), "FILE",
	 "file of values, within the root module"},
	{"facts", OPT_WORD, offsetof(struct plan_values, planning.facts), "recorded|schema",
	 "as the provider would, or by schema [recorded]"},
	{"planner", OPT_WORD, offsetof(struct plan_values, planning.planner),
	 "embedded|terraform|tofu|both", "what plans [embedded]"},
	{"planner-program", OPT_TEXT, offsetof(struct plan_values, planning.planner_program),
	 "FILE", "Terraform or OpenTofu [from PATH]"},
	{"format", OPT_WORD, offsetof(struct plan_values, format), "text|json",
	 "how to print it [text]"},
	{"record", OPT_FLAG, offsetof(struct plan_values, record), NULL,
	 "print all that the planner says, the view included"},
	OPT_END,
};

static const char *text_of(const struct doc *d, const char *key)
{
	const struct doc *m = d ? doc_get(d, key) : NULL;

	return m && m->kind == DOC_STRING ? m->text : "";
}

static void print_text(const struct doc *plan)
{
	const struct doc *list = doc_get(plan, "resource_changes");

	for (const struct doc *r = list ? list->first : NULL; r; r = r->next) {
		const struct doc *actions = doc_get(doc_get(r, "change"), "actions");

		for (const struct doc *m = actions ? actions->first : NULL; m; m = m->next)
			printf("%s%s", m == actions->first ? "" : ", ", m->text);
		printf("\t%s\n", text_of(r, "address"));
	}
}

static void print_raw(const struct planning_record *r, const struct doc *d)
{
	(void)fwrite(r->text + d->offset, 1, d->length, stdout);
	(void)fputc('\n', stdout);
}

/* What Terraform would refuse too is refused; what only we cannot decide is open. */
static bool has_error(const struct planning_record *r)
{
	const struct doc *list = doc_get(r->root, "diagnostics");

	for (const struct doc *d = list ? list->first : NULL; d; d = d->next)
		if (strcmp(text_of(d, "severity"), "error") == 0)
			return true;
	return false;
}

static int plan(const char *directory, const struct plan_values *v, struct err *e)
{
	FP_CLEANUP(arena_release) struct arena a = ARENA_INIT((size_t)2 << 30);
	struct planning_record r;
	const struct doc *plan_doc;
	bool planned;

	if (planning_run(directory, &v->planning, &a, &r, e) < 0)
		return CMD_ERROR;
	planned = planning_succeeded(&r);
	plan_doc = doc_get(r.root, "plan");
	if (v->record)
		print_raw(&r, r.root);
	else if (planned && plan_doc && strcmp(v->format, "json") == 0)
		print_raw(&r, plan_doc);
	else if (planned && plan_doc)
		print_text(plan_doc);
	if (planned)
		return CMD_VERIFIED;
	return has_error(&r) ? CMD_REFUSED : CMD_INCONCLUSIVE;
}

static int run(int argc, char **argv)
{
	struct plan_values values = {.format = "text"};
	struct err e = ERR_INIT;
	int operands, status = CMD_ERROR;

	if (opt_parse(options, argc, argv, false, &values, &operands, &e) < 0)
		return cmd_fail("plan", &e);
	if (operands != 1)
		(void)err_set(&e, ERR_USAGE, "give one directory");
	else
		status = plan(argv[1], &values, &e);
	return e.kind ? cmd_fail("plan", &e) : status;
}

const struct cmd cmd_plan = {
	.name = "plan",
	.command = {"[options] WORKSPACE", "Print the mocked plan of a workspace.", options},
	.run = run,
};
