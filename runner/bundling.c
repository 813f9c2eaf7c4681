#include "runner/bundling.h"

#include <sys/stat.h>

#include "runner/base/fd.h"
#include "runner/diff.h"

#define CONTENT_MAX_BYTES ((size_t)256 << 20)

static struct bundle_item *add_item(struct bundling *b, struct bundle_item item)
{
	b->items = arena_grow(b->arena, b->items, b->count, &b->capacity, sizeof(*b->items));
	b->items[b->count++] = item;
	return &b->items[b->count - 1];
}

static void add_text(struct bundling *b, const char *path, const char *role, const char *text,
		     size_t size)
{
	(void)add_item(b,
		       (struct bundle_item){
			       .path = path, .role = role, .data = text, .fd = -1, .size = size});
}

/* Links, modes and empty directories are told by the canonical tree; here lies what files hold. */
static void add_tree(struct bundling *b, const char *prefix, const char *role, int fd,
		     const struct tree *t, const struct tree *base)
{
	for (size_t i = 0; i < t->count; i++) {
		const struct tree_entry *entry = &t->entries[i],
					*old = base ? tree_find(base, entry->path) : NULL;

		if ((entry->type != TREESTREAM_FILE && entry->type != TREESTREAM_EXECUTABLE) ||
		    (old && sha256_equal(&old->sha256, &entry->sha256)))
			continue;
		(void)add_item(b, (struct bundle_item){.path = arena_printf(b->arena, "%s/%s",
									    prefix, entry->path),
						       .role = role,
						       .fd = fd,
						       .offset = entry->offset,
						       .size = entry->size});
	}
}

/* A tree of the fix, and what it looks like: case/fix/NAME/… and case/fix/NAME.tree.json. */
static int add_fix_tree(struct bundling *b, const char *name, int fd, const struct tree *base,
			struct err *e)
{
	FP_CLEANUP(buf_release) struct buf text = BUF_INIT(CONTENT_MAX_BYTES);
	const struct tree *t;

	if (fd < 0)
		return 0;
	if (tree_read(fd, b->arena, &t, e) < 0)
		return -1;
	add_tree(b, arena_printf(b->arena, "case/fix/%s", name), "fix", fd, t, base);
	tree_canonical(t, &text);
	if (buf_finish(&text, name, e) < 0)
		return -1;
	add_text(b, arena_printf(b->arena, "case/fix/%s" BUNDLING_TREE_SUFFIX, name), "tree",
		 arena_strndup(b->arena, buf_text(&text), text.size), text.size);
	return 0;
}

static int add_inputs(struct bundling *b, const struct evidence *ev, struct err *e)
{
	const struct fixcase *c = b->in->c;
	const struct runs_fix *fix = &b->in->fix;
	const char *dot = strrchr(c->file, '.');
	struct stat st;

	add_text(b, dot && strcmp(dot, ".json") == 0 ? "case/case.json" : "case/case.yaml", "case",
		 c->text, c->text_size);
	if (fix->patch >= 0) {
		if (fstat(fix->patch, &st) < 0)
			return err_sys(e, "the patch");
		(void)add_item(b, (struct bundle_item){.path = "case/fix/fix.patch",
						       .role = "fix",
						       .fd = fix->patch,
						       .size = (uint64_t)st.st_size});
	}
	if (add_fix_tree(b, "files", fix->files, NULL, e) < 0 ||
	    add_fix_tree(b, "head", fix->delta_to, ev->before.tree, e) < 0 ||
	    add_fix_tree(b, "directory", b->script_tree, NULL, e) < 0)
		return -1;
	add_tree(b, "case/workspace", "workspace", b->in->workspace, ev->before.tree, NULL);
	if (ev->expected.tree)
		add_tree(b, "case/expected", "expected", b->in->expected, ev->expected.tree,
			 ev->before.tree);
	if (ev->first.tree)
		add_tree(b, "case/after", "workspace", b->trees->first, ev->first.tree,
			 ev->before.tree);
	return 0;
}

static int add_packs(struct bundling *b, const struct evidence *ev, struct err *e)
{
	for (size_t i = 0; i < ev->pack_count; i++) {
		const struct evidence_pack *pack = &ev->packs[i];
		const char *data;
		char hex[SHA256_HEX_SIZE];
		size_t size;

		if (runs_slice(b->in, ev, pack, b->arena, &data, &size, e) < 0)
			return -1;
		sha256_hex(&pack->digest, hex);
		add_text(b, arena_printf(b->arena, "case/packs/%s.pack", hex), "pack", data, size);
	}
	return 0;
}

static int make_diff(struct bundling *b, const struct tree *one, int one_fd,
		     const struct tree *other, int other_fd, const char **ret_text, struct err *e)
{
	FP_CLEANUP(buf_release) struct buf out = BUF_INIT(DIFF_MAX_BYTES);

	*ret_text = "";
	if (!one || !other || other_fd < 0)
		return 0;
	if (diff_trees(one, one_fd, other, other_fd, &out, e) < 0)
		return -1;
	*ret_text = arena_strndup(b->arena, buf_text(&out), out.size);
	return 0;
}

