#include "runner/fixcase/patch.h"

#include "runner/base/buf.h"

struct parser {
	const char *at, *end;
	size_t line; /* number of the line at `at`, from 1 */
	struct arena *arena;
	struct patch_file *files;
	size_t file_count, file_capacity, hunk_total;
	struct err *e;
};

struct text {
	const char *start;
	size_t size; /* without the newline */
};

static int fault(struct parser *p, size_t line, const char *reason)
{
	return err_set(p->e, ERR_INPUT, "line %zu of the patch: %s", line, reason);
}

static bool peek(const struct parser *p, struct text *t)
{
	const char *newline;

	if (p->at == p->end)
		return false;
	newline = memchr(p->at, '\n', (size_t)(p->end - p->at));
	t->start = p->at;
	t->size = (size_t)((newline ? newline : p->end) - p->at);
	return true;
}

static void advance(struct parser *p)
{
	struct text t;

	if (!peek(p, &t))
		return;
	p->at += t.size;
	if (p->at < p->end)
		p->at++;
	p->line++;
}

/* Header lines may end in CR LF where the whole patch does; lines of hunks keep their CR. */
static struct text without_cr(struct text t)
{
	if (t.size > 0 && t.start[t.size - 1] == '\r')
		t.size--;
	return t;
}

static bool begins(struct text t, const char *prefix)
{
	size_t size = strlen(prefix);

	return t.size >= size && memcmp(t.start, prefix, size) == 0;
}

static struct text after(struct text t, size_t size)
{
	return (struct text){t.start + size, t.size - size};
}

/* A name in git's C-style quotes. */
static int unquote(struct parser *p, struct text t, const char **ret_name, size_t *ret_used)
{
	static const char letters[] = "abtnvfr\"\\", values[] = "\a\b\t\n\v\f\r\"\\";
	FP_CLEANUP(buf_release) struct buf out = BUF_INIT(65536);
	size_t i = 1;

	while (i < t.size && t.start[i] != '"') {
		const char *found;

		if (t.start[i] != '\\' || i + 1 >= t.size) {
			buf_addch(&out, t.start[i++]);
			continue;
		}
		i++;
		found = t.start[i] != '\0' ? strchr(letters, t.start[i]) : NULL;
		if (found) {
			buf_addch(&out, values[found - letters]);
			i++;
		} else if (i + 2 < t.size && t.start[i] >= '0' && t.start[i] <= '3' &&
			   t.start[i + 1] >= '0' && t.start[i + 1] <= '7' &&
			   t.start[i + 2] >= '0' && t.start[i + 2] <= '7') {
			buf_addch(&out,
				  (char)((t.start[i] - '0') << 6 | (t.start[i + 1] - '0') << 3 |
					 (t.start[i + 2] - '0')));
			i += 3;
		} else {
			return fault(p, p->line, "unknown escape in a quoted name");
		}
	}
	if (i >= t.size)
		return fault(p, p->line, "a quoted name does not end");
	if (buf_finish(&out, "a name", p->e) < 0)
		return -1;
	*ret_name = arena_strndup(p->arena, buf_text(&out), out.size);
	*ret_used = i + 1;
	return 0;
}

/* The name in a "---", "+++", "rename from" line: quoted, or up to a tab that begins a time stamp.
 */
static int read_name(struct parser *p, struct text t, const char **ret_name)
{
	const char *tab;
	size_t used;

	if (t.size > 0 && t.start[0] == '"')
		return unquote(p, t, ret_name, &used);
	tab = memchr(t.start, '\t', t.size);
	if (tab)
		t.size = (size_t)(tab - t.start);
	if (t.size == 0)
		return fault(p, p->line, "a file name is missing");
	*ret_name = arena_strndup(p->arena, t.start, t.size);
	return 0;
}

static const char *strip_one(const char *name)
{
	const char *slash = strchr(name, '/');

	return slash ? slash + 1 : name;
}

/*
 * "diff --git a/X b/X": needed only for files without hunks, where both names are the same; so the
 * line is cut in the middle.  Quoted names say where they end.
 */
