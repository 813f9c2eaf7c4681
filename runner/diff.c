/*
 * Lines are compared by Myers's algorithm (An O(ND) Difference Algorithm, 1986) in its greedy form,
 * with the furthest points of every round kept for the way back.  Past a bound of edits the middle
 * of the two files is taken as wholly changed: right, only longer.
 */
#include "runner/diff.h"

#include "runner/base/arena.h"

#define FILE_MAX_BYTES ((size_t)4 << 20)
#define EDITS_MAX 1000
#define CONTEXT 3

struct line {
	const char *text;
	size_t size; /* with its newline */
};

struct lines {
	struct line *rows;
	size_t count;
};

struct side {
	const struct tree_entry *entry; /* NULL: not there */
	struct buf text;
	struct lines lines;
};

struct differ {
	struct arena *arena;
	struct lines a, b;
	bool *gone, *come; /* by line of a, of b */
};

static bool same_line(const struct line *x, const struct line *y)
{
	return x->size == y->size && memcmp(x->text, y->text, x->size) == 0;
}

static void split(struct arena *arena, const struct buf *text, struct lines *out)
{
	const char *p = buf_text(text), *end = p + text->size;
	size_t capacity = 0;

	while (p < end) {
		const char *newline = memchr(p, '\n', (size_t)(end - p));
		const char *next = newline ? newline + 1 : end;

		out->rows = arena_grow(arena, out->rows, out->count, &capacity, sizeof(*out->rows));
		out->rows[out->count++] = (struct line){p, (size_t)(next - p)};
		p = next;
	}
}

/* Follows the trace back from the end, marking what goes and comes. */
static void mark(struct differ *d, long *const *trace, long edits, size_t from_a, size_t from_b,
		 long n, long m)
{
	long x = n, y = m;

	for (long round = edits; round > 0; round--) {
		const long *v = trace[round - 1] + round;
		long k = x - y;
		bool down = k == -round || (k != round && v[k - 1] < v[k + 1]);
		long before_k = down ? k + 1 : k - 1;
		long before_x = v[before_k], before_y = before_x - before_k;

		while (x > before_x && y > before_y) {
			x--;
			y--;
		}
		if (down)
			d->come[from_b + (size_t)before_y] = true;
		else
			d->gone[from_a + (size_t)before_x] = true;
		x = before_x;
		y = before_y;
	}
}

static void mark_all(struct differ *d, size_t from_a, size_t from_b, long n, long m)
{
	for (long i = 0; i < n; i++)
		d->gone[from_a + (size_t)i] = true;
	for (long i = 0; i < m; i++)
		d->come[from_b + (size_t)i] = true;
}

/* The furthest x on each diagonal after `round` edits lie at v[-round .. round]. */
static void compare(struct differ *d, size_t from_a, size_t from_b, long n, long m)
{
	long **trace = arena_array(d->arena, EDITS_MAX + 1, sizeof(*trace));
	const struct line *a = d->a.rows + from_a, *b = d->b.rows + from_b;

	for (long round = 0; round <= EDITS_MAX; round++) {
		long *row = arena_array(d->arena, (size_t)(2 * round + 3), sizeof(*row));
		const long *last = round > 0 ? trace[round - 1] + round : NULL;
		long *v = row + round + 1;

		trace[round] = row;
		for (long k = -round; k <= round; k += 2) {
			long x = 0, y;

			if (round > 0)
				x = k == -round || (k != round && last[k - 1] < last[k + 1])
					    ? last[k + 1]
					    : last[k - 1] + 1;
			y = x - k;
			while (x < n && y < m && same_line(&a[x], &b[y])) {
				x++;
				y++;
			}
			v[k] = x;
			if (x >= n && y >= m) {
				mark(d, trace, round, from_a, from_b, n, m);
				return;
			}
		}
	}
	mark_all(d, from_a, from_b, n, m);
}

