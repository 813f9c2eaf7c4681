variable "protect" {
  type    = bool
  default = false
}

variable "guarded_actions" {
  type    = list(string)
  default = ["sqs:DeleteQueue"]
}

locals {
  names = toset(["a", "b", "c"])
  deny_http = {
    Effect    = "Deny"
    Principal = "*"
    Action    = "sqs:*"
    Resource  = "*"
    Condition = { Bool = { "aws:SecureTransport" = "false" } }
  }
}

resource "aws_s3_bucket" "each" {
  for_each = local.names
  bucket   = "dkm-${each.key}"
}

resource "aws_s3_bucket_policy" "each" {
  for_each = toset(["a", "c"])
  bucket   = aws_s3_bucket.each[each.key].id
  policy = jsonencode({
    Statement = [{
      Effect    = "Deny"
      Principal = "*"
      Action    = "s3:*"
      Resource  = ["arn:aws:s3:::dkm-${each.key}", "arn:aws:s3:::dkm-${each.key}/*"]
      Condition = { Bool = { "aws:SecureTransport" = "false" } }
    }]
  })
}

resource "aws_s3_bucket" "switched" {
  bucket = "dkm-switched"
}

resource "aws_s3_bucket_policy" "switched" {
  count  = var.protect ? 1 : 0
  bucket = aws_s3_bucket.switched.id
  policy = jsonencode({
    Statement = [{
      Effect    = "Deny"
      Principal = "*"
      Action    = "s3:DeleteBucket"
      Resource  = "arn:aws:s3:::dkm-switched"
    }]
  })
}

resource "aws_s3_bucket" "counted" {
  bucket = "dkm-counted"
}

resource "aws_s3_bucket_policy" "counted" {
  count  = 1
  bucket = aws_s3_bucket.counted.id
  policy = jsonencode({
    Statement = [{
      Effect    = "Deny"
      Principal = "*"
      Action    = "s3:DeleteBucket"
      Resource  = "arn:aws:s3:::dkm-counted"
    }]
  })
}

module "kept" {
  source        = "./guarded"
  name          = "dkm-kept"
  deny_insecure = true
  readers       = ["arn:aws:iam::111122223333:root"]
}

module "dropped" {
  source        = "./guarded"
  name          = "dkm-dropped"
  deny_insecure = false
  readers       = ["arn:aws:iam::111122223333:root"]
}

data "aws_iam_policy_document" "dynamic" {
  dynamic "statement" {
    for_each = var.guarded_actions
    content {
      effect    = "Deny"
      actions   = [statement.value]
      resources = ["*"]
      principals {
        type        = "*"
        identifiers = ["*"]
      }
    }
  }
}

resource "aws_sqs_queue" "dynamic" {
  name   = "dkm-dynamic"
  policy = data.aws_iam_policy_document.dynamic.json
}

resource "aws_sqs_queue" "concat" {
  name = "dkm-concat"
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = concat([{
      Effect    = "Allow"
      Principal = { AWS = "111122223333" }
      Action    = "sqs:SendMessage"
      Resource  = "*"
    }], [local.deny_http])
  })
}

resource "aws_sqs_queue" "concat_lost" {
  name = "dkm-concat-lost"
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = concat([{
      Effect    = "Allow"
      Principal = { AWS = "111122223333" }
      Action    = "sqs:SendMessage"
      Resource  = "*"
    }], [for s in [local.deny_http] : s if s.Effect == "Allow"])
  })
}

resource "aws_sqs_queue" "file" {
  name   = "dkm-file"
  policy = file("${path.module}/queue.json")
}

resource "aws_sqs_queue" "template" {
  name   = "dkm-template"
  policy = templatefile("${path.module}/queue.tftpl", { actions = ["sqs:SetQueueAttributes", "sqs:DeleteQueue"] })
}
