locals {
  p = "{\n  \"Version\": \"2012-10-17\",\n  \"Statement\": [\n {\"Sid\": \"A\", \"Effect\": \"Allow\", \"Action\": [\"s3:B\", \"s3:A\"], \"Resource\": [\"*\"], \"Principal\": {\"AWS\": [\"*\"]}}]}"
  j = "{ \"b\" : 1.50,   \"a\": [2, \"<x>\"] }"
}
resource "aws_iam_policy" "a" { 
  name = "a" 
  policy = local.p 
}
resource "aws_iam_role" "a" { 
  name = "a" 
  assume_role_policy = local.p 
  inline_policy { 
    name = "x" 
    policy = local.p 
  } 
}
resource "aws_iam_role_policy" "a" { 
  role = "a" 
  policy = local.p 
}
resource "aws_iam_user_policy" "a" { 
  user = "a" 
  policy = local.p 
}
resource "aws_iam_group_policy" "a" { 
  group = "a" 
  policy = local.p 
}
resource "aws_s3_bucket_policy" "a" { 
  bucket = "a" 
  policy = local.p 
}
resource "aws_s3_bucket" "a" { 
  policy = local.p 
}
resource "aws_sqs_queue" "a" { 
  policy = local.p 
  redrive_policy = local.j 
  redrive_allow_policy = local.j 
}
resource "aws_sqs_queue_policy" "a" { 
  queue_url = "https://a" 
  policy = local.p 
}
resource "aws_sns_topic" "a" { 
  policy = local.p 
  delivery_policy = local.j 
}
resource "aws_sns_topic_policy" "a" { 
  arn = "arn:aws:sns:us-east-1:123456789012:a" 
  policy = local.p 
}
resource "aws_sns_topic_subscription" "a" { 
  topic_arn = "arn:aws:sns:us-east-1:123456789012:a" 
  protocol = "sqs" 
  endpoint = "arn:aws:sqs:us-east-1:123456789012:a" 
  filter_policy = local.j 
  redrive_policy = local.j 
}
resource "aws_kms_key" "a" { 
  policy = local.p 
}
resource "aws_kms_key_policy" "a" { 
  key_id = "a" 
  policy = local.p 
}
resource "aws_ecr_repository_policy" "a" { 
  repository = "a" 
  policy = local.p 
}
resource "aws_ecr_lifecycle_policy" "a" { 
  repository = "a" 
  policy = "{\"rules\": [ {\"rulePriority\": 1, \"selection\": {\"tagStatus\": \"untagged\", \"countType\": \"imageCountMoreThan\", \"countNumber\": 3}, \"action\": {\"type\": \"expire\"}} ] }"
}
resource "aws_secretsmanager_secret" "a" { 
  policy = local.p 
}
resource "aws_secretsmanager_secret_policy" "a" { 
  secret_arn = "arn:aws:secretsmanager:us-east-1:123456789012:secret:a" 
  policy = local.p 
}
resource "aws_cloudwatch_dashboard" "a" { 
  dashboard_name = "a" 
  dashboard_body = local.j 
}
resource "aws_cloudwatch_event_rule" "a" { 
  event_pattern = local.j 
}
resource "aws_cloudwatch_log_resource_policy" "a" { 
  policy_name = "a" 
  policy_document = local.p 
}
resource "aws_cloudwatch_event_target" "a" {
  rule = "a"
  arn = "arn:aws:sqs:us-east-1:123456789012:a"
  input = local.j
}
resource "aws_vpc_endpoint" "a" { 
  vpc_id = "vpc-1" 
  service_name = "com.amazonaws.us-east-1.s3" 
  policy = local.p 
}
resource "aws_efs_file_system_policy" "a" { 
  file_system_id = "fs-1" 
  policy = local.p 
}
resource "aws_backup_vault_policy" "a" { 
  backup_vault_name = "a" 
  policy = local.p 
}
resource "aws_ssm_document" "a" { 
  name = "aaa" 
  document_type = "Command" 
  content = local.j 
}
resource "aws_api_gateway_rest_api" "a" { 
  name = "a" 
  policy = local.p 
  body = local.j
}
resource "aws_api_gateway_rest_api_policy" "a" { 
  rest_api_id = "a" 
  policy = local.p 
}
resource "aws_iot_policy" "a" { 
  name = "a" 
  policy = local.p 
}
resource "aws_organizations_policy" "a" { 
  name = "a" 
  content = local.p 
}
resource "aws_opensearch_domain" "a" { 
  domain_name = "aaa" 
  access_policies = local.p 
}
resource "aws_elasticsearch_domain" "a" { 
  domain_name = "aaa" 
  access_policies = local.p 
}
resource "aws_transfer_user" "a" { 
  server_id = "s-12345678901234567" 
  user_name = "aaa" 
  role = "arn:aws:iam::123456789012:role/a" 
  policy = local.p 
}
resource "aws_batch_job_definition" "a" { 
  name = "a" 
  type = "container" 
  container_properties = "{\"image\": \"busybox\",  \"command\": [\"ls\"], \"vcpus\": 1, \"memory\": 512}" 
}
resource "aws_ecs_task_definition" "a" { 
  family = "a" 
  container_definitions = "[ {\"name\": \"a\",  \"image\": \"b\", \"cpu\": 10, \"memory\": 512, \"essential\": true, \"portMappings\": [{\"containerPort\": 80}]} ]" 
}
resource "aws_glacier_vault" "a" { 
  name = "a" 
  access_policy = local.p 
}
resource "aws_ssoadmin_permission_set_inline_policy" "a" { 
  instance_arn = "arn:aws:sso:::instance/ssoins-1234567890123456" 
  permission_set_arn = "arn:aws:sso:::permissionSet/ssoins-1234567890123456/ps-1234567890123456" 
  inline_policy = local.p 
}
resource "aws_s3_access_point" "a" {
  bucket = "a"
  name = "aaa"
  policy = local.p
}
resource "aws_lambda_layer_version_permission" "a" {
  layer_name = "a"
  version_number = 1
  statement_id = "a"
  action = "lambda:GetLayerVersion"
  principal = "*"
}
resource "aws_msk_configuration" "a" {
  name = "a"
  server_properties = "a = b"
}
resource "aws_instance" "a" {
  ami = "ami-1"
  instance_type = "t3.micro"
  user_data = "hello"
}
resource "aws_instance" "b" {
  ami = "ami-1"
  instance_type = "t3.micro"
  user_data = base64encode("hello")
  user_data_base64 = null
}
resource "aws_launch_configuration" "a" {
  image_id = "ami-1"
  instance_type = "t3.micro"
  user_data = "hello"
}
resource "aws_launch_template" "a" {
  user_data = base64encode("hello")
}
resource "aws_spot_instance_request" "a" {
  ami = "ami-1"
  instance_type = "t3.micro"
  user_data = "hello"
}
resource "aws_iam_saml_provider" "a" {
  name = "a"
  saml_metadata_document = "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
}
resource "aws_key_pair" "a" {
  public_key = "ssh-rsa AAAA me@host "
}
resource "aws_iam_server_certificate" "a" {
  name = "a"
  certificate_body = "abc"
  private_key = "abc\n"
}
resource "aws_route53_zone" "a" {
  name = "Example.COM."
}
resource "aws_route53_record" "a" {
  zone_id = "/hostedzone/Z1"
  name = "Www.Example.com"
  type = "A"
  ttl = 60
  records = ["1.2.3.4"]
}
resource "aws_security_group_rule" "a" {
  type = "ingress"
  security_group_id = "sg-1"
  from_port = 1
  to_port = 2
  protocol = "TCP"
  cidr_blocks = ["10.0.0.0/8"]
}
resource "aws_security_group" "a" {
  ingress {
    from_port = 1
    to_port = 2
    protocol = "TCP"
    cidr_blocks = ["10.0.0.0/8"]
  }
}
resource "aws_db_instance" "a" {
  identifier = "lower"
  instance_class = "db.t3.micro"
  engine = "mysql"
  allocated_storage = 10
  db_name = "x"
  username = "x"
  password = "xxxxxxxxxx"
}
resource "aws_db_subnet_group" "a" {
  name = "lower"
  subnet_ids = ["subnet-1"]
}
resource "aws_elb" "a" {
  listener {
    instance_port = 80
    instance_protocol = "HTTP"
    lb_port = 80
    lb_protocol = "HTTP"
  }
}
resource "aws_lb_target_group" "a" {
  port = 80
  protocol = "HTTP"
  vpc_id = "vpc-1"
}
resource "aws_lb" "a" {
  internal = true
  subnets = ["subnet-1"]
}
resource "aws_lb" "net" {
  load_balancer_type = "network"
  subnets = ["subnet-1"]
}
resource "aws_lb_listener" "a" {
  load_balancer_arn = "arn:aws:elasticloadbalancing:us-east-1:123456789012:loadbalancer/app/a/b"
  port = 443
  protocol = "HTTPS"
  certificate_arn = "arn:aws:acm:us-east-1:123456789012:certificate/a"
  default_action {
    type = "fixed-response"
    fixed_response {
      content_type = "text/plain"
    }
  }
}
