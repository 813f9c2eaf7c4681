#include "sandbox/job.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/landlock.h>
#include <sys/mman.h>
#include <sys/syscall.h>

#include "runner/base/fd.h"
#include "sandbox/host.h"

#define PATHS "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
#define ROOT_BYTES (1024 * 1024) /* what the root itself takes of its tmpfs */
#define ROOT_INODES 256

static const struct sandbox_limits default_limits = {
	.wall_ms = 60000,
	.cpu_ms = 60000,
	.memory_bytes = 2ULL << 30,
	.processes = 512,
	.descriptors = 1024,
	.file_size_bytes = 1ULL << 30,
	.workspace_bytes = 256ULL << 20,
	.workspace_inodes = 100000,
	.output_bytes = 16ULL << 20,
};

#define OR(value, otherwise) ((value) ? (value) : (otherwise))

#define DESCRIPTORS_LEAST 512 /* what the start of a program needs */

static uint64_t power_of_two(uint64_t least)
{
	uint64_t n = DESCRIPTORS_LEAST;

	while (n < least && n < 1U << 20)
		n *= 2;
	return n;
}

static void fill_limits(struct sandbox_limits *to, const struct sandbox_limits *from)
{
	const struct sandbox_limits *d = &default_limits;

	to->wall_ms = OR(from->wall_ms, d->wall_ms);
	to->cpu_ms = OR(from->cpu_ms, d->cpu_ms);
	to->memory_bytes = OR(from->memory_bytes, d->memory_bytes);
	to->processes = OR(from->processes, d->processes);
	to->descriptors = power_of_two(OR(from->descriptors, d->descriptors));
	to->file_size_bytes = OR(from->file_size_bytes, d->file_size_bytes);
	to->workspace_bytes = OR(from->workspace_bytes, d->workspace_bytes);
	to->workspace_inodes = OR(from->workspace_inodes, d->workspace_inodes);
	to->output_bytes = OR(from->output_bytes, d->output_bytes);
}

static void fill_variation(struct sandbox_variation *v, struct arena *a)
{
	v->host_name = OR(v->host_name, "sandbox");
	v->domain_name = OR(v->domain_name, "localdomain");
	v->user_name = OR(v->user_name, "fix");
	v->uid = OR(v->uid, 1000);
	v->gid = OR(v->gid, 1000);
	if (!v->home)
		v->home = arena_printf(a, "/home/%s", v->user_name);
	v->tmpdir = OR(v->tmpdir, "/tmp");
	v->workspace = OR(v->workspace, "/work");
	v->timezone = OR(v->timezone, "UTC");
	v->locale = OR(v->locale, "C.UTF-8");
	v->umask_bits = OR(v->umask_bits, 0022U);
}

static size_t count_texts(const char *const *list)
{
	size_t n = 0;

	while (list && list[n])
		n++;
	return n;
}

const char *job_below_root(const char *path)
{
	const char *p = path;

	if (*p != '/' || strlen(path) >= PATH_MAX / 2)
		return NULL;
	while (*p == '/') {
		size_t n = strcspn(++p, "/");

		if (n == 0 || (n == 1 && p[0] == '.') || (n == 2 && p[0] == '.' && p[1] == '.'))
			return NULL;
		p += n;
	}
	return path + 1;
}

