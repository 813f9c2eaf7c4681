#include "runner/newsecrets.h"

#include "runner/base/buf.h"
#include "runner/base/json.h"
#include "runner/base/secretscan.h"
#include "runner/base/utf8.h"

#define FILE_MAX_BYTES ((size_t)64 << 20)
#define VIEW_MAX_BYTES ((size_t)256 << 20)

struct rows {
	struct evidence_secret *list;
	size_t count, capacity;
};

struct search {
	const struct tree *before, *after;
	int before_fd, after_fd;
	struct buf values; /* of before, as one text */
	struct arena *a;
	struct err *e;
	struct rows secrets, hidden;
};

static void search_release(struct search *s)
{
	buf_wipe(&s->values);
}

static void add_row(struct search *s, struct rows *r, struct evidence_secret row)
{
	if (r->count == NEWSECRETS_MAX)
		return;
	r->list = arena_grow(s->a, r->list, r->count, &r->capacity, sizeof(*r->list));
	r->list[r->count++] = row;
}

static bool is_file(const struct tree_entry *entry)
{
	return entry->type == TREESTREAM_FILE || entry->type == TREESTREAM_EXECUTABLE;
}

/* 1 where the bytes stand in any file of before, or in what its values come to. */
static int stood_before(struct search *s, const void *secret, size_t size)
{
	for (size_t i = 0; s->before && i < s->before->count; i++) {
		FP_CLEANUP(buf_wipe) struct buf text = BUF_INIT(FILE_MAX_BYTES);

		if (!is_file(&s->before->entries[i]))
			continue;
		if (tree_content(s->before_fd, &s->before->entries[i], &text, s->e) < 0)
			return -1;
		if (memmem(buf_text(&text), text.size, secret, size))
			return 1;
	}
	return memmem(buf_text(&s->values), s->values.size, secret, size) != NULL;
}

static int look_for_secrets(struct search *s, const char *file, size_t line, const char *text,
			    size_t size)
{
	struct secretscan_hits hits = {.rows = NULL};

	secretscan(text, size, s->a, &hits);
	for (size_t i = 0; i < hits.count; i++) {
		const struct secretscan_hit *hit = &hits.rows[i];
		int known = stood_before(s, text + hit->offset, hit->size);

		if (known < 0)
			return -1;
		if (!known)
			add_row(s, &s->secrets,
				(struct evidence_secret){file, hit->detector,
							 line ? line : hit->line});
	}
	return 0;
}

/* --- characters that do not show ----------------------------------------------------------- */

/* The first of them in a line, as "U+202E"; NULL when there is none. */
static const char *hidden_in(struct search *s, const char *line, size_t size)
{
	while (size > 0) {
		FP_CLEANUP(buf_release) struct buf shown = BUF_INIT(64);
		size_t n;
		uint32_t code = utf8_decode(line, size, &n);

		utf8_add_visible(&shown, line, n, true);
		if (shown.size != n && !(code == '\r' && size == 1))
			return arena_printf(s->a, "U+%04X", code);
		line += n;
		size -= n;
	}
	return NULL;
}

static bool has_line(const struct buf *text, const char *line, size_t size)
{
	const char *at = buf_text(text), *end = at + text->size;

	while ((at = memmem(at, (size_t)(end - at), line, size))) {
		if ((at == buf_text(text) || at[-1] == '\n') &&
		    (at + size == end || at[size] == '\n'))
			return true;
		at++;
	}
	return false;
}

static int look_for_hidden(struct search *s, const struct tree_entry *entry,
			   const struct tree_entry *old, const struct buf *text)
{
	FP_CLEANUP(buf_wipe) struct buf then = BUF_INIT(FILE_MAX_BYTES);
	const char *line = buf_text(text), *end = line + text->size;

	if (!utf8_valid(line, text->size) || memchr(line, '\0', text->size))
		return 0;
	if (old && is_file(old) && tree_content(s->before_fd, old, &then, s->e) < 0)
		return -1;
	for (size_t number = 1; line < end; number++) {
		const char *newline = memchr(line, '\n', (size_t)(end - line));
		size_t size = (size_t)((newline ? newline : end) - line);
		const char *what = hidden_in(s, line, size);

		if (what && !has_line(&then, line, size))
			add_row(s, &s->hidden, (struct evidence_secret){entry->path, what, number});
		line += size + 1;
	}
	return 0;
}

/* --- where to look ------------------------------------------------------------------------- */

static int look_into(struct search *s, const struct tree_entry *entry, const struct tree_entry *old)
{
	FP_CLEANUP(buf_wipe) struct buf text = BUF_INIT(FILE_MAX_BYTES);
	const char *name = old ? NULL : hidden_in(s, entry->path, strlen(entry->path));

	if (name)
		add_row(s, &s->hidden, (struct evidence_secret){entry->path, name, 0});
	if (tree_content(s->after_fd, entry, &text, s->e) < 0 ||
	    look_for_secrets(s, entry->path, 0, buf_text(&text), text.size) < 0)
		return -1;
	return look_for_hidden(s, entry, old, &text);
}

static int look_into_files(struct search *s)
{
	for (size_t i = 0; i < s->after->count; i++) {
		const struct tree_entry *entry = &s->after->entries[i],
					*old = s->before ? tree_find(s->before, entry->path) : NULL;

		if (!is_file(entry) || (old && sha256_equal(&old->sha256, &entry->sha256)))
			continue;
		if (look_into(s, entry, old) < 0)
			return err_wrap(s->e, "%s", entry->path);
	}
	return 0;
}

/* What an expression put together stands in no file. */
static int look_into_value(struct search *s, const json_t *block, const json_t *value)
{
	const char *key;
	json_t *member;
	size_t i;

	if (json_is_string(value))
		return look_for_secrets(s, json_text_of(block, "file"),
					(size_t)json_integer_value(json_object_get(block, "line")),
					json_string_value(value), json_string_length(value));
	json_array_foreach (value, i, member)
		if (look_into_value(s, block, member) < 0)
			return -1;
	json_object_foreach ((json_t *)(uintptr_t)value, key, member)
		if (look_into_value(s, block, member) < 0)
			return -1;
	return 0;
}

static int look_into_values(struct search *s, const json_t *view)
{
	const json_t *blocks = json_object_get(view, "blocks");
	size_t files = s->secrets.count, i;
	json_t *row;

	json_array_foreach (json_object_get(view, "instances"), i, row) {
		const json_t *block = json_array_get(
			blocks, (size_t)json_integer_value(json_object_get(row, "block")));

		/* Where it stands in a file, that says more. */
		if (files == 0 && look_into_value(s, block, json_object_get(row, "values")) < 0)
			return -1;
	}
	return 0;
}

int newsecrets_find(struct evidence *ev, int before_fd, int after_fd, struct arena *a,
		    struct err *e)
{
	FP_CLEANUP(search_release)
	struct search s = {
		.before = ev->before.tree,
		.after = ev->first.tree,
		.before_fd = before_fd,
		.after_fd = after_fd,
		.values = BUF_INIT(VIEW_MAX_BYTES),
		.a = a,
		.e = e,
	};

	if (ev->before.view)
		json_dump_compact(&s.values, json_object_get(ev->before.view, "instances"));
	if (look_into_files(&s) < 0 || look_into_values(&s, ev->first.view) < 0)
		return -1;
	ev->secrets = s.secrets.list;
	ev->secret_count = s.secrets.count;
	ev->hidden = s.hidden.list;
	ev->hidden_count = s.hidden.count;
	return 0;
}
