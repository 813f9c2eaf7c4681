#include "runner/plan/moves.h"

#include <stdlib.h>
#include <string.h>

#include "runner/plan/target.h"

/* One moved block, or a move that a resource makes which gained or lost `count`. */
struct statement {
	const char *module; /* path of the module that says it, without keys */
	const struct config_target *from, *to;
	struct range range;
};

struct statements {
	struct statement *list;
	size_t count, capacity;
};

static void add(struct walk *w, struct statements *all, struct statement one)
{
	all->list = arena_grow(w->arena, all->list, all->count, &all->capacity, sizeof(*all->list));
	all->list[all->count++] = one;
}

static struct statements collect(struct walk *w)
{
	struct statements all = {.list = NULL};

	for (size_t i = 0; i < w->config.modules.count; i++) {
		const struct config_module *m = w->config.modules.list[i];

		for (size_t k = 0; k < m->moved.count; k++)
			add(w, &all,
			    (struct statement){m->address, &m->moved.list[k].from,
					       &m->moved.list[k].to, m->moved.list[k].range});
	}
	return all;
}

/* --- addresses ------------------------------------------------------------------------------- */

static const char *skip_key(const char *at)
{
	bool quoted = false;

	if (*at != '[')
		return at;
	for (; *at && (quoted || *at != ']'); at++) {
		if (quoted && *at == '\\' && at[1])
			at++;
		else if (*at == '"')
			quoted = !quoted;
	}
	return at + (*at == ']');
}

/* The rest of address after the instances of module path, or NULL: "module.a.module.b". */
static const char *within_module(const char *address, const char *path)
{
	if (!*path)
		return address;
	while (*path) {
		if (*path != *address)
			return NULL;
		path++;
		address++;
		if (*path == '.' || !*path)
			address = skip_key(address);
	}
	return *address == '.' ? address + 1 : NULL;
}

/* The part of an address that begins where the statement speaks of it, or NULL when it does not. */
static const char *spoken_part(const struct statement *s, const char *address)
{
	const char *rest = within_module(address, s->module);
	size_t size = strlen(s->from->text);

	if (!rest || strncmp(rest, s->from->text, size) != 0)
		return NULL;
	/* A key on one side only: then the other side means the instance without a key. */
	if (rest[size] == '[' && (s->from->key || s->to->key))
		return NULL;
	if (rest[size] && rest[size] != '[' && !(rest[size] == '.' && s->from->is_module))
		return NULL;
	return rest;
}

/* The address after one statement, or NULL when it does not speak of it. */
static const char *moved_by(struct walk *w, const struct statement *s, const char *address)
{
	const char *rest = spoken_part(s, address);

	return rest ? arena_printf(w->arena, "%.*s%s%s", (int)(rest - address), address,
				   s->to->text, rest + strlen(s->from->text))
		    : NULL;
}

/* The size of what must not be there yet: a resource, an instance, or an instance of a module. */
static size_t place_size(const struct statement *s, const char *old, const char *address)
{
	const char *rest = within_module(old, s->module);
	size_t size = (size_t)(rest - old) + strlen(s->to->text);

	if (s->to->is_module)
		return (size_t)(skip_key(address + size) - address);
	return s->from->key || s->to->key ? strlen(address) : size;
}

/* The size of the module instance that the address lies in; 0: the root. */
static size_t module_size(const char *address)
{
	static const char module[] = "module.";
	const char *at = address, *end = address;

	while (strncmp(at, module, strlen(module)) == 0) {
		end = at + strlen(module);
		end = skip_key(end + strcspn(end, ".["));
		if (*end != '.')
			break;
		at = end + 1;
	}
	return (size_t)(end - address);
}

/* The size of the address without the key of its resource. */
static size_t resource_size(const char *address)
{
	const char *at = address + module_size(address);

	while (*at && *at != '[')
		at++;
	return (size_t)(at - address);
}

/* How much of the address of what does not move must not be the place of what does. */
static size_t standing_size(const struct statement *s, const char *address)
{
	if (s->to->is_module)
		return module_size(address);
	return s->from->key || s->to->key ? strlen(address) : resource_size(address);
}

/* --- one after the other --------------------------------------------------------------------- */

/* Where one statement puts something. */
struct place {
	const char *text;
	size_t size;
	bool taken; /* by what does not move */
};

static int by_place(const void *left, const void *right)
{
	const struct place *a = left, *b = right;
	int order = memcmp(a->text, b->text, FP_MIN(a->size, b->size));

	return order ? order : (a->size > b->size) - (a->size < b->size);
}

static size_t without_repetition(struct place *list, size_t count)
{
	size_t used = 0;

	qsort(list, count, sizeof(*list), by_place);
	for (size_t i = 0; i < count; i++)
		if (!used || by_place(&list[used - 1], &list[i]) != 0)
			list[used++] = list[i];
	return used;
}

