data "aws_organizations_organization" "org" {}

data "aws_ssm_parameter" "partner" {
  name = "/partners/first"
}

resource "aws_sqs_queue" "parameter" {
  name = "parameter"
  policy = jsonencode({
    Statement = [{ Effect = "Allow", Principal = { AWS = "arn:aws:iam::${data.aws_ssm_parameter.partner.value}:root" }, Action = "sqs:SendMessage", Resource = "*" }]
  })
}

resource "aws_sqs_queue" "organization" {
  name = "organization"
  policy = jsonencode({
    Statement = [{ Effect = "Allow", Principal = { AWS = data.aws_organizations_organization.org.non_master_accounts[*].id }, Action = "sqs:SendMessage", Resource = "*" }]
  })
}

resource "aws_sqs_queue" "organization_id" {
  name = "organization-id"
  policy = jsonencode({
    Statement = [{
      Effect    = "Allow"
      Principal = "*"
      Action    = "sqs:SendMessage"
      Resource  = "*"
      Condition = { StringEquals = { "aws:PrincipalOrgID" = "o-a1b2c3d4e5" } }
    }]
  })
}

resource "aws_sqs_queue" "unique_id" {
  name = "unique-id"
  policy = jsonencode({
    Statement = [{ Effect = "Allow", Principal = { AWS = "AROAIOSFODNN7EXAMPLE" }, Action = "sqs:SendMessage", Resource = "*" }]
  })
}

resource "aws_iam_role" "worker" {
  name = "worker"
  assume_role_policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Action = "sts:AssumeRole", Principal = { Service = "ec2.amazonaws.com" } }]
  })
}

resource "aws_sqs_queue" "own_role" {
  name = "own-role"
  policy = jsonencode({
    Statement = [{ Effect = "Allow", Principal = { AWS = aws_iam_role.worker.arn }, Action = "sqs:SendMessage", Resource = "*" }]
  })
}
