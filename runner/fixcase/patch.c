/*
 * Applying works on a plan in memory: for every path that the patch touches, what it holds before
 * and after.  Forward and reverse are the same code with the two sides of each hunk exchanged; only
 * when all hunks of all files have found their place is anything written.
 */
#include "runner/fixcase/patch.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/stat.h>

#include "runner/base/buf.h"
#include "runner/base/fd.h"
#include "runner/base/treestream.h"

struct line {
	const char *text;
	size_t size;
};

/* A file as lines; mode 0 means that there is none. */
struct content {
	unsigned int mode;
	struct line *lines;
	size_t count;
};

struct applier {
	int dir_fd;
	struct arena *arena;
	bool reverse;
	bool exact;	     /* no offsets */
	const char *reason;  /* why it does not apply */
	const char *outside; /* the name that led out of the workspace */
	struct err *e;
};

/* One path and what it is to hold. */
struct change {
	const char *path;
	struct content after;
};

struct changes {
	struct change *rows;
	size_t count, capacity;
};

/* 0 is yes, 1 is no with ap->reason set, -1 an error; so for all functions of this file. */
#define APPLIES 0
#define FAILS 1

static int fails(struct applier *ap, const char *path, const char *reason)
{
	ap->reason = arena_printf(ap->arena, "%s: %s", path, reason);
	return FAILS;
}

static int open_beneath(int dir_fd, const char *path, int flags, mode_t mode)
{
	return fd_openat2(dir_fd, path, flags, mode,
			  RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_XDEV);
}

static void split_lines(struct applier *ap, const char *text, size_t size, struct content *c)
{
	size_t capacity = 0;

	while (size > 0) {
		const char *newline = memchr(text, '\n', size);
		size_t n = newline ? (size_t)(newline - text) + 1 : size;

		c->lines = arena_grow(ap->arena, c->lines, c->count, &capacity, sizeof(*c->lines));
		c->lines[c->count++] = (struct line){text, n};
		text += n;
		size -= n;
	}
}

static int load_link(struct applier *ap, const char *path, int parent, const char *name,
		     struct content *c)
{
	char target[TREESTREAM_LINK_MAX + 1];
	ssize_t n = readlinkat(parent, name, target, sizeof(target));

	if (n < 0 || (size_t)n == sizeof(target))
		return fails(ap, path, "the link cannot be read");
	c->mode = 0120000;
	split_lines(ap, arena_strndup(ap->arena, target, (size_t)n), (size_t)n, c);
	return APPLIES;
}

static int load_regular(struct applier *ap, const char *path, int fd, const struct stat *st,
			struct content *c)
{
	FP_CLEANUP(buf_release) struct buf text = BUF_INIT(PATCH_FILE_MAX_BYTES);
	const char *copy;

	if ((uint64_t)st->st_size > PATCH_FILE_MAX_BYTES)
		return fails(ap, path, "larger than 67108864 bytes");
	if (fd_read_all(fd, &text, path, ap->e) < 0)
		return -1;
	copy = arena_strndup(ap->arena, buf_text(&text), text.size);
	c->mode = (st->st_mode & S_IXUSR) != 0 ? 0100755 : 0100644;
	split_lines(ap, copy, text.size, c);
	return APPLIES;
}

/* The directory of path and the name in it; the directory may be missing (*ret_fd is -1). */
static int open_parent(struct applier *ap, const char *path, int *ret_fd, const char **ret_name)
{
	const char *slash = strrchr(path, '/');
	char parent[TREESTREAM_PATH_MAX + 1] = ".";

	*ret_name = slash ? slash + 1 : path;
	if (slash) {
		memcpy(parent, path, (size_t)(slash - path));
		parent[slash - path] = '\0';
	}
	*ret_fd = open_beneath(ap->dir_fd, parent, O_PATH | O_DIRECTORY, 0);
	if (*ret_fd < 0 && errno != ENOENT)
		return fails(ap, path,
			     errno == ELOOP ? "leads through a symbolic link"
					    : "its directory cannot be opened");
	return APPLIES;
}

