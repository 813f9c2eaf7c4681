#include "verifiers/helpers.h"
#include "verifiers/table.h"

/*
 * Types that hold nothing of their own: what is lost with them is written in the code.  A type that
 * is not here counts as holding state.
 */
static const char *const stateless[] = {
	"aws_*_association",
	"aws_*_attachment",
	"aws_*_policy",
	"aws_*_permission",
	"aws_autoscaling_policy",
	"aws_cloudwatch_event_*",
	"aws_cloudwatch_metric_alarm",
	"aws_default_*",
	"aws_iam_*",
	"aws_internet_gateway",
	"aws_launch_template",
	"aws_lb_listener*",
	"aws_lb_target_group",
	"aws_nat_gateway",
	"aws_network_acl*",
	"aws_route",
	"aws_route_table*",
	"aws_s3_bucket_*_configuration",
	"aws_s3_bucket_acl",
	"aws_s3_bucket_logging",
	"aws_s3_bucket_notification",
	"aws_s3_bucket_ownership_controls",
	"aws_s3_bucket_public_access_block",
	"aws_s3_bucket_versioning",
	"aws_security_group",
	"aws_security_group_rule",
	"aws_vpc_security_group_*",
	"azurerm_*_association",
	"azurerm_*_firewall_rule",
	"azurerm_*_network_rules",
	"azurerm_key_vault_access_policy",
	"azurerm_monitor_diagnostic_setting",
	"azurerm_network_security_group",
	"azurerm_network_security_rule",
	"azurerm_role_assignment",
	"azurerm_route",
	"azurerm_route_table",
	"google_*_iam_binding",
	"google_*_iam_member",
	"google_*_iam_policy",
	"google_compute_firewall*",
	"google_compute_route",
	"google_compute_security_policy*",
	"google_compute_ssl_policy",
	"google_monitoring_alert_policy",
	"kubernetes_cluster_role*",
	"kubernetes_config_map*",
	"kubernetes_cron_job*",
	"kubernetes_daemon_set_v1",
	"kubernetes_daemonset",
	"kubernetes_deployment*",
	"kubernetes_horizontal_pod_autoscaler*",
	"kubernetes_ingress*",
	"kubernetes_limit_range*",
	"kubernetes_network_policy*",
	"kubernetes_pod_disruption_budget*",
	"kubernetes_resource_quota*",
	"kubernetes_role*",
	"null_resource",
	"terraform_data",
	NULL,
};

static bool holds_state(const char *type)
{
	for (const char *const *s = stateless; *s; s++)
		if (verdict_matches_address(*s, type))
			return false;
	return true;
}

static bool is_allowed(const struct evidence_claims *c, const char *address)
{
	return verdict_matches_any(&c->allow_replace, address, verdict_matches_address) ||
	       verdict_matches_any(&c->remove, address, verdict_matches_address);
}

/* The first attribute that forces the replacement, as " (because of storage_encrypted)". */
static const char *why(const json_t *change, struct arena *a)
{
	const json_t *path = json_array_get(json_object_get(change, "replace_paths"), 0);
	const char *step = json_string_value(json_array_get(path, 0));

	return step ? arena_printf(a, " (because of %s)", step) : "";
}

/* Of a derived type some changes that replace may be known, but never all. */
static bool is_guessed(const struct evidence *ev, const char *type)
{
	for (size_t i = 0; i < ev->inferred.count; i++)
		if (strcmp(ev->inferred.items[i], type) == 0)
			return true;
	for (size_t i = 0; i < ev->type_count; i++)
		if (ev->types[i].source && strcmp(ev->types[i].kind, "resource") == 0 &&
		    strcmp(ev->types[i].name, type) == 0)
			return true;
	return false;
}

static struct verdict judge_row(const struct evidence *ev, const json_t *row, struct arena *a)
{
	const json_t *change = json_object_get(row, "change");
	const char *actions = verdict_actions(change, a), *address = json_text_of(row, "address");
	const char *type = json_text_of(row, "type");
	bool destroys = strstr(actions, "delete") || strstr(actions, "forget");

	if (strcmp(json_text_of(row, "mode"), "managed") != 0)
		return verdict_pass("", "");
	if (destroys && holds_state(type) && !is_allowed(&ev->claims, address))
		return verdict_fail(arena_printf(a, "%s: the plan says %s%s, and it may hold data",
						 address, actions, why(change, a)),
				    "plans/first-change.json");
	if (strcmp(actions, "update") == 0 && is_guessed(ev, type) && holds_state(type) &&
	    !is_allowed(&ev->claims, address))
		return verdict_inconclusive(
			arena_printf(a, "%s: it is not known what replaces a %s", address, type),
			"plans/first-change.json");
	return verdict_pass("", "");
}

static struct verdict judge(const struct verifier_input *in, struct arena *a)
{
	struct verdict v, open = {.kind = VERDICT_PASS};
	json_t *row;
	size_t i;

	if (!verdict_needs_run(&in->ev->before, a, &v) || !verdict_needs_run(&in->ev->first, a, &v))
		return v;
	json_array_foreach (json_object_get(in->ev->first.change.json, "resource_changes"), i,
			    row) {
		v = judge_row(in->ev, row, a);
		if (v.kind == VERDICT_FAIL)
			return v;
		if (v.kind == VERDICT_INCONCLUSIVE && open.kind == VERDICT_PASS)
			open = v;
	}
	if (open.kind != VERDICT_PASS)
		return open;
	return verdict_pass("nothing that may hold data is replaced or destroyed",
			    "plans/first-change.json");
}

const struct verifier verifier_impact = {
	.id = "impact",
	.claim = "No resource that may hold data is replaced or destroyed, unless the case allows "
		 "it.",
	.version = 1,
	.judge = judge,
	.judge_stage = judge,
};
