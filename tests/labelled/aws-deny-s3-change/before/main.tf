resource "aws_s3_bucket" "tls_dropped" {
  bucket = "dk-tls-dropped"
}

resource "aws_s3_bucket_policy" "tls_dropped" {
  bucket = aws_s3_bucket.tls_dropped.id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Effect    = "Deny"
        Principal = "*"
        Action    = "s3:*"
        Resource  = [aws_s3_bucket.tls_dropped.arn, "${aws_s3_bucket.tls_dropped.arn}/*"]
        Condition = { Bool = { "aws:SecureTransport" = "false" } }
      },
      {
        Effect    = "Allow"
        Principal = { AWS = "arn:aws:iam::111122223333:role/reader" }
        Action    = "s3:GetObject"
        Resource  = "${aws_s3_bucket.tls_dropped.arn}/*"
      },
    ]
  })
}

resource "aws_s3_bucket" "tls_beside" {
  bucket = "dk-tls-beside"
}

resource "aws_s3_bucket_policy" "tls_beside" {
  bucket = aws_s3_bucket.tls_beside.id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Effect    = "Deny"
        Principal = "*"
        Action    = "s3:*"
        Resource  = [aws_s3_bucket.tls_beside.arn, "${aws_s3_bucket.tls_beside.arn}/*"]
        Condition = { Bool = { "aws:SecureTransport" = "false" } }
      },
    ]
  })
}

resource "aws_s3_bucket" "allow_gone" {
  bucket = "dk-allow-gone"
}

resource "aws_s3_bucket_policy" "allow_gone" {
  bucket = aws_s3_bucket.allow_gone.id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Effect    = "Deny"
        Principal = "*"
        Action    = "s3:*"
        Resource  = [aws_s3_bucket.allow_gone.arn, "${aws_s3_bucket.allow_gone.arn}/*"]
        Condition = { Bool = { "aws:SecureTransport" = "false" } }
      },
      {
        Effect    = "Allow"
        Principal = { AWS = "arn:aws:iam::111122223333:role/reader" }
        Action    = "s3:GetObject"
        Resource  = "${aws_s3_bucket.allow_gone.arn}/*"
      },
    ]
  })
}

resource "aws_s3_bucket" "sid_renamed" {
  bucket = "dk-sid-renamed"
}

resource "aws_s3_bucket_policy" "sid_renamed" {
  bucket = aws_s3_bucket.sid_renamed.id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid       = "DenyHttp"
        Effect    = "Deny"
        Principal = "*"
        Action    = "s3:*"
        Resource  = [aws_s3_bucket.sid_renamed.arn, "${aws_s3_bucket.sid_renamed.arn}/*"]
        Condition = { Bool = { "aws:SecureTransport" = "false" } }
      },
    ]
  })
}

resource "aws_s3_bucket" "reordered" {
  bucket = "dk-reordered"
}

resource "aws_s3_bucket_policy" "reordered" {
  bucket = aws_s3_bucket.reordered.id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Effect    = "Deny"
        Principal = "*"
        Action    = ["s3:DeleteObject", "s3:DeleteObjectVersion", "s3:DeleteBucket"]
        Resource  = [aws_s3_bucket.reordered.arn, "${aws_s3_bucket.reordered.arn}/*"]
      },
      {
        Effect    = "Allow"
        Principal = { AWS = "arn:aws:iam::111122223333:role/reader" }
        Action    = "s3:GetObject"
        Resource  = "${aws_s3_bucket.reordered.arn}/*"
      },
    ]
  })
}

resource "aws_s3_bucket" "list_of_one" {
  bucket = "dk-list-of-one"
}

resource "aws_s3_bucket_policy" "list_of_one" {
  bucket = aws_s3_bucket.list_of_one.id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Effect    = "Deny"
        Principal = "*"
        Action    = "s3:PutBucketPolicy"
        Resource  = aws_s3_bucket.list_of_one.arn
      },
    ]
  })
}

resource "aws_s3_bucket" "split" {
  bucket = "dk-split"
}

