#include "runner/plan/mock.h"

#include <string.h>

#include "runner/base/hex.h"
#include "runner/base/sha256.h"
#include "runner/plan/awsdata.h"
#include "runner/plan/hcl/convert.h"
#include "runner/plan/provide.h"

struct maker {
	struct walk *walk;
	const struct resource_instance *resource;
	const struct value *config, *known; /* known: the object so far */
	const char *region;
	struct sha256 seed;
	bool data;
	char path[512];
};

/* --- bytes
 * ---------------------------------------------------------------------------------------- */

/* 64 hexadecimal digits for the attribute at the current path. */
static const char *digits(struct maker *m, const char *name)
{
	char text[1024];
	int size = snprintf(text, sizeof(text), "%s/%s", m->path, name);
	struct sha256 parts[2] = {m->seed, sha256_of(text, (size_t)FP_MIN(size, 1023))};
	struct sha256 digest = sha256_of(parts, sizeof(parts));
	char *hex = arena_alloc(m->walk->arena, SHA256_HEX_SIZE);

	sha256_hex(&digest, hex);
	return hex;
}

static struct sha256 seed_of(struct walk *w, const struct resource_instance *r,
			     const struct value *config)
{
	FP_CLEANUP(buf_release) struct buf text = BUF_INIT(64u << 20);

	buf_addf(&text, "%s\n%s\n%s\n%s\n", w->request->salt, r->provider,
		 r->mode == CONFIG_DATA ? "data" : "resource", r->type_name);
	value_write_json(&text, config, false);
	return sha256_of(buf_text(&text), text.size);
}

static bool ends(const char *text, const char *end)
{
	size_t size = strlen(text), end_size = strlen(end);

	return size >= end_size && strcmp(text + size - end_size, end) == 0;
}

static const char *known_text(const struct maker *m, const char *name)
{
	const struct value *v =
		m->known && value_has_keys(m->known) ? value_get(m->known, name) : NULL;

	return v && v->state == VALUE_KNOWN && v->type == &type_string && *v->text ? v->text : NULL;
}

/* --- names and ids
 * -------------------------------------------------------------------------------- */

