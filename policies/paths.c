/*
 * Paths: names, indexes and "*" joined by dots.
 *
 * A name that meets a list goes through all its elements, because blocks are lists in a plan and
 * people do not write the index.  A name that meets a string goes into the document that the string
 * is, if it is one.
 */
#include "policies/internal.h"

#include "runner/base/buf.h"
#include "runner/base/json.h"

#define STEPS_MAX 32

static bool is_number(const char *text, size_t size)
{
	return size > 0 && size < 8 && strspn(text, "0123456789") >= size;
}

static struct policy_step make_step(const char *text, size_t size, struct arena *a)
{
	struct policy_step s = {POLICY_STEP_NAME, arena_strndup(a, text, size), 0};

	if (is_number(text, size))
		s = (struct policy_step){POLICY_STEP_INDEX, s.name, strtoul(s.name, NULL, 10)};
	else if (strcmp(s.name, "*") == 0)
		s.kind = POLICY_STEP_ALL;
	return s;
}

/* One step within brackets: [0], [*], ['name'].  Gives the text behind it, or NULL. */
static const char *bracket(const char *text, struct arena *a, struct policy_step *ret_step)
{
	const char *end;

	if (text[1] == '\'' || text[1] == '"') {
		end = strchr(text + 2, text[1]);
		if (!end || end[1] != ']')
			return NULL;
		*ret_step = (struct policy_step){
			POLICY_STEP_NAME, arena_strndup(a, text + 2, (size_t)(end - text - 2)), 0};
		return end + 2;
	}
	end = strchr(text, ']');
	if (!end)
		return NULL;
	*ret_step = make_step(text + 1, (size_t)(end - text - 1), a);
	return ret_step->kind == POLICY_STEP_NAME ? NULL : end + 1;
}

const char *policy_path_parse(const char *text, bool jsonpath, struct arena *a,
			      struct policy_path *ret_path)
{
	struct policy_step *steps = arena_array(a, STEPS_MAX, sizeof(*steps));
	const char *p = text;
	size_t count = 0;

	if (jsonpath && *p == '$')
		p += p[1] == '.' ? 2 : 1;
	while (*p) {
		size_t size = strcspn(p, ".[");

		if (count == STEPS_MAX)
			return "has too many steps";
		if (size > 0) {
			steps[count++] = make_step(p, size, a);
			p += size;
		} else if (*p == '[') {
			p = bracket(p, a, &steps[count++]);
			if (!p)
				return "has something in brackets that is no index, \"*\" or name";
		} else {
			return jsonpath ? "is more of JSONPath than names, indexes and \"*\""
					: "has an empty step";
		}
		if (*p == '.' && p[1] && p[1] != '.')
			p++;
	}
	*ret_path = (struct policy_path){text, steps, count};
	return NULL;
}

/* --- walking
 * -------------------------------------------------------------------------------------- */

/* Where the walk stands, and the way there; texts of it are made when somebody asks. */
struct spot {
	struct policy_value v;
	const struct spot *up; /* NULL at the beginning, where v has a path of its own */
	const char *name;      /* NULL: element index of a list */
	size_t index;
};

void policy_found_add(struct policy_context *c, struct policy_found *f,
		      const struct policy_value *v)
{
	if (f->count < FP_ARRAY_SIZE(f->few)) {
		f->rows = f->few;
	} else if (f->count == FP_ARRAY_SIZE(f->few)) {
		f->capacity = 4 * f->count;
		f->rows = arena_array(c->arena, f->capacity, sizeof(*f->rows));
		memcpy(f->rows, f->few, sizeof(f->few));
	} else {
		f->rows = arena_grow(c->arena, f->rows, f->count, &f->capacity, sizeof(*f->rows));
	}
	f->rows[f->count++] = *v;
}

/* As documents spell it, with "[0]" for elements; or the names alone, as references do. */
static const char *path_text(const struct spot *s, bool names_only, char out[static 256])
{
	const char *text = names_only ? s->v.names : s->v.path;
	size_t used;

	if (!s->up) {
		(void)snprintf(out, 256, "%s", text ? text : "");
		return out;
	}
	(void)path_text(s->up, names_only, out);
	used = strlen(out);
	if (s->name)
		(void)snprintf(out + used, 256 - used, "%s%s", used > 0 ? "." : "", s->name);
	else if (!names_only)
		(void)snprintf(out + used, 256 - used, "[%zu]", s->index);
	return out;
}

