#include "runner/plan/tf/tffacts.h"

#include <ctype.h>
#include <string.h>

#include "runner/base/json.h"
#include "runner/plan/provide.h"
#include "runner/plan/tf/ctypack.h"
#include "runner/plan/tf/pb.h"
#include "runner/plan/tf/probe.h"
#include "runner/plan/tf/tfvalidators.h"

#define VALUE_MAX_BYTES ((size_t)64 << 20)
#define PATH_DEPTH_MAX 5
#define PROBES_MAX 300 /* attributes of one type whose change is tried */
#define LARGE 500      /* attributes of a type for which nothing but the top is asked for */

struct recorder {
	struct tfclient *client;
	struct arena *arena;
	const struct restype *type;
	struct err *e;
	json_t *facts, *absent, *present, *force_new, *untried, *enums, *ranges, *widened;
	bool legacy, gone, large;
	size_t probes;
};

struct planned {
	bool ok; /* no error among the diagnostics */
	const struct value *value;
	bool legacy;
	const char **replace; /* paths with dots, without indexes */
	size_t replace_count, replace_capacity;
	const char *fault; /* the attribute that the first error points to; or NULL */
};

/* --- asking ------------------------------------------------------------------------------------
 */

static void read_planned(struct recorder *r, const uint8_t *message, size_t size,
			 struct planned *out)
{
	struct pb_reader reader = pb_reader_of(message, size);
	struct pb_field f, inner;
	struct err ignored = ERR_INIT;

	out->ok = true;
	while (pb_next(&reader, &f)) {
		if (f.number == 1) {
			struct pb_reader value = pb_message(&f);

			while (pb_next(&value, &inner))
				if (inner.number == 1 &&
				    ctypack_read(r->arena, r->type->block->type, inner.data,
						 inner.size, &out->value, &ignored) < 0)
					out->ok = false;
		} else if (f.number == 2) {
			out->replace = arena_grow(r->arena, out->replace, out->replace_count,
						  &out->replace_capacity, sizeof(*out->replace));
			out->replace[out->replace_count++] = tfvalidators_path(r->arena, &f);
		} else if (f.number == 4) {
			struct tfvalidators_told d = tfvalidators_read(r->arena, &f);

			if (d.error && !out->fault)
				out->fault = d.path;
			out->ok &= !d.error;
		} else if (f.number == 5) {
			out->legacy = f.value != 0;
		}
	}
	out->ok &= !reader.bad && out->value && out->value->state == VALUE_KNOWN;
}

/* prior NULL: creating.  false: the provider is gone. */
static bool ask_plan(struct recorder *r, const struct value *prior, const struct value *config,
		     struct planned *out)
{
	FP_CLEANUP(buf_release) struct buf request = BUF_INIT(VALUE_MAX_BYTES);
	const struct type *t = r->type->block->type;
	const struct value *none = value_null(r->arena, t);
	const uint8_t *message;
	size_t size;

	*out = (struct planned){.ok = false};
	pb_add_text(&request, 1, r->type->name);
	tfvalidators_add_value(&request, 2, prior ? prior : none, t);
	tfvalidators_add_value(&request, 3,
			       provide_proposed(r->arena, r->type->block, prior, config), t);
	tfvalidators_add_value(&request, 4, config, t);
	if (tfclient_call(r->client, "PlanResourceChange", &request, &message, &size, r->e) < 0) {
		r->gone = true;
		return false;
	}
	read_planned(r, message, size, out);
	return true;
}

/* --- what is planned for what is left out -------------------------------------------------------
 */

static const char *below(struct arena *a, const char *path, const char *name)
{
	return *path ? arena_printf(a, "%s.%s", path, name) : name;
}

static void put_value(json_t *to, const char *path, const struct value *v)
{
	FP_CLEANUP(buf_release) struct buf text = BUF_INIT(VALUE_MAX_BYTES);
	struct err e = ERR_INIT;
	json_t *json;

	value_write_json(&text, v, false);
	if (json_parse("value", buf_text(&text), text.size, &json, &e) == 0)
		json_put(to, path, json);
}

static void note_block(struct recorder *r, const struct restype_block *b, const char *path,
		       const struct value *config, const struct value *planned,
		       const struct value *again, json_t *to);

/* Only what is planned alike for two different configurations does not come from them. */
static void note_attr(const struct restype_attr *attr, const char *path, const struct value *config,
		      const struct value *planned, const struct value *again, json_t *to)
{
	bool unknown = planned->state == VALUE_UNKNOWN;

	if (strcmp(attr->name, "tags_all") == 0 || planned->type->kind == TYPE_DYNAMIC)
		return;
	if (config->state == VALUE_KNOWN && config->type == &type_string &&
	    planned->state == VALUE_KNOWN && planned->type == &type_string &&
	    strcmp(config->text, planned->text) != 0 &&
	    strcasecmp(config->text, planned->text) == 0) {
		json_t *upper = json_new_object();

		json_put(upper, "cfg", json_new_string("x"));
		json_put(upper, "plan", json_new_string("X"));
		json_put(to, path, upper);
		return;
	}
	if (config->state != VALUE_NULL || (again && !value_same(planned, again)))
		return;
	if (unknown			   ? !attr->computed
	    : planned->state == VALUE_NULL ? attr->computed
					   : !planned->unknown_within) {
		if (unknown)
			json_put(to, path, json_new_string("?"));
		else
			put_value(to, path, planned);
	}
}

