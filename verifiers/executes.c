#include "verifiers/helpers.h"
#include "verifiers/table.h"

/* Attributes whose value is run by what is deployed. */
static const char *const code_attributes[] = {
	"user_data",
	"user_data_base64",
	"filename",
	"source_code_hash",
	"s3_key",
	"s3_object_version",
	"image_uri",
	"inline_code",
	"container_definitions",
	"command",
	"metadata_startup_script",
	"custom_data",
	"handler",
	"runtime",
	"layers",
	"s3_bucket",
	"code_sha256",
	NULL,
};

/* Data sources that do something while they are read, and what. */
static const struct {
	const char *type, *what;
} acting[] = {
	{"external", "runs a program while it is planned"},
	{"http", "asks another host while it is planned"},
	{"aws_lambda_invocation", "runs a function while it is planned"},
};

/* Variables of a process that make it run something else. */
static const char *const code_variables[] = {
	"AWS_LAMBDA_EXEC_WRAPPER",
	"LD_PRELOAD",
	"LD_LIBRARY_PATH",
	"LD_AUDIT",
	"NODE_OPTIONS",
	"NODE_PATH",
	"PYTHONPATH",
	"PYTHONSTARTUP",
	"PERL5OPT",
	"PERL5LIB",
	"RUBYOPT",
	"RUBYLIB",
	"JAVA_TOOL_OPTIONS",
	"_JAVA_OPTIONS",
	"BASH_ENV",
	"PATH",
	"DOTNET_STARTUP_HOOKS",
	NULL,
};

/* What builds, hooks, editors and agents of a repository act on. */
static const char *const acted_on[] = {
	"Makefile",
	"makefile",
	"GNUmakefile",
	"justfile",
	"Taskfile.yml",
	"Taskfile.yaml",
	"Rakefile",
	"Dockerfile",
	"docker-compose.yml",
	"compose.yaml",
	"package.json",
	".envrc",
	".pre-commit-config.yaml",
	".gitlab-ci.yml",
	"Jenkinsfile",
	"azure-pipelines.yml",
	"bitbucket-pipelines.yml",
	"buildspec.yml",
	"cloudbuild.yaml",
	".drone.yml",
	".travis.yml",
	"atlantis.yaml",
	"AGENTS.md",
	"CLAUDE.md",
	".cursorrules",
	"copilot-instructions.md",
	NULL,
};
static const char *const acting_directories[] = {
	".github/workflows/", ".github/actions/", ".circleci/", ".buildkite/", ".husky/",
	".githooks/",	      ".devcontainer/",	  ".vscode/",	".cursor/",    ".claude/",
};

static const json_t *find(const json_t *view, const char *list, const char *address)
{
	return json_find_row(json_object_get(view, list), "address", address);
}

static bool is_declared(const struct verifier_input *in, const char *address)
{
	return verdict_matches_any(&in->ev->claims.declare, address, verdict_matches_address);
}

static struct verdict refuse(const char *address, const char *what, struct arena *a)
{
	return verdict_fail(arena_printf(a, "%s %s", address, what), "evidence/view-first.json");
}

static struct verdict judge_block(const struct verifier_input *in, const json_t *block,
				  struct arena *a)
{
	const char *address = json_text_of(block, "address");
	const json_t *old = find(in->ev->before.view, "blocks", address);
	const char *type = json_text_of(block, "type");

	if (is_declared(in, address))
		return verdict_pass("", "");
	for (size_t i = 0; i < FP_ARRAY_SIZE(acting); i++)
		if (strcmp(json_text_of(block, "mode"), "data") == 0 &&
		    strcmp(type, acting[i].type) == 0 &&
		    !(old &&
		      json_equal(json_object_get(old, "config"), json_object_get(block, "config"))))
			return refuse(address, acting[i].what, a);
	if (json_array_size(json_object_get(block, "provisioners")) >
	    json_array_size(json_object_get(old, "provisioners")))
		return refuse(address, "gets a provisioner", a);
	return verdict_pass("", "");
}

/* Wherever in the values such a variable stands: in a map, or in a list of names and values. */
static const char *new_variable(const json_t *now, const json_t *then)
{
	const char *key, *name = json_text_of(now, "name"), *found = NULL;
	json_t *member;
	size_t i;

	if (json_is_object(now) && json_is_listed(name, code_variables) &&
	    !json_equal(json_object_get(now, "value"), json_object_get(then, "value")))
		return name;
	json_object_foreach ((json_t *)(uintptr_t)now, key, member) {
		const json_t *old = json_object_get(then, key);

		if (json_is_listed(key, code_variables) && !json_is_null(member) &&
		    !json_equal(member, old))
			return key;
		if (!found)
			found = new_variable(member, old);
	}
	json_array_foreach (now, i, member)
		if (!found)
			found = new_variable(member, json_array_get(then, i));
	return found;
}

