data "aws_caller_identity" "current" {}

data "aws_region" "current" {}

data "aws_partition" "current" {}

data "aws_iam_policy_document" "read" {
  statement {
    actions   = ["s3:GetObject"]
    resources = ["arn:${data.aws_partition.current.partition}:s3:::data/*"]
  }
}

resource "aws_iam_policy" "read" {
  name   = "read-${data.aws_region.current.name}"
  policy = data.aws_iam_policy_document.read.json
}

resource "aws_s3_bucket" "data" {
  bucket = "data-${data.aws_caller_identity.current.account_id}"
}

data "aws_iam_policy_document" "late" {
  statement {
    actions   = ["s3:*"]
    resources = [aws_s3_bucket.data.arn, "${aws_s3_bucket.data.arn}/*"]
  }
}

resource "aws_s3_bucket_policy" "data" {
  bucket = aws_s3_bucket.data.bucket
  policy = data.aws_iam_policy_document.late.json
}

data "aws_vpc" "named" {
  depends_on = [aws_s3_bucket.data]
  tags = {
    Name = "main"
  }
}

data "aws_iam_policy_document" "known_but_pending" {
  statement {
    actions   = ["s3:ListBucket"]
    resources = ["arn:aws:s3:::${aws_s3_bucket.data.bucket}"]
  }
}

output "account" {
  value = data.aws_caller_identity.current.account_id
}
