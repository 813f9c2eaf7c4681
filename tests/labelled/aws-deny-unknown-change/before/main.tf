variable "whole_policy" {
  type = string
}

variable "office_ranges" {
  type = list(string)
}

data "aws_ssm_parameter" "policy" {
  name = "/guard/policy"
}

resource "aws_sqs_queue" "same_variable" {
  name   = "dku-same-variable"
  policy = var.whole_policy
}

resource "aws_sqs_queue" "to_variable" {
  name = "dku-to-variable"
  policy = jsonencode({
    Statement = [{ Effect = "Deny", Principal = "*", Action = "sqs:DeleteQueue", Resource = "*" }]
  })
}

resource "aws_sqs_queue" "to_parameter" {
  name = "dku-to-parameter"
  policy = jsonencode({
    Statement = [{ Effect = "Deny", Principal = "*", Action = "sqs:PurgeQueue", Resource = "*" }]
  })
}

resource "aws_sqs_queue" "from_variable" {
  name   = "dku-from-variable"
  policy = var.whole_policy
}

resource "aws_sqs_queue" "ranges" {
  name = "dku-ranges"
  policy = jsonencode({
    Statement = [{
      Effect    = "Deny"
      Principal = "*"
      Action    = "sqs:SendMessage"
      Resource  = "*"
      Condition = { NotIpAddress = { "aws:SourceIp" = ["192.0.2.0/24"] } }
    }]
  })
}

resource "aws_sqs_queue" "effect" {
  name = "dku-effect"
  policy = jsonencode({
    Statement = [{ Effect = "Deny", Principal = "*", Action = "sqs:SetQueueAttributes", Resource = "*" }]
  })
}

resource "aws_sqs_queue" "beside_unknown" {
  name = "dku-beside-unknown"
  policy = jsonencode({
    Statement = [
      { Effect = "Deny", Principal = "*", Action = "sqs:AddPermission", Resource = "*" },
      { Effect = "Allow", Principal = { AWS = "111122223333" }, Action = "sqs:SendMessage", Resource = "*" },
    ]
  })
}

resource "aws_sqs_queue" "lost_beside_unknown" {
  name = "dku-lost-beside-unknown"
  policy = jsonencode({
    Statement = [
      { Effect = "Deny", Principal = "*", Action = "sqs:RemovePermission", Resource = "*" },
      { Effect = "Allow", Principal = { AWS = "111122223333" }, Action = "sqs:SendMessage", Resource = "*",
      Condition = { IpAddress = { "aws:SourceIp" = var.office_ranges } } },
    ]
  })
}

resource "aws_s3_bucket" "made_up" {
  bucket_prefix = "dku-"
}

resource "aws_s3_bucket_policy" "made_up" {
  bucket = aws_s3_bucket.made_up.id
  policy = jsonencode({
    Statement = [{
      Effect    = "Deny"
      Principal = "*"
      Action    = "s3:*"
      Resource  = [aws_s3_bucket.made_up.arn, "${aws_s3_bucket.made_up.arn}/*"]
      Condition = { Bool = { "aws:SecureTransport" = "false" } }
    }]
  })
}

resource "aws_s3_bucket" "made_up_lost" {
  bucket_prefix = "dku-lost-"
}

resource "aws_s3_bucket_policy" "made_up_lost" {
  bucket = aws_s3_bucket.made_up_lost.id
  policy = jsonencode({
    Statement = [{
      Effect    = "Deny"
      Principal = "*"
      Action    = "s3:*"
      Resource  = [aws_s3_bucket.made_up_lost.arn, "${aws_s3_bucket.made_up_lost.arn}/*"]
      Condition = { Bool = { "aws:SecureTransport" = "false" } }
    }]
  })
}
