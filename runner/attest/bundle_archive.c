#include "runner/attest/bundle_archive.h"

#include <zstd.h>

#include "runner/base/die.h"
#include "runner/base/treestream.h"

#define BLOCK 512u
#define LEVEL 9
#define WINDOW_LOG_MAX 27
#define NAME_BYTES 100u

struct header {
	char name[100], mode[8], uid[8], gid[8], size[12], mtime[12], checksum[8], type, link[100],
		magic[6], version[2], user[32], group[32], major[8], minor[8], prefix[155],
		padding[12];
};
_Static_assert(sizeof(struct header) == BLOCK, "a header is one block");

void bundle_archive_release(struct bundle_archive *archive)
{
	free(archive->tar);
	archive->tar = NULL;
	archive->count = 0;
}

static void add_padding(struct buf *out, size_t size)
{
	static const char zeros[BLOCK];

	if (size % BLOCK != 0)
		buf_add(out, zeros, BLOCK - size % BLOCK);
}

static void add_header(struct buf *out, const char *name, size_t size, char type)
{
	struct header h = {.type = type, .magic = "ustar", .version = {'0', '0'}};
	unsigned int sum = 0;

	memcpy(h.name, name, FP_MIN(strlen(name), (size_t)NAME_BYTES));
	memcpy(h.mode, "0000644", 8);
	memcpy(h.uid, "0000000", 8);
	memcpy(h.gid, "0000000", 8);
	(void)snprintf(h.size, sizeof(h.size), "%011zo", size);
	memcpy(h.mtime, "00000000000", 12);
	memset(h.checksum, ' ', sizeof(h.checksum));
	for (size_t i = 0; i < sizeof(h); i++)
		sum += ((const unsigned char *)&h)[i];
	(void)snprintf(h.checksum, sizeof(h.checksum) - 1, "%06o", sum & 0777777);
	buf_add(out, &h, sizeof(h));
}

/* "LENGTH path=PATH\n", where LENGTH counts itself. */
static void add_pax(struct buf *out, const char *path)
{
	FP_CLEANUP(buf_release) struct buf record = BUF_INIT(TREESTREAM_PATH_MAX + 64);
	size_t body = strlen(" path=\n") + strlen(path), length = body + 1;

	for (size_t digits = 1, limit = 10; length >= limit; digits++, limit *= 10)
		length = body + digits + 1;
	buf_addf(&record, "%zu path=%s\n", length, path);
	add_header(out, "path", record.size, 'x');
	buf_add(out, buf_text(&record), record.size);
	add_padding(out, record.size);
}

static void add_member_header(struct buf *out, const char *path, size_t size)
{
	if (strlen(path) > NAME_BYTES)
		add_pax(out, path);
	add_header(out, path, size, '0');
}

static int write_tar(const struct bundle_member *members, size_t count, struct buf *tar,
		     struct err *e)
{
	static const char end[2 * BLOCK];

	for (size_t i = 0; i < count; i++) {
		add_member_header(tar, members[i].path, members[i].size);
		buf_add(tar, members[i].data, members[i].size);
		add_padding(tar, members[i].size);
	}
	buf_add(tar, end, sizeof(end));
	return buf_finish(tar, "the tar of the bundle", e);
}

static void free_compressor(ZSTD_CCtx **c)
{
	(void)ZSTD_freeCCtx(*c);
}

static void free_decompressor(ZSTD_DCtx **d)
{
	(void)ZSTD_freeDCtx(*d);
}

int bundle_archive_write(const struct bundle_member *members, size_t count, struct buf *out,
			 struct err *e)
{
	FP_CLEANUP(buf_release) struct buf tar = BUF_INIT(BUNDLE_UNPACKED_MAX_BYTES);
	FP_CLEANUP(free_compressor) ZSTD_CCtx *ctx = ZSTD_createCCtx();
	size_t room, n;
	void *to;