static struct place *place_in(struct place *list, size_t count, const char *text, size_t size)
{
	const struct place wanted = {text, size, false};

	return bsearch(&wanted, list, count, sizeof(*list), by_place);
}

/* Room for each object of the state. */
struct room {
	const char **new;
	struct place *places;
};

/* What is there already stays, and so does what should have taken its place.  false: nothing moves.
 */
static bool move(struct walk *w, struct state *s, const struct statement *by,
		 const struct room *room)
{
	const char **new = room->new;
	struct place *places = room->places;
	size_t count = 0;

	for (size_t i = 0; i < s->count; i++) {
		new[i] = moved_by(w, by, s->entries[i].address);
		if (new[i])
			places[count++] = (struct place){
				new[i], place_size(by, s->entries[i].address, new[i]), false};
	}
	if (count == 0)
		return false;
	count = without_repetition(places, count);
	for (size_t i = 0; i < s->count; i++) {
		const char *address = s->entries[i].address;
		struct place *at =
			new[i] ? NULL
			       : place_in(places, count, address, standing_size(by, address));

		if (at)
			at->taken = true;
	}
	for (size_t i = 0; i < s->count; i++)
		if (new[i] &&
		    !place_in(places, count, new[i], place_size(by, s->entries[i].address, new[i]))
			     ->taken)
			s->entries[i].address = new[i];
	return true;
}

static bool same_place(const struct config_target *a, const struct config_target *b)
{
	if (a->is_module != b->is_module || strcmp(a->path, b->path) != 0)
		return false;
	if (!a->is_module && (strcmp(a->type, b->type) != 0 || strcmp(a->name, b->name) != 0 ||
			      strcmp(a->module, b->module) != 0))
		return false;
	return !a->key || !b->key || strcmp(a->text, b->text) == 0;
}

/* Whether a lies within the module that b is. */
static bool is_within(const struct config_target *a, const struct config_target *b)
{
	size_t size = strlen(b->text);

	return b->is_module && strncmp(a->text, b->text, size) == 0 &&
	       (a->text[size] == '.' || (a->text[size] == '[' && !a->is_module));
}

/* Statements of different modules are compared by what they say from the root. */
static struct config_target from_root(struct walk *w, const struct statement *s,
				      const struct config_target *t)
{
	struct config_target whole = *t;

	whole.text = target_within(w->arena, s->module, t->text);
	whole.module = target_within(w->arena, s->module, t->module);
	whole.path = target_within(w->arena, s->module, t->path);
	return whole;
}

struct ends {
	struct config_target from, to;
};

static bool chains(const struct ends *a, const struct ends *b)
{
	return same_place(&a->from, &b->to);
}

static bool comes_after(const struct ends *a, const struct ends *b)
{
	return chains(a, b) || is_within(&a->from, &b->to) || is_within(&a->to, &b->to) ||
	       is_within(&b->from, &a->from) || is_within(&b->to, &a->from);
}

/*
 * The order in which each comes after those that it must come after; how many could be put so.
 * The others follow as they are written.
 */
static size_t put_in_order(struct walk *w, const struct ends *ends, size_t count,
			   bool (*after)(const struct ends *a, const struct ends *b), size_t *order)
{
	size_t *waits = arena_array(w->arena, count + 1, sizeof(*waits));
	bool *done = arena_alloc(w->arena, count + 1);
	size_t used = 0, ordered, next;

	for (size_t i = 0; i < count; i++)
		for (size_t k = 0; k < count; k++)
			waits[i] += i != k && after(&ends[i], &ends[k]);
	for (;;) {
		for (next = 0; next < count && (done[next] || waits[next]); next++)
			;
		if (next == count)
			break;
		done[next] = true;
		order[used++] = next;
		for (size_t i = 0; i < count; i++)
			waits[i] -= i != next && after(&ends[i], &ends[next]);
	}
	ordered = used;
	for (size_t i = 0; i < count; i++)
		if (!done[i])
			order[used++] = i;
	return ordered;
}

static void tell_cycle(struct walk *w, const struct statements *all, const size_t *order,
		       size_t first)
{
	FP_CLEANUP(buf_release) struct buf text = BUF_INIT(65536);

	for (size_t i = first; i < all->count; i++)
		buf_addf(&text, "\n  - %s: %s \xe2\x86\x92 %s",
			 diag_range_text(w->arena, all->list[order[i]].range),
			 all->list[order[i]].from->text, all->list[order[i]].to->text);
	diag_error(w->diags, all->list[order[first]].range, "Cyclic dependency in move statements",
		   "The following chained move statements form a cycle, and so there is no final "
		   "location to move objects to:%s\n\nA chain of move statements must end with an "
		   "address that doesn't appear in any other statements, and which typically also "
		   "refers to an object still declared in the configuration.",
		   buf_text(&text));
}

