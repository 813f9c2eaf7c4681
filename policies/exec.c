/* Policies that are programs: how they are written, and what follows from what they print. */
#include "policies/internal.h"

#include "runner/base/buf.h"
#include "runner/base/treestream.h"
#include "runner/base/utf8.h"
#include "runner/findings/findings.h"

#define ARGUMENTS_MAX 256
#define FILES_MAX 64
#define SECONDS 20
#define OUTPUT_BYTES ((uint64_t)1 << 20)
#define SHOWN_MAX 200

/* --- reading -------------------------------------------------------------------------------- */

struct reading {
	const char *what;
	struct arena *arena;
	struct err *e;
};

static int want(const struct reading *r, const struct doc *d, enum doc_kind kind)
{
	if (d->kind == kind)
		return 0;
	return doc_fault(d, r->what, r->e, "must be %s, not %s", doc_kind_name(kind),
			 doc_kind_name(d->kind));
}

static int read_command(const struct reading *r, const struct doc *exec, struct policy_exec *x)
{
	const struct doc *d = doc_get(exec, "command");
	const char **items;

	if (!d)
		return doc_fault(exec, r->what, r->e, "\"command\" is missing");
	if (want(r, d, DOC_ARRAY) < 0)
		return -1;
	if (d->count == 0 || d->count > ARGUMENTS_MAX)
		return doc_fault(d, r->what, r->e, "must have 1 to %d arguments", ARGUMENTS_MAX);
	items = arena_array(r->arena, d->count, sizeof(*items));
	for (const struct doc *m = d->first; m; m = m->next) {
		if (want(r, m, DOC_STRING) < 0)
			return -1;
		items[x->command.count++] = m->text;
	}
	x->command.items = items;
	return 0;
}

static int read_word(const struct reading *r, const struct doc *exec, const char *key,
		     const char *const words[static 2], unsigned int *ret_word)
{
	const struct doc *d = doc_get(exec, key);

	*ret_word = 0;
	if (!d)
		return 0;
	if (want(r, d, DOC_STRING) < 0)
		return -1;
	for (; *ret_word < 2; (*ret_word)++)
		if (strcmp(d->text, words[*ret_word]) == 0)
			return 0;
	return doc_fault(d, r->what, r->e, "\"%s\" is neither %s nor %s", d->text, words[0],
			 words[1]);
}

static int read_number(const struct reading *r, const struct doc *exec, const char *key,
		       uint64_t otherwise, uint64_t max, uint64_t *ret_number)
{
	const struct doc *d = doc_get(exec, key);
	char *end;

	*ret_number = otherwise;
	if (!d)
		return 0;
	if (want(r, d, DOC_NUMBER) < 0)
		return -1;
	*ret_number = strtoull(d->text, &end, 10);
	if (*end || d->text[0] == '-' || *ret_number < 1 || *ret_number > max)
		return doc_fault(d, r->what, r->e, "must be a whole number from 1 to %llu",
				 (unsigned long long)max);
	return 0;
}

static int read_files(const struct reading *r, const struct doc *exec, struct policy_exec *x)
{
	const struct doc *d = doc_get(exec, "files");
	struct policy_test_file *files;

	if (!d)
		return 0;
	if (want(r, d, DOC_OBJECT) < 0)
		return -1;
	if (d->count > FILES_MAX)
		return doc_fault(d, r->what, r->e, "more than %d files", FILES_MAX);
	files = arena_array(r->arena, d->count, sizeof(*files));
	for (const struct doc *m = d->first; m; m = m->next) {
		const char *fault = treestream_path_fault(m->key, m->key_size);

		if (want(r, m, DOC_STRING) < 0)
			return -1;
		if (fault)
			return doc_fault(m, r->what, r->e, "the name of the file %s", fault);
		files[x->file_count++] = (struct policy_test_file){m->key, m->text, m->size};
	}
	x->files = files;
	return 0;
}

