#include "runner/fixcase/fixcase.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/stat.h>

#include "runner/base/buf.h"
#include "runner/base/die.h"
#include "runner/base/doc.h"
#include "runner/base/fd.h"
#include "runner/base/json.h"
#include "runner/base/treestream.h"

struct loader {
	const char *what;
	struct arena *arena;
	struct err *e;
};

/* A fixed set of words and its names, in the order of the enum. */
struct words {
	const char *const *names;
	size_t count;
};

static const char *const planner_names[] = {"auto", "embedded", "terraform", "tofu", "both"};
static const char *const facts_names[] = {"recorded", "schema"};
static const char *const fix_names[] = {"patch", "files", "script", "git"};
static const char *const author_names[] = {"person", "ai"};
static const char *const severity_names[] = {"none", "low", "medium", "high", "critical"};

#define WORDS(array) ((struct words){array, FP_ARRAY_SIZE(array)})

const char *fixcase_planner_name(enum fixcase_planner planner)
{
	return planner_names[planner];
}

const char *fixcase_facts_name(enum fixcase_facts facts)
{
	return facts_names[facts];
}

const char *fixcase_fix_kind_name(enum fixcase_fix_kind kind)
{
	return fix_names[kind];
}

const char *fixcase_author_kind_name(enum fixcase_author_kind kind)
{
	return author_names[kind];
}

const char *fixcase_severity_name(enum fixcase_severity severity)
{
	return severity_names[severity];
}

/* Like FP_MUST_CHECK functions elsewhere, each of these is 0 or -1 with l->e set. */

static int check_text(struct loader *l, const struct doc *d, const char **ret_text)
{
	if (doc_want(d, l->what, DOC_STRING, l->e) < 0)
		return -1;
	if (d->size == 0)
		return doc_fault(d, l->what, l->e, "must not be empty");
	if (d->size > FIXCASE_TEXT_MAX)
		return doc_fault(d, l->what, l->e, "longer than %d bytes", FIXCASE_TEXT_MAX);
	if (strlen(d->text) != d->size)
		return doc_fault(d, l->what, l->e, "has a NUL character");
	*ret_text = d->text;
	return 0;
}

static int text_member(struct loader *l, const struct doc *object, const char *key, bool required,
		       const char **ret_text)
{
	const struct doc *d;

	if (doc_member(object, l->what, key, required, &d, l->e) < 0)
		return -1;
	return d ? check_text(l, d, ret_text) : 0;
}

static int check_path(struct loader *l, const struct doc *d, const char **ret_path)
{
	const char *fault;

	if (check_text(l, d, ret_path) < 0)
		return -1;
	if (strcmp(*ret_path, ".") == 0)
		return 0;
	fault = treestream_path_fault(*ret_path, d->size);
	if (fault)
		return doc_fault(d, l->what, l->e, "the path \"%s\" %s", *ret_path, fault);
	return 0;
}

static int path_member(struct loader *l, const struct doc *object, const char *key, bool required,
		       const char **ret_path)
{
	const struct doc *d;

	if (doc_member(object, l->what, key, required, &d, l->e) < 0)
		return -1;
	return d ? check_path(l, d, ret_path) : 0;
}

static int word_member(struct loader *l, const struct doc *object, const char *key, bool required,
		       struct words words, unsigned int *ret_word)
{
	FP_CLEANUP(buf_release) struct buf list = BUF_INIT(1024);
	const struct doc *d;
	const char *text;

	if (doc_member(object, l->what, key, required, &d, l->e) < 0)
		return -1;
	if (!d)
		return 0;
	if (check_text(l, d, &text) < 0)
		return -1;
	for (unsigned int i = 0; i < words.count; i++) {
		if (strcmp(words.names[i], text) == 0) {
			*ret_word = i;
			return 0;
		}
		buf_addf(&list, "%s%s", i > 0 ? ", " : "", words.names[i]);
	}
	return doc_fault(d, l->what, l->e, "\"%s\" is none of %s", text, buf_text(&list));
}