static int read_git_names(struct parser *p, struct text t, struct patch_file *f)
{
	const char *old_name, *new_name;
	size_t used, half;

	t = after(t, strlen("diff --git "));
	if (t.size > 0 && t.start[0] == '"') {
		if (unquote(p, t, &old_name, &used) < 0)
			return -1;
		if (used + 1 >= t.size || t.start[used] != ' ')
			return fault(p, p->line, "not a \"diff --git\" line");
		if (read_name(p, after(t, used + 1), &new_name) < 0)
			return -1;
		f->old_path = strip_one(old_name);
		f->new_path = strip_one(new_name);
		return 0;
	}
	half = t.size / 2;
	if (t.size % 2 == 1 && t.start[half] == ' ' && half > 2) {
		old_name = arena_strndup(p->arena, t.start, half);
		new_name = arena_strndup(p->arena, t.start + half + 1, half);
		if (strcmp(strip_one(old_name), strip_one(new_name)) == 0) {
			f->old_path = strip_one(old_name);
			f->new_path = strip_one(new_name);
		}
	}
	return 0;
}

static int read_mode(struct parser *p, struct text t, unsigned int *ret_mode)
{
	unsigned int mode = 0;

	for (size_t i = 0; i < t.size; i++) {
		if (t.start[i] < '0' || t.start[i] > '7' || i >= 6)
			return fault(p, p->line, "not a file mode");
		mode = mode << 3 | (unsigned int)(t.start[i] - '0');
	}
	if (mode == 0160000)
		return fault(p, p->line, "changes a submodule");
	if (mode != 0100644 && mode != 0100755 && mode != 0120000)
		return fault(p, p->line, "a file mode other than 100644, 100755 and 120000");
	*ret_mode = mode;
	return 0;
}

static int read_extended(struct parser *p, struct text t, struct patch_file *f, bool *ret_taken)
{
	unsigned int mode;

	*ret_taken = true;
	if (begins(t, "old mode "))
		return read_mode(p, after(t, 9), &f->old_mode);
	if (begins(t, "new mode "))
		return read_mode(p, after(t, 9), &f->new_mode);
	if (begins(t, "deleted file mode ")) {
		f->action = PATCH_DELETE;
		return read_mode(p, after(t, 18), &f->old_mode);
	}
	if (begins(t, "new file mode ")) {
		f->action = PATCH_CREATE;
		return read_mode(p, after(t, 14), &f->new_mode);
	}
	if (begins(t, "rename from ") || begins(t, "copy from ")) {
		f->action = t.start[0] == 'r' ? PATCH_RENAME : PATCH_COPY;
		return read_name(p, after(t, t.start[0] == 'r' ? 12 : 10), &f->old_path);
	}
	if (begins(t, "rename to ") || begins(t, "copy to "))
		return read_name(p, after(t, t.start[0] == 'r' ? 10 : 8), &f->new_path);
	if (begins(t, "index ")) {
		const char *space = memchr(t.start + 6, ' ', t.size - 6);

		/* A mode here says that the file has it before and after. */
		if (space && read_mode(p, after(t, (size_t)(space - t.start) + 1), &mode) < 0)
			return -1;
		return 0;
	}
	if (begins(t, "GIT binary patch") || begins(t, "Binary files "))
		return fault(p, p->line,
			     "a binary patch; use a fix of the kind \"files\" or \"git\"");
	*ret_taken = begins(t, "similarity index ") || begins(t, "dissimilarity index ");
	return 0;
}

static bool read_number(struct text *t, size_t *ret_number)
{
	size_t number = 0, i = 0;

	while (i < t->size && t->start[i] >= '0' && t->start[i] <= '9') {
		if (number > 100000000)
			return false;
		number = number * 10 + (size_t)(t->start[i++] - '0');
	}
	*t = after(*t, i);
	*ret_number = number;
	return i > 0;
}

