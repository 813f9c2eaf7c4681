#include "runner/plan/pack.h"

#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>

#define MAGIC "FPPACK1\n"
#define HEADER_BYTES 104u
#define DIGEST_AT 24u
#define ORIGIN_AT 56u
#define COVERED_AT 88u
#define ENTRY_BYTES 64u

static const char *const kind_names[PACK_KIND_COUNT] = {
	[PACK_PROVIDER] = "provider",	[PACK_RESOURCE] = "resource", [PACK_DATA] = "data",
	[PACK_EPHEMERAL] = "ephemeral", [PACK_FUNCTION] = "function",
};

const char *pack_kind_name(enum pack_kind kind)
{
	return kind_names[kind];
}

static uint32_t get32(const uint8_t *p)
{
	return (uint32_t)p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
}

static uint64_t get64(const uint8_t *p)
{
	return (uint64_t)get32(p) | (uint64_t)get32(p + 4) << 32;
}

struct entry {
	uint32_t kind;
	const char *name;
	size_t name_size;
	uint64_t offset, size;
	const uint8_t *digest;
};

/* The strings begin where the entries end. */
static const char *strings_of(const struct pack *p)
{
	return (const char *)p->bytes + HEADER_BYTES + p->entry_count * ENTRY_BYTES;
}

static struct entry entry_at(const struct pack *p, size_t i)
{
	const uint8_t *at = p->bytes + HEADER_BYTES + i * ENTRY_BYTES;

	return (struct entry){
		.kind = get32(at),
		.name = strings_of(p) + get32(at + 4),
		.name_size = get32(at + 8),
		.offset = get64(at + 16),
		.size = get64(at + 24),
		.digest = at + 32,
	};
}

static int compare(uint32_t kind, const char *name, size_t size, const struct entry *b)
{
	int order;

	if (kind != b->kind)
		return kind < b->kind ? -1 : 1;
	order = memcmp(name, b->name, FP_MIN(size, b->name_size));
	if (order != 0 || size == b->name_size)
		return order;
	return size < b->name_size ? -1 : 1;
}

static bool within(uint64_t offset, uint64_t size, uint64_t limit)
{
	return offset <= limit && size <= limit - offset;
}

static bool printable(const char *text, size_t size)
{
	for (size_t i = 0; i < size; i++)
		if (text[i] <= ' ' || text[i] > '~')
			return false;
	return true;
}

static int fault(struct err *e, const char *reason)
{
	return err_set(e, ERR_INPUT, "damaged provider pack: %s", reason);
}

/* Bounds, order and names of all entries. */
static int check_entries(const struct pack *p, size_t strings_size, struct err *e)
{
	uint64_t next = HEADER_BYTES + (uint64_t)p->entry_count * ENTRY_BYTES + strings_size;
	struct entry last = {.name = NULL}, entry;

	for (size_t i = 0; i < p->entry_count; i++) {
		const uint8_t *at = p->bytes + HEADER_BYTES + i * ENTRY_BYTES;

		if (!within(get32(at + 4), get32(at + 8), strings_size) || get32(at + 12) != 0)
			return fault(e, "a name lies outside of the strings");
		entry = entry_at(p, i);
		if (entry.kind >= PACK_KIND_COUNT || !printable(entry.name, entry.name_size))
			return fault(e, "an entry has an unknown kind or a bad name");
		if (i > 0 && compare(last.kind, last.name, last.name_size, &entry) >= 0)
			return fault(e, "the entries are not sorted");
		if (entry.offset != next || !within(entry.offset, entry.size, p->size))
			return fault(e, "a document lies outside of the file");
		next += entry.size;
		last = entry;
	}
	return next == p->size ? 0 : fault(e, "its size is not that of its documents");
}

static int read_text(const struct pack *p, size_t at, size_t strings_size, struct arena *a,
		     const char **ret_text, struct err *e)
{
	uint32_t offset = get32(p->bytes + at), size = get32(p->bytes + at + 4);

	if (!within(offset, size, strings_size) || size == 0 ||
	    !printable(strings_of(p) + offset, size))
		return fault(e, "its provider or version is no name");
	*ret_text = arena_strndup(a, strings_of(p) + offset, size);
	return 0;
}

