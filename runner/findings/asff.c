/*
 * The AWS Security Finding Format.  Its findings are about live resources, which their ARNs name;
 * what a scanner of code reported in it has its place in Resources[].Details.Other.
 */
#include "runner/findings/internal.h"

#include <strings.h>

static const struct {
	const char *kind, *types[4];
} kinds[] = {
	{"AwsApiGatewayStage", {"aws_api_gateway_stage"}},
	{"AwsApiGatewayV2Stage", {"aws_apigatewayv2_stage"}},
	{"AwsAutoScalingAutoScalingGroup", {"aws_autoscaling_group"}},
	{"AwsCloudFrontDistribution", {"aws_cloudfront_distribution"}},
	{"AwsCloudTrailTrail", {"aws_cloudtrail"}},
	{"AwsDynamoDbTable", {"aws_dynamodb_table"}},
	{"AwsEc2Instance", {"aws_instance"}},
	{"AwsEc2LaunchTemplate", {"aws_launch_template"}},
	{"AwsEc2SecurityGroup", {"aws_security_group", "aws_default_security_group"}},
	{"AwsEc2Subnet", {"aws_subnet"}},
	{"AwsEc2Volume", {"aws_ebs_volume"}},
	{"AwsEc2Vpc", {"aws_vpc"}},
	{"AwsEcrRepository", {"aws_ecr_repository"}},
	{"AwsEcsCluster", {"aws_ecs_cluster"}},
	{"AwsEfsFileSystem", {"aws_efs_file_system"}},
	{"AwsEksCluster", {"aws_eks_cluster"}},
	{"AwsElbv2LoadBalancer", {"aws_lb", "aws_alb"}},
	{"AwsIamPolicy", {"aws_iam_policy"}},
	{"AwsIamRole", {"aws_iam_role"}},
	{"AwsIamUser", {"aws_iam_user"}},
	{"AwsKmsKey", {"aws_kms_key"}},
	{"AwsLambdaFunction", {"aws_lambda_function"}},
	{"AwsLogsLogGroup", {"aws_cloudwatch_log_group"}},
	{"AwsOpenSearchServiceDomain", {"aws_opensearch_domain"}},
	{"AwsRdsDbCluster", {"aws_rds_cluster"}},
	{"AwsRdsDbInstance", {"aws_db_instance", "aws_rds_cluster_instance"}},
	{"AwsRedshiftCluster", {"aws_redshift_cluster"}},
	{"AwsS3Bucket", {"aws_s3_bucket"}},
	{"AwsSecretsManagerSecret", {"aws_secretsmanager_secret"}},
	{"AwsSnsTopic", {"aws_sns_topic"}},
	{"AwsSqsQueue", {"aws_sqs_queue"}},
};

bool findings_kind_is(const char *kind, const char *type)
{
	for (size_t i = 0; i < FP_ARRAY_SIZE(kinds); i++) {
		if (strcmp(kinds[i].kind, kind) != 0)
			continue;
		for (size_t k = 0; k < FP_ARRAY_SIZE(kinds[i].types) && kinds[i].types[k]; k++)
			if (strcmp(kinds[i].types[k], type) == 0)
				return true;
	}
	return false;
}

/* "security-control/S3.5", "aws-foundational-security-best-practices/v/1.0.0/S3.5" */
static const char *last_part(const char *generator)
{
	const char *slash = strrchr(generator, '/');

	return slash ? slash + 1 : generator;
}

static const char *rule_of(struct findings_reader *r, const struct doc *finding)
{
	const struct doc *fields = findings_get(finding, "ProductFields");
	const char *id =
		findings_member(r, findings_get(finding, "Compliance"), "SecurityControlId");

	if (!*id)
		id = findings_member(r, fields, "ControlId");
	if (!*id)
		id = findings_member(r, fields, "RuleId");
	return *id ? id : last_part(findings_member(r, finding, "GeneratorId"));
}

static const char *severity_of(struct findings_reader *r, const struct doc *finding)
{
	const struct doc *severity = findings_get(finding, "Severity");
	const char *label = findings_member(r, severity, "Label");

	if (*label)
		return findings_severity(label);
	return findings_score((double)findings_line(findings_get(severity, "Normalized")) / 10);
}

static bool is_open(struct findings_reader *r, const struct doc *finding)
{
	const char *status = findings_member(r, findings_get(finding, "Compliance"), "Status");
	const char *work = findings_member(r, findings_get(finding, "Workflow"), "Status");

	return strcmp(findings_member(r, finding, "RecordState"), "ARCHIVED") != 0 &&
	       strcmp(status, "PASSED") != 0 && strcmp(status, "NOT_AVAILABLE") != 0 &&
	       strcmp(work, "SUPPRESSED") != 0 && strcmp(work, "RESOLVED") != 0;
}

static int read_finding(struct findings_reader *r, const struct doc *finding)
{
	const struct doc *resources, *generator;
	const char *tool;

	if (findings_want(r, finding, "GeneratorId", DOC_STRING, &generator) < 0 ||
	    findings_want(r, finding, "Resources", DOC_ARRAY, &resources) < 0)
		return -1;
	if (!is_open(r, finding))
		return 0;
	tool = findings_member(r, finding, "ProductName");
	for (const struct doc *m = resources->first; m; m = m->next) {
		const struct doc *other = findings_get(findings_get(m, "Details"), "Other");
		const struct findings_row row = {
			.tool = *tool ? tool : "Security Hub",
			.rule = rule_of(r, finding),
			.alias = findings_text(r, generator),
			.identity = findings_member(r, m, "Id"),
			.kind = findings_member(r, m, "Type"),
			.address = findings_member(r, other, "Resource"),
			.message = findings_member(r, finding, "Title"),
			.severity = severity_of(r, finding),
			.file = findings_member(r, other, "Filename"),
			.line = findings_line(findings_get(other, "StartLine")),
			.end_line = findings_line(findings_get(other, "EndLine")),
		};

		if (findings_add(r, m, row) < 0)
			return -1;
	}
	return 0;
}

int findings_asff(struct findings_reader *r, const struct doc *root)
{
	const struct doc *list = root;

	if (root->kind == DOC_OBJECT && !doc_get(root, "Findings"))
		return read_finding(r, root);
	if (root->kind == DOC_OBJECT && findings_want(r, root, "Findings", DOC_ARRAY, &list) < 0)
		return -1;
	for (const struct doc *m = list->first; m; m = m->next)
		if (read_finding(r, m) < 0)
			return -1;
	return 0;
}
