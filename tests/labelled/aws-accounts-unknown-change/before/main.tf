variable "partner" {
  type = string
}

variable "tenant" {
  type = string
}

data "aws_organizations_organization" "org" {}

resource "aws_sqs_queue" "to_variable" {
  name = "to-variable"
  policy = jsonencode({
    Statement = [{ Effect = "Allow", Principal = { AWS = "800000000001" }, Action = "sqs:SendMessage", Resource = "*" }]
  })
}

resource "aws_sqs_queue" "same_variable" {
  name = "same-variable"
  policy = jsonencode({
    Statement = [{ Effect = "Allow", Principal = { AWS = var.tenant }, Action = "sqs:SendMessage", Resource = "*" }]
  })
}

resource "aws_sqs_queue" "beside_variable" {
  name = "beside-variable"
  policy = jsonencode({
    Statement = [{ Effect = "Allow", Principal = { AWS = [var.tenant] }, Action = "sqs:SendMessage", Resource = "*" }]
  })
}

resource "aws_sqs_queue" "parameter" {
  name = "parameter"
}

resource "aws_sqs_queue" "state" {
  name = "state"
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

resource "aws_sqs_queue" "not_principal" {
  name = "not-principal"
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

resource "aws_sqs_queue" "denied" {
  name = "denied"
}
