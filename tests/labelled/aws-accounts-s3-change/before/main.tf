data "aws_caller_identity" "current" {}

resource "aws_cloudfront_origin_access_identity" "site" {
  comment = "site"
}

resource "aws_s3_bucket" "listed" {
  bucket = "na-listed"
}

resource "aws_s3_bucket_policy" "listed" {
  bucket = aws_s3_bucket.listed.id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Effect    = "Allow"
        Principal = { AWS = ["arn:aws:iam::111111111111:root"] }
        Action    = "s3:GetObject"
        Resource  = "${aws_s3_bucket.listed.arn}/*"
      },
    ]
  })
}

resource "aws_s3_bucket" "bare" {
  bucket = "na-bare"
}

resource "aws_s3_bucket_policy" "bare" {
  bucket = aws_s3_bucket.bare.id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Effect    = "Allow"
        Principal = { AWS = "111111111111" }
        Action    = "s3:GetObject"
        Resource  = "${aws_s3_bucket.bare.arn}/*"
      },
    ]
  })
}

resource "aws_s3_bucket" "role" {
  bucket = "na-role"
}

resource "aws_s3_bucket_policy" "role" {
  bucket = aws_s3_bucket.role.id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Effect    = "Allow"
        Principal = { AWS = "arn:aws:iam::111111111111:root" }
        Action    = "s3:GetObject"
        Resource  = "${aws_s3_bucket.role.arn}/*"
      },
    ]
  })
}

resource "aws_s3_bucket" "replaced" {
  bucket = "na-replaced"
}

resource "aws_s3_bucket_policy" "replaced" {
  bucket = aws_s3_bucket.replaced.id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Effect    = "Allow"
        Principal = { AWS = "arn:aws:iam::111111111111:user/etl" }
        Action    = "s3:GetObject"
        Resource  = "${aws_s3_bucket.replaced.arn}/*"
      },
    ]
  })
}

resource "aws_s3_bucket" "star" {
  bucket = "na-star"
}

resource "aws_s3_bucket_policy" "star" {
  bucket = aws_s3_bucket.star.id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Effect    = "Allow"
        Principal = { AWS = "arn:aws:iam::111111111111:root" }
        Action    = "s3:GetObject"
        Resource  = "${aws_s3_bucket.star.arn}/*"
      },
    ]
  })
}

resource "aws_s3_bucket" "star_in_list" {
  bucket = "na-star-in-list"
}

resource "aws_s3_bucket_policy" "star_in_list" {
  bucket = aws_s3_bucket.star_in_list.id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Effect    = "Allow"
        Principal = { AWS = "arn:aws:iam::111111111111:root" }
        Action    = "s3:GetObject"
        Resource  = "${aws_s3_bucket.star_in_list.arn}/*"
      },
    ]
  })
}

resource "aws_s3_bucket" "star_before" {
  bucket = "na-star-before"
}

resource "aws_s3_bucket_policy" "star_before" {
  bucket = aws_s3_bucket.star_before.id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Effect    = "Allow"
        Principal = "*"
        Action    = "s3:GetObject"
        Resource  = "${aws_s3_bucket.star_before.arn}/*"
      },
    ]
  })
}

resource "aws_s3_bucket" "star_to_new" {
  bucket = "na-star-to-new"
}

resource "aws_s3_bucket_policy" "star_to_new" {
  bucket = aws_s3_bucket.star_to_new.id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Effect    = "Allow"
        Principal = "*"
        Action    = "s3:GetObject"
        Resource  = "${aws_s3_bucket.star_to_new.arn}/*"
      },
    ]
  })
}

resource "aws_s3_bucket" "star_to_known" {
  bucket = "na-star-to-known"
}

resource "aws_s3_bucket_policy" "star_to_known" {
  bucket = aws_s3_bucket.star_to_known.id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Effect    = "Allow"
        Principal = "*"
        Action    = "s3:GetObject"
        Resource  = "${aws_s3_bucket.star_to_known.arn}/*"
      },
    ]
  })
}

resource "aws_s3_bucket" "star_to_own" {
  bucket = "na-star-to-own"
}

resource "aws_s3_bucket_policy" "star_to_own" {
  bucket = aws_s3_bucket.star_to_own.id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Effect    = "Allow"
        Principal = "*"
        Action    = "s3:GetObject"
        Resource  = "${aws_s3_bucket.star_to_own.arn}/*"
      },
    ]
  })
}

resource "aws_s3_bucket" "spelled" {
  bucket = "na-spelled"
}

resource "aws_s3_bucket_policy" "spelled" {
  bucket = aws_s3_bucket.spelled.id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Effect    = "Allow"
        Principal = { AWS = "111111111111" }
        Action    = "s3:GetObject"
        Resource  = "${aws_s3_bucket.spelled.arn}/*"
      },
    ]
  })
}