/* --- moves that nobody wrote ------------------------------------------------------------------ */

static bool is_resource(const struct config_target *t, const struct config_target *resource)
{
	return !t->is_module && strcmp(t->path, resource->path) == 0 &&
	       strcmp(t->type, resource->type) == 0 && strcmp(t->name, resource->name) == 0;
}

static bool is_spoken_of(const struct statements *all, const struct ends *ends, const char *address,
			 const struct config_target *resource)
{
	for (size_t i = 0; i < all->count; i++)
		if (is_resource(&ends[i].from, resource) || is_resource(&ends[i].to, resource) ||
		    spoken_part(&all->list[i], address))
			return true;
	return false;
}

/*
 * A resource that gained `count` keeps its object as instance 0, and one that lost it keeps the
 * object of instance 0.  The address that it has then; NULL: no move.
 */
static const char *implied(struct walk *w, const struct statements *written,
			   const struct ends *ends, const char *address)
{
	size_t size = strlen(address);
	bool zero = size > 3 && strcmp(address + size - 3, "[0]") == 0;
	struct config_target target;
	const struct config_resource *r;

	if (!zero && (size == 0 || address[size - 1] == ']'))
		return NULL;
	if (!target_of(w->arena, address, &target) || target.is_module ||
	    target.mode != CONFIG_MANAGED)
		return NULL;
	r = target_resource(&w->config, &target);
	if (!r || (zero ? r->count || r->for_each : !r->count) ||
	    is_spoken_of(written, ends, address, &target))
		return NULL;
	return zero ? arena_strndup(w->arena, address, size - 3)
		    : arena_printf(w->arena, "%s[0]", address);
}

/* Those that nobody wrote are about nothing that another one speaks of, so the order is nothing to
 * them. */
static void move_implied(struct state *s, const struct room *room)
{
	for (size_t i = 0; i < s->count; i++)
		room->places[i] =
			(struct place){s->entries[i].address, strlen(s->entries[i].address), false};
	qsort(room->places, s->count, sizeof(*room->places), by_place);
	for (size_t i = 0; i < s->count; i++)
		if (room->new[i] &&
		    !place_in(room->places, s->count, room->new[i], strlen(room->new[i])))
			s->entries[i].address = room->new[i];
}

/* --- all ------------------------------------------------------------------------------------- */

static void check_type(struct walk *w, const struct statement *s)
{
	if (!s->from->is_module && strcmp(s->from->type, s->to->type) != 0 &&
	    s->from->mode == CONFIG_MANAGED)
		diag_unsupported(w->diags, s->range, "Move between types",
				 "What becomes of %s as %s only its provider knows.", s->from->text,
				 s->to->text);
}

/* What was written, one statement after the other; false after a diagnostic. */
static bool move_written(struct walk *w, struct state *s, const struct statements *written,
			 const struct ends *ends, const struct room *room)
{
	size_t *order = arena_array(w->arena, written->count + 1, sizeof(*order));
	size_t ordered = put_in_order(w, ends, written->count, chains, order);

	if (ordered < written->count) {
		tell_cycle(w, written, order, ordered);
		return false;
	}
	(void)put_in_order(w, ends, written->count, comes_after, order);
	for (size_t i = 0; i < written->count; i++)
		if (move(w, s, &written->list[order[i]], room))
			check_type(w, &written->list[order[i]]);
	return true;
}

void moves_apply(struct walk *w, struct state *s)
{
	const struct statements written = collect(w);
	struct room room = {arena_array(w->arena, s->count + 1, sizeof(*room.new)),
			    arena_array(w->arena, s->count + 1, sizeof(*room.places))};
	const char **then = arena_array(w->arena, s->count + 1, sizeof(*then));
	struct ends *ends = arena_array(w->arena, written.count + 1, sizeof(*ends));

	if (written.count > MOVES_MAX) {
		diag_add(w->diags, DIAG_LIMIT, written.list[MOVES_MAX].range, "Too many moves",
			 "There are more than %d moved blocks.", MOVES_MAX);
		return;
	}
	for (size_t i = 0; i < written.count; i++)
		ends[i] = (struct ends){from_root(w, &written.list[i], written.list[i].from),
					from_root(w, &written.list[i], written.list[i].to)};
	for (size_t i = 0; i < s->count; i++)
		then[i] = implied(w, &written, ends, s->entries[i].address);
	if (!move_written(w, s, &written, ends, &room))
		return;
	room.new = then;
	move_implied(s, &room);
}

/* --- what cannot be -------------------------------------------------------------------------- */

struct noun {
	const char *of;	   /* "module instance" */
	const char *brief; /* "instance" */
};

/* What the source of a move is, and where it is declared when it still is. */
static struct noun noun_of(const struct statement *s)
{
	bool whole = !s->from->key && !s->to->key;