/* Types whose id is what the service calls them, and the beginning of other ids. */
static const struct {
	const char *type, *id_of, *prefix, *service, *resource;
} shapes[] = {
	{"aws_s3_bucket", "bucket", NULL, "s3", "bucket"},
	{"aws_s3_bucket_policy", "bucket", NULL, "s3", NULL},
	{"aws_s3_bucket_versioning", "bucket", NULL, "s3", NULL},
	{"aws_s3_bucket_public_access_block", "bucket", NULL, "s3", NULL},
	{"aws_s3_bucket_server_side_encryption_configuration", "bucket", NULL, "s3", NULL},
	{"aws_s3_bucket_ownership_controls", "bucket", NULL, "s3", NULL},
	{"aws_s3_bucket_lifecycle_configuration", "bucket", NULL, "s3", NULL},
	{"aws_s3_bucket_logging", "bucket", NULL, "s3", NULL},
	{"aws_iam_role", "name", NULL, "iam", "role/"},
	{"aws_iam_user", "name", NULL, "iam", "user/"},
	{"aws_iam_group", "name", NULL, "iam", "group/"},
	{"aws_iam_instance_profile", "name", NULL, "iam", "instance-profile/"},
	{"aws_iam_policy", "arn", NULL, "iam", "policy/"},
	{"aws_dynamodb_table", "name", NULL, "dynamodb", "table/"},
	{"aws_lambda_function", "function_name", NULL, "lambda", "function:"},
	{"aws_sns_topic", "arn", NULL, "sns", ""},
	{"aws_sqs_queue", "url", NULL, "sqs", ""},
	{"aws_cloudwatch_log_group", "name", NULL, "logs", "log-group:"},
	{"aws_db_instance", "identifier", NULL, "rds", "db:"},
	{"aws_rds_cluster", "cluster_identifier", NULL, "rds", "cluster:"},
	{"aws_ecr_repository", "name", NULL, "ecr", "repository/"},
	{"aws_eks_cluster", "name", NULL, "eks", "cluster/"},
	{"aws_ecs_cluster", "arn", NULL, "ecs", "cluster/"},
	{"aws_ecs_service", "arn", NULL, "ecs", "service/"},
	{"aws_cloudtrail", "name", NULL, "cloudtrail", "trail/"},
	{"aws_lb", "arn", NULL, "elasticloadbalancing", "loadbalancer/app/"},
	{"aws_alb", "arn", NULL, "elasticloadbalancing", "loadbalancer/app/"},
	{"aws_lb_target_group", "arn", NULL, "elasticloadbalancing", "targetgroup/"},
	{"aws_lb_listener", "arn", NULL, "elasticloadbalancing", "listener/app/"},
	{"aws_acm_certificate", "arn", NULL, "acm", "certificate/"},
	{"aws_secretsmanager_secret", "arn", NULL, "secretsmanager", "secret:"},
	{"aws_kms_key", NULL, "", "kms", "key/"},
	{"aws_kms_alias", "name", NULL, "kms", ""},
	{"aws_vpc", NULL, "vpc-", "ec2", "vpc/"},
	{"aws_default_vpc", NULL, "vpc-", "ec2", "vpc/"},
	{"aws_subnet", NULL, "subnet-", "ec2", "subnet/"},
	{"aws_security_group", NULL, "sg-", "ec2", "security-group/"},
	{"aws_default_security_group", NULL, "sg-", "ec2", "security-group/"},
	{"aws_security_group_rule", NULL, "sgrule-", "ec2", NULL},
	{"aws_vpc_security_group_ingress_rule", NULL, "sgr-", "ec2", "security-group-rule/"},
	{"aws_vpc_security_group_egress_rule", NULL, "sgr-", "ec2", "security-group-rule/"},
	{"aws_instance", NULL, "i-", "ec2", "instance/"},
	{"aws_ami", NULL, "ami-", "ec2", "image/"},
	{"aws_ebs_volume", NULL, "vol-", "ec2", "volume/"},
	{"aws_internet_gateway", NULL, "igw-", "ec2", "internet-gateway/"},
	{"aws_nat_gateway", NULL, "nat-", "ec2", "natgateway/"},
	{"aws_eip", NULL, "eipalloc-", "ec2", "elastic-ip/"},
	{"aws_route_table", NULL, "rtb-", "ec2", "route-table/"},
	{"aws_route_table_association", NULL, "rtbassoc-", "ec2", NULL},
	{"aws_network_acl", NULL, "acl-", "ec2", "network-acl/"},
	{"aws_network_interface", NULL, "eni-", "ec2", "network-interface/"},
	{"aws_launch_template", NULL, "lt-", "ec2", "launch-template/"},
	{"aws_flow_log", NULL, "fl-", "ec2", "vpc-flow-log/"},
	{"aws_vpc_endpoint", NULL, "vpce-", "ec2", "vpc-endpoint/"},
	{"aws_efs_file_system", NULL, "fs-", "elasticfilesystem", "file-system/"},
	{"aws_cloudfront_distribution", NULL, "E", "cloudfront", "distribution/"},
	{"aws_route53_zone", NULL, "Z", "route53", "hostedzone/"},
};

static const char *const id_prefixes[][2] = {
	{"vpc_id", "vpc-"},
	{"subnet_id", "subnet-"},
	{"security_group_id", "sg-"},
	{"instance_id", "i-"},
	{"image_id", "ami-"},
	{"network_interface_id", "eni-"},
	{"route_table_id", "rtb-"},
	{"gateway_id", "igw-"},
	{"allocation_id", "eipalloc-"},
	{"association_id", "eipassoc-"},
	{"volume_id", "vol-"},
	{"snapshot_id", "snap-"},
	{"network_acl_id", "acl-"},
	{"dhcp_options_id", "dopt-"},
	{"zone_id", "Z"},
};

static ptrdiff_t shape_of(const char *type)
{
	for (size_t i = 0; i < FP_ARRAY_SIZE(shapes); i++)
		if (strcmp(shapes[i].type, type) == 0)
			return (ptrdiff_t)i;
	return -1;
}

static const char *uuid(struct maker *m, const char *hex)
{
	return arena_printf(m->walk->arena, "%.8s-%.4s-4%.3s-8%.3s-%.12s", hex, hex + 8, hex + 12,
			    hex + 15, hex + 18);
}

/* "aws_s3_bucket" as "s3-bucket". */
static const char *short_type(struct arena *a, const char *type)
{
	const char *rest = strchr(type, '_');
	char *out = arena_strdup(a, rest ? rest + 1 : type);

	for (char *c = out; *c; c++)
		if (*c == '_')
			*c = '-';
	return out;
}

