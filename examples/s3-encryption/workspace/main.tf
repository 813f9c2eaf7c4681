data "aws_caller_identity" "current" {}

module "labels" {
  source      = "./modules/labels"
  prefix      = "lake"
  environment = var.environment
}

locals {
  account = data.aws_caller_identity.current.account_id
  names = {
    for purpose, settings in var.buckets :
    purpose => coalesce(settings.public_name, "${module.labels.prefix}-${purpose}-${local.account}")
  }
}

# One bucket for each stage of processing.
resource "aws_s3_bucket" "lake" {
  for_each = var.buckets

  bucket = local.names[each.key]

  tags = {
    Purpose = each.key
  }
}

resource "aws_s3_bucket_public_access_block" "lake" {
  for_each = aws_s3_bucket.lake

  bucket                  = each.value.id
  block_public_acls       = true
  block_public_policy     = true
  ignore_public_acls      = true
  restrict_public_buckets = true
}

resource "aws_s3_bucket_lifecycle_configuration" "lake" {
  for_each = var.buckets

  bucket = aws_s3_bucket.lake[each.key].id

  rule {
    id     = "expire"
    status = "Enabled"

    filter {}

    expiration {
      days = each.value.retention_days
    }
  }
}
