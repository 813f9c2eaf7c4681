#include "runner/locate.h"

#include <dirent.h>
#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>

#include "runner/base/fd.h"

static int own_directory(char path[static 4096], struct err *e)
{
	ssize_t n = readlink("/proc/self/exe", path, 4095);
	char *slash;

	if (n < 0)
		return err_sys(e, "/proc/self/exe");
	path[n] = '\0';
	slash = strrchr(path, '/');
	if (!slash)
		return err_set(e, ERR_SYSTEM, "%s: not an absolute path", path);
	*slash = '\0';
	return 0;
}

int locate_program_path(const char *name, char path[static LOCATE_PATH_BYTES], struct err *e)
{
	/* The third is for tests, which lie one directory further down. */
	static const char *const places[] = {"", "/../libexec/fixproof", "/.."};
	char directory[4096];

	if (own_directory(directory, e) < 0)
		return -1;
	for (size_t i = 0; i < FP_ARRAY_SIZE(places); i++) {
		(void)snprintf(path, LOCATE_PATH_BYTES, "%s%s/%s", directory, places[i], name);
		if (access(path, R_OK | X_OK) == 0)
			return 0;
	}
	return err_set(e, ERR_SYSTEM, "%s: neither in %s nor in %s/../libexec/fixproof", name,
		       directory, directory);
}

int locate_program(const char *name, int *ret_fd, struct err *e)
{
	char path[LOCATE_PATH_BYTES];

	if (locate_program_path(name, path, e) < 0)
		return -1;
	*ret_fd = open(path, O_RDONLY | O_CLOEXEC);
	return *ret_fd < 0 ? err_sys(e, "%s", path) : 0;
}

static int compare_packs(const void *left, const void *right)
{
	return strcmp(((const struct locate_pack *)left)->path,
		      ((const struct locate_pack *)right)->path);
}

static int add_pack(struct locate_packs *packs, int dir_fd, const char *directory, const char *name,
		    struct arena *a, struct err *e)
{
	size_t size = strlen(name);
	int fd;

	if (size < 6 || strcmp(name + size - 5, ".pack") != 0)
		return 0;
	if (packs->count == LOCATE_PACKS_MAX)
		return err_set(e, ERR_LIMIT, "%s: more than %d packs", directory, LOCATE_PACKS_MAX);
	fd = openat(dir_fd, name, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (fd < 0)
		return err_sys(e, "%s/%s", directory, name);
	packs->rows[packs->count++] =
		(struct locate_pack){arena_printf(a, "%s/%s", directory, name), fd};
	return 0;
}

static int list_packs(DIR *dir, const char *directory, struct arena *a, struct locate_packs *packs,
		      struct err *e)
{
	const struct dirent *entry;