/* What the path holds; a missing file is mode 0. */
static int load(struct applier *ap, const char *path, struct content *c)
{
	FP_CLEANUP(fd_cleanup) int parent = -1;
	FP_CLEANUP(fd_cleanup) int fd = -1;
	const char *name;
	struct stat st;
	int result;

	*c = (struct content){.mode = 0};
	result = open_parent(ap, path, &parent, &name);
	if (result != APPLIES || parent < 0)
		return result;
	if (fstatat(parent, name, &st, AT_SYMLINK_NOFOLLOW) < 0)
		return errno == ENOENT ? APPLIES : fails(ap, path, "cannot be looked at");
	if (S_ISLNK(st.st_mode))
		return load_link(ap, path, parent, name, c);
	if (!S_ISREG(st.st_mode))
		return fails(ap, path, "is not a regular file");
	fd = open_beneath(parent, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK, 0);
	if (fd < 0)
		return fails(ap, path, "cannot be opened");
	return load_regular(ap, path, fd, &st, c);
}

static bool on_old_side(const struct applier *ap, const struct patch_line *l)
{
	return l->kind == ' ' || l->kind == (ap->reverse ? '+' : '-');
}

static bool on_new_side(const struct applier *ap, const struct patch_line *l)
{
	return l->kind == ' ' || l->kind == (ap->reverse ? '-' : '+');
}

static bool matches_at(const struct applier *ap, const struct patch_hunk *h,
		       const struct content *c, size_t at)
{
	for (size_t i = 0; i < h->line_count; i++) {
		const struct patch_line *l = &h->lines[i];

		if (!on_old_side(ap, l))
			continue;
		if (at >= c->count || c->lines[at].size != l->size ||
		    memcmp(c->lines[at].text, l->text, l->size) != 0)
			return false;
		at++;
	}
	return true;
}

static void count_context(const struct patch_hunk *h, size_t *ret_before, size_t *ret_after)
{
	size_t before = 0, tail = 0;

	while (before < h->line_count && h->lines[before].kind == ' ')
		before++;
	while (tail < h->line_count && h->lines[h->line_count - 1 - tail].kind == ' ')
		tail++;
	*ret_before = before;
	*ret_after = tail;
}

/* Less context on one side than on the other means that the file ends there. */
static bool anchored_right(const struct applier *ap, const struct patch_hunk *h,
			   const struct content *c, size_t at)
{
	size_t before, tail, old_count = ap->reverse ? h->new_count : h->old_count;

	count_context(h, &before, &tail);
	if (before > tail && at + old_count != c->count)
		return false;
	return !(before < tail && (ap->reverse ? h->new_start : h->old_start) <= 1 && at != 0);
}

/* Where the header says that the hunk is, from 0.  With no old lines it is behind the named line.
 */
static size_t stated_place(const struct applier *ap, const struct patch_hunk *h)
{
	size_t start = ap->reverse ? h->new_start : h->old_start;
	size_t count = ap->reverse ? h->new_count : h->old_count;

	if (count == 0)
		return start;
	return start > 0 ? start - 1 : 0;
}

static int no_place(struct applier *ap, const char *path, const struct patch_hunk *h, size_t found)
{
	ap->reason =
		found == 0
			? arena_printf(ap->arena,
				       "%s: hunk %zu (line %zu of the patch) does not match", path,
				       h->number, h->at_line)
			: arena_printf(ap->arena,
				       "%s: hunk %zu (line %zu of the patch) matches in %zu places",
				       path, h->number, h->at_line, found);
	return FAILS;
}

/* Finds the hunk at or after the line `from`. */
static int find_place(struct applier *ap, const char *path, const struct patch_hunk *h,
		      const struct content *c, size_t from, size_t *ret_at)
{
	size_t old_count = ap->reverse ? h->new_count : h->old_count;
	size_t stated = stated_place(ap, h), found = 0, place = 0;

	if (stated >= from && stated <= c->count && matches_at(ap, h, c, stated) &&
	    anchored_right(ap, h, c, stated)) {
		*ret_at = stated;
		return APPLIES;
	}
	if (ap->exact || old_count == 0)
		return no_place(ap, path, h, 0);
	for (size_t at = from; at + old_count <= c->count; at++) {
		if (matches_at(ap, h, c, at) && anchored_right(ap, h, c, at)) {
			place = at;
			found++;
		}
	}
	if (found != 1)
		return no_place(ap, path, h, found);
	*ret_at = place;
	return APPLIES;
}

static void push(struct applier *ap, struct content *c, size_t *capacity, struct line l)
{
	c->lines = arena_grow(ap->arena, c->lines, c->count, capacity, sizeof(*c->lines));
	c->lines[c->count++] = l;
}

