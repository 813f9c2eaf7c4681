#include <dirent.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

#include "runner/base/fd.h"
#include "runner/base/hex.h"
#include "runner/base/utf8.h"
#include "runner/plan/hcl/digest.h"
#include "runner/plan/hcl/workdir.h"

#define STR(i) (c->args[i]->text)

static size_t file_limit(const struct call *c)
{
	size_t limit = c->eval->env ? c->eval->env->file_bytes_max : 0;

	return limit ? limit : SYNTAX_FILE_BYTES_MAX;
}

static const struct value *run_file(struct call *c)
{
	FP_CLEANUP(buf_release) struct buf out = BUF_INIT(file_limit(c));

	if (!workdir_read(c, 0, STR(0), &out))
		return NULL;
	if (!utf8_valid(buf_text(&out), out.size))
		return call_fail_arg(c, 0,
				     "contents of \"%s\" are not valid UTF-8; use the filebase64 "
				     "function to obtain the Base64 encoded contents or the other "
				     "file functions (e.g. filemd5, filesha256) to obtain file "
				     "hashing results instead",
				     STR(0));
	return call_string(c, buf_text(&out), out.size);
}

static const struct value *run_filebase64(struct call *c)
{
	FP_CLEANUP(buf_release) struct buf bytes = BUF_INIT(file_limit(c));
	FP_CLEANUP(buf_release) struct buf out = BUF_INIT(FUNC_TEXT_MAX);

	if (!workdir_read(c, 0, STR(0), &bytes))
		return NULL;
	base64_encode(&out, buf_text(&bytes), bytes.size);
	return call_string(c, buf_text(&out), out.size);
}

static const struct value *file_digest(struct call *c, enum digest_kind kind, bool base64)
{
	FP_CLEANUP(buf_release) struct buf bytes = BUF_INIT(file_limit(c));

	if (!workdir_read(c, 0, STR(0), &bytes)) {
		c->fault_arg = -1; /* of these Terraform blames the call */
		return NULL;
	}
	return digest_text(c, kind, base64, buf_text(&bytes), bytes.size);
}

static const struct value *run_filemd5(struct call *c)
{
	return file_digest(c, DIGEST_MD5, false);
}

static const struct value *run_filesha1(struct call *c)
{
	return file_digest(c, DIGEST_SHA1, false);
}

static const struct value *run_filesha256(struct call *c)
{
	return file_digest(c, DIGEST_SHA256, false);
}

static const struct value *run_filesha512(struct call *c)
{
	return file_digest(c, DIGEST_SHA512, false);
}

static const struct value *run_filebase64sha256(struct call *c)
{
	return file_digest(c, DIGEST_SHA256, true);
}

static const struct value *run_filebase64sha512(struct call *c)
{
	return file_digest(c, DIGEST_SHA512, true);
}

static const struct value *run_fileexists(struct call *c)
{
	enum workdir_kind kind = WORKDIR_NOTHING;

	if (!workdir_open(c, 0, STR(0), &kind, NULL))
		return NULL;
	if (kind == WORKDIR_DIRECTORY)
		return call_fail_arg(c, 0, "\"%s\" is a directory, not a file", STR(0));
	if (kind == WORKDIR_OTHER)
		return call_fail_arg(c, 0, "\"%s\" is not a regular file", STR(0));
	return value_bool(kind == WORKDIR_FILE);
}

/* --- paths
 * ---------------------------------------------------------------------------------------- */

static const struct value *run_abspath(struct call *c)
{
	const char *cwd = c->eval->env ? c->eval->env->cwd : NULL;
	const char *path = STR(0), *clean;

	if (path[0] != '/' && !cwd)
		return call_unsupported(c, "the working directory has no path");
	clean = workdir_clean(c->arena,
			      path[0] == '/' ? path : arena_printf(c->arena, "%s/%s", cwd, path));
	return clean ? value_string(c->arena, clean) : call_limit(c, "a path that long");
}

static const struct value *run_basename(struct call *c)
{
	const char *path = STR(0), *slash;
	size_t n = c->args[0]->count;

	if (n == 0)
		return value_string(c->arena, ".");
	while (n > 1 && path[n - 1] == '/')
		n--;
	if (n == 1 && path[0] == '/')
		return value_string(c->arena, "/");
	slash = memrchr(path, '/', n);
	if (slash) {
		n -= (size_t)(slash + 1 - path);
		path = slash + 1;
	}
	return value_string_n(c->arena, path, n);
}

static const struct value *run_dirname(struct call *c)
{
	const char *path = STR(0), *slash = strrchr(path, '/'), *clean;

	clean = workdir_clean(
		c->arena, slash ? arena_strndup(c->arena, path, (size_t)(slash + 1 - path)) : "");
	return clean ? value_string(c->arena, clean) : call_limit(c, "a path that long");
}

