data "aws_organizations_organization" "org" {}

resource "aws_sqs_queue" "parameter" {
  name = "parameter"
}

resource "aws_sqs_queue" "organization" {
  name = "organization"
}

resource "aws_sqs_queue" "organization_id" {
  name = "organization-id"
}

resource "aws_sqs_queue" "unique_id" {
  name = "unique-id"
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
}
