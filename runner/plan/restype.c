#include "runner/plan/restype.h"

#include <string.h>

#include "runner/plan/jscan.h"

struct fact {
	const char *path; /* without list indexes */
	struct jscan_text json;
	bool is_loose; /* the path leaves out the blocks between a set and the attribute */
};

struct facts {
	struct fact *list;
	size_t count, capacity;
};

struct decoder {
	struct arena *arena;
	struct jscan scan;
	/* What is recorded, each sorted by path. */
	struct facts absent, present, force_new, enums, ranges, normalize, ignore_case, widened;
	struct jscan_text when;
	size_t depth;
	bool with_facts;
};

/* --- facts ----------------------------------------------------------------------------------- */

static int by_path(const void *left, const void *right)
{
	const struct fact *a = left, *b = right;

	return strcmp(a->path, b->path);
}

static const struct fact *find(const struct facts *facts, const char *path)
{
	struct fact wanted = {.path = path};

	return facts->count ? bsearch(&wanted, facts->list, facts->count, sizeof(wanted), by_path)
			    : NULL;
}

static void add_fact(struct decoder *d, struct facts *facts, const char *path,
		     struct jscan_text json, bool is_loose)
{
	facts->list = arena_grow(d->arena, facts->list, facts->count, &facts->capacity,
				 sizeof(*facts->list));
	facts->list[facts->count++] = (struct fact){path, json, is_loose};
}

/* "block.0.attr" as "block.attr". */
static const char *without_indexes(struct arena *a, const char *path)
{
	char *out = arena_alloc(a, strlen(path) + 1), *w = out;

	while (*path) {
		size_t size = strcspn(path, ".");

		if (strspn(path, "0123456789") != size) {
			if (w != out)
				*w++ = '.';
			memcpy(w, path, size);
			w += size;
		}
		path += size;
		path += *path == '.';
	}
	return out;
}

/*
 * Validators name the value in different ways: "block.0.attr", "block.0|attr" or the whole path
 * again after the bar.
 */
static const char *validator_path(struct arena *a, const char *path)
{
	const char *bar = strchr(path, '|'), *before, *after;
	size_t size;

	if (!bar)
		return without_indexes(a, path);
	before = without_indexes(a, arena_strndup(a, path, (size_t)(bar - path)));
	after = without_indexes(a, bar + 1);
	size = strlen(before);
	if (strncmp(after, before, size) == 0 && (after[size] == 0 || after[size] == '.'))
		return after;
	return arena_printf(a, "%s.%s", before, after);
}

static void read_fact_object(struct decoder *d, struct facts *facts, bool validators)
{
	const char *key;

	jscan_enter(&d->scan, '{');
	while (jscan_key(&d->scan, &key))
		add_fact(d, facts, validators ? validator_path(d->arena, key) : key,
			 jscan_skip(&d->scan), validators && strchr(key, '|'));
	if (facts->count)
		qsort(facts->list, facts->count, sizeof(*facts->list), by_path);
}

static void read_paths(struct decoder *d, struct facts *facts)
{
	jscan_enter(&d->scan, '[');
	while (jscan_item(&d->scan))
		add_fact(d, facts, without_indexes(d->arena, jscan_string(&d->scan)),
			 (struct jscan_text){"", 0}, false);
	if (facts->count)
		qsort(facts->list, facts->count, sizeof(*facts->list), by_path);
}

/* {"attribute":"cause"}, or several causes with a space between them */
static void read_recomputed(struct decoder *d, struct restype *t)
{
	struct restype_recomputed *list = NULL;
	size_t capacity = 0;
	const char *key, *cause, *end;

	jscan_enter(&d->scan, '{');
	while (jscan_key(&d->scan, &key)) {
		cause = jscan_string(&d->scan);
		do {
			end = strchrnul(cause, ' ');
			list = arena_grow(d->arena, list, t->recomputed_count, &capacity,
					  sizeof(*list));
			list[t->recomputed_count++] = (struct restype_recomputed){
				key, arena_strndup(d->arena, cause, (size_t)(end - cause))};
			cause = end + (*end == ' ');
		} while (*end);
	}
	t->recomputed = list;
}