resource "aws_s3_bucket_policy" "split" {
  bucket = aws_s3_bucket.split.id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Effect    = "Deny"
        Principal = "*"
        Action    = ["s3:PutBucketAcl", "s3:PutObjectAcl"]
        Resource  = [aws_s3_bucket.split.arn, "${aws_s3_bucket.split.arn}/*"]
      },
    ]
  })
}

resource "aws_s3_bucket" "merged" {
  bucket = "dk-merged"
}

resource "aws_s3_bucket_policy" "merged" {
  bucket = aws_s3_bucket.merged.id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Effect    = "Deny"
        Principal = "*"
        Action    = "s3:PutBucketAcl"
        Resource  = [aws_s3_bucket.merged.arn, "${aws_s3_bucket.merged.arn}/*"]
      },
      {
        Effect    = "Deny"
        Principal = "*"
        Action    = "s3:PutObjectAcl"
        Resource  = [aws_s3_bucket.merged.arn, "${aws_s3_bucket.merged.arn}/*"]
      },
    ]
  })
}

resource "aws_s3_bucket" "twice" {
  bucket = "dk-twice"
}

resource "aws_s3_bucket_policy" "twice" {
  bucket = aws_s3_bucket.twice.id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid       = "One"
        Effect    = "Deny"
        Principal = "*"
        Action    = "s3:*"
        Resource  = [aws_s3_bucket.twice.arn, "${aws_s3_bucket.twice.arn}/*"]
        Condition = { Bool = { "aws:SecureTransport" = "false" } }
      },
      {
        Sid       = "Two"
        Effect    = "Deny"
        Principal = "*"
        Action    = "s3:*"
        Resource  = [aws_s3_bucket.twice.arn, "${aws_s3_bucket.twice.arn}/*"]
        Condition = { Bool = { "aws:SecureTransport" = "false" } }
      },
    ]
  })
}

resource "aws_s3_bucket" "within_wider" {
  bucket = "dk-within-wider"
}

resource "aws_s3_bucket_policy" "within_wider" {
  bucket = aws_s3_bucket.within_wider.id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Effect    = "Deny"
        Principal = "*"
        Action    = "s3:DeleteObject"
        Resource  = [aws_s3_bucket.within_wider.arn, "${aws_s3_bucket.within_wider.arn}/*"]
        Condition = { Bool = { "aws:SecureTransport" = "false" } }
      },
      {
        Effect    = "Deny"
        Principal = "*"
        Action    = "s3:*"
        Resource  = [aws_s3_bucket.within_wider.arn, "${aws_s3_bucket.within_wider.arn}/*"]
        Condition = { Bool = { "aws:SecureTransport" = "false" } }
      },
    ]
  })
}

resource "aws_s3_bucket" "actions_shortened" {
  bucket = "dk-actions-shortened"
}

resource "aws_s3_bucket_policy" "actions_shortened" {
  bucket = aws_s3_bucket.actions_shortened.id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Effect    = "Deny"
        Principal = "*"
        Action    = ["s3:DeleteObject", "s3:DeleteObjectVersion", "s3:DeleteBucket"]
        Resource  = [aws_s3_bucket.actions_shortened.arn, "${aws_s3_bucket.actions_shortened.arn}/*"]
      },
    ]
  })
}

resource "aws_s3_bucket" "actions_widened" {
  bucket = "dk-actions-widened"
}

resource "aws_s3_bucket_policy" "actions_widened" {
  bucket = aws_s3_bucket.actions_widened.id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Effect    = "Deny"
        Principal = "*"
        Action    = ["s3:DeleteObject", "s3:DeleteObjectVersion"]
        Resource  = [aws_s3_bucket.actions_widened.arn, "${aws_s3_bucket.actions_widened.arn}/*"]
      },
    ]
  })
}

resource "aws_s3_bucket" "star_listed" {
  bucket = "dk-star-listed"
}

