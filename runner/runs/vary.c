#include "runner/runs/internal.h"

#define DAY_NS ((int64_t)86400 * 1000000000)

static void vary_clock(struct sandbox_variation *v)
{
	/* Another year, month, day and hour. */
	v->clock = SANDBOX_CLOCK_OFFSET;
	v->clock_ns = 403 * DAY_NS + (int64_t)5 * 3600 * 1000000000;
}

static void vary_random(struct sandbox_variation *v)
{
	v->random = SANDBOX_RANDOM_SEEDED;
	v->random_seed = 0x5eed0002;
}

static void vary_host(struct sandbox_variation *v)
{
	v->host_name = "elsewhere";
	v->domain_name = "example.org";
}

static void vary_user(struct sandbox_variation *v)
{
	v->user_name = "somebody";
	v->uid = 4321;
	v->gid = 8765;
	/* Which otherwise follows the name, and is a group of its own. */
	if (!v->home)
		v->home = "/home/fix";
}

static void vary_home(struct sandbox_variation *v)
{
	v->home = "/var/lib/somebody";
}

static void vary_tmpdir(struct sandbox_variation *v)
{
	v->tmpdir = "/var/tmp/other";
}

static void vary_path(struct sandbox_variation *v)
{
	v->workspace = "/srv/build/checkout";
}

static void vary_timezone(struct sandbox_variation *v)
{
	v->timezone = "Asia/Kathmandu";
}

static void vary_locale(struct sandbox_variation *v)
{
	v->locale = "C";
}

static void vary_umask(struct sandbox_variation *v)
{
	v->umask_bits = 0077;
}

static void vary_environment(struct sandbox_variation *v)
{
	static const char *const env[] = {"FIXPROOF_UNRELATED=1", "EDITOR=true", "COLUMNS=132",
					  NULL};

	v->env = env;
}

static void vary_order(struct sandbox_variation *v)
{
	v->order = SANDBOX_ORDER_REVERSED;
}

static void vary_cpus(struct sandbox_variation *v)
{
	v->cpus = 1;
}

static void vary_layout(struct sandbox_variation *v)
{
	v->fixed_layout = !v->fixed_layout;
}

const struct runs_group runs_groups[] = {
	{"clock", vary_clock},
	{"randomness", vary_random},
	{"host name", vary_host},
	{"user", vary_user},
	{"HOME", vary_home},
	{"TMPDIR", vary_tmpdir},
	{"path of the workspace", vary_path},
	{"time zone", vary_timezone},
	{"locale", vary_locale},
	{"umask", vary_umask},
	{"environment", vary_environment},
	{"order of directory entries", vary_order},
	{"number of CPUs", vary_cpus},
	{"address layout", vary_layout},
};

const size_t runs_group_count = FP_ARRAY_SIZE(runs_groups);

struct sandbox_variation runs_plain(void)
{
	return (struct sandbox_variation){.host_name = NULL};
}

struct sandbox_variation runs_varied(void)
{
	struct sandbox_variation v = runs_plain();

	for (size_t i = 0; i < runs_group_count; i++)
		runs_groups[i].vary(&v);
	return v;
}

struct sandbox_variation runs_pinned(void)
{
	return (struct sandbox_variation){
		.clock = SANDBOX_CLOCK_FIXED,
		.clock_ns = (int64_t)1767225600 * 1000000000, /* 2026-01-01 */
		.random = SANDBOX_RANDOM_SEEDED,
		.random_seed = 0x5eed0001,
		.fixed_layout = true,
	};
}
