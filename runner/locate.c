#include "runner/locate.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>

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