static bool ends_in(const char *path, const char *name)
{
	size_t size = strlen(path), n = strlen(name);

	return n > 0 && size >= n && strcmp(path + size - n, name) == 0 &&
	       (size == n || path[size - n - 1] == '/');
}

/* A file that the value names, and that is not what it was. */
static const char *changed_file(const struct verifier_input *in, const json_t *value)
{
	const struct tree *before = in->ev->before.tree, *after = in->ev->first.tree;
	const char *name = json_string_value(value);

	while (name && (strncmp(name, "./", 2) == 0 || strncmp(name, "../", 3) == 0))
		name += name[1] == '/' ? 2 : 3;
	for (size_t i = 0; name && before && after && i < after->count; i++) {
		const struct tree_entry *now = &after->entries[i], *then;

		if (!ends_in(now->path, name))
			continue;
		then = tree_find(before, now->path);
		if (!then || !sha256_equal(&then->sha256, &now->sha256))
			return now->path;
	}
	return NULL;
}

static struct verdict judge_instance(const struct verifier_input *in, const json_t *instance,
				     struct arena *a)
{
	const char *address = json_text_of(instance, "address"), *changed;
	const json_t *old = find(in->ev->before.view, "instances", address);
	const json_t *values = json_object_get(instance, "values"),
		     *then = json_object_get(old, "values");

	if (is_declared(in, address))
		return verdict_pass("", "");
	for (const char *const *name = code_attributes; *name; name++) {
		const json_t *now = json_object_get(values, *name);

		if (now && !json_is_null(now) && !json_equal(now, json_object_get(then, *name)))
			return refuse(
				address,
				arena_printf(a, "runs other code: its %s is new or changed", *name),
				a);
		changed = now ? changed_file(in, now) : NULL;
		if (changed)
			return refuse(address,
				      arena_printf(a, "runs other code: %s is changed", changed),
				      a);
	}
	changed = new_variable(values, then);
	if (changed)
		return refuse(address,
			      arena_printf(a, "runs other code: the variable %s is new or changed",
					   changed),
			      a);
	return verdict_pass("", "");
}

static bool is_acted_on(const char *path)
{
	const char *slash = strrchr(path, '/');

	for (size_t i = 0; i < FP_ARRAY_SIZE(acting_directories); i++) {
		const char *at = strstr(path, acting_directories[i]);

		if (at && (at == path || at[-1] == '/'))
			return true;
	}
	return json_is_listed(slash ? slash + 1 : path, acted_on);
}

/* What the scope does not allow at all is for `scope` to refuse. */
static struct verdict judge_path(const struct evidence *ev, const char *path, struct arena *a)
{
	const struct tree_entry *now = tree_find(ev->first.tree, path);

	if (!now || !verdict_path_allowed(&ev->claims, path) ||
	    verdict_matches_any(&ev->claims.declare, path, verdict_matches_path))
		return verdict_pass("", "");
	if (now->type == TREESTREAM_EXECUTABLE)
		return verdict_fail(arena_printf(a, "%s is changed, and is a program", path),
				    "fix.diff");
	if (is_acted_on(path))
		return verdict_fail(
			arena_printf(a, "%s is changed, which builds, hooks or agents act on",
				     path),
			"fix.diff");
	return verdict_pass("", "");
}

/* A module that is not in the tree brings code that nobody here has seen. */
static struct verdict judge_module(const struct verifier_input *in, const json_t *module,
				   struct arena *a)
{
	const char *address = json_text_of(module, "address"),
		   *source = json_text_of(module, "source");
	const json_t *old = find(in->ev->before.view, "modules", address);

	if (is_declared(in, address) || strncmp(source, "./", 2) == 0 ||
	    strncmp(source, "../", 3) == 0)
		return verdict_pass("", "");
	if (old && strcmp(json_text_of(old, "source"), source) == 0 &&
	    json_equal(json_object_get(old, "version"), json_object_get(module, "version")))
		return verdict_pass("", "");
	return refuse(address, arena_printf(a, "takes its code from %s", source), a);
}

static struct verdict judge(const struct verifier_input *in, struct arena *a)
{
	static const struct verdict_part parts[] = {
		{"blocks", judge_block}, {"instances", judge_instance}, {"modules", judge_module}};
	struct verdict v;
	size_t files;

	if (!verdict_needs_run(&in->ev->before, a, &v) || !verdict_needs_run(&in->ev->first, a, &v))
		return v;
	v = verdict_of_parts(in, parts, FP_ARRAY_SIZE(parts), a);
	if (v.kind == VERDICT_PASS && in->ev->before.tree && in->ev->first.tree)
		v = verdict_of_changed_paths(in->ev, judge_path, &files, a);
	if (v.kind != VERDICT_PASS)
		return v;
	return verdict_pass("the change adds nothing that runs", "evidence/view-first.json");
}

const struct verifier verifier_executes = {
	.id = "executes",
	.claim = "The change adds nothing that runs, unless it is declared.",
	.version = 1,
	.judge = judge,
	.judge_stage = judge,
};