/* Not refused here: bundles are judged by the policies that they hold, as these were written. */
static const char *without_digest(const struct reading *r, const struct doc *d)
{
	struct err e = ERR_INIT;

	(void)doc_fault(d, r->what, &e,
			"\"%s\" has no digest; write %s@sha256:DIGEST, as fixproof image list "
			"tells it",
			d->text, d->text);
	return arena_strdup(r->arena, e.text);
}

static int read_image(const struct reading *r, const struct doc *exec, struct policy_exec *x)
{
	static const char pin[] = "@sha256:";
	const struct doc *d = doc_get(exec, "image");

	const char *at;
	struct sha256 digest;
	struct err ignored = ERR_INIT;

	x->image = "host";
	if (!d)
		return 0;
	if (want(r, d, DOC_STRING) < 0)
		return -1;
	at = strstr(d->text, pin);
	if (*d->text == '\0' || at == d->text || strpbrk(d->text, "/ ") ||
	    (!at && strchr(d->text, '@')) ||
	    (at && sha256_parse(at + strlen(pin), &digest, &ignored) < 0))
		return doc_fault(d, r->what, r->e, "must be host or NAME@sha256:DIGEST");
	x->image = at ? arena_strndup(r->arena, d->text, (size_t)(at - d->text)) : d->text;
	if (at)
		x->image_sha256 = at + strlen(pin);
	else if (strcmp(x->image, "host") != 0)
		x->unpinned = without_digest(r, d);
	return 0;
}

int policy_exec_read(const char *what, const struct doc *d, struct arena *a,
		     const struct policy_exec **ret_exec, struct err *e)
{
	static const char *const keys[] = {"command", "input",	 "output",	 "image",
					   "files",   "seconds", "output_bytes", NULL};
	static const char *const inputs[] = {"workspace", "plan"};
	static const char *const outputs[] = {"report", "status"};
	const struct reading r = {what, a, e};
	struct policy_exec *x = arena_alloc(a, sizeof(*x));
	unsigned int input, output;

	if (want(&r, d, DOC_OBJECT) < 0 || doc_only_keys(d, what, keys, e) < 0 ||
	    read_command(&r, d, x) < 0 || read_word(&r, d, "input", inputs, &input) < 0 ||
	    read_word(&r, d, "output", outputs, &output) < 0 || read_image(&r, d, x) < 0 ||
	    read_files(&r, d, x) < 0 ||
	    read_number(&r, d, "seconds", SECONDS, POLICY_EXEC_SECONDS_MAX, &x->seconds) < 0 ||
	    read_number(&r, d, "output_bytes", OUTPUT_BYTES, POLICY_EXEC_OUTPUT_MAX,
			&x->output_bytes) < 0)
		return -1;
	x->input = (enum policy_exec_input)input;
	x->output = (enum policy_exec_output)output;
	*ret_exec = x;
	return 0;
}

/* --- judging -------------------------------------------------------------------------------- */

struct judging {
	const struct policy *p;
	const json_t *view;
	struct arena *arena;
	struct policy_judgement *rows;
	size_t count, capacity, instances; /* those of instances come first */
};

static struct policy_judgement *add(struct judging *j, const struct policy_judgement *row)
{
	j->rows = arena_grow(j->arena, j->rows, j->count, &j->capacity, sizeof(*j->rows));
	j->rows[j->count] = *row;
	return &j->rows[j->count++];
}

static const char *view_of(const struct judging *j)
{
	return j->p->exec->input == POLICY_EXEC_PLAN ? "plan" : "static";
}

/* Every instance that it judges, as one that passes. */
static void add_instances(struct judging *j, const struct policy_views *views)
{
	const char *view = view_of(j);

	for (size_t i = 0; i < views->now->count; i++) {
		const struct policy_instance *one = &views->now->instances[i];

		if (!one->managed || (!policy_strings_have(&j->p->subjects, "all") &&
				      !policy_strings_have(&j->p->subjects, one->type)))
			continue;
		(void)add(j, &(struct policy_judgement){.address = one->address,
							.block = one->block_address,
							.file = one->file,
							.line = one->line,
							.end_line = one->end_line,
							.result = POLICY_PASS,
							.view = view,
							.reason = ""});
	}
	j->instances = j->count;
}