static bool read_range(struct text *t, char sign, size_t *ret_start, size_t *ret_count)
{
	if (t->size == 0 || t->start[0] != sign)
		return false;
	*t = after(*t, 1);
	if (!read_number(t, ret_start))
		return false;
	*ret_count = 1;
	if (t->size > 0 && t->start[0] == ',') {
		*t = after(*t, 1);
		return read_number(t, ret_count);
	}
	return true;
}

static bool read_hunk_header(struct text t, struct patch_hunk *h)
{
	if (!begins(t, "@@ "))
		return false;
	t = after(t, 3);
	if (!read_range(&t, '-', &h->old_start, &h->old_count) || !begins(t, " "))
		return false;
	t = after(t, 1);
	return read_range(&t, '+', &h->new_start, &h->new_count) && begins(t, " @@");
}

/* "\ No newline at end of file": the line before it loses its newline. */
static void drop_newline(struct patch_hunk *h, struct patch_line *lines)
{
	if (h->line_count > 0 && lines[h->line_count - 1].size > 0)
		lines[h->line_count - 1].size--;
}

static int read_hunk_line(struct parser *p, struct text t, struct patch_hunk *h,
			  struct patch_line *lines, size_t *old_left, size_t *new_left)
{
	struct patch_line *line = &lines[h->line_count];
	bool last = t.start + t.size == p->end;

	/* Some tools strip the one space of an empty line of context. */
	line->kind = t.size > 0 && t.start[0] != '\r' ? t.start[0] : ' ';
	line->text = t.size > 0 && t.start[0] != '\r' ? t.start + 1 : t.start;
	line->size = (size_t)(t.start + t.size - line->text) + !last;
	if (last)
		return fault(p, p->line, "the patch ends within a line");
	if (line->kind != ' ' && line->kind != '-' && line->kind != '+')
		return fault(p, p->line, "the hunk is shorter than its header says");
	if ((line->kind != '+' && *old_left == 0) || (line->kind != '-' && *new_left == 0))
		return fault(p, p->line, "the hunk is longer than its header says");
	*old_left -= line->kind != '+';
	*new_left -= line->kind != '-';
	h->line_count++;
	return 0;
}

static int read_hunk(struct parser *p, struct patch_hunk *h)
{
	size_t old_left = h->old_count, new_left = h->new_count, room = old_left + new_left;
	struct patch_line *lines;
	struct text t;

	/* Each line of the hunk takes a byte at least, so a lying header costs nothing. */
	if (room > (size_t)(p->end - p->at))
		return fault(p, p->line, "the hunk is shorter than its header says");
	lines = arena_array(p->arena, room, sizeof(*lines));
	h->at_line = p->line;
	advance(p);
	while (old_left > 0 || new_left > 0) {
		if (!peek(p, &t))
			return fault(p, p->line, "the hunk is shorter than its header says");
		if (begins(t, "\\ "))
			drop_newline(h, lines);
		else if (read_hunk_line(p, t, h, lines, &old_left, &new_left) < 0)
			return -1;
		advance(p);
	}
	if (peek(p, &t) && begins(t, "\\ ")) {
		drop_newline(h, lines);
		advance(p);
	}
	h->lines = lines;
	return 0;
}

static int read_hunks(struct parser *p, struct patch_file *f)
{
	struct patch_hunk *hunks = NULL, next = {.old_start = 0};
	size_t capacity = 0;
	struct text t;

	while (peek(p, &t) && read_hunk_header(t, &next)) {
		next.number = f->hunk_count + 1;
		next.line_count = 0;
		if (++p->hunk_total > PATCH_HUNKS_MAX)
			return fault(p, p->line, "more than 100000 hunks");
		if (read_hunk(p, &next) < 0)
			return -1;
		hunks = arena_grow(p->arena, hunks, f->hunk_count, &capacity, sizeof(*hunks));
		hunks[f->hunk_count++] = next;
	}
	if (peek(p, &t) && begins(t, "@@"))
		return fault(p, p->line, "not a hunk header");
	f->hunks = hunks;
	return 0;
}

/* a/… and b/… as git writes them; other names keep all their components until they are looked up.
 */