static const struct value *run_pathexpand(struct call *c)
{
	const char *home = c->eval->env ? c->eval->env->home : NULL;

	if (STR(0)[0] != '~')
		return c->args[0];
	if (!home || (STR(0)[1] != '/' && STR(0)[1] != '\0'))
		return call_unsupported(c, "the home directory in \"%s\"", STR(0));
	return value_string(c->arena, workdir_clean(c->arena, arena_printf(c->arena, "%s/%s", home,
									   STR(0) + 1)));
}

/* --- fileset
 * -------------------------------------------------------------------------------------- */

struct search {
	struct call *call;
	const char *pattern;
	const struct value **items;
	size_t count, capacity, visited;
	unsigned depth;
};

/* [a-z], [^x]; *p is after the bracket.  -1: the pattern is malformed. */
static int class_matches(const char **p, uint32_t ch)
{
	bool negated = **p == '^' || **p == '!', found = false, any = false;

	*p += negated;
	while (**p != ']' || !any) {
		uint32_t low, high;
		size_t n;

		if (**p == '\\')
			(*p)++;
		if (**p == '\0' || **p == '/')
			return -1;
		low = high = utf8_decode(*p, strlen(*p), &n);
		*p += n;
		if (**p == '-' && (*p)[1] != ']') {
			(*p)++;
			if (**p == '\\')
				(*p)++;
			if (**p == '\0')
				return -1;
			high = utf8_decode(*p, strlen(*p), &n);
			*p += n;
		}
		found |= ch >= low && ch <= high;
		any = true;
	}
	(*p)++;
	return found != negated;
}

/* One component against one of the pattern; -1: malformed.  steps bounds the backtracking. */
static int component_matches(const char *p, const char *end, const char *name, size_t *steps)
{
	while (p < end) {
		size_t n;
		uint32_t ch;
		int found;

		if (++*steps > 100000)
			return -1;
		if (*p == '*') {
			while (p < end && *p == '*')
				p++;
			for (;; name++) {
				found = component_matches(p, end, name, steps);
				if (found != 0 || *name == '\0')
					return found;
			}
		}
		if (*name == '\0')
			return 0;
		ch = utf8_decode(name, strlen(name), &n);
		if (*p == '?') {
			p++;
		} else if (*p == '[') {
			p++;
			found = class_matches(&p, ch);
			if (found <= 0)
				return found;
		} else {
			size_t m;

			if (*p == '\\' && p + 1 < end)
				p++;
			if (utf8_decode(p, (size_t)(end - p), &m) != ch)
				return 0;
			p += m;
		}
		name += n;
	}
	return *name == '\0';
}

static bool walk(struct search *s, int dir_fd, const char *path, const char *pattern);

static void found(struct search *s, const char *path)
{
	s->items = arena_grow(s->call->arena, s->items, s->count, &s->capacity, sizeof(*s->items));
	s->items[s->count++] = value_string(s->call->arena, path);
}