static void note_blocks(struct recorder *r, const struct restype_block_type *t, const char *path,
			const struct value *config, const struct value *planned,
			const struct value *again, json_t *to)
{
	bool single = t->nesting == RESTYPE_SINGLE || t->nesting == RESTYPE_GROUP;
	const struct value *c = single ? config : tfvalidators_first(config);
	const struct value *p = single ? planned : tfvalidators_first(planned);
	const struct value *n = !again ? NULL : single ? again : tfvalidators_first(again);

	if (!c || c->state != VALUE_KNOWN) {
		if (planned->state == VALUE_UNKNOWN && (!again || again->state == VALUE_UNKNOWN))
			json_put(to, path, json_new_string("?"));
		return;
	}
	if (p && p->state == VALUE_KNOWN)
		note_block(r, t->block, path, c, p, n, to);
}

static void note_block(struct recorder *r, const struct restype_block *b, const char *path,
		       const struct value *config, const struct value *planned,
		       const struct value *again, json_t *to)
{
	if (!value_has_keys(config) || !value_has_keys(planned) ||
	    (again && !value_has_keys(again)))
		return;
	for (size_t i = 0; i < b->attr_count; i++) {
		const char *name = b->attrs[i].name;
		const struct value *c = value_get(config, name), *p = value_get(planned, name);

		if (c && p && !b->attrs[i].nested)
			note_attr(&b->attrs[i], below(r->arena, path, name), c, p,
				  again ? value_get(again, name) : NULL, to);
	}
	for (size_t i = 0; i < b->type_count; i++) {
		const char *name = b->types[i].name;
		const struct value *c = value_get(config, name), *p = value_get(planned, name);

		if (c && p)
			note_blocks(r, &b->types[i], below(r->arena, path, name), c, p,
				    again ? value_get(again, name) : NULL, to);
	}
}

/* A configuration that the provider plans: what an error points to gets another value. */
static bool find_base(struct recorder *r, unsigned variant, const struct value **ret_config,
		      struct planned *ret_planned)
{
	const struct restype_block *b = r->type->block;
	const struct value *config = probe_config(r->arena, b, variant, false);

	for (unsigned round = 2; round < PROBE_VARIANTS; round++) {
		const struct restype_attr *attr;

		if (!ask_plan(r, NULL, config, ret_planned))
			return false;
		if (ret_planned->ok) {
			*ret_config = config;
			return true;
		}
		attr = ret_planned->fault ? restype_attr(b, ret_planned->fault) : NULL;
		if (attr && (attr->required || attr->optional) && !attr->nested)
			config = provide_with(r->arena, config, attr->name,
					      probe_value(r->arena, attr->type, attr->name, round));
		else
			config = probe_config(r->arena, b, round, false);
	}
	return false;
}

/* Blocks that are left out at the top, each by itself, for types that cannot have all at once. */
static bool note_each_block(struct recorder *r, const struct value *base)
{
	const struct restype_block *b = r->type->block;
	const struct value *all = probe_config(r->arena, b, 0, true);

	for (size_t i = 0; i < b->type_count; i++) {
		const struct value *block = value_get(all, b->types[i].name);
		const struct value *config = provide_with(r->arena, base, b->types[i].name, block);
		struct planned p;

		if (!ask_plan(r, NULL, config, &p))
			return false;
		if (p.ok)
			note_blocks(r, &b->types[i], b->types[i].name, block,
				    value_get(p.value, b->types[i].name), NULL, r->present);
	}
	return true;
}

static bool note_present(struct recorder *r, const struct value *base)
{
	const struct restype_block *b = r->type->block;
	const struct value *one = probe_config(r->arena, b, 0, true);
	const struct value *other = probe_config(r->arena, b, 1, true);
	struct planned p, again;

	if (b->type_count == 0 || r->large)
		return true;
	if (!ask_plan(r, NULL, one, &p) || !ask_plan(r, NULL, other, &again))
		return false;
	if (!p.ok || !again.ok)
		return note_each_block(r, base);
	for (size_t i = 0; i < b->type_count; i++) {
		const char *name = b->types[i].name;

		note_blocks(r, &b->types[i], name, value_get(one, name), value_get(p.value, name),
			    value_get(again.value, name), r->present);
	}
	return true;
}

/* --- what replaces --------------------------------------------------------------------------- */

static bool replaces(const struct planned *p, const char *path)
{
	for (size_t i = 0; i < p->replace_count; i++) {
		size_t size = strlen(p->replace[i]);

		/* A set is named as a whole. */
		if (strncmp(path, p->replace[i], size) == 0 &&
		    (path[size] == 0 || path[size] == '.'))
			return true;
	}
	return false;
}

