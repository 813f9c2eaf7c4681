variable "whole_policy" {
  type = string
}

variable "office_ranges" {
  type = list(string)
}

variable "effect" {
  type = string
}

data "aws_ssm_parameter" "policy" {
  name = "/guard/policy"
}

resource "aws_sqs_queue" "same_variable" {
  name                    = "dku-same-variable"
  sqs_managed_sse_enabled = true
  policy                  = var.whole_policy
}

resource "aws_sqs_queue" "to_variable" {
  name   = "dku-to-variable"
  policy = var.whole_policy
}

resource "aws_sqs_queue" "to_parameter" {
  name   = "dku-to-parameter"
  policy = data.aws_ssm_parameter.policy.value
}

resource "aws_sqs_queue" "from_variable" {
  name = "dku-from-variable"
  policy = jsonencode({
    Statement = [{ Effect = "Allow", Principal = { AWS = "111122223333" }, Action = "sqs:SendMessage", Resource = "*" }]
  })
}

resource "aws_sqs_queue" "ranges" {
  name = "dku-ranges"
  policy = jsonencode({
    Statement = [{
      Effect    = "Deny"
      Principal = "*"
      Action    = "sqs:SendMessage"
      Resource  = "*"
      Condition = { NotIpAddress = { "aws:SourceIp" = var.office_ranges } }
    }]
  })
}

resource "aws_sqs_queue" "effect" {
  name = "dku-effect"
  policy = jsonencode({
    Statement = [{ Effect = var.effect, Principal = "*", Action = "sqs:SetQueueAttributes", Resource = "*" }]
  })
}

resource "aws_sqs_queue" "beside_unknown" {
  name = "dku-beside-unknown"
  policy = jsonencode({
    Statement = [
      { Effect = "Deny", Principal = "*", Action = "sqs:AddPermission", Resource = "*" },
      { Effect = "Allow", Principal = { AWS = "111122223333" }, Action = "sqs:SendMessage", Resource = "*",
      Condition = { IpAddress = { "aws:SourceIp" = var.office_ranges } } },
    ]
  })
}

resource "aws_sqs_queue" "lost_beside_unknown" {
  name = "dku-lost-beside-unknown"
  policy = jsonencode({
    Statement = [
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
    Statement = [
      {
        Effect    = "Deny"
        Principal = "*"
        Action    = "s3:*"
        Resource  = [aws_s3_bucket.made_up.arn, "${aws_s3_bucket.made_up.arn}/*"]
        Condition = { Bool = { "aws:SecureTransport" = "false" } }
      },
      {
        Effect    = "Deny"
        Principal = "*"
        Action    = "s3:PutObjectAcl"
        Resource  = "${aws_s3_bucket.made_up.arn}/*"
      },
    ]
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
      Resource  = "${aws_s3_bucket.made_up_lost.arn}/*"
      Condition = { Bool = { "aws:SecureTransport" = "false" } }
    }]
  })
}
