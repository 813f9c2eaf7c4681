/* Which resource a row is about: the block that its place lies in, or the one with its identity. */
#include "runner/findings/internal.h"

#include "runner/base/buf.h"
#include "runner/base/json.h"

#define NEAREST_MAX 3
#define LISTED_MAX 5

struct placing {
	const struct findings *findings;
	const struct findings_row *row;
	const json_t *blocks, *instances;
	const char *resource; /* that the case names; NULL */
	struct arena *arena;
	struct err *e;
};

static bool ends_with(const char *text, const char *end)
{
	size_t size = strlen(text), tail = strlen(end);

	return size > tail && text[size - tail - 1] == '/' && strcmp(text + size - tail, end) == 0;
}

/* A scanner's path without what says nothing: "file:///repo/./main.tf", "/main.tf". */
static const char *plain_path(const char *path)
{
	if (strncmp(path, "file://", 7) == 0)
		path += 7;
	while (*path == '/' || strncmp(path, "./", 2) == 0)
		path += *path == '/' ? 1 : 2;
	return path;
}

/*
 * How much of a path of a report and of a file is the same from the end, in whole names; 0 unless
 * one is the end of the other.  Being the very same counts for more than any other that fits.
 */
static size_t fit(const char *theirs, const char *ours)
{
	theirs = plain_path(theirs);
	if (!*theirs)
		return 0;
	if (strcmp(theirs, ours) == 0)
		return SIZE_MAX;
	return ends_with(theirs, ours)	 ? strlen(ours)
	       : ends_with(ours, theirs) ? strlen(theirs)
					 : 0;
}

/* The file of the workspace, which the scanner may have seen from above or from beneath; or NULL.
 */
static const char *find_file(const struct placing *p, const char *theirs)
{
	const char *found = NULL;
	bool several = false;
	size_t best = 0, i;
	json_t *block;

	json_array_foreach (p->blocks, i, block) {
		const char *ours = json_text_of(block, "file");
		size_t how = fit(theirs, ours);

		if (how == 0 || how < best || (found && strcmp(found, ours) == 0))
			continue;
		several = how == best;
		best = how;
		found = ours;
	}
	return several ? NULL : found;
}

static const char *place_text(const struct findings_row *row, struct arena *a)
{
	if (!*row->file)
		return arena_printf(a, "%s of %s", row->rule,
				    *row->identity  ? row->identity
				    : *row->address ? row->address
						    : "no place");
	if (row->line == 0)
		return arena_printf(a, "%s in %s", row->rule, row->file);
	if (row->end_line == row->line)
		return arena_printf(a, "%s at %s:%zu", row->rule, row->file, row->line);
	return arena_printf(a, "%s at %s:%zu-%zu", row->rule, row->file, row->line, row->end_line);
}

static const char *block_text(const json_t *block, struct arena *a)
{
	return arena_printf(a, "%s (%s:%zu-%zu)", json_text_of(block, "address"),
			    json_text_of(block, "file"), json_number_of(block, "line"),
			    json_number_of(block, "end_line"));
}

static size_t distance(const json_t *block, size_t line)
{
	size_t from = json_number_of(block, "line"), to = json_number_of(block, "end_line");

	return line < from ? from - line : line > to ? line - to : 0;
}

/* Those that a person would look at, the nearest first: of the file, or of the kind. */
static const char *nearest(const struct placing *p, const char *file)
{
	FP_CLEANUP(buf_release) struct buf out = BUF_INIT((size_t)1 << 20);
	size_t last = 0, count = 0;
	bool any = true;

	for (size_t at = 0; any && count < NEAREST_MAX; at = last + 1) {
		size_t i;
		json_t *block;

		any = false;
		json_array_foreach (p->blocks, i, block) {
			size_t d = distance(block, p->row->line);

			if ((file ? strcmp(json_text_of(block, "file"), file) == 0
				  : findings_kind_is(p->row->kind, json_text_of(block, "type"))) &&
			    d >= at && (!any || d < last)) {
				last = d;
				any = true;
			}
		}
		json_array_foreach (p->blocks, i, block)
			if (any && count < NEAREST_MAX && distance(block, p->row->line) == last &&
			    (file ? strcmp(json_text_of(block, "file"), file) == 0
				  : findings_kind_is(p->row->kind, json_text_of(block, "type"))))
				buf_addf(&out, "%s%s", count++ > 0 ? ", " : "",
					 block_text(block, p->arena));
	}
	return arena_strdup(p->arena, buf_text(&out));
}

static int fault(const struct placing *p, const char *why)
{
	return err_set(p->e, ERR_INPUT, "%s: %s %s", p->findings->what,
		       place_text(p->row, p->arena), why);
}

static int points_to_nothing(const struct placing *p, const char *file, const char *nothing)
{
	const char *list = nearest(p, file);

	return fault(p, *list ? arena_printf(p->arena, "%s; nearest: %s", nothing, list) : nothing);
}

