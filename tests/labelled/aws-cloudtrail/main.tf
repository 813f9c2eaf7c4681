resource "aws_kms_key" "trail" {
  description         = "trail"
  enable_key_rotation = true
}

resource "aws_s3_bucket" "logged" {
  bucket = "trail-logged"
}

resource "aws_s3_bucket" "access" {
  bucket = "access-logs"
}

resource "aws_s3_bucket_logging" "l" {
  bucket        = aws_s3_bucket.logged.id
  target_bucket = aws_s3_bucket.access.id
  target_prefix = "trail/"
}

resource "aws_s3_bucket" "unlogged" {
  bucket = "trail-unlogged"
}

resource "aws_cloudwatch_log_group" "trail" {
  name = "trail"
}

resource "aws_iam_role" "trail" {
  name = "trail"
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Action    = "sts:AssumeRole"
      Principal = { Service = "cloudtrail.amazonaws.com" }
    }]
  })
}

resource "aws_cloudtrail" "good" {
  name                       = "good"
  s3_bucket_name             = aws_s3_bucket.logged.id
  is_multi_region_trail      = true
  enable_log_file_validation = true
  kms_key_id                 = aws_kms_key.trail.arn
  cloud_watch_logs_group_arn = "${aws_cloudwatch_log_group.trail.arn}:*"
  cloud_watch_logs_role_arn  = aws_iam_role.trail.arn
}

resource "aws_cloudtrail" "bare" {
  name           = "bare"
  s3_bucket_name = aws_s3_bucket.unlogged.id
}
