#include "runner/plan/tf/tffiles.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "runner/base/fd.h"
#include "runner/base/json.h"

/* Override files are merged in the order of their names; ours is to be the last. */
#define OVERRIDE_NAME "zzzzzzzz_fixproof_override.tf.json"
#define FILE_MAX_BYTES ((size_t)64 << 20)

static int write_json(int dir_fd, const char *path, const json_t *json, struct err *e)
{
	FP_CLEANUP(buf_release) struct buf text = BUF_INIT(FILE_MAX_BYTES);

	json_dump_pretty(&text, json);
	if (buf_finish(&text, path, e) < 0)
		return -1;
	return fd_write_file(dir_fd, path, text.data, text.size, 0644, e);
}

/* --- what must not be there ------------------------------------------------------------------ */

static int remove_old(int root_fd, struct err *e)
{
	static const char *const files[] = {
		"terraform.tfstate", "terraform.tfstate.backup", ".terraform.tfstate.lock.info",
		".terraform/terraform.tfstate", ".terraform/environment"};
	static const char *const trees[] = {"terraform.tfstate.d"};

	for (size_t i = 0; i < FP_ARRAY_SIZE(files); i++)
		if (unlinkat(root_fd, files[i], 0) < 0 && errno != ENOENT && errno != ENOTDIR)
			return err_sys(e, "%s", files[i]);
	for (size_t i = 0; i < FP_ARRAY_SIZE(trees); i++) {
		struct stat st;

		if (fstatat(root_fd, trees[i], &st, AT_SYMLINK_NOFOLLOW) == 0 &&
		    fd_remove_tree(root_fd, trees[i], e) < 0)
			return -1;
	}
	return 0;
}

/* --- provisioners ---------------------------------------------------------------------------- */

/* A file of which parts are blanked, so that all other places in it stay where they are. */
struct blanked {
	const struct source *source;
	char *text;
	struct blanked *next;
};

static char *blanked_text(struct arena *a, struct blanked **all, const struct source *source)
{
	struct blanked *b;

	for (b = *all; b; b = b->next)
		if (b->source == source)
			return b->text;
	b = arena_alloc(a, sizeof(*b));
	*b = (struct blanked){source, arena_strndup(a, source->text, source->size), *all};
	*all = b;
	return b->text;
}

static void blank(struct walk *w, struct blanked **all, const struct config_provisioner *p)
{
	struct range r = p->block->whole;
	char *text;

	if (!p->block->body->native || !r.source) {
		diag_unsupported(w->diags, p->block->range, "Provisioner in JSON",
				 "A provisioner that is written in JSON cannot be taken out.");
		return;
	}
	text = blanked_text(w->arena, all, r.source);
	for (uint32_t i = r.start; i < r.end; i++)
		if (text[i] != '\n')
			text[i] = ' ';
	diag_add(w->diags, DIAG_WARNING, p->block->range, "Provisioner not run",
		 "The %s provisioner is left out: nothing of a workspace is run to plan it.",
		 p->type);
}

static int blank_provisioners(struct walk *w, struct err *e)
{
	struct blanked *all = NULL;

	for (size_t i = 0; i < w->config.modules.count; i++) {
		const struct config_module *m = w->config.modules.list[i];

		for (size_t k = 0; k < m->resources.count; k++)
			for (size_t n = 0; n < m->resources.list[k].provisioner_count; n++)
				blank(w, &all, &m->resources.list[k].provisioners[n]);
	}
	for (; all; all = all->next)
		if (fd_write_file(w->config.dir_fd, all->source->name, all->text, all->source->size,
				  0644, e) < 0)
			return -1;
	return 0;
}

/* --- terraform_remote_state ------------------------------------------------------------------ */

static const json_t *mocked_outputs(const struct walk *w, const struct config_module *m,
				    const struct config_resource *r)
{
	const char *address = arena_printf(w->arena, "%s%sdata.%s.%s", m->address,
					   *m->address ? "." : "", r->type, r->name);
	const char *const keys[] = {address, r->type};

	for (size_t i = 0; i < FP_ARRAY_SIZE(keys); i++) {
		const json_t *of = json_object_get(w->request->mock_data, keys[i]);
		const json_t *outputs = json_object_get(of, "outputs");

		if (json_is_object(outputs))
			return outputs;
	}
	return NULL;
}

