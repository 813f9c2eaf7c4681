#include "runner/gitfix.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sys/stat.h>

#include "runner/base/fd.h"
#include "runner/base/treestream.h"
#include "runner/base/utf8.h"

#define TREE_MAX_BYTES ((uint64_t)768 << 20)

/*
 * The last attributes file has the last word, so nothing in the trees changes what a blob holds.
 * "from" is the merge base: the workspace before the fix.
 */
static const char script[] =
	"set -eu\n"
	"export GIT_CONFIG_NOSYSTEM=1 GIT_CONFIG_GLOBAL=/dev/null GIT_NO_REPLACE_OBJECTS=1 "
	"GIT_TERMINAL_PROMPT=0\n"
	"git init -q --bare --template= g\n"
	"echo /repository/objects >g/objects/info/alternates\n"
	"mkdir -p g/info\n"
	"echo '* -text !eol -ident -filter -working-tree-encoding' >g/info/attributes\n"
	"cp -R /repository/refs/. g/refs/\n"
	"[ ! -f /repository/packed-refs ] || cp /repository/packed-refs g/packed-refs\n"
	"cp /repository/HEAD g/HEAD\n"
	"[ ! -f /repository/shallow ] || cp /repository/shallow g/shallow\n"
	"chmod -R u+w g\n"
	"export GIT_DIR=$PWD/g\n"
	"commit() { git rev-parse -q --verify --end-of-options \"$1^{commit}\" || { echo \"$1 is "
	"no commit\" >&2; exit 1; }; }\n"
	"base=$(commit \"$1\")\n"
	"head=$(commit \"$2\")\n"
	"fork=$(git merge-base \"$base\" \"$head\") || { echo \"$1 and $2 have no commit in "
	"common\" >&2; exit 1; }\n"
	"check_out() {\n"
	"	git ls-tree -r \"$2\" | grep -q '^160000' && { echo \"$1: has a submodule\" >&2; "
	"exit 1; }\n"
	"	mkdir \"$1\"\n"
	"	GIT_INDEX_FILE=$PWD/g/index-$1 git --work-tree=\"$1\" read-tree -m -u \"$2\"\n"
	"}\n"
	"check_out base \"$base\"\n"
	"check_out from \"$fork\"\n"
	"check_out to \"$head\"\n"
	"lfs=$(grep -rlIx -m1 'version https://git-lfs.github.com/spec/v1' to | head -n 1) || "
	"true\n"
	"[ -z \"$lfs\" ] || { echo \"${lfs#to/}: is kept elsewhere by Git LFS\" >&2; exit 1; }\n"
	"rm -rf g\n"
	"echo \"$base $head $fork\"\n";

void gitfix_close(struct gitfix *g)
{
	fd_cleanup(&g->base_tree);
	fd_cleanup(&g->fork_tree);
	fd_cleanup(&g->head_tree);
}

/* The first line of a small file, or NULL. */
static const char *first_line(const char *path, struct arena *a)
{
	FP_CLEANUP(buf_release) struct buf text = BUF_INIT(8192);
	struct err ignored = ERR_INIT;

	if (fd_read_file(AT_FDCWD, path, true, &text, &ignored) < 0)
		return NULL;
	return arena_strndup(a, buf_text(&text), strcspn(buf_text(&text), "\n"));
}

struct place {
	const char *root;   /* of the work tree */
	const char *own;    /* git's directory of this work tree, with HEAD */
	const char *common; /* with objects and refs */
};

/* A path in a file of git's, which may be relative to that file's directory. */
static const char *relative_to(const char *directory, const char *path, struct arena *a)
{
	return path[0] == '/' ? path : arena_printf(a, "%s/%s", directory, path);
}

static int find_repository(const char *directory, struct arena *a, struct place *p, struct err *e)
{
	char root[PATH_MAX];
	struct stat st;

	if (!realpath(directory, root))
		return err_sys(e, "%s", directory);
	for (;;) {
		const char *git = arena_printf(a, "%s/.git", root), *line;
		char *slash;

		if (stat(git, &st) == 0) {
			p->root = arena_strdup(a, root);
			p->own = git;
			if (S_ISREG(st.st_mode)) {
				line = first_line(git, a);
				if (!line || strncmp(line, "gitdir: ", 8) != 0)
					return err_set(e, ERR_INPUT,
						       "%s: does not name git's directory", git);
				p->own = relative_to(root, line + 8, a);
			}
			line = first_line(arena_printf(a, "%s/commondir", p->own), a);
			p->common = line ? relative_to(p->own, line, a) : p->own;
			return 0;
		}
		slash = strrchr(root, '/');
		if (!slash || slash == root)
			return err_set(e, ERR_INPUT, "%s: is in no git repository", directory);
		*slash = '\0';
	}
}

