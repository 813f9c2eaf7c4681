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
        Principal = { AWS = ["arn:aws:iam::111111111111:root", "arn:aws:iam::300000000001:root"] }
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
        Principal = { AWS = ["111111111111", "300000000002"] }
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
      {
        Effect    = "Allow"
        Principal = { AWS = "arn:aws:iam::300000000003:role/etl" }
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
        Principal = { AWS = "arn:aws:iam::300000000004:user/etl" }
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
        Principal = "*"
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
        Principal = { AWS = ["arn:aws:iam::111111111111:root", "*"] }
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
        Principal = { AWS = "*" }
        Action    = ["s3:GetObject"]
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
        Principal = { AWS = "arn:aws:iam::300000000005:root" }
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
        Principal = { AWS = "arn:aws:iam::222222222222:root" }
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
        Principal = { AWS = "arn:aws:iam::${data.aws_caller_identity.current.account_id}:root" }
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
        Principal = { AWS = ["arn:aws:iam::111111111111:root"] }
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
        Principal = { AWS = "arn:aws:iam::111111111111:role/reports" }
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
        Principal = { AWS = ["arn:aws:iam::111111111111:root"] }
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
      {
        Effect    = "Deny"
        Principal = { AWS = "arn:aws:iam::300000000006:root" }
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
      {
        Effect       = "Deny"
        NotPrincipal = { AWS = "arn:aws:iam::111111111111:root" }
        Action       = "s3:GetObject"
        Resource     = "${aws_s3_bucket.denied_all_but.arn}/*"
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
        Effect       = "Allow"
        NotPrincipal = { AWS = "arn:aws:iam::111111111111:root" }
        Action       = "s3:GetObject"
        Resource     = "${aws_s3_bucket.allowed_all_but.arn}/*"
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
        Principal = { AWS = ["arn:aws:iam::111111111111:root", "arn:aws:iam::222222222222:root"] }
        Action    = "s3:GetObject"
        Resource  = "${aws_s3_bucket.known_elsewhere.arn}/*"
      },
    ]
  })
}

resource "aws_s3_bucket" "own" {
  bucket = "na-own"
}

resource "aws_s3_bucket_policy" "own" {
  bucket = aws_s3_bucket.own.id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Effect    = "Allow"
        Principal = { AWS = "arn:aws:iam::${data.aws_caller_identity.current.account_id}:root" }
        Action    = "s3:GetObject"
        Resource  = "${aws_s3_bucket.own.arn}/*"
      },
    ]
  })
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
      {
        Effect    = "Deny"
        Principal = "*"
        Action    = "s3:*"
        Resource  = "${aws_s3_bucket.tls.arn}/*"
        Condition = { Bool = { "aws:SecureTransport" = "false" } }
      },
    ]
  })
}

resource "aws_s3_bucket" "service" {
  bucket = "na-service"
}

resource "aws_s3_bucket_policy" "service" {
  bucket = aws_s3_bucket.service.id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Effect    = "Allow"
        Principal = { Service = "logging.s3.amazonaws.com" }
        Action    = "s3:PutObject"
        Resource  = "${aws_s3_bucket.service.arn}/*"
      },
    ]
  })
}

resource "aws_s3_bucket" "star_one_account" {
  bucket = "na-star-one-account"
}

resource "aws_s3_bucket_policy" "star_one_account" {
  bucket = aws_s3_bucket.star_one_account.id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Effect    = "Allow"
        Principal = "*"
        Action    = "s3:GetObject"
        Resource  = "${aws_s3_bucket.star_one_account.arn}/*"
        Condition = { StringEquals = { "aws:PrincipalAccount" = "300000000007" } }
      },
    ]
  })
}

resource "aws_s3_bucket" "star_known_account" {
  bucket = "na-star-known-account"
}

resource "aws_s3_bucket_policy" "star_known_account" {
  bucket = aws_s3_bucket.star_known_account.id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Effect    = "Allow"
        Principal = "*"
        Action    = "s3:GetObject"
        Resource  = "${aws_s3_bucket.star_known_account.arn}/*"
        Condition = { StringEquals = { "aws:PrincipalAccount" = ["222222222222"] } }
      },
    ]
  })
}

