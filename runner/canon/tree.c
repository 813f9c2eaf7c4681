/* SHA-1 by its low-level interface, for the same reason as in sha256.c. */
#define OPENSSL_SUPPRESS_DEPRECATED
#include "runner/canon/tree.h"

#include <errno.h>
#include <openssl/sha.h>

#include "runner/base/die.h"
#include "runner/base/hex.h"
#include "runner/base/json.h"
#include "runner/base/utf8.h"
#include "runner/canon/jcs.h"

struct gather {
	struct arena *arena;
	struct tree_entry *entries;
	size_t count, capacity;
	struct tree_entry *left_out;
	size_t left_out_count, left_out_capacity;
	uint64_t content_bytes;
};

static bool ends_with(const char *text, const char *end)
{
	size_t size = strlen(text), n = strlen(end);

	return size >= n && memcmp(text + size - n, end, n) == 0;
}

/* State, caches and history are not the code that a fix changes. */
static bool is_left_out(const char *path)
{
	const char *base = strrchr(path, '/');

	base = base ? base + 1 : path;
	if (ends_with(base, ".tfstate") || ends_with(base, ".tfstate.backup"))
		return true;
	for (const char *p = path; p;) {
		const char *slash = strchr(p, '/');
		size_t size = slash ? (size_t)(slash - p) : strlen(p);

		if (size == 4 && memcmp(p, ".git", 4) == 0)
			return true;
		if (size == 10 && memcmp(p, ".terraform", 10) == 0)
			return !(slash && (strcmp(slash, "/modules") == 0 ||
					   strncmp(slash, "/modules/", 9) == 0));
		p = slash ? slash + 1 : NULL;
	}
	return false;
}

/* One pass over the content gives both digests; a link's target is kept. */
static int digest_content(struct treestream_reader *r, struct gather *g, struct tree_entry *entry,
			  struct err *e)
{
	char chunk[16384], header[32];
	struct sha256_state sha256;
	SHA_CTX sha1;
	size_t n;

	sha256_init(&sha256);
	(void)SHA1_Init(&sha1);
	n = (size_t)snprintf(header, sizeof(header), "blob %llu", (unsigned long long)entry->size);
	(void)SHA1_Update(&sha1, header, n + 1);
	if (entry->type == TREESTREAM_LINK)
		entry->target = "";
	for (;;) {
		if (treestream_read(r, chunk, sizeof(chunk), &n, e) < 0)
			return err_wrap(e, "%s", entry->path);
		if (n == 0)
			break;
		sha256_update(&sha256, chunk, n);
		(void)SHA1_Update(&sha1, chunk, n);
		if (entry->type == TREESTREAM_LINK)
			entry->target = arena_strndup(g->arena, chunk, n);
	}
	sha256_final(&sha256, &entry->sha256);
	(void)SHA1_Final(entry->git_blob, &sha1);
	if (entry->type == TREESTREAM_LINK &&
	    (entry->size == 0 || strlen(entry->target) != entry->size ||
	     !utf8_valid(entry->target, entry->size)))
		return err_set(e, ERR_INPUT, "%s: the target of the link is no text", entry->path);
	return 0;
}

static struct tree_entry *add_entry(struct gather *g, bool left_out)
{
	if (left_out) {
		g->left_out = arena_grow(g->arena, g->left_out, g->left_out_count,
					 &g->left_out_capacity, sizeof(*g->left_out));
		return &g->left_out[g->left_out_count++];
	}
	g->entries = arena_grow(g->arena, g->entries, g->count, &g->capacity, sizeof(*g->entries));
	return &g->entries[g->count++];
}

static int gather_entry(struct treestream_reader *r, const struct treestream_entry *found,
			struct gather *g, struct err *e)
{
	bool left_out = is_left_out(found->path);
	struct tree_entry *entry;

	if (g->count + g->left_out_count >= TREE_ENTRIES_MAX)
		return err_set(e, ERR_LIMIT, "more than %d files", TREE_ENTRIES_MAX);
	entry = add_entry(g, left_out);
	*entry = (struct tree_entry){
		.path = arena_strndup(g->arena, found->path, found->path_size),
		.type = found->type,
		.size = found->size,
		.offset = r->offset,
	};
	if (!left_out)
		g->content_bytes += found->size;
	return digest_content(r, g, entry, e);
}

static int compare_entries(const void *left, const void *right)
{
	const struct tree_entry *a = left, *b = right;

	return strcmp(a->path, b->path);
}