static int check_list(struct loader *l, const struct doc *d)
{
	if (doc_want(d, l->what, DOC_ARRAY, l->e) < 0)
		return -1;
	if (d->count > FIXCASE_LIST_MAX)
		return doc_fault(d, l->what, l->e, "more than %d entries", FIXCASE_LIST_MAX);
	return 0;
}

static int strings_member(struct loader *l, const struct doc *object, const char *key, bool paths,
			  struct fixcase_strings *ret_strings, bool *ret_given)
{
	const struct doc *d = doc_get(object, key);
	const char **items;
	size_t count = 0;

	if (ret_given)
		*ret_given = d != NULL;
	if (!d)
		return 0;
	if (check_list(l, d) < 0)
		return -1;
	items = arena_array(l->arena, d->count + 1, sizeof(*items));
	for (const struct doc *m = d->first; m; m = m->next)
		if ((paths ? check_path : check_text)(l, m, &items[count++]) < 0)
			return -1;
	ret_strings->items = items;
	ret_strings->count = count;
	return 0;
}

static int line_member(struct loader *l, const struct doc *object, const char *key,
		       size_t *ret_line)
{
	const struct doc *d = doc_get(object, key);
	char *end;
	unsigned long line;

	if (!d)
		return 0;
	if (doc_want(d, l->what, DOC_NUMBER, l->e) < 0)
		return -1;
	line = strtoul(d->text, &end, 10);
	if (*end != '\0' || line < 1 || line > 100000000)
		return doc_fault(d, l->what, l->e, "must be a line number from 1");
	*ret_line = line;
	return 0;
}

static int check_object(struct loader *l, const struct doc *d, const char *const *keys)
{
	if (doc_want(d, l->what, DOC_OBJECT, l->e) < 0)
		return -1;
	return doc_only_keys(d, l->what, keys, l->e);
}

/* Of a report, the rest says which of its findings is meant; what that is stands in the report. */
static int check_finding_members(struct loader *l, const struct doc *d)
{
	static const struct {
		const char *key;
		bool own, report; /* whether it goes with a finding of that kind */
	} rows[] = {{"tool", true, false},
		    {"severity", true, false},
		    {"message", true, false},
		    {"end_line", true, false},
		    {"index", false, true}};
	bool report = doc_get(d, "report") != NULL;

	for (size_t i = 0; i < FP_ARRAY_SIZE(rows); i++) {
		const struct doc *m = doc_get(d, rows[i].key);

		if (m && !(report ? rows[i].report : rows[i].own))
			return doc_fault(m, l->what, l->e, "%s \"report\"",
					 report ? "does not go with" : "goes only with");
	}
	return 0;
}

static int index_member(struct loader *l, const struct doc *object, struct fixcase_finding *f)
{
	const struct doc *d = doc_get(object, "index");
	char *end;

	if (!d)
		return 0;
	if (doc_want(d, l->what, DOC_NUMBER, l->e) < 0)
		return -1;
	f->has_index = true;
	f->index = strtoul(d->text, &end, 10);
	if (*end != '\0' || d->text[0] == '-' || f->index > 100000000)
		return doc_fault(d, l->what, l->e, "must be a whole number from 0");
	return 0;
}

static int read_finding(struct loader *l, const struct doc *d, struct fixcase_finding *f)
{
	static const char *const keys[] = {"tool",    "rule",  "resource", "severity",
					   "message", "file",  "line",	   "end_line",
					   "report",  "index", NULL};
	unsigned int severity = FIXCASE_SEVERITY_NONE;
	bool own;

	if (check_object(l, d, keys) < 0)
		return -1;
	own = !doc_get(d, "report");
	if (check_finding_members(l, d) < 0 || path_member(l, d, "report", false, &f->report) < 0 ||
	    text_member(l, d, "tool", false, &f->tool) < 0 ||
	    text_member(l, d, "rule", own, &f->rule) < 0 ||
	    text_member(l, d, "resource", own, &f->resource) < 0 ||
	    text_member(l, d, "message", false, &f->message) < 0 ||
	    path_member(l, d, "file", false, &f->file) < 0 ||
	    word_member(l, d, "severity", false, WORDS(severity_names), &severity) < 0 ||
	    line_member(l, d, "line", &f->line) < 0 ||
	    line_member(l, d, "end_line", &f->end_line) < 0 || index_member(l, d, f) < 0)
		return -1;
	f->severity = (enum fixcase_severity)severity;
	if (f->end_line > 0 && f->end_line < f->line)
		return doc_fault(doc_get(d, "end_line"), l->what, l->e, "is before \"line\"");
	return 0;
}