static bool plain_word(const char *text)
{
	size_t n =
		strspn(text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-");

	return n > 0 && n <= 64 && text[n] == '\0' && text[0] != '-';
}

static int check_variation(const struct sandbox_variation *v, struct err *e)
{
	const struct {
		const char *what, *text;
	} words[] = {{"host name", v->host_name},
		     {"domain", v->domain_name},
		     {"user", v->user_name}},
	  paths[] = {{"HOME", v->home}, {"TMPDIR", v->tmpdir}, {"workspace", v->workspace}};

	for (size_t i = 0; i < FP_ARRAY_SIZE(words); i++)
		if (!plain_word(words[i].text))
			return err_set(e, ERR_USAGE, "sandbox: %s: not a plain word: %s",
				       words[i].what, words[i].text);
	for (size_t i = 0; i < FP_ARRAY_SIZE(paths); i++)
		if (!job_below_root(paths[i].text))
			return err_set(e, ERR_USAGE, "sandbox: %s: not an absolute plain path: %s",
				       paths[i].what, paths[i].text);
	if (v->umask_bits > 0777)
		return err_set(e, ERR_USAGE, "sandbox: umask: %o", v->umask_bits);
	return 0;
}

static int check_spec(const struct sandbox_spec *spec, struct err *e)
{
	if (count_texts(spec->argv) == 0 || count_texts(spec->argv) > SANDBOX_ARGS_MAX)
		return err_set(e, ERR_USAGE, "sandbox: no arguments, or more than %d",
			       SANDBOX_ARGS_MAX);
	if (spec->fd_count > SANDBOX_FDS_MAX || spec->bind_count > SANDBOX_BINDS_MAX)
		return err_set(e, ERR_LIMIT, "sandbox: too many descriptors or binds");
	for (size_t i = 0; i < spec->fd_count; i++)
		if (spec->fds[i].child < 3 || spec->fds[i].child >= SANDBOX_CONTROL_FD)
			return err_set(e, ERR_USAGE, "sandbox: descriptor %d: not in 3 to %d",
				       spec->fds[i].child, SANDBOX_CONTROL_FD - 1);
	if (spec->directory && spec->directory[0] != '\0') {
		const char *slash = spec->directory[0] == '/' ? "" : "/";
		char path[PATH_MAX];

		(void)snprintf(path, sizeof(path), "%s%s", slash, spec->directory);
		if (*slash == '\0' || !job_below_root(path))
			return err_set(e, ERR_USAGE,
				       "sandbox: directory: not a plain relative path: %s",
				       spec->directory);
	}
	return 0;
}

/* --- environment --------------------------------------------------------------------------- */

struct env {
	struct arena *a;
	const char **list;
	size_t count;
};

static void env_add(struct env *env, const char *pair)
{
	size_t name = strcspn(pair, "=") + 1;

	for (size_t i = 0; i < env->count; i++) {
		if (strncmp(env->list[i], pair, name) == 0) {
			env->list[i] = pair;
			return;
		}
	}
	env->list[env->count++] = pair;
}

static const char *env_get(const struct env *env, const char *name)
{
	size_t size = strlen(name);

	for (size_t i = 0; i < env->count; i++)
		if (strncmp(env->list[i], name, size) == 0 && env->list[i][size] == '=')
			return env->list[i] + size + 1;
	return "";
}

static void make_env(struct job *job, struct env *env)
{
	const struct sandbox_variation *v = &job->v;
	size_t more = count_texts(job->spec->env) + count_texts(v->env);
	const struct {
		const char *name, *value;
	} base[] = {
		{"HOME", v->home},	 {"PATH", PATHS},	    {"TMPDIR", v->tmpdir},
		{"USER", v->user_name},	 {"LOGNAME", v->user_name}, {"SHELL", "/bin/sh"},
		{"TZ", v->timezone},	 {"LANG", v->locale},	    {"LC_ALL", v->locale},
		{"PWD", job->directory},
	};

	env->list = arena_array(env->a, FP_ARRAY_SIZE(base) + more + 1, sizeof(*env->list));
	for (size_t i = 0; i < FP_ARRAY_SIZE(base); i++)
		env_add(env, arena_printf(env->a, "%s=%s", base[i].name, base[i].value));
	for (size_t i = 0; job->spec->env && job->spec->env[i]; i++)
		env_add(env, job->spec->env[i]);
	for (size_t i = 0; v->env && v->env[i]; i++)
		env_add(env, v->env[i]);
	job->env = env->list;
}

static void make_candidates(struct job *job, struct env *env)
{
	const char *name = job->argv[0], *p = env_get(env, "PATH");
	const char **list;
	size_t count = 0;

	if (strchr(name, '/')) {
		list = arena_array(env->a, 2, sizeof(*list));
		list[0] = name;
		job->candidates = list;
		return;
	}
	list = arena_array(env->a, strlen(p) + 2, sizeof(*list));
	while (*p != '\0') {
		size_t n = strcspn(p, ":");

		if (n > 0)
			list[count++] = arena_printf(env->a, "%.*s/%s", (int)n, p, name);
		p += n + (p[n] == ':');
	}
	job->candidates = list;
}

/* --- identities ---------------------------------------------------------------------------- */

/* Whether count ids from first on exist in the map of our own user namespace. */
static bool ids_exist(const char *path, uint64_t first, uint64_t count)
{
	FILE *file = fopen(path, "re");
	unsigned long long inside, outside, size;
	bool found = false;

	if (!file)
		return false;
	while (!found && fscanf(file, "%llu %llu %llu", &inside, &outside, &size) == 3)
		found = inside <= first && first + count <= inside + size;
	(void)fclose(file);
	return found;
}

static bool has_capability(cap_t caps, cap_value_t which)
{
	cap_flag_value_t value = CAP_CLEAR;

	return cap_get_flag(caps, which, CAP_EFFECTIVE, &value) == 0 && value == CAP_SET;
}

/*
 * With privileges the processes inside get two identities that nobody else has, never the caller's:
 * one for our process 1, one for the program.  Without them the kernel lets us map only our own.
 */
static void choose_identity(struct job *job)
{
	static const uint32_t bases[] = {0x70000000, 60000, 60};
	cap_t caps = cap_get_proc();
	bool able = caps && geteuid() == 0 && has_capability(caps, CAP_SYS_ADMIN) &&
		    has_capability(caps, CAP_SETUID) && has_capability(caps, CAP_SETGID);

	if (caps)
		(void)cap_free(caps);
	job->outer_uid = geteuid();
	job->outer_gid = getegid();
	for (size_t i = 0; able && i < FP_ARRAY_SIZE(bases); i++) {
		uint32_t base = bases[i];

		if (i == 0)
			base += 2 * ((uint32_t)getpid() & 0xfffffU);
		if (!ids_exist("/proc/self/uid_map", base, 2) ||
		    !ids_exist("/proc/self/gid_map", base, 2))
			continue;
		job->privileged = true;
		job->outer_root = base;
		job->outer_uid = base + 1;
		job->outer_gid = base + 1;
		return;
	}
}

/* --- mounts made outside ------------------------------------------------------------------- */

/*
 * A privileged caller's process may be able to read what the identity inside may not even look up,
 * so it makes the mounts itself and hands them down unattached.
 */
static int detach_bind(struct job_bind *bind, struct err *e)
{
	unsigned int flags = OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC;
	int from = bind->fd, fd;

	bind->fd = -1;
	if (bind->directory)
		flags |= AT_RECURSIVE;
	if (from >= 0)
		fd = host_open_tree(from, "", flags | AT_EMPTY_PATH);
	else
		fd = host_open_tree(AT_FDCWD, bind->host, flags);
	if (fd < 0)
		return err_sys(e, "bind %s: open_tree", bind->host);
	bind->fd = fd;
	return 0;
}

static int open_binds(struct job *job, struct arena *a, struct err *e)
{
	struct job_bind *binds =
		job->bind_count > 0 ? arena_memdup(a, job->binds, job->bind_count * sizeof(*binds))
				    : NULL;
	int r = 0;

	for (size_t i = 0; i < job->bind_count; i++) {
		if (!job->privileged || r < 0)
			binds[i].fd = -1;
		else
			r = detach_bind(&binds[i], e);
	}
	job->binds = binds;
	return r;
}

static int map_stream(struct job *job, struct err *e)
{
	struct stat st;
	void *data;

	if (job->spec->workspace_in < 0)
		return 0;
	if (fstat(job->spec->workspace_in, &st) < 0)
		return err_sys(e, "sandbox: workspace");
	if (!S_ISREG(st.st_mode) || st.st_size == 0)
		return err_set(e, ERR_INPUT, "sandbox: workspace: not a file with a tree stream");
	data = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE, job->spec->workspace_in, 0);
	if (data == MAP_FAILED)
		return err_sys(e, "sandbox: workspace: mmap");
	job->stream = data;
	job->stream_size = (size_t)st.st_size;
	return 0;
}

