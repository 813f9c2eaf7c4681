/*
 * Several proposals for one finding: which of them lead to the same plans, and where the others
 * differ.  Proposals agree when their plans are the same, from nothing and as a change; how the
 * files are written does not matter.
 */
#include "runner/cmd/cmd.h"

#include <stdarg.h>

#include "runner/attest/bundle.h"
#include "runner/base/json.h"
#include "runner/base/utf8.h"
#include "verifiers/verifier.h"

#define ARENA_BYTES ((size_t)2 << 30)
#define PROPOSALS_MAX 100
#define DIFFERENCES_MAX 20
#define SHOWN_BYTES ((size_t)1 << 20)

struct consensus_values {
	const char *format;
};

static const struct opt options[] = {
	{"format", OPT_WORD, offsetof(struct consensus_values, format), "text|json",
	 "how to report [text]"},
	OPT_END,
};

struct proposal {
	const char *path;
	struct evidence ev;
	enum decision decision;
	size_t group;
};

struct group {
	const struct proposal *first;
	size_t count;
};

/* The largest group comes first; of two that are as large, the one that was named first. */
struct proposals {
	struct arena *arena;
	struct proposal *rows;
	size_t count;
	struct group *groups;
	size_t group_count, unplanned;
};

static void release(struct proposals *p)
{
	for (size_t i = 0; i < p->count; i++)
		evidence_release(&p->rows[i].ev);
}

static int read_one(struct proposals *p, const char *path, struct err *e)
{
	FP_CLEANUP(bundle_cleanup) struct bundle *b = NULL;
	struct proposal *row = &p->rows[p->count];
	struct judgement j;

	if (bundle_open(path, p->arena, &b, e) < 0)
		return -1;
	if (bundle_read(b, p->arena, &row->ev, &j, e) < 0)
		return err_wrap(e, "%s", path);
	row->path = path;
	row->decision = j.decision;
	p->count++;
	return 0;
}

static const char *text_of(const char *text)
{
	return text ? text : "";
}

/* Only what is proposed for the same finding of the same workspace can agree. */
static int check_same(const struct proposals *p, const struct proposal *other, struct err *e)
{
	const struct evidence *one = &p->rows[0].ev, *two = &other->ev;

	if (!one->before.tree || !two->before.tree ||
	    !sha256_equal(&one->before.tree->digest, &two->before.tree->digest))
		return err_set(e, ERR_INPUT, "%s: is about another workspace than %s", other->path,
			       p->rows[0].path);
	if (strcmp(text_of(one->claims.finding.rule), text_of(two->claims.finding.rule)) != 0 ||
	    strcmp(text_of(one->claims.finding.resource), text_of(two->claims.finding.resource)) !=
		    0)
		return err_set(e, ERR_INPUT, "%s: is about another finding than %s", other->path,
			       p->rows[0].path);
	return 0;
}

static bool same_plan(const struct evidence_plan *one, const struct evidence_plan *other)
{
	return sha256_equal(&one->digest, &other->digest);
}

static bool is_planned(const struct proposal *p)
{
	return p->ev.first.fresh.text && p->ev.first.change.text;
}

static bool same_plans(const struct proposal *one, const struct proposal *other)
{
	return same_plan(&one->ev.first.fresh, &other->ev.first.fresh) &&
	       same_plan(&one->ev.first.change, &other->ev.first.change);
}

static void put_in_group(struct proposals *p, struct proposal *row)
{
	for (row->group = 0; row->group < p->group_count; row->group++)
		if (same_plans(p->groups[row->group].first, row))
			break;
	if (row->group == p->group_count)
		p->groups[p->group_count++] = (struct group){.first = row};
	p->groups[row->group].count++;
}

static size_t largest(const struct proposals *p)
{
	size_t best = 0;

	for (size_t i = 1; i < p->group_count; i++)
		if (p->groups[i].count > p->groups[best].count)
			best = i;
	return best;
}

static void group_all(struct proposals *p)
{
	struct group first;
	size_t best;

	p->groups = arena_array(p->arena, p->count, sizeof(*p->groups));
	for (size_t i = 0; i < p->count; i++)
		if (is_planned(&p->rows[i]))
			put_in_group(p, &p->rows[i]);
		else
			p->unplanned++;
	best = largest(p);
	if (best == 0)
		return;
	first = p->groups[0];
	p->groups[0] = p->groups[best];
	p->groups[best] = first;
	for (size_t i = 0; i < p->count; i++)
		if (is_planned(&p->rows[i]) && (p->rows[i].group == 0 || p->rows[i].group == best))
			p->rows[i].group = best - p->rows[i].group;
}

/* --- where two plans differ ------------------------------------------------------------------ */