static void find_changes(struct differ *d)
{
	size_t head = 0, tail = 0, least = FP_MIN(d->a.count, d->b.count);

	d->gone = arena_array(d->arena, d->a.count, sizeof(bool));
	d->come = arena_array(d->arena, d->b.count, sizeof(bool));
	while (head < least && same_line(&d->a.rows[head], &d->b.rows[head]))
		head++;
	while (tail < least - head &&
	       same_line(&d->a.rows[d->a.count - 1 - tail], &d->b.rows[d->b.count - 1 - tail]))
		tail++;
	compare(d, head, head, (long)(d->a.count - head - tail), (long)(d->b.count - head - tail));
}

static void add_line(struct buf *out, char sign, const struct line *l)
{
	buf_addch(out, sign);
	buf_add(out, l->text, l->size);
	if (l->size == 0 || l->text[l->size - 1] != '\n')
		buf_addstr(out, "\n\\ No newline at end of file\n");
}

/* A place in both files at once. */
struct place {
	size_t a, b;
};

static bool at_change(const struct differ *d, struct place p)
{
	return (p.a < d->a.count && d->gone[p.a]) || (p.b < d->b.count && d->come[p.b]);
}

/* From the first change at or after p: where the hunk with its context ends. */
static struct place hunk_end(const struct differ *d, struct place p)
{
	struct place end = p;
	size_t quiet = 0;

	while (p.a < d->a.count || p.b < d->b.count) {
		if (at_change(d, p)) {
			while (p.a < d->a.count && d->gone[p.a])
				p.a++;
			while (p.b < d->b.count && d->come[p.b])
				p.b++;
			end = p;
			quiet = 0;
			continue;
		}
		if (++quiet > 2 * CONTEXT)
			break;
		p.a++;
		p.b++;
	}
	for (size_t i = 0; i < CONTEXT && end.a < d->a.count && end.b < d->b.count; i++) {
		end.a++;
		end.b++;
	}
	return end;
}

static void add_hunk(const struct differ *d, struct place p, struct place end, struct buf *out)
{
	size_t old_count = end.a - p.a, new_count = end.b - p.b;

	buf_addf(out, "@@ -%zu,%zu +%zu,%zu @@\n", p.a + (old_count > 0), old_count,
		 p.b + (new_count > 0), new_count);
	while (p.a < end.a || p.b < end.b) {
		if (p.a < end.a && d->gone[p.a]) {
			add_line(out, '-', &d->a.rows[p.a++]);
		} else if (p.b < end.b && d->come[p.b]) {
			add_line(out, '+', &d->b.rows[p.b++]);
		} else {
			add_line(out, ' ', &d->a.rows[p.a++]);
			p.b++;
		}
	}
}

static void add_hunks(const struct differ *d, struct buf *out)
{
	struct place p = {0, 0};

	while (p.a < d->a.count || p.b < d->b.count) {
		struct place start = p, end;
		size_t back;

		if (!at_change(d, p)) {
			p.a++;
			p.b++;
			continue;
		}
		back = FP_MIN(FP_MIN(p.a, p.b), (size_t)CONTEXT);
		end = hunk_end(d, p);
		start.a -= back;
		start.b -= back;
		add_hunk(d, start, end, out);
		p = end;
	}
}

static unsigned int mode_of(const struct tree_entry *entry)
{
	switch (entry->type) {
	case TREESTREAM_FILE:
		return 0100644;
	case TREESTREAM_EXECUTABLE:
		return 0100755;
	case TREESTREAM_LINK:
		return 0120000;
	case TREESTREAM_DIRECTORY:
		return 040000;
	}
	abort();
}

static bool is_binary(const struct side *s)
{
	return s->text.size > 0 && memchr(s->text.data, '\0', s->text.size);
}

