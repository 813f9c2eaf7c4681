#include "runner/plan/awsdata.h"

#include <string.h>

#include "runner/plan/iampolicy.h"
#include "runner/plan/provide.h"

/* One attribute and its value, which must be known text. */
struct text_row {
	const char *name, *text;
};

static const struct value *with_texts(struct arena *a, const struct value *v,
				      const struct text_row *rows, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (value_get(v, rows[i].name))
			v = provide_with(a, v, rows[i].name, value_string(a, rows[i].text));
	return v;
}

static const struct value *read_partition(struct walk *w, const struct value *config,
					  const char *region, FP_UNUSED struct range where)
{
	bool china = strncmp(region, "cn-", 3) == 0, gov = strncmp(region, "us-gov-", 7) == 0;
	const char *name = china ? "aws-cn" : gov ? "aws-us-gov" : "aws";
	const struct text_row rows[] = {
		{"dns_suffix", china ? "amazonaws.com.cn" : "amazonaws.com"},
		{"id", name},
		{"partition", name},
		{"reverse_dns_prefix", china ? "cn.com.amazonaws" : "com.amazonaws"},
	};

	return with_texts(w->arena, config, rows, FP_ARRAY_SIZE(rows));
}

/* The first run of exactly twelve digits in text that is not the account of the other plans. */
static const char *account_in(struct arena *a, const char *text, size_t size)
{
	for (size_t i = 0; i < size; i++) {
		size_t digits = 0;

		while (i + digits < size && text[i + digits] >= '0' && text[i + digits] <= '9')
			digits++;
		if (digits == 12 && strncmp(text + i, REQUEST_ACCOUNT, 12) != 0)
			return arena_strndup(a, text + i, 12);
		i += digits;
	}
	return NULL;
}

/*
 * Where the account may not matter, it is one that the configuration speaks of: what treats that
 * one in another way shows.
 */
static const char *caller_account(struct walk *w)
{
	const char *found = NULL;

	if (!*w->request->salt || !w->request->account_made_up)
		return w->request->account_id;
	for (size_t i = 0; i < w->config.files.count && !found; i++)
		found = account_in(w->arena, w->config.files.list[i]->text,
				   w->config.files.list[i]->size);
	return found ? found : w->request->account_id;
}

static const struct value *read_caller(struct walk *w, const struct value *config,
				       FP_UNUSED const char *region, FP_UNUSED struct range where)
{
	const char *account = caller_account(w);
	const struct text_row rows[] = {
		{"account_id", account},
		{"arn", arena_printf(w->arena, "arn:aws:iam::%s:user/%s", account,
				     *w->request->salt ? "another" : "fixproof")},
		{"id", account},
		{"user_id", *w->request->salt ? "AIDAANOTHERMOCKEDUSER" : "AIDAFIXPROOFMOCKEDUSR"},
	};

	return with_texts(w->arena, config, rows, FP_ARRAY_SIZE(rows));
}

static const struct {
	const char *name, *description;
} regions[] = {
	{"ap-northeast-1", "Asia Pacific (Tokyo)"},
	{"ap-south-1", "Asia Pacific (Mumbai)"},
	{"ap-southeast-1", "Asia Pacific (Singapore)"},
	{"ap-southeast-2", "Asia Pacific (Sydney)"},
	{"ca-central-1", "Canada (Central)"},
	{"eu-central-1", "Europe (Frankfurt)"},
	{"eu-north-1", "Europe (Stockholm)"},
	{"eu-west-1", "Europe (Ireland)"},
	{"eu-west-2", "Europe (London)"},
	{"eu-west-3", "Europe (Paris)"},
	{"sa-east-1", "South America (Sao Paulo)"},
	{"us-east-1", "US East (N. Virginia)"},
	{"us-east-2", "US East (Ohio)"},
	{"us-west-1", "US West (N. California)"},
	{"us-west-2", "US West (Oregon)"},
};

