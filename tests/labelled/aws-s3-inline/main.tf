resource "aws_s3_bucket" "inline" {
  bucket = "inline"
  acl    = "public-read-write"
  versioning {
    enabled = true
  }
  logging {
    target_bucket = "logs"
    target_prefix = "inline/"
  }
  lifecycle_rule {
    enabled                                = true
    abort_incomplete_multipart_upload_days = 3
  }
  server_side_encryption_configuration {
    rule {
      apply_server_side_encryption_by_default {
        sse_algorithm     = "aws:kms"
        kms_master_key_id = "arn:aws:kms:eu-west-1:123456789012:key/11111111-2222-3333-4444-555555555555"
      }
    }
  }
}

resource "aws_s3_bucket" "inline_off" {
  bucket = "inline-off"
  versioning {
    enabled = false
  }
  server_side_encryption_configuration {
    rule {
      apply_server_side_encryption_by_default {
        sse_algorithm = "AES256"
      }
    }
  }
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { AWS = "*" }
      Action    = ["s3:GetObject"]
      Resource  = ["arn:aws:s3:::inline-off/*"]
    }]
  })
}