static const char *make_name(struct maker *m, const char *name)
{
	const char *prefix = known_text(m, arena_printf(m->walk->arena, "%s_prefix", name));
	const char *hex = digits(m, name);

	if (prefix)
		return arena_printf(m->walk->arena, "%s%.26s", prefix, hex);
	return arena_printf(m->walk->arena, "%s-%.8s",
			    short_type(m->walk->arena, m->resource->type_name), hex);
}

static const char *make_arn(struct maker *m, const char *name);

static const char *make_id(struct maker *m)
{
	ptrdiff_t shape = shape_of(m->resource->type_name);
	const char *hex = digits(m, "id"), *named;

	if (shape >= 0 && shapes[shape].prefix)
		return *shapes[shape].prefix
			       ? arena_printf(m->walk->arena, "%s%.17s", shapes[shape].prefix, hex)
			       : uuid(m, hex);
	if (shape >= 0 && shapes[shape].id_of) {
		named = known_text(m, shapes[shape].id_of);
		if (named)
			return named;
		return strcmp(shapes[shape].id_of, "arn") == 0 ? make_arn(m, "arn")
							       : make_name(m, shapes[shape].id_of);
	}
	if (strncmp(m->resource->type_name, "aws_", 4) != 0)
		return uuid(m, hex);
	return arena_printf(m->walk->arena, "%s-%.17s",
			    short_type(m->walk->arena, m->resource->type_name), hex);
}

static const char *best_name(struct maker *m)
{
	static const char *const names[] = {"name",
					    "bucket",
					    "function_name",
					    "identifier",
					    "cluster_identifier",
					    "cluster_name",
					    "repository_name"};
	const char *text = NULL;

	for (size_t i = 0; i < FP_ARRAY_SIZE(names) && !text; i++)
		text = known_text(m, names[i]);
	return text;
}

/* arn:aws:SERVICE:REGION:ACCOUNT:RESOURCE, as far as possible as the service forms it. */
static const char *make_arn(struct maker *m, const char *name)
{
	const char *type = m->resource->type_name, *account = m->walk->request->account_id;
	ptrdiff_t shape = shape_of(type);
	const char *service, *resource, *last = best_name(m);
	bool global;

	if (strcmp(name, "arn") != 0 || shape < 0 || !shapes[shape].resource)
		shape = -1;
	service = shape >= 0 ? shapes[shape].service : NULL;
	if (!service && strncmp(type, "aws_", 4) == 0)
		service = arena_strndup(m->walk->arena, type + 4, strcspn(type + 4, "_"));
	if (!service)
		service = "mock";
	if (strcmp(service, "s3") == 0 && shape >= 0)
		return arena_printf(m->walk->arena, "arn:aws:s3:::%s",
				    last ? last : make_name(m, "bucket"));
	global = strcmp(service, "iam") == 0 || strcmp(service, "cloudfront") == 0 ||
		 strcmp(service, "route53") == 0;
	resource = shape >= 0
			   ? shapes[shape].resource
			   : arena_printf(m->walk->arena, "%s/", short_type(m->walk->arena, type));
	if (shape >= 0 && shapes[shape].prefix)
		last = make_id(m);
	if (!last)
		last = arena_strndup(m->walk->arena, digits(m, name), 17);
	return arena_printf(m->walk->arena, "arn:aws:%s:%s:%s:%s%s", service,
			    global ? "" : m->region, account, resource, last);
}

static const char *make_other_id(struct maker *m, const char *name)
{
	const char *hex = digits(m, name);

	if (ends(name, "account_id") || ends(name, "owner_id"))
		return m->walk->request->account_id;
	for (size_t i = 0; i < FP_ARRAY_SIZE(id_prefixes); i++)
		if (ends(name, id_prefixes[i][0]))
			return arena_printf(m->walk->arena, "%s%.17s", id_prefixes[i][1], hex);
	return arena_printf(m->walk->arena, "%.17s", hex);
}

static const char *make_address(struct maker *m, const char *name, bool private)
{
	unsigned long n = strtoul(arena_strndup(m->walk->arena, digits(m, name), 6), NULL, 16);

	if (!private)
		return arena_printf(m->walk->arena, "198.51.100.%lu", n % 253 + 1);
	return arena_printf(m->walk->arena, "10.%lu.%lu.%lu", n >> 16 & 255, n >> 8 & 255,
			    n % 253 + 1);
}