/* The files that there are, those of the same name first. */
static int points_to_no_file(const struct placing *p)
{
	FP_CLEANUP(buf_release) struct buf out = BUF_INIT((size_t)1 << 20);
	const char *slash = strrchr(p->row->file, '/');
	const char *name = slash ? slash + 1 : p->row->file;
	size_t count = 0;

	for (int round = 0; round < 2; round++) {
		const char *before = "";
		size_t i;
		json_t *block;

		json_array_foreach (p->blocks, i, block) {
			const char *file = json_text_of(block, "file");
			bool same = strcmp(file, name) == 0 || ends_with(file, name);

			if (same != (round == 0) || strcmp(file, before) == 0 ||
			    count == NEAREST_MAX)
				continue;
			buf_addf(&out, "%s%s", count++ > 0 ? ", " : "", file);
			before = file;
		}
	}
	return fault(p, out.size > 0
				? arena_printf(p->arena,
					       "points to no file with a resource; nearest: %s",
					       buf_text(&out))
				: "points to nothing: the workspace has no resource");
}

/* The block that an address means, of a block or of an instance. */
static const json_t *find_address(const struct placing *p, const char *address,
				  const char **ret_resource)
{
	size_t i;
	json_t *m;

	json_array_foreach (p->instances, i, m)
		if (strcmp(json_text_of(m, "address"), address) == 0) {
			*ret_resource = json_text_of(m, "address");
			return json_array_get(p->blocks, json_number_of(m, "block"));
		}
	json_array_foreach (p->blocks, i, m)
		if (strcmp(json_text_of(m, "address"), address) == 0) {
			*ret_resource = json_text_of(m, "address");
			return m;
		}
	return NULL;
}

/* A block is at that place when the row begins in it, or when it alone is within the row. */
static bool is_at(const struct findings_row *row, const json_t *block, bool within)
{
	size_t from = json_number_of(block, "line"), to = json_number_of(block, "end_line");

	return within ? row->line <= from && to <= row->end_line
		      : from <= row->line && row->line <= to;
}

struct found {
	const json_t *block;
	size_t count;
	const char *list; /* of addresses */
};

static struct found find_at(const struct placing *p, const char *file, bool within)
{
	struct found f = {.list = ""};
	size_t i;
	json_t *block;

	json_array_foreach (p->blocks, i, block) {
		if (strcmp(json_text_of(block, "file"), file) != 0 || !is_at(p->row, block, within))
			continue;
		f.block = block;
		if (f.count++ < LISTED_MAX)
			f.list = arena_printf(p->arena, "%s%s%s", f.list, *f.list ? ", " : "",
					      json_text_of(block, "address"));
	}
	return f;
}

/* By position; a name that goes with it says which of several, and may not contradict it. */
static int by_position(const struct placing *p, const char *name, struct findings_place *ret_place)
{
	const char *file = find_file(p, p->row->file), *resource = NULL;
	const json_t *named = name ? find_address(p, name, &resource) : NULL;
	struct found f;

	if (p->resource && !named)
		return fault(p, arena_printf(p->arena, "is not in %s, which is no resource", name));
	if (!file)
		return points_to_no_file(p);
	f = find_at(p, file, false);
	if (f.count == 0)
		f = find_at(p, file, true);
	if (f.count == 0)
		return points_to_nothing(p, file, "points to no resource");
	ret_place->file = file;
	if (!named && f.count > 1)
		return fault(p,
			     arena_printf(p->arena, "may be any of %s; say which as \"resource\"",
					  f.list));
	ret_place->resource = named ? resource : json_text_of(f.block, "address");
	if (named && (strcmp(json_text_of(named, "file"), file) != 0 ||
		      (!is_at(p->row, named, false) && !is_at(p->row, named, true))))
		return fault(p,
			     arena_printf(p->arena, "lies in %s, and names %s", f.list, resource));
	return 0;
}

/* "arn:aws:s3:::bucket", "arn:aws:rds:eu-central-1:123456789012:db:orders" */
static bool has_identity(const json_t *values, const char *identity)
{
	static const char *const keys[] = {"arn",
					   "id",
					   "bucket",
					   "name",
					   "identifier",
					   "cluster_identifier",
					   "key_id",
					   "function_name",
					   "replication_group_id",
					   "domain_name"};
	size_t colon = 0;

	for (size_t i = 0; identity[i]; i++)
		if (identity[i] == ':' || identity[i] == '/')
			colon = i + 1;
	for (size_t i = 0; i < FP_ARRAY_SIZE(keys); i++) {
		const char *value = json_text_of(values, keys[i]);

		if (*value &&
		    (strcmp(value, identity) == 0 || strcmp(value, identity + colon) == 0))
			return true;
	}
	return false;
}

