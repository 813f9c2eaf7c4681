data "aws_caller_identity" "current" {}

resource "aws_kms_key" "key" {
  description = "key"
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { AWS = ["arn:aws:iam::${data.aws_caller_identity.current.account_id}:root", "arn:aws:iam::700000000001:root"] }
      Action    = "kms:*"
      Resource  = "*"
    }]
  })
}

resource "aws_kms_key" "key_own" {
  description = "key_own"
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { AWS = "arn:aws:iam::${data.aws_caller_identity.current.account_id}:root" }
      Action    = "kms:*"
      Resource  = "*"
    }]
  })
}

resource "aws_kms_key" "key_caller" {
  description = "key_caller"
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { AWS = "*" }
      Action    = "kms:Decrypt"
      Resource  = "*"
      Condition = { StringEquals = { "kms:CallerAccount" = "700000000002" } }
    }]
  })
}

resource "aws_kms_key" "key_caller_own" {
  description = "key_caller_own"
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { AWS = "*" }
      Action    = "kms:Decrypt"
      Resource  = "*"
      Condition = { StringEquals = { "kms:CallerAccount" = data.aws_caller_identity.current.account_id, "kms:ViaService" = "s3.eu-west-1.amazonaws.com" } }
    }]
  })
}

resource "aws_kms_key" "separate" {
  description = "separate"
}

resource "aws_kms_key_policy" "separate" {
  key_id = aws_kms_key.separate.id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { AWS = ["arn:aws:iam::600000000001:root", "arn:aws:iam::700000000003:root"] }
      Action    = "kms:*"
      Resource  = "*"
    }]
  })
}

resource "aws_sqs_queue" "queue" {
  name = "queue"
}

resource "aws_sqs_queue_policy" "queue" {
  queue_url = aws_sqs_queue.queue.id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { AWS = ["arn:aws:iam::600000000001:root", "arn:aws:iam::700000000004:root"] }
      Action    = "sqs:SendMessage"
      Resource  = "*"
    }]
  })
}

resource "aws_sqs_queue" "queue_known" {
  name = "queue_known"
}

resource "aws_sqs_queue_policy" "queue_known" {
  queue_url = aws_sqs_queue.queue_known.id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { AWS = "arn:aws:iam::600000000001:root" }
      Action    = "sqs:SendMessage"
      Resource  = "*"
    }]
  })
}

resource "aws_sqs_queue" "queue_topic" {
  name = "queue_topic"
}

resource "aws_sqs_queue_policy" "queue_topic" {
  queue_url = aws_sqs_queue.queue_topic.id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = "*"
      Action    = "sqs:SendMessage"
      Resource  = "*"
      Condition = { ArnEquals = { "aws:SourceArn" = aws_sns_topic.topic.arn } }
    }]
  })
}

resource "aws_sqs_queue" "queue_foreign_topic" {
  name = "queue_foreign_topic"
}

resource "aws_sqs_queue_policy" "queue_foreign_topic" {
  queue_url = aws_sqs_queue.queue_foreign_topic.id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = "*"
      Action    = "sqs:SendMessage"
      Resource  = "*"
      Condition = { ArnEquals = { "aws:SourceArn" = "arn:aws:sns:eu-west-1:700000000005:alerts" } }
    }]
  })
}

resource "aws_sqs_queue" "queue_inline" {
  name = "queue-inline"
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { AWS = ["arn:aws:iam::600000000001:root", "arn:aws:iam::700000000006:root"] }
      Action    = "sqs:SendMessage"
      Resource  = "*"
    }]
  })
}

resource "aws_sns_topic" "topic" {
  name = "topic"
}

resource "aws_sns_topic_policy" "topic" {
  arn = aws_sns_topic.topic.arn
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { AWS = ["arn:aws:iam::600000000001:root", "arn:aws:iam::700000000007:root"] }
      Action    = "sns:Publish"
      Resource  = "*"
    }]
  })
}