	if (!ctx)
		die("out of memory");
	if (write_tar(members, count, &tar, e) < 0)
		return -1;
	(void)ZSTD_CCtx_setParameter(ctx, ZSTD_c_compressionLevel, LEVEL);
	(void)ZSTD_CCtx_setParameter(ctx, ZSTD_c_checksumFlag, 1);
	room = ZSTD_compressBound(tar.size);
	to = buf_reserve(out, room);
	n = to ? ZSTD_compress2(ctx, to, room, tar.data, tar.size) : 0;
	if (!to || ZSTD_isError(n))
		return err_set(e, ERR_LIMIT, "the bundle is too large to be packed");
	out->size += n;
	return 0;
}

/* One frame and nothing after it, of at most BUNDLE_UNPACKED_MAX_BYTES. */
static int decompress(const char *what, const void *data, size_t size, struct buf *tar,
		      struct err *e)
{
	FP_CLEANUP(free_decompressor) ZSTD_DCtx *ctx = ZSTD_createDCtx();
	ZSTD_inBuffer in = {data, size, 0};
	size_t left = 1;

	if (!ctx)
		die("out of memory");
	(void)ZSTD_DCtx_setParameter(ctx, ZSTD_d_windowLogMax, WINDOW_LOG_MAX);
	while (left != 0) {
		char chunk[65536];
		ZSTD_outBuffer out = {chunk, sizeof(chunk), 0};
		size_t before = in.pos;

		left = ZSTD_decompressStream(ctx, &out, &in);
		if (ZSTD_isError(left))
			return err_set(e, ERR_INPUT, "%s: not a packed bundle: zstd: %s", what,
				       ZSTD_getErrorName(left));
		buf_add(tar, chunk, out.pos);
		if (tar->overflow)
			return err_set(e, ERR_LIMIT, "%s: unpacks to more than %zu bytes", what,
				       BUNDLE_UNPACKED_MAX_BYTES);
		if (left != 0 && in.pos == before && out.pos == 0)
			return err_set(e, ERR_INPUT, "%s: ends too early", what);
	}
	if (in.pos != size)
		return err_set(e, ERR_INPUT, "%s: something follows the packed bundle", what);
	return 0;
}

static bool parse_octal(const char text[static 12], size_t *ret_value)
{
	size_t value = 0;

	for (size_t i = 0; i < 11; i++) {
		if (text[i] < '0' || text[i] > '7')
			return false;
		value = value * 8 + (size_t)(text[i] - '0');
	}
	*ret_value = value;
	return text[11] == '\0' && value <= BUNDLE_FILE_MAX_BYTES;
}

struct reader {
	const char *what, *tar;
	size_t size, at;
	struct arena *arena;
	struct err *e;
};

static int bad(const struct reader *r)
{
	return err_set(r->e, ERR_INPUT, "%s: byte %zu of the tar is not as fixproof writes it",
		       r->what, r->at);
}

/* The path of the member at r->at, and the size of the whole header; checked by writing it again.
 */
static int read_name(struct reader *r, const char **ret_path, size_t *ret_header, size_t *ret_size)
{
	const struct header *h = (const void *)(r->tar + r->at);
	const char *text, *equals;
	size_t extra = 0, record;

	if (r->size - r->at < BLOCK || !parse_octal(h->size, &record))
		return bad(r);
	if (h->type == 'x') {
		if (record > TREESTREAM_PATH_MAX + 64 || r->size - r->at < 4 * BLOCK + record)
			return bad(r);
		text = r->tar + r->at + BLOCK;
		equals = memchr(text, '=', record);
		if (!equals || (size_t)(equals - text) + 2 > record)
			return bad(r);
		*ret_path =
			arena_strndup(r->arena, equals + 1, record - (size_t)(equals - text) - 2);
		extra = BLOCK + (record + BLOCK - 1) / BLOCK * BLOCK;
		h = (const void *)(r->tar + r->at + extra);
	} else {
		*ret_path = arena_strndup(r->arena, h->name, strnlen(h->name, NAME_BYTES));
	}
	if (!parse_octal(h->size, ret_size))
		return bad(r);
	*ret_header = extra + BLOCK;
	return 0;
}

