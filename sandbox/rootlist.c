/*
 * What the root will hold: binds of the host, links, files of our own, and the directories that may
 * be written to.
 */
#include <dirent.h>
#include <errno.h>

#include "runner/base/fd.h"
#include "sandbox/job.h"

struct lists {
	struct arena *a;
	struct job_bind *binds;
	size_t bind_count, bind_room;
	struct job_text *links;
	size_t link_count, link_room;
	struct job_text *files;
	size_t file_count, file_room;
};

static void add_link(struct lists *l, const char *path, const char *target)
{
	l->links = arena_grow(l->a, l->links, l->link_count, &l->link_room, sizeof(*l->links));
	l->links[l->link_count++] = (struct job_text){path, target, strlen(target)};
}

static void add_file(struct lists *l, const char *path, const char *text, size_t size)
{
	l->files = arena_grow(l->a, l->files, l->file_count, &l->file_room, sizeof(*l->files));
	l->files[l->file_count++] = (struct job_text){path, text, size};
}

static void add_bind(struct lists *l, const char *host, const char *inside, const struct stat *st)
{
	l->binds = arena_grow(l->a, l->binds, l->bind_count, &l->bind_room, sizeof(*l->binds));
	l->binds[l->bind_count++] = (struct job_bind){
		.host = host,
		.fd = -1,
		.inside = inside,
		.directory = S_ISDIR(st->st_mode),
		.device = S_ISCHR(st->st_mode),
		.dev = st->st_dev,
		.ino = st->st_ino,
	};
}

/* What of the host stands at path becomes the same inside; what is not there is left out. */
static int add_host(struct lists *l, const char *path, const char *inside, struct err *e)
{
	char target[PATH_MAX];
	struct stat st;
	ssize_t n;

	if (lstat(path, &st) < 0)
		return errno == ENOENT ? 0 : err_sys(e, "%s", path);
	if (!S_ISLNK(st.st_mode)) {
		add_bind(l, path, inside, &st);
		return 0;
	}
	n = readlink(path, target, sizeof(target) - 1);
	if (n < 0)
		return err_sys(e, "%s", path);
	add_link(l, inside, arena_strndup(l->a, target, (size_t)n));
	return 0;
}

static int add_host_image(struct lists *l, struct err *e)
{
	static const char *const names[] = {"usr",
					    "bin",
					    "sbin",
					    "lib",
					    "lib32",
					    "lib64",
					    "libx32",
					    "etc/alternatives",
					    "etc/ld.so.cache"};

	for (size_t i = 0; i < FP_ARRAY_SIZE(names); i++)
		if (add_host(l, arena_printf(l->a, "/%s", names[i]), names[i], e) < 0)
			return -1;
	return 0;
}

static bool is_below(const char *path, const char *top)
{
	size_t n = strlen(top);

	return strncmp(path, top, n) == 0 && (path[n] == '/' || path[n] == '\0');
}

/* Made by the sandbox itself, whatever stands there in an image. */
static bool is_own(const struct job *job, const char *inside)
{
	static const char *const own[] = {"dev", "proc", "sys", "tmp", "run", "home", "work"};

	for (size_t i = 0; i < FP_ARRAY_SIZE(own); i++)
		if (strcmp(own[i], inside) == 0)
			return true;
	for (size_t i = 0; i < job->writable_count; i++)
		if (strcmp(job->writable[i], inside) == 0)
			return true;
	return false;
}

static bool leads_to_writable(const struct job *job, const char *inside)
{
	for (size_t i = 0; i < job->writable_count; i++)
		if (is_below(job->writable[i], inside))
			return true;
	return false;
}

/*
 * Everything in a directory of a packed root.  What is bound is read-only with all below it, so on
 * the way to what may be written to, the entries are bound one by one.
 */
static int add_rootfs_entries(struct lists *l, const struct job *job, const char *path,
			      const char *prefix, struct err *e)
{
	FP_CLEANUP(fd_close_dir) DIR *dir = opendir(path);
	const struct dirent *entry;

	if (!dir)
		return err_sys(e, "image %s", path);
	while ((entry = readdir(dir))) {
		const char *host = arena_printf(l->a, "%s/%s", path, entry->d_name);
		const char *inside = arena_printf(l->a, "%s%s", prefix, entry->d_name);
		struct stat st;

		if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0 ||
		    is_own(job, inside))
			continue;
		if (lstat(host, &st) < 0)
			return err_sys(e, "image %s", host);
		if ((S_ISDIR(st.st_mode) && leads_to_writable(job, inside)
			     ? add_rootfs_entries(l, job, host, arena_printf(l->a, "%s/", inside),
						  e)
			     : add_host(l, host, inside, e)) < 0)
			return -1;
	}
	return 0;
}

static const char *path_of_fd(struct arena *a, int fd)
{
	char link[PATH_MAX], self[64];
	ssize_t n;

	(void)snprintf(self, sizeof(self), "/proc/self/fd/%d", fd);
	n = readlink(self, link, sizeof(link) - 1);
	return n < 0 ? NULL : arena_strndup(a, link, (size_t)n);
}

static int add_spec_bind(struct lists *l, const struct sandbox_bind *bind, struct err *e)
{
	const char *inside = job_below_root(bind->inside);
	const char *host = bind->host ? bind->host : path_of_fd(l->a, bind->fd);
	struct stat st;

	if (!inside)
		return err_set(e, ERR_USAGE, "sandbox: bind: not an absolute plain path: %s",
			       bind->inside);
	if ((bind->host ? stat(host, &st) : fstat(bind->fd, &st)) < 0)
		return err_sys(e, "bind %s", host ? host : bind->inside);
	if (!S_ISDIR(st.st_mode) && !S_ISREG(st.st_mode))
		return err_set(e, ERR_INPUT, "bind %s: neither a file nor a directory", host);
	add_bind(l, host, inside, &st);
	if (!bind->host)
		l->binds[l->bind_count - 1].fd = bind->fd; /* where the caller's process opens it */
	return 0;
}