resource "aws_s3_bucket_policy" "star_listed" {
  bucket = aws_s3_bucket.star_listed.id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Effect    = "Deny"
        Principal = "*"
        Action    = "s3:*"
        Resource  = [aws_s3_bucket.star_listed.arn, "${aws_s3_bucket.star_listed.arn}/*"]
        Condition = { Bool = { "aws:SecureTransport" = "false" } }
      },
    ]
  })
}

resource "aws_s3_bucket" "resource_narrowed" {
  bucket = "dk-resource-narrowed"
}

resource "aws_s3_bucket_policy" "resource_narrowed" {
  bucket = aws_s3_bucket.resource_narrowed.id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Effect    = "Deny"
        Principal = "*"
        Action    = "s3:*"
        Resource  = [aws_s3_bucket.resource_narrowed.arn, "${aws_s3_bucket.resource_narrowed.arn}/*"]
        Condition = { Bool = { "aws:SecureTransport" = "false" } }
      },
    ]
  })
}

resource "aws_s3_bucket" "prefix_only" {
  bucket = "dk-prefix-only"
}

resource "aws_s3_bucket_policy" "prefix_only" {
  bucket = aws_s3_bucket.prefix_only.id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Effect    = "Deny"
        Principal = "*"
        Action    = "s3:PutObject"
        Resource  = "${aws_s3_bucket.prefix_only.arn}/*"
      },
    ]
  })
}

resource "aws_s3_bucket" "turned_allow" {
  bucket = "dk-turned-allow"
}

resource "aws_s3_bucket_policy" "turned_allow" {
  bucket = aws_s3_bucket.turned_allow.id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Effect    = "Deny"
        Principal = { AWS = "arn:aws:iam::111122223333:root" }
        Action    = "s3:DeleteObject"
        Resource  = [aws_s3_bucket.turned_allow.arn, "${aws_s3_bucket.turned_allow.arn}/*"]
      },
    ]
  })
}

resource "aws_s3_bucket" "exempted" {
  bucket = "dk-exempted"
}

resource "aws_s3_bucket_policy" "exempted" {
  bucket = aws_s3_bucket.exempted.id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Effect    = "Deny"
        Principal = "*"
        Action    = "s3:DeleteObject"
        Resource  = [aws_s3_bucket.exempted.arn, "${aws_s3_bucket.exempted.arn}/*"]
      },
    ]
  })
}

resource "aws_s3_bucket" "condition_gone" {
  bucket = "dk-condition-gone"
}

resource "aws_s3_bucket_policy" "condition_gone" {
  bucket = aws_s3_bucket.condition_gone.id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Effect    = "Deny"
        Principal = "*"
        Action    = "s3:DeleteObject"
        Resource  = [aws_s3_bucket.condition_gone.arn, "${aws_s3_bucket.condition_gone.arn}/*"]
        Condition = { StringNotLike = { "aws:PrincipalArn" = "arn:aws:iam::111122223333:role/admin" } }
      },
    ]
  })
}

resource "aws_s3_bucket" "condition_flipped" {
  bucket = "dk-condition-flipped"
}

resource "aws_s3_bucket_policy" "condition_flipped" {
  bucket = aws_s3_bucket.condition_flipped.id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Effect    = "Deny"
        Principal = "*"
        Action    = "s3:*"
        Resource  = [aws_s3_bucket.condition_flipped.arn, "${aws_s3_bucket.condition_flipped.arn}/*"]
        Condition = { Bool = { "aws:SecureTransport" = "false" } }
      },
    ]
  })
}

resource "aws_s3_bucket" "condition_spelled" {
  bucket = "dk-condition-spelled"
}

resource "aws_s3_bucket_policy" "condition_spelled" {
  bucket = aws_s3_bucket.condition_spelled.id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Effect    = "Deny"
        Principal = "*"
        Action    = "s3:*"
        Resource  = [aws_s3_bucket.condition_spelled.arn, "${aws_s3_bucket.condition_spelled.arn}/*"]
        Condition = { Bool = { "aws:SecureTransport" = "false" } }
      },
    ]
  })
}

resource "aws_s3_bucket" "if_exists" {
  bucket = "dk-if-exists"
}

