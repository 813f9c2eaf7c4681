data "aws_caller_identity" "current" {}

resource "aws_iam_policy" "customer" {
  name = "customer"
  policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Action = ["ec2:Describe*", "ec2:TerminateInstances"], Resource = "*" }]
  })
}

resource "aws_iam_policy" "least" {
  name = "least"
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      { Sid = "Reads", Effect = "Allow", Action = ["s3:Get*", "s3:List*"], Resource = "*" },
      { Sid = "NoIam", Effect = "Deny", Action = ["organizations:*", "IAM:*"], Resource = ["*"] },
    ]
  })
}

resource "aws_iam_role" "app" {
  name = "app"
  assume_role_policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Action = "sts:AssumeRole", Principal = { Service = "ec2.amazonaws.com" } }]
  })
}

resource "aws_iam_role_policy" "inline" {
  name = "inline"
  role = aws_iam_role.app.id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      { Effect = "Allow", Action = ["dynamodb:GetItem", "dynamodb:Query"], Resource = "*" },
      { Effect = "Deny", Action = "dynamodb:DeleteTable", Resource = "arn:aws:dynamodb:eu-west-1:111122223333:table/orders" },
    ]
  })
}

resource "aws_iam_policy" "from_inline" {
  name = "to-managed"
  policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Deny", Action = "rds:DeleteDBInstance", Resource = "*" }]
  })
}

resource "aws_iam_role_policy_attachment" "from_inline" {
  role       = aws_iam_role.app.name
  policy_arn = aws_iam_policy.from_inline.arn
}

resource "aws_iam_role" "within" {
  name = "within"
  assume_role_policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Action = "sts:AssumeRole", Principal = { Service = "lambda.amazonaws.com" } }]
  })
  inline_policy {
    name = "guard"
    policy = jsonencode({
      Version   = "2012-10-17"
      Statement = [{ Effect = "Allow", Action = "lambda:GetFunction", Resource = "*" }]
    })
  }
}

resource "aws_iam_role" "trust" {
  name = "trust"
  assume_role_policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Action = "sts:AssumeRole", Principal = { AWS = "arn:aws:iam::111122223333:root" } }]
  })
}

resource "aws_iam_group" "g" {
  name = "g"
}

resource "aws_iam_group_policy" "mfa" {
  name  = "mfa"
  group = aws_iam_group.g.name
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Deny"
      NotAction = ["iam:ChangePassword", "iam:EnableMFADevice", "iam:CreateAccessKey"]
      Resource  = "*"
      Condition = { BoolIfExists = { "aws:MultiFactorAuthPresent" = "false" } }
    }]
  })
}

resource "aws_iam_group_policy" "mfa_strict" {
  name  = "mfa-strict"
  group = aws_iam_group.g.name
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid       = "NeedsMfa"
      Effect    = "Deny"
      NotAction = ["iam:ListMFADevices", "iam:ChangePassword"]
      Resource  = ["*"]
      Condition = { BoolIfExists = { "aws:MultiFactorAuthPresent" = false } }
    }]
  })
}

resource "aws_organizations_policy" "scp" {
  name = "regions"
  content = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Deny"
      Action    = "*"
      Resource  = "*"
      Condition = { StringNotEquals = { "aws:RequestedRegion" = ["eu-west-1", "us-east-1"] } }
    }]
  })
}

resource "aws_kms_key" "data" {
  description         = "data"
  enable_key_rotation = true
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      { Effect = "Allow", Action = "kms:*", Resource = "*",
      Principal = { AWS = "arn:aws:iam::${data.aws_caller_identity.current.account_id}:root" } },
    ]
  })
}

resource "aws_kms_key" "separate" {
  description = "separate"
}

resource "aws_kms_key_policy" "separate" {
  key_id = aws_kms_key.separate.id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      { Effect = "Allow", Action = "kms:*", Resource = "*",
      Principal = { AWS = "arn:aws:iam::${data.aws_caller_identity.current.account_id}:root" } },
      { Effect = "Deny", Action = "kms:DisableKey", Resource = "*", Principal = "*" },
    ]
  })
}

resource "aws_sqs_queue" "orders" {
  name                    = "orders"
  sqs_managed_sse_enabled = true
}

resource "aws_sqs_queue_policy" "orders" {
  queue_url = aws_sqs_queue.orders.id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { Service = "sns.amazonaws.com" }
      Action    = "sqs:SendMessage"
      Resource  = aws_sqs_queue.orders.arn
    }]
  })
}

resource "aws_sns_topic" "alerts" {
  name = "alerts"
}

resource "aws_sns_topic_policy" "alerts" {
  arn = aws_sns_topic.alerts.arn
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Effect    = "Deny"
        Principal = "*"
        Action    = "SNS:Subscribe"
        Resource  = aws_sns_topic.alerts.arn
        Condition = { Bool = { "aws:SecureTransport" = "false" } }
      },
      {
        Effect    = "Deny"
        Principal = { AWS = "*" }
        Action    = "SNS:Publish"
        Resource  = aws_sns_topic.alerts.arn
        Condition = { Bool = { "aws:SecureTransport" = "false" } }
      },
    ]
  })
}

resource "aws_secretsmanager_secret" "db" {
  name = "db"
}

resource "aws_secretsmanager_secret_policy" "db" {
  secret_arn = aws_secretsmanager_secret.db.arn
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Deny"
      Principal = "*"
      Action    = "secretsmanager:DeleteSecret"
      Resource  = "*"
      Condition = { StringNotEquals = { "aws:PrincipalAccount" = data.aws_caller_identity.current.account_id } }
    }]
  })
}

resource "aws_backup_vault" "v" {
  name = "vault"
}

resource "aws_ecr_repository" "images" {
  name = "images"
}

resource "aws_ecr_repository_policy" "images" {
  repository = aws_ecr_repository.images.name
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Deny"
      Principal = "*"
      Action    = "ecr:*"
    }]
  })
}

resource "aws_efs_file_system" "home" {
  encrypted = true
}

resource "aws_efs_file_system_policy" "home" {
  file_system_id = aws_efs_file_system.home.id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      { Effect = "Allow", Principal = { AWS = "*" }, Action = "elasticfilesystem:ClientMount", Resource = "*",
      Condition = { Bool = { "aws:SecureTransport" = "true" } } },
    ]
  })
}

resource "aws_vpc_endpoint" "s3" {
  vpc_id       = "vpc-0a1b2c3d4e5f60718"
  service_name = "com.amazonaws.eu-west-1.s3"
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      { Effect = "Allow", Principal = "*", Action = "s3:*", Resource = "*" },
      { Effect = "Deny", Principal = "*", Action = "s3:PutObject", Resource = "*",
      Condition = { StringNotEquals = { "aws:ResourceAccount" = "111122223333" } } },
    ]
  })
}