static const char *make_text(struct maker *m, const char *name)
{
	struct arena *a = m->walk->arena;
	const char *hex = digits(m, name);

	if (strcmp(name, "id") == 0)
		return make_id(m);
	if (strcmp(name, "arn") == 0 || ends(name, "_arn"))
		return make_arn(m, name);
	if (strcmp(name, "region") == 0)
		return m->region;
	if (strcmp(name, "partition") == 0)
		return "aws";
	if (ends(name, "availability_zone"))
		return arena_printf(a, "%sa", m->region);
	if (ends(name, "_id") || strcmp(name, "account") == 0)
		return make_other_id(m, strcmp(name, "account") == 0 ? "account_id" : name);
	if (ends(name, "_url") || strcmp(name, "url") == 0)
		return arena_printf(a, "https://mock.%s.amazonaws.com/%s/%.12s", m->region,
				    m->walk->request->account_id, hex);
	if (ends(name, "domain_name") || ends(name, "dns_name") || ends(name, "endpoint"))
		return arena_printf(a, "mock-%.12s.%s.amazonaws.com", hex, m->region);
	if (ends(name, "_ip") || ends(name, "ip_address"))
		return make_address(m, name, strncmp(name, "public", 6) != 0);
	if (ends(name, "cidr_block") || ends(name, "cidr"))
		return "10.0.0.0/16";
	if (ends(name, "_date") || ends(name, "_at") || ends(name, "_time") || ends(name, "date"))
		return "2024-01-01T00:00:00Z";
	if (strcmp(name, "expected_bucket_owner") == 0)
		return "";
	if (strcmp(name, "policy") == 0 || strcmp(name, "json") == 0)
		return "{}";
	if (ends(name, "name") || ends(name, "identifier") || strcmp(name, "bucket") == 0)
		return make_name(m, name);
	return arena_printf(a, "%.16s", hex);
}

/* Attributes that a provider fills in when the configuration leaves them out. */
static bool worth_inventing(const struct restype_attr *attr)
{
	const char *n = attr->name;

	return !attr->optional || strcmp(n, "id") == 0 || ends(n, "arn") || ends(n, "name") ||
	       strcmp(n, "bucket") == 0 || strcmp(n, "expected_bucket_owner") == 0 ||
	       ends(n, "identifier") || ends(n, "_ip") || ends(n, "availability_zone") ||
	       strcmp(n, "vpc_id") == 0;
}

/* --- values
 * ---------------------------------------------------------------------------------------- */

static const struct value *make_object(struct maker *m, const struct type *t);

/* What a data source would have found is not known by anybody. */
static const struct value *made_up(const struct maker *m, const struct value *v)
{
	return m->data ? value_mark(m->walk->arena, v, WALK_MOCKED) : v;
}

static const struct value *make_list(struct maker *m, const struct type *t, const char *name)
{
	struct arena *a = m->walk->arena;
	const struct value *items[2] = {NULL, NULL};
	bool some = m->data && t->element == &type_string &&
		    (strcmp(name, "ids") == 0 || strcmp(name, "names") == 0 ||
		     strcmp(name, "arns") == 0);

	for (size_t i = 0; some && i < 2; i++) {
		const char *one = arena_printf(a, "%.*s%zu", (int)strlen(name) - 1, name, i);
		const char *hex = digits(m, one);

		items[i] =
			value_string(a, strcmp(name, "arns") == 0 ? make_arn(m, one)
								  : arena_printf(a, "%.17s", hex));
	}
	return t->kind == TYPE_LIST
		       ? value_list(a, t->element, arena_memdup(a, items, sizeof(items)),
				    some ? 2 : 0)
		       : value_set(a, t->element, arena_memdup(a, items, sizeof(items)),
				   some ? 2 : 0);
}

