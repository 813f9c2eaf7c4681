#include "runner/plan/config.h"

#include <dirent.h>
#include <fcntl.h>
#include <string.h>

#include "runner/base/fd.h"
#include "runner/base/json.h"

/* --- paths ---------------------------------------------------------------------------------------
 */

const char *config_join(struct arena *a, const char *dir, const char *path)
{
	char *out = arena_alloc(a, strlen(dir) + strlen(path) + 4);
	const char *parts[2] = {path[0] == '/' ? "" : dir, path};
	size_t used = 0;

	if (path[0] == '/')
		return NULL;
	for (size_t i = 0; i < 2; i++) {
		for (const char *p = parts[i]; *p;) {
			size_t size = strcspn(p, "/");

			if (size == 2 && memcmp(p, "..", 2) == 0) {
				if (used == 0)
					return NULL;
				while (used > 0 && out[used - 1] != '/')
					used--;
				used -= used > 0;
			} else if (size > 0 && !(size == 1 && *p == '.')) {
				if (used)
					out[used++] = '/';
				memcpy(out + used, p, size);
				used += size;
			}
			p += size;
			p += *p == '/';
		}
	}
	out[used] = 0;
	return used ? out : ".";
}

/* path.module: the way from the root module's directory to another one. */
static const char *relative(struct arena *a, const char *from, const char *to)
{
	FP_CLEANUP(buf_release) struct buf out = BUF_INIT(65536);
	size_t same = 0, i = 0;

	if (strcmp(from, to) == 0)
		return ".";
	if (strcmp(from, ".") == 0)
		return to;
	if (strcmp(to, ".") == 0)
		to = "";
	for (;; i++) {
		bool from_end = from[i] == 0 || from[i] == '/', to_end = to[i] == 0 || to[i] == '/';

		if (from_end && to_end)
			same = i;
		if (from[i] != to[i] || !from[i])
			break;
	}
	for (const char *p = from + same; *p; p++)
		if ((*p == '/') || (p == from && same == 0))
			buf_addstr(&out, out.size ? "/.." : "..");
	if (to[same]) {
		if (out.size)
			buf_addch(&out, '/');
		buf_addstr(&out, to + same + (to[same] == '/'));
	}
	return arena_strdup(a, buf_text(&out));
}

/* --- files
 * ------------------------------------------------------------------------------------------ */

static int by_text(const void *left, const void *right)
{
	return strcmp(*(const char *const *)left, *(const char *const *)right);
}

