resource "aws_s3_bucket" "plain" {
  bucket = "plain-bucket"
}

resource "aws_s3_bucket" "unnamed" {}

resource "aws_s3_bucket_versioning" "plain" {
  bucket = aws_s3_bucket.plain.id
  versioning_configuration {
    status = "Enabled"
  }
}

resource "aws_kms_key" "key" {
  description             = "key of ${aws_s3_bucket.plain.bucket}"
  deletion_window_in_days = 10
  enable_key_rotation     = true
}