static int make_texts(struct job *job, struct arena *a)
{
	struct env env = {.a = a};
	uint64_t bytes = job->limits.workspace_bytes + ROOT_BYTES;

	job->argv = job->spec->argv;
	job->directory = job->v.workspace;
	if (job->spec->directory && job->spec->directory[0] != '\0')
		job->directory = arena_printf(a, "%s/%s", job->v.workspace, job->spec->directory);
	make_env(job, &env);
	make_candidates(job, &env);
	job->workspace = job_below_root(job->v.workspace);
	if (job->v.random == SANDBOX_RANDOM_SEEDED)
		bytes += JOB_RANDOM_FILE_BYTES;
	job->tmpfs_size = arena_printf(a, "%llu", (unsigned long long)bytes);
	job->tmpfs_inodes = arena_printf(
		a, "%llu", (unsigned long long)job->limits.workspace_inodes + ROOT_INODES);
	return 0;
}

static int ask_landlock(struct job *job, struct err *e)
{
	long abi = syscall(SYS_landlock_create_ruleset, NULL, 0, LANDLOCK_CREATE_RULESET_VERSION);

	if (job->spec->layers.landlock == SANDBOX_OMIT)
		return 0;
	job->landlock_abi = abi < 0 ? 0 : (int)abi;
	if (abi <= 0 && job->spec->layers.landlock == SANDBOX_REQUIRE)
		return err_set(
			e, ERR_SANDBOX,
			"landlock: this kernel does not offer it (add landlock to lsm= of its "
			"command line), and the spec requires it");
	return 0;
}

