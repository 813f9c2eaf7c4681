/*
 * Turns recorded facts into a provider pack:
 *
 *	pack_build SCHEMA.json.zst FACTS.json.zst RECORDED.json.zst MORE.json OUT
 *	pack_build DERIVED.json.zst OUT
 *
 * A program of the build; see images/packs/README.md for what the inputs are.
 */
#include <fcntl.h>
#include <string.h>
#include <zstd.h>

#include "runner/base/die.h"
#include "runner/base/fd.h"
#include "runner/base/json.h"
#include "runner/plan/pack.h"

#define SOURCE_MAX_BYTES (128u * 1024 * 1024)

struct sources {
	struct arena arena;
	struct pack_source *all;
	size_t count, capacity;
};

static json_t *read_zstd_json(const char *path, struct err *e)
{
	FP_CLEANUP(buf_release) struct buf packed = BUF_INIT(SOURCE_MAX_BYTES);
	FP_CLEANUP(buf_release) struct buf text = BUF_INIT(SOURCE_MAX_BYTES);
	unsigned long long size;
	json_t *json = NULL;
	size_t got;
	char *room;

	if (fd_read_file(AT_FDCWD, path, true, &packed, e) < 0)
		return NULL;
	size = ZSTD_getFrameContentSize(packed.data, packed.size);
	if (size > SOURCE_MAX_BYTES)
		size = SOURCE_MAX_BYTES - 1;
	room = buf_reserve(&text, (size_t)size);
	got = ZSTD_decompress(room, (size_t)size, packed.data, packed.size);
	if (ZSTD_isError(got)) {
		(void)err_set(e, ERR_INPUT, "%s: %s", path, ZSTD_getErrorName(got));
		return NULL;
	}
	if (json_parse(path, room, got, &json, e) < 0)
		return NULL;
	return json;
}

static void add(struct sources *s, enum pack_kind kind, const char *name, json_t *stolen)
{
	size_t flags = JSON_COMPACT | JSON_SORT_KEYS | JSON_ENCODE_ANY;
	char *text = json_dumps(stolen, flags);

	if (!text)
		die("out of memory");
	s->all = arena_grow(&s->arena, s->all, s->count, &s->capacity, sizeof(*s->all));
	s->all[s->count++] = (struct pack_source){kind, arena_strdup(&s->arena, name),
						  arena_strdup(&s->arena, text), strlen(text)};
	free(text);
	json_decref(stolen);
}

/* What was recorded later replaces or completes what was recorded first. */
static void merge_more(json_t *out, const json_t *more, const char *type)
{
	json_t *of = json_object_get(json_object_get(more, "types"), type), *value;
	const char *key;

	json_object_foreach (of, key, value)
		if ((strcmp(key, "absent") == 0 || strcmp(key, "present") == 0) &&
		    json_object_get(out, key))
			(void)json_object_update(json_object_get(out, key), value);
		else if (strcmp(key, "force_new") == 0 && json_object_get(out, key))
			(void)json_array_extend(json_object_get(out, key), value);
		else
			json_put(out, key, json_incref(value));
}

/*
 * What our recorder found completes what was recorded first, and replaces nothing of it.  Its
 * enumerations stay out: it does not ask whether the case of a value matters.
 */
static void add_recorded(json_t *out, const json_t *recorded, const char *type)
{
	json_t *of = json_object_get(json_object_get(recorded, "types"), type), *value;
	const char *key;

	json_object_foreach (of, key, value)
		if (strcmp(key, "enums") == 0)
			continue;
		else if (json_is_object(value) && json_object_get(out, key))
			(void)json_object_update_missing(json_object_get(out, key), value);
		else if (!json_object_get(out, key))
			json_put(out, key, json_incref(value));
}

/* Private data of the provider's own protocol is left out, since the planner does not read it. */
static json_t *facts_of(const json_t *facts, const json_t *recorded, const json_t *more,
			const char *type)
{
	json_t *out = json_new_object(), *plan;
	static const char *const lists[] = {"enums", "ranges"};

	plan = json_object_get(json_object_get(facts, "plan_facts"), type);
	json_object_update(out, plan);
	(void)json_object_del(out, "private");
	for (size_t i = 0; i < FP_ARRAY_SIZE(lists); i++) {
		json_t *list = json_object_get(json_object_get(facts, lists[i]), type);

		if (list)
			json_put(out, lists[i], json_incref(list));
	}
	add_recorded(out, recorded, type);
	merge_more(out, more, type);
	return out;
}

struct known {
	const json_t *facts, *recorded, *more;
	const json_t *derived; /* instead of the others: all in one document */
};

