/*
 * fixproof sandbox: the sandbox alone, for looking and measuring.
 *
 * It starts its sandbox itself, without a launcher, because half of the time of so short a command
 * would go there.  What a launcher is for, a process to clone that has seen nothing worth stealing,
 * this one becomes by forgetting its environment; keys it never had.
 */
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>

#include "runner/base/fd.h"
#include "runner/base/json.h"
#include "runner/canon/tree.h"
#include "runner/cmd/cmd.h"
#include "runner/image.h"
#include "sandbox/sandbox.h"

/* As env(1) does: our own failure, a command that cannot be executed, one that is not there. */
#define STATUS_OURS 125
#define STATUS_CANNOT 126
#define STATUS_ABSENT 127
#define STATUS_SIGNAL 128 /* and the number of the signal */

#define ARENA_BYTES (256U << 20)
#define WORKSPACE_BYTES_MAX (64ULL << 30)
#define REPORT_BYTES_MAX (64U << 20)

struct values {
	const char *image, *workspace, *output, *directory, *profile;
	const char *wall, *cpu, *memory, *disk, *file_size, *stdout_bytes;
	long processes, descriptors, inodes;
	const char *vary, *require, *report;
	struct opt_texts env;
};

#define ROW(name, kind, field, argument, help)                             \
	{                                                                  \
		name, kind, offsetof(struct values, field), argument, help \
	}

static const struct opt options[] = {
	ROW("image", OPT_TEXT, image, "IMAGE", "host (default), none, a name, a directory"),
	ROW("workspace", OPT_TEXT, workspace, "DIR", "run in a copy of DIR"),
	ROW("output", OPT_TEXT, output, "DIR", "put what is left of the copy into DIR"),
	ROW("directory", OPT_TEXT, directory, "PATH", "start below the workspace"),
	ROW("profile", OPT_WORD, profile, "planner|fixer|terraform", "system calls to allow"),
	ROW("env", OPT_TEXTS, env, "NAME=VALUE", "set a variable; repeatable"),
	ROW("wall", OPT_TEXT, wall, "SECONDS", "limit of time (60)"),
	ROW("cpu", OPT_TEXT, cpu, "SECONDS", "limit of CPU time (60)"),
	ROW("memory", OPT_TEXT, memory, "SIZE", "limit of memory (2G)"),
	ROW("processes", OPT_NUMBER, processes, "N", "limit of processes (512)"),
	ROW("descriptors", OPT_NUMBER, descriptors, "N", "limit of open files (1024)"),
	ROW("disk", OPT_TEXT, disk, "SIZE", "limit of the workspace (256M)"),
	ROW("inodes", OPT_NUMBER, inodes, "N", "limit of its files (100000)"),
	ROW("file-size", OPT_TEXT, file_size, "SIZE", "limit of one file (1G)"),
	ROW("stdout-bytes", OPT_TEXT, stdout_bytes, "SIZE", "limit of output (16M)"),
	ROW("vary", OPT_TEXT, vary, "LIST", "what to vary, or all; --vary help"),
	ROW("require", OPT_TEXT, require, "LIST", "landlock, cgroup: or do not run"),
	ROW("report", OPT_TEXT, report, "FILE", "write what happened as JSON"),
	OPT_END,
};

/* --- reading the options ------------------------------------------------------------------- */

static int parse_size(const char *option, const char *text, uint64_t *ret_value, struct err *e)
{
	static const char suffixes[] = "KMGT";
	unsigned long long value;
	const char *suffix;
	unsigned int shift;
	char *end;

	if (!text)
		return 0;
	errno = 0;
	value = strtoull(text, &end, 10);
	suffix = *end != '\0' ? strchr(suffixes, *end) : NULL;
	shift = suffix ? 10 * (unsigned int)(suffix - suffixes + 1) : 0;
	if (errno != 0 || text[0] < '0' || text[0] > '9' ||
	    (*end != '\0' && (!suffix || end[1] != '\0')) || value == 0 ||
	    value > (UINT64_MAX >> 1) >> shift)
		return err_set(e, ERR_USAGE, "--%s: \"%s\" is not a size, as 100, 64K, 256M or 2G",
			       option, text);
	*ret_value = (uint64_t)value << shift;
	return 0;
}