static const char *known_text(const struct value *config, const char *name)
{
	const struct value *v = value_get(config, name);

	return v && v->state == VALUE_KNOWN && v->type == &type_string && *v->text ? v->text : NULL;
}

static const struct value *read_region(struct walk *w, const struct value *config,
				       const char *region, FP_UNUSED struct range where)
{
	const char *name = known_text(config, "name");
	const char *description = "";
	struct text_row rows[4];

	if (known_text(config, "endpoint"))
		return NULL;
	if (!name)
		name = region;
	for (size_t i = 0; i < FP_ARRAY_SIZE(regions); i++)
		if (strcmp(regions[i].name, name) == 0)
			description = regions[i].description;
	rows[0] = (struct text_row){"description", description};
	rows[1] =
		(struct text_row){"endpoint", arena_printf(w->arena, "ec2.%s.amazonaws.com", name)};
	rows[2] = (struct text_row){"id", name};
	rows[3] = (struct text_row){"name", name};
	return with_texts(w->arena, config, rows, FP_ARRAY_SIZE(rows));
}

static const struct value *strings(struct arena *a, const struct value *like,
				   const char *const *texts, size_t count)
{
	const struct value **items = arena_array(a, count + 1, sizeof(*items));

	for (size_t i = 0; i < count; i++)
		items[i] = value_string(a, texts[i]);
	return like->type->kind == TYPE_SET ? value_set(a, &type_string, items, count)
					    : value_list(a, &type_string, items, count);
}

static const struct value *read_zones(struct walk *w, const struct value *config,
				      const char *region, FP_UNUSED struct range where)
{
	struct arena *a = w->arena;
	const char *names[3], *ids[3];
	const char *const groups[] = {region};
	const struct text_row rows[] = {{"id", region}};

	for (size_t i = 0; i < 3; i++) {
		names[i] = arena_printf(a, "%s%c", region, (int)('a' + i));
		ids[i] = arena_printf(a, "%s-az%zu", region, i + 1);
	}
	config = with_texts(a, config, rows, 1);
	if (value_get(config, "names"))
		config =
			provide_with(a, config, "names",
				     value_mark(a, strings(a, value_get(config, "names"), names, 3),
						WALK_MOCKED));
	if (value_get(config, "zone_ids"))
		config = provide_with(a, config, "zone_ids",
				      value_mark(a,
						 strings(a, value_get(config, "zone_ids"), ids, 3),
						 WALK_MOCKED));
	if (value_get(config, "group_names"))
		config = provide_with(a, config, "group_names",
				      strings(a, value_get(config, "group_names"), groups, 1));
	return config;
}

static const struct value *read_policy(struct walk *w, const struct value *config,
				       FP_UNUSED const char *region, struct range where)
{

	return iampolicy_read(w, config, where);
}

static const struct {
	const char *type;
	const struct value *(*read)(struct walk *w, const struct value *config, const char *region,
				    struct range where);
} readers[] = {
	{"aws_availability_zones", read_zones},
	{"aws_caller_identity", read_caller},
	{"aws_iam_policy_document", read_policy},
	{"aws_partition", read_partition},
	{"aws_region", read_region},
};

static bool overridden(const struct walk *w, const struct resource_instance *r)
{
	return json_object_get(w->request->mock_data, r->address) ||
	       json_object_get(w->request->mock_data, r->type_name);
}

const struct value *awsdata_read(struct walk *w, const struct resource_instance *r,
				 const struct value *config, const char *region)
{
	if (strcmp(r->provider, "registry.terraform.io/hashicorp/aws") != 0 || overridden(w, r))
		return NULL;
	for (size_t i = 0; i < FP_ARRAY_SIZE(readers); i++)
		if (strcmp(readers[i].type, r->type_name) == 0)
			return readers[i].read(w, config, region,
					       r->cfg ? r->cfg->block->range
						      : (struct range){.source = NULL});
	return NULL;
}
