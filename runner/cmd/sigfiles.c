#include "runner/cmd/sigfiles.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>

#include "runner/attest/bundle_files.h"

int sigfiles_read(const struct bundle *b, struct arena *a, struct sigfiles *ret_files,
		  struct err *e)
{
	struct sigfiles s = {.count = 0};
	const char *const *paths;
	size_t count;

	if (bundle_mend(b, a, e) < 0 || bundle_paths(b, a, &paths, &count, e) < 0)
		return -1;
	s.rows = arena_array(a, count + 1, sizeof(*s.rows));
	for (size_t i = 0; i < count; i++) {
		struct sigfile *row = &s.rows[s.count];
		const char *text;
		size_t size;

		if (!bundle_is_unsealed(paths[i]) || strcmp(paths[i], BUNDLE_LINES_FILE) == 0)
			continue;
		row->path = paths[i];
		if (bundle_file(b, paths[i], a, &text, &size, e) < 0 ||
		    sigstore_read(paths[i], text, size, a, &row->content, e) < 0)
			return -1;
		s.count++;
	}
	if (s.count == 0)
		return err_set(e, ERR_INPUT, "is not signed yet");
	*ret_files = s;
	return 0;
}

const char *sigfiles_name(const struct sigfile *f, const char *suffix, struct arena *a)
{
	char *name = arena_strdup(a, f->path);
	char *end = strstr(name, ".sigstore.json");

	if (end)
		*end = '\0';
	for (char *c = name; *c; c++)
		*c = *c == '/' ? '-' : *c;
	return arena_printf(a, "%s%s", name, suffix);
}

int sigfiles_output(const char *path, int *ret_fd, struct err *e)
{
	if (mkdir(path, 0755) < 0 && errno != EEXIST)
		return err_sys(e, "%s", path);
	*ret_fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	return *ret_fd < 0 ? err_sys(e, "%s", path) : 0;
}

int sigfiles_put(const struct bundle *b, const struct sigfiles *s, struct arena *a, struct err *e)
{
	struct bundle_member *members = arena_array(a, s->count, sizeof(*members));
	size_t changed = 0;

	for (size_t i = 0; i < s->count; i++) {
		FP_CLEANUP(buf_release) struct buf text = BUF_INIT(BUNDLE_FILE_MAX_BYTES);

		if (!s->rows[i].changed)
			continue;
		sigstore_write(&text, &s->rows[i].content);
		if (buf_finish(&text, s->rows[i].path, e) < 0)
			return -1;
		members[changed++] = (struct bundle_member){
			s->rows[i].path, arena_strndup(a, buf_text(&text), text.size), text.size};
	}
	return bundle_put(b, members, changed, a, e);
}