static int parse_seconds(const char *option, const char *text, uint64_t *ret_ms, struct err *e)
{
	double seconds;
	char *end;

	if (!text)
		return 0;
	errno = 0;
	seconds = strtod(text, &end);
	if (errno != 0 || end == text || *end != '\0' || !(seconds >= 0.001 && seconds <= 1e6))
		return err_set(e, ERR_USAGE, "--%s: \"%s\" is not a number of seconds", option,
			       text);
	*ret_ms = (uint64_t)(seconds * 1000);
	return 0;
}

static int parse_limits(const struct values *v, struct sandbox_limits *l, struct err *e)
{
	l->processes = (uint64_t)v->processes;
	l->descriptors = (uint64_t)v->descriptors;
	l->workspace_inodes = (uint64_t)v->inodes;
	if (parse_seconds("wall", v->wall, &l->wall_ms, e) < 0 ||
	    parse_seconds("cpu", v->cpu, &l->cpu_ms, e) < 0 ||
	    parse_size("memory", v->memory, &l->memory_bytes, e) < 0 ||
	    parse_size("disk", v->disk, &l->workspace_bytes, e) < 0 ||
	    parse_size("file-size", v->file_size, &l->file_size_bytes, e) < 0)
		return -1;
	return parse_size("stdout-bytes", v->stdout_bytes, &l->output_bytes, e);
}

static const char *const other_env[] = {"UNRELATED=1", "COLUMNS=101", NULL};

/* What each word of --vary changes, away from the default. */
static void vary_clock(struct sandbox_variation *v)
{
	v->clock = SANDBOX_CLOCK_OFFSET;
	v->clock_ns = (400LL * 86400 + 7 * 3600 + 13 * 60) * 1000000000LL;
}
static void vary_order(struct sandbox_variation *v)
{
	v->order = SANDBOX_ORDER_REVERSED;
}
static void vary_host(struct sandbox_variation *v)
{
	v->host_name = "elsewhere";
	v->domain_name = "example.org";
}
static void vary_user(struct sandbox_variation *v)
{
	v->user_name = "zoe";
	v->uid = 31337;
	v->gid = 31338;
}
static void vary_home(struct sandbox_variation *v)
{
	v->home = "/srv/home";
}
static void vary_tmpdir(struct sandbox_variation *v)
{
	v->tmpdir = "/var/tmp/other";
}
static void vary_path(struct sandbox_variation *v)
{
	v->workspace = "/mnt/some/where/else";
}
static void vary_tz(struct sandbox_variation *v)
{
	v->timezone = "Pacific/Auckland";
}
static void vary_locale(struct sandbox_variation *v)
{
	v->locale = "C";
}
static void vary_umask(struct sandbox_variation *v)
{
	v->umask_bits = 0077;
}
static void vary_env(struct sandbox_variation *v)
{
	v->env = other_env;
}
static void vary_cpus(struct sandbox_variation *v)
{
	v->cpus = 1;
}
static void vary_layout(struct sandbox_variation *v)
{
	v->fixed_layout = true;
}
static void vary_random(struct sandbox_variation *v)
{
	v->random = SANDBOX_RANDOM_SEEDED;
	v->random_seed = 1;
}

static const struct {
	const char *word, *help;
	void (*apply)(struct sandbox_variation *v);
} variations[] = {
	{"clock", "the time of day, by 400 days and some hours", vary_clock},
	{"order", "directory entries the other way round", vary_order},
	{"host", "host and domain name", vary_host},
	{"user", "user name, uid, gid", vary_user},
	{"home", "HOME", vary_home},
	{"tmpdir", "TMPDIR", vary_tmpdir},
	{"path", "where the workspace is mounted", vary_path},
	{"tz", "TZ", vary_tz},
	{"locale", "LANG and LC_ALL", vary_locale},
	{"umask", "umask", vary_umask},
	{"env", "variables that mean nothing", vary_env},
	{"cpus", "one CPU", vary_cpus},
	{"layout", "address space not randomised", vary_layout},
	{"random", "random bytes from a seed", vary_random},
};

/* Calls a function with each word of a list with commas. */
static int each_word(const char *list, int (*one)(const char *word, void *to, struct err *e),
		     void *to, struct err *e)
{
	char word[64];

	while (list && *list != '\0') {
		size_t n = strcspn(list, ",");

		(void)snprintf(word, sizeof(word), "%.*s", (int)n, list);
		if (one(word, to, e) < 0)
			return -1;
		list += n + (list[n] == ',');
	}
	return 0;
}