resource "aws_s3_bucket_policy" "if_exists" {
  bucket = aws_s3_bucket.if_exists.id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Effect    = "Deny"
        Principal = "*"
        Action    = "s3:*"
        Resource  = [aws_s3_bucket.if_exists.arn, "${aws_s3_bucket.if_exists.arn}/*"]
        Condition = { Bool = { "aws:SecureTransport" = "false" } }
      },
    ]
  })
}

resource "aws_s3_bucket" "range_added" {
  bucket = "dk-range-added"
}

resource "aws_s3_bucket_policy" "range_added" {
  bucket = aws_s3_bucket.range_added.id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Effect    = "Deny"
        Principal = "*"
        Action    = "s3:*"
        Resource  = [aws_s3_bucket.range_added.arn, "${aws_s3_bucket.range_added.arn}/*"]
        Condition = { NotIpAddress = { "aws:SourceIp" = ["192.0.2.0/24"] } }
      },
    ]
  })
}

resource "aws_s3_bucket" "range_removed" {
  bucket = "dk-range-removed"
}

resource "aws_s3_bucket_policy" "range_removed" {
  bucket = aws_s3_bucket.range_removed.id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Effect    = "Deny"
        Principal = "*"
        Action    = "s3:*"
        Resource  = [aws_s3_bucket.range_removed.arn, "${aws_s3_bucket.range_removed.arn}/*"]
        Condition = { NotIpAddress = { "aws:SourceIp" = ["192.0.2.0/24", "198.51.100.0/24"] } }
      },
    ]
  })
}

resource "aws_s3_bucket" "values_added" {
  bucket = "dk-values-added"
}

resource "aws_s3_bucket_policy" "values_added" {
  bucket = aws_s3_bucket.values_added.id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Effect    = "Deny"
        Principal = "*"
        Action    = "s3:PutObject"
        Resource  = [aws_s3_bucket.values_added.arn, "${aws_s3_bucket.values_added.arn}/*"]
        Condition = { StringEquals = { "s3:x-amz-acl" = ["public-read"] } }
      },
    ]
  })
}

resource "aws_s3_bucket" "values_removed" {
  bucket = "dk-values-removed"
}

resource "aws_s3_bucket_policy" "values_removed" {
  bucket = aws_s3_bucket.values_removed.id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Effect    = "Deny"
        Principal = "*"
        Action    = "s3:PutObject"
        Resource  = [aws_s3_bucket.values_removed.arn, "${aws_s3_bucket.values_removed.arn}/*"]
        Condition = { StringEquals = { "s3:x-amz-acl" = ["public-read", "public-read-write"] } }
      },
    ]
  })
}

resource "aws_s3_bucket" "second_condition" {
  bucket = "dk-second-condition"
}

resource "aws_s3_bucket_policy" "second_condition" {
  bucket = aws_s3_bucket.second_condition.id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Effect    = "Deny"
        Principal = "*"
        Action    = "s3:*"
        Resource  = [aws_s3_bucket.second_condition.arn, "${aws_s3_bucket.second_condition.arn}/*"]
        Condition = { Bool = { "aws:SecureTransport" = "false" } }
      },
    ]
  })
}

resource "aws_s3_bucket" "tls_version_lowered" {
  bucket = "dk-tls-version-lowered"
}

resource "aws_s3_bucket_policy" "tls_version_lowered" {
  bucket = aws_s3_bucket.tls_version_lowered.id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Effect    = "Deny"
        Principal = "*"
        Action    = "s3:*"
        Resource  = [aws_s3_bucket.tls_version_lowered.arn, "${aws_s3_bucket.tls_version_lowered.arn}/*"]
        Condition = { NumericLessThan = { "s3:TlsVersion" = "1.2" } }
      },
    ]
  })
}

resource "aws_s3_bucket" "principal_narrowed" {
  bucket = "dk-principal-narrowed"
}