/* A line without a newline can only be the last one. */
static bool well_ended(const struct content *c)
{
	for (size_t i = 0; i + 1 < c->count; i++)
		if (c->lines[i].size == 0 || c->lines[i].text[c->lines[i].size - 1] != '\n')
			return false;
	return true;
}

static bool cannot_tell(const struct applier *ap, const struct patch_file *f,
			const struct patch_hunk *h)
{
	/* A deletion without context leaves nothing by which to see that it was made. */
	return ap->reverse && ap->exact && h->new_count == 0 && f->old_path && f->new_path;
}

/*
 * The stated places of later hunks count from the file before, so each is looked for in the old
 * lines; the drift of reverse application is the same thing with the sides exchanged.
 */
static int apply_hunks(struct applier *ap, const struct patch_file *f, const char *path,
		       const struct content *before, struct content *after)
{
	size_t from = 0, capacity = 0;

	for (size_t i = 0; i < f->hunk_count; i++) {
		const struct patch_hunk *h = &f->hunks[i];
		size_t at = 0;
		int result = cannot_tell(ap, f, h) ? no_place(ap, path, h, 0)
						   : find_place(ap, path, h, before, from, &at);

		if (result != APPLIES)
			return result;
		while (from < at)
			push(ap, after, &capacity, before->lines[from++]);
		for (size_t k = 0; k < h->line_count; k++)
			if (on_new_side(ap, &h->lines[k]))
				push(ap, after, &capacity,
				     (struct line){h->lines[k].text, h->lines[k].size});
		from = at + (ap->reverse ? h->new_count : h->old_count);
	}
	while (from < before->count)
		push(ap, after, &capacity, before->lines[from++]);
	if (!well_ended(after))
		return fails(ap, path, "a line without a newline would not be the last one");
	return APPLIES;
}

static int check_name(struct applier *ap, const char *path)
{
	const char *fault = treestream_path_fault(path, strlen(path));

	ap->outside = path;
	if (fault)
		return fails(ap, path, arena_printf(ap->arena, "the path %s", fault));
	for (const char *p = path; p; p = strchr(p, '/')) {
		p += *p == '/';
		if (strncmp(p, ".git", 4) == 0 && (p[4] == '/' || p[4] == '\0'))
			return fails(ap, path, "a patch may not touch .git");
	}
	ap->outside = NULL;
	return APPLIES;
}

static bool exists(struct applier *ap, const char *path)
{
	FP_CLEANUP(fd_cleanup) int fd = open_beneath(ap->dir_fd, path, O_PATH | O_NOFOLLOW, 0);

	return fd >= 0;
}

/* Names that diff wrote may have a leading directory that the workspace does not. */
static const char *resolve_name(struct applier *ap, const struct patch_file *f, const char *name)
{
	const char *slash = strchr(name, '/');

	if (f->git || !slash || treestream_path_fault(name, strlen(name)) || exists(ap, name))
		return name;
	return exists(ap, slash + 1) ? slash + 1 : name;
}

static void add_change(struct applier *ap, struct changes *cs, const char *path,
		       struct content after)
{
	cs->rows = arena_grow(ap->arena, cs->rows, cs->count, &cs->capacity, sizeof(*cs->rows));
	cs->rows[cs->count++] = (struct change){path, after};
}

/* The two names of the file as this direction has them; NULL where there is none on that side. */
static int pick_names(struct applier *ap, const struct patch_file *f, const char **ret_from,
		      const char **ret_to)
{
	const char *old_path = f->old_path, *new_path = f->new_path;
	int result = APPLIES;

	if (f->action == PATCH_CHANGE && !f->git) {
		/* diff -u FILE FILE.new: whichever of the two is in the workspace. */
		const char *one = resolve_name(ap, f, old_path),
			   *two = resolve_name(ap, f, new_path);

		old_path = new_path = exists(ap, one) || !exists(ap, two) ? one : two;
	} else {
		old_path = old_path ? resolve_name(ap, f, old_path) : NULL;
	}
	*ret_from = ap->reverse ? new_path : old_path;
	*ret_to = ap->reverse ? old_path : new_path;
	if (*ret_from)
		result = check_name(ap, *ret_from);
	if (result == APPLIES && *ret_to)
		result = check_name(ap, *ret_to);
	return result;
}

static unsigned int mode_after(const struct applier *ap, const struct patch_file *f,
			       const struct content *before)
{
	unsigned int stated = ap->reverse ? f->old_mode : f->new_mode;

	if (stated)
		return stated;
	return before->mode ? before->mode : 0100644;
}