static int read_control(struct loader *l, const struct doc *d, struct fixcase_control *c)
{
	static const char *const keys[] = {"standard", "version", "id", NULL};

	if (check_object(l, d, keys) < 0 || text_member(l, d, "standard", true, &c->standard) < 0 ||
	    text_member(l, d, "version", true, &c->version) < 0)
		return -1;
	return text_member(l, d, "id", true, &c->id);
}

static int read_controls(struct loader *l, const struct doc *d, struct fixcase *c)
{
	struct fixcase_control *controls;

	if (check_list(l, d) < 0)
		return -1;
	controls = arena_array(l->arena, d->count, sizeof(*controls));
	for (const struct doc *m = d->first; m; m = m->next)
		if (read_control(l, m, &controls[c->control_count++]) < 0)
			return -1;
	c->controls = controls;
	return 0;
}

/* Which members belong to which kind of fix. */
static int check_fix_members(struct loader *l, const struct doc *d, enum fixcase_fix_kind kind)
{
	static const char *const keys[] = {"kind",  "path",    "command", "directory",
					   "image", "seconds", NULL};
	bool path = kind == FIXCASE_FIX_PATCH || kind == FIXCASE_FIX_FILES;
	bool script = kind == FIXCASE_FIX_SCRIPT;
	const struct {
		const char *key;
		bool allowed, required;
	} rows[] = {{"path", path, path},
		    {"command", script, script},
		    {"directory", script, false},
		    {"image", script, false},
		    {"seconds", script, false}};

	if (doc_only_keys(d, l->what, keys, l->e) < 0)
		return -1;
	for (size_t i = 0; i < FP_ARRAY_SIZE(rows); i++) {
		const struct doc *m = doc_get(d, rows[i].key);

		if (m && !rows[i].allowed)
			return doc_fault(m, l->what, l->e, "does not go with the kind \"%s\"",
					 fixcase_fix_kind_name(kind));
		if (!m && rows[i].required)
			return doc_fault(d, l->what, l->e, "\"%s\" is missing", rows[i].key);
	}
	return 0;
}

static int seconds_member(struct loader *l, const struct doc *object, size_t *ret_seconds)
{
	const struct doc *d = doc_get(object, "seconds");
	unsigned long seconds;
	char *end;

	if (!d)
		return 0;
	if (doc_want(d, l->what, DOC_NUMBER, l->e) < 0)
		return -1;
	seconds = strtoul(d->text, &end, 10);
	if (*end != '\0' || seconds < 1 || seconds > FIXCASE_SECONDS_MAX)
		return doc_fault(d, l->what, l->e, "must be a whole number from 1 to %d",
				 FIXCASE_SECONDS_MAX);
	*ret_seconds = seconds;
	return 0;
}

static int read_fix(struct loader *l, const struct doc *d, struct fixcase_fix *f)
{
	unsigned int kind = FIXCASE_FIX_PATCH;

	if (doc_want(d, l->what, DOC_OBJECT, l->e) < 0 ||
	    word_member(l, d, "kind", true, WORDS(fix_names), &kind) < 0)
		return -1;
	f->kind = (enum fixcase_fix_kind)kind;
	if (check_fix_members(l, d, f->kind) < 0 ||
	    path_member(l, d, "path", false, &f->path) < 0 ||
	    path_member(l, d, "directory", false, &f->directory) < 0 ||
	    strings_member(l, d, "command", false, &f->command, NULL) < 0 ||
	    text_member(l, d, "image", false, &f->image) < 0 ||
	    seconds_member(l, d, &f->seconds) < 0)
		return -1;
	if (f->kind == FIXCASE_FIX_SCRIPT && f->command.count == 0)
		return doc_fault(doc_get(d, "command"), l->what, l->e, "must not be empty");
	if (f->image && strcmp(f->image, "none") == 0)
		return doc_fault(doc_get(d, "image"), l->what, l->e,
				 "a script needs a system: \"host\", or the name of an image");
	return 0;
}