/* A name that git would not take for something else. */
static void add_name(struct buf *out, const char *prefix, const char *path)
{
	bool plain = strpbrk(path, "\"\\") == NULL;

	for (const char *p = path; *p; p++)
		plain = plain && (unsigned char)*p < 0x80;
	if (plain) {
		buf_addf(out, "%s%s", prefix, path);
		return;
	}
	buf_addf(out, "\"%s", prefix);
	for (const char *p = path; *p; p++) {
		unsigned char c = (unsigned char)*p;

		if (c == '"' || c == '\\')
			buf_addf(out, "\\%c", c);
		else if (c >= 0x80)
			buf_addf(out, "\\%03o", c);
		else
			buf_addch(out, (char)c);
	}
	buf_addch(out, '"');
}

static void add_header(struct buf *out, const struct side *one, const struct side *other,
		       const char *path)
{
	buf_addstr(out, "diff --git ");
	add_name(out, "a/", path);
	buf_addch(out, ' ');
	add_name(out, "b/", path);
	buf_addch(out, '\n');
	if (!one->entry)
		buf_addf(out, "new file mode %06o\n", mode_of(other->entry));
	else if (!other->entry)
		buf_addf(out, "deleted file mode %06o\n", mode_of(one->entry));
	else if (mode_of(one->entry) != mode_of(other->entry))
		buf_addf(out, "old mode %06o\nnew mode %06o\n", mode_of(one->entry),
			 mode_of(other->entry));
}

static void add_file_names(struct buf *out, const struct side *one, const struct side *other,
			   const char *path)
{
	buf_addstr(out, "--- ");
	if (one->entry)
		add_name(out, "a/", path);
	else
		buf_addstr(out, "/dev/null");
	buf_addstr(out, "\n+++ ");
	if (other->entry)
		add_name(out, "b/", path);
	else
		buf_addstr(out, "/dev/null");
	buf_addch(out, '\n');
}

static int load_side(struct side *s, int fd, struct err *e)
{
	if (!s->entry || s->entry->type == TREESTREAM_DIRECTORY || s->entry->size > FILE_MAX_BYTES)
		return 0;
	return tree_content(fd, s->entry, &s->text, e);
}

static void release_side(struct side *s)
{
	buf_release(&s->text);
}

static int diff_entry(const struct tree_entry *old_entry, int one_fd,
		      const struct tree_entry *new_entry, int other_fd, struct buf *out,
		      struct err *e)
{
	FP_CLEANUP(release_side)
	struct side one = {.entry = old_entry, .text = BUF_INIT(FILE_MAX_BYTES)};
	FP_CLEANUP(release_side)
	struct side other = {.entry = new_entry, .text = BUF_INIT(FILE_MAX_BYTES)};
	FP_CLEANUP(arena_release) struct arena arena = ARENA_INIT((size_t)512 << 20);
	const char *path = (old_entry ? old_entry : new_entry)->path;
	struct differ d = {.arena = &arena};
	bool large = (old_entry && old_entry->size > FILE_MAX_BYTES) ||
		     (new_entry && new_entry->size > FILE_MAX_BYTES);

	if (load_side(&one, one_fd, e) < 0 || load_side(&other, other_fd, e) < 0)
		return -1;
	add_header(out, &one, &other, path);
	if (large || is_binary(&one) || is_binary(&other)) {
		buf_addf(out, "Binary files a/%s and b/%s differ\n", path, path);
		return 0;
	}
	split(&arena, &one.text, &d.a);
	split(&arena, &other.text, &d.b);
	find_changes(&d);
	if (old_entry && new_entry && sha256_equal(&old_entry->sha256, &new_entry->sha256))
		return 0;
	if (d.a.count + d.b.count == 0)
		return 0;
	add_file_names(out, &one, &other, path);
	add_hunks(&d, out);
	return 0;
}

int diff_trees(const struct tree *one, int one_fd, const struct tree *other, int other_fd,
	       struct buf *out, struct err *e)
{
	struct tree_walk walk = {0, 0};
	const struct tree_entry *x, *y;

	while (tree_next_change(one, other, &walk, &x, &y))
		if (diff_entry(x, one_fd, y, other_fd, out, e) < 0)
			return -1;
	return buf_finish(out, "the diff", e);
}