static void read_facts(struct decoder *d, struct restype *t)
{
	const char *key;

	jscan_enter(&d->scan, '{');
	while (jscan_key(&d->scan, &key)) {
		if (strcmp(key, "legacy") == 0) {
			t->legacy = jscan_bool(&d->scan);
		} else if (strcmp(key, "derived") == 0) {
			t->derived = jscan_bool(&d->scan);
		} else if (!d->with_facts) {
			(void)jscan_skip(&d->scan);
		} else if (strcmp(key, "absent") == 0) {
			read_fact_object(d, &d->absent, false);
		} else if (strcmp(key, "present") == 0) {
			read_fact_object(d, &d->present, false);
		} else if (strcmp(key, "force_new") == 0) {
			t->has_replace_facts = true;
			read_paths(d, &d->force_new);
		} else if (strcmp(key, "widened") == 0) {
			read_paths(d, &d->widened);
		} else if (strcmp(key, "enums") == 0) {
			read_fact_object(d, &d->enums, true);
		} else if (strcmp(key, "normalize") == 0) {
			read_fact_object(d, &d->normalize, false);
		} else if (strcmp(key, "ignore_case") == 0) {
			read_fact_object(d, &d->ignore_case, false);
		} else if (strcmp(key, "recomputed") == 0) {
			read_recomputed(d, t);
		} else if (strcmp(key, "when") == 0) {
			d->when = jscan_skip(&d->scan);
		} else if (strcmp(key, "ranges") == 0) {
			read_fact_object(d, &d->ranges, true);
		} else {
			(void)jscan_skip(&d->scan);
		}
	}
}

static bool is_text(struct jscan_text t, const char *text)
{
	return t.size == strlen(text) && memcmp(t.data, text, t.size) == 0;
}

static const struct fact *absent_fact(const struct decoder *d, const char *path)
{
	const struct fact *f = NULL;

	/* For a few types only configurations with all blocks present were recorded. */
	if (strchr(path, '.') || d->absent.count == 0)
		f = find(&d->present, path);
	return f ? f : find(&d->absent, path);
}

static size_t read_strings(struct decoder *d, struct jscan_text json, const char *const **ret_list)
{
	struct jscan j = jscan_of(d->arena, json);
	const char **list = NULL;
	size_t count = 0, capacity = 0;

	jscan_enter(&j, '[');
	while (jscan_item(&j)) {
		list = arena_grow(d->arena, list, count, &capacity, sizeof(*list));
		list[count++] = jscan_string(&j);
	}
	*ret_list = list;
	return j.bad ? 0 : count;
}

static void attach_absent(struct decoder *d, const char *path, struct restype_attr *attr)
{
	const struct fact *f = absent_fact(d, path);
	struct err e = ERR_INIT;

	if (!f)
		return;
	if (is_text(f->json, "\"?\"")) {
		attr->absent = RESTYPE_ABSENT_UNKNOWN;
	} else if (is_text(f->json, "{\"cfg\":\"x\",\"plan\":\"X\"}")) {
		attr->normal = RESTYPE_NORMAL_UPPER;
	} else if (!attr->required &&
		   value_from_json_text(d->arena, attr->type, f->json.data, f->json.size,
					&attr->absent_value, &e) == 0) {
		attr->absent = RESTYPE_ABSENT_VALUE;
	}
}

static enum restype_normal normal_of(const struct decoder *d, const char *path)
{
	static const struct {
		const char *name;
		enum restype_normal normal;
	} rows[] = {
		{"\"json\"", RESTYPE_NORMAL_JSON},
		{"\"json-plain\"", RESTYPE_NORMAL_JSON_PLAIN},
		{"\"policy-version-first\"", RESTYPE_NORMAL_VERSION_FIRST},
		{"\"user-data-sha1\"", RESTYPE_NORMAL_USER_DATA},
		{"\"ip-protocol\"", RESTYPE_NORMAL_IP_PROTOCOL},
		{"\"domain-name\"", RESTYPE_NORMAL_DOMAIN_NAME},
		{"\"trim\"", RESTYPE_NORMAL_TRIM},
		{"\"lower\"", RESTYPE_NORMAL_LOWER},
		{"\"container-definitions\"", RESTYPE_NORMAL_CONTAINERS},
	};
	const struct fact *f = find(&d->normalize, path);