static int check_hex_digest(struct loader *l, const struct doc *object, const char *key)
{
	const struct doc *d = doc_get(object, key);

	if (d && (d->size != 64 || strspn(d->text, "0123456789abcdef") != 64))
		return doc_fault(d, l->what, l->e,
				 "must be a SHA-256 digest of 64 lower-case digits");
	return 0;
}

static int read_author(struct loader *l, const struct doc *d, struct fixcase_author *a)
{
	static const char *const keys[] = {"kind", "name", "tool", "model", "prompt_sha256", NULL};
	unsigned int kind = FIXCASE_AUTHOR_PERSON;

	if (check_object(l, d, keys) < 0 ||
	    word_member(l, d, "kind", true, WORDS(author_names), &kind) < 0 ||
	    text_member(l, d, "name", kind == FIXCASE_AUTHOR_PERSON, &a->name) < 0 ||
	    text_member(l, d, "tool", kind == FIXCASE_AUTHOR_AI, &a->tool) < 0 ||
	    text_member(l, d, "model", kind == FIXCASE_AUTHOR_AI, &a->model) < 0 ||
	    text_member(l, d, "prompt_sha256", false, &a->prompt_sha256) < 0)
		return -1;
	a->kind = (enum fixcase_author_kind)kind;
	return check_hex_digest(l, d, "prompt_sha256");
}

static int read_scope(struct loader *l, const struct doc *d, struct fixcase_scope *s)
{
	static const char *const keys[] = {"paths",	    "resources", "keep", "remove",
					   "allow_replace", "declare",	 NULL};

	if (check_object(l, d, keys) < 0 ||
	    strings_member(l, d, "paths", false, &s->paths, &s->has_paths) < 0 ||
	    strings_member(l, d, "resources", false, &s->resources, &s->has_resources) < 0 ||
	    strings_member(l, d, "keep", false, &s->keep, NULL) < 0 ||
	    strings_member(l, d, "remove", false, &s->remove, NULL) < 0 ||
	    strings_member(l, d, "allow_replace", false, &s->allow_replace, NULL) < 0)
		return -1;
	return strings_member(l, d, "declare", false, &s->declare, NULL);
}

static int check_date(struct loader *l, const struct doc *object, const char *key)
{
	static const char form[] = "dddd-dd-dd";
	const struct doc *d = doc_get(object, key);

	for (size_t i = 0; d && i < sizeof(form); i++) {
		bool digit = d->text[i] >= '0' && d->text[i] <= '9';

		if (form[i] == 'd' ? !digit : d->text[i] != form[i])
			return doc_fault(d, l->what, l->e, "must be a date as 2026-01-31");
	}
	return 0;
}

static int read_waiver(struct loader *l, const struct doc *d, struct fixcase_waiver *w)
{
	static const char *const keys[] = {"verifier", "policy",  "reason",
					   "owner",    "expires", NULL};

	if (check_object(l, d, keys) < 0 ||
	    text_member(l, d, "verifier", false, &w->verifier) < 0 ||
	    text_member(l, d, "policy", false, &w->policy) < 0 ||
	    text_member(l, d, "reason", true, &w->reason) < 0 ||
	    text_member(l, d, "owner", true, &w->owner) < 0 ||
	    text_member(l, d, "expires", true, &w->expires) < 0)
		return -1;
	if ((w->verifier != NULL) == (w->policy != NULL))
		return doc_fault(d, l->what, l->e, "needs either \"verifier\" or \"policy\"");
	w->at = doc_get(d, w->verifier ? "verifier" : "policy");
	return check_date(l, d, "expires");
}