static int vary_word(const char *word, void *to, struct err *e)
{
	bool all = strcmp(word, "all") == 0, found = all;

	for (size_t i = 0; i < FP_ARRAY_SIZE(variations); i++) {
		/* Fixed bytes are the opposite of varied ones, and have to be asked for. */
		bool in_all = all && variations[i].apply != vary_random &&
			      variations[i].apply != vary_layout;

		if (in_all || strcmp(variations[i].word, word) == 0) {
			variations[i].apply(to);
			found = true;
		}
	}
	return found ? 0
		     : err_set(e, ERR_USAGE, "--vary: \"%s\" is nothing to vary; see --vary help",
			       word);
}

static int require_word(const char *word, void *to, struct err *e)
{
	struct sandbox_layers *layers = to;

	if (strcmp(word, "landlock") == 0)
		layers->landlock = SANDBOX_REQUIRE;
	else if (strcmp(word, "cgroup") == 0)
		layers->cgroup = SANDBOX_REQUIRE;
	else
		return err_set(e, ERR_USAGE, "--require: \"%s\" is neither landlock nor cgroup",
			       word);
	return 0;
}

static int make_spec(const struct values *v, struct arena *a, struct sandbox_spec *spec,
		     struct err *e)
{
	const char **env = arena_array(a, v->env.count + 1, sizeof(*env));
	const char *image = v->image ? v->image : "host", *cache;
	struct image found;

	for (size_t i = 0; i < v->env.count; i++) {
		env[i] = v->env.items[i];
		if (env[i][0] == '=' || !strchr(env[i], '='))
			return err_set(e, ERR_USAGE, "--env: \"%s\" is not NAME=VALUE", env[i]);
	}
	spec->env = env;
	spec->directory = v->directory;
	spec->image = SANDBOX_IMAGE_ROOTFS;
	if (strcmp(image, "host") == 0)
		spec->image = SANDBOX_IMAGE_HOST;
	else if (strcmp(image, "none") == 0)
		spec->image = SANDBOX_IMAGE_NONE;
	else if (strchr(image, '/'))
		spec->image_path = image;
	else if (image_cache(a, &cache, e) < 0 || image_find(cache, image, a, &found, e) < 0)
		return -1;
	else
		spec->image_path = found.root;
	spec->profile = SANDBOX_FIXER;
	if (v->profile && !sandbox_profile_parse(v->profile, &spec->profile))
		return err_set(e, ERR_USAGE, "--profile: %s: no such profile", v->profile);
	spec->layers = (struct sandbox_layers){SANDBOX_PREFER, SANDBOX_PREFER};
	if (parse_limits(v, &spec->limits, e) < 0 ||
	    each_word(v->vary, vary_word, &spec->variation, e) < 0)
		return -1;
	return each_word(v->require, require_word, &spec->layers, e);
}

/* --- trees --------------------------------------------------------------------------------- */

static int pack_workspace(const char *path, int *ret_fd, struct err *e)
{
	FP_CLEANUP(fd_cleanup) int dir = -1, fd = -1;

	dir = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (dir < 0)
		return err_sys(e, "--workspace %s", path);
	if (fd_memfd("workspace", &fd, e) < 0 ||
	    tree_pack(dir, path, WORKSPACE_BYTES_MAX, fd, e) < 0)
		return -1;
	*ret_fd = fd_steal(&fd);
	return 0;
}

static int open_output(const char *path, int *ret_dir, struct err *e)
{
	FP_CLEANUP(fd_cleanup) int dir = -1;

	if (mkdir(path, 0777) < 0 && errno != EEXIST)
		return err_sys(e, "--output %s", path);
	dir = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (dir < 0)
		return err_sys(e, "--output %s", path);
	*ret_dir = fd_steal(&dir);
	return 0;
}

static int put_output(const struct sandbox_result *r, int fd, int dir, struct arena *a,
		      struct err *e)
{
	const struct tree *tree;

	if (!r->tree_collected)
		return 0;
	if (tree_read(fd, a, &tree, e) < 0)
		return err_wrap(e, "--output");
	if (tree->left_out_count > 0)
		fprintf(stderr,
			"fixproof: sandbox: %zu paths are not part of a tree and were left out, as "
			"%s\n",
			tree->left_out_count, tree->left_out[0].path);
	return tree_unpack(fd, tree, dir, e) < 0 ? err_wrap(e, "--output") : 0;
}

/* --- report -------------------------------------------------------------------------------- */

static json_t *digest_json(const struct sha256 *digest)
{
	char hex[SHA256_HEX_SIZE];

	sha256_hex(digest, hex);
	return json_new_string(hex);
}