resource "aws_sns_topic" "topic_owner" {
  name = "topic_owner"
}

resource "aws_sns_topic_policy" "topic_owner" {
  arn = aws_sns_topic.topic_owner.arn
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { AWS = "*" }
      Action    = ["sns:Publish", "sns:Subscribe"]
      Resource  = "*"
      Condition = { StringEquals = { "AWS:SourceOwner" = data.aws_caller_identity.current.account_id } }
    }]
  })
}

resource "aws_sns_topic" "topic_service" {
  name = "topic_service"
}

resource "aws_sns_topic_policy" "topic_service" {
  arn = aws_sns_topic.topic_service.arn
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { Service = "events.amazonaws.com" }
      Action    = "sns:Publish"
      Resource  = "*"
    }]
  })
}

resource "aws_sns_topic" "topic_inline" {
  name = "topic-inline"
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { AWS = ["arn:aws:iam::600000000001:root", "arn:aws:iam::700000000008:root"] }
      Action    = "sns:Publish"
      Resource  = "*"
    }]
  })
}

resource "aws_secretsmanager_secret" "secret" {
  name = "secret"
}

resource "aws_secretsmanager_secret_policy" "secret" {
  secret_arn = aws_secretsmanager_secret.secret.arn
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { AWS = ["arn:aws:iam::600000000001:root", "arn:aws:iam::700000000009:root"] }
      Action    = "secretsmanager:GetSecretValue"
      Resource  = "*"
    }]
  })
}

resource "aws_ecr_repository" "images" {
  name = "images"
}

resource "aws_ecr_repository_policy" "images" {
  repository = aws_ecr_repository.images.name
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { AWS = ["arn:aws:iam::600000000001:root", "arn:aws:iam::700000000010:root"] }
      Action    = "ecr:BatchGetImage"
    }]
  })
}

resource "aws_ecr_registry_policy" "registry" {
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { AWS = ["arn:aws:iam::600000000001:root", "arn:aws:iam::700000000011:root"] }
      Action    = "ecr:ReplicateImage"
      Resource  = "arn:aws:ecr:eu-west-1:${data.aws_caller_identity.current.account_id}:repository/*"
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
    Statement = [{
      Effect    = "Allow"
      Principal = { AWS = ["arn:aws:iam::600000000001:root", "arn:aws:iam::700000000012:root"] }
      Action    = "elasticfilesystem:ClientMount"
    }]
  })
}

resource "aws_backup_vault" "vault" {
  name = "vault"
}

resource "aws_backup_vault_policy" "vault" {
  backup_vault_name = aws_backup_vault.vault.name
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { AWS = ["arn:aws:iam::600000000001:root", "arn:aws:iam::700000000013:root"] }
      Action    = "backup:CopyIntoBackupVault"
      Resource  = "*"
    }]
  })
}

resource "aws_opensearch_domain" "search" {
  domain_name = "search"
  access_policies = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { AWS = ["arn:aws:iam::600000000001:root", "arn:aws:iam::700000000014:root"] }
      Action    = "es:*"
      Resource  = "*"
    }]
  })
}

resource "aws_lambda_function" "hook" {
  function_name = "hook"
  role          = "arn:aws:iam::600000000001:role/hook"
  runtime       = "python3.12"
  handler       = "hook.main"
  s3_bucket     = "code"
  s3_key        = "hook.zip"
}

resource "aws_lambda_permission" "account" {
  action        = "lambda:InvokeFunction"
  function_name = aws_lambda_function.hook.function_name
  principal     = "700000000015"
}

resource "aws_lambda_permission" "role" {
  action        = "lambda:InvokeFunction"
  function_name = aws_lambda_function.hook.function_name
  principal     = "arn:aws:iam::700000000016:role/caller"
}

resource "aws_lambda_permission" "service" {
  action        = "lambda:InvokeFunction"
  function_name = aws_lambda_function.hook.function_name
  principal     = "events.amazonaws.com"
}