static int check_repository(const struct place *p, struct arena *a, struct err *e)
{
	struct stat st;

	if (stat(arena_printf(a, "%s/objects/info/alternates", p->common), &st) == 0 &&
	    st.st_size > 0)
		return err_set(
			e, ERR_UNSUPPORTED,
			"%s: borrows objects from another repository; `git repack -a` ends that",
			p->root);
	return 0;
}

struct outputs {
	int out, err, tree;
};

static void close_outputs(struct outputs *o)
{
	fd_close(o->out);
	fd_close(o->err);
	fd_close(o->tree);
}

static size_t make_binds(const struct place *p, struct arena *a,
			 struct sandbox_bind binds[static 5])
{
	static const struct {
		const char *name;
		bool own, optional;
	} rows[] = {{"objects", false, false},
		    {"refs", false, false},
		    {"packed-refs", false, true},
		    {"HEAD", true, false},
		    {"shallow", false, true}};
	size_t count = 0;

	for (size_t i = 0; i < FP_ARRAY_SIZE(rows); i++) {
		const char *host =
			arena_printf(a, "%s/%s", rows[i].own ? p->own : p->common, rows[i].name);

		if (rows[i].optional && access(host, F_OK) < 0)
			continue;
		binds[count++] = (struct sandbox_bind){
			.host = host,
			.fd = -1,
			.inside = arena_printf(a, "/repository/%s", rows[i].name)};
	}
	return count;
}

static int failed(const struct outputs *o, const char *range, const struct sandbox_result *r,
		  struct err *e)
{
	FP_CLEANUP(buf_release) struct buf text = BUF_INIT(4096);
	char tail[1024];
	ssize_t n = pread(o->err, tail, sizeof(tail), 0);

	if (n > 0)
		utf8_add_visible(&text, tail,
				 strcspn(tail, "\n") < (size_t)n ? strcspn(tail, "\n") : (size_t)n,
				 false);
	if (r->end == SANDBOX_LIMIT)
		return err_set(e, ERR_LIMIT, "--git %s: reading it hit the limit on %s", range,
			       sandbox_limit_name(r->limit));
	return err_set(e, ERR_INPUT, "--git %s: %s", range,
		       text.size > 0 ? buf_text(&text) : "git failed");
}

static int run_git(const struct place *p, const char *range, const char *base, const char *head,
		   struct launcher *l, struct arena *a, struct outputs *o, struct err *e)
{
	const char *const argv[] = {"/bin/sh", "-c", script, "sh", base, head, NULL};
	struct sandbox_spec spec = SANDBOX_SPEC_INIT;
	struct sandbox_result r;
	struct sandbox_bind binds[5];

	if (fd_memfd("git", &o->out, e) < 0 || fd_memfd("git", &o->err, e) < 0 ||
	    fd_memfd("git", &o->tree, e) < 0)
		return -1;
	spec.argv = argv;
	spec.stdout_fd = o->out;
	spec.stderr_fd = o->err;
	spec.workspace_out = o->tree;
	spec.image = SANDBOX_IMAGE_HOST;
	spec.profile = SANDBOX_FIXER;
	spec.binds = binds;
	spec.bind_count = make_binds(p, a, binds);
	spec.layers = (struct sandbox_layers){.landlock = SANDBOX_PREFER, .cgroup = SANDBOX_PREFER};
	spec.limits.workspace_bytes = TREE_MAX_BYTES;
	spec.limits.workspace_inodes = 400000;
	if (launcher_run(l, &spec, a, &r, e) < 0)
		return err_wrap(e, "reading the repository");
	if (r.end != SANDBOX_EXITED || r.exit_status != 0)
		return failed(o, range, &r, e);
	if (!r.tree_collected || r.dropped_count > 0)
		return err_set(e, ERR_INPUT, "--git %s: %s: %s", range,
			       r.dropped_count > 0 ? r.dropped[0].path : "the trees",
			       r.dropped_count > 0 ? r.dropped[0].reason
						   : "could not be collected");
	return 0;
}