static int ask_cgroup(struct job *job, struct err *e)
{
	bool required = job->spec->layers.cgroup == SANDBOX_REQUIRE;

	job->cgroup.reason = "not asked for";
	if (job->spec->layers.cgroup == SANDBOX_OMIT)
		return 0;
	cgroup_make(&job->cgroup, required, job->limits.memory_bytes, job->limits.processes);
	if (required && job->cgroup.version == 0)
		return err_set(e, ERR_SANDBOX, "cgroup: %s; the spec requires it",
			       job->cgroup.reason);
	return 0;
}

int job_make(const struct sandbox_spec *spec, struct arena *a, struct job *ret_job, struct err *e)
{
	struct job *job = ret_job;

	*job = (struct job){.spec = spec,
			    .cgroup = CGROUP_INIT,
			    .v = spec->variation,
			    .control = -1,
			    .stdout_fd = -1,
			    .stderr_fd = -1};
	if (check_spec(spec, e) < 0)
		return -1;
	fill_limits(&job->limits, &spec->limits);
	fill_variation(&job->v, a);
	if (check_variation(&job->v, e) < 0 || make_texts(job, a) < 0)
		return -1;
	choose_identity(job);
	job->own_network = !host_network_is_empty();
	job->watch_memory = spec->profile != SANDBOX_PLANNER;
	job->filter = filter_find(spec->profile, job->v.clock != SANDBOX_CLOCK_REAL,
				  job->v.random == SANDBOX_RANDOM_SEEDED);
	if (rootlist_make(job, a, e) < 0)
		return -1;
	job->no_capabilities = cap_init();
	if (!job->no_capabilities)
		return err_sys(e, "sandbox: cap_init");
	if (ask_landlock(job, e) < 0 || ask_cgroup(job, e) < 0 || map_stream(job, e) < 0)
		return -1;
	return open_binds(job, a, e);
}

void job_release(struct job *job)
{
	for (size_t i = 0; job->privileged && i < job->bind_count; i++)
		fd_close(job->binds[i].fd);
	if (job->stream)
		(void)munmap((void *)(uintptr_t)job->stream, job->stream_size);
	if (job->no_capabilities)
		(void)cap_free(job->no_capabilities);
	cgroup_release(&job->cgroup);
	*job = (struct job){.spec = NULL, .cgroup = CGROUP_INIT};
}

void job_fail(const struct job *job, const char *step, const char *detail)
{
	struct wire_message m = {.kind = WIRE_FAILED, .error = errno};

	wire_text(m.step, sizeof(m.step), step);
	wire_text(m.text, sizeof(m.text), detail);
	(void)wire_send(job->control, &m, -1);
	_exit(127);
}