static const struct value *make(struct maker *m, const struct type *t, const char *name)
{
	struct arena *a = m->walk->arena;

	switch (t->kind) {
	case TYPE_STRING:
		return value_string(a, make_text(m, name));
	case TYPE_NUMBER:
		return value_int(a, ends(name, "port") ? 443 : ends(name, "capacity") ? 0 : 1);
	case TYPE_BOOL:
		return &value_false;
	case TYPE_LIST:
	case TYPE_SET:
		return make_list(m, t, name);
	case TYPE_MAP:
		return value_map(a, t->element, NULL, NULL, 0);
	case TYPE_OBJECT:
		return make_object(m, t);
	case TYPE_TUPLE:
		return value_null(a, t);
	case TYPE_DYNAMIC:
		/* Only where a type was inferred from use: most of what is read is text. */
		return value_string(a, make_text(m, name));
	}
	return value_null(a, t);
}

static const struct value *make_object(struct maker *m, const struct type *t)
{
	const struct value **items = arena_array(m->walk->arena, t->count + 1, sizeof(*items));

	for (size_t i = 0; i < t->count; i++)
		items[i] = make(m, t->attrs[i].type, t->attrs[i].name);
	return value_object_of(m->walk->arena, t, items);
}

static const struct value *override_of(struct maker *m, const char *name, const struct type *t)
{
	const struct request *q = m->walk->request;
	const json_t *table = m->data ? q->mock_data : q->mock_resources;
	const char *const keys[] = {m->resource->address, m->resource->type_name};
	struct err e = ERR_INIT;
	const struct value *v;

	if (*m->path)
		return NULL;
	for (size_t i = 0; i < FP_ARRAY_SIZE(keys); i++) {
		json_t *json = json_object_get(json_object_get(table, keys[i]), name);

		if (!json)
			continue;
		if (value_from_json(m->walk->arena, t, json, &v, &e) == 0)
			return v;
		diag_error(m->walk->diags,
			   m->resource->cfg ? m->resource->cfg->block->range
					    : (struct range){.source = NULL},
			   "Unusable mock value",
			   "The mock value of \"%s\" for %s does not fit: %s.", name, keys[i],
			   e.text);
		return NULL;
	}
	return NULL;
}

static const struct value *fill_block(struct maker *m, const struct restype_block *b,
				      const struct value *v);

static const struct value *fill_elements(struct maker *m, const struct restype_block *b,
					 const char *name, const struct value *v)
{
	size_t size = strlen(m->path);
	const struct value **items;

	if (v->state != VALUE_KNOWN || !value_is_iterable(v) || v->count == 0)
		return v;
	if (v->type->kind == TYPE_OBJECT) {
		(void)snprintf(m->path + size, sizeof(m->path) - size, "/%s", name);
		v = fill_block(m, b, v);
		m->path[size] = 0;
		return v;
	}
	items = arena_array(m->walk->arena, v->count + 1, sizeof(*items));
	for (size_t i = 0; i < v->count; i++) {
		(void)snprintf(m->path + size, sizeof(m->path) - size, "/%s/%zu", name, i);
		items[i] = fill_block(m, b, v->items[i]);
		m->path[size] = 0;
	}
	return provide_collection(m->walk->arena, v, items, v->count);
}

/* Unknown values inside of a collection that is known: each is made for itself. */
struct within {
	struct maker *maker;
	const char *name;
	size_t count;
};

static const struct value *fill_within(void *context, struct arena *a, const struct value *v)
{
	struct within *c = context;

	if (v->state != VALUE_UNKNOWN)
		return v;
	return made_up(c->maker,
		       make(c->maker, v->type, arena_printf(a, "%s/%zu", c->name, c->count++)));
}

static const struct value *fill_attr(struct maker *m, const struct restype_attr *attr,
				     const struct value *v)
{
	const struct type *t =
		v->state == VALUE_UNKNOWN && v->type->kind != TYPE_DYNAMIC ? v->type : attr->type;
	bool unset = v->state == VALUE_NULL && m->data && attr->computed;
	const struct value *given;
	struct within within = {m, attr->name, 0};

	if (v->state == VALUE_UNKNOWN || unset) {
		given = override_of(m, attr->name, attr->type);
		if (given)
			return given;
		if (!m->data && attr->computed && t == &type_string && !worth_inventing(attr))
			return value_null(m->walk->arena, t);
		return made_up(m, make(m, t, attr->name));
	}
	if (attr->nested && v->state == VALUE_KNOWN)
		return fill_elements(m, attr->nested->object, attr->name, v);
	return v->unknown_within ? value_rewrite(m->walk->arena, v, fill_within, &within) : v;
}

