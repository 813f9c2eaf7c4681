data "aws_ssm_parameter" "policy" {
  name = "/guard/policy"
}

resource "aws_sqs_queue" "to_parameter" {
  name   = "dku-to-parameter"
  policy = data.aws_ssm_parameter.policy.value
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