resource "aws_s3_bucket_policy" "principal_narrowed" {
  bucket = aws_s3_bucket.principal_narrowed.id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Effect    = "Deny"
        Principal = "*"
        Action    = "s3:DeleteObject"
        Resource  = [aws_s3_bucket.principal_narrowed.arn, "${aws_s3_bucket.principal_narrowed.arn}/*"]
      },
    ]
  })
}

resource "aws_s3_bucket" "principal_spelled" {
  bucket = "dk-principal-spelled"
}

resource "aws_s3_bucket_policy" "principal_spelled" {
  bucket = aws_s3_bucket.principal_spelled.id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Effect    = "Deny"
        Principal = { AWS = "444455556666" }
        Action    = "s3:DeleteObject"
        Resource  = [aws_s3_bucket.principal_spelled.arn, "${aws_s3_bucket.principal_spelled.arn}/*"]
      },
    ]
  })
}

resource "aws_s3_bucket" "not_principal_more" {
  bucket = "dk-not-principal-more"
}

resource "aws_s3_bucket_policy" "not_principal_more" {
  bucket = aws_s3_bucket.not_principal_more.id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Effect       = "Deny"
        NotPrincipal = { AWS = ["arn:aws:iam::111122223333:root"] }
        Action       = "s3:*"
        Resource     = [aws_s3_bucket.not_principal_more.arn, "${aws_s3_bucket.not_principal_more.arn}/*"]
      },
    ]
  })
}

resource "aws_s3_bucket" "not_principal_order" {
  bucket = "dk-not-principal-order"
}

resource "aws_s3_bucket_policy" "not_principal_order" {
  bucket = aws_s3_bucket.not_principal_order.id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Effect       = "Deny"
        NotPrincipal = { AWS = ["arn:aws:iam::111122223333:root", "arn:aws:iam::444455556666:root"] }
        Action       = "s3:*"
        Resource     = [aws_s3_bucket.not_principal_order.arn, "${aws_s3_bucket.not_principal_order.arn}/*"]
      },
    ]
  })
}

resource "aws_s3_bucket" "not_action_more" {
  bucket = "dk-not-action-more"
}

resource "aws_s3_bucket_policy" "not_action_more" {
  bucket = aws_s3_bucket.not_action_more.id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Effect    = "Deny"
        Principal = "*"
        NotAction = ["s3:GetObject"]
        Resource  = [aws_s3_bucket.not_action_more.arn, "${aws_s3_bucket.not_action_more.arn}/*"]
      },
    ]
  })
}

resource "aws_s3_bucket" "not_action_fewer" {
  bucket = "dk-not-action-fewer"
}

resource "aws_s3_bucket_policy" "not_action_fewer" {
  bucket = aws_s3_bucket.not_action_fewer.id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Effect    = "Deny"
        Principal = "*"
        NotAction = ["s3:GetObject", "s3:PutObject"]
        Resource  = [aws_s3_bucket.not_action_fewer.arn, "${aws_s3_bucket.not_action_fewer.arn}/*"]
      },
    ]
  })
}

resource "aws_s3_bucket" "policy_gone" {
  bucket = "dk-policy-gone"
}

resource "aws_s3_bucket_policy" "policy_gone" {
  bucket = aws_s3_bucket.policy_gone.id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Effect    = "Deny"
        Principal = "*"
        Action    = "s3:*"
        Resource  = [aws_s3_bucket.policy_gone.arn, "${aws_s3_bucket.policy_gone.arn}/*"]
        Condition = { Bool = { "aws:SecureTransport" = "false" } }
      },
    ]
  })
}

resource "aws_s3_bucket" "arn_spelled" {
  bucket = "dk-arn-spelled"
}

resource "aws_s3_bucket_policy" "arn_spelled" {
  bucket = aws_s3_bucket.arn_spelled.id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Effect    = "Deny"
        Principal = "*"
        Action    = "s3:*"
        Resource  = ["arn:aws:s3:::dk-arn-spelled", "arn:aws:s3:::dk-arn-spelled/*"]
        Condition = { Bool = { "aws:SecureTransport" = "false" } }
      },
    ]
  })
}
