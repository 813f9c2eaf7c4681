# One bucket each, told in the forms that policies are written in.
resource "aws_s3_bucket" "text" {
  bucket = "dkf-text"
}

resource "aws_s3_bucket_policy" "text" {
  bucket = aws_s3_bucket.text.id
  policy = <<-EOT
    {
      "Version": "2012-10-17",
      "Statement": [
        {"Sid": "Tls", "Effect": "Deny", "Principal": "*", "Action": "s3:*",
         "Resource": ["arn:aws:s3:::dkf-text", "arn:aws:s3:::dkf-text/*"],
         "Condition": {"Bool": {"aws:SecureTransport": "false"}}},
        {"Sid": "Acl", "Effect": "Deny", "Principal": "*", "Action": "s3:PutObjectAcl",
         "Resource": "arn:aws:s3:::dkf-text/*"}
      ]
    }
  EOT
}

resource "aws_s3_bucket" "text_to_code" {
  bucket = "dkf-text-to-code"
}

resource "aws_s3_bucket_policy" "text_to_code" {
  bucket = aws_s3_bucket.text_to_code.id
  policy = <<-EOT
    {"Version": "2012-10-17", "Statement":
      {"Sid": "Tls", "Effect": "Deny", "Principal": {"AWS": "*"}, "Action": ["s3:*"],
       "Resource": ["arn:aws:s3:::dkf-text-to-code/*", "arn:aws:s3:::dkf-text-to-code"],
       "Condition": {"Bool": {"aws:SecureTransport": ["false"]}}}}
  EOT
}

resource "aws_s3_bucket" "code_to_document" {
  bucket = "dkf-code-to-document"
}

resource "aws_s3_bucket_policy" "code_to_document" {
  bucket = aws_s3_bucket.code_to_document.id
  policy = jsonencode({
    Statement = [{
      Effect    = "Deny"
      Principal = "*"
      Action    = "s3:*"
      Resource  = [aws_s3_bucket.code_to_document.arn, "${aws_s3_bucket.code_to_document.arn}/*"]
      Condition = { Bool = { "aws:SecureTransport" = "false" } }
    }]
  })
}

resource "aws_s3_bucket" "code_to_document_lost" {
  bucket = "dkf-code-to-document-lost"
}

resource "aws_s3_bucket_policy" "code_to_document_lost" {
  bucket = aws_s3_bucket.code_to_document_lost.id
  policy = jsonencode({
    Statement = [{
      Effect    = "Deny"
      Principal = "*"
      Action    = ["s3:DeleteBucket", "s3:PutBucketPolicy"]
      Resource  = aws_s3_bucket.code_to_document_lost.arn
    }]
  })
}

data "aws_iam_policy_document" "effect_gone" {
  statement {
    sid       = "NoDelete"
    effect    = "Deny"
    actions   = ["s3:DeleteObject"]
    resources = ["${aws_s3_bucket.effect_gone.arn}/*"]
    principals {
      type        = "AWS"
      identifiers = ["arn:aws:iam::111122223333:root"]
    }
  }
}

resource "aws_s3_bucket" "effect_gone" {
  bucket = "dkf-effect-gone"
}

resource "aws_s3_bucket_policy" "effect_gone" {
  bucket = aws_s3_bucket.effect_gone.id
  policy = data.aws_iam_policy_document.effect_gone.json
}

data "aws_iam_policy_document" "moved_to_base" {
  statement {
    sid       = "Tls"
    effect    = "Deny"
    actions   = ["s3:*"]
    resources = [aws_s3_bucket.moved_to_base.arn, "${aws_s3_bucket.moved_to_base.arn}/*"]
    principals {
      type        = "*"
      identifiers = ["*"]
    }
    condition {
      test     = "Bool"
      variable = "aws:SecureTransport"
      values   = ["false"]
    }
  }
  statement {
    actions   = ["s3:GetObject"]
    resources = ["${aws_s3_bucket.moved_to_base.arn}/*"]
    principals {
      type        = "AWS"
      identifiers = ["arn:aws:iam::111122223333:root"]
    }
  }
}

resource "aws_s3_bucket" "moved_to_base" {
  bucket = "dkf-moved-to-base"
}

resource "aws_s3_bucket_policy" "moved_to_base" {
  bucket = aws_s3_bucket.moved_to_base.id
  policy = data.aws_iam_policy_document.moved_to_base.json
}

