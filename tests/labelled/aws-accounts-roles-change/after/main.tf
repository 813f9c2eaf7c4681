provider "aws" {
  region = "eu-west-1"
  assume_role {
    role_arn = "arn:aws:iam::400000000001:role/terraform"
  }
}

variable "reserved_accounts" {
  type    = list(string)
  default = ["400000000002"]
}

variable "partners" {
  type    = map(string)
  default = { acme = "400000000003", globex = "500000000002" }
}

variable "vendor" {
  type    = string
  default = "500000000003"
}

locals {
  ec2_trust = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Action = "sts:AssumeRole", Principal = { Service = "ec2.amazonaws.com" } }]
  })
}

resource "aws_iam_user" "ci" {
  name = "ci"
}

data "aws_iam_role" "existing" {
  name = "existing"
}

resource "aws_iam_openid_connect_provider" "github" {
  url             = "https://token.actions.githubusercontent.com"
  client_id_list  = ["sts.amazonaws.com"]
  thumbprint_list = ["6938fd4d98bab03faadb97b34396831e3780aea1"]
}

resource "aws_lambda_function" "image" {
  function_name = "image"
  role          = "arn:aws:iam::400000000001:role/lambda"
  package_type  = "Image"
  image_uri     = "400000000005.dkr.ecr.eu-west-1.amazonaws.com/app:1.2.3"
}

resource "aws_iam_role" "text" {
  name               = "text"
  assume_role_policy = <<-EOT
    {"Version": "2012-10-17", "Statement": [
      {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal":
        {"Service": "ec2.amazonaws.com", "AWS": ["arn:aws:iam::500000000004:role/ops"]}}]}
  EOT
}

data "aws_iam_policy_document" "document" {
  statement {
    actions = ["sts:AssumeRole"]
    principals {
      type        = "Service"
      identifiers = ["ec2.amazonaws.com"]
    }
    principals {
      type        = "AWS"
      identifiers = ["500000000005"]
    }
  }
}

resource "aws_iam_role" "document" {
  name               = "document"
  assume_role_policy = data.aws_iam_policy_document.document.json
}

resource "aws_iam_role" "external_id" {
  name = "external-id"
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Action    = "sts:AssumeRole"
      Principal = { AWS = "arn:aws:iam::500000000006:root" }
      Condition = { StringEquals = { "sts:ExternalId" = "7f3b" } }
    }]
  })
}

resource "aws_iam_role" "vendor" {
  name = "vendor"
  assume_role_policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Action = "sts:AssumeRole", Principal = { AWS = var.vendor } }]
  })
}

resource "aws_iam_role" "by_provider" {
  name = "by-provider"
  assume_role_policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Action = "sts:AssumeRole", Principal = { AWS = "arn:aws:iam::400000000001:root" } }]
  })
}

resource "aws_iam_role" "by_variable" {
  name = "by-variable"
  assume_role_policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Action = "sts:AssumeRole", Principal = { AWS = var.reserved_accounts } }]
  })
}

resource "aws_iam_role" "by_image" {
  name = "by-image"
  assume_role_policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Action = "sts:AssumeRole", Principal = { AWS = "arn:aws:iam::400000000005:role/build" } }]
  })
}

resource "aws_iam_role" "by_user" {
  name = "by-user"
  assume_role_policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Action = "sts:AssumeRole", Principal = { AWS = aws_iam_user.ci.arn } }]
  })
}

resource "aws_iam_role" "by_lookup" {
  name = "by-lookup"
  assume_role_policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Action = "sts:AssumeRole", Principal = { AWS = data.aws_iam_role.existing.arn } }]
  })
}

resource "aws_iam_role" "federated" {
  name = "federated"
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Action    = "sts:AssumeRoleWithWebIdentity"
      Principal = { Federated = aws_iam_openid_connect_provider.github.arn }
      Condition = { StringEquals = { "token.actions.githubusercontent.com:sub" = "repo:acme/infra:ref:refs/heads/main" } }
    }]
  })
}

resource "aws_iam_role" "cognito" {
  name = "cognito"
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Action    = "sts:AssumeRoleWithWebIdentity"
      Principal = { Federated = "cognito-identity.amazonaws.com" }
    }]
  })
}

resource "aws_iam_role" "service" {
  name = "service"
  assume_role_policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Action = "sts:AssumeRole", Principal = { Service = ["ec2.amazonaws.com", "ecs-tasks.amazonaws.com"] } }]
  })
}

resource "aws_iam_role" "joined" {
  name = "joined"
  assume_role_policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Action = "sts:AssumeRole", Principal = { AWS = format("arn:aws:iam::%s:root", join("", ["500000", "000007"])) } }]
  })
}

resource "aws_iam_role" "partner" {
  for_each = var.partners
  name     = "partner-${each.key}"
  assume_role_policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Action = "sts:AssumeRole", Principal = { AWS = each.value } }]
  })
}

module "kept" {
  source   = "./trusted"
  name     = "kept"
  accounts = ["400000000006"]
}

module "extended" {
  source   = "./trusted"
  name     = "extended"
  accounts = ["400000000006", "500000000008"]
}

module "extended_known" {
  source   = "./trusted"
  name     = "extended-known"
  accounts = ["400000000006", "400000000003"]
}

resource "aws_iam_policy" "may_assume" {
  name = "may-assume"
  policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Action = "sts:AssumeRole", Resource = "arn:aws:iam::500000000009:role/deploy" }]
  })
}