	for (size_t i = 0; f && i < FP_ARRAY_SIZE(rows); i++)
		if (is_text(f->json, rows[i].name))
			return rows[i].normal;
	return RESTYPE_NORMAL_NONE;
}

/* Facts about members of the objects in a list that is an attribute. */
static void attach_members(struct decoder *d, const char *path, struct restype_attr *attr)
{
	const struct type *object = attr->type->element;
	struct restype_attr *members = NULL;
	size_t capacity = 0;

	if (!d->normalize.count ||
	    (attr->type->kind != TYPE_LIST && attr->type->kind != TYPE_SET) ||
	    object->kind != TYPE_OBJECT)
		return;
	for (size_t i = 0; i < object->count; i++) {
		const char *name = object->attrs[i].name;
		enum restype_normal normal =
			normal_of(d, arena_printf(d->arena, "%s.%s", path, name));

		if (normal == RESTYPE_NORMAL_NONE)
			continue;
		members = arena_grow(d->arena, members, attr->member_count, &capacity,
				     sizeof(*members));
		members[attr->member_count++] =
			(struct restype_attr){.name = name, .normal = normal};
	}
	attr->members = members;
}

/* Where nothing is the only value of the list, another validator takes all others. */
static void attach_enum(struct decoder *d, const char *path, struct restype_attr *attr)
{
	const struct fact *f = find(&d->enums, path);

	if (!f)
		return;
	attr->enum_count = read_strings(d, f->json, &attr->enums);
	attr->enum_is_loose = f->is_loose;
	if ((attr->enum_count == 1 && !*attr->enums[0]) || find(&d->widened, path))
		attr->enum_count = 0;
}

static void attach_facts(struct decoder *d, const char *path, struct restype_attr *attr)
{
	const char *const *bounds;
	const struct fact *f;

	attach_absent(d, path, attr);
	if (attr->normal == RESTYPE_NORMAL_NONE)
		attr->normal = normal_of(d, path);
	attach_members(d, path, attr);
	attr->force_new = find(&d->force_new, path) != NULL;
	attach_enum(d, path, attr);
	f = find(&d->ignore_case, path);
	attr->ignore_case = f != NULL;
	attr->case_kept = f && is_text(f->json, "\"as written\"");
	f = find(&d->ranges, path);
	if (f && !find(&d->widened, path) && read_strings(d, f->json, &bounds) == 2) {
		attr->range_min = bounds[0];
		attr->range_max = bounds[1];
	}
}

/* --- schema -------------------------------------------------------------------------------------
 */

static const struct type *read_type(struct decoder *d);

static const struct type *read_object_type(struct decoder *d)
{
	struct type_attr *attrs = NULL;
	size_t count = 0, capacity = 0;
	const char *key;

	jscan_enter(&d->scan, '{');
	while (jscan_key(&d->scan, &key)) {
		attrs = arena_grow(d->arena, attrs, count, &capacity, sizeof(*attrs));
		attrs[count++] = (struct type_attr){.name = key, .type = read_type(d)};
	}
	return type_object(d->arena, attrs, count);
}

static const struct type *read_tuple_type(struct decoder *d)
{
	const struct type **elements = NULL;
	size_t count = 0, capacity = 0;

	jscan_enter(&d->scan, '[');
	while (jscan_item(&d->scan)) {
		elements = arena_grow(d->arena, elements, count, &capacity, sizeof(*elements));
		elements[count++] = read_type(d);
	}
	return type_tuple(d->arena, elements, count);
}

