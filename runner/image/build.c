/* Builds an image by a recipe: mmdebstrap makes the tar, which is packed and its digest pinned. */
#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <zstd.h>

#include "runner/base/die.h"
#include "runner/base/fd.h"
#include "runner/base/json.h"
#include "runner/image.h"
#include "runner/image/untar.h"

#define COMPRESSION 12
#define RECIPE_BYTES_MAX 65536
#define MANIFEST_BYTES_MAX (4U << 20)
#define STATUS_BYTES_MAX (64U << 20)

static void free_cstream(ZSTD_CStream **s)
{
	(void)ZSTD_freeCStream(*s);
}

static int compress_tar(int from, int to, const char *what, struct err *e)
{
	FP_CLEANUP(free_cstream) ZSTD_CStream *stream = ZSTD_createCStream();
	static char in[1 << 17], out[1 << 17];
	size_t left = 1;
	ssize_t n;

	if (!stream ||
	    ZSTD_isError(ZSTD_CCtx_setParameter(stream, ZSTD_c_compressionLevel, COMPRESSION)))
		die("out of memory");
	do {
		ZSTD_inBuffer source = {in, 0, 0};

		n = read(from, in, sizeof(in));
		if (n < 0)
			return err_sys(e, "%s", what);
		source.size = (size_t)n;
		do {
			ZSTD_outBuffer target = {out, sizeof(out), 0};

			left = ZSTD_compressStream2(stream, &target, &source,
						    n == 0 ? ZSTD_e_end : ZSTD_e_continue);
			if (ZSTD_isError(left))
				return err_set(e, ERR_SYSTEM, "%s: %s", what,
					       ZSTD_getErrorName(left));
			if (fd_write_all(to, out, target.pos, e) < 0)
				return err_wrap(e, "%s", what);
		} while (n == 0 ? left != 0 : source.pos < source.size);
	} while (n > 0);
	return 0;
}

struct recipe {
	const char *name, *suite, *mirror, *variant, *packages, *epoch;
};

static int recipe_line(struct recipe *r, const char *path, unsigned int number, char *line,
		       struct arena *a, struct err *e)
{
	const struct {
		const char *key;
		const char **value;
	} keys[] = {{"name", &r->name},	      {"suite", &r->suite},	  {"mirror", &r->mirror},
		    {"variant", &r->variant}, {"packages", &r->packages}, {"epoch", &r->epoch}};
	size_t n = strcspn(line, " \t");
	char *value = line + n + strspn(line + n, " \t");

	if (line[0] == '\0' || line[0] == '#')
		return 0;
	for (size_t i = 0; i < FP_ARRAY_SIZE(keys); i++) {
		if (strlen(keys[i].key) != n || strncmp(keys[i].key, line, n) != 0)
			continue;
		if (*keys[i].value || *value == '\0' || *value == '-')
			return err_set(e, ERR_INPUT, "%s:%u: %s: given twice, or without a value",
				       path, number, keys[i].key);
		*keys[i].value = arena_strdup(a, value);
		return 0;
	}
	return err_set(e, ERR_INPUT, "%s:%u: unknown key \"%.*s\"", path, number, (int)n, line);
}

static int read_recipe(const char *path, struct arena *a, struct recipe *ret_recipe, struct err *e)
{
	FP_CLEANUP(buf_release) struct buf text = BUF_INIT(RECIPE_BYTES_MAX);
	struct recipe r = {.name = NULL};
	unsigned int number = 0;
	char *line, *next;

	if (fd_read_file(AT_FDCWD, path, true, &text, e) < 0)
		return -1;
	for (line = text.data; line && *line != '\0'; line = next) {
		size_t n = strcspn(line, "\n");

		next = line + n + (line[n] == '\n');
		line[n] = '\0';
		if (recipe_line(&r, path, ++number, line, a, e) < 0)
			return -1;
	}
	if (!r.name || !r.suite || !r.mirror || !r.variant || !r.epoch || !image_plain_name(r.name))
		return err_set(e, ERR_INPUT,
			       "%s: name, suite, mirror, variant and epoch must be given", path);
	*ret_recipe = r;
	return 0;
}

/* mmdebstrap copies these from the machine that it runs on. */
#define FORGET_HOST "rm -f \"$1/etc/hostname\" \"$1/etc/resolv.conf\""

static int run_mmdebstrap(const struct recipe *r, const char *tar, struct arena *a, struct err *e)
{
	/* Nothing is installed then, so there is nothing to customize. */
	bool extracts = strcmp(r->variant, "extract") == 0;
	const char *argv[] = {"mmdebstrap",
			      "--quiet",
			      arena_printf(a, "--variant=%s", r->variant),
			      arena_printf(a, "--include=%s", r->packages ? r->packages : "apt"),
			      "--format=tar",
			      extracts ? "--extract-hook=" FORGET_HOST
				       : "--customize-hook=" FORGET_HOST,
			      r->suite,
			      tar,
			      r->mirror,
			      NULL};
	const char *env[] = {arena_printf(a, "SOURCE_DATE_EPOCH=%s", r->epoch),
			     "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
			     "LC_ALL=C.UTF-8", "HOME=/", NULL};
	int error, status;
	pid_t pid;

	error = posix_spawnp(&pid, argv[0], NULL, NULL, (char *const *)(uintptr_t)argv,
			     (char *const *)(uintptr_t)env);
	if (error != 0)
		return err_set(e, ERR_SYSTEM,
			       "image: mmdebstrap: %s (install the package mmdebstrap)",
			       strerror(error));
	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			return err_sys(e, "image: mmdebstrap");
	if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
		return err_set(e, ERR_SYSTEM, "image: mmdebstrap failed; what it says is above");
	return 0;
}