resource "aws_s3_bucket" "star_role_like" {
  bucket = "na-star-role-like"
}

resource "aws_s3_bucket_policy" "star_role_like" {
  bucket = aws_s3_bucket.star_role_like.id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Effect    = "Allow"
        Principal = "*"
        Action    = "s3:GetObject"
        Resource  = "${aws_s3_bucket.star_role_like.arn}/*"
        Condition = { ArnLike = { "aws:PrincipalArn" = "arn:aws:iam::300000000008:role/*" } }
      },
    ]
  })
}

resource "aws_s3_bucket" "star_endpoint" {
  bucket = "na-star-endpoint"
}

resource "aws_s3_bucket_policy" "star_endpoint" {
  bucket = aws_s3_bucket.star_endpoint.id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Effect    = "Allow"
        Principal = "*"
        Action    = "s3:GetObject"
        Resource  = "${aws_s3_bucket.star_endpoint.arn}/*"
        Condition = { IpAddress = { "aws:SourceIp" = "0.0.0.0/0" } }
      },
    ]
  })
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
        Principal = { AWS = "arn:aws:iam::111111111111:root", CanonicalUser = "79a59df900b949e55d96a1e698fbacedfd6e09d98eacf8f8d5218e7cd47ef2be" }
        Action    = "s3:GetObject"
        Resource  = "${aws_s3_bucket.canonical.arn}/*"
      },
    ]
  })
}

resource "aws_s3_bucket" "distribution" {
  bucket = "na-distribution"
}

resource "aws_s3_bucket_policy" "distribution" {
  bucket = aws_s3_bucket.distribution.id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Effect    = "Allow"
        Principal = { AWS = aws_cloudfront_origin_access_identity.site.iam_arn }
        Action    = "s3:GetObject"
        Resource  = "${aws_s3_bucket.distribution.arn}/*"
      },
    ]
  })
}

resource "aws_s3_bucket" "distribution_text" {
  bucket = "na-distribution-text"
}

resource "aws_s3_bucket_policy" "distribution_text" {
  bucket = aws_s3_bucket.distribution_text.id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Effect    = "Allow"
        Principal = { AWS = "arn:aws:iam::cloudfront:user/CloudFront Origin Access Identity E1EXAMPLE2OAI3" }
        Action    = "s3:GetObject"
        Resource  = "${aws_s3_bucket.distribution_text.arn}/*"
      },
    ]
  })
}

resource "aws_s3_bucket" "govcloud" {
  bucket = "na-govcloud"
}

resource "aws_s3_bucket_policy" "govcloud" {
  bucket = aws_s3_bucket.govcloud.id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Effect    = "Allow"
        Principal = { AWS = "arn:aws-us-gov:iam::300000000009:root" }
        Action    = "s3:GetObject"
        Resource  = "${aws_s3_bucket.govcloud.arn}/*"
      },
    ]
  })
}

resource "aws_s3_bucket" "session" {
  bucket = "na-session"
}

resource "aws_s3_bucket_policy" "session" {
  bucket = aws_s3_bucket.session.id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Effect    = "Allow"
        Principal = { AWS = "arn:aws:sts::300000000010:assumed-role/etl/job" }
        Action    = "s3:GetObject"
        Resource  = "${aws_s3_bucket.session.arn}/*"
      },
    ]
  })
}

resource "aws_s3_bucket" "with_service" {
  bucket = "na-with-service"
}

resource "aws_s3_bucket_policy" "with_service" {
  bucket = aws_s3_bucket.with_service.id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Effect    = "Allow"
        Principal = { Service = "cloudtrail.amazonaws.com", AWS = "300000000011" }
        Action    = "s3:GetObject"
        Resource  = "${aws_s3_bucket.with_service.arn}/*"
      },
    ]
  })
}

resource "aws_s3_bucket" "fresh" {
  bucket = "na-fresh"
}

resource "aws_s3_bucket_policy" "fresh" {
  bucket = aws_s3_bucket.fresh.id
  policy = <<-EOT
    {"Version": "2012-10-17", "Statement": [
      {"Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::300000000012:root"}, "Action": "s3:ListBucket",
       "Resource": "arn:aws:s3:::na-fresh"}]}
  EOT
}