static bool beneath(const char *path, const char *directory)
{
	size_t size = strlen(directory);

	return strncmp(path, directory, size) == 0 && path[size] == '/';
}

/* Whether anything in the sorted entries lies beneath directory. */
static bool holds_something(const struct gather *g, const char *directory)
{
	size_t low = 0, high = g->count;
	size_t size = strlen(directory);

	while (low < high) {
		size_t middle = (low + high) / 2;
		int order = strncmp(g->entries[middle].path, directory, size);

		if (order == 0)
			order = (unsigned char)g->entries[middle].path[size] < '/' ? -1 : 1;
		if (order < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low < g->count && beneath(g->entries[low].path, directory);
}

/* Directories that hold something are implied by it; a name twice, or a file as a directory, is
 * refused. */
static int normalize(struct gather *g, struct err *e)
{
	size_t kept = 0;

	if (g->count > 0)
		qsort(g->entries, g->count, sizeof(*g->entries), compare_entries);
	for (size_t i = 1; i < g->count; i++)
		if (strcmp(g->entries[i - 1].path, g->entries[i].path) == 0)
			return err_set(e, ERR_INPUT, "%s: occurs twice", g->entries[i].path);
	for (size_t i = 0; i < g->count; i++)
		if (g->entries[i].type != TREESTREAM_DIRECTORY &&
		    holds_something(g, g->entries[i].path))
			return err_set(e, ERR_INPUT, "%s: is a file and a directory",
				       g->entries[i].path);
	for (size_t i = 0; i < g->count; i++) {
		if (g->entries[i].type == TREESTREAM_DIRECTORY &&
		    holds_something(g, g->entries[i].path))
			continue;
		g->entries[kept++] = g->entries[i];
	}
	g->count = kept;
	return 0;
}

void tree_canonical(const struct tree *t, struct buf *out)
{
	JSON_AUTO *root = json_new_object();
	json_t *entries = json_new_array();
	char hex[SHA256_HEX_SIZE];

	for (size_t i = 0; i < t->count; i++) {
		const struct tree_entry *entry = &t->entries[i];
		json_t *row = json_new_object();

		json_put(row, "path", json_new_string(entry->path));
		switch (entry->type) {
		case TREESTREAM_FILE:
		case TREESTREAM_EXECUTABLE:
			sha256_hex(&entry->sha256, hex);
			json_put(row, "type", json_new_string("file"));
			json_put(row, "executable",
				 json_boolean(entry->type == TREESTREAM_EXECUTABLE));
			json_put(row, "size", json_new_int((int64_t)entry->size));
			json_put(row, "sha256", json_new_string(hex));
			break;
		case TREESTREAM_LINK:
			json_put(row, "type", json_new_string("link"));
			json_put(row, "target", json_new_string(entry->target));
			break;
		case TREESTREAM_DIRECTORY:
			json_put(row, "type", json_new_string("directory"));
			break;
		}
		json_push(entries, row);
	}
	json_put(root, "format", json_new_string(TREE_FORMAT));
	json_put(root, "entries", entries);
	jcs_write(out, root);
}

/*
 * Git's tree object: entries sorted by name, where a directory's name counts as ending in '/'.  In
 * a list sorted by whole path that is the order in which the names first occur, once directories
 * are compared so; hence the sort of each level by itself.
 */
struct git_row {
	const char *name;
	size_t size;
	const char *mode;
	uint8_t id[20];
	bool directory;
};

static int compare_git_rows(const void *left, const void *right)
{
	const struct git_row *a = left, *b = right;
	size_t size = FP_MIN(a->size, b->size);
	int order = memcmp(a->name, b->name, size);
	unsigned char x, y;

	if (order != 0)
		return order;
	x = a->size > size ? (unsigned char)a->name[size] : a->directory ? '/' : 0;
	y = b->size > size ? (unsigned char)b->name[size] : b->directory ? '/' : 0;
	return x < y ? -1 : x > y;
}

static const char *git_mode(enum treestream_type type)
{
	switch (type) {
	case TREESTREAM_FILE:
		return "100644";
	case TREESTREAM_EXECUTABLE:
		return "100755";
	case TREESTREAM_LINK:
		return "120000";
	case TREESTREAM_DIRECTORY:
		return "40000";
	}
	abort();
}

static void hash_rows(struct git_row *rows, size_t count, uint8_t id[static 20])
{
	char header[32];
	size_t total = 0, n;
	SHA_CTX sha1;

	for (size_t i = 0; i < count; i++)
		total += strlen(rows[i].mode) + 1 + rows[i].size + 1 + 20;
	(void)SHA1_Init(&sha1);
	n = (size_t)snprintf(header, sizeof(header), "tree %zu", total);
	(void)SHA1_Update(&sha1, header, n + 1);
	for (size_t i = 0; i < count; i++) {
		(void)SHA1_Update(&sha1, rows[i].mode, strlen(rows[i].mode));
		(void)SHA1_Update(&sha1, " ", 1);
		(void)SHA1_Update(&sha1, rows[i].name, rows[i].size);
		(void)SHA1_Update(&sha1, "", 1);
		(void)SHA1_Update(&sha1, rows[i].id, 20);
	}
	(void)SHA1_Final(id, &sha1);
}

/*
 * The id of the directory whose path is the first prefix bytes of each of the entries from *at on;
 * stops at the first entry outside it.  false when it holds no file: git has no empty directories.
 * Depth is bounded by the length of a path.
 */
static bool git_directory(const struct gather *g, size_t *at, size_t prefix, uint8_t id[static 20])
{
	const char *directory = g->count > 0 ? g->entries[*at].path : "";
	struct git_row *rows = NULL;
	size_t count = 0, room = 0;

	while (*at < g->count && strncmp(g->entries[*at].path, directory, prefix) == 0) {
		const struct tree_entry *entry = &g->entries[*at];
		const char *name = entry->path + prefix, *slash = strchr(name, '/');
		struct git_row row = {.name = name, .directory = slash != NULL};

		if (slash) {
			row.size = (size_t)(slash - name);
			row.mode = git_mode(TREESTREAM_DIRECTORY);
			if (!git_directory(g, at, prefix + row.size + 1, row.id))
				continue;
		} else {
			(*at)++;
			if (entry->type == TREESTREAM_DIRECTORY)
				continue;
			row.size = strlen(name);
			row.mode = git_mode(entry->type);
			memcpy(row.id, entry->git_blob, sizeof(row.id));
		}
		if (count == room) {
			room = room > 0 ? room * 2 : 16;
			rows = die_realloc(rows, room * sizeof(*rows));
		}
		rows[count++] = row;
	}
	if (count > 0)
		qsort(rows, count, sizeof(*rows), compare_git_rows);
	hash_rows(rows, count, id);
	free(rows);
	return count > 0;
}

int tree_read(int fd, struct arena *a, const struct tree **ret_tree, struct err *e)
{
	struct treestream_reader *r = arena_alloc(a, sizeof(*r));
	struct treestream_entry *entry = arena_alloc(a, sizeof(*entry));
	FP_CLEANUP(buf_release) struct buf canonical = BUF_INIT(SIZE_MAX / 4);
	struct gather g = {.arena = a};
	struct tree *t = arena_alloc(a, sizeof(*t));
	uint8_t id[20];
	size_t at = 0;
	int more;

	if (lseek(fd, 0, SEEK_SET) < 0)
		return err_sys(e, "tree stream: lseek");
	if (treestream_open(r, fd, e) < 0)
		return -1;
	while ((more = treestream_next(r, entry, e)) > 0)
		if (gather_entry(r, entry, &g, e) < 0)
			return -1;
	if (more < 0 || normalize(&g, e) < 0)
		return -1;
	if (g.left_out_count > 0)
		qsort(g.left_out, g.left_out_count, sizeof(*g.left_out), compare_entries);
	t->entries = g.entries;
	t->count = g.count;
	t->content_bytes = g.content_bytes;
	t->left_out = g.left_out;
	t->left_out_count = g.left_out_count;
	(void)git_directory(&g, &at, 0, id);
	hex_encode(t->git_id, id, sizeof(id));
	tree_canonical(t, &canonical);
	t->digest = sha256_of(buf_text(&canonical), canonical.size);
	*ret_tree = t;
	return 0;
}

static int parse_entry(const char *what, const json_t *row, struct arena *a,
		       struct tree_entry *entry, struct err *e)
{
	const char *path, *type, *digest = NULL, *target = NULL;
	json_t *executable = NULL, *size = NULL;
	bool file;

	if (!json_is_object(row))
		return err_set(e, ERR_INPUT, "%s: an entry is not an object", what);
	if (json_string_member(row, what, "path", true, &path, e) < 0 ||
	    json_string_member(row, what, "type", true, &type, e) < 0)
		return -1;
	file = strcmp(type, "file") == 0;
	if (json_string_member(row, what, "sha256", file, &digest, e) < 0 ||
	    json_member(row, what, "executable", JSON_TRUE, file, &executable, e) < 0 ||
	    json_member(row, what, "size", JSON_INTEGER, file, &size, e) < 0 ||
	    json_string_member(row, what, "target", strcmp(type, "link") == 0, &target, e) < 0)
		return -1;
	entry->path = arena_strdup(a, path);
	entry->type = file ? (json_is_true(executable) ? TREESTREAM_EXECUTABLE : TREESTREAM_FILE)
		      : target ? TREESTREAM_LINK
			       : TREESTREAM_DIRECTORY;
	entry->size = (uint64_t)(size ? json_integer_value(size) : 0);
	entry->target = target ? arena_strdup(a, target) : NULL;
	if (target)
		entry->sha256 = sha256_of(target, strlen(target));
	return digest ? sha256_parse(digest, &entry->sha256, e) : 0;
}

int tree_parse(const char *what, const char *text, size_t size, struct arena *a,
	       const struct tree **ret_tree, struct err *e)
{
	FP_CLEANUP(buf_release) struct buf canonical = BUF_INIT(SIZE_MAX / 4);
	struct tree *t = arena_alloc(a, sizeof(*t));
	struct tree_entry *rows;
	JSON_AUTO *root = NULL;
	json_t *entries;

	if (json_parse(what, text, size, &root, e) < 0 ||
	    json_member(root, what, "entries", JSON_ARRAY, true, &entries, e) < 0)
		return -1;
	rows = arena_array(a, json_array_size(entries), sizeof(*rows));
	for (t->count = 0; t->count < json_array_size(entries); t->count++)
		if (parse_entry(what, json_array_get(entries, t->count), a, &rows[t->count], e) < 0)
			return -1;
	t->entries = rows;
	/* Whatever was unknown, missing or out of order shows here. */
	tree_canonical(t, &canonical);
	if (canonical.size != size || memcmp(buf_text(&canonical), text, size) != 0)
		return err_set(e, ERR_INPUT, "%s: not in canonical form", what);
	for (size_t i = 1; i < t->count; i++)
		if (strcmp(rows[i - 1].path, rows[i].path) >= 0)
			return err_set(e, ERR_INPUT, "%s: not in canonical form", what);
	t->digest = sha256_of(text, size);
	*ret_tree = t;
	return 0;
}

bool tree_next_change(const struct tree *one, const struct tree *other, struct tree_walk *walk,
		      const struct tree_entry **ret_one, const struct tree_entry **ret_other)
{
	for (;;) {
		const struct tree_entry *x =
			walk->one < one->count ? &one->entries[walk->one] : NULL;
		const struct tree_entry *y =
			walk->other < other->count ? &other->entries[walk->other] : NULL;
		int order = !x ? 1 : !y ? -1 : strcmp(x->path, y->path);

		if (!x && !y)
			return false;
		walk->one += order <= 0;
		walk->other += order >= 0;
		if (order == 0 && x->type == y->type && sha256_equal(&x->sha256, &y->sha256))
			continue;
		*ret_one = order <= 0 ? x : NULL;
		*ret_other = order >= 0 ? y : NULL;
		return true;
	}
}

const struct tree_entry *tree_find(const struct tree *t, const char *path)
{
	struct tree_entry key = {.path = path};

	if (t->count == 0)
		return NULL;
	return bsearch(&key, t->entries, t->count, sizeof(key), compare_entries);
}

int tree_content(int fd, const struct tree_entry *entry, struct buf *out, struct err *e)
{
	uint64_t done = 0;

	while (done < entry->size) {
		char chunk[65536];
		size_t wanted = (size_t)FP_MIN(entry->size - done, (uint64_t)sizeof(chunk));
		ssize_t n = pread(fd, chunk, wanted, (off_t)(entry->offset + done));

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return err_sys(e, "%s: read", entry->path);
		if (n == 0)
			return err_set(e, ERR_PEER, "%s: the tree stream is cut short",
				       entry->path);
		buf_add(out, chunk, (size_t)n);
		done += (uint64_t)n;
		if (out->overflow)
			break;
	}
	return buf_finish(out, entry->path, e);
}