static const char *plain_name(const char *name, bool git)
{
	if (strcmp(name, "/dev/null") == 0)
		return NULL;
	if (git || strncmp(name, "a/", 2) == 0 || strncmp(name, "b/", 2) == 0)
		return strip_one(name);
	return name;
}

static int read_file_names(struct parser *p, struct patch_file *f)
{
	const char *old_name, *new_name;
	struct text t;

	if (!peek(p, &t) || !begins(t, "--- "))
		return 0;
	if (read_name(p, without_cr(after(t, 4)), &old_name) < 0)
		return -1;
	advance(p);
	if (!peek(p, &t) || !begins(t, "+++ "))
		return fault(p, p->line, "\"+++\" must follow \"---\"");
	if (read_name(p, without_cr(after(t, 4)), &new_name) < 0)
		return -1;
	advance(p);
	old_name = plain_name(old_name, f->git);
	new_name = plain_name(new_name, f->git);
	if (!old_name && !new_name)
		return fault(p, p->line - 1, "both names are /dev/null");
	if (!old_name)
		f->action = PATCH_CREATE;
	if (!new_name)
		f->action = PATCH_DELETE;
	f->old_path = old_name;
	f->new_path = new_name;
	if (!peek(p, &t) || !begins(t, "@@"))
		return fault(p, p->line, "a hunk must follow \"+++\"");
	return 0;
}

static int finish_file(struct parser *p, const struct patch_file *found)
{
	struct patch_file f = *found;

	if (f.action == PATCH_CREATE)
		f.old_path = NULL;
	if (f.action == PATCH_DELETE)
		f.new_path = NULL;
	if (!f.old_path && !f.new_path)
		return fault(p, f.at_line, "the names of the file cannot be told");
	if (p->file_count >= PATCH_FILES_MAX)
		return fault(p, f.at_line, "more than 10000 files");
	p->files =
		arena_grow(p->arena, p->files, p->file_count, &p->file_capacity, sizeof(*p->files));
	p->files[p->file_count++] = f;
	return 0;
}

static int read_file(struct parser *p, struct text first)
{
	struct patch_file f = {.action = PATCH_CHANGE, .at_line = p->line};
	bool taken = true;
	struct text t;

	if (begins(first, "diff --git ")) {
		f.git = true;
		if (read_git_names(p, without_cr(first), &f) < 0)
			return -1;
		advance(p);
		while (taken && peek(p, &t)) {
			if (read_extended(p, without_cr(t), &f, &taken) < 0)
				return -1;
			if (taken)
				advance(p);
		}
	}
	if (read_file_names(p, &f) < 0 || read_hunks(p, &f) < 0)
		return -1;
	return finish_file(p, &f);
}

int patch_parse(const char *text, size_t size, struct arena *a, const struct patch **ret_patch,
		struct err *e)
{
	struct parser p = {.at = text, .end = text + size, .line = 1, .arena = a, .e = e};
	struct patch *patch = arena_alloc(a, sizeof(*patch));
	struct text t;

	if (size > PATCH_MAX_BYTES)
		return err_set(e, ERR_LIMIT, "the patch is larger than %zu bytes", PATCH_MAX_BYTES);
	while (peek(&p, &t)) {
		if (begins(t, "diff --git ") || begins(t, "--- ")) {
			/* "--- " in a commit message is no header without a "+++" after it. */
			struct parser saved = p;
			struct text second;

			advance(&p);
			if (t.start[0] == '-' && (!peek(&p, &second) || !begins(second, "+++ ")))
				continue;
			p = saved;
			if (read_file(&p, t) < 0)
				return -1;
			continue;
		}
		if (begins(t, "GIT binary patch") || begins(t, "Binary files "))
			return fault(&p, p.line,
				     "a binary patch; use a fix of the kind \"files\" or \"git\"");
		if (begins(t, "@@ -"))
			return fault(&p, p.line, "a hunk without a file");
		advance(&p);
	}
	if (p.file_count == 0)
		return err_set(e, ERR_INPUT, "the patch holds no change");
	patch->files = p.files;
	patch->count = p.file_count;
	*ret_patch = patch;
	return 0;
}
