#include "runner/plan/tf/tfcompare.h"

#include <string.h>

#include "runner/base/doc.h"
#include "runner/canon/plan.h"

#define PLAN_MAX_BYTES ((size_t)256 << 20)
#define PLACES_MAX 5
#define VALUE_SHOWN_BYTES 120

struct comparer {
	struct arena *arena;
	const char *names[2];
	const char *texts[2];
	struct buf out;
	size_t places;
};

static const char *shown(struct comparer *c, int side, const struct doc *d)
{
	size_t size = d ? FP_MIN(d->length, (size_t)VALUE_SHOWN_BYTES) : 0;

	if (!d)
		return "nothing";
	return arena_printf(c->arena, "%.*s%s", (int)size, c->texts[side] + d->offset,
			    size < d->length ? "..." : "");
}

static void differ(struct comparer *c, const char *path, const struct doc *one,
		   const struct doc *other)
{
	if (c->places++ < PLACES_MAX)
		buf_addf(&c->out, "%s%s: %s has %s, %s has %s", c->out.size ? "; " : "", path,
			 c->names[0], shown(c, 0, one), c->names[1], shown(c, 1, other));
}

/* Resource changes are told by their addresses, everything else in a list by its place. */
static const char *element_name(struct comparer *c, const struct doc *d, size_t index)
{
	const struct doc *address = d->kind == DOC_OBJECT ? doc_get(d, "address") : NULL;

	return address && address->kind == DOC_STRING ? address->text
						      : arena_printf(c->arena, "[%zu]", index);
}

static const struct doc *find_address(const struct doc *list, const struct doc *wanted)
{
	const struct doc *address = wanted->kind == DOC_OBJECT ? doc_get(wanted, "address") : NULL;

	for (const struct doc *m = list->first; m && address; m = m->next) {
		const struct doc *own = m->kind == DOC_OBJECT ? doc_get(m, "address") : NULL;

		if (own && own->size == address->size &&
		    memcmp(own->text, address->text, own->size) == 0)
			return m;
	}
	return NULL;
}

static void compare(struct comparer *c, const char *path, const struct doc *one,
		    const struct doc *other);

static void compare_lists(struct comparer *c, const char *path, const struct doc *one,
			  const struct doc *other)
{
	bool named = strcmp(path, "resource_changes") == 0;
	const struct doc *b = other->first;
	size_t index = 0;

	if (!named && one->count != other->count) {
		differ(c, path, one, other);
		return;
	}
	for (const struct doc *m = one->first; m; m = m->next, index++) {
		const struct doc *match = named ? find_address(other, m) : b;
		const char *name = element_name(c, m, index);

		compare(c, named ? name : arena_printf(c->arena, "%s%s", path, name), m, match);
		b = b ? b->next : NULL;
	}
	for (const struct doc *m = named ? other->first : NULL; m; m = m->next)
		if (!find_address(one, m))
			differ(c, element_name(c, m, 0), NULL, m);
}

static void compare_objects(struct comparer *c, const char *path, const struct doc *one,
			    const struct doc *other)
{
	const char *dot = *path ? "." : "";

	for (const struct doc *m = one->first; m; m = m->next)
		compare(c, arena_printf(c->arena, "%s%s%s", path, dot, m->key), m,
			doc_get(other, m->key));
	for (const struct doc *m = other->first; m; m = m->next)
		if (!doc_get(one, m->key))
			differ(c, arena_printf(c->arena, "%s%s%s", path, dot, m->key), NULL, m);
}

static void compare(struct comparer *c, const char *path, const struct doc *one,
		    const struct doc *other)
{
	if (one && other && one->length == other->length &&
	    memcmp(c->texts[0] + one->offset, c->texts[1] + other->offset, one->length) == 0)
		return;
	if (one && other && one->kind == DOC_ARRAY && other->kind == DOC_ARRAY)
		compare_lists(c, path, one, other);
	else if (one && other && one->kind == DOC_OBJECT && other->kind == DOC_OBJECT)
		compare_objects(c, path, one, other);
	else
		differ(c, path, one, other);
}

static int canonical(struct arena *a, const char *name, const struct buf *plan, struct buf *out,
		     const struct doc **ret_doc, struct err *e)
{
	const struct doc *d;

	if (doc_read_json(name, plan->data, plan->size, a, &d, e) < 0 ||
	    canon_plan(name, d, out, e) < 0)
		return -1;
	return doc_read_json(name, out->data, out->size, a, ret_doc, e);
}

int tfcompare_plans(struct arena *a, const char *one_name, const struct buf *one,
		    const char *other_name, const struct buf *other, const char **ret_difference,
		    struct err *e)
{
	FP_CLEANUP(buf_release) struct buf first = BUF_INIT(PLAN_MAX_BYTES);
	FP_CLEANUP(buf_release) struct buf second = BUF_INIT(PLAN_MAX_BYTES);
	struct comparer c = {
		.arena = a, .names = {one_name, other_name}, .out = BUF_INIT((size_t)1 << 20)};
	const struct doc *d[2];

	if (canonical(a, one_name, one, &first, &d[0], e) < 0 ||
	    canonical(a, other_name, other, &second, &d[1], e) < 0)
		return -1;
	*ret_difference = NULL;
	if (first.size == second.size && memcmp(first.data, second.data, first.size) == 0)
		return 0;
	c.texts[0] = first.data;
	c.texts[1] = second.data;
	compare(&c, "", d[0], d[1]);
	if (c.places > PLACES_MAX)
		buf_addf(&c.out, "; and %zu more places", c.places - PLACES_MAX);
	*ret_difference = arena_strdup(a, buf_text(&c.out));
	buf_release(&c.out);
	return 0;
}