static int add_diffs(struct bundling *b, const struct evidence *ev, struct err *e)
{
	const char *replay;

	if (make_diff(b, ev->before.tree, b->in->workspace, ev->first.tree, b->trees->first,
		      &b->diff, e) < 0 ||
	    make_diff(b, ev->first.tree, b->trees->first, ev->again.tree, b->trees->again,
		      &b->again_diff, e) < 0 ||
	    make_diff(b, ev->first.tree, b->trees->first, ev->replay.tree, b->trees->replay,
		      &replay, e) < 0)
		return -1;
	add_text(b, "fix.diff", "diff", b->diff, strlen(b->diff));
	if (*b->again_diff)
		add_text(b, "evidence/again.diff", "diff", b->again_diff, strlen(b->again_diff));
	if (*replay)
		add_text(b, "evidence/replay.diff", "diff", replay, strlen(replay));
	return 0;
}

static int content_of(const struct bundle_item *item, struct arena *a, const char **ret_text,
		      struct err *e)
{
	char *text;
	size_t done = 0;

	if (item->data) {
		*ret_text = item->data;
		return 0;
	}
	if (item->size > CONTENT_MAX_BYTES)
		return err_set(e, ERR_LIMIT, "%s: larger than %zu bytes", item->path,
			       CONTENT_MAX_BYTES);
	text = arena_alloc(a, item->size + 1);
	while (done < item->size) {
		ssize_t n = pread(item->fd, text + done, item->size - done,
				  (off_t)(item->offset + done));

		if (n <= 0)
			return err_sys(e, "%s: read", item->path);
		done += (size_t)n;
	}
	*ret_text = text;
	return 0;
}

static bool may_hold_secrets(const struct bundle_item *item)
{
	return strcmp(item->role, "pack") != 0 && strcmp(item->role, "tree") != 0;
}

static int learn_items(struct bundling *b, struct err *e)
{
	for (size_t i = 0; i < b->count; i++) {
		struct arena scratch = ARENA_INIT(CONTENT_MAX_BYTES * 2);
		const char *text, *path = b->items[i].path;
		int result;

		redact_learn(b->redactor, path, strlen(path));
		if (!may_hold_secrets(&b->items[i]))
			continue;
		result = content_of(&b->items[i], &scratch, &text, e);
		if (result == 0)
			redact_learn(b->redactor, text, b->items[i].size);
		arena_release(&scratch);
		if (result < 0)
			return -1;
	}
	return 0;
}

/* A name cannot be replaced: the fix would be another one. */
static int check_names(const struct bundling *b, struct err *e)
{
	const char *clean;
	size_t size;

	for (size_t i = 0; i < b->count; i++)
		if (redact_text(b->redactor, "", false, b->items[i].path, strlen(b->items[i].path),
				&clean, &size))
			return err_set(e, ERR_INPUT,
				       "%s: the name of the file holds a secret; no bundle is "
				       "written",
				       clean);
	return 0;
}

static int redact_items(struct bundling *b, struct err *e)
{
	for (size_t i = 0; i < b->count; i++) {
		struct bundle_item *item = &b->items[i];
		const char *text, *clean;
		size_t size;

		if (!may_hold_secrets(item))
			continue;
		if (content_of(item, b->arena, &text, e) < 0)
			return -1;
		if (!redact_text(b->redactor, item->path, strncmp(item->path, "case/", 5) == 0,
				 text, item->size, &clean, &size))
			continue;
		item->data = clean;
		item->size = size;
		item->redacted = true;
		if (strcmp(item->path, "fix.diff") == 0)
			b->diff = clean;
		else if (strcmp(item->path, "evidence/again.diff") == 0)
			b->again_diff = clean;
	}
	return 0;
}

static void learn_evidence(struct redactor *r, const struct evidence *ev)
{
	const struct evidence_run *runs[EVIDENCE_RUN_COUNT];

	evidence_runs(ev, runs);
	for (size_t i = 0; i < EVIDENCE_RUN_COUNT; i++) {
		const char *output = runs[i]->apply.output;

		if (runs[i]->view)
			redact_learn_view(r, runs[i]->view);
		if (output)
			redact_learn(r, output, strlen(output));
	}
	for (size_t i = 0; i < ev->stage_count; i++) {
		if (ev->stages[i].before.view)
			redact_learn_view(r, ev->stages[i].before.view);
		if (ev->stages[i].after.view)
			redact_learn_view(r, ev->stages[i].after.view);
	}
}

int bundling_gather(struct bundling *b, struct evidence *ev, struct err *e)
{
	if (add_inputs(b, ev, e) < 0 || add_packs(b, ev, e) < 0 || add_diffs(b, ev, e) < 0 ||
	    learn_items(b, e) < 0)
		return -1;
	learn_evidence(b->redactor, ev);
	if (b->redactor->secret_count == 0 && !b->redactor->marked)
		return 0;
	if (check_names(b, e) < 0 || redact_items(b, e) < 0 ||
	    redact_evidence(b->redactor, ev, e) < 0)
		return -1;
	ev->redactions = b->redactor->rows;
	ev->redaction_count = b->redactor->row_count;
	return 0;
}

static bool is_redacted(const struct evidence *ev, const char *path)
{
	for (size_t i = 0; i < ev->redaction_count; i++)
		if (strcmp(ev->redactions[i].path, path) == 0)
			return true;
	return false;
}

int bundling_evidence(struct bundling *b, const struct evidence *ev, struct err *e)
{
	const struct evidence_file *files;
	size_t count;

	if (evidence_write(ev, b->arena, &files, &count, e) < 0)
		return -1;
	for (size_t i = 0; i < count; i++) {
		struct bundle_item *item = add_item(b, (struct bundle_item){.path = files[i].path,
									    .role = files[i].role,
									    .data = files[i].data,
									    .fd = -1,
									    .size = files[i].size});

		item->redacted = is_redacted(ev, files[i].path);
	}
	return 0;
}
