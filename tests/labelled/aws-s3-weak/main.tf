resource "aws_s3_bucket" "weak" {
  bucket = "weak"
}

resource "aws_s3_bucket_lifecycle_configuration" "weak" {
  bucket = aws_s3_bucket.weak.id
  rule {
    id     = "abort"
    status = "Disabled"
    filter {}
    abort_incomplete_multipart_upload {
      days_after_initiation = 7
    }
  }
}

resource "aws_s3_bucket_server_side_encryption_configuration" "weak" {
  bucket = aws_s3_bucket.weak.id
  rule {
    apply_server_side_encryption_by_default {
      sse_algorithm = "AES256"
    }
  }
}

resource "aws_s3_bucket_public_access_block" "weak" {
  bucket              = aws_s3_bucket.weak.id
  block_public_acls   = true
  block_public_policy = true
}

resource "aws_s3_bucket_versioning" "weak" {
  bucket = aws_s3_bucket.weak.id
  versioning_configuration {
    status = "Suspended"
  }
}

resource "aws_s3_bucket_acl" "weak" {
  bucket = aws_s3_bucket.weak.id
  acl    = "public-read"
}

resource "aws_s3_bucket_policy" "weak" {
  bucket = aws_s3_bucket.weak.id
  policy = <<POLICY
{
  "Version": "2012-10-17",
  "Statement": [
    {"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject",
     "Resource": "arn:aws:s3:::weak/*"}
  ]
}
POLICY
}