resource "aws_s3_bucket" "other_role" {
  bucket = "na-other-role"
}

resource "aws_s3_bucket_policy" "other_role" {
  bucket = aws_s3_bucket.other_role.id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Effect    = "Allow"
        Principal = { AWS = "arn:aws:iam::111111111111:root" }
        Action    = "s3:GetObject"
        Resource  = "${aws_s3_bucket.other_role.arn}/*"
      },
    ]
  })
}

resource "aws_s3_bucket" "narrowed" {
  bucket = "na-narrowed"
}

resource "aws_s3_bucket_policy" "narrowed" {
  bucket = aws_s3_bucket.narrowed.id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Effect    = "Allow"
        Principal = { AWS = ["arn:aws:iam::111111111111:root", "arn:aws:iam::222222222222:root"] }
        Action    = "s3:GetObject"
        Resource  = "${aws_s3_bucket.narrowed.arn}/*"
      },
    ]
  })
}

resource "aws_s3_bucket" "denied" {
  bucket = "na-denied"
}

resource "aws_s3_bucket_policy" "denied" {
  bucket = aws_s3_bucket.denied.id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Effect    = "Allow"
        Principal = { AWS = "arn:aws:iam::111111111111:root" }
        Action    = "s3:GetObject"
        Resource  = "${aws_s3_bucket.denied.arn}/*"
      },
    ]
  })
}

resource "aws_s3_bucket" "denied_all_but" {
  bucket = "na-denied-all-but"
}

resource "aws_s3_bucket_policy" "denied_all_but" {
  bucket = aws_s3_bucket.denied_all_but.id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Effect    = "Allow"
        Principal = { AWS = "arn:aws:iam::111111111111:root" }
        Action    = "s3:GetObject"
        Resource  = "${aws_s3_bucket.denied_all_but.arn}/*"
      },
    ]
  })
}

resource "aws_s3_bucket" "allowed_all_but" {
  bucket = "na-allowed-all-but"
}

resource "aws_s3_bucket_policy" "allowed_all_but" {
  bucket = aws_s3_bucket.allowed_all_but.id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Effect    = "Allow"
        Principal = { AWS = "arn:aws:iam::111111111111:root" }
        Action    = "s3:GetObject"
        Resource  = "${aws_s3_bucket.allowed_all_but.arn}/*"
      },
    ]
  })
}

resource "aws_s3_bucket" "known_elsewhere" {
  bucket = "na-known-elsewhere"
}

resource "aws_s3_bucket_policy" "known_elsewhere" {
  bucket = aws_s3_bucket.known_elsewhere.id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Effect    = "Allow"
        Principal = { AWS = "arn:aws:iam::111111111111:root" }
        Action    = "s3:GetObject"
        Resource  = "${aws_s3_bucket.known_elsewhere.arn}/*"
      },
    ]
  })
}

resource "aws_s3_bucket" "own" {
  bucket = "na-own"
}

resource "aws_s3_bucket" "tls" {
  bucket = "na-tls"
}

resource "aws_s3_bucket_policy" "tls" {
  bucket = aws_s3_bucket.tls.id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Effect    = "Allow"
        Principal = { AWS = "arn:aws:iam::111111111111:root" }
        Action    = "s3:GetObject"
        Resource  = "${aws_s3_bucket.tls.arn}/*"
      },
    ]
  })
}

resource "aws_s3_bucket" "service" {
  bucket = "na-service"
}

resource "aws_s3_bucket" "star_one_account" {
  bucket = "na-star-one-account"
}

resource "aws_s3_bucket" "star_known_account" {
  bucket = "na-star-known-account"
}

resource "aws_s3_bucket" "star_role_like" {
  bucket = "na-star-role-like"
}

resource "aws_s3_bucket" "star_endpoint" {
  bucket = "na-star-endpoint"
}

resource "aws_s3_bucket" "canonical" {
  bucket = "na-canonical"
}

resource "aws_s3_bucket_policy" "canonical" {
  bucket = aws_s3_bucket.canonical.id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Effect    = "Allow"
        Principal = { AWS = "arn:aws:iam::111111111111:root" }
        Action    = "s3:GetObject"
        Resource  = "${aws_s3_bucket.canonical.arn}/*"
      },
    ]
  })
}

resource "aws_s3_bucket" "distribution" {
  bucket = "na-distribution"
}

resource "aws_s3_bucket" "distribution_text" {
  bucket = "na-distribution-text"
}

resource "aws_s3_bucket" "govcloud" {
  bucket = "na-govcloud"
}

resource "aws_s3_bucket" "session" {
  bucket = "na-session"
}

resource "aws_s3_bucket" "with_service" {
  bucket = "na-with-service"
}