static uint64_t next_random(uint64_t *state)
{
	uint64_t z = (*state += 0x9e3779b97f4a7c15U);

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9U;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebU;
	return z ^ (z >> 31);
}

static void add_random_file(struct lists *l, uint64_t seed)
{
	uint64_t *words = arena_alloc(l->a, JOB_RANDOM_FILE_BYTES), state = seed;

	for (size_t i = 0; i < JOB_RANDOM_FILE_BYTES / sizeof(*words); i++)
		words[i] = next_random(&state);
	add_file(l, "dev/urandom", (const char *)words, JOB_RANDOM_FILE_BYTES);
	add_link(l, "dev/random", "urandom");
}

static int add_devices(struct lists *l, const struct job *job, struct err *e)
{
	static const char *const devices[] = {"dev/null", "dev/zero", "dev/full", "dev/urandom",
					      "dev/random"};
	bool seeded = job->v.random == SANDBOX_RANDOM_SEEDED;
	size_t count = seeded ? 3 : FP_ARRAY_SIZE(devices);

	if (job->spec->profile == SANDBOX_PLANNER)
		count = 1;
	for (size_t i = 0; i < count; i++)
		if (add_host(l, arena_printf(l->a, "/%s", devices[i]), devices[i], e) < 0)
			return -1;
	if (seeded)
		add_random_file(l, job->v.random_seed);
	if (job->spec->profile == SANDBOX_PLANNER)
		return 0;
	add_link(l, "dev/fd", "/proc/self/fd");
	add_link(l, "dev/stdin", "/proc/self/fd/0");
	add_link(l, "dev/stdout", "/proc/self/fd/1");
	add_link(l, "dev/stderr", "/proc/self/fd/2");
	return 0;
}

static void add_text(struct lists *l, const char *path, const char *text)
{
	add_file(l, path, text, strlen(text));
}

static void add_etc(struct lists *l, const struct job *job)
{
	const struct sandbox_variation *v = &job->v;

	add_text(l, "etc/passwd",
		 arena_printf(l->a,
			      "root:x:0:0:root:/nonexistent:/bin/false\n"
			      "%s:x:%u:%u:%s:%s:/bin/sh\n"
			      "nobody:x:65534:65534:nobody:/nonexistent:/bin/false\n",
			      v->user_name, v->uid, v->gid, v->user_name, v->home));
	add_text(l, "etc/group",
		 arena_printf(l->a, "root:x:0:\n%s:x:%u:\nnogroup:x:65534:\n", v->user_name,
			      v->gid));
	add_text(l, "etc/hosts",
		 arena_printf(l->a, "127.0.0.1 localhost\n127.0.1.1 %s.%s %s\n", v->host_name,
			      v->domain_name, v->host_name));
	add_text(l, "etc/hostname", arena_printf(l->a, "%s\n", v->host_name));
	add_text(l, "etc/nsswitch.conf", "passwd: files\ngroup: files\nhosts: files\n");
}

static int list_root(struct job *job, struct arena *a, struct err *e)
{
	const struct sandbox_spec *spec = job->spec;
	struct lists l = {.a = a};
	const char *image = spec->image_path;

	if (spec->image == SANDBOX_IMAGE_HOST && add_host_image(&l, e) < 0)
		return -1;
	if (spec->image == SANDBOX_IMAGE_ROOTFS) {
		if (spec->image_fd >= 0)
			image = path_of_fd(a, spec->image_fd);
		if (!image)
			return err_set(e, ERR_USAGE, "sandbox: no image is given");
		if (add_rootfs_entries(&l, job, image, "", e) < 0)
			return -1;
	}
	if (add_devices(&l, job, e) < 0)
		return -1;
	for (size_t i = 0; i < spec->bind_count; i++)
		if (add_spec_bind(&l, &spec->binds[i], e) < 0)
			return -1;
	job->cover_files = spec->image == SANDBOX_IMAGE_ROOTFS;
	if (spec->profile != SANDBOX_PLANNER)
		add_etc(&l, job);
	job->binds = l.binds;
	job->bind_count = l.bind_count;
	job->links = l.links;
	job->link_count = l.link_count;
	job->files = l.files;
	job->file_count = l.file_count;
	return 0;
}

/* A directory below one that is writable already needs no mount of its own. */
static void list_writable(struct job *job, struct arena *a)
{
	const char *wanted[] = {"tmp", "dev/shm", job->v.tmpdir + 1, job->v.home + 1};
	size_t count = job->spec->profile == SANDBOX_PLANNER ? 0 : FP_ARRAY_SIZE(wanted);
	const char **list = arena_array(a, count + 1, sizeof(*list));

	list[job->writable_count++] = job->workspace;
	for (size_t i = 0; i < count; i++) {
		bool covered = false;

		for (size_t k = 0; k < job->writable_count; k++)
			covered |= is_below(wanted[i], list[k]);
		if (!covered)
			list[job->writable_count++] = wanted[i];
	}
	job->writable = list;
}

int rootlist_make(struct job *job, struct arena *a, struct err *e)
{
	list_writable(job, a);
	return list_root(job, a, e);
}