static json_t *programs_json(const struct sandbox_result *r)
{
	json_t *list = json_new_array();

	for (size_t i = 0; i < r->program_count; i++) {
		json_t *one = json_new_object();

		json_put(one, "path", json_new_string(r->programs[i].path));
		json_put(one, "sha256", digest_json(&r->programs[i].digest));
		json_put(one, "count", json_new_int((int64_t)r->programs[i].count));
		json_push(list, one);
	}
	return list;
}

static json_t *refusals_json(const struct sandbox_result *r)
{
	json_t *list = json_new_array();

	for (size_t i = 0; i < r->refusal_count; i++) {
		const struct sandbox_refusal *f = &r->refusals[i];
		json_t *one = json_new_object();

		json_put(one, "call", json_new_string(f->call));
		json_put(one, "arguments", json_new_string(f->arguments));
		json_put(one, "program", json_new_string(f->program));
		json_put(one, "answer", json_new_string(f->answer));
		json_put(one, "count", json_new_int((int64_t)f->count));
		json_put(one, "loud", json_boolean(f->loud));
		json_push(list, one);
	}
	return list;
}

static json_t *dropped_json(const struct sandbox_result *r)
{
	json_t *list = json_new_array();

	for (size_t i = 0; i < r->dropped_count; i++) {
		json_t *one = json_new_object();

		json_put(one, "path", json_new_string(r->dropped[i].path));
		json_put(one, "reason", json_new_string(r->dropped[i].reason));
		json_push(list, one);
	}
	return list;
}

static json_t *layers_json(const struct sandbox_result *r)
{
	json_t *list = json_new_array();

	for (size_t i = 0; i < r->layer_count; i++) {
		json_t *one = json_new_object();

		json_put(one, "name", json_new_string(r->layers[i].name));
		json_put(one, "in_force", json_boolean(r->layers[i].in_force));
		json_put(one, "detail", json_new_string(r->layers[i].detail));
		json_push(list, one);
	}
	return list;
}

static json_t *varied_json(const struct sandbox_result *r)
{
	json_t *list = json_new_array();

	for (size_t i = 0; i < r->varied_count; i++) {
		json_t *one = json_new_object();

		json_put(one, "name", json_new_string(r->varied[i].name));
		json_put(one, "value", json_new_string(r->varied[i].value));
		json_push(list, one);
	}
	return list;
}

static json_t *report_json(const struct sandbox_result *r)
{
	const struct {
		const char *name;
		uint64_t value;
	} numbers[] = {
		{"wall_ns", r->wall_ns},
		{"setup_ns", r->setup_ns},
		{"cpu_ns", r->cpu_ns},
		{"peak_memory_bytes", r->peak_memory_bytes},
		{"written_bytes", r->written_bytes},
		{"stdout_bytes", r->stdout_bytes},
		{"stderr_bytes", r->stderr_bytes},
		{"tree_entries", r->tree_entries},
		{"tree_bytes", r->tree_bytes},
		{"dropped_total", r->dropped_total},
		{"program_total", r->program_total},
		{"refusal_total", r->refusal_total},
	};
	json_t *report = json_new_object();

	json_put(report, "format", json_new_string("fixproof-sandbox-report/1"));
	json_put(report, "end", json_new_string(sandbox_end_name(r->end)));
	json_put(report, "exit_status",
		 r->end == SANDBOX_EXITED ? json_new_int(r->exit_status) : json_null());
	json_put(report, "signal",
		 r->end == SANDBOX_SIGNALED ? json_new_int(r->signal) : json_null());
	json_put(report, "limit",
		 json_new_string(r->limit == SANDBOX_LIMIT_NONE ? NULL
								: sandbox_limit_name(r->limit)));
	for (size_t i = 0; i < FP_ARRAY_SIZE(numbers); i++)
		json_put(report, numbers[i].name, json_new_int((int64_t)numbers[i].value));
	json_put(report, "left_running", json_boolean(r->left_running));
	json_put(report, "tree_collected", json_boolean(r->tree_collected));
	json_put(report, "programs", programs_json(r));
	json_put(report, "refusals", refusals_json(r));
	json_put(report, "dropped", dropped_json(r));
	json_put(report, "layers", layers_json(r));
	json_put(report, "varied", varied_json(r));
	json_put(report, "profile", json_new_string(r->profile));
	json_put(report, "filter_sha256", digest_json(&r->filter_digest));
	return report;
}