int pack_open(const void *bytes, size_t size, struct arena *a, struct pack *ret_pack, struct err *e)
{
	static const struct sha256 none = {{0}};
	struct pack p = {.bytes = bytes, .size = size};
	struct sha256 digest;
	uint64_t covered;
	size_t strings_size;

	if (size < HEADER_BYTES || memcmp(bytes, MAGIC, 8) != 0)
		return err_set(e, ERR_INPUT, "not a provider pack of format 1");
	p.entry_count = get32(p.bytes + 8);
	strings_size = get32(p.bytes + 12);
	covered = HEADER_BYTES + (uint64_t)p.entry_count * ENTRY_BYTES + strings_size;
	if (get64(p.bytes + 16) != size || p.entry_count > PACK_MAX_ENTRIES || covered > size)
		return fault(e, "its size is not the one it states");
	memcpy(p.digest.bytes, p.bytes + DIGEST_AT, SHA256_BYTES);
	memcpy(p.origin.bytes, p.bytes + ORIGIN_AT, SHA256_BYTES);
	digest = sha256_of(p.bytes + COVERED_AT, (size_t)covered - COVERED_AT);
	if (!sha256_equal(&digest, &p.digest))
		return fault(e, "its index does not have the digest that it states");
	if (sha256_equal(&p.origin, &none))
		p.origin = p.digest;
	if (read_text(&p, 88, strings_size, a, &p.provider, e) < 0 ||
	    read_text(&p, 96, strings_size, a, &p.version, e) < 0 ||
	    check_entries(&p, strings_size, e) < 0)
		return -1;
	*ret_pack = p;
	return 0;
}

int pack_map(int fd, const char *what, struct arena *a, struct pack *ret_pack, struct err *e)
{
	struct stat st;
	void *bytes;

	if (fstat(fd, &st) < 0)
		return err_sys(e, "%s", what);
	if (!S_ISREG(st.st_mode) || st.st_size <= 0)
		return err_set(e, ERR_INPUT, "%s: not a provider pack of format 1", what);
	if (st.st_size > (off_t)PACK_MAX_BYTES)
		return err_set(e, ERR_LIMIT, "%s: larger than %u bytes", what, PACK_MAX_BYTES);
	bytes = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
	if (bytes == MAP_FAILED)
		return err_sys(e, "%s: mmap", what);
	if (pack_open(bytes, (size_t)st.st_size, a, ret_pack, e) < 0) {
		(void)munmap(bytes, (size_t)st.st_size);
		return err_wrap(e, "%s", what);
	}
	return 0;
}

/* The index of the entry, or -1. */
static ssize_t search(const struct pack *p, enum pack_kind kind, const char *name)
{
	size_t low = 0, high = p->entry_count, name_size = strlen(name);

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		struct entry entry = entry_at(p, middle);
		int order = compare(kind, name, name_size, &entry);

		if (order == 0)
			return (ssize_t)middle;
		if (order < 0)
			high = middle;
		else
			low = middle + 1;
	}
	return -1;
}

enum pack_kind pack_entry(const struct pack *p, size_t i, struct arena *a, const char **ret_name)
{
	struct entry entry = entry_at(p, i);

	*ret_name = arena_strndup(a, entry.name, entry.name_size);
	return (enum pack_kind)entry.kind;
}

int pack_find(const struct pack *p, enum pack_kind kind, const char *name,
	      struct pack_document *ret_document, struct err *e)
{
	ssize_t i = search(p, kind, name);
	struct pack_document d;
	struct entry entry;

	if (i < 0)
		return 0;
	entry = entry_at(p, (size_t)i);
	d.json = (const char *)p->bytes + entry.offset;
	d.size = (size_t)entry.size;
	d.digest = sha256_of(d.json, d.size);
	if (memcmp(d.digest.bytes, entry.digest, SHA256_BYTES) != 0)
		return err_set(e, ERR_INPUT,
			       "damaged provider pack: %s \"%s\" does not have its digest",
			       kind_names[kind], name);
	*ret_document = d;
	return 1;
}