/* A state file that has these outputs and nothing else. */
static int write_outputs(struct walk *w, const char *path, const json_t *outputs, struct err *e)
{
	JSON_AUTO *state = json_new_object();
	json_t *all = json_new_object(), *value;
	const char *name;

	json_object_foreach ((json_t *)(uintptr_t)outputs, name, value) {
		json_t *one = json_new_object();
		const struct value *v;

		if (value_from_json(w->arena, &type_dynamic, value, &v, e) < 0) {
			json_decref(one);
			json_decref(all);
			return err_wrap(e, "mock value of output \"%s\"", name);
		}
		json_put(one, "value", json_incref(value));
		json_put(one, "type", type_to_json(v->type));
		json_put(all, name, one);
	}
	json_put(state, "version", json_new_int(4));
	json_put(state, "terraform_version", json_new_string("1.0.0"));
	json_put(state, "serial", json_new_int(1));
	json_put(state, "lineage", json_new_string("00000000-0000-0000-0000-000000000000"));
	json_put(state, "outputs", all);
	json_put(state, "resources", json_new_array());
	return write_json(AT_FDCWD, path, state, e);
}

/* Overrides for the remote states of one module, read from state files of ours. */
static int override_remote(struct walk *w, const struct config_module *m, const char *directory,
			   json_t *override, struct err *e)
{
	json_t *rows = NULL, *data;

	for (size_t i = 0; i < m->resources.count; i++) {
		const struct config_resource *r = &m->resources.list[i];
		const json_t *outputs;
		json_t *one, *config;
		const char *path;

		if (r->mode != CONFIG_DATA || strcmp(r->type, "terraform_remote_state") != 0)
			continue;
		outputs = mocked_outputs(w, m, r);
		if (!outputs) {
			diag_unsupported(
				w->diags, r->block->range, "State of another configuration",
				"The outputs of data.terraform_remote_state.%s are not known here; "
				"mock values for its \"outputs\" can be given.",
				r->name);
			continue;
		}
		path = arena_printf(w->arena, "%s/remote-%zu-%zu.tfstate", directory, m->number, i);
		if (write_outputs(w, path, outputs, e) < 0)
			return -1;
		if (!rows) {
			rows = json_new_object();
			data = json_new_object();
			json_put(data, "terraform_remote_state", rows);
			json_put(override, "data", data);
		}
		one = json_new_object();
		config = json_new_object();
		json_put(config, "path", json_new_string(path));
		json_put(one, "backend", json_new_string("local"));
		json_put(one, "config", config);
		json_put(rows, r->name, one);
	}
	return 0;
}

/* --- backend --------------------------------------------------------------------------------- */

/* What `init` leaves for a local backend without arguments, so that it need not run. */
static int write_backend(int root_fd, struct err *e)
{
	JSON_AUTO *state = json_new_object();
	json_t *backend = json_new_object(), *config = json_new_object();

	json_put(config, "path", json_null());
	json_put(config, "workspace_dir", json_null());
	json_put(backend, "type", json_new_string("local"));
	json_put(backend, "config", config);
	json_put(backend, "hash", json_new_int(666019178));
	json_put(state, "version", json_new_int(3));
	json_put(state, "terraform_version", json_new_string("1.11.4"));
	json_put(state, "backend", backend);
	if (fd_make_dirs(root_fd, ".terraform", 0755, e) < 0)
		return -1;
	return write_json(root_fd, ".terraform/terraform.tfstate", state, e);
}

static int write_overrides(struct walk *w, int root_fd, const char *directory, struct err *e)
{
	for (size_t i = 0; i < w->config.modules.count; i++) {
		const struct config_module *m = w->config.modules.list[i];
		JSON_AUTO *override = json_new_object();

		if (override_remote(w, m, directory, override, e) < 0)
			return -1;
		if (!m->parent && m->has_backend) {
			json_t *local = json_new_object(), *terraform = json_new_object();

			json_put(local, "local", json_new_object());
			json_put(terraform, "backend", local);
			json_put(override, "terraform", terraform);
			if (write_backend(root_fd, e) < 0)
				return -1;
		}
		if (json_object_size(override) > 0 &&
		    write_json(w->config.dir_fd,
			       arena_printf(w->arena, "%s/" OVERRIDE_NAME, m->dir), override,
			       e) < 0)
			return -1;
	}
	return 0;
}