static int read_waivers(struct loader *l, const struct doc *d, struct fixcase *c)
{
	struct fixcase_waiver *waivers;

	if (check_list(l, d) < 0)
		return -1;
	waivers = arena_array(l->arena, d->count, sizeof(*waivers));
	for (const struct doc *m = d->first; m; m = m->next)
		if (read_waiver(l, m, &waivers[c->waiver_count++]) < 0)
			return -1;
	c->waivers = waivers;
	return 0;
}

static int read_packs(struct loader *l, const struct doc *d, struct fixcase *c)
{
	static const char *const keys[] = {"provider", "version", NULL};
	struct fixcase_pack *packs;

	if (check_list(l, d) < 0)
		return -1;
	packs = arena_array(l->arena, d->count, sizeof(*packs));
	for (const struct doc *m = d->first; m; m = m->next) {
		struct fixcase_pack *p = &packs[c->pack_count++];

		if (check_object(l, m, keys) < 0 ||
		    text_member(l, m, "provider", true, &p->provider) < 0 ||
		    text_member(l, m, "version", false, &p->version) < 0)
			return -1;
	}
	c->packs = packs;
	return 0;
}

/* A mapping that means something only to the planner goes on as it is. */
static int object_member(struct loader *l, const struct doc *object, const char *key,
			 const char **ret_text)
{
	const struct doc *d = doc_get(object, key);
	FP_CLEANUP(buf_release) struct buf text = BUF_INIT(FIXCASE_MAX_BYTES * 8);
	JSON_AUTO *json = NULL;

	*ret_text = "{}";
	if (!d)
		return 0;
	if (doc_want(d, l->what, DOC_OBJECT, l->e) < 0)
		return -1;
	json = doc_to_json(d);
	json_dump_compact(&text, json);
	*ret_text = arena_strndup(l->arena, buf_text(&text), text.size - 1);
	return 0;
}

static struct fixcase_strings join(struct arena *a, const struct fixcase_strings *one,
				   const struct fixcase_strings *other)
{
	const char **items = arena_array(a, one->count + other->count, sizeof(*items));

	for (size_t i = 0; i < one->count; i++)
		items[i] = one->items[i];
	for (size_t i = 0; i < other->count; i++)
		items[one->count + i] = other->items[i];
	return (struct fixcase_strings){items, one->count + other->count};
}

static const char *overlay(struct arena *a, const char *under, const char *over)
{
	FP_CLEANUP(buf_release) struct buf text = BUF_INIT(FIXCASE_MAX_BYTES * 16);
	JSON_AUTO *one = NULL;
	JSON_AUTO *other = NULL;
	struct err ignored = ERR_INIT;

	/* Both were written by object_member. */
	if (json_parse("variables", under, strlen(under), &one, &ignored) < 0 ||
	    json_parse("variables", over, strlen(over), &other, &ignored) < 0 ||
	    json_object_update(one, other) < 0)
		die("variables cannot be joined");
	json_dump_compact(&text, one);
	return arena_strndup(a, buf_text(&text), text.size - 1);
}

static int check_stage_name(struct loader *l, const struct doc *d, const struct fixcase *c,
			    const char *name)
{
	static const char allowed[] =
		"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-";

	if (strlen(name) > 40 || strspn(name, allowed) != strlen(name))
		return doc_fault(doc_get(d, "name"), l->what, l->e,
				 "must be at most 40 letters, digits, \"-\" and \"_\"");
	for (size_t i = 0; i < c->stage_count; i++)
		if (strcmp(c->stages[i].name, name) == 0)
			return doc_fault(doc_get(d, "name"), l->what, l->e, "occurs twice");
	return 0;
}

static int read_stage(struct loader *l, const struct doc *d, const struct fixcase *c,
		      struct fixcase_stage *s)
{
	static const char *const keys[] = {"name", "var_files", "variables", NULL};
	struct fixcase_strings files = {.count = 0};
	const char *variables;

	if (check_object(l, d, keys) < 0 || text_member(l, d, "name", true, &s->name) < 0 ||
	    check_stage_name(l, d, c, s->name) < 0 ||
	    strings_member(l, d, "var_files", true, &files, NULL) < 0 ||
	    object_member(l, d, "variables", &variables) < 0)
		return -1;
	s->var_files = join(l->arena, &c->var_files, &files);
	s->variables = overlay(l->arena, c->variables, variables);
	return 0;
}