static const json_t *find(const json_t *list, const char *address)
{
	json_t *row;
	size_t i;

	json_array_foreach (list, i, row)
		if (strcmp(text_of(json_string_value(json_object_get(row, "address"))), address) ==
		    0)
			return row;
	return NULL;
}

static const json_t *after_of(const json_t *row)
{
	return json_object_get(json_object_get(row, "change"), "after");
}

/* "kms_master_key_id, name"; "" when it is not the values that differ. */
static const char *attributes(const json_t *one, const json_t *other, struct arena *a)
{
	const json_t *sides[] = {after_of(one), after_of(other)};
	const char *list = "", *key;
	json_t *value;

	for (size_t side = 0; side < 2; side++)
		json_object_foreach ((json_t *)(uintptr_t)sides[side], key, value) {
			const json_t *twin = json_object_get(sides[1 - side], key);

			if (side == 0 ? !twin || !json_equal(value, (json_t *)(uintptr_t)twin)
				      : !twin)
				list = arena_printf(a, "%s%s%s", list, *list ? ", " : "", key);
		}
	return list;
}

struct differences {
	const char *texts[DIFFERENCES_MAX];
	size_t count, total;
};

static void add_difference(struct differences *d, const char *text)
{
	if (d->count < DIFFERENCES_MAX)
		d->texts[d->count++] = text;
	d->total++;
}

static void compare_row(struct differences *d, const json_t *mine, const json_t *theirs,
			struct arena *a)
{
	const json_t *row = mine ? mine : theirs;
	const char *address = text_of(json_string_value(json_object_get(row, "address")));
	const char *names;

	if (!mine || !theirs) {
		add_difference(d, arena_printf(a, "%s: only %s", address,
					       mine ? "here" : "among those that agree"));
		return;
	}
	if (json_equal((json_t *)(uintptr_t)mine, (json_t *)(uintptr_t)theirs))
		return;
	names = attributes(mine, theirs, a);
	add_difference(d, *names ? arena_printf(a, "%s: differs in %s", address, names)
				 : arena_printf(a, "%s: other actions", address));
}

/* From the plan as a change, which has what the fix does; each resource once. */
static struct differences differences_of(const struct proposal *mine, const struct proposal *theirs,
					 struct arena *a)
{
	const json_t *one = json_object_get(mine->ev.first.change.json, "resource_changes"),
		     *other = json_object_get(theirs->ev.first.change.json, "resource_changes");
	struct differences d = {.count = 0};
	json_t *row;
	size_t i;

	json_array_foreach (one, i, row)
		compare_row(
			&d, row,
			find(other, text_of(json_string_value(json_object_get(row, "address")))),
			a);
	json_array_foreach (other, i, row)
		if (!find(one, text_of(json_string_value(json_object_get(row, "address")))))
			compare_row(&d, NULL, row, a);
	if (d.total == 0)
		add_difference(&d, "the outputs");
	return d;
}

/* --- the report ------------------------------------------------------------------------------ */

static const char *author_of(const struct proposal *p, struct arena *a)
{
	const struct evidence_claims *c = &p->ev.claims;

	if (c->author_model)
		return arena_printf(a, "%s, %s", text_of(c->author_tool), c->author_model);
	return c->author_name ? c->author_name : "nobody";
}

static void print(const char *format, ...) FP_PRINTF(1, 2);
static void print(const char *format, ...)
{
	FP_CLEANUP(buf_release) struct buf out = BUF_INIT(SHOWN_BYTES);
	char *text = NULL;
	va_list ap;
	int size;

	va_start(ap, format);
	size = vasprintf(&text, format, ap);
	va_end(ap);
	if (size < 0)
		return;
	utf8_add_visible(&out, text, (size_t)size, true);
	free(text);
	(void)fputs(buf_text(&out), stdout);
}

static void print_members(const struct proposals *p, size_t group, bool planned)
{
	for (size_t i = 0; i < p->count; i++)
		if (is_planned(&p->rows[i]) == planned && (!planned || p->rows[i].group == group))
			print("  %s (%s): %s\n", p->rows[i].path, author_of(&p->rows[i], p->arena),
			      decision_name(p->rows[i].decision));
}

static void print_text(const struct proposals *p)
{
	const struct evidence_finding *f = &p->rows[0].ev.claims.finding;

	print("%zu proposals for %s on %s, as their bundles say; `fixproof verify` checks those\n",
	      p->count, text_of(f->rule), text_of(f->resource));
	for (size_t g = 0; g < p->group_count; g++) {
		char hex[SHA256_HEX_SIZE];
		struct differences d;

		sha256_hex(&p->groups[g].first->ev.first.change.digest, hex);
		print("%zu %s the plan sha256:%s\n", p->groups[g].count,
		      p->groups[g].count == 1 ? "makes" : "make", hex);
		print_members(p, g, true);
		if (g == 0)
			continue;
		d = differences_of(p->groups[g].first, p->groups[0].first, p->arena);
		for (size_t i = 0; i < d.count; i++)
			print("    %s\n", d.texts[i]);
		if (d.total > d.count)
			print("    and %zu more\n", d.total - d.count);
	}
	if (p->unplanned > 0)
		print("%zu could not be planned\n", p->unplanned);
	print_members(p, 0, false);
}