bool config_list_dir(struct config *c, const char *path, const char *const **ret_names,
		     size_t *ret_count)
{
	int fd = openat(c->dir_fd, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *dir = fd < 0 ? NULL : fdopendir(fd);
	const char **names = NULL;
	size_t count = 0, capacity = 0;
	struct dirent *entry;

	if (!dir) {
		fd_close(fd);
		return false;
	}
	while ((entry = readdir(dir)) && count < CONFIG_FILES_MAX) {
		names = arena_grow(c->arena, names, count, &capacity, sizeof(*names));
		names[count++] = arena_strdup(c->arena, entry->d_name);
	}
	(void)closedir(dir);
	if (count)
		qsort(names, count, sizeof(*names), by_text);
	*ret_names = names;
	*ret_count = count;
	return true;
}

const struct source *config_read(struct config *c, const char *path, bool required,
				 struct range where)
{
	FP_CLEANUP(buf_release) struct buf text = BUF_INIT(SYNTAX_FILE_BYTES_MAX);
	const struct source *s;
	struct err e = ERR_INIT;

	if (!required && faccessat(c->dir_fd, path, F_OK, 0) < 0)
		return NULL;
	if (fd_read_file(c->dir_fd, path, true, &text, &e) < 0) {
		diag_add(c->diags, e.kind == ERR_LIMIT ? DIAG_LIMIT : DIAG_ERROR, where,
			 "Failed to read file", "The file \"%s\" could not be read: %s.", path,
			 e.text);
		return NULL;
	}
	c->bytes += text.size;
	if (c->bytes > CONFIG_BYTES_MAX || c->files.count >= CONFIG_FILES_MAX) {
		diag_add(c->diags, DIAG_LIMIT, where, "Configuration too large",
			 "The files of this configuration hold more than %u bytes, or are more "
			 "than %u.",
			 CONFIG_BYTES_MAX, CONFIG_FILES_MAX);
		return NULL;
	}
	s = diag_source(c->arena, path, arena_strndup(c->arena, buf_text(&text), text.size),
			text.size);
	c->files.list = arena_grow(c->arena, c->files.list, c->files.count, &c->files.capacity,
				   sizeof(*c->files.list));
	c->files.list[c->files.count++] = s;
	return s;
}

static bool ends_with(const char *text, const char *end)
{
	size_t size = strlen(text), end_size = strlen(end);

	return size >= end_size && strcmp(text + size - end_size, end) == 0;
}

static bool is_config_file(const char *name)
{
	if (name[0] == '.' || ends_with(name, "~") || (name[0] == '#' && ends_with(name, "#")))
		return false;
	return ends_with(name, ".tf") || ends_with(name, ".tf.json");
}

static bool is_override_file(struct arena *a, const char *name)
{
	size_t size = strlen(name) - (ends_with(name, ".tf.json") ? 8 : 3);
	const char *base = arena_strndup(a, name, size);

	return strcmp(base, "override") == 0 || ends_with(base, "_override");
}

/* --- modules
 * ---------------------------------------------------------------------------------------- */

static const char *const one_label[] = {"name"}, *const type_and_name[] = {"type", "name"};
static const struct schema_block root_blocks[] = {
	{"check", one_label, 1},
	{"data", type_and_name, 2},
	{"ephemeral", type_and_name, 2},
	{"import", NULL, 0},
	{"locals", NULL, 0},
	{"module", one_label, 1},
	{"moved", NULL, 0},
	{"output", one_label, 1},
	{"provider", one_label, 1},
	{"removed", NULL, 0},
	{"resource", type_and_name, 2},
	{"terraform", NULL, 0},
	{"variable", one_label, 1},
};
static const struct body_schema root_schema = {NULL, 0, root_blocks, FP_ARRAY_SIZE(root_blocks)};

struct blocks {
	const struct block **list;
	size_t count, capacity;
};

static void read_blocks(struct config *c, const char *path, struct blocks *out)
{
	const struct source *s = config_read(c, path, true, (struct range){.source = NULL});
	struct content content;

	if (!s)
		return;
	content = syntax_content(c->arena, syntax_parse(c->arena, s, c->diags), &root_schema,
				 c->diags);
	for (size_t i = 0; i < content.block_count; i++) {
		out->list = arena_grow(c->arena, out->list, out->count, &out->capacity,
				       sizeof(*out->list));
		out->list[out->count++] = content.blocks[i];
	}
}

/* False when the directory holds no configuration. */
static bool read_module_files(struct config *c, struct config_module *m)
{
	struct blocks blocks = {NULL, 0, 0}, overrides = {NULL, 0, 0};
	const struct block **all;
	const char *const *names;
	size_t count, found = 0;

	if (!config_list_dir(c, m->dir, &names, &count))
		return false;
	for (size_t i = 0; i < count; i++) {
		const char *path;

		if (!is_config_file(names[i]))
			continue;
		path = strcmp(m->dir, ".") == 0 ? names[i]
						: arena_printf(c->arena, "%s/%s", m->dir, names[i]);
		read_blocks(c, path, is_override_file(c->arena, names[i]) ? &overrides : &blocks);
		found++;
	}
	/* An override may add a block. */
	all = arena_array(c->arena, blocks.count + overrides.count + 1, sizeof(*all));
	if (blocks.count)
		memcpy(all, blocks.list, blocks.count * sizeof(*all));
	config_override(c, all, &blocks.count, overrides.list, overrides.count);
	config_decode(c, m, all, blocks.count);
	return found > 0;
}

static struct config_module *add_module(struct config *c, struct config_module *parent,
					struct config_call *call, const char *dir)
{
	struct config_module *m = arena_alloc(c->arena, sizeof(*m));

	*m = (struct config_module){.address = "",
				    .dir = dir,
				    .parent = parent,
				    .call = call,
				    .number = c->modules.count};
	m->path = relative(c->arena, c->root, dir);
	if (parent) {
		m->depth = parent->depth + 1;
		m->address = *parent->address ? arena_printf(c->arena, "%s.module.%s",
							     parent->address, call->name)
					      : arena_printf(c->arena, "module.%s", call->name);
	}
	c->modules.list = arena_grow(c->arena, c->modules.list, c->modules.count,
				     &c->modules.capacity, sizeof(*c->modules.list));
	c->modules.list[c->modules.count++] = m;
	return m;
}

/* --- vendored modules
 * ------------------------------------------------------------------------------ */

struct config_manifest {
	json_t *json;
	bool absent;
};

/* The manifest's object lives as long as the process: it is small, and read once. */
static const struct config_manifest *manifest(struct config *c)
{
	struct config_manifest *m;
	const struct source *s;
	const char *path;
	struct err e = ERR_INIT;

	if (c->manifest)
		return c->manifest;
	m = arena_alloc(c->arena, sizeof(*m));
	c->manifest = m;
	path = config_join(c->arena, c->root, ".terraform/modules/modules.json");
	s = config_read(c, path, false, (struct range){.source = NULL});
	if (!s)
		m->absent = true;
	else if (json_parse(path, s->text, s->size, &m->json, &e) < 0)
		diag_error(c->diags, (struct range){.source = NULL},
			   "Failed to read module manifest", "%s", e.text);
	return m;
}

/* "a.b" for module.a.module.b */
static const char *manifest_key(struct arena *a, const struct config_module *parent,
				const char *name)
{
	if (!parent->parent)
		return name;
	return arena_printf(a, "%s.%s", manifest_key(a, parent->parent, parent->call->name), name);
}

static const char *vendored_dir(struct config *c, const struct config_module *parent,
				const struct config_call *call)
{
	const json_t *modules = json_object_get(manifest(c)->json, "Modules");
	const char *key = manifest_key(c->arena, parent, call->name);
	json_t *entry;
	size_t i;

	json_array_foreach (modules, i, entry) {
		const char *found = json_string_value(json_object_get(entry, "Key"));
		const char *source = json_string_value(json_object_get(entry, "Source"));
		const char *dir = json_string_value(json_object_get(entry, "Dir"));

		if (!found || !dir || strcmp(found, key) != 0)
			continue;
		if (source && call->source && !ends_with(source, call->source))
			diag_error(c->diags, call->block->range, "Module source has changed",
				   "The source address was changed since this module was "
				   "installed. Run \"terraform init\" to install all modules "
				   "required by this configuration.");
		return config_join(c->arena, c->root, dir);
	}
	return NULL;
}

static const char *call_dir(struct config *c, const struct config_module *m,
			    const struct config_call *call)
{
	const char *dir;

	if (strncmp(call->source, "./", 2) == 0 || strncmp(call->source, "../", 3) == 0) {
		dir = config_join(c->arena, m->dir, call->source);
		if (!dir)
			diag_unsupported(c->diags, call->block->range,
					 "Module outside of the workspace",
					 "The source \"%s\" of module \"%s\" leads out of the "
					 "workspace.",
					 call->source, call->name);
		return dir;
	}
	dir = vendored_dir(c, m, call);
	if (!dir)
		diag_unsupported(c->diags, call->block->range, "Module not installed",
				 "This module is not vendored in the workspace: "
				 ".terraform/modules/modules.json has no entry for the source "
				 "\"%s\" of module \"%s\".",
				 call->source, call->name);
	return dir;
}

static void load_call(struct config *c, struct config_module *m, struct config_call *call)
{
	const char *dir;

	if (!call->source || !(dir = call_dir(c, m, call)))
		return;
	if (m->depth >= CONFIG_MODULE_DEPTH_MAX || c->modules.count >= CONFIG_MODULES_MAX) {
		diag_add(c->diags, DIAG_LIMIT, call->block->range, "Too many modules",
			 "Modules are nested deeper than %d, or are more than %d.",
			 CONFIG_MODULE_DEPTH_MAX, CONFIG_MODULES_MAX);
		return;
	}
	call->child = add_module(c, m, call, dir);
	if (!read_module_files(c, call->child))
		diag_error(c->diags, call->block->range, "Unreadable module directory",
			   "The directory \"%s\" of module \"%s\" has no configuration files.", dir,
			   call->name);
}

int config_load(struct config *c, struct err *e)
{
	struct config_module *root;

	c->root = config_join(c->arena, ".", c->root);
	if (!c->root)
		return err_set(e, ERR_INPUT, "the root module lies outside of the workspace");
	root = add_module(c, NULL, NULL, c->root);
	if (!read_module_files(c, root))
		diag_error(c->diags, (struct range){.source = NULL}, "No configuration files",
			   "The directory \"%s\" contains no Terraform configuration files.",
			   c->root);
	/* Calls are appended while the list is walked: parents come before their children. */
	for (size_t i = 0; i < c->modules.count; i++) {
		struct config_module *m = c->modules.list[i];

		for (size_t k = 0; k < m->calls.count; k++)
			load_call(c, m, &m->calls.list[k]);
	}
	return 0;
}

/* --- asking
 * --------------------------------------------------------------------------------------- */

const struct config_variable *config_variable(const struct config_module *m, const char *name)
{
	for (size_t i = 0; i < m->variables.count; i++)
		if (strcmp(m->variables.list[i].name, name) == 0)
			return &m->variables.list[i];
	return NULL;
}

struct config_resource *config_resource(const struct config_module *m, enum config_mode mode,
					const char *type, const char *name)
{
	for (size_t i = 0; i < m->resources.count; i++) {
		struct config_resource *r = &m->resources.list[i];

		if (r->mode == mode && strcmp(r->name, name) == 0 && strcmp(r->type, type) == 0)
			return r;
	}
	return NULL;
}

const char *config_provider_address(struct arena *a, const struct config_module *m,
				    const char *name)
{
	for (size_t i = 0; i < m->required_providers.count; i++)
		if (strcmp(m->required_providers.list[i].name, name) == 0)
			return m->required_providers.list[i].source;
	if (strcmp(name, "terraform") == 0)
		return "terraform.io/builtin/terraform";
	return arena_printf(a, "registry.terraform.io/hashicorp/%s", name);
}

const char *config_resource_text(struct arena *a, enum config_mode mode, const char *type,
				 const char *name)
{
	return arena_printf(a, "%s%s.%s",
			    mode == CONFIG_DATA	       ? "data."
			    : mode == CONFIG_EPHEMERAL ? "ephemeral."
						       : "",
			    type, name);
}
