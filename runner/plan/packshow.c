#include "runner/plan/packshow.h"

#include <string.h>

#include "runner/plan/hcl/type.h"
#include "runner/plan/hcl/value.h"
#include "runner/plan/jscan.h"
#include "runner/plan/restype.h"

const char *packshow_origin(const struct pack *p, struct arena *a)
{
	static const struct {
		const char *key, *words;
	} origins[] = {
		{"recorded_from", "recorded from a binary with sha256:"},
		{"derived_from", "derived from "},
	};
	struct pack_document d;
	struct err ignored = ERR_INIT;
	struct jscan_text facts, from;

	if (pack_find(p, PACK_PROVIDER, "", &d, &ignored) <= 0)
		return NULL;
	facts = jscan_member(a, (struct jscan_text){d.json, d.size}, "facts");
	for (size_t i = 0; facts.size && i < FP_ARRAY_SIZE(origins); i++) {
		struct jscan j;

		from = jscan_member(a, facts, origins[i].key);
		j = jscan_of(a, from);
		if (from.size)
			return arena_printf(a, "%s%s", origins[i].words, jscan_string(&j));
	}
	return NULL;
}

bool packshow_is_derived(const struct pack *p, struct arena *a)
{
	const char *origin = packshow_origin(p, a);

	return origin && strncmp(origin, "derived ", 8) == 0;
}

int packshow_list(const struct pack *packs, size_t count, struct arena *a, struct buf *out,
		  struct err *e)
{
	for (size_t i = 0; i < count; i++) {
		size_t kinds[PACK_KIND_COUNT] = {0};
		char hex[SHA256_HEX_SIZE];
		const char *name, *from = packshow_origin(&packs[i], a);

		for (size_t k = 0; k < packs[i].entry_count; k++)
			kinds[pack_entry(&packs[i], k, a, &name)]++;
		sha256_hex(&packs[i].digest, hex);
		buf_addf(out,
			 "%s %s\n  %zu resource types, %zu data sources, %zu ephemeral\n"
			 "  sha256:%s\n",
			 packs[i].provider, packs[i].version, kinds[PACK_RESOURCE],
			 kinds[PACK_DATA], kinds[PACK_EPHEMERAL], hex);
		if (from)
			buf_addf(out, "  %s\n", from);
	}
	return buf_finish(out, "the list", e);
}

/* --- one type -------------------------------------------------------------------------------- */

static void show_block(struct buf *out, struct arena *a, const struct restype_block *b,
		       size_t depth);

static void show_flags(struct buf *out, struct arena *a, const struct restype_attr *attr)
{
	const struct {
		bool set;
		const char *word;
	} flags[] = {
		{attr->required, "required"},	  {attr->optional, "optional"},
		{attr->computed, "computed"},	  {attr->sensitive, "sensitive"},
		{attr->write_only, "write-only"}, {attr->force_new, "replaces"},
	};

	for (size_t i = 0; i < FP_ARRAY_SIZE(flags); i++)
		if (flags[i].set)
			buf_addf(out, " %s", flags[i].word);
	if (attr->absent == RESTYPE_ABSENT_VALUE) {
		buf_addstr(out, " default=");
		value_write_json(out, attr->absent_value, false);
	} else if (attr->absent == RESTYPE_ABSENT_UNKNOWN && !attr->computed) {
		buf_addstr(out, " default=unknown");
	}
	for (size_t i = 0; i < attr->enum_count; i++)
		buf_addf(out, "%s%s", i ? "|" : " one-of=", attr->enums[i]);
	if (attr->range_min && attr->range_max)
		buf_addf(out, " range=%s..%s", attr->range_min, attr->range_max);
	(void)a;
}

static void show_attr(struct buf *out, struct arena *a, const struct restype_attr *attr,
		      size_t depth)
{
	buf_addf(out, "%*s%s %s", (int)(2 * depth), "", attr->name,
		 attr->nested ? "nested" : type_expression(a, attr->type));
	show_flags(out, a, attr);
	buf_addch(out, '\n');
	if (attr->nested)
		show_block(out, a, attr->nested->object, depth + 1);
}

static void show_block(struct buf *out, struct arena *a, const struct restype_block *b,
		       size_t depth)
{
	static const char *const nestings[] = {"single", "group", "list", "set", "map"};

	for (size_t i = 0; i < b->attr_count; i++)
		show_attr(out, a, &b->attrs[i], depth);
	for (size_t i = 0; i < b->type_count; i++) {
		const struct restype_block_type *t = &b->types[i];

		buf_addf(out, "%*s%s block %s", (int)(2 * depth), "", t->name,
			 nestings[t->nesting]);
		if (t->min_items || t->max_items)
			buf_addf(out, " %u..%u", t->min_items, t->max_items);
		buf_addf(out, "%s%s\n", t->force_new ? " replaces" : "",
			 t->absent_unknown ? " default=unknown" : "");
		if (depth < RESTYPE_DEPTH_MAX)
			show_block(out, a, t->block, depth + 1);
	}
}

static int show_one(const struct pack *p, enum pack_kind kind, const char *name, struct arena *a,
		    struct buf *out, struct err *e)
{
	const struct restype *t;
	struct pack_document d;
	int found = pack_find(p, kind, name, &d, e);

	if (found <= 0)
		return found;
	if (restype_decode(a, kind, name, &d, true, &t, e) < 0)
		return -1;
	buf_addf(out, "%s %s of %s %s, schema version %llu%s%s\n", pack_kind_name(kind), name,
		 p->provider, p->version, (unsigned long long)t->version,
		 t->derived ? ", derived" : "",
		 kind != PACK_RESOURCE	? ""
		 : t->has_replace_facts ? ""
					: ", not known what replaces it");
	show_block(out, a, t->block, 1);
	return 1;
}

int packshow_type(const struct pack *packs, size_t count, const char *name, struct arena *a,
		  struct buf *out, struct err *e)
{
	bool any = false;

	for (size_t i = 0; i < count; i++)
		for (int kind = PACK_RESOURCE; kind <= PACK_EPHEMERAL; kind++) {
			int found = show_one(&packs[i], (enum pack_kind)kind, name, a, out, e);

			if (found < 0)
				return -1;
			any |= found > 0;
		}
	if (!any)
		return err_set(e, ERR_INPUT, "no pack knows a type %s", name);
	return buf_finish(out, "the type", e);
}