	while ((entry = readdir(dir)))
		if (add_pack(packs, dirfd(dir), directory, entry->d_name, a, e) < 0)
			return -1;
	qsort(packs->rows, packs->count, sizeof(*packs->rows), compare_packs);
	return 0;
}

int locate_packs(struct arena *a, struct locate_packs *ret_packs, struct err *e)
{
	static const char *const places[] = {"/packs", "/../../share/fixproof/packs"};
	char own[4096];

	ret_packs->count = 0;
	if (own_directory(own, e) < 0)
		return -1;
	for (size_t i = 0; i < FP_ARRAY_SIZE(places); i++) {
		const char *directory = arena_printf(a, "%s%s", own, places[i]);
		DIR *dir = opendir(directory);
		int result;

		if (!dir)
			continue;
		result = list_packs(dir, directory, a, ret_packs, e);
		(void)closedir(dir);
		if (result < 0)
			locate_packs_close(ret_packs);
		return result;
	}
	return 0;
}

void locate_packs_close(struct locate_packs *packs)
{
	for (size_t i = 0; i < packs->count; i++)
		fd_close(packs->rows[i].fd);
	packs->count = 0;
}

/* --- the user's planner ----------------------------------------------------------------------- */

/* An executable that no dynamic linker is needed for can do without the host's files. */
bool locate_is_static(int fd)
{
	Elf64_Phdr headers[64];
	Elf64_Ehdr h;
	ssize_t n = pread(fd, &h, sizeof(h), 0);

	if (n != (ssize_t)sizeof(h) || memcmp(h.e_ident, ELFMAG, SELFMAG) != 0 ||
	    h.e_ident[EI_CLASS] != ELFCLASS64 || h.e_phentsize != sizeof(headers[0]) ||
	    h.e_phnum > FP_ARRAY_SIZE(headers) || h.e_phoff > INT32_MAX)
		return false;
	n = pread(fd, headers, h.e_phnum * sizeof(headers[0]), (off_t)h.e_phoff);
	if (n != (ssize_t)(h.e_phnum * sizeof(headers[0])))
		return false;
	for (size_t i = 0; i < h.e_phnum; i++)
		if (headers[i].p_type == PT_INTERP)
			return false;
	return true;
}

static bool try_tool(const char *path, int *ret_fd)
{
	FP_CLEANUP(fd_cleanup) int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	struct stat st;

	if (fd < 0)
		return false;
	if (fstat(fd, &st) < 0 || !S_ISREG(st.st_mode) || !(st.st_mode & 0111)) {
		errno = EACCES;
		return false;
	}
	*ret_fd = fd_steal(&fd);
	return true;
}

static const char *search_path(const char *name, struct arena *a, int *ret_fd)
{
	const char *at = getenv("PATH");

	while (at && *at) {
		size_t size = strcspn(at, ":");
		const char *path = arena_printf(a, "%.*s/%s", (int)size, at, name);

		/* An empty or relative directory would mean whatever lies where one happens to be.
		 */
		if (size > 0 && *at == '/' && try_tool(path, ret_fd))
			return path;
		at += size;
		at += *at == ':';
	}
	return NULL;
}

static int new_tool(const char *name, const char *path, int fd, struct arena *a,
		    const struct locate_tool **ret_tool)
{
	struct locate_tool *tool = arena_alloc(a, sizeof(*tool));

	*tool = (struct locate_tool){name, path, fd, !locate_is_static(fd)};
	*ret_tool = tool;
	return 0;
}

/* A program that somebody named is what its name says. */
static const char *kind_of(const char *program)
{
	const char *slash = strrchr(program, '/');

	return strncmp(slash ? slash + 1 : program, "tofu", 4) == 0 ? "tofu" : "terraform";
}

int locate_tool(const char *planner, const char *program, struct arena *a,
		const struct locate_tool **ret_tool, bool *ret_both, struct err *e)
{
	bool both = strcmp(planner, "both") == 0;
	const char *const names[] = {both ? "terraform" : planner, both ? "tofu" : NULL};
	const char *path;
	int fd = -1;

	*ret_tool = NULL;
	*ret_both = both;
	if (strcmp(planner, "auto") == 0 || strcmp(planner, "embedded") == 0)
		return program ? err_set(e, ERR_USAGE,
					 "--planner-program goes with --planner terraform, tofu or "
					 "both")
			       : 0;
	if (program && !try_tool(program, &fd))
		return err_sys(e, "planner \"%s\": %s", planner, program);
	if (program)
		return new_tool(both ? kind_of(program) : planner, program, fd, a, ret_tool);
	for (size_t i = 0; i < FP_ARRAY_SIZE(names) && names[i]; i++) {
		path = search_path(names[i], a, &fd);
		if (path)
			return new_tool(names[i], path, fd, a, ret_tool);
	}
	return err_set(e, ERR_INPUT,
		       "planner \"%s\": no such program in PATH; --planner-program names one",
		       both ? "terraform" : planner);
}

void locate_tool_close(const struct locate_tool *tool)
{
	if (tool)
		fd_close(tool->fd);
}
