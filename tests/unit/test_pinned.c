/*
 * What Terraform and the real AWS provider plan for the workspaces of tests/conformance/aws, and
 * what Terraform alone plans or refuses of those of tests/conformance/language, pinned by the
 * scripts provider and corners there: ours must be the same bytes.
 */
#include "tests/tap.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zstd.h>

#include "runner/base/fd.h"
#include "runner/canon/plan.h"
#include "runner/plan/jscan.h"
#include "runner/plan/planner.h"
#include "tests/conformance/changes.h"

#define MAX_BYTES (256u << 20)

static const char *path_in(const char *variable, const char *otherwise, const char *path)
{
	static char full[4096];
	const char *base = getenv(variable);

	(void)snprintf(full, sizeof(full), "%s/%s", base ? base : otherwise, path);
	return full;
}

/* One folder of workspaces and how they are planned. */
struct folder {
	const char *path, *request;
	const struct pack *pack; /* or NULL: no provider, whole plans, outputs included */
	int fd;
	struct buf different; /* names of those that are known to differ, a line each */
};

/* All texts of the folder, unpacked into dir_fd. */
static void unpack(int from_fd, int dir_fd)
{
	FP_CLEANUP(fd_close_dir) DIR *dir = fdopendir(dup(from_fd));
	const struct dirent *entry;
	size_t texts = 0;

	CHECK(dir != NULL);
	while ((entry = readdir(dir)) != NULL) {
		struct buf text = BUF_INIT(MAX_BYTES);
		size_t size = strlen(entry->d_name);
		struct err e = ERR_INIT;

		if (size < 5 || strcmp(entry->d_name + size - 4, ".txt") != 0)
			continue;
		CHECK_INT(fd_read_file(from_fd, entry->d_name, true, &text, &e), 0);
		CHECK_INT(changes_unpack(dir_fd, entry->d_name, buf_text(&text), &e), 0);
		buf_release(&text);
		texts++;
	}
	CHECK(texts > 0);
}

static void read_pinned(int from_fd, struct buf *out)
{
	struct buf packed = BUF_INIT(MAX_BYTES);
	struct err e = ERR_INIT;
	unsigned long long size;
	char *text;

	CHECK_INT(fd_read_file(from_fd, "plans.zst", true, &packed, &e), 0);
	size = ZSTD_getFrameContentSize(packed.data, packed.size);
	CHECK(size > 0 && size < MAX_BYTES);
	text = malloc(size);
	CHECK(text != NULL);
	CHECK_INT(ZSTD_decompress(text, size, packed.data, packed.size), size);
	buf_add(out, text, size);
	free(text);
	buf_release(&packed);
}

/* The provider's configuration, where the workspace has none of its own. */
static void configure(int from_fd, int ws_fd)
{
	struct buf text = BUF_INIT(MAX_BYTES);
	struct err e = ERR_INIT;

	if (faccessat(ws_fd, "provider.tf", F_OK, 0) == 0)
		return;
	CHECK_INT(fd_read_file(from_fd, "provider.tf", true, &text, &e), 0);
	CHECK_INT(fd_write_file(ws_fd, "provider.tf", text.data, text.size, 0644, &e), 0);
	buf_release(&text);
}

/* "refused" where there is no plan, and no doubt that Terraform would not make one. */
static void canonical(const struct folder *f, const struct doc *record, struct arena *a,
		      struct buf *out)
{
	const struct doc *plan = doc_get(record, "plan"), *list = doc_get(record, "diagnostics");
	struct err e = ERR_INIT;

	if (plan && plan->kind == DOC_OBJECT) {
		CHECK_INT(f->pack ? changes_canon(plan, NULL, a, out, &e)
				  : canon_plan("ours", plan, out, &e),
			  0);
		return;
	}
	for (const struct doc *d = list ? list->first : NULL; d; d = d->next)
		if (strcmp(doc_get(d, "severity")->text, "unsupported") == 0)
			buf_addf(out, "%s: ", doc_get(d, "summary")->text);
	buf_addstr(out, "refused");
}

/* The record of a workspace with members added to the folder's request. */
static void ask(const struct folder *f, int ws_fd, const char *members, struct arena *a,
		struct buf *record)
{
	const char *request =
		arena_printf(a, "%.*s%s}", (int)strlen(f->request) - 1, f->request, members);
	const struct planner_input in = {ws_fd, f->pack, f->pack ? 1 : 0, request, strlen(request)};
	struct err e = ERR_INIT;

	CHECK_INT(planner_run(&in, a, record, &e), 0);
}