static const struct type *primitive(struct decoder *d, const char *name)
{
	static const struct {
		const char *name;
		const struct type *type;
	} rows[] = {{"string", &type_string},
		    {"number", &type_number},
		    {"bool", &type_bool},
		    {"dynamic", &type_dynamic}};

	for (size_t i = 0; i < FP_ARRAY_SIZE(rows); i++)
		if (strcmp(name, rows[i].name) == 0)
			return rows[i].type;
	d->scan.bad = true;
	return &type_dynamic;
}

static const struct type *read_constructed_type(struct decoder *d)
{
	const struct type *t = &type_dynamic;
	const char *kind;

	jscan_enter(&d->scan, '[');
	if (!jscan_item(&d->scan))
		return t;
	kind = jscan_string(&d->scan);
	if (!jscan_item(&d->scan))
		return t;
	if (strcmp(kind, "list") == 0)
		t = type_list(d->arena, read_type(d));
	else if (strcmp(kind, "set") == 0)
		t = type_set(d->arena, read_type(d));
	else if (strcmp(kind, "map") == 0)
		t = type_map(d->arena, read_type(d));
	else if (strcmp(kind, "object") == 0)
		t = read_object_type(d);
	else if (strcmp(kind, "tuple") == 0)
		t = read_tuple_type(d);
	else
		d->scan.bad = true;
	while (jscan_item(&d->scan))
		(void)jscan_skip(&d->scan);
	return t;
}

static const struct type *read_type(struct decoder *d)
{
	const struct type *t;

	if (d->depth++ > RESTYPE_DEPTH_MAX)
		d->scan.bad = true;
	if (d->scan.bad)
		t = &type_dynamic;
	else if (jscan_peek(&d->scan) == '"')
		t = primitive(d, jscan_string(&d->scan));
	else
		t = read_constructed_type(d);
	d->depth--;
	return t;
}

static enum restype_nesting nesting_of(struct decoder *d, const char *name)
{
	static const char *const names[] = {"single", "group", "list", "set", "map"};

	for (size_t i = 0; i < FP_ARRAY_SIZE(names); i++)
		if (strcmp(name, names[i]) == 0)
			return (enum restype_nesting)i;
	d->scan.bad = true;
	return RESTYPE_SINGLE;
}

static const struct restype_block *read_block(struct decoder *d, const char *path);

/* The same type, where all that is not required may be left out; NULL when it can be of any type.
 */
static const struct type *given_type(struct arena *a, const struct restype_nested *nested)
{
	const struct restype_block *b = nested->object;
	struct type_attr *members = arena_array(a, b->attr_count + 1, sizeof(*members));

	for (size_t i = 0; i < b->attr_count; i++)
		members[i] = (struct type_attr){
			b->attrs[i].name, b->attrs[i].given ? b->attrs[i].given : b->attrs[i].type,
			b->attrs[i].optional || b->attrs[i].computed};
	return b->type->has_dynamic ? NULL
				    : restype_nested_type(a, nested->nesting,
							  type_object(a, members, b->attr_count));
}

/* {"attributes":{…},"nesting_mode":"list"} */
static const struct restype_nested *read_nested(struct decoder *d, const char *path,
						struct restype_attr *attr)
{
	struct restype_nested *nested = arena_alloc(d->arena, sizeof(*nested));
	struct jscan_text whole = jscan_skip(&d->scan);
	struct jscan outer = d->scan;
	const char *key;

	d->scan = (struct jscan){.at = whole.data,
				 .end = whole.data + whole.size,
				 .arena = d->arena,
				 .bad = outer.bad};
	nested->object = read_block(d, path);
	outer.bad |= d->scan.bad;
	d->scan.at = whole.data;
	jscan_enter(&d->scan, '{');
	while (jscan_key(&d->scan, &key))
		if (strcmp(key, "nesting_mode") == 0)
			nested->nesting = nesting_of(d, jscan_string(&d->scan));
		else
			(void)jscan_skip(&d->scan);
	outer.bad |= d->scan.bad;
	d->scan = outer;
	attr->type = restype_nested_type(d->arena, nested->nesting, nested->object->type);
	attr->given = given_type(d->arena, nested);
	return nested;
}

static const char *below(struct arena *a, const char *path, const char *name)
{
	return *path ? arena_printf(a, "%s.%s", path, name) : name;
}