static int write_report(const char *path, const struct sandbox_result *r, struct err *e)
{
	FP_CLEANUP(buf_release) struct buf text = BUF_INIT(REPORT_BYTES_MAX);
	JSON_AUTO *report = report_json(r);

	json_dump_pretty(&text, report);
	if (buf_finish(&text, "--report", e) < 0)
		return -1;
	return fd_write_file(AT_FDCWD, path, buf_text(&text), text.size, 0666, e);
}

/* --- the command --------------------------------------------------------------------------- */

static int fail(const struct err *e, int status)
{
	fprintf(stderr, "fixproof: sandbox: %s\n", e->text);
	return status;
}

static int status_of(const struct sandbox_result *r)
{
	switch (r->end) {
	case SANDBOX_EXITED:
		return r->exit_status;
	case SANDBOX_SIGNALED:
		fprintf(stderr, "fixproof: sandbox: killed by signal %d\n", r->signal);
		return STATUS_SIGNAL + r->signal;
	case SANDBOX_LIMIT:
		fprintf(stderr, "fixproof: sandbox: killed at a limit: %s\n",
			sandbox_limit_name(r->limit));
		return STATUS_OURS;
	}
	abort();
}

static int status_of_failure(const struct sandbox_result *r, const struct err *e)
{
	if (!r->failed_step ||
	    (strcmp(r->failed_step, "program") != 0 && strcmp(r->failed_step, "exec") != 0))
		return STATUS_OURS;
	return strstr(e->text, strerror(ENOENT)) ? STATUS_ABSENT : STATUS_CANNOT;
}

/* The strings themselves, which a clone would copy, not only the list of them. */
static void forget_environment(void)
{
	for (char **p = environ; p && *p; p++)
		explicit_bzero(*p, strlen(*p));
	(void)clearenv();
}

static int in_sandbox(const struct values *v, struct sandbox_spec *spec, struct arena *a)
{
	FP_CLEANUP(fd_cleanup) int in = -1, out = -1, dir = -1;
	struct sandbox_result r = {.end = SANDBOX_EXITED};
	struct err e = ERR_INIT;

	if ((v->workspace && pack_workspace(v->workspace, &in, &e) < 0) ||
	    (v->output && (open_output(v->output, &dir, &e) < 0 || fd_memfd("left", &out, &e) < 0)))
		return fail(&e, STATUS_OURS);
	spec->workspace_in = in;
	spec->workspace_out = out;
	spec->stdin_fd = STDIN_FILENO;
	spec->stdout_fd = STDOUT_FILENO;
	spec->stderr_fd = STDERR_FILENO;
	forget_environment();
	if (sandbox_run(spec, a, &r, &e) < 0)
		return fail(&e, status_of_failure(&r, &e));
	for (size_t i = 0; i < r.dropped_count; i++)
		fprintf(stderr, "fixproof: sandbox: left out: %s: %s\n", r.dropped[i].path,
			r.dropped[i].reason);
	if (v->output && put_output(&r, out, dir, a, &e) < 0)
		return fail(&e, STATUS_OURS);
	if (v->report && write_report(v->report, &r, &e) < 0)
		return fail(&e, STATUS_OURS);
	return status_of(&r);
}

static int show_variations(void)
{
	for (size_t i = 0; i < FP_ARRAY_SIZE(variations); i++)
		printf("%-8s %s\n", variations[i].word, variations[i].help);
	printf("%-8s %s\n", "all", "all of these but layout and random");
	return 0;
}

static int run(int argc, char **argv)
{
	FP_CLEANUP(arena_release) struct arena a = ARENA_INIT(ARENA_BYTES);
	struct sandbox_spec spec = SANDBOX_SPEC_INIT;
	struct values v = {.image = NULL};
	struct err e = ERR_INIT;
	int operands;

	if (opt_parse(options, argc, argv, true, &v, &operands, &e) < 0)
		return fail(&e, STATUS_OURS);
	sandbox_settle();
	if (v.vary && strcmp(v.vary, "help") == 0)
		return show_variations();
	if (operands == 0) {
		(void)err_set(&e, ERR_USAGE, "no command is given; see fixproof sandbox --help");
		return fail(&e, STATUS_OURS);
	}
	argv[1 + operands] = NULL;
	spec.argv = (const char *const *)(argv + 1);
	if (make_spec(&v, &a, &spec, &e) < 0)
		return fail(&e, STATUS_OURS);
	return in_sandbox(&v, &spec, &a);
}

const struct cmd cmd_sandbox = {
	.name = "sandbox",
	.command =
		{
			.usage = "[options] -- COMMAND [ARGUMENT...]",
			.summary = "run a command in the sandbox alone",
			.options = options,
		},
	.run = run,
};