/* --- modules --------------------------------------------------------------------------------- */

/* "module.a.module.b" as "a.b" */
static const char *module_key(struct arena *a, const struct config_module *m)
{
	if (!m->parent)
		return "";
	if (!m->parent->parent)
		return m->call->name;
	return arena_printf(a, "%s.%s", module_key(a, m->parent), m->call->name);
}

/* Registers the modules that are directories of the workspace, as `init` does. */
static int write_modules(struct walk *w, int root_fd, struct err *e)
{
	JSON_AUTO *root = json_new_object();
	json_t *rows = json_new_array();
	struct stat st;

	json_put(root, "Modules", rows);
	for (size_t i = 0; i < w->config.modules.count; i++) {
		const struct config_module *m = w->config.modules.list[i];
		json_t *row = json_new_object();

		json_put(row, "Key", json_new_string(module_key(w->arena, m)));
		json_put(row, "Source",
			 json_new_string(m->call && m->call->source ? m->call->source : ""));
		json_put(row, "Dir", json_new_string(m->path));
		json_push(rows, row);
	}
	/* A manifest that came with the workspace knows its vendored modules better. */
	if (w->config.modules.count <= 1 ||
	    fstatat(root_fd, ".terraform/modules/modules.json", &st, 0) == 0)
		return 0;
	if (fd_make_dirs(root_fd, ".terraform/modules", 0755, e) < 0)
		return -1;
	return write_json(root_fd, ".terraform/modules/modules.json", root, e);
}

const char *tffiles_state_path(struct walk *w)
{
	if (strcmp(w->request->workspace, "default") == 0)
		return "terraform.tfstate";
	return arena_printf(w->arena, "terraform.tfstate.d/%s/terraform.tfstate",
			    w->request->workspace);
}

int tffiles_prepare(struct walk *w, int root_fd, const char *directory, struct err *e)
{
	if (remove_old(root_fd, e) < 0 || blank_provisioners(w, e) < 0 ||
	    write_overrides(w, root_fd, directory, e) < 0 || write_modules(w, root_fd, e) < 0)
		return -1;
	if (strcmp(w->request->workspace, "default") == 0)
		return 0;
	if (strchr(w->request->workspace, '/') || *w->request->workspace == '.')
		return err_set(e, ERR_INPUT, "request: \"%s\" cannot be the name of a workspace",
			       w->request->workspace);
	return fd_make_dirs(root_fd,
			    arena_printf(w->arena, "terraform.tfstate.d/%s", w->request->workspace),
			    0755, e);
}

/* --- afterwards ------------------------------------------------------------------------------ */

static int restore_provisioners(struct walk *w, const struct config_resource *r, struct err *e)
{
	for (size_t i = 0; i < r->provisioner_count; i++) {
		const struct source *s = r->provisioners[i].block->whole.source;

		if (s && fd_write_file(w->config.dir_fd, s->name, s->text, s->size, 0644, e) < 0)
			return -1;
	}
	return 0;
}

static int forget(int dir_fd, const char *path, struct err *e)
{
	if (unlinkat(dir_fd, path, 0) < 0 && errno != ENOENT && errno != ENOTDIR)
		return err_sys(e, "%s", path);
	return 0;
}

int tffiles_undo(struct walk *w, int root_fd, struct err *e)
{
	for (size_t i = 0; i < w->config.modules.count; i++) {
		const struct config_module *m = w->config.modules.list[i];

		if (forget(w->config.dir_fd, arena_printf(w->arena, "%s/" OVERRIDE_NAME, m->dir),
			   e) < 0)
			return -1;
		for (size_t k = 0; k < m->resources.count; k++)
			if (restore_provisioners(w, &m->resources.list[k], e) < 0)
				return -1;
	}
	return remove_old(root_fd, e);
}