static int by_identity(const struct placing *p, struct findings_place *ret_place)
{
	const char *found = NULL;
	size_t i;
	json_t *m;

	json_array_foreach (p->instances, i, m) {
		if (strcmp(json_text_of(m, "mode"), "managed") != 0 ||
		    !findings_kind_is(p->row->kind, json_text_of(m, "type")) ||
		    !has_identity(json_object_get(m, "values"), p->row->identity))
			continue;
		if (found)
			return fault(p, arena_printf(p->arena,
						     "may be %s or %s; say which as \"resource\"",
						     found, json_text_of(m, "address")));
		found = json_text_of(m, "address");
	}
	if (!found)
		return points_to_nothing(p, NULL, "is the identity of no resource");
	ret_place->resource = found;
	return 0;
}

static int place(const struct placing *p, struct findings_place *ret_place)
{
	const char *name = p->resource ? p->resource : *p->row->address ? p->row->address : NULL;

	*ret_place = (struct findings_place){.row = p->row};
	if (*p->row->file && p->row->line > 0)
		return by_position(p, name, ret_place);
	if (name && find_address(p, name, &ret_place->resource))
		return 0;
	if (*p->row->identity)
		return by_identity(p, ret_place);
	return name ? fault(p, arena_printf(p->arena, "names %s, which is no resource", name))
		    : fault(p, "says no place");
}

static bool is_chosen(const struct findings_row *row, const struct findings_choice *by)
{
	return (!by->rule || strcmp(by->rule, row->rule) == 0 ||
		strcmp(by->rule, row->alias) == 0) &&
	       (!by->file || fit(row->file, by->file) > 0) &&
	       (by->line == 0 || (row->line <= by->line && by->line <= row->end_line));
}

/* Those that the case means; by its resource only as far as it can be told of the others. */
static size_t choose(const struct placing *p, const struct findings_choice *by,
		     const struct findings_row **rows)
{
	const struct findings *f = p->findings;
	size_t count = 0, left = 0;

	for (size_t i = 0; i < f->count; i++)
		if (is_chosen(&f->rows[i], by))
			rows[count++] = &f->rows[i];
	if (!by->resource || count < 2)
		return count;
	for (size_t i = 0; i < count; i++) {
		struct err ignored = ERR_INIT;
		struct placing one = *p;
		struct findings_place at;

		one.row = rows[i];
		one.e = &ignored;
		if (place(&one, &at) == 0 && strcmp(at.resource, by->resource) == 0)
			rows[left++] = rows[i];
	}
	return left;
}

static const char *list_rows(const struct findings_row *const *rows, size_t count, bool numbered,
			     struct arena *a)
{
	const char *list = "";

	for (size_t i = 0; i < count && i < LISTED_MAX; i++)
		list = numbered ? arena_printf(a, "%s%s%zu: %s", list, i > 0 ? ", " : "", i,
					       place_text(rows[i], a))
				: arena_printf(a, "%s%s%s", list, i > 0 ? ", " : "",
					       place_text(rows[i], a));
	return count > LISTED_MAX ? arena_printf(a, "%s, …", list) : list;
}

static int none_chosen(const struct placing *p)
{
	const struct findings *f = p->findings;
	const struct findings_row **rows = arena_array(p->arena, f->count, sizeof(*rows));

	if (f->count == 0)
		return err_set(p->e, ERR_INPUT, "%s: holds no finding that is open", f->what);
	for (size_t i = 0; i < f->count; i++)
		rows[i] = &f->rows[i];
	return err_set(p->e, ERR_INPUT, "%s: none of its %zu findings is what the case means: %s",
		       f->what, f->count, list_rows(rows, f->count, false, p->arena));
}

int findings_place(const struct findings *f, const struct findings_row *row, const json_t *view,
		   struct arena *a, struct findings_place *ret_place, struct err *e)
{
	const struct placing p = {.findings = f,
				  .row = row,
				  .blocks = json_object_get(view, "blocks"),
				  .instances = json_object_get(view, "instances"),
				  .arena = a,
				  .e = e};

	return place(&p, ret_place);
}

int findings_settle(const struct findings *f, const struct findings_choice *by, const json_t *view,
		    struct arena *a, struct findings_place *ret_place, struct err *e)
{
	struct placing p = {.findings = f,
			    .blocks = json_object_get(view, "blocks"),
			    .instances = json_object_get(view, "instances"),
			    .resource = by->resource,
			    .arena = a,
			    .e = e};
	const struct findings_row **rows = arena_array(a, f->count, sizeof(*rows));
	size_t count = choose(&p, by, rows), index = by->has_index ? by->index : 0;

	if (count == 0)
		return none_chosen(&p);
	if (count > 1 && !by->has_index)
		return err_set(e, ERR_INPUT,
			       "%s: %zu findings are what the case means; say which by rule, file, "
			       "line, resource or index: %s",
			       f->what, count, list_rows(rows, count, true, a));
	if (index >= count)
		return err_set(e, ERR_INPUT, "%s: index %zu of %zu findings, which count from 0",
			       f->what, index, count);
	p.row = rows[index];
	return place(&p, ret_place);
}