	if (s->from->is_module)
		return whole ? (struct noun){"module call", "call"}
			     : (struct noun){"module instance", "instance"};
	return whole ? (struct noun){"resource", "resource"}
		     : (struct noun){"resource instance", "resource instance"};
}

static bool instance_stands(const struct walk *w, const char *address)
{
	for (size_t i = 0; i < w->instances.count; i++)
		if (w->instances.list[i]->cfg &&
		    strcmp(w->instances.list[i]->address, address) == 0)
			return true;
	return false;
}

static bool still_declared(const struct walk *w, const struct statement *s,
			   const struct config_target *whole, const struct module_instance *in,
			   struct range *ret_range)
{
	const char *address = target_within(w->arena, in->address, s->from->text);
	const struct config_module *m;
	const struct config_resource *r;

	if (!s->from->is_module) {
		r = target_resource(&w->config, whole);
		if (!r || ((s->from->key || s->to->key) && !instance_stands(w, address)))
			return false;
		*ret_range = r->block->range;
		return true;
	}
	m = target_module(&w->config, whole->path);
	if (!m || !m->call)
		return false;
	*ret_range = m->call->block->range;
	if (!s->from->key && !s->to->key)
		return true;
	for (size_t i = 0; i < w->modules[m->number].count; i++)
		if (strcmp(w->modules[m->number].list[i]->address, address) == 0)
			return true;
	return false;
}

static void check_source(struct walk *w, const struct config_module *m, const struct statement *s)
{
	const struct config_target whole = from_root(w, s, s->from);
	const struct noun noun = noun_of(s);
	struct range at;

	for (size_t i = 0; i < w->modules[m->number].count; i++) {
		const struct module_instance *in = w->modules[m->number].list[i];

		if (still_declared(w, s, &whole, in, &at))
			diag_error(w->diags, s->range, "Moved object still exists",
				   "This statement declares a move from %s, but that %s is still "
				   "declared at %s.\n\nChange your configuration so that this %s "
				   "will be declared as %s instead.",
				   target_within(w->arena, in->address, s->from->text), noun.of,
				   diag_range_text(w->arena, at), noun.brief,
				   target_within(w->arena, in->address, s->to->text));
	}
}

static void check_other(struct walk *w, const struct statement *a, const struct statement *b)
{
	static const char summary[] = "Ambiguous move statements";
	const struct noun noun = noun_of(b);
	const char *at;
	bool from = strcmp(a->from->text, b->from->text) == 0,
	     to = strcmp(a->to->text, b->to->text) == 0;

	if (strcmp(a->module, b->module) != 0 || from == to)
		return;
	at = diag_range_text(w->arena, a->range);
	if (from)
		diag_error(w->diags, b->range, summary,
			   "A statement at %s declared that %s moved to %s, but this statement "
			   "instead declares that it moved to %s.\n\nEach %s can move to only one "
			   "destination %s.",
			   at, a->from->text, a->to->text, b->to->text, noun.of, noun.brief);
	else
		diag_error(w->diags, b->range, summary,
			   "A statement at %s declared that %s moved to %s, but this statement "
			   "instead declares that %s moved there.\n\nEach %s can have moved from "
			   "only one source %s.",
			   at, a->from->text, a->to->text, b->from->text, noun.of, noun.brief);
}

void moves_check(struct walk *w)
{
	const struct statements all = collect(w);

	if (all.count > MOVES_MAX)
		return;
	for (size_t i = 0; i < all.count; i++) {
		const struct config_module *m = target_module(&w->config, all.list[i].module);

		for (size_t k = 0; k < i; k++)
			check_other(w, &all.list[k], &all.list[i]);
		if (m)
			check_source(w, m, &all.list[i]);
	}
}

static void check_removed(struct walk *w, const struct config_module *in,
			  const struct config_target *from)
{
	const struct statement s = {in->address, from, from, from->range};
	const struct config_target whole = from_root(w, &s, from);
	const struct config_module *m =
		from->is_module ? target_module(&w->config, whole.path) : NULL;
	const struct config_resource *r =
		from->is_module ? NULL : target_resource(&w->config, &whole);

	if (m && m->call)
		diag_error(w->diags, m->call->block->range, "Removed module still exists",
			   "This statement declares that %s was removed, but it is still declared "
			   "in configuration.",
			   whole.text);
	if (r)
		diag_error(w->diags, r->block->range, "Removed resource still exists",
			   "This statement declares that %s was removed, but it is still declared "
			   "in configuration.",
			   whole.text);
}

void moves_check_removed(struct walk *w)
{
	for (size_t i = 0; i < w->config.modules.count; i++) {
		const struct config_module *m = w->config.modules.list[i];

		for (size_t k = 0; k < m->removed.count; k++)
			check_removed(w, m, &m->removed.list[k].from);
	}
}