static int check_before(struct applier *ap, const struct patch_file *f, const char *from,
			const struct content *before)
{
	unsigned int stated = ap->reverse ? f->new_mode : f->old_mode;

	if (!before->mode)
		return fails(ap, from, "does not exist");
	if (stated && f->action != PATCH_DELETE && f->action != PATCH_CREATE &&
	    stated != before->mode)
		return fails(ap, from, "does not have the mode that the patch says");
	return APPLIES;
}

static int check_target(struct applier *ap, const char *to)
{
	struct content there;
	int result = load(ap, to, &there);

	if (result != APPLIES)
		return result;
	return there.mode ? fails(ap, to, "exists already") : APPLIES;
}

static int plan_file(struct applier *ap, const struct patch_file *f, struct changes *cs)
{
	struct content before = {.mode = 0}, after = {.mode = 0};
	const char *from, *to;
	bool moves;
	int result = pick_names(ap, f, &from, &to);

	if (result != APPLIES)
		return result;
	if (from) {
		result = load(ap, from, &before);
		if (result == APPLIES)
			result = check_before(ap, f, from, &before);
	}
	moves = to && (!from || strcmp(from, to) != 0);
	/* Undoing a copy only removes it: the file that it came from has been there all along. */
	if (result == APPLIES && moves && !(f->action == PATCH_COPY && ap->reverse))
		result = check_target(ap, to);
	if (result == APPLIES)
		result = apply_hunks(ap, f, from ? from : to, &before, &after);
	if (result != APPLIES)
		return result;
	after.mode = mode_after(ap, f, &before);
	if (!to && after.count > 0)
		return fails(ap, from, "would not be empty when it is deleted");
	if (from && moves && !(f->action == PATCH_COPY && !ap->reverse))
		add_change(ap, cs, from, (struct content){.mode = 0});
	if (!to)
		add_change(ap, cs, from, (struct content){.mode = 0});
	else
		add_change(ap, cs, to, after);
	return APPLIES;
}

static int compare_changes(const void *left, const void *right)
{
	return strcmp(((const struct change *)left)->path, ((const struct change *)right)->path);
}

static int plan_all(struct applier *ap, const struct patch *p, struct changes *cs)
{
	for (size_t i = 0; i < p->count; i++) {
		int result = plan_file(ap, &p->files[i], cs);

		if (result != APPLIES)
			return result;
	}
	qsort(cs->rows, cs->count, sizeof(*cs->rows), compare_changes);
	for (size_t i = 1; i < cs->count; i++)
		if (strcmp(cs->rows[i - 1].path, cs->rows[i].path) == 0)
			return fails(ap, cs->rows[i].path, "is changed twice");
	return APPLIES;
}

static int make_parents(struct applier *ap, const char *path)
{
	for (const char *slash = strchr(path, '/'); slash; slash = strchr(slash + 1, '/')) {
		const char *directory = arena_strndup(ap->arena, path, (size_t)(slash - path));
		FP_CLEANUP(fd_cleanup) int parent = -1;
		const char *name;

		if (open_parent(ap, directory, &parent, &name) != APPLIES || parent < 0)
			return err_set(ap->e, ERR_INPUT, "%s: its directory cannot be made", path);
		if (mkdirat(parent, name, 0755) < 0 && errno != EEXIST)
			return err_sys(ap->e, "%s: mkdir", directory);
	}
	return 0;
}

static int write_content(struct applier *ap, const struct change *c, int parent, const char *name)
{
	FP_CLEANUP(buf_release) struct buf text = BUF_INIT(PATCH_FILE_MAX_BYTES * 2);
	FP_CLEANUP(fd_cleanup) int fd = -1;

	for (size_t i = 0; i < c->after.count; i++)
		buf_add(&text, c->after.lines[i].text, c->after.lines[i].size);
	if (buf_finish(&text, c->path, ap->e) < 0)
		return -1;
	if (c->after.mode == 0120000) {
		if (symlinkat(buf_text(&text), parent, name) < 0)
			return err_sys(ap->e, "%s: symlink", c->path);
		return 0;
	}
	fd = open_beneath(parent, name, O_WRONLY | O_CREAT | O_EXCL,
			  c->after.mode == 0100755 ? 0755 : 0644);
	if (fd < 0)
		return err_sys(ap->e, "%s", c->path);
	/* The umask is one of the things that must not matter. */
	if (fchmod(fd, c->after.mode == 0100755 ? 0755 : 0644) < 0)
		return err_sys(ap->e, "%s: chmod", c->path);
	return fd_write_all(fd, buf_text(&text), text.size, ap->e);
}