static int read_matrix(struct loader *l, const struct doc *d, struct fixcase *c)
{
	struct fixcase_stage *stages;

	if (check_list(l, d) < 0)
		return -1;
	if (d->count > FIXCASE_STAGES_MAX)
		return doc_fault(d, l->what, l->e, "more than %d entries", FIXCASE_STAGES_MAX);
	stages = arena_array(l->arena, d->count, sizeof(*stages));
	c->stages = stages;
	for (const struct doc *m = d->first; m; m = m->next, c->stage_count++)
		if (read_stage(l, m, c, &stages[c->stage_count]) < 0)
			return -1;
	return 0;
}

static int check_id(struct loader *l, const struct doc *object)
{
	static const char allowed[] =
		"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-_";
	const struct doc *d = doc_get(object, "id");

	if (d->size > 100 || strspn(d->text, allowed) != d->size || d->text[0] == '.' ||
	    d->text[0] == '-')
		return doc_fault(d, l->what, l->e,
				 "must be at most 100 letters, digits, \".\", \"-\" and \"_\", and "
				 "begin with a letter, a digit or \"_\"");
	return 0;
}

static int read_choices(struct loader *l, const struct doc *root, struct fixcase *c)
{
	static const char *const formats[] = {FIXCASE_FORMAT};
	unsigned int format = 0, planner = FIXCASE_PLANNER_AUTO, facts = FIXCASE_FACTS_RECORDED;

	if (word_member(l, root, "format", true, WORDS(formats), &format) < 0 ||
	    word_member(l, root, "planner", false, WORDS(planner_names), &planner) < 0 ||
	    word_member(l, root, "facts", false, WORDS(facts_names), &facts) < 0)
		return -1;
	c->planner = (enum fixcase_planner)planner;
	c->facts = (enum fixcase_facts)facts;
	return 0;
}

static int read_parts(struct loader *l, const struct doc *root, struct fixcase *c)
{
	const struct doc *finding = doc_get(root, "finding"), *author = doc_get(root, "author");
	const struct doc *controls = doc_get(root, "controls"), *packs = doc_get(root, "providers");
	const struct doc *scope = doc_get(root, "scope"), *waivers = doc_get(root, "waivers");
	const struct doc *matrix = doc_get(root, "matrix");

	c->has_finding = finding != NULL;
	c->has_author = author != NULL;
	if ((finding && read_finding(l, finding, &c->finding) < 0) ||
	    (controls && read_controls(l, controls, c) < 0) ||
	    (author && read_author(l, author, &c->author) < 0) ||
	    (scope && read_scope(l, scope, &c->scope) < 0) ||
	    (waivers && read_waivers(l, waivers, c) < 0) ||
	    (packs && read_packs(l, packs, c) < 0) || (matrix && read_matrix(l, matrix, c) < 0))
		return -1;
	return read_fix(l, doc_get(root, "fix"), &c->fix);
}

static int read_case(struct loader *l, const struct doc *root, struct fixcase *c)
{
	static const char *const keys[] = {
		"format",    "id",	  "title",	"workspace", "root",	 "planner",
		"facts",     "providers", "mock",	"finding",   "policies", "controls",
		"fix",	     "author",	  "reason",	"scope",     "expected", "variables",
		"var_files", "waivers",	  "invariants", "matrix",    NULL};
	const struct doc *fix;

	if (check_object(l, root, keys) < 0 || read_choices(l, root, c) < 0 ||
	    text_member(l, root, "id", true, &c->id) < 0 || check_id(l, root) < 0 ||
	    text_member(l, root, "title", false, &c->title) < 0 ||
	    path_member(l, root, "workspace", true, &c->workspace) < 0 ||
	    path_member(l, root, "root", false, &c->root) < 0 ||
	    path_member(l, root, "expected", false, &c->expected) < 0 ||
	    text_member(l, root, "reason", false, &c->reason) < 0 ||
	    strings_member(l, root, "policies", false, &c->policies, NULL) < 0 ||
	    strings_member(l, root, "invariants", false, &c->invariants, NULL) < 0 ||
	    strings_member(l, root, "var_files", true, &c->var_files, NULL) < 0 ||
	    object_member(l, root, "variables", &c->variables) < 0 ||
	    object_member(l, root, "mock", &c->mock) < 0 ||
	    doc_member(root, l->what, "fix", true, &fix, l->e) < 0)
		return -1;
	if (!c->root)
		c->root = ".";
	return read_parts(l, root, c);
}