/* What is beneath s has the path of the walk and none of its own. */
static struct spot beneath(const struct spot *s, const char *name, size_t index)
{
	struct spot next = {.v = s->v, .up = s, .name = name, .index = index};

	next.v.path = next.v.names = NULL;
	return next;
}

/* A computed attribute of another resource, and nothing else, will have a value. */
static bool will_be_set(const struct policy_context *c, const struct policy_instance *i,
			const char *names, unsigned int depth)
{
	bool found = false;

	for (size_t k = 0; i && k < i->out.count; k++) {
		const struct policy_edge *edge = &i->out.rows[k];
		const struct policy_instance *other = &c->index->instances[edge->other];

		if (strcmp(edge->path, names) != 0)
			continue;
		if (!edge->direct || *edge->attribute == '\0')
			return false;
		if (json_object_get(other->config, edge->attribute) &&
		    !json_object_get(other->values, edge->attribute) &&
		    (depth == 0 || !will_be_set(c, other, edge->attribute, depth - 1)))
			return false;
		found = true;
	}
	return found;
}

static void walk(struct policy_context *c, const struct spot *s, const struct policy_step *step,
		 size_t left, struct policy_found *f);

static void walk_element(struct policy_context *c, const struct spot *s, size_t i,
			 const struct policy_step *step, size_t left, struct policy_found *f)
{
	struct spot next = beneath(s, NULL, i);

	next.v.value = json_array_get(s->v.value, i);
	next.v.unknown = json_array_get(s->v.unknown, i);
	if (!json_is_true(s->v.mocked))
		next.v.mocked = json_array_get(s->v.mocked, i);
	walk(c, &next, step, left, f);
}

static void walk_elements(struct policy_context *c, const struct spot *s,
			  const struct policy_step *step, size_t left, struct policy_found *f)
{
	size_t count = FP_MAX(json_array_size(s->v.value), json_array_size(s->v.unknown));

	for (size_t i = 0; i < count; i++)
		walk_element(c, s, i, step, left, f);
}

static void walk_member(struct policy_context *c, const struct spot *s, const char *name,
			const struct policy_step *step, size_t left, struct policy_found *f)
{
	struct spot next = beneath(s, name, 0);

	next.v.value = json_object_get(s->v.value, name);
	next.v.unknown = json_object_get(s->v.unknown, name);
	if (!json_is_true(s->v.mocked))
		next.v.mocked = json_object_get(s->v.mocked, name);
	walk(c, &next, step, left, f);
}

/* Within documents the case of names does not count: IAM does not look at it either. */
static const char *spelled(const struct spot *s, const char *name)
{
	const char *key;
	json_t *m;

	if (!s->v.in_document || json_object_get(s->v.value, name))
		return name;
	json_object_foreach ((json_t *)(uintptr_t)s->v.value, key, m)
		if (strcasecmp(key, name) == 0)
			return key;
	return name;
}

static void walk_members(struct policy_context *c, const struct spot *s,
			 const struct policy_step *step, size_t left, struct policy_found *f)
{
	const char *key;
	json_t *m;

	json_object_foreach ((json_t *)(uintptr_t)s->v.value, key, m)
		walk_member(c, s, key, step, left, f);
	json_object_foreach ((json_t *)(uintptr_t)s->v.unknown, key, m)
		if (!json_object_get(s->v.value, key))
			walk_member(c, s, key, step, left, f);
}

/* The document that the string at this place is; NULL: it is none. */
static const struct policy_document *find_document(const struct spot *s)
{
	const struct policy_document *d = s->v.documents;
	char path[256];

	(void)path_text(s, false, path);
	while (d && strcmp(d->path, path) != 0)
		d = d->next;
	return d;
}

static const struct policy_document *document_at(const struct spot *s)
{
	if (s->v.in_document || !s->v.documents ||
	    (!json_is_string(s->v.value) && !json_is_true(s->v.unknown)))
		return NULL;
	return find_document(s);
}

static void walk_document(struct policy_context *c, const struct policy_document *d,
			  const json_t *mocked, const struct policy_step *step, size_t left,
			  struct policy_found *f)
{
	struct spot inside = {.v = {.value = d->document,
				    .unknown = d->unknown,
				    .mocked = mocked,
				    .in_document = true}};

	walk(c, &inside, step, left, f);
}

