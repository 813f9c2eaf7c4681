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
         "Condition": {"Bool": {"aws:SecureTransport": "false"}}}
      ]
    }
  EOT
}

resource "aws_s3_bucket" "text_to_code" {
  bucket = "dkf-text-to-code"
}

resource "aws_s3_bucket_policy" "text_to_code" {
  bucket = aws_s3_bucket.text_to_code.id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Deny"
      Principal = "*"
      Action    = "s3:*"
      Resource  = ["arn:aws:s3:::dkf-text-to-code", "arn:aws:s3:::dkf-text-to-code/*"]
      Condition = { Bool = { "aws:SecureTransport" = "false" } }
    }]
  })
}

resource "aws_s3_bucket" "code_to_document" {
  bucket = "dkf-code-to-document"
}

data "aws_iam_policy_document" "code_to_document" {
  statement {
    sid       = "OnlyTls"
    effect    = "Deny"
    actions   = ["s3:*"]
    resources = [aws_s3_bucket.code_to_document.arn, "${aws_s3_bucket.code_to_document.arn}/*"]
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
}

resource "aws_s3_bucket_policy" "code_to_document" {
  bucket = aws_s3_bucket.code_to_document.id
  policy = data.aws_iam_policy_document.code_to_document.json
}

resource "aws_s3_bucket" "code_to_document_lost" {
  bucket = "dkf-code-to-document-lost"
}

data "aws_iam_policy_document" "code_to_document_lost" {
  statement {
    effect    = "Deny"
    actions   = ["s3:DeleteBucket"]
    resources = [aws_s3_bucket.code_to_document_lost.arn]
    principals {
      type        = "*"
      identifiers = ["*"]
    }
  }
}

resource "aws_s3_bucket_policy" "code_to_document_lost" {
  bucket = aws_s3_bucket.code_to_document_lost.id
  policy = data.aws_iam_policy_document.code_to_document_lost.json
}

data "aws_iam_policy_document" "effect_gone" {
  statement {
    sid       = "NoDelete"
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

data "aws_iam_policy_document" "base" {
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
}

data "aws_iam_policy_document" "moved_to_base" {
  source_policy_documents = [data.aws_iam_policy_document.base.json]
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

data "aws_iam_policy_document" "override" {
  statement {
    sid       = "Guard"
    actions   = ["s3:GetObject"]
    resources = ["${aws_s3_bucket.overridden.arn}/*"]
    principals {
      type        = "AWS"
      identifiers = ["arn:aws:iam::111122223333:root"]
    }
  }
}

data "aws_iam_policy_document" "overridden" {
  override_policy_documents = [data.aws_iam_policy_document.override.json]
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
  policy = jsonencode({
    Statement = [{
      Effect    = "Allow"
      Principal = { AWS = "arn:aws:iam::111122223333:root" }
      Action    = "s3:GetObject"
      Resource  = "${aws_s3_bucket.no_longer_used.arn}/*"
    }]
  })
}

data "aws_iam_policy_document" "not_actions" {
  statement {
    effect      = "Deny"
    not_actions = ["s3:ListBucket", "s3:GetObject"]
    resources   = ["${aws_s3_bucket.not_actions.arn}/*", aws_s3_bucket.not_actions.arn]
    principals {
      type        = "AWS"
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
}

resource "aws_s3_bucket_policy" "inline" {
  bucket = aws_s3_bucket.inline.id
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
}

resource "aws_s3_bucket" "renamed" {
  bucket = "dkf-renamed"
}

resource "aws_s3_bucket_policy" "renamed_new" {
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

resource "aws_s3_bucket_policy" "told_moved_new" {
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

moved {
  from = aws_s3_bucket_policy.told_moved_old
  to   = aws_s3_bucket_policy.told_moved_new
}

resource "aws_s3_bucket" "moved_and_lost" {
  bucket = "dkf-moved-and-lost"
}

resource "aws_s3_bucket_policy" "moved_and_lost_new" {
  bucket = aws_s3_bucket.moved_and_lost.id
  policy = jsonencode({
    Statement = [{
      Effect    = "Deny"
      Principal = "*"
      Action    = "s3:DeleteBucket"
      Resource  = "arn:aws:s3:::dkf-moved-and-lost"
    }]
  })
}

moved {
  from = aws_s3_bucket_policy.moved_and_lost_old
  to   = aws_s3_bucket_policy.moved_and_lost_new
}