/* The state after what a folder before/ says, as a member of a request; "" where there is none. */
static const char *state_before(const struct folder *f, int ws_fd, struct arena *a)
{
	struct buf record = BUF_INIT(MAX_BYTES);
	struct jscan_text state;
	const char *member;
	int before_fd = openat(ws_fd, "before", O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (before_fd < 0)
		return "";
	if (f->pack)
		configure(f->fd, before_fd);
	ask(f, before_fd, ",\"want_state\":true", a, &record);
	state = jscan_member(a, (struct jscan_text){buf_text(&record), record.size}, "state");
	CHECK(state.size > 4);
	member = arena_printf(a, ",\"prior_state\":%.*s", (int)state.size, state.data);
	fd_close(before_fd);
	buf_release(&record);
	return member;
}

static bool is_known(const struct folder *f, const char *name)
{
	const char *text = f->different.size ? f->different.data : "";
	size_t size = strlen(name);

	for (const char *at = text; (at = strstr(at, name)) != NULL; at += size)
		if ((at == text || at[-1] == '\n') && at[size] == '\n')
			return true;
	return false;
}

static void compare(const struct folder *f, int ws_fd, const char *name, const char *wanted)
{
	struct arena a = ARENA_INIT((size_t)1 << 30);
	struct buf record = BUF_INIT(MAX_BYTES), ours = BUF_INIT(MAX_BYTES);
	const struct doc *d;
	struct err e = ERR_INIT;
	size_t same = 0;
	bool known;

	ask(f, ws_fd, state_before(f, ws_fd, &a), &a, &record);
	CHECK_INT(doc_read_json("record", record.data, record.size, &a, &d, &e), 0);
	canonical(f, d, &a, &ours);
	while (same < ours.size && ours.data[same] == wanted[same])
		same++;
	known = is_known(f, name);
	if (known && same == ours.size && wanted[same] == '\n')
		tap_fail(__FILE__, __LINE__, "%s is the same, and listed as different", name);
	if (!known && (same != ours.size || wanted[same] != '\n'))
		tap_fail(__FILE__, __LINE__,
			 "%s differs at byte %zu\n  got:    %.200s\n  wanted: %.200s", name, same,
			 buf_text(&ours) + (same > 100 ? same - 100 : 0),
			 wanted + (same > 100 ? same - 100 : 0));
	buf_release(&record);
	buf_release(&ours);
	arena_release(&a);
}

static size_t compare_each(const struct folder *f, int dir_fd, const char *pinned)
{
	size_t count = 0;

	for (const char *at = pinned; *at; at = strchr(at, '\n') + 1) {
		char name[256];
		int ws_fd;

		(void)snprintf(name, sizeof(name), "%.*s", (int)strcspn(at, "\t"), at);
		ws_fd = openat(dir_fd, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		CHECK(ws_fd >= 0);
		if (f->pack)
			configure(f->fd, ws_fd);
		compare(f, ws_fd, name, strchr(at, '\t') + 1);
		fd_close(ws_fd);
		count++;
	}
	return count;
}

static void compare_all(struct folder *f, size_t count)
{
	char name[] = "/tmp/test_pinned.XXXXXX";
	struct buf pinned = BUF_INIT(MAX_BYTES);
	struct err e = ERR_INIT;
	int dir_fd;

	f->fd = open(path_in("FIXPROOF_SOURCE", ".", f->path), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	CHECK(f->fd >= 0 && mkdtemp(name) != NULL);
	dir_fd = open(name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	CHECK(dir_fd >= 0);
	f->different = (struct buf)BUF_INIT(65536);
	if (faccessat(f->fd, "different", F_OK, 0) == 0)
		CHECK_INT(fd_read_file(f->fd, "different", true, &f->different, &e), 0);
	unpack(f->fd, dir_fd);
	read_pinned(f->fd, &pinned);
	CHECK_INT(compare_each(f, dir_fd, buf_text(&pinned)), count);
	fd_close(dir_fd);
	fd_close(f->fd);
	buf_release(&pinned);
	buf_release(&f->different);
	CHECK_INT(fd_remove_tree(AT_FDCWD, name, &e), 0);
}

static void compare_with_provider(const char *path, size_t count)
{
	struct folder f = {.path = path, .request = "{\"format\":\"fixproof-plan-request/1\"}"};
	struct arena a = ARENA_INIT((size_t)1 << 30);
	struct err e = ERR_INIT;
	struct pack pack;
	int pack_fd =
		open(path_in("FIXPROOF_BUILD", "build/release", "packs/hashicorp-aws-5.100.0.pack"),
		     O_RDONLY | O_CLOEXEC);

	CHECK(pack_fd >= 0);
	CHECK_INT(pack_map(pack_fd, "pack", &a, &pack, &e), 0);
	f.pack = &pack;
	compare_all(&f, count);
	fd_close(pack_fd);
	arena_release(&a);
}

TEST(two_hundred_workspaces_are_planned_as_the_real_provider_plans_them)
{
	compare_with_provider("tests/conformance/aws", 200);
}

TEST(changes_to_what_is_there_are_planned_as_the_real_provider_plans_them)
{
	compare_with_provider("tests/conformance/changes", 115);
}

TEST(changes_and_creations_of_other_types_are_planned_as_the_real_provider_plans_them)
{
	compare_with_provider("tests/conformance/fresh", 63);
}

TEST(corners_of_the_language_are_planned_or_refused_as_terraform_does)
{
	struct folder f = {.path = "tests/conformance/language",
			   .request = "{\"format\":\"fixproof-plan-request/1\",\"facts\":"
				      "\"schema\"}"};

	compare_all(&f, 250);
}