/* "NAME=VERSION" of each package that dpkg's status file in the tar lists as installed. */
static void list_packages(char *status, json_t *list, struct arena *a)
{
	const char *name = NULL;

	for (char *line = status, *next; *line != '\0'; line = next) {
		size_t n = strcspn(line, "\n");

		next = line + n + (line[n] == '\n');
		line[n] = '\0';
		if (strncmp(line, "Package: ", 9) == 0)
			name = line + 9;
		else if (name && strncmp(line, "Version: ", 9) == 0)
			json_push(list, json_new_string(arena_printf(a, "%s=%s", name, line + 9)));
	}
}

static int read_packages(int tar_fd, json_t *list, struct arena *a, struct err *e)
{
	static struct untar_entry entry;
	struct untar t = {.fd = tar_fd};
	size_t size, done = 0;
	char *text;
	int r;

	if (lseek(tar_fd, 0, SEEK_SET) < 0)
		return err_sys(e, "image: tar");
	do
		r = untar_next(&t, &entry, e);
	while (r > 0 && strcmp(entry.path, "var/lib/dpkg/status") != 0);
	if (r <= 0)
		return r;
	if (entry.size > STATUS_BYTES_MAX)
		return err_set(e, ERR_LIMIT, "image: %s is too large", entry.path);
	text = arena_alloc(a, (size_t)entry.size + 1);
	while (done < entry.size) {
		if (untar_read(&t, text + done, (size_t)entry.size - done, &size, e) < 0)
			return -1;
		done += size;
	}
	list_packages(text, list, a);
	return 0;
}

static int write_manifest(const struct recipe *r, int tar_fd, const struct sha256 *tar,
			  const char *out_dir, struct arena *a, struct err *e)
{
	FP_CLEANUP(buf_release) struct buf text = BUF_INIT(MANIFEST_BYTES_MAX);
	JSON_AUTO *json = json_new_object();
	json_t *packages = json_new_array();
	char hex[SHA256_HEX_SIZE];

	sha256_hex(tar, hex);
	json_put(json, "format", json_new_string(IMAGE_FORMAT));
	json_put(json, "name", json_new_string(r->name));
	json_put(json, "suite", json_new_string(r->suite));
	json_put(json, "mirror", json_new_string(r->mirror));
	json_put(json, "variant", json_new_string(r->variant));
	json_put(json, "epoch", json_new_string(r->epoch));
	json_put(json, "tar_sha256", json_new_string(hex));
	json_put(json, "packages", packages);
	if (read_packages(tar_fd, packages, a, e) < 0)
		return -1;
	json_dump_pretty(&text, json);
	if (buf_finish(&text, "image", e) < 0)
		return -1;
	return fd_write_file(AT_FDCWD, arena_printf(a, "%s/%s.json", out_dir, r->name),
			     buf_text(&text), text.size, 0644, e);
}

static int pack(const struct recipe *r, const char *tar_path, const char *out_dir, struct arena *a,
		struct sha256 *ret_tar, struct err *e)
{
	FP_CLEANUP(fd_cleanup) int tar = open(tar_path, O_RDONLY | O_CLOEXEC), out = -1;
	const char *path = arena_printf(a, "%s/%s.tar.zst", out_dir, r->name);

	if (tar < 0 || sha256_of_fd(tar, tar_path, ret_tar, e) < 0)
		return e->kind == ERR_NONE ? err_sys(e, "%s", tar_path) : -1;
	out = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
	if (out < 0)
		return err_sys(e, "%s", path);
	if (lseek(tar, 0, SEEK_SET) < 0 || compress_tar(tar, out, path, e) < 0)
		return e->kind == ERR_NONE ? err_sys(e, "%s", tar_path) : -1;
	return write_manifest(r, tar, ret_tar, out_dir, a, e);
}

int image_build(const char *recipe, const char *out_dir, struct arena *a, struct sha256 *ret_tar,
		struct err *e)
{
	struct recipe r = {.name = NULL};
	char *tar;
	int made, fd;

	if (read_recipe(recipe, a, &r, e) < 0)
		return -1;
	if (mkdir(out_dir, 0777) < 0 && errno != EEXIST)
		return err_sys(e, "%s", out_dir);
	tar = arena_printf(a, "%s/building-XXXXXX.tar", out_dir);
	fd = mkstemps(tar, 4);
	if (fd < 0)
		return err_sys(e, "%s", tar);
	fd_close(fd);
	made = run_mmdebstrap(&r, tar, a, e);
	if (made == 0)
		made = pack(&r, tar, out_dir, a, ret_tar, e);
	(void)unlink(tar);
	return made;
}