static struct restype_attr read_attr(struct decoder *d, const char *path, const char *name)
{
	struct restype_attr attr = {.name = name, .type = &type_dynamic};
	const char *key, *at = below(d->arena, path, name);
	bool *flag;

	jscan_enter(&d->scan, '{');
	while (jscan_key(&d->scan, &key)) {
		flag = strcmp(key, "required") == 0	? &attr.required
		       : strcmp(key, "optional") == 0	? &attr.optional
		       : strcmp(key, "computed") == 0	? &attr.computed
		       : strcmp(key, "sensitive") == 0	? &attr.sensitive
		       : strcmp(key, "write_only") == 0 ? &attr.write_only
		       : strcmp(key, "deprecated") == 0 ? &attr.deprecated
							: NULL;
		if (flag)
			*flag = jscan_bool(&d->scan);
		else if (strcmp(key, "type") == 0)
			attr.type = read_type(d);
		else if (strcmp(key, "nested_type") == 0)
			attr.nested = read_nested(d, at, &attr);
		else
			(void)jscan_skip(&d->scan);
	}
	if (d->with_facts)
		attach_facts(d, at, &attr);
	return attr;
}

static struct restype_block_type read_block_type(struct decoder *d, const char *path,
						 const char *name)
{
	const char *at = below(d->arena, path, name), *key;
	struct restype_block_type t = {.name = name};
	const struct fact *f;

	jscan_enter(&d->scan, '{');
	while (jscan_key(&d->scan, &key))
		if (strcmp(key, "block") == 0)
			t.block = read_block(d, at);
		else if (strcmp(key, "nesting_mode") == 0)
			t.nesting = nesting_of(d, jscan_string(&d->scan));
		else if (strcmp(key, "min_items") == 0)
			t.min_items = jscan_uint(&d->scan);
		else if (strcmp(key, "max_items") == 0)
			t.max_items = jscan_uint(&d->scan);
		else
			(void)jscan_skip(&d->scan);
	if (!t.block) {
		d->scan.bad = true;
		t.block = restype_block_new(d->arena, NULL, 0, NULL, 0);
	}
	t.deprecated = false;
	t.type = restype_nested_type(d->arena, t.nesting, t.block->type);
	f = absent_fact(d, at);
	t.absent_unknown = f && is_text(f->json, "\"?\"");
	t.force_new = find(&d->force_new, at) != NULL;
	return t;
}

static bool has_attr_below(const struct restype_block_type *types, size_t count, const char *name)
{
	for (size_t i = 0; i < count; i++)
		if (restype_attr(types[i].block, name) ||
		    has_attr_below(types[i].block->types, types[i].block->type_count, name))
			return true;
	return false;
}

/* A validator within a set names the set and the attribute, and not the blocks in between. */
static void forget_loose_enums(struct restype_attr *attrs, size_t count,
			       const struct restype_block_type *types, size_t type_count)
{
	for (size_t i = 0; i < count; i++)
		if (attrs[i].enum_is_loose && has_attr_below(types, type_count, attrs[i].name))
			attrs[i].enum_count = 0;
}

static const struct restype_block *read_block(struct decoder *d, const char *path)
{
	struct restype_block_type *types = NULL;
	struct restype_attr *attrs = NULL;
	size_t attr_count = 0, attr_capacity = 0, type_count = 0, type_capacity = 0;
	const char *key, *name;

	if (d->depth++ > RESTYPE_DEPTH_MAX)
		d->scan.bad = true;
	jscan_enter(&d->scan, '{');
	while (jscan_key(&d->scan, &key)) {
		bool attributes = strcmp(key, "attributes") == 0;

		if (!attributes && strcmp(key, "block_types") != 0) {
			(void)jscan_skip(&d->scan);
			continue;
		}
		jscan_enter(&d->scan, '{');
		while (jscan_key(&d->scan, &name)) {
			attrs = arena_grow(d->arena, attrs, attr_count, &attr_capacity,
					   sizeof(*attrs));
			types = arena_grow(d->arena, types, type_count, &type_capacity,
					   sizeof(*types));
			if (attributes)
				attrs[attr_count++] = read_attr(d, path, name);
			else
				types[type_count++] = read_block_type(d, path, name);
		}
	}
	d->depth--;
	forget_loose_enums(attrs, attr_count, types, type_count);
	return restype_block_new(d->arena, attrs, attr_count, types, type_count);
}

