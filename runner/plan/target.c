#include "runner/plan/target.h"

#include <string.h>

#define MODULE "module"

/* Where reading has come to. */
struct reader {
	struct arena *arena;
	const struct traversal *from;
	size_t at; /* the next step */
	struct buf text, path;
	struct diags *diags;
};

static bool refuse(struct reader *r, const char *detail)
{
	diag_error(r->diags, r->from->range, "Invalid address", "%s", detail);
	return false;
}

static const char *next_name(struct reader *r)
{
	const struct step *s = r->at < r->from->count ? &r->from->steps[r->at] : NULL;

	if (!s || s->kind != STEP_ATTR)
		return NULL;
	r->at++;
	return s->name;
}

static const struct value *next_key(struct reader *r)
{
	const struct step *s = r->at < r->from->count ? &r->from->steps[r->at] : NULL;

	if (!s || s->kind != STEP_INDEX || s->key->state != VALUE_KNOWN ||
	    (s->key->type != &type_string && s->key->type != &type_number))
		return NULL;
	r->at++;
	return s->key;
}

static void add(struct buf *out, const char *word)
{
	buf_addf(out, "%s%s", out->size ? "." : "", word);
}

static void add_key(struct reader *r, const struct value *key)
{
	const struct step step = {.kind = STEP_INDEX, .key = key};
	const struct traversal t = {.steps = &step, .count = 1};

	if (key)
		buf_addstr(&r->text, syntax_traversal_text(r->arena, &t));
}

static bool read_module(struct reader *r, struct config_target *t)
{
	const char *name = next_name(r);

	if (!name)
		return refuse(r, "Prefix \"module.\" must be followed by a module name.");
	add(&r->text, MODULE);
	add(&r->text, name);
	add(&r->path, MODULE);
	add(&r->path, name);
	t->key = next_key(r);
	t->module_keys |= t->key != NULL;
	add_key(r, t->key);
	return true;
}

static bool is_reserved(const char *word)
{
	static const char *const words[] = {"var",   "local", "module", "each",
					    "count", "path",  "self",	"terraform"};

	for (size_t i = 0; i < FP_ARRAY_SIZE(words); i++)
		if (strcmp(word, words[i]) == 0)
			return true;
	return false;
}

static bool read_resource(struct reader *r, const char *word, struct config_target *t)
{
	t->mode = CONFIG_MANAGED;
	if (strcmp(word, "data") == 0 || strcmp(word, "ephemeral") == 0) {
		t->mode = *word == 'd' ? CONFIG_DATA : CONFIG_EPHEMERAL;
		add(&r->text, word);
	}
	if (t->mode != CONFIG_MANAGED || strcmp(word, "resource") == 0)
		word = next_name(r);
	else if (is_reserved(word))
		return refuse(
			r,
			arena_printf(r->arena,
				     "The keyword \"%s\" is reserved and cannot be used to "
				     "target a resource address. If you are targeting a resource "
				     "type that uses a reserved keyword, please prefix your "
				     "address with \"resource.\".",
				     word));
	if (!word)
		return refuse(r, "A resource type is required.");
	t->type = word;
	t->name = next_name(r);
	if (!t->name)
		return refuse(r, "A resource name is required.");
	add(&r->text, t->type);
	add(&r->text, t->name);
	t->key = next_key(r);
	add_key(r, t->key);
	if (r->at < r->from->count)
		return refuse(r, r->from->steps[r->at].kind == STEP_ATTR
					 ? "Resource instance key must be given in square brackets."
					 : "A resource instance key must be a string or a number.");
	return true;
}

static bool read_all(struct reader *r, struct config_target *t)
{
	const char *word = r->from->root;

	while (word && strcmp(word, MODULE) == 0) {
		if (!read_module(r, t))
			return false;
		if (r->at == r->from->count) {
			t->is_module = true;
			break;
		}
		word = next_name(r);
	}
	t->module = arena_strdup(r->arena, buf_text(&r->text));
	t->path = arena_strdup(r->arena, buf_text(&r->path));
	if (t->is_module)
		return true;
	if (!word)
		return refuse(r, "A module address must be followed by a resource.");
	t->key = NULL;
	return read_resource(r, word, t);
}