static json_t *members_json(const struct proposals *p, size_t group, bool planned)
{
	json_t *list = json_new_array();

	for (size_t i = 0; i < p->count; i++) {
		const struct proposal *one = &p->rows[i];
		json_t *row;

		if (is_planned(one) != planned || (planned && one->group != group))
			continue;
		row = json_new_object();
		json_put(row, "bundle", json_new_string(one->path));
		json_put(row, "case", json_new_string(one->ev.claims.id));
		json_put(row, "author", json_new_string(author_of(one, p->arena)));
		json_put(row, "decision", json_new_string(decision_name(one->decision)));
		json_push(list, row);
	}
	return list;
}

static json_t *group_json(const struct proposals *p, size_t g)
{
	json_t *row = json_new_object(), *list = json_new_array();
	char hex[SHA256_HEX_SIZE];
	struct differences d;

	sha256_hex(&p->groups[g].first->ev.first.change.digest, hex);
	json_put(row, "plan", json_new_string(hex));
	json_put(row, "proposals", members_json(p, g, true));
	if (g > 0) {
		d = differences_of(p->groups[g].first, p->groups[0].first, p->arena);
		for (size_t i = 0; i < d.count; i++)
			json_push(list, json_new_string(d.texts[i]));
	}
	json_put(row, "differences", list);
	return row;
}

static void print_json(const struct proposals *p)
{
	const struct evidence_finding *f = &p->rows[0].ev.claims.finding;
	JSON_AUTO *root = json_new_object();
	json_t *groups = json_new_array();

	for (size_t g = 0; g < p->group_count; g++)
		json_push(groups, group_json(p, g));
	json_put(root, "rule", json_new_string(f->rule));
	json_put(root, "resource", json_new_string(f->resource));
	json_put(root, "proposals", json_new_int((int64_t)p->count));
	json_put(root, "agree", json_new_int(p->group_count > 0 ? (int64_t)p->groups[0].count : 0));
	json_put(root, "groups", groups);
	json_put(root, "unplanned", members_json(p, 0, false));
	cmd_print_json(root);
}

/* All agree and are verified; some differ or are refused; or there is too little to say. */
static int status_of(const struct proposals *p)
{
	bool open = p->unplanned > 0;

	if (p->group_count > 1)
		return CMD_REFUSED;
	for (size_t i = 0; i < p->count; i++) {
		if (p->rows[i].decision == DECISION_REFUSED)
			return CMD_REFUSED;
		open = open || p->rows[i].decision != DECISION_VERIFIED;
	}
	return open ? CMD_INCONCLUSIVE : CMD_VERIFIED;
}

static int compare(int count, char **paths, const struct consensus_values *v, int *ret_status,
		   struct err *e)
{
	FP_CLEANUP(arena_release) struct arena a = ARENA_INIT(ARENA_BYTES);
	FP_CLEANUP(release) struct proposals p = {.arena = &a};

	if (count < 2)
		return err_set(e, ERR_USAGE, "give two bundles or more");
	if (count > PROPOSALS_MAX)
		return err_set(e, ERR_USAGE, "more than %d bundles", PROPOSALS_MAX);
	p.rows = arena_array(&a, (size_t)count, sizeof(*p.rows));
	for (int i = 0; i < count; i++)
		if (read_one(&p, paths[i], e) < 0 || check_same(&p, &p.rows[i], e) < 0)
			return -1;
	group_all(&p);
	if (strcmp(v->format, "json") == 0)
		print_json(&p);
	else
		print_text(&p);
	*ret_status = status_of(&p);
	return 0;
}

static int run(int argc, char **argv)
{
	struct consensus_values values = {.format = "text"};
	int operands, status = CMD_VERIFIED;
	struct err e = ERR_INIT;

	if (opt_parse(options, argc, argv, false, &values, &operands, &e) < 0 ||
	    compare(operands, argv + 1, &values, &status, &e) < 0)
		return cmd_fail("consensus", &e);
	return status;
}

const struct cmd cmd_consensus = {
	.name = "consensus",
	.command = {"[options] BUNDLE BUNDLE...",
		    "Say which proposals for one finding lead to the same plan.", options},
	.run = run,
};