static bool may_be_null(const struct policy_context *c, const struct spot *s)
{
	char text[256];

	return s->v.in_document || !will_be_set(c, c->instance, path_text(s, true, text), 4);
}

static void keep_path(const struct policy_context *c, const struct spot *s, struct policy_value *v)
{
	char text[256];

	v->path = arena_strdup(c->arena, path_text(s, false, text));
	v->names = arena_strdup(c->arena, path_text(s, true, text));
}

static void stop(struct policy_context *c, const struct spot *s, struct policy_found *f)
{
	struct policy_value v = s->v;

	if (json_is_null(v.value))
		v.value = NULL;
	if (json_is_true(v.unknown)) {
		v.is_unknown = true;
		v.value = NULL;
		/* A document of which parts are not known will be a text. */
		v.surely_set = document_at(s) || !may_be_null(c, s);
	} else if (json_is_object(v.value) && !v.in_document) {
		keep_path(c, s, &v);
	}
	policy_found_add(c, f, &v);
}

static void walk(struct policy_context *c, const struct spot *s, const struct policy_step *step,
		 size_t left, struct policy_found *f)
{
	const struct policy_document *d = left > 0 ? document_at(s) : NULL;
	const json_t *v = s->v.value, *u = s->v.unknown;

	if (d) {
		walk_document(c, d, s->v.mocked, step, left, f);
	} else if (left == 0 || json_is_true(u)) {
		stop(c, s, f);
	} else if (json_is_array(v) || json_is_array(u)) {
		/* No block is a block that sets nothing. */
		if (step->kind == POLICY_STEP_NAME && json_array_size(v) + json_array_size(u) == 0)
			policy_found_add(c, f, &(struct policy_value){.value = NULL});
		else if (step->kind == POLICY_STEP_INDEX)
			walk_element(c, s, step->index, step + 1, left - 1, f);
		else if (step->kind != POLICY_STEP_NAME)
			walk_elements(c, s, step + 1, left - 1, f);
		else
			walk_elements(c, s, step, left, f);
	} else if (step->kind == POLICY_STEP_ELEMENTS) {
		if ((v && !json_is_null(v)) || u)
			walk(c, s, step + 1, left - 1, f);
	} else if (json_is_object(v) || json_is_object(u)) {
		if (step->kind == POLICY_STEP_ALL)
			walk_members(c, s, step + 1, left - 1, f);
		else
			walk_member(c, s, spelled(s, step->name), step + 1, left - 1, f);
	} else if (step->kind == POLICY_STEP_ALL) {
		if (v && !json_is_null(v))
			walk(c, s, step + 1, left - 1, f);
	} else {
		policy_found_add(c, f, &(struct policy_value){.value = NULL});
	}
}

void policy_path_walk(struct policy_context *c, const struct policy_value *v,
		      const struct policy_path *path, struct policy_found *f)
{
	const struct spot s = {.v = *v};

	walk(c, &s, path->steps, path->count, f);
}

struct policy_value policy_instance_root(const struct policy_instance *i)
{
	return (struct policy_value){.value = i->values,
				     .unknown = i->unknown,
				     .mocked = i->mocked,
				     .documents = i->documents};
}

struct policy_value policy_path_single(struct policy_context *c, const struct policy_value *v,
				       const struct policy_path *path)
{
	struct policy_found f = {.count = 0};

	if (path->count > 0)
		policy_path_walk(c, v, path, &f);
	return f.count > 0 ? f.rows[0] : (struct policy_value){.value = NULL};
}

const char *policy_not_known(const struct policy_value *v)
{
	return json_is_true(v->mocked) ? "not known: a data source tells it"
				       : "not known before apply";
}

const char *policy_describe(struct policy_context *c, const struct policy_value *v)
{
	FP_CLEANUP(buf_release) struct buf text = BUF_INIT((size_t)1 << 24);

	if (v->is_unknown)
		return policy_not_known(v);
	if (!v->value || json_is_null(v->value))
		return "not set";
	json_dump_compact(&text, v->value);
	if (text.size > 80) {
		size_t cut = 76;

		while (cut > 0 && ((unsigned char)text.data[cut] & 0xc0) == 0x80)
			cut--;
		return arena_printf(c->arena, "%.*s…", (int)cut, buf_text(&text));
	}
	return arena_strndup(c->arena, buf_text(&text), text.size > 0 ? text.size - 1 : 0);
}