static int copy_entry(struct treestream_reader *r, struct treestream_writer *w,
		      const struct treestream_entry *entry, size_t prefix, struct err *e)
{
	char chunk[16384];
	size_t n;

	if (treestream_entry(w, entry->type, entry->path + prefix, entry->size, e) < 0)
		return -1;
	for (;;) {
		if (treestream_read(r, chunk, sizeof(chunk), &n, e) < 0)
			return -1;
		if (n == 0)
			return 0;
		if (treestream_content(w, chunk, n, e) < 0)
			return -1;
	}
}

/* What lies beneath one directory of the stream, as a stream of its own. */
static int extract(int tree, const char *directory, int *ret_fd, struct arena *a, struct err *e)
{
	struct treestream_reader *r = arena_alloc(a, sizeof(*r));
	struct treestream_entry *entry = arena_alloc(a, sizeof(*entry));
	FP_CLEANUP(fd_cleanup) int fd = -1;
	size_t prefix = strlen(directory) + 1;
	struct treestream_writer w;
	int more;

	if (fd_memfd("tree", &fd, e) < 0)
		return -1;
	if (lseek(tree, 0, SEEK_SET) < 0)
		return err_sys(e, "tree stream");
	if (treestream_open(r, tree, e) < 0 || treestream_begin(&w, fd, e) < 0)
		return -1;
	while ((more = treestream_next(r, entry, e)) > 0) {
		if (strncmp(entry->path, directory, prefix - 1) != 0 ||
		    entry->path[prefix - 1] != '/')
			continue;
		if (copy_entry(r, &w, entry, prefix, e) < 0)
			return -1;
	}
	if (more < 0 || treestream_end(&w, e) < 0)
		return -1;
	*ret_fd = fd_steal(&fd);
	return 0;
}

static int read_ids(int fd, struct arena *a, struct gitfix *g, struct err *e)
{
	char text[256], base[80], head[80], fork[80];
	ssize_t n = pread(fd, text, sizeof(text) - 1, 0);

	text[n > 0 ? n : 0] = '\0';
	if (sscanf(text, "%79[0-9a-f] %79[0-9a-f] %79[0-9a-f]", base, head, fork) != 3)
		return err_set(e, ERR_PEER, "git gave no commit ids");
	g->base = arena_strdup(a, base);
	g->head = arena_strdup(a, head);
	g->fork = arena_strdup(a, fork);
	return 0;
}

int gitfix_read(const char *directory, const char *range, struct launcher *l, struct arena *a,
		struct gitfix *ret_fix, struct err *e)
{
	FP_CLEANUP(close_outputs) struct outputs o = {-1, -1, -1};
	struct gitfix g = GITFIX_INIT;
	const char *dots = strstr(range, "...");
	struct place p;

	if (!dots || dots == range || dots[3] == '\0' || strstr(dots + 3, ".."))
		return err_set(e, ERR_USAGE, "--git: \"%s\" is not BASE...HEAD", range);
	if (find_repository(directory, a, &p, e) < 0 || check_repository(&p, a, e) < 0 ||
	    run_git(&p, range, arena_strndup(a, range, (size_t)(dots - range)), dots + 3, l, a, &o,
		    e) < 0 ||
	    read_ids(o.out, a, &g, e) < 0)
		return -1;
	if (extract(o.tree, "base", &g.base_tree, a, e) < 0 ||
	    extract(o.tree, "from", &g.fork_tree, a, e) < 0 ||
	    extract(o.tree, "to", &g.head_tree, a, e) < 0) {
		gitfix_close(&g);
		return -1;
	}
	g.root = p.root;
	*ret_fix = g;
	return 0;
}

const char *gitfix_inside(const struct gitfix *g, const char *path, struct arena *a)
{
	size_t size = strlen(g->root);
	char absolute[PATH_MAX];

	/* What is only in BASE has no real path; then it is meant relative to the root. */
	if (!realpath(path, absolute))
		return path[0] == '/' ? NULL : path;
	if (strncmp(absolute, g->root, size) != 0 ||
	    (absolute[size] != '/' && absolute[size] != '\0'))
		return NULL;
	return arena_strdup(a, absolute[size] ? absolute + size + 1 : ".");
}
