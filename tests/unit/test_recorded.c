/*
 * Plans of the real AWS provider, canonical, recorded once: tests/conformance/recorded/NAME has the
 * workspace and plan.json.  Ours, with the recorded facts, must be the same bytes.
 */
#include "tests/tap.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "runner/base/fd.h"
#include "runner/canon/plan.h"
#include "runner/plan/planner.h"

#define PLAN_MAX_BYTES (64u << 20)

static int open_in(const char *variable, const char *otherwise, const char *path)
{
	char full[4096];
	const char *base = getenv(variable);

	(void)snprintf(full, sizeof(full), "%s/%s", base ? base : otherwise, path);
	return open(full, O_RDONLY | O_CLOEXEC);
}

static void canonical(const struct buf *record, struct arena *a, struct buf *out)
{
	const struct doc *d, *plan;
	struct err e = ERR_INIT;

	CHECK_INT(doc_read_json("record", record->data, record->size, a, &d, &e), 0);
	plan = doc_get(d, "plan");
	if (!plan || plan->kind != DOC_OBJECT)
		tap_fail(__FILE__, __LINE__, "no plan: %.600s", record->data);
	CHECK_INT(canon_plan("record", plan, out, &e), 0);
}

static void compare(const char *name)
{
	static const char request[] = "{\"format\":\"fixproof-plan-request/1\"}";
	struct arena a = ARENA_INIT((size_t)1 << 30);
	struct buf record = BUF_INIT(PLAN_MAX_BYTES), ours = BUF_INIT(PLAN_MAX_BYTES);
	struct buf wanted = BUF_INIT(PLAN_MAX_BYTES);
	char path[256];
	int pack_fd, dir_fd;
	struct err e = ERR_INIT;
	struct pack pack;
	struct planner_input in;

	pack_fd = open_in("FIXPROOF_BUILD", "build/release", "packs/hashicorp-aws-5.100.0.pack");
	(void)snprintf(path, sizeof(path), "tests/conformance/recorded/%s", name);
	dir_fd = open_in("FIXPROOF_SOURCE", ".", path);
	CHECK(pack_fd >= 0 && dir_fd >= 0);
	CHECK_INT(pack_map(pack_fd, "pack", &a, &pack, &e), 0);
	in = (struct planner_input){dir_fd, &pack, 1, request, strlen(request)};
	CHECK_INT(planner_run(&in, &a, &record, &e), 0);
	canonical(&record, &a, &ours);
	CHECK_INT(fd_read_file(dir_fd, "plan.json", true, &wanted, &e), 0);
	for (size_t i = 0; i < ours.size && i < wanted.size; i++)
		if (ours.data[i] != wanted.data[i])
			tap_fail(__FILE__, __LINE__,
				 "%s differs at byte %zu\n  got:    %.200s\n  wanted: %.200s", name,
				 i, ours.data + (i > 100 ? i - 100 : 0),
				 wanted.data + (i > 100 ? i - 100 : 0));
	CHECK_INT(ours.size, wanted.size);
	fd_close(pack_fd);
	fd_close(dir_fd);
	buf_release(&record);
	buf_release(&ours);
	buf_release(&wanted);
	arena_release(&a);
}

TEST(eighty_one_types_are_planned_as_the_provider_plans_them)
{
	compare("services");
}

TEST(texts_that_the_provider_rewrites_are_planned_as_it_plans_them)
{
	compare("rewritten");
}
