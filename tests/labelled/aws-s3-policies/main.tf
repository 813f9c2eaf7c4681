resource "aws_s3_bucket" "a" {
  bucket = "pol-a"
}

resource "aws_s3_bucket" "b" {
  bucket = "pol-b"
}

resource "aws_s3_bucket" "c" {
  bucket = "pol-c"
}

resource "aws_s3_bucket" "d" {
  bucket = "pol-d"
}

resource "aws_s3_bucket_policy" "named" {
  bucket = aws_s3_bucket.a.id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { AWS = ["arn:aws:iam::210987654321:root"] }
      Action    = "s3:GetObject"
      Resource  = "arn:aws:s3:::pol-a/*"
    }]
  })
}

data "aws_iam_policy_document" "open" {
  statement {
    actions   = ["s3:GetObject"]
    resources = ["${aws_s3_bucket.b.arn}/*"]
    principals {
      type        = "*"
      identifiers = ["*"]
    }
  }
}

resource "aws_s3_bucket_policy" "doc" {
  bucket = aws_s3_bucket.b.id
  policy = data.aws_iam_policy_document.open.json
}

resource "aws_s3_bucket_policy" "vpce" {
  bucket = aws_s3_bucket.c.id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = "*"
      Action    = "s3:GetObject"
      Resource  = "arn:aws:s3:::pol-c/*"
      Condition = { StringEquals = { "aws:SourceVpce" = "vpce-0123456789abcdef0" } }
    }]
  })
}

resource "aws_s3_bucket_policy" "tls" {
  bucket = aws_s3_bucket.d.id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Deny"
      Principal = "*"
      Action    = "s3:*"
      Resource  = [aws_s3_bucket.d.arn, "${aws_s3_bucket.d.arn}/*"]
      Condition = { Bool = { "aws:SecureTransport" = "false" } }
    }]
  })
}