static void read_schema(struct decoder *d, struct restype *t)
{
	const char *key;

	jscan_enter(&d->scan, '{');
	while (jscan_key(&d->scan, &key))
		if (strcmp(key, "block") == 0)
			t->block = read_block(d, "");
		else if (strcmp(key, "version") == 0)
			t->version = jscan_uint(&d->scan);
		else
			(void)jscan_skip(&d->scan);
}

/* {"absent":{…},"attribute":…,"value":…} */
static struct restype_when read_one_when(struct decoder *d, struct jscan_text text,
					 const struct restype_block *block)
{
	struct jscan_text absent = jscan_member(d->arena, text, "absent");
	struct jscan_text attribute = jscan_member(d->arena, text, "attribute");
	struct jscan_text value = jscan_member(d->arena, text, "value");
	struct jscan j = jscan_of(d->arena, attribute);
	struct restype_when when = {.attribute = jscan_string(&j)};
	struct restype_attr *attrs = NULL;
	size_t capacity = 0;
	const char *key;

	j = jscan_of(d->arena, value);
	when.value = jscan_string(&j);
	j = jscan_of(d->arena, absent);
	jscan_enter(&j, '{');
	while (jscan_key(&j, &key)) {
		const struct restype_attr *of = restype_attr(block, key);
		struct jscan_text planned = jscan_skip(&j);
		struct restype_attr attr = {.name = key, .absent = RESTYPE_ABSENT_VALUE};
		struct err e = ERR_INIT;

		if (!of || value_from_json_text(d->arena, of->type, planned.data, planned.size,
						&attr.absent_value, &e) < 0)
			continue;
		attrs = arena_grow(d->arena, attrs, when.attr_count, &capacity, sizeof(*attrs));
		attrs[when.attr_count++] = attr;
	}
	when.attrs = attrs;
	return when;
}

static void read_when(struct decoder *d, struct restype *t)
{
	struct jscan j = jscan_of(d->arena, d->when);
	struct restype_when *list = NULL;
	size_t capacity = 0;

	if (!d->when.size || !t->block)
		return;
	jscan_enter(&j, '[');
	while (jscan_item(&j)) {
		list = arena_grow(d->arena, list, t->when_count, &capacity, sizeof(*list));
		list[t->when_count++] = read_one_when(d, jscan_skip(&j), t->block);
	}
	t->when = list;
}

int restype_decode(struct arena *a, enum pack_kind kind, const char *name,
		   const struct pack_document *document, bool with_facts,
		   const struct restype **ret_type, struct err *e)
{
	struct decoder d = {.arena = a, .with_facts = with_facts};
	struct restype *t = arena_alloc(a, sizeof(*t));
	const char *key;

	d.scan = (struct jscan){
		.at = document->json, .end = document->json + document->size, .arena = a};
	t->kind = kind;
	t->name = arena_strdup(a, name);
	t->digest = document->digest;
	/* Keys are sorted, so the facts come before the schema that they are attached to. */
	jscan_enter(&d.scan, '{');
	while (jscan_key(&d.scan, &key))
		if (strcmp(key, "facts") == 0 && !t->block)
			read_facts(&d, t);
		else if (strcmp(key, "schema") == 0)
			read_schema(&d, t);
		else
			(void)jscan_skip(&d.scan);
	if (!jscan_done(&d.scan) || !t->block)
		return err_set(e, ERR_INPUT, "damaged provider pack: %s \"%s\" is no schema",
			       pack_kind_name(kind), name);
	read_when(&d, t);
	/* What was read about a provider names some changes that replace, never all. */
	if (t->derived)
		t->has_replace_facts = false;
	*ret_type = t;
	return 0;
}
