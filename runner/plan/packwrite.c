/* The other half of pack.h: making packs and slices of packs. */
#include "runner/plan/pack.h"

#include <string.h>

#define HEADER_BYTES 104u
#define ENTRY_BYTES 64u

static void put32(uint8_t *p, uint64_t value)
{
	for (int i = 0; i < 4; i++)
		p[i] = (uint8_t)(value >> (8 * i));
}

static void put64(uint8_t *p, uint64_t value)
{
	put32(p, value);
	put32(p + 4, value >> 32);
}

static int by_kind_and_name(const void *left, const void *right)
{
	const struct pack_source *a = left, *b = right;

	if (a->kind != b->kind)
		return a->kind < b->kind ? -1 : 1;
	return strcmp(a->name, b->name);
}

/* The entries and, at strings, their names; returns the size of the strings. */
static size_t fill_index(uint8_t *entries, struct buf *strings, const struct pack_source *sources,
			 size_t count)
{
	for (size_t i = 0; i < count; i++) {
		uint8_t *at = entries + i * ENTRY_BYTES;
		struct sha256 digest = sha256_of(sources[i].json, sources[i].size);

		put32(at, sources[i].kind);
		put32(at + 4, strings->size);
		put32(at + 8, strlen(sources[i].name));
		put64(at + 24, sources[i].size);
		memcpy(at + 32, digest.bytes, SHA256_BYTES);
		buf_addstr(strings, sources[i].name);
	}
	return strings->size;
}

static void place_documents(uint8_t *entries, const struct pack_source *sources, size_t count,
			    uint64_t offset)
{
	for (size_t i = 0; i < count; i++) {
		put64(entries + i * ENTRY_BYTES + 16, offset);
		offset += sources[i].size;
	}
}

static int check_sources(struct pack_source *sources, size_t count, struct err *e)
{
	if (count > PACK_MAX_ENTRIES)
		return err_set(e, ERR_LIMIT, "a pack holds no more than %u types",
			       PACK_MAX_ENTRIES);
	qsort(sources, count, sizeof(*sources), by_kind_and_name);
	for (size_t i = 1; i < count; i++)
		if (by_kind_and_name(&sources[i - 1], &sources[i]) == 0)
			return err_set(e, ERR_INPUT, "%s \"%s\" is there twice",
				       pack_kind_name(sources[i].kind), sources[i].name);
	return 0;
}

int pack_write(struct buf *out, const char *provider, const char *version,
	       const struct sha256 *origin, struct pack_source *sources, size_t count,
	       struct err *e)
{
	FP_CLEANUP(buf_release) struct buf strings = BUF_INIT(PACK_MAX_BYTES);
	FP_CLEANUP(buf_release) struct buf index = BUF_INIT(PACK_MAX_BYTES);
	uint64_t documents_size = 0;
	struct sha256 digest;
	uint8_t *header;

	if (check_sources(sources, count, e) < 0)
		return -1;
	buf_addstr(&strings, provider);
	buf_addstr(&strings, version);
	header = buf_reserve(&index, HEADER_BYTES + count * ENTRY_BYTES);
	memset(header, 0, HEADER_BYTES + count * ENTRY_BYTES);
	index.size = HEADER_BYTES + count * ENTRY_BYTES;
	fill_index(header + HEADER_BYTES, &strings, sources, count);
	place_documents(header + HEADER_BYTES, sources, count, index.size + strings.size);
	for (size_t i = 0; i < count; i++)
		documents_size += sources[i].size;
	memcpy(header, "FPPACK1\n", 8);
	put32(header + 8, count);
	put32(header + 12, strings.size);
	put64(header + 16, index.size + strings.size + documents_size);
	if (origin)
		memcpy(header + 56, origin->bytes, SHA256_BYTES);
	put32(header + 92, strlen(provider));
	put32(header + 96, strlen(provider));
	put32(header + 100, strlen(version));
	buf_add(&index, strings.data, strings.size);
	digest = sha256_of(index.data + 88, index.size - 88);
	memcpy(index.data + 24, digest.bytes, SHA256_BYTES);
	buf_add(out, index.data, index.size);
	for (size_t i = 0; i < count; i++)
		buf_add(out, sources[i].json, sources[i].size);
	return buf_finish(out, "the pack", e);
}

int pack_slice(const struct pack *p, const struct pack_source *wanted, size_t count,
	       struct arena *a, struct buf *out, struct err *e)
{
	struct pack_source *sources = arena_array(a, count + 1, sizeof(*sources));
	struct pack_document document;
	size_t used = 0;

	for (size_t i = 0; i <= count; i++) {
		enum pack_kind kind = i < count ? wanted[i].kind : PACK_PROVIDER;
		const char *name = i < count ? wanted[i].name : "";
		int found;

		if (i < count && kind == PACK_PROVIDER)
			continue;
		found = pack_find(p, kind, name, &document, e);
		if (found < 0)
			return -1;
		if (found)
			sources[used++] =
				(struct pack_source){kind, name, document.json, document.size};
		else if (i < count)
			return err_set(e, ERR_INPUT, "the pack has no %s \"%s\"",
				       pack_kind_name(kind), name);
	}
	return pack_write(out, p->provider, p->version, &p->origin, sources, used, e);
}