int fixcase_parse(const char *what, const char *text, size_t size, struct arena *a,
		  const struct fixcase **ret_case, struct err *e)
{
	struct loader l = {.what = what, .arena = a, .e = e};
	struct fixcase *c = arena_alloc(a, sizeof(*c));
	const struct doc *root;

	if (doc_read(what, text, size, a, &root, e) < 0)
		return -1;
	c->file = arena_strdup(a, what);
	c->text = arena_strndup(a, text, size);
	c->text_size = size;
	if (read_case(&l, root, c) < 0)
		return -1;
	*ret_case = c;
	return 0;
}

/* Which of the two names the directory has. */
static int find_case_file(int dir_fd, const char *path, const char **ret_name, struct err *e)
{
	bool yaml = faccessat(dir_fd, "case.yaml", F_OK, AT_SYMLINK_NOFOLLOW) == 0;
	bool json = faccessat(dir_fd, "case.json", F_OK, AT_SYMLINK_NOFOLLOW) == 0;

	if (yaml && json)
		return err_set(e, ERR_INPUT, "%s: has both case.yaml and case.json", path);
	if (!yaml && !json)
		return err_set(e, ERR_INPUT, "%s: has neither case.yaml nor case.json", path);
	*ret_name = yaml ? "case.yaml" : "case.json";
	return 0;
}

static int open_place(const char *path, struct arena *a, int *ret_dir, const char **ret_name,
		      const char **ret_shown, struct err *e)
{
	const char *slash = strrchr(path, '/');
	FP_CLEANUP(fd_cleanup) int fd = -1;
	const char *directory = path;
	struct stat st;

	if (stat(path, &st) < 0)
		return err_sys(e, "%s", path);
	*ret_name = NULL;
	if (!S_ISDIR(st.st_mode)) {
		directory = slash ? arena_strndup(a, path, (size_t)(slash - path) + 1) : ".";
		*ret_name = slash ? slash + 1 : path;
	}
	fd = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return err_sys(e, "%s", directory);
	*ret_shown = path;
	if (!*ret_name) {
		if (find_case_file(fd, path, ret_name, e) < 0)
			return -1;
		*ret_shown = arena_printf(a, "%s%s%s", path,
					  path[strlen(path) - 1] == '/' ? "" : "/", *ret_name);
	}
	*ret_dir = fd_steal(&fd);
	return 0;
}

int fixcase_load(const char *path, struct arena *a, const struct fixcase **ret_case, int *ret_dir,
		 struct err *e)
{
	FP_CLEANUP(buf_release) struct buf text = BUF_INIT(FIXCASE_MAX_BYTES);
	FP_CLEANUP(fd_cleanup) int dir = -1;
	const char *name = NULL, *shown = path;

	if (open_place(path, a, &dir, &name, &shown, e) < 0)
		return -1;
	if (fd_read_file(dir, name, true, &text, e) < 0)
		return err_wrap(e, "%s", path);
	if (fixcase_parse(shown, buf_text(&text), text.size, a, ret_case, e) < 0)
		return -1;
	*ret_dir = fd_steal(&dir);
	return 0;
}

int fixcase_open(int dir_fd, const char *path, int flags, int *ret_fd, struct err *e)
{
	int fd = fd_openat2(dir_fd, path, flags, 0, RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS);

	if (fd < 0 && errno == EXDEV)
		return err_set(e, ERR_INPUT, "%s: leaves the directory of the case", path);
	if (fd < 0)
		return err_sys(e, "%s", path);
	*ret_fd = fd;
	return 0;
}