static bool try_change(struct recorder *r, const struct value *config, const struct value *state,
		       const char *const *path, size_t depth, const struct restype_attr *attr,
		       const char *text)
{
	const struct restype_block *b = r->type->block;
	struct planned p = {.ok = false};

	for (unsigned variant = 0; variant < 6 && !p.ok; variant += 2) {
		const struct value *from = probe_value(r->arena, attr->type, attr->name, variant);
		const struct value *to = probe_value(r->arena, attr->type, attr->name, variant + 1);

		if (!ask_plan(r, probe_with(r->arena, b, state, path, depth, from, 0),
			      probe_with(r->arena, b, config, path, depth, to, 0), &p))
			return false;
		/* With an error, too, the provider may say what would replace. */
		if (replaces(&p, text)) {
			json_push(r->force_new, json_new_string(text));
			return true;
		}
	}
	if (!p.ok)
		json_push(r->untried, json_new_string(text));
	return true;
}

static bool try_block(struct recorder *r, const struct restype_block *b, const struct value *config,
		      const struct value *state, const char **path, size_t depth, const char *text)
{
	for (size_t i = 0; i < b->attr_count; i++) {
		const struct restype_attr *attr = &b->attrs[i];

		path[depth] = attr->name;
		if ((!attr->optional && !attr->required) || attr->write_only || attr->nested ||
		    strcmp(attr->name, "tags_all") == 0 || r->probes++ > PROBES_MAX)
			continue;
		if (!try_change(r, config, state, path, depth + 1, attr,
				below(r->arena, text, attr->name)))
			return false;
	}
	for (size_t i = 0; i < b->type_count && depth + 1 < PATH_DEPTH_MAX && !r->large; i++) {
		const struct restype_block_type *t = &b->types[i];

		path[depth] = t->name;
		if (strcmp(t->name, "timeouts") != 0 && r->probes <= PROBES_MAX &&
		    !try_block(r, t->block, config, state, path, depth + 1,
			       below(r->arena, text, t->name)))
			return false;
	}
	return true;
}

/* --- all of it ------------------------------------------------------------------------------- */

static size_t attributes_of(const struct restype_block *b)
{
	size_t count = b->attr_count;

	for (size_t i = 0; i < b->type_count && count < LARGE; i++)
		count += attributes_of(b->types[i].block);
	return count;
}

static bool record(struct recorder *r)
{
	const struct restype_block *b = r->type->block;
	const struct value *config, *other;
	const char *path[PATH_DEPTH_MAX];
	struct planned p, again;

	/* Whole trees of blocks take a provider minutes; some types have tens of thousands. */
	r->large = attributes_of(b) >= LARGE;
	if (r->large)
		json_put(r->facts, "top_only", json_true());
	if (tfvalidators_record(r->client, r->arena, r->type, r->large, r->enums, r->ranges,
				r->widened, r->e) < 0) {
		r->gone = true;
		return false;
	}
	if (!find_base(r, 0, &config, &p)) {
		if (!r->gone)
			json_put(r->facts, "no_base", json_true());
		return !r->gone;
	}
	r->legacy = p.legacy;
	other = probe_config(r->arena, b, 1, false);
	if (!ask_plan(r, NULL, other, &again))
		return false;
	note_block(r, b, "", config, p.value, again.ok ? again.value : NULL, r->absent);
	if (!note_present(r, config))
		return false;
	return try_block(r, b, config, probe_state(r->arena, p.value), path, 0, "");
}

static void put_some(json_t *facts, const char *key, json_t *part, bool always)
{
	size_t size = json_is_array(part) ? json_array_size(part) : json_object_size(part);

	if (size > 0 || always)
		json_put(facts, key, part);
	else
		json_decref(part);
}

int tffacts_record(struct tfclient *c, struct arena *a, const struct restype *t, json_t **ret_facts,
		   struct err *e)
{
	struct recorder r = {
		.client = c,
		.arena = a,
		.type = t,
		.e = e,
		.facts = json_new_object(),
		.absent = json_new_object(),
		.present = json_new_object(),
		.force_new = json_new_array(),
		.untried = json_new_array(),
		.enums = json_new_object(),
		.ranges = json_new_object(),
		.widened = json_new_array(),
	};
	bool ok = record(&r);

	json_put(r.facts, "legacy", json_boolean(r.legacy));
	put_some(r.facts, "absent", r.absent, false);
	put_some(r.facts, "present", r.present, false);
	put_some(r.facts, "force_new", r.force_new, !json_object_get(r.facts, "no_base"));
	put_some(r.facts, "untried", r.untried, false);
	put_some(r.facts, "enums", r.enums, false);
	put_some(r.facts, "ranges", r.ranges, false);
	put_some(r.facts, "widened", r.widened, false);
	if (!ok) {
		json_decref(r.facts);
		return -1;
	}
	*ret_facts = r.facts;
	return 0;
}