/* The provider's entry says which binary was asked, or what was read instead. */
static json_t *other_facts(const struct known *k, enum pack_kind kind)
{
	const char *key = k->derived ? "derived_from" : "recorded_from";
	json_t *out = json_new_object();
	json_t *from = json_object_get(k->derived ? k->derived : k->recorded, key);

	if (kind == PACK_PROVIDER && from)
		json_put(out, key, json_incref(from));
	return out;
}

/* Each type says by itself that it was derived, so that a slice does too. */
static json_t *derived_facts(const struct known *k, enum pack_kind kind, const char *type)
{
	json_t *out = other_facts(k, kind);

	json_put(out, "derived", json_true());
	if (kind == PACK_RESOURCE)
		(void)json_object_update(
			out, json_object_get(json_object_get(k->derived, "types"), type));
	return out;
}

static void add_types(struct sources *s, enum pack_kind kind, json_t *schemas,
		      const struct known *k)
{
	const char *name;
	json_t *schema;

	json_object_foreach (schemas, name, schema) {
		json_t *document = json_new_object();

		json_put(document, "schema", json_incref(schema));
		json_put(document, "facts",
			 k->derived		 ? derived_facts(k, kind, name)
			 : kind == PACK_RESOURCE ? facts_of(k->facts, k->recorded, k->more, name)
						 : other_facts(k, kind));
		add(s, kind, name, document);
	}
}

/* versioned is the document that names the provider's version. */
static int write_all(const char *path, const json_t *schema, const json_t *versioned,
		     const struct known *k, struct buf *out, struct err *e)
{
	struct sources s = {.arena = ARENA_INIT(SOURCE_MAX_BYTES)};
	const char *provider, *version;
	json_t *of, *all, *only;
	int result;

	if (json_member(schema, path, "provider_schemas", JSON_OBJECT, true, &all, e) < 0 ||
	    json_string_member(versioned, path, "version", true, &version, e) < 0)
		return -1;
	if (json_object_size(all) != 1)
		return err_set(e, ERR_INPUT, "%s: not the schema of one provider", path);
	provider = json_object_iter_key(json_object_iter(all));
	of = json_object_get(all, provider);
	only = json_new_object();
	json_put(only, "", json_incref(json_object_get(of, "provider")));
	add_types(&s, PACK_PROVIDER, only, k);
	json_decref(only);
	add_types(&s, PACK_RESOURCE, json_object_get(of, "resource_schemas"), k);
	add_types(&s, PACK_DATA, json_object_get(of, "data_source_schemas"), k);
	add_types(&s, PACK_EPHEMERAL, json_object_get(of, "ephemeral_resource_schemas"), k);
	add_types(&s, PACK_FUNCTION, json_object_get(of, "functions"), k);
	result = pack_write(out, provider, version, NULL, s.all, s.count, e);
	arena_release(&s.arena);
	return result;
}

static int build_recorded(const char *const *paths, struct buf *out, struct err *e)
{
	JSON_AUTO *schema = read_zstd_json(paths[0], e);
	JSON_AUTO *facts = schema ? read_zstd_json(paths[1], e) : NULL;
	JSON_AUTO *recorded = facts ? read_zstd_json(paths[2], e) : NULL;
	JSON_AUTO *more = NULL;
	struct known k;

	if (!recorded || json_read_file(AT_FDCWD, paths[3], SOURCE_MAX_BYTES, &more, e) < 0)
		return -1;
	k = (struct known){.facts = facts, .recorded = recorded, .more = more};
	return write_all(paths[0], schema, facts, &k, out, e);
}

static int build_derived(const char *path, struct buf *out, struct err *e)
{
	JSON_AUTO *all = read_zstd_json(path, e);
	struct known k = {.derived = all};

	return all ? write_all(path, all, all, &k, out, e) : -1;
}

int main(int argc, char **argv)
{
	FP_CLEANUP(buf_release) struct buf out = BUF_INIT(PACK_MAX_BYTES);
	struct err e = ERR_INIT;

	if (argc != 6 && argc != 3) {
		(void)fprintf(stderr,
			      "usage: pack_build SCHEMA.json.zst FACTS.json.zst RECORDED.json.zst "
			      "MORE.json OUT\n       pack_build DERIVED.json.zst OUT\n");
		return 2;
	}
	if ((argc == 3 ? build_derived(argv[1], &out, &e)
		       : build_recorded((const char *const *)argv + 1, &out, &e)) < 0 ||
	    fd_write_file(AT_FDCWD, argv[argc - 1], out.data, out.size, 0644, &e) < 0) {
		(void)fprintf(stderr, "pack_build: %s\n", e.text);
		return DIE_STATUS;
	}
	return 0;
}