data "aws_iam_policy_document" "overridden" {
  statement {
    sid       = "Guard"
    effect    = "Deny"
    actions   = ["s3:DeleteObject"]
    resources = ["${aws_s3_bucket.overridden.arn}/*"]
    principals {
      type        = "*"
      identifiers = ["*"]
    }
  }
}

resource "aws_s3_bucket" "overridden" {
  bucket = "dkf-overridden"
}

resource "aws_s3_bucket_policy" "overridden" {
  bucket = aws_s3_bucket.overridden.id
  policy = data.aws_iam_policy_document.overridden.json
}

data "aws_iam_policy_document" "no_longer_used" {
  statement {
    sid       = "Guard"
    effect    = "Deny"
    actions   = ["s3:DeleteObject"]
    resources = ["${aws_s3_bucket.no_longer_used.arn}/*"]
    principals {
      type        = "*"
      identifiers = ["*"]
    }
  }
}

resource "aws_s3_bucket" "no_longer_used" {
  bucket = "dkf-no-longer-used"
}

resource "aws_s3_bucket_policy" "no_longer_used" {
  bucket = aws_s3_bucket.no_longer_used.id
  policy = data.aws_iam_policy_document.no_longer_used.json
}

data "aws_iam_policy_document" "not_actions" {
  statement {
    effect      = "Deny"
    not_actions = ["s3:GetObject", "s3:ListBucket"]
    resources   = [aws_s3_bucket.not_actions.arn, "${aws_s3_bucket.not_actions.arn}/*"]
    principals {
      type        = "*"
      identifiers = ["*"]
    }
  }
}

resource "aws_s3_bucket" "not_actions" {
  bucket = "dkf-not-actions"
}

resource "aws_s3_bucket_policy" "not_actions" {
  bucket = aws_s3_bucket.not_actions.id
  policy = data.aws_iam_policy_document.not_actions.json
}

resource "aws_s3_bucket" "inline" {
  bucket = "dkf-inline"
  policy = jsonencode({
    Statement = [{
      Effect    = "Deny"
      Principal = "*"
      Action    = "s3:*"
      Resource  = ["arn:aws:s3:::dkf-inline", "arn:aws:s3:::dkf-inline/*"]
      Condition = { Bool = { "aws:SecureTransport" = "false" } }
    }]
  })
}

resource "aws_s3_bucket" "inline_lost" {
  bucket = "dkf-inline-lost"
  policy = jsonencode({
    Statement = [{
      Effect    = "Deny"
      Principal = "*"
      Action    = "s3:*"
      Resource  = ["arn:aws:s3:::dkf-inline-lost", "arn:aws:s3:::dkf-inline-lost/*"]
      Condition = { Bool = { "aws:SecureTransport" = "false" } }
    }]
  })
}

resource "aws_s3_bucket" "renamed" {
  bucket = "dkf-renamed"
}

resource "aws_s3_bucket_policy" "renamed_old" {
  bucket = aws_s3_bucket.renamed.id
  policy = jsonencode({
    Statement = [{
      Effect    = "Deny"
      Principal = "*"
      Action    = "s3:DeleteBucket"
      Resource  = "arn:aws:s3:::dkf-renamed"
    }]
  })
}

resource "aws_s3_bucket" "told_moved" {
  bucket = "dkf-told-moved"
}

resource "aws_s3_bucket_policy" "told_moved_old" {
  bucket = aws_s3_bucket.told_moved.id
  policy = jsonencode({
    Statement = [{
      Effect    = "Deny"
      Principal = "*"
      Action    = "s3:DeleteBucket"
      Resource  = "arn:aws:s3:::dkf-told-moved"
    }]
  })
}

resource "aws_s3_bucket" "moved_and_lost" {
  bucket = "dkf-moved-and-lost"
}

resource "aws_s3_bucket_policy" "moved_and_lost_old" {
  bucket = aws_s3_bucket.moved_and_lost.id
  policy = jsonencode({
    Statement = [{
      Effect    = "Deny"
      Principal = "*"
      Action    = ["s3:DeleteBucket", "s3:PutBucketPolicy"]
      Resource  = "arn:aws:s3:::dkf-moved-and-lost"
    }]
  })
}