static void set_all(struct judging *j, enum policy_result result, const char *reason)
{
	for (size_t i = 0; i < j->count; i++) {
		j->rows[i].result = result;
		j->rows[i].reason = result == POLICY_PASS ? "" : reason;
	}
}

/* Marks what the address means; a fail is not made better by an unknown. */
static bool mark(struct judging *j, const char *address, enum policy_result result,
		 const char *reason)
{
	bool found = false;

	for (size_t i = 0; i < j->instances; i++) {
		struct policy_judgement *row = &j->rows[i];

		if (strcmp(row->address, address) != 0 && strcmp(row->block, address) != 0)
			continue;
		found = true;
		if (row->result == POLICY_FAIL || result == POLICY_PASS)
			continue;
		row->result = result;
		row->reason = reason;
	}
	return found;
}

/* Something that lies in no resource is told apart by file and rule, whatever its line. */
static void add_elsewhere(struct judging *j, const char *file, const char *rule,
			  enum policy_result result, size_t line, const char *reason)
{
	const char *place = *file ? file : "the workspace";
	const char *address = *rule ? arena_printf(j->arena, "%s (%s)", place, rule) : place;

	for (size_t i = j->instances; i < j->count; i++)
		if (strcmp(j->rows[i].address, address) == 0)
			return;
	(void)add(j, &(struct policy_judgement){.address = address,
						.block = address,
						.file = file,
						.line = line,
						.end_line = line,
						.result = result,
						.view = "static",
						.reason = reason});
}

static const char *first_line(const char *text, size_t size, struct arena *a)
{
	FP_CLEANUP(buf_release) struct buf out = BUF_INIT(SHOWN_MAX * 16);
	const char *end = memchr(text, '\n', size);

	if (end)
		size = (size_t)(end - text);
	utf8_add_visible(&out, text, FP_MIN(size, (size_t)SHOWN_MAX), false);
	return arena_strdup(a, buf_text(&out));
}

static void judge_status(struct judging *j, const struct policy_answer *answer)
{
	const char *line = first_line(answer->text, answer->size, j->arena);

	if (answer->status != 0)
		set_all(j, POLICY_FAIL,
			arena_printf(j->arena, "%s says no%s%s", j->p->exec->command.items[0],
				     *line ? ": " : "", line));
}

/* What a scanner found, each at its place. */
static int judge_findings(struct judging *j, const struct policy_answer *answer, struct err *e)
{
	const struct findings *f;

	if (findings_read(answer->what, answer->text, answer->size, j->arena, &f, e) < 0)
		return -1;
	for (size_t i = 0; i < f->count; i++) {
		const struct findings_row *row = &f->rows[i];
		const char *reason =
			*row->message ? arena_printf(j->arena, "%s: %s", row->rule, row->message)
				      : row->rule;
		struct err ignored = ERR_INIT;
		struct findings_place at;

		if (findings_place(f, row, j->view, j->arena, &at, &ignored) < 0 ||
		    !mark(j, at.resource, POLICY_FAIL, reason))
			add_elsewhere(j, row->file, row->rule, POLICY_FAIL, row->line, reason);
	}
	return 0;
}

static int read_result(const struct doc *d, enum policy_result *ret_result)
{
	static const enum policy_result results[] = {POLICY_PASS, POLICY_FAIL, POLICY_UNKNOWN};

	for (size_t i = 0; d && d->kind == DOC_STRING && i < FP_ARRAY_SIZE(results); i++)
		if (strcmp(d->text, policy_result_name(results[i])) == 0) {
			*ret_result = results[i];
			return 0;
		}
	return -1;
}

static const char *text_of(const struct doc *d, const char *key, struct arena *a)
{
	const struct doc *m = doc_get(d, key);

	return m && m->kind == DOC_STRING ? first_line(m->text, m->size, a) : "";
}