resource "aws_lambda_permission" "known" {
  action        = "lambda:InvokeFunction"
  function_name = aws_lambda_function.hook.function_name
  principal     = "600000000001"
}

resource "aws_cloudwatch_event_permission" "events" {
  principal    = "700000000017"
  statement_id = "partner"
}

resource "aws_cloudwatch_event_bus" "bus" {
  name = "bus"
}

resource "aws_cloudwatch_event_bus_policy" "bus" {
  event_bus_name = aws_cloudwatch_event_bus.bus.name
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { AWS = ["arn:aws:iam::600000000001:root", "arn:aws:iam::700000000018:root"] }
      Action    = "events:PutEvents"
      Resource  = aws_cloudwatch_event_bus.bus.arn
    }]
  })
}

resource "aws_s3_bucket" "points" {
  bucket = "na-points"
}

resource "aws_s3_access_point" "point" {
  bucket = aws_s3_bucket.points.id
  name   = "point"
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { AWS = ["arn:aws:iam::600000000001:root", "arn:aws:iam::700000000019:root"] }
      Action    = "s3:GetObject"
      Resource  = "arn:aws:s3:eu-west-1:600000000001:accesspoint/point/object/*"
    }]
  })
}

resource "aws_s3_bucket" "inline" {
  bucket = "na-inline"
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { AWS = ["arn:aws:iam::600000000001:root", "arn:aws:iam::700000000020:root"] }
      Action    = "s3:GetObject"
      Resource  = "arn:aws:s3:::na-inline/*"
    }]
  })
}

resource "aws_glacier_vault" "glacier" {
  name = "glacier"
  access_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { AWS = ["arn:aws:iam::600000000001:root", "arn:aws:iam::700000000021:root"] }
      Action    = "glacier:InitiateJob"
      Resource  = "arn:aws:glacier:eu-west-1:600000000001:vaults/glacier"
    }]
  })
}

resource "aws_dynamodb_table" "table" {
  name         = "table"
  billing_mode = "PAY_PER_REQUEST"
  hash_key     = "id"
  attribute {
    name = "id"
    type = "S"
  }
}

resource "aws_dynamodb_resource_policy" "table" {
  resource_arn = aws_dynamodb_table.table.arn
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { AWS = ["arn:aws:iam::600000000001:root", "arn:aws:iam::700000000022:root"] }
      Action    = "dynamodb:GetItem"
      Resource  = aws_dynamodb_table.table.arn
    }]
  })
}

resource "aws_cloudwatch_log_destination_policy" "logs" {
  destination_name = "central"
  access_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { AWS = "700000000023" }
      Action    = "logs:PutSubscriptionFilter"
      Resource  = "arn:aws:logs:eu-west-1:600000000001:destination:central"
    }]
  })
}

resource "aws_api_gateway_rest_api" "api" {
  name = "api"
}

resource "aws_api_gateway_rest_api_policy" "api" {
  rest_api_id = aws_api_gateway_rest_api.api.id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { AWS = ["arn:aws:iam::600000000001:root", "arn:aws:iam::700000000024:root"] }
      Action    = "execute-api:Invoke"
      Resource  = "${aws_api_gateway_rest_api.api.execution_arn}/*"
    }]
  })
}

resource "aws_vpc_peering_connection" "peer" {
  vpc_id        = "vpc-0a1b2c3d4e5f60718"
  peer_vpc_id   = "vpc-0f1e2d3c4b5a69788"
  peer_owner_id = "600000000002"
}

resource "aws_sqs_queue" "queue_peer" {
  name = "queue_peer"
}

resource "aws_sqs_queue_policy" "queue_peer" {
  queue_url = aws_sqs_queue.queue_peer.id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { AWS = "600000000002" }
      Action    = "sqs:SendMessage"
      Resource  = "*"
    }]
  })
}