/* An entry that the first component of the pattern matches. */
static bool matched(struct search *s, int dir_fd, const char *name, const char *path,
		    const char *rest)
{
	FP_CLEANUP(fd_cleanup) int fd = -1;
	struct stat st;

	if (fstatat(dir_fd, name, &st, AT_SYMLINK_NOFOLLOW) < 0)
		return true;
	if (S_ISLNK(st.st_mode)) {
		call_unsupported(s->call, "the symbolic link \"%s\" in fileset()", path);
		return false;
	}
	if (*rest == '\0') {
		if (S_ISREG(st.st_mode))
			found(s, path);
		return true;
	}
	if (!S_ISDIR(st.st_mode))
		return true;
	fd = openat(dir_fd, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	return fd < 0 || walk(s, fd, path, rest);
}

static bool entry(struct search *s, int dir_fd, const char *name, const char *path,
		  const char *pattern)
{
	size_t n = strcspn(pattern, "/"), steps = 0;
	const char *rest = pattern + n + (pattern[n] == '/');
	int match;

	if (n == 2 && pattern[0] == '*' && pattern[1] == '*') {
		/* Any number of directories: this one is one of them, or the last pattern. */
		if (*rest == '\0' && !matched(s, dir_fd, name, path, ""))
			return false;
		return matched(s, dir_fd, name, path, pattern);
	}
	match = component_matches(pattern, pattern + n, name, &steps);
	if (match < 0) {
		call_unsupported(s->call, "the pattern \"%s\"", s->pattern);
		return false;
	}
	return match == 0 || matched(s, dir_fd, name, path, rest);
}

static bool each_entry(struct search *s, DIR *dir, const char *path, const char *pattern)
{
	const struct dirent *d;

	while ((d = readdir(dir)) != NULL) {
		const char *below;

		if (strcmp(d->d_name, ".") == 0 || strcmp(d->d_name, "..") == 0)
			continue;
		if (++s->visited > FUNC_COUNT_MAX) {
			call_limit(s->call, "more than %zu files", FUNC_COUNT_MAX);
			return false;
		}
		below = path[0] == '\0' ? arena_strdup(s->call->arena, d->d_name)
					: arena_printf(s->call->arena, "%s/%s", path, d->d_name);
		if (!utf8_valid(below, strlen(below))) {
			call_unsupported(s->call, "a file name that is not UTF-8");
			return false;
		}
		if (!entry(s, dirfd(dir), d->d_name, below, pattern))
			return false;
	}
	return true;
}

static bool walk(struct search *s, int dir_fd, const char *path, const char *pattern)
{
	DIR *dir;
	bool fine;
	int fd;

	/* "**" may stand for no directory at all. */
	while (strncmp(pattern, "**/", 3) == 0) {
		const char *rest = pattern + 3;

		if (strncmp(rest, "**", 2) != 0 && s->depth < 100) {
			s->depth++;
			fine = walk(s, dir_fd, path, rest);
			s->depth--;
			if (!fine)
				return false;
			break;
		}
		pattern = rest;
	}
	if (s->depth >= 100)
		return call_limit(s->call, "directories that are nested too deeply") != NULL;
	fd = openat(dir_fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return true;
	dir = fdopendir(fd);
	if (!dir) {
		(void)close(fd);
		return true;
	}
	s->depth++;
	fine = each_entry(s, dir, path, pattern);
	s->depth--;
	(void)closedir(dir);
	return fine;
}

/*
 * What a checkout has beside the tree, and a pattern would find there: the files of Git and of
 * Terraform in the working directory itself.
 */
static void note_beside(struct call *c, const char *relative, const char *pattern)
{
	static const char *const beside[] = {".git", ".terraform"};
	size_t n = strcspn(pattern, "/");
	bool deep = n == 2 && memcmp(pattern, "**", 2) == 0;

	for (size_t i = 0; i < FP_ARRAY_SIZE(beside) && strcmp(relative, ".") == 0; i++) {
		size_t steps = 0;

		if (deep || (pattern[n] == '/' &&
			     component_matches(pattern, pattern + n, beside[i], &steps) == 1))
			workdir_note_absent(c, beside[i]);
	}
}

static const struct value *run_fileset(struct call *c)
{
	struct search s = {.call = c};
	FP_CLEANUP(fd_cleanup) int fd = -1;
	enum workdir_kind kind = WORKDIR_NOTHING;
	const char *relative;

	if (strchr(STR(1), '{') || strchr(STR(1), '\\'))
		return call_unsupported(c, "braces or backslashes in the pattern \"%s\"", STR(1));
	if (!workdir_open(c, 0, STR(0), &kind, &fd))
		return NULL;
	s.pattern = workdir_clean(c->arena, STR(1));
	if (!s.pattern || strncmp(s.pattern, "..", 2) == 0 || s.pattern[0] == '/')
		return call_unsupported(c, "a pattern that leads out of the directory: \"%s\"",
					STR(1));
	if (kind == WORKDIR_DIRECTORY && !walk(&s, fd, "", s.pattern))
		return NULL;
	relative = workdir_path(c, 0, STR(0));
	note_beside(c, relative, s.pattern);
	if (kind == WORKDIR_DIRECTORY && s.count == 0)
		workdir_note_absent(c, workdir_clean(c->arena, arena_printf(c->arena, "%s/%s",
									    relative, s.pattern)));
	return value_set(c->arena, &type_string, s.items, s.count);
}

static const struct type set_of_string = {.kind = TYPE_SET, .element = &type_string};

#define PATH_PARAM                      \
	{                               \
		"path", &type_string, 0 \
	}
#define PATH_ROW(function_name, result, runner)                                               \
	{                                                                                     \
		.name = function_name, .params = {PATH_PARAM}, .count = 1, .returns = result, \
		.run = runner                                                                 \
	}

const struct function func_file[] = {
	PATH_ROW("abspath", &type_string, run_abspath),
	PATH_ROW("basename", &type_string, run_basename),
	PATH_ROW("dirname", &type_string, run_dirname),
	PATH_ROW("file", &type_string, run_file),
	PATH_ROW("filebase64", &type_string, run_filebase64),
	PATH_ROW("filebase64sha256", &type_string, run_filebase64sha256),
	PATH_ROW("filebase64sha512", &type_string, run_filebase64sha512),
	PATH_ROW("fileexists", &type_bool, run_fileexists),
	PATH_ROW("filemd5", &type_string, run_filemd5),
	{.name = "fileset",
	 .params = {PATH_PARAM, {"pattern", &type_string, 0}},
	 .count = 2,
	 .returns = &set_of_string,
	 .run = run_fileset},
	PATH_ROW("filesha1", &type_string, run_filesha1),
	PATH_ROW("filesha256", &type_string, run_filesha256),
	PATH_ROW("filesha512", &type_string, run_filesha512),
	PATH_ROW("pathexpand", &type_string, run_pathexpand),
	{.name = NULL},
};