static const struct value *empty_blocks(struct arena *a, const struct restype_block_type *t)
{
	switch (t->nesting) {
	case RESTYPE_SINGLE:
	case RESTYPE_GROUP:
		return value_null(a, t->block->type);
	case RESTYPE_LIST:
		return t->block->type->has_dynamic ? value_tuple(a, NULL, 0)
						   : value_list(a, t->block->type, NULL, 0);
	case RESTYPE_SET:
		return value_set(a, t->block->type, NULL, 0);
	case RESTYPE_MAP:
		return t->block->type->has_dynamic ? value_object(a, NULL, NULL, 0)
						   : value_map(a, t->block->type, NULL, NULL, 0);
	}
	return value_null(a, t->block->type);
}

static const struct value *fill_member(struct maker *m, const struct restype_block *b,
				       const char *name, const struct value *v)
{
	const struct restype_attr *attr = restype_attr(b, name);
	const struct restype_block_type *t = attr ? NULL : restype_block_type(b, name);
	const struct value *given;

	if (attr)
		return fill_attr(m, attr, v);
	if (!t)
		return v;
	if (v->state == VALUE_UNKNOWN) {
		given = override_of(m, name, t->type);
		return given ? given : made_up(m, empty_blocks(m->walk->arena, t));
	}
	return fill_elements(m, t->block, name, v);
}

/* id comes last but one and arn last, since they are made of names. */
static int rank(const char *name)
{
	return strcmp(name, "arn") == 0 ? 1 : strcmp(name, "id") == 0 ? 2 : 0;
}

static const struct value *fill_block(struct maker *m, const struct restype_block *b,
				      const struct value *v)
{
	const struct value *outer = m->known;

	if (v->state != VALUE_KNOWN || v->type->kind != TYPE_OBJECT)
		return v;
	for (int round = 0; round <= 2; round++) {
		const struct value **items =
			arena_array(m->walk->arena, v->count + 1, sizeof(*items));

		m->known = v;
		for (size_t i = 0; i < v->count; i++)
			items[i] = rank(v->type->attrs[i].name) == round
					   ? fill_member(m, b, v->type->attrs[i].name, v->items[i])
					   : v->items[i];
		v = provide_object(m->walk->arena, v, items);
	}
	m->known = outer;
	return v;
}

/* The region of the provider configuration, or the request's. */
static const char *region_of(const struct walk *w, const struct resource_instance *r)
{
	const struct value *config = r->provider_config ? r->provider_config->config : NULL;
	const struct value *v =
		config && value_has_keys(config) ? value_get(config, "region") : NULL;

	return v && v->state == VALUE_KNOWN && v->type == &type_string && *v->text
		       ? v->text
		       : w->request->region;
}

static const struct value *terraform_data(struct arena *a, const struct value *v)
{
	const struct value *input = value_get(v, "input"), *output = value_get(v, "output");

	return input && output && output->state == VALUE_UNKNOWN
		       ? provide_with(a, v, "output", input)
		       : v;
}

const struct value *mock_applied(struct walk *w, const struct resource_instance *r,
				 const struct value *config, const struct value *planned)
{
	struct maker m = {.walk = w, .resource = r, .config = config, .region = region_of(w, r)};

	if (!planned->unknown_within)
		return planned;
	m.seed = seed_of(w, r, config);
	if (strcmp(r->type_name, "terraform_data") == 0)
		planned = terraform_data(w->arena, planned);
	return fill_block(&m, r->type->block, planned);
}

const struct value *mock_read(struct walk *w, const struct resource_instance *r,
			      const struct value *config)
{
	struct maker m = {.walk = w,
			  .resource = r,
			  .config = config,
			  .data = true,
			  .region = region_of(w, r)};
	const struct value *exact;

	if (strcmp(r->type_name, "terraform_remote_state") == 0 &&
	    !override_of(&m, "outputs", &type_dynamic))
		diag_unsupported(w->diags, r->cfg->block->range, "State of another configuration",
				 "The outputs of %s are not known here; mock values for its "
				 "\"outputs\" can be given.",
				 r->address);
	m.seed = seed_of(w, r, config);
	if (w->request->facts == REQUEST_FACTS_RECORDED) {
		exact = awsdata_read(w, r, config, m.region);
		if (exact)
			return exact;
	}
	return fill_block(&m, r->type->block, config);
}
