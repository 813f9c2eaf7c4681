# Where access logs of all buckets go.
resource "aws_s3_bucket" "log" {
  bucket = "acme-access-logs"
}

resource "aws_s3_bucket_versioning" "log" {
  bucket = aws_s3_bucket.log.id
  versioning_configuration {
    status = "Enabled"
  }
}

resource "aws_s3_bucket_logging" "log" {
  bucket        = aws_s3_bucket.log.id
  target_bucket = aws_s3_bucket.log.id
  target_prefix = "self/"
}