static int read_member(struct reader *r, struct bundle_member *m)
{
	FP_CLEANUP(buf_release) struct buf again = BUF_INIT(TREESTREAM_PATH_MAX + 8 * BLOCK);
	static const char zeros[BLOCK];
	const char *fault;
	size_t header, padding;

	if (read_name(r, &m->path, &header, &m->size) < 0)
		return -1;
	add_member_header(&again, m->path, m->size);
	if (again.size != header || memcmp(again.data, r->tar + r->at, header) != 0)
		return bad(r);
	fault = treestream_path_fault(m->path, strlen(m->path));
	if (fault)
		return err_set(r->e, ERR_INPUT, "%s: the path \"%s\" %s", r->what, m->path, fault);
	padding = (BLOCK - m->size % BLOCK) % BLOCK;
	if (r->size - r->at - header < m->size + padding)
		return err_set(r->e, ERR_INPUT, "%s: %s: ends too early", r->what, m->path);
	m->data = r->tar + r->at + header;
	r->at += header + m->size;
	if (memcmp(r->tar + r->at, zeros, padding) != 0)
		return bad(r);
	r->at += padding;
	return 0;
}

static int check_end(const struct reader *r)
{
	for (size_t i = r->at; i < r->size; i++)
		if (r->tar[i] != '\0')
			return bad(r);
	return r->size - r->at == (size_t)2 * BLOCK
		       ? 0
		       : err_set(r->e, ERR_INPUT, "%s: the tar does not end as fixproof ends it",
				 r->what);
}

int bundle_archive_read_tar(const char *what, const char *tar, size_t size, struct arena *a,
			    struct bundle_archive *ret_archive, struct err *e)
{
	struct reader r = {what, tar, size, 0, a, e};
	struct bundle_member *rows = NULL;
	size_t count = 0, capacity = 0;

	while (r.at < size && tar[r.at] != '\0') {
		if (count == BUNDLE_FILES_MAX)
			return err_set(e, ERR_LIMIT, "%s: more than %d files", what,
				       BUNDLE_FILES_MAX);
		rows = arena_grow(a, rows, count, &capacity, sizeof(*rows));
		if (read_member(&r, &rows[count]) < 0)
			return -1;
		if (count > 0 && strcmp(rows[count - 1].path, rows[count].path) >= 0)
			return err_set(e, ERR_INPUT, "%s: %s is out of order or twice", what,
				       rows[count].path);
		count++;
	}
	if (check_end(&r) < 0)
		return -1;
	*ret_archive = (struct bundle_archive){.members = rows, .count = count};
	return 0;
}

int bundle_archive_read(const char *what, const void *data, size_t size, struct arena *a,
			struct bundle_archive *ret_archive, struct err *e)
{
	FP_CLEANUP(buf_release) struct buf tar = BUF_INIT(BUNDLE_UNPACKED_MAX_BYTES);

	if (decompress(what, data, size, &tar, e) < 0 ||
	    bundle_archive_read_tar(what, buf_text(&tar), tar.size, a, ret_archive, e) < 0)
		return -1;
	ret_archive->tar = FP_STEAL(tar.data);
	return 0;
}

static int compare_members(const void *left, const void *right)
{
	return strcmp(((const struct bundle_member *)left)->path,
		      ((const struct bundle_member *)right)->path);
}

const struct bundle_member *bundle_archive_find(const struct bundle_archive *archive,
						const char *path)
{
	struct bundle_member key = {.path = path};

	return archive->count > 0 ? bsearch(&key, archive->members, archive->count, sizeof(key),
					    compare_members)
				  : NULL;
}