/* What is there goes first, so that nothing is ever written through a link or into another name. */
static int write_change(struct applier *ap, const struct change *c)
{
	FP_CLEANUP(fd_cleanup) int parent = -1;
	const char *name;

	if (c->after.mode && make_parents(ap, c->path) < 0)
		return -1;
	if (open_parent(ap, c->path, &parent, &name) != APPLIES || parent < 0)
		return err_set(ap->e, ERR_INPUT, "%s: its directory cannot be opened", c->path);
	if (unlinkat(parent, name, 0) < 0 && errno != ENOENT)
		return err_sys(ap->e, "%s: unlink", c->path);
	return c->after.mode ? write_content(ap, c, parent, name) : 0;
}

/* A directory that a deletion left empty goes too, as git has it. */
static void remove_empty_parents(struct applier *ap, const char *path)
{
	char parent[TREESTREAM_PATH_MAX + 1];
	char *slash;

	(void)snprintf(parent, sizeof(parent), "%s", path);
	while ((slash = strrchr(parent, '/'))) {
		*slash = '\0';
		if (unlinkat(ap->dir_fd, parent, AT_REMOVEDIR) < 0)
			return;
	}
}

static int write_all(struct applier *ap, const struct changes *cs)
{
	for (size_t i = 0; i < cs->count; i++)
		if (write_change(ap, &cs->rows[i]) < 0)
			return -1;
	for (size_t i = 0; i < cs->count; i++)
		if (!cs->rows[i].after.mode)
			remove_empty_parents(ap, cs->rows[i].path);
	return 0;
}

static void list_paths(struct applier *ap, const struct changes *cs, struct patch_result *r)
{
	const char **paths = arena_array(ap->arena, cs->count, sizeof(*paths));

	for (size_t i = 0; i < cs->count; i++)
		paths[i] = cs->rows[i].path;
	r->paths = paths;
	r->path_count = cs->count;
}

/* Whether some file of the patch is in its final form already while the whole is not. */
static bool partly_applied(const struct patch *p, int dir_fd, struct arena *a, struct err *e)
{
	struct applier ap = {.dir_fd = dir_fd, .arena = a, .reverse = true, .exact = true, .e = e};

	for (size_t i = 0; i < p->count; i++) {
		struct changes cs = {.count = 0};
		int result = plan_file(&ap, &p->files[i], &cs);

		if (result != FAILS)
			return result == APPLIES && p->count > 1;
	}
	return false;
}

static int try_direction(const struct patch *p, struct applier *ap, struct patch_result *r,
			 struct changes *cs)
{
	int result;

	*cs = (struct changes){.count = 0};
	result = plan_all(ap, p, cs);
	if (result == APPLIES)
		list_paths(ap, cs, r);
	return result;
}

int patch_apply(const struct patch *p, int dir_fd, struct arena *a, struct patch_result *ret_result,
		struct err *e)
{
	struct applier undo = {
		.dir_fd = dir_fd, .arena = a, .reverse = true, .exact = true, .e = e};
	struct applier make = {.dir_fd = dir_fd, .arena = a, .e = e};
	struct patch_result r = {.outcome = PATCH_ALREADY};
	struct changes cs;
	int result = try_direction(p, &undo, &r, &cs);

	if (result == FAILS) {
		result = try_direction(p, &make, &r, &cs);
		if (result == APPLIES) {
			r.outcome = PATCH_APPLIED;
			result = write_all(&make, &cs);
		}
	}
	/* Applied with an offset earlier: then it is undone with one too. */
	if (result == FAILS) {
		undo.exact = false;
		result = try_direction(p, &undo, &r, &cs);
	}
	if (result == FAILS) {
		r.outcome = PATCH_FAILED;
		r.reason = make.reason;
		r.outside = make.outside;
		if (partly_applied(p, dir_fd, a, e))
			r.reason = arena_printf(a, "%s (a part of the patch is applied already)",
						r.reason);
		result = e->kind == ERR_NONE ? APPLIES : -1;
	}
	if (result < 0)
		return -1;
	*ret_result = r;
	return 0;
}