bool target_read(struct arena *a, const struct traversal *t, struct config_target *ret,
		 struct diags *d)
{
	struct reader r = {.arena = a,
			   .from = t,
			   .text = BUF_INIT(SYNTAX_FILE_BYTES_MAX),
			   .path = BUF_INIT(SYNTAX_FILE_BYTES_MAX),
			   .diags = d};
	bool done;

	*ret = (struct config_target){.range = t->range};
	done = read_all(&r, ret);
	ret->text = arena_strdup(a, buf_text(&r.text));
	buf_release(&r.text);
	buf_release(&r.path);
	return done;
}

/* --- keys that are expressions ---------------------------------------------------------------- */

struct steps {
	struct arena *arena;
	struct step *list;
	size_t count, capacity;
	const struct value *(*key)(void *context, const struct expr *e);
	void *context;
	bool failed; /* and a diagnostic told why */
};

static void add_steps(struct steps *s, const struct step *steps, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		s->list = arena_grow(s->arena, s->list, s->count, &s->capacity, sizeof(*s->list));
		s->list[s->count++] = steps[i];
	}
}

/* The root, with the steps of e added. */
static const char *walk_down(struct steps *s, const struct expr *e)
{
	struct step step = {.kind = STEP_INDEX, .range = e->range};
	const char *root;

	if (e->kind == EXPR_TRAVERSAL) {
		add_steps(s, e->traversal.steps, e->traversal.count);
		return e->traversal.root;
	}
	if (e->kind == EXPR_RELATIVE) {
		root = walk_down(s, e->relative.source);
		add_steps(s, e->relative.steps.steps, e->relative.steps.count);
		return root;
	}
	if (e->kind != EXPR_INDEX)
		return NULL;
	root = walk_down(s, e->index.collection);
	step.key = s->key ? s->key(s->context, e->index.key) : value_string(s->arena, "");
	s->failed |= !step.key;
	if (step.key)
		add_steps(s, &step, 1);
	return root;
}

bool target_traversal(struct arena *a, const struct expr *e,
		      const struct value *(*key)(void *context, const struct expr *e),
		      void *context, struct traversal *ret, struct diags *d)
{
	struct steps s = {.arena = a, .key = key, .context = context};
	size_t failures = d->failures;
	const struct expr *inner = syntax_as_expr(a, e, d);
	const char *root = d->failures > failures ? NULL : walk_down(&s, inner);

	if (!root && d->failures == failures)
		diag_error(d, e->range, "Invalid expression",
			   "A single static variable reference is required: only attribute access "
			   "and indexing with constant keys. No calculations, function calls, "
			   "template expressions, etc are allowed here.");
	if (!root || s.failed)
		return false;
	*ret = (struct traversal){.root = root,
				  .root_range = e->range,
				  .steps = s.list,
				  .count = s.count,
				  .range = e->range};
	return true;
}

bool target_of(struct arena *a, const char *address, struct config_target *ret)
{
	struct diags d = DIAGS_INIT(a);
	struct traversal t;

	return syntax_parse_traversal(a, diag_source(a, "address", address, strlen(address)), &t,
				      &d) &&
	       target_read(a, &t, ret, &d);
}

const char *target_within(struct arena *a, const char *outer, const char *inner)
{
	return arena_printf(a, "%s%s%s", outer, *outer && *inner ? "." : "", inner);
}

const struct config_module *target_module(const struct config *c, const char *path)
{
	for (size_t i = 0; i < c->modules.count; i++)
		if (strcmp(c->modules.list[i]->address, path) == 0)
			return c->modules.list[i];
	return NULL;
}

const struct config_resource *target_resource(const struct config *c, const struct config_target *t)
{
	const struct config_module *m = target_module(c, t->path);

	return m ? config_resource(m, t->mode, t->type, t->name) : NULL;
}
