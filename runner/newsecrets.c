#include "runner/newsecrets.h"

#include "runner/base/buf.h"
#include "runner/base/secretscan.h"

#define FILE_MAX_BYTES ((size_t)64 << 20)

struct search {
	const struct tree *before, *after;
	int before_fd, after_fd;
	struct arena *a;
	struct err *e;
	struct evidence_secret *rows;
	size_t count, capacity;
};

static bool is_file(const struct tree_entry *entry)
{
	return entry->type == TREESTREAM_FILE || entry->type == TREESTREAM_EXECUTABLE;
}

/* 1 where the bytes stand in any file of before. */
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
	return 0;
}

static int look_into(struct search *s, const struct tree_entry *entry)
{
	FP_CLEANUP(buf_wipe) struct buf text = BUF_INIT(FILE_MAX_BYTES);
	struct secretscan_hits hits = {.rows = NULL};

	if (tree_content(s->after_fd, entry, &text, s->e) < 0)
		return -1;
	secretscan(buf_text(&text), text.size, s->a, &hits);
	for (size_t i = 0; i < hits.count && s->count < NEWSECRETS_MAX; i++) {
		const struct secretscan_hit *hit = &hits.rows[i];
		int known = stood_before(s, buf_text(&text) + hit->offset, hit->size);

		if (known < 0)
			return -1;
		if (known)
			continue;
		s->rows = arena_grow(s->a, s->rows, s->count, &s->capacity, sizeof(*s->rows));
		s->rows[s->count++] =
			(struct evidence_secret){entry->path, hit->detector, hit->line};
	}
	return 0;
}

int newsecrets_find(const struct tree *before, int before_fd, const struct tree *after,
		    int after_fd, struct arena *a, const struct evidence_secret **ret_rows,
		    size_t *ret_count, struct err *e)
{
	struct search s = {before, after, before_fd, after_fd, a, e, NULL, 0, 0};

	for (size_t i = 0; i < after->count; i++) {
		const struct tree_entry *entry = &after->entries[i],
					*old = before ? tree_find(before, entry->path) : NULL;

		if (!is_file(entry) || (old && sha256_equal(&old->sha256, &entry->sha256)))
			continue;
		if (look_into(&s, entry) < 0)
			return err_wrap(e, "%s", entry->path);
	}
	*ret_rows = s.rows;
	*ret_count = s.count;
	return 0;
}