static int judge_row(struct judging *j, const char *what, const struct doc *d, struct err *e)
{
	const struct doc *line;
	const char *resource, *file, *reason, *rule;
	enum policy_result result;
	size_t number;

	if (d->kind != DOC_OBJECT)
		return doc_fault(d, what, e, "must be %s, not %s", doc_kind_name(DOC_OBJECT),
				 doc_kind_name(d->kind));
	if (read_result(doc_get(d, "result"), &result) < 0)
		return doc_fault(d, what, e, "\"result\" is not pass, fail or unknown");
	resource = text_of(d, "resource", j->arena);
	file = text_of(d, "file", j->arena);
	rule = text_of(d, "rule", j->arena);
	reason = text_of(d, "message", j->arena);
	line = doc_get(d, "line");
	number = line && line->kind == DOC_NUMBER ? strtoul(line->text, NULL, 10) : 0;
	if (!*resource && !*file)
		return doc_fault(d, what, e, "names neither a \"resource\" nor a \"file\"");
	if (*resource && mark(j, resource, result, reason))
		return 0;
	if (!*resource && line) {
		const struct findings_row row = {.tool = "",
						 .rule = rule,
						 .alias = "",
						 .address = "",
						 .identity = "",
						 .kind = "",
						 .message = "",
						 .severity = "none",
						 .file = file,
						 .line = number,
						 .end_line = number};
		struct findings f = {what, "own", &row, 1};
		struct err ignored = ERR_INIT;
		struct findings_place at;

		if (findings_place(&f, &row, j->view, j->arena, &at, &ignored) == 0 &&
		    mark(j, at.resource, result, reason))
			return 0;
	}
	if (result != POLICY_PASS)
		add_elsewhere(j, *resource ? resource : file, rule, result, number, reason);
	return 0;
}

/* {"format": "fixproof-results/1", "results": [{"resource" or "file", "result", …}]} */
static int judge_report(struct judging *j, const struct policy_answer *answer, struct err *e)
{
	const struct doc *root, *format, *list;

	if (doc_read_json(answer->what, answer->text, answer->size, j->arena, &root, e) < 0)
		return -1;
	format = root->kind == DOC_OBJECT ? doc_get(root, "format") : NULL;
	if (!format || format->kind != DOC_STRING ||
	    strcmp(format->text, "fixproof-results/1") != 0)
		return judge_findings(j, answer, e);
	list = doc_get(root, "results");
	if (!list || list->kind != DOC_ARRAY)
		return doc_fault(root, answer->what, e, "\"results\" is missing or no list");
	for (const struct doc *m = list->first; m; m = m->next)
		if (judge_row(j, answer->what, m, e) < 0)
			return -1;
	return 0;
}

static struct policy_report judge_answer(struct judging *j, const struct policy_answer *answer)
{
	struct err e = ERR_INIT;

	if (answer->fault)
		set_all(j, POLICY_UNKNOWN, answer->fault);
	else if (j->p->exec->output == POLICY_EXEC_STATUS)
		judge_status(j, answer);
	else if (judge_report(j, answer, &e) < 0) {
		j->count = j->instances;
		set_all(j, POLICY_UNKNOWN, arena_strdup(j->arena, e.text));
	}
	return (struct policy_report){j->p, j->rows, j->count};
}

struct policy_report policy_judge_answer(const struct policy *p, const json_t *view,
					 const struct policy_views *views,
					 const struct policy_answer *answer, struct arena *a)
{
	struct judging j = {.p = p, .view = view, .arena = a};

	add_instances(&j, views);
	return judge_answer(&j, answer);
}

struct policy_report policy_scan_answer(const struct policy *p, const json_t *view,
					const struct policy_views *views,
					const struct policy_answer *answer, struct arena *a)
{
	struct judging j = {.p = p, .view = view, .arena = a};

	add_instances(&j, views);
	if (j.instances == 0)
		(void)add(&j, &(struct policy_judgement){.address = "the workspace",
							 .block = "the workspace",
							 .file = ".",
							 .result = POLICY_PASS,
							 .view = view_of(&j),
							 .reason = ""});
	j.instances = j.count;
	return judge_answer(&j, answer);
}
